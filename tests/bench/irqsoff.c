/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/irqsoff.c - how long an allocator call keeps interrupts off, in instructions
 *
 * The longest run over all paths of a call that tests/kernel/irqsweep_*.c know, counted by
 * stepping through them; and how many runs there are of which length, over all calls.
 * Not the cost of a call: a call may have many runs, or none.
 */
#include <linux/bench.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "../kernel/irqsweep.h"

/* All paths of one call, or of all of them; false: this machine cannot step. */
static bool irqsoff_measure(const char *name, struct step_trace *sum)
{
	const struct sweep_op *op;
	const char *why;
	unsigned int i;

	*sum = (struct step_trace){ 0 };
	if (!irqsweep_step_begin(&why))
		return false;
	if (!irqsweep_run_begin()) {
		irqsweep_step_end();
		return false;
	}
	for (i = 0; (op = irqsweep_op(i, true)) != NULL; i++)
		if (!name || !strcmp(op->name, name))
			irqsweep_measure(op, sum);
	irqsweep_run_end();
	irqsweep_step_end();
	return true;
}

#define IRQSOFF(call)								\
	static u64 irqsoff_##call(u64 n)					\
	{									\
		struct step_trace sum;						\
										\
		return irqsoff_measure(#call, &sum) ? sum.off_max : BENCH_FAILED;	\
	}									\
	BENCH("irqsoff/" #call, irqsoff_##call, 1)

IRQSOFF(kmalloc);
IRQSOFF(kfree);
IRQSOFF(krealloc);
IRQSOFF(kmem_cache_alloc);
IRQSOFF(kmem_cache_free);
IRQSOFF(kmem_cache_alloc_bulk);
IRQSOFF(kmem_cache_free_bulk);
IRQSOFF(kmem_cache_shrink);
IRQSOFF(kmem_cache_create);
IRQSOFF(kmem_cache_destroy);
IRQSOFF(alloc_pages);
IRQSOFF(alloc_pages_bulk);
IRQSOFF(alloc_pages_exact);
IRQSOFF(free_pages);
IRQSOFF(free_pages_exact);
IRQSOFF(drain_local_pages);
IRQSOFF(vmalloc);
IRQSOFF(vfree);
IRQSOFF(vmap);
IRQSOFF(vunmap);
IRQSOFF(kvmalloc);
IRQSOFF(alloc_percpu);
IRQSOFF(free_percpu);

/* The distribution, a line for each length; the line of this one is the longest of all. */
static u64 irqsoff_any(u64 n)
{
	static bool printed;
	struct step_trace sum;
	unsigned int i;

	if (!irqsoff_measure(NULL, &sum))
		return BENCH_FAILED;
	for (i = 0; i < STEP_NR_RUNS && !printed; i++)
		printk_raw("bench: irqsoff-runs/%04u-up %lu runs n=1\n", step_run_from[i],
			   sum.off_runs[i]);
	printed = true;
	return sum.off_max;
}
BENCH("irqsoff/any", irqsoff_any, 1);
