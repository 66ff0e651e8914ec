/* SPDX-License-Identifier: MIT */
/*
 * Core cycles on the machine that this runs on, from its time-stamp counter.
 *
 * The counter ticks at one rate, the core at another that changes.  A chain of
 * multiplications takes three core cycles each, on every x86 of the last fifteen years
 * (additions would not do: newer cores fold chains of them).  Timed right before and after a
 * run, it says how many cycles a tick is.
 */
#ifndef BENCH_CYCLES_H
#define BENCH_CYCLES_H

#include <limits.h>
#include <stdio.h>

typedef unsigned long long ticks_t;

#define IMUL_CYCLES	3
#define CHAIN		16
#define CHAIN_LOOPS	64
#define BENCH_RUNS	400		/* the best counts: the machine has other things to do */

static inline ticks_t chain_ticks(void)
{
	unsigned long x = 3, i;
	ticks_t start = __builtin_ia32_rdtsc();

	for (i = 0; i < CHAIN_LOOPS; i++)
		__asm__ __volatile__(".rept 16; imulq %0, %0; .endr" : "+r"(x) : : "cc");
	return __builtin_ia32_rdtsc() - start;
}

/* Thousandths of a cycle that an operation took: the best of many runs of fn(n). */
static inline ticks_t best_millicycles(ticks_t (*fn)(ticks_t n), ticks_t n, unsigned int runs)
{
	ticks_t best = ULLONG_MAX, chain, ticks, cycles;

	while (runs--) {
		chain = chain_ticks();
		ticks = fn(n);
		if (ticks == ~0ULL)		/* BENCH_FAILED */
			return 0;
		/* Disturbed in a chain, it would make the cycles look few: the shorter one. */
		cycles = chain_ticks();
		chain = cycles < chain ? cycles : chain;
		cycles = ticks * CHAIN * CHAIN_LOOPS * IMUL_CYCLES * 1000 / chain / n;
		best = cycles < best ? cycles : best;
	}
	return best;
}

static inline void bench_report(const char *name, ticks_t (*fn)(ticks_t n), ticks_t n)
{
	ticks_t cost = best_millicycles(fn, n, n > 2000 ? BENCH_RUNS : BENCH_RUNS / 4);

	if (cost)
		printf("bench: %s %llu.%02llu cycles n=%llu\n", name,
		       cost / 1000, cost % 1000 / 10,
		       n);
	else
		printf("bench: %s failed\n", name);
}

#endif /* BENCH_CYCLES_H */
