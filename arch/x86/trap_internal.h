/* SPDX-License-Identifier: MIT */
/* Between trap.c (what to do about an exception) and oops.c (how to say it). */
#ifndef ARCH_X86_TRAP_INTERNAL_H
#define ARCH_X86_TRAP_INTERNAL_H

#include <linux/types.h>

struct pt_regs;

/* The two or three lines before the oops proper. */
void oops_page_fault_header(const struct pt_regs *regs, unsigned long address);
void oops_stack_overflow_header(const struct pt_regs *regs, unsigned long address);
/*
 * "Oops: <what>: <err> [#n]", registers, trace, "end trace".  @address is CR2 for page
 * faults and double faults, else 0.
 */
void oops_report(const char *what, const struct pt_regs *regs, unsigned long address);

/* The address that the instruction at regs->ip accesses; false: it cannot be told. */
bool insn_memory_operand(const struct pt_regs *regs, unsigned long *address);

#endif /* ARCH_X86_TRAP_INTERNAL_H */
