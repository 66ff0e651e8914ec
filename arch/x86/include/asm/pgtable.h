/* SPDX-License-Identifier: MIT */
/*
 * The kernel's page tables, for code that adds and removes mappings (mm/vmap.c).
 *
 * Callers hold the lock of the range they change, bring zeroed table pages of their own,
 * and flush (asm/tlbflush.h) after they took something away or changed it; adding where
 * nothing was needs no flush.  Formats, protections and walkers: asm/pgtable_types.h.
 */
#ifndef _ASM_PGTABLE_H
#define _ASM_PGTABLE_H

#include <asm/pgtable_types.h>

/* The one top-level table, shared by every CPU (boot/entry.asm). */
extern pgd_t init_top_pgt[PTRS_PER_TABLE];

/* A table that is part of the image, where the image shows it: always mapped. */
static inline u64 *pgtable_image_va(phys_addr_t table)
{
	return (u64 *)(__START_KERNEL_map + table);
}

static inline pgd_t *pgd_offset_k(unsigned long vaddr)
{
	return &init_top_pgt[pgd_index(vaddr)];
}

#endif /* _ASM_PGTABLE_H */
