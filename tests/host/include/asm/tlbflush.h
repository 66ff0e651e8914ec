/* SPDX-License-Identifier: MIT */
/* The hosted TLB is the host's page table: see tests/host/platform.c. */
#ifndef _ASM_TLBFLUSH_H
#define _ASM_TLBFLUSH_H

#include <asm/page.h>

/* Forget translations of [start, end).  Other pages keep theirs. */
void host_tlb_flush(unsigned long start, unsigned long end);

static inline void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	host_tlb_flush(start, end);
}

static inline void flush_tlb_all(void)
{
	host_tlb_flush(VMALLOC_START, ~0UL);
}

#endif /* _ASM_TLBFLUSH_H */
