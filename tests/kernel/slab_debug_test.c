/* SPDX-License-Identifier: MIT */
/*
 * The checks that slab_debug= and the flags of a cache turn on: each kind of damage is
 * planted, must be found and named, and must be repaired so that nobody notices later.
 */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/cmdline.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/poison.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "report.h"

#define ALL	(SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

static struct report report;
static unsigned long errors_before;

static struct kmem_cache *make(struct kunit *test, unsigned int size, slab_flags_t flags)
{
	struct kmem_cache *s = kmem_cache_create("slab_debug", size, 0, flags, NULL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	return s;
}

/* From here to expect_errors() reports are caught and counted. */
static void catch(void)
{
	errors_before = slab_error_count();
	report_begin(&report);
}

static void expect_errors(struct kunit *test, unsigned int nr, const char *what)
{
	report_end(&report);
	KUNIT_EXPECT_EQ(test, slab_error_count() - errors_before, nr);
	if (what)
		EXPECT_REPORT(test, &report, what);
}

static void validate(struct kunit *test, struct kmem_cache *s, unsigned int nr,
		     const char *what)
{
	catch();
	KUNIT_EXPECT_EQ(test, kmem_cache_validate(s), nr);
	expect_errors(test, nr, what);
}

/* After the damage: everything is as it should be, and the cache can go. */
static void finish(struct kunit *test, struct kmem_cache *s)
{
	char msg[160] = "";
	struct slabinfo info;

	validate(test, s, 0, NULL);
	KUNIT_EXPECT_TRUE_MSG(test, slab_verify(msg, sizeof(msg)), "%s", msg);
	kmem_cache_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	kmem_cache_destroy(s);
}

static slab_flags_t flags_of_new(struct kunit *test, const char *name, slab_flags_t flags)
{
	struct kmem_cache *s = kmem_cache_create(name, 8, 0, flags, NULL);
	struct slabinfo info;

	KUNIT_ASSERT_NOT_NULL(test, s);
	kmem_cache_info(s, &info);
	kmem_cache_destroy(s);
	return info.flags;
}

static slab_flags_t flags_of(struct kunit *test, const char *name)
{
	return flags_of_new(test, name, 0);
}

static void options(const char *text)
{
	static char copy[256];

	strlcpy(copy, text, sizeof(copy));
	report_begin(&report);
	cmdline_parse(copy);
	report_end(&report);
}

/* For cases that count on the layout of a slot: no flags but these. */
static struct kmem_cache *make_exact(struct kunit *test, unsigned int size, slab_flags_t flags)
{
	return make(test, size, flags | SLAB_NO_USER_FLAGS);
}

/* ---- no damage ------------------------------------------------------------------- */

static const slab_flags_t flag_sets[] = {
	SLAB_CONSISTENCY_CHECKS, SLAB_RED_ZONE, SLAB_POISON, SLAB_STORE_USER,
	SLAB_RED_ZONE | SLAB_POISON, ALL, ALL | SLAB_HWCACHE_ALIGN, ALL | SLAB_CACHE_DMA,
	ALL | SLAB_TYPESAFE_BY_RCU
};

static void ordinary_use_is_silent(struct kunit *test)
{
	static const unsigned int size[] = { 1, 3, 8, 20, 64, 200, 1024, 5000 };
	unsigned int f, i, k;
	struct kmem_cache *s;
	u8 *p[30];

	catch();
	for (f = 0; f < ARRAY_SIZE(flag_sets); f++)
		for (i = 0; i < ARRAY_SIZE(size); i++) {
			s = make(test, size[i], flag_sets[f]);
			for (k = 0; k < ARRAY_SIZE(p); k++) {
				p[k] = kmem_cache_alloc(s, GFP_KERNEL);
				KUNIT_ASSERT_NOT_NULL(test, p[k]);
				memset(p[k], k, size[i]);
			}
			KUNIT_EXPECT_EQ(test, kmem_cache_validate(s), 0);
			for (k = 0; k < ARRAY_SIZE(p); k++) {
				KUNIT_EXPECT_NULL(test, memchr_inv(p[k], k, size[i]));
				kmem_cache_free(s, p[k]);
			}
			KUNIT_EXPECT_EQ(test, kmem_cache_validate(s), 0);
			kmem_cache_destroy(s);
		}
	expect_errors(test, 0, NULL);
}

static void freed_memory_is_poisoned(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_POISON);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	memset(p, 0, 64);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, POISON_FREE, 63));
	KUNIT_EXPECT_EQ(test, p[63], POISON_END);
	finish(test, s);
}

/* ---- writes outside: red zones --------------------------------------------------- */

static void write_behind_a_live_object(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_RED_ZONE);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	p[64] = 0x12;
	validate(test, s, 2, "BUG slab_debug (");
	EXPECT_REPORT(test, &report, "): Right Redzone overwritten\n");
	EXPECT_REPORT(test, &report, "First byte 0x12 instead of 0xcc\n");
	EXPECT_REPORT(test, &report, "FIX slab_debug: Restoring Right Redzone 0x");
	KUNIT_EXPECT_EQ(test, p[64], SLUB_RED_ACTIVE);
	kmem_cache_free(s, p);
	finish(test, s);
}

static void write_behind_a_freed_object(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_RED_ZONE);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	p[64] = 0xab;
	validate(test, s, 2, "First byte 0xab instead of 0xbb");
	finish(test, s);
}

static void write_in_front(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_RED_ZONE);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	p[-1] = 0;
	catch();
	kmem_cache_free(s, p);			/* the free looks, too */
	expect_errors(test, 2, "Left Redzone overwritten");
	finish(test, s);
}

/* kmalloc() of less than its class: the rest is red. */
static void write_behind_what_was_asked_for(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("slab_debug", 32, 0,
						 SLAB_KMALLOC | SLAB_STORE_USER | SLAB_RED_ZONE,
						 NULL);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL), *q;

	q = krealloc(p, 18, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, p, q);
	p[18] = 0xab;
	p[19] = 0xab;
	validate(test, s, 2, "kmalloc Redzone overwritten");
	q = krealloc(p, 20, GFP_KERNEL);	/* now they are the user's */
	p[18] = p[19] = 0xab;
	validate(test, s, 0, NULL);
	KUNIT_EXPECT_EQ(test, ksize(p), 32);	/* and after asking, all of them */
	memset(p, 0xab, 32);
	validate(test, s, 0, NULL);
	q = krealloc(p, 33, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, q[31], 0xab);
	kfree(q);
	finish(test, s);
}

/* ---- writes after free ----------------------------------------------------------- */

static void write_first_byte_after_free(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_POISON);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	*p = 0x78;
	validate(test, s, 2, "): Poison overwritten");
	EXPECT_REPORT(test, &report, "First byte 0x78 instead of 0x6b");
	finish(test, s);
}

static void write_50th_byte_after_free(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_POISON);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	p[50] = 0x9a;
	validate(test, s, 2, "Poison overwritten");
	finish(test, s);
}

static void write_last_byte_after_free(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_POISON);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	p[63] = 0x9a;
	validate(test, s, 2, "End Poison overwritten");
	finish(test, s);
}

/* Nobody validates; the next owner's alloc does. */
static void alloc_notices_a_write_after_free(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_POISON | SLAB_STORE_USER);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	p[5] = 1;
	catch();
	KUNIT_EXPECT_PTR_EQ(test, (u8 *)kmem_cache_alloc(s, GFP_KERNEL), p);
	expect_errors(test, 2, "Poison overwritten");
	EXPECT_REPORT(test, &report, "Allocated in ");
	EXPECT_REPORT(test, &report, "Freed in ");
	kmem_cache_free(s, p);
	finish(test, s);
}

/* Nor does anybody allocate again: the slab is looked through when it goes. */
static void shrink_notices_a_write_after_free(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_POISON);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	p[5] = 1;
	catch();
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 0);
	expect_errors(test, 2, "Poison overwritten");
	finish(test, s);
}

static void writes_between_the_objects(struct kunit *test)
{
	struct kmem_cache *s = make_exact(test, 61, SLAB_POISON);	/* 3 bytes to the word */
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL), *end;

	p[62] = 1;
	validate(test, s, 2, "Alignment padding overwritten");
	/* Behind the last slot of the page; slots of 72 bytes. */
	end = (u8 *)((unsigned long)p & PAGE_MASK) + PAGE_SIZE - 1;
	*end = 1;
	validate(test, s, 2, "): Padding overwritten. 0x");
	EXPECT_REPORT(test, &report, "Restoring slab padding");
	KUNIT_EXPECT_EQ(test, *end, POISON_INUSE);
	kmem_cache_free(s, p);
	finish(test, s);
	/* Slots padded from 80 to 128: object 64, link 8, tracks none. */
	s = kmem_cache_create("slab_debug", 64, 64, SLAB_POISON | SLAB_NO_USER_FLAGS,
			      NULL);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	p[127] = 1;
	validate(test, s, 2, "Object padding overwritten");
	kmem_cache_free(s, p);
	finish(test, s);
}

/* ---- links and counts ------------------------------------------------------------ */

/*
 * The link lies behind the object, in its slot of 64 + 8 bytes.  A broken one cuts the
 * list; the count is then that of what is left; repaired, it is counted again.
 */
static void broken_link_of_a_free_object(struct kunit *test)
{
	struct kmem_cache *s = make_exact(test, 64, SLAB_POISON);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);
	u64 *link = (u64 *)(p + 64), saved;

	kmem_cache_free(s, p);
	saved = *link;
	*link = 0x12345678;
	validate(test, s, 3, "): Freechain corrupt\n");
	EXPECT_REPORT(test, &report, "Wrong object count. Counter is 0 but counted were ");
	EXPECT_REPORT(test, &report, "FIX slab_debug: Object count adjusted");
	*link = saved;
	validate(test, s, 2, "Wrong object count");
	validate(test, s, 0, NULL);
	finish(test, s);
}

static void broken_start_of_the_list(struct kunit *test)
{
	struct kmem_cache *s = make_exact(test, 64, SLAB_POISON);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);
	struct page *slab = virt_to_page(p);
	u16 freelist;

	kmem_cache_free(s, p);
	freelist = slab->freelist;
	slab->freelist = 2;			/* byte 8 is no object */
	validate(test, s, 4, "): Freepointer corrupt\n");
	EXPECT_REPORT(test, &report, "FIX slab_debug: Freelist cleared");
	slab->freelist = freelist;
	validate(test, s, 2, "Wrong object count");
	finish(test, s);
}

/* Without anybody validating, the alloc that meets it gives the slab up, for a while. */
static void alloc_meets_a_broken_link(struct kunit *test)
{
	struct kmem_cache *s = make_exact(test, 64, SLAB_POISON);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL), *q;
	int steps = 30 * HZ;

	kmem_cache_free(s, p);
	*(u64 *)(p + 64) = 0x12345678;
	catch();
	q = kmem_cache_alloc(s, GFP_KERNEL);
	expect_errors(test, 2, "Freechain corrupt");
	KUNIT_EXPECT_NOT_NULL(test, q);
	kmem_cache_free(s, q);
	report_begin(&report);
	while (kmem_cache_shrink(s) && --steps)	/* finds the others again, if nobody is at it */
		schedule_timeout_uninterruptible(1);
	report_end(&report);
	finish(test, s);
}

static void freed_twice(struct kunit *test)
{
	unsigned int f;
	struct kmem_cache *s;
	u8 *p, *keep;

	for (f = 0; f < ARRAY_SIZE(flag_sets); f++) {
		s = make(test, 64, flag_sets[f]);
		keep = kmem_cache_alloc(s, GFP_KERNEL);
		p = kmem_cache_alloc(s, GFP_KERNEL);
		kmem_cache_free(s, p);
		catch();
		kmem_cache_free(s, p);
		expect_errors(test, 2, "): Object already free\n");
		EXPECT_REPORT(test, &report, "FIX slab_debug: Object at 0x");
		catch();
		kmem_cache_free(s, keep + 8);
		expect_errors(test, 2, "Invalid object pointer 0x");
		kmem_cache_free(s, keep);
		finish(test, s);
	}
}

/* ---- who did it ------------------------------------------------------------------ */

static unsigned long test_clock(void)
{
	return 1000;
}

static void reports_name_the_users(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_STORE_USER);
	slab_clock_t old;
	u8 *p;

	p = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p);
	old = slab_set_clock(test_clock);
	catch();
	kmem_cache_free(s, p);
	expect_errors(test, 2, "Allocated in ");
	EXPECT_REPORT(test, &report, " age=");
	EXPECT_REPORT(test, &report, " cpu=0 pid=");
	EXPECT_REPORT(test, &report, "Freed in ");
	EXPECT_REPORT(test, &report, "\nSlab 0x");
	EXPECT_REPORT(test, &report, "\nObject 0x");
	EXPECT_REPORT(test, &report, "\nObject   ");
	slab_set_clock(old);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	report_begin(&report);
	KUNIT_EXPECT_TRUE(test, kmem_dump_obj(p));
	report_end(&report);
	EXPECT_REPORT(test, &report, "Allocated in ");
	kmem_cache_free(s, p);
	finish(test, s);
}

static void leaks_name_the_users(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_STORE_USER);
	u8 *p = kmem_cache_alloc(s, GFP_KERNEL);

	catch();
	kmem_cache_destroy(s);
	expect_errors(test, 1, "Objects remaining on __kmem_cache_shutdown()");
	EXPECT_REPORT(test, &report, "Allocated in ");
	kfree(p);
}

static void tracing_prints_each(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_TRACE);
	char line[64];
	void *p;

	catch();
	p = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p);
	snprintf(line, sizeof(line), "TRACE slab_debug alloc 0x%px inuse=1 fp=0x", p);
	expect_errors(test, 0, line);
	snprintf(line, sizeof(line), "TRACE slab_debug free 0x%px inuse=", p);
	EXPECT_REPORT(test, &report, line);
	finish(test, s);
}

/* The first report taints the kernel, and the next title says so. */
static void reports_taint(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, SLAB_POISON);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	catch();
	set_taint_mask(0);
	kmem_cache_free(s, p);
	kmem_cache_free(s, p);
	expect_errors(test, 4, "BUG slab_debug (Not tainted): Object already free");
	EXPECT_REPORT(test, &report, "BUG slab_debug (Tainted: ");
	finish(test, s);
}

/* ---- the default build validates, too -------------------------------------------- */

static void validating_a_plain_cache(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL), *q = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	validate(test, s, 0, NULL);
	kmem_cache_free(s, q);
	finish(test, s);
}

/* ---- slab_debug= ----------------------------------------------------------------- */

static void the_command_line_chooses(struct kunit *test)
{
	const bool was_on = flags_of(test, "slab_debug") != 0;
	char longer[200] = "";

	options("slab_debug=FZ");
	KUNIT_EXPECT_EQ(test, flags_of(test, "x"), SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE);
	options("slab_debug=PUT,aa,b*");
	KUNIT_EXPECT_EQ(test, flags_of(test, "x"), 0);
	KUNIT_EXPECT_EQ(test, flags_of(test, "aa"), SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE);
	KUNIT_EXPECT_EQ(test, flags_of(test, "bcd"), SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE);
	options("slub_debug=A");
	KUNIT_EXPECT_EQ(test, flags_of(test, "x"), SLAB_FAILSLAB);
	options("slab_debug=,aa");
	KUNIT_EXPECT_EQ(test, flags_of(test, "x"), 0);
	options("slab_debug");
	KUNIT_EXPECT_EQ(test, flags_of(test, "x"), ALL);
	memset(longer, 'n', sizeof(longer) - 1);
	memcpy(longer, "slab_debug=F,", 13);
	options(longer);			/* too long a list: nothing changes */
	KUNIT_EXPECT_EQ(test, flags_of(test, "x"), ALL);
	options("slab_debug=X");		/* no such letter, either */
	EXPECT_REPORT(test, &report, "slab_debug");
	KUNIT_EXPECT_EQ(test, flags_of(test, "x"), ALL);
	options("slab_debug=-");
	KUNIT_EXPECT_EQ(test, flags_of(test, "x"), 0);
	if (was_on)
		options("slab_debug");
}

/* Whatever the command line says, this cache is like everybody's without it. */
static void the_command_line_leaves_some_alone(struct kunit *test)
{
	const bool was_on = flags_of(test, "slab_debug") != 0;

	options("slab_debug");
	KUNIT_EXPECT_EQ(test, flags_of_new(test, "x", SLAB_NO_USER_FLAGS) & ALL, 0);
	KUNIT_EXPECT_EQ(test, flags_of_new(test, "x", SLAB_NO_USER_FLAGS | SLAB_POISON) & ALL,
			SLAB_POISON);
	if (!was_on)
		options("slab_debug=-");
}

static void the_back_end_can_be_named(struct kunit *test)
{
	options("slab=slub");
	KUNIT_EXPECT_STREQ(test, report.text, "");
	options("slab=slob");
	EXPECT_REPORT(test, &report, "slab=slob: only slub is built so far, using slub\n");
	options("slab=quick");
	EXPECT_REPORT(test, &report, "slab=");
}

static struct kunit_case slab_debug_cases[] = {
	KUNIT_CASE(ordinary_use_is_silent),
	KUNIT_CASE(freed_memory_is_poisoned),
	KUNIT_CASE(write_behind_a_live_object),
	KUNIT_CASE(write_behind_a_freed_object),
	KUNIT_CASE(write_in_front),
	KUNIT_CASE(write_behind_what_was_asked_for),
	KUNIT_CASE(write_first_byte_after_free),
	KUNIT_CASE(write_50th_byte_after_free),
	KUNIT_CASE(write_last_byte_after_free),
	KUNIT_CASE(alloc_notices_a_write_after_free),
	KUNIT_CASE(shrink_notices_a_write_after_free),
	KUNIT_CASE(writes_between_the_objects),
	KUNIT_CASE(broken_link_of_a_free_object),
	KUNIT_CASE(broken_start_of_the_list),
	KUNIT_CASE(alloc_meets_a_broken_link),
	KUNIT_CASE(freed_twice),
	KUNIT_CASE(reports_name_the_users),
	KUNIT_CASE(leaks_name_the_users),
	KUNIT_CASE(tracing_prints_each),
	KUNIT_CASE(reports_taint),
	KUNIT_CASE(validating_a_plain_cache),
	KUNIT_CASE(the_command_line_chooses),
	KUNIT_CASE(the_command_line_leaves_some_alone),
	KUNIT_CASE(the_back_end_can_be_named),
	{}
};

static struct kunit_suite slab_debug_suite = {
	.name = "slab_debug",
	.test_cases = slab_debug_cases,
};
kunit_test_suite(slab_debug_suite);
