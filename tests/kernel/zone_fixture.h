/* SPDX-License-Identifier: MIT */
/* A private zone over a block of its own, and other help for the tests of mm/'s pages. */
#ifndef TESTS_ZONE_FIXTURE_H
#define TESTS_ZONE_FIXTURE_H

#include <kunit/test.h>

#include "../../mm/internal.h"

/*
 * A private zone of 2^order pages, all free; NULL (and the case is over) without memory.
 * It is torn down when the case ends, whatever the case did to it.
 */
struct zone *zone_fixture(struct kunit *test, unsigned int order);
void zone_fixture_at(struct kunit *test, struct zone *z, unsigned int order);

/* buddy_alloc() and buddy_free() for owner PAGES, under the lock. */
struct page *zone_take(struct zone *z, unsigned int order);
void zone_give(struct zone *z, struct page *page, unsigned int order);

/* Expect that the zone is one free block again. */
void zone_expect_whole(struct kunit *test, struct zone *z);
void zone_expect_sound(struct kunit *test, struct zone *z);

/*
 * Reports that a case provokes: between start and stop they go to a buffer, leave no
 * taint, and are counted.
 */
void report_start(struct kunit *test);
const char *report_stop(struct kunit *test);	/* the text */

/* fn(ctx) must make one "Bad page state" report that names reason, and break nothing. */
void expect_bad_page(struct kunit *test, void (*fn)(void *ctx), void *ctx,
		     const char *reason);

#endif /* TESTS_ZONE_FIXTURE_H */
