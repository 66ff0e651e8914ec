/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_planted_test.c - would the sweep find a bug?
 *
 * Three stocks (irqsweep_planted.h): one that any interrupt breaks, one that only an
 * interrupt in an interrupt breaks, one that is right.  The same engine, the same loops,
 * the same scripts as for the allocators look at them; nothing tells them what to find.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "irqsweep.h"
#include "irqsweep_planted.h"
#include "report.h"

static struct planted_pool pool;
static struct report report;

/* ---- the operations ------------------------------------------------------------ */

static void *take(struct sweep *c, gfp_t gfp)
{
	return planted_pop(&pool, in_hardirq());
}

static void give(struct sweep *c, void *object)
{
	planted_push(&pool, object, in_hardirq());
}

static void fill(struct planted_stock *st)
{
	unsigned int i;

	st->home = NULL;
	st->head = &st->end;
	for (i = 0; i < PLANTED_OBJECTS; i++) {
		st->object[i].next = st->head;
		st->head = &st->object[i];
	}
}

static void fill_all(struct sweep *c)
{
	c->take = take;
	c->give = give;
	fill(&pool.stock[0]);
	fill(&pool.stock[1]);
}

static void one_out(struct sweep *c)
{
	c->result = irqsweep_take(c, GFP_KERNEL);
}

/* A broken list may lead anywhere: follow it as far as it leads to objects of ours. */
static bool is_ours(const struct planted_object *o)
{
	unsigned int i;

	for (i = 0; i < 2 * PLANTED_OBJECTS; i++)
		if (o == &pool.stock[i / PLANTED_OBJECTS].object[i % PLANTED_OBJECTS])
			return true;
	return false;
}

static unsigned int count_in(const struct planted_object *from, const struct planted_object *what)
{
	unsigned int nr = 0, left;

	for (left = 3 * PLANTED_OBJECTS; left && is_ours(from); left--, from = from->next)
		nr += from == what;
	return nr;
}

/* Each object is in one place, once. */
static void check(struct sweep *c)
{
	const struct planted_object *o;
	unsigned int i, nr;

	for (i = 0; i < 2 * PLANTED_OBJECTS; i++) {
		o = &pool.stock[i / PLANTED_OBJECTS].object[i % PLANTED_OBJECTS];
		nr = count_in(pool.stock[0].head, o) + count_in(pool.stock[0].home, o) +
		     count_in(pool.stock[1].head, o) + count_in(pool.stock[1].home, o);
		if (nr + (c->result == o) != 1)
			c->fault = "an object is nowhere, or in two places";
	}
}

static void check_freed(struct sweep *c)
{
	c->result = NULL;
	check(c);
}

static void run_pop(void *sweep)
{
	((struct sweep *)sweep)->result = planted_pop(&pool, false);
}

static void run_push(void *sweep)
{
	planted_push(&pool, ((struct sweep *)sweep)->result, false);
}

static const struct sweep_op pop_op = {
	"planted_pop", "stock", run_pop, NULL, check,
	.size = sizeof(struct planted_object), .clear = fill_all,
};
static const struct sweep_op push_op = {
	"planted_push", "stock", run_push, one_out, check_freed,
	.size = sizeof(struct planted_object), .clear = fill_all,
};

/* ---- ways that change ------------------------------------------------------------ */

static unsigned int nr_runs, nr_other_ways;
#define FIRST_OTHER_WAY		10U

static void run_one_of_two_ways(void *sweep)
{
	if (nr_runs++ - FIRST_OTHER_WAY < nr_other_ways)
		__asm__ __volatile__("nop; nop");
}

static const struct sweep_op ways_op = {
	"planted_ways", "any", run_one_of_two_ways, .size = sizeof(struct planted_object),
	.clear = fill_all,
};

/* ---- the cases ------------------------------------------------------------------- */

static void stop(void *unused)
{
	irqsweep_step_end();
	irqsweep_run_end();
}

static void begin(struct kunit *test, bool claim, bool two)
{
	const char *why;

	pool.claim = claim;
	pool.two = two;
	if (!irqsweep_step_begin(&why))
		kunit_skip(test, "%s", why);
	KUNIT_ASSERT_TRUE(test, irqsweep_run_begin());
	kunit_add_action(test, stop, NULL);
}

/* Sweep it, with the report caught. */
static struct sweep_row sweep(struct kunit *test, const struct sweep_op *op, bool deep,
			      const char *only)
{
	const struct sweep_plan plan = {
		.only = only, .at = -1, .at2 = -1, .stride = 16, .deep = deep,
	};
	struct sweep_row row;
	bool ok;

	irqsweep_run_forget();
	report_begin(&report);
	ok = irqsweep_run(op, &plan, &row);
	report_end(&report);
	KUNIT_EXPECT_EQ(test, ok, row.failures == 0);
	KUNIT_EXPECT_EQ(test, row.skipped, NULL);
	return row;
}

static void one_list_without_claim(struct kunit *test)
{
	begin(test, false, false);
	KUNIT_EXPECT_EQ(test, sweep(test, &pop_op, false, NULL).failures, 1);
	EXPECT_REPORT(test, &report, "FAILED planted_pop/stock/");
	EXPECT_REPORT(test, &report, "interrupted at boundary ");
	EXPECT_REPORT(test, &report, ", planted_pop");
	EXPECT_REPORT(test, &report, "irqsweep=full irqsweep.only=planted_pop/stock/");
	KUNIT_EXPECT_EQ(test, sweep(test, &push_op, false, NULL).failures, 1);
	EXPECT_REPORT(test, &report, ", planted_push");
}

/* Each script that takes or frees such an object finds it, not only the first. */
static void several_scripts_find_it(struct kunit *test)
{
	static const char *const script[] = {
		"*/same", "*/keep", "*/flood",
	};
	unsigned int i;

	begin(test, false, false);
	for (i = 0; i < ARRAY_SIZE(script); i++)
		KUNIT_EXPECT_EQ(test, sweep(test, &pop_op, false, script[i]).failures, 1);
	KUNIT_EXPECT_EQ(test, sweep(test, &pop_op, false, "*/kmalloc").failures, 0);
}

static void only_depth_two_finds_it(struct kunit *test)
{
	begin(test, false, true);
	KUNIT_EXPECT_EQ(test, sweep(test, &pop_op, false, NULL).failures, 0);
	KUNIT_EXPECT_EQ(test, sweep(test, &push_op, false, NULL).failures, 0);
	KUNIT_EXPECT_EQ(test, sweep(test, &pop_op, true, NULL).failures, 1);
	EXPECT_REPORT(test, &report, "and its interrupt at boundary ");
	EXPECT_REPORT(test, &report, "irqsweep=deep irqsweep.only=planted_pop/stock/");
}

static void nothing_is_found_where_nothing_is(struct kunit *test)
{
	struct sweep_row row;

	begin(test, true, false);
	row = sweep(test, &pop_op, false, NULL);
	KUNIT_EXPECT_EQ(test, row.failures, 0);
	KUNIT_EXPECT_EQ(test, row.delivered, (unsigned long)row.boundaries * nr_sweep_scripts);
	KUNIT_EXPECT_EQ(test, sweep(test, &push_op, false, NULL).failures, 0);
	row = sweep(test, &pop_op, true, "*/keep-1");
	KUNIT_EXPECT_EQ(test, row.failures, 0);
	KUNIT_EXPECT_GT(test, row.pairs, 1000);
}

/* What moves once between recording and visit costs a visit, and is no failure. */
static void another_way_is_tried_again(struct kunit *test)
{
	struct sweep_row row;

	begin(test, true, false);
	nr_runs = 0;
	nr_other_ways = 3;
	row = sweep(test, &ways_op, false, "*/same");
	KUNIT_EXPECT_EQ(test, row.failures, 0);
	KUNIT_EXPECT_EQ(test, row.again, 3);
	KUNIT_EXPECT_EQ(test, row.delivered, row.boundaries);
}

static void another_way_for_ever_is_a_failure(struct kunit *test)
{
	struct sweep_row row;

	begin(test, true, false);
	nr_runs = 0;
	nr_other_ways = 1U << 30;
	row = sweep(test, &ways_op, false, "*/same");
	KUNIT_EXPECT_EQ(test, row.failures, 1);
	EXPECT_REPORT(test, &report,
		      "FAILED planted_ways/any/same: the path is not the recorded one");
}

static struct kunit_case irqsweep_planted_cases[] = {
	KUNIT_CASE(one_list_without_claim),
	KUNIT_CASE(several_scripts_find_it),
	KUNIT_CASE(only_depth_two_finds_it),
	KUNIT_CASE(nothing_is_found_where_nothing_is),
	KUNIT_CASE(another_way_is_tried_again),
	KUNIT_CASE(another_way_for_ever_is_a_failure),
	{}
};

static struct kunit_suite irqsweep_planted_suite = {
	.name = "irqsweep_planted",
	.test_cases = irqsweep_planted_cases,
};
kunit_test_suite(irqsweep_planted_suite);
