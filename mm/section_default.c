/* SPDX-License-Identifier: MIT */
/*
 * mm/section_default.c - the kernel's own sections: its page tables, its zones
 *
 * MODEL
 *   section.c and section_plan.c know sections and nothing of what they are made of: page tables,
 *   struct pages and free lists are the instance's business (struct section_ops).  Here is the
 *   one instance that means them; a test's has a model of each, so it can have 16 TiB with holes.
 *
 *	boot	section_map_early()	a section's direct map alone, for boot memory
 *		section_init()		plan; zones get their sizes; memblock is handed over
 *	later	section_bring_in()	by the page allocator, when a zone runs out of pages
 *
 *   What a section's number says without any table: its zone, and by the bitmap of online
 *   sections whether its struct pages are there to be looked at.  One bit for 16 MiB, so 128 KiB
 *   for 16 TiB; and a byte for each, a bit for each 2 MiB (zone_reserve.c).
 *
 * INVARIANTS	zones[i].nr_dormant is section_map.zone[i].dormant, whenever section_map.lock is
 *		free (mm_verify() checks it).
 * LOCKING	as section.c.  zones[i].nr_dormant is written under section_map.lock, read anywhere.
 * CONTEXT	early, init: boot.  section_bring_in(): any but NMI.  Questions: any.
 * FAILURE	no section viable: panic.  No page for an early table: NULL.
 * NOT HERE	how: section.c.  What it will cost: section_plan.c.
 */
#include <linux/align.h>
#include <linux/memblock.h>
#include <linux/mmdebug.h>
#include <linux/panic.h>
#include <linux/section.h>
#include <linux/string.h>
#include <asm/paging.h>
#include <asm/sections.h>
#include "internal.h"

/* ---- what the kernel's sections are made of ---------------------------------------- */

/* Nothing below fails: tables come as pages, counted out before (arch never allocates). */
static unsigned int kernel_direct_tables(struct section_map *sm, phys_addr_t start,
					 phys_addr_t end)
{
	return paging_direct_tables(start, end);
}

static void kernel_direct_map(struct section_map *sm, phys_addr_t start, phys_addr_t end,
			      const phys_addr_t *tables, unsigned int nr)
{
	paging_direct_map(start, end, tables, nr);
}

static unsigned int kernel_memmap_tables(struct section_map *sm, unsigned long pfn,
					 unsigned long nr_pfns)
{
	return paging_vmemmap_tables((unsigned long)pfn_to_page(pfn),
				     nr_pfns * sizeof(struct page));
}

static void kernel_memmap_map(struct section_map *sm, unsigned long pfn, unsigned long nr_pfns,
			      phys_addr_t paddr, const phys_addr_t *tables, unsigned int nr)
{
	paging_vmemmap_map((unsigned long)pfn_to_page(pfn), paddr, nr_pfns * sizeof(struct page),
			   tables, nr);
}

static void kernel_memmap_clear(struct section_map *sm, unsigned long pfn, unsigned long nr_pfns)
{
	VM_BUG_ON(pfn_online(pfn));		/* it would wipe the heads of what is in use */
	memset(pfn_to_page(pfn), 0, nr_pfns * sizeof(struct page));
}

static void kernel_mark(struct section_map *sm, unsigned long start, unsigned long end, int owner)
{
	page_mark_range(start, end, owner);
}

static void kernel_free_range(struct section_map *sm, int zid, unsigned long start,
			      unsigned long end)
{
	VM_BUG_ON(pfn_zone(start) != &zones[zid]);
	buddy_free_range(&zones[zid], start, end);
}

/* A copy for those who do not take the section lock; see zone_open_pages(). */
static void kernel_set_dormant(struct section_map *sm, int zid, unsigned long nr_pages)
{
	lockdep_assert_held(&sm->lock);
	VM_WARN_ON_ONCE(nr_pages > zones[zid].managed_pages);
	WRITE_ONCE(zones[zid].nr_dormant, nr_pages);
}

static struct section_ops kernel_ops = {
	.direct_tables = kernel_direct_tables,
	.direct_map = kernel_direct_map,
	.memmap_tables = kernel_memmap_tables,
	.memmap_map = kernel_memmap_map,
	.memmap_clear = kernel_memmap_clear,
	.mark = kernel_mark,
	.free_range = kernel_free_range,
	.set_dormant = kernel_set_dormant,
};

struct section_map section_map = {
	.mb = &memblock,
	.ops = &kernel_ops,
	.lock = __SPIN_LOCK_INIT(LOCK_SECTION),
};

/* The hosted machine has everything mapped and never asks for a table. */
static bool tables_needed(void)
{
	const phys_addr_t top = 1ULL << MAX_PHYSMEM_BITS;

	return paging_direct_tables(top - SECTION_SIZE, top) != 0;
}

/*
 * Called for the first time before anything of this file could have been set up: so each call
 * says what is constant.  The image's read-only part needs small pages, which ragged_chunks()
 * (section_plan.c) counts.
 */
void *section_map_early(phys_addr_t base, phys_addr_t size)
{
	kernel_ops.has_tables = tables_needed();
	section_map.small_start = kernel_image_start();
	section_map.small_end = kernel_image_ro_end();
	return section_map_early_in(&section_map, base, size);
}

/* ---- at the hand-over -------------------------------------------------------------- */

/*
 * Bitmaps go to the bottom of memory: into the section that comes first anyway.  At the top they
 * would keep a section in use, and its tables, that may otherwise never be needed.
 */
static unsigned long *alloc_bitmaps(void)
{
	const unsigned long nr = section_map_nr(&memblock), longs = (nr + 63) / 64;
	const bool bottom_up = memblock_bottom_up();
	unsigned long *bits;

	memblock_set_bottom_up(true);
	bits = memblock_alloc(longs * sizeof(*bits), SMP_CACHE_BYTES);
	section_map.reserved = memblock_alloc(nr, SMP_CACHE_BYTES);
	memblock_set_bottom_up(bottom_up);
	return bits;
}

/*
 * The order matters: bitmaps while memblock still gives, then the hand-over, then the plan, which
 * counts what is reserved and would miss what is reserved later.
 */
void section_init(void)
{
	unsigned long *bits = alloc_bitmaps();
	int zid;

	memblock_hand_over();
	VM_BUG_ON(!bits || section_map_nr(&memblock) > NR_SECTIONS_MAX);
	section_map_init(&section_map, bits, true);
	if (section_map.home == section_map.nr)
		panic("section: no usable memory: %lu pages of RAM, but no section has room "
		      "for its struct pages", section_map.stats.ram);
	for (zid = 0; zid < SECTION_NR_ZONES; zid++) {
		const struct section_zone *sz = &section_map.zone[zid];

		VM_WARN_ON_ONCE(sz->managed > sz->present || sz->dormant != sz->managed);
		zones[zid].start_pfn = sz->start_pfn;
		zones[zid].end_pfn = sz->end_pfn;
		zones[zid].present_pages = sz->present;
		zones[zid].managed_pages = sz->managed;
		zones[zid].nr_dormant = sz->dormant;
	}
}

/* ---- afterwards -------------------------------------------------------------------- */

/* A test's own zone, and a zone's reserve, have no sections: their free heads carry a tag. */
unsigned long section_bring_in(struct zone *z)
{
	return z->free_tag ? 0 : section_bring_in_in(&section_map, z->idx);
}

unsigned long section_nr_dormant_pages(const struct zone *z)
{
	return READ_ONCE(z->nr_dormant);
}

unsigned long section_next_online(unsigned long nr)
{
	while (nr < section_map.nr && !section_online(nr))
		nr++;
	return nr;
}

void section_get_stats(struct section_stats *st)
{
	unsigned long flags;

	/* Together: the sum that they make (section.h) holds whenever the lock is free. */
	spin_lock_irqsave(&section_map.lock, flags);
	*st = section_map.stats;
	spin_unlock_irqrestore(&section_map.lock, flags);
}
