/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/apic.c - the local APIC: timer, self-interrupts, end of interrupt
 *
 * Used through its memory-mapped registers in the FIX_LAPIC slot.  If the firmware left it
 * in x2APIC mode, those are dead; it is then switched off and on again, which the
 * architecture allows; where it does not, because that mode is locked, no interrupt could ever
 * come, and the end says so.
 */
#include <asm/apic.h>
#include <asm/cpufeature.h>
#include <asm/fixmap.h>
#include <asm/io.h>
#include <asm/irq.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <linux/irqflags.h>
#include <linux/panic.h>
#include <linux/printk.h>

#define APICBASE_X2APIC		(1UL << 10)
#define APICBASE_ENABLE		(1UL << 11)
#define APICBASE_ADDR		0x000ffffffffff000UL

#define APIC_ID			0x020
#define APIC_VERSION		0x030
#define APIC_TPR		0x080
#define APIC_EOI		0x0b0
#define APIC_SPIV		0x0f0
#define APIC_ESR		0x280
#define APIC_ICR_LOW		0x300
#define APIC_ICR_HIGH		0x310
#define APIC_LVT_TIMER		0x320
#define APIC_LVT_THERMAL	0x330
#define APIC_LVT_PERF		0x340
#define APIC_LVT_LINT0		0x350
#define APIC_LVT_LINT1		0x360
#define APIC_LVT_ERROR		0x370
#define APIC_TIMER_INITIAL	0x380
#define APIC_TIMER_CURRENT	0x390
#define APIC_TIMER_DIVIDE	0x3e0

#define APIC_SPIV_ENABLE	0x100
#define APIC_LVT_MASKED		0x10000
#define APIC_LVT_PERIODIC	0x20000
#define APIC_MODE_NMI		0x400
#define APIC_MODE_INIT		0x500
#define APIC_MODE_STARTUP	0x600
#define APIC_MODE_EXTINT	0x700
#define APIC_ICR_BUSY		0x1000
#define APIC_ICR_ASSERT		0x4000
#define APIC_ICR_LEVEL		0x8000
#define APIC_ICR_SELF		0x40000
#define APIC_DIVIDE_BY_16	0x3

#define ICR_SPINS		1000000

static u8 __iomem *apic_base;		/* NULL: no local APIC, or not in use */
static phys_addr_t apic_paddr;		/* (C) where every CPU's is */

static u32 apic_read(unsigned int reg)
{
	return readl(apic_base + reg);
}

static void apic_write(unsigned int reg, u32 value)
{
	writel(value, apic_base + reg);
}

bool apic_present(void)
{
	return apic_base != NULL;
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

u32 apic_id(void)
{
	return apic_read(APIC_ID) >> 24;
}

/* The register still holds what is on its way, if anything is. */
static void apic_wait_icr(void)
{
	unsigned int spins = ICR_SPINS;

	while ((apic_read(APIC_ICR_LOW) & APIC_ICR_BUSY) && --spins)
		cpu_relax();
}

static void apic_send(u32 command)
{
	unsigned long flags;

	local_irq_save(flags);
	apic_wait_icr();
	apic_write(APIC_ICR_LOW, command);
	local_irq_restore(flags);
}

/*
 * An NMI in between may send on its own: to its own CPU, by the shorthand, which leaves the
 * destination alone.
 */
static void apic_send_to(u32 apic_id, u32 command)
{
	unsigned long flags;

	local_irq_save(flags);
	apic_wait_icr();
	apic_write(APIC_ICR_HIGH, apic_id << 24);
	apic_write(APIC_ICR_LOW, command);
	local_irq_restore(flags);
}

void apic_send_vector(u32 apic_id, u8 vector)
{
	apic_send_to(apic_id, APIC_ICR_ASSERT | vector);
}

void apic_send_nmi(u32 apic_id)
{
	apic_send_to(apic_id, APIC_ICR_ASSERT | APIC_MODE_NMI);
}

void apic_send_init(u32 apic_id)
{
	apic_send_to(apic_id, APIC_ICR_LEVEL | APIC_ICR_ASSERT | APIC_MODE_INIT);
	apic_send_to(apic_id, APIC_ICR_LEVEL | APIC_MODE_INIT);	/* de-assert: for old ones */
}

void apic_send_startup(u32 apic_id, u8 page)
{
	apic_send_to(apic_id, APIC_ICR_ASSERT | APIC_MODE_STARTUP | page);
}

void apic_send_self(u8 vector)
{
	apic_send(APIC_ICR_SELF | APIC_ICR_ASSERT | vector);
}

/* The "self" shorthand cannot carry an NMI; naming oneself as the destination can. */
void apic_send_self_nmi(void)
{
	apic_send_nmi(apic_id());
}

/* The task priority register stops its own class of 16 vectors and all below. */
void apic_set_threshold(u8 vector)
{
	apic_write(APIC_TPR, vector ? vector - 16 : 0);
}

void apic_timer_start(u32 ticks)
{
	apic_write(APIC_TIMER_DIVIDE, APIC_DIVIDE_BY_16);
	apic_write(APIC_LVT_TIMER, LOCAL_TIMER_VECTOR | APIC_LVT_PERIODIC |
				   (ticks ? 0 : APIC_LVT_MASKED));
	apic_write(APIC_TIMER_INITIAL, ticks);
}

void apic_timer_measure(void)
{
	apic_write(APIC_TIMER_DIVIDE, APIC_DIVIDE_BY_16);
	apic_write(APIC_LVT_TIMER, LOCAL_TIMER_VECTOR | APIC_LVT_MASKED);
	apic_write(APIC_TIMER_INITIAL, ~0U);
}

u32 apic_timer_elapsed(void)
{
	return ~0U - apic_read(APIC_TIMER_CURRENT);
}

u32 apic_read_errors(void)
{
	apic_write(APIC_ESR, 0);	/* latches what has happened since the last time */
	return apic_read(APIC_ESR);
}

/* In memory-mapped mode, enabled, at @paddr. */
static void apic_enable_msr(phys_addr_t paddr)
{
	u64 msr = rdmsrl(MSR_IA32_APICBASE);

	if (msr & APICBASE_X2APIC &&
	    wrmsrl_safe(MSR_IA32_APICBASE, msr & ~(APICBASE_X2APIC | APICBASE_ENABLE)))
		panic("APIC: locked in x2APIC mode by the firmware, which is not supported");
	msr &= ~(APICBASE_X2APIC | APICBASE_ADDR);
	wrmsrl(MSR_IA32_APICBASE, msr | paddr | APICBASE_ENABLE);
}

/* No vector comes but those that are sent.  @lint0, @lint1: what its two pins bring. */
static void apic_set_up(u32 lint0, u32 lint1)
{
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED);
	apic_write(APIC_LVT_THERMAL, APIC_LVT_MASKED);
	apic_write(APIC_LVT_PERF, APIC_LVT_MASKED);
	apic_write(APIC_LVT_LINT0, lint0);
	apic_write(APIC_LVT_LINT1, lint1);
	apic_write(APIC_LVT_ERROR, ERROR_APIC_VECTOR);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_SPIV, APIC_SPIV_ENABLE | SPURIOUS_APIC_VECTOR);
	apic_read_errors();
}

static void apic_map(void)
{
	apic_base = (u8 __iomem __force *)fixmap_set(FIX_LAPIC, apic_paddr, PAGE_KERNEL_NOCACHE);
}

/*
 * CPUID denies it.  If it is on all the same (QEMU has one as soon as there are two CPUs), it
 * stands between the PIC and the CPU with its pins masked, and no interrupt would ever come: have
 * it pass them on, and then forget it.
 */
static void apic_open_denied(void)
{
	u64 msr;

	if (rdmsrl_safe(MSR_IA32_APICBASE, &msr) || !(msr & APICBASE_ENABLE))
		return;
	apic_paddr = msr & APICBASE_ADDR;
	apic_enable_msr(apic_paddr);
	apic_map();
	apic_write(APIC_SPIV, APIC_SPIV_ENABLE | SPURIOUS_APIC_VECTOR);
	apic_write(APIC_LVT_LINT0, APIC_MODE_EXTINT);
	apic_base = NULL;
	pr_warn("APIC: it is on, but CPUID denies it: not used, so there is one CPU\n");
}

bool apic_init(phys_addr_t paddr, bool virtual_wire)
{
	if (!boot_cpu_has(X86_FEATURE_MSR))
		return false;
	if (!boot_cpu_has(X86_FEATURE_APIC)) {
		apic_open_denied();
		return false;
	}
	apic_paddr = rdmsrl(MSR_IA32_APICBASE) & APICBASE_ADDR;
	/* To move it to where the MADT says could put it over RAM. */
	if (paddr && paddr != apic_paddr)
		pr_warn("APIC: the MADT says 0x%llx, but it is at 0x%llx\n", paddr, apic_paddr);
	apic_enable_msr(apic_paddr);
	apic_map();
	if (apic_read(APIC_VERSION) == 0 || apic_read(APIC_VERSION) == ~0U) {
		pr_warn("APIC: nothing answers at 0x%llx\n", apic_paddr);
		apic_base = NULL;
		return false;
	}
	apic_set_up(virtual_wire ? APIC_MODE_EXTINT : APIC_LVT_MASKED, APIC_MODE_NMI);
	return true;
}

void apic_init_cpu(void)
{
	apic_enable_msr(apic_paddr);
	apic_set_up(APIC_LVT_MASKED, APIC_LVT_MASKED);
}
