/* SPDX-License-Identifier: MIT */
/*
 * Calling a function one instruction at a time (arch/x86/singlestep.asm).
 *
 * The trap flag makes the CPU raise #DB behind every instruction; whoever owns #DB
 * (trap_register()) sees each boundary between two instructions:
 *
 *	singlestep_call(fn, arg, true)
 *		call fn			<- #DB, ip = fn: boundary 0, before the first
 *	fn:	push rbx		<- #DB, ip = fn + 1: boundary 1
 *		...
 *		ret			<- #DB, ip = singlestep_end: over
 *
 * An interrupt clears the flag on its way in and restores it on its way out, so handlers
 * run at full speed and count as nothing.  If the owner of #DB clears the flag in
 * regs->flags the rest of fn runs untouched, too.
 */
#ifndef _ASM_SINGLESTEP_H
#define _ASM_SINGLESTEP_H

#include <asm/ptrace.h>
#include <linux/types.h>

/*
 * fn(arg), stepped from its first instruction (@now), or from where the owner of #DB sets
 * the flag.  He must clear it at singlestep_end at the latest.
 */
void singlestep_call(void (*fn)(void *arg), void *arg, bool now);
extern const u8 singlestep_end[];

/*
 * The CPU's own breakpoint: #DB in front of the instruction at @ip, each time, until it is
 * cleared.  To go on behind it, singlestep_resume() in the #DB handler.
 */
#define DR6_B0			(1UL << 0)
#define DR6_BS			(1UL << 14)
#define DR6_INIT		0xffff0ff0UL
#define DR7_INIT		0x400UL
#define DR7_L0			(1UL << 0)

static inline void singlestep_break_at(unsigned long ip)
{
	__asm__ __volatile__("movq %0, %%dr0\n\tmovq %1, %%dr7"
			     : : "r"(ip), "r"(DR7_INIT | DR7_L0) : "memory");
}

static inline void singlestep_break_clear(void)
{
	__asm__ __volatile__("movq %0, %%dr7" : : "r"(DR7_INIT) : "memory");
}

static inline void singlestep_resume(struct pt_regs *regs)
{
	regs->flags |= X86_EFLAGS_RF;
}

#define INSN_PUSHF		0x9c
#define INSN_POPF		0x9d
#define INSN_HLT		0xf4
#define INSN_CLI		0xfa
#define INSN_STI		0xfb

static inline void singlestep_on(struct pt_regs *regs)
{
	regs->flags |= X86_EFLAGS_TF;
}

static inline void singlestep_off(struct pt_regs *regs)
{
	regs->flags &= ~X86_EFLAGS_TF;
}

/* Is this string instruction one that repeats?  (F2/F3, an optional REX, then the opcode.) */
static inline bool singlestep_repeats(const u8 *insn)
{
	if (*insn != 0xf2 && *insn != 0xf3)
		return false;
	insn++;
	if ((*insn & 0xf0) == 0x40)
		insn++;
	/* movs cmps, stos lods scas, ins outs */
	return (*insn >= 0xa4 && *insn <= 0xa7) || (*insn >= 0xaa && *insn <= 0xaf) ||
	       (*insn >= 0x6c && *insn <= 0x6f);
}

#endif /* _ASM_SINGLESTEP_H */
