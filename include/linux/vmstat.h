/* SPDX-License-Identifier: MIT */
/*
 * Event counters of /proc/vmstat, per CPU.  Any context; the sum is a racy read.
 */
#ifndef _LINUX_VMSTAT_H
#define _LINUX_VMSTAT_H

#include <linux/percpu-defs.h>
#include <linux/types.h>

enum vm_event_item {
	ALLOCSTALL_DMA,			/* direct reclaims, by the highest zone asked */
	ALLOCSTALL_DMA32,
	ALLOCSTALL_NORMAL,
	PGSTEAL_KSWAPD,			/* pages that reclaim has freed, by whom */
	PGSTEAL_DIRECT,
	SLABS_SCANNED,			/* objects that shrinkers have looked at */
	DROP_SLAB,
	OOM_KILL,			/* victims told to give back */
	PAGEOUTRUN,			/* times that kswapd began to balance */
	KSWAPD_LOW_WMARK_HIT_QUICKLY,	/* woken again within a tenth of a second */
	KSWAPD_HIGH_WMARK_HIT_QUICKLY,
	NR_VM_EVENT_ITEMS
};

DECLARE_PER_CPU(u64, vm_event_states[NR_VM_EVENT_ITEMS]);

#define count_vm_events(item, delta)	this_cpu_add(vm_event_states[item], (u64)(delta))
#define count_vm_event(item)		count_vm_events(item, 1)

u64 vm_event_sum(enum vm_event_item item);

#endif /* _LINUX_VMSTAT_H */
