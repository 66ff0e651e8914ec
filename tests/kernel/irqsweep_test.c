/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_test.c - suite irqsweep: the sweep over all operations, and its table
 *
 *	irqsweep=sample		a few operations, short paths (the default)
 *	irqsweep=full		every operation, every boundary, every script
 *	irqsweep=deep		every pair of boundaries, on paths of up to 200
 *	irqsweep=load		every operation, every boundary, while CPU 1 takes and gives
 *	irqsweep.only=<glob>	operation/path/script
 *	irqsweep.at=<k>[,<m>]	this boundary alone, and of the interrupt in the interrupt
 *	irqsweep.each		every script everywhere on long paths, too
 *	irqsweep.part=<i>/<n>	every n-th operation, for several machines at once
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "irqsweep.h"

#define MAX_OPS		256
#define SAMPLE_MAX	130		/* boundaries */
#define SAMPLE_EACH	7		/* every such operation */
#define FULL_MAX	20000		/* longer ones are for make sweep */
#define DEEP_STRIDE	64		/* visits, until all of mm/ is looked at again */
#define SMP_STRIDE	16
#define LOAD_MAX	3000		/* boundaries: all of the way is stepped, each time */

enum sweep_mode { SWEEP_SAMPLE, SWEEP_FULL, SWEEP_DEEP, SWEEP_LOAD };

static enum sweep_mode mode;
static char only[96];
static long at = -1, at2 = -1;
static unsigned int part, nr_parts = 1;

static int setup_mode(char *val)
{
	static const char *const name[] = { "sample", "full", "deep", "load" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(name); i++)
		if (!strcmp(val, name[i])) {
			mode = i;
			return 0;
		}
	return -EINVAL;
}
__setup("irqsweep=", setup_mode);

static int setup_only(char *val)
{
	return strscpy(only, val, sizeof(only)) < 0 ? -EINVAL : 0;
}
__setup("irqsweep.only=", setup_only);

static int setup_at(char *val)
{
	char *comma = strchr(val, ',');

	if (comma)
		*comma++ = '\0';
	if (comma && kstrtol(comma, 10, &at2))
		return -EINVAL;
	return kstrtol(val, 10, &at);
}
__setup("irqsweep.at=", setup_at);

static bool each;

static int setup_each(char *val)
{
	each = true;
	return 0;
}
__setup("irqsweep.each", setup_each);

static int setup_part(char *val)
{
	char *slash = strchr(val, '/');

	if (!slash)
		return -EINVAL;
	*slash++ = '\0';
	if (kstrtouint(val, 10, &part) || kstrtouint(slash, 10, &nr_parts) || !nr_parts)
		return -EINVAL;
	return 0;
}
__setup("irqsweep.part=", setup_part);

/* ---- the table ----------------------------------------------------------- */

static struct sweep_row rows[MAX_OPS];
static unsigned int nr_rows;

static void print_row(const struct sweep_row *r)
{
	printk_raw("%-21s %-12s %6u %6lu %9lu %6lu %7lu %6lu %4lu%s%s\n", r->op->name,
		   r->op->path, r->boundaries, r->insns, r->delivered, r->masked, r->pairs,
		   r->off_max, r->failures, r->skipped ? "  skipped: " : "", r->skipped ?: "");
}

static struct sweep_row sum_of_rows(void)
{
	static const struct sweep_op all = { .name = "all", .path = "" };
	struct sweep_row sum = { .op = &all };
	unsigned int i;

	for (i = 0; i < nr_rows; i++) {
		sum.boundaries += rows[i].boundaries;
		sum.insns += rows[i].insns;
		sum.delivered += rows[i].delivered;
		sum.masked += rows[i].masked;
		sum.pairs += rows[i].pairs;
		sum.failures += rows[i].failures;
		sum.again += rows[i].again;
		sum.off_max = max(sum.off_max, rows[i].off_max);
	}
	return sum;
}

/* scripts/quarrytest.py shows what is between the marks, scripts/update-tables keeps it. */
static void print_table(void)
{
	const struct sweep_row sum = sum_of_rows();
	unsigned int i;

	printk_raw("# table: %s\n", mode == SWEEP_DEEP ? "irqsweep-deep" :
		   mode == SWEEP_LOAD ? "irqsweep-load" : "irqsweep");
	printk_raw("%-21s %-12s %6s %6s %9s %6s %7s %6s %4s\n", "operation", "path", "bounds",
		   "insns", "delivered", "masked", "pairs", "irqoff", "fail");
	for (i = 0; i < nr_rows; i++)
		print_row(&rows[i]);
	print_row(&sum);
	printk_raw("# end of table\n");
}

/* ---- the sweep ----------------------------------------------------------- */

static bool op_wanted(const struct sweep_op *op, unsigned int i)
{
	const struct sweep_script *script =
		mode == SWEEP_DEEP ? sweep_short_scripts : sweep_scripts;
	const unsigned int nr = mode == SWEEP_DEEP ? nr_sweep_short_scripts : nr_sweep_scripts;
	char name[96];
	unsigned int s;

	if (mode == SWEEP_SAMPLE && !only[0])
		return i % SAMPLE_EACH == 0;
	if (i % nr_parts != part)
		return false;
	for (s = 0; s < nr && only[0]; s++) {
		snprintf(name, sizeof(name), "%s/%s/%s", op->name, op->path, script[s].name);
		if (glob_match(only, name))
			return true;
	}
	return !only[0];
}

/* All sections online, so that no path depends on how much has been used before. */
static void bring_memory_in(void)
{
	unsigned long first = 0, block;

	while ((block = __get_free_pages(GFP_NOWAIT | __GFP_NOWARN, MAX_PAGE_ORDER)) != 0) {
		*(unsigned long *)block = first;
		first = block;
	}
	while ((block = first) != 0) {
		first = *(unsigned long *)block;
		free_pages(block, MAX_PAGE_ORDER);
	}
}

/* Only for its length, and that is in the table: a full sweep must not shrink unnoticed. */
static bool may_be_skipped(const struct sweep_row *r)
{
	return !r->skipped || r->boundaries > FULL_MAX;
}

static void sweep_all(struct kunit *test, const struct sweep_plan *plan)
{
	const struct sweep_op *op;
	unsigned int i;

	for (i = 0; (op = irqsweep_op(i, false)) != NULL; i++) {
		if (!op_wanted(op, i))
			continue;
		KUNIT_ASSERT_LT(test, nr_rows, MAX_OPS);
		if (!irqsweep_run(op, plan, &rows[nr_rows++]))
			KUNIT_FAIL(test, "%s/%s", op->name, op->path);
		if (mode == SWEEP_FULL && !may_be_skipped(&rows[nr_rows - 1]))
			KUNIT_FAIL(test, "%s/%s: %s", op->name, op->path,
				   rows[nr_rows - 1].skipped);
	}
}

static void stop(void *unused)
{
	irqsweep_step_end();
	irqsweep_run_end();
}

static void sweep(struct kunit *test, const struct sweep_plan *plan)
{
	struct sweep_row sum;
	const char *why;

	if (!irqsweep_step_begin(&why))
		kunit_skip(test, "%s", why);
	KUNIT_ASSERT_TRUE(test, irqsweep_run_begin());
	kunit_add_action(test, stop, NULL);
	nr_rows = 0;
	if (mode != SWEEP_SAMPLE)
		bring_memory_in();
	sweep_all(test, plan);
	if (mode != SWEEP_SAMPLE)
		print_table();
	sum = sum_of_rows();
	kunit_info(test, "%u paths, %lu interrupts and %lu NMIs at %u boundaries, %lu pairs; "
		   "%lu visits made again", nr_rows, sum.delivered, sum.masked, sum.boundaries,
		   sum.pairs, sum.again);
	KUNIT_EXPECT_EQ(test, sum.failures, 0);
	KUNIT_EXPECT_EQ(test, irqsweep_step_counts().strays, 0);
}

static void interrupted_at_every_instruction(struct kunit *test)
{
	const struct sweep_plan plan = {
		.only = only[0] ? only : NULL, .at = at, .at2 = at2,
		.stride = mode == SWEEP_DEEP ? DEEP_STRIDE : num_online_cpus() > 1 ? SMP_STRIDE : 1,
		.max_boundaries = mode == SWEEP_SAMPLE ? SAMPLE_MAX :
				  mode == SWEEP_FULL && !each && !only[0] ? FULL_MAX : 0,
		.thin = mode == SWEEP_FULL && !each,
		.deep = mode == SWEEP_DEEP,
		.loose = mode != SWEEP_DEEP && num_online_cpus() > 1,
	};

	if (mode == SWEEP_LOAD)
		kunit_skip(test, "the other case is wanted");
	sweep(test, &plan);
}

/* The scripts take turns, and so everywhere somebody interrupts beside CPU 1. */
static void beside_another_cpu(struct kunit *test)
{
	const struct sweep_plan plan = {
		.only = only[0] ? only : NULL, .at = at, .at2 = -1, .stride = SMP_STRIDE,
		.max_boundaries = mode == SWEEP_SAMPLE ? SAMPLE_MAX : LOAD_MAX,
		.thin = true, .load = true,
	};

	if (num_online_cpus() == 1)
		kunit_skip(test, "there is only one CPU");
	if (mode == SWEEP_FULL || mode == SWEEP_DEEP)
		kunit_skip(test, "the other case is wanted");
	sweep(test, &plan);
}

static struct kunit_case irqsweep_cases[] = {
	KUNIT_CASE_SLOW(interrupted_at_every_instruction),
	KUNIT_CASE_SLOW(beside_another_cpu),
	{}
};

static struct kunit_suite irqsweep_suite = {
	.name = "irqsweep",
	.test_cases = irqsweep_cases,
};
kunit_test_suite(irqsweep_suite);
