/* SPDX-License-Identifier: MIT */
/*
 * Boot-time allocation under its classic names: thin wrappers of <linux/memblock.h>.
 *
 * Memory is zeroed, contiguous and permanent.  Never fails quietly: panics with the size.
 * Only before the page allocator takes over; later: one line that names the size, NULL.
 */
#ifndef _LINUX_BOOTMEM_H
#define _LINUX_BOOTMEM_H

#include <linux/memblock.h>
#include <asm/page.h>

#define alloc_bootmem(size)		memblock_alloc(size, SMP_CACHE_BYTES)
#define alloc_bootmem_align(size, al)	memblock_alloc(size, al)
#define alloc_bootmem_pages(size)	memblock_alloc(size, PAGE_SIZE)
#define alloc_bootmem_low(size)		memblock_alloc_low(size, SMP_CACHE_BYTES)
#define alloc_bootmem_low_pages(size)	memblock_alloc_low(size, PAGE_SIZE)
#define alloc_bootmem_nopanic(size) \
	memblock_alloc_try_nid(size, SMP_CACHE_BYTES, MEMBLOCK_LOW_LIMIT, \
			       MEMBLOCK_ALLOC_ACCESSIBLE, NUMA_NO_NODE)
#define free_bootmem(paddr, size)	memblock_phys_free(paddr, size)
#define reserve_bootmem(paddr, size)	memblock_reserve(paddr, size)

/*
 * How drivers got memory in the 1990s: the initialiser is told where free memory starts
 * and returns how far it took.  Kept as a demonstration of why it was abandoned: one
 * caller at a time, nothing can be given back, every driver must be compiled in, and one
 * that returns too little shares its memory with the next.  Returns the new start, as
 * init did; what was taken is reserved.  An init that goes back or past the end panics.
 */
typedef unsigned long (*memory_start_init_t)(unsigned long memory_start,
					     unsigned long memory_end);
unsigned long bootmem_memory_start(memory_start_init_t init, phys_addr_t max_bytes);

#endif /* _LINUX_BOOTMEM_H */
