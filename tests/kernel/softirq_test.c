/* SPDX-License-Identifier: MIT */
/*
 * softirq_test.c - when soft interrupts run, in which context, and who takes over
 *
 * Three vectors have no user here (BLOCK, IRQ_POLL, NET_RX): the tests' own.
 */
#include <kunit/test.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include "report.h"

#define MINE	BLOCK_SOFTIRQ
#define LATER	IRQ_POLL_SOFTIRQ
#define TRIES	100		/* for what a busy host may spoil */

static struct report report;
static unsigned int runs, good_context, nested, raises_left;
static char order[16];
static struct task_struct *ran_in;

static void note(char c)
{
	size_t n = strlen(order);

	if (n < sizeof(order) - 1)
		order[n] = c;
}

static int softirq_test_init(struct kunit *test)
{
	runs = good_context = nested = raises_left = 0;
	memset(order, 0, sizeof(order));
	ran_in = NULL;
	return 0;
}

static void softirq_test_exit(struct kunit *test)
{
	open_softirq(MINE, NULL);
	open_softirq(LATER, NULL);
	open_softirq(NET_RX_SOFTIRQ, NULL);
}

static void look_around(void)
{
	runs++;
	ran_in = current;
	good_context += in_serving_softirq() && in_softirq() && in_interrupt() && !in_task() &&
			!in_hardirq() && in_atomic() && !irqs_disabled() &&
			softirq_count() == SOFTIRQ_OFFSET;
}

static void raise_mine(struct pt_regs *regs)
{
	raise_softirq(MINE);
	KUNIT_EXPECT_EQ(kunit_get_current_test(), runs, 0);
}

/* Call @fn in a hard interrupt, at once. */
static void in_hard_interrupt(void (*fn)(struct pt_regs *regs))
{
	irq_set_vector(TEST_VECTOR, fn, NULL, NULL);
	__asm__ __volatile__("int %0" : : "i"(TEST_VECTOR) : "memory");
	irq_set_vector(TEST_VECTOR, NULL, NULL, NULL);
}

static bool wait_for(const unsigned int *count, unsigned int want)
{
	unsigned int ticks = 30 * HZ;

	while (READ_ONCE(*count) < want && ticks--)
		schedule_timeout_uninterruptible(1);
	return READ_ONCE(*count) >= want;
}

static void runs_when_the_interrupt_ends(struct kunit *test)
{
	open_softirq(MINE, look_around);
	in_hard_interrupt(raise_mine);
	KUNIT_EXPECT_EQ(test, runs, 1);
	KUNIT_EXPECT_EQ(test, good_context, 1);
	KUNIT_EXPECT_PTR_EQ(test, ran_in, current);
	KUNIT_EXPECT_FALSE(test, in_interrupt());
}

static void runs_at_the_outermost_bh_enable(struct kunit *test)
{
	open_softirq(MINE, look_around);
	local_bh_disable();
	local_bh_disable();
	KUNIT_EXPECT_TRUE(test, in_softirq());
	KUNIT_EXPECT_FALSE(test, in_serving_softirq());
	KUNIT_EXPECT_EQ(test, softirq_count(), 2 * SOFTIRQ_DISABLE_OFFSET);
	KUNIT_EXPECT_TRUE(test, in_task());
	raise_softirq(MINE);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, runs, 0);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, runs, 1);
	KUNIT_EXPECT_EQ(test, good_context, 1);
	KUNIT_EXPECT_PTR_EQ(test, ran_in, current);
}

/* An interrupt that ends where bottom halves are disabled leaves it to local_bh_enable(). */
static void waits_while_bh_is_disabled(struct kunit *test)
{
	open_softirq(MINE, look_around);
	local_bh_disable();
	in_hard_interrupt(raise_mine);
	KUNIT_EXPECT_EQ(test, runs, 0);
	KUNIT_EXPECT_TRUE(test, local_softirq_pending() & 1U << MINE);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, runs, 1);
}

/* A tick may be faster than ksoftirqd, and run it at its end; but not every time. */
static void raised_in_a_thread_runs_in_ksoftirqd(struct kunit *test)
{
	unsigned int tries, there = 0;

	open_softirq(MINE, look_around);
	for (tries = 0; tries < TRIES && !there; tries++) {
		runs = good_context = 0;
		local_irq_disable();
		raise_softirq_irqoff(MINE);
		KUNIT_EXPECT_EQ(test, runs, 0);
		local_irq_enable();
		KUNIT_ASSERT_TRUE(test, wait_for(&runs, 1));
		KUNIT_EXPECT_EQ(test, good_context, 1);
		there += ran_in == this_cpu_ksoftirqd();
	}
	KUNIT_EXPECT_EQ(test, there, 1);
}

static void note_h(void)
{
	note('h');
	runs++;
}

static void note_m(void)
{
	note('m');
	if (raises_left && raises_left--)
		raise_softirq(NET_RX_SOFTIRQ);	/* lower: but only in the next round */
}

static void note_l(void)
{
	note('l');
}

static void low_numbers_run_first(struct kunit *test)
{
	open_softirq(NET_RX_SOFTIRQ, note_h);
	open_softirq(MINE, note_m);
	open_softirq(LATER, note_l);
	raises_left = 1;
	local_bh_disable();
	raise_softirq(LATER);
	raise_softirq(MINE);
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, wait_for(&runs, 1));	/* ksoftirqd, if somebody wants the CPU */
	KUNIT_EXPECT_STREQ(test, order, "mlh");
}

static void raise_later(struct pt_regs *regs)
{
	raise_softirq(LATER);
}

static void count_later(void)
{
	nested += READ_ONCE(raises_left) != 0;	/* inside of the other one */
	runs++;
}

static void be_interrupted(void)
{
	raises_left = 1;
	in_hard_interrupt(raise_later);
	in_hard_interrupt(raise_later);
	KUNIT_EXPECT_EQ(kunit_get_current_test(), runs, 0);
	raises_left = 0;
}

static void softirqs_do_not_nest(struct kunit *test)
{
	unsigned int tries = 30 * HZ;

	open_softirq(MINE, be_interrupted);
	open_softirq(LATER, count_later);
	local_bh_disable();
	raise_softirq(MINE);
	local_bh_enable();
	while (!READ_ONCE(runs) && tries--)	/* if a thread wants the CPU, ksoftirqd goes on */
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, runs, 1);
	KUNIT_EXPECT_EQ(test, nested, 0);
}

static unsigned int runs_here, runs_at_once;

/* At once: in one jiffy, for the tick's interrupt ends with another turn. */
static void again_and_again(void)
{
	static unsigned long at;
	static unsigned int now;

	runs++;
	if (current != this_cpu_ksoftirqd()) {
		now = at == jiffies ? now + 1 : 1;
		at = jiffies;
		runs_at_once = max(runs_at_once, now);
		runs_here++;
	}
	if (raises_left && raises_left--)
		raise_softirq(MINE);
}

static void raise_again_and_again(struct kunit *test)
{
	unsigned int before;

	raises_left = 100;
	runs = runs_here = runs_at_once = 0;
	local_bh_disable();
	raise_softirq(MINE);
	preempt_disable();
	local_bh_enable();
	before = runs;
	preempt_enable();
	KUNIT_EXPECT_GE(test, before, 1);
	KUNIT_EXPECT_TRUE(test, wait_for(&runs, 101));
	KUNIT_EXPECT_EQ(test, runs, 101);
}

/*
 * One that raises itself for ever gets its rounds, and then competes as a thread.  But another
 * CPU's interrupt ends with some rounds, too, and ticks may come faster than that thread.
 */
static void endless_work_moves_to_ksoftirqd(struct kunit *test)
{
	unsigned int tries = 0;

	open_softirq(MINE, again_and_again);
	do {
		raise_again_and_again(test);
	} while ((runs_at_once > 10 || runs == runs_here) && ++tries < TRIES);
	KUNIT_EXPECT_LE(test, runs_at_once, 10);
	KUNIT_EXPECT_GT(test, runs - runs_here, 0);
}

static void leak_preempt(void)
{
	preempt_disable();
}

static void leaked_preempt_count_is_reported(struct kunit *test)
{
	const unsigned int before = preempt_count();

	open_softirq(MINE, leak_preempt);
	report_begin(&report);
	local_bh_disable();
	raise_softirq(MINE);
	local_bh_enable();
	report_end(&report);
	KUNIT_EXPECT_EQ(test, preempt_count(), before);
	EXPECT_REPORT(test, &report, "huh, entered softirq 4 BLOCK leak_preempt+");
	EXPECT_REPORT(test, &report, "with preempt_count 00000101, exited with 00000102?");
}

/* The interrupted thread may dig into the reserves; what interrupts it may not. */
static unsigned int flags_seen;

static void see_flags(void)
{
	flags_seen = current->flags;
	runs++;
}

static void memalloc_is_not_inherited(struct kunit *test)
{
	const unsigned int before = current->flags;

	open_softirq(MINE, see_flags);
	current->flags |= PF_MEMALLOC;
	local_bh_disable();
	raise_softirq(MINE);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, runs, 1);
	KUNIT_EXPECT_FALSE(test, flags_seen & PF_MEMALLOC);
	KUNIT_EXPECT_TRUE(test, current->flags & PF_MEMALLOC);
	current->flags = before;
}

/* ---- memory ---------------------------------------------------------------------- */

static unsigned long allocations, refusals;

static void allocate(void)
{
	void *p = kmalloc(8 + allocations % 3000, GFP_ATOMIC);
	unsigned long page = __get_free_page(GFP_ATOMIC);

	refusals += !p || !page;
	allocations++;
	free_page(page);
	kfree(p);
}

static void raise_from_the_timer(void)
{
	raise_softirq(MINE);
}

/* Thousands of times a second, somewhere in the middle of an allocation of process context. */
static void softirq_allocates_while_process_context_does(struct kunit *test)
{
	void *p[16] = { NULL };
	unsigned int i;
	u64 end;

	allocations = refusals = 0;
	open_softirq(MINE, allocate);
	KUNIT_ASSERT_EQ(test, timer_test_start(4000, raise_from_the_timer), 0);
	end = ktime_get_ns() + 300 * NSEC_PER_MSEC;
	for (i = 0; ktime_get_ns() < end || (allocations < 50 && i < 50000000); i++) {
		kfree(p[i % 16]);
		p[i % 16] = kmalloc(16 + i % 4096, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[i % 16]);
	}
	timer_test_stop();
	for (i = 0; i < 16; i++)
		kfree(p[i]);
	KUNIT_EXPECT_GE(test, allocations, 50);
	KUNIT_EXPECT_EQ(test, refusals, 0);
}

/* ---- the table ------------------------------------------------------------------- */

static void table_is_linux_s(struct kunit *test)
{
	const unsigned int columns = 11 * num_online_cpus();
	static char text[10240];
	struct seq_file m;
	unsigned int count;
	char *row;

	open_softirq(MINE, look_around);
	in_hard_interrupt(raise_mine);
	seq_to_buffer(&m, text, sizeof(text));
	softirqs_show(&m);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	KUNIT_EXPECT_TRUE(test, strstarts(text, "                    CPU0       "));
	KUNIT_EXPECT_EQ(test, strcspn(text, "\n"), 20 + columns);
	KUNIT_EXPECT_TRUE(test, strstarts(text + 20 + columns, "\n          HI: "));
	row = strstr(text, "\n       BLOCK: ");
	KUNIT_ASSERT_NOT_NULL(test, row);
	count = softirq_count_of(MINE);
	KUNIT_EXPECT_GT(test, count, 0);
	KUNIT_EXPECT_EQ(test, strcspn(row + 1, "\n"), strlen("       BLOCK:") + columns);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\n    IRQ_POLL: "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\n     HRTIMER: "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\n         RCU: "));
}

static struct kunit_case softirq_cases[] = {
	KUNIT_CASE(runs_when_the_interrupt_ends),
	KUNIT_CASE(runs_at_the_outermost_bh_enable),
	KUNIT_CASE(waits_while_bh_is_disabled),
	KUNIT_CASE(raised_in_a_thread_runs_in_ksoftirqd),
	KUNIT_CASE(low_numbers_run_first),
	KUNIT_CASE(softirqs_do_not_nest),
	KUNIT_CASE(endless_work_moves_to_ksoftirqd),
	KUNIT_CASE(leaked_preempt_count_is_reported),
	KUNIT_CASE(memalloc_is_not_inherited),
	KUNIT_CASE(softirq_allocates_while_process_context_does),
	KUNIT_CASE(table_is_linux_s),
	{}
};

static struct kunit_suite softirq_suite = {
	.name = "softirq",
	.init = softirq_test_init,
	.exit = softirq_test_exit,
	.test_cases = softirq_cases,
};
kunit_test_suite(softirq_suite);
