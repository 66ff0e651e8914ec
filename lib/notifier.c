/* SPDX-License-Identifier: MIT */
/*
 * lib/notifier.c - chains of callbacks, the most important first
 *
 * MODEL
 *   A chain is a list sorted by priority.  To call a blocking chain is to walk it with a
 *   record of the walk on the stack: which block is being called, which is next.  Records are
 *   on a list, so that who takes a block out can move those that would step on it to the one
 *   behind it, and can wait until it is not being called any more.  A task does not wait for
 *   its own call.
 *
 * INVARIANTS	a record's next is on the chain, or NULL.
 * LOCKING	nh->lock, rank LOCK_NOTIFIER; never across a callback.
 * CONTEXT	blocking: process.  raw: the caller's affair.
 * FAILURE	-EEXIST, -ENOENT.
 */
#include <linux/kernel.h>
#include <linux/notifier.h>
#include <linux/sched.h>

/* A walk that is under way. */
struct notifier_walk {
	struct list_head list;			/* nh->running */
	struct notifier_block *called, *next;	/* nh->lock */
	const struct task_struct *task;
};

static int notifier_insert(struct notifier_block **p, struct notifier_block *nb)
{
	struct notifier_block *each;

	for (each = *p; each; each = each->next)
		if (each == nb)
			return -EEXIST;
	while (*p && (*p)->priority >= nb->priority)
		p = &(*p)->next;
	nb->next = *p;
	*p = nb;
	return 0;
}

static int notifier_remove(struct notifier_block **p, struct notifier_block *nb)
{
	while (*p && *p != nb)
		p = &(*p)->next;
	if (!*p)
		return -ENOENT;
	*p = nb->next;
	return 0;
}

/* ---- raw ------------------------------------------------------------------------- */

int raw_notifier_chain_register(struct raw_notifier_head *nh, struct notifier_block *nb)
{
	return notifier_insert(&nh->head, nb);
}

int raw_notifier_chain_unregister(struct raw_notifier_head *nh, struct notifier_block *nb)
{
	return notifier_remove(&nh->head, nb);
}

int raw_notifier_call_chain(struct raw_notifier_head *nh, unsigned long action, void *data)
{
	struct notifier_block *nb, *next;
	int ret = NOTIFY_DONE;

	for (nb = nh->head; nb && !(ret & NOTIFY_STOP_MASK); nb = next) {
		next = nb->next;		/* it may take itself out */
		ret = nb->notifier_call(nb, action, data);
	}
	return ret;
}

/* ---- blocking -------------------------------------------------------------------- */

void blocking_notifier_head_init(struct blocking_notifier_head *nh)
{
	spin_lock_init_ranked(&nh->lock, LOCK_NOTIFIER);
	nh->head = NULL;
	INIT_LIST_HEAD(&nh->running);
}

int blocking_notifier_chain_register(struct blocking_notifier_head *nh,
				     struct notifier_block *nb)
{
	int err;

	spin_lock(&nh->lock);
	err = notifier_insert(&nh->head, nb);
	spin_unlock(&nh->lock);
	return err;
}

/* Does another task call nb now? */
static bool notifier_is_called(struct blocking_notifier_head *nh, const struct notifier_block *nb)
{
	const struct notifier_walk *walk;
	bool called = false;

	spin_lock(&nh->lock);
	list_for_each_entry(walk, &nh->running, list)
		called |= walk->called == nb && walk->task != current;
	spin_unlock(&nh->lock);
	return called;
}

int blocking_notifier_chain_unregister(struct blocking_notifier_head *nh,
				       struct notifier_block *nb)
{
	struct notifier_walk *walk;
	int err;

	spin_lock(&nh->lock);
	err = notifier_remove(&nh->head, nb);
	if (!err)
		list_for_each_entry(walk, &nh->running, list)
			if (walk->next == nb)
				walk->next = nb->next;
	spin_unlock(&nh->lock);
	while (!err && notifier_is_called(nh, nb))
		schedule_timeout_uninterruptible(1);
	return err;
}

/* On to the next block; false: there is none, the walk is over. */
static bool notifier_step(struct blocking_notifier_head *nh, struct notifier_walk *walk)
{
	spin_lock(&nh->lock);
	walk->called = walk->next;
	if (walk->called)
		walk->next = walk->called->next;
	else
		list_del(&walk->list);
	spin_unlock(&nh->lock);
	return walk->called;
}

int blocking_notifier_call_chain(struct blocking_notifier_head *nh, unsigned long action,
				 void *data)
{
	struct notifier_walk walk = { .task = current };
	int ret = NOTIFY_DONE;

	spin_lock(&nh->lock);
	walk.next = nh->head;
	list_add(&walk.list, &nh->running);
	spin_unlock(&nh->lock);
	while (notifier_step(nh, &walk)) {
		ret = walk.called->notifier_call(walk.called, action, data);
		if (ret & NOTIFY_STOP_MASK) {
			spin_lock(&nh->lock);
			walk.next = NULL;
			spin_unlock(&nh->lock);
		}
	}
	return ret;
}
