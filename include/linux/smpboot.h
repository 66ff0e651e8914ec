/* SPDX-License-Identifier: MIT */
/* Finding the other CPUs and starting them (kernel/smp.c).  Called by kernel/main.c, once each. */
#ifndef _LINUX_SMPBOOT_H
#define _LINUX_SMPBOOT_H

#include <linux/types.h>

/* Take the page that CPUs start in.  While memblock gives out memory. */
void smp_reserve_trampoline(void);
/*
 * Which CPUs may run?  Each gets its per-CPU area; from then on nr_cpu_ids says how many.
 * As soon as there are pages, and before the first user of for_each_possible_cpu().
 */
void smp_prepare_cpus(void);
/* Start them.  Thread context, interrupts on. */
void smp_init(void);
/*
 * Start one that is possible and has never been tried, and wait for it for @wait_ns.  0: it is
 * online; -EIO: it has not come, and never will, however late it answers; -ENOMEM.  Tests bring
 * an @entry of their own: its first C function, which ends in smp_cpu_join().
 */
int smp_bring_up(unsigned int cpu, void (*entry)(void), u64 wait_ns);
/* On the started CPU, standing on its idle thread's stack, interrupts off. */
void smp_cpu_prepare(void);
void __noreturn smp_cpu_join(void);
/* What are the others doing?  Each says so in the log.  Any context, the last resort. */
void trigger_allbutself_cpu_backtrace(void);
/* The monitor's table: one line for each CPU that may run. */
struct seq_file;
void cpus_show(struct seq_file *m);
/* A non-maskable interrupt for @cpu, which is online.  Any context. */
void smp_send_nmi(unsigned int cpu);

#endif /* _LINUX_SMPBOOT_H */
