/* SPDX-License-Identifier: MIT */
/*
 * rewind_page.c - the stock of free pages, for suite rewind (arch/x86/rewind_page.asm)
 *
 * Six ways in and out of it, on the real stock of the zone that GFP_KERNEL takes from.  There
 * are always more blocks in it than four contexts can take, and more room than they need:
 * what is behind the sequences takes locks, which an NMI must not.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/smp.h>

#include "../../mm/internal.h"
#include "rewind.h"

#define NR_BLOCKS	8

static struct page *block[NR_BLOCKS];
static unsigned int order, in_stock;
static long owned;			/* that owner has, by this CPU's count, all in stock */
static enum page_owner owner = PAGE_OWNER_PAGES;
static char text[128];

static struct zone *the_zone(void)
{
	struct zone *z = &zones[ZONE_NORMAL];

	while (!z->managed_pages)
		z--;
	return z;
}

static struct per_cpu_pages *the_stock(void)
{
	return this_cpu_ptr(the_zone()->pcp);
}

static u64 fresh(void)
{
	return PAGE_META_REF(owner, order, owner == PAGE_OWNER_PAGES);
}

/* Other CPUs take and give meanwhile, and count for themselves. */
static long owned_here(void)
{
	return this_cpu_read(page_owner_count[owner]);
}

/* ---- state ------------------------------------------------------------------------- */

/* What hands of the last visit have kept goes back, the blocks that it was about are on top. */
static void give_back(void)
{
	unsigned int i;

	for (i = 0; i < NR_BLOCKS; i++)
		if (block[i] && block[i]->meta == fresh())
			free_pages_owner(block[i], order, owner);
}

static void fill(unsigned int state, struct rewind_hand *hand, const bool *gives, unsigned int nr)
{
	unsigned int i;

	give_back();
	if (!block[0] || pcp_count(the_stock(), order) < NR_BLOCKS) {
		drain_local_pages(NULL);
		for (i = 0; i < NR_BLOCKS; i++)
			block[i] = alloc_pages_owner(GFP_KERNEL, order, owner);
		give_back();
	}
	in_stock = pcp_count(the_stock(), order);
	owned = owned_here();
	for (i = 0; i < nr; i++)
		if (gives[i])
			hand[i].object = alloc_pages_owner(GFP_KERNEL, order, owner);
}

static const char *check(const struct rewind_hand *hand, unsigned int nr)
{
	unsigned int held = 0, i;

	for (i = 0; i < nr; i++) {
		const struct page *page = hand[i].object;

		if (!page)
			continue;
		held++;
		if (page->meta != fresh())
			return "a block in a hand is not marked as one in use";
	}
	if (!pcp_verify(the_zone(), the_stock(), text, sizeof(text)))
		return text;
	if (pcp_count(the_stock(), order) + held != in_stock)
		return "a block is nowhere, or in two places";
	if (owned_here() != owned + (long)(held << order))
		return "the owner's count is wrong";
	return NULL;
}

static void end(void)
{
	give_back();
	block[0] = NULL;
}

/* ---- ways in and out --------------------------------------------------------------- */

#define TAKE(name, what)							\
	static void name(void *hand)						\
	{									\
		((struct rewind_hand *)hand)->object = (what);			\
	}

#define GIVE(name, what)							\
	static void name(void *hand)						\
	{									\
		struct rewind_hand *h = hand;					\
		struct page *page = h->object;					\
										\
		what;								\
		h->object = NULL;						\
	}

static struct page *page_at(unsigned long addr)
{
	return addr ? virt_to_page(addr) : NULL;
}

static struct page *marked(struct page *page)
{
	if (page) {
		page->private = 0;
		page_hand_over(page, order, PAGE_OWNER_PCP, owner, 1);
	}
	return page;
}

static void push(struct page *page)
{
	page_hand_over(page, order, owner, PAGE_OWNER_PCP, 0);
	pcp_push(&the_zone()->pcp->list[order], page);
}

TAKE(take_0, page_alloc_0(GFP_ATOMIC))
GIVE(give_0, page_free_0(page))
TAKE(take_addr_0, page_at(page_alloc_addr_0(GFP_ATOMIC)))
GIVE(give_addr_0, page_free_addr_0((unsigned long)page_address(page)))
TAKE(take_small, page_alloc_small(GFP_ATOMIC, order))
GIVE(give_small, page_free_small(page, order))
TAKE(take_addr_small, page_at(page_alloc_addr_small(GFP_ATOMIC, order)))
GIVE(give_addr_small, page_free_addr_small((unsigned long)page_address(page), order))
TAKE(take_owner, pcp_get(the_zone()->pcp, order, fresh()))
GIVE(give_owner, pcp_give(the_zone()->pcp, page, owner, order))
TAKE(take_raw, marked(pcp_pop(&the_zone()->pcp->list[order], PAGE_META(PAGE_OWNER_PCP, order))))
GIVE(give_raw, push(page))

static const char *begin_as(unsigned int of_order, enum page_owner of_owner)
{
	order = of_order;
	owner = of_owner;
	drain_local_pages(NULL);
	fill(0, NULL, NULL, 0);
	return in_stock >= NR_BLOCKS && the_stock()->limit[order] >= in_stock ? NULL :
		"the stock of this machine is too small";
}

static const char *begin_0(void)
{
	return begin_as(0, PAGE_OWNER_PAGES);
}

static const char *begin_small(void)
{
	return begin_as(1, PAGE_OWNER_PAGES);
}

static const char *begin_owner(void)
{
	return begin_as(1, PAGE_OWNER_STACK);
}

#define STOCK(name, b, take, give) {						\
	name, (const struct rewind_op[]){					\
		{ "take", false, take }, { "give", true, give },		\
	}, 2, .nr_states = 1,  .begin = b, .end = end, .fill = fill,		\
	.check = check, .long_paths = true,					\
}

const struct rewind_stock rewind_page_stocks[] = {
	STOCK("page-0", begin_0, take_0, give_0),
	STOCK("page-addr-0", begin_0, take_addr_0, give_addr_0),
	STOCK("page-small", begin_small, take_small, give_small),
	STOCK("page-addr-small", begin_small, take_addr_small, give_addr_small),
	STOCK("page-owner", begin_owner, take_owner, give_owner),
	STOCK("page-raw", begin_0, take_raw, give_raw),
};
const unsigned int nr_rewind_page_stocks = ARRAY_SIZE(rewind_page_stocks);
