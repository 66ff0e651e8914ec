/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_percpu.c - dynamic per-CPU memory, and how to get onto each path
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/string.h>

#include "../../mm/percpu.h"
#include "../../mm/slab.h"
#include "irqsweep.h"

#define OBJECT_SIZE	1024		/* what the scripts take */
#define BYTES		64
#define GFP		(GFP_KERNEL | __GFP_NOWARN)

static bool fail_all(gfp_t gfp, unsigned int order)
{
	return true;
}

/* A chunk is there, and nothing in stock; none is; and there is no memory for one. */
static void chunk(struct sweep *c)
{
	percpu_stock_drain();
	c->live[0] = (void __force *)__alloc_percpu(BYTES, 8);
}

static void stock(struct sweep *c)
{
	chunk(c);
	free_percpu(__alloc_percpu(BYTES, 8));
}

static void no_chunk(struct sweep *c)
{
	percpu_shrink(0);
}

static void no_memory(struct sweep *c)
{
	no_chunk(c);
	page_alloc_set_should_fail(fail_all);
}

static void one_out(struct sweep *c)
{
	chunk(c);
	c->result = (void __force *)__alloc_percpu(BYTES, 8);
}

/* As many wait as may. */
static void one_out_stock_full(struct sweep *c)
{
	unsigned int i;

	one_out(c);
	for (i = 0; i < ARRAY_SIZE(c->bulk) && i < 7; i++)
		c->bulk[i] = (void __force *)__alloc_percpu(BYTES, 8);
	while (i-- > 0)
		free_percpu((void __percpu __force *)c->bulk[i]);
}

static void give(struct sweep *c)
{
	page_alloc_set_should_fail(NULL);
	if (c->result)
		memset(raw_cpu_ptr((char __percpu __force *)c->result), 0x5a, BYTES);
	free_percpu((void __percpu __force *)c->result);
	free_percpu((void __percpu __force *)c->live[0]);
	c->live[0] = NULL;
}

static void give_sure(struct sweep *c)
{
	if (!c->result)
		c->fault = "it returned NULL";
	give(c);
}

static void freed(struct sweep *c)
{
	c->result = NULL;
	give(c);
}

static void run_alloc(void *sweep)
{
	((struct sweep *)sweep)->result = (void __force *)__alloc_percpu_gfp(BYTES, 8, GFP);
}

static void run_atomic(void *sweep)
{
	((struct sweep *)sweep)->result = (void __force *)__alloc_percpu_gfp(BYTES, 8, SWEEP_GFP);
}

static void run_free(void *sweep)
{
	free_percpu((void __percpu __force *)((struct sweep *)sweep)->result);
}

/* A new chunk's own object is large: poison and its check take longer than anything else. */
static const char *need_no_debug(struct sweep *c)
{
	return sweep_no_debug_of(sizeof(struct percpu_chunk));
}

#define PERCPU(name, path, run, setup, teardown) \
	{ name, path, run, setup, teardown, .size = OBJECT_SIZE }

const struct sweep_op sweep_percpu_ops[] = {
	PERCPU("alloc_percpu", "stock", run_alloc, stock, give_sure),
	PERCPU("alloc_percpu", "chunk", run_alloc, chunk, give_sure),
	PERCPU("alloc_percpu", "atomic", run_atomic, chunk, give),
	{ "alloc_percpu", "new-chunk", run_alloc, no_chunk, give_sure, need_no_debug,
	  .size = OBJECT_SIZE },
	PERCPU("alloc_percpu", "fails", run_alloc, no_memory, give),
	PERCPU("free_percpu", "stock", run_free, one_out, freed),
	PERCPU("free_percpu", "chunk", run_free, one_out_stock_full, freed),
};
const unsigned int nr_sweep_percpu_ops = ARRAY_SIZE(sweep_percpu_ops);
