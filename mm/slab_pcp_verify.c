/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_pcp_verify.c - what is in the stocks: counted, and followed
 *
 * MODEL
 *   What slab_pcp.c counts is soft: a context is interrupted between a sequence and its count,
 *   and its list is taken meanwhile.  So the sum over the CPUs is compared with what a walk over
 *   all lists, spares and chains of the depot finds, each CPU's by its own CPU.
 *
 * LOCKING	a list: interrupts off, on its CPU, or its CPU is stopped.  Depot: s->lock.
 * CONTEXT	any but NMI; where one may not wait the other CPUs must be stopped.
 * FAILURE	false, and what is wrong in words.
 * NOT HERE	the slabs' own: slub_verify.c.
 */
#include <linux/might_sleep.h>
#include <linux/smp.h>
#include <linux/sprintf.h>

#include "slab_pcp.h"

/* Contexts between a sequence and its count: there are hardly ever more at a time. */
#define SLAB_PCP_DRIFT		32

static_assert(SLAB_PCP_DRIFT < SLAB_PCP_LONGEST, "a list that is lost is noticed");

/* The sum only: what a single stock counts may lie elsewhere (slab_pcp.c). */
unsigned long slab_pcp_count(const struct kmem_cache *s)
{
	long nr = READ_ONCE(s->nr_stray) + READ_ONCE(s->depot.nr_objects);
	struct slab_stock *st;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		st = slab_stock_of(s, cpu);
		nr += READ_ONCE(st->cap) - READ_ONCE(st->room) + READ_ONCE(st->nr_spare);
	}
	return nr > 0 ? nr : 0;
}

/* Follow a chain: objects found, or -1 at the first that is none of ours. */
static long slab_pcp_walk(struct kmem_cache *s, struct slab_link *link)
{
	long nr;

	for (nr = 0; link != slab_nil; nr++) {
		if (nr > (long)s->nr_taken || !slab_pcp_sound(s, link))
			return -1;
		link = slab_link_next(link);
	}
	return nr;
}

/* What has been met so far, and what should have been. */
struct slab_check {
	struct kmem_cache *s;
	long found;			/* objects; -1: something else */
	long counted;
};

static void slab_pcp_check_chain(struct slab_check *c, struct slab_link *first)
{
	const long nr = c->found < 0 ? -1 : slab_pcp_walk(c->s, first);

	c->found = nr < 0 ? -1 : c->found + nr;
}

static void slab_pcp_check_stock(struct slab_check *c, struct slab_stock *st)
{
	lockdep_assert_irqs_disabled();
	c->counted += st->cap - st->room + st->nr_spare;
	slab_pcp_check_chain(c, *slab_stock_list(c->s, st));
	slab_pcp_check_chain(c, st->spare);
}

static void slab_pcp_check_here(void *arg)
{
	struct slab_check *c = arg;

	slab_pcp_check_stock(c, slab_pcp_here(c->s));
}

/* I1 of slab_depot.c, too. */
static void slab_pcp_check_depot(struct slab_check *c)
{
	struct slab_depot *d = &c->s->depot;
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&c->s->lock, flags);
	VM_WARN_ON_ONCE(d->nr > SLAB_DEPOT_MAX || d->least > d->nr);
	c->counted += d->nr_objects;
	for (i = 0; i < d->nr; i++)
		slab_pcp_check_chain(c, d->chain[i].first);
	spin_unlock_irqrestore(&c->s->lock, flags);
}

/* Where we may not wait for others, they are stopped, or there are none. */
static void slab_pcp_check(struct slab_check *c)
{
	const bool wait = can_sleep();
	unsigned long flags;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (wait && cpu_online(cpu)) {
			smp_call_function_single(cpu, slab_pcp_check_here, c, 1);
			continue;
		}
		local_irq_save(flags);
		slab_pcp_check_stock(c, slab_stock_of(c->s, cpu));
		local_irq_restore(flags);
	}
	slab_pcp_check_depot(c);
	c->counted += READ_ONCE(c->s->nr_stray);
}

/* More found than counted, or fewer: by as many as may be in between (unsigned, in one compare). */
bool slab_pcp_verify(struct kmem_cache *s, unsigned long *stocked, char *msg, size_t n)
{
	struct slab_check c = { .s = s };

	slab_pcp_check(&c);
	*stocked = c.found;
	if (c.found < 0)
		snprintf(msg, n, "slab %s: stock holds what is no free object", s->name);
	else if (c.found - c.counted + SLAB_PCP_DRIFT > 2UL * SLAB_PCP_DRIFT &&
		 !slab_pcp_holders(s))	/* what is in hand may be counted and not found */
		snprintf(msg, n, "slab %s: stock holds %ld objects, %ld are counted", s->name,
			 c.found, c.counted);
	else
		return true;
	return false;
}
