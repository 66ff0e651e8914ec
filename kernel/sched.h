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

#endif /* _KERNEL_SCHED_H */
