/* SPDX-License-Identifier: MIT */
/* semaphore_test.c - counting semaphores between threads, and given by interrupts */
#include <kunit/test.h>
#include <linux/ktime.h>
#include <linux/semaphore.h>

#include "report.h"
#include "threads.h"

#define NR_THREADS	8
#define UNITS		3
#define ROUNDS		100
#define FAST_HZ		10000
#define TRIES		20U		/* for what a busy host may spoil */

static struct test_thread thread[NR_THREADS];
static struct test_log log;
static struct semaphore sem;

static int semaphore_init(struct kunit *test)
{
	test_log_clear(&log);
	sema_init(&sem, UNITS);
	return 0;
}

static void join(struct kunit *test, int n)
{
	for (int i = 0; i < n; i++)
		test_thread_join(test, &thread[i]);
	KUNIT_EXPECT_TRUE(test, list_empty(&sem.wait_list));
}

static atomic_t inside;
static unsigned int too_many, most;

static void note_most(unsigned int now)
{
	unsigned int old = READ_ONCE(most);

	while (now > old && !try_cmpxchg(&most, &old, now))
		;
}

/* Inside, until all units are out: so they have been once, in whatever order we run. */
static void wait_for_others(void)
{
	unsigned int ticks = 10 * HZ;

	while (READ_ONCE(most) < UNITS && ticks--)
		schedule_timeout_uninterruptible(1);
}

static void go_in_and_out(struct test_thread *t)
{
	for (int i = 0; i < ROUNDS; i++) {
		unsigned int now;

		down(&sem);
		now = (unsigned int)atomic_inc_return(&inside);
		too_many += now > UNITS;
		note_most(now);
		if (!i)
			wait_for_others();
		if ((i + t->id) % 4 == 0)
			yield();
		if ((i + t->id) % 32 == 0)
			schedule_timeout_uninterruptible(1);
		atomic_dec(&inside);
		up(&sem);
	}
}

static void never_more_than_there_are(struct kunit *test)
{
	too_many = most = 0;
	for (int i = 0; i < NR_THREADS; i++)
		test_thread_run(test, &thread[i], i, go_in_and_out, NULL);
	join(test, NR_THREADS);
	KUNIT_EXPECT_EQ(test, too_many, 0U);
	KUNIT_EXPECT_EQ(test, most, UNITS);
	KUNIT_EXPECT_EQ(test, sem.count, UNITS);
}

static void down_and_log(struct test_thread *t)
{
	down(&sem);
	test_log_add(&log, (char)('a' + t->id));
}

static void first_come_first_served(struct kunit *test)
{
	sema_init(&sem, 0);
	for (int i = 0; i < 4; i++) {
		test_thread_run(test, &thread[i], i, down_and_log, NULL);
		test_thread_wait_asleep(test, &thread[i]);
	}
	preempt_disable();
	up(&sem);
	KUNIT_EXPECT_EQ(test, down_trylock(&sem), 1);	/* it is spoken for */
	preempt_enable();
	test_threads_settle();
	KUNIT_EXPECT_STREQ(test, log.text, "a");
	for (int i = 0; i < 3; i++)
		up(&sem);
	join(test, 4);
	KUNIT_EXPECT_STREQ(test, log.text, "abcd");
	KUNIT_EXPECT_EQ(test, sem.count, 0);
}

static unsigned long time_out(struct kunit *test)
{
	const unsigned long start_time = jiffies;

	KUNIT_EXPECT_EQ(test, down_timeout(&sem, 4), -ETIME);
	return jiffies - start_time;
}

static void timeouts_take_their_time(struct kunit *test)
{
	unsigned int tries = 0;
	unsigned long took;

	sema_init(&sem, 0);
	do {				/* on a busy host ticks come in crowds */
		took = time_out(test);
		KUNIT_EXPECT_GE(test, took, 4UL);
	} while (took >= 4UL + HZ && ++tries < TRIES);
	KUNIT_EXPECT_LT(test, took, 4UL + HZ);
	KUNIT_EXPECT_TRUE(test, list_empty(&sem.wait_list));
	up(&sem);
	KUNIT_EXPECT_EQ(test, down_timeout(&sem, 4), 0);
}

static void up_later(struct test_thread *t)
{
	schedule_timeout_uninterruptible(2);
	up(&sem);
}

static void in_time(struct kunit *test)
{
	sema_init(&sem, 0);
	test_thread_run(test, &thread[0], 0, up_later, NULL);
	KUNIT_EXPECT_EQ(test, down_timeout(&sem, 5 * HZ), 0);
	KUNIT_EXPECT_EQ(test, sem.count, 0);
	join(test, 1);
}

/* Interrupts give, and now and then take; threads take with time-outs that often strike. */
static unsigned int given, taken_back;

static void up_from_the_timer(void)
{
	if (given - taken_back < 3000) {
		up(&sem);
		given++;
	}
	if (given % 7 == 0 && !down_trylock(&sem))
		taken_back++;
}

static void take_impatiently(struct test_thread *t)
{
	unsigned int *got = t->arg;

	for (int i = 0; i < 60; i++)
		*got += !down_timeout(&sem, i % 3);
}

static void nothing_is_lost(struct kunit *test)
{
	unsigned int got[NR_THREADS] = { 0 }, sum = 0;

	sema_init(&sem, 0);
	given = taken_back = 0;
	KUNIT_ASSERT_EQ(test, timer_test_start(FAST_HZ, up_from_the_timer), 0);
	for (int i = 0; i < NR_THREADS; i++)
		test_thread_run(test, &thread[i], i, take_impatiently, &got[i]);
	join(test, NR_THREADS);
	timer_test_stop();
	for (int i = 0; i < NR_THREADS; i++)
		sum += got[i];
	KUNIT_EXPECT_EQ(test, sum + taken_back + (unsigned int)sem.count, given);
	KUNIT_EXPECT_GT(test, sum, 0U);
}

static struct kunit_case semaphore_cases[] = {
	KUNIT_CASE(never_more_than_there_are),
	KUNIT_CASE(first_come_first_served),
	KUNIT_CASE(timeouts_take_their_time),
	KUNIT_CASE(in_time),
	KUNIT_CASE(nothing_is_lost),
	{}
};

static struct kunit_suite semaphore_suite = {
	.name = "semaphore", .init = semaphore_init, .test_cases = semaphore_cases
};
kunit_test_suite(semaphore_suite);
