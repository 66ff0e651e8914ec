/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/trap.c - every vector arrives here: who takes it?
 *
 *	interrupt  ->  the interrupt handler socket (kernel/irq.c)
 *	exception  ->  its socket  ->  .ex_table  ->  default  ->  oops  ->  hook  ->  panic
 *
 * LOCKING	none: registered pointers are single words, set by the boot CPU or tests.
 * CONTEXT	interrupts off.  Exceptions keep the interrupted context's preempt_count;
 *		NMI adds its own bits, interrupts add theirs in kernel/irq.c.
 */
#include <asm/desc.h>
#include <asm/extable.h>
#include <asm/nmi.h>
#include <asm/processor.h>
#include <asm/ptrace.h>
#include <asm/rewind.h>
#include <asm/traps.h>
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/sprintf.h>
#include <linux/uaccess.h>
#include "trap_internal.h"

#define TRAP_OOPS_NOBODY	(-1)

static trap_fn trap_table[NR_EXCEPTIONS];
static trap_fn trap_oops_hook;
static void (*trap_interrupt_handler)(struct pt_regs *regs, unsigned int vector);
static void (*trap_preempt_hook)(void);
static unsigned long trap_dropped;
static int trap_oops_cpu = TRAP_OOPS_NOBODY;	/* who is reporting */

static DEFINE_PER_CPU(struct pt_regs *, trap_regs);
static DEFINE_PER_CPU(unsigned int, trap_nmis);

static const char *const trap_names[NR_EXCEPTIONS] = {
	[X86_TRAP_DE]	= "divide error",
	[X86_TRAP_DB]	= "debug",
	[X86_TRAP_NMI]	= "NMI",
	[X86_TRAP_BP]	= "int3",
	[X86_TRAP_OF]	= "overflow",
	[X86_TRAP_BR]	= "bounds",
	[X86_TRAP_UD]	= "invalid opcode",
	[X86_TRAP_NM]	= "device not available",
	[X86_TRAP_DF]	= "double fault",
	[X86_TRAP_OLD_MF] = "coprocessor segment overrun",
	[X86_TRAP_TS]	= "invalid TSS",
	[X86_TRAP_NP]	= "segment not present",
	[X86_TRAP_SS]	= "stack segment",
	[X86_TRAP_GP]	= "general protection fault",
	[X86_TRAP_SPURIOUS] = "unknown exception",
	[X86_TRAP_MF]	= "coprocessor error",
	[X86_TRAP_AC]	= "alignment check",
	[X86_TRAP_MC]	= "machine check",
	[X86_TRAP_XF]	= "simd exception",
	[X86_TRAP_VE]	= "virtualization exception",
	[X86_TRAP_CP]	= "control protection fault",
};

int trap_register(unsigned int vector, trap_fn fn)
{
	trap_fn nobody = NULL;

	if (vector >= NR_EXCEPTIONS)
		return -EINVAL;
	if (!fn)
		WRITE_ONCE(trap_table[vector], NULL);
	else if (!try_cmpxchg(&trap_table[vector], &nobody, fn))
		return -EBUSY;
	return 0;
}

void trap_set_interrupt_handler(void (*fn)(struct pt_regs *regs, unsigned int vector))
{
	WRITE_ONCE(trap_interrupt_handler, fn);
}

void trap_set_preempt_hook(void (*fn)(void))
{
	WRITE_ONCE(trap_preempt_hook, fn);
}

void trap_set_oops_hook(trap_fn fn)
{
	WRITE_ONCE(trap_oops_hook, fn);
}

void trap_resume_at(struct pt_regs *regs, void (*fn)(void))
{
	regs->ip = (unsigned long)fn;
	regs->sp = (regs->sp & ~15UL) - 8;	/* as behind a call instruction */
	regs->bp = 0;
}

struct pt_regs *get_irq_regs(void)
{
	return this_cpu_read(trap_regs);
}

unsigned int trap_nmi_count(unsigned int cpu)
{
	return *per_cpu_ptr(&trap_nmis, cpu);
}

unsigned long trap_dropped_interrupts(void)
{
	return READ_ONCE(trap_dropped);
}

/*
 * One report at a time.  A fault in the report itself is part of it.  Who has faulted inside of
 * printk() would have the other's report wait for him, and he waits for that.
 */
static void trap_oops_begin(void)
{
	const int me = smp_processor_id();
	int owner = TRAP_OOPS_NOBODY;

	while (!try_cmpxchg(&trap_oops_cpu, &owner, me) && owner != me) {
		owner = TRAP_OOPS_NOBODY;
		printk_bust_own();
		cpu_relax();
	}
}

static void trap_oops_end(void)
{
	oops_in_progress = false;
	smp_store_release(&trap_oops_cpu, TRAP_OOPS_NOBODY);
}

/* The report is out.  Returns only if somebody has arranged how to go on. */
static void trap_die(struct pt_regs *regs)
{
	trap_fn hook = READ_ONCE(trap_oops_hook);

	trap_oops_end();
	if (hook && hook(regs))
		return;
	this_cpu_write(trap_regs, NULL);	/* a test may jump out of panic() */
	if (in_interrupt())
		panic("Fatal exception in interrupt");
	panic("Fatal exception");
}

static void trap_general_protection(struct pt_regs *regs)
{
	unsigned long address;
	char what[96];

	if (!regs->orig_ax && insn_memory_operand(regs, &address) &&
	    (long)(address << 16) >> 16 != (long)address) {
		snprintf(what, sizeof(what),
			 "general protection fault, probably for non-canonical address 0x%lx",
			 address);
		oops_report(what, regs, 0);
	} else if (regs->orig_ax) {
		oops_report("general protection fault, maybe for a selector", regs, 0);
	} else {
		oops_report("general protection fault", regs, 0);
	}
	trap_die(regs);
}

static void trap_page_fault(struct pt_regs *regs, unsigned long address)
{
	oops_page_fault_header(regs, address);
	oops_report("Oops", regs, address);
	trap_die(regs);
}

/* Did a push hit the unmapped page right below a stack? */
static bool trap_hit_guard(const struct pt_regs *regs, unsigned long address)
{
	unsigned long page = address & PAGE_MASK;

	return address - (regs->sp - PAGE_SIZE) < 2 * PAGE_SIZE &&
	       probe_read((void *)page) && !probe_read((void *)(page + PAGE_SIZE));
}

/*
 * On the double-fault stack.  By far the likeliest reason is a stack overflow: the push
 * of the exception frame hit the guard page, and CR2 says so.  No way back.
 */
static void trap_double_fault(struct pt_regs *regs, unsigned long address)
{
	if (trap_hit_guard(regs, address)) {
		oops_stack_overflow_header(regs, address);
		oops_report("stack guard page", regs, address);
		trap_oops_end();
		panic("kernel stack overflow");
	}
	oops_report("double fault", regs, address);
	trap_oops_end();
	panic("Machine halted.");
}

static void trap_nmi(struct pt_regs *regs)
{
	trap_fn fn = READ_ONCE(trap_table[X86_TRAP_NMI]);

	this_cpu_inc(trap_nmis);
	preempt_count_add(NMI_OFFSET + HARDIRQ_OFFSET);
	if (!fn || !fn(regs))
		nmi_handle(regs);
	preempt_count_sub(NMI_OFFSET + HARDIRQ_OFFSET);
}

static void trap_exception(struct pt_regs *regs, unsigned int vector, struct pt_regs *outer)
{
	unsigned long cr2 = read_cr2();		/* before another fault changes it */
	trap_fn fn = READ_ONCE(trap_table[vector]);

	if (outer)				/* #DB's entry has not: see irq_entry.asm */
		outer->ip = rewind_ip(outer->ip);
	if (vector == X86_TRAP_NMI) {
		trap_nmi(regs);
		return;
	}
	if ((fn && fn(regs)) || (vector != X86_TRAP_DF && fixup_exception(regs)))
		return;
	trap_oops_begin();
	switch (vector) {
	case X86_TRAP_PF:
		trap_page_fault(regs, cr2);
		break;
	case X86_TRAP_DF:
		trap_double_fault(regs, cr2);
		break;
	case X86_TRAP_GP:
		trap_general_protection(regs);
		break;
	case X86_TRAP_MC:
		oops_report("machine check", regs, 0);
		trap_oops_end();
		panic("Fatal machine check");
	default:
		oops_report(trap_names[vector] ?: "reserved exception", regs, 0);
		trap_die(regs);
	}
}

/* Interrupts are off since the entry; the interrupted context gets its shadow back. */
void trap_dispatch(struct pt_regs *regs, unsigned int vector)
{
	struct pt_regs *outer = this_cpu_read(trap_regs);
	const bool shadow = this_cpu_test(__preempt_count, PREEMPT_IRQS_OFF);

	irq_shadow_set();
	this_cpu_write(trap_regs, regs);
	if (vector < NR_EXCEPTIONS)
		trap_exception(regs, vector, outer);
	else if (trap_interrupt_handler)
		trap_interrupt_handler(regs, vector);
	else
		trap_dropped++;
	this_cpu_write(trap_regs, outer);
	if (vector >= NR_EXCEPTIONS && unlikely(should_resched(PREEMPT_IRQS_OFF)) &&
	    !regs_irqs_disabled(regs) && !rewind_holds(regs->ip) && trap_preempt_hook)
		trap_preempt_hook();
	if (!shadow)
		irq_shadow_clear();
}
