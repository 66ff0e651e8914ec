/* SPDX-License-Identifier: MIT */
/*
 * Walk the stack by frame pointers.  The entry code leaves an odd frame pointer, the
 * address of its struct pt_regs plus 1; so a walk passes from a handler into the context
 * it interrupted, on whatever stack that is.  Every read may fault and only ends the walk.
 *
 *	struct stack_walk w;
 *
 *	stack_walk_start(&w);			or stack_walk_start_regs(&w, regs)
 *	while (stack_walk_next(&w))
 *		use(w.ip);			w.regs: non-NULL where it was interrupted
 */
#ifndef _ASM_STACKTRACE_H
#define _ASM_STACKTRACE_H

#include <asm/extable.h>
#include <asm/desc.h>
#include <asm/ptrace.h>
#include <asm/sections.h>
#include <linux/preempt.h>

struct stack_walk {
	unsigned long ip;		/* a return address; exact where regs is set */
	unsigned long guess;		/* regs set: a caller that frames may miss; else 0 */
	const struct pt_regs *regs;	/* the interrupted context that ip belongs to, or NULL */
	const char *kind;		/* "TASK", "IRQ", "NMI", "#DF", "#MC" */
	unsigned long fp;		/* next frame record, or pt_regs + 1 */
	unsigned long floor;		/* on one stack, frames only ever go up */
};

/* *@value = *@addr, or false when that faults. */
static __always_inline bool stack_read(unsigned long addr, unsigned long *value)
{
	unsigned long v = 0;
	int ok = 0;

	__asm__ __volatile__("1: movq (%2), %0\n\tmovl $1, %1\n2:\n"
			     _ASM_EXTABLE(1b, 2b)
			     : "+r"(v), "+r"(ok) : "r"(addr));
	*value = v;
	return ok;
}

static inline const char *stack_kind(unsigned long addr)
{
	static const char *const name[] = { "#DF", "NMI", "#MC" };
	unsigned long low;
	unsigned int i;

	for (i = 0; i < NR_EXCEPTION_STACKS; i++) {
		low = (unsigned long)this_cpu_read(exception_stack_of[i]);
		if (addr - low < EXCEPTION_STACK_SIZE)
			return name[i];
	}
	return NULL;
}

/* Interrupts run on the stack they interrupt; NMIs count as a hardirq, too. */
static inline const char *stack_kind_plain(void)
{
	return hardirq_count() > (in_nmi() ? HARDIRQ_OFFSET : 0) ? "IRQ" : "TASK";
}

/*
 * A function that calls nothing may have no frame: then the return address is what its
 * stack pointer points to, and the frame pointer is still its caller's.
 */
static inline unsigned long stack_guess(unsigned long sp)
{
	unsigned long addr;

	return stack_read(sp, &addr) && is_kernel_text(addr) ? addr : 0;
}

static __always_inline void stack_walk_start(struct stack_walk *w)
{
	w->fp = (unsigned long)__builtin_frame_address(0);
	w->floor = w->fp - 1;
	w->regs = NULL;
	w->guess = 0;
	w->kind = stack_kind(w->fp) ?: stack_kind_plain();
}

/* The first stack_walk_next() yields the very place where @regs was interrupted. */
static inline void stack_walk_start_regs(struct stack_walk *w, const struct pt_regs *regs)
{
	w->fp = (unsigned long)regs + 1;
	w->floor = 0;
	w->regs = NULL;
	w->guess = 0;
	w->kind = stack_kind(regs->sp) ?: stack_kind_plain();
}

static inline bool stack_walk_enter_regs(struct stack_walk *w)
{
	const struct pt_regs *regs = (const struct pt_regs *)(w->fp - 1);
	unsigned long sp, orig_ax;

	if (!stack_read((unsigned long)&regs->ip, &w->ip) ||
	    !stack_read((unsigned long)&regs->bp, &w->fp) ||
	    !stack_read((unsigned long)&regs->orig_ax, &orig_ax) ||
	    !stack_read((unsigned long)&regs->sp, &sp) ||
	    (!w->ip && !sp))			/* ip alone: somebody called NULL */
		return false;
	w->regs = regs;
	w->guess = stack_guess(sp);
	w->floor = 0;
	if (stack_kind(sp))
		w->kind = stack_kind(sp);
	else if (w->kind[0] == 'I' && (long)orig_ax < 0)
		w->kind = "TASK";		/* that was the interrupt */
	else if (w->kind[0] != 'I')
		w->kind = w->kind[0] == 'T' ? "TASK" : stack_kind_plain();
	return true;
}

/* Step to the next frame; false at the end, or where the chain makes no sense. */
static inline bool stack_walk_next(struct stack_walk *w)
{
	unsigned long fp = w->fp;

	if ((long)fp >= 0)		/* not a kernel address */
		return false;
	if (fp & 1)
		return stack_walk_enter_regs(w);
	if (fp & 7 || fp <= w->floor)
		return false;
	if (!stack_read(fp + 8, &w->ip) || !w->ip || !stack_read(fp, &w->fp))
		return false;
	w->floor = fp;
	w->regs = NULL;
	w->guess = 0;
	return true;
}

#endif /* _ASM_STACKTRACE_H */
