/* SPDX-License-Identifier: MIT */
/*
 * mm/zone.c - the three zones, and how far each may be drained
 *
 * MODEL
 *   DMA below 16 MiB, DMA32 below 4 GiB, NORMAL above.  A request names the
 *   highest zone it can use and walks down from there.  Two things stop it:
 *
 *     watermarks	min is a reserve for those who cannot wait; reclaim starts below low
 *			and stops at high.  All zones together keep min_free_kbytes, split
 *			by their managed pages:
 *
 *	min_free_kbytes = sqrt(lowmem_kbytes * 16), within [128, 262144]
 *	min  = pages(min_free_kbytes) * managed / all managed
 *	gap  = max(min / 4, managed * watermark_scale_factor / 10000)
 *	low  = min + gap,  high = low + gap,  promo = high + gap
 *
 *     lowmem_reserve	a low zone keeps 1/256 of the pages of the zones above it from
 *			requests that could have used those (NORMAL would keep 1/32 from a
 *			zone above it, if there were one):
 *
 *	reserve[i][j] = sum of managed(i+1 .. j) / ratio[i]		for j > i
 *
 *	e.g. 4 GiB at [0, 3G) and [4G, 5G)	DMA	DMA32	NORMAL
 *	managed, pages, about			3,900	778,000	261,000
 *	min (8,170 kB in all)			7	1,520	510
 *	kept from a request for NORMAL		4,060	1,020	0
 *
 *   So GFP_KERNEL gets nothing from DMA here: its reserve is more than it has.  That is meant.
 *
 *   A request for 2^k pages may proceed if what remains, without the 2^k - 1 pages that
 *   it also takes, is above mark + reserve, and a block of that order exists.  Dormant
 *   pages (sections not brought in yet) count as free, in one piece.
 *
 *   The arithmetic is that of Linux 6.12, to the page: it is the meaning of GFP_ATOMIC.
 *   Not here: watermark boosting, which fights the mixing of kinds of pages, and there is
 *   one kind only.
 *
 * INVARIANTS
 *   I1  min <= low <= high <= promo, for each zone.
 *   I2  pfn_zone() and the spans agree; the zones do not overlap.
 *
 * LOCKING	none: all of this is constant once zone_init_all() is done.
 * CONTEXT	init: boot.  Checks: any.
 * FAILURE	none.
 * NOT HERE	which mark a request is held to: gfp.c, page_slow.c.  The reserve for blocks of
 *		several pages: zone_reserve.c.
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "internal.h"

/* Linux's: 128 kB so that a tiny machine has any reserve, 256 MiB because more is of no use. */
#define MIN_FREE_KBYTES_FLOOR	128UL
#define MIN_FREE_KBYTES_CEILING	262144UL
#define KBYTES_TO_PAGES(kb)	((kb) >> (PAGE_SHIFT - 10))
#define PAGES_TO_KBYTES(pages)	((pages) << (PAGE_SHIFT - 10))

static_assert(WMARK_MIN < WMARK_LOW && WMARK_LOW < WMARK_HIGH && WMARK_HIGH < WMARK_PROMO);
static_assert(ZONE_DMA < ZONE_DMA32 && ZONE_DMA32 < ZONE_NORMAL, "requests walk down");
static_assert(MIN_FREE_KBYTES_FLOOR < MIN_FREE_KBYTES_CEILING);
static_assert(MIN_FREE_KBYTES_CEILING <= 1UL << 32, "times managed_pages fits 64 bits");

#define ZONE(i, n, from, to) [i] = {					\
	.name = n, .idx = i, .top_order = BUDDY_TOP_ORDER,		\
	.start_pfn = from, .end_pfn = to,				\
	.lock = __SPIN_LOCK_INIT(LOCK_ZONE),				\
}

struct zone zones[MAX_NR_ZONES] = {
	ZONE(ZONE_DMA, "DMA", 0, 0),
	ZONE(ZONE_DMA32, "DMA32", 0, 0),
	ZONE(ZONE_NORMAL, "Normal", 0, 0),
};

/* Linux's defaults.  The last is for a HIGHMEM or MOVABLE zone above NORMAL: there is none. */
const unsigned int zone_lowmem_reserve_ratio[MAX_NR_ZONES] = {
	[ZONE_DMA] = 256, [ZONE_DMA32] = 256, [ZONE_NORMAL] = 32,
};

unsigned long min_free_kbytes;
unsigned int watermark_scale_factor = 10;

struct zone *zone_private_list;

/*
 * 4 * sqrt(lowmem): twice the reserve for four times the memory, for the number of those who need
 * it in a hurry (handlers, CPUs) does not grow as memory does.
 */
unsigned long zone_min_free_kbytes(unsigned long lowmem_kbytes)
{
	unsigned long kb = int_sqrt(lowmem_kbytes * 16);

	if (kb < MIN_FREE_KBYTES_FLOOR)
		return MIN_FREE_KBYTES_FLOOR;
	return kb < MIN_FREE_KBYTES_CEILING ? kb : MIN_FREE_KBYTES_CEILING;
}

/* min_free_kbytes=: taken as it is, as a write to Linux's vm.min_free_kbytes; 0: not given. */
static unsigned long user_min_free_kbytes;

static int zone_setup_min_free(char *val)
{
	unsigned long kbytes;

	if (kstrtoul(val, 10, &kbytes) || !kbytes)
		return -EINVAL;
	user_min_free_kbytes = kbytes;
	return 0;
}
__setup("min_free_kbytes=", zone_setup_min_free);

/* What the user wants, if the machine can live with it; else what the formula says. */
unsigned long zone_choose_min_free(unsigned long user_kbytes, unsigned long lowmem_kbytes)
{
	const unsigned long computed = zone_min_free_kbytes(lowmem_kbytes);

	if (!user_kbytes)
		return computed;
	if (user_kbytes <= lowmem_kbytes / 2)
		return user_kbytes;
	pr_warn("min_free_kbytes=%lu is more than half of memory, using %lu\n", user_kbytes,
		computed);
	return computed;
}

/* Not present: struct pages, the image and holes can never become free. */
static unsigned long managed_of(const struct zone *zs, unsigned int nr)
{
	unsigned long sum = 0;
	unsigned int i;

	for (i = 0; i < nr; i++)
		sum += zs[i].managed_pages;
	return sum;
}

void zone_setup_watermarks(struct zone *zs, unsigned int nr, unsigned long kbytes)
{
	const unsigned long pages_min = KBYTES_TO_PAGES(kbytes);
	const unsigned long all = managed_of(zs, nr);
	unsigned long min, gap;
	struct zone *z;

	for (z = zs; z < zs + nr; z++) {
		VM_BUG_ON(z->managed_pages && pages_min > ~0UL / z->managed_pages);
		min = all ? pages_min * z->managed_pages / all : 0;
		gap = max(min / 4, z->managed_pages * watermark_scale_factor / 10000);
		z->watermark[WMARK_MIN] = min;
		z->watermark[WMARK_LOW] = min + gap;
		z->watermark[WMARK_HIGH] = min + 2 * gap;
		z->watermark[WMARK_PROMO] = min + 3 * gap;
		VM_WARN_ON_ONCE(z->watermark[WMARK_PROMO] < min);	/* I1: wrapped */
	}
}

void zone_setup_lowmem_reserve(struct zone *zs, unsigned int nr)
{
	unsigned long above;
	unsigned int i, j;

	if (WARN_ON_ONCE(nr > MAX_NR_ZONES))
		nr = MAX_NR_ZONES;
	for (i = 0; i < nr; i++) {
		memset(zs[i].lowmem_reserve, 0, sizeof(zs[i].lowmem_reserve));
		above = 0;
		for (j = i + 1; j < nr; j++) {
			above += zs[j].managed_pages;
			if (zs[i].managed_pages)
				zs[i].lowmem_reserve[j] = above / zone_lowmem_reserve_ratio[i];
		}
	}
}

/*
 * A quarter of a MiB at most, a 4096th of the zone, and one less than a power of two, as in Linux:
 * a power of two itself would let one colour of cache lines meet on the same list again and again.
 */
unsigned int zone_batchsize(const struct zone *z)
{
	unsigned long batch = min(z->managed_pages >> 10, (1UL << 20) / PAGE_SIZE) / 4;

	if (batch < 1)
		batch = 1;
	batch += batch / 2;
	VM_WARN_ON_ONCE(batch >= PAGEBLOCK_PAGES);	/* a run of pcp.c at most */
	return (1U << (63 - __builtin_clzl(batch))) - 1;
}

void zone_init_all(void)
{
	unsigned long managed = managed_of(zones, MAX_NR_ZONES);
	struct zone *z;

	for_each_zone(z) {
		WARN_ON(z->managed_pages > z->present_pages);
		WARN_ON(z->present_pages && pfn_zone(z->start_pfn) != z);	/* I2 */
		WARN_ON(z->present_pages && pfn_zone(z->end_pfn - 1) != z);
		WARN_ON(z->nr_free || z->free_mask);	/* sections come later */
	}
	min_free_kbytes = zone_choose_min_free(user_min_free_kbytes, PAGES_TO_KBYTES(managed));
	zone_setup_watermarks(zones, MAX_NR_ZONES, min_free_kbytes);
	zone_setup_lowmem_reserve(zones, MAX_NR_ZONES);
	for_each_zone(z)
		z->pcp = &page_pcp[z->idx];
	zone_reserve_init_all();
}

/*
 * A zone for a test, inside a block that the test has allocated.  Its free heads carry a tag, so
 * that the real zone around it does not take them for its own (buddy.c).  top_order is as large as
 * the block: free_buddy() must not look beyond.
 */
void zone_init_private(struct zone *z, unsigned long start_pfn, unsigned long end_pfn,
		       unsigned int top_order)
{
	BUG_ON(top_order > BUDDY_TOP_ORDER || !start_pfn || start_pfn >= end_pfn);
	BUG_ON((start_pfn | end_pfn) & ((1UL << top_order) - 1));
	memset(z, 0, sizeof(*z));
	z->name = "private";
	z->idx = pfn_zone_type(start_pfn);
	z->top_order = top_order;
	z->free_tag = PAGE_TAG_PRIVATE;
	z->start_pfn = start_pfn;
	z->end_pfn = end_pfn;
	z->present_pages = end_pfn - start_pfn;
	z->managed_pages = end_pfn - start_pfn;
	spin_lock_init_ranked(&z->lock, LOCK_ZONE);
	z->next_private = zone_private_list;
	zone_private_list = z;
}

void zone_fini_private(struct zone *z)
{
	struct zone **p = &zone_private_list;

	while (*p && *p != z)
		p = &(*p)->next_private;
	if (!WARN_ON(!*p))
		*p = z->next_private;
	WARN_ON_ONCE(page_nr_late(z));		/* pages that nobody would ever find again */
	if (z->reserve)
		zone_reserve_fini(z);
}

/* ---- watermark checks ------------------------------------------------------------ */

/*
 * What the request's flags leave of a mark; of a min of 1000:
 *
 *	__GFP_HIGH			500		half
 *	... and cannot block		375		a quarter of that less
 *	a victim			500
 *	a victim's GFP_ATOMIC		188		each in turn
 *
 * Never 0: what is left is for reclaim itself (ALLOC_NO_WATERMARKS), which gives back more.
 */
static long lowered_mark(long mark, unsigned int alloc_flags)
{
	if (alloc_flags & ALLOC_MIN_RESERVE) {
		mark -= mark / 2;
		if (alloc_flags & ALLOC_NON_BLOCK)
			mark -= mark / 4;
	}
	if (alloc_flags & ALLOC_OOM)
		mark -= mark / 2;
	VM_WARN_ON_ONCE(mark < 0);
	return mark;
}

/*
 * Signed, for a zone may hold less than the block that is asked for.  Counts are read without the
 * zone's lock: two CPUs may both pass with the last page above the mark.  A mark is a level to keep
 * to, not a promise, and min has room for one page for each CPU.
 */
bool __zone_watermark_ok(const struct zone *z, unsigned int order, unsigned long mark,
			 unsigned int highest_zoneidx, unsigned int alloc_flags)
{
	long free = zone_open_pages(z) - ((1UL << order) - 1);
	long floor = mark;

	VM_BUG_ON(highest_zoneidx >= MAX_NR_ZONES || order > BUDDY_TOP_ORDER);
	VM_WARN_ON_ONCE(alloc_flags & ALLOC_NO_WATERMARKS);	/* then why ask? */
	if (unlikely(alloc_flags & ALLOC_RESERVES)) {
		floor = lowered_mark(floor, alloc_flags);
		free += zone_free_highatomic(z);
	}
	if (free <= floor + (long)z->lowmem_reserve[highest_zoneidx])
		return false;
	if (order == 0 || READ_ONCE(z->free_mask) >> order || READ_ONCE(z->nr_dormant))
		return true;
	return alloc_flags & (ALLOC_HIGHATOMIC | ALLOC_OOM) && z->reserve &&
	       READ_ONCE(z->reserve->free_mask) >> order;
}

/* ---- totals ---------------------------------------------------------------------- */

unsigned long totalram_pages(void)
{
	unsigned long sum = 0;
	struct zone *z;

	for_each_zone(z)
		sum += z->managed_pages;
	return sum;
}

unsigned long nr_free_pages(void)
{
	unsigned long sum = 0;
	struct zone *z;

	for_each_zone(z)
		sum += zone_free_pages(z);
	return sum;
}

unsigned long nr_free_pcp_pages(void)
{
	return page_owner_pages(PAGE_OWNER_PCP);
}

unsigned long nr_free_buffer_pages(void)
{
	unsigned long sum = 0;
	struct zone *z;

	for_each_zone(z)
		if (z->managed_pages > high_wmark_pages(z))
			sum += z->managed_pages - high_wmark_pages(z);
	return sum;
}

/* Two readings at two times: a page that went from list to stock in between counts twice. */
void si_meminfo(struct sysinfo *si)
{
	const unsigned long total = totalram_pages();
	const unsigned long free = min(nr_free_pages() + nr_free_pcp_pages(), total);

	*si = (struct sysinfo){
		.totalram = total,
		.freeram = free,
		.mem_unit = PAGE_SIZE,
	};
}
