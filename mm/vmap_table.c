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
 *		because of the kept table's).
 * CONTEXT	reserve: as its gfp.  sweep: process.  The others: any but NMI.
 * FAILURE	reserve: -ENOMEM, nothing changed.  The others cannot fail.
 * NOT HERE	fill, withdraw, restore, clear, lookups: vmap_table_entries.c.  The format of
 *		tables: asm/pgtable.h.  The direct map: arch/x86/paging.c.  Checks:
 *		vmap_table_verify.c.
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
struct vmap_kept vmap_kept;

/* ---- levels ---------------------------------------------------------------------- */

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
	if ((start ^ vmap_kept.vaddr) >> PMD_SHIFT || (start ^ (end - 1)) >> PMD_SHIFT)
		return NULL;
	return vmap_kept.page;
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

/* ---- init ------------------------------------------------------------------------ */

void vmap_table_init(unsigned long vaddr)
{
	u64 *entry[TOP_LEVEL + 1];

	vmap_kept.vaddr = vaddr;
	BUG_ON(vmap_table_reserve(vaddr, vaddr + PAGE_SIZE, GFP_KERNEL));
	BUG_ON(vmap_path(vaddr, entry));	/* the last level, which is 0 */
	vmap_kept.pmds = entry[1] - pmd_index(vaddr);
	vmap_kept.ptes = (pte_t *)entry[0] - pte_index(vaddr);
	vmap_kept.page = virt_to_page(vmap_kept.ptes);
}
