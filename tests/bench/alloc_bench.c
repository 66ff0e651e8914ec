/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/alloc_bench.c - what one operation of each allocator costs
 *
 * One source for three kernels: it is linked into Quarry, into the hosted benchmark
 * (`make bench-host`) and into a module for Linux (`make bench-linux`, tests/bench/linux/),
 * so it uses what Linux has, under Linux's names.  What else it needs, struct bench,
 * BENCH_TABLE() and bench_ticks(), is in <linux/bench.h>; for Linux a header of that name in
 * tests/bench/linux/include/ takes its place.
 *
 * A pair is an allocation and its free, hot, loop included; burstN is N allocations and then
 * N frees, per pair; batchN is the same, over and over.
 */
#include <linux/bench.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define BURST		4096
#define BULK		64
#define BATCH		256		/* what one CPU hands to another in remote-64/pair */
#define MIXED_SLOTS	256		/* objects alive at a time, at most */

static void *slot[BURST];

/* ---- kmalloc --------------------------------------------------------------------- */

static __always_inline u64 kmalloc_pair(u64 n, size_t size, gfp_t gfp)
{
	u64 start = bench_ticks();

	while (n--)
		kfree(kmalloc(size, gfp));
	return bench_ticks() - start;
}

static __always_inline u64 kmalloc_burst(u64 n, size_t size)
{
	u64 start = bench_ticks();
	u64 i;

	for (i = 0; i < n; i++)
		slot[i] = kmalloc(size, GFP_KERNEL);
	for (i = 0; i < n; i++)
		kfree(slot[i]);
	return bench_ticks() - start;
}

#define KMALLOC_PAIR(size, suffix, gfp) \
	static u64 kmalloc_##size##suffix(u64 n) { return kmalloc_pair(n, size, gfp); }
#define KMALLOC_BURST(size) \
	static u64 kmalloc_##size##_burst(u64 n) { return kmalloc_burst(n, size); }

KMALLOC_PAIR(8, , GFP_KERNEL)
KMALLOC_PAIR(16, , GFP_KERNEL)
KMALLOC_PAIR(32, , GFP_KERNEL)
KMALLOC_PAIR(64, , GFP_KERNEL)
KMALLOC_PAIR(128, , GFP_KERNEL)
KMALLOC_PAIR(256, , GFP_KERNEL)
KMALLOC_PAIR(512, , GFP_KERNEL)
KMALLOC_PAIR(1024, , GFP_KERNEL)
KMALLOC_PAIR(2048, , GFP_KERNEL)
KMALLOC_PAIR(4096, , GFP_KERNEL)
KMALLOC_PAIR(8192, , GFP_KERNEL)
KMALLOC_PAIR(64, _atomic, GFP_ATOMIC)
KMALLOC_PAIR(64, _dma, GFP_KERNEL | GFP_DMA)

static u64 kmalloc_64_batch(u64 n)
{
	u64 start = bench_ticks();
	unsigned int i;

	for (; n >= BATCH; n -= BATCH) {
		for (i = 0; i < BATCH; i++)
			slot[i] = kmalloc(64, GFP_KERNEL);
		for (i = 0; i < BATCH; i++)
			kfree(slot[i]);
	}
	return bench_ticks() - start;
}

KMALLOC_BURST(8)
KMALLOC_BURST(32)
KMALLOC_BURST(128)
KMALLOC_BURST(512)
KMALLOC_BURST(2048)
KMALLOC_BURST(8192)

static u64 kmalloc_var(u64 n)
{
	volatile size_t opaque = 64;

	return kmalloc_pair(n, opaque, GFP_KERNEL);
}

static u64 kzalloc_256(u64 n)
{
	u64 start = bench_ticks();

	while (n--)
		kfree(kzalloc(256, GFP_KERNEL));
	return bench_ticks() - start;
}

static u64 krealloc_64_128(u64 n)
{
	u64 start = bench_ticks();

	while (n--)
		kfree(krealloc(kmalloc(64, GFP_KERNEL), 128, GFP_KERNEL));
	return bench_ticks() - start;
}

/* ---- caches ---------------------------------------------------------------------- */

static u64 kmem_cache_192(u64 n)
{
	struct kmem_cache *s = kmem_cache_create("bench-192", 192, 0, 0, NULL);
	u64 start, ticks;

	if (!s)
		return BENCH_FAILED;
	start = bench_ticks();
	while (n--)
		kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
	ticks = bench_ticks() - start;
	kmem_cache_destroy(s);
	return ticks;
}

static u64 kmem_cache_192_burst(u64 n)
{
	struct kmem_cache *s = kmem_cache_create("bench-burst", 192, 0, 0, NULL);
	u64 start, ticks, i;

	if (!s)
		return BENCH_FAILED;
	start = bench_ticks();
	for (i = 0; i < n; i++)
		slot[i] = kmem_cache_alloc(s, GFP_KERNEL);
	for (i = 0; i < n; i++)
		kmem_cache_free(s, slot[i]);
	ticks = bench_ticks() - start;
	kmem_cache_destroy(s);
	return ticks;
}

static u64 kmem_cache_bulk64(u64 n)
{
	struct kmem_cache *s = kmem_cache_create("bench-bulk", 192, 0, 0, NULL);
	u64 start, ticks = BENCH_FAILED;

	if (!s)
		return BENCH_FAILED;
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

/* ---- random sizes and lifetimes -------------------------------------------------- */

/* The same sequence everywhere: the kernels' own generators differ. */
static __always_inline u32 mixed_next(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/*
 * An operation picks a slot: frees what is there, or fills it.  Sizes are 1 to 4096 bytes, as
 * many below 64 as above, drawing the number included (14 instructions).
 */
static u64 mixed(u64 n)
{
	u32 random = 2463534242U;
	u64 start, ticks, i;

	memset(slot, 0, MIXED_SLOTS * sizeof(slot[0]));
	start = bench_ticks();
	while (n--) {
		u32 r = mixed_next(&random);
		void **p = &slot[r % MIXED_SLOTS];

		if (*p) {
			kfree(*p);
			*p = NULL;
		} else {
			*p = kmalloc(1 + ((r >> 8) & ((2U << ((r >> 20) % 12)) - 1)), GFP_KERNEL);
		}
	}
	ticks = bench_ticks() - start;
	for (i = 0; i < MIXED_SLOTS; i++)
		kfree(slot[i]);
	return ticks;
}

/* ---- pages ----------------------------------------------------------------------- */

static __always_inline u64 pages_pair(u64 n, unsigned int order)
{
	u64 start = bench_ticks();

	while (n--)
		free_pages(__get_free_pages(GFP_KERNEL, order), order);
	return bench_ticks() - start;
}

static __always_inline u64 pages_burst(u64 n, unsigned int order)
{
	u64 start = bench_ticks();
	u64 i;

	for (i = 0; i < n; i++)
		slot[i] = (void *)__get_free_pages(GFP_KERNEL, order);
	for (i = 0; i < n; i++)
		free_pages((unsigned long)slot[i], order);
	return bench_ticks() - start;
}

#define PAGES_PAIR(order) \
	static u64 pages_order##order(u64 n) { return pages_pair(n, order); }
#define PAGES_BURST(order) \
	static u64 pages_order##order##_burst(u64 n) { return pages_burst(n, order); }

PAGES_PAIR(0)
PAGES_PAIR(1)
PAGES_PAIR(2)
PAGES_PAIR(3)
PAGES_PAIR(4)
PAGES_PAIR(6)
PAGES_PAIR(8)
PAGES_PAIR(10)

PAGES_BURST(0)
PAGES_BURST(3)

static u64 pages_bulk64(u64 n)
{
	struct page **page = (struct page **)slot;
	u64 start = bench_ticks();
	unsigned long i;

	for (i = 0; i < BULK; i++)
		page[i] = NULL;
	for (; n >= BULK; n -= BULK) {
		if (alloc_pages_bulk(GFP_KERNEL, BULK, page) != BULK)
			return BENCH_FAILED;
		for (i = 0; i < BULK; i++) {
			__free_page(page[i]);
			page[i] = NULL;
		}
	}
	return bench_ticks() - start;
}

/* ---- vmalloc and per-CPU memory -------------------------------------------------- */

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

static u64 vmalloc_64k(u64 n)
{
	return vmalloc_pair(n, 1UL << 16);
}

static u64 vmalloc_1m(u64 n)
{
	return vmalloc_pair(n, 1UL << 20);
}

static u64 vmalloc_4k_burst(u64 n)
{
	u64 start = bench_ticks();
	u64 i;

	for (i = 0; i < n; i++)
		slot[i] = vmalloc(PAGE_SIZE);
	for (i = 0; i < n; i++)
		vfree(slot[i]);
	return bench_ticks() - start;
}

static u64 percpu_64(u64 n)
{
	u64 start = bench_ticks();

	while (n--)
		free_percpu(__alloc_percpu(64, 8));
	return bench_ticks() - start;
}

static u64 percpu_64_atomic(u64 n)
{
	u64 start = bench_ticks();

	while (n--)
		free_percpu(__alloc_percpu_gfp(64, 8, GFP_ATOMIC));
	return bench_ticks() - start;
}

static u64 percpu_64_burst(u64 n)
{
	void __percpu **area = (void __percpu **)slot;
	u64 start = bench_ticks();
	u64 i;

	for (i = 0; i < n; i++)
		area[i] = __alloc_percpu(64, 8);
	for (i = 0; i < n; i++)
		free_percpu(area[i]);
	return bench_ticks() - start;
}

/* Names are what bench-check's table and people's notes go by: they stay. */
#define COST(what, fn, count) { .name = what, .run = fn, .n = count }

BENCH_TABLE(alloc_bench,
	COST("kmalloc-64/pair",		kmalloc_64,		5000),
	COST("kmalloc-var/pair",		kmalloc_var,		5000),
	COST("kmem_cache-192/pair",	kmem_cache_192,		5000),
	COST("kmem_cache-bulk64/obj",	kmem_cache_bulk64,	100 * BULK),
	COST("kmalloc-32/burst4096",	kmalloc_32_burst,	BURST),
	COST("krealloc-64-128/pair",	krealloc_64_128,	3000),
	COST("pages-order0/pair",		pages_order0,		3000),
	COST("pages-order0/burst4096",	pages_order0_burst,	BURST),
	COST("pages-bulk64/page",		pages_bulk64,		50 * BULK),
	COST("pages-order3/pair",		pages_order3,		3000),
	COST("pages-order10/pair",		pages_order10,		300),
	COST("vmalloc-4k/pair",		vmalloc_4k,		300),
	COST("vmalloc-1m/pair",		vmalloc_1m,		300),
	COST("percpu-64/pair",		percpu_64,		300),

	COST("kmalloc-8/pair",		kmalloc_8,		5000),
	COST("kmalloc-16/pair",		kmalloc_16,		5000),
	COST("kmalloc-32/pair",		kmalloc_32,		5000),
	COST("kmalloc-128/pair",		kmalloc_128,		5000),
	COST("kmalloc-256/pair",		kmalloc_256,		5000),
	COST("kmalloc-512/pair",		kmalloc_512,		5000),
	COST("kmalloc-1024/pair",		kmalloc_1024,		5000),
	COST("kmalloc-2048/pair",		kmalloc_2048,		5000),
	COST("kmalloc-4096/pair",		kmalloc_4096,		5000),
	COST("kmalloc-8192/pair",		kmalloc_8192,		5000),
	COST("kmalloc-64-atomic/pair",	kmalloc_64_atomic,	5000),
	COST("kmalloc-64-dma/pair",	kmalloc_64_dma,		5000),
	COST("kmalloc-64/batch256",	kmalloc_64_batch,	100 * BATCH),
	COST("kzalloc-256/pair",		kzalloc_256,		5000),
	COST("kmalloc-8/burst4096",	kmalloc_8_burst,	BURST),
	COST("kmalloc-128/burst4096",	kmalloc_128_burst,	BURST),
	COST("kmalloc-512/burst4096",	kmalloc_512_burst,	BURST),
	COST("kmalloc-2048/burst4096",	kmalloc_2048_burst,	BURST),
	COST("kmalloc-8192/burst4096",	kmalloc_8192_burst,	BURST),
	COST("kmem_cache-192/burst4096", kmem_cache_192_burst,	BURST),
	COST("mixed/op",			mixed,			20000),
	COST("pages-order1/pair",		pages_order1,		3000),
	COST("pages-order2/pair",		pages_order2,		3000),
	COST("pages-order4/pair",		pages_order4,		3000),
	COST("pages-order6/pair",		pages_order6,		3000),
	COST("pages-order8/pair",		pages_order8,		300),
	COST("pages-order3/burst256",	pages_order3_burst,	256),
	COST("vmalloc-64k/pair",	vmalloc_64k,		300),
	COST("vmalloc-4k/burst256",	vmalloc_4k_burst,	256),
	COST("percpu-64-atomic/pair",	percpu_64_atomic,	300),
	COST("percpu-64/burst256",	percpu_64_burst,	256));
