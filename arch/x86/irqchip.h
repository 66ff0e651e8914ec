/* SPDX-License-Identifier: MIT */
/* Between irqchip.c (which controller serves which line) and the controllers. */
#ifndef ARCH_X86_IRQCHIP_H
#define ARCH_X86_IRQCHIP_H

#include <asm/madt.h>
#include <linux/types.h>

struct irq_chip;

/* irqchip.c.  The machine's MADT; NULL: none, or there is to be no local APIC. */
const struct madt_info *irqchip_madt(void);

/* pic.c.  init: remap and mask everything; false: there is none. */
bool pic_init(void);
bool pic_is_level(unsigned int irq);
extern const struct irq_chip pic_chip;

/* ioapic.c.  init: take over the lines that the MADT wires up; false: no IO-APIC answers. */
bool ioapic_init(const struct madt_info *madt);
bool ioapic_has_line(unsigned int irq);
bool ioapic_is_level(unsigned int irq);
unsigned int ioapic_pin(unsigned int irq);
extern const struct irq_chip ioapic_chip;

/* acpi.c.  Copy the MADT into @info; false: no (sane) MADT, and the log says why. */
bool acpi_read_madt(struct madt_info *info);

#endif /* ARCH_X86_IRQCHIP_H */
