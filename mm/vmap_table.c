/* SPDX-License-Identifier: MIT */
/*
 * mm/vmap_table.c - fill and empty the kernel's page tables
 *
 * MODEL
 *   Decide, then act.  reserve() hangs every missing table below the top one and counts,
 *   in each last-level table, the entries that the caller is going to need; it is the
 *   only step that can fail.  fill() writes entries into slots that nobody else has.
 *   unmap() takes them out and flushes.  release() gives the counts back, unhangs tables
 *   whose count is 0, flushes, and only then frees those tables:
 *
 *	reserve   pgd -> [pud 1] -> [pmd 1] -> [pte 3]		nr_entries
 *	fill					 x x x
 *	unmap					 . . .	   3 still: may be filled again
 *	release				       0 -> unhang -> flush -> free
 *
 *   A count is entries plus reservations, so a table cannot vanish between reserve and
 *   fill.  The tables of one page, the lowest of the vmalloc range, are kept for good
 *   (vmap_table_init()): where nearly all areas live, a vmalloc/vfree pair would otherwise
 *   make and clear three tables.  The last one's count needs no lock: it is never 0.
 *
 * INVARIANTS	(vmap_table_verify() checks them)
 *   I1  nr_entries of a table is the number of its entries that are not none, plus what
 *	 is reserved and not filled, plus 1 on the path that is kept.
 *   I2  no table but the kept ones has nr_entries 0.
 *
 * LOCKING	vmap_table_lock, rank LOCK_PGTABLE, irqs off: upper levels and counts.
 *		Last-level entries belong to whoever has the addresses (vmap.c).
 * CONTEXT	reserve: as its gfp.  lookup: any.  The others: any but NMI.
 * FAILURE	reserve: -ENOMEM, nothing changed.  The others cannot fail.
 * NOT HERE	the format of tables: asm/pgtable.h.  The direct map: arch/x86/paging.c.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mmdebug.h>
#include <asm/tlbflush.h>

#include "vmap.h"

static DEFINE_SPINLOCK_RANKED(vmap_table_lock, LOCK_PGTABLE);
static unsigned long vmap_table_kept;		/* (C) an address; its tables stay */
static struct page *vmap_table_kept_page;	/* (C) the last-level one ... */
static pte_t *vmap_table_kept_ptes;		/* (C) ... and its entries */

/* End of the last-level table that maps vaddr, or end. */
static inline unsigned long vmap_table_end(unsigned long vaddr, unsigned long end)
{
	return min((vaddr + PMD_SIZE) & PMD_MASK, end);
}

static inline u32 *vmap_table_count(phys_addr_t table)
{
	return &phys_to_page(table)->nr_entries;
}

/* A table page that vmap_table_link() may hang; it counts 0 entries, and so it goes back. */
static struct page *vmap_table_alloc(gfp_t gfp)
{
	return alloc_pages_owner((gfp & ~(__GFP_DMA | __GFP_DMA32)) | __GFP_ZERO, 0,
				 PAGE_OWNER_PGTABLE);
}

static void vmap_table_free(struct page *page)
{
	free_pages_owner(page, 0, PAGE_OWNER_PGTABLE);
}

/* Take the spare table: its address; 0: there is none. */
static phys_addr_t vmap_table_take(struct page **spare)
{
	phys_addr_t table = *spare ? page_to_phys(*spare) : 0;

	*spare = NULL;
	return table;
}

/*
 * Walk to the last-level table of vaddr and count nr entries in it; hang the spare where
 * a table is missing.  False: another spare is needed.
 */
static bool vmap_table_link(unsigned long vaddr, u32 nr, struct page **spare)
	__must_hold(&vmap_table_lock)
{
	pgd_t *pgd = pgd_offset_k(vaddr);
	phys_addr_t table;
	pud_t *pud;
	pmd_t *pmd;

	lockdep_assert_held(&vmap_table_lock);
	VM_BUG_ON(*spare && ((*spare)->owner != PAGE_OWNER_PGTABLE || (*spare)->nr_entries));
	if (pgd_none(*pgd)) {
		table = vmap_table_take(spare);
		if (!table)
			return false;
		pgd_populate(pgd, table);
	}
	pud = pud_offset(pgd, vaddr);
	if (pud_none(*pud)) {
		table = vmap_table_take(spare);
		if (!table)
			return false;
		pud_populate(pud, table);
		(*vmap_table_count(pgd_table(*pgd)))++;
	}
	pmd = pmd_offset(pud, vaddr);
	if (pmd_none(*pmd)) {
		table = vmap_table_take(spare);
		if (!table)
			return false;
		pmd_populate_kernel(pmd, table);
		(*vmap_table_count(pud_table(*pud)))++;
	}
	*vmap_table_count(pmd_table(*pmd)) += nr;
	/* The table that is kept counts itself and what is in stock, too. */
	VM_WARN_ON_ONCE(*vmap_table_count(pmd_table(*pmd)) > PTRS_PER_TABLE + 1);
	return true;
}

/* Count a table nr entries down; true: it is empty, and on the chain to be freed. */
static bool vmap_table_drop(phys_addr_t table, u32 nr, struct page **empty)
{
	struct page *page = phys_to_page(table);

	VM_BUG_ON(page->owner != PAGE_OWNER_PGTABLE || page->nr_entries < nr);
	page->nr_entries -= nr;
	if (page->nr_entries)
		return false;
	page->private = (unsigned long)*empty;
	*empty = page;
	return true;
}

/* Undo vmap_table_link(), complete (nr) or not (nr 0). */
static void vmap_table_unlink(unsigned long vaddr, u32 nr, struct page **empty)
	__must_hold(&vmap_table_lock)
{
	pgd_t *pgd = pgd_offset_k(vaddr);
	pud_t *pud = pgd_none(*pgd) ? NULL : pud_offset(pgd, vaddr);
	pmd_t *pmd = !pud || pud_none(*pud) ? NULL : pmd_offset(pud, vaddr);
	u32 gone = 0;

	lockdep_assert_held(&vmap_table_lock);
	if (pmd && !pmd_none(*pmd)) {
		if (!vmap_table_drop(pmd_table(*pmd), nr, empty))
			return;
		pmd_clear(pmd);
		gone = 1;
	}
	if (pmd) {
		if (!vmap_table_drop(pud_table(*pud), gone, empty))
			return;
		pud_clear(pud);
		gone = 1;
	}
	if (pud && vmap_table_drop(pgd_table(*pgd), gone, empty))
		pgd_clear(pgd);
}

/*
 * Free tables that are unhung.  The CPU may still remember the way to them: flushing any
 * one page makes it forget all ways.
 */
static void vmap_table_free_chain(struct page *empty, unsigned long vaddr)
{
	if (empty)
		flush_tlb_kernel_range(vaddr & PAGE_MASK, (vaddr & PAGE_MASK) + PAGE_SIZE);
	while (empty) {
		struct page *next = (struct page *)(unsigned long)empty->private;

		vmap_table_free(empty);
		empty = next;
	}
}

/*
 * [start, end) in the table that is kept: it cannot vanish, so its count needs no lock.
 * NULL elsewhere.
 */
static inline u32 *vmap_table_kept_count(unsigned long start, unsigned long end)
{
	if ((start ^ vmap_table_kept) >> PMD_SHIFT || (start ^ (end - 1)) >> PMD_SHIFT)
		return NULL;
	return vmap_table_kept_page ? &vmap_table_kept_page->nr_entries : NULL;
}

bool vmap_table_keeps(unsigned long start, unsigned long end)
{
	return vmap_table_kept_count(start, end) != NULL;
}

void vmap_table_release(unsigned long start, unsigned long end)
{
	u32 *kept = vmap_table_kept_count(start, end);
	struct page *empty = NULL;
	unsigned long flags, at, next;

	VM_BUG_ON(!PAGE_ALIGNED(start) || !PAGE_ALIGNED(end) || start > end);
	if (kept) {
		VM_WARN_ON_ONCE(*kept <= (end - start) >> PAGE_SHIFT);
		__atomic_fetch_sub(kept, (end - start) >> PAGE_SHIFT, __ATOMIC_RELAXED);
		return;
	}
	/* A table at a time: a large area has many, and interrupts are off. */
	for (at = start; at < end; at = next) {
		next = vmap_table_end(at, end);
		spin_lock_irqsave(&vmap_table_lock, flags);
		vmap_table_unlink(at, (next - at) >> PAGE_SHIFT, &empty);
		spin_unlock_irqrestore(&vmap_table_lock, flags);
	}
	vmap_table_free_chain(empty, start);
}

/* One last-level table's worth. */
static int vmap_table_reserve_one(unsigned long vaddr, u32 nr, gfp_t gfp)
{
	struct page *spare = NULL, *empty = NULL;
	unsigned long flags;
	bool done;

	for (;;) {
		spin_lock_irqsave(&vmap_table_lock, flags);
		done = vmap_table_link(vaddr, nr, &spare);
		spin_unlock_irqrestore(&vmap_table_lock, flags);
		if (done)
			break;
		spare = vmap_table_alloc(gfp);
		if (!spare)
			goto err_unlink;
	}
	if (spare)			/* somebody else hung the table meanwhile */
		vmap_table_free(spare);
	return 0;

err_unlink:
	spin_lock_irqsave(&vmap_table_lock, flags);
	vmap_table_unlink(vaddr, 0, &empty);
	spin_unlock_irqrestore(&vmap_table_lock, flags);
	vmap_table_free_chain(empty, vaddr);
	return -ENOMEM;
}

int vmap_table_reserve(unsigned long start, unsigned long end, gfp_t gfp)
{
	u32 *kept = vmap_table_kept_count(start, end);
	unsigned long at, next;

	VM_BUG_ON(!PAGE_ALIGNED(start) || !PAGE_ALIGNED(end) || start >= end);
	if (kept) {
		__atomic_fetch_add(kept, (end - start) >> PAGE_SHIFT, __ATOMIC_RELAXED);
		return 0;
	}
	for (at = start; at < end; at = next) {
		next = vmap_table_end(at, end);
		if (vmap_table_reserve_one(at, (next - at) >> PAGE_SHIFT, gfp)) {
			vmap_table_release(start, at);
			return -ENOMEM;
		}
	}
	return 0;
}

static noinline pte_t *vmap_table_walk_down(unsigned long vaddr)
{
	pgd_t *pgd = pgd_offset_k(vaddr);
	pud_t *pud;
	pmd_t *pmd;

	if (pgd_none(*pgd))
		return NULL;
	pud = pud_offset(pgd, vaddr);
	if (pud_none(*pud) || pud_leaf(*pud))
		return NULL;
	pmd = pmd_offset(pud, vaddr);
	if (pmd_none(*pmd) || pmd_leaf(*pmd))
		return NULL;
	return pte_offset_kernel(pmd, vaddr);
}

/* Most areas lie in the table that is kept: no need to walk there. */
static inline pte_t *vmap_table_find(unsigned long vaddr)
{
	if (likely((vaddr ^ vmap_table_kept) >> PMD_SHIFT == 0 && vmap_table_kept_ptes))
		return vmap_table_kept_ptes + pte_index(vaddr);
	return vmap_table_walk_down(vaddr);
}

pte_t *vmap_table_lookup(unsigned long vaddr)
{
	return vmap_table_find(vaddr);
}

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

/* Empty nr slots of one table.  run: pages that visit has dealt with already. */
static unsigned long vmap_table_clear_ptes(pte_t *pte, unsigned long nr, unsigned long run,
					   unsigned long (*visit)(unsigned long pfn, void *arg),
					   void *arg)
{
	unsigned long n;

	while (nr) {
		if (!run && !pte_none(*pte))
			run = visit(pte_pfn(*pte), arg);
		n = min(run ? run : 1, nr);		/* an empty slot: one further */
		run -= min(run, n);
		for (nr -= n; n; n--)
			pte_clear(pte++);
	}
	return run;
}

void vmap_table_unmap(unsigned long start, unsigned long end,
		      unsigned long (*visit)(unsigned long pfn, void *arg), void *arg)
{
	unsigned long vaddr, next, run = visit ? 0 : ~0UL;

	for (vaddr = start; vaddr < end; vaddr = next) {
		next = vmap_table_end(vaddr, end);
		run = vmap_table_clear_ptes(vmap_table_find(vaddr), (next - vaddr) >> PAGE_SHIFT,
					    run, visit, arg);
	}
	flush_tlb_kernel_range(start, end);
}

void vmap_table_init(unsigned long vaddr)
{
	vmap_table_kept = vaddr;
	BUG_ON(vmap_table_reserve(vaddr, vaddr + PAGE_SIZE, GFP_KERNEL));
	vmap_table_kept_ptes = vmap_table_walk_down(vaddr) - pte_index(vaddr);
	vmap_table_kept_page = virt_to_page(vmap_table_kept_ptes);
}

struct vmap_table_walk {
	unsigned long reserved;		/* entries that the last kept table counts and has not */
	bool exact;			/* nobody has reserved any others */
	unsigned long tables;		/* seen so far */
	char *msg;
	size_t n;
};

/* Check table, which maps 512 pieces of 1 << shift bytes from base on, and those below. */
static bool vmap_table_check(struct vmap_table_walk *w, phys_addr_t table, unsigned long base,
			     unsigned int shift)
{
	const struct page *page = phys_to_page(table);
	const u64 *entry = __va(table);
	unsigned long nr = page == vmap_table_kept_page ? 1 + w->reserved : 0;
	unsigned long i;

	w->tables++;
	for (i = 0; i < PTRS_PER_TABLE; i++) {
		if (!entry[i])
			continue;
		nr++;
		if (shift != PAGE_SHIFT &&
		    !vmap_table_check(w, entry[i] & PTE_PFN_MASK, base + (i << shift), shift - 9))
			return false;
	}
	if (page->owner == PAGE_OWNER_PGTABLE &&
	    (w->exact ? page->nr_entries == nr && nr : page->nr_entries >= nr))
		return true;
	scnprintf(w->msg, w->n, "vmap: table %#llx of %#lx (%s) counts %u entries, has %lu", table,
		  base, page_owner_name(page->owner), page->nr_entries, nr);
	return false;
}

bool vmap_table_verify(unsigned long reserved, bool exact, unsigned long *tables, char *msg,
		       size_t n)
{
	struct vmap_table_walk w = { .reserved = reserved, .exact = exact, .msg = msg, .n = n };
	unsigned long flags, vaddr = VMALLOC_START;
	bool ok = true;

	spin_lock_irqsave(&vmap_table_lock, flags);
	for (; ok && vaddr < VMALLOC_END; vaddr += 1UL << PGDIR_SHIFT) {
		pgd_t *pgd = pgd_offset_k(vaddr);

		if (!pgd_none(*pgd))
			ok = vmap_table_check(&w, pgd_table(*pgd), vaddr, PUD_SHIFT);
	}
	spin_unlock_irqrestore(&vmap_table_lock, flags);
	*tables = w.tables;
	return ok;
}
