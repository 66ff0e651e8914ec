/* SPDX-License-Identifier: MIT */
/* smp_call_test.c - calls to CPUs, as far as one CPU can tell: all of it local */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/smp.h>
#include <linux/stop_machine.h>

static struct {
	atomic_t calls, irqs_on, wrong_info;
} seen;

static void note(void *info)
{
	atomic_inc(&seen.calls);
	if (!irqs_disabled())
		atomic_inc(&seen.irqs_on);
	if (info != &seen)
		atomic_inc(&seen.wrong_info);
}

static int call_init(struct kunit *test)
{
	memset(&seen, 0, sizeof(seen));
	return 0;
}

static void expect_calls(struct kunit *test, unsigned int calls)
{
	KUNIT_EXPECT_EQ(test, atomic_read(&seen.calls), (int)calls);
	KUNIT_EXPECT_EQ(test, atomic_read(&seen.irqs_on), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&seen.wrong_info), 0);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
	atomic_set(&seen.calls, 0);
}

static void call_to_oneself_is_a_call(struct kunit *test)
{
	int cpu = get_cpu();

	KUNIT_EXPECT_EQ(test, smp_call_function_single(cpu, note, &seen, 1), 0);
	KUNIT_EXPECT_EQ(test, smp_call_function_single(cpu, note, &seen, 0), 0);
	put_cpu();
	expect_calls(test, 2);
}

static void call_to_nobody_is_refused(struct kunit *test)
{
	call_single_data_t csd = CSD_INIT(note, &seen);

	KUNIT_EXPECT_EQ(test, smp_call_function_single(NR_CPUS, note, &seen, 1), -ENXIO);
	KUNIT_EXPECT_EQ(test, smp_call_function_single(-1, note, &seen, 1), -ENXIO);
	KUNIT_EXPECT_EQ(test, smp_call_function_single((int)nr_cpu_ids, note, &seen, 0), -ENXIO);
	KUNIT_EXPECT_EQ(test, smp_call_function_single_async(NR_CPUS, &csd), -ENXIO);
	on_each_cpu_mask(&CPU_MASK_NONE, note, &seen, true);
	expect_calls(test, 0);
}

static void async_call_can_be_sent_again(struct kunit *test)
{
	call_single_data_t csd = CSD_INIT(note, &seen);
	int i, cpu = get_cpu();

	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, smp_call_function_single_async(cpu, &csd), 0);
	put_cpu();
	expect_calls(test, 3);
}

static bool only_this(int cpu, void *info)
{
	return cpu == smp_processor_id();
}

static void each_means_each(struct kunit *test)
{
	on_each_cpu(note, &seen, 1);
	expect_calls(test, num_online_cpus());
	smp_call_function(note, &seen, 1);
	expect_calls(test, num_online_cpus() - 1);
	on_each_cpu_mask(cpu_online_mask, note, &seen, true);
	expect_calls(test, num_online_cpus());
	smp_call_function_many(cpu_online_mask, note, &seen, true);
	expect_calls(test, num_online_cpus() - 1);
	on_each_cpu_cond(only_this, note, &seen, true);
	expect_calls(test, 1);
}

static int stopped(void *data)
{
	note(data);
	return 42;
}

static int stopped_well(void *data)
{
	note(data);
	return 0;
}

static void stopped_world_is_all_ours(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, stop_machine(stopped, &seen, NULL), 42);
	expect_calls(test, 1);
	KUNIT_EXPECT_EQ(test, stop_machine(stopped_well, &seen, NULL), 0);
	expect_calls(test, 1);
	KUNIT_EXPECT_EQ(test, stop_machine(stopped, &seen, cpu_online_mask), 42);
	expect_calls(test, num_online_cpus());
	KUNIT_EXPECT_EQ(test, stop_machine(stopped, &seen, &CPU_MASK_NONE), 0);
	expect_calls(test, 0);
}

static struct kunit_case smp_call_cases[] = {
	KUNIT_CASE(call_to_oneself_is_a_call),
	KUNIT_CASE(call_to_nobody_is_refused),
	KUNIT_CASE(async_call_can_be_sent_again),
	KUNIT_CASE(each_means_each),
	KUNIT_CASE(stopped_world_is_all_ours),
	{}
};

static struct kunit_suite smp_call_suite = {
	.name = "smp_call",
	.init = call_init,
	.test_cases = smp_call_cases,
};
kunit_test_suite(smp_call_suite);
