/* SPDX-License-Identifier: MIT */
/*
 * kernel/mm_trim.c - now and then each CPU gives back what it has kept and not needed
 *
 * What CPUs keep for speed grows with demand.  It shrinks again when somebody is short, who
 * drains it, or here: once a second, in a worker of that CPU, so nobody is interrupted for it.
 * Objects every second time: a burst that comes every second finds them where it left them.
 *
 * The first CPU sees to it that the others have such a work: one that came online late, too.
 */
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/percpu-defs.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#define MM_TRIM_INTERVAL	HZ
#define MM_TRIM_SLAB		2	/* intervals */

static DEFINE_PER_CPU(struct delayed_work, mm_trim_work);
static DEFINE_PER_CPU(unsigned int, mm_trim_turn);

/* Those that are queued already stay as they are. */
static void mm_trim_queue_all(void)
{
	unsigned int cpu;

	for_each_online_cpu(cpu)
		queue_delayed_work_on((int)cpu, mm_percpu_wq, &per_cpu(mm_trim_work, cpu),
				      MM_TRIM_INTERVAL);
}

static void mm_trim(struct work_struct *work)
{
	const unsigned int cpu = (unsigned int)smp_processor_id();

	page_trim();
	if (this_cpu_inc_return(mm_trim_turn) % MM_TRIM_SLAB == 0)
		slab_trim();
	if (cpu == cpumask_first(cpu_online_mask))
		mm_trim_queue_all();
	else
		queue_delayed_work_on((int)cpu, mm_percpu_wq, to_delayed_work(work),
				      MM_TRIM_INTERVAL);
}

static int mm_trim_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		INIT_DELAYED_WORK(&per_cpu(mm_trim_work, cpu), mm_trim);
	mm_trim_queue_all();
	return 0;
}
module_init(mm_trim_init);
