/* SPDX-License-Identifier: MIT */
/* rewind_slab.c - this CPU's stocks of objects: the sequences of arch/x86/rewind_slab.asm */
#include <asm/processor.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../mm/slab_pcp.h"
#include "rewind.h"

#define SLAB_GFP	(GFP_ATOMIC | __GFP_NOWARN)

/* Sizes that are a power of two, and not; one whose links lie outside, for it has a constructor. */
static struct kmem_cache *cache;

/* arg: bytes, 0: as one with a constructor; of size classes: their index. */
static struct kmem_cache *cache_of(const struct rewind_stock *stock)
{
	return cache ?: slab_cache_table[KMALLOC_CACHE(0, stock->arg)];
}

/*
 * A free that began again while another CPU looked at the cache has put its object aside, for it
 * could not be sure.  That CPU may have been stopped there by the host: it goes on before long.
 */
static void decide_what_is_aside(void)
{
	unsigned int i, tries = 10000000;

	for (i = 0; i < SLAB_NOLOCK_DOUBTS; i++)
		while (this_cpu_read(slab_nolock.unsure[i]) && --tries) {
			slab_nolock_retry();
			cpu_relax();
		}
}

static unsigned int walk(const struct rewind_stock *stock, void **to, unsigned int max)
{
	const struct kmem_cache *s = cache_of(stock);
	struct slab_link *link;
	unsigned int nr;

	decide_what_is_aside();
	link = *slab_stock_list(s, this_cpu_ptr(&slab_stocks[s->index]));
	for (nr = 0; nr < max && link != slab_nil; nr++) {
		if (!slab_link_place(link))
			return max;		/* it leads nowhere */
		to[nr] = (char *)link - s->link;
		link = slab_link_next(link);
	}
	return nr;
}

static void drain(const struct rewind_stock *stock)
{
	slab_pcp_drain(cache_of(stock));
}

/* ---- caches ------------------------------------------------------------------------ */

static void construct(void *object)
{
}

static const char *begin_sized(unsigned int size, void (*ctor)(void *))
{
	cache = kmem_cache_create("rewind", size, 0, 0, ctor);
	return cache ? NULL : "no memory for a cache";
}

static const char *begin_64(void)
{
	return begin_sized(64, NULL);
}

static const char *begin_72(void)
{
	return begin_sized(72, NULL);
}

static const char *begin_linked(void)
{
	return begin_sized(72, construct);
}

static void end_cache(void)
{
	rewind_known_end();
	kmem_cache_destroy(cache);
	cache = NULL;
}

static void *take(void)
{
	return slab_alloc(slab_id(cache), SLAB_GFP);
}

static void *take_kernel(void)
{
	return slab_alloc_kernel(slab_id(cache));
}

static void give(void *object)
{
	kmem_cache_free(cache, object);
}

static void give_any(void *object)
{
	kfree(object);
}

/* ---- bulk -------------------------------------------------------------------------- */

/*
 * What is taken and given are eights, and a list is one of eights then: each is known by its
 * object with the lowest address, which says behind its first word which are the others.
 */
#define EIGHT		8
#define BULK_SIZE	72

struct eight {
	u64 link;
	void *object[EIGHT];
};
static_assert(sizeof(struct eight) == BULK_SIZE);

static void *lowest(void *const *p)
{
	void *low = p[0];
	unsigned int i;

	for (i = 1; i < EIGHT; i++)
		low = p[i] < low ? p[i] : low;
	return low;
}

static void *take_eight(void)
{
	void *p[EIGHT];
	struct eight *e;

	if (!kmem_cache_alloc_bulk(cache, SLAB_GFP, EIGHT, p))
		return NULL;
	e = lowest(p);
	memcpy(e->object, p, sizeof(p));
	return e;
}

static void give_eight(void *object)
{
	struct eight *e = object;
	void *p[EIGHT];

	memcpy(p, e->object, sizeof(p));
	kmem_cache_free_bulk(cache, EIGHT, p);
}

static unsigned int walk_eights(const struct rewind_stock *stock, void **to, unsigned int max)
{
	static void *all[512];
	const unsigned int nr = walk(stock, all, ARRAY_SIZE(all)) / EIGHT;
	unsigned int i;

	for (i = 0; i < nr && i < max; i++)
		to[i] = lowest(&all[i * EIGHT]);
	return i;
}

/* ---- sizes ------------------------------------------------------------------------- */

#define SIZED		80		/* class 1, of 96 */

static void *take_sized(void)
{
	return slab_kmalloc(SIZED, SLAB_GFP);
}

static void *take_sized_kernel(void)
{
	return slab_kmalloc_kernel(SIZED);
}

static void *take_nolock(void)
{
	return kmalloc_nolock(SIZED, 0, -1);
}

static void give_nolock(void *object)
{
	kfree_nolock(object);
}

#define TAKE_CLASS(n)	static void *take_class_##n(void) { return slab_alloc_class(n); }
TAKE_CLASS(1)
TAKE_CLASS(2)
TAKE_CLASS(3)
TAKE_CLASS(4)
TAKE_CLASS(5)
TAKE_CLASS(6)
TAKE_CLASS(7)
TAKE_CLASS(8)
TAKE_CLASS(9)
TAKE_CLASS(10)
TAKE_CLASS(11)
TAKE_CLASS(12)
TAKE_CLASS(13)

#define COMMON(label, t, g) \
	.name = label, REWIND_KNOWN, .take = t, .give = g, .walk = walk, .drain = drain
/* The slow path for GFP_KERNEL may sleep: only where it is not taken. */
#define KERNEL		.first_state = REWIND_FIRST_FAST
#define FROM_CACHE(label, b, t, g) \
	{ COMMON(label, t, g), .slow_states = REWIND_SLOW, .begin = b, .end = end_cache }
#define FROM_CACHE_KERNEL(label, b, t, g) \
	{ COMMON(label, t, g), .begin = b, .end = end_cache, KERNEL }
/* Of large ones four are many, and one more may be one too many. */
#define FROM_CLASS(n) \
	{ COMMON("class-" #n, take_class_##n, give_any), .end = rewind_known_end, .arg = n, \
	  KERNEL, .slow_states = (n) < 10 ? 0 : ~0U }

bool rewind_slab_debugged(void)
{
	return slab_cache_table[KMALLOC_CACHE(0, 1)]->flags & SLAB_DEBUG_FLAGS;
}

const struct rewind_stock rewind_slab_stocks[] = {
	FROM_CACHE("cache-64", begin_64, take, give),
	FROM_CACHE("cache-72", begin_72, take, give_any),
	FROM_CACHE("cache-linked", begin_linked, take, give),
	FROM_CACHE("cache-linked-any", begin_linked, take, give_any),
	FROM_CACHE_KERNEL("cache-kernel", begin_64, take_kernel, give),
	{ .name = "cache-bulk", REWIND_KNOWN, .take = take_eight, .give = give_eight,
	  .walk = walk_eights, .drain = drain, .begin = begin_72, .end = end_cache, KERNEL },
	{ COMMON("kmalloc", take_sized, give_any), .slow_states = REWIND_SLOW,
	  .end = rewind_known_end, .arg = 1 },
	{ COMMON("kmalloc-kernel", take_sized_kernel, give_any), .end = rewind_known_end,
	  .arg = 1, KERNEL },
	{ COMMON("kmalloc-nolock", take_nolock, give_nolock), .end = rewind_known_end,
	  .arg = 1, KERNEL },
	FROM_CLASS(1), FROM_CLASS(2), FROM_CLASS(3), FROM_CLASS(4), FROM_CLASS(5),
	FROM_CLASS(6), FROM_CLASS(7), FROM_CLASS(8), FROM_CLASS(9), FROM_CLASS(10),
	FROM_CLASS(11), FROM_CLASS(12), FROM_CLASS(13),
};
const unsigned int nr_rewind_slab_stocks = ARRAY_SIZE(rewind_slab_stocks);
