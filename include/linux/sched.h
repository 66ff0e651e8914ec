/* SPDX-License-Identifier: MIT */
/*
 * Threads, as everybody may see them: who is running, and how to wait.
 *
 * lib/task.c knows the running thread and passes the calls on; what runs next is decided
 * by kernel/sched.c, which plugs in with sched_set_ops().  Without it (early boot, hosted)
 * there is one context: schedule() returns at once, and a wake-up sets the state.
 * Making threads: <linux/kthread.h>.  Priorities: <linux/sched/task.h>.
 */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/percpu-defs.h>
#include <linux/preempt.h>
#include <linux/types.h>

/* task->__state */
#define TASK_RUNNING		0x0000
#define TASK_INTERRUPTIBLE	0x0001
#define TASK_UNINTERRUPTIBLE	0x0002
#define TASK_DEAD		0x0080
#define TASK_WAKEKILL		0x0100
#define TASK_NOLOAD		0x0400
#define TASK_NEW		0x0800
#define TASK_KILLABLE		(TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE		(TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL		(TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

/* task->flags, with Linux's values: only the thread itself changes them. */
#define PF_IDLE			0x00000002	/* the idle loop: must never wait */
#define PF_EXITING		0x00000004
#define PF_WQ_WORKER		0x00000020
#define PF_MEMALLOC		0x00000800	/* frees memory: all reserves, no reclaim */
#define PF_KSWAPD		0x00020000
#define PF_MEMALLOC_NOFS	0x00040000	/* all its allocations are GFP_NOFS */
#define PF_MEMALLOC_NOIO	0x00080000	/* ... GFP_NOIO */
#define PF_KTHREAD		0x00200000
#define PF_NO_SETAFFINITY	0x04000000	/* bound for good */

#define TASK_COMM_LEN		16
#define MAX_SCHEDULE_TIMEOUT	LONG_MAX

struct kthread;
struct prio_array;
struct reclaim_state;

/*
 * Field keys:  (C) constant while the thread exists   (T) the thread itself
 *		(Q) the run queue's lock   (A) list of all threads, kernel/kthread.c
 *		(R) a racy read is fine
 */
struct task_struct {
	unsigned int __state;		/* TASK_*: the thread sets it, wakers clear it */
	unsigned int flags;		/* (T,R) PF_* */
	int pid;			/* (C) */
	char comm[TASK_COMM_LEN];	/* (C) after its creator has named it */

	struct reclaim_state *reclaim_state; /* (T) mm/vmscan.c: what it has freed so far */
	unsigned int fail_nth;		/* (T) fault points until one fails; 0: does not count */
	unsigned int non_block_count;	/* (T) non_block_start(): may sleep, but must not now */
	bool oom_victim;		/* (R) mm/oom.c: may dig into the reserve, to get done */

	unsigned long sp;		/* saved stack pointer, while it does not run */
	void *stack;			/* (C) lowest byte, THREAD_SIZE of them; NULL: not ours */
	unsigned int on_cpu;		/* its stack is in use on some CPU */
	unsigned int cpu;		/* (Q,R) on which it runs, or ran last, or is to run */
	struct cpumask cpus_mask;	/* (Q) on which it may */
	unsigned int migration_disabled; /* (T) depth: it stays where it is */
	atomic_t usage;			/* the structure, not the stack */

	int prio;			/* (Q,R) 0..99 real time, 100..139 normal: low runs first */
	struct prio_array *array;	/* (Q) of the run queue; NULL: it waits */
	unsigned int time_slice;	/* (Q) ticks left */
	struct list_head run_list;	/* (Q) */
	u64 sum_exec_ns;		/* (Q,R) time on a CPU */
	u64 exec_start_ns;		/* (Q,R) since when it runs, or does not run */
	unsigned long nvcsw, nivcsw;	/* (Q,R) switches: gave up, was preempted */

	unsigned int lockdep_depth;	/* (T) sleeping locks that it holds, lib/lockdep.c */
	struct held_lock held_locks[MAX_LOCK_DEPTH];	/* (T) */

	struct list_head tasks;		/* (A) */
	struct task_struct *next_dead;	/* kernel/kthread.c */
	struct kthread *kthread;	/* (C) what it runs, and who waits for its end */
};

DECLARE_PER_CPU(struct task_struct *, current_task);	/* lib/task.c */
extern struct task_struct init_task;			/* "swapper/0", the idle loop */

#define current			this_cpu_read(current_task)

static inline int task_pid_nr(const struct task_struct *t)
{
	return t->pid;
}

static inline bool is_idle_task(const struct task_struct *t)
{
	return t->flags & PF_IDLE;
}

#define set_current_state(state) do {					\
	WRITE_ONCE(current->__state, (state));				\
	smp_mb();		/* before the condition is looked at */	\
} while (0)
#define __set_current_state(state)	WRITE_ONCE(current->__state, (state))
/* The older books' way; @t is current. */
#define set_task_state(t, state) \
	do { WRITE_ONCE((t)->__state, (state)); smp_mb(); } while (0)
#define __set_task_state(t, state)	WRITE_ONCE((t)->__state, (state))
#define get_current_state()		READ_ONCE(current->__state)
#define task_is_running(t)		(READ_ONCE((t)->__state) == TASK_RUNNING)

/*
 * Let others run; with a state other than TASK_RUNNING: until woken.  Spurious wake-ups
 * happen: look at the condition again.  Process context, nothing held that forbids to sleep:
 * in an atomic context it is reported, and returns at once.
 */
void schedule(void);
/* Until woken or @timeout jiffies have passed: what is left, 0 if they have.  The caller
 * sets the state, or for the second form need not. */
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_uninterruptible(long timeout);
long schedule_timeout_idle(long timeout);
#define io_schedule()			schedule()
#define io_schedule_timeout(t)		schedule_timeout(t)
/* Let a thread of the same priority run, if there is one. */
void yield(void);

/* Make it run if it waits: true if it did.  Any context but NMI. */
bool wake_up_process(struct task_struct *t);
/* The same, if its state is one of @mask. */
bool wake_up_state(struct task_struct *t, unsigned int mask);

/* In long loops: give way if somebody more urgent waits.  True if it did. */
bool __cond_resched(void);
#define cond_resched()		(should_resched(0) ? __cond_resched() : false)

/*
 * Which CPUs @t may run on, from now on; a thread that runs elsewhere has left when this
 * returns, unless it is in migrate_disable(): then it leaves at the end of that.  A new thread
 * has its maker's mask.  0; -EINVAL: none of them runs.  Process, may sleep.
 */
int set_cpus_allowed_ptr(struct task_struct *t, const struct cpumask *mask);
/* May be preempted, may sleep, but goes on on the same CPU.  Nests.  Process. */
void migrate_disable(void);
void migrate_enable(void);

static inline unsigned int task_cpu(const struct task_struct *t)
{
	return READ_ONCE(t->cpu);
}

/* There are no signals: kthread_stop() is how a thread learns that it is not wanted. */
#define signal_pending(t)	((void)(t), false)
#define fatal_signal_pending(t)	((void)(t), false)
#define SIGINT			2
#define SIGKILL			9
#define SIGTERM			15
#define allow_signal(sig)	((void)(sig))
#define flush_signals(t)	((void)(t))

struct sched_ops {
	void (*schedule)(void);
	void (*preempt)(void);		/* from preempt_enable(), interrupts on or off */
	long (*timeout)(long timeout);
	void (*yield)(void);
	bool (*wake)(struct task_struct *t, unsigned int mask);
	int (*set_allowed)(struct task_struct *t, const struct cpumask *mask);
};
void sched_set_ops(const struct sched_ops *ops);

#endif /* _LINUX_SCHED_H */
