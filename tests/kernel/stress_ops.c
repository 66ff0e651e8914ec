/* SPDX-License-Identifier: MIT */
/*
 * stress_ops.c - taking and giving back, by every call and with every mask
 *
 * Each thing that is held is filled with a pattern of its own, of who took it and of what it
 * is, and looked at before it goes back: a block that was given to two, or cut, shows.  Small
 * things are filled whole, of large ones both ends and a word here and there.  Things change
 * hands through a row of boxes, so that each kind is freed in each context.  Elements of
 * mempools go back within the step: to hold one and ask for another is how pools deadlock.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "stress.h"

#define NR_CACHES	4
#define NR_BULK		16
#define MAX_VMALLOC	(48 * PAGE_SIZE)

const char *const stress_kind_names[NR_STRESS_KINDS] = {
	"kmalloc", "kmem_cache", "pages", "vmalloc", "kvmalloc", "percpu", "mempool", "bulk",
};

/* The first of them may be used where nobody may sleep. */
#define NR_ATOMIC_MASKS	7
#define QUIET(name, mask)	{ name, (mask) | __GFP_NOWARN }
#define MASK_OF_RESERVE	6		/* may take the last page: given back at once */
#define MASK_IS_KERNEL(m)	((m) == 7 || (m) == 8)	/* those that fail last of all */
#define SMALL_BYTES	(PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER)
#define MASK_NOFAIL	15		/* single pages only */

const struct stress_mask stress_masks[NR_STRESS_MASKS] = {
	QUIET("GFP_ATOMIC", GFP_ATOMIC),
	QUIET("GFP_NOWAIT", GFP_NOWAIT),
	QUIET("GFP_ATOMIC|ZERO", GFP_ATOMIC | __GFP_ZERO),
	QUIET("GFP_ATOMIC|NOMEMALLOC", GFP_ATOMIC | __GFP_NOMEMALLOC),
	QUIET("GFP_DMA", GFP_DMA),
	QUIET("GFP_ATOMIC|DMA", GFP_ATOMIC | GFP_DMA),
	QUIET("GFP_ATOMIC|MEMALLOC", GFP_ATOMIC | __GFP_MEMALLOC),
	QUIET("GFP_KERNEL", GFP_KERNEL),
	QUIET("GFP_KERNEL|ZERO", GFP_KERNEL | __GFP_ZERO),
	QUIET("GFP_NOIO", GFP_NOIO),
	QUIET("GFP_NOFS", GFP_NOFS),
	QUIET("GFP_KERNEL|NORETRY", GFP_KERNEL | __GFP_NORETRY),
	QUIET("GFP_KERNEL|MAYFAIL", GFP_KERNEL | __GFP_RETRY_MAYFAIL),
	QUIET("GFP_KERNEL|HIGH", GFP_KERNEL | __GFP_HIGH),
	QUIET("GFP_KERNEL|DMA", GFP_KERNEL | GFP_DMA),
	QUIET("GFP_KERNEL|NOFAIL", GFP_KERNEL | __GFP_NOFAIL),
};

static struct kmem_cache *cache[NR_CACHES];
static mempool_t *kmalloc_pool, *page_pool;
static struct stress_item *box[STRESS_BOXES];	/* each a struct that was kmalloc()ed */

/* ---- patterns -------------------------------------------------------------------- */

#define WHOLE_WORDS	(2048 / sizeof(u64))	/* so much at each end is filled word by word */
#define SPARSE_WORDS	61			/* in between: one of so many */

static u64 pattern_of(const struct stress_item *it, unsigned long i)
{
	return ((u64)(unsigned long)it->p ^ (u64)it->owner << 48 ^ it->kind) +
	       i * 0x9e3779b97f4a7c15ULL;
}

static unsigned long next_word(unsigned long i, unsigned long nr)
{
	if (i < WHOLE_WORDS || i + WHOLE_WORDS >= nr)
		return i + 1;
	return min(i + SPARSE_WORDS, nr - WHOLE_WORDS);
}

static bool is_filled(const struct stress_item *it, const u64 *word)
{
	const unsigned long nr = it->bytes / sizeof(u64);
	unsigned long i;

	for (i = 0; i < nr; i = next_word(i, nr))
		if (word[i] != pattern_of(it, i))
			return false;
	return true;
}

static bool is_zero(const struct stress_item *it, const u64 *word)
{
	const unsigned long nr = it->bytes / sizeof(u64);
	unsigned long i;

	for (i = 0; i < nr; i = next_word(i, nr))
		if (word[i])
			return false;
	return true;
}

static void fill_words(const struct stress_item *it, u64 *word)
{
	const unsigned long nr = it->bytes / sizeof(u64);
	unsigned long i;

	for (i = 0; i < nr; i = next_word(i, nr))
		word[i] = pattern_of(it, i);
}

/* A per-CPU object is as many as there are CPUs. */
static unsigned int nr_copies(const struct stress_item *it)
{
	return it->kind == STRESS_PERCPU ? nr_cpu_ids : 1;
}

static u64 *copy_of(const struct stress_item *it, unsigned int copy)
{
	if (it->kind == STRESS_PAGES)
		return page_address(it->p);
	if (it->kind == STRESS_PERCPU)
		return per_cpu_ptr((u64 __percpu *)it->p, copy);
	return it->p;
}

static void fill(struct stress_side *s, const struct stress_item *it, gfp_t gfp)
{
	const bool zeroed = gfp & __GFP_ZERO || it->kind == STRESS_PERCPU;
	unsigned int copy;

	for (copy = 0; copy < nr_copies(it); copy++) {
		if (zeroed)
			s->broken += !is_zero(it, copy_of(it, copy));
		fill_words(it, copy_of(it, copy));
	}
}

static void look_at(struct stress_side *s, const struct stress_item *it)
{
	unsigned int copy;

	for (copy = 0; copy < nr_copies(it); copy++)
		s->broken += !is_filled(it, copy_of(it, copy));
}

/* ---- giving back ----------------------------------------------------------------- */

void stress_give(struct stress_side *s, struct stress_item *it)
{
	look_at(s, it);
	switch (it->kind) {
	case STRESS_CACHE:
		kmem_cache_free(cache[it->order], it->p);
		break;
	case STRESS_PAGES:
		__free_pages(it->p, it->order);
		break;
	case STRESS_VMALLOC:
		vfree(it->p);
		break;
	case STRESS_KVMALLOC:
		kvfree(it->p);
		break;
	case STRESS_PERCPU:
		free_percpu((void __percpu *)it->p);
		break;
	default:
		kfree(it->p);
	}
	it->p = NULL;
}

/* ---- taking ---------------------------------------------------------------------- */

/* Small ones mostly, now and then one as large as max. */
static u32 some_bytes(struct stress_side *s, u32 max)
{
	u32 limit = 64;

	while (limit < max && prandom_u32_below(&s->rnd, 3))
		limit *= 2;
	return 16 + prandom_u32_below(&s->rnd, min(limit, max) - 16) / 8 * 8;
}

static unsigned int some_order(struct stress_side *s)
{
	unsigned int order = 0;

	while (order < MAX_PAGE_ORDER && !prandom_u32_below(&s->rnd, order < 3 ? 3 : 2))
		order++;
	return order;
}

static void take_from_pool(struct stress_side *s, gfp_t gfp)
{
	mempool_t *pool = prandom_u32_below(&s->rnd, 2) ? kmalloc_pool : page_pool;
	void *p = mempool_alloc(pool, gfp & ~(__GFP_ZERO | __GFP_DMA | __GFP_NOFAIL));

	s->pool_failed += !p && gfpflags_allow_blocking(gfp);
	s->kind[STRESS_MEMPOOL].failed += !p;
	mempool_free(p, pool);
}

static void take_bulk(struct stress_side *s, gfp_t gfp)
{
	struct kmem_cache *c = cache[prandom_u32_below(&s->rnd, NR_CACHES)];
	void *p[NR_BULK];

	if (kmem_cache_alloc_bulk(c, gfp & ~(__GFP_ZERO | __GFP_NOFAIL), NR_BULK, p))
		kmem_cache_free_bulk(c, NR_BULK, p);
	else
		s->kind[STRESS_BULK].failed++;
}

static void take_block(struct stress_side *s, struct stress_item *it, gfp_t gfp)
{
	switch (it->kind) {
	case STRESS_KMALLOC:
		it->bytes = some_bytes(s, 65536);
		it->p = kmalloc(it->bytes, gfp);
		break;
	case STRESS_CACHE:
		it->order = prandom_u32_below(&s->rnd, NR_CACHES);
		it->bytes = kmem_cache_size(cache[it->order]);
		it->p = kmem_cache_alloc(cache[it->order], gfp & ~__GFP_DMA);
		break;
	case STRESS_PAGES:
		it->order = gfp & __GFP_NOFAIL ? 0 : some_order(s);
		it->bytes = PAGE_SIZE << it->order;
		it->p = alloc_pages(gfp, it->order);
		break;
	case STRESS_VMALLOC:
		it->bytes = some_bytes(s, MAX_VMALLOC);
		it->p = __vmalloc(it->bytes, gfp & ~__GFP_DMA);
		break;
	case STRESS_KVMALLOC:
		it->bytes = some_bytes(s, MAX_VMALLOC);
		it->p = kvmalloc(it->bytes, gfp & ~__GFP_DMA);
		break;
	default:
		it->bytes = some_bytes(s, 512);
		it->p = (__force void *)__alloc_percpu_gfp(it->bytes, 8, gfp & ~__GFP_DMA);
	}
}

static enum stress_kind some_kind(struct stress_side *s, bool atomic)
{
	const u32 dice = prandom_u32_below(&s->rnd, 32);

	if (dice < 8)
		return STRESS_KMALLOC;
	if (dice < 16)
		return STRESS_CACHE;
	if (dice < 24)
		return STRESS_PAGES;
	if (dice < 26)
		return STRESS_MEMPOOL;
	if (dice < 28)
		return STRESS_BULK;
	if (atomic)
		return STRESS_KMALLOC;
	return dice < 30 ? STRESS_VMALLOC : dice < 31 ? STRESS_KVMALLOC : STRESS_PERCPU;
}

/* A thread uses all masks, and the others those that never sleep. */
static unsigned int some_mask(struct stress_side *s, enum stress_kind kind)
{
	unsigned int mask;

	if (s->atomic)
		return prandom_u32_below(&s->rnd, NR_ATOMIC_MASKS);
	do {
		mask = prandom_u32_below(&s->rnd, NR_STRESS_MASKS);
	} while ((mask == MASK_NOFAIL && kind != STRESS_PAGES) ||
		 (!gfpflags_allow_blocking(stress_masks[mask].gfp) &&
		  (kind == STRESS_VMALLOC || kind == STRESS_KVMALLOC)));
	return mask;
}

void stress_take(struct stress_side *s, struct stress_item *it)
{
	const enum stress_kind kind = some_kind(s, s->atomic);
	const unsigned int mask = some_mask(s, kind);
	const gfp_t gfp = stress_masks[mask].gfp;
	const unsigned long began = jiffies;
	unsigned long wait;

	s->at_kind = kind;
	s->at_mask = mask;
	WRITE_ONCE(s->doing, "taking");
	it->kind = kind;
	it->owner = s->index;
	s->kind[kind].asked++;
	s->mask[mask].asked++;
	if (kind == STRESS_MEMPOOL) {
		take_from_pool(s, gfp);
	} else if (kind == STRESS_BULK) {
		take_bulk(s, gfp);
	} else {
		take_block(s, it, gfp);
		s->kind[kind].failed += !it->p;
		s->mask[mask].failed += !it->p;
		if (it->p)
			fill(s, it, gfp);
	}
	wait = jiffies - began;
	s->kind[kind].max_wait = max(s->kind[kind].max_wait, wait);
	s->mask[mask].max_wait = max(s->mask[mask].max_wait, wait);
	if (!it->p && kind < STRESS_MEMPOOL && MASK_IS_KERNEL(mask) && it->bytes <= SMALL_BYTES)
		s->small_failed++;
	if (it->p && mask == MASK_OF_RESERVE)
		stress_give(s, it);
}

/* What is in the box becomes ours, and what we hold goes in. */
static void exchange(struct stress_side *s, struct stress_item *it)
{
	struct stress_item *mine = NULL, *theirs;

	WRITE_ONCE(s->doing, "exchanging");
	if (it->p) {
		mine = kmalloc(sizeof(*mine), GFP_NOWAIT);
		if (!mine)
			return;
		*mine = *it;
		it->p = NULL;
	}
	theirs = xchg(&box[prandom_u32_below(&s->rnd, STRESS_BOXES)], mine);
	if (theirs) {
		*it = *theirs;
		kfree(theirs);
	}
}

void stress_step(struct stress_side *s)
{
	struct stress_item *it = &s->held[prandom_u32_below(&s->rnd, STRESS_SLOTS)];

	if (prandom_u32_below(&s->rnd, 8) == 0) {
		exchange(s, it);
	} else if (it->p) {
		WRITE_ONCE(s->doing, "giving back");
		stress_give(s, it);
	} else {
		stress_take(s, it);
	}
	WRITE_ONCE(s->doing, "nothing");
	WRITE_ONCE(s->ops, s->ops + 1);
}

/* ---- beginning and end ----------------------------------------------------------- */

void stress_side_init(struct stress_side *s, const char *name, unsigned int index, bool atomic,
		      u64 seed)
{
	memset(s, 0, sizeof(*s));
	s->index = index;
	strscpy(s->name, name, sizeof(s->name));
	s->atomic = atomic;
	s->doing = "nothing";
	prandom_seed_state(&s->rnd, seed);
}

void stress_side_exit(struct stress_side *s)
{
	unsigned int i;

	for (i = 0; i < STRESS_SLOTS; i++)
		if (s->held[i].p)
			stress_give(s, &s->held[i]);
}

void stress_boxes_exit(struct stress_side *s)
{
	unsigned int i;

	for (i = 0; i < STRESS_BOXES; i++)
		if (box[i]) {
			stress_give(s, box[i]);
			kfree(box[i]);
			box[i] = NULL;
		}
}

int stress_ops_init(void)
{
	static const struct {
		const char *name;
		unsigned int size;
		slab_flags_t flags;
	} how[NR_CACHES] = {
		{ "stress-24", 24, 0 },
		{ "stress-192", 192, SLAB_HWCACHE_ALIGN },
		{ "stress-1000", 1000, SLAB_RECLAIM_ACCOUNT },
		{ "stress-poison", 320, SLAB_POISON | SLAB_RED_ZONE | SLAB_CONSISTENCY_CHECKS },
	};
	unsigned int i;

	for (i = 0; i < NR_CACHES; i++) {
		cache[i] = kmem_cache_create(how[i].name, how[i].size, 0, how[i].flags, NULL);
		if (!cache[i])
			return -ENOMEM;
	}
	kmalloc_pool = mempool_create_kmalloc_pool(4, 700);
	page_pool = mempool_create_page_pool(2, 1);
	return kmalloc_pool && page_pool ? 0 : -ENOMEM;
}

void stress_ops_exit(void)
{
	unsigned int i;

	mempool_destroy(kmalloc_pool);
	mempool_destroy(page_pool);
	for (i = 0; i < NR_CACHES; i++)
		kmem_cache_destroy(cache[i]);
}
