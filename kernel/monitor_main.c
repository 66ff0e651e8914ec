/* SPDX-License-Identifier: MIT */
/*
 * kernel/monitor_main.c - the monitor on this machine's consoles
 *
 * Input comes from keyboard and serial line alike; output goes to every console, but not
 * to the log, so that dmesg shows the kernel's words only.
 */
#include <asm/exit.h>
#include <linux/bench.h>
#include <linux/input.h>
#include <linux/interrupt.h>
#include <linux/monitor.h>
#include <linux/printk.h>
#include <linux/sched/task.h>
#include <linux/selftest.h>
#include <linux/smpboot.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

static struct monitor monitor_machine;

static int monitor_main_getc(struct monitor *mon)
{
	int c = console_trygetc();

	if (c >= 0)
		return c;
	vmalloc_drain();			/* idle: do what interrupts left */
	return console_getc();
}

static void monitor_main_put(struct monitor *mon, const char *s, size_t n)
{
	printk_console(s, n);
}

static void monitor_main_reboot(void)
{
	arch_reboot();
}

static void monitor_main_poweroff(void)
{
	arch_poweroff();
}

static const struct monitor_ops monitor_main_ops = {
	.getc = monitor_main_getc,
	.put = monitor_main_put,
	.test = selftest_run,
	.bench = bench_run,
	.interrupts = interrupts_show,
	.cpus = cpus_show,
	.threads = sched_show,
	.softirqs = softirqs_show,
	.workqueues = workqueues_show,
	.reboot = monitor_main_reboot,
	.poweroff = monitor_main_poweroff,
};

void __noreturn monitor_run(void)
{
	monitor_init(&monitor_machine, &monitor_main_ops, NULL);
	for (;;)
		monitor_loop(&monitor_machine);
}
