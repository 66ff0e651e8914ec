/* SPDX-License-Identifier: MIT */
/* kernel/sched.h - between sched.c, kthread.c and sleep.c */
#ifndef _KERNEL_SCHED_H
#define _KERNEL_SCHED_H

#include <linux/sched/task.h>

/* kthread.c: @t has left its stack for good.  Irqs off. */
void kthread_bury(struct task_struct *t);
/* kthread.c: a thread that is not made by kthread_create(), for the list. */
void kthread_adopt(struct task_struct *t);

/* sleep.c: schedule_timeout(). */
long sleep_timeout(long timeout);

/* workqueue_pool.c: a worker is about to wait; goes on. */
void wq_worker_sleeping(struct task_struct *t);
void wq_worker_running(struct task_struct *t);
/* It is running, and a jiffy has passed.  Hard interrupt. */
void wq_worker_tick(struct task_struct *t);

#endif /* _KERNEL_SCHED_H */
