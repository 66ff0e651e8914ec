/* SPDX-License-Identifier: MIT */
/*
 * The tick, the clock, delays, the test timer, the watchdog (as far as it can be survived:
 * crash=hang and crash=hang-irqoff boot the rest).
 *
 * A loaded host may hold the emulator up for long, so times have lower bounds only; upper
 * bounds are generous or absent.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/irq.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/preempt.h>
#include <linux/ratelimit.h>
#include <linux/string.h>

#define NO_TICK_NS	(10 * NSEC_PER_SEC)
#define TRIES		30U		/* for what a busy host may spoil */

static unsigned int calls, calls_in_irq;

static void count_call(void)
{
	calls++;
	calls_in_irq += in_hardirq() && irqs_disabled();
}

static void need_ticks(struct kunit *test)
{
	u64 start = ktime_get_ns();
	unsigned long j = jiffies;

	while (jiffies == j)
		if (ktime_get_ns() - start > NO_TICK_NS)
			kunit_skip(test, "nothing ticks");
}

static void conversions(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(0), 0);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(1), 1);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(1000), HZ);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(1001), HZ + 1);
	KUNIT_EXPECT_EQ(test, usecs_to_jiffies(1), 1);
	KUNIT_EXPECT_EQ(test, jiffies_to_msecs(HZ), 1000);
	KUNIT_EXPECT_TRUE(test, time_after(1UL, ~0UL));
	KUNIT_EXPECT_TRUE(test, time_before(~0UL, 1UL));
	KUNIT_EXPECT_TRUE(test, time_after_eq(5UL, 5UL));
	KUNIT_EXPECT_FALSE(test, time_after(5UL, 5UL));
}

static void clock_is_monotonic(struct kunit *test)
{
	u64 last = ktime_get_ns(), now;
	unsigned int i, backwards = 0;

	for (i = 0; i < 10000; i++) {
		now = ktime_get_ns();
		backwards += now < last;
		last = now;
	}
	KUNIT_EXPECT_EQ(test, backwards, 0);
	KUNIT_EXPECT_GT(test, tsc_khz(), 0);
}

static void delays_are_long_enough(struct kunit *test)
{
	u64 start = ktime_get_ns();

	udelay(1000);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - start, 999 * NSEC_PER_USEC);
	start = ktime_get_ns();
	ndelay(50000);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - start, 49900);
	start = ktime_get_ns();
	mdelay(3);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - start, 2999 * NSEC_PER_USEC);
}

/* How long ten ticks take. */
static u64 ten_ticks(void)
{
	const u64 start = ktime_get_ns();
	const unsigned long j = jiffies;

	while (jiffies - j < 10)
		safe_halt();
	return ktime_get_ns() - start;
}

/* Ticks and clock agree.  Those that a busy host held back come at once: but not each time. */
static void ticks_follow_the_clock(struct kunit *test)
{
	unsigned int tries = 0;

	need_ticks(test);
	while (ten_ticks() < 7 * NSEC_PER_SEC / HZ && ++tries < TRIES)
		;
	KUNIT_EXPECT_LT(test, tries, TRIES);
}

static void test_timer_runs_in_hardirq(struct kunit *test)
{
	u64 end;

	need_ticks(test);
	calls = calls_in_irq = 0;
	KUNIT_ASSERT_EQ(test, timer_test_start(2000, count_call), 0);
	KUNIT_EXPECT_EQ(test, timer_test_start(2000, count_call), -EBUSY);
	end = ktime_get_ns() + 20 * NSEC_PER_SEC;
	while (READ_ONCE(calls) < 100 && ktime_get_ns() < end)
		safe_halt();
	KUNIT_EXPECT_GE(test, timer_test_stop(), 100);
	KUNIT_EXPECT_EQ(test, calls, calls_in_irq);
	calls = 0;
	mdelay(5);
	KUNIT_EXPECT_EQ(test, calls, 0);
}

/*
 * Calls against jiffies, seen by the calls themselves: whatever the host does to the ticks, so
 * many of them are a jiffy.  Two or more are needed before there is something to compare.
 */
static struct {
	unsigned long at;		/* jiffies at the last call */
	unsigned int calls;		/* in this jiffy */
	unsigned int looks, wrong;
} tally;

static void count_calls_of_a_jiffy(void)
{
	if (jiffies != tally.at) {
		tally.wrong += tally.looks++ > 1 && tally.calls != 10;
		tally.at = jiffies;
		tally.calls = 0;
	}
	tally.calls++;
}

static void count_jiffies_of_a_call(void)
{
	tally.wrong += tally.looks++ > 0 && jiffies - tally.at != 5;
	tally.at = jiffies;
}

static void run_tally(struct kunit *test, unsigned int hz, void (*fn)(void))
{
	const u64 end = ktime_get_ns() + 20 * NSEC_PER_SEC;

	need_ticks(test);
	memset(&tally, 0, sizeof(tally));
	KUNIT_ASSERT_EQ(test, timer_test_start(hz, fn), 0);
	while (READ_ONCE(tally.looks) < 12 && ktime_get_ns() < end)
		safe_halt();
	timer_test_stop();
	KUNIT_EXPECT_GE(test, tally.looks, 12);
	KUNIT_EXPECT_EQ(test, tally.wrong, 0);
}

/* The jiffy keeps its length while the hardware ticks faster. */
static void test_timer_keeps_jiffies(struct kunit *test)
{
	run_tally(test, 10 * HZ, count_calls_of_a_jiffy);
}

static void slow_test_timer_skips_ticks(struct kunit *test)
{
	run_tally(test, HZ / 5, count_jiffies_of_a_call);
}

static void test_timer_checks_its_arguments(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, timer_test_start(0, count_call), -EINVAL);
	KUNIT_EXPECT_EQ(test, timer_test_start(1000000, count_call), -EINVAL);
	KUNIT_EXPECT_EQ(test, timer_test_start(1000, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, timer_test_stop(), 0);
}

/* Fed before its time is up, it stays quiet: otherwise this case is the last. */
static void watchdog_can_be_fed(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 20; i++) {
		watchdog_arm(60);		/* longer than a host stops us */
		mdelay(1);
	}
	watchdog_arm(0);
	KUNIT_SUCCEED(test);
}

/* Rate-limited reports come again: main.c has plugged the clock into them. */
static void quiet_reports_speak_again(struct kunit *test)
{
	DEFINE_RATELIMIT_STATE(rs, 20, 1);
	unsigned int tries = 50;
	bool again;
	u64 start;

	do {				/* if the host holds us up the time is over */
		mdelay(30);
		start = ktime_get_ns();
		KUNIT_EXPECT_TRUE(test, __ratelimit(&rs));
		again = __ratelimit(&rs);
	} while (ktime_get_ns() - start >= 19 * NSEC_PER_MSEC && --tries);
	KUNIT_EXPECT_FALSE(test, again);
	mdelay(30);
	KUNIT_EXPECT_TRUE(test, __ratelimit(&rs));
}

static struct kunit_case time_cases[] = {
	KUNIT_CASE(conversions),
	KUNIT_CASE(clock_is_monotonic),
	KUNIT_CASE(delays_are_long_enough),
	KUNIT_CASE(ticks_follow_the_clock),
	KUNIT_CASE(test_timer_runs_in_hardirq),
	KUNIT_CASE(test_timer_keeps_jiffies),
	KUNIT_CASE(slow_test_timer_skips_ticks),
	KUNIT_CASE(test_timer_checks_its_arguments),
	KUNIT_CASE(quiet_reports_speak_again),
	KUNIT_CASE(watchdog_can_be_fed),
	{}
};

static struct kunit_suite time_suite = {
	.name = "time",
	.test_cases = time_cases,
};
kunit_test_suite(time_suite);
