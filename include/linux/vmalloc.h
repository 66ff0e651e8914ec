/* SPDX-License-Identifier: MIT */
/*
 * vmalloc: memory that is contiguous in virtual addresses only.
 *
 * Sizes are bytes and are rounded up to pages.  Behind every area lies one page that is
 * never mapped (the guard): running off the end faults at once.
 *
 * Context: process context only.  A call from an interrupt or with sleeping forbidden is
 * reported in Linux's text and returns NULL; vfree() from there is deferred, never lost.
 * Failure: NULL (or -errno) and nothing changed; said in the log unless __GFP_NOWARN.
 * Freed by: vfree() for vmalloc and kin, vunmap() for vmap, kvfree() for kvmalloc.
 */
#ifndef _LINUX_VMALLOC_H
#define _LINUX_VMALLOC_H

#include <asm/pgtable.h>
#include <linux/gfp_types.h>
#include <linux/types.h>

struct page;
struct seq_file;

/* vm_struct.flags, with Linux's values */
#define VM_IOREMAP		0x00000001UL	/* device memory, by ioremap() */
#define VM_ALLOC		0x00000002UL	/* pages of its own, by vmalloc() */
#define VM_MAP			0x00000004UL	/* somebody else's pages, by vmap() */
#define VM_NO_GUARD		0x00000040UL	/* no guard page behind (private areas only) */
#define VM_MAP_PUT_PAGES	0x00000200UL	/* vfree() also drops one reference per page */

/*
 * One area.  Linux splits this into vmap_area and vm_struct; here the node of the
 * address tree is the description itself (mm/vmap.c keeps the tree).
 */
struct vm_struct {
	unsigned long addr;		/* first byte, page aligned; Linux has void * here */
	unsigned long size;		/* bytes, the guard page included */
	unsigned long gap;		/* free bytes between the area before this and addr */
	unsigned long max_gap;		/* the largest gap in this subtree */
	struct vm_struct *left, *right, *parent;	/* tree by address: mm/vmap.c only */
	struct vm_struct *prev, *next;	/* the same, as a list in address order */
	unsigned int  level;		/* balance: mm/vmap.c only */
	unsigned int  flags;		/* VM_* */
	unsigned int  nr_pages;		/* pages mapped */
	phys_addr_t   phys_addr;	/* VM_IOREMAP: where it points, bytes */
	unsigned long caller;		/* return address of who asked */
};

/* mm/vmalloc.c */
void vmalloc_init(void);

void *vmalloc(unsigned long size) __malloc;
void *vzalloc(unsigned long size) __malloc;
void *__vmalloc(unsigned long size, gfp_t gfp) __malloc;
void *vcalloc(size_t n, size_t size) __malloc;		/* overflow: NULL */
void *vmalloc_array(size_t n, size_t size) __malloc;	/* overflow: NULL */
/* @align: bytes, a power of two; at least a page.  Below 4 GiB: vmalloc_32. */
void *__vmalloc_align(unsigned long size, unsigned long align, gfp_t gfp,
		      unsigned long caller) __malloc;
void *vmalloc_32(unsigned long size) __malloc;
/* NULL is fine.  From an interrupt: deferred to vmalloc_drain(). */
void vfree(const void *addr);
void vfree_atomic(const void *addr);
/* Free what interrupts left behind; returns how many areas.  Process context; also done by
 * every vmalloc() and vfree(). */
unsigned int vmalloc_drain(void);

/* Map @count pages one behind the other; the pages stay the caller's.  @flags: VM_MAP
 * [| VM_MAP_PUT_PAGES]; @prot: PAGE_KERNEL and kin of <asm/pgtable.h>. */
void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot);
void vunmap(const void *addr);
/* The same, for short-lived mappings; vm_unmap_ram() must be given the same count. */
void *vm_map_ram(struct page **pages, unsigned int count, int node);
void vm_unmap_ram(const void *addr, unsigned int count);

/* The page behind an address of an area; NULL where none is mapped.  Any context. */
struct page *vmalloc_to_page(const void *addr);
unsigned long vmalloc_to_pfn(const void *addr);

static inline bool is_vmalloc_addr(const void *x)
{
	return (unsigned long)x >= VMALLOC_START && (unsigned long)x < VMALLOC_END;
}

/* The area that holds @addr (its guard page included), or NULL.  Any context but NMI; the
 * answer is only good while the caller keeps the area from being freed. */
struct vm_struct *find_vm_area(const void *addr);
/* Bytes that the areas cover now, guards included; areas and mapped pages. */
unsigned long vmalloc_used(void);
unsigned long vmalloc_nr_areas(void);
unsigned long vmalloc_nr_pages(void);
/* Bytes an area can still get at most. */
unsigned long vmalloc_largest_gap(void);
/* Call @fn for each area in address order, under the tree's lock. */
void vmalloc_for_each(void (*fn)(const struct vm_struct *area, void *arg), void *arg);
/* Whole-structure check: tree, list, gaps, page tables.  false: @msg says what is wrong. */
bool vmalloc_verify(char *msg, size_t n);

/*
 * kmalloc when that is easy, else vmalloc (GFP_KERNEL and supersets only fall back).
 * May sleep like @gfp says.  Freed by kvfree(), which takes either, from any context.
 */
void *kvmalloc(size_t size, gfp_t gfp) __malloc;
void *kvzalloc(size_t size, gfp_t gfp) __malloc;
void *kvmalloc_array(size_t n, size_t size, gfp_t gfp) __malloc;
void *kvcalloc(size_t n, size_t size, gfp_t gfp) __malloc;
void *kvrealloc(const void *p, size_t size, gfp_t gfp);
void kvfree(const void *addr);
void kvfree_sensitive(const void *addr, size_t len);

#endif /* _LINUX_VMALLOC_H */
