/* SPDX-License-Identifier: MIT */
/*
 * Soft interrupts off and on, for process context that shares data with them.  They nest.
 * lib/bottom_half.c counts; running them is kernel/softirq.c's, which plugs in.
 * Context: process or softirq; enable must not be called with interrupts off.
 */
#ifndef _LINUX_BOTTOM_HALF_H
#define _LINUX_BOTTOM_HALF_H

#include <linux/percpu-defs.h>
#include <linux/preempt.h>

DECLARE_PER_CPU(unsigned int, __softirq_pending);	/* a bit for each vector */

#define local_softirq_pending()		this_cpu_read(__softirq_pending)
#define or_softirq_pending(mask)	this_cpu_or(__softirq_pending, mask)
#define set_softirq_pending(mask)	this_cpu_write(__softirq_pending, mask)

static inline void local_bh_disable(void)
{
	preempt_count_add(SOFTIRQ_DISABLE_OFFSET);
	barrier();
}

/* Runs what came meanwhile, when it is the outermost. */
void local_bh_enable(void);
/* The same, but does not run anything. */
static inline void _local_bh_enable(void)
{
	barrier();
	preempt_count_sub(SOFTIRQ_DISABLE_OFFSET);
}

/* If something is pending and this is no interrupt: run it.  Any context. */
void do_softirq(void);

/* @run: called with interrupts off, not in an interrupt, something pending. */
void softirq_set_runner(void (*run)(void));

#endif /* _LINUX_BOTTOM_HALF_H */
