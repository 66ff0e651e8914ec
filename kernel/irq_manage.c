/* SPDX-License-Identifier: MIT */
/*
 * kernel/irq_manage.c - who gets a line: handlers, their threads, on and off
 *
 * MODEL
 *   An action is a handler and perhaps a thread.  The handler says IRQ_WAKE_THREAD, in the hard
 *   interrupt; that sets run_thread, counts the thread as active and, for IRQF_ONESHOT, sets
 *   its bit in the line's oneshot word, which blocks the line (irq.c):
 *
 *	handler -> run_thread, threads_active++, oneshot |= bit
 *	thread	-> run_thread off, thread_fn(), threads_active--, oneshot &= ~bit, unblock
 *
 *   Taking an action away: off the list, so that nobody begins with it; then wait until no
 *   handler of the line is running and no thread is active; then it can be freed.
 *
 * LOCKING	irq_lock, as in irq.c.
 * CONTEXT	see <linux/interrupt.h>.
 * FAILURE	-errno and nothing changed.
 * NOT HERE	what happens in the interrupt: irq.c.
 */
#include <asm/processor.h>
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/wait.h>

#include "irq.h"

/* Those who wait until the threads of some line have ended. */
static DECLARE_WAIT_QUEUE_HEAD(irq_threads_wait);

/* ---- threads --------------------------------------------------------------------- */

void irq_wake_thread(struct irq_desc *desc, struct irqaction *a)
{
	if (!a->thread) {
		pr_warn("IRQ %u device %s returned IRQ_WAKE_THREAD but no thread function "
			"available.\n", a->irq, a->name);
		return;
	}
	spin_lock(&irq_lock);
	if (!a->run_thread) {
		a->run_thread = true;
		desc->oneshot |= a->thread_bit;
		desc->threads_active++;
		wake_up_process(a->thread);
	}
	spin_unlock(&irq_lock);
}

static bool irq_thread_take(struct irqaction *a)
{
	unsigned long flags;
	bool run;

	spin_lock_irqsave(&irq_lock, flags);
	run = a->run_thread;
	a->run_thread = false;
	spin_unlock_irqrestore(&irq_lock, flags);
	return run;
}

/* Whatever a replay has left behind, where interrupts are on again. */
static void irq_after_replay(void)
{
	if (irqs_disabled())
		return;
	do_softirq();
	preempt_check_resched();
}

static void irq_thread_done(struct irqaction *a)
{
	struct irq_desc *desc = irq_desc_get(a->irq);
	unsigned long flags;
	bool replay, last;

	spin_lock_irqsave(&irq_lock, flags);
	last = !--desc->threads_active;
	if (!a->run_thread)
		desc->oneshot &= ~a->thread_bit;
	replay = irq_unblock(a->irq, desc);
	spin_unlock(&irq_lock);
	if (replay)
		irq_replay(a->irq, desc);
	local_irq_restore(flags);
	if (last)
		wake_up_all(&irq_threads_wait);
	if (replay)
		irq_after_replay();
}

static int irq_thread(void *data)
{
	struct irqaction *a = data;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (irq_thread_take(a)) {
			__set_current_state(TASK_RUNNING);
			a->thread_fn((int)a->irq, a->dev);
			irq_thread_done(a);
		} else if (kthread_should_stop()) {
			break;
		} else {
			schedule();
		}
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static irqreturn_t irq_default_handler(int irq, void *dev)
{
	return IRQ_WAKE_THREAD;
}

/* ---- taking a line ---------------------------------------------------------------- */

static bool irq_flags_agree(const struct irqaction *a, const struct irqaction *b)
{
	const unsigned long same = IRQF_ONESHOT | IRQF_PERCPU;

	return a->flags & b->flags & IRQF_SHARED && !((a->flags ^ b->flags) & same);
}

static int irq_choose_thread_bit(const struct irq_desc *desc, struct irqaction *new)
{
	const struct irqaction *a;
	unsigned long taken = desc->oneshot;	/* also those that are being freed */

	if (!(new->flags & IRQF_ONESHOT))
		return 0;
	for (a = desc->actions; a; a = a->next)
		taken |= a->thread_bit;
	if (taken == ~0UL)
		return -EBUSY;
	new->thread_bit = 1UL << ffz(taken);
	return 0;
}

static int irq_add_action(struct irq_desc *desc, struct irqaction *new)
{
	struct irqaction *old = desc->actions, **end;

	lockdep_assert_held(&irq_lock);
	if (old && !irq_flags_agree(old, new)) {
		pr_err("Flags mismatch irq %u. %08lx (%s) vs. %08lx (%s)\n", new->irq, new->flags,
		       new->name, old->flags, old->name);
		return -EBUSY;
	}
	if (irq_choose_thread_bit(desc, new))
		return -EBUSY;
	for (end = &desc->actions; *end; end = &(*end)->next)
		;
	smp_store_release(end, new);	/* complete, before a handler walk sees it */
	if (!old)		/* as Linux: what the last owner disabled is forgotten */
		desc->depth = new->flags & IRQF_NO_AUTOEN ? 1 : 0;
	irq_update_mask(new->irq, desc);
	return 0;
}

static int irq_make_thread(struct irqaction *a)
{
	struct task_struct *t;

	t = kthread_create(irq_thread, a, "irq/%u-%s", a->irq, a->name);
	if (IS_ERR(t))
		return (int)PTR_ERR(t);
	sched_set_fifo(t);
	a->thread = get_task_struct(t);
	return 0;
}

static void irq_free_action(struct irqaction *a)
{
	if (a->thread)
		kthread_stop_put(a->thread);
	kfree(a);
}

static int irq_install(struct irqaction *a)
{
	struct irq_desc *desc = irq_desc_get(a->irq);
	unsigned long flags;
	int err;

	err = a->thread_fn ? irq_make_thread(a) : 0;
	if (err)
		return err;
	spin_lock_irqsave(&irq_lock, flags);
	err = irq_add_action(desc, a);
	spin_unlock_irqrestore(&irq_lock, flags);
	if (!err && a->thread)
		wake_up_process(a->thread);
	return err;
}

int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			 unsigned long flags, const char *name, void *dev)
{
	struct irqaction *a;
	int err;

	might_sleep();
	if (!irq_desc_get(irq) || (!handler && !thread_fn) || ((flags & IRQF_SHARED) && !dev))
		return -EINVAL;
	if (!handler && !(flags & IRQF_ONESHOT)) {
		pr_err("Threaded irq requested with handler=NULL and !ONESHOT for %s (irq %u)\n",
		       name, irq);
		return -EINVAL;
	}
	a = kmalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	*a = (struct irqaction){
		.handler = handler ?: irq_default_handler, .thread_fn = thread_fn, .dev = dev,
		.name = name, .irq = irq, .flags = flags,
	};
	err = irq_install(a);
	if (err)
		irq_free_action(a);
	return err;
}

/* ---- giving it back --------------------------------------------------------------- */

static struct irqaction *irq_remove_action(unsigned int irq, struct irq_desc *desc, void *dev)
{
	struct irqaction **link, *a;

	lockdep_assert_held(&irq_lock);
	for (link = &desc->actions; (a = *link) != NULL; link = &a->next) {
		if (a->dev != dev)
			continue;
		WRITE_ONCE(*link, a->next);
		if (!desc->actions)
			desc->pending = false;		/* nobody is left to replay it to */
		irq_update_mask(irq, desc);
		return a;
	}
	return NULL;
}

const void *free_irq(unsigned int irq, void *dev)
{
	struct irq_desc *desc = irq_desc_get(irq);
	struct irqaction *a = NULL;
	const char *name;
	unsigned long flags;

	if (WARN(in_interrupt(), "Trying to free IRQ %u from IRQ context!\n", irq))
		return NULL;
	might_sleep();
	if (desc) {
		spin_lock_irqsave(&irq_lock, flags);
		a = irq_remove_action(irq, desc, dev);
		spin_unlock_irqrestore(&irq_lock, flags);
	}
	if (WARN(!a, "Trying to free already-free IRQ %u\n", irq))
		return NULL;
	synchronize_irq(irq);
	name = a->name;
	irq_free_action(a);
	return name;
}

/* ---- waiting, on and off ----------------------------------------------------------- */

/* In a hard interrupt: is it the one that we are, or have interrupted? */
static bool irq_is_below(const struct irq_desc *desc)
{
	return in_hardirq() &&
	       READ_ONCE(desc->in_progress_cpu) == (unsigned int)smp_processor_id();
}

bool synchronize_hardirq(unsigned int irq)
{
	const struct irq_desc *desc = irq_desc_get(irq);

	if (!desc)
		return true;
	while (READ_ONCE(desc->in_progress) && !irq_is_below(desc))
		cpu_relax();
	return !READ_ONCE(desc->threads_active);
}

/* Its own thread would wait for itself. */
static bool irq_is_own_thread(const struct irq_desc *desc)
{
	const struct irqaction *a;
	unsigned long flags;

	spin_lock_irqsave(&irq_lock, flags);
	for (a = desc->actions; a; a = a->next)
		if (a->thread == current)
			break;
	spin_unlock_irqrestore(&irq_lock, flags);
	return a;
}

void synchronize_irq(unsigned int irq)
{
	const struct irq_desc *desc = irq_desc_get(irq);

	if (!synchronize_hardirq(irq) && !in_interrupt() && !WARN_ON(irq_is_own_thread(desc)))
		wait_event(irq_threads_wait, !READ_ONCE(desc->threads_active));
}

void disable_irq_nosync(unsigned int irq)
{
	struct irq_desc *desc = irq_desc_get(irq);
	unsigned long flags;

	if (!desc)
		return;
	spin_lock_irqsave(&irq_lock, flags);
	desc->depth++;
	spin_unlock_irqrestore(&irq_lock, flags);
}

bool disable_hardirq(unsigned int irq)
{
	disable_irq_nosync(irq);
	return synchronize_hardirq(irq);
}

void disable_irq(unsigned int irq)
{
	disable_irq_nosync(irq);
	synchronize_irq(irq);
}

void enable_irq(unsigned int irq)
{
	struct irq_desc *desc = irq_desc_get(irq);
	unsigned long flags;
	bool replay;

	if (!desc)
		return;
	spin_lock_irqsave(&irq_lock, flags);
	if (desc->depth) {
		desc->depth--;
		replay = irq_unblock(irq, desc);
		spin_unlock(&irq_lock);
		if (replay)
			irq_replay(irq, desc);
		local_irq_restore(flags);
		if (replay)
			irq_after_replay();
		return;
	}
	spin_unlock_irqrestore(&irq_lock, flags);
	WARN(1, "Unbalanced enable for IRQ %u\n", irq);
}
