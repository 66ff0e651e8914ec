/* SPDX-License-Identifier: MIT */
/*
 * sort.c - heap sort
 *
 * The largest element bubbles to the root of a heap and is swapped to the end: no
 * memory, no recursion, n log n whatever the input, which quicksort cannot promise.
 */
#include <linux/math.h>
#include <linux/sort.h>

struct sorter {
	char *base;
	size_t size;
	int (*cmp)(const void *, const void *);
	void (*swap_fn)(void *, void *, int);
};

static void swap_bytes(void *a, void *b, int size)
{
	char *x = a, *y = b;

	while (size--) {
		char t = x[size];

		x[size] = y[size];
		y[size] = t;
	}
}

/* Element @at sinks to its place among its descendants below @num. */
static void sift_down(const struct sorter *s, size_t at, size_t num)
{
	for (;;) {
		size_t child = 2 * at + 1;
		char *c = s->base + child * s->size;

		if (child >= num)
			return;
		if (child + 1 < num && s->cmp(c, c + s->size) < 0) {
			child++;
			c += s->size;
		}
		if (s->cmp(s->base + at * s->size, c) >= 0)
			return;
		s->swap_fn(s->base + at * s->size, c, (int)s->size);
		at = child;
	}
}

void sort(void *base, size_t num, size_t size, int (*cmp)(const void *, const void *),
	  void (*swap_fn)(void *, void *, int size))
{
	struct sorter s = { base, size, cmp, swap_fn ? swap_fn : swap_bytes };

	for (size_t i = num / 2; i-- > 0; )
		sift_down(&s, i, num);
	for (size_t n = num; n-- > 1; ) {
		s.swap_fn(s.base, s.base + n * size, (int)size);
		sift_down(&s, 0, n);
	}
}

unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	/* Bit by bit from the top: is the square of root | bit still within x? */
	for (unsigned long bit = 1UL << 31; bit; bit >>= 1)
		if ((root | bit) * (root | bit) <= x)
			root |= bit;
	return root;
}
