/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_pcp_cpus.c - the stocks of all CPUs: opening, closing, emptying, trimming, rescue
 *
 * MODEL
 *   A stock has one writer, its CPU.  So who wants something of all stocks sends a visitor to
 *   each CPU, which runs there with interrupts off.  One opens or closes the stock; another one
 *   hands out what is in it, and the sender puts that where it belongs, with interrupts on.
 *
 *	CPU 0	s->shut = 1; adjust ------>	CPU 1	wanted? no: bound = 0
 *		hand out	    ------>		xchg(&list, slab_nil), spare
 *		chain[2]	    <------
 *
 *   Nobody sends "open" or "close": the visitor looks at what makes a stock closed, which was
 *   written before it was sent.  So of two senders at odds the later one has the last word,
 *   in whatever order their visitors arrive.
 *
 *   A CPU that is not online has nobody to visit, and nothing in stock; its stocks are written
 *   from here, under the cache's lock.  It may come online just then: it is visited, too.
 *
 *   trim: a stock that looks as it did the last time has been idle, or does the same over and
 *   over.  Its spare and the older half of its list go home; so what a burst has left behind
 *   is gone after some calls, and who is busy after all loses little.
 *
 *   rescue: behind a broken link there are free objects that no list leads to.  They look free,
 *   as those in stock do; so all stocks are closed and emptied, and then, while no other CPU
 *   runs, whatever looks free and is not on its slab's list is such a one, unless somebody has
 *   a chain in hand: a thread that was preempted in the middle (s->moving).  Sequences and
 *   their tails are not preempted (asm/rewind.h), and an NMI finds every stock closed.
 *
 * INVARIANTS
 *   I1  a stock is open iff slab_pcp_wanted(), or a visitor is on its way.
 *   I2  a closed stock is empty, or whoever had it closed is about to empty it.
 *
 * LOCKING	none; s->lock for stocks of CPUs that are not online.
 * CONTEXT	see slab.h.  Who may not sleep cannot wait for other CPUs.
 * FAILURE	rescue: nothing happens, and nr_lost stays; it is tried again by whoever needs a
 *		chain and may sleep, and by slab_trim().
 * NOT HERE	one CPU's stock: slab_pcp.c.  When to trim: kernel/mm_trim.c.
 */
#include <linux/cpumask.h>
#include <linux/minmax.h>
#include <linux/might_sleep.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>

#include "slab_pcp.h"

/*
 * A list and a spare are about 16 KiB, so that a CPU cannot hoard much of a small machine, but
 * at least 8 objects, so that a lock is taken once for several; at most 256, so that a walk
 * stays short.  Where that turns out to be too little, up to eight times as much.
 */
#define SLAB_PCP_BYTES		16384
#define SLAB_PCP_MIN		8
#define SLAB_PCP_MAX		256
#define SLAB_PCP_GROWTH		8

/* What a stock looked like when slab_pcp_trim() came by.  Written by its CPU, interrupts off. */
static DEFINE_PER_CPU(u64, slab_pcp_marks[SLAB_NR_CACHES]);

/* ---- open or closed --------------------------------------------------------------- */

/* A slab beyond slab_mask holds one object: no need to be quick. */
static bool slab_pcp_wanted(const struct kmem_cache *s)
{
	return !(s->flags & SLAB_DEBUG_FLAGS) && s->order <= SLAB_MAX_ORDER &&
	       !READ_ONCE(s->closing) && !READ_ONCE(s->shut) && !READ_ONCE(slab_pcp_should_fail);
}

/* Its CPU's, with interrupts off; or that CPU is not online, and s->lock is held. */
static void slab_pcp_adjust(const struct kmem_cache *s, struct slab_stock *st)
{
	const bool aligned = !s->link && !(s->size & (s->size - 1));

	lockdep_assert_irqs_disabled();
	if (!slab_pcp_wanted(s)) {
		st->mask = ~0ULL;
		st->bound[0] = st->bound[1] = 0;
	} else if (!slab_pcp_is_open(s, st)) {
		st->bound[s->link != 0] = slab_stock_bound(s->size, s->objects);
		if (aligned)
			st->mask = s->size - 1;
	}
}

static void slab_pcp_open_cpu(struct kmem_cache *s, unsigned int cpu)
{
	struct slab_stock *st = slab_stock_of(s, cpu);

	/* Of the cache that had this index before. */
	VM_WARN_ON_ONCE(st->bound[0] | st->bound[1] || st->spare != slab_nil);
	*st = (struct slab_stock){
		.list = { slab_nil, slab_nil }, .spare = slab_nil, .mask = ~0ULL,
		.magic = slab_stock_magic(s->size),
		.slab_mask = (u32)((PAGE_SIZE << s->order) - 1),
		.link = s->link, .room = s->batch, .cap = s->batch,
	};
	slab_pcp_adjust(s, st);
}

/* The list's lock is held: nobody knows the cache yet, so its stocks are nobody's, either. */
void slab_pcp_open(struct kmem_cache *s)
{
	const u32 limit = clamp_t(u32, SLAB_PCP_BYTES / s->size, SLAB_PCP_MIN, SLAB_PCP_MAX);
	unsigned int cpu;

	VM_BUG_ON(!s->index || s->index >= SLAB_NR_CACHES || slab_cache_table[s->index]);
	s->bulk_magic = slab_bulk_magic(s->size);
	s->bulk_bound = s->link || s->order > SLAB_MAX_ORDER ? 0 :
			slab_bulk_bound(s->size, s->objects);
	s->batch = s->batch_min = limit / 2;
	s->batch_max = clamp_t(u32, SLAB_PCP_GROWTH * SLAB_PCP_BYTES / s->size, limit,
			       SLAB_PCP_MAX);
	VM_BUG_ON(!s->batch || s->batch > s->batch_max);
	for_each_possible_cpu(cpu)
		slab_pcp_open_cpu(s, cpu);
}

/* ---- visits: emptying ------------------------------------------------------------- */

struct slab_visit {
	struct kmem_cache *s;
	struct slab_chain chain[2];
};

/* On its CPU, interrupts off. */
static void slab_pcp_hand_out(void *arg)
{
	struct slab_visit *v = arg;
	struct slab_stock *st = slab_pcp_here(v->s);

	slab_pcp_take_list(v->s, st, &v->chain[0]);
	slab_pcp_take_spare(st, &v->chain[1]);
}

/* The caller holds s. */
static void slab_pcp_empty_cpu(struct kmem_cache *s, unsigned int cpu)
{
	struct slab_visit v = { .s = s, .chain = { { slab_nil, 0 }, { slab_nil, 0 } } };

	VM_WARN_ON_ONCE(!slab_pcp_holders(s));
	VM_WARN_ON_ONCE(cpu != (unsigned int)smp_processor_id() && !can_sleep());
	smp_call_function_single((int)cpu, slab_pcp_hand_out, &v, 1);
	slab_pcp_flush(s, &v.chain[0]);
	slab_pcp_flush(s, &v.chain[1]);
}

/*
 * May we have other CPUs do something?  If not, what we want of them is left for later.  With
 * one CPU there are none.
 */
static bool slab_pcp_reach_all(void)
{
	return num_online_cpus() == 1 || can_sleep();
}

/* Is there anything, counts included?  Racy, if it is another CPU's. */
static bool slab_pcp_has(const struct kmem_cache *s, unsigned int cpu)
{
	struct slab_stock *st = slab_stock_of(s, cpu);

	return READ_ONCE(*slab_stock_list(s, st)) != slab_nil || READ_ONCE(st->nr_spare) ||
	       READ_ONCE(st->room) != READ_ONCE(st->cap);
}

/*
 * All stocks and the depot, or this CPU's and the depot.  Under pressure each cache comes here,
 * on each CPU at once: nobody is called for nothing.
 */
static void slab_pcp_empty(struct kmem_cache *s)
{
	const bool all = slab_pcp_reach_all();
	unsigned int cpu;

	slab_pcp_hold(s);
	if (all) {
		for_each_online_cpu(cpu)
			if (slab_pcp_has(s, cpu))
				slab_pcp_empty_cpu(s, cpu);
	} else {
		preempt_disable();	/* or it would be another CPU by the time we get there */
		slab_pcp_empty_cpu(s, (unsigned int)smp_processor_id());
		preempt_enable();
	}
	slab_depot_drain(s);
	slab_pcp_settle(s);
}

/* ---- visits: opening and closing -------------------------------------------------- */

/* Several caches at a time, for each visit of all CPUs takes its time. */
#define SLAB_CHANGES	32
struct slab_change {
	struct kmem_cache *s[SLAB_CHANGES];
	unsigned int nr;
};

/*
 * Its stock is written from here.  Under the lock, so that who has read what is wanted before
 * it changed has written, too, when the next one comes.
 */
static void slab_pcp_adjust_offline(struct kmem_cache *s, unsigned int cpu)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	if (!cpu_online(cpu))
		slab_pcp_adjust(s, slab_stock_of(s, cpu));
	spin_unlock_irqrestore(&s->lock, flags);
}

/* On its CPU, interrupts off. */
static void slab_pcp_adjust_all(void *arg)
{
	struct slab_change *c = arg;
	unsigned int i;

	for (i = 0; i < c->nr; i++)
		slab_pcp_adjust(c->s[i], slab_pcp_here(c->s[i]));
}

/* What slab_pcp_wanted() says of these has changed: all stocks follow. */
static void slab_pcp_change(struct slab_change *c)
{
	unsigned int cpu, i;

	VM_WARN_ON_ONCE(!slab_pcp_reach_all() || c->nr > SLAB_CHANGES);
	if (!c->nr)
		return;
	for (i = 0; i < c->nr; i++)
		for_each_possible_cpu(cpu)
			slab_pcp_adjust_offline(c->s[i], cpu);
	smp_mb();			/* who comes online now reads that, or we see him */
	on_each_cpu(slab_pcp_adjust_all, c, 1);
	for (i = 0; i < c->nr; i++)
		if (!slab_pcp_wanted(c->s[i]))
			slab_pcp_empty(c->s[i]);
}

static void slab_pcp_change_one(struct kmem_cache *s)
{
	struct slab_change c = { .s = { s }, .nr = 1 };

	slab_pcp_change(&c);
}

void slab_pcp_close(struct kmem_cache *s)
{
	VM_BUG_ON(!s->closing);
	slab_pcp_change_one(s);
	/* Those who still have a chain in hand: the last one may have filled the depot again. */
	while (slab_pcp_holders(s))
		schedule_timeout_uninterruptible(1);
	slab_pcp_hold(s);
	slab_depot_drain(s);
	slab_pcp_settle(s);
	VM_WARN_ON_ONCE(s->depot.nr);
}

void slab_pcp_set_should_fail(bool (*fn)(struct kmem_cache *s, gfp_t gfp))
{
	struct slab_change c;
	unsigned int at = 1;

	WRITE_ONCE(slab_pcp_should_fail, fn);
	slab_cache_sync();		/* a cache is in the table now, or its stocks know */
	do {
		for (c.nr = 0; c.nr < SLAB_CHANGES; c.nr++) {
			c.s[c.nr] = slab_cache_pin_next(&at);
			if (!c.s[c.nr])
				break;
		}
		slab_pcp_change(&c);
		while (c.nr)
			slab_cache_unpin(c.s[--c.nr]);
	} while (at < SLAB_NR_CACHES);
}

void slab_pcp_drain(struct kmem_cache *s)
{
	if (can_sleep())
		slab_nolock_drain_all();
	else
		slab_nolock_check();
	slab_pcp_empty(s);
	if (unlikely(READ_ONCE(s->nr_lost)))
		slab_pcp_rescue(s);
}

/* ---- trim ------------------------------------------------------------------------- */

/* Different, most probably, after anything but what cancels out.  Irqs off. */
static u64 slab_pcp_mark(const struct kmem_cache *s, struct slab_stock *st)
{
	return (u64)(unsigned long)*slab_stock_list(s, st) + 3 * (u64)(unsigned long)st->spare +
	       (u32)st->room;
}

/* The older half, counted from the oldest; all if it is one.  What is broken stays together. */
static void slab_pcp_halve(struct slab_chain *chain, struct slab_chain *older)
{
	const long keep = max(chain->nr, 0L) / 2;
	struct slab_link *last = chain->first;
	long i;

	*older = (struct slab_chain){ slab_nil, 0 };
	if (!keep) {
		swap(*chain, *older);
		return;
	}
	for (i = 1; i < keep && slab_link_ok(last); i++)
		last = slab_link_next(last);
	if (last == slab_nil || !slab_link_ok(last))
		return;			/* shorter than counted, or broken */
	*older = (struct slab_chain){ slab_link_next(last), chain->nr - keep };
	chain->nr = keep;
	slab_link_set(last, slab_nil);
}

void slab_pcp_trim(struct kmem_cache *s)
{
	struct slab_chain chain, older, spare;
	struct slab_stock *st;
	unsigned long flags;
	u64 *mark;
	bool idle;

	preempt_disable();		/* the mark is this CPU's, at the end, too */
	mark = this_cpu_ptr(&slab_pcp_marks[s->index]);
	slab_pcp_hold(s);
	local_irq_save(flags);
	st = slab_pcp_here(s);
	idle = slab_pcp_mark(s, st) == *mark &&
	       (*slab_stock_list(s, st) != slab_nil || st->spare != slab_nil);
	if (idle) {
		slab_pcp_take_list(s, st, &chain);
		slab_pcp_take_spare(st, &spare);
	}
	local_irq_restore(flags);
	if (idle) {
		slab_pcp_halve(&chain, &older);
		slab_pcp_fill(s, &chain);
		slab_pcp_flush(s, &spare);
		slab_pcp_flush(s, &older);
	}
	slab_pcp_settle(s);
	local_irq_save(flags);
	*mark = slab_pcp_mark(s, st);
	local_irq_restore(flags);
	preempt_enable();
}

/* ---- rescue ----------------------------------------------------------------------- */

/* Is every object that looks free, and is on no slab's list, a lost one? */
static bool slab_pcp_all_home(struct kmem_cache *s)
{
	struct slab_stock *st;
	unsigned int cpu;

	if (slab_pcp_holders(s) || s->depot.nr)
		return false;
	for_each_possible_cpu(cpu) {
		st = slab_stock_of(s, cpu);
		VM_WARN_ON_ONCE(st->bound[0] | st->bound[1]);
		if (*slab_stock_list(s, st) != slab_nil || st->spare != slab_nil)
			return false;
	}
	return true;
}

/* No other CPU runs, interrupts are off, all stocks are closed.  How many objects, -1: none. */
static int slab_pcp_rescue_stopped(void *cache)
{
	struct kmem_cache *s = cache;
	const unsigned long lost = READ_ONCE(s->nr_lost);
	long nr;

	lockdep_assert_irqs_disabled();
	nr = slab_pcp_all_home(s) ? s->ops->rescue(s) : -1;
	if (nr >= 0)
		__atomic_fetch_sub(&s->nr_lost, lost, __ATOMIC_RELAXED);
	return (int)nr;
}

void slab_pcp_rescue(struct kmem_cache *s)
{
	unsigned int shut = 0;
	int nr;

	if (!can_sleep() || slab_pcp_holders(s))
		return;			/* later */
	if (!__atomic_compare_exchange_n(&s->shut, &shut, 1, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_RELAXED))
		return;			/* somebody is at it */
	slab_pcp_change_one(s);
	nr = mm_while_stopped(slab_pcp_rescue_stopped, s);
	__atomic_store_n(&s->shut, 0, __ATOMIC_SEQ_CST);
	slab_pcp_change_one(s);
	if (nr >= 0)
		pr_err("slab %s: %d objects of a corrupted chain are back on their slabs\n",
		       s->name, nr);
}
