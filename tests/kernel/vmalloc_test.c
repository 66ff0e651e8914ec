/* SPDX-License-Identifier: MIT */
/*
 * vmalloc_test.c - contiguous for the eyes: contents, guards, tables, failures, contexts
 *
 * The runner checks after each case that pages, tables, objects and areas are back.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/prandom.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/stats.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "../../mm/vmap.h"

#define MANY	15000			/* Linux's long_busy_list_alloc */

static char report[4096];
static unsigned long taint_before;
static int panic_on_warn_before;
static enum system_states state_before;

/* Reports are wanted here: catch them, and leave no stain. */
static void listen(void)
{
	taint_before = get_taint();
	panic_on_warn_before = panic_on_warn;
	state_before = system_state;
	panic_on_warn = 0;
	system_state = SYSTEM_RUNNING;
	might_sleep_reset();
	stats_warn_alloc_reset();
	printk_capture_start(report, sizeof(report));
}

static void stop_listening(void *unused)
{
	printk_capture_stop();
	system_state = state_before;
	panic_on_warn = panic_on_warn_before;
	set_taint_mask(taint_before);
	stats_warn_alloc_reset();
}

static void expect_said(struct kunit *test, const char *text)
{
	stop_listening(NULL);
	if (!strstr(report, text))
		KUNIT_FAIL(test, "not said: %s", text);
}

static struct task_struct *who_fails;		/* and not others who need pages meanwhile */

static int vmalloc_test_init(struct kunit *test)
{
	report[0] = '\0';
	who_fails = current;
	return 0;
}

static bool faults(const void *p)
{
	char c;

	return copy_from_kernel_nofault(&c, p, 1) == -EFAULT;
}

/* ---- contents and guards --------------------------------------------------------- */

static const unsigned long sizes[] = {
	1,	  8,	   PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 5 * PAGE_SIZE,
	64 << 10, 1 << 20, (3 << 20) + 5,
};

static void size_desc(const unsigned long *size, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%lu bytes", *size);
}
KUNIT_ARRAY_PARAM(sizes, sizes, size_desc)

static void all_of_it_can_be_used_and_no_byte_more(struct kunit *test)
{
	unsigned long size = *(const unsigned long *)test->param_value, i;
	unsigned long mapped = PAGE_ALIGN(size);
	u8 *p = vmalloc(size);

	KUNIT_ASSERT_NOT_NULL(test, p);
	kunit_add_action(test, (kunit_action_t *)vfree, p);
	KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(p));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
	for (i = 0; i < mapped; i += 64)
		*(u64 *)(p + i) = i ^ 0xfeedUL;
	for (i = 0; i < mapped; i += 64)
		KUNIT_ASSERT_EQ(test, *(u64 *)(p + i), i ^ 0xfeedUL);
	/* Each page is what the direct map says it is. */
	for (i = 0; i < mapped; i += PAGE_SIZE)
		KUNIT_ASSERT_EQ(test, *(u64 *)page_address(vmalloc_to_page(p + i)), i ^ 0xfeedUL);
	KUNIT_EXPECT_FALSE(test, faults(p + mapped - 1));
	KUNIT_EXPECT_TRUE(test, faults(p + mapped));
	KUNIT_EXPECT_TRUE(test, faults(p + mapped + PAGE_SIZE - 1));
	KUNIT_EXPECT_EQ(test, probe_write(p + mapped), (long)-EFAULT);
}

static void neighbours_have_a_guard_between_them(struct kunit *test)
{
	char *a = vmalloc(PAGE_SIZE), *b = vmalloc(PAGE_SIZE), *c = vmalloc(PAGE_SIZE);

	KUNIT_EXPECT_TRUE(test, faults(a + PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, faults(b + PAGE_SIZE));
	vfree(b);
	KUNIT_EXPECT_TRUE(test, faults(b));		/* the TLB has been flushed */
	KUNIT_EXPECT_FALSE(test, faults(a));
	KUNIT_EXPECT_FALSE(test, faults(c));
	vfree(c);
	vfree(a);
}

static void freed_addresses_show_the_next_owner_s_page(struct kunit *test)
{
	volatile char *p, *hold;
	unsigned long addr;
	int i;

	for (i = 0; i < 50; i++) {
		p = vmalloc(PAGE_SIZE * (1 + i % 40));
		KUNIT_ASSERT_NOT_NULL(test, p);
		*p = (char)i;
		addr = (unsigned long)p;
		vfree((char *)p);
		vm_unmap_aliases();
		hold = (char *)__get_free_page(GFP_KERNEL);	/* likely the page just freed */
		p = vmalloc(PAGE_SIZE * (1 + i % 40));
		KUNIT_EXPECT_EQ(test, (unsigned long)p, addr);
		*p = 'v';
		*hold = 'h';
		KUNIT_EXPECT_EQ(test, *p, 'v');
		vfree((char *)p);
		vm_unmap_aliases();
		free_page((unsigned long)hold);
	}
}

static void vzalloc_clears_what_was_there(struct kunit *test)
{
	char *p = vmalloc(20 * PAGE_SIZE);

	memset(p, 0xa5, 20 * PAGE_SIZE);
	vfree(p);
	p = vzalloc(20 * PAGE_SIZE);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 20 * PAGE_SIZE));
	vfree(p);
	p = vcalloc(10, 2 * PAGE_SIZE);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 20 * PAGE_SIZE));
	vfree(p);
}

static void arrays_that_overflow_are_refused(struct kunit *test)
{
	void *p = vmalloc_array(3, 1000);

	KUNIT_EXPECT_NOT_NULL(test, p);
	vfree(p);
	KUNIT_EXPECT_NULL(test, vmalloc_array(1UL << 33, 1UL << 33));
	KUNIT_EXPECT_NULL(test, vcalloc(~0UL, 2));
}

static void vmalloc_32_stays_below_4_gib(struct kunit *test)
{
	char *p = vmalloc_32(100 * PAGE_SIZE);
	unsigned long i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_LT(test, vmalloc_to_pfn(p + i * PAGE_SIZE), 1UL << 20);
	vfree(p);
}

/* ---- places ---------------------------------------------------------------------- */

static void *aligned(unsigned long size, unsigned long align)
{
	return __vmalloc_node(size, align, GFP_KERNEL | __GFP_NOWARN, -1, aligned);
}

static void any_sensible_alignment_is_kept(struct kunit *test)
{
	unsigned int shift;
	char *p, *q;

	for (shift = 0; shift < 40; shift++) {
		p = aligned(3 * PAGE_SIZE, 1UL << shift);
		q = aligned(PAGE_SIZE, 1UL << shift);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_ASSERT_NOT_NULL(test, q);
		KUNIT_EXPECT_EQ(test, (unsigned long)p & ((1UL << shift) - 1), 0UL);
		KUNIT_EXPECT_EQ(test, (unsigned long)q & ((1UL << shift) - 1), 0UL);
		p[3 * PAGE_SIZE - 1] = 1;
		q[0] = 1;
		vfree(p);
		vfree(q);
	}
}

static void absurd_alignment_fails(struct kunit *test)
{
	unsigned int shift;

	for (shift = 50; shift < 64; shift++)
		KUNIT_EXPECT_NULL(test, aligned(PAGE_SIZE, 1UL << shift));
	KUNIT_EXPECT_NULL(test, aligned(PAGE_SIZE, 3 * PAGE_SIZE));
}

/* Tables of every level come and go: areas over the edges of 2 MiB, 1 GiB, 512 GiB. */
static void page_tables_come_and_go(struct kunit *test)
{
	unsigned long before = page_owner_pages(PAGE_OWNER_PGTABLE);
	char *p, *q;

	p = vmalloc(PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), before);	/* the kept ones */
	q = vmalloc(5 << 20);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_GE(test, page_owner_pages(PAGE_OWNER_PGTABLE), before + 2);
	vfree(q);
	vm_unmap_aliases();
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), before);
	q = aligned(PAGE_SIZE, PUD_SIZE);
	KUNIT_EXPECT_LE(test, page_owner_pages(PAGE_OWNER_PGTABLE), before + 2);
	vfree(q);
	vm_unmap_aliases();
	q = aligned(PAGE_SIZE, 1UL << PGDIR_SHIFT);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), before + 3);
	vfree(q);
	vm_unmap_aliases();
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), before);
	vfree(p);
}

static void any_mix_of_sizes_and_alignments(struct kunit *test)
{
	void *held[32] = { NULL };
	struct rnd_state rnd;
	unsigned int i, k, pages;
	char msg[160];

	prandom_seed_state(&rnd, kunit_seed());
	for (i = 0; i < 1000; i++) {
		k = prandom_u32_below(&rnd, ARRAY_SIZE(held));
		vfree(held[k]);
		pages = 1 + prandom_u32_below(&rnd, 100);
		if (nr_free_pages() < 4000)
			pages = 1 + pages / 10;
		held[k] = aligned((unsigned long)pages << PAGE_SHIFT,
				  1UL << prandom_u32_below(&rnd, 30));
		KUNIT_ASSERT_NOT_NULL(test, held[k]);
		*(u32 *)held[k] = i;
		if (i % 100 == 0 && !vmalloc_verify(msg, sizeof(msg)))
			KUNIT_FAIL(test, "%s", msg);
	}
	for (k = 0; k < ARRAY_SIZE(held); k++)
		vfree(held[k]);
}

static void fifteen_thousand_areas_at_a_time(struct kunit *test)
{
	unsigned long n = min(nr_free_pages() / 4, (unsigned long)MANY), i;
	void **held = vmalloc_array(MANY, sizeof(void *));
	char msg[160];

	KUNIT_ASSERT_NOT_NULL(test, held);
	for (i = 0; i < n; i++) {
		held[i] = vmalloc(PAGE_SIZE);
		if (!held[i])
			break;
	}
	KUNIT_EXPECT_EQ(test, i, n);
	if (!vmalloc_verify(msg, sizeof(msg)))
		KUNIT_FAIL(test, "%s", msg);
	for (n = i, i = 0; i < n; i += 2)		/* every other one: gaps everywhere */
		vfree(held[i]);
	for (i = 1; i < n; i += 2)
		vfree(held[i]);
	vfree(held);
}

/* ---- failure --------------------------------------------------------------------- */

static void size_zero_and_too_much_are_refused(struct kunit *test)
{
	listen();
	KUNIT_EXPECT_NULL(test, vmalloc(0));
	KUNIT_EXPECT_NULL(test, vmalloc((totalram_pages() + 1) << PAGE_SHIFT));
	expect_said(test, ", exceeds total pages, mode:0xcc0(GFP_KERNEL), nodemask=(null)\n");
	KUNIT_EXPECT_NOT_NULL(test, strstr(report, "vmalloc error: size "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(report, "Mem-Info:\n"));
	listen();
	KUNIT_EXPECT_NULL(test, vmalloc(~0UL));
	expect_said(test, "vmalloc error: size 18446744073709551615, exceeds total pages");
	listen();
	KUNIT_EXPECT_NULL(test, __vmalloc(~0UL, GFP_KERNEL | __GFP_NOWARN));
	stop_listening(NULL);
	KUNIT_EXPECT_STREQ(test, report, "");
}

static unsigned long fail_at;			/* the n-th request from now fails; 0: none */
static unsigned long fail_from;			/* that one and all behind it */
static bool fail_fired;

static bool fail_this(gfp_t gfp, unsigned int order)
{
	if (!in_task() || current != who_fails)
		return false;
	if (fail_from && --fail_from == 0) {
		fail_from = 1;
		fail_fired = true;
		return true;
	}
	if (!fail_at || --fail_at)
		return false;
	fail_fired = true;
	return true;
}

static void unplug_failure(void *unused)
{
	fail_at = 0;
	fail_from = 0;
	page_alloc_set_should_fail(NULL);
}

/* Fail each of its allocations once (or all from each on): all unwound, or served anyway. */
static void sweep_failures(struct kunit *test, unsigned long size, unsigned long align, bool rest)
{
	unsigned long n, areas = vmalloc_nr_areas(), tables, pages;
	char msg[160];
	void *p;

	kunit_add_action(test, unplug_failure, NULL);
	for (n = 1; n < 1000; n++) {
		slab_drain_all();		/* so that the area's object may fail, too */
		tables = page_owner_pages(PAGE_OWNER_PGTABLE);
		pages = page_owner_pages(PAGE_OWNER_VMALLOC);
		fail_fired = false;
		*(rest ? &fail_from : &fail_at) = n;
		page_alloc_set_should_fail(fail_this);
		p = aligned(size, align);
		page_alloc_set_should_fail(NULL);
		if (p)
			vfree(p);
		else
			KUNIT_EXPECT_TRUE(test, fail_fired);
		vm_unmap_aliases();
		KUNIT_ASSERT_EQ(test, vmalloc_nr_areas(), areas);
		KUNIT_ASSERT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), tables);
		KUNIT_ASSERT_EQ(test, page_owner_pages(PAGE_OWNER_VMALLOC), pages);
		if (!vmalloc_verify(msg, sizeof(msg)))
			KUNIT_FAIL(test, "%s", msg);
		if (!fail_fired)
			break;
	}
	KUNIT_EXPECT_GT(test, n, 3UL);
	KUNIT_EXPECT_LT(test, n, 1000UL);
}

static void each_failing_allocation_unwinds(struct kunit *test)
{
	sweep_failures(test, 21 * PAGE_SIZE, PUD_SIZE, false);
	sweep_failures(test, 21 * PAGE_SIZE, 1UL << PGDIR_SHIFT, false);
}

static void running_dry_at_any_point_unwinds(struct kunit *test)
{
	sweep_failures(test, 21 * PAGE_SIZE, PUD_SIZE, true);
	sweep_failures(test, (2 << 20) + 3 * PAGE_SIZE, 1UL << PGDIR_SHIFT, true);
}

static void failures_are_reported_in_linux_s_words(struct kunit *test)
{
	void *hold = vmalloc(1);			/* so that the area's own object is there */

	kunit_add_action(test, (kunit_action_t *)vfree, hold);
	kunit_add_action(test, unplug_failure, NULL);
	listen();
	fail_from = 1;
	page_alloc_set_should_fail(fail_this);
	KUNIT_EXPECT_NULL(test, vmalloc(9 * PAGE_SIZE));
	expect_said(test, "vmalloc error: size 36864, failed to allocate pages, "
		    "mode:0xcc0(GFP_KERNEL), nodemask=(null)\n");
	listen();
	KUNIT_EXPECT_NULL(test, __vmalloc_node(PAGE_SIZE, 1UL << 60, GFP_KERNEL, -1, NULL));
	expect_said(test, "vmalloc error: size 4096, vm_struct allocation failed, ");
	listen();
	KUNIT_EXPECT_NULL(test, vmalloc(8 * PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, vmalloc(8 * PAGE_SIZE));
	expect_said(test, "failed to allocate pages");
	KUNIT_EXPECT_NULL(test, strstr(strstr(report, "vmalloc error") + 1, "vmalloc error"));
}

/* Single pages serve it when no larger block is to be had. */
static bool fail_blocks(gfp_t gfp, unsigned int order)
{
	return order > 0;
}

static void fragmented_memory_is_good_enough(struct kunit *test)
{
	char *p;

	kunit_add_action(test, unplug_failure, NULL);
	page_alloc_set_should_fail(fail_blocks);
	p = aligned(50 * PAGE_SIZE, 1);
	page_alloc_set_should_fail(NULL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 1, 50 * PAGE_SIZE);
	vfree(p);
}

/* ---- wrong frees ----------------------------------------------------------------- */

static void wrong_frees_are_named_and_survived(struct kunit *test)
{
	char *p = vmalloc(3 * PAGE_SIZE), text[96];

	KUNIT_ASSERT_NOT_NULL(test, p);
	vfree(NULL);
	listen();
	vfree(p + 1);
	snprintf(text, sizeof(text), "Trying to vfree() bad address (%px)", p + 1);
	expect_said(test, text);
	listen();
	vfree(&p);
	expect_said(test, "Trying to vfree() bad address (");
	listen();
	vfree(p + PAGE_SIZE);
	snprintf(text, sizeof(text), "Trying to vfree() nonexistent vm area (%px)", p + PAGE_SIZE);
	expect_said(test, text);
	listen();
	vunmap(p);
	expect_said(test, "Trying to vunmap() nonexistent vm area (");
	vfree(p);
	listen();
	vfree(p);
	snprintf(text, sizeof(text), "Trying to vfree() nonexistent vm area (%px)", p);
	expect_said(test, text);
}

/* ---- contexts -------------------------------------------------------------------- */

static void interrupts_get_nothing_and_a_report(struct kunit *test)
{
	void *p;

	listen();
	preempt_count_add(HARDIRQ_OFFSET);
	p = vmalloc(PAGE_SIZE);
	preempt_count_sub(HARDIRQ_OFFSET);
	expect_said(test, "BUG: sleeping function called from invalid context at " __FILE__ ":");
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_NOT_NULL(test, strstr(report, "in_atomic(): 1, irqs_disabled(): "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(report, "preempt_count: 10000, expected: 0\n"));
	listen();
	preempt_disable();
	p = vzalloc(PAGE_SIZE);
	preempt_enable();
	expect_said(test, "BUG: sleeping function called from invalid context at " __FILE__ ":");
	KUNIT_EXPECT_NULL(test, p);
}

static void a_free_from_an_interrupt_is_done_later(struct kunit *test)
{
	unsigned long areas = vmalloc_nr_areas();
	void *p = vmalloc(PAGE_SIZE), *q = vmalloc(9 * PAGE_SIZE);

	listen();
	preempt_count_add(HARDIRQ_OFFSET);
	vfree(NULL);
	vfree(p);
	vfree(q);
	preempt_count_sub(HARDIRQ_OFFSET);
	stop_listening(NULL);
	KUNIT_EXPECT_STREQ(test, report, "");
	KUNIT_EXPECT_EQ(test, vmalloc_nr_areas(), areas + 2);
	listen();
	vfree_atomic(p);				/* twice, while it waits */
	expect_said(test, "Trying to vfree() nonexistent vm area (");
	KUNIT_EXPECT_EQ(test, vmalloc_nr_areas(), areas + 2);
	KUNIT_EXPECT_EQ(test, vmalloc_drain(), 2U);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_areas(), areas);
	KUNIT_EXPECT_EQ(test, vmalloc_drain(), 0U);
}

static void the_next_caller_does_what_interrupts_left(struct kunit *test)
{
	unsigned long areas = vmalloc_nr_areas();
	void *p = vmalloc(PAGE_SIZE);

	vfree_atomic(p);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_areas(), areas + 1);
	p = vmalloc(PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_areas(), areas + 1);
	vfree_atomic(p);
	vfree(NULL);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_areas(), areas);
}

/* Not an interrupt, but under a lock: reported, and still not lost. */
/* ISA memory is short: what an interrupt freed there is found before anything fails. */
static void what_interrupts_left_is_freed_before_memory_runs_out(struct kunit *test)
{
	unsigned long before = page_owner_pages(PAGE_OWNER_VMALLOC), lazy;
	struct page *chain = NULL, *page;

	vfree_atomic(__vmalloc(9 * PAGE_SIZE, GFP_KERNEL | GFP_DMA));
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_VMALLOC), before + 9);
	while ((page = alloc_pages(GFP_KERNEL | GFP_DMA | __GFP_NOWARN, MAX_PAGE_ORDER)) != NULL) {
		set_page_private(page, (unsigned long)chain);
		chain = page;
	}
	/* Somebody has taken it in hand; it may be kswapd, on another CPU. */
	KUNIT_EXPECT_EQ(test, vmalloc_deferred_count(), 0UL);
	KUNIT_EXPECT_EQ(test, vmalloc_lazy_count(&lazy), 0UL);
	while ((page = chain) != NULL) {
		chain = (struct page *)page_private(page);
		__free_pages(page, MAX_PAGE_ORDER);
	}
}

static void a_free_under_a_lock_is_reported_and_deferred(struct kunit *test)
{
	void *p = vmalloc(PAGE_SIZE);

	listen();
	preempt_disable();
	vfree(p);
	preempt_enable();
	expect_said(test, "BUG: sleeping function called from invalid context at mm/vmalloc.c:");
	KUNIT_EXPECT_EQ(test, vmalloc_drain(), 1U);
}

static struct kunit_case vmalloc_cases[] = {
	KUNIT_CASE_PARAM(all_of_it_can_be_used_and_no_byte_more, sizes_gen_params),
	KUNIT_CASE(neighbours_have_a_guard_between_them),
	KUNIT_CASE(freed_addresses_show_the_next_owner_s_page),
	KUNIT_CASE(vzalloc_clears_what_was_there),
	KUNIT_CASE(arrays_that_overflow_are_refused),
	KUNIT_CASE(vmalloc_32_stays_below_4_gib),
	KUNIT_CASE(any_sensible_alignment_is_kept),
	KUNIT_CASE(absurd_alignment_fails),
	KUNIT_CASE(page_tables_come_and_go),
	KUNIT_CASE(any_mix_of_sizes_and_alignments),
	KUNIT_CASE_SLOW(fifteen_thousand_areas_at_a_time),
	KUNIT_CASE(size_zero_and_too_much_are_refused),
	KUNIT_CASE(each_failing_allocation_unwinds),
	KUNIT_CASE(running_dry_at_any_point_unwinds),
	KUNIT_CASE(failures_are_reported_in_linux_s_words),
	KUNIT_CASE(fragmented_memory_is_good_enough),
	KUNIT_CASE(wrong_frees_are_named_and_survived),
	KUNIT_CASE(interrupts_get_nothing_and_a_report),
	KUNIT_CASE(a_free_from_an_interrupt_is_done_later),
	KUNIT_CASE(the_next_caller_does_what_interrupts_left),
	KUNIT_CASE(what_interrupts_left_is_freed_before_memory_runs_out),
	KUNIT_CASE(a_free_under_a_lock_is_reported_and_deferred),
	{}
};

/* The cases look at what waits in line: no worker may be faster. */
static vmalloc_defer_fn *defer_hook;

static int vmalloc_suite_init(struct kunit_suite *suite)
{
	defer_hook = vmalloc_set_defer_hook(NULL);
	return 0;
}

static void vmalloc_suite_exit(struct kunit_suite *suite)
{
	vmalloc_set_defer_hook(defer_hook);
}

static struct kunit_suite vmalloc_suite = {
	.name = "vmalloc",
	.suite_init = vmalloc_suite_init,
	.suite_exit = vmalloc_suite_exit,
	.init = vmalloc_test_init,
	.test_cases = vmalloc_cases,
};
kunit_test_suite(vmalloc_suite);
