/* SPDX-License-Identifier: MIT */
/*
 * kernel/timer.c - functions that are called when their time has come
 *
 * MODEL
 *   Each CPU has a wheel (timer_wheel.c), stepped from its TIMER_SOFTIRQ up to jiffies.  Its
 *   tick only raises the soft interrupt, and not even that while no timer is armed there.
 *
 *	mod_timer() -> wheel -> step: due -> running, the lock dropped -> (armed again)
 *
 *   A timer belongs to the CPU that its flags name, and moves to that of whoever arms it; but
 *   while its function runs it stays, so that who waits for the end of that knows where to
 *   look, and so that it never runs on two CPUs.
 *
 *   clk is at most jiffies + 1, the first jiffy whose timers have not been looked at.  A wheel
 *   that is empty lags behind; the next timer to be armed takes it along.
 *
 * INVARIANTS
 *   T1  entry.next is NULL, or the timer is in the wheel of its CPU or on its list of those due.
 *   T2  running is the timer whose function is being called, on the CPU of the base.  The
 *	 function may free it, so nobody looks into it again.
 *   T3  the CPU in a timer's flags changes only under the lock of the base that it leaves,
 *	 while the timer is in no wheel; MIGRATING from then until the new base is locked.
 *
 * LOCKING	base->lock, rank LOCK_TIMER, irqs off; not held while a function runs.  Never
 *		two at a time.  A step holds it while a slot cascades: a few dozen instructions
 *		a timer.
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

/* Field keys:  (B) lock   (C) constant   (R) a racy read is fine */
struct timer_base {
	spinlock_t lock;
	unsigned int cpu;		/* (C) */
	struct timer_list *running;	/* (B) */
	struct timer_wheel wheel;	/* (B); nr (R) */
};

static DEFINE_PER_CPU(struct timer_base, timer_bases);

enum timer_how { TIMER_ANY, TIMER_IF_PENDING, TIMER_IF_SOONER };

/* ---- whose is it? ---------------------------------------------------------------- */

/* The base of @t, locked; balanced by timer_unlock() for the static checkers. */
static struct timer_base *timer_lock(struct timer_list *t, unsigned long *irqflags)
	__no_lock_analysis
{
	struct timer_base *base;
	u32 flags;

	for (;; cpu_relax()) {
		flags = READ_ONCE(t->flags);
		if (flags & TIMER_MIGRATING)
			continue;
		base = per_cpu_ptr(&timer_bases, flags & TIMER_CPUMASK);
		spin_lock_irqsave(&base->lock, *irqflags);
		if (likely(READ_ONCE(t->flags) == flags))
			break;
		spin_unlock_irqrestore(&base->lock, *irqflags);
	}
	__release(&base->lock);
	return base;
}

static void timer_unlock(struct timer_base *base, unsigned long irqflags) __no_lock_analysis
{
	__acquire(&base->lock);
	spin_unlock_irqrestore(&base->lock, irqflags);
}

/* T3.  @t is in no wheel; the base of @cpu is locked instead. */
static struct timer_base *timer_migrate(struct timer_list *t, struct timer_base *base,
					unsigned int cpu) __no_lock_analysis
{
	const u32 flags = t->flags & ~TIMER_CPUMASK;

	WRITE_ONCE(t->flags, flags | TIMER_MIGRATING | base->cpu);
	spin_unlock(&base->lock);
	base = per_cpu_ptr(&timer_bases, cpu);
	spin_lock(&base->lock);
	WRITE_ONCE(t->flags, flags | cpu);
	return base;
}

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

/* Into the wheel of @cpu, if it may move. */
static struct timer_base *timer_arm(struct timer_list *t, struct timer_base *base,
				    unsigned long expires, unsigned int cpu)
{
	if (timer_pending(t))
		timer_wheel_del(&base->wheel, t);
	if (base->cpu != cpu && base->running != t)
		base = timer_migrate(t, base, cpu);
	if (!base->wheel.nr)
		base->wheel.clk = jiffies + 1;
	t->expires = expires;
	timer_wheel_add(&base->wheel, t);
	return base;
}

static int timer_change(struct timer_list *t, unsigned long expires, enum timer_how how)
{
	struct timer_base *base;
	unsigned long flags;
	bool armed;

	base = timer_lock(t, &flags);
	armed = timer_pending(t);
	if (timer_wants_change(t, expires, how, armed))
		base = timer_arm(t, base, expires, t->flags & TIMER_PINNED ? base->cpu :
				 (unsigned int)smp_processor_id());
	timer_unlock(base, flags);
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

void add_timer_on(struct timer_list *t, int cpu)
{
	struct timer_base *base;
	unsigned long flags;

	base = timer_lock(t, &flags);
	if (!WARN_ON_ONCE(timer_pending(t)) && t->function)
		base = timer_arm(t, base, t->expires, (unsigned int)cpu);
	timer_unlock(base, flags);
}

/* ---- disarming ------------------------------------------------------------------- */

/* What timer_take() found out beside the result. */
struct timer_taken {
	bool running, here;		/* its function; on this CPU, so that we are in it */
};

static int timer_take(struct timer_list *t, bool shutdown, struct timer_taken *taken)
{
	struct timer_base *base;
	unsigned long flags;
	int armed;

	base = timer_lock(t, &flags);
	armed = timer_pending(t);
	if (armed)
		timer_wheel_del(&base->wheel, t);
	if (shutdown)
		t->function = NULL;
	taken->running = base->running == t;
	taken->here = taken->running && base->cpu == (unsigned int)smp_processor_id();
	timer_unlock(base, flags);
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
	struct timer_base *base;
	unsigned long flags;
	int armed = -1;

	base = timer_lock(t, &flags);
	if (base->running != t) {
		armed = timer_pending(t);
		if (armed)
			timer_wheel_del(&base->wheel, t);
	}
	timer_unlock(base, flags);
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

static void timer_run_one(struct timer_base *base, struct timer_list *t)
	__must_hold(&base->lock)
{
	void (*fn)(struct timer_list *t) = t->function;
	const bool irqs_off = t->flags & TIMER_IRQSAFE;

	lockdep_assert_held(&base->lock);
	timer_wheel_del(&base->wheel, t);
	base->running = t;
	spin_unlock(&base->lock);
	if (!irqs_off)
		local_irq_enable();
	timer_call(t, fn);
	local_irq_disable();
	spin_lock(&base->lock);
	base->running = NULL;
}

static void timer_softirq(void)
{
	struct timer_base *base = this_cpu_ptr(&timer_bases);
	struct timer_wheel *w = &base->wheel;
	LIST_HEAD(due);

	spin_lock_irq(&base->lock);
	while (w->nr && time_after_eq(jiffies, w->clk)) {
		timer_wheel_step(w, &due);
		while (!list_empty(&due))
			timer_run_one(base, list_first_entry(&due, struct timer_list, entry));
		spin_unlock_irq(&base->lock);	/* many jiffies may have gone by */
		spin_lock_irq(&base->lock);
	}
	spin_unlock_irq(&base->lock);
}

void run_local_timers(void)
{
	if (READ_ONCE(this_cpu_ptr(&timer_bases)->wheel.nr))
		raise_softirq(TIMER_SOFTIRQ);
}

void timers_prepare_cpu(unsigned int cpu)
{
	struct timer_base *base = per_cpu_ptr(&timer_bases, cpu);

	spin_lock_init_ranked(&base->lock, LOCK_TIMER);
	base->cpu = cpu;
	timer_wheel_init(&base->wheel, jiffies);
}

void init_timers(void)
{
	timers_prepare_cpu((unsigned int)smp_processor_id());
	open_softirq(TIMER_SOFTIRQ, timer_softirq);
}
