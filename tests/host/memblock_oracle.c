/* SPDX-License-Identifier: MIT */
/*
 * memblock_oracle.c - random operations on memblock, beside arrays that know better
 *
 * MODEL
 *	lists	add, remove, reserve, free, set node, allocate, in a world of 2048 bytes: the
 *		oracle has one entry a byte (RAM?  taken?  which node?) and finds room by
 *		trying every address.  The world lies low, in the middle, or ends at the last
 *		address of all.
 *	maps	random firmware maps over 2048 units of 512 bytes, with overlaps, torn pages,
 *		nonsense lengths and mem=; the oracle keeps the worst type of each unit.
 *
 *   The invariants of memblock_verify_in() hold after every operation.
 *
 * usage: memblock_oracle [thousands of operations, 400] [seed, 1]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/array_size.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/printk.h>
#include <asm/page.h>
#include "platform.h"

#define WORLD		2048		/* bytes, or units */
#define HEAP		0x100000000ULL	/* where grown arrays live: outside of every world */
#define HEAP_SIZE	0x100000ULL
#define SLOT_BYTES	0x20000

static struct rnd_state rnd;
static unsigned long nr_ops;
static u64 seed = 1;

static void die(const char *what, u64 a, u64 b)
{
	printk_capture_stop();
	fprintf(stderr, "memblock_oracle: seed %llu, operation %lu: %s (%#llx, %#llx)\n", seed,
		nr_ops, what, a, b);
	exit(1);
}

static u32 below(u32 n)
{
	return prandom_u32_below(&rnd, n);
}

/* ---- lists ----------------------------------------------------------------------- */

static struct memblock mb;
static u64 base;			/* of the world */
static u8 is_ram[WORLD], is_taken[WORLD];
static s8 node[WORLD];
static char slots[4][SLOT_BYTES];

static void *map_array(struct memblock *m, unsigned int slot, phys_addr_t at, phys_addr_t size)
{
	if (at < HEAP || at + size > HEAP + HEAP_SIZE || size > SLOT_BYTES)
		die("array grown outside of the heap", at, size);
	return slots[slot];
}

static const struct memblock_ops ops = { .map_array = map_array };

static void new_world(void)
{
	static const u64 bases[] = { 0x2000, 0x7fffff123ULL, PHYS_ADDR_MAX - WORLD };

	base = bases[below(ARRAY_SIZE(bases))];
	memset(is_ram, 0, sizeof(is_ram));
	memset(is_taken, 0, sizeof(is_taken));
	memblock_init_in(&mb, &ops);
	memblock_add_in(&mb, HEAP, HEAP_SIZE, 77, 0);
	mb.bottom_up = below(2);
}

/* The list says the same as the array, byte by byte. */
static void compare_list(const struct memblock_type *type, const u8 *bytes)
{
	u32 at, i = 0;

	for (at = 0; at < WORLD; at++) {
		const struct memblock_region *r;

		while (i < type->cnt && type->regions[i].base + type->regions[i].size <= base + at)
			i++;
		r = i < type->cnt && type->regions[i].base <= base + at ? type->regions + i : NULL;
		if (!!r != bytes[at] || (r && type == &mb.memory && r->nid != node[at]))
			die(type->name, base + at, bytes[at]);
	}
}

static void compare(void)
{
	char msg[128];

	if (!memblock_verify_in(&mb, msg, sizeof(msg)))
		die(msg, 0, 0);
	if (nr_ops % 16)
		return;
	compare_list(&mb.memory, is_ram);
	compare_list(&mb.reserved, is_taken);
}

/*
 * The first address, in the direction asked for, at which size bytes are free: every one
 * is tried.  Free memory of two nodes is two ranges, even if they touch.
 */
static u64 find_by_trying(const struct memblock_request *rq)
{
	static u32 run[WORLD + 1];	/* free bytes of one node from here on */
	u64 best = 0;
	u32 at;

	run[WORLD] = 0;
	for (at = WORLD; at--; ) {
		const bool free = is_ram[at] && !is_taken[at] &&
				  (rq->nid == NUMA_NO_NODE || node[at] == rq->nid);

		run[at] = !free ? 0 : 1;
		if (free && at + 1 < WORLD && run[at + 1] && node[at + 1] == node[at])
			run[at] += run[at + 1];
	}
	for (at = 0; at < WORLD; at++) {
		const u64 addr = base + at;

		if (addr & (rq->align - 1) || run[at] < rq->size || addr < rq->min ||
		    rq->size > rq->max - addr || addr >= rq->max)
			continue;
		if (!mb.bottom_up || !best)
			best = addr;
	}
	return best;
}

static void do_alloc(void)
{
	struct memblock_request rq = {
		.size = 1 + below(1u << below(9)), .align = 1u << below(8),
		.min = base + below(WORLD), .nid = (int)below(5) - 1, .exact = below(2),
	};
	u64 want, got;

	if (below(2))
		rq.min = base;
	rq.max = base + min_t(u64, rq.min - base + 1 + below(WORLD), WORLD);
	want = find_by_trying(&rq);
	if (!want && rq.nid != NUMA_NO_NODE && !rq.exact) {
		struct memblock_request any = rq;

		any.nid = NUMA_NO_NODE;
		want = find_by_trying(&any);
	}
	got = memblock_phys_alloc_in(&mb, &rq);
	if (got != want)
		die("wrong address", got, want);
	if (got)
		memset(is_taken + (got - base), 1, rq.size);
}

/* A range of the world; at its end, one that runs far beyond, if nothing lies there. */
static void random_range(u32 *at, u32 *len, u64 *size)
{
	*at = below(WORLD);
	*len = min_t(u32, 1 + below(1u << below(10)), WORLD - *at);
	*size = *len;
	if (*at + *len == WORLD && base + WORLD == PHYS_ADDR_MAX)
		*size += prandom_u64_state(&rnd);
	if (*size < *len)
		*size = *len;
}

static void do_range(u32 op)
{
	const int nid = (int)below(4);
	u64 size;
	u32 at, len, i;
	int err = 0;

	random_range(&at, &len, &size);
	switch (op) {
	case 0:
		err = memblock_add_in(&mb, base + at, size, nid, 0);
		for (i = at; i < at + len; i++)
			node[i] = is_ram[i] ? node[i] : (s8)nid;
		memset(is_ram + at, 1, len);
		break;
	case 1:
		err = memblock_remove_in(&mb, base + at, size);
		memset(is_ram + at, 0, len);
		break;
	case 2:
		err = memblock_reserve_in(&mb, base + at, size);
		memset(is_taken + at, 1, len);
		break;
	case 3:
		err = memblock_phys_free_in(&mb, base + at, size);
		memset(is_taken + at, 0, len);
		break;
	default:
		err = memblock_set_node_in(&mb, base + at, size, nid);
		for (i = at; i < at + len; i++)
			node[i] = (s8)nid;
	}
	if (err)
		die("operation refused", op, (u64)-err);
}

/* Single bytes, to make the arrays grow. */
static void do_comb(void)
{
	u32 i;

	for (i = below(2); i < WORLD; i += 2) {
		if (memblock_reserve_in(&mb, base + i, 1))
			die("reserve refused", i, 0);
		is_taken[i] = 1;
	}
}

static void run_lists(unsigned long steps)
{
	unsigned long grown = 0;

	while (steps--) {
		const u32 what = below(1000);

		if (nr_ops++ % 2000 == 0) {
			grown += mb.memory.nr_grown + mb.reserved.nr_grown;
			new_world();
		}
		if (what == 0)
			do_comb();
		else if (what < 300)
			do_alloc();
		else
			do_range(below(5));
		compare();
	}
	if (nr_ops > 20000 && !grown)
		die("no array ever grew", 0, 0);
}

/* ---- maps ------------------------------------------------------------------------ */

#define UNIT	512ULL

static const u32 types[] = {		/* by rank; the last two count as reserved */
	BOOT_RAM, BOOT_ACPI, BOOT_NVS, BOOT_PMEM, BOOT_RESERVED, BOOT_BAD, 0, 1000,
};
static struct boot_info bi;
static struct memblock_map map;

static u8 rank_of(u32 t)		/* 1: RAM ... 6: bad; 0 is nothing at all */
{
	return t >= 6 ? 5 : (u8)(t + 1);
}

static void random_map(u8 *worst)
{
	u32 n = below(100), at, len, t, i;

	memset(worst, 0, WORLD);
	memset(&bi, 0, sizeof(bi));
	while (n--) {
		at = below(WORLD);
		len = min_t(u32, below(1u << below(12)), WORLD - at);
		t = below(2) ? 0 : below(ARRAY_SIZE(types));
		bi.range[bi.nr_ranges++] = (struct boot_range){ at * UNIT, len * UNIT, types[t] };
		for (i = at; i < at + len; i++)
			worst[i] = max(worst[i], rank_of(t));
	}
	if (below(2))			/* beyond what may be used, and wrapping */
		bi.range[bi.nr_ranges++] = (struct boot_range){
			(1ULL << 44) + prandom_u64_state(&rnd) / 2, prandom_u64_state(&rnd),
			BOOT_RAM };
}

static void check_entries(const u8 *worst)
{
	u32 at, i = 0;

	for (at = 0; at < WORLD; at++) {
		const u64 addr = at * UNIT;
		u8 rank = 0;

		while (i < map.nr && map.entry[i].end <= addr)
			i++;
		if (i < map.nr && map.entry[i].start <= addr)
			for (rank = 1; types[rank - 1] != map.entry[i].type; rank++)
				;
		if (rank != worst[at])
			die("wrong type", addr, rank);
	}
	for (i = 1; i < map.nr; i++)
		if (map.entry[i - 1].end > map.entry[i].start ||
		    (map.entry[i - 1].end == map.entry[i].start &&
		     map.entry[i - 1].type == map.entry[i].type))
			die("entries not in order, or not merged", map.entry[i].start, i);
}

/* A page is memory if all of its units are available, and it lies below the limit. */
static void check_pages(const u8 *worst, u64 limit)
{
	const u32 units = PAGE_SIZE / UNIT;
	u32 at, i;

	for (at = 0; at < WORLD; at += units) {
		const u64 addr = at * UNIT;
		bool ram = !limit || addr + PAGE_SIZE <= limit;

		for (i = 0; i < units; i++)
			ram = ram && worst[at + i] == 1;
		if ((memblock_search(&mb.memory, addr) >= 0) != ram)
			die("page wrongly in or out of memory", addr, ram);
	}
	nr_ops++;
	if (mb.memory.cnt && mb.memory.regions[mb.memory.cnt - 1].base >= WORLD * UNIT)
		die("memory where none may be", mb.memory.regions[mb.memory.cnt - 1].base, 0);
}

static void run_maps(unsigned long rounds)
{
	static u8 worst[WORLD];
	char msg[128];

	while (rounds--) {
		struct memblock_map_options opt = { .limit = below(3) ? 0 : below(WORLD) * UNIT };
		int err;

		random_map(worst);
		memblock_init_in(&mb, NULL);
		memblock_map_resolve(&map, &bi, &opt);
		err = memblock_map_apply(&mb, &map, &bi, &opt);
		check_entries(worst);
		check_pages(worst, opt.limit);
		if (!memblock_verify_in(&mb, msg, sizeof(msg)))
			die(msg, 0, 0);
		if (!err != (mb.memory.total_size > (memblock_search(&mb.memory, 0) >= 0 ?
						     PAGE_SIZE : 0)))
			die("wrong verdict", (u64)-err, mb.memory.total_size);
	}
}

int main(int argc, char **argv)
{
	const unsigned long thousands = argc > 1 ? strtoul(argv[1], NULL, 0) : 400;
	static char log[4096];

	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	prandom_seed_state(&rnd, seed);
	printk_capture_start(log, sizeof(log));	/* what is dropped is named: not here */
	run_lists(thousands * 1000);
	run_maps(thousands * 10);
	printk_capture_stop();
	printf("memblock_oracle: %lu operations and maps, seed %llu\n", nr_ops, seed);
	return 0;
}
