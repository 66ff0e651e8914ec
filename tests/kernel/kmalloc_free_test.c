/* SPDX-License-Identifier: MIT */
/* Frees of what may not be freed: each is named, counted, and changes nothing. */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/section.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/string.h>

#include "slab_fixture.h"

/* Try to free p; the report must say so, one way or another, and nothing may change. */
static void refused(struct kunit *test, void *p, const char *why)
{
	unsigned long errors;
	char msg[160] = "";
	bool kept;

	report_begin(&report);
	errors = free_wrongly(NULL, p, &kept);
	report_end(&report);
	EXPECT_REPORT(test, &report, why);
	EXPECT_REPORT(test, &report, "not freed");
	KUNIT_EXPECT_EQ(test, errors, 2);
	KUNIT_EXPECT_TRUE(test, kept);
	KUNIT_EXPECT_TRUE_MSG(test, slab_verify(msg, sizeof(msg)), "%s", msg);
}

/* What kfree_sensitive() is handed by mistake keeps its bytes, and so do its neighbours. */
static void sensitive_free_of_no_live_object(struct kunit *test)
{
	static struct report report;
	unsigned long *p = kmalloc(64, GFP_KERNEL), *q;
	unsigned long errors;
	char msg[160];

	p[4] = 5;
	report_begin(&report);
	kfree_sensitive(p + 1);
	report_end(&report);
	EXPECT_REPORT(test, &report, "not freed");
	KUNIT_EXPECT_EQ(test, p[4], 5UL);
	report_begin(&report);
	kvfree_sensitive(p + 1, 64);
	report_end(&report);
	EXPECT_REPORT(test, &report, "not freed");
	KUNIT_EXPECT_EQ(test, p[4], 5UL);
	errors = slab_error_count();
	q = kmalloc(64, GFP_KERNEL);
	kfree(q);
	kfree(p);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
	report_begin(&report);
	kfree_sensitive(p);
	report_end(&report);
	EXPECT_REPORT(test, &report, "not freed");
	KUNIT_EXPECT_TRUE_MSG(test, slab_verify(msg, sizeof(msg)), "%s", msg);
}

static void double_free_at_once(struct kunit *test)
{
	static const size_t size[] = { 8, 64, 96, 192, 1024, 8192 };
	unsigned int i;
	void *p;

	for (i = 0; i < ARRAY_SIZE(size); i++) {
		p = __kmalloc(size[i], GFP_KERNEL);
		kfree(p);
		refused(test, p, "): Object already free");
	}
}

/* Others freed in between, so that the object lies deep in the stock. */
static void double_free_later(struct kunit *test)
{
	void *p[40];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kmalloc(64, GFP_KERNEL);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		kfree(p[i]);
	for (i = 0; i < ARRAY_SIZE(p); i += 13)
		refused(test, p[i], "BUG kmalloc-64 (");
}

/* The object has gone from the stock to its slab's own list, which another one keeps. */
static void double_free_in_the_slab(struct kunit *test)
{
	void *taken[100], *p = NULL;
	unsigned int nr, i;

	/* Until two in a row are of one slab: some slabs may have room for one only. */
	for (nr = 0; nr < ARRAY_SIZE(taken) && !p; nr++) {
		taken[nr] = kmalloc(128, GFP_KERNEL);
		if (nr && virt_to_head_page(taken[nr - 1]) == virt_to_head_page(taken[nr]))
			p = taken[nr];
	}
	KUNIT_ASSERT_NOT_NULL(test, p);
	kfree(p);
	slab_drain_all();
	refused(test, p, "Object already free");
	for (i = 0; i < nr - 1; i++)
		kfree(taken[i]);
}

/* And then its page is free. */
static void double_free_after_the_slab(struct kunit *test)
{
	void *p[3];
	unsigned int i;

	for (i = 0; i < 3; i++)
		p[i] = kmalloc(2048, GFP_KERNEL);
	for (i = 0; i < 3; i++)
		kfree(p[i]);
	slab_drain_all();
	refused(test, p[0], "outside of slab");
}

static void reuse_is_not_double_free(struct kunit *test)
{
	const unsigned long errors = slab_error_count();
	unsigned int i;
	void *p;

	for (i = 0; i < 1000; i++) {
		p = kmalloc(64, GFP_KERNEL);
		kfree(p);
	}
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
}

/* Whatever a user leaves in the first word, it is not taken for a free link. */
static void contents_do_not_look_free(struct kunit *test)
{
	const unsigned long errors = slab_error_count();
	struct rnd_state rnd;
	unsigned int i;
	u64 *p, *q = kmalloc(64, GFP_KERNEL);

	prandom_seed_state(&rnd, 7);
	for (i = 0; i < 200000; i++) {
		p = kmalloc(64, GFP_KERNEL);
		switch (i % 4) {
		case 0: *p = prandom_u64_state(&rnd); break;
		case 1: *p = (u64)(unsigned long)p; break;
		case 2: *p = (u64)(unsigned long)q; break;
		case 3: *p = ~0ULL >> (i % 64); break;
		}
		kfree(p);
	}
	kfree(q);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
}

static void interior_pointers(struct kunit *test)
{
	static const size_t size[] = { 8, 64, 96, 192, 512, 8192 };
	unsigned int i;
	char *p, text[64];

	for (i = 0; i < ARRAY_SIZE(size); i++) {
		p = __kmalloc(size[i], GFP_KERNEL);
		snprintf(text, sizeof(text), "): Invalid object pointer 0x%px", p + 1);
		refused(test, p + 1, text);
		refused(test, p + size[i] - 1, "Invalid object pointer");
		if (size[i] > 8)
			refused(test, p + 8, "Invalid object pointer");
		kfree(p);
	}
}

static void interior_of_a_large_block(struct kunit *test)
{
	char *p = kmalloc(50000, GFP_KERNEL);

	refused(test, p + 1, "outside of slab");
	refused(test, p + 4096, "outside of slab");
	refused(test, p + 32768, "outside of slab");
	kfree(p);
	refused(test, p, "outside of slab");
}

/* The remainder of a slab, behind the last object. */
static void behind_the_last_object(struct kunit *test)
{
	char *p = kmalloc(96, GFP_KERNEL), *end;

	end = (char *)((unsigned long)p & PAGE_MASK) + 42 * 96;
	KUNIT_EXPECT_LT(test, offset_in_page(end), PAGE_SIZE);
	refused(test, end, "Invalid object pointer");
	kfree(p);
}

static void wild_pointers(struct kunit *test)
{
	long on_stack = 0;
	static long in_data;

	refused(test, (void *)1, "BUG kmalloc (");
	refused(test, (void *)1, "outside of slab");
	refused(test, (void *)15, "first page");
	refused(test, (void *)17, "outside of slab");
	refused(test, (void *)4096, "outside of slab");
	refused(test, &on_stack, "outside of slab");
	refused(test, &in_data, "outside of slab");
	refused(test, (void *)kfree, "outside of slab");
	refused(test, (void *)VMALLOC_START, "vmalloc space");
	refused(test, (void *)VMEMMAP_START, "outside of slab");
	refused(test, (void *)0xdead000000000100UL, "outside of slab");
	refused(test, (void *)0x6b6b6b6b6b6b6b6bUL, "outside of slab");
	refused(test, (void *)~0UL, "outside of slab");
	refused(test, __va(0), "outside of slab");
	refused(test, (void *)(DIRECT_MAP_END - 8), "outside of slab");
}

static void offline_pages(struct kunit *test)
{
	unsigned long pfn;

	for (pfn = 0; pfn_online(pfn); pfn += PAGES_PER_SECTION)
		;
	refused(test, __va(PFN_PHYS(pfn)), "no memory that is online");
}

static void pages_of_others(struct kunit *test)
{
	unsigned long addr = __get_free_page(GFP_KERNEL);

	KUNIT_ASSERT_NE(test, addr, 0);
	refused(test, (void *)addr, "is in: pages");
	free_page(addr);
	refused(test, (void *)addr, "outside of slab");
}

static void kfree_s_checks_the_size(struct kunit *test)
{
	const unsigned long errors = slab_error_count();
	void *p = kmalloc(100, GFP_KERNEL), *big = kmalloc(10000, GFP_KERNEL);

	report_begin(&report);
	kfree_s(p, 200);
	report_end(&report);
	EXPECT_REPORT(test, &report, "BUG kmalloc-128 (");
	EXPECT_REPORT(test, &report, "kfree_s: size 200, but object");
	report_begin(&report);
	kfree_s(big, 100);
	report_end(&report);
	EXPECT_REPORT(test, &report, "has 16384");
	KUNIT_EXPECT_EQ(test, slab_error_count() - errors, 4);
	kfree_s(p, 100);
	kfree_s(big, 10000);
	kfree_s(NULL, 0);
	KUNIT_EXPECT_EQ(test, slab_error_count() - errors, 4);
}

static struct kunit_case kmalloc_free_cases[] = {
	KUNIT_CASE(sensitive_free_of_no_live_object),
	KUNIT_CASE(double_free_at_once),
	KUNIT_CASE(double_free_later),
	KUNIT_CASE(double_free_in_the_slab),
	KUNIT_CASE(double_free_after_the_slab),
	KUNIT_CASE(reuse_is_not_double_free),
	KUNIT_CASE(contents_do_not_look_free),
	KUNIT_CASE(interior_pointers),
	KUNIT_CASE(interior_of_a_large_block),
	KUNIT_CASE(behind_the_last_object),
	KUNIT_CASE(wild_pointers),
	KUNIT_CASE(offline_pages),
	KUNIT_CASE(pages_of_others),
	KUNIT_CASE(kfree_s_checks_the_size),
	{}
};

static struct kunit_suite kmalloc_free_suite = {
	.name = "kmalloc_free",
	.test_cases = kmalloc_free_cases,
};
kunit_test_suite(kmalloc_free_suite);
