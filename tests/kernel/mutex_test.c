/* SPDX-License-Identifier: MIT */
/* mutex_test.c - mutexes between threads: exclusion, order, fairness, and what is reported */
#include <kunit/test.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/sched/task.h>

#include "report.h"
#include "threads.h"

#define NR_THREADS	16
#define ROUNDS		200
#define FAST_HZ		5000

static struct test_thread thread[NR_THREADS];
static struct test_log log;
static struct report rep;
static struct mutex m;

static int mutex_test_init(struct kunit *test)
{
	test_log_clear(&log);
	mutex_init(&m);
	might_sleep_reset();
	return 0;
}

static void join(struct kunit *test, int n)
{
	for (int i = 0; i < n; i++)
		test_thread_join(test, &thread[i]);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&m));
	KUNIT_EXPECT_TRUE(test, list_empty(&m.wait_list));
}

/* ---- exclusion ------------------------------------------------------------------- */

/* Equal whenever nobody holds the mutex. */
static struct {
	unsigned long first, second;
	unsigned int inside, broken;
} pair;

static void step_pair(struct test_thread *t)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, kunit_seed() + (u64)t->id);
	for (int i = 0; i < ROUNDS; i++) {
		mutex_lock(&m);
		pair.broken += pair.inside++ != 0;
		pair.broken += pair.first != pair.second;
		pair.first++;
		if (prandom_u32_below(&rnd, 8) == 0)
			yield();
		if (prandom_u32_below(&rnd, 64) == 0)
			schedule_timeout_uninterruptible(1);
		pair.second++;
		pair.inside--;
		mutex_unlock(&m);
		if (prandom_u32_below(&rnd, 16) == 0)
			yield();
	}
}

static unsigned int interrupts_seen;

static void count_interrupt(void)
{
	interrupts_seen++;
}

static void sixteen_threads_one_at_a_time(struct kunit *test)
{
	memset(&pair, 0, sizeof(pair));
	KUNIT_ASSERT_EQ(test, timer_test_start(FAST_HZ, count_interrupt), 0);
	for (int i = 0; i < NR_THREADS; i++)
		test_thread_run(test, &thread[i], i, step_pair, NULL);
	join(test, NR_THREADS);
	timer_test_stop();
	KUNIT_EXPECT_EQ(test, pair.broken, 0U);
	KUNIT_EXPECT_EQ(test, pair.first, (unsigned long)NR_THREADS * ROUNDS);
	KUNIT_EXPECT_EQ(test, pair.second, pair.first);
}

/* ---- order and fairness ---------------------------------------------------------- */

static void lock_and_log(struct test_thread *t)
{
	mutex_lock(&m);
	test_log_add(&log, (char)('a' + t->id));
	mutex_unlock(&m);
}

static void start_waiters(struct kunit *test, int n)
{
	for (int i = 0; i < n; i++) {
		test_thread_run(test, &thread[i], i, lock_and_log, NULL);
		test_thread_wait_asleep(test, &thread[i]);
	}
}

static void waiters_get_it_in_order(struct kunit *test)
{
	mutex_lock(&m);
	start_waiters(test, 5);
	KUNIT_EXPECT_EQ(test, log.nr, 0U);
	mutex_unlock(&m);
	join(test, 5);
	KUNIT_EXPECT_STREQ(test, log.text, "abcde");
}

/* Handed over at once: nobody can take it before the first waiter even runs. */
static void nobody_overtakes(struct kunit *test) __no_lock_analysis
{
	mutex_lock(&m);
	start_waiters(test, 2);
	preempt_disable();
	mutex_unlock(&m);
	KUNIT_EXPECT_PTR_EQ(test, __mutex_owner(&m), thread[0].task);
	KUNIT_EXPECT_FALSE(test, mutex_trylock(&m) || mutex_is_held(&m));
	preempt_enable();
	mutex_lock(&m);				/* behind the second */
	test_log_add(&log, 'x');
	mutex_unlock(&m);
	join(test, 2);
	KUNIT_EXPECT_STREQ(test, log.text, "abx");
}

/* However urgent and greedy the others are. */
static void nobody_starves(struct kunit *test)
{
	unsigned int turns = 0;

	mutex_lock(&m);
	start_waiters(test, 1);
	sched_set_normal(thread[0].task, MAX_NICE);
	mutex_unlock(&m);
	while (!READ_ONCE(log.nr) && turns < 1000) {
		mutex_lock(&m);
		turns++;
		mutex_unlock(&m);
	}
	join(test, 1);
	KUNIT_EXPECT_LE(test, turns, 1U);
}

static void lock_interruptibly(struct test_thread *t) __no_lock_analysis
{
	if (mutex_lock_interruptible(&m))
		return;
	test_log_add(&log, (char)('a' + t->id));
	mutex_unlock(&m);
}

/* A wake-up that is not the hand-over is not it. */
static void spurious_wake_ups(struct kunit *test)
{
	mutex_lock(&m);
	test_thread_run(test, &thread[0], 0, lock_interruptibly, NULL);
	test_thread_wait_asleep(test, &thread[0]);
	KUNIT_EXPECT_EQ(test, thread[0].task->__state, TASK_INTERRUPTIBLE);
	for (int i = 0; i < 3; i++) {
		wake_up_process(thread[0].task);
		test_threads_settle();
		KUNIT_EXPECT_EQ(test, log.nr, 0U);
		KUNIT_EXPECT_FALSE(test, task_is_running(thread[0].task));
	}
	mutex_unlock(&m);
	join(test, 1);
	KUNIT_EXPECT_STREQ(test, log.text, "a");
}

/* ---- reports --------------------------------------------------------------------- */

static DEFINE_MUTEX(left);
static DEFINE_MUTEX(right);

static void lock_crosswise(struct test_thread *t)
{
	struct mutex *first = t->id ? &left : &right, *second = t->id ? &right : &left;

	mutex_lock(first);
	mutex_lock(second);
	mutex_unlock(second);
	mutex_unlock(first);
}

/* They never meet, and still it is found. */
static void a_deadlock_that_did_not_happen(struct kunit *test)
{
	report_begin(&rep);
	for (int i = 0; i < 2; i++) {
		test_thread_run(test, &thread[i], i, lock_crosswise, NULL);
		test_thread_join(test, &thread[i]);
	}
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "WARNING: possible circular locking dependency detected\n");
	EXPECT_REPORT(test, &rep, "test-1/");
	EXPECT_REPORT(test, &rep, " (right){+.+.}-{3:3}, at: lock_crosswise+0x");
	EXPECT_REPORT(test, &rep, "1 lock held by test-1/");
	mutex_init(&left);
	mutex_init(&right);
}

static void unlock_it(struct test_thread *t) __no_lock_analysis
{
	mutex_unlock(&m);
	barrier();			/* not a jump: reports say who called */
}

static void unlocked_by_another(struct kunit *test)
{
	report_begin(&rep);
	mutex_lock(&m);
	test_thread_run(test, &thread[0], 0, unlock_it, NULL);
	test_thread_join(test, &thread[0]);
	report_end(&rep);
	KUNIT_EXPECT_TRUE(test, mutex_is_held(&m));
	mutex_unlock(&m);
	EXPECT_REPORT(test, &rep, "WARNING: bad unlock balance detected!\n");
	EXPECT_REPORT(test, &rep, " is trying to release lock (&m) at:\n");
	EXPECT_REPORT(test, &rep, "] unlock_it+0x");
}

static void lock_and_end(struct test_thread *t) __no_lock_analysis
{
	mutex_lock(&m);
	barrier();			/* not a jump: reports say who called */
}

static void ended_with_a_mutex(struct kunit *test)
{
	report_begin(&rep);
	test_thread_run(test, &thread[0], 7, lock_and_end, NULL);
	test_thread_join(test, &thread[0]);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "WARNING: test-7/");
	EXPECT_REPORT(test, &rep, " still has locks held!\n");
	EXPECT_REPORT(test, &rep, " (&m){+.+.}-{3:3}, at: lock_and_end+0x");
	mutex_lock(&m);				/* or else for ever */
	mutex_unlock(&m);
}

static DEFINE_SPINLOCK(spin);

static void spin_and_end(struct test_thread *t) __no_lock_analysis
{
	spin_lock(&spin);
	__release(&spin);
	barrier();			/* not a jump: reports say who called */
}

static void ended_with_a_spinlock(struct kunit *test)
{
	report_begin(&rep);
	test_thread_run(test, &thread[0], 8, spin_and_end, NULL);
	test_thread_join(test, &thread[0]);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "WARNING: test-8/");
	EXPECT_REPORT(test, &rep, " (spin){+.+.}-{2:2}, at: spin_and_end+0x");
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&spin));
	KUNIT_EXPECT_EQ(test, spin_held_count(), 0U);
}

static unsigned int interrupt_state;

static void lock_from_the_timer(void) __no_lock_analysis
{
	if (interrupt_state)
		return;
	mutex_lock(&m);
	mutex_unlock(&m);
	WRITE_ONCE(interrupt_state, 1);
}

/* By a real interrupt, while another thread has it: reported, and everybody lives. */
static void locked_in_an_interrupt(struct kunit *test)
{
	const u64 end = ktime_get_ns() + 20 * NSEC_PER_SEC;

	interrupt_state = 0;
	report_begin(&rep);
	mutex_lock(&m);
	KUNIT_ASSERT_EQ(test, timer_test_start(FAST_HZ, lock_from_the_timer), 0);
	while (!READ_ONCE(interrupt_state) && ktime_get_ns() < end)
		;
	timer_test_stop();
	report_end(&rep);
	KUNIT_EXPECT_EQ(test, interrupt_state, 1U);
	KUNIT_EXPECT_TRUE(test, mutex_is_held(&m));
	mutex_unlock(&m);
	EXPECT_REPORT(test, &rep, "BUG: sleeping function called from invalid context at "
		      "lib/mutex.c:");
	EXPECT_REPORT(test, &rep, "preempt_count: 10000, expected: 0\n");
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&m));
}

static void hold_until_told(struct test_thread *t)
{
	mutex_lock(&m);
	wait_for_completion(t->arg);
	mutex_unlock(&m);
}

/* Under a spinlock, contended: it cannot wait for the holder. */
static void locked_under_a_spinlock(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(told);

	test_thread_run(test, &thread[0], 0, hold_until_told, &told);
	test_thread_wait_asleep(test, &thread[0]);
	report_begin(&rep);
	spin_lock(&spin);
	mutex_lock(&m);
	KUNIT_EXPECT_PTR_EQ(test, __mutex_owner(&m), thread[0].task);
	mutex_unlock(&m);
	spin_unlock(&spin);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "BUG: sleeping function called from invalid context at "
		      "lib/mutex.c:");
	EXPECT_REPORT(test, &rep, "1 lock held by ");
	EXPECT_REPORT(test, &rep, " (spin){+.+.}-{2:2}, at: locked_under_a_spinlock+0x");
	complete(&told);
	join(test, 1);
}

static struct kunit_case mutex_cases[] = {
	KUNIT_CASE(sixteen_threads_one_at_a_time),
	KUNIT_CASE(waiters_get_it_in_order),
	KUNIT_CASE(nobody_overtakes),
	KUNIT_CASE(nobody_starves),
	KUNIT_CASE(spurious_wake_ups),
	KUNIT_CASE(a_deadlock_that_did_not_happen),
	KUNIT_CASE(unlocked_by_another),
	KUNIT_CASE(ended_with_a_mutex),
	KUNIT_CASE(ended_with_a_spinlock),
	KUNIT_CASE(locked_in_an_interrupt),
	KUNIT_CASE(locked_under_a_spinlock),
	{}
};

static struct kunit_suite mutex_suite = {
	.name = "mutex", .init = mutex_test_init, .test_cases = mutex_cases
};
kunit_test_suite(mutex_suite);
