/* SPDX-License-Identifier: MIT */
/* Object caches: making and destroying them, and what they must refuse to be. */
#include "slab_fixture.h"

static void *bulk[2000];

static void construct(void *object)
{
	struct thing *t = object;

	t->a = t->b = t->c = 0x1234567890abcdef;
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

static struct task_struct *refused_task;	/* others shall have theirs */

static bool refuse_pages(gfp_t gfp, unsigned int order)
{
	return current == refused_task;
}

static void create_without_memory(struct kunit *test)
{
	static struct kmem_cache *s[SLAB_NR_CACHES];
	unsigned int nr;
	char name[24];

	slab_drain_all();
	refused_task = current;
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

/* ---- giving back, destroying ----------------------------------------------------- */

static void shrink_gives_everything_back(struct kunit *test)
{
	struct kmem_cache *s = make(test, 500, 0, 0);
	struct slabinfo info;
	void *keep;

	kmem_cache_alloc_bulk(s, GFP_KERNEL, 200, bulk);
	keep = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free_bulk(s, 200, bulk);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 1);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 1);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.num_slabs, 1);
	kmem_cache_free(s, keep);
	KUNIT_EXPECT_EQ(test, shrink_all(s), 0);
	settled_info(s, &info);
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
	settled_info(s, &info);
	KUNIT_EXPECT_GE(test, info.num_slabs, 2000 / info.objperslab);
	KUNIT_EXPECT_EQ(test, info.active_objs, 2000);
	kmem_cache_free_bulk(s, 2000, bulk);
	settled_info(s, &info);
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

/* Old pointers would hide leaks from who looks for them. */
static void slab_create_forget(struct kunit_suite *suite)
{
	memset(bulk, 0, sizeof(bulk));
}

static struct kunit_case slab_create_cases[] = {
	KUNIT_CASE(the_three_forms_of_create),
	KUNIT_CASE(the_name_is_copied),
	KUNIT_CASE(bad_requests_are_named),
	KUNIT_CASE(destructors_are_refused),
	KUNIT_CASE(two_of_one_name),
	KUNIT_CASE(panic_rather_than_null),
	KUNIT_CASE(as_many_as_there_are),
	KUNIT_CASE(create_without_memory),
	KUNIT_CASE(shrink_gives_everything_back),
	KUNIT_CASE(few_empty_slabs_are_kept),
	KUNIT_CASE(destroyed_with_live_objects),
	KUNIT_CASE(destroyed_twice),
	{}
};

static struct kunit_suite slab_create_suite = {
	.name = "slab_create",
	.suite_exit = slab_create_forget,
	.test_cases = slab_create_cases,
};
kunit_test_suite(slab_create_suite);
