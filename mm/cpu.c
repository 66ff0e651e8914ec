/* SPDX-License-Identifier: MIT */
/*
 * mm/cpu.c - what memory management needs of a CPU before it may run
 *
 * MODEL
 *   A CPU's per-CPU variables begin as the linked ones were before anything ran.  Some of them
 *   are not fine like that, because they point to each other: here they are set up, by who
 *   owns them.  The boot CPU's are, too, by the same functions, from the init functions of
 *   their files.
 *
 *   All CPUs are prepared right after the page allocator has begun, before caches, areas and
 *   per-CPU memory: what comes later finds all CPUs by for_each_possible_cpu().
 *
 * LOCKING	none: the boot CPU alone, before the other one runs.
 * CONTEXT	boot.
 * FAILURE	none.
 * NOT HERE	where the area comes from, and who calls: kernel/smp.c.
 */
#include <linux/mm.h>
#include <linux/smp.h>

#include "internal.h"

void mm_cpu_prepare(unsigned int cpu)
{
	BUG_ON(!cpu || cpu >= NR_CPUS || nr_cpu_ids != 1);
}
