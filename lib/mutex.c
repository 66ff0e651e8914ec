/* SPDX-License-Identifier: MIT */
/*
 * mutex.c - one thread at a time, the others sleep
 *
 * MODEL
 *   owner is the thread that has it, and a bit that says whether others wait.  While nobody
 *   waits, locking and unlocking are one compare-and-exchange each.  Waiters queue under
 *   wait_lock; who unlocks then gives the mutex to the first of them, before it even runs:
 *
 *	0 --lock--> A --B queues--> A|1 --unlock--> B --unlock--> 0
 *
 *   So it is never free while somebody waits, and a newcomer cannot overtake.  That costs a
 *   thread switch where a race would have been won by who runs already; it buys that nobody
 *   starves, which matters more here.
 *
 * INVARIANTS
 *   M1  the bit is set iff wait_list is not empty, seen under wait_lock.
 *   M2  a waiter leaves wait_list only by being made the owner, under wait_lock, and returns
 *       only after it has taken wait_lock again: its entry is on its stack.
 *
 * LOCKING	wait_lock, rank LOCK_WAITQ, irqs off.
 * CONTEXT	process.
 * FAILURE	Misuse is reported (lib/lockdep.c), and goes on where the mutex still protects
 *		something: locked twice by its owner, it counts (again) and is unlocked twice;
 *		locked where nothing can wait, it is shared (borrowed); unlocked by somebody
 *		else, it stays locked.
 */
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "lockdep_internal.h"

struct mutex_waiter {
	struct list_head list;		/* wait_lock */
	struct task_struct *task;
	bool is_owner;			/* wait_lock: it has been handed over */
};

void __mutex_init(struct mutex *lock, enum lock_rank rank, const char *name)
{
	atomic_long_set(&lock->owner, 0);
	__spin_lock_init(&lock->wait_lock, LOCK_WAITQ, "&lock->wait_lock");
	INIT_LIST_HEAD(&lock->wait_list);
	lock->again = lock->borrowed = 0;
	lock->dep_map = (struct lockdep_map)__LOCKDEP_MAP_INIT(name, (u8)rank, __mutex_abandon);
	lockdep_forget(&lock->dep_map);
}

void mutex_destroy(struct mutex *lock)
{
	WARN_ON_ONCE(mutex_is_locked(lock));
}

bool mutex_is_held(const struct mutex *lock)
{
	return __mutex_owner(lock) == current;
}

/* ---- lock ------------------------------------------------------------------------ */

static __always_inline bool take_free(struct mutex *lock)
{
	long old = 0;

	return atomic_long_try_cmpxchg(&lock->owner, &old, (long)current);
}

/* Take it if it is free; if not, say that somebody waits.  false: wait. */
static bool take_or_flag(struct mutex *lock)
{
	long old;

	lockdep_assert_held(&lock->wait_lock);
	do {
		if (take_free(lock))
			return true;
		old = atomic_long_read(&lock->owner);
	} while (!old || !atomic_long_try_cmpxchg(&lock->owner, &old,
						  old | (long)MUTEX_FLAG_WAITERS));
	return false;
}

static void wait_for_hand_over(struct mutex *lock, unsigned int state, unsigned long *flags)
	__must_hold(&lock->wait_lock)
{
	struct mutex_waiter waiter = { .task = current };

	list_add_tail(&waiter.list, &lock->wait_list);
	while (!waiter.is_owner) {
		set_current_state(state);
		spin_unlock_irqrestore(&lock->wait_lock, *flags);
		schedule();
		spin_lock_irqsave(&lock->wait_lock, *flags);
	}
	__set_current_state(TASK_RUNNING);
}

/* Somebody has it.  Wait, unless that is impossible: then share it. */
static noinline void lock_slow(struct mutex *lock, unsigned int state, bool can_wait)
{
	unsigned long flags;

	spin_lock_irqsave(&lock->wait_lock, flags);
	if (!can_wait)
		lock->borrowed++;
	else if (!take_or_flag(lock))
		wait_for_hand_over(lock, state, &flags);
	spin_unlock_irqrestore(&lock->wait_lock, flags);
}

static int lock_common(struct mutex *lock, unsigned int state, unsigned int subclass,
		       unsigned long caller) __no_lock_analysis
{
	bool can_wait = __might_sleep(__FILE__, __LINE__, caller) || can_sleep();

	if (unlikely(mutex_is_held(lock))) {
		lockdep_recursion(&lock->dep_map, caller);
		lock->again++;
		return 0;
	}
	lockdep_check_order(&lock->dep_map, subclass, caller);
	if (!take_free(lock))
		lock_slow(lock, state, can_wait);
	if (mutex_is_held(lock))
		lockdep_acquired(&lock->dep_map, caller);
	return 0;
}

void mutex_lock(struct mutex *lock) __no_lock_analysis
{
	lock_common(lock, TASK_UNINTERRUPTIBLE, 0, _RET_IP_);
}

void mutex_lock_nested(struct mutex *lock, unsigned int subclass) __no_lock_analysis
{
	lock_common(lock, TASK_UNINTERRUPTIBLE, subclass, _RET_IP_);
}

int mutex_lock_interruptible(struct mutex *lock) __no_lock_analysis
{
	return lock_common(lock, TASK_INTERRUPTIBLE, 0, _RET_IP_);
}

int mutex_lock_killable(struct mutex *lock) __no_lock_analysis
{
	return lock_common(lock, TASK_KILLABLE, 0, _RET_IP_);
}

int mutex_trylock(struct mutex *lock) __no_lock_analysis
{
	if (WARN_ON_ONCE(in_interrupt()) || !take_free(lock))
		return 0;
	lockdep_acquired(&lock->dep_map, _RET_IP_);
	return 1;
}

/* ---- unlock ---------------------------------------------------------------------- */

static void hand_over(struct mutex *lock)
{
	struct mutex_waiter *first = list_first_entry(&lock->wait_list, struct mutex_waiter, list);
	struct task_struct *task = first->task;
	unsigned long more;

	lockdep_assert_held(&lock->wait_lock);
	list_del(&first->list);
	first->is_owner = true;
	more = list_empty(&lock->wait_list) ? 0 : MUTEX_FLAG_WAITERS;
	atomic_long_set_release(&lock->owner, (long)((unsigned long)task | more));
	wake_up_process(task);
}

/* Not the plain case: somebody waits, or it was locked in a way that has been reported. */
static noinline void unlock_slow(struct mutex *lock, unsigned long caller)
{
	bool not_ours = false;
	unsigned long flags;

	spin_lock_irqsave(&lock->wait_lock, flags);
	if (!mutex_is_held(lock)) {
		not_ours = !lock->borrowed;
		lock->borrowed -= !not_ours;
	} else if (lock->again) {
		lock->again--;
	} else {
		lockdep_released(&lock->dep_map);
		hand_over(lock);
	}
	spin_unlock_irqrestore(&lock->wait_lock, flags);
	if (not_ours)
		lockdep_unbalanced(&lock->dep_map, caller);
}

void mutex_unlock(struct mutex *lock) __no_lock_analysis
{
	long old = (long)current;

	if (likely(!lock->again && atomic_long_read(&lock->owner) == old)) {
		lockdep_released(&lock->dep_map);
		if (likely(atomic_long_try_cmpxchg(&lock->owner, &old, 0)))
			return;		/* else a waiter has just come */
	}
	unlock_slow(lock, _RET_IP_);
}

void __mutex_abandon(struct lockdep_map *map) __no_lock_analysis
{
	struct mutex *lock = container_of(map, struct mutex, dep_map);

	lock->again = 0;
	mutex_unlock(lock);
	lockdep_released(map);		/* in any case: it may have been wiped */
}
