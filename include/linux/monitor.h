/* SPDX-License-Identifier: MIT */
/*
 * The prompt: look at memory, take some, give it back, run tests (kernel/monitor*.c).
 *
 * A monitor has its own input, output, history and handles, so that tests drive one with
 * scripted input.  What the machine can do (reboot, interrupt table) is plugged in.
 * Context: process, interrupts on.
 */
#ifndef _LINUX_MONITOR_H
#define _LINUX_MONITOR_H

#include <linux/gfp_types.h>
#include <linux/lineedit.h>
#include <linux/seq_file.h>

#define MONITOR_HANDLES	64		/* allocations held at a time */
#define MONITOR_ARGS	8		/* words in a command */

/* What one "alloc" took; size 0: the slot is free. */
struct monitor_handle {
	void *addr;
	unsigned long size;		/* bytes */
	u8 kind;			/* monitor_mem.c's */
	u8 order;			/* of a page block */
};

struct monitor;

/* Sockets.  Any but put may be NULL: then the command says that it cannot. */
struct monitor_ops {
	/* The next character, or negative: there will be no more, leave. */
	int  (*getc)(struct monitor *mon);
	void (*put)(struct monitor *mon, const char *s, size_t n);
	/* Run tests or benchmarks that match; a negative result is an error. */
	int  (*test)(const char *glob);
	int  (*bench)(const char *glob);
	void (*interrupts)(struct seq_file *m);
	void (*cpus)(struct seq_file *m);
	void (*threads)(struct seq_file *m);
	void (*softirqs)(struct seq_file *m);
	void (*workqueues)(struct seq_file *m);
	void (*reboot)(void);
	void (*poweroff)(void);
};

struct monitor {
	const struct monitor_ops *ops;
	void *private;			/* for the owner of ops */
	struct seq_file out;		/* prints to ops->put */
	struct lineedit edit;
	struct monitor_handle handle[MONITOR_HANDLES];
};

/* One command.  argv[0] is its name, argv[argc] is NULL.  0, or monitor_fail()'s result. */
typedef int (*monitor_fn)(struct monitor *mon, int argc, char **argv);

struct monitor_command {
	const char *name;
	const char *args;		/* "" or "<what> [maybe]" */
	const char *help;		/* a few words: help shows 24 columns of them */
	monitor_fn fn;
	unsigned char min, max;		/* number of arguments */
};

/* kernel/monitor.c */
/*
 * Commands of other rooms, found before and listed behind the monitor's own; the table
 * stays theirs and for ever.  -ENOSPC: too many tables.  Before the monitor runs.
 */
int monitor_add_commands(const struct monitor_command *table, unsigned int nr);
/* Say "<name>: <why>" in one line; -EINVAL. */
int monitor_fail(struct monitor *mon, const char *name, const char *fmt, ...)
	__printf(3, 4);
void monitor_init(struct monitor *mon, const struct monitor_ops *ops, void *private);
/*
 * Run one command line (it is cut into words in place).  0, or -EINVAL after one line that
 * says what was wrong with it.
 */
int monitor_exec(struct monitor *mon, char *line);
/* Prompt, read, run, until getc says that there is no more. */
void monitor_loop(struct monitor *mon);

/* kernel/monitor_main.c: the machine's own monitor, on all consoles.  Does not return. */
void __noreturn monitor_run(void);

#endif /* _LINUX_MONITOR_H */
