/* SPDX-License-Identifier: MIT */
/* mm/stats.h - what the printing files share */
#ifndef _MM_STATS_H
#define _MM_STATS_H

#include <linux/mm.h>
#include <linux/seq_file.h>

/* Pages, by what Linux's tables call them. */
struct stats_mem {
	unsigned long slab, slab_reclaimable, slab_unreclaimable;
	unsigned long pagetables, stack, percpu, vmalloc;
};
void stats_take(struct stats_mem *st);

/* The counters of the one node, in Linux's order, through line. */
void stats_node_counters(struct seq_file *m,
			 void (*line)(struct seq_file *m, const char *name, u64 value));

/* Free blocks of each API order: the internal orders above and dormant pages folded in. */
void stats_free_blocks(const struct zone *z, unsigned long nr[NR_PAGE_ORDERS]);

/* The page allocator's failure report; how often is its affair. */
void stats_page_failure(gfp_t gfp, unsigned int order);

#endif /* _MM_STATS_H */
