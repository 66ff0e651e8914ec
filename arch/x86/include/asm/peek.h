/* SPDX-License-Identifier: MIT */
/*
 * A look at a struct page that may not be there: vmemmap is mapped only where a section is
 * online, so the access itself asks, through the exception table, at no cost.
 */
#ifndef _ASM_PEEK_H
#define _ASM_PEEK_H

#include <asm/extable.h>
#include <asm/page.h>
#include <linux/types.h>

/* *v = *field, or false where it is not mapped.  Any context once the IDT is loaded. */
static __always_inline bool peek_page_u16(const u16 *field, unsigned long *v)
{
	asm goto("1: movzwl %1, %k0\n" _ASM_EXTABLE(1b, %l[fault])
		 : "=r"(*v) : "m"(*field) : : fault);
	return true;
fault:
	return false;
}

/* Where the direct map shows a variable of the image. */
#define direct_map_alias(var)	((unsigned long)&(var) - __START_KERNEL_map + PAGE_OFFSET)

#endif /* _ASM_PEEK_H */
