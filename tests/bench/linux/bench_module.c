/* SPDX-License-Identifier: MIT */
/*
 * bench_module.c - run the benchmarks as a Linux module, while it is loaded
 *
 * As kernel/bench.c does: the first run warms up, of the others the best counts.
 */
#include <linux/bench.h>
#include <linux/cpumask.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/utsname.h>

#define CALIBRATION_SPAN	1000UL

static u64 __init loop_ticks(unsigned long times)
{
	u64 start = bench_ticks();

	__asm__ __volatile__("1: decq %0; jnz 1b" : "+r"(times) : : "cc");
	return bench_ticks() - start;
}

static bool __init counts_instructions(void)
{
	u64 shorter = loop_ticks(CALIBRATION_SPAN);

	return loop_ticks(CALIBRATION_SPAN + CALIBRATION_SPAN / 2) - shorter == CALIBRATION_SPAN;
}

static void __init bench_one(const struct bench *b, bool insn)
{
	int rounds = insn ? BENCH_ROUNDS : BENCH_ROUNDS_OF_TIME, round;
	u64 best = b->run(b->n);

	for (round = 0; best != BENCH_FAILED && round < rounds; round++) {
		u64 ticks = b->run(b->n);

		best = ticks < best || ticks == BENCH_FAILED ? ticks : best;
	}
	if (best == BENCH_FAILED)
		printk(KERN_NOTICE "bench: %s failed\n", b->name);
	else if (b->rate)
		printk(KERN_NOTICE "bench: %s %llu %s n=%llu\n", b->name,
		       div64_u64(b->cpus * b->n * 1000000, best),
		       insn ? "ops/Minsn" : "ops/Mtsc", b->n);
	else
		printk(KERN_NOTICE "bench: %s %llu %s n=%llu\n", b->name,
		       div64_u64(best + b->n / 2, b->n), insn ? "insn" : "tsc", b->n);
}

/* With several CPUs, only what is about them, and what one of them compares with. */
static bool __init wanted(const struct bench *b)
{
	if (b->cpus > num_online_cpus())
		return false;
	return b->cpus || num_online_cpus() == 1 || !strcmp(b->name, "kmalloc-64/batch256");
}

static int __init bench_module_init(void)
{
	const struct bench *const table[] = { alloc_bench, scale_bench };
	bool insn = counts_instructions();
	const struct bench *b;
	int i;

	printk(KERN_NOTICE "bench-linux: Linux %s\n", init_utsname()->release);
	for (i = 0; i < ARRAY_SIZE(table); i++)
		for (b = table[i]; b->name; b++)
			if (wanted(b))
				bench_one(b, insn);
	printk(KERN_NOTICE "bench-linux: end\n");
	return 0;
}
module_init(bench_module_init);

MODULE_DESCRIPTION("Quarry's allocator benchmarks");
MODULE_LICENSE("Dual MIT/GPL");
