/* SPDX-License-Identifier: MIT */
/*
 * mm/vmap.h - address spaces and the page tables below them, for mm/ and its tests
 */
#ifndef _MM_VMAP_H
#define _MM_VMAP_H

#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

/* ---- vmap.c: which addresses are taken ------------------------------------------- */

/* Field keys:  (C) constant after vmap_space_init()   (V) lock   (R) a racy read is fine */
struct vmap_space {
	spinlock_t	 lock;		/* rank LOCK_VMAP */
	unsigned long	 start;		/* (C) first address; not 0 */
	struct rb_root	 root;		/* (V) areas by address, and last */
	struct vm_struct *first;	/* (V) the lowest area, or &last */
	struct vm_struct last;		/* (V) size 0 at the end; its gap is the tail */
	unsigned long	 nr_areas;	/* (V,R) without last */
	unsigned long	 bytes;		/* (V,R) sum of their sizes */
};

/* [start, end), page aligned, start > 0, end + PAGE_SIZE does not wrap. */
void vmap_space_init(struct vmap_space *space, unsigned long start, unsigned long end);

/*
 * Give area the lowest room for size bytes (whole pages) on a multiple of align bytes (a
 * power of two, at least a page); fills addr and size.  0, -ENOSPC, -EINVAL (size 0, bad
 * align, or wrapping).  The caller owns area and keeps it until vmap_area_remove().
 */
int vmap_area_insert(struct vmap_space *space, struct vm_struct *area, unsigned long size,
		     unsigned long align);
void vmap_area_remove(struct vmap_space *space, struct vm_struct *area);

/* The area that holds addr, or NULL. */
struct vm_struct *vmap_area_find(struct vmap_space *space, unsigned long addr);
struct vm_struct *vmap_area_find_locked(struct vmap_space *space, unsigned long addr)
	__must_hold(&space->lock);

/* Copy the first area that ends above addr; false: there is none. */
bool vmap_area_next(struct vmap_space *space, unsigned long addr, struct vm_struct *copy);

/* I1..I3 of vmap.c; false: msg. */
bool vmap_verify(struct vmap_space *space, char *msg, size_t n);

/* ---- vmap_table.c: kernel page tables -------------------------------------------- */

/* Once: keep the tables of the page at vaddr for good. */
void vmap_table_init(unsigned long vaddr);

/*
 * See to it that every table of [start, end) exists and counts the entries to come.  May
 * sleep as gfp says.  0, or -ENOMEM and nothing changed.
 */
int vmap_table_reserve(unsigned long start, unsigned long end, gfp_t gfp);

/*
 * The same, start on a multiple of PMD_SIZE, for a large page in each such piece where that is
 * possible; narrow() makes the piece at vaddr one of small pages: 0, or -ENOMEM and nothing
 * changed.
 */
int vmap_table_reserve_large(unsigned long start, unsigned long end, gfp_t gfp);
int vmap_table_narrow(unsigned long vaddr, gfp_t gfp);
/* Is the piece at vaddr reserved for a large page, and empty?  Map one: 2 MiB, aligned. */
bool vmap_table_is_open(unsigned long vaddr);
void vmap_table_fill_large(unsigned long vaddr, unsigned long pfn, pgprot_t prot);

/* Map nr pages from pfn on at vaddr, which is reserved and empty.  Cannot fail. */
void vmap_table_fill(unsigned long vaddr, unsigned long pfn, unsigned long nr, pgprot_t prot);

/*
 * [start, end), which is mapped, is not to be reached any more, by CPUs that do not remember;
 * and is again.  No flush.
 */
void vmap_table_withdraw(unsigned long start, unsigned long end);
void vmap_table_restore(unsigned long start, unsigned long end);

/*
 * Empty the slots of [start, end), which is withdrawn, and stays reserved.  No flush.
 * visit (may be NULL) sees a page that was mapped, before it is unmapped, and returns the
 * number of pages from there on (at least 1) that it need not see.
 */
void vmap_table_clear(unsigned long start, unsigned long end,
		      unsigned long (*visit)(unsigned long pfn, void *arg), void *arg);

/* Undo reserve; nothing is mapped there.  Tables that are empty now wait to be reaped. */
void vmap_table_release(unsigned long start, unsigned long end);

/*
 * Free the tables of [start, end) that are empty since before vmap_table_now() was number,
 * when all CPUs have flushed at least one page since.  True: flush and do that again, for the
 * tables above.  sweep() does all of it.
 */
u64 vmap_table_now(void);
bool vmap_table_reap(unsigned long start, unsigned long end, u64 number);
void vmap_table_sweep(unsigned long start, unsigned long end);

/* Who is not vmalloc.c says when he begins and ends to change tables: checks are lenient then. */
extern atomic_t vmap_table_users;

/*
 * The entry that maps vaddr, or NULL where there is no table of small pages.  Any context; good
 * while the caller has vaddr, or else its table may be gone.
 */
pte_t *vmap_table_lookup(unsigned long vaddr);
/* What maps vaddr, as the entry of a small page, whatever it is; 0: nothing.  Any context. */
u64 vmap_table_entry(unsigned long vaddr);

/*
 * Does every table count its entries?  Not exact: somebody is in the middle, and each may
 * count more than it has.  Sets *tables to their number; false: msg.
 */
bool vmap_table_verify(bool exact, unsigned long *tables, char *msg, size_t n);

/* ---- vmalloc_stock.c: small areas that wait with their pages --------------------- */

/* The largest: 64 KiB.  Most areas are a page or two, stacks are four. */
#define VMALLOC_STOCK_PAGES	16

/* Those that wait have slots: stacks; 1 to 8 pages; 64 KiB; and all that nobody takes again. */
enum { SLOT_STACK = 0, SLOT_SMALL_MAX = 8, SLOT_LARGEST, SLOT_NONE, NR_SLOTS };

static inline unsigned int vmalloc_slot(unsigned int nr_pages, unsigned int kind)
{
	if (unlikely(kind & VM_STACK))
		return SLOT_STACK;
	if (likely(nr_pages <= SLOT_SMALL_MAX))
		return nr_pages;
	return nr_pages == VMALLOC_STOCK_PAGES ? SLOT_LARGEST : SLOT_NONE;
}

static inline unsigned int vmalloc_slot_of(const struct vm_struct *area)
{
	if (area->flags & VM_ALONE || !(area->flags & (VM_ALLOC | VM_STACK)))
		return SLOT_NONE;
	return vmalloc_slot(area->nr_pages, area->flags);
}

/* An area of nr_pages pages of a kind (VM_ALLOC, VM_STACK), withdrawn; or NULL. */
struct vm_struct *vmalloc_stock_pop(unsigned int nr_pages, unsigned int kind);
/* Keep area, which is withdrawn and VM_DYING; false: no, free it.  Process context. */
bool vmalloc_stock_push(struct vm_struct *area);
/* Areas in all CPUs' stocks; racy. */
unsigned long vmalloc_stock_count(void);
/* All of them are lazy now; how many.  Process context. */
unsigned long vmalloc_stock_drain(void);

/* Once: register what gives areas that wait back under pressure. */
void vmalloc_shrink_init(void);

/* ---- vmalloc_purge.c: areas that wait for all CPUs to flush ---------------------- */

/* area is withdrawn.  Process context. */
void vmalloc_put_lazy(struct vm_struct *area);
/* The same for a list by link, some few, in any context but NMI; limit() in process context. */
void vmalloc_link_lazy(struct vm_struct *list);
void vmalloc_limit_lazy(void);
/*
 * As many that wait, with their pages, for who wants that slot as make *nr max: a list by link.
 * They are the caller's, still VM_DYING.  NULL: none, now.  Any context but NMI.
 */
struct vm_struct *vmalloc_take_lazy(unsigned int slot, unsigned int max, u8 *nr);
/* Flush, and give back those that wait; how many.  Process context. */
unsigned long vmalloc_purge(void);
/* The same for a list, by link, of the caller's, which may be half made. */
void vmalloc_give_back(struct vm_struct *list);
/* How many wait, and their pages; racy. */
unsigned long vmalloc_lazy_count(unsigned long *pages);

/* ---- vmalloc_defer.c: areas that interrupts have freed --------------------------- */

/* For vmalloc_drain(), which somebody is told to call soon; area is VM_DYING. */
void vmalloc_put_off(struct vm_struct *area);
/* Areas in line for it; racy. */
extern unsigned long vmalloc_nr_deferred;
static inline unsigned long vmalloc_deferred_count(void)
{
	return READ_ONCE(vmalloc_nr_deferred);
}
/* For everybody who comes by. */
static inline void vmalloc_drain_line(void)
{
	if (unlikely(vmalloc_deferred_count()))
		vmalloc_drain();
}

/* Bits of a caller's mask that make sense for the small things beside the pages. */
#define VMALLOC_META_GFP	(__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_NOWARN | \
				 __GFP_NORETRY | __GFP_RETRY_MAYFAIL | __GFP_NOFAIL)

/* ---- vmalloc_pages.c: pages behind areas ------------------------------------------ */

/*
 * Fill area, whose tables are reserved, with pages of VMALLOC (or STACK, if it is VM_STACK).
 * False: no memory; it is half full.
 */
bool vmalloc_populate(struct vm_struct *area, gfp_t gfp);

/* ---- vmalloc.c, for the others --------------------------------------------------- */

/* Free the address and the object of an area that has no page, and no table. */
void vmalloc_forget_area(struct vm_struct *area);
/* Is that the area, in whatever state, that begins at addr?  Follows no pointer but the tree's. */
bool vmalloc_is_area_at(const void *area, unsigned long addr);
/* vmap_verify() of the space of all areas. */
bool vmalloc_verify_space(char *msg, size_t n);
/* vmalloc_huge() for somebody else's caller. */
void *vmalloc_large(unsigned long size, gfp_t gfp, unsigned long caller);
/* A stack of pages of owner STACK.  May sleep.  NULL: no memory. */
void *vmalloc_stack(unsigned int nr_pages, gfp_t gfp, unsigned long caller);
void vmalloc_free_stack(const void *stack);

/* ---- vmalloc.c, for ioremap.c ---------------------------------------------------- */

/*
 * A new area for nr_pages pages and a guard, with its tables reserved; its pages are to be
 * filled in, and then vmalloc_finish_area() says that they are.  gfp may sleep.  NULL:
 * nothing changed.  Freed by vmalloc_put_area().
 */
struct vm_struct *vmalloc_get_area(unsigned int nr_pages, unsigned long align, unsigned int flags,
				   gfp_t gfp, unsigned long caller);
void vmalloc_finish_area(struct vm_struct *area);
/*
 * The area that starts at addr and has one of the VM_ flags of kind: from now on it is the
 * caller's to free, nobody else finds it.  defer: it is in line for vmalloc_drain().
 * NULL: there is none, or it is being freed.  Any context but NMI.
 */
struct vm_struct *vmalloc_take_area(const void *addr, unsigned int kind, bool defer);
/* The same, or Linux's words why not; name: what the caller is called. */
struct vm_struct *vmalloc_take_or_warn(const void *addr, unsigned int kind, const char *name,
				       bool defer);
/* Nobody uses it any more: it goes where it waits.  Process context. */
void vmalloc_put_area(struct vm_struct *area);
/* False, and a report in Linux's text, where sleeping is forbidden. */
bool vmalloc_may_sleep(const char *file, int line, unsigned long caller);

#endif /* _MM_VMAP_H */
