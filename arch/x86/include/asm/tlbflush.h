/* SPDX-License-Identifier: MIT */
/*
 * Make CPUs forget translations: this one (names with __, and flush_tlb_one_kernel()), in any
 * context; or all of them, which sends interrupts and waits: as smp_call_function(), unless
 * only one CPU is online.
 *
 * All kernel mappings are global, so flushing everything means toggling CR4.PGE, not
 * reloading CR3.
 */
#ifndef _ASM_TLBFLUSH_H
#define _ASM_TLBFLUSH_H

#include <asm/irqflags.h>
#include <asm/page.h>

/* Above this many pages, one full flush is cheaper (Linux's figure and default). */
#define TLB_SINGLE_PAGE_CEILING	33UL

#define X86_CR4_PGE		(1UL << 7)

/* One page of kernel space. */
static inline void flush_tlb_one_kernel(unsigned long vaddr)
{
	__asm__ __volatile__("invlpg (%0)" : : "r"(vaddr) : "memory");
}

static inline void __flush_tlb_all(void)
{
	unsigned long flags = arch_local_irq_save();
	unsigned long cr4;

	__asm__ __volatile__("mov %%cr4, %0" : "=r"(cr4));
	__asm__ __volatile__("mov %0, %%cr4" : : "r"(cr4 & ~X86_CR4_PGE) : "memory");
	__asm__ __volatile__("mov %0, %%cr4" : : "r"(cr4 | X86_CR4_PGE) : "memory");
	arch_local_irq_restore(flags);
}

/* [start, end), page aligned. */
static inline void __flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	if ((end - start) >> PAGE_SHIFT > TLB_SINGLE_PAGE_CEILING) {
		__flush_tlb_all();
		return;
	}
	for (; start < end; start += PAGE_SIZE)
		flush_tlb_one_kernel(start);
}

/* arch/x86/tlb.c: on all CPUs. */
void flush_tlb_all(void);
void flush_tlb_kernel_range(unsigned long start, unsigned long end);
/* How often @cpu has been interrupted for that. */
unsigned int tlb_shootdown_count(unsigned int cpu);

/* For tests: told of each range that all CPUs have forgotten. */
typedef void tlb_flush_watch_fn(unsigned long start, unsigned long end);
extern tlb_flush_watch_fn *tlb_flush_watch;

#endif /* _ASM_TLBFLUSH_H */
