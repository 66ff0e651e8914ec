/* SPDX-License-Identifier: MIT */
/* Model-specific registers.  rdmsrl_safe() survives one that does not exist. */
#ifndef _ASM_MSR_H
#define _ASM_MSR_H

#include <asm/extable.h>
#include <linux/errno.h>

#define MSR_IA32_APICBASE	0x0000001b
#define MSR_IA32_PAT		0x00000277
#define MSR_IA32_MISC_ENABLE	0x000001a0
#define MSR_EFER		0xc0000080
#define MSR_FS_BASE		0xc0000100
#define MSR_GS_BASE		0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102

#define EFER_SCE		(1UL << 0)
#define EFER_LME		(1UL << 8)
#define EFER_LMA		(1UL << 10)
#define EFER_NX			(1UL << 11)

static __always_inline u64 rdmsrl(u32 msr)
{
	u32 lo, hi;

	__asm__ __volatile__("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (u64)hi << 32 | lo;
}

static __always_inline void wrmsrl(u32 msr, u64 value)
{
	__asm__ __volatile__("wrmsr" : : "c"(msr), "a"((u32)value), "d"((u32)(value >> 32))
			     : "memory");
}

/* 0, or -EIO (and *@value untouched) when the CPU refuses.  Needs the IDT. */
static __always_inline int rdmsrl_safe(u32 msr, u64 *value)
{
	u32 lo, hi;
	int err;

	__asm__ __volatile__("1: rdmsr\n\txorl %0, %0\n\tjmp 3f\n"
			     "2: movl %4, %0\n3:\n"
			     _ASM_EXTABLE(1b, 2b)
			     : "=&r"(err), "=a"(lo), "=d"(hi) : "c"(msr), "i"(-EIO));
	if (!err)
		*value = (u64)hi << 32 | lo;
	return err;
}

static __always_inline int wrmsrl_safe(u32 msr, u64 value)
{
	int err;

	__asm__ __volatile__("1: wrmsr\n\txorl %0, %0\n\tjmp 3f\n"
			     "2: movl %4, %0\n3:\n"
			     _ASM_EXTABLE(1b, 2b)
			     : "=&r"(err) : "c"(msr), "a"((u32)value),
			       "d"((u32)(value >> 32)), "i"(-EIO) : "memory");
	return err;
}

#endif /* _ASM_MSR_H */
