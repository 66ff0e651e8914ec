/* SPDX-License-Identifier: MIT */
/*
 * bottom_half.c - count how deep soft interrupts are disabled, and run them at the end
 *
 * NOT HERE	what they do: kernel/softirq.c.
 */
#include <linux/atomic.h>
#include <linux/bottom_half.h>
#include <linux/kernel.h>

DEFINE_PER_CPU(unsigned int, __softirq_pending);

static void (*softirq_runner)(void);

void softirq_set_runner(void (*run)(void))
{
	smp_store_release(&softirq_runner, run);
}

void do_softirq(void)
{
	void (*run)(void) = READ_ONCE(softirq_runner);
	unsigned long flags;

	if (in_interrupt() || !run)
		return;
	local_irq_save(flags);
	if (local_softirq_pending())
		run();
	local_irq_restore(flags);
}

void local_bh_enable(void)
{
	WARN_ON_ONCE(in_hardirq() || irqs_disabled());
	/* Down to depth 1: pending ones run now, and nobody preempts before they have. */
	preempt_count_sub(SOFTIRQ_DISABLE_OFFSET - 1);
	if (unlikely(local_softirq_pending()))
		do_softirq();
	preempt_enable();
}
