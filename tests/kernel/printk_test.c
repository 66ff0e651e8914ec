/* SPDX-License-Identifier: MIT */
/* printk_test.c - lib/printk.c: levels, ring, sinks, nesting, capture; lib/ratelimit.c */
#include <kunit/test.h>
#include <linux/init.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>

#include "report.h"

static char sunk[2048];
static size_t nr_sunk;
static bool seen_marker;
static void (*sink_does)(void);		/* once, from inside the sink */

static void sink_write(struct printk_sink *sink, const char *s, size_t n)
{
	void (*fn)(void) = sink_does;

	seen_marker |= strnstr(s, "a marker to be found", n) != NULL;
	for (size_t i = 0; i < n && nr_sunk < sizeof(sunk) - 1; i++)
		sunk[nr_sunk++] = s[i];
	sunk[nr_sunk] = '\0';
	sink_does = NULL;
	if (fn)
		fn();
}

static struct printk_sink sink = { .write = sink_write, .name = "test" };
static int old_level;

/* The mock sink sees everything; the real ones stay in the picture. */
static int printk_test_init(struct kunit *test)
{
	old_level = printk_get_loglevel();
	printk_set_loglevel(8);
	printk_add_sink(&sink);
	nr_sunk = 0;
	sunk[0] = '\0';
	seen_marker = false;
	sink_does = NULL;
	return 0;
}

static void printk_test_exit(struct kunit *test)
{
	printk_capture_stop();
	printk_remove_sink(&sink);
	printk_set_loglevel(old_level);
}

static void levels(struct kunit *test)
{
	printk_set_loglevel(4);
	KUNIT_EXPECT_EQ(test, pr_err("shown\n"), 6);
	KUNIT_EXPECT_EQ(test, pr_warn("not shown\n"), 10);
	printk("default level\n");
	pr_emerg("shown, too\n");
	KUNIT_EXPECT_STREQ(test, sunk, "shown\nshown, too\n");
	printk_set_loglevel(0);
	pr_emerg("never\n");
	printk_raw("raw\n");
	KUNIT_EXPECT_STREQ(test, sunk, "shown\nshown, too\nraw\n");
	printk_set_loglevel(99);
	KUNIT_EXPECT_EQ(test, printk_get_loglevel(), 8);
	printk_set_loglevel(-1);
	KUNIT_EXPECT_EQ(test, printk_get_loglevel(), 0);
	KUNIT_EXPECT_EQ(test, pr_err("%s", ""), 0);
}

static const struct setup_option *option(const char *name)
{
	for (const struct setup_option *o = __setup_start; o < __setup_end; o++)
		if (!strcmp(o->name, name))
			return o;
	return NULL;
}

static void loglevel_option(struct kunit *test)
{
	const struct setup_option *o = option("loglevel=");
	char three[] = "3", word[] = "loud", nine[] = "9";

	KUNIT_ASSERT_NOT_NULL(test, o);
	KUNIT_EXPECT_EQ(test, o->fn(three), 0);
	KUNIT_EXPECT_EQ(test, o->fn(word), -EINVAL);
	KUNIT_EXPECT_EQ(test, o->fn(nine), -EINVAL);
	KUNIT_EXPECT_EQ(test, printk_get_loglevel(), 3);
}

static void open_lines(struct kunit *test)
{
	printk("a");
	pr_cont("b");
	pr_cont("c\n");
	printk(KERN_ERR "left open");
	printk(KERN_INFO "a new line\n");
	KUNIT_EXPECT_STREQ(test, sunk, "abc\nleft open\na new line\n");
	printk_set_loglevel(7);
	nr_sunk = 0;
	pr_debug("hidden");
	pr_cont(" with its end\n");
	pr_cont("alone\n");
	KUNIT_EXPECT_STREQ(test, sunk, "alone\n");
}

static void long_text_is_cut(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, printk_raw("%1100d", 1), 1023);
	KUNIT_EXPECT_EQ(test, nr_sunk, 1023UL);
	printk("\n");
}

static bool find_marker(void *ctx, int level, const char *s, size_t n)
{
	int *found = ctx;

	if (n == 21 && !memcmp(s, "a marker to be found\n", n))
		*found = level;
	return *found < 0;
}

static void new_sink_gets_the_past(struct kunit *test)
{
	int level = -5;

	printk_remove_sink(&sink);
	pr_notice("a marker to be found\n");
	KUNIT_EXPECT_FALSE(test, seen_marker);
	printk_add_sink(&sink);
	KUNIT_EXPECT_TRUE(test, seen_marker);
	printk_for_each(find_marker, &level);
	KUNIT_EXPECT_EQ(test, level, 5);
	printk_remove_sink(&sink);
	printk_remove_sink(&sink);		/* not there: no harm */
}

struct numbered {
	int first, last;
	bool gap;
};

static bool check_number(void *ctx, int level, const char *s, size_t n)
{
	struct numbered *c = ctx;
	int nr;

	if (n < 7 || memcmp(s, "number ", 7))
		return true;
	nr = (int)simple_strtol(s + 7, NULL, 10);
	if (c->first < 0)
		c->first = nr;
	else
		c->gap |= nr != c->last + 1;
	c->last = nr;
	return true;
}

/* Whatever was there, the newest 64 KiB are there now, whole and in order. */
static void ring_keeps_the_newest(struct kunit *test)
{
	struct numbered c = { -1, -1, false };

	printk_set_loglevel(0);
	for (int i = 0; i < 1500; i++)
		pr_info("number %d%*s\n", i, 40 + i % 13, "");
	printk_for_each(check_number, &c);
	KUNIT_EXPECT_EQ(test, c.last, 1499);
	KUNIT_EXPECT_GT(test, c.first, 100);
	KUNIT_EXPECT_LT(test, c.first, 1000);
	KUNIT_EXPECT_FALSE(test, c.gap);
}

static void print_nested(void)
{
	sink_does = NULL;
	KUNIT_EXPECT_EQ(kunit_get_current_test(), printk(KERN_ERR "inner %d\n", 1), 8);
	KUNIT_EXPECT_EQ(kunit_get_current_test(), printk("%s", ""), 0);
	printk_raw("inner 2\n");
}

static void nested_comes_after(struct kunit *test)
{
	sink_does = print_nested;
	printk("outer\n");
	KUNIT_EXPECT_STREQ(test, sunk, "outer\ninner 1\ninner 2\n");
}

static void print_too_much(void)
{
	for (int i = 0; i < 60; i++)
		printk("%200d\n", i);
}

static void too_much_nested_is_counted(struct kunit *test)
{
	printk_set_loglevel(0);
	sink_does = print_too_much;
	printk_capture_start_tee(sunk, sizeof(sunk));
	printk_raw("\n");
	printk_capture_stop();
	printk_raw("next\n");
	KUNIT_EXPECT_NOT_NULL(test, strstr(sunk, "next\n"));
	printk_set_loglevel(8);
	nr_sunk = 0;
	sink_does = print_too_much;
	printk_capture_start(sunk, sizeof(sunk));
	printk_raw("\n");
	printk_capture_stop();
	KUNIT_EXPECT_EQ(test, strlen(sunk), sizeof(sunk) - 1);
	nr_sunk = 0;
	printk("done\n");
	KUNIT_EXPECT_STREQ(test, sunk, "done\n");
}

static char log[8192];

static void dropped_line(struct kunit *test)
{
	sink_does = print_too_much;
	printk_capture_start(log, sizeof(log));
	printk_raw("\n");
	printk_capture_stop();
	/* 4096 bytes hold 19 records of 4 + 201 bytes, rounded up to 208. */
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, " 18\n** 41 printk messages dropped **\n"));
}

static void echo_nested(void)
{
	printk_console("lost", 4);
}

/* The consoles only: neither kept nor captured; inside of a printk: nothing. */
static void echo(struct kunit *test)
{
	printk_capture_start_all(log, sizeof(log));
	printk_console("typed", 5);
	printk_capture_stop();
	KUNIT_EXPECT_STREQ(test, log, "");
	KUNIT_EXPECT_STREQ(test, sunk, "typed");
	sink_does = echo_nested;
	printk("\n");
	KUNIT_EXPECT_STREQ(test, sunk, "typed\n");
}

static void from_nmi(struct kunit *test)
{
	preempt_count_add(NMI_OFFSET);
	printk("from an NMI\n");
	preempt_count_sub(NMI_OFFSET);
	KUNIT_EXPECT_STREQ(test, sunk, "from an NMI\n");
}

static void bust_and_print(void)
{
	printk("said before\n");
	printk_bust();
	printk("last words\n");
	KUNIT_EXPECT_STREQ(kunit_get_current_test(), sunk, "outer\nsaid before\nlast words\n");
}

static void busted_lock_prints_at_once(struct kunit *test)
{
	sink_does = bust_and_print;
	printk("outer\n");
	printk("and on\n");
	KUNIT_EXPECT_STREQ(test, sunk, "outer\nsaid before\nlast words\nand on\n");
}

static void oops_and_print(void)
{
	oops_in_progress = true;
	printk("BUG: in a console\n");
	oops_in_progress = false;
	KUNIT_EXPECT_STREQ(kunit_get_current_test(), sunk, "outer\nBUG: in a console\n");
}

static void oops_does_not_wait(struct kunit *test)
{
	sink_does = oops_and_print;
	printk("outer\n");
	printk("and on\n");
	KUNIT_EXPECT_STREQ(test, sunk, "outer\nBUG: in a console\nand on\n");
}

static void fail_again(void)
{
	sink_does = fail_again;
	printk("BUG: again\n");
}

/* A console that faults whenever it is written to, also by the report of that. */
static void failing_sink_is_left_out(struct kunit *test)
{
	sink_does = fail_again;
	oops_in_progress = true;
	printk("outer\n");
	oops_in_progress = false;
	sink_does = NULL;
	KUNIT_EXPECT_TRUE(test, strstarts(sunk, "outer\nBUG: again\n"));
	KUNIT_EXPECT_LT(test, nr_sunk, 100UL);
	nr_sunk = 0;
	printk("back\n");
	KUNIT_EXPECT_STREQ(test, sunk, "back\n");
}

static bool never(void *ctx, int level, const char *s, size_t n)
{
	*(bool *)ctx = true;
	return true;
}

static void use_printk_wrongly(void)
{
	static char other[16];
	bool called = false;

	printk_remove_sink(&sink);
	printk_add_sink(&sink);
	printk_capture_start(other, sizeof(other));
	printk_for_each(never, &called);
	KUNIT_EXPECT_FALSE(kunit_get_current_test(), called);
}

/* The set of sinks cannot change while they are being called: reported, not done. */
static void sinks_cannot_change_sinks(struct kunit *test)
{
	unsigned long taint = get_taint();
	unsigned int warns = warn_count;

	printk_set_loglevel(0);
	sink_does = use_printk_wrongly;
	printk_raw("outer\n");
	KUNIT_EXPECT_EQ(test, warn_count - warns, 3U);
	printk_raw("still\n");
	KUNIT_EXPECT_STREQ(test, sunk, "outer\nstill\n");
	warn_count = warns;
	set_taint_mask(taint);
}

static void capturing(struct kunit *test)
{
	char buf[16];

	printk_capture_start(buf, sizeof(buf));
	printk(KERN_ERR "kept\n");
	KUNIT_EXPECT_STREQ(test, buf, "kept\n");
	printk_raw("raw gets out\n");
	printk("and this is cut\n");
	KUNIT_EXPECT_EQ(test, printk_capture_stop(), 15UL);
	KUNIT_EXPECT_STREQ(test, buf, "kept\nand this i");
	KUNIT_EXPECT_STREQ(test, sunk, "raw gets out\n");
	printk_capture_start_tee(buf, sizeof(buf));
	printk("both\n");
	KUNIT_EXPECT_EQ(test, printk_capture_stop(), 5UL);
	KUNIT_EXPECT_STREQ(test, sunk, "raw gets out\nboth\n");
	printk_capture_start_all(buf, sizeof(buf));
	printk_raw("raw\n");
	printk_capture_stop();
	KUNIT_EXPECT_STREQ(test, buf, "raw\n");
	KUNIT_EXPECT_EQ(test, printk_capture_stop(), 0UL);
}

static void only_once(struct kunit *test)
{
	for (int i = 0; i < 3; i++)
		pr_info_once("once\n");
	KUNIT_EXPECT_LE(test, nr_sunk, 5UL);	/* none, if this case runs again */
}

static u64 fake_now;
static u64 fake_clock(void)
{
	return fake_now;
}

static void limited_rate(struct kunit *test)
{
	DEFINE_RATELIMIT_STATE(rs, 10, 2);
	u64 (*old)(void) = ratelimit_set_clock(fake_clock);

	fake_now = 1000000000;
	KUNIT_EXPECT_TRUE(test, __ratelimit(&rs) && __ratelimit(&rs));
	KUNIT_EXPECT_FALSE(test, __ratelimit(&rs) || __ratelimit(&rs));
	fake_now += 9999999;
	KUNIT_EXPECT_FALSE(test, __ratelimit(&rs));
	fake_now += 1;
	KUNIT_EXPECT_TRUE(test, __ratelimit(&rs));
	KUNIT_EXPECT_STREQ(test, sunk, "limited_rate: 3 callbacks suppressed\n");
	KUNIT_EXPECT_TRUE(test, __ratelimit(&rs));
	KUNIT_EXPECT_FALSE(test, __ratelimit(&rs));
	ratelimit_reset(&rs);
	KUNIT_EXPECT_TRUE(test, __ratelimit(&rs));
	ratelimit_set_clock(NULL);
	ratelimit_reset(&rs);
	KUNIT_EXPECT_TRUE(test, __ratelimit(&rs) && __ratelimit(&rs) && !__ratelimit(&rs));
	ratelimit_set_clock(old);
}

static struct kunit_case printk_cases[] = {
	KUNIT_CASE(levels),
	KUNIT_CASE(loglevel_option),
	KUNIT_CASE(open_lines),
	KUNIT_CASE(long_text_is_cut),
	KUNIT_CASE(new_sink_gets_the_past),
	KUNIT_CASE(ring_keeps_the_newest),
	KUNIT_CASE(nested_comes_after),
	KUNIT_CASE(too_much_nested_is_counted),
	KUNIT_CASE(dropped_line),
	KUNIT_CASE(echo),
	KUNIT_CASE(from_nmi),
	KUNIT_CASE(busted_lock_prints_at_once),
	KUNIT_CASE(oops_does_not_wait),
	KUNIT_CASE(failing_sink_is_left_out),
	KUNIT_CASE(sinks_cannot_change_sinks),
	KUNIT_CASE(capturing),
	KUNIT_CASE(only_once),
	KUNIT_CASE(limited_rate),
	{}
};

static struct kunit_suite printk_suite = {
	.name = "printk", .init = printk_test_init, .exit = printk_test_exit,
	.test_cases = printk_cases,
};
kunit_test_suite(printk_suite);
