/* SPDX-License-Identifier: MIT */
/*
 * vmalloc: memory that is contiguous in virtual addresses only.
 *
 * Sizes are bytes and are rounded up to pages.  Behind every area lies one page that is
 * never mapped (the guard): running off the end faults at once.
 *
 * Context: process context only.  A call from an interrupt or with sleeping forbidden is
 * reported in Linux's text, with the caller's place in the source (hence the macros), and
 * returns NULL; vfree() from there is deferred, never lost.
 * Failure: NULL (or -errno) and nothing changed; said in the log unless __GFP_NOWARN.
 * Freed by: vfree() for vmalloc and kin, vunmap() for vmap, kvfree() for kvmalloc.
 */
#ifndef _LINUX_VMALLOC_H
#define _LINUX_VMALLOC_H

#include <asm/pgtable.h>
#include <linux/gfp_types.h>
#include <linux/rbtree.h>
#include <linux/sched/mm.h>
#include <linux/types.h>

struct page;
struct seq_file;

/* vm_struct.flags, with Linux's values */
#define VM_IOREMAP		0x00000001U	/* device memory, by ioremap() */
#define VM_ALLOC		0x00000002U	/* pages of its own, by vmalloc() */
#define VM_MAP			0x00000004U	/* somebody else's pages, by vmap() */
#define VM_UNINITIALIZED	0x00000020U	/* its pages are still being filled in */
#define VM_ALLOW_HUGE_VMAP	0x00000400U	/* by large pages, where it has been possible */
#define VM_MAP_RAM		0x00010000U	/* the same, by vm_map_ram() */
#define VM_DYING		0x00020000U /* vfree() has begun; for an interrupt: is deferred */
#define VM_STOCKED		0x00040000U	/* freed; keeps addresses and pages for the next */
#define VM_LAZY			0x00080000U	/* freed; waits until all CPUs have flushed */
#define VM_STACK		0x00100000U	/* pages of its own, of a thread's stack */
#define VM_ALONE		0x00200000U	/* placed by alignment: nobody will want it again */

/*
 * One area.  Linux splits this into vmap_area and vm_struct; here the node of the
 * address tree is the description itself.
 *
 * Field keys:  (C) constant while the area exists   (V) the space's lock
 */
struct vm_struct {
	struct rb_node	 node;		/* (V) by address */
	struct vm_struct *prev, *next;	/* (V) neighbours by address */
	struct vm_struct *link;		/* next in line of vmalloc_drain(), or in a stock */
	unsigned long	 gap;		/* (V) free bytes between the area before and addr */
	unsigned long	 max_gap;	/* (V) the largest gap in this subtree */
	unsigned long	 addr;		/* (C) first byte, page aligned; Linux has void * */
	unsigned long	 size;		/* (C) bytes, the guard page included */
	unsigned int	 flags;		/* (V) VM_* */
	unsigned int	 nr_pages;	/* (C) pages mapped */
	phys_addr_t	 phys_addr;	/* (C) VM_IOREMAP: where it points, bytes */
	unsigned long	 caller;	/* (C) return address of who asked */
};

/* Bytes of an area that can be touched: all but the guard page. */
static inline unsigned long get_vm_area_size(const struct vm_struct *area)
{
	return area->size - PAGE_SIZE;
}

/* The question in two instructions, and the answer in full where it is no. */
#define vmalloc_allowed()	(can_sleep() || sleep_allowed())

/* mm/vmalloc.c */
void vmalloc_init(void);

void *vmalloc(unsigned long size) __malloc;
void *vzalloc(unsigned long size) __malloc;
void *__vmalloc(unsigned long size, gfp_t gfp) __malloc;
void *vcalloc(size_t n, size_t size) __malloc;		/* overflow: NULL */
void *vmalloc_array(size_t n, size_t size) __malloc;	/* overflow: NULL */
/* @align: bytes, a power of two, at least a page; @node is ignored. */
void *__vmalloc_node(unsigned long size, unsigned long align, gfp_t gfp, int node,
		     const void *caller) __malloc;
#define vmalloc_node(size, node)	vmalloc(size)
#define vzalloc_node(size, node)	vzalloc(size)
#define vmalloc_user(size)		vzalloc(size)	/* there is no user to show it to */
/* Mapped by pages of 2 MiB, as far as there are such blocks. */
void *vmalloc_huge(unsigned long size, gfp_t gfp) __malloc;
/* Pages below 4 GiB. */
void *vmalloc_32(unsigned long size) __malloc;
#define vmalloc(...)		(vmalloc_allowed() ? vmalloc(__VA_ARGS__) : NULL)
#define vzalloc(...)		(vmalloc_allowed() ? vzalloc(__VA_ARGS__) : NULL)
#define vmalloc_huge(...)	(vmalloc_allowed() ? vmalloc_huge(__VA_ARGS__) : NULL)
#define __vmalloc(...)		(vmalloc_allowed() ? __vmalloc(__VA_ARGS__) : NULL)
#define vcalloc(...)		(vmalloc_allowed() ? vcalloc(__VA_ARGS__) : NULL)
#define vmalloc_array(...)	(vmalloc_allowed() ? vmalloc_array(__VA_ARGS__) : NULL)
#define vmalloc_32(...)		(vmalloc_allowed() ? vmalloc_32(__VA_ARGS__) : NULL)
/* NULL is fine.  From an interrupt: deferred to vmalloc_drain(). */
void vfree(const void *addr);
void vfree_atomic(const void *addr);
/* Free what interrupts left behind; returns how many areas.  Process context; also done by
 * every vmalloc() and vfree(). */
unsigned int vmalloc_drain(void);
/* @fn: called when there is something to drain, in any context but NMI; it has that done.
 * Gives the former one back. */
typedef void vmalloc_defer_fn(void);
vmalloc_defer_fn *vmalloc_set_defer_hook(vmalloc_defer_fn *fn);

/* All CPUs forget what has been unmapped and freed; then it is free indeed.  Process context. */
void vm_unmap_aliases(void);

/* Map @count pages one behind the other; the pages stay the caller's.  @flags: VM_MAP;
 * @prot: PAGE_KERNEL and kin of <asm/pgtable.h>. */
void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot);
void vunmap(const void *addr);
/* The same, for short-lived mappings; vm_unmap_ram() must be given the same count. */
void *vm_map_ram(struct page **pages, unsigned int count, int node);
#define vmap(...)		(vmalloc_allowed() ? vmap(__VA_ARGS__) : NULL)
#define vm_map_ram(...)		(vmalloc_allowed() ? vm_map_ram(__VA_ARGS__) : NULL)
void vm_unmap_ram(const void *addr, unsigned int count);

/* The page behind an address of an area; NULL where none is mapped.  Any context. */
struct page *vmalloc_to_page(const void *addr);
unsigned long vmalloc_to_pfn(const void *addr);

static inline bool is_vmalloc_addr(const void *x)
{
	return (unsigned long)x >= VMALLOC_START && (unsigned long)x < VMALLOC_END;
}

/* The live area that holds @addr (its guard page included), or NULL.  Any context but NMI; the
 * answer is only good while the caller keeps the area from being freed. */
struct vm_struct *find_vm_area(const void *addr);
/* Copy the first area that ends above @addr to @copy; false: there is none.  Any context
 * but NMI.  Walk all: start with 0, go on with copy->addr + copy->size. */
bool vmalloc_next_area(unsigned long addr, struct vm_struct *copy);
/* Areas now, and bytes that they cover, guards included. */
unsigned long vmalloc_nr_areas(void);
unsigned long vmalloc_used(void);
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
#define kvmalloc(size, gfp)		kvmalloc(size, might_alloc(gfp))
#define kvzalloc(size, gfp)		kvzalloc(size, might_alloc(gfp))
#define kvmalloc_array(n, size, gfp)	kvmalloc_array(n, size, might_alloc(gfp))
#define kvcalloc(n, size, gfp)		kvcalloc(n, size, might_alloc(gfp))
#define kvrealloc(p, size, gfp)		kvrealloc(p, size, might_alloc(gfp))
#define kvmalloc_node(size, gfp, node)	kvmalloc(size, gfp)
#define kvzalloc_node(size, gfp, node)	kvzalloc(size, gfp)
void kvfree(const void *addr);
void kvfree_sensitive(const void *addr, size_t len);

#endif /* _LINUX_VMALLOC_H */
