/* SPDX-License-Identifier: MIT */
/*
 * malloc-bench - the same loops around the C library's malloc, or LD_PRELOAD's
 *
 * Under the names of alloc_bench.c, so that they can stand side by side.
 */
#include <stdlib.h>
#include <string.h>

#include "cycles.h"

#define BURST		4096
#define BATCH		256
#define MIXED_SLOTS	256

static void *slot[BURST];

/* The compiler knows malloc() and would drop the pair. */
static void *volatile escape;

static inline void *opaque(void *p)
{
	__asm__ __volatile__("" : "+r"(p));
	return p;
}

static inline __attribute__((__always_inline__)) ticks_t malloc_pair(ticks_t n, size_t size)
{
	ticks_t start = __builtin_ia32_rdtsc();

	while (n--)
		free(opaque(malloc(size)));
	return __builtin_ia32_rdtsc() - start;
}

static ticks_t malloc_64(ticks_t n)
{
	return malloc_pair(n, 64);
}

static ticks_t malloc_192(ticks_t n)
{
	return malloc_pair(n, 192);
}

static ticks_t malloc_4096(ticks_t n)
{
	return malloc_pair(n, 4096);
}

static ticks_t malloc_var(ticks_t n)
{
	volatile size_t size = 64;

	return malloc_pair(n, size);
}

static inline __attribute__((__always_inline__)) ticks_t malloc_burst(ticks_t n, size_t size)
{
	ticks_t start = __builtin_ia32_rdtsc(), i;

	for (i = 0; i < n; i++)
		slot[i] = malloc(size);
	for (i = 0; i < n; i++)
		free(slot[i]);
	return __builtin_ia32_rdtsc() - start;
}

static ticks_t malloc_32_burst(ticks_t n)
{
	return malloc_burst(n, 32);
}

static ticks_t malloc_512_burst(ticks_t n)
{
	return malloc_burst(n, 512);
}

static ticks_t malloc_64_batch(ticks_t n)
{
	ticks_t ticks = 0;

	for (; n >= BATCH; n -= BATCH)
		ticks += malloc_burst(BATCH, 64);
	return ticks;
}

static ticks_t calloc_256(ticks_t n)
{
	ticks_t start = __builtin_ia32_rdtsc();

	while (n--)
		free(opaque(calloc(1, 256)));
	return __builtin_ia32_rdtsc() - start;
}

static ticks_t realloc_64_128(ticks_t n)
{
	ticks_t start = __builtin_ia32_rdtsc();

	while (n--)
		free(opaque(realloc(opaque(malloc(64)), 128)));
	return __builtin_ia32_rdtsc() - start;
}

static ticks_t mixed(ticks_t n)
{
	unsigned int r = 2463534242U;
	ticks_t start, ticks, i;

	memset(slot, 0, MIXED_SLOTS * sizeof(slot[0]));
	start = __builtin_ia32_rdtsc();
	while (n--) {
		void **p;

		r ^= r << 13;
		r ^= r >> 17;
		r ^= r << 5;
		p = &slot[r % MIXED_SLOTS];
		if (*p) {
			free(*p);
			*p = NULL;
		} else {
			*p = malloc(1 + ((r >> 8) & ((2U << ((r >> 20) % 12)) - 1)));
		}
	}
	ticks = __builtin_ia32_rdtsc() - start;
	for (i = 0; i < MIXED_SLOTS; i++)
		free(slot[i]);
	return ticks;
}

int main(void)
{
	escape = malloc(1);		/* so that the library has started */
	free(escape);
	bench_report("kmalloc-64/pair", malloc_64, 5000);
	bench_report("kmalloc-var/pair", malloc_var, 5000);
	bench_report("kmem_cache-192/pair", malloc_192, 5000);
	bench_report("kmalloc-32/burst4096", malloc_32_burst, BURST);
	bench_report("krealloc-64-128/pair", realloc_64_128, 3000);
	bench_report("pages-order0/pair", malloc_4096, 3000);
	bench_report("kmalloc-64/batch256", malloc_64_batch, 100 * BATCH);
	bench_report("kzalloc-256/pair", calloc_256, 5000);
	bench_report("kmalloc-512/burst4096", malloc_512_burst, BURST);
	bench_report("mixed/op", mixed, 20000);
	return 0;
}
