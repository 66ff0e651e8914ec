/* SPDX-License-Identifier: MIT */
/*
 * Dynamic per-CPU memory: one zeroed copy of an object for each possible CPU.
 *
 *	struct counts __percpu *c = alloc_percpu(struct counts);
 *	this_cpu_add(c->hits, 1);			// one instruction, no lock
 *	for_each_possible_cpu(cpu)
 *		sum += per_cpu_ptr(c, cpu)->hits;
 *	free_percpu(c);
 *
 * The pointer itself is nobody's copy: only this_cpu_*() and per_cpu_ptr() may look at it.
 *
 * Context: with a mask that may sleep: process.  With one that may not, any but NMI: then only
 * what is prepared can be had.  free_percpu(): any but NMI.
 * Failure: NULL, nothing changed; a size above PCPU_MIN_UNIT_SIZE or an alignment above
 * PAGE_SIZE is refused with a warning.
 */
#ifndef _LINUX_PERCPU_H
#define _LINUX_PERCPU_H

#include <linux/gfp_types.h>
#include <linux/percpu-defs.h>
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/smp.h>
#include <linux/types.h>

#define PCPU_MIN_UNIT_SIZE	32768	/* bytes: the largest object */
#define PCPU_MIN_ALLOC_SIZE	4	/* bytes: sizes are rounded up to it */

/* @align: a power of two. */
void __percpu *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp);
void __percpu *__alloc_percpu(size_t size, size_t align);
#define __alloc_percpu_gfp(size, align, gfp)	__alloc_percpu_gfp(size, align, might_alloc(gfp))
#define __alloc_percpu(size, align)	__alloc_percpu_gfp(size, align, GFP_KERNEL)
void free_percpu(void __percpu *ptr);		/* NULL is fine */

#define alloc_percpu_gfp(type, gfp) \
	((type __percpu *)__alloc_percpu_gfp(sizeof(type), __alignof__(type), gfp))
#define alloc_percpu(type) \
	((type __percpu *)__alloc_percpu(sizeof(type), __alignof__(type)))

/* The names of the 2.6 books. */
#define percpu_alloc(size, gfp)		__alloc_percpu_gfp(size, 8, gfp)
#define percpu_free(ptr)		free_percpu(ptr)

#define raw_cpu_ptr(ptr)		this_cpu_ptr(ptr)
#define get_cpu_ptr(ptr)		({ preempt_disable(); this_cpu_ptr(ptr); })
#define put_cpu_ptr(ptr)		do { (void)(ptr); preempt_enable(); } while (0)
#define get_cpu_var(var)		(*({ preempt_disable(); this_cpu_ptr(&(var)); }))
#define put_cpu_var(var)		do { (void)&(var); preempt_enable(); } while (0)

/* mm/percpu.c */
void percpu_init(void);
/* Bytes of one CPU that are allocated; chunks there are. */
unsigned long percpu_used(void);
unsigned int percpu_nr_chunks(void);
/* Give chunks back that nobody uses, but for @keep; how many pages that was.  May sleep. */
unsigned long percpu_shrink(unsigned int keep);
/* See to it that those who may not sleep find something.  May sleep. */
void percpu_refill(void);
/* @fn: called when less is left for them than should be, in any context but NMI; it has
 * percpu_refill() called soon.  Gives the former one back. */
typedef void percpu_refill_fn(void);
percpu_refill_fn *percpu_set_refill_hook(percpu_refill_fn *fn);

#endif /* _LINUX_PERCPU_H */
