/* SPDX-License-Identifier: MIT */
/*
 * page_free_test.c - freeing what must not be freed: reported, counted, nothing changed
 */
#include <linux/section.h>

#include "zone_fixture.h"

static struct page *take(struct kunit *test, gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	KUNIT_ASSERT_NOT_NULL(test, page);
	return page;
}

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

/* 18 is order 2 and the flag of a compound head, to who only looks at the bits. */
static void free_order_like_flags(void *unused)
{
	page_make_compound(victim, 2);
	__free_pages(victim, PG_HEAD << 4 | 2);
	page_unmake_compound(victim, 2);
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
	/* not frame 0: a map may leave the first section out */
	other->owner = PAGE_OWNER_RESERVED;
	__free_page(other);
	other->owner = PAGE_OWNER_PAGES;
}

static void free_memmap(void *unused)
{
	unsigned long pfn = page_to_pfn(victim) & ~(PAGES_PER_SECTION - 1);

	while (pfn_to_page(pfn)->owner != PAGE_OWNER_MEMMAP)
		pfn += 1UL << pfn_to_page(pfn)->order;
	__free_pages(pfn_to_page(pfn), pfn_to_page(pfn)->order);
}

/* The one pfn that has no highest bit (rewind_page.asm): never anybody's. */
static void free_page_zero(void *unused)
{
	free_page(PAGE_OFFSET);
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

static void get_free_pg(void *unused)
{
	get_page(other);
}

static void get_slab(void *unused)
{
	other->owner = PAGE_OWNER_SLAB;
	get_page(other);
	other->owner = PAGE_OWNER_PAGES;
}

static void get_interior(void *unused)
{
	get_page(victim + 1);
}

static void get_wild_pointer(void *unused)
{
	get_page((struct page *)((char *)victim + 8));
}

static void get_too_many(void *unused)
{
	victim->refcount = 1U << 31;
	get_page(victim);
	victim->refcount = 1;
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
	{ "order like flags", free_order_like_flags, "another order", -2 },
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
	{ "page zero", free_page_zero, "", -2 },
	{ "slab page", free_slab, "belongs to another owner", -1 },
	{ "other owner", free_as_other_owner, "belongs to another owner", -2 },
	{ "compound tail", free_tail, "tail of a compound page", -2 },
	{ "no reference", free_without_reference, "has no reference", -2 },
	{ "put, no reference", put_without_reference, "nobody holds", -2 },
	{ "put a free page", put_free_page, "nobody holds", 0 },
	{ "put a wild pointer", put_wild_pointer, "has no page", -2 },
	{ "get a free page", get_free_pg, "nobody holds", 0 },
	{ "get a slab page", get_slab, "nobody holds", -1 },
	{ "get an interior page", get_interior, "nobody holds", -2 },
	{ "get a wild pointer", get_wild_pointer, "has no page", -2 },
	{ "get, 2^31 references", get_too_many, "nobody holds", -2 },
};

static void wrong_free_desc(const struct wrong_free *w, char *desc)
{
	strscpy(desc, w->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(wrong_free, wrong_frees, wrong_free_desc)

/* Freed before: it is nobody's, as long as nobody else here gets it, or gives it to the buddy. */
static void after_a_free(void *arg)
{
	const struct wrong_free *w = arg;

	preempt_disable();
	if (w->other >= 0)
		__free_pages(other, w->other);
	w->fn(NULL);
	preempt_enable();
}

static void page_free_wrong(struct kunit *test)
{
	const struct wrong_free *w = test->param_value;
	struct page saved;

	victim = take(test, GFP_KERNEL, 2);
	other = take(test, GFP_KERNEL, w->other > 0 ? w->other : 0);
	saved = *victim;
	expect_bad_page(test, after_a_free, (void *)w, w->reason);
	KUNIT_EXPECT_MEMEQ(test, &saved, victim, sizeof(saved));
	if (w->other == -1 || w->other == -2)
		__free_page(other);
	__free_pages(victim, 2);
}

static struct kunit_case page_free_cases[] = {
	KUNIT_CASE_PARAM(page_free_wrong, wrong_free_gen_params),
	{}
};

static struct kunit_suite page_free_suite = { .name = "page_free", .test_cases = page_free_cases };
kunit_test_suite(page_free_suite);
