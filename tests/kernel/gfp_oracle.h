/* SPDX-License-Identifier: MIT */
/*
 * gfp_oracle.h - what must happen to a request for pages: the documented rules as a table,
 * and plain arithmetic on zones
 */
#ifndef TESTS_GFP_ORACLE_H
#define TESTS_GFP_ORACLE_H

#include "zone_fixture.h"

/* Reclaim: never, one round, while it helps, that but no more than 16 without, until served. */
enum gfp_rounds { NONE, ONE, PROGRESS, MAYFAIL, FOREVER };
/* Pages that must stay, as a part of min; halves and quarters rounded so that more stays. */
enum gfp_keep { MIN, HALF, EIGHTHS /* three */, NOTHING };
/* Who asks: the mask alone counts, or it has all reserves; or what the task is. */
enum gfp_asker { MASK, ALL, RECLAIM, VICTIM, NOIO, NOFS, NR_ASKERS };

struct gfp_rule {
	const char *name;
	gfp_t gfp;
	int highest;			/* zone */
	bool sleeps, kswapd;
	enum gfp_keep keep, keep_atomic;	/* process context; where it cannot sleep */
	enum gfp_rounds rounds;
	bool oom, report;
	enum gfp_asker asker;
};

extern const struct gfp_rule gfp_rules[];
extern const unsigned int nr_gfp_rules, nr_gfp_masks;	/* the masks come first */
extern const char *const gfp_askers[NR_ASKERS];

enum gfp_context { PROCESS, LOCKED, IRQS_OFF, SOFTIRQ, HARDIRQ, NR_CONTEXTS };
/* What helps, if it is asked. */
enum gfp_help { NO_HELP, FIRST_RECLAIM, THIRD_RECLAIM, SACRIFICE, NR_HELP };

struct gfp_request {
	const struct gfp_rule *rule;
	const struct zone *zones;
	unsigned int order;
	enum gfp_context context;
	enum gfp_help help;
	int helped;			/* the zone that has all it needs after the help */
};

struct gfp_outcome {
	int zone;			/* where the block comes from, or -1 */
	u32 kswapd;			/* mask of zones woken for */
	u32 reclaims, ooms;
	bool slept, report;
};

/* Pages of min that stay. */
unsigned long gfp_kept(unsigned long min, enum gfp_keep keep);
void gfp_oracle(const struct gfp_request *rq, struct gfp_outcome *o);
/* A rule's row of the printed table, its columns separated by one blank each. */
void gfp_oracle_row(const struct gfp_rule *r, char *row, size_t n);

#endif /* TESTS_GFP_ORACLE_H */
