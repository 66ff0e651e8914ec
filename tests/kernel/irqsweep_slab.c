/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_slab.c - operations of the object allocator, and how to get onto each path
 *
 * The caches are of 1024 bytes: four objects a slab, batches of 8, of which a stock holds two.
 * So all paths are there, and none is long because it does the same thing 64 times.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../../mm/slab_pcp.h"
#include "irqsweep.h"

#define SIZE		1024
#define PER_SLAB	4
#define BATCH		8
#define LIMIT		15	/* objects that fill list and spare */

static bool fail_all(gfp_t gfp, unsigned int order)
{
	return true;
}

/* ---- caches -------------------------------------------------------------- */

static const char *make_cache(struct sweep *c)
{
	c->cache = kmem_cache_create("irqsweep", c->size, 0, c->op->arg, NULL);
	if (!c->cache)
		return "no cache";
	return c->cache->objects == PER_SLAB || c->size != SIZE ? NULL : "slab_debug= is on";
}

static void drop_cache(struct sweep *c)
{
	kmem_cache_destroy(c->cache);
	c->cache = NULL;
}

const char *sweep_no_debug_of(size_t size)
{
	return kmalloc_cache(size, 0)->flags & SLAB_DEBUG_FLAGS ? "slab_debug= is on" : NULL;
}

const char *sweep_no_debug(struct sweep *c)
{
	return sweep_no_debug_of(c->size);
}

static struct kmem_cache *the_cache(struct sweep *c)
{
	return c->cache ?: kmalloc_cache(c->size, 0);
}

/* ---- states -------------------------------------------------------------- */

static void hold(struct sweep *c, unsigned int nr)
{
	while (nr--)
		c->live[c->nr_live++] = irqsweep_take(c, GFP_KERNEL);
}

static void let_go(struct sweep *c, unsigned int nr)
{
	while (nr--)
		irqsweep_give(c, c->live[--c->nr_live]);
}

/* So many are in stock, exactly. */
static void expect_stock(struct sweep *c, unsigned int nr)
{
	if (!(the_cache(c)->flags & SLAB_DEBUG_FLAGS) && slab_pcp_count(the_cache(c)) != nr)
		c->fault = "set-up has not made the stock that it should";
}

/* More than a batch in stock. */
static void in_stock(struct sweep *c)
{
	hold(c, 4 * PER_SLAB);
	slab_pcp_drain(the_cache(c));	/* what the scripts have left in it */
	let_go(c, BATCH + 2);
	expect_stock(c, BATCH + 2);
}

/* Nothing in stock, a slab with one object out. */
static void stock_empty(struct sweep *c)
{
	hold(c, 1);
	slab_pcp_drain(the_cache(c));
	expect_stock(c, 0);
}

/* The same, with a batch from two slabs. */
static void two_partial(struct sweep *c)
{
	hold(c, PER_SLAB + 1);
	let_go(c, 1);
	hold(c, 1);
	slab_pcp_drain(the_cache(c));
	irqsweep_give(c, c->live[0]);
	c->live[0] = c->live[--c->nr_live];
	slab_pcp_drain(the_cache(c));
}

/* No slab at all; pages in the CPU's stock, and not. */
static void no_slab(struct sweep *c)
{
	free_page(__get_free_page(GFP_KERNEL));
}

static void no_slab_no_page(struct sweep *c)
{
	drain_local_pages(NULL);
}

/* Chains as long as floods make them: several new slabs at once. */
static void no_slab_long(struct sweep *c)
{
	the_cache(c)->batch = 2 * the_cache(c)->batch_min;
	no_slab(c);
}

static void no_memory(struct sweep *c)
{
	page_alloc_set_should_fail(fail_all);
}

/* One object to free, and a stock with room, without, and that makes slabs empty. */
static void one_out(struct sweep *c)
{
	hold(c, 2);
	c->result = c->live[--c->nr_live];
}

/* From here on there is room for so many chains behind the stocks. */
static void depot_holds(struct sweep *c, unsigned int nr)
{
	the_cache(c)->depot.max = nr;
	the_cache(c)->depot.missed = false;
}

/* Empty, and chains as short as those of a cache that nobody has asked much of. */
static void empty_short(struct sweep *c)
{
	struct kmem_cache *s = the_cache(c);
	struct slab_stock *st;
	unsigned long flags;

	slab_pcp_drain(s);
	if (s->flags & SLAB_DEBUG_FLAGS)
		return;
	local_irq_save(flags);
	st = this_cpu_ptr(&slab_stocks[s->index]);
	s->batch = s->batch_min;
	st->room += s->batch - st->cap;
	st->cap = s->batch;
	local_irq_restore(flags);
}

void irqsweep_forget_floods(struct sweep *c)
{
	if (!c->cache && (!c->size || c->size > KMALLOC_MAX_CACHE_SIZE))
		return;			/* no objects, or whole pages */
	depot_holds(c, 0);
	empty_short(c);
}

/* The next free finds list and spare full. */
static void fill_stock(struct sweep *c)
{
	const struct kmem_cache *s = the_cache(c);
	const struct slab_stock *st = this_cpu_ptr(&slab_stocks[s->index]);

	let_go(c, LIMIT);
	expect_stock(c, LIMIT);
	if (!(s->flags & SLAB_DEBUG_FLAGS) && (st->room || !st->nr_spare))
		c->fault = "set-up has not filled the stock";
}

static void stock_full(struct sweep *c)
{
	hold(c, LIMIT + 2);
	empty_short(c);
	fill_stock(c);
	c->result = c->live[--c->nr_live];
	depot_holds(c, 0);
}

static void stock_full_depot(struct sweep *c)
{
	stock_full(c);
	depot_holds(c, 1);
}

/* A chain in the depot, nothing in stock. */
static void in_depot(struct sweep *c)
{
	struct slab_chain chain;

	stock_full_depot(c);
	irqsweep_give(c, c->result);
	chain = the_cache(c)->depot.chain[0];
	if (the_cache(c)->depot.nr != 1 || chain.nr != BATCH - 1)
		c->fault = "set-up has not filled the depot";
	hold(c, LIMIT + 1 - chain.nr);
	expect_stock(c, chain.nr);
}

static void slabs_too_many(struct sweep *c)
{
	hold(c, LIMIT + 6 * PER_SLAB + 2);
	let_go(c, 6 * PER_SLAB);
	empty_short(c);
	fill_stock(c);
	c->result = c->live[--c->nr_live];
	depot_holds(c, 0);
}

static void bulk_out(struct sweep *c)
{
	hold(c, 1);
	c->nr_bulk = kmem_cache_alloc_bulk(c->cache, GFP_KERNEL, BATCH, c->bulk);
}

/* In bulk a list may become twice as long: it is, and the next free finds that. */
static void bulk_out_stock_full(struct sweep *c)
{
	const struct slab_stock *st;
	void *more[BATCH];

	hold(c, LIMIT);
	bulk_out(c);
	if (kmem_cache_alloc_bulk(c->cache, GFP_KERNEL, BATCH, more) != BATCH)
		c->fault = "no memory";
	empty_short(c);
	fill_stock(c);
	if (!c->fault)
		kmem_cache_free_bulk(c->cache, BATCH, more);
	st = this_cpu_ptr(&slab_stocks[c->cache->index]);
	if (!(c->cache->flags & SLAB_DEBUG_FLAGS) && st->room != -st->cap)
		c->fault = "set-up has not filled the list";
	depot_holds(c, 0);
}

/* ---- and back ------------------------------------------------------------ */

static void check_new(struct sweep *c, void *p, size_t size)
{
	if (!p)
		return;
	irqsweep_stamp(p, size);
	if (!irqsweep_stamped(p, size))
		c->fault = "the object is no memory";
}

static void give_all(struct sweep *c)
{
	page_alloc_set_should_fail(NULL);
	let_go(c, c->nr_live);
}

static void free_object(struct sweep *c)
{
	check_new(c, c->result, c->size);
	irqsweep_give(c, c->result);
	give_all(c);
}

/* Where it must not fail. */
static void free_object_sure(struct sweep *c)
{
	if (!c->result)
		c->fault = "it returned NULL";
	free_object(c);
}

static void free_bulk(struct sweep *c)
{
	unsigned long i;

	for (i = 0; i < c->nr_bulk; i++)
		check_new(c, c->bulk[i], c->size);
	for (i = 0; i < c->nr_bulk; i++)
		irqsweep_give(c, c->bulk[i]);
	give_all(c);
}

/* ---- the calls ----------------------------------------------------------- */

#define RUN(name, what)							\
	static void name(void *sweep)					\
	{								\
		struct sweep *c __maybe_unused = sweep;			\
									\
		what;							\
	}

RUN(run_alloc, c->result = kmem_cache_alloc(c->cache, GFP_KERNEL | __GFP_NOWARN))
RUN(run_zalloc, c->result = kmem_cache_zalloc(c->cache, GFP_KERNEL | __GFP_NOWARN))
RUN(run_free, kmem_cache_free(c->cache, c->result))
RUN(run_alloc_bulk, c->nr_bulk = kmem_cache_alloc_bulk(c->cache, SWEEP_GFP, BATCH, c->bulk))
RUN(run_free_bulk, kmem_cache_free_bulk(c->cache, c->nr_bulk, c->bulk))
RUN(run_shrink, kmem_cache_shrink(c->cache))
RUN(run_kmalloc, c->result = kmalloc(SIZE, GFP_KERNEL | __GFP_NOWARN))
RUN(run_kmalloc_var, c->result = kmalloc(READ_ONCE(c->size), GFP_KERNEL | __GFP_NOWARN))
RUN(run_kzalloc, c->result = kzalloc(64, GFP_KERNEL | __GFP_NOWARN))
RUN(run_kmalloc_dma, c->result = kmalloc(SIZE, GFP_DMA | __GFP_NOWARN))
RUN(run_kfree, kfree(c->result))
RUN(run_kfree_null, kfree(NULL))
RUN(run_kfree_sensitive, kfree_sensitive(c->result))
RUN(run_krealloc, c->result = krealloc(c->live[0], 2 * SIZE, SWEEP_GFP))
RUN(run_krealloc_stay, c->result = krealloc(c->live[0], SIZE - 100, SWEEP_GFP))
RUN(run_kmemdup, c->result = kmemdup(c->live[0], 64, SWEEP_GFP))

/* Freed by the operation itself. */
static void freed(struct sweep *c)
{
	give_all(c);
}

/* What krealloc gave; the old one is live still if it gave nothing. */
static void reallocated(struct sweep *c)
{
	const unsigned long *from = c->live[0], *to = c->result;

	page_alloc_set_should_fail(NULL);
	if (to && to != from) {
		if (*to != *(to + SIZE / sizeof(*to) - 1))
			c->fault = "not all of it was copied";
		c->live[0] = c->live[--c->nr_live];
		kfree(to);
	}
	give_all(c);
}

static void two_sizes(struct sweep *c)
{
	kfree(kmalloc(2 * SIZE, GFP_KERNEL));
	hold(c, 1);
}

static void two_sizes_no_memory(struct sweep *c)
{
	hold(c, 1);
	no_memory(c);
}

static void small_in_stock(struct sweep *c)
{
	kfree(kmalloc(64, GFP_KERNEL));
	hold(c, 1);
}

static void kfree_result(struct sweep *c)
{
	kfree(c->result);
	give_all(c);
}

static void large_out(struct sweep *c)
{
	c->result = kmalloc(c->size, GFP_KERNEL);
}

static void dma_in_stock(struct sweep *c)
{
	kfree(kmalloc(SIZE, GFP_DMA | GFP_KERNEL));
}

#define CACHE(name, path, run, setup, teardown) \
	{ name, path, run, setup, teardown, make_cache, drop_cache, .size = SIZE }
#define DEBUG(name, path, run, setup, teardown, bytes)				\
	{ name, path, run, setup, teardown, make_cache, drop_cache,		\
	  .size = bytes, .arg = SLAB_RED_ZONE | SLAB_POISON | SLAB_CONSISTENCY_CHECKS }
#define KMALLOC(name, path, run, setup, teardown, bytes) \
	{ name, path, run, setup, teardown, sweep_no_debug, .size = bytes }
#define LARGE	(4 * PAGE_SIZE)

const struct sweep_op sweep_slab_ops[] = {
	CACHE("kmem_cache_alloc", "stock", run_alloc, in_stock, free_object_sure),
	CACHE("kmem_cache_alloc", "depot", run_alloc, in_depot, free_object_sure),
	CACHE("kmem_cache_alloc", "refill", run_alloc, stock_empty, free_object_sure),
	CACHE("kmem_cache_alloc", "refill-2", run_alloc, two_partial, free_object_sure),
	CACHE("kmem_cache_alloc", "new-slab", run_alloc, no_slab, free_object_sure),
	CACHE("kmem_cache_alloc", "new-slabs", run_alloc, no_slab_long, free_object_sure),
	CACHE("kmem_cache_alloc", "new-page", run_alloc, no_slab_no_page, free_object_sure),
	CACHE("kmem_cache_alloc", "fails", run_alloc, no_memory, free_object),
	DEBUG("kmem_cache_alloc", "debug", run_alloc, stock_empty, free_object_sure, 128),
	CACHE("kmem_cache_zalloc", "stock", run_zalloc, in_stock, free_object_sure),
	CACHE("kmem_cache_free", "stock", run_free, one_out, freed),
	CACHE("kmem_cache_free", "depot", run_free, stock_full_depot, freed),
	CACHE("kmem_cache_free", "flush", run_free, stock_full, freed),
	CACHE("kmem_cache_free", "free-slabs", run_free, slabs_too_many, freed),
	DEBUG("kmem_cache_free", "debug", run_free, one_out, freed, 128),
	CACHE("kmem_cache_alloc_bulk", "stock", run_alloc_bulk, in_stock, free_bulk),
	CACHE("kmem_cache_alloc_bulk", "refill", run_alloc_bulk, two_partial, free_bulk),
	CACHE("kmem_cache_alloc_bulk", "new-slab", run_alloc_bulk, no_slab, free_bulk),
	CACHE("kmem_cache_alloc_bulk", "fails", run_alloc_bulk, no_memory, free_bulk),
	CACHE("kmem_cache_free_bulk", "stock", run_free_bulk, bulk_out, freed),
	CACHE("kmem_cache_free_bulk", "flush", run_free_bulk, bulk_out_stock_full, freed),
	CACHE("kmem_cache_shrink", "nothing", run_shrink, NULL, freed),
	CACHE("kmem_cache_shrink", "stock", run_shrink, in_stock, freed),
	KMALLOC("kmalloc", "stock", run_kmalloc, in_stock, free_object_sure, SIZE),
	KMALLOC("kmalloc", "variable", run_kmalloc_var, in_stock, free_object_sure, SIZE),
	KMALLOC("kmalloc", "refill", run_kmalloc, stock_empty, free_object_sure, SIZE),
	KMALLOC("kmalloc", "new-slab", run_kmalloc, no_slab, free_object_sure, SIZE),
	KMALLOC("kmalloc", "fails", run_kmalloc, no_memory, free_object, SIZE),
	KMALLOC("kmalloc", "dma", run_kmalloc_dma, dma_in_stock, free_object, SIZE),
	KMALLOC("kmalloc", "large", run_kmalloc_var, no_slab, free_object_sure, LARGE),
	KMALLOC("kmalloc", "large-fails", run_kmalloc_var, no_memory, free_object, LARGE),
	KMALLOC("kzalloc", "stock", run_kzalloc, small_in_stock, kfree_result, 64),
	KMALLOC("kfree", "stock", run_kfree, one_out, freed, SIZE),
	KMALLOC("kfree", "flush", run_kfree, stock_full, freed, SIZE),
	KMALLOC("kfree", "free-slabs", run_kfree, slabs_too_many, freed, SIZE),
	KMALLOC("kfree", "large", run_kfree, large_out, freed, LARGE),
	KMALLOC("kfree", "null", run_kfree_null, NULL, freed, SIZE),
	KMALLOC("kfree_sensitive", "stock", run_kfree_sensitive, one_out, freed, SIZE),
	KMALLOC("krealloc", "grows", run_krealloc, two_sizes, reallocated, SIZE),
	KMALLOC("krealloc", "stays", run_krealloc_stay, two_sizes, reallocated, SIZE),
	KMALLOC("krealloc", "fails", run_krealloc, two_sizes_no_memory, reallocated, SIZE),
	KMALLOC("kmemdup", "stock", run_kmemdup, small_in_stock, kfree_result, SIZE),
};
const unsigned int nr_sweep_slab_ops = ARRAY_SIZE(sweep_slab_ops);
