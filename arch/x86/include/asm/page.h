/* SPDX-License-Identifier: MIT */
/*
 * Where things live in the 48-bit kernel half, 4 levels (but for vmemmap, Linux's places).
 *
 *	ffff888000000000 +64 TiB  direct map: all RAM that has been brought in
 *	ffffc90000000000 +32 TiB  vmalloc, vmap, ioremap, stacks
 *	ffffff8880000000 +64 GiB  vmemmap: the struct page array, 16 bytes a pfn
 *	ffffffef80000000 +63 GiB  per-CPU variables of CPUs 63..1 (kernel/smp.c), 1 GiB each
 *	ffffffff80000000 + 1 GiB  the kernel image, linked at +1 MiB, phys 1 MiB
 *	ffffffffff400000 + 2 MiB  fixmap: window, VGA, APICs (asm/fixmap.h)
 */
#ifndef _ASM_PAGE_H
#define _ASM_PAGE_H

#include <linux/types.h>

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

/* A pfn is kept in 32 bits (struct page links), so 16 TiB of RAM is the limit. */
#define MAX_PHYSMEM_BITS	44

#define PAGE_OFFSET		0xffff888000000000UL
#define DIRECT_MAP_END		(PAGE_OFFSET + (1UL << MAX_PHYSMEM_BITS))
#define VMALLOC_START		0xffffc90000000000UL
#define VMALLOC_END		0xffffe90000000000UL	/* exclusive */

/*
 * PAGE_OFFSET, shifted by 8 like a signed number: a struct page has 16 bytes, so the same
 * shift takes the address of any byte of the direct map to its struct page, but for the four
 * lowest bits.  What else is mapped is taken to where nothing is (tests/kernel/page_test.c):
 *
 *	vmalloc		ffffc90000000000	ffffffc900000000
 *	vmemmap		ffffff8880000000	ffffffff88800000	above the image's 16 MiB
 *	image		ffffffff80100000	ffffffffff801000	above the fixmap
 *	fixmap		ffffffffff400000	fffffffffffff400
 *
 * Nothing may be mapped at ffffffff40000000 + 512 MiB, which would be taken to the fixmap.
 */
#define VMEMMAP_START		0xffffff8880000000UL
#define VMEMMAP_END		(VMEMMAP_START + (1UL << (MAX_PHYSMEM_BITS - 8)))
#define __START_KERNEL_map	0xffffffff80000000UL
#define KERNEL_IMAGE_SIZE	(1UL << 30)
#define FIXADDR_START		0xffffffffff400000UL

#define THREAD_SIZE		(4 * PAGE_SIZE)

/* Physical address of a direct-map or kernel-image address; anything else is a bug. */
static inline phys_addr_t __phys_addr(unsigned long vaddr)
{
	if (vaddr >= __START_KERNEL_map)
		return vaddr - __START_KERNEL_map;
	return vaddr - PAGE_OFFSET;
}

#define __pa(v)			__phys_addr((unsigned long)(v))
#define __va(p)			((void *)((unsigned long)(p) + PAGE_OFFSET))

#endif /* _ASM_PAGE_H */
