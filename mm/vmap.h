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

/* Map nr pages from pfn on at vaddr, which is reserved and empty.  Cannot fail. */
void vmap_table_fill(unsigned long vaddr, unsigned long pfn, unsigned long nr, pgprot_t prot);

/*
 * [start, end), which is mapped, is not to be reached any more, by CPUs that do not remember;
 * and is again.  No flush.
 */
void vmap_table_withdraw(unsigned long start, unsigned long end);
void vmap_table_restore(unsigned long start, unsigned long end);

/*
 * Empty the slots of [start, end), which is reserved; it stays reserved.  No flush.
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

/* Do the tables of [start, end) stay, whatever happens? */
bool vmap_table_keeps(unsigned long start, unsigned long end);

/* The entry that maps vaddr, or NULL where there is no table.  Any context. */
pte_t *vmap_table_lookup(unsigned long vaddr);

/*
 * Does every table count its entries?  reserved: those that are counted and not there.  Not
 * exact: somebody is in the middle, and each may count more than it has.  Sets *tables to
 * their number; false: msg.
 */
bool vmap_table_verify(unsigned long reserved, bool exact, unsigned long *tables, char *msg,
		       size_t n);

/* ---- vmalloc_stock.c: small areas that keep their addresses ---------------------- */

/* An area of nr_pages pages, unmapped, its tables reserved; or NULL. */
struct vm_struct *vmalloc_stock_pop(unsigned int nr_pages);
/* Keep area, which is unmapped and flushed; false: no, free it. */
bool vmalloc_stock_push(struct vm_struct *area);
/* Any area of this CPU's; NULL: it has none. */
struct vm_struct *vmalloc_stock_pop_any(void);
/* Areas in all CPUs' stocks, and their pages; racy. */
unsigned long vmalloc_stock_count(unsigned long *pages);

/* Once: register what gives stocked and deferred areas back under pressure. */
void vmalloc_shrink_init(void);

/* ---- vmalloc_defer.c: areas that interrupts have freed --------------------------- */

/* For vmalloc_drain(), which somebody is told to call soon; area is VM_DYING. */
void vmalloc_put_off(struct vm_struct *area);
/* Areas in line for it; racy. */
unsigned long vmalloc_deferred_count(void);

/* ---- vmalloc.c, for vmalloc_stock.c ---------------------------------------------- */

/* Give up the tables and addresses of an area that has no page mapped, and its object. */
void vmalloc_destroy_area(struct vm_struct *area);

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
/* Unmap, flush, free pages (VM_ALLOC), tables and area.  Process context. */
void vmalloc_put_area(struct vm_struct *area);
/* False, and a report in Linux's text, where sleeping is forbidden. */
bool vmalloc_may_sleep(const char *file, int line, unsigned long caller);

#endif /* _MM_VMAP_H */
