/* SPDX-License-Identifier: MIT */
/*
 * The hosted machine: physical memory is a sparse memory file, mapped whole at
 * PAGE_OFFSET; vmalloc addresses are further mappings of the same file.
 */
#ifndef _ASM_PAGE_H
#define _ASM_PAGE_H

#include <linux/types.h>

#undef PAGE_SHIFT
#undef PAGE_SIZE
#undef PAGE_MASK
#define PAGE_SHIFT		12
#define PAGE_SIZE		(1UL << PAGE_SHIFT)
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#define PMD_SHIFT		21
#define PMD_SIZE		(1UL << PMD_SHIFT)
#define PMD_MASK		(~(PMD_SIZE - 1))
#define PUD_SHIFT		30
#define PUD_SIZE		(1UL << PUD_SHIFT)
#define PUD_MASK		(~(PUD_SIZE - 1))
#define PGDIR_SHIFT		39
#define PTRS_PER_TABLE		512

#define MAX_PHYSMEM_BITS	44

/*
 * A struct page is at PAGE_OFFSET >> 8, as on the real machine: in AddressSanitizer's shadow
 * gap (host_os.c tells it so), above what it keeps there itself, which ends at 4091ff7000.
 */
#define PAGE_OFFSET		0x450000000000UL	/* + 16 TiB */
#define DIRECT_MAP_END		(PAGE_OFFSET + (1UL << MAX_PHYSMEM_BITS))
#define VMALLOC_START		0x650000000000UL
#define VMALLOC_END		0x670000000000UL
#define VMEMMAP_START		0x004500000000UL
#define VMEMMAP_END		(VMEMMAP_START + (1UL << (MAX_PHYSMEM_BITS - 8)))

#define THREAD_SIZE		(4 * PAGE_SIZE)

static inline phys_addr_t __phys_addr(unsigned long vaddr)
{
	return vaddr - PAGE_OFFSET;
}

#define __pa(v)			__phys_addr((unsigned long)(v))
#define __va(p)			((void *)((unsigned long)(p) + PAGE_OFFSET))

#endif /* _ASM_PAGE_H */
