/* SPDX-License-Identifier: MIT */
/*
 * local_irq_*: this CPU's interrupt flag.  Any context.  Save/restore pairs nest.
 *
 * The flag has a shadow, a bit of the word that preempt_count() is taken from: so whether a
 * context may sleep is one test of one word (<linux/might_sleep.h>), and that word is 0 only
 * where a reschedule may happen at once.  The shadow is set while the flag is off; entries
 * set it for their handlers and put it back (trap_dispatch()).  Code that flips the flag by
 * arch_local_irq_*() leaves the shadow alone: it must neither sleep nor allocate meanwhile.
 */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

#include <asm/irqflags.h>
#include <linux/percpu-defs.h>

#define PREEMPT_IRQS_OFF	0x40000000U	/* in __preempt_count: the shadow */

DECLARE_PER_CPU(unsigned int, __preempt_count);

/* The shadow only moves while the flag is off, so that no interrupt sees them differ. */
#define irq_shadow_set()	this_cpu_or(__preempt_count, PREEMPT_IRQS_OFF)
#define irq_shadow_clear()	this_cpu_and(__preempt_count, ~PREEMPT_IRQS_OFF)

static __always_inline void local_irq_disable(void)
{
	arch_local_irq_disable();
	irq_shadow_set();
}

static __always_inline void local_irq_enable(void)
{
	irq_shadow_clear();
	arch_local_irq_enable();
}

static __always_inline void local_irq_restore(unsigned long flags)
{
	if (!arch_irqs_disabled_flags(flags))
		local_irq_enable();
}

/* Wait for an interrupt; interrupts are on when it returns. */
static __always_inline void safe_halt(void)
{
	irq_shadow_clear();
	arch_safe_halt();
}

#define local_irq_save(flags)	do {					\
	(flags) = arch_local_irq_save();				\
	irq_shadow_set();						\
} while (0)
#define local_save_flags(flags)	do { (flags) = arch_local_save_flags(); } while (0)
#define irqs_disabled_flags(f)	arch_irqs_disabled_flags(f)
#define irqs_disabled()		arch_irqs_disabled_flags(arch_local_save_flags())

#endif /* _LINUX_IRQFLAGS_H */
