/* SPDX-License-Identifier: MIT */
/*
 * completion.c - wait until somebody has done something
 *
 * MODEL
 *   done counts the completions that nobody has taken.  A waiter takes one, or queues as an
 *   exclusive entry; complete() adds one and wakes the first that sleeps.  Who was woken and
 *   finds none (somebody new came through in between) waits on, at its place in the queue.
 *
 *   A completion often lies on the stack of the waiter.  So the waiter leaves only under the
 *   lock, even if it has slept through its time-out: then complete() has given it back, and
 *   giving the lock back was the last thing that it did to the structure.
 *
 * LOCKING	x->wait.lock, rank LOCK_WAITQ, irqs off.
 * CONTEXT	complete(): any but NMI.  Waits: process.
 */
#include <linux/completion.h>
#include <linux/kernel.h>

static void take_one(struct completion *x)
{
	lockdep_assert_held(&x->wait.lock);
	if (x->done != UINT_MAX)
		x->done--;
}

static void add_done(struct completion *x, bool all)
{
	unsigned long flags;

	spin_lock_irqsave(&x->wait.lock, flags);
	if (all)
		x->done = UINT_MAX;
	else if (x->done != UINT_MAX)
		x->done++;
	__wake_up_locked(&x->wait, TASK_NORMAL, all ? 0 : 1, NULL);
	spin_unlock_irqrestore(&x->wait.lock, flags);
}

void complete(struct completion *x)
{
	add_done(x, false);
}

void complete_all(struct completion *x)
{
	add_done(x, true);
}

/* Sleep until there is one, or time is over.  The lock is dropped meanwhile. */
static long wait_locked(struct completion *x, long timeout, unsigned int state,
			unsigned long *flags) __must_hold(&x->wait.lock)
{
	DECLARE_WAITQUEUE(entry, current);

	__add_wait_queue_entry_tail_exclusive(&x->wait, &entry);
	do {
		set_current_state(state);
		spin_unlock_irqrestore(&x->wait.lock, *flags);
		timeout = schedule_timeout(timeout);
		spin_lock_irqsave(&x->wait.lock, *flags);
	} while (!x->done && timeout);
	__remove_wait_queue(&x->wait, &entry);
	__set_current_state(TASK_RUNNING);
	return timeout;
}

static long wait_common(struct completion *x, long timeout, unsigned int state,
			unsigned long caller)
{
	unsigned long flags;

	__might_sleep(__FILE__, __LINE__, caller);
	spin_lock_irqsave(&x->wait.lock, flags);
	if (!x->done)
		timeout = wait_locked(x, timeout, state, &flags);
	if (x->done) {
		take_one(x);
		timeout = timeout ?: 1;
	}
	spin_unlock_irqrestore(&x->wait.lock, flags);
	return timeout;
}

void wait_for_completion(struct completion *x)
{
	wait_common(x, MAX_SCHEDULE_TIMEOUT, TASK_UNINTERRUPTIBLE, _RET_IP_);
}

int wait_for_completion_interruptible(struct completion *x)
{
	wait_common(x, MAX_SCHEDULE_TIMEOUT, TASK_INTERRUPTIBLE, _RET_IP_);
	return 0;
}

int wait_for_completion_killable(struct completion *x)
{
	wait_common(x, MAX_SCHEDULE_TIMEOUT, TASK_KILLABLE, _RET_IP_);
	return 0;
}

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	return (unsigned long)wait_common(x, (long)timeout, TASK_UNINTERRUPTIBLE, _RET_IP_);
}

long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	return wait_common(x, (long)timeout, TASK_INTERRUPTIBLE, _RET_IP_);
}

long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout)
{
	return wait_common(x, (long)timeout, TASK_KILLABLE, _RET_IP_);
}

bool try_wait_for_completion(struct completion *x)
{
	unsigned long flags;
	bool got;

	spin_lock_irqsave(&x->wait.lock, flags);
	got = x->done != 0;
	if (got)
		take_one(x);
	spin_unlock_irqrestore(&x->wait.lock, flags);
	return got;
}

bool completion_done(struct completion *x)
{
	unsigned long flags;
	bool done;

	/* The lock, so that "true" also says: the completer has left. */
	spin_lock_irqsave(&x->wait.lock, flags);
	done = x->done != 0;
	spin_unlock_irqrestore(&x->wait.lock, flags);
	return done;
}
