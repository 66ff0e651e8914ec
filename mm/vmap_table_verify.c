/* SPDX-License-Identifier: MIT */
/*
 * mm/vmap_table_verify.c - does every kernel page table count its entries?
 *
 * MODEL
 *   All tables below the vmalloc range and the windows of per-CPU memory are walked; in those
 *   that are shared with the image and the page array, only what is ours.
 *
 * INVARIANTS	I1 and I2 of vmap_table.c.
 * LOCKING	vmap_table_lock for the whole walk.
 * CONTEXT	any but NMI; not where interrupts must come soon.
 * FAILURE	false, and a message.
 * NOT HERE	what the entries lead to: vmalloc_verify.c, percpu.c.
 */
#include <linux/kernel.h>

#include "vmap_table.h"

struct vmap_table_walk {
	unsigned long tables, counted, entries;	/* seen so far */
	char *msg;
	size_t n;
};

static bool vmap_is_window(unsigned long vaddr)
{
	return vaddr + PUD_SIZE > PCPU_WINDOWS_START && vaddr <= PCPU_WINDOWS_LAST;
}

/* Check table, which maps 512 pieces of the level's size from base on, and those below. */
static bool vmap_table_check(struct vmap_table_walk *w, u64 above, unsigned long base,
			     unsigned int level)
{
	const struct page *page = vmap_counted(above);
	const u64 *entry = vmap_table_va(above & PTE_PFN_MASK);
	unsigned long nr = 0, i;

	for (i = 0; i < PTRS_PER_TABLE; i++, base += vmap_level_bytes(level)) {
		/* What others have in a table that we share is theirs. */
		if (!entry[i] || (!page && level == TOP_LEVEL - 1 && !vmap_is_window(base)))
			continue;
		nr++;
		if (level && !vmap_is_leaf(entry[i]) &&
		    !vmap_table_check(w, entry[i], base, level - 1))
			return false;
	}
	if (!page)
		return true;
	w->tables++;
	w->counted += page->nr_entries;
	w->entries += nr;
	if (page->nr_entries >= nr && (page->nr_entries || !vmap_is_present(above)))
		return true;
	scnprintf(w->msg, w->n, "vmap: table %#llx below %#lx counts %u entries, has %lu",
		  above & PTE_PFN_MASK, base, page->nr_entries, nr);
	return false;
}

static bool vmap_table_check_range(struct vmap_table_walk *w, unsigned long start,
				   unsigned long last)
{
	const unsigned long step = vmap_level_bytes(TOP_LEVEL);
	unsigned long nr = last / step - start / step + 1;
	bool ok = true;

	for (start &= ~(step - 1); ok && nr; nr--, start += step) {
		const u64 above = pgd_offset_k(start)->pgd;

		if (above)
			ok = vmap_table_check(w, above, start, TOP_LEVEL - 1);
	}
	return ok;
}

bool vmap_table_verify(bool exact, unsigned long *tables, char *msg, size_t n)
{
	struct vmap_table_walk w = { .msg = msg, .n = n };
	unsigned long flags;
	bool ok;

	spin_lock_irqsave(&vmap_table_lock, flags);
	ok = vmap_table_check_range(&w, VMALLOC_START, VMALLOC_END - 1) &&
	     vmap_table_check_range(&w, PCPU_WINDOWS_START, PCPU_WINDOWS_LAST);
	spin_unlock_irqrestore(&vmap_table_lock, flags);
	*tables = w.tables;
	if (!ok || !exact || w.counted == w.entries + !!vmap_kept.page)
		return ok;
	scnprintf(msg, n, "vmap: tables count %lu entries, have %lu", w.counted, w.entries);
	return false;
}
