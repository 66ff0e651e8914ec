/* SPDX-License-Identifier: MIT */
/*
 * The local APIC of this CPU (arch/x86/apic.c).  Everything but apic_present() needs one.
 */
#ifndef _ASM_APIC_H
#define _ASM_APIC_H

#include <linux/types.h>

/*
 * Enable it, at the physical address the MADT says (0: the one in its MSR).  @virtual_wire:
 * pass the PIC's interrupts through.  false: the CPU has none.
 */
bool apic_init(phys_addr_t paddr, bool virtual_wire);
bool apic_present(void);

void apic_eoi(void);
u32 apic_id(void);

/* The same on a CPU that has just started: like the boot CPU's, but for the PIC's lines. */
void apic_init_cpu(void);

/* To the CPU whose local APIC has that id.  Any context. */
void apic_send_vector(u32 apic_id, u8 vector);
void apic_send_nmi(u32 apic_id);
/* INIT, and the start-up interrupt: to begin at page number @page. */
void apic_send_init(u32 apic_id);
void apic_send_startup(u32 apic_id, u8 page);

/* Interrupt this CPU on @vector, as soon as interrupts are on. */
void apic_send_self(u8 vector);
/* A non-maskable interrupt for this CPU, now. */
void apic_send_self_nmi(void);
/* Hold back vectors below @vector, which is a multiple of 16; 0: none. */
void apic_set_threshold(u8 vector);

/* The timer counts @ticks of its clock down, then interrupts, again and again. 0: stop. */
void apic_timer_start(u32 ticks);
/* Count down from the top without interrupting; apic_timer_elapsed() ticks are gone. */
void apic_timer_measure(void);
u32 apic_timer_elapsed(void);

/* Errors it has noticed since boot (illegal vectors and the like). */
u32 apic_read_errors(void);

#endif /* _ASM_APIC_H */
