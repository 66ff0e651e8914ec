/* SPDX-License-Identifier: MIT */
/*
 * mm/slub_rescue.c - objects behind a broken link go back to their slabs
 *
 * MODEL
 *   A chain whose link was written to is reported, and what lies behind it is lost: no list
 *   leads there.  But it still looks free, and nothing else does, when nobody has anything in
 *   stock or in hand; slab_pcp_rescue() sees to that before it comes here.
 *
 *	slab's list	[a] -> [d] -> nil
 *	looks free	[a]    [d]    [f] [g]		f and g were behind the broken link
 *	in use		    [b]    [e]
 *
 *   So does one that was freed while it looked free, and put aside until somebody can tell
 *   (slab_nolock.c).  It may be live: it is left to who frees it.
 *
 *   A slab's own list may have been written to as well, and nobody has followed it yet.  What
 *   is behind that is not away, by the slab's count, so the count would fall below nothing;
 *   so such a list is mended first: it ends at the damage, and all that is not on it is away.
 *
 * INVARIANTS	those of slub.c hold after it, for each slab.
 * LOCKING	s->lock, through for_each_slab().
 * CONTEXT	no other CPU runs, interrupts are off.  An NMI may come, here or elsewhere.
 * FAILURE	-1, nothing changed.
 * NOT HERE	who calls it: slab_pcp_cpus.c.
 */
#include <linux/bitmap.h>
#include <linux/kernel.h>

#include "slab_pcp.h"

struct slub_rescue_walk {
	long nr;			/* objects found; -1: somebody has one in hand */
	bool begun;
};

/*
 * A list that leads astray, or in a circle, ends before that.  Its last object may have been
 * written to: it looks free again.  False: all is well.
 */
static bool slub_mend_list(struct kmem_cache *s, struct page *slab)
	__must_hold(&s->lock)
{
	struct slab_link *link = slab_first_free(s, slab), *next;
	unsigned int left;

	lockdep_assert_held(&s->lock);
	if (link && slab_link_nr(s, slab, link) < 0) {
		slab->freelist = 0;
		return true;
	}
	for (left = s->objects; link; link = next) {
		next = slab_link_ok(link) ? slab_link_next(link) : NULL;
		if (next == slab_nil)
			return false;
		if (!--left || !next || slab_link_nr(s, slab, next) < 0) {
			slab_link_set(link, slab_nil);
			return true;
		}
	}
	return false;
}

/* What is on the slab's list, and the slab counts the others, whatever was damaged. */
static void slub_mend(struct kmem_cache *s, struct page *slab, unsigned long *free)
	__must_hold(&s->lock)
{
	const bool mended = slub_mend_list(s, slab);
	unsigned int inuse;

	s->ops->free_map(s, slab, free);
	inuse = s->objects - bitmap_weight(free, s->objects);
	if (likely(!mended && inuse == slab->inuse))
		return;
	slab_report_slab(s, slab, "Freechain corrupt");
	s->ops->recount(s, slab, inuse);
	slab_report_fix(s, "Isolate corrupted freechain");
}

/*
 * An NMI may have taken an object of a slab before we had the lock, and not be done with it (on
 * this CPU or another, whose NMIs are not parked); none does any more.
 */
static void slub_rescue_slab(struct kmem_cache *s, struct page *slab, void *arg)
	__no_lock_analysis		/* called with s->lock, through a pointer */
{
	DECLARE_BITMAP(free, SLAB_MAX_OBJECTS);
	struct slub_rescue_walk *w = arg;
	struct slab_link *link, *first;
	unsigned int i;

	lockdep_assert_held(&s->lock);
	if (!w->begun && (slab_pcp_holders(s) || slab_nolock_holders()))
		w->nr = -1;
	w->begun = true;
	if (w->nr < 0)
		return;
	slub_mend(s, slab, free);	/* or what lies behind a broken link would seem lost */
	for (i = 0; i < s->objects; i++) {
		link = slab_link_of(s, slab_object(s, slab, i));
		if (test_bit(i, free) || !slab_link_ok(link) ||
		    slab_nolock_doubts(slab_link_object(s, link)))
			continue;
		VM_WARN_ON_ONCE(!slab->inuse);
		first = slab_first_free(s, slab);
		slab_link_set(link, first ? first : slab_nil);
		slab_set_first_free(s, slab, link);
		s->ops->recount(s, slab, slab->inuse - 1);
		w->nr++;
	}
}

long slub_rescue(struct kmem_cache *s)
{
	struct slub_rescue_walk w = { .nr = 0 };

	s->ops->for_each_slab(s, slub_rescue_slab, &w);
	return w.nr;
}
