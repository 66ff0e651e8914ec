/* SPDX-License-Identifier: MIT */
/*
 * mm/vmalloc_defer.c - areas that interrupts have freed
 *
 * MODEL
 *   To unmap an area may take thousands of instructions and a table's lock, so an interrupt
 *   only puts it in line.  Who drains the line: whoever comes first to vmalloc() or vfree() in
 *   process context, a shrinker, and, so that it happens soon even if nobody comes, a work item
 *   that the hook queues (kernel/main.c plugs it).
 *
 * INVARIANTS	an area in line is VM_DYING, and nobody else's; vmalloc_nr_deferred counts them.
 * LOCKING	vmalloc_line.lock, rank LOCK_VMAP.
 * CONTEXT	putting in line: any but NMI.  Draining: process.
 * FAILURE	none.
 */
#include <linux/mmdebug.h>
#include <linux/spinlock.h>

#include "vmap.h"

unsigned long vmalloc_nr_deferred;	/* (vmalloc_line.lock), racy reads */
static struct {
	spinlock_t lock;
	struct vm_struct *first;	/* (lock) */
	vmalloc_defer_fn *hook;		/* a single word, plugged once */
} vmalloc_line = { .lock = __SPIN_LOCK_INIT(LOCK_VMAP) };

vmalloc_defer_fn *vmalloc_set_defer_hook(vmalloc_defer_fn *fn)
{
	vmalloc_defer_fn *old = vmalloc_line.hook;

	WRITE_ONCE(vmalloc_line.hook, fn);
	return old;
}

void vmalloc_put_off(struct vm_struct *area)
{
	vmalloc_defer_fn *hook = READ_ONCE(vmalloc_line.hook);
	unsigned long flags;

	VM_BUG_ON(!(area->flags & VM_DYING));
	spin_lock_irqsave(&vmalloc_line.lock, flags);
	area->link = vmalloc_line.first;
	vmalloc_line.first = area;
	vmalloc_nr_deferred++;
	spin_unlock_irqrestore(&vmalloc_line.lock, flags);
	if (hook)
		hook();
}

/* Next in line, or NULL. */
static struct vm_struct *vmalloc_line_pop(void)
{
	struct vm_struct *area;
	unsigned long flags;

	spin_lock_irqsave(&vmalloc_line.lock, flags);
	area = vmalloc_line.first;
	VM_BUG_ON(!area != !vmalloc_nr_deferred);
	if (area) {
		VM_BUG_ON(!(area->flags & VM_DYING) || area->flags & (VM_STOCKED | VM_LAZY));
		vmalloc_line.first = area->link;
		vmalloc_nr_deferred--;
	}
	spin_unlock_irqrestore(&vmalloc_line.lock, flags);
	return area;
}

/* One at a time: while this one unmaps, an interrupt, or another CPU, may add and take. */
unsigned int vmalloc_drain(void)
{
	struct vm_struct *area;
	unsigned int nr = 0;

	while (vmalloc_deferred_count() && (area = vmalloc_line_pop()) != NULL) {
		vmalloc_put_area(area);
		nr++;
	}
	return nr;
}
