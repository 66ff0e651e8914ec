/* SPDX-License-Identifier: MIT */
/*
 * slab_nested_test.c - what an interrupt in the middle of an operation would see
 *
 * While an operation has a chain in hand its CPU's stock is empty, whoever looks.  Here the
 * test takes it, as an operation that is being interrupted would have, and runs everything;
 * or it runs from inside a refill, through page_alloc's fault injection socket.  Also the rest
 * of what takes a hand inside: forged links, and each mistake that the verifier can report.
 */
#include <asm/processor.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sprintf.h>

#include "slab_doubt.h"
#include "slab_fixture.h"

static void *bulk[64];

/* ---- with the stock in hand --------------------------------------------------------- */

static void everything_works_while_in_hand(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	void *before = kmem_cache_alloc(s, GFP_KERNEL), *p;
	struct slab_chain chain;
	struct slabinfo info;

	take(s, &chain);
	KUNIT_EXPECT_EQ(test, chain.nr, 63);		/* a slab has 64 */
	p = kmem_cache_alloc(s, GFP_ATOMIC);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, kmem_cache_alloc_bulk(s, GFP_ATOMIC, 64, bulk), 64);
	expect_sound(test);
	kmem_cache_free(s, p);
	kfree(before);
	kmem_cache_free_bulk(s, 64, bulk);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 1);	/* what is in hand stays */
	expect_sound(test);
	put_back(s, &chain);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	KUNIT_EXPECT_EQ(test, shrink_all(s), 0);
	kmem_cache_destroy(s);
}

/* Lost objects wait until nobody is in the middle of anything. */
static void no_rescue_while_in_hand(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	struct slab_chain chain;
	struct slabinfo info;
	u64 *p;

	p = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p);
	*p = 0x1111;
	report_begin(&report);
	p = kmem_cache_alloc(s, GFP_KERNEL);	/* meets it, and rescues */
	expect_rescued(test, s);
	report_end(&report);
	take(s, &chain);
	s->nr_lost = 1;
	slab_pcp_rescue(s);
	KUNIT_EXPECT_EQ(test, s->nr_lost, 1);
	s->nr_lost = 0;
	put_back(s, &chain);
	kmem_cache_free(s, p);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	kmem_cache_destroy(s);
}

/*
 * A free that was interrupted between its link and its commit begins again with an object that
 * looks free already: that is no double free.
 */
static void a_free_that_begins_again(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	const unsigned long errors = slab_error_count();
	struct slabinfo info;

	slab_link_set(p, *slab_stock_list(s, this_cpu_ptr(&slab_stocks[s->index])));
	kmem_cache_free(s, p);
	decide(s, p);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
	expect_sound(test);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	kmem_cache_destroy(s);
}

static bool nobody(struct kmem_cache *s, gfp_t gfp)
{
	return false;
}

/* Freed twice while its first copy is in somebody's hand: noticed when that is over. */
static void double_free_of_what_is_in_hand(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	const unsigned long errors = slab_error_count();
	struct slab_chain chain;
	struct slabinfo info;
	void *p, *q;

	p = kmem_cache_alloc(s, GFP_KERNEL);
	q = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p);
	take(s, &chain);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_TRUE(test, stays_aside(p));
	slab_trim();				/* still: nobody knows */
	KUNIT_EXPECT_TRUE(test, stays_aside(p));
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
	report_begin(&report);
	put_back(s, &chain);
	slab_trim();
	decide(s, p);				/* whoever was in the way */
	report_end(&report);
	EXPECT_REPORT(test, &report, "Object already free");
	KUNIT_EXPECT_FALSE(test, is_aside(p));
	kmem_cache_free(s, q);
	expect_sound(test);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	kmem_cache_destroy(s);
}

/* Freed once, but it began again, and somebody had a chain in hand: freed when that is over. */
static void a_free_that_begins_again_meanwhile(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	const unsigned long errors = slab_error_count();
	struct slab_chain chain;
	struct slabinfo info;
	void *p, *q;

	p = kmem_cache_alloc(s, GFP_KERNEL);
	q = kmem_cache_alloc(s, GFP_KERNEL);
	take(s, &chain);
	slab_link_set(p, slab_nil);
	kmem_cache_free(s, p);
	put_back(s, &chain);
	slab_trim();
	decide(s, p);
	kmem_cache_free(s, q);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
	expect_sound(test);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	kmem_cache_destroy(s);
}

/* Put aside behind a place that was emptied meanwhile: found all the same. */
static void aside_in_another_place(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	const unsigned long errors = slab_error_count();
	void *p = kmem_cache_alloc(s, GFP_KERNEL), *q = kmem_cache_alloc(s, GFP_KERNEL);
	struct slabinfo info;

	slab_link_set(p, slab_nil);
	slab_link_set(q, slab_nil);
	preempt_disable();
	slab_nolock_retry();
	KUNIT_EXPECT_NULL(test, this_cpu_cmpxchg(slab_nolock.unsure[1], NULL, p));
	slab_nolock_retry();
	KUNIT_EXPECT_NULL(test, this_cpu_read(slab_nolock.unsure[1]));
	preempt_enable();
	decide(s, p);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 1);
	preempt_disable();
	KUNIT_EXPECT_NULL(test, this_cpu_cmpxchg(slab_nolock.unsure[1], NULL, q));
	preempt_enable();
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
}

static void lose_some(struct kmem_cache *s, u64 **p, gfp_t gfp)
{
	*p = kmem_cache_alloc(s, gfp);
	kmem_cache_free(s, *p);
	**p = 0x3333;
	report_begin(&report);
	*p = kmem_cache_alloc(s, gfp);
	report_end(&report);
}

/* Off its slab's list and not dressed yet, it is still what a free object should be. */
static void validating_one_that_is_on_its_way(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0, SLAB_RED_ZONE | SLAB_POISON);
	const unsigned long errors = slab_error_count();
	struct slab_link *link;
	void *p;

	slab_pcp_hold(s);
	KUNIT_ASSERT_EQ(test, s->ops->refill(s, &link, 1, GFP_KERNEL), 1);
	p = slab_link_object(s, link);
	KUNIT_EXPECT_EQ(test, kmem_cache_validate(s), 0);
	slab_debug_alloc(s, p, 64, 0);
	slab_pcp_settle(s);
	KUNIT_EXPECT_EQ(test, kmem_cache_validate(s), 0);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

/* False: mm_trim has freed it before it could be seen. */
static bool waits_through_a_rescue(struct kunit *test, struct kmem_cache *s)
{
	u64 *q = kmem_cache_alloc(s, GFP_KERNEL);

	slab_pcp_set_should_fail(nobody);
	kfree_nolock(q);
	slab_pcp_set_should_fail(NULL);
	if ((u64 *)this_cpu_read(slab_nolock.waiting) != q)
		return false;
	s->nr_lost = 1;
	slab_pcp_rescue(s);
	expect_rescued(test, s);
	return (u64 *)this_cpu_read(slab_nolock.waiting) == q;
}

/* What kfree_nolock() has left looks free as well, but it is not lost. */
static void what_waits_is_not_rescued(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	unsigned int tries = 20;
	struct slabinfo info;
	bool waited;
	u64 *p;

	do {
		waited = waits_through_a_rescue(test, s);
		slab_nolock_drain();
	} while (!waited && --tries);
	KUNIT_EXPECT_TRUE(test, waited);
	lose_some(s, &p, GFP_KERNEL);
	kmem_cache_free(s, p);
	expect_sound(test);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	kmem_cache_destroy(s);
}

/* Where one cannot wait for other CPUs nothing is put back: slab_trim() does it. */
static void lost_in_atomic_context(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	struct slabinfo info;
	u64 *p;

	preempt_disable();
	lose_some(s, &p, GFP_ATOMIC);
	KUNIT_EXPECT_GT(test, s->nr_lost, 0);
	KUNIT_EXPECT_NOT_NULL(test, p);
	slab_trim();
	KUNIT_EXPECT_GT(test, s->nr_lost, 0);
	preempt_enable();
	slab_trim();
	expect_rescued(test, s);
	kmem_cache_free(s, p);
	expect_sound(test);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	kmem_cache_destroy(s);
}

/* ---- from inside a refill ------------------------------------------------------------ */

static struct kmem_cache *nested_cache;
static void *nested_kept;
static unsigned int nested_calls, nested_free;
static struct task_struct *nested_task;	/* whose refill it is; others have theirs */

static bool nested_hook(gfp_t gfp, unsigned int order)
{
	unsigned int i;

	if (current != nested_task || !in_task() || nested_calls++)
		return false;
	/* An interrupt, now: it fills the stock that the outer refill found empty. */
	for (i = 0; i < nested_free; i++)
		bulk[i] = kmem_cache_alloc(nested_cache, GFP_ATOMIC);
	for (i = 0; i < nested_free; i++)
		kmem_cache_free(nested_cache, bulk[i]);
	nested_kept = kmem_cache_alloc(nested_cache, GFP_ATOMIC);
	return false;
}

static void a_refill_inside_a_refill(struct kunit *test)
{
	struct slabinfo info;
	void *p;

	nested_task = current;
	nested_cache = make_plain(test, 500, 0);
	for (nested_free = 1; nested_free < 40; nested_free += 19) {
		nested_calls = 0;
		kmem_cache_shrink(nested_cache);
		page_alloc_set_should_fail(nested_hook);
		p = kmem_cache_alloc(nested_cache, GFP_KERNEL);
		page_alloc_set_should_fail(NULL);
		KUNIT_EXPECT_GE(test, nested_calls, 2);
		KUNIT_EXPECT_NOT_NULL(test, p);
		KUNIT_EXPECT_NOT_NULL(test, nested_kept);
		KUNIT_EXPECT_PTR_NE(test, p, nested_kept);
		expect_sound(test);
		kmem_cache_free(nested_cache, p);
		kmem_cache_free(nested_cache, nested_kept);
	}
	settled_info(nested_cache, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	kmem_cache_destroy(nested_cache);
}

/* ---- forged and damaged links ---------------------------------------------------------- */

/* A user's data that look like a free link by chance do not make a live object free. */
static void looking_free_is_not_enough(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL), *q = kmem_cache_alloc(s, GFP_KERNEL);
	const unsigned long errors = slab_error_count();
	int steps = MAX_STEPS;

	slab_link_set(p, slab_nil);
	KUNIT_EXPECT_EQ(test, sure_verdict(s, p), SLAB_LIVE);
	while (slab_pcp_is_free(s, p) && --steps)	/* or nobody knows */
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_NE(test, steps, 0);
	kmem_cache_free(s, p);
	slab_link_set(q, p);
	kmem_cache_free(s, q);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
	expect_sound(test);
	kmem_cache_destroy(s);
}

/* A search through a damaged stock ends where the damage is. */
static void searching_a_damaged_stock(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	enum slab_verdict v;
	unsigned int spins = 0;
	u64 *p[4], word;

	kmem_cache_alloc_bulk(s, GFP_KERNEL, 4, (void **)p);
	slab_link_set((struct slab_link *)p[3], slab_nil);	/* live, but looks free */
	kmem_cache_free(s, p[0]);
	kmem_cache_free(s, p[1]);
	word = *p[1];
	*p[1] = 0x2222;
	KUNIT_EXPECT_EQ(test, verdict(s, p[3]), SLAB_UNSURE);
	slab_link_set((struct slab_link *)p[1], (struct slab_link *)(PAGE_OFFSET + 8));
	KUNIT_EXPECT_EQ(test, verdict(s, p[3]), SLAB_UNSURE);
	kmem_cache_free(s, p[3]);		/* later */
	KUNIT_EXPECT_TRUE(test, stays_aside(p[3]));
	preempt_disable();			/* or mm_trim frees it before we look */
	*p[1] = word;
	while ((v = verdict(s, p[3])) == SLAB_UNSURE && ++spins < 10000000)
		cpu_relax();		/* another CPU's is at it */
	preempt_enable();
	KUNIT_EXPECT_EQ(test, v, SLAB_LIVE);
	decide(s, p[3]);
	KUNIT_EXPECT_EQ(test, sure_verdict(s, p[3]), SLAB_FREE);
	kmem_cache_free(s, p[2]);
	expect_sound(test);
	kmem_cache_destroy(s);
}

static void kmalloc_meets_damage(struct kunit *test)
{
	volatile size_t size = 3000;
	u64 *p = kmalloc(size, GFP_KERNEL);
	struct kmem_cache *s = kmalloc_cache(size, GFP_KERNEL);

	if (s->flags & SLAB_DEBUG_FLAGS) {
		kfree(p);
		kunit_skip(test, "slab_debug= is on");
	}
	report_begin(&report);
	kfree(p);
	*p = 0x5555;
	p = kmalloc(size, GFP_KERNEL);
	report_end(&report);
	EXPECT_REPORT(test, &report, "BUG kmalloc-4k (");
	EXPECT_REPORT(test, &report, "Freepointer corrupt");
	KUNIT_EXPECT_NOT_NULL(test, p);
	kfree(p);
	expect_sound(test);
}

/* Before its cache exists, or after: nothing happens. */
static void a_stock_of_no_cache(struct kunit *test)
{
	report_begin(&report);
	KUNIT_EXPECT_NULL(test, slab_alloc((SLAB_NR_CACHES - 1) << SLAB_ID_SHIFT, GFP_KERNEL));
	report_end(&report);
}

static unsigned int pages_left;

static struct task_struct *refused_task;	/* others shall have theirs */

static bool refuse_after_some(gfp_t gfp, unsigned int order)
{
	return current == refused_task && in_task() && (pages_left == 0 || pages_left-- == 0);
}

/* Who needs long chains gets several slabs at once, or as many as there are. */
static void several_new_slabs(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 1000, 0);
	struct slabinfo info;
	void *p;

	preempt_disable();			/* mm_trim makes chains shorter again */
	s->batch = 5 * s->objects;
	p = kmem_cache_alloc(s, GFP_ATOMIC);
	preempt_enable();
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.num_slabs, 5);
	KUNIT_EXPECT_EQ(test, info.active_objs, 1);
	expect_sound(test);
	kmem_cache_free(s, p);
	kmem_cache_shrink(s);
	pages_left = 3;
	refused_task = current;
	page_alloc_set_should_fail(refuse_after_some);
	preempt_disable();
	s->batch = 5 * s->objects;
	p = kmem_cache_alloc(s, GFP_ATOMIC | __GFP_NOWARN);
	preempt_enable();
	page_alloc_set_should_fail(NULL);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.num_slabs, 3);
	expect_sound(test);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

/* Objects are popped by eights: the damaged one is each of them once. */
static void bulk_stops_at_damage(struct kunit *test)
{
	struct kmem_cache *s;
	struct slabinfo info;
	unsigned int at;
	char line[32];
	u64 *p;

	for (at = 0; at < 18; at++) {
		s = make_plain(test, 64, 0);
		kmem_cache_alloc_bulk(s, GFP_KERNEL, 18, bulk);
		p = bulk[at];
		kmem_cache_free_bulk(s, 18, bulk);
		*p = 0x3333;
		report_begin(&report);
		KUNIT_EXPECT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 24, bulk), 24);
		report_end(&report);
		EXPECT_REPORT(test, &report, "Freepointer corrupt");
		snprintf(line, sizeof(line), "Object 0x%px", p);
		EXPECT_REPORT(test, &report, line);
		kmem_cache_free_bulk(s, 24, bulk);
		settled_info(s, &info);
		KUNIT_EXPECT_EQ(test, info.active_objs, 0);
		expect_sound(test);
		kmem_cache_destroy(s);
	}
}

/* Damage that nobody has met before the end.  That its pages are back, the account says. */
static void destroying_a_damaged_cache(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	u64 *p;

	kmem_cache_alloc_bulk(s, GFP_KERNEL, 10, bulk);
	p = bulk[5];
	kmem_cache_free_bulk(s, 10, bulk);
	*p = 0x4444;
	report_begin(&report);
	kmem_cache_destroy(s);
	report_end(&report);
	EXPECT_REPORT(test, &report, "corrupt");
	EXPECT_REPORT(test, &report, "objects of a corrupted chain are back");
	KUNIT_EXPECT_FALSE(test, report_has(&report, "Objects remaining"));
}

/* ---- what the verifier can say ----------------------------------------------------------- */

static void expect_fault(struct kunit *test, const char *what)
{
	char msg[160] = "";

	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	EXPECT_STR(test, msg, what);
}

struct mistakes {
	struct kunit *test;
	struct kmem_cache *s;
	void *live;
};

/* While nobody else is at work: mm_trim would rescue what is said to be lost. */
static int make_mistakes(void *arg)
{
	const struct mistakes *m = arg;
	struct kunit *test = m->test;
	struct kmem_cache *s = m->s;
	struct page *slab = virt_to_page(m->live);
	struct slab_link *first, saved;

	first = slab_first_free(s, slab);
	saved = *first;
	slab_link_set(first, first);
	expect_fault(test, "free list is a circle");
	first->word = 0;
	expect_fault(test, "free list has a broken link");
	*first = saved;
	s->nr_slabs++;
	expect_fault(test, "slabs 1/2");
	s->nr_slabs--;
	s->nr_lost = 100;
	expect_fault(test, "100 lost");
	s->nr_lost = 0;
	slab->inuse++;
	expect_fault(test, "free list is too long");
	slab->inuse--;
	expect_sound(test);
	return 0;
}

static void the_verifier_sees_each_mistake(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 1000, 0);
	void *live = kmem_cache_alloc(s, GFP_KERNEL);
	struct mistakes m = { test, s, live };

	kmem_cache_shrink(s);
	mm_while_stopped(make_mistakes, &m);
	kmem_cache_free(s, live);
	kmem_cache_destroy(s);
}

/* ---- contexts -------------------------------------------------------------------------------- */

static void not_from_an_interrupt(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0, 0), *no;

	report_begin(&report);
	preempt_count_add(HARDIRQ_OFFSET);
	no = kmem_cache_create("slab_test_2", 8, 0, 0, NULL);
	kmem_cache_destroy(s);
	preempt_count_sub(HARDIRQ_OFFSET);
	report_end(&report);
	KUNIT_EXPECT_NULL(test, no);
	EXPECT_REPORT(test, &report, "called from an interrupt");
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(s), "slab_test");
	kmem_cache_destroy(s);
}

static struct kunit_case slab_nested_cases[] = {
	KUNIT_CASE(everything_works_while_in_hand),
	KUNIT_CASE(no_rescue_while_in_hand),
	KUNIT_CASE(a_free_that_begins_again),
	KUNIT_CASE(double_free_of_what_is_in_hand),
	KUNIT_CASE(a_free_that_begins_again_meanwhile),
	KUNIT_CASE(aside_in_another_place),
	KUNIT_CASE(validating_one_that_is_on_its_way),
	KUNIT_CASE(what_waits_is_not_rescued),
	KUNIT_CASE(lost_in_atomic_context),
	KUNIT_CASE(a_refill_inside_a_refill),
	KUNIT_CASE(looking_free_is_not_enough),
	KUNIT_CASE(searching_a_damaged_stock),
	KUNIT_CASE(kmalloc_meets_damage),
	KUNIT_CASE(a_stock_of_no_cache),
	KUNIT_CASE(several_new_slabs),
	KUNIT_CASE(bulk_stops_at_damage),
	KUNIT_CASE(destroying_a_damaged_cache),
	KUNIT_CASE(the_verifier_sees_each_mistake),
	KUNIT_CASE(not_from_an_interrupt),
	{}
};

static struct kunit_suite slab_nested_suite = {
	.name = "slab_nested",
	.test_cases = slab_nested_cases,
};
kunit_test_suite(slab_nested_suite);
