/* SPDX-License-Identifier: MIT */
/*
 * Interrupts, hard and soft: lines and their handlers (kernel/irq.c, kernel/irq_manage.c),
 * soft interrupts (kernel/softirq.c), tasklets (kernel/tasklet.c).
 *
 * A hard handler runs with interrupts off, in_hardirq() true; it may allocate with GFP_ATOMIC
 * and must not sleep.  What takes longer it leaves to a tasklet (interrupts on, must not
 * sleep), to a work item (<linux/workqueue.h>), or to the thread of its line.
 * docs/contexts.md has the whole picture.
 */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bottom_half.h>
#include <linux/preempt.h>
#include <linux/types.h>

struct seq_file;
struct task_struct;

typedef enum irqreturn {
	IRQ_NONE	= 0,		/* not from my device */
	IRQ_HANDLED	= 1,
	IRQ_WAKE_THREAD	= 2,		/* the rest is for the thread */
} irqreturn_t;
#define IRQ_RETVAL(x)		((x) ? IRQ_HANDLED : IRQ_NONE)

typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

#define IRQF_TRIGGER_NONE	0x00000000
#define IRQF_TRIGGER_RISING	0x00000001
#define IRQF_TRIGGER_FALLING	0x00000002
#define IRQF_TRIGGER_HIGH	0x00000004
#define IRQF_TRIGGER_LOW	0x00000008
#define IRQF_SHARED		0x00000080	/* all of a line's handlers must say so */
#define __IRQF_TIMER		0x00000200
#define IRQF_PERCPU		0x00000400
#define IRQF_ONESHOT		0x00002000	/* no further interrupt until the thread has run */
#define IRQF_NO_SUSPEND		0x00004000
#define IRQF_NO_THREAD		0x00010000
#define IRQF_NO_AUTOEN		0x00080000	/* enable_irq() is the caller's */
#define IRQF_TIMER		(__IRQF_TIMER | IRQF_NO_SUSPEND | IRQF_NO_THREAD)

/* ---- kernel/irq_manage.c: lines --------------------------------------------------- */

/*
 * Call @handler(@irq, @dev) on every interrupt of line @irq, which is unmasked for the
 * first.  @name (not copied) is what interrupts_show() prints.  @dev identifies the
 * handler for free_irq(); with IRQF_SHARED it must not be NULL.
 *
 * @thread_fn (may be NULL) is called by a real-time thread "irq/<irq>-<name>" whenever the
 * handler returns IRQ_WAKE_THREAD; it may sleep.  With IRQF_ONESHOT the line gives no
 * interrupt from then on until it has returned.  @handler may be NULL: then every interrupt
 * wakes the thread, and IRQF_ONESHOT is required, for nobody else quietens the device.
 *
 * 0; -EINVAL: no such line, nothing to call, shared without dev, no handler and not oneshot;
 * -EBUSY: taken and not shareable, or they disagree about IRQF_ONESHOT; -ENOMEM.
 * Context: process, may sleep.  Undone by free_irq().
 */
int __must_check request_threaded_irq(unsigned int irq, irq_handler_t handler,
				      irq_handler_t thread_fn, unsigned long flags,
				      const char *name, void *dev);

static inline int __must_check request_irq(unsigned int irq, irq_handler_t handler,
					   unsigned long flags, const char *name, void *dev)
{
	return request_threaded_irq(irq, handler, NULL, flags, name, dev);
}

/*
 * Take the handler away; neither it nor its thread runs any more when this returns.  The line
 * is masked with the last one.  Returns the name it was registered with; NULL (and a warning)
 * when there is no such handler.  Context: process, may sleep.
 */
const void *free_irq(unsigned int irq, void *dev);

/*
 * Nested: as many enables as disables.  An interrupt meanwhile is remembered, and delivered
 * by the last enable_irq(); whoever requests a line that nobody has gets it enabled, however
 * often it was disabled before.  disable_irq() also waits for handlers and threads that run: may
 * sleep, and not from those.  _nosync: any context but NMI, as is enable_irq().
 */
void disable_irq(unsigned int irq);
void disable_irq_nosync(unsigned int irq);
/* Waits for the hard handlers only, in any context: false if a thread is still running. */
bool disable_hardirq(unsigned int irq);
void enable_irq(unsigned int irq);

/* Wait until no handler of the line runs: hard handlers and threads; may sleep. */
void synchronize_irq(unsigned int irq);
/* Hard ones alone; busily.  False if a thread of the line is active. */
bool synchronize_hardirq(unsigned int irq);

/* ---- kernel/irq.c ---------------------------------------------------------------- */

/* Bracket every hard interrupt handler; balance preempt_count.  Soft interrupts run at exit. */
void irq_enter(void);
void irq_exit(void);

/* The table of /proc/interrupts, into @m. */
void interrupts_show(struct seq_file *m);

/* ---- kernel/softirq.c: soft interrupts ------------------------------------------- */

enum {
	HI_SOFTIRQ,			/* first served */
	TIMER_SOFTIRQ,
	NET_TX_SOFTIRQ,
	NET_RX_SOFTIRQ,
	BLOCK_SOFTIRQ,
	IRQ_POLL_SOFTIRQ,
	TASKLET_SOFTIRQ,
	SCHED_SOFTIRQ,
	HRTIMER_SOFTIRQ,
	RCU_SOFTIRQ,
	NR_SOFTIRQS
};

/* @action runs, interrupts on, soon after each raise of @nr, on the CPU that raised it. */
void open_softirq(int nr, void (*action)(void));
/* Any context but NMI; the second with interrupts off.  From a thread, ksoftirqd runs it. */
void raise_softirq(unsigned int nr);
void raise_softirq_irqoff(unsigned int nr);
/* The bit alone: for those who know that somebody will look at it.  Interrupts off. */
void __raise_softirq_irqoff(unsigned int nr);

/* Once, before interrupts are on; and a ksoftirqd for each CPU, before it starts: -ENOMEM. */
void softirq_init(void);
int softirq_prepare_cpu(unsigned int cpu);
struct task_struct *this_cpu_ksoftirqd(void);
/* The table of /proc/softirqs; and how often @nr has run. */
void softirqs_show(struct seq_file *m);
unsigned int softirq_count_of(unsigned int nr);

/* ---- kernel/tasklet.c ------------------------------------------------------------- */

/*
 * A function that runs once, in a soft interrupt, after it has been scheduled, however often
 * that was; never on two CPUs at a time, and never while it is disabled.
 */
struct tasklet_struct {
	struct tasklet_struct *next;	/* of the CPU's list */
	unsigned long state;		/* TASKLET_STATE_* bits */
	atomic_t count;			/* disabled so many times */
	bool use_callback;
	union {
		void (*func)(unsigned long data);
		void (*callback)(struct tasklet_struct *t);
	};
	unsigned long data;
};

enum {
	TASKLET_STATE_SCHED,		/* on a list */
	TASKLET_STATE_RUN,
};

#define DECLARE_TASKLET(name, _callback) \
	struct tasklet_struct name = { .use_callback = true, .callback = _callback }
#define DECLARE_TASKLET_DISABLED(name, _callback) \
	struct tasklet_struct name = { .count = ATOMIC_INIT(1), .use_callback = true, \
				       .callback = _callback }
/* The form of the books: a function of an unsigned long, here always 0. */
#define DECLARE_TASKLET_OLD(name, _func) \
	struct tasklet_struct name = { .func = _func }
#define DECLARE_TASKLET_DISABLED_OLD(name, _func) \
	struct tasklet_struct name = { .count = ATOMIC_INIT(1), .func = _func }

#define from_tasklet(var, t, field) \
	container_of(t, __typeof__(*(var)), field)

void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *t));
void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long data), unsigned long data);

/* Any context but NMI. */
void tasklet_schedule(struct tasklet_struct *t);
void tasklet_hi_schedule(struct tasklet_struct *t);	/* before most other soft interrupts */

static inline void tasklet_disable_nosync(struct tasklet_struct *t)
{
	atomic_inc_return(&t->count);	/* a barrier, before RUN is looked at */
}

/* And it does not run any more; not from itself. */
void tasklet_disable(struct tasklet_struct *t);
#define tasklet_disable_in_atomic(t)	tasklet_disable(t)

static inline void tasklet_enable(struct tasklet_struct *t)
{
	atomic_sub_return(1, &t->count);
}

void tasklet_unlock_wait(struct tasklet_struct *t);
/* Wait until it has run if it is scheduled; it must not be disabled, and nobody may schedule
 * it any more.  Process, may sleep. */
void tasklet_kill(struct tasklet_struct *t);
void tasklet_init_softirqs(void);

#endif /* _LINUX_INTERRUPT_H */
