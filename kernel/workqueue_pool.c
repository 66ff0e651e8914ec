/* SPDX-License-Identifier: MIT */
/*
 * kernel/workqueue_pool.c - the threads that run work items
 *
 * MODEL
 *   Each CPU has two pools, of nice 0 and -20, whose workers run on it; one more pool's run
 *   anywhere.  The workers of a pool are alike.  The rule that everything rests on: before a
 *   worker begins with an item, there is another one that is idle, for the item may wait for
 *   long.  If there is none, the worker first makes one ("manages").
 *
 *	idle --kick--> (make another) --> run items until there are none --> idle
 *
 *   A pool for many short items needs not many threads, but one that always has something to
 *   do: while a worker runs (nr_running > 0), no other is woken; when it waits inside of its
 *   item, schedule() tells us, and the next one is; so it is when the tick finds that an item
 *   has computed for HOG_TICKS.  An at_once pool (WQ_UNBOUND) does not count, and starts
 *   everything.
 *
 *   To make a worker takes memory, and to get memory may take a work item.  So while one is
 *   managing a timer runs; when it fires, each queue with WQ_MEM_RECLAIM that has items on the
 *   list gets its rescuer woken, a thread that was made with the queue, and goes to the CPU of
 *   the pool and runs these items itself, one after the other.
 *
 *   An item that is on the list while it still runs goes to the worker that runs it, whosever
 *   that is: no item runs twice at the same time, on one CPU or on two.
 *
 * INVARIANTS
 *   P1  nr_idle is the length of idle; an idle worker runs nothing and is not counted.
 *   P2  if worklist is not empty, somebody is about to look at it: a worker that is counted,
 *	 one that has been woken, or one that manages.
 *   P3  nr_running is the number of workers that are counted.
 *
 * LOCKING	workqueue_lock; dropped while an item runs or a thread is made.
 * CONTEXT	pool_kick(), the hooks from schedule(): with the lock held, or any.
 * FAILURE	no memory for a worker: rescuers, and another try after CREATE_TICKS.
 * NOT HERE	which items may run: workqueue.c.
 *
 * The design is that of Linux's concurrency-managed workqueues, with one lock.
 */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>

#include "sched.h"
#include "workqueue.h"

#define POOL_SPARE		2	/* idle workers that are kept: one works, one is ready */
#define MAYDAY_FIRST_TICKS	(HZ / 100)
#define MAYDAY_TICKS		(HZ / 10)
#define CREATE_TICKS		(HZ / 10)	/* before the next try */
#define HOG_TICKS		3	/* 10 ms, as in Linux: then it does not count any more */
#define IDLE_TICKS		(300L * HZ)	/* then one that is not needed ends */

static void pool_mayday(struct timer_list *t);

static DEFINE_PER_CPU(struct worker_pool, worker_cpu_pools)[2];	/* nice 0, and WQ_HIGHPRI */
static struct worker_pool worker_unbound_pool;
LIST_HEAD(worker_pools);
LIST_HEAD(workqueue_busy);

/* ---- who is who ------------------------------------------------------------------ */

struct worker *worker_current(void)
{
	if (!in_task() || !(current->flags & PF_WQ_WORKER))
		return NULL;
	return kthread_data(current);
}

/* The function, too: the item may be gone, and its memory be another one by now. */
struct worker *worker_find(const struct work_struct *work)
{
	struct worker *w;

	lockdep_assert_held(&workqueue_lock);
	list_for_each_entry(w, &workqueue_busy, busy)
		if (w->work == work && w->func == work->func)
			return w;
	return NULL;
}

struct work_struct *current_work(void)
{
	const struct worker *w = worker_current();

	return w ? w->work : NULL;
}

bool current_is_workqueue_rescuer(void)
{
	const struct worker *w = worker_current();

	return w && w->rescues;
}

static bool wq_is_unbound(const struct workqueue_struct *wq)
{
	return (wq->flags & (WQ_UNBOUND | WQ_HIGHPRI)) == WQ_UNBOUND;
}

struct worker_pool *wq_pool(const struct workqueue_struct *wq, unsigned int cpu)
{
	if (wq_is_unbound(wq))
		return &worker_unbound_pool;
	return &per_cpu(worker_cpu_pools, cpu)[wq->flags & WQ_HIGHPRI ? 1 : 0];
}

/* ---- how many run ----------------------------------------------------------------- */

static bool pool_has_work(const struct worker_pool *pool)
{
	return !list_empty(&pool->worklist) && !pool->nr_running;
}

void pool_kick(struct worker_pool *pool)
{
	lockdep_assert_held(&workqueue_lock);
	if (pool_has_work(pool) && !list_empty(&pool->idle))
		wake_up_process(list_first_entry(&pool->idle, struct worker, entry)->task);
}

static void worker_count(struct worker *w)
{
	if (w->counted || w->pool->at_once || w->rescues)
		return;
	w->counted = true;
	w->pool->nr_running++;
}

/* It does not keep the others from working any more. */
static void worker_uncount(struct worker *w)
{
	if (!w->counted)
		return;
	w->counted = false;
	w->pool->nr_running--;
	pool_kick(w->pool);
}

void wq_worker_sleeping(struct task_struct *t)
{
	struct worker *w = kthread_data(t);
	unsigned long flags;

	if (!READ_ONCE(w->counted))
		return;
	spin_lock_irqsave(&workqueue_lock, flags);
	w->sleeping = true;
	worker_uncount(w);
	spin_unlock_irqrestore(&workqueue_lock, flags);
}

void wq_worker_running(struct task_struct *t)
{
	struct worker *w = kthread_data(t);
	unsigned long flags;

	if (!READ_ONCE(w->sleeping))
		return;
	spin_lock_irqsave(&workqueue_lock, flags);
	w->sleeping = false;
	worker_count(w);
	spin_unlock_irqrestore(&workqueue_lock, flags);
}

/* One that computes for long keeps the others no longer, as if it were WQ_CPU_INTENSIVE. */
void wq_worker_tick(struct task_struct *t)
{
	struct worker *w = kthread_data(t);

	if (!READ_ONCE(w->counted) || !READ_ONCE(w->work))
		return;
	spin_lock(&workqueue_lock);
	if (++w->ticks >= HOG_TICKS)
		worker_uncount(w);
	spin_unlock(&workqueue_lock);
}

/* ---- running items ---------------------------------------------------------------- */

static void worker_check_leaks(const struct worker *w)
{
	if (likely(!in_atomic() && !irqs_disabled()))
		return;
	pr_err("BUG: workqueue leaked atomic, lock or RCU: %s[%d]\n"
	       "     preempt=0x%08x lock=%u RCU=0->0 workfn=%ps\n",
	       current->comm, current->pid, preempt_count(), spin_held_count(), (void *)w->func);
	dump_stack();
	add_taint(TAINT_WARN, LOCKDEP_STILL_OK);
	spin_release_held(0);
	preempt_count_sub(preempt_count());
	local_irq_enable();
}

/* Run @work, which is on w->scheduled. */
static void worker_run(struct worker *w, struct work_struct *work)
	__must_hold(&workqueue_lock)
{
	struct workqueue_struct *wq = work->wq;
	const unsigned int color = work->color;

	lockdep_assert_held(&workqueue_lock);
	w->work = work;
	w->func = work->func;
	w->ticket = work->ticket;
	w->wq = wq;
	w->ticks = 0;
	list_add(&w->busy, &workqueue_busy);
	list_del_init(&work->entry);
	work->state = 0;			/* from now on it can be queued again */
	if (wq->flags & WQ_CPU_INTENSIVE)
		worker_uncount(w);
	pool_kick(w->pool);
	spin_unlock_irq(&workqueue_lock);

	w->func(work);				/* which may be gone behind it */
	worker_check_leaks(w);
	cond_resched();

	spin_lock_irq(&workqueue_lock);
	worker_count(w);
	list_del(&w->busy);
	flush_item_done(work, w->ticket);
	w->work = NULL;
	w->wq = NULL;
	wq->nr_done++;
	wq_finish(wq, color);
}

static void worker_run_scheduled(struct worker *w)
	__must_hold(&workqueue_lock)
{
	while (!list_empty(&w->scheduled))
		worker_run(w, list_first_entry(&w->scheduled, struct work_struct, entry));
}

/* To @w, or to the worker that is still running it. */
static void worker_assign(struct worker *w, struct work_struct *work)
{
	struct worker *runs = worker_find(work);

	list_move_tail(&work->entry, runs ? &runs->scheduled : &w->scheduled);
}

static void worker_run_pool(struct worker *w)
	__must_hold(&workqueue_lock)
{
	struct worker_pool *pool = w->pool;

	while (!list_empty(&pool->worklist) && pool->nr_running <= w->counted) {
		worker_assign(w, list_first_entry(&pool->worklist, struct work_struct, entry));
		worker_run_scheduled(w);
	}
}

/* ---- making workers ---------------------------------------------------------------- */

static int worker_main(void *arg);

static struct task_struct *worker_make_thread(struct worker_pool *pool, struct worker *w)
{
	const bool bound = pool->cpu != WORK_CPU_UNBOUND;
	struct task_struct *t;

	if (bound)
		t = kthread_create(worker_main, w, "kworker/%u:%u%s", pool->cpu, w->id,
				   pool->nice < 0 ? "H" : "");
	else
		t = kthread_create(worker_main, w, "kworker/u%u:%u", nr_cpu_ids, w->id);
	if (IS_ERR(t))
		return t;
	kthread_bind_mask(t, bound ? cpumask_of(pool->cpu) : cpu_possible_mask);
	set_user_nice(t, pool->nice);
	return t;
}

/* One for a CPU that has not started yet waits for its first item. */
static int worker_create(struct worker_pool *pool)
{
	struct worker *w = kzalloc(sizeof(*w), GFP_KERNEL);
	unsigned long flags;

	if (!w)
		return -ENOMEM;
	spin_lock_irqsave(&workqueue_lock, flags);
	w->id = pool->last_id++;
	spin_unlock_irqrestore(&workqueue_lock, flags);
	INIT_LIST_HEAD(&w->scheduled);
	w->pool = pool;
	w->task = worker_make_thread(pool, w);
	if (IS_ERR(w->task)) {
		kfree(w);
		return -ENOMEM;
	}
	spin_lock_irqsave(&workqueue_lock, flags);
	pool->nr_workers++;
	pool->nr_idle++;
	w->idle = true;
	list_add(&w->entry, &pool->idle);
	if (pool->cpu == WORK_CPU_UNBOUND || cpu_online(pool->cpu))
		wake_up_process(w->task);
	spin_unlock_irqrestore(&workqueue_lock, flags);
	return 0;
}

static bool pool_needs_worker(struct worker_pool *pool)
{
	unsigned long flags;
	bool needs;

	spin_lock_irqsave(&workqueue_lock, flags);
	needs = !pool->nr_idle && pool_has_work(pool);
	spin_unlock_irqrestore(&workqueue_lock, flags);
	return needs;
}

/* No worker is idle: make one, however long it takes, while others call the rescuers. */
static void pool_manage(struct worker_pool *pool)
	__must_hold(&workqueue_lock)
{
	if (pool->managing)
		return;
	pool->managing = true;
	spin_unlock_irq(&workqueue_lock);
	mod_timer(&pool->mayday, jiffies + MAYDAY_FIRST_TICKS);
	while (pool_needs_worker(pool) && worker_create(pool))
		schedule_timeout_uninterruptible(CREATE_TICKS);
	timer_delete_sync(&pool->mayday);
	spin_lock_irq(&workqueue_lock);
	pool->managing = false;
}

/* ---- a worker's life --------------------------------------------------------------- */

static void worker_enter_idle(struct worker *w)
{
	worker_uncount(w);
	w->idle = true;
	w->pool->nr_idle++;
	list_add(&w->entry, &w->pool->idle);
}

static void worker_leave_idle(struct worker *w)
{
	list_del_init(&w->entry);
	w->pool->nr_idle--;
	w->idle = false;
}

/* At once, so that nobody relies on it any more. */
static void worker_dismiss(struct worker *w)
{
	worker_leave_idle(w);
	w->die = true;
}

/* Idle, until there is work.  False: it is to end. */
static bool worker_wait(struct worker *w)
	__must_hold(&workqueue_lock)
{
	long left = IDLE_TICKS;
	bool spare;

	while (!w->die && !pool_has_work(w->pool)) {
		spare = w->pool->nr_idle > POOL_SPARE;
		if (spare && !left) {
			worker_dismiss(w);
			break;
		}
		set_current_state(TASK_IDLE);
		spin_unlock_irq(&workqueue_lock);
		if (spare)
			left = schedule_timeout(left);
		else
			schedule();
		spin_lock_irq(&workqueue_lock);
	}
	return !w->die;
}

static int worker_main(void *arg)
{
	struct worker *w = arg;
	struct worker_pool *pool = w->pool;

	current->flags |= PF_WQ_WORKER;
	spin_lock_irq(&workqueue_lock);
	while (worker_wait(w)) {
		worker_leave_idle(w);
		if (!pool->nr_idle)
			pool_manage(pool);
		worker_count(w);
		worker_run_pool(w);
		worker_enter_idle(w);
	}
	pool->nr_workers--;
	current->flags &= ~PF_WQ_WORKER;
	spin_unlock_irq(&workqueue_lock);
	kfree(w);
	return 0;
}

/* The oldest stay: what memory holds is then what it was before there were so many. */
static struct worker *pool_youngest_idle(struct worker_pool *pool)
{
	struct worker *w, *youngest = list_first_entry(&pool->idle, struct worker, entry);

	list_for_each_entry(w, &pool->idle, entry)
		if (w->id > youngest->id)
			youngest = w;
	return youngest;
}

void workqueue_trim(void)
{
	struct worker_pool *pool;
	struct worker *w;
	unsigned long flags;

	spin_lock_irqsave(&workqueue_lock, flags);
	list_for_each_entry(pool, &worker_pools, list) {
		while (pool->nr_idle > POOL_SPARE) {
			w = pool_youngest_idle(pool);
			worker_dismiss(w);
			wake_up_process(w->task);
		}
		pool_kick(pool);	/* one of them may have been on his way to an item */
	}
	spin_unlock_irqrestore(&workqueue_lock, flags);
}

static int worker_pool_init(struct worker_pool *pool, unsigned int cpu, int nice)
{
	static unsigned int last_id;		/* (W) */
	unsigned long flags;
	unsigned int nr;

	*pool = (struct worker_pool){
		.cpu = cpu, .nice = nice, .at_once = cpu == WORK_CPU_UNBOUND,
	};
	INIT_LIST_HEAD(&pool->idle);
	INIT_LIST_HEAD(&pool->worklist);
	timer_setup(&pool->mayday, pool_mayday, 0);
	spin_lock_irqsave(&workqueue_lock, flags);
	pool->id = last_id++;
	list_add_tail(&pool->list, &worker_pools);
	spin_unlock_irqrestore(&workqueue_lock, flags);
	for (nr = 0; nr < POOL_SPARE; nr++)
		if (worker_create(pool))
			return -ENOMEM;
	return 0;
}

int workqueue_prepare_cpu(unsigned int cpu)
{
	struct worker_pool *pools = per_cpu(worker_cpu_pools, cpu);

	return worker_pool_init(&pools[0], cpu, 0) ?: worker_pool_init(&pools[1], cpu, MIN_NICE);
}

int worker_pools_init(void)
{
	return workqueue_prepare_cpu(0) ?:
	       worker_pool_init(&worker_unbound_pool, WORK_CPU_UNBOUND, 0);
}

/* ---- rescuers ---------------------------------------------------------------------- */

/* Soft interrupt: somebody has been trying to make a worker for too long. */
static void pool_mayday(struct timer_list *t)
{
	struct worker_pool *pool = from_timer(pool, t, mayday);
	struct work_struct *work;
	unsigned long flags;

	spin_lock_irqsave(&workqueue_lock, flags);
	list_for_each_entry(work, &pool->worklist, entry) {
		if (!work->wq->rescuer)
			continue;
		__cpumask_set_cpu(pool->cpu == WORK_CPU_UNBOUND ? 0 : pool->cpu,
				  &work->wq->mayday);
		wake_up_process(work->wq->rescuer->task);
	}
	spin_unlock_irqrestore(&workqueue_lock, flags);
	mod_timer(t, jiffies + MAYDAY_TICKS);
}

/* Take what @wq has on the list.  False: nothing. */
static bool rescuer_take(struct worker *w, struct workqueue_struct *wq)
{
	struct work_struct *work, *next;

	list_for_each_entry_safe(work, next, &w->pool->worklist, entry)
		if (work->wq == wq)
			worker_assign(w, work);
	return !list_empty(&w->scheduled);
}

/* To the CPU whose pool needs help. */
static void rescuer_go(struct worker *w, unsigned int cpu)
	__must_hold(&workqueue_lock)
{
	w->pool = wq_pool(w->rescues, cpu);
	if (w->pool->cpu == WORK_CPU_UNBOUND)
		return;
	spin_unlock_irq(&workqueue_lock);
	set_cpus_allowed_ptr(current, cpumask_of(cpu));
	spin_lock_irq(&workqueue_lock);
}

/* What @wq has, and what that makes room for, while the pool is short of workers. */
static void rescuer_rescue(struct worker *w, struct workqueue_struct *wq)
	__must_hold(&workqueue_lock)
{
	const unsigned int cpu = cpumask_first(&wq->mayday);

	rescuer_go(w, cpu);
	do {
		__cpumask_clear_cpu(cpu, &wq->mayday);
		if (!rescuer_take(w, wq))
			break;
		worker_run_scheduled(w);
	} while (!w->pool->nr_idle);
	pool_kick(w->pool);
}

static int rescuer_main(void *arg)
{
	struct worker *w = arg;
	struct workqueue_struct *wq = w->rescues;

	current->flags |= PF_WQ_WORKER;
	spin_lock_irq(&workqueue_lock);
	while (!kthread_should_stop() || !cpumask_empty(&wq->mayday)) {
		if (!cpumask_empty(&wq->mayday)) {
			rescuer_rescue(w, wq);
			continue;
		}
		set_current_state(TASK_IDLE);
		spin_unlock_irq(&workqueue_lock);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
		spin_lock_irq(&workqueue_lock);
	}
	current->flags &= ~PF_WQ_WORKER;
	spin_unlock_irq(&workqueue_lock);
	return 0;
}

int rescuer_create(struct workqueue_struct *wq)
{
	struct worker *w = kzalloc(sizeof(*w), GFP_KERNEL);

	if (!w)
		return -ENOMEM;
	INIT_LIST_HEAD(&w->scheduled);
	w->pool = wq_pool(wq, 0);
	w->rescues = wq;
	w->task = kthread_create(rescuer_main, w, "kworker/R-%s", wq->name);
	if (IS_ERR(w->task)) {
		kfree(w);
		return -ENOMEM;
	}
	kthread_bind_mask(w->task, cpu_possible_mask);
	set_user_nice(w->task, MIN_NICE);
	wq->rescuer = w;
	wake_up_process(w->task);
	return 0;
}

void rescuer_destroy(struct workqueue_struct *wq)
{
	if (!wq->rescuer)
		return;
	kthread_stop(wq->rescuer->task);
	kfree(wq->rescuer);
}
