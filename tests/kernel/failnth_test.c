/* SPDX-License-Identifier: MIT */
/*
 * failnth_test.c - each call of mm/ with each of its allocations failing once
 *
 * Every case is run with its 1st, 2nd, 3rd ... allocation refused: kernel/kunit_failnth.c.
 * What a case must see to is that a failure is said (NULL, an error), that what it had before
 * is still good, and that it gives back what it got; the runner compares all accounts.
 */
#include <kunit/test.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

/* What is said about a failure is tested elsewhere. */
static char said[4096];

static void use(void *p, size_t bytes)
{
	memset(p, 0x5c, bytes);
}

/* ---- kmalloc --------------------------------------------------------------------- */

static void kmalloc_of_each_kind(struct kunit *test)
{
	static const size_t sizes[] = { 1, 8, 96, 100, 192, 1000, 8192, 8193, 100000 };
	unsigned int i;
	void *p;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		p = kmalloc(sizes[i], i & 1 ? GFP_ATOMIC : GFP_KERNEL);
		if (KUNIT_WORKED(test, p))
			use(p, sizes[i]);
		kfree(p);
	}
	p = kmalloc(64, GFP_KERNEL);
	KUNIT_WORKED(test, p);
	kfree(p);
	p = kmalloc(64, GFP_KERNEL | GFP_DMA);
	KUNIT_WORKED(test, p);
	kfree(p);
}

static void zeroed_and_arrays(struct kunit *test)
{
	u8 *p = kzalloc(200, GFP_KERNEL), *q = kcalloc(10, 30, GFP_KERNEL);
	u8 *r = kmalloc_array(100, 100, GFP_KERNEL);
	volatile size_t size = 300;		/* the compiler must not know it */
	u8 *s = kzalloc(size, GFP_KERNEL);

	if (KUNIT_WORKED(test, s))
		KUNIT_EXPECT_NULL(test, memchr_inv(s, 0, 300));
	kfree(s);
	if (KUNIT_WORKED(test, p))
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 200));
	if (KUNIT_WORKED(test, q))
		KUNIT_EXPECT_NULL(test, memchr_inv(q, 0, 300));
	if (KUNIT_WORKED(test, r))
		use(r, 10000);
	kfree(p);
	kfree(q);
	kfree(r);
}

/* A failing krealloc() leaves the old block as it was, and the caller's. */
static void krealloc_keeps_the_old_block(struct kunit *test)
{
	char *p = kmalloc(16, GFP_KERNEL), *q;
	size_t size;

	if (!KUNIT_WORKED(test, p))
		return;
	strscpy(p, "fifteen letters", 16);
	for (size = 100; size <= 100000; size *= 10) {
		q = krealloc(p, size, GFP_KERNEL);
		if (KUNIT_WORKED(test, q))
			p = q;
		KUNIT_EXPECT_STREQ(test, p, "fifteen letters");
	}
	kfree(p);
	q = krealloc(NULL, 100, GFP_KERNEL);
	KUNIT_WORKED(test, q);
	kfree(q);
}

static void copies_of_strings(struct kunit *test)
{
	char *a = kstrdup("one", GFP_KERNEL), *b = kstrndup("two and more", 3, GFP_KERNEL);
	char *c = kmemdup_nul("three", 5, GFP_KERNEL), *d = kmemdup("four", 5, GFP_KERNEL);

	if (KUNIT_WORKED(test, a))
		KUNIT_EXPECT_STREQ(test, a, "one");
	if (KUNIT_WORKED(test, b))
		KUNIT_EXPECT_STREQ(test, b, "two");
	if (KUNIT_WORKED(test, c))
		KUNIT_EXPECT_STREQ(test, c, "three");
	if (KUNIT_WORKED(test, d))
		KUNIT_EXPECT_STREQ(test, d, "four");
	kfree(a);
	kfree(b);
	kfree(c);
	kfree(d);
}

/* ---- caches ---------------------------------------------------------------------- */

static void failnth_ctor(void *object)
{
	*(u32 *)object = 0xc0ffee;
}

static struct kmem_cache *new_cache(struct kunit *test, void (*ctor)(void *))
{
	const bool before = kunit_injected(test);
	const unsigned long taint = get_taint();
	struct kmem_cache *s;

	printk_capture_start(said, sizeof(said));
	s = kmem_cache_create("failnth", 72, 0, 0, ctor);
	printk_capture_stop();
	set_taint_mask(taint);
	if (!KUNIT_WORKED(test, s) && !before)
		KUNIT_EXPECT_NOT_NULL(test, strstr(said, "kmem_cache_create(failnth)"));
	return s;
}

static void cache_objects(struct kunit *test)
{
	struct kmem_cache *s = new_cache(test, failnth_ctor);
	u32 *p[3];
	unsigned int i;

	if (!s)
		return;
	for (i = 0; i < 3; i++) {
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
		if (KUNIT_WORKED(test, p[i]))
			KUNIT_EXPECT_EQ(test, *p[i], 0xc0ffeeU);
	}
	for (i = 0; i < 3; i++)
		kmem_cache_free(s, p[i]);
	kmem_cache_shrink(s);
	kmem_cache_destroy(s);
}

/* The same, in each of the ways that people write it. */
static void caches_by_other_names(struct kunit *test)
{
	const struct kmem_cache_args args = { .align = 16 };
	const unsigned long taint = get_taint();
	struct kmem_cache *s[3];
	unsigned int i;

	printk_capture_start(said, sizeof(said));
	s[0] = kmem_cache_create("failnth-a", 72, &args, 0);
	s[1] = kmem_cache_create("failnth-b", 72, NULL, 0);
	s[2] = kmem_cache_create("failnth-c", 72, 0, 0, NULL, NULL);
	printk_capture_stop();
	set_taint_mask(taint);
	for (i = 0; i < ARRAY_SIZE(s); i++) {
		KUNIT_WORKED(test, s[i]);
		kmem_cache_destroy(s[i]);
	}
}

/* All or none. */
static void bulk_is_all_or_none(struct kunit *test)
{
	struct kmem_cache *s = new_cache(test, NULL);
	void *p[20] = { NULL };
	int n;

	if (!s)
		return;
	n = kmem_cache_alloc_bulk(s, GFP_KERNEL, ARRAY_SIZE(p), p);
	if (KUNIT_WORKED(test, n == ARRAY_SIZE(p)))
		kmem_cache_free_bulk(s, ARRAY_SIZE(p), p);
	else
		KUNIT_EXPECT_EQ(test, n, 0);
	p[0] = kmem_cache_zalloc(s, GFP_ATOMIC);
	if (KUNIT_WORKED(test, p[0]))
		KUNIT_EXPECT_NULL(test, memchr_inv(p[0], 0, 72));
	kmem_cache_free(s, p[0]);
	kmem_cache_destroy(s);
}

/* ---- pages ----------------------------------------------------------------------- */

static void pages_of_each_order(struct kunit *test)
{
	struct page *page;
	unsigned int order;

	for (order = 0; order <= 5; order++) {
		page = alloc_pages(order & 1 ? GFP_KERNEL | __GFP_COMP : GFP_ATOMIC, order);
		if (KUNIT_WORKED(test, page))
			__free_pages(page, order);
	}
}

static void pages_by_address(struct kunit *test)
{
	unsigned long a = __get_free_page(GFP_KERNEL), b = get_zeroed_page(GFP_KERNEL);
	unsigned long c = __get_dma_pages(GFP_KERNEL, 2);

	KUNIT_WORKED(test, a);
	if (KUNIT_WORKED(test, b))
		KUNIT_EXPECT_NULL(test, memchr_inv((void *)b, 0, PAGE_SIZE));
	KUNIT_WORKED(test, c);
	free_page(a);
	free_page(b);
	free_pages(c, 2);
}

static void exact_pages(struct kunit *test)
{
	void *p = alloc_pages_exact(5 * PAGE_SIZE, GFP_KERNEL);

	if (!KUNIT_WORKED(test, p))
		return;
	use(p, 5 * PAGE_SIZE);
	free_pages_exact(p, 5 * PAGE_SIZE);
}

/* Not all or none: as many as there were, in front. */
static void bulk_pages(struct kunit *test)
{
	struct page *pages[6] = { NULL };
	unsigned long n = alloc_pages_bulk(GFP_KERNEL, ARRAY_SIZE(pages), pages), i;

	KUNIT_WORKED(test, n == ARRAY_SIZE(pages));
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		KUNIT_EXPECT_EQ(test, pages[i] != NULL, i < n);
		if (pages[i])
			__free_page(pages[i]);
	}
}

/* ---- per CPU, and callbacks ------------------------------------------------------- */

static void percpu_variables(struct kunit *test)
{
	struct percpu_counter counter;	/* the first one: nothing is there yet */
	const bool counts = !percpu_counter_init(&counter, 0, GFP_KERNEL);
	/* Large, so that it takes a chunk of its own. */
	void __percpu *p = __alloc_percpu(PCPU_MIN_UNIT_SIZE, 64);
	void __percpu *q = __alloc_percpu_gfp(64, 8, GFP_KERNEL | __GFP_NOWARN);

	KUNIT_WORKED(test, counts);
	KUNIT_WORKED(test, p);
	if (KUNIT_WORKED(test, q))
		KUNIT_EXPECT_NULL(test, memchr_inv(per_cpu_ptr((u8 *)q, 0), 0, 64));
	percpu_counter_destroy(&counter);
	free_percpu(p);
	free_percpu(q);
}

static void shrinkers(struct kunit *test)
{
	struct shrinker *s = shrinker_alloc(0, "failnth");

	KUNIT_WORKED(test, s);
	shrinker_free(s);
}

/* ---- pools ----------------------------------------------------------------------- */

/* What a pool promises is there once it is made: no single failure shows after that. */
static void use_pool(struct kunit *test, mempool_t *pool)
{
	void *p, *q;

	if (!KUNIT_WORKED(test, pool))
		return;
	p = mempool_alloc(pool, GFP_KERNEL);
	q = mempool_alloc(pool, GFP_ATOMIC);
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_NOT_NULL(test, q);
	mempool_free(p, pool);
	mempool_free(q, pool);
	mempool_destroy(pool);
}

static void pools_of_each_kind(struct kunit *test)
{
	struct kmem_cache *s = new_cache(test, NULL);

	use_pool(test, mempool_create_kmalloc_pool(2, 100));
	use_pool(test, mempool_create_kvmalloc_pool(2, 100));
	use_pool(test, mempool_create_page_pool(2, 1));
	if (!s)
		return;
	use_pool(test, mempool_create_slab_pool(2, s));
	kmem_cache_destroy(s);
}

static void pools_grow(struct kunit *test)
{
	mempool_t *pool = mempool_create_kmalloc_pool(1, 64);
	int err;

	if (!KUNIT_WORKED(test, pool))
		return;
	err = mempool_resize(pool, 3);
	if (!KUNIT_WORKED(test, !err))
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	use_pool(test, pool);
}

/* ---- virtual areas --------------------------------------------------------------- */

static void vmalloc_of_some_sizes(struct kunit *test)
{
	static const unsigned long pages[] = { 1, 7, 300 };
	unsigned int i;
	void *p;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		p = __vmalloc(pages[i] * PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN);
		if (KUNIT_WORKED(test, p))
			use(p, pages[i] * PAGE_SIZE);
		vfree(p);
	}
}

/* The convenient names; what they say when they fail is not the point here. */
static void vmalloc_by_other_names(struct kunit *test)
{
	void *p[8];
	unsigned int i;

	printk_capture_start(said, sizeof(said));
	p[6] = vmalloc_huge(PAGE_SIZE, GFP_KERNEL);
	p[7] = vmalloc_huge(PMD_SIZE, GFP_KERNEL);	/* small pages are as good */
	p[0] = vmalloc(PAGE_SIZE);
	p[1] = vzalloc(PAGE_SIZE);
	p[2] = vcalloc(3, 100);
	p[3] = vmalloc_array(3, 100);
	p[4] = vmalloc_32(PAGE_SIZE);
	p[5] = __vmalloc_node(PAGE_SIZE, 4 * PAGE_SIZE, GFP_KERNEL, -1, NULL);
	printk_capture_stop();
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		KUNIT_WORKED(test, p[i]);
		vfree(p[i]);
	}
}

/* Large enough for page tables of its own: 3 levels of them. */
static void vmalloc_with_new_tables(struct kunit *test)
{
	void *p = __vmalloc_node(PAGE_SIZE, 1UL << 30, GFP_KERNEL | __GFP_NOWARN, -1, NULL);

	KUNIT_WORKED(test, p);
	vfree(p);
}

static void vmap_and_vm_map_ram(struct kunit *test)
{
	struct page *pages[3] = { NULL };
	void *p, *q;
	unsigned long n = alloc_pages_bulk(GFP_KERNEL, 3, pages), i;

	if (KUNIT_WORKED(test, n == 3)) {
		p = vmap(pages, 3, VM_MAP, PAGE_KERNEL);
		q = vm_map_ram(pages, 3, -1);
		KUNIT_WORKED(test, p);
		KUNIT_WORKED(test, q);
		vunmap(p);
		if (q)
			vm_unmap_ram(q, 3);
	}
	for (i = 0; i < n; i++)
		__free_page(pages[i]);
}

static void ioremap_of_a_device(struct kunit *test)
{
	void __iomem *p, *q;

	printk_capture_start(said, sizeof(said));
	p = ioremap(0xa0000, PAGE_SIZE);
	q = ioremap_wc(0xb8000, 4000);
	printk_capture_stop();
	KUNIT_WORKED(test, p);
	KUNIT_WORKED(test, q);
	iounmap(p);
	iounmap(q);
}

/* A large kvmalloc() has a second chance: the first failure never shows. */
static void kvmalloc_falls_back(struct kunit *test)
{
	void *p = kvmalloc(64, GFP_KERNEL), *q = kvzalloc(40000, GFP_KERNEL | __GFP_NOWARN);
	void *r = kvmalloc_array(5, 2000, GFP_KERNEL | __GFP_NOWARN), *s;

	KUNIT_WORKED(test, p);
	if (KUNIT_WORKED(test, q))
		KUNIT_EXPECT_NULL(test, memchr_inv(q, 0, 40000));
	if (KUNIT_WORKED(test, r)) {
		use(r, 10000);
		s = kvrealloc(r, 70000, GFP_KERNEL | __GFP_NOWARN);
		if (KUNIT_WORKED(test, s))
			r = s;
		KUNIT_EXPECT_EQ(test, *(u8 *)r, 0x5c);
	}
	kvfree(p);
	kvfree(q);
	kvfree(r);
}

static struct kunit_case failnth_cases[] = {
	KUNIT_CASE_FAILNTH(kmalloc_of_each_kind),
	KUNIT_CASE_FAILNTH(zeroed_and_arrays),
	KUNIT_CASE_FAILNTH(krealloc_keeps_the_old_block),
	KUNIT_CASE_FAILNTH(copies_of_strings),
	KUNIT_CASE_FAILNTH(cache_objects),
	KUNIT_CASE_FAILNTH(caches_by_other_names),
	KUNIT_CASE_FAILNTH(bulk_is_all_or_none),
	KUNIT_CASE_FAILNTH(pools_of_each_kind),
	KUNIT_CASE_FAILNTH(pools_grow),
	KUNIT_CASE_FAILNTH(percpu_variables),
	KUNIT_CASE_FAILNTH(shrinkers),
	KUNIT_CASE_FAILNTH(pages_of_each_order),
	KUNIT_CASE_FAILNTH(pages_by_address),
	KUNIT_CASE_FAILNTH(exact_pages),
	KUNIT_CASE_FAILNTH(bulk_pages),
	KUNIT_CASE_FAILNTH(vmalloc_of_some_sizes),
	KUNIT_CASE_FAILNTH(vmalloc_by_other_names),
	KUNIT_CASE_FAILNTH(vmalloc_with_new_tables),
	KUNIT_CASE_FAILNTH(vmap_and_vm_map_ram),
	KUNIT_CASE_FAILNTH(ioremap_of_a_device),
	KUNIT_CASE_FAILNTH(kvmalloc_falls_back),
	{}
};

static struct kunit_suite failnth_suite = {
	.name = "failnth",
	.test_cases = failnth_cases,
};
kunit_test_suite(failnth_suite);
