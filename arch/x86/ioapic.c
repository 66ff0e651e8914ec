/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/ioapic.c - IO-APICs: one redirection entry per pin
 *
 * Lines 0..15 are the ISA lines, on whatever pin (GSI) the MADT wires them to; line n >= 16
 * is GSI n, a PCI pin: level, active low.  Every line goes to the boot CPU, masked until
 * it is requested.
 *
 * Line 0 is the PIT's.  On every PC it is wired to pin 2, which the MADT should say; where it
 * does not (QEMU's microvm), pin 0 is what ACPI means and pin 2 what is there: both serve.
 *
 * LOCKING	ioapic_lock, rank LOCK_IOAPIC, irqs off: each IO-APIC has one index register for
 *		all pins.  kernel/irq.c holds the line's lock as well; the watchdog does not.
 */
#include <asm/apic.h>
#include <asm/fixmap.h>
#include <asm/io.h>
#include <asm/irq.h>
#include <linux/boot_info.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include "irqchip.h"

#define IOAPIC_INDEX		0x00
#define IOAPIC_DATA		0x10
#define IOAPIC_REG_VERSION	0x01
#define IOAPIC_REG_ENTRY(pin)	(0x10 + 2 * (pin))
#define IOAPIC_MAX_PINS		120

#define PIT_GSI			2	/* whatever the MADT says */

#define ENTRY_NMI		0x00400
#define ENTRY_ACTIVE_LOW	0x02000
#define ENTRY_LEVEL		0x08000
#define ENTRY_MASKED		0x10000

/* (C) after ioapic_init(), but for entry, which the mask functions keep up to date. */
struct ioapic_line {
	u8 __iomem *base;		/* NULL: the line is not wired */
	unsigned int  pin, twin;	/* twin: another pin of the same IO-APIC; 0: none */
	u32 entry;			/* low word of the redirection entry */
};

static struct ioapic_line ioapic_lines[NR_IRQS];
static DEFINE_SPINLOCK_RANKED(ioapic_lock, LOCK_IOAPIC);

static u32 ioapic_read(u8 __iomem *base, unsigned int reg)
{
	writel(reg, base + IOAPIC_INDEX);
	return readl(base + IOAPIC_DATA);
}

static void ioapic_write(u8 __iomem *base, unsigned int reg, u32 value)
{
	writel(reg, base + IOAPIC_INDEX);
	writel(value, base + IOAPIC_DATA);
}

static void ioapic_write_line(const struct ioapic_line *line)
{
	ioapic_write(line->base, IOAPIC_REG_ENTRY(line->pin), line->entry);
	if (line->twin)
		ioapic_write(line->base, IOAPIC_REG_ENTRY(line->twin), line->entry);
}

static void ioapic_change_line(struct ioapic_line *line, u32 clear, u32 set)
{
	unsigned long flags;

	spin_lock_irqsave(&ioapic_lock, flags);
	line->entry = (line->entry & ~clear) | set;
	ioapic_write_line(line);
	spin_unlock_irqrestore(&ioapic_lock, flags);
}

static void ioapic_irq_mask(unsigned int irq)
{
	ioapic_change_line(&ioapic_lines[irq], 0, ENTRY_MASKED);
}

static void ioapic_irq_unmask(unsigned int irq)
{
	ioapic_change_line(&ioapic_lines[irq], ENTRY_MASKED, 0);
}

static void ioapic_irq_eoi(unsigned int irq)
{
	apic_eoi();
}

const struct irq_chip ioapic_chip = {
	.name		= "IO-APIC",
	.irq_mask	= ioapic_irq_mask,
	.irq_unmask	= ioapic_irq_unmask,
	.irq_eoi	= ioapic_irq_eoi,
};

bool ioapic_has_line(unsigned int irq)
{
	return irq < NR_IRQS && ioapic_lines[irq].base;
}

bool ioapic_is_level(unsigned int irq)
{
	return ioapic_lines[irq].entry & ENTRY_LEVEL;
}

unsigned int ioapic_pin(unsigned int irq)
{
	return ioapic_lines[irq].pin;
}

/* Which line arrives on @gsi?  NR_IRQS: none. */
static unsigned int ioapic_irq_of_gsi(const struct madt_info *madt, unsigned int gsi)
{
	unsigned int irq;

	for (irq = 0; irq < NR_ISA_IRQS; irq++)
		if (madt->isa[irq].gsi == gsi && irq != 2)	/* 2: the PICs' cascade */
			return irq;
	return gsi < NR_ISA_IRQS || gsi >= NR_IRQS ? NR_IRQS : gsi;
}

/* Nobody's pin 2, and line 0 is on pin 0. */
static void ioapic_setup_twin(u8 __iomem *base, unsigned int pin)
{
	struct ioapic_line *line = &ioapic_lines[0];

	if (line->base != base || line->pin != 0)
		return;
	line->twin = pin;
	ioapic_write(base, IOAPIC_REG_ENTRY(pin) + 1, apic_id() << 24);
}

static void ioapic_setup_pin(const struct madt_info *madt, u8 __iomem *base,
			     unsigned int pin, unsigned int gsi)
{
	unsigned int irq = ioapic_irq_of_gsi(madt, gsi);
	bool low = true, level = true;
	struct ioapic_line *line;

	ioapic_write(base, IOAPIC_REG_ENTRY(pin), ENTRY_MASKED);
	if (irq == NR_IRQS && gsi == PIT_GSI)
		ioapic_setup_twin(base, pin);
	if (irq == NR_IRQS)
		return;
	if (irq < NR_ISA_IRQS) {
		low = madt->isa[irq].active_low;
		level = madt->isa[irq].level;
	}
	line = &ioapic_lines[irq];
	line->base = base;
	line->pin = pin;
	line->entry = IRQ_VECTOR(irq) | ENTRY_MASKED | (low ? ENTRY_ACTIVE_LOW : 0) |
		      (level ? ENTRY_LEVEL : 0);
	ioapic_write(base, IOAPIC_REG_ENTRY(pin) + 1, apic_id() << 24);
	ioapic_write_line(line);
}

/* To look for registers there would be to write into somebody's memory. */
static bool ioapic_is_ram(u64 paddr)
{
	u32 i;

	for (i = 0; i < boot_info.nr_ranges; i++)
		if (boot_info.range[i].type == BOOT_RAM &&
		    paddr - boot_info.range[i].base < boot_info.range[i].size)
			return true;
	return false;
}

static bool ioapic_setup(const struct madt_info *madt, unsigned int i)
{
	const struct madt_ioapic *io = &madt->ioapic[i];
	u8 __iomem *base;
	u32 version;
	unsigned int pin, nr_pins;

	if (ioapic_is_ram(io->paddr)) {
		pr_warn("IOAPIC[%u]: 0x%llx is RAM, ignored\n", i, io->paddr);
		return false;
	}
	base = (u8 __iomem __force *)fixmap_set(FIX_IOAPIC0 + i, io->paddr & PAGE_MASK,
						PAGE_KERNEL_NOCACHE);
	base += io->paddr & (PAGE_SIZE - 1);
	version = ioapic_read(base, IOAPIC_REG_VERSION);
	nr_pins = (version >> 16 & 0xff) + 1;
	if (version == ~0U || version == 0 || nr_pins > IOAPIC_MAX_PINS) {
		pr_warn("IOAPIC[%u]: nothing answers at 0x%llx\n", i, io->paddr);
		return false;
	}
	for (pin = 0; pin < nr_pins; pin++)
		ioapic_setup_pin(madt, base, pin, io->gsi_base + pin);
	pr_info("IOAPIC[%u]: apic_id %u, version %u, address 0x%llx, GSI %u-%u\n", i, io->id,
		version & 0xff, io->paddr, io->gsi_base, io->gsi_base + nr_pins - 1);
	return true;
}

bool ioapic_init(const struct madt_info *madt)
{
	unsigned int i, found = 0;

	for (i = 0; i < madt->nr_ioapics; i++)
		found += ioapic_setup(madt, i);
	return found != 0;
}

bool irqchip_pit_nmi(bool on)
{
	struct ioapic_line *line = &ioapic_lines[0];
	u32 vector = on ? ENTRY_NMI : IRQ_VECTOR(0) | ENTRY_MASKED;

	if (!line->base)
		return false;
	ioapic_change_line(line, ~(ENTRY_ACTIVE_LOW | ENTRY_LEVEL), vector);
	return true;
}
