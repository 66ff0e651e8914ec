/* SPDX-License-Identifier: MIT */
/* Items that say what happened to them: for the suites about workqueues. */
#ifndef TESTS_KERNEL_WORKQUEUE_FIXTURE_H
#define TESTS_KERNEL_WORKQUEUE_FIXTURE_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include "report.h"
#include "threads.h"

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
static unsigned int nr_order;
static unsigned int inside, most_inside;	/* functions running now, and at most */

/* Workers preempt each other anywhere, and unbound ones run at the same time. */
static inline void step_inside(void)
{
	unsigned int now = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
	unsigned int most = READ_ONCE(most_inside);

	while (now > most && !try_cmpxchg(&most_inside, &most, now))
		;
}

static inline void step_outside(void)
{
	__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
}

static void item_run(struct work_struct *work)
{
	struct item *it = container_of(work, struct item, work);
	const unsigned int n = __atomic_fetch_add(&nr_order, 1, __ATOMIC_SEQ_CST);

	it->good += in_task() && preemptible() && current->flags & PF_WQ_WORKER &&
		    current_work() == work && !work_pending(work);
	if (n < sizeof(order) - 1)
		order[n] = it->letter;
	step_inside();
	if (it->again && it->again--)
		queue_work(it->queue, work);
	if (it->waits)
		wait_for_completion(&it->go);
	step_outside();
	WRITE_ONCE(it->runs, it->runs + 1);
}

static int workqueue_test_init(struct kunit *test)
{
	unsigned int i;

	memset(items, 0, sizeof(items));
	memset(order, 0, sizeof(order));
	inside = most_inside = nr_order = 0;
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
	unsigned int ticks = THREAD_MAX_WAIT;

	while (READ_ONCE(*value) < want && ticks--)
		schedule_timeout_uninterruptible(1);
	return READ_ONCE(*value) >= want;
}

#endif /* TESTS_KERNEL_WORKQUEUE_FIXTURE_H */
