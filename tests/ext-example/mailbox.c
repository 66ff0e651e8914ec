/* SPDX-License-Identifier: MIT */
/*
 * mailbox.c - one driver, four contexts, and what each may do about memory:
 *
 *	timer		posts a letter		GFP_ATOMIC: never sleeps; NULL: dropped, counted
 *	tasklet		rings the bell		allocates nothing
 *	thread		reads the letters	wait_event_interruptible(), GFP_KERNEL
 *	work item	answers them		GFP_KERNEL, a mutex
 *
 * mailbox.depth=<n> on the command line: how many letters the box holds.
 */
#include "mailbox.h"

#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

static unsigned int depth = 16;
module_param(depth, uint, 0444);
MODULE_PARM_DESC(depth, "letters that the box holds");

struct letter {
	struct list_head list;
	unsigned int nr;
};

struct answer {
	struct work_struct work;
	unsigned int nr;
};

static LIST_HEAD(box);
static DEFINE_SPINLOCK(box_lock);	/* the list and what is posted, taken by the timer, too */
static unsigned int in_box, to_post;
static DEFINE_MUTEX(desk);		/* answered, in_order: who has it may sleep */
static DEFINE_RWLOCK(count_lock);
static struct mailbox_counts counts;

static DECLARE_WAIT_QUEUE_HEAD(bell);	/* the thread waits for letters */
static DECLARE_WAIT_QUEUE_HEAD(done);	/* mailbox_wait() waits for answers */
static struct kmem_cache *letter_cache;
static struct workqueue_struct *answers;
static struct task_struct *reader;
static struct timer_list postman;

static void count(unsigned int *what)
{
	unsigned long flags;

	write_lock_irqsave(&count_lock, flags);
	(*what)++;
	write_unlock_irqrestore(&count_lock, flags);
}

static void ring(struct tasklet_struct *unused)
{
	wake_up_interruptible(&bell);
}
static DECLARE_TASKLET(bell_tasklet, ring);

static struct letter *take_letter(void)
{
	struct letter *letter;

	spin_lock_bh(&box_lock);
	letter = list_first_entry_or_null(&box, struct letter, list);
	if (letter) {
		list_del_init(&letter->list);
		in_box--;
	}
	spin_unlock_bh(&box_lock);
	return letter;
}

/* A timer's function: a soft interrupt.  kmalloc(GFP_KERNEL) would be reported with this file. */
static void post(struct timer_list *timer)
{
	struct letter *letter = NULL;

	spin_lock(&box_lock);
	if (in_box < depth)
		letter = kmem_cache_alloc(letter_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (letter) {
		letter->nr = counts.posted;
		list_add_tail(&letter->list, &box);
		in_box++;
	}
	if (--to_post)
		mod_timer(timer, jiffies + 1);
	spin_unlock(&box_lock);
	count(letter ? &counts.posted : &counts.dropped);
	if (letter)
		tasklet_schedule(&bell_tasklet);
	else
		wake_up(&done);
}

static void write_answer(struct work_struct *work)
{
	struct answer *answer = container_of(work, struct answer, work);

	mutex_lock(&desk);
	if (answer->nr != counts.answered)
		counts.in_order = false;
	msleep(1);
	count(&counts.answered);
	mutex_unlock(&desk);
	kfree(answer);
	wake_up(&done);
}

static int read_letters(void *unused)
{
	struct letter *letter;
	struct answer *answer;

	while (!kthread_should_stop()) {
		wait_event_interruptible(bell, !list_empty(&box) || kthread_should_stop());
		while ((letter = take_letter()) != NULL) {
			answer = kmalloc(sizeof(*answer), GFP_KERNEL | __GFP_NOFAIL);
			INIT_WORK(&answer->work, write_answer);
			answer->nr = letter->nr;
			kmem_cache_free(letter_cache, letter);
			count(&counts.read);
			queue_work(answers, &answer->work);
		}
	}
	return 0;
}

void mailbox_ring(unsigned int nr)
{
	spin_lock_bh(&box_lock);
	to_post += nr;
	mod_timer(&postman, jiffies + 1);
	spin_unlock_bh(&box_lock);
}

void mailbox_counts(struct mailbox_counts *to)
{
	unsigned long flags;

	read_lock_irqsave(&count_lock, flags);
	*to = counts;
	read_unlock_irqrestore(&count_lock, flags);
}

static bool all_done(unsigned int nr)
{
	struct mailbox_counts now;

	mailbox_counts(&now);
	return now.answered + now.dropped >= nr;
}

bool mailbox_wait(unsigned int nr)
{
	return wait_event_timeout(done, all_done(nr), HZ) != 0;
}

/* Runs once for each object when its slab is made; objects come back as they were made. */
static void construct(void *p)
{
	INIT_LIST_HEAD(&((struct letter *)p)->list);
}

int mailbox_open(void)
{
	int err = -ENOMEM;

	counts = (struct mailbox_counts){ .in_order = true };
	timer_setup(&postman, post, 0);
	letter_cache = kmem_cache_create("letter", sizeof(struct letter), 0, 0, construct);
	if (!letter_cache)
		return -ENOMEM;
	answers = create_singlethread_workqueue("answers");
	if (!answers)
		goto no_queue;
	reader = kthread_run(read_letters, NULL, "mailbox");
	if (!IS_ERR(reader))
		return 0;
	err = PTR_ERR(reader);
	destroy_workqueue(answers);
no_queue:
	kmem_cache_destroy(letter_cache);
	return err;
}

/* Who makes work first, who does it last. */
void mailbox_close(void)
{
	struct letter *letter;

	timer_shutdown_sync(&postman);	/* it arms itself: no more of that */
	to_post = 0;
	tasklet_kill(&bell_tasklet);
	kthread_stop(reader);
	destroy_workqueue(answers);
	while ((letter = take_letter()) != NULL)
		kmem_cache_free(letter_cache, letter);
	kmem_cache_destroy(letter_cache);
}

MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("example of a driver that works in every context");
