/* SPDX-License-Identifier: MIT */
/*
 * kernel/bench.c - run the benchmarks that are linked into the image
 *
 * The first run of each warms the caches up and is thrown away; of the others the best
 * counts, because what disturbs a run (a tick, a refill) only ever adds.
 */
#include <linux/bench.h>
#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/string.h>

#define CALIBRATION_SPAN	1000UL	/* instructions between the two loops below */

/* Ticks of a loop of two instructions, @times over. */
static u64 loop_ticks(unsigned long times)
{
	u64 start = bench_ticks();

	__asm__ __volatile__("1: decq %0; jnz 1b" : "+r"(times) : : "cc");
	return bench_ticks() - start;
}

/* The counter counts instructions iff a longer loop takes exactly that many ticks more. */
const char *bench_unit(void)
{
	unsigned int tries;

	for (tries = 0; tries < 3; tries++) {
		u64 shorter = loop_ticks(CALIBRATION_SPAN);
		u64 longer = loop_ticks(CALIBRATION_SPAN + CALIBRATION_SPAN / 2);

		if (longer - shorter == CALIBRATION_SPAN)
			return "insn";
	}
	return "tsc";
}

static bool bench_one(const struct bench *b, const char *unit)
{
	bool time = b->n > 1 && strcmp(unit, "insn");
	int rounds = time ? BENCH_ROUNDS_OF_TIME : BENCH_ROUNDS, round;
	u64 best = b->run(b->n);

	for (round = 0; best != BENCH_FAILED && round < rounds; round++) {
		u64 ticks = b->run(b->n);

		best = ticks < best || ticks == BENCH_FAILED ? ticks : best;
	}
	if (best == BENCH_FAILED) {
		printk_raw("bench: %s failed\n", b->name);
		return false;
	}
	if (b->rate)
		printk_raw("bench: %s %llu ops/M%s n=%llu\n", b->name,
			   b->cpus * b->n * 1000000 / best, unit, b->n);
	else
		printk_raw("bench: %s %llu %s n=%llu\n", b->name, (best + b->n / 2) / b->n, unit,
			   b->n);
	return true;
}

int bench_run(const char *glob)
{
	const char *unit = bench_unit();
	const struct bench *b;
	int done = 0, failed = 0;

	for (b = __bench_start; b < __bench_end; b++) {
		if (!glob_match(glob, b->name))
			continue;
		if (b->cpus > num_online_cpus())
			printk_raw("bench: %s skipped: it needs %u CPUs\n", b->name, b->cpus);
		else if (bench_one(b, unit))
			done++;
		else
			failed++;
	}
	return failed ? -EINVAL : done;
}
