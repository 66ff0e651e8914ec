/* SPDX-License-Identifier: MIT */
/*
 * A section map over a make-believe machine: RAM as a memblock says, page tables as a set
 * of those that exist, and for every frame of an online section who owns it.
 */
#ifndef SECTION_MODEL_H
#define SECTION_MODEL_H

#include <kunit/test.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/section.h>
#include <linux/sizes.h>

#define MODEL_MAX_SECTIONS	96
#define MODEL_MAX_TABLES	1024

struct section_model {
	struct section_map sm;
	struct memblock mb;
	struct kunit *test;		/* where to complain */
	unsigned long *bits;		/* the online bitmap: MODEL_BITS_ORDER pages */
	u64 table[MODEL_MAX_TABLES];	/* level and index of each page table that exists */
	unsigned int nr_tables;
	unsigned int nr_shadows;
	struct {
		unsigned long nr;	/* section */
		u8 *owner;		/* a page: one byte a frame, 0: no head covers it yet */
	} shadow[MODEL_MAX_SECTIONS];
	unsigned long zone_free[SECTION_NR_ZONES];	/* frames handed to the buddy */
	unsigned long zone_dormant[SECTION_NR_ZONES];	/* as told by set_dormant() */
	unsigned long memmap_mapped;	/* struct pages mapped, not cleared yet */
	unsigned long nr_pieces;	/* calls of free_range() */
	bool planned;
};
#define MODEL_BITS_ORDER	5	/* 128 KiB: one bit for each section of 16 TiB */

/* For kunit_suite.init and .exit, and between machines. */
int section_model_init(struct section_model *m, struct kunit *test);
void section_model_reset(struct section_model *m);
void section_model_exit(struct section_model *m);

/* RAM and reserved ranges, in bytes; then plan. */
void section_model_ram(struct section_model *m, u64 base, u64 size);
void section_model_reserve(struct section_model *m, u64 base, u64 size);
void section_model_plan(struct section_model *m);
/* Bring in the next of a zone, and check everything about it.  Returns pages gained. */
unsigned long section_model_bring_in(struct section_model *m, int zid);
/* Bring in all that is left, zones in turns; then nothing may be dormant. */
void section_model_bring_in_all(struct section_model *m, struct rnd_state *rnd);

#endif /* SECTION_MODEL_H */
