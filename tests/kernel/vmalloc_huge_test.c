/* SPDX-License-Identifier: MIT */
/* vmalloc_huge_test.c - areas that are mapped 2 MiB at a time, as far as memory has such blocks */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "../../mm/vmap.h"

#define PIECES		3
#define SIZE		(PIECES * PMD_SIZE + 5 * PAGE_SIZE)

/* Pieces of p that one entry maps. */
static unsigned int large_pieces(const char *p, unsigned long size)
{
	unsigned int nr = 0;
	unsigned long at;

	for (at = 0; at + PMD_SIZE <= size; at += PMD_SIZE)
		nr += !vmap_table_lookup((unsigned long)p + at) && vmalloc_to_pfn(p + at);
	return nr;
}

/* Each page has what was written to it, by either way. */
static unsigned int wrong_pages(char *p, unsigned long size)
{
	unsigned int wrong = 0;
	unsigned long at;

	for (at = 0; at < size; at += PAGE_SIZE)
		*(u64 *)(p + at) = at ^ 0x51ab;
	for (at = 0; at < size; at += PAGE_SIZE)
		wrong += *(u64 *)(p + at) != (at ^ 0x51ab) ||
			 *(u64 *)page_address(vmalloc_to_page(p + at)) != (at ^ 0x51ab);
	return wrong;
}

static void verify(struct kunit *test)
{
	char msg[160] = "";

	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
}

static void *huge_area(unsigned long size)
{
	return vmalloc_huge(size, GFP_KERNEL | __GFP_NOWARN);
}

static void pieces_of_2_mib(struct kunit *test)
{
	const unsigned long tables = page_owner_pages(PAGE_OWNER_PGTABLE);
	void *low = vmalloc(PAGE_SIZE);
	struct page *block;
	char *p;

	vm_unmap_aliases();
	block = alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_PAGE_ORDER);
	if (!block) {
		vfree(low);
		kunit_skip(test, "memory is in pieces");
	}
	__free_pages(block, MAX_PAGE_ORDER);
	p = huge_area(SIZE);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, (unsigned long)p % PMD_SIZE, 0UL);
	KUNIT_EXPECT_GE(test, large_pieces(p, SIZE), 2U);
	KUNIT_EXPECT_EQ(test, wrong_pages(p, SIZE), 0U);
	KUNIT_EXPECT_EQ(test, probe_read(p + SIZE), (long)-EFAULT);
	verify(test);
	vfree(p);
	verify(test);				/* while it waits */
	vm_unmap_aliases();
	KUNIT_EXPECT_EQ(test, probe_read(p), (long)-EFAULT);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), tables);
	vfree(low);
}

static unsigned int large_left;

static bool few_large_blocks(gfp_t gfp, unsigned int order)
{
	if (order < PMD_SHIFT - PAGE_SHIFT)
		return false;
	return !large_left || !large_left--;
}

static void small_pages_where_there_is_no_block(struct kunit *test)
{
	char *p;

	for (large_left = 0; large_left < PIECES; large_left++) {
		const unsigned int want = large_left;

		page_alloc_set_should_fail(few_large_blocks);
		p = huge_area(SIZE);
		page_alloc_set_should_fail(NULL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_LE(test, large_pieces(p, SIZE), want);
		KUNIT_EXPECT_EQ(test, wrong_pages(p, SIZE), 0U);
		verify(test);
		vfree(p);
		large_left = want;
	}
	vm_unmap_aliases();
	verify(test);
}

static unsigned int fail_at, asked, fail_rest;
static struct task_struct *who_fails;	/* and not others who need pages meanwhile */

static bool fail_this(gfp_t gfp, unsigned int order)
{
	if (!in_task() || current != who_fails)
		return false;
	asked++;
	return asked == fail_at || (fail_rest && asked > fail_at);
}

static void sweep(struct kunit *test, unsigned int rest)
{
	const unsigned long pages = page_owner_pages(PAGE_OWNER_VMALLOC);
	const unsigned long tables = page_owner_pages(PAGE_OWNER_PGTABLE);
	void *p;

	fail_rest = rest;
	who_fails = current;
	for (fail_at = 1; fail_at < 60; fail_at++) {
		asked = 0;
		page_alloc_set_should_fail(fail_this);
		p = huge_area(SIZE);
		page_alloc_set_should_fail(NULL);
		vfree(p);
		vm_unmap_aliases();
		KUNIT_ASSERT_EQ(test, page_owner_pages(PAGE_OWNER_VMALLOC), pages);
		KUNIT_ASSERT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), tables);
		verify(test);
		if (asked < fail_at)
			break;
	}
	KUNIT_EXPECT_GT(test, fail_at, 5U);
}

static void each_failing_allocation_unwinds(struct kunit *test)
{
	vm_unmap_aliases();
	sweep(test, false);
	sweep(test, true);
}

/* The lowest 2 MiB have a table that stays: small pages there, large ones behind. */
static void the_table_that_is_kept_stays(struct kunit *test)
{
	unsigned long addr = VMALLOC_START;
	struct vm_struct area;

	vm_unmap_aliases();
	if (vmalloc_next_area(0, &area) && area.addr < VMALLOC_START + PMD_SIZE)
		kunit_skip(test, "somebody is there");
	KUNIT_ASSERT_EQ(test, vmap_table_reserve_large(addr, addr + 2 * PMD_SIZE, GFP_KERNEL), 0);
	KUNIT_EXPECT_FALSE(test, vmap_table_is_open(addr));
	KUNIT_EXPECT_TRUE(test, vmap_table_is_open(addr + PMD_SIZE));
	KUNIT_EXPECT_EQ(test, vmap_table_narrow(addr + PMD_SIZE, GFP_KERNEL), 0);
	KUNIT_EXPECT_FALSE(test, vmap_table_is_open(addr + PMD_SIZE));
	vmap_table_release(addr, addr + 2 * PMD_SIZE);
	vmap_table_sweep(addr, addr + 2 * PMD_SIZE);
	verify(test);
}

static void kvmalloc_takes_them_too(struct kunit *test)
{
	const size_t size = 3 * PMD_SIZE;
	char *p = kvmalloc(size, GFP_KERNEL | __GFP_NOWARN), *q;

	if (!p)
		kunit_skip(test, "not enough memory");
	KUNIT_EXPECT_EQ(test, wrong_pages(p, size), 0U);
	q = kvrealloc(p, size + PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN);
	if (q)
		KUNIT_EXPECT_EQ(test, *(u64 *)(q + size - PAGE_SIZE),
				(u64)(size - PAGE_SIZE) ^ 0x51ab);
	kvfree(q ? q : p);
}

static struct kunit_case vmalloc_huge_cases[] = {
	KUNIT_CASE(pieces_of_2_mib),
	KUNIT_CASE(small_pages_where_there_is_no_block),
	KUNIT_CASE(each_failing_allocation_unwinds),
	KUNIT_CASE(the_table_that_is_kept_stays),
	KUNIT_CASE(kvmalloc_takes_them_too),
	{}
};

static struct kunit_suite vmalloc_huge_suite = {
	.name = "vmalloc_huge",
	.test_cases = vmalloc_huge_cases,
};
kunit_test_suite(vmalloc_huge_suite);
