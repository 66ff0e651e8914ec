/* SPDX-License-Identifier: MIT */
/*
 * slab_oracle.c - random operations on caches and kmalloc, beside a map that knows better
 *
 * MODEL
 *   The oracle keeps one bit for each word of RAM (somebody's or not) and a table of the
 *   objects that it was given.  It knows nothing of slabs, stocks or classes, only what may
 *   be asked of any allocator: an object lies in RAM, is aligned, overlaps no other, keeps
 *   its bytes, is as large as it says; a request fails only when pages are refused; a
 *   wrong free is reported and changes nothing.
 *
 *   Caches come and go with random size, alignment, flags and constructor.  Each object is
 *   filled with a pattern of its own address.  All of mm/ is verified every so often, and
 *   at the end every page must be back.
 *
 * usage: slab_oracle [millions of operations, 5] [seed, 1]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/array_size.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/printk.h>
#include <linux/section.h>
#include <linux/slab.h>
#include "platform.h"

#define RAM_BYTES	(64UL << 20)
#define RAM_WORDS	(RAM_BYTES / 8)
#define MAX_OBJECTS	16384
#define MAX_BYTES	(24UL << 20)	/* in use at most: running dry is a case of its own */
#define NR_CACHES	12
#define BULK		48
#define VERIFY_EVERY	50000

struct object {
	u8 *p;
	u32 bytes;		/* what was asked for: pattern */
	u32 room;		/* what ksize() says: ours in the map */
	s8  cache;		/* -1: kmalloc */
};

struct cache {
	struct kmem_cache *s;
	u32 size, align, nr_live;
	bool ctor, dma;
};

static u64 map[RAM_WORDS / 64];
static struct object objects[MAX_OBJECTS];
static unsigned int nr_objects;
static unsigned long bytes_out;
static struct cache caches[NR_CACHES];
static struct rnd_state rnd;
static unsigned long nr_ops, nr_failed, nr_wrong, nr_caches;
static u64 seed = 1;
static unsigned int refusals;		/* while set, one page request in so many fails */
static char log_text[1 << 16];

static void die(const char *what, const void *arg)
{
	fprintf(stderr, "slab_oracle: seed %llu, operation %lu: %s (%p)\n", seed, nr_ops, what,
		arg);
	printk_capture_stop();
	fprintf(stderr, "%.2000s\n", log_text);
	exit(1);
}

static u32 below(u32 ceil)
{
	return prandom_u32_below(&rnd, ceil);
}

/* ---- the map --------------------------------------------------------------------- */

static void map_set(const u8 *p, u32 bytes, bool on)
{
	unsigned long w = ((unsigned long)p - PAGE_OFFSET) / 8, end;

	end = ((unsigned long)p + bytes + 7 - PAGE_OFFSET) / 8;
	if ((unsigned long)p < PAGE_OFFSET || end > RAM_WORDS)
		die("object outside of RAM", p);
	for (; w < end; w++) {
		if ((map[w / 64] >> w % 64 & 1) == on)
			die(on ? "object overlaps another" : "object was not out", p);
		map[w / 64] ^= 1ULL << w % 64;
	}
}

static u8 pattern(const u8 *p)
{
	return (u8)((unsigned long)p >> 3 ^ (unsigned long)p >> 12 ^ 0x5a);
}

static void check_contents(const struct object *o, u32 bytes)
{
	const u8 want = pattern(o->p);
	u32 i;

	for (i = 0; i < bytes; i++)
		if (o->p[i] != want)
			die("contents changed", o->p);
}

static struct object *note(void *p, u32 bytes, u32 room, int cache)
{
	struct object *o = &objects[nr_objects++];

	*o = (struct object){ p, bytes, room, cache };
	if ((unsigned long)p % 8)
		die("object is not aligned to words", p);
	map_set(p, room, true);
	memset(p, pattern(p), bytes);
	bytes_out += room;
	return o;
}

static void forget(struct object *o)
{
	check_contents(o, o->bytes);
	map_set(o->p, o->room, false);
	bytes_out -= o->room;
	if (o->cache >= 0)
		caches[o->cache].nr_live--;
	*o = objects[--nr_objects];
}

/* ---- failing requests ------------------------------------------------------------ */

static bool refuse_some(gfp_t gfp, unsigned int order)
{
	return below(refusals) == 0;
}

static void failed(void)
{
	nr_failed++;
	if (!refusals)
		die("a request failed for no reason", NULL);
}

static gfp_t some_mask(void)
{
	static const gfp_t mask[] = { GFP_KERNEL, GFP_ATOMIC, GFP_NOWAIT, GFP_NOIO };

	return mask[below(ARRAY_SIZE(mask))] | __GFP_NOWARN;
}

/* ---- caches ---------------------------------------------------------------------- */

#define CTOR_BYTE	0xc7

static void construct_8(void *p)
{
	memset(p, CTOR_BYTE, 8);
}

static slab_flags_t some_flags(void)
{
	static const slab_flags_t one[] = {
		SLAB_HWCACHE_ALIGN, SLAB_POISON, SLAB_RED_ZONE, SLAB_STORE_USER,
		SLAB_CONSISTENCY_CHECKS, SLAB_TYPESAFE_BY_RCU, SLAB_RECLAIM_ACCOUNT, 0
	};
	slab_flags_t flags = below(2) ? 0 : one[below(ARRAY_SIZE(one))];

	return below(4) ? flags : flags | one[below(ARRAY_SIZE(one))];
}

static void cache_create(int i)
{
	struct cache *c = &caches[i];
	slab_flags_t flags = some_flags();
	char name[16];

	c->size = 1 + (below(4) ? below(300) : below(9000));
	c->align = below(2) ? 0 : 1U << below(10);
	c->dma = below(8) == 0;
	c->ctor = c->size >= 8 && below(4) == 0;
	snprintf(name, sizeof(name), "oracle-%d", i);
	c->s = kmem_cache_create(name, c->size, c->align, flags | (c->dma ? SLAB_CACHE_DMA : 0),
				 c->ctor ? construct_8 : NULL);
	if (!c->s)
		failed();
	nr_caches++;
}

static void free_at(unsigned int i);

static void cache_destroy(int i)
{
	unsigned int k;

	for (k = 0; k < nr_objects; )
		if (objects[k].cache == i)
			free_at(k);
		else
			k++;
	kmem_cache_destroy(caches[i].s);
	caches[i].s = NULL;
}

static void check_cache_object(const struct cache *c, const u8 *p)
{
	if (c->align && (unsigned long)p % c->align)
		die("object is not aligned", p);
	if (c->dma && virt_to_phys(p) >= 16UL << 20)
		die("object is not DMA memory", p);
	if (c->ctor && (p[0] != CTOR_BYTE || p[7] != CTOR_BYTE))
		die("object is not constructed", p);
}

static void op_cache_alloc(void)
{
	const int i = below(NR_CACHES);
	struct cache *c = &caches[i];
	const bool zero = !c->ctor && below(8) == 0;
	u32 k;
	u8 *p;

	if (!c->s) {
		cache_create(i);
		return;
	}
	p = kmem_cache_alloc(c->s, some_mask() | (zero ? __GFP_ZERO : 0));
	if (!p) {
		failed();
		return;
	}
	check_cache_object(c, p);
	for (k = 0; zero && k < c->size; k++)
		if (p[k])
			die("object is not zeroed", p);
	note(p, c->size, c->size, i);
	c->nr_live++;
}

static void op_cache_bulk(void)
{
	const int i = below(NR_CACHES);
	struct cache *c = &caches[i];
	size_t nr = below(BULK);
	void *p[BULK];
	u32 k;

	if (!c->s || nr_objects + nr > MAX_OBJECTS)
		return;
	if (!kmem_cache_alloc_bulk(c->s, some_mask(), nr, p)) {
		if (nr)
			failed();
		return;
	}
	for (k = 0; k < nr; k++) {
		check_cache_object(c, p[k]);
		note(p[k], c->size, c->size, i);
	}
	c->nr_live += nr;
}

/* ---- kmalloc --------------------------------------------------------------------- */

static size_t some_size(void)
{
	switch (below(16)) {
	case 0:  return 1 + below(200000);
	case 1:  return 1 + below(9000);
	case 2:  return 1UL << below(14);
	default: return 1 + below(400);
	}
}

static void op_kmalloc(void)
{
	const bool dma = below(16) == 0, zero = below(8) == 0;
	size_t size = some_size(), room, k;
	u8 *p = kmalloc(size, some_mask() | (dma ? GFP_DMA : 0) | (zero ? __GFP_ZERO : 0));

	if (!p) {
		failed();
		return;
	}
	room = ksize(p);
	if (room < size || room != kmalloc_size_roundup(size))
		die("ksize() is wrong", p);
	if (!(size & (size - 1)) && (unsigned long)p % (size < PAGE_SIZE ? size : PAGE_SIZE))
		die("power of two is not aligned", p);
	if (dma && virt_to_phys(p) >= 16UL << 20)
		die("block is not DMA memory", p);
	for (k = 0; zero && k < size; k++)
		if (p[k])
			die("block is not zeroed", p);
	note(p, size, room, -1);
}

static void op_krealloc(void)
{
	struct object was, *o;
	size_t size = some_size();
	u8 *p;

	if (!nr_objects)
		return;
	o = &objects[below(nr_objects)];
	if (o->cache >= 0)
		return;
	was = *o;
	p = krealloc(was.p, size, some_mask());
	if (!p) {
		failed();
		check_contents(&was, was.bytes);
		return;
	}
	if (p != was.p) {
		u32 keep = was.bytes < size ? was.bytes : size, i;

		for (i = 0; i < keep; i++)
			if (p[i] != pattern(was.p))
				die("krealloc lost contents", p);
	} else if (size > was.room) {
		die("krealloc kept too small a block", p);
	}
	map_set(was.p, was.room, false);
	bytes_out -= was.room;
	*o = objects[--nr_objects];
	note(p, size, ksize(p), -1);
}

/* ---- frees ----------------------------------------------------------------------- */

static void restore_constructed(const struct object *o)
{
	if (o->cache >= 0 && caches[o->cache].ctor)
		construct_8(o->p);
}

static void free_at(unsigned int i)
{
	struct object o = objects[i];

	forget(&objects[i]);
	restore_constructed(&o);
	if (o.cache >= 0 && below(4))
		kmem_cache_free(caches[o.cache].s, o.p);
	else if (below(16) == 0 && o.cache < 0)
		kfree_sensitive(o.p);
	else
		kfree(o.p);
}

static void op_free(void)
{
	if (nr_objects)
		free_at(below(nr_objects));
}

static void op_free_bulk(void)
{
	unsigned int nr = below(BULK), k, at;
	struct object o;
	void *p[BULK];

	for (k = 0; k < nr && nr_objects; k++) {
		at = below(nr_objects);
		o = objects[at];
		p[k] = o.p;
		forget(&objects[at]);
		restore_constructed(&o);
	}
	kfree_bulk(k, p);
}

/* ---- frees that must be refused -------------------------------------------------- */

static void expect_refused(const void *p)
{
	const unsigned long errors = slab_error_count(), live = slab_nr_live();

	printk_capture_start(log_text, sizeof(log_text));
	kfree(p);
	printk_capture_stop();
	if (slab_error_count() != errors + 2)
		die("a wrong free was not noticed", p);
	if (slab_nr_live() != live)
		die("a wrong free changed something", p);
	nr_wrong++;
}

static void op_wrong_free(void)
{
	struct object o;
	int on_stack;

	if (!nr_objects)
		return;
	o = objects[below(nr_objects)];
	switch (below(4)) {
	case 0:
		expect_refused(o.p + 1 + below(o.bytes > 1 ? o.bytes - 1 : 1));
		break;
	case 1:
		expect_refused(&on_stack);
		break;
	case 2:
		expect_refused((void *)(unsigned long)(1 + below(15)));
		break;
	case 3:			/* twice: nobody can have got it in between */
		if (o.room > KMALLOC_MAX_CACHE_SIZE)
			break;
		for (unsigned int i = 0; i < nr_objects; i++)
			if (objects[i].p == o.p)
				free_at(i);
		expect_refused(o.p);
		break;
	}
}

/* ---- the loop -------------------------------------------------------------------- */

static void op_rare(void)
{
	const int i = below(NR_CACHES);

	switch (below(16)) {
	case 0:
		if (caches[i].s)
			cache_destroy(i);
		break;
	case 1:
		slab_drain_all();
		break;
	case 2:
		refusals = refusals ? 0 : 1 + below(8);
		page_alloc_set_should_fail(refusals ? refuse_some : NULL);
		break;
	case 3: case 4: case 5:
		op_wrong_free();
		break;
	default:
		if (caches[i].s)
			kmem_cache_shrink(caches[i].s);
	}
}

static void verify(void)
{
	char msg[160] = "";
	struct slabinfo info;
	unsigned int i;

	if (!mm_verify(msg, sizeof(msg)))
		die(msg, NULL);
	for (i = 0; i < NR_CACHES; i++) {
		if (!caches[i].s)
			continue;
		kmem_cache_info(caches[i].s, &info);
		if (info.active_objs != caches[i].nr_live)
			die("live objects are miscounted", caches[i].s);
		if (kmem_cache_validate(caches[i].s))
			die("a cache does not validate", caches[i].s);
	}
}

/* Waves: fill up, drain down; so stocks and slabs are met in all states. */
static void step(void)
{
	const bool filling = (nr_ops >> 14 & 1) == 0;
	const u32 dice = below(1000);

	if (dice == 0)
		op_rare();
	else if (dice < 20 && nr_objects + BULK < MAX_OBJECTS && bytes_out < MAX_BYTES)
		op_cache_bulk();
	else if (dice < 40)
		op_free_bulk();
	else if (dice < 80)
		op_krealloc();
	else if (dice % 100 < (filling ? 55 : 45) && nr_objects < MAX_OBJECTS &&
		 bytes_out < MAX_BYTES)
		(dice & 1 ? op_kmalloc : op_cache_alloc)();
	else
		op_free();
}

static void finish(unsigned long slab_pages, unsigned long kmalloc_pages)
{
	int i;

	page_alloc_set_should_fail(NULL);
	refusals = 0;
	while (nr_objects)
		free_at(nr_objects - 1);
	for (i = 0; i < NR_CACHES; i++)
		if (caches[i].s)
			cache_destroy(i);
	slab_drain_all();
	verify();
	if (page_owner_pages(PAGE_OWNER_SLAB) != slab_pages ||
	    page_owner_pages(PAGE_OWNER_KMALLOC) != kmalloc_pages)
		die("pages are missing", NULL);
}

int main(int argc, char **argv)
{
	unsigned long nr = (argc > 1 ? strtoul(argv[1], NULL, 0) : 5) * 1000000;
	unsigned long slab_pages, kmalloc_pages;

	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	platform_init(RAM_BYTES);
	platform_start_mm();
	prandom_seed_state(&rnd, seed);
	slab_drain_all();
	slab_pages = page_owner_pages(PAGE_OWNER_SLAB);
	kmalloc_pages = page_owner_pages(PAGE_OWNER_KMALLOC);
	for (nr_ops = 0; nr_ops < nr; nr_ops++) {
		step();
		if (nr_ops % VERIFY_EVERY == 0)
			verify();
	}
	finish(slab_pages, kmalloc_pages);
	printf("slab_oracle: %lu operations, %lu caches, %lu refused requests, %lu wrong frees\n",
	       nr, nr_caches, nr_failed, nr_wrong);
	return 0;
}
