/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_pcp.c - each CPU's stock of free objects, and with it the fast paths
 *
 * MODEL
 *   For each cache a CPU keeps a few free objects in a list, last in first out, linked
 *   through the objects themselves.  alloc pops one, free pushes one; only an empty or a
 *   full stock goes to the slabs behind it (struct slab_backend), for a batch.
 *
 *	stock.head -> newest -> ... -> oldest -> slab_nil
 *
 *   A stock is owned by whoever has its head: to work on it is to exchange the head for
 *   NULL (claim), to be done is to store a head again (release).  Whoever meets NULL goes
 *   to the slabs instead.  So an interrupt between claim and release, an NMI, a thread
 *   that was moved to another CPU meanwhile, or another CPU that drains this stock, all
 *   meet a stock in one of two states, whole or claimed; nothing is masked, no one waits.
 *   NULL forever is also how a cache says that its stocks must not be used at all.
 *
 *	head		alloc			free
 *	an object	pops it			pushes
 *	slab_nil	refills			pushes
 *	NULL		goes to the slabs	goes to the slabs
 *
 *   xchg costs one instruction and some twenty cycles; masking interrupts costs six and
 *   more.  The next step is to need neither (a sequence that is rewound when interrupted:
 *   one load, one store); the two leaf functions that would change are claim and release.
 *
 *   Checks that are worth their few instructions always run: the object must be in a slab
 *   of this cache, at the address of an object (one multiplication, after Lemire's test
 *   for multiples; slab_pcp_magic()), must not look free already, and the link of an object
 *   that is handed out must be a link.  Whatever fails one goes the slow way,
 *   which looks again and reports.
 *
 * INVARIANTS	(slab_pcp_verify())
 *   I1  an unclaimed stock holds limit - room objects, each of its cache, each once.
 *   I2  0 <= room <= limit.
 *
 * LOCKING	none here; the slabs' lock is never taken with a stock claimed.
 * CONTEXT	any; refill and flush any but NMI.
 * FAILURE	alloc: NULL, nothing changed.  A broken chain is reported and abandoned.
 * NOT HERE	slabs: slub.c.  Reports: slab_report.c.  Size classes: kmalloc.c.
 */
#include <linux/export.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "slab_pcp.h"

DEFINE_PER_CPU_ALIGNED(struct slab_stock, slab_stocks[SLAB_NR_CACHES]);

static bool (*slab_pcp_should_fail)(struct kmem_cache *s, gfp_t gfp);

/*
 * Stocks hold about 16 KiB, so that a CPU cannot hoard much of a small machine, but at
 * least 8 objects, so that the slabs' lock is taken once for several; at most 256, so
 * that a walk through a stock stays short.
 */
#define SLAB_PCP_BYTES		16384
#define SLAB_PCP_MIN		8
#define SLAB_PCP_MAX		256

static_assert(SLAB_PCP_MIN >= 2 && SLAB_PCP_MIN <= SLAB_PCP_MAX, "a batch is half of it");
static_assert(SLAB_PCP_MAX <= 0xffff, "limit and batch are 16 bits");
static_assert((PAGE_SIZE << SLAB_MAX_ORDER) - 1 <= 0xffff, "slab_mask is 16 bits");

/* ---- fast paths: slab_pcp.h has their insides ------------------------------------ */

void *slab_pcp_alloc(struct slab_stock *linked, gfp_t flags)
{
	return slab_pcp_pop(linked, flags);
}
EXPORT_SYMBOL(slab_pcp_alloc);

void *slab_pcp_alloc_zeroable(struct slab_stock *linked, gfp_t flags)
{
	void *object = slab_pcp_pop(linked, flags);

	if ((flags & __GFP_ZERO) && object)
		memset(object, 0, slab_cache_table[linked - slab_stocks]->object_size);
	return object;
}
EXPORT_SYMBOL(slab_pcp_alloc_zeroable);

static noinline void slab_pcp_free_slow(struct kmem_cache *s, void *object,
					struct slab_stock *st, struct slab_link *claimed)
{
	slab_pcp_unclaim(st, claimed);
	if (!object)
		return;
	if (kmalloc_cache_of(object) != s ||
	    slab_object_nr(s, slab_page_of(s, object), object) < 0)
		slab_report_bad_free(s, object, _RET_IP_);
	else
		slab_pcp_free(s, object, _RET_IP_);
}

void kmem_cache_free(struct kmem_cache *s, void *object)
{
	struct slab_stock *st = this_cpu_ptr(s->stock);
	struct slab_link *claimed = NULL;
	unsigned long index;

	if (likely(slab_peek_index(object, &index)) && likely((u16)index == st->cache) &&
	    likely(slab_pcp_push(st, object, &claimed)))
		return;
	slab_pcp_free_slow(s, object, st, claimed);
}
EXPORT_SYMBOL(kmem_cache_free);

/* ---- slow paths ------------------------------------------------------------------ */

/* This link is none: what lies behind it is lost, for now. */
static void slab_pcp_report_broken(struct kmem_cache *s, struct slab_link *link, long lost)
{
	void *object = slab_link_object(s, link);

	__atomic_fetch_add(&s->nr_lost, lost, __ATOMIC_RELAXED);
	slab_report_object(s, slab_page_of(s, object), object, "Freepointer corrupt");
	slab_link_set(link, slab_nil);		/* so that the object is found, too */
	slab_report_fix(s, "Isolate corrupted freechain");
}

/* A broken link in a claimed stock: give all of it up. */
static void slab_pcp_abandon(struct kmem_cache *s, struct slab_stock *st,
			     struct slab_link *link)
{
	long lost = s->limit - st->room;

	VM_WARN_ON_ONCE(lost < 0 || lost > s->limit + 1);
	st->room = s->limit;
	slab_pcp_release(st, slab_nil);
	slab_pcp_report_broken(s, link, lost);
}

/* Put what is left of a batch into the stock, if that is still empty. */
static void slab_pcp_fill(struct kmem_cache *s, struct slab_link *chain, unsigned int nr)
{
	struct slab_stock *st = this_cpu_ptr(s->stock);
	struct slab_link *head = slab_pcp_claim(st);

	VM_WARN_ON_ONCE(nr >= s->batch);	/* one of the batch has gone to the caller */
	if (head == slab_nil) {
		VM_WARN_ON_ONCE(st->room < (int)nr);
		st->room -= nr;
		slab_pcp_release(st, chain);
		return;
	}
	if (head)
		slab_pcp_release(st, head);
	s->ops->flush(s, chain, nr, NULL, 0);
}

static void *slab_pcp_refill(struct kmem_cache *s, gfp_t flags)
{
	struct slab_link *chain, *next;
	unsigned int nr;

	for (;;) {
		nr = s->ops->refill(s, &chain, s->batch, flags);
		if (!nr)
			return NULL;
		if (likely(slab_link_ok(chain)))
			break;
		/* Written to while it lay in its slab. */
		slab_pcp_report_broken(s, chain, nr);
		slab_pcp_rescue(s);
	}
	next = slab_link_next(chain);
	chain->word = 0;
	if (nr > 1)
		slab_pcp_fill(s, next, nr - 1);
	return slab_link_object(s, chain);
}

noinline void *slab_pcp_alloc_slow(struct slab_stock *st, gfp_t flags, struct slab_link *link)
{
	struct kmem_cache *s = slab_cache_table[st->cache];
	void *object;

	if (WARN_ON_ONCE(!s))
		return NULL;
	if (link > slab_nil)
		slab_pcp_abandon(s, st, link);
	else if (link)
		slab_pcp_release(st, link);
	if (unlikely(READ_ONCE(s->nr_lost)))
		slab_pcp_rescue(s);
	WARN_ON_ONCE(s->ctor && (flags & __GFP_ZERO));	/* zeroes are not what it constructs */
	if (unlikely(slab_pcp_should_fail) && slab_pcp_should_fail(s, flags))
		return NULL;
	if (likely(!(s->flags & SLAB_DEBUG_FLAGS)))
		return slab_pcp_refill(s, flags);
	if (!s->ops->refill(s, &link, 1, flags))
		return NULL;
	object = slab_link_object(s, link);
	slab_debug_alloc(s, object, s->object_size, _RET_IP_);
	return object;
}

/* How far is it from head to this link?  -1: it is not there, as far as can be seen. */
static int slab_pcp_find(struct kmem_cache *s, struct slab_link *head,
			 const struct slab_link *link)
{
	int nr;

	/* The frame that slab_nil points to is of no cache. */
	for (nr = 0; nr < s->limit && slab_index_of(head) == s->index; nr++) {
		if (head == link)
			return nr;
		if (!slab_link_ok(head))
			break;
		head = slab_link_next(head);
	}
	return -1;
}

/*
 * Does a stock hold this object?  Only asked when it looks free.  A stock that somebody
 * has claimed cannot be looked at: then looks decide.
 */
static bool slab_pcp_contains(struct kmem_cache *s, const struct slab_link *link)
{
	struct slab_stock *st;
	struct slab_link *head;
	int cpu, nr;

	for_each_possible_cpu(cpu) {
		st = per_cpu_ptr(s->stock, cpu);
		head = slab_pcp_claim(st);
		if (!head)
			return true;
		nr = slab_pcp_find(s, head, link);
		slab_pcp_release(st, head);
		if (nr >= 0)
			return true;
	}
	return false;
}

/*
 * Keep the newest objects of a full stock, which are the warm ones; cut the others off.
 * NULL: a link was broken, the stock is abandoned.
 */
static struct slab_link *slab_pcp_cut(struct kmem_cache *s, struct slab_stock *st,
				      struct slab_link *head, unsigned int *nr)
{
	unsigned int keep = s->limit - s->batch;
	struct slab_link *rest;

	*nr = s->limit - st->room - keep;
	while (--keep && slab_link_ok(head))
		head = slab_link_next(head);
	if (unlikely(!slab_link_ok(head))) {
		slab_pcp_abandon(s, st, head);
		return NULL;
	}
	rest = slab_link_next(head);
	slab_link_set(head, slab_nil);
	st->room += *nr;
	return rest;
}

/* Into the stock, a batch out of it if it is full, or to its slab if it is claimed. */
static void slab_pcp_put(struct kmem_cache *s, struct slab_link *link)
{
	struct slab_stock *st = this_cpu_ptr(s->stock);
	struct slab_link *head = slab_pcp_claim(st), *rest = NULL;
	unsigned int nr;

	if (head && st->room <= 0) {
		rest = slab_pcp_cut(s, st, head, &nr);
		if (!rest)
			head = NULL;
	}
	if (!head) {
		s->ops->flush(s, link, 1, NULL, 0);
		return;
	}
	st->room--;
	slab_link_set(link, head);
	slab_pcp_release(st, link);
	if (rest)
		s->ops->flush(s, rest, nr, NULL, 0);
}

bool slab_pcp_is_free(struct kmem_cache *s, void *object)
{
	struct slab_link *link = slab_link_of(s, object);

	return slab_link_ok(link) &&
	       (s->nr_lost || s->ops->is_free(s, slab_page_of(s, object), link) ||
		slab_pcp_contains(s, link));
}

/* @object is the address of an object of @s; whether it is live is still to be seen. */
void slab_pcp_free(struct kmem_cache *s, void *object, unsigned long caller)
{
	struct slab_link *link = slab_link_of(s, object);
	const bool dying = READ_ONCE(s->dying);

	if (dying)
		slab_cache_pin(s);	/* the last object may be ours, or go meanwhile */
	if (s->flags & SLAB_DEBUG_FLAGS) {
		s->ops->flush(s, link, 1, slab_debug_free, caller);
	} else if (slab_pcp_is_free(s, object)) {
		slab_report_object(s, slab_page_of(s, object), object, "Object already free");
		slab_report_fix(s, "Object at 0x%px not freed", object);
	} else {
		slab_pcp_put(s, link);
	}
	if (dying)
		slab_cache_unpin(s);
}

/* ---- setting up, draining, checking ---------------------------------------------- */

/*
 * The least m with m * size >= 2^64 + e, where e = 2^32 / objects rounded up.  Modulo 2^64,
 * then, m * (k * size) is k * e and a little: below 2^32 for k < objects, not for k ==
 * objects; and m * (k * size + r) with 0 < r < size is r * m and a little, at least
 * 2^64 / size and below 2^64.  (The little: at most objects * size, which is 2^15.)
 */
static u64 slab_pcp_magic(u64 size, u64 objects)
{
	const u64 e = ((1ULL << 32) + objects - 1) / objects;

	return ~0ULL / size + (~0ULL % size + 1 + e + size - 1) / size;
}

void slab_pcp_open(struct kmem_cache *s)
{
	unsigned int limit = SLAB_PCP_BYTES / s->size;
	/* A slab beyond slab_mask holds one object: no need to be quick. */
	const bool used = !(s->flags & SLAB_DEBUG_FLAGS) && s->order <= SLAB_MAX_ORDER &&
			  !slab_pcp_should_fail;
	struct slab_stock *st;
	int cpu;

	limit = limit < SLAB_PCP_MIN ? SLAB_PCP_MIN : limit > SLAB_PCP_MAX ? SLAB_PCP_MAX : limit;
	s->limit = limit;
	s->batch = limit / 2;
	VM_BUG_ON(!s->batch || s->batch >= s->limit);	/* slab_pcp_cut() keeps at least one */
	for_each_possible_cpu(cpu) {
		st = per_cpu_ptr(s->stock, cpu);
		st->magic = used ? slab_pcp_magic(s->size, s->objects) : 0;
		st->slab_mask = (u16)((PAGE_SIZE << s->order) - 1);
		st->link = s->link;
		st->cache = s->index;
		st->room = limit;
		slab_pcp_release(st, used ? slab_nil : NULL);
	}
}

/* Take all objects of a stock out; the stock is left claimed. */
static void slab_pcp_empty(struct kmem_cache *s, struct slab_stock *st,
			   struct slab_link *head)
{
	unsigned int nr = s->limit - st->room;

	VM_WARN_ON_ONCE(nr > s->limit || (nr && head == slab_nil));
	st->room = s->limit;
	if (nr)
		s->ops->flush(s, head, nr, NULL, 0);
}

static void slab_pcp_close_stock(struct kmem_cache *s, struct slab_stock *st,
				 struct slab_link *head)
{
	st->magic = 0;
	if (head)
		slab_pcp_empty(s, st, head);
}

void slab_pcp_close(struct kmem_cache *s)
{
	struct slab_stock *st;
	int cpu;

	for_each_possible_cpu(cpu) {
		st = per_cpu_ptr(s->stock, cpu);
		slab_pcp_close_stock(s, st, slab_pcp_claim(st));
	}
}

/* The same of a cache in use: whoever was interrupted with a stock in hand puts it back first. */
static void slab_pcp_close_used(struct kmem_cache *s)
{
	struct slab_stock *st;
	struct slab_link *head;
	int cpu;

	for_each_possible_cpu(cpu) {
		st = per_cpu_ptr(s->stock, cpu);
		while ((head = slab_pcp_claim(st)) == NULL && READ_ONCE(st->magic))
			schedule_timeout_uninterruptible(1);
		slab_pcp_close_stock(s, st, head);
	}
}

void slab_pcp_set_should_fail(bool (*fn)(struct kmem_cache *s, gfp_t gfp))
{
	struct kmem_cache *s;
	unsigned int i = 1;

	WRITE_ONCE(slab_pcp_should_fail, fn);
	while ((s = slab_cache_pin_next(&i)) != NULL) {
		if (fn)
			slab_pcp_close_used(s);
		else
			slab_pcp_open(s);
		slab_cache_unpin(s);
	}
}

static void slab_pcp_empty_all(struct kmem_cache *s)
{
	struct slab_stock *st;
	struct slab_link *head;
	int cpu;

	for_each_possible_cpu(cpu) {
		st = per_cpu_ptr(s->stock, cpu);
		head = slab_pcp_claim(st);
		if (!head)
			continue;
		slab_pcp_empty(s, st, head);
		slab_pcp_release(st, slab_nil);
	}
}

void slab_pcp_drain(struct kmem_cache *s)
{
	slab_pcp_empty_all(s);
	if (unlikely(READ_ONCE(s->nr_lost)))
		slab_pcp_rescue(s);
}

void slab_pcp_rescue(struct kmem_cache *s)
{
	struct slab_stock *st;
	int cpu;

	slab_pcp_empty_all(s);
	for_each_possible_cpu(cpu) {
		st = per_cpu_ptr(s->stock, cpu);
		if (!READ_ONCE(st->head) && st->magic)
			return;		/* an interrupted user holds its objects: later */
	}
	s->ops->rescue(s);
}

unsigned long slab_pcp_count(const struct kmem_cache *s)
{
	unsigned long nr = 0;
	struct slab_stock *st;
	int cpu;

	for_each_possible_cpu(cpu) {
		st = per_cpu_ptr(s->stock, cpu);
		nr += s->limit - READ_ONCE(st->room);
	}
	return nr;
}

/* Follow one claimed stock: objects found, or -1 at the first that is none of ours. */
static int slab_pcp_walk(struct kmem_cache *s, struct slab_link *link)
{
	int nr;

	for (nr = 0; link != slab_nil; nr++) {
		if (nr > s->limit || slab_index_of(link) != s->index ||
		    slab_link_nr(s, slab_page_of(s, link), link) < 0 || !slab_link_ok(link))
			return -1;
		link = slab_link_next(link);
	}
	return nr;
}

bool slab_pcp_verify(struct kmem_cache *s, unsigned long *stocked, char *msg, size_t n)
{
	struct slab_stock *st;
	struct slab_link *head;
	int cpu, nr, room;

	*stocked = 0;
	for_each_possible_cpu(cpu) {
		st = per_cpu_ptr(s->stock, cpu);
		head = slab_pcp_claim(st);
		if (!head)
			continue;
		room = st->room;
		nr = slab_pcp_walk(s, head);
		slab_pcp_release(st, head);
		if (nr < 0 || room < 0 || nr != s->limit - room) {
			snprintf(msg, n, "slab %s: cpu %d: stock holds %d objects, room %d of %u",
				 s->name, cpu, nr, room, s->limit);
			return false;
		}
		*stocked += nr;
	}
	return true;
}
