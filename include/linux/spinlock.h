/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks: ticket locks, fair.  Every lock has a rank (lock_rank.h); rank, owner and how it
 * is used are checked at run time while lock_debug is set (lib/spinlock.c), and clang's
 * -Wthread-safety checks who holds what at build time.
 *
 * Context: any but NMI.  A lock that an interrupt handler can take must be taken with
 * _irqsave or _irq everywhere else, one that a softirq takes with _bh at least.  Never sleep
 * while one is held.  docs/contexts.md: which lock when.
 */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

#include <linux/bottom_half.h>
#include <linux/irqflags.h>
#include <linux/lock_rank.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/types.h>

struct task_struct;

/* All but the tickets are meaningful only while lock_debug is set; its holder writes them. */
typedef struct __capability("spinlock") spinlock {
	union {
		u32 head_tail;
		struct {
			u16 head;	/* now serving */
			u16 tail;	/* next ticket */
		};
	};
	u32 magic;			/* SPINLOCK_MAGIC */
	struct task_struct *owner;	/* NULL while free */
	const char *name;
	union {
		u16 cpu_again;
		struct {
			s8 owner_cpu;	/* -1 while free */
			u8 again;	/* taken again where it was held: reported */
		};
	};
	u8 rank;			/* enum lock_rank */
	u8 usage;			/* LOCK_* of lockdep.h */
} spinlock_t;

#define SPINLOCK_MAGIC		0xdead4eadU
#define SPINLOCK_CPU_NONE	0x00ff	/* cpu_again of a free lock */

#define __SPIN_LOCK_INIT_NAMED(r, n)					\
	{ .magic = SPINLOCK_MAGIC, .name = (n), .cpu_again = SPINLOCK_CPU_NONE, .rank = (r) }
#define __SPIN_LOCK_INIT(r)	__SPIN_LOCK_INIT_NAMED(r, #r)
#define __SPIN_LOCK_UNLOCKED(n)	((spinlock_t)__SPIN_LOCK_INIT_NAMED(LOCK_USER, #n))
#define DEFINE_SPINLOCK(x)	spinlock_t x = __SPIN_LOCK_INIT_NAMED(LOCK_USER, #x)
#define DEFINE_SPINLOCK_RANKED(x, r) spinlock_t x = __SPIN_LOCK_INIT_NAMED(r, #x)

void __spin_lock_init(spinlock_t *lock, enum lock_rank rank, const char *name);
#define spin_lock_init_ranked(lock, rank)	__spin_lock_init(lock, rank, #lock)
#define spin_lock_init(lock)			__spin_lock_init(lock, LOCK_USER, #lock)

/* Implemented in lib/spinlock.c.  spin_lock() disables preemption, spin_unlock() enables. */
void spin_lock(spinlock_t *lock) __acquires(lock);
/* With @subclass != 0: another lock of the same rank may be held. */
void spin_lock_nested(spinlock_t *lock, unsigned int subclass) __acquires(lock);
void spin_unlock(spinlock_t *lock) __releases(lock);
bool spin_trylock(spinlock_t *lock) __cond_acquires(true, lock);
bool spin_is_locked(const spinlock_t *lock);
/* Whoever looks first gets a lock, not who has waited longest: for CPUs that do not always run. */
extern bool spin_unfair;

/* Is it held by this CPU?  (While lock_debug; otherwise: is it held at all?) */
bool spin_is_held(const spinlock_t *lock);
unsigned long __spin_lock_irqsave(spinlock_t *lock) __acquires(lock);
void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags) __releases(lock);
void spin_lock_irq(spinlock_t *lock) __acquires(lock);
void spin_unlock_irq(spinlock_t *lock) __releases(lock);
/* Against softirqs of this CPU. */
void spin_lock_bh(spinlock_t *lock) __acquires(lock);
void spin_unlock_bh(spinlock_t *lock) __releases(lock);
bool spin_trylock_bh(spinlock_t *lock) __cond_acquires(true, lock);

#define spin_lock_irqsave(lock, flags) \
	do { (flags) = __spin_lock_irqsave(lock); } while (0)

#define spin_trylock_irqsave(lock, flags) ({				\
	bool __got;							\
	local_irq_save(flags);						\
	__got = spin_trylock(lock);					\
	if (!__got)							\
		local_irq_restore(flags);				\
	__got; })

#define spin_trylock_irq(lock) ({					\
	bool __got;							\
	local_irq_disable();						\
	__got = spin_trylock(lock);					\
	if (!__got)							\
		local_irq_enable();					\
	__got; })

/* A nested lock, for who has interrupts off already or wants them so. */
#define spin_lock_irqsave_nested(lock, flags, subclass) do {		\
	local_irq_save(flags);						\
	spin_lock_nested(lock, subclass);				\
} while (0)

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

/* For functions that rely on their caller.  Debug and hosted builds (CONFIG_LOCKDEP=1) look. */
struct mutex;
struct rw_semaphore;
bool mutex_is_held(const struct mutex *lock);
bool rwsem_is_held(const struct rw_semaphore *sem);
#define lockdep_is_held(lock) _Generic((lock),				\
	struct mutex *: mutex_is_held, const struct mutex *: mutex_is_held, \
	struct rw_semaphore *: rwsem_is_held, const struct rw_semaphore *: rwsem_is_held, \
	default: spin_is_held)(lock)
#define lockdep_assert_held(lock) \
	do { if (IS_ENABLED(CONFIG_LOCKDEP)) (void)WARN_ON_ONCE(!lockdep_is_held(lock)); } while (0)
#define assert_spin_locked(lock)	BUG_ON(!spin_is_locked(lock))
#define lockdep_assert_irqs_disabled() \
	do { if (IS_ENABLED(CONFIG_LOCKDEP)) (void)WARN_ON_ONCE(!irqs_disabled()); } while (0)

#include <linux/bug.h>
#include <linux/rwlock.h>

#endif /* _LINUX_SPINLOCK_H */
