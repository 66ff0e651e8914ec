/* SPDX-License-Identifier: MIT */
/* The hosted machine has all of its RAM mapped: a slot is just an address in there. */
#ifndef _ASM_FIXMAP_H
#define _ASM_FIXMAP_H

#include <asm/page.h>

static inline void *fixmap_memblock(unsigned int run, phys_addr_t paddr, u64 bytes)
{
	return __va(paddr);
}

#endif /* _ASM_FIXMAP_H */
