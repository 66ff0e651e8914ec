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

#include <linux/spinlock.h>
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

struct memblock;
struct section_map;
struct zone;

/* What a section map asks of the rest: the kernel's page tables and zones, or a test's. */
struct section_ops {
	bool has_tables;		/* false: everything is mapped already, no table pages */
	/* Tables that direct-mapping RAM [start, end) needs beyond those there are; do it. */
	unsigned int (*direct_tables)(struct section_map *sm, phys_addr_t start, phys_addr_t end);
	void (*direct_map)(struct section_map *sm, phys_addr_t start, phys_addr_t end,
			   const phys_addr_t *tables, unsigned int nr);
	/* The same for the struct pages of nr_pfns frames from pfn on, stored at paddr. */
	unsigned int (*memmap_tables)(struct section_map *sm, unsigned long pfn,
				      unsigned long nr_pfns);
	void (*memmap_map)(struct section_map *sm, unsigned long pfn, unsigned long nr_pfns,
			   phys_addr_t paddr, const phys_addr_t *tables, unsigned int nr);
	/* All struct pages of a section are mapped: zero them. */
	void (*memmap_clear)(struct section_map *sm, unsigned long pfn, unsigned long nr_pfns);
	/* [start, end) belongs to owner (enum page_owner); is free, in zone number zid. */
	void (*mark)(struct section_map *sm, unsigned long start, unsigned long end, int owner);
	void (*free_range)(struct section_map *sm, int zid, unsigned long start,
			   unsigned long end);
	/* Zone zid has this many dormant pages now; sm->lock is held, so that an interrupt
	 * that brings in a section of its own cannot be overwritten with an older value. */
	void (*set_dormant)(struct section_map *sm, int zid, unsigned long nr_pages);
};

#define SECTION_NR_ZONES	3
#define SECTION_MAX_EARLY	16

/* One zone's share.  Field keys: (C) constant after section_map_init()  (S) sm->lock
 *  (G) whoever has set sm->growing */
struct section_zone {
	unsigned long start, end;	/* (C) sections that may hold RAM of it, [start, end) */
	unsigned long start_pfn, end_pfn;	/* (C) first and last RAM, [start, end) */
	unsigned long present;		/* (C) pages of RAM */
	unsigned long managed;		/* (C) pages of them that can ever become free */
	unsigned long next;		/* (G) no dormant section below this one */
	unsigned long dormant;		/* (S,R) pages that dormant sections will make free */
};

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

struct section_map {
	struct memblock *mb;		/* (C) */
	const struct section_ops *ops;	/* (C) */
	phys_addr_t small_start, small_end;	/* (C) RAM that needs small pages anyway */
	spinlock_t lock;		/* rank LOCK_SECTION, irqs off; taken before zone->lock */
	bool growing;			/* (S) a section is coming in: whoever set it may act */
	int growing_cpu;		/* (S) who that is */
	bool home_done;			/* (G) the first section of all is in */
	unsigned long home;		/* (C) it: pays for the tables that zones share */
	unsigned long nr;		/* (C) sections, up to the last RAM */
	unsigned long *online;		/* (S,R) bitmap; set after the struct pages are there */
	u8 *reserved;			/* (zone->lock) a bit for each 2 MiB: zone_reserve.c */
	struct section_zone zone[SECTION_NR_ZONES];
	struct section_stats stats;	/* (S) */
	u32 nr_early;			/* (C) direct-mapped for memblock_alloc(): ranges of */
	struct {
		unsigned long first, last;	/* sections, both included */
	} early[SECTION_MAX_EARLY];
};

/* ---- explicit instances ---------------------------------------------------------- */

/* Room for the bitmap of sm: bits, for the RAM that mb has now. */
unsigned long section_map_nr(const struct memblock *mb);
/*
 * Plan everything: zones, costs, what is too small (named when verbose).  online: a zeroed
 * bitmap of section_map_nr() bits.  Linear in the regions of mb, whatever they span; mb
 * must not change afterwards.
 */
void section_map_init(struct section_map *sm, unsigned long *online, bool verbose);
/* See section_map_early(), section_bring_in(). */
void *section_map_early_in(struct section_map *sm, phys_addr_t base, phys_addr_t size);
unsigned long section_bring_in_in(struct section_map *sm, int zid);

/* ---- the kernel's instance ------------------------------------------------------- */

extern struct section_map section_map;

static inline bool section_online(unsigned long nr)
{
	return nr < section_map.nr &&
	       (READ_ONCE(section_map.online[nr / 64]) >> (nr % 64) & 1);
}

/* Is there a struct page?  Any value, any context. */
static inline bool pfn_online(unsigned long pfn)
{
	return section_online(pfn_to_section_nr(pfn));
}
#define pfn_valid(pfn)		pfn_online(pfn)

/*
 * Once, after memblock_from_boot_info() and before zone_init_all(): sets the span,
 * present_pages, managed_pages and nr_dormant of every zone, in time that depends on the
 * number of regions in the map, not on the size of RAM.  Hands memblock over.  Panics when
 * no section has room for its own struct pages.
 */
void section_init(void);

/*
 * Bring in the lowest dormant section of z: returns the pages that became free, 0 when
 * none is left.  nr_free + nr_dormant of z is the same before and after.  The very first
 * call brings in the lowest section of all as well, whichever zone that is in.  0, too, in
 * an interrupt that came while a section was coming in; if one is coming in on another CPU
 * it is waited for, with interrupts off or in a handler for some milliseconds at most.
 * Any context but NMI; takes the section lock and then zone->lock: hold neither.
 */
unsigned long section_bring_in(struct zone *z);

/* Pages that dormant sections of z will make free; racy, any context. */
unsigned long section_nr_dormant_pages(const struct zone *z);

/* The lowest online section >= nr, or section_map.nr. */
unsigned long section_next_online(unsigned long nr);

void section_get_stats(struct section_stats *st);

/*
 * Make boot memory [base, base + size) readable and writable in the direct map before its
 * section is online: memblock_alloc() does.  NULL: there is no page left for a table.
 */
void *section_map_early(phys_addr_t base, phys_addr_t size);

#endif /* _LINUX_SECTION_H */
