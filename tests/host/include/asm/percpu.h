/* SPDX-License-Identifier: MIT */
/* Per-CPU variables of the hosted build: one CPU, whose copy is the linked one. */
#ifndef _ASM_PERCPU_H
#define _ASM_PERCPU_H

#include <linux/types.h>

#define PER_CPU_SECTION		".data"

/* Where allocated ones lie: the first CPU's; tests may have more CPUs, above it. */
#define PCPU_OFFSET(cpu)	((unsigned long)(cpu) << 30)
#define PCPU_START		0x680000000000UL
#define PCPU_BYTES		(128UL << 20)
#define PCPU_WINDOWS_START	PCPU_START
#define PCPU_WINDOWS_LAST	(PCPU_START + (64UL << 30) - 1)

extern unsigned long this_cpu_off;
extern unsigned long __per_cpu_offset[];

#define per_cpu_ptr(ptr, cpu) \
	((__typeof__(*(ptr)) *)((unsigned long)(ptr) + __per_cpu_offset[cpu]))
#define this_cpu_ptr(ptr) \
	((__typeof__(*(ptr)) *)((unsigned long)(ptr) + this_cpu_off))
#define this_cpu_read(var)		(*this_cpu_ptr(&(var)))
#define this_cpu_write(var, val)	(*this_cpu_ptr(&(var)) = (val))
#define this_cpu_add(var, val)		(*this_cpu_ptr(&(var)) += (val))
#define this_cpu_sub(var, val)		(*this_cpu_ptr(&(var)) -= (val))
#define this_cpu_inc(var)		this_cpu_add(var, 1)
#define this_cpu_dec(var)		this_cpu_sub(var, 1)
#define this_cpu_and(var, val)		(*this_cpu_ptr(&(var)) &= (val))
#define this_cpu_or(var, val)		(*this_cpu_ptr(&(var)) |= (val))
#define this_cpu_add_return(var, val)	(*this_cpu_ptr(&(var)) += (val))
#define this_cpu_try_cmpxchg(var, oldp, new) \
	__atomic_compare_exchange_n(this_cpu_ptr(&(var)), oldp, new, false, __ATOMIC_RELAXED, \
				    __ATOMIC_RELAXED)
#define this_cpu_cmpxchg(var, old, new) ({				\
	__typeof__(var) __ov = (old);					\
	this_cpu_try_cmpxchg(var, &__ov, new);				\
	__ov;								\
})
#define this_cpu_xchg(var, new) \
	__atomic_exchange_n(this_cpu_ptr(&(var)), new, __ATOMIC_RELAXED)
#define this_cpu_dec_and_test(var)	(--*this_cpu_ptr(&(var)) == 0)
#define this_cpu_test(var, mask)	((*this_cpu_ptr(&(var)) & (mask)) != 0)

#endif /* _ASM_PERCPU_H */
