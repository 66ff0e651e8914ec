/* SPDX-License-Identifier: MIT */
/*
 * mm/verify.c - is every invariant of mm/ true right now, and is every page accounted for?
 *
 * MODEL
 *   One walk from head to head over all online sections, beside what the parts say:
 *
 *	walk	pages per owner			== page.c's counters
 *		pages between heads		are blank, or tails of a compound head
 *		FREE pages			== sum of nr_free of all zones, private too
 *		PCP pages			== sum of the stocks
 *		all pages			== pages that have a struct page; with what is
 *						   dormant or offline: the RAM of the map
 *	zones	buddy_verify(), pcp_verify()
 *	rooms	whatever registered with verify_register(): slab, vmalloc, sections
 *
 *	                  what mm/ believes                 what is there
 *	counters, per CPU     nr_free, dormant              heads of all blocks
 *	        \                   |                             /
 *	         +------- must be equal, owner by owner --------+
 *
 *   Nothing is checked against itself: a sum that was kept wrong and one that was counted wrong
 *   do not agree by accident.  Every invariant of mm/ that can be seen from outside is checked
 *   here or behind a room's verify().
 *
 *   The account is for tests: what is in use, by owner and by room, and what could still
 *   be allocated, wherever it lies (lists, stock, dormant).  A test must leave it as it
 *   found it.  Rooms first settle: what they only keep for speed goes back.
 *
 * INVARIANTS	the walk meets every page of every online section exactly once.
 * LOCKING	the world is stopped for the whole walk: nobody is in the middle of something
 *		with preemption off.  Not for hot paths.
 * CONTEXT	process; mm_verify() also from a report, or wherever one cannot wait: then only
 *		the own CPU stands still, and others must not be at work.
 * FAILURE	false and a message; nothing is repaired.
 * NOT HERE	the checks of other rooms.
 */
#include <linux/kernel.h>
#include <linux/section.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/stop_machine.h>
#include <linux/string.h>

#include "internal.h"

static struct verify_ops *verify_list;

static_assert(sizeof(long) == sizeof(u64), "the sum of all owners fits a long");
static_assert(PAGES_PER_SECTION >= 1UL << BUDDY_TOP_ORDER, "no block leaves its section");

void verify_register(struct verify_ops *ops)
{
	struct verify_ops **p = &verify_list;
	unsigned int nr = 0;

	for (; *p; p = &(*p)->next, nr++)
		if (WARN_ON(*p == ops))
			return;		/* a second time would make a circle */
	WARN_ON(nr >= MM_ACCOUNT_ROOMS);	/* the account has no slot: leaks go unseen */
	ops->next = NULL;
	*p = ops;
}

void verify_unregister(struct verify_ops *ops)
{
	struct verify_ops **p = &verify_list;

	while (*p && *p != ops)
		p = &(*p)->next;
	if (*p)
		*p = ops->next;
}

/* ---- the walk -------------------------------------------------------------------- */

struct head_walk {
	long pages[NR_PAGE_OWNERS];
	char *msg;
	size_t n;
};

/*
 * Are the pages between this head and the next blank, or tails of it (and of its cache)?  That is
 * what makes a wrong free visible: where no block begins, there is no head to take for one.
 */
static bool walk_inside(const struct page *head, struct head_walk *w)
{
	/* On its way to or from being compound: see page_make_compound(). */
	const bool half_done = PageHead(head) && head->owner == PAGE_OWNER_PAGES && !head->refcount;
	const u64 want = PageHead(head) ?
		PAGE_META_FLAGS(PAGE_OWNER_NONE, head->order, PG_TAIL) |
		(u64)head->cache << PAGE_META_CACHE_SHIFT : 0;
	unsigned long i;

	VM_BUG_ON(head->order > BUDDY_TOP_ORDER);	/* walk_section() has seen that it fits */
	for (i = 1; i < 1UL << head->order; i++)
		if (head[i].meta != want && !half_done) {
			scnprintf(w->msg, w->n, "pfn %#lx: %#llx inside the %s block at %#lx",
				  page_to_pfn(head + i), head[i].meta,
				  page_owner_name(head->owner), page_to_pfn(head));
			return false;
		}
	return true;
}

/* NONE is counted negative, as page.c counts it: so one loop compares all owners. */
static bool walk_section(unsigned long pfn, struct head_walk *w)
{
	const unsigned long end = pfn + PAGES_PER_SECTION;
	const struct page *page;

	VM_BUG_ON(!pfn_online(pfn) || !pfn_online(end - 1));
	while (pfn < end) {
		page = pfn_to_page(pfn);
		if (page->owner == PAGE_OWNER_NONE || page->owner >= NR_PAGE_OWNERS ||
		    PageTail(page) || pfn & ((1UL << page->order) - 1) ||
		    pfn + (1UL << page->order) > end) {
			scnprintf(w->msg, w->n, "pfn %#lx: %#llx is no head (%s, order %u)",
				  pfn, page->meta, page_owner_name(page->owner), page->order);
			return false;
		}
		if (!walk_inside(page, w))
			return false;
		w->pages[page->owner] += 1L << page->order;
		w->pages[PAGE_OWNER_NONE] -= 1L << page->order;
		pfn += 1UL << page->order;
	}
	return true;
}

static bool walk_heads(struct head_walk *w)
{
	unsigned long nr;

	for (nr = section_next_online(0); nr < section_map.nr; nr = section_next_online(nr + 1))
		if (!walk_section(section_nr_to_pfn(nr), w))
			return false;
	return true;
}

/* PCP has no counter of its own (page.c, I2): verify_zones() counts the stocks instead. */
static bool verify_owner_sums(struct head_walk *w)
{
	unsigned int owner;

	for (owner = 0; owner < NR_PAGE_OWNERS; owner++)
		if (owner != PAGE_OWNER_PCP && w->pages[owner] != page_owner_sum(owner)) {
			scnprintf(w->msg, w->n, "owner %s: %ld pages found, %ld counted",
				  page_owner_name(owner), w->pages[owner],
				  page_owner_sum(owner));
			return false;
		}
	return true;
}

/* ---- zones ----------------------------------------------------------------------- */

static bool verify_zone_stock(struct zone *z, long *pcp, char *msg, size_t n)
{
	struct per_cpu_pages *stock;
	unsigned int cpu;

	VM_WARN_ON_ONCE(!irqs_disabled());
	for_each_possible_cpu(cpu) {
		stock = per_cpu_ptr(z->pcp, cpu);
		if (!pcp_verify(z, stock, msg, n))
			return false;
		*pcp += pcp_pages(stock);
	}
	return true;
}

/*
 * A zone's reserve and private zones lie over frames of real zones, but their free blocks are on
 * lists of their own: so all lists together make the pages whose head says FREE.
 */
static bool verify_zones(struct head_walk *w)
{
	long free = 0, pcp = 0;
	struct zone *z;

	for_each_zone(z) {
		if (!buddy_verify(z, w->msg, w->n))
			return false;
		if (z->pcp && !verify_zone_stock(z, &pcp, w->msg, w->n))
			return false;
		if (z->nr_dormant != section_map.zone[z->idx].dormant) {
			scnprintf(w->msg, w->n, "zone %s: %lu pages dormant, its sections have %lu",
				  z->name, z->nr_dormant, section_map.zone[z->idx].dormant);
			return false;
		}
		pcp += page_nr_late(z);
		free += zone_free_pages(z) - z->nr_dormant;
		if (z->reserve && !buddy_verify(z->reserve, w->msg, w->n))
			return false;
	}
	for (z = zone_private_list; z; z = z->next_private) {
		if (!buddy_verify(z, w->msg, w->n) ||
		    (z->reserve && !buddy_verify(z->reserve, w->msg, w->n)))
			return false;
		free += z->nr_free + zone_free_highatomic(z);
	}
	if (free == w->pages[PAGE_OWNER_FREE] && pcp == w->pages[PAGE_OWNER_PCP])
		return true;
	scnprintf(w->msg, w->n, "free pages: zones have %ld and %ld in stock, heads %ld and %ld",
		  free, pcp, w->pages[PAGE_OWNER_FREE], w->pages[PAGE_OWNER_PCP]);
	return false;
}

/* Every page of RAM is somebody's, or waits in a section that is not online. */
static bool verify_ram(struct head_walk *w)
{
	struct section_stats st;
	unsigned long found;

	section_get_stats(&st);
	VM_WARN_ON_ONCE(st.online_holes > st.online * PAGES_PER_SECTION);
	found = -w->pages[PAGE_OWNER_NONE] - st.online_holes + st.dormant + st.dormant_cost +
		st.offline_reserved + st.skipped;
	if (found != st.ram)
		scnprintf(w->msg, w->n, "RAM: %lu pages in the map, %lu accounted for", st.ram,
			  found);
	return found == st.ram;
}

static bool verify_rooms(char *msg, size_t n)
{
	struct verify_ops *ops;

	for (ops = verify_list; ops; ops = ops->next)
		if (ops->verify && !ops->verify(msg, n))
			return false;
	return true;
}

/*
 * Where one may wait, all CPUs stop where preemption is possible: nobody has a block in hand.  In a
 * report one may not wait for anybody: then only this CPU stands still.
 */
int mm_while_stopped(cpu_stop_fn_t fn, void *data)
{
	unsigned long flags;
	int ret;

	if (num_online_cpus() > 1 && preemptible())
		return stop_machine(fn, data, NULL);
	local_irq_save(flags);
	ret = fn(data);
	local_irq_restore(flags);
	return ret;
}

static int verify_all(void *walk)
{
	struct head_walk *w = walk;

	return walk_heads(w) && verify_owner_sums(w) && verify_zones(w) && verify_ram(w) &&
	       verify_rooms(w->msg, w->n);
}

bool mm_verify(char *msg, size_t n)
{
	struct head_walk w = { .msg = msg, .n = n };

	return mm_while_stopped(verify_all, &w);
}

/* ---- the account ----------------------------------------------------------------- */

/* Pages of these owners come and go with sections, not with tests. */
#define ACCOUNT_SKIPS	(PAGE_BIT(NONE) | PAGE_BIT(RESERVED) | PAGE_BIT(MEMMAP) | \
			 PAGE_BIT(FREE) | PAGE_BIT(PCP))

/* Who registered last uses what registered before: he settles first. */
static void settle_rooms(struct verify_ops *ops)
{
	if (!ops)
		return;
	settle_rooms(ops->next);
	if (ops->settle)
		ops->settle();
}

static void account_add_room(struct mm_account *acc, const struct verify_ops *ops, unsigned int i)
{
	const unsigned long pages = ops->pages ? ops->pages() : 0;

	acc->room[i] = ops->count ? ops->count() : 0;
	acc->owner[ops->owner] -= pages;
	acc->available += pages;
}

/* Counters are only read: who is at work elsewhere makes the next snapshot differ. */
void mm_account_snapshot(void *account)
{
	struct mm_account *acc = account;
	struct verify_ops *ops;
	unsigned int i = 0;
	struct zone *z;

	static_assert(NR_PAGE_OWNERS <= 32, "ACCOUNT_SKIPS has a bit for each");
	settle_rooms(verify_list);
	memset(acc, 0, sizeof(*acc));
	acc->available = page_owner_sum(PAGE_OWNER_FREE) + page_owner_sum(PAGE_OWNER_PCP);
	for_each_zone(z)
		acc->available += READ_ONCE(z->nr_dormant);
	for (i = 0; i < NR_PAGE_OWNERS; i++)
		if (!(ACCOUNT_SKIPS & 1U << i))
			acc->owner[i] = page_owner_sum(i);
	for (ops = verify_list, i = 0; ops && i < MM_ACCOUNT_ROOMS; ops = ops->next, i++)
		account_add_room(acc, ops, i);
}

/* "Available" comes last: whoever lost pages has lost them to somebody, who is named first. */
static bool account_equal(const char *what, long before, long after, char *msg, size_t n)
{
	if (before != after)
		scnprintf(msg, n, "%s: %ld before, %ld after", what, before, after);
	return before == after;
}

bool mm_account_compare(const void *account_before, const void *account_after, char *msg,
			size_t n)
{
	const struct mm_account *before = account_before, *after = account_after;
	struct verify_ops *ops;
	unsigned int i;

	for (i = 0; i < NR_PAGE_OWNERS; i++)
		if (!account_equal(page_owner_name(i), before->owner[i], after->owner[i], msg, n))
			return false;
	for (ops = verify_list, i = 0; ops && i < MM_ACCOUNT_ROOMS; ops = ops->next, i++)
		if (!account_equal(ops->name, before->room[i], after->room[i], msg, n))
			return false;
	return account_equal("available pages", before->available, after->available, msg, n);
}
