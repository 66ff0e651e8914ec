/* SPDX-License-Identifier: MIT */
/*
 * Zones: ranges of page frames that differ in who can reach them, each with a buddy
 * allocator, watermarks and a reserve of its own.
 *
 * Every function takes the zone it works on.  zones[] is just the default instance; a
 * test may build another over a block that it owns (zone_init_private()).
 */
#ifndef _LINUX_MMZONE_H
#define _LINUX_MMZONE_H

#include <linux/mm_types.h>
#include <linux/percpu-defs.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <asm/page.h>

#define MAX_PAGE_ORDER		10	/* largest order of the API: 4 MiB */
#define NR_PAGE_ORDERS		(MAX_PAGE_ORDER + 1)
#define MAX_ORDER_NR_PAGES	(1UL << MAX_PAGE_ORDER)
#define BUDDY_TOP_ORDER		12	/* largest order kept: one section, 16 MiB */
#define NR_BUDDY_ORDERS		(BUDDY_TOP_ORDER + 1)
#define PAGE_ALLOC_COSTLY_ORDER	3
#define PAGEBLOCK_ORDER		9	/* set apart together: 2 MiB, see mm/zone_reserve.c */
#define PAGEBLOCK_PAGES		(1UL << PAGEBLOCK_ORDER)

enum zone_type {
	ZONE_DMA,		/* below 16 MiB: ISA devices */
	ZONE_DMA32,		/* below 4 GiB: devices with 32 address lines */
	ZONE_NORMAL,
	MAX_NR_ZONES
};

#define ZONE_DMA_END_PFN	(1UL << (24 - PAGE_SHIFT))
#define ZONE_DMA32_END_PFN	(1UL << (32 - PAGE_SHIFT))

enum zone_watermarks { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO, NR_WMARK };

struct free_area {
	u32 first;			/* pfn of the first free block, 0: none */
	u32 nr;				/* blocks on the list */
};

/*
 * One CPU's stock of free blocks of one zone, orders 0..3: a LIFO per order (mm/pcp.c).  Its
 * CPU alone touches it.  arch/x86/rewind_page.asm knows the first line of it.
 */
#define PCP_MAX_ORDER		3
#define NR_PCP_ORDERS		(PCP_MAX_ORDER + 1)

struct per_cpu_pages {
	u64 list[NR_PCP_ORDERS];	/* first block << 16 | blocks that it has room for */
	u64 nr_alloc;			/* pages ever given out of this stock */
	u64 fresh_meta;			/* (C) meta of a page that alloc_page() has given out */
	u16 limit[NR_PCP_ORDERS];	/* blocks on each list at most; 0 while closed */
	u16 batch[NR_PCP_ORDERS];	/* blocks that the next refill takes */
	u32 nr_refill, nr_flush;	/* events, for stats */
	u32 trim_mark;			/* their sum at the last trim */
	bool open;			/* not while the zone is short of pages */
} __aligned(64);

/*
 * Field keys:  (C) constant after zone_init_all() or zone_init_private()
 *		(Z) zone->lock   (S) section lock   (R) a racy read is fine
 */
struct zone {
	const char	 *name;			/* (C) "DMA", "DMA32", "Normal" */
	u8		 idx;			/* (C) enum zone_type */
	u8		 top_order;		/* (C) never merge beyond this */
	u64		 free_tag;		/* (C) in meta of free heads, 0 in real zones */
	unsigned long	 start_pfn;		/* (C) spanned: [start_pfn, end_pfn) */
	unsigned long	 end_pfn;		/* (C) */
	unsigned long	 present_pages;		/* (C) RAM of the map, set by section.c */
	unsigned long	 managed_pages;		/* (C) ever allocatable, set by section.c */
	unsigned long	 nr_dormant;		/* (S,R) not brought in yet, set by section.c */
	unsigned long	 watermark[NR_WMARK];	/* (C) pages */
	unsigned long	 lowmem_reserve[MAX_NR_ZONES]; /* (C) pages, by highest zone asked */
	struct per_cpu_pages *pcp;		/* (C) for this_cpu_ptr(); may be NULL */
	struct zone	 *next_private;		/* (C) zone.c */
	struct zone	 *reserve;		/* (C) high-order atomic reserve, or NULL */
	unsigned long	 nr_reserved_highatomic; /* (Z,R) pages set apart for it, free or not */
	bool		 stock_closed;		/* (R) no CPU shall keep stock: see mm/pcp.c */
	struct page	*late;			/* atomic: freed without the lock, page_nolock.c */

	spinlock_t	 lock;			/* rank LOCK_ZONE, irqs off */
	u32		 free_mask;		/* (Z) bit k: free[k] is not empty */
	unsigned long	 nr_free;		/* (Z,R) pages on the lists */
	struct free_area free[NR_BUDDY_ORDERS];	/* (Z) */
};

extern struct zone zones[MAX_NR_ZONES];

#define for_each_zone(z)	for ((z) = zones; (z) < zones + MAX_NR_ZONES; (z)++)
#define for_each_populated_zone(z) for_each_zone(z) if (!zone_populated(z)) {} else

static inline bool zone_populated(const struct zone *z)
{
	return z->present_pages != 0;
}

static inline unsigned long zone_managed_pages(const struct zone *z)
{
	return z->managed_pages;
}

static inline unsigned long min_wmark_pages(const struct zone *z)
{
	return z->watermark[WMARK_MIN];
}

static inline unsigned long low_wmark_pages(const struct zone *z)
{
	return z->watermark[WMARK_LOW];
}

static inline unsigned long high_wmark_pages(const struct zone *z)
{
	return z->watermark[WMARK_HIGH];
}

/* Which zone does a pfn fall into?  Any pfn, any context. */
static inline enum zone_type pfn_zone_type(unsigned long pfn)
{
	return (pfn >= ZONE_DMA_END_PFN) + (pfn >= ZONE_DMA32_END_PFN);
}

static inline struct zone *pfn_zone(unsigned long pfn)
{
	return &zones[pfn_zone_type(pfn)];
}

/*
 * Pages that any allocation could get: on the lists, or in sections that nobody has
 * brought in yet.  This is what watermarks are compared with.  Racy, any context.
 *
 * Dormant first: a page that is brought in becomes free before it is no longer dormant, so
 * it is seen once or twice, but never missed.
 */
static inline unsigned long zone_open_pages(const struct zone *z)
{
	const unsigned long dormant = READ_ONCE(z->nr_dormant);

	return dormant + READ_ONCE(z->nr_free);
}

/* Free pages set apart for high-order requests that cannot wait. */
static inline unsigned long zone_free_highatomic(const struct zone *z)
{
	return z->reserve ? READ_ONCE(z->reserve->nr_free) : 0;
}

/* All free pages. */
static inline unsigned long zone_free_pages(const struct zone *z)
{
	return zone_open_pages(z) + zone_free_highatomic(z);
}

/*
 * mm/zone.c.  zone_init_all(): once, after section_init() has set present_pages,
 * managed_pages, nr_dormant and the span of every zone.
 */
void zone_init_all(void);

/*
 * A zone of its own over [start_pfn, end_pfn), which must be aligned to 2^top_order pages
 * and belong to the caller.  Starts empty: fill it with buddy_free_range() or
 * buddy_free().  Has no pcp, dormant pages or watermarks.
 */
void zone_init_private(struct zone *z, unsigned long start_pfn, unsigned long end_pfn,
		       unsigned int top_order);
void zone_fini_private(struct zone *z);

/* Recompute watermarks and lowmem_reserve of nr zones, lowest first, Linux's arithmetic. */
void zone_setup_watermarks(struct zone *zs, unsigned int nr, unsigned long min_free_kbytes);
void zone_setup_lowmem_reserve(struct zone *zs, unsigned int nr);
unsigned long zone_min_free_kbytes(unsigned long lowmem_kbytes);
unsigned int zone_batchsize(const struct zone *z);
extern unsigned long min_free_kbytes;		/* what zone_init_all() computed */
extern unsigned int watermark_scale_factor;	/* of 10000; 10 */
extern const unsigned int zone_lowmem_reserve_ratio[MAX_NR_ZONES];

/* Flags of a watermark check: how deep into the reserve may this request go? */
#define ALLOC_WMARK_MIN		WMARK_MIN
#define ALLOC_WMARK_LOW		WMARK_LOW
#define ALLOC_WMARK_HIGH	WMARK_HIGH
#define ALLOC_WMARK_MASK	0x03
#define ALLOC_NO_WATERMARKS	0x04	/* __GFP_MEMALLOC: all of it */
#define ALLOC_OOM		0x08	/* a victim on its way out: half of min more */
#define ALLOC_NON_BLOCK		0x10	/* with MIN_RESERVE: a quarter of the rest more */
#define ALLOC_MIN_RESERVE	0x20	/* __GFP_HIGH: half of min */
#define ALLOC_HIGHATOMIC	0x200	/* several pages, cannot wait: the zone's reserve */
#define ALLOC_KSWAPD		0x800	/* __GFP_KSWAPD_RECLAIM: wake kswapd */
#define ALLOC_RESERVES		(ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_OOM)

/*
 * Would taking 2^order pages leave more than mark (as lowered by alloc_flags) plus the
 * zone's lowmem_reserve for highest_zoneidx?  For order > 0 there must be a block, too.
 */
bool __zone_watermark_ok(const struct zone *z, unsigned int order, unsigned long mark,
			 unsigned int highest_zoneidx, unsigned int alloc_flags);
#define zone_watermark_ok __zone_watermark_ok

#endif /* _LINUX_MMZONE_H */
