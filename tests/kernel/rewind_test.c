/* SPDX-License-Identifier: MIT */
/*
 * rewind_test.c - suite rewind: every sequence of the image, interrupted at depth three
 *
 *	rewind=sample		a share of the choices of entries (the default)
 *	rewind=full		all of them
 *	rewind.only=<glob>	stock/state/operation,operation,operation,operation
 */
#include <asm/extable.h>
#include <asm/ptrace.h>
#include <asm/rewind.h>
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "rewind_planted.h"

#define SAMPLE_STRIDE	9		/* prime to the 22 choices of entries: each has its turn */

static bool full;
static char only[96];

static int setup_mode(char *val)
{
	full = !strcmp(val, "full");
	return full || !strcmp(val, "sample") ? 0 : -EINVAL;
}
__setup("rewind=", setup_mode);

static int setup_only(char *val)
{
	return strscpy(only, val, sizeof(only)) < 0 ? -EINVAL : 0;
}
__setup("rewind.only=", setup_only);

/* The i-th of all stocks, NULL behind the last. */
static const struct rewind_stock *stock_nr(unsigned int i)
{
	if (i-- == 0)
		return &rewind_good_stock;
	if (i < nr_rewind_page_stocks)
		return &rewind_page_stocks[i];
	i -= nr_rewind_page_stocks;
	return i < nr_rewind_slab_stocks ? &rewind_slab_stocks[i] : NULL;
}

/* ---- beginning and end ------------------------------------------------------------- */

static void stop(void *unused)
{
	irqsweep_step_end();
	rewind_run_end();
}

static void begin(struct kunit *test)
{
	const char *why;

	if (!irqsweep_step_begin(&why))
		kunit_skip(test, "%s", why);
	kunit_add_action(test, stop, NULL);
	KUNIT_ASSERT_TRUE(test, rewind_run_begin());
	rewind_planted_init();
}

/* ---- would it find a bug? ---------------------------------------------------------- */

static struct rewind_result result;

static bool run(const struct rewind_stock *stock, unsigned int depth)
{
	const struct rewind_plan plan = { .depth = depth, .stride = 1 };

	return rewind_run(stock, &plan, &result);
}

static void expect_text(struct kunit *test, const char *text)
{
	KUNIT_EXPECT_TRUE_MSG(test, strstr(result.text, text), "'%s' is not in:\n%s", text,
			      result.text);
}

static void stores_before_the_commit(struct kunit *test)
{
	begin(test);
	KUNIT_EXPECT_FALSE(test, run(&rewind_early_stock, 1));
	expect_text(test, "FAILED early/");
	expect_text(test, "the count is wrong");
	expect_text(test, "at rewind_test_early_pop+0x");
}

static void a_commit_that_is_not_last(struct kunit *test)
{
	begin(test);
	KUNIT_EXPECT_FALSE(test, run(&rewind_late_stock, 1));
	expect_text(test, "an object is nowhere, or in two places");
	expect_text(test, "at rewind_test_late_pop+0x");
}

static void an_input_that_changes(struct kunit *test)
{
	begin(test);
	KUNIT_EXPECT_FALSE(test, run(&rewind_input_stock, 1));
	expect_text(test, "at rewind_test_input_push+0x");
}

static void outside_of_the_section(struct kunit *test)
{
	begin(test);
	KUNIT_EXPECT_FALSE(test, run(&rewind_outside_stock, 1));
	expect_text(test, "at rewind_test_outside");
}

/* With less depth everything is fine. */
static void only_depth_three_finds_it(struct kunit *test)
{
	begin(test);
	KUNIT_EXPECT_TRUE(test, run(&rewind_deep_stock, 1));
	KUNIT_EXPECT_TRUE(test, run(&rewind_deep_stock, 2));
	KUNIT_EXPECT_FALSE(test, run(&rewind_deep_stock, 3));
	expect_text(test, "# level 0: ");
	expect_text(test, "# level 1: ");
	expect_text(test, "# level 2: ");
	expect_text(test, "at rewind_test_outside");
}

/* ---- the real ones ----------------------------------------------------------------- */

/* Slots that no stock can have: tests of their own, or wrong on purpose. */
static const char *const exempt[] = {
	"sequence_test_pop", "trap_test_sequence", "irqsweep_sequence",
	"rewind_test_early_pop", "rewind_test_late_pop", "rewind_test_input_push",
};

/* Where the slot's own sequence begins: its first instruction jumps there. */
static unsigned long slot_entry(const u8 *slot)
{
	return (unsigned long)slot + (*slot == 0xeb ? 2 + slot[1] : 0);
}

static bool is_exempt(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(exempt); i++)
		if (glob_match(exempt[i], name))
			return true;
	return false;
}

static unsigned int slot_boundaries(const u8 *slot)
{
	unsigned int i, nr = 0;

	for (i = 0; i < REWIND_SLOT; i++)
		nr += rewind_was_seen((unsigned long)slot + i);
	return nr;
}

/* Its beginning, and what follows its commit: so everything in between, too. */
static bool was_interrupted(const u8 *slot)
{
	return rewind_was_seen(slot_entry(slot)) &&
	       rewind_was_seen((unsigned long)slot + REWIND_TAIL);
}

/* A sequence that is in no stock. */
static void nobody_interrupts_it(struct kunit *test)
{
	const struct rewind_plan plan = { .depth = REWIND_DEPTH, .stride = 22 };
	const char *slot;

	begin(test);
	KUNIT_EXPECT_TRUE(test, rewind_run(&rewind_good_stock, &plan, &result));
	slot = (const char *)(kallsyms_lookup_name("rewind_test_pop") & ~(REWIND_SLOT - 1));
	KUNIT_EXPECT_TRUE(test, was_interrupted((const u8 *)slot));
	slot = (const char *)(kallsyms_lookup_name("rewind_test_late_pop") & ~(REWIND_SLOT - 1));
	KUNIT_EXPECT_FALSE(test, was_interrupted((const u8 *)slot));
}

static void check_slot(struct kunit *test, const u8 *slot)
{
	struct pt_regs regs = { .ip = (unsigned long)slot };
	const char *name = kallsyms_lookup(slot_entry(slot), NULL, NULL) ?: "?";

	if (is_exempt(name))
		return;
	printk_raw("%-32s %6lu %10u\n", name, (unsigned long)slot + REWIND_TAIL -
		   slot_entry(slot), slot_boundaries(slot));
	KUNIT_EXPECT_TRUE_MSG(test, was_interrupted(slot), "%s: no stock interrupts it", name);
	KUNIT_EXPECT_TRUE_MSG(test, fixup_exception(&regs), "%s: no slow path for faults", name);
}

static void check_slots(struct kunit *test)
{
	const char *slot;

	printk_raw("# table: rewind-slots\n");
	printk_raw("%-32s %6s %10s\n", "sequence", "bytes", "boundaries");
	for (slot = __rewind_start; slot < __rewind_end; slot += REWIND_SLOT)
		check_slot(test, (const u8 *)slot);
	printk_raw("# end of table\n");
}

static void run_stock(struct kunit *test, const struct rewind_stock *stock)
{
	const struct rewind_plan plan = {
		.depth = REWIND_DEPTH, .stride = full ? 1 : SAMPLE_STRIDE,
		.long_stride = full ? 13 : 7, .skip = full ? 0 : 4,
		.only = only[0] ? only : NULL,
	};
	const char *why = stock->begin ? stock->begin() : NULL;

	KUNIT_ASSERT_NULL_MSG(test, why, "%s: %s", stock->name, why);
	if (!rewind_run(stock, &plan, &result))
		KUNIT_FAIL(test, "%s", result.text);
	printk_raw("%-16s %10u %10lu %8lu %6lu %6u\n", stock->name, stock->nr_ops, result.visits,
		   result.again, result.lost, result.failures);
	if (stock->end)
		stock->end();
}

static void every_sequence_at_depth_three(struct kunit *test)
{
	const struct rewind_stock *stock;
	struct step_counts counts;
	unsigned int i;

	if (rewind_slab_debugged())
		kunit_skip(test, "slab_debug= closes the stocks");
	begin(test);
	printk_raw("# table: rewind\n");
	printk_raw("%-16s %10s %10s %8s %6s %6s\n", "stock", "operations", "triples", "again",
		   "lost", "fail");
	for (i = 0; (stock = stock_nr(i)) != NULL; i++)
		run_stock(test, stock);
	counts = irqsweep_step_counts();
	printk_raw("%lu interrupts, %lu NMIs, %lu exceptions\n", counts.irqs, counts.nmis,
		   counts.exceptions);
	printk_raw("# end of table\n");
	KUNIT_EXPECT_EQ(test, counts.strays, 0);
	if (!only[0])
		check_slots(test);
}

static struct kunit_case rewind_cases[] = {
	KUNIT_CASE(stores_before_the_commit),
	KUNIT_CASE(a_commit_that_is_not_last),
	KUNIT_CASE(an_input_that_changes),
	KUNIT_CASE(outside_of_the_section),
	KUNIT_CASE(only_depth_three_finds_it),
	KUNIT_CASE(nobody_interrupts_it),
	KUNIT_CASE_SLOW(every_sequence_at_depth_three),
	{}
};

static struct kunit_suite rewind_suite = {
	.name = "rewind",
	.test_cases = rewind_cases,
};
kunit_test_suite(rewind_suite);
