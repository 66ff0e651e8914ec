/* SPDX-License-Identifier: MIT */
/*
 * kernel/slab_trim.c - now and then, object caches give back what they have not needed
 *
 * mm/slab_depot.c says what that is.  An item of the system's workqueue, every two seconds: so
 * what a burst has left behind is gone after a few of them.
 */
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#define SLAB_TRIM_PERIOD	(2 * HZ)

static void slab_trim_work(struct work_struct *work);
static DECLARE_DEFERRABLE_WORK(slab_trimmer, slab_trim_work);

static void slab_trim_work(struct work_struct *work)
{
	slab_trim();
	schedule_delayed_work(&slab_trimmer, SLAB_TRIM_PERIOD);
}

static int __init slab_trim_init(void)
{
	schedule_delayed_work(&slab_trimmer, SLAB_TRIM_PERIOD);
	return 0;
}
late_initcall(slab_trim_init);
