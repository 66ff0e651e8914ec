/* SPDX-License-Identifier: MIT */
/* failnth_work_test.c - workqueues and threaded handlers, each allocation failing once */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/workqueue.h>

static unsigned int nr_done;

static void count_work(struct work_struct *work)
{
	nr_done++;
}

/* A queue, and for WQ_MEM_RECLAIM a rescuer: structure, thread, stack. */
static void workqueues_are_made(struct kunit *test)
{
	static DECLARE_WORK(work, count_work);
	struct workqueue_struct *wq = alloc_workqueue("failnth", WQ_MEM_RECLAIM, 1);

	if (!KUNIT_WORKED(test, wq))
		return;
	nr_done = 0;
	queue_work(wq, &work);
	flush_work(&work);
	KUNIT_EXPECT_EQ(test, nr_done, 1U);
	destroy_workqueue(wq);
}

#define SPARE_IRQ	5

static irqreturn_t never(int irq, void *dev)
{
	return IRQ_NONE;
}

static void handlers_are_taken_on(struct kunit *test)
{
	int err = request_threaded_irq(SPARE_IRQ, never, never, 0, "failnth", &nr_done);

	if (KUNIT_WORKED(test, !err))
		free_irq(SPARE_IRQ, &nr_done);
	else
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
}

static void all_cpus_are_asked(struct kunit *test)
{
	int err;

	nr_done = 0;
	err = schedule_on_each_cpu(count_work);
	if (KUNIT_WORKED(test, !err))
		KUNIT_EXPECT_GE(test, nr_done, 1U);
	else
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
}

static struct kunit_case failnth_work_cases[] = {
	KUNIT_CASE_FAILNTH(workqueues_are_made),
	KUNIT_CASE_FAILNTH(handlers_are_taken_on),
	KUNIT_CASE_FAILNTH(all_cpus_are_asked),
	{}
};

static struct kunit_suite failnth_work_suite = {
	.name = "failnth_work",
	.test_cases = failnth_work_cases,
};
kunit_test_suite(failnth_work_suite);
