/* SPDX-License-Identifier: MIT */
/* percpu_test.c - alloc_percpu: one copy for each CPU, found in one instruction */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/prandom.h>

#define NR		300
#define UNIT		PCPU_MIN_UNIT_SIZE

static char report[1024];

struct counts {
	u64 hits;
	u32 misses;
};

static void copies_are_zero_and_addressed(struct kunit *test)
{
	struct counts *c = alloc_percpu(struct counts);
	u64 sum = 0;
	int cpu;

	KUNIT_ASSERT_NOT_NULL(test, c);
	for_each_possible_cpu(cpu)
		KUNIT_EXPECT_EQ(test, per_cpu_ptr(c, cpu)->hits, 0ULL);
	this_cpu_add(c->hits, 3);
	this_cpu_inc(c->misses);
	get_cpu_ptr(c)->hits++;
	put_cpu_ptr(c);
	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(c, cpu)->hits;
	KUNIT_EXPECT_EQ(test, sum, 4ULL);
	KUNIT_EXPECT_EQ(test, this_cpu_read(c->misses), 1U);
	free_percpu(c);
	free_percpu(NULL);
}

/* A word that was written to is zero again for the next one. */
static void what_is_freed_is_cleared_for_the_next(struct kunit *test)
{
	u64 *a = alloc_percpu(u64), *b;

	KUNIT_ASSERT_NOT_NULL(test, a);
	*this_cpu_ptr(a) = ~0ULL;
	free_percpu(a);
	b = alloc_percpu(u64);
	KUNIT_EXPECT_PTR_EQ(test, a, b);
	KUNIT_EXPECT_EQ(test, *this_cpu_ptr(b), 0ULL);
	free_percpu(b);
}

static void alignment_is_kept(struct kunit *test)
{
	void *p[13];
	size_t align;
	unsigned int i;

	for (i = 0, align = 1; align <= PAGE_SIZE; align *= 2, i++) {
		p[i] = __alloc_percpu(3, align);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		KUNIT_EXPECT_EQ(test, (unsigned long)p[i] % align, 0UL);
	}
	while (i-- > 0)
		free_percpu(p[i]);
}

static void sizes_have_limits(struct kunit *test)
{
	unsigned long taint = get_taint();
	void *p = __alloc_percpu(UNIT, 8);

	KUNIT_EXPECT_NOT_NULL(test, p);
	free_percpu(p);
	printk_capture_start(report, sizeof(report));
	KUNIT_EXPECT_NULL(test, __alloc_percpu(UNIT + 1, 8));
	KUNIT_EXPECT_NULL(test, __alloc_percpu(0, 8));
	KUNIT_EXPECT_NULL(test, __alloc_percpu(8, 3));
	KUNIT_EXPECT_NULL(test, __alloc_percpu(8, 2 * PAGE_SIZE));
	printk_capture_stop();
	set_taint_mask(taint);
}

/* Objects never overlap, whatever comes and goes; a model of who has which byte watches. */
static void random_objects_do_not_overlap(struct kunit *test)
{
	static struct { u8 *p; u32 size; u8 mark; } o[NR];
	struct rnd_state rnd;
	unsigned int round, i, k, wrong = 0;
	char msg[128] = "";

	prandom_seed_state(&rnd, kunit_seed());
	for (round = 0; round < 20000; round++) {
		i = prandom_u32_below(&rnd, NR);
		if (!o[i].p) {
			o[i].size = 1 + prandom_u32_below(&rnd, round % 64 ? 200 : 5000);
			o[i].p = __alloc_percpu(o[i].size, 1UL << prandom_u32_below(&rnd, 7));
			KUNIT_ASSERT_NOT_NULL(test, o[i].p);
			for (k = 0; k < o[i].size; k++)
				wrong += this_cpu_ptr(o[i].p)[k] != 0;
			o[i].mark = (u8)round | 1;
			memset(this_cpu_ptr(o[i].p), o[i].mark, o[i].size);
		} else {
			for (k = 0; k < o[i].size; k++)
				wrong += this_cpu_ptr(o[i].p)[k] != o[i].mark;
			free_percpu(o[i].p);
			o[i].p = NULL;
		}
		if (round % 4000 == 0)
			KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
	}
	for (i = 0; i < NR; i++) {
		free_percpu(o[i].p);
		o[i].p = NULL;
	}
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	KUNIT_EXPECT_EQ(test, percpu_used(), 0UL);
}

static void wrong_pointers_are_reported(struct kunit *test)
{
	unsigned long taint = get_taint();
	char *p = __alloc_percpu(64, 8);
	int here;

	KUNIT_ASSERT_NOT_NULL(test, p);
	printk_capture_start(report, sizeof(report));
	free_percpu(p + 8);
	KUNIT_EXPECT_NOT_NULL(test, strstr(report, "is no per-CPU object"));
	printk_capture_start(report, sizeof(report));
	free_percpu(p + 2);
	KUNIT_EXPECT_NOT_NULL(test, strstr(report, "is no per-CPU object"));
	printk_capture_start(report, sizeof(report));
	free_percpu(&here);
	KUNIT_EXPECT_NOT_NULL(test, strstr(report, "is no per-CPU object"));
	free_percpu(p);
	printk_capture_start(report, sizeof(report));
	free_percpu(p);
	KUNIT_EXPECT_NOT_NULL(test, strstr(report, "is no per-CPU object"));
	printk_capture_stop();
	set_taint_mask(taint);
	KUNIT_EXPECT_EQ(test, percpu_used(), 0UL);
}

/* Who may not sleep gets what is there, and no more; then NULL, quietly. */
static void atomic_takes_what_is_prepared(struct kunit *test)
{
	static u64 *taken[2 * UNIT / 8];
	unsigned int n = 0, before;
	u64 *first = alloc_percpu(u64);

	KUNIT_ASSERT_NOT_NULL(test, first);
	before = percpu_nr_chunks();
	local_irq_disable();
	while (n < ARRAY_SIZE(taken) && (taken[n] = alloc_percpu_gfp(u64, GFP_ATOMIC)) != NULL)
		n++;
	local_irq_enable();
	KUNIT_EXPECT_GE(test, n, 100U);
	KUNIT_EXPECT_LT(test, n, (unsigned int)ARRAY_SIZE(taken));
	KUNIT_EXPECT_EQ(test, percpu_nr_chunks(), before);
	while (n-- > 0)
		free_percpu(taken[n]);
	free_percpu(first);
}

static void sleeping_leaves_some_in_hand(struct kunit *test)
{
	void *big = __alloc_percpu(UNIT - 64, 8);
	u64 *p;

	KUNIT_ASSERT_NOT_NULL(test, big);
	p = alloc_percpu_gfp(u64, GFP_NOWAIT);
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, percpu_nr_chunks(), 2U);
	free_percpu(p);
	free_percpu(big);
	KUNIT_EXPECT_EQ(test, percpu_shrink(1), UNIT / PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, percpu_shrink(0), UNIT / PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, percpu_nr_chunks(), 0U);
}

static unsigned int fail_at, asked;

static bool fail_the_nth(gfp_t gfp, unsigned int order)
{
	return ++asked == fail_at;
}

static void no_memory_for_a_chunk(struct kunit *test)
{
	u64 *p;

	for (fail_at = 1; fail_at <= UNIT / PAGE_SIZE; fail_at++) {
		percpu_shrink(0);
		asked = 0;
		page_alloc_set_should_fail(fail_the_nth);
		p = alloc_percpu_gfp(u64, GFP_KERNEL | __GFP_NOWARN);
		page_alloc_set_should_fail(NULL);
		KUNIT_EXPECT_EQ(test, p ? 1 : 0, asked < fail_at ? 1 : 0);
		free_percpu(p);
	}
}

static void the_old_names(struct kunit *test)
{
	u64 *p = percpu_alloc(sizeof(u64), GFP_KERNEL);

	KUNIT_EXPECT_NOT_NULL(test, p);
	percpu_free(p);
}

static struct kunit_case percpu_cases[] = {
	KUNIT_CASE(copies_are_zero_and_addressed),
	KUNIT_CASE(what_is_freed_is_cleared_for_the_next),
	KUNIT_CASE(alignment_is_kept),
	KUNIT_CASE(sizes_have_limits),
	KUNIT_CASE(random_objects_do_not_overlap),
	KUNIT_CASE(wrong_pointers_are_reported),
	KUNIT_CASE(atomic_takes_what_is_prepared),
	KUNIT_CASE(sleeping_leaves_some_in_hand),
	KUNIT_CASE(no_memory_for_a_chunk),
	KUNIT_CASE(the_old_names),
	{}
};

static struct kunit_suite percpu_suite = { .name = "percpu", .test_cases = percpu_cases };
kunit_test_suite(percpu_suite);
