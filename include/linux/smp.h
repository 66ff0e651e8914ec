/* SPDX-License-Identifier: MIT */
/* Which CPU is this?  Stable only while preemption is off. */
#ifndef _LINUX_SMP_H
#define _LINUX_SMP_H

#include <linux/percpu-defs.h>

#define NR_CPUS			64

DECLARE_PER_CPU(int, cpu_number);	/* lib/percpu.c */

#define smp_processor_id()	this_cpu_read(cpu_number)
#define raw_smp_processor_id()	this_cpu_read(cpu_number)
#define get_cpu()		({ preempt_disable(); smp_processor_id(); })
#define put_cpu()		preempt_enable()

extern unsigned int nr_cpu_ids;		/* CPUs that may ever run; 1 until SMP */

#define for_each_possible_cpu(cpu) \
	for ((cpu) = 0; (unsigned int)(cpu) < nr_cpu_ids; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)
#define num_possible_cpus()	nr_cpu_ids
#define num_online_cpus()	nr_cpu_ids

#include <linux/preempt.h>

#endif /* _LINUX_SMP_H */
