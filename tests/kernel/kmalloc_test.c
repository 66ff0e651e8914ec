/* SPDX-License-Identifier: MIT */
/* kmalloc and its kin: sizes, zones, resizing, copies, and everything that may not be freed. */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/section.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "report.h"

static const unsigned int class_size[] = {
	8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192
};

static struct report report;

/* Size of the smallest class that holds size bytes, the slow way. */
static size_t class_of(size_t size)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(class_size); i++)
		if (size <= class_size[i])
			return class_size[i];
	return 0;
}

static const char *cache_name_of(const void *p)
{
	static char name[64];
	static char text[256];
	char *from, *to;

	printk_capture_start(text, sizeof(text));
	kmem_dump_obj((void *)p);
	printk_capture_stop();
	from = strstr(text, "slab ");
	if (!from)
		return "none";
	from += 5;
	to = strchrnul(from, ' ');
	strlcpy(name, from, min_t(size_t, sizeof(name), to - from + 1));
	return name;
}

/* ---- sizes ----------------------------------------------------------------------- */

static void every_size_fits_its_class(struct kunit *test)
{
	size_t size;
	u8 *p;

	for (size = 1; size <= 8192; size += size < 300 ? 1 : 37) {
		p = kmalloc(size, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, ksize(p), class_of(size));
		KUNIT_EXPECT_EQ(test, kmalloc_size_roundup(size), class_of(size));
		memset(p, 0xff, class_of(size));
		kfree(p);
	}
}

static void constant_and_variable_agree(struct kunit *test)
{
	volatile size_t variable = 100;
	void *a = kmalloc(100, GFP_KERNEL), *b = kmalloc(variable, GFP_KERNEL);

	KUNIT_EXPECT_EQ(test, ksize(a), ksize(b));
	KUNIT_EXPECT_EQ(test, ksize(a), 128);
	kfree(a);
	kfree(b);
}

static void index_matches_the_classes(struct kunit *test)
{
	size_t size;

	for (size = 1; size <= 8192; size++) {
		unsigned int i = kmalloc_index(size);

		KUNIT_ASSERT_EQ(test, i == 1 ? 96 : i == 2 ? 192 : 1UL << i, class_of(size));
	}
}

static void powers_of_two_are_aligned(struct kunit *test)
{
	void *p[8];
	size_t size;
	unsigned int i;

	for (size = 8; size <= 8192; size *= 2) {
		for (i = 0; i < ARRAY_SIZE(p); i++) {
			p[i] = kmalloc(size, GFP_KERNEL);
			KUNIT_EXPECT_EQ(test, (unsigned long)p[i] % min(size, PAGE_SIZE), 0);
		}
		for (i = 0; i < ARRAY_SIZE(p); i++)
			kfree(p[i]);
	}
}

static void zero_bytes_are_a_pointer_of_their_own(struct kunit *test)
{
	volatile size_t none = 0;

	KUNIT_EXPECT_PTR_EQ(test, kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_PTR_EQ(test, kmalloc(none, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_TRUE(test, ZERO_OR_NULL_PTR(kmalloc(none, GFP_KERNEL)));
	KUNIT_EXPECT_EQ(test, ksize(ZERO_SIZE_PTR), 0);
	KUNIT_EXPECT_EQ(test, ksize(NULL), 0);
	KUNIT_EXPECT_EQ(test, kmalloc_size_roundup(0), 0);
	kfree(ZERO_SIZE_PTR);
	kfree(NULL);
}

static void large_blocks_are_whole_pages(struct kunit *test)
{
	unsigned int order;
	u8 *p;

	for (order = 2; order <= KMALLOC_MAX_ORDER; order++) {
		size_t size = (PAGE_SIZE << order) - 100;

		p = kmalloc(size, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, (unsigned long)p % (PAGE_SIZE << order), 0);
		KUNIT_EXPECT_EQ(test, ksize(p), PAGE_SIZE << order);
		KUNIT_EXPECT_EQ(test, kmalloc_size_roundup(size), PAGE_SIZE << order);
		KUNIT_EXPECT_EQ(test, virt_to_page(p)->owner, PAGE_OWNER_KMALLOC);
		p[0] = p[size - 1] = 1;
		kfree(p);
	}
	p = kmalloc(8193, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, ksize(p), 16384);
	kfree(p);
}

static void too_large_is_null(struct kunit *test)
{
	static const size_t size[] = { KMALLOC_MAX_SIZE + 1, 1UL << 40, ~0UL - 4096, ~0UL };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(size); i++) {
		KUNIT_EXPECT_NULL(test, kmalloc(size[i], GFP_KERNEL | __GFP_NOWARN));
		KUNIT_EXPECT_EQ(test, kmalloc_size_roundup(size[i]), size[i]);
	}
	report_begin(&report);
	KUNIT_EXPECT_NULL(test, kmalloc(size[0], GFP_KERNEL));
	report_end(&report);
}

static void arrays_do_not_overflow(struct kunit *test)
{
	volatile size_t huge = 1UL << 62;
	u8 *p = kmalloc_array(10, 10, GFP_KERNEL), *q;

	KUNIT_EXPECT_EQ(test, ksize(p), 128);
	KUNIT_EXPECT_NULL(test, kmalloc_array(huge, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kcalloc(8, huge, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, krealloc_array(p, huge, 8, GFP_KERNEL));
	q = krealloc_array(p, 20, 10, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, ksize(q), 256);
	kfree(q);
}

static void asked_for_zeroes(struct kunit *test)
{
	static const size_t size[] = { 1, 8, 63, 64, 96, 192, 1000, 8192, 10000, 70000 };
	unsigned int i, round;
	u8 *p;

	for (round = 0; round < 2; round++)
		for (i = 0; i < ARRAY_SIZE(size); i++) {
			p = round ? kcalloc(1, size[i], GFP_KERNEL) : kzalloc(size[i], GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, p);
			KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, size[i]));
			memset(p, 0xa5, ksize(p));
			kfree(p);
		}
	p = kzalloc(64, GFP_ATOMIC);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 64));
	kfree(p);
}

static void dma_memory_is_below_16_mib(struct kunit *test)
{
	size_t size;
	void *p, *q;

	for (size = 8; size <= 65536; size *= 2) {
		p = kmalloc(size, GFP_KERNEL | GFP_DMA);
		q = kmalloc(size, GFP_DMA | GFP_ATOMIC);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_ASSERT_NOT_NULL(test, q);
		KUNIT_EXPECT_LT(test, virt_to_phys(p) + size - 1, 16UL << 20);
		KUNIT_EXPECT_LT(test, virt_to_phys(q) + size - 1, 16UL << 20);
		kfree(p);
		kfree(q);
	}
	p = kmalloc(64, GFP_DMA);
	KUNIT_EXPECT_STREQ(test, cache_name_of(p), "dma-kmalloc-64");
	kfree(p);
}

static void classes_have_linux_names(struct kunit *test)
{
	static const char *const name[] = {
		"kmalloc-8", "kmalloc-16", "kmalloc-32", "kmalloc-64", "kmalloc-96",
		"kmalloc-128", "kmalloc-192", "kmalloc-256", "kmalloc-512", "kmalloc-1k",
		"kmalloc-2k", "kmalloc-4k", "kmalloc-8k"
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(class_size); i++) {
		void *p = __kmalloc(class_size[i], GFP_KERNEL);

		KUNIT_EXPECT_STREQ(test, cache_name_of(p), name[i]);
		kfree(p);
	}
}

static void an_impossible_zone_is_fixed_up(struct kunit *test)
{
	static void *p[600];
	unsigned int i;

	report_begin(&report);
	/* Enough to need a new slab, which is where it is noticed. */
	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kmalloc(64, GFP_KERNEL | __GFP_HIGHMEM);
	report_end(&report);
	EXPECT_REPORT(test, &report, "Unexpected gfp: 0x2 (__GFP_HIGHMEM). "
		      "Fixing up to gfp: 0xcc0 (GFP_KERNEL). Fix your code!");
	for (i = 0; i < ARRAY_SIZE(p); i++)
		kfree(p[i]);
}

/* ---- resizing and copying -------------------------------------------------------- */

static void krealloc_keeps_contents(struct kunit *test)
{
	static const size_t step[] = { 1, 8, 9, 64, 65, 96, 100, 4096, 8192, 9000, 100000, 50, 3 };
	u8 *p = NULL;
	size_t old = 0, i, k;

	for (i = 0; i < ARRAY_SIZE(step); i++) {
		u8 *q = krealloc(p, step[i], GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, q);
		for (k = 0; k < min(old, step[i]); k++)
			if (q[k] != (u8)(k * 7))
				break;
		KUNIT_EXPECT_EQ(test, k, min(old, step[i]));
		for (k = 0; k < step[i]; k++)
			q[k] = k * 7;
		p = q;
		old = step[i];
	}
	KUNIT_EXPECT_PTR_EQ(test, krealloc(p, 0, GFP_KERNEL), ZERO_SIZE_PTR);
}

static void krealloc_in_place_when_it_fits(struct kunit *test)
{
	void *p = kmalloc(65, GFP_KERNEL), *q;

	q = krealloc(p, 96, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, p, q);
	q = krealloc(p, 10, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, p, q);
	kfree(q);
	p = krealloc(ZERO_SIZE_PTR, 10, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, ksize(p), 16);
	kfree(p);
}

static void krealloc_failure_keeps_the_block(struct kunit *test)
{
	u8 *p = kmalloc(100, GFP_KERNEL);

	memset(p, 0x42, 100);
	KUNIT_EXPECT_NULL(test, krealloc(p, KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x42, 100));
	kfree(p);
}

static void krealloc_from_large(struct kunit *test)
{
	u8 *p = kmalloc(20000, GFP_KERNEL), *q;

	memset(p, 0x17, 20000);
	KUNIT_EXPECT_PTR_EQ(test, krealloc(p, 32768, GFP_KERNEL), p);
	q = krealloc(p, 40000, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_NULL(test, memchr_inv(q, 0x17, 20000));
	kfree(q);
}

static void strings_are_copied(struct kunit *test)
{
	char *s = kstrdup("quarry", GFP_KERNEL);

	KUNIT_EXPECT_STREQ(test, s, "quarry");
	kfree(s);
	s = kstrdup("", GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, s, "");
	kfree(s);
	KUNIT_EXPECT_NULL(test, kstrdup(NULL, GFP_KERNEL));
	s = kstrndup("quarry", 4, GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, s, "quar");
	kfree(s);
	s = kstrndup("quarry", 40, GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, s, "quarry");
	kfree(s);
	KUNIT_EXPECT_NULL(test, kstrndup(NULL, 4, GFP_KERNEL));
	s = kmemdup_nul("ab\0cd", 5, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, memcmp(s, "ab\0cd", 6), 0);
	kfree(s);
	KUNIT_EXPECT_NULL(test, kmemdup_nul(NULL, 5, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kmemdup_nul("x", ~0UL, GFP_KERNEL));
}

static void memory_is_copied(struct kunit *test)
{
	static const u8 src[] = { 1, 2, 3, 4, 5 };
	u8 *p = kmemdup(src, sizeof(src), GFP_KERNEL);

	KUNIT_EXPECT_EQ(test, memcmp(p, src, sizeof(src)), 0);
	kfree(p);
	KUNIT_EXPECT_PTR_EQ(test, (u8 *)kmemdup(src, 0, GFP_KERNEL), (u8 *)ZERO_SIZE_PTR);
	KUNIT_EXPECT_NULL(test, kmemdup(src, KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
}

/* The next owner of the memory must not see the key.  (The first word is the free link.) */
/* 6.12: with __GFP_ZERO what is cut off is 0 when the block grows into it again. */
static void krealloc_zeroes_what_it_cuts_off(struct kunit *test)
{
	char *p = kzalloc(200, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 'x', 200);
	p = krealloc(p, 100, GFP_KERNEL | __GFP_ZERO);
	p = krealloc(p, 200, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, p[99], 'x');
	KUNIT_EXPECT_NULL(test, memchr_inv(p + 100, 0, 100));
	kfree(p);
}

static void sensitive_data_are_wiped(struct kunit *test)
{
	u8 *p = kmalloc(256, GFP_KERNEL);

	memset(p, 'K', 256);
	kfree_sensitive(p);
	KUNIT_EXPECT_NULL(test, memchr(p + 8, 'K', 248));
	p = kmalloc(20000, GFP_KERNEL);
	kfree_sensitive(p);
	kfree_sensitive(NULL);
	kfree_sensitive(ZERO_SIZE_PTR);
}

/* ---- many ------------------------------------------------------------------------ */

/* Each block carries its own address in each word. */
static void fill(u64 *p, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes / 8; i++)
		p[i] = (u64)(unsigned long)p + i;
}

static bool filled(const u64 *p, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes / 8; i++)
		if (p[i] != (u64)(unsigned long)p + i)
			return false;
	return true;
}

#define NR_MANY		512
static struct { u64 *p; size_t bytes; } many[NR_MANY];

static void random_sizes_do_not_overlap(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int i, k;
	char msg[160] = "";
	size_t bytes;

	prandom_seed_state(&rnd, kunit_seed());
	for (i = 0; i < 50000; i++) {
		k = prandom_u32_below(&rnd, NR_MANY);
		if (many[k].p) {
			KUNIT_EXPECT_TRUE(test, filled(many[k].p, many[k].bytes));
			kfree(many[k].p);
			many[k].p = NULL;
			continue;
		}
		bytes = 1 + (prandom_u32_state(&rnd) >> (19 + prandom_u32_below(&rnd, 10)));
		many[k].p = kmalloc(bytes, i & 1 ? GFP_KERNEL : GFP_ATOMIC);
		KUNIT_ASSERT_NOT_NULL(test, many[k].p);
		many[k].bytes = bytes;
		fill(many[k].p, bytes);
	}
	KUNIT_EXPECT_TRUE_MSG(test, slab_verify(msg, sizeof(msg)), "%s", msg);
	for (k = 0; k < NR_MANY; k++) {
		KUNIT_EXPECT_TRUE(test, !many[k].p || filled(many[k].p, many[k].bytes));
		kfree(many[k].p);
		many[k].p = NULL;
	}
}

static void burst(struct kunit *test)
{
	void **p = kmalloc_array(4096, sizeof(*p), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (i = 0; i < 4096; i++)
		p[i] = kmalloc(32, GFP_KERNEL);
	for (i = 0; i < 4096; i++)
		KUNIT_EXPECT_NOT_NULL(test, p[i]);
	for (i = 0; i < 4096; i++)
		kfree(p[i]);
	for (i = 0; i < 4096; i++)
		p[i] = kmalloc(8, GFP_ATOMIC);
	kfree_bulk(4096, p);
	kfree(p);
}

static struct task_struct *refused_task;	/* others shall have theirs */

static bool refuse_pages(gfp_t gfp, unsigned int order)
{
	return current == refused_task;
}

/* No page to be had: NULL from every size, and nothing has changed. */
static void no_pages_no_memory(struct kunit *test)
{
	void *list = NULL, *p;
	unsigned int i, nr;

	slab_drain_all();
	refused_task = current;
	page_alloc_set_should_fail(refuse_pages);
	for (i = 0; i < ARRAY_SIZE(class_size); i++) {
		/* What stocks are left is strung together by first words. */
		for (nr = 0; (p = __kmalloc(class_size[i], GFP_KERNEL | __GFP_NOWARN)); nr++) {
			*(void **)p = list;
			list = p;
		}
		KUNIT_EXPECT_LT(test, nr, 9000);
		while ((p = list)) {
			list = *(void **)p;
			kfree(p);
		}
	}
	KUNIT_EXPECT_NULL(test, kmalloc(100000, GFP_KERNEL | __GFP_NOWARN));
	page_alloc_set_should_fail(NULL);
}

static struct kunit_case kmalloc_cases[] = {
	KUNIT_CASE(every_size_fits_its_class),
	KUNIT_CASE(constant_and_variable_agree),
	KUNIT_CASE(index_matches_the_classes),
	KUNIT_CASE(powers_of_two_are_aligned),
	KUNIT_CASE(zero_bytes_are_a_pointer_of_their_own),
	KUNIT_CASE(large_blocks_are_whole_pages),
	KUNIT_CASE(too_large_is_null),
	KUNIT_CASE(arrays_do_not_overflow),
	KUNIT_CASE(asked_for_zeroes),
	KUNIT_CASE(dma_memory_is_below_16_mib),
	KUNIT_CASE(classes_have_linux_names),
	KUNIT_CASE(an_impossible_zone_is_fixed_up),
	KUNIT_CASE(krealloc_keeps_contents),
	KUNIT_CASE(krealloc_in_place_when_it_fits),
	KUNIT_CASE(krealloc_failure_keeps_the_block),
	KUNIT_CASE(krealloc_from_large),
	KUNIT_CASE(strings_are_copied),
	KUNIT_CASE(memory_is_copied),
	KUNIT_CASE(krealloc_zeroes_what_it_cuts_off),
	KUNIT_CASE(sensitive_data_are_wiped),
	KUNIT_CASE(random_sizes_do_not_overlap),
	KUNIT_CASE(burst),
	KUNIT_CASE(no_pages_no_memory),
	{}
};

static struct kunit_suite kmalloc_suite = {
	.name = "kmalloc",
	.test_cases = kmalloc_cases,
};
kunit_test_suite(kmalloc_suite);
