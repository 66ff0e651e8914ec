/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_walk_test.c - the tables that a lookup walks through go away under it
 *
 * vmalloc_to_pfn() may be asked about any address, by whatis() for one, or vfree() of a wrong
 * pointer, while another CPU frees the tables there.  That CPU waits until this one has flushed,
 * which takes an interrupt.  So an interrupt at each boundary of the lookup does it all: the
 * tables are condemned, unhung and freed, and who gets their pages fills them with entries that
 * lead elsewhere.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "../../mm/vmap.h"
#include "irqsweep_step.h"

#define FAR		(VMALLOC_START + (99UL << 30))
#define MAX_MARKS	1024
#define NR_CAUGHT	4		/* two tables have been there */

static u32 marks[MAX_MARKS];
static struct step_trace trace = { .mark = marks, .max = MAX_MARKS };
static struct page *mapped, *decoy;
static struct page *caught[NR_CAUGHT];
static unsigned long answer;
static bool hung;

static void lookup(void *unused)
{
	answer = vmalloc_to_pfn((void *)FAR);
}

/* The way down depends on where the tables lie: they are others each time, so it is recorded. */
static void hang_tables(struct kunit *test)
{
	struct step s = { .mode = STEP_RECORD, .trace = &trace };

	KUNIT_ASSERT_EQ(test, vmap_table_reserve(FAR, FAR + PAGE_SIZE, GFP_KERNEL), 0);
	vmap_table_fill(FAR, page_to_pfn(mapped), 1, PAGE_KERNEL);
	hung = true;
	irqsweep_step(&s, lookup, NULL);
	KUNIT_ASSERT_NULL_MSG(test, s.fault, "%s, at %pS", s.fault, (void *)s.fault_ip);
	KUNIT_ASSERT_EQ(test, answer, page_to_pfn(mapped));
}

static void fill_with_decoys(struct page *page)
{
	u64 *entry = page_address(page);
	unsigned int i;

	for (i = 0; i < PTRS_PER_TABLE; i++)
		entry[i] = page_to_phys(decoy) | _KERNPG_TABLE;
}

static void take_tables_away(void *unused)
{
	unsigned int i;

	vmap_table_withdraw(FAR, FAR + PAGE_SIZE);
	vmap_table_clear(FAR, FAR + PAGE_SIZE, NULL, NULL);
	vmap_table_release(FAR, FAR + PAGE_SIZE);
	while (vmap_table_reap(FAR, FAR + PAGE_SIZE, vmap_table_now()))
		;
	hung = false;
	for (i = 0; i < NR_CAUGHT; i++) {
		caught[i] = alloc_page(GFP_ATOMIC);
		if (caught[i])
			fill_with_decoys(caught[i]);
	}
}

static void let_go(void)
{
	unsigned int i;

	for (i = 0; i < NR_CAUGHT; i++) {
		if (caught[i])
			__free_page(caught[i]);
		caught[i] = NULL;
	}
}

static void give_back(void *unused)
{
	irqsweep_step_end();
	if (hung)
		take_tables_away(NULL);
	let_go();
	__free_page(mapped);
	__free_page(decoy);
	atomic_dec(&vmap_table_users);
}

static void begin(struct kunit *test)
{
	const char *why;

	if (!irqsweep_step_begin(&why))
		kunit_skip(test, "%s", why);
	atomic_inc(&vmap_table_users);
	mapped = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
	decoy = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
	fill_with_decoys(decoy);
	kunit_add_action(test, give_back, NULL);
}

/* One boundary; was it one at which another CPU would have got on? */
static bool visit(struct kunit *test, unsigned int target)
{
	struct step s = {
		.mode = STEP_VISIT, .trace = &trace, .target = target,
		.handler = take_tables_away,
	};

	if (!hung)
		hang_tables(test);
	if (target >= trace.nr)
		return false;		/* this way is shorter */
	irqsweep_step(&s, lookup, NULL);
	KUNIT_ASSERT_NULL_MSG(test, s.fault, "%s: at boundary %u of %u, %pS", s.fault, target,
			      trace.nr, (void *)s.fault_ip);
	if (answer != page_to_pfn(mapped))
		KUNIT_ASSERT_EQ_MSG(test, answer, 0UL, "at boundary %u of %u, %pS", target,
				    trace.nr, (void *)s.regs.ip);
	let_go();
	return !hung;
}

static void a_lookup_never_walks_through_what_is_freed(struct kunit *test)
{
	unsigned int k, gone = 0;

	begin(test);
	irqsweep_step_quiet(true);
	hang_tables(test);
	for (k = 0; k < trace.nr; k++)
		gone += visit(test, k);
	KUNIT_EXPECT_GT(test, gone, 4U);
	KUNIT_EXPECT_LT(test, gone, trace.nr);
	kunit_info(test, "%u boundaries, at %u of them the tables went away", trace.nr, gone);
}

static struct kunit_case irqsweep_walk_cases[] = {
	KUNIT_CASE(a_lookup_never_walks_through_what_is_freed),
	{}
};

static struct kunit_suite irqsweep_walk_suite = {
	.name = "irqsweep_walk",
	.test_cases = irqsweep_walk_cases,
};
kunit_test_suite(irqsweep_walk_suite);
