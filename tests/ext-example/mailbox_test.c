/* SPDX-License-Identifier: MIT */
/* mailbox_test.c - kunit.filter_glob=mailbox; KUnit counts what a closed box has left. */
#include "mailbox.h"

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/panic.h>
#include <linux/slab.h>

#define LETTERS	10

static void every_letter_is_answered_in_order(struct kunit *test)
{
	const unsigned long taint = get_taint();
	struct mailbox_counts now;

	KUNIT_ASSERT_EQ(test, mailbox_open(), 0);
	mailbox_ring(LETTERS);
	KUNIT_EXPECT_TRUE(test, mailbox_wait(LETTERS));
	mailbox_counts(&now);
	KUNIT_EXPECT_EQ(test, now.posted + now.dropped, (unsigned int)LETTERS);
	KUNIT_EXPECT_EQ(test, now.read, now.posted);
	KUNIT_EXPECT_EQ(test, now.answered, now.posted);
	KUNIT_EXPECT_TRUE(test, now.in_order);
	mailbox_close();
	KUNIT_EXPECT_EQ(test, get_taint(), taint);	/* nobody slept where he may not */
}

/* Closing in the middle: the timer is armed, letters lie in the box, answers are in line. */
static void closing_at_any_time_loses_nothing(struct kunit *test)
{
	for (unsigned int ms = 0; ms < 40; ms += 8) {
		KUNIT_ASSERT_EQ(test, mailbox_open(), 0);
		mailbox_ring(LETTERS);
		msleep(ms);
		mailbox_close();
	}
}

static struct kunit_case mailbox_cases[] = {
	KUNIT_CASE(every_letter_is_answered_in_order),
	KUNIT_CASE(closing_at_any_time_loses_nothing),
	{}
};

static struct kunit_suite mailbox_suite = {
	.name = "mailbox",
	.test_cases = mailbox_cases,
};
kunit_test_suite(mailbox_suite);
