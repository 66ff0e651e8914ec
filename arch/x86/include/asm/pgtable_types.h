/* SPDX-License-Identifier: MIT */
/*
 * The x86-64 page table format, four levels, and what an entry says.  Pure data: the
 * hosted build keeps tables of the same format in its own memory.
 *
 *	pgd   512 GiB an entry	 pud   1 GiB	 pmd   2 MiB	 pte   4 KiB
 *
 * There is no p4d level.  An entry of a table holds the table's physical address below.
 */
#ifndef _ASM_PGTABLE_TYPES_H
#define _ASM_PGTABLE_TYPES_H

#include <asm/page.h>

typedef struct { u64 pgd; } pgd_t;
typedef struct { u64 pud; } pud_t;
typedef struct { u64 pmd; } pmd_t;
typedef struct { u64 pte; } pte_t;
typedef struct { u64 pgprot; } pgprot_t;

#define _PAGE_PRESENT		(1ULL << 0)
#define _PAGE_RW		(1ULL << 1)
#define _PAGE_USER		(1ULL << 2)
#define _PAGE_PWT		(1ULL << 3)
#define _PAGE_PCD		(1ULL << 4)
#define _PAGE_ACCESSED		(1ULL << 5)
#define _PAGE_DIRTY		(1ULL << 6)
#define _PAGE_PSE		(1ULL << 7)	/* pmd, pud: a large page, not a table */
#define _PAGE_GLOBAL		(1ULL << 8)
#define _PAGE_NX		(1ULL << 63)
#define PTE_PFN_MASK		0x000ffffffffff000ULL
#define PTE_FLAGS_MASK		(~PTE_PFN_MASK)

/* PAT as paging_init() programs it (and as Linux does): 0 WB, 1 WC, 2 UC-, 3 UC. */
#define _PAGE_CACHE_WB		0ULL
#define _PAGE_CACHE_WC		_PAGE_PWT
#define _PAGE_CACHE_UC_MINUS	_PAGE_PCD
#define _PAGE_CACHE_UC		(_PAGE_PCD | _PAGE_PWT)
#define _PAGE_CACHE_MASK	(_PAGE_PCD | _PAGE_PWT)

#define __PAGE_KERNEL_BASE \
	(_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL)
/* An entry that points to a table grants everything; the last level decides. */
#define _KERNPG_TABLE		(_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED)

#define __pgprot(x)		((pgprot_t){ (x) })
#define pgprot_val(p)		((p).pgprot)

#define PAGE_NONE		__pgprot(0)
#define PAGE_KERNEL		__pgprot(__PAGE_KERNEL_BASE | _PAGE_RW | _PAGE_NX)
#define PAGE_KERNEL_RO		__pgprot(__PAGE_KERNEL_BASE | _PAGE_NX)
#define PAGE_KERNEL_ROX		__pgprot(__PAGE_KERNEL_BASE)
/* W^X holds everywhere: what Linux calls PAGE_KERNEL_EXEC is not writable here. */
#define PAGE_KERNEL_EXEC	PAGE_KERNEL_ROX
#define PAGE_KERNEL_NOCACHE	__pgprot(pgprot_val(PAGE_KERNEL) | _PAGE_CACHE_UC)
#define PAGE_KERNEL_WC		__pgprot(pgprot_val(PAGE_KERNEL) | _PAGE_CACHE_WC)

static inline pgprot_t pgprot_noncached(pgprot_t p)
{
	return __pgprot((pgprot_val(p) & ~_PAGE_CACHE_MASK) | _PAGE_CACHE_UC);
}

static inline pgprot_t pgprot_writecombine(pgprot_t p)
{
	return __pgprot((pgprot_val(p) & ~_PAGE_CACHE_MASK) | _PAGE_CACHE_WC);
}

static inline unsigned int pgd_index(unsigned long vaddr)
{
	return (vaddr >> PGDIR_SHIFT) & (PTRS_PER_TABLE - 1);
}

static inline unsigned int pud_index(unsigned long vaddr)
{
	return (vaddr >> PUD_SHIFT) & (PTRS_PER_TABLE - 1);
}

static inline unsigned int pmd_index(unsigned long vaddr)
{
	return (vaddr >> PMD_SHIFT) & (PTRS_PER_TABLE - 1);
}

static inline unsigned int pte_index(unsigned long vaddr)
{
	return (vaddr >> PAGE_SHIFT) & (PTRS_PER_TABLE - 1);
}

#define __pgd(x)		((pgd_t){ (x) })
#define __pud(x)		((pud_t){ (x) })
#define __pmd(x)		((pmd_t){ (x) })
#define __pte(x)		((pte_t){ (x) })

/* none: nothing there at all.  present: the CPU would follow it. */
static inline bool pgd_none(pgd_t e) { return e.pgd == 0; }
static inline bool pud_none(pud_t e) { return e.pud == 0; }
static inline bool pmd_none(pmd_t e) { return e.pmd == 0; }
static inline bool pte_none(pte_t e) { return e.pte == 0; }
static inline bool pgd_present(pgd_t e) { return e.pgd & _PAGE_PRESENT; }
static inline bool pud_present(pud_t e) { return e.pud & _PAGE_PRESENT; }
static inline bool pmd_present(pmd_t e) { return e.pmd & _PAGE_PRESENT; }
static inline bool pte_present(pte_t e) { return e.pte & _PAGE_PRESENT; }
static inline bool pud_leaf(pud_t e) { return e.pud & _PAGE_PSE; }
static inline bool pmd_leaf(pmd_t e) { return e.pmd & _PAGE_PSE; }

static inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return __pte(((u64)pfn << PAGE_SHIFT) | pgprot_val(prot));
}

static inline pmd_t pfn_pmd(unsigned long pfn, pgprot_t prot)
{
	return __pmd(((u64)pfn << PAGE_SHIFT) | pgprot_val(prot) | _PAGE_PSE);
}

static inline unsigned long pte_pfn(pte_t e)
{
	return (e.pte & PTE_PFN_MASK) >> PAGE_SHIFT;
}

static inline unsigned long pmd_pfn(pmd_t e)
{
	return (e.pmd & PTE_PFN_MASK & PMD_MASK) >> PAGE_SHIFT;
}

static inline pgprot_t pte_pgprot(pte_t e)
{
	return __pgprot(e.pte & PTE_FLAGS_MASK);
}

static inline bool pte_write(pte_t e) { return e.pte & _PAGE_RW; }
static inline bool pte_exec(pte_t e) { return !(e.pte & _PAGE_NX); }

/* The physical address of the table that an entry points to. */
static inline phys_addr_t pgd_table(pgd_t e) { return e.pgd & PTE_PFN_MASK; }
static inline phys_addr_t pud_table(pud_t e) { return e.pud & PTE_PFN_MASK; }
static inline phys_addr_t pmd_table(pmd_t e) { return e.pmd & PTE_PFN_MASK; }

/*
 * Walk down, one level a call; vaddr chooses the slot.  Only for tables that the direct
 * map shows (all that vmap.c makes): early tables are arch/x86/paging.c's own affair.
 */
static inline pud_t *pud_offset(pgd_t *pgd, unsigned long vaddr)
{
	return (pud_t *)__va(pgd_table(*pgd)) + pud_index(vaddr);
}

static inline pmd_t *pmd_offset(pud_t *pud, unsigned long vaddr)
{
	return (pmd_t *)__va(pud_table(*pud)) + pmd_index(vaddr);
}

static inline pte_t *pte_offset_kernel(pmd_t *pmd, unsigned long vaddr)
{
	return (pte_t *)__va(pmd_table(*pmd)) + pte_index(vaddr);
}

static inline void set_pte(pte_t *ptep, pte_t pte) { WRITE_ONCE(ptep->pte, pte.pte); }
static inline void set_pmd(pmd_t *pmdp, pmd_t pmd) { WRITE_ONCE(pmdp->pmd, pmd.pmd); }
static inline void pte_clear(pte_t *ptep) { WRITE_ONCE(ptep->pte, 0); }

/* Hang a zeroed table page below an entry; clear takes it off again. */
static inline void pgd_populate(pgd_t *pgd, phys_addr_t table)
{
	WRITE_ONCE(pgd->pgd, table | _KERNPG_TABLE);
}

static inline void pud_populate(pud_t *pud, phys_addr_t table)
{
	WRITE_ONCE(pud->pud, table | _KERNPG_TABLE);
}

static inline void pmd_populate_kernel(pmd_t *pmd, phys_addr_t table)
{
	WRITE_ONCE(pmd->pmd, table | _KERNPG_TABLE);
}

static inline void pgd_clear(pgd_t *pgd) { WRITE_ONCE(pgd->pgd, 0); }
static inline void pud_clear(pud_t *pud) { WRITE_ONCE(pud->pud, 0); }
static inline void pmd_clear(pmd_t *pmd) { WRITE_ONCE(pmd->pmd, 0); }

#endif /* _ASM_PGTABLE_TYPES_H */
