/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_pressure.c - mempools, watermarks, shrinkers, reclaim, and how to get there
 *
 * For the paths below the watermarks begin() takes nearly all memory of the machine, and
 * end() gives it back; so they need a small one.  The masks are such that nobody goes out
 * of memory: that would wait, and print.
 */
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/shrinker.h>

#include "../../mm/slab_pcp.h"
#include "irqsweep.h"

#define SIZE		1024
#define RESERVE		4
#define SMALL_MACHINE	((64UL << 20) / PAGE_SIZE)
#define QUIET		(__GFP_NOWARN | __GFP_NORETRY)

static bool fail_all(gfp_t gfp, unsigned int order)
{
	return true;
}

#define RUN(name, what)							\
	static void name(void *sweep)					\
	{								\
		struct sweep *c __maybe_unused = sweep;			\
									\
		what;							\
	}

/* ---- mempools ---------------------------------------------------------------------- */

static mempool_t *pool;

static void *pool_take(struct sweep *c, gfp_t gfp)
{
	return mempool_alloc(pool, gfp & ~__GFP_DIRECT_RECLAIM);
}

static void pool_give(struct sweep *c, void *element)
{
	mempool_free(element, pool);
}

/* A pool for each run: what is in its reserve at the end are not the elements of before. */
static void make_pool(struct sweep *c)
{
	pool = mempool_create_kmalloc_pool(RESERVE, SIZE);
	c->take = pool_take;
	c->give = pool_give;
	if (!pool)
		c->fault = "no pool";
}

static void only_reserve(struct sweep *c)
{
	page_alloc_set_should_fail(fail_all);
}

static void reserve_empty(struct sweep *c)
{
	only_reserve(c);
	while (c->nr_live < RESERVE)
		c->live[c->nr_live++] = irqsweep_take(c, SWEEP_GFP);
}

static void one_of_pool(struct sweep *c)
{
	c->result = irqsweep_take(c, SWEEP_GFP);
}

static void reserve_used(struct sweep *c)
{
	only_reserve(c);
	c->result = irqsweep_take(c, SWEEP_GFP);
	page_alloc_set_should_fail(NULL);
}

static void pool_freed(struct sweep *c)
{
	page_alloc_set_should_fail(NULL);
	while (c->nr_live)
		irqsweep_give(c, c->live[--c->nr_live]);
	if (!mempool_is_saturated(pool))
		c->fault = "the pool's reserve is not full again";
	mempool_destroy(pool);
	pool = NULL;
}

static void pool_given(struct sweep *c)
{
	page_alloc_set_should_fail(NULL);
	if (c->result)
		irqsweep_stamp(c->result, SIZE);
	irqsweep_give(c, c->result);
	pool_freed(c);
}

RUN(run_pool_alloc, c->result = mempool_alloc(pool, GFP_NOWAIT | __GFP_NOWARN))
RUN(run_pool_prealloc, c->result = mempool_alloc_preallocated(pool))
RUN(run_pool_free, mempool_free(c->result, pool))

/* ---- shrinking ------------------------------------------------------------------------ */

static const char *make_cache(struct sweep *c)
{
	c->cache = kmem_cache_create("irqsweep", c->size, 0, 0, NULL);
	return c->cache ? NULL : "no cache";
}

static void drop_cache(struct sweep *c)
{
	kmem_cache_destroy(c->cache);
	c->cache = NULL;
}

/* Slabs with nothing in use, some of them in stock. */
static void idle_slabs(struct sweep *c)
{
	unsigned int i;

	for (i = 0; i < 24; i++)
		c->live[i] = irqsweep_take(c, SWEEP_GFP);
	for (i = 0; i < 24; i++)
		irqsweep_give(c, c->live[i]);
}

/*
 * Too long a path: the poison of a slab that goes is looked at byte by byte; and each step of a
 * wait for another CPU is one of the path, which a busy host makes as long as it likes.
 */
static const char *make_cache_no_debug(struct sweep *c)
{
	if (num_online_cpus() > 1)
		return "it asks all CPUs, once for each cache";
	return sweep_no_debug(c) ?: make_cache(c);
}

RUN(run_shrink_slab, shrink_slab(GFP_KERNEL, 0, 0))

/* ---- below the watermarks --------------------------------------------------------------- */

struct taken {
	struct taken *next;
	unsigned int order;
};
static struct taken *taken;

static void give_memory_back(struct sweep *c)
{
	struct taken *t;

	while ((t = taken) != NULL) {
		taken = t->next;
		free_pages((unsigned long)t, t->order);
	}
	if (c->cache)
		drop_cache(c);
}

/* All but what only those may have who dig into the reserve. */
static const char *take_memory(struct sweep *c)
{
	int order = MAX_PAGE_ORDER;
	struct taken *t;

	if (totalram_pages() > SMALL_MACHINE)
		return "too much memory to take it all";
	if (make_cache(c))
		return "no cache";
	while (order >= 0) {
		t = (struct taken *)__get_free_pages(GFP_NOWAIT | __GFP_NOWARN, order);
		if (!t) {
			order--;
			continue;
		}
		*t = (struct taken){ taken, order };
		taken = t;
	}
	return NULL;
}

static void page_given(struct sweep *c)
{
	free_pages((unsigned long)c->result, c->order);
}

static void page_given_sure(struct sweep *c)
{
	if (!c->result)
		c->fault = "it returned NULL";
	page_given(c);
}

/* Reclaim that has one cache to ask; asking all of them is shrink_slab's path. */
static struct kmem_cache *reclaimable;
static page_reclaim_fn *real_reclaim;

static unsigned long reclaim_one(const struct alloc_context *ac)
{
	kmem_cache_shrink(reclaimable);
	return 1;
}

static void reclaimable_slabs(struct sweep *c)
{
	idle_slabs(c);
	reclaimable = c->cache;
	real_reclaim = page_alloc_set_reclaim(reclaim_one);
}

static void reclaimed(struct sweep *c)
{
	page_alloc_set_reclaim(real_reclaim);
	page_given(c);
}

#define RUN_PAGES(name, gfp) \
	RUN(name, c->result = (void *)__get_free_pages((gfp) | QUIET, c->order))

RUN_PAGES(run_atomic, GFP_ATOMIC)
RUN_PAGES(run_nowait, GFP_NOWAIT)
RUN_PAGES(run_memalloc, GFP_NOWAIT | __GFP_MEMALLOC)
RUN_PAGES(run_kernel, GFP_KERNEL)
RUN(run_kmalloc, c->result = kmalloc(SIZE, SWEEP_GFP))

static void kmalloc_given(struct sweep *c)
{
	kfree(c->result);
}

#define POOL(name, path, run, setup, teardown) \
	{ name, path, run, setup, teardown, sweep_no_debug, .size = SIZE, .clear = make_pool }
#define LOW(name, path, run, setup, teardown) \
	{ name, path, run, setup, teardown, take_memory, give_memory_back, .size = SIZE }

const struct sweep_op sweep_pressure_ops[] = {
	POOL("mempool_alloc", "ordinary", run_pool_alloc, NULL, pool_given),
	POOL("mempool_alloc", "reserve", run_pool_alloc, only_reserve, pool_given),
	POOL("mempool_alloc", "empty", run_pool_alloc, reserve_empty, pool_given),
	POOL("mempool_prealloc", "reserve", run_pool_prealloc, NULL, pool_given),
	POOL("mempool_free", "kfree", run_pool_free, one_of_pool, pool_freed),
	POOL("mempool_free", "reserve", run_pool_free, reserve_used, pool_freed),
	{ "shrink_slab", "idle-slabs", run_shrink_slab, idle_slabs, NULL, make_cache_no_debug,
	  drop_cache,
	  .size = SIZE },
	LOW("alloc_pages", "0-reserve", run_atomic, NULL, page_given_sure),
	LOW("alloc_pages", "0-memalloc", run_memalloc, NULL, page_given_sure),
	LOW("alloc_pages", "0-nowait", run_nowait, NULL, page_given),
	LOW("kmalloc", "reserve", run_kmalloc, NULL, kmalloc_given),
	LOW("alloc_pages", "0-reclaims", run_kernel, reclaimable_slabs, reclaimed),
};
const unsigned int nr_sweep_pressure_ops = ARRAY_SIZE(sweep_pressure_ops);
