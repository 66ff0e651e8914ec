/* SPDX-License-Identifier: MIT */
/*
 * irq_thread_test.c - handlers with threads, oneshot lines, and waiting for both
 *
 * Line 3 (the second serial port) is nobody's and is raised by its vector; line 8, the
 * real-time clock, is a device that really interrupts.
 */
#include <asm/io.h>
#include <asm/irq.h>
#include <asm/processor.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/irq.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "report.h"
#include "threads.h"

#define LINE		3
#define RTC_LINE	8
#define LEVEL_LINE	20

struct device {
	unsigned int hard, hard_good, threaded, good;
	bool waits;			/* the thread, for go */
	bool again;			/* the handler raises its own line */
	struct completion go, in_thread;
	unsigned int hard_in_thread;	/* hard when the thread began and ended */
	char comm[TASK_COMM_LEN];
	int prio;
};

static struct report report;
static struct device dev, other;
static unsigned int nested, most_nested;

static void raise_line(void)
{
	__asm__ __volatile__("int %0" : : "i"(IRQ_VECTOR(LINE)) : "memory");
}

static irqreturn_t hard_handler(int irq, void *data)
{
	struct device *d = data;
	void *p = kmalloc(200, GFP_ATOMIC);

	d->hard_good += p && in_hardirq() && irqs_disabled();
	kfree(p);
	nested++;
	most_nested = max(most_nested, nested);
	d->hard++;
	if (d->again) {
		d->again = false;
		raise_line();
	}
	nested--;
	return IRQ_WAKE_THREAD;
}

static irqreturn_t plain_handler(int irq, void *data)
{
	struct device *d = data;

	d->hard++;
	return IRQ_HANDLED;
}

static irqreturn_t thread_handler(int irq, void *data)
{
	struct device *d = data;
	unsigned int before = READ_ONCE(d->hard);
	void *p = kmalloc(3000, GFP_KERNEL);

	d->good += p && in_task() && preemptible() && !in_interrupt();
	kfree(p);
	strscpy(d->comm, current->comm, sizeof(d->comm));
	d->prio = current->prio;
	complete(&d->in_thread);
	if (d->waits)
		wait_for_completion(&d->go);
	d->hard_in_thread += READ_ONCE(d->hard) - before;
	WRITE_ONCE(d->threaded, d->threaded + 1);
	return IRQ_HANDLED;
}

static int irq_thread_test_init(struct kunit *test)
{
	memset(&dev, 0, sizeof(dev));
	memset(&other, 0, sizeof(other));
	init_completion(&dev.go);
	init_completion(&dev.in_thread);
	init_completion(&other.go);
	init_completion(&other.in_thread);
	nested = most_nested = 0;
	if (!irqchip_get(LINE))
		kunit_mark_skipped(test, "no interrupt controller");
	return 0;
}

static bool soon(const unsigned int *value, unsigned int want)
{
	unsigned int ticks = THREAD_MAX_WAIT;

	while (READ_ONCE(*value) < want && ticks--)
		schedule_timeout_uninterruptible(1);
	return READ_ONCE(*value) >= want;
}

static void thread_runs_behind_the_handler(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_threaded_irq(LINE, hard_handler, thread_handler, 0, "test",
						   &dev), 0);
	raise_line();
	KUNIT_EXPECT_EQ(test, dev.hard, 1);
	KUNIT_EXPECT_EQ(test, dev.hard_good, 1);
	KUNIT_EXPECT_TRUE(test, soon(&dev.threaded, 1));
	KUNIT_EXPECT_EQ(test, dev.good, 1);
	KUNIT_EXPECT_STREQ(test, dev.comm, "irq/3-test");
	KUNIT_EXPECT_LT(test, dev.prio, MAX_RT_PRIO);
	KUNIT_EXPECT_STREQ(test, free_irq(LINE, &dev), "test");
}

/* Real time: it takes the CPU from us at the end of the interrupt. */
static void thread_preempts_whom_it_interrupted(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_threaded_irq(LINE, hard_handler, thread_handler, 0, "test",
						   &dev), 0);
	raise_line();
	KUNIT_EXPECT_EQ(test, READ_ONCE(dev.threaded), 1);
	free_irq(LINE, &dev);
}

static void arguments_are_checked(struct kunit *test)
{
	report_begin(&report);
	KUNIT_EXPECT_EQ(test, request_threaded_irq(LINE, NULL, thread_handler, 0, "test", &dev),
			-EINVAL);
	report_end(&report);
	EXPECT_REPORT(test, &report,
		      "Threaded irq requested with handler=NULL and !ONESHOT for test (irq 3)\n");
	KUNIT_EXPECT_EQ(test, request_threaded_irq(LINE, NULL, NULL, 0, "test", &dev), -EINVAL);
}

/* Woken three times before it has its turn, it runs once. */
static void wake_ups_are_collected(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_threaded_irq(LINE, hard_handler, thread_handler, 0, "test",
						   &dev), 0);
	preempt_disable();
	raise_line();
	raise_line();
	raise_line();
	preempt_enable();
	synchronize_irq(LINE);
	KUNIT_EXPECT_EQ(test, dev.hard, 3);
	KUNIT_EXPECT_EQ(test, dev.threaded, 1);
	free_irq(LINE, &dev);
}

static void oneshot_blocks_until_the_thread_returns(struct kunit *test)
{
	dev.waits = true;
	KUNIT_ASSERT_EQ(test, request_threaded_irq(LINE, NULL, thread_handler, IRQF_ONESHOT,
						   "test", &dev), 0);
	free_irq(LINE, &dev);
	KUNIT_ASSERT_EQ(test, request_threaded_irq(LINE, hard_handler, thread_handler,
						   IRQF_ONESHOT, "test", &dev), 0);
	raise_line();
	wait_for_completion(&dev.in_thread);
	KUNIT_EXPECT_FALSE(test, irq_line_is_masked(LINE));	/* or an edge could be lost */
	raise_line();
	raise_line();
	KUNIT_EXPECT_EQ(test, dev.hard, 1);		/* kept */
	KUNIT_EXPECT_TRUE(test, irq_line_is_masked(LINE));
	complete(&dev.go);
	wait_for_completion(&dev.in_thread);		/* once, for both */
	complete(&dev.go);
	synchronize_irq(LINE);
	KUNIT_EXPECT_EQ(test, dev.hard, 2);
	KUNIT_EXPECT_EQ(test, dev.threaded, 2);
	KUNIT_EXPECT_EQ(test, dev.hard_in_thread, 0);
	free_irq(LINE, &dev);
}

/* A level that nobody has taken away would come again at once: masked at the controller. */
static void oneshot_level_line(struct kunit *test)
{
	if (!irqchip_get(LEVEL_LINE) || !irqchip_is_level(LEVEL_LINE))
		kunit_skip(test, "no level-triggered line");
	dev.waits = true;
	KUNIT_ASSERT_EQ(test, request_threaded_irq(LEVEL_LINE, NULL, thread_handler, IRQF_ONESHOT,
						   "level", &dev), 0);
	__asm__ __volatile__("int %0" : : "i"(IRQ_VECTOR(LEVEL_LINE)) : "memory");
	wait_for_completion(&dev.in_thread);
	KUNIT_EXPECT_TRUE(test, irq_line_is_masked(LEVEL_LINE));
	__asm__ __volatile__("int %0" : : "i"(IRQ_VECTOR(LEVEL_LINE)) : "memory");
	complete(&dev.go);
	synchronize_irq(LEVEL_LINE);
	KUNIT_EXPECT_EQ(test, dev.threaded, 1);		/* a level is not replayed: it is there */
	KUNIT_EXPECT_FALSE(test, irq_line_is_masked(LEVEL_LINE));
	free_irq(LEVEL_LINE, &dev);
	KUNIT_EXPECT_TRUE(test, irq_line_is_masked(LEVEL_LINE));
}

static void sharers_agree_about_oneshot(struct kunit *test)
{
	const unsigned long flags = IRQF_SHARED | IRQF_ONESHOT;

	KUNIT_ASSERT_EQ(test, request_threaded_irq(LINE, hard_handler, thread_handler, flags,
						   "first", &dev), 0);
	report_begin(&report);
	KUNIT_EXPECT_EQ(test, request_irq(LINE, plain_handler, IRQF_SHARED, "second", &other),
			-EBUSY);
	report_end(&report);
	EXPECT_REPORT(test, &report,
		      "Flags mismatch irq 3. 00000080 (second) vs. 00002080 (first)\n");
	KUNIT_ASSERT_EQ(test, request_threaded_irq(LINE, hard_handler, thread_handler, flags,
						   "second", &other), 0);
	dev.waits = true;
	raise_line();
	wait_for_completion(&dev.in_thread);
	KUNIT_EXPECT_TRUE(test, soon(&other.threaded, 1));
	raise_line();					/* the slower one still blocks it */
	KUNIT_EXPECT_EQ(test, other.hard, 1);
	complete(&dev.go);
	wait_for_completion(&dev.in_thread);
	complete(&dev.go);
	synchronize_irq(LINE);
	KUNIT_EXPECT_EQ(test, other.hard, 2);
	free_irq(LINE, &dev);
	free_irq(LINE, &other);
}

static void no_thread_to_wake_is_reported(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_irq(LINE, hard_handler, 0, "test", &dev), 0);
	report_begin(&report);
	raise_line();
	report_end(&report);
	free_irq(LINE, &dev);
	EXPECT_REPORT(test, &report, "IRQ 3 device test returned IRQ_WAKE_THREAD but no thread "
				     "function available.\n");
}

/* ---- waiting --------------------------------------------------------------------- */

static unsigned int back;

static int free_it(void *unused)
{
	free_irq(LINE, &dev);
	WRITE_ONCE(back, 1);
	return 0;
}

static int disable_it(void *unused)
{
	disable_irq(LINE);
	WRITE_ONCE(back, 1);
	return 0;
}

/* @fn has to wait for the thread of the line, and comes back then. */
static void expect_wait(struct kunit *test, int (*fn)(void *unused))
{
	struct task_struct *t = kthread_create(fn, NULL, "waiter");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	back = 0;
	wake_up_process(t);
	test_task_wait_asleep(test, t);
	schedule_timeout_uninterruptible(3);
	KUNIT_EXPECT_EQ(test, READ_ONCE(back), 0);
	complete(&dev.go);
	kthread_stop_put(t);
	KUNIT_EXPECT_EQ(test, back, 1);
	KUNIT_EXPECT_EQ(test, dev.threaded, 1);
}

static void free_irq_waits_for_the_thread(struct kunit *test)
{
	dev.waits = true;
	KUNIT_ASSERT_EQ(test, request_threaded_irq(LINE, hard_handler, thread_handler,
						   IRQF_ONESHOT, "test", &dev), 0);
	raise_line();
	wait_for_completion(&dev.in_thread);
	expect_wait(test, free_it);
	/* The line is as it was: not blocked by a thread that is gone. */
	KUNIT_ASSERT_EQ(test, request_irq(LINE, plain_handler, 0, "next", &other), 0);
	raise_line();
	free_irq(LINE, &other);
	KUNIT_EXPECT_EQ(test, other.hard, 1);
}

static void disable_irq_waits_for_the_thread(struct kunit *test)
{
	dev.waits = true;
	KUNIT_ASSERT_EQ(test, request_threaded_irq(LINE, hard_handler, thread_handler, 0, "test",
						   &dev), 0);
	raise_line();
	wait_for_completion(&dev.in_thread);
	disable_irq_nosync(LINE);			/* does not wait */
	KUNIT_EXPECT_EQ(test, READ_ONCE(dev.threaded), 0);
	KUNIT_EXPECT_FALSE(test, disable_hardirq(LINE));
	expect_wait(test, disable_it);
	raise_line();
	KUNIT_EXPECT_EQ(test, dev.hard, 1);
	enable_irq(LINE);
	enable_irq(LINE);
	KUNIT_EXPECT_EQ(test, dev.hard, 1);
	dev.waits = false;
	enable_irq(LINE);
	KUNIT_EXPECT_EQ(test, dev.hard, 2);
	free_irq(LINE, &dev);
}

static irqreturn_t disables_its_line(int irq, void *data)
{
	disable_irq((unsigned int)irq);
	dev.threaded++;
	return IRQ_HANDLED;
}

static void waiting_for_oneself_is_reported(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_threaded_irq(LINE, hard_handler, disables_its_line, 0, "test",
						   &dev), 0);
	report_begin(&report);
	raise_line();
	KUNIT_EXPECT_TRUE(test, soon(&dev.threaded, 1));
	report_end(&report);
	free_irq(LINE, &dev);
	enable_irq(LINE);
	EXPECT_REPORT(test, &report, "kernel/irq_manage.c:");
}

static void enabling_with_interrupts_off_keeps_them_off(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_irq(LINE, plain_handler, 0, "test", &dev), 0);
	disable_irq(LINE);
	raise_line();
	local_irq_disable();
	raise_softirq_irqoff(TASKLET_SOFTIRQ);		/* tempting */
	enable_irq(LINE);
	KUNIT_EXPECT_EQ(test, dev.hard, 1);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_TRUE(test, local_softirq_pending() & 1U << TASKLET_SOFTIRQ);
	local_irq_enable();
	free_irq(LINE, &dev);
}

static irqreturn_t frees_its_line(int irq, void *data)
{
	free_irq((unsigned int)irq, data);
	return IRQ_HANDLED;
}

static void freeing_in_an_interrupt_is_reported(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_irq(LINE, frees_its_line, 0, "test", &dev), 0);
	report_begin(&report);
	raise_line();
	report_end(&report);
	EXPECT_REPORT(test, &report, "Trying to free IRQ 3 from IRQ context!\n");
	KUNIT_EXPECT_NOT_NULL(test, free_irq(LINE, &dev));
}

/* Its own line in the middle of a handler: afterwards, not inside. */
static void handlers_of_a_line_do_not_nest(struct kunit *test)
{
	dev.again = true;
	KUNIT_ASSERT_EQ(test, request_threaded_irq(LINE, hard_handler, thread_handler, 0, "test",
						   &dev), 0);
	raise_line();
	synchronize_irq(LINE);
	KUNIT_EXPECT_EQ(test, dev.hard, 2);
	KUNIT_EXPECT_EQ(test, most_nested, 1);
	free_irq(LINE, &dev);
}

static irqreturn_t not_mine(int irq, void *data)
{
	dev.hard++;
	return IRQ_NONE;
}

static void storm_is_ended(struct kunit *test)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, request_irq(LINE, not_mine, 0, "test", &dev), 0);
	report_begin(&report);
	for (i = 0; i < 200001; i++)
		raise_line();
	report_end(&report);
	EXPECT_REPORT(test, &report, "irq 3: nobody cared (try booting with the "
				     "\"irqpoll\" option)\n");
	EXPECT_REPORT(test, &report, "] not_mine+");
	EXPECT_REPORT(test, &report, "Disabling IRQ #3\n");
	KUNIT_EXPECT_LE(test, dev.hard, 200000);
	free_irq(LINE, &dev);
	enable_irq(LINE);
}

static void no_auto_enable(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_irq(LINE, plain_handler, IRQF_NO_AUTOEN, "test", &dev), 0);
	raise_line();
	KUNIT_EXPECT_EQ(test, dev.hard, 0);
	enable_irq(LINE);
	KUNIT_EXPECT_EQ(test, dev.hard, 1);
	free_irq(LINE, &dev);
}

/* How often a line was disabled is the business of who had it, and gone with him. */
static void the_next_one_gets_it_enabled(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_irq(LINE, plain_handler, 0, "test", &dev), 0);
	disable_irq(LINE);
	free_irq(LINE, &dev);
	KUNIT_ASSERT_EQ(test, request_irq(LINE, plain_handler, 0, "test", &dev), 0);
	raise_line();
	KUNIT_EXPECT_EQ(test, dev.hard, 1);
	free_irq(LINE, &dev);
	KUNIT_ASSERT_EQ(test, request_irq(LINE, plain_handler, IRQF_NO_AUTOEN, "test", &dev), 0);
	free_irq(LINE, &dev);
	KUNIT_ASSERT_EQ(test, request_irq(LINE, plain_handler, IRQF_NO_AUTOEN, "test", &dev), 0);
	raise_line();
	KUNIT_EXPECT_EQ(test, dev.hard, 1);
	enable_irq(LINE);
	KUNIT_EXPECT_EQ(test, dev.hard, 2);
	free_irq(LINE, &dev);
}

static irqreturn_t leaky_handler(int irq, void *data)
{
	preempt_disable();
	return IRQ_HANDLED;
}

static void what_a_handler_leaks_is_undone(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_irq(LINE, leaky_handler, 0, "leaky", &dev), 0);
	report_begin(&report);
	raise_line();
	report_end(&report);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
	free_irq(LINE, &dev);
}

static bool refuse(gfp_t gfp, unsigned int order)
{
	return true;
}

static void no_memory_no_thread_no_change(struct kunit *test)
{
	page_should_fail_fn *old;
	int err;

	report_begin(&report);
	old = page_alloc_set_should_fail(refuse);
	err = request_threaded_irq(LINE, hard_handler, thread_handler, 0, "test", &dev);
	page_alloc_set_should_fail(old);
	report_end(&report);
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	KUNIT_EXPECT_EQ(test, request_irq(LINE, plain_handler, 0, "test", &dev), 0);
	free_irq(LINE, &dev);
}

/* ---- a device --------------------------------------------------------------------- */

/* The handler comes between the two ports as well, and leaves another register selected. */
static DEFINE_SPINLOCK(rtc_lock);

static u8 rtc_read(u8 reg)
{
	unsigned long flags;
	u8 value;

	spin_lock_irqsave(&rtc_lock, flags);
	outb(reg, 0x70);
	value = inb(0x71);
	spin_unlock_irqrestore(&rtc_lock, flags);
	return value;
}

static void rtc_write(u8 reg, u8 value)
{
	unsigned long flags;

	spin_lock_irqsave(&rtc_lock, flags);
	outb(reg, 0x70);
	outb(value, 0x71);
	spin_unlock_irqrestore(&rtc_lock, flags);
}

/* Only the thread quietens the clock, and it sleeps first: that is what oneshot is for. */
static irqreturn_t rtc_thread(int irq, void *data)
{
	schedule_timeout_uninterruptible(1);
	rtc_read(0x0c);
	thread_handler(irq, data);
	return IRQ_HANDLED;
}

static void real_time_clock_by_thread(struct kunit *test)
{
	u8 b = rtc_read(0x0b);

	if (b == 0xff || !irqchip_get(RTC_LINE))
		kunit_skip(test, "no real-time clock");
	KUNIT_ASSERT_EQ(test, request_threaded_irq(RTC_LINE, NULL, rtc_thread, IRQF_ONESHOT,
						   "rtc", &dev), 0);
	rtc_write(0x0a, 0x26);			/* 1024 Hz */
	rtc_write(0x0b, b | 0x40);
	rtc_read(0x0c);
	KUNIT_EXPECT_TRUE(test, soon(&dev.threaded, 5));
	rtc_write(0x0b, b);
	rtc_read(0x0c);
	free_irq(RTC_LINE, &dev);
	KUNIT_EXPECT_EQ(test, dev.good, dev.threaded);
	KUNIT_EXPECT_STREQ(test, dev.comm, "irq/8-rtc");
}

static struct kunit_case irq_thread_cases[] = {
	KUNIT_CASE(thread_runs_behind_the_handler),
	KUNIT_CASE(thread_preempts_whom_it_interrupted),
	KUNIT_CASE(arguments_are_checked),
	KUNIT_CASE(wake_ups_are_collected),
	KUNIT_CASE(oneshot_blocks_until_the_thread_returns),
	KUNIT_CASE(oneshot_level_line),
	KUNIT_CASE(sharers_agree_about_oneshot),
	KUNIT_CASE(no_thread_to_wake_is_reported),
	KUNIT_CASE(free_irq_waits_for_the_thread),
	KUNIT_CASE(disable_irq_waits_for_the_thread),
	KUNIT_CASE(waiting_for_oneself_is_reported),
	KUNIT_CASE(enabling_with_interrupts_off_keeps_them_off),
	KUNIT_CASE(freeing_in_an_interrupt_is_reported),
	KUNIT_CASE(handlers_of_a_line_do_not_nest),
	KUNIT_CASE(storm_is_ended),
	KUNIT_CASE(no_auto_enable),
	KUNIT_CASE(the_next_one_gets_it_enabled),
	KUNIT_CASE(what_a_handler_leaks_is_undone),
	KUNIT_CASE(no_memory_no_thread_no_change),
	KUNIT_CASE(real_time_clock_by_thread),
	{}
};

static struct kunit_suite irq_thread_suite = {
	.name = "irq_thread",
	.init = irq_thread_test_init,
	.test_cases = irq_thread_cases,
};
kunit_test_suite(irq_thread_suite);
