/* SPDX-License-Identifier: MIT */
/*
 * kernel/sleep.c - threads that wait for time to pass
 *
 * A timer on the sleeper's own stack wakes it.
 *
 * CONTEXT	process, may sleep.
 * NOT HERE	timers: timer.c.  Busy waiting: time.c.
 */
#include <asm/processor.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/timer.h>

#include "sched.h"

struct sleeper {
	struct timer_list timer;
	struct task_struct *task;
};

static void sleep_end(struct timer_list *t)
{
	struct sleeper *s = from_timer(s, t, timer);

	wake_up_process(s->task);
}

long sleep_timeout(long timeout)
{
	struct sleeper s = { .task = current };
	unsigned long expires = jiffies + (unsigned long)timeout;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	timer_setup_on_stack(&s.timer, sleep_end, 0);
	mod_timer(&s.timer, expires);
	schedule();
	timer_delete_sync(&s.timer);
	destroy_timer_on_stack(&s.timer);
	timeout = (long)(expires - jiffies);
	return max(timeout, 0L);
}

/* The jiffy that runs now is partly over: one more, for at least @msecs. */
void msleep(unsigned int msecs)
{
	long left = (long)msecs_to_jiffies(msecs) + 1;

	while (left)
		left = schedule_timeout_uninterruptible(left);
}

unsigned long msleep_interruptible(unsigned int msecs)
{
	long left = schedule_timeout_interruptible((long)msecs_to_jiffies(msecs) + 1);

	return left > 0 ? jiffies_to_msecs((unsigned long)left) : 0;
}

/* A tick is all that can wake us: where that could be too late, the rest is waited busily. */
void usleep_range(unsigned long min, unsigned long max)
{
	const u64 start = ktime_get_ns(), tick = NSEC_PER_SEC / HZ;
	const u64 end = start + min * NSEC_PER_USEC, latest = start + max * NSEC_PER_USEC;
	u64 now;

	while ((now = ktime_get_ns()) < end) {
		if (now + tick <= latest)
			schedule_timeout_uninterruptible(1);
		else
			cond_resched();
		cpu_relax();
	}
}
