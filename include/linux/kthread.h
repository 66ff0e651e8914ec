/* SPDX-License-Identifier: MIT */
/*
 * Kernel threads (kernel/kthread.c).
 *
 * A thread ends when its function returns, or in kthread_exit(); then its stack goes back.
 * Its task_struct stays until the last reference: who wants to kthread_stop() a thread that
 * may have returned by itself holds one from get_task_struct() (<linux/sched/task.h>), as in
 * Linux.  A new thread may run on the CPUs on which its maker may.
 *
 * Context: process, may sleep.  Failure: ERR_PTR(-ENOMEM), nothing changed.
 */
#ifndef _LINUX_KTHREAD_H
#define _LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

/* A thread that will call threadfn(data); it first runs when wake_up_process() lets it. */
struct task_struct *kthread_create(int (*threadfn)(void *data), void *data,
				   const char *namefmt, ...) __printf(3, 4);
#define kthread_create_on_node(fn, data, node, name, ...) \
	kthread_create(fn, data, name, ##__VA_ARGS__)

/* The same, bound to @cpu, whose number is the one argument of @namefmt. */
struct task_struct *kthread_create_on_cpu(int (*threadfn)(void *data), void *data,
					  unsigned int cpu, const char *namefmt);

/* Before its first wake-up: it runs on @cpu, on one of @mask, and nowhere else. */
void kthread_bind(struct task_struct *t, unsigned int cpu);
struct cpumask;
void kthread_bind_mask(struct task_struct *t, const struct cpumask *mask);
/* What @cpu, which is about to be started, does first and last: with a stack, not to be woken. */
struct task_struct *fork_idle(unsigned int cpu);

#define kthread_run(threadfn, data, namefmt, ...) ({			\
	struct task_struct *__k = kthread_create(threadfn, data, namefmt, ##__VA_ARGS__); \
	if (!IS_ERR(__k))						\
		wake_up_process(__k);					\
	__k; })

/*
 * Ask it to end (kthread_should_stop() is true from now on), wake it, wait until it has.
 * Its function's result; -EINTR if it never ran.
 */
int kthread_stop(struct task_struct *k);
/* kthread_stop() of one that get_task_struct() holds, and drop that. */
int kthread_stop_put(struct task_struct *k);
bool kthread_should_stop(void);
void *kthread_data(struct task_struct *k);

void __noreturn kthread_exit(long result);
struct completion;
/* End, and tell @comp (may be NULL) when nothing of the caller's is needed any more. */
void __noreturn kthread_complete_and_exit(struct completion *comp, long code);

/* Once, with memory running; and the thread that takes the dead away. */
void kthread_init(void);
void kthread_start_reaper(void);
/* Take away the threads that have ended so far.  How many. */
unsigned int kthread_reap(void);
/* Threads that have begun to end and have not been taken away. */
unsigned int kthread_nr_ending(void);
/* Threads there are, the idle ones too. */
unsigned int kthread_count(void);

#endif /* _LINUX_KTHREAD_H */
