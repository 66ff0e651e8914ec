/* SPDX-License-Identifier: MIT */
/*
 * mm/memblock_alloc.c - find and hand out boot memory
 *
 * MODEL
 *   A walk over free memory is two fingers: one on a memory region, one on a gap between
 *   reserved regions.  Where the two overlap is a free range; then the finger whose range
 *   ends first moves on.  Gap g lies between reserved[g-1] and reserved[g], so there is
 *   one gap more than there are regions.
 *
 *	memory	   |-----m=0-----|      |------m=1------|
 *	reserved        |-0-|                |-1-|
 *	gap	---g=0--|   |-----g=1--------|   |--g=2---...
 *	free	   (0,0)     (0,1)       (1,1)   (1,2)		pairs of fingers
 *
 *   A pair is two numbers of 32 bits: so a walk is one u64 that its caller keeps, it can be
 *   left and taken up again, and it costs one step for each region of either list.  Linux
 *   packs its walk the same way.
 *
 *   An allocation takes the first free range in the chosen direction that holds it, cut to
 *   [min, max) and to alignment.  Top-down keeps low memory for those who need it;
 *   bottom-up keeps boot memory together.  When a node is asked for, other nodes are the
 *   fallback (not with exact); for mapped memory, a lower bound is the next to be given up.
 *
 * INVARIANTS	what is given out was free, is reserved now, and never contains address 0.
 * LOCKING	none: one CPU at boot.
 * CONTEXT	boot, until memblock_hand_over(); the walks anywhere.
 * FAILURE	0 or NULL and nothing changed.  After the hand-over: a line with the size, and
 *		the stack of who wanted it.
 * NOT HERE	the lists: memblock.c.  Linux's names and panics: memblock_default.c.
 */
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/mmdebug.h>
#include <linux/printk.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <asm/page.h>

/* ---- walks ----------------------------------------------------------------------- */

bool memblock_next_mem(const struct memblock *mb, u64 *idx, phys_addr_t *start,
		       phys_addr_t *end, int *nid)
{
	const struct memblock_region *r;

	for (; *idx < mb->memory.cnt; ++*idx) {
		r = &mb->memory.regions[*idx];
		if (r->flags & MEMBLOCK_NOMAP)
			continue;
		*start = r->base;
		*end = r->base + r->size;
		if (nid)
			*nid = r->nid;
		++*idx;
		return true;
	}
	return false;
}

static bool region_wanted(const struct memblock_region *r, int nid)
{
	return !(r->flags & MEMBLOCK_NOMAP) && (nid == NUMA_NO_NODE || nid == r->nid);
}

/* The outermost gaps have no region on one side: they go on to the end of the address space. */
static phys_addr_t gap_start(const struct memblock_type *rsv, u32 g)
{
	return g ? rsv->regions[g - 1].base + rsv->regions[g - 1].size : 0;
}

static phys_addr_t gap_end(const struct memblock_type *rsv, u32 g)
{
	return g < rsv->cnt ? rsv->regions[g].base : PHYS_ADDR_MAX;
}

/* The free range under the two fingers; empty: *start >= *end. */
static void free_under(const struct memblock *mb, u32 m, u32 g, phys_addr_t *start,
		       phys_addr_t *end)
{
	const struct memblock_region *r = &mb->memory.regions[m];

	VM_BUG_ON(m >= mb->memory.cnt || g > mb->reserved.cnt);
	VM_BUG_ON(gap_start(&mb->reserved, g) > gap_end(&mb->reserved, g));	/* sorted */
	*start = max(r->base, gap_start(&mb->reserved, g));
	*end = min(r->base + r->size, gap_end(&mb->reserved, g));
}

/*
 * *idx: memory finger in the low half, gap finger in the high half.
 *
 * A region that is not wanted still has its pair computed: skipping it up front would let the
 * gap finger fall behind.
 */
bool memblock_next_free(const struct memblock *mb, u64 *idx, int nid, phys_addr_t *start,
			phys_addr_t *end)
{
	u32 m = (u32)*idx, g = (u32)(*idx >> 32);

	while (m < mb->memory.cnt) {
		const struct memblock_region *r = &mb->memory.regions[m];

		free_under(mb, m, g, start, end);
		/* Which finger ends first?  At a tie memory: its next region may use this gap. */
		if (r->base + r->size <= gap_end(&mb->reserved, g))
			m++;
		else
			g++;
		if (*start < *end && region_wanted(r, nid)) {
			*idx = (u64)g << 32 | m;
			return true;
		}
	}
	*idx = (u64)g << 32 | m;
	return false;
}

/*
 * The fingers for addr: the gap that addr lies in, or, inside a reserved region, the one behind
 * it.  No free range that ends above addr is skipped; one that begins below may be seen.
 */
u64 memblock_seek_free(const struct memblock *mb, phys_addr_t addr)
{
	const struct memblock_type *rsv = &mb->reserved;
	u32 lo = 0, hi = rsv->cnt;

	while (lo < hi) {		/* the first reserved region that begins above addr */
		const u32 mid = (lo + hi) / 2;

		if (rsv->regions[mid].base > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return (u64)lo << 32 | memblock_seek_mem(mb, addr);
}

u64 memblock_seek_mem(const struct memblock *mb, phys_addr_t addr)
{
	const struct memblock_type *mem = &mb->memory;
	u32 lo = 0, hi = mem->cnt;

	while (lo < hi) {		/* the first memory region that ends above addr */
		const u32 mid = (lo + hi) / 2;

		if (mem->regions[mid].base + mem->regions[mid].size > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

/*
 * Fingers are kept one up, so that 0 is the end of the walk; ~0 is its beginning, which no pair
 * of fingers can be, as long as an array has less than 2^32 - 1 regions.
 */
bool memblock_prev_free(const struct memblock *mb, u64 *idx, int nid, phys_addr_t *start,
			phys_addr_t *end)
{
	u32 m = (u32)*idx, g = (u32)(*idx >> 32);

	if (*idx == ~0ULL) {
		m = mb->memory.cnt;
		g = mb->reserved.cnt + 1;
	}
	while (m && g) {
		const struct memblock_region *r = &mb->memory.regions[m - 1];

		free_under(mb, m - 1, g - 1, start, end);
		if (r->base >= gap_start(&mb->reserved, g - 1))
			m--;
		else
			g--;
		if (*start < *end && region_wanted(r, nid)) {
			*idx = (u64)g << 32 | m;
			return true;
		}
	}
	*idx = 0;
	return false;
}

/* ---- finding --------------------------------------------------------------------- */

/*
 * The lowest, the highest place for size bytes in [lo, hi), or 0.  lo and hi come from a free
 * range cut to the caller's bounds, so hi may lie below lo; and rounding up may wrap.
 */
static phys_addr_t fit_low(phys_addr_t lo, phys_addr_t hi, phys_addr_t size, phys_addr_t align)
{
	const phys_addr_t base = ALIGN(lo, align);

	VM_BUG_ON(!lo || !size);	/* address 0 means none */
	return base >= lo && base < hi && hi - base >= size ? base : 0;
}

static phys_addr_t fit_high(phys_addr_t lo, phys_addr_t hi, phys_addr_t size, phys_addr_t align)
{
	phys_addr_t base;

	VM_BUG_ON(!lo || !size);
	if (lo >= hi || hi - lo < size)
		return 0;
	base = ALIGN_DOWN(hi - size, align);
	VM_BUG_ON(base >= lo && hi - base < size);
	return base >= lo ? base : 0;
}

/*
 * First fit from one end.  Best fit would have to look at all, and what is handed out at boot
 * is hardly ever freed: there is nothing to fragment.
 *
 * Address 0 is kept for "none": the lowest that is given out is PAGE_SIZE.
 */
phys_addr_t memblock_find_in(struct memblock *mb, const struct memblock_request *rq)
{
	const phys_addr_t align = rq->align ?: SMP_CACHE_BYTES;
	const phys_addr_t lo = max_t(phys_addr_t, rq->min, PAGE_SIZE);
	const phys_addr_t hi = rq->max ?: mb->current_limit;
	phys_addr_t start, end, base = 0;
	u64 i;

	if (!rq->size || WARN(align & (align - 1), "memblock: alignment %#llx\n", align))
		return 0;
	if (mb->bottom_up) {
		for_each_free_mem_range_in(mb, i, rq->nid, &start, &end) {
			base = fit_low(max(start, lo), min(end, hi), rq->size, align);
			if (base)
				break;
		}
	} else {
		for_each_free_mem_range_reverse_in(mb, i, rq->nid, &start, &end) {
			base = fit_high(max(start, lo), min(end, hi), rq->size, align);
			if (base)
				break;
		}
	}
	VM_WARN_ON_ONCE(base && (base & (align - 1) || base < lo || base + rq->size > hi));
	return base;
}

/* ---- handing out ----------------------------------------------------------------- */

/*
 * The node is a wish as well: memory far away is better than none.  After the hand-over it is
 * not enough to say no: whoever comes so late has a bug, and his stack tells where.
 */
phys_addr_t memblock_phys_alloc_in(struct memblock *mb, const struct memblock_request *rq)
{
	struct memblock_request any = *rq;
	phys_addr_t base;

	if (mb->handed_over) {
		pr_err("memblock: somebody wants %llu bytes, but boot memory has been handed "
		       "over\n", rq->size);
		dump_stack();
		return 0;
	}
	base = memblock_find_in(mb, rq);
	any.nid = NUMA_NO_NODE;
	if (!base && rq->nid != NUMA_NO_NODE && !rq->exact)
		base = memblock_find_in(mb, &any);
	VM_BUG_ON(base && memblock_overlaps_region(&mb->reserved, base, rq->size));
	if (!base || memblock_reserve_in(mb, base, rq->size))
		return 0;
	VM_WARN_ON_ONCE(memblock_search(&mb->reserved, base) < 0);
	return base;
}

/*
 * Without zeroing.  A lower bound is a wish: better below it than not at all.  current_limit is
 * none: what lies above cannot be reached, so who wants an address gets nothing there, however
 * high his own bound.
 */
void *memblock_alloc_raw_in(struct memblock *mb, const struct memblock_request *rq)
{
	struct memblock_request mapped = *rq;
	phys_addr_t base;
	void *ptr;

	mapped.max = min(rq->max ?: mb->current_limit, mb->current_limit);
	base = memblock_phys_alloc_in(mb, &mapped);
	mapped.min = 0;
	if (!base && rq->min && !mb->handed_over)
		base = memblock_phys_alloc_in(mb, &mapped);
	if (!base)
		return NULL;
	ptr = mb->ops && mb->ops->map ? mb->ops->map(mb, base, rq->size) : NULL;
	if (!ptr)
		memblock_phys_free_in(mb, base, rq->size);
	return ptr;
}

void *memblock_alloc_in(struct memblock *mb, const struct memblock_request *rq)
{
	void *ptr = memblock_alloc_raw_in(mb, rq);

	if (ptr)
		memset(ptr, 0, rq->size);
	return ptr;
}

/* The size is the caller's word: there is no header before the block that could know better. */
int memblock_free_in(struct memblock *mb, void *ptr, phys_addr_t size)
{
	if (!ptr)
		return 0;
	if (!mb->ops || !mb->ops->unmap)
		return -EINVAL;
	return memblock_phys_free_in(mb, mb->ops->unmap(mb, ptr), size);
}
