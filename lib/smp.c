/* SPDX-License-Identifier: MIT */
/*
 * smp.c - which CPUs there are, and functions that one sends to another
 *
 * MODEL
 *   Each CPU has a list of calls that others have sent to it.  A sender pushes with one
 *   compare-and-exchange; if the list was empty it sends an interrupt as well, for then
 *   nobody has announced it yet.  The receiver takes the whole list with one exchange, and
 *   calls in the order of sending.
 *
 *	CPU 0:	csd --push--> queue of CPU 2 --xchg--> func(info), in CPU 2's interrupt
 *	  waits: csd->flags <--------- unlock ----------'
 *
 *   Who waits has the call on its stack; who does not uses one of its CPU's own, and waits
 *   until that one is free again.  A call to many takes one of a row, a place for each CPU.
 *
 * INVARIANTS
 *   I1  a call is on a queue only while CSD_LOCK is set; the sender sets it, the receiver
 *	 clears it: before func, but for those that are waited for (CSD_SYNC), after.
 *   I2  a queue is not empty only until the interrupt that its first push has sent.
 *   I3  a call that has been taken is run before anybody on its CPU waits for anything: a
 *	 function that parks its CPU runs the others meanwhile (lib/stop_machine.c).
 *
 * LOCKING	none.  A CPU's own calls are used with preemption off.
 * CONTEXT	see <linux/smp.h>.
 * FAILURE	-ENXIO, nothing sent.
 * NOT HERE	the interrupts themselves: kernel/smp.c, through struct smp_ops.
 */
#include <asm/processor.h>
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#define CSD_LOCK	1U
#define CSD_SYNC	2U
#define CSD_HALTED	4U		/* who waits for it sleeps, on CPU ... */
#define CSD_CPU(n)	((n) * 0x100U)
#define CSD_SPINS	200U		/* some microseconds */

static DEFINE_PER_CPU(call_single_data_t *, call_queue);	/* others push, the CPU takes all */
static DEFINE_PER_CPU(call_single_data_t *, call_todo);	/* the CPU's own, irqs off */
static DEFINE_PER_CPU(call_single_data_t, call_own);
static DEFINE_PER_CPU(call_single_data_t, call_row)[NR_CPUS];

unsigned int nr_cpu_ids = 1;
struct cpumask __cpu_possible_mask = { { 1 } };
struct cpumask __cpu_online_mask = { { 1 } };

static const struct smp_ops *smp_ops;

#define BIT2(n)		{ { 1UL << (n) } }, { { 2UL << (n) } }
#define BIT4(n)		BIT2(n), BIT2((n) + 2)
#define BIT16(n)	BIT4(n), BIT4((n) + 4), BIT4((n) + 8), BIT4((n) + 12)
const struct cpumask cpu_bit_mask[NR_CPUS] = { BIT16(0), BIT16(16), BIT16(32), BIT16(48) };

void smp_set_ops(const struct smp_ops *ops)
{
	smp_store_release(&smp_ops, ops);
}

void set_cpu_online(unsigned int cpu, bool online)
{
	if (WARN_ON_ONCE(!cpu_possible(cpu)))
		return;
	if (online)
		cpumask_set_cpu(cpu, &__cpu_online_mask);
	else
		cpumask_clear_cpu(cpu, &__cpu_online_mask);
}

void set_nr_cpu_ids(unsigned int nr)
{
	if (WARN_ON_ONCE(!nr || nr > NR_CPUS))
		return;
	nr_cpu_ids = nr;
	cpumask_setall(&__cpu_possible_mask);
}

/* ---- calls ----------------------------------------------------------------------- */

/*
 * Where the other CPU may wait for this one to let go of a real one (spin_unfair), spinning keeps
 * it from answering: halt then, and have it wake us.  With interrupts off: if it is done by now,
 * nothing happens; if it is done after the look, its interrupt ends the halt.
 */
static void csd_halt(call_single_data_t *csd)
{
	unsigned int flags;

	local_irq_disable();
	flags = READ_ONCE(csd->flags);
	if (flags & CSD_LOCK && (flags & CSD_HALTED ||
	    try_cmpxchg(&csd->flags, &flags, flags | CSD_HALTED | CSD_CPU(smp_processor_id()))))
		safe_halt();
	else
		local_irq_enable();
}

static void csd_wait(call_single_data_t *csd)
{
	unsigned int spins = 0;

	while (smp_load_acquire(&csd->flags) & CSD_LOCK) {
		cpu_relax();
		if (spin_unfair && ++spins > CSD_SPINS && !irqs_disabled())
			csd_halt(csd);
	}
}

static void csd_unlock(call_single_data_t *csd)
{
	const unsigned int flags = xchg(&csd->flags, 0);

	if (unlikely(flags & CSD_HALTED))
		smp_ops->send_reschedule(flags / CSD_CPU(1));
}

static void csd_push(unsigned int cpu, call_single_data_t *csd)
{
	call_single_data_t **queue = per_cpu_ptr(&call_queue, cpu);

	call_single_data_t *first = READ_ONCE(*queue);

	do {
		csd->next = first;
	} while (!try_cmpxchg(queue, &first, csd));	/* from here on it is the other CPU's */
	if (!first)
		smp_ops->send_call(cpu);
}

/* Wait until @csd is free, fill it, and off it goes. */
static void csd_send(unsigned int cpu, call_single_data_t *csd, smp_call_func_t fn, void *info,
		     bool wait)
{
	csd_wait(csd);
	csd->func = fn;
	csd->info = info;
	csd->flags = CSD_LOCK | (wait ? CSD_SYNC : 0);
	csd_push(cpu, csd);
}

static call_single_data_t *csd_reverse(call_single_data_t *csd)
{
	call_single_data_t *first = NULL, *next;

	for (; csd; csd = next) {
		next = csd->next;
		csd->next = first;
		first = csd;
	}
	return first;
}

static void csd_run(call_single_data_t *csd)
{
	const smp_call_func_t fn = csd->func;
	void *const info = csd->info;

	if (csd->flags & CSD_SYNC) {
		fn(info);
		csd_unlock(csd);
	} else {
		csd_unlock(csd);		/* fn may send it again */
		fn(info);
	}
}

/* What has been taken and not run yet is the CPU's, not ours: fn may come here again. */
void smp_call_function_interrupt(void)
{
	call_single_data_t **todo = this_cpu_ptr(&call_todo), *csd;

	lockdep_assert_irqs_disabled();
	for (;;) {
		if (!*todo)
			*todo = csd_reverse(xchg(this_cpu_ptr(&call_queue), NULL));
		csd = *todo;
		if (!csd)
			break;
		*todo = csd->next;
		csd_run(csd);
	}
}

/* ---- sending --------------------------------------------------------------------- */

static void smp_call_here(smp_call_func_t fn, void *info)
{
	unsigned long flags;

	local_irq_save(flags);
	fn(info);
	local_irq_restore(flags);
}

/*
 * With interrupts off, two CPUs could wait for each other; in an interrupt, it may have
 * interrupted a sender whose call it would wait for.
 */
static void smp_check_context(void)
{
	WARN_ON_ONCE((irqs_disabled() || !in_task()) && system_state == SYSTEM_RUNNING &&
		     !oops_in_progress);
}

int smp_call_function_single(int cpu, smp_call_func_t fn, void *info, int wait)
{
	call_single_data_t mine = CSD_INIT(NULL, NULL), *csd;
	int err = 0;

	preempt_disable();
	if (cpu == smp_processor_id()) {
		smp_call_here(fn, info);
	} else if (!cpu_online(cpu)) {
		err = -ENXIO;
	} else {
		smp_check_context();
		csd = wait ? &mine : this_cpu_ptr(&call_own);
		csd_send((unsigned int)cpu, csd, fn, info, wait);
		if (wait)
			csd_wait(csd);
	}
	preempt_enable();
	return err;
}

int smp_call_function_single_async(int cpu, call_single_data_t *csd)
{
	unsigned int idle = 0;
	int err = 0;

	preempt_disable();
	if (!cpu_online(cpu))
		err = -ENXIO;
	else if (!try_cmpxchg(&csd->flags, &idle, CSD_LOCK))
		err = -EBUSY;
	else if (cpu != smp_processor_id())
		csd_push((unsigned int)cpu, csd);
	else {
		csd_unlock(csd);
		smp_call_here(csd->func, csd->info);
	}
	preempt_enable();
	return err;
}

/* Send to all of @mask that are online, the own CPU not; preemption is off. */
static void smp_send_many(const struct cpumask *mask, smp_call_func_t fn, void *info, bool wait)
{
	call_single_data_t *row = *this_cpu_ptr(&call_row);
	struct cpumask to;
	unsigned int cpu;

	cpumask_and(&to, mask, cpu_online_mask);
	__cpumask_clear_cpu(smp_processor_id(), &to);
	if (cpumask_empty(&to))
		return;
	smp_check_context();
	for_each_cpu(cpu, &to)
		csd_send(cpu, &row[cpu], fn, info, wait);
}

/* Those that were not sent to are not locked. */
static void smp_wait_many(const struct cpumask *mask)
{
	call_single_data_t *row = *this_cpu_ptr(&call_row);
	unsigned int cpu;

	for_each_cpu(cpu, mask)
		csd_wait(&row[cpu]);
}

static void smp_call_mask(const struct cpumask *mask, smp_call_func_t fn, void *info, bool wait,
			  bool here)
{
	preempt_disable();
	smp_send_many(mask, fn, info, wait);
	if (here && cpumask_test_cpu(smp_processor_id(), mask))
		smp_call_here(fn, info);
	if (wait)
		smp_wait_many(mask);
	preempt_enable();
}

void smp_call_function_many(const struct cpumask *mask, smp_call_func_t fn, void *info, bool wait)
{
	smp_call_mask(mask, fn, info, wait, false);
}

void smp_call_function(smp_call_func_t fn, void *info, int wait)
{
	smp_call_mask(cpu_online_mask, fn, info, wait, false);
}

void on_each_cpu_mask(const struct cpumask *mask, smp_call_func_t fn, void *info, bool wait)
{
	smp_call_mask(mask, fn, info, wait, true);
}

void on_each_cpu(smp_call_func_t fn, void *info, int wait)
{
	smp_call_mask(cpu_online_mask, fn, info, wait, true);
}

void on_each_cpu_cond(smp_cond_func_t cond, smp_call_func_t fn, void *info, bool wait)
{
	struct cpumask mask = CPU_MASK_NONE;
	unsigned int cpu;

	preempt_disable();
	for_each_online_cpu(cpu)
		if (cond((int)cpu, info))
			__cpumask_set_cpu(cpu, &mask);
	smp_call_mask(&mask, fn, info, wait, true);
	preempt_enable();
}

void smp_send_call(int cpu)
{
	const struct smp_ops *ops = READ_ONCE(smp_ops);

	if (ops && cpu_online(cpu))
		ops->send_call((unsigned int)cpu);
}

void smp_send_reschedule(int cpu)
{
	const struct smp_ops *ops = READ_ONCE(smp_ops);

	if (ops && cpu_online(cpu))
		ops->send_reschedule((unsigned int)cpu);
}

bool smp_is_midway(void)
{
	const struct smp_ops *ops = READ_ONCE(smp_ops);

	return ops && ops->is_midway();
}

void smp_send_stop(void)
{
	const struct smp_ops *ops = READ_ONCE(smp_ops);

	if (ops)
		ops->stop_others();	/* also those that are not online yet */
}
