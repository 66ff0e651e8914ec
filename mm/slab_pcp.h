/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_pcp.h - the fast paths of slab_pcp.c, where others can inline them
 *
 * Read slab_pcp.c's top comment first.  Nothing here calls anything.
 */
#ifndef _MM_SLAB_PCP_H
#define _MM_SLAB_PCP_H

#include "slab.h"

static __always_inline struct slab_link *slab_pcp_claim(struct slab_stock *st)
{
	return __atomic_exchange_n(&st->head, NULL, __ATOMIC_ACQUIRE);
}

static __always_inline void slab_pcp_release(struct slab_stock *st, struct slab_link *head)
{
	__atomic_store_n(&st->head, head, __ATOMIC_RELEASE);
}

/* Undo a claim, if there is one, and a reservation that did not fit. */
static inline void slab_pcp_unclaim(struct slab_stock *st, struct slab_link *claimed)
{
	if (!claimed)
		return;
	if (st->room < 0)
		st->room = 0;
	slab_pcp_release(st, claimed);
}

/* @link: what a fast path found and, unless it is NULL, has claimed. */
void *slab_pcp_alloc_slow(struct slab_stock *st, gfp_t flags, struct slab_link *link);

/* Ends in a tail call on the slow path, so that no frame is set up for the fast one. */
static __always_inline void *slab_pcp_pop(struct slab_stock *linked, gfp_t flags)
{
	struct slab_stock *st = this_cpu_ptr(linked);
	struct slab_link *link = slab_pcp_claim(st);
	u64 word;

	if (unlikely(link <= slab_nil))
		return slab_pcp_alloc_slow(st, flags, link);
	word = link->word ^ slab_secret;
	if (unlikely(word & slab_link_mask))
		return slab_pcp_alloc_slow(st, flags, link);
	link->word = 0;			/* it no longer looks free */
	st->room++;
	slab_pcp_release(st, (struct slab_link *)(word ^ (u64)(unsigned long)link));
	return (char *)link - st->link;
}

/* False: somebody must look closer, with what is claimed then. */
static __always_inline bool slab_pcp_push(struct slab_stock *st, void *object,
					  struct slab_link **claimed)
{
	const u64 off = (unsigned long)object & (u64)st->slab_mask;
	struct slab_link *link, *head;
	u64 key;

	if (unlikely((off * st->magic) >> 32))
		return false;
	head = slab_pcp_claim(st);
	if (unlikely(!head))
		return false;
	link = (struct slab_link *)((char *)object + st->link);
	key = slab_secret;
	*claimed = head;
	if (unlikely(!((link->word ^ key) & slab_link_mask)) || unlikely(--st->room < 0))
		return false;
	link->word = (u64)(unsigned long)head ^ key ^ (u64)(unsigned long)link;
	slab_pcp_release(st, link);
	return true;
}

#endif /* _MM_SLAB_PCP_H */
