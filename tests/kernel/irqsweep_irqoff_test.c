/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_irqoff_test.c - suite irqsoff: no allocator call keeps interrupts off for long
 *
 * Counted, not sampled: each call is stepped through, and the instructions between one
 * that turns interrupts off and the one that turns them on again are a run.  The limit is
 * that of the interface: 2,000.  tests/bench/irqsoff.c prints the same figures.
 */
#include <kunit/test.h>
#include <linux/smp.h>
#include <linux/kernel.h>

#include "irqsweep.h"

#define IRQSOFF_LIMIT	2000

static void stop(void *unused)
{
	irqsweep_step_end();
	irqsweep_run_end();
}

static void begin(struct kunit *test)
{
	const char *why;

	if (!irqsweep_step_begin(&why))
		kunit_skip(test, "%s", why);
	KUNIT_ASSERT_TRUE(test, irqsweep_run_begin());
	kunit_add_action(test, stop, NULL);
}

/* What another CPU's lock costs is not the path's: measured again, it has been let go of. */
static const char *measure(const struct sweep_op *op, struct step_trace *t)
{
	unsigned int tries = num_online_cpus() > 1 ? 8 : 1;
	const char *why;

	do {
		*t = (struct step_trace){ 0 };
		why = irqsweep_measure(op, t);
	} while (!why && t->off_max >= IRQSOFF_LIMIT && --tries);
	return why;
}

static void no_call_reaches_2000(struct kunit *test)
{
	const struct sweep_op *op, *worst = NULL;
	unsigned int i, done = 0;
	unsigned long most = 0;
	struct step_trace t;
	const char *why;

	begin(test);
	for (i = 0; (op = irqsweep_op(i, true)) != NULL; i++) {
		why = measure(op, &t);
		if (why) {
			kunit_info(test, "%s/%s: %s", op->name, op->path, why);
			continue;
		}
		done++;
		KUNIT_EXPECT_LT_MSG(test, t.off_max, (unsigned long)IRQSOFF_LIMIT,
				    "%s/%s: %lu instructions", op->name, op->path, t.off_max);
		if (t.off_max > most) {
			most = t.off_max;
			worst = op;
		}
	}
	KUNIT_ASSERT_NOT_NULL(test, worst);
	kunit_info(test, "%u paths, the longest run: %lu instructions, in %s/%s", done, most,
		   worst->name, worst->path);
}

static struct kunit_case irqsoff_cases[] = {
	KUNIT_CASE(no_call_reaches_2000),
	{}
};

static struct kunit_suite irqsoff_suite = { .name = "irqsoff", .test_cases = irqsoff_cases };
kunit_test_suite(irqsoff_suite);
