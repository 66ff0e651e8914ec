/* SPDX-License-Identifier: MIT */
/* What the suites about object caches share. */
#ifndef TESTS_KERNEL_SLAB_FIXTURE_H
#define TESTS_KERNEL_SLAB_FIXTURE_H

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../mm/slab_pcp.h"
#include "report.h"

#define MAX_STEPS	(30 * HZ)	/* of one tick at least, until a test gives up */

static struct report report;

struct thing {
	u64 a, b, c;
};

static inline struct kmem_cache *make(struct kunit *test, unsigned int size, unsigned int align,
			       slab_flags_t flags)
{
	struct kmem_cache *s = kmem_cache_create("slab_test", size, align, flags, NULL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	return s;
}

/* For cases about the default build: no debugging, whatever slab_debug= says. */
static inline struct kmem_cache *make_plain(struct kunit *test, unsigned int size,
				     slab_flags_t flags)
{
	return make(test, size, 0, flags | SLAB_NO_USER_FLAGS);
}

static inline void expect_sound(struct kunit *test)
{
	char msg[160] = "";

	KUNIT_EXPECT_TRUE_MSG(test, slab_verify(msg, sizeof(msg)), "%s", msg);
}

/*
 * On each CPU mm_trim looks at each cache, now and then, and says so meanwhile.  The host may stop
 * that CPU right there, for as long as it likes: then nothing is rescued, no doubt is decided, and
 * what it has in hand is in no stock.  So what others may delay is waited for.
 */
static inline void wait_settled(const struct kmem_cache *s)
{
	int steps = MAX_STEPS;

	while (slab_pcp_holders(s) && --steps)
		schedule_timeout_uninterruptible(1);
}

static inline void settled_info(struct kmem_cache *s, struct slabinfo *info)
{
	wait_settled(s);
	kmem_cache_info(s, info);
}

/* For caches without objects in use: 0 in the end. */
static inline int shrink_all(struct kmem_cache *s)
{
	int steps = MAX_STEPS, left;

	while ((left = kmem_cache_shrink(s)) && --steps)
		schedule_timeout_uninterruptible(1);
	return left;
}

static inline void expect_rescued(struct kunit *test, struct kmem_cache *s)
{
	int steps = MAX_STEPS;

	while (READ_ONCE(s->nr_lost) && --steps) {
		slab_pcp_rescue(s);
		schedule_timeout_uninterruptible(1);
	}
	KUNIT_EXPECT_EQ(test, s->nr_lost, 0);
}

/*
 * A free that is refused may be tried again; @s NULL: by kfree().  How many more errors there are,
 * the last time.  What is live is counted over all caches: again, if another CPU took or gave.
 */
static inline unsigned long free_wrongly(struct kmem_cache *s, void *p, bool *kept)
{
	unsigned long errors, live;
	unsigned int tries = 100;

	preempt_disable();			/* here nobody else takes it */
	do {
		errors = slab_error_count();
		live = slab_nr_live();
		if (s)
			kmem_cache_free(s, p);
		else
			kfree(p);
		*kept = slab_nr_live() == live;
		errors = slab_error_count() - errors;
	} while (errors == 2 && !*kept && --tries);
	preempt_enable();
	return errors;
}

#define EXPECT_STR(test, s, sub) \
	KUNIT_EXPECT_TRUE_MSG(test, strstr(s, sub) != NULL, "'%s' is not in '%s'", sub, s)

#endif /* TESTS_KERNEL_SLAB_FIXTURE_H */
