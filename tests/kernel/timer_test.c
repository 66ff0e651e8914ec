/* SPDX-License-Identifier: MIT */
/*
 * timer_test.c - timers and sleeping, in real time
 *
 * Far-away times and wraps are timer_wheel_test.c's, where time is faster.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include "report.h"

#define TRIES	30U		/* for what a busy host may spoil */

struct alarm {
	struct timer_list timer;
	unsigned long at;		/* jiffies when it ran last */
	unsigned int runs, again, good;
	void *memory;
};

static struct report report;
static struct alarm alarms[8];

static void alarm_run(struct timer_list *t)
{
	struct alarm *a = from_timer(a, t, timer);

	a->at = jiffies;
	a->runs++;
	a->good += in_serving_softirq() && !irqs_disabled() && !timer_pending(t);
	if (a->again && a->again--)
		mod_timer(t, jiffies + 1);
}

static int timer_test_init(struct kunit *test)
{
	unsigned int i;

	memset(alarms, 0, sizeof(alarms));
	for (i = 0; i < ARRAY_SIZE(alarms); i++)
		timer_setup(&alarms[i].timer, alarm_run, 0);
	return 0;
}

static void timer_test_exit(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(alarms); i++)
		timer_delete_sync(&alarms[i].timer);
}

static void wait_runs(struct alarm *a, unsigned int runs)
{
	u64 end = ktime_get_ns() + 20 * NSEC_PER_SEC;

	while (READ_ONCE(a->runs) < runs && ktime_get_ns() < end)
		schedule_timeout_uninterruptible(1);
}

static const unsigned int real_deltas[] = { 0, 1, 2, 3, 10, 63, 64, 65 };

static bool on_time[ARRAY_SIZE(real_deltas)];

/* All of them, never early; notes which ran in their very jiffy.  True: each has, by now. */
static bool fire_all(struct kunit *test)
{
	unsigned long from[ARRAY_SIZE(real_deltas)] = { 0 };
	unsigned int i, delta, nr = 0;

	for (i = 0; i < ARRAY_SIZE(real_deltas); i++) {
		alarms[i].runs = alarms[i].good = 0;
		local_irq_disable();
		from[i] = jiffies;
		mod_timer(&alarms[i].timer, jiffies + real_deltas[i]);
		local_irq_enable();
	}
	for (i = 0; i < ARRAY_SIZE(real_deltas); i++) {
		wait_runs(&alarms[i], 1);
		KUNIT_EXPECT_EQ(test, alarms[i].runs, 1);
		KUNIT_EXPECT_EQ(test, alarms[i].good, 1);
		delta = max(real_deltas[i], 1U);	/* nothing runs before the next tick */
		KUNIT_EXPECT_GE_MSG(test, alarms[i].at - from[i], delta, "delta %u",
				    real_deltas[i]);
		on_time[i] |= alarms[i].at - from[i] == delta;
		nr += on_time[i];
	}
	return nr == ARRAY_SIZE(real_deltas);
}

/* On a busy host two ticks may come at once, the second in between: but not each time. */
static void fires_at_its_jiffy(struct kunit *test)
{
	unsigned int i, tries = 0;

	memset(on_time, 0, sizeof(on_time));
	while (!fire_all(test) && tries < TRIES)
		tries++;
	for (i = 0; i < ARRAY_SIZE(real_deltas); i++)
		KUNIT_EXPECT_TRUE_MSG(test, on_time[i], "delta %u", real_deltas[i]);
}

static void mod_moves_and_tells(struct kunit *test)
{
	struct alarm *a = &alarms[0];

	KUNIT_EXPECT_EQ(test, mod_timer_pending(&a->timer, jiffies + 2), 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(&a->timer));
	KUNIT_EXPECT_EQ(test, mod_timer(&a->timer, jiffies + 1000 * HZ), 0);
	KUNIT_EXPECT_TRUE(test, timer_pending(&a->timer));
	KUNIT_EXPECT_EQ(test, timer_reduce(&a->timer, jiffies + 2000 * HZ), 1);
	KUNIT_EXPECT_TRUE(test, time_before(a->timer.expires, jiffies + 1500 * HZ));
	KUNIT_EXPECT_EQ(test, timer_reduce(&a->timer, jiffies + 500 * HZ), 1);
	KUNIT_EXPECT_TRUE(test, time_before(a->timer.expires, jiffies + 600 * HZ));
	KUNIT_EXPECT_EQ(test, mod_timer_pending(&a->timer, jiffies + 2), 1);
	wait_runs(a, 1);
	KUNIT_EXPECT_EQ(test, a->runs, 1);
}

static void deleted_does_not_fire(struct kunit *test)
{
	int first;

	local_irq_disable();			/* or it may be due before it is deleted */
	mod_timer(&alarms[0].timer, jiffies + 2);
	first = timer_delete(&alarms[0].timer);
	local_irq_enable();
	KUNIT_EXPECT_EQ(test, first, 1);
	KUNIT_EXPECT_EQ(test, timer_delete(&alarms[0].timer), 0);
	KUNIT_EXPECT_EQ(test, del_timer_sync(&alarms[0].timer), 0);
	schedule_timeout_uninterruptible(5);
	KUNIT_EXPECT_EQ(test, alarms[0].runs, 0);
}

static void shut_down_cannot_be_armed(struct kunit *test)
{
	mod_timer(&alarms[0].timer, jiffies + 1000 * HZ);
	KUNIT_EXPECT_EQ(test, timer_shutdown_sync(&alarms[0].timer), 1);
	KUNIT_EXPECT_EQ(test, mod_timer(&alarms[0].timer, jiffies + 1), 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(&alarms[0].timer));
	timer_setup(&alarms[0].timer, alarm_run, 0);
	mod_timer(&alarms[0].timer, jiffies + 1);
	wait_runs(&alarms[0], 1);
	KUNIT_EXPECT_EQ(test, alarms[0].runs, 1);
}

static void adding_an_armed_one_warns(struct kunit *test)
{
	alarms[0].timer.expires = jiffies + 100 * HZ;
	add_timer(&alarms[0].timer);
	report_begin(&report);
	add_timer(&alarms[0].timer);
	report_end(&report);
	KUNIT_EXPECT_LE(test, report.warns, 1);		/* once in the kernel's life */
	KUNIT_EXPECT_EQ(test, timer_delete(&alarms[0].timer), 1);
}

static void may_arm_itself(struct kunit *test)
{
	unsigned long from = jiffies;

	alarms[0].again = 9;
	mod_timer(&alarms[0].timer, jiffies + 1);
	wait_runs(&alarms[0], 10);
	KUNIT_EXPECT_EQ(test, alarms[0].runs, 10);
	KUNIT_EXPECT_GE(test, jiffies - from, 10);
}

static void frees_itself(struct timer_list *t)
{
	struct alarm *a = from_timer(a, t, timer);

	kfree(a);
	alarms[1].runs++;
}

static void may_free_itself(struct kunit *test)
{
	struct alarm *a = kzalloc(sizeof(*a), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, a);
	timer_setup(&a->timer, frees_itself, 0);
	mod_timer(&a->timer, jiffies + 1);
	wait_runs(&alarms[1], 1);
	KUNIT_EXPECT_EQ(test, alarms[1].runs, 1);
}

static void deletes_the_next(struct timer_list *t)
{
	alarms[0].runs += (unsigned int)timer_delete(&alarms[1].timer);
	alarms[0].at = jiffies;
	mod_timer(&alarms[2].timer, jiffies + 1);
	mod_timer(&alarms[3].timer, jiffies + 2);
}

/* Both are due in the same step: the first takes the second away, and moves two more. */
static void due_ones_can_still_be_changed(struct kunit *test)
{
	unsigned long due;
	unsigned int i;

	timer_setup(&alarms[0].timer, deletes_the_next, 0);
	local_irq_disable();
	due = jiffies + 2;
	for (i = 0; i < 4; i++)
		mod_timer(&alarms[i].timer, due);
	local_irq_enable();
	wait_runs(&alarms[3], 1);
	KUNIT_EXPECT_EQ(test, alarms[0].runs, 1);
	KUNIT_EXPECT_EQ(test, alarms[1].runs, 0);
	KUNIT_EXPECT_GE(test, alarms[0].at, due);
	KUNIT_EXPECT_GE(test, alarms[2].at, alarms[0].at + 1);	/* a host in a hurry skips ticks */
	KUNIT_EXPECT_GE(test, alarms[3].at, alarms[0].at + 2);
	KUNIT_EXPECT_LE(test, alarms[2].at, alarms[3].at);
}

static void see_irqs_off(struct timer_list *t)
{
	alarms[0].good = irqs_disabled() && in_serving_softirq();
	alarms[0].runs++;
}

static void irqsafe_runs_with_interrupts_off(struct kunit *test)
{
	timer_setup(&alarms[0].timer, see_irqs_off, TIMER_IRQSAFE);
	mod_timer(&alarms[0].timer, jiffies + 1);
	wait_runs(&alarms[0], 1);
	KUNIT_EXPECT_EQ(test, alarms[0].good, 1);
}

static void deletes_itself(struct timer_list *t)
{
	alarms[0].runs++;
	timer_delete_sync(t);
}

static void waiting_for_oneself_is_reported(struct kunit *test)
{
	timer_setup(&alarms[0].timer, deletes_itself, 0);
	report_begin(&report);
	mod_timer(&alarms[0].timer, jiffies + 1);
	wait_runs(&alarms[0], 1);
	report_end(&report);
	KUNIT_EXPECT_EQ(test, alarms[0].runs, 1);
	EXPECT_REPORT(test, &report, "kernel/timer.c:");
}

static void leaks(struct timer_list *t)
{
	alarms[0].runs++;
	preempt_disable();
}

static void leaked_preempt_count_is_reported(struct kunit *test)
{
	timer_setup(&alarms[0].timer, leaks, 0);
	report_begin(&report);
	mod_timer(&alarms[0].timer, jiffies + 1);
	wait_runs(&alarms[0], 1);
	report_end(&report);
	EXPECT_REPORT(test, &report, "timer: leaks+");
	EXPECT_REPORT(test, &report, " preempt leak: 0000010");
}

static void allocates(struct timer_list *t)
{
	struct alarm *a = from_timer(a, t, timer);

	a->memory = kmalloc(5000, GFP_ATOMIC);
	a->runs++;
}

static void may_allocate_atomically(struct kunit *test)
{
	unsigned int tries;

	timer_setup(&alarms[0].timer, allocates, 0);
	for (tries = 1; tries <= TRIES && !alarms[0].memory; tries++) {	/* others may be short */
		mod_timer(&alarms[0].timer, jiffies + 1);
		wait_runs(&alarms[0], tries);
	}
	KUNIT_EXPECT_NOT_NULL(test, alarms[0].memory);
	kfree(alarms[0].memory);
}

/* ---- armed and disarmed from everywhere -------------------------------------------- */

static void juggle(void)
{
	static unsigned int n;

	n++;
	if (n % 3)
		mod_timer(&alarms[n % 8].timer, jiffies + n % 4);
	else
		timer_delete(&alarms[n % 8].timer);
}

static unsigned int sum_of_runs(void)
{
	unsigned int i, runs = 0;

	for (i = 0; i < ARRAY_SIZE(alarms); i++)
		runs += READ_ONCE(alarms[i].runs);
	return runs;
}

/* A hard interrupt arms and disarms what process context arms and disarms, and they run. */
static void races_lose_nothing(struct kunit *test)
{
	const u64 start = ktime_get_ns(), end = start + 300 * NSEC_PER_MSEC;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, timer_test_start(4000, juggle), 0);
	for (i = 0; ktime_get_ns() < (sum_of_runs() ? end : start + 20 * NSEC_PER_SEC); i++) {
		mod_timer(&alarms[i % 8].timer, jiffies + i % 5);
		if (i % 7 == 0)
			timer_delete_sync(&alarms[(i + 3) % 8].timer);
	}
	timer_test_stop();
	for (i = 0; i < 8; i++) {
		timer_delete_sync(&alarms[i].timer);
		KUNIT_EXPECT_FALSE(test, timer_pending(&alarms[i].timer));
	}
	KUNIT_EXPECT_GT(test, sum_of_runs(), 0);
}

/* ---- sleeping -------------------------------------------------------------------- */

static void sleep_1(void)
{
	msleep(1);
}

static void sleep_20(void)
{
	msleep(20);
}

static void usleep_100(void)
{
	usleep_range(100, 200);
}

static void usleep_10000(void)
{
	usleep_range(10000, 20000);
}

static const struct {
	void (*fn)(void);
	u64 ns;
} real_sleeps[] = {
	{ sleep_1, NSEC_PER_MSEC }, { sleep_20, 20 * NSEC_PER_MSEC },
	{ usleep_100, 100 * NSEC_PER_USEC }, { usleep_10000, 10 * NSEC_PER_MSEC },
};

/* Ticks that a busy host held back come all at once, and a sleep is shorter: but not each. */
static void sleeps_are_long_enough(struct kunit *test)
{
	unsigned int i, tries;
	u64 start;

	for (i = 0; i < ARRAY_SIZE(real_sleeps); i++) {
		tries = 0;
		do {
			start = ktime_get_ns();
			real_sleeps[i].fn();
		} while (ktime_get_ns() - start < real_sleeps[i].ns && ++tries < TRIES);
		KUNIT_EXPECT_LT_MSG(test, tries, TRIES, "sleep %u", i);
	}
}

static int sleep_interruptibly(void *left)
{
	*(unsigned long *)left = msleep_interruptible(60000);
	return 0;
}

static void interruptible_sleep_ends_early(struct kunit *test)
{
	unsigned long left = 0;
	struct task_struct *t = kthread_run(sleep_interruptibly, &left, "sleeper");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	while (READ_ONCE(t->__state) != TASK_INTERRUPTIBLE)
		schedule_timeout_uninterruptible(1);
	get_task_struct(t);
	wake_up_process(t);
	kthread_stop_put(t);
	KUNIT_EXPECT_GT(test, left, 30000);
}

static void timeout_says_what_is_left(struct kunit *test)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, schedule_timeout(3), 0);
	KUNIT_EXPECT_TRUE(test, task_is_running(current));
	KUNIT_EXPECT_EQ(test, schedule_timeout(0), 0);
	/* Running: it gives way and comes back at once. */
	KUNIT_EXPECT_GT(test, schedule_timeout(1000 * HZ), 900 * HZ);
}

static struct kunit_case timer_cases[] = {
	KUNIT_CASE(fires_at_its_jiffy),
	KUNIT_CASE(mod_moves_and_tells),
	KUNIT_CASE(deleted_does_not_fire),
	KUNIT_CASE(shut_down_cannot_be_armed),
	KUNIT_CASE(adding_an_armed_one_warns),
	KUNIT_CASE(may_arm_itself),
	KUNIT_CASE(may_free_itself),
	KUNIT_CASE(due_ones_can_still_be_changed),
	KUNIT_CASE(irqsafe_runs_with_interrupts_off),
	KUNIT_CASE(waiting_for_oneself_is_reported),
	KUNIT_CASE(leaked_preempt_count_is_reported),
	KUNIT_CASE(may_allocate_atomically),
	KUNIT_CASE(races_lose_nothing),
	KUNIT_CASE(sleeps_are_long_enough),
	KUNIT_CASE(interruptible_sleep_ends_early),
	KUNIT_CASE(timeout_says_what_is_left),
	{}
};

static struct kunit_suite timer_suite = {
	.name = "timer",
	.init = timer_test_init,
	.exit = timer_test_exit,
	.test_cases = timer_cases,
};
kunit_test_suite(timer_suite);
