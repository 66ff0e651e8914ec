/* SPDX-License-Identifier: MIT */
/*
 * workqueue_test.c - items run once, in a thread, one at a time; workers that wait, and workers
 * that cannot be made
 */
#include <linux/gfp.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kthread.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "workqueue_fixture.h"

#define TRIES	20U		/* for what a busy host may spoil */

/* ---- running --------------------------------------------------------------------- */

static void runs_in_a_thread_that_may_sleep(struct kunit *test)
{
	struct item *it = &items[0];

	KUNIT_EXPECT_TRUE(test, schedule_work(&it->work));
	KUNIT_EXPECT_TRUE(test, soon(&it->runs, 1));
	KUNIT_EXPECT_EQ(test, it->good, 1);
	flush_work(&it->work);			/* it may be on its last instructions */
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
	KUNIT_EXPECT_TRUE(test, soon(&inside, NR_ITEMS - 1));
	KUNIT_EXPECT_EQ(test, inside, NR_ITEMS - 1);
	for (i = 0; i < NR_ITEMS - 1; i++)
		complete(&items[i].go);
	for (i = 0; i < NR_ITEMS; i++)
		flush_work(&items[i].work);
	KUNIT_EXPECT_EQ(test, inside, 0);
}

/* For a tick. */
static void spins(struct work_struct *work)
{
	unsigned long end = jiffies + 1;

	step_inside();
	while (time_before(jiffies, end))
		cond_resched();
	step_outside();
}

/* Until another is there, too. */
static void spins_for_another(struct work_struct *work)
{
	unsigned long end = jiffies + THREAD_MAX_WAIT / 4;

	step_inside();
	while (READ_ONCE(most_inside) < 2 && time_before(jiffies, end))
		cond_resched();
	step_outside();
}

static unsigned int run_four(struct workqueue_struct *wq, work_func_t fn)
{
	unsigned int i;

	most_inside = 0;
	for (i = 0; i < 4; i++) {
		INIT_WORK(&items[i].work, fn);
		queue_work(wq, &items[i].work);
	}
	for (i = 0; i < 4; i++)
		flush_work(&items[i].work);
	return most_inside;
}

/*
 * Those that only compute run one after the other, with one worker, however many there are.  On
 * a busy host ticks come in crowds, and one of them looks like a hog: but not each time.
 */
static void who_computes_is_left_alone(struct kunit *test)
{
	unsigned int tries = 0;

	while (run_four(system_wq, spins) > 1 && ++tries < TRIES)
		;
	KUNIT_EXPECT_LT(test, tries, TRIES);
	/* There, all at once. */
	KUNIT_EXPECT_GT(test, run_four(system_unbound_wq, spins_for_another), 1);
}

static void hogs(struct work_struct *work)
{
	unsigned long end = jiffies + THREAD_MAX_WAIT;

	while (!READ_ONCE(items[1].runs) && time_before(jiffies, end))
		cond_resched();
	items[0].good = READ_ONCE(items[1].runs);
}

/* One that computes for too long does not keep the others for ever. */
static void who_computes_for_long_is_joined(struct kunit *test)
{
	INIT_WORK(&items[0].work, hogs);
	schedule_work(&items[0].work);
	schedule_work(&items[1].work);
	flush_work(&items[0].work);
	KUNIT_EXPECT_EQ(test, items[0].good, 1);
	flush_work(&items[1].work);
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
	unsigned int ticks = THREAD_MAX_WAIT;
	struct vm_struct *area;
	void *p = vmalloc(5 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	area = find_vm_area(p);
	KUNIT_ASSERT_NOT_NULL(test, area);
	items[0].queue = p;
	irq_set_vector(TEST_VECTOR, vfree_in_interrupt, NULL, NULL);
	__asm__ __volatile__("int %0" : : "i"(TEST_VECTOR) : "memory");
	irq_set_vector(TEST_VECTOR, NULL, NULL, NULL);
	while (find_vm_area(p) == area && --ticks)	/* others come and go meanwhile */
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_GT(test, ticks, 0U);
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
	test_threads_settle();			/* who is dismissed has gone, */
	kthread_reap();
	vm_unmap_aliases();			/* and his stack is not for the next one */
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
	static char text[16384];	/* each worker has a row */
	struct seq_file m;
	char *row;

	items[0].waits = true;
	schedule_work(&items[0].work);
	KUNIT_EXPECT_TRUE(test, soon(&inside, 1));
	seq_to_buffer(&m, text, sizeof(text));
	workqueues_show(&m);
	complete(&items[0].go);
	flush_work(&items[0].work);
	row = strstr(text, "workqueue events: flags=0x0 active=");
	KUNIT_ASSERT_NOT_NULL(test, row);
	row += strlen("workqueue events: flags=0x0 active=");
	KUNIT_EXPECT_GE(test, simple_strtoul(row, &row, 10), 1UL);	/* others may have some */
	KUNIT_EXPECT_TRUE(test, strstarts(row, "/1024"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "workqueue mm_percpu_wq: flags=0x8 "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, ":item_run on events\n"));
}

/* The worker that was woken for an item may be one of those that are dismissed.  (Of nice -20: to
 * the others there comes other work, which hides it.) */
static void dismissing_leaves_no_work_behind(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < NR_ITEMS; i++) {
		items[i].waits = true;
		queue_work(system_highpri_wq, &items[i].work);
	}
	KUNIT_EXPECT_TRUE(test, soon(&inside, NR_ITEMS));	/* a worker for each */
	for (i = 0; i < NR_ITEMS; i++) {
		complete(&items[i].go);
		flush_work(&items[i].work);
	}
	items[0].waits = false;
	preempt_disable();
	queue_work(system_highpri_wq, &items[0].work);
	workqueue_trim();
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, soon(&items[0].runs, 2));
	KUNIT_EXPECT_EQ(test, items[0].runs, 2U);
	cancel_work_sync(&items[0].work);
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
	KUNIT_CASE(who_computes_for_long_is_joined),
	KUNIT_CASE(never_runs_twice_at_a_time),
	KUNIT_CASE(highpri_has_workers_of_its_own),
	KUNIT_CASE(may_free_itself),
	KUNIT_CASE(leaks_are_reported),
	KUNIT_CASE(can_be_queued_from_interrupts),
	KUNIT_CASE(vfree_in_an_interrupt_happens_soon),
	KUNIT_CASE(drain_runs_what_queues_itself),
	KUNIT_CASE(rescuer_goes_on_without_memory),
	KUNIT_CASE(no_memory_no_queue),
	KUNIT_CASE(reclaim_must_not_wait_for_others),
	KUNIT_CASE(dismissing_leaves_no_work_behind),
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
