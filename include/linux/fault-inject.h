/* SPDX-License-Identifier: MIT */
/*
 * Making things fail on purpose, with Linux's interface.  (lib/fault-inject.c)
 *
 * A fault point asks should_fail(): by chance and interval (fault_attr, the same for all who
 * pass it), or because it is the running thread's N-th fault point from when fail_nth was
 * set, of whatever kind.  While a thread counts, chance leaves it alone.
 *
 * Context: any; fail_nth is of threads, so an interrupt neither counts nor fails by it.
 * Nothing is injected while the system boots, nor into what a report of this does itself.
 */
#ifndef _LINUX_FAULT_INJECT_H
#define _LINUX_FAULT_INJECT_H

#include <linux/atomic.h>
#include <linux/gfp_types.h>
#include <linux/ratelimit.h>
#include <linux/types.h>

struct fault_attr {
	const char *name;
	unsigned long probability;	/* percent */
	unsigned long interval;		/* of those asked, only every interval-th */
	atomic_t times;			/* how often it may fail; -1: no limit */
	atomic_t space;			/* bytes that go through before the first fails */
	unsigned long verbose;		/* 0: silent, 1: a line, 2: and a call trace */
	unsigned long count;
	struct ratelimit_state ratelimit_state;
};

#define FAULT_ATTR_INITIALIZER(n) {					\
	.name = (n), .interval = 1, .times = ATOMIC_INIT(1), .verbose = 2,	\
	.ratelimit_state = RATELIMIT_STATE_INIT(5000, 10),		\
}
#define DECLARE_FAULT_ATTR(n)	struct fault_attr n = FAULT_ATTR_INITIALIZER(#n)

/* "<interval>,<probability>,<space>,<times>": 1, or 0 and a line when that is malformed. */
int setup_fault_attr(struct fault_attr *attr, char *str);

#define FAULT_NOWARN	1		/* should_fail_ex(): no report of this one */
bool should_fail_ex(struct fault_attr *attr, ssize_t size, int flags);
bool should_fail(struct fault_attr *attr, ssize_t size);

/* The same seed gives the same failures.  Any time. */
void fault_inject_seed(u64 seed);

/* ---- fail_nth: the running thread's own ------------------------------------------- */

/* The N-th fault point from now fails; 0: none.  Gives what was left to count. */
unsigned int fault_nth_set(unsigned int n);
/* Does the running thread count?  Then its fault points ask this, and nothing else. */
bool fault_nth_counts(void);
bool should_fail_nth(struct fault_attr *attr, int flags);

/* Where fail_nth has struck: return addresses from the fault point outwards. */
#define FAULT_TRACE_DEPTH	12
struct fault_trace {
	unsigned long entries[FAULT_TRACE_DEPTH];
	unsigned int nr;
	unsigned int hits;
	unsigned int epoch;			/* of its last hit */
};
/* The i-th of them, in order of their first time; NULL: there are no more. */
const struct fault_trace *fault_trace_get(unsigned int i);
/* From here on count anew; and how many different ones there have been since then. */
void fault_trace_begin(void);
unsigned int fault_trace_count(void);
/* Tests: strike without a word. */
bool fault_nth_quiet(bool quiet);

/* ---- the fault points of mm/ ------------------------------------------------------- */

extern struct failslab_attr {		/* mm/failslab.c */
	struct fault_attr attr;
	bool ignore_gfp_reclaim;	/* on: only what cannot sleep fails */
	bool cache_filter;		/* on: only caches with SLAB_FAILSLAB */
} failslab;

extern struct fail_page_alloc_attr {	/* mm/fail_page_alloc.c */
	struct fault_attr attr;
	bool ignore_gfp_reclaim;
	bool ignore_gfp_highmem;
	unsigned int min_order;		/* smaller ones never fail; 1 */
} fail_page_alloc;

/*
 * Until armed, fault points are not passed at all: the fast paths take what is in stock.
 * Arming closes all stocks, so that every single request comes by.  Arms and disarms nest.
 * Process context.
 */
void failslab_arm(void);
void failslab_disarm(void);
void fail_page_alloc_arm(void);
void fail_page_alloc_disarm(void);

#endif /* _LINUX_FAULT_INJECT_H */
