/* SPDX-License-Identifier: MIT */
/*
 * mm/failslab.c - the fault point of kmalloc and object caches
 *
 * MODEL
 *	failslab=<interval>,<probability>,<space>,<times>
 *	failslab.ignore-gfp-wait=<bool>		default 1: only what cannot sleep fails
 *	failslab.cache-filter=<bool>		default 0; 1: only caches with slab_debug=A
 *	failslab.verbose=<0..2>			default 2
 *
 *   The fast paths know nothing of this.  While armed, all stocks are closed (slab_pcp.c), as
 *   they always are for caches that are debugged, so each single call goes the slow way,
 *   and asks there.  Disarmed, it costs one comparison on the slow way.
 *
 * INVARIANTS	a request with __GFP_NOFAIL never fails here.
 * LOCKING	none.
 * CONTEXT	failslab_arm(), _disarm(): process.  The point itself: any.
 * FAILURE	is what it is for.
 * NOT HERE	who decides: lib/fault-inject.c.
 */
#include <linux/fault-inject.h>
#include <linux/init.h>
#include <linux/kernel.h>

#include "slab.h"

struct failslab_attr failslab = {
	.attr = FAULT_ATTR_INITIALIZER("failslab"),
	.ignore_gfp_reclaim = true,
};

static unsigned int failslab_users;
static bool failslab_wanted;		/* on the command line */

static bool should_failslab(struct kmem_cache *s, gfp_t gfp)
{
	const int flags = gfp & __GFP_NOWARN ? FAULT_NOWARN : 0;

	if (gfp & __GFP_NOFAIL)
		return false;
	if (fault_nth_counts())
		return should_fail_nth(&failslab.attr, flags);
	if (failslab.ignore_gfp_reclaim && (gfp & __GFP_DIRECT_RECLAIM))
		return false;
	if (failslab.cache_filter && !(s->flags & SLAB_FAILSLAB))
		return false;
	return should_fail_ex(&failslab.attr, s->object_size, flags);
}

void failslab_arm(void)
{
	might_sleep();
	if (!failslab_users++)
		slab_pcp_set_should_fail(should_failslab);
}

void failslab_disarm(void)
{
	might_sleep();
	if (!WARN_ON_ONCE(!failslab_users) && !--failslab_users)
		slab_pcp_set_should_fail(NULL);
}

static int setup_failslab(char *val)
{
	failslab_wanted = setup_fault_attr(&failslab.attr, val);
	return failslab_wanted ? 0 : -EINVAL;
}
__setup("failslab=", setup_failslab);

static int setup_failslab_wait(char *val)
{
	return kstrtobool(val, &failslab.ignore_gfp_reclaim);
}
__setup("failslab.ignore-gfp-wait=", setup_failslab_wait);

static int setup_failslab_filter(char *val)
{
	return kstrtobool(val, &failslab.cache_filter);
}
__setup("failslab.cache-filter=", setup_failslab_filter);

static int setup_failslab_verbose(char *val)
{
	return kstrtoul(val, 0, &failslab.attr.verbose);
}
__setup("failslab.verbose=", setup_failslab_verbose);

static int failslab_start(void)
{
	if (failslab_wanted)
		failslab_arm();
	return 0;
}
late_initcall(failslab_start);
