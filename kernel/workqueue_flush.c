/* SPDX-License-Identifier: MIT */
/*
 * kernel/workqueue_flush.c - wait for work items, take them back
 *
 * MODEL
 *   One item: each queueing gets a ticket.  Who waits for an item waits for the ticket that it
 *   has now, and is let through when a worker has finished with that address and a ticket not
 *   younger; so an item that queues itself for ever does not keep him, nor does another item
 *   at the same address.  One that is taken back while somebody waits for it lets him through,
 *   too, or has him wait for its last round, if that is still running.
 *
 *   A whole queue: its items carry the color of the round in which they were queued.  A flush
 *   ends the round and waits until no item of that color, or of an older one, is left; who
 *   comes later has the next color and does not matter.
 *
 *	round		  7 7 7 | 8 8 | 9 9 9 ...	each | is a flush
 *	rounds_done = 7	  ^ one of these is still running
 *
 *   With all WORK_NR_COLORS in use, the next flush first waits for the oldest.
 *
 * INVARIANTS	rounds_done <= round < rounds_done + WORK_NR_COLORS; all rounds before
 *		rounds_done have no item left.
 * LOCKING	workqueue_lock.
 * CONTEXT	see <linux/workqueue.h>.
 * FAILURE	an item or queue that waits for itself is reported, and does not wait.
 */
#include <asm/processor.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#include "workqueue.h"

/* On the stack of who waits. */
struct round_waiter {
	struct list_head list;
	u64 round;
	struct completion done;
};

struct item_waiter {
	struct list_head list;
	const struct work_struct *work;		/* not to be looked into */
	u64 ticket;
	struct completion done;
};

static LIST_HEAD(item_waiters);			/* (W) */

/* ---- a whole queue ---------------------------------------------------------------- */

void flush_rounds_advance(struct workqueue_struct *wq)
{
	struct round_waiter *f, *next;

	lockdep_assert_held(&workqueue_lock);
	while (wq->rounds_done < wq->round && !wq->nr_in_flight[WORK_COLOR(wq->rounds_done)])
		wq->rounds_done++;
	list_for_each_entry_safe(f, next, &wq->flushers, list) {
		if (f->round >= wq->rounds_done)
			continue;
		list_del(&f->list);
		complete(&f->done);
	}
}

static void flush_wait_round(struct workqueue_struct *wq, u64 round)
	__must_hold(&workqueue_lock)
{
	struct round_waiter f = { .round = round };

	if (round < wq->rounds_done)
		return;
	init_completion(&f.done);
	list_add_tail(&f.list, &wq->flushers);
	spin_unlock_irq(&workqueue_lock);
	wait_for_completion(&f.done);
	spin_lock_irq(&workqueue_lock);
}

/* Linux's words for the mistake that a rescuer cannot mend. */
static void flush_check_reclaim(const struct workqueue_struct *wq, const void *func)
{
	const struct worker *w = worker_current();

	if (wq->flags & WQ_MEM_RECLAIM)
		return;
	WARN_ONCE(current->flags & PF_MEMALLOC,
		  "workqueue: PF_MEMALLOC task %d(%s) is flushing !WQ_MEM_RECLAIM %s:%ps\n",
		  current->pid, current->comm, wq->name, func);
	WARN_ONCE(w && w->wq && (w->wq->flags & (WQ_MEM_RECLAIM | __WQ_LEGACY)) == WQ_MEM_RECLAIM,
		  "workqueue: WQ_MEM_RECLAIM %s:%ps is flushing !WQ_MEM_RECLAIM %s:%ps\n",
		  w->wq->name, (void *)w->func, wq->name, func);
}

void flush_workqueue(struct workqueue_struct *wq)
{
	const struct worker *w = worker_current();

	might_sleep();
	if (WARN_ON_ONCE(w && w->wq == wq))
		return;
	flush_check_reclaim(wq, NULL);
	spin_lock_irq(&workqueue_lock);
	while (wq->round - wq->rounds_done == WORK_NR_COLORS - 1)
		flush_wait_round(wq, wq->rounds_done);
	if (wq->nr_in_flight[WORK_COLOR(wq->round)])
		wq->round++;
	flush_wait_round(wq, wq->round - 1);
	spin_unlock_irq(&workqueue_lock);
}

/* ---- one item --------------------------------------------------------------------- */

void flush_item_done(const struct work_struct *work, u64 ticket)
{
	struct item_waiter *f, *next;

	lockdep_assert_held(&workqueue_lock);
	list_for_each_entry_safe(f, next, &item_waiters, list) {
		if (f->work != work || f->ticket > ticket)
			continue;
		list_del(&f->list);
		complete(&f->done);
	}
}

void flush_item_cancelled(const struct work_struct *work, u64 ticket)
{
	const struct worker *runs = worker_find(work);
	struct item_waiter *f;

	if (!runs) {
		flush_item_done(work, ticket);
		return;
	}
	list_for_each_entry(f, &item_waiters, list)
		if (f->work == work && f->ticket == ticket)
			f->ticket = runs->ticket;
}

static void flush_wait_ticket(const struct work_struct *work, u64 ticket)
	__must_hold(&workqueue_lock)
{
	struct item_waiter f = { .work = work, .ticket = ticket };

	init_completion(&f.done);
	list_add_tail(&f.list, &item_waiters);
	spin_unlock_irq(&workqueue_lock);
	wait_for_completion(&f.done);
	spin_lock_irq(&workqueue_lock);
}

/* Is it this thread that is running @work? */
static bool flush_is_self(const struct worker *runs)
{
	return WARN_ON_ONCE(runs && runs->task == current);
}

bool flush_work(struct work_struct *work)
{
	const struct worker *runs;
	bool queued, wait;

	might_sleep();
	spin_lock_irq(&workqueue_lock);
	runs = worker_find(work);
	queued = work_pending(work) && !(work->state & WORK_STATE_TIMER);
	wait = (queued || runs) && !flush_is_self(runs);
	if (wait) {
		flush_check_reclaim(queued ? work->wq : runs->wq, (void *)work->func);
		flush_wait_ticket(work, queued ? work->ticket : runs->ticket);
	}
	spin_unlock_irq(&workqueue_lock);
	return wait;
}

/* With the lock held: its time has come.  False: its timer is on its way to the lock. */
static bool work_try_hurry(struct delayed_work *dwork)
{
	struct work_struct *work = &dwork->work;

	if (!(work->state & WORK_STATE_TIMER))
		return true;
	if (!timer_delete(&dwork->timer))
		return false;
	wq_insert(work->wq, work->cpu, work);
	return true;
}

bool flush_delayed_work(struct delayed_work *dwork)
{
	unsigned long flags;
	bool done;

	for (;;) {
		spin_lock_irqsave(&workqueue_lock, flags);
		done = work_try_hurry(dwork);
		spin_unlock_irqrestore(&workqueue_lock, flags);
		if (done)
			return flush_work(&dwork->work);
		cpu_relax();
	}
}

/* ---- taking back ------------------------------------------------------------------ */

/* With the lock held: take it off its list, or stop its timer.  False: that is on its way. */
static bool work_try_take(struct work_struct *work)
{
	const u64 ticket = work->ticket;

	if (work->state & WORK_STATE_TIMER) {
		if (!timer_delete(&to_delayed_work(work)->timer))
			return false;
		work->state = 0;
	} else if (work->state & WORK_STATE_PENDING) {
		wq_forget(work->wq, work);
		flush_item_cancelled(work, ticket);
	}
	return true;
}

/*
 * Lock, and make sure that it is not pending: was it?  A timer that has gone off but not come
 * to the lock yet is on another CPU, for it is TIMER_IRQSAFE: wait for it there.
 */
static bool work_lock_and_take(struct work_struct *work, unsigned long *flags)
	__acquires(&workqueue_lock)
{
	bool was_pending;

	for (;;) {
		spin_lock_irqsave(&workqueue_lock, *flags);
		was_pending = work_pending(work);
		if (work_try_take(work))
			return was_pending;
		spin_unlock_irqrestore(&workqueue_lock, *flags);
		cpu_relax();
	}
}

bool cancel_work(struct work_struct *work)
{
	unsigned long flags;
	bool was_pending = work_lock_and_take(work, &flags);

	spin_unlock_irqrestore(&workqueue_lock, flags);
	return was_pending;
}

bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			 unsigned long delay)
{
	unsigned long flags;
	bool was_pending = work_lock_and_take(&dwork->work, &flags);

	if (wq_may_queue(wq, &dwork->work))
		wq_insert_delayed(wq, (unsigned int)cpu, dwork, delay);
	spin_unlock_irqrestore(&workqueue_lock, flags);
	return was_pending;
}

bool disable_work(struct work_struct *work)
{
	unsigned long flags;
	bool was_pending = work_lock_and_take(work, &flags);

	WARN_ON_ONCE(work->disabled == U16_MAX);
	work->disabled++;
	spin_unlock_irqrestore(&workqueue_lock, flags);
	return was_pending;
}

bool enable_work(struct work_struct *work)
{
	unsigned long flags;
	bool usable;

	spin_lock_irqsave(&workqueue_lock, flags);
	if (!WARN_ON_ONCE(!work->disabled))
		work->disabled--;
	usable = !work->disabled;
	spin_unlock_irqrestore(&workqueue_lock, flags);
	return usable;
}

bool disable_work_sync(struct work_struct *work)
{
	bool was_pending = disable_work(work);
	const struct worker *runs;

	might_sleep();
	spin_lock_irq(&workqueue_lock);
	runs = worker_find(work);
	if (runs && !flush_is_self(runs))
		flush_wait_ticket(work, runs->ticket);
	spin_unlock_irq(&workqueue_lock);
	return was_pending;
}

/* Disabled meanwhile, so that it cannot queue itself behind our back. */
bool cancel_work_sync(struct work_struct *work)
{
	bool was_pending = disable_work_sync(work);

	enable_work(work);
	return was_pending;
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	return cancel_work(&dwork->work);
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	return cancel_work_sync(&dwork->work);
}

bool disable_delayed_work(struct delayed_work *dwork)
{
	return disable_work(&dwork->work);
}

bool disable_delayed_work_sync(struct delayed_work *dwork)
{
	return disable_work_sync(&dwork->work);
}

bool enable_delayed_work(struct delayed_work *dwork)
{
	return enable_work(&dwork->work);
}

unsigned int work_busy(struct work_struct *work)
{
	unsigned int busy = 0;
	unsigned long flags;

	spin_lock_irqsave(&workqueue_lock, flags);
	if (work_pending(work))
		busy |= WORK_BUSY_PENDING;
	if (worker_find(work))
		busy |= WORK_BUSY_RUNNING;
	spin_unlock_irqrestore(&workqueue_lock, flags);
	return busy;
}
