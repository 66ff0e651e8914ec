/* SPDX-License-Identifier: MIT */
/* percpu_test.c - alloc_percpu: one copy for each CPU, found in one instruction */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/prandom.h>

#include "../../mm/percpu.h"

#define NR		300
#define UNIT		PCPU_MIN_UNIT_SIZE

static char report[1024];
static unsigned int hook_called;

static void count_hook(void)
{
	hook_called++;
}

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
	/* The second one has no page but the one in hand. */
	KUNIT_EXPECT_EQ(test, percpu_shrink(1), nr_cpu_ids);
	KUNIT_EXPECT_EQ(test, percpu_shrink(0), UNIT / PAGE_SIZE * nr_cpu_ids);
	KUNIT_EXPECT_EQ(test, percpu_nr_chunks(), 0U);
}

static unsigned int fail_at, asked;
static struct task_struct *who_asks;	/* others may need pages meanwhile */

static bool we_ask(void)
{
	return in_task() && current == who_asks;
}

static bool fail_the_nth(gfp_t gfp, unsigned int order)
{
	return we_ask() && ++asked == fail_at;
}

static void no_memory_for_a_chunk(struct kunit *test)
{
	u64 *p;

	for (fail_at = 1; fail_at <= 2 * nr_cpu_ids; fail_at++) {
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

/* ---- several CPUs, whether they run or not --------------------------------------- */

#define UNITS	3
static unsigned int units_before;
static unsigned long offset_before[UNITS];

static void more_cpus(struct kunit *test)
{
	unsigned int cpu;

	percpu_shrink(0);
	if (percpu_nr_chunks())
		kunit_skip(test, "somebody has per-CPU memory");
	units_before = percpu_units;
	for (cpu = 0; cpu < UNITS; cpu++) {
		offset_before[cpu] = __per_cpu_offset[cpu];
		__per_cpu_offset[cpu] = PCPU_OFFSET(cpu);
	}
	percpu_units = max(percpu_units, (unsigned int)UNITS);
}

static void cpus_as_before(void)
{
	unsigned int cpu;

	percpu_shrink(0);
	for (cpu = 0; cpu < UNITS; cpu++)
		__per_cpu_offset[cpu] = offset_before[cpu];
	percpu_units = units_before;
}

static void every_cpu_has_its_own_copy(struct kunit *test)
{
	unsigned int cpu, wrong = 0, round;
	char msg[128] = "";
	u64 *p[40];
	int i;

	more_cpus(test);
	for (round = 0; round < 2; round++) {		/* the second time from stock */
		for (i = 0; i < 40; i++) {
			p[i] = __alloc_percpu(64, 8);
			KUNIT_ASSERT_NOT_NULL(test, p[i]);
			for (cpu = 0; cpu < UNITS; cpu++) {
				wrong += memchr_inv(per_cpu_ptr(p[i], cpu), 0, 64) != NULL;
				memset(per_cpu_ptr(p[i], cpu), (int)(cpu * 40 + i + 1), 64);
			}
		}
		for (i = 0; i < 40; i++)
			for (cpu = 0; cpu < UNITS; cpu++)
				wrong += memchr_inv(per_cpu_ptr(p[i], cpu), (int)(cpu * 40 + i + 1),
						    64) != NULL;
		KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
		for (i = 0; i < 40; i++)
			free_percpu(p[i]);
	}
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	cpus_as_before();
}

/* One page for each CPU, when it is needed; tables come and go with it. */
static void pages_come_one_by_one(struct kunit *test)
{
	const unsigned long before = page_owner_pages(PAGE_OWNER_PERCPU);
	const unsigned long tables = page_owner_pages(PAGE_OWNER_PGTABLE);
	void *a, *b, *c;

	more_cpus(test);
	a = __alloc_percpu(2048, 8);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PERCPU), before + percpu_units);
	b = __alloc_percpu(1024, 8);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PERCPU), before + percpu_units);
	c = __alloc_percpu(2 * PAGE_SIZE, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PERCPU), before + 3 * percpu_units);
	KUNIT_EXPECT_EQ(test, percpu_nr_chunks(), 1U);
	KUNIT_EXPECT_GE(test, page_owner_pages(PAGE_OWNER_PGTABLE), tables + UNITS);
	free_percpu(a);
	free_percpu(b);
	free_percpu(c);
	KUNIT_EXPECT_EQ(test, percpu_shrink(0), 3UL * percpu_units);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), tables);
	cpus_as_before();
}

/* Memory for the copy of any CPU may be missing: all unwound. */
static void no_memory_for_one_of_the_copies(struct kunit *test)
{
	const unsigned long before = page_owner_pages(PAGE_OWNER_PERCPU);
	char msg[128] = "";
	u64 *p;

	more_cpus(test);
	for (fail_at = 1, p = NULL; !p && fail_at < 100; fail_at++) {
		asked = 0;
		page_alloc_set_should_fail(fail_the_nth);
		p = alloc_percpu_gfp(u64, GFP_KERNEL | __GFP_NOWARN);
		page_alloc_set_should_fail(NULL);
		KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
		percpu_shrink(0);
		if (!p)
			KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PERCPU), before);
	}
	KUNIT_EXPECT_GE(test, fail_at, (unsigned int)UNITS);
	free_percpu(p);
	cpus_as_before();
}

/* While one gets memory for a page, somebody else brings that page. */
static struct percpu_chunk *raced_chunk;

static bool somebody_is_faster(gfp_t gfp, unsigned int order)
{
	if (!we_ask())
		return false;
	page_alloc_set_should_fail(NULL);
	return !percpu_bring_page(raced_chunk, 5, GFP_KERNEL);
}

static void two_who_need_the_same_page_share_it(struct kunit *test)
{
	unsigned long before, tables;
	char msg[128] = "";
	u64 *p;

	more_cpus(test);
	p = alloc_percpu(u64);				/* the chunk is there */
	raced_chunk = percpu_chunk_at((unsigned long)p);
	before = page_owner_pages(PAGE_OWNER_PERCPU);
	tables = page_owner_pages(PAGE_OWNER_PGTABLE);
	page_alloc_set_should_fail(somebody_is_faster);
	KUNIT_EXPECT_TRUE(test, percpu_bring_page(raced_chunk, 5, GFP_KERNEL));
	page_alloc_set_should_fail(NULL);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PERCPU), before + percpu_units);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), tables);
	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
	free_percpu(p);
	cpus_as_before();
}

/* ---- those who may not sleep ----------------------------------------------------- */

static void what_atomics_take_is_replaced(struct kunit *test)
{
	void *first = __alloc_percpu(PAGE_SIZE - 1024 - 64, 8), *p[3];

	hook_called = 0;
	local_irq_disable();
	p[0] = __alloc_percpu_gfp(512, 8, GFP_ATOMIC);
	KUNIT_EXPECT_EQ(test, hook_called, 1U);
	p[1] = __alloc_percpu_gfp(1024, 8, GFP_ATOMIC);	/* more than there is */
	local_irq_enable();
	KUNIT_EXPECT_NOT_NULL(test, p[0]);
	KUNIT_EXPECT_NULL(test, p[1]);
	KUNIT_EXPECT_EQ(test, hook_called, 2U);
	percpu_refill();				/* as the work item does */
	p[2] = __alloc_percpu_gfp(1024, 8, GFP_ATOMIC);
	KUNIT_EXPECT_NOT_NULL(test, p[2]);
	free_percpu(p[0]);
	free_percpu(p[2]);
	free_percpu(first);
}

static gfp_t asked_for;

static bool note_gfp(gfp_t gfp, unsigned int order)
{
	if (we_ask())
		asked_for |= gfp;
	return false;
}

/* Who may not enter a file system leaves the spare to the work item, which may. */
static void the_spare_is_brought_as_the_caller_may(struct kunit *test)
{
	void *p;

	percpu_shrink(0);
	hook_called = 0;
	asked_for = 0;
	page_alloc_set_should_fail(note_gfp);
	p = __alloc_percpu_gfp(PAGE_SIZE - 512, 8, GFP_NOFS);
	page_alloc_set_should_fail(NULL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, asked_for & __GFP_IO);
	KUNIT_EXPECT_FALSE(test, asked_for & __GFP_FS);
	KUNIT_EXPECT_EQ(test, hook_called, 1U);
	free_percpu(p);
}

/* ---- the stock ------------------------------------------------------------------- */

static void small_objects_wait_for_the_next(struct kunit *test)
{
	unsigned long objects;
	void *p[10], *aligned;
	int i;

	percpu_stock_drain();
	for (i = 0; i < 10; i++)
		p[i] = __alloc_percpu(20, 4);
	for (i = 0; i < 10; i++)
		free_percpu(p[i]);
	percpu_stock_count(&objects);
	KUNIT_EXPECT_EQ(test, objects, 7UL);		/* there is an end */
	KUNIT_EXPECT_EQ(test, percpu_used(), 0UL);
	KUNIT_EXPECT_PTR_EQ(test, __alloc_percpu(20, 4), p[6]);
	aligned = __alloc_percpu(20, 64);
	KUNIT_EXPECT_EQ(test, (unsigned long)aligned % 64, 0UL);
	free_percpu(aligned);
	free_percpu(p[6]);
	percpu_stock_drain();
	KUNIT_EXPECT_EQ(test, percpu_stock_count(&objects), 0UL);
}

/* ---- operations ------------------------------------------------------------------ */

static DEFINE_PER_CPU(u64, var64);
static DEFINE_PER_CPU(u32, var32);
static DEFINE_PER_CPU(u16, var16);
static DEFINE_PER_CPU(s8, var8);
static DEFINE_PER_CPU(int[3], array);
static DEFINE_PER_CPU_SHARED_ALIGNED(struct counts, counts);

#define OPERATIONS(test, var)						\
do {									\
	__typeof__(var) __old = 5;					\
									\
	this_cpu_write(var, 7);						\
	KUNIT_EXPECT_EQ(test, this_cpu_add_return(var, 3), 10);		\
	KUNIT_EXPECT_EQ(test, this_cpu_inc_return(var), 11);		\
	KUNIT_EXPECT_EQ(test, this_cpu_sub_return(var, 5), 6);		\
	KUNIT_EXPECT_EQ(test, this_cpu_dec_return(var), 5);		\
	KUNIT_EXPECT_EQ(test, this_cpu_xchg(var, 9), 5);		\
	KUNIT_EXPECT_EQ(test, this_cpu_cmpxchg(var, 8, 1), 9);		\
	KUNIT_EXPECT_EQ(test, this_cpu_read(var), 9);			\
	KUNIT_EXPECT_EQ(test, this_cpu_cmpxchg(var, 9, 1), 9);		\
	KUNIT_EXPECT_EQ(test, __this_cpu_read(var), 1);			\
	KUNIT_EXPECT_FALSE(test, this_cpu_try_cmpxchg(var, &__old, 2));	\
	KUNIT_EXPECT_EQ(test, __old, 1);				\
	KUNIT_EXPECT_TRUE(test, this_cpu_try_cmpxchg(var, &__old, 6));	\
	this_cpu_and(var, 4);						\
	this_cpu_or(var, 3);						\
	KUNIT_EXPECT_EQ(test, raw_cpu_read(var), 7);			\
} while (0)

static void operations_of_every_size(struct kunit *test)
{
	preempt_disable();
	OPERATIONS(test, var64);
	OPERATIONS(test, var32);
	OPERATIONS(test, var16);
	OPERATIONS(test, var8);
	OPERATIONS(test, counts.hits);
	this_cpu_write(array[2], 5);
	KUNIT_EXPECT_EQ(test, per_cpu(array, smp_processor_id())[2], 5);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, (unsigned long)&counts % 64, 0UL);
}

/* ---- counters -------------------------------------------------------------------- */

static void counters_add_up(struct kunit *test)
{
	struct percpu_counter c;
	s64 sum = 1000;
	int i;

	KUNIT_ASSERT_EQ(test, percpu_counter_init(&c, 1000, GFP_KERNEL), 0);
	for (i = 0; i < 500; i++) {
		percpu_counter_add(&c, i % 7 - 2);
		sum += i % 7 - 2;
		KUNIT_ASSERT_EQ(test, percpu_counter_sum(&c), sum);
		KUNIT_ASSERT_LT(test, abs(percpu_counter_read(&c) - sum),
				(s64)percpu_counter_batch);
	}
	KUNIT_EXPECT_NE(test, percpu_counter_read(&c), 1000LL);	/* some of it has arrived */
	percpu_counter_sub(&c, 1LL << 40);
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&c), sum - (1LL << 40));
	KUNIT_EXPECT_EQ(test, percpu_counter_sum_positive(&c), 0LL);
	percpu_counter_set(&c, 10);
	percpu_counter_inc(&c);
	KUNIT_EXPECT_EQ(test, percpu_counter_compare(&c, 11), 0);
	KUNIT_EXPECT_EQ(test, percpu_counter_compare(&c, 12), -1);
	KUNIT_EXPECT_EQ(test, percpu_counter_compare(&c, -(1LL << 50)), 1);
	percpu_counter_destroy(&c);
	KUNIT_EXPECT_FALSE(test, percpu_counter_initialized(&c));
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
	KUNIT_CASE(every_cpu_has_its_own_copy),
	KUNIT_CASE(pages_come_one_by_one),
	KUNIT_CASE(no_memory_for_one_of_the_copies),
	KUNIT_CASE(two_who_need_the_same_page_share_it),
	KUNIT_CASE(what_atomics_take_is_replaced),
	KUNIT_CASE(the_spare_is_brought_as_the_caller_may),
	KUNIT_CASE(small_objects_wait_for_the_next),
	KUNIT_CASE(operations_of_every_size),
	KUNIT_CASE(counters_add_up),
	{}
};

static percpu_refill_fn *kept_hook;

/* No worker brings what was taken while the cases count. */
static int percpu_begin(struct kunit *test)
{
	kept_hook = percpu_set_refill_hook(count_hook);
	who_asks = current;
	return 0;
}

static void percpu_end(struct kunit *test)
{
	percpu_set_refill_hook(kept_hook);
}

static struct kunit_suite percpu_suite = {
	.name = "percpu",
	.init = percpu_begin,
	.exit = percpu_end,
	.test_cases = percpu_cases,
};
kunit_test_suite(percpu_suite);
