/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_script.c - what the interrupts of the sweep do
 *
 * Each script may get NULL wherever it asks for memory: the interrupted operation may have
 * been on its way to fail.  What it holds is stamped, so that memory that was given out
 * twice is found.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "irqsweep.h"

#define STAMP		0xa5c3f00d5eed0000UL
#define FLOOD		20		/* more than the stock of the swept caches holds */
#define BULK		6

void irqsweep_stamp(void *p, size_t size)
{
	unsigned long *first = p, *last = (unsigned long *)((char *)p + size) - 1;

	*first = *last = STAMP ^ (unsigned long)p;
}

bool irqsweep_stamped(const void *p, size_t size)
{
	const unsigned long *first = p;
	const unsigned long *last = (const unsigned long *)((const char *)p + size) - 1;

	return *first == (STAMP ^ (unsigned long)p) && *last == *first;
}

void *irqsweep_take(struct sweep *c, gfp_t gfp)
{
	void *p;

	if (c->take)
		p = c->take(c, gfp);
	else
		p = c->cache ? kmem_cache_alloc(c->cache, gfp) : kmalloc(c->size, gfp);
	if (p)
		irqsweep_stamp(p, c->size);
	return p;
}

void irqsweep_give(struct sweep *c, void *object)
{
	if (!object)
		return;
	if (!irqsweep_stamped(object, c->size))
		c->fault = "an object was written to by somebody else";
	if (c->give)
		c->give(c, object);
	else if (c->cache)
		kmem_cache_free(c->cache, object);
	else
		kfree(object);
}

static unsigned long take_page(unsigned int order)
{
	unsigned long page = __get_free_pages(SWEEP_GFP, order);

	if (page)
		irqsweep_stamp((void *)page, PAGE_SIZE << order);
	return page;
}

static void give_page(struct sweep *c, unsigned long page, unsigned int order)
{
	if (!page)
		return;
	if (!irqsweep_stamped((void *)page, PAGE_SIZE << order))
		c->fault = "a page was written to by somebody else";
	free_pages(page, order);
}

/* ---- kmalloc: other sizes, small and large ------------------------------- */

static void kmalloc_run(void *hand)
{
	void *small = kmalloc(40, SWEEP_GFP), *zeroed = kzalloc(200, SWEEP_GFP);
	void *large = kmalloc(3 * PAGE_SIZE, SWEEP_GFP);

	kfree(small);
	kfree(large);
	kfree(zeroed);
}

/* ---- same: from where the interrupted operation takes -------------------- */

static void same_run(void *hand)
{
	struct sweep *c = ((struct sweep_hand *)hand)->sweep;
	void *a = irqsweep_take(c, SWEEP_GFP), *b = irqsweep_take(c, SWEEP_GFP);
	unsigned long page = take_page(c->order);

	irqsweep_give(c, a);
	irqsweep_give(c, b);
	give_page(c, page, c->order);
}

/* ---- pages --------------------------------------------------------------- */

static void pages_run(void *hand)
{
	struct sweep *c = ((struct sweep_hand *)hand)->sweep;
	unsigned long one = take_page(0), eight = take_page(3);

	give_page(c, one, 0);
	give_page(c, eight, 3);
}

/* ---- free: what the process took ----------------------------------------- */

/* A whole slab's worth, so that the cache has no partial slab because of it. */
static void free_prepare(struct sweep_hand *h)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		h->given[i] = irqsweep_take(h->sweep, SWEEP_GFP);
	h->page = take_page(0);
}

static void free_run(void *hand)
{
	struct sweep_hand *h = hand;
	unsigned int i;

	for (i = 0; i < 4; i++)
		irqsweep_give(h->sweep, h->given[i]);
	give_page(h->sweep, h->page, 0);
}

/* ---- keep: the process frees it ------------------------------------------ */

static void keep_run(void *hand)
{
	struct sweep_hand *h = hand;
	unsigned int i;

	for (i = 0; i < 3; i++)
		h->kept[i] = irqsweep_take(h->sweep, SWEEP_GFP);
	h->page = take_page(h->sweep->order);
}

static void keep_finish(struct sweep_hand *h)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		irqsweep_give(h->sweep, h->kept[i]);
	give_page(h->sweep, h->page, h->sweep->order);
}

/* ---- bulk ---------------------------------------------------------------- */

static void bulk_run(void *hand)
{
	struct sweep_hand *h = hand;
	struct page *page[4] = { NULL };
	unsigned long i, nr;

	if (h->sweep->cache &&
	    kmem_cache_alloc_bulk(h->sweep->cache, SWEEP_GFP, BULK, h->kept))
		kmem_cache_free_bulk(h->sweep->cache, BULK, h->kept);
	nr = alloc_pages_bulk(SWEEP_GFP, ARRAY_SIZE(page), page);
	for (i = 0; i < nr; i++)
		__free_page(page[i]);
}

/* ---- flood: empty the stock, fill it up, over its limit ------------------ */

static void flood_run(void *hand)
{
	struct sweep_hand *h = hand;
	unsigned int i;

	for (i = 0; i < FLOOD; i++)
		h->kept[i] = irqsweep_take(h->sweep, SWEEP_GFP);
	for (i = 0; i < FLOOD; i++)
		irqsweep_give(h->sweep, h->kept[i]);
}

/* ---- vfree: deferred ----------------------------------------------------- */

static void vfree_prepare(struct sweep_hand *h)
{
	h->area = __vmalloc(PAGE_SIZE, SWEEP_GFP);
}

static void vfree_run(void *hand)
{
	struct sweep_hand *h = hand;

	vfree(h->area);
	kfree(kmalloc(40, SWEEP_GFP));
}

static void vfree_finish(struct sweep_hand *h)
{
	vmalloc_drain();
}

/* ---- mix: all of it ------------------------------------------------------ */

static void mix_prepare(struct sweep_hand *h)
{
	free_prepare(h);
	vfree_prepare(h);
}

static void mix_run(void *hand)
{
	kmalloc_run(hand);
	same_run(hand);
	free_run(hand);
	vfree_run(hand);
	bulk_run(hand);
	pages_run(hand);
	((struct sweep_hand *)hand)->page = 0;
	keep_run(hand);
}

static void mix_finish(struct sweep_hand *h)
{
	keep_finish(h);
	vfree_finish(h);
}

/* ---- short ones, for pairs ----------------------------------------------------- */

/* Stocks that have what the script takes keep it short; the long ways are in depth 1. */
static void same_1_prepare(struct sweep_hand *h)
{
	irqsweep_give(h->sweep, irqsweep_take(h->sweep, SWEEP_GFP));
}

static void same_1_run(void *hand)
{
	struct sweep *c = ((struct sweep_hand *)hand)->sweep;

	irqsweep_give(c, irqsweep_take(c, SWEEP_GFP));
}

static void keep_1_run(void *hand)
{
	struct sweep_hand *h = hand;

	h->kept[0] = irqsweep_take(h->sweep, SWEEP_GFP);
}

static void keep_1_finish(struct sweep_hand *h)
{
	irqsweep_give(h->sweep, h->kept[0]);
}

static void free_1_prepare(struct sweep_hand *h)
{
	h->given[0] = irqsweep_take(h->sweep, SWEEP_GFP);
}

static void free_1_run(void *hand)
{
	struct sweep_hand *h = hand;

	irqsweep_give(h->sweep, h->given[0]);
}

static void page_1_prepare(struct sweep_hand *h)
{
	free_pages(__get_free_pages(SWEEP_GFP, h->sweep->order), h->sweep->order);
}

static void page_1_run(void *hand)
{
	struct sweep *c = ((struct sweep_hand *)hand)->sweep;

	free_pages(__get_free_pages(SWEEP_GFP, c->order), c->order);
}

static void kmalloc_1_prepare(struct sweep_hand *h)
{
	kfree(kmalloc(64, SWEEP_GFP));
}

static void kmalloc_1_run(void *hand)
{
	kfree(kmalloc(64, SWEEP_GFP));
}

const struct sweep_script sweep_short_scripts[] = {
	{ "same-1",	same_1_prepare,	same_1_run,	NULL },
	{ "keep-1",	same_1_prepare,	keep_1_run,	keep_1_finish },
	{ "free-1",	free_1_prepare,	free_1_run,	NULL },
	{ "page-1",	page_1_prepare,	page_1_run,	NULL },
	{ "kmalloc-1",	kmalloc_1_prepare, kmalloc_1_run, NULL },
};
const unsigned int nr_sweep_short_scripts = ARRAY_SIZE(sweep_short_scripts);

const struct sweep_script sweep_scripts[] = {
	{ "kmalloc",	NULL,		kmalloc_run,	NULL },
	{ "same",	NULL,		same_run,	NULL },
	{ "pages",	NULL,		pages_run,	NULL },
	{ "free",	free_prepare,	free_run,	NULL },
	{ "keep",	NULL,		keep_run,	keep_finish },
	{ "bulk",	NULL,		bulk_run,	NULL },
	{ "flood",	NULL,		flood_run,	NULL },
	{ "vfree",	vfree_prepare,	vfree_run,	vfree_finish },
	{ "mix",	mix_prepare,	mix_run,	mix_finish },
};
const unsigned int nr_sweep_scripts = ARRAY_SIZE(sweep_scripts);
