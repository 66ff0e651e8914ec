/* SPDX-License-Identifier: MIT */
/*
 * Sets of CPUs.  NR_CPUS bits are one word, so that every question is an instruction or two.
 * cpumask_set_cpu() and its kin are atomic, those with __ are not; what works on whole masks
 * is not, either.  Searches that find nothing give a number >= nr_cpu_ids.
 */
#ifndef _LINUX_CPUMASK_H
#define _LINUX_CPUMASK_H

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define NR_CPUS			64

typedef struct cpumask {
	unsigned long bits[1];
} cpumask_t;
static_assert(NR_CPUS == BITS_PER_LONG, "a mask is one word");

typedef struct cpumask cpumask_var_t[1];

/* lib/smp.c.  CPUs that may ever run are 0..nr_cpu_ids-1; 1 until kernel/smp.c has looked. */
extern unsigned int nr_cpu_ids;
extern struct cpumask __cpu_possible_mask, __cpu_online_mask;
extern const struct cpumask cpu_bit_mask[NR_CPUS];

#define cpu_possible_mask	((const struct cpumask *)&__cpu_possible_mask)
#define cpu_present_mask	cpu_possible_mask
#define cpu_online_mask		((const struct cpumask *)&__cpu_online_mask)
#define cpumask_of(cpu)		(&cpu_bit_mask[cpu])
#define CPU_MASK_NONE		((cpumask_t){ { 0 } })
#define CPU_MASK_ALL		((cpumask_t){ { ~0UL } })

static inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *m)
{
	set_bit(cpu, m->bits);
}

static inline void cpumask_clear_cpu(unsigned int cpu, struct cpumask *m)
{
	clear_bit(cpu, m->bits);
}

static inline void __cpumask_set_cpu(unsigned int cpu, struct cpumask *m)
{
	__set_bit(cpu, m->bits);
}

static inline void __cpumask_clear_cpu(unsigned int cpu, struct cpumask *m)
{
	__clear_bit(cpu, m->bits);
}

static inline bool cpumask_test_cpu(unsigned int cpu, const struct cpumask *m)
{
	return test_bit(cpu, m->bits);
}

static inline bool cpumask_test_and_set_cpu(unsigned int cpu, struct cpumask *m)
{
	return test_and_set_bit(cpu, m->bits);
}

static inline bool cpumask_test_and_clear_cpu(unsigned int cpu, struct cpumask *m)
{
	return test_and_clear_bit(cpu, m->bits);
}

static inline void cpumask_clear(struct cpumask *m)
{
	m->bits[0] = 0;
}

/* Every CPU that may ever run. */
static inline void cpumask_setall(struct cpumask *m)
{
	m->bits[0] = ~0UL >> (NR_CPUS - nr_cpu_ids);
}

static inline void cpumask_copy(struct cpumask *to, const struct cpumask *from)
{
	to->bits[0] = READ_ONCE(from->bits[0]);
}

/* True: the result has a CPU in it. */
static inline bool cpumask_and(struct cpumask *to, const struct cpumask *a,
			       const struct cpumask *b)
{
	to->bits[0] = a->bits[0] & b->bits[0];
	return to->bits[0] != 0;
}

static inline bool cpumask_andnot(struct cpumask *to, const struct cpumask *a,
				  const struct cpumask *b)
{
	to->bits[0] = a->bits[0] & ~b->bits[0];
	return to->bits[0] != 0;
}

static inline void cpumask_or(struct cpumask *to, const struct cpumask *a,
			      const struct cpumask *b)
{
	to->bits[0] = a->bits[0] | b->bits[0];
}

static inline bool cpumask_empty(const struct cpumask *m)
{
	return READ_ONCE(m->bits[0]) == 0;
}

static inline bool cpumask_equal(const struct cpumask *a, const struct cpumask *b)
{
	return a->bits[0] == b->bits[0];
}

static inline bool cpumask_intersects(const struct cpumask *a, const struct cpumask *b)
{
	return (a->bits[0] & b->bits[0]) != 0;
}

static inline bool cpumask_subset(const struct cpumask *part, const struct cpumask *of)
{
	return (part->bits[0] & ~of->bits[0]) == 0;
}

static inline unsigned int cpumask_weight(const struct cpumask *m)
{
	return hweight64(m->bits[0]);
}

/* The next one above @n; -1: the first. */
static inline unsigned int cpumask_next(int n, const struct cpumask *m)
{
	unsigned long left;

	if (n + 1 >= NR_CPUS)
		return NR_CPUS;
	left = READ_ONCE(m->bits[0]) & ~0UL << (n + 1);
	return left ? (unsigned int)__ffs(left) : NR_CPUS;
}

static inline unsigned int cpumask_first(const struct cpumask *m)
{
	return cpumask_next(-1, m);
}

static inline unsigned int cpumask_next_and(int n, const struct cpumask *a,
					    const struct cpumask *b)
{
	const struct cpumask both = { { READ_ONCE(a->bits[0]) & READ_ONCE(b->bits[0]) } };

	return cpumask_next(n, &both);
}

static inline unsigned int cpumask_first_and(const struct cpumask *a, const struct cpumask *b)
{
	return cpumask_next_and(-1, a, b);
}

/* Any of @m, but not @cpu. */
static inline unsigned int cpumask_any_but(const struct cpumask *m, unsigned int cpu)
{
	const struct cpumask rest = { { READ_ONCE(m->bits[0]) & ~(1UL << cpu) } };

	return cpumask_first(&rest);
}

#define cpumask_any(m)		cpumask_first(m)
#define cpumask_any_and(a, b)	cpumask_first_and(a, b)

#define for_each_cpu(cpu, m)						\
	for ((cpu) = cpumask_first(m); (unsigned int)(cpu) < NR_CPUS;	\
	     (cpu) = cpumask_next((int)(cpu), m))
#define for_each_cpu_and(cpu, a, b)						\
	for ((cpu) = cpumask_first_and(a, b); (unsigned int)(cpu) < NR_CPUS;	\
	     (cpu) = cpumask_next_and((int)(cpu), a, b))
#define for_each_possible_cpu(cpu) \
	for ((cpu) = 0; (unsigned int)(cpu) < nr_cpu_ids; (cpu)++)
#define for_each_present_cpu(cpu)	for_each_possible_cpu(cpu)
#define for_each_online_cpu(cpu)	for_each_cpu(cpu, cpu_online_mask)

#define cpu_possible(cpu)	((unsigned int)(cpu) < nr_cpu_ids)
#define cpu_present(cpu)	cpu_possible(cpu)
#define cpu_online(cpu) \
	((unsigned int)(cpu) < NR_CPUS && cpumask_test_cpu(cpu, cpu_online_mask))
#define num_possible_cpus()	nr_cpu_ids
#define num_present_cpus()	nr_cpu_ids
#define num_online_cpus()	cpumask_weight(cpu_online_mask)

#endif /* _LINUX_CPUMASK_H */
