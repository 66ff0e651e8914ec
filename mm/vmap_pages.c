/* SPDX-License-Identifier: MIT */
/*
 * mm/vmap_pages.c - other people's pages, one behind the other
 *
 * MODEL
 *   An area (vmalloc.c) whose pages stay their owner's.  He wants them back when vunmap()
 *   returns: so all CPUs flush before that, each time.
 *
 * INVARIANTS	none of its own.
 * LOCKING	none.
 * CONTEXT	process.
 * FAILURE	NULL, nothing changed.
 * NOT HERE	areas with pages of their own: vmalloc.c.
 */
#include <linux/kernel.h>
#include <linux/section.h>

#include "internal.h"
#include "vmap.h"

static void *vmalloc_map(struct page **pages, unsigned int count, unsigned int kind,
			 pgprot_t prot, unsigned long caller)
{
	struct vm_struct *area;
	unsigned int i;

	if (!vmalloc_may_sleep(__FILE__, __LINE__, caller))
		return NULL;
	vmalloc_drain_line();
	if (!count || count > totalram_pages())
		return NULL;
	for (i = 0; i < count; i++)
		if (WARN_ON(!pages[i]) || WARN_ON(!pfn_valid(page_to_pfn(pages[i]))))
			return NULL;
	area = vmalloc_get_area(count, PAGE_SIZE, kind, GFP_KERNEL, caller);
	if (!area)
		return NULL;
	for (i = 0; i < count; i++)
		vmap_table_fill(area->addr + (unsigned long)i * PAGE_SIZE, page_to_pfn(pages[i]),
				1, prot);
	vmalloc_finish_area(area);
	return (void *)area->addr;
}

void *(vmap)(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot)
{
	return vmalloc_map(pages, count, VM_MAP, prot, _RET_IP_);
}

void *(vm_map_ram)(struct page **pages, unsigned int count, int node)
{
	return vmalloc_map(pages, count, VM_MAP_RAM, PAGE_KERNEL, _RET_IP_);
}

static void vmalloc_unmap(const void *addr, unsigned int kind, const char *name)
{
	struct vm_struct *area;

	if (!vmalloc_may_sleep(__FILE__, __LINE__, _RET_IP_) || !addr)
		return;
	area = vmalloc_take_or_warn(addr, kind, name, false);
	if (area)
		vmalloc_put_area(area);
}

void vunmap(const void *addr)
{
	vmalloc_unmap(addr, VM_MAP, "vunmap");
}

void vm_unmap_ram(const void *addr, unsigned int count)
{
	struct vm_struct *area = find_vm_area(addr);

	WARN(area && area->nr_pages != count, "vm_unmap_ram: %u pages, not %u\n",
	     area ? area->nr_pages : 0, count);
	vmalloc_unmap(addr, VM_MAP_RAM, "vm_unmap_ram");
}
