/* SPDX-License-Identifier: MIT */
/* kunit_test.c - kernel/kunit.c runs itself: nested suites, their KTAP compared as text */
#include <kunit/test.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static char log[16384];
static struct kunit_totals totals;
static char trail[64];			/* what ran, a letter each */

static void mark(char c)
{
	size_t n = strlen(trail);

	if (n < sizeof(trail) - 1) {
		trail[n] = c;
		trail[n + 1] = '\0';
	}
}

/* Run suites silently, with no hooks but those of the test. */
static int run(struct kunit_suite *const *s, unsigned int n, const char *glob, u64 seed)
{
	const struct kunit_account_ops *account = kunit_set_account_hook(NULL);
	const struct kunit_clock_ops *clock = kunit_set_clock(NULL);
	kunit_watchdog_t dog = kunit_set_watchdog(NULL);
	int err;

	trail[0] = '\0';
	printk_capture_start_all(log, sizeof(log));
	err = kunit_run_suites(s, s + n, glob, seed, &totals);
	printk_capture_stop();
	kunit_set_account_hook(account);
	kunit_set_clock(clock);
	kunit_set_watchdog(dog);
	return err;
}

static void expect_log(struct kunit *test, const char *s)
{
	KUNIT_EXPECT_TRUE_MSG(test, strstr(log, s), "'%s' is not in:\n%.200s", s, log);
}

/* ---- a suite where everything is well -------------------------------------------- */

static void good_a(struct kunit *test) { mark('a'); }
static void good_b(struct kunit *test) { mark('b'); KUNIT_SUCCEED(test); }
static void good_skip(struct kunit *test)
{
	kunit_skip(test, "needs %d CPUs", 2);
	mark('!');
}
static int good_suite_init(struct kunit_suite *s) { mark('('); return 0; }
static void good_suite_exit(struct kunit_suite *s) { mark(')'); }
static int good_init(struct kunit *test) { mark('<'); return 0; }
static void good_exit(struct kunit *test) { mark('>'); }

static struct kunit_case good_cases[] = {
	KUNIT_CASE(good_a), KUNIT_CASE_SLOW(good_b), KUNIT_CASE(good_skip), {}
};
static struct kunit_suite good_suite = {
	.name = "good", .init = good_init, .exit = good_exit, .suite_init = good_suite_init,
	.suite_exit = good_suite_exit, .test_cases = good_cases,
};
static struct kunit_suite *const good[] = { &good_suite };

static void whole_output(struct kunit *test)
{
	struct kunit *me = kunit_get_current_test();

	KUNIT_EXPECT_PTR_EQ(test, me, test);
	KUNIT_EXPECT_EQ(test, run(good, 1, NULL, 0), 0);
	KUNIT_EXPECT_STREQ(test, log,
			   "KTAP version 1\n"
			   "1..1\n"
			   "    KTAP version 1\n"
			   "    # Subtest: good\n"
			   "    1..3\n"
			   "    ok 1 good_a\n"
			   "    # good_b.speed: slow\n"
			   "    ok 2 good_b\n"
			   "    ok 3 good_skip # SKIP needs 2 CPUs\n"
			   "# good: pass:2 fail:0 skip:1 total:3\n"
			   "ok 1 good\n"
			   "# Totals: pass:2 fail:0 skip:1 total:3\n");
	KUNIT_EXPECT_STREQ(test, trail, "(<a><b><>)");
	KUNIT_EXPECT_EQ(test, totals.passed, 2U);
	KUNIT_EXPECT_EQ(test, totals.skipped, 1U);
	KUNIT_EXPECT_EQ(test, totals.suites, 1U);
	KUNIT_EXPECT_PTR_EQ(test, kunit_get_current_test(), me);
}

static void filters(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, run(good, 1, "good.*_b", 0), 0);
	KUNIT_EXPECT_STREQ(test, trail, "(<b>)");
	expect_log(test, "    1..1\n");
	KUNIT_EXPECT_EQ(test, run(good, 1, "g*d", 0), 0);
	KUNIT_EXPECT_EQ(test, totals.total, 3U);
	KUNIT_EXPECT_EQ(test, run(good, 1, "goo", 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, run(good, 1, "good.c", 0), -ENOENT);
	expect_log(test, "KTAP version 1\n1..0\n");
}

static void shuffling(struct kunit *test)
{
	char first[sizeof(trail)];
	bool differs = false;

	KUNIT_EXPECT_EQ(test, run(good, 1, NULL, 7), 0);
	expect_log(test, "\n# kunit.shuffle=0x7\n");
	strscpy(first, trail, sizeof(first));
	run(good, 1, NULL, 7);
	KUNIT_EXPECT_STREQ(test, trail, first);
	for (u64 seed = 1; seed < 20; seed++) {
		run(good, 1, NULL, seed);
		KUNIT_EXPECT_EQ(test, totals.total, 3U);
		differs |= strcmp(trail, first) != 0;
	}
	KUNIT_EXPECT_TRUE(test, differs);
}

/* ---- expectations that fail ------------------------------------------------------ */

static struct kunit_case one_case[2];
static struct kunit_suite one_suite = { .name = "one", .test_cases = one_case };
static struct kunit_suite *const one[] = { &one_suite };

/* fn as the only case of a suite: it must fail. */
static void run_failing(struct kunit *test, void (*fn)(struct kunit *), const char *name)
{
	one_case[0] = (struct kunit_case){ .run_case = fn, .name = name };
	KUNIT_EXPECT_EQ(test, run(one, 1, NULL, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, one_case[0].status, KUNIT_FAILURE);
	KUNIT_EXPECT_EQ(test, totals.failed, 1U);
	expect_log(test, "    # reproduce: kunit.filter_glob=one.");
	expect_log(test, "# one: pass:0 fail:1 skip:0 total:1\nnot ok 1 one\n");
}

static void bad_numbers(struct kunit *test)
{
	unsigned int pages = 5;
	long minus = -2;

	KUNIT_EXPECT_EQ(test, pages, 4);
	KUNIT_EXPECT_LT_MSG(test, minus, -2, "order %d", 3);
	KUNIT_EXPECT_NE(test, pages, 5);
	KUNIT_EXPECT_GT(test, pages, 5);
	KUNIT_EXPECT_GE(test, pages, 6);
	KUNIT_EXPECT_LE(test, pages, 4);
	KUNIT_EXPECT_TRUE(test, pages == 4);
	KUNIT_EXPECT_FALSE_MSG(test, pages == 5, "five\n");
	KUNIT_FAIL(test, "just so");
	mark('z');
}

static void failed_numbers(struct kunit *test)
{
	run_failing(test, bad_numbers, "bad_numbers");
	expect_log(test, "    # bad_numbers: EXPECTATION FAILED at tests/kernel/kunit_test.c:");
	expect_log(test, "    Expected pages == 4, but\n        pages == 5 (0x5)\n    # bad");
	expect_log(test, "    Expected minus < -2, but\n"
		   "        minus == -2 (0xfffffffffffffffe)\n    order 3\n");
	expect_log(test, "    Expected pages != 5, but\n        pages == 5 (0x5)\n");
	expect_log(test, "    Expected pages == 4 to be true, but is false\n");
	expect_log(test, "    Expected pages == 5 to be false, but is true\n    five\n");
	expect_log(test, "    just so\n");
	KUNIT_EXPECT_STREQ(test, trail, "z");
}

static void bad_pointers(struct kunit *test)
{
	char *null = NULL, *p = (char *)0x1000;
	void *err = ERR_PTR(-ENOMEM);

	KUNIT_EXPECT_PTR_EQ(test, null, p);
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_NOT_NULL_MSG(test, null, "no memory");
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, err);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, null);
}

static void failed_pointers(struct kunit *test)
{
	run_failing(test, bad_pointers, "bad_pointers");
	expect_log(test, "    Expected null == p, but\n"
		   "        null == 0000000000000000\n        p == 0000000000001000\n");
	expect_log(test, "    Expected p == ((void *)0), but\n        p == 0000000000001000\n");
	expect_log(test, "    Expected null != ((void *)0), but\n        null == 0000000000000000\n"
		   "        ((void *)0) == 0000000000000000\n    no memory\n");
	expect_log(test, "    Expected err is not error, but is: -12\n");
	expect_log(test, "    Expected null is not null, but is\n");
}

static void bad_text(struct kunit *test)
{
	char *volatile none = NULL;
	const char *slab = "slab", *bytes = "0123456789abcdefX";

	KUNIT_EXPECT_STREQ(test, slab, "slub");
	KUNIT_EXPECT_STRNEQ(test, slab, "slab");
	KUNIT_EXPECT_STREQ(test, none, slab);
	KUNIT_EXPECT_MEMEQ(test, bytes, "0123x56789abcdefY", 17);
	KUNIT_EXPECT_MEMEQ(test, none, slab, 1);
	KUNIT_EXPECT_MEMEQ(test, slab, none, 1);
}

static void failed_text(struct kunit *test)
{
	run_failing(test, bad_text, "bad_text");
	expect_log(test, "    Expected slab == \"slub\", but\n        slab == \"slab\"\n    # bad");
	expect_log(test, "    Expected slab != \"slab\", but\n        slab == \"slab\"\n");
	expect_log(test, "        none == (null)\n        slab == \"slab\"\n");
	expect_log(test, "        bytes ==\n         30  31  32  33 <34> 35  36  37  38  39  61  62"
		   "  63  64  65  66 \n        <58>\n        \"0123x56789abcdefY\" ==\n");
	expect_log(test, "    Expected none is not null, but is\n");
}

static void undo(void *ctx)
{
	mark(*(char *)ctx);
}

static void bad_assertion(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kunit_add_action(test, undo, "1"), 0);
	KUNIT_EXPECT_EQ(test, kunit_add_action(test, undo, "2"), 0);
	KUNIT_ASSERT_EQ(test, 1 + 1, 3);
	mark('!');
}

static void assertions_leave(struct kunit *test)
{
	run_failing(test, bad_assertion, "bad_assertion");
	expect_log(test, "    # bad_assertion: ASSERTION FAILED at ");
	expect_log(test, "    Expected 1 + 1 == 3, but\n        1 + 1 == 2 (0x2)\n");
	KUNIT_EXPECT_STREQ(test, trail, "21");
}

static void abort_outside(void *unused)
{
	struct kunit nobody = { .name = "nobody" };

	printk_capture_start_all(log, sizeof(log));
	KUNIT_FAIL_AND_ABORT(&nobody, "too late");
}

static void assertion_without_case(struct kunit *test)
{
	char msg[64] = "";

	KUNIT_EXPECT_TRUE(test, kunit_catch_panic(abort_outside, NULL, msg, sizeof(msg)));
	printk_capture_stop();
	KUNIT_EXPECT_STREQ(test, msg, "kunit: assertion outside of a test case");
}

/* ---- set-up that fails ----------------------------------------------------------- */

static int failing_init(struct kunit *test) { return -ENOMEM; }
static int asserting_init(struct kunit *test) { KUNIT_ASSERT_TRUE(test, false); return 0; }
static int failing_suite_init(struct kunit_suite *s) { return -EIO; }

static void failed_setup(struct kunit *test)
{
	struct kunit_suite s = good_suite, *const list[] = { &s };

	s.init = failing_init;
	KUNIT_EXPECT_EQ(test, run(list, 1, "good.good_a", 0), -EINVAL);
	KUNIT_EXPECT_STREQ(test, trail, "(>)");
	expect_log(test, "    # good_a: failed to initialize: -12\n");
	s.init = asserting_init;
	KUNIT_EXPECT_EQ(test, run(list, 1, "good.good_a", 0), -EINVAL);
	KUNIT_EXPECT_STREQ(test, trail, "(>)");
	s.suite_init = failing_suite_init;
	KUNIT_EXPECT_EQ(test, run(list, 1, NULL, 0), -EINVAL);
	KUNIT_EXPECT_STREQ(test, trail, "");
	expect_log(test, "    # good: failed to initialize (-5)\n");
	KUNIT_EXPECT_EQ(test, totals.failed, 3U);
}

/* ---- actions --------------------------------------------------------------------- */

static void acting(struct kunit *test)
{
	for (int i = 0; i < KUNIT_MAX_ACTIONS; i++)
		KUNIT_ASSERT_EQ(test, kunit_add_action(test, undo, i == 3 ? "x" : "."), 0);
	KUNIT_EXPECT_EQ(test, kunit_add_action(test, undo, "!"), -ENOMEM);
	KUNIT_EXPECT_EQ(test, kunit_add_action_or_reset(test, undo, "r"), -ENOMEM);
	kunit_release_action(test, undo, test->action[3].ctx);
	kunit_remove_action(test, undo, NULL);
	kunit_info(test, "%d actions\n", test->nr_actions);
	kunit_info(test, "no newline");
}

static void actions(struct kunit *test)
{
	one_case[0] = (struct kunit_case)KUNIT_CASE(acting);
	KUNIT_EXPECT_EQ(test, run(one, 1, NULL, 0), 0);
	KUNIT_EXPECT_STREQ(test, trail, "rx...............");
	expect_log(test, "    # acting: 15 actions\n    # acting: no newline\n    ok 1 acting\n");
}

/* ---- parameters ------------------------------------------------------------------ */

static const int orders[] = { 0, 1, 3, 4 };

static void order_desc(const int *order, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "order-%d", *order);
}

KUNIT_ARRAY_PARAM(named, orders, order_desc)
KUNIT_ARRAY_PARAM(unnamed, orders, NULL)

static void with_param(struct kunit *test)
{
	const int *order = test->param_value;

	if (*order == 1)
		kunit_skip(test, "odd");
	KUNIT_EXPECT_NE(test, *order, 3);
	mark((char)('0' + test->param_index));
}

static const void *no_params(const void *prev, char *desc)
{
	return NULL;
}

static void parameters(struct kunit *test)
{
	one_case[0] = (struct kunit_case)KUNIT_CASE_PARAM(with_param, named_gen_params);
	KUNIT_EXPECT_EQ(test, run(one, 1, NULL, 0), -EINVAL);
	expect_log(test, "    1..1\n        KTAP version 1\n        # Subtest: with_param\n"
		   "        ok 1 order-0\n        ok 2 order-1 # SKIP odd\n    # with_param: EXP");
	expect_log(test, "        not ok 3 order-3\n        ok 4 order-4\n"
		   "    # with_param: pass:2 fail:1 skip:1 total:4\n");
	expect_log(test, "    not ok 1 with_param\n# one: pass:2 fail:1 skip:1 total:4\n");
	KUNIT_EXPECT_STREQ(test, trail, "023");
	one_case[0].generate_params = unnamed_gen_params;
	run(one, 1, NULL, 0);
	expect_log(test, "        ok 1 param-0\n");
	one_case[0].generate_params = no_params;
	KUNIT_EXPECT_EQ(test, run(one, 1, NULL, 0), 0);
	expect_log(test, "    ok 1 with_param\n");
}

/* ---- leaving things behind ------------------------------------------------------- */

static DEFINE_SPINLOCK(forgotten);

static void leave_preempt(struct kunit *test) { preempt_disable(); }
static void leave_irqs(struct kunit *test) { local_irq_disable(); }
static void leave_lock(struct kunit *test) __no_lock_analysis
{
	spin_lock(&forgotten);
	__release(&forgotten);			/* so sparse believes */
}

static void machine_state_is_checked(struct kunit *test)
{
	unsigned int count = preempt_count();

	run_failing(test, leave_preempt, "leave_preempt");
	expect_log(test, "    # leave_preempt: left behind: preempt_count 0x1 (was 0x0), "
		   "irqs on (was on), 0 locks held (was 0)\n");
	run_failing(test, leave_irqs, "leave_irqs");
	expect_log(test, " irqs off (was on), ");
	run_failing(test, leave_lock, "leave_lock");
	expect_log(test, " 1 locks held (was 0)\n");
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&forgotten));
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

static int free_pages_now;
static void fake_snapshot(void *buf) { *(int *)buf = free_pages_now; }
static bool fake_compare(const void *before, const void *after, char *msg, size_t n)
{
	scnprintf(msg, n, "%d pages", *(const int *)before - *(const int *)after);
	return *(const int *)before == *(const int *)after;
}
static const struct kunit_account_ops fake_account = { fake_snapshot, fake_compare, NULL };

/* Somebody else's pages come back at the comes_back-th look. */
static unsigned int comes_back, nr_waits;
static bool fake_wait(unsigned int tries)
{
	nr_waits++;
	if (tries + 1 == comes_back)
		free_pages_now += 2;
	return tries < 5;
}
static const struct kunit_account_ops patient_account = {
	fake_snapshot, fake_compare, fake_wait,
};

static unsigned int dog_log[4], nr_dog;
static void fake_dog(unsigned int seconds) { dog_log[nr_dog++ % 4] = seconds; }
static u64 fake_ns(void) { static u64 t; return t += 1234567; }
static u64 fake_insns(void) { static u64 t; return t += 1000; }
static const struct kunit_clock_ops fake_clock = { fake_ns, fake_insns };
static const struct kunit_clock_ops slow_clock = { fake_ns, NULL };

static void leak(struct kunit *test) { free_pages_now -= 2; }

/* run() without its silencing of the hooks. */
static int run_hooked(struct kunit_suite *const *s)
{
	int err;

	printk_capture_start_all(log, sizeof(log));
	err = kunit_run_suites(s, s + 1, NULL, 0, NULL);
	printk_capture_stop();
	return err;
}

static void hooks(struct kunit *test)
{
	const struct kunit_account_ops *account = kunit_set_account_hook(&fake_account);
	const struct kunit_clock_ops *clock = kunit_set_clock(&fake_clock);
	kunit_watchdog_t dog = kunit_set_watchdog(fake_dog);

	nr_dog = 0;
	one_case[0] = (struct kunit_case)KUNIT_CASE(leak);
	KUNIT_EXPECT_EQ(test, run_hooked(one), -EINVAL);
	expect_log(test, "    # leak: left behind: 2 pages\n"
		   "    # leak: time: 1.234 ms (1000 insn)\n");
	kunit_set_clock(&slow_clock);
	one_suite.no_account = true;
	one_case[0] = (struct kunit_case)KUNIT_CASE_SLOW(leak);
	KUNIT_EXPECT_EQ(test, run_hooked(one), 0);
	one_suite.no_account = false;
	expect_log(test, "    # leak: time: 1.234 ms\n    ok 1 leak\n");
	KUNIT_EXPECT_EQ(test, nr_dog, 4U);
	KUNIT_EXPECT_EQ(test, dog_log[0], 150U);
	KUNIT_EXPECT_EQ(test, dog_log[1], 0U);
	KUNIT_EXPECT_EQ(test, dog_log[2], 600U);
	one_case[0] = (struct kunit_case)KUNIT_CASE_PARAM(with_param, named_gen_params);
	run_hooked(one);
	/* Each has time of its own. */
	KUNIT_EXPECT_EQ(test, nr_dog, 4U + 1 + ARRAY_SIZE(orders) + 1);
	kunit_set_account_hook(account);
	kunit_set_clock(clock);
	kunit_set_watchdog(dog);
}

/* What is still under way elsewhere is waited for, but not for ever. */
static void account_waits(struct kunit *test)
{
	const struct kunit_account_ops *account = kunit_set_account_hook(&patient_account);
	kunit_watchdog_t dog = kunit_set_watchdog(NULL);
	int late, never;

	one_case[0] = (struct kunit_case)KUNIT_CASE(leak);
	nr_waits = 0;
	comes_back = 3;
	late = run_hooked(one);
	KUNIT_EXPECT_EQ(test, nr_waits, 3);
	comes_back = 100;
	never = run_hooked(one);
	KUNIT_EXPECT_EQ(test, nr_waits, 3 + 6);
	KUNIT_EXPECT_EQ(test, late, 0);
	KUNIT_EXPECT_EQ(test, never, -EINVAL);
	kunit_set_account_hook(account);
	kunit_set_watchdog(dog);
}

/* ---- the rest -------------------------------------------------------------------- */

static bool found_me;
static void find_me(void *ctx, const char *suite, const char *name)
{
	(*(int *)ctx)++;
	found_me |= !strcmp(suite, "kunit") && !strcmp(name, "listing");
}

static void listing(struct kunit *test)
{
	int n = 0;

	kunit_list(find_me, &n);
	KUNIT_EXPECT_TRUE(test, found_me);
	KUNIT_EXPECT_GT(test, n, 20);
	printk_capture_start_all(log, sizeof(log));
	n = kunit_run_all("no.such.thing", 0, NULL);
	printk_capture_stop();
	KUNIT_EXPECT_EQ(test, n, -ENOENT);
	KUNIT_EXPECT_STREQ(test, log, "KTAP version 1\n1..0\n"
			   "# Totals: pass:0 fail:0 skip:0 total:0\n");
}

static void seeds(struct kunit *test)
{
	u64 seed = kunit_seed();

	kunit_set_seed(5);
	KUNIT_EXPECT_EQ(test, kunit_seed(), 5ULL);
	kunit_set_seed(seed);
}

static struct kunit_case kunit_cases[] = {
	KUNIT_CASE(whole_output),
	KUNIT_CASE(filters),
	KUNIT_CASE(shuffling),
	KUNIT_CASE(failed_numbers),
	KUNIT_CASE(failed_pointers),
	KUNIT_CASE(failed_text),
	KUNIT_CASE(assertions_leave),
	KUNIT_CASE(assertion_without_case),
	KUNIT_CASE(failed_setup),
	KUNIT_CASE(actions),
	KUNIT_CASE(parameters),
	KUNIT_CASE(machine_state_is_checked),
	KUNIT_CASE(hooks),
	KUNIT_CASE(account_waits),
	KUNIT_CASE(listing),
	KUNIT_CASE(seeds),
	{}
};

static struct kunit_suite kunit_suite_self = { .name = "kunit", .test_cases = kunit_cases };
kunit_test_suite(kunit_suite_self);
