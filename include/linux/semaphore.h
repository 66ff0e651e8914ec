/* SPDX-License-Identifier: MIT */
/*
 * Counting semaphores.  Implemented by lib/semaphore.c.  For mutual exclusion take a mutex,
 * which knows its owner; for "it has happened" take a completion.
 *
 * Waiters are served in the order in which they came: up() hands its unit to the first of
 * them, and nobody who comes later can take it from there.
 */
#ifndef _LINUX_SEMAPHORE_H
#define _LINUX_SEMAPHORE_H

#include <linux/list.h>
#include <linux/spinlock.h>

struct semaphore {
	spinlock_t	 lock;		/* rank LOCK_WAITQ, irqs off */
	int		 count;		/* (lock) to be had; < 0: taken without waiting */
	struct list_head wait_list;	/* (lock) */
};

#define __SEMAPHORE_INITIALIZER(name, n) {				\
	.lock = __SPIN_LOCK_INIT_NAMED(LOCK_WAITQ, "&(" #name ").lock"),	\
	.count = (n),							\
	.wait_list = LIST_HEAD_INIT((name).wait_list) }
#define DEFINE_SEMAPHORE(name, n) \
	struct semaphore name = __SEMAPHORE_INITIALIZER(name, n)

static inline void sema_init(struct semaphore *sem, int val)
{
	*sem = (struct semaphore)__SEMAPHORE_INITIALIZER(*sem, val);
}

/* Take a unit, sleeping until there is one.  Process context. */
void down(struct semaphore *sem);
/* 0: there are no signals. */
int __must_check down_interruptible(struct semaphore *sem);
int __must_check down_killable(struct semaphore *sem);
/* 0, or -ETIME after @jiffies. */
int __must_check down_timeout(struct semaphore *sem, long jiffies);
/* Any context but NMI: 0 if it was taken, 1 if there is none.  (Not as in mutex_trylock!) */
int __must_check down_trylock(struct semaphore *sem);
/* Give one back, whoever has taken it.  Any context but NMI. */
void up(struct semaphore *sem);

#endif /* _LINUX_SEMAPHORE_H */
