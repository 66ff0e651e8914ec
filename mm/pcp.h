/* SPDX-License-Identifier: MIT */
/* mm/pcp.h - between the files of per-CPU page stock: chains and lists, see the top of pcp.c */
#ifndef _MM_PCP_H
#define _MM_PCP_H

#include "internal.h"

#define PCP_LIMIT_MAX		0x7fffU	/* pcp_push() takes bit 15 of the room for a sign */

/* Blocks moved under one lock: up to 250 instructions each, 2,000 are the limit. */
#define PCP_CHUNK		6U

static __always_inline bool pcp_block_ok(const struct page *page, unsigned int order)
{
	return page_ptr_valid(page) && page->meta == PAGE_META(PAGE_OWNER_PCP, order);
}

/* Sizes that a stock begins with, blocks. */
unsigned int pcp_first_batch(const struct zone *z, unsigned int order);
unsigned int pcp_first_limit(const struct zone *z, unsigned int order);

/* How many of the first nr blocks of a chain are sound; *rest: the chain behind them. */
unsigned int pcp_walk(u64 word, unsigned int order, unsigned int nr, u64 *rest);
/* The first nr blocks of a chain, which are sound, to the zone, neighbours together; or all. */
void pcp_release(struct zone *z, u64 word, unsigned int order, unsigned int nr);
void pcp_release_all(struct zone *z, u64 word, unsigned int order);

/* The whole list is the caller's; it stays open.  *limit: what it may hold. */
u64 pcp_take_list(struct per_cpu_pages *pcp, unsigned int order, unsigned int *limit);
/* What is left of it goes back. */
void pcp_return_list(struct zone *z, struct per_cpu_pages *pcp, unsigned int order, u64 word,
		     unsigned int limit);
/* The same with another limit; false: somebody has put blocks in, or closed it. */
bool pcp_install(struct per_cpu_pages *pcp, unsigned int order, unsigned int old_limit, u64 word,
		 unsigned int limit);
/* Blocks that cannot be put in as they are: one by one. */
void pcp_push_chain(struct zone *z, struct per_cpu_pages *pcp, unsigned int order, u64 word);

#endif /* _MM_PCP_H */
