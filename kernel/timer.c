/* SPDX-License-Identifier: MIT */
/*
 * kernel/timer.c - functions that are called when their time has come
 *
 * MODEL
 *   One wheel (timer_wheel.c) for all, stepped from TIMER_SOFTIRQ up to jiffies.  The tick
 *   only raises the soft interrupt, and not even that while no timer is armed.
 *
 *	mod_timer() -> wheel -> step: due -> running, the lock dropped -> (armed again)
 *
 *   clk is at most jiffies + 1, the first jiffy whose timers have not been looked at.  A wheel
 *   that is empty lags behind; the next timer to be armed takes it along.
 *
 * INVARIANTS
 *   T1  entry.next is NULL, or the timer is in the wheel or on the list of those due.
 *   T2  running is the timer whose function is being called, on running_cpu.  The function
 *	 may free it, so nobody looks into it again.
 *
 * LOCKING	timer_base.lock, rank LOCK_TIMER, irqs off; not held while a function runs.
 *		One lock and one wheel for all CPUs, run by the CPU that counts jiffies.
 *		A step holds it while a slot cascades: a few dozen instructions a timer.
 * CONTEXT	see <linux/timer.h>.
 * FAILURE	none.  A function that changes preempt_count is reported, and undone.
 * NOT HERE	schedule_timeout() and sleeping: sleep.c.  Which slot: timer_wheel.c.
 */
#include <asm/processor.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#include "timer_wheel.h"

/* Field keys:  (B) lock   (R) a racy read is fine */
static struct {
	spinlock_t lock;
	struct timer_list *running;	/* (B) */
	int running_cpu;		/* (B) */
	struct timer_wheel wheel;	/* (B); nr (R) */
} timer_base = { .lock = __SPIN_LOCK_INIT(LOCK_TIMER) };

enum timer_how { TIMER_ANY, TIMER_IF_PENDING, TIMER_IF_SOONER };


/* ---- arming ---------------------------------------------------------------------- */

/* Is there anything to do?  *armed says whether it was armed. */
static bool timer_wants_change(const struct timer_list *t, unsigned long expires,
			       enum timer_how how, bool armed)
{
	if (!t->function)
		return false;			/* shut down */
	if (!armed)
		return how != TIMER_IF_PENDING;
	return how == TIMER_IF_SOONER ? time_before(expires, t->expires) : expires != t->expires;
}

static int timer_change(struct timer_list *t, unsigned long expires, enum timer_how how)
{
	struct timer_wheel *w = &timer_base.wheel;
	unsigned long flags;
	bool armed;

	spin_lock_irqsave(&timer_base.lock, flags);
	armed = timer_pending(t);
	if (timer_wants_change(t, expires, how, armed)) {
		if (armed)
			timer_wheel_del(w, t);
		if (!w->nr)
			w->clk = jiffies + 1;
		t->expires = expires;
		timer_wheel_add(w, t);
	}
	spin_unlock_irqrestore(&timer_base.lock, flags);
	return armed;
}

int mod_timer(struct timer_list *t, unsigned long expires)
{
	return timer_change(t, expires, TIMER_ANY);
}

int mod_timer_pending(struct timer_list *t, unsigned long expires)
{
	return timer_change(t, expires, TIMER_IF_PENDING);
}

int timer_reduce(struct timer_list *t, unsigned long expires)
{
	return timer_change(t, expires, TIMER_IF_SOONER);
}

void add_timer(struct timer_list *t)
{
	if (WARN_ON_ONCE(timer_pending(t)))
		return;
	timer_change(t, t->expires, TIMER_ANY);
}

/* ---- disarming ------------------------------------------------------------------- */

/* What timer_take() found out beside the result. */
struct timer_taken {
	bool running, here;		/* its function; on this CPU, so that we are in it */
};

static int timer_take(struct timer_list *t, bool shutdown, struct timer_taken *taken)
{
	unsigned long flags;
	int armed;

	spin_lock_irqsave(&timer_base.lock, flags);
	armed = timer_pending(t);
	if (armed)
		timer_wheel_del(&timer_base.wheel, t);
	if (shutdown)
		t->function = NULL;
	taken->running = timer_base.running == t;
	taken->here = taken->running && timer_base.running_cpu == smp_processor_id();
	spin_unlock_irqrestore(&timer_base.lock, flags);
	return armed;
}

/*
 * Soft interrupts are not preempted: a function that runs on this CPU has called us, or an
 * interrupt has come in its middle.  To wait for it would be to wait for ever.
 */
static int timer_take_sync(struct timer_list *t, bool shutdown)
{
	struct timer_taken taken;
	int armed = 0;

	WARN_ON_ONCE(in_hardirq() && !(t->flags & TIMER_IRQSAFE));
	for (;;) {
		armed |= timer_take(t, shutdown, &taken);
		if (!taken.running || WARN_ON(taken.here))
			return armed;
		cpu_relax();
	}
}

int timer_delete(struct timer_list *t)
{
	struct timer_taken taken;

	return timer_take(t, false, &taken);
}

int timer_delete_sync(struct timer_list *t)
{
	return timer_take_sync(t, false);
}

int timer_shutdown(struct timer_list *t)
{
	struct timer_taken taken;

	return timer_take(t, true, &taken);
}

int timer_shutdown_sync(struct timer_list *t)
{
	return timer_take_sync(t, true);
}

int try_to_del_timer_sync(struct timer_list *t)
{
	unsigned long flags;
	int armed = -1;

	spin_lock_irqsave(&timer_base.lock, flags);
	if (timer_base.running != t) {
		armed = timer_pending(t);
		if (armed)
			timer_wheel_del(&timer_base.wheel, t);
	}
	spin_unlock_irqrestore(&timer_base.lock, flags);
	return armed;
}

/* ---- running --------------------------------------------------------------------- */

static void timer_call(struct timer_list *t, void (*fn)(struct timer_list *t))
{
	const unsigned int before = preempt_count();

	fn(t);
	if (WARN(preempt_count() != before, "timer: %pS preempt leak: %08x -> %08x\n",
		      (void *)fn, before, preempt_count()))
		preempt_count_add(before - preempt_count());
}

static void timer_run_one(struct timer_list *t)
	__must_hold(&timer_base.lock)
{
	void (*fn)(struct timer_list *t) = t->function;
	const bool irqs_off = t->flags & TIMER_IRQSAFE;

	lockdep_assert_held(&timer_base.lock);
	timer_wheel_del(&timer_base.wheel, t);
	timer_base.running = t;
	timer_base.running_cpu = smp_processor_id();
	spin_unlock(&timer_base.lock);
	if (!irqs_off)
		local_irq_enable();
	timer_call(t, fn);
	local_irq_disable();
	spin_lock(&timer_base.lock);
	timer_base.running = NULL;
}

static void timer_softirq(void)
{
	struct timer_wheel *w = &timer_base.wheel;
	LIST_HEAD(due);

	spin_lock_irq(&timer_base.lock);
	while (w->nr && time_after_eq(jiffies, w->clk)) {
		timer_wheel_step(w, &due);
		while (!list_empty(&due))
			timer_run_one(list_first_entry(&due, struct timer_list, entry));
		spin_unlock_irq(&timer_base.lock);	/* many jiffies may have gone by */
		spin_lock_irq(&timer_base.lock);
	}
	spin_unlock_irq(&timer_base.lock);
}

void run_local_timers(void)
{
	if (READ_ONCE(timer_base.wheel.nr))
		raise_softirq(TIMER_SOFTIRQ);
}

void init_timers(void)
{
	timer_wheel_init(&timer_base.wheel, jiffies);
	open_softirq(TIMER_SOFTIRQ, timer_softirq);
}
