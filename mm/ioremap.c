/* SPDX-License-Identifier: MIT */
/*
 * mm/ioremap.c - device memory at addresses of our own
 *
 * MODEL
 *   An area (vmap.c) whose pages are a physical range, uncached unless asked otherwise.
 *   RAM that the kernel allocates from is refused: a second, uncached mapping of it would
 *   differ from what the cache holds.  RAM that nobody allocates (the firmware's, a boot
 *   module, marked as reserved) may be mapped.
 *
 * INVARIANTS	none of its own.
 * LOCKING	none; vmap.c's and vmap_table.c's inside.
 * CONTEXT	process.
 * FAILURE	NULL, nothing changed, a line that says why.
 * NOT HERE	areas: vmalloc.c.  The fixed mappings of boot: arch/x86/paging.c.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/section.h>

#include "internal.h"
#include "vmap.h"

/* The most that one mapping may cover: what a page count in 32 bits holds, less a guard. */
#define IOREMAP_MAX	((u64)(UINT_MAX - 1) << PAGE_SHIFT)
static_assert((IOREMAP_MAX >> PAGE_SHIFT) + 1 <= UINT_MAX, "pages and a guard, in 32 bits");

/* Is this page RAM that an allocation has or could get? */
static bool ioremap_page_in_use(unsigned long pfn)
{
	const struct page *head;

	if (!pfn_online(pfn))
		return !memblock_is_reserved(PFN_PHYS(pfn));
	head = page_block_head(pfn);
	return !head || head->owner != PAGE_OWNER_RESERVED;
}

/* Does RAM in use lie in [start, end)?  Then *bad is the first such page. */
static bool ioremap_hits_ram(phys_addr_t start, phys_addr_t end, phys_addr_t *bad)
{
	phys_addr_t from, to;
	u64 i;

	for_each_mem_range(i, &from, &to) {
		for (*bad = max(from & PAGE_MASK, start); *bad < min(to, end); *bad += PAGE_SIZE)
			if (ioremap_page_in_use(PHYS_PFN(*bad)))
				return true;
	}
	return false;
}

/* What is asked for is checked in full before an area is made: then nothing is to be undone. */
static void __iomem *ioremap_prot(phys_addr_t paddr, size_t size, pgprot_t prot,
				  unsigned long caller)
{
	phys_addr_t start = paddr & PAGE_MASK, last = paddr + size - 1, bad;
	struct vm_struct *area;
	unsigned long nr_pages;

	if (!vmalloc_may_sleep(__FILE__, __LINE__, caller))
		return NULL;
	vmalloc_drain_line();
	if (WARN(!size || last < paddr || last & ~(PTE_PFN_MASK | ~PAGE_MASK) ||
		 last - start >= IOREMAP_MAX, "ioremap: invalid physical address %llx, size %zu\n",
		 paddr, size))
		return NULL;
	if (WARN(ioremap_hits_ram(start, last + 1, &bad), "ioremap on RAM at %pa - %pa\n", &paddr,
		 &last))
		return NULL;
	nr_pages = PHYS_PFN(last) - PHYS_PFN(start) + 1;
	area = vmalloc_get_area(nr_pages, PAGE_SIZE, VM_IOREMAP, GFP_KERNEL, caller);
	if (!area) {
		pr_err("ioremap: no room for %zu bytes at %pa\n", size, &paddr);
		return NULL;
	}
	VM_BUG_ON(area->nr_pages != nr_pages);
	area->phys_addr = start;
	vmap_table_fill(area->addr, PHYS_PFN(start), nr_pages, prot);
	vmalloc_finish_area(area);
	return (void __iomem *)(area->addr + (paddr - start));
}

void __iomem *(ioremap)(phys_addr_t paddr, size_t size)
{
	return ioremap_prot(paddr, size, PAGE_KERNEL_NOCACHE, _RET_IP_);
}

void __iomem *(ioremap_wc)(phys_addr_t paddr, size_t size)
{
	return ioremap_prot(paddr, size, PAGE_KERNEL_WC, _RET_IP_);
}

void __iomem *(ioremap_cache)(phys_addr_t paddr, size_t size)
{
	return ioremap_prot(paddr, size, PAGE_KERNEL, _RET_IP_);
}

void iounmap(volatile void __iomem *addr)
{
	const void *start = (const void *)((unsigned long)addr & PAGE_MASK);
	struct vm_struct *area;

	if (!vmalloc_may_sleep(__FILE__, __LINE__, _RET_IP_) || !start)
		return;
	area = is_vmalloc_addr(start) ? vmalloc_take_area(start, VM_IOREMAP, false) : NULL;
	if (WARN(!area, "iounmap: bad address %p\n", addr))
		return;
	vmalloc_put_area(area);
}
