/* SPDX-License-Identifier: MIT */
/* Between the locks of lib/ and the reports about them. */
#ifndef _LIB_LOCKDEP_INTERNAL_H
#define _LIB_LOCKDEP_INTERNAL_H

#include <linux/lockdep.h>
#include <linux/types.h>

/* Any lock, for a report. */
struct lock_view {
	const void *lock;
	const char *name;
	unsigned long ip;		/* who takes, or took, it */
	u8 rank;
	u8 usage;			/* LOCK_* */
	u8 wait;			/* Linux's wait type: 2 spins, 3 sleeps */
};

#define WAIT_TYPE_SPIN		2
#define WAIT_TYPE_SLEEP		3

/* lib/lockdep.c: what is wrong, in Linux's words.  The callers say it once a lock. */
void lockdep_report_order(const struct lock_view *new, const struct lock_view *held);
void lockdep_report_recursion(const struct lock_view *new, const struct lock_view *held);
void lockdep_report_state(const struct lock_view *new, unsigned int before, unsigned int now);

/* Which instruction made @lock's usage have @bit?  Asked by lockdep_report_state(). */
void lockdep_note_usage(const void *lock, unsigned int bit, unsigned long ip);

/*
 * Two locks that nobody has ranked: may @new be taken while @held is?  The first order in which
 * any two of them are taken is the rule from then on.
 */
bool lockdep_user_order(const struct lock_view *new, const struct lock_view *held);
/* @lock begins a new life. */
void lockdep_forget(const void *lock);

/* Sleeping locks, of the running thread.  Nothing happens unless lock_debug. */
void lockdep_check_order(struct lockdep_map *map, unsigned int subclass, unsigned long ip);
void lockdep_recursion(struct lockdep_map *map, unsigned long ip);
void lockdep_acquired(struct lockdep_map *map, unsigned long ip);
void lockdep_released(struct lockdep_map *map);
/* Does the running thread hold it, as far as was noted? */
bool lockdep_is_noted(const struct lockdep_map *map);
void lockdep_unbalanced(struct lockdep_map *map, unsigned long ip);

/* lib/spinlock.c: the @i-th lock that this CPU holds; false: it holds fewer. */
bool spin_held_view(unsigned int i, struct lock_view *view);

#endif /* _LIB_LOCKDEP_INTERNAL_H */
