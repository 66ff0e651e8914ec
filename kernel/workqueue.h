/* SPDX-License-Identifier: MIT */
/* kernel/workqueue.h - between workqueue.c, workqueue_pool.c and workqueue_flush.c */
#ifndef _KERNEL_WORKQUEUE_H
#define _KERNEL_WORKQUEUE_H

#include <linux/completion.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct task_struct;

#define WORK_NR_COLORS		16
#define WORK_COLOR(round)	((unsigned int)((round) % WORK_NR_COLORS))

/* Field keys:  (W) workqueue_lock   (C) constant once created   (R) a racy read is fine */

/* Threads that are alike, and what they are to do next. */
struct worker_pool {
	struct list_head list;		/* (W) of all pools */
	unsigned int id, cpu;		/* (C) a number; WORK_CPU_UNBOUND: on any CPU */
	int nice;			/* (C) */
	bool at_once;			/* (C) start all that there is, however many run */
	bool managing;			/* (W) a worker is making another one */
	unsigned int nr_workers;	/* (W) rescuers not counted */
	unsigned int nr_idle;		/* (W) */
	unsigned int nr_running;	/* (W) workers that want the CPU and count */
	unsigned int last_id;		/* (W) */
	struct list_head idle;		/* (W) workers, last used first */
	struct list_head worklist;	/* (W) items that may run */
	struct timer_list mayday;	/* armed while one is managing */
};

struct worker {
	struct list_head entry;		/* (W) of pool->idle */
	struct list_head busy;		/* (W) of workqueue_busy, while it runs an item */
	struct list_head scheduled;	/* (W) items that are its own to run */
	struct task_struct *task;	/* (C) */
	unsigned int id;		/* (C) in its pool, counting up */
	struct worker_pool *pool;	/* (C); of a rescuer (W): whom it helps now */
	struct workqueue_struct *rescues;	/* (C) NULL: it is not a rescuer */
	struct work_struct *work;	/* (W) what it runs: not to be looked into */
	work_func_t func;		/* (W) */
	struct workqueue_struct *wq;	/* (W) its queue */
	u64 ticket;			/* (W) */
	unsigned int ticks;		/* (W) that its item has used up */
	bool idle, die;			/* (W) */
	bool counted, sleeping;		/* (W) in nr_running; was, but waits inside its item */
};

struct workqueue_struct {
	struct list_head list;		/* (W) of all */
	unsigned int flags;		/* (W) WQ_* */
	unsigned int max_active;	/* (C) */
	unsigned int nr_active;		/* (W) on the worklist, or running */
	unsigned int nr_drainers;	/* (W) */
	struct list_head inactive;	/* (W) the others, oldest first */
	u64 round, rounds_done;		/* (W) see workqueue_flush.c */
	unsigned int nr_in_flight[WORK_NR_COLORS];	/* (W) */
	struct list_head flushers;	/* (W) struct wq_flusher */
	struct worker *rescuer;		/* (C) or NULL */
	struct cpumask mayday;		/* (W) where the rescuer is to help; 0: if unbound */
	unsigned long nr_done;		/* (W,R) items run so far */
	char name[WQ_NAME_LEN];		/* (C) */
};

/* workqueue.c */
extern spinlock_t workqueue_lock;
extern struct list_head workqueue_list;		/* (W) */
/* Where it was cut from a list: it is not pending any more.  Activates the next. */
void wq_forget(struct workqueue_struct *wq, struct work_struct *work);
/* It has run. */
void wq_finish(struct workqueue_struct *wq, unsigned int color);
/* Queue it, whatever it was: it is on no list, and has no timer. */
void wq_insert(struct workqueue_struct *wq, unsigned int cpu, struct work_struct *work);
bool wq_may_queue(struct workqueue_struct *wq, struct work_struct *work);
void wq_insert_delayed(struct workqueue_struct *wq, unsigned int cpu, struct delayed_work *dwork,
		       unsigned long delay);

/* workqueue_pool.c */
extern struct list_head worker_pools;		/* (W) */
extern struct list_head workqueue_busy;		/* (W) workers that run something */
/* The pool for items of @wq on @cpu, which does not matter if it is unbound. */
struct worker_pool *wq_pool(const struct workqueue_struct *wq, unsigned int cpu);
int worker_pools_init(void);
/* There is work: see to it that somebody comes. */
void pool_kick(struct worker_pool *pool);
/* Who runs @work now?  NULL: nobody. */
struct worker *worker_find(const struct work_struct *work);
/* The worker that this is; NULL: none. */
struct worker *worker_current(void);
/* Make @wq's rescuer; -errno.  And end it. */
int rescuer_create(struct workqueue_struct *wq);
void rescuer_destroy(struct workqueue_struct *wq);

/* workqueue_flush.c */
void flush_item_done(const struct work_struct *work, u64 ticket);
void flush_item_cancelled(const struct work_struct *work, u64 ticket);
void flush_rounds_advance(struct workqueue_struct *wq);

#endif /* _KERNEL_WORKQUEUE_H */
