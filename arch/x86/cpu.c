/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/cpu.c - read CPUID once
 */
#include <asm/cpufeature.h>
#include <asm/processor.h>
#include <linux/spinlock.h>

#define CPUID_MODEL_NAME	0x80000002u	/* three leaves of 16 characters */
#define CPUID_ADDRESS_SIZES	0x80000008u

struct cpuinfo_x86 boot_cpu_data;

static void cpu_put_word(char *to, u32 word)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		to[i] = (char)(word >> (8 * i));
}

static void cpu_read_model_name(char *name)
{
	u32 r[4];
	unsigned int leaf, i, len = 0;

	for (leaf = 0; leaf < 3; leaf++) {
		cpuid(CPUID_MODEL_NAME + leaf, 0, &r[0], &r[1], &r[2], &r[3]);
		for (i = 0; i < 4; i++)
			cpu_put_word(name + leaf * 16 + i * 4, r[i]);
	}
	name[48] = '\0';
	while (name[len])
		len++;
	while (len && name[len - 1] == ' ')
		name[--len] = '\0';
}

void cpu_init(void)
{
	struct cpuinfo_x86 *c = &boot_cpu_data;
	u32 a, b, cx, d, max, max_ext;

	cpuid(0, 0, &max, &b, &cx, &d);
	cpu_put_word(c->vendor, b);
	cpu_put_word(c->vendor + 4, d);
	cpu_put_word(c->vendor + 8, cx);

	cpuid(1, 0, &a, &b, &c->feature[1], &c->feature[0]);
	if (max >= 7)
		cpuid(7, 0, &a, &c->feature[2], &c->feature[3], &d);

	cpuid(0x80000000u, 0, &max_ext, &b, &cx, &d);
	cpuid(0x80000001u, 0, &a, &b, &cx, &c->feature[4]);
	c->phys_bits = 36;
	c->virt_bits = 48;
	if (max_ext >= CPUID_ADDRESS_SIZES) {
		cpuid(CPUID_ADDRESS_SIZES, 0, &a, &b, &cx, &d);
		c->phys_bits = (u8)a;
		c->virt_bits = (u8)(a >> 8);
	}
	if (max_ext >= CPUID_MODEL_NAME + 2)
		cpu_read_model_name(c->model_name);
	spin_unfair = boot_cpu_has(X86_FEATURE_HYPERVISOR);
}
