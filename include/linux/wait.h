/* SPDX-License-Identifier: MIT */
/*
 * Wait queues: threads that sleep until a condition is true, and how they are woken.
 * Implemented by lib/wait.c.
 *
 *	static DECLARE_WAIT_QUEUE_HEAD(wq);
 *
 *	wait_event(wq, ready);		the waiter: process context, may sleep
 *
 *	WRITE_ONCE(ready, true);	the waker: any context but NMI
 *	wake_up(&wq);
 *
 * The condition is looked at after the waiter has queued and set its state, and before it
 * sleeps: a wake-up that comes in between makes it runnable again, so none is lost.  A wake-up
 * may be spurious, hence the loop.  Nothing but a wake-up or the time-out ends a wait: there
 * are no signals, and the _interruptible forms return 0; they differ by what wakes them.
 */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

typedef struct wait_queue_entry wait_queue_entry_t;
typedef struct wait_queue_head wait_queue_head_t;

/*
 * Called by a wake-up for each entry, with the queue's lock held and interrupts off.
 * 0: not woken, and not counted; > 0: woken; < 0: the wake-up ends here.
 */
typedef int (*wait_queue_func_t)(wait_queue_entry_t *entry, unsigned int mode, int flags,
				 void *key);
int default_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key);
int autoremove_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key);
int woken_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key);

#define WQ_FLAG_EXCLUSIVE	0x01	/* a wake-up wakes so many of these, and all others */
#define WQ_FLAG_WOKEN		0x02	/* wait_woken() */
#define WQ_FLAG_PRIORITY	0x10	/* in front of the others */

/* Field keys:  (L) the queue's lock   (O) its owner, before it is queued */
struct wait_queue_entry {
	unsigned int	  flags;	/* (O) but WOKEN (L) */
	void		 *private;	/* (O) the thread, for the functions above */
	wait_queue_func_t func;		/* (O) */
	struct list_head  entry;	/* (L) */
};

struct wait_queue_head {
	spinlock_t	 lock;		/* rank LOCK_WAITQ, irqs off */
	struct list_head head;		/* (L) PRIORITY first, then plain, EXCLUSIVE last */
};

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) {				\
	.lock = __SPIN_LOCK_INIT_NAMED(LOCK_WAITQ, "&(" #name ").lock"),	\
	.head = LIST_HEAD_INIT((name).head) }
#define DECLARE_WAIT_QUEUE_HEAD(name) \
	struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name)	DECLARE_WAIT_QUEUE_HEAD(name)

void __init_waitqueue_head(struct wait_queue_head *wq, const char *name);
#define init_waitqueue_head(wq)		__init_waitqueue_head(wq, #wq)

/* ---- entries --------------------------------------------------------------------- */

#define DECLARE_WAITQUEUE(name, tsk)					\
	struct wait_queue_entry name = {				\
		.private = (tsk), .func = default_wake_function, .entry = { NULL, NULL } }
#define DEFINE_WAIT_FUNC(name, function)				\
	struct wait_queue_entry name = {				\
		.private = current, .func = (function), .entry = LIST_HEAD_INIT((name).entry) }
#define DEFINE_WAIT(name)	DEFINE_WAIT_FUNC(name, autoremove_wake_function)

static inline void init_waitqueue_entry(struct wait_queue_entry *e, struct task_struct *t)
{
	e->flags = 0;
	e->private = t;
	e->func = default_wake_function;
}

static inline void init_waitqueue_func_entry(struct wait_queue_entry *e, wait_queue_func_t func)
{
	e->flags = 0;
	e->private = NULL;
	e->func = func;
}

/* As DEFINE_WAIT(), with more flags. */
void init_wait_entry(struct wait_queue_entry *e, int flags);
#define init_wait(e)		init_wait_entry(e, 0)

/*
 * Is anybody queued?  Without the lock.  A waker that skips its wake-up because of this must
 * have a full barrier between its store and the question: wq_has_sleeper().
 */
static inline bool waitqueue_active(const struct wait_queue_head *wq)
{
	return !list_empty(&wq->head);
}

static inline bool wq_has_single_sleeper(const struct wait_queue_head *wq)
{
	return list_is_singular(&wq->head);
}

static inline bool wq_has_sleeper(const struct wait_queue_head *wq)
{
	smp_mb();		/* the waker's store, before the look at the queue */
	return waitqueue_active(wq);
}

/* Any context but NMI.  Exclusive ones go to the end, priority ones to the front. */
void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e);
void add_wait_queue_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *e);
void add_wait_queue_priority(struct wait_queue_head *wq, struct wait_queue_entry *e);
void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e);

/* The same under the queue's lock. */
void __add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e)
	__must_hold(&wq->lock);
void __add_wait_queue_entry_tail(struct wait_queue_head *wq, struct wait_queue_entry *e)
	__must_hold(&wq->lock);
void __add_wait_queue_entry_tail_exclusive(struct wait_queue_head *wq,
					   struct wait_queue_entry *e) __must_hold(&wq->lock);
void __remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e)
	__must_hold(&wq->lock);

/* ---- waking ---------------------------------------------------------------------- */

/*
 * Wake all plain entries and up to @nr exclusive ones (0: all), in the order of the queue, of
 * those whose thread is in one of the states @mode.  Gives the exclusive ones woken.
 */
int __wake_up(struct wait_queue_head *wq, unsigned int mode, int nr, void *key);
/* The same under the queue's lock. */
int __wake_up_locked(struct wait_queue_head *wq, unsigned int mode, int nr, void *key)
	__must_hold(&wq->lock);

#define wake_up(wq)			__wake_up(wq, TASK_NORMAL, 1, NULL)
#define wake_up_nr(wq, nr)		__wake_up(wq, TASK_NORMAL, nr, NULL)
#define wake_up_all(wq)			__wake_up(wq, TASK_NORMAL, 0, NULL)
#define wake_up_key(wq, key)		__wake_up(wq, TASK_NORMAL, 1, key)
#define wake_up_locked(wq)		__wake_up_locked(wq, TASK_NORMAL, 1, NULL)
#define wake_up_all_locked(wq)		__wake_up_locked(wq, TASK_NORMAL, 0, NULL)
#define wake_up_sync(wq)		wake_up(wq)
#define wake_up_interruptible(wq)	__wake_up(wq, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(wq, nr) __wake_up(wq, TASK_INTERRUPTIBLE, nr, NULL)
#define wake_up_interruptible_all(wq)	__wake_up(wq, TASK_INTERRUPTIBLE, 0, NULL)
#define wake_up_interruptible_sync(wq)	wake_up_interruptible(wq)

/* ---- waiting, step by step ------------------------------------------------------- */

/*
 * Queue @e, unless it is queued, and set the thread's state; then look at the condition, then
 * schedule().  prepare_to_wait_exclusive(): was the queue empty?
 */
void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *e, unsigned int state);
bool prepare_to_wait_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *e,
			       unsigned int state);
/* For wait_event(): @e says whether it is exclusive.  0: there are no signals. */
long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *e,
			   unsigned int state);
/* Running again; @e may go out of scope now, if the queue's wakers are at it or not. */
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *e);

/* A wait whose condition may itself sleep: for entries with woken_wake_function(). */
long wait_woken(struct wait_queue_entry *e, unsigned int mode, long timeout);

/* ---- wait_event() ---------------------------------------------------------------- */

#define ___wait_event(wq, condition, state, exclusive, ret, cmd) ({	\
	struct wait_queue_entry __wq_entry;				\
	__typeof__(ret) __ret = (ret);					\
									\
	init_wait_entry(&__wq_entry, (exclusive) ? WQ_FLAG_EXCLUSIVE : 0); \
	for (;;) {							\
		(void)prepare_to_wait_event(&(wq), &__wq_entry, state);	\
		if (condition)						\
			break;						\
		cmd;							\
	}								\
	finish_wait(&(wq), &__wq_entry);				\
	__ret;								\
})

/* True: do not wait any longer.  With a condition that came true, at least 1 jiffy is left. */
#define ___wait_cond_timeout(condition) ({				\
	bool __cond = (condition);					\
	if (__cond && !__ret)						\
		__ret = 1;						\
	__cond || !__ret;						\
})

#define __wait_event(wq, condition, state, exclusive) do {		\
	might_sleep();							\
	if (condition)							\
		break;							\
	(void)___wait_event(wq, condition, state, exclusive, 0, schedule()); \
} while (0)

#define __wait_event_timeout(wq, condition, state, timeout) ({		\
	long __timeout = (timeout), __ret = __timeout;			\
	might_sleep();							\
	if (!___wait_cond_timeout(condition))				\
		__ret = ___wait_event(wq, ___wait_cond_timeout(condition), state, 0, \
				      __timeout, __ret = schedule_timeout(__ret)); \
	__ret;								\
})

/* Sleep until @condition, which is looked at after each wake-up, is true. */
#define wait_event(wq, condition) \
	__wait_event(wq, condition, TASK_UNINTERRUPTIBLE, 0)
#define wait_event_exclusive(wq, condition) \
	__wait_event(wq, condition, TASK_UNINTERRUPTIBLE, 1)
#define wait_event_idle(wq, condition) \
	__wait_event(wq, condition, TASK_IDLE, 0)
#define wait_event_idle_exclusive(wq, condition) \
	__wait_event(wq, condition, TASK_IDLE, 1)
#define io_wait_event(wq, condition)	wait_event(wq, condition)

/* Always 0. */
#define wait_event_interruptible(wq, condition) \
	({ __wait_event(wq, condition, TASK_INTERRUPTIBLE, 0); 0; })
#define wait_event_interruptible_exclusive(wq, condition) \
	({ __wait_event(wq, condition, TASK_INTERRUPTIBLE, 1); 0; })
#define wait_event_killable(wq, condition) \
	({ __wait_event(wq, condition, TASK_KILLABLE, 0); 0; })

/*
 * The same for at most @timeout jiffies.  0: it is over, and the condition is false;
 * otherwise what is left of it, at least 1.
 */
#define wait_event_timeout(wq, condition, timeout) \
	__wait_event_timeout(wq, condition, TASK_UNINTERRUPTIBLE, timeout)
#define wait_event_interruptible_timeout(wq, condition, timeout) \
	__wait_event_timeout(wq, condition, TASK_INTERRUPTIBLE, timeout)
#define wait_event_killable_timeout(wq, condition, timeout) \
	__wait_event_timeout(wq, condition, TASK_KILLABLE, timeout)
#define wait_event_idle_timeout(wq, condition, timeout) \
	__wait_event_timeout(wq, condition, TASK_IDLE, timeout)

/*
 * The condition is looked at under @lock, which the caller holds with interrupts off, and holds
 * again when this returns; it is dropped for sleeping.
 */
#define __wait_event_lock_irq(wq, condition, lock, state) do {		\
	if (condition)							\
		break;							\
	(void)___wait_event(wq, condition, state, 0, 0,			\
			    spin_unlock_irq(&(lock)); schedule(); spin_lock_irq(&(lock))); \
} while (0)
#define wait_event_lock_irq(wq, condition, lock) \
	__wait_event_lock_irq(wq, condition, lock, TASK_UNINTERRUPTIBLE)
#define wait_event_interruptible_lock_irq(wq, condition, lock) \
	({ __wait_event_lock_irq(wq, condition, lock, TASK_INTERRUPTIBLE); 0; })

#include <linux/kernel.h>

#endif /* _LINUX_WAIT_H */
