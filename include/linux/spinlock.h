/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks: ticket locks, fair, one word.  Every lock has a rank (lock_rank.h); the
 * rank is checked at run time while lock_debug is set (lib/spinlock.c) and clang's
 * -Wthread-safety checks who holds what at build time.
 *
 * Context: any but NMI.  A lock that an interrupt handler can take must be taken with
 * _irqsave or _irq everywhere.  Never sleep while one is held.
 */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

#include <linux/irqflags.h>
#include <linux/lock_rank.h>
#include <linux/preempt.h>
#include <linux/types.h>

typedef struct __capability("spinlock") spinlock {
	union {
		u32 head_tail;
		struct {
			u16 head;	/* now serving */
			u16 tail;	/* next ticket */
		};
	};
	u8  rank;			/* enum lock_rank */
	s8  owner_cpu;			/* -1 while free; valid while lock_debug */
	u16 magic;			/* SPINLOCK_MAGIC */
} spinlock_t;

#define SPINLOCK_MAGIC		0x4ead

#define __SPIN_LOCK_INIT(r)	{ { 0 }, (r), -1, SPINLOCK_MAGIC }
#define __SPIN_LOCK_UNLOCKED(n)	((spinlock_t)__SPIN_LOCK_INIT(LOCK_USER))
#define DEFINE_SPINLOCK(x)	spinlock_t x = __SPIN_LOCK_INIT(LOCK_USER)
#define DEFINE_SPINLOCK_RANKED(x, r) spinlock_t x = __SPIN_LOCK_INIT(r)

static inline void spin_lock_init_ranked(spinlock_t *lock, enum lock_rank rank)
{
	*lock = (spinlock_t)__SPIN_LOCK_INIT(rank);
}
#define spin_lock_init(lock)	spin_lock_init_ranked(lock, LOCK_USER)

/* Implemented in lib/spinlock.c.  spin_lock() disables preemption, spin_unlock() enables. */
void spin_lock(spinlock_t *lock) __acquires(lock);
void spin_unlock(spinlock_t *lock) __releases(lock);
bool spin_trylock(spinlock_t *lock);
bool spin_is_locked(const spinlock_t *lock);
/* Is it held by this CPU? (while lock_debug; otherwise: is it held at all?) */
bool spin_is_held(const spinlock_t *lock);
unsigned long __spin_lock_irqsave(spinlock_t *lock) __acquires(lock);
void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags) __releases(lock);
void spin_lock_irq(spinlock_t *lock) __acquires(lock);
void spin_unlock_irq(spinlock_t *lock) __releases(lock);

#define spin_lock_irqsave(lock, flags) \
	do { (flags) = __spin_lock_irqsave(lock); } while (0)

#define spin_trylock_irqsave(lock, flags) ({				\
	bool __got;							\
	local_irq_save(flags);						\
	__got = spin_trylock(lock);					\
	if (!__got)							\
		local_irq_restore(flags);				\
	__got; })

/* The names for locks that stay real where spinlocks may sleep: here, all of them do. */
#define raw_spinlock_t			spinlock_t
#define DEFINE_RAW_SPINLOCK(x)		DEFINE_SPINLOCK(x)
#define raw_spin_lock_init(lock)	spin_lock_init(lock)
#define raw_spin_lock(lock)		spin_lock(lock)
#define raw_spin_unlock(lock)		spin_unlock(lock)
#define raw_spin_trylock(lock)		spin_trylock(lock)
#define raw_spin_lock_irq(lock)		spin_lock_irq(lock)
#define raw_spin_unlock_irq(lock)	spin_unlock_irq(lock)
#define raw_spin_lock_irqsave(lock, flags)	spin_lock_irqsave(lock, flags)
#define raw_spin_unlock_irqrestore(lock, flags)	spin_unlock_irqrestore(lock, flags)

/*
 * Locks that this CPU holds (0 unless lock_debug), and releasing the newest of them until
 * @nr are left: how a test goes on after a panic() or a failed assertion under a lock.
 */
unsigned int spin_held_count(void);
void spin_release_held(unsigned int nr);

/* "1 lock held by ...", and which: for reports. */
void debug_show_held_locks(void);

/* Run-time switch for owner and rank checks (default on; "nolockdep" clears it). */
extern bool lock_debug;

/* For functions that rely on their caller.  Debug and hosted builds (CONFIG_LOCKDEP=1) look. */
#define lockdep_assert_held(lock) \
	do { if (IS_ENABLED(CONFIG_LOCKDEP)) (void)WARN_ON_ONCE(!spin_is_held(lock)); } while (0)
#define assert_spin_locked(lock)	BUG_ON(!spin_is_locked(lock))
#define lockdep_assert_irqs_disabled() \
	do { if (IS_ENABLED(CONFIG_LOCKDEP)) (void)WARN_ON_ONCE(!irqs_disabled()); } while (0)

#include <linux/bug.h>

#endif /* _LINUX_SPINLOCK_H */
