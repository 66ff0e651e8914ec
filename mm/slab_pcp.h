/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_pcp.h - what a stock looks like
 *
 * Read slab_pcp.c's top comment first.
 */
#ifndef _MM_SLAB_PCP_H
#define _MM_SLAB_PCP_H

#include "slab.h"

/*
 * A CPU's stock of one cache.  arch/x86/rewind_slab.asm knows the offsets.  Written only by
 * its CPU: (I) with interrupts off, (A) by single instructions, too, (C) before use.
 */
struct slab_stock {
	struct slab_link *list[2];	/* (A) newest free object; [1]: if its link lies outside */
	u64 mask;			/* (I) of an object's address: 0, it is one; ~0: bound */
	u32 slab_mask;			/* (C) bytes in a slab, less 1 */
	u32 magic;			/* (C) offset * magic < bound, mod 2^32: is an object's */
	u32 bound[2];			/* (I) 0: closed; as list */
	u32 link;			/* (C) bytes from an object to its link */
	s32 room;			/* (A) objects that still fit, give or take a few */
	s32 cap;			/* (I) objects that fit, when the list is empty */
	s32 nr_spare;			/* (I) */
	struct slab_link *spare;	/* (I) one more chain */
};

DECLARE_PER_CPU(struct slab_stock, slab_stocks[SLAB_NR_CACHES]);

/* Plugged in by fault injection. */
extern bool (*slab_pcp_should_fail)(struct kmem_cache *s, gfp_t gfp);

/* Is it?  On its CPU with interrupts off that lasts; else it is a hint. */
static inline bool slab_pcp_is_open(const struct kmem_cache *s, const struct slab_stock *st)
{
	return READ_ONCE(st->bound[s->link != 0]);
}

/* Is this CPU's open now?  A hint. */
static inline bool slab_pcp_open_here(const struct kmem_cache *s)
{
	return this_cpu_read(slab_stocks[s->index].bound[s->link != 0]);
}

static inline struct slab_stock *slab_stock_of(const struct kmem_cache *s, unsigned int cpu)
{
	return per_cpu_ptr(&slab_stocks[s->index], cpu);
}

/* Where its list is. */
static inline struct slab_link **slab_stock_list(const struct kmem_cache *s,
						 struct slab_stock *st)
{
	return &st->list[s->link != 0];
}

/* This CPU's; irqs off. */
static inline struct slab_stock *slab_pcp_here(const struct kmem_cache *s)
{
	lockdep_assert_irqs_disabled();
	return this_cpu_ptr(&slab_stocks[s->index]);
}

/* Is this a free object of s? */
static inline bool slab_pcp_sound(struct kmem_cache *s, struct slab_link *link)
{
	return slab_link_place(link) && slab_id_of(link) == s->id &&
	       slab_link_nr(s, slab_page_of(s, link), link) >= 0 && slab_link_ok(link);
}

#define SLAB_PCP_LONGEST	2048	/* objects: a list that bulk frees were put in front of */
/* A chain in hand goes home. */
void slab_pcp_flush(struct kmem_cache *s, const struct slab_chain *chain);
/* A chain that is in hand goes to the depot, or to its slabs.  Any but NMI. */
void slab_pcp_stow(struct kmem_cache *s, const struct slab_chain *chain);
/* This CPU's list, with what is counted of it; its spare.  Irqs off, and s is held. */
void slab_pcp_take_list(struct kmem_cache *s, struct slab_stock *st, struct slab_chain *chain);
void slab_pcp_take_spare(struct slab_stock *st, struct slab_chain *chain);
/* A chain in hand becomes this CPU's list, if that is empty and open; else it goes further. */
void slab_pcp_fill(struct kmem_cache *s, const struct slab_chain *chain);
/* A chain from this CPU, the depot or the slabs; false: no memory. */
bool slab_pcp_find_chain(struct kmem_cache *s, struct slab_chain *chain, gfp_t gfp);
/* An object of a chain that was somewhere, whose rest becomes the list; NULL: no memory. */
void *slab_pcp_restock(struct kmem_cache *s, gfp_t gfp);
/* What rewind_slab.asm cannot do. */
void *slab_pcp_alloc_slow(unsigned long id, gfp_t flags, unsigned long caller);
void slab_pcp_free_slow(unsigned long id, void *object, unsigned long caller);
void slab_pcp_kfree_slow(void *p, unsigned long caller);	/* kmalloc.c */
void slab_pcp_full(unsigned long id);

/* ---- slab_nolock.c ---------------------------------------------------------------- */

/* What kfree_nolock() could not free at once; of its CPU, other CPUs may look. */
#define SLAB_NOLOCK_DOUBTS	8
struct slab_nolock {
	struct slab_link *waiting;	/* live objects and large blocks, NULL: none */
	const void *doubtful[SLAB_NOLOCK_DOUBTS];	/* live, or freed twice */
	const void *unsure[SLAB_NOLOCK_DOUBTS];	/* the same, and one look was not enough */
};
DECLARE_PER_CPU(struct slab_nolock, slab_nolock);
/* Who has any of it in hand, as kmem_cache.moving says of chains.  Of all CPUs and caches. */
extern u64 slab_nolock_moving;

/* How many of those there are. */
static inline unsigned int slab_nolock_holders(void)
{
	return (u16)__atomic_load_n(&slab_nolock_moving, __ATOMIC_ACQUIRE);
}

/* Before something is taken away; after it was freed, or put aside again. */
static inline void slab_nolock_hold(void)
{
	__atomic_fetch_add(&slab_nolock_moving, SLAB_PCP_HOLD, __ATOMIC_SEQ_CST);
}

static inline void slab_nolock_settle(void)
{
	VM_WARN_ON_ONCE(!(u16)slab_nolock_moving);
	__atomic_fetch_sub(&slab_nolock_moving, 1, __ATOMIC_RELEASE);
}

/* rewind_slab.asm.  NULL: the list is empty. */
void *slab_alloc_only(unsigned long id);
/*
 * False: it is no object, or looks free, or the stock is closed.  *live, false before: what looks
 * free now is a link of this very call, for an interrupt made it begin again.
 */
bool slab_kfree_only(const void *object, bool *live);
/* Free what waits on this CPU, and what is doubtful if that can be told.  Any but NMI. */
void slab_nolock_drain(void);
/* The same of all CPUs, and what one look could not tell.  May sleep. */
void slab_nolock_drain_all(void);
/* And whoever had some of it in hand has freed it, too. */
void slab_nolock_gather(void);
/* The latter of this CPU.  Any but NMI. */
void slab_nolock_retry(void);
/* Does this one, which looks like it, wait on any CPU? */
bool slab_nolock_holds(const struct slab_link *link);
/* Is it one that a CPU has put aside, as doubtful or unsure?  Exact while the world is stopped. */
bool slab_nolock_doubts(const void *object);
/* Look at it later (slab_nolock_retry()); false: too many wait for that.  Any but NMI. */
bool slab_nolock_postpone(const void *object);

static __always_inline void slab_nolock_check(void)
{
	if (unlikely(this_cpu_read(slab_nolock.waiting)) ||
	    unlikely(this_cpu_read(slab_nolock.doubtful[0])))
		slab_nolock_drain();
}

/* ---- magic numbers ---------------------------------------------------------------- */

/* See the top of slab_pcp.c. */
static inline u32 slab_stock_magic(u32 size)
{
	return (u32)((1ULL << 32) / size) + 1;
}

static inline u32 slab_stock_bound(u32 size, u32 objects)
{
	return (objects - 1) * (u32)((u64)slab_stock_magic(size) * size - (1ULL << 32)) + 1;
}

/* The same with 64 bits, from any address: a multiple of size, or so many before or behind. */
static inline u64 slab_bulk_magic(u32 size)
{
	return ~0ULL / size + 1 + !(size & (size - 1));
}

static inline u64 slab_bulk_bound(u32 size, u32 objects)
{
	return (objects - 1) * (slab_bulk_magic(size) * size) + 1;	/* mod 2^64 */
}

#endif /* _MM_SLAB_PCP_H */
