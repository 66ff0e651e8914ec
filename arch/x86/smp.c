/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/smp.c - how a CPU is started
 *
 * MODEL
 *   After reset all CPUs but one wait for a start-up interrupt, whose vector is the number of
 *   the page where they are to begin, in real mode: there ap_trampoline.asm has been copied
 *   to.  Before it they get an INIT, which brings them back to where they wait, whatever they
 *   were doing.
 *
 *	INIT -> start-up interrupt -> ap_trampoline.asm -> ap_boot.entry -> smp_init_this_cpu()
 *
 * CONTEXT	boot; smp_init_this_cpu(): the started CPU, interrupts off.
 * NOT HERE	memory, how long to wait, who comes when: kernel/smp.c.
 */
#include <asm/apic.h>
#include <asm/cpufeature.h>
#include <asm/madt.h>
#include <asm/paging.h>
#include <asm/processor.h>
#include <asm/smp.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "irqchip.h"

#define CPUID_TOPOLOGY		0xbu		/* ebx: 0 if there is nothing; edx: APIC id */

extern const u8 ap_trampoline_start[], ap_trampoline_end[];

/* With what the next CPU starts: ap_trampoline.asm reads it, and takes it by clearing cpu. */
struct ap_boot ap_boot;

static phys_addr_t smp_trampoline;

static_assert(MADT_MAX_CPUS == NR_CPUS);
static_assert(offsetof(struct ap_boot, stack_top) == 0 && offsetof(struct ap_boot, gs_base) == 8 &&
	      offsetof(struct ap_boot, entry) == 16 && offsetof(struct ap_boot, apic_id) == 24 &&
	      offsetof(struct ap_boot, cpu) == 28, "ap_trampoline.asm knows them");

/* The id that the local APIC will have, before there is a mapping of it: all 32 bits if known. */
static u32 smp_boot_apic_id(void)
{
	u32 max, a, b, c, d;

	cpuid(0, 0, &max, &b, &c, &d);
	if (max >= CPUID_TOPOLOGY) {
		cpuid(CPUID_TOPOLOGY, 0, &a, &b, &c, &d);
		if (b)
			return d;
	}
	cpuid(1, 0, &a, &b, &c, &d);
	return b >> 24;
}

unsigned int smp_list_cpus(u32 *apic_id)
{
	const struct madt_info *madt = irqchip_madt();

	apic_id[0] = smp_boot_apic_id();
	if (apic_id[0] > MADT_MAX_APIC_ID) {
		pr_warn("smpboot: one CPU is used: its APIC id, %u, needs x2APIC\n", apic_id[0]);
		return 1;
	}
	if (!madt)
		return 1;
	if (madt->nr_refused)
		pr_warn("smpboot: %u CPUs with APIC ids above %u are not used: they need x2APIC\n",
			madt->nr_refused, MADT_MAX_APIC_ID);
	return madt_list_cpus(madt, apic_id);
}

/* Physical memory, page by page, as paging_window() shows it. */
void smp_set_trampoline(phys_addr_t paddr)
{
	const size_t bytes = (size_t)(ap_trampoline_end - ap_trampoline_start);
	unsigned long flags;

	BUG_ON(paddr & ~PAGE_MASK || paddr >= AP_TRAMPOLINE_LIMIT || bytes > PAGE_SIZE);
	smp_trampoline = paddr;
	local_irq_save(flags);
	memcpy(paging_window(paddr), ap_trampoline_start, bytes);
	local_irq_restore(flags);
}

/* Who reads a number has read all of its offer, or will fail to take it. */
void smp_offer_boot(const struct ap_boot *boot)
{
	BUG_ON(READ_ONCE(ap_boot.cpu) || !boot->cpu);
	ap_boot.stack_top = boot->stack_top;
	ap_boot.gs_base = boot->gs_base;
	ap_boot.entry = boot->entry;
	ap_boot.apic_id = boot->apic_id;
	smp_store_release(&ap_boot.cpu, boot->cpu);
}

bool smp_withdraw_boot(const struct ap_boot *boot)
{
	u32 cpu = boot->cpu;

	return try_cmpxchg(&ap_boot.cpu, &cpu, 0);
}

void smp_send_init(u32 apic_id)
{
	apic_send_init(apic_id);
}

void smp_send_startup(u32 apic_id)
{
	BUG_ON(!smp_trampoline);
	apic_send_startup(apic_id, (u8)(smp_trampoline >> PAGE_SHIFT));
}

void smp_init_this_cpu(void)
{
	gdt_idt_init_cpu();
	paging_init_cpu();
	apic_init_cpu();
}
