/* SPDX-License-Identifier: MIT */
/* A look at a struct page that may not be there.  Hosted: the section says. */
#ifndef _ASM_PEEK_H
#define _ASM_PEEK_H

#include <asm/page.h>
#include <linux/section.h>
#include <linux/types.h>

static __always_inline bool peek_page_u16(const u16 *field, unsigned long *v)
{
	if (!pfn_online(((unsigned long)field - VMEMMAP_START) / 16))
		return false;
	*v = *field;
	return true;
}

/* The image is not in RAM here; frame 0 is, and it is nobody's. */
#define direct_map_alias(var)	PAGE_OFFSET

#endif /* _ASM_PEEK_H */
