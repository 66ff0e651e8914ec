/* SPDX-License-Identifier: MIT */
/*
 * mm/vmalloc_stock.c - small areas that keep their addresses for the next caller
 *
 * MODEL
 *   Most areas are small, and the next one will want what the last one gave back: an
 *   address and page table slots.  So a freed area of up to VMALLOC_STOCK_PAGES pages may
 *   stay in the tree, unmapped and flushed, as VM_STOCKED, on its CPU's list of areas of
 *   that size; taking one costs no search and no lock:
 *
 *	1 page	 area -> area -> area		at most VMALLOC_STOCK_AREAS each
 *	2 pages	 area
 *	...
 *
 *   Only areas in the table that is kept for good (vmap_table.c) are stocked, so that the
 *   stock holds no table, and no memory but the areas' descriptions.
 *
 *   Under pressure a shrinker gives back the areas that wait: those that interrupts freed,
 *   with their pages, and then the stock of the CPU it runs on.
 *
 * INVARIANTS	a stocked area has no page mapped, and is on exactly one list; VM_STOCKED is
 *		cleared before it leaves the list, and set when it is there.
 * LOCKING	a CPU's lists are its own; preemption off.  Interrupts never come here.
 * CONTEXT	process.
 * FAILURE	pop: NULL.  push: false, the caller frees the area.
 * NOT HERE	mapping and freeing: vmalloc.c.
 */
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/shrinker.h>
#include <linux/smp.h>

#include "vmap.h"

/* Stacks of threads are 4 pages, most other areas less. */
#define VMALLOC_STOCK_PAGES	8
/* A few in a row, no more: what is stocked is not merged with its neighbours. */
#define VMALLOC_STOCK_AREAS	8

struct vmalloc_stock {
	struct vm_struct *first[VMALLOC_STOCK_PAGES + 1];	/* by nr_pages */
	u8 count[VMALLOC_STOCK_PAGES + 1];
};
static DEFINE_PER_CPU(struct vmalloc_stock, vmalloc_stocks);

struct vm_struct *vmalloc_stock_pop(unsigned int nr_pages)
{
	struct vmalloc_stock *stock;
	struct vm_struct *area;

	if (nr_pages > VMALLOC_STOCK_PAGES)
		return NULL;
	preempt_disable();
	stock = this_cpu_ptr(&vmalloc_stocks);
	area = stock->first[nr_pages];
	if (area) {
		WRITE_ONCE(area->flags, 0);
		stock->first[nr_pages] = area->link;
		stock->count[nr_pages]--;
	}
	preempt_enable();
	return area;
}

bool vmalloc_stock_push(struct vm_struct *area)
{
	const unsigned int nr = area->nr_pages;
	struct vmalloc_stock *stock;
	bool room;

	if (nr > VMALLOC_STOCK_PAGES || !vmap_table_keeps(area->addr, area->addr + area->size))
		return false;
	preempt_disable();
	stock = this_cpu_ptr(&vmalloc_stocks);
	room = stock->count[nr] < VMALLOC_STOCK_AREAS;
	if (room) {
		area->link = stock->first[nr];
		stock->first[nr] = area;
		stock->count[nr]++;
		WRITE_ONCE(area->flags, VM_STOCKED);
	}
	preempt_enable();
	return room;
}

struct vm_struct *vmalloc_stock_pop_any(void)
{
	struct vm_struct *area = NULL;
	unsigned int nr;

	for (nr = 1; nr <= VMALLOC_STOCK_PAGES && !area; nr++)
		area = vmalloc_stock_pop(nr);
	return area;
}

unsigned long vmalloc_stock_count(unsigned long *pages)
{
	unsigned long areas = 0, n;
	unsigned int cpu, nr;

	*pages = 0;
	for_each_possible_cpu(cpu)
		for (nr = 1; nr <= VMALLOC_STOCK_PAGES; nr++) {
			n = READ_ONCE(per_cpu_ptr(&vmalloc_stocks, cpu)->count[nr]);
			areas += n;
			*pages += n * nr;
		}
	return areas;
}

/* ---- under pressure -------------------------------------------------------------- */

static unsigned long vmalloc_shrink_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned long pages, areas = vmalloc_deferred_count() + vmalloc_stock_count(&pages);

	return areas ? areas : SHRINK_EMPTY;
}

static unsigned long vmalloc_shrink_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned long freed = vmalloc_drain();
	struct vm_struct *area;

	for (; freed < sc->nr_to_scan; freed++) {
		area = vmalloc_stock_pop_any();
		if (!area)
			break;
		vmalloc_destroy_area(area);
	}
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
