/* SPDX-License-Identifier: MIT */
/* tests/bench/nolock.c - allocation in any context, NMIs too; Linux 6.1 has no such call */
#include <linux/bench.h>
#include <linux/gfp.h>
#include <linux/slab.h>

static u64 kmalloc_64_nolock(u64 n)
{
	u64 start = bench_ticks();

	while (n--)
		kfree_nolock(kmalloc_nolock(64, 0, 0));
	return bench_ticks() - start;
}
BENCH("kmalloc-64-nolock/pair", kmalloc_64_nolock, 5000);
