/* SPDX-License-Identifier: MIT */
/*
 * Exceptions and interrupts: vector numbers, and the sockets by which other rooms get
 * them.  Interrupts are off in every handler.
 */
#ifndef _ASM_TRAPS_H
#define _ASM_TRAPS_H

#include <linux/types.h>

struct pt_regs;

enum {
	X86_TRAP_DE, X86_TRAP_DB, X86_TRAP_NMI, X86_TRAP_BP, X86_TRAP_OF, X86_TRAP_BR,
	X86_TRAP_UD, X86_TRAP_NM, X86_TRAP_DF, X86_TRAP_OLD_MF, X86_TRAP_TS, X86_TRAP_NP,
	X86_TRAP_SS, X86_TRAP_GP, X86_TRAP_PF, X86_TRAP_SPURIOUS, X86_TRAP_MF, X86_TRAP_AC,
	X86_TRAP_MC, X86_TRAP_XF, X86_TRAP_VE, X86_TRAP_CP,
	NR_EXCEPTIONS = 32,
	NR_VECTORS = 256
};

/* Page fault error code */
#define X86_PF_PROT		(1UL << 0)	/* 0: not present, 1: protection */
#define X86_PF_WRITE		(1UL << 1)
#define X86_PF_USER		(1UL << 2)
#define X86_PF_RSVD		(1UL << 3)
#define X86_PF_INSTR		(1UL << 4)
#define X86_PF_PK		(1UL << 5)

/* Takes the exception (true: continue with *regs), or passes it on (false). */
typedef bool (*trap_fn)(struct pt_regs *regs);

/*
 * Be asked first about exception @vector (0..31), before .ex_table and before an oops.
 * NULL takes the socket out.  One owner per vector: -EBUSY when it is taken.
 * #DB does not rewind an interrupted sequence (irq_entry.asm), so its owner must not
 * allocate or free.
 */
int trap_register(unsigned int vector, trap_fn fn);

/* All vectors >= 32 go here (kernel/irq.c).  Without it they are counted and dropped. */
void trap_set_interrupt_handler(void (*fn)(struct pt_regs *regs, unsigned int vector));

/*
 * Called when an interrupt has been handled, interrupts still off, where it came while they
 * were on and preempt_count() was 0, and somebody wants to reschedule.  May switch threads.
 */
void trap_set_preempt_hook(void (*fn)(void));

/*
 * Asked when an oops has been printed and would end in panic(): true means "handled,
 * continue with *regs", usually because trap_resume_at() has changed them.
 */
void trap_set_oops_hook(trap_fn fn);

/* Continue the interrupted context, on its own stack, by calling @fn, which must not return. */
void trap_resume_at(struct pt_regs *regs, void (*fn)(void));

/* Every vector of every kind; irq_entry.asm calls it with interrupts off. */
void trap_dispatch(struct pt_regs *regs, unsigned int vector);

/* RIP, code bytes and registers in Linux's text. */
void show_regs(const struct pt_regs *regs);
/* The same, with the CPU line before it and the call trace of that context behind it. */
void show_regs_and_trace(const struct pt_regs *regs);

/* Registers of the interrupt or exception being handled on this CPU; NULL: none. */
struct pt_regs *get_irq_regs(void);

/* NMIs that @cpu has had. */
unsigned int trap_nmi_count(unsigned int cpu);

/* Interrupts dropped because there was no interrupt handler yet. */
unsigned long trap_dropped_interrupts(void);

#endif /* _ASM_TRAPS_H */
