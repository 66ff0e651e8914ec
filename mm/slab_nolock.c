/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_nolock.c - kmalloc and kfree for who may be in the middle of anything
 *
 * MODEL
 *   An NMI may come while this CPU holds any lock, the slabs' included, and inside of any list
 *   but one: a stock's, for a sequence that is interrupted starts over.  So an object is popped
 *   off the stock; if there is none, the slabs' lock is tried, once, and no slab is made.
 *
 *   A free pushes.  If it cannot (stock closed, a constructor, a large block), the block waits in
 *   a list of its CPU, in front of which one instruction puts it; the next allocation that needs
 *   more than a sequence, or slab_trim(), frees it as usual.  A free does not, for it may be one
 *   of these.
 *
 *	NMI: kfree_nolock(p)	waiting -> p -> ...	... kmalloc(), empty stock: kfree(p)
 *
 *   It is linked where a free object would be, which spoils nothing that was constructed; and
 *   to an odd address, which is a mark: it looks free to the sequences, so that a second free
 *   comes to C, where slab_nolock_holds() finds it, and yet it is not taken for one that is in
 *   stock, nor for one that was lost.
 *
 *   An object that looks free already may be one that kfree() was about to push when it was
 *   interrupted, or freed twice: to find out needs locks, and its link is not ours then.  (A
 *   kfree_nolock() that begins again knows which of the two it is.)  It is put aside as doubtful,
 *   in a few words beside the list; the next slow call decides.
 *   Where that cannot be sure, either (slab_pcp_find.c), it is put aside again, as unsure, and
 *   so is what kfree() is not sure of; slab_trim() tries again, not each slow call, for it
 *   takes a while.  What does not look free any more by then was given out again meanwhile, and
 *   belongs to somebody: that was a double free.
 *
 *   A list that is full grows nevertheless: the next free that is not from here sees to it.
 *
 *   Another CPU's are handed out by that CPU, some at a time, in an interrupt.
 *
 *   What was taken off a list and is not freed yet is on none, and its cache may be about to go:
 *   it is counted, and kmem_cache_destroy() waits (slab_nolock_gather()).
 *
 * INVARIANTS
 *   I1  what waits was live, and belongs to nobody but the list.
 *   I2  the first place for what is doubtful (unsure) is filled first and emptied first.  That
 *	 takes several instructions, so it is a hint: behind an empty one there may be something,
 *	 which slab_trim() and slab_nolock_drain_all() find.
 *
 * LOCKING	none; s->lock is tried.  Off the list: interrupts off, for then nobody else takes,
 *		and what an NMI puts in front is noticed.
 * CONTEXT	any.  Draining: any but NMI.
 * FAILURE	NULL, nothing changed.  A wrong free is reported and ignored.
 * NOT HERE	the sequences: arch/x86/rewind_slab.asm.
 */
#include <linux/array_size.h>
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/might_sleep.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "slab_pcp.h"

#define SLAB_NOLOCK_LAPS	10	/* ticks that a cache that goes waits for doubts to end */

DEFINE_PER_CPU(struct slab_nolock, slab_nolock);
u64 slab_nolock_moving;

/* Off a slab that there is, if nobody holds the lock.  In hand until it no longer looks free. */
static noinline void *slab_nolock_take(struct kmem_cache *s)
{
	struct slab_link *link;
	void *object = NULL;

	if (s->flags & SLAB_DEBUG_FLAGS)
		return NULL;
	slab_pcp_hold(s);
	if (s->ops->take(s, &link, 1)) {
		if (likely(slab_link_ok(link))) {
			link->word = 0;
			object = slab_link_object(s, link);
		} else {
			slab_link_set(link, slab_nil);	/* so that rescue finds it */
			slab_pcp_lose(s, 1);
		}
	}
	slab_pcp_settle(s);
	return object;
}

/* Whatever the mask says: nothing here waits, reclaims or makes a slab. */
void *kmalloc_nolock(size_t size, gfp_t flags, int node)
{
	struct kmem_cache *s;
	void *object;

	if (!size)
		return ZERO_SIZE_PTR;
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return NULL;
	s = kmalloc_cache(size, 0);
	object = slab_alloc_only(s->id);
	if (!object)
		object = slab_nolock_take(s);
	if (object && flags & __GFP_ZERO)
		memset(object, 0, s->object_size);
	return object;
}
EXPORT_SYMBOL(kmalloc_nolock);

/* ---- in --------------------------------------------------------------------------- */

/*
 * In front of the list, with one instruction.  A thread may be moved to another CPU before it:
 * then that CPU's list has another head, or none, as this one had.
 */
static void slab_nolock_wait(struct slab_link *link)
{
	struct slab_link *head = this_cpu_read(slab_nolock.waiting), *seen;

	VM_WARN_ON_ONCE(slab_link_waiting(link->word));
	for (;;) {
		slab_link_set_waiting(link, head ?: slab_nil);
		seen = this_cpu_cmpxchg(slab_nolock.waiting, head, link);
		if (seen == head)
			return;
		head = seen;
	}
}

static bool slab_nolock_doubt(const void *object)
{
	unsigned int i;

	for (i = 0; i < SLAB_NOLOCK_DOUBTS; i++)
		if (!this_cpu_cmpxchg(slab_nolock.doubtful[i], NULL, object))
			return true;
	return false;
}

bool slab_nolock_postpone(const void *object)
{
	unsigned int i;

	for (i = 0; i < SLAB_NOLOCK_DOUBTS; i++)
		if (!this_cpu_cmpxchg(slab_nolock.unsure[i], NULL, object))
			return true;
	return false;
}

/*
 * Is it that of an object of @s that is free, or waits, by its looks?  A large block (NULL) may
 * begin with what was left there by objects; marks are not left.
 */
static bool slab_nolock_looks_free(const struct kmem_cache *s, const struct slab_link *link)
{
	return (s && slab_link_ok(link)) || slab_link_waiting(READ_ONCE(link->word));
}

/* Where a block that may be freed is linked; NULL: it is none, and *cache is set anyhow. */
static struct slab_link *slab_nolock_link(const void *object, struct kmem_cache **cache)
{
	struct kmem_cache *s = kmalloc_cache_of(object);

	*cache = s;
	if (!s)
		return kmalloc_large_page(object) ? (struct slab_link *)object : NULL;
	if (slab_object_nr(s, slab_page_of(s, object), object) < 0)
		return NULL;
	return slab_link_of(s, object);
}

static void slab_nolock_report(struct kmem_cache *s, const void *object, unsigned long caller)
{
	if (!s) {
		slab_report_bad_free(NULL, object, caller);
		return;
	}
	slab_report_object(s, slab_page_of(s, object), (void *)object, "Object already free");
	slab_report_fix(s, "Object at 0x%px not freed", object);
}

/* The sequence has not taken it.  live: whatever it looks like. */
static noinline void slab_nolock_leave(const void *object, bool live, unsigned long caller)
{
	struct slab_link *link;
	struct kmem_cache *s;

	link = slab_nolock_link(object, &s);
	if (!link)
		slab_report_bad_free(NULL, object, caller);
	else if (live || !slab_nolock_looks_free(s, link))
		slab_nolock_wait(link);
	else if (!slab_nolock_doubt(object))
		slab_nolock_report(s, object, caller);
}

void kfree_nolock(const void *object)
{
	bool live = false;

	if (!ZERO_OR_NULL_PTR(object) && !slab_kfree_only(object, &live))
		slab_nolock_leave(object, live, _RET_IP_);
}
EXPORT_SYMBOL(kfree_nolock);

/* ---- looking ---------------------------------------------------------------------- */

#define SLAB_NOLOCK_WALKS	8

static_assert(SLAB_WAITS < sizeof(struct slab_link), "a mark is where an address has no bit");

/* Is it in this list, which may be drained meanwhile?  When in doubt, for it is marked: yes. */
static bool slab_nolock_in_list(struct slab_link *const *list, const struct slab_link *wanted)
{
	struct slab_link *link;
	unsigned int tries, nr;
	u64 word;

	for (tries = 0; tries < SLAB_NOLOCK_WALKS; tries++) {
		link = READ_ONCE(*list) ?: slab_nil;
		for (nr = 0; link && link != slab_nil && nr < SLAB_PCP_LONGEST; nr++) {
			if (link == wanted)
				return true;
			if (copy_from_kernel_nofault(&word, &link->word, sizeof(word)))
				break;
			link = slab_link_waiting(word);
		}
		if (link == slab_nil)
			return false;
	}
	return true;
}

bool slab_nolock_holds(const struct slab_link *link)
{
	unsigned int cpu;

	VM_WARN_ON_ONCE((unsigned long)link % sizeof(*link));

	for_each_possible_cpu(cpu)
		if (slab_nolock_in_list(&per_cpu_ptr(&slab_nolock, cpu)->waiting, link))
			return true;
	return false;
}

bool slab_nolock_doubts(const void *object)
{
	const struct slab_nolock *n;
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		n = per_cpu_ptr(&slab_nolock, cpu);
		for (i = 0; i < SLAB_NOLOCK_DOUBTS; i++)
			if (READ_ONCE(n->doubtful[i]) == object ||
			    READ_ONCE(n->unsure[i]) == object)
				return true;
	}
	return false;
}

/* ---- out -------------------------------------------------------------------------- */

/*
 * One that waits on this CPU, not marked any more; NULL: none.  Interrupts are off: between the
 * look and the exchange nobody takes it away and puts it back with another one behind it.
 */
static struct slab_link *slab_nolock_pop(void)
{
	struct slab_link *head = this_cpu_read(slab_nolock.waiting), *next, *seen;

	lockdep_assert_irqs_disabled();
	while (head) {
		next = slab_link_waiting(READ_ONCE(head->word));
		seen = this_cpu_cmpxchg(slab_nolock.waiting, head,
					next && next != slab_nil ? next : NULL);
		if (seen == head)
			break;
		head = seen;
	}
	if (head && unlikely(!slab_link_waiting(head->word))) {
		slab_report_link(slab_cache_of_id(slab_id_of(head)), slab_link_next(head));
		slab_report_fix(NULL, "Isolate corrupted freechain");
	}
	if (head)
		head->word = 0;
	return head;
}

/* As kfree() would have at once: it finds out where the object goes. */
static void slab_nolock_free(struct slab_link *link)
{
	struct kmem_cache *s = slab_cache_of_id(slab_id_of(link));

	VM_WARN_ON_ONCE(slab_nolock_looks_free(s, link));
	kfree(s ? slab_link_object(s, link) : link);
}

/* The page may have another use by now, so everything is asked again.  NULL: nothing. */
static void slab_nolock_decide(const void *object)
{
	struct slab_link *link;
	struct kmem_cache *s;

	if (!object)
		return;
	link = slab_nolock_link(object, &s);
	if (link && slab_nolock_looks_free(s, link))
		kfree(object);		/* looks for it, and may put it aside again */
	else
		slab_nolock_report(link ? s : NULL, object, _RET_IP_);
}

void slab_nolock_drain(void)
{
	struct slab_link *link;
	unsigned long flags;
	unsigned int i;

	slab_nolock_hold();
	do {
		local_irq_save(flags);
		link = slab_nolock_pop();
		local_irq_restore(flags);
		if (link)
			slab_nolock_free(link);
	} while (link);
	/* Doubts last: by now what they may be about is in stock, or with its slab. */
	for (i = 0; i < SLAB_NOLOCK_DOUBTS; i++)
		slab_nolock_decide(this_cpu_xchg(slab_nolock.doubtful[i], NULL));
	slab_nolock_settle();
}

void slab_nolock_retry(void)
{
	unsigned int i;

	slab_nolock_hold();
	for (i = 0; i < SLAB_NOLOCK_DOUBTS; i++)
		slab_nolock_decide(this_cpu_xchg(slab_nolock.unsure[i], NULL));
	slab_nolock_settle();
}

/* ---- other CPUs ------------------------------------------------------------------- */

#define SLAB_NOLOCK_LOOT	32	/* in one interrupt */
struct slab_nolock_loot {
	struct slab_link *waiting[SLAB_NOLOCK_LOOT];
	const void *doubtful[2 * SLAB_NOLOCK_DOUBTS];
	unsigned int nr;		/* waiting */
};

/* On its CPU, interrupts off. */
static void slab_nolock_hand_out(void *arg)
{
	struct slab_nolock_loot *loot = arg;
	unsigned int i;

	lockdep_assert_irqs_disabled();
	for (loot->nr = 0; loot->nr < SLAB_NOLOCK_LOOT; loot->nr++) {
		loot->waiting[loot->nr] = slab_nolock_pop();
		if (!loot->waiting[loot->nr])
			break;
	}
	for (i = 0; i < SLAB_NOLOCK_DOUBTS; i++) {
		loot->doubtful[2 * i] = this_cpu_xchg(slab_nolock.doubtful[i], NULL);
		loot->doubtful[2 * i + 1] = this_cpu_xchg(slab_nolock.unsure[i], NULL);
	}
}

/* False: that was all. */
static bool slab_nolock_take_from(unsigned int cpu)
{
	struct slab_nolock_loot loot = { .nr = 0 };
	unsigned int i;

	VM_WARN_ON_ONCE(!cpu_online(cpu));
	slab_nolock_hold();
	smp_call_function_single((int)cpu, slab_nolock_hand_out, &loot, 1);
	for (i = 0; i < loot.nr; i++)
		slab_nolock_free(loot.waiting[i]);
	for (i = 0; i < ARRAY_SIZE(loot.doubtful); i++)
		slab_nolock_decide(loot.doubtful[i]);
	slab_nolock_settle();
	return loot.nr == SLAB_NOLOCK_LOOT;
}

/* Racy, if it is another CPU's. */
static bool slab_nolock_has(const struct slab_nolock *n)
{
	unsigned int i;

	for (i = 0; i < SLAB_NOLOCK_DOUBTS; i++)
		if (READ_ONCE(n->doubtful[i]) || READ_ONCE(n->unsure[i]))
			return true;
	return READ_ONCE(n->waiting);
}

void slab_nolock_drain_all(void)
{
	unsigned int cpu;

	VM_WARN_ON_ONCE(!can_sleep());
	for_each_online_cpu(cpu)
		while (slab_nolock_has(per_cpu_ptr(&slab_nolock, cpu)) &&
		       slab_nolock_take_from(cpu))
			;
}

static bool slab_nolock_any(void)
{
	unsigned int cpu;

	for_each_online_cpu(cpu)
		if (slab_nolock_has(per_cpu_ptr(&slab_nolock, cpu)))
			return true;
	return false;
}

/*
 * Nobody had anything in hand, nobody has since, and nothing is anywhere: that is all.  What
 * others free all the time, and what stays unsure, must not keep us for ever.
 */
void slab_nolock_gather(void)
{
	unsigned int laps;
	u64 before;

	for (laps = 0; laps < SLAB_NOLOCK_LAPS; laps++) {
		if (laps)
			schedule_timeout_uninterruptible(1);
		slab_nolock_drain_all();
		while ((u16)(before = __atomic_load_n(&slab_nolock_moving, __ATOMIC_ACQUIRE)))
			schedule_timeout_uninterruptible(1);
		if (!slab_nolock_any() &&
		    before == __atomic_load_n(&slab_nolock_moving, __ATOMIC_ACQUIRE))
			return;
	}
}
