/* SPDX-License-Identifier: MIT */
/*
 * rules_test.c - the seven rules, each broken on purpose: is it noticed, named, survived?
 *
 * Rule 1 is in rules_sleep.c.  docs/rules.md says where else each rule is tested.
 */
#include <linux/fault-inject.h>
#include <linux/ktime.h>
#include <linux/leaks.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/poison.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "probe.h"
#include "rules.h"

static struct report rep;
static char log[16384];

/* Run one case as a suite of its own, quietly: 0, or -EINVAL if it failed; log has the rest. */
static int run_alone(struct kunit_case *c)
{
	struct kunit_case cases[] = { *c, {} };
	struct kunit_suite suite = { .name = "planted", .test_cases = cases };
	struct kunit_suite *suites[] = { &suite };
	int err;

	printk_capture_start_all(log, sizeof(log));
	err = kunit_run_suites(suites, suites + 1, NULL, 0, NULL);
	printk_capture_stop();
	return err;
}

/* What is lost is lost: nobody gives it back, however long we wait. */
static bool wait_a_little(unsigned int tries)
{
	if (num_online_cpus() == 1 || tries == 16)
		return false;
	schedule_timeout_uninterruptible(1 + tries / 4);
	return true;
}

/* The same for a case that loses something. */
static int run_loser(struct kunit_case *c)
{
	const struct kunit_account_ops *account = kunit_set_account_hook(NULL);
	struct kunit_account_ops hasty = *account;
	int err;

	if (hasty.wait)
		hasty.wait = wait_a_little;
	kunit_set_account_hook(&hasty);
	err = run_alone(c);
	kunit_set_account_hook(account);
	return err;
}

/* ---- rule 2: always handle NULL -------------------------------------------------- */

static void *lost;				/* upside down */

/* A driver's probe function as one sees them: when the second fails, the first is lost. */
static void careless_setup(struct kunit *test)
{
	void *a = kmalloc(100, GFP_KERNEL), *b;

	if (!a)
		return;
	b = kmalloc(200, GFP_KERNEL);
	if (!b) {
		lost = (void *)~(unsigned long)a;
		return;
	}
	kfree(b);
	kfree(a);
}

static void careful_setup(struct kunit *test)
{
	void *a = kmalloc(100, GFP_KERNEL), *b = a ? kmalloc(200, GFP_KERNEL) : NULL;

	KUNIT_WORKED(test, b);
	kfree(b);
	kfree(a);
}

static void rule2_a_missing_cleanup_is_found(struct kunit *test)
{
	struct kunit_case planted = KUNIT_CASE_FAILNTH(careless_setup);
	unsigned int tries = 10;
	int err;

	lost = NULL;
	do
		err = run_loser(&planted);
	while (err && !lost && --tries);	/* a run before that was not even: others' */
	KUNIT_EXPECT_EQ(test, err, -EINVAL);
	KUNIT_ASSERT_NOT_NULL(test, lost);
	kfree((void *)~(unsigned long)lost);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(log, "careless_setup: left behind: "), "%s", log);
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, " fails; again: fail_nth="));
}

static void rule2_a_failure_that_nobody_asked_for_is_one(struct kunit *test)
{
	struct kunit_case planted = KUNIT_CASE_FAILNTH(careful_setup);

	KUNIT_EXPECT_EQ_MSG(test, run_alone(&planted), 0, "%s", log);
	failslab_arm();
	fault_nth_set(1);		/* not the runner's: it resets it, and counts anew */
	KUNIT_EXPECT_EQ_MSG(test, run_alone(&planted), 0, "%s", log);
	fault_nth_set(0);
	failslab_disarm();
}

/* ---- rule 3: do not leak --------------------------------------------------------- */

static noinline void lose_one(struct kunit *test)
{
	lost = (void *)~(unsigned long)kmalloc(77, GFP_KERNEL);
}

static void rule3_a_case_that_leaks_fails(struct kunit *test)
{
	struct kunit_case planted = KUNIT_CASE(lose_one);

	KUNIT_EXPECT_EQ(test, run_loser(&planted), -EINVAL);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(log, "lose_one: left behind: "), "%s", log);
	kfree((void *)~(unsigned long)lost);
}

static noinline void *lose_in(struct kmem_cache *s)
{
	return (void *)~(unsigned long)kmem_cache_zalloc(s, GFP_KERNEL);
}

/*
 * Old addresses lie about in the variables of other tests, and keep what has come to lie there
 * by now: so lose some, and some more, on other pages, until one is found.
 */
static void rule3_what_is_lost_is_listed_with_its_stack(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("losers", 1000, 0, SLAB_STORE_USER, NULL);
	static void *hidden[512];
	unsigned int nr = 0, i;
	struct seq_file m;
	long found = 0;

	KUNIT_ASSERT_NOT_NULL(test, s);
	while (found <= 0 && nr < ARRAY_SIZE(hidden)) {
		for (i = 0; i < 32; i++)
			hidden[nr++] = lose_in(s);
		seq_to_buffer(&m, log, sizeof(log));
		found = leaks_show(&m);
	}
	KUNIT_EXPECT_GT(test, found, 0);
	while (nr-- > 0)
		kmem_cache_free(s, (void *)~(unsigned long)hidden[nr]);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_TRUE_MSG(test, strstarts(log, "unreferenced object 0x"), "%s", log);
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "\n    lose_in+0x"));
}

static void rule3_destroying_a_cache_lists_what_is_left(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("left", 100, 0, 0, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	report_begin(&rep);
	kmem_cache_destroy(s);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "Objects remaining on __kmem_cache_shutdown()");
	kfree(p);				/* with it the cache goes */
}

/* ---- rule 4: do not free twice, nor what is not yours ---------------------------- */

static void expect_slab_report(struct kunit *test, void (*wrong)(void *p), void *p,
			       const char *what)
{
	const unsigned long errors = slab_error_count();

	report_begin(&rep);
	wrong(p);
	report_end(&rep);
	KUNIT_EXPECT_GT(test, slab_error_count(), errors);
	EXPECT_REPORT(test, &rep, what);
}

static void just_free(void *p)
{
	kfree(p);
}

static void rule4_twice(struct kunit *test)
{
	void *p = kmalloc(100, GFP_KERNEL);

	kfree(p);
	expect_slab_report(test, just_free, p, "Object already free");
}

static void rule4_the_middle(struct kunit *test)
{
	char *p = kmalloc(100, GFP_KERNEL);

	expect_slab_report(test, just_free, p + 8, "Invalid object pointer");
	kfree(p);
}

static void rule4_the_stack(struct kunit *test)
{
	char on_stack[64];

	expect_slab_report(test, just_free, on_stack, "");
	expect_slab_report(test, just_free, (void *)1, "");	/* NULL + 1 */
	expect_slab_report(test, just_free, rule4_the_stack, "");
}

static struct kmem_cache *wrong_cache;

static void free_into_wrong_cache(void *p)
{
	kmem_cache_free(wrong_cache, p);
}

static void rule4_the_wrong_cache(struct kunit *test)
{
	void *p = kmalloc(100, GFP_KERNEL);

	wrong_cache = kmem_cache_create("wrong", 100, 0, 0, NULL);
	expect_slab_report(test, free_into_wrong_cache, p, "");
	kmem_cache_destroy(wrong_cache);
	kfree(p);
}

static void rule4_pages(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	const unsigned long bad = page_bad_count();

	report_begin(&rep);
	__free_pages(page, 0);			/* of another order */
	__free_pages(page, 1);
	__free_pages(page, 1);			/* twice */
	report_end(&rep);
	KUNIT_EXPECT_EQ(test, page_bad_count(), bad + 2);
	EXPECT_REPORT(test, &rep, "BUG: Bad page state in process ");
}

static void rule4_areas(struct kunit *test)
{
	void *p = vmalloc(100);

	KUNIT_ASSERT_NOT_NULL(test, p);
	report_begin(&rep);
	vfree((char *)p + PAGE_SIZE);
	vfree((char *)p + 1);
	vfree(p);
	vfree(p);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "Trying to vfree() bad address (");
	EXPECT_REPORT(test, &rep, "Trying to vfree() nonexistent vm area (");
	KUNIT_EXPECT_EQ(test, rep.warns, 3U);
}

/* ---- rule 5: not after, not beyond ----------------------------------------------- */

#define ALL_CHECKS	(SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

static void rule5_use_after_free(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("rule5", 64, 0, ALL_CHECKS, NULL);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	p[10] = 0x42;
	report_begin(&rep);
	KUNIT_EXPECT_GT(test, kmem_cache_validate(s), 0);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "Poison overwritten");
	EXPECT_REPORT(test, &rep, "First byte 0x42 instead of 0x6b");
	EXPECT_REPORT(test, &rep, "Allocated in rule5_use_after_free+0x");
	kmem_cache_destroy(s);
}

static void rule5_past_the_end_and_before_it(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("rule5", 60, 0, ALL_CHECKS, NULL);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	p[60] = 0x42;
	report_begin(&rep);
	kmem_cache_free(s, p);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "Right Redzone overwritten");
	p = kmem_cache_alloc(s, GFP_KERNEL);
	p[-1] = 0x42;
	report_begin(&rep);
	kmem_cache_free(s, p);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "Left Redzone overwritten");
	report_begin(&rep);
	kmem_cache_destroy(s);
	report_end(&rep);
}

static void rule5_behind_an_area_there_is_nothing(struct kunit *test)
{
	char *p = vmalloc(2 * PAGE_SIZE), c;
	struct page *page;
	int err;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, get_kernel_nofault(c, p + 2 * PAGE_SIZE - 1), 0);
	KUNIT_EXPECT_EQ(test, get_kernel_nofault(c, p + 2 * PAGE_SIZE), -EFAULT);
	vfree(p);
	do {					/* others may flush it away just now */
		page = vmalloc_to_page(p);
		err = get_kernel_nofault(c, p);
	} while (page != vmalloc_to_page(p));
	KUNIT_EXPECT_EQ(test, err, page ? 0 : -EFAULT);
}

/* ---- rule 6: allocate at the top ------------------------------------------------- */

/* All that can fail, first; then nothing can, whatever becomes of memory. */
static void rule6_what_is_held_needs_no_luck(struct kunit *test)
{
	struct page *pages[8] = { NULL };
	unsigned long n = alloc_pages_bulk(GFP_KERNEL, ARRAY_SIZE(pages), pages), i;
	mempool_t *pool = mempool_create_kmalloc_pool(3, 64);
	void *p[4];

	KUNIT_ASSERT_EQ(test, n, ARRAY_SIZE(pages));
	KUNIT_ASSERT_NOT_NULL(test, pool);
	failslab_arm();
	fail_page_alloc_arm();
	failslab.ignore_gfp_reclaim = fail_page_alloc.ignore_gfp_reclaim = false;
	failslab.attr.probability = fail_page_alloc.attr.probability = 100;
	failslab.attr.verbose = fail_page_alloc.attr.verbose = 0;
	fail_page_alloc.min_order = 0;
	atomic_set(&failslab.attr.times, -1);
	atomic_set(&fail_page_alloc.attr.times, -1);
	KUNIT_EXPECT_NULL(test, kmalloc(64, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_KERNEL));
	for (i = 0; i < n; i++)
		memset(page_address(pages[i]), (int)i, PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = mempool_alloc(pool, GFP_ATOMIC);
		KUNIT_EXPECT_EQ(test, p[i] != NULL, i < 3);
	}
	for (i = 0; i < ARRAY_SIZE(p); i++)
		mempool_free(p[i], pool);
	failslab.attr.probability = fail_page_alloc.attr.probability = 0;
	failslab.ignore_gfp_reclaim = fail_page_alloc.ignore_gfp_reclaim = true;
	fail_page_alloc.min_order = 1;
	failslab.attr.verbose = fail_page_alloc.attr.verbose = 2;
	fail_page_alloc_disarm();
	failslab_disarm();
	mempool_destroy(pool);
	for (i = 0; i < n; i++)
		__free_page(pages[i]);
}

/* ---- rule 7: nested contexts ----------------------------------------------------- */

static volatile unsigned long nested_calls, nested_got;

static void allocate_in_the_interrupt(void)
{
	void *p = kmalloc(16 << nested_calls % 10, GFP_ATOMIC);
	unsigned long page = __get_free_page(GFP_ATOMIC);

	nested_calls++;
	nested_got += p && page;
	kfree(p);
	free_page(page);
}

/* At any instruction: the sweep (irqsweep) visits each; here, wherever the timer strikes. */
static void rule7_an_interrupted_allocation_stays_whole(struct kunit *test)
{
	const u64 end = ktime_get_ns() + 60 * NSEC_PER_SEC;
	char msg[160] = "";
	unsigned long i;

	nested_calls = nested_got = 0;
	KUNIT_ASSERT_EQ(test, timer_test_start(10000, allocate_in_the_interrupt), 0);
	for (i = 0; nested_calls < 200 && ktime_get_ns() < end; i++) {
		kfree(kmalloc(16 << i % 10, GFP_KERNEL));
		free_page(__get_free_page(GFP_KERNEL));
	}
	timer_test_stop();
	KUNIT_EXPECT_GE(test, nested_calls, 200UL);
	KUNIT_EXPECT_EQ(test, nested_got, nested_calls);
	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
}

static struct kunit_case rules_cases[] = {
	KUNIT_CASE(rule1_under_a_spinlock),
	KUNIT_CASE(rule1_with_preemption_off),
	KUNIT_CASE(rule1_with_interrupts_off),
	KUNIT_CASE(rule1_with_bottom_halves_off),
	KUNIT_CASE(rule1_in_an_interrupt),
	KUNIT_CASE(rule1_in_a_soft_interrupt),
	KUNIT_CASE(rule1_in_an_nmi),
	KUNIT_CASE(rule1_in_the_idle_thread),
	KUNIT_CASE(rule1_every_allocator_asks),
	KUNIT_CASE(rule1_once_for_each_place),
	KUNIT_CASE(rule1_then_it_does_not_sleep),
	KUNIT_CASE(rule1_vmalloc_gives_null),
	KUNIT_CASE(rule1_atomic_masks_are_welcome),
	KUNIT_CASE(rule1_allocators_have_addresses),
	KUNIT_CASE(rule1_not_while_booting),
	KUNIT_CASE(rule1_might_sleep_and_its_kin),
	KUNIT_CASE(rule2_a_missing_cleanup_is_found),
	KUNIT_CASE(rule2_a_failure_that_nobody_asked_for_is_one),
	KUNIT_CASE(rule3_a_case_that_leaks_fails),
	KUNIT_CASE(rule3_what_is_lost_is_listed_with_its_stack),
	KUNIT_CASE(rule3_destroying_a_cache_lists_what_is_left),
	KUNIT_CASE(rule4_twice),
	KUNIT_CASE(rule4_the_middle),
	KUNIT_CASE(rule4_the_stack),
	KUNIT_CASE(rule4_the_wrong_cache),
	KUNIT_CASE(rule4_pages),
	KUNIT_CASE(rule4_areas),
	KUNIT_CASE(rule5_use_after_free),
	KUNIT_CASE(rule5_past_the_end_and_before_it),
	KUNIT_CASE(rule5_behind_an_area_there_is_nothing),
	KUNIT_CASE(rule6_what_is_held_needs_no_luck),
	KUNIT_CASE(rule7_an_interrupted_allocation_stays_whole),
	{}
};

static struct kunit_suite rules_suite = {
	.name = "rules",
	.test_cases = rules_cases,
};
kunit_test_suite(rules_suite);
