/* SPDX-License-Identifier: MIT */
/* The interrupt flag of the hosted CPU: a variable, so that tests can see and set it. */
#ifndef _ASM_IRQFLAGS_H
#define _ASM_IRQFLAGS_H

#include <linux/types.h>

#define X86_EFLAGS_IF		(1UL << 9)

extern __thread unsigned long host_eflags;

static __always_inline unsigned long arch_local_save_flags(void)
{
	return host_eflags;
}

static __always_inline void arch_local_irq_disable(void)
{
	host_eflags &= ~X86_EFLAGS_IF;
}

static __always_inline void arch_local_irq_enable(void)
{
	host_eflags |= X86_EFLAGS_IF;
}

static __always_inline bool arch_irqs_disabled_flags(unsigned long flags)
{
	return !(flags & X86_EFLAGS_IF);
}

static __always_inline unsigned long arch_local_irq_save(void)
{
	unsigned long flags = host_eflags;

	arch_local_irq_disable();
	return flags;
}

static __always_inline void arch_local_irq_restore(unsigned long flags)
{
	host_eflags = flags;
}

static inline void arch_safe_halt(void) { arch_local_irq_enable(); }
static inline void arch_halt(void) { }

#endif /* _ASM_IRQFLAGS_H */
