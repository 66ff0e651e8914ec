/* SPDX-License-Identifier: MIT */
/*
 * mm/percpu_verify.c - is everything true that percpu.c says of its maps?
 *
 * MODEL
 *   The three maps of a chunk are read word by word, as sentences: an object is a run of taken
 *   words up to one with its end set; it may be live, and then its page is there.  What is found
 *   is added up, and compared with what is counted on the way:
 *
 *	taken	1 1 1 1 1 0 0 1
 *	ends	. . 1 . 1 . . 1		three objects, of 3, 2 and 1 words
 *	live	1 . . . . . . 1		the second one is in stock
 *
 * INVARIANTS	I1..I4 of percpu.c, P1 and P2 of percpu_pages.c.
 * LOCKING	none: the caller has stopped the world.
 * CONTEXT	any but NMI.
 * FAILURE	false, and a message.
 * NOT HERE	what changes them: percpu.c.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>

#include "internal.h"
#include "percpu.h"
#include "vmap.h"

/* What all chunks have, to be compared with what is counted. */
struct percpu_sums {
	unsigned long words, objects, live;
	long ready;
};

static bool percpu_verify_chunk(const struct percpu_chunk *chunk, struct percpu_sums *sum)
{
	bool begins = true;
	unsigned int i;

	if (chunk->free + bitmap_weight(chunk->taken, PERCPU_WORDS) != PERCPU_WORDS)
		return false;
	for (i = 0; i < PERCPU_WORDS; i++) {
		const bool taken = test_bit(i, chunk->taken), end = test_bit(i, chunk->ends);
		const bool more = i + 1 < PERCPU_WORDS && test_bit(i + 1, chunk->taken);
		const bool live = test_bit(i, chunk->live);
		const bool page = chunk->populated >> i / PERCPU_PAGE_WORDS & 1;

		if ((end && !taken) || (taken && !end && !more) || (!taken && i < chunk->hint) ||
		    (live && !(taken && begins && page)))
			return false;
		begins = !taken || end;
		sum->objects += end;
		sum->live += live;
		sum->ready += page && !taken;
	}
	sum->words += PERCPU_WORDS - chunk->free;
	return true;
}

bool percpu_verify(char *msg, size_t n)
{
	const unsigned long pages = page_owner_pages(PAGE_OWNER_PERCPU), mapped = percpu_pages();
	struct percpu_sums sum = { 0 };
	struct percpu_chunk *chunk;
	unsigned long stocked;

	list_for_each_entry(chunk, &percpu_chunks, list)
		if (!percpu_verify_chunk(chunk, &sum)) {
			scnprintf(msg, n, "percpu: the maps of the chunk at %#lx are wrong",
				  chunk->base);
			return false;
		}
	percpu_stock_count(&stocked);
	if (sum.words != percpu_words || sum.ready != percpu_ready ||
	    sum.objects < sum.live + stocked) {
		scnprintf(msg, n, "percpu: %lu words taken and %ld ready, counted %lu and %ld; "
			  "%lu objects, %lu live and %lu in stock", sum.words, sum.ready,
			  percpu_words, percpu_ready, sum.objects, sum.live, stocked);
		return false;
	}
	if (mapped == pages || (mapped < pages && atomic_read(&vmap_table_users)))
		return true;
	scnprintf(msg, n, "percpu: %lu pages mapped, owner says %lu", mapped, pages);
	return false;
}
