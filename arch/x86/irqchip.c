/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/irqchip.c - which interrupt controller serves which line
 *
 *	MADT with an IO-APIC, and a local APIC:	IO-APIC; the PICs stay masked
 *	a local APIC only:			PICs, passed through it ("virtual wire")
 *	neither (old machines, -cpu ...,-apic):	PICs
 */
#include <asm/apic.h>
#include <asm/cpufeature.h>
#include <asm/irq.h>
#include <linux/init.h>
#include <linux/printk.h>
#include "irqchip.h"

static bool irqchip_have_pic, irqchip_have_ioapic;
static bool irqchip_noapic, irqchip_nolapic;	/* command line */
static struct madt_info irqchip_table;

const struct irq_chip *irqchip_get(unsigned int irq)
{
	if (irqchip_have_ioapic)
		return ioapic_has_line(irq) ? &ioapic_chip : NULL;
	return irqchip_have_pic && irq < NR_ISA_IRQS && irq != 2 ? &pic_chip : NULL;
}

bool irqchip_is_level(unsigned int irq)
{
	return irqchip_have_ioapic ? ioapic_is_level(irq) : pic_is_level(irq);
}

unsigned int irqchip_hwirq(unsigned int irq)
{
	return irqchip_have_ioapic ? ioapic_pin(irq) : irq;
}

/* It is read, and what is wrong with it is said, once. */
const struct madt_info *irqchip_madt(void)
{
	static bool read, good;

	if (irqchip_nolapic || !boot_cpu_has(X86_FEATURE_APIC))
		return NULL;
	if (!read)
		good = acpi_read_madt(&irqchip_table);
	read = true;
	return good ? &irqchip_table : NULL;
}

void irqchip_init(void)
{
	const struct madt_info *table = irqchip_madt();
	const bool madt = !irqchip_noapic && table && table->nr_ioapics;
	const phys_addr_t paddr = table ? table->lapic_paddr : 0;
	bool lapic;

	irqchip_have_pic = pic_init();
	lapic = !irqchip_nolapic && apic_init(paddr, !madt);
	if (madt && lapic)
		irqchip_have_ioapic = ioapic_init(table);
	if (madt && lapic && !irqchip_have_ioapic)
		apic_init(paddr, true);
	pr_info("Interrupts: %s%s%s\n",
		irqchip_have_ioapic ? "IO-APIC" : irqchip_have_pic ? "8259 PIC" : "no controller",
		lapic ? ", local APIC" : "",
		irqchip_have_pic && irqchip_have_ioapic ? " (8259 PIC masked)" : "");
}

static int irqchip_setup_noapic(char *val)
{
	irqchip_noapic = true;
	return 0;
}

static int irqchip_setup_nolapic(char *val)
{
	irqchip_nolapic = true;
	return 0;
}
__setup("noapic", irqchip_setup_noapic);
__setup("nolapic", irqchip_setup_nolapic);
