/* SPDX-License-Identifier: MIT */
/*
 * mm/fail_page_alloc.c - the fault point of the page allocator
 *
 * MODEL
 *	fail_page_alloc=<interval>,<probability>,<space>,<times>
 *	fail_page_alloc.ignore-gfp-wait=<bool>	default 1: only what cannot sleep fails
 *	fail_page_alloc.min-order=<order>	default 1, as Linux: single pages never fail
 *	fail_page_alloc.verbose=<0..2>		default 2
 *
 *   While armed, page_alloc.c sends every mask to a stock that is always empty, so that each
 *   request comes by here; see page_pcp_of there.
 *
 * INVARIANTS	a request with __GFP_NOFAIL never fails here (page_alloc.c does not ask).
 * LOCKING	none.
 * CONTEXT	fail_page_alloc_arm(), _disarm(): process.  The point itself: any.
 * FAILURE	is what it is for.
 * NOT HERE	who decides: lib/fault-inject.c.
 */
#include <linux/fault-inject.h>
#include <linux/init.h>
#include <linux/kernel.h>

#include "internal.h"

struct fail_page_alloc_attr fail_page_alloc = {
	.attr = FAULT_ATTR_INITIALIZER("fail_page_alloc"),
	.ignore_gfp_reclaim = true,
	.ignore_gfp_highmem = true,
	.min_order = 1,
};

static unsigned int fail_page_alloc_users;
static bool fail_page_alloc_wanted;		/* on the command line */

static bool should_fail_page_alloc(gfp_t gfp, unsigned int order)
{
	const int flags = gfp & __GFP_NOWARN ? FAULT_NOWARN : 0;

	if (fault_nth_counts())
		return should_fail_nth(&fail_page_alloc.attr, flags);
	if (order < fail_page_alloc.min_order)
		return false;
	if (fail_page_alloc.ignore_gfp_highmem && (gfp & __GFP_HIGHMEM))
		return false;
	if (fail_page_alloc.ignore_gfp_reclaim && (gfp & __GFP_DIRECT_RECLAIM))
		return false;
	return should_fail_ex(&fail_page_alloc.attr, 1L << order, flags);
}

void fail_page_alloc_arm(void)
{
	might_sleep();
	if (!fail_page_alloc_users++)
		page_alloc_set_should_fail(should_fail_page_alloc);
}

void fail_page_alloc_disarm(void)
{
	might_sleep();
	if (!WARN_ON_ONCE(!fail_page_alloc_users) && !--fail_page_alloc_users)
		page_alloc_set_should_fail(NULL);
}

static int setup_fail_page_alloc(char *val)
{
	fail_page_alloc_wanted = setup_fault_attr(&fail_page_alloc.attr, val);
	return fail_page_alloc_wanted ? 0 : -EINVAL;
}
__setup("fail_page_alloc=", setup_fail_page_alloc);

static int setup_fail_page_alloc_wait(char *val)
{
	return kstrtobool(val, &fail_page_alloc.ignore_gfp_reclaim);
}
__setup("fail_page_alloc.ignore-gfp-wait=", setup_fail_page_alloc_wait);

static int setup_fail_page_alloc_order(char *val)
{
	return kstrtouint(val, 0, &fail_page_alloc.min_order);
}
__setup("fail_page_alloc.min-order=", setup_fail_page_alloc_order);

static int setup_fail_page_alloc_verbose(char *val)
{
	return kstrtoul(val, 0, &fail_page_alloc.attr.verbose);
}
__setup("fail_page_alloc.verbose=", setup_fail_page_alloc_verbose);

static int fail_page_alloc_start(void)
{
	if (fail_page_alloc_wanted)
		fail_page_alloc_arm();
	return 0;
}
late_initcall(fail_page_alloc_start);
