/* SPDX-License-Identifier: MIT */
/*
 * mm/vmalloc_purge.c - areas that were freed, and that some CPU may still remember
 *
 * MODEL
 *   A CPU may keep a translation for as long as it likes, until it flushes.  To have all of
 *   them flush for each vfree() would cost more than everything else together, so areas that
 *   are freed wait in a list, withdrawn (no CPU can learn the way any more), with their
 *   addresses in the tree, their tables hung, and their pages:
 *
 *	vfree -> [area, its pages] -> [area] -> ...	vmalloc_lazy_max() pages at most
 *
 *	purge: take the list; take pages out of tables; condemn tables that are empty;
 *	       ALL CPUs FLUSH, once;
 *	       free the tables, the pages, the addresses.
 *
 *   While it waits, an area is as good as one in stock: whoever finds his stock empty takes some
 *   of his size from here (vmalloc_stock.c), so there is a list for each slot of that.  This is
 *   no way around the flush: an area that is used again has the pages it had, and a CPU that
 *   remembers them is right.
 *
 *   So neither an address nor a page is somebody else's before every CPU has forgotten that
 *   they belonged together.  (Linux puts off the flush like this, too, but frees the pages at
 *   once: a late write then hits whoever has got the page.  Pages that wait cost memory,
 *   hence a smaller limit: Linux's, or a 64th of RAM.)
 *
 *   Who purges: whoever makes the list too long; who finds no room for an area; a shrinker;
 *   vm_unmap_aliases().  Pages that are not ours (vunmap) go back to their owner when the
 *   call returns: such an area is purged at once, alone.
 *
 * INVARIANTS	an area in a list is VM_DYING and VM_LAZY, withdrawn, and nobody else's;
 *		nr_areas and nr_pages are the sums over the lists.
 * LOCKING	vmalloc_lazy.lock, rank LOCK_VMAP, around the lists.
 * CONTEXT	process: the flush waits for other CPUs.  Taking one again: any but NMI.
 * FAILURE	none.
 * NOT HERE	small areas that stay mapped in all but name: vmalloc_stock.c.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mmdebug.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/swap.h>
#include <linux/wait.h>
#include <asm/tlbflush.h>

#include "internal.h"
#include "vmap.h"

static struct {
	spinlock_t lock;
	struct vm_struct *first[NR_SLOTS];	/* (lock, racy reads) by link */
	unsigned long nr_areas;		/* (lock), racy reads */
	unsigned long nr_pages;		/* (lock), racy reads */
	unsigned int closed;		/* (lock) while not 0, nobody takes areas again */
	u64 taken;			/* (lock) how often all lists have been taken */
	struct list_head purgers;	/* (lock) who has not freed what he took, oldest first */
} vmalloc_lazy = {
	.lock = __SPIN_LOCK_INIT(LOCK_VMAP),
	.purgers = LIST_HEAD_INIT(vmalloc_lazy.purgers),
};

struct vmalloc_purger {			/* on his stack */
	struct list_head node;
	u64 number;			/* taken, when he took them */
};

static DECLARE_WAIT_QUEUE_HEAD(vmalloc_purged);

/* ---- pages ----------------------------------------------------------------------- */

struct vmalloc_pages {
	enum page_owner owner;
	struct page *chain;		/* by private */
};

/* vmap_table_clear() shows us each block: keep it until all CPUs have flushed. */
static unsigned long vmalloc_collect(unsigned long pfn, void *arg)
{
	struct vmalloc_pages *p = arg;
	struct page *page = pfn_to_page(pfn);

	VM_BUG_ON(!pfn_valid(pfn));
	if (WARN(page->owner != p->owner, "vfree: pfn %#lx belongs to %s\n", pfn,
		 page_owner_name(page->owner)))
		return 1;
	page->private = (unsigned long)p->chain;
	p->chain = page;
	return 1UL << page->order;
}

static void vmalloc_free_chain(struct page *chain)
{
	while (chain) {
		struct page *next = (struct page *)(unsigned long)chain->private;

		mm_account_reclaimed_pages(1UL << chain->order);
		free_pages_owner(chain, chain->order, chain->owner);
		chain = next;
	}
}

/* ---- giving back ----------------------------------------------------------------- */

/* Take what lies behind area out of its tables; *start and *end grow around it. */
static void vmalloc_unmap_area(struct vm_struct *area, struct vmalloc_pages *pages,
			       unsigned long *start, unsigned long *end)
{
	const unsigned long last = area->addr + get_vm_area_size(area);

	VM_BUG_ON(area->flags & VM_STOCKED || last < area->addr);
	pages->owner = area->flags & VM_STACK ? PAGE_OWNER_STACK : PAGE_OWNER_VMALLOC;
	vmap_table_clear(area->addr, last,
			 area->flags & (VM_ALLOC | VM_STACK) ? vmalloc_collect : NULL, pages);
	vmap_table_release(area->addr, last);
	*start = min(*start, area->addr);
	*end = max(*end, last);
}

/*
 * The order is the point.  Pages leave the tables first, and are kept in a chain; then the flush;
 * then tables that have been empty since before it; and only then pages and addresses, because
 * whoever gets one of them may use it at once.
 */
void vmalloc_give_back(struct vm_struct *list)
{
	unsigned long start = ~0UL, end = 0;
	struct vmalloc_pages pages = { 0 };
	struct vm_struct *area;
	bool again;
	u64 number;

	for (area = list; area; area = area->link)
		vmalloc_unmap_area(area, &pages, &start, &end);
	do {
		again = false;
		number = vmap_table_now();
		flush_tlb_kernel_range(start, end);
		for (area = list; area; area = area->link)
			again |= vmap_table_reap(area->addr, area->addr + get_vm_area_size(area),
						 number);
	} while (again);
	vmalloc_free_chain(pages.chain);
	while (list) {
		area = list;
		list = area->link;
		vmalloc_forget_area(area);
	}
}

/* ---- the list -------------------------------------------------------------------- */

/* In pages. */
static unsigned long vmalloc_lazy_max(void)
{
	const unsigned int cpus = max(num_online_cpus(), 1U);
	const unsigned long linux_s = (64 - __builtin_clzl(cpus)) * ((32UL << 20) >> PAGE_SHIFT);

	return min(linux_s, totalram_pages() / 64);
}

unsigned long vmalloc_lazy_count(unsigned long *pages)
{
	*pages = READ_ONCE(vmalloc_lazy.nr_pages);
	return READ_ONCE(vmalloc_lazy.nr_areas);
}

/* *nr is set under the lock: who has closed the lists since knows what has left them before. */
struct vm_struct *vmalloc_take_lazy(unsigned int slot, unsigned int max, u8 *nr)
{
	struct vm_struct *list = NULL, **end = &list;
	unsigned long flags;

	VM_BUG_ON(slot >= SLOT_NONE || !max);
	if (!READ_ONCE(vmalloc_lazy.first[slot]))
		return NULL;
	spin_lock_irqsave(&vmalloc_lazy.lock, flags);
	if (!vmalloc_lazy.closed) {
		list = vmalloc_lazy.first[slot];
		for (; *end && *nr < max; end = &(*end)->link, ++*nr) {
			VM_BUG_ON(!((*end)->flags & VM_LAZY) || vmalloc_slot_of(*end) != slot);
			vmalloc_lazy.nr_areas--;
			vmalloc_lazy.nr_pages -= (*end)->nr_pages;
		}
		WRITE_ONCE(vmalloc_lazy.first[slot], *end);
		*end = NULL;
	}
	spin_unlock_irqrestore(&vmalloc_lazy.lock, flags);
	return list;
}

/* All of them are his; how many. */
static unsigned long vmalloc_take_all_lazy(struct vm_struct *lists[NR_SLOTS],
					   struct vmalloc_purger *purger)
{
	unsigned long flags, nr;
	unsigned int slot;

	spin_lock_irqsave(&vmalloc_lazy.lock, flags);
	for (slot = 0; slot < NR_SLOTS; slot++) {
		lists[slot] = vmalloc_lazy.first[slot];
		WRITE_ONCE(vmalloc_lazy.first[slot], NULL);
	}
	nr = vmalloc_lazy.nr_areas;
	vmalloc_lazy.nr_areas = vmalloc_lazy.nr_pages = 0;
	purger->number = ++vmalloc_lazy.taken;
	list_add_tail(&purger->node, &vmalloc_lazy.purgers);
	spin_unlock_irqrestore(&vmalloc_lazy.lock, flags);
	return nr;
}

/* What he took is free. */
static void vmalloc_purge_ends(struct vmalloc_purger *purger)
{
	unsigned long flags;

	spin_lock_irqsave(&vmalloc_lazy.lock, flags);
	list_del(&purger->node);
	spin_unlock_irqrestore(&vmalloc_lazy.lock, flags);
	wake_up_all(&vmalloc_purged);
}

/* Is everything free that was taken until then? */
static bool vmalloc_is_purged(u64 number)
{
	unsigned long flags;
	bool yes;

	spin_lock_irqsave(&vmalloc_lazy.lock, flags);
	yes = list_empty(&vmalloc_lazy.purgers) ||
	      list_first_entry(&vmalloc_lazy.purgers, struct vmalloc_purger, node)->number > number;
	spin_unlock_irqrestore(&vmalloc_lazy.lock, flags);
	return yes;
}

/* One list, that one flush does for all. */
static struct vm_struct *vmalloc_join(struct vm_struct *lists[NR_SLOTS])
{
	struct vm_struct *all = NULL, **end = &all;
	unsigned int slot;

	for (slot = 0; slot < NR_SLOTS; slot++)
		for (*end = lists[slot]; *end; end = &(*end)->link)
			;
	return all;
}

unsigned long vmalloc_purge(void)
{
	struct vm_struct *lists[NR_SLOTS], *list;
	struct vmalloc_purger purger;
	unsigned long nr;

	if (!READ_ONCE(vmalloc_lazy.nr_areas))
		return 0;
	nr = vmalloc_take_all_lazy(lists, &purger);
	list = vmalloc_join(lists);
	VM_BUG_ON(!list != !nr);
	if (list)
		vmalloc_give_back(list);
	vmalloc_purge_ends(&purger);
	return nr;
}

static void vmalloc_add_lazy(struct vm_struct *area) __must_hold(&vmalloc_lazy.lock)
{
	const unsigned int slot = vmalloc_slot_of(area);

	lockdep_assert_held(&vmalloc_lazy.lock);
	VM_BUG_ON(vmap_table_entry(area->addr) & _PAGE_PRESENT || area->flags & VM_STOCKED);
	WRITE_ONCE(area->flags, area->flags | VM_DYING | VM_LAZY);
	area->link = vmalloc_lazy.first[slot];
	WRITE_ONCE(vmalloc_lazy.first[slot], area);
	vmalloc_lazy.nr_areas++;
	vmalloc_lazy.nr_pages += area->nr_pages;
}

void vmalloc_link_lazy(struct vm_struct *list)
{
	struct vm_struct *area;
	unsigned long flags;

	spin_lock_irqsave(&vmalloc_lazy.lock, flags);
	while ((area = list) != NULL) {
		list = area->link;
		vmalloc_add_lazy(area);
	}
	spin_unlock_irqrestore(&vmalloc_lazy.lock, flags);
}

void vmalloc_limit_lazy(void)
{
	VM_WARN_ON_ONCE(in_interrupt());
	if (READ_ONCE(vmalloc_lazy.nr_pages) > vmalloc_lazy_max())
		vmalloc_purge();
}

void vmalloc_put_lazy(struct vm_struct *area)
{
	area->link = NULL;
	vmalloc_link_lazy(area);
	vmalloc_limit_lazy();
}

/* Close, or open again; returns how often lists have been taken. */
static u64 vmalloc_close_lazy(int change)
{
	unsigned long flags;
	u64 taken;

	spin_lock_irqsave(&vmalloc_lazy.lock, flags);
	vmalloc_lazy.closed += (unsigned int)change;
	taken = vmalloc_lazy.taken;
	spin_unlock_irqrestore(&vmalloc_lazy.lock, flags);
	return taken;
}

/*
 * Whatever has been freed by now is in a stock, in a list, or with somebody who purges: areas go
 * from one to the next with interrupts off, and never in nobody's hands.  While the lists are
 * closed none goes back into a stock that has been emptied.  Who began to purge before us may
 * still be about to flush: wait for those, and not for others who come later.
 */
void vm_unmap_aliases(void)
{
	u64 taken;

	vmalloc_close_lazy(1);
	vmalloc_stock_drain();
	vmalloc_purge();
	taken = vmalloc_close_lazy(-1);
	wait_event(vmalloc_purged, vmalloc_is_purged(taken));
}
