/* SPDX-License-Identifier: MIT */
/*
 * Pages as memory management sees them: frame numbers, struct page, addresses of the
 * direct map, compound pages, references, totals.  Allocation itself: <linux/gfp.h>.
 */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/page_ref.h>
#include <linux/types.h>
#include <asm/page.h>

#ifndef PAGE_ALIGN
#define PAGE_ALIGN(x)		(((x) + PAGE_SIZE - 1) & PAGE_MASK)
#endif
#define PAGE_ALIGN_DOWN(x)	((x) & PAGE_MASK)
#define PAGE_ALIGNED(x)		(((unsigned long)(x) & (PAGE_SIZE - 1)) == 0)
#define offset_in_page(p)	((unsigned long)(p) & (PAGE_SIZE - 1))
#define PFN_UP(x)		(((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)		((x) >> PAGE_SHIFT)
#define PFN_PHYS(pfn)		((phys_addr_t)(pfn) << PAGE_SHIFT)
#define PHYS_PFN(pa)		((unsigned long)((pa) >> PAGE_SHIFT))

/* The array of struct page; mapped only where a section is online (pfn_online()). */
#define vmemmap			((struct page *)VMEMMAP_START)
#define pfn_to_page(pfn)	(vmemmap + (unsigned long)(pfn))
#define page_to_pfn(p)		((unsigned long)((const struct page *)(p) - vmemmap))
#define page_to_phys(page)	PFN_PHYS(page_to_pfn(page))
#define phys_to_page(pa)	pfn_to_page(PHYS_PFN(pa))
#define page_to_virt(page)	__va(page_to_phys(page))
#define virt_to_pfn(addr)	PHYS_PFN(__pa(addr))
#define virt_to_page(addr)	pfn_to_page(virt_to_pfn(addr))
#define pfn_to_kaddr(pfn)	__va(PFN_PHYS(pfn))
#define virt_to_phys(addr)	__pa(addr)
#define phys_to_virt(pa)	__va(pa)

/* Address of a page in the direct map; every page has one.  Any context. */
static inline void *page_address(const struct page *page)
{
	return page_to_virt(page);
}

static inline struct zone *page_zone(const struct page *page)
{
	return pfn_zone(page_to_pfn(page));
}

static inline enum zone_type page_zonenum(const struct page *page)
{
	return pfn_zone_type(page_to_pfn(page));
}

/*
 * mm/page.c.  Any context, any value.
 *
 * virt_addr_valid(): does addr lie in the direct map of a page that has a struct page?  An
 * address inside the kernel image does not: the image is mapped elsewhere.
 */
bool page_virt_valid(unsigned long addr);
#define virt_addr_valid(addr)	page_virt_valid((unsigned long)(addr))

/* Pages (4 KiB) that an owner holds now; racy while others run.  page_owner_name(): "slab". */
unsigned long page_owner_pages(enum page_owner owner);
const char *page_owner_name(enum page_owner owner);

/*
 * Compound pages: a block allocated with __GFP_COMP, whose tails know their head.
 */
static inline bool PageHead(const struct page *page)
{
	return page->flags & PG_HEAD;
}

static inline bool PageTail(const struct page *page)
{
	return page->flags & PG_TAIL;
}

static inline bool PageCompound(const struct page *page)
{
	return page->flags & (PG_HEAD | PG_TAIL);
}

static inline bool PageSlab(const struct page *page)
{
	return page->owner == PAGE_OWNER_SLAB;
}

static inline bool PageReserved(const struct page *page)
{
	return page->owner == PAGE_OWNER_RESERVED || page->owner == PAGE_OWNER_MEMMAP;
}

static inline bool PageBuddy(const struct page *page)
{
	return page->owner == PAGE_OWNER_FREE;
}

/* The page that describes the block: itself, unless it is a compound tail. */
static inline struct page *compound_head(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	if (!PageTail(page))
		return (struct page *)page;
	return pfn_to_page(pfn & ~((1UL << page->order) - 1));
}

/* Order of a compound page, 0 for any other. */
static inline unsigned int compound_order(const struct page *page)
{
	return PageHead(page) ? page->order : 0;
}

static inline unsigned long compound_nr(const struct page *page)
{
	return 1UL << compound_order(page);
}

static inline unsigned long page_size(const struct page *page)
{
	return PAGE_SIZE << compound_order(page);
}

static inline struct page *virt_to_head_page(const void *addr)
{
	return compound_head(virt_to_page(addr));
}

static inline int page_count(const struct page *page)
{
	return page_ref_count(compound_head(page));
}

/*
 * References.  A fresh block has one; get_page() adds one to a block that has some.  A
 * page that is free, or not from alloc_pages(), is reported and left alone: its count is
 * part of what marks it as free, or is a slab's.
 */
void get_page(struct page *page);

/* Drop a reference; the last one frees the whole block.  Any context but NMI. */
void put_page(struct page *page);

/*
 * Turn a block of 2^order pages (not compound) into 2^order single pages, each with one
 * reference, to be freed one by one.  Any context but NMI; cannot fail.
 */
void split_page(struct page *page, unsigned int order);

/* For the owner of a block of PAGES or KMALLOC: a word of its own; 0 after allocation. */
static inline unsigned long page_private(const struct page *page)
{
	return page->private;
}

static inline void set_page_private(struct page *page, unsigned long v)
{
	page->private = v;
}

/* Totals, in pages.  Dormant pages count as free: an allocation can have them. */
struct sysinfo {
	unsigned long totalram;		/* pages ever allocatable */
	unsigned long freeram;
	unsigned long sharedram, bufferram;
	unsigned long totalhigh, freehigh;
	unsigned int  mem_unit;		/* bytes: PAGE_SIZE */
};
void si_meminfo(struct sysinfo *si);
unsigned long totalram_pages(void);
unsigned long nr_free_pages(void);	/* lists and dormant, without per-CPU stock */
unsigned long nr_free_pcp_pages(void);	/* per-CPU stock */
unsigned long nr_free_buffer_pages(void);	/* above the high watermarks */

/*
 * mm/verify.c: is every invariant of mm/ true right now?  Process context; the world is stopped
 * meanwhile.  False: msg (n bytes) says which one is not.
 */
bool mm_verify(char *msg, size_t n);
/*
 * fn(data) with the world stopped, interrupts off; in a context that may not wait for other CPUs,
 * only with interrupts off.  For those who look at everything, and want to find it at rest.
 */
int mm_while_stopped(int (*fn)(void *data), void *data);

/*
 * What is in use and what could still be had: two snapshots around a test must compare
 * equal (true), or msg says what differs.  Process context; other rooms settle first.  With
 * several CPUs: take another one until two agree.
 */
#define MM_ACCOUNT_ROOMS	16
struct mm_account {
	long available;			/* pages: free, stock, dormant */
	long owner[NR_PAGE_OWNERS];	/* pages in use */
	long room[MM_ACCOUNT_ROOMS];	/* objects, areas: in order of registration */
};
void mm_account_snapshot(void *account);	/* struct mm_account; kunit_account_ops fits */
bool mm_account_compare(const void *before, const void *after, char *msg, size_t n);

/*
 * mm/stack.c: THREAD_SIZE bytes for a thread, with a page that is not mapped below them; the
 * lowest address.  May sleep.  NULL: no memory.  Freed by thread_stack_free().
 */
void *thread_stack_alloc(gfp_t gfp);
void thread_stack_free(void *stack);

#endif /* _LINUX_MM_H */
