/* SPDX-License-Identifier: MIT */
/* One-instruction services of the CPU: pause, time stamp, CPUID, control registers. */
#ifndef _ASM_PROCESSOR_H
#define _ASM_PROCESSOR_H

#include <linux/types.h>

#define X86_CR0_MP		(1UL << 1)
#define X86_CR0_EM		(1UL << 2)
#define X86_CR0_TS		(1UL << 3)
#define X86_CR0_WP		(1UL << 16)
#define X86_CR0_PG		(1UL << 31)
#define X86_CR4_TSD		(1UL << 2)
#define X86_CR4_PAE		(1UL << 5)
#define X86_CR4_MCE		(1UL << 6)
#define X86_CR4_PGE		(1UL << 7)
#define X86_CR4_UMIP		(1UL << 11)
#define X86_CR4_SMEP		(1UL << 20)
#define X86_CR4_SMAP		(1UL << 21)

/* In a loop that polls memory or a device. */
static __always_inline void cpu_relax(void)
{
	__asm__ __volatile__("pause" : : : "memory");
}

/* The time-stamp counter, not ordered against its neighbours; ticks: <linux/ktime.h>. */
static __always_inline u64 rdtsc(void)
{
	u32 lo, hi;

	__asm__ __volatile__("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

/* The same, after everything before it has finished and before anything behind it. */
static __always_inline u64 rdtsc_ordered(void)
{
	u32 lo, hi;

	__asm__ __volatile__("lfence; rdtsc; lfence" : "=a"(lo), "=d"(hi) : : "memory");
	return (u64)hi << 32 | lo;
}

static __always_inline void cpuid(u32 leaf, u32 subleaf, u32 *a, u32 *b, u32 *c, u32 *d)
{
	__asm__ __volatile__("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d)
			     : "a"(leaf), "c"(subleaf));
}

#define __BUILD_CR(n)								\
static __always_inline unsigned long read_cr##n(void)				\
{										\
	unsigned long value;							\
										\
	__asm__ __volatile__("movq %%cr" #n ", %0" : "=r"(value) : : "memory");	\
	return value;								\
}										\
static __always_inline void write_cr##n(unsigned long value)			\
{										\
	__asm__ __volatile__("movq %0, %%cr" #n : : "r"(value) : "memory");	\
}

__BUILD_CR(0)
__BUILD_CR(2)
__BUILD_CR(3)
__BUILD_CR(4)

#endif /* _ASM_PROCESSOR_H */
