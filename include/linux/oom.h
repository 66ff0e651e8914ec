/* SPDX-License-Identifier: MIT */
/*
 * Out of memory: what happens when nothing can be reclaimed and a small request that may do
 * everything is still not served.
 *
 *	1  the notifiers (register_oom_notifier()): whoever has an emergency store gives it up
 *	2  a victim is chosen and told to give back all it has
 *	3  there is none: a report, and the request fails
 *
 * Linux kills a process in step 2, and panics in step 3.  Quarry has no processes: whoever
 * owns memory that it could give up as a whole, a thread mostly, registers as a victim.
 *
 *	static struct oom_victim v = { .name = "hog", .task = thread, .size = my_size,
 *				       .release = my_release };
 *	oom_register_victim(&v);
 *
 * my_size() says how many pages it has.  my_release() frees them and calls
 * oom_victim_done(&v), there and then or in a thread of its own that it wakes.  Until then no
 * other victim is chosen, unless it takes too long; and v.task may dig into the reserve.
 */
#ifndef _LINUX_OOM_H
#define _LINUX_OOM_H

#include <linux/gfp_types.h>
#include <linux/list.h>
#include <linux/sched.h>

#define OOM_SCORE_ADJ_MIN	(-1000)		/* never */
#define OOM_SCORE_ADJ_MAX	1000		/* as if it had all of memory */

enum oom_victim_state {
	OOM_VICTIM_LIVE,
	OOM_VICTIM_TOLD,		/* to give back; has not said yet that it has */
	OOM_VICTIM_LATE,		/* nobody waits for it any more */
};

struct oom_victim {
	const char *name;
	/* Who may use the reserve while it gives back, or NULL; exists while v is registered. */
	struct task_struct *task;
	/* Pages it has.  Called under oom_lock: no lock of a lower rank, no sleeping. */
	unsigned long (*size)(struct oom_victim *v);
	/* Give back.  Process context of whoever ran out of memory, no lock of mm/ held but
	 * perhaps others: must not wait for anybody.  What it allocates comes from the reserve. */
	void (*release)(struct oom_victim *v);
	short oom_score_adj;		/* -1000 (never) .. 1000 (first), as Linux's */
	void *private_data;		/* the user's own */
	/* mm/oom.c's */
	struct list_head list;
	enum oom_victim_state state;
};

/* 0; -EINVAL: no callbacks, or registered already.  Process context. */
int oom_register_victim(struct oom_victim *v);
/* Waits until its callbacks do not run.  Also from release() itself.  Process context. */
void oom_unregister_victim(struct oom_victim *v);
/* The victim has given back: it is eligible again.  Any context but NMI. */
void oom_victim_done(struct oom_victim *v);

static inline bool oom_victim_is_told(const struct oom_victim *v)
{
	return READ_ONCE(v->state) != OOM_VICTIM_LIVE;
}

static inline bool tsk_is_oom_victim(const struct task_struct *t)
{
	return READ_ONCE(t->oom_victim);
}

/*
 * How good a victim?  Pages, and oom_score_adj thousandths of all of memory; LONG_MIN: must
 * not be taken.
 */
long oom_badness(struct oom_victim *v, unsigned long totalpages);
/* Another rule than oom_badness(); NULL: that one.  Called as size() is.  Gives the former. */
typedef long (*oom_policy_t)(struct oom_victim *v, unsigned long totalpages);
oom_policy_t oom_set_policy(oom_policy_t policy);

/* A callback adds the pages that it has freed to *(unsigned long *)data. */
struct notifier_block;
int register_oom_notifier(struct notifier_block *nb);
int unregister_oom_notifier(struct notifier_block *nb);

struct oom_control {
	const gfp_t gfp_mask;		/* of the request */
	const int order;		/* -1: not a request, somebody asked for it */
	struct oom_victim *chosen;
	long chosen_points;
};

/*
 * True: memory was released or will be soon, try again.  One at a time; process context, may
 * sleep.  Plugged into the page allocator by oom_init().
 */
bool out_of_memory(struct oom_control *oc);
void oom_init(void);

#endif /* _LINUX_OOM_H */
