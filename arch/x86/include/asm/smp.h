/* SPDX-License-Identifier: MIT */
/*
 * Other CPUs: which there are, and how they start (arch/x86/smp.c).  Everything that takes
 * memory comes in from kernel/smp.c.
 */
#ifndef _ASM_SMP_H
#define _ASM_SMP_H

#include <asm/desc.h>
#include <linux/types.h>

/*
 * The ids of the local APICs of all usable CPUs; [0] is that of the CPU that runs this.  At
 * least 1, at most NR_CPUS.  Reads the firmware's tables.  Boot.
 */
unsigned int smp_list_cpus(u32 *apic_id);

/* Where a CPU's first instructions are to lie: a page below 1 MiB, which is ours. */
#define AP_TRAMPOLINE_LIMIT	0xa0000UL
void smp_set_trampoline(phys_addr_t paddr);

/* With what a CPU starts.  ap_trampoline.asm knows the offsets. */
struct ap_boot {
	unsigned long stack_top;
	unsigned long gs_base;
	void (*entry)(void);		/* never returns; interrupts are off */
	u32 apic_id;			/* who it is for */
	u32 cpu;			/* its number; 0: nobody is to start */
};

/*
 * Starting a CPU: with what; back to where it waits for a start-up interrupt, whatever it is
 * doing; off.  It may take its time, or not be there at all.  An offer is for one CPU, once, and
 * can be withdrawn until that one has taken it: true, and it will not start, but stop where it
 * needs no stack.  There is one offer at a time.
 */
void smp_offer_boot(const struct ap_boot *boot);
bool smp_withdraw_boot(const struct ap_boot *boot);
void smp_send_init(u32 apic_id);
void smp_send_startup(u32 apic_id);

/* The rest, on the started CPU: tables, protections, local APIC.  Its stacks are in place. */
void smp_init_this_cpu(void);

#endif /* _ASM_SMP_H */
