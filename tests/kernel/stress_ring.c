/* SPDX-License-Identifier: MIT */
/*
 * stress_ring.c - allocated here, freed there: a ring from each CPU to the next one
 *
 *	CPU 0 --> CPU 1 --> CPU 2 --> CPU 0	(one CPU: to itself)
 *
 * A thread bound to each CPU takes things of all kinds, puts them into its own ring, and
 * gives back what its neighbour has put into his.  A ring has one who puts in and one who
 * takes out, and needs no lock.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "stress.h"

#define RING_ITEMS	64U		/* a power of two */
#define TURN		64		/* taken and given back before the others' turn */

struct ring {
	struct stress_item item[RING_ITEMS];
	unsigned int in;		/* written by its own thread */
	unsigned int out;		/* written by the next CPU's */
	struct stress_side *side;
	struct task_struct *thread;
};
static struct ring *rings;
static unsigned int nr_rings;

static void ring_put(struct ring *r)
{
	struct stress_item it = { .p = NULL };

	if (r->in - smp_load_acquire(&r->out) == RING_ITEMS)
		return;
	stress_take(r->side, &it);
	if (!it.p)
		return;
	r->item[r->in % RING_ITEMS] = it;
	smp_store_release(&r->in, r->in + 1);
}

static void ring_get(struct ring *from, struct stress_side *s)
{
	struct stress_item it;

	if (smp_load_acquire(&from->in) == from->out)
		return;
	it = from->item[from->out % RING_ITEMS];
	smp_store_release(&from->out, from->out + 1);
	stress_give(s, &it);
}

static int ring_run(void *arg)
{
	struct ring *r = arg, *before = &rings[(r - rings + nr_rings - 1) % nr_rings];
	unsigned int i;

	while (stress_go_on(NULL)) {
		for (i = prandom_u32_below(&r->side->rnd, TURN); i; i--)
			ring_put(r);
		for (i = prandom_u32_below(&r->side->rnd, TURN); i; i--)
			ring_get(before, r->side);
		WRITE_ONCE(r->side->doing, "nothing");
		WRITE_ONCE(r->side->ops, r->side->ops + 1);
		yield();
	}
	return 0;
}

static int ring_start(struct ring *r, struct stress_side *side, unsigned int cpu)
{
	char name[16];

	snprintf(name, sizeof(name), "ring/%u", cpu);
	stress_side_init(side, name, side->index, false, kunit_seed() + 1000 + cpu);
	r->side = side;
	r->thread = kthread_create_on_cpu(ring_run, r, cpu, "ring/%u");
	if (IS_ERR(r->thread)) {
		r->thread = NULL;
		return -ENOMEM;
	}
	get_task_struct(r->thread);
	return 0;
}

int stress_rings_start(struct stress_side *sides, unsigned int nr)
{
	unsigned int i;

	rings = kvcalloc(nr, sizeof(*rings), GFP_KERNEL);
	if (!rings)
		return -ENOMEM;
	nr_rings = nr;
	for (i = 0; i < nr; i++)
		if (ring_start(&rings[i], &sides[i], i))
			return -ENOMEM;
	for (i = 0; i < nr; i++)
		wake_up_process(rings[i].thread);
	return 0;
}

unsigned long stress_rings_passed(void)
{
	unsigned long sum = 0;
	unsigned int i;

	for (i = 0; i < nr_rings; i++)
		sum += rings[i].out;
	return sum;
}

/* All threads first: a ring has two ends. */
void stress_rings_stop(void)
{
	unsigned int i;

	for (i = 0; i < nr_rings; i++)
		kthread_stop_put(rings[i].thread);
	for (i = 0; i < nr_rings; i++)
		while (rings[i].in != rings[i].out)
			ring_get(&rings[i], rings[i].side);
	kvfree(rings);
	rings = NULL;
}
