/* SPDX-License-Identifier: MIT */
/*
 * section_test.c - sections: the plan, bringing in, this machine
 *
 * The model (section_model.c) checks at every step that each frame of an online section
 * has exactly one owner, that what is used was free, and that all sums hold.
 */
#include <linux/array_size.h>
#include <linux/bottom_half.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <asm/processor.h>
#include "again.h"
#include "section_model.h"

static struct section_model model;
static struct section_model *const m = &model;
static struct rnd_state rnd;

#define COST	SECTION_MEMMAP_PAGES

static struct section_zone *zone_of(enum zone_type t)
{
	return &m->sm.zone[t];
}

/* ---- the plan -------------------------------------------------------------------- */

/* 64 MiB, whole: 4 sections; tables: 2 + 2 for the first of all. */
static void plan_whole_sections(struct kunit *test)
{
	section_model_ram(m, 0, SZ_64M);
	section_model_plan(m);
	KUNIT_EXPECT_EQ(test, m->sm.nr, 4UL);
	KUNIT_EXPECT_EQ(test, m->sm.home, 0UL);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA)->present, 4096UL);
	/* frame 0 is usable in this model */
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA)->managed, 4096 - COST - 4);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA32)->managed, 3 * (4096 - COST));
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_NORMAL)->present, 0UL);
	section_model_bring_in_all(m, &rnd);
	KUNIT_EXPECT_EQ(test, m->sm.stats.online, 4UL);
}

/* A PC: low memory ends ragged, the image and a module are reserved. */
static void plan_pc(struct kunit *test)
{
	section_model_ram(m, 0, 0x9f000);
	section_model_ram(m, SZ_1M, SZ_128M - SZ_1M - 0x20000);
	section_model_reserve(m, 0, SZ_4K);
	section_model_reserve(m, SZ_1M, 0xb1234);
	section_model_reserve(m, SZ_32M + 5, 1);
	section_model_plan(m);
	/* one chunk with a hole, one with a ragged end */
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA)->managed,
			0x9eUL + 0xf00 - 0xb2 - COST - 4 - 1);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA32)->managed,
			7 * (4096 - COST) - 0x20 - 1 - 1);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA)->start_pfn, 0UL);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA)->end_pfn, 4096UL);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA32)->start_pfn, 4096UL);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA32)->end_pfn, (SZ_128M - 0x20000UL) >> PAGE_SHIFT);
	section_model_bring_in_all(m, &rnd);
}

/* The image's text and constants are mapped by small pages: wherever they lie. */
static void plan_large_image(struct kunit *test)
{
	m->sm.small_start = SZ_1M;
	m->sm.small_end = 5 * SZ_1M + SZ_4K;
	section_model_ram(m, 0, SZ_32M);
	section_model_reserve(m, SZ_1M, 6 * SZ_1M);
	section_model_plan(m);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA)->managed, 4096 - 0x600 - COST - 4 - 3);
	section_model_bring_in_all(m, &rnd);
}

/* The plan of a large machine is arithmetic; pages by hand: */
static void plan_large(struct kunit *test)
{
	const u64 tib = 1ULL << 40;
	unsigned long sections;

	/* 3 GiB below the hole, the rest from 4 GiB on: 1 TiB in all */
	section_model_ram(m, 0, 3ULL * SZ_1G);
	section_model_ram(m, 1ULL << 32, tib - 3ULL * SZ_1G);
	section_model_plan(m);
	sections = ((tib - 3ULL * SZ_1G) >> SECTION_SHIFT);
	/*
	 * NORMAL is [4 GiB, 1 TiB + 1 GiB): 1021 new GiB, 2 new 512 GiB (the first is
	 * paid for), 2042 new 512 MiB, 4 new 256 GiB.
	 */
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_NORMAL)->present, sections * 4096);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_NORMAL)->managed,
			sections * (4096 - COST) - 1021 - 2 - 2042 - 4);
	/* DMA32: GiB 0 is paid for by home; so are 512 MiB, 256 GiB and the rest */
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA32)->managed,
			191 * (4096 - COST) - 2 - 5);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA)->managed, 4096 - COST - 4);
	KUNIT_EXPECT_GT(test, section_model_bring_in(m, ZONE_NORMAL), 4000UL);
	KUNIT_EXPECT_EQ(test, m->sm.stats.online, 2UL);		/* home came along */
}

static void plan_16_tib(struct kunit *test)
{
	section_model_ram(m, 0, 1ULL << 44);
	section_model_plan(m);
	KUNIT_EXPECT_EQ(test, m->sm.nr, NR_SECTIONS_MAX);
	KUNIT_EXPECT_EQ(test, m->sm.stats.ram, 1UL << 32);
	KUNIT_EXPECT_EQ(test, m->sm.stats.dormant_cost,
			NR_SECTIONS_MAX * COST + 16384 + 32 + 32768 + 64);
	KUNIT_EXPECT_GT(test, section_model_bring_in(m, ZONE_NORMAL), 4000UL);
	KUNIT_EXPECT_EQ(test, section_model_bring_in(m, ZONE_DMA), 0UL);
}

/* The lowest section of all comes first, also when it is in another zone. */
static void home_comes_first(struct kunit *test)
{
	section_model_ram(m, SZ_1M, SZ_1M);
	section_model_ram(m, 1ULL << 32, SZ_64M);
	section_model_plan(m);
	KUNIT_EXPECT_EQ(test, m->sm.home, 0UL);
	KUNIT_EXPECT_GT(test, section_model_bring_in(m, ZONE_NORMAL), 0UL);
	KUNIT_EXPECT_EQ(test, m->zone_free[ZONE_DMA], zone_of(ZONE_DMA)->managed);
	KUNIT_EXPECT_EQ(test, section_model_bring_in(m, ZONE_DMA), 0UL);
	KUNIT_EXPECT_EQ(test, m->sm.stats.online, 2UL);
	section_model_bring_in_all(m, &rnd);
}

static void no_memory_under_16_mib(struct kunit *test)
{
	section_model_ram(m, SZ_16M, SZ_32M);
	section_model_plan(m);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA)->present, 0UL);
	KUNIT_EXPECT_EQ(test, m->sm.home, 1UL);
	KUNIT_EXPECT_EQ(test, section_model_bring_in(m, ZONE_DMA32), 4096 - COST - 4);
	KUNIT_EXPECT_EQ(test, section_model_bring_in(m, ZONE_DMA), 0UL);
	KUNIT_EXPECT_EQ(test, section_model_bring_in(m, ZONE_DMA32), 4096 - COST);
	KUNIT_EXPECT_EQ(test, section_model_bring_in(m, ZONE_DMA32), 0UL);
}

/* Nothing below 4 GiB, and islands far apart: each pays for its own upper tables. */
static void islands_far_apart(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		section_model_ram(m, (u64)(i + 1) << 40, SZ_16M);
	section_model_plan(m);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_NORMAL)->managed, 8 * (4096 - COST - 4));
	section_model_bring_in_all(m, &rnd);
}

/* Too little to pay for its own struct pages: passed over; the next one pays for tables. */
static void islands_too_small(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 6; i++)
		section_model_ram(m, (u64)i * SZ_16M + SZ_1M, (COST + i) * PAGE_SIZE);
	section_model_plan(m);
	/* each is one ragged chunk: 16 + 1 is not enough for 17, and the first pays 4 more */
	KUNIT_EXPECT_EQ(test, m->sm.stats.nr_skipped, 6UL);
	KUNIT_EXPECT_EQ(test, m->sm.home, m->sm.nr);
	KUNIT_EXPECT_EQ(test, section_model_bring_in(m, ZONE_DMA32), 0UL);

	section_model_reset(m);
	section_model_ram(m, SZ_1M, (COST + 5) * PAGE_SIZE);
	section_model_ram(m, SZ_16M + SZ_1M, (COST + 6) * PAGE_SIZE);
	section_model_ram(m, SZ_32M + SZ_1M, (COST + 2) * PAGE_SIZE);
	section_model_plan(m);
	KUNIT_EXPECT_EQ(test, m->sm.home, 1UL);
	KUNIT_EXPECT_EQ(test, m->sm.stats.skipped, COST + 5);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA)->managed, 0UL);
	KUNIT_EXPECT_EQ(test, section_model_bring_in(m, ZONE_DMA32), 1UL);
	KUNIT_EXPECT_EQ(test, section_model_bring_in(m, ZONE_DMA32), 1UL);
	section_model_bring_in_all(m, &rnd);
}

/* Such a section is named, and at most 16 of them. */
static void islands_are_named(struct kunit *test)
{
	char log[2048];
	unsigned int i;

	for (i = 0; i < 20; i++)
		section_model_ram(m, (u64)i * SZ_16M + SZ_1M, SZ_8K);
	printk_capture_start(log, sizeof(log));
	section_map_init(&m->sm, m->bits, true);
	printk_capture_stop();
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "section: 2 free pages in "
			"[mem 0x0000000000000000-0x0000000000ffffff] are not used: "
			"21 are needed to describe them"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "section: 4 more sections"));
}

/* Memory that is wholly reserved is nobody's business; RAM that must not be touched, too. */
static void reserved_sections(struct kunit *test)
{
	section_model_ram(m, 0, SZ_64M);
	section_model_reserve(m, SZ_16M, SZ_16M);
	memblock_mark_nomap_in(&m->mb, 3 * SZ_16M, SZ_16M);
	memset(m->bits, 0, PAGE_SIZE);
	m->planned = true;
	section_map_init(&m->sm, m->bits, false);
	KUNIT_EXPECT_EQ(test, m->sm.stats.ram, 3 * 4096UL);
	KUNIT_EXPECT_EQ(test, m->sm.stats.offline_reserved, 4096UL);
	KUNIT_EXPECT_EQ(test, m->sm.stats.nr_skipped, 0UL);
	KUNIT_EXPECT_EQ(test, section_bring_in_in(&m->sm, ZONE_DMA32), 4096 - COST);
	KUNIT_EXPECT_EQ(test, section_bring_in_in(&m->sm, ZONE_DMA32), 0UL);
	KUNIT_EXPECT_EQ(test, m->sm.stats.online, 2UL);
}

/* Nobody ever sees half of a section that has no holes; others come in pieces. */
static void whole_sections_come_at_once(struct kunit *test)
{
	section_model_ram(m, 0, 4 * SZ_16M);
	section_model_reserve(m, SZ_32M + 3 * SZ_4K, 5 * SZ_4K);
	section_model_reserve(m, SZ_32M + SZ_8M, SZ_4K);
	section_model_plan(m);
	section_model_bring_in(m, ZONE_DMA);
	m->nr_pieces = 0;
	section_model_bring_in(m, ZONE_DMA32);
	KUNIT_EXPECT_EQ(test, m->nr_pieces, 1UL);
	section_model_bring_in(m, ZONE_DMA32);
	KUNIT_EXPECT_GT(test, m->nr_pieces, 3UL);
}

/* Should the plan ever promise too much: a warning, and the promise is taken back. */
static void broken_promise(struct kunit *test)
{
	const unsigned long taint = get_taint();
	char log[1024] = "";

	if (panic_on_warn)
		kunit_skip(test, "panic_on_warn");
	section_model_ram(m, 0, SZ_32M);
	section_model_plan(m);
	m->sm.zone[ZONE_DMA32].dormant += 5;
	m->sm.zone[ZONE_DMA32].managed += 5;
	m->sm.stats.dormant += 5;
	m->sm.stats.dormant_cost -= 5;
	KUNIT_EXPECT_GT(test, section_bring_in_in(&m->sm, ZONE_DMA32), 0UL);
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_EQ(test, section_bring_in_in(&m->sm, ZONE_DMA32), 0UL);
	printk_capture_stop();
	set_taint_mask(taint);
	KUNIT_EXPECT_EQ(test, m->sm.zone[ZONE_DMA32].dormant, 0UL);
	KUNIT_EXPECT_EQ(test, m->sm.stats.skipped, 5UL);
}

/* ---- early mappings -------------------------------------------------------------- */

/* Boot memory in the middle: its section is mapped, its tables are reserved and paid for. */
static void early_mapping(struct kunit *test)
{
	section_model_ram(m, 0, SZ_256M);
	section_model_ram(m, 5ULL * SZ_1G, SZ_64M);
	section_model_reserve(m, SZ_64M, SZ_1M);
	KUNIT_EXPECT_PTR_EQ(test, section_map_early_in(&m->sm, SZ_64M, SZ_1M), __va(SZ_64M));
	KUNIT_EXPECT_EQ(test, m->nr_tables, 2u);
	/* again, and its neighbours: one more range, no more tables */
	section_map_early_in(&m->sm, SZ_64M + SZ_4K, SZ_4K);
	section_map_early_in(&m->sm, SZ_64M + SZ_8M, SZ_32M);
	KUNIT_EXPECT_EQ(test, m->nr_tables, 2u);
	KUNIT_EXPECT_EQ(test, m->sm.nr_early, 1u);
	KUNIT_EXPECT_EQ(test, m->sm.early[0].last, 6UL);
	/* downwards, too: memblock hands out from the top */
	section_map_early_in(&m->sm, SZ_64M - SZ_8M, SZ_4K);
	KUNIT_EXPECT_EQ(test, m->sm.nr_early, 1u);
	KUNIT_EXPECT_EQ(test, m->sm.early[0].first, 3UL);
	/* and one below: the list stays sorted */
	section_map_early_in(&m->sm, SZ_4M, 1);
	KUNIT_EXPECT_EQ(test, m->sm.early[0].last, 0UL);
	section_map_early_in(&m->sm, 5ULL * SZ_1G, 1);
	KUNIT_EXPECT_EQ(test, m->nr_tables, 3u);
	section_model_plan(m);
	/* vmemmap's tables are all that home has to pay for */
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA)->managed, 4096 - COST - 2);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_DMA32)->managed, 15 * (4096 - COST) - 256 - 2);
	KUNIT_EXPECT_EQ(test, zone_of(ZONE_NORMAL)->managed, 4 * (4096 - COST) - 1 - 1);
	section_model_bring_in_all(m, &rnd);
}

/* No page for a table, or too many places: NULL, and nothing is kept. */
static void early_mapping_fails(struct kunit *test)
{
	char log[256];
	unsigned int i;

	section_model_ram(m, 0, SZ_8K);
	section_model_reserve(m, 0, SZ_4K);
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_NULL(test, section_map_early_in(&m->sm, 0, SZ_4K));
	printk_capture_stop();
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "section: cannot map boot memory at 0"));
	KUNIT_EXPECT_EQ(test, m->mb.reserved.total_size, (phys_addr_t)SZ_4K);
	KUNIT_EXPECT_EQ(test, m->nr_tables, 0u);
	section_model_ram(m, 0, SZ_2G);
	for (i = 0; i < SECTION_MAX_EARLY; i++)
		KUNIT_EXPECT_NOT_NULL(test, section_map_early_in(&m->sm, (u64)i * SZ_32M, 1));
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_NULL(test, section_map_early_in(&m->sm, (u64)i * SZ_32M, 1));
	printk_capture_stop();
}

/*
 * Another CPU brings a section in, and is stuck in a handler that wants a lock of ours: whoever
 * may hold one gives up.
 */
static void atomic_waiters_give_up(struct kunit *test)
{
	unsigned long flags;

	section_model_ram(m, 0, SZ_64M);
	section_model_plan(m);
	m->sm.growing_cpu = (int)smp_processor_id() + 1;
	m->sm.growing = true;
	local_irq_save(flags);
	KUNIT_EXPECT_EQ(test, section_bring_in_in(&m->sm, ZONE_DMA32), 0UL);
	local_irq_restore(flags);
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, section_bring_in_in(&m->sm, ZONE_DMA32), 0UL);
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, m->sm.growing);		/* still the other's */
	m->sm.growing = false;
	KUNIT_EXPECT_GT(test, section_model_bring_in(m, ZONE_DMA32), 0UL);
}

/* ---- random machines ------------------------------------------------------------- */

/* An address near which something interesting happens. */
static u64 random_base(void)
{
	static const u64 near[] = {
		0, SZ_16M, SZ_512M, SZ_1G, 1ULL << 32, 1ULL << 38, 1ULL << 39, 1ULL << 40,
	};
	const u64 base = near[prandom_u32_below(&rnd, ARRAY_SIZE(near))];
	const u64 below = (u64)prandom_u32_below(&rnd, 3) * SZ_16M;

	return base > below ? base - below : base;
}

/* Sizes from a page to some sections, small ones as likely as large ones; 2 MiB edges, too. */
static u64 random_pages(void)
{
	const u64 size = 1 + prandom_u32_below(&rnd, 1u << prandom_u32_below(&rnd, 14));

	return prandom_u32_below(&rnd, 3) ? size : (size + 511) & ~511ULL;
}

static void random_machine(struct kunit *test)
{
	unsigned int i, n = 1 + prandom_u32_below(&rnd, 10);

	m->sm.small_start = random_base();
	m->sm.small_end = m->sm.small_start + prandom_u32_below(&rnd, SZ_32M);
	for (i = 0; i < n; i++) {
		u64 at = random_base() >> PAGE_SHIFT;

		if (prandom_u32_below(&rnd, 2))
			at += prandom_u32_below(&rnd, 8192);
		section_model_ram(m, at << PAGE_SHIFT, random_pages() << PAGE_SHIFT);
	}
	n = prandom_u32_below(&rnd, 20);
	for (i = 0; i < n; i++)		/* to the byte, and not only in RAM */
		section_model_reserve(m, random_base() + prandom_u32_below(&rnd, SZ_32M),
				      random_pages() << prandom_u32_below(&rnd, 8));
	n = prandom_u32_below(&rnd, 4);
	for (i = 0; i < n; i++) {
		struct memblock_request rq = {
			.size = SZ_4K, .nid = NUMA_NO_NODE, .max = MEMBLOCK_ALLOC_ANYWHERE,
			.min = random_base(),
		};
		const u64 at = memblock_phys_alloc_in(&m->mb, &rq);

		if (at)
			section_map_early_in(&m->sm, at, SZ_4K);
	}
}

/* Whatever the map: sections are covered exactly, and what was planned is what comes. */
static void random_maps(struct kunit *test)
{
	const unsigned int rounds = IS_ENABLED(__HOSTED__) ? 400 : 40;
	char log[512];
	unsigned int i;

	printk_capture_start(log, sizeof(log));
	for (i = 0; i < rounds && test->status != KUNIT_FAILURE; i++) {
		section_model_reset(m);
		random_machine(test);
		section_model_plan(m);
		section_model_bring_in_all(m, &rnd);
	}
	printk_capture_stop();
	if (test->status == KUNIT_FAILURE)
		kunit_info(test, "seed %#llx, round %u", kunit_seed(), i);
}

/* ---- this machine ---------------------------------------------------------------- */

static struct section_stats st;
static unsigned long owners;

static int sum_up(void *unused)
{
	int owner;

	for (owners = 0, owner = PAGE_OWNER_NONE + 1; owner < NR_PAGE_OWNERS; owner++)
		owners += page_owner_pages(owner);
	section_get_stats(&st);
	return 0;
}

static void this_machine_sums(struct kunit *test)
{
	int zid;

	mm_while_stopped(sum_up, NULL);		/* pages go from one owner to the next */
	KUNIT_EXPECT_EQ(test, owners, st.online * PAGES_PER_SECTION);
	KUNIT_EXPECT_EQ(test, st.ram, owners - st.online_holes + st.dormant + st.dormant_cost +
			st.offline_reserved + st.skipped);
	KUNIT_EXPECT_EQ(test, st.ram, memblock_phys_mem_size() >> PAGE_SHIFT);
	for (zid = 0; zid < MAX_NR_ZONES; zid++) {
		KUNIT_EXPECT_LE(test, zones[zid].managed_pages, zones[zid].present_pages);
		KUNIT_EXPECT_LE(test, zones[zid].nr_dormant, zones[zid].managed_pages);
		KUNIT_EXPECT_EQ(test, section_nr_dormant_pages(&zones[zid]),
				section_map.zone[zid].dormant);
	}
}

/* Frames of online sections have an owner; others have no struct page at all. */
static void this_machine_pfns(struct kunit *test)
{
	unsigned long nr, n = 0;

	for (nr = section_next_online(0); nr < section_map.nr; nr = section_next_online(nr + 1)) {
		KUNIT_EXPECT_TRUE(test, pfn_online(section_nr_to_pfn(nr)));
		KUNIT_EXPECT_TRUE(test, pfn_online(section_nr_to_pfn(nr + 1) - 1));
		KUNIT_EXPECT_NE(test, (int)pfn_to_page(section_nr_to_pfn(nr))->owner,
				(int)PAGE_OWNER_NONE);
		n++;
	}
	KUNIT_EXPECT_GT(test, n, 0UL);
	KUNIT_EXPECT_FALSE(test, pfn_online(section_nr_to_pfn(section_map.nr)));
	KUNIT_EXPECT_FALSE(test, pfn_online(~0UL));
	KUNIT_EXPECT_FALSE(test, pfn_valid(1UL << 52));
}

/* What is dormant costs nothing: it is not even mapped. */
static void this_machine_dormant_is_unmapped(struct kunit *test)
{
	unsigned long nr = section_map.nr - 1;
	phys_addr_t start, end;
	u64 idx;
	u8 byte;

	if (IS_ENABLED(__HOSTED__))
		kunit_skip(test, "the hosted machine has everything mapped");
	while (nr && section_online(nr))
		nr--;
	idx = memblock_seek_mem(&memblock, (phys_addr_t)nr << SECTION_SHIFT);
	if (!nr || !memblock_next_mem(&memblock, &idx, &start, &end, NULL) ||
	    start > (phys_addr_t)nr << SECTION_SHIFT)
		kunit_skip(test, "no whole section is dormant");
	KUNIT_EXPECT_NE(test, copy_from_kernel_nofault(&byte,
				__va((phys_addr_t)nr << SECTION_SHIFT), 1), 0L);
	KUNIT_EXPECT_NE(test, copy_from_kernel_nofault(&byte,
				pfn_to_page(section_nr_to_pfn(nr)), 1), 0L);
}

/* False: wrong, or other CPUs have freed or taken some.  With the last section one cannot tell. */
static bool bring_in_is_right(struct kunit *test, struct zone *z)
{
	const unsigned long before = z->nr_free + z->nr_dormant;
	u64 ticks = rdtsc();
	unsigned long got = section_bring_in(z);

	ticks = rdtsc() - ticks;
	kunit_info(test, "%s: %lu pages in %llu ticks of the TSC", z->name, got, ticks);
	KUNIT_EXPECT_GT(test, got, 0UL);
	return z->nr_free + z->nr_dormant == before || (num_online_cpus() > 1 && !z->nr_dormant);
}

/* Bring one in for good: free + dormant of its zone is what it was. */
static void this_machine_bring_in(struct kunit *test)
{
	static struct zone private_zone = { .free_tag = 1 };
	struct zone *z;
	char msg[160] = "";

	KUNIT_EXPECT_EQ(test, section_bring_in(&private_zone), 0UL);
	for_each_zone(z)
		if (z->nr_dormant)
			KUNIT_EXPECT_TRUE(test, AGAIN(bring_in_is_right(test, z)));
	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
}

/* ---- the suite ------------------------------------------------------------------- */

static int section_init_case(struct kunit *test)
{
	prandom_seed_state(&rnd, kunit_seed());
	return section_model_init(m, test);
}

static void section_exit_case(struct kunit *test)
{
	printk_capture_stop();
	section_model_exit(m);
}

static struct kunit_case section_cases[] = {
	KUNIT_CASE(plan_whole_sections), KUNIT_CASE(plan_pc),
	KUNIT_CASE(plan_large_image), KUNIT_CASE(plan_large),
	KUNIT_CASE(plan_16_tib), KUNIT_CASE(home_comes_first),
	KUNIT_CASE(no_memory_under_16_mib), KUNIT_CASE(islands_far_apart),
	KUNIT_CASE(islands_too_small), KUNIT_CASE(islands_are_named),
	KUNIT_CASE(reserved_sections), KUNIT_CASE(broken_promise),
	KUNIT_CASE(whole_sections_come_at_once),
	KUNIT_CASE(early_mapping),
	KUNIT_CASE(early_mapping_fails), KUNIT_CASE(atomic_waiters_give_up),
	KUNIT_CASE_SLOW(random_maps),
	KUNIT_CASE(this_machine_sums), KUNIT_CASE(this_machine_pfns),
	KUNIT_CASE(this_machine_dormant_is_unmapped), KUNIT_CASE(this_machine_bring_in),
	{}
};

static struct kunit_suite section_suite = {
	.name = "section",
	.init = section_init_case,
	.exit = section_exit_case,
	.test_cases = section_cases,
};
kunit_test_suite(section_suite);
