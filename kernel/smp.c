/* SPDX-License-Identifier: MIT */
/*
 * kernel/smp.c - from one CPU to all of them
 *
 * MODEL
 *   smp_prepare_cpus(), as soon as there are pages: which CPUs does the firmware's table name?
 *   Each gets an area for its per-CPU variables, at a constant distance from the linked ones,
 *   which are CPU 0's; a window of 1 GiB for each CPU, below the image's:
 *
 *	ffffffff80000000  the image; its .data..percpu is CPU 0's area
 *	ffffffff40000000  nobody's
 *	ffffffff00000000  CPU 1's: its area lies where the linked one does in the image's window
 *	fffffffec0000000  CPU 2's ...
 *
 *   An area begins as the linked one did before anything ran (__per_cpu_template).
 *
 *   smp_init(), from the first thread: one after the other gets stacks and an idle thread, is
 *   started, and has SMP_WAIT to come online.
 *
 *	CPU 0				CPU n
 *	INIT, start-up interrupt -->	ap_trampoline.asm: real mode to long mode
 *					takes the offer (struct ap_boot), and with it its stack
 *					smp_cpu_prepare(): tables, protections, local APIC
 *					smp_cpu_join(): settles
 *	sees cpu_online(n)	<--	set_cpu_online(); ticks
 *	the next one			idle loop, and what the scheduler gives it
 *
 *   One that does not come in time is left out, and stays out, however late it comes.  It may
 *   be anywhere on that way, and is asked at two places: in the trampoline, where the offer may
 *   have been withdrawn, and before it comes online, which either it or CPU 0 settles.  Who is
 *   not wanted any more stops for good, in the second case on its own stack, which stays his.
 *
 *   Then: calls and reschedule requests are interrupts from CPU to CPU.  At the end of the
 *   world one stops the others, by interrupt, and by NMI who does not hear.
 *
 * LOCKING	the boot CPU alone starts others, one at a time; cpus_write_lock(), so that nobody
 *		stops the world, and finds one more in it.
 * CONTEXT	boot.
 * FAILURE	fewer CPUs, and a line that says why.
 * NOT HERE	how a CPU is started: arch/x86/smp.c.  Calls: lib/smp.c.  What runs on it: sched.c.
 */
#include <asm/apic.h>
#include <asm/exit.h>
#include <asm/irq.h>
#include <asm/nmi.h>
#include <asm/paging_range.h>
#include <asm/processor.h>
#include <asm/ptrace.h>
#include <asm/rewind.h>
#include <asm/sections.h>
#include <asm/smp.h>
#include <asm/tlbflush.h>
#include <asm/traps.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/smpboot.h>
#include <linux/stop_machine.h>
#include <linux/string.h>
#include <linux/time.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#define SMP_WINDOW_SHIFT	30
#define SMP_AREA_SHARE		8	/* of free memory areas take at most one part in so many */
#define SMP_AREA_TABLES		3	/* page tables that one page of an area can need */
#define SMP_INIT_DELAY_US	10	/* 10 ms in Intel's protocol, for CPUs without long mode */
#define SMP_STARTUP_WAIT_US	200	/* until the start-up interrupt is repeated */
#define SMP_WAIT_NS		(5 * NSEC_PER_SEC)	/* a busy host may take its time */
#define SMP_STOP_WAIT_US	200000	/* one that holds the log may wait for its host */
#define SMP_SHOW_WAIT_US	500000	/* a report takes its time on a serial line */

static u32 smp_apic_id[NR_CPUS];	/* (C) after smp_prepare_cpus() */
static unsigned int smp_nr_cpus = NR_CPUS, smp_max_cpus = NR_CPUS;	/* command line */
static u64 smp_start_tsc;		/* of the CPU that has started last */
static unsigned int smp_awaited;	/* the CPU that may come online; 0: nobody */
static unsigned int smp_stopping;	/* the others are to stop; 1 + who says so */

/* ---- areas ----------------------------------------------------------------------- */

void smp_reserve_trampoline(void)
{
	const phys_addr_t paddr = memblock_phys_alloc_range(PAGE_SIZE, PAGE_SIZE, PAGE_SIZE,
							    AP_TRAMPOLINE_LIMIT);

	if (paddr)
		smp_set_trampoline(paddr);
	else
		smp_nr_cpus = 1;
}

static bool smp_map_page(unsigned long vaddr)
{
	phys_addr_t table[SMP_AREA_TABLES];
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct paging_range r = { .vaddr = vaddr, .bytes = PAGE_SIZE, .prot = PAGE_KERNEL };
	unsigned int i, nr;

	if (!page)
		return false;
	r.paddr = page_to_phys(page);
	nr = paging_early_tables(&r);
	BUG_ON(nr > SMP_AREA_TABLES);
	for (i = 0; i < nr; i++) {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return false;	/* what it has so far is lost: a few pages, once */
		table[i] = page_to_phys(page);
	}
	paging_early_map(&r, table, nr);
	return true;
}

static bool smp_make_area(unsigned int cpu)
{
	const unsigned long distance = -((cpu + 1UL) << SMP_WINDOW_SHIFT);
	const unsigned long start = (unsigned long)__per_cpu_start + distance;
	const unsigned long bytes = (unsigned long)(__per_cpu_end - __per_cpu_start);
	unsigned long vaddr;

	for (vaddr = start & PAGE_MASK; vaddr < start + bytes; vaddr += PAGE_SIZE)
		if (!smp_map_page(vaddr))
			return false;
	memcpy((void *)start, __per_cpu_template, bytes);
	__per_cpu_offset[cpu] = distance;
	per_cpu(this_cpu_off, cpu) = distance;
	per_cpu(cpu_number, cpu) = (int)cpu;
	return true;
}

void smp_prepare_cpus(void)
{
	const unsigned int found = smp_list_cpus(smp_apic_id);
	const unsigned int nr = min(found, smp_nr_cpus);
	const unsigned long enough = nr_free_pages() - nr_free_pages() / SMP_AREA_SHARE;
	unsigned int cpu;

	BUG_ON(nr_cpu_ids != 1 || nr > NR_CPUS);	/* nobody has looked at all CPUs yet */
	for (cpu = 1; cpu < nr && nr_free_pages() > enough && smp_make_area(cpu); cpu++)
		;
	if (cpu < nr)
		pr_warn("smpboot: no memory for more than %u of %u CPUs\n", cpu, nr);
	set_nr_cpu_ids(cpu);
	if (found > 1)
		pr_info("smpboot: Allowing %u CPUs, 0 hotplug CPUs\n", cpu);
}

/* ---- interrupts from CPU to CPU -------------------------------------------------- */

static void smp_send_call_ipi(unsigned int cpu)
{
	apic_send_vector(smp_apic_id[cpu], CALL_FUNCTION_VECTOR);
}

static void smp_send_reschedule_ipi(unsigned int cpu)
{
	apic_send_vector(smp_apic_id[cpu], RESCHEDULE_VECTOR);
}

void smp_send_nmi(unsigned int cpu)
{
	apic_send_nmi(smp_apic_id[cpu]);
}

static void smp_call_ipi(struct pt_regs *regs)
{
	apic_eoi();
	smp_call_function_interrupt();
}

static void smp_reschedule_ipi(struct pt_regs *regs)
{
	apic_eoi();
	scheduler_ipi();
}

/* ---- the end --------------------------------------------------------------------- */

static void __noreturn smp_stop_this_cpu(void)
{
	set_cpu_online((unsigned int)smp_processor_id(), false);
	arch_stop();
}

static void smp_stop_ipi(struct pt_regs *regs)
{
	apic_eoi();
	smp_stop_this_cpu();
}

static int smp_stop_nmi(unsigned int type, struct pt_regs *regs)
{
	const unsigned int stopping = READ_ONCE(smp_stopping);

	if (!stopping || stopping == (unsigned int)smp_processor_id() + 1)
		return NMI_DONE;
	smp_stop_this_cpu();
}

/* One that is to show what it is doing, plus 1; it sets this to 0 again. */
static unsigned int smp_showing;

static int smp_show_nmi(unsigned int type, struct pt_regs *regs)
{
	const unsigned int cpu = (unsigned int)smp_processor_id();

	if (smp_load_acquire(&smp_showing) != cpu + 1)
		return NMI_DONE;
	pr_warn("NMI backtrace for cpu %u\n", cpu);
	show_regs_and_trace(regs);
	smp_store_release(&smp_showing, 0);
	return NMI_HANDLED;
}

void trigger_allbutself_cpu_backtrace(void)
{
	const unsigned int me = (unsigned int)smp_processor_id();
	unsigned int cpu, us;

	for_each_online_cpu(cpu) {
		if (cpu == me)
			continue;
		smp_store_release(&smp_showing, cpu + 1);
		smp_send_nmi(cpu);
		for (us = 0; smp_load_acquire(&smp_showing) && us < SMP_SHOW_WAIT_US; us += 10)
			udelay(10);
	}
	smp_store_release(&smp_showing, 0);
}

static void smp_wait_stopped(void)
{
	unsigned int us;

	for (us = 0; num_online_cpus() > 1 && us < SMP_STOP_WAIT_US; us += 10)
		udelay(10);
}

/* Who hears the interrupt stops between two instructions; who has interrupts off, by NMI. */
static void smp_stop_others(void)
{
	const unsigned int me = (unsigned int)smp_processor_id();
	unsigned int cpu;

	if (cmpxchg(&smp_stopping, 0, me + 1))
		return;
	for_each_online_cpu(cpu)
		if (cpu != me)
			apic_send_vector(smp_apic_id[cpu], REBOOT_VECTOR);
	smp_wait_stopped();
	for_each_online_cpu(cpu)
		if (cpu != me)
			smp_send_nmi(cpu);
	smp_wait_stopped();
}

/* An object or a page may be on its way from one place to another, and look lost. */
static bool smp_was_midway(void)
{
	const struct pt_regs *regs = get_irq_regs();

	return regs && rewind_holds(regs->ip);
}

static const struct smp_ops smp_apic_ops = {
	.send_call = smp_send_call_ipi,
	.send_reschedule = smp_send_reschedule_ipi,
	.stop_others = smp_stop_others,
	.is_midway = smp_was_midway,
};

static int smp_init_ipis(void)
{
	int err = irq_set_vector(CALL_FUNCTION_VECTOR, smp_call_ipi, "CAL",
				 "Function call interrupts");

	err = err ?: irq_set_vector(RESCHEDULE_VECTOR, smp_reschedule_ipi, "RES",
				    "Rescheduling interrupts");
	err = err ?: irq_set_vector(REBOOT_VECTOR, smp_stop_ipi, NULL, NULL);
	err = err ?: register_nmi_handler(NMI_LOCAL, smp_show_nmi, NMI_FLAG_FIRST, "smp_show");
	err = err ?: register_nmi_handler(NMI_LOCAL, smp_stop_nmi, NMI_FLAG_FIRST, "smp_stop");
	if (!err) {
		smp_set_ops(&smp_apic_ops);
		panic_set_stop(smp_send_stop);
	}
	return err;
}

/* ---- starting -------------------------------------------------------------------- */

/* The clock is one for all CPUs, so their counters must agree; nobody can set them right here. */
static void smp_check_tsc(unsigned int cpu, u64 before, u64 after)
{
	if (smp_start_tsc >= before && smp_start_tsc <= after)
		return;
	pr_warn("smpboot: CPU%u: its time-stamp counter is off by %llu or more: times are wrong\n",
		cpu, smp_start_tsc < before ? before - smp_start_tsc : smp_start_tsc - after);
}

/* Does @cpu come online, or is it given up?  Both ends ask; who asks first has it his way. */
static bool smp_settle(unsigned int cpu)
{
	return try_cmpxchg(&smp_awaited, &cpu, 0);
}

void smp_cpu_prepare(void)
{
	smp_init_this_cpu();			/* from here on a fault prints an oops */
}

/*
 * Until interrupts are on nobody runs here, and what others send waits.  Who says that all are to
 * stop either sees us online, or we see that.
 */
void smp_cpu_join(void)
{
	const unsigned int cpu = (unsigned int)smp_processor_id();

	if (!smp_settle(cpu))
		arch_stop();			/* too late */
	smp_start_tsc = rdtsc_ordered();
	sched_cpu_start();
	set_cpu_online(cpu, true);		/* from here on it is given threads and calls */
	if (READ_ONCE(smp_stopping))
		smp_stop_this_cpu();
	__flush_tlb_all();			/* of what was flushed while nobody told us */
	time_init_cpu();			/* ticks */
	local_irq_enable();
	sched_idle();
}

/* The first C function of a CPU. */
static void smp_cpu_main(void)
{
	smp_cpu_prepare();
	smp_cpu_join();
}

static bool smp_make_stacks(unsigned int cpu)
{
	unsigned int i;
	u8 *stack;

	for (i = 0; i < NR_EXCEPTION_STACKS; i++) {
		stack = vmalloc(EXCEPTION_STACK_SIZE);	/* a guard page below it */
		if (!stack)
			return false;
		per_cpu(exception_stack_of[i], cpu) = stack;
	}
	return true;
}

static bool smp_wait_online(unsigned int cpu, u64 ns)
{
	const u64 end = ktime_get_ns() + ns;

	while (!cpu_online(cpu) && ktime_get_ns() < end)
		cpu_relax();
	return cpu_online(cpu);
}

/* It is not to come any more.  False: it just does. */
static bool smp_give_up(unsigned int cpu, const struct ap_boot *boot)
{
	if (!smp_settle(cpu)) {
		while (!cpu_online(cpu))
			cpu_relax();
		return false;
	}
	if (smp_withdraw_boot(boot))
		smp_send_init(boot->apic_id);	/* it may not have heard the first one */
	return true;
}

static int smp_start_cpu(unsigned int cpu, const struct ap_boot *boot, u64 wait_ns)
{
	smp_store_release(&smp_awaited, cpu);
	smp_offer_boot(boot);
	smp_send_init(boot->apic_id);
	udelay(SMP_INIT_DELAY_US);
	smp_send_startup(boot->apic_id);
	if (!smp_wait_online(cpu, SMP_STARTUP_WAIT_US * NSEC_PER_USEC)) {
		smp_send_startup(boot->apic_id);	/* who has heard the first ignores it */
		smp_wait_online(cpu, wait_ns);
	}
	return smp_give_up(cpu, boot) ? -EIO : 0;
}

int smp_bring_up(unsigned int cpu, void (*entry)(void), u64 wait_ns)
{
	struct task_struct *idle = fork_idle(cpu);
	const u64 before = rdtsc_ordered();
	struct ap_boot boot;
	int err;

	if (IS_ERR(idle))
		return (int)PTR_ERR(idle);
	timers_prepare_cpu(cpu);
	/* Short of memory that early, nothing is given back: no CPU comes after this one. */
	if (!smp_make_stacks(cpu) || softirq_prepare_cpu(cpu) || workqueue_prepare_cpu(cpu))
		return -ENOMEM;
	sched_init_cpu(cpu, idle);
	boot = (struct ap_boot){
		.stack_top = (unsigned long)idle->stack + THREAD_SIZE,
		.gs_base = __per_cpu_offset[cpu],
		.entry = entry,
		.apic_id = smp_apic_id[cpu],
		.cpu = cpu,
	};
	cpus_write_lock();
	err = smp_start_cpu(cpu, &boot, wait_ns);
	cpus_write_unlock();
	if (!err)
		smp_check_tsc(cpu, before, rdtsc_ordered());
	return err;
}

void smp_init(void)
{
	unsigned int cpu;
	int err = 0;

	if (nr_cpu_ids > 1 && apic_present())
		err = smp_init_ipis();
	for (cpu = 1; cpu < min(nr_cpu_ids, smp_max_cpus) && apic_present() && !err; cpu++) {
		err = smp_bring_up(cpu, smp_cpu_main, SMP_WAIT_NS);
		if (err == -EIO) {
			pr_err("smpboot: CPU%u (APIC id %u) failed to report alive state\n", cpu,
			       smp_apic_id[cpu]);
			err = 0;
		}
	}
	if (err)
		pr_err("smpboot: CPU%u and those behind it are not started: %d\n", cpu, err);
	pr_info("smp: Brought up 1 node, %u CPU%s\n", num_online_cpus(),
		num_online_cpus() > 1 ? "s" : "");
}

void cpus_show(struct seq_file *m)
{
	unsigned int cpu;

	seq_puts(m, "CPU  APIC ID  STATE    VARIABLES\n");
	for_each_possible_cpu(cpu)
		seq_printf(m, "%3u  %7u  %-7s  %px\n", cpu, smp_apic_id[cpu],
			   cpu_online(cpu) ? "online" : "offline",
			   (void *)per_cpu_ptr(__per_cpu_start, cpu));
}

/* ---- command line ---------------------------------------------------------------- */

/* nr_cpus=: there are no more than that.  maxcpus=: no more are started. */
static int smp_setup_nr_cpus(char *val)
{
	unsigned int nr;

	if (kstrtouint(val, 0, &nr) || !nr)
		return -EINVAL;
	smp_nr_cpus = min(nr, smp_nr_cpus);
	return 0;
}
__setup("nr_cpus=", smp_setup_nr_cpus);

static int smp_setup_maxcpus(char *val)
{
	unsigned int nr;

	if (kstrtouint(val, 0, &nr))
		return -EINVAL;
	smp_max_cpus = max(nr, 1U);		/* 0: as nosmp */
	return 0;
}
__setup("maxcpus=", smp_setup_maxcpus);

static int smp_setup_nosmp(char *val)
{
	smp_max_cpus = 1;
	return 0;
}
__setup("nosmp", smp_setup_nosmp);
