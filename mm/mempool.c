/* SPDX-License-Identifier: MIT */
/*
 * mm/mempool.c - a reserve for those who must not fail
 *
 * MODEL
 *   Some requests are part of freeing memory (writing a page out needs a request structure),
 *   and to fail or wait for memory there is to wait for oneself.  A pool keeps min_nr elements
 *   aside for them:
 *
 *	alloc	1  the allocator, without effort: no reclaim, no reserve, no report
 *		2  the reserve
 *		3  the allocator, with the effort that the mask allows; the reserve again
 *		4  may not sleep: NULL.  Else wait for an element to come back, at most
 *		   5 s: the allocator may have some by then; and all over
 *	free	1  the reserve, if it is not full, and wake who waits
 *		2  the allocator
 *
 *	elements[]	0 .. curr_nr		.. min_nr
 *			|  the reserve  |  taken  |		a stack: pop, push at curr_nr
 *
 *   The allocator comes before the reserve, although the reserve is nearer: what is only for the
 *   worst moment must be there in the worst moment.  And a free fills the reserve first, for the
 *   same reason.  So the pool can promise: whoever waits is served by some free() to come, if
 *   each element is freed without a second one being needed for it.
 *
 *   Nobody waits in vain: a waiter queues while he sees the reserve empty, under its lock; an
 *   element that comes back is put in under the same lock, before the wake-up.  The 5 s are
 *   for a reserve whose elements were all lost to the allocator's other users (Linux's idea,
 *   and Linux's number).
 *
 *   Elements of the reserve of a cache with SLAB_POISON are poisoned while they lie there, so
 *   that a write after mempool_free() is found when the element is taken out.
 *
 * INVARIANTS	0 <= curr_nr <= min_nr (not in mempool_resize()); elements[0..curr_nr) are
 *		whole.
 * LOCKING	pool->lock, rank LOCK_MEMPOOL, irqs off; the allocator is called without it.
 * CONTEXT	alloc, free: any but NMI.  Others: process.
 * FAILURE	alloc: NULL only if the mask may not block.  create, resize: nothing changed.
 * NOT HERE	the allocators.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/poison.h>
#include <linux/mempool.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "slab.h"

unsigned long mempool_patience = 5 * HZ;	/* jiffies; then the allocator is asked again */

/* ---- poison ---------------------------------------------------------------------- */

/* How many bytes of an element are ours to poison; 0: it is not that kind of pool. */
static size_t mempool_poisoned_bytes(const mempool_t *pool, const void *element)
{
	const struct kmem_cache *s = NULL;
	size_t bytes = 0;

	if (pool->alloc == mempool_alloc_slab) {
		s = pool->pool_data;
		bytes = s->object_size;
	} else if (pool->alloc == mempool_kmalloc) {
		s = kmalloc_cache_of(element);
		bytes = (size_t)pool->pool_data;
	}
	return s && s->poison ? bytes : 0;
}

/*
 * The last byte differs, as in a poisoned object of a cache, so that an element that was moved or
 * cut is told from one that was not.
 */
static void mempool_poison(const mempool_t *pool, void *element)
{
	const size_t bytes = mempool_poisoned_bytes(pool, element);

	if (!bytes)
		return;
	memset(element, POISON_FREE, bytes - 1);
	((u8 *)element)[bytes - 1] = POISON_END;
}

/* Linux's text: some bytes on either side of the first wrong one. */
static __cold void mempool_report(const mempool_t *pool, const u8 *element, size_t bytes,
				  size_t at)
{
	const size_t start = at > 8 ? at - 8 : 0, end = min(at + 8, bytes);
	char line[64];
	size_t i, n = 0;

	static_assert(sizeof(line) > 2 * 8 * 3, "two digits and a blank for each byte");
	VM_BUG_ON(at >= bytes);
	for (i = start; i < end; i++)
		n += scnprintf(line + n, sizeof(line) - n, "%x ", element[i]);
	pr_err("BUG: mempool element poison mismatch\n");
	pr_err("Mempool %p size %zu\n", pool, bytes);
	pr_err(" nr=%d @ %p: %s0x%s%s\n", pool->curr_nr, element, start ? "... " : "", line,
	       end < bytes ? "..." : "");
	dump_stack();
	add_taint(TAINT_BAD_PAGE, LOCKDEP_STILL_OK);
}

/* As it lay in the reserve, or somebody has written to what was not his any more. */
static void mempool_check_poison(const mempool_t *pool, void *element)
{
	const size_t bytes = mempool_poisoned_bytes(pool, element);
	const u8 *p = element;
	size_t i;

	for (i = 0; i < bytes; i++)
		if (p[i] != (i == bytes - 1 ? POISON_END : POISON_FREE)) {
			mempool_report(pool, p, bytes, i);
			break;
		}
	if (bytes)
		memset(element, POISON_INUSE, bytes);
}

/* ---- the reserve ----------------------------------------------------------------- */

static void mempool_push(mempool_t *pool, void *element)
	__must_hold(&pool->lock)
{
	lockdep_assert_held(&pool->lock);
	BUG_ON(pool->curr_nr >= pool->min_nr);
	mempool_poison(pool, element);
	pool->elements[pool->curr_nr++] = element;
}

static void *mempool_pop(mempool_t *pool)
	__must_hold(&pool->lock)
{
	void *element;

	lockdep_assert_held(&pool->lock);
	if (!pool->curr_nr)
		return NULL;
	BUG_ON(pool->curr_nr < 0);
	element = pool->elements[--pool->curr_nr];
	mempool_check_poison(pool, element);
	return element;
}

/*
 * Into the reserve: false, it is full.  Under the lock that a waiter holds while he sees it empty
 * and queues: so he either finds this element or is queued before the wake-up that follows.
 */
static bool mempool_refill(mempool_t *pool, void *element)
{
	unsigned long flags;
	bool room;

	spin_lock_irqsave(&pool->lock, flags);
	room = pool->curr_nr < pool->min_nr;
	if (room)
		mempool_push(pool, element);
	spin_unlock_irqrestore(&pool->lock, flags);
	return room;
}

/* ---- making and destroying ------------------------------------------------------- */

/* Fill the reserve up.  0, or -ENOMEM: as far as it went. */
static int mempool_fill(mempool_t *pool)
{
	void *element;

	while (!mempool_is_saturated(pool)) {
		element = pool->alloc(GFP_KERNEL, pool->pool_data);
		if (!element)
			return -ENOMEM;
		if (!mempool_refill(pool, element))
			pool->free(element, pool->pool_data);	/* others were quicker */
	}
	return 0;
}

/* All of the reserve now, or no pool: a promise that cannot be kept is made to nobody. */
int mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn,
		 mempool_free_t *free_fn, void *pool_data)
{
	int err;

	memset(pool, 0, sizeof(*pool));
	spin_lock_init_ranked(&pool->lock, LOCK_MEMPOOL);
	init_waitqueue_head(&pool->wait);
	pool->min_nr = min_nr;
	pool->pool_data = pool_data;
	pool->alloc = alloc_fn;
	pool->free = free_fn;
	if (WARN_ON_ONCE(min_nr < 0))
		return -EINVAL;
	pool->elements = kmalloc_array(min_nr, sizeof(void *), GFP_KERNEL);
	if (!pool->elements)
		return -ENOMEM;
	err = mempool_fill(pool);
	VM_WARN_ON_ONCE(!err && pool->curr_nr != min_nr);
	if (err)
		mempool_exit(pool);
	return err;
}
EXPORT_SYMBOL(mempool_init);

/* Nobody uses it any more: no lock.  What callers still hold is theirs, and lost to the pool. */
void mempool_exit(mempool_t *pool)
{
	/* Nobody waits: he would for ever.  (A zeroed pool that was never made has no queue.) */
	VM_WARN_ON_ONCE(pool->elements && waitqueue_active(&pool->wait));
	while (pool->curr_nr) {
		void *element = pool->elements[--pool->curr_nr];

		mempool_check_poison(pool, element);
		pool->free(element, pool->pool_data);
	}
	kfree(pool->elements);
	pool->elements = NULL;
	pool->min_nr = 0;
}
EXPORT_SYMBOL(mempool_exit);

mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			  void *pool_data)
{
	mempool_t *pool = kmalloc(sizeof(*pool), GFP_KERNEL);

	if (pool && mempool_init(pool, min_nr, alloc_fn, free_fn, pool_data)) {
		kfree(pool);
		return NULL;
	}
	return pool;
}
EXPORT_SYMBOL(mempool_create);

void mempool_destroy(mempool_t *pool)
{
	if (!pool)
		return;
	mempool_exit(pool);
	kfree(pool);
}
EXPORT_SYMBOL(mempool_destroy);

/* Elements beyond the new size go to the allocator, one by one. */
static void mempool_trim(mempool_t *pool, int new_min_nr)
{
	unsigned long flags;
	void *element;

	spin_lock_irqsave(&pool->lock, flags);
	while (pool->curr_nr > new_min_nr) {
		element = mempool_pop(pool);
		spin_unlock_irqrestore(&pool->lock, flags);
		pool->free(element, pool->pool_data);
		spin_lock_irqsave(&pool->lock, flags);
	}
	VM_BUG_ON(pool->curr_nr > new_min_nr);
	pool->min_nr = new_min_nr;
	spin_unlock_irqrestore(&pool->lock, flags);
}

/*
 * Grown: the new array is made before the lock is taken, because making it may sleep; so another
 * call may have come first, and its array is the one to keep if it is larger.
 */
int mempool_resize(mempool_t *pool, int new_min_nr)
{
	void **wider, **old;
	unsigned long flags;

	if (WARN_ON_ONCE(new_min_nr <= 0))
		return -EINVAL;
	if (new_min_nr <= pool->min_nr) {
		mempool_trim(pool, new_min_nr);	/* the array keeps its size */
		return 0;
	}
	wider = kmalloc_array(new_min_nr, sizeof(void *), GFP_KERNEL);
	if (!wider)
		return -ENOMEM;
	spin_lock_irqsave(&pool->lock, flags);
	old = pool->elements;
	if (new_min_nr > pool->min_nr) {
		VM_BUG_ON(pool->curr_nr > pool->min_nr);
		memcpy(wider, old, pool->curr_nr * sizeof(void *));
		pool->elements = wider;
		pool->min_nr = new_min_nr;
	} else {
		old = wider;		/* another one made it larger still meanwhile */
	}
	spin_unlock_irqrestore(&pool->lock, flags);
	kfree(old);
	mempool_fill(pool);		/* as far as possible; frees will do the rest */
	return 0;
}
EXPORT_SYMBOL(mempool_resize);

/* ---- using it -------------------------------------------------------------------- */

/* For who has asked the allocator himself, and would rather have NULL than wait. */
void *mempool_alloc_preallocated(mempool_t *pool)
{
	unsigned long flags;
	void *element;

	spin_lock_irqsave(&pool->lock, flags);
	element = mempool_pop(pool);
	spin_unlock_irqrestore(&pool->lock, flags);
	return element;
}
EXPORT_SYMBOL(mempool_alloc_preallocated);

/* Queue while the reserve is still empty, and wait; what came back meanwhile, or NULL. */
static void *mempool_wait(mempool_t *pool)
{
	unsigned long flags;
	DEFINE_WAIT(wait);
	void *element;

	spin_lock_irqsave(&pool->lock, flags);
	element = mempool_pop(pool);
	if (!element)
		prepare_to_wait(&pool->wait, &wait, TASK_UNINTERRUPTIBLE);
	spin_unlock_irqrestore(&pool->lock, flags);
	VM_WARN_ON_ONCE(!preemptible());
	if (!element) {
		io_schedule_timeout(READ_ONCE(mempool_patience));
		finish_wait(&pool->wait, &wait);
	}
	return element;
}

/*
 * effort == gfp is the second time round and every later one.  __GFP_NORETRY in all of them: the
 * reserve is better than pressing the allocator.  __GFP_NOMEMALLOC: its reserves are for those who
 * have none of their own.  Zeroing is not offered, for an element of the reserve is used.
 */
void *(mempool_alloc)(mempool_t *pool, gfp_t gfp_mask)
{
	const gfp_t gfp = gfp_mask | __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
	const bool may_wait = gfpflags_allow_blocking(gfp) && preemptible();
	gfp_t effort = gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_IO);
	void *element;

	VM_WARN_ON_ONCE(gfp_mask & __GFP_ZERO);
	for (;;) {
		element = pool->alloc(effort, pool->pool_data);
		if (unlikely(!element))
			element = mempool_alloc_preallocated(pool);
		if (unlikely(!element) && effort == gfp && may_wait)
			element = mempool_wait(pool);
		if (likely(element) || (effort == gfp && !may_wait))
			return element;
		effort = gfp;
	}
}
EXPORT_SYMBOL(mempool_alloc);

void mempool_free(void *element, mempool_t *pool)
{
	if (unlikely(!element))
		return;
	/*
	 * Whoever took this element out of the reserve did so before we got it: so the count
	 * that is read here, without the lock, is not one from before.
	 */
	smp_rmb();
	if (unlikely(!mempool_is_saturated(pool)) && mempool_refill(pool, element)) {
		wake_up(&pool->wait);
		return;
	}
	pool->free(element, pool->pool_data);
	/* Without a reserve, who waits waits for the allocator: which has one more now. */
	if (unlikely(!pool->min_nr) && wq_has_sleeper(&pool->wait))
		wake_up(&pool->wait);
}
EXPORT_SYMBOL(mempool_free);

/* ---- the usual elements ---------------------------------------------------------- */

/* pool_data: the cache; the size in bytes; the order. */
void *mempool_alloc_slab(gfp_t gfp_mask, void *pool_data)
{
	const struct kmem_cache *s = pool_data;

	VM_BUG_ON(s->ctor);		/* the reserve would not keep what it constructs */
	return kmem_cache_alloc(pool_data, gfp_mask);
}
EXPORT_SYMBOL(mempool_alloc_slab);

void mempool_free_slab(void *element, void *pool_data)
{
	kmem_cache_free(pool_data, element);
}
EXPORT_SYMBOL(mempool_free_slab);

void *mempool_kmalloc(gfp_t gfp_mask, void *pool_data)
{
	return kmalloc((size_t)pool_data, gfp_mask);
}
EXPORT_SYMBOL(mempool_kmalloc);

void mempool_kfree(void *element, void *pool_data)
{
	kfree(element);
}
EXPORT_SYMBOL(mempool_kfree);

void *mempool_kvmalloc(gfp_t gfp_mask, void *pool_data)
{
	return kvmalloc((size_t)pool_data, gfp_mask);
}
EXPORT_SYMBOL(mempool_kvmalloc);

void mempool_kvfree(void *element, void *pool_data)
{
	kvfree(element);
}
EXPORT_SYMBOL(mempool_kvfree);

void *mempool_alloc_pages(gfp_t gfp_mask, void *pool_data)
{
	return alloc_pages(gfp_mask, (unsigned int)(unsigned long)pool_data);
}
EXPORT_SYMBOL(mempool_alloc_pages);

void mempool_free_pages(void *element, void *pool_data)
{
	__free_pages(element, (unsigned int)(unsigned long)pool_data);
}
EXPORT_SYMBOL(mempool_free_pages);
