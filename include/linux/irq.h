/* SPDX-License-Identifier: MIT */
/* Interrupt lines and per-CPU vectors, for kernel code rather than for drivers. */
#ifndef _LINUX_IRQ_H
#define _LINUX_IRQ_H

#include <asm/irq.h>
#include <linux/interrupt.h>

struct pt_regs;

/* Find the controllers and take over vectors 32..255.  After it, local_irq_enable(). */
void irq_init(void);

/*
 * A vector that is not a line: local timer, inter-processor, error.  @label is the three
 * letters and @text the words that interrupts_show() prints (NULL: no row).  @fn does its own EOI.
 * 0, or -EBUSY.
 */
int irq_set_vector(unsigned int vector, void (*fn)(struct pt_regs *regs),
		   const char *label, const char *text);

/* Delivered so far: on line @irq; on every line and vector together. */
unsigned long irq_count_of(unsigned int irq);
unsigned long irq_count_all(void);

/* Is line @irq masked at its controller now?  (Disabling alone does not mask it.) */
bool irq_line_is_masked(unsigned int irq);

#endif /* _LINUX_IRQ_H */
