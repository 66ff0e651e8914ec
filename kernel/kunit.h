/* SPDX-License-Identifier: MIT */
/* What kunit.c and kunit_failnth.c share. */
#ifndef _KERNEL_KUNIT_H
#define _KERNEL_KUNIT_H

#include <kunit/test.h>

/* kunit.c: a case, a parameter, a run of FAILNTH has that much time, from now on. */
void kunit_feed_watchdog(const struct kunit_case *c);
/* kunit.c: init, case, exit, actions and accounts, once. */
void kunit_run_once(struct kunit *test, struct kunit_case *c);

/* kunit_failnth.c: a FAILNTH case, as often as it takes; test has the result of the last. */
void kunit_run_failnth(struct kunit *test, struct kunit_case *c, const char *suite);
/* fail_nth=, for all cases. */
unsigned int kunit_failnth_only(void);

#endif /* _KERNEL_KUNIT_H */
