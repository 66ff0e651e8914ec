/* SPDX-License-Identifier: MIT */
/*
 * How the direct map and the page array grow.  arch never allocates: the caller learns how
 * many table pages a mapping needs, brings them, and then it cannot fail.
 */
#ifndef _ASM_PAGING_RANGE_H
#define _ASM_PAGING_RANGE_H

#include <asm/pgtable.h>

/* A mapping to add: page-aligned.  What is mapped there already stays as it is. */
struct paging_range {
	unsigned long vaddr;
	phys_addr_t   paddr;
	u64	      bytes;
	pgprot_t      prot;
	bool	      large_ok;		/* 2 MiB pages where both addresses allow it */
};

/* How many table pages does the mapping need beyond those that exist?  Exact. */
unsigned int paging_early_tables(const struct paging_range *r);
/*
 * Map it.  tables[] are the physical addresses of nr pages that belong to the caller; they
 * need not be mapped or zeroed.  They stay in use for good.  Returns how many were used:
 * what paging_early_tables() said, less those that an earlier mapping has brought since.
 * Any context; the caller serialises.  Too few tables is a bug.
 */
unsigned int paging_early_map(const struct paging_range *r, const phys_addr_t *tables,
			      unsigned int nr);

/* The direct map of RAM [start, end). */
static inline struct paging_range paging_direct_range(phys_addr_t start, phys_addr_t end)
{
	return (struct paging_range){ PAGE_OFFSET + start, start, end - start, PAGE_KERNEL, true };
}

static inline unsigned int paging_direct_tables(phys_addr_t start, phys_addr_t end)
{
	struct paging_range r = paging_direct_range(start, end);

	return paging_early_tables(&r);
}

static inline unsigned int paging_direct_map(phys_addr_t start, phys_addr_t end,
					     const phys_addr_t *tables, unsigned int nr)
{
	struct paging_range r = paging_direct_range(start, end);

	return paging_early_map(&r, tables, nr);
}

/* Part of the page array: bytes at vaddr, backed by physically contiguous RAM at paddr. */
static inline unsigned int paging_vmemmap_tables(unsigned long vaddr, u64 bytes)
{
	struct paging_range r = { vaddr, 0, bytes, PAGE_KERNEL, false };

	return paging_early_tables(&r);
}

static inline unsigned int paging_vmemmap_map(unsigned long vaddr, phys_addr_t paddr, u64 bytes,
					      const phys_addr_t *tables, unsigned int nr)
{
	struct paging_range r = { vaddr, paddr, bytes, PAGE_KERNEL, false };

	return paging_early_map(&r, tables, nr);
}

#endif /* _ASM_PAGING_RANGE_H */
