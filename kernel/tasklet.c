/* SPDX-License-Identifier: MIT */
/*
 * kernel/tasklet.c - small pieces of work in a soft interrupt, each one at a time
 *
 * MODEL
 *   Scheduling sets SCHED and, if it was clear, appends the tasklet to this CPU's list and
 *   raises the softirq, which takes the whole list and goes through it:
 *
 *	SCHED set, RUN clear, count 0	RUN on, SCHED off, call it, RUN off
 *	RUN (another CPU) or count > 0	back on the list, and raise again
 *
 *   SCHED goes off before the function is called, so that one that is scheduled while it
 *   runs, also by itself, runs once more.  A disabled one that is scheduled keeps the softirq
 *   busy until it is enabled; so does Linux's.
 *
 * INVARIANTS	a tasklet is on a list iff SCHED is set; RUN is set by the CPU that calls it.
 * LOCKING	a CPU's lists are its own, interrupts off; SCHED and RUN are locks of one bit.
 * CONTEXT	tasklet_kill(): process.  The others: any but NMI.
 * FAILURE	none.
 */
#include <asm/processor.h>
#include <linux/bitops.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/smp.h>

struct tasklet_head {
	struct tasklet_struct *first, *last;	/* irqs off */
};

static DEFINE_PER_CPU(struct tasklet_head, tasklet_hi_list);
static DEFINE_PER_CPU(struct tasklet_head, tasklet_list);

/* Interrupts off. */
static void tasklet_append(struct tasklet_head *list, struct tasklet_struct *t, unsigned int nr)
{
	t->next = NULL;
	if (list->last)
		list->last->next = t;
	else
		list->first = t;
	list->last = t;
	raise_softirq_irqoff(nr);
}

static void tasklet_schedule_on(struct tasklet_head *lists, struct tasklet_struct *t,
				unsigned int nr)
{
	unsigned long flags;

	if (test_and_set_bit(TASKLET_STATE_SCHED, &t->state))
		return;
	local_irq_save(flags);
	tasklet_append(this_cpu_ptr(lists), t, nr);
	local_irq_restore(flags);
}

void tasklet_schedule(struct tasklet_struct *t)
{
	tasklet_schedule_on(&tasklet_list, t, TASKLET_SOFTIRQ);
}

void tasklet_hi_schedule(struct tasklet_struct *t)
{
	tasklet_schedule_on(&tasklet_hi_list, t, HI_SOFTIRQ);
}

/* ---- running --------------------------------------------------------------------- */

static void tasklet_call(struct tasklet_struct *t)
{
	if (t->use_callback)
		t->callback(t);
	else
		t->func(t->data);
}

/* False: not now. */
static bool tasklet_try(struct tasklet_struct *t)
{
	if (test_and_set_bit(TASKLET_STATE_RUN, &t->state))
		return false;
	if (atomic_read(&t->count)) {
		clear_bit(TASKLET_STATE_RUN, &t->state);
		return false;
	}
	if (!WARN_ON(!test_and_clear_bit(TASKLET_STATE_SCHED, &t->state)))
		tasklet_call(t);
	clear_bit(TASKLET_STATE_RUN, &t->state);
	return true;
}

static void tasklet_run_list(struct tasklet_head *lists, unsigned int nr)
{
	struct tasklet_struct *t, *next;
	struct tasklet_head *list;

	local_irq_disable();
	list = this_cpu_ptr(lists);
	t = list->first;
	*list = (struct tasklet_head){ NULL, NULL };
	local_irq_enable();
	for (; t; t = next) {
		next = t->next;			/* it may be scheduled again */
		if (tasklet_try(t))
			continue;
		local_irq_disable();
		tasklet_append(this_cpu_ptr(lists), t, nr);
		local_irq_enable();
	}
}

static void tasklet_softirq(void)
{
	tasklet_run_list(&tasklet_list, TASKLET_SOFTIRQ);
}

static void tasklet_hi_softirq(void)
{
	tasklet_run_list(&tasklet_hi_list, HI_SOFTIRQ);
}

void tasklet_init_softirqs(void)
{
	open_softirq(TASKLET_SOFTIRQ, tasklet_softirq);
	open_softirq(HI_SOFTIRQ, tasklet_hi_softirq);
}

/* ---- one tasklet's life ---------------------------------------------------------- */

void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *t))
{
	*t = (struct tasklet_struct){ .use_callback = true, .callback = callback };
}

void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long data), unsigned long data)
{
	*t = (struct tasklet_struct){ .func = func, .data = data };
}

void tasklet_unlock_wait(struct tasklet_struct *t)
{
	while (test_bit(TASKLET_STATE_RUN, &t->state))
		cpu_relax();
}

void tasklet_disable(struct tasklet_struct *t)
{
	tasklet_disable_nosync(t);
	tasklet_unlock_wait(t);
}

/*
 * Holding SCHED keeps others from scheduling it.  To wait for a tick rather than to yield lets
 * ksoftirqd run, whatever our priority is.
 */
void tasklet_kill(struct tasklet_struct *t)
{
	if (WARN_ON_ONCE(in_interrupt()))
		return;
	while (test_and_set_bit(TASKLET_STATE_SCHED, &t->state))
		schedule_timeout_uninterruptible(1);
	tasklet_unlock_wait(t);
	clear_bit(TASKLET_STATE_SCHED, &t->state);
}
