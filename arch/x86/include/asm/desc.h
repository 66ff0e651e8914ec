/* SPDX-License-Identifier: MIT */
/* Segments, the task state segment, and the stacks that exceptions bring along. */
#ifndef _ASM_DESC_H
#define _ASM_DESC_H

#include <asm/page.h>
#include <linux/percpu-defs.h>

/* Linux's numbers: readers of oopses expect "RIP: 0010:" */
#define __KERNEL_CS		0x10
#define __KERNEL_DS		0x18
#define GDT_TSS_SELECTOR	0x20
#define GDT_ENTRIES		6		/* null, none, code, data, TSS (two slots) */

/*
 * Exceptions that may strike while the current stack is unusable run on one of these.
 * Each is preceded by a guard page, which paging_init() unmaps.
 */
enum exception_stack_id {
	ESTACK_DF, ESTACK_NMI, ESTACK_MCE,
	NR_EXCEPTION_STACKS		/* IST index in the IDT is id + 1 */
};

#define EXCEPTION_STACK_SIZE	(2 * PAGE_SIZE)

struct exception_stack {
	u8 guard[PAGE_SIZE];		/* unmapped after paging_init() */
	u8 stack[EXCEPTION_STACK_SIZE];
} __aligned(4096);

/* The boot CPU's, by enum exception_stack_id. */
extern struct exception_stack exception_stacks[NR_EXCEPTION_STACKS];
/* Each CPU's: the lowest byte of EXCEPTION_STACK_SIZE.  kernel/smp.c brings those of others. */
DECLARE_PER_CPU(u8 *, exception_stack_of[NR_EXCEPTION_STACKS]);

/*
 * Load the final GDT, TSS and IDT (all 256 vectors).  Before it, an exception is a triple
 * fault; after it, an oops.  Needs nothing but a stack and GS base of this CPU.
 */
void gdt_idt_init(void);
/* The same on another CPU, whose exception stacks are there: its own GDT and TSS, that IDT. */
void gdt_idt_init_cpu(void);

#endif /* _ASM_DESC_H */
