/* SPDX-License-Identifier: MIT */
/*
 * stop_machine.c - everybody holds still while one function runs
 *
 * MODEL
 *   The others are sent a call, in whose interrupt they wait.  Not just anywhere: who was
 *   interrupted with preemption or soft interrupts off may hold a lock, or be in the middle
 *   of something that is nobody's business; he goes on, and is asked again.
 *
 *   Who waits for the rest still serves what other CPUs send to him, for somebody who is not
 *   parked yet may be waiting for him.  Only when all are parked, nobody is left to send:
 *
 *	GATHER	parked one by one, and serving calls
 *	HOLD	all are here; each says that it has read this, and serves no more
 *	RUN	the function runs, interrupts are off everywhere
 *	IDLE	everybody goes on; who is asked late finds nothing to do
 *
 *   (Linux parks in a thread of highest priority, one for each CPU; here the interrupted
 *   context is looked at instead, which needs no threads.)
 *
 * LOCKING	stop_busy: one at a time.  The state is written by its owner only.
 * CONTEXT	see <linux/stop_machine.h>.
 * FAILURE	none.
 */
#include <asm/processor.h>
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/stop_machine.h>

#define STOP_ASK_SPINS	2000		/* until those who could not park are asked again */

enum stop_state { STOP_IDLE, STOP_GATHER, STOP_HOLD, STOP_RUN };

static struct {
	enum stop_state state;
	cpu_stop_fn_t fn;
	void *data;
	const struct cpumask *cpus;
	struct cpumask parked;
	atomic_t ready;			/* of the parked ones, those who have got so far */
	int ret;
} stop;

static unsigned int stop_busy;
static DEFINE_PER_CPU(call_single_data_t, stop_call);

static enum stop_state stop_state(void)
{
	return smp_load_acquire(&stop.state);
}

static void stop_run(void)
{
	const int ret = stop.fn(stop.data);

	if (ret)
		WRITE_ONCE(stop.ret, ret);
}

/* Has this interrupt come to somebody who could have been preempted?  The idle loop cannot
 * be, by convention, but waits for nothing but interrupts. */
static bool stop_may_park(void)
{
	const unsigned int depth = preempt_count() - HARDIRQ_OFFSET;

	return !depth || (depth == PREEMPT_OFFSET && is_idle_task(current));
}

static void stop_ready(enum stop_state next)
{
	atomic_inc_return(&stop.ready);
	while (stop_state() != next)
		cpu_relax();
}

/* On each of the others, in its interrupt. */
static void stop_park(void *unused)
{
	const unsigned int cpu = smp_processor_id();

	if (stop_state() != STOP_GATHER || cpumask_test_cpu(cpu, &stop.parked) ||
	    !stop_may_park())
		return;
	cpumask_set_cpu(cpu, &stop.parked);
	while (stop_state() == STOP_GATHER) {
		smp_call_function_interrupt();
		cpu_relax();
	}
	stop_ready(STOP_RUN);
	if (stop.cpus && cpumask_test_cpu(cpu, stop.cpus))
		stop_run();
	stop_ready(STOP_IDLE);
	atomic_inc_return(&stop.ready);		/* nothing of it is looked at any more */
}

/* Ask those who are not here yet, and give them some time. */
static void stop_ask(const struct cpumask *others)
{
	unsigned int cpu, spins;

	for_each_cpu(cpu, others) {
		call_single_data_t *csd = per_cpu_ptr(&stop_call, cpu);

		if (cpumask_test_cpu(cpu, &stop.parked))
			continue;
		if (!csd->func)
			INIT_CSD(csd, stop_park, NULL);
		smp_call_function_single_async((int)cpu, csd);
	}
	for (spins = 0; spins < STOP_ASK_SPINS && !cpumask_equal(&stop.parked, others); spins++)
		cpu_relax();
}

static void stop_wait_ready(unsigned int nr)
{
	while (atomic_read_acquire(&stop.ready) != (int)nr)
		cpu_relax();
	atomic_set(&stop.ready, 0);
}

/* Preemption is off. */
static void stop_the_others(const struct cpumask *others)
{
	const unsigned int nr = cpumask_weight(others);
	unsigned long flags;

	while (!cpumask_equal(&stop.parked, others))
		stop_ask(others);
	local_irq_save(flags);
	smp_store_release(&stop.state, STOP_HOLD);
	stop_wait_ready(nr);
	smp_store_release(&stop.state, STOP_RUN);
	if (!stop.cpus || cpumask_test_cpu(smp_processor_id(), stop.cpus))
		stop_run();
	stop_wait_ready(nr);
	smp_store_release(&stop.state, STOP_IDLE);
	stop_wait_ready(nr);
	local_irq_restore(flags);
}

int stop_machine(cpu_stop_fn_t fn, void *data, const struct cpumask *cpus)
{
	struct cpumask others;
	int ret;

	might_sleep();
	while (xchg(&stop_busy, 1))
		schedule_timeout_uninterruptible(1);
	preempt_disable();
	cpumask_copy(&others, cpu_online_mask);
	__cpumask_clear_cpu(smp_processor_id(), &others);
	stop.fn = fn;
	stop.data = data;
	stop.cpus = cpus;
	stop.ret = 0;
	cpumask_clear(&stop.parked);
	atomic_set(&stop.ready, 0);
	smp_store_release(&stop.state, STOP_GATHER);
	stop_the_others(&others);
	ret = stop.ret;
	preempt_enable();
	smp_store_release(&stop_busy, 0);
	return ret;
}
