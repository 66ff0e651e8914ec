/* SPDX-License-Identifier: MIT */
/*
 * The hosted machine has its direct map from the start; a piece of the page array is one
 * more view of the RAM behind it.  Neither needs tables (tests/host/platform.c).
 */
#ifndef _ASM_PAGING_H
#define _ASM_PAGING_H

#include "../../../../arch/x86/include/asm/paging_range.h"

static inline void paging_init(void) { }
static inline void paging_finish_boot(void) { }
static inline void paging_seal(void) { }

static inline void *early_va(phys_addr_t paddr) { return __va(paddr); }
static inline void *paging_window(phys_addr_t paddr) { return __va(paddr); }

#endif /* _ASM_PAGING_H */
