/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_page.c - operations of the page allocator, and how to get onto each path
 */
#include <linux/kernel.h>
#include <linux/mm.h>

#include "../../mm/internal.h"
#include "irqsweep.h"

#define OBJECT_SIZE	1024		/* what the scripts take */
#define NR_BULK		6
#define EXACT		(5 * PAGE_SIZE - 100)
#define GFP		(GFP_KERNEL | __GFP_NOWARN)

static bool fail_all(gfp_t gfp, unsigned int order)
{
	return true;
}

/* ---- states -------------------------------------------------------------- */

/* The CPU's stock has a block of the order; it had none before. */
static void in_stock(struct sweep *c)
{
	free_pages(__get_free_pages(GFP_KERNEL, c->order), c->order);
}

static void no_memory(struct sweep *c)
{
	page_alloc_set_should_fail(fail_all);
}

static void one_out(struct sweep *c)
{
	c->result = (void *)__get_free_pages(GFP_KERNEL, c->order);
}

static const struct per_cpu_pages *stock_of(const void *page)
{
	return this_cpu_ptr(page_zone(virt_to_page(page))->pcp);
}

/* A page of the zone that all of this takes from. */
static const struct per_cpu_pages *the_stock(void)
{
	unsigned long page = __get_free_page(GFP_KERNEL);
	const struct per_cpu_pages *pcp = stock_of((void *)page);

	free_page(page);
	return pcp;
}

static const char *need_small_stock(struct sweep *c)
{
	const struct per_cpu_pages *pcp = the_stock();
	unsigned int limit;

	drain_local_pages(NULL);	/* to the limit that it begins with */
	limit = pcp->limit[c->order];
	return limit && limit < SWEEP_OBJS ? NULL :
		"the stock of this machine is too large, or closed";
}

/* Fill the stock up to its limit: the next free flushes. */
static void stock_full(struct sweep *c)
{
	const struct per_cpu_pages *pcp;
	unsigned int i, nr;

	one_out(c);
	pcp = stock_of(c->result);
	drain_local_pages(NULL);
	nr = pcp->limit[c->order];
	for (i = 0; i < nr; i++)
		c->bulk[i] = (void *)__get_free_pages(GFP_KERNEL, c->order);
	drain_local_pages(NULL);
	for (i = 0; i < nr; i++)
		free_pages((unsigned long)c->bulk[i], c->order);
	if (pcp_count(pcp, c->order) != pcp->limit[c->order])
		c->fault = "set-up did not fill the stock";
}

static void bulk_partly_there(struct sweep *c)
{
	in_stock(c);
	c->bulk[0] = alloc_page(GFP_KERNEL);
	c->bulk[3] = alloc_page(GFP_KERNEL);
}

static void compound_out(struct sweep *c)
{
	c->result = (void *)__get_free_pages(GFP_KERNEL | __GFP_COMP, c->order);
}

static void shared_out(struct sweep *c)
{
	one_out(c);
	get_page(virt_to_page(c->result));
}

static void exact_out(struct sweep *c)
{
	c->result = alloc_pages_exact(EXACT, GFP_KERNEL);
}

/* ---- and back ------------------------------------------------------------ */

static void give_block(struct sweep *c)
{
	const size_t size = PAGE_SIZE << c->order;

	page_alloc_set_should_fail(NULL);
	if (!c->result)
		return;
	irqsweep_stamp(c->result, size);
	if (!irqsweep_stamped(c->result, size))
		c->fault = "the block is no memory";
	free_pages((unsigned long)c->result, c->order);
}

static void give_block_sure(struct sweep *c)
{
	if (!c->result)
		c->fault = "it returned NULL";
	give_block(c);
}

static void give_zeroed(struct sweep *c)
{
	const unsigned long *word = c->result;
	unsigned int i;

	for (i = 0; word && i < PAGE_SIZE / sizeof(*word); i++)
		if (word[i])
			c->fault = "not all of it is zeroed";
	give_block_sure(c);
}

static void give_bulk(struct sweep *c)
{
	unsigned int i;

	page_alloc_set_should_fail(NULL);
	for (i = 0; i < NR_BULK; i++)
		if (c->bulk[i])
			__free_page(c->bulk[i]);
}

static void give_exact(struct sweep *c)
{
	page_alloc_set_should_fail(NULL);
	if (c->result)
		free_pages_exact(c->result, EXACT);
}

static void freed(struct sweep *c)
{
}

/* ---- the calls ----------------------------------------------------------- */

#define RUN(name, what)							\
	static void name(void *sweep)					\
	{								\
		struct sweep *c __maybe_unused = sweep;			\
									\
		what;							\
	}

RUN(run_alloc, c->result = (void *)__get_free_pages(GFP, READ_ONCE(c->order)))
RUN(run_alloc_atomic, c->result = (void *)__get_free_pages(SWEEP_GFP, READ_ONCE(c->order)))
RUN(run_alloc_dma, c->result = (void *)__get_free_pages(GFP | GFP_DMA, READ_ONCE(c->order)))
RUN(run_alloc_compound, c->result = (void *)__get_free_pages(GFP | __GFP_COMP, c->order))
RUN(run_zeroed, c->result = (void *)get_zeroed_page(GFP))
RUN(run_free, free_pages((unsigned long)c->result, READ_ONCE(c->order)))
RUN(run_bulk, c->nr_bulk = alloc_pages_bulk(GFP, NR_BULK, (struct page **)c->bulk))
RUN(run_exact, c->result = alloc_pages_exact(EXACT, GFP))
RUN(run_free_exact, free_pages_exact(c->result, EXACT))
RUN(run_put_page, put_page(virt_to_page(c->result)))
RUN(run_drain, drain_local_pages(NULL))

static void put_once_more(struct sweep *c)
{
	put_page(virt_to_page(c->result));
}

#define PAGES(name, path, run, setup, teardown, nr) \
	{ name, path, run, setup, teardown, .size = OBJECT_SIZE, .order = nr }
#define FLUSH(path, nr)								\
	{ "free_pages", path, run_free, stock_full, freed, need_small_stock,	\
	  .size = OBJECT_SIZE, .order = nr }
#define ALLOC(path, setup, nr) \
	PAGES("alloc_pages", path, run_alloc, setup, give_block_sure, nr)
#define FREE(path, setup, nr) \
	PAGES("free_pages", path, run_free, setup, freed, nr)

const struct sweep_op sweep_page_ops[] = {
	ALLOC("0-stock", in_stock, 0),
	ALLOC("1-stock", in_stock, 1),
	ALLOC("2-stock", in_stock, 2),
	ALLOC("3-stock", in_stock, 3),
	ALLOC("0-refill", NULL, 0),
	ALLOC("1-refill", NULL, 1),
	ALLOC("2-refill", NULL, 2),
	ALLOC("3-refill", NULL, 3),
	ALLOC("4", NULL, 4),
	ALLOC("5", NULL, 5),
	ALLOC("6", NULL, 6),
	ALLOC("7", NULL, 7),
	ALLOC("8", NULL, 8),
	ALLOC("9", NULL, 9),
	ALLOC("10", NULL, 10),
	PAGES("alloc_pages", "0-fails", run_alloc_atomic, no_memory, give_block, 0),
	PAGES("alloc_pages", "0-fails-slow", run_alloc, no_memory, give_block, 0),
	PAGES("alloc_pages", "3-fails", run_alloc_atomic, no_memory, give_block, 3),
	PAGES("alloc_pages", "10-fails", run_alloc_atomic, no_memory, give_block, 10),
	PAGES("alloc_pages", "0-dma", run_alloc_dma, NULL, give_block, 0),
	PAGES("alloc_pages", "2-compound", run_alloc_compound, NULL, give_block_sure, 2),
	PAGES("get_zeroed_page", "stock", run_zeroed, in_stock, give_zeroed, 0),
	FREE("0-stock", one_out, 0),
	FREE("1-stock", one_out, 1),
	FREE("2-stock", one_out, 2),
	FREE("3-stock", one_out, 3),
	FLUSH("3-flush", 3),
	FLUSH("2-flush", 2),
	FLUSH("1-flush", 1),
	FLUSH("0-flush", 0),
	FREE("4", one_out, 4),
	FREE("5", one_out, 5),
	FREE("6", one_out, 6),
	FREE("7", one_out, 7),
	FREE("8", one_out, 8),
	FREE("9", one_out, 9),
	FREE("10", one_out, 10),
	FREE("2-compound", compound_out, 2),
	PAGES("free_pages", "2-shared", run_free, shared_out, put_once_more, 2),
	PAGES("put_page", "last", run_put_page, one_out, freed, 0),
	PAGES("alloc_pages_bulk", "stock", run_bulk, in_stock, give_bulk, 0),
	PAGES("alloc_pages_bulk", "refill", run_bulk, NULL, give_bulk, 0),
	PAGES("alloc_pages_bulk", "partly", run_bulk, bulk_partly_there, give_bulk, 0),
	PAGES("alloc_pages_bulk", "fails", run_bulk, no_memory, give_bulk, 0),
	PAGES("alloc_pages_exact", "5-of-8", run_exact, NULL, give_exact, 3),
	PAGES("alloc_pages_exact", "fails", run_exact, no_memory, give_exact, 3),
	PAGES("free_pages_exact", "5", run_free_exact, exact_out, freed, 3),
	PAGES("drain_local_pages", "stock", run_drain, in_stock, freed, 0),
};
const unsigned int nr_sweep_page_ops = ARRAY_SIZE(sweep_page_ops);
