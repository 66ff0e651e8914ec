/* SPDX-License-Identifier: MIT */
/*
 * wait_queue_test.c - lib/wait.c with one thread: who is queued where, who is called in which
 * order, what the macros give.  Real sleeping: wait_test.c.
 */
#include <kunit/test.h>
#include <linux/wait.h>

#include "report.h"

#define NR_ENTRIES	5

static char log[32];
static unsigned int nr_log;
static struct report rep;

struct logger {
	struct wait_queue_entry entry;
	char name;
	int ret;
};

static int log_wake(wait_queue_entry_t *e, unsigned int mode, int flags, void *key)
{
	const struct logger *l = container_of(e, struct logger, entry);

	if (nr_log < sizeof(log) - 1)
		log[nr_log++] = l->name;
	log[nr_log] = '\0';
	return l->ret;
}

static void log_init(struct logger l[NR_ENTRIES])
{
	nr_log = 0;
	log[0] = '\0';
	for (int i = 0; i < NR_ENTRIES; i++) {
		init_waitqueue_func_entry(&l[i].entry, log_wake);
		l[i].name = (char)('a' + i);
		l[i].ret = 1;
	}
}

static const char *logged(void)
{
	nr_log = 0;
	return log;
}

/* ---- the queue ------------------------------------------------------------------- */

static void order_in_the_queue(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD(wq);
	struct logger l[NR_ENTRIES];

	log_init(l);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&wq) || wq_has_sleeper(&wq));
	add_wait_queue_exclusive(&wq, &l[0].entry);
	KUNIT_EXPECT_TRUE(test, waitqueue_active(&wq) && wq_has_sleeper(&wq));
	KUNIT_EXPECT_TRUE(test, wq_has_single_sleeper(&wq));
	add_wait_queue(&wq, &l[1].entry);
	add_wait_queue_exclusive(&wq, &l[2].entry);
	add_wait_queue_priority(&wq, &l[3].entry);
	add_wait_queue(&wq, &l[4].entry);
	KUNIT_EXPECT_FALSE(test, wq_has_single_sleeper(&wq));
	wake_up_all(&wq);
	KUNIT_EXPECT_STREQ(test, logged(), "debac");
	for (int i = 0; i < NR_ENTRIES; i++)
		remove_wait_queue(&wq, &l[i].entry);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&wq));
	wake_up(&wq);
	KUNIT_EXPECT_EQ(test, nr_log, 0U);
}

static void exclusive_ones_are_counted(struct kunit *test)
{
	struct wait_queue_head wq;
	struct logger l[NR_ENTRIES];

	init_waitqueue_head(&wq);
	log_init(l);
	for (int i = 0; i < NR_ENTRIES; i++)
		if (i == 2)
			add_wait_queue(&wq, &l[i].entry);
		else
			add_wait_queue_exclusive(&wq, &l[i].entry);
	KUNIT_EXPECT_EQ(test, wake_up(&wq), 1);
	KUNIT_EXPECT_STREQ(test, logged(), "ca");
	KUNIT_EXPECT_EQ(test, wake_up_nr(&wq, 3), 3);
	KUNIT_EXPECT_STREQ(test, logged(), "cabd");
	l[0].ret = 0;				/* it runs already: no wake-up is spent on it */
	KUNIT_EXPECT_EQ(test, wake_up(&wq), 1);
	KUNIT_EXPECT_STREQ(test, logged(), "cab");
	l[1].ret = -1;				/* it has had enough for all */
	KUNIT_EXPECT_EQ(test, wake_up_all(&wq), 0);
	KUNIT_EXPECT_STREQ(test, logged(), "cab");
	spin_lock_irq(&wq.lock);
	wake_up_locked(&wq);
	spin_unlock_irq(&wq.lock);
	KUNIT_EXPECT_STREQ(test, logged(), "cab");
	for (int i = 0; i < NR_ENTRIES; i++)
		remove_wait_queue(&wq, &l[i].entry);
}

/* What becomes of a waiter in @state, here ourselves, by a wake-up. */
static unsigned int state_after(struct wait_queue_head *wq, unsigned int state,
				unsigned int mode)
{
	unsigned int now;

	__set_current_state(state);
	__wake_up(wq, mode, 1, NULL);
	now = get_current_state();
	__set_current_state(TASK_RUNNING);
	return now;
}

static void states_decide(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD(wq);
	DECLARE_WAITQUEUE(e, current);

	add_wait_queue(&wq, &e);
	KUNIT_EXPECT_EQ(test, state_after(&wq, TASK_UNINTERRUPTIBLE, TASK_INTERRUPTIBLE),
			TASK_UNINTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, state_after(&wq, TASK_INTERRUPTIBLE, TASK_INTERRUPTIBLE),
			TASK_RUNNING);
	KUNIT_EXPECT_EQ(test, state_after(&wq, TASK_UNINTERRUPTIBLE, TASK_NORMAL), TASK_RUNNING);
	KUNIT_EXPECT_EQ(test, state_after(&wq, TASK_IDLE, TASK_NORMAL), TASK_RUNNING);
	remove_wait_queue(&wq, &e);
}

/* ---- step by step ---------------------------------------------------------------- */

static void prepare_and_finish(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD(wq);
	DEFINE_WAIT(e);

	prepare_to_wait(&wq, &e, TASK_UNINTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_UNINTERRUPTIBLE);
	prepare_to_wait(&wq, &e, TASK_INTERRUPTIBLE);	/* queued once */
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_TRUE(test, wq_has_single_sleeper(&wq));
	finish_wait(&wq, &e);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&wq));
	finish_wait(&wq, &e);

	KUNIT_EXPECT_TRUE(test, prepare_to_wait_exclusive(&wq, &e, TASK_UNINTERRUPTIBLE));
	KUNIT_EXPECT_FALSE(test, prepare_to_wait_exclusive(&wq, &e, TASK_UNINTERRUPTIBLE));
	KUNIT_EXPECT_TRUE(test, e.flags & WQ_FLAG_EXCLUSIVE);
	wake_up(&wq);				/* takes it off, and makes it run */
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&wq));
	wake_up(&wq);
	finish_wait(&wq, &e);
}

/* Who was not woken stays queued. */
static void autoremove_only_if_woken(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD(wq);
	DEFINE_WAIT(e);

	prepare_to_wait(&wq, &e, TASK_UNINTERRUPTIBLE);
	__set_current_state(TASK_RUNNING);
	wake_up(&wq);
	KUNIT_EXPECT_TRUE(test, waitqueue_active(&wq));
	finish_wait(&wq, &e);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&wq));
}

/* The wake-up comes between the look at the condition and the sleep. */
static unsigned int looks;
static bool look_and_wake(struct wait_queue_head *wq)
{
	looks++;
	if (looks > 1)
		wake_up(wq);
	return looks > 3;
}

static void wake_up_before_the_sleep(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD(wq);

	looks = 0;
	wait_event(wq, look_and_wake(&wq));
	KUNIT_EXPECT_EQ(test, looks, 4U);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&wq));
}

static void conditions_that_are_true(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD(wq);
	DEFINE_SPINLOCK(lock);

	wait_event(wq, true);
	wait_event_exclusive(wq, true);
	wait_event_idle(wq, true);
	KUNIT_EXPECT_EQ(test, wait_event_interruptible(wq, true), 0);
	KUNIT_EXPECT_EQ(test, wait_event_killable(wq, true), 0);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(wq, true, 10), 10);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(wq, true, 0), 1);
	KUNIT_EXPECT_EQ(test, wait_event_interruptible_timeout(wq, true, 7), 7);
	spin_lock_irq(&lock);
	wait_event_lock_irq(wq, spin_is_held(&lock), lock);
	spin_unlock_irq(&lock);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&wq));
}

static void timeouts_that_are_over(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD(wq);
	unsigned int n = 0;

	KUNIT_EXPECT_EQ(test, wait_event_timeout(wq, false, 0), 0);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(wq, false, 1), 0);
	/* True at the last look: there is one jiffy left. */
	KUNIT_EXPECT_EQ(test, wait_event_timeout(wq, ++n > 2, 1), 1);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&wq));
}

static void woken_is_remembered(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD(wq);
	DEFINE_WAIT_FUNC(e, woken_wake_function);

	add_wait_queue(&wq, &e);
	wake_up(&wq);				/* before it waits */
	KUNIT_EXPECT_EQ(test, wait_woken(&e, TASK_UNINTERRUPTIBLE, 5), 5);
	KUNIT_EXPECT_EQ(test, wait_woken(&e, TASK_UNINTERRUPTIBLE, 1), 0);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	remove_wait_queue(&wq, &e);
}

/* ---- queues that wake queues ----------------------------------------------------- */

static DECLARE_WAIT_QUEUE_HEAD(inner);

static int wake_inner(wait_queue_entry_t *e, unsigned int mode, int flags, void *key)
{
	spin_lock_nested(&inner.lock, SINGLE_DEPTH_NESTING);
	wake_up_locked(&inner);
	spin_unlock(&inner.lock);
	return 1;
}

static int wake_inner_badly(wait_queue_entry_t *e, unsigned int mode, int flags, void *key)
{
	wake_up(&inner);
	return 1;
}

static void nested_wake_ups(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD(outer);
	struct wait_queue_entry good, bad;
	struct logger l[NR_ENTRIES];

	log_init(l);
	init_waitqueue_func_entry(&good, wake_inner);
	init_waitqueue_func_entry(&bad, wake_inner_badly);
	add_wait_queue(&inner, &l[0].entry);
	add_wait_queue(&outer, &good);
	report_begin(&rep);
	wake_up(&outer);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	KUNIT_EXPECT_STREQ(test, logged(), "a");
	remove_wait_queue(&outer, &good);
	add_wait_queue(&outer, &bad);
	inner.lock.usage &= ~LOCK_REPORTED_ORDER;
	wake_up(&outer);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "WARNING: possible recursive locking detected\n");
	EXPECT_REPORT(test, &rep, " (&(inner).lock){");
	KUNIT_EXPECT_STREQ(test, logged(), "a");
	remove_wait_queue(&outer, &bad);
	remove_wait_queue(&inner, &l[0].entry);
}

static void no_waiting_in_an_interrupt(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD(wq);
	const enum system_states was = system_state;

	system_state = SYSTEM_RUNNING;
	might_sleep_reset();
	report_begin(&rep);
	preempt_count_add(HARDIRQ_OFFSET);
	wait_event(wq, true);
	preempt_count_sub(HARDIRQ_OFFSET);
	report_end(&rep);
	system_state = was;
	EXPECT_REPORT(test, &rep, "BUG: sleeping function called from invalid context at "
		      "tests/kernel/wait_queue_test.c:");
}

static struct kunit_case wait_queue_cases[] = {
	KUNIT_CASE(order_in_the_queue),
	KUNIT_CASE(exclusive_ones_are_counted),
	KUNIT_CASE(states_decide),
	KUNIT_CASE(prepare_and_finish),
	KUNIT_CASE(autoremove_only_if_woken),
	KUNIT_CASE(wake_up_before_the_sleep),
	KUNIT_CASE(conditions_that_are_true),
	KUNIT_CASE(timeouts_that_are_over),
	KUNIT_CASE(woken_is_remembered),
	KUNIT_CASE(nested_wake_ups),
	KUNIT_CASE(no_waiting_in_an_interrupt),
	{}
};

static struct kunit_suite wait_queue_suite = {
	.name = "wait_queue", .test_cases = wait_queue_cases
};
kunit_test_suite(wait_queue_suite);
