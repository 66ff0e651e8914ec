/* SPDX-License-Identifier: MIT */
/*
 * The registers of the interrupted context, as the entry code (arch/x86/irq_entry.asm)
 * pushes them; the order is Linux's.  A handler may change them: they are what the
 * interrupted context continues with.
 */
#ifndef _ASM_PTRACE_H
#define _ASM_PTRACE_H

#include <linux/build_bug.h>
#include <linux/types.h>

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx;
	unsigned long r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax;		/* exception: error code or 0; interrupt: ~vector */
	unsigned long ip, cs, flags, sp, ss;	/* pushed by the CPU */
};
static_assert(sizeof(struct pt_regs) == 168, "struct pt_regs: irq_entry.asm knows its layout");

#define X86_EFLAGS_CF		(1UL << 0)
#define X86_EFLAGS_TF		(1UL << 8)
#define X86_EFLAGS_DF		(1UL << 10)
#define X86_EFLAGS_RF		(1UL << 16)
#define X86_EFLAGS_AC		(1UL << 18)

static inline bool user_mode(const struct pt_regs *regs)
{
	return regs->cs & 3;
}

static inline unsigned long instruction_pointer(const struct pt_regs *regs)
{
	return regs->ip;
}

/* Was the interrupted context running with interrupts off? */
static inline bool regs_irqs_disabled(const struct pt_regs *regs)
{
	return !(regs->flags & (1UL << 9));
}

#endif /* _ASM_PTRACE_H */
