/* SPDX-License-Identifier: MIT */
/*
 * Spinning locks that many readers or one writer may hold.  A reader may be interrupted by
 * a reader, so who only reads in interrupts need not disable them to read; writers must.
 * Never sleep while one is held.  Not ranked and not checked: see <linux/spinlock.h>, whose
 * locks are, and cost less unless readers are many and long.
 */
#ifndef _LINUX_RWLOCK_H
#define _LINUX_RWLOCK_H

#include <linux/atomic.h>
#include <linux/bottom_half.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <asm/processor.h>

typedef struct {
	atomic_t held;			/* readers; -1: a writer */
} rwlock_t;

#define __RW_LOCK_UNLOCKED(name)	{ ATOMIC_INIT(0) }
#define DEFINE_RWLOCK(name)		rwlock_t name = __RW_LOCK_UNLOCKED(name)
#define rwlock_init(lock)		atomic_set(&(lock)->held, 0)

static inline bool read_trylock(rwlock_t *lock)
{
	int old = atomic_read(&lock->held);

	preempt_disable();
	while (old >= 0)
		if (atomic_try_cmpxchg(&lock->held, &old, old + 1))
			return true;
	preempt_enable();
	return false;
}

static inline bool write_trylock(rwlock_t *lock)
{
	int old = 0;

	preempt_disable();
	if (atomic_try_cmpxchg(&lock->held, &old, -1))
		return true;
	preempt_enable();
	return false;
}

static inline void read_lock(rwlock_t *lock)
{
	while (!read_trylock(lock))
		cpu_relax();
}

static inline void write_lock(rwlock_t *lock)
{
	while (!write_trylock(lock))
		cpu_relax();
}

static inline void read_unlock(rwlock_t *lock)
{
	(void)atomic_fetch_sub(1, &lock->held);
	preempt_enable();
}

static inline void write_unlock(rwlock_t *lock)
{
	(void)atomic_fetch_add(1, &lock->held);
	preempt_enable();
}

/* @op is read or write: with interrupts off, with their state kept, with softirqs off. */
#define __rw_lock(op, lock, off)	do { off; op##_lock(lock); } while (0)
#define __rw_unlock(op, lock, on)	do { op##_unlock(lock); on; } while (0)

#define read_lock_irq(l)		__rw_lock(read, l, local_irq_disable())
#define read_unlock_irq(l)		__rw_unlock(read, l, local_irq_enable())
#define read_lock_irqsave(l, f)		__rw_lock(read, l, local_irq_save(f))
#define read_unlock_irqrestore(l, f)	__rw_unlock(read, l, local_irq_restore(f))
#define read_lock_bh(l)			__rw_lock(read, l, local_bh_disable())
#define read_unlock_bh(l)		__rw_unlock(read, l, local_bh_enable())
#define write_lock_irq(l)		__rw_lock(write, l, local_irq_disable())
#define write_unlock_irq(l)		__rw_unlock(write, l, local_irq_enable())
#define write_lock_irqsave(l, f)	__rw_lock(write, l, local_irq_save(f))
#define write_unlock_irqrestore(l, f)	__rw_unlock(write, l, local_irq_restore(f))
#define write_lock_bh(l)		__rw_lock(write, l, local_bh_disable())
#define write_unlock_bh(l)		__rw_unlock(write, l, local_bh_enable())

#endif /* _LINUX_RWLOCK_H */
