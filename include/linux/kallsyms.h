/* SPDX-License-Identifier: MIT */
/*
 * The image's own symbol table (built by scripts/gen-symbols.py, read by lib/symbols.c).
 * Any context.
 */
#ifndef _LINUX_KALLSYMS_H
#define _LINUX_KALLSYMS_H

#include <linux/types.h>

#define KSYM_NAME_LEN	128
#define KSYM_SYMBOL_LEN	(KSYM_NAME_LEN + 48)

/*
 * The function or object that @addr lies in; its size and the offset of @addr in bytes
 * (each may be NULL).  NULL if there is none.  The name is permanent.
 */
const char *kallsyms_lookup(unsigned long addr, unsigned long *size, unsigned long *offset);

/* The address of a symbol, 0 if there is none. */
unsigned long kallsyms_lookup_name(const char *name);

/* "name+0xoff/0xsize" (or "0x<addr>") into @buf of KSYM_SYMBOL_LEN; returns the length. */
int sprint_symbol(char *buf, unsigned long addr);

/* Is this an address of the image's code? */
bool kernel_text_address(unsigned long addr);

/* Tables of the hosted build and of tests: NULL goes back to the image's own. */
struct ksym_table {
	const u32  *offset;		/* sorted, from base; one more than nr: the end */
	const u32  *name;		/* of each, offset into names */
	const char *names;		/* NUL-terminated strings */
	u32 nr;
	unsigned long base;
	unsigned long text_end;		/* exclusive; code is [base, text_end) */
};
void kallsyms_set_table(const struct ksym_table *table);

#endif /* _LINUX_KALLSYMS_H */
