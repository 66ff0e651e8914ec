/* SPDX-License-Identifier: MIT */
/* Hosted stack walk: one frame, the caller; the sanitizers print better traces. */
#ifndef _ASM_STACKTRACE_H
#define _ASM_STACKTRACE_H

#include <linux/types.h>

struct pt_regs;

struct stack_walk {
	unsigned long ip;
	const struct pt_regs *regs;	/* always NULL here */
	unsigned long guess;		/* always 0 here */
	const char *kind;
	unsigned long caller;
};

static __always_inline void stack_walk_start(struct stack_walk *w)
{
	w->caller = (unsigned long)__builtin_return_address(0);
	w->regs = NULL;
	w->guess = 0;
	w->kind = "TASK";
}

static inline void stack_walk_start_regs(struct stack_walk *w, const struct pt_regs *regs)
{
	(void)regs;
	w->caller = 0;
	w->regs = NULL;
	w->guess = 0;
	w->kind = "TASK";
}

static inline bool stack_walk_next(struct stack_walk *w)
{
	w->ip = w->caller;
	w->caller = 0;
	return w->ip != 0;
}

#endif /* _ASM_STACKTRACE_H */
