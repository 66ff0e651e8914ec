/* SPDX-License-Identifier: MIT */
/* Somebody who keeps pages that he could do without: a driver's cache, for the tests of reclaim. */
#ifndef TESTS_PAGE_KEEPER_H
#define TESTS_PAGE_KEEPER_H

#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/shrinker.h>

struct page_keeper {
	struct shrinker *shrinker;
	struct page *chain;		/* through page_private() */
	unsigned long nr;		/* pages kept */
	unsigned long scans;
	bool lazy;			/* says that it frees, and does not */
	bool boasts;			/* says that it frees all, and frees one */
	bool needs_fs;			/* frees only for a mask with __GFP_FS */
	void (*in_scan)(void);		/* called in each scan */
};

/* Skip the case on a machine with too much memory to take all of it. */
void page_keeper_skip_large(struct kunit *test);
/*
 * All of memory that a request with mask could have (__GFP_NORETRY and __GFP_NOWARN are
 * added); skips as above.  Then the shrinker is registered; it goes,
 * with the pages, when the case ends.
 */
void page_keeper_take_all(struct kunit *test, struct page_keeper *k, gfp_t mask);
void page_keeper_free(struct page_keeper *k, unsigned long nr);
/* Before the case ends: the shrinker and the pages go now. */
void page_keeper_leave(struct kunit *test, struct page_keeper *k);
/*
 * Where all of memory is taken, pages that others free just then may spoil a round, which begins
 * with page_keeper_take_all(): one in which all was right will do.
 */
bool page_keeper_round(struct kunit *test, struct page_keeper *k,
		       bool (*round)(struct kunit *test));

#endif /* TESTS_PAGE_KEEPER_H */
