/* SPDX-License-Identifier: MIT */
/*
 * kernel/main.c - the one composition root: who is started when, and why then
 *
 * Every room offers init functions and sockets; here they are called and plugged, in boot
 * order.  Read it as a table: the call on the left, the reason on the right.
 */
#include <asm/cpufeature.h>
#include <asm/desc.h>
#include <asm/exit.h>
#include <asm/paging.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <linux/bench.h>
#include <linux/boot_info.h>
#include <linux/cmdline.h>
#include <linux/fbcon.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/input.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/isa_dma.h>
#include <linux/keyboard.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/kernel.h>
#include <linux/kernel_main.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/oom.h>
#include <linux/monitor.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/section.h>
#include <linux/selftest.h>
#include <linux/serial.h>
#include <linux/slab.h>
#include <linux/smpboot.h>
#include <linux/stats.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/timer.h>
#include <linux/vgacon.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

u64 boot_first_page_insn;

static int setup_monitor(char *val)
{
	return 0;				/* the default; the word is there to say so */
}
__setup("monitor", setup_monitor);

static void say_hello(void)
{
	const u32 kept = ARRAY_SIZE(boot_info.complaint);
	u32 i;

	pr_notice("Quarry " QUARRY_VERSION " (x86-64), entered by %s%s%s\n", boot_info.entry,
		  boot_info.loader[0] ? " from " : "", boot_info.loader);
	pr_notice("Command line: %s\n", boot_info.cmdline);
	for (i = 0; i < min(boot_info.nr_complaints, kept); i++)
		pr_warn("boot: %s\n", boot_info.complaint[i]);
	if (boot_info.nr_complaints > kept)
		pr_warn("boot: and %u more\n", boot_info.nr_complaints - kept);
	for (i = 0; i < boot_info.nr_modules; i++)
		pr_notice("Module %u: %s [mem %#018llx-%#018llx]\n", i, boot_info.module[i].name,
			  boot_info.module[i].start, boot_info.module[i].end - 1);
}

/* Prove that memory works, and take the time since the loader let go of us. */
static void first_page(void)
{
	unsigned long page = __get_free_page(GFP_KERNEL);

	if (!page)
		panic("no memory: the first page allocation failed");
	boot_first_page_insn = rdtsc() - boot_info.entry_tsc;
	free_page(page);
	if (!strcmp(bench_unit(), "insn"))	/* ticks of time are noise: they differ each time */
		pr_info("First page after %llu instructions\n", boot_first_page_insn);
}

/* A report that a test was capturing when the end came must not leave with us. */
static void leave_machine(int status)
{
	printk_capture_spill();
	arch_exit(status);
}

static void start_cpu(void)
{
	serial_early_init();			/* a voice, before anything can go wrong */
	panic_set_exit(leave_machine);		/* a way out, before options are read */
	vgacon_init();				/* a text screen, if the machine has one */
	gdt_idt_init();				/* from here on a fault prints an oops */
	cpu_init();				/* what can this CPU do? */
	paging_init();				/* write xor execute, guard pages, fixmap */
	say_hello();
	cmdline_parse(boot_info.cmdline);	/* options: all before the first user */
}

/* From the firmware's map to the first page in under a million instructions. */
static void start_memory(void)
{
	memblock_reserve(kernel_image_start(),	/* ourselves */
			 kernel_image_end() - kernel_image_start());
	memblock_map_set_reach(boot_cpu_data.phys_bits); /* the map may name more than it can */
	memblock_from_boot_info(&boot_info);	/* what is RAM, and what of it is taken */
	smp_reserve_trampoline();		/* where other CPUs start: below 1 MiB */
	isa_dma_probe();			/* who needs memory below 16 MiB? */
	section_init();				/* count; nothing is brought in yet */
	zone_init_all();			/* watermarks and reserves from the counts */
	page_alloc_init();			/* zonelists, per-CPU stocks */
	first_page();
	paging_finish_boot();			/* the loader's identity map goes */
	smp_prepare_cpus();			/* how many are we?  Variables for each CPU */
	kmem_cache_init();			/* the cache of caches */
	kmalloc_init();				/* size classes */
	vmalloc_init();				/* virtually contiguous areas */
	percpu_init();				/* one copy for each CPU */
	vmscan_init();				/* who is short of memory asks those who have it */
	oom_init();				/* and when that does not help, somebody gives up */
	mm_stats_banner();			/* zones and totals; reports of failures */
}

static unsigned long jiffies_now(void)
{
	return jiffies;
}

static void start_devices(void)
{
	softirq_init();				/* what interrupts leave for later */
	init_timers();				/* the wheel; the tick turns it */
	irq_init();				/* PIC, local APIC, IO-APIC as found */
	irq_work_init();			/* from an NMI to an interrupt */
	time_init();				/* ticks, clock */
	ratelimit_set_clock(ktime_get_ns);	/* reports again after a while */
	slab_set_clock(jiffies_now);		/* how old is an object? */
	local_irq_enable();
	serial_init();				/* input by interrupt */
	keyboard_init();
	fbcon_init();				/* a framebuffer needs ioremap() */
}

int do_one_initcall(initcall_t fn)
{
	const unsigned int before = preempt_count();
	const int err = fn();
	const bool imbalance = preempt_count() != before, irqs_off = irqs_disabled();

	preempt_count_add(before - preempt_count());
	if (irqs_off)
		local_irq_enable();
	WARN(imbalance || irqs_off, "initcall %pS returned with %s%s\n", (void *)fn,
	     imbalance ? "preemption imbalance " : "", irqs_off ? "disabled interrupts " : "");
	return err;
}

static void run_initcalls(void)
{
	const initcall_t *fn;

	for (fn = __initcall_start; fn < __initcall_end; fn++) {
		/* NULL: a module without init_module() */
		int err = *fn ? do_one_initcall(*fn) : 0;

		if (err)
			pr_warn("initcall %ps returned %d\n", *fn, err);
	}
}

/* Thread 1: what needs a thread that may wait. */
static int kernel_init(void *unused)
{
	system_state = SYSTEM_RUNNING;		/* from here on sleeping can be wrong */
	input_start();				/* threads that read what is typed */
	smp_init();				/* all CPUs run */
	selftest_init();			/* KUnit's sockets: accounts, watchdog, clock */
	run_initcalls();			/* built-in and EXT= drivers */
	paging_seal();				/* __ro_after_init: all initialisers have run */
	selftest_run_requested();		/* kunit.filter_glob= and bench= end here */
	monitor_run();				/* the prompt; does not return */
	return 0;
}

static void drain_vmalloc_fn(struct work_struct *work)
{
	vmalloc_drain();
}
static DECLARE_WORK(drain_vmalloc_work, drain_vmalloc_fn);

static void drain_vmalloc(void)
{
	queue_work(mm_percpu_wq, &drain_vmalloc_work);
}

static void refill_percpu_fn(struct work_struct *work)
{
	percpu_refill();
}
static DECLARE_WORK(refill_percpu_work, refill_percpu_fn);

static void refill_percpu(void)
{
	queue_work(mm_percpu_wq, &refill_percpu_work);
}

static void start_threads(void)
{
	struct task_struct *init;

	sched_init();				/* this context: thread 0, to be the idle loop */
	kthread_init();				/* a cache for threads */
	init = kthread_create(kernel_init, NULL, "init");
	if (IS_ERR(init))
		panic("no memory for the first thread");
	kthread_start_reaper();			/* thread 2: takes the dead away */
	if (softirq_prepare_cpu(0))		/* ksoftirqd: soft interrupts without end */
		panic("no memory for ksoftirqd");
	if (IS_ERR(kthread_run(kswapd, NODE_DATA(0), "kswapd0")))
		panic("no memory for kswapd");	/* thread 3: reclaims before others must */
	workqueue_init();			/* workers, the system's queues */
	vmalloc_set_defer_hook(drain_vmalloc);	/* interrupts vfree(), a worker frees */
	percpu_set_refill_hook(refill_percpu);	/* interrupts take, a worker prepares more */
	wake_up_process(init);
}

void kernel_main(void)
{
	start_cpu();
	start_memory();
	start_devices();
	start_threads();
	sched_idle();				/* nothing to do but to wait for interrupts */
}
