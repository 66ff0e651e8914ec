/* SPDX-License-Identifier: MIT */
/*
 * Reclaim: getting free pages by asking those who hold memory that they could do without.
 * Nothing is swapped yet; the header keeps the name under which Linux has these calls.
 */
#ifndef _LINUX_SWAP_H
#define _LINUX_SWAP_H

#include <linux/gfp.h>
#include <linux/sched.h>
#include <linux/wait.h>

#define SWAP_CLUSTER_MAX	32UL	/* pages that one direct reclaim tries to get */

/* Pages that a task in reclaim has freed so far; current->reclaim_state points to it. */
struct reclaim_state {
	unsigned long reclaimed;
};

/*
 * Whoever frees whole pages tells the reclaim that it may be part of: slab caches and
 * vmalloc do, and a shrinker that keeps pages of its own should.  Any context.
 */
static inline void mm_account_reclaimed_pages(unsigned long pages)
{
	struct reclaim_state *rs = current->reclaim_state;

	if (rs)
		rs->reclaimed += pages;
}

/*
 * mm/vmscan.c.  Direct reclaim for one request: the pages freed, 0 if there was nothing.
 * Process context, may sleep as ac->gfp says, no lock held.  Plugged into the page allocator,
 * which calls it under PF_MEMALLOC.
 */
unsigned long try_to_free_pages(const struct alloc_context *ac);

/*
 * A node: all of memory, for there is one.  (Linux has this in mmzone.h; here zones know
 * nothing of threads.)
 * Field keys:  (C) constant after boot   (R) racy hints
 */
typedef struct pglist_data {
	int node_id;			/* (C) 0 */
	struct zone *node_zones;	/* (C) MAX_NR_ZONES of them */
	wait_queue_head_t kswapd_wait;
	struct task_struct *kswapd;	/* (C) NULL until it runs */
	unsigned int kswapd_order;	/* (R) the largest block asked for, since it looked */
	int kswapd_highest_zoneidx;	/* (R) the best zone asked for; MAX_NR_ZONES: none */
	bool kswapd_asleep;		/* (R) until somebody wakes it, not just for a nap */
	int kswapd_failures;		/* (R) runs in a row that have freed nothing */
} pg_data_t;
extern struct pglist_data contig_page_data;
#define NODE_DATA(nid)	(&contig_page_data)

/* mm/kswapd.c */
int kswapd(void *pgdat);		/* a thread's function; does not return */
/* Somebody found z below its low watermark.  Any context but NMI. */
void wakeup_kswapd(struct zone *z, unsigned int order);

/* Once, after vmalloc_init(): plug reclaim into the page allocator. */
void vmscan_init(void);

#endif /* _LINUX_SWAP_H */
