/* SPDX-License-Identifier: MIT */
/*
 * mm/slub.c - slabs without queues: the free objects of a slab are a list inside it
 *
 * MODEL
 *   A slab is a block of 1 << order pages cut into equal slots.  Its struct page says which
 *   cache it is of, how many objects are away (inuse) and where its first free object is;
 *   each free object holds the link to the next.  There is no other metadata.
 *
 *	page: cache 7*64, inuse 2, freelist -+
 *	                                  v
 *	slab  [ obj0 | link ---> obj3 ][ obj1 away ][ obj2 away ][ link -> nil ]
 *
 *   A cache keeps its slabs on two lists: partial, with free objects, and full, without
 *   (full is only walked by checks).  A batch for a stock comes from the first partial
 *   slab, whole if it fits: its list becomes the stock without a store per object.  A slab
 *   that was full goes to the tail of partial, so that it gathers free objects until its
 *   turn comes.  Of slabs with nothing away min_empty are kept, so that a cache on the
 *   edge does not take and give pages all the time.
 *
 *   The idea is Christoph Lameter's SLUB (2007).  Different here: stocks hold objects of
 *   any slab, so no slab is frozen to a CPU; links are encoded in all builds; slabs have
 *   one size per cache, which lets a free find the slab by masking.
 *
 * INVARIANTS	(slub_verify())
 *   I1  a slab's list has objects - inuse entries, each in it, each once.
 *   I2  a slab is on partial iff its list is not empty, else on full.
 *   I3  nr_slabs, nr_empty, nr_taken are the sums over the slabs.
 *   I4  all pages of a slab carry the cache's id; no other page does.
 *
 * LOCKING	s->lock, rank LOCK_SLAB_NODE, irqs off; pages are taken and given back
 *		without it.
 * CONTEXT	any but NMI; refill sleeps if the mask says so.
 * FAILURE	refill: 0, nothing changed.  A broken list is reported and cut off.
 * NOT HERE	stocks: slab_pcp.c.  Slabs from pages: slub_slab.c.  Contents of objects:
 *		slab_debug.c.  Lost ones: slub_rescue.c.
 */
#include <linux/minmax.h>
#include <linux/bitmap.h>
#include <linux/printk.h>
#include <linux/sprintf.h>

#include "slab.h"

/* page->freelist counts words of a slab from 1, page->inuse objects; both are 16 bits. */
static_assert((PAGE_SIZE << SLAB_MAX_ORDER) / 8 + 1 <= 0xffff);
static_assert(SLAB_MAX_OBJECTS == (PAGE_SIZE << SLAB_MAX_ORDER) / sizeof(struct slab_link));
static_assert(sizeof(struct slab_link) == 8, "a link is the first word of the smallest object");

/* ---- rings of slabs: first is the pfn of any one, first->prev the last ----------- */

/*
 * A ring needs no head inside of the cache, only the number of one page; and a struct page has
 * room for two of these, not for two pointers.
 */
static void slub_ring_add_tail(u32 *first, struct page *slab)
{
	const u32 pfn = page_to_pfn(slab);
	struct page *head, *tail;

	VM_BUG_ON(slab->owner != PAGE_OWNER_SLAB || PageTail(slab));
	if (!*first) {
		slab->next = slab->prev = *first = pfn;
		return;
	}
	head = pfn_to_page(*first);
	tail = pfn_to_page(head->prev);
	slab->next = *first;
	slab->prev = head->prev;
	tail->next = head->prev = pfn;
}

/* Both neighbours agree that it is between them, or the ring is damaged. */
static void slub_ring_del(u32 *first, struct page *slab)
{
	const u32 pfn = page_to_pfn(slab);

	VM_WARN_ON_ONCE(!*first);
	VM_WARN_ON_ONCE(pfn_to_page(slab->prev)->next != pfn);
	VM_WARN_ON_ONCE(pfn_to_page(slab->next)->prev != pfn);
	if (slab->next == pfn) {
		*first = 0;
		return;
	}
	pfn_to_page(slab->prev)->next = slab->next;
	pfn_to_page(slab->next)->prev = slab->prev;
	if (*first == pfn)
		*first = slab->next;
}

/* ---- slabs on the rings ---------------------------------------------------------- */

/* An empty slab leaves the cache. */
static void slub_doom(struct kmem_cache *s, struct page *slab, u32 *doomed)
	__must_hold(&s->lock)
{
	lockdep_assert_held(&s->lock);
	VM_WARN_ON_ONCE(slab->inuse || !s->nr_empty || !s->nr_slabs);
	slub_ring_del(&s->partial, slab);
	s->nr_slabs--;
	s->nr_empty--;
	slab->next = *doomed;
	*doomed = page_to_pfn(slab);
}

/* So many objects of the slab are away, whatever was thought before. */
static void slub_recount(struct kmem_cache *s, struct page *slab, unsigned int inuse)
{
	lockdep_assert_held(&s->lock);
	VM_BUG_ON(inuse > s->objects);
	slub_ring_del(slab->inuse == s->objects ? &s->full : &s->partial, slab);
	slub_ring_add_tail(inuse == s->objects ? &s->full : &s->partial, slab);
	s->nr_empty += (long)!inuse - !slab->inuse;
	s->nr_taken += (long)inuse - slab->inuse;
	slab->inuse = inuse;
}

/* ---- objects out ----------------------------------------------------------------- */

/* The list cannot be followed beyond this link: what is left of the slab counts as away. */
static void slub_isolate(struct kmem_cache *s, struct page *slab, struct slab_link *link)
	__must_hold(&s->lock)
{
	const unsigned int lost = s->objects - slab->inuse;

	lockdep_assert_held(&s->lock);
	slab_report_object(s, slab, slab_link_object(s, link), "Freechain corrupt");
	slab_link_set(link, slab_nil);
	slub_recount(s, slab, s->objects);
	slab->freelist = 0;
	slab_pcp_lose(s, lost);
	slab_report_fix(s, "Isolate corrupted freechain");
}

/*
 * Cut the first nr objects off a slab's list; it has more.  The object that is last then
 * gets nil for a link.  False: a link was broken.
 */
static bool slub_cut(struct kmem_cache *s, struct page *slab, unsigned int nr)
	__must_hold(&s->lock)
{
	struct slab_link *link = slab_first_free(s, slab);

	lockdep_assert_held(&s->lock);
	VM_BUG_ON(!nr || nr >= s->objects - slab->inuse);
	while (--nr && slab_link_ok(link))
		link = slab_link_next(link);
	if (unlikely(!slab_link_ok(link))) {
		slub_isolate(s, slab, link);
		return false;
	}
	slab_set_first_free(s, slab, slab_link_next(link));
	slab_link_set(link, slab_nil);
	return true;
}

/* Up to want objects of the first partial slab; 0: its list was broken. */
static unsigned int slub_take(struct kmem_cache *s, struct slab_link **chain,
			      unsigned int want)
	__must_hold(&s->lock)
{
	struct page *slab = pfn_to_page(s->partial);
	unsigned int nr = s->objects - slab->inuse;

	lockdep_assert_held(&s->lock);
	VM_WARN_ON_ONCE(!nr || !want);	/* a full slab is on the other ring */
	*chain = slab_first_free(s, slab);
	if (nr > want) {
		nr = want;
		if (!slub_cut(s, slab, nr))
			return 0;
	} else {
		slab->freelist = 0;
		slub_ring_del(&s->partial, slab);
		slub_ring_add_tail(&s->full, slab);
	}
	if (!slab->inuse)
		s->nr_empty--;
	slab->inuse += nr;
	s->nr_taken += nr;
	return nr;
}

/* New slabs.  All of their objects are taken, if so many are wanted; else none of the one. */
static unsigned int slub_add(struct kmem_cache *s, struct page *const *slab, unsigned int nr,
			     struct slab_link **chain, unsigned int want)
	__must_hold(&s->lock)
{
	unsigned int i;

	lockdep_assert_held(&s->lock);
	s->nr_slabs += nr;
	if (want < s->objects) {
		VM_WARN_ON_ONCE(nr != 1 || slab[0]->inuse);
		slub_ring_add_tail(&s->partial, slab[0]);
		s->nr_empty++;
		return 0;
	}
	*chain = slub_slab_join(s, slab, nr);
	for (i = 0; i < nr; i++) {
		slab[i]->freelist = 0;
		slab[i]->inuse = s->objects;
		slub_ring_add_tail(&s->full, slab[i]);
	}
	s->nr_taken += nr * s->objects;
	return nr * s->objects;
}

/*
 * Partial slabs first, then new ones, of which others may help themselves as soon as they are on
 * their ring; so it may take several turns.  The cache is not held while pages are asked for:
 * nothing is in hand then, and it may take long.
 */
static unsigned int slub_refill(struct kmem_cache *s, struct slab_link **chain,
				unsigned int want, gfp_t gfp)
{
	struct page *slab[SLUB_SLAB_MOST];
	unsigned int nr, nr_new = 0;
	unsigned long flags;

	for (;;) {
		nr = 0;
		if (nr_new || READ_ONCE(s->partial)) {
			spin_lock_irqsave(&s->lock, flags);
			if (nr_new)
				nr = slub_add(s, slab, nr_new, chain, want);
			while (!nr && s->partial)
				nr = slub_take(s, chain, want);
			spin_unlock_irqrestore(&s->lock, flags);
		}
		if (nr)
			return nr;
		slab_pcp_settle(s);
		nr_new = slub_slab_make(s, slab, want, gfp);
		slab_pcp_hold(s);
		if (!nr_new)
			return 0;
	}
}

/* For who must not wait for a lock, nor make a slab. */
static unsigned int slub_try(struct kmem_cache *s, struct slab_link **chain, unsigned int want)
	__no_lock_analysis
{
	unsigned int nr = 0;
	unsigned long flags;

	if (!spin_trylock_irqsave(&s->lock, flags))
		return 0;
	if (s->partial)
		nr = slub_take(s, chain, want);
	spin_unlock_irqrestore(&s->lock, flags);
	return nr;
}

/* ---- objects in ------------------------------------------------------------------ */

/*
 * A run of objects of one slab, chained from first to last, back on the slab's list; a slab
 * that is empty now may be one too many.
 */
static void slub_put_run(struct kmem_cache *s, struct slab_link *first,
			 struct slab_link *last, unsigned int nr, u32 *doomed)
	__must_hold(&s->lock)
{
	struct page *slab = slab_page_of(s, first);
	struct slab_link *rest = slab_first_free(s, slab);

	lockdep_assert_held(&s->lock);
	VM_WARN_ON_ONCE(nr > slab->inuse || nr > s->nr_taken);
	VM_WARN_ON_ONCE(slab_page_of(s, last) != slab);
	if (!rest) {
		slub_ring_del(&s->full, slab);
		slub_ring_add_tail(&s->partial, slab);
		rest = slab_nil;
	}
	slab_link_set(last, rest);
	slab_set_first_free(s, slab, first);
	slab->inuse -= nr;
	s->nr_taken -= nr;
	if (slab->inuse)
		return;
	s->nr_empty++;
	if (s->nr_empty > s->min_empty)
		slub_doom(s, slab, doomed);
}

/* In a chain on its way home; the runs before this one are home already. */
static void slub_lose(struct kmem_cache *s, struct slab_link *link, long nr)
	__must_hold(&s->lock)
{
	void *object = slab_link_object(s, link);

	lockdep_assert_held(&s->lock);
	slab_pcp_lose(s, nr);
	if (slab_id_of(link) != s->id) {
		slab_report_link(s, link);
	} else {
		slab_report_object(s, slab_page_of(s, object), object, "Freechain corrupt");
		slab_link_set(link, slab_nil);
	}
	slab_report_fix(s, "Isolate corrupted freechain");
}

/*
 * Follow a chain for as long as it stays in one slab, at most nr objects: how many.  *last
 * is the last of them, *next the one behind it.
 */
static unsigned int slub_run(struct kmem_cache *s, struct slab_link *link, unsigned int nr,
			     struct slab_link **last, struct slab_link **next)
{
	const unsigned long outside = ~((PAGE_SIZE << s->order) - 1);
	unsigned int run = 1;
	struct slab_link *to;

	for (; likely(slab_link_ok(link)); run++, link = to) {
		to = slab_link_next(link);
		*next = to;
		if (((unsigned long)to ^ (unsigned long)link) & outside || run == nr)
			break;
	}
	*last = link;
	return run;
}

/*
 * Interrupts are let in after so many objects, where a new run counts as ten and a slab that
 * is looked at as five: some 1,300 instructions.
 */
#define SLUB_BREATH	64
#define SLUB_RUN_COST	10
#define SLUB_SLAB_COST	5

/* Has so much been done under the lock?  Then let go of it for a moment: true. */
static bool slub_breathe(struct kmem_cache *s, unsigned long *flags, unsigned int *work,
			 unsigned int cost)
	__must_hold(&s->lock)
{
	*work += cost;
	if (*work < SLUB_BREATH)
		return false;
	*work = 0;
	spin_unlock_irqrestore(&s->lock, *flags);
	spin_lock_irqsave(&s->lock, *flags);
	return true;
}

/*
 * Objects of one slab tend to lie together in a chain, for they came from it together: a run of
 * them costs one look at the slab.
 */
static long slub_flush(struct kmem_cache *s, const struct slab_chain *chain)
{
	struct slab_link *link = chain->first, *last, *next = slab_nil;
	unsigned int run, work = 0;
	unsigned long flags;
	u32 doomed = 0;
	long nr = 0, lost;

	VM_WARN_ON_ONCE(!slab_pcp_holders(s));
	spin_lock_irqsave(&s->lock, flags);
	for (; link != slab_nil; link = next, nr += run) {
		run = slab_id_of(link) == s->id ?
			slub_run(s, link, SLUB_BREATH / 2, &last, &next) : 0;
		if (unlikely(!run || !slab_link_ok(last))) {
			lost = max(chain->nr - nr, 1L);
			slub_lose(s, run ? last : link, lost);
			nr += lost;
			break;
		}
		slub_breathe(s, &flags, &work, run + SLUB_RUN_COST);
		slub_put_run(s, link, last, run, &doomed);
	}
	spin_unlock_irqrestore(&s->lock, flags);
	slub_slab_free_all(s, doomed);
	return nr;
}

static void slub_put(struct kmem_cache *s, struct slab_link *link, slab_free_check_t check,
		     unsigned long caller)
{
	unsigned long flags;
	u32 doomed = 0;

	spin_lock_irqsave(&s->lock, flags);
	if (!check || check(s, slab_page_of(s, link), slab_link_object(s, link), caller))
		slub_put_run(s, link, link, 1, &doomed);
	spin_unlock_irqrestore(&s->lock, flags);
	slub_slab_free_all(s, doomed);
}

/* As far as the list can be followed. */
static void slub_free_map(struct kmem_cache *s, struct page *slab, unsigned long *map)
{
	struct slab_link *link = slab_first_free(s, slab);
	unsigned int left;
	int nr;

	bitmap_zero(map, s->objects);
	for (left = s->objects; left && link; left--) {
		nr = slab_link_nr(s, slab, link);
		if (nr < 0)
			return;
		__set_bit(nr, map);
		link = slab_link_ok(link) ? slab_link_next(link) : NULL;
	}
}

#define SLUB_WALKS	8
#define SLUB_STEP_COST	2

/*
 * Once along the list, as far as it can be followed.  The lock is let go of now and then: if the
 * list has another first object or another length after that, or the slab is none any more, what
 * was seen is worth nothing.  Whoever changes a list holds s, so that what cancels out does not
 * stay unnoticed, either (slab_pcp_find()).
 */
static enum slab_verdict slub_walk(struct kmem_cache *s, struct page *slab,
				   const struct slab_link *wanted)
{
	const struct slab_link *link;
	enum slab_verdict v = SLAB_LIVE;
	unsigned int left, work = 0;
	unsigned long flags;
	u64 seen;

	spin_lock_irqsave(&s->lock, flags);
	seen = slab->meta;
	link = slab->cache == s->id ? slab_first_free(s, slab) : NULL;
	for (left = s->objects; left && link && link != wanted; left--) {
		if (slub_breathe(s, &flags, &work, SLUB_STEP_COST) && slab->meta != seen) {
			v = SLAB_UNSURE;
			break;
		}
		link = slab_link_nr(s, slab, link) >= 0 && slab_link_ok(link) ?
		       slab_link_next(link) : NULL;
	}
	spin_unlock_irqrestore(&s->lock, flags);
	return v == SLAB_LIVE && link == wanted ? SLAB_FREE : v;
}

static enum slab_verdict slub_find(struct kmem_cache *s, struct page *slab,
				   const struct slab_link *wanted)
{
	enum slab_verdict v = SLAB_UNSURE;
	unsigned int walks;

	for (walks = 0; v == SLAB_UNSURE && walks < SLUB_WALKS; walks++)
		v = slub_walk(s, slab, wanted);
	return v;
}

/* ---- whole caches ---------------------------------------------------------------- */

static unsigned long slub_shrink(struct kmem_cache *s, unsigned long keep)
{
	unsigned long flags, left;
	struct page *slab;
	u32 last, doomed = 0;
	unsigned int work = 0;
	bool more;

	spin_lock_irqsave(&s->lock, flags);
	last = s->partial ? pfn_to_page(s->partial)->prev : 0;
	/*
	 * Once around the ring, which then begins where it began, without the empty ones.  It may
	 * change while we let interrupts in; so no more steps than there are slabs.
	 */
	for (more = last, left = s->nr_slabs; more && left && s->partial; left--) {
		slab = pfn_to_page(s->partial);
		more = s->partial != last;
		if (!slab->inuse && s->nr_empty > keep)
			slub_doom(s, slab, &doomed);
		else
			s->partial = slab->next;
		slub_breathe(s, &flags, &work, SLUB_SLAB_COST);
	}
	left = s->nr_slabs;
	spin_unlock_irqrestore(&s->lock, flags);
	slub_slab_free_all(s, doomed);
	return left;
}

static void slub_for_each_slab(struct kmem_cache *s,
			       void (*fn)(struct kmem_cache *s, struct page *slab, void *arg),
			       void *arg)
{
	const u32 *const ring[] = { &s->partial, &s->full };
	struct page *slab;
	unsigned long flags;
	unsigned int i;
	u32 next, last;

	spin_lock_irqsave(&s->lock, flags);
	for (i = 0; i < 2; i++) {
		next = *ring[i];
		last = next ? pfn_to_page(next)->prev : 0;
		while (next) {
			slab = pfn_to_page(next);
			next = next == last ? 0 : slab->next;
			fn(s, slab, arg);	/* may move it to the other ring */
		}
	}
	spin_unlock_irqrestore(&s->lock, flags);
}

struct slub_rescue_walk {
	long nr;			/* objects found; -1: somebody has one in hand */
	bool begun;
};

const struct slab_backend slub_backend = {
	.name		= "slub",
	.refill		= slub_refill,
	.take		= slub_try,
	.flush		= slub_flush,
	.put		= slub_put,
	.find		= slub_find,
	.shrink		= slub_shrink,
	.rescue		= slub_rescue,
	.verify		= slub_verify,
	.for_each_slab	= slub_for_each_slab,
	.free_map	= slub_free_map,
	.recount	= slub_recount,
};
