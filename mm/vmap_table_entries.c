/* SPDX-License-Identifier: MIT */
/*
 * mm/vmap_table_entries.c - what stands in the slots of the kernel's page tables
 *
 * MODEL
 *   A slot belongs to whoever has its address, and he has reserved it (vmap_table.c): its table
 *   is there, and stays.  So filling, withdrawing and emptying are plain stores, and need no lock:
 *
 *	none --fill--> [frame, P] --withdraw--> [frame, -] --clear--> none
 *				 <--restore---
 *
 *   Between withdraw and clear a CPU may remember what an entry said, but none can learn it any
 *   more; and restore() says the same again.
 *
 *   Looking is another matter: anybody may ask what is at an address, even at one that nobody has.
 *
 *   Nearly all areas lie in the 2 MiB of one table that is kept, the others in the same 1 GiB:
 *   there the way down is shorter.
 *
 * INVARIANTS	a slot that is filled was none; one that is restored was withdrawn.
 * LOCKING	none: see above.  entry() keeps tables from being freed by interrupts off.
 * CONTEXT	lookup, entry: any.  The others: any but NMI.
 * FAILURE	none.
 * NOT HERE	tables, and who counts: vmap_table.c.  When CPUs flush: vmalloc_purge.c.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/mmdebug.h>
#include <linux/string.h>

#include "vmap_table.h"

/* ---- the way down ---------------------------------------------------------------- */

/* For who has vaddr, whose tables stay.  NULL: a large page, or the place of one. */
static noinline pte_t *vmap_table_walk_down(unsigned long vaddr)
{
	u64 *entry = &pgd_offset_k(vaddr)->pgd;
	unsigned int level = TOP_LEVEL;

	if (likely((vaddr ^ vmap_kept.vaddr) >> PUD_SHIFT == 0 && vmap_kept.pmds)) {
		entry = vmap_kept.pmds + pmd_index(vaddr);
		level = 1;
	}
	for (; level; level--) {
		const u64 e = READ_ONCE(*entry);

		if (!vmap_is_present(e) || vmap_is_leaf(e))
			return NULL;		/* condemned: nobody has entries there */
		entry = vmap_below(e, vaddr, level - 1);
	}
	return (pte_t *)entry;
}

/* Most areas lie in the table that is kept: no need to walk there. */
static inline pte_t *vmap_table_find(unsigned long vaddr)
{
	if (likely((vaddr ^ vmap_kept.vaddr) >> PMD_SHIFT == 0 && vmap_kept.ptes))
		return vmap_kept.ptes + pte_index(vaddr);
	return vmap_table_walk_down(vaddr);
}

pte_t *vmap_table_lookup(unsigned long vaddr)
{
	return vmap_table_find(vaddr);
}

/* ---- changing slots -------------------------------------------------------------- */

/* A table at a time: its entries lie in a row. */
void vmap_table_fill(unsigned long vaddr, unsigned long pfn, unsigned long nr, pgprot_t prot)
{
	unsigned long end = vaddr + (nr << PAGE_SHIFT), next;
	u64 entry = pfn_pte(pfn, prot).pte;
	pte_t *pte;

	for (; vaddr < end; vaddr = next) {
		next = vmap_table_end(vaddr, end);
		pte = vmap_table_find(vaddr);
		VM_BUG_ON(!pte);	/* nobody has reserved it */
		for (nr = (next - vaddr) >> PAGE_SHIFT; nr; nr--, entry += PAGE_SIZE) {
			VM_BUG_ON(!pte_none(*pte));
			set_pte(pte++, __pte(entry));
		}
	}
}

void vmap_table_fill_large(unsigned long vaddr, unsigned long pfn, pgprot_t prot)
{
	u64 *entry[TOP_LEVEL + 1];

	VM_BUG_ON(vaddr & ~PMD_MASK || pfn % PTRS_PER_TABLE);	/* both aligned */
	BUG_ON(vmap_path(vaddr, entry) != 1 || *entry[1]);
	WRITE_ONCE(*entry[1], pfn_pmd(pfn, prot).pmd);
}

/* The large page, or the place of one, at vaddr; NULL: small pages are there. */
static noinline u64 *vmap_table_find_large(unsigned long vaddr)
{
	u64 *entry[TOP_LEVEL + 1];

	return vmap_path(vaddr, entry) == 1 ? entry[1] : NULL;
}

/*
 * Of any address, so nothing keeps its tables: another CPU may condemn, unhang and free one
 * while this walks.  But before it is free all CPUs flush, and this one does not while interrupts
 * are off; a table that is condemned already is not entered, and has no entries.
 */
static noinline u64 vmap_table_entry_slow(unsigned long vaddr)
{
	const u64 *entry = &pgd_offset_k(vaddr)->pgd;
	unsigned int level = TOP_LEVEL;
	unsigned long flags;
	u64 e;

	local_irq_save(flags);
	if ((vaddr ^ vmap_kept.vaddr) >> PUD_SHIFT == 0 && vmap_kept.pmds) {
		entry = vmap_kept.pmds + pmd_index(vaddr);
		level = 1;
	}
	while (e = READ_ONCE(*entry), level && !vmap_is_leaf(e) && vmap_is_present(e))
		entry = vmap_below(e, vaddr, --level);
	local_irq_restore(flags);
	if (!level)
		return e;
	return vmap_is_leaf(e) ? e + (vaddr & (vmap_level_bytes(level) - 1) & PAGE_MASK) : 0;
}

u64 vmap_table_entry(unsigned long vaddr)
{
	if (likely((vaddr ^ vmap_kept.vaddr) >> PMD_SHIFT == 0 && vmap_kept.ptes))
		return READ_ONCE(vmap_kept.ptes[pte_index(vaddr)].pte);
	return vmap_table_entry_slow(vaddr);
}

/* One instruction on one word: there is no moment at which it is anything else. */
static __always_inline void vmap_table_flip(u64 *entry, bool present)
{
	if (present)
		*entry |= _PAGE_PRESENT;
	else
		*entry &= ~_PAGE_PRESENT;
}

/* Give every entry of [start, end) its present bit, or take it. */
static __always_inline void vmap_table_change(unsigned long start, unsigned long end, bool present)
{
	unsigned long next, nr;
	u64 *entry;

	for (; start < end; start = next) {
		next = vmap_table_end(start, end);
		nr = (next - start) >> PAGE_SHIFT;
		entry = (u64 *)vmap_table_find(start);
		if (unlikely(!entry)) {
			entry = vmap_table_find_large(start);
			nr = 1;
		}
		VM_BUG_ON(!entry);
		for (; nr; nr--)
			vmap_table_flip(entry++, present);
	}
}

/* The entry of an area of one page in the table that is kept, as most are; or NULL. */
static __always_inline u64 *vmap_table_usual(unsigned long start, unsigned long end)
{
	if (likely(end - start == PAGE_SIZE && (start ^ vmap_kept.vaddr) >> PMD_SHIFT == 0))
		return (u64 *)&vmap_kept.ptes[pte_index(start)];
	return NULL;
}

static noinline void vmap_table_withdraw_any(unsigned long start, unsigned long end)
{
	vmap_table_change(start, end, false);
}

static noinline void vmap_table_restore_any(unsigned long start, unsigned long end)
{
	vmap_table_change(start, end, true);
}

void vmap_table_withdraw(unsigned long start, unsigned long end)
{
	u64 *entry = vmap_table_usual(start, end);

	VM_BUG_ON(start >= end || !PAGE_ALIGNED(start | end));
	if (likely(entry))
		vmap_table_flip(entry, false);
	else
		vmap_table_withdraw_any(start, end);
}

void vmap_table_restore(unsigned long start, unsigned long end)
{
	u64 *entry = vmap_table_usual(start, end);

	VM_BUG_ON(start >= end || !PAGE_ALIGNED(start | end));
	VM_BUG_ON(!vmap_table_entry(start) || vmap_table_entry(end - 1) & _PAGE_PRESENT);
	if (likely(entry))
		vmap_table_flip(entry, true);
	else
		vmap_table_restore_any(start, end);
}

/*
 * Empty nr slots of one table; they are withdrawn, so that it does not matter in which pieces.
 * run: pages that visit has dealt with already.
 */
static unsigned long vmap_table_clear_ptes(pte_t *pte, unsigned long nr, unsigned long run,
					   unsigned long (*visit)(unsigned long pfn, void *arg),
					   void *arg)
{
	unsigned long n;

	while (nr) {
		VM_BUG_ON(pte_present(*pte));
		if (!run && !pte_none(*pte))
			run = visit(pte_pfn(*pte), arg);
		n = min(run ? run : 1, nr);		/* an empty slot: one further */
		run -= min(run, n);
		nr -= n;
		memset(pte, 0, n * sizeof(*pte));
		pte += n;
	}
	return run;
}

/* The same for a large page, or the place of one. */
static unsigned long vmap_table_clear_large(u64 *entry, unsigned long run,
					    unsigned long (*visit)(unsigned long pfn, void *arg),
					    void *arg)
{
	VM_BUG_ON(!entry || vmap_is_present(*entry));
	if (!run && *entry)
		run = visit(PHYS_PFN(*entry & PTE_PFN_MASK & PMD_MASK), arg);
	WRITE_ONCE(*entry, 0);
	return run - min(run, (unsigned long)PTRS_PER_TABLE);
}

void vmap_table_clear(unsigned long start, unsigned long end,
		      unsigned long (*visit)(unsigned long pfn, void *arg), void *arg)
{
	unsigned long vaddr, next, run = visit ? 0 : ~0UL;
	pte_t *pte;

	for (vaddr = start; vaddr < end; vaddr = next) {
		next = vmap_table_end(vaddr, end);
		pte = vmap_table_find(vaddr);
		if (likely(pte))
			run = vmap_table_clear_ptes(pte, (next - vaddr) >> PAGE_SHIFT, run, visit,
						    arg);
		else
			run = vmap_table_clear_large(vmap_table_find_large(vaddr), run, visit, arg);
	}
}
