/* SPDX-License-Identifier: MIT */
/*
 * mm/section.c - give RAM its struct pages and its mapping, 16 MiB at a time
 *
 * MODEL
 *   A section is 16 MiB of physical address space.  Dormant, it is nothing but what
 *   memblock says about it.  Bringing it in takes, from its own free pages, lowest first:
 *
 *	[ tables ][ 16 pages of struct page ][ free ......... ][ reserved ][ free ... ]
 *	 MEMMAP    MEMMAP                     to the buddy      RESERVED    to the buddy
 *
 *   - page tables, as many as the direct map and vmemmap lack for this section: at most
 *     8 for ragged 2 MiB edges, and one for each level that is new;
 *   - 16 pages (4096 frames x 16 bytes) for the struct pages.
 *   Then every block of the section gets a head: holes and reserved pages too, so that a
 *   walk from head to head covers the section exactly.
 *
 *	dormant --growing--> mapped, cleared --lock, bit--> online --pieces--> all heads set
 *	        one CPU, interrupts on		            lock, a few blocks at a time
 *
 *   So the first allocation costs the same on any machine, and RAM that nobody needs costs
 *   nothing.  What bringing in will cost is known beforehand (section_plan.c), hence a
 *   zone's free + dormant pages do not change when a section comes in.  Linux's sections
 *   (SPARSEMEM) are the relatives; those are all brought in at boot.
 *
 *   The order is fixed, because sections share upper tables and the first to come pays:
 *   the lowest viable section of all ("home"), then the lowest of the zone that is short.
 *
 * INVARIANTS
 *   I1  online bit set: all 4096 struct pages are mapped; and once bring_in() is over, heads
 *	 cover the section exactly.
 *   I2  zone.dormant is the sum over dormant viable sections of (usable - cost).
 *   I3  the sum of section_stats.
 *
 * LOCKING	sm->growing makes the one that has set it the only one to change the map; it
 *		maps and clears with interrupts on and preemption off.  What others look at
 *		(the sums, and the blocks becoming free) changes under sm->lock, rank
 *		LOCK_SECTION, irqs off, a few blocks at a time; zone->lock is taken inside.
 *		A section without holes comes in in one piece; nobody sees half of it.
 * CONTEXT	any but NMI: a page fault's worth of work (some 15,000 instructions).  An
 *		interrupt that finds a section coming in on its own CPU gets none: the page
 *		allocator brings sections in before lists are empty (SECTION_AHEAD), so there
 *		is some for it.  Another CPU waits until it is there; with interrupts off, or
 *		in a handler, not for ever.
 * FAILURE	a section with too little free memory is passed over; 0: none is left.
 * NOT HERE	the plan: section_plan.c.  The kernel's own map, page tables, zones:
 *		section_default.c.
 */
#include <linux/align.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/mmdebug.h>
#include <linux/printk.h>
#include <linux/section.h>
#include <linux/smp.h>
#include "internal.h"

/*
 * 16 of struct page, 8 ragged 2 MiB chunks, 4 upper tables (plan_tables[] in section_plan.c);
 * rounded up.  An array of so many addresses lies on the stack.
 */
#define SECTION_MAX_COST	32

static_assert(SECTION_MAX_COST >= SECTION_MEMMAP_PAGES + SECTION_SIZE / PMD_SIZE + 4);
static_assert(SECTION_MEMMAP_PAGES * PAGE_SIZE == PAGES_PER_SECTION * sizeof(struct page));
static_assert(PAGE_SIZE % sizeof(struct page) == 0, "map_memmap() maps whole struct pages");
static_assert(SECTION_NR_ZONES == MAX_NR_ZONES, "section_zone_of() is a zone's index");
static_assert(ZONE_DMA_END_PFN % PAGES_PER_SECTION == 0, "a section lies in one zone");
static_assert(ZONE_DMA32_END_PFN % PAGES_PER_SECTION == 0, "a section lies in one zone");

static phys_addr_t section_base(unsigned long nr)
{
	return (phys_addr_t)nr << SECTION_SHIFT;
}

/* ---- before the hand-over -------------------------------------------------------- */

bool section_is_early(const struct section_map *sm, unsigned long nr)
{
	u32 i;

	for (i = 0; i < sm->nr_early; i++)
		if (nr >= sm->early[i].first && nr <= sm->early[i].last)
			return true;
	return false;
}

/*
 * Remember section nr; a neighbour's range grows.  False: too many ranges.  A list of ranges and
 * no bitmap, because the bitmap of sections is itself made of early memory.
 */
static bool note_early(struct section_map *sm, unsigned long nr)
{
	u32 i;

	for (i = 0; i < sm->nr_early; i++) {
		if (sm->early[i].last + 1 == nr) {
			sm->early[i].last = nr;
			return true;
		}
		if (sm->early[i].first == nr + 1) {	/* boot memory is handed out downwards */
			sm->early[i].first = nr;
			return true;
		}
	}
	if (sm->nr_early == SECTION_MAX_EARLY)
		return false;
	for (i = sm->nr_early++; i && sm->early[i - 1].first > nr; i--)
		sm->early[i] = sm->early[i - 1];
	sm->early[i].first = sm->early[i].last = nr;
	VM_WARN_ON_ONCE(i && sm->early[i - 1].last >= nr);
	VM_WARN_ON_ONCE(i + 1 < sm->nr_early && sm->early[i + 1].first <= nr);
	return true;
}

/* A page for a table: near by, so that a section pays for itself, or anywhere. */
static phys_addr_t early_table(struct section_map *sm, unsigned long nr)
{
	struct memblock_request rq = {
		.size = PAGE_SIZE, .align = PAGE_SIZE, .nid = NUMA_NO_NODE,
		.min = section_base(nr), .max = section_base(nr + 1),
	};
	const phys_addr_t near = memblock_phys_alloc_in(sm->mb, &rq);

	rq.min = 0;
	rq.max = MEMBLOCK_ALLOC_ANYWHERE;
	return near ?: memblock_phys_alloc_in(sm->mb, &rq);
}

/*
 * The whole section, although one page was asked for: section_map_direct() maps as much when it
 * is brought in, and a half that is mapped already would have to be told from the rest.  Tables
 * first, then the note, then the map: what fails leaves nothing behind.
 */
static bool map_early_section(struct section_map *sm, unsigned long nr)
{
	phys_addr_t tables[SECTION_MAX_COST];
	struct section_info si;
	unsigned int i, need;

	section_measure(sm, nr, &si);
	need = section_direct_cost(sm, &si);
	VM_BUG_ON(need > SECTION_MAX_COST);
	for (i = 0; i < need; i++) {
		tables[i] = early_table(sm, nr);
		if (!tables[i])
			break;
	}
	if (i == need && note_early(sm, nr)) {
		section_map_direct(sm, nr, tables, need);
		return true;
	}
	while (i--)
		memblock_phys_free_in(sm->mb, tables[i], PAGE_SIZE);
	return false;
}

void *section_map_early_in(struct section_map *sm, phys_addr_t base, phys_addr_t size)
{
	unsigned long nr = base >> SECTION_SHIFT;
	const unsigned long last = (base + size - 1) >> SECTION_SHIFT;

	VM_BUG_ON(!size || base + size < base);
	for (; nr <= last; nr++) {
		if (!section_is_early(sm, nr) && !map_early_section(sm, nr)) {
			pr_err("section: cannot map boot memory at %#llx\n", section_base(nr));
			return NULL;
		}
	}
	return __va(base);
}

/* ---- bringing in ----------------------------------------------------------------- */

/*
 * The lowest nr_pages usable pages of a section.  The lowest, so that populate() can tell which
 * they are from their number alone, and the free rest is one run as a rule.
 */
static void collect_pages(const struct section_map *sm, unsigned long nr, phys_addr_t *pages,
			  unsigned int nr_pages)
{
	unsigned long start, end;
	unsigned int n = 0;
	u64 idx;

	for_each_section_usable(sm, nr, idx, &start, &end)
		for (; start < end && n < nr_pages; start++)
			pages[n++] = PFN_PHYS(start);
	BUG_ON(n != nr_pages);
}

/*
 * Store the section's struct pages in these 16 pages; runs of neighbours at a time: where RAM has
 * no holes that is one call.
 */
static void map_memmap(struct section_map *sm, unsigned long pfn, const phys_addr_t *pages,
		       const phys_addr_t *tables, unsigned int nr_tables)
{
	const unsigned long pfns_per_page = PAGE_SIZE / sizeof(struct page);
	unsigned int i, n;

	VM_BUG_ON(pfn % PAGES_PER_SECTION);
	for (i = 0; i < SECTION_MEMMAP_PAGES; i += n) {
		for (n = 1; i + n < SECTION_MEMMAP_PAGES; n++)
			if (pages[i + n] != pages[i] + n * PAGE_SIZE)
				break;
		sm->ops->memmap_map(sm, pfn + i * pfns_per_page, n * pfns_per_page, pages[i],
				    tables, nr_tables);
		nr_tables = 0;		/* one table serves all 16 pages */
	}
	sm->ops->memmap_clear(sm, pfn, PAGES_PER_SECTION);
}

/* Between two pieces: marking and freeing one may take 1,500 instructions. */
static void breathe(struct section_map *sm, unsigned long *flags)
	__must_hold(&sm->lock)
{
	spin_unlock_irqrestore(&sm->lock, *flags);
	spin_lock_irqsave(&sm->lock, *flags);
}

static void free_range(struct section_map *sm, int zid, unsigned long start, unsigned long end)
	__must_hold(&sm->lock)
{
	lockdep_assert_held(&sm->lock);
	VM_BUG_ON(start >= end || pfn_to_section_nr(start) != pfn_to_section_nr(end - 1));
	VM_WARN_ON_ONCE(sm->zone[zid].dormant < end - start);	/* I2: planned less */
	sm->zone[zid].dormant -= end - start;
	sm->stats.dormant -= end - start;
	/*
	 * Free first: another CPU that adds the two up (zone_open_pages()) may for a moment see
	 * these pages twice.  Not at all would be worse: a request that cannot wait would fail
	 * for want of pages that are there.
	 */
	sm->ops->free_range(sm, zid, start, end);
	sm->ops->set_dormant(sm, zid, sm->zone[zid].dormant);
}

/*
 * A range that ends the section is a dozen blocks at most, for they grow towards its end.  Any
 * other goes in pieces of as many: up to a multiple of PIECE pages, between multiples, and the
 * rest.  In between others see the section half done: pages that have no head yet are nobody's,
 * so no block merges with them.
 */
#define PIECE	512UL

static void free_pieces(struct section_map *sm, int zid, unsigned long start, unsigned long end,
			unsigned long *flags)
	__must_hold(&sm->lock)
{
	unsigned long cut;

	static_assert((PIECE & (PIECE - 1)) == 0 && PAGES_PER_SECTION % PIECE == 0);
	for (; start < end; start = cut) {
		cut = start % PIECE ? ALIGN(start, PIECE) : end & ~(PIECE - 1);
		if (cut <= start || cut > end || end % PAGES_PER_SECTION == 0)
			cut = end;
		free_range(sm, zid, start, cut);
		if (cut % PAGES_PER_SECTION)
			breathe(sm, flags);
	}
}

/*
 * Give every block a head: the first nr_taken usable pages are ours, the others free.
 *
 *	at ... start		hole, or reserved	RESERVED
 *	start ... + ours	collect_pages()		MEMMAP
 *	... end			the rest		to the zone
 *
 * Holes get heads too, though nobody will ever ask for them: a walk from head to head would
 * stop at the first page without one.
 */
static void populate(struct section_map *sm, int zid, unsigned long nr, unsigned long nr_taken,
		     unsigned long *flags)
	__must_hold(&sm->lock)
{
	const unsigned long sec_end = section_nr_to_pfn(nr + 1);
	unsigned long at = section_nr_to_pfn(nr), start, end, ours;
	u64 idx;

	for_each_section_usable(sm, nr, idx, &start, &end) {
		VM_BUG_ON(start < at || end > sec_end);
		if (at < start)
			sm->ops->mark(sm, at, start, PAGE_OWNER_RESERVED);
		ours = min(nr_taken, end - start);
		nr_taken -= ours;
		if (ours)
			sm->ops->mark(sm, start, start + ours, PAGE_OWNER_MEMMAP);
		free_pieces(sm, zid, start + ours, end, flags);
		at = end;
	}
	VM_BUG_ON(nr_taken);		/* more than the section had was used up */
	VM_BUG_ON(at > sec_end);
	if (at < sec_end)
		sm->ops->mark(sm, at, sec_end, PAGE_OWNER_RESERVED);
}

/* dormant itself goes down with each piece, in free_range(). */
static void account(struct section_map *sm, const struct section_info *si, unsigned long cost)
	__must_hold(&sm->lock)
{
	struct section_stats *st = &sm->stats;

	lockdep_assert_held(&sm->lock);
	VM_WARN_ON_ONCE(st->offline_reserved < si->ram - si->usable);
	st->online++;
	st->online_holes += PAGES_PER_SECTION - si->ram;
	st->dormant_cost -= cost;
	st->offline_reserved -= si->ram - si->usable;
}

/*
 * It is mapped and clear: now everybody may see it.  The bit comes before the heads, because
 * freeing looks at buddies, and pfn_online() must not deny what is being freed; a page without a
 * head is nobody's, so nothing is taken for a buddy too early.
 */
static void publish(struct section_map *sm, int zid, const struct section_info *si,
		    unsigned long cost)
{
	unsigned long flags;

	spin_lock_irqsave(&sm->lock, flags);
	sm->online[si->nr / 64] |= 1UL << (si->nr % 64);
	account(sm, si, cost);
	populate(sm, zid, si->nr, cost, &flags);
	spin_unlock_irqrestore(&sm->lock, flags);
}

/* Decide first, then act: nothing below the decision can fail. */
static unsigned long bring_in(struct section_map *sm, int zid, unsigned long nr)
{
	const unsigned long pfn = section_nr_to_pfn(nr);
	phys_addr_t pages[SECTION_MAX_COST];
	unsigned int direct, tables, cost;
	struct section_info si;

	VM_BUG_ON(!sm->growing);
	VM_BUG_ON(section_zone_of(nr) != zid || nr >= sm->nr);
	VM_BUG_ON(sm->online[nr / 64] >> (nr % 64) & 1);	/* its heads would be wiped */
	section_measure(sm, nr, &si);
	direct = section_direct_cost(sm, &si);
	tables = sm->ops->memmap_tables(sm, pfn, PAGES_PER_SECTION);
	cost = direct + tables + SECTION_MEMMAP_PAGES;
	if (si.usable <= cost)
		return 0;

	BUG_ON(cost > SECTION_MAX_COST);
	collect_pages(sm, nr, pages, cost);
	if (!section_is_early(sm, nr))
		/* If not, a page leaks. */
		WARN_ON_ONCE(section_map_direct(sm, nr, pages, direct) != direct);
	map_memmap(sm, pfn, pages + direct + tables, pages + direct, tables);
	barrier();			/* the bit says: they are there */
	publish(sm, zid, &si, cost);
	return si.usable - cost;
}

/* The lowest section >= nr with RAM, or end: a hole of TiBs is one step. */
static unsigned long next_with_ram(const struct section_map *sm, unsigned long nr,
				   unsigned long end)
{
	u64 idx = memblock_seek_mem(sm->mb, section_base(nr));
	phys_addr_t start, stop;

	if (nr >= end || !memblock_next_mem(sm->mb, &idx, &start, &stop, NULL))
		return end;
	return min(end, max(nr, (unsigned long)(start >> SECTION_SHIFT)));
}

static bool is_online(const struct section_map *sm, unsigned long nr)
{
	return sm->online[nr / 64] >> (nr % 64) & 1;
}

/* The plan is exact; should it ever not be, do not promise what is not there. */
static __cold void break_promise(struct section_map *sm, int zid)
{
	struct section_zone *sz = &sm->zone[zid];
	unsigned long flags;

	spin_lock_irqsave(&sm->lock, flags);
	sm->stats.skipped += sz->dormant;
	sm->stats.dormant -= sz->dormant;
	sz->dormant = 0;
	sm->ops->set_dormant(sm, zid, 0);
	spin_unlock_irqrestore(&sm->lock, flags);
}

/* A section that gives nothing (planned so, or the plan is broken) is passed over for good. */
static unsigned long bring_in_next(struct section_map *sm, int zid)
{
	struct section_zone *sz = &sm->zone[zid];
	unsigned long got = 0;

	VM_BUG_ON(!sm->growing);
	while (!got && sz->next < sz->end) {
		const unsigned long nr = next_with_ram(sm, sz->next, sz->end);

		if (nr < sz->end && !is_online(sm, nr))
			got = bring_in(sm, zid, nr);
		VM_WARN_ON_ONCE(nr < sz->next);		/* or this would go round for ever */
		sz->next = min(nr + 1, sz->end);
	}
	if (!got && WARN_ON_ONCE(sz->dormant))
		break_promise(sm, zid);
	return got;
}

/* Two comparisons: zones end where sections do. */
int section_zone_of(unsigned long nr)
{
	return (nr >= ZONE_DMA_END_PFN >> PFN_SECTION_SHIFT) +
	       (nr >= ZONE_DMA32_END_PFN >> PFN_SECTION_SHIFT);
}

/*
 * Not a lock: who holds one has interrupts off, or deadlocks with his own handlers, and 15,000
 * instructions are too many for that.  So a flag, and rules for who finds it set.
 */
enum growth { GROWTH_MINE, GROWTH_OURS, GROWTH_THEIRS };

/* OURS: we have interrupted the one who is at it.  THEIRS: another CPU is. */
static enum growth start_growing(struct section_map *sm)
{
	enum growth whose = GROWTH_MINE;
	unsigned long flags;

	preempt_disable();		/* no thread will find it half done */
	spin_lock_irqsave(&sm->lock, flags);
	if (sm->growing) {
		/* Hands off: stop_growing() takes no lock, and may be over by now. */
		whose = sm->growing_cpu == smp_processor_id() ? GROWTH_OURS : GROWTH_THEIRS;
	} else {
		sm->growing_cpu = smp_processor_id();
		sm->growing = true;
	}
	spin_unlock_irqrestore(&sm->lock, flags);
	if (whose != GROWTH_MINE)
		preempt_enable();
	return whose;
}

/* Release: who sees the flag down, sees the section whole. */
static void stop_growing(struct section_map *sm)
{
	VM_WARN_ON_ONCE(!sm->growing || sm->growing_cpu != smp_processor_id());
	smp_store_release(&sm->growing, false);
	preempt_enable();
}

/*
 * Another CPU is at it, with its interrupts on.  A handler over there may be spinning for a
 * lock that its waiter here holds with his own interrupts off: both would wait for ever.  So
 * only who can hold no such lock waits for the end; others wait much longer than it ever takes,
 * and give up.  False: not done yet.
 */
#define GROWTH_PATIENCE	(1U << 16)

static bool wait_for_growth(struct section_map *sm)
{
	const bool for_ever = !irqs_disabled() && !in_interrupt();
	unsigned int turns = 0;

	while (smp_load_acquire(&sm->growing)) {
		if (!for_ever && turns++ == GROWTH_PATIENCE)
			return false;
		cpu_relax();
	}
	return true;
}

unsigned long section_bring_in_in(struct section_map *sm, int zid)
{
	const unsigned long before = READ_ONCE(sm->zone[zid].dormant);
	enum growth whose;
	unsigned long got;

	while ((whose = start_growing(sm)) == GROWTH_THEIRS) {
		if (!wait_for_growth(sm))
			return 0;
		got = before - READ_ONCE(sm->zone[zid].dormant);
		if (got)		/* what the other has brought in will do */
			return got;
	}
	got = 0;
	if (whose == GROWTH_OURS)
		return 0;
	/* Home first, whoever asks: the plan has it pay for the tables that zones share. */
	if (!sm->home_done && sm->home < sm->nr) {
		const int home_zid = section_zone_of(sm->home);

		sm->home_done = true;
		got = bring_in(sm, home_zid, sm->home);
		got = home_zid == zid ? got : 0;
	}
	if (!got)
		got = bring_in_next(sm, zid);
	stop_growing(sm);
	return got;
}
