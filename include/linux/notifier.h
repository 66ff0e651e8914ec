/* SPDX-License-Identifier: MIT */
/*
 * Notifier chains: functions that want to hear of an event, called by falling priority.
 *
 *	static BLOCKING_NOTIFIER_HEAD(chain);
 *	static struct notifier_block nb = { .notifier_call = my_call };
 *
 *	blocking_notifier_chain_register(&chain, &nb);
 *	blocking_notifier_call_chain(&chain, EVENT, data);	calls my_call(&nb, EVENT, data)
 *
 * A callback returns NOTIFY_DONE (no interest), NOTIFY_OK, or one of these with
 * NOTIFY_STOP_MASK: then those behind it are not called.
 *
 * blocking: callbacks may sleep; register, unregister and call from process context.  No
 *	lock is held across a callback, which may register and unregister, itself too.
 *	unregister waits until the callback does not run any more.
 * raw: no lock at all; the caller sees to that.
 */
#ifndef _LINUX_NOTIFIER_H
#define _LINUX_NOTIFIER_H

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/spinlock.h>

struct notifier_block;
typedef int (*notifier_fn_t)(struct notifier_block *nb, unsigned long action, void *data);

struct notifier_block {
	notifier_fn_t notifier_call;
	struct notifier_block *next;	/* lib/notifier.c's */
	int priority;			/* the highest first; equal: who came first */
};

struct raw_notifier_head {
	struct notifier_block *head;
};

struct blocking_notifier_head {
	spinlock_t lock;		/* rank LOCK_NOTIFIER */
	struct notifier_block *head;	/* lock */
	struct list_head running;	/* lock: calls of the chain that are under way */
};

#define RAW_NOTIFIER_INIT(name)		{ .head = NULL }
#define RAW_NOTIFIER_HEAD(name) \
	struct raw_notifier_head name = RAW_NOTIFIER_INIT(name)
#define RAW_INIT_NOTIFIER_HEAD(h)	((h)->head = NULL)
#define BLOCKING_NOTIFIER_INIT(name) {					\
	.lock = __SPIN_LOCK_INIT(LOCK_NOTIFIER), .head = NULL,		\
	.running = LIST_HEAD_INIT((name).running) }
#define BLOCKING_NOTIFIER_HEAD(name) \
	struct blocking_notifier_head name = BLOCKING_NOTIFIER_INIT(name)
void blocking_notifier_head_init(struct blocking_notifier_head *nh);
#define BLOCKING_INIT_NOTIFIER_HEAD(h)	blocking_notifier_head_init(h)

#define NOTIFY_DONE		0x0000	/* does not care */
#define NOTIFY_OK		0x0001
#define NOTIFY_STOP_MASK	0x8000	/* nobody else is to be called */
#define NOTIFY_BAD		(NOTIFY_STOP_MASK | 0x0002)
#define NOTIFY_STOP		(NOTIFY_OK | NOTIFY_STOP_MASK)

/* 0 or -errno, packed so that an error stops the chain; and back. */
static inline int notifier_from_errno(int err)
{
	return err ? NOTIFY_STOP_MASK | (NOTIFY_OK - err) : NOTIFY_OK;
}

static inline int notifier_to_errno(int ret)
{
	ret &= ~NOTIFY_STOP_MASK;
	return ret > NOTIFY_OK ? NOTIFY_OK - ret : 0;
}

/* 0, -EEXIST: it is there already.  0, -ENOENT: it is not. */
int raw_notifier_chain_register(struct raw_notifier_head *nh, struct notifier_block *nb);
int raw_notifier_chain_unregister(struct raw_notifier_head *nh, struct notifier_block *nb);
int blocking_notifier_chain_register(struct blocking_notifier_head *nh,
				     struct notifier_block *nb);
int blocking_notifier_chain_unregister(struct blocking_notifier_head *nh,
				       struct notifier_block *nb);

/* What the last callback returned; NOTIFY_DONE if there is none. */
int raw_notifier_call_chain(struct raw_notifier_head *nh, unsigned long action, void *data);
int blocking_notifier_call_chain(struct blocking_notifier_head *nh, unsigned long action,
				 void *data);

#endif /* _LINUX_NOTIFIER_H */
