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
 *   of this cache, at a multiple of the slot size (Lemire's test: offset * ceil(2^64/size)
 *   is below ceil(2^64/size) for multiples only), must not look free already, and the link
 *   of an object that is handed out must be a link.  Whatever fails one goes the slow way,
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
#include <linux/smp.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "slab.h"

DEFINE_PER_CPU_ALIGNED(struct slab_stock, slab_stocks[SLAB_NR_CACHES]);

/*
 * Stocks hold about 16 KiB, so that a CPU cannot hoard much of a small machine, but at
 * least 8 objects, so that the slabs' lock is taken once for several; at most 256, so
 * that a walk through a stock stays short.
 */
#define SLAB_PCP_BYTES		16384
#define SLAB_PCP_MIN		8
#define SLAB_PCP_MAX		256

static __always_inline void *slab_pcp_claim(struct slab_stock *st)
{
	return __atomic_exchange_n(&st->head, NULL, __ATOMIC_ACQUIRE);
}

static __always_inline void slab_pcp_release(struct slab_stock *st, void *head)
{
	__atomic_store_n(&st->head, head, __ATOMIC_RELEASE);
}

static noinline void *slab_pcp_alloc_slow(struct slab_stock *linked, struct slab_stock *st,
					  void *head, gfp_t flags, unsigned long caller);

/* ---- fast paths: no calls but the last one --------------------------------------- */

static __always_inline void *slab_pcp_pop(struct slab_stock *linked, gfp_t flags,
					  unsigned long caller)
{
	struct slab_stock *st = this_cpu_ptr(linked);
	void *object = slab_pcp_claim(st);
	u64 *link, word;

	if (unlikely(object <= slab_nil))
		return slab_pcp_alloc_slow(linked, st, object, flags, caller);
	link = slab_link_of(object, st->link);
	word = *link;
	if (unlikely(!slab_link_ok(word)))
		return slab_pcp_alloc_slow(linked, st, object, flags, caller);
	*link = 0;			/* it no longer looks free */
	st->room++;
	slab_pcp_release(st, slab_link_next(object, word));
	return object;
}

/* False: nothing was done, and somebody must look closer. */
static __always_inline bool slab_pcp_push(struct slab_stock *st, void *object)
{
	const u64 off = (u32)(unsigned long)object & st->slab_mask;
	u64 *link;
	void *head;

	if (unlikely(off * st->magic >= st->magic))
		return false;
	link = slab_link_of(object, st->link);
	if (unlikely(slab_link_ok(*link)))
		return false;
	head = slab_pcp_claim(st);
	if (unlikely(!head))
		return false;
	if (unlikely(--st->room < 0)) {
		st->room++;
		slab_pcp_release(st, head);
		return false;
	}
	*link = (u64)(unsigned long)head ^ slab_secret ^ (u64)(unsigned long)object;
	slab_pcp_release(st, object);
	return true;
}

void *slab_pcp_alloc(struct slab_stock *linked, gfp_t flags)
{
	return slab_pcp_pop(linked, flags, _RET_IP_);
}
EXPORT_SYMBOL(slab_pcp_alloc);

void *slab_pcp_alloc_zeroable(struct slab_stock *linked, gfp_t flags)
{
	void *object = slab_pcp_pop(linked, flags, _RET_IP_);

	if ((flags & __GFP_ZERO) && object)
		memset(object, 0, slab_cache_table[linked - slab_stocks]->object_size);
	return object;
}
EXPORT_SYMBOL(slab_pcp_alloc_zeroable);

static noinline void slab_pcp_free_slow(struct kmem_cache *s, void *object,
					unsigned long caller)
{
	struct kmem_cache *real = kmalloc_cache_of(object);

	if (!object)
		return;
	if (real != s || slab_object_nr(s, slab_page_of(s, object), object) < 0)
		slab_report_bad_free(s, object, caller);
	else
		slab_pcp_free(s, object, caller);
}

void kmem_cache_free(struct kmem_cache *s, void *object)
{
	struct slab_stock *st = this_cpu_ptr(s->stock);

	if (unlikely(slab_index_of(object) != st->cache) || unlikely(!slab_pcp_push(st, object)))
		slab_pcp_free_slow(s, object, _RET_IP_);
}
EXPORT_SYMBOL(kmem_cache_free);

void kfree(const void *object)
{
	/* Index 0 is no cache: its stock refuses everything. */
	struct slab_stock *st = this_cpu_ptr(&slab_stocks[slab_index_of(object)]);

	if (unlikely(!slab_pcp_push(st, (void *)object)))
		kmalloc_free_slow((void *)object, _RET_IP_);
}
EXPORT_SYMBOL(kfree);

/* ---- slow paths ------------------------------------------------------------------ */

/* This object's link is no link, so what lies behind it is lost; give up the whole stock. */
static void slab_pcp_abandon(struct kmem_cache *s, struct slab_stock *st, void *object)
{
	long lost = st->limit - st->room;

	__atomic_fetch_add(&s->nr_lost, lost, __ATOMIC_RELAXED);
	st->room = st->limit;
	slab_pcp_release(st, slab_nil);
	slab_report_object(s, slab_page_of(s, object), object, "Freepointer corrupt");
	slab_link_set(object, s->link, slab_nil);
	slab_report_fix(s, "Isolate corrupted freechain");
}

/* Put what is left of a batch into the stock, if that is still empty. */
static void slab_pcp_fill(struct kmem_cache *s, void *chain, unsigned int nr)
{
	struct slab_stock *st = this_cpu_ptr(s->stock);
	void *head = slab_pcp_claim(st);

	if (head == slab_nil) {
		st->room -= nr;
		slab_pcp_release(st, chain);
		return;
	}
	if (head)
		slab_pcp_release(st, head);
	s->ops->flush(s, chain, nr, NULL, 0);
}

/* Take the first object off a chain that a refill brought. */
static void *slab_pcp_unchain(struct kmem_cache *s, void **chain)
{
	void *object = *chain;
	u64 *link = slab_link_of(object, s->link);

	*chain = slab_link_next(object, *link);
	*link = 0;
	return object;
}

static void *slab_pcp_refill(struct kmem_cache *s, gfp_t flags)
{
	void *chain, *object;
	unsigned int nr;

	nr = s->ops->refill(s, &chain, s->batch, flags);
	if (!nr)
		return NULL;
	if (nr == 1 || slab_link_ok(*slab_link_of(chain, s->link))) {
		object = slab_pcp_unchain(s, &chain);
		if (nr > 1)
			slab_pcp_fill(s, chain, nr - 1);
		return object;
	}
	/* Its link was overwritten while it lay in its slab. */
	__atomic_fetch_add(&s->nr_lost, nr, __ATOMIC_RELAXED);
	slab_report_object(s, slab_page_of(s, chain), chain, "Freepointer corrupt");
	slab_link_set(chain, s->link, slab_nil);
	slab_report_fix(s, "Isolate corrupted freechain");
	slab_pcp_rescue(s);
	return slab_pcp_refill(s, flags);
}

/* @head: what the fast path found and, unless it is NULL, has claimed. */
static noinline void *slab_pcp_alloc_slow(struct slab_stock *linked, struct slab_stock *st,
					  void *head, gfp_t flags, unsigned long caller)
{
	struct kmem_cache *s = slab_cache_table[linked - slab_stocks];
	void *object;

	if (WARN_ON_ONCE(!s))
		return NULL;
	if (head > slab_nil)
		slab_pcp_abandon(s, st, head);
	else if (head)
		slab_pcp_release(st, head);
	if (unlikely(READ_ONCE(s->nr_lost)))
		slab_pcp_rescue(s);
	WARN_ON_ONCE(s->ctor && (flags & __GFP_ZERO));	/* zeroes are not what it constructs */
	if (likely(!(s->flags & SLAB_DEBUG_FLAGS)))
		return slab_pcp_refill(s, flags);
	if (!s->ops->refill(s, &object, 1, flags))
		return NULL;
	slab_debug_alloc(s, object, s->object_size, caller);
	return object;
}

/*
 * Does a stock hold this object?  Only asked when it looks free.  A stock that somebody
 * has claimed cannot be looked at: then looks decide.
 */
bool slab_pcp_contains(struct kmem_cache *s, const void *object)
{
	struct slab_stock *st;
	void *head, *p;
	int cpu, left;

	for_each_possible_cpu(cpu) {
		st = per_cpu_ptr(s->stock, cpu);
		head = slab_pcp_claim(st);
		if (!head)
			return true;
		left = st->limit - st->room;
		for (p = head; p != object && left > 0; left--)
			p = slab_link_next(p, *slab_link_of(p, s->link));
		slab_pcp_release(st, head);
		if (left > 0)
			return true;
	}
	return false;
}

/*
 * Keep the newest objects of a full stock, which are the warm ones; cut the others off.
 * NULL: a link was broken, the stock is abandoned.
 */
static void *slab_pcp_cut(struct kmem_cache *s, struct slab_stock *st, void *head,
			  unsigned int *nr)
{
	unsigned int keep = st->limit - s->batch;
	void *p = head;
	u64 word;

	*nr = st->limit - st->room - keep;
	for (;;) {
		word = *slab_link_of(p, s->link);
		if (unlikely(!slab_link_ok(word))) {
			slab_pcp_abandon(s, st, p);
			return NULL;
		}
		if (!--keep)
			break;
		p = slab_link_next(p, word);
	}
	slab_link_set(p, s->link, slab_nil);
	st->room += *nr;
	return slab_link_next(p, word);
}

/* Into the stock, a batch out of it if it is full, or to its slab if it is claimed. */
static void slab_pcp_put(struct kmem_cache *s, void *object)
{
	struct slab_stock *st = this_cpu_ptr(s->stock);
	void *head = slab_pcp_claim(st), *rest = NULL;
	unsigned int nr;

	if (!head) {
		s->ops->flush(s, object, 1, NULL, 0);
		return;
	}
	if (st->room <= 0) {
		rest = slab_pcp_cut(s, st, head, &nr);
		if (!rest) {
			s->ops->flush(s, object, 1, NULL, 0);
			return;
		}
	}
	st->room--;
	slab_link_set(object, s->link, head);
	slab_pcp_release(st, object);
	if (rest)
		s->ops->flush(s, rest, nr, NULL, 0);
}

/* @object is the address of an object of @s; whether it is live is still to be seen. */
void slab_pcp_free(struct kmem_cache *s, void *object, unsigned long caller)
{
	const bool dying = READ_ONCE(s->dying);
	const u16 index = s->index;

	if (s->flags & SLAB_DEBUG_FLAGS) {
		s->ops->flush(s, object, 1, slab_debug_free, caller);
	} else if (slab_link_ok(*slab_link_of(object, s->link)) &&
		   (s->ops->is_free(s, slab_page_of(s, object), object) ||
		    slab_pcp_contains(s, object))) {
		slab_report_object(s, slab_page_of(s, object), object, "Object already free");
		slab_report_fix(s, "Object at 0x%px not freed", object);
	} else {
		slab_pcp_put(s, object);
	}
	if (dying)
		slab_cache_reap(s, index);
}

/* ---- bulk ------------------------------------------------------------------------ */

/* Up to nr objects out of this CPU's stock, in one claim. */
static size_t slab_pcp_pop_bulk(struct kmem_cache *s, size_t nr, void **p)
{
	struct slab_stock *st = this_cpu_ptr(s->stock);
	void *head = slab_pcp_claim(st), *object = head;
	size_t i;
	u64 word, *link;

	if (!head)
		return 0;
	for (i = 0; i < nr && object != slab_nil; i++) {
		link = slab_link_of(object, s->link);
		word = *link;
		if (unlikely(!slab_link_ok(word)))
			break;			/* the next single alloc reports it */
		*link = 0;
		p[i] = object;
		object = slab_link_next(object, word);
	}
	st->room += i;
	slab_pcp_release(st, object);
	return i;
}

int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t flags, size_t nr, void **p)
{
	size_t i = 0;

	while (i < nr) {
		i += slab_pcp_pop_bulk(s, nr - i, p + i);
		if (i == nr)
			break;
		/* Empty, or not to be used: a single one refills, and checks. */
		p[i] = slab_pcp_alloc(s->stock, flags & ~__GFP_ZERO);
		if (!p[i])
			goto err_free;
		i++;
	}
	if (flags & __GFP_ZERO)
		for (i = 0; i < nr; i++)
			memset(p[i], 0, s->object_size);
	return (int)nr;

err_free:
	kmem_cache_free_bulk(s, i, p);
	return 0;
}
EXPORT_SYMBOL(kmem_cache_alloc_bulk);

/*
 * Objects of one cache in one claim, as far as nothing is wrong and there is room.
 * A claim lasts for the stock's size at most.
 */
static size_t slab_pcp_push_bulk(struct kmem_cache *s, size_t nr, void **p)
{
	struct slab_stock *st = this_cpu_ptr(s->stock);
	const u64 magic = st->magic;
	void *head = slab_pcp_claim(st);
	size_t i;
	u64 *link;

	if (!head)
		return 0;
	if (nr > (size_t)st->room)
		nr = st->room;
	for (i = 0; i < nr; i++) {
		link = slab_link_of(p[i], s->link);
		if (unlikely(slab_index_of(p[i]) != s->index) ||
		    unlikely(((u32)(unsigned long)p[i] & st->slab_mask) * magic >= magic) ||
		    unlikely(slab_link_ok(*link)))
			break;
		*link = (u64)(unsigned long)head ^ slab_secret ^ (u64)(unsigned long)p[i];
		head = p[i];
	}
	st->room -= i;
	slab_pcp_release(st, head);
	return i;
}

void kmem_cache_free_bulk(struct kmem_cache *s, size_t nr, void **p)
{
	size_t i = 0;

	while (i < nr) {
		if (s)
			i += slab_pcp_push_bulk(s, nr - i, p + i);
		if (i == nr)
			break;
		if (s)
			slab_pcp_free_slow(s, p[i], _RET_IP_);
		else
			kfree(p[i]);
		i++;
	}
}
EXPORT_SYMBOL(kmem_cache_free_bulk);

/* ---- setting up, draining, checking ---------------------------------------------- */

void slab_pcp_open(struct kmem_cache *s)
{
	unsigned int limit = SLAB_PCP_BYTES / s->size;
	const bool used = !(s->flags & SLAB_DEBUG_FLAGS);
	struct slab_stock *st;
	int cpu;

	limit = limit < SLAB_PCP_MIN ? SLAB_PCP_MIN : limit > SLAB_PCP_MAX ? SLAB_PCP_MAX : limit;
	s->batch = limit / 2;
	for_each_possible_cpu(cpu) {
		st = per_cpu_ptr(s->stock, cpu);
		st->magic = used ? ~0ULL / s->size + 1 : 0;
		st->slab_mask = (u32)((PAGE_SIZE << s->order) - 1);
		st->link = s->link;
		st->cache = s->index;
		st->limit = limit;
		st->room = limit;
		slab_pcp_release(st, used ? slab_nil : NULL);
	}
}

/* Take all objects of a stock out; the stock is left claimed. */
static void slab_pcp_empty(struct kmem_cache *s, struct slab_stock *st, void *head)
{
	unsigned int nr = st->limit - st->room;

	st->room = st->limit;
	if (nr)
		s->ops->flush(s, head, nr, NULL, 0);
}

void slab_pcp_close(struct kmem_cache *s)
{
	struct slab_stock *st;
	void *head;
	int cpu;

	for_each_possible_cpu(cpu) {
		st = per_cpu_ptr(s->stock, cpu);
		head = slab_pcp_claim(st);
		st->magic = 0;
		if (head)
			slab_pcp_empty(s, st, head);
	}
}

static void slab_pcp_empty_all(struct kmem_cache *s)
{
	struct slab_stock *st;
	void *head;
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
		nr += st->limit - READ_ONCE(st->room);
	}
	return nr;
}

/* Follow one claimed stock: objects found, or -1 at the first that is none of ours. */
static int slab_pcp_walk(struct kmem_cache *s, void *head, int most)
{
	void *p = head;
	int nr;
	u64 word;

	for (nr = 0; p != slab_nil; nr++) {
		if (nr > most || slab_index_of(p) != s->index ||
		    slab_object_nr(s, slab_page_of(s, p), p) < 0)
			return -1;
		word = *slab_link_of(p, s->link);
		if (!slab_link_ok(word))
			return -1;
		p = slab_link_next(p, word);
	}
	return nr;
}

bool slab_pcp_verify(struct kmem_cache *s, unsigned long *stocked, char *msg, size_t n)
{
	struct slab_stock *st;
	int cpu, nr, room;
	void *head;

	*stocked = 0;
	for_each_possible_cpu(cpu) {
		st = per_cpu_ptr(s->stock, cpu);
		head = slab_pcp_claim(st);
		if (!head)
			continue;
		room = st->room;
		nr = slab_pcp_walk(s, head, st->limit);
		slab_pcp_release(st, head);
		if (nr < 0 || room < 0 || nr != st->limit - room) {
			snprintf(msg, n, "slab %s: cpu %d: stock holds %d objects, room %d of %u",
				 s->name, cpu, nr, room, st->limit);
			return false;
		}
		*stocked += nr;
	}
	return true;
}
