/* SPDX-License-Identifier: MIT */
/*
 * spinlock_irq_test.c - spinlocks among threads, interrupts and softirqs that are real
 */
#include <kunit/test.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "report.h"
#include "threads.h"

#define FAST_HZ		20000

static struct test_thread thread[2];
static struct test_log log;
static struct report rep;
static spinlock_t lock, inner;
static unsigned int calls;

static int spinlock_irq_init(struct kunit *test)
{
	test_log_clear(&log);
	spin_lock_init(&lock);
	spin_lock_init(&inner);
	calls = 0;
	return 0;
}

/*
 * Run @fn with @handler interrupting it: often enough to have met every instruction, or as
 * often as the host's load lets it.
 */
static void run_against(struct kunit *test, void (*handler)(void), void (*fn)(void))
{
	const u64 start = ktime_get_ns();
	u64 ms = 0;

	KUNIT_ASSERT_EQ(test, timer_test_start(FAST_HZ, handler), 0);
	while (READ_ONCE(calls) < 2000 && ms < (READ_ONCE(calls) ? 300 : 30000)) {
		fn();
		ms = (ktime_get_ns() - start) / NSEC_PER_MSEC;
	}
	kunit_info(test, "%lu interrupts", timer_test_stop());
	KUNIT_EXPECT_GT(test, calls, 0U);
}

/* ---- interrupts ------------------------------------------------------------------ */

static noinline void take_inner(void)
{
	spin_lock(&inner);
	calls++;
	spin_unlock(&inner);
}

static unsigned int held_wrong;

static void take_lock(void)
{
	spin_lock(&lock);
	held_wrong += spin_held_count() != 1;
	spin_unlock(&lock);
	held_wrong += spin_held_count() != 0;
}

/* Different locks: at whatever instruction the handler comes, both stay what they are. */
static void interrupted_at_any_time(struct kunit *test)
{
	held_wrong = 0;
	report_begin(&rep);
	run_against(test, take_inner, take_lock);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	KUNIT_EXPECT_EQ(test, held_wrong, 0U);
}

static void take_inner_with_irqs_off(void)
{
	unsigned long flags;

	spin_lock_irqsave(&inner, flags);
	spin_unlock_irqrestore(&inner, flags);
}

static void the_same_lock_with_irqs_off(struct kunit *test)
{
	report_begin(&rep);
	run_against(test, take_inner, take_inner_with_irqs_off);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&inner));
}

/* The classic mistake: found although the two have never met. */
static void the_same_lock_with_irqs_on(struct kunit *test)
{
	report_begin(&rep);
	KUNIT_ASSERT_EQ(test, timer_test_start(FAST_HZ, take_inner), 0);
	while (!READ_ONCE(calls))
		;
	timer_test_stop();
	take_inner();
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "inconsistent {IN-HARDIRQ-W} -> {HARDIRQ-ON-W} usage.\n");
	EXPECT_REPORT(test, &rep, " (&inner){?.+.}-{2:2}, at: take_inner+0x");
	EXPECT_REPORT(test, &rep, "{IN-HARDIRQ-W} state was registered at:\n  take_inner+0x");
}

/* And when they do meet, the kernel lives on. */
static void held_by_what_was_interrupted(struct kunit *test)
{
	report_begin(&rep);
	spin_lock(&inner);
	KUNIT_ASSERT_EQ(test, timer_test_start(FAST_HZ, take_inner), 0);
	while (!READ_ONCE(calls))
		;
	timer_test_stop();
	KUNIT_EXPECT_TRUE(test, spin_is_held(&inner));
	spin_unlock(&inner);
	report_end(&rep);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&inner));
	KUNIT_EXPECT_EQ(test, spin_held_count(), 0U);
	EXPECT_REPORT(test, &rep, "BUG: spinlock recursion on CPU#0, ");
	EXPECT_REPORT(test, &rep, " take_inner+0x");
}

/* ---- softirqs -------------------------------------------------------------------- */

static void log_softirq(struct tasklet_struct *t)
{
	spin_lock(&lock);
	test_log_add(&log, in_serving_softirq() ? 's' : '?');
	spin_unlock(&lock);
}

static DECLARE_TASKLET(tasklet, log_softirq);

static void softirqs_wait_for_the_unlock(struct kunit *test) __no_lock_analysis
{
	report_begin(&rep);
	spin_lock_bh(&lock);
	tasklet_schedule(&tasklet);
	test_log_add(&log, 'a');
	spin_unlock_bh(&lock);
	test_log_add(&log, 'b');
	KUNIT_EXPECT_TRUE(test, spin_trylock_bh(&lock));
	__acquire(&lock);
	tasklet_schedule(&tasklet);
	test_log_add(&log, 'c');
	spin_unlock_bh(&lock);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	KUNIT_EXPECT_STREQ(test, log.text, "asbcs");
}

static void a_softirq_lock_with_bh_on(struct kunit *test)
{
	report_begin(&rep);
	local_bh_disable();
	tasklet_schedule(&tasklet);
	local_bh_enable();			/* it runs here */
	spin_lock(&lock);
	spin_unlock(&lock);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "inconsistent {IN-SOFTIRQ-W} -> {SOFTIRQ-ON-W} usage.\n");
	EXPECT_REPORT(test, &rep, "{IN-SOFTIRQ-W} state was registered at:\n  log_softirq+0x");
}

/* ---- threads --------------------------------------------------------------------- */

static DECLARE_WAIT_QUEUE_HEAD(wq);
static bool go;

static void wait_and_log(struct test_thread *t)
{
	wait_event(wq, READ_ONCE(go));
	test_log_add(&log, 'u');
}

static void unlock_plain(unsigned long flags) __no_lock_analysis
{
	__acquire(&lock);
	spin_unlock(&lock);
}

static void unlock_irqrestore(unsigned long flags) __no_lock_analysis
{
	__acquire(&lock);
	spin_unlock_irqrestore(&lock, flags);
}

static void unlock_irq(unsigned long flags) __no_lock_analysis
{
	__acquire(&lock);
	spin_unlock_irq(&lock);
}

static void unlock_bh(unsigned long flags) __no_lock_analysis
{
	__acquire(&lock);
	spin_unlock_bh(&lock);
}

/* Whom an unlock could let run, it does, with interrupts on again. */
static void preempted_by(struct kunit *test, void (*unlock)(unsigned long), unsigned long flags)
	__no_lock_analysis
{
	WRITE_ONCE(go, true);
	wake_up(&wq);
	test_log_add(&log, 'a');
	unlock(flags);
	test_log_add(&log, 'b');
	test_thread_join(test, &thread[0]);
	KUNIT_EXPECT_STREQ(test, log.text, "aub");
	test_log_clear(&log);
	spin_lock_init(&lock);			/* it has been taken in every way */
}

static void start_urgent(struct kunit *test)
{
	go = false;
	test_thread_run(test, &thread[0], 0, wait_and_log, NULL);
	test_thread_wait_asleep(test, &thread[0]);
	sched_set_fifo(thread[0].task);
}

static void unlock_is_a_preemption_point(struct kunit *test) __no_lock_analysis
{
	unsigned long flags;

	start_urgent(test);
	spin_lock(&lock);
	preempted_by(test, unlock_plain, 0);
	__release(&lock);
	start_urgent(test);
	spin_lock_irqsave(&lock, flags);
	preempted_by(test, unlock_irqrestore, flags);
	__release(&lock);
	start_urgent(test);
	spin_lock_irq(&lock);
	preempted_by(test, unlock_irq, 0);
	__release(&lock);
	start_urgent(test);
	spin_lock_bh(&lock);
	preempted_by(test, unlock_bh, 0);
	__release(&lock);
}

static void lock_and_leave(struct test_thread *t) __no_lock_analysis
{
	spin_lock(&lock);
	preempt_enable_no_resched();		/* as if it had no lock */
	wait_event(wq, READ_ONCE(go));
	__release(&lock);
}

static void unlocked_by_another_thread(struct kunit *test) __no_lock_analysis
{
	char want[100];

	go = false;
	report_begin(&rep);
	test_thread_run(test, &thread[0], 5, lock_and_leave, NULL);
	test_thread_wait_asleep(test, &thread[0]);
	spin_lock(&lock);			/* it cannot run while we wait */
	spin_unlock(&lock);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
	preempt_disable();			/* what it has not done */
	__acquire(&lock);
	spin_unlock(&lock);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "BUG: spinlock cpu recursion on CPU#0, ");
	scnprintf(want, sizeof(want), ".owner: test-5/%d, .owner_cpu: 0\n", thread[0].task->pid);
	EXPECT_REPORT(test, &rep, want);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));

	/* Once more, with a lock that has not been reported yet. */
	report_begin(&rep);
	spin_lock_init(&lock);
	spin_lock(&lock);
	lock.owner = thread[0].task;
	spin_unlock(&lock);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "BUG: spinlock wrong owner on CPU#0, ");
	EXPECT_REPORT(test, &rep, want);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_EQ(test, spin_held_count(), 0U);
	WRITE_ONCE(go, true);
	wake_up(&wq);
	test_thread_join(test, &thread[0]);
}

static struct kunit_case spinlock_irq_cases[] = {
	KUNIT_CASE(interrupted_at_any_time),
	KUNIT_CASE(the_same_lock_with_irqs_off),
	KUNIT_CASE(the_same_lock_with_irqs_on),
	KUNIT_CASE(held_by_what_was_interrupted),
	KUNIT_CASE(softirqs_wait_for_the_unlock),
	KUNIT_CASE(a_softirq_lock_with_bh_on),
	KUNIT_CASE(unlock_is_a_preemption_point),
	KUNIT_CASE(unlocked_by_another_thread),
	{}
};

static struct kunit_suite spinlock_irq_suite = {
	.name = "spinlock_irq", .init = spinlock_irq_init, .test_cases = spinlock_irq_cases
};
kunit_test_suite(spinlock_irq_suite);
