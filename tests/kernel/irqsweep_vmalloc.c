/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_vmalloc.c - operations on virtual areas, and how to get onto each path
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <asm/pgtable.h>

#include "../../mm/vmap.h"
#include "irqsweep.h"

#define OBJECT_SIZE	1024		/* what the scripts take */
#define NR_MAPPED	2
#define FULL_STOCK	8		/* areas of one page */

static unsigned int fail_after;

/* The first requests get what they want: those before the one that is to fail. */
static bool fail_later(gfp_t gfp, unsigned int order)
{
	if (!fail_after)
		return true;
	fail_after--;
	return false;
}

/* ---- states -------------------------------------------------------------- */

static unsigned long bytes(const struct sweep *c)
{
	return (unsigned long)c->op->arg * PAGE_SIZE;
}

/* An area of that size waits for reuse, its pages are in stock. */
static void used_before(struct sweep *c)
{
	vfree(vmalloc(bytes(c)));
}

/* The same, but for a CPU whose stock is empty. */
static void one_waits_for_a_flush(struct sweep *c)
{
	vfree(vmalloc(bytes(c)));
	vmalloc_stock_drain();
}

/* One is out, and this CPU's stock is full of its like. */
static void one_more_than_the_stock(struct sweep *c)
{
	void *p[FULL_STOCK];
	unsigned int i;

	for (i = 0; i < FULL_STOCK; i++)
		p[i] = vmalloc(bytes(c));
	c->result = vmalloc(bytes(c));
	for (i = 0; i < FULL_STOCK; i++)
		vfree(p[i]);
}

static void one_out(struct sweep *c)
{
	c->result = vmalloc(bytes(c));
}

/* One waits in stock, one for all CPUs to flush. */
static void one_of_each_waits(struct sweep *c)
{
	vfree(vmalloc(PAGE_SIZE));
	vfree(vmalloc(bytes(c)));
}

/* Somebody has vfree()d in an interrupt, say. */
static void one_deferred(struct sweep *c)
{
	vfree_atomic(vmalloc(bytes(c)));
}

static void fails_at_once(struct sweep *c)
{
	fail_after = 0;
	page_alloc_set_should_fail(fail_later);
}

/* The area's description gets its slab, the pages are not there. */
static void fails_late(struct sweep *c)
{
	fail_after = 1;
	page_alloc_set_should_fail(fail_later);
}

static bool fail_large(gfp_t gfp, unsigned int order)
{
	return order > 1;
}

static void no_large_blocks(struct sweep *c)
{
	page_alloc_set_should_fail(fail_large);
}

static void one_far(struct sweep *c)
{
	c->result = __vmalloc_node(PAGE_SIZE, PMD_SIZE, GFP_KERNEL, -1, NULL);
}

static void pages_out(struct sweep *c)
{
	unsigned int i;

	for (i = 0; i < NR_MAPPED; i++)
		c->bulk[i] = alloc_page(GFP_KERNEL);
}

static void mapped(struct sweep *c)
{
	pages_out(c);
	c->result = vmap((struct page **)c->bulk, NR_MAPPED, VM_MAP, PAGE_KERNEL);
}

/* ---- and back ------------------------------------------------------------ */

static void free_area(struct sweep *c)
{
	page_alloc_set_should_fail(NULL);
	if (c->result) {
		irqsweep_stamp(c->result, bytes(c));
		if (!irqsweep_stamped(c->result, bytes(c)))
			c->fault = "the area is no memory";
	}
	kvfree(c->result);
	vmalloc_drain();
}

static void free_area_sure(struct sweep *c)
{
	if (!c->result)
		c->fault = "it returned NULL";
	free_area(c);
}

static void freed(struct sweep *c)
{
	vmalloc_drain();
}

static void free_pages_mapped(struct sweep *c)
{
	unsigned int i;

	for (i = 0; i < NR_MAPPED; i++)
		__free_page(c->bulk[i]);
	freed(c);
}

static void unmap(struct sweep *c)
{
	if (c->result)
		vunmap(c->result);
	else
		c->fault = "it returned NULL";
	free_pages_mapped(c);
}

/* ---- the calls ----------------------------------------------------------- */

#define RUN(name, what)							\
	static void name(void *sweep)					\
	{								\
		struct sweep *c __maybe_unused = sweep;			\
									\
		what;							\
	}

RUN(run_vmalloc, c->result = __vmalloc(c->op->arg * PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN))
/* Far from everything else: tables of its own. */
RUN(run_vmalloc_far, c->result = __vmalloc_node(PAGE_SIZE, PMD_SIZE, GFP_KERNEL | __GFP_NOWARN,
						-1, NULL))
RUN(run_vfree, vfree(c->result))
RUN(run_vfree_null, vfree(NULL))
RUN(run_vfree_atomic, vfree_atomic(c->result))
RUN(run_drain, vmalloc_drain())
RUN(run_unmap_aliases, vm_unmap_aliases())
RUN(run_vmap, c->result = vmap((struct page **)c->bulk, NR_MAPPED, VM_MAP, PAGE_KERNEL))
RUN(run_vunmap, vunmap(c->result))
RUN(run_kvmalloc, c->result = kvmalloc(c->op->arg * PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN))
RUN(run_kvfree, kvfree(c->result))
RUN(run_to_page, c->bulk[0] = vmalloc_to_page(c->result))

#define AREA(name, path, run, setup, teardown, pages) \
	{ name, path, run, setup, teardown, .size = OBJECT_SIZE, .arg = pages }

const struct sweep_op sweep_vmalloc_ops[] = {
	AREA("vmalloc", "1-reused", run_vmalloc, used_before, free_area_sure, 1),
	AREA("vmalloc", "1-lazy", run_vmalloc, one_waits_for_a_flush, free_area_sure, 1),
	AREA("vmalloc", "1-new", run_vmalloc, NULL, free_area_sure, 1),
	AREA("vmalloc", "5-new", run_vmalloc, NULL, free_area_sure, 5),
	AREA("vmalloc", "1-new-tables", run_vmalloc_far, NULL, free_area_sure, 1),
	AREA("vmalloc", "deferred", run_vmalloc, one_deferred, free_area_sure, 1),
	AREA("vmalloc", "fails-area", run_vmalloc, fails_at_once, free_area, 1),
	AREA("vmalloc", "fails-pages", run_vmalloc, fails_late, free_area, 9),
	AREA("vfree", "1", run_vfree, one_out, freed, 1),
	AREA("vfree", "5", run_vfree, one_out, freed, 5),
	AREA("vfree", "1-full", run_vfree, one_more_than_the_stock, freed, 1),
	AREA("vfree", "20-lazy", run_vfree, one_out, freed, 20),
	AREA("vfree", "1-far", run_vfree, one_far, freed, 1),
	AREA("vfree", "null", run_vfree_null, NULL, freed, 1),
	AREA("vfree_atomic", "1", run_vfree_atomic, one_out, freed, 1),
	AREA("vmalloc_drain", "one", run_drain, one_deferred, freed, 1),
	AREA("vm_unmap_aliases", "two", run_unmap_aliases, one_of_each_waits, freed, 20),
	AREA("vmap", "2", run_vmap, pages_out, unmap, NR_MAPPED),
	AREA("vunmap", "2", run_vunmap, mapped, free_pages_mapped, NR_MAPPED),
	AREA("kvmalloc", "kmalloc", run_kvmalloc, NULL, free_area_sure, 4),
	AREA("kvmalloc", "vmalloc", run_kvmalloc, no_large_blocks, free_area_sure, 4),
	AREA("kvfree", "vmalloc", run_kvfree, one_out, freed, 3),
	AREA("vmalloc_to_page", "1", run_to_page, one_out, free_area, 1),
};
const unsigned int nr_sweep_vmalloc_ops = ARRAY_SIZE(sweep_vmalloc_ops);
