/* SPDX-License-Identifier: MIT */
/*
 * mm/stats_slab.c - slabinfo and vmallocinfo
 *
 * MODEL
 *   One line per cache in version 2.1 of Linux's slabinfo, in order of creation; tools
 *   (slabtop, vmstat -m) read it.  One line per area of the vmalloc range, by address.
 *
 * INVARIANTS	none of its own.
 * LOCKING	slabinfo: under the list of caches' lock.  vmallocinfo: each area is copied
 *		under the tree's lock and printed without it.
 * CONTEXT	that of the sink; not under LOCK_CACHE_LIST or LOCK_VMAP.
 * FAILURE	cannot fail.
 * NOT HERE	what the numbers mean: slab_cache.c, vmalloc.c.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stats.h>
#include <linux/vmalloc.h>

static void slabinfo_line(struct kmem_cache *s, void *arg)
{
	struct slabinfo i;

	kmem_cache_info(s, &i);
	seq_printf(arg, "%-17s %6lu %6lu %6u %4u %4d : tunables %4u %4u %4u : "
		   "slabdata %6lu %6lu %6lu\n", i.name, i.active_objs, i.num_objs, i.objsize,
		   i.objperslab, i.pagesperslab, i.limit, i.batchcount, 0, i.active_slabs,
		   i.num_slabs, 0UL);
}

void stats_slabinfo(struct seq_file *m)
{
	seq_puts(m, "slabinfo - version: 2.1\n");
	seq_puts(m, "# name            <active_objs> <num_objs> <objsize> <objperslab> "
		 "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : "
		 "slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	kmem_cache_for_each(slabinfo_line, m);
}

static void vmallocinfo_line(struct seq_file *m, const struct vm_struct *area)
{
	seq_printf(m, "0x%px-0x%px %7ld", (void *)area->addr, (void *)(area->addr + area->size),
		   area->size);
	if (area->flags & (VM_DYING | VM_STOCKED) || !area->flags) {
		seq_puts(m, " unpurged vm_area\n");
		return;
	}
	if (area->flags & VM_MAP_RAM) {
		seq_puts(m, " vm_map_ram\n");
		return;
	}
	if (area->caller)
		seq_printf(m, " %pS", (void *)area->caller);
	if (area->nr_pages && !(area->flags & VM_IOREMAP))
		seq_printf(m, " pages=%d", area->nr_pages);
	if (area->phys_addr || area->flags & VM_IOREMAP)
		seq_printf(m, " phys=%pa", &area->phys_addr);
	if (area->flags & VM_IOREMAP)
		seq_puts(m, " ioremap");
	if (area->flags & (VM_ALLOC | VM_STACK))
		seq_puts(m, " vmalloc");
	if (area->flags & VM_MAP)
		seq_puts(m, " vmap");
	seq_putc(m, '\n');
}

void stats_vmallocinfo(struct seq_file *m)
{
	struct vm_struct area;
	unsigned long addr = 0;

	for (; vmalloc_next_area(addr, &area); addr = area.addr + area.size)
		vmallocinfo_line(m, &area);
}
