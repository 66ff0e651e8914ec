/* SPDX-License-Identifier: MIT */
/*
 * buddy_exhaustive.c - every state of a 16-page buddy, every operation from every state
 *
 * MODEL
 *   A block of order k is free, or given out whole, or cut in two halves that are not both
 *   free.  So there are f(0) = 2, f(k) = f(k-1)^2 + 1 states: 2, 5, 26, 677, 458330.
 *   They are numbered: two halves with numbers (l, r) make l * f(k-1) + r, where (0, 0) is
 *   "free whole", and f(k-1)^2 is "given out whole".
 *
 *   Breadth first from "all free": build the state with the production allocator, run one
 *   operation (alloc of each order, free of each block given out), compare the outcome
 *   with a model that knows only the rules, verify the structure, number the new state.
 *   All states must be met, no others, and a request must fail exactly when the model has
 *   no block for it - leaving every byte as it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../mm/internal.h"
#include "platform.h"

#define TOP		4
#define NR		(1U << TOP)
#define NR_STATES	458330U

/* states[k] = f(k) */
static const u32 states[TOP + 1] = { 2, 5, 26, 677, NR_STATES };

/* What heads at each page: order, with FREE_BIT if the block is free; INSIDE if none. */
#define FREE_BIT	0x10
#define INSIDE		0xff
struct picture {
	u8 at[NR];
};

static struct zone zone;
static struct page *base;		/* of the 16 pages */
static u32 *queue, nr_queued;
static u8 seen[NR_STATES];
static unsigned long nr_ops;

static void die(u32 state, const char *what, unsigned int arg)
{
	fprintf(stderr, "buddy_exhaustive: state %u: %s (%u)\n", state, what, arg);
	exit(1);
}

/* ---- numbers and pictures -------------------------------------------------------- */

static void paint(struct picture *p, u32 number, unsigned int at, unsigned int order)
{
	const u32 half = order ? states[order - 1] : 1;

	if (number == 0) {
		p->at[at] = order | FREE_BIT;
	} else if (number == half * half) {
		p->at[at] = order;
	} else {
		paint(p, number / half, at, order - 1);
		paint(p, number % half, at + (1U << (order - 1)), order - 1);
	}
}

static u32 number_of(const struct picture *p, unsigned int at, unsigned int order)
{
	const u32 half = order ? states[order - 1] : 1;

	if (p->at[at] == (order | FREE_BIT))
		return 0;
	if (p->at[at] == order)
		return half * half;
	return number_of(p, at, order - 1) * half +
	       number_of(p, at + (1U << (order - 1)), order - 1);
}

/* ---- the production side --------------------------------------------------------- */

static void build(const struct picture *p)
{
	unsigned int i, order;

	memset(zone.free, 0, sizeof(zone.free));
	zone.free_mask = 0;
	zone.nr_free = 0;
	memset(base, 0, NR * sizeof(*base));
	for (i = 0; i < NR; i++)
		if (p->at[i] != INSIDE)
			page_set_head(base + i, PAGE_OWNER_PAGES, p->at[i] & ~FREE_BIT);
	spin_lock(&zone.lock);
	for (i = 0; i < NR; i++)
		if (p->at[i] != INSIDE && p->at[i] & FREE_BIT) {
			order = p->at[i] & ~FREE_BIT;
			buddy_free(&zone, base + i, order, PAGE_OWNER_PAGES);
		}
	spin_unlock(&zone.lock);
}

/* Read the picture back from the struct pages, and check what lies between the heads. */
static void observe(u32 state, struct picture *p)
{
	unsigned long free = 0;
	unsigned int i, j;
	char msg[128];

	if (!buddy_verify(&zone, msg, sizeof(msg)))
		die(state, msg, 0);
	memset(p->at, INSIDE, sizeof(p->at));
	for (i = 0; i < NR; i += 1U << base[i].order) {
		if (base[i].owner != PAGE_OWNER_FREE && base[i].owner != PAGE_OWNER_PAGES)
			die(state, "no head where there must be one", i);
		p->at[i] = base[i].order;
		if (base[i].owner == PAGE_OWNER_FREE) {
			p->at[i] |= FREE_BIT;
			free += 1UL << base[i].order;
		}
		for (j = i + 1; j < i + (1U << base[i].order); j++)
			if (base[j].meta)
				die(state, "inside of a block is not blank", j);
	}
	if (free != zone.nr_free)
		die(state, "a free head is on no list", free);
}

struct saved {
	struct page pages[NR];
	struct zone zone;
};

static void save(struct saved *s)
{
	memcpy(s->pages, base, sizeof(s->pages));
	s->zone = zone;
}

static void restore(const struct saved *s)
{
	memcpy(base, s->pages, sizeof(s->pages));
	zone = s->zone;
}

/* ---- the model ------------------------------------------------------------------- */

/* Order of the block that alloc(order) must cut: the smallest that fits; -1: none. */
static int model_source(const struct picture *p, unsigned int order)
{
	int best = -1;
	unsigned int i;

	for (i = 0; i < NR; i++)
		if (p->at[i] != INSIDE && p->at[i] & FREE_BIT) {
			int k = p->at[i] & ~FREE_BIT;

			if (k >= (int)order && (best < 0 || k < best))
				best = k;
		}
	return best;
}

/* The block of order `from` at `at` loses its lowest 2^order pages. */
static void model_take(struct picture *p, unsigned int at, unsigned int from,
		       unsigned int order)
{
	while (from > order) {
		from--;
		p->at[at + (1U << from)] = from | FREE_BIT;
	}
	p->at[at] = order;
}

static void model_free(struct picture *p, unsigned int at)
{
	unsigned int order = p->at[at], buddy;

	while (order < TOP) {
		buddy = at ^ (1U << order);
		if (p->at[buddy] != (order | FREE_BIT))
			break;
		p->at[at | buddy] = INSIDE;
		at &= buddy;
		order++;
	}
	p->at[at] = order | FREE_BIT;
}

/* ---- one operation --------------------------------------------------------------- */

static void reached(u32 state, const struct picture *want)
{
	struct picture got;
	u32 next;

	nr_ops++;
	observe(state, &got);
	if (memcmp(&got, want, sizeof(got)))
		die(state, "the outcome is not the model's", nr_ops);
	next = number_of(&got, 0, TOP);
	if (next >= NR_STATES)
		die(state, "an impossible state", next);
	if (!seen[next]) {
		seen[next] = 1;
		queue[nr_queued++] = next;
	}
}

static void try_alloc(u32 state, const struct picture *p, unsigned int order)
{
	const int source = model_source(p, order);
	struct saved before;
	struct picture want = *p;
	struct page *page;
	unsigned int at;

	save(&before);
	spin_lock(&zone.lock);
	page = buddy_alloc(&zone, order, PAGE_OWNER_PAGES, 1);
	spin_unlock(&zone.lock);
	if ((page != NULL) != (source >= 0))
		die(state, page ? "alloc must fail" : "alloc must not fail", order);
	if (!page) {
		before.zone.lock = zone.lock;
		if (memcmp(&before.zone, &zone, sizeof(zone)) ||
		    memcmp(before.pages, base, sizeof(before.pages)))
			die(state, "a failed alloc changed something", order);
		return;
	}
	at = page - base;
	if (page < base || at >= NR || want.at[at] != (source | FREE_BIT))
		die(state, "alloc returned no block of the right order", at);
	if (page->refcount != 1 || page->private)
		die(state, "a fresh block is not clean", at);
	model_take(&want, at, source, order);
	reached(state, &want);
}

static void try_free(u32 state, const struct picture *p, unsigned int at)
{
	struct picture want = *p;

	spin_lock(&zone.lock);
	buddy_free(&zone, base + at, p->at[at], PAGE_OWNER_PAGES);
	spin_unlock(&zone.lock);
	model_free(&want, at);
	reached(state, &want);
}

static void explore(u32 state)
{
	struct picture p, again;
	struct saved start;
	unsigned int i;

	memset(p.at, INSIDE, sizeof(p.at));
	paint(&p, state, 0, TOP);
	build(&p);
	observe(state, &again);
	if (memcmp(&p, &again, sizeof(p)) || number_of(&p, 0, TOP) != state)
		die(state, "cannot be built", 0);
	save(&start);
	for (i = 0; i <= TOP + 1; i++, restore(&start))
		try_alloc(state, &p, i);
	for (i = 0; i < NR; i++)
		if (p.at[i] != INSIDE && !(p.at[i] & FREE_BIT)) {
			try_free(state, &p, i);
			restore(&start);
		}
}

int main(void)
{
	struct page *block;
	u32 done;

	platform_init(64UL << 20);
	platform_start_mm();
	block = alloc_pages(GFP_KERNEL, TOP);
	queue = calloc(NR_STATES, sizeof(*queue));
	if (!block || !queue)
		die(0, "no memory", 0);
	local_irq_disable();		/* zone.lock is taken without saving them */
	base = block;
	zone_init_private(&zone, page_to_pfn(block), page_to_pfn(block) + NR, TOP);
	seen[0] = 1;
	queue[nr_queued++] = 0;
	for (done = 0; done < nr_queued; done++)
		explore(queue[done]);
	printf("buddy_exhaustive: %u states, %lu operations\n", nr_queued, nr_ops);
	if (nr_queued != NR_STATES)
		die(0, "not all states were reached", nr_queued);
	free(queue);
	return 0;
}
