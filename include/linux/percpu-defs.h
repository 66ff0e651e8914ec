/* SPDX-License-Identifier: MIT */
/* Static per-CPU variables.  Dynamic ones (alloc_percpu) are <linux/percpu.h>. */
#ifndef _LINUX_PERCPU_DEFS_H
#define _LINUX_PERCPU_DEFS_H

#include <asm/percpu.h>

#define DEFINE_PER_CPU(type, name) \
	__section(PER_CPU_SECTION) __typeof__(type) name
#define DECLARE_PER_CPU(type, name) \
	extern __section(PER_CPU_SECTION) __typeof__(type) name
#define DEFINE_PER_CPU_ALIGNED(type, name) \
	DEFINE_PER_CPU(type, name) __aligned(64)

#define per_cpu(var, cpu)	(*per_cpu_ptr(&(var), cpu))

#endif /* _LINUX_PERCPU_DEFS_H */
