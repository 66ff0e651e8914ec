/* SPDX-License-Identifier: MIT */
/*
 * mm/oom.c - out of memory: who gives up everything so that the others can go on
 *
 * MODEL
 *	out_of_memory()
 *	   notifiers freed something ------------------------------------> true
 *	   the request may not call file systems: not our case ----------> false
 *	   a victim was told, and is not done: give it time -------------> true
 *	   choose: the highest points, by oom_badness() or the policy
 *	   nobody: report ----------------------------------------------> false: NULL
 *	   tell it: report, mark, release() ----------------------------> true
 *
 *   A victim that was told is LIVE again when it says so (oom_victim_done()).  One that does
 *   not, nor gets smaller meanwhile, is given OOM_PATIENCE ticks in which somebody came here;
 *   then it is LATE, counts as having nothing left to give, and the next is chosen.
 *   So a victim that hangs costs time, not the machine.
 *
 *	           oom_select()                    patience is over
 *	LIVE --------------------> TOLD -----------------------------> LATE
 *	  ^                         |                                   |
 *	  +---- oom_victim_done() --+-----------------------------------+
 *
 *   It is asked for everything it has, not for what is missing: to take a little from each would
 *   cost all of them their work, and come back in a moment.
 *
 *   The thread of a victim may use half of what is left below the min watermark (ALLOC_OOM),
 *   so that it can get on to where it frees.
 *
 *   Two things differ from Linux.  There are no processes, so victims register.  And if there
 *   is none the kernel goes on: the request fails, which kernel code has to expect anyway.
 *
 * INVARIANTS
 *   I1  at most one victim is TOLD.
 *   I2  task->oom_victim is set iff a victim of that task is TOLD or LATE.
 *
 * LOCKING	oom_lock, rank LOCK_OOM, irqs off: list, states.  Not across release().
 * CONTEXT	process.  oom_victim_done(): any but NMI.
 * FAILURE	false: nothing was released.
 * NOT HERE	which requests come here: page_slow.c.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched/mm.h>
#include <linux/stacktrace.h>
#include <linux/stats.h>
#include <linux/string.h>
#include <linux/vmstat.h>

#include "slab.h"

/*
 * Ticks in which somebody was here, so half a second, or more: its thread may have to wait for its
 * turn among many.  Linux's reaper gives up after 10 tries a tenth of a second apart.
 */
#define OOM_PATIENCE	128

static DEFINE_SPINLOCK_RANKED(oom_lock, LOCK_OOM);
static LIST_HEAD(oom_victims);			/* (O) oom_lock */
static unsigned int oom_waited;			/* (O) ticks since the one told has moved */
static unsigned long oom_waited_at;		/* (O) the last of them */
static unsigned long oom_told_size;		/* (O) pages it had then */
static struct oom_victim *oom_releasing;	/* (O) in its release() now */
static const struct task_struct *oom_releaser;	/* (O) who called that */
static oom_policy_t oom_policy;
static atomic_t oom_busy;			/* one at a time */

static BLOCKING_NOTIFIER_HEAD(oom_notify_list);

/* By the second, ten in five seconds are named even if they get no report. */
/* Reports are long; those who fail in a row have the same to say. */
DEFINE_RATELIMIT_STATE(oom_ratelimit, 5000, 1);
static DEFINE_RATELIMIT_STATE(oom_kill_ratelimit, 5000, 10);

/* ---- victims --------------------------------------------------------------------- */

int oom_register_victim(struct oom_victim *v)
{
	struct oom_victim *each;
	unsigned long flags;
	int err = 0;

	if (WARN_ON(!v->size || !v->release || !v->name))
		return -EINVAL;
	spin_lock_irqsave(&oom_lock, flags);
	list_for_each_entry(each, &oom_victims, list)
		if (each == v)
			err = -EINVAL;
	if (!err) {
		v->state = OOM_VICTIM_LIVE;	/* I2: whatever it was in a former life */
		list_add_tail(&v->list, &oom_victims);
	}
	spin_unlock_irqrestore(&oom_lock, flags);
	WARN_ON(err);
	return err;
}
EXPORT_SYMBOL(oom_register_victim);

/* I2.  A task may be several victims: one that is done does not speak for the others. */
static void oom_set_state(struct oom_victim *v, enum oom_victim_state state)
	__must_hold(&oom_lock)
{
	bool told = state != OOM_VICTIM_LIVE;
	const struct oom_victim *each;

	lockdep_assert_held(&oom_lock);
	VM_WARN_ON_ONCE(state == OOM_VICTIM_TOLD && v->state != OOM_VICTIM_LIVE);
	VM_WARN_ON_ONCE(state == OOM_VICTIM_LATE && v->state != OOM_VICTIM_TOLD);
	v->state = state;
	if (!v->task)
		return;
	list_for_each_entry(each, &oom_victims, list)
		told |= each->task == v->task && each->state != OOM_VICTIM_LIVE;
	WRITE_ONCE(v->task->oom_victim, told);
}

/* From the victim, when it has given back; it may be chosen again when it has grown again. */
void oom_victim_done(struct oom_victim *v)
{
	unsigned long flags;

	spin_lock_irqsave(&oom_lock, flags);
	oom_set_state(v, OOM_VICTIM_LIVE);
	spin_unlock_irqrestore(&oom_lock, flags);
}
EXPORT_SYMBOL(oom_victim_done);

/* Is another task in v's release()?  If it is us, that forgets about v. */
static bool oom_is_releasing(struct oom_victim *v)
{
	unsigned long flags;
	bool other = false;

	spin_lock_irqsave(&oom_lock, flags);
	if (oom_releasing == v) {
		other = oom_releaser != current;
		if (!other)
			oom_releasing = NULL;
	}
	spin_unlock_irqrestore(&oom_lock, flags);
	return other;
}

/*
 * Off the list nobody can choose it any more; but somebody may have chosen it just before, and be
 * on his way into release().  So wait for him, unless it is release() that we are called from.
 */
void oom_unregister_victim(struct oom_victim *v)
{
	struct oom_victim *each;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&oom_lock, flags);
	list_for_each_entry(each, &oom_victims, list)
		found |= each == v;
	if (found) {
		list_del(&v->list);
		oom_set_state(v, OOM_VICTIM_LIVE);
	}
	spin_unlock_irqrestore(&oom_lock, flags);
	while (found && oom_is_releasing(v))
		schedule_timeout_uninterruptible(1);
}
EXPORT_SYMBOL(oom_unregister_victim);

/* Called under oom_lock with interrupts off, like size(): it counts, and does not allocate. */
oom_policy_t oom_set_policy(oom_policy_t policy)
{
	oom_policy_t old = oom_policy;

	WRITE_ONCE(oom_policy, policy);
	return old;
}

int register_oom_notifier(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&oom_notify_list, nb);
}
EXPORT_SYMBOL(register_oom_notifier);

int unregister_oom_notifier(struct notifier_block *nb)
{
	return blocking_notifier_chain_unregister(&oom_notify_list, nb);
}
EXPORT_SYMBOL(unregister_oom_notifier);

/* ---- the choice ------------------------------------------------------------------ */

/*
 * Linux's: pages held, and oom_score_adj thousandths of all memory more or less.  So -1000 would do
 * to spare anybody, and is taken to mean it: never.
 */
long oom_badness(struct oom_victim *v, unsigned long totalpages)
{
	const long adj = v->oom_score_adj;

	VM_WARN_ON_ONCE(adj < OOM_SCORE_ADJ_MIN || adj > OOM_SCORE_ADJ_MAX);
	if (adj == OOM_SCORE_ADJ_MIN)
		return LONG_MIN;
	return (long)v->size(v) + adj * (long)(totalpages / 1000);
}

/* Many may come here within a tick.  Without a clock each call counts. */
static unsigned int oom_count_tick(void)
	__must_hold(&oom_lock)
{
	const unsigned long now = slab_report_now();

	lockdep_assert_held(&oom_lock);
	if (!now || now != oom_waited_at)
		oom_waited++;
	oom_waited_at = now;
	return oom_waited;
}

/* Somebody was told and may still give back: true.  Too late: nobody waits for him. */
static bool oom_must_wait(void)
	__must_hold(&oom_lock)
{
	unsigned int nr_told = 0;
	struct oom_victim *v;
	unsigned long size;

	lockdep_assert_held(&oom_lock);
	list_for_each_entry(v, &oom_victims, list) {
		if (v->state != OOM_VICTIM_TOLD)
			continue;
		VM_WARN_ON_ONCE(nr_told++);				/* I1 */
		size = v->size(v);
		if (size < oom_told_size) {
			oom_told_size = size;	/* it is at it: much takes long */
			oom_waited = 0;
		}
		if (oom_count_tick() <= OOM_PATIENCE)
			return true;
		pr_info("oom_reaper: unable to reap pid:%d (%s)\n", v->task ? v->task->pid : 0,
			v->name);
		oom_set_state(v, OOM_VICTIM_LATE);
	}
	return false;
}

/* Chosen and told in one go under the lock: so it cannot leave, nor be chosen twice. */
static void oom_select(struct oom_control *oc)
	__must_hold(&oom_lock)
{
	const oom_policy_t policy = READ_ONCE(oom_policy);
	const unsigned long total = totalram_pages();
	struct oom_victim *v;
	long points;

	lockdep_assert_held(&oom_lock);
	oc->chosen = NULL;
	oc->chosen_points = LONG_MIN;
	list_for_each_entry(v, &oom_victims, list) {
		if (v->state != OOM_VICTIM_LIVE || !v->size(v))
			continue;		/* it could not help */
		points = policy ? policy(v, total) : oom_badness(v, total);
		if (points == LONG_MIN || points < oc->chosen_points)
			continue;
		oc->chosen = v;			/* of equals, the youngest */
		oc->chosen_points = points;
	}
	if (!oc->chosen)
		return;
	VM_WARN_ON_ONCE(oom_releasing);		/* oom_busy: one sacrifice at a time */
	oom_set_state(oc->chosen, OOM_VICTIM_TOLD);
	oom_waited = 0;
	oom_told_size = oc->chosen->size(oc->chosen);
	oom_releasing = oc->chosen;
	oom_releaser = current;
}

/* ---- the report ------------------------------------------------------------------ */

/*
 * The text of Linux's report, for the tools and people who read it.  Printing takes long: not under
 * the list's lock, so lists are walked by number, and what changes meanwhile is printed as it is.
 */
static void oom_dump_slabs(struct seq_file *m)
{
	unsigned int index = 1;
	struct kmem_cache *s;
	struct slabinfo i;

	seq_puts(m, "Unreclaimable slab info:\n");
	seq_puts(m, "Name                      Used          Total\n");
	while ((s = slab_cache_pin_next(&index)) != NULL) {
		kmem_cache_info(s, &i);
		if (!(i.flags & SLAB_RECLAIM_ACCOUNT) && i.num_objs)
			seq_printf(m, "%-17s %10luKB %10luKB\n", i.name,
				   i.active_objs * i.objsize >> 10,
				   i.num_objs * i.objsize >> 10);
		slab_cache_unpin(s);
	}
}

/* What is printed of a victim, copied: it may leave as soon as the lock is free. */
struct oom_row {
	int pid;
	unsigned long pages;
	short adj;
	char name[TASK_COMM_LEN];
};

/* The nr-th victim; false: there are not so many. */
static bool oom_get_row(unsigned int nr, struct oom_row *row)
{
	struct oom_victim *v;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&oom_lock, flags);
	list_for_each_entry(v, &oom_victims, list) {
		if (nr--)
			continue;
		row->pid = v->task ? v->task->pid : 0;
		row->pages = v->size(v);
		row->adj = v->oom_score_adj;
		strscpy(row->name, v->name, sizeof(row->name));
		found = true;
		break;
	}
	spin_unlock_irqrestore(&oom_lock, flags);
	return found;
}

/* Linux's columns.  A victim stands for a process: what it holds is resident and its own. */
static void oom_dump_victims(struct seq_file *m)
{
	struct oom_row row;
	unsigned int nr;

	seq_puts(m, "Tasks state (memory values in pages):\n");
	seq_puts(m, "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem "
		 "pgtables_bytes swapents oom_score_adj name\n");
	for (nr = 0; oom_get_row(nr, &row); nr++)
		seq_printf(m, "[%7d] %5d %5d %8lu %8lu %8lu %8d %9d %8d %8d         %5hd %s\n",
			   row.pid, 0, row.pid, row.pages, row.pages, row.pages, 0, 0, 0, 0,
			   row.adj, row.name);
}

/* The adjustment of the victim that the running thread is, if it is one. */
static short oom_adj_of_current(void)
{
	struct oom_victim *v;
	unsigned long flags;
	short adj = 0;

	spin_lock_irqsave(&oom_lock, flags);
	list_for_each_entry(v, &oom_victims, list)
		if (v->task == current)
			adj = v->oom_score_adj;
	spin_unlock_irqrestore(&oom_lock, flags);
	return adj;
}

static void oom_dump(const struct oom_control *oc)
{
	struct seq_file m;

	pr_warn("%s invoked oom-killer: gfp_mask=%#x(%pGg), order=%d, oom_score_adj=%hd\n",
		task_ident().comm, oc->gfp_mask, &oc->gfp_mask, oc->order, oom_adj_of_current());
	if (oc->order > 0)
		pr_warn("COMPACTION is disabled!!!\n");
	dump_stack();
	seq_to_log(&m, KERN_WARNING);
	stats_show_mem(&m);
	oom_dump_slabs(&m);
	oom_dump_victims(&m);
	seq_flush(&m);
}

/* ---- the deed -------------------------------------------------------------------- */

/* The chosen one is TOLD already: nobody else can be chosen, and it cannot go away. */
static void oom_kill(struct oom_control *oc, bool report)
{
	struct oom_victim *v = oc->chosen;
	const int pid = v->task ? v->task->pid : 0;
	const unsigned long kb = v->size(v) << (PAGE_SHIFT - 10);
	unsigned long flags;

	VM_WARN_ON_ONCE(in_interrupt() || irqs_disabled());	/* release() may sleep */
	if (report)
		pr_info("oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,"
			"mems_allowed=0,global_oom,task_memcg=/,task=%s,pid=%d,uid=0\n", v->name,
			pid);
	count_vm_event(OOM_KILL);
	if (report || __ratelimit(&oom_kill_ratelimit))
		pr_err("Out of memory: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, "
		       "file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:0kB oom_score_adj:%hd\n",
		       pid, v->name, kb, kb, v->oom_score_adj);
	v->release(v);			/* after which it may be no more */
	spin_lock_irqsave(&oom_lock, flags);
	oom_releasing = NULL;
	oom_releaser = NULL;
	spin_unlock_irqrestore(&oom_lock, flags);
}

/*
 * Victims in hand or to be chosen?  False: there is none.  The report comes before the deed, as in
 * Linux: it shows memory as it was when it was gone.
 */
static bool oom_sacrifice(struct oom_control *oc)
{
	unsigned long flags;
	bool report, wait;

	spin_lock_irqsave(&oom_lock, flags);
	wait = oom_must_wait();
	if (!wait)
		oom_select(oc);
	spin_unlock_irqrestore(&oom_lock, flags);
	if (wait)
		return true;
	report = __ratelimit(&oom_ratelimit);
	if (report)
		oom_dump(oc);
	if (oc->chosen)
		oom_kill(oc, report);
	else if (report)
		pr_warn("Out of memory and no killable processes...\n");
	return oc->chosen;
}

/*
 * True: it is worth while to try again.  One at a time, and the others are told the same without
 * waiting: they sleep a tick in page_slow.c, and what is being given back is for all.
 */
bool out_of_memory(struct oom_control *oc)
{
	unsigned long freed = 0;
	unsigned int noreclaim;
	bool again;

	if (WARN_ON_ONCE(in_interrupt()))
		return false;
	if (atomic_cmpxchg(&oom_busy, 0, 1) != 0)
		return true;			/* somebody is at it: that may help us, too */
	/* Whoever gives back may need memory for it, and must not come here again. */
	VM_WARN_ON_ONCE(!preemptible());
	noreclaim = memalloc_noreclaim_save();
	blocking_notifier_call_chain(&oom_notify_list, 0, &freed);
	again = freed || ((oc->gfp_mask & __GFP_FS) && oom_sacrifice(oc));
	memalloc_noreclaim_restore(noreclaim);
	VM_WARN_ON_ONCE(READ_ONCE(oom_releasing));
	atomic_set(&oom_busy, 0);
	return again;
}

static bool oom_for_pages(gfp_t gfp, unsigned int order)
{
	struct oom_control oc = { .gfp_mask = gfp, .order = (int)order };

	return out_of_memory(&oc);
}

void oom_init(void)
{
	page_alloc_set_oom(oom_for_pages);
}
