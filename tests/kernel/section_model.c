/* SPDX-License-Identifier: MIT */
/* section_model.c - the make-believe machine of the section suites */
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "section_model.h"

static struct section_model *model_of(struct section_map *sm)
{
	return container_of(sm, struct section_model, sm);
}

/* ---- page tables ----------------------------------------------------------------- */

/* The two address spaces that grow. */
#define MODEL_DIRECT	1
#define MODEL_MEMMAP	2

static bool have_table(const struct section_model *m, u64 key)
{
	unsigned int i;

	for (i = m->nr_tables; i--; )
		if (m->table[i] == key)
			return true;
	return false;
}

/* Count the table, and make it if add. */
static unsigned int want_table(struct section_model *m, u64 space, unsigned int shift, u64 vaddr,
			       bool add)
{
	const u64 key = (space << 8 | shift) << 48 | vaddr >> shift;

	if (have_table(m, key))
		return 0;
	if (m->nr_tables == MODEL_MAX_TABLES)
		KUNIT_FAIL_AND_ABORT(m->test, "model: too many tables");
	m->table[m->nr_tables++] = key;
	return 1;
}

/*
 * Walk [vaddr, vaddr + bytes) of an address space as the CPU's tables have it: one table
 * for each 512 GiB, for each GiB, and for each 2 MiB that is not one large page.  (Struct
 * pages lie in the image's 512 GiB, whose table is static.)
 */
static unsigned int walk_tables(struct section_model *m, u64 space, u64 vaddr, u64 bytes,
				bool large_ok, bool add)
{
	const u64 end = vaddr + bytes;
	const unsigned int before = m->nr_tables;
	unsigned int n = 0;
	u64 next;

	for (; vaddr < end; vaddr = next) {
		next = min((vaddr | (PMD_SIZE - 1)) + 1, end);
		if (space != MODEL_MEMMAP)
			n += want_table(m, space, 39, vaddr, add);
		n += want_table(m, space, 30, vaddr, add);
		if (!large_ok || next - vaddr != PMD_SIZE ||
		    (vaddr < m->sm.small_end && next > m->sm.small_start))
			n += want_table(m, space, 21, vaddr, add);
	}
	if (!add)
		m->nr_tables = before;
	return n;
}

static unsigned int model_direct_tables(struct section_map *sm, phys_addr_t start,
					phys_addr_t end)
{
	return walk_tables(model_of(sm), MODEL_DIRECT, start, end - start, true, false);
}

static unsigned int model_memmap_tables(struct section_map *sm, unsigned long pfn,
					unsigned long nr_pfns)
{
	return walk_tables(model_of(sm), MODEL_MEMMAP, pfn * 16, nr_pfns * 16, false, false);
}

/* ---- who owns which frame -------------------------------------------------------- */

static u8 *shadow_of(struct section_model *m, unsigned long pfn)
{
	const unsigned long nr = pfn_to_section_nr(pfn);
	unsigned int i;

	for (i = 0; i < m->nr_shadows; i++)
		if (m->shadow[i].nr == nr)
			return m->shadow[i].owner + pfn % PAGES_PER_SECTION;
	if (m->nr_shadows == MODEL_MAX_SECTIONS)
		KUNIT_FAIL_AND_ABORT(m->test, "model: too many sections");
	m->shadow[i].nr = nr;
	m->shadow[i].owner = (u8 *)get_zeroed_page(GFP_ATOMIC);	/* under a lock */
	KUNIT_ASSERT_NOT_NULL(m->test, m->shadow[i].owner);
	m->nr_shadows++;
	return m->shadow[i].owner + pfn % PAGES_PER_SECTION;
}

static bool page_usable(const struct section_model *m, unsigned long pfn)
{
	const int i = memblock_search(&m->mb.memory, PFN_PHYS(pfn));

	return i >= 0 && !(m->mb.memory.regions[i].flags & MEMBLOCK_NOMAP) &&
	       !memblock_overlaps_region(&m->mb.reserved, PFN_PHYS(pfn), PAGE_SIZE);
}

/* Frames [start, end) go from one owner to another; usable: as memblock has them. */
static void move_owner(struct section_model *m, unsigned long start, unsigned long end, u8 from,
		       u8 to, bool usable)
{
	u8 *shadow = shadow_of(m, start);
	unsigned long i;

	if (start >= end || pfn_to_section_nr(start) != pfn_to_section_nr(end - 1))
		KUNIT_FAIL_AND_ABORT(m->test, "model: [%lx, %lx) is not in one section", start,
				     end);
	for (i = 0; i < end - start; i++) {
		if (shadow[i] != from || page_usable(m, start + i) != usable)
			KUNIT_FAIL_AND_ABORT(m->test, "pfn %#lx: owner %u, not %u; usable %d",
					     start + i, shadow[i], from,
					     page_usable(m, start + i));
		shadow[i] = to;
	}
}

#define OWNER_TOLD	100		/* told to hold tables or struct pages, not yet marked */

/* Before the plan, pages for tables come from memblock; afterwards from the section. */
static void use_pages(struct section_model *m, const phys_addr_t *pages, unsigned int nr)
{
	while (nr--) {
		const unsigned long pfn = PHYS_PFN(pages[nr]);

		if (m->planned)
			move_owner(m, pfn, pfn + 1, 0, OWNER_TOLD, true);
		else
			KUNIT_EXPECT_FALSE(m->test, page_usable(m, pfn));
	}
}

static void model_direct_map(struct section_map *sm, phys_addr_t start, phys_addr_t end,
			     const phys_addr_t *tables, unsigned int nr)
{
	struct section_model *m = model_of(sm);

	KUNIT_EXPECT_EQ(m->test, walk_tables(m, MODEL_DIRECT, start, end - start, true, true), nr);
	use_pages(m, tables, nr);
}

static void model_memmap_map(struct section_map *sm, unsigned long pfn, unsigned long nr_pfns,
			     phys_addr_t paddr, const phys_addr_t *tables, unsigned int nr)
{
	struct section_model *m = model_of(sm);
	phys_addr_t page;

	KUNIT_EXPECT_EQ(m->test,
			walk_tables(m, MODEL_MEMMAP, pfn * 16, nr_pfns * 16, false, true), nr);
	use_pages(m, tables, nr);
	for (page = paddr; page < paddr + nr_pfns * 16; page += PAGE_SIZE)
		use_pages(m, &page, 1);
	m->memmap_mapped += nr_pfns;
}

static void model_memmap_clear(struct section_map *sm, unsigned long pfn, unsigned long nr_pfns)
{
	struct section_model *m = model_of(sm);

	KUNIT_EXPECT_EQ(m->test, m->memmap_mapped, PAGES_PER_SECTION);
	KUNIT_EXPECT_EQ(m->test, nr_pfns, PAGES_PER_SECTION);
	m->memmap_mapped = 0;
	/* Interrupts are on; one that comes now and asks for more gets nothing. */
	KUNIT_EXPECT_TRUE(m->test, sm->growing && !spin_is_held(&sm->lock));
	KUNIT_EXPECT_EQ(m->test, section_bring_in_in(sm, ZONE_NORMAL), 0UL);
}

static void model_mark(struct section_map *sm, unsigned long start, unsigned long end, int owner)
{
	struct section_model *m = model_of(sm);

	if (owner == PAGE_OWNER_MEMMAP) {
		move_owner(m, start, end, OWNER_TOLD, (u8)owner, true);
		return;
	}
	KUNIT_EXPECT_EQ(m->test, owner, (int)PAGE_OWNER_RESERVED);
	move_owner(m, start, end, 0, (u8)owner, false);
}

static void model_free_range(struct section_map *sm, int zid, unsigned long start,
			     unsigned long end)
{
	struct section_model *m = model_of(sm);

	m->nr_pieces++;
	/* Whoever looks at the zone now still counts them as dormant, or he would miss them. */
	if (m->zone_free[zid])		/* or nobody has been told anything yet */
		KUNIT_EXPECT_EQ(m->test, m->zone_dormant[zid], sm->zone[zid].dormant + end - start);
	move_owner(m, start, end, 0, PAGE_OWNER_FREE, true);
	KUNIT_EXPECT_EQ(m->test, (int)pfn_zone_type(start), zid);
	m->zone_free[zid] += end - start;
}

/* As an interrupt would see it: only under the lock, and never a value of the past. */
static void model_set_dormant(struct section_map *sm, int zid, unsigned long nr_pages)
{
	struct section_model *m = model_of(sm);

	KUNIT_EXPECT_TRUE(m->test, spin_is_held(&sm->lock) && irqs_disabled());
	KUNIT_EXPECT_EQ(m->test, nr_pages, sm->zone[zid].dormant);
	m->zone_dormant[zid] = nr_pages;
}

static const struct section_ops model_ops = {
	.has_tables = true,
	.direct_tables = model_direct_tables,
	.direct_map = model_direct_map,
	.memmap_tables = model_memmap_tables,
	.memmap_map = model_memmap_map,
	.memmap_clear = model_memmap_clear,
	.mark = model_mark,
	.free_range = model_free_range,
	.set_dormant = model_set_dormant,
};

/* ---- machines -------------------------------------------------------------------- */

int section_model_init(struct section_model *m, struct kunit *test)
{
	memset(m, 0, sizeof(*m));
	m->test = test;
	m->bits = (unsigned long *)__get_free_pages(GFP_KERNEL, MODEL_BITS_ORDER);
	section_model_reset(m);
	return m->bits ? 0 : -ENOMEM;
}

void section_model_reset(struct section_model *m)
{
	while (m->nr_shadows)
		free_page((unsigned long)m->shadow[--m->nr_shadows].owner);
	m->nr_tables = 0;
	m->planned = false;
	m->memmap_mapped = 0;
	memset(m->zone_free, 0, sizeof(m->zone_free));
	memset(m->zone_dormant, 0, sizeof(m->zone_dormant));
	memset(&m->sm, 0, sizeof(m->sm));
	memblock_init_in(&m->mb, NULL);
	m->sm.mb = &m->mb;
	m->sm.ops = &model_ops;
	spin_lock_init_ranked(&m->sm.lock, LOCK_SECTION);
}

void section_model_exit(struct section_model *m)
{
	section_model_reset(m);
	free_pages((unsigned long)m->bits, MODEL_BITS_ORDER);
	m->bits = NULL;
}

void section_model_ram(struct section_model *m, u64 base, u64 size)
{
	KUNIT_EXPECT_EQ(m->test, memblock_add_in(&m->mb, base, size, NUMA_NO_NODE, 0), 0);
}

void section_model_reserve(struct section_model *m, u64 base, u64 size)
{
	KUNIT_EXPECT_EQ(m->test, memblock_reserve_in(&m->mb, base, size), 0);
}

/* The sum of section_stats, the zones against it, and RAM against memblock. */
static void check_sums(struct section_model *m)
{
	const struct section_stats *st = &m->sm.stats;
	unsigned long present = 0, dormant = 0;
	int zid;

	for (zid = 0; zid < SECTION_NR_ZONES; zid++) {
		const struct section_zone *sz = &m->sm.zone[zid];

		if (m->zone_free[zid])		/* or nobody has been told anything yet */
			KUNIT_EXPECT_EQ(m->test, m->zone_dormant[zid], sz->dormant);
		present += sz->present;
		dormant += sz->dormant;
		KUNIT_EXPECT_EQ(m->test, sz->managed, sz->dormant + m->zone_free[zid]);
	}
	KUNIT_EXPECT_EQ(m->test, present, st->ram);
	KUNIT_EXPECT_EQ(m->test, dormant, st->dormant);
	KUNIT_EXPECT_EQ(m->test, st->ram, m->mb.memory.total_size >> PAGE_SHIFT);
	KUNIT_EXPECT_EQ(m->test, st->ram, st->online * PAGES_PER_SECTION - st->online_holes +
			st->dormant + st->dormant_cost + st->offline_reserved + st->skipped);
}

void section_model_plan(struct section_model *m)
{
	KUNIT_ASSERT_LE(m->test, section_map_nr(&m->mb), NR_SECTIONS_MAX);
	memset(m->bits, 0, PAGE_SIZE << MODEL_BITS_ORDER);
	m->planned = true;
	memblock_hand_over_in(&m->mb);
	section_map_init(&m->sm, m->bits, false);
	check_sums(m);
}

/* Every frame of every online section has an owner now. */
static void check_covered(struct section_model *m)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(m->test, (unsigned long)m->nr_shadows, m->sm.stats.online);
	for (i = 0; i < m->nr_shadows; i++) {
		const u8 *owner = m->shadow[i].owner;

		KUNIT_EXPECT_TRUE(m->test, m->bits[m->shadow[i].nr / 64] >>
					   (m->shadow[i].nr % 64) & 1);
		KUNIT_EXPECT_NULL(m->test, memchr(owner, 0, PAGES_PER_SECTION));
		KUNIT_EXPECT_NULL(m->test, memchr(owner, OWNER_TOLD, PAGES_PER_SECTION));
	}
}

unsigned long section_model_bring_in(struct section_model *m, int zid)
{
	const unsigned long before = m->zone_free[zid];
	const unsigned long got = section_bring_in_in(&m->sm, zid);

	KUNIT_EXPECT_EQ(m->test, m->zone_free[zid] - before, got);
	check_sums(m);
	return got;
}

void section_model_bring_in_all(struct section_model *m, struct rnd_state *rnd)
{
	unsigned int left = (1u << SECTION_NR_ZONES) - 1;

	while (left) {
		const unsigned int zid = prandom_u32_below(rnd, SECTION_NR_ZONES);

		if (left & 1u << zid && !section_model_bring_in(m, (int)zid))
			left &= ~(1u << zid);
	}
	KUNIT_EXPECT_EQ(m->test, m->sm.stats.dormant, 0UL);
	KUNIT_EXPECT_EQ(m->test, m->sm.stats.dormant_cost, 0UL);
	check_covered(m);
}
