/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_long.c - calls at their worst: how long are interrupts off?
 *
 * Too long to be interrupted everywhere: these are only stepped through, and measured.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "../../mm/slab_pcp.h"
#include "irqsweep.h"

/* A stock of the largest size, and each of its objects from a slab of its own. */
#define SMALL		64
#define SCATTERED	260
#define GFP		(GFP_KERNEL | __GFP_NOWARN)

static void *scattered;			/* objects in use, each points to the next */
static void *picked[SCATTERED];		/* one of each slab */
static unsigned int nr_picked, nr_given;

static const char *scatter_begin(struct sweep *c)
{
	unsigned int per_slab, i, n;
	void **p;

	c->cache = kmem_cache_create("irqsweep", SMALL, 0, 0, NULL);
	if (!c->cache || c->cache->flags & SLAB_DEBUG_FLAGS)
		return "no cache, or slab_debug= is on";
	per_slab = c->cache->objects;
	nr_picked = 0;
	for (i = 0; i < SCATTERED; i++)
		for (n = 0; n < per_slab; n++) {
			p = kmem_cache_alloc(c->cache, GFP);
			if (!p)
				return "not enough memory";
			if (!n) {
				picked[nr_picked++] = p;
				continue;
			}
			*p = scattered;
			scattered = p;
		}
	return NULL;
}

static void scatter_end(struct sweep *c)
{
	unsigned int i;
	void **p;

	if (!c->cache)
		return;
	while ((p = scattered) != NULL) {
		scattered = *p;
		kmem_cache_free(c->cache, p);
	}
	for (i = 0; i < nr_picked; i++)
		kmem_cache_free(c->cache, picked[i]);
	memset(picked, 0, sizeof(picked));
	kmem_cache_destroy(c->cache);
}

/* The stock is full of objects of different slabs; one more. */
static void stock_scattered(struct sweep *c)
{
	unsigned int i;

	slab_pcp_drain(c->cache);
	for (i = 0; i < 2 * c->cache->batch; i++)
		kmem_cache_free(c->cache, picked[i]);
	nr_given = i + 1;
}

static void take_again(struct sweep *c)
{
	unsigned int i;

	slab_pcp_drain(c->cache);
	for (i = 0; i < nr_given; i++)
		picked[i] = kmem_cache_alloc(c->cache, GFP);
}

static void run_free_last(void *sweep)
{
	struct sweep *c = sweep;

	kmem_cache_free(c->cache, picked[nr_given - 1]);
}

static void all_partial(struct sweep *c)
{
	unsigned int i;

	for (i = 0; i < nr_picked; i++)
		kmem_cache_free(c->cache, picked[i]);
	nr_given = nr_picked;
	slab_pcp_drain(c->cache);
}

static void run_shrink(void *sweep)
{
	kmem_cache_shrink(((struct sweep *)sweep)->cache);
}

/* ---- caches come and go ------------------------------------------------------------ */

static void run_create(void *sweep)
{
	((struct sweep *)sweep)->result = kmem_cache_create("irqsweep-new", 100, 0, 0, NULL);
}

static void destroy(struct sweep *c)
{
	kmem_cache_destroy(c->result);
}

static void create(struct sweep *c)
{
	run_create(c);
	kmem_cache_free(c->result, kmem_cache_alloc(c->result, GFP));
}

static void run_destroy(void *sweep)
{
	kmem_cache_destroy(((struct sweep *)sweep)->result);
}

/* ---- large blocks, and areas with many tables ------------------------------------- */

static void run_zeroed(void *sweep)
{
	((struct sweep *)sweep)->result = (void *)__get_free_pages(GFP | __GFP_ZERO, 6);
}

static void free_zeroed(struct sweep *c)
{
	free_pages((unsigned long)c->result, 6);
}

static struct page **mapped;
static unsigned int nr_mapped;

/* One page, mapped over and over. */
static const char *tables_begin(struct sweep *c)
{
	struct page *page = alloc_page(GFP);
	unsigned int i;

	nr_mapped = min(totalram_pages() / 2, 64 * (PMD_SIZE / PAGE_SIZE));
	mapped = vmalloc_array(nr_mapped, sizeof(*mapped));
	if (!page || !mapped)
		return "not enough memory";
	for (i = 0; i < nr_mapped; i++)
		mapped[i] = page;
	return NULL;
}

static void tables_end(struct sweep *c)
{
	if (mapped)
		__free_page(mapped[0]);
	vfree(mapped);
}

static void run_vmap(void *sweep)
{
	((struct sweep *)sweep)->result = vmap(mapped, nr_mapped, VM_MAP, PAGE_KERNEL);
}

static void run_vunmap(void *sweep)
{
	vunmap(((struct sweep *)sweep)->result);
}

static void vmapped(struct sweep *c)
{
	run_vmap(c);
}

static void run_vmalloc_1m(void *sweep)
{
	((struct sweep *)sweep)->result = vmalloc(1 << 20);
}

static void run_vfree(void *sweep)
{
	vfree(((struct sweep *)sweep)->result);
}

static void vfreed(struct sweep *c)
{
	run_vfree(c);
}

static void vmalloced(struct sweep *c)
{
	run_vmalloc_1m(c);
}

const struct sweep_op sweep_long_ops[] = {
	{ "kmem_cache_free", "scattered", run_free_last, stock_scattered, take_again,
	  scatter_begin, scatter_end, .size = SMALL },
	{ "kmem_cache_shrink", "many", run_shrink, all_partial, take_again,
	  scatter_begin, scatter_end, .size = SMALL },
	{ "kmem_cache_create", "", run_create, NULL, destroy, .size = SMALL },
	{ "kmem_cache_destroy", "", run_destroy, create, .size = SMALL },
	{ "alloc_pages", "6-zeroed", run_zeroed, NULL, free_zeroed, .size = SMALL },
	{ "vunmap", "64-tables", run_vunmap, vmapped, NULL, tables_begin, tables_end,
	  .size = SMALL },
	{ "vmalloc", "1-MiB", run_vmalloc_1m, NULL, vfreed, .size = SMALL },
	{ "vfree", "1-MiB", run_vfree, vmalloced, .size = SMALL },
};
const unsigned int nr_sweep_long_ops = ARRAY_SIZE(sweep_long_ops);
