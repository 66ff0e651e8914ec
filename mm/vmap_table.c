/* SPDX-License-Identifier: MIT */
/*
 * mm/vmap_table.c - fill and empty the kernel's page tables
 *
 * MODEL
 *   Decide, then act.  reserve() hangs every missing table below the top one and counts,
 *   in each last-level table, the entries that the caller is going to need; it is the
 *   only step that can fail.  fill() writes entries into slots that nobody else has.
 *   Taking away goes in steps, because other CPUs may remember translations, and the way
 *   to tables, until they flush:
 *
 *	withdraw  entries lose their present bit, and keep their frame; restore() undoes it
 *	clear	  entries become 0, a visitor sees what they were
 *	release	  counts go down; a table that counts 0 is condemned: the entry that leads to
 *		  it loses its present bit, too
 *	(flush, on all CPUs)
 *	reap	  a table that was condemned before the flush is unhung and freed
 *
 *   Whoever needs a condemned table before it is reaped gives its entry the present bit
 *   back: a CPU that still remembers the way goes to the right table.  (To hang another
 *   one there would be wrong until all have flushed.)  And because it may be condemned
 *   again since, each condemnation has a number, and reap() is told which came before the
 *   flush.  A table without entries takes one from the table above: that may be next, with
 *   another flush.
 *
 *   A count is entries plus reservations, so a table cannot vanish between reserve and
 *   fill.  The tables of one page, the lowest of the vmalloc range, are kept for good
 *   (vmap_table_init()): where nearly all areas live, a vmalloc/vfree pair would otherwise
 *   make and clear three tables.  The last one's count needs no lock: it is never 0.
 *
 *   2 MiB of an area may be mapped by one entry of the table above, a large page, if they are
 *   2 MiB of RAM in one piece.  reserve_large() counts that entry; narrow() turns a slot back
 *   into one for small pages, where no such RAM is to be had.
 *
 *   Tables that are part of the image, or were mapped by paging_early_map(), are not
 *   counted, and stay: the windows of per-CPU memory (percpu.c) hang below such.
 *
 * INVARIANTS	(vmap_table_verify() checks them)
 *   I1  nr_entries of a table is the number of its entries that are not none, plus what
 *	 is reserved and not filled (nothing, unless somebody is in the middle), plus 1 in
 *	 the last table of the path that is kept.
 *   I2  only a condemned table has nr_entries 0; private of a table is the number of its
 *	 last condemnation.
 *
 * LOCKING	vmap_table_lock, rank LOCK_PGTABLE, irqs off: upper levels and counts (atomic,
 *		because of the kept table's).  Last-level entries belong to whoever has the
 *		addresses (vmap.c).
 *		entry() is for anybody, without a lock; interrupts off keep tables meanwhile.
 * CONTEXT	reserve: as its gfp.  lookup, entry: any.  The others: any but NMI.
 * FAILURE	reserve: -ENOMEM, nothing changed.  The others cannot fail.
 * NOT HERE	the format of tables: asm/pgtable.h.  The direct map: arch/x86/paging.c.
 *		Checks: vmap_table_verify.c.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mmdebug.h>
#include <linux/string.h>
#include <asm/tlbflush.h>

#include "vmap_table.h"

DEFINE_SPINLOCK_RANKED(vmap_table_lock, LOCK_PGTABLE);
atomic_t vmap_table_users;
static u64 vmap_table_number;			/* (lock) condemnations so far */
static unsigned long vmap_table_kept;		/* (C) an address; its tables stay */
struct page *vmap_table_kept_page;	/* (C) the last-level one ... */
static pte_t *vmap_table_kept_ptes;	/* (C) ... its entries ... */
static u64 *vmap_table_kept_pmds;	/* (C) ... and those of the table above, for 1 GiB */

/* ---- levels ---------------------------------------------------------------------- */

/* End of the last-level table that maps vaddr, or end. */
static inline unsigned long vmap_table_end(unsigned long vaddr, unsigned long end)
{
	return min((vaddr + PMD_SIZE) & PMD_MASK, end);
}

/* The entry of a level for vaddr, in the table that the entry above leads to. */
static inline u64 *vmap_below(u64 above, unsigned long vaddr, unsigned int level)
{
	return vmap_table_va(above & PTE_PFN_MASK) +
	       ((vaddr >> (PAGE_SHIFT + 9 * level)) & (PTRS_PER_TABLE - 1));
}

/*
 * The way down: entry[level] for vaddr in each table that there is, condemned or not: so with
 * the lock, or for who has vaddr, because his reservation keeps them.  Returns the lowest
 * level that has one; its entry may be none, a leaf, or (level 0) anything.
 */
static unsigned int vmap_path(unsigned long vaddr, u64 *entry[TOP_LEVEL + 1])
{
	unsigned int level = TOP_LEVEL;

	entry[level] = &pgd_offset_k(vaddr)->pgd;
	while (level && *entry[level] && !vmap_is_leaf(*entry[level])) {
		entry[level - 1] = vmap_below(*entry[level], vaddr, level - 1);
		level--;
	}
	return level;
}

static inline void vmap_count(struct page *table, int nr)
{
	if (table)
		__atomic_fetch_add(&table->nr_entries, (u32)nr, __ATOMIC_RELAXED);
}

/* A table page that vmap_table_link() may hang; it counts 0 entries, and so it goes back. */
static struct page *vmap_table_alloc(gfp_t gfp)
{
	return alloc_pages_owner((gfp & ~(__GFP_DMA | __GFP_DMA32)) | __GFP_ZERO, 0,
				 PAGE_OWNER_PGTABLE);
}

static void vmap_table_free(struct page *page)
{
	page->private = 0;
	free_pages_owner(page, 0, PAGE_OWNER_PGTABLE);
}

/*
 * [start, end) in the table that is kept: it cannot vanish, so its count needs no lock.
 * NULL elsewhere.
 */
static inline struct page *vmap_table_kept_of(unsigned long start, unsigned long end)
{
	if ((start ^ vmap_table_kept) >> PMD_SHIFT || (start ^ (end - 1)) >> PMD_SHIFT)
		return NULL;
	return vmap_table_kept_page;
}

/* ---- hanging and unhanging ------------------------------------------------------- */

/*
 * Walk to the table of a level for vaddr and count nr entries in it; hang the spare where
 * a table is missing.  False: another spare is needed.
 */
static bool vmap_table_link(unsigned long vaddr, unsigned int to, int nr, struct page **spare)
	__must_hold(&vmap_table_lock)
{
	u64 *entry = &pgd_offset_k(vaddr)->pgd;
	struct page *table = NULL;		/* the one that entry is in */
	unsigned int level;

	lockdep_assert_held(&vmap_table_lock);
	for (level = TOP_LEVEL; level > to; level--) {
		if (!*entry) {
			if (!*spare)
				return false;
			VM_BUG_ON((*spare)->owner != PAGE_OWNER_PGTABLE || (*spare)->nr_entries);
			WRITE_ONCE(*entry, page_to_phys(*spare) | _KERNPG_TABLE);
			vmap_count(table, 1);
			*spare = NULL;
		}
		VM_BUG_ON(vmap_is_leaf(*entry));
		if (!vmap_is_present(*entry))		/* condemned: not any more */
			WRITE_ONCE(*entry, *entry | _PAGE_PRESENT);
		table = vmap_counted(*entry);
		entry = vmap_below(*entry, vaddr, level - 1);
	}
	vmap_count(table, nr);
	/* The table that is kept counts itself, too. */
	VM_WARN_ON_ONCE(table && table->nr_entries > PTRS_PER_TABLE + 1);
	return true;
}

/* Count the table that an entry leads to nr down; condemn it if nothing is left. */
static void vmap_table_drop(u64 *above, int nr) __must_hold(&vmap_table_lock)
{
	struct page *table = vmap_counted(*above);

	lockdep_assert_held(&vmap_table_lock);
	if (!table)
		return;
	VM_BUG_ON(table->nr_entries < (u32)nr);
	vmap_count(table, -nr);
	if (table->nr_entries)
		return;
	WRITE_ONCE(*above, *above & ~_PAGE_PRESENT);
	table->private = ++vmap_table_number;
}

/* Undo vmap_table_link(), complete (nr) or not (nr 0). */
static void vmap_table_unlink(unsigned long vaddr, unsigned int level, int nr)
{
	u64 *entry[TOP_LEVEL + 1];
	unsigned long flags;
	unsigned int lowest;

	spin_lock_irqsave(&vmap_table_lock, flags);
	lowest = max(vmap_path(vaddr, entry), level);
	VM_BUG_ON(nr && lowest != level && !vmap_is_leaf(*entry[lowest]));
	if (lowest < TOP_LEVEL)
		vmap_table_drop(entry[lowest + 1], nr);
	spin_unlock_irqrestore(&vmap_table_lock, flags);
}

/*
 * Unhang the table that is condemned on the way to vaddr, if it was before number; NULL: there
 * is none.
 */
static struct page *vmap_table_unhang(unsigned long vaddr, u64 number)
{
	u64 *entry[TOP_LEVEL + 1];
	struct page *table = NULL;
	unsigned long flags;
	unsigned int level;

	spin_lock_irqsave(&vmap_table_lock, flags);
	level = vmap_path(vaddr, entry) + 1;
	if (level <= TOP_LEVEL && !vmap_is_present(*entry[level]))
		table = vmap_counted(*entry[level]);
	if (table && table->private <= number) {
		VM_BUG_ON(table->nr_entries);
		WRITE_ONCE(*entry[level], 0);
		if (level < TOP_LEVEL)
			vmap_table_drop(entry[level + 1], 1);
	} else {
		table = NULL;
	}
	spin_unlock_irqrestore(&vmap_table_lock, flags);
	return table;
}

u64 vmap_table_now(void)
{
	unsigned long flags;
	u64 number;

	spin_lock_irqsave(&vmap_table_lock, flags);
	number = vmap_table_number;
	spin_unlock_irqrestore(&vmap_table_lock, flags);
	return number;
}

bool vmap_table_reap(unsigned long start, unsigned long end, u64 number)
{
	struct page *table;
	bool again = false;
	unsigned long at;

	if (start < end && vmap_table_kept_of(start, end))
		return false;
	for (at = start; at < end; at = vmap_table_end(at, end)) {
		table = vmap_table_unhang(at, number);
		if (!table)
			continue;
		vmap_table_free(table);
		again = true;		/* the one above may be empty now */
	}
	return again;
}

void vmap_table_sweep(unsigned long start, unsigned long end)
{
	u64 number;

	do {
		number = vmap_table_now();
		flush_tlb_kernel_range(start & PAGE_MASK, (start & PAGE_MASK) + PAGE_SIZE);
	} while (vmap_table_reap(start, end, number));
}

/* ---- reserving ------------------------------------------------------------------- */

/* One table's worth; level 0: nr pages, level 1: large ones. */
static int vmap_table_reserve_one(unsigned long vaddr, unsigned int level, int nr, gfp_t gfp)
{
	struct page *spare = NULL;
	unsigned long flags;
	bool done;

	for (;;) {
		spin_lock_irqsave(&vmap_table_lock, flags);
		done = vmap_table_link(vaddr, level, nr, &spare);
		spin_unlock_irqrestore(&vmap_table_lock, flags);
		if (done)
			break;
		spare = vmap_table_alloc(gfp);
		if (!spare) {
			vmap_table_unlink(vaddr, level, 0);
			vmap_table_sweep(vaddr, vaddr + PAGE_SIZE);
			return -ENOMEM;
		}
	}
	if (spare)			/* somebody else hung the table meanwhile */
		vmap_table_free(spare);
	return 0;
}

int vmap_table_reserve(unsigned long start, unsigned long end, gfp_t gfp)
{
	struct page *kept = vmap_table_kept_of(start, end);
	unsigned long at, next;

	VM_BUG_ON(!PAGE_ALIGNED(start) || !PAGE_ALIGNED(end) || start >= end);
	if (kept) {
		vmap_count(kept, (int)((end - start) >> PAGE_SHIFT));
		return 0;
	}
	for (at = start; at < end; at = next) {
		next = vmap_table_end(at, end);
		if (vmap_table_reserve_one(at, 0, (int)((next - at) >> PAGE_SHIFT), gfp)) {
			vmap_table_release(start, at);
			vmap_table_sweep(start, at);
			return -ENOMEM;
		}
	}
	return 0;
}

bool vmap_table_is_open(unsigned long vaddr)
{
	u64 *entry[TOP_LEVEL + 1];

	return vmap_path(vaddr, entry) == 1 && !*entry[1];
}

int vmap_table_narrow(unsigned long vaddr, gfp_t gfp)
{
	unsigned long flags;
	u64 *entry[TOP_LEVEL + 1];

	VM_BUG_ON(vaddr & ~PMD_MASK);
	if (vmap_table_reserve_one(vaddr, 0, PTRS_PER_TABLE, gfp))
		return -ENOMEM;
	spin_lock_irqsave(&vmap_table_lock, flags);
	vmap_path(vaddr, entry);
	vmap_table_drop(entry[2], 1);		/* the table there has been counted, too */
	spin_unlock_irqrestore(&vmap_table_lock, flags);
	return 0;
}

int vmap_table_reserve_large(unsigned long start, unsigned long end, gfp_t gfp)
{
	unsigned long at;

	VM_BUG_ON(start & ~PMD_MASK || !PAGE_ALIGNED(end) || start >= end);
	for (at = start; at + PMD_SIZE <= end; at += PMD_SIZE) {
		if (vmap_table_reserve_one(at, 1, 1, gfp))
			goto err_release;
		if (!vmap_table_is_open(at) && vmap_table_narrow(at, gfp)) {
			vmap_table_unlink(at, 1, 1);	/* the kept table's place */
			goto err_release;
		}
	}
	if (at == end || !vmap_table_reserve(at, end, gfp))
		return 0;
err_release:
	vmap_table_release(start, at);
	vmap_table_sweep(start, at);
	return -ENOMEM;
}

void vmap_table_release(unsigned long start, unsigned long end)
{
	struct page *kept = vmap_table_kept_of(start, end);
	unsigned long at, next;

	VM_BUG_ON(!PAGE_ALIGNED(start) || !PAGE_ALIGNED(end) || start > end);
	if (kept) {
		VM_WARN_ON_ONCE(kept->nr_entries <= (end - start) >> PAGE_SHIFT);
		vmap_count(kept, -(int)((end - start) >> PAGE_SHIFT));
		return;
	}
	/* A table at a time: a large area has many, and interrupts are off. */
	for (at = start; at < end; at = next) {
		next = vmap_table_end(at, end);
		if (vmap_table_is_open(at))
			vmap_table_unlink(at, 1, 1);
		else
			vmap_table_unlink(at, 0, (int)((next - at) >> PAGE_SHIFT));
	}
}

/* ---- entries --------------------------------------------------------------------- */

static noinline pte_t *vmap_table_walk_down(unsigned long vaddr)
{
	u64 *entry = &pgd_offset_k(vaddr)->pgd;
	unsigned int level = TOP_LEVEL;

	if (likely((vaddr ^ vmap_table_kept) >> PUD_SHIFT == 0 && vmap_table_kept_pmds)) {
		entry = vmap_table_kept_pmds + pmd_index(vaddr);
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
	if ((vaddr ^ vmap_table_kept) >> PUD_SHIFT == 0 && vmap_table_kept_pmds) {
		entry = vmap_table_kept_pmds + pmd_index(vaddr);
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
	if (likely((vaddr ^ vmap_table_kept) >> PMD_SHIFT == 0 && vmap_table_kept_ptes))
		return READ_ONCE(vmap_table_kept_ptes[pte_index(vaddr)].pte);
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
	if (likely(end - start == PAGE_SIZE && (start ^ vmap_table_kept) >> PMD_SHIFT == 0))
		return (u64 *)&vmap_table_kept_ptes[pte_index(start)];
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

	if (likely(entry))
		vmap_table_flip(entry, false);
	else
		vmap_table_withdraw_any(start, end);
}

void vmap_table_restore(unsigned long start, unsigned long end)
{
	u64 *entry = vmap_table_usual(start, end);

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

/* ---- init ------------------------------------------------------------------------ */

void vmap_table_init(unsigned long vaddr)
{
	u64 *entry[TOP_LEVEL + 1];

	vmap_table_kept = vaddr;
	BUG_ON(vmap_table_reserve(vaddr, vaddr + PAGE_SIZE, GFP_KERNEL));
	BUG_ON(vmap_path(vaddr, entry));	/* the last level, which is 0 */
	vmap_table_kept_pmds = entry[1] - pmd_index(vaddr);
	vmap_table_kept_ptes = (pte_t *)entry[0] - pte_index(vaddr);
	vmap_table_kept_page = virt_to_page(vmap_table_kept_ptes);
}
