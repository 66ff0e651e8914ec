/* SPDX-License-Identifier: MIT */
/* notifier_test.c - chains: their order, who stops them, who leaves while they are called */
#include <kunit/test.h>
#include <linux/notifier.h>

static BLOCKING_NOTIFIER_HEAD(chain);
static RAW_NOTIFIER_HEAD(raw_chain);

static char called[32];
static unsigned int nr_called;

struct named {
	struct notifier_block nb;
	char name;
	int returns;
	struct notifier_block *leaves;	/* taken out when this one is called */
	struct notifier_block *comes;
};

static int note(struct notifier_block *nb, unsigned long action, void *data)
{
	struct named *n = container_of(nb, struct named, nb);

	called[nr_called++] = n->name;
	called[nr_called] = '\0';
	if (n->leaves)
		blocking_notifier_chain_unregister(&chain, n->leaves);
	if (n->comes)
		blocking_notifier_chain_register(&chain, n->comes);
	*(unsigned long *)data += action;
	return n->returns;
}

static struct named a, b, c, d;

static void start(void)
{
	nr_called = 0;
	called[0] = '\0';
	a = (struct named){ .nb = { note, NULL, 5 }, .name = 'a' };
	b = (struct named){ .nb = { note, NULL, 0 }, .name = 'b' };
	c = (struct named){ .nb = { note, NULL, 0 }, .name = 'c' };
	d = (struct named){ .nb = { note, NULL, -7 }, .name = 'd' };
	blocking_notifier_head_init(&chain);
	blocking_notifier_chain_register(&chain, &b.nb);
	blocking_notifier_chain_register(&chain, &d.nb);
	blocking_notifier_chain_register(&chain, &a.nb);
	blocking_notifier_chain_register(&chain, &c.nb);
}

static int call(unsigned long *sum)
{
	return blocking_notifier_call_chain(&chain, 3, sum);
}

static void by_priority_then_age(struct kunit *test)
{
	unsigned long sum = 0;

	start();
	d.returns = NOTIFY_OK;
	KUNIT_EXPECT_EQ(test, call(&sum), NOTIFY_OK);
	KUNIT_EXPECT_STREQ(test, called, "abcd");
	KUNIT_EXPECT_EQ(test, sum, 12);
	KUNIT_EXPECT_TRUE(test, list_empty(&chain.running));
}

static void one_may_stop_the_others(struct kunit *test)
{
	unsigned long sum = 0;

	start();
	b.returns = NOTIFY_STOP;
	KUNIT_EXPECT_EQ(test, call(&sum), NOTIFY_STOP);
	KUNIT_EXPECT_STREQ(test, called, "ab");
	KUNIT_EXPECT_TRUE(test, list_empty(&chain.running));
}

static void twice_in_and_twice_out(struct kunit *test)
{
	unsigned long sum = 0;

	start();
	KUNIT_EXPECT_EQ(test, blocking_notifier_chain_register(&chain, &c.nb), -EEXIST);
	KUNIT_EXPECT_EQ(test, blocking_notifier_chain_unregister(&chain, &c.nb), 0);
	KUNIT_EXPECT_EQ(test, blocking_notifier_chain_unregister(&chain, &c.nb), -ENOENT);
	call(&sum);
	KUNIT_EXPECT_STREQ(test, called, "abd");
}

static void leaving_while_called(struct kunit *test)
{
	unsigned long sum = 0;

	start();
	a.leaves = &a.nb;		/* itself */
	b.leaves = &c.nb;		/* the next one */
	call(&sum);
	KUNIT_EXPECT_STREQ(test, called, "abd");
	b.leaves = NULL;
	call(&sum);
	KUNIT_EXPECT_STREQ(test, called, "abdbd");
}

static void coming_while_called(struct kunit *test)
{
	struct named e = { .nb = { note, NULL, -1 }, .name = 'e' };
	unsigned long sum = 0;

	start();
	b.comes = &e.nb;		/* its place is still to come */
	call(&sum);
	KUNIT_EXPECT_STREQ(test, called, "abced");
}

static void nobody_listens(struct kunit *test)
{
	unsigned long sum = 0;

	blocking_notifier_head_init(&chain);
	KUNIT_EXPECT_EQ(test, call(&sum), NOTIFY_DONE);
	KUNIT_EXPECT_EQ(test, raw_notifier_call_chain(&raw_chain, 0, &sum), NOTIFY_DONE);
}

static void raw_ones_too(struct kunit *test)
{
	unsigned long sum = 0;

	start();
	KUNIT_EXPECT_EQ(test, raw_notifier_chain_register(&raw_chain, &b.nb), 0);
	KUNIT_EXPECT_EQ(test, raw_notifier_chain_register(&raw_chain, &a.nb), 0);
	a.returns = NOTIFY_BAD;
	KUNIT_EXPECT_EQ(test, raw_notifier_call_chain(&raw_chain, 1, &sum), NOTIFY_BAD);
	KUNIT_EXPECT_STREQ(test, called, "a");
	KUNIT_EXPECT_EQ(test, raw_notifier_chain_unregister(&raw_chain, &a.nb), 0);
	KUNIT_EXPECT_EQ(test, raw_notifier_chain_unregister(&raw_chain, &b.nb), 0);
	KUNIT_EXPECT_NULL(test, raw_chain.head);
}

static void errors_are_packed(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, notifier_from_errno(0), NOTIFY_OK);
	KUNIT_EXPECT_TRUE(test, notifier_from_errno(-ENOMEM) & NOTIFY_STOP_MASK);
	KUNIT_EXPECT_EQ(test, notifier_to_errno(notifier_from_errno(-ENOMEM)), -ENOMEM);
	KUNIT_EXPECT_EQ(test, notifier_to_errno(NOTIFY_OK), 0);
}

static struct kunit_case notifier_cases[] = {
	KUNIT_CASE(by_priority_then_age),
	KUNIT_CASE(one_may_stop_the_others),
	KUNIT_CASE(twice_in_and_twice_out),
	KUNIT_CASE(leaving_while_called),
	KUNIT_CASE(coming_while_called),
	KUNIT_CASE(nobody_listens),
	KUNIT_CASE(raw_ones_too),
	KUNIT_CASE(errors_are_packed),
	{}
};

static struct kunit_suite notifier_suite = { .name = "notifier", .test_cases = notifier_cases };
kunit_test_suite(notifier_suite);
