/* SPDX-License-Identifier: MIT */
/* What the memblock suites share: an instance of their own over memory of their own. */
#ifndef MEMBLOCK_TEST_H
#define MEMBLOCK_TEST_H

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/sizes.h>

/* The RAM that an arena can really reach: at physical ARENA_BASE, so it claims. */
#define ARENA_BASE	0x40000000ULL
#define ARENA_ORDER	4
#define ARENA_SIZE	(PAGE_SIZE << ARENA_ORDER)
#define SLOT_ORDER	3		/* a grown array: 32 KiB, 1365 regions */

struct memblock_arena {
	struct memblock blk;
	void *arena;			/* ARENA_SIZE bytes */
	void *slot[4];			/* for grown arrays, made when asked for */
	unsigned int nr_mapped;		/* calls of ops->map_array */
};

extern const struct memblock_ops memblock_arena_ops;
/* For kunit_suite.init and .exit. */
int memblock_arena_init(struct memblock_arena *a);
void memblock_arena_exit(struct memblock_arena *a);

/* The invariants hold. */
void memblock_expect_sane(struct kunit *test, const struct memblock *mb);
/* The list is exactly these regions (node and flags are not compared). */
void memblock_expect_list(struct kunit *test, const struct memblock_type *type,
			  const struct memblock_region *want, u32 nr);

#define EXPECT_LIST(test, type, ...) do {					\
	const struct memblock_region __want[] = { __VA_ARGS__ };		\
	memblock_expect_list(test, type, __want, ARRAY_SIZE(__want));		\
} while (0)
#define R(b, s)		{ .base = (b), .size = (s) }

#endif /* MEMBLOCK_TEST_H */
