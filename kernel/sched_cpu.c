/* SPDX-License-Identifier: MIT */
/*
 * kernel/sched_cpu.c - on which CPU does a thread run?
 *
 * MODEL
 *   A thread has a set of CPUs that it may run on, and is on the queue of one of them.  It
 *   changes queues
 *
 *	when it is woken	where it ran last if that CPU is idle, or if it ran a moment
 *				ago, for what it works on is still in that cache; else an
 *				idle CPU; else where it ran last.  A real-time thread
 *				rather goes where a less urgent one runs than to wait.
 *	when a CPU has nothing	that takes one from the longest queue, before it idles, and
 *	to do			again at each tick
 *	at every BALANCE_TICKS	a CPU takes half of what the longest queue has more than its
 *				own, rounded up, the ones that have not run for longest
 *	when it must		set_cpus_allowed_ptr(): who waits for a CPU is moved at once;
 *				who runs has its CPU interrupted, which moves it, in the same
 *				step in which it chooses another
 *
 *   Who looks for the longest queue looks without locks, and looks again under them.  To take
 *   is always the taker's work: a CPU that is busy is not asked.
 *
 * INVARIANTS	Q4, Q5 of sched.c.  A queued thread may run on the CPU of its queue, but for
 *		the running one, until its CPU has been interrupted; and if no CPU that it may
 *		run on is there, when it runs anywhere.
 * LOCKING	as sched.c.  Two queues: the lower CPU first, else trylock.
 * CONTEXT	set_cpus_allowed_ptr(): process.  The rest: irqs off.
 * FAILURE	-EINVAL, nothing changed.
 * NOT HERE	who runs: sched.c.
 */
#include <asm/processor.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/smp.h>

#include "sched_rq.h"

#define HOT_NS		500000		/* Linux's sched_migration_cost */
#define BALANCE_TICKS	16		/* 64 ms, as on Linux' smaller domains */

/* ---- waking up ------------------------------------------------------------------- */

/* Does one CPU do it all? */
static bool sched_alone(void)
{
	const unsigned long online = READ_ONCE(__cpu_online_mask.bits[0]);

	return !(online & (online - 1));
}

/* Would @t run there now? */
static bool cpu_is_free_for(unsigned int cpu, const struct task_struct *t)
{
	const struct rq *rq = cpu_rq(cpu);

	if (!READ_ONCE(rq->nr_running))
		return true;
	return t->prio < MAX_RT_PRIO && READ_ONCE(rq->curr_prio) > t->prio;
}

static bool task_is_hot(const struct task_struct *t)
{
	return ktime_get_ns() - READ_ONCE(t->exec_start_ns) < HOT_NS;
}

/* One that is free, from @from on round; @from if none is. */
static unsigned int sched_find_free(const struct task_struct *t, unsigned int from)
{
	const struct cpumask may = { { t->cpus_mask.bits[0] & __cpu_online_mask.bits[0] } };
	unsigned int n, cpu = from;

	for (n = cpumask_weight(&may); n; n--) {
		cpu = cpumask_next((int)cpu, &may);
		if (cpu >= NR_CPUS)
			cpu = cpumask_first(&may);
		if (cpu_is_free_for(cpu, t))
			return cpu;
	}
	return from;
}

unsigned int sched_select_cpu(const struct task_struct *t)
{
	unsigned int cpu = READ_ONCE(t->cpu);

	if (sched_alone() || t->migration_disabled)
		return cpu;
	if (!cpumask_test_cpu(cpu, &t->cpus_mask)) {
		cpu = cpumask_next_and((int)cpu, &t->cpus_mask, cpu_online_mask);
		if (cpu >= NR_CPUS)
			cpu = cpumask_first_and(&t->cpus_mask, cpu_online_mask);
		if (cpu >= NR_CPUS)
			return t->cpu;		/* none of its CPUs is there */
	} else if (t->prio >= MAX_RT_PRIO && task_is_hot(t)) {
		return cpu;
	}
	return cpu_is_free_for(cpu, t) ? cpu : sched_find_free(t, cpu);
}

/* ---- two queues ------------------------------------------------------------------ */

/* @a is locked; lock @b, too, if that can be done without waiting in the wrong order. */
static bool rq_try_lock_second(struct rq *a, struct rq *b) __no_lock_analysis
{
	lockdep_assert_held(&a->lock);
	if (b->cpu < a->cpu)
		return spin_trylock(&b->lock);
	spin_lock_nested(&b->lock, 1);
	return true;
}

void sched_move(struct rq *from, struct rq *to, struct task_struct *t)
{
	lockdep_assert_held(&to->lock);
	rq_dequeue(from, t);
	WRITE_ONCE(t->cpu, to->cpu);
	rq_enqueue(to, t);
	rq_check_preempt(to, t);
}

/* ---- taking from others ---------------------------------------------------------- */

/* The longest queue of those with at least @by more than @than has, and one that waits. */
static struct rq *sched_find_longest(const struct rq *than, unsigned int by)
{
	unsigned int cpu, most = max(READ_ONCE(than->nr_running) + by, 2U) - 1, nr;
	struct rq *longest = NULL;

	for_each_online_cpu(cpu) {
		nr = READ_ONCE(cpu_rq(cpu)->nr_running);
		if (nr <= most)
			continue;
		most = nr;
		longest = cpu_rq(cpu);
	}
	return longest;
}

/* Up to @nr from one list. */
static unsigned int sched_pull_list(struct rq *from, struct rq *to, struct list_head *list,
				    unsigned int nr, bool hot)
{
	struct task_struct *t, *next;
	unsigned int pulled = 0;

	list_for_each_entry_safe(t, next, list, run_list) {
		if (pulled == nr)
			break;
		if (t == from->curr || !sched_allowed(t, to->cpu) || (!hot && task_is_hot(t)))
			continue;
		sched_move(from, to, t);
		pulled++;
	}
	return pulled;
}

static unsigned int sched_pull_array(struct rq *from, struct rq *to, struct prio_array *a,
				     unsigned int nr, bool hot)
{
	unsigned int i, pulled = 0;
	u64 bits;

	for (i = 0; i < PRIO_WORDS && pulled < nr; i++)
		for (bits = a->bits[i]; bits && pulled < nr; bits &= bits - 1)
			pulled += sched_pull_list(from, to,
						  &a->list[i * 64 + __builtin_ctzll(bits)],
						  nr - pulled, hot);
	return pulled;
}

/*
 * Both locked: half of the difference, rounded up: with one thread more than there are CPUs,
 * the one that waits changes sides each time, so that all get their share.  Who has used up its
 * slice has not run for longest.
 */
static unsigned int sched_pull(struct rq *from, struct rq *to, bool hot)
{
	const unsigned int nr = from->nr_running > to->nr_running ?
				(from->nr_running - to->nr_running + 1) / 2 : 0;
	unsigned int pulled;

	pulled = sched_pull_array(from, to, from->expired, nr, hot);
	pulled += sched_pull_array(from, to, from->active, nr - pulled, hot);
	to->nr_pulled += pulled;
	if (pulled)		/* not back again in the same tick */
		WRITE_ONCE(from->next_balance, jiffies + BALANCE_TICKS);
	return pulled;
}

unsigned int sched_pull_idle(struct rq *rq) __no_lock_analysis
{
	struct rq *longest = sched_alone() ? NULL : sched_find_longest(rq, 2);
	unsigned int pulled;

	if (!longest || !rq_try_lock_second(rq, longest))
		return 0;
	pulled = sched_pull(longest, rq, true);
	spin_unlock(&longest->lock);
	return pulled;
}

/* SCHED_SOFTIRQ. */
static void sched_balance(void) __no_lock_analysis
{
	struct rq *rq = this_cpu_ptr(&sched_rq), *longest;
	unsigned long flags;

	spin_lock_irqsave(&rq->lock, flags);
	longest = sched_find_longest(rq, 1);
	if (longest && rq_try_lock_second(rq, longest)) {
		if (!sched_pull(longest, rq, false))
			sched_pull(longest, rq, true);
		spin_unlock(&longest->lock);
	}
	spin_unlock_irqrestore(&rq->lock, flags);
}

/* Not all CPUs in the same tick. */
void sched_balance_tick(struct rq *rq)
{
	if (sched_alone() ||
	    (rq->nr_running && time_before(jiffies, READ_ONCE(rq->next_balance))))
		return;
	WRITE_ONCE(rq->next_balance, jiffies + BALANCE_TICKS + rq->cpu % BALANCE_TICKS / 4);
	if (sched_find_longest(rq, 1))
		raise_softirq_irqoff(SCHED_SOFTIRQ);
}

void sched_balance_init(void)
{
	open_softirq(SCHED_SOFTIRQ, sched_balance);
}

/* ---- where it may run ------------------------------------------------------------ */

struct rq *sched_lock_to_leave(struct rq *rq) __no_lock_analysis
{
	struct task_struct *t = rq->curr;
	struct rq *to;

	for (;;) {
		spin_lock(&rq->lock);
		to = cpu_rq(sched_select_cpu(t));
		if (to == rq || sched_allowed(t, rq->cpu))
			return NULL;
		if (rq_try_lock_second(rq, to))
			return to;
		spin_unlock(&rq->lock);
		cpu_relax();
	}
}

/* It waits for a CPU on which it must not run any more. */
static bool task_is_misplaced(const struct rq *rq, const struct task_struct *t)
{
	return t->array && !sched_allowed(t, rq->cpu) &&
	       cpumask_intersects(&t->cpus_mask, cpu_online_mask);
}

/*
 * If it is in the wrong place: have it moved if it runs, else move it.  True: it is not where
 * it was any more, or might stay.
 */
static bool sched_displace(struct task_struct *t) __no_lock_analysis
{
	struct rq *rq, *to;
	unsigned long flags;
	bool done = true;

	rq = task_rq_lock(t, &flags);
	if (task_is_misplaced(rq, t)) {
		to = cpu_rq(sched_select_cpu(t));
		if (rq->curr == t) {
			rq_resched(rq);
			done = false;
		} else if (rq_try_lock_second(rq, to)) {
			sched_move(rq, to, t);
			spin_unlock(&to->lock);
		} else {
			done = false;
		}
	}
	task_rq_unlock(rq, flags);
	return done;
}

int sched_set_allowed(struct task_struct *t, const struct cpumask *mask)
{
	unsigned long flags;
	struct rq *rq;

	might_sleep();
	if (!cpumask_intersects(mask, cpu_online_mask))
		return -EINVAL;
	rq = task_rq_lock(t, &flags);
	cpumask_copy(&t->cpus_mask, mask);
	task_rq_unlock(rq, flags);
	smp_mb();			/* migrate_enable() */
	while (!sched_displace(t)) {
		if (t != current)
			schedule_timeout_uninterruptible(1);
		else if (preemptible())
			cond_resched();
		else
			break;		/* has been reported; it goes as soon as it may */
	}
	return 0;
}

/* Before its first wake-up, so nobody else looks at it. */
void kthread_bind_mask(struct task_struct *t, const struct cpumask *mask)
{
	const unsigned int cpu = cpumask_first(mask);
	unsigned long flags;
	struct rq *rq;

	if (WARN_ON(READ_ONCE(t->__state) != TASK_NEW || cpu >= NR_CPUS))
		return;
	rq = task_rq_lock(t, &flags);
	cpumask_copy(&t->cpus_mask, mask);
	if (!sched_allowed(t, rq->cpu) && cpu_online(cpu))
		WRITE_ONCE(t->cpu, cpu);
	t->flags |= PF_NO_SETAFFINITY;
	task_rq_unlock(rq, flags);
}

void kthread_bind(struct task_struct *t, unsigned int cpu)
{
	kthread_bind_mask(t, cpumask_of(cpu));
}

/* ---- sums -------------------------------------------------------------------------- */

unsigned long sched_nr_switches(void)
{
	unsigned long sum = 0;
	unsigned int cpu;

	for_each_online_cpu(cpu)
		sum += READ_ONCE(cpu_rq(cpu)->nr_switches);
	return sum;
}

unsigned long sched_nr_pulled(void)
{
	unsigned long sum = 0;
	unsigned int cpu;

	for_each_online_cpu(cpu)
		sum += READ_ONCE(cpu_rq(cpu)->nr_pulled);
	return sum;
}

unsigned int sched_nr_running(void)
{
	unsigned int sum = 0, cpu;

	for_each_online_cpu(cpu)
		sum += READ_ONCE(cpu_rq(cpu)->nr_running);
	return sum;
}
