/* SPDX-License-Identifier: MIT */
/*
 * mm/percpu_stock.c - small per-CPU objects that wait on their CPU for the next caller
 *
 * MODEL
 *   For each size in words up to PERCPU_STOCK_WORDS a CPU keeps a few objects that were freed
 *   on it, as they are: their words stay taken, but they are not live.  The next one who
 *   wants that size here gets the last one, without lock, search or map:
 *
 *	words  1   at[] -> 0x1a40 0x0008		offsets from PCPU_START, newest last
 *	words  2   at[]
 *	...
 *	words 16   at[] -> 0x2000
 *
 *   They are kept in an array, not in a list through themselves: what a late write does to a
 *   free object does not matter here.
 *
 *   A CPU's stock is its own; the others' are emptied by calling them.
 *
 * INVARIANTS	an object in stock is taken and not live, in its chunk; in one stock, once.
 * LOCKING	interrupts off.
 * CONTEXT	any but NMI; drain: process.
 * FAILURE	pop: 0.  push: false.
 * NOT HERE	pop and push, inline: percpu.h.  Which bytes are taken: percpu.c.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/smp.h>

#include "percpu.h"

DEFINE_PER_CPU_ALIGNED(struct percpu_bin, percpu_bins[PERCPU_STOCK_WORDS]);

/* Interrupts are off while so many bins are emptied: some 300 instructions. */
#define PERCPU_TAKE_BINS	16
static_assert(PERCPU_STOCK_WORDS % PERCPU_TAKE_BINS == 0);

struct percpu_taken {
	unsigned int first;			/* bin */
	struct percpu_bin bins[PERCPU_TAKE_BINS];
};

/* Of the CPU that this runs on, where nothing interrupts it. */
static void percpu_stock_take(void *arg)
{
	struct percpu_taken *t = arg;
	struct percpu_bin *bin = this_cpu_ptr(&percpu_bins[t->first]);
	unsigned int i;

	lockdep_assert_irqs_disabled();
	VM_BUG_ON(t->first % PERCPU_TAKE_BINS || t->first >= PERCPU_STOCK_WORDS);
	for (i = 0; i < PERCPU_TAKE_BINS; i++, bin++) {
		t->bins[i].nr = 0;
		if (!bin->nr)
			continue;
		VM_BUG_ON(bin->nr > PERCPU_STOCK_MAX);
		t->bins[i] = *bin;
		bin->nr = 0;
	}
}

static void percpu_stock_put_taken(const struct percpu_taken *t)
{
	unsigned int i, k;

	for (i = 0; i < PERCPU_TAKE_BINS; i++)
		for (k = 0; k < t->bins[i].nr; k++)
			percpu_put(PCPU_START + t->bins[i].at[k]);
}

/* Is there anything in that CPU's bins from @first on?  Racy, if it is another CPU. */
static bool percpu_stock_has(int cpu, unsigned int first)
{
	const struct percpu_bin *bin = per_cpu_ptr(&percpu_bins[first], cpu);
	unsigned int i;

	for (i = 0; i < PERCPU_TAKE_BINS; i++)
		if (READ_ONCE(bin[i].nr))
			return true;
	return false;
}

/* Whoever is short of memory comes here, on all CPUs at once: nobody is called for nothing. */
void percpu_stock_drain(void)
{
	struct percpu_taken t;
	int cpu;

	for_each_online_cpu(cpu)
		for (t.first = 0; t.first < PERCPU_STOCK_WORDS; t.first += PERCPU_TAKE_BINS)
			if (percpu_stock_has(cpu, t.first) &&
			    !smp_call_function_single(cpu, percpu_stock_take, &t, 1))
				percpu_stock_put_taken(&t);
}

unsigned long percpu_stock_count(unsigned long *objects)
{
	unsigned long words = 0;
	unsigned int cpu, w;
	u32 nr;

	*objects = 0;
	for_each_possible_cpu(cpu)
		for (w = 1; w <= PERCPU_STOCK_WORDS; w++) {
			nr = READ_ONCE(per_cpu_ptr(&percpu_bins[w - 1], cpu)->nr);
			*objects += nr;
			words += (unsigned long)nr * w;
		}
	return words;
}
