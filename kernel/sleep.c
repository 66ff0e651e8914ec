/* SPDX-License-Identifier: MIT */
/*
 * kernel/sleep.c - threads that wait for time to pass
 *
 * A list of sleepers, each on its own stack, soonest first; the tick wakes those whose time
 * has come.
 *
 * LOCKING	sleep_lock, rank LOCK_TIMER, irqs off.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

#include "sched.h"

struct sleeper {
	struct list_head list;
	struct task_struct *task;
	unsigned long expires;		/* jiffies */
};

static DEFINE_SPINLOCK_RANKED(sleep_lock, LOCK_TIMER);
static LIST_HEAD(sleepers);

static void sleep_add(struct sleeper *s)
{
	struct sleeper *pos;
	unsigned long flags;

	spin_lock_irqsave(&sleep_lock, flags);
	list_for_each_entry(pos, &sleepers, list)
		if (time_before(s->expires, pos->expires))
			break;
	list_add_tail(&s->list, &pos->list);
	spin_unlock_irqrestore(&sleep_lock, flags);
}

static void sleep_del(struct sleeper *s)
{
	unsigned long flags;

	spin_lock_irqsave(&sleep_lock, flags);
	list_del_init(&s->list);
	spin_unlock_irqrestore(&sleep_lock, flags);
}

long sleep_timeout(long timeout)
{
	struct sleeper s = { .task = current, .expires = jiffies + (unsigned long)timeout };

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	sleep_add(&s);
	schedule();
	sleep_del(&s);
	timeout = (long)(s.expires - jiffies);
	return max(timeout, 0L);
}

void sleep_tick(void)
{
	struct sleeper *s, *next;

	spin_lock(&sleep_lock);
	list_for_each_entry_safe(s, next, &sleepers, list) {
		if (time_before(jiffies, s->expires))
			break;
		list_del_init(&s->list);
		wake_up_process(s->task);
	}
	spin_unlock(&sleep_lock);
}
