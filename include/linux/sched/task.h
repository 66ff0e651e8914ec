/* SPDX-License-Identifier: MIT */
/*
 * The scheduler for those who run it: priorities, the tick, the list of threads.
 * kernel/sched.c, kernel/kthread.c.
 *
 * Of the runnable threads the one of the lowest prio runs.  0..99 are real time: first come,
 * first served, until it waits or yields.  100..139 (120 + nice) share the rest: each gets a
 * slice by its nice value, and none gets a second one before all have had their first.
 */
#ifndef _LINUX_SCHED_TASK_H
#define _LINUX_SCHED_TASK_H

#include <linux/sched.h>

struct seq_file;

#define MAX_RT_PRIO		100
#define NICE_WIDTH		40
#define MIN_NICE		(-20)
#define MAX_NICE		19
#define MAX_PRIO		(MAX_RT_PRIO + NICE_WIDTH)
#define DEFAULT_PRIO		(MAX_RT_PRIO + NICE_WIDTH / 2)
#define NICE_TO_PRIO(nice)	((nice) + DEFAULT_PRIO)
#define PRIO_TO_NICE(prio)	((prio) - DEFAULT_PRIO)

/* Once, in the boot context, which becomes the idle thread of this CPU. */
void sched_init(void);
/*
 * Another CPU: @idle is what it will do when nobody wants it (fork_idle()).  Before it starts,
 * on any CPU.  Then, on it, standing on @idle's stack, interrupts off.  From when on it is
 * online it is given threads, which run as soon as it is in sched_idle().
 */
void sched_init_cpu(unsigned int cpu, struct task_struct *idle);
void sched_cpu_start(void);
/* What the first context of a CPU does for the rest of its life. */
void __noreturn sched_idle(void);

/* One jiffy has passed.  Hard interrupt, on each CPU. */
void sched_tick(void);
/* Another CPU has sent RESCHEDULE_VECTOR.  Hard interrupt. */
void scheduler_ipi(void);

/*
 * The running thread goes behind the others of its priority, as soon as it may be preempted:
 * for tests that want to be preempted everywhere.  Hard interrupt.
 */
void sched_rotate(void);

/* Any context but NMI; takes effect at once. */
void sched_set_fifo(struct task_struct *t);		/* prio 50: interrupt threads */
void sched_set_fifo_low(struct task_struct *t);		/* prio 98 */
void sched_set_normal(struct task_struct *t, int nice);
void set_user_nice(struct task_struct *t, long nice);	/* a real-time thread stays one */
int task_nice(const struct task_struct *t);

/* A thread's first switch ends here, on its own stack. */
void sched_first_switch(void);
/* The last one: never to run again.  Process context. */
void __noreturn sched_exit(void);

/* Nanoseconds that @t has had a CPU, until now. */
u64 task_sched_runtime(struct task_struct *t);
/*
 * Of all CPUs: switches so far; threads that one has taken from another; runnable threads, the
 * idle ones not counted.  Racy.
 */
unsigned long sched_nr_switches(void);
unsigned long sched_nr_pulled(void);
unsigned int sched_nr_running(void);

static inline struct task_struct *get_task_struct(struct task_struct *t)
{
	atomic_inc(&t->usage);
	return t;
}
/* Frees the structure with the last reference.  Any context but NMI. */
void put_task_struct(struct task_struct *t);

/*
 * Bytes of its stack that @t has never written to, as far as can be seen: stacks begin as
 * zeroes.  THREAD_SIZE for the boot thread, whose stack is not ours.
 */
unsigned long stack_not_used(const struct task_struct *t);
/* The least of all threads so far, dead or alive, and whose that was.  Process context. */
unsigned long sched_stack_left(char comm[TASK_COMM_LEN]);

/* fn for each thread, the list locked (irqs off): no sleeping, no new threads. */
void sched_for_each_task(void (*fn)(struct task_struct *t, void *arg), void *arg);
/* ps: one line for each thread. */
void sched_show(struct seq_file *m);

#endif /* _LINUX_SCHED_TASK_H */
