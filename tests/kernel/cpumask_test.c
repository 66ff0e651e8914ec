/* SPDX-License-Identifier: MIT */
/* cpumask_test.c - sets of CPUs against a plain array of flags */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/prandom.h>

#define ROUNDS		200

static bool model_a[NR_CPUS], model_b[NR_CPUS];

static void fill(struct rnd_state *rnd, struct cpumask *m, bool *model)
{
	const u32 density = prandom_u32_state(rnd) % 5;	/* 0: none, 4: all */
	unsigned int cpu;

	cpumask_clear(m);
	for (cpu = 0; cpu < NR_CPUS; cpu++) {
		model[cpu] = prandom_u32_state(rnd) % 4 < density;
		if (model[cpu])
			cpumask_set_cpu(cpu, m);
	}
}

static unsigned int model_next(const bool *model, int n)
{
	unsigned int cpu = (unsigned int)(n + 1);

	while (cpu < NR_CPUS && !model[cpu])
		cpu++;
	return cpu;
}

static void check_one(struct kunit *test, const struct cpumask *m, const bool *model)
{
	unsigned int cpu, weight = 0, seen = 0;
	int n;

	for (cpu = 0; cpu < NR_CPUS; cpu++) {
		weight += model[cpu];
		KUNIT_EXPECT_EQ(test, cpumask_test_cpu(cpu, m), model[cpu]);
	}
	KUNIT_EXPECT_EQ(test, cpumask_weight(m), weight);
	KUNIT_EXPECT_EQ(test, cpumask_empty(m), !weight);
	for (n = -1; n < NR_CPUS; n++)
		KUNIT_EXPECT_EQ(test, cpumask_next(n, m), model_next(model, n));
	for_each_cpu(cpu, m) {
		KUNIT_EXPECT_TRUE(test, model[cpu]);
		seen++;
	}
	KUNIT_EXPECT_EQ(test, seen, weight);
}

static void check_two(struct kunit *test, const struct cpumask *a, const struct cpumask *b)
{
	bool both[NR_CPUS], only[NR_CPUS], either[NR_CPUS], meet = false, within = true;
	struct cpumask m;
	unsigned int cpu;

	for (cpu = 0; cpu < NR_CPUS; cpu++) {
		both[cpu] = model_a[cpu] && model_b[cpu];
		only[cpu] = model_a[cpu] && !model_b[cpu];
		either[cpu] = model_a[cpu] || model_b[cpu];
		meet |= both[cpu];
		within &= !only[cpu];
	}
	KUNIT_EXPECT_EQ(test, cpumask_and(&m, a, b), meet);
	check_one(test, &m, both);
	KUNIT_EXPECT_EQ(test, cpumask_andnot(&m, a, b), !within);
	check_one(test, &m, only);
	cpumask_or(&m, a, b);
	check_one(test, &m, either);
	KUNIT_EXPECT_EQ(test, cpumask_intersects(a, b), meet);
	KUNIT_EXPECT_EQ(test, cpumask_subset(a, b), within);
	KUNIT_EXPECT_EQ(test, cpumask_first_and(a, b), model_next(both, -1));
}

static void masks_are_sets(struct kunit *test)
{
	struct rnd_state rnd;
	struct cpumask a, b;
	unsigned int i;

	prandom_seed_state(&rnd, 42);
	for (i = 0; i < ROUNDS; i++) {
		fill(&rnd, &a, model_a);
		fill(&rnd, &b, model_b);
		check_one(test, &a, model_a);
		check_two(test, &a, &b);
		cpumask_copy(&b, &a);
		KUNIT_EXPECT_TRUE(test, cpumask_equal(&a, &b));
	}
}

static void one_cpu_is_set_and_cleared(struct kunit *test)
{
	struct cpumask m = CPU_MASK_NONE;
	unsigned int cpu;

	for (cpu = 0; cpu < NR_CPUS; cpu++) {
		KUNIT_EXPECT_FALSE(test, cpumask_test_and_set_cpu(cpu, &m));
		KUNIT_EXPECT_TRUE(test, cpumask_test_and_set_cpu(cpu, &m));
		KUNIT_EXPECT_TRUE(test, cpumask_equal(&m, cpumask_of(cpu)));
		KUNIT_EXPECT_EQ(test, cpumask_any_but(&m, cpu), NR_CPUS);
		KUNIT_EXPECT_TRUE(test, cpumask_test_and_clear_cpu(cpu, &m));
		KUNIT_EXPECT_FALSE(test, cpumask_test_and_clear_cpu(cpu, &m));
	}
	KUNIT_EXPECT_TRUE(test, cpumask_empty(&m));
}

/* The CPUs that there are: the first is, and all that run may run. */
static void the_machine_has_cpus(struct kunit *test)
{
	unsigned int cpu, n = 0;
	struct cpumask all;

	for_each_possible_cpu(cpu)
		KUNIT_EXPECT_TRUE(test, cpumask_test_cpu(cpu, cpu_possible_mask));
	KUNIT_EXPECT_EQ(test, cpumask_weight(cpu_possible_mask), num_possible_cpus());
	cpumask_setall(&all);
	KUNIT_EXPECT_TRUE(test, cpumask_equal(&all, cpu_possible_mask));
	KUNIT_EXPECT_TRUE(test, cpumask_subset(cpu_online_mask, cpu_possible_mask));
	KUNIT_EXPECT_TRUE(test, cpu_online(0));
	KUNIT_EXPECT_FALSE(test, cpu_online(NR_CPUS));
	KUNIT_EXPECT_FALSE(test, cpu_possible(-1));
	for_each_online_cpu(cpu)
		n++;
	KUNIT_EXPECT_EQ(test, n, num_online_cpus());
}

static struct kunit_case cpumask_cases[] = {
	KUNIT_CASE(masks_are_sets),
	KUNIT_CASE(one_cpu_is_set_and_cleared),
	KUNIT_CASE(the_machine_has_cpus),
	{}
};

static struct kunit_suite cpumask_suite = {
	.name = "cpumask",
	.test_cases = cpumask_cases,
};
kunit_test_suite(cpumask_suite);
