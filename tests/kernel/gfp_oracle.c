/* SPDX-License-Identifier: MIT */
/* gfp_oracle.c - see gfp_oracle.h */
#include "gfp_oracle.h"

#define D	ZONE_DMA
#define D32	ZONE_DMA32
#define N	ZONE_NORMAL
#define YES	true
#define NO	false
#define RULE(mask, zone, sleep, wake, stay, stay_atomic, often, may_oom, says, who) {	\
	.name = #mask, .gfp = mask, .highest = zone, .sleeps = sleep, .kswapd = wake,		\
	.keep = stay, .keep_atomic = stay_atomic, .rounds = often, .oom = may_oom,		\
	.report = says, .asker = who }

const struct gfp_rule gfp_rules[] = {
	/* mask and highest zone	sleeps kswapd keeps if atomic	rounds	  oom  report */
	RULE(GFP_KERNEL,		  N,	YES, YES, MIN,	 MIN,	PROGRESS, YES, YES, MASK),
	RULE(GFP_ATOMIC,		  N,	NO,  YES, EIGHTHS, EIGHTHS, NONE, NO,  YES, MASK),
	RULE(GFP_NOWAIT,		  N,	NO,  YES, MIN,	 MIN,	NONE,	  NO,  NO,  MASK),
	RULE(GFP_NOIO,			  N,	YES, YES, MIN,	 MIN,	PROGRESS, NO,  YES, MASK),
	RULE(GFP_NOFS,			  N,	YES, YES, MIN,	 MIN,	PROGRESS, NO,  YES, MASK),
	RULE(GFP_USER,			  N,	YES, YES, MIN,	 MIN,	PROGRESS, YES, YES, MASK),
	RULE(GFP_HIGHUSER_MOVABLE,	  N,	YES, YES, MIN,	 MIN,	PROGRESS, YES, YES, MASK),
	RULE(GFP_KERNEL_ACCOUNT,	  N,	YES, YES, MIN,	 MIN,	PROGRESS, YES, YES, MASK),
	RULE(GFP_DMA,			  D,	NO,  NO,  MIN,	 MIN,	NONE,	  NO,  YES, MASK),
	RULE(GFP_DMA32,			  D32,	NO,  NO,  MIN,	 MIN,	NONE,	  NO,  YES, MASK),
	RULE(GFP_KERNEL | GFP_DMA,	  D,	YES, YES, MIN,	 MIN,	PROGRESS, NO,  YES, MASK),
	RULE(GFP_KERNEL | GFP_DMA32,	  D32,	YES, YES, MIN,	 MIN,	PROGRESS, NO,  YES, MASK),
	RULE(GFP_ATOMIC | GFP_DMA,	  D,	NO,  YES, EIGHTHS, EIGHTHS, NONE, NO,  YES, MASK),
	RULE(GFP_ATOMIC | GFP_DMA32,	  D32,	NO,  YES, EIGHTHS, EIGHTHS, NONE, NO,  YES, MASK),
	RULE(GFP_KERNEL | __GFP_NORETRY,  N,	YES, YES, MIN,	 MIN,	ONE,	  NO,  YES, MASK),
	RULE(GFP_KERNEL | __GFP_RETRY_MAYFAIL, N, YES, YES, MIN, MIN,	MAYFAIL,  NO,  YES, MASK),
	RULE(GFP_KERNEL | __GFP_NOFAIL,	  N,	YES, YES, MIN,	 MIN,	FOREVER,  YES, YES, MASK),
	RULE(GFP_NOFS | __GFP_NOFAIL,	  N,	YES, YES, MIN,	 MIN,	FOREVER,  YES, YES, MASK),
	RULE(GFP_KERNEL | __GFP_HIGH,	  N,	YES, YES, HALF,	 EIGHTHS, PROGRESS, YES, YES, MASK),
	RULE(GFP_KERNEL | __GFP_MEMALLOC, N,	YES, YES, MIN,	 MIN,	PROGRESS, YES, YES, ALL),
	RULE(GFP_KERNEL | __GFP_NOMEMALLOC, N,	YES, YES, MIN,	 MIN,	PROGRESS, YES, YES, MASK),
	RULE(GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOMEMALLOC,
					  N,	YES, YES, MIN,	 MIN,	PROGRESS, YES, YES, MASK),
	RULE(GFP_KERNEL | __GFP_THISNODE, N,	YES, YES, MIN,	 MIN,	PROGRESS, NO,  YES, MASK),
	RULE(GFP_KERNEL | __GFP_NOWARN,	  N,	YES, YES, MIN,	 MIN,	PROGRESS, YES, NO,  MASK),
	RULE(GFP_KERNEL | __GFP_ZERO | __GFP_COMP,
					  N,	YES, YES, MIN,	 MIN,	PROGRESS, YES, YES, MASK),
	RULE(GFP_KERNEL | __GFP_MOVABLE | __GFP_RECLAIMABLE,
					  N,	YES, YES, MIN,	 MIN,	PROGRESS, YES, YES, MASK),
	RULE(GFP_ATOMIC | __GFP_MEMALLOC, N,	NO,  YES, EIGHTHS, EIGHTHS, NONE, NO,  YES, ALL),
	RULE(GFP_ATOMIC | __GFP_NOMEMALLOC, N,	NO,  YES, HALF,	 HALF,	NONE,	  NO,  YES, MASK),
	RULE(GFP_ATOMIC | __GFP_NOWARN,	  N,	NO,  YES, EIGHTHS, EIGHTHS, NONE, NO,  NO,  MASK),
	RULE(GFP_NOWAIT | __GFP_HIGH,	  N,	NO,  YES, EIGHTHS, EIGHTHS, NONE, NO,  NO,  MASK),
	RULE(__GFP_DIRECT_RECLAIM,	  N,	YES, NO,  MIN,	 MIN,	PROGRESS, NO,  YES, MASK),
	RULE(__GFP_KSWAPD_RECLAIM,	  N,	NO,  YES, MIN,	 MIN,	NONE,	  NO,  YES, MASK),
	RULE(__GFP_HIGH,		  N,	NO,  NO,  EIGHTHS, EIGHTHS, NONE, NO,  YES, MASK),
	RULE(0,				  N,	NO,  NO,  MIN,	 MIN,	NONE,	  NO,  YES, MASK),
	/* What the task adds: these have no row in the printed table. */
	RULE(GFP_KERNEL,		  N,	YES, YES, MIN,	 MIN,	NONE, NO,  YES, RECLAIM),
	RULE(GFP_KERNEL | __GFP_NOMEMALLOC,
					  N,	YES, YES, MIN,	 MIN,	NONE, NO,  YES, RECLAIM),
	RULE(GFP_ATOMIC,		  N,	NO, YES, EIGHTHS, EIGHTHS, NONE, NO, YES, RECLAIM),
	RULE(GFP_KERNEL,		  N,	YES, YES, MIN,	 MIN,	PROGRESS, YES, YES, VICTIM),
	RULE(GFP_ATOMIC,		  N,	NO,  YES, EIGHTHS, EIGHTHS, NONE, NO, YES, VICTIM),
	RULE(GFP_KERNEL,		  N,	YES, YES, MIN,	 MIN,	PROGRESS, NO,  YES, NOIO),
	RULE(GFP_KERNEL,		  N,	YES, YES, MIN,	 MIN,	PROGRESS, NO,  YES, NOFS),
};

const unsigned int nr_gfp_rules = ARRAY_SIZE(gfp_rules);
const unsigned int nr_gfp_masks = ARRAY_SIZE(gfp_rules) - 7;

const char *const gfp_askers[NR_ASKERS] = {
	[RECLAIM] = "in reclaim", [VICTIM] = "of a victim", [NOIO] = "in a noio scope",
	[NOFS] = "in a nofs scope",
};

unsigned long gfp_kept(unsigned long min, enum gfp_keep keep)
{
	const unsigned long half = min - min / 2;

	switch (keep) {
	case MIN:	return min;
	case HALF:	return half;
	case EIGHTHS:	return half - half / 4;
	default:	return 0;
	}
}

static bool has_block(const struct zone *z, unsigned int order)
{
	return z->free_mask >> order != 0;
}

/* The highest zone that keeps @keep of @min (or of low) after the request; or -1. */
static int oracle_zone(const struct gfp_request *rq, bool low, enum gfp_keep keep)
{
	const unsigned long taken = (1UL << rq->order) - 1;
	int i;

	for (i = rq->rule->highest; i >= 0; i--) {
		const struct zone *z = &rq->zones[i];
		unsigned long mark = low ? z->watermark[WMARK_LOW] :
			gfp_kept(z->watermark[WMARK_MIN], keep);

		if (!z->managed_pages || !has_block(z, rq->order))
			continue;
		if (!low && keep == NOTHING)
			return i;
		if (z->nr_free - taken > mark + z->lowmem_reserve[rq->rule->highest] &&
		    z->nr_free >= taken)
			return i;
	}
	return -1;
}

static bool in_irq_context(enum gfp_context context)
{
	return context == SOFTIRQ || context == HARDIRQ;
}

/* The deepest that the task or the mask is entitled to, once its mask alone has failed. */
static bool oracle_rights(const struct gfp_request *rq, enum gfp_keep *keep)
{
	const struct gfp_rule *r = rq->rule;

	if (r->gfp & __GFP_NOMEMALLOC)
		return false;
	*keep = r->asker == VICTIM ? HALF : NOTHING;
	if (r->asker == RECLAIM || r->asker == VICTIM)
		return !in_irq_context(rq->context);
	return r->asker == ALL;
}

/* Nothing is left but to reclaim, and then? */
static void oracle_reclaim(const struct gfp_request *rq, struct gfp_outcome *o)
{
	const struct gfp_rule *r = rq->rule;
	const bool costly = rq->order > 3;
	bool again = r->rounds == MAYFAIL || (r->rounds == PROGRESS && !costly);

	o->reclaims = 1;
	if (rq->help == FIRST_RECLAIM) {
		o->zone = rq->helped;
		return;
	}
	if (costly && r->rounds == FOREVER) {		/* the first round is not worth another */
		o->zone = oracle_zone(rq, false, HALF);
		if (o->zone >= 0)
			return;
	}
	if (rq->help == THIRD_RECLAIM && (again || r->rounds == FOREVER)) {
		o->reclaims = 3;
		o->slept = costly;		/* NOFAIL, after a round that was not worth it */
		if (r->rounds == MAYFAIL)
			o->slept = false;
		o->zone = rq->helped;
		return;
	}
	if (!r->oom || costly || (rq->help != SACRIFICE && rq->help != NO_HELP))
		return;
	o->ooms = 1;
	if (rq->help != SACRIFICE)
		return;
	/* A victim leaves; __GFP_NOFAIL takes at once; the others wait and reclaim again. */
	o->slept = r->rounds != FOREVER;
	o->zone = r->asker == VICTIM ? -1 : rq->helped;
}

void gfp_oracle(const struct gfp_request *rq, struct gfp_outcome *o)
{
	const struct gfp_rule *r = rq->rule;
	const bool blocking = r->sleeps && rq->context == PROCESS;
	enum gfp_keep rights;
	int i;

	*o = (struct gfp_outcome){ .zone = oracle_zone(rq, true, MIN) };
	if (o->zone >= 0)
		return;
	for (i = 0; i <= r->highest; i++)
		if (r->kswapd && rq->zones[i].managed_pages)
			o->kswapd |= 1U << i;
	o->zone = oracle_zone(rq, false, blocking ? r->keep : r->keep_atomic);
	if (o->zone < 0 && oracle_rights(rq, &rights))
		o->zone = oracle_zone(rq, false, rights);
	if (o->zone < 0 && blocking && r->rounds != NONE)
		oracle_reclaim(rq, o);
	o->report = o->zone < 0 && r->report;
}

/* ---- as text ---------------------------------------------------------------------- */

static const char *percent_text(enum gfp_keep keep)
{
	static const char *const text[] = { "100%", "50%", "37.5%", "0%" };

	return text[keep];
}

static const char *rounds_text(const struct gfp_rule *r, bool costly)
{
	switch (r->rounds) {
	case ONE:	return "one";
	case PROGRESS:	return costly ? "one" : "helping";
	case MAYFAIL:	return costly ? "16" : "helping";
	case FOREVER:	return "for ever";
	default:	return "-";
	}
}

/* The row of a rule, its columns separated by one blank each. */
void gfp_oracle_row(const struct gfp_rule *r, char *row, size_t n)
{
	static const char *const down[] = { "D", "3D", "N3D" };

	scnprintf(row, n, "%s %s %s %s %s %s %s %s %s %s", r->name, r->sleeps ? "yes" : "no",
		  r->kswapd ? "woken" : "-", down[r->highest],
		  percent_text(r->asker == ALL ? NOTHING : r->keep),
		  percent_text(r->asker == ALL ? NOTHING : r->keep_atomic), rounds_text(r, false),
		  rounds_text(r, true), r->oom ? "yes" : "-", r->report ? "yes" : "-");
}
