/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own address space: what is mapped from the first instruction on, and what
 * may be done there (arch/x86/paging.c).
 */
#ifndef _ASM_PAGING_H
#define _ASM_PAGING_H

#include <asm/paging_range.h>
#include <asm/pgtable.h>

/* While booting, physical 0..4 GiB is readable and writable here. */
#define EARLY_MAP_BASE		0xffff800000000000UL
#define EARLY_MAP_BYTES		(4ULL << 30)

/* Any byte below 4 GiB, until paging_finish_boot(). */
static inline void *early_va(phys_addr_t paddr)
{
	return (void *)(EARLY_MAP_BASE + paddr);
}

/*
 * Image mapped page by page, W^X; guard pages unmapped; WP, NX, PGE, PAT and, where the
 * CPU has them, SMEP, SMAP, UMIP on.  Once, on the boot CPU, irqs off.
 */
void paging_init(void);
/* The same protections on a CPU that has just started. */
void paging_init_cpu(void);
/* The early map of 0..4 GiB goes away; early_va() is no more. */
void paging_finish_boot(void);
/* __ro_after_init becomes read-only: after the last initialiser has run. */
void paging_seal(void);

/*
 * One page of physical memory, mapped read/write until this CPU's next call.  The caller
 * keeps irqs off for as long as it uses the address.
 */
void *paging_window(phys_addr_t paddr);

/* One page or large page that is mapped, with what all levels together permit. */
struct paging_leaf {
	unsigned long vaddr;		/* of its first byte */
	phys_addr_t   paddr;
	u64	      bytes;		/* 4 KiB, 2 MiB or 1 GiB */
	pgprot_t      prot;
};

/* What is mapped at vaddr?  false: nothing. */
bool paging_lookup(unsigned long vaddr, struct paging_leaf *leaf);
/* Visit every leaf of the kernel half, lowest first, until fn returns false. */
void paging_walk(bool (*fn)(const struct paging_leaf *leaf, void *arg), void *arg);

#endif /* _ASM_PAGING_H */
