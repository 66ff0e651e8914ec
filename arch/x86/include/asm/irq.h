/* SPDX-License-Identifier: MIT */
/*
 * Interrupt hardware as found: 8259 PICs, or IO-APICs and a local APIC.
 *
 * An interrupt line has a number (irq): 0..15 are the ISA lines, whatever pin they are
 * wired to; 16 and up are further IO-APIC pins.  irq n arrives on vector IRQ_VECTOR(n).
 */
#ifndef _ASM_IRQ_H
#define _ASM_IRQ_H

#include <linux/types.h>

#define NR_ISA_IRQS		16
#define NR_IRQS			64

#define IRQ_VECTOR_BASE		0x30
#define IRQ_VECTOR(irq)		(IRQ_VECTOR_BASE + (irq))
#define TEST_VECTOR		0xe0	/* nobody's: for int $0xe0 and self-IPIs in tests */
#define LOCAL_TIMER_VECTOR	0xec
#define STEP_VECTOR		0xf2	/* tests that step: above all that ticks, see TPR */
#define IRQ_WORK_VECTOR		0xf6
#define REBOOT_VECTOR		0xf8	/* stop, for good */
#define CALL_FUNCTION_VECTOR	0xfb
#define RESCHEDULE_VECTOR	0xfd
#define ERROR_APIC_VECTOR	0xfe
#define SPURIOUS_APIC_VECTOR	0xff

/* How to talk to the controller of one line.  All are called with interrupts off. */
struct irq_chip {
	const char *name;
	void (*irq_mask)(unsigned int irq);
	void (*irq_unmask)(unsigned int irq);
	void (*irq_eoi)(unsigned int irq);
	/* Was this delivery noise (PIC lines 7 and 15)?  Then no irq_eoi. NULL: never. */
	bool (*irq_spurious)(unsigned int irq);
};

/* Find the controllers, route every line to its vector, all masked. */
void irqchip_init(void);

/* The controller of @irq; NULL when there is no such line. */
const struct irq_chip *irqchip_get(unsigned int irq);
bool irqchip_is_level(unsigned int irq);
/* The controller's own number of the line (its pin), as /proc/interrupts prints it. */
unsigned int irqchip_hwirq(unsigned int irq);

/*
 * Have the PIT's line raise NMIs instead of interrupt 0, for the watchdog.  false: the
 * hardware cannot (no IO-APIC).
 */
bool irqchip_pit_nmi(bool on);

#endif /* _ASM_IRQ_H */
