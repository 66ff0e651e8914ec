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
 *   parked yet may be waiting for him.  He waits halted, with interrupts on: CPUs that share
 *   a real one reach it sooner when nobody spins, and time goes on.  Only when all are parked,
 *   nobody is left to send:
 *
 *	GATHER	parked one by one, halted, and serving calls
 *	HOLD	all are here, and woken; each says that it has read this, and serves no more:
 *		interrupts are off everywhere, and the function runs
 *	RUN	only if others are to run it as well
 *	IDLE	everybody goes on; who is asked late finds nothing to do
 *
 *   That they have gone on is looked at by the next one who stops the world.  (Each time that
 *   all CPUs must have seen something costs a round of the scheduler of a busy host.)
 *
 *   (Linux parks in a thread of highest priority, one for each CPU; here the interrupted
 *   context is looked at instead, which needs no threads.)
 *
 * LOCKING	stop_busy: one at a time, and no CPU comes online meanwhile.  The state is written
 *		by its owner only.
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
	unsigned int state;		/* enum stop_state */
	cpu_stop_fn_t fn;
	void *data;
	const struct cpumask *cpus;
	struct cpumask parked;
	atomic_t held, ran, left;	/* of the parked ones, those who have got so far */
	int ret;
} stop;

static unsigned int stop_busy;
static DEFINE_PER_CPU(call_single_data_t, stop_call);

static unsigned int stop_state(void)
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

	if (smp_is_midway())
		return false;
	return !depth || (depth == PREEMPT_OFFSET && is_idle_task(current));
}

static void stop_wait_while(unsigned int state)
{
	while (stop_state() == state)
		cpu_relax();
}

/* Until all are here: each of them is sent an interrupt then. */
static void stop_doze(void)
{
	smp_call_function_interrupt();		/* what was sent together with this one */
	while (stop_state() == STOP_GATHER) {
		safe_halt();
		local_irq_disable();
	}
}

/* On each of the others, in its interrupt. */
static void stop_park(void *unused)
{
	const unsigned int cpu = smp_processor_id();

	if (stop_state() != STOP_GATHER || cpumask_test_cpu(cpu, &stop.parked) ||
	    !stop_may_park())
		return;
	cpumask_set_cpu(cpu, &stop.parked);
	stop_doze();
	atomic_inc_return(&stop.held);
	stop_wait_while(STOP_HOLD);
	if (stop_state() == STOP_RUN) {
		if (cpumask_test_cpu(cpu, stop.cpus))
			stop_run();
		atomic_inc_return(&stop.ran);
		stop_wait_while(STOP_RUN);
	}
	atomic_inc_return(&stop.left);		/* nothing of it is looked at any more */
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

static void stop_wait_count(const atomic_t *count, unsigned int nr)
{
	while (atomic_read_acquire(count) != (int)nr)
		cpu_relax();
}

/*
 * All are parked, interrupts are off here: nobody else will be told anything.  Each is sent an
 * interrupt, and again after a while: behind an NMI the first one may come just before the halt.
 */
static void stop_hold(const struct cpumask *others, unsigned int nr)
{
	unsigned int cpu, spins;

	smp_store_release(&stop.state, STOP_HOLD);
	while (atomic_read_acquire(&stop.held) != (int)nr) {
		for_each_cpu(cpu, others)
			smp_send_call((int)cpu);
		for (spins = 0; spins < STOP_ASK_SPINS; spins++) {
			if (atomic_read_acquire(&stop.held) == (int)nr)
				break;
			cpu_relax();
		}
	}
}

/* All hold still. */
static void stop_run_on_all(unsigned int nr)
{
	smp_store_release(&stop.state, STOP_RUN);
	if (cpumask_test_cpu(smp_processor_id(), stop.cpus))
		stop_run();
	stop_wait_count(&stop.ran, nr);
}

/* Preemption is off. */
static void stop_the_others(const struct cpumask *others)
{
	const unsigned int nr = cpumask_weight(others);
	unsigned long flags;

	while (!cpumask_equal(&stop.parked, others))
		stop_ask(others);
	local_irq_save(flags);
	stop_hold(others, nr);
	if (stop.cpus)
		stop_run_on_all(nr);
	else
		stop_run();
	smp_store_release(&stop.state, STOP_IDLE);
	local_irq_restore(flags);
}

/* Nobody is parked any more; @others have not come yet. */
static void stop_begin(cpu_stop_fn_t fn, void *data, const struct cpumask *cpus,
		       struct cpumask *others)
{
	stop_wait_count(&stop.left, cpumask_weight(&stop.parked));
	cpumask_copy(others, cpu_online_mask);
	__cpumask_clear_cpu(smp_processor_id(), others);
	stop.fn = fn;
	stop.data = data;
	stop.cpus = cpus;
	stop.ret = 0;
	cpumask_clear(&stop.parked);
	atomic_set(&stop.held, 0);
	atomic_set(&stop.ran, 0);
	atomic_set(&stop.left, 0);
	smp_store_release(&stop.state, STOP_GATHER);
}

void cpus_write_lock(void)
{
	might_sleep();
	while (xchg(&stop_busy, 1))
		schedule_timeout_uninterruptible(1);
}

void cpus_write_unlock(void)
{
	smp_store_release(&stop_busy, 0);
}

int stop_machine(cpu_stop_fn_t fn, void *data, const struct cpumask *cpus)
{
	struct cpumask others;
	int ret;

	cpus_write_lock();		/* who are they?  Nobody comes, nobody else stops them */
	preempt_disable();
	stop_begin(fn, data, cpus, &others);
	stop_the_others(&others);
	ret = stop.ret;
	preempt_enable();
	cpus_write_unlock();
	return ret;
}
