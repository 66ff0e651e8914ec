/* SPDX-License-Identifier: MIT */
/*
 * Kernel page tables of the hosted machine: the CPU's format and the names of
 * arch/x86/include/asm/pgtable.h, below a root that tests/host/platform.c walks when an
 * address of the vmalloc range is touched for the first time.
 */
#ifndef _ASM_PGTABLE_H
#define _ASM_PGTABLE_H

#include <asm/page.h>

typedef struct { unsigned long pgd; } pgd_t;
typedef struct { unsigned long pud; } pud_t;
typedef struct { unsigned long pmd; } pmd_t;
typedef struct { unsigned long pte; } pte_t;
typedef struct { unsigned long pgprot; } pgprot_t;

#define _PAGE_PRESENT		0x001UL
#define _PAGE_RW		0x002UL
#define _PAGE_USER		0x004UL
#define _PAGE_PWT		0x008UL
#define _PAGE_PCD		0x010UL
#define _PAGE_ACCESSED		0x020UL
#define _PAGE_DIRTY		0x040UL
#define _PAGE_PSE		0x080UL
#define _PAGE_GLOBAL		0x100UL
#define _PAGE_NX		(1UL << 63)
#define PTE_PFN_MASK		0x000ffffffffff000UL
#define _KERNPG_TABLE		(_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY)

#define __pgprot(x)		((pgprot_t){ (x) })
#define pgprot_val(x)		((x).pgprot)
#define PAGE_KERNEL		__pgprot(_KERNPG_TABLE | _PAGE_GLOBAL | _PAGE_NX)
#define PAGE_KERNEL_EXEC	__pgprot(_KERNPG_TABLE | _PAGE_GLOBAL)
#define PAGE_KERNEL_RO \
	__pgprot((_KERNPG_TABLE & ~_PAGE_RW & ~_PAGE_DIRTY) | _PAGE_GLOBAL | _PAGE_NX)
#define PAGE_KERNEL_NOCACHE \
	__pgprot(_KERNPG_TABLE | _PAGE_GLOBAL | _PAGE_NX | _PAGE_PCD | _PAGE_PWT)

extern unsigned long host_top_table[PTRS_PER_TABLE];

static inline unsigned int __table_index(unsigned long vaddr, unsigned int shift)
{
	return (vaddr >> shift) % PTRS_PER_TABLE;
}

static inline pgd_t *pgd_offset_k(unsigned long vaddr)
{
	return (pgd_t *)host_top_table + __table_index(vaddr, PGDIR_SHIFT);
}

/* The table that an upper entry points to, as an array we can touch. */
static inline void *__entry_table(unsigned long entry)
{
	return __va(entry & PTE_PFN_MASK);
}

static inline pud_t *pud_offset(pgd_t *pgd, unsigned long vaddr)
{
	return (pud_t *)__entry_table(pgd->pgd) + __table_index(vaddr, PUD_SHIFT);
}

static inline pmd_t *pmd_offset(pud_t *pud, unsigned long vaddr)
{
	return (pmd_t *)__entry_table(pud->pud) + __table_index(vaddr, PMD_SHIFT);
}

static inline pte_t *pte_offset_kernel(pmd_t *pmd, unsigned long vaddr)
{
	return (pte_t *)__entry_table(pmd->pmd) + __table_index(vaddr, PAGE_SHIFT);
}

static inline bool pgd_none(pgd_t e) { return !e.pgd; }
static inline bool pud_none(pud_t e) { return !e.pud; }
static inline bool pmd_none(pmd_t e) { return !e.pmd; }
static inline bool pte_none(pte_t e) { return !e.pte; }
static inline bool pte_present(pte_t e) { return e.pte & _PAGE_PRESENT; }
static inline bool pud_leaf(pud_t e) { return e.pud & _PAGE_PSE; }
static inline bool pmd_leaf(pmd_t e) { return e.pmd & _PAGE_PSE; }

static inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return (pte_t){ (pfn << PAGE_SHIFT) | prot.pgprot };
}

static inline unsigned long pte_pfn(pte_t e)
{
	return (e.pte & PTE_PFN_MASK) >> PAGE_SHIFT;
}

static inline void set_pgd(pgd_t *p, pgd_t e) { p->pgd = e.pgd; }
static inline void set_pud(pud_t *p, pud_t e) { p->pud = e.pud; }
static inline void set_pmd(pmd_t *p, pmd_t e) { p->pmd = e.pmd; }
static inline void set_pte(pte_t *p, pte_t e) { p->pte = e.pte; }

#endif /* _ASM_PGTABLE_H */
