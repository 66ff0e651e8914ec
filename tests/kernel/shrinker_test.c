/* SPDX-License-Identifier: MIT */
/*
 * shrinker_test.c - what a shrinker is asked for, in which order, and what its callbacks
 * may do meanwhile
 */
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/vmstat.h>

#include "../../mm/internal.h"
#include "report.h"

/* A cache of nothing: a number of objects, and what was asked of it. */
struct toy {
	struct shrinker *shrinker;
	unsigned long objects;
	unsigned long counts, scans, asked;
	unsigned long stop_after;	/* scans, then SHRINK_STOP; 0: never */
	unsigned long scanned_as;	/* what to say in nr_scanned; 0: leave it */
	unsigned long turn;		/* when it was called last */
	gfp_t gfp;
	void (*in_scan)(struct toy *t);
};

static struct toy toy, other;
static unsigned long turns;

static unsigned long toy_count(struct shrinker *s, struct shrink_control *sc)
{
	struct toy *t = s->private_data;

	t->counts++;
	t->turn = ++turns;
	t->gfp = sc->gfp_mask;
	return t->objects ? t->objects : SHRINK_EMPTY;
}

static unsigned long toy_scan(struct shrinker *s, struct shrink_control *sc)
{
	struct toy *t = s->private_data;
	unsigned long nr = min(sc->nr_to_scan, t->objects);

	if (t->in_scan)
		t->in_scan(t);
	if (t->stop_after && t->scans >= t->stop_after)
		return SHRINK_STOP;
	t->scans++;
	t->asked += sc->nr_to_scan;
	t->objects -= nr;
	if (t->scanned_as)
		sc->nr_scanned = t->scanned_as;
	return nr;
}

static void toy_take_away(void *ctx)
{
	struct toy *t = ctx;

	shrinker_free(t->shrinker);
	t->shrinker = NULL;
}

static void toy_register(struct kunit *test, struct toy *t, unsigned long objects)
{
	memset(t, 0, sizeof(*t));
	t->objects = objects;
	t->shrinker = shrinker_alloc(0, "toy-%lu", objects);
	KUNIT_ASSERT_NOT_NULL(test, t->shrinker);
	t->shrinker->count_objects = toy_count;
	t->shrinker->scan_objects = toy_scan;
	t->shrinker->private_data = t;
	shrinker_register(t->shrinker);
	kunit_add_action(test, toy_take_away, t);
}

/* ---- the arithmetic -------------------------------------------------------------- */

/* Worked out by hand from the rule, not by the code. */
static const struct goal_case {
	unsigned long freeable, deferred;
	int seeks, priority;
	unsigned long delta, goal;
} goal_cases[] = {
	{ 4096000, 0, 2, 12, 2000, 2000 },
	{ 4096000, 0, 4, 12, 1000, 1000 },
	{ 4096000, 0, 1, 12, 4000, 4000 },
	{ 4095, 0, 2, 12, 0, 0 },
	{ 4096, 0, 2, 12, 2, 2 },
	{ 1000, 0, 2, 0, 2000, 2000 },
	{ 1000, 0, 2, 1, 1000, 1000 },
	{ 1000, 0, 0, 12, 500, 500 },		/* no seeks: half, whatever the priority */
	{ 1000, 8192, 2, 12, 0, 2 },
	{ 1000, 100000, 2, 0, 2000, 2000 },	/* never more than twice what there is */
	{ 100, 64, 2, 6, 2, 3 },
	{ 0, 5000, 2, 0, 0, 0 },
};

static void goal_name(const struct goal_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%lu+%lu seeks %d priority %d", c->freeable,
		 c->deferred, c->seeks, c->priority);
}
KUNIT_ARRAY_PARAM(goal, goal_cases, goal_name);

static void how_much_is_asked(struct kunit *test)
{
	const struct goal_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, shrinker_delta(c->freeable, c->seeks, c->priority), c->delta);
	KUNIT_EXPECT_EQ(test, shrinker_goal(c->deferred, c->delta, c->freeable, c->priority),
			c->goal);
}

static void what_is_left_is_bounded(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, shrinker_left(100, 20, 50, 1000), 70);
	KUNIT_EXPECT_EQ(test, shrinker_left(100, 20, 120, 1000), 0);
	KUNIT_EXPECT_EQ(test, shrinker_left(100, 20, 500, 1000), 0);
	KUNIT_EXPECT_EQ(test, shrinker_left(5000, 20, 0, 1000), 2000);
}

/* ---- calls ----------------------------------------------------------------------- */

static void asked_in_batches(struct kunit *test)
{
	const u64 before = vm_event_sum(SLABS_SCANNED);

	toy_register(test, &toy, 1000);
	shrink_slab(GFP_NOFS, 0, 2);		/* 1000 / 4 * 4 / 2 = 500: 128 + 128 + 128 */
	KUNIT_EXPECT_EQ(test, toy.counts, 1);
	KUNIT_EXPECT_EQ(test, toy.scans, 3);
	KUNIT_EXPECT_EQ(test, toy.objects, 1000 - 3 * SHRINK_BATCH);
	KUNIT_EXPECT_TRUE(test, toy.gfp == GFP_NOFS);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&toy.shrinker->nr_deferred), 500 - 384);
	KUNIT_EXPECT_GE(test, vm_event_sum(SLABS_SCANNED), before + 384);
}

static void small_requests_add_up(struct kunit *test)
{
	unsigned int rounds = 0;

	toy_register(test, &toy, 4096 * 8);	/* 16 a round, a batch is 128 */
	while (!toy.scans && rounds < 100) {
		shrink_slab(GFP_KERNEL, 0, 12);
		rounds++;
	}
	KUNIT_EXPECT_EQ(test, toy.scans, 0);	/* deferred >> 12 is 0 for very long */
	KUNIT_EXPECT_EQ(test, atomic_long_read(&toy.shrinker->nr_deferred), 100 * 16);
	shrink_slab(GFP_KERNEL, 0, 2);		/* 16384 + 400 */
	KUNIT_EXPECT_EQ(test, toy.asked, (16384 + 400) / SHRINK_BATCH * SHRINK_BATCH);
}

static void own_batch(struct kunit *test)
{
	toy_register(test, &toy, 1000);
	toy.shrinker->batch = 10;
	shrink_slab(GFP_KERNEL, 0, 5);		/* 31 * 2 = 62 */
	KUNIT_EXPECT_EQ(test, toy.scans, 6);
	KUNIT_EXPECT_EQ(test, toy.objects, 940);
}

static void few_objects_are_asked_for_at_once(struct kunit *test)
{
	toy_register(test, &toy, 5);		/* less than a batch, but all there is */
	shrink_slab(GFP_KERNEL, 0, 0);
	KUNIT_EXPECT_EQ(test, toy.objects, 0);
	KUNIT_EXPECT_EQ(test, toy.asked, 10);
}

static void stop_ends_the_round_and_defers(struct kunit *test)
{
	toy_register(test, &toy, 1000);
	toy.stop_after = 2;
	KUNIT_EXPECT_GE(test, shrink_slab(GFP_KERNEL, 0, 0), 256);
	KUNIT_EXPECT_EQ(test, toy.scans, 2);
	KUNIT_EXPECT_EQ(test, toy.objects, 1000 - 256);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&toy.shrinker->nr_deferred), 2000 - 256);
	toy.stop_after = 0;
	shrink_slab(GFP_KERNEL, 0, 0);
	KUNIT_EXPECT_EQ(test, toy.objects, 0);
}

static void nothing_there_is_not_scanned(struct kunit *test)
{
	toy_register(test, &toy, 0);
	shrink_slab(GFP_KERNEL, 0, 0);
	KUNIT_EXPECT_EQ(test, toy.counts, 1);
	KUNIT_EXPECT_EQ(test, toy.scans, 0);
}

static void callback_says_what_it_scanned(struct kunit *test)
{
	toy_register(test, &toy, 1000);
	toy.scanned_as = 500;			/* looked at more than it was asked to */
	shrink_slab(GFP_KERNEL, 0, 0);
	KUNIT_EXPECT_EQ(test, toy.scans, 4);
}

static void newest_first(struct kunit *test)
{
	toy_register(test, &toy, 10);
	toy_register(test, &other, 10);
	shrink_slab(GFP_KERNEL, 0, 12);
	KUNIT_EXPECT_EQ(test, other.turn + 1, toy.turn);
}

static void drop_slab_empties_all(struct kunit *test)
{
	const u64 drops = vm_event_sum(DROP_SLAB);

	toy_register(test, &toy, 12345);
	toy_register(test, &other, 1);
	drop_slab();
	KUNIT_EXPECT_EQ(test, toy.objects, 0);
	KUNIT_EXPECT_EQ(test, other.objects, 0);
	KUNIT_EXPECT_EQ(test, vm_event_sum(DROP_SLAB), drops + 1);
}

/* ---- callbacks that do more than they should ------------------------------------- */

static void frees_itself(struct toy *t)
{
	toy_take_away(t);
}

static void callback_frees_itself(struct kunit *test)
{
	toy_register(test, &toy, 1000);
	toy.in_scan = frees_itself;
	toy_register(test, &other, 10);
	shrink_slab(GFP_KERNEL, 0, 0);
	KUNIT_EXPECT_EQ(test, toy.scans, 1);
	KUNIT_EXPECT_NULL(test, toy.shrinker);
	shrink_slab(GFP_KERNEL, 0, 0);
	KUNIT_EXPECT_EQ(test, toy.counts, 1);
	KUNIT_EXPECT_EQ(test, other.counts, 2);
}

static void frees_other(struct toy *t)
{
	toy_take_away(&other);
}

static void callback_frees_another(struct kunit *test)
{
	toy_register(test, &other, 10);
	toy_register(test, &toy, 10);
	toy.in_scan = frees_other;
	shrink_slab(GFP_KERNEL, 0, 0);
	KUNIT_EXPECT_EQ(test, toy.objects, 0);
	KUNIT_EXPECT_EQ(test, other.counts, 0);	/* it was next */
}

static struct kunit *scan_test;

static void registers_other(struct toy *t)
{
	t->in_scan = NULL;
	toy_register(scan_test, &other, 10);
}

static void callback_registers_another(struct kunit *test)
{
	scan_test = test;
	toy_register(test, &toy, 10);
	toy.in_scan = registers_other;
	shrink_slab(GFP_KERNEL, 0, 0);
	KUNIT_EXPECT_EQ(test, toy.objects, 0);
	KUNIT_EXPECT_EQ(test, other.counts, 0);	/* from the next round on */
	shrink_slab(GFP_KERNEL, 0, 0);
	KUNIT_EXPECT_EQ(test, other.counts, 1);
}

static unsigned int depth, deepest;

static void shrinks_again(struct toy *t)
{
	depth++;
	deepest = max(deepest, depth);
	if (depth < 5)
		shrink_slab(GFP_KERNEL, 0, 0);
	depth--;
}

static void callback_is_not_entered_again(struct kunit *test)
{
	depth = deepest = 0;
	toy_register(test, &toy, 200);
	toy_register(test, &other, 200);
	toy.in_scan = other.in_scan = shrinks_again;
	shrink_slab(GFP_KERNEL, 0, 0);
	KUNIT_EXPECT_EQ(test, deepest, 2);	/* each at most once */
	KUNIT_EXPECT_EQ(test, toy.objects, 0);
	KUNIT_EXPECT_EQ(test, other.objects, 0);
}

static void allocates(struct toy *t)
{
	void *p = kmalloc(2000, GFP_KERNEL);

	t->turn += p != NULL;
	kfree(p);
}

static void callback_allocates(struct kunit *test)
{
	toy_register(test, &toy, 1000);
	toy.in_scan = allocates;
	shrink_slab(GFP_KERNEL, 0, 0);
	KUNIT_EXPECT_EQ(test, toy.objects, 0);
}

/* ---- registering ----------------------------------------------------------------- */

static void count_them(struct shrinker *s, void *arg)
{
	++*(unsigned int *)arg;
}

static unsigned int registered(void)
{
	unsigned int nr = 0;

	shrinker_for_each(count_them, &nr);
	return nr;
}

static void the_older_way(struct kunit *test)
{
	static struct shrinker old = {
		.count_objects = toy_count, .scan_objects = toy_scan, .seeks = DEFAULT_SEEKS,
		.private_data = &toy,
	};
	const unsigned int before = registered();

	memset(&toy, 0, sizeof(toy));
	toy.objects = 10;
	KUNIT_EXPECT_EQ(test, register_shrinker(&old), 0);
	shrink_slab(GFP_KERNEL, 0, 0);
	KUNIT_EXPECT_EQ(test, toy.objects, 0);
	unregister_shrinker(&old);
	KUNIT_EXPECT_EQ(test, register_shrinker(&old, "old-%d", 7), 0);
	KUNIT_EXPECT_STREQ(test, old.name, "old-7");
	KUNIT_EXPECT_EQ(test, registered(), before + 1);
	unregister_shrinker(&old);
	unregister_shrinker(&old);		/* twice is no harm */
	KUNIT_EXPECT_EQ(test, registered(), before);
}

static void wrong_registrations_are_refused(struct kunit *test)
{
	static struct shrinker bare = { .count_objects = toy_count };
	static struct shrinker less = { .count_objects = toy_count, .scan_objects = toy_scan };
	const unsigned int before = registered();
	static struct report r;

	report_begin(&r);
	KUNIT_EXPECT_EQ(test, register_shrinker(&bare, "bare"), -EINVAL);
	bare.scan_objects = toy_scan;
	bare.private_data = &toy;
	KUNIT_EXPECT_EQ(test, register_shrinker(&bare, "bare"), 0);
	KUNIT_EXPECT_EQ(test, register_shrinker(&bare, "again"), -EINVAL);
	shrinker_free(&bare);			/* it was not allocated */
	less.seeks = -1;			/* unsigned, that would ask for all there is */
	KUNIT_EXPECT_EQ(test, register_shrinker(&less, "less"), -EINVAL);
	report_end(&r);
	KUNIT_EXPECT_EQ(test, r.warns, 4);
	KUNIT_EXPECT_EQ(test, registered(), before + 1);
	unregister_shrinker(&bare);
	KUNIT_EXPECT_EQ(test, registered(), before);
}

static void freed_before_it_is_registered(struct kunit *test)
{
	shrinker_free(NULL);
	shrinker_free(shrinker_alloc(SHRINKER_NUMA_AWARE, "never"));
}

static struct kunit_case shrinker_cases[] = {
	KUNIT_CASE_PARAM(how_much_is_asked, goal_gen_params),
	KUNIT_CASE(what_is_left_is_bounded),
	KUNIT_CASE(asked_in_batches),
	KUNIT_CASE(small_requests_add_up),
	KUNIT_CASE(own_batch),
	KUNIT_CASE(few_objects_are_asked_for_at_once),
	KUNIT_CASE(stop_ends_the_round_and_defers),
	KUNIT_CASE(nothing_there_is_not_scanned),
	KUNIT_CASE(callback_says_what_it_scanned),
	KUNIT_CASE(newest_first),
	KUNIT_CASE(drop_slab_empties_all),
	KUNIT_CASE(callback_frees_itself),
	KUNIT_CASE(callback_frees_another),
	KUNIT_CASE(callback_registers_another),
	KUNIT_CASE(callback_is_not_entered_again),
	KUNIT_CASE(callback_allocates),
	KUNIT_CASE(the_older_way),
	KUNIT_CASE(wrong_registrations_are_refused),
	KUNIT_CASE(freed_before_it_is_registered),
	{}
};

static struct kunit_suite shrinker_suite = { .name = "shrinker", .test_cases = shrinker_cases };
kunit_test_suite(shrinker_suite);
