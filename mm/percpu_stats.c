/* SPDX-License-Identifier: MIT */
/*
 * mm/percpu_stats.c - what per-CPU memory looks like, in Linux's words (percpu_stats)
 *
 * MODEL
 *   A snapshot from the maps of each chunk; nothing is counted on the way, so there are no
 *   totals of what has been.
 *
 * INVARIANTS	none of its own.
 * LOCKING	none: racy reads; a chunk is pinned while it is looked at.
 * CONTEXT	that of the sink, any but NMI.
 * FAILURE	none.
 * NOT HERE	the maps: percpu.c.
 */
#include <linux/kernel.h>
#include <linux/find.h>
#include <linux/seq_file.h>
#include <linux/stats.h>

#include "percpu.h"

#define RULE	"----------------------------------------\n"
#define P(m, what, value)	seq_printf(m, "  %-20s: %12ld\n", what, (long)(value))

struct percpu_picture {
	unsigned long live;		/* objects given out */
	unsigned long min, max;		/* bytes of the smallest and the largest */
	unsigned long contig;		/* of the largest room */
	unsigned long frag, max_frag;	/* in rooms before the last object */
	unsigned long first;		/* free word */
	unsigned long empty;		/* pages there, and nothing in them */
};

/* From the first word of each to the next end. */
static void percpu_look_at_objects(const struct percpu_chunk *chunk, struct percpu_picture *pic)
{
	unsigned long at, bytes;

	pic->min = PCPU_MIN_UNIT_SIZE;
	for_each_set_bit(at, chunk->live, PERCPU_WORDS) {
		bytes = (find_next_bit(chunk->ends, PERCPU_WORDS, at) - at + 1) * PERCPU_WORD;
		pic->min = min(pic->min, bytes);
		pic->max = max(pic->max, bytes);
		pic->live++;
	}
	if (!pic->live)
		pic->min = 0;
}

/* Free runs; what lies before the last object counts as in pieces, what is behind it does not. */
static void percpu_look_at_rooms(const struct percpu_chunk *chunk, struct percpu_picture *pic)
{
	unsigned long at, end, bytes;

	pic->first = find_first_zero_bit(chunk->taken, PERCPU_WORDS);
	for (at = pic->first; at < PERCPU_WORDS; ) {
		end = min(find_next_bit(chunk->taken, PERCPU_WORDS, at),
			  (unsigned long)PERCPU_WORDS);
		bytes = (end - at) * PERCPU_WORD;
		pic->contig = max(pic->contig, bytes);
		if (end < PERCPU_WORDS) {
			pic->frag += bytes;
			pic->max_frag = max(pic->max_frag, bytes);
		}
		at = find_next_zero_bit(chunk->taken, PERCPU_WORDS, end);
	}
}

/* All of a chunk.  It may change meanwhile: each figure is of some moment, not all of one. */
static void percpu_look_at(const struct percpu_chunk *chunk, struct percpu_picture *pic)
{
	unsigned long nr;

	*pic = (struct percpu_picture){ 0 };
	percpu_look_at_objects(chunk, pic);
	percpu_look_at_rooms(chunk, pic);
	for (nr = 0; nr < PERCPU_PAGES; nr++)
		pic->empty += chunk->populated >> nr & 1 &&
			      find_next_bit(chunk->taken, (nr + 1) * PERCPU_PAGE_WORDS,
					    nr * PERCPU_PAGE_WORDS) >= (nr + 1) * PERCPU_PAGE_WORDS;
}

/* Linux's names and order; its hints that we do not have are left out. */
static void percpu_show_chunk(struct seq_file *m, const struct percpu_chunk *chunk)
{
	struct percpu_picture pic;

	percpu_look_at(chunk, &pic);
	seq_puts(m, "Chunk:\n");
	P(m, "nr_alloc", pic.live);
	P(m, "max_alloc_size", pic.max);
	P(m, "empty_pop_pages", pic.empty);
	P(m, "first_bit", pic.first);
	P(m, "free_bytes", chunk->free * PERCPU_WORD);
	P(m, "contig_bytes", pic.contig);
	P(m, "sum_frag", pic.frag);
	P(m, "max_frag", pic.max_frag);
	P(m, "cur_min_alloc", pic.min);
	P(m, "cur_max_alloc", pic.max);
	seq_putc(m, '\n');
}

void stats_percpu(struct seq_file *m)
{
	unsigned long stocked, live = 0, empty = 0;
	struct percpu_chunk *chunk = NULL;
	struct percpu_picture pic;

	while ((chunk = percpu_next_chunk(chunk)) != NULL) {
		percpu_look_at(chunk, &pic);
		live += pic.live;
		empty += pic.empty;
	}
	percpu_stock_count(&stocked);
	seq_puts(m, "Percpu Memory Statistics\nAllocation Info:\n" RULE);
	P(m, "unit_size", PCPU_MIN_UNIT_SIZE);
	P(m, "atom_size", PAGE_SIZE);
	P(m, "alloc_size", (unsigned long)PCPU_MIN_UNIT_SIZE * percpu_units);
	seq_puts(m, "\nGlobal Stats:\n" RULE);
	P(m, "nr_cur_alloc", live);
	P(m, "nr_stocked", stocked);
	P(m, "nr_chunks", percpu_nr_chunks());
	P(m, "empty_pop_pages", empty);
	P(m, "pages", percpu_pages());
	seq_puts(m, "\nPer Chunk Stats:\n" RULE);
	while ((chunk = percpu_next_chunk(chunk)) != NULL)
		percpu_show_chunk(m, chunk);
}
