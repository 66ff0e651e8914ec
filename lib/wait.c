/* SPDX-License-Identifier: MIT */
/*
 * wait.c - wait queues: who sleeps here, and who is woken first
 *
 * MODEL
 *   A queue is a list of entries, most of them on the stacks of sleeping threads.  A wake-up
 *   walks it from the front and calls each entry's function, which normally makes the thread
 *   runnable:
 *
 *	head -> [priority ...] [plain ...] [exclusive ...]
 *
 *   Plain ones are all woken.  Exclusive ones compete for one thing, so a wake-up stops at the
 *   nr-th that it woke; they queue at the end, first come, first served.
 *
 *   Why no wake-up is lost: the waiter queues, then sets its state, then looks at the condition
 *   (a full barrier between); the waker stores the condition, then looks at the queue under its
 *   lock.  Either the waiter sees the condition, or the waker sees the waiter and sets its state
 *   to running again, whether it sleeps already or not.
 *
 * INVARIANTS
 *   W1  an entry that autoremove_wake_function() or finish_wait() took off is empty: linked to
 *       itself.  finish_wait() relies on it to come through without the lock.
 *   W2  nobody touches an entry after it has become empty, or after wake_up_state() on it when
 *       its function leaves it queued and its owner needs the lock to take it off: its stack
 *       frame may be gone.
 *
 * LOCKING	wq->lock, rank LOCK_WAITQ, irqs off: wake-ups come from interrupts.  An entry's
 *		function may wake another queue only through spin_lock_nested() and
 *		wake_up_locked().
 * CONTEXT	wake-ups: any but NMI.  Waits: process.
 * NOT HERE	making a thread runnable: kernel/sched.c, through wake_up_state().
 */
#include <linux/kernel.h>
#include <linux/wait.h>

void __init_waitqueue_head(struct wait_queue_head *wq, const char *name)
{
	__spin_lock_init(&wq->lock, LOCK_WAITQ, name);
	INIT_LIST_HEAD(&wq->head);
}

void init_wait_entry(struct wait_queue_entry *e, int flags)
{
	e->flags = (unsigned int)flags;
	e->private = current;
	e->func = autoremove_wake_function;
	INIT_LIST_HEAD(&e->entry);
}

/* ---- the list -------------------------------------------------------------------- */

void __add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	struct list_head *at = &wq->head;

	lockdep_assert_held(&wq->lock);
	if (!(e->flags & WQ_FLAG_PRIORITY))
		while (!list_is_last(at, &wq->head) &&
		       list_entry(at->next, struct wait_queue_entry, entry)->flags &
		       WQ_FLAG_PRIORITY)
			at = at->next;
	list_add(&e->entry, at);
}

void __add_wait_queue_entry_tail(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	lockdep_assert_held(&wq->lock);
	list_add_tail(&e->entry, &wq->head);
}

void __add_wait_queue_entry_tail_exclusive(struct wait_queue_head *wq,
					   struct wait_queue_entry *e)
{
	e->flags |= WQ_FLAG_EXCLUSIVE;
	__add_wait_queue_entry_tail(wq, e);
}

void __remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	lockdep_assert_held(&wq->lock);
	list_del(&e->entry);
}

void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	unsigned long flags;

	e->flags &= ~(unsigned int)WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq->lock, flags);
	__add_wait_queue(wq, e);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void add_wait_queue_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	__add_wait_queue_entry_tail_exclusive(wq, e);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void add_wait_queue_priority(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	unsigned long flags;

	e->flags |= WQ_FLAG_EXCLUSIVE | WQ_FLAG_PRIORITY;
	spin_lock_irqsave(&wq->lock, flags);
	__add_wait_queue(wq, e);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	__remove_wait_queue(wq, e);
	spin_unlock_irqrestore(&wq->lock, flags);
}

/* ---- waking ---------------------------------------------------------------------- */

int __wake_up_locked(struct wait_queue_head *wq, unsigned int mode, int nr, void *key)
{
	struct wait_queue_entry *e, *next;
	int left = nr, woken = 0, ret;

	lockdep_assert_held(&wq->lock);
	/* next is fetched before func(), behind which e may be gone (W2). */
	list_for_each_entry_safe(e, next, &wq->head, entry) {
		unsigned int flags = e->flags;

		ret = e->func(e, mode, 0, key);
		if (ret < 0)
			break;
		if (!ret || !(flags & WQ_FLAG_EXCLUSIVE))
			continue;
		woken++;
		if (--left == 0)
			break;
	}
	return woken;
}

int __wake_up(struct wait_queue_head *wq, unsigned int mode, int nr, void *key)
{
	unsigned long flags;
	int woken;

	spin_lock_irqsave(&wq->lock, flags);
	woken = __wake_up_locked(wq, mode, nr, key);
	spin_unlock_irqrestore(&wq->lock, flags);
	return woken;
}

int default_wake_function(wait_queue_entry_t *e, unsigned int mode, int flags, void *key)
{
	return wake_up_state(e->private, mode);
}

int autoremove_wake_function(wait_queue_entry_t *e, unsigned int mode, int flags, void *key)
{
	int ret = default_wake_function(e, mode, flags, key);

	if (ret)
		list_del_init_careful(&e->entry);	/* the last touch */
	return ret;
}

/* ---- waiting --------------------------------------------------------------------- */

static bool queue_and_set_state(struct wait_queue_head *wq, struct wait_queue_entry *e,
				unsigned int state)
{
	bool was_empty = false;
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	if (list_empty(&e->entry)) {
		was_empty = list_empty(&wq->head);
		if (e->flags & WQ_FLAG_EXCLUSIVE)
			__add_wait_queue_entry_tail(wq, e);
		else
			__add_wait_queue(wq, e);
	}
	set_current_state(state);
	spin_unlock_irqrestore(&wq->lock, flags);
	return was_empty;
}

void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *e, unsigned int state)
{
	e->flags &= ~(unsigned int)WQ_FLAG_EXCLUSIVE;
	queue_and_set_state(wq, e, state);
}

bool prepare_to_wait_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *e,
			       unsigned int state)
{
	e->flags |= WQ_FLAG_EXCLUSIVE;
	return queue_and_set_state(wq, e, state);
}

long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *e,
			   unsigned int state)
{
	queue_and_set_state(wq, e, state);
	return 0;
}

void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	unsigned long flags;

	__set_current_state(TASK_RUNNING);
	if (list_empty_careful(&e->entry))	/* its waker has done with it (W1) */
		return;
	spin_lock_irqsave(&wq->lock, flags);
	list_del_init(&e->entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

/*
 * WOKEN stands for the condition: set by the waker, looked at after the state is set, cleared
 * by the waiter before it looks at what the wake-up was about.
 */
long wait_woken(struct wait_queue_entry *e, unsigned int mode, long timeout)
{
	set_current_state(mode);
	if (!(READ_ONCE(e->flags) & WQ_FLAG_WOKEN))
		timeout = schedule_timeout(timeout);
	__set_current_state(TASK_RUNNING);
	__atomic_fetch_and(&e->flags, ~(unsigned int)WQ_FLAG_WOKEN, __ATOMIC_SEQ_CST);
	return timeout;
}

int woken_wake_function(wait_queue_entry_t *e, unsigned int mode, int flags, void *key)
{
	__atomic_fetch_or(&e->flags, WQ_FLAG_WOKEN, __ATOMIC_SEQ_CST);
	return default_wake_function(e, mode, flags, key);
}
