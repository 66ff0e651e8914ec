/* SPDX-License-Identifier: MIT */
/* completion_test.c - completions between threads, and from interrupts */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/ktime.h>
#include <linux/sched/task.h>

#include "report.h"
#include "threads.h"

#define NR_THREADS	4
#define FAST_HZ		10000
#define TRIES		20U		/* for what a busy host may spoil */

static struct test_thread thread[NR_THREADS];
static struct test_log log;
static struct completion shared;

static int completion_init(struct kunit *test)
{
	test_log_clear(&log);
	init_completion(&shared);
	return 0;
}

static void wait_shared(struct test_thread *t)
{
	wait_for_completion(&shared);
	test_log_add(&log, (char)('a' + t->id));
}

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
}

/* ---- who is let through ---------------------------------------------------------- */

static void one_at_a_time_the_first_first(struct kunit *test)
{
	start(test, 3, wait_shared);
	complete(&shared);
	test_threads_settle();
	KUNIT_EXPECT_STREQ(test, log.text, "a");
	KUNIT_EXPECT_FALSE(test, completion_done(&shared));
	complete(&shared);
	test_threads_settle();
	KUNIT_EXPECT_STREQ(test, log.text, "ab");
	complete(&shared);
	join(test, 3);
	KUNIT_EXPECT_STREQ(test, log.text, "abc");
}

/* Two completions before the first waiter has had its turn: two waiters. */
static void two_at_once(struct kunit *test)
{
	start(test, 3, wait_shared);
	preempt_disable();
	complete(&shared);
	complete(&shared);
	preempt_enable();
	test_threads_settle();
	KUNIT_EXPECT_EQ(test, log.nr, 2U);
	complete(&shared);
	join(test, 3);
	KUNIT_EXPECT_FALSE(test, completion_done(&shared));
}

static void all_at_once(struct kunit *test)
{
	start(test, NR_THREADS, wait_shared);
	complete_all(&shared);
	join(test, NR_THREADS);
	KUNIT_EXPECT_EQ(test, log.nr, NR_THREADS);
	wait_for_completion(&shared);		/* lasts */
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&shared.wait));
}

/* Who comes through without waiting may take what the first was woken for. */
static void taken_from_under_the_woken(struct kunit *test)
{
	start(test, 1, wait_shared);
	preempt_disable();
	complete(&shared);
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&shared));
	preempt_enable();
	test_threads_settle();
	KUNIT_EXPECT_EQ(test, log.nr, 0U);	/* it waits on */
	KUNIT_EXPECT_FALSE(test, task_is_running(thread[0].task));
	complete(&shared);
	join(test, 1);
}

/* ---- time ------------------------------------------------------------------------ */

static unsigned long time_out(struct kunit *test)
{
	const unsigned long start_time = jiffies;

	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&shared, 4), 0UL);
	return jiffies - start_time;
}

static void timeouts_take_their_time(struct kunit *test)
{
	unsigned int tries = 0;
	unsigned long took;

	do {				/* on a busy host ticks come in crowds */
		took = time_out(test);
		KUNIT_EXPECT_GE(test, took, 4UL);
	} while (took >= 4UL + HZ && ++tries < TRIES);
	KUNIT_EXPECT_LT(test, took, 4UL + HZ);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&shared.wait));
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
}

static void wait_shortly(struct test_thread *t)
{
	if (!wait_for_completion_timeout(&shared, 2))
		test_log_add(&log, 'x');
}

/* The first one's time is over: the next completion is for the second. */
static void a_timeout_takes_nothing(struct kunit *test)
{
	start(test, 1, wait_shortly);
	test_thread_run(test, &thread[1], 1, wait_shared, NULL);
	test_thread_join(test, &thread[0]);
	KUNIT_EXPECT_STREQ(test, log.text, "x");
	complete(&shared);
	test_thread_join(test, &thread[1]);
	KUNIT_EXPECT_STREQ(test, log.text, "xb");
}

/* When @waiter sleeps, off its list: to say that it will is not enough. */
static void complete_later(struct test_thread *t)
{
	const struct task_struct *waiter = t->arg;

	while (!waitqueue_active(&shared.wait) || READ_ONCE(waiter->array))
		schedule_timeout_uninterruptible(1);
	schedule_timeout_uninterruptible(2);
	complete(&shared);
}

static void what_is_left_of_a_timeout(struct kunit *test)
{
	unsigned long left;

	test_thread_run(test, &thread[0], 0, complete_later, current);
	left = wait_for_completion_timeout(&shared, 5 * HZ);
	KUNIT_EXPECT_GT(test, left, 0UL);
	KUNIT_EXPECT_LE(test, left, 5UL * HZ - 1);
	join(test, 1);
}

/* ---- interrupts ------------------------------------------------------------------ */

static struct completion *target;	/* of the interrupt: each gets one complete() */
static unsigned int completed;

static void complete_from_the_timer(void)
{
	struct completion *c = xchg(&target, NULL);

	if (!c)
		return;
	complete(c);
	completed++;
}

/* One round: a completion on the stack, which is gone, and overwritten, right behind it. */
static noinline bool wait_for_the_timer(void)
{
	struct {
		unsigned long before[4];
		struct completion c;
		unsigned long behind[4];
	} frame;
	bool in_time;

	init_completion(&frame.c);
	WRITE_ONCE(target, &frame.c);
	in_time = wait_for_completion_timeout(&frame.c, 5 * HZ) != 0;
	if (!in_time)
		(void)xchg(&target, NULL);
	memset(&frame, 0x5a, sizeof(frame));
	barrier();
	return in_time;
}

static void interrupts_complete(struct kunit *test)
{
	const u64 end = ktime_get_ns() + 300 * NSEC_PER_MSEC;
	unsigned int rounds = 0, lost = 0;

	completed = 0;
	KUNIT_ASSERT_EQ(test, timer_test_start(FAST_HZ, complete_from_the_timer), 0);
	while ((ktime_get_ns() < end || !rounds) && !lost) {
		lost += !wait_for_the_timer();
		rounds++;
	}
	timer_test_stop();
	KUNIT_EXPECT_EQ(test, lost, 0U);
	KUNIT_EXPECT_EQ(test, completed, rounds);
	KUNIT_EXPECT_GT(test, rounds, 0U);
	kunit_info(test, "%u rounds", rounds);
}

/* There and back between two threads, each completion on the other's stack. */
struct ball {
	struct completion *there;
	struct completion back;
	unsigned int hits;
};

static struct ball ball;

static void hit_back(struct test_thread *t)
{
	for (int i = 0; i < 1000; i++) {
		struct completion mine;

		init_completion(&mine);
		WRITE_ONCE(ball.there, &mine);
		complete(&ball.back);		/* ready */
		wait_for_completion(&mine);
		memset(&mine, 0x5a, sizeof(mine));
		barrier();
		ball.hits++;
	}
}

static void ping_pong(struct kunit *test)
{
	unsigned int i;

	ball.hits = 0;
	init_completion(&ball.back);
	test_thread_run(test, &thread[0], 0, hit_back, NULL);
	for (i = 0; i < 1000; i++) {
		if (!wait_for_completion_timeout(&ball.back, 30 * HZ))
			break;
		complete(ball.there);
	}
	KUNIT_EXPECT_EQ(test, i, 1000U);
	join(test, 1);
	KUNIT_EXPECT_EQ(test, ball.hits, 1000U);
}

/* The end of a thread, told by the last thing that it does. */
static int end_at_once(void *comp)
{
	kthread_complete_and_exit(comp, 42);
}

static void complete_and_exit(struct kunit *test)
{
	struct task_struct *t = kthread_create(end_at_once, &shared, "ends");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	get_task_struct(t);
	wake_up_process(t);
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&shared, 30 * HZ), 0UL);
	KUNIT_EXPECT_EQ(test, kthread_stop_put(t), 42);
}

static struct kunit_case completion_cases[] = {
	KUNIT_CASE(one_at_a_time_the_first_first),
	KUNIT_CASE(two_at_once),
	KUNIT_CASE(all_at_once),
	KUNIT_CASE(taken_from_under_the_woken),
	KUNIT_CASE(timeouts_take_their_time),
	KUNIT_CASE(a_timeout_takes_nothing),
	KUNIT_CASE(what_is_left_of_a_timeout),
	KUNIT_CASE(interrupts_complete),
	KUNIT_CASE(ping_pong),
	KUNIT_CASE(complete_and_exit),
	{}
};

static struct kunit_suite completion_suite = {
	.name = "completion", .init = completion_init, .test_cases = completion_cases
};
kunit_test_suite(completion_suite);
