/* SPDX-License-Identifier: MIT */
/* fault_inject_test.c - failures on demand: by chance, by number, and never where they must not */
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>

#include "report.h"

static struct report rep;

static void parse(struct fault_attr *attr, const char *text, int want, struct kunit *test)
{
	char copy[64];

	strscpy(copy, text, sizeof(copy));
	KUNIT_EXPECT_EQ_MSG(test, setup_fault_attr(attr, copy), want, "%s", text);
}

static void options_have_linux_syntax(struct kunit *test)
{
	static const char *const bad[] = { "", "1", "1,2,3", "1,2,3,", "a,b,c,d", "1,2,3,4,5",
					   "1 ,2,3,4", "-1,2,3,4", "1,2,,4" };
	DECLARE_FAULT_ATTR(attr);
	unsigned int i;

	parse(&attr, "10,25,4096,-1", 1, test);
	KUNIT_EXPECT_EQ(test, attr.interval, 10UL);
	KUNIT_EXPECT_EQ(test, attr.probability, 25UL);
	KUNIT_EXPECT_EQ(test, atomic_read(&attr.space), 4096);
	KUNIT_EXPECT_EQ(test, atomic_read(&attr.times), -1);
	report_begin(&rep);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		parse(&attr, bad[i], 0, test);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "FAULT_INJECTION: failed to parse arguments\n");
	KUNIT_EXPECT_EQ(test, attr.interval, 10UL);	/* as before */
}

/* How many of n asked fail? */
static unsigned int failures(struct fault_attr *attr, unsigned int n, ssize_t size)
{
	unsigned int hits = 0;

	while (n--)
		hits += should_fail_ex(attr, size, FAULT_NOWARN);
	return hits;
}

static void interval_times_and_space_count(struct kunit *test)
{
	DECLARE_FAULT_ATTR(attr);

	KUNIT_EXPECT_EQ(test, failures(&attr, 100, 1), 0U);	/* off */
	parse(&attr, "1,100,0,3", 1, test);
	KUNIT_EXPECT_EQ(test, failures(&attr, 100, 1), 3U);
	KUNIT_EXPECT_EQ(test, atomic_read(&attr.times), 0);
	parse(&attr, "7,100,0,-1", 1, test);
	KUNIT_EXPECT_EQ(test, failures(&attr, 70, 1), 10U);
	KUNIT_EXPECT_EQ(test, atomic_read(&attr.times), -1);
	parse(&attr, "1,100,1000,-1", 1, test);
	KUNIT_EXPECT_EQ(test, failures(&attr, 9, 100), 0U);
	KUNIT_EXPECT_EQ(test, failures(&attr, 9, 100), 9U);
}

static void a_seed_repeats_its_failures(struct kunit *test)
{
	DECLARE_FAULT_ATTR(attr);
	u64 first = 0, second = 0, other = 0;
	unsigned int i, hits;

	parse(&attr, "1,30,0,-1", 1, test);
	fault_inject_seed(4711);
	for (i = 0; i < 64; i++)
		first |= (u64)should_fail_ex(&attr, 1, FAULT_NOWARN) << i;
	hits = failures(&attr, 10000, 1);
	fault_inject_seed(4711);
	for (i = 0; i < 64; i++)
		second |= (u64)should_fail_ex(&attr, 1, FAULT_NOWARN) << i;
	fault_inject_seed(4712);
	for (i = 0; i < 64; i++)
		other |= (u64)should_fail_ex(&attr, 1, FAULT_NOWARN) << i;
	KUNIT_EXPECT_EQ(test, first, second);
	KUNIT_EXPECT_NE(test, first, other);
	KUNIT_EXPECT_GT(test, hits, 2700U);
	KUNIT_EXPECT_LT(test, hits, 3300U);
}

static void a_failure_is_reported_in_linux_words(struct kunit *test)
{
	DECLARE_FAULT_ATTR(fail_example);

	parse(&fail_example, "1,100,0,-1", 1, test);
	report_begin(&rep);
	KUNIT_EXPECT_TRUE(test, should_fail(&fail_example, 1));
	report_end(&rep);
	KUNIT_EXPECT_TRUE(test, strstarts(rep.text, "FAULT_INJECTION: forcing a failure.\n"
			  "name fail_example, interval 1, probability 100, space 0, times -1\n"
			  "CPU: 0 "));
	EXPECT_REPORT(test, &rep, "Call Trace:\n");
	fail_example.verbose = 1;
	report_begin(&rep);
	KUNIT_EXPECT_TRUE(test, should_fail(&fail_example, 1));
	report_end(&rep);
	KUNIT_EXPECT_FALSE(test, report_has(&rep, "Call Trace"));
	fail_example.verbose = 0;
	report_begin(&rep);
	KUNIT_EXPECT_TRUE(test, should_fail(&fail_example, 1));
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
}

/* A report goes to consoles; if one of them allocated, that must not fail by the same rule. */
static DEFINE_RATELIMIT_STATE(no_limit, 0, 1000);
static bool sink_failed;
static DECLARE_FAULT_ATTR(sink_attr);

static void sink_write(struct printk_sink *sink, const char *s, size_t n)
{
	sink_failed |= should_fail_ex(&sink_attr, 1, FAULT_NOWARN);
}

static void the_report_itself_is_left_alone(struct kunit *test)
{
	static struct printk_sink sink = { .write = sink_write, .name = "fault" };
	const int level = printk_get_loglevel();

	parse(&sink_attr, "1,100,0,-1", 1, test);
	sink_attr.ratelimit_state = no_limit;
	sink_attr.verbose = 1;
	printk_add_sink(&sink);			/* replays the log: that may fail */
	sink_failed = false;
	printk_set_loglevel(8);
	KUNIT_EXPECT_TRUE(test, should_fail(&sink_attr, 1));
	printk_set_loglevel(level);
	printk_remove_sink(&sink);
	KUNIT_EXPECT_FALSE(test, sink_failed);
	KUNIT_EXPECT_TRUE(test, should_fail_ex(&sink_attr, 1, FAULT_NOWARN));
}

/* ---- the fault points ------------------------------------------------------------ */

static void disarm(void *unused)
{
	static const struct failslab_attr slab_off = { .attr = FAULT_ATTR_INITIALIZER("failslab"),
						       .ignore_gfp_reclaim = true };
	static const struct fail_page_alloc_attr pages_off = {
		.attr = FAULT_ATTR_INITIALIZER("fail_page_alloc"), .ignore_gfp_reclaim = true,
		.ignore_gfp_highmem = true, .min_order = 1 };

	fault_nth_set(0);
	fault_nth_quiet(false);
	failslab = slab_off;
	fail_page_alloc = pages_off;
	fail_page_alloc_disarm();
	failslab_disarm();
}

static void arm(struct kunit *test)
{
	fault_nth_quiet(true);
	failslab_arm();
	fail_page_alloc_arm();
	kunit_add_action(test, disarm, NULL);
}

static bool fails(void *p)
{
	kfree(p);
	return !p;
}

static bool page_fails(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	if (page)
		__free_pages(page, order);
	return !page;
}

static void failslab_fails_what_cannot_sleep(struct kunit *test)
{
	void *warm = kmalloc(64, GFP_KERNEL);

	kfree(warm);				/* there is stock, and yet: */
	arm(test);
	failslab.attr.verbose = 0;
	parse(&failslab.attr, "1,100,0,-1", 1, test);
	KUNIT_EXPECT_TRUE(test, fails(kmalloc(64, GFP_ATOMIC)));
	KUNIT_EXPECT_TRUE(test, fails(kmalloc(64, GFP_NOWAIT)));
	KUNIT_EXPECT_FALSE(test, fails(kmalloc(64, GFP_KERNEL)));
	KUNIT_EXPECT_FALSE(test, fails(kmalloc(64, GFP_ATOMIC | __GFP_NOFAIL)));
	failslab.ignore_gfp_reclaim = false;
	KUNIT_EXPECT_TRUE(test, fails(kmalloc(64, GFP_KERNEL)));
	KUNIT_EXPECT_TRUE(test, fails(kzalloc(3000, GFP_KERNEL)));
	KUNIT_EXPECT_FALSE(test, fails(kmalloc(64, GFP_KERNEL | __GFP_NOFAIL)));
	KUNIT_EXPECT_FALSE(test, page_fails(GFP_KERNEL, 0));	/* pages are another matter */
}

static void failslab_minds_the_cache_filter(struct kunit *test)
{
	struct kmem_cache *yes = kmem_cache_create("may-fail", 40, 0, SLAB_FAILSLAB, NULL);
	struct kmem_cache *no = kmem_cache_create("may-not", 40, 0, 0, NULL);
	void *p;

	KUNIT_ASSERT_TRUE(test, yes && no);
	arm(test);
	parse(&failslab.attr, "1,100,0,-1", 1, test);
	failslab.attr.verbose = 0;
	failslab.cache_filter = true;
	KUNIT_EXPECT_NULL(test, kmem_cache_alloc(yes, GFP_ATOMIC));
	p = kmem_cache_alloc(no, GFP_ATOMIC);
	KUNIT_EXPECT_NOT_NULL(test, p);
	kmem_cache_free(no, p);
	KUNIT_EXPECT_EQ(test, kmem_cache_alloc_bulk(yes, GFP_ATOMIC, 1, &p), 0);
	kmem_cache_destroy(yes);
	kmem_cache_destroy(no);
}

static void fail_page_alloc_minds_the_order(struct kunit *test)
{
	arm(test);
	parse(&fail_page_alloc.attr, "1,100,0,-1", 1, test);
	fail_page_alloc.attr.verbose = 0;
	KUNIT_EXPECT_FALSE(test, page_fails(GFP_ATOMIC, 0));
	KUNIT_EXPECT_TRUE(test, page_fails(GFP_ATOMIC, 1));
	KUNIT_EXPECT_FALSE(test, page_fails(GFP_ATOMIC | __GFP_HIGHMEM, 1));
	KUNIT_EXPECT_FALSE(test, page_fails(GFP_KERNEL, 1));
	fail_page_alloc.ignore_gfp_reclaim = false;
	fail_page_alloc.min_order = 0;
	KUNIT_EXPECT_TRUE(test, page_fails(GFP_KERNEL, 0));
	KUNIT_EXPECT_FALSE(test, page_fails(GFP_KERNEL | __GFP_NOFAIL, 0));
	KUNIT_EXPECT_TRUE(test, fails(kmalloc(100000, GFP_KERNEL)));
}

static void the_nth_is_the_nth_of_whatever_kind(struct kunit *test)
{
	unsigned int i;

	arm(test);
	for (i = 1; i <= 4; i++) {
		fault_nth_set(i);
		KUNIT_EXPECT_EQ(test, page_fails(GFP_KERNEL, 0), i == 1);
		KUNIT_EXPECT_EQ(test, fails(kmalloc(100000, GFP_KERNEL)), i == 2);
		KUNIT_EXPECT_FALSE(test, page_fails(GFP_KERNEL | __GFP_NOFAIL, 0));
		KUNIT_EXPECT_FALSE(test, fails(kmalloc(64, GFP_KERNEL | __GFP_NOFAIL)));
		KUNIT_EXPECT_EQ(test, page_fails(GFP_ATOMIC, 3), i == 3);
		KUNIT_EXPECT_EQ(test, fault_nth_set(0), i < 4 ? 0U : 1U);
	}
	fault_nth_set(1);
	KUNIT_EXPECT_TRUE(test, fails(kmalloc(64, GFP_KERNEL)));
	KUNIT_EXPECT_FALSE(test, fails(kmalloc(64, GFP_KERNEL)));
}

static void interrupts_and_boot_do_not_count(struct kunit *test)
{
	const enum system_states state = system_state;

	arm(test);
	fault_nth_set(1);
	preempt_count_add(HARDIRQ_OFFSET);
	KUNIT_EXPECT_FALSE(test, fails(kmalloc(64, GFP_ATOMIC)));
	KUNIT_EXPECT_FALSE(test, page_fails(GFP_ATOMIC, 0));
	preempt_count_sub(HARDIRQ_OFFSET);
	preempt_count_add(SOFTIRQ_OFFSET);
	KUNIT_EXPECT_FALSE(test, fails(kmalloc(64, GFP_ATOMIC)));
	preempt_count_sub(SOFTIRQ_OFFSET);
	parse(&failslab.attr, "1,100,0,-1", 1, test);
	system_state = SYSTEM_BOOTING;
	KUNIT_EXPECT_FALSE(test, fails(kmalloc(64, GFP_ATOMIC)));
	system_state = state;
	KUNIT_EXPECT_EQ(test, current->fail_nth, 1U);
	KUNIT_EXPECT_TRUE(test, fails(kmalloc(64, GFP_ATOMIC)));
}

static void where_it_struck_is_written_down(struct kunit *test)
{
	unsigned int n = 0, i, again = 0;
	const struct fault_trace *t;
	unsigned long entries[8];

	if (stack_trace_save(entries, ARRAY_SIZE(entries), 0) < 5)
		kunit_skip(test, "no stack traces here");
	arm(test);
	for (i = 0; i < 5; i++) {
		fault_nth_set(1);
		KUNIT_EXPECT_TRUE(test, fails(kmalloc(72, GFP_KERNEL)));
	}
	while ((t = fault_trace_get(n)) != NULL) {
		n++;
		KUNIT_EXPECT_GT(test, t->nr, 1U);	/* a thread may have failed near its top */
		again += t->hits == 5;
	}
	KUNIT_EXPECT_GT(test, n, 0U);
	KUNIT_EXPECT_GT(test, again, 0U);
}

static void disarmed_the_stocks_are_back(struct kunit *test)
{
	void *p = kmalloc(64, GFP_KERNEL), *q;

	kfree(p);
	failslab_arm();
	q = kmalloc(64, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, q);
	kfree(q);
	kfree(kmalloc(64, GFP_KERNEL));
	failslab_disarm();
	preempt_disable();			/* nobody else takes it */
	p = kmalloc(64, GFP_ATOMIC);
	kfree(p);
	q = kmalloc(64, GFP_ATOMIC);		/* last in, first out: it was in stock */
	preempt_enable();
	KUNIT_EXPECT_PTR_EQ(test, p, q);
	kfree(q);
}

static struct kunit_case fault_inject_cases[] = {
	KUNIT_CASE(options_have_linux_syntax),
	KUNIT_CASE(interval_times_and_space_count),
	KUNIT_CASE(a_seed_repeats_its_failures),
	KUNIT_CASE(a_failure_is_reported_in_linux_words),
	KUNIT_CASE(the_report_itself_is_left_alone),
	KUNIT_CASE(failslab_fails_what_cannot_sleep),
	KUNIT_CASE(failslab_minds_the_cache_filter),
	KUNIT_CASE(fail_page_alloc_minds_the_order),
	KUNIT_CASE(the_nth_is_the_nth_of_whatever_kind),
	KUNIT_CASE(interrupts_and_boot_do_not_count),
	KUNIT_CASE(where_it_struck_is_written_down),
	KUNIT_CASE(disarmed_the_stocks_are_back),
	{}
};

static struct kunit_suite fault_inject_suite = {
	.name = "fault_inject",
	.test_cases = fault_inject_cases,
};
kunit_test_suite(fault_inject_suite);
