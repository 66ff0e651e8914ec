/* SPDX-License-Identifier: MIT */
/*
 * kernel/sched.c - which thread runs next?
 *
 * MODEL
 *   Each CPU has a run queue: two arrays of lists, one list for each priority, and a bit for
 *   each list that is not empty.  The first thread of the first list of the active array
 *   runs.  A normal thread whose slice is used up goes to the expired array; when nobody is
 *   active any more, the arrays change places.  So the choice costs the same for two threads
 *   and for two thousand, and no normal thread starves.  (The idea is the O(1) scheduler of
 *   Linux 2.6, without its guesses about who is interactive.)  Real-time threads have no
 *   slice and never expire.
 *
 *	wake ---> active[prio] ---> running ---> waits: on no list
 *		     ^  arrays change |  slice used up
 *		     |  places	      v
 *		     +----------- expired[prio]
 *
 *   A switch happens where a thread waits (schedule()), where an interrupt returns to a
 *   thread that may be preempted, and where preempt_enable() ends what held that up.  Who is
 *   woken on another CPU's queue and should run there at once has that CPU interrupted.
 *
 * INVARIANTS
 *   Q1  a thread is on a list iff array is set; the running one, too, until it waits or must
 *	 leave its CPU.
 *   Q2  bit p of an array is set iff its list p is not empty.
 *   Q3  threads are switched at preempt depth 1, interrupts off, no spinlock held.
 *   Q4  rq->curr is changed by its own CPU only, and never moved to another queue but by it.
 *   Q5  a thread on a list is on the queue of t->cpu.
 *
 * LOCKING	rq->lock, rank LOCK_RQ, irqs off.  All fields of a thread that say (Q) belong to
 *		the lock of the queue of t->cpu, which changes under that lock (task_rq_lock()).
 *		Two queues are locked in the order of their CPUs, or the second by trylock.
 *		Released before the stacks are switched.
 *
 * ORDER
 *   The old stack.  From the choice of its next thread until it stands on that one's stack a
 *   CPU still uses the old one, whose owner may have been woken, moved and chosen elsewhere
 *   by then.  So who has chosen a thread waits, with no lock held, until its on_cpu is 0: an
 *   acquire, which pairs with the release in sched_finish_switch(), behind all that the old
 *   CPU has done with the thread.  No circle of CPUs waits for each other in that way: who
 *   waits has chosen later than the one that it waits for, for a thread can only be chosen
 *   by another after its CPU has chosen somebody else under its lock (Q4).
 *
 *   A wake-up.  waiter: state = X; mb; condition?  waker: condition; mb; state?  One of them
 *   sees the other.  The waiter's schedule() looks at its state once more under its queue's
 *   lock, under which the waker sets it to running: it either sees that, and goes on, or has
 *   left the list before the waker looks, who puts it back.  From then until it is on the list
 *   it is the waker's alone: running, on no list, so no other waker wants it.
 *
 *   A resched.  need_resched is a bit of a per-CPU word and only its own CPU writes it; others
 *   set kicked, under the lock, and send an interrupt, which sets the bit.  kicked goes off
 *   in the next choice, under the lock: what came before is seen by it, what comes later
 *   sends again.
 *
 * CONTEXT	see <linux/sched.h>.
 * FAILURE	waiting where it is forbidden: reported, and no wait.
 * NOT HERE	on which CPU: sched_cpu.c.  Making threads and taking the dead away: kthread.c.
 *		Waiting for time: sleep.c.
 */
#include <asm/processor.h>
#include <asm/switch_to.h>
#include <asm/traps.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>

#include "sched_rq.h"

#define SLICE_TICKS	5		/* of nice 0: 20 ms */
#define RR_PRIO		50		/* sched_set_fifo(): in the middle, as in Linux */
#define RR_PRIO_LOW	98

DEFINE_PER_CPU(struct rq, sched_rq);
static DEFINE_RATELIMIT_STATE(sched_bug_ratelimit, 10000, 10);

/* ---- run queues ------------------------------------------------------------------ */

static void array_add(struct prio_array *a, struct task_struct *t)
{
	list_add_tail(&t->run_list, &a->list[t->prio]);
	a->bits[t->prio / 64] |= 1ULL << t->prio % 64;
	t->array = a;
}

static void array_del(struct task_struct *t)
{
	struct prio_array *a = t->array;

	list_del_init(&t->run_list);
	if (list_empty(&a->list[t->prio]))
		a->bits[t->prio / 64] &= ~(1ULL << t->prio % 64);
	t->array = NULL;
}

static struct task_struct *array_first(struct prio_array *a)
{
	unsigned int i;

	for (i = 0; i < PRIO_WORDS; i++)
		if (a->bits[i])
			return list_first_entry(&a->list[i * 64 + __builtin_ctzll(a->bits[i])],
						struct task_struct, run_list);
	return NULL;
}

static struct rq *task_rq(const struct task_struct *t)
{
	return cpu_rq(READ_ONCE(t->cpu));
}

/*
 * The queue of @t, locked: once it is, the thread does not move to another.  (The static
 * checkers look at one function at a time: this pair is balanced for them.)
 */
struct rq *task_rq_lock(struct task_struct *t, unsigned long *flags) __no_lock_analysis
{
	struct rq *rq;

	for (;;) {
		rq = task_rq(t);
		spin_lock_irqsave(&rq->lock, *flags);
		if (likely(rq == task_rq(t)))
			break;
		spin_unlock_irqrestore(&rq->lock, *flags);
	}
	__release(&rq->lock);
	return rq;
}

void task_rq_unlock(struct rq *rq, unsigned long flags) __no_lock_analysis
{
	__acquire(&rq->lock);
	spin_unlock_irqrestore(&rq->lock, flags);
}

/* More for those with a low nice value: 10 ticks at -20, 5 at 0, 1 at 19. */
static unsigned int prio_slice(int prio)
{
	return max(1, SLICE_TICKS - PRIO_TO_NICE(prio) / 4);
}

void rq_enqueue(struct rq *rq, struct task_struct *t)
{
	lockdep_assert_held(&rq->lock);
	if (!t->time_slice)
		t->time_slice = prio_slice(t->prio);
	array_add(rq->active, t);
	rq->nr_running++;
}

void rq_dequeue(struct rq *rq, struct task_struct *t)
{
	lockdep_assert_held(&rq->lock);
	array_del(t);
	rq->nr_running--;
}

static struct task_struct *rq_pick(struct rq *rq)
{
	struct task_struct *t = array_first(rq->active);

	if (t)
		return t;
	swap(rq->active, rq->expired);
	return array_first(rq->active) ?: rq->idle;
}

void rq_resched(struct rq *rq)
{
	lockdep_assert_held(&rq->lock);
	if (rq->cpu == smp_processor_id()) {
		set_preempt_need_resched();
	} else if (!rq->kicked) {
		rq->kicked = true;
		smp_send_reschedule((int)rq->cpu);
	}
}

void rq_check_preempt(struct rq *rq, const struct task_struct *t)
{
	if (rq->curr == rq->idle || t->prio < rq->curr->prio)
		rq_resched(rq);
}

/* ---- the switch ------------------------------------------------------------------ */

/* On the new stack, whoever it is that runs now; the old one is nobody's any more. */
static void sched_finish_switch(void)
{
	struct task_struct *prev = this_cpu_ptr(&sched_rq)->prev;
	const bool dead = READ_ONCE(prev->__state) == TASK_DEAD;

	lockdep_assert_irqs_disabled();
	smp_store_release(&prev->on_cpu, 0);
	if (unlikely(dead))
		kthread_bury(prev);
}

static void rq_account(struct rq *rq, struct task_struct *prev, struct task_struct *next)
{
	const u64 now = ktime_get_ns();

	prev->sum_exec_ns += now - prev->exec_start_ns;
	prev->exec_start_ns = next->exec_start_ns = now;
	rq->nr_switches++;
}

/* From here on @next is what this CPU runs, though it still stands on the stack of @prev. */
static void rq_set_curr(struct rq *rq, struct task_struct *prev, struct task_struct *next)
{
	lockdep_assert_held(&rq->lock);
	rq_account(rq, prev, next);
	rq->curr = next;
	rq->curr_prio = next == rq->idle ? MAX_PRIO : next->prio;
	rq->prev = prev;
}

static void sched_switch(struct task_struct *prev, struct task_struct *next)
{
	BUG_ON(preempt_count() != 1);	/* Q3 */
	while (unlikely(smp_load_acquire(&next->on_cpu)))
		cpu_relax();		/* another CPU is about to leave its stack */
	WRITE_ONCE(next->on_cpu, 1);
	this_cpu_write(current_task, next);
	switch_stack(&prev->sp, next->sp);
	sched_finish_switch();
}

/* @rq is locked, and @prev done with: who is next? */
static struct task_struct *sched_pick(struct rq *rq, struct task_struct *prev, struct rq *leave)
{
	if (leave && prev->array)
		sched_move(rq, leave, prev);
	if (unlikely(!rq->nr_running) && !leave)
		sched_pull_idle(rq);
	return rq_pick(rq);
}

/* Preempt depth 1.  @preempted: whatever its state is, it stays runnable. */
static void sched_pick_and_switch(bool preempted) __no_lock_analysis
{
	struct task_struct *prev, *next;
	struct rq *rq, *leave = NULL;
	unsigned long flags;

	local_irq_save(flags);
	rq = this_cpu_ptr(&sched_rq);
	prev = rq->curr;
	if (unlikely(!sched_allowed(prev, rq->cpu)))
		leave = sched_lock_to_leave(rq);
	else
		spin_lock(&rq->lock);
	if (!preempted && READ_ONCE(prev->__state) != TASK_RUNNING && prev->array)
		rq_dequeue(rq, prev);
	next = sched_pick(rq, prev, leave);
	clear_preempt_need_resched();	/* also what those that it has pulled asked for */
	rq->kicked = false;
	if (next != prev) {
		preempted ? prev->nivcsw++ : prev->nvcsw++;
		rq_set_curr(rq, prev, next);
	}
	if (unlikely(leave))
		spin_unlock(&leave->lock);	/* not before: see ORDER */
	spin_unlock(&rq->lock);
	if (next != prev)
		sched_switch(prev, next);
	local_irq_restore(flags);
}

void sched_first_switch(void)
{
	sched_finish_switch();
	local_irq_enable();
	preempt_enable();
}

/* ---- waiting --------------------------------------------------------------------- */

static noinline __cold void sched_bug(void)
{
	struct task_ident who = task_ident();

	pr_err("BUG: scheduling while atomic: %s/%d/0x%08x\n", who.comm, who.pid, preempt_count());
	dump_stack();
	add_taint(TAINT_WARN, LOCKDEP_STILL_OK);
}

/* Linux goes on and switches; here it counts as a spurious wake-up: nothing breaks. */
static bool sched_may_wait(void)
{
	const bool forbidden = in_atomic() || (is_idle_task(current) && !task_is_running(current));

	if (likely(!forbidden))
		return true;
	if (__ratelimit(&sched_bug_ratelimit))
		sched_bug();
	__set_current_state(TASK_RUNNING);
	return false;
}

static void sched_schedule(void)
{
	const bool worker = current->flags & PF_WQ_WORKER && !task_is_running(current);

	if (!sched_may_wait())
		return;
	if (worker)
		wq_worker_sleeping(current);	/* another one is to take its place */
	do {
		preempt_disable();
		sched_pick_and_switch(false);
		preempt_enable_no_resched();
	} while (need_resched());
	if (worker)
		wq_worker_running(current);
}

/* preempt_enable() has reached 0.  With interrupts off it must wait for the next one. */
static void sched_preempt(void)
{
	if (!preemptible())
		return;
	do {
		preempt_disable();
		sched_pick_and_switch(true);
		preempt_enable_no_resched();
	} while (need_resched());
}

/* An interrupt is about to return to a thread that may be preempted; interrupts are off. */
static void sched_preempt_irq(void)
{
	do {
		preempt_disable();
		sched_pick_and_switch(true);
		preempt_enable_no_resched();
	} while (need_resched());	/* burying a dead thread wakes another */
}

static void sched_yield(void)
{
	struct task_struct *t = current;
	unsigned long flags;
	struct rq *rq = task_rq_lock(t, &flags);

	if (t->array) {
		rq_dequeue(rq, t);
		rq_enqueue(rq, t);
	}
	task_rq_unlock(rq, flags);
	sched_schedule();
}

/* ---- waking ---------------------------------------------------------------------- */

/*
 * Put @t on a list: the caller has made it runnable and it is on none.  The locked queue, which
 * may be another one by then.  Where it may run can change while no lock is held.
 */
static struct rq *rq_place(struct rq *rq, struct task_struct *t) __no_lock_analysis
{
	unsigned int cpu = sched_select_cpu(t);

	while (cpu != rq->cpu) {
		WRITE_ONCE(t->cpu, cpu);
		spin_unlock(&rq->lock);
		rq = cpu_rq(cpu);
		spin_lock(&rq->lock);
		if (!sched_allowed(t, cpu))
			cpu = sched_select_cpu(t);
	}
	rq_enqueue(rq, t);
	rq_check_preempt(rq, t);
	return rq;
}

static bool sched_wake(struct task_struct *t, unsigned int mask)
{
	unsigned long flags;
	struct rq *rq;
	bool woken;

	smp_mb();			/* what it waits for is visible before its state is read */
	rq = task_rq_lock(t, &flags);
	woken = READ_ONCE(t->__state) & mask;
	if (woken) {
		WRITE_ONCE(t->__state, TASK_RUNNING);
		if (!t->array)
			rq = rq_place(rq, t);
	}
	task_rq_unlock(rq, flags);
	return woken;
}

/* ---- the tick and priorities ----------------------------------------------------- */

void sched_tick(void)
{
	struct rq *rq = this_cpu_ptr(&sched_rq);
	struct task_struct *t = rq->curr;

	if (!t)
		return;			/* before sched_init() */
	if (t->flags & PF_WQ_WORKER)
		wq_worker_tick(t);
	spin_lock(&rq->lock);
	if (t != rq->idle && t->array && t->prio >= MAX_RT_PRIO && !--t->time_slice) {
		array_del(t);
		t->time_slice = prio_slice(t->prio);
		array_add(rq->expired, t);
		rq_resched(rq);
	}
	spin_unlock(&rq->lock);
	sched_balance_tick(rq);
}

void scheduler_ipi(void)
{
	set_preempt_need_resched();
}

void sched_rotate(void)
{
	struct rq *rq = this_cpu_ptr(&sched_rq);
	struct task_struct *t = rq->curr;

	spin_lock(&rq->lock);
	if (t->array) {
		array_del(t);
		array_add(rq->active, t);
	}
	rq_resched(rq);
	spin_unlock(&rq->lock);
}

static void sched_set_prio(struct task_struct *t, int prio)
{
	unsigned long flags;
	struct rq *rq = task_rq_lock(t, &flags);
	struct prio_array *a = t->array;
	const bool lower = prio > t->prio;

	if (a)
		array_del(t);
	t->prio = prio;
	t->time_slice = prio_slice(prio);
	if (a)
		array_add(prio < MAX_RT_PRIO ? rq->active : a, t);	/* never expires */
	if (rq->curr == t)
		rq->curr_prio = prio;
	if (rq->curr == t ? lower : a != NULL)
		rq_resched(rq);
	task_rq_unlock(rq, flags);
}

void sched_set_fifo(struct task_struct *t)
{
	sched_set_prio(t, RR_PRIO);
}

void sched_set_fifo_low(struct task_struct *t)
{
	sched_set_prio(t, RR_PRIO_LOW);
}

void sched_set_normal(struct task_struct *t, int nice)
{
	sched_set_prio(t, NICE_TO_PRIO(clamp(nice, MIN_NICE, MAX_NICE)));
}

void set_user_nice(struct task_struct *t, long nice)
{
	if (READ_ONCE(t->prio) >= MAX_RT_PRIO)
		sched_set_normal(t, clamp_t(int, nice, MIN_NICE, MAX_NICE));
}

int task_nice(const struct task_struct *t)
{
	return max(PRIO_TO_NICE(t->prio), MIN_NICE);
}

u64 task_sched_runtime(struct task_struct *t)
{
	unsigned long flags;
	struct rq *rq = task_rq_lock(t, &flags);
	u64 ns = t->sum_exec_ns;

	if (rq->curr == t)
		ns += ktime_get_ns() - t->exec_start_ns;
	task_rq_unlock(rq, flags);
	return ns;
}

/* ---- the beginning and the end --------------------------------------------------- */

/* Under the queue's lock, so that nobody who is waking us writes over the state. */
void __noreturn sched_exit(void)
{
	unsigned long flags;
	struct rq *rq;

	preempt_disable();
	rq = task_rq_lock(current, &flags);
	__set_current_state(TASK_DEAD);
	task_rq_unlock(rq, flags);
	sched_pick_and_switch(false);
	panic("a dead thread runs");
}

static const struct sched_ops sched_ops = {
	.schedule = sched_schedule,
	.preempt = sched_preempt,
	.timeout = sleep_timeout,
	.yield = sched_yield,
	.wake = sched_wake,
	.set_allowed = sched_set_allowed,
};

void sched_init_cpu(unsigned int cpu, struct task_struct *idle)
{
	struct rq *rq = cpu_rq(cpu);
	unsigned int i, p;

	spin_lock_init_ranked(&rq->lock, LOCK_RQ);
	for (i = 0; i < 2; i++)
		for (p = 0; p < MAX_PRIO; p++)
			INIT_LIST_HEAD(&rq->array[i].list[p]);
	rq->active = &rq->array[0];
	rq->expired = &rq->array[1];
	rq->cpu = cpu;
	rq->idle = idle;
	rq->curr = idle;
	rq->curr_prio = MAX_PRIO;
	idle->cpu = cpu;
	idle->on_cpu = 1;
	idle->flags |= PF_KTHREAD;
	per_cpu(current_task, cpu) = idle;
}

void sched_cpu_start(void)
{
	const struct rq *rq = this_cpu_ptr(&sched_rq);

	WARN_ON(current != rq->idle || !irqs_disabled());
	current->exec_start_ns = ktime_get_ns();
}

void sched_init(void)
{
	unsigned long flags;

	sched_init_cpu((unsigned int)smp_processor_id(), current);
	kthread_adopt(current);
	sched_balance_init();
	sched_set_ops(&sched_ops);
	local_irq_save(flags);
	sched_cpu_start();
	local_irq_restore(flags);
	trap_set_preempt_hook(sched_preempt_irq);
}

void __noreturn sched_idle(void)
{
	current->flags |= PF_IDLE;
	preempt_disable();		/* so it cannot sleep, by the test that everybody makes */
	for (;;) {
		local_irq_disable();
		if (need_resched()) {
			local_irq_enable();
			preempt_enable_no_resched();
			schedule();
			preempt_disable();
		} else {
			safe_halt();	/* an interrupt asks for a switch, and returns here */
		}
	}
}
