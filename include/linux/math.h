/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MATH_H
#define _LINUX_MATH_H

#include <linux/types.h>

#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#define DIV_ROUND_UP_ULL(n, d)	DIV_ROUND_DOWN_ULL((unsigned long long)(n) + (d) - 1, (d))
#define DIV_ROUND_CLOSEST(x, d)	(((x) + (d) / 2) / (d))
/* Any multiple; round_up/round_down: powers of two only, and cheaper. */
#define roundup(x, y)		((((x) + (y) - 1) / (y)) * (y))
#define rounddown(x, y)		((x) - (x) % (y))
#define round_up(x, y)		((((x) - 1) | ((__typeof__(x))((y) - 1))) + 1)
#define round_down(x, y)	((x) & ~((__typeof__(x))((y) - 1)))

#undef abs
#define abs(x) ({ __typeof__(x) __ax = (x); __ax < 0 ? -__ax : __ax; })
#define abs_diff(a, b) ({ __auto_type __da = (a); __auto_type __db = (b); \
	__da > __db ? __da - __db : __db - __da; })

unsigned long int_sqrt(unsigned long x);	/* floor(sqrt(x)) */

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = (u32)(dividend % divisor);
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

#endif /* _LINUX_MATH_H */
