/* SPDX-License-Identifier: MIT */
/*
 * rules_sleep.c - rule 1: can you sleep?  In each context where one cannot
 *
 * The contexts are real ones: a timer interrupt, a tasklet, an NMI, a lock.  What is said in
 * them is caught, and title, file, line and function are compared.
 */
#include <asm/apic.h>
#include <asm/processor.h>
#include <asm/traps.h>
#include <linux/bottom_half.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "probe.h"
#include "rules.h"

static struct report rep;
static char title[160];

/* Where the wrong thing is done, and what came of it. */
static int wrong_line;
static void *wrong_got;

static noinline void do_wrong(void)
{
	wrong_line = __LINE__ + 1;
	wrong_got = kmalloc(40, GFP_KERNEL);
}

static void begin(void)
{
	might_sleep_reset();
	wrong_got = NULL;
	report_begin(&rep);
}

/* do_wrong() has been done once: one report, about it, and yet it got its memory. */
static void expect_wrong(struct kunit *test, const char *counts)
{
	report_end(&rep);
	might_sleep_reset();
	probe_sleep_at(title, sizeof(title), __FILE__, wrong_line);
	KUNIT_EXPECT_EQ(test, probe_count(&rep, PROBE_SLEEP), 1U);
	KUNIT_EXPECT_TRUE_MSG(test, probe_in(&rep, title, "do_wrong"), "%s", rep.text);
	EXPECT_REPORT(test, &rep, counts);
	KUNIT_EXPECT_NOT_NULL(test, wrong_got);
	kfree(wrong_got);
}

void rule1_under_a_spinlock(struct kunit *test)
{
	static DEFINE_SPINLOCK(rule_lock);

	begin();
	spin_lock(&rule_lock);
	do_wrong();
	spin_unlock(&rule_lock);
	expect_wrong(test, "in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: ");
	EXPECT_REPORT(test, &rep, "\npreempt_count: 1, expected: 0\n1 lock held by ");
	EXPECT_REPORT(test, &rep, "rule_lock");
}

void rule1_with_preemption_off(struct kunit *test)
{
	begin();
	preempt_disable();
	do_wrong();
	preempt_enable();
	expect_wrong(test, "in_atomic(): 1, irqs_disabled(): 0,");
	EXPECT_REPORT(test, &rep, "no locks held by ");
}

void rule1_with_interrupts_off(struct kunit *test)
{
	begin();
	local_irq_disable();
	do_wrong();
	local_irq_enable();
	expect_wrong(test, "in_atomic(): 0, irqs_disabled(): 1,");
}

void rule1_with_bottom_halves_off(struct kunit *test)
{
	begin();
	local_bh_disable();
	do_wrong();
	local_bh_enable();
	expect_wrong(test, "\npreempt_count: 200, expected: 0\n");
}

/* ---- contexts that must come to us ----------------------------------------------- */

static volatile bool context_seen;

static void wait_for_context(struct kunit *test)
{
	const u64 end = ktime_get_ns() + 30 * NSEC_PER_SEC;
	unsigned int spins = 0;

	/* And some time of our own: the host may let all of that go by at once. */
	while (!context_seen && (spins++ < 1000000 || ktime_get_ns() < end))
		cpu_relax();
	KUNIT_EXPECT_TRUE(test, context_seen);
}

static void wrong_in_the_timer(void)
{
	if (context_seen)
		return;
	do_wrong();
	context_seen = true;
}

void rule1_in_an_interrupt(struct kunit *test)
{
	context_seen = false;
	begin();
	KUNIT_ASSERT_EQ(test, timer_test_start(1000, wrong_in_the_timer), 0);
	wait_for_context(test);
	timer_test_stop();
	expect_wrong(test, "\npreempt_count: 10000, expected: 0\n");
	EXPECT_REPORT(test, &rep, "Call Trace:\n <IRQ>\n do_wrong+0x");
}

static void wrong_in_a_tasklet(struct tasklet_struct *t)
{
	do_wrong();
	context_seen = true;
}

void rule1_in_a_soft_interrupt(struct kunit *test)
{
	static DECLARE_TASKLET(tasklet, wrong_in_a_tasklet);

	context_seen = false;
	begin();
	tasklet_schedule(&tasklet);
	wait_for_context(test);
	tasklet_kill(&tasklet);
	expect_wrong(test, "\npreempt_count: 100, expected: 0\n");
}

static bool wrong_in_an_nmi(struct pt_regs *regs)
{
	if (context_seen)
		return false;
	context_seen = true;
	(void)with_site(might_alloc_site, GFP_KERNEL);	/* the question alone: no NMI allocates */
	return true;
}

void rule1_in_an_nmi(struct kunit *test)
{
	if (!apic_present())
		kunit_skip(test, "no local APIC to send one");
	context_seen = false;
	watchdog_arm(0);			/* it may have the NMI */
	if (trap_register(X86_TRAP_NMI, wrong_in_an_nmi))
		kunit_skip(test, "somebody else has the NMI");
	begin();
	apic_send_self_nmi();
	wait_for_context(test);
	report_end(&rep);
	trap_register(X86_TRAP_NMI, NULL);
	might_sleep_reset();
	KUNIT_EXPECT_EQ(test, probe_count(&rep, PROBE_SLEEP __FILE__ ":"), 1U);
	EXPECT_REPORT(test, &rep, "\npreempt_count: 1");
	EXPECT_REPORT(test, &rep, " <NMI>\n wrong_in_an_nmi+0x");
}

/*
 * The idle loop allocates nothing, so it cannot be caught; but whoever interrupts it sees that
 * it runs with preemption off, which is what the question looks at.
 */
static volatile unsigned int idle_seen, idle_preemptible;

static void look_at_idle(void)
{
	if (!is_idle_task(current))
		return;
	idle_seen++;
	if (!(preempt_count() & PREEMPT_MASK))
		idle_preemptible++;
}

void rule1_in_the_idle_thread(struct kunit *test)
{
	unsigned int i;

	idle_seen = idle_preemptible = 0;
	KUNIT_ASSERT_EQ(test, timer_test_start(1000, look_at_idle), 0);
	for (i = 0; i < 2000 && !idle_seen; i++)
		schedule_timeout_uninterruptible(2);
	timer_test_stop();
	KUNIT_EXPECT_GT(test, idle_seen, 0U);
	KUNIT_EXPECT_EQ(test, idle_preemptible, 0U);
}

/* ---- who asks, and what follows -------------------------------------------------- */

static struct page *pages_of_rule1[2];

/* One line each; returns the last. */
static noinline int all_allocators(struct kunit *test, struct kmem_cache *s)
{
	void *p[24] = { NULL }, *bulk[2] = { NULL };
	unsigned int n = 0;

	p[n++] = kmalloc(40, GFP_KERNEL);
	p[n++] = kmalloc(n * 50, GFP_NOFS);
	p[n++] = kzalloc(40, GFP_NOIO);
	p[n++] = kcalloc(3, 40, GFP_KERNEL);
	p[n++] = kmalloc_array(3, 40, GFP_KERNEL);
	p[n++] = krealloc(NULL, 40, GFP_KERNEL);
	p[n++] = kstrdup("text", GFP_KERNEL);
	p[n++] = kstrndup("text", 2, GFP_KERNEL);
	p[n++] = kmemdup("text", 5, GFP_KERNEL);
	p[n++] = kmemdup_nul("text", 4, GFP_KERNEL);
	p[n++] = kvmalloc(40, GFP_KERNEL);
	p[n++] = kvzalloc(40, GFP_KERNEL);
	p[n++] = kmem_cache_alloc(s, GFP_KERNEL);
	p[n++] = kmem_cache_zalloc(s, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 2, bulk), 2);
	pages_of_rule1[0] = alloc_page(GFP_KERNEL);
	pages_of_rule1[1] = alloc_pages(GFP_KERNEL, 0);
	free_page(__get_free_page(GFP_KERNEL));
	free_page(get_zeroed_page(GFP_KERNEL));
	free_pages_exact(alloc_pages_exact(100, GFP_KERNEL), 100);
	__free_page(pages_of_rule1[0]);
	__free_page(pages_of_rule1[1]);
	kmem_cache_free_bulk(s, 2, bulk);
	while (n-- > 0) {
		KUNIT_EXPECT_NOT_NULL(test, p[n]);
		kfree(p[n]);
	}
	return __LINE__;
}

#define NR_ALLOCATORS	20

void rule1_every_allocator_asks(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("rule1", 40, 0, 0, NULL);
	static struct report long_report[4];	/* 32 KiB of text in one */
	char *text = (char *)long_report;
	const char *at = text;
	unsigned int n = 0;

	KUNIT_ASSERT_NOT_NULL(test, s);
	begin();
	printk_capture_start(text, sizeof(long_report));
	preempt_disable();
	all_allocators(test, s);
	all_allocators(test, s);
	preempt_enable();
	report_end(&rep);
	might_sleep_reset();
	while ((at = probe_after(at, PROBE_SLEEP __FILE__ ":")) != NULL)
		n++;
	KUNIT_EXPECT_EQ(test, n, (unsigned int)NR_ALLOCATORS);
	kmem_cache_destroy(s);
}

void rule1_once_for_each_place(struct kunit *test)
{
	unsigned int i;

	begin();
	preempt_disable();
	for (i = 0; i < 100; i++) {
		do_wrong();
		kfree(wrong_got);
	}
	wrong_got = WRONG_IN_A_HEADER();	/* another place: here, not there */
	preempt_enable();
	report_end(&rep);
	might_sleep_reset();
	kfree(wrong_got);
	KUNIT_EXPECT_EQ(test, probe_count(&rep, PROBE_SLEEP __FILE__ ":"), 2U);
}

static gfp_t gfp_asked;
static struct task_struct *gfp_asker;	/* others ask for pages, too */

static bool look_at_gfp(gfp_t gfp, unsigned int order)
{
	if (current == gfp_asker && in_task())
		gfp_asked = gfp;
	return false;
}

static void unhook_pages(void *unused)
{
	page_alloc_set_should_fail(NULL);
}

/* After the report the mask has lost what would let it sleep, all the way down. */
void rule1_then_it_does_not_sleep(struct kunit *test)
{
	struct page *page;

	gfp_asker = current;
	kunit_add_action(test, unhook_pages, NULL);
	page_alloc_set_should_fail(look_at_gfp);
	page = alloc_pages(GFP_KERNEL, 2);
	KUNIT_EXPECT_TRUE(test, gfp_asked == GFP_KERNEL);
	__free_pages(page, 2);
	begin();
	local_irq_disable();
	page = alloc_pages(GFP_KERNEL, 2);
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, gfp_asked == (GFP_KERNEL & ~__GFP_DIRECT_RECLAIM));
	__free_pages(page, 2);
	local_irq_disable();
	wrong_got = kmalloc(20000, GFP_KERNEL | __GFP_ZERO);
	local_irq_enable();
	KUNIT_EXPECT_FALSE(test, gfp_asked & __GFP_DIRECT_RECLAIM);
	kfree(wrong_got);
	report_end(&rep);
	might_sleep_reset();
	KUNIT_EXPECT_EQ(test, probe_count(&rep, PROBE_SLEEP __FILE__ ":"), 2U);
}

void rule1_vmalloc_gives_null(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *p[6];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, page);
	begin();
	preempt_disable();
	p[0] = vmalloc(100);
	p[1] = vzalloc(100);
	p[2] = __vmalloc(100, GFP_ATOMIC);
	p[3] = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	p[4] = (void *)ioremap(0xa0000, 100);
	p[5] = kvmalloc(8 << 20, GFP_KERNEL | __GFP_NOWARN);	/* more than kmalloc has */
	preempt_enable();
	report_end(&rep);
	might_sleep_reset();
	for (i = 0; i < ARRAY_SIZE(p); i++)
		KUNIT_EXPECT_NULL(test, p[i]);
	KUNIT_EXPECT_EQ(test, probe_count(&rep, PROBE_SLEEP __FILE__ ":"), 6U);
	KUNIT_EXPECT_EQ(test, probe_count(&rep, PROBE_SLEEP), 6U);
	__free_page(page);
}

void rule1_atomic_masks_are_welcome(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	unsigned long flags;
	void *p, *q;

	begin();
	spin_lock_irqsave(&lock, flags);
	p = kmalloc(40, GFP_ATOMIC);
	q = kzalloc(40, GFP_NOWAIT);
	free_page(__get_free_page(GFP_ATOMIC));
	spin_unlock_irqrestore(&lock, flags);
	report_end(&rep);
	KUNIT_EXPECT_TRUE(test, p && q);
	kfree(p);
	kfree(q);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
}

/* Macros, and functions still. */
void rule1_allocators_have_addresses(struct kunit *test)
{
	void *(*alloc)(size_t, gfp_t) = kmalloc;
	struct page *(*pages)(gfp_t, unsigned int) = alloc_pages;
	void *(*area)(unsigned long) = vmalloc;
	struct page *page = pages(GFP_KERNEL, 0);
	void *p = alloc(100, GFP_KERNEL), *q = area(100);

	KUNIT_EXPECT_TRUE(test, p && q && page);
	kfree(p);
	vfree(q);
	__free_page(page);
	begin();
	preempt_disable();
	p = alloc(100, GFP_KERNEL);
	q = area(100);
	preempt_enable();
	report_end(&rep);
	might_sleep_reset();
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, q);
	kfree(p);
	KUNIT_EXPECT_EQ(test, probe_count(&rep, PROBE_SLEEP), 2U);
}

void rule1_not_while_booting(struct kunit *test)
{
	begin();
	preempt_disable();
	system_state = SYSTEM_BOOTING;
	do_wrong();
	system_state = SYSTEM_RUNNING;
	preempt_enable();
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	kfree(wrong_got);
}

void rule1_might_sleep_and_its_kin(struct kunit *test)
{
	begin();
	might_sleep();
	might_sleep_if(true);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	preempt_disable();
	cant_sleep();
	might_sleep_if(false);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	might_sleep_if(true);
	preempt_enable();
	non_block_start();
	might_sleep();
	non_block_end();
	cant_sleep();
	report_end(&rep);
	might_sleep_reset();
	KUNIT_EXPECT_EQ(test, probe_count(&rep, PROBE_SLEEP __FILE__ ":"), 2U);
	EXPECT_REPORT(test, &rep, "in_atomic(): 0, irqs_disabled(): 0, non_block: 1, pid: ");
	KUNIT_EXPECT_EQ(test, probe_count(&rep, "BUG: assuming atomic context at " __FILE__), 1U);
}
