/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_pcp.c - each CPU's stock of free objects: what the sequences leave to C
 *
 * MODEL
 *   For each cache a CPU keeps a few free objects in a list, last in first out, linked
 *   through the objects themselves.  alloc pops one, free pushes one: that is done by the
 *   sequences of arch/x86/rewind_slab.asm, which nothing protects, for whoever is interrupted
 *   in one starts over.  So a list has one writer, its own CPU, and everybody here who wants
 *   more than one object takes the whole list, with one instruction:
 *
 *	take	chain = xchg(&list, slab_nil)
 *	give	cmpxchg(&list, slab_nil, chain)		somebody was quicker: elsewhere
 *
 *   Chains move as they are, never object by object (magazines; Bonwick and Adams, 2001):
 *
 *	list -- room <= 0 --> spare -- there is one --> depot -- full --> slabs
 *	list <-- empty ------ spare <-- none ---------- depot <-- empty -- slabs
 *
 *   A list between empty and twice as long as a batch costs nothing but the sequences, and
 *   a CPU that frees what another one allocates passes it on through the depot, one lock for
 *   each chain (slab_depot.c).
 *
 *   room is counted by single instructions behind the sequences.  A context may be interrupted
 *   in between, though not moved to another CPU (asm/rewind.h), and the interrupt may take the
 *   list: what it counts then is one too many, or too few.  The sum over all stocks and chains
 *   stays exact, a single one's number does not; what turns out when a list is empty goes to
 *   nr_stray.  A chain's nr is what was counted, and it ends at slab_nil.
 *
 *   Between take and give the objects are on no list, and look free: who has a chain in hand
 *   says so before (slab_pcp_hold()) and after (slab_pcp_settle()).  Three look at that: the
 *   rescue of lost objects, which must not take these for some; the search for a double free,
 *   which cannot be sure meanwhile; and kmem_cache_destroy(), which waits, so that who holds a
 *   cache may touch it to the end.
 *
 *   A closed stock (debugging, fault injection, a cache that goes) has an empty list and bound
 *   0, so that everything goes the slow way, which is here, too.
 *
 *   An address is that of an object iff (offset in the slab * magic) mod 2^32 is below bound:
 *   with magic = 2^32 / size + 1 and e = magic * size - 2^32, which is 1 .. size, an offset
 *   j * size + r gives j * e + r * magic.  For r = 0 that is j * e, below bound = (objects - 1)
 *   * e + 1 for the slab's objects only; for 0 < r < size it is at least magic - more than any
 *   bound, since objects * e <= 2^15 < magic - and at most 2^32 - magic + (j + 1) * e, which
 *   does not wrap.  (Lemire, Kaser and Kurz 2019; tests/host/slab_magic.c tries them all.)
 *
 * INVARIANTS	(slab_pcp_verify())
 *   I1  all lists, spares and chains of the depot hold objects of the cache, linked up to
 *	 slab_nil, each once.
 *   I2  they are as many as has been counted, but for contexts that are about to count; of
 *	 each of them a count may be too high or too low by one, or by what it does in bulk.
 *
 * LOCKING	none here.  Fields of a stock: interrupts off, on its CPU; see slab_pcp.h.
 * CONTEXT	any but NMI.
 * FAILURE	alloc: NULL, nothing changed.  A broken chain is reported and abandoned.
 * NOT HERE	opening, closing, emptying: slab_pcp_cpus.c.  Double frees: slab_pcp_find.c.
 *		Slabs: slub.c.  Reports: slab_report.c.  Size classes: kmalloc.c.
 */
#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "slab_pcp.h"

/* Id 0 is what pages of no cache have: closed, also where the id is a tag of a free block. */
DEFINE_PER_CPU_ALIGNED(struct slab_stock, slab_stocks[SLAB_NR_CACHES]) = {
	[0 ... SLAB_NR_CACHES - 1] = {
		.list = { slab_nil, slab_nil }, .mask = ~0ULL, .slab_mask = ~0U,
		.spare = slab_nil,
	},
};

static_assert(sizeof(struct slab_stock) == 1 << SLAB_ID_SHIFT, "id: rewind_slab.asm adds it");
static_assert(offsetof(struct slab_stock, list) == 0 && offsetof(struct slab_stock, mask) == 16 &&
	      offsetof(struct slab_stock, slab_mask) == 24 &&
	      offsetof(struct slab_stock, magic) == 28 &&
	      offsetof(struct slab_stock, bound) == 32 &&
	      offsetof(struct slab_stock, link) == 40 &&
	      offsetof(struct slab_stock, room) == 44 &&
	      offsetof(struct slab_stock, cap) == 48 && SLAB_TAG == 0x9d15, "rewind_slab.asm");
static_assert(SLAB_NR_CACHES << SLAB_ID_SHIFT <= 1 << 16, "page->cache is 16 bits");

const struct slab_link slab_nil_word;

bool (*slab_pcp_should_fail)(struct kmem_cache *s, gfp_t gfp);

static void slab_pcp_add(long *counter, long nr)
{
	__atomic_fetch_add(counter, nr, __ATOMIC_RELAXED);
}

void slab_pcp_hold(struct kmem_cache *s)
{
	__atomic_fetch_add(&s->moving, SLAB_PCP_HOLD, __ATOMIC_SEQ_CST);
}

void slab_pcp_settle(struct kmem_cache *s)
{
	VM_WARN_ON_ONCE(!slab_pcp_holders(s));
	__atomic_fetch_sub(&s->moving, 1, __ATOMIC_RELEASE);
}

/* ---- this CPU's stock; interrupts off ------------------------------------------------ */

/* The whole list, and what is counted of it. */
void slab_pcp_take_list(struct kmem_cache *s, struct slab_stock *st, struct slab_chain *chain)
{
	lockdep_assert_irqs_disabled();
	VM_WARN_ON_ONCE(!slab_pcp_holders(s));
	chain->first = __atomic_exchange_n(slab_stock_list(s, st), slab_nil, __ATOMIC_ACQUIRE);
	chain->nr = st->cap - st->room;
	this_cpu_add(slab_stocks[s->index].room, (s32)chain->nr);
}

void slab_pcp_take_spare(struct slab_stock *st, struct slab_chain *chain)
{
	lockdep_assert_irqs_disabled();
	chain->first = st->spare;
	chain->nr = st->nr_spare;
	st->spare = slab_nil;
	st->nr_spare = 0;
}

/* A chain as this CPU's list, if there is none and the stock is open. */
static bool slab_pcp_give_list(struct kmem_cache *s, const struct slab_chain *chain)
{
	struct slab_stock *st = slab_pcp_here(s);
	struct slab_link *nil = slab_nil;
	const int batch = READ_ONCE(s->batch);	/* once: others change it */
	long stray = st->cap - st->room;

	VM_WARN_ON_ONCE(chain->first == slab_nil || !slab_pcp_holders(s));
	if (!slab_pcp_is_open(s, st) ||
	    !__atomic_compare_exchange_n(slab_stock_list(s, st), &nil, chain->first, false,
					 __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		return false;
	if (unlikely(stray))		/* counted, but the list was empty */
		slab_pcp_add(&s->nr_stray, stray);
	stray += batch - st->cap - chain->nr;
	st->cap = batch;
	this_cpu_add(slab_stocks[s->index].room, (s32)stray);
	return true;
}

/* ---- chains ---------------------------------------------------------------------- */

void slab_pcp_flush(struct kmem_cache *s, const struct slab_chain *chain)
{
	long stray = chain->nr;

	VM_WARN_ON_ONCE(!slab_pcp_holders(s));
	if (chain->first != slab_nil)
		stray -= s->ops->flush(s, chain);
	if (unlikely(stray))
		slab_pcp_add(&s->nr_stray, stray);
}

/* To where other CPUs find it, or home. */
void slab_pcp_stow(struct kmem_cache *s, const struct slab_chain *chain)
{
	if (chain->first == slab_nil || !slab_depot_push(s, chain))
		slab_pcp_flush(s, chain);
}

/* The first link of the chain is none: what lies behind it is lost, for now. */
static void slab_pcp_report_broken(struct kmem_cache *s, const struct slab_chain *chain)
{
	struct slab_link *link = chain->first;
	void *object = slab_link_object(s, link);

	slab_pcp_lose(s, max(chain->nr, 1L));
	if (!slab_link_place(link) || slab_id_of(link) != s->id ||
	    slab_link_nr(s, slab_page_of(s, link), link) < 0) {
		slab_report_link(s, link);
	} else {
		slab_report_object(s, slab_page_of(s, object), object, "Freepointer corrupt");
		slab_link_set(link, slab_nil);	/* so that the object is found, too */
	}
	slab_report_fix(s, "Isolate corrupted freechain");
}

/* ---- out ------------------------------------------------------------------------- */

/* This CPU's list, if somebody has filled it or its head is broken; else its spare. */
static bool slab_pcp_take_own(struct kmem_cache *s, struct slab_chain *chain)
{
	struct slab_stock *st;
	unsigned long flags;

	local_irq_save(flags);
	st = slab_pcp_here(s);
	if (*slab_stock_list(s, st) != slab_nil)
		slab_pcp_take_list(s, st, chain);
	else
		slab_pcp_take_spare(st, chain);
	local_irq_restore(flags);
	return chain->first != slab_nil;
}

bool slab_pcp_find_chain(struct kmem_cache *s, struct slab_chain *chain, gfp_t gfp)
{
	VM_WARN_ON_ONCE(!slab_pcp_holders(s));
	if (slab_pcp_take_own(s, chain) || slab_depot_pop(s, chain))
		return true;
	chain->nr = s->ops->refill(s, &chain->first, READ_ONCE(s->batch), gfp);
	return chain->nr;
}

/* What is left of a chain becomes the list. */
void slab_pcp_fill(struct kmem_cache *s, const struct slab_chain *chain)
{
	unsigned long flags;
	bool done;

	local_irq_save(flags);
	done = chain->first != slab_nil && slab_pcp_give_list(s, chain);
	local_irq_restore(flags);
	if (!done)
		slab_pcp_stow(s, chain);
}

/* An object, and the rest of its chain as the list.  Between hold and settle. */
void *slab_pcp_restock(struct kmem_cache *s, gfp_t gfp)
{
	struct slab_chain chain;
	struct slab_link *link;

	while (slab_pcp_find_chain(s, &chain, gfp)) {
		link = chain.first;
		if (unlikely(!slab_pcp_sound(s, link))) {
			slab_pcp_report_broken(s, &chain);
			slab_pcp_settle(s);
			slab_pcp_rescue(s);
			slab_pcp_hold(s);
			continue;
		}
		chain.first = slab_link_next(link);
		chain.nr--;
		link->word = 0;
		slab_pcp_fill(s, &chain);
		return slab_link_object(s, link);
	}
	return NULL;
}

/* Straight off its slab.  Between hold and settle: until it is dressed it looks free. */
static void *slab_pcp_alloc_debug(struct kmem_cache *s, gfp_t flags, unsigned long caller)
{
	struct slab_link *link;
	void *object;

	if (!s->ops->refill(s, &link, 1, flags))
		return NULL;
	object = slab_link_object(s, link);
	slab_debug_alloc(s, object, s->object_size, caller);
	return object;
}

/* From rewind_slab.asm: nothing in the list, or not an object. */
void *slab_pcp_alloc_slow(unsigned long id, gfp_t flags, unsigned long caller)
{
	bool (*should_fail)(struct kmem_cache *s, gfp_t gfp) = READ_ONCE(slab_pcp_should_fail);
	struct kmem_cache *s = slab_cache_of_id(id);
	void *object;

	if (WARN_ON_ONCE(!s))
		return NULL;
	slab_nolock_check();
	if (unlikely(READ_ONCE(s->nr_lost)))
		slab_pcp_rescue(s);
	if (unlikely(should_fail) && should_fail(s, flags))
		return NULL;
	slab_pcp_hold(s);
	if (unlikely(s->flags & SLAB_DEBUG_FLAGS))
		object = slab_pcp_alloc_debug(s, flags, caller);
	else
		object = slab_pcp_restock(s, flags);
	slab_pcp_settle(s);
	return object;
}

void *slab_alloc_zeroable(unsigned long id, gfp_t flags)
{
	void *object = slab_alloc(id, flags);
	struct kmem_cache *s;

	if (!(flags & __GFP_ZERO) || !object)
		return object;
	s = slab_cache_of_id(id);
	WARN_ON_ONCE(s->ctor);		/* zeroes are not what it constructs */
	return memset(object, 0, s->object_size);
}
EXPORT_SYMBOL(slab_alloc_zeroable);

/* ---- in -------------------------------------------------------------------------- */

/*
 * The newest few become the list again.  Neither end is reached again by a few calls then:
 * who goes to and fro at the border exchanges chains every SLAB_PCP_KEEP calls at most.
 */
#define SLAB_PCP_KEEP	8

static void slab_pcp_keep_newest(struct kmem_cache *s, struct slab_chain *chain)
{
	const unsigned int keep = min(SLAB_PCP_KEEP, s->batch / 4);
	struct slab_chain newest = { chain->first, keep };
	struct slab_link *last = chain->first;
	unsigned int i;

	for (i = 1; i < keep && slab_link_ok(last); i++)
		last = slab_link_next(last);
	if (unlikely(i > keep || !slab_link_ok(last) || slab_link_next(last) == slab_nil))
		return;			/* broken, or shorter than counted: as it is */
	chain->first = slab_link_next(last);
	chain->nr -= keep;
	slab_link_set(last, slab_nil);
	if (unlikely(!slab_pcp_give_list(s, &newest))) {
		slab_link_set(last, chain->first);
		chain->first = newest.first;
		chain->nr += keep;
	}
}

/* This CPU's cache of that id, held, if its list is too long.  Irqs off. */
static struct kmem_cache *slab_pcp_hold_full(unsigned long id)
{
	const unsigned long index = id >> SLAB_ID_SHIFT;
	struct slab_stock *st = this_cpu_ptr(&slab_stocks[index]);
	struct kmem_cache *s;

	lockdep_assert_irqs_disabled();
	if (st->room >= 0 || !(st->bound[0] | st->bound[1]))
		return NULL;
	/* It cannot be closed while interrupts are off here, so neither can its cache go. */
	s = slab_cache_table[index];
	if (WARN_ON_ONCE(!s))
		return NULL;
	slab_pcp_hold(s);
	return s;
}

/*
 * From rewind_slab.asm, with an object just pushed: the list is as long as it may be.  Or it was:
 * the object is not ours any more, and if it was the last one, the cache may have gone with it.
 */
void slab_pcp_full(unsigned long id)
{
	struct slab_chain chain, out;
	struct slab_stock *st;
	struct kmem_cache *s;
	unsigned long flags;

	local_irq_save(flags);
	s = slab_pcp_hold_full(id);
	if (unlikely(!s)) {
		local_irq_restore(flags);
		return;
	}
	st = slab_pcp_here(s);
	slab_pcp_take_list(s, st, &chain);
	slab_pcp_keep_newest(s, &chain);
	slab_pcp_take_spare(st, &out);
	st->spare = chain.first;
	st->nr_spare = chain.nr;
	local_irq_restore(flags);
	if (out.first != slab_nil || out.nr)
		slab_pcp_stow(s, &out);
	slab_pcp_settle(s);		/* and s is not ours any more */
}

/* A live object: into the list, or to its slab if the stock is closed. */
static void slab_pcp_put(struct kmem_cache *s, struct slab_link *link)
{
	struct slab_link **list, *head;
	struct slab_stock *st;
	unsigned long flags;
	bool full;

	local_irq_save(flags);
	st = slab_pcp_here(s);
	if (!slab_pcp_is_open(s, st)) {
		local_irq_restore(flags);
		s->ops->put(s, link, NULL, 0);
		return;
	}
	list = slab_stock_list(s, st);
	head = *list;
	do {
		slab_link_set(link, head);
	} while (!__atomic_compare_exchange_n(list, &head, link, false, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
	this_cpu_dec(slab_stocks[s->index].room);
	full = st->room < 0;
	local_irq_restore(flags);
	if (full)
		slab_pcp_full(s->id);
}

static void slab_pcp_report_free(struct kmem_cache *s, void *object)
{
	slab_report_object(s, slab_page_of(s, object), object, "Object already free");
	slab_report_fix(s, "Object at 0x%px not freed", object);
}

/* The caches with debugging: the rest is looked at with the lock held. */
static void slab_pcp_free_debugged(struct kmem_cache *s, void *object, unsigned long caller)
{
	struct slab_link *link = slab_link_of(s, object);

	if (unlikely(slab_link_waiting(READ_ONCE(link->word)) && slab_nolock_holds(link)))
		slab_pcp_report_free(s, object);
	else
		s->ops->put(s, link, slab_debug_free, caller);
}

/* The caches without debugging: is it live? */
static void slab_pcp_free_checked(struct kmem_cache *s, void *object)
{
	const enum slab_verdict verdict = slab_pcp_find(s, object);

	if (verdict == SLAB_FREE)
		slab_pcp_report_free(s, object);
	else if (verdict == SLAB_LIVE || !slab_nolock_postpone(object))
		slab_pcp_put(s, slab_link_of(s, object));
}

/*
 * @object is the address of an object of @s; whether it is live is still to be seen.  If it is, s
 * is there until the object is put.  Either we see that s is closing, and pin it, so that the
 * last one to go takes it along; or kmem_cache_destroy() sees that we hold it, and waits.
 */
void slab_pcp_free(struct kmem_cache *s, void *object, unsigned long caller)
{
	bool closing;

	slab_pcp_hold(s);
	closing = READ_ONCE(s->closing);
	if (unlikely(closing))
		slab_cache_pin(s);
	if (s->flags & SLAB_DEBUG_FLAGS)
		slab_pcp_free_debugged(s, object, caller);
	else
		slab_pcp_free_checked(s, object);
	slab_pcp_settle(s);
	if (unlikely(closing))
		slab_cache_unpin(s);
}

/* From rewind_slab.asm: not an object of that cache, or it looks free, or the stock is closed. */
void slab_pcp_free_slow(unsigned long id, void *object, unsigned long caller)
{
	struct kmem_cache *s = slab_cache_of_id(id);

	if (!object)
		return;
	if (!s || kmalloc_cache_of(object) != s ||
	    slab_object_nr(s, slab_page_of(s, object), object) < 0)
		slab_report_bad_free(s, object, caller);
	else
		slab_pcp_free(s, object, caller);
}

void (kmem_cache_free)(struct kmem_cache *s, void *object)
{
	kmem_cache_free_inline(s, object);
}
EXPORT_SYMBOL(kmem_cache_free);
