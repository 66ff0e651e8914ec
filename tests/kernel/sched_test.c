/* SPDX-License-Identifier: MIT */
/*
 * sched_test.c - who runs, who waits, who is preempted
 *
 * Booted only: it needs threads and a timer.
 */
#include <asm/processor.h>
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#include "threads.h"

#define NR_SPINNERS	6
#define TRIES		30U		/* for what a busy host may spoil */

static char report[4096];

/* ---- preemption ------------------------------------------------------------------ */

struct spinner {
	struct task_struct *task;
	volatile unsigned long turns;
	unsigned long seen, ticks;	/* jiffies: the last one, and how many */
	volatile bool stop;
};

static int spin(void *data)
{
	struct spinner *s = data;

	while (!s->stop) {
		s->turns++;
		if (s->seen == jiffies)
			continue;
		s->seen = jiffies;
		s->ticks++;
	}
	return 0;
}

static void start_spinners(struct kunit *test, struct spinner *s, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		s[i].task = kthread_create(spin, &s[i], "spin/%u", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(s[i].task));
		get_task_struct(s[i].task);
		wake_up_process(s[i].task);
	}
}

static void stop_spinners(struct spinner *s, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		s[i].stop = true;
	for (i = 0; i < nr; i++)
		kthread_stop_put(s[i].task);
}

static unsigned long least_turns(const struct spinner *s, unsigned int nr)
{
	unsigned long least = ~0UL;

	while (nr--)
		least = min(least, s[nr].turns);
	return least;
}

/*
 * Threads that never wait share the CPU, and the one that only sleeps gets it soon: others that
 * work here, or a wait for another CPU, may spoil some tries.
 */
static void spinners_share(struct kunit *test)
{
	struct spinner s[NR_SPINNERS] = { 0 };
	unsigned long begin, best = ~0UL;
	unsigned int i;

	start_spinners(test, s, NR_SPINNERS);
	for (i = 0; i < TRIES; i++) {
		begin = jiffies;
		schedule_timeout_uninterruptible(NR_SPINNERS * 10);
		best = min(best, jiffies - begin);
		if (best < NR_SPINNERS * 30UL && least_turns(s, NR_SPINNERS))
			break;
	}
	stop_spinners(s, NR_SPINNERS);
	KUNIT_EXPECT_GT(test, least_turns(s, NR_SPINNERS), 0UL);
	KUNIT_EXPECT_LT(test, best, NR_SPINNERS * 30UL);
	kunit_info(test, "at least %lu turns, %u tries", least_turns(s, NR_SPINNERS), i);
}

/*
 * A niced thread runs, too, but gets less: in ticks, whose length is the host's business.  Of
 * those that come at once a thread sees one, so it may take some before they tell.
 */
static void nice_gets_less(struct kunit *test)
{
	struct spinner s[2] = { 0 };
	unsigned long first[2];
	unsigned int i;

	start_spinners(test, s, 2);
	set_user_nice(s[0].task, MIN_NICE);
	set_user_nice(s[1].task, MAX_NICE);
	KUNIT_EXPECT_EQ(test, task_nice(s[0].task), MIN_NICE);
	set_user_nice(current, MIN_NICE);
	for (i = 0; i < 2; i++)
		first[i] = READ_ONCE(s[i].ticks);
	for (i = 0; i < TRIES; i++) {
		schedule_timeout_uninterruptible(60);
		if (READ_ONCE(s[1].ticks) > first[1] && READ_ONCE(s[0].ticks) - first[0] >
						2 * (READ_ONCE(s[1].ticks) - first[1]))
			break;
	}
	set_user_nice(current, 0);
	stop_spinners(s, 2);
	KUNIT_EXPECT_GT(test, s[1].turns, 0UL);
	KUNIT_EXPECT_LT(test, i, TRIES);
}

/* A real-time thread runs before its waker returns; a normal one does not. */
static volatile unsigned int ran;

static int count_run(void *unused)
{
	ran++;
	return 0;
}

static void real_time_runs_at_once(struct kunit *test)
{
	struct task_struct *t = kthread_create(count_run, NULL, "rt");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	ran = 0;
	sched_set_fifo(t);
	wake_up_process(t);
	KUNIT_EXPECT_EQ(test, ran, 1U);
}

static void preempt_disable_puts_it_off(struct kunit *test)
{
	struct task_struct *t = kthread_create(count_run, NULL, "rt");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	ran = 0;
	sched_set_fifo(t);
	preempt_disable();
	wake_up_process(t);
	KUNIT_EXPECT_EQ(test, ran, 0U);
	KUNIT_EXPECT_TRUE(test, need_resched());
	KUNIT_EXPECT_EQ(test, preempt_count(), 1U);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, ran, 1U);
	KUNIT_EXPECT_FALSE(test, need_resched());
}

/* Woken with interrupts off: it runs when the lock's user has them on again. */
static void unlocking_lets_it_run(struct kunit *test)
{
	struct task_struct *t = kthread_create(count_run, NULL, "rt");
	DEFINE_SPINLOCK(lock);
	unsigned long flags;

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	ran = 0;
	sched_set_fifo(t);
	spin_lock_irqsave(&lock, flags);
	wake_up_process(t);
	KUNIT_EXPECT_EQ(test, ran, 0U);
	spin_unlock_irqrestore(&lock, flags);
	KUNIT_EXPECT_EQ(test, ran, 1U);
}

static struct task_struct *tick_wakes;

static void wake_from_tick(void)
{
	if (tick_wakes)
		wake_up_process(tick_wakes);
	tick_wakes = NULL;
}

static void an_interrupt_preempts(struct kunit *test)
{
	struct task_struct *t = kthread_create(count_run, NULL, "rt");
	u64 end = ktime_get_ns() + 20 * NSEC_PER_SEC;

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	ran = 0;
	sched_set_fifo(t);
	tick_wakes = t;
	KUNIT_ASSERT_EQ(test, timer_test_start(1000, wake_from_tick), 0);
	while (!ran && ktime_get_ns() < end)
		;			/* nothing here ever gives way */
	timer_test_stop();
	KUNIT_EXPECT_EQ(test, ran, 1U);
}

/* Niced as we are, we run while its slice is used up; from then on it needs none. */
static void real_time_does_not_stay_expired(struct kunit *test)
{
	struct spinner s[1] = { 0 };

	start_spinners(test, s, 1);
	set_user_nice(current, MAX_NICE);
	s[0].stop = true;
	sched_set_fifo(s[0].task);
	KUNIT_EXPECT_GT(test, s[0].turns, 0UL);
	KUNIT_EXPECT_EQ(test, READ_ONCE(s[0].task->__state), TASK_DEAD);
	set_user_nice(current, 0);
	stop_spinners(s, 1);
}

static void nice_leaves_real_time_alone(struct kunit *test)
{
	struct task_struct *t = kthread_create(count_run, NULL, "rt");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	sched_set_fifo(t);
	set_user_nice(t, MAX_NICE);
	ran = 0;
	wake_up_process(t);
	KUNIT_EXPECT_EQ(test, ran, 1U);
}

/* A thread that has said it will wait and is preempted before it does, is not lost. */
static int says_then_spins(void *data)
{
	volatile unsigned long *turns = data;

	set_current_state(TASK_UNINTERRUPTIBLE);
	while (++*turns < 50000000)
		;
	__set_current_state(TASK_RUNNING);
	return 0;
}

static void preempted_before_it_waits(struct kunit *test)
{
	volatile unsigned long turns = 0;
	struct task_struct *t = kthread_create(says_then_spins, (void *)&turns, "says");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	schedule_timeout_uninterruptible(3);
	KUNIT_EXPECT_EQ(test, kthread_stop_put(t), 0);
	KUNIT_EXPECT_EQ(test, turns, 50000000UL);
}

/* ---- waiting --------------------------------------------------------------------- */

static void timeouts_are_kept(struct kunit *test)
{
	static const long timeouts[] = { 0, 1, 2, 3, 10 };
	unsigned long before, took;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(timeouts); i++) {
		before = jiffies;
		KUNIT_EXPECT_EQ(test, schedule_timeout_uninterruptible(timeouts[i]), 0);
		took = jiffies - before;
		KUNIT_EXPECT_GE(test, took, (unsigned long)timeouts[i]);
	}
}

static int waits_long(void *data)
{
	long *left = data;

	*left = schedule_timeout_interruptible(1000 * HZ);
	return 0;
}

static void a_wake_up_ends_a_timeout(struct kunit *test)
{
	long left = 0;
	struct task_struct *t = kthread_run(waits_long, &left, "waits");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	test_task_wait_asleep(test, t);
	KUNIT_EXPECT_FALSE(test, wake_up_state(t, TASK_UNINTERRUPTIBLE));
	KUNIT_EXPECT_EQ(test, left, 0);
	KUNIT_EXPECT_TRUE(test, wake_up_process(t));
	kthread_stop_put(t);
	KUNIT_EXPECT_GT(test, left, 900L * HZ);
}

static void woken_before_it_waits(struct kunit *test)
{
	set_current_state(TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_TRUE(test, wake_up_process(current));
	schedule();			/* would be for ever */
	KUNIT_EXPECT_FALSE(test, wake_up_process(current));
}

static void about_to_wait(void *unused)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	panic("leaves");
}

/* Who left by a jump between saying that it waits and waiting, does not wait later. */
static void a_jump_ends_the_waiting(struct kunit *test)
{
	KUNIT_ASSERT_TRUE(test, kunit_catch_panic(about_to_wait, NULL, NULL, 0));
	KUNIT_EXPECT_TRUE(test, task_is_running(current));
	__set_current_state(TASK_RUNNING);
}

/* ---- waiting where it is forbidden ----------------------------------------------- */

static void scheduling_while_atomic(struct kunit *test)
{
	unsigned long taint = get_taint();
	char want[80];

	printk_capture_start(report, sizeof(report));
	preempt_disable();
	__set_current_state(TASK_UNINTERRUPTIBLE);
	schedule();			/* does not wait, or nobody would wake us */
	KUNIT_EXPECT_TRUE(test, task_is_running(current));
	preempt_enable();
	printk_capture_stop();
	set_taint_mask(taint);
	scnprintf(want, sizeof(want), "BUG: scheduling while atomic: %s/%d/0x00000001\n",
		  current->comm, current->pid);
	KUNIT_EXPECT_TRUE_MSG(test, strstarts(report, want), "%s", report);
	KUNIT_EXPECT_NOT_NULL(test, strstr(report, "scheduling_while_atomic+0x"));
}

/* ---- where ----------------------------------------------------------------------- */

/* What a case makes runs where the case does, however many CPUs there are. */
static void cases_run_on_the_first_cpu(struct kunit *test)
{
	struct task_struct *t = kthread_create(count_run, NULL, "here");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	KUNIT_EXPECT_EQ(test, smp_processor_id(), 0);
	KUNIT_EXPECT_TRUE(test, cpumask_equal(&current->cpus_mask, cpumask_of(0)));
	KUNIT_EXPECT_TRUE(test, cpumask_equal(&t->cpus_mask, cpumask_of(0)));
	ran = 0;
	preempt_disable();		/* not even by a tick in between */
	wake_up_process(t);
	KUNIT_EXPECT_EQ(test, ran, 0U);
	preempt_enable();
	test_threads_settle();
	KUNIT_EXPECT_EQ(test, ran, 1U);
}

/* ---- many ------------------------------------------------------------------------ */

#define NR_MANY		40

static int churns(void *data)
{
	unsigned int *rounds = data;
	unsigned long page;
	char *p;

	while (*rounds < 200) {
		p = kmalloc(100 + *rounds, GFP_KERNEL);
		page = __get_free_page(GFP_KERNEL);
		++*rounds;
		if (*rounds % 8 == 0)
			yield();
		free_page(page);
		kfree(p);
	}
	return 7;
}

static void ticks(void)
{
	kfree(kmalloc(64, GFP_ATOMIC));
}

static void many_threads_and_a_fast_tick(struct kunit *test)
{
	struct task_struct *t[NR_MANY];
	unsigned int rounds[NR_MANY] = { 0 }, i;
	unsigned long before = sched_nr_switches();

	KUNIT_ASSERT_EQ(test, timer_test_start(5000, ticks), 0);
	for (i = 0; i < NR_MANY; i++) {
		t[i] = kthread_create(churns, &rounds[i], "churn/%u", i);
		if (!IS_ERR(t[i]))
			get_task_struct(t[i]);
	}
	preempt_disable();		/* so that none is through before the others begin */
	for (i = 0; i < NR_MANY; i++)
		if (!IS_ERR(t[i]))
			wake_up_process(t[i]);
	preempt_enable();
	for (i = 0; i < NR_MANY; i++) {
		while (!IS_ERR(t[i]) && READ_ONCE(rounds[i]) < 200)
			schedule_timeout_uninterruptible(1);
		KUNIT_EXPECT_EQ(test, IS_ERR(t[i]) ? -ENOMEM : kthread_stop_put(t[i]), 7);
	}
	timer_test_stop();
	KUNIT_EXPECT_GT(test, sched_nr_switches() - before, NR_MANY * 20UL);
}

static struct kunit_case sched_cases[] = {
	KUNIT_CASE(spinners_share),
	KUNIT_CASE(nice_gets_less),
	KUNIT_CASE(real_time_runs_at_once),
	KUNIT_CASE(preempt_disable_puts_it_off),
	KUNIT_CASE(unlocking_lets_it_run),
	KUNIT_CASE(an_interrupt_preempts),
	KUNIT_CASE(real_time_does_not_stay_expired),
	KUNIT_CASE(nice_leaves_real_time_alone),
	KUNIT_CASE(preempted_before_it_waits),
	KUNIT_CASE(timeouts_are_kept),
	KUNIT_CASE(a_wake_up_ends_a_timeout),
	KUNIT_CASE(woken_before_it_waits),
	KUNIT_CASE(a_jump_ends_the_waiting),
	KUNIT_CASE(scheduling_while_atomic),
	KUNIT_CASE(cases_run_on_the_first_cpu),
	KUNIT_CASE(many_threads_and_a_fast_tick),
	{}
};

static struct kunit_suite sched_suite = { .name = "sched", .test_cases = sched_cases };
kunit_test_suite(sched_suite);
