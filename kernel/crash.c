/* SPDX-License-Identifier: MIT */
/*
 * kernel/crash.c - crash=<how>: end the kernel on purpose
 *
 * What must end the boot cannot be a case of a suite.  So each way is a word on the command
 * line, and a script boots them one by one and reads the text and the exit status: 37 for
 * what panics, 39 for what hangs, neither for what resets the machine.
 */
#include <asm/exit.h>
#include <asm/page.h>
#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/smpboot.h>
#include <linux/spinlock.h>
#include <linux/stop_machine.h>
#include <linux/string.h>

#define CRASH_HANG_SECONDS	2
#define CRASH_FRAME_BYTES	512
#define CRASH_ROTATE_HZ		10000
#define CRASH_TALK_MS		20	/* smp_send_stop() waits ten times as long */
#define CRASH_NAME_BYTES	200

struct crash_kind {
	const char *name;
	void (*fn)(void);
};

static const unsigned long crash_rodata = 1;
static unsigned char crash_data[] = { 0xc3 };	/* ret, where nothing may execute */
static volatile unsigned long crash_sink;
static volatile unsigned long *volatile crash_null;	/* volatile: gcc sees through NULL */
static volatile unsigned long crash_depth = ~0UL;

static void crash_nullptr(void)
{
	crash_sink = crash_null[1];
}

/* Goes on afterwards, so that it is a call and no jump. */
static noinline void crash_nullcall(void)
{
	((void (*)(void))crash_null)();
	crash_sink = 1;
}

static void crash_in_sink(struct printk_sink *sink, const char *s, size_t n)
{
	if (crash_depth)
		return;				/* the log so far */
	crash_nullptr();
}

/* A console that faults when it is written to, in front of all others. */
static void crash_console(void)
{
	static struct printk_sink bad = { .write = crash_in_sink, .name = "bad" };

	printk_add_sink(&bad);
	crash_depth = 0;
	pr_notice("for all consoles\n");
}

/* In the middle of a test that captures reports. */
static void crash_captured(void)
{
	static char text[4096];

	printk_capture_start(text, sizeof(text));
	crash_nullptr();
}

static void crash_wild(void)
{
	*(volatile unsigned long *)(VMALLOC_END - 64) = 1;
}

static void crash_rowrite(void)
{
	*(volatile unsigned long *)(unsigned long)&crash_rodata = 2;
}

static void crash_nx(void)
{
	((void (*)(void))(unsigned long)crash_data)();
}

static void crash_gp(void)
{
	volatile unsigned long *volatile wild = (volatile unsigned long *)0x0123456789abcdefUL;

	crash_sink = wild[1];
}

static void crash_ud2(void)
{
	__asm__ __volatile__("ud2");
}

static void crash_divide(void)
{
	__asm__ __volatile__("xorl %%edx, %%edx; divl %0" : : "r"(0) : "rax", "rdx");
}

static noinline unsigned long crash_recurse(unsigned long depth)
{
	volatile unsigned char frame[CRASH_FRAME_BYTES];

	frame[depth % CRASH_FRAME_BYTES] = (unsigned char)depth;
	if (depth == crash_depth)
		return 0;
	return crash_recurse(depth + 1) + frame[0];
}

static void crash_stack(void)
{
	crash_sink = crash_recurse(1);
}

/* No stack to push the page fault's frame on, nor one above it: not an overflow. */
static void crash_doublefault(void)
{
	__asm__ __volatile__("movq %0, %%rsp; movq 8, %%rax"
			     : : "r"(VMALLOC_END - 16 * PAGE_SIZE) : "rax", "memory");
}

static void crash_triple(void)
{
	static const struct {
		u16 limit;
		u64 base;
	} __packed no_idt = { 0, 0 };

	__asm__ __volatile__("lidt %0; int3" : : "m"(no_idt));
}

static noinline void crash_smash(void)
{
	char small[16];
	volatile char *volatile p = small;	/* the compiler must not see past its end */
	unsigned int i;

	for (i = 0; i < 2 * sizeof(small); i++)
		p[i] = 'A';
}

static void crash_panic(void)
{
	panic("crash=panic");
}

static void crash_bug(void)
{
	BUG();
}

static void crash_hang(void)
{
	watchdog_arm(CRASH_HANG_SECONDS);
	local_irq_enable();
	for (;;)
		barrier();
}

static void crash_hang_irqoff(void)
{
	watchdog_arm(CRASH_HANG_SECONDS);
	local_irq_disable();
	for (;;)
		barrier();
}

/* The same null pointer, in the timer's interrupt. */
static void crash_irq(void)
{
	timer_test_start(HZ, crash_nullptr);
	for (;;)
		safe_halt();
}

/* ---- in a thread of its own, while others run ------------------------------------ */

static int crash_thread(void *fn)
{
	((void (*)(void))fn)();
	return 0;
}

static void crash_in_thread(void (*fn)(void))
{
	struct task_struct *t = kthread_run(crash_thread, fn, "crasher");

	if (IS_ERR(t))
		panic("no memory for a thread");
	schedule_timeout_uninterruptible(CRASH_HANG_SECONDS * HZ);
}

static void crash_thread_stack(void)
{
	crash_in_thread(crash_stack);
}

static void crash_stack_locked(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock_irq(&lock);
	crash_stack();
	spin_unlock_irq(&lock);
}

static void crash_thread_locked(void)
{
	crash_in_thread(crash_stack_locked);
}

static void crash_spin(void)
{
	for (;;)
		barrier();
}

/* Interrupts use the stack of whom they interrupt, to its end. */
static void crash_thread_irq(void)
{
	timer_test_start(HZ, crash_stack);
	crash_in_thread(crash_spin);
}

static int crash_talk(void *unused)
{
	while (!kthread_should_stop())
		pr_notice("another thread talks\n");
	return 0;
}

/* While another has something to say, whose turn it is all the time. */
static void crash_thread_bug(void)
{
	if (IS_ERR(kthread_run(crash_talk, NULL, "talker")))
		panic("no memory for a thread");
	timer_test_start(CRASH_ROTATE_HZ, sched_rotate);
	crash_in_thread(crash_bug);
}

static void crash_thread_null(void)
{
	crash_in_thread(crash_nullptr);
}

/* ---- on other CPUs --------------------------------------------------------------- */

static unsigned int crash_go;

static int crash_when_told(void *unused)
{
	while (!READ_ONCE(crash_go))
		cpu_relax();
	panic("crash=cpu-panic");
}

static void crash_on_cpu(unsigned int cpu, int (*fn)(void *unused))
{
	struct task_struct *t = kthread_create_on_cpu(fn, NULL, cpu, "crash/%u");

	if (IS_ERR(t))
		panic("no memory for a thread");
	wake_up_process(t);
}

/* One other CPU comes to its end, the rest talk, and here interrupts are off for good. */
static void crash_cpu_panic(void)
{
	unsigned int cpu, other;

	migrate_disable();
	other = cpumask_any_but(cpu_online_mask, (unsigned int)smp_processor_id());
	for_each_online_cpu(cpu)
		if (cpu == other)
			crash_on_cpu(cpu, crash_when_told);
		else if (cpu != (unsigned int)smp_processor_id())
			crash_on_cpu(cpu, crash_talk);
	schedule_timeout_uninterruptible(2);	/* until they talk */
	local_irq_disable();
	WRITE_ONCE(crash_go, 1);
	for (;;)
		barrier();
}

static int crash_stuck(void *unused)
{
	local_irq_disable();
	WRITE_ONCE(crash_go, 1);
	for (;;)
		barrier();
	return 0;
}

/* Another CPU hangs, with interrupts off, and this one waits for it. */
static void crash_cpu_hang(void)
{
	const unsigned int other = cpumask_any_but(cpu_online_mask, 0);

	crash_on_cpu(other < NR_CPUS ? other : 0, crash_stuck);
	while (other < NR_CPUS && !READ_ONCE(crash_go))
		cpu_relax();
	crash_hang();
}

static int crash_by_name(void *unused)
{
	char name[CRASH_NAME_BYTES + 1] = "";

	memset(name, '0' + smp_processor_id(), CRASH_NAME_BYTES);
	while (!READ_ONCE(crash_go))
		cpu_relax();
	panic("crash=cpu-race %s", name);
}

/* All come to their end at the same time, and one of them says so. */
static void crash_cpu_race(void)
{
	unsigned int cpu;

	for_each_online_cpu(cpu)
		crash_on_cpu(cpu, crash_by_name);
	schedule_timeout_uninterruptible(1);
	WRITE_ONCE(crash_go, 1);
	schedule_timeout_uninterruptible(CRASH_HANG_SECONDS * HZ);
}

/* Another CPU is in the middle of a line, and has the log, when the end comes. */
static int crash_last_words(void *unused)
{
	pr_notice("the last words of CPU %d\n", smp_processor_id());
	for (;;)
		cpu_relax();
	return 0;
}

static void crash_slow_sink(struct printk_sink *sink, const char *s, size_t n)
{
	if (!smp_processor_id())
		return;
	WRITE_ONCE(crash_go, 1);
	mdelay(CRASH_TALK_MS);
}

static void crash_cpu_talk(void)
{
	static struct printk_sink slow = { .write = crash_slow_sink, .name = "slow" };

	set_cpus_allowed_ptr(current, cpumask_of(0));
	printk_add_sink(&slow);			/* in front of those that we see */
	crash_on_cpu(cpumask_any_but(cpu_online_mask, 0), crash_last_words);
	while (!READ_ONCE(crash_go))
		cpu_relax();
	panic("crash=cpu-talk");
}

/* One more CPU comes online behind the end, and would find threads to run. */
static void crash_come_late(void)
{
	smp_cpu_prepare();
	WRITE_ONCE(crash_go, 1);
	while (!READ_ONCE(oops_in_progress))
		cpu_relax();
	smp_cpu_join();
}

static int crash_bring_up(void *unused)
{
	return smp_bring_up(1, crash_come_late, 10 * NSEC_PER_SEC);
}

static void crash_wait_in_sink(struct printk_sink *sink, const char *s, size_t n)
{
	if (oops_in_progress)
		mdelay(CRASH_TALK_MS);
}

static void crash_cpu_late(void)
{
	static struct printk_sink slow = { .write = crash_wait_in_sink, .name = "slow" };

	printk_add_sink(&slow);
	crash_on_cpu(0, crash_bring_up);
	crash_on_cpu(1, crash_talk);		/* on CPU 0 as long as there is no other */
	crash_on_cpu(1, crash_talk);
	while (!READ_ONCE(crash_go))
		schedule_timeout_uninterruptible(1);
	panic("crash=cpu-late");
}

/* While the others are parked, with interrupts off. */
static int crash_stopped(void *unused)
{
	panic("crash=cpu-stop");
}

static void crash_cpu_stop(void)
{
	stop_machine(crash_stopped, NULL, NULL);
}

/* Two CPUs fault: one in a report that waits for printk(), the other inside of that. */
static int crash_null_when_told(void *unused)
{
	while (!READ_ONCE(crash_go))
		cpu_relax();
	crash_nullptr();
	return 0;
}

static void crash_in_sink_late(struct printk_sink *sink, const char *s, size_t n)
{
	if (crash_depth || smp_processor_id())
		return;				/* the log so far; the other one's report */
	WRITE_ONCE(crash_go, 1);
	while (!READ_ONCE(oops_in_progress))
		cpu_relax();			/* until that one has begun */
	crash_nullptr();
}

static void crash_cpu_oops(void)
{
	static struct printk_sink bad = { .write = crash_in_sink_late, .name = "bad" };

	set_cpus_allowed_ptr(current, cpumask_of(0));
	crash_on_cpu(cpumask_any_but(cpu_online_mask, 0), crash_null_when_told);
	schedule_timeout_uninterruptible(1);
	printk_add_sink(&bad);
	crash_depth = 0;
	pr_notice("for all consoles\n");
}

static const struct crash_kind crash_kinds[] = {
	{ "nullptr", crash_nullptr },	{ "nullcall", crash_nullcall },
	{ "captured", crash_captured },
	{ "wild", crash_wild },		{ "console", crash_console },
	{ "rowrite", crash_rowrite },	{ "nx", crash_nx },
	{ "gp", crash_gp },		{ "ud2", crash_ud2 },
	{ "divide", crash_divide },	{ "stack", crash_stack },
	{ "doublefault", crash_doublefault }, { "triple", crash_triple },
	{ "smash", crash_smash },	{ "panic", crash_panic },
	{ "bug", crash_bug },		{ "hang", crash_hang },
	{ "hang-irqoff", crash_hang_irqoff }, { "irq", crash_irq },
	{ "thread-stack", crash_thread_stack },
	{ "thread-locked", crash_thread_locked },
	{ "thread-irq", crash_thread_irq },
	{ "thread-bug", crash_thread_bug },
	{ "thread-null", crash_thread_null },
	{ "cpu-panic", crash_cpu_panic }, { "cpu-hang", crash_cpu_hang },
	{ "cpu-race", crash_cpu_race },	{ "cpu-oops", crash_cpu_oops },
	{ "cpu-talk", crash_cpu_talk },	{ "cpu-late", crash_cpu_late },
	{ "cpu-stop", crash_cpu_stop },
};

static const struct crash_kind *crash_chosen;

static int crash_setup(char *val)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(crash_kinds); i++) {
		if (strcmp(val, crash_kinds[i].name))
			continue;
		crash_chosen = &crash_kinds[i];
		return 0;
	}
	return -EINVAL;
}
__setup("crash=", crash_setup);

static int crash_now(void)
{
	if (!crash_chosen)
		return 0;
	pr_notice("crash=%s: on purpose\n", crash_chosen->name);
	crash_chosen->fn();
	pr_err("crash=%s: still alive\n", crash_chosen->name);
	arch_exit(EXIT_FAIL);
}
late_initcall(crash_now);
