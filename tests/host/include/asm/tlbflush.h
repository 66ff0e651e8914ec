/* SPDX-License-Identifier: MIT */
/* The hosted TLB is the host's page table: see tests/host/platform.c. */
#ifndef _ASM_TLBFLUSH_H
#define _ASM_TLBFLUSH_H

#include <asm/page.h>

/* Forget translations of [start, end).  Other pages keep theirs. */
void host_tlb_flush(unsigned long start, unsigned long end);

/* Told of each range that all CPUs have forgotten, of which the hosted machine has one. */
typedef void tlb_flush_watch_fn(unsigned long start, unsigned long end);
extern tlb_flush_watch_fn *tlb_flush_watch;

static inline void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	host_tlb_flush(start, end);
	if (tlb_flush_watch)
		tlb_flush_watch(start, end);
}

/* This CPU's only. */
static inline void flush_tlb_one_kernel(unsigned long vaddr)
{
	host_tlb_flush(vaddr, vaddr + PAGE_SIZE);
}

static inline void flush_tlb_all(void)
{
	flush_tlb_kernel_range(VMALLOC_START, ~0UL);
}

#endif /* _ASM_TLBFLUSH_H */
