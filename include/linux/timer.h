/* SPDX-License-Identifier: MIT */
/*
 * Timers: call a function when jiffies has reached a value (kernel/timer.c).
 *
 *	static void blink(struct timer_list *t) { ... mod_timer(t, jiffies + HZ); }
 *	static DEFINE_TIMER(blinker, blink);
 *	mod_timer(&blinker, jiffies + HZ);	// armed, or moved
 *	timer_delete_sync(&blinker);		// not armed, and not running any more
 *
 * The function runs in a soft interrupt (TIMER_SOFTIRQ), interrupts on, on the CPU that armed
 * it, at its first tick when jiffies is @expires, or as soon after that as soft interrupts run;
 * with an @expires that is not in the future: at the next tick.  It may free the timer, or arm
 * it again.
 *
 * Context: any but NMI; the _sync functions: not in a hard interrupt (but for TIMER_IRQSAFE
 * timers), not in the timer's own function, and under no lock that the function takes.
 * Nothing is allocated and nothing can fail.
 */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/smp.h>
#include <linux/types.h>

/* Field keys:  (B) the lock of its CPU in kernel/timer.c   (R) a racy read is fine */
struct timer_list {
	struct list_head entry;		/* (B,R) next is NULL while it is not armed */
	unsigned long expires;		/* (B,R) jiffies */
	void (*function)(struct timer_list *t);	/* (B) NULL: shut down, cannot be armed */
	u32 flags;			/* (B,R) TIMER_*, and the CPU that it belongs to */
};

#define TIMER_CPUMASK		0x0003ffff
#define TIMER_MIGRATING		0x00040000	/* between two CPUs */
#define TIMER_DEFERRABLE	0x00080000	/* accepted: no CPU sleeps through ticks */
#define TIMER_PINNED		0x00100000	/* stays where it was set up or put */
#define TIMER_IRQSAFE		0x00200000	/* runs with interrupts off */

#define __TIMER_INITIALIZER(fn, fl) \
	{ .entry = { NULL, NULL }, .function = (fn), .flags = (fl) }
#define DEFINE_TIMER(name, fn) \
	struct timer_list name = __TIMER_INITIALIZER(fn, 0)

static inline void timer_setup(struct timer_list *t, void (*fn)(struct timer_list *t),
			       unsigned int flags)
{
	*t = (struct timer_list)__TIMER_INITIALIZER(fn, flags | (u32)raw_smp_processor_id());
}
#define timer_setup_on_stack(t, fn, flags)	timer_setup(t, fn, flags)
#define destroy_timer_on_stack(t)		((void)(t))

/* The structure that @timer_field of @var lies in, in a timer's function. */
#define from_timer(var, t, timer_field) \
	container_of(t, __typeof__(*(var)), timer_field)

static inline int timer_pending(const struct timer_list *t)
{
	return READ_ONCE(t->entry.next) != NULL;
}

/* Arm at t->expires; it must not be armed. */
void add_timer(struct timer_list *t);
/* The same, for its function to run on @cpu. */
void add_timer_on(struct timer_list *t, int cpu);
/* Arm or move to @expires: was it armed? */
int mod_timer(struct timer_list *t, unsigned long expires);
/* The same, but only if it is armed. */
int mod_timer_pending(struct timer_list *t, unsigned long expires);
/* The same as mod_timer(), but never to a later time. */
int timer_reduce(struct timer_list *t, unsigned long expires);

/* Not armed any more: was it?  Its function may be running. */
int timer_delete(struct timer_list *t);
/* And its function has come to its end, wherever it was running. */
int timer_delete_sync(struct timer_list *t);
/* 1, 0: as timer_delete(); -1: its function is running, and nothing was done. */
int try_to_del_timer_sync(struct timer_list *t);
/* The same, and arming does nothing from now on, until the next timer_setup(). */
int timer_shutdown(struct timer_list *t);
int timer_shutdown_sync(struct timer_list *t);
#define del_timer(t)		timer_delete(t)
#define del_timer_sync(t)	timer_delete_sync(t)
#define del_singleshot_timer_sync(t) timer_delete_sync(t)

/* Once, at boot; for another CPU, before it starts; from each CPU's tick, in the interrupt. */
void init_timers(void);
void timers_prepare_cpu(unsigned int cpu);
void run_local_timers(void);

#endif /* _LINUX_TIMER_H */
