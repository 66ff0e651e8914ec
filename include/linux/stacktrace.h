/* SPDX-License-Identifier: MIT */
/*
 * Backtraces, by frame pointers.  Any context; a broken chain ends the trace, never
 * the kernel.
 */
#ifndef _LINUX_STACKTRACE_H
#define _LINUX_STACKTRACE_H

#include <linux/types.h>

struct pt_regs;

/*
 * Store up to @size return addresses, innermost first, without the @skipnr innermost
 * callers of this function.  Returns how many were stored.
 */
unsigned int stack_trace_save(unsigned long *entries, unsigned int size, unsigned int skipnr);

/* The same from where @regs was interrupted, that place first: for trap handlers. */
unsigned int stack_trace_save_regs(const struct pt_regs *regs, unsigned long *entries,
				   unsigned int size, unsigned int skipnr);

/* "@spaces blanks, symbol+0xoff/0xsize" a line, at the default level. */
void stack_trace_print(const unsigned long *entries, unsigned int nr, int spaces);

/* Linux's "Call Trace:" block, from where @regs was interrupted; NULL: from the caller. */
void show_trace(const struct pt_regs *regs, const char *log_lvl);

/* The "CPU: 0 PID: 0 Comm: ..." line and the caller's call trace. */
void dump_stack(void);
void dump_stack_print_info(const char *log_lvl);

#endif /* _LINUX_STACKTRACE_H */
