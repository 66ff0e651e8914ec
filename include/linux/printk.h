/* SPDX-License-Identifier: MIT */
/*
 * The kernel log.  printk() works in any context and from the first instruction of C:
 * text goes to a 64 KiB ring and to every sink whose level admits it.  A printk from
 * inside a printk (a sink, an NMI) is kept and comes out when the outer one is done.
 */
#ifndef _LINUX_PRINTK_H
#define _LINUX_PRINTK_H

#include <linux/types.h>

#define KERN_SOH	"\001"
#define KERN_EMERG	KERN_SOH "0"
#define KERN_ALERT	KERN_SOH "1"
#define KERN_CRIT	KERN_SOH "2"
#define KERN_ERR	KERN_SOH "3"
#define KERN_WARNING	KERN_SOH "4"
#define KERN_NOTICE	KERN_SOH "5"
#define KERN_INFO	KERN_SOH "6"
#define KERN_DEBUG	KERN_SOH "7"
#define KERN_DEFAULT	""
#define KERN_CONT	KERN_SOH "c"	/* goes on the line that the last printk left open */

#define LOGLEVEL_DEFAULT	4	/* of a text without KERN_ */
#define CONSOLE_LOGLEVEL_DEFAULT 7	/* sinks show what is more urgent than this */

/* Returns the number of bytes of text.  A text is cut at 1023 bytes. */
int printk(const char *fmt, ...) __printf(1, 2);
int vprintk(const char *fmt, va_list args) __printf(1, 0);

/* No level, no filter, not captured: KTAP and bench lines. */
int printk_raw(const char *fmt, ...) __printf(1, 2);
int vprintk_raw(const char *fmt, va_list args) __printf(1, 0);

#ifndef pr_fmt
#define pr_fmt(fmt)	fmt
#endif
#define pr_emerg(fmt, ...)	printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...)	printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)	printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)	printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)	printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...)	printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)	printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_debug(fmt, ...)	printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...)	printk(KERN_CONT fmt, ##__VA_ARGS__)

#define printk_once(fmt, ...) ({				\
	static bool __printed;					\
	if (!__printed) {					\
		__printed = true;				\
		printk(fmt, ##__VA_ARGS__);			\
	} })
#define pr_err_once(fmt, ...)	printk_once(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_once(fmt, ...)	printk_once(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_once(fmt, ...)	printk_once(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

#define pr_devel(fmt, ...)	pr_debug(fmt, ##__VA_ARGS__)
#define no_printk(fmt, ...)	({ if (0) printk(fmt, ##__VA_ARGS__); 0; })

/*
 * A console.  write() is called with interrupts off, one caller at a time; @s is not
 * NUL-terminated.  The structure belongs to the caller and stays until removed.
 */
struct printk_sink {
	void (*write)(struct printk_sink *sink, const char *s, size_t n);
	const char *name;
	struct printk_sink *next;	/* printk's */
	unsigned int depth;		/* printk's: calls of write() that are not over */
};

void printk_add_sink(struct printk_sink *sink);	/* replays the ring to it first */
void printk_remove_sink(struct printk_sink *sink);

/* To all sinks, whatever the level, but not into the ring: what a user types and asks for.
 * Process context. */
void printk_console(const char *s, size_t n);

void printk_set_loglevel(int level);		/* 0..8; returns nothing, clamps */
int  printk_get_loglevel(void);

/* The ring's text, oldest first, piece by piece: dmesg.  Stops when put gives false. */
void printk_for_each(bool (*put)(void *ctx, int level, const char *s, size_t n), void *ctx);

/*
 * Tests: until stopped, texts land in @buf (NUL-terminated, cut to @size) instead of
 * the ring and the sinks (tee: as well as; all: raw lines too).  One capture at a time:
 * a second start replaces the first.  stop returns the bytes captured.
 */
void   printk_capture_start(char *buf, size_t size);
void   printk_capture_start_tee(char *buf, size_t size);
void   printk_capture_start_all(char *buf, size_t size);
size_t printk_capture_stop(void);

/*
 * Around the lines of a report: no other CPU's report comes in between.  Nests: the inner get is
 * false.  Interrupts are off meanwhile.  Any context; where it might wait for ever: false, too.
 */
bool printk_cpu_sync_get(unsigned long *flags);
void printk_cpu_sync_put(bool got, unsigned long flags);

/* panic(): take the log by force, whoever holds it. */
void printk_bust(void);
/* The same if it is this CPU that has it: another one's report waits for it, and we for that. */
void printk_bust_own(void);
/* The machine is about to be left: end a capture and print what it holds. */
void printk_capture_spill(void);

/* lib/hexdump.c */
enum { DUMP_PREFIX_NONE, DUMP_PREFIX_ADDRESS, DUMP_PREFIX_OFFSET };

/*
 * One line of at most @rowsize (16 or 32) bytes as groups of @groupsize (1, 2, 4, 8)
 * bytes, two blanks and the characters if @ascii.  Returns the length it needed.
 */
int hex_dump_to_buffer(const void *buf, size_t len, int rowsize, int groupsize,
		       char *linebuf, size_t linebuflen, bool ascii);
void print_hex_dump(const char *level, const char *prefix_str, int prefix_type, int rowsize,
		    int groupsize, const void *buf, size_t len, bool ascii);

#endif /* _LINUX_PRINTK_H */
