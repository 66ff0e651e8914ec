/* SPDX-License-Identifier: MIT */
/*
 * kernel/kunit_failnth.c - every allocation of a case fails once
 *
 * MODEL
 *   A FAILNTH case is run as it is, then with its 1st, its 2nd ... allocation failing, until
 *   a run comes to its end with none left to fail.  After each run the accounts must be what
 *   they were, and every structure of mm/ sound; kunit.c sees to the first, as always.
 *
 *	run 0		nothing is injected: everything must work
 *	run n		the n-th fault point of the thread fails (lib/fault-inject.c)
 *	last run	counted fewer than n: done
 *
 *   Meanwhile all stocks are closed, so that no allocation goes without a fault point.
 *
 * CONTEXT	process, KUnit's runner.
 * NOT HERE	running a case: kunit.c.  Which calls have failed: scripts/alloc-sites.
 */
#include <kunit/test.h>
#include <linux/fault-inject.h>
#include <linux/mm.h>
#include <linux/printk.h>

#include "kunit.h"

#define MAX_ROWS	128
#define MAX_RUNS	500

static struct kunit_failnth rows[MAX_ROWS];
static unsigned int nr_rows;
static unsigned int only_nth;		/* fail_nth= */

void kunit_set_fail_nth(unsigned int nth)
{
	only_nth = nth;
}

unsigned int kunit_failnth_only(void)
{
	return only_nth;
}

const struct kunit_failnth *kunit_failnth_get(unsigned int i)
{
	return i < nr_rows ? &rows[i] : NULL;
}

static void set_armed(bool armed)
{
	if (armed) {
		failslab_arm();
		fail_page_alloc_arm();
	} else {
		fail_page_alloc_disarm();
		failslab_disarm();
	}
}

/* One more run; false: nothing was left to fail, or something is wrong. */
static bool run_nth(struct kunit *test, struct kunit_case *c, struct kunit_failnth *row)
{
	const unsigned int nth = test->fail_nth;
	char msg[192] = "";

	*test = (struct kunit){ .name = c->name, .fail_nth = nth };
	kunit_feed_watchdog(c);
	kunit_run_once(test, c);
	row->runs++;
	row->injected += test->injected;
	row->leaks += test->leaked;
	if (!mm_verify(msg, sizeof(msg))) {
		kunit_info(test, "after the run: %s", msg);
		test->status = KUNIT_FAILURE;
	}
	if (test->status != KUNIT_FAILURE)
		return test->injected;
	kunit_info(test, "when allocation %u fails; again: fail_nth=%u", nth, nth);
	return false;
}

void kunit_run_failnth(struct kunit *test, struct kunit_case *c, const char *suite)
{
	struct kunit_failnth row = { .suite = suite, .name = c->name };
	const bool quiet = fault_nth_quiet(!only_nth);

	kunit_run_once(test, c);
	row.runs = 1;
	row.leaks = test->leaked;
	fault_trace_begin();
	set_armed(true);
	test->fail_nth = only_nth ? only_nth : 1;
	while (test->status == KUNIT_SUCCESS && run_nth(test, c, &row) && !only_nth)
		if (test->fail_nth++ == MAX_RUNS) {
			kunit_info(test, "no end after %u runs", MAX_RUNS);
			test->status = KUNIT_FAILURE;
		}
	set_armed(false);
	fault_nth_quiet(quiet);
	row.sites = fault_trace_count();
	if (!kunit_get_current_test() && !WARN_ON_ONCE(nr_rows == MAX_ROWS))
		rows[nr_rows++] = row;		/* not what a test of the runner runs */
}

/* One line, for scripts/alloc-sites. */
static void print_trace(const struct fault_trace *t)
{
	char line[FAULT_TRACE_DEPTH * 17 + 1];
	unsigned int k;
	int n = 0;

	line[0] = '\0';
	for (k = 0; k < t->nr; k++)
		n += scnprintf(line + n, sizeof(line) - n, " %lx", t->entries[k]);
	printk_raw("# failnth-at:%s\n", line);
}

void kunit_failnth_print(void)
{
	const struct fault_trace *t;
	unsigned int i;

	if (!nr_rows)
		return;
	printk_raw("# failnth: %-60s %5s %8s %5s %5s\n", "operation", "runs", "injected", "sites",
		   "leaks");
	for (i = 0; i < nr_rows; i++)
		printk_raw("# failnth: %s.%-*s %5u %8u %5u %5u\n", rows[i].suite,
			   (int)(59 - strlen(rows[i].suite)), rows[i].name, rows[i].runs,
			   rows[i].injected, rows[i].sites, rows[i].leaks);
	for (i = 0; (t = fault_trace_get(i)) != NULL; i++)
		print_trace(t);
}
