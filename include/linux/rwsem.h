/* SPDX-License-Identifier: MIT */
/*
 * Read-write semaphores: several readers, or one writer; the others sleep.  Implemented by
 * lib/rwsem.c.
 *
 * Served in the order of coming: a reader behind a waiting writer waits, too, so writers do not
 * starve.  Hence no thread may read twice at a time.  They have ranks, as mutexes have.
 */
#ifndef _LINUX_RWSEM_H
#define _LINUX_RWSEM_H

#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>
#include <linux/types.h>

void __rwsem_abandon(struct lockdep_map *map);

/* Field keys:  (L) wait_lock   (C) constant */
struct __capability("rwsem") rw_semaphore {
	spinlock_t	 wait_lock;	/* rank LOCK_WAITQ, irqs off */
	int		 active;	/* (L) how many read; -1: one writes */
	unsigned int	 extra;		/* (L) taken where it could not wait, or twice: reported */
	struct task_struct *writer;	/* (L) */
	struct list_head wait_list;	/* (L) first come, first served */
	struct lockdep_map dep_map;	/* (C) but usage (L) */
};

#define __RWSEM_INITIALIZER(name) {					\
	.wait_lock = __SPIN_LOCK_INIT_NAMED(LOCK_WAITQ, "&(" #name ").wait_lock"), \
	.wait_list = LIST_HEAD_INIT((name).wait_list),			\
	.dep_map = __LOCKDEP_MAP_INIT(#name, LOCK_MUTEX_USER, __rwsem_abandon) }
#define DECLARE_RWSEM(name)	struct rw_semaphore name = __RWSEM_INITIALIZER(name)

void __init_rwsem(struct rw_semaphore *sem, enum lock_rank rank, const char *name);
#define init_rwsem(sem)			__init_rwsem(sem, LOCK_MUTEX_USER, #sem)
#define init_rwsem_ranked(sem, rank)	__init_rwsem(sem, rank, #sem)

/* Process context, may sleep. */
void down_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
void down_read_nested(struct rw_semaphore *sem, unsigned int subclass);
void down_write_nested(struct rw_semaphore *sem, unsigned int subclass);
/* 0: there are no signals. */
int __must_check down_read_interruptible(struct rw_semaphore *sem);
int __must_check down_read_killable(struct rw_semaphore *sem);
int __must_check down_write_killable(struct rw_semaphore *sem);
/* 1: taken; 0: it would have to wait. */
int down_read_trylock(struct rw_semaphore *sem);
int down_write_trylock(struct rw_semaphore *sem);

/* By the thread that has taken it. */
void up_read(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
/* From writing to reading, without letting another writer in. */
void downgrade_write(struct rw_semaphore *sem);

static inline int rwsem_is_locked(const struct rw_semaphore *sem)
{
	return READ_ONCE(sem->active) != 0;
}

static inline int rwsem_is_contended(const struct rw_semaphore *sem)
{
	return !list_empty(&sem->wait_list);
}

/* Does the running thread have it?  (Readers are known only while lock_debug: else, somebody?) */
bool rwsem_is_held(const struct rw_semaphore *sem);

#endif /* _LINUX_RWSEM_H */
