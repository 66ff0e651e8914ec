/* SPDX-License-Identifier: MIT */
/*
 * quarry-test [--mem SIZE] [--seed N] [--cmdline OPTIONS] [filter_glob]
 *
 * The KUnit suites as a program of the host: the same mm/ and lib/, the same tests, under
 * ASan and UBSan.  SIZE is 64M, 1G, 1T ...; --seed shuffles.  Exit status 0: every case
 * passed; 1: one did not; 37: a panic; 39: the watchdog.
 */
#include <stdio.h>
#include <stdlib.h>

#include <kunit/test.h>
#include <linux/build_bug.h>
#include <linux/cmdline.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/printk.h>

#include "host_os.h"
#include "platform.h"

#define DEFAULT_MEM	(256ULL << 20)

static u64 host_now_ns(void)
{
	return host_time_ns();
}

static const struct kunit_clock_ops host_clock = { .now_ns = host_now_ns };

static void account_snapshot(void *buf)
{
	mm_account_snapshot(buf);
}

static bool account_compare(const void *before, const void *after, char *msg, size_t n)
{
	return mm_account_compare(before, after, msg, n);
}

static const struct kunit_account_ops mm_account_ops = {
	.snapshot = account_snapshot,
	.compare = account_compare,
};
static_assert(sizeof(struct mm_account) <= KUNIT_ACCOUNT_SIZE);

static u64 parse_size(const char *text)
{
	char *end;
	u64 n = strtoull(text, &end, 0);

	switch (*end) {
	case 'T': n <<= 10; fallthrough;
	case 'G': n <<= 10; fallthrough;
	case 'M': n <<= 10; fallthrough;
	case 'K': n <<= 10;
	}
	return n;
}

static void usage(void)
{
	fputs("usage: quarry-test [--mem SIZE] [--seed N] [--cmdline OPTIONS] [filter_glob]\n",
	      stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	const char *filter = NULL, *options = "";
	struct kunit_totals totals;
	u64 mem = DEFAULT_MEM, seed = 0;
	int i, failed;

	for (i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (arg[0] != '-')
			filter = arg;
		else if (++i == argc)
			usage();
		else if (!strcmp(arg, "--mem"))
			mem = parse_size(argv[i]);
		else if (!strcmp(arg, "--seed"))
			seed = strtoull(argv[i], NULL, 0);
		else if (!strcmp(arg, "--cmdline"))
			options = argv[i];
		else
			usage();
	}
	platform_init(mem);
	cmdline_parse(options);
	platform_start_mm();
	kunit_set_account_hook(&mm_account_ops);
	kunit_set_clock(&host_clock);
	kunit_set_watchdog(host_watchdog);
	system_state = SYSTEM_RUNNING;
	failed = kunit_run_all(filter, seed, &totals);
	kunit_failnth_print();
	printk_raw("%u passed, %u failed, %u skipped\n", totals.passed, totals.failed,
		   totals.skipped);
	host_exit(failed ? 1 : 0);
}
