/* SPDX-License-Identifier: MIT */
/*
 * preempt_count, in Linux's layout: which context is this, and may it sleep?
 *
 *	bits  0..7	preemption disabled, depth
 *	bits  8..15	softirq: in one (odd) or disabled (even), depth
 *	bits 16..19	hardirq depth
 *	bits 20..23	NMI depth
 *	bit  30		interrupts are off (<linux/irqflags.h>)
 *	bit  31		set: nobody wants this CPU to reschedule
 *
 * Bit 31 is upside down, so that the word is 0 only where a reschedule is both wanted and
 * allowed: preempt_enable() is one decrement and a jump that is hardly ever taken.  (The
 * idea is Linux's for x86.)  preempt_count() shows neither of the two.
 *
 * The count belongs to the CPU, not to a thread: threads are only ever switched at depth 1.
 */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

#include <linux/irqflags.h>
#include <linux/percpu-defs.h>

#define PREEMPT_OFFSET		(1U << 0)
#define SOFTIRQ_OFFSET		(1U << 8)
#define SOFTIRQ_DISABLE_OFFSET	(2U << 8)
#define HARDIRQ_OFFSET		(1U << 16)
#define NMI_OFFSET		(1U << 20)
#define PREEMPT_MASK		0x000000ffU
#define SOFTIRQ_MASK		0x0000ff00U
#define HARDIRQ_MASK		0x000f0000U
#define NMI_MASK		0x00f00000U
#define PREEMPT_NEED_RESCHED	0x80000000U	/* inverted */

#define preempt_count() \
	(this_cpu_read(__preempt_count) & ~(PREEMPT_NEED_RESCHED | PREEMPT_IRQS_OFF))
#define preempt_count_add(v)	this_cpu_add(__preempt_count, v)
#define preempt_count_sub(v)	this_cpu_sub(__preempt_count, v)

/* Does somebody want this CPU to reschedule?  And may it, but for @offset in the count? */
#define need_resched()		(!(this_cpu_read(__preempt_count) & PREEMPT_NEED_RESCHED))
#define should_resched(offset)	(this_cpu_read(__preempt_count) == (offset))
#define set_preempt_need_resched()   this_cpu_and(__preempt_count, ~PREEMPT_NEED_RESCHED)
#define clear_preempt_need_resched() this_cpu_or(__preempt_count, PREEMPT_NEED_RESCHED)

/* lib/task.c: let the thread run that has been waiting for preempt_enable(). */
void preempt_schedule(void);

#define preempt_disable()	do { preempt_count_add(1); barrier(); } while (0)
#define preempt_enable_no_resched() do { barrier(); preempt_count_sub(1); } while (0)
#define preempt_enable() do {						\
	barrier();							\
	if (unlikely(this_cpu_dec_and_test(__preempt_count)))		\
		preempt_schedule();					\
} while (0)
#define preempt_check_resched() do {					\
	if (unlikely(should_resched(0)))				\
		preempt_schedule();					\
} while (0)

#define hardirq_count()		(preempt_count() & HARDIRQ_MASK)
#define softirq_count()		(preempt_count() & SOFTIRQ_MASK)
#define irq_count()		(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK))
#define in_nmi()		((preempt_count() & NMI_MASK) != 0)
#define in_hardirq()		(hardirq_count() != 0)
#define in_irq()		in_hardirq()
#define in_serving_softirq()	((softirq_count() & SOFTIRQ_OFFSET) != 0)
#define in_softirq()		(softirq_count() != 0)
#define in_interrupt()		(irq_count() != 0)
#define in_task()		(!(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))
#define in_atomic()		(preempt_count() != 0)
#define preemptible()		(preempt_count() == 0 && !irqs_disabled())

#endif /* _LINUX_PREEMPT_H */
