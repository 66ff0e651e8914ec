/* SPDX-License-Identifier: MIT */
/*
 * mm/vmap_table.h - levels of tables and their counts, for vmap_table*.c
 */
#ifndef _MM_VMAP_TABLE_H
#define _MM_VMAP_TABLE_H

#include <linux/minmax.h>
#include <linux/section.h>
#include <asm/sections.h>

#include "vmap.h"

#define TOP_LEVEL	3		/* the root; level 0 maps pages */

extern spinlock_t vmap_table_lock;		/* rank LOCK_PGTABLE */

/* The page whose tables stay for good; all (C). */
extern struct vmap_kept {
	unsigned long	 vaddr;
	struct page	*page;		/* the last-level table: its entries and one more */
	pte_t		*ptes;		/* what stands in it ... */
	u64		*pmds;		/* ... and in the one above, for 1 GiB */
} vmap_kept;

static inline unsigned long vmap_level_bytes(unsigned int level)
{
	return PAGE_SIZE << (9 * level);
}

/* Tables in the image may lie in a section that has no direct map yet. */
static inline u64 *vmap_table_va(phys_addr_t table)
{
	if (unlikely(table >= kernel_image_start() && table < kernel_image_end()))
		return pgtable_image_va(table);
	return __va(table);
}

static inline bool vmap_is_present(u64 entry)
{
	return entry & _PAGE_PRESENT;
}

/* An entry above level 0 that leads to no table: it maps a large page. */
static inline bool vmap_is_leaf(u64 entry)
{
	return entry & _PAGE_PSE;
}

/* The table that an entry leads to, where it is one of ours. */
static inline struct page *vmap_counted(u64 entry)
{
	const unsigned long pfn = PHYS_PFN(entry & PTE_PFN_MASK);
	struct page *page = pfn_online(pfn) ? pfn_to_page(pfn) : NULL;

	return page && page->owner == PAGE_OWNER_PGTABLE ? page : NULL;
}

/* End of the last-level table that maps vaddr, or end. */
static inline unsigned long vmap_table_end(unsigned long vaddr, unsigned long end)
{
	return min((vaddr + PMD_SIZE) & PMD_MASK, end);
}

/* The entry of a level for vaddr, in the table that the entry above leads to. */
static inline u64 *vmap_below(u64 above, unsigned long vaddr, unsigned int level)
{
	return vmap_table_va(above & PTE_PFN_MASK) +
	       ((vaddr >> (PAGE_SHIFT + 9 * level)) & (PTRS_PER_TABLE - 1));
}

/*
 * The way down: entry[level] for vaddr in each table that there is, condemned or not: so with
 * the lock, or for who has vaddr, because his reservation keeps them.  Returns the lowest
 * level that has one; its entry may be none, a leaf, or (level 0) anything.
 */
static inline unsigned int vmap_path(unsigned long vaddr, u64 *entry[TOP_LEVEL + 1])
{
	unsigned int level = TOP_LEVEL;

	entry[level] = &pgd_offset_k(vaddr)->pgd;
	while (level && *entry[level] && !vmap_is_leaf(*entry[level])) {
		entry[level - 1] = vmap_below(*entry[level], vaddr, level - 1);
		level--;
	}
	return level;
}

#endif /* _MM_VMAP_TABLE_H */
