/* SPDX-License-Identifier: MIT */
/*
 * smoke_test.c - the short list that every machine and every size of memory runs
 *
 * What can go wrong with a map, not with an algorithm: memory that is not there, memory
 * that is somebody else's, two addresses for one byte, a zone that cannot be reached.
 */
#include <kunit/test.h>
#include <linux/boot_info.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define MANY	1024			/* pages, on machines that have them to spare */

static unsigned long *page_words[MANY];

/* Is all of [start, end) available according to the firmware, and nothing else? */
static bool map_says_ram(u64 start, u64 end)
{
	bool ram = false;
	u32 i;

	for (i = 0; i < boot_info.nr_ranges; i++) {
		const struct boot_range *r = &boot_info.range[i];

		if (end <= r->base || start >= r->base + r->size)
			continue;
		if (r->type != BOOT_RAM)
			return false;
		ram |= start >= r->base && end <= r->base + r->size;
	}
	return ram;
}

static void every_page_is_ram_and_its_own(struct kunit *test)
{
	unsigned long many = min_t(unsigned long, MANY, nr_free_pages() / 4);
	unsigned long i, bad = 0, not_ram = 0;

	for (i = 0; i < many; i++) {
		unsigned long *word = (unsigned long *)__get_free_page(GFP_KERNEL);

		if (!word)
			break;
		page_words[i] = word;
		not_ram += !map_says_ram(__pa(word), __pa(word) + PAGE_SIZE);
		word[0] = word[PAGE_SIZE / sizeof(long) - 1] = (unsigned long)word;
	}
	KUNIT_EXPECT_EQ(test, i, many);
	while (i--) {
		unsigned long *word = page_words[i];

		bad += word[0] != (unsigned long)word;
		bad += word[PAGE_SIZE / sizeof(long) - 1] != (unsigned long)word;
		free_page((unsigned long)word);
	}
	KUNIT_EXPECT_EQ(test, bad, 0UL);
	KUNIT_EXPECT_EQ(test, not_ram, 0UL);
}

static void zones_keep_their_bounds(struct kunit *test)
{
	struct page *dma = alloc_page(GFP_KERNEL | GFP_DMA);
	struct page *dma32 = alloc_page(GFP_KERNEL | GFP_DMA32);

	KUNIT_EXPECT_NOT_NULL(test, dma);
	KUNIT_EXPECT_NOT_NULL(test, dma32);
	if (dma) {
		KUNIT_EXPECT_LT(test, page_to_phys(dma), (phys_addr_t)16 << 20);
		__free_page(dma);
	}
	if (dma32) {
		KUNIT_EXPECT_LT(test, page_to_phys(dma32), (phys_addr_t)4 << 30);
		__free_page(dma32);
	}
}

static void highest_zone_serves_first(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct zone *z, *top = NULL;

	for_each_populated_zone(z)
		top = z;
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_PTR_EQ(test, pfn_zone(page_to_pfn(page)), top);
	__free_page(page);
}

static void every_layer_answers(struct kunit *test)
{
	char *small = kmalloc(100, GFP_KERNEL);
	char *large = kmalloc(64 << 10, GFP_KERNEL);
	char *virt = vmalloc(256 << 10);

	KUNIT_EXPECT_NOT_NULL(test, small);
	KUNIT_EXPECT_NOT_NULL(test, large);
	KUNIT_EXPECT_NOT_NULL(test, virt);
	if (small && large && virt) {
		memset(small, 1, 100);
		memset(large, 2, 64 << 10);
		memset(virt, 3, 256 << 10);
		KUNIT_EXPECT_EQ(test, small[99], 1);
		KUNIT_EXPECT_EQ(test, large[(64 << 10) - 1], 2);
		KUNIT_EXPECT_EQ(test, virt[0], 3);
	}
	vfree(virt);
	kfree(large);
	kfree(small);
}

static void everything_verifies(struct kunit *test)
{
	char msg[160] = "";

	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
}

static struct kunit_case smoke_cases[] = {
	KUNIT_CASE(every_page_is_ram_and_its_own),
	KUNIT_CASE(zones_keep_their_bounds),
	KUNIT_CASE(highest_zone_serves_first),
	KUNIT_CASE(every_layer_answers),
	KUNIT_CASE(everything_verifies),
	{}
};

static struct kunit_suite smoke_suite = {
	.name = "smoke",
	.test_cases = smoke_cases,
};
kunit_test_suite(smoke_suite);
