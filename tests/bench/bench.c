/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/bench.c - what one operation of each allocator costs
 *
 * The names are those of the table in docs/benchmarks.md; the loops are the ones that the
 * Linux figures there were measured with: a pair is an allocation and its free, hot, loop
 * included; a burst is 4096 allocations and then 4096 frees, per pair.
 */
#include <linux/bench.h>
#include <linux/gfp.h>
#include <linux/kernel_main.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define BURST		4096
#define BULK		64

static void *slot[BURST];

/* ---- kmalloc and caches ---------------------------------------------------------- */

static u64 kmalloc_64(u64 n)
{
	u64 start = bench_ticks();

	while (n--)
		kfree(kmalloc(64, GFP_KERNEL));
	return bench_ticks() - start;
}
BENCH("kmalloc-64/pair", kmalloc_64, 5000);

static u64 kmalloc_var(u64 n)
{
	volatile size_t opaque = 64;
	size_t size = opaque;
	u64 start = bench_ticks();

	while (n--)
		kfree(kmalloc(size, GFP_KERNEL));
	return bench_ticks() - start;
}
BENCH("kmalloc-var/pair", kmalloc_var, 5000);

static u64 kmem_cache_192(u64 n)
{
	struct kmem_cache *s = kmem_cache_create("bench-192", 192, 0, 0, NULL);
	u64 start, ticks;

	if (!s)
		return 0;
	start = bench_ticks();
	while (n--)
		kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
	ticks = bench_ticks() - start;
	kmem_cache_destroy(s);
	return ticks;
}
BENCH("kmem_cache-192/pair", kmem_cache_192, 5000);

static u64 kmem_cache_bulk64(u64 n)
{
	struct kmem_cache *s = kmem_cache_create("bench-bulk", 192, 0, 0, NULL);
	u64 start, ticks = 0;

	if (!s)
		return 0;
	start = bench_ticks();
	for (; n >= BULK; n -= BULK) {
		if (!kmem_cache_alloc_bulk(s, GFP_KERNEL, BULK, slot))
			goto out;
		kmem_cache_free_bulk(s, BULK, slot);
	}
	ticks = bench_ticks() - start;
out:
	kmem_cache_destroy(s);
	return ticks;
}
BENCH("kmem_cache-bulk64/obj", kmem_cache_bulk64, 100 * BULK);

static u64 kmalloc_32_burst(u64 n)
{
	u64 start = bench_ticks();
	u64 i;

	for (i = 0; i < n; i++)
		slot[i] = kmalloc(32, GFP_KERNEL);
	for (i = 0; i < n; i++)
		kfree(slot[i]);
	return bench_ticks() - start;
}
BENCH("kmalloc-32/burst4096", kmalloc_32_burst, BURST);

static u64 krealloc_64_128(u64 n)
{
	u64 start = bench_ticks();

	while (n--)
		kfree(krealloc(kmalloc(64, GFP_KERNEL), 128, GFP_KERNEL));
	return bench_ticks() - start;
}
BENCH("krealloc-64-128/pair", krealloc_64_128, 3000);

/* ---- pages ----------------------------------------------------------------------- */

static __always_inline u64 pages_pair(u64 n, unsigned int order)
{
	u64 start = bench_ticks();

	while (n--)
		free_pages(__get_free_pages(GFP_KERNEL, order), order);
	return bench_ticks() - start;
}

static u64 pages_order0(u64 n)
{
	return pages_pair(n, 0);
}
BENCH("pages-order0/pair", pages_order0, 3000);

static u64 pages_order0_burst(u64 n)
{
	u64 start = bench_ticks();
	u64 i;

	for (i = 0; i < n; i++)
		slot[i] = (void *)__get_free_pages(GFP_KERNEL, 0);
	for (i = 0; i < n; i++)
		free_pages((unsigned long)slot[i], 0);
	return bench_ticks() - start;
}
BENCH("pages-order0/burst4096", pages_order0_burst, BURST);

static u64 pages_bulk64(u64 n)
{
	struct page **page = (struct page **)slot;
	u64 start = bench_ticks();
	unsigned long i;

	for (i = 0; i < BULK; i++)
		page[i] = NULL;
	for (; n >= BULK; n -= BULK) {
		if (alloc_pages_bulk(GFP_KERNEL, BULK, page) != BULK)
			return 0;
		for (i = 0; i < BULK; i++) {
			__free_page(page[i]);
			page[i] = NULL;
		}
	}
	return bench_ticks() - start;
}
BENCH("pages-bulk64/page", pages_bulk64, 50 * BULK);

static u64 pages_order3(u64 n)
{
	return pages_pair(n, 3);
}
BENCH("pages-order3/pair", pages_order3, 3000);

static u64 pages_order10(u64 n)
{
	return pages_pair(n, 10);
}
BENCH("pages-order10/pair", pages_order10, 300);

/* ---- vmalloc --------------------------------------------------------------------- */

static __always_inline u64 vmalloc_pair(u64 n, unsigned long bytes)
{
	u64 start = bench_ticks();

	while (n--)
		vfree(vmalloc(bytes));
	return bench_ticks() - start;
}

static u64 vmalloc_4k(u64 n)
{
	return vmalloc_pair(n, PAGE_SIZE);
}
BENCH("vmalloc-4k/pair", vmalloc_4k, 300);

static u64 vmalloc_1m(u64 n)
{
	return vmalloc_pair(n, 1UL << 20);
}
BENCH("vmalloc-1m/pair", vmalloc_1m, 300);

/* ---- per-CPU memory -------------------------------------------------------------- */

static u64 percpu_64(u64 n)
{
	u64 start = bench_ticks();

	while (n--)
		free_percpu(__alloc_percpu(64, 8));
	return bench_ticks() - start;
}
BENCH("percpu-64/pair", percpu_64, 300);

/* ---- boot ------------------------------------------------------------------------ */

/* Measured once, by kernel/main.c: from the first instruction to the first page. */
static u64 boot_first_page(u64 n)
{
	return boot_first_page_insn;
}
BENCH("boot/first-page", boot_first_page, 1);
