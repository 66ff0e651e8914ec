/* SPDX-License-Identifier: MIT */
/*
 * mm/vmalloc_verify.c - is everything true that vmalloc.c says of its areas?
 *
 * MODEL
 *   All areas are looked at, by what their flags say they are: each page of each, and their
 *   sum; then all tables.  Where somebody is in the middle of something (I4 of vmalloc.c, or
 *   who else changes tables), his area is left out, and sums may miss what he has.
 *
 * INVARIANTS	those of vmalloc.c.
 * LOCKING	none but in what it calls: the caller has the world to himself, more or less.
 * CONTEXT	any but NMI.
 * FAILURE	false, and a message.
 * NOT HERE	the tree: vmap.c.  Counts in tables: vmap_table.c.
 */
#include <linux/kernel.h>
#include <linux/section.h>

#include "internal.h"
#include "vmap.h"

/* I1 and I2 of one area; adds its VM_ALLOC pages to *pages. */
static bool vmalloc_verify_area(const struct vm_struct *area, unsigned long *pages, char *msg,
				size_t n)
{
	unsigned long vaddr = area->addr, guard = vaddr + get_vm_area_size(area), left = 0;
	const bool away = area->flags & (VM_STOCKED | VM_LAZY);
	const struct page *page;

	for (; vaddr < guard; vaddr += PAGE_SIZE) {
		const pte_t pte = __pte(vmap_table_entry(vaddr));

		if (pte_none(pte) || pte_present(pte) == away)
			goto wrong;
		if (!(area->flags & VM_ALLOC))
			continue;
		if (!pfn_valid(pte_pfn(pte)))
			goto wrong;
		page = pfn_to_page(pte_pfn(pte));
		if (!left && page->owner != PAGE_OWNER_VMALLOC)
			goto wrong;
		/* It may say anything, so it is compared, not followed. */
		if (vaddr == area->addr && !vmalloc_is_area_at((void *)page->private, vaddr))
			goto wrong;
		if (!left)
			left = 1UL << page->order;
		left--;
		++*pages;
	}
	if (!vmap_table_entry(guard))
		return true;
wrong:
	scnprintf(msg, n, "vmalloc: area %#lx+%#lx: wrong page at %#lx", area->addr, area->size,
		  vaddr);
	return false;
}

/*
 * Areas by their flags, to know whether somebody is in the middle (I4).  If all counts agree with
 * the flags nobody is: each step from one list to another changes both, one after the other.
 */
struct vmalloc_census {
	unsigned long stocked, dying;	/* dying: lazy, too */
	bool busy;
};

static struct vmalloc_census vmalloc_take_census(void)
{
	struct vmalloc_census c = { 0 };
	unsigned long addr = 0, pages;
	struct vm_struct area;

	for (; vmalloc_next_area(addr, &area); addr = area.addr + area.size) {
		c.busy |= !area.flags || area.flags & VM_UNINITIALIZED;
		c.stocked += !!(area.flags & VM_STOCKED);
		c.dying += !!(area.flags & VM_DYING);
	}
	c.busy |= c.dying != vmalloc_deferred_count() + vmalloc_lazy_count(&pages) ||
		  c.stocked != vmalloc_stock_count() || atomic_read(&vmap_table_users);
	return c;
}

static bool vmalloc_is_whole(const struct vm_struct *area, bool busy)
{
	return area->flags && !(area->flags & VM_UNINITIALIZED) &&
	       !(busy && area->flags & VM_DYING);
}

static bool vmalloc_verify_once(char *msg, size_t n)
{
	const struct vmalloc_census c = vmalloc_take_census();
	unsigned long pages = 0, tables = 0, addr = 0;
	const long owned = page_owner_pages(PAGE_OWNER_VMALLOC);
	const long owned_tables = page_owner_pages(PAGE_OWNER_PGTABLE);
	struct vm_struct area;

	if (!vmalloc_verify_space(msg, n) ||
	    !vmap_table_verify(!c.busy, &tables, msg, n))
		return false;
	for (; vmalloc_next_area(addr, &area); addr = area.addr + area.size)
		if (vmalloc_is_whole(&area, c.busy) &&
		    !vmalloc_verify_area(&area, &pages, msg, n))
			return false;
	if (c.busy ? (long)pages <= owned && (long)tables <= owned_tables
		   : (long)pages == owned && (long)tables == owned_tables)
		return true;
	scnprintf(msg, n, "vmalloc: %lu pages and %lu tables mapped, owners say %ld and %ld", pages,
		  tables, owned, owned_tables);
	return false;
}

/*
 * Where the world is not stopped, an area may have begun to move after the census, on another CPU:
 * a thread ends there, and its stack goes.  What is broken is so the third time, too.
 */
bool vmalloc_verify(char *msg, size_t n)
{
	unsigned int tries = 3;

	while (tries--)
		if (vmalloc_verify_once(msg, n))
			return true;
	return false;
}
