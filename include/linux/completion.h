/* SPDX-License-Identifier: MIT */
/*
 * Completions: wait until somebody has done something.  Implemented by lib/completion.c.
 *
 *	DECLARE_COMPLETION_ONSTACK(done);
 *
 *	start_it(&done);			whose interrupt handler calls complete(&done)
 *	if (!wait_for_completion_timeout(&done, HZ))
 *		stop_it();			or it would complete what is no longer there
 *
 * complete() counts: each lets one waiter through, now or later, the longest waiting first.
 * complete_all() lets everybody through until reinit_completion().  When a waiter is let
 * through the completer has done with the structure, so it may go out of scope.
 */
#ifndef _LINUX_COMPLETION_H
#define _LINUX_COMPLETION_H

#include <linux/wait.h>

struct completion {
	unsigned int done;		/* wait.lock; UINT_MAX: complete_all() */
	struct wait_queue_head wait;
};

#define COMPLETION_INITIALIZER(name) \
	{ .done = 0, .wait = __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) }
#define DECLARE_COMPLETION(name)	struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name)	DECLARE_COMPLETION(name)

#define init_completion(x) do {						\
	(x)->done = 0;							\
	init_waitqueue_head(&(x)->wait);				\
} while (0)

/* To use it again: nobody waits, and every complete() of the last round has returned. */
static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}

/* Process context, may sleep. */
void wait_for_completion(struct completion *x);
#define wait_for_completion_io(x)	wait_for_completion(x)
/* 0: there are no signals. */
int wait_for_completion_interruptible(struct completion *x);
int wait_for_completion_killable(struct completion *x);
/* At most @timeout jiffies.  0: it is over; otherwise what is left of it, at least 1. */
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
#define wait_for_completion_io_timeout(x, t)	wait_for_completion_timeout(x, t)
long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout);
long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout);

/* Any context but NMI.  Take one completion if there is one; is there one? */
bool try_wait_for_completion(struct completion *x);
bool completion_done(struct completion *x);
void complete(struct completion *x);
void complete_all(struct completion *x);

#endif /* _LINUX_COMPLETION_H */
