/* SPDX-License-Identifier: MIT */
/*
 * mm/whatis.c - everything that is known of an address
 *
 * MODEL
 *   From the outside in: which range of the address space, which vmalloc area or symbol,
 *   which page and block and owner, which cache and object.  One line each:
 *
 *	0xffff888000a01237: direct map, physical 0x0000000000a01237
 *	page: pfn 0xa01 in a block of order 0 at pfn 0xa01, owner slab, zone DMA
 *	object: 8 of cache kmalloc-64 at 0xffff888000a01200 + 0x37, live
 *
 *   Two ways lead to a page: an address in the direct map is a frame, shifted; one in vmalloc's
 *   range has to be looked up in the page tables, and is described as an area first.  An address
 *   of a struct page is taken to mean the page, which is what its owner wants to know.
 *
 * INVARIANTS	none of its own: it reads what others keep.
 * LOCKING	an area is looked up under the tree's lock, a free list under its cache's;
 *		everything else is a racy read.
 * CONTEXT	that of the sink; any address, mapped or not.
 * FAILURE	cannot fail: what is not known is said to be so.
 * NOT HERE	the tables of everything: stats*.c.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/section.h>
#include <linux/stats.h>
#include <linux/vmalloc.h>
#include <asm/sections.h>

#include "slab.h"

struct whatis_range {
	unsigned long start, last;
	const char *name;
};

/*
 * Inclusive ends, because one range ends at the top.  The hosted build lies in a process, where the
 * last two mean nothing.
 */
static const struct whatis_range whatis_ranges[] = {
	{ 0, PAGE_SIZE - 1, "NULL page, never mapped" },
	{ PAGE_OFFSET, DIRECT_MAP_END - 1, "direct map" },
	{ VMALLOC_START, VMALLOC_END - 1, "vmalloc range" },
	{ VMEMMAP_START, VMEMMAP_END - 1, "struct pages" },
#ifdef FIXADDR_START
	{ FIXADDR_START, FIXADDR_START + (2UL << 20) - 1, "fixmap" },
	{ 0x0000800000000000UL, 0xffff7fffffffffffUL, "not canonical, faults" },
#endif
};

/* The image first: it lies in none of the others, and text is what people ask about most. */
static const char *whatis_range_name(unsigned long addr)
{
	unsigned int i;

	if (is_kernel_image(addr))
		return is_kernel_text(addr) ? "kernel text" : "kernel data";
	for (i = 0; i < ARRAY_SIZE(whatis_ranges); i++)
		if (addr >= whatis_ranges[i].start && addr <= whatis_ranges[i].last)
			return whatis_ranges[i].name;
	return "no range of the kernel's";
}

/*
 * By division, as the allocator does it.  The address may lie in front of the object that it
 * belongs to, where a debug cache keeps its left red zone: hence the minus.
 */
static void whatis_object(struct seq_file *m, struct page *slab, unsigned long addr)
{
	struct kmem_cache *s = slab_cache_of_id(slab->cache);
	unsigned long off = addr - (unsigned long)page_address(slab);
	unsigned int nr;
	void *object;

	if (!s) {
		seq_printf(m, "object: of a cache that is gone (id %u)\n", slab->cache);
		return;
	}
	VM_WARN_ON_ONCE(!s->size || off >= PAGE_SIZE << slab->order);
	nr = off / s->size;
	if (nr >= s->objects) {
		seq_printf(m, "object: none, the unused end of a slab of cache %s\n", s->name);
		return;
	}
	object = slab_object(s, slab, nr);
	seq_printf(m, "object: %u of cache %s at 0x%px %c 0x%lx, %s\n", nr, s->name, object,
		   addr < (unsigned long)object ? '-' : '+',
		   addr < (unsigned long)object ? (unsigned long)object - addr :
						  addr - (unsigned long)object,
		   slab_pcp_is_free(s, object) ? "free" : "live");
}

/* The page at pfn; addr is the address in the direct map that we came by. */
static void whatis_page(struct seq_file *m, unsigned long pfn, unsigned long addr)
{
	struct page *head;

	if (!pfn_online(pfn)) {
		seq_printf(m, "page: pfn 0x%lx has no struct page (%s)\n", pfn,
			   memblock_is_memory(PFN_PHYS(pfn)) ? "dormant RAM" : "no RAM");
		return;
	}
	head = page_block_head(pfn);
	VM_WARN_ON_ONCE(head && page_to_pfn(head) > pfn);
	if (!head) {
		seq_printf(m, "page: pfn 0x%lx is in no block: struct pages are corrupt\n", pfn);
		return;
	}
	seq_printf(m, "page: pfn 0x%lx in a block of order %u at pfn 0x%lx, owner %s, zone %s",
		   pfn, head->order, page_to_pfn(head), page_owner_name(head->owner),
		   page_zone(head)->name);
	if (head->owner == PAGE_OWNER_PAGES)
		seq_printf(m, ", %u reference%s", head->refcount, head->refcount == 1 ? "" : "s");
	if (head->owner == PAGE_OWNER_PGTABLE)
		seq_printf(m, ", %u entries", head->nr_entries);
	seq_putc(m, '\n');
	if (head->owner == PAGE_OWNER_SLAB)
		whatis_object(m, head, addr);
}

/* The guard page is part of the area's size, so that nothing is ever placed there. */
static void whatis_vmalloc(struct seq_file *m, unsigned long addr)
{
	struct vm_struct area;
	unsigned long pfn = vmalloc_to_pfn((const void *)addr);

	if (!vmalloc_next_area(addr, &area) || addr < area.addr ||
	    area.flags & (VM_STOCKED | VM_LAZY)) {
		seq_puts(m, "area: none, the address is free\n");
		return;
	}
	seq_printf(m, "area: 0x%px-0x%px, %u pages by %pS%s\n", (void *)area.addr,
		   (void *)(area.addr + area.size), area.nr_pages, (void *)area.caller,
		   area.flags & VM_DYING ? ", being freed" : "");
	if (addr >= area.addr + get_vm_area_size(&area))
		seq_puts(m, "page: none, the guard page\n");
	else if (area.flags & VM_IOREMAP)
		seq_printf(m, "page: device memory at 0x%llx\n",
			   area.phys_addr + (addr - area.addr));
	else if (pfn)
		whatis_page(m, pfn, PAGE_OFFSET + PFN_PHYS(pfn) + offset_in_page(addr));
}

static void whatis_symbol(struct seq_file *m, unsigned long addr)
{
	unsigned long size, off;
	const char *name = kallsyms_lookup(addr, &size, &off);

	if (name)
		seq_printf(m, "symbol: %s+0x%lx/0x%lx\n", name, off, size);
	else
		seq_puts(m, "symbol: none\n");
}

void stats_whatis(struct seq_file *m, unsigned long addr)
{
	bool direct = addr >= PAGE_OFFSET && addr < DIRECT_MAP_END;

	seq_printf(m, "0x%px: %s", (void *)addr, whatis_range_name(addr));
	if (direct)
		seq_printf(m, ", physical 0x%016llx", __pa(addr));
	seq_putc(m, '\n');
	if (direct)
		whatis_page(m, PHYS_PFN(__pa(addr)), addr);
	else if (is_vmalloc_addr((const void *)addr))
		whatis_vmalloc(m, addr);
	else if (addr >= VMEMMAP_START && addr < VMEMMAP_END)
		whatis_page(m, (addr - VMEMMAP_START) / sizeof(struct page),
			    PAGE_OFFSET + PFN_PHYS((addr - VMEMMAP_START) / sizeof(struct page)));
	else if (is_kernel_image(addr))
		whatis_symbol(m, addr);
}
