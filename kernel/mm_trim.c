/* SPDX-License-Identifier: MIT */
/*
 * kernel/mm_trim.c - now and then each CPU gives back what it has kept and not needed
 *
 * What CPUs keep for speed grows with demand.  It shrinks again when somebody is short, who
 * drains it, or here: once a second, in a worker of that CPU, so nobody is interrupted for it.
 */
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/percpu-defs.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#define MM_TRIM_INTERVAL	HZ

static DEFINE_PER_CPU(struct delayed_work, mm_trim_work);

static void mm_trim(struct work_struct *work)
{
	page_trim();
	queue_delayed_work_on((int)smp_processor_id(), mm_percpu_wq, to_delayed_work(work),
			      MM_TRIM_INTERVAL);
}

static int mm_trim_init(void)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		INIT_DELAYED_WORK(&per_cpu(mm_trim_work, cpu), mm_trim);
		queue_delayed_work_on((int)cpu, mm_percpu_wq, &per_cpu(mm_trim_work, cpu),
				      MM_TRIM_INTERVAL);
	}
	return 0;
}
module_init(mm_trim_init);
