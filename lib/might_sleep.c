/* SPDX-License-Identifier: MIT */
/*
 * might_sleep.c - "Can you sleep?", asked of everybody who says that he might
 *
 * MODEL
 *   For allocations the question is inline (might_alloc() in <linux/sched/mm.h>), and only a
 *   no comes here: preempt_count and the interrupt flag.  The idle loop runs with
 *   preemption disabled, so that it, too, is found by that.
 *
 *   Each place in the source is told once: reported[] holds the addresses of the sites that
 *   were, with open addressing; when it is full, nobody is told any more.
 *
 * LOCKING	none: a slot is claimed by exchange, never given back but by a test.
 * CONTEXT	any.
 * NOT HERE	the rules of the allocators: <linux/sched/mm.h>.
 */
#include <linux/atomic.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "internal.h"

#define NR_SITES	256		/* a power of two */

static unsigned long reported[NR_SITES];

/* True for the first who asks for this site. */
static bool claim_site(unsigned long site)
{
	unsigned long i = (site >> 3) ^ (site >> 11), n, seen;

	for (n = 0; n < NR_SITES; n++, i++) {
		seen = 0;
		if (try_cmpxchg(&reported[i % NR_SITES], &seen, site))
			return true;
		if (seen == site)
			return false;
	}
	return false;
}

void might_sleep_reset(void)
{
	memset(reported, 0, sizeof(reported));
}

void non_block_start(void)
{
	current->non_block_count++;
}

void non_block_end(void)
{
	WARN_ON(!current->non_block_count--);
}

static __cold void report(const char *file, int line, unsigned long caller)
{
	struct task_ident who = task_ident();

	pr_err("BUG: sleeping function called from invalid context at %s:%d\n", file, line);
	pr_err("in_atomic(): %d, irqs_disabled(): %d, non_block: %d, pid: %d, name: %s\n",
	       in_atomic(), irqs_disabled(), current->non_block_count, who.pid, who.comm);
	pr_err("preempt_count: %x, expected: %x\n", preempt_count(), 0);
	debug_show_held_locks(current);
	dump_stack_print_info(KERN_ERR);
	show_trace_after(caller, KERN_ERR);
	add_taint(TAINT_WARN, LOCKDEP_STILL_OK);
}

static bool check(const char *file, int line, unsigned long site, unsigned long caller)
{
	if ((can_sleep() && !current->non_block_count && !is_idle_task(current)) ||
	    system_state != SYSTEM_RUNNING || oops_in_progress)
		return true;
	if (claim_site(site))
		report(file, line, caller);
	return false;
}

bool __might_sleep(const char *file, int line, unsigned long site)
{
	return check(file, line, site, _RET_IP_);
}

bool __might_sleep_site(const struct code_site *site)
{
	return check(site->file, site->line, (unsigned long)site, _RET_IP_);
}

gfp_t __might_alloc(const struct code_site *site, gfp_t gfp)
{
	if (check(site->file, site->line, (unsigned long)site, _RET_IP_))
		return gfp;
	return gfp & ~__GFP_DIRECT_RECLAIM;
}

void __cant_sleep(const struct code_site *site)
{
	struct task_ident who = task_ident();

	if (!can_sleep() || system_state != SYSTEM_RUNNING || oops_in_progress ||
	    !claim_site((unsigned long)site))
		return;
	pr_err("BUG: assuming atomic context at %s:%d\n", site->file, site->line);
	pr_err("in_atomic(): %d, irqs_disabled(): %d, pid: %d, name: %s\n", in_atomic(),
	       irqs_disabled(), who.pid, who.comm);
	debug_show_held_locks(current);
	dump_stack_print_info(KERN_ERR);
	show_trace_after(_RET_IP_, KERN_ERR);
	add_taint(TAINT_WARN, LOCKDEP_STILL_OK);
}
