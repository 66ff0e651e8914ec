/* SPDX-License-Identifier: MIT */
/*
 * Hardware interrupts: who handles which line.  Implemented by kernel/irq.c.
 *
 * A handler runs with interrupts off, in_hardirq() true; it may allocate with GFP_ATOMIC
 * and must not sleep.
 */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H

#include <linux/preempt.h>
#include <linux/types.h>

struct seq_file;

typedef enum irqreturn {
	IRQ_NONE	= 0,		/* not from my device */
	IRQ_HANDLED	= 1,
	IRQ_WAKE_THREAD	= 2,
} irqreturn_t;
#define IRQ_RETVAL(x)		((x) ? IRQ_HANDLED : IRQ_NONE)

typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

#define IRQF_TRIGGER_NONE	0x00000000
#define IRQF_TRIGGER_RISING	0x00000001
#define IRQF_TRIGGER_FALLING	0x00000002
#define IRQF_TRIGGER_HIGH	0x00000004
#define IRQF_TRIGGER_LOW	0x00000008
#define IRQF_SHARED		0x00000080	/* all of a line's handlers must say so */
#define __IRQF_TIMER		0x00000200
#define IRQF_PERCPU		0x00000400
#define IRQF_ONESHOT		0x00002000
#define IRQF_NO_SUSPEND		0x00004000
#define IRQF_NO_THREAD		0x00010000
#define IRQF_TIMER		(__IRQF_TIMER | IRQF_NO_SUSPEND | IRQF_NO_THREAD)

/*
 * Call @handler(@irq, @dev) on every interrupt of line @irq, which is unmasked for the
 * first.  @name (not copied) is what interrupts_show() prints.  @dev identifies the
 * handler for free_irq(); with IRQF_SHARED it must not be NULL.
 * 0; -EINVAL: no such line, no handler, shared without dev; -EBUSY: taken and not
 * shareable; -ENOMEM: more than IRQ_MAX_ACTIONS handlers.
 * Context: any but NMI.  Undone by free_irq().
 */
int __must_check request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags,
			     const char *name, void *dev);

/*
 * Take the handler away; it does not run any more when this returns.  The line is masked
 * with the last one.  Returns the name it was registered with; NULL (and a warning) when
 * there is no such handler.
 */
const void *free_irq(unsigned int irq, void *dev);

#define IRQ_MAX_ACTIONS		64	/* handlers in the whole system */

/* Nested: as many enables as disables.  An interrupt meanwhile is kept by the controller. */
void disable_irq(unsigned int irq);
void enable_irq(unsigned int irq);

/* Bracket every hard interrupt handler; balance preempt_count. */
void irq_enter(void);
void irq_exit(void);

/* The table of /proc/interrupts, into @m. */
void interrupts_show(struct seq_file *m);

#endif /* _LINUX_INTERRUPT_H */
