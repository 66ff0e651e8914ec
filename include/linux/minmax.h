/* SPDX-License-Identifier: MIT */
/* min, max and friends: each argument is evaluated once. */
#ifndef _LINUX_MINMAX_H
#define _LINUX_MINMAX_H

#include <linux/types.h>

#undef min
#undef max
#define min(x, y) ({ __auto_type __mx = (x); __auto_type __my = (y); \
	(void)(&__mx == &__my); __mx < __my ? __mx : __my; })
#define max(x, y) ({ __auto_type __mx = (x); __auto_type __my = (y); \
	(void)(&__mx == &__my); __mx > __my ? __mx : __my; })
#define min_t(type, x, y) ({ type __tx = (x); type __ty = (y); __tx < __ty ? __tx : __ty; })
#define max_t(type, x, y) ({ type __tx = (x); type __ty = (y); __tx > __ty ? __tx : __ty; })
#define min3(x, y, z)		min((__typeof__(x))min(x, y), z)
#define max3(x, y, z)		max((__typeof__(x))max(x, y), z)
#define clamp(val, lo, hi)	min((__typeof__(val))max(val, lo), hi)
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
#define min_not_zero(x, y) ({ __auto_type __nx = (x); __auto_type __ny = (y); \
	__nx == 0 ? __ny : (__ny == 0 ? __nx : min(__nx, __ny)); })
#define swap(a, b) \
	do { __typeof__(a) __tmp = (a); (a) = (b); (b) = __tmp; } while (0)

#endif /* _LINUX_MINMAX_H */
