/* SPDX-License-Identifier: MIT */
/*
 * Static per-CPU variables, and what can be done to any.  Dynamic ones (alloc_percpu) are
 * <linux/percpu.h>.
 *
 * this_cpu_*(): one instruction (xchg: a short loop), so no interrupt and no other thread of
 * this CPU comes in between; whichever CPU it then is.  __this_cpu_*(), for those who have
 * preemption off anyway, and raw_cpu_*() are the same here: nothing is cheaper.
 */
#ifndef _LINUX_PERCPU_DEFS_H
#define _LINUX_PERCPU_DEFS_H

#include <asm/percpu.h>

#define DEFINE_PER_CPU(type, name) \
	__section(PER_CPU_SECTION) __typeof__(type) name
#define DECLARE_PER_CPU(type, name) \
	extern __section(PER_CPU_SECTION) __typeof__(type) name
#define DEFINE_PER_CPU_ALIGNED(type, name) \
	DEFINE_PER_CPU(type, name) __aligned(64)

/* On cache lines of its own in every copy; read by many, written by few: no difference here. */
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name)	DEFINE_PER_CPU_ALIGNED(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name)		DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_ALIGNED(type, name)		DECLARE_PER_CPU(type, name) __aligned(64)
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name)	DECLARE_PER_CPU_ALIGNED(type, name)
#define DECLARE_PER_CPU_READ_MOSTLY(type, name)		DECLARE_PER_CPU(type, name)

#define this_cpu_sub_return(var, val)	this_cpu_add_return(var, -(__typeof__(var))(val))
#define this_cpu_inc_return(var)	this_cpu_add_return(var, 1)
#define this_cpu_dec_return(var)	this_cpu_add_return(var, -1)

#define __this_cpu_read(var)			this_cpu_read(var)
#define __this_cpu_write(var, val)		this_cpu_write(var, val)
#define __this_cpu_add(var, val)		this_cpu_add(var, val)
#define __this_cpu_sub(var, val)		this_cpu_sub(var, val)
#define __this_cpu_inc(var)			this_cpu_inc(var)
#define __this_cpu_dec(var)			this_cpu_dec(var)
#define __this_cpu_and(var, val)		this_cpu_and(var, val)
#define __this_cpu_or(var, val)			this_cpu_or(var, val)
#define __this_cpu_add_return(var, val)		this_cpu_add_return(var, val)
#define __this_cpu_inc_return(var)		this_cpu_inc_return(var)
#define __this_cpu_dec_return(var)		this_cpu_dec_return(var)
#define __this_cpu_xchg(var, new)		this_cpu_xchg(var, new)
#define __this_cpu_cmpxchg(var, old, new)	this_cpu_cmpxchg(var, old, new)
#define __this_cpu_try_cmpxchg(var, oldp, new)	this_cpu_try_cmpxchg(var, oldp, new)
#define raw_cpu_read(var)			this_cpu_read(var)
#define raw_cpu_write(var, val)			this_cpu_write(var, val)
#define raw_cpu_add(var, val)			this_cpu_add(var, val)
#define raw_cpu_inc(var)			this_cpu_inc(var)
#define raw_cpu_dec(var)			this_cpu_dec(var)
#define raw_cpu_xchg(var, new)			this_cpu_xchg(var, new)
#define raw_cpu_cmpxchg(var, old, new)		this_cpu_cmpxchg(var, old, new)

#define per_cpu(var, cpu)	(*per_cpu_ptr(&(var), cpu))

#endif /* _LINUX_PERCPU_DEFS_H */
