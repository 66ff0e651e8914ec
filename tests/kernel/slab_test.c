/* SPDX-License-Identifier: MIT */
/* Object caches: objects in and out, one by one and many, and what is told of them. */
#include "slab_fixture.h"

/* ---- objects in and out ---------------------------------------------------------- */

static const unsigned int sizes[] = {
	1, 7, 8, 9, 24, 100, 192, 500, 1000, 4096, 5000, 10000, 32768, 40000, 300000, 2 << 20
};

static void objects_of_any_size(struct kunit *test)
{
	struct kmem_cache *s;
	unsigned int i, k;
	u8 *p[10];

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (ARRAY_SIZE(p) * sizes[i] > nr_free_pages() * PAGE_SIZE / 4)
			break;			/* on a small machine */
		s = make(test, sizes[i], 0, 0);
		KUNIT_EXPECT_EQ(test, kmem_cache_size(s), sizes[i]);
		for (k = 0; k < ARRAY_SIZE(p); k++) {
			p[k] = kmem_cache_alloc(s, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, p[k]);
			KUNIT_EXPECT_EQ(test, (unsigned long)p[k] % 8, 0);
			memset(p[k], k, sizes[i]);
		}
		for (k = 0; k < ARRAY_SIZE(p); k++) {
			KUNIT_EXPECT_NULL(test, memchr_inv(p[k], k, sizes[i]));
			kmem_cache_free(s, p[k]);
		}
		expect_sound(test);
		kmem_cache_destroy(s);
	}
}

static void alignment_is_kept(struct kunit *test)
{
	unsigned int align, k;
	struct kmem_cache *s;
	void *p[20];

	for (align = 1; align <= PAGE_SIZE; align *= 2) {
		s = make(test, 100, align, 0);
		for (k = 0; k < ARRAY_SIZE(p); k++) {
			p[k] = kmem_cache_alloc(s, GFP_KERNEL);
			KUNIT_EXPECT_EQ(test, (unsigned long)p[k] % align, 0);
		}
		for (k = 0; k < ARRAY_SIZE(p); k++)
			kmem_cache_free(s, p[k]);
		kmem_cache_destroy(s);
	}
}

/* A line for large objects, a fraction of one for small ones, so that none straddles. */
static void hwcache_align_avoids_straddling(struct kunit *test)
{
	static const unsigned int size[] = { 8, 20, 33, 64, 100 };
	static const unsigned int want[] = { 8, 32, 64, 64, 64 };
	struct kmem_cache *s;
	unsigned int i;
	void *a, *b;

	for (i = 0; i < ARRAY_SIZE(size); i++) {
		s = make(test, size[i], 0, SLAB_HWCACHE_ALIGN);
		a = kmem_cache_alloc(s, GFP_KERNEL);
		b = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, (unsigned long)a % want[i], 0);
		KUNIT_EXPECT_EQ(test, (unsigned long)b % want[i], 0);
		kmem_cache_free(s, a);
		kmem_cache_free(s, b);
		kmem_cache_destroy(s);
	}
}

static void zones_as_asked(struct kunit *test)
{
	struct kmem_cache *s = make(test, 1000, 0, SLAB_CACHE_DMA);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_EXPECT_LT(test, virt_to_phys(p), 16UL << 20);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	s = make(test, 1000, 0, SLAB_CACHE_DMA32);
	p = kmem_cache_alloc(s, GFP_ATOMIC);
	KUNIT_EXPECT_LT(test, virt_to_phys(p), 4UL << 30);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void zalloc_is_zeroed(struct kunit *test)
{
	struct kmem_cache *s = make(test, 200, 0, 0);
	unsigned int i;
	u8 *p;

	for (i = 0; i < 100; i++) {
		p = kmem_cache_zalloc(s, i & 1 ? GFP_KERNEL : GFP_ATOMIC);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 200));
		memset(p, 0xff, 200);
		kmem_cache_free(s, p);
	}
	p = kmem_cache_alloc_node(s, GFP_KERNEL, 0);
	kmem_cache_free(s, p);
	kmem_cache_free(s, NULL);
	kmem_cache_destroy(s);
}

static void last_in_first_out(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0, 0);
	void *a = kmem_cache_alloc(s, GFP_KERNEL), *b = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, a);
	kmem_cache_free(s, b);
	KUNIT_EXPECT_PTR_EQ(test, kmem_cache_alloc(s, GFP_KERNEL), b);
	KUNIT_EXPECT_PTR_EQ(test, kmem_cache_alloc(s, GFP_KERNEL), a);
	kmem_cache_free(s, a);
	kmem_cache_free(s, b);
	kmem_cache_destroy(s);
}

static void kfree_takes_cache_objects(struct kunit *test)
{
	struct kmem_cache *s = make(test, 300, 0, 0);
	struct slabinfo info;
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_EXPECT_GE(test, ksize(p), 300);
	kfree(p);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	kmem_cache_destroy(s);
}

/* ---- constructors ---------------------------------------------------------------- */

static unsigned int nr_constructed;

static void construct(void *object)
{
	struct thing *t = object;

	t->a = t->b = t->c = 0x1234567890abcdef;
	nr_constructed++;
}

/* Once for each object of a slab; the user gives them back as constructed. */
static void constructed_once(struct kunit *test)
{
	struct kmem_cache *s;
	struct slabinfo info;
	struct thing *t;
	unsigned int i;

	nr_constructed = 0;
	s = kmem_cache_create("slab_test", sizeof(*t), 0, 0, construct);
	KUNIT_ASSERT_NOT_NULL(test, s);
	for (i = 0; i < 1000; i++) {
		t = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, t);
		KUNIT_EXPECT_EQ(test, t->a, 0x1234567890abcdef);
		KUNIT_EXPECT_EQ(test, t->b, t->a);
		KUNIT_EXPECT_EQ(test, t->c, t->a);
		kmem_cache_free(s, t);
	}
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, nr_constructed, info.num_objs);
	kmem_cache_destroy(s);
}

/* Poison would destroy what the constructor made, so it keeps off the contents. */
static void constructed_and_poisoned(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("slab_test", sizeof(struct thing), 0,
						 SLAB_POISON | SLAB_RED_ZONE, construct);
	struct thing *t = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_EXPECT_EQ(test, t->a, 0x1234567890abcdef);
	kmem_cache_free(s, t);
	KUNIT_EXPECT_EQ(test, t->c, 0x1234567890abcdef);
	KUNIT_EXPECT_EQ(test, kmem_cache_validate(s), 0);
	kmem_cache_destroy(s);
}

static void zeroing_what_is_constructed_is_a_mistake(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("slab_test", 24, 0, 0, construct);
	void *p;

	report_begin(&report);
	p = kmem_cache_zalloc(s, GFP_KERNEL);
	report_end(&report);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 24));
	construct(p);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

/* No RCU here; what it means is that a free leaves the bytes alone. */
static void typesafe_memory_survives_its_free(struct kunit *test)
{
	struct kmem_cache *s = make(test, 48, 0, SLAB_TYPESAFE_BY_RCU | SLAB_POISON);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	memset(p, 0x33, 48);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x33, 48));
	kmem_cache_destroy(s);
	s = make(test, 48, 0, SLAB_TYPESAFE_BY_RCU | SLAB_RECLAIM_ACCOUNT);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	memset(p, 0x44, 48);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x44, 48));
	kmem_cache_destroy(s);
}

/* ---- bulk ------------------------------------------------------------------------ */

static void *bulk[2000];

static void bulk_in_and_out(struct kunit *test)
{
	static const size_t nrs[] = { 0, 1, 16, 64, 500, 2000 };
	struct kmem_cache *s = make(test, 40, 0, 0);
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(nrs); i++) {
		KUNIT_EXPECT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, nrs[i], bulk), nrs[i]);
		for (k = 0; k < nrs[i]; k++)
			memset(bulk[k], k, 40);
		for (k = 0; k < nrs[i]; k++)
			if (memchr_inv(bulk[k], (u8)k, 40))
				break;
		KUNIT_EXPECT_EQ(test, k, nrs[i]);
		expect_sound(test);
		kmem_cache_free_bulk(s, nrs[i], bulk);
		expect_sound(test);
	}
	KUNIT_EXPECT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL | __GFP_ZERO, 100, bulk), 100);
	for (k = 0; k < 100; k++)
		KUNIT_EXPECT_NULL(test, memchr_inv(bulk[k], 0, 40));
	kmem_cache_free_bulk(NULL, 100, bulk);
	kmem_cache_destroy(s);
}

static unsigned int pages_left;

static struct task_struct *refused_task;	/* others shall have theirs */

static bool refuse_after_some(gfp_t gfp, unsigned int order)
{
	return current == refused_task && in_task() && (pages_left == 0 || pages_left-- == 0);
}

static void bulk_is_all_or_nothing(struct kunit *test)
{
	struct kmem_cache *s = make(test, 1000, 0, 0);
	struct slabinfo info;

	pages_left = 3;
	refused_task = current;
	page_alloc_set_should_fail(refuse_after_some);
	KUNIT_EXPECT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL | __GFP_NOWARN, 100, bulk), 0);
	page_alloc_set_should_fail(NULL);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	kmem_cache_destroy(s);
}

static void bulk_of_a_debugged_cache(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0, SLAB_POISON | SLAB_RED_ZONE | SLAB_STORE_USER);

	KUNIT_EXPECT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 100, bulk), 100);
	kmem_cache_free_bulk(s, 100, bulk);
	KUNIT_EXPECT_EQ(test, kmem_cache_validate(s), 0);
	kmem_cache_destroy(s);
}

static void bulk_free_checks_each(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0, 0);
	const unsigned long errors = slab_error_count();
	void *p[4];

	kmem_cache_alloc_bulk(s, GFP_KERNEL, 3, p);
	p[3] = p[1];			/* twice */
	report_begin(&report);
	kmem_cache_free_bulk(s, 4, p);
	report_end(&report);
	EXPECT_REPORT(test, &report, "BUG slab_test (");
	EXPECT_REPORT(test, &report, "Object already free");
	KUNIT_EXPECT_EQ(test, slab_error_count() - errors, 2);
	expect_sound(test);
	kmem_cache_destroy(s);
}

#define WRONG_BULK	50		/* of several slabs, and more than one round of a loop */

/* One of many is none of them, wherever it stands: it is told, and the others are freed. */
static void expect_wrong_in_bulk(struct kunit *test, struct kmem_cache *s, unsigned int at,
				 void *wrong)
{
	const unsigned long errors = slab_error_count();	/* what is wrong, what is done: 2 */
	struct slabinfo info;
	void *right;

	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, WRONG_BULK, bulk), WRONG_BULK);
	right = bulk[at];
	bulk[at] = wrong ?: bulk[at ? 0 : 1];
	report_begin(&report);
	kmem_cache_free_bulk(s, WRONG_BULK, bulk);
	report_end(&report);
	KUNIT_EXPECT_EQ_MSG(test, slab_error_count() - errors, 2, "number %u", at);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 1);
	kmem_cache_free(s, right);
	expect_sound(test);
}

static void bulk_free_of_wrong_ones(struct kunit *test)
{
	static const unsigned int at[] = { 0, 1, 15, 16, 17, 31, 47, 48, 49 };
	struct kmem_cache *s = make_plain(test, 192, 0);
	void *foreign = kmalloc(192, GFP_KERNEL), *object;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		object = kmem_cache_alloc(s, GFP_KERNEL);
		kmem_cache_free(s, object);
		expect_wrong_in_bulk(test, s, at[i], NULL);	/* one of them, twice */
		expect_wrong_in_bulk(test, s, at[i], (char *)object + 64);
		expect_wrong_in_bulk(test, s, at[i], foreign);
		expect_wrong_in_bulk(test, s, at[i], &i);
		expect_wrong_in_bulk(test, s, at[i], (void *)0x3333333333333333);
	}
	kfree(foreign);
	kmem_cache_destroy(s);
}

/* ---- what is told ---------------------------------------------------------------- */

static void slabinfo_tells_the_truth(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 100, SLAB_RECLAIM_ACCOUNT);
	struct slabinfo info;

	settled_info(s, &info);
	KUNIT_EXPECT_STREQ(test, info.name, "slab_test");
	KUNIT_EXPECT_EQ(test, info.num_slabs, 0);
	kmem_cache_alloc_bulk(s, GFP_KERNEL, 50, bulk);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 50);
	KUNIT_EXPECT_EQ(test, info.objsize, 104);
	KUNIT_EXPECT_EQ(test, info.pagesperslab, 1);
	KUNIT_EXPECT_EQ(test, info.objperslab, 39);
	KUNIT_EXPECT_EQ(test, info.num_objs, info.num_slabs * 39);
	KUNIT_EXPECT_EQ(test, info.num_slabs, info.active_slabs);
	KUNIT_EXPECT_TRUE(test, info.flags & SLAB_RECLAIM_ACCOUNT);
	KUNIT_EXPECT_GT(test, info.limit, info.batchcount);
	kmem_cache_free_bulk(s, 50, bulk);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	kmem_cache_destroy(s);
}

static void objects_can_be_named(struct kunit *test)
{
	struct kmem_cache *s = make(test, 100, 0, 0);
	char *p = kmem_cache_alloc(s, GFP_KERNEL), line[128];
	bool known;

	report_begin(&report);
	known = kmem_dump_obj(p + 3);
	report_end(&report);
	KUNIT_EXPECT_TRUE(test, known);
	snprintf(line, sizeof(line), "slab slab_test start %px pointer offset 3 size 100\n", p);
	EXPECT_REPORT(test, &report, line);
	KUNIT_EXPECT_FALSE(test, kmem_dump_obj(line));
	KUNIT_EXPECT_TRUE(test, slab_is_available());
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

/* ---- many caches at once --------------------------------------------------------- */

#define NR_RANDOM	1000
static struct { u64 *p; u8 cache; } held[NR_RANDOM];

static void random_operations(struct kunit *test)
{
	static const unsigned int size[] = { 8, 40, 192, 700, 3000 };
	static const slab_flags_t flags[] = {
		0, SLAB_HWCACHE_ALIGN, SLAB_CACHE_DMA, SLAB_POISON | SLAB_RED_ZONE, 0
	};
	struct kmem_cache *s[ARRAY_SIZE(size)];
	struct rnd_state rnd;
	unsigned int i, k, c;
	char name[16];

	prandom_seed_state(&rnd, kunit_seed());
	for (c = 0; c < ARRAY_SIZE(size); c++) {
		snprintf(name, sizeof(name), "slab_test_%u", c);
		s[c] = kmem_cache_create(name, size[c], 0, flags[c], NULL);
		KUNIT_ASSERT_NOT_NULL(test, s[c]);
	}
	for (i = 0; i < 60000; i++) {
		k = prandom_u32_below(&rnd, NR_RANDOM);
		c = held[k].cache;
		if (held[k].p) {
			KUNIT_EXPECT_EQ(test, *held[k].p, (u64)(unsigned long)held[k].p ^ c);
			kmem_cache_free(s[c], held[k].p);
			held[k].p = NULL;
		} else {
			held[k].cache = c = prandom_u32_below(&rnd, ARRAY_SIZE(size));
			held[k].p = kmem_cache_alloc(s[c], i % 3 ? GFP_KERNEL : GFP_ATOMIC);
			KUNIT_ASSERT_NOT_NULL(test, held[k].p);
			*held[k].p = (u64)(unsigned long)held[k].p ^ c;
		}
		if (i % 10000 == 0)
			expect_sound(test);
		if (i % 7777 == 0)
			kmem_cache_shrink(s[c]);
	}
	for (k = 0; k < NR_RANDOM; k++) {
		if (held[k].p)
			kmem_cache_free(s[held[k].cache], held[k].p);
		held[k].p = NULL;
	}
	for (c = 0; c < ARRAY_SIZE(size); c++)
		kmem_cache_destroy(s[c]);
}

/* Old pointers would hide leaks from who looks for them. */
static void slab_forget(struct kunit_suite *suite)
{
	memset(bulk, 0, sizeof(bulk));
}

static struct kunit_case slab_cases[] = {
	KUNIT_CASE(objects_of_any_size),
	KUNIT_CASE(alignment_is_kept),
	KUNIT_CASE(hwcache_align_avoids_straddling),
	KUNIT_CASE(zones_as_asked),
	KUNIT_CASE(zalloc_is_zeroed),
	KUNIT_CASE(last_in_first_out),
	KUNIT_CASE(kfree_takes_cache_objects),
	KUNIT_CASE(constructed_once),
	KUNIT_CASE(constructed_and_poisoned),
	KUNIT_CASE(zeroing_what_is_constructed_is_a_mistake),
	KUNIT_CASE(typesafe_memory_survives_its_free),
	KUNIT_CASE(bulk_in_and_out),
	KUNIT_CASE(bulk_is_all_or_nothing),
	KUNIT_CASE(bulk_of_a_debugged_cache),
	KUNIT_CASE(bulk_free_checks_each),
	KUNIT_CASE(bulk_free_of_wrong_ones),
	KUNIT_CASE(slabinfo_tells_the_truth),
	KUNIT_CASE(objects_can_be_named),
	KUNIT_CASE(random_operations),
	{}
};

static struct kunit_suite slab_suite = {
	.name = "slab",
	.suite_exit = slab_forget,
	.test_cases = slab_cases,
};
kunit_test_suite(slab_suite);
