/* SPDX-License-Identifier: MIT */
/*
 * mm/vmap_table.h - levels of tables and their counts, for vmap_table*.c
 */
#ifndef _MM_VMAP_TABLE_H
#define _MM_VMAP_TABLE_H

#include <linux/section.h>
#include <asm/sections.h>

#include "vmap.h"

#define TOP_LEVEL	3		/* the root; level 0 maps pages */

extern spinlock_t vmap_table_lock;		/* rank LOCK_PGTABLE */
extern struct page *vmap_table_kept_page;	/* last-level, its entries and one more */

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

#endif /* _MM_VMAP_TABLE_H */
