/* SPDX-License-Identifier: MIT */
/*
 * Mutexes: one thread at a time, the others sleep.  Implemented by lib/mutex.c.
 *
 * Only the thread that has locked it may unlock it, and it is not to be taken twice, nor in an
 * interrupt.  Waiters get it in the order in which they came, by hand-over: nobody overtakes,
 * nobody starves.  A mutex has a rank (lock_rank.h), as spinlocks have, outside of all of them.
 */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>
#include <linux/types.h>

void __mutex_abandon(struct lockdep_map *map);

/* Field keys:  (A) atomic   (L) wait_lock   (O) the owner   (C) constant */
struct __capability("mutex") mutex {
	atomic_long_t	 owner;		/* (A) the thread, | 1 while wait_list is not empty */
	spinlock_t	 wait_lock;	/* rank LOCK_WAITQ, irqs off */
	struct list_head wait_list;	/* (L) */
	u16		 again;		/* (O) locked once more by its owner: reported */
	u16		 borrowed;	/* (L) locked where it could not wait: reported */
	struct lockdep_map dep_map;	/* (C) but usage (L) */
};

#define __MUTEX_INITIALIZER_RANKED(lockname, r) {			\
	.owner = { 0 },							\
	.wait_lock = __SPIN_LOCK_INIT_NAMED(LOCK_WAITQ, "&(" #lockname ").wait_lock"), \
	.wait_list = LIST_HEAD_INIT((lockname).wait_list),		\
	.dep_map = __LOCKDEP_MAP_INIT(#lockname, r, __mutex_abandon) }
#define __MUTEX_INITIALIZER(lockname)	__MUTEX_INITIALIZER_RANKED(lockname, LOCK_MUTEX_USER)
#define DEFINE_MUTEX(x)			struct mutex x = __MUTEX_INITIALIZER(x)
#define DEFINE_MUTEX_RANKED(x, r)	struct mutex x = __MUTEX_INITIALIZER_RANKED(x, r)

void __mutex_init(struct mutex *lock, enum lock_rank rank, const char *name);
#define mutex_init(lock)		__mutex_init(lock, LOCK_MUTEX_USER, #lock)
#define mutex_init_ranked(lock, rank)	__mutex_init(lock, rank, #lock)
/* Nobody has it, nobody will take it: its memory may go. */
void mutex_destroy(struct mutex *lock);

/* Process context, may sleep. */
void mutex_lock(struct mutex *lock) __acquires_sleeping(lock);
/* With @subclass != 0: another lock of the same rank may be held. */
void mutex_lock_nested(struct mutex *lock, unsigned int subclass) __acquires_sleeping(lock);
#define mutex_lock_io(lock)		mutex_lock(lock)
/* 0: there are no signals. */
int __must_check mutex_lock_interruptible(struct mutex *lock) __cond_acquires(0, lock);
int __must_check mutex_lock_killable(struct mutex *lock) __cond_acquires(0, lock);
/* Take it if it is free: 1, or 0.  Process context; does not sleep. */
int mutex_trylock(struct mutex *lock) __cond_acquires(1, lock);
/* Process context.  The mutex must exist until this returns. */
void mutex_unlock(struct mutex *lock) __releases_sleeping(lock);

#define MUTEX_FLAG_WAITERS	1UL

static inline struct task_struct *__mutex_owner(const struct mutex *lock)
{
	return (struct task_struct *)(atomic_long_read(&lock->owner) & ~MUTEX_FLAG_WAITERS);
}

static inline bool mutex_is_locked(const struct mutex *lock)
{
	return __mutex_owner(lock) != NULL;
}

/* Does the running thread have it? */
bool mutex_is_held(const struct mutex *lock);

#endif /* _LINUX_MUTEX_H */
