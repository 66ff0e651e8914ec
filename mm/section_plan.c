/* SPDX-License-Identifier: MIT */
/*
 * mm/section_plan.c - what will every section give, and what will it cost?
 *
 * MODEL
 *   Zones must know at boot how many pages they will ever have, although no section but
 *   one has been looked at.  Bringing a section in costs
 *
 *	16	pages of struct page,
 *	ragged	page tables for 2 MiB chunks that are not wholly RAM of one region, or
 *		that hold read-only parts of the kernel's image, and
 *	new	tables of the levels above, if no section below shares them:
 *
 *		direct map: one for each GiB and for each 512 GiB of RAM's addresses;
 *		vmemmap (16 bytes a frame): one for each 512 MiB and 256 GiB.
 *
 *   Sections come in lowest first within a zone, after the lowest of all ("home").  A span
 *   that zones share starts at 0, so home pays for it: walking by address, a table is paid
 *   for by the first viable section in its span.  Direct-map tables that exist already
 *   (early sections) are nobody's debt.
 *
 *   A run of sections that are all RAM and all free needs no walk: its spans are counted
 *   by division.  So the plan takes time in proportion to the regions of the map, and
 *   none in proportion to RAM.
 *
 *	RAM	  |==r===========================R==|		r R: something reserved
 *	section	  |  0  |  1  |  2  |  3  |  4  |  5  |		RAM ends inside of 5
 *	looked at   one   \______ run ______/    one
 *
 *   A table belongs to a span of addresses, and whoever comes first in the span pays:
 *
 *	1 GiB spans	|- - - - - - 0 - - - - - -|- - - - - - 1 - - - - - -|
 *	sections	|0 pays|   free of charge |64 pays| free of charge  |
 *
 *   That makes the price of a section depend on which others are in; hence the fixed order
 *   in which they come (section.c), in which this plan walks, too.
 *
 * INVARIANTS	the plan's cost of a section is what section.c pays for it (its test brings
 *		everything in and finds dormant == 0).
 * LOCKING	none: boot; the measuring functions only read memblock.
 * CONTEXT	section_map_init(): boot.  The rest: any.
 * FAILURE	a section with less free memory than it costs is named and not used.
 * NOT HERE	doing it: section.c.
 */
#include <linux/array_size.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/section.h>
#include <linux/string.h>
#include "internal.h"

#define MAX_NAMED	16		/* sections that are not used; the rest is counted */

/*
 * log2 of the bytes of RAM that one table of each kind serves.  A table has 512 entries: of 2 MiB
 * pages that is 1 GiB of direct map.  vmemmap holds 16 bytes a frame, a 256th of RAM, in small
 * pages: 512 of them, 2 MiB of struct pages, are 512 MiB of RAM.  And 512 times that above.
 * (vmemmap lies in the image's 512 GiB, whose table is part of the image.)
 */
static const struct {
	u8   shift;
	bool direct;			/* of the direct map: early sections have paid */
} plan_tables[] = {
	{ 30, true }, { 39, true },
	{ 29, false }, { 38, false },
};

/* plan_tables[].shift - SECTION_SHIFT is a shift of section numbers. */
static_assert(SECTION_SHIFT < 29, "no table serves less than a section");
static_assert(SECTION_SHIFT > PMD_SHIFT, "large pages lie in one section");
static_assert(SECTION_NR_ZONES == MAX_NR_ZONES);

struct section_plan {
	struct section_map *sm;
	u64 last[ARRAY_SIZE(plan_tables)];	/* the latest span that is paid for */
	bool verbose;
};

static phys_addr_t section_base(unsigned long nr)
{
	return (phys_addr_t)nr << SECTION_SHIFT;
}

/* ---- measuring one section ------------------------------------------------------- */

/*
 * The next range of whole free pages in section nr, as frames.  Inwards: reserved ranges may begin
 * in the middle of a page, and what touches one is not free.
 */
bool section_next_usable(const struct section_map *sm, u64 *idx, unsigned long nr,
			 unsigned long *start_pfn, unsigned long *end_pfn)
{
	const phys_addr_t base = section_base(nr), limit = section_base(nr + 1);
	phys_addr_t start, end;

	while (memblock_next_free(sm->mb, idx, NUMA_NO_NODE, &start, &end)) {
		if (start >= limit)
			return false;
		*start_pfn = PFN_UP(max(start, base));
		*end_pfn = PFN_DOWN(min(end, limit));
		if (*start_pfn < *end_pfn)
			return true;
	}
	return false;
}

/*
 * Chunks of 2 MiB of [start, end), one region's, that no large page can map; *last: counted.
 * Two regions may end and begin in one chunk: its table is the same, and is paid for once.
 */
static unsigned int ragged_chunks(const struct section_map *sm, phys_addr_t start,
				  phys_addr_t end, u64 *last)
{
	phys_addr_t chunk = start & PMD_MASK;
	unsigned int n = 0;

	for (; chunk < end; chunk += PMD_SIZE) {
		const bool whole = start <= chunk && chunk + PMD_SIZE <= end;
		const bool small = chunk < sm->small_end && chunk + PMD_SIZE > sm->small_start;

		if ((whole && !small) || chunk == *last)
			continue;
		*last = chunk;
		n++;
	}
	return n;
}

/* Exact, from memblock alone, so that it says the same at boot and when the section comes in. */
void section_measure(const struct section_map *sm, unsigned long nr, struct section_info *si)
{
	const phys_addr_t base = section_base(nr), limit = section_base(nr + 1);
	unsigned long start_pfn, end_pfn;
	phys_addr_t start, end;
	u64 idx, last = ~0ULL;

	*si = (struct section_info){ .nr = nr };
	for (idx = memblock_seek_mem(sm->mb, base);
	     memblock_next_mem(sm->mb, &idx, &start, &end, NULL) && start < limit; ) {
		start = max(start, base);
		end = min(end, limit);
		si->ram += PFN_DOWN(end) - PFN_UP(start);
		si->ragged += ragged_chunks(sm, start, end, &last);
	}
	for_each_section_usable(sm, nr, idx, &start_pfn, &end_pfn)
		si->usable += end_pfn - start_pfn;
	VM_WARN_ON_ONCE(si->usable > si->ram || si->ram > PAGES_PER_SECTION);
	VM_WARN_ON_ONCE(si->ragged > SECTION_SIZE / PMD_SIZE);
}

/* ---- tables that sections share -------------------------------------------------- */

/* How many of the spans [lo, hi] of kind k has nobody paid for yet? */
static u64 unpaid_spans(const struct section_plan *p, unsigned int k, u64 lo, u64 hi)
{
	const unsigned int shift = plan_tables[k].shift - SECTION_SHIFT;
	u64 n;
	u32 i;

	/* By address: what is paid for already can only be the span that we begin in. */
	VM_WARN_ON_ONCE(p->last[k] != ~0ULL && lo < p->last[k]);
	if (lo == p->last[k])
		lo++;
	n = lo <= hi ? hi - lo + 1 : 0;
	if (!plan_tables[k].direct)
		return n;
	for (i = 0; i < p->sm->nr_early; i++) {
		const u64 from = max(lo, (u64)p->sm->early[i].first >> shift);
		const u64 to = min(hi, (u64)p->sm->early[i].last >> shift);

		if (from > to || from > hi)
			continue;
		VM_WARN_ON_ONCE(n < to - from + 1);
		n -= to - from + 1;
		lo = to + 1;		/* early[] is sorted: do not count a span twice */
	}
	return n;
}

/* Tables that sections [first, last] add; pay: from now on they are there. */
static unsigned long new_tables(struct section_plan *p, unsigned long first, unsigned long last,
				bool pay)
{
	unsigned long n = 0;
	unsigned int k;

	if (!p->sm->ops->has_tables)
		return 0;
	for (k = 0; k < ARRAY_SIZE(plan_tables); k++) {
		const unsigned int shift = plan_tables[k].shift - SECTION_SHIFT;

		n += unpaid_spans(p, k, first >> shift, last >> shift);
		if (pay)
			p->last[k] = last >> shift;
	}
	return n;
}

/* ---- the plan -------------------------------------------------------------------- */

/* managed becomes the sum of dormant: at the end of the plan nothing is online yet. */
static void plan_viable(struct section_plan *p, unsigned long nr, unsigned long usable,
			unsigned long cost)
{
	struct section_map *sm = p->sm;
	struct section_zone *sz = &sm->zone[section_zone_of(nr)];

	VM_BUG_ON(usable <= cost);
	VM_WARN_ON_ONCE(nr >= sm->nr);
	sm->home = min(sm->home, nr);
	sz->dormant += usable - cost;
	sm->stats.dormant += usable - cost;
	sm->stats.dormant_cost += cost;
}

/*
 * Not even a page more than it costs: it stays dormant for good.  To pay from a neighbour's pages
 * could win some, but then its free pages would hang on another section's being there.
 */
static void plan_skipped(struct section_plan *p, const struct section_info *si,
			 unsigned long cost)
{
	struct section_stats *st = &p->sm->stats;

	st->skipped += si->usable;
	st->offline_reserved += si->ram - si->usable;
	if (!si->usable)
		return;
	if (st->nr_skipped++ < MAX_NAMED && p->verbose)
		pr_info("section: %lu free pages in [mem 0x%016llx-0x%016llx] are not used: "
			"%lu are needed to describe them\n", si->usable, section_base(si->nr),
			section_base(si->nr + 1) - 1, cost);
}

/* One at a time.  First the price, then whether it is worth it, and only then is it paid. */
static void plan_section(struct section_plan *p, unsigned long nr)
{
	struct section_map *sm = p->sm;
	struct section_info si;
	unsigned long cost;

	section_measure(sm, nr, &si);
	cost = SECTION_MEMMAP_PAGES + new_tables(p, nr, nr, false);
	if (sm->ops->has_tables && !section_is_early(sm, nr))
		cost += si.ragged;
	sm->zone[section_zone_of(nr)].present += si.ram;
	sm->stats.ram += si.ram;
	if (si.usable <= cost) {
		plan_skipped(p, &si, cost);
		return;
	}
	new_tables(p, nr, nr, true);
	sm->stats.offline_reserved += si.ram - si.usable;
	plan_viable(p, nr, si.usable, cost);
}

/* n sections from nr on are whole and free. */
static void plan_run(struct section_plan *p, unsigned long nr, unsigned long n)
{
	const unsigned long tables = new_tables(p, nr, nr + n - 1, true);

	VM_BUG_ON(section_zone_of(nr) != section_zone_of(nr + n - 1));
	VM_WARN_ON_ONCE(n * PAGES_PER_SECTION <= n * SECTION_MEMMAP_PAGES + tables);
	p->sm->zone[section_zone_of(nr)].present += n * PAGES_PER_SECTION;
	p->sm->stats.ram += n * PAGES_PER_SECTION;
	plan_viable(p, nr, n * PAGES_PER_SECTION, n * SECTION_MEMMAP_PAGES + tables);
}

/* How many sections from nr on, in one zone, lie in r, free, and need no small pages? */
static unsigned long plain_run(const struct section_plan *p, const struct memblock_region *r,
			       unsigned long nr)
{
	const struct memblock_type *rsv = &p->sm->mb->reserved;
	const phys_addr_t base = section_base(nr), small = p->sm->small_start;
	const u32 next = (u32)(memblock_seek_free(p->sm->mb, base) >> 32);
	unsigned long end = (r->base + r->size) >> SECTION_SHIFT;

	if (r->base > base || memblock_overlaps_region(rsv, base, SECTION_SIZE))
		return 0;
	if (base < p->sm->small_end)
		end = min(end, max(nr, (unsigned long)(small >> SECTION_SHIFT)));
	if (next < rsv->cnt)
		end = min(end, (unsigned long)(rsv->regions[next].base >> SECTION_SHIFT));
	end = min(end, p->sm->zone[section_zone_of(nr)].end);
	return end > nr ? end - nr : 0;
}

/* *done: two regions may share a section, which is planned with the first and only once. */
static void plan_region(struct section_plan *p, const struct memblock_region *r,
			unsigned long *done)
{
	const unsigned long end = ((r->base + r->size - 1) >> SECTION_SHIFT) + 1;
	unsigned long nr = max(*done, (unsigned long)(r->base >> SECTION_SHIFT));

	while (nr < end) {
		const unsigned long n = plain_run(p, r, nr);

		if (n)
			plan_run(p, nr, n);
		else
			plan_section(p, nr);
		nr += n ?: 1;
	}
	*done = max(*done, end);
}

/* First and last RAM of every zone: what Linux calls spanned, holes included. */
static void plan_spans(struct section_map *sm)
{
	phys_addr_t start, end;
	int zid;
	u64 idx;

	for (zid = 0; zid < SECTION_NR_ZONES; zid++) {
		struct section_zone *sz = &sm->zone[zid];
		const phys_addr_t lo = section_base(sz->start), hi = section_base(sz->end);

		for_each_mem_range_in(sm->mb, idx, &start, &end) {
			if (end <= lo || start >= hi)
				continue;
			if (!sz->end_pfn)
				sz->start_pfn = PFN_UP(max(start, lo));
			sz->end_pfn = PFN_DOWN(min(end, hi));
		}
	}
}

unsigned long section_map_nr(const struct memblock *mb)
{
	const struct memblock_type *type = &mb->memory;
	const struct memblock_region *last = type->regions + type->cnt - 1;

	return type->cnt ? ((last->base + last->size - 1) >> SECTION_SHIFT) + 1 : 0;
}

void section_map_init(struct section_map *sm, unsigned long *online, bool verbose)
{
	static const unsigned long starts[SECTION_NR_ZONES + 1] = {
		0, ZONE_DMA_END_PFN >> PFN_SECTION_SHIFT,
		ZONE_DMA32_END_PFN >> PFN_SECTION_SHIFT, NR_SECTIONS_MAX,
	};
	struct section_plan plan = { .sm = sm, .verbose = verbose };
	const struct memblock_region *r;
	unsigned long done = 0;
	int zid;

	VM_BUG_ON(section_map_nr(sm->mb) > NR_SECTIONS_MAX);
	sm->online = online;
	sm->nr = sm->home = section_map_nr(sm->mb);
	sm->home_done = false;
	memset(&sm->stats, 0, sizeof(sm->stats));
	memset(sm->zone, 0, sizeof(sm->zone));
	memset(plan.last, 0xff, sizeof(plan.last));
	for (zid = 0; zid < SECTION_NR_ZONES; zid++) {
		sm->zone[zid].start = sm->zone[zid].next = min(starts[zid], sm->nr);
		sm->zone[zid].end = min(starts[zid + 1], sm->nr);
	}
	plan_spans(sm);
	for_each_memblock_type(r, &sm->mb->memory)
		if (!(r->flags & MEMBLOCK_NOMAP))
			plan_region(&plan, r, &done);
	for (zid = 0; zid < SECTION_NR_ZONES; zid++) {
		struct section_zone *sz = &sm->zone[zid];

		VM_WARN_ON_ONCE(sz->dormant > sz->present);
		sz->managed = sz->dormant;
		/* What could not pay for the first tables is not wanted when they are there. */
		sz->next = clamp(sm->home, sz->start, sz->end);
	}
	if (sm->stats.nr_skipped > MAX_NAMED && verbose)
		pr_info("section: %lu more sections have too few free pages\n",
			sm->stats.nr_skipped - MAX_NAMED);
}

/* ---- the direct map -------------------------------------------------------------- */

/* The next piece of RAM in section nr, for mapping. */
static bool next_ram(const struct section_map *sm, u64 *idx, unsigned long nr, phys_addr_t *start,
		     phys_addr_t *end)
{
	if (!memblock_next_mem(sm->mb, idx, start, end, NULL))
		return false;
	*start = max(*start, section_base(nr));
	*end = min(*end, section_base(nr + 1));
	return *start < *end;
}

/*
 * Each piece of RAM and nothing between: a hole may be a device's, and a mapping of it, cached,
 * could be read ahead of anybody's wish.
 */
unsigned int section_map_direct(struct section_map *sm, unsigned long nr,
				const phys_addr_t *tables, unsigned int nr_tables)
{
	u64 idx = memblock_seek_mem(sm->mb, section_base(nr));
	phys_addr_t start, end;
	unsigned int used = 0;

	while (next_ram(sm, &idx, nr, &start, &end)) {
		const unsigned int need = sm->ops->direct_tables(sm, start, end);

		BUG_ON(need > nr_tables - used);
		sm->ops->direct_map(sm, start, end, tables + used, need);
		used += need;
	}
	return used;
}

unsigned int section_direct_cost(struct section_map *sm, const struct section_info *si)
{
	const phys_addr_t base = section_base(si->nr);
	const bool small = base < sm->small_end && base + PMD_SIZE > sm->small_start;

	VM_BUG_ON(si->nr >= NR_SECTIONS_MAX);
	if (!sm->ops->has_tables || section_is_early(sm, si->nr))
		return 0;
	/* Ask for any large page; a table of small ones is among the ragged already. */
	return si->ragged + sm->ops->direct_tables(sm, base, base + PMD_SIZE) - small;
}
