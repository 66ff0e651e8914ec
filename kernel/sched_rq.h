/* SPDX-License-Identifier: MIT */
/* kernel/sched_rq.h - run queues, between sched.c (who runs) and sched_cpu.c (where) */
#ifndef _KERNEL_SCHED_RQ_H
#define _KERNEL_SCHED_RQ_H

#include <linux/cpumask.h>
#include <linux/percpu-defs.h>
#include <linux/spinlock.h>

#include "sched.h"

#define PRIO_WORDS	((MAX_PRIO + 63) / 64)

struct prio_array {
	u64 bits[PRIO_WORDS];
	struct list_head list[MAX_PRIO];
};

/* Field keys:  (Q) lock   (C) constant   (R) a racy read is fine   (O) its own CPU, irqs off */
struct rq {
	spinlock_t lock;
	unsigned int cpu;		/* (C) */
	unsigned int nr_running;	/* (Q,R) on the lists */
	struct task_struct *curr;	/* (Q,R) runs now; only its own CPU changes it */
	int curr_prio;			/* (Q,R) MAX_PRIO: idle */
	struct task_struct *idle;	/* (C) runs when nobody else can; on no list */
	struct prio_array *active;	/* (Q) */
	struct prio_array *expired;	/* (Q) */
	struct prio_array array[2];
	unsigned long nr_switches;	/* (Q,R) */
	unsigned long nr_pulled;	/* (Q,R) threads taken from other queues */
	struct task_struct *prev;	/* (O) of the switch that is under way on this CPU */
	unsigned long next_balance;	/* (R) jiffies: who pulls from it puts it off */
	bool kicked;			/* (Q) an interrupt is on its way to it */
};

DECLARE_PER_CPU(struct rq, sched_rq);

/* sched.c */
void rq_enqueue(struct rq *rq, struct task_struct *t);
void rq_dequeue(struct rq *rq, struct task_struct *t);
/* The running thread is to give way as soon as it can; and: if @t has come for that. */
void rq_resched(struct rq *rq);
void rq_check_preempt(struct rq *rq, const struct task_struct *t);
struct rq *task_rq_lock(struct task_struct *t, unsigned long *flags);
void task_rq_unlock(struct rq *rq, unsigned long flags);

static inline struct rq *cpu_rq(unsigned int cpu)
{
	return per_cpu_ptr(&sched_rq, cpu);
}

/* ---- sched_cpu.c ------------------------------------------------------------------ */

/* May @t run there?  Not while it stays where it is (migrate_disable()).  Its queue's lock. */
static inline bool sched_allowed(const struct task_struct *t, unsigned int cpu)
{
	if (unlikely(READ_ONCE(t->migration_disabled)))
		return cpu == READ_ONCE(t->cpu);
	return cpumask_test_cpu(cpu, &t->cpus_mask);
}

/* Where is @t, which is on no queue and is to run, to go? */
unsigned int sched_select_cpu(const struct task_struct *t);
/*
 * @rq's running thread must leave this CPU: lock @rq and the queue that it is to go to, which
 * is returned.  NULL: there is none, and @rq alone is locked.  Irqs off.
 */
struct rq *sched_lock_to_leave(struct rq *rq);
/* Both locked: @t is on @from's lists, and then on @to's. */
void sched_move(struct rq *from, struct rq *to, struct task_struct *t);
/* @rq, locked, has nothing to run: take a thread from another one.  How many. */
unsigned int sched_pull_idle(struct rq *rq);
/* From the tick. */
void sched_balance_tick(struct rq *rq);
void sched_balance_init(void);
int sched_set_allowed(struct task_struct *t, const struct cpumask *mask);

#endif /* _KERNEL_SCHED_RQ_H */
