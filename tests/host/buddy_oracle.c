/* SPDX-License-Identifier: MIT */
/*
 * buddy_oracle.c - random operations on the allocator, beside a bitmap that knows better
 *
 * MODEL
 *   The oracle keeps one bit a page (given out or not) and a list of the blocks that it
 *   was given.  It knows nothing of lists or orders, but what may be asked of any perfect
 *   buddy allocator: a block is aligned, was free, and a request fails only if there is no
 *   aligned free run of that size.
 *
 *	zone	buddy_alloc() and buddy_free() on a private zone of 1024 pages, mostly full
 *	pages	the public calls on all zones of a 64 MiB machine, with stock, dormant
 *		sections, compound and split blocks, references, bulk and exact requests
 *
 *   Each block's first word holds its own address while it is given out.  The structure is
 *   verified every so often, the sums at the end.
 *
 * usage: buddy_oracle [millions of operations, 20] [seed, 1]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../mm/internal.h"
#include <linux/array_size.h>
#include <linux/prandom.h>
#include <linux/section.h>
#include "platform.h"

#define RAM_BYTES	(64UL << 20)
#define RAM_PAGES	(RAM_BYTES / PAGE_SIZE)
#define MAX_BLOCKS	4096
#define VERIFY_EVERY	65536

struct block {
	struct page *page;
	u32 order;
	u32 pages;		/* alloc_pages_exact(): how many; else 1 << order */
	u8  kind;
};
enum { KIND_PAGES, KIND_COMP, KIND_SPLIT, KIND_EXACT, KIND_SHARED, KIND_OWNER, NR_KINDS };

static u64 taken[RAM_PAGES / 64];
static struct block blocks[MAX_BLOCKS];
static unsigned int nr_blocks;
static struct rnd_state rnd;
static unsigned long nr_ops, nr_failed;
static u64 seed = 1;

static void die(const char *what, unsigned long arg)
{
	fprintf(stderr, "buddy_oracle: seed %llu, operation %lu: %s (%#lx)\n", seed, nr_ops,
		what, arg);
	exit(1);
}

/* ---- the bitmap ------------------------------------------------------------------ */

static u64 mask_of(unsigned long pfn, unsigned long nr)
{
	return (nr >= 64 ? ~0ULL : (1ULL << nr) - 1) << (pfn % 64);
}

/* Aligned runs: below 64 pages they lie in one word. */
static bool run_is_free(unsigned long pfn, unsigned int order)
{
	unsigned long i, nr = 1UL << order;

	if (nr < 64)
		return !(taken[pfn / 64] & mask_of(pfn, nr));
	for (i = 0; i < nr / 64; i++)
		if (taken[pfn / 64 + i])
			return false;
	return true;
}

static bool exists_free_run(unsigned long start, unsigned long end, unsigned int order)
{
	unsigned long pfn;

	for (pfn = start; pfn < end; pfn += 1UL << order)
		if (run_is_free(pfn, order))
			return true;
	return false;
}

static void mark(unsigned long pfn, unsigned long nr, bool take)
{
	for (; nr; pfn++, nr--) {
		if (!!(taken[pfn / 64] >> (pfn % 64) & 1) == take)
			die(take ? "page given out twice" : "page was not given out", pfn);
		taken[pfn / 64] ^= 1ULL << (pfn % 64);
	}
}

static void remember(struct page *page, unsigned int order, unsigned int pages, u8 kind)
{
	unsigned long pfn = page_to_pfn(page);

	if (pfn & ((1UL << order) - 1) || pfn + pages > RAM_PAGES)
		die("block is misaligned or beyond memory", pfn);
	mark(pfn, pages, true);
	blocks[nr_blocks++] = (struct block){ page, order, pages, kind };
	*(struct page **)page_address(page) = page;
}

static struct block forget(unsigned int i)
{
	struct block b = blocks[i];

	if (*(struct page **)page_address(b.page) != b.page)
		die("block was written to while it was ours", page_to_pfn(b.page));
	mark(page_to_pfn(b.page), b.pages, false);
	blocks[i] = blocks[--nr_blocks];
	return b;
}

/* Mostly small; every order up to max. */
static unsigned int random_order(unsigned int max)
{
	unsigned int order = __builtin_ctz(prandom_u32_state(&rnd) | 1U << 31);

	return order <= max ? order : prandom_u32_below(&rnd, max + 1);
}

static bool want_alloc(unsigned int limit)
{
	/* Drift between empty and full. */
	unsigned int bias = nr_ops >> 14 & 1 ? 60 : 44;

	return nr_blocks < limit && (!nr_blocks || prandom_u32_below(&rnd, 100) < bias);
}

/* ---- a private zone, exactly ----------------------------------------------------- */

static void zone_step(struct zone *z)
{
	unsigned int order = random_order(z->top_order);
	struct page *page;
	struct block b;

	spin_lock(&z->lock);
	if (want_alloc(MAX_BLOCKS)) {
		page = buddy_alloc(z, order, PAGE_OWNER_PAGES, 1);
		if (page)
			remember(page, order, 1U << order, KIND_PAGES);
		else if (exists_free_run(z->start_pfn, z->end_pfn, order))
			die("request failed though a block is free", order);
		else
			nr_failed++;
	} else {
		b = forget(prandom_u32_below(&rnd, nr_blocks));
		buddy_free(z, b.page, b.order, PAGE_OWNER_PAGES);
	}
	spin_unlock(&z->lock);
}

static void zone_run(unsigned long steps)
{
	struct page *block = alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);
	unsigned long pfn = page_to_pfn(block);
	static struct zone z;
	char msg[128];

	zone_init_private(&z, pfn, pfn + MAX_ORDER_NR_PAGES, MAX_PAGE_ORDER);
	spin_lock(&z.lock);
	buddy_free(&z, block, MAX_PAGE_ORDER, PAGE_OWNER_PAGES);
	spin_unlock(&z.lock);
	while (steps--) {
		zone_step(&z);
		if (++nr_ops % VERIFY_EVERY == 0 && !mm_verify(msg, sizeof(msg)))
			die(msg, 0);
	}
	spin_lock(&z.lock);
	while (nr_blocks) {
		struct block b = forget(nr_blocks - 1);

		buddy_free(&z, b.page, b.order, PAGE_OWNER_PAGES);
	}
	if (z.free[MAX_PAGE_ORDER].nr != 1)
		die("the zone did not merge back to one block", z.nr_free);
	block = buddy_alloc(&z, MAX_PAGE_ORDER, PAGE_OWNER_PAGES, 1);
	spin_unlock(&z.lock);
	zone_fini_private(&z);
	__free_pages(block, MAX_PAGE_ORDER);
}

/* ---- the public calls ------------------------------------------------------------ */

static const gfp_t masks[] = {
	GFP_KERNEL, GFP_KERNEL, GFP_ATOMIC, GFP_NOWAIT, GFP_DMA, GFP_DMA32,
	GFP_KERNEL | __GFP_ZERO, GFP_ATOMIC | __GFP_MEMALLOC, GFP_KERNEL | __GFP_NORETRY,
};

static struct page *take_kind(u8 kind, gfp_t gfp, unsigned int order, unsigned int *pages)
{
	struct page *page;

	switch (kind) {
	case KIND_COMP:
		return alloc_pages(gfp | __GFP_COMP, order);
	case KIND_OWNER:
		return alloc_pages_owner(gfp, order, PAGE_OWNER_KMALLOC);
	case KIND_EXACT:
		*pages = prandom_u32_below(&rnd, 1U << order) + 1;
		page = alloc_pages_exact(*pages * PAGE_SIZE, gfp);
		return page ? virt_to_page(page) : NULL;
	case KIND_SPLIT:
		page = alloc_pages(gfp, order);
		if (page)
			split_page(page, order);
		return page;
	case KIND_SHARED:
		page = alloc_pages(gfp, order);
		if (page)
			get_page(page);
		return page;
	default:
		return alloc_pages(gfp, order);
	}
}

static void give_kind(const struct block *b)
{
	unsigned int i;

	switch (b->kind) {
	case KIND_EXACT:
		free_pages_exact(page_address(b->page), b->pages * PAGE_SIZE);
		break;
	case KIND_SPLIT:
		for (i = 0; i < b->pages; i++)
			free_page((unsigned long)page_address(b->page + i));
		break;
	case KIND_SHARED:
		__free_pages(b->page, b->order);
		if (page_count(b->page) != 1)
			die("a shared block lost its reference", page_to_pfn(b->page));
		put_page(b->page);
		break;
	case KIND_OWNER:
		free_pages_owner(b->page, b->order, PAGE_OWNER_KMALLOC);
		break;
	default:
		__free_pages(b->page, b->order);
	}
}

static void check_where(const struct page *page, gfp_t gfp, unsigned int pages)
{
	const unsigned long end = page_to_pfn(page) + pages;
	const u64 *word = page_address(page);

	if (gfp & __GFP_DMA && end > ZONE_DMA_END_PFN)
		die("GFP_DMA page above 16 MiB", end);
	if (gfp & __GFP_DMA32 && end > ZONE_DMA32_END_PFN)
		die("GFP_DMA32 page above 4 GiB", end);
	if (gfp & __GFP_ZERO && (word[0] || word[pages * PAGE_SIZE / 8 - 1]))
		die("__GFP_ZERO page is not zero", end);
}

static void pages_step(void)
{
	gfp_t gfp = masks[prandom_u32_below(&rnd, ARRAY_SIZE(masks))] | __GFP_NOWARN;
	unsigned int order = random_order(MAX_PAGE_ORDER), pages = 1U << order;
	u8 kind = prandom_u32_below(&rnd, 4) ? KIND_PAGES : prandom_u32_below(&rnd, NR_KINDS);
	struct page *page;
	struct block b;

	if (!want_alloc(MAX_BLOCKS)) {
		b = forget(prandom_u32_below(&rnd, nr_blocks));
		give_kind(&b);
		return;
	}
	/* __GFP_ZERO of big blocks would measure memset, and tails of order 10 likewise. */
	if (gfp & __GFP_ZERO || kind == KIND_COMP || kind == KIND_SPLIT || kind == KIND_EXACT) {
		order %= 5;
		pages = 1U << order;
	}
	page = take_kind(kind, gfp, order, &pages);
	if (!page) {
		nr_failed++;
		return;
	}
	if (kind == KIND_EXACT)
		order = get_order(pages * PAGE_SIZE);
	check_where(page, gfp, pages);
	remember(page, order, pages, kind);
}

static void pages_run(unsigned long steps)
{
	char msg[128];

	while (steps--) {
		pages_step();
		if (++nr_ops % VERIFY_EVERY == 0 && !mm_verify(msg, sizeof(msg)))
			die(msg, 0);
	}
	while (nr_blocks) {
		struct block b = forget(nr_blocks - 1);

		give_kind(&b);
	}
}

int main(int argc, char **argv)
{
	unsigned long millions = argc > 1 ? strtoul(argv[1], NULL, 0) : 20;
	struct mm_account before, after;
	char msg[128];

	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	prandom_seed_state(&rnd, seed);
	platform_init(RAM_BYTES);
	platform_start_mm();
	mm_account_snapshot(&before);
	zone_run(millions * 500000);
	pages_run(millions * 500000);
	mm_account_snapshot(&after);
	if (!mm_account_compare(&before, &after, msg, sizeof(msg)) ||
	    !mm_verify(msg, sizeof(msg)))
		die(msg, 0);
	if (page_bad_count())
		die("bad page reports", page_bad_count());
	printf("buddy_oracle: %lu operations (%lu requests refused), seed %llu\n", nr_ops,
	       nr_failed, seed);
	return 0;
}
