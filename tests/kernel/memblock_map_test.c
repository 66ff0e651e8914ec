/* SPDX-License-Identifier: MIT */
/*
 * memblock_map_test.c - hostile firmware maps, mem= and memmap=
 */
#include <linux/boot_info.h>
#include <linux/cmdline.h>
#include <linux/printk.h>
#include "memblock_test.h"

static struct memblock_arena arena;
static struct memblock *const mb = &arena.blk;
static struct memblock_map map;			/* 30 KiB: not for the stack */
static struct boot_info bi;
static struct memblock_map_options opt;
static char log[4096];

static void told(u64 base, u64 size, u32 type)
{
	if (bi.nr_ranges < BOOT_MAX_RANGES)
		bi.range[bi.nr_ranges++] = (struct boot_range){ base, size, type };
}

/* Resolve and apply what was told, quietly; log holds what was said. */
static int apply(void)
{
	int err;

	printk_capture_start(log, sizeof(log));
	memblock_map_resolve(&map, &bi, &opt);
	err = memblock_map_apply(mb, &map, &bi, &opt);
	printk_capture_stop();
	return err;
}

static void expect_entry(struct kunit *test, u32 i, u64 start, u64 end, u32 type)
{
	KUNIT_ASSERT_LT(test, i, map.nr);
	KUNIT_EXPECT_EQ_MSG(test, map.entry[i].start, start, "entry %u", i);
	KUNIT_EXPECT_EQ_MSG(test, map.entry[i].end, end, "entry %u", i);
	KUNIT_EXPECT_EQ_MSG(test, map.entry[i].type, type, "entry %u", i);
}

/* What q35 with 128 MiB says, in the order in which SeaBIOS says it. */
static void plain_map(struct kunit *test)
{
	told(0, 0x9fc00, BOOT_RAM);
	told(0x9fc00, 0x400, BOOT_RESERVED);
	told(0xf0000, 0x10000, BOOT_RESERVED);
	told(0x100000, 0x7ee0000, BOOT_RAM);
	told(0x7fe0000, 0x20000, BOOT_RESERVED);
	told(0xfffc0000, 0x40000, BOOT_RESERVED);
	KUNIT_EXPECT_EQ(test, apply(), 0);
	EXPECT_LIST(test, &mb->memory, R(0, 0x9f000), R(0x100000, 0x7ee0000));
	EXPECT_LIST(test, &mb->reserved, R(0, 0x1000));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "[mem 0x000000000009f000-0x000000000009fbff] "
						"is not used: no whole page"));
	memblock_expect_sane(test, mb);
}

static void unsorted(struct kunit *test)
{
	told(SZ_16M, SZ_16M, BOOT_RAM);
	told(SZ_1M, SZ_1M, BOOT_RAM);
	told(SZ_2G, SZ_1M, BOOT_RESERVED);
	told(SZ_8M, SZ_8M, BOOT_RAM);
	told(0, SZ_64K, BOOT_RAM);
	KUNIT_EXPECT_EQ(test, apply(), 0);
	EXPECT_LIST(test, &mb->memory, R(0, SZ_64K), R(SZ_1M, SZ_1M),
		    R(SZ_8M, SZ_32M - SZ_8M));
}

/* Every pair of types: where they overlap, the more restrictive one wins, in either order. */
static void overlap_by_rank(struct kunit *test)
{
	static const u32 rank[] = {
		BOOT_RAM, BOOT_ACPI, BOOT_NVS, BOOT_PMEM, BOOT_RESERVED, BOOT_BAD
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(rank); i++) {
		for (j = 0; j < ARRAY_SIZE(rank); j++) {
			const u32 winner = rank[i > j ? i : j];

			bi.nr_ranges = 0;
			told(SZ_1M, SZ_2M, rank[i]);
			told(SZ_2M, SZ_2M, rank[j]);
			memblock_map_resolve(&map, &bi, &opt);
			if (i == j) {
				KUNIT_EXPECT_EQ(test, map.nr, 1u);
				expect_entry(test, 0, SZ_1M, SZ_4M, rank[i]);
				continue;
			}
			KUNIT_EXPECT_EQ(test, map.nr, 2u);
			expect_entry(test, 0, SZ_1M, winner == rank[i] ? 3 * SZ_1M : SZ_2M,
				     rank[i]);
			expect_entry(test, 1, winner == rank[i] ? 3 * SZ_1M : SZ_2M, SZ_4M,
				     rank[j]);
		}
	}
}

/* A hole punched in the middle, and an unknown type, which counts as reserved. */
static void overlap_within(struct kunit *test)
{
	told(SZ_1M, SZ_16M, BOOT_RAM);
	told(SZ_4M, SZ_1M, 77);
	told(SZ_8M, SZ_1M, 0);
	told(SZ_8M, SZ_1M, BOOT_ACPI);
	KUNIT_EXPECT_EQ(test, apply(), 0);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M, 3 * SZ_1M), R(5 * SZ_1M, 3 * SZ_1M),
		    R(9 * SZ_1M, SZ_8M));
	expect_entry(test, 3, SZ_8M, SZ_8M + SZ_1M, BOOT_RESERVED);
}

static void zero_length(struct kunit *test)
{
	told(SZ_1M, 0, BOOT_RAM);
	told(SZ_2M, SZ_1M, BOOT_RAM);
	told(SZ_2M + SZ_4K, 0, BOOT_RESERVED);
	told(0, 0, BOOT_BAD);
	KUNIT_EXPECT_EQ(test, apply(), 0);
	EXPECT_LIST(test, &mb->memory, R(SZ_2M, SZ_1M));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "zero length at 0x100000"));
}

/* Nobody gets the page that two owners share. */
static void unaligned(struct kunit *test)
{
	told(SZ_1M + 1, SZ_64K, BOOT_RAM);
	told(SZ_2M, SZ_64K + 0x123, BOOT_RAM);
	told(SZ_4M + 0x10, 0x1fe0, BOOT_RAM);	/* two pages long, none is whole */
	told(SZ_8M, SZ_64K, BOOT_RAM);
	told(SZ_8M + 0x8001, 1, BOOT_RESERVED);
	KUNIT_EXPECT_EQ(test, apply(), 0);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M + SZ_4K, SZ_64K - SZ_4K), R(SZ_2M, SZ_64K),
		    R(SZ_8M, SZ_32K), R(SZ_8M + SZ_32K + SZ_4K, SZ_32K - SZ_4K));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "[mem 0x0000000000400010-0x0000000000401fef]"));
}

static void wrapping(struct kunit *test)
{
	told(SZ_1M, SZ_1M, BOOT_RAM);
	told(SZ_2M, ~0ULL, BOOT_RESERVED);		/* wraps around to 2 MiB - 1 */
	told(~0ULL - SZ_4K, SZ_1M, BOOT_RAM);
	told(~0ULL, ~0ULL, BOOT_RAM);
	KUNIT_EXPECT_EQ(test, apply(), 0);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M, SZ_1M));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "map entry 0x200000 + 0xffffffffffffffff wraps"));
}

/* Everything is available, says the map; but frame numbers have 32 bits. */
static void beyond_16_tib(struct kunit *test)
{
	told(0, ~0ULL, BOOT_RAM);
	KUNIT_EXPECT_EQ(test, apply(), 0);
	EXPECT_LIST(test, &mb->memory, R(0, 1ULL << 44));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "[mem 0x0000100000000000-0xfffffffffffffffe] "
						"is not used: beyond 16 TiB"));
	memblock_init_in(mb, &memblock_arena_ops);
	bi.nr_ranges = 0;
	told(1ULL << 44, SZ_1G, BOOT_RAM);
	KUNIT_EXPECT_EQ(test, apply(), -ENOMEM);
}

/* A CPU with 36 address bits, and firmware that knows better. */
static void beyond_the_cpu(struct kunit *test)
{
	told(0x100000, SZ_64M, BOOT_RAM);
	told((1ULL << 36) - SZ_1M, SZ_2M, BOOT_RAM);
	told(1ULL << 40, 1ULL << 40, BOOT_RAM);		/* the largest, and of no use */
	opt.reach = 1ULL << 36;
	KUNIT_EXPECT_EQ(test, apply(), 0);
	EXPECT_LIST(test, &mb->memory, R(0x100000, SZ_64M), R((1ULL << 36) - SZ_1M, SZ_1M));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "[mem 0x0000010000000000-0x000001ffffffffff] "
						"is not used: beyond what the CPU can address"));
}

/* What is reserved need not be RAM: in holes, beyond the end, at the very top. */
static void reserved_beyond_ram(struct kunit *test)
{
	told(SZ_1M, SZ_16M, BOOT_RAM);
	told(0xfd00000000, 0x300000000, BOOT_RESERVED);
	told(SZ_1G, SZ_1G, BOOT_RESERVED);
	bi.nr_modules = 3;
	bi.module[0] = (struct boot_module){ .start = SZ_2M, .end = SZ_2M + 0x1234 };
	bi.module[1] = (struct boot_module){ .start = 1ULL << 50, .end = 1ULL << 51 };
	bi.module[2] = (struct boot_module){ .start = SZ_8M, .end = SZ_4M };
	bi.fb.addr = 0xfd000000;
	bi.fb.pitch = 4096;
	bi.fb.height = 768;
	KUNIT_EXPECT_EQ(test, apply(), 0);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M, SZ_16M));
	EXPECT_LIST(test, &mb->reserved, R(0, SZ_4K), R(SZ_2M, 0x1234),
		    R(0xfd000000, 3 * SZ_1M), R(1ULL << 50, 1ULL << 50));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "module 2: [0x800000, 0x400000) is no range"));
}

/* 512 islands: memory's array doubles while the map is being taken in. */
static void hundreds_of_entries(struct kunit *test)
{
	u32 i;

	for (i = 0; i < BOOT_MAX_RANGES; i++)
		told(SZ_16M + (u64)(i * 7 % BOOT_MAX_RANGES) * SZ_64K, SZ_32K, BOOT_RAM);
	KUNIT_EXPECT_EQ(test, apply(), 0);
	KUNIT_EXPECT_EQ(test, mb->memory.cnt, (u32)BOOT_MAX_RANGES);
	KUNIT_EXPECT_EQ(test, mb->memory.total_size, (phys_addr_t)BOOT_MAX_RANGES * SZ_32K);
	KUNIT_EXPECT_EQ(test, mb->memory.nr_grown, 2u);
	KUNIT_EXPECT_EQ(test, map.nr_dropped, 0u);
	memblock_expect_sane(test, mb);
}

/* So many that the loader's count is a lie; and every page is torn: 16 are named. */
static void flood(struct kunit *test)
{
	u32 i;

	for (i = 0; i < BOOT_MAX_RANGES; i++)
		told(SZ_16M + (u64)i * SZ_64K + 8, SZ_4K, BOOT_RAM);
	told(SZ_1M, SZ_64K, BOOT_RAM);
	bi.nr_ranges = ~0u;
	KUNIT_EXPECT_EQ(test, apply(), -ENOMEM);
	KUNIT_EXPECT_EQ(test, mb->memory.cnt, 0u);
	KUNIT_EXPECT_EQ(test, map.nr_dropped, (u32)BOOT_MAX_RANGES);
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "memblock: 496 more pieces are not used"));
}

/* Arrays that cannot grow: what has no room is named, the rest is used. */
static void too_many_regions(struct kunit *test)
{
	u32 i;

	mb->ops = NULL;
	for (i = 0; i < MEMBLOCK_INIT_REGIONS + 2; i++)
		told(SZ_16M + (u64)i * SZ_64K, SZ_32K, BOOT_RAM);
	KUNIT_EXPECT_EQ(test, apply(), 0);
	KUNIT_EXPECT_EQ(test, mb->memory.cnt, (u32)MEMBLOCK_INIT_REGIONS);
	KUNIT_EXPECT_EQ(test, map.nr_dropped, 2u);
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "is not used: too many regions"));
}

static void no_memory_under_16_mib(struct kunit *test)
{
	told(SZ_16M, SZ_64M, BOOT_RAM);
	KUNIT_EXPECT_EQ(test, apply(), 0);
	EXPECT_LIST(test, &mb->memory, R(SZ_16M, SZ_64M));
}

/* Empty, all reserved, only frame 0, only what a module fills: each is "none". */
static void no_usable_memory(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, apply(), -ENOMEM);
	told(0, SZ_64M, BOOT_RESERVED);
	told(SZ_1M, SZ_16M, BOOT_RAM);
	KUNIT_EXPECT_EQ(test, apply(), -ENOMEM);
	bi.nr_ranges = 0;
	told(0, SZ_4K, BOOT_RAM);
	KUNIT_EXPECT_EQ(test, apply(), -ENOMEM);
	bi.nr_ranges = 0;
	told(SZ_1M, SZ_64K, BOOT_RAM);
	bi.nr_modules = 1;
	bi.module[0] = (struct boot_module){ .start = SZ_1M, .end = SZ_1M + SZ_64K };
	KUNIT_EXPECT_EQ(test, apply(), -ENOMEM);
}

/* ... and then the machine stops, with a message, and exit status 37. */
static void boot_without_memory(void *unused)
{
	memblock_from_boot_info(&bi);
}

static void no_usable_memory_panics(struct kunit *test)
{
	/* The kernel's own instance steps aside; nothing is brought in meanwhile. */
	const struct memblock saved = memblock;
	const u32 saved_nr = memblock_map.nr;
	char msg[160] = "";
	u32 i;

	if (saved.memory.regions != memblock.memory.init ||
	    saved.reserved.regions != memblock.reserved.init)
		kunit_skip(test, "this machine's lists have grown");
	for (i = 0; i < 40; i++)
		told((u64)i * SZ_2M, SZ_1M, BOOT_RESERVED);
	map = memblock_map;
	memblock_init_in(&memblock, NULL);
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_TRUE(test, kunit_catch_panic(boot_without_memory, NULL, msg, sizeof(msg)));
	printk_capture_stop();
	memblock = saved;
	memblock_map = map;
	KUNIT_EXPECT_EQ(test, memblock_map.nr, saved_nr);
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "  ... and 8 more\n"));
	KUNIT_EXPECT_STREQ(test, msg, "memblock: no usable memory in the 40 ranges of the "
				      "firmware's map");
}

/* ---- options --------------------------------------------------------------------- */

static void mem_option(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, memblock_map_parse_mem(&opt, "64M"), 0);
	KUNIT_EXPECT_EQ(test, opt.limit, (u64)SZ_64M);
	told(SZ_1M, SZ_1G, BOOT_RAM);
	told(SZ_2G, SZ_1G, BOOT_RAM);
	KUNIT_EXPECT_EQ(test, apply(), 0);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M, SZ_64M - SZ_1M));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "[mem 0x0000000004000000-0x00000000400fffff] "
						"is not used: beyond mem="));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "[mem 0x0000000080000000-0x00000000bfffffff] "));
	/* the smallest of several wins */
	KUNIT_EXPECT_EQ(test, memblock_map_parse_mem(&opt, "0x100000k"), 0);
	KUNIT_EXPECT_EQ(test, opt.limit, (u64)SZ_64M);
	KUNIT_EXPECT_EQ(test, memblock_map_parse_mem(&opt, "4096"), 0);
	KUNIT_EXPECT_EQ(test, opt.limit, 4096ULL);
}

static void memmap_option(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, memblock_map_parse_memmap(&opt, "1M$32M,64K#0x2100000"), 0);
	KUNIT_EXPECT_EQ(test, memblock_map_parse_memmap(&opt, "2M@1G"), 0);
	KUNIT_EXPECT_EQ(test, memblock_map_parse_memmap(&opt, "4k!40M"), 0);
	told(SZ_1M, SZ_64M - SZ_1M, BOOT_RAM);
	KUNIT_EXPECT_EQ(test, apply(), 0);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M, SZ_32M - SZ_1M),
		    R(SZ_32M + SZ_1M + SZ_64K, 7 * SZ_1M - SZ_64K),
		    R(40 * SZ_1M + SZ_4K, 24 * SZ_1M - SZ_4K), R(SZ_1G, SZ_2M));
	expect_entry(test, 2, 0x2100000, 0x2110000, BOOT_ACPI);
}

/* exactmap: the firmware's RAM is forgotten, what it reserved is not. */
static void memmap_exactmap(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, memblock_map_parse_memmap(&opt, "exactmap,640K@0,7M@1M"), 0);
	told(0, SZ_64M, BOOT_RAM);
	told(SZ_2M, SZ_1M, BOOT_RESERVED);
	KUNIT_EXPECT_EQ(test, apply(), 0);
	EXPECT_LIST(test, &mb->memory, R(0, 0xa0000), R(SZ_1M, SZ_1M),
		    R(3 * SZ_1M, 5 * SZ_1M));
}

/* A size alone is mem=. */
static void memmap_size_alone(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, memblock_map_parse_memmap(&opt, "16M"), 0);
	KUNIT_EXPECT_EQ(test, opt.limit, (u64)SZ_16M);
}

static void malformed_options(struct kunit *test)
{
	static const char *const bad_mem[] = {
		"", "M", "0", "12Q", "64M,", "-1", "0x", "18446744073709551616",
		"16777216T", "99999999999999999999999999", " 64M",
	};
	static const char *const bad_memmap[] = {
		"", ",", "1M@", "@1M", "1M%1M", "1M@1M,", "1M@1M,,1M@2M", "0@1M", "exact",
		"exactmapX", "1M@0xfffffffffffff000", "1M$1M extra",
	};
	const struct memblock_map_options none = { 0 };
	unsigned int i;

	/* through the command line, too */
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_EQ(test, cmdline_parse("mem=lots memmap=64M@nowhere"), 2u);
	printk_capture_stop();
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "\"mem=lots\""));

	for (i = 0; i < ARRAY_SIZE(bad_mem); i++)
		KUNIT_EXPECT_EQ_MSG(test, memblock_map_parse_mem(&opt, bad_mem[i]), -EINVAL,
				    "mem=%s", bad_mem[i]);
	for (i = 0; i < ARRAY_SIZE(bad_memmap); i++)
		KUNIT_EXPECT_EQ_MSG(test, memblock_map_parse_memmap(&opt, bad_memmap[i]),
				    -EINVAL, "memmap=%s", bad_memmap[i]);
	KUNIT_EXPECT_MEMEQ(test, &opt, &none, sizeof(opt));
	/* as many as fit, and no more */
	for (i = 0; i < MEMBLOCK_MAP_MAX_OPTIONS; i++)
		KUNIT_EXPECT_EQ(test, memblock_map_parse_memmap(&opt, "4K$1M"), 0);
	KUNIT_EXPECT_EQ(test, memblock_map_parse_memmap(&opt, "4K$1M"), -EINVAL);
	KUNIT_EXPECT_EQ(test, opt.nr, (u32)MEMBLOCK_MAP_MAX_OPTIONS);
}

/* ---- this machine ---------------------------------------------------------------- */

/* What the kernel booted with: every available entry, and nothing else, is its memory. */
static void this_machine(struct kunit *test)
{
	phys_addr_t start, end, sum = 0;
	u64 idx;
	u32 i;

	for (i = 0; i < memblock_map.nr; i++) {
		const struct memblock_map_entry *e = &memblock_map.entry[i];

		KUNIT_EXPECT_LT(test, e->start, e->end);
		if (i)
			KUNIT_EXPECT_LE(test, e[-1].end, e->start);
		if (e->type != BOOT_RAM)
			KUNIT_EXPECT_FALSE(test, memblock_overlaps_region(&memblock.memory,
							e->start, e->end - e->start));
	}
	for_each_mem_range(idx, &start, &end) {
		KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(start) && PAGE_ALIGNED(end));
		sum += end - start;
	}
	KUNIT_EXPECT_EQ(test, sum, memblock_phys_mem_size());
	KUNIT_EXPECT_TRUE(test, memblock_is_reserved(0));
	KUNIT_EXPECT_FALSE(test, memblock_is_memory(memblock_end_of_DRAM()));
	KUNIT_EXPECT_TRUE(test, memblock_is_memory(memblock_start_of_DRAM()));
	memblock_expect_sane(test, &memblock);
}

/* ---- the suite ------------------------------------------------------------------- */

static int memblock_map_init(struct kunit *test)
{
	memset(&bi, 0, sizeof(bi));
	memset(&opt, 0, sizeof(opt));
	memset(log, 0, sizeof(log));
	return memblock_arena_init(&arena);
}

static void memblock_map_exit(struct kunit *test)
{
	printk_capture_stop();
	memblock_arena_exit(&arena);
}

static struct kunit_case memblock_map_cases[] = {
	KUNIT_CASE(plain_map), KUNIT_CASE(unsorted), KUNIT_CASE(overlap_by_rank),
	KUNIT_CASE(overlap_within), KUNIT_CASE(zero_length), KUNIT_CASE(unaligned),
	KUNIT_CASE(wrapping), KUNIT_CASE(beyond_16_tib), KUNIT_CASE(beyond_the_cpu),
	KUNIT_CASE(reserved_beyond_ram),
	KUNIT_CASE(hundreds_of_entries), KUNIT_CASE(flood), KUNIT_CASE(too_many_regions),
	KUNIT_CASE(no_memory_under_16_mib),
	KUNIT_CASE(no_usable_memory), KUNIT_CASE(no_usable_memory_panics),
	KUNIT_CASE(mem_option), KUNIT_CASE(memmap_option), KUNIT_CASE(memmap_exactmap),
	KUNIT_CASE(memmap_size_alone), KUNIT_CASE(malformed_options), KUNIT_CASE(this_machine),
	{}
};

static struct kunit_suite memblock_map_suite = {
	.name = "memblock_map",
	.init = memblock_map_init,
	.exit = memblock_map_exit,
	.test_cases = memblock_map_cases,
};
kunit_test_suite(memblock_map_suite);
