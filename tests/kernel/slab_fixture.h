/* SPDX-License-Identifier: MIT */
/* What the suites about object caches share. */
#ifndef TESTS_KERNEL_SLAB_FIXTURE_H
#define TESTS_KERNEL_SLAB_FIXTURE_H

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "report.h"

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

#define EXPECT_STR(test, s, sub) \
	KUNIT_EXPECT_TRUE_MSG(test, strstr(s, sub) != NULL, "'%s' is not in '%s'", sub, s)

#endif /* TESTS_KERNEL_SLAB_FIXTURE_H */
