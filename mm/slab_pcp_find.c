/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_pcp_find.c - an object is freed that looks free already: is it?
 *
 * MODEL
 *   A free object carries a link, which hardly anything else looks like.  So a double free is
 *   noticed at once, by the sequences, at no cost; but what looks free may be live: a free that
 *   was interrupted between its link and its commit begins again (arch/x86/rewind_slab.asm), and
 *   one in 2^37 words or so, with 1 GiB of RAM, has such contents by chance.  Here it is looked
 *   for, everywhere:
 *
 *	its slab's list		a part at a time under the lock: again, if it has changed
 *	each CPU's list, spare	while that CPU pops and pushes: again, if we were overtaken
 *	the depot		chain by chain
 *	waiting lists		slab_nolock.c; they mark their objects
 *
 *   All of it takes a while, and chains may move meanwhile from where we will look to where we
 *   have looked, or be in somebody's hand.  Who moves one says so (slab_pcp_hold()), and how
 *   often that has happened is counted: if nobody holds the cache but us, and nobody has since
 *   we began, then what was not found is live.  Else we look again.
 *
 *   What is found, and what is not:
 *	first copy on a list, in the depot, or waiting: found, at once.
 *	in the hand of somebody who runs: found, by one look or the next.
 *	in the hand of somebody who stays there, as a thread that was preempted, or interrupted
 *		by us: SLAB_UNSURE.  kfree() then puts the object aside (slab_nolock_postpone()),
 *		and slab_trim() asks again until it is certain; only when there are more than
 *		SLAB_NOLOCK_DOUBTS of these on one CPU within 2 seconds, the next is taken for live.
 *	always on its way just where we do not look, SLAB_PCP_LOOKS times: not found.
 *	given out again meanwhile: then it is somebody else's object, and looks live.  Nobody
 *		can tell, but for debugging's red zones and tracks.
 *   As long as objects of the cache are lost (slab_pcp_rescue()) what is on no list may be one
 *   of them: SLAB_UNSURE.
 *
 * LOCKING	none over the whole; s->lock for slab and depot.
 * CONTEXT	any but NMI.
 * FAILURE	SLAB_UNSURE.
 * NOT HERE	what is done about it: slab_pcp.c.
 */
#include <linux/smp.h>
#include <linux/uaccess.h>

#include "slab_pcp.h"

#define SLAB_PCP_LOOKS	4		/* at everything */
#define SLAB_PCP_WALKS	8		/* of one list, in one look */

static_assert(SLAB_PCP_LONGEST < 1 << 16, "a walk is over before long");

/*
 * Is it in this list, whose CPU pops and pushes meanwhile?  What is not popped stays as it is, so
 * a walk that arrives at the end has met all that lay there all the time; one that was
 * overtaken by pops meets something else, and begins again.  Whatever it touches may be gone.
 */
static enum slab_verdict slab_pcp_find_in_list(struct kmem_cache *s, struct slab_link *const *list,
					       const struct slab_link *wanted)
{
	struct slab_link *link;
	unsigned int tries, nr;
	u64 word;

	for (tries = 0; tries < SLAB_PCP_WALKS; tries++) {
		link = READ_ONCE(*list);
		for (nr = 0; link != slab_nil && nr < SLAB_PCP_LONGEST; nr++) {
			if (link == wanted)
				return SLAB_FREE;
			if (slab_id_of(link) != s->id ||
			    copy_from_kernel_nofault(&word, &link->word, sizeof(word)))
				break;
			link = (struct slab_link *)(word ^ slab_secret);
		}
		if (link == slab_nil)
			return SLAB_LIVE;
	}
	return SLAB_UNSURE;		/* damaged, or too quick for us */
}

/* The worse of two: free wherever it was found, sure only if nothing is unsure. */
static enum slab_verdict slab_pcp_both(enum slab_verdict a, enum slab_verdict b)
{
	if (a == SLAB_FREE || b == SLAB_FREE)
		return SLAB_FREE;
	return a == SLAB_UNSURE ? a : b;
}

static enum slab_verdict slab_pcp_find_in_stocks(struct kmem_cache *s, const struct slab_link *link)
{
	enum slab_verdict v = SLAB_LIVE;
	struct slab_stock *st;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		st = slab_stock_of(s, cpu);
		v = slab_pcp_both(v, slab_pcp_find_in_list(s, slab_stock_list(s, st), link));
		v = slab_pcp_both(v, slab_pcp_find_in_list(s, &st->spare, link));
		if (v == SLAB_FREE)
			break;
	}
	return v;
}

/* Each chain is ours while we look: the lock is not held for the length of it. */
static enum slab_verdict slab_pcp_find_in_depot(struct kmem_cache *s, const struct slab_link *link)
{
	enum slab_verdict v = SLAB_LIVE;
	struct slab_chain chain;
	unsigned int nr;

	VM_WARN_ON_ONCE(!slab_pcp_holders(s));
	for (nr = READ_ONCE(s->depot.nr); nr && v != SLAB_FREE; nr--) {
		if (!slab_depot_take(s, &chain))
			break;
		v = slab_pcp_both(v, slab_pcp_find_in_list(s, &chain.first, link));
		slab_pcp_stow(s, &chain);
	}
	return v;
}

/* Once at everything.  The slab first: most of what is free long since is there. */
static enum slab_verdict slab_pcp_look(struct kmem_cache *s, struct slab_link *link)
{
	enum slab_verdict v = s->ops->find(s, slab_page_of(s, link), link);

	if (v == SLAB_FREE)
		return v;
	v = slab_pcp_both(v, slab_pcp_find_in_stocks(s, link));
	return v == SLAB_FREE ? v : slab_pcp_both(v, slab_pcp_find_in_depot(s, link));
}

enum slab_verdict slab_pcp_find(struct kmem_cache *s, void *object)
{
	struct slab_link *link = slab_link_of(s, object);
	enum slab_verdict v, sum = SLAB_UNSURE;
	unsigned int looks;
	u64 before;

	VM_WARN_ON_ONCE(!slab_pcp_holders(s));
	if (likely(!slab_link_ok(link)))
		return slab_link_waiting(READ_ONCE(link->word)) && slab_nolock_holds(link) ?
			SLAB_FREE : SLAB_LIVE;
	for (looks = 0; looks < SLAB_PCP_LOOKS; looks++) {
		before = __atomic_load_n(&s->moving, __ATOMIC_ACQUIRE);
		v = slab_pcp_look(s, link);
		if (v == SLAB_FREE)
			return v;
		if (READ_ONCE(s->nr_lost))
			return SLAB_UNSURE;
		if (v == SLAB_UNSURE || (u16)before != 1)
			continue;
		if (before == __atomic_load_n(&s->moving, __ATOMIC_ACQUIRE))
			return v;
		sum = v;		/* somebody came and went: so sure, and no more */
	}
	return sum;
}

bool slab_pcp_is_free(struct kmem_cache *s, void *object)
{
	enum slab_verdict v;

	slab_pcp_hold(s);
	v = slab_pcp_find(s, object);
	slab_pcp_settle(s);
	return v != SLAB_LIVE;
}
