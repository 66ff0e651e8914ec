/* SPDX-License-Identifier: MIT */
/*
 * mm/vmalloc_stock.c - small areas that wait, pages and all, for the next caller
 *
 * MODEL
 *   Most areas are small, and the next one will want what the last one gave back: an
 *   address, page table slots, and pages behind them.  So a freed area of 1 to 8 pages, or
 *   VMALLOC_STOCK_PAGES, may stay in the tree as VM_STOCKED, withdrawn: its entries keep
 *   their frames and lose their present bit.  It is on its CPU's list of areas of that size;
 *   taking one costs no search, no lock and no page: the present bits come back.
 *
 *	stacks	 area
 *	1 page	 area -> area -> area		VMALLOC_STOCK_MAX pages' worth of each,
 *	2 pages	 area				one at least
 *	...
 *	16 pages area
 *
 *   Withdrawing flushes this CPU only.  Another one may remember where an address led, and
 *   that does no harm while it leads there again: address and pages stay together, and part
 *   only after all CPUs have flushed (vmalloc_purge.c).
 *
 *   Areas of any table are stocked: each keeps its table from being freed.
 *
 *   Under pressure a shrinker gives back the areas that wait: those that interrupts freed,
 *   those that wait for a flush, and the stocks of all CPUs, which are asked for them.
 *
 * INVARIANTS	a stocked area is withdrawn, all of it, and on exactly one list; VM_STOCKED is
 *		cleared before it leaves the list, and set when it is there.
 * LOCKING	a CPU's lists are its own; interrupts off.
 * CONTEXT	process.
 * FAILURE	pop: NULL.  push: false, the caller frees the area.
 * NOT HERE	mapping and freeing: vmalloc.c.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/mmdebug.h>
#include <linux/panic.h>
#include <linux/shrinker.h>
#include <linux/smp.h>
#include <asm/tlbflush.h>

#include "vmap.h"

/* Pages in areas of one size: a few in a row, no more. */
#define VMALLOC_STOCK_MAX	8

/* Slots: stacks; 1 to 8 pages; VMALLOC_STOCK_PAGES, 64 KiB; and one that stays empty. */
enum { SLOT_STACK = 0, SLOT_SMALL_MAX = 8, SLOT_LARGEST, SLOT_NONE, NR_SLOTS };

struct vmalloc_stock {
	struct vm_struct *first[NR_SLOTS];
	u8 count[NR_SLOTS];
};
static DEFINE_PER_CPU(struct vmalloc_stock, vmalloc_stocks);

static inline unsigned int vmalloc_stock_slot(unsigned int nr_pages, unsigned int kind)
{
	if (unlikely(kind & VM_STACK))
		return SLOT_STACK;
	if (likely(nr_pages <= SLOT_SMALL_MAX))
		return nr_pages;
	return nr_pages == VMALLOC_STOCK_PAGES ? SLOT_LARGEST : SLOT_NONE;
}

/* This CPU's; irqs off. */
static inline struct vm_struct *vmalloc_stock_take(struct vmalloc_stock *stock, unsigned int slot)
{
	struct vm_struct *area = stock->first[slot];

	VM_BUG_ON(!area != !stock->count[slot]);
	if (area) {
		VM_BUG_ON(!(area->flags & VM_STOCKED) || area->flags & (VM_DYING | VM_LAZY));
		stock->first[slot] = area->link;
		stock->count[slot]--;
	}
	return area;
}

struct vm_struct *vmalloc_stock_pop(unsigned int nr_pages, unsigned int kind)
{
	struct vm_struct *area;
	unsigned long flags;

	local_irq_save(flags);
	area = vmalloc_stock_take(this_cpu_ptr(&vmalloc_stocks),
				  vmalloc_stock_slot(nr_pages, kind));
	if (area)
		WRITE_ONCE(area->flags, 0);
	local_irq_restore(flags);
	return area;
}

bool vmalloc_stock_push(struct vm_struct *area)
{
	const unsigned int slot = vmalloc_stock_slot(area->nr_pages, area->flags);
	struct vmalloc_stock *stock;
	unsigned long flags, vaddr;
	bool room;

	if (slot == SLOT_NONE || area->flags & VM_ALONE ||
	    !(area->flags & (VM_ALLOC | VM_STACK)))
		return false;
	VM_BUG_ON(!(area->flags & VM_DYING) || vmap_table_entry(area->addr) & _PAGE_PRESENT);
	for (vaddr = area->addr; vaddr < area->addr + get_vm_area_size(area); vaddr += PAGE_SIZE)
		flush_tlb_one_kernel(vaddr);
	local_irq_save(flags);
	stock = this_cpu_ptr(&vmalloc_stocks);
	room = !stock->count[slot] ||
	       (stock->count[slot] + 1) * area->nr_pages <= VMALLOC_STOCK_MAX;
	if (room) {
		area->link = stock->first[slot];
		stock->first[slot] = area;
		stock->count[slot]++;
		WRITE_ONCE(area->flags, VM_STOCKED | (area->flags & (VM_ALLOC | VM_STACK)));
	}
	local_irq_restore(flags);
	return room;
}

/* All of the CPU's that this runs on: at most some 50 areas. */
static void vmalloc_stock_take_all(void *arg)
{
	struct vm_struct **list = arg, *area;
	unsigned int slot;

	for (slot = 0; slot < SLOT_NONE; slot++)
		while ((area = vmalloc_stock_take(this_cpu_ptr(&vmalloc_stocks), slot)) != NULL) {
			WRITE_ONCE(area->flags, (area->flags & ~VM_STOCKED) | VM_DYING);
			area->link = *list;
			*list = area;
		}
}

/* Racy, if it is another CPU's. */
static unsigned int vmalloc_stock_areas(unsigned int cpu)
{
	const struct vmalloc_stock *stock = per_cpu_ptr(&vmalloc_stocks, cpu);
	unsigned int slot, areas = 0;

	for (slot = 0; slot < SLOT_NONE; slot++)
		areas += READ_ONCE(stock->count[slot]);
	return areas;
}

unsigned long vmalloc_stock_drain(void)
{
	struct vm_struct *list, *area;
	unsigned long nr = 0;
	int cpu;

	for_each_online_cpu(cpu) {
		if (!vmalloc_stock_areas(cpu))
			continue;		/* a call takes its time */
		list = NULL;
		smp_call_function_single(cpu, vmalloc_stock_take_all, &list, 1);
		while (list) {
			area = list;
			list = area->link;
			vmalloc_put_lazy(area);
			nr++;
		}
	}
	return nr;
}

unsigned long vmalloc_stock_count(void)
{
	unsigned long areas = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		areas += vmalloc_stock_areas(cpu);
	return areas;
}

/* ---- under pressure -------------------------------------------------------------- */

static unsigned long vmalloc_shrink_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned long pages, areas;

	areas = vmalloc_deferred_count() + vmalloc_lazy_count(&pages) + vmalloc_stock_count();
	return areas ? areas : SHRINK_EMPTY;
}

/* All at once: it is one flush. */
static unsigned long vmalloc_shrink_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned long freed;

	vmalloc_drain();
	vmalloc_stock_drain();
	freed = vmalloc_purge();
	sc->nr_scanned = max(freed, sc->nr_to_scan);
	return freed ? freed : SHRINK_STOP;
}

static struct shrinker vmalloc_shrinker = {
	.count_objects	= vmalloc_shrink_count,
	.scan_objects	= vmalloc_shrink_scan,
	.batch		= 1,			/* one deferred area may be gigabytes */
	.seeks		= 0,
};

void vmalloc_shrink_init(void)
{
	WARN_ON(register_shrinker(&vmalloc_shrinker, "vmalloc-areas"));
}
