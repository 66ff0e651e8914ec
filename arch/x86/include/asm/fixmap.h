/* SPDX-License-Identifier: MIT */
/*
 * Page-sized slots at addresses known at compile time, for what must be mapped before
 * (or without) vmalloc.  The page table behind them is static: filling a slot never fails.
 */
#ifndef _ASM_FIXMAP_H
#define _ASM_FIXMAP_H

#include <asm/pgtable_types.h>

#define FIX_NR_CPUS		64

enum fixed_addresses {
	FIX_HOLE,			/* never mapped: a guard */
	FIX_WINDOW0,			/* paging_window(): one slot a CPU */
	FIX_WINDOW_LAST = FIX_WINDOW0 + FIX_NR_CPUS - 1,
	FIX_VGA,			/* text memory, b8000..bffff: 8 slots */
	FIX_VGA_LAST = FIX_VGA + 7,
	FIX_LAPIC,
	FIX_IOAPIC0,
	FIX_IOAPIC_LAST = FIX_IOAPIC0 + 7,
	FIX_HPET,
	FIX_ACPI0,			/* a window on firmware tables: 16 pages */
	FIX_ACPI_LAST = FIX_ACPI0 + 15,
	FIX_MEMBLOCK0,			/* memblock's grown arrays: 4 runs of 16 pages */
	FIX_MEMBLOCK_LAST = FIX_MEMBLOCK0 + 4 * 16 - 1,
	FIX_TEST,			/* for tests that need a page of their own */
	__end_of_fixed_addresses
};

static inline unsigned long fix_to_virt(enum fixed_addresses idx)
{
	return FIXADDR_START + ((unsigned long)idx << PAGE_SHIFT);
}

/*
 * Map one page at the slot (prot 0, PAGE_NONE: unmap it), and flush it on this CPU.
 * Returns its address.  Any context; a slot has one user, who serialises.
 */
void *fixmap_set(enum fixed_addresses idx, phys_addr_t paddr, pgprot_t prot);

/* Show whole pages [paddr, paddr + bytes) in run 0..3 of FIX_MEMBLOCK; NULL: too long. */
static inline void *fixmap_memblock(unsigned int run, phys_addr_t paddr, u64 bytes)
{
	const enum fixed_addresses first = FIX_MEMBLOCK0 + run * 16;
	unsigned int i;

	if (bytes > 16 * PAGE_SIZE)
		return NULL;
	for (i = 0; i < bytes >> PAGE_SHIFT; i++)
		fixmap_set(first + i, paddr + i * PAGE_SIZE, PAGE_KERNEL);
	return (void *)fix_to_virt(first);
}

#endif /* _ASM_FIXMAP_H */
