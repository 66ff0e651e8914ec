/* SPDX-License-Identifier: MIT */
/*
 * printk_smp_test.c - several CPUs print at the same time
 *
 * Booted only, and skipped on one CPU.  What they print is captured and taken apart.
 */
#include <asm/processor.h>
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/smp.h>

#include "threads.h"

#define MAX_CPUS	4
#define NR_TEXTS	60		/* of each CPU */
#define NR_LINES	3		/* of a report */
#define PADDING		"................................................................"

static char text[65536];
static struct test_thread printers[MAX_CPUS];

static int printk_smp_init(struct kunit *test)
{
	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU");
	return set_cpus_allowed_ptr(current, cpu_possible_mask);
}

static void print_lines(struct test_thread *t)
{
	unsigned int i;

	for (i = 0; i < NR_TEXTS; i++)
		pr_info("<%d %u " PADDING ">\n", t->id, i);
}

static void print_reports(struct test_thread *t)
{
	unsigned long flags, inner;
	unsigned int i, line;
	bool got, again;

	for (i = 0; i < NR_TEXTS; i++) {
		got = printk_cpu_sync_get(&flags);
		again = printk_cpu_sync_get(&inner);
		for (line = 0; line < NR_LINES; line++)
			pr_info("<%d %u %u%s>\n", t->id, i, line, again ? "?" : "");
		printk_cpu_sync_put(again, inner);
		printk_cpu_sync_put(got, flags);
	}
}

static unsigned int print_everywhere(struct kunit *test, void (*fn)(struct test_thread *t))
{
	const unsigned int nr = min_t(unsigned int, num_online_cpus(), MAX_CPUS);
	unsigned int cpu;

	printk_capture_start(text, sizeof(text));
	for (cpu = 0; cpu < nr; cpu++) {
		test_thread_create(test, &printers[cpu], (int)cpu, fn, NULL);
		kthread_bind(printers[cpu].task, cpu);
		wake_up_process(printers[cpu].task);
	}
	for (cpu = 0; cpu < nr; cpu++)
		wait_for_completion(&printers[cpu].done);
	printk_capture_stop();
	for (cpu = 0; cpu < nr; cpu++)
		kthread_stop_put(printers[cpu].task);
	return nr;
}

/* The line that is to come next from one of the CPUs, at @at: its CPU, or -1. */
static int whose_line(const char *at, const unsigned int *next, unsigned int nr)
{
	char want[128];
	unsigned int cpu;

	for (cpu = 0; cpu < nr; cpu++) {
		scnprintf(want, sizeof(want), "<%u %u " PADDING ">\n", cpu, next[cpu]);
		if (strstarts(at, want))
			return (int)cpu;
	}
	return -1;
}

static void lines_are_whole(struct kunit *test)
{
	const unsigned int nr = print_everywhere(test, print_lines);
	unsigned int next[MAX_CPUS] = { 0 }, cpu;
	const char *at = text;
	int from;

	for (; *at; at = strchr(at, '\n') + 1) {
		from = whose_line(at, next, nr);
		KUNIT_ASSERT_GE_MSG(test, from, 0, "%.80s", at);
		next[from]++;
	}
	for (cpu = 0; cpu < nr; cpu++)
		KUNIT_EXPECT_EQ(test, next[cpu], (unsigned int)NR_TEXTS);
}

/* All lines of the report that begins at @at, or 0. */
static size_t report_length(const char *at, const unsigned int *next, unsigned int nr, int *from)
{
	unsigned int cpu, line;
	char want[128];
	int n;

	for (cpu = 0; cpu < nr; cpu++) {
		n = 0;
		for (line = 0; line < NR_LINES; line++)
			n += scnprintf(want + n, sizeof(want) - n, "<%u %u %u>\n", cpu, next[cpu],
				       line);
		*from = (int)cpu;
		if (strstarts(at, want))
			return (size_t)n;
	}
	return 0;
}

static void reports_are_whole(struct kunit *test)
{
	const unsigned int nr = print_everywhere(test, print_reports);
	unsigned int next[MAX_CPUS] = { 0 }, cpu;
	const char *at = text;
	size_t len;
	int from = 0;

	for (; *at; at += len) {
		len = report_length(at, next, nr, &from);
		KUNIT_ASSERT_GT_MSG(test, len, (size_t)0, "%.80s", at);
		next[from]++;
	}
	for (cpu = 0; cpu < nr; cpu++)
		KUNIT_EXPECT_EQ(test, next[cpu], (unsigned int)NR_TEXTS);
}

static struct kunit_case printk_smp_cases[] = {
	KUNIT_CASE(lines_are_whole),
	KUNIT_CASE(reports_are_whole),
	{}
};

static struct kunit_suite printk_smp_suite = {
	.name = "printk_smp",
	.init = printk_smp_init,
	.test_cases = printk_smp_cases,
};
kunit_test_suite(printk_smp_suite);
