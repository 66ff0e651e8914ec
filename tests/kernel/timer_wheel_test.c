/* SPDX-License-Identifier: MIT */
/*
 * timer_wheel_test.c - a wheel of one's own: every timer to the jiffy, at any time of day
 *
 * Time is what the test says it is, so that a million jiffies pass in a moment.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/prandom.h>
#include "../../kernel/timer_wheel.h"

#define MANY	256

static struct timer_wheel wheel;
static struct timer_list timers[MANY];

static void nobody(struct timer_list *t)
{
}

static void arm(struct timer_list *t, unsigned long expires)
{
	timer_setup(t, nobody, 0);
	t->expires = expires;
	timer_wheel_add(&wheel, t);
}

/* Take out who is due now; how many, and *last is the last one. */
static unsigned int step(struct timer_list **last)
{
	struct timer_list *t, *next;
	unsigned int nr = 0;
	LIST_HEAD(due);

	timer_wheel_step(&wheel, &due);
	list_for_each_entry_safe(t, next, &due, entry) {
		timer_wheel_del(&wheel, t);
		*last = t;
		nr++;
	}
	return nr;
}

static void expect_sound(struct kunit *test)
{
	char msg[160];

	if (!timer_wheel_verify(&wheel, msg, sizeof(msg)))
		KUNIT_FAIL(test, "%s", msg);
}

/* Where the levels of the wheel begin and end. */
static const unsigned long deltas[] = {
	0, 1, 2, 63, 64, 255, 256, 257, 511, 512, 16383, 16384, 16385, 1UL << 20, (1UL << 20) - 1,
};

/* Where a level's index is about to come round, in 32 and in 64 bits. */
static const unsigned long starts[] = {
	0, 1, 255, 256, 16383, INITIAL_JIFFIES, 0xffffffffUL, 0xffffffffUL - 255, 1UL << 32,
	~0UL, ~0UL - 255, ~0UL - 16384, 0x7fffffffffffffffUL,
};

struct when {
	unsigned long start, delta;
};
static struct when whens[ARRAY_SIZE(starts) * ARRAY_SIZE(deltas)];

static const void *next_when(const void *prev, char *desc)
{
	const struct when *last = prev;
	size_t i = last ? (size_t)(last - whens) + 1 : 0;

	if (i == ARRAY_SIZE(whens))
		return NULL;
	whens[i].start = starts[i / ARRAY_SIZE(deltas)];
	whens[i].delta = deltas[i % ARRAY_SIZE(deltas)];
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "%#lx+%lu", whens[i].start, whens[i].delta);
	return &whens[i];
}

static void fires_at_its_jiffy(struct kunit *test)
{
	const struct when *w = test->param_value;
	struct timer_list *last = NULL;
	unsigned long i;

	timer_wheel_init(&wheel, w->start);
	arm(&timers[0], w->start + w->delta);
	expect_sound(test);
	for (i = 0; i < w->delta; i++)
		if (step(&last))
			break;
	KUNIT_ASSERT_EQ(test, i, w->delta);
	KUNIT_EXPECT_EQ(test, wheel.clk, w->start + w->delta);
	KUNIT_EXPECT_EQ(test, step(&last), 1);
	KUNIT_EXPECT_PTR_EQ(test, last, &timers[0]);
	KUNIT_EXPECT_FALSE(test, timer_pending(&timers[0]));
	KUNIT_EXPECT_EQ(test, wheel.nr, 0);
}

static void past_is_due_at_once(struct kunit *test)
{
	struct timer_list *last = NULL;

	timer_wheel_init(&wheel, 5);
	arm(&timers[0], 4);
	arm(&timers[1], -1000UL);
	arm(&timers[2], 5 - (1UL << 62));
	KUNIT_EXPECT_EQ(test, step(&last), 3);
}

static void one_jiffy_is_first_come_first_served(struct kunit *test)
{
	struct timer_list *t;
	unsigned int i;
	LIST_HEAD(due);

	timer_wheel_init(&wheel, 1000);
	for (i = 0; i < 10; i++)
		arm(&timers[i], 1000);
	timer_wheel_step(&wheel, &due);
	i = 0;
	list_for_each_entry(t, &due, entry)
		KUNIT_EXPECT_PTR_EQ(test, t, &timers[i++]);
	KUNIT_EXPECT_EQ(test, i, 10);
}

/* Beyond what the levels span: it waits in the last slot, again and again. */
static void far_away_comes_closer(struct kunit *test)
{
	const unsigned long far = (1UL << 32) + (1UL << 30) + 12345;
	struct timer_list *last = NULL;
	LIST_HEAD(due);

	timer_wheel_init(&wheel, 0);
	arm(&timers[0], far);
	while (wheel.clk + (1UL << 26) <= far) {
		wheel.clk = (wheel.clk | ((1UL << 26) - 1)) + 1;	/* nothing in between */
		expect_sound(test);
		timer_wheel_step(&wheel, &due);
		KUNIT_ASSERT_TRUE(test, list_empty(&due));
	}
	while (wheel.clk < far)
		KUNIT_ASSERT_EQ(test, step(&last), 0);
	KUNIT_EXPECT_EQ(test, step(&last), 1);
}

static void deleted_does_not_fire(struct kunit *test)
{
	struct timer_list *last = NULL;
	unsigned int i, fired = 0;

	timer_wheel_init(&wheel, ~0UL - 300);
	for (i = 0; i < MANY; i++)
		arm(&timers[i], wheel.clk + i * 5);
	for (i = 0; i < MANY; i += 2)
		timer_wheel_del(&wheel, &timers[i]);
	expect_sound(test);
	for (i = 0; i < MANY * 5; i++)
		fired += step(&last);
	KUNIT_EXPECT_EQ(test, fired, MANY / 2);
	KUNIT_EXPECT_EQ(test, wheel.nr, 0);
}

/* Against the simplest model there is: a table of times. */
static void random_timers_agree_with_a_table(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned long steps, due, expires;
	struct timer_list *last = NULL;
	unsigned int i;

	prandom_seed_state(&rnd, kunit_seed());
	timer_wheel_init(&wheel, 0xffffffffUL - 20000);
	for (i = 0; i < MANY; i++)
		timer_setup(&timers[i], nobody, 0);
	for (steps = 0; steps < 40000; steps++) {
		i = prandom_u32_below(&rnd, MANY);
		expires = wheel.clk + prandom_u32_below(&rnd, 1U << prandom_u32_below(&rnd, 18));
		if (timer_pending(&timers[i]))
			timer_wheel_del(&wheel, &timers[i]);
		else
			arm(&timers[i], expires);
		if (steps % 1000 == 0)
			expect_sound(test);
		for (i = 0, due = 0; i < MANY; i++)
			due += timer_pending(&timers[i]) && timers[i].expires == wheel.clk;
		KUNIT_ASSERT_EQ(test, step(&last), due);
	}
}

static struct kunit_case timer_wheel_cases[] = {
	KUNIT_CASE_PARAM(fires_at_its_jiffy, next_when),
	KUNIT_CASE(past_is_due_at_once),
	KUNIT_CASE(one_jiffy_is_first_come_first_served),
	KUNIT_CASE(far_away_comes_closer),
	KUNIT_CASE(deleted_does_not_fire),
	KUNIT_CASE(random_timers_agree_with_a_table),
	{}
};

static struct kunit_suite timer_wheel_suite = {
	.name = "timer_wheel",
	.test_cases = timer_wheel_cases,
};
kunit_test_suite(timer_wheel_suite);
