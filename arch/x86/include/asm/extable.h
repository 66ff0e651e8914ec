/* SPDX-License-Identifier: MIT */
/*
 * The exception table: "if the instruction at .insn faults, go on at .fixup".  Any trap
 * handler may consult it; so an access that is allowed to fault costs nothing when it
 * does not.
 */
#ifndef _ASM_EXTABLE_H
#define _ASM_EXTABLE_H

#include <linux/types.h>

struct pt_regs;

struct exception_table_entry {
	unsigned long insn, fixup;	/* virtual addresses in the kernel text */
};

/* Inside an asm statement: a fault at label @from continues at label @to. */
#define _ASM_EXTABLE(from, to)					\
	" .pushsection .ex_table, \"a\"\n"			\
	" .balign 8\n .quad " #from ", " #to "\n"		\
	" .popsection\n"

/*
 * Continue @regs at the fixup of its instruction.  Returns false when there is none.
 * Any context.
 */
bool fixup_exception(struct pt_regs *regs);

#endif /* _ASM_EXTABLE_H */
