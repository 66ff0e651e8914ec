/* SPDX-License-Identifier: MIT */
/*
 * Work for a thread to do later: what may sleep, and was asked for where one may not.
 * Implemented by kernel/workqueue*.c.
 *
 *	static void refill(struct work_struct *work) { ... kmalloc(n, GFP_KERNEL) ... }
 *	static DECLARE_WORK(refill_work, refill);
 *	schedule_work(&refill_work);		// from the interrupt handler
 *	cancel_work_sync(&refill_work);		// not waiting, and not running any more
 *
 * A work item is queued at most once at a time, and its function never runs twice at the same
 * time.  While it runs it may be queued again, or be freed, by itself, too.
 */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <linux/list.h>
#include <linux/timer.h>
#include <linux/types.h>

struct seq_file;
struct workqueue_struct;
struct work_struct;

typedef void (*work_func_t)(struct work_struct *work);

/* Field keys:  (W) the lock in kernel/workqueue.c   (R) a racy read is fine */
struct work_struct {
	struct list_head entry;		/* (W) where it waits */
	work_func_t func;
	struct workqueue_struct *wq;	/* (W) where it was queued last */
	u64 ticket;			/* (W) of its last queueing; no two have the same */
	u16 disabled;			/* (W) depth */
	u16 cpu;			/* (W) whose workers run it; WORK_CPU_UNBOUND: not chosen */
	u8  color;			/* (W) which flush counts it, while it is queued */
	u8  state;			/* (W,R) WORK_STATE_* */
};

#define WORK_STATE_PENDING	0x01	/* queued, or its timer is armed */
#define WORK_STATE_TIMER	0x02	/* the latter */
#define WORK_STATE_INACTIVE	0x04	/* queued behind max_active others */

#define WORK_CPU_UNBOUND	NR_CPUS

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
};

void delayed_work_timer_fn(struct timer_list *t);

#define __WORK_INITIALIZER(n, f) \
	{ .entry = LIST_HEAD_INIT((n).entry), .func = (f) }
#define __DELAYED_WORK_INITIALIZER(n, f, tflags) \
	{ .work = __WORK_INITIALIZER((n).work, f), \
	  .timer = __TIMER_INITIALIZER(delayed_work_timer_fn, (tflags) | TIMER_IRQSAFE) }
#define DECLARE_WORK(n, f)		struct work_struct n = __WORK_INITIALIZER(n, f)
#define DECLARE_DELAYED_WORK(n, f)	struct delayed_work n = __DELAYED_WORK_INITIALIZER(n, f, 0)
#define DECLARE_DEFERRABLE_WORK(n, f)	DECLARE_DELAYED_WORK(n, f)

#define INIT_WORK(w, f) do {						\
	*(w) = (struct work_struct){ .func = (f) };			\
	INIT_LIST_HEAD(&(w)->entry);					\
} while (0)
#define INIT_DELAYED_WORK(w, f) do {					\
	INIT_WORK(&(w)->work, f);					\
	timer_setup(&(w)->timer, delayed_work_timer_fn, TIMER_IRQSAFE);	\
} while (0)
#define INIT_WORK_ONSTACK(w, f)		INIT_WORK(w, f)
#define INIT_DELAYED_WORK_ONSTACK(w, f)	INIT_DELAYED_WORK(w, f)
#define INIT_DEFERRABLE_WORK(w, f)	INIT_DELAYED_WORK(w, f)
#define destroy_work_on_stack(w)	((void)(w))
#define destroy_delayed_work_on_stack(w) ((void)(w))

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

static inline bool work_pending(const struct work_struct *work)
{
	return READ_ONCE(work->state) & WORK_STATE_PENDING;
}
#define delayed_work_pending(w)		work_pending(&(w)->work)

/* ---- queues ---------------------------------------------------------------------- */

#define WQ_UNBOUND		(1U << 1)	/* start each at once, anywhere */
#define WQ_FREEZABLE		(1U << 2)	/* accepted: nothing freezes */
#define WQ_MEM_RECLAIM		(1U << 3)	/* has a rescuer: goes on without memory */
#define WQ_HIGHPRI		(1U << 4)	/* workers of nice -20 */
#define WQ_CPU_INTENSIVE	(1U << 5)	/* they compute: others need not wait for them */
#define WQ_SYSFS		(1U << 6)	/* accepted */
#define WQ_POWER_EFFICIENT	(1U << 7)	/* accepted */
#define __WQ_DRAINING		(1U << 16)
#define __WQ_ORDERED		(1U << 17)
#define __WQ_LEGACY		(1U << 18)	/* create_workqueue(): its flushes are not judged */

#define WQ_MAX_ACTIVE		2048
#define WQ_DFL_ACTIVE		(WQ_MAX_ACTIVE / 2)	/* max_active 0 */
#define WQ_NAME_LEN		32

/*
 * @max_active: how many of its items may run (or wait inside of their functions) at a time, on
 * all CPUs together; 0: WQ_DFL_ACTIVE.  NULL: no memory.  Process context, may sleep, as are the
 * two below.
 */
struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
	__printf(1, 4);
/* One at a time, in the order of queueing. */
#define alloc_ordered_workqueue(fmt, flags, args...) \
	alloc_workqueue(fmt, WQ_UNBOUND | __WQ_ORDERED | (flags), 1, ##args)
#define create_workqueue(name) \
	alloc_workqueue("%s", __WQ_LEGACY | WQ_MEM_RECLAIM, 1, (name))
#define create_freezable_workqueue(name) \
	alloc_workqueue("%s", __WQ_LEGACY | WQ_FREEZABLE | WQ_UNBOUND | WQ_MEM_RECLAIM, 1, (name))
#define create_singlethread_workqueue(name) \
	alloc_ordered_workqueue("%s", __WQ_LEGACY | WQ_MEM_RECLAIM, name)
/*
 * Runs what is queued, then it is gone.  Timers of delayed items must be off.  From one of its
 * own items, as drain_workqueue(): reported, and nothing happens.
 */
void destroy_workqueue(struct workqueue_struct *wq);
/* Run everything, and what that queues, until nothing is left; others may not queue. */
void drain_workqueue(struct workqueue_struct *wq);

extern struct workqueue_struct *system_wq;		/* "events": short, schedule_work()'s */
extern struct workqueue_struct *system_highpri_wq;
extern struct workqueue_struct *system_long_wq;		/* may take long */
extern struct workqueue_struct *system_unbound_wq;
extern struct workqueue_struct *system_freezable_wq;
extern struct workqueue_struct *system_power_efficient_wq;
extern struct workqueue_struct *system_freezable_power_efficient_wq;
extern struct workqueue_struct *mm_percpu_wq;		/* WQ_MEM_RECLAIM: gives memory back */

/* ---- queueing: any context but NMI ------------------------------------------------ */

/*
 * On this CPU, unless the queue is unbound; _on: on @cpu, if that is online.  False: it was
 * pending already (or is disabled).
 */
bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work);
/* After @delay jiffies. */
bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			   unsigned long delay);
/* The same, but a pending one is moved to the new time: was it pending? */
bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			 unsigned long delay);

static inline bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	return queue_work_on(WORK_CPU_UNBOUND, wq, work);
}

static inline bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
				      unsigned long delay)
{
	return queue_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay);
}

static inline bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
				    unsigned long delay)
{
	return mod_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay);
}

static inline bool schedule_work_on(int cpu, struct work_struct *work)
{
	return queue_work_on(cpu, system_wq, work);
}

static inline bool schedule_work(struct work_struct *work)
{
	return queue_work(system_wq, work);
}

static inline bool schedule_delayed_work_on(int cpu, struct delayed_work *dwork,
					    unsigned long delay)
{
	return queue_delayed_work_on(cpu, system_wq, dwork, delay);
}

static inline bool schedule_delayed_work(struct delayed_work *dwork, unsigned long delay)
{
	return queue_delayed_work(system_wq, dwork, delay);
}

/* func(item) on every online CPU, and wait until all have returned.  0 or -ENOMEM. */
int schedule_on_each_cpu(work_func_t func);

/* ---- waiting for it, taking it back ------------------------------------------------ */

/*
 * Wait until it has run, if it is queued or running; also everything queued to @wq so far.
 * Not from the item itself, or from one of that queue.  Process context, may sleep.
 */
bool flush_work(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *dwork);	/* runs it now, if its timer is armed */
void flush_workqueue(struct workqueue_struct *wq);
#define __flush_workqueue(wq)		flush_workqueue(wq)
#define flush_scheduled_work()		flush_workqueue(system_wq)

/* Was it pending?  It is not any more, but may be running.  Any context but NMI. */
bool cancel_work(struct work_struct *work);
bool cancel_delayed_work(struct delayed_work *dwork);
/* And does not run any more, even if it queues itself.  Process context, may sleep. */
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work_sync(struct delayed_work *dwork);
/* The same, and it cannot be queued until as many enables: true if that made it usable. */
bool disable_work(struct work_struct *work);
bool disable_work_sync(struct work_struct *work);
bool enable_work(struct work_struct *work);
bool disable_delayed_work(struct delayed_work *dwork);
bool disable_delayed_work_sync(struct delayed_work *dwork);
bool enable_delayed_work(struct delayed_work *dwork);

#define WORK_BUSY_PENDING	1U
#define WORK_BUSY_RUNNING	2U
unsigned int work_busy(struct work_struct *work);
/* The item whose function is running in this thread, or NULL. */
struct work_struct *current_work(void);
bool current_is_workqueue_rescuer(void);

/* ---- for the kernel ---------------------------------------------------------------- */

/* Once, with threads running; and workers for another CPU, before it starts: -ENOMEM. */
void workqueue_init(void);
int workqueue_prepare_cpu(unsigned int cpu);
/* Tell workers that are not needed to end; kthread_reap() takes them away. */
void workqueue_trim(void);
/* Queues and workers, busy ones with what they run. */
void workqueues_show(struct seq_file *m);

#endif /* _LINUX_WORKQUEUE_H */
