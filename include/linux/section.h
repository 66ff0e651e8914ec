/* SPDX-License-Identifier: MIT */
/*
 * Sections: RAM gets its struct pages and its direct mapping 16 MiB at a time, when
 * somebody needs it (mm/section.c).  A section is online or dormant; memblock stays the
 * map of what is RAM and what is reserved.
 *
 *	pfn_online(pfn): is there a struct page?	any context, any value
 */
#ifndef _LINUX_SECTION_H
#define _LINUX_SECTION_H

#include <linux/types.h>
#include <asm/page.h>

/*
 * 16 MiB: the DMA zone is exactly the first section; its struct pages (64 KiB) are a 2^4
 * block; and the cost of the first allocation is that of 4096 struct pages, whatever the
 * size of RAM.
 */
#define SECTION_SHIFT		24
#define SECTION_SIZE		(1UL << SECTION_SHIFT)
#define PFN_SECTION_SHIFT	(SECTION_SHIFT - PAGE_SHIFT)
#define PAGES_PER_SECTION	(1UL << PFN_SECTION_SHIFT)
#define SECTION_MEMMAP_PAGES	(PAGES_PER_SECTION * 16 / PAGE_SIZE)
#define NR_SECTIONS_MAX		(1UL << (MAX_PHYSMEM_BITS - SECTION_SHIFT))

#define pfn_to_section_nr(pfn)	((unsigned long)(pfn) >> PFN_SECTION_SHIFT)
#define section_nr_to_pfn(nr)	((unsigned long)(nr) << PFN_SECTION_SHIFT)

/* (S) to write; a racy read is fine: bits are only ever set, after the struct pages. */
extern unsigned long nr_sections;		/* up to the last RAM */
extern unsigned long *section_online_bits;

static inline bool section_online(unsigned long nr)
{
	return nr < nr_sections &&
	       (READ_ONCE(section_online_bits[nr / 64]) >> (nr % 64) & 1);
}

static inline bool pfn_online(unsigned long pfn)
{
	return section_online(pfn_to_section_nr(pfn));
}
#define pfn_valid(pfn)		pfn_online(pfn)

struct zone;

/*
 * Once, after memblock_from_boot_info() and before zone_init_all(): sets the span,
 * present_pages, managed_pages and nr_dormant of every zone, in time that depends on the
 * number of regions in the map, not on the size of RAM.  Hands memblock over.
 */
void section_init(void);

/*
 * Bring in the lowest dormant section of z: returns the pages that became free, 0 when
 * none is left.  nr_free + nr_dormant of z is the same before and after.
 * Any context but NMI; takes the section lock and then zone->lock: hold neither.
 */
unsigned long section_bring_in(struct zone *z);

/* Pages that dormant sections of z will make free; racy, any context. */
unsigned long section_nr_dormant_pages(const struct zone *z);

/* The lowest online section >= nr, or nr_sections. */
unsigned long section_next_online(unsigned long nr);

/*
 * Where all the pages of RAM are that are not in an online section, and those of online
 * sections that are not RAM:
 *
 *	ram == sum of all owners' pages - online_holes
 *		+ dormant + dormant_cost + offline_reserved + skipped
 */
struct section_stats {
	unsigned long ram;		/* pages of RAM in the map */
	unsigned long online;		/* sections */
	unsigned long online_holes;	/* pages of online sections that are not RAM */
	unsigned long dormant;		/* pages that bringing in will make free */
	unsigned long dormant_cost;	/* pages that it will use up: struct pages, tables */
	unsigned long offline_reserved;	/* reserved pages outside online sections */
	unsigned long skipped;		/* free, but too little in its section to be worth it */
	unsigned long nr_skipped;	/* sections */
};
void section_get_stats(struct section_stats *st);

/*
 * Make boot memory [base, base + size) readable and writable in the direct map before its
 * section is online: memblock_alloc() does.  NULL: there is no page left for a table.
 */
void *section_map_early(phys_addr_t base, phys_addr_t size);

#endif /* _LINUX_SECTION_H */
