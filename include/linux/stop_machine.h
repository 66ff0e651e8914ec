/* SPDX-License-Identifier: MIT */
/* Stop the world. */
#ifndef _LINUX_STOP_MACHINE_H
#define _LINUX_STOP_MACHINE_H

#include <linux/cpumask.h>

typedef int (*cpu_stop_fn_t)(void *data);

/*
 * Run fn(data) while nothing else runs: all other CPUs are parked, interrupts are off
 * everywhere, and no CPU was parked where preemption or soft interrupts were off: nobody holds
 * a spinlock.  @cpus NULL: on the calling CPU; else on each online CPU of the set, at the same
 * time.  Returns what fn did, of several the last that was not 0.
 *
 * Context: process, interrupts on, nothing held that forbids to sleep.  fn must not wait.
 */
int stop_machine(cpu_stop_fn_t fn, void *data, const struct cpumask *cpus);

/*
 * Around a CPU that comes online: nobody stops the world meanwhile, for it would go on running.
 * Context: process.
 */
void cpus_write_lock(void);
void cpus_write_unlock(void);

#endif /* _LINUX_STOP_MACHINE_H */
