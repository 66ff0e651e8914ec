/* SPDX-License-Identifier: MIT */
/* page_test.c - frame numbers, owners, compound heads, references, reports */
#include <linux/section.h>
#include <linux/array_size.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "again.h"
#include "zone_fixture.h"

static struct page *page_get(struct kunit *test, gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	KUNIT_ASSERT_NOT_NULL(test, page);
	return page;
}

static void page_numbers_and_addresses_agree(struct kunit *test)
{
	struct page *page = page_get(test, GFP_KERNEL, 0);
	char *addr = page_address(page);

	KUNIT_EXPECT_PTR_EQ(test, pfn_to_page(page_to_pfn(page)), page);
	KUNIT_EXPECT_PTR_EQ(test, virt_to_page(addr), page);
	KUNIT_EXPECT_PTR_EQ(test, virt_to_page(addr + PAGE_SIZE - 1), page);
	KUNIT_EXPECT_PTR_EQ(test, phys_to_page(page_to_phys(page)), page);
	KUNIT_EXPECT_PTR_EQ(test, (char *)__va(__pa(addr)), addr);
	KUNIT_EXPECT_EQ(test, virt_to_pfn(addr), page_to_pfn(page));
	KUNIT_EXPECT_PTR_EQ(test, page_zone(page), &zones[page_zonenum(page)]);
	__free_page(page);
}

static void page_struct_is_16_bytes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof(struct page), 16);
	KUNIT_EXPECT_EQ(test, offsetof(struct page, meta), 8);
	KUNIT_EXPECT_EQ(test, offsetof(struct page, refcount), 12);
}

static void page_valid_addresses(struct kunit *test)
{
	struct page *page = page_get(test, GFP_KERNEL, 0);
	unsigned long addr = (unsigned long)page_address(page);

	KUNIT_EXPECT_TRUE(test, virt_addr_valid(addr));
	KUNIT_EXPECT_TRUE(test, virt_addr_valid(addr + 4095));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(0));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(4096));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(PAGE_OFFSET - 1));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(DIRECT_MAP_END));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(VMALLOC_START));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(VMEMMAP_START));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(~0UL));
	KUNIT_EXPECT_TRUE(test, page_ptr_valid(page));
	KUNIT_EXPECT_FALSE(test, page_ptr_valid((struct page *)((char *)page + 8)));
	KUNIT_EXPECT_FALSE(test, page_ptr_valid(NULL));
	KUNIT_EXPECT_FALSE(test, page_ptr_valid((struct page *)addr));
	__free_page(page);
}

static char page_by_shift_data;

/* Where the fast path of kfree() looks for p's struct page. */
static unsigned long page_by_shift(const void *p)
{
	return (unsigned long)((long)p >> 8) & -sizeof(struct page);
}

static void page_is_a_shift_away(struct kunit *test)
{
	struct page *page = page_get(test, GFP_KERNEL, 0);
	char *addr = page_address(page);
	void *area = vmalloc(PAGE_SIZE);
	unsigned int i;
	/* mapped, but not the direct map: a look at their struct page faults */
	const void *const others[] = {
		NULL, &others, &page_by_shift_data, page_by_shift, page, area,
		(void *)VMEMMAP_START,
		(void *)(VMEMMAP_END - 1), (void *)VMALLOC_START, (void *)(VMALLOC_END - 1),
		(void *)0xdead000000000100UL, (void *)0x6b6b6b6b6b6b6b6bUL, (void *)~0UL,
		(void *)(PAGE_OFFSET - 1), (void *)DIRECT_MAP_END,
	};

	KUNIT_ASSERT_NOT_NULL(test, area);
	for (i = 0; i < PAGE_SIZE; i += PAGE_SIZE / 8 - 1)
		KUNIT_EXPECT_EQ(test, page_by_shift(addr + i), (unsigned long)page);
	KUNIT_EXPECT_EQ(test, page_by_shift((void *)PAGE_OFFSET), VMEMMAP_START);
	KUNIT_EXPECT_EQ(test, page_by_shift((void *)(DIRECT_MAP_END - 1)),
			VMEMMAP_END - sizeof(struct page));
	for (i = 0; i < ARRAY_SIZE(others); i++)
		KUNIT_EXPECT_TRUE_MSG(test, probe_read((void *)page_by_shift(others[i])),
				      "%px: %lx is mapped", others[i], page_by_shift(others[i]));
	vfree(area);
	__free_page(page);
}

static void page_fit_order_table(struct kunit *test)
{
	static const struct {
		unsigned long start, end;
		unsigned int top, want;
	} t[] = {
		{ 0, 1, 12, 0 }, { 0, 2, 12, 1 }, { 0, 3, 12, 1 }, { 0, 4096, 12, 12 },
		{ 0, 1UL << 30, 12, 12 }, { 1, 4096, 12, 0 }, { 2, 4096, 12, 1 },
		{ 6, 4096, 12, 1 }, { 8, 4096, 12, 3 }, { 8, 15, 12, 2 }, { 8, 4096, 2, 2 },
		{ 4096, 8192, 12, 12 }, { 4096, 8191, 12, 11 }, { 12, 13, 12, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t); i++)
		KUNIT_EXPECT_EQ_MSG(test, page_fit_order(t[i].start, t[i].end, t[i].top),
				    t[i].want, "row %u", i);
}

static void page_get_order_table(struct kunit *test)
{
	unsigned int order;

	KUNIT_EXPECT_EQ(test, get_order(1), 0);
	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		KUNIT_EXPECT_EQ(test, get_order(PAGE_SIZE << order), order);
		KUNIT_EXPECT_EQ(test, get_order((PAGE_SIZE << order) + 1), order + 1);
	}
}

/* ---- owners ---------------------------------------------------------------------- */

static void page_owner_names_exist(struct kunit *test)
{
	unsigned int owner;

	for (owner = 0; owner < NR_PAGE_OWNERS; owner++)
		KUNIT_EXPECT_NOT_NULL(test, page_owner_name(owner));
	KUNIT_EXPECT_STREQ(test, page_owner_name(PAGE_OWNER_SLAB), "slab");
	KUNIT_EXPECT_STREQ(test, page_owner_name(NR_PAGE_OWNERS), "corrupt");
}

static int sum_of_owners(void *sum)
{
	unsigned int owner;

	for (owner = 0; owner < NR_PAGE_OWNERS; owner++)
		*(long *)sum += page_owner_sum(owner);
	return 0;
}

/* What moves from one to the other meanwhile would be seen twice, or not at all. */
static void page_owner_sums_are_zero(struct kunit *test)
{
	long sum = 0;

	mm_while_stopped(sum_of_owners, &sum);
	KUNIT_EXPECT_EQ(test, sum, 0);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_NONE), 0);
	KUNIT_EXPECT_GT(test, page_owner_pages(PAGE_OWNER_MEMMAP), 0);
}

/* Do the counters agree?  mm_trim of another CPU gives slabs back. */
static bool owner_follows(struct kunit *test, enum page_owner owner)
{
	const unsigned long before = page_owner_pages(owner);
	struct page *page = alloc_pages_owner(GFP_KERNEL, 2, owner);
	bool does;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, page->owner, owner);
	KUNIT_EXPECT_EQ(test, (u32)page->order, 2);
	KUNIT_EXPECT_EQ(test, page->private, 0);
	KUNIT_EXPECT_EQ(test, page->refcount, owner == PAGE_OWNER_PAGES);
	does = page_owner_pages(owner) == before + 4;
	/* the refcount word is the owner's, and no obstacle */
	page->refcount = owner == PAGE_OWNER_PAGES ? 1 : 77;
	free_pages_owner(page, 2, owner);
	return does && page_owner_pages(owner) == before;
}

static void page_owner_follows_the_block(struct kunit *test)
{
	static const enum page_owner owners[] = {
		PAGE_OWNER_PAGES, PAGE_OWNER_SLAB, PAGE_OWNER_KMALLOC, PAGE_OWNER_VMALLOC,
		PAGE_OWNER_PGTABLE, PAGE_OWNER_PERCPU, PAGE_OWNER_DMA, PAGE_OWNER_STACK,
		PAGE_OWNER_SWAP,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(owners); i++)
		KUNIT_EXPECT_TRUE_MSG(test, AGAIN(owner_follows(test, owners[i])), "%s",
				      page_owner_name(owners[i]));
}

/* The table of moves, written down a second time. */
static void page_moves_table(struct kunit *test)
{
	unsigned int from, to;
	bool user_from, user_to, want;

	for (from = 0; from < NR_PAGE_OWNERS; from++)
		for (to = 0; to < NR_PAGE_OWNERS; to++) {
			user_from = from >= PAGE_OWNER_PAGES && from <= PAGE_OWNER_SWAP;
			user_to = to >= PAGE_OWNER_PAGES && to <= PAGE_OWNER_SWAP;
			want = to == PAGE_OWNER_FREE && from != PAGE_OWNER_FREE &&
			       from != PAGE_OWNER_MEMMAP;
			want |= to == PAGE_OWNER_PCP && (from == PAGE_OWNER_FREE || user_from);
			want |= to == PAGE_OWNER_BAD &&
				(from == PAGE_OWNER_FREE || from == PAGE_OWNER_PCP || user_from);
			want |= user_to && (from == PAGE_OWNER_FREE || from == PAGE_OWNER_PCP);
			want |= from == PAGE_OWNER_NONE &&
				(to == PAGE_OWNER_RESERVED || to == PAGE_OWNER_MEMMAP);
			KUNIT_EXPECT_EQ_MSG(test, page_may_move(from, to), want, "%s to %s",
					    page_owner_name(from), page_owner_name(to));
		}
}

static void illegal_move(void *ctx)
{
	page_hand_over(ctx, 0, PAGE_OWNER_SLAB, PAGE_OWNER_KMALLOC, 0);
}

static void page_illegal_move_is_a_bug(struct kunit *test)
{
	struct page *page = page_get(test, GFP_KERNEL, 0);

	local_irq_disable();
	KUNIT_EXPECT_TRUE(test, kunit_catch_panic(illegal_move, page, NULL, 0));
	local_irq_enable();
	KUNIT_EXPECT_EQ(test, page->owner, PAGE_OWNER_PAGES);
	__free_page(page);
}

static void page_reserved_pages_are_marked(struct kunit *test)
{
	struct page *page = pfn_to_page(0);

	if (!pfn_online(0))
		kunit_skip(test, "the first section is not online");
	KUNIT_EXPECT_TRUE(test, PageReserved(page));
	KUNIT_EXPECT_FALSE(test, PageBuddy(page));
	KUNIT_EXPECT_FALSE(test, PageSlab(page));
}

/* ---- compound pages and references ----------------------------------------------- */

static void page_compound_tails_find_their_head(struct kunit *test)
{
	unsigned int order, i;
	struct page *page;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		page = page_get(test, GFP_KERNEL | __GFP_COMP, order);
		KUNIT_EXPECT_EQ(test, PageHead(page), order > 0);
		KUNIT_EXPECT_EQ(test, compound_order(page), order);
		KUNIT_EXPECT_EQ(test, compound_nr(page), 1UL << order);
		KUNIT_EXPECT_EQ(test, page_size(page), PAGE_SIZE << order);
		for (i = 1; i < 1U << order; i++) {
			KUNIT_ASSERT_TRUE(test, PageTail(page + i));
			KUNIT_ASSERT_PTR_EQ(test, compound_head(page + i), page);
		}
		KUNIT_EXPECT_PTR_EQ(test, virt_to_head_page(page_address(page) +
				    (PAGE_SIZE << order) - 1), page);
		__free_pages(page, order);
	}
}

static void page_plain_block_is_not_compound(struct kunit *test)
{
	struct page *page = page_get(test, GFP_KERNEL, 3);

	KUNIT_EXPECT_FALSE(test, PageCompound(page));
	KUNIT_EXPECT_FALSE(test, PageCompound(page + 1));
	KUNIT_EXPECT_EQ(test, compound_order(page), 0);
	KUNIT_EXPECT_EQ(test, page_size(page), PAGE_SIZE);
	__free_pages(page, 3);
}

static void page_references_keep_the_block(struct kunit *test)
{
	struct page *page = page_get(test, GFP_KERNEL | __GFP_COMP, 3);

	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	get_page(page + 5);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	KUNIT_EXPECT_EQ(test, page_count(page + 7), 2);
	__free_pages(page, 3);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_EQ(test, page->owner, PAGE_OWNER_PAGES);
	put_page(page + 1);
	KUNIT_EXPECT_NE(test, page->owner, PAGE_OWNER_PAGES);
}

static void page_put_frees_the_last(struct kunit *test)
{
	unsigned long before = page_owner_pages(PAGE_OWNER_PAGES);
	unsigned int order;
	struct page *page;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		page = page_get(test, GFP_KERNEL, order);
		get_page(page);
		put_page(page);
		put_page(page);
		KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PAGES), before);
	}
}

static void page_private_is_the_owners(struct kunit *test)
{
	struct page *page = page_get(test, GFP_KERNEL, 0);

	KUNIT_EXPECT_EQ(test, page_private(page), 0);
	set_page_private(page, ~0UL);
	KUNIT_EXPECT_EQ(test, page_private(page), ~0UL);
	__free_page(page);
	page = page_get(test, GFP_KERNEL, 0);
	KUNIT_EXPECT_EQ(test, page_private(page), 0);
	__free_page(page);
}

/* ---- reports --------------------------------------------------------------------- */

static void page_report_has_linux_text(struct kunit *test)
{
	struct page *page = page_get(test, GFP_KERNEL | __GFP_COMP, 1);
	unsigned long before = page_bad_count();
	const char *text;
	char want[80];

	ratelimit_reset(&page_bad_ratelimit);
	report_start(test);
	page_report_bad(page_to_pfn(page), "a test wants it");
	text = report_stop(test);
	scnprintf(want, sizeof(want), "BUG: Bad page state in process %s  pfn:%05lx\n",
		  task_ident().comm, page_to_pfn(page));
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, want), "%s", text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "page: refcount:1 mapcount:0 mapping:0"),
				  "%s", text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "head: order:1 "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "flags: "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "raw: 0000000000000000 "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "page dumped because: a test wants it\n"));
	KUNIT_EXPECT_EQ(test, page_bad_count(), before + 1);
	__free_pages(page, 1);
}

static void page_reports_are_limited(struct kunit *test)
{
	unsigned long before = page_bad_count();
	const char *text;
	unsigned int i;

	ratelimit_reset(&page_bad_ratelimit);
	report_start(test);
	for (i = 0; i < 100; i++)
		page_report_bad(~0UL >> 12, "a flood");
	text = report_stop(test);
	KUNIT_EXPECT_EQ(test, page_bad_count(), before + 100);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "a flood"));
	ratelimit_reset(&page_bad_ratelimit);
}

static struct kunit_case page_cases[] = {
	KUNIT_CASE(page_numbers_and_addresses_agree),
	KUNIT_CASE(page_struct_is_16_bytes),
	KUNIT_CASE(page_valid_addresses),
	KUNIT_CASE(page_is_a_shift_away),
	KUNIT_CASE(page_fit_order_table),
	KUNIT_CASE(page_get_order_table),
	KUNIT_CASE(page_owner_names_exist),
	KUNIT_CASE(page_owner_sums_are_zero),
	KUNIT_CASE(page_owner_follows_the_block),
	KUNIT_CASE(page_moves_table),
	KUNIT_CASE(page_illegal_move_is_a_bug),
	KUNIT_CASE(page_reserved_pages_are_marked),
	KUNIT_CASE(page_compound_tails_find_their_head),
	KUNIT_CASE(page_plain_block_is_not_compound),
	KUNIT_CASE(page_references_keep_the_block),
	KUNIT_CASE(page_put_frees_the_last),
	KUNIT_CASE(page_private_is_the_owners),
	KUNIT_CASE(page_report_has_linux_text),
	KUNIT_CASE(page_reports_are_limited),
	{}
};

static struct kunit_suite page_suite = { .name = "page", .test_cases = page_cases };
kunit_test_suite(page_suite);
