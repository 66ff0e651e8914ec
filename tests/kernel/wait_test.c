/* SPDX-License-Identifier: MIT */
/* wait_test.c - wait queues with threads that sleep, and interrupts that wake them */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/prandom.h>
#include <linux/sched/task.h>
#include <linux/wait.h>

#include "report.h"
#include "threads.h"

#define NR_THREADS	5
#define FAST_HZ		10000
#define TRIES		20U		/* for what a busy host may spoil */

static struct test_thread thread[NR_THREADS];
static struct test_log log;
static DECLARE_WAIT_QUEUE_HEAD(wq);
static int tickets;			/* what the exclusive ones compete for */
static bool go;

static int wait_init(struct kunit *test)
{
	test_log_clear(&log);
	tickets = 0;
	go = false;
	return 0;
}

/* Take one if there is one.  Interrupts take and give, too. */
static bool take_ticket(void)
{
	int n = READ_ONCE(tickets);

	while (n > 0)
		if (try_cmpxchg(&tickets, &n, n - 1))
			return true;
	return false;
}

static void give_tickets(int n)
{
	__atomic_add_fetch(&tickets, n, __ATOMIC_SEQ_CST);
}

static void wait_exclusive(struct test_thread *t)
{
	wait_event_exclusive(wq, take_ticket());
	test_log_add(&log, (char)('a' + t->id));
}

static void wait_plain(struct test_thread *t)
{
	wait_event(wq, READ_ONCE(go));
	test_log_add(&log, (char)('a' + t->id));
}

static void wait_interruptible(struct test_thread *t)
{
	if (!wait_event_interruptible(wq, READ_ONCE(go)))
		test_log_add(&log, (char)('A' + t->id));
}

/* n threads, asleep in the order of their numbers. */
static void start(struct kunit *test, int n, void (*fn)(struct test_thread *t))
{
	for (int i = 0; i < n; i++) {
		test_thread_run(test, &thread[i], i, fn, NULL);
		test_thread_wait_asleep(test, &thread[i]);
	}
}

static void join(struct kunit *test, int n)
{
	for (int i = 0; i < n; i++)
		test_thread_join(test, &thread[i]);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&wq));
}

/* ---- who is woken ---------------------------------------------------------------- */

static void plain_ones_are_all_woken(struct kunit *test)
{
	start(test, NR_THREADS, wait_plain);
	KUNIT_EXPECT_EQ(test, log.nr, 0U);
	wake_up(&wq);				/* the condition is false: back to sleep */
	test_threads_settle();
	KUNIT_EXPECT_EQ(test, log.nr, 0U);
	for (int i = 0; i < NR_THREADS; i++)
		KUNIT_EXPECT_FALSE(test, task_is_running(thread[i].task));
	WRITE_ONCE(go, true);
	test_threads_settle();
	KUNIT_EXPECT_EQ(test, log.nr, 0U);	/* nobody was woken */
	wake_up(&wq);
	join(test, NR_THREADS);
	KUNIT_EXPECT_EQ(test, log.nr, NR_THREADS);
}

static void exclusive_ones_come_in_order(struct kunit *test)
{
	start(test, NR_THREADS, wait_exclusive);
	give_tickets(1);
	KUNIT_EXPECT_EQ(test, wake_up(&wq), 1);
	test_threads_settle();
	KUNIT_EXPECT_STREQ(test, log.text, "a");
	give_tickets(2);
	KUNIT_EXPECT_EQ(test, wake_up_nr(&wq, 2), 2);
	test_threads_settle();
	KUNIT_EXPECT_STREQ(test, log.text, "abc");
	give_tickets(2);
	KUNIT_EXPECT_EQ(test, wake_up_all(&wq), 2);
	join(test, NR_THREADS);
	KUNIT_EXPECT_STREQ(test, log.text, "abcde");
}

static void only_those_in_that_state(struct kunit *test)
{
	test_thread_run(test, &thread[0], 0, wait_plain, NULL);
	test_thread_run(test, &thread[1], 1, wait_interruptible, NULL);
	test_thread_wait_asleep(test, &thread[0]);
	test_thread_wait_asleep(test, &thread[1]);
	WRITE_ONCE(go, true);
	wake_up_interruptible(&wq);
	test_threads_settle();
	KUNIT_EXPECT_STREQ(test, log.text, "B");
	wake_up(&wq);
	join(test, 2);
	KUNIT_EXPECT_STREQ(test, log.text, "Ba");
}

/* All are woken; who runs first is the scheduler's choice. */
static void urgent_ones_run_first(struct kunit *test)
{
	start(test, 3, wait_plain);
	sched_set_normal(thread[0].task, 10);
	sched_set_fifo_low(thread[1].task);
	sched_set_fifo(thread[2].task);
	preempt_disable();
	WRITE_ONCE(go, true);
	wake_up_all(&wq);
	preempt_enable();
	join(test, 3);
	KUNIT_EXPECT_STREQ(test, log.text, "cba");
}

/* A wake-up is a preemption point for whom it wakes. */
static void urgent_ones_run_at_once(struct kunit *test)
{
	start(test, 1, wait_plain);
	sched_set_fifo(thread[0].task);
	WRITE_ONCE(go, true);
	wake_up(&wq);
	test_log_add(&log, 'x');
	join(test, 1);
	KUNIT_EXPECT_STREQ(test, log.text, "ax");
}

/* ---- time ------------------------------------------------------------------------ */

static unsigned long time_out(struct kunit *test)
{
	const unsigned long start_time = jiffies;

	KUNIT_EXPECT_EQ(test, wait_event_timeout(wq, READ_ONCE(go), 5), 0);
	return jiffies - start_time;
}

static void timeouts_take_their_time(struct kunit *test)
{
	unsigned long start_time, left, took;
	unsigned int tries = 0;

	do {				/* on a busy host ticks come in crowds */
		took = time_out(test);
		KUNIT_EXPECT_GE(test, took, 5UL);
	} while (took >= 5UL + HZ && ++tries < TRIES);
	KUNIT_EXPECT_LT(test, took, 5UL + HZ);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&wq));

	start_time = jiffies;
	left = (unsigned long)wait_event_timeout(wq, jiffies - start_time >= 2, 4);
	KUNIT_EXPECT_GE(test, left, 1UL);	/* true, though nobody said so */
}

/* When @waiter sleeps, off its list: to say that it will is not enough. */
static void wake_later(struct test_thread *t)
{
	const struct task_struct *waiter = t->arg;

	while (!waitqueue_active(&wq) || READ_ONCE(waiter->array))
		schedule_timeout_uninterruptible(1);
	schedule_timeout_uninterruptible(2);
	WRITE_ONCE(go, true);
	wake_up(&wq);
}

static void what_is_left_of_a_timeout(struct kunit *test)
{
	long left;

	test_thread_run(test, &thread[0], 0, wake_later, current);
	left = wait_event_interruptible_timeout(wq, READ_ONCE(go), 5 * HZ);
	KUNIT_EXPECT_GT(test, left, 0);
	KUNIT_EXPECT_LE(test, left, 5 * HZ - 1);
	join(test, 1);
}

/* ---- nothing is lost ------------------------------------------------------------- */

static unsigned int given, taken;

/*
 * The next one only when the last was taken: a lost wake-up is the end.  The waiter comes to
 * its wait a while later, never the same, so that the next one meets it anywhere on its way.
 */
static void give_from_the_timer(void)
{
	if (READ_ONCE(taken) != given)
		return;
	WRITE_ONCE(given, given + 1);
	wake_up(&wq);
}

static void no_wake_up_is_lost(struct kunit *test)
{
	const u64 end = ktime_get_ns() + 300 * NSEC_PER_MSEC;
	struct rnd_state rnd;
	unsigned int lost = 0;

	prandom_seed_state(&rnd, kunit_seed());
	given = taken = 0;
	KUNIT_ASSERT_EQ(test, timer_test_start(FAST_HZ, give_from_the_timer), 0);
	while ((ktime_get_ns() < end || !taken) && !lost) {
		lost += !wait_event_timeout(wq, READ_ONCE(given) != taken, 5 * HZ);
		WRITE_ONCE(taken, given);
		ndelay(prandom_u32_below(&rnd, 2 * NSEC_PER_SEC / FAST_HZ));
	}
	timer_test_stop();
	KUNIT_EXPECT_EQ(test, lost, 0U);
	KUNIT_EXPECT_GT(test, taken, 0U);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&wq));
	kunit_info(test, "%u wake-ups", taken);
}

static unsigned int dropped_in;

static void give_ticket_from_the_timer(void)
{
	if (READ_ONCE(tickets) < 3) {
		give_tickets(1);
		dropped_in++;
		wake_up(&wq);
	}
}

static void take_many(struct test_thread *t)
{
	unsigned int *got = t->arg;

	while (!READ_ONCE(go)) {
		wait_event_exclusive(wq, take_ticket() || READ_ONCE(go));
		(*got)++;
	}
}

/* Several compete, and one wake-up is for one of them. */
static void nothing_is_lost_among_several(struct kunit *test)
{
	unsigned int got[NR_THREADS] = { 0 }, sum = 0;

	dropped_in = 0;
	for (int i = 0; i < NR_THREADS; i++)
		test_thread_run(test, &thread[i], i, take_many, &got[i]);
	KUNIT_ASSERT_EQ(test, timer_test_start(FAST_HZ, give_ticket_from_the_timer), 0);
	for (int i = 0; i < 30; i++) {
		schedule_timeout_uninterruptible(2);
		KUNIT_EXPECT_LE(test, READ_ONCE(tickets), 3);
	}
	timer_test_stop();
	test_threads_settle();
	KUNIT_EXPECT_EQ(test, tickets, 0);
	for (int i = 0; i < NR_THREADS; i++)
		sum += got[i];
	KUNIT_EXPECT_EQ(test, sum, dropped_in);
	KUNIT_EXPECT_GT(test, dropped_in, 0U);
	WRITE_ONCE(go, true);
	wake_up_all(&wq);
	join(test, NR_THREADS);
}

/*
 * Between "I wait" and the sleep: an urgent thread preempts, and sleeps; what it preempted
 * must come back by itself, although its state says that it waits.
 */
static void preempted_on_the_way_to_sleep(struct kunit *test)
{
	start(test, 1, wait_exclusive);
	sched_set_fifo(thread[0].task);
	set_current_state(TASK_UNINTERRUPTIBLE);
	give_tickets(1);
	wake_up(&wq);				/* it runs now, to its end */
	KUNIT_EXPECT_STREQ(test, log.text, "a");
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_UNINTERRUPTIBLE);
	__set_current_state(TASK_RUNNING);
	join(test, 1);
}

/* ---- under a lock ---------------------------------------------------------------- */

static DEFINE_SPINLOCK(item_lock);
static int items, eaten;

static void eat(struct test_thread *t)
{
	spin_lock_irq(&item_lock);
	for (int i = 0; i < 50; i++) {
		wait_event_lock_irq(wq, items > 0, item_lock);
		items--;
		eaten++;
	}
	spin_unlock_irq(&item_lock);
}

static void conditions_under_a_lock(struct kunit *test)
{
	items = eaten = 0;
	test_thread_run(test, &thread[0], 0, eat, NULL);
	test_thread_run(test, &thread[1], 1, eat, NULL);
	for (int i = 0; i < 100; i++) {
		spin_lock_irq(&item_lock);
		items++;
		spin_unlock_irq(&item_lock);
		wake_up(&wq);
		if (i % 10 == 0)
			schedule_timeout_uninterruptible(1);
	}
	join(test, 2);
	KUNIT_EXPECT_EQ(test, eaten, 100);
	KUNIT_EXPECT_EQ(test, items, 0);
}

/* The waiter's condition sleeps itself, on the same stack. */
static void wait_and_remember(struct test_thread *t)
{
	DEFINE_WAIT_FUNC(e, woken_wake_function);
	int seen = 0;

	add_wait_queue(&wq, &e);
	while (seen < 20) {
		while (take_ticket())
			seen++;
		if (seen < 20)
			wait_woken(&e, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
		schedule_timeout_uninterruptible(seen % 2);
	}
	remove_wait_queue(&wq, &e);
}

static void woken_while_awake(struct kunit *test)
{
	test_thread_run(test, &thread[0], 0, wait_and_remember, NULL);
	for (int i = 0; i < 20; i++) {
		give_tickets(1);
		wake_up(&wq);
		if (i % 3 == 0)
			schedule_timeout_uninterruptible(1);
	}
	join(test, 1);
	KUNIT_EXPECT_EQ(test, tickets, 0);
}

static struct kunit_case wait_cases[] = {
	KUNIT_CASE(plain_ones_are_all_woken),
	KUNIT_CASE(exclusive_ones_come_in_order),
	KUNIT_CASE(only_those_in_that_state),
	KUNIT_CASE(urgent_ones_run_first),
	KUNIT_CASE(urgent_ones_run_at_once),
	KUNIT_CASE(timeouts_take_their_time),
	KUNIT_CASE(what_is_left_of_a_timeout),
	KUNIT_CASE(no_wake_up_is_lost),
	KUNIT_CASE(nothing_is_lost_among_several),
	KUNIT_CASE(preempted_on_the_way_to_sleep),
	KUNIT_CASE(conditions_under_a_lock),
	KUNIT_CASE(woken_while_awake),
	{}
};

static struct kunit_suite wait_suite = {
	.name = "wait", .init = wait_init, .test_cases = wait_cases
};
kunit_test_suite(wait_suite);
