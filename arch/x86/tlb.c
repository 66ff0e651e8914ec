/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/tlb.c - make all CPUs forget translations
 *
 * A CPU keeps translations, and the way through the tables, as long as it likes; a store to
 * a table is not seen by it before it has been told to forget.  So memory behind a mapping
 * that goes away, and tables that are unhung, are free only when all CPUs have been told, and
 * that takes an interrupt.
 *
 * CONTEXT	as smp_call_function(); with one CPU online, any.
 */
#include <asm/tlbflush.h>
#include <linux/atomic.h>
#include <linux/preempt.h>
#include <linux/smp.h>

tlb_flush_watch_fn *tlb_flush_watch;
static DEFINE_PER_CPU(unsigned int, tlb_shootdowns);

struct tlb_range {
	unsigned long start, end;
};

unsigned int tlb_shootdown_count(unsigned int cpu)
{
	return READ_ONCE(per_cpu(tlb_shootdowns, cpu));
}

/* Because another CPU has asked for it? */
static void tlb_count(void)
{
	if (in_hardirq())
		this_cpu_inc(tlb_shootdowns);
}

static void tlb_flush_all_here(void *unused)
{
	tlb_count();
	__flush_tlb_all();
}

static void tlb_flush_range_here(void *info)
{
	const struct tlb_range *r = info;

	tlb_count();
	__flush_tlb_kernel_range(r->start, r->end);
}

/*
 * Who is asked?  Those that are online; one that comes online behind that look forgets all by
 * itself.  So the tables are as they are to be, for all to see, before the look.
 */
static void tlb_ask(smp_call_func_t fn, void *info)
{
	smp_mb();
	on_each_cpu(fn, info, 1);
}

void flush_tlb_all(void)
{
	tlb_ask(tlb_flush_all_here, NULL);
	if (unlikely(tlb_flush_watch))
		tlb_flush_watch(0, ~0UL);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	struct tlb_range r = { start, end };

	tlb_ask(tlb_flush_range_here, &r);
	if (unlikely(tlb_flush_watch))
		tlb_flush_watch(start, end);
}
