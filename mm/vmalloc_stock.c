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
 *	1 page	 area -> area -> area		8 pages' worth of each, one area at least
 *	2 pages	 area
 *	...				full: the older half  --->  the lazy list, by slot
 *	16 pages area			empty: half as many   <---  (vmalloc_purge.c)
 *
 *   The lazy list stands behind the stocks as the depot behind magazines (Bonwick, Adams: Magazines
 *   and Vmem, 2001): a burst of any length finds again what the last one left, and what one CPU
 *   frees serves another, at one lock for half a stock.  It is bounded, and purged, as ever.
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
 *		cleared before it leaves the list, and set when it is there.  Never are there
 *		more of a slot than vmalloc_stock_max.
 * LOCKING	a CPU's lists are its own; interrupts off.  The lazy list's lock inside.
 * CONTEXT	process.
 * FAILURE	pop: NULL.  push: false, it is no area that anybody wants again.
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

/*
 * Areas of a slot: 8 pages' worth, one at least.  Whoever frees more in a row finds them again in
 * the lazy list, for the price of a lock for each half of that.
 */
#define ROOM(pages)	((pages) < 8 ? 8 / (pages) : 1)
static const u8 vmalloc_stock_max[NR_SLOTS] = {
	[SLOT_STACK] = ROOM(THREAD_SIZE / PAGE_SIZE),
	ROOM(1), ROOM(2), ROOM(3), ROOM(4), ROOM(5), ROOM(6), ROOM(7), ROOM(8),
	[SLOT_LARGEST] = ROOM(VMALLOC_STOCK_PAGES),
};

struct vmalloc_stock {
	struct vm_struct *first[NR_SLOTS];	/* by link; SLOT_NONE's stays empty */
	u8 count[NR_SLOTS];
};
static DEFINE_PER_CPU(struct vmalloc_stock, vmalloc_stocks);

/* This CPU's; irqs off. */
static inline struct vm_struct *vmalloc_stock_take(struct vmalloc_stock *stock, unsigned int slot)
{
	struct vm_struct *area = stock->first[slot];

	lockdep_assert_irqs_disabled();
	VM_BUG_ON(!area != !stock->count[slot]);
	if (area) {
		VM_BUG_ON(!(area->flags & VM_STOCKED) || area->flags & (VM_DYING | VM_LAZY));
		stock->first[slot] = area->link;
		stock->count[slot]--;
	}
	return area;
}

/* This CPU's; irqs off. */
static inline void vmalloc_stock_add(struct vmalloc_stock *stock, unsigned int slot,
				     struct vm_struct *area)
{
	VM_BUG_ON(slot >= SLOT_NONE || area->flags & VM_STOCKED);
	area->link = stock->first[slot];
	stock->first[slot] = area;
	stock->count[slot]++;
	WRITE_ONCE(area->flags, VM_STOCKED | (area->flags & (VM_ALLOC | VM_STACK)));
}

/*
 * This CPU's stock of a slot is empty, irqs are off: fill half of it with what waits for a flush.
 * One of them, taken; NULL: there is none.
 */
static noinline struct vm_struct *vmalloc_stock_refill(struct vmalloc_stock *stock,
						       unsigned int slot, unsigned int nr_pages)
{
	struct vm_struct *area;

	area = vmalloc_take_lazy(slot, DIV_ROUND_UP(vmalloc_stock_max[slot], 2),
				 &stock->count[slot]);
	for (stock->first[slot] = area; area; area = area->link) {
		VM_BUG_ON(area->nr_pages != nr_pages || !(area->flags & VM_DYING));
		WRITE_ONCE(area->flags, VM_STOCKED | (area->flags & (VM_ALLOC | VM_STACK)));
	}
	return vmalloc_stock_take(stock, slot);
}

/* All but so many of this CPU's areas, the newest, are lazy now; irqs off.  How many those are. */
static noinline unsigned int vmalloc_stock_spill(struct vmalloc_stock *stock, unsigned int slot,
						 unsigned int keep)
{
	struct vm_struct **end = &stock->first[slot], *list, *area;
	const unsigned int nr = stock->count[slot] - keep;
	unsigned int i;

	lockdep_assert_irqs_disabled();
	VM_BUG_ON(stock->count[slot] > vmalloc_stock_max[slot] || keep > stock->count[slot]);
	for (i = 0; i < keep; i++)
		end = &(*end)->link;
	list = *end;
	*end = NULL;
	stock->count[slot] = (u8)keep;
	for (area = list; area; area = area->link)
		WRITE_ONCE(area->flags, (area->flags & ~VM_STOCKED) | VM_DYING);
	vmalloc_link_lazy(list);
	return nr;
}

struct vm_struct *vmalloc_stock_pop(unsigned int nr_pages, unsigned int kind)
{
	const unsigned int slot = vmalloc_slot(nr_pages, kind);
	struct vmalloc_stock *stock;
	struct vm_struct *area;
	unsigned long flags;

	if (slot == SLOT_NONE)
		return NULL;
	local_irq_save(flags);
	stock = this_cpu_ptr(&vmalloc_stocks);
	area = vmalloc_stock_take(stock, slot);
	if (unlikely(!area))
		area = vmalloc_stock_refill(stock, slot, nr_pages);
	if (area)
		WRITE_ONCE(area->flags, 0);
	local_irq_restore(flags);
	return area;
}

bool vmalloc_stock_push(struct vm_struct *area)
{
	const unsigned long end = area->addr + get_vm_area_size(area);
	const unsigned int slot = vmalloc_slot_of(area);
	struct vmalloc_stock *stock;
	unsigned long flags, vaddr;
	unsigned int spilt = 0;

	if (slot == SLOT_NONE)
		return false;
	VM_BUG_ON(!(area->flags & VM_DYING) || vmap_table_entry(area->addr) & _PAGE_PRESENT);
	for (vaddr = area->addr; vaddr < end; vaddr += PAGE_SIZE)
		flush_tlb_one_kernel(vaddr);
	local_irq_save(flags);
	stock = this_cpu_ptr(&vmalloc_stocks);
	if (unlikely(stock->count[slot] >= vmalloc_stock_max[slot]))
		spilt = vmalloc_stock_spill(stock, slot, stock->count[slot] / 2);
	vmalloc_stock_add(stock, slot, area);
	local_irq_restore(flags);
	if (unlikely(spilt))
		vmalloc_limit_lazy();
	return true;
}

/* All of the CPU's that this runs on, where nothing interrupts it: at most some 50 areas. */
static void vmalloc_stock_spill_all(void *arg)
{
	unsigned long *nr = arg;
	unsigned int slot;

	for (slot = 0; slot < SLOT_NONE; slot++)
		*nr += vmalloc_stock_spill(this_cpu_ptr(&vmalloc_stocks), slot, 0);
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

/* A CPU's lists are its own, so it is asked to empty them, by an interrupt. */
unsigned long vmalloc_stock_drain(void)
{
	unsigned long nr = 0;
	int cpu;

	for_each_online_cpu(cpu)
		if (vmalloc_stock_areas(cpu))		/* a call takes its time */
			smp_call_function_single(cpu, vmalloc_stock_spill_all, &nr, 1);
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
