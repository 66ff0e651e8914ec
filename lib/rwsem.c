/* SPDX-License-Identifier: MIT */
/*
 * rwsem.c - several readers, or one writer; the others sleep
 *
 * MODEL
 *   Who cannot have it queues.  Who gives it back serves the front of the queue: the writer
 *   there if nobody has it any more, or all readers up to the next writer; they own it before
 *   they run.
 *
 *	active 2, queue W R R	--up_read twice-->  -1, queue R R  --up_write-->  2, queue empty
 *
 *   A newcomer takes it only if nobody waits, so nobody overtakes and nobody starves.
 *
 * INVARIANTS
 *   R1  if somebody waits, then the first in the queue cannot have it.
 *   R2  a waiter leaves the queue by being served, under wait_lock, and returns only after it
 *       has taken wait_lock again: its entry is on its stack.
 *
 * LOCKING	wait_lock, rank LOCK_WAITQ, irqs off.
 * CONTEXT	process.
 * FAILURE	Misuse is reported (lib/lockdep.c), and goes on: taken where it cannot wait, or
 *		again by who has it, it is shared (extra).
 */
#include <linux/kernel.h>
#include <linux/rwsem.h>
#include <linux/sched.h>

#include "lockdep_internal.h"

struct rwsem_waiter {
	struct list_head list;		/* wait_lock */
	struct task_struct *task;
	bool writes;
	bool served;			/* wait_lock */
};

void __init_rwsem(struct rw_semaphore *sem, enum lock_rank rank, const char *name)
{
	*sem = (struct rw_semaphore)__RWSEM_INITIALIZER(*sem);
	sem->dep_map.name = name;
	sem->dep_map.rank = (u8)rank;
	lockdep_forget(&sem->dep_map);
}

bool rwsem_is_held(const struct rw_semaphore *sem)
{
	if (sem->active < 0 || !lock_debug)
		return sem->active < 0 ? sem->writer == current : sem->active > 0;
	return lockdep_is_noted(&sem->dep_map);
}

/* ---- taking ---------------------------------------------------------------------- */

static bool is_free_for(const struct rw_semaphore *sem, bool writes)
{
	return writes ? !sem->active : sem->active >= 0;
}

static void grant(struct rw_semaphore *sem, struct task_struct *task, bool writes)
{
	lockdep_assert_held(&sem->wait_lock);
	sem->active += writes ? -1 : 1;
	sem->writer = writes ? task : NULL;
}

static bool try_take(struct rw_semaphore *sem, bool writes)
{
	if (!list_empty(&sem->wait_list) || !is_free_for(sem, writes))
		return false;
	grant(sem, current, writes);
	return true;
}

static void wait_until_served(struct rw_semaphore *sem, bool writes, unsigned int state,
			      unsigned long *flags) __must_hold(&sem->wait_lock)
{
	struct rwsem_waiter waiter = { .task = current, .writes = writes };

	list_add_tail(&waiter.list, &sem->wait_list);
	while (!waiter.served) {
		set_current_state(state);
		spin_unlock_irqrestore(&sem->wait_lock, *flags);
		schedule();
		spin_lock_irqsave(&sem->wait_lock, *flags);
	}
	__set_current_state(TASK_RUNNING);
}

static int down_common(struct rw_semaphore *sem, bool writes, unsigned int state,
		       unsigned int subclass, unsigned long caller)
{
	bool can_wait = __might_sleep(__FILE__, __LINE__, caller) || can_sleep();
	bool again = lockdep_is_noted(&sem->dep_map), shared = false;
	unsigned long flags;

	lockdep_check_order(&sem->dep_map, subclass, caller);
	spin_lock_irqsave(&sem->wait_lock, flags);
	if (!try_take(sem, writes)) {
		shared = again || !can_wait;
		if (shared)
			sem->extra++;
		else
			wait_until_served(sem, writes, state, &flags);
	}
	spin_unlock_irqrestore(&sem->wait_lock, flags);
	if (!shared)
		lockdep_acquired(&sem->dep_map, caller);
	return 0;
}

void down_read(struct rw_semaphore *sem)
{
	down_common(sem, false, TASK_UNINTERRUPTIBLE, 0, _RET_IP_);
}

void down_write(struct rw_semaphore *sem)
{
	down_common(sem, true, TASK_UNINTERRUPTIBLE, 0, _RET_IP_);
}

void down_read_nested(struct rw_semaphore *sem, unsigned int subclass)
{
	down_common(sem, false, TASK_UNINTERRUPTIBLE, subclass, _RET_IP_);
}

void down_write_nested(struct rw_semaphore *sem, unsigned int subclass)
{
	down_common(sem, true, TASK_UNINTERRUPTIBLE, subclass, _RET_IP_);
}

int down_read_interruptible(struct rw_semaphore *sem)
{
	return down_common(sem, false, TASK_INTERRUPTIBLE, 0, _RET_IP_);
}

int down_read_killable(struct rw_semaphore *sem)
{
	return down_common(sem, false, TASK_KILLABLE, 0, _RET_IP_);
}

int down_write_killable(struct rw_semaphore *sem)
{
	return down_common(sem, true, TASK_KILLABLE, 0, _RET_IP_);
}

static int trylock(struct rw_semaphore *sem, bool writes, unsigned long caller)
{
	unsigned long flags;
	bool got;

	spin_lock_irqsave(&sem->wait_lock, flags);
	got = try_take(sem, writes);
	spin_unlock_irqrestore(&sem->wait_lock, flags);
	if (got)
		lockdep_acquired(&sem->dep_map, caller);
	return got;
}

int down_read_trylock(struct rw_semaphore *sem)
{
	return trylock(sem, false, _RET_IP_);
}

int down_write_trylock(struct rw_semaphore *sem)
{
	return trylock(sem, true, _RET_IP_);
}

/* ---- giving back ----------------------------------------------------------------- */

static void serve(struct rw_semaphore *sem)
{
	struct rwsem_waiter *first;

	lockdep_assert_held(&sem->wait_lock);
	while (!list_empty(&sem->wait_list)) {
		first = list_first_entry(&sem->wait_list, struct rwsem_waiter, list);
		if (!is_free_for(sem, first->writes))
			break;
		list_del(&first->list);
		grant(sem, first->task, first->writes);
		first->served = true;
		wake_up_process(first->task);
	}
}

static void up_common(struct rw_semaphore *sem, bool wrote, unsigned long caller)
{
	bool unbalanced = false;
	unsigned long flags;

	spin_lock_irqsave(&sem->wait_lock, flags);
	if (sem->extra) {
		sem->extra--;
	} else if (wrote ? sem->active >= 0 || sem->writer != current : sem->active <= 0) {
		unbalanced = true;
	} else {
		sem->active -= wrote ? -1 : 1;
		sem->writer = NULL;
		lockdep_released(&sem->dep_map);
		serve(sem);
	}
	spin_unlock_irqrestore(&sem->wait_lock, flags);
	if (unbalanced)
		lockdep_unbalanced(&sem->dep_map, caller);
}

void up_read(struct rw_semaphore *sem)
{
	up_common(sem, false, _RET_IP_);
}

void up_write(struct rw_semaphore *sem)
{
	up_common(sem, true, _RET_IP_);
}

void downgrade_write(struct rw_semaphore *sem)
{
	unsigned long flags;

	if (WARN_ON_ONCE(sem->writer != current))
		return;
	spin_lock_irqsave(&sem->wait_lock, flags);
	sem->active = 1;
	sem->writer = NULL;
	serve(sem);
	spin_unlock_irqrestore(&sem->wait_lock, flags);
}

void __rwsem_abandon(struct lockdep_map *map)
{
	struct rw_semaphore *sem = container_of(map, struct rw_semaphore, dep_map);

	sem->extra = 0;
	if (sem->writer == current)
		up_write(sem);
	else
		up_read(sem);
	lockdep_released(map);		/* in any case: it may have been wiped */
}
