/* SPDX-License-Identifier: MIT */
/*
 * nmi_test.c - non-maskable interrupts that we send ourselves, and the way out of one
 */
#include <asm/apic.h>
#include <asm/nmi.h>
#include <asm/processor.h>
#include <asm/traps.h>
#include <kunit/test.h>
#include <linux/string.h>
#include <linux/slab.h>
#include <linux/memblock.h>
#include <linux/array_size.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include "report.h"

static struct report report;
static unsigned int calls, good, types_seen;
static char order[16];
static bool take;			/* do the handlers say that it was theirs? */

static int nmi_test_init(struct kunit *test)
{
	calls = good = types_seen = 0;
	take = true;
	memset(order, 0, sizeof(order));
	watchdog_arm(0);			/* it takes every NMI while it is armed */
	if (!apic_present())
		kunit_mark_skipped(test, "no local APIC to send an NMI with");
	return 0;
}

static void note(char c)
{
	size_t n = strlen(order);

	if (n < sizeof(order) - 1)
		order[n] = c;
}

static int handler(unsigned int type, struct pt_regs *regs)
{
	calls++;
	types_seen |= 1U << type;
	good += in_nmi() && in_hardirq() && in_interrupt() && !in_task() && irqs_disabled() &&
		get_irq_regs() == regs;
	note('a');
	return take ? NMI_HANDLED : NMI_DONE;
}

static int second(unsigned int type, struct pt_regs *regs)
{
	note('b');
	return NMI_DONE;
}

static int first(unsigned int type, struct pt_regs *regs)
{
	note('f');
	return NMI_DONE;
}

/* It comes at once, but a real bus may take its time. */
static void send_nmi(void)
{
	unsigned int before = trap_nmi_count(0), spins = 1000000;

	apic_send_self_nmi();
	while (trap_nmi_count(0) == before && --spins)
		cpu_relax();
}

static void handler_runs_in_nmi_context(struct kunit *test)
{
	const unsigned int before = preempt_count(), nmis = trap_nmi_count(0);

	KUNIT_ASSERT_EQ(test, register_nmi_handler(NMI_LOCAL, handler, 0, "test"), 0);
	send_nmi();
	unregister_nmi_handler(NMI_LOCAL, "test");
	KUNIT_EXPECT_EQ(test, calls, 1);
	KUNIT_EXPECT_EQ(test, good, 1);
	KUNIT_EXPECT_EQ(test, preempt_count(), before);
	KUNIT_EXPECT_EQ(test, trap_nmi_count(0), nmis + 1);
}

static void *nmi_object;
static unsigned int nmi_got, nmi_none;

/* Takes one, and gives back what it took the last time. */
static int allocating(unsigned int type, struct pt_regs *regs)
{
	void *p = kmalloc_nolock(64, 0, NUMA_NO_NODE);

	if (p)
		memset(p, 0x5a, 64);
	nmi_got += p != NULL;
	nmi_none += p == NULL;
	if (nmi_object)
		kfree_nolock(nmi_object);
	nmi_object = p;
	return NMI_HANDLED;
}

/*
 * Objects that are debugged are made ready under a lock: then there is none for an NMI.  Once is
 * not enough to know: another CPU may have the lock just then.
 */
static bool nolock_serves(void)
{
	void *p = NULL;
	unsigned int i;

	for (i = 0; i < 20 && !p; i++) {
		kfree(kmalloc(64, GFP_KERNEL));
		p = kmalloc_nolock(64, 0, NUMA_NO_NODE);
	}
	kfree_nolock(p);
	return p;
}

static void allocates_without_locks(struct kunit *test)
{
	void *p[70];
	unsigned int round, i;
	char msg[160] = "";

	nmi_got = nmi_none = 0;
	KUNIT_ASSERT_EQ(test, register_nmi_handler(NMI_LOCAL, allocating, 0, "test"), 0);
	for (round = 0; round < 200; round++) {
		for (i = 0; i < ARRAY_SIZE(p); i++)
			p[i] = kmalloc(64, GFP_KERNEL);
		apic_send_self_nmi();		/* comes somewhere in what follows */
		for (i = 0; i < ARRAY_SIZE(p); i++)
			kfree(p[i]);
		if (round % 50 == 0)
			slab_drain_all();
	}
	send_nmi();
	unregister_nmi_handler(NMI_LOCAL, "test");
	kfree(nmi_object);
	nmi_object = NULL;
	slab_drain_all();			/* what waits is freed, too */
	KUNIT_EXPECT_GT(test, nolock_serves() ? nmi_got : nmi_none, 100);
	KUNIT_EXPECT_TRUE_MSG(test, slab_verify(msg, sizeof(msg)), "%s", msg);
}

static void comes_while_interrupts_are_off(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	unsigned long flags;

	KUNIT_ASSERT_EQ(test, register_nmi_handler(NMI_LOCAL, handler, 0, "test"), 0);
	spin_lock_irqsave(&lock, flags);
	send_nmi();
	KUNIT_EXPECT_EQ(test, calls, 1);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	spin_unlock_irqrestore(&lock, flags);
	unregister_nmi_handler(NMI_LOCAL, "test");
}

static void asked_in_order(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, register_nmi_handler(NMI_LOCAL, handler, 0, "a"), 0);
	KUNIT_ASSERT_EQ(test, register_nmi_handler(NMI_LOCAL, second, 0, "b"), 0);
	KUNIT_ASSERT_EQ(test, register_nmi_handler(NMI_LOCAL, first, NMI_FLAG_FIRST, "f"), 0);
	send_nmi();
	unregister_nmi_handler(NMI_LOCAL, "b");
	send_nmi();
	unregister_nmi_handler(NMI_LOCAL, "f");
	unregister_nmi_handler(NMI_LOCAL, "a");
	KUNIT_EXPECT_STREQ(test, order, "fabfa");
}

static void registration_is_checked(struct kunit *test)
{
	static struct nmiaction action;

	KUNIT_EXPECT_EQ(test, __register_nmi_handler(NMI_MAX, &action, handler, 0, "x"), -EINVAL);
	KUNIT_EXPECT_EQ(test, __register_nmi_handler(NMI_LOCAL, &action, NULL, 0, "x"), -EINVAL);
	KUNIT_EXPECT_EQ(test, __register_nmi_handler(NMI_LOCAL, &action, handler, 0, "x"), 0);
	KUNIT_EXPECT_EQ(test, __register_nmi_handler(NMI_LOCAL, &action, handler, 0, "x"), -EBUSY);
	unregister_nmi_handler(NMI_LOCAL, "nobody");
	unregister_nmi_handler(NMI_LOCAL, "x");
	KUNIT_EXPECT_EQ(test, __register_nmi_handler(NMI_LOCAL, &action, handler, 0, "x"), 0);
	unregister_nmi_handler(NMI_LOCAL, "x");
}

static void nobody_s_is_dazed_and_confused(struct kunit *test)
{
	report_begin(&report);
	send_nmi();
	report_end(&report);
	EXPECT_REPORT(test, &report, "Uhhuh. NMI received for unknown reason ");
	EXPECT_REPORT(test, &report, " on CPU 0.\nDazed and confused, but trying to continue\n");
}

static void unknown_ones_can_be_taken(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, register_nmi_handler(NMI_UNKNOWN, handler, 0, "test"), 0);
	report_begin(&report);
	send_nmi();
	take = false;
	send_nmi();
	report_end(&report);
	unregister_nmi_handler(NMI_UNKNOWN, "test");
	KUNIT_EXPECT_EQ(test, types_seen, 1U << NMI_UNKNOWN);
	KUNIT_EXPECT_EQ(test, calls, 2);
	EXPECT_REPORT(test, &report, "Uhhuh. NMI received");	/* for the second */
}

/* Both are asked: the watchdog's NMIs and ours cannot be told apart. */
static void watchdog_and_others_live_together(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, register_nmi_handler(NMI_LOCAL, handler, 0, "test"), 0);
	watchdog_arm(60);
	send_nmi();
	watchdog_arm(0);
	unregister_nmi_handler(NMI_LOCAL, "test");
	KUNIT_EXPECT_GE(test, calls, 1);
	KUNIT_EXPECT_EQ(test, good, calls);
}

/* ---- the way out ------------------------------------------------------------------- */

static unsigned int works, works_good, requeues;
static struct irq_work work, work2;

static void work_fn(struct irq_work *w)
{
	works++;
	works_good += in_hardirq() && !in_nmi() && irqs_disabled();
	note(w == &work ? '1' : '2');
	if (requeues && requeues--)
		irq_work_queue(w);
}

static int queue_from_nmi(unsigned int type, struct pt_regs *regs)
{
	calls += irq_work_queue(&work);
	good += !irq_work_queue(&work);
	irq_work_queue(&work2);
	return NMI_HANDLED;
}

static void irq_work_runs_when_interrupts_are_on(struct kunit *test)
{
	works = works_good = requeues = 0;
	init_irq_work(&work, work_fn);
	init_irq_work(&work2, work_fn);
	KUNIT_ASSERT_EQ(test, register_nmi_handler(NMI_LOCAL, queue_from_nmi, 0, "test"), 0);
	local_irq_disable();
	send_nmi();
	KUNIT_EXPECT_EQ(test, calls, 1);
	KUNIT_EXPECT_EQ(test, good, 1);
	KUNIT_EXPECT_EQ(test, works, 0);
	KUNIT_EXPECT_TRUE(test, irq_work_is_pending(&work));
	local_irq_enable();
	irq_work_sync(&work);
	irq_work_sync(&work2);
	unregister_nmi_handler(NMI_LOCAL, "test");
	KUNIT_EXPECT_EQ(test, works, 2);
	KUNIT_EXPECT_EQ(test, works_good, 2);
	KUNIT_EXPECT_STREQ(test, order, "12");
}

static void irq_work_may_queue_itself(struct kunit *test)
{
	works = 0;
	requeues = 3;
	init_irq_work(&work, work_fn);
	KUNIT_EXPECT_TRUE(test, irq_work_queue(&work));
	irq_work_sync(&work);
	KUNIT_EXPECT_EQ(test, works, 4);
	KUNIT_EXPECT_FALSE(test, irq_work_is_busy(&work));
}

static struct kunit_case nmi_cases[] = {
	KUNIT_CASE(handler_runs_in_nmi_context),
	KUNIT_CASE(allocates_without_locks),
	KUNIT_CASE(comes_while_interrupts_are_off),
	KUNIT_CASE(asked_in_order),
	KUNIT_CASE(registration_is_checked),
	KUNIT_CASE(nobody_s_is_dazed_and_confused),
	KUNIT_CASE(unknown_ones_can_be_taken),
	KUNIT_CASE(watchdog_and_others_live_together),
	KUNIT_CASE(irq_work_runs_when_interrupts_are_on),
	KUNIT_CASE(irq_work_may_queue_itself),
	{}
};

static struct kunit_suite nmi_suite = {
	.name = "nmi",
	.init = nmi_test_init,
	.test_cases = nmi_cases,
};
kunit_test_suite(nmi_suite);
