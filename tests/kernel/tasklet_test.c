/* SPDX-License-Identifier: MIT */
/*
 * tasklet_test.c - a function that runs once for however many schedules, one at a time
 */
#include <kunit/test.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/string.h>

struct box {
	struct tasklet_struct tasklet;
	unsigned int runs, again, good;
	char letter;
	void *memory;
};

static char order[16];
static struct box boxes[4];

static void box_run(struct tasklet_struct *t)
{
	struct box *b = from_tasklet(b, t, tasklet);
	size_t n = strlen(order);

	b->runs++;
	b->good += in_serving_softirq() && !irqs_disabled() && !in_hardirq();
	if (n < sizeof(order) - 1)
		order[n] = b->letter;
	if (b->again && b->again--)
		tasklet_schedule(t);
}

static int tasklet_test_init(struct kunit *test)
{
	unsigned int i;

	memset(order, 0, sizeof(order));
	memset(boxes, 0, sizeof(boxes));
	for (i = 0; i < ARRAY_SIZE(boxes); i++) {
		tasklet_setup(&boxes[i].tasklet, box_run);
		boxes[i].letter = (char)('a' + i);
	}
	return 0;
}

static void runs_once_for_many_schedules(struct kunit *test)
{
	local_bh_disable();
	tasklet_schedule(&boxes[0].tasklet);
	tasklet_schedule(&boxes[0].tasklet);
	KUNIT_EXPECT_EQ(test, boxes[0].runs, 0);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, boxes[0].runs, 1);
	KUNIT_EXPECT_EQ(test, boxes[0].good, 1);
	KUNIT_EXPECT_EQ(test, boxes[0].tasklet.state, 0);
}

static void high_ones_run_first_each_in_order(struct kunit *test)
{
	local_bh_disable();
	tasklet_schedule(&boxes[0].tasklet);
	tasklet_schedule(&boxes[1].tasklet);
	tasklet_hi_schedule(&boxes[2].tasklet);
	tasklet_hi_schedule(&boxes[3].tasklet);
	local_bh_enable();
	KUNIT_EXPECT_STREQ(test, order, "cdab");
}

static void may_schedule_itself(struct kunit *test)
{
	unsigned int ticks = 30 * HZ;

	boxes[0].again = 30;
	local_bh_disable();
	tasklet_schedule(&boxes[0].tasklet);
	local_bh_enable();
	while (READ_ONCE(boxes[0].runs) < 31 && ticks--)
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, boxes[0].runs, 31);
}

static unsigned long old_sum;

static void old_style(unsigned long data)
{
	old_sum += data;
}

static DECLARE_TASKLET_OLD(declared_old, old_style);
static DECLARE_TASKLET(declared, box_run);
static DECLARE_TASKLET_DISABLED(declared_disabled, box_run);

static void both_kinds_of_functions(struct kunit *test)
{
	struct tasklet_struct t;

	old_sum = 0;
	tasklet_init(&t, old_style, 42);
	local_bh_disable();
	tasklet_schedule(&t);
	tasklet_schedule(&declared_old);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, old_sum, 42);
	KUNIT_EXPECT_TRUE(test, declared.use_callback);
	KUNIT_EXPECT_EQ(test, atomic_read(&declared_disabled.count), 1);
}

static void disabled_waits_until_enabled(struct kunit *test)
{
	unsigned int ticks = 30 * HZ;

	tasklet_disable(&boxes[0].tasklet);
	tasklet_disable(&boxes[0].tasklet);
	local_bh_disable();
	tasklet_schedule(&boxes[0].tasklet);
	tasklet_schedule(&boxes[1].tasklet);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, boxes[0].runs, 0);
	KUNIT_EXPECT_EQ(test, boxes[1].runs, 1);
	tasklet_enable(&boxes[0].tasklet);
	schedule_timeout_uninterruptible(2);
	KUNIT_EXPECT_EQ(test, boxes[0].runs, 0);
	tasklet_enable(&boxes[0].tasklet);
	while (!READ_ONCE(boxes[0].runs) && ticks--)
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, boxes[0].runs, 1);
}

static int kill_it(void *box)
{
	struct box *b = box;

	tasklet_kill(&b->tasklet);
	b->again = b->runs + 100;		/* how often it had run when the kill returned */
	return 0;
}

static void kill_waits_for_what_is_scheduled(struct kunit *test)
{
	struct task_struct *t;
	unsigned int ticks = 30 * HZ;

	t = kthread_create(kill_it, &boxes[0], "kill_it");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	tasklet_disable(&boxes[0].tasklet);
	tasklet_schedule(&boxes[0].tasklet);
	wake_up_process(t);
	schedule_timeout_uninterruptible(3);
	KUNIT_EXPECT_EQ(test, READ_ONCE(boxes[0].again), 0);	/* still waiting */
	tasklet_enable(&boxes[0].tasklet);
	while (!READ_ONCE(boxes[0].again) && ticks--)
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, boxes[0].again, 101);
	KUNIT_EXPECT_EQ(test, boxes[0].tasklet.state, 0);
}

static void box_allocate(struct tasklet_struct *t)
{
	struct box *b = from_tasklet(b, t, tasklet);

	b->memory = kmalloc(100, GFP_ATOMIC);
	b->runs++;
}

static void may_allocate_atomically(struct kunit *test)
{
	tasklet_setup(&boxes[0].tasklet, box_allocate);
	local_bh_disable();
	tasklet_schedule(&boxes[0].tasklet);
	local_bh_enable();
	KUNIT_EXPECT_NOT_NULL(test, boxes[0].memory);
	kfree(boxes[0].memory);
}

static struct kunit_case tasklet_cases[] = {
	KUNIT_CASE(runs_once_for_many_schedules),
	KUNIT_CASE(high_ones_run_first_each_in_order),
	KUNIT_CASE(may_schedule_itself),
	KUNIT_CASE(both_kinds_of_functions),
	KUNIT_CASE(disabled_waits_until_enabled),
	KUNIT_CASE(kill_waits_for_what_is_scheduled),
	KUNIT_CASE(may_allocate_atomically),
	{}
};

static struct kunit_suite tasklet_suite = {
	.name = "tasklet",
	.init = tasklet_test_init,
	.test_cases = tasklet_cases,
};
kunit_test_suite(tasklet_suite);
