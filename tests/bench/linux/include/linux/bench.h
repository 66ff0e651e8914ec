/* SPDX-License-Identifier: MIT */
/*
 * What our <linux/bench.h> and newer kernels have, for the benchmarks as a Linux module.
 * bench_module.c walks the tables.
 */
#ifndef _BENCH_LINUX_H
#define _BENCH_LINUX_H

#include <linux/gfp.h>
#include <linux/types.h>
#include <linux/version.h>
#include <asm/msr.h>

#define BENCH_ROUNDS		5
#define BENCH_ROUNDS_OF_TIME	40

struct bench {
	const char *name;
	u64 (*run)(u64 n);
	u64 n;
	unsigned int cpus;
	bool rate;
};

#define BENCH_FAILED	(~0ULL)

#define BENCH_TABLE(table, ...) \
	const struct bench table[] = { __VA_ARGS__, { } }

extern const struct bench alloc_bench[], scale_bench[];

static inline u64 bench_ticks(void)
{
	return rdtsc();
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
#define alloc_pages_bulk(gfp, nr, pages)	alloc_pages_bulk_array(gfp, nr, pages)
#endif

#endif /* _BENCH_LINUX_H */
