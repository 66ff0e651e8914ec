/* SPDX-License-Identifier: MIT */
/* kernel/irq.h - between irq.c (what an interrupt does) and irq_manage.c (who gets it) */
#ifndef _KERNEL_IRQ_H
#define _KERNEL_IRQ_H

#include <linux/irq.h>
#include <linux/spinlock.h>

struct task_struct;

/* Field keys:  (L) irq_lock   (C) constant while it is on the list   (R) a racy read is fine */
struct irqaction {
	irq_handler_t handler;		/* (C) */
	irq_handler_t thread_fn;	/* (C) or NULL */
	void *dev;			/* (C) */
	const char *name;		/* (C) */
	unsigned int irq;		/* (C) */
	unsigned long flags;		/* (C) IRQF_* */
	struct irqaction *next;		/* (L); walked without it while in_progress */
	struct task_struct *thread;	/* (C) or NULL */
	unsigned long thread_bit;	/* (C) its bit in desc->oneshot; 0: not IRQF_ONESHOT */
	bool run_thread;		/* (L) the thread is to call thread_fn */
};

struct irq_desc {
	const struct irq_chip *chip;	/* (C) after irq_init(); NULL: no such line */
	struct irqaction *actions;	/* (L) */
	unsigned int depth;		/* (L) nested disable_irq() */
	unsigned long oneshot;		/* (L) threads that must end before the next interrupt */
	unsigned int threads_active;	/* (L,R) thread_fn to be called, or running */
	bool pending;			/* (L) came in while it could not be delivered */
	bool in_progress;		/* (L,R) its handlers are running ... */
	unsigned int in_progress_cpu;	/* (L,R) ... there */
	bool unmasked;			/* (L) at the controller */
	unsigned int seen, unhandled;	/* (L) of the last IRQ_STORM; nobody knew why it came */
};

/* irq.c */
extern spinlock_t irq_lock;
/* NULL: no such line. */
struct irq_desc *irq_desc_get(unsigned int irq);
/* Disabled, or a oneshot thread has not come to its end. */
bool irq_is_blocked(const struct irq_desc *desc);
/* Mask or unmask it, as the state of @desc asks for. */
void irq_update_mask(unsigned int irq, struct irq_desc *desc);
/*
 * It may not be blocked any more: unmask it then.  True: something is pending that the
 * controller will not bring again, so irq_replay() it.
 */
bool irq_unblock(unsigned int irq, struct irq_desc *desc);
/* Without the lock, interrupts off: as if it came in now. */
void irq_replay(unsigned int irq, struct irq_desc *desc);

/* irq_manage.c: @a's handler has said IRQ_WAKE_THREAD.  Hard interrupt. */
void irq_wake_thread(struct irq_desc *desc, struct irqaction *a);

#endif /* _KERNEL_IRQ_H */
