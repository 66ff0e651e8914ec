/* SPDX-License-Identifier: MIT */
/* Threads for tests: begun, waited for within bounds, and gone when the case ends. */
#ifndef TESTS_KERNEL_THREADS_H
#define TESTS_KERNEL_THREADS_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#define THREAD_MAX_WAIT		(60 * HZ)	/* until a test is said to hang, on any host */

struct test_thread {
	void (*fn)(struct test_thread *t);
	int id;				/* of the test's own */
	void *arg;
	struct task_struct *task;
	struct completion done;
};

static inline int test_thread_main(void *data)
{
	struct test_thread *t = data;

	t->fn(t);
	kthread_complete_and_exit(&t->done, 0);
}

/* Prepared; test_thread_wake() lets it run. */
static inline void test_thread_create(struct kunit *test, struct test_thread *t, int id,
				      void (*fn)(struct test_thread *t), void *arg)
{
	t->fn = fn;
	t->id = id;
	t->arg = arg;
	init_completion(&t->done);
	t->task = kthread_create(test_thread_main, t, "test-%d", id);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t->task);
	get_task_struct(t->task);
}

static inline void test_thread_run(struct kunit *test, struct test_thread *t, int id,
				   void (*fn)(struct test_thread *t), void *arg)
{
	test_thread_create(test, t, id, fn, arg);
	wake_up_process(t->task);
}

static inline void test_thread_run_on(struct kunit *test, struct test_thread *t, unsigned int cpu,
				      void (*fn)(struct test_thread *t), void *arg)
{
	test_thread_create(test, t, (int)cpu, fn, arg);
	kthread_bind(t->task, cpu);
	wake_up_process(t->task);
}

/* @nr prepared ones, at the same time: none is through before another may begin. */
static inline void test_threads_wake(const struct test_thread *t, unsigned int nr)
{
	preempt_disable();
	while (nr--)
		wake_up_process(t++->task);
	preempt_enable();
}

/* Has it come to its end in time?  If not, it and its memory are lost: give up. */
static inline void test_thread_join(struct kunit *test, struct test_thread *t)
{
	KUNIT_ASSERT_TRUE_MSG(test, wait_for_completion_timeout(&t->done, THREAD_MAX_WAIT) != 0,
			      "thread %d hangs, state %#x", t->id, t->task->__state);
	kthread_stop_put(t->task);
}

/*
 * Sleep, in steps, until @t, which has been woken for the first time, sleeps or has ended.  (A
 * number of jiffies would not do: it may get no time at all in those that a busy host leaves us.)
 */
static inline void test_task_wait_asleep(struct kunit *test, const struct task_struct *t)
{
	int steps = THREAD_MAX_WAIT;

	while (task_is_running(t) && --steps)
		schedule_timeout_uninterruptible(1);
	KUNIT_ASSERT_TRUE_MSG(test, steps != 0, "%s does not sleep", t->comm);
}

/* Then it has queued where it was to queue. */
static inline void test_thread_wait_asleep(struct kunit *test, const struct test_thread *t)
{
	test_task_wait_asleep(test, t->task);
}

static inline void test_task_wait_dead(struct kunit *test, const struct task_struct *t)
{
	int steps = THREAD_MAX_WAIT;

	while (READ_ONCE(t->__state) != TASK_DEAD && --steps)
		schedule_timeout_uninterruptible(1);
	KUNIT_ASSERT_TRUE_MSG(test, steps != 0, "%s does not end", t->comm);
}

/* Let all the others run until they wait: some jiffies, and as many more as that takes. */
static inline void test_threads_settle(void)
{
	int steps = THREAD_MAX_WAIT / 3;

	do {
		schedule_timeout_uninterruptible(3);
	} while (sched_nr_running() > 1 && --steps);
}

/* What happened in which order, one character each. */
struct test_log {
	char text[64];
	unsigned int nr;		/* threads are preempted: step it atomically */
};

static inline void test_log_add(struct test_log *log, char c)
{
	unsigned int i = __atomic_fetch_add(&log->nr, 1, __ATOMIC_SEQ_CST);

	if (i < sizeof(log->text) - 1)
		log->text[i] = c;
}

static inline void test_log_clear(struct test_log *log)
{
	memset(log, 0, sizeof(*log));
}

#endif /* TESTS_KERNEL_THREADS_H */
