/* SPDX-License-Identifier: MIT */
/*
 * mm/pcp_drain.c - what CPUs keep of free pages goes back
 *
 * MODEL
 *   drain	who is short of pages takes everything, from all CPUs.  No CPU touches the
 *		stock of another: each is interrupted, and hands its lists out in a few
 *		exchanges; the one who asked then gives them to the zones, with interrupts
 *		on.  Where one cannot wait for others it is only this CPU's.
 *   trim	every now and then (kernel/mm_trim.c), on each CPU: where nothing was
 *		refilled or flushed since the last time, half of the stock, of its limit and
 *		of its batch go.  The lower half: what was used last stays.
 *
 * LOCKING	of its own stock a CPU is sure with preemption off.
 * CONTEXT	drain_local_pages(): any but NMI.  drain_all_pages() asks others only where it
 *		may wait for them; else it is the same.  page_trim(): process.
 * FAILURE	none.
 * NOT HERE	lists and chains: pcp.c.  When to drain: page_slow.c, kswapd.c.
 */
#include <linux/kernel.h>
#include <linux/smp.h>

#include "internal.h"
#include "pcp.h"

/* The whole list is the caller's, and its sizes are what they began with. */
static u64 pcp_reset_list(struct zone *z, struct per_cpu_pages *pcp, unsigned int order)
{
	struct per_cpu_pages *my;
	unsigned long flags;
	u64 word = 0;

	local_irq_save(flags);
	my = this_cpu_ptr(pcp);
	if (my->open) {
		my->batch[order] = pcp_first_batch(z, order);
		my->limit[order] = pcp_first_limit(z, order);
		word = this_cpu_xchg(pcp->list[order], (u64)my->limit[order]);
	}
	local_irq_restore(flags);
	return word;
}

void pcp_drain(struct zone *z, struct per_cpu_pages *pcp)
{
	unsigned int order;

	for (order = 0; order < NR_PCP_ORDERS; order++)
		pcp_release_all(z, pcp_reset_list(z, pcp, order), order);
}

/* A few blocks off a list; how many there were. */
static unsigned int pcp_drain_few(struct zone *z, struct per_cpu_pages *pcp, unsigned int order)
{
	unsigned int limit, nr;
	u64 word, rest;

	if (!pcp_count(this_cpu_ptr(pcp), order))
		return 0;
	word = pcp_take_list(pcp, order, &limit);
	nr = pcp_walk(word, order, PCP_CHUNK, &rest);
	pcp_return_list(z, pcp, order, rest, limit);
	pcp_release(z, word, order, nr);
	return nr;
}

void pcp_drain_some(struct zone *zs, int highest)
{
	unsigned int order, nr = 0;
	int i;

	preempt_disable();
	for (i = highest; i >= 0 && !nr; i--)
		for (order = 0; order < NR_PCP_ORDERS && zs[i].pcp && !nr; order++)
			nr = pcp_drain_few(&zs[i], zs[i].pcp, order);
	preempt_enable();
}

/* The first nr blocks of a chain, which are sound, become a list with another limit. */
static u64 pcp_renumber(u64 word, unsigned int nr, unsigned int limit)
{
	unsigned int room = limit - nr;
	u64 head = pcp_word(pcp_first(word), room), *link = &head;

	for (; nr; nr--) {
		link = (u64 *)&pcp_first(*link)->private;
		*link = pcp_word(nr > 1 ? pcp_first(*link) : NULL, ++room);
	}
	return head;
}

static void pcp_trim_list(struct zone *z, struct per_cpu_pages *pcp, unsigned int order)
{
	struct per_cpu_pages *my = this_cpu_ptr(pcp);
	const unsigned int least = pcp_first_limit(z, order);
	unsigned int old, limit, keep;
	u64 word, rest;

	my->batch[order] = max(my->batch[order] / 2U, pcp_first_batch(z, order));
	word = pcp_take_list(pcp, order, &old);
	limit = max(old / 2, min(least, old));
	keep = min((old - pcp_room(word)) / 2, limit);
	keep = pcp_walk(word, order, keep, &rest);
	pcp_release_all(z, rest, order);
	word = keep ? pcp_renumber(word, keep, limit) : limit;
	if (!pcp_install(pcp, order, old, word, limit))
		pcp_push_chain(z, pcp, order, word);
}

void pcp_trim(struct zone *z, struct per_cpu_pages *pcp)
{
	struct per_cpu_pages *my = this_cpu_ptr(pcp);
	const u32 mark = my->nr_refill + my->nr_flush;
	unsigned int order;

	VM_BUG_ON(preemptible());
	if (mark == my->trim_mark && my->open)
		for (order = 0; order < NR_PCP_ORDERS; order++)
			pcp_trim_list(z, pcp, order);
	my->trim_mark = mark;
}

void page_trim(void)
{
	struct zone *z;

	for_each_zone(z) {
		preempt_disable();
		if (z->pcp)
			pcp_trim(z, z->pcp);
		preempt_enable();
	}
}

/* ---- all zones, all CPUs --------------------------------------------------------- */

void drain_local_pages(struct zone *z)
{
	struct zone *each;

	preempt_disable();		/* it is this CPU's stock that we are at */
	for_each_zone(each)
		if ((!z || z == each) && each->pcp) {
			pcp_drain(each, each->pcp);
			page_take_late(each);
		}
	preempt_enable();
}

/* What another CPU had, on its way to the zones. */
struct pcp_loot {
	struct zone *only;		/* NULL: of all zones */
	u64 word[MAX_NR_ZONES][NR_PCP_ORDERS];
};

/* In that CPU's interrupt: quickly, so nothing but the lists' words. */
static void pcp_hand_out(void *info)
{
	struct pcp_loot *loot = info;
	unsigned int order;
	struct zone *z;

	lockdep_assert_irqs_disabled();
	for_each_zone(z)
		for (order = 0; order < NR_PCP_ORDERS; order++)
			loot->word[z->idx][order] = (!loot->only || loot->only == z) && z->pcp ?
				pcp_reset_list(z, z->pcp, order) : 0;
}

static bool pcp_has_any(unsigned int cpu, const struct zone *only)
{
	struct zone *z;

	for_each_zone(z)
		if ((!only || only == z) && z->pcp && pcp_pages(per_cpu_ptr(z->pcp, cpu)))
			return true;
	return false;
}

static void drain_remote_pages(unsigned int cpu, struct zone *only)
{
	struct pcp_loot loot = { .only = only };
	unsigned int order;
	struct zone *z;

	if (!pcp_has_any(cpu, only))
		return;
	preempt_disable();		/* what we have in hand is on no list */
	if (!smp_call_function_single(cpu, pcp_hand_out, &loot, 1))
		for_each_zone(z)
			for (order = 0; order < NR_PCP_ORDERS; order++)
				pcp_release_all(z, loot.word[z->idx][order], order);
	preempt_enable();
}

void drain_all_pages(struct zone *z)
{
	unsigned int cpu;

	drain_local_pages(z);
	if (!preemptible())
		return;			/* others cannot be asked from here */
	for_each_online_cpu(cpu)
		drain_remote_pages(cpu, z);
}

/* ---- looking --------------------------------------------------------------------- */

unsigned int pcp_count(const struct per_cpu_pages *pcp, unsigned int order)
{
	const unsigned int limit = READ_ONCE(pcp->limit[order]);
	const u64 word = READ_ONCE(pcp->list[order]);

	return pcp_first(word) && pcp_room(word) < limit ? limit - pcp_room(word) : 0;
}

unsigned long pcp_pages(const struct per_cpu_pages *pcp)
{
	unsigned long sum = 0;
	unsigned int order;

	for (order = 0; order < NR_PCP_ORDERS; order++)
		sum += (unsigned long)pcp_count(pcp, order) << order;
	return sum;
}

/* I1 */
static bool pcp_verify_list(const struct per_cpu_pages *pcp, unsigned int order)
{
	u64 word = pcp->list[order], next;

	while (pcp_first(word)) {
		if (!pcp_block_ok(pcp_first(word), order))
			return false;
		next = pcp_first(word)->private;
		if (pcp_room(next) != pcp_room(word) + 1)
			return false;
		word = next;
	}
	return word == pcp->limit[order];
}

bool pcp_verify(const struct zone *z, const struct per_cpu_pages *pcp, char *msg, size_t n)
{
	unsigned int order;

	for (order = 0; order < NR_PCP_ORDERS; order++)
		if (!pcp_verify_list(pcp, order)) {
			scnprintf(msg, n, "zone %s: pcp list %u is broken (%#llx, limit %u)",
				  z->name, order, pcp->list[order], pcp->limit[order]);
			return false;
		}
	if (!pcp->open && pcp_pages(pcp)) {
		scnprintf(msg, n, "zone %s: closed pcp holds %lu pages", z->name, pcp_pages(pcp));
		return false;
	}
	return true;
}
