/* SPDX-License-Identifier: MIT */
/*
 * Kernel page tables of the hosted machine: the CPU's format and walkers, below a root
 * that tests/host/platform.c walks when an address of the vmalloc range is touched for
 * the first time.
 */
#ifndef _ASM_PGTABLE_H
#define _ASM_PGTABLE_H

#include "../../../../arch/x86/include/asm/pgtable_types.h"

extern unsigned long host_top_table[PTRS_PER_TABLE];

/* There is no image in the hosted machine's memory. */
static inline u64 *pgtable_image_va(phys_addr_t table)
{
	return NULL;
}

static inline pgd_t *pgd_offset_k(unsigned long vaddr)
{
	return (pgd_t *)host_top_table + pgd_index(vaddr);
}

#endif /* _ASM_PGTABLE_H */
