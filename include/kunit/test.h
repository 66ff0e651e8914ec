/* SPDX-License-Identifier: MIT */
/*
 * Unit tests with KUnit's interface and KTAP output (kernel/kunit.c); the same sources
 * run booted and hosted.
 *
 *	static void add_works(struct kunit *test)
 *	{
 *		KUNIT_EXPECT_EQ(test, 1 + 1, 2);	// notes a failure and goes on
 *		KUNIT_ASSERT_NOT_NULL(test, p);		// leaves the case on failure
 *	}
 *	static struct kunit_case add_cases[] = { KUNIT_CASE(add_works), {} };
 *	static struct kunit_suite add_suite = { .name = "add", .test_cases = add_cases };
 *	kunit_test_suite(add_suite);
 *
 * A case must leave every count (free pages, objects, areas, owner sums, preempt_count,
 * interrupt flag) as it found it, or it fails.  Cases run in process context, one at a
 * time, interrupts on.  An assertion that fails does not release locks or memory: use
 * kunit_add_action() for what must be undone.
 */
#ifndef _KUNIT_TEST_H
#define _KUNIT_TEST_H

#include <kunit/visibility.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

struct kunit;
struct task_struct;

enum kunit_status { KUNIT_SUCCESS, KUNIT_FAILURE, KUNIT_SKIPPED };
enum kunit_speed { KUNIT_SPEED_NORMAL, KUNIT_SPEED_SLOW, KUNIT_SPEED_VERY_SLOW };

#define KUNIT_PARAM_DESC_SIZE	128
#define KUNIT_MAX_ACTIONS	16
#define KUNIT_COMMENT_SIZE	256

struct kunit_attributes {
	enum kunit_speed speed;
	bool failnth;			/* stands it when an allocation fails: see below */
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	/* Parameters: the next one after @prev (NULL: the first), NULL at the end. */
	const void *(*generate_params)(const void *prev, char *desc);
	struct kunit_attributes attr;
	enum kunit_status status;	/* of the last run */
};

struct kunit_suite {
	const char *name;
	int  (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int  (*init)(struct kunit *test);	/* before each case; non-zero fails it */
	void (*exit)(struct kunit *test);	/* after each case, also a failed one */
	struct kunit_case *test_cases;		/* ends with {} */
	struct kunit_attributes attr;
	bool no_account;			/* its cases may keep memory */
};

typedef void kunit_action_t(void *ctx);

struct kunit {
	void *priv;				/* the suite's own */
	const char *name;
	const void *param_value;
	int param_index;
	enum kunit_status status;
	char status_comment[KUNIT_COMMENT_SIZE];
	/* kunit.c's */
	struct task_struct *owner;		/* the thread that runs the case */
	void *abort_env[5];
	bool can_abort;
	unsigned int fail_nth;		/* its fail_nth-th allocation is to fail; 0: none */
	bool injected;			/* ... and has */
	bool leaked;			/* the account did not come out even */
	int nr_actions;
	struct { kunit_action_t *fn; void *ctx; } action[KUNIT_MAX_ACTIONS];
};

#define KUNIT_CASE(test_name)		{ .run_case = test_name, .name = #test_name }
#define KUNIT_CASE_SLOW(test_name) \
	{ .run_case = test_name, .name = #test_name, .attr.speed = KUNIT_SPEED_SLOW }
/*
 * A case that stands it when an allocation of its own thread fails, and leaves no trace of it:
 * it is run as it is, and then again and again with its 1st, 2nd, 3rd ... allocation failing,
 * until none is left to fail.  KUNIT_WORKED() is how it looks at results.
 */
#define KUNIT_CASE_FAILNTH(test_name) \
	{ .run_case = test_name, .name = #test_name, .attr.failnth = true }
#define KUNIT_CASE_PARAM(test_name, gen_params) \
	{ .run_case = test_name, .name = #test_name, .generate_params = gen_params }

/* A generator over @array; get_desc(element, desc) names an element (NULL: a number). */
#define KUNIT_ARRAY_PARAM(name, array, get_desc)					\
	static const void *name##_gen_params(const void *prev, char *desc)		\
	{										\
		__typeof__((array)[0]) *__next = prev ?					\
			((__typeof__(__next))prev) + 1 : (array);			\
		void (*__desc)(__typeof__(__next), char *) = get_desc;			\
											\
		if (__next - (array) >= (long)ARRAY_SIZE(array))			\
			return NULL;							\
		if (__desc)								\
			__desc(__next, desc);						\
		return __next;								\
	}

#define kunit_test_suite(suite)							\
	static struct kunit_suite *const __PASTE(__kunit_suite_, suite)		\
	__linker_table(".kunit_test_suites") = &(suite)
#define __kunit_reg(n, suite)							\
	static struct kunit_suite *const __PASTE(__kunit_suites_##n, __LINE__)	\
	__linker_table(".kunit_test_suites") = (suite)
#define __kunit_pick(_1, _2, _3, _4, name, ...) name
#define __kunit_r1(a)		__kunit_reg(1, a)
#define __kunit_r2(a, b)	__kunit_r1(a); __kunit_reg(2, b)
#define __kunit_r3(a, b, c)	__kunit_r2(a, b); __kunit_reg(3, c)
#define __kunit_r4(a, b, c, d)	__kunit_r3(a, b, c); __kunit_reg(4, d)
/* Up to four pointers to suites. */
#define kunit_test_suites(s...) \
	__kunit_pick(s, __kunit_r4, __kunit_r3, __kunit_r2, __kunit_r1)(s)

extern struct kunit_suite *const __kunit_suites_start[], *const __kunit_suites_end[];

/* ---- running --------------------------------------------------------------------- */

struct kunit_totals {
	unsigned int passed, failed, skipped, total;	/* cases */
	unsigned int suites;
};

/*
 * Run all suites (those whose name, or "suite.case", matches the glob; NULL: all) and
 * print KTAP.  seed != 0 shuffles suites and cases.  0 if nothing failed, else -EINVAL;
 * -ENOENT if the filter matched nothing.
 */
int kunit_run_all(const char *filter_glob, u64 shuffle_seed, struct kunit_totals *totals);
/* The same over given suites: for kunit's own tests, and for the monitor. */
int kunit_run_suites(struct kunit_suite *const *start, struct kunit_suite *const *end,
		     const char *filter_glob, u64 shuffle_seed, struct kunit_totals *totals);
/* "suite" or "suite.case" names, one each call of put. */
void kunit_list(void (*put)(void *ctx, const char *suite, const char *name), void *ctx);

/* The running case, NULL outside. */
struct kunit *kunit_get_current_test(void);
/* kunit.shuffle's, seed='s or a fixed one: tests derive their randomness from it. */
u64 kunit_seed(void);
void kunit_set_seed(u64 seed);

/* ---- sockets: each gives the former one back ------------------------------------- */

#define KUNIT_ACCOUNT_SIZE	1024
struct kunit_account_ops {
	void (*snapshot)(void *buf);		/* KUNIT_ACCOUNT_SIZE bytes */
	/* Equal?  If not, *msg says what differs. */
	bool (*compare)(const void *before, const void *after, char *msg, size_t n);
	/*
	 * They differ, looked at @tries times before: wait for those who may not have come to
	 * rest.  False: that was long enough.  NULL: nobody else is there.
	 */
	bool (*wait)(unsigned int tries);
};
const struct kunit_account_ops *kunit_set_account_hook(const struct kunit_account_ops *ops);

/* How a thread that a case has made leaves after an assertion that failed. */
void kunit_set_thread_exit(void (*fn)(long result));

/* arm(seconds) before each case, arm(0) after it. */
typedef void (*kunit_watchdog_t)(unsigned int seconds);
kunit_watchdog_t kunit_set_watchdog(kunit_watchdog_t arm);

struct kunit_clock_ops {
	u64 (*now_ns)(void);
	u64 (*insns)(void);			/* NULL unless a count is exact (icount) */
};
const struct kunit_clock_ops *kunit_set_clock(const struct kunit_clock_ops *ops);

/* ---- inside a case --------------------------------------------------------------- */

#define kunit_skip(test, fmt, ...) do {					\
	kunit_mark_skipped_fmt(test, fmt, ##__VA_ARGS__);		\
	kunit_abort(test);						\
} while (0)
#define kunit_mark_skipped(test, fmt, ...) kunit_mark_skipped_fmt(test, fmt, ##__VA_ARGS__)
void kunit_mark_skipped_fmt(struct kunit *test, const char *fmt, ...) __printf(2, 3);

void kunit_info(struct kunit *test, const char *fmt, ...) __printf(2, 3);
#define kunit_warn(test, fmt, ...) kunit_info(test, fmt, ##__VA_ARGS__)
#define kunit_err(test, fmt, ...)  kunit_info(test, fmt, ##__VA_ARGS__)

/* fn(ctx) when the case ends, last added first.  0, or -ENOMEM beyond KUNIT_MAX_ACTIONS. */
int  kunit_add_action(struct kunit *test, kunit_action_t *fn, void *ctx);
int  kunit_add_action_or_reset(struct kunit *test, kunit_action_t *fn, void *ctx);
void kunit_remove_action(struct kunit *test, kunit_action_t *fn, void *ctx);
void kunit_release_action(struct kunit *test, kunit_action_t *fn, void *ctx);

void kunit_abort(struct kunit *test) __noreturn;

/* Has an allocation of this run been made to fail by now? */
bool kunit_injected(struct kunit *test);
/* Is it so?  What failed although nothing was injected fails the case. */
#define KUNIT_WORKED(test, c) ({						\
	const bool __worked = !!(c);						\
	if (!__worked)								\
		kunit_check_unary(test, __kunit_loc(false), kunit_injected(test), true,	\
				  "kunit_injected(test)", "%s", #c);		\
	__worked; })

/* For each FAILNTH case that has run so far. */
struct kunit_failnth {
	const char *suite, *name;
	unsigned int runs, injected, sites, leaks;	/* sites: different stack traces */
};
const struct kunit_failnth *kunit_failnth_get(unsigned int i);	/* NULL: no more */
/* Print them as a table, and what else scripts/alloc-sites wants to know. */
void kunit_failnth_print(void);
/* Run FAILNTH cases with this number only, and all others, too; 0: as usual. */
void kunit_set_fail_nth(unsigned int nth);

/*
 * Call fn(ctx) and catch a panic() or BUG() in it: true if there was one; its text is
 * in @msg (may be NULL).  preempt_count and interrupt flag are restored; locks are not.
 */
bool kunit_catch_panic(void (*fn)(void *ctx), void *ctx, char *msg, size_t n);

/* ---- expectations ---------------------------------------------------------------- */

struct kunit_loc {
	const char *file;
	int line;
	bool assert;
};
#define __kunit_loc(is_assert)	(&(const struct kunit_loc){ __FILE__, __LINE__, is_assert })

/* Each prints the failure if it is one, and leaves the case if loc->assert. */
void kunit_check_unary(struct kunit *test, const struct kunit_loc *loc, bool ok, bool want,
		       const char *text, const char *fmt, ...) __printf(6, 7);
struct kunit_binary {
	const char *left_text, *op, *right_text;
	long long left, right;		/* integers, or pointers cast */
};
void kunit_fail_int(struct kunit *test, const struct kunit_loc *loc,
		    const struct kunit_binary *b, const char *fmt, ...) __printf(4, 5);
void kunit_fail_ptr(struct kunit *test, const struct kunit_loc *loc,
		    const struct kunit_binary *b, const char *fmt, ...) __printf(4, 5);
void kunit_fail_str(struct kunit *test, const struct kunit_loc *loc,
		    const struct kunit_binary *b, const char *fmt, ...) __printf(4, 5);
void kunit_fail_mem(struct kunit *test, const struct kunit_loc *loc,
		    const struct kunit_binary *b, size_t size, const char *fmt, ...)
		    __printf(5, 6);
void kunit_fail_msg(struct kunit *test, const struct kunit_loc *loc, const char *fmt, ...)
		    __printf(3, 4);
void kunit_fail_null(struct kunit *test, const struct kunit_loc *loc, const char *text,
		     const void *ptr, bool want_null, const char *fmt, ...) __printf(6, 7);
void kunit_fail_err(struct kunit *test, const struct kunit_loc *loc, const char *text,
		    const void *ptr, const char *fmt, ...) __printf(5, 6);

#define __kunit_bin(test, a, l, op, r, lt, rt, fail, fmt...) do {		\
	const __auto_type __kl = (l);						\
	const __auto_type __kr = (r);						\
	if (!(__kl op __kr))							\
		fail(test, __kunit_loc(a), &(const struct kunit_binary){	\
			lt, #op, rt, (long long)__kl, (long long)__kr }, fmt);	\
} while (0)
#define __kunit_strcmp(test, a, l, op, r, fmt...) do {				\
	const char *__kl = (l), *__kr = (r);					\
	if (!__kl || !__kr || !(strcmp(__kl, __kr) op 0))			\
		kunit_fail_str(test, __kunit_loc(a), &(const struct kunit_binary){ \
			#l, #op, #r, (long)__kl, (long)__kr }, fmt);		\
} while (0)
#define __kunit_memcmp(test, a, l, op, r, size, fmt...) do {			\
	const void *__kl = (l), *__kr = (r);					\
	size_t __ks = (size);							\
	if (!__kl || !__kr || !(memcmp(__kl, __kr, __ks) op 0))			\
		kunit_fail_mem(test, __kunit_loc(a), &(const struct kunit_binary){ \
			#l, #op, #r, (long)__kl, (long)__kr }, __ks, fmt);	\
} while (0)
#define __kunit_null(test, a, p, want, text, fmt...) do {			\
	const void *__kp = (const void *)(p);					\
	if ((__kp == NULL) != (want))						\
		kunit_fail_null(test, __kunit_loc(a), text, __kp, want, fmt);	\
} while (0)
#define __kunit_err(test, a, p, text, fmt...) do {				\
	const void *__kp = (const void *)(p);					\
	if (IS_ERR_OR_NULL(__kp))						\
		kunit_fail_err(test, __kunit_loc(a), text, __kp, fmt);		\
} while (0)

#define KUNIT_SUCCEED(test)		((void)(test))
#define KUNIT_FAIL(test, fmt...)	kunit_fail_msg(test, __kunit_loc(false), fmt)
#define KUNIT_FAIL_AND_ABORT(test, fmt...) kunit_fail_msg(test, __kunit_loc(true), fmt)

#define KUNIT_EXPECT_TRUE(t, c)		kunit_check_unary(t, __kunit_loc(false), c, true, #c, NULL)
#define KUNIT_EXPECT_FALSE(t, c)	kunit_check_unary(t, __kunit_loc(false), c, false, #c, NULL)
#define KUNIT_ASSERT_TRUE(t, c)		kunit_check_unary(t, __kunit_loc(true), c, true, #c, NULL)
#define KUNIT_ASSERT_FALSE(t, c)	kunit_check_unary(t, __kunit_loc(true), c, false, #c, NULL)
#define KUNIT_EXPECT_TRUE_MSG(t, c, fmt...) \
	kunit_check_unary(t, __kunit_loc(false), c, true, #c, fmt)
#define KUNIT_EXPECT_FALSE_MSG(t, c, fmt...) \
	kunit_check_unary(t, __kunit_loc(false), c, false, #c, fmt)
#define KUNIT_ASSERT_TRUE_MSG(t, c, fmt...) \
	kunit_check_unary(t, __kunit_loc(true), c, true, #c, fmt)
#define KUNIT_ASSERT_FALSE_MSG(t, c, fmt...) \
	kunit_check_unary(t, __kunit_loc(true), c, false, #c, fmt)

#define KUNIT_EXPECT_EQ(t, l, r) \
	__kunit_bin(t, false, l, ==, r, #l, #r, kunit_fail_int, NULL)
#define KUNIT_EXPECT_NE(t, l, r) \
	__kunit_bin(t, false, l, !=, r, #l, #r, kunit_fail_int, NULL)
#define KUNIT_EXPECT_LT(t, l, r) \
	__kunit_bin(t, false, l, <, r, #l, #r, kunit_fail_int, NULL)
#define KUNIT_EXPECT_LE(t, l, r) \
	__kunit_bin(t, false, l, <=, r, #l, #r, kunit_fail_int, NULL)
#define KUNIT_EXPECT_GT(t, l, r) \
	__kunit_bin(t, false, l, >, r, #l, #r, kunit_fail_int, NULL)
#define KUNIT_EXPECT_GE(t, l, r) \
	__kunit_bin(t, false, l, >=, r, #l, #r, kunit_fail_int, NULL)
#define KUNIT_ASSERT_EQ(t, l, r) \
	__kunit_bin(t, true, l, ==, r, #l, #r, kunit_fail_int, NULL)
#define KUNIT_ASSERT_NE(t, l, r) \
	__kunit_bin(t, true, l, !=, r, #l, #r, kunit_fail_int, NULL)
#define KUNIT_ASSERT_LT(t, l, r)	__kunit_bin(t, true, l, <, r, #l, #r, kunit_fail_int, NULL)
#define KUNIT_ASSERT_LE(t, l, r) \
	__kunit_bin(t, true, l, <=, r, #l, #r, kunit_fail_int, NULL)
#define KUNIT_ASSERT_GT(t, l, r)	__kunit_bin(t, true, l, >, r, #l, #r, kunit_fail_int, NULL)
#define KUNIT_ASSERT_GE(t, l, r) \
	__kunit_bin(t, true, l, >=, r, #l, #r, kunit_fail_int, NULL)
#define KUNIT_EXPECT_EQ_MSG(t, l, r, f...) \
	__kunit_bin(t, false, l, ==, r, #l, #r, kunit_fail_int, f)
#define KUNIT_EXPECT_NE_MSG(t, l, r, f...) \
	__kunit_bin(t, false, l, !=, r, #l, #r, kunit_fail_int, f)
#define KUNIT_EXPECT_LT_MSG(t, l, r, f...) \
	__kunit_bin(t, false, l, <, r, #l, #r, kunit_fail_int, f)
#define KUNIT_EXPECT_LE_MSG(t, l, r, f...) \
	__kunit_bin(t, false, l, <=, r, #l, #r, kunit_fail_int, f)
#define KUNIT_EXPECT_GT_MSG(t, l, r, f...) \
	__kunit_bin(t, false, l, >, r, #l, #r, kunit_fail_int, f)
#define KUNIT_EXPECT_GE_MSG(t, l, r, f...) \
	__kunit_bin(t, false, l, >=, r, #l, #r, kunit_fail_int, f)
#define KUNIT_ASSERT_EQ_MSG(t, l, r, f...) \
	__kunit_bin(t, true, l, ==, r, #l, #r, kunit_fail_int, f)
#define KUNIT_ASSERT_NE_MSG(t, l, r, f...) \
	__kunit_bin(t, true, l, !=, r, #l, #r, kunit_fail_int, f)
#define KUNIT_ASSERT_LT_MSG(t, l, r, f...) \
	__kunit_bin(t, true, l, <, r, #l, #r, kunit_fail_int, f)
#define KUNIT_ASSERT_LE_MSG(t, l, r, f...) \
	__kunit_bin(t, true, l, <=, r, #l, #r, kunit_fail_int, f)
#define KUNIT_ASSERT_GT_MSG(t, l, r, f...) \
	__kunit_bin(t, true, l, >, r, #l, #r, kunit_fail_int, f)
#define KUNIT_ASSERT_GE_MSG(t, l, r, f...) \
	__kunit_bin(t, true, l, >=, r, #l, #r, kunit_fail_int, f)

#define KUNIT_EXPECT_PTR_EQ(t, l, r) \
	__kunit_bin(t, false, l, ==, r, #l, #r, kunit_fail_ptr, NULL)
#define KUNIT_EXPECT_PTR_NE(t, l, r) \
	__kunit_bin(t, false, l, !=, r, #l, #r, kunit_fail_ptr, NULL)
#define KUNIT_ASSERT_PTR_EQ(t, l, r) \
	__kunit_bin(t, true, l, ==, r, #l, #r, kunit_fail_ptr, NULL)
#define KUNIT_ASSERT_PTR_NE(t, l, r) \
	__kunit_bin(t, true, l, !=, r, #l, #r, kunit_fail_ptr, NULL)
#define KUNIT_EXPECT_PTR_EQ_MSG(t, l, r, f...) \
	__kunit_bin(t, false, l, ==, r, #l, #r, kunit_fail_ptr, f)
#define KUNIT_EXPECT_PTR_NE_MSG(t, l, r, f...) \
	__kunit_bin(t, false, l, !=, r, #l, #r, kunit_fail_ptr, f)
#define KUNIT_ASSERT_PTR_EQ_MSG(t, l, r, f...) \
	__kunit_bin(t, true, l, ==, r, #l, #r, kunit_fail_ptr, f)
#define KUNIT_ASSERT_PTR_NE_MSG(t, l, r, f...) \
	__kunit_bin(t, true, l, !=, r, #l, #r, kunit_fail_ptr, f)

#define KUNIT_EXPECT_STREQ(t, l, r)	__kunit_strcmp(t, false, l, ==, r, NULL)
#define KUNIT_EXPECT_STRNEQ(t, l, r)	__kunit_strcmp(t, false, l, !=, r, NULL)
#define KUNIT_ASSERT_STREQ(t, l, r)	__kunit_strcmp(t, true, l, ==, r, NULL)
#define KUNIT_ASSERT_STRNEQ(t, l, r)	__kunit_strcmp(t, true, l, !=, r, NULL)
#define KUNIT_EXPECT_STREQ_MSG(t, l, r, f...)	__kunit_strcmp(t, false, l, ==, r, f)
#define KUNIT_ASSERT_STREQ_MSG(t, l, r, f...)	__kunit_strcmp(t, true, l, ==, r, f)

#define KUNIT_EXPECT_MEMEQ(t, l, r, n)	__kunit_memcmp(t, false, l, ==, r, n, NULL)
#define KUNIT_EXPECT_MEMNEQ(t, l, r, n)	__kunit_memcmp(t, false, l, !=, r, n, NULL)
#define KUNIT_ASSERT_MEMEQ(t, l, r, n)	__kunit_memcmp(t, true, l, ==, r, n, NULL)
#define KUNIT_ASSERT_MEMNEQ(t, l, r, n)	__kunit_memcmp(t, true, l, !=, r, n, NULL)

#define KUNIT_EXPECT_NULL(t, p)		__kunit_null(t, false, p, true, #p, NULL)
#define KUNIT_EXPECT_NOT_NULL(t, p)	__kunit_null(t, false, p, false, #p, NULL)
#define KUNIT_ASSERT_NULL(t, p)		__kunit_null(t, true, p, true, #p, NULL)
#define KUNIT_ASSERT_NOT_NULL(t, p)	__kunit_null(t, true, p, false, #p, NULL)
#define KUNIT_EXPECT_NULL_MSG(t, p, f...)	__kunit_null(t, false, p, true, #p, f)
#define KUNIT_EXPECT_NOT_NULL_MSG(t, p, f...)	__kunit_null(t, false, p, false, #p, f)
#define KUNIT_ASSERT_NULL_MSG(t, p, f...)	__kunit_null(t, true, p, true, #p, f)
#define KUNIT_ASSERT_NOT_NULL_MSG(t, p, f...)	__kunit_null(t, true, p, false, #p, f)

#define KUNIT_EXPECT_NOT_ERR_OR_NULL(t, p)	__kunit_err(t, false, p, #p, NULL)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(t, p)	__kunit_err(t, true, p, #p, NULL)

#endif /* _KUNIT_TEST_H */
