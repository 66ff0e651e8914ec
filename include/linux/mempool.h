/* SPDX-License-Identifier: MIT */
/*
 * Memory pools: a reserve of min_nr elements, so that whoever must get done will.
 *
 *	pool = mempool_create_kmalloc_pool(4, 512);
 *	p = mempool_alloc(pool, GFP_NOIO);	may sleep: never NULL
 *	mempool_free(p, pool);
 *
 * alloc asks the ordinary allocator first, without effort; then takes from the reserve; then
 * asks again with effort; then sleeps until somebody gives an element back.  So progress is
 * certain as long as those who hold elements give them back without needing another one.
 *
 * Context: alloc and free any but NMI, alloc with a mask that may not block where sleeping is
 * not allowed: then NULL, but only when the reserve is empty.  All else: process, may sleep.
 * __GFP_ZERO means nothing here: an element from the reserve is as its last user left it.
 */
#ifndef _LINUX_MEMPOOL_H
#define _LINUX_MEMPOOL_H

#include <linux/gfp.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

/* An element, or NULL.  Context and sleeping as the mask says; called without a lock. */
typedef void *(mempool_alloc_t)(gfp_t gfp_mask, void *pool_data);
typedef void (mempool_free_t)(void *element, void *pool_data);

/* Field keys:  (P) lock   (C) constant after init   (R) a racy read is fine */
typedef struct mempool_s {
	spinlock_t lock;		/* rank LOCK_MEMPOOL, irqs off */
	int min_nr;			/* (P,R) elements that the reserve has when full */
	int curr_nr;			/* (P,R) that it has now */
	void **elements;		/* (P) the last curr_nr - 1 is taken first */
	void *pool_data;		/* (C) for alloc and free */
	mempool_alloc_t *alloc;		/* (C) */
	mempool_free_t *free;		/* (C) */
	wait_queue_head_t wait;		/* for elements to come back */
} mempool_t;

static inline bool mempool_initialized(const mempool_t *pool)
{
	return pool->elements != NULL;
}

static inline bool mempool_is_saturated(const mempool_t *pool)
{
	return READ_ONCE(pool->curr_nr) >= READ_ONCE(pool->min_nr);
}

/* A pool in memory of the caller's.  0, or -ENOMEM and nothing is left behind. */
int mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn,
		 mempool_free_t *free_fn, void *pool_data);
#define mempool_init_node(pool, nr, alloc_fn, free_fn, data, gfp, node) \
	mempool_init(pool, nr, alloc_fn, free_fn, data)
/* The reserve goes; all elements are back.  Also for a zeroed pool, and twice. */
void mempool_exit(mempool_t *pool);

/* The same with the pool's own memory too.  NULL: no memory. */
mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			  void *pool_data);
#define mempool_create_node(nr, alloc_fn, free_fn, data, gfp, node) \
	mempool_create(nr, alloc_fn, free_fn, data)
void mempool_destroy(mempool_t *pool);		/* NULL is fine */

/*
 * Change the size of the reserve; new_min_nr >= 1.  Growing fills it up.  0, or -ENOMEM: the
 * reserve is as it was.  Alloc and free may go on meanwhile; of two that grow it at a time
 * the larger size stays.
 */
int mempool_resize(mempool_t *pool, int new_min_nr);

__malloc void *(mempool_alloc)(mempool_t *pool, gfp_t gfp_mask);
#define mempool_alloc(pool, gfp_mask)	mempool_alloc(pool, might_alloc(gfp_mask))
/* Only from the reserve: NULL when that is empty.  Any context but NMI. */
__malloc void *mempool_alloc_preallocated(mempool_t *pool);
void mempool_free(void *element, mempool_t *pool);	/* NULL is fine */

/* Elements of an object cache (pool_data: the cache), of kmalloc() and kvmalloc() (bytes),
 * blocks of pages (order; the element is a struct page *). */
void *mempool_alloc_slab(gfp_t gfp_mask, void *pool_data);
void mempool_free_slab(void *element, void *pool_data);
void *mempool_kmalloc(gfp_t gfp_mask, void *pool_data);
void mempool_kfree(void *element, void *pool_data);
void *mempool_kvmalloc(gfp_t gfp_mask, void *pool_data);
void mempool_kvfree(void *element, void *pool_data);
void *mempool_alloc_pages(gfp_t gfp_mask, void *pool_data);
void mempool_free_pages(void *element, void *pool_data);

#define mempool_init_slab_pool(pool, nr, cache) \
	mempool_init(pool, nr, mempool_alloc_slab, mempool_free_slab, (void *)(cache))
#define mempool_create_slab_pool(nr, cache) \
	mempool_create(nr, mempool_alloc_slab, mempool_free_slab, (void *)(cache))
#define mempool_init_kmalloc_pool(pool, nr, size) \
	mempool_init(pool, nr, mempool_kmalloc, mempool_kfree, (void *)(unsigned long)(size))
#define mempool_create_kmalloc_pool(nr, size) \
	mempool_create(nr, mempool_kmalloc, mempool_kfree, (void *)(unsigned long)(size))
#define mempool_init_kvmalloc_pool(pool, nr, size) \
	mempool_init(pool, nr, mempool_kvmalloc, mempool_kvfree, (void *)(unsigned long)(size))
#define mempool_create_kvmalloc_pool(nr, size) \
	mempool_create(nr, mempool_kvmalloc, mempool_kvfree, (void *)(unsigned long)(size))
#define mempool_init_page_pool(pool, nr, order) \
	mempool_init(pool, nr, mempool_alloc_pages, mempool_free_pages, \
		     (void *)(unsigned long)(order))
#define mempool_create_page_pool(nr, order) \
	mempool_create(nr, mempool_alloc_pages, mempool_free_pages, \
		       (void *)(unsigned long)(order))

#endif /* _LINUX_MEMPOOL_H */
