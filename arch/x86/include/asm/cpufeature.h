/* SPDX-License-Identifier: MIT */
/* What this CPU can do: CPUID words, read once by cpu_init(). */
#ifndef _ASM_CPUFEATURE_H
#define _ASM_CPUFEATURE_H

#include <linux/types.h>

/* word * 32 + bit; words: 0 = 1.EDX, 1 = 1.ECX, 2 = 7.EBX, 3 = 7.ECX, 4 = 80000001.EDX */
#define X86_FEATURE_PSE		(0 * 32 + 3)
#define X86_FEATURE_TSC		(0 * 32 + 4)
#define X86_FEATURE_MSR		(0 * 32 + 5)
#define X86_FEATURE_MCE		(0 * 32 + 7)
#define X86_FEATURE_APIC	(0 * 32 + 9)
#define X86_FEATURE_PGE		(0 * 32 + 13)
#define X86_FEATURE_PAT		(0 * 32 + 16)
#define X86_FEATURE_X2APIC	(1 * 32 + 21)
#define X86_FEATURE_TSC_DEADLINE (1 * 32 + 24)
#define X86_FEATURE_HYPERVISOR	(1 * 32 + 31)
#define X86_FEATURE_SMEP	(2 * 32 + 7)
#define X86_FEATURE_ERMS	(2 * 32 + 9)
#define X86_FEATURE_INVPCID	(2 * 32 + 10)
#define X86_FEATURE_SMAP	(2 * 32 + 20)
#define X86_FEATURE_UMIP	(3 * 32 + 2)
#define X86_FEATURE_LA57	(3 * 32 + 16)
#define X86_FEATURE_NX		(4 * 32 + 20)
#define X86_FEATURE_GBPAGES	(4 * 32 + 26)
#define X86_FEATURE_LM		(4 * 32 + 29)
#define X86_NR_FEATURE_WORDS	5

struct cpuinfo_x86 {
	u32  feature[X86_NR_FEATURE_WORDS];
	char vendor[13];
	char model_name[49];		/* trimmed; "" when the CPU has none */
	u8   phys_bits, virt_bits;	/* address widths */
};
extern struct cpuinfo_x86 boot_cpu_data;

/* Fill boot_cpu_data.  Needs nothing; may be called first thing. */
void cpu_init(void);

static inline bool boot_cpu_has(unsigned int feature)
{
	return boot_cpu_data.feature[feature / 32] >> (feature % 32) & 1;
}

#endif /* _ASM_CPUFEATURE_H */
