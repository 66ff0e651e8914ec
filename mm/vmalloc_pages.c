/* SPDX-License-Identifier: MIT */
/*
 * mm/vmalloc_pages.c - where the pages of an area come from
 *
 * MODEL
 *   An area is filled from its first page to its last with the largest blocks that fit into what
 *   is left and are to be had: a block of 2^k pages costs what a page costs, and one large block
 *   leaves the rest of memory less broken up than many small ones.  Each is mapped at once, and its
 *   head knows its order; nothing else is written down.
 *
 *	left	21		5	1
 *	block	  order 4	  order 2  order 0
 *
 *   (alloc_pages_bulk() would bring 21 pages of order 0 in one call: but then there are 21 blocks
 *   to map and to free, and they are of an owner who counts references.)
 *
 *   Areas that may have large pages get 2 MiB blocks first, one entry of the upper table each; from
 *   the first that is not to be had on, small pages.
 *
 * INVARIANTS	a block is wholly inside the area; the first one's head points to the area.
 * LOCKING	none: the area is its maker's.
 * CONTEXT	as gfp says.
 * FAILURE	false; what has been mapped by then stays, and the caller frees it with the area.
 * NOT HERE	areas: vmalloc.c.  Giving back: vmalloc_purge.c.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mmdebug.h>

#include "internal.h"
#include "vmap.h"

/*
 * The largest block to ask for.  Taking a megabyte as one block leaves the rest of memory
 * less broken up than taking it as 256 pages, and costs what one page costs; where there
 * is none, smaller ones do.  Above 2^VMALLOC_MAX_ORDER nothing is gained any more.
 */
#define VMALLOC_MAX_ORDER	MAX_PAGE_ORDER

/*
 * A block of at most 2^*order pages; *order says how large it is.  NULL: no page at all.  Nobody
 * waits for a large one, for small ones do as well: only the last try may reclaim.
 */
static struct page *vmalloc_block(unsigned int *order, gfp_t gfp, enum page_owner owner)
{
	const gfp_t easy = (gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_NOFAIL)) | __GFP_NORETRY;
	struct page *page;

	for (; *order; --*order) {
		page = alloc_pages_owner(easy, *order, owner);
		if (page)
			return page;
	}
	return alloc_pages_owner(gfp, 0, owner);
}

/*
 * From vaddr on, left pages, which are reserved as small ones.  Orders never grow again on the
 * way: where there was no block of 16, there is none for the next 16 pages, either.
 */
static bool vmalloc_populate_small(struct vm_struct *area, unsigned long vaddr, unsigned int left,
				   gfp_t gfp)
{
	const enum page_owner owner = area->flags & VM_STACK ? PAGE_OWNER_STACK :
							       PAGE_OWNER_VMALLOC;
	unsigned int order = VMALLOC_MAX_ORDER;
	struct page *page;

	for (; left; left -= 1U << order, vaddr += PAGE_SIZE << order) {
		order = min(order, (unsigned int)ilog2(left));
		page = vmalloc_block(&order, gfp, owner);
		if (!page)
			return false;
		VM_BUG_ON(page->order != order || order > ilog2(left) || page->owner != owner);
		if (vaddr == area->addr)
			page->private = (unsigned long)area;
		vmap_table_fill(vaddr, page_to_pfn(page), 1UL << order, PAGE_KERNEL);
	}
	return true;
}

/* A large page at vaddr if there is such a block (*large: ask), or else small ones. */
static bool vmalloc_populate_piece(struct vm_struct *area, unsigned long vaddr, bool *large,
				   gfp_t gfp)
{
	const gfp_t easy = (gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_NOFAIL)) | __GFP_NORETRY;
	struct page *page = NULL;

	if (vmap_table_is_open(vaddr)) {
		if (*large)
			page = alloc_pages_owner(easy, PMD_SHIFT - PAGE_SHIFT, PAGE_OWNER_VMALLOC);
		if (page) {
			if (vaddr == area->addr)
				page->private = (unsigned long)area;
			vmap_table_fill_large(vaddr, page_to_pfn(page), PAGE_KERNEL);
			return true;
		}
		*large = false;
		if (vmap_table_narrow(vaddr, gfp & VMALLOC_META_GFP))
			return false;
	}
	return vmalloc_populate_small(area, vaddr, PTRS_PER_TABLE, gfp);
}

bool vmalloc_populate(struct vm_struct *area, gfp_t gfp)
{
	unsigned int left = area->nr_pages;
	unsigned long vaddr = area->addr;
	bool large = true;

	gfp |= __GFP_NOWARN;
	if (area->flags & VM_ALLOW_HUGE_VMAP)
		for (; left >= PTRS_PER_TABLE; left -= PTRS_PER_TABLE, vaddr += PMD_SIZE)
			if (!vmalloc_populate_piece(area, vaddr, &large, gfp))
				return false;
	return vmalloc_populate_small(area, vaddr, left, gfp);
}
