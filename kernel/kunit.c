/* SPDX-License-Identifier: MIT */
/*
 * kernel/kunit.c - run test suites, print KTAP
 *
 * MODEL
 *   Suites register by being linked (kunit_test_suite), and run one case after the
 *   other in the calling context.  A failed assertion leaves its case with a non-local
 *   jump; init, case and exit are tried one by one, so exit and actions always run.
 *
 *   Cases run on CPU 0, and so do the threads that they make, but for those that let themselves
 *   onto other CPUs with set_cpus_allowed_ptr(): what a case finds out about who runs when
 *   holds on a machine of any size.
 *
 *   Around each case the state of the machine is compared: preempt count, interrupt
 *   flag, held locks, and whatever mm/ plugs in as "account" (free pages, objects,
 *   areas, owner sums).  A difference fails the case.
 *
 *	run_suites -> run_suite -> run_case -> [run_params] -> kunit_run_once -> try
 *
 * CONTEXT	process, one runner at a time.
 * NOT HERE	the texts of failures: kunit_assert.c.  Failing allocations: kunit_failnth.c.
 */
#include <kunit/test.h>
#include <linux/fault-inject.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "kunit.h"

#define MAX_SUITES		256
#define MAX_CASES		256		/* of a suite */
#define WATCHDOG_SECONDS	150		/* a case, a parameter, a run; slow ones: times 4 */

struct counts {
	unsigned int pass, fail, skip;
};

static struct kunit *current_test;
static struct kunit_suite *current_suite;
static const struct kunit_account_ops *account;
static kunit_watchdog_t watchdog;
static const struct kunit_clock_ops *test_clock;
static void (*thread_exit)(long result);
static u64 base_seed = 0x5155415252590001ULL;	/* any, but the same in every run */

/* ---- sockets and questions ------------------------------------------------------- */

struct kunit *kunit_get_current_test(void)
{
	return current_test;
}

u64 kunit_seed(void)
{
	return base_seed;
}

void kunit_set_seed(u64 seed)
{
	base_seed = seed;
}

const struct kunit_account_ops *kunit_set_account_hook(const struct kunit_account_ops *ops)
{
	swap(account, ops);
	return ops;
}

void kunit_set_thread_exit(void (*fn)(long result))
{
	thread_exit = fn;
}

kunit_watchdog_t kunit_set_watchdog(kunit_watchdog_t arm)
{
	swap(watchdog, arm);
	return arm;
}

const struct kunit_clock_ops *kunit_set_clock(const struct kunit_clock_ops *ops)
{
	swap(test_clock, ops);
	return ops;
}

/* ---- inside a case --------------------------------------------------------------- */

void kunit_abort(struct kunit *test)
{
	if (!test->can_abort)
		panic("kunit: assertion outside of a test case");
	if (test->owner != current) {		/* a thread of the case: its stack is not ours */
		if (thread_exit)
			thread_exit(-EINTR);
		panic("kunit: assertion in another thread");
	}
	test->can_abort = false;
	__builtin_longjmp(test->abort_env, 1);
}

void kunit_mark_skipped_fmt(struct kunit *test, const char *fmt, ...)
{
	va_list args;

	test->status = KUNIT_SKIPPED;
	va_start(args, fmt);
	vscnprintf(test->status_comment, sizeof(test->status_comment), fmt, args);
	va_end(args);
}

void kunit_info(struct kunit *test, const char *fmt, ...)
{
	char text[256];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	printk_raw("    # %s: %s%s", test->name, text, n && text[n - 1] == '\n' ? "" : "\n");
}

int kunit_add_action(struct kunit *test, kunit_action_t *fn, void *ctx)
{
	if (test->nr_actions == KUNIT_MAX_ACTIONS)
		return -ENOMEM;
	test->action[test->nr_actions].fn = fn;
	test->action[test->nr_actions].ctx = ctx;
	test->nr_actions++;
	return 0;
}

int kunit_add_action_or_reset(struct kunit *test, kunit_action_t *fn, void *ctx)
{
	int err = kunit_add_action(test, fn, ctx);

	if (err)
		fn(ctx);
	return err;
}

void kunit_remove_action(struct kunit *test, kunit_action_t *fn, void *ctx)
{
	for (int i = test->nr_actions; i-- > 0; ) {
		if (test->action[i].fn != fn || test->action[i].ctx != ctx)
			continue;
		test->nr_actions--;
		for (; i < test->nr_actions; i++)
			test->action[i] = test->action[i + 1];
		return;
	}
}

void kunit_release_action(struct kunit *test, kunit_action_t *fn, void *ctx)
{
	kunit_remove_action(test, fn, ctx);
	fn(ctx);
}

/* ---- the state of the machine around a case -------------------------------------- */

struct machine_state {
	unsigned int preempt, held;
	bool irqs_off;
};

static struct machine_state machine_state_get(void)
{
	return (struct machine_state){ preempt_count(), spin_held_count(), irqs_disabled() };
}

/* Put back what a non-local jump left as it was; locks first, they count preemption. */
static void machine_state_restore(const struct machine_state *s)
{
	spin_release_held(s->held);
	preempt_count_add(s->preempt - preempt_count());
	if (s->irqs_off)
		local_irq_disable();
	else
		local_irq_enable();
	__set_current_state(TASK_RUNNING);
}

static void machine_state_check(struct kunit *test, const struct machine_state *before)
{
	struct machine_state now = machine_state_get();

	if (now.preempt == before->preempt && now.held == before->held &&
	    now.irqs_off == before->irqs_off)
		return;
	kunit_info(test, "left behind: preempt_count %#x (was %#x), irqs %s (was %s), "
		   "%u locks held (was %u)",
		   now.preempt, before->preempt, now.irqs_off ? "off" : "on",
		   before->irqs_off ? "off" : "on", now.held, before->held);
	test->status = KUNIT_FAILURE;
	machine_state_restore(before);
}

/* What a case sees of the machine is one CPU, unless it asks for more. */
static void bind_to_first_cpu(void)
{
	if (!cpumask_equal(&current->cpus_mask, cpumask_of(0)))
		WARN_ON_ONCE(set_cpus_allowed_ptr(current, cpumask_of(0)));
}

/* ---- catching panics ------------------------------------------------------------- */

static struct panic_catch {
	void *env[5];
	struct task_struct *owner;
	char *msg;
	size_t size;
} *panic_catch;

static void catch_panic(const char *msg)
{
	if (panic_catch->owner != current)
		return;				/* somebody else's end is no test's */
	if (panic_catch->msg)
		strscpy(panic_catch->msg, msg, panic_catch->size);
	__builtin_longjmp(panic_catch->env, 1);
}

static noinline bool try_panic(struct panic_catch *c, void (*fn)(void *ctx), void *ctx)
{
	if (__builtin_setjmp(c->env))
		return true;
	fn(ctx);
	return false;
}

bool kunit_catch_panic(void (*fn)(void *ctx), void *ctx, char *msg, size_t n)
{
	struct machine_state state = machine_state_get();
	struct panic_catch c = { .owner = current, .msg = msg, .size = n };
	struct panic_catch *outer = panic_catch;
	panic_catcher_t former = panic_set_catcher(catch_panic);
	bool caught;

	panic_catch = &c;
	caught = try_panic(&c, fn, ctx);
	panic_catch = outer;
	panic_set_catcher(former);
	if (caught)
		machine_state_restore(&state);
	return caught;
}

/* ---- one run of one case --------------------------------------------------------- */

/* False if it was left by an assertion. */
static noinline bool try(struct kunit *test, void (*fn)(struct kunit *test))
{
	if (__builtin_setjmp(test->abort_env)) {
		__set_current_state(TASK_RUNNING);	/* it may have been about to wait */
		return false;
	}
	test->owner = current;
	test->can_abort = true;
	fn(test);
	test->can_abort = false;
	return true;
}

static void try_init(struct kunit *test)
{
	int err = current_suite->init(test);

	if (err) {
		kunit_info(test, "failed to initialize: %d", err);
		test->status = KUNIT_FAILURE;
	}
}

static void account_check(struct kunit *test, const void *before)
{
	char after[KUNIT_ACCOUNT_SIZE] __aligned(8);
	char msg[192] = "";
	unsigned int tries = 0;

	do {
		account->snapshot(after);
		if (account->compare(before, after, msg, sizeof(msg)))
			return;
	} while (account->wait && account->wait(tries++));
	kunit_info(test, "left behind: %s", msg);
	test->status = KUNIT_FAILURE;
	test->leaked = true;
}

bool kunit_injected(struct kunit *test)
{
	if (test->fail_nth && !current->fail_nth)
		test->injected = true;
	return test->injected;
}

/* The case itself, with its fail_nth-th allocation failing, if that is what is wanted. */
static void try_case(struct kunit *test, struct kunit_case *c)
{
	fault_nth_set(test->fail_nth);
	try(test, c->run_case);
	kunit_injected(test);
	fault_nth_set(0);
}

void kunit_run_once(struct kunit *test, struct kunit_case *c)
{
	char before[KUNIT_ACCOUNT_SIZE] __aligned(8);
	bool accounted = account && !current_suite->no_account;
	struct machine_state state = machine_state_get();
	struct kunit *outer = current_test;

	current_test = test;
	bind_to_first_cpu();
	if (accounted)
		account->snapshot(before);
	if (current_suite->init)
		try(test, try_init);
	if (test->status == KUNIT_SUCCESS)
		try_case(test, c);
	if (current_suite->exit)
		try(test, current_suite->exit);
	while (test->nr_actions > 0) {
		test->nr_actions--;
		test->action[test->nr_actions].fn(test->action[test->nr_actions].ctx);
	}
	machine_state_check(test, &state);
	bind_to_first_cpu();
	if (accounted)
		account_check(test, before);
	current_test = outer;
}

static void count(struct counts *n, enum kunit_status status)
{
	n->pass += status == KUNIT_SUCCESS;
	n->fail += status == KUNIT_FAILURE;
	n->skip += status == KUNIT_SKIPPED;
}

static enum kunit_status worst(const struct counts *n)
{
	if (n->fail)
		return KUNIT_FAILURE;
	return n->pass || !n->skip ? KUNIT_SUCCESS : KUNIT_SKIPPED;
}

static void print_result(const char *indent, unsigned int nr, const char *name,
			 enum kunit_status status, const char *comment)
{
	bool skip = status == KUNIT_SKIPPED;

	printk_raw("%s%s %u %s%s%s\n", indent, status == KUNIT_FAILURE ? "not ok" : "ok", nr,
		   name, skip ? " # SKIP " : "", skip ? comment : "");
}

static void print_counts(const char *indent, const char *name, const struct counts *n)
{
	printk_raw("%s# %s: pass:%u fail:%u skip:%u total:%u\n", indent, name, n->pass, n->fail,
		   n->skip, n->pass + n->fail + n->skip);
}

/* The host may be busy: what takes long is hardly ever a hang, and a hang lasts. */
void kunit_feed_watchdog(const struct kunit_case *c)
{
	const bool slow = c->attr.speed != KUNIT_SPEED_NORMAL;

	if (watchdog)
		watchdog(WATCHDOG_SECONDS * (slow ? 4 : 1));
}

static void run_params(struct kunit_case *c, struct counts *n)
{
	struct kunit test;
	char desc[KUNIT_PARAM_DESC_SIZE];
	unsigned int i = 0;

	printk_raw("        KTAP version 1\n        # Subtest: %s\n", c->name);
	for (const void *p = NULL; ; ) {
		desc[0] = '\0';
		p = c->generate_params(p, desc);
		if (!p)
			break;
		if (!desc[0])
			scnprintf(desc, sizeof(desc), "param-%u", i);
		test = (struct kunit){ .name = c->name, .param_value = p, .param_index = (int)i };
		kunit_feed_watchdog(c);
		kunit_run_once(&test, c);
		count(n, test.status);
		print_result("        ", ++i, desc, test.status, test.status_comment);
	}
	print_counts("    ", c->name, n);
}

static void print_time(const char *name, u64 ns, u64 insns)
{
	if (insns)
		printk_raw("    # %s: time: %llu.%03llu ms (%llu insn)\n", name,
			   ns / 1000000, ns / 1000 % 1000, insns);
	else
		printk_raw("    # %s: time: %llu.%03llu ms\n", name, ns / 1000000,
			   ns / 1000 % 1000);
}

static u64 clock_ns(void)
{
	return test_clock ? test_clock->now_ns() : 0;
}

static u64 clock_insns(void)
{
	return test_clock && test_clock->insns ? test_clock->insns() : 0;
}

static void run_case(struct kunit_case *c, unsigned int nr, struct counts *sum)
{
	bool slow = c->attr.speed != KUNIT_SPEED_NORMAL;
	u64 ns = clock_ns(), insns = clock_insns();
	struct kunit test = { .name = c->name };
	struct counts n = { 0 };

	kunit_feed_watchdog(c);
	if (c->generate_params) {
		run_params(c, &n);
		test.status = worst(&n);
	} else if (c->attr.failnth) {
		kunit_run_failnth(&test, c, current_suite->name);
		count(&n, test.status);
	} else {
		test.fail_nth = kunit_failnth_only();
		kunit_run_once(&test, c);
		count(&n, test.status);
	}
	if (watchdog)
		watchdog(0);
	c->status = test.status;
	if (slow)
		printk_raw("    # %s.speed: slow\n", c->name);
	if (test_clock)
		print_time(c->name, clock_ns() - ns, clock_insns() - insns);
	if (test.status == KUNIT_FAILURE)
		printk_raw("    # reproduce: kunit.filter_glob=%s.%s seed=%#llx\n",
			   current_suite->name, c->name, base_seed);
	print_result("    ", nr, c->name, test.status, test.status_comment);
	sum->pass += n.pass;
	sum->fail += n.fail;
	sum->skip += n.skip;
}

/* ---- suites ---------------------------------------------------------------------- */

/* "suite" or "suite.case", each part a glob. */
static bool filter_matches(const char *filter, const char *suite, const char *name)
{
	char part[128];
	const char *dot;

	if (!filter)
		return true;
	dot = strchr(filter, '.');
	if (!dot)
		return glob_match(filter, suite);
	strscpy(part, filter, min((size_t)(dot - filter + 1), sizeof(part)));
	return glob_match(part, suite) && glob_match(dot + 1, name);
}

static unsigned int nr_matching(const struct kunit_suite *s, const char *filter)
{
	unsigned int n = 0;

	for (struct kunit_case *c = s->test_cases; c->run_case; c++)
		n += filter_matches(filter, s->name, c->name);
	return n;
}

/* Indices 0..n-1, shuffled if there is a seed (Fisher and Yates). */
static void make_order(u16 *order, unsigned int n, u64 seed)
{
	struct rnd_state rnd;

	for (unsigned int i = 0; i < n; i++)
		order[i] = (u16)i;
	prandom_seed_state(&rnd, seed);
	for (unsigned int i = n; seed && i > 1; i--) {
		u32 j = prandom_u32_below(&rnd, i);	/* swap() evaluates twice */

		swap(order[i - 1], order[j]);
	}
}

static void run_cases(struct kunit_suite *s, const char *filter, u64 seed, struct counts *n)
{
	u16 order[MAX_CASES];
	unsigned int nr = 0, total = 0;

	while (s->test_cases[total].run_case)
		total++;
	BUG_ON(total > MAX_CASES);
	make_order(order, total, seed);
	for (unsigned int i = 0; i < total; i++) {
		struct kunit_case *c = &s->test_cases[order[i]];

		if (filter_matches(filter, s->name, c->name))
			run_case(c, ++nr, n);
	}
}

static void run_suite(struct kunit_suite *s, unsigned int nr, const char *filter, u64 seed,
		      struct kunit_totals *totals)
{
	struct kunit_suite *outer = current_suite;
	unsigned int nr_cases = nr_matching(s, filter);
	struct counts n = { 0 };
	int err;

	current_suite = s;
	printk_raw("    KTAP version 1\n    # Subtest: %s\n    1..%u\n", s->name, nr_cases);
	err = s->suite_init ? s->suite_init(s) : 0;
	if (err) {
		printk_raw("    # %s: failed to initialize (%d)\n", s->name, err);
		n.fail = nr_cases;
	} else {
		run_cases(s, filter, seed, &n);
		if (s->suite_exit)
			s->suite_exit(s);
	}
	print_counts("", s->name, &n);
	print_result("", nr, s->name, worst(&n), "");
	totals->passed += n.pass;
	totals->failed += n.fail;
	totals->skipped += n.skip;
	totals->total += n.pass + n.fail + n.skip;
	totals->suites++;
	current_suite = outer;
}

int kunit_run_suites(struct kunit_suite *const *start, struct kunit_suite *const *end,
		     const char *filter_glob, u64 shuffle_seed, struct kunit_totals *totals)
{
	const struct cpumask allowed = current->cpus_mask;
	struct kunit_totals unused;
	u16 order[MAX_SUITES];
	unsigned int total = (unsigned int)(end - start), nr = 0;

	if (!totals)
		totals = &unused;
	*totals = (struct kunit_totals){ 0 };
	BUG_ON(total > MAX_SUITES);
	bind_to_first_cpu();
	make_order(order, total, shuffle_seed);
	for (unsigned int i = 0; i < total; i++)
		nr += nr_matching(start[i], filter_glob) != 0;
	printk_raw("KTAP version 1\n1..%u\n", nr);
	if (shuffle_seed)
		printk_raw("# kunit.shuffle=%#llx\n", shuffle_seed);
	nr = 0;
	for (unsigned int i = 0; i < total; i++)
		if (nr_matching(start[order[i]], filter_glob))
			run_suite(start[order[i]], ++nr, filter_glob, shuffle_seed, totals);
	set_cpus_allowed_ptr(current, &allowed);
	printk_raw("# Totals: pass:%u fail:%u skip:%u total:%u\n", totals->passed,
		   totals->failed, totals->skipped, totals->total);
	if (!nr)
		return -ENOENT;
	return totals->failed ? -EINVAL : 0;
}

int kunit_run_all(const char *filter_glob, u64 shuffle_seed, struct kunit_totals *totals)
{
	return kunit_run_suites(__kunit_suites_start, __kunit_suites_end, filter_glob,
				shuffle_seed, totals);
}

void kunit_list(void (*put)(void *ctx, const char *suite, const char *name), void *ctx)
{
	for (struct kunit_suite *const *s = __kunit_suites_start; s < __kunit_suites_end; s++)
		for (struct kunit_case *c = (*s)->test_cases; c->run_case; c++)
			put(ctx, (*s)->name, c->name);
}
