/* SPDX-License-Identifier: MIT */
/*
 * percpu.c - the per-CPU variables that everything else stands on
 *
 * The boot CPU uses the linked copy, at distance 0; so all of this works before the
 * first instruction of set-up.  kernel/ fills in the distances of further CPUs.
 */
#include <linux/percpu-defs.h>
#include <linux/preempt.h>
#include <linux/smp.h>

DEFINE_PER_CPU(unsigned long, this_cpu_off);
/* A CPU starts with interrupts off, and no reschedule is needed. */
DEFINE_PER_CPU(unsigned int, __preempt_count) = PREEMPT_NEED_RESCHED | PREEMPT_IRQS_OFF;
DEFINE_PER_CPU(int, cpu_number);

unsigned long __per_cpu_offset[NR_CPUS];
