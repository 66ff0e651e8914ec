/* SPDX-License-Identifier: MIT */
/*
 * bench-host [GLOB] - the benchmarks of alloc_bench.c as a program, in cycles
 *
 * The same mm/ and lib/, optimised as the kernel is and without sanitizers, on the hosted
 * machine (tests/host/platform.c).  The scheduler's benchmarks need a real one.
 */
#include <fnmatch.h>

#include <linux/bench.h>
#include <linux/cmdline.h>
#include <linux/kernel.h>

#include "../../host/host_os.h"
#include "../../host/platform.h"
#include "cycles.h"

#define BENCH_MEM	(1ULL << 30)

int main(int argc, char **argv)
{
	const char *glob = argc > 1 ? argv[1] : "*";
	const struct bench *b;

	platform_init(BENCH_MEM);
	cmdline_parse("loglevel=4");
	platform_start_mm();
	system_state = SYSTEM_RUNNING;
	for (b = __bench_start; b < __bench_end; b++) {
		if (!fnmatch(glob, b->name, 0))
			bench_report(b->name, b->run, b->n);
		fflush(stdout);
	}
	host_exit(0);
}
