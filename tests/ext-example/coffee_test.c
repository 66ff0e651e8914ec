/* SPDX-License-Identifier: MIT */
/* coffee_test.c - the example driver's tests; kunit.filter_glob=coffee runs them. */
#include "coffee.h"

#include <kunit/test.h>
#include <linux/gfp.h>

static void pours_and_drinks(struct kunit *test)
{
	struct cup *cup = coffee_pour(200, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, cup);
	KUNIT_EXPECT_EQ(test, cup->ml, 200U);
	KUNIT_EXPECT_EQ(test, coffee_nr_cups(), 1U);
	coffee_drink(cup);
	KUNIT_EXPECT_EQ(test, coffee_nr_cups(), 0U);
}

static void refuses_silly_sizes(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, coffee_pour(0, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, coffee_pour(COFFEE_MAX_ML + 1, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, coffee_nr_cups(), 0U);
}

static struct kunit_case coffee_cases[] = {
	KUNIT_CASE(pours_and_drinks),
	KUNIT_CASE(refuses_silly_sizes),
	{}
};

static struct kunit_suite coffee_suite = {
	.name = "coffee",
	.test_cases = coffee_cases,
};
kunit_test_suite(coffee_suite);
