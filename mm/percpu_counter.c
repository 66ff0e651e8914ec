/* SPDX-License-Identifier: MIT */
/*
 * mm/percpu_counter.c - counters that many CPUs change and few read
 *
 * MODEL
 *   Each CPU has a small number of its own; when that would reach the batch, it is taken out
 *   whole, and goes into the sum with one atomic addition:
 *
 *	count  4096    CPU 0: +7    CPU 1: -3	   sum() = 4100, read() = 4096
 *
 *   Linux takes a lock for that step, so that its sum never misses what is on its way; here
 *   it may, for a few instructions.
 *
 * INVARIANTS	a CPU's own number is smaller than the batch that it was last added to with.
 * LOCKING	none: single instructions on the own CPU's number, atomic ones on the sum.
 * CONTEXT	any but NMI; init as its mask says.
 * FAILURE	init: -ENOMEM.
 * NOT HERE	where the numbers lie: percpu.c.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mmdebug.h>
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/smp.h>

const s32 percpu_counter_batch = 32;

int percpu_counter_init(struct percpu_counter *fbc, s64 amount, gfp_t gfp)
{
	fbc->count = amount;
	fbc->counters = alloc_percpu_gfp(s32, gfp);
	return fbc->counters ? 0 : -ENOMEM;
}

void percpu_counter_destroy(struct percpu_counter *fbc)
{
	free_percpu(fbc->counters);
	fbc->counters = NULL;
}

void percpu_counter_set(struct percpu_counter *fbc, s64 amount)
{
	int cpu;

	for_each_possible_cpu(cpu)
		*per_cpu_ptr(fbc->counters, cpu) = 0;
	WRITE_ONCE(fbc->count, amount);
}

void percpu_counter_add_batch(struct percpu_counter *fbc, s64 amount, s32 batch)
{
	s32 own = this_cpu_read(*fbc->counters);

	VM_BUG_ON(batch <= 0 || !fbc->counters);
	do {
		if (own + amount >= batch || own + amount <= -(s64)batch) {
			amount += this_cpu_xchg(*fbc->counters, 0);
			__atomic_fetch_add(&fbc->count, amount, __ATOMIC_RELAXED);
			return;
		}
	} while (!this_cpu_try_cmpxchg(*fbc->counters, &own, (s32)(own + amount)));
}

s64 __percpu_counter_sum(struct percpu_counter *fbc)
{
	s64 sum = percpu_counter_read(fbc);
	int cpu;

	VM_BUG_ON(!fbc->counters);
	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(fbc->counters, cpu));
	return sum;
}

int percpu_counter_compare(struct percpu_counter *fbc, s64 rhs)
{
	const s64 off = (s64)percpu_counter_batch * num_possible_cpus();
	s64 count = percpu_counter_read(fbc);

	if (count - rhs <= off && rhs - count <= off)
		count = __percpu_counter_sum(fbc);
	return (count > rhs) - (count < rhs);
}
