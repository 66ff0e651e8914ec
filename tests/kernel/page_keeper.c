/* SPDX-License-Identifier: MIT */
/* page_keeper.c - a driver that keeps pages it could do without, as textbooks write it */
#include <linux/kernel.h>
#include <linux/string.h>

#include "page_keeper.h"

#define KEEPER_LIMIT	(320UL << (20 - PAGE_SHIFT))	/* larger machines take too long */

void page_keeper_free(struct page_keeper *k, unsigned long nr)
{
	struct page *page;

	for (; nr && k->nr; nr--) {
		page = k->chain;
		k->chain = (struct page *)page_private(page);
		k->nr--;
		__free_page(page);
	}
}

static unsigned long page_keeper_count(struct shrinker *s, struct shrink_control *sc)
{
	struct page_keeper *k = s->private_data;

	return READ_ONCE(k->nr);
}

static unsigned long page_keeper_scan(struct shrinker *s, struct shrink_control *sc)
{
	struct page_keeper *k = s->private_data;
	unsigned long before = k->nr;

	k->scans++;
	if (k->needs_fs && !(sc->gfp_mask & __GFP_FS))
		return SHRINK_STOP;
	if (k->lazy)
		return sc->nr_to_scan;
	if (k->boasts) {
		page_keeper_free(k, 1);
		return sc->nr_to_scan;
	}
	if (k->in_scan)
		k->in_scan();
	page_keeper_free(k, sc->nr_to_scan);
	return before - k->nr;
}

static void page_keeper_close(void *ctx)
{
	struct page_keeper *k = ctx;

	shrinker_free(k->shrinker);
	page_keeper_free(k, k->nr);
}

void page_keeper_leave(struct kunit *test, struct page_keeper *k)
{
	kunit_release_action(test, page_keeper_close, k);
}

#define MAX_ROUNDS	10

bool page_keeper_round(struct kunit *test, struct page_keeper *k,
		       bool (*round)(struct kunit *test))
{
	unsigned int tries = MAX_ROUNDS;

	while (tries--) {
		if (round(test))
			return true;
		page_keeper_leave(test, k);
	}
	return false;
}

void page_keeper_skip_large(struct kunit *test)
{
	if (totalram_pages() > KEEPER_LIMIT)
		kunit_skip(test, "more than 320 MiB");
}

void page_keeper_take_all(struct kunit *test, struct page_keeper *k, gfp_t mask)
{
	struct page *page;
	unsigned long had;

	page_keeper_skip_large(test);
	memset(k, 0, sizeof(*k));
	k->shrinker = shrinker_alloc(0, "page-keeper");
	KUNIT_ASSERT_NOT_NULL(test, k->shrinker);
	k->shrinker->count_objects = page_keeper_count;
	k->shrinker->scan_objects = page_keeper_scan;
	k->shrinker->private_data = k;
	kunit_add_action(test, page_keeper_close, k);
	do {
		had = k->nr;
		while ((page = alloc_page(mask | __GFP_NORETRY | __GFP_NOWARN)) != NULL) {
			set_page_private(page, (unsigned long)k->chain);
			k->chain = page;
			k->nr++;
		}
		drain_all_pages(NULL);		/* what other CPUs have in stock, too */
	} while (k->nr != had);
	shrinker_register(k->shrinker);
}
