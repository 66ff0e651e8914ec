/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_load.c - another CPU that takes and gives while an operation is swept
 *
 * A thread bound to CPU 1 works on the same caches, zones and areas as the operation, from
 * the moment that this is set up until it has ended; then it gives back what it holds, and
 * waits.  So all accounts come out even, and nothing is ever looked at in the middle.
 *
 *	CPU 0	set up | on | step, interrupt, run | off, wait ... | verify, account
 *	CPU 1	waits  |    | take, give, take, give, give all   | waits
 */
#include <asm/processor.h>
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>

#include "irqsweep.h"

#define LOAD_CPU	1
#define LOAD_HELD	12		/* of each kind */
#define LOAD_GFP	(GFP_ATOMIC | __GFP_NOWARN)

static struct task_struct *load_thread;
static struct sweep *load_sweep;	/* what is swept */
static unsigned long load_turn;		/* odd: work; written by CPU 0 */
static unsigned long load_rests;	/* the turn in which it was last seen to rest; by CPU 1 */
static unsigned long load_rounds;

/* One round: as an interrupt's scripts do, but more at a time, and areas, too. */
static void load_round(unsigned int nr)
{
	void *object[LOAD_HELD], *small[LOAD_HELD], *area;
	unsigned long page[LOAD_HELD];
	unsigned int i, order;

	area = nr % 8 ? NULL : vmalloc(PAGE_SIZE);
	for (i = 0; i < LOAD_HELD; i++) {
		order = i % 4;
		object[i] = irqsweep_take(load_sweep, LOAD_GFP);
		small[i] = kmalloc(32 << i % 6, LOAD_GFP);
		page[i] = __get_free_pages(LOAD_GFP, order);
	}
	for (i = 0; i < LOAD_HELD; i++) {
		order = i % 4;
		irqsweep_give(load_sweep, object[i]);
		kfree(small[i]);
		free_pages(page[i], order);
	}
	vfree(area);
}

static int load_run(void *unused)
{
	unsigned long turn;

	while (!kthread_should_stop()) {
		turn = smp_load_acquire(&load_turn);
		if (turn % 2 == 0) {
			smp_store_release(&load_rests, turn);
			cpu_relax();
			continue;
		}
		load_round(load_rounds++);
	}
	return 0;
}

int irqsweep_load_start(struct sweep *c)
{
	load_sweep = c;
	load_turn = 0;
	load_rests = 1;			/* never */
	load_rounds = 0;
	load_thread = kthread_create_on_cpu(load_run, NULL, LOAD_CPU, "load/%u");
	if (IS_ERR(load_thread)) {
		load_thread = NULL;
		return -ENOMEM;
	}
	get_task_struct(load_thread);
	wake_up_process(load_thread);
	return 0;
}

void irqsweep_load_stop(void)
{
	if (!load_thread)
		return;
	irqsweep_load(false);
	kthread_stop_put(load_thread);
	kthread_reap();			/* its stack belongs to no account that follows */
	load_thread = NULL;
}

/* It may have been about to say that it rests when it was to begin: that was another turn. */
void irqsweep_load(bool on)
{
	if (!load_thread)
		return;
	if (load_turn % 2 != on)
		smp_store_release(&load_turn, load_turn + 1);
	while (!on && smp_load_acquire(&load_rests) != load_turn)
		cpu_relax();
}

unsigned long irqsweep_load_rounds(void)
{
	return load_rounds;
}
