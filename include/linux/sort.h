/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SORT_H
#define _LINUX_SORT_H

#include <linux/types.h>

/*
 * Sort @num elements of @size bytes in place (heap sort: O(n log n) always, no memory).
 * cmp: < 0, 0, > 0.  swap_fn NULL: bytes are swapped.  Not stable.  Any context.
 */
void sort(void *base, size_t num, size_t size, int (*cmp)(const void *, const void *),
	  void (*swap_fn)(void *, void *, int size));

#endif /* _LINUX_SORT_H */
