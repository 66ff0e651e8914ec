/* SPDX-License-Identifier: MIT */
/*
 * workqueue_test.c - items run once, in a thread, one at a time; waiting for them, taking them
 * back; workers that wait, and workers that cannot be made
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include "report.h"

#define NR_ITEMS	8

struct item {
	struct work_struct work;
	struct workqueue_struct *queue;
	unsigned int runs, good, again;
	bool waits;
	char letter;
	struct completion go;			/* for those that wait */
};

static struct report report;
static struct item items[NR_ITEMS];
static char order[32];
static unsigned int inside, most_inside;	/* functions running now, and at most */

static void item_run(struct work_struct *work)
{
	struct item *it = container_of(work, struct item, work);
	size_t n = strlen(order);

	it->good += in_task() && preemptible() && current->flags & PF_WQ_WORKER &&
		    current_work() == work && !work_pending(work);
	if (n < sizeof(order) - 1)
		order[n] = it->letter;
	inside++;
	most_inside = max(most_inside, inside);
	if (it->again && it->again--)
		queue_work(it->queue, work);
	if (it->waits)
		wait_for_completion(&it->go);
	inside--;
	WRITE_ONCE(it->runs, it->runs + 1);
}

static int workqueue_test_init(struct kunit *test)
{
	unsigned int i;

	memset(items, 0, sizeof(items));
	memset(order, 0, sizeof(order));
	inside = most_inside = 0;
	for (i = 0; i < NR_ITEMS; i++) {
		INIT_WORK(&items[i].work, item_run);
		init_completion(&items[i].go);
		items[i].queue = system_wq;
		items[i].letter = (char)('a' + i);
	}
	return 0;
}

/* Nothing of a failed case may still run in the next. */
static void workqueue_test_exit(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < NR_ITEMS; i++)
		complete_all(&items[i].go);
	for (i = 0; i < NR_ITEMS; i++)
		cancel_work_sync(&items[i].work);
}

static bool soon(const unsigned int *value, unsigned int want)
{
	unsigned int ticks = 10 * HZ;

	while (READ_ONCE(*value) < want && ticks--)
		schedule_timeout_uninterruptible(1);
	return READ_ONCE(*value) >= want;
}

/* ---- running --------------------------------------------------------------------- */

static void runs_in_a_thread_that_may_sleep(struct kunit *test)
{
	struct item *it = &items[0];

	KUNIT_EXPECT_TRUE(test, schedule_work(&it->work));
	KUNIT_EXPECT_TRUE(test, soon(&it->runs, 1));
	KUNIT_EXPECT_EQ(test, it->good, 1);
	KUNIT_EXPECT_FALSE(test, flush_work(&it->work));
	KUNIT_EXPECT_NULL(test, current_work());
}

static void is_queued_once_at_a_time(struct kunit *test)
{
	struct item *it = &items[0];

	preempt_disable();
	KUNIT_EXPECT_TRUE(test, schedule_work(&it->work));
	KUNIT_EXPECT_FALSE(test, schedule_work(&it->work));
	KUNIT_EXPECT_TRUE(test, work_pending(&it->work));
	preempt_enable();
	flush_work(&it->work);
	KUNIT_EXPECT_EQ(test, it->runs, 1);
}

static void allocates(struct work_struct *work)
{
	struct item *it = container_of(work, struct item, work);
	void *p = kmalloc(5000, GFP_KERNEL), *v = vmalloc(3 * PAGE_SIZE);

	it->good = p && v;
	vfree(v);
	kfree(p);
	it->runs++;
}

static void may_allocate_with_gfp_kernel(struct kunit *test)
{
	INIT_WORK(&items[0].work, allocates);
	schedule_work(&items[0].work);
	flush_work(&items[0].work);
	KUNIT_EXPECT_EQ(test, items[0].good, 1);
}

static void on_the_stack(struct kunit *test)
{
	struct item it = { .letter = 'x', .queue = system_wq };

	INIT_WORK_ONSTACK(&it.work, item_run);
	queue_work(system_unbound_wq, &it.work);
	flush_work(&it.work);
	KUNIT_EXPECT_EQ(test, it.runs, 1);
	destroy_work_on_stack(&it.work);
}

static void ordered_queue_keeps_order(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("test_%s", 0, "ordered");
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	for (i = 0; i < NR_ITEMS; i++)
		queue_work(wq, &items[NR_ITEMS - 1 - i].work);
	flush_workqueue(wq);
	KUNIT_EXPECT_STREQ(test, order, "hgfedcba");
	KUNIT_EXPECT_EQ(test, most_inside, 1);
	destroy_workqueue(wq);
}

static void max_active_is_the_limit(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("test_max", WQ_UNBOUND, 3);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	for (i = 0; i < NR_ITEMS; i++) {
		items[i].waits = true;
		queue_work(wq, &items[i].work);
	}
	KUNIT_EXPECT_TRUE(test, soon(&inside, 3));
	schedule_timeout_uninterruptible(3);
	KUNIT_EXPECT_EQ(test, inside, 3);
	for (i = 0; i < NR_ITEMS; i++)
		complete(&items[i].go);
	flush_workqueue(wq);
	KUNIT_EXPECT_EQ(test, most_inside, 3);
	KUNIT_EXPECT_EQ(test, strlen(order), NR_ITEMS);
	destroy_workqueue(wq);
}

/* All items but the last wait for it: as many workers as that takes. */
static void who_waits_does_not_keep_others(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < NR_ITEMS; i++) {
		items[i].waits = i < NR_ITEMS - 1;
		schedule_work(&items[i].work);
	}
	KUNIT_EXPECT_TRUE(test, soon(&items[NR_ITEMS - 1].runs, 1));
	KUNIT_EXPECT_EQ(test, inside, NR_ITEMS - 1);
	for (i = 0; i < NR_ITEMS - 1; i++)
		complete(&items[i].go);
	for (i = 0; i < NR_ITEMS; i++)
		flush_work(&items[i].work);
	KUNIT_EXPECT_EQ(test, inside, 0);
}

static void spins(struct work_struct *work)
{
	struct item *it = container_of(work, struct item, work);
	unsigned long end = jiffies + 3;

	inside++;
	most_inside = max(most_inside, inside);
	while (time_before(jiffies, end))
		cond_resched();
	inside--;
	it->runs++;
}

/* Those that only compute run one after the other, with one worker, however many there are. */
static void who_computes_is_left_alone(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		INIT_WORK(&items[i].work, spins);
		schedule_work(&items[i].work);
	}
	for (i = 0; i < 4; i++)
		flush_work(&items[i].work);
	KUNIT_EXPECT_EQ(test, most_inside, 1);
	most_inside = 0;
	for (i = 0; i < 4; i++)
		queue_work(system_unbound_wq, &items[i].work);
	for (i = 0; i < 4; i++)
		flush_work(&items[i].work);
	KUNIT_EXPECT_GT(test, most_inside, 1);		/* there, all at once */
}

static void never_runs_twice_at_a_time(struct kunit *test)
{
	struct item *it = &items[0];

	it->waits = true;
	queue_work(system_unbound_wq, &it->work);
	KUNIT_EXPECT_TRUE(test, soon(&inside, 1));
	KUNIT_EXPECT_TRUE(test, queue_work(system_highpri_wq, &it->work));
	KUNIT_EXPECT_EQ(test, work_busy(&it->work), WORK_BUSY_PENDING | WORK_BUSY_RUNNING);
	schedule_timeout_uninterruptible(3);
	KUNIT_EXPECT_EQ(test, inside, 1);
	complete(&it->go);
	KUNIT_EXPECT_TRUE(test, soon(&it->runs, 1));
	complete(&it->go);
	flush_work(&it->work);
	KUNIT_EXPECT_EQ(test, it->runs, 2);
	KUNIT_EXPECT_EQ(test, most_inside, 1);
}

static void see_priority(struct work_struct *work)
{
	items[1].runs = (unsigned int)current->prio;
}

static void highpri_has_workers_of_its_own(struct kunit *test)
{
	INIT_WORK(&items[0].work, see_priority);
	queue_work(system_highpri_wq, &items[0].work);
	flush_work(&items[0].work);
	KUNIT_EXPECT_EQ(test, items[1].runs, NICE_TO_PRIO(MIN_NICE));
	queue_work(system_wq, &items[0].work);
	flush_work(&items[0].work);
	KUNIT_EXPECT_EQ(test, items[1].runs, DEFAULT_PRIO);
}

static void frees_itself(struct work_struct *work)
{
	struct item *it = container_of(work, struct item, work);

	kfree(it);
	items[0].runs++;
}

static void may_free_itself(struct kunit *test)
{
	struct item *it;
	unsigned int i;

	for (i = 0; i < 20; i++) {
		it = kzalloc(sizeof(*it), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, it);
		INIT_WORK(&it->work, frees_itself);
		schedule_work(&it->work);
	}
	KUNIT_EXPECT_TRUE(test, soon(&items[0].runs, 20));
}

static void leaks(struct work_struct *work)
{
	local_irq_disable();
	preempt_disable();
}

static void leaks_are_reported(struct kunit *test)
{
	INIT_WORK(&items[0].work, leaks);
	report_begin(&report);
	schedule_work(&items[0].work);
	flush_work(&items[0].work);
	report_end(&report);
	EXPECT_REPORT(test, &report, "BUG: workqueue leaked atomic, lock or RCU: kworker/0:");
	EXPECT_REPORT(test, &report, "preempt=0x00000001 lock=0 RCU=0->0 workfn=leaks\n");
	INIT_WORK(&items[0].work, item_run);
	schedule_work(&items[0].work);			/* the worker is as good as new */
	flush_work(&items[0].work);
	KUNIT_EXPECT_EQ(test, items[0].good, 1);
}

/* ---- queueing from where one may not sleep ------------------------------------------ */

static void queue_in_interrupt(struct pt_regs *regs)
{
	schedule_work(&items[0].work);
}

static void queue_in_softirq(struct tasklet_struct *t)
{
	schedule_work(&items[1].work);
}

static void queue_in_timer(struct timer_list *t)
{
	schedule_work(&items[2].work);
}

static void can_be_queued_from_interrupts(struct kunit *test)
{
	struct timer_list timer;
	struct tasklet_struct t;
	unsigned int i;

	tasklet_setup(&t, queue_in_softirq);
	timer_setup_on_stack(&timer, queue_in_timer, 0);
	mod_timer(&timer, jiffies + 1);
	irq_set_vector(TEST_VECTOR, queue_in_interrupt, NULL, NULL);
	__asm__ __volatile__("int %0" : : "i"(TEST_VECTOR) : "memory");
	irq_set_vector(TEST_VECTOR, NULL, NULL, NULL);
	tasklet_schedule(&t);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test, soon(&items[i].runs, 1));
		KUNIT_EXPECT_EQ(test, items[i].good, 1);
	}
	tasklet_kill(&t);
	timer_delete_sync(&timer);
}

static void vfree_in_interrupt(struct pt_regs *regs)
{
	vfree(items[0].queue);
}

/* Nobody calls vmalloc() or vfree() again: a work item does it. */
static void vfree_in_an_interrupt_happens_soon(struct kunit *test)
{
	unsigned long areas = vmalloc_nr_areas();
	unsigned int ticks = 10 * HZ;

	items[0].queue = vmalloc(5 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, items[0].queue);
	irq_set_vector(TEST_VECTOR, vfree_in_interrupt, NULL, NULL);
	__asm__ __volatile__("int %0" : : "i"(TEST_VECTOR) : "memory");
	irq_set_vector(TEST_VECTOR, NULL, NULL, NULL);
	while (vmalloc_nr_areas() != areas && ticks--)
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_areas(), areas);
}

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
	schedule_timeout_uninterruptible(3);
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
		schedule_timeout_uninterruptible(1);	/* its round begins here */
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
	schedule_timeout_uninterruptible(2);
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
	schedule_timeout_uninterruptible(2);
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
	schedule_timeout_uninterruptible(2);
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
	unsigned long from;

	later_runs = 0;
	INIT_DELAYED_WORK(&later, later_run);
	from = jiffies;
	KUNIT_EXPECT_TRUE(test, schedule_delayed_work(&later, 5));
	KUNIT_EXPECT_FALSE(test, schedule_delayed_work(&later, 1));
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&later));
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
	later_runs = 0;
	INIT_DELAYED_WORK(&later, later_run);
	schedule_delayed_work(&later, 1000 * HZ);
	KUNIT_EXPECT_FALSE(test, flush_work(&later.work));	/* it is not queued yet */
	KUNIT_EXPECT_TRUE(test, flush_delayed_work(&later));
	KUNIT_EXPECT_EQ(test, later_runs, 1);
	schedule_delayed_work(&later, 1);
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work(&later));
	KUNIT_EXPECT_FALSE(test, cancel_delayed_work(&later));
	schedule_timeout_uninterruptible(3);
	KUNIT_EXPECT_EQ(test, later_runs, 1);
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

/* ---- the end of a queue ------------------------------------------------------------ */

static void drain_runs_what_queues_itself(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("test_drain", 0, 0);

	KUNIT_ASSERT_NOT_NULL(test, wq);
	items[0].queue = wq;
	items[0].again = 5;
	queue_work(wq, &items[0].work);
	drain_workqueue(wq);
	KUNIT_EXPECT_EQ(test, items[0].runs, 6);
	queue_work(wq, &items[1].work);
	destroy_workqueue(wq);
	KUNIT_EXPECT_EQ(test, items[1].runs, 1);
}

/* ---- without memory ---------------------------------------------------------------- */

static bool refuse(gfp_t gfp, unsigned int order)
{
	return true;
}

static unsigned int rescued;

static void see_rescuer(struct work_struct *work)
{
	rescued += current_is_workqueue_rescuer();
	items[1].runs++;
}

/*
 * Every worker waits for something that the second queue has to do, and no page is to be had
 * for another worker.
 */
static void rescuer_goes_on_without_memory(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("test_rescue", WQ_MEM_RECLAIM, 1);
	page_should_fail_fn *old;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	workqueue_trim();
	kthread_reap();
	rescued = 0;
	INIT_WORK(&items[1].work, see_rescuer);
	INIT_WORK(&items[2].work, see_rescuer);
	report_begin(&report);
	old = page_alloc_set_should_fail(refuse);
	for (i = 0; i < NR_ITEMS; i++) {
		if (i == 1 || i == 2)
			continue;
		items[i].waits = true;
		schedule_work(&items[i].work);
	}
	queue_work(wq, &items[1].work);
	queue_work(wq, &items[2].work);		/* inactive until the first is done */
	soon(&items[1].runs, 2);
	page_alloc_set_should_fail(old);
	report_end(&report);
	KUNIT_EXPECT_EQ(test, items[1].runs, 2);
	KUNIT_EXPECT_EQ(test, rescued, 2);
	for (i = 0; i < NR_ITEMS; i++)
		complete(&items[i].go);
	for (i = 0; i < NR_ITEMS; i++)
		flush_work(&items[i].work);
	KUNIT_EXPECT_EQ(test, items[NR_ITEMS - 1].runs, 1);
	destroy_workqueue(wq);
}

static void no_memory_no_queue(struct kunit *test)
{
	page_should_fail_fn *old;
	struct workqueue_struct *wq;

	report_begin(&report);
	old = page_alloc_set_should_fail(refuse);
	wq = alloc_workqueue("test_none", WQ_MEM_RECLAIM, 0);
	page_alloc_set_should_fail(old);
	report_end(&report);
	KUNIT_EXPECT_NULL(test, wq);
}

static void reclaim_must_not_wait_for_others(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("test_reclaim", WQ_MEM_RECLAIM, 0);
	const unsigned int before = current->flags;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	current->flags |= PF_MEMALLOC;
	flush_workqueue(wq);				/* that is fine */
	report_begin(&report);
	flush_workqueue(system_wq);
	report_end(&report);
	current->flags = before;
	KUNIT_EXPECT_LE(test, report.warns, 1);		/* once in the kernel's life */
	destroy_workqueue(wq);
}

static void table_shows_queues_and_workers(struct kunit *test)
{
	static char text[4096];
	struct seq_file m;

	items[0].waits = true;
	schedule_work(&items[0].work);
	KUNIT_EXPECT_TRUE(test, soon(&inside, 1));
	seq_to_buffer(&m, text, sizeof(text));
	workqueues_show(&m);
	complete(&items[0].go);
	flush_work(&items[0].work);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "workqueue events: flags=0x0 pool=0 active=1/1024"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "workqueue mm_percpu_wq: flags=0x8 "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, ":item_run on events\n"));
}

static struct kunit_case workqueue_cases[] = {
	KUNIT_CASE(runs_in_a_thread_that_may_sleep),
	KUNIT_CASE(is_queued_once_at_a_time),
	KUNIT_CASE(may_allocate_with_gfp_kernel),
	KUNIT_CASE(on_the_stack),
	KUNIT_CASE(ordered_queue_keeps_order),
	KUNIT_CASE(max_active_is_the_limit),
	KUNIT_CASE(who_waits_does_not_keep_others),
	KUNIT_CASE(who_computes_is_left_alone),
	KUNIT_CASE(never_runs_twice_at_a_time),
	KUNIT_CASE(highpri_has_workers_of_its_own),
	KUNIT_CASE(may_free_itself),
	KUNIT_CASE(leaks_are_reported),
	KUNIT_CASE(can_be_queued_from_interrupts),
	KUNIT_CASE(vfree_in_an_interrupt_happens_soon),
	KUNIT_CASE(flush_waits_for_one_that_comes_back),
	KUNIT_CASE(many_threads_flush),
	KUNIT_CASE(more_rounds_than_colors),
	KUNIT_CASE(flush_does_not_wait_for_the_later),
	KUNIT_CASE(waiting_for_oneself_is_reported),
	KUNIT_CASE(cancelled_does_not_run),
	KUNIT_CASE(cancel_waits_for_the_running_one),
	KUNIT_CASE(flusher_of_a_cancelled_one_comes_back),
	KUNIT_CASE(disabled_cannot_be_queued),
	KUNIT_CASE(cancelling_lets_the_next_go),
	KUNIT_CASE(delayed_runs_in_time),
	KUNIT_CASE(delayed_can_be_moved),
	KUNIT_CASE(delayed_can_be_flushed_and_cancelled),
	KUNIT_CASE(races_lose_nothing),
	KUNIT_CASE(drain_runs_what_queues_itself),
	KUNIT_CASE(rescuer_goes_on_without_memory),
	KUNIT_CASE(no_memory_no_queue),
	KUNIT_CASE(reclaim_must_not_wait_for_others),
	KUNIT_CASE(table_shows_queues_and_workers),
	{}
};

static struct kunit_suite workqueue_suite = {
	.name = "workqueue",
	.init = workqueue_test_init,
	.exit = workqueue_test_exit,
	.test_cases = workqueue_cases,
};
kunit_test_suite(workqueue_suite);
