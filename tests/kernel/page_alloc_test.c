/* SPDX-License-Identifier: MIT */
/* page_alloc_test.c - the public calls on the real zones */
#include <linux/panic.h>
#include <linux/prandom.h>
#include <linux/printk.h>
#include <linux/section.h>

#include "zone_fixture.h"

#define PATTERN	0x6b6b6b6b6b6b6b6bUL

static struct page *take(struct kunit *test, gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	KUNIT_ASSERT_NOT_NULL(test, page);
	return page;
}

static bool all_words_are(const void *start, size_t bytes, unsigned long want)
{
	const unsigned long *word = start, *end = start + bytes;

	while (word < end)
		if (*word++ != want)
			return false;
	return true;
}

/* ---- what the calls promise ------------------------------------------------------ */

static void page_alloc_every_order(struct kunit *test)
{
	unsigned long before = page_owner_pages(PAGE_OWNER_PAGES);
	unsigned int order;
	struct page *page;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		page = take(test, GFP_KERNEL, order);
		KUNIT_EXPECT_EQ(test, page_to_pfn(page) & ((1UL << order) - 1), 0);
		KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PAGES), before + (1UL << order));
		KUNIT_EXPECT_EQ(test, page_count(page), 1);
		memset(page_address(page), 0xa5, PAGE_SIZE << order);
		__free_pages(page, order);
		KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PAGES), before);
	}
}

/* lib/test_meminit's test_pages: garbage in a freed block is not seen in a zeroed one. */
static void page_alloc_zero_every_order(struct kunit *test)
{
	unsigned int order;
	struct page *page;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		page = take(test, GFP_KERNEL, order);
		memset(page_address(page), 0x6b, PAGE_SIZE << order);
		__free_pages(page, order);
		page = take(test, GFP_KERNEL | __GFP_ZERO, order);
		KUNIT_EXPECT_TRUE(test, all_words_are(page_address(page), PAGE_SIZE << order, 0));
		__free_pages(page, order);
	}
}

static void page_alloc_by_address(struct kunit *test)
{
	unsigned long addr = __get_free_pages(GFP_KERNEL, 2);

	KUNIT_ASSERT_NE(test, addr, 0);
	KUNIT_EXPECT_EQ(test, addr & (4 * PAGE_SIZE - 1), 0);
	KUNIT_EXPECT_TRUE(test, virt_addr_valid(addr));
	free_pages(addr, 2);
	addr = __get_free_page(GFP_ATOMIC);
	KUNIT_ASSERT_NE(test, addr, 0);
	memset((void *)addr, 0x6b, PAGE_SIZE);
	free_page(addr);
	addr = get_zeroed_page(GFP_KERNEL);
	KUNIT_ASSERT_NE(test, addr, 0);
	KUNIT_EXPECT_TRUE(test, all_words_are((void *)addr, PAGE_SIZE, 0));
	memset((void *)addr, 0x6b, PAGE_SIZE);
	free_page(addr);
	addr = get_free_page(GFP_KERNEL);	/* the 1990s: zeroed */
	KUNIT_ASSERT_NE(test, addr, 0);
	KUNIT_EXPECT_TRUE(test, all_words_are((void *)addr, PAGE_SIZE, 0));
	free_page(addr);
}

static void page_alloc_dma_is_strict(struct kunit *test)
{
	unsigned int order;
	unsigned long addr;
	struct page *page;

	if (!zones[ZONE_DMA].managed_pages)
		kunit_skip(test, "no DMA zone");
	for (order = 0; order <= 5; order++) {
		addr = __get_dma_pages(GFP_KERNEL, order);
		KUNIT_ASSERT_NE(test, addr, 0);
		KUNIT_EXPECT_LE(test, __pa(addr) + (PAGE_SIZE << order), 16ULL << 20);
		free_pages(addr, order);
		page = take(test, GFP_KERNEL | GFP_DMA32, order);
		KUNIT_EXPECT_LE(test, page_to_phys(page) + (PAGE_SIZE << order), 4ULL << 30);
		__free_pages(page, order);
	}
}

static void page_alloc_prefers_high_zones(struct kunit *test)
{
	struct page *page = take(test, GFP_KERNEL, 0);
	int i = ZONE_NORMAL;

	while (!zones[i].managed_pages)
		i--;
	KUNIT_EXPECT_EQ(test, page_zonenum(page), i);
	__free_page(page);
}

static void page_alloc_null_is_free(struct kunit *test)
{
	unsigned long before = page_bad_count();

	free_page(0);
	free_pages(0, 5);
	KUNIT_EXPECT_EQ(test, page_bad_count(), before);
}

static void page_alloc_order_too_large(struct kunit *test)
{
	unsigned int order;
	const char *text;

	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_PAGE_ORDER + 1));
	KUNIT_EXPECT_EQ(test, __get_free_pages(GFP_KERNEL | __GFP_NOWARN, 63), 0);
	report_start(test);		/* once only, so the text may have been before */
	for (order = MAX_PAGE_ORDER + 1; order < 70; order++)
		KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL, order));
	text = report_stop(test);
	if (*text)
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "WARNING: "), "%s", text);
}

static void page_alloc_exact(struct kunit *test)
{
	static const size_t bytes[] = { 1, 4096, 4097, 12288, 20480, 28672, 100000, 1 << 20 };
	unsigned long before = page_owner_pages(PAGE_OWNER_PAGES);
	unsigned int i;
	void *p;

	for (i = 0; i < ARRAY_SIZE(bytes); i++) {
		p = alloc_pages_exact(bytes[i], GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PAGES),
				before + PFN_UP(bytes[i]));
		KUNIT_EXPECT_TRUE(test, all_words_are(p, PAGE_ALIGN(bytes[i]), 0));
		memset(p, 0x6b, PAGE_ALIGN(bytes[i]));
		free_pages_exact(p, bytes[i]);
		KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PAGES), before);
	}
	KUNIT_EXPECT_NULL(test, alloc_pages_exact(0, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, alloc_pages_exact(5UL << 20, GFP_KERNEL | __GFP_NOWARN));
	free_pages_exact(NULL, 0);
}

static void page_alloc_exact_refuses_compound(struct kunit *test)
{
	void *p;

	report_start(test);
	p = alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL | __GFP_COMP);
	report_stop(test);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_FALSE(test, PageCompound(virt_to_page(p)));
	free_pages_exact(p, 3 * PAGE_SIZE);
}

static void page_alloc_split(struct kunit *test)
{
	unsigned int order, i;
	struct page *page;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		page = take(test, GFP_KERNEL, order);
		split_page(page, order);
		for (i = 0; i < 1U << order; i++)
			KUNIT_ASSERT_EQ(test, page[i].meta,
					PAGE_META_REF(PAGE_OWNER_PAGES, 0, 1));
		for (i = 0; i < 1U << order; i++)
			__free_page(page + (i * 7 & ((1U << order) - 1)));
	}
	page = take(test, GFP_KERNEL | __GFP_COMP, 2);
	report_start(test);
	split_page(page, 2);		/* compound: refused, warned */
	report_stop(test);
	KUNIT_EXPECT_EQ(test, compound_order(page), 2);
	__free_pages(page, 2);
}

static void page_alloc_bulk_fills_the_gaps(struct kunit *test)
{
	static struct page *array[64];
	struct page *mine = take(test, GFP_KERNEL, 0);
	unsigned int i, j;

	memset(array, 0, sizeof(array));
	array[0] = array[9] = mine;
	KUNIT_EXPECT_EQ(test, alloc_pages_bulk(GFP_KERNEL, 64, array), 64);
	for (i = 0; i < 64; i++)
		for (j = 0; j < i; j++)
			if (i != 9 || j != 0)
				KUNIT_ASSERT_PTR_NE(test, array[i], array[j]);
	KUNIT_EXPECT_PTR_EQ(test, array[9], mine);
	KUNIT_EXPECT_EQ(test, alloc_pages_bulk(GFP_KERNEL, 64, array), 64);
	KUNIT_EXPECT_EQ(test, alloc_pages_bulk(GFP_KERNEL, 0, NULL), 0);
	array[0] = NULL;
	for (i = 0; i < 64; i++)
		if (array[i])
			__free_page(array[i]);
}

/* lib/test_free_pages: a speculative reference while the owner frees; nothing leaks. */
static void page_alloc_free_with_reference(struct kunit *test)
{
	unsigned long before = page_owner_pages(PAGE_OWNER_PAGES);
	struct page *page;
	unsigned int i;

	for (i = 0; i < 4000; i++) {
		page = take(test, GFP_KERNEL | (i & 1 ? __GFP_COMP : 0), 3);
		get_page(page);
		__free_pages(page, 3);
		KUNIT_ASSERT_EQ(test, page_count(page), 1);
		put_page(page);
		KUNIT_ASSERT_EQ(test, page_owner_pages(PAGE_OWNER_PAGES), before);
	}
}

/* A burst larger than any stock, freed in another order; every page is one's own. */
static void page_alloc_burst(struct kunit *test)
{
	static unsigned long addr[2048];
	unsigned int i, nr = ARRAY_SIZE(addr);

	while (nr > nr_free_pages() / 4)
		nr /= 2;
	for (i = 0; i < nr; i++) {
		addr[i] = __get_free_page(GFP_KERNEL);
		KUNIT_ASSERT_NE(test, addr[i], 0);
		*(unsigned long *)addr[i] = addr[i] ^ PATTERN;
	}
	for (i = 0; i < nr; i++) {
		unsigned long a = addr[i * 389 % nr];

		KUNIT_EXPECT_EQ(test, *(unsigned long *)a, a ^ PATTERN);
		free_page(a);
	}
}

/* ---- random operations ----------------------------------------------------------- */

#define RANDOM_OPS	200000
#define RANDOM_LIVE	192

static struct random_block {
	unsigned long addr;
	u32 order;
} live[RANDOM_LIVE];

static void random_stamp(const struct random_block *b, u32 tag)
{
	*(u64 *)b->addr = b->addr ^ tag;
	*(u64 *)(b->addr + (PAGE_SIZE << b->order) - 8) = b->addr ^ ~tag;
}

static bool random_stamp_holds(const struct random_block *b, u32 tag)
{
	return *(u64 *)b->addr == (b->addr ^ tag) &&
	       *(u64 *)(b->addr + (PAGE_SIZE << b->order) - 8) == (b->addr ^ ~tag);
}

static bool random_overlaps(unsigned long addr, unsigned int order, unsigned int nr)
{
	while (nr--)
		if (addr < live[nr].addr + (PAGE_SIZE << live[nr].order) &&
		    live[nr].addr < addr + (PAGE_SIZE << order))
			return true;
	return false;
}

static void page_alloc_random(struct kunit *test)
{
	static const gfp_t masks[] = { GFP_KERNEL, GFP_ATOMIC, GFP_NOWAIT, GFP_DMA32 };
	unsigned int nr = 0, i, j, order;
	unsigned long addr;
	struct rnd_state rnd;
	char msg[128];

	prandom_seed_state(&rnd, kunit_seed());
	for (i = 0; i < RANDOM_OPS; i++) {
		order = prandom_u32_below(&rnd, 100) ? prandom_u32_below(&rnd, 4) :
			prandom_u32_below(&rnd, MAX_PAGE_ORDER + 1);
		if (nr < RANDOM_LIVE && prandom_u32_below(&rnd, 2)) {
			addr = __get_free_pages(masks[i % 4] | __GFP_NOWARN, order);
			if (!addr)
				continue;
			if (i % 16 == 0)
				KUNIT_ASSERT_FALSE(test, random_overlaps(addr, order, nr));
			live[nr] = (struct random_block){ addr, order };
			random_stamp(&live[nr++], order);
		} else if (nr) {
			j = prandom_u32_below(&rnd, nr);
			KUNIT_ASSERT_TRUE(test, random_stamp_holds(&live[j], live[j].order));
			free_pages(live[j].addr, live[j].order);
			live[j] = live[--nr];
		}
		if (i % 50000 == 0)
			KUNIT_ASSERT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
	}
	while (nr--)
		free_pages(live[nr].addr, live[nr].order);
}

/* ---- wrong frees ----------------------------------------------------------------- */

static struct page *victim;		/* head of an order-2 block of PAGES */
static struct page *other;		/* something of another kind */

static void free_twice(void *unused)
{
	__free_pages(other, 0);
}

static void free_twice_large(void *unused)
{
	__free_pages(other, 5);
}

static void free_order_too_high(void *unused)
{
	__free_pages(victim, 3);
}

static void free_order_too_low(void *unused)
{
	free_page((unsigned long)page_address(victim));
}

static void free_order_absurd(void *unused)
{
	__free_pages(victim, 200);
}

static void free_interior(void *unused)
{
	__free_page(victim + 1);
}

static void free_misaligned(void *unused)
{
	free_pages((unsigned long)page_address(victim) + 8, 2);
}

static void free_bent_pointer(void *unused)
{
	__free_pages((struct page *)((char *)victim + 4), 2);
}

static void free_offline(void *unused)
{
	free_page((unsigned long)__va(1ULL << (MAX_PHYSMEM_BITS - 1)));
}

static void free_null_page(void *unused)
{
	__free_page(NULL);
}

static void free_small_number(void *unused)
{
	free_page(1);
}

static void free_stack(void *unused)
{
	unsigned long local = 0;

	free_page((unsigned long)&local & PAGE_MASK);
}

static void free_vmalloc(void *unused)
{
	free_page(VMALLOC_START + PAGE_SIZE);
}

static void free_reserved(void *unused)
{
	__free_pages(pfn_to_page(0), pfn_to_page(0)->order);
}

static void free_memmap(void *unused)
{
	unsigned long pfn = page_to_pfn(victim) & ~(PAGES_PER_SECTION - 1);

	while (pfn_to_page(pfn)->owner != PAGE_OWNER_MEMMAP)
		pfn += 1UL << pfn_to_page(pfn)->order;
	__free_pages(pfn_to_page(pfn), pfn_to_page(pfn)->order);
}

static void free_slab(void *unused)
{
	other->owner = PAGE_OWNER_SLAB;
	__free_page(other);
	other->owner = PAGE_OWNER_PAGES;
}

static void free_as_other_owner(void *unused)
{
	free_pages_owner(victim, 2, PAGE_OWNER_KMALLOC);
}

static void free_tail(void *unused)
{
	page_make_compound(victim, 2);
	__free_page(victim + 1);
	page_unmake_compound(victim, 2);
}

static void free_without_reference(void *unused)
{
	victim->refcount = 0;
	__free_pages(victim, 2);
	victim->refcount = 1;
}

static void put_without_reference(void *unused)
{
	victim->refcount = 0;
	put_page(victim);
	victim->refcount = 1;
}

static void put_free_page(void *unused)
{
	put_page(other);
}

static void put_wild_pointer(void *unused)
{
	put_page((struct page *)((char *)victim + 8));
}

static const struct wrong_free {
	const char *name;
	void (*fn)(void *unused);
	const char *reason;
	int other;			/* order of a block freed before; -1: allocated; -2: no */
} wrong_frees[] = {
	{ "twice", free_twice, "page is free already", 0 },
	{ "twice, order 5", free_twice_large, "", 5 },
	{ "order too high", free_order_too_high, "another order", -2 },
	{ "order too low", free_order_too_low, "another order", -2 },
	{ "order 200", free_order_absurd, "another order", -2 },
	{ "interior", free_interior, "lies inside a block", -2 },
	{ "misaligned address", free_misaligned, "has no page", -2 },
	{ "bent page pointer", free_bent_pointer, "has no page", -2 },
	{ "offline pfn", free_offline, "has no page", -2 },
	{ "page NULL", free_null_page, "has no page", -2 },
	{ "address 1", free_small_number, "has no page", -2 },
	{ "stack", free_stack, "", -2 },
	{ "vmalloc address", free_vmalloc, "has no page", -2 },
	{ "reserved page", free_reserved, "is reserved", -2 },
	{ "struct page array", free_memmap, "is reserved", -2 },
	{ "slab page", free_slab, "belongs to another owner", -1 },
	{ "other owner", free_as_other_owner, "belongs to another owner", -2 },
	{ "compound tail", free_tail, "tail of a compound page", -2 },
	{ "no reference", free_without_reference, "has no reference", -2 },
	{ "put, no reference", put_without_reference, "nobody holds", -2 },
	{ "put a free page", put_free_page, "nobody holds", 0 },
	{ "put a wild pointer", put_wild_pointer, "has no page", -2 },
};

static void wrong_free_desc(const struct wrong_free *w, char *desc)
{
	strscpy(desc, w->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(wrong_free, wrong_frees, wrong_free_desc)

static void page_alloc_wrong_free(struct kunit *test)
{
	const struct wrong_free *w = test->param_value;
	struct page saved;

	victim = take(test, GFP_KERNEL, 2);
	other = take(test, GFP_KERNEL, w->other > 0 ? w->other : 0);
	if (w->other >= 0)
		__free_pages(other, w->other);
	saved = *victim;
	expect_bad_page(test, w->fn, NULL, w->reason);
	KUNIT_EXPECT_MEMEQ(test, &saved, victim, sizeof(saved));
	if (w->other == -1 || w->other == -2)
		__free_page(other);
	__free_pages(victim, 2);
}

/* ---- failure, and what is plugged in --------------------------------------------- */

static unsigned int hook_calls;
static gfp_t hook_gfp;
static unsigned int hook_order;
static struct page *hook_page;

static void unplug(void *unused)
{
	page_alloc_set_failure_report(NULL);
	page_alloc_set_reclaim(NULL);
	page_alloc_set_wake_kswapd(NULL);
	page_alloc_set_should_fail(NULL);
}

static void hook_reset(struct kunit *test)
{
	hook_calls = 0;
	hook_page = NULL;
	ratelimit_reset(&page_alloc_ratelimit);
	kunit_add_action(test, unplug, NULL);
}

/* Take every order-10 block below 16 MiB; returns how many. */
static struct page *dma_blocks[4];

static unsigned int take_dma_blocks(void)
{
	unsigned int nr = 0;

	while (nr < 4) {
		dma_blocks[nr] = alloc_pages(GFP_DMA | __GFP_NOWARN, MAX_PAGE_ORDER);
		if (!dma_blocks[nr])
			break;
		nr++;
	}
	return nr;
}

static void free_dma_blocks(unsigned int nr)
{
	while (nr--)
		if (dma_blocks[nr])
			__free_pages(dma_blocks[nr], MAX_PAGE_ORDER);
}

static bool fail_all(gfp_t gfp, unsigned int order)
{
	hook_calls++;
	hook_gfp = gfp;
	hook_order = order;
	return true;
}

static void page_alloc_fault_hook_sees_all(struct kunit *test)
{
	struct page *page;

	free_page(__get_free_page(GFP_KERNEL));		/* there is stock, and yet: */
	hook_reset(test);
	page_alloc_set_should_fail(fail_all);
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, __get_free_pages(GFP_ATOMIC, 3), 0);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_DMA, 7));
	KUNIT_EXPECT_EQ(test, hook_calls, 3);
	KUNIT_EXPECT_EQ(test, hook_gfp, GFP_DMA);
	KUNIT_EXPECT_EQ(test, hook_order, 7);
	page = NULL;
	KUNIT_EXPECT_EQ(test, alloc_pages_bulk(GFP_KERNEL, 1, &page), 0);
	page = alloc_page(GFP_KERNEL | __GFP_NOFAIL);	/* is exempt */
	KUNIT_EXPECT_NOT_NULL(test, page);
	page_alloc_set_should_fail(NULL);
	__free_page(page);
	page = alloc_page(GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, page);
	__free_page(page);
}

static void count_report(gfp_t gfp, unsigned int order)
{
	fail_all(gfp, order);
}

static void page_alloc_failure_is_reported(struct kunit *test)
{
	unsigned int nr = take_dma_blocks();
	const char *text;

	hook_reset(test);
	report_start(test);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_DMA, MAX_PAGE_ORDER));
	text = report_stop(test);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "swapper/0: page allocation failure: "
				  "order:10, mode:0x1(GFP_DMA), nodemask=(null)"), "%s", text);
	ratelimit_reset(&page_alloc_ratelimit);
	page_alloc_set_failure_report(count_report);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_DMA | __GFP_NOWARN, MAX_PAGE_ORDER));
	KUNIT_EXPECT_EQ(test, hook_calls, 0);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_DMA, MAX_PAGE_ORDER));
	KUNIT_EXPECT_EQ(test, hook_calls, 1);
	KUNIT_EXPECT_EQ(test, hook_order, MAX_PAGE_ORDER);
	free_dma_blocks(nr);
}

static unsigned long reclaim_one(gfp_t gfp, unsigned int order)
{
	fail_all(gfp, order);
	if (!hook_page)
		return 0;
	__free_pages(hook_page, MAX_PAGE_ORDER);
	hook_page = NULL;
	return 1UL << MAX_PAGE_ORDER;
}

static void page_alloc_reclaims_when_it_may_sleep(struct kunit *test)
{
	unsigned int nr = take_dma_blocks();

	if (!nr)
		kunit_skip(test, "no 4 MiB block below 16 MiB");
	hook_reset(test);
	page_alloc_set_reclaim(reclaim_one);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_DMA | __GFP_NOWARN, MAX_PAGE_ORDER));
	KUNIT_EXPECT_EQ(test, hook_calls, 0);
	hook_page = dma_blocks[nr - 1];
	dma_blocks[nr - 1] = alloc_pages(GFP_KERNEL | GFP_DMA | __GFP_NOWARN, MAX_PAGE_ORDER);
	KUNIT_EXPECT_NOT_NULL(test, dma_blocks[nr - 1]);
	KUNIT_EXPECT_EQ(test, hook_calls, 1);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | GFP_DMA | __GFP_NOWARN |
					    __GFP_NORETRY, MAX_PAGE_ORDER));
	KUNIT_EXPECT_EQ(test, hook_calls, 2);
	free_dma_blocks(nr);
}

static void count_wake(struct zone *z, unsigned int order)
{
	hook_calls++;
}

/* Between min and low: kswapd is woken, and the request succeeds. */
static void page_alloc_wakes_kswapd_below_low(struct kunit *test)
{
	unsigned long marks[MAX_NR_ZONES];
	struct page *page;
	int i;

	hook_reset(test);
	drain_all_pages(NULL);
	page_alloc_set_wake_kswapd(count_wake);
	for (i = 0; i < MAX_NR_ZONES; i++) {
		marks[i] = zones[i].watermark[WMARK_LOW];
		zones[i].watermark[WMARK_LOW] = totalram_pages();
	}
	page = alloc_pages(GFP_KERNEL, 4);
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_GE(test, hook_calls, 1);
	hook_calls = 0;
	__free_pages(page, 4);
	page = alloc_pages(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM, 4);
	KUNIT_EXPECT_EQ(test, hook_calls, 0);
	for (i = 0; i < MAX_NR_ZONES; i++)
		zones[i].watermark[WMARK_LOW] = marks[i];
	__free_pages(page, 4);
}

/* ---- all of memory --------------------------------------------------------------- */

#define EXHAUST_LIMIT	(320UL << (20 - PAGE_SHIFT))	/* larger machines take too long here */

/* Pages linked through their own first word. */
static unsigned long chain_take(unsigned long **head, gfp_t gfp)
{
	unsigned long *page, nr = 0;

	while ((page = (unsigned long *)__get_free_page(gfp | __GFP_NOWARN)) != NULL) {
		*page = (unsigned long)*head;
		*head = page;
		nr++;
	}
	return nr;
}

static void chain_free(unsigned long *head)
{
	unsigned long *next;

	for (; head; head = next) {
		next = (unsigned long *)*head;
		free_page((unsigned long)head);
	}
}

/*
 * Each mask takes what it may and stops where the arithmetic says.  The best zone has no
 * reserve against this request, so its free pages are what the mark leaves.
 */
static void page_alloc_exhaustion(struct kunit *test)
{
	unsigned long *chain = NULL, min, got;
	struct zone *z = zones + ZONE_NORMAL;
	char msg[128] = "";

	while (!z->managed_pages)
		z--;
	if (totalram_pages() > EXHAUST_LIMIT)
		kunit_skip(test, "more than 320 MiB");
	min = min_wmark_pages(z);
	got = chain_take(&chain, GFP_KERNEL);
	KUNIT_EXPECT_GT(test, got, 0);
	KUNIT_EXPECT_EQ(test, zone_free_pages(z), min);
	KUNIT_EXPECT_EQ(test, nr_free_pcp_pages(), 0);
	KUNIT_EXPECT_EQ(test, chain_take(&chain, GFP_NOWAIT), 0);
	got = chain_take(&chain, GFP_ATOMIC);
	KUNIT_EXPECT_EQ(test, zone_free_pages(z), min - min / 2 - (min - min / 2) / 4);
	KUNIT_EXPECT_EQ(test, chain_take(&chain, GFP_KERNEL | __GFP_HIGH), 0);
	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
	got = chain_take(&chain, GFP_ATOMIC | __GFP_MEMALLOC);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), 0);
	KUNIT_EXPECT_GT(test, got, 0);
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_KERNEL | __GFP_NOWARN));
	chain_free(chain);
	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
	KUNIT_EXPECT_GT(test, this_cpu_ptr(z->pcp)->open, 0);
}

static void page_alloc_nofail_must_be_able_to_sleep(struct kunit *test)
{
	unsigned int nr = take_dma_blocks();

	report_start(test);		/* a warning, once */
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_DMA | __GFP_NOFAIL | __GFP_NOWARN,
					    MAX_PAGE_ORDER));
	report_stop(test);
	free_dma_blocks(nr);
}

static struct kunit_case page_alloc_cases[] = {
	KUNIT_CASE(page_alloc_every_order),
	KUNIT_CASE(page_alloc_zero_every_order),
	KUNIT_CASE(page_alloc_by_address),
	KUNIT_CASE(page_alloc_dma_is_strict),
	KUNIT_CASE(page_alloc_prefers_high_zones),
	KUNIT_CASE(page_alloc_null_is_free),
	KUNIT_CASE(page_alloc_order_too_large),
	KUNIT_CASE(page_alloc_exact),
	KUNIT_CASE(page_alloc_exact_refuses_compound),
	KUNIT_CASE(page_alloc_split),
	KUNIT_CASE(page_alloc_bulk_fills_the_gaps),
	KUNIT_CASE(page_alloc_free_with_reference),
	KUNIT_CASE(page_alloc_burst),
	KUNIT_CASE(page_alloc_random),
	KUNIT_CASE_PARAM(page_alloc_wrong_free, wrong_free_gen_params),
	KUNIT_CASE(page_alloc_fault_hook_sees_all),
	KUNIT_CASE(page_alloc_failure_is_reported),
	KUNIT_CASE(page_alloc_reclaims_when_it_may_sleep),
	KUNIT_CASE(page_alloc_wakes_kswapd_below_low),
	KUNIT_CASE(page_alloc_exhaustion),
	KUNIT_CASE(page_alloc_nofail_must_be_able_to_sleep),
	{}
};

static struct kunit_suite page_alloc_suite = {
	.name = "page_alloc",
	.test_cases = page_alloc_cases,
};
kunit_test_suite(page_alloc_suite);
