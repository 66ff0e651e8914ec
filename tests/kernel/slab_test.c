/* SPDX-License-Identifier: MIT */
/* Object caches: making and destroying them, objects in and out, what they must refuse. */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "report.h"

static struct report report;

struct thing {
	u64 a, b, c;
};

static struct kmem_cache *make(struct kunit *test, unsigned int size, unsigned int align,
			       slab_flags_t flags)
{
	struct kmem_cache *s = kmem_cache_create("slab_test", size, align, flags, NULL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	return s;
}

/* For cases about the default build: no debugging, whatever slab_debug= says. */
static struct kmem_cache *make_plain(struct kunit *test, unsigned int size,
				     slab_flags_t flags)
{
	struct kmem_cache *s = make(test, size, 0, flags);
	struct slabinfo info;

	kmem_cache_info(s, &info);
	if (info.flags == flags)
		return s;
	kmem_cache_destroy(s);
	kunit_skip(test, "slab_debug= is on");
}

static void expect_sound(struct kunit *test)
{
	char msg[160] = "";

	KUNIT_EXPECT_TRUE_MSG(test, slab_verify(msg, sizeof(msg)), "%s", msg);
}

#define EXPECT_STR(test, s, sub) \
	KUNIT_EXPECT_TRUE_MSG(test, strstr(s, sub) != NULL, "'%s' is not in '%s'", sub, s)

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
	kmem_cache_info(s, &info);
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
	kmem_cache_info(s, &info);
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

/* ---- ways of creating ------------------------------------------------------------ */

static void the_three_forms_of_create(struct kunit *test)
{
	struct kmem_cache_args args = { .align = 32, .ctor = construct };
	kmem_cache_t *s;
	void *p;

	s = kmem_cache_create("slab_test", 400, 0, SLAB_HWCACHE_ALIGN, NULL, NULL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	kmem_cache_destroy(s);
	s = kmem_cache_create("slab_test", sizeof(struct thing), &args, 0);
	KUNIT_ASSERT_NOT_NULL(test, s);
	p = kmem_cache_alloc(s, SLAB_KERNEL);
	KUNIT_EXPECT_EQ(test, (unsigned long)p % 32, 0);
	KUNIT_EXPECT_EQ(test, ((struct thing *)p)->b, 0x1234567890abcdef);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	s = kmem_cache_create("slab_test", 10, NULL, SLAB_PANIC);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(s), "slab_test");
	kmem_cache_destroy(s);
	s = KMEM_CACHE(thing, SLAB_ACCOUNT | SLAB_NO_MERGE);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(s), "thing");
	KUNIT_EXPECT_EQ(test, kmem_cache_size(s), sizeof(struct thing));
	kmem_cache_destroy(s);
	s = kmem_cache_create_usercopy("slab_test", 10, 0, 0, 0, 10, NULL);
	kmem_cache_destroy(s);
	kmem_cache_destroy(NULL);
}

/* The name is copied, so that the caller's may go. */
static void the_name_is_copied(struct kunit *test)
{
	char name[] = "slab_test";
	struct kmem_cache *s = kmem_cache_create(name, 10, 0, 0, NULL);

	memset(name, 'x', sizeof(name) - 1);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(s), "slab_test");
	kmem_cache_destroy(s);
}

static void not_created(struct kunit *test, const char *name, unsigned int size,
			unsigned int align, slab_flags_t flags, const char *why)
{
	char line[96];

	report_begin(&report);
	KUNIT_EXPECT_NULL(test, kmem_cache_create(name, size, align, flags, NULL));
	report_end(&report);
	snprintf(line, sizeof(line), "kmem_cache_create(%s): %s\n", name ? name : "(null)", why);
	EXPECT_REPORT(test, &report, line);
	EXPECT_REPORT(test, &report, "failed with error -22\n");
}

static void bad_requests_are_named(struct kunit *test)
{
	not_created(test, NULL, 8, 0, 0, "no name");
	not_created(test, "", 8, 0, 0, "no name");
	not_created(test, "two words", 8, 0, 0, "blank in the name");
	not_created(test, "tab\t", 8, 0, 0, "blank in the name");
	not_created(test, "a_name_of_forty_characters_and_some_more", 8, 0, 0, "name too long");
	not_created(test, "slab_test", 0, 0, 0, "size is 0");
	not_created(test, "slab_test", 2 * KMALLOC_MAX_SIZE, 0, 0, "size too large");
	not_created(test, "slab_test", 0xffffffff, 0, 0, "size too large");
	not_created(test, "slab_test", 8, 3, 0, "bad alignment");
	not_created(test, "slab_test", 8, 8192, 0, "bad alignment");
	not_created(test, "slab_test", 8, 0, (__force slab_flags_t)1, "unknown flags");
}

static void destruct(void *object)
{
}

static void destructors_are_refused(struct kunit *test)
{
	report_begin(&report);
	KUNIT_EXPECT_NULL(test, kmem_cache_create("slab_test", 8, 0, 0, NULL, destruct));
	report_end(&report);
	EXPECT_REPORT(test, &report, "destructors are no longer called");
}

static void two_of_one_name(struct kunit *test)
{
	struct kmem_cache *s = make(test, 8, 0, 0);

	report_begin(&report);
	KUNIT_EXPECT_NULL(test, kmem_cache_create("slab_test", 16, 0, 0, NULL));
	KUNIT_EXPECT_NULL(test, kmem_cache_create("kmalloc-64", 64, 0, 0, NULL));
	report_end(&report);
	EXPECT_REPORT(test, &report, "kmem_cache_create(slab_test): name already exists\n");
	EXPECT_REPORT(test, &report, "kmem_cache_create(kmalloc-64) failed with error -17\n");
	kmem_cache_destroy(s);
	s = make(test, 8, 0, 0);		/* and now it is free */
	kmem_cache_destroy(s);
}

static char panic_text[128];
static void *panic_env[5];

static void panic_catch(const char *msg)
{
	strlcpy(panic_text, msg, sizeof(panic_text));
	__builtin_longjmp(panic_env, 1);
}

static noinline void create_or_panic(void)
{
	if (!__builtin_setjmp(panic_env))
		kmem_cache_create("slab_test", 0, 0, SLAB_PANIC, NULL);
}

static void panic_rather_than_null(struct kunit *test)
{
	panic_catcher_t old = panic_set_catcher(panic_catch);

	create_or_panic();
	panic_set_catcher(old);
	KUNIT_EXPECT_NOT_NULL(test, strstr(panic_text, "Failed to create slab 'slab_test'"));
}

/* The table is finite; at its end there is a report, and all can be given back. */
static void as_many_as_there_are(struct kunit *test)
{
	static struct kmem_cache *s[SLAB_NR_CACHES];
	unsigned int nr;
	char name[24];

	report_begin(&report);
	for (nr = 0; nr < SLAB_NR_CACHES; nr++) {
		snprintf(name, sizeof(name), "slab_test_%u", nr);
		s[nr] = kmem_cache_create(name, 8, 0, 0, NULL);
		if (!s[nr])
			break;
	}
	report_end(&report);
	KUNIT_EXPECT_GT(test, nr, 300);
	KUNIT_EXPECT_LT(test, nr, SLAB_NR_CACHES);
	EXPECT_REPORT(test, &report, "too many caches");
	while (nr)
		kmem_cache_destroy(s[--nr]);
}

static bool refuse_pages(gfp_t gfp, unsigned int order)
{
	return true;
}

static void create_without_memory(struct kunit *test)
{
	static struct kmem_cache *s[SLAB_NR_CACHES];
	unsigned int nr;
	char name[24];

	slab_drain_all();
	report_begin(&report);
	page_alloc_set_should_fail(refuse_pages);
	for (nr = 0; nr < SLAB_NR_CACHES; nr++) {
		snprintf(name, sizeof(name), "slab_test_%u", nr);
		s[nr] = kmem_cache_create(name, 8, 0, 0, NULL);
		if (!s[nr])
			break;
	}
	page_alloc_set_should_fail(NULL);
	report_end(&report);
	KUNIT_EXPECT_LT(test, nr, 300);
	EXPECT_REPORT(test, &report, "out of memory");
	EXPECT_REPORT(test, &report, "failed with error -12\n");
	while (nr)
		kmem_cache_destroy(s[--nr]);
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

static bool refuse_after_some(gfp_t gfp, unsigned int order)
{
	return pages_left == 0 || pages_left-- == 0;
}

static void bulk_is_all_or_nothing(struct kunit *test)
{
	struct kmem_cache *s = make(test, 1000, 0, 0);
	struct slabinfo info;

	pages_left = 3;
	page_alloc_set_should_fail(refuse_after_some);
	KUNIT_EXPECT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL | __GFP_NOWARN, 100, bulk), 0);
	page_alloc_set_should_fail(NULL);
	kmem_cache_info(s, &info);
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

/* ---- giving back, destroying ----------------------------------------------------- */

static void shrink_gives_everything_back(struct kunit *test)
{
	struct kmem_cache *s = make(test, 500, 0, 0);
	struct slabinfo info;
	void *keep;

	kmem_cache_alloc_bulk(s, GFP_KERNEL, 200, bulk);
	keep = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free_bulk(s, 200, bulk);
	kmem_cache_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 1);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 1);
	kmem_cache_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.num_slabs, 1);
	kmem_cache_free(s, keep);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 0);
	kmem_cache_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.num_slabs, 0);
	KUNIT_EXPECT_EQ(test, info.num_objs, 0);
	kmem_cache_destroy(s);
}

/* After a peak most memory goes back by itself. */
static void few_empty_slabs_are_kept(struct kunit *test)
{
	struct kmem_cache *s = make(test, 500, 0, 0);
	struct slabinfo info;

	kmem_cache_alloc_bulk(s, GFP_KERNEL, 2000, bulk);
	kmem_cache_info(s, &info);
	KUNIT_EXPECT_GE(test, info.num_slabs, 250);
	KUNIT_EXPECT_EQ(test, info.active_objs, 2000);
	kmem_cache_free_bulk(s, 2000, bulk);
	kmem_cache_info(s, &info);
	KUNIT_EXPECT_LT(test, info.num_slabs, 20);
	kmem_cache_destroy(s);
}

static void find_by_name(struct kmem_cache *s, void *arg)
{
	*(bool *)arg |= !strcmp(kmem_cache_name(s), "slab_test");
}

static bool listed(void)
{
	bool found = false;

	kmem_cache_for_each(find_by_name, &found);
	return found;
}

static void destroyed_with_live_objects(struct kunit *test)
{
	const unsigned long errors = slab_error_count();
	struct kmem_cache *s = make(test, 100, 0, 0), *again;
	void *a = kmem_cache_alloc(s, GFP_KERNEL), *b = kmem_cache_alloc(s, GFP_KERNEL);
	char line[64];

	report_begin(&report);
	kmem_cache_destroy(s);
	report_end(&report);
	EXPECT_REPORT(test, &report, "BUG slab_test (");
	EXPECT_REPORT(test, &report, "Objects remaining on __kmem_cache_shutdown()");
	snprintf(line, sizeof(line), "Object 0x%px @offset=", a);
	EXPECT_REPORT(test, &report, line);
	snprintf(line, sizeof(line), "Object 0x%px @offset=", b);
	EXPECT_REPORT(test, &report, line);
	KUNIT_EXPECT_EQ(test, slab_error_count() - errors, 1);
	KUNIT_EXPECT_TRUE(test, listed());
	expect_sound(test);
	again = make(test, 100, 0, 0);		/* its name is free */
	kmem_cache_destroy(again);
	kfree(a);
	KUNIT_EXPECT_TRUE(test, listed());
	kmem_cache_free(s, b);			/* the last one takes the cache along */
	KUNIT_EXPECT_FALSE(test, listed());
}

static void destroyed_twice(struct kunit *test)
{
	struct kmem_cache *s = make(test, 100, 0, 0);

	kmem_cache_destroy(s);
	report_begin(&report);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_LT(test, kmem_cache_shrink(s), 0);
	report_end(&report);
	EXPECT_REPORT(test, &report, "kmem_cache_destroy: 0x");
	EXPECT_REPORT(test, &report, "is not a cache (destroyed already?)");
	expect_sound(test);
}

/* ---- wrong frees ----------------------------------------------------------------- */

static void refused(struct kunit *test, struct kmem_cache *s, void *p, const char *why)
{
	const unsigned long errors = slab_error_count(), live = slab_nr_live();

	report_begin(&report);
	kmem_cache_free(s, p);
	report_end(&report);
	EXPECT_REPORT(test, &report, "BUG slab_test (");
	EXPECT_REPORT(test, &report, why);
	EXPECT_REPORT(test, &report, "FIX slab_test: Object at 0x");
	KUNIT_EXPECT_EQ(test, slab_error_count() - errors, 2);
	KUNIT_EXPECT_EQ(test, slab_nr_live(), live);
	expect_sound(test);
}

static void wrong_frees_are_refused(struct kunit *test)
{
	struct kmem_cache *s = make(test, 80, 0, 0);
	char *p = kmem_cache_alloc(s, GFP_KERNEL), *other = kmalloc(80, GFP_KERNEL);
	char *large = kmalloc(50000, GFP_KERNEL);
	int on_stack;

	refused(test, s, other, "Wrong slab cache. slab_test but object is from kmalloc-96");
	refused(test, s, large, "outside of slab");
	refused(test, s, p + 8, "Invalid object pointer");
	refused(test, s, p + 1, "Invalid object pointer");
	refused(test, s, &on_stack, "outside of slab");
	refused(test, s, (void *)1, "outside of slab");
	kmem_cache_free(s, p);
	refused(test, s, p, "Object already free");
	kmem_cache_shrink(s);
	refused(test, s, p, "outside of slab");
	kfree(other);
	kfree(large);
	kmem_cache_destroy(s);
}

/* ---- damage in the default build ------------------------------------------------- */

/* A free object in stock is written to: noticed when it is asked for, and nothing is lost. */
static void overwritten_link_in_stock(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	struct slabinfo info;
	u64 *p[5], *q;
	unsigned int i;

	kmem_cache_alloc_bulk(s, GFP_KERNEL, 5, (void **)p);
	for (i = 0; i < 5; i++)
		kmem_cache_free(s, p[i]);
	*p[3] = 0x4141414141414141;
	q = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, q, p[4]);
	report_begin(&report);
	p[0] = kmem_cache_alloc(s, GFP_KERNEL);
	report_end(&report);
	KUNIT_EXPECT_NOT_NULL(test, p[0]);
	EXPECT_REPORT(test, &report, "Freepointer corrupt");
	EXPECT_REPORT(test, &report, "FIX slab_test: Isolate corrupted freechain");
	kmem_cache_free(s, p[0]);
	kmem_cache_free(s, q);
	kmem_cache_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	expect_sound(test);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 0);
	kmem_cache_destroy(s);
}

/* The same while a full stock is cut, in the middle of its chain. */
static void overwritten_link_met_by_a_flush(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 512, 0);
	struct slabinfo info;
	unsigned int i, nr;

	kmem_cache_info(s, &info);
	nr = info.limit + 2;
	for (i = 0; i < 3; i++) {
		unsigned int at = i == 0 ? 5 : i == 1 ? nr / 2 : nr - 4, k;

		kmem_cache_shrink(s);
		for (k = 0; k < nr; k++)
			bulk[k] = kmem_cache_alloc(s, GFP_KERNEL);
		kmem_cache_shrink(s);
		report_begin(&report);
		for (k = 0; k < nr; k++) {
			kmem_cache_free(s, bulk[k]);
			if (k == info.limit - 1)
				*(u64 *)bulk[at] = 0x4242424242424242;
		}
		kmem_cache_shrink(s);
		report_end(&report);
		EXPECT_REPORT(test, &report, "corrupt");
		expect_sound(test);
		kmem_cache_info(s, &info);
		KUNIT_EXPECT_EQ(test, info.active_objs, 0);
		KUNIT_EXPECT_EQ(test, info.num_slabs, 0);
	}
	kmem_cache_destroy(s);
}

/* And in the slab's own list. */
static void overwritten_link_in_the_slab(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	unsigned int i, at;
	struct slabinfo info;

	for (at = 0; at < 64; at += 9) {
		report_begin(&report);
		for (i = 0; i < 64; i++)
			bulk[i] = kmem_cache_alloc(s, GFP_KERNEL);
		for (i = 1; i < 64; i++)
			kmem_cache_free(s, bulk[i]);
		kmem_cache_shrink(s);
		*(u64 *)bulk[at ? at : 63] = 0x4343434343434343;
		for (i = 1; i < 64; i++)
			bulk[i] = kmem_cache_alloc(s, GFP_KERNEL);
		report_end(&report);
		for (i = 0; i < 64; i++)
			kmem_cache_free(s, bulk[i]);
		EXPECT_REPORT(test, &report, "corrupt");
		expect_sound(test);
		kmem_cache_info(s, &info);
		KUNIT_EXPECT_EQ(test, info.active_objs, 0);
		KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 0);
	}
	kmem_cache_destroy(s);
}

/* The verifier must see what it is there to see. */
static void planted_damage_is_found(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 2048, 0);
	u64 *live = kmem_cache_alloc(s, GFP_KERNEL), *p;
	struct page *page = virt_to_head_page(live), was, tail = page[1];
	char msg[160];
	u64 word;

	kmem_cache_shrink(s);
	was = *page;
	page->inuse++;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	EXPECT_STR(test, msg, "slab slab_test: pfn");
	*page = was;
	page->freelist++;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	EXPECT_STR(test, msg, "leaves the slab");
	*page = was;
	page->inuse = 100;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	EXPECT_STR(test, msg, "more objects away");
	*page = was;
	page->inuse = 0;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	*page = was;
	page[1].cache++;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	EXPECT_STR(test, msg, "page of another cache");
	page[1] = tail;
	page->owner = PAGE_OWNER_PAGES;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	EXPECT_STR(test, msg, "not the head of a slab");
	*page = was;
	p = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p);			/* now in stock */
	word = *p;
	*p = 0;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	EXPECT_STR(test, msg, "stock holds");
	*p = word;
	expect_sound(test);
	kmem_cache_free(s, live);
	kmem_cache_destroy(s);
}

/* ---- what is told ---------------------------------------------------------------- */

static void slabinfo_tells_the_truth(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 100, SLAB_RECLAIM_ACCOUNT);
	struct slabinfo info;

	kmem_cache_info(s, &info);
	KUNIT_EXPECT_STREQ(test, info.name, "slab_test");
	KUNIT_EXPECT_EQ(test, info.num_slabs, 0);
	kmem_cache_alloc_bulk(s, GFP_KERNEL, 50, bulk);
	kmem_cache_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 50);
	KUNIT_EXPECT_EQ(test, info.objsize, 104);
	KUNIT_EXPECT_EQ(test, info.pagesperslab, 1);
	KUNIT_EXPECT_EQ(test, info.objperslab, 39);
	KUNIT_EXPECT_EQ(test, info.num_objs, info.num_slabs * 39);
	KUNIT_EXPECT_EQ(test, info.num_slabs, info.active_slabs);
	KUNIT_EXPECT_TRUE(test, info.flags & SLAB_RECLAIM_ACCOUNT);
	KUNIT_EXPECT_GT(test, info.limit, info.batchcount);
	kmem_cache_free_bulk(s, 50, bulk);
	kmem_cache_info(s, &info);
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
	KUNIT_CASE(the_three_forms_of_create),
	KUNIT_CASE(the_name_is_copied),
	KUNIT_CASE(bad_requests_are_named),
	KUNIT_CASE(destructors_are_refused),
	KUNIT_CASE(two_of_one_name),
	KUNIT_CASE(panic_rather_than_null),
	KUNIT_CASE(as_many_as_there_are),
	KUNIT_CASE(create_without_memory),
	KUNIT_CASE(bulk_in_and_out),
	KUNIT_CASE(bulk_is_all_or_nothing),
	KUNIT_CASE(bulk_of_a_debugged_cache),
	KUNIT_CASE(bulk_free_checks_each),
	KUNIT_CASE(shrink_gives_everything_back),
	KUNIT_CASE(few_empty_slabs_are_kept),
	KUNIT_CASE(destroyed_with_live_objects),
	KUNIT_CASE(destroyed_twice),
	KUNIT_CASE(wrong_frees_are_refused),
	KUNIT_CASE(overwritten_link_in_stock),
	KUNIT_CASE(overwritten_link_met_by_a_flush),
	KUNIT_CASE(overwritten_link_in_the_slab),
	KUNIT_CASE(planted_damage_is_found),
	KUNIT_CASE(slabinfo_tells_the_truth),
	KUNIT_CASE(objects_can_be_named),
	KUNIT_CASE(random_operations),
	{}
};

static struct kunit_suite slab_suite = {
	.name = "slab",
	.test_cases = slab_cases,
};
kunit_test_suite(slab_suite);
