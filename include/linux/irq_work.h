/* SPDX-License-Identifier: MIT */
/*
 * A function to be called in a hard interrupt, as soon as interrupts are on: the way out of
 * an NMI (kernel/irq_work.c).
 */
#ifndef _LINUX_IRQ_WORK_H
#define _LINUX_IRQ_WORK_H

#include <linux/types.h>

struct irq_work {
	struct irq_work *next;		/* of this CPU's list */
	unsigned int flags;		/* IRQ_WORK_* */
	void (*func)(struct irq_work *work);
};

#define IRQ_WORK_PENDING	1U	/* on a list */
#define IRQ_WORK_BUSY		2U	/* being called */

#define IRQ_WORK_INIT(fn)	{ .func = (fn) }
#define DEFINE_IRQ_WORK(name, fn) struct irq_work name = IRQ_WORK_INIT(fn)

static inline void init_irq_work(struct irq_work *work, void (*func)(struct irq_work *work))
{
	*work = (struct irq_work)IRQ_WORK_INIT(func);
}

static inline bool irq_work_is_pending(const struct irq_work *work)
{
	return READ_ONCE(work->flags) & IRQ_WORK_PENDING;
}

static inline bool irq_work_is_busy(const struct irq_work *work)
{
	return READ_ONCE(work->flags) & IRQ_WORK_BUSY;
}

/* False: it was pending already.  Any context, NMI too. */
bool irq_work_queue(struct irq_work *work);
/* Wait, busily, until it neither is pending nor runs.  Process context, interrupts on. */
void irq_work_sync(struct irq_work *work);

/* From the tick: where there is no local APIC to interrupt ourselves with. */
void irq_work_tick(void);
void irq_work_init(void);

#endif /* _LINUX_IRQ_WORK_H */
