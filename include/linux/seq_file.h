/* SPDX-License-Identifier: MIT */
/*
 * seq_file: where a table or a report is printed to.
 *
 * A table (meminfo, slabinfo ...) is written once, against a struct seq_file; whoever
 * wants it chooses the sink: a buffer that a test compares, the kernel log, a console.
 * Nothing is allocated, so that reports of failed allocations can use it.
 *
 * Context: that of the sink; the functions here take no lock.
 */
#ifndef _LINUX_SEQ_FILE_H
#define _LINUX_SEQ_FILE_H

#include <linux/types.h>

#define SEQ_PRINTF_MAX	320	/* bytes one seq_printf() can make; more are cut */
#define SEQ_LINE_MAX	256	/* bytes of a line for a log sink; longer lines are split */

struct seq_file {
	void (*write)(struct seq_file *m, const char *s, size_t n);	/* the sink */
	size_t count;		/* bytes written so far, whether or not they fitted */
	char  *buf;		/* buffer sink: NUL-terminated, never overrun */
	size_t size;		/* buffer sink: bytes in buf */
	void  *private;		/* for the sink's owner */
	const char *level;	/* log sink: KERN_* put before each line */
	size_t line_len;	/* log sink: bytes held in line[] */
	char   line[SEQ_LINE_MAX];
};

/* lib/seq_file.c */

/* Print to @buf, which holds @size bytes (at least 1), NUL included; the rest is cut. */
void seq_to_buffer(struct seq_file *m, char *buf, size_t size);
/* Print to the kernel log, whole lines, each with @level (a KERN_*); end with seq_flush(). */
void seq_to_log(struct seq_file *m, const char *level);
/* Print to @write; @private is the caller's. */
void seq_to_sink(struct seq_file *m, void (*write)(struct seq_file *, const char *, size_t),
		 void *private);
/* Log sink: send a last line that has no newline yet.  Other sinks: nothing. */
void seq_flush(struct seq_file *m);
/* Buffer sink: did it not all fit? */
bool seq_has_overflowed(const struct seq_file *m);

void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_vprintf(struct seq_file *m, const char *fmt, va_list args) __printf(2, 0);
void seq_write(struct seq_file *m, const void *data, size_t n);
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);

#endif /* _LINUX_SEQ_FILE_H */
