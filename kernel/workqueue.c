/* SPDX-License-Identifier: MIT */
/*
 * kernel/workqueue.c - queues of work items
 *
 * MODEL
 *   A queue says how: with which workers (its pools), how many at a time, and whether with a
 *   rescuer.  An item that may run goes to the list of its CPU's pool, or of the one pool for
 *   unbound ones, where all queues of the pool meet; one too many waits in its queue:
 *
 *	queue_work()	nr_active < max_active ?   pool->worklist ---> a worker runs it
 *					       :   wq->inactive ---^   when one of its queue is done
 *
 *	item: idle --queue--> PENDING --a worker takes it--> idle, and running
 *	      idle --queue_delayed--> PENDING TIMER --timer--> PENDING
 *
 *   An item that is queued while it runs stays PENDING until the same worker has finished it.
 *
 * INVARIANTS
 *   W1  an item is on exactly one list (worklist, a worker's scheduled, inactive) iff it is
 *	 PENDING and not TIMER; on inactive iff INACTIVE.
 *   W2  nr_active counts a queue's items on worklist and scheduled, and those that run; if it
 *	 is below max_active, inactive is empty.
 *   W3  nr_in_flight[c] counts all items of color c, inactive ones too.
 *
 * LOCKING	workqueue_lock, rank LOCK_WORKQUEUE, irqs off: everything here.  One lock for
 *		all queues and all CPUs: it is held for a few list operations, and what makes
 *		an item run once at a time, whatever CPUs it is queued on, is then one look at
 *		one list.  Functions run without it.
 * CONTEXT	see <linux/workqueue.h>.
 * FAILURE	NULL or false, and nothing changed.
 * NOT HERE	workers: workqueue_pool.c.  Waiting for items, taking them back:
 *		workqueue_flush.c.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "workqueue.h"

DEFINE_SPINLOCK_RANKED(workqueue_lock, LOCK_WORKQUEUE);
LIST_HEAD(workqueue_list);
static u64 workqueue_ticket;			/* (W) */

struct workqueue_struct *system_wq, *system_highpri_wq, *system_long_wq, *system_unbound_wq;
struct workqueue_struct *system_freezable_wq, *system_power_efficient_wq;
struct workqueue_struct *system_freezable_power_efficient_wq, *mm_percpu_wq;

/* ---- items go in, items go out ---------------------------------------------------- */

static void wq_activate(struct workqueue_struct *wq, struct work_struct *work)
{
	struct worker_pool *pool = wq_pool(wq, work->cpu);

	wq->nr_active++;
	work->state &= ~WORK_STATE_INACTIVE;
	list_move_tail(&work->entry, &pool->worklist);
	pool_kick(pool);
}

static void wq_activate_next(struct workqueue_struct *wq)
{
	if (wq->nr_active < wq->max_active && !list_empty(&wq->inactive))
		wq_activate(wq, list_first_entry(&wq->inactive, struct work_struct, entry));
}

void wq_insert(struct workqueue_struct *wq, unsigned int cpu, struct work_struct *work)
{
	lockdep_assert_held(&workqueue_lock);
	work->wq = wq;
	work->cpu = (u16)(cpu_online(cpu) ? cpu : (unsigned int)smp_processor_id());
	work->ticket = ++workqueue_ticket;
	work->color = WORK_COLOR(wq->round);
	work->state = WORK_STATE_PENDING | WORK_STATE_INACTIVE;
	wq->nr_in_flight[work->color]++;
	list_add_tail(&work->entry, &wq->inactive);
	wq_activate_next(wq);
}

void wq_finish(struct workqueue_struct *wq, unsigned int color)
{
	lockdep_assert_held(&workqueue_lock);
	wq->nr_active--;
	wq->nr_in_flight[color]--;
	wq_activate_next(wq);
	flush_rounds_advance(wq);
}

void wq_forget(struct workqueue_struct *wq, struct work_struct *work)
{
	const bool inactive = work->state & WORK_STATE_INACTIVE;

	lockdep_assert_held(&workqueue_lock);
	list_del_init(&work->entry);
	work->state = 0;
	if (inactive)
		wq->nr_active++;	/* wq_finish() takes it off again */
	wq_finish(wq, work->color);
}

/* While a queue is drained only its own items may queue to it. */
static bool wq_is_chained(const struct workqueue_struct *wq)
{
	const struct worker *w = worker_current();

	return w && w->wq == wq;
}

bool wq_may_queue(struct workqueue_struct *wq, struct work_struct *work)
{
	if (work->state & WORK_STATE_PENDING || work->disabled)
		return false;
	return !(wq->flags & __WQ_DRAINING) ||
	       !WARN_ONCE(!wq_is_chained(wq), "workqueue: cannot queue %ps on wq %s\n",
			  (void *)work->func, wq->name);
}

bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	unsigned long flags;
	bool queued;

	spin_lock_irqsave(&workqueue_lock, flags);
	queued = wq_may_queue(wq, work);
	if (queued)
		wq_insert(wq, (unsigned int)cpu, work);
	spin_unlock_irqrestore(&workqueue_lock, flags);
	return queued;
}

/* ---- items that wait for their time ------------------------------------------------ */

/* TIMER_IRQSAFE: once the timer is off, nothing comes between that and the lock. */
void delayed_work_timer_fn(struct timer_list *t)
{
	struct delayed_work *dwork = from_timer(dwork, t, timer);
	struct work_struct *work = &dwork->work;
	unsigned long flags;

	spin_lock_irqsave(&workqueue_lock, flags);
	if (work->state & WORK_STATE_TIMER && !timer_pending(t))
		wq_insert(work->wq, work->cpu, work);
	spin_unlock_irqrestore(&workqueue_lock, flags);
}

void wq_insert_delayed(struct workqueue_struct *wq, unsigned int cpu, struct delayed_work *dwork,
		       unsigned long delay)
{
	lockdep_assert_held(&workqueue_lock);
	if (!delay) {
		wq_insert(wq, cpu, &dwork->work);
		return;
	}
	dwork->work.wq = wq;
	dwork->work.cpu = (u16)cpu;
	dwork->work.state = WORK_STATE_PENDING | WORK_STATE_TIMER;
	dwork->timer.expires = jiffies + delay;
	if (cpu_online(cpu))
		add_timer_on(&dwork->timer, (int)cpu);
	else
		add_timer(&dwork->timer);
}

bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			   unsigned long delay)
{
	unsigned long flags;
	bool queued;

	spin_lock_irqsave(&workqueue_lock, flags);
	queued = wq_may_queue(wq, &dwork->work);
	if (queued)
		wq_insert_delayed(wq, (unsigned int)cpu, dwork, delay);
	spin_unlock_irqrestore(&workqueue_lock, flags);
	return queued;
}

/* ---- queues ---------------------------------------------------------------------- */

static void wq_publish(struct workqueue_struct *wq)
{
	unsigned long flags;

	spin_lock_irqsave(&workqueue_lock, flags);
	list_add_tail(&wq->list, &workqueue_list);
	spin_unlock_irqrestore(&workqueue_lock, flags);
}

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
{
	struct workqueue_struct *wq;
	va_list args;

	might_sleep();
	if (WARN(max_active < 0 || max_active > WQ_MAX_ACTIVE, "workqueue: max_active %d\n",
		 max_active))
		max_active = WQ_MAX_ACTIVE;
	wq = kzalloc(sizeof(*wq), GFP_KERNEL);
	if (!wq)
		return NULL;
	va_start(args, max_active);
	vscnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	wq->flags = flags;
	wq->max_active = max_active ? (unsigned int)max_active : WQ_DFL_ACTIVE;
	wq->round = wq->rounds_done = 1;
	INIT_LIST_HEAD(&wq->inactive);
	INIT_LIST_HEAD(&wq->flushers);
	if (flags & WQ_MEM_RECLAIM && rescuer_create(wq)) {
		kfree(wq);
		return NULL;
	}
	wq_publish(wq);
	return wq;
}

static bool wq_is_empty(struct workqueue_struct *wq)
{
	unsigned long flags;
	bool empty;

	spin_lock_irqsave(&workqueue_lock, flags);
	empty = !wq->nr_active && list_empty(&wq->inactive);
	spin_unlock_irqrestore(&workqueue_lock, flags);
	return empty;
}

static void wq_set_draining(struct workqueue_struct *wq, bool on)
{
	unsigned long flags;

	spin_lock_irqsave(&workqueue_lock, flags);
	wq->nr_drainers += on ? 1U : -1U;
	if (wq->nr_drainers)
		wq->flags |= __WQ_DRAINING;
	else
		wq->flags &= ~__WQ_DRAINING;
	spin_unlock_irqrestore(&workqueue_lock, flags);
}

void drain_workqueue(struct workqueue_struct *wq)
{
	unsigned int rounds = 0;

	if (WARN_ON(wq_is_chained(wq)))
		return;			/* the item that has called us would never be done */
	wq_set_draining(wq, true);
	do {
		flush_workqueue(wq);
		if (++rounds == 10 || (rounds % 100 == 0 && rounds <= 1000))
			pr_warn("workqueue %s: drain_workqueue() isn't complete after %u tries\n",
				wq->name, rounds);
	} while (!wq_is_empty(wq));
	wq_set_draining(wq, false);
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	unsigned long flags;

	if (WARN_ON(wq_is_chained(wq)))
		return;			/* nor could its queue go away under it */
	drain_workqueue(wq);
	spin_lock_irqsave(&workqueue_lock, flags);
	WARN(wq->nr_active || !list_empty(&wq->inactive),
	     "workqueue: destroying %s, which has %u items\n", wq->name, wq->nr_active);
	list_del(&wq->list);
	spin_unlock_irqrestore(&workqueue_lock, flags);
	rescuer_destroy(wq);
	kfree(wq);
}

int schedule_on_each_cpu(work_func_t func)
{
	struct work_struct *works = kcalloc(nr_cpu_ids, sizeof(*works), GFP_KERNEL);
	struct cpumask online;
	unsigned int cpu;

	if (!works)
		return -ENOMEM;
	cpumask_copy(&online, cpu_online_mask);		/* there may be more before we are done */
	for_each_cpu(cpu, &online) {
		INIT_WORK(&works[cpu], func);
		schedule_work_on((int)cpu, &works[cpu]);
	}
	for_each_cpu(cpu, &online)
		flush_work(&works[cpu]);
	kfree(works);
	return 0;
}

void workqueue_init(void)
{
	if (worker_pools_init())
		panic("no memory for the first workers");
	system_wq = alloc_workqueue("events", 0, 0);
	system_highpri_wq = alloc_workqueue("events_highpri", WQ_HIGHPRI, 0);
	system_long_wq = alloc_workqueue("events_long", 0, 0);
	system_unbound_wq = alloc_workqueue("events_unbound", WQ_UNBOUND, WQ_MAX_ACTIVE);
	system_freezable_wq = alloc_workqueue("events_freezable", WQ_FREEZABLE, 0);
	system_power_efficient_wq = alloc_workqueue("events_power_efficient",
						    WQ_POWER_EFFICIENT, 0);
	system_freezable_power_efficient_wq =
		alloc_workqueue("events_freezable_pwr_efficient",
				WQ_FREEZABLE | WQ_POWER_EFFICIENT, 0);
	mm_percpu_wq = alloc_workqueue("mm_percpu_wq", WQ_MEM_RECLAIM, 0);
	if (!system_wq || !system_highpri_wq || !system_long_wq || !system_unbound_wq ||
	    !system_freezable_wq || !system_power_efficient_wq ||
	    !system_freezable_power_efficient_wq || !mm_percpu_wq)
		panic("no memory for the first workqueues");
}

/* ---- what there is ---------------------------------------------------------------- */

static unsigned int wq_nr_inactive(struct workqueue_struct *wq)
{
	unsigned int nr = 0;
	struct list_head *pos;

	list_for_each(pos, &wq->inactive)
		nr++;
	return nr;
}

static void pool_show(struct seq_file *m, const struct worker_pool *pool)
{
	const struct worker *w;

	seq_printf(m, "pool %u: ", pool->id);
	if (pool->cpu != WORK_CPU_UNBOUND)
		seq_printf(m, "cpu=%u ", pool->cpu);
	seq_printf(m, "nice=%d workers=%u idle=%u running=%u%s\n", pool->nice, pool->nr_workers,
		   pool->nr_idle, pool->nr_running, pool->managing ? " manager" : "");
	list_for_each_entry(w, &workqueue_busy, busy)
		if (w->pool == pool)
			seq_printf(m, "  in-flight: %d%s:%ps on %s\n", w->task->pid,
				   w->rescues ? "(RESCUER)" : "", (void *)w->func, w->wq->name);
}

void workqueues_show(struct seq_file *m)
{
	const struct worker_pool *pool;
	struct workqueue_struct *wq;
	unsigned long flags;

	spin_lock_irqsave(&workqueue_lock, flags);
	list_for_each_entry(wq, &workqueue_list, list)
		seq_printf(m, "workqueue %s: flags=0x%x active=%u/%u inactive=%u done=%lu%s\n",
			   wq->name, wq->flags, wq->nr_active, wq->max_active,
			   wq_nr_inactive(wq), wq->nr_done, wq->rescuer ? " rescuer" : "");
	list_for_each_entry(pool, &worker_pools, list)
		pool_show(m, pool);
	spin_unlock_irqrestore(&workqueue_lock, flags);
}
