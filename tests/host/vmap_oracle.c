/* SPDX-License-Identifier: MIT */
/*
 * vmap_oracle.c - random operations on address spaces and on vmalloc, beside an oracle
 *
 * MODEL
 *   space	vmap_area_insert() and _remove() on a private space of 4096 pages, mostly
 *		full.  The oracle has one bit a page: an area is aligned, was free, is the
 *		lowest that fits (for page alignment), and is refused only if nothing fits.
 *   vmalloc	the public calls on a 64 MiB machine: vmalloc of any size, with alignment,
 *		with failing allocations, from atomic context; vmap, kvmalloc.  Each page
 *		holds its own address while it is mapped; guards are never mapped.
 *
 * usage: vmap_oracle [millions of operations, 2] [seed, 1]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../mm/internal.h"
#include "../../mm/vmap.h"
#include <linux/array_size.h>
#include <linux/prandom.h>
#include "platform.h"

#define RAM_BYTES	(64UL << 20)
#define BASE		0x100000000UL
#define SPACE_PAGES	4096
#define MAX_AREAS	600
#define MAX_HELD	200
#define VERIFY_EVERY	16384

static struct rnd_state rnd;
static unsigned long nr_ops, nr_failed;
static u64 seed = 1;

static void die(const char *what, unsigned long arg)
{
	fprintf(stderr, "vmap_oracle: seed %llu, operation %lu: %s (%#lx)\n", seed, nr_ops, what,
		arg);
	exit(1);
}

/* ---- a space beside a bitmap ----------------------------------------------------- */

static struct vmap_space space;
static struct vm_struct areas[MAX_AREAS];
static u8 taken[SPACE_PAGES];

/* The lowest aligned run of n free pages, or SPACE_PAGES. */
static unsigned int lowest(unsigned int n, unsigned int align)
{
	unsigned int at = 0, run = 0, i;

	for (i = 0; i < SPACE_PAGES; i++) {
		if (taken[i]) {
			run = 0;
			continue;
		}
		if (!run++)
			at = i;
		while (run && at % align) {
			at++;
			run--;
		}
		if (run == n)
			return at;
	}
	return SPACE_PAGES;
}

static void space_insert(struct vm_struct *area)
{
	unsigned int n = 1 + prandom_u32_below(&rnd, 24), align, want, at;
	int err;

	align = prandom_u32_below(&rnd, 4) ? 1 : 1U << prandom_u32_below(&rnd, 8);
	want = lowest(n, align);
	err = vmap_area_insert(&space, area, n * PAGE_SIZE, align * PAGE_SIZE);
	if (err) {
		if (want != SPACE_PAGES)
			die("refused, but there is room at page", want);
		area->size = 0;
		nr_failed++;
		return;
	}
	at = (area->addr - BASE) / PAGE_SIZE;
	if (area->addr % (align * PAGE_SIZE) || at + n > SPACE_PAGES)
		die("misplaced", area->addr);
	if (memchr(taken + at, 1, n))
		die("taken twice", area->addr);
	if (align == 1 && at != want)
		die("not the lowest", area->addr);
	memset(taken + at, 1, n);
}

static void space_remove(struct vm_struct *area)
{
	memset(taken + (area->addr - BASE) / PAGE_SIZE, 0, area->size / PAGE_SIZE);
	vmap_area_remove(&space, area);
	area->size = 0;
}

static void space_run(unsigned long ops)
{
	struct vm_struct *area;
	char msg[160];

	vmap_space_init(&space, BASE, BASE + SPACE_PAGES * PAGE_SIZE);
	for (; ops; ops--, nr_ops++) {
		area = &areas[prandom_u32_below(&rnd, MAX_AREAS)];
		if (area->size)
			space_remove(area);
		else
			space_insert(area);
		area = &areas[prandom_u32_below(&rnd, MAX_AREAS)];
		if (area->size && vmap_area_find(&space, area->addr + area->size - 1) != area)
			die("not found", area->addr);
		if (nr_ops % VERIFY_EVERY == 0 && !vmap_verify(&space, msg, sizeof(msg)))
			die(msg, 0);
	}
}

/* ---- the public calls ------------------------------------------------------------ */

enum { KIND_VMALLOC, KIND_ALIGNED, KIND_VMAP, KIND_KVMALLOC, KIND_FAILING, NR_KINDS };

static struct held {
	char *p;
	unsigned int pages;
	unsigned int kind;
	struct page *page;		/* KIND_VMAP: what is mapped, pages times */
} held[MAX_HELD];

static unsigned int fail_in;

static bool fail_sometimes(gfp_t gfp, unsigned int order)
{
	return fail_in && --fail_in == 0;
}

static void mark(struct held *h)
{
	unsigned int i;

	for (i = 0; i < h->pages; i++)
		*(void **)(h->p + i * PAGE_SIZE + 8 * (i % 512)) = h->p + i * PAGE_SIZE;
}

static void check(struct held *h)
{
	unsigned int i;

	for (i = 0; i < h->pages; i++)
		if (*(void **)(h->p + i * PAGE_SIZE + 8 * (i % 512)) != h->p + i * PAGE_SIZE)
			die("contents lost", (unsigned long)h->p + i * PAGE_SIZE);
	if (is_vmalloc_addr(h->p) && vmalloc_to_page(h->p + h->pages * PAGE_SIZE))
		die("the guard page is mapped", (unsigned long)h->p);
}

static void take_vmap(struct held *h)
{
	struct page *pages[8];
	unsigned int i;

	h->pages = 1 + h->pages % 8;
	h->page = alloc_page(GFP_KERNEL);
	for (i = 0; i < h->pages; i++)
		pages[i] = h->page;
	h->p = h->page ? vmap(pages, h->pages, VM_MAP, PAGE_KERNEL) : NULL;
	if (!h->p && h->page)
		__free_page(h->page);
	if (!h->p)
		return;
	*h->p = 'm';
	for (i = 0; i < h->pages; i++)
		if (h->p[i * PAGE_SIZE] != 'm')
			die("not the same page", i);
}

static void take(struct held *h)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;

	h->kind = prandom_u32_below(&rnd, NR_KINDS);
	h->pages = 1 + prandom_u32_below(&rnd, prandom_u32_below(&rnd, 16) ? 20 : 600);
	switch (h->kind) {
	case KIND_VMAP:
		take_vmap(h);
		return;
	case KIND_KVMALLOC:
		h->p = kvmalloc(h->pages * PAGE_SIZE, gfp);
		break;
	case KIND_ALIGNED:
		h->p = __vmalloc_node(h->pages * PAGE_SIZE, 1UL << prandom_u32_below(&rnd, 32), gfp,
				      -1, NULL);
		break;
	case KIND_FAILING:
		fail_in = 1 + prandom_u32_below(&rnd, 12);
		page_alloc_set_should_fail(fail_sometimes);
		h->p = __vmalloc_node(h->pages * PAGE_SIZE, 1UL << prandom_u32_below(&rnd, 41), gfp,
				      -1, NULL);
		page_alloc_set_should_fail(NULL);
		break;
	default:
		h->p = __vmalloc(h->pages * PAGE_SIZE, gfp);
	}
	if (h->p)
		mark(h);
	else
		nr_failed++;
}

static void give(struct held *h)
{
	if (h->kind == KIND_VMAP) {
		vunmap(h->p);
		__free_page(h->page);
	} else {
		check(h);
		if (is_vmalloc_addr(h->p) && prandom_u32_below(&rnd, 8) == 0)
			vfree_atomic(h->p);
		else
			kvfree(h->p);
	}
	h->p = NULL;
}

static void vmalloc_run(unsigned long ops)
{
	struct held *h;
	char msg[160];

	for (; ops; ops--, nr_ops++) {
		h = &held[prandom_u32_below(&rnd, MAX_HELD)];
		if (h->p)
			give(h);
		else
			take(h);
		if (nr_ops % VERIFY_EVERY == 0 && !vmalloc_verify(msg, sizeof(msg)))
			die(msg, 0);
	}
	for (h = held; h < held + MAX_HELD; h++)
		if (h->p)
			give(h);
}

int main(int argc, char **argv)
{
	unsigned long millions = argc > 1 ? strtoul(argv[1], NULL, 0) : 2;
	struct mm_account before, after;
	char msg[160];

	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	prandom_seed_state(&rnd, seed);
	platform_init(RAM_BYTES);
	platform_start_mm();
	mm_account_snapshot(&before);
	space_run(millions * 950000);
	vmalloc_run(millions * 50000);
	mm_account_snapshot(&after);
	if (!mm_account_compare(&before, &after, msg, sizeof(msg)) || !mm_verify(msg, sizeof(msg)))
		die(msg, 0);
	printf("vmap_oracle: %lu operations (%lu requests refused), seed %llu\n", nr_ops, nr_failed,
	       seed);
	return 0;
}
