/* SPDX-License-Identifier: MIT */
/*
 * semaphore.c - counting semaphores
 *
 * MODEL
 *   count is what is left.  down() takes one, or queues; up() hands its unit to the first in
 *   the queue and wakes it, or else adds it to count.  So count > 0 only while nobody waits,
 *   and a newcomer cannot overtake.
 *
 *   A waiter leaves the queue under the lock: by up(), which has then done with it, or, when
 *   its time is over, by itself.
 *
 * LOCKING	sem->lock, rank LOCK_WAITQ, irqs off.
 * CONTEXT	up(), down_trylock(): any but NMI.  down(): process.
 * FAILURE	down() where it cannot wait is reported, and goes on as if it had got one:
 *		count is negative until the up()s have caught up.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/semaphore.h>

struct semaphore_waiter {
	struct list_head list;		/* sem->lock */
	struct task_struct *task;
	bool up;			/* sem->lock: it has its unit, and is off the list */
};

/* Wait for a unit; the lock is dropped meanwhile. */
static int down_slow(struct semaphore *sem, unsigned int state, long timeout,
		     unsigned long *flags) __must_hold(&sem->lock)
{
	struct semaphore_waiter waiter = { .task = current };

	list_add_tail(&waiter.list, &sem->wait_list);
	while (!waiter.up && timeout > 0) {
		set_current_state(state);
		spin_unlock_irqrestore(&sem->lock, *flags);
		timeout = schedule_timeout(timeout);
		spin_lock_irqsave(&sem->lock, *flags);
	}
	__set_current_state(TASK_RUNNING);
	if (waiter.up)
		return 0;
	list_del(&waiter.list);
	return -ETIME;
}

static int down_common(struct semaphore *sem, unsigned int state, long timeout,
		       unsigned long caller)
{
	bool can_wait = __might_sleep(__FILE__, __LINE__, caller) || can_sleep();
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&sem->lock, flags);
	if (sem->count > 0 || !can_wait)
		sem->count--;
	else
		ret = down_slow(sem, state, timeout, &flags);
	spin_unlock_irqrestore(&sem->lock, flags);
	return ret;
}

void down(struct semaphore *sem)
{
	down_common(sem, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT, _RET_IP_);
}

int down_interruptible(struct semaphore *sem)
{
	return down_common(sem, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT, _RET_IP_);
}

int down_killable(struct semaphore *sem)
{
	return down_common(sem, TASK_KILLABLE, MAX_SCHEDULE_TIMEOUT, _RET_IP_);
}

int down_timeout(struct semaphore *sem, long jiffies)
{
	return down_common(sem, TASK_UNINTERRUPTIBLE, jiffies, _RET_IP_);
}

int down_trylock(struct semaphore *sem)
{
	unsigned long flags;
	bool got;

	spin_lock_irqsave(&sem->lock, flags);
	got = sem->count > 0;
	if (got)
		sem->count--;
	spin_unlock_irqrestore(&sem->lock, flags);
	return !got;
}

void up(struct semaphore *sem)
{
	struct semaphore_waiter *first;
	unsigned long flags;

	spin_lock_irqsave(&sem->lock, flags);
	first = list_first_entry_or_null(&sem->wait_list, struct semaphore_waiter, list);
	if (first && sem->count >= 0) {
		list_del(&first->list);
		first->up = true;
		wake_up_process(first->task);
	} else {
		sem->count++;
	}
	spin_unlock_irqrestore(&sem->lock, flags);
}
