/* SPDX-License-Identifier: MIT */
/*
 * kernel/selftest.c - plug KUnit into this kernel, and run what the command line asks for
 *
 * Each case is bracketed by a snapshot of all memory accounts: one that does not leave
 * free pages, objects, areas and owners as it found them fails.  A case that hangs is
 * named by the watchdog.
 */
#include <asm/exit.h>
#include <asm/processor.h>
#include <kunit/test.h>
#include <linux/bench.h>
#include <linux/fault-inject.h>
#include <linux/init.h>
#include <linux/input.h>
#include <linux/jiffies.h>
#include <linux/kstrtox.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/selftest.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#define SETTLE_TICKS	(10 * HZ)	/* a CPU that the host has stopped has its thread running */
#define ACCOUNT_TRIES	32		/* some 160 ticks in all, at least */
#define ACCOUNT_PATIENCE (30 * HZ)	/* the host may stop a CPU in the middle of something */
#define STACK_SPARE	(THREAD_SIZE / 8)

static char test_filter[128];		/* kunit.filter_glob= */
static u64 test_shuffle;		/* kunit.shuffle=, 0: in order */
static char bench_filter[128];		/* bench= */

static int take_glob(char *to, size_t size, const char *val)
{
	if (!*val || strlen(val) >= size)	/* half a pattern would run other tests */
		return -EINVAL;
	strscpy(to, val, size);
	return 0;
}

static int setup_filter_glob(char *val)
{
	return take_glob(test_filter, sizeof(test_filter), val);
}
__setup("kunit.filter_glob=", setup_filter_glob);

static int setup_bench(char *val)
{
	return take_glob(bench_filter, sizeof(bench_filter), val);
}
__setup("bench=", setup_bench);

static int setup_shuffle(char *val)
{
	return kstrtoull(val, 0, &test_shuffle);
}
__setup("kunit.shuffle=", setup_shuffle);

static int setup_seed(char *val)
{
	unsigned long long seed;

	if (kstrtoull(val, 0, &seed))
		return -EINVAL;
	kunit_set_seed(seed);
	return 0;
}
__setup("seed=", setup_seed);

static int setup_fail_nth(char *val)
{
	unsigned int nth;

	if (kstrtouint(val, 0, &nth))
		return -EINVAL;
	kunit_set_fail_nth(nth);
	return 0;
}
__setup("fail_nth=", setup_fail_nth);

static_assert(sizeof(struct mm_account) <= KUNIT_ACCOUNT_SIZE);

/* Let everybody else come to rest first: who has been told to end may not have ended yet. */
static void settle_threads(void)
{
	unsigned int ticks = SETTLE_TICKS;

	workqueue_trim();
	kthread_reap();
	while ((sched_nr_running() > 1 || kthread_nr_ending()) && ticks--) {
		schedule_timeout_uninterruptible(1);
		kthread_reap();
	}
}

/* Other CPUs' threads, which are none of a test's business, may be on their way to rest. */
static bool account_pause(unsigned int tries)
{
	if (num_online_cpus() == 1)
		return false;
	schedule_timeout_uninterruptible(1 + min_t(unsigned int, tries, ACCOUNT_TRIES) / 4);
	return true;
}

static bool account_wait(unsigned int tries)
{
	static unsigned long end;

	if (!tries)
		end = jiffies + ACCOUNT_PATIENCE;
	return (tries < ACCOUNT_TRIES || time_before(jiffies, end)) && account_pause(tries);
}

/*
 * With several CPUs, until two in a row are the same.  The first of them may be from the time
 * before: a case that leaves nothing behind ends with what it began with, and so the next begins.
 */
static void account_snapshot(void *buf)
{
	static struct mm_account last;
	struct mm_account *now = buf;
	unsigned int tries = 0;
	char msg[96];
	bool same;

	do {
		settle_threads();
		mm_account_snapshot(now);
		same = num_online_cpus() == 1 || mm_account_compare(&last, now, msg, sizeof(msg));
		last = *now;
	} while (!same && tries < ACCOUNT_TRIES && account_pause(tries++));
}

static bool account_compare(const void *before, const void *after, char *msg, size_t n)
{
	return mm_account_compare(before, after, msg, n) && mm_verify(msg, n);
}

static const struct kunit_account_ops account_ops = {
	.snapshot = account_snapshot,
	.compare = account_compare,
	.wait = account_wait,
};

static struct kunit_clock_ops clock_ops = { .now_ns = ktime_get_ns };

void selftest_init(void)
{
	if (!strcmp(bench_unit(), "insn"))
		clock_ops.insns = rdtsc;
	fault_inject_seed(kunit_seed());
	kunit_set_account_hook(&account_ops);
	kunit_set_watchdog(watchdog_arm);
	kunit_set_clock(&clock_ops);
	kunit_set_thread_exit(kthread_exit);
}

/* How close to the end of a stack did anybody come?  An interrupt must still fit. */
static bool stacks_suffice(void)
{
	char comm[TASK_COMM_LEN];
	unsigned long left = sched_stack_left(comm);

	printk_raw("# stack: %s used greatest stack depth: %lu bytes left of %lu\n", comm, left,
		   THREAD_SIZE);
	return left >= STACK_SPARE;
}

int selftest_run(const char *glob)
{
	struct kunit_totals totals;
	int failed;

	input_hold(true);			/* typing meanwhile takes no memory */
	failed = kunit_run_all(glob, test_shuffle, &totals);
	input_hold(false);
	kunit_failnth_print();
	if (!stacks_suffice() && !failed++)
		printk_raw("# stack: FAILED: fewer than %lu bytes left\n", STACK_SPARE);
	printk_raw("%u passed, %u failed, %u skipped\n", totals.passed, totals.failed,
		   totals.skipped);
	return totals.total ? failed : -ENOENT;
}

void selftest_run_requested(void)
{
	if (test_filter[0])
		arch_exit(selftest_run(test_filter) ? EXIT_FAIL : EXIT_PASS);
	if (bench_filter[0])
		arch_exit(bench_run(bench_filter) > 0 ? EXIT_PASS : EXIT_FAIL);
}
