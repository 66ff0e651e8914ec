/* SPDX-License-Identifier: MIT */
/*
 * The end of the kernel, and its stains.
 */
#ifndef _LINUX_PANIC_H
#define _LINUX_PANIC_H

#include <linux/types.h>

/* Exit codes of isa-debug-exit (DESIGN 4), as QEMU returns them. */
#define EXIT_PASS	33
#define EXIT_FAIL	35
#define EXIT_PANIC	37
#define EXIT_WATCHDOG	39

/* Report, backtrace, then the exit hook with EXIT_PANIC.  Any context. */
void panic(const char *fmt, ...) __printf(1, 2) __noreturn __cold;

/* Socket: leave the machine; may return when it cannot, then the CPU halts.  Gives the former. */
typedef void (*panic_exit_t)(int code);
panic_exit_t panic_set_exit(panic_exit_t fn);

/* Socket: other CPUs stop, for good, before the report.  NULL: they do not.  Gives the former. */
typedef void (*panic_stop_t)(void);
panic_stop_t panic_set_stop(panic_stop_t fn);

/*
 * Tests: fn gets the text of a panic() or BUG() before anything is printed; it leaves with
 * a jump, or returns if this end is not its business.  NULL: none.  Returns the former one.
 */
typedef void (*panic_catcher_t)(const char *msg);
panic_catcher_t panic_set_catcher(panic_catcher_t fn);

/* Tests whose exit hook left with a jump: as if there had been no panic. */
void panic_forget(void);

extern int panic_on_warn;
extern bool oops_in_progress;		/* set by panic() and by the trap handlers */
extern unsigned int warn_count;		/* WARNs so far, once-only ones counted once */

/* Taints keep Linux's numbers and letters. */
#define TAINT_DIE	7	/* D */
#define TAINT_WARN	9	/* W */
#define TAINT_BAD_PAGE	5	/* B */
#define TAINT_TEST	18	/* N */

#define LOCKDEP_STILL_OK	1
#define LOCKDEP_NOW_UNRELIABLE	0

void add_taint(unsigned int flag, int lockdep_ok);
bool test_taint(unsigned int flag);
/* Restore a mask read by get_taint(): negative tests leave no stain. */
unsigned long get_taint(void);
void set_taint_mask(unsigned long mask);
/* "Not tainted" or "Tainted: G    B   W        N": static storage. */
const char *print_tainted(void);

/* Who is running, for reports?  lib/task.c. */
struct task_ident {
	int pid;
	const char *comm;
};
struct task_ident task_ident(void);

#endif /* _LINUX_PANIC_H */
