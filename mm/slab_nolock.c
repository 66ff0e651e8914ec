/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_nolock.c - kmalloc and kfree for who may be in the middle of anything
 *
 * MODEL
 *   An NMI may come while this CPU holds any lock, the slabs' included, and inside of any list
 *   but one: a stock's, for a sequence that is interrupted starts over.  So an object is popped
 *   off the stock; if there is none, the slabs' lock is tried, once, and no slab is made.
 *
 *   A free pushes.  If it cannot (stock closed, a large block), the block waits in a list of
 *   its CPU, linked through its first word, in front of which one instruction puts it; the
 *   next call that needs more than a sequence, or slab_trim(), frees it as usual.
 *
 *	NMI: kfree_nolock(p)	waiting -> p -> ...	... kmalloc(), empty stock: kfree(p)
 *
 *   An object that looks free already may be one that this very CPU was about to push when it
 *   was interrupted, or freed twice: to find out needs locks, and its first word is not ours
 *   then.  It waits in a few words beside the list; kfree() will tell.
 *
 *   A list that is full is longer by one then: the next free that is not from here sees to it.
 *
 * INVARIANTS
 *   I1  what waits was live, and belongs to nobody but the list.
 *
 * LOCKING	none; s->lock is tried.
 * CONTEXT	any.  slab_nolock_drain(): any but NMI.
 * FAILURE	NULL, nothing changed.  A wrong free is reported and ignored.
 * NOT HERE	the sequences: arch/x86/rewind_slab.asm.
 */
#include <linux/export.h>
#include <linux/printk.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "slab_pcp.h"

DEFINE_PER_CPU(struct slab_link *, slab_nolock_waiting);
DEFINE_PER_CPU(const void *, slab_nolock_doubtful[SLAB_NOLOCK_DOUBTS]);

/* rewind_slab.asm */
void *slab_alloc_only(unsigned long id);
bool slab_kfree_only(const void *object);

/* Off a slab that there is, if nobody holds the lock. */
static void *slab_nolock_take(struct kmem_cache *s)
{
	struct slab_link *link;

	if (s->flags & SLAB_DEBUG_FLAGS || !s->ops->take(s, &link, 1))
		return NULL;
	if (unlikely(!slab_link_ok(link))) {
		__atomic_fetch_add(&s->nr_lost, 1, __ATOMIC_RELAXED);
		return NULL;		/* whoever may say so will */
	}
	link->word = 0;
	return slab_link_object(s, link);
}

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

/* Linked as in a stock, so that it looks free: a second free of it waits as a doubt. */
static void slab_nolock_wait(const void *object)
{
	struct slab_link *link = (struct slab_link *)object, *head, *seen;

	head = this_cpu_read(slab_nolock_waiting);
	for (;;) {
		slab_link_set(link, head ?: slab_nil);
		seen = this_cpu_cmpxchg(slab_nolock_waiting, head, link);
		if (seen == head)
			return;
		head = seen;
	}
}

/* The first place is taken first, and emptied first: it tells whether there is anything. */
static bool slab_nolock_doubt(const void *object)
{
	unsigned int i;

	for (i = 0; i < SLAB_NOLOCK_DOUBTS; i++)
		if (!this_cpu_cmpxchg(slab_nolock_doubtful[i], NULL, object))
			return true;
	return false;
}

void kfree_nolock(const void *object)
{
	struct kmem_cache *s;

	if (ZERO_OR_NULL_PTR(object) || slab_kfree_only(object))
		return;
	s = kmalloc_cache_of(object);
	if (!s && kmalloc_large_page(object)) {
		slab_nolock_wait(object);
	} else if (!s || slab_object_nr(s, slab_page_of(s, object), object) < 0) {
		slab_report_bad_free(NULL, object, _RET_IP_);
	} else if (s->flags & SLAB_DEBUG_FLAGS || !slab_link_ok(slab_link_of(s, object))) {
		slab_nolock_wait(object);
	} else if (!slab_nolock_doubt(object)) {
		slab_report_object(s, slab_page_of(s, object), (void *)object,
				   "Object already free");
		slab_report_fix(s, "Object at 0x%px not freed", object);
	}
}
EXPORT_SYMBOL(kfree_nolock);

void slab_nolock_drain(void)
{
	struct slab_link *link = this_cpu_xchg(slab_nolock_waiting, NULL), *next;
	unsigned int i;

	for (; link; link = next) {
		next = slab_link_next(link);
		next = next == slab_nil ? NULL : next;
		link->word = 0;
		kfree(link);
	}
	/* Doubts last: by now what they may be about is in stock, or with its slab. */
	for (i = 0; i < SLAB_NOLOCK_DOUBTS; i++)
		if (this_cpu_read(slab_nolock_doubtful[i]))
			kfree(this_cpu_xchg(slab_nolock_doubtful[i], NULL));
}
