/* SPDX-License-Identifier: MIT */
/*
 * The one lock order.  A context may only take a lock of a rank greater than that of every
 * lock it holds.  There is no rank "none": a lock that nobody has thought about is
 * LOCK_USER (LOCK_MUTEX_USER if it sleeps), outermost, so that code under it may still
 * allocate; among themselves these are taken in the order in which they were taken first.
 *
 * Sleeping locks come first: under a spinlock nobody sleeps.
 */
#ifndef _LINUX_LOCK_RANK_H
#define _LINUX_LOCK_RANK_H

enum lock_rank {
	LOCK_MUTEX_USER = 1,	/* mutexes and rw_semaphores without a rank */
	LOCK_USER,		/* DEFINE_SPINLOCK without a rank: drivers, tests */
	LOCK_INPUT,		/* kernel/input_queue.c: characters of one device */
	LOCK_NOTIFIER,		/* lib/notifier.c: one chain; never over a callback */
	LOCK_OOM,		/* mm/oom.c: who may be asked to give up everything */
	LOCK_SHRINKER,		/* mm/shrinker.c: the list of shrinkers; never over a callback */
	LOCK_CACHE_LIST,	/* mm/slab_cache.c: the list of caches */
	LOCK_VMAP,		/* mm/vmap.c: the tree of areas */
	LOCK_PGTABLE,		/* mm/vmap.c: kernel page tables above vmalloc and vmemmap */
	LOCK_PERCPU,		/* mm/percpu.c: which words of a chunk are taken */
	LOCK_MEMPOOL,
	LOCK_SLAB_NODE,		/* one cache's slabs and partial list */
	LOCK_SECTION,		/* mm/section.c: which sections are online */
	LOCK_ZONE,		/* one zone's free lists */
	LOCK_ZONE_RESERVE,	/* those of its high-order atomic reserve */
	LOCK_IRQ_DESC,		/* kernel/irq.c */
	LOCK_IOAPIC,		/* arch/x86/ioapic.c: index and data of the IO-APICs */
	LOCK_ISA_DMA,		/* drivers/isa_dma.c: registers of the 8237s */
	LOCK_WORKQUEUE,		/* kernel/workqueue*.c: items, queues, workers */
	LOCK_TASKS,		/* kernel/kthread.c: the list of threads */
	LOCK_TIMER,		/* who waits for time to pass */
	LOCK_WAITQ,		/* lib/: who waits for what; woken under nearly any lock */
	LOCK_RQ,		/* kernel/sched.c: a CPU's runnable threads */
	LOCK_PRINTK,		/* lib/printk.c: a report may come from under any of the above */
	LOCK_CONSOLE,		/* one console device: innermost */
	NR_LOCK_RANKS
};

#endif /* _LINUX_LOCK_RANK_H */
