/* SPDX-License-Identifier: MIT */
/*
 * The rules of locks, checked at run time (lib/lockdep.c, lib/spinlock.c), and what the locks
 * remember for it.  docs/contexts.md says what each report means.
 */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <linux/compiler.h>
#include <linux/lock_rank.h>
#include <linux/types.h>

struct task_struct;

/* Run-time switch for all checks of this page (default on; "nolockdep" clears it). */
extern bool lock_debug;

/*
 * How a lock has been taken so far (the bits are Linux's four states), and which of its misuses
 * have been reported: each is reported once a lock.
 */
#define LOCK_USED_IN_HARDIRQ	0x01
#define LOCK_USED_IN_SOFTIRQ	0x02
#define LOCK_ENABLED_HARDIRQ	0x04	/* held with interrupts on */
#define LOCK_ENABLED_SOFTIRQ	0x08
#define LOCK_REPORTED_ORDER	0x10
#define LOCK_REPORTED_STATE	0x20
#define LOCK_REPORTED_BUG	0x40

/* What a sleeping lock knows about itself. */
struct lockdep_map {
	const char *name;
	void (*release)(struct lockdep_map *map);	/* its holder has ended without */
	u8 rank;			/* enum lock_rank, below LOCK_USER */
	u8 usage;			/* LOCK_* */
};

#define __LOCKDEP_MAP_INIT(n, r, fn)	{ .name = (n), .release = (fn), .rank = (r) }

/* A sleeping lock that a thread holds; for a read lock so does somebody else, perhaps. */
struct held_lock {
	struct lockdep_map *instance;
	unsigned long acquire_ip;
};

#define MAX_LOCK_DEPTH		12	/* sleeping locks that one thread holds */

/* For spin_lock_nested() and mutex_lock_nested(): a second lock of the same rank is all right. */
#define SINGLE_DEPTH_NESTING	1

/* How many locks the running thread holds, spinning ones included (0 unless lock_debug). */
unsigned int lockdep_held_count(void);
/* "2 locks held by a/12:" and the locks, of the running thread or of one that sleeps. */
void debug_show_held_locks(struct task_struct *t);
/*
 * The running thread ends, or waits for work: reports what it holds, and lets go of it, so that
 * the others live on.
 */
void debug_check_no_locks_held(void);

#endif /* _LINUX_LOCKDEP_H */
