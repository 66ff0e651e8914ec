/* SPDX-License-Identifier: MIT */
/* whatis_test.c - what is known of addresses of every kind */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/section.h>
#include <linux/slab.h>
#include <linux/stats.h>
#include <linux/vmalloc.h>

#include "../../mm/vmap.h"

static char text[2048], want[512];
static struct seq_file m;

static const char *whatis(const void *p)
{
	seq_to_buffer(&m, text, sizeof(text));
	stats_whatis(&m, (unsigned long)p);
	return text;
}

static void expect_has(struct kunit *test, const char *s, const char *part)
{
	if (!strstr(s, part))
		KUNIT_FAIL(test, "no '%s' in: %s", part, s);
}

static void knows_pages(struct kunit *test)
{
	char *p = (char *)__get_free_pages(GFP_KERNEL, 2);
	unsigned long pfn = virt_to_pfn(p);

	snprintf(want, sizeof(want), "0x%px: direct map, physical 0x%016llx\npage: pfn 0x%lx in a "
		 "block of order 2 at pfn 0x%lx, owner pages, zone %s, 1 reference\n",
		 p + PAGE_SIZE + 7, __pa(p + PAGE_SIZE + 7), pfn + 1, pfn,
		 page_zone(pfn_to_page(pfn))->name);
	KUNIT_EXPECT_STREQ(test, whatis(p + PAGE_SIZE + 7), want);
	get_page(pfn_to_page(pfn));
	expect_has(test, whatis(p), "2 references\n");
	expect_has(test, whatis(pfn_to_page(pfn)), "struct pages\npage: pfn ");
	put_page(pfn_to_page(pfn));
	free_pages((unsigned long)p, 2);
	expect_has(test, whatis(__va(memblock_end_of_DRAM() + (1ULL << 30))), "(no RAM)");
}

static void knows_objects(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("whatis-test", 96, 0, 0, NULL);
	char *p, *q, *big = kmalloc(3 * PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	q = kmem_cache_alloc(s, GFP_KERNEL);
	snprintf(want, sizeof(want), " of cache whatis-test at 0x%px + 0x5, live\n", p);
	expect_has(test, whatis(p + 5), want);
	expect_has(test, whatis(p), "owner slab, zone ");
	kmem_cache_free(s, q);
	snprintf(want, sizeof(want), " of cache whatis-test at 0x%px + 0x0, free\n", q);
	expect_has(test, whatis(q), want);
	/* 96 does not divide a slab: a rest remains. */
	expect_has(test, whatis((void *)PAGE_ALIGN((unsigned long)p + 1) - 1), "whatis-test");
	expect_has(test, whatis(big), "owner kmalloc");
	kfree(big);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void knows_areas(struct kunit *test)
{
	char *p = vmalloc(2 * PAGE_SIZE);
	char __iomem *io = ioremap(0xa0000, 64);
	vmalloc_defer_fn *hook;

	snprintf(want, sizeof(want),
		 "0x%px: vmalloc range\narea: 0x%px-0x%px, 2 pages by %pS\npage: "
		 "pfn 0x%lx in a block of order 1",
		 p + PAGE_SIZE, p, p + 3 * PAGE_SIZE, (void *)find_vm_area(p)->caller,
		 vmalloc_to_pfn(p + PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, strstarts(whatis(p + PAGE_SIZE), want));
	expect_has(test, text, "owner vmalloc");
	expect_has(test, whatis(p + 2 * PAGE_SIZE), "page: none, the guard page\n");
	expect_has(test, whatis((void *)io + 3), "page: device memory at 0xa0003\n");
	iounmap(io);
	hook = vmalloc_set_defer_hook(NULL);	/* or a worker is faster */
	vfree_atomic(p);
	expect_has(test, whatis(p), ", being freed\n");
	vmalloc_drain();
	vmalloc_set_defer_hook(hook);
	expect_has(test, whatis((void *)(VMALLOC_END - 1)), "area: none, the address is free\n");
}

/* Broken on purpose, and repaired: it says what it sees. */
static void survives_corruption(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL), *slab;
	void *p = kmalloc(64, GFP_KERNEL);
	u64 meta = page->meta;
	u16 cache;

	page->meta = 0;
	expect_has(test, whatis(page_address(page)), "is in no block: struct pages are corrupt\n");
	page->meta = meta;
	__free_page(page);
	slab = virt_to_page(p);
	cache = slab->cache;
	slab->cache = (SLAB_NR_CACHES - 1) << SLAB_ID_SHIFT;
	expect_has(test, whatis(p), "object: of a cache that is gone (id 32704)\n");
	slab->cache = cache;
	kfree(p);
}

static void knows_page_tables(struct kunit *test)
{
	unsigned long table = (unsigned long)vmap_table_lookup(VMALLOC_START);

	expect_has(test, whatis((void *)table), "owner pgtable, zone ");
	expect_has(test, text, " entries\n");
}

static void answers_for_any_address(struct kunit *test)
{
	expect_has(test, whatis(NULL), "0x0000000000000000: NULL page, never mapped\n");
	expect_has(test, whatis((void *)(1UL << 44)), "no range of the kernel's\n");
	expect_has(test, whatis((void *)answers_for_any_address), ": kernel text\nsymbol: ");
	expect_has(test, whatis(text), ": kernel data\nsymbol: ");
	expect_has(test, whatis(__va(1ULL << 43)), "direct map, physical 0x0000080000000000\n");
	whatis((void *)~0UL);
	whatis((void *)(VMEMMAP_START + (1UL << 35)));
	expect_has(test, text, "struct pages\npage: pfn 0x80000000 has no struct page (no RAM)");
}

static void dormant_ram_is_named_so(struct kunit *test)
{
	unsigned long nr;

	for (nr = 0; nr < section_map.nr; nr++) {
		if (section_online(nr) || !memblock_is_memory((u64)nr << SECTION_SHIFT))
			continue;
		expect_has(test, whatis(__va((u64)nr << SECTION_SHIFT)), "(dormant RAM)");
		return;
	}
	kunit_skip(test, "all RAM has been brought in");
}

static struct kunit_case whatis_cases[] = {
	KUNIT_CASE(knows_pages),
	KUNIT_CASE(knows_objects),
	KUNIT_CASE(knows_areas),
	KUNIT_CASE(survives_corruption),
	KUNIT_CASE(knows_page_tables),
	KUNIT_CASE(answers_for_any_address),
	KUNIT_CASE(dormant_ram_is_named_so),
	{}
};

static struct kunit_suite whatis_suite = { .name = "whatis", .test_cases = whatis_cases };
kunit_test_suite(whatis_suite);
