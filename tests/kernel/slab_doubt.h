/* SPDX-License-Identifier: MIT */
/* Chains in hand, and objects of which nobody knows for now whether they are free. */
#ifndef TESTS_KERNEL_SLAB_DOUBT_H
#define TESTS_KERNEL_SLAB_DOUBT_H

#include "slab_fixture.h"

static inline void take(struct kmem_cache *s, struct slab_chain *chain)
{
	unsigned long flags;

	slab_pcp_hold(s);
	local_irq_save(flags);
	slab_pcp_take_list(s, this_cpu_ptr(&slab_stocks[s->index]), chain);
	local_irq_restore(flags);
}

static inline void put_back(struct kmem_cache *s, const struct slab_chain *chain)
{
	slab_pcp_fill(s, chain);
	slab_pcp_settle(s);
}

/* Is it put aside on this CPU, for nobody knows whether it is free? */
static inline bool is_aside(const void *object)
{
	unsigned int i;

	for (i = 0; i < SLAB_NOLOCK_DOUBTS; i++)
		if (this_cpu_read(slab_nolock.unsure[i]) == object)
			return true;
	return false;
}

/* mm_trim asks again, too, and has it in hand meanwhile: it is there again before long. */
static inline bool stays_aside(const void *object)
{
	int steps = MAX_STEPS;

	while (!is_aside(object) && --steps)
		schedule_timeout_uninterruptible(1);
	return steps;
}

/* Nobody but ourselves keeps us from being sure: until nothing is aside, or in somebody's hand. */
static inline void decide(struct kmem_cache *s, const void *object)
{
	int steps = MAX_STEPS;
	bool under_way;

	do {
		wait_settled(s);
		slab_nolock_retry();
		under_way = slab_nolock_holders();
		if (under_way)
			schedule_timeout_uninterruptible(1);
	} while ((under_way || is_aside(object)) && --steps);
}

static inline enum slab_verdict verdict(struct kmem_cache *s, void *object)
{
	enum slab_verdict v;

	slab_pcp_hold(s);
	v = slab_pcp_find(s, object);
	slab_pcp_settle(s);
	return v;
}

/* Where only others may keep us from being sure. */
static inline enum slab_verdict sure_verdict(struct kmem_cache *s, void *object)
{
	int steps = MAX_STEPS;
	enum slab_verdict v;

	while ((v = verdict(s, object)) == SLAB_UNSURE && --steps)
		schedule_timeout_uninterruptible(1);
	return v;
}

#endif /* TESTS_KERNEL_SLAB_DOUBT_H */
