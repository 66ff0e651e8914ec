/* SPDX-License-Identifier: MIT */
/*
 * mm/gfp_table.c - the GFP contract as a table, one row for each mask
 *
 * MODEL
 *   Nothing here knows a rule: each cell is an answer of the code that serves requests
 *   (gfp.c, zone.c), asked about a model zone whose min watermark is 1000 pages.  How deep
 *   a mask goes is the number of free pages at which the watermark check begins to say no.
 *   A row has 99 columns, for a text screen of 100.
 *
 *	column		is			asked of
 *	may sleep	__GFP_DIRECT_RECLAIM	the mask
 *	zones		highest, and down	gfp_zone()
 *	keeps of min	0 to 100 %		gfp_to_alloc_flags(), __zone_watermark_ok()
 *	if atomic	the same under a lock	gfp_for_context() takes the flag away
 *	reclaims	rounds of slow_round()	gfp_may_retry()
 *	asks oom	a sacrifice		gfp_may_oom()
 *
 * INVARIANTS	the suite gfp_table compares this with a table written from the rules, and
 *		both with what requests really do.
 * LOCKING	none.
 * CONTEXT	process.
 * FAILURE	none.
 * NOT HERE	the rules: gfp.c.  The order of steps: page_slow.c.
 */
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/stats.h>

#include "internal.h"

/* So that a page is a per mille. */
#define MODEL_MIN	1000UL

/* The masks that people write, then what single flags do to them, then the flags alone. */
static const struct {
	const char *name;
	gfp_t gfp;
} gfp_rows[] = {
#define ROW(mask) { #mask, mask }
	ROW(GFP_KERNEL),
	ROW(GFP_ATOMIC),
	ROW(GFP_NOWAIT),
	ROW(GFP_NOIO),
	ROW(GFP_NOFS),
	ROW(GFP_USER),
	ROW(GFP_HIGHUSER_MOVABLE),
	ROW(GFP_KERNEL_ACCOUNT),
	ROW(GFP_DMA),
	ROW(GFP_DMA32),
	ROW(GFP_KERNEL | GFP_DMA),
	ROW(GFP_KERNEL | GFP_DMA32),
	ROW(GFP_ATOMIC | GFP_DMA),
	ROW(GFP_ATOMIC | GFP_DMA32),
	ROW(GFP_KERNEL | __GFP_NORETRY),
	ROW(GFP_KERNEL | __GFP_RETRY_MAYFAIL),
	ROW(GFP_KERNEL | __GFP_NOFAIL),
	ROW(GFP_NOFS | __GFP_NOFAIL),
	ROW(GFP_KERNEL | __GFP_HIGH),
	ROW(GFP_KERNEL | __GFP_MEMALLOC),
	ROW(GFP_KERNEL | __GFP_NOMEMALLOC),
	ROW(GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOMEMALLOC),
	ROW(GFP_KERNEL | __GFP_THISNODE),
	ROW(GFP_KERNEL | __GFP_NOWARN),
	ROW(GFP_KERNEL | __GFP_ZERO | __GFP_COMP),
	ROW(GFP_KERNEL | __GFP_MOVABLE | __GFP_RECLAIMABLE),
	ROW(GFP_ATOMIC | __GFP_MEMALLOC),
	ROW(GFP_ATOMIC | __GFP_NOMEMALLOC),
	ROW(GFP_ATOMIC | __GFP_NOWARN),
	ROW(GFP_NOWAIT | __GFP_HIGH),
	ROW(__GFP_DIRECT_RECLAIM),
	ROW(__GFP_KSWAPD_RECLAIM),
	ROW(__GFP_HIGH),
	ROW(0),
#undef ROW
};

/*
 * Per mille of min that a request with this mask leaves alone, when the low mark fails.  Found by
 * halving, for the check is monotonous: with more pages free it never says no again.
 */
static unsigned int kept_of_min(gfp_t gfp)
{
	unsigned int flags = gfp_to_alloc_flags(gfp, 0), rights = gfp_task_reserves(gfp);
	struct zone z = { .watermark = { MODEL_MIN } };
	unsigned long low = 0, high = MODEL_MIN + 1;

	if (rights)
		flags = rights;
	if (flags & ALLOC_NO_WATERMARKS)
		return 0;
	while (low < high) {		/* the first level at which it may proceed */
		z.nr_free = (low + high) / 2;
		if (__zone_watermark_ok(&z, 0, MODEL_MIN, 0, flags))
			high = z.nr_free;
		else
			low = z.nr_free + 1;
	}
	VM_WARN_ON_ONCE(!low || low > MODEL_MIN + 1);	/* min itself is never the limit for all */
	return low - 1;
}

static void put_percent(struct seq_file *m, unsigned int per_mille)
{
	char text[16];

	scnprintf(text, sizeof(text), per_mille % 10 ? "%u.%u" : "%u", per_mille / 10,
		  per_mille % 10);
	seq_printf(m, " %4s%%", text);
}

/* page_slow.c in words: why a request comes back with NULL, or does not. */
static const char *rounds(gfp_t gfp, unsigned int order)
{
	if (!gfpflags_allow_blocking(gfp))
		return gfp & __GFP_NOFAIL ? "refused" : "-";
	if (gfp & __GFP_NOFAIL)
		return "for ever";
	if (!gfp_may_retry(gfp, order))
		return "one";
	return order > PAGE_ALLOC_COSTLY_ORDER ? "16" : "helping";
}

static void put_row(struct seq_file *m, const char *name, gfp_t gfp)
{
	static const char *const down[] = { "D", "3D", "N3D" };		/* by gfp_zone() */
	static_assert(ARRAY_SIZE(down) == MAX_NR_ZONES);
	const bool sleeps = gfpflags_allow_blocking(gfp);

	seq_printf(m, "%-46s %-3s %-5s %-3s", name, sleeps ? "yes" : "no",
		   gfp & __GFP_KSWAPD_RECLAIM ? "woken" : "-", down[gfp_zone(gfp)]);
	put_percent(m, kept_of_min(gfp));
	put_percent(m, kept_of_min(gfp & ~__GFP_DIRECT_RECLAIM));
	seq_printf(m, "  %-8s %-8s %-3s %s\n", rounds(gfp, 0),
		   rounds(gfp, PAGE_ALLOC_COSTLY_ORDER + 1),
		   sleeps && gfp_may_oom(gfp, 0) ? "yes" : "-",
		   gfp & __GFP_NOWARN ? "-" : "yes");
}

void stats_gfp(struct seq_file *m)
{
	unsigned int i;

	seq_printf(m, "%-46s %-3s %-5s %-3s %5s %5s  %-8s %-8s %-3s %s\n", "", "may", "kswap",
		   "zo-", "keeps", "if", "reclaims", "order", "ask", "");
	seq_printf(m, "%-46s %-3s %-5s %-3s %5s %5s  %-8s %-8s %-3s %s\n", "mask", "slp", "d",
		   "nes", "min", "atom.", "order <4", "4 and up", "oom", "rep");
	for (i = 0; i < ARRAY_SIZE(gfp_rows); i++)
		put_row(m, gfp_rows[i].name, gfp_rows[i].gfp);
}
