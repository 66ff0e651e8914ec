/* SPDX-License-Identifier: MIT */
/*
 * struct page: what is known of one 4 KiB frame, in 16 bytes.
 *
 * Only the first page of a block (its head) describes the block; the metadata of the
 * pages behind it is zero (PAGE_OWNER_NONE), unless the block is compound, when they are
 * marked as tails.  So a walk from head to head, by order, meets every page of a section
 * exactly once, and freeing something that is no head is noticed.
 *
 * Links are page frame numbers; 0 is nil, because frame 0 is never allocatable.
 */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/build_bug.h>
#include <linux/types.h>

/* Who owns a block of pages.  page_hand_over() (mm/page.c) holds the table of moves. */
enum page_owner {
	PAGE_OWNER_NONE,	/* no head: inside a block, or nobody has brought it in */
	PAGE_OWNER_RESERVED,	/* firmware, kernel image, boot data, holes: never allocatable */
	PAGE_OWNER_MEMMAP,	/* this section's own struct pages and page tables */
	PAGE_OWNER_FREE,	/* on a free list of its zone */
	PAGE_OWNER_PCP,		/* in a CPU's stock of free pages */
	PAGE_OWNER_PAGES,	/* given out by alloc_pages() and its kin */
	PAGE_OWNER_SLAB,	/* holds objects of a kmem_cache */
	PAGE_OWNER_KMALLOC,	/* a large kmalloc block */
	PAGE_OWNER_VMALLOC,	/* behind a vmalloc area */
	PAGE_OWNER_PGTABLE,	/* a page table */
	PAGE_OWNER_PERCPU,
	PAGE_OWNER_DMA,		/* a coherent DMA buffer */
	PAGE_OWNER_STACK,
	PAGE_OWNER_SWAP,
	PAGE_OWNER_BAD,		/* found corrupt: kept out of circulation for good */
	NR_PAGE_OWNERS
};

struct page {
	union {
		struct {		/* FREE, PCP: list.  SLAB: the cache's slab list. */
			u32 next;	/* pfn, 0: nil */
			u32 prev;	/* pfn, 0: nil */
		};
		u64 private;		/* for the owner, while it is neither */
	};
	union {
		struct {
			u8  owner;	/* enum page_owner */
			u8  order : 4;	/* of the block this heads (or, in a tail, belongs to) */
			u8  flags : 4;	/* PG_* */
			u16 cache;	/* SLAB: index into the table of caches.  FREE: tag */
			union {
				u32 refcount;	/* PAGES and above: references */
				struct {	/* SLAB */
					u16 inuse;	/* objects not on this slab's free list */
					u16 freelist;	/* first free: offset / 8 + 1; 0: none */
				};
				u32 nr_entries;	/* PGTABLE: entries that are present */
			};
		};
		u64 meta;		/* all of the above: one compare, one store */
	};
};
static_assert(sizeof(struct page) == 16, "struct page: four to a cache line");

/* page->meta of a head: what a block looks like, as one word to compare with or to store. */
#define PAGE_META_REF(owner, order, ref) \
	((u64)(owner) | (u64)(order) << 8 | (u64)(u32)(ref) << 32)
#define PAGE_META(owner, order)	PAGE_META_REF(owner, order, 0)
#define PAGE_META_FLAGS(owner, order, flags) \
	(PAGE_META(owner, order) | (u64)(flags) << 12)
#define PAGE_META_CACHE_SHIFT	16

#define PAGE_TAG_PRIVATE	(1ULL << 16)	/* in "cache" of a FREE head: a test's own zone */
#define PAGE_TAG_RESERVE	(2ULL << 16)	/* ... of a zone's high-order atomic reserve */

/* struct page flags */
#define PG_HEAD		0x01		/* compound: this is the head */
#define PG_TAIL		0x02		/* compound: head = pfn rounded down to order */
#define PG_ZEROED	0x04		/* free and known to be zero */
#define PG_PFMEMALLOC	0x08		/* came out of the reserve */

#endif /* _LINUX_MM_TYPES_H */
