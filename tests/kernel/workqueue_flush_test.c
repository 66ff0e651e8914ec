/* SPDX-License-Identifier: MIT */
/*
 * workqueue_flush_test.c - waiting for items, taking them back, running them later
 */
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include "workqueue_fixture.h"

#define TRIES	20U		/* for what a busy host may spoil */

/* ---- waiting --------------------------------------------------------------------- */

static void flush_waits_for_one_that_comes_back(struct kunit *test)
{
	struct item *it = &items[0];

	it->again = 1000000;
	schedule_work(&it->work);
	KUNIT_EXPECT_TRUE(test, flush_work(&it->work));
	KUNIT_EXPECT_GE(test, it->runs, 1);
	KUNIT_EXPECT_TRUE(test, cancel_work_sync(&it->work) || it->runs);
	KUNIT_EXPECT_FALSE(test, work_busy(&it->work));
}

static atomic_t flushers_back;

static int flush_it(void *wq)
{
	flush_work(&items[0].work);
	flush_workqueue(wq);
	atomic_inc(&flushers_back);
	return 0;
}

static void many_threads_flush(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("test_flush", 0, 0);
	struct task_struct *t[20];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	atomic_set(&flushers_back, 0);
	items[0].waits = true;
	queue_work(wq, &items[0].work);
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		t[i] = kthread_run(flush_it, wq, "flush_it");
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
		get_task_struct(t[i]);
		items[1 + i % 7].again = 1;
		items[1 + i % 7].queue = wq;
		queue_work(wq, &items[1 + i % 7].work);
	}
	test_threads_settle();
	KUNIT_EXPECT_EQ(test, atomic_read(&flushers_back), 0);
	complete(&items[0].go);
	for (i = 0; i < ARRAY_SIZE(t); i++)
		kthread_stop_put(t[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&flushers_back), ARRAY_SIZE(t));
	destroy_workqueue(wq);
}

/* More flushes under way than there are colors, each ending a round of its own. */
static int flush_queue(void *wq)
{
	flush_workqueue(wq);
	atomic_inc(&flushers_back);
	return 0;
}

static void more_rounds_than_colors(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("test_colors", 0, 0);
	struct task_struct *t[24];
	struct item *many = kcalloc(ARRAY_SIZE(t), sizeof(*many), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	KUNIT_ASSERT_NOT_NULL(test, many);
	atomic_set(&flushers_back, 0);
	items[0].waits = true;
	queue_work(wq, &items[0].work);
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		many[i].waits = true;
		init_completion(&many[i].go);
		INIT_WORK(&many[i].work, item_run);
		queue_work(wq, &many[i].work);
		t[i] = kthread_run(flush_queue, wq, "flush_queue");
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
		get_task_struct(t[i]);
		test_task_wait_asleep(test, t[i]);	/* its round begins here */
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&flushers_back), 0);
	complete(&items[0].go);
	complete(&many[0].go);
	kthread_stop_put(t[0]);				/* its round is over, the others' are not */
	KUNIT_EXPECT_EQ(test, atomic_read(&flushers_back), 1);
	for (i = 2; i < ARRAY_SIZE(t); i++)
		complete(&many[i].go);			/* younger ones do not help the older */
	schedule_timeout_uninterruptible(3);
	KUNIT_EXPECT_EQ(test, atomic_read(&flushers_back), 1);
	complete(&many[1].go);
	for (i = 1; i < ARRAY_SIZE(t); i++)
		kthread_stop_put(t[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&flushers_back), ARRAY_SIZE(t));
	destroy_workqueue(wq);
	kfree(many);
}

static void flush_does_not_wait_for_the_later(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("test_later", 0, 0);
	struct task_struct *t;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	atomic_set(&flushers_back, 0);
	items[0].waits = items[1].waits = true;
	queue_work(wq, &items[0].work);
	t = kthread_run(flush_queue, wq, "flush_queue");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	test_task_wait_asleep(test, t);
	queue_work(wq, &items[1].work);
	complete(&items[0].go);
	kthread_stop_put(t);
	KUNIT_EXPECT_EQ(test, items[1].runs, 0);
	complete(&items[1].go);
	destroy_workqueue(wq);
	KUNIT_EXPECT_EQ(test, items[1].runs, 1);
}

static void flushes_itself(struct work_struct *work)
{
	flush_work(work);
	flush_workqueue(system_wq);
	items[0].runs++;
}

static void waiting_for_oneself_is_reported(struct kunit *test)
{
	INIT_WORK(&items[0].work, flushes_itself);
	report_begin(&report);
	schedule_work(&items[0].work);
	KUNIT_EXPECT_TRUE(test, soon(&items[0].runs, 1));
	report_end(&report);
	EXPECT_REPORT(test, &report, "kernel/workqueue_flush.c:");
}

/* ---- taking back ------------------------------------------------------------------ */

static void cancelled_does_not_run(struct kunit *test)
{
	preempt_disable();
	schedule_work(&items[0].work);
	KUNIT_EXPECT_TRUE(test, cancel_work(&items[0].work));
	KUNIT_EXPECT_FALSE(test, cancel_work(&items[0].work));
	preempt_enable();
	schedule_timeout_uninterruptible(3);
	KUNIT_EXPECT_EQ(test, items[0].runs, 0);
	KUNIT_EXPECT_FALSE(test, cancel_work_sync(&items[0].work));
}

static int cancel_it(void *unused)
{
	cancel_work_sync(&items[0].work);
	atomic_inc(&flushers_back);
	return 0;
}

static struct workqueue_struct *own_queue;
static struct completion own_done;

static void destroys_its_queue(struct work_struct *work)
{
	drain_workqueue(own_queue);
	destroy_workqueue(own_queue);
	complete(&own_done);
}

static void a_queue_survives_its_own_item(struct kunit *test)
{
	struct work_struct work;

	own_queue = alloc_workqueue("test_own", 0, 0);
	KUNIT_ASSERT_NOT_NULL(test, own_queue);
	init_completion(&own_done);
	INIT_WORK_ONSTACK(&work, destroys_its_queue);
	report_begin(&report);
	queue_work(own_queue, &work);
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&own_done, THREAD_MAX_WAIT), 0UL);
	report_end(&report);
	KUNIT_EXPECT_EQ(test, report.warns, 2);
	destroy_workqueue(own_queue);
}

/* It runs, is queued again, and would queue itself once more: cancel waits, and that is all. */
static void cancel_waits_for_the_running_one(struct kunit *test)
{
	struct task_struct *t;

	atomic_set(&flushers_back, 0);
	items[0].waits = true;
	schedule_work(&items[0].work);
	KUNIT_EXPECT_TRUE(test, soon(&inside, 1));
	schedule_work(&items[0].work);
	t = kthread_run(cancel_it, NULL, "cancel_it");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	test_task_wait_asleep(test, t);
	KUNIT_EXPECT_EQ(test, atomic_read(&flushers_back), 0);
	KUNIT_EXPECT_FALSE(test, schedule_work(&items[0].work));
	complete(&items[0].go);
	kthread_stop_put(t);
	KUNIT_EXPECT_EQ(test, items[0].runs, 1);
	KUNIT_EXPECT_FALSE(test, work_busy(&items[0].work));
}

/* Who waits for the second round, which is taken back, waits for the first. */
static void flusher_of_a_cancelled_one_comes_back(struct kunit *test)
{
	struct task_struct *t;

	atomic_set(&flushers_back, 0);
	items[0].waits = true;
	schedule_work(&items[0].work);
	KUNIT_EXPECT_TRUE(test, soon(&inside, 1));
	schedule_work(&items[0].work);
	t = kthread_run(flush_it, system_unbound_wq, "flush_it");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	test_task_wait_asleep(test, t);
	KUNIT_EXPECT_TRUE(test, cancel_work(&items[0].work));
	schedule_timeout_uninterruptible(2);
	KUNIT_EXPECT_EQ(test, atomic_read(&flushers_back), 0);
	complete(&items[0].go);
	kthread_stop_put(t);
	KUNIT_EXPECT_EQ(test, atomic_read(&flushers_back), 1);
	KUNIT_EXPECT_EQ(test, items[0].runs, 1);
}

static void disabled_cannot_be_queued(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, disable_work_sync(&items[0].work));
	KUNIT_EXPECT_FALSE(test, disable_work(&items[0].work));
	KUNIT_EXPECT_FALSE(test, schedule_work(&items[0].work));
	KUNIT_EXPECT_FALSE(test, enable_work(&items[0].work));
	KUNIT_EXPECT_FALSE(test, schedule_work(&items[0].work));
	KUNIT_EXPECT_TRUE(test, enable_work(&items[0].work));
	KUNIT_EXPECT_TRUE(test, schedule_work(&items[0].work));
	flush_work(&items[0].work);
	KUNIT_EXPECT_EQ(test, items[0].runs, 1);
}

/* An inactive one goes, and the one behind it takes its place. */
static void cancelling_lets_the_next_go(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("test_next", 0);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	items[0].waits = true;
	for (i = 0; i < 4; i++)
		queue_work(wq, &items[i].work);
	KUNIT_EXPECT_TRUE(test, soon(&inside, 1));
	KUNIT_EXPECT_TRUE(test, cancel_work(&items[1].work));
	KUNIT_EXPECT_TRUE(test, cancel_work_sync(&items[3].work));
	complete(&items[0].go);
	flush_workqueue(wq);
	KUNIT_EXPECT_STREQ(test, order, "ac");
	destroy_workqueue(wq);
}

/* ---- later ----------------------------------------------------------------------- */

static struct delayed_work later;
static unsigned long later_at;
static unsigned int later_runs;

static void later_run(struct work_struct *work)
{
	later_at = jiffies;
	later_runs++;
}

static void delayed_runs_in_time(struct kunit *test)
{
	bool first, second, pending;
	unsigned long from;

	later_runs = 0;
	INIT_DELAYED_WORK(&later, later_run);
	local_irq_disable();			/* no jiffy goes by */
	from = jiffies;
	first = schedule_delayed_work(&later, 5);
	second = schedule_delayed_work(&later, 1);
	pending = delayed_work_pending(&later);
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, first && !second && pending);
	KUNIT_EXPECT_TRUE(test, soon(&later_runs, 1));
	KUNIT_EXPECT_GE(test, later_at - from, 5);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&later));
}

static void delayed_can_be_moved(struct kunit *test)
{
	later_runs = 0;
	INIT_DELAYED_WORK(&later, later_run);
	KUNIT_EXPECT_FALSE(test, mod_delayed_work(system_wq, &later, 1000 * HZ));
	KUNIT_EXPECT_TRUE(test, mod_delayed_work(system_wq, &later, 2));
	KUNIT_EXPECT_TRUE(test, soon(&later_runs, 1));
	preempt_disable();
	KUNIT_EXPECT_FALSE(test, mod_delayed_work(system_wq, &later, 0));
	KUNIT_EXPECT_TRUE(test, mod_delayed_work(system_wq, &later, 1000 * HZ));
	preempt_enable();
	schedule_timeout_uninterruptible(2);
	KUNIT_EXPECT_EQ(test, later_runs, 1);
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work_sync(&later));
	KUNIT_EXPECT_FALSE(test, timer_pending(&later.timer));
}

static void delayed_can_be_flushed_and_cancelled(struct kunit *test)
{
	bool first, flushed = false;
	unsigned int runs = 0;

	later_runs = 0;
	INIT_DELAYED_WORK(&later, later_run);
	while (!flushed && runs < TRIES) {	/* it may be through before it is waited for */
		schedule_delayed_work(&later, 1000 * HZ);
		KUNIT_EXPECT_FALSE(test, flush_work(&later.work));	/* it is not queued yet */
		flushed = flush_delayed_work(&later);
		KUNIT_EXPECT_EQ(test, later_runs, ++runs);
	}
	KUNIT_EXPECT_TRUE(test, flushed);
	local_irq_disable();			/* or it may be due, and run, before */
	schedule_delayed_work(&later, 1);
	first = cancel_delayed_work(&later);
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, first);
	KUNIT_EXPECT_FALSE(test, cancel_delayed_work(&later));
	schedule_timeout_uninterruptible(3);
	KUNIT_EXPECT_EQ(test, later_runs, runs);
	KUNIT_EXPECT_TRUE(test, disable_delayed_work_sync(&later) == false);
	KUNIT_EXPECT_FALSE(test, schedule_delayed_work(&later, 0));
	KUNIT_EXPECT_TRUE(test, enable_delayed_work(&later));
}

/* A hard interrupt queues, moves and cancels what process context flushes and cancels. */
static void juggle_later(void)
{
	static unsigned int n;

	switch (n++ % 4) {
	case 0:
		queue_work(system_unbound_wq, &items[n % NR_ITEMS].work);
		break;
	case 1:
		mod_delayed_work(system_wq, &later, n % 3);
		break;
	case 2:
		cancel_work(&items[(n + 3) % NR_ITEMS].work);
		break;
	default:
		cancel_delayed_work(&later);
	}
}

static void races_lose_nothing(struct kunit *test)
{
	unsigned int i;
	u64 end;

	later_runs = 0;
	INIT_DELAYED_WORK(&later, later_run);
	KUNIT_ASSERT_EQ(test, timer_test_start(3000, juggle_later), 0);
	end = ktime_get_ns() + 300 * NSEC_PER_MSEC;
	for (i = 0; ktime_get_ns() < end; i++) {
		queue_work(i % 2 ? system_wq : system_highpri_wq, &items[i % NR_ITEMS].work);
		if (i % 5 == 0)
			cancel_work_sync(&items[(i + 1) % NR_ITEMS].work);
		if (i % 7 == 0)
			flush_work(&items[(i + 2) % NR_ITEMS].work);
		if (i % 11 == 0)
			cancel_delayed_work_sync(&later);
	}
	timer_test_stop();
	cancel_delayed_work_sync(&later);
	for (i = 0; i < NR_ITEMS; i++) {
		cancel_work_sync(&items[i].work);
		KUNIT_EXPECT_EQ(test, work_busy(&items[i].work), 0);
	}
	KUNIT_EXPECT_FALSE(test, timer_pending(&later.timer));
}

static struct kunit_case workqueue_flush_cases[] = {
	KUNIT_CASE(flush_waits_for_one_that_comes_back),
	KUNIT_CASE(many_threads_flush),
	KUNIT_CASE(more_rounds_than_colors),
	KUNIT_CASE(flush_does_not_wait_for_the_later),
	KUNIT_CASE(waiting_for_oneself_is_reported),
	KUNIT_CASE(a_queue_survives_its_own_item),
	KUNIT_CASE(cancelled_does_not_run),
	KUNIT_CASE(cancel_waits_for_the_running_one),
	KUNIT_CASE(flusher_of_a_cancelled_one_comes_back),
	KUNIT_CASE(disabled_cannot_be_queued),
	KUNIT_CASE(cancelling_lets_the_next_go),
	KUNIT_CASE(delayed_runs_in_time),
	KUNIT_CASE(delayed_can_be_moved),
	KUNIT_CASE(delayed_can_be_flushed_and_cancelled),
	KUNIT_CASE(races_lose_nothing),
	{}
};

static struct kunit_suite workqueue_flush_suite = {
	.name = "workqueue_flush",
	.init = workqueue_test_init,
	.exit = workqueue_test_exit,
	.test_cases = workqueue_flush_cases,
};
kunit_test_suite(workqueue_flush_suite);
