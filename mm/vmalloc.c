/* SPDX-License-Identifier: MIT */
/*
 * mm/vmalloc.c - memory in one piece for the eyes, in many pieces in RAM
 *
 * MODEL
 *   An area (vmap.c) is a run of addresses with a guard page behind it; its pages come
 *   from the page allocator in blocks of up to 2^VMALLOC_MAX_ORDER pages, and go back in
 *   the same blocks.  There is no array of them: the page table is the list, and the head
 *   of each block knows its order.
 *
 *	vmalloc(5 pages)    | 0 1 2 3 | 4 | guard |	virtual
 *			      |	      |
 *			    order 2  order 0		two blocks, anywhere
 *
 *   Who asks for it (vmalloc_huge(), kvmalloc()) gets 2 MiB blocks mapped by one entry each, as
 *   far as there are such blocks.
 *
 *   And the head of the first block points back to the area, for vfree().
 *
 *   Taking: address, tables, then pages into the tables.  Giving back: the area is withdrawn,
 *   so that no CPU learns the way to its pages any more, and then waits, pages and all: a
 *   small one for the next who wants one (vmalloc_stock.c), any other until all CPUs have
 *   flushed (vmalloc_purge.c).
 *
 *   An interrupt may not do this work: vfree() there marks the area as dying and puts it
 *   in line (vmalloc_defer.c).
 *
 * INVARIANTS	(vmalloc_verify() checks them)
 *   I1  every page of a live area is mapped, those of one that is in stock or lazy are
 *	 withdrawn, guard pages are neither.
 *   I2  the heads behind VM_ALLOC areas are owned by VMALLOC, and nothing else is; the
 *	 first points to the area.
 *   I3  vmap.c's and vmap_table.c's own.
 *   I4  who is in the middle of taking or giving back has an area in the tree that says so:
 *	 flags 0 or VM_UNINITIALIZED, or VM_DYING and neither in the line of deferred nor
 *	 lazy.
 *
 *   A thread can be stopped in the middle for long.  While I4 says that one is, its area is
 *   not looked at, and sums may miss what it has: pages and tables found are no more than
 *   those that are counted.
 *
 * LOCKING	vmalloc_space.lock, rank LOCK_VMAP: the tree.  Who sets VM_DYING in area->flags,
 *		atomically, has the area to himself.
 * CONTEXT	process; vfree_atomic, lookups: any but NMI.
 * FAILURE	NULL, everything unwound, a line in Linux's text unless __GFP_NOWARN.
 * NOT HERE	pages: vmalloc_pages.c.  What waits: vmalloc_stock.c, _purge.c, _defer.c.
 *		Checks: vmalloc_verify.c.
 *		Other people's pages: vmap_pages.c, ioremap.c.  kmalloc or vmalloc: kvmalloc.c.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/section.h>
#include <linux/slab.h>
#include <linux/stats.h>
#include <linux/string.h>

#include "internal.h"
#include "vmap.h"

static_assert(VMALLOC_START % PAGE_SIZE == 0 && VMALLOC_END % PAGE_SIZE == 0);
#define VM_KINDS	(VM_ALLOC | VM_MAP | VM_MAP_RAM | VM_IOREMAP | VM_STACK)
static_assert(!(VM_KINDS & (VM_DYING | VM_STOCKED | VM_LAZY | VM_ALONE | VM_UNINITIALIZED)),
	      "marks are no kinds");

static struct vmap_space vmalloc_space;
static struct kmem_cache *vmalloc_cache __ro_after_init;

/* ---- areas: also for ioremap.c --------------------------------------------------- */

/*
 * An address and its tables, or nothing.  Until somebody sets flags, the area says that it is being
 * made (I4), and nobody touches it.  Addresses are short only while many wait for a flush, or for
 * an alignment that few have: so ask all CPUs to flush, once, before giving up.
 */
static struct vm_struct *vmalloc_new_area(unsigned long bytes, unsigned long align, gfp_t gfp,
					  bool large)
{
	struct vm_struct *area = kmem_cache_alloc(vmalloc_cache, gfp & VMALLOC_META_GFP);
	int err;

	if (!area)
		return NULL;
	area->flags = 0;
	align = max(align, PAGE_SIZE);
	err = vmap_area_insert(&vmalloc_space, area, bytes + PAGE_SIZE, align);
	if (err == -ENOSPC) {			/* addresses that wait for a flush? */
		vm_unmap_aliases();
		err = vmap_area_insert(&vmalloc_space, area, bytes + PAGE_SIZE, align);
	}
	if (err)
		goto err_free;
	gfp &= VMALLOC_META_GFP;
	if (large ? vmap_table_reserve_large(area->addr, area->addr + bytes, gfp)
		  : vmap_table_reserve(area->addr, area->addr + bytes, gfp))
		goto err_remove;
	return area;

err_remove:
	vmap_area_remove(&vmalloc_space, area);
err_free:
	kmem_cache_free(vmalloc_cache, area);
	return NULL;
}

struct vm_struct *vmalloc_get_area(unsigned int nr_pages, unsigned long align, unsigned int flags,
				   gfp_t gfp, unsigned long caller)
{
	struct vm_struct *area;

	area = vmalloc_new_area((unsigned long)nr_pages << PAGE_SHIFT, align, gfp,
				flags & VM_ALLOW_HUGE_VMAP);
	if (!area)
		return NULL;
	VM_BUG_ON(get_vm_area_size(area) != (unsigned long)nr_pages << PAGE_SHIFT);
	VM_BUG_ON(!is_vmalloc_addr((void *)area->addr) || area->addr % max(align, PAGE_SIZE));
	VM_BUG_ON(area->flags || !nr_pages);
	area->nr_pages = nr_pages;
	area->phys_addr = 0;
	area->caller = caller;
	if (align > PAGE_SIZE)
		flags |= VM_ALONE;
	smp_store_release(&area->flags, flags | VM_UNINITIALIZED);
	return area;
}

/* Whoever sees the flags without VM_UNINITIALIZED sees what was filled in before, too. */
void vmalloc_finish_area(struct vm_struct *area)
{
	VM_BUG_ON(!(area->flags & VM_UNINITIALIZED));
	smp_store_release(&area->flags, area->flags & ~VM_UNINITIALIZED);
}

void vmalloc_forget_area(struct vm_struct *area)
{
	VM_BUG_ON(vmap_table_entry(area->addr) || area->flags & VM_STOCKED);
	vmap_area_remove(&vmalloc_space, area);
	kmem_cache_free(vmalloc_cache, area);
}

static __always_inline unsigned long vmalloc_pfn(const void *addr)
{
	const unsigned long vaddr = (unsigned long)addr;
	pte_t pte;

	if (!is_vmalloc_addr(addr))
		return 0;
	pte = __pte(vmap_table_entry(vaddr));
	return pte_present(pte) ? pte_pfn(pte) : 0;
}

static __always_inline struct page *vmalloc_page(const void *addr)
{
	unsigned long pfn = vmalloc_pfn(addr);

	return pfn && pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;
}

/*
 * True for the one who begins to free it: of two who vfree() an address at once, one gets
 * VM_DYING in, and the other one is told that there is no such area.
 */
static bool vmalloc_mark_dying(struct vm_struct *area, unsigned int kind)
{
	unsigned int flags = READ_ONCE(area->flags);

	VM_BUG_ON(!(kind & VM_KINDS) || kind & ~VM_KINDS);
	return flags & kind && !(flags & (VM_DYING | VM_UNINITIALIZED | VM_STOCKED)) &&
	       try_cmpxchg(&area->flags, &flags, flags | VM_DYING);
}

/*
 * The first page of a VM_ALLOC area knows the area, so the common vfree() needs neither
 * tree nor lock.  NULL: somebody else's page, or not the first.
 */
static struct vm_struct *vmalloc_area_of(const void *addr)
{
	const struct page *page = vmalloc_page(addr);
	struct vm_struct *area;

	if (!page || page->owner != PAGE_OWNER_VMALLOC)
		return NULL;
	area = (struct vm_struct *)(unsigned long)page->private;
	return area && area->addr == (unsigned long)addr ? area : NULL;
}

struct vm_struct *vmalloc_take_area(const void *addr, unsigned int kind, bool defer)
{
	struct vm_struct *area = kind == VM_ALLOC ? vmalloc_area_of(addr) : NULL;
	const bool found = area != NULL;

	if (!found)
		area = vmap_area_find(&vmalloc_space, (unsigned long)addr);
	if (!area || area->addr != (unsigned long)addr || !vmalloc_mark_dying(area, kind))
		return NULL;
	if (!found && kind == VM_ALLOC)
		area->flags |= VM_ALONE;	/* its page is not what it should be */
	if (defer)
		vmalloc_put_off(area);
	return area;
}

/*
 * The entries go first, whatever comes next: from here on no CPU learns the way, and what some
 * still remember decides how long the rest has to wait.
 */
void vmalloc_put_area(struct vm_struct *area)
{
	VM_WARN_ON_ONCE(in_interrupt());	/* that is what the line of deferred is for */
	VM_BUG_ON(!(area->flags & VM_DYING) || area->flags & (VM_STOCKED | VM_LAZY));
	vmap_table_withdraw(area->addr, area->addr + get_vm_area_size(area));
	if (vmalloc_stock_push(area))
		return;
	if (area->flags & (VM_MAP | VM_MAP_RAM)) {
		area->link = NULL;		/* the pages are somebody else's, now */
		vmalloc_give_back(area);
	} else {
		vmalloc_put_lazy(area);
	}
}

bool vmalloc_may_sleep(const char *file, int line, unsigned long caller)
{
	return can_sleep() || __might_sleep(file, line, caller);
}

/* ---- taking ----------------------------------------------------------------------- */

/*
 * One that waits in this CPU's stock, mapped again; NULL: none.  It has pages of any zone, and
 * no allocation to fail.
 */
static struct vm_struct *vmalloc_reuse(unsigned int nr_pages, unsigned int kind, gfp_t gfp,
				       unsigned long caller)
{
	struct vm_struct *area;

	if (gfp & (__GFP_DMA | __GFP_DMA32) || page_alloc_is_injected())
		return NULL;
	area = vmalloc_stock_pop(nr_pages, kind);
	if (!area)
		return NULL;
	VM_BUG_ON(area->nr_pages != nr_pages);
	vmap_table_restore(area->addr, area->addr + get_vm_area_size(area));
	area->caller = caller;
	smp_store_release(&area->flags, kind);
	if (gfp & __GFP_ZERO)
		memset((void *)area->addr, 0, get_vm_area_size(area));
	return area;
}

/*
 * A new one, with its pages; NULL, and *what says of what there was too little.  What had come by
 * then goes back by way of a flush, though nobody was told of it: a CPU may have followed a wild
 * pointer there.
 */
static struct vm_struct *vmalloc_make(unsigned int nr_pages, unsigned long align,
				      unsigned int kind, gfp_t gfp, unsigned long caller,
				      const char **what)
{
	struct vm_struct *area = vmalloc_get_area(nr_pages, align, kind, gfp, caller);

	*what = "vm_struct allocation failed";
	if (!area)
		return NULL;
	if (vmalloc_populate(area, gfp)) {
		vmalloc_finish_area(area);
		return area;
	}
	*what = "failed to allocate pages";
	vmap_table_withdraw(area->addr, area->addr + get_vm_area_size(area));
	area->link = NULL;
	vmalloc_give_back(area);
	return NULL;
}

/* What no CPU has ready.  More than all of RAM is a mistake, told before anything is tried. */
static noinline void *vmalloc_slow(unsigned long size, unsigned long align, unsigned int kind,
				   gfp_t gfp, unsigned long caller)
{
	const unsigned long nr_pages = (size >> PAGE_SHIFT) + !!(size & ~PAGE_MASK);
	struct vm_struct *area;
	const char *what;

	if (nr_pages > totalram_pages()) {
		stats_warn_alloc(gfp, "vmalloc error: size %lu, exceeds total pages", size);
		return NULL;
	}
	area = vmalloc_make((unsigned int)nr_pages, align, kind, gfp, caller, &what);
	if (area)
		return (void *)area->addr;
	stats_warn_alloc(gfp, "vmalloc error: size %lu, %s", nr_pages << PAGE_SHIFT, what);
	return NULL;
}

static void *vmalloc_common(unsigned long size, unsigned long align, gfp_t gfp,
			    unsigned long caller)
{
	unsigned long nr_pages = (size >> PAGE_SHIFT) + !!(size & ~PAGE_MASK);
	struct vm_struct *area = NULL;

	if (!vmalloc_may_sleep(__FILE__, __LINE__, caller))
		return NULL;
	vmalloc_drain_line();
	if (WARN_ON_ONCE(!size))
		return NULL;
	if (align <= PAGE_SIZE && nr_pages <= VMALLOC_STOCK_PAGES)
		area = vmalloc_reuse((unsigned int)nr_pages, VM_ALLOC, gfp, caller);
	if (likely(area))
		return (void *)area->addr;
	return vmalloc_slow(size, align, VM_ALLOC, gfp, caller);
}

void *__vmalloc_node(unsigned long size, unsigned long align, gfp_t gfp, int node,
		     const void *caller)
{
	return vmalloc_common(size, align, gfp, (unsigned long)caller);
}

void *vmalloc_large(unsigned long size, gfp_t gfp, unsigned long caller)
{
	if (size < PMD_SIZE)
		return vmalloc_common(size, 1, gfp, caller);
	if (!vmalloc_may_sleep(__FILE__, __LINE__, caller))
		return NULL;
	vmalloc_drain_line();
	return vmalloc_slow(size, PMD_SIZE, VM_ALLOC | VM_ALLOW_HUGE_VMAP, gfp, caller);
}

/* ---- stacks, for stack.c --------------------------------------------------------- */

void *vmalloc_stack(unsigned int nr_pages, gfp_t gfp, unsigned long caller)
{
	struct vm_struct *area;
	const char *what;

	if (!vmalloc_may_sleep(__FILE__, __LINE__, caller))
		return NULL;
	vmalloc_drain_line();
	area = vmalloc_reuse(nr_pages, VM_STACK, gfp, caller);
	if (!area)
		area = vmalloc_make(nr_pages, PAGE_SIZE, VM_STACK, gfp, caller, &what);
	return area ? (void *)area->addr : NULL;
}

#define vmalloc_from(size, gfp) \
	vmalloc_common(size, 1, gfp, _RET_IP_)

void *(vmalloc)(unsigned long size)
{
	return vmalloc_from(size, GFP_KERNEL);
}

void *(vmalloc_huge)(unsigned long size, gfp_t gfp)
{
	return vmalloc_large(size, gfp, _RET_IP_);
}

void *(vzalloc)(unsigned long size)
{
	return vmalloc_from(size, GFP_KERNEL | __GFP_ZERO);
}

void *(__vmalloc)(unsigned long size, gfp_t gfp)
{
	return vmalloc_from(size, gfp);
}

void *(vmalloc_32)(unsigned long size)
{
	return vmalloc_from(size, GFP_DMA32 | GFP_KERNEL);
}

void *(vmalloc_array)(size_t n, size_t size)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : vmalloc_from(bytes, GFP_KERNEL);
}

void *(vcalloc)(size_t n, size_t size)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return vmalloc_from(bytes, GFP_KERNEL | __GFP_ZERO);
}

/* ---- giving back ----------------------------------------------------------------- */

struct vm_struct *vmalloc_take_or_warn(const void *addr, unsigned int kind, const char *name,
				       bool defer)
{
	struct vm_struct *area;

	if (WARN(!PAGE_ALIGNED(addr) || !is_vmalloc_addr(addr), "Trying to %s() bad address (%p)\n",
		 name, addr))
		return NULL;
	area = vmalloc_take_area(addr, kind, defer);
	WARN(!area, "Trying to %s() nonexistent vm area (%p)\n", name, addr);
	return area;
}

void vfree_atomic(const void *addr)
{
	if (addr)
		vmalloc_take_or_warn(addr, VM_ALLOC, "vfree", true);
}

/* In an interrupt it is put off; under a lock, too, but that is a mistake and reported first. */
void vfree(const void *addr)
{
	struct vm_struct *area;

	if (!can_sleep() &&
	    (in_interrupt() || !__might_sleep(__FILE__, __LINE__, _RET_IP_))) {
		vfree_atomic(addr);
		return;
	}
	vmalloc_drain_line();
	if (!addr)
		return;
	area = vmalloc_take_or_warn(addr, VM_ALLOC, "vfree", false);
	if (area)
		vmalloc_put_area(area);
}

void vmalloc_free_stack(const void *stack)
{
	struct vm_struct *area = vmalloc_take_or_warn(stack, VM_STACK, "free the stack", false);

	if (area)
		vmalloc_put_area(area);
}

/* ---- questions ------------------------------------------------------------------- */

unsigned long vmalloc_to_pfn(const void *addr)
{
	return vmalloc_pfn(addr);
}

struct page *vmalloc_to_page(const void *addr)
{
	return vmalloc_page(addr);
}

struct vm_struct *find_vm_area(const void *addr)
{
	struct vm_struct *area = vmap_area_find(&vmalloc_space, (unsigned long)addr);

	return area && !(READ_ONCE(area->flags) & (VM_STOCKED | VM_LAZY)) ? area : NULL;
}

bool vmalloc_next_area(unsigned long addr, struct vm_struct *copy)
{
	return vmap_area_next(&vmalloc_space, addr, copy);
}

/* Those that wait for somebody are nobody's.  Racy: one may be on its way from list to list. */
unsigned long vmalloc_nr_areas(void)
{
	unsigned long pages;

	return READ_ONCE(vmalloc_space.nr_areas) - vmalloc_stock_count() -
	       vmalloc_lazy_count(&pages);
}

unsigned long vmalloc_used(void)
{
	return READ_ONCE(vmalloc_space.bytes);
}

bool vmalloc_is_area_at(const void *area, unsigned long addr)
{
	const struct vm_struct *found = vmap_area_find(&vmalloc_space, addr);

	return found && found == area && found->addr == addr;
}

bool vmalloc_verify_space(char *msg, size_t n)
{
	return vmap_verify(&vmalloc_space, msg, n);
}

/* So that what was freed is free, and tests and verifiers see what is really held. */
static void vmalloc_settle(void)
{
	vmalloc_drain();
	vm_unmap_aliases();
}

static struct verify_ops vmalloc_verify_ops = {
	.name = "vmalloc areas",
	.settle = vmalloc_settle,
	.verify = vmalloc_verify,
	.count = vmalloc_nr_areas,
};

void vmalloc_init(void)
{
	BUG_ON(vmalloc_cache);			/* once */
	vmalloc_cache = kmem_cache_create("vmap_area", sizeof(struct vm_struct), 0, SLAB_PANIC,
					  NULL);
	vmap_space_init(&vmalloc_space, VMALLOC_START, VMALLOC_END);
	vmap_table_init(VMALLOC_START);
	verify_register(&vmalloc_verify_ops);
	vmalloc_shrink_init();
}
