/* SPDX-License-Identifier: MIT */
/*
 * vmalloc_tlb_test.c - what a CPU still remembers of an area that is gone
 *
 * A model of some CPUs' TLBs beside the real tables: a CPU looks at pages of areas that live,
 * and remembers their frames until all CPUs flush.  As long as it does, the address must lead
 * to that frame or nowhere, and the frame must not be somebody else's.  vmalloc_smp_test.c
 * does this with real CPUs, as far as they care to remember.
 */
#include <asm/tlbflush.h>
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/vmalloc.h>

#include "../../mm/internal.h"
#include "../../mm/vmap.h"

#define CPUS		3
#define ENTRIES		400		/* of one CPU's TLB */
#define AREAS		24
#define ROUNDS		1500
#define MAX_PAGES	40

struct entry {
	unsigned long vaddr, pfn;
};

static struct tlb {
	struct entry entry[ENTRIES];
	unsigned int nr;
} tlbs[CPUS];

static struct area {
	char *p;
	unsigned int pages;
	enum { NONE, ALLOCATED, MAPPED } kind;
} areas[AREAS];

static struct page *lent[4];		/* pages of our own, for vmap */
static struct rnd_state rnd;
static unsigned long flushes;

/* ---- the model ------------------------------------------------------------------- */

static void forget(unsigned long start, unsigned long end)
{
	unsigned int cpu, i;

	flushes++;
	for (cpu = 0; cpu < CPUS; cpu++) {
		struct tlb *tlb = &tlbs[cpu];

		for (i = 0; i < tlb->nr;)
			if (tlb->entry[i].vaddr >= start && tlb->entry[i].vaddr < end)
				tlb->entry[i] = tlb->entry[--tlb->nr];
			else
				i++;
	}
}

static void look_at(struct tlb *tlb, unsigned long vaddr)
{
	const unsigned long pfn = vmalloc_to_pfn((void *)vaddr);
	struct entry *e;

	if (!pfn)
		return;
	for (e = tlb->entry; e < tlb->entry + tlb->nr; e++)
		if (e->vaddr == vaddr)
			return;		/* it would not look */
	if (tlb->nr == ENTRIES)
		e = &tlb->entry[prandom_u32_below(&rnd, ENTRIES)];
	else
		tlb->nr++;
	*e = (struct entry){ vaddr, pfn };
}

/* Some CPUs look at all of an area. */
static void look_at_area(const struct area *a)
{
	unsigned int cpu, i;

	for (cpu = 0; cpu < CPUS; cpu++)
		if (prandom_u32_below(&rnd, 2))
			for (i = 0; i < a->pages; i++)
				look_at(&tlbs[cpu], (unsigned long)a->p + i * PAGE_SIZE);
}

static bool is_lent(unsigned long pfn)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lent); i++)
		if (page_to_pfn(lent[i]) == pfn)
			return true;
	return false;
}

static bool is_mapped_area(unsigned long vaddr)
{
	unsigned int i;

	for (i = 0; i < AREAS; i++)
		if (areas[i].kind == MAPPED && vaddr - (unsigned long)areas[i].p <
					       (unsigned long)areas[i].pages * PAGE_SIZE)
			return true;
	return false;
}

/* What is wrong with an entry that a CPU still has, or NULL. */
static const char *entry_fault(const struct entry *e)
{
	const unsigned long now = vmalloc_to_pfn((void *)e->vaddr);
	const struct page *head = page_block_head(e->pfn);

	if (now && now != e->pfn)
		return "the address leads to another page";
	if (is_lent(e->pfn))		/* ours again when vunmap() returns */
		return is_mapped_area(e->vaddr) ? NULL : "a lent page can still be reached";
	if (!head || head->owner != PAGE_OWNER_VMALLOC)
		return "the page is somebody else's";
	return NULL;
}

/* Does a page of a live area have another address, too, that a CPU remembers? */
static const char *area_fault(const struct area *a)
{
	unsigned int cpu, i, k;

	for (i = 0; a->kind == ALLOCATED && i < a->pages; i++) {
		const unsigned long vaddr = (unsigned long)a->p + i * PAGE_SIZE;
		const unsigned long pfn = vmalloc_to_pfn((void *)vaddr);

		for (cpu = 0; cpu < CPUS; cpu++)
			for (k = 0; k < tlbs[cpu].nr; k++)
				if (tlbs[cpu].entry[k].pfn == pfn &&
				    tlbs[cpu].entry[k].vaddr != vaddr)
					return "the page is another area's";
	}
	return NULL;
}

static void check_all(struct kunit *test)
{
	const char *fault = NULL;
	unsigned int cpu, i;

	for (cpu = 0; cpu < CPUS; cpu++)
		for (i = 0; i < tlbs[cpu].nr && !fault; i++)
			fault = entry_fault(&tlbs[cpu].entry[i]);
	for (i = 0; i < AREAS && !fault; i++)
		fault = area_fault(&areas[i]);
	KUNIT_ASSERT_STREQ(test, fault ? fault : "", "");
}

/* ---- what happens ---------------------------------------------------------------- */

static void give(struct area *a)
{
	if (a->kind == ALLOCATED)
		vfree(a->p);
	if (a->kind == MAPPED)
		vunmap(a->p);
	a->kind = NONE;
}

static void take(struct area *a)
{
	if (prandom_u32_below(&rnd, 5)) {
		a->pages = 1 + prandom_u32_below(&rnd, prandom_u32_below(&rnd, 3) ? 4 : MAX_PAGES);
		if (prandom_u32_below(&rnd, 20))
			a->p = __vmalloc(a->pages * PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN);
		else
			a->p = vmalloc_huge(PMD_SIZE + (unsigned long)a->pages * PAGE_SIZE,
					    GFP_KERNEL | __GFP_NOWARN);
		a->kind = a->p ? ALLOCATED : NONE;
	} else {
		a->pages = ARRAY_SIZE(lent);
		a->p = vmap(lent, a->pages, VM_MAP, PAGE_KERNEL);
		a->kind = a->p ? MAPPED : NONE;
	}
}

/* Others want pages, too: what is freed goes from hand to hand. */
static void churn_pages(void)
{
	struct page *page[32];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(page); i++)
		page[i] = alloc_pages(GFP_KERNEL | __GFP_NOWARN, i % 4);
	for (i = 0; i < ARRAY_SIZE(page); i++)
		if (page[i])
			__free_pages(page[i], i % 4);
}

static void rounds(struct kunit *test)
{
	struct page *page = NULL;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		struct area *a = &areas[prandom_u32_below(&rnd, AREAS)];

		if (a->kind == NONE)
			take(a);
		look_at_area(a);
		if (prandom_u32_below(&rnd, 2))
			give(a);
		if (i % 8 == 0)
			churn_pages();
		if (i % 16 == 0) {
			if (page)
				__free_page(page);
			page = alloc_page(GFP_KERNEL);	/* is it one that somebody remembers? */
		}
		if (i % 256 == 0)
			vm_unmap_aliases();
		check_all(test);
	}
	__free_page(page);
}

static void give_all(void *unused)
{
	unsigned int i;

	for (i = 0; i < AREAS; i++)
		give(&areas[i]);
	tlb_flush_watch = NULL;
	for (i = 0; i < ARRAY_SIZE(lent); i++)
		__free_page(lent[i]);
}

static void nobody_reaches_what_is_not_his(struct kunit *test)
{
	unsigned int i;

	vm_unmap_aliases();
	memset(tlbs, 0, sizeof(tlbs));
	prandom_seed_state(&rnd, kunit_seed());
	for (i = 0; i < ARRAY_SIZE(lent); i++)
		lent[i] = alloc_page(GFP_KERNEL);
	flushes = 0;
	tlb_flush_watch = forget;
	kunit_add_action(test, give_all, NULL);
	rounds(test);
	KUNIT_EXPECT_GT(test, flushes, 4UL);
}

/* The point of it: many areas, few flushes. */
static void one_flush_for_many(struct kunit *test)
{
	unsigned int i;

	if (totalram_pages() / 64 < 12 * 11)
		kunit_skip(test, "so little memory that none may wait");
	vm_unmap_aliases();
	flushes = 0;
	tlb_flush_watch = forget;
	for (i = 0; i < 12; i++)
		vfree(vmalloc(10 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, flushes, 0UL);
	vm_unmap_aliases();
	KUNIT_EXPECT_EQ(test, flushes, 1UL);
	for (i = 0; i < 1000; i++)
		vfree(vmalloc(PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, flushes, 1UL);
	tlb_flush_watch = NULL;
}

/*
 * More than one CPU's stock holds are the next owner's, too: the same pages at the same addresses,
 * which is why nobody needs to flush.
 */
static void a_burst_finds_what_the_last_one_left(struct kunit *test)
{
	static struct { char *p; unsigned long pfn; } had[40];
	unsigned long pages, found = 0;
	unsigned int i, k;
	char *p[ARRAY_SIZE(had)], msg[160];

	if (totalram_pages() / 64 < 2 * ARRAY_SIZE(had))
		kunit_skip(test, "so little memory that none may wait");
	vm_unmap_aliases();
	flushes = 0;
	tlb_flush_watch = forget;
	for (i = 0; i < ARRAY_SIZE(had); i++) {
		had[i].p = vmalloc(PAGE_SIZE);
		had[i].pfn = vmalloc_to_pfn(had[i].p);
	}
	for (i = 0; i < ARRAY_SIZE(had); i++)
		vfree(had[i].p);
	KUNIT_EXPECT_GE(test, vmalloc_stock_count() + vmalloc_lazy_count(&pages),
			ARRAY_SIZE(had));
	KUNIT_EXPECT_GT(test, pages, 20UL);
	KUNIT_EXPECT_TRUE_MSG(test, vmalloc_verify(msg, sizeof(msg)), "%s", msg);
	for (i = 0; i < ARRAY_SIZE(had); i++) {
		p[i] = vmalloc(PAGE_SIZE);
		for (k = 0; k < ARRAY_SIZE(had); k++)
			found += had[k].p == p[i] && had[k].pfn == vmalloc_to_pfn(p[i]);
	}
	/* All, if it has stayed on this CPU; some may be in another one's stock. */
	KUNIT_EXPECT_GE(test, found, ARRAY_SIZE(had) - 16);
	/* None of ours waits any more, and no page of them: others' stacks may. */
	found = vmalloc_lazy_count(&pages);
	KUNIT_EXPECT_LE(test, pages, found * VMALLOC_STOCK_PAGES);
	KUNIT_EXPECT_EQ(test, flushes, 0UL);
	for (i = 0; i < ARRAY_SIZE(had); i++)
		vfree(p[i]);
	tlb_flush_watch = NULL;
}

static unsigned int taken_again;

/* While vm_unmap_aliases() flushes: free more than the stock holds, and look for it. */
static void free_and_take(unsigned long start, unsigned long end)
{
	static char *p[40], *q[ARRAY_SIZE(p)];
	unsigned int i, k;

	tlb_flush_watch = NULL;
	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = vmalloc(PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		vfree(p[i]);
	for (taken_again = i = 0; i < ARRAY_SIZE(p); i++)
		for (q[i] = vmalloc(PAGE_SIZE), k = 0; k < ARRAY_SIZE(p); k++)
			taken_again += p[k] == q[i];
	for (i = 0; i < ARRAY_SIZE(p); i++)
		vfree(q[i]);
}

/* Or they would be in a stock that has been emptied already, when it returns. */
static void who_wants_all_flushed_finds_them_where_they_are(struct kunit *test)
{
	if (totalram_pages() / 64 < 2 * 40)
		kunit_skip(test, "so little memory that none may wait");
	vm_unmap_aliases();
	vfree(vmalloc(20 * PAGE_SIZE));
	taken_again = ~0U;
	tlb_flush_watch = free_and_take;
	vm_unmap_aliases();
	tlb_flush_watch = NULL;
	KUNIT_EXPECT_LE(test, taken_again, 16U);	/* those in stock; on two CPUs, perhaps */
}

/* Who purges gets all of them, of whatever size; nobody takes those again. */
static void a_purge_leaves_none_for_the_next(struct kunit *test)
{
	static const unsigned int sizes[] = { 1, 2, 8, 9, 16, 17 };
	char *p[ARRAY_SIZE(sizes)][3];
	unsigned long before;
	unsigned int i, k;
	u8 nr = 0;

	vm_unmap_aliases();
	before = page_owner_pages(PAGE_OWNER_VMALLOC);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (k = 0; k < 3; k++)
			p[i][k] = vmalloc(sizes[i] * PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (k = 0; k < 3; k++)
			vfree(p[i][k]);
	KUNIT_EXPECT_GT(test, page_owner_pages(PAGE_OWNER_VMALLOC), before);
	vm_unmap_aliases();
	KUNIT_EXPECT_LE(test, page_owner_pages(PAGE_OWNER_VMALLOC), before);
	for (i = SLOT_STACK + 1; i < SLOT_NONE; i++)
		KUNIT_EXPECT_NULL(test, vmalloc_take_lazy(i, 1, &nr));
	KUNIT_EXPECT_EQ(test, nr, 0U);
}

/* There is an end to what waits, whether somebody asks for it or not. */
static void what_waits_has_a_limit(struct kunit *test)
{
	const unsigned long limit = totalram_pages() / 64, some = min(limit / 2, 100UL);
	unsigned long pages = 0, most = 0;
	unsigned int i;

	vm_unmap_aliases();
	for (i = 0; i < 3 * limit / some + 3; i++) {
		vfree(vmalloc(some * PAGE_SIZE));
		vmalloc_lazy_count(&pages);
		most = max(most, pages);
	}
	KUNIT_EXPECT_GT(test, most, 0UL);
	KUNIT_EXPECT_LE(test, most, limit);
	vm_unmap_aliases();
	KUNIT_EXPECT_EQ(test, vmalloc_lazy_count(&pages), 0UL);
	KUNIT_EXPECT_EQ(test, vmalloc_stock_count(), 0UL);
}

/* A table that everybody has left is used again, or freed when all CPUs have flushed. */
static void tables_wait_for_the_flush(struct kunit *test)
{
	const unsigned long far = VMALLOC_START + (99UL << 30);
	const unsigned long before = page_owner_pages(PAGE_OWNER_PGTABLE);
	pte_t *pte;
	u64 number;

	atomic_inc(&vmap_table_users);
	KUNIT_ASSERT_EQ(test, vmap_table_reserve(far, far + PAGE_SIZE, GFP_KERNEL), 0);
	pte = vmap_table_lookup(far);
	vmap_table_release(far, far + PAGE_SIZE);
	KUNIT_EXPECT_NULL(test, vmap_table_lookup(far));	/* no CPU learns the way */
	number = vmap_table_now();
	KUNIT_ASSERT_EQ(test, vmap_table_reserve(far, far + PAGE_SIZE, GFP_KERNEL), 0);
	KUNIT_EXPECT_PTR_EQ(test, vmap_table_lookup(far), pte);	/* the same one */
	vmap_table_reap(far, far + PAGE_SIZE, number);
	KUNIT_EXPECT_PTR_EQ(test, vmap_table_lookup(far), pte);
	vmap_table_release(far, far + PAGE_SIZE);
	/* too early */
	KUNIT_EXPECT_FALSE(test, vmap_table_reap(far, far + PAGE_SIZE, number));
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), before + 2);
	vmap_table_sweep(far, far + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), before);
	atomic_dec(&vmap_table_users);
}

/* However much is mapped where the first areas were: a framebuffer, say. */
static void areas_of_any_table_are_stocked(struct kunit *test)
{
	void *full = __vmalloc(4UL << 20, GFP_KERNEL | __GFP_NOWARN), *p, *q;

	if (!full)
		kunit_skip(test, "not enough memory");
	p = vmalloc(PAGE_SIZE);
	vfree(p);
	q = vmalloc(PAGE_SIZE);
	KUNIT_EXPECT_PTR_EQ(test, p, q);
	KUNIT_EXPECT_GE(test, (unsigned long)p - VMALLOC_START, PMD_SIZE);
	vfree(q);
	vfree(full);
}

static bool fail_all(gfp_t gfp, unsigned int order)
{
	return true;
}

/* What waits is not for everybody. */
static void the_stock_gives_what_was_asked_for(struct kunit *test)
{
	char *p, *q;

	p = vmalloc(PAGE_SIZE);
	memset(p, 0xa5, PAGE_SIZE);
	vfree(p);
	p = __vmalloc(PAGE_SIZE, GFP_KERNEL | GFP_DMA);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_LT(test, vmalloc_to_pfn(p), (16UL << 20) >> PAGE_SHIFT);
	page_alloc_set_should_fail(fail_all);
	KUNIT_EXPECT_NULL(test, __vmalloc(PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN));
	page_alloc_set_should_fail(NULL);
	vfree(p);
	vm_unmap_aliases();
	vfree(vmalloc(PAGE_SIZE));
	p = vzalloc(PAGE_SIZE);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, PAGE_SIZE));
	vfree(p);
	p = __vmalloc_node(PAGE_SIZE, PMD_SIZE, GFP_KERNEL, -1, NULL);
	KUNIT_EXPECT_EQ(test, (unsigned long)p % PMD_SIZE, 0UL);
	vfree(p);				/* far from everything: not kept */
	q = vmalloc(PAGE_SIZE);
	KUNIT_EXPECT_PTR_NE(test, p, q);
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(p));
	vfree(q);
}

static struct kunit_case vmalloc_tlb_cases[] = {
	KUNIT_CASE(nobody_reaches_what_is_not_his),
	KUNIT_CASE(one_flush_for_many),
	KUNIT_CASE(a_burst_finds_what_the_last_one_left),
	KUNIT_CASE(who_wants_all_flushed_finds_them_where_they_are),
	KUNIT_CASE(a_purge_leaves_none_for_the_next),
	KUNIT_CASE(what_waits_has_a_limit),
	KUNIT_CASE(tables_wait_for_the_flush),
	KUNIT_CASE(areas_of_any_table_are_stocked),
	KUNIT_CASE(the_stock_gives_what_was_asked_for),
	{}
};

static struct kunit_suite vmalloc_tlb_suite = {
	.name = "vmalloc_tlb",
	.test_cases = vmalloc_tlb_cases,
};
kunit_test_suite(vmalloc_tlb_suite);
