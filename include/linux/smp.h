/* SPDX-License-Identifier: MIT */
/*
 * Which CPU is this, and how does another one get to run a function?
 *
 * smp_processor_id() is stable only while preemption is off.
 *
 * A function that is sent runs on the other CPU in its interrupt, interrupts off: quickly, and
 * without sleeping.  On the own CPU it is called with interrupts off.
 *
 * Context of all that may wait: process, interrupts on (a softirq or an interrupt that waited
 * for another CPU, which waits for this one, would never end: warned about).  From anywhere
 * but an NMI: smp_call_function_single_async(), with a call of one's own.
 */
#ifndef _LINUX_SMP_H
#define _LINUX_SMP_H

#include <linux/cpumask.h>
#include <linux/percpu-defs.h>

DECLARE_PER_CPU(int, cpu_number);	/* lib/percpu.c */

#define smp_processor_id()	this_cpu_read(cpu_number)
#define raw_smp_processor_id()	this_cpu_read(cpu_number)
#define get_cpu()		({ preempt_disable(); smp_processor_id(); })
#define put_cpu()		preempt_enable()

typedef void (*smp_call_func_t)(void *info);
typedef bool (*smp_cond_func_t)(int cpu, void *info);

/* A function on its way to another CPU.  All fields belong to lib/smp.c. */
typedef struct call_single_data {
	struct call_single_data *next;
	smp_call_func_t func;
	void *info;
	unsigned int flags;
} call_single_data_t;

#define CSD_INIT(fn, arg)	((call_single_data_t){ .func = (fn), .info = (arg) })
#define INIT_CSD(csd, fn, arg)	(*(csd) = CSD_INIT(fn, arg))

/*
 * Run fn(info) on @cpu; @wait: until it has returned, else it may come later.  0, or -ENXIO:
 * that CPU is not online.  The own one is fine.
 */
int smp_call_function_single(int cpu, smp_call_func_t fn, void *info, int wait);
/*
 * Send @csd to @cpu, which is online, and do not wait.  It may be sent again as soon as its
 * function has been entered; before that: -EBUSY.  Any context but NMI.
 */
int smp_call_function_single_async(int cpu, call_single_data_t *csd);
/* On every other online CPU; on those of @mask; on all; on those of @mask, the own included. */
void smp_call_function(smp_call_func_t fn, void *info, int wait);
void smp_call_function_many(const struct cpumask *mask, smp_call_func_t fn, void *info, bool wait);
void on_each_cpu(smp_call_func_t fn, void *info, int wait);
void on_each_cpu_mask(const struct cpumask *mask, smp_call_func_t fn, void *info, bool wait);
/* On every online CPU for which cond(cpu, info) says so; it is asked here. */
void on_each_cpu_cond(smp_cond_func_t cond, smp_call_func_t fn, void *info, bool wait);

/* Have @cpu look for a thread to run.  Any context. */
void smp_send_reschedule(int cpu);
/* Interrupt @cpu, which need not have been sent anything: it ends a halt.  Any context. */
void smp_send_call(int cpu);
/* All others stop, for good.  Any context: the end is near. */
void smp_send_stop(void);

/* kernel/smp.c plugs in how to interrupt another CPU, and delivers what comes in. */
struct smp_ops {
	void (*send_call)(unsigned int cpu);	/* have it call smp_call_function_interrupt() */
	void (*send_reschedule)(unsigned int cpu);
	void (*stop_others)(void);
	bool (*is_midway)(void);		/* in a call: see smp_is_midway() */
};
void smp_set_ops(const struct smp_ops *ops);
/* In a call from another CPU: has it come to somebody who may not be preempted just here, though
 * preempt_count() does not say so (asm/rewind.h)? */
bool smp_is_midway(void);
/* What others have sent to this CPU.  Hard interrupt, or a wait with interrupts off. */
void smp_call_function_interrupt(void);
/* @cpu runs, and takes calls; or it does not any more. */
void set_cpu_online(unsigned int cpu, bool online);
/* So many CPUs may ever run, and have their per-CPU areas.  Once, at boot. */
void set_nr_cpu_ids(unsigned int nr);

#include <linux/preempt.h>

#endif /* _LINUX_SMP_H */
