/* SPDX-License-Identifier: MIT */
/* Base-2 logarithms; constants fold.  ilog2(0) is undefined. */
#ifndef _LINUX_LOG2_H
#define _LINUX_LOG2_H

#include <linux/types.h>

#define ilog2(n)	(63 - __builtin_clzll((unsigned long long)(n)))

static inline __attribute__((__const__)) bool is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static inline __attribute__((__const__)) unsigned long roundup_pow_of_two(unsigned long n)
{
	return n <= 1 ? 1 : 1UL << (ilog2(n - 1) + 1);
}

static inline __attribute__((__const__)) unsigned long rounddown_pow_of_two(unsigned long n)
{
	return 1UL << ilog2(n);
}

/* Smallest k with 2^k >= n; 0 for 0 and 1. */
static inline __attribute__((__const__)) int order_base_2(unsigned long n)
{
	return n <= 1 ? 0 : ilog2(n - 1) + 1;
}

/* Smallest order of 4 KiB pages that holds @bytes; 52 for 0, as in Linux. */
static inline __attribute__((__const__)) int get_order(unsigned long bytes)
{
	unsigned long last = (bytes - 1) >> 12;

	return last ? ilog2(last) + 1 : 0;
}

#endif /* _LINUX_LOG2_H */
