/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/pic.c - the two 8259 interrupt controllers
 *
 * Always remapped away from the exception vectors and masked, even when IO-APICs do the
 * work: a masked PIC can still deliver spurious interrupts 7 and 15.
 */
#include <asm/io.h>
#include <asm/irq.h>
#include "irqchip.h"

#define PIC_MASTER_CMD		0x20
#define PIC_MASTER_DATA		0x21
#define PIC_SLAVE_CMD		0xa0
#define PIC_SLAVE_DATA		0xa1
#define PIC_ELCR		0x4d0	/* two bytes: which lines are level-triggered */
#define PIC_CASCADE_IRQ		2

#define ICW1_INIT_ICW4		0x11
#define ICW4_8086		0x01
#define OCW2_EOI		0x20
#define OCW3_READ_ISR		0x0b

static u16 pic_mask = 0xffff;		/* 1: line is off; the cascade follows by itself */

static void pic_write_mask(void)
{
	u16 mask = pic_mask;

	if ((mask & 0xff00) != 0xff00)
		mask &= (u16)~(1U << PIC_CASCADE_IRQ);
	outb((u8)mask, PIC_MASTER_DATA);
	outb((u8)(mask >> 8), PIC_SLAVE_DATA);
}

static void pic_irq_mask(unsigned int irq)
{
	pic_mask |= (u16)(1U << irq);
	pic_write_mask();
}

static void pic_irq_unmask(unsigned int irq)
{
	pic_mask &= (u16)~(1U << irq);
	pic_write_mask();
}

static void pic_irq_eoi(unsigned int irq)
{
	if (irq >= 8)
		outb(OCW2_EOI, PIC_SLAVE_CMD);
	outb(OCW2_EOI, PIC_MASTER_CMD);
}

/* A line that dropped before it was acknowledged shows up as 7 or 15, not in service. */
static bool pic_irq_spurious(unsigned int irq)
{
	if (irq == 7) {
		outb(OCW3_READ_ISR, PIC_MASTER_CMD);
		return !(inb(PIC_MASTER_CMD) & 0x80);
	}
	if (irq == 15) {
		outb(OCW3_READ_ISR, PIC_SLAVE_CMD);
		if (inb(PIC_SLAVE_CMD) & 0x80)
			return false;
		outb(OCW2_EOI, PIC_MASTER_CMD);		/* the cascade was real */
		return true;
	}
	return false;
}

const struct irq_chip pic_chip = {
	.name		= "XT-PIC",
	.irq_mask	= pic_irq_mask,
	.irq_unmask	= pic_irq_unmask,
	.irq_eoi	= pic_irq_eoi,
	.irq_spurious	= pic_irq_spurious,
};

/* Machines without an ELCR read back the address bus: no line 0 can be level there. */
bool pic_is_level(unsigned int irq)
{
	u16 elcr = (u16)(inb(PIC_ELCR) | inb(PIC_ELCR + 1) << 8);

	if (elcr & 0x2107)		/* 0, 1, 2, 8 and 13 are edge by wiring */
		return false;
	return elcr >> irq & 1;
}

bool pic_init(void)
{
	outb(0xff, PIC_MASTER_DATA);
	outb(0xff, PIC_SLAVE_DATA);
	if (inb(PIC_MASTER_DATA) != 0xff)
		return false;
	outb(ICW1_INIT_ICW4, PIC_MASTER_CMD);
	io_delay();
	outb(IRQ_VECTOR(0), PIC_MASTER_DATA);
	io_delay();
	outb(1 << PIC_CASCADE_IRQ, PIC_MASTER_DATA);
	io_delay();
	outb(ICW4_8086, PIC_MASTER_DATA);
	io_delay();
	outb(ICW1_INIT_ICW4, PIC_SLAVE_CMD);
	io_delay();
	outb(IRQ_VECTOR(8), PIC_SLAVE_DATA);
	io_delay();
	outb(PIC_CASCADE_IRQ, PIC_SLAVE_DATA);
	io_delay();
	outb(ICW4_8086, PIC_SLAVE_DATA);
	io_delay();
	pic_write_mask();
	outb(0xfb, PIC_MASTER_DATA);		/* is anybody there to remember it? */
	if (inb(PIC_MASTER_DATA) != 0xfb)
		return false;
	pic_write_mask();
	return true;
}
