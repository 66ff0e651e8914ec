/* SPDX-License-Identifier: MIT */
/*
 * bootmem_test.c - Linux's names on the kernel's own memblock, and the historic ones
 *
 * The kernel handed its boot memory over long ago, so each case puts another memblock in
 * its place, over 64 KiB of pages that it allocated; nothing allocates meanwhile, for
 * section.c reads the real one.
 */
#include <kunit/test.h>
#include <linux/bootmem.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/sizes.h>

#define ROOM_ORDER	4
#define ROOM_SIZE	(PAGE_SIZE << ROOM_ORDER)

static struct memblock saved;		/* the real one */
static bool swapped;
static char *room;			/* all memory there is, for these cases */
static phys_addr_t base;
static char log[4096], msg[256];

static void *room_map(struct memblock *mb, phys_addr_t at, phys_addr_t size)
{
	return __va(at);
}

static phys_addr_t room_unmap(struct memblock *mb, const void *ptr)
{
	return __pa(ptr);
}

static const struct memblock_ops room_ops = { .map = room_map, .unmap = room_unmap };

static int bootmem_init(struct kunit *test)
{
	room = (char *)__get_free_pages(GFP_KERNEL | GFP_DMA32, ROOM_ORDER);
	if (!room)
		return -ENOMEM;
	base = __pa(room);
	saved = memblock;
	swapped = true;
	memblock_init_in(&memblock, &room_ops);
	return memblock_add(base, ROOM_SIZE);
}

static void bootmem_exit(struct kunit *test)
{
	printk_capture_stop();
	if (swapped)
		memblock = saved;
	swapped = false;
	free_pages((unsigned long)room, ROOM_ORDER);
	room = NULL;
}

/* ---- lists and questions ------------------------------------------------------------- */

static void lists(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, memblock_start_of_DRAM(), base);
	KUNIT_EXPECT_EQ(test, memblock_end_of_DRAM(), base + ROOM_SIZE);
	KUNIT_EXPECT_EQ(test, memblock_phys_mem_size(), (phys_addr_t)ROOM_SIZE);
	KUNIT_EXPECT_EQ(test, memblock_add_node(base + ROOM_SIZE, SZ_8K, 1, MEMBLOCK_NONE), 0);
	KUNIT_EXPECT_EQ(test, memblock_mark_nomap(base + ROOM_SIZE, SZ_4K), 0);
	KUNIT_EXPECT_TRUE(test, memblock_is_memory(base + ROOM_SIZE));
	KUNIT_EXPECT_FALSE(test, memblock_is_map_memory(base + ROOM_SIZE));
	KUNIT_EXPECT_TRUE(test, memblock_is_map_memory(base));
	KUNIT_EXPECT_FALSE(test, memblock_is_map_memory(base - 1));
	KUNIT_EXPECT_TRUE(test, memblock_is_region_memory(base + SZ_4K, ROOM_SIZE));
	KUNIT_EXPECT_FALSE(test, memblock_is_region_memory(base, PHYS_ADDR_MAX));
	KUNIT_EXPECT_EQ(test, memblock_reserve(base + SZ_4K, SZ_4K), 0);
	KUNIT_EXPECT_TRUE(test, memblock_is_reserved(base + SZ_4K));
	KUNIT_EXPECT_TRUE(test, memblock_is_region_reserved(base, SZ_8K));
	KUNIT_EXPECT_FALSE(test, memblock_is_region_reserved(base, SZ_4K));
	KUNIT_EXPECT_EQ(test, memblock_reserved_size(), (phys_addr_t)SZ_4K);
	KUNIT_EXPECT_EQ(test, memblock_phys_free(base, SZ_64K), 0);
	KUNIT_EXPECT_EQ(test, memblock_reserved_size(), 0ULL);
	KUNIT_EXPECT_EQ(test, memblock_set_node(base, SZ_4K, &memblock.memory, 3), 0);
	KUNIT_EXPECT_EQ(test, memblock_set_node(base, SZ_4K, &memblock.reserved, 3), 0);
	KUNIT_EXPECT_EQ(test, memblock.memory.regions[0].nid, 3);
	KUNIT_EXPECT_EQ(test, memblock_remove(base + ROOM_SIZE, SZ_64K), 0);
	KUNIT_EXPECT_EQ(test, memblock_phys_mem_size(), (phys_addr_t)ROOM_SIZE);
	memblock_remove(0, PHYS_ADDR_MAX);
	KUNIT_EXPECT_EQ(test, memblock_start_of_DRAM(), 0ULL);
	KUNIT_EXPECT_EQ(test, memblock_end_of_DRAM(), 0ULL);
}

static void limits(struct kunit *test)
{
	memblock_add(base + ROOM_SIZE, SZ_2K);
	memblock_trim_memory(PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, memblock_phys_mem_size(), (phys_addr_t)ROOM_SIZE);
	memblock_cap_memory_range(base, SZ_32K);
	KUNIT_EXPECT_EQ(test, memblock_phys_mem_size(), (phys_addr_t)SZ_32K);
	memblock_enforce_memory_limit(SZ_16K);
	KUNIT_EXPECT_EQ(test, memblock_phys_mem_size(), (phys_addr_t)SZ_16K);
	memblock_set_current_limit(base + SZ_8K);
	KUNIT_EXPECT_EQ(test, memblock_get_current_limit(), base + SZ_8K);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(SZ_16K, 64), 0ULL);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(SZ_8K, 64), base);
}

static void walks(struct kunit *test)
{
	struct memblock_region *r;
	phys_addr_t start, end, sum = 0;
	u64 i;

	memblock_reserve(base + SZ_8K, SZ_4K);
	for_each_mem_range(i, &start, &end)
		sum += end - start;
	KUNIT_EXPECT_EQ(test, sum, (phys_addr_t)ROOM_SIZE);
	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL)
		sum -= end - start;
	KUNIT_EXPECT_EQ(test, sum, (phys_addr_t)SZ_4K);
	for_each_free_mem_range_reverse(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL)
		sum += end - start;
	KUNIT_EXPECT_EQ(test, sum, (phys_addr_t)ROOM_SIZE);
	for_each_mem_region(r)
		sum -= r->size;
	for_each_reserved_mem_region(r)
		sum += r->size;
	KUNIT_EXPECT_EQ(test, sum, (phys_addr_t)SZ_4K);
}

/* ---- allocating ---------------------------------------------------------------------- */

static void set_bottom_up(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, memblock_bottom_up());
	memblock_set_bottom_up(true);
	KUNIT_EXPECT_TRUE(test, memblock_bottom_up());
	memblock_set_bottom_up(false);
	KUNIT_EXPECT_FALSE(test, memblock_bottom_up());
}

static void bottom_up(struct kunit *test)
{
	memblock_set_bottom_up(true);
	KUNIT_EXPECT_PTR_EQ(test, memblock_alloc(64, 64), (void *)room);
	memblock_set_bottom_up(false);
	KUNIT_EXPECT_PTR_EQ(test, memblock_alloc(64, 64), (void *)(room + ROOM_SIZE - 64));
}

/* Zeroed, aligned to a cache line or a page, and gone from what is free. */
static void alloc_bootmem_zeroes(struct kunit *test)
{
	char *p;

	memset(room, 0xee, ROOM_SIZE);
	p = alloc_bootmem(100);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 100));
	KUNIT_EXPECT_TRUE(test, p[100] == (char)0xee);
	KUNIT_EXPECT_EQ(test, (unsigned long)p % SMP_CACHE_BYTES, 0UL);
	KUNIT_EXPECT_TRUE(test, memblock_is_reserved(__pa(p)));
	KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(alloc_bootmem_pages(PAGE_SIZE)));
	KUNIT_EXPECT_EQ(test, (unsigned long)alloc_bootmem_align(8, 512) % 512, 0UL);
	if (base + ROOM_SIZE <= SZ_4G) {	/* the room is wherever there was one */
		KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(alloc_bootmem_low_pages(SZ_4K)));
		KUNIT_EXPECT_NOT_NULL(test, alloc_bootmem_low(8));
	}
	reserve_bootmem(base, 64);
	free_bootmem(base, 64);
	memblock_free(p, 100);
	KUNIT_EXPECT_FALSE(test, memblock_is_reserved(__pa(p)));
	memblock_free(NULL, 100);
}

static void alloc_variants(struct kunit *test)
{
	char *p;

	memset(room, 0xee, ROOM_SIZE);
	p = memblock_alloc_raw(64, 0);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0xee, 64));
	p = memblock_alloc_try_nid_raw(64, 64, 0, MEMBLOCK_ALLOC_ANYWHERE, NUMA_NO_NODE);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0xee, 64));
	p = memblock_alloc_from(64, 64, base + SZ_32K);
	KUNIT_EXPECT_TRUE(test, p >= room + SZ_32K);
	p = memblock_alloc_try_nid(64, 64, base, base + SZ_4K, 5);
	KUNIT_EXPECT_TRUE(test, p >= room && p < room + SZ_4K);
	KUNIT_EXPECT_NOT_NULL(test, memblock_alloc_node(64, 64, 5));
	KUNIT_EXPECT_NULL(test, memblock_alloc_exact_nid_raw(64, 64, 0, 0, 5));
	memblock_set_node(base, SZ_4K, &memblock.memory, 5);
	p = memblock_alloc_exact_nid_raw(64, 64, 0, 0, 5);
	KUNIT_EXPECT_TRUE(test, p >= room && p < room + SZ_4K);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(64, 64, base + SZ_8K, base + SZ_8K + 64),
			base + SZ_8K);
	KUNIT_EXPECT_NE(test, memblock_phys_alloc_try_nid(64, 64, 5), 0ULL);
	KUNIT_EXPECT_NULL(test, alloc_bootmem_nopanic(SZ_1M));
}

static void ask_too_much(void *which)
{
	switch ((unsigned long)which) {
	case 0: alloc_bootmem(123456789); break;
	case 1: memblock_alloc_raw(123456789, 64); break;
	case 2: memblock_alloc_from(123456789, 64, SZ_4K); break;
	case 3: memblock_alloc_low(123456789, 64); break;
	default: memblock_alloc_node(123456789, 64, 0);
	}
}

/* It never fails quietly: the panic says how much was wanted. */
static void failure_says_the_size(struct kunit *test)
{
	unsigned long which;

	for (which = 0; which < 5; which++) {
		printk_capture_start(log, sizeof(log));
		KUNIT_EXPECT_TRUE(test, kunit_catch_panic(ask_too_much, (void *)which, msg,
							  sizeof(msg)));
		printk_capture_stop();
		KUNIT_EXPECT_NOT_NULL(test, strstr(msg, "cannot allocate 123456789 bytes"));
	}
}

/* After the hand-over: a clear error with the size, NULL, no panic. */
static void after_the_hand_over(struct kunit *test)
{
	void *p = alloc_bootmem(64);

	memblock_hand_over();
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_NULL(test, alloc_bootmem(4321));
	KUNIT_EXPECT_NULL(test, memblock_alloc_raw(4322, 64));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(4323, 64), 0ULL);
	memblock_free(p, 4324);
	printk_capture_stop();
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "wants 4321 bytes, but boot memory has been "
						"handed over"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "wants 4322 bytes"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "wants 4323 bytes"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "free of 4324 bytes"));
	KUNIT_EXPECT_TRUE(test, memblock_is_reserved(__pa(p)));
}

/* The kernel's own has been handed over. */
static void this_kernel_has(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, saved.handed_over);
}

/*
 * A machine with more than 128 regions: the array doubles, twice, into fixmap slots, for
 * at that time nothing else is mapped.
 */
static void arrays_grow_in_fixmap(struct kunit *test)
{
	phys_addr_t i;

	if (saved.memory.nr_grown || saved.reserved.nr_grown)
		kunit_skip(test, "this kernel's own arrays are there");
	memblock.ops = saved.ops;
	for (i = 0; i < 2 * MEMBLOCK_INIT_REGIONS; i++)
		KUNIT_ASSERT_EQ(test, memblock_reserve(base + i * 16, 8), 0);
	KUNIT_EXPECT_EQ(test, memblock.reserved.nr_grown, 2u);
	KUNIT_EXPECT_EQ(test, memblock.reserved.cnt, 2u * MEMBLOCK_INIT_REGIONS + 1);
	/* it can be seen through the direct map as well */
	KUNIT_EXPECT_MEMEQ(test, memblock.reserved.regions, __va(memblock.reserved.array_base),
			   memblock.reserved.cnt * sizeof(struct memblock_region));
	memblock_free(__va(base), 8);
	KUNIT_EXPECT_FALSE(test, memblock_is_reserved(base));
}

static void dump(struct kunit *test)
{
	memblock_remove(0, PHYS_ADDR_MAX);
	memblock_add(0x100000, 0x100000);
	memblock_reserve(0x180000, 0x1000);
	printk_capture_start(log, sizeof(log));
	memblock_dump_all();
	printk_capture_stop();
	KUNIT_EXPECT_STREQ(test, log,
		"MEMBLOCK configuration:\n"
		" memory size = 0x0000000000100000 reserved size = 0x0000000000001000\n"
		" memory.cnt  = 0x1\n"
		" memory[0x0]\t[0x0000000000100000-0x00000000001fffff], 0x0000000000100000 bytes"
		" flags: 0x0\n"
		" reserved.cnt  = 0x1\n"
		" reserved[0x0]\t[0x0000000000180000-0x0000000000180fff], 0x0000000000001000 bytes"
		" flags: 0x0\n");
}

/* ---- the 1990s way ---------------------------------------------------------------------- */

static unsigned long driver_takes_5000(unsigned long start, unsigned long end)
{
	memset((void *)start, 0x11, 5000);
	return start + 5000;
}

static unsigned long driver_takes_nothing(unsigned long start, unsigned long end)
{
	return start;
}

static unsigned long driver_goes_back(unsigned long start, unsigned long end)
{
	return start - 1;
}

static unsigned long driver_goes_too_far(unsigned long start, unsigned long end)
{
	return end + 1;
}

static void memory_start_way(struct kunit *test)
{
	const unsigned long first = bootmem_memory_start(driver_takes_5000, SZ_16K);
	unsigned long second;

	/* it has what it took; what it left is free, but nothing can be given back */
	KUNIT_EXPECT_EQ(test, memblock_reserved_size(), 5000ULL);
	second = bootmem_memory_start(driver_takes_nothing, SZ_16K);
	KUNIT_EXPECT_NE(test, first, second);
	KUNIT_EXPECT_EQ(test, memblock_reserved_size(), 5000ULL);
}

static void run_old_driver(void *init)
{
	bootmem_memory_start((memory_start_init_t)init, init ? SZ_4K : SZ_16M);
}

static void memory_start_misused(struct kunit *test)
{
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_TRUE(test, kunit_catch_panic(run_old_driver, (void *)driver_goes_back, msg,
						  sizeof(msg)));
	KUNIT_EXPECT_NOT_NULL(test, strstr(msg, "an old-style initialiser went from"));
	KUNIT_EXPECT_TRUE(test, kunit_catch_panic(run_old_driver, (void *)driver_goes_too_far,
						  msg, sizeof(msg)));
	KUNIT_EXPECT_TRUE(test, kunit_catch_panic(run_old_driver, NULL, msg, sizeof(msg)));
	printk_capture_stop();
	KUNIT_EXPECT_STREQ(test, msg, "bootmem: no 16777216 bytes for an old-style initialiser");
}

static struct kunit_case bootmem_cases[] = {
	KUNIT_CASE(lists), KUNIT_CASE(limits), KUNIT_CASE(walks), KUNIT_CASE(set_bottom_up),
	KUNIT_CASE(bottom_up), KUNIT_CASE(alloc_bootmem_zeroes), KUNIT_CASE(alloc_variants),
	KUNIT_CASE(failure_says_the_size), KUNIT_CASE(after_the_hand_over),
	KUNIT_CASE(this_kernel_has), KUNIT_CASE(arrays_grow_in_fixmap), KUNIT_CASE(dump),
	KUNIT_CASE(memory_start_way),
	KUNIT_CASE(memory_start_misused),
	{}
};

static struct kunit_suite bootmem_suite = {
	.name = "bootmem",
	.init = bootmem_init,
	.exit = bootmem_exit,
	.test_cases = bootmem_cases,
};
kunit_test_suite(bootmem_suite);
