/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/deferred.c - what it costs to do something later
 *
 * A timer is armed and disarmed; a soft interrupt and a tasklet are raised and run at the end
 * of a section with bottom halves off; a work item is queued, run by its worker and waited
 * for, two switches and two wake-ups included; a hard interrupt with a handler that does
 * nothing, by an instruction, and one whose thread runs at once.
 */
#include <asm/irq.h>
#include <linux/bench.h>
#include <linux/interrupt.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#define FREE_LINE	3		/* the second serial port's: nobody's */

static void no_timer(struct timer_list *t)
{
}

static u64 timer_arm(u64 n)
{
	static DEFINE_TIMER(timer, no_timer);
	u64 start = bench_ticks();

	while (n--) {
		mod_timer(&timer, jiffies + 1000);
		timer_delete(&timer);
	}
	return bench_ticks() - start;
}
BENCH("timer/pair", timer_arm, 2000);

static void no_softirq(void)
{
}

static u64 softirq_run(u64 n)
{
	u64 start;

	open_softirq(IRQ_POLL_SOFTIRQ, no_softirq);
	start = bench_ticks();
	while (n--) {
		local_bh_disable();
		raise_softirq(IRQ_POLL_SOFTIRQ);
		local_bh_enable();
	}
	return bench_ticks() - start;
}
BENCH("softirq/run", softirq_run, 2000);

static void no_tasklet(struct tasklet_struct *t)
{
}

static u64 tasklet_run(u64 n)
{
	static DECLARE_TASKLET(tasklet, no_tasklet);
	u64 start = bench_ticks();

	while (n--) {
		local_bh_disable();
		tasklet_schedule(&tasklet);
		local_bh_enable();
	}
	return bench_ticks() - start;
}
BENCH("tasklet/run", tasklet_run, 2000);

static void no_work(struct work_struct *work)
{
}

static u64 work_round(u64 n)
{
	static DECLARE_WORK(work, no_work);
	u64 start = bench_ticks();

	while (n--) {
		schedule_work(&work);
		flush_work(&work);
	}
	return bench_ticks() - start;
}
BENCH("work/queue-flush", work_round, 500);

static irqreturn_t handled(int irq, void *dev)
{
	return IRQ_HANDLED;
}

static irqreturn_t wake(int irq, void *dev)
{
	return IRQ_WAKE_THREAD;
}

static u64 irq_raise(irq_handler_t handler, irq_handler_t thread_fn, u64 n)
{
	u64 start, ticks;

	if (request_threaded_irq(FREE_LINE, handler, thread_fn, 0, "bench", NULL))
		return BENCH_FAILED;
	start = bench_ticks();
	while (n--)
		__asm__ __volatile__("int %0" : : "i"(IRQ_VECTOR(FREE_LINE)) : "memory");
	ticks = bench_ticks() - start;
	free_irq(FREE_LINE, NULL);
	return ticks;
}

static u64 irq_hard(u64 n)
{
	return irq_raise(handled, NULL, n);
}
BENCH("irq/handler", irq_hard, 1000);

static u64 irq_threaded(u64 n)
{
	return irq_raise(wake, handled, n);
}
BENCH("irq/thread", irq_threaded, 500);
