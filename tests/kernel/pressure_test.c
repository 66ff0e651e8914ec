/* SPDX-License-Identifier: MIT */
/*
 * pressure_test.c - reclaim, reserves and victims with threads that wait for each other
 *
 * Booted only.
 */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mempool.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/vmstat.h>

#include "../../mm/internal.h"
#include "page_keeper.h"
#include "report.h"

static struct task_struct *run(struct kunit *test, int (*fn)(void *), void *arg)
{
	struct task_struct *t = kthread_create(fn, arg, "pressure");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	return t;
}

/* ---- shrinkers: leaving waits ---------------------------------------------------- */

static struct shrinker *slow_one;
static bool slow_running, slow_done;
static bool leaving;			/* whom callbacks wait for, who waits for them */

static void takes_longer(void)
{
	unsigned int ticks = 60 * HZ;

	while (!READ_ONCE(leaving) && --ticks)
		schedule_timeout_uninterruptible(1);
	schedule_timeout_uninterruptible(10);
}

static unsigned long slow_count(struct shrinker *s, struct shrink_control *sc)
{
	return slow_running || slow_done ? 0 : 1;
}

static unsigned long slow_scan(struct shrinker *s, struct shrink_control *sc)
{
	WRITE_ONCE(slow_running, true);
	takes_longer();
	WRITE_ONCE(slow_done, s->name[0] == 's');	/* it is still there */
	return SHRINK_STOP;
}

static int drop_all(void *unused)
{
	drop_slab();
	return 0;
}

static void freeing_a_shrinker_waits_for_its_callback(struct kunit *test)
{
	struct task_struct *t;

	slow_running = slow_done = leaving = false;
	slow_one = shrinker_alloc(0, "slow");
	KUNIT_ASSERT_NOT_NULL(test, slow_one);
	slow_one->count_objects = slow_count;
	slow_one->scan_objects = slow_scan;
	shrinker_register(slow_one);
	t = run(test, drop_all, NULL);
	while (!READ_ONCE(slow_running))
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(slow_done));
	WRITE_ONCE(leaving, true);
	shrinker_free(slow_one);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(slow_done));
	kthread_stop_put(t);
}

/* ---- so do victims and notifiers ------------------------------------------------- */

static bool call_running, call_done;

static void takes_its_time(void)
{
	WRITE_ONCE(call_running, true);
	takes_longer();
	WRITE_ONCE(call_done, true);
}

static unsigned long slow_size(struct oom_victim *v)
{
	return 1;
}

static void slow_release(struct oom_victim *v)
{
	takes_its_time();
	oom_victim_done(v);
}

static int slow_call(struct notifier_block *nb, unsigned long action, void *data)
{
	takes_its_time();
	return NOTIFY_OK;
}

static int runs_out(void *unused)
{
	struct oom_control oc = { .gfp_mask = GFP_KERNEL };

	out_of_memory(&oc);
	return 0;
}

static BLOCKING_NOTIFIER_HEAD(slow_chain);

static int calls_chain(void *unused)
{
	blocking_notifier_call_chain(&slow_chain, 0, NULL);
	return 0;
}

/* fn calls back, which takes its time: leave() meanwhile returns when that is over. */
static void leaving_waits(struct kunit *test, int (*fn)(void *), void (*leave)(void *), void *arg)
{
	struct task_struct *t;

	call_running = call_done = leaving = false;
	t = run(test, fn, NULL);
	while (!READ_ONCE(call_running))
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(call_done));
	WRITE_ONCE(leaving, true);
	leave(arg);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(call_done));
	kthread_stop_put(t);
}

static void victim_leaves(void *v)
{
	oom_unregister_victim(v);
}

static void notifier_leaves(void *nb)
{
	blocking_notifier_chain_unregister(&slow_chain, nb);
}

static void victims_and_notifiers_leave_when_they_are_done(struct kunit *test)
{
	static struct oom_victim v = { .name = "slow", .size = slow_size, .release = slow_release };
	static struct notifier_block nb = { .notifier_call = slow_call };
	static struct report r;

	KUNIT_ASSERT_EQ(test, oom_register_victim(&v), 0);
	report_begin(&r);
	leaving_waits(test, runs_out, victim_leaves, &v);
	report_end(&r);
	KUNIT_ASSERT_EQ(test, blocking_notifier_chain_register(&slow_chain, &nb), 0);
	leaving_waits(test, calls_chain, notifier_leaves, &nb);
}

/* ---- caches come and go under reclaim -------------------------------------------- */

static int drop_often(void *unused)
{
	while (!kthread_should_stop()) {
		slab_drain_all();
		drop_slab();
		cond_resched();
	}
	return 0;
}

static void caches_are_destroyed_while_they_shrink(struct kunit *test)
{
	struct task_struct *t = run(test, drop_often, NULL);
	const unsigned long end = jiffies + 30 * HZ;	/* many CPUs on few cores are slow */
	struct kmem_cache *s;
	unsigned int i, k;
	void *p[32];

	for (i = 0; i < 120 && time_before(jiffies, end); i++) {
		s = kmem_cache_create("pressure_test", 64 + 24 * i, 0, 0, NULL);
		KUNIT_ASSERT_NOT_NULL(test, s);
		for (k = 0; k < 32; k++)
			p[k] = kmem_cache_alloc(s, GFP_KERNEL);
		for (k = 0; k < 32; k++)
			kmem_cache_free(s, p[k]);
		if (i % 8 == 0)
			schedule_timeout_uninterruptible(1);
		kmem_cache_destroy(s);
	}
	kthread_stop_put(t);
}

/* ---- mempool: sleeping for an element -------------------------------------------- */

static void *never(gfp_t gfp, void *data)
{
	return READ_ONCE(*(bool *)data) ? kmalloc(64, gfp) : NULL;
}

static void give_away(void *element, void *data)
{
	kfree(element);
}

static bool source_flows;
static mempool_t *pool;
static void *held;

static mempool_t *make_dry_pool(struct kunit *test, int nr)
{
	WRITE_ONCE(source_flows, true);
	pool = mempool_create(nr, never, give_away, &source_flows);
	KUNIT_ASSERT_NOT_NULL(test, pool);
	WRITE_ONCE(source_flows, false);
	return pool;
}

static int frees_later(void *unused)
{
	schedule_timeout_uninterruptible(10);
	mempool_free(held, pool);
	return 0;
}

static void who_waits_is_woken_by_a_free(struct kunit *test)
{
	const unsigned long patience = mempool_patience;
	unsigned long began;
	struct task_struct *t;
	void *p;

	make_dry_pool(test, 1);
	held = mempool_alloc(pool, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, held);
	WRITE_ONCE(mempool_patience, 100 * HZ);	/* longer than a host may stop us */
	began = jiffies;
	t = run(test, frees_later, NULL);
	p = mempool_alloc(pool, GFP_NOIO);
	WRITE_ONCE(mempool_patience, patience);
	KUNIT_EXPECT_PTR_EQ(test, p, held);
	KUNIT_EXPECT_GE(test, jiffies - began, 9);
	KUNIT_EXPECT_LT(test, jiffies - began, 100 * HZ);	/* a free, no time-out */
	mempool_free(p, pool);
	kthread_stop_put(t);
	mempool_destroy(pool);
}

/* Two elements, and many who need one to get on: all do, and nobody is forgotten. */
#define NR_SHARERS	12
#define SHARER_ROUNDS	100

static atomic_t in_hand, most_in_hand, rounds_done;

static void note_most(int now)
{
	int most;

	do
		most = atomic_read(&most_in_hand);
	while (now > most && atomic_cmpxchg(&most_in_hand, most, now) != most);
}

static int shares(void *unused)
{
	const unsigned long end = jiffies + 30 * HZ;
	int i;
	void *p;

	for (i = 0; i < SHARER_ROUNDS; i++) {
		p = mempool_alloc(pool, GFP_KERNEL);
		note_most(atomic_inc_return(&in_hand));
		/* the first ones until another has the other element, however slow it is */
		while (!i && atomic_read(&most_in_hand) < 2 && time_before(jiffies, end))
			schedule_timeout_uninterruptible(1);
		if (i % 16 == 0)
			schedule_timeout_uninterruptible(1);
		else
			yield();
		atomic_dec(&in_hand);
		atomic_add(p != NULL, &rounds_done);
		mempool_free(p, pool);
	}
	return 0;
}

static void many_share_two(struct kunit *test)
{
	struct task_struct *t[NR_SHARERS];
	unsigned long began = jiffies;
	unsigned int i;

	make_dry_pool(test, 2);
	atomic_set(&in_hand, 0);
	atomic_set(&most_in_hand, 0);
	atomic_set(&rounds_done, 0);
	for (i = 0; i < NR_SHARERS; i++)
		t[i] = run(test, shares, NULL);
	while (atomic_read(&rounds_done) < NR_SHARERS * SHARER_ROUNDS &&
	       time_before(jiffies, began + 100 * HZ))
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, atomic_read(&rounds_done), NR_SHARERS * SHARER_ROUNDS);
	for (i = 0; i < NR_SHARERS; i++)
		kthread_stop_put(t[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&most_in_hand), 2);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 2);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&pool->wait));
	mempool_destroy(pool);
}

/* From interrupts: never a wait, and NULL only when nothing is left. */
static unsigned long irq_got, irq_null, irq_wrong;

static void irq_takes_and_gives(void)
{
	const int there = pool->curr_nr;
	void *p = mempool_alloc(pool, GFP_ATOMIC);

	if (p)
		irq_got++;
	else
		irq_null++;
	irq_wrong += !p != !there;
	mempool_free(p, pool);
}

static void interrupts_empty_it_and_fill_it(struct kunit *test)
{
	unsigned long ticks;
	void *p[2];
	int i;

	make_dry_pool(test, 2);
	irq_got = irq_null = irq_wrong = 0;
	KUNIT_ASSERT_EQ(test, timer_test_start(4000, irq_takes_and_gives), 0);
	for (i = 0; i < 20000 || irq_got < 100 || irq_null < 20; i++) {
		p[0] = mempool_alloc(pool, GFP_KERNEL);
		p[1] = mempool_alloc(pool, GFP_KERNEL);
		mempool_free(p[0], pool);
		mempool_free(p[1], pool);
	}
	ticks = timer_test_stop();
	kunit_info(test, "%lu interrupts: %lu elements, %lu times none", ticks, irq_got, irq_null);
	KUNIT_EXPECT_EQ(test, irq_wrong, 0);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 2);
	mempool_destroy(pool);
}

/* ---- out of memory: the victim is a thread --------------------------------------- */

struct hog {
	struct oom_victim v;
	struct page *chain;
	unsigned long nr;
	bool told, ready;
	unsigned long told_at_nr;
	unsigned int rounds;		/* times it gave back all it had */
};
static struct hog hog;

static unsigned long hog_size(struct oom_victim *v)
{
	return READ_ONCE(hog.nr);
}

static void hog_release(struct oom_victim *v)
{
	WRITE_ONCE(hog.told, true);
	if (v->task)
		wake_up_process(v->task);
}

static void hog_free_all(void)
{
	struct page *page;

	while ((page = hog.chain) != NULL) {
		hog.chain = (struct page *)page_private(page);
		hog.nr--;
		__free_page(page);
	}
}

/* Takes all of memory, with all its rights, for ever; when told, gives all of it back. */
static int hogs_memory(void *unused)
{
	struct page *page;

	hog.v.task = current;
	oom_register_victim(&hog.v);
	WRITE_ONCE(hog.ready, true);
	while (!kthread_should_stop()) {
		if (READ_ONCE(hog.told)) {
			hog_free_all();
			WRITE_ONCE(hog.told, false);
			hog.rounds++;
			oom_victim_done(&hog.v);
			schedule_timeout_uninterruptible(2);
			continue;
		}
		page = alloc_page(GFP_KERNEL | __GFP_NOWARN);
		if (!page) {
			schedule_timeout_uninterruptible(1);
			continue;
		}
		set_page_private(page, (unsigned long)hog.chain);
		hog.chain = page;
		hog.nr++;
	}
	oom_unregister_victim(&hog.v);
	hog_free_all();
	return 0;
}

/* Small requests of others are served again and again, at full memory. */
static void others_live_on_beside_a_hog(struct kunit *test)
{
	unsigned int i, served = 0;
	struct task_struct *t;
	static struct report r;
	unsigned long end;
	void *p[16];

	if (totalram_pages() > 320UL << (20 - PAGE_SHIFT))
		kunit_skip(test, "more than 320 MiB");
	memset(&hog, 0, sizeof(hog));
	hog.v.name = "hog";
	hog.v.size = hog_size;
	hog.v.release = hog_release;
	report_begin(&r);
	t = run(test, hogs_memory, NULL);
	end = jiffies + 100 * HZ;		/* the hog's CPU may be stopped for long */
	for (i = 0; READ_ONCE(hog.rounds) < 5 && time_before(jiffies, end); i++) {
		p[i % 16] = kmalloc(4096 << i % 3, GFP_KERNEL);
		served += p[i % 16] != NULL;
		if (i % 16 == 15)
			kfree_bulk(16, p);
		yield();
		if (i % 64 == 0)
			schedule_timeout_uninterruptible(1);
	}
	for (i %= 16; i > 0; i--)
		kfree(p[i - 1]);
	report_end(&r);
	KUNIT_EXPECT_GE(test, hog.rounds, 5);
	KUNIT_EXPECT_GT(test, served, 0);
	kthread_stop_put(t);
	KUNIT_EXPECT_FALSE(test, tsk_is_oom_victim(current));
}

/* ---- mempool: two grow it at a time ----------------------------------------------- */

#define LARGE	1500			/* their arrays are pages, and no objects */
#define LARGER	2000
static_assert(LARGE * sizeof(void *) > KMALLOC_MAX_CACHE_SIZE);

static void *take_none(gfp_t gfp, void *data)
{
	return data;			/* there is always this one */
}

static void leave_it(void *element, void *data)
{
}

static mempool_t *two;
static struct task_struct *first;

/* While the first one gets memory, another is faster, and through before. */
static bool grows_more(gfp_t gfp, unsigned int order)
{
	if (!in_task() || current != first)
		return false;
	page_alloc_set_should_fail(NULL);
	first = NULL;
	return mempool_resize(two, LARGER) != 0;
}

static void the_larger_of_two_resizes_stays(struct kunit *test)
{
	two = mempool_create(1, take_none, leave_it, &source_flows);
	KUNIT_ASSERT_NOT_NULL(test, two);
	first = current;
	page_alloc_set_should_fail(grows_more);
	KUNIT_EXPECT_EQ(test, mempool_resize(two, LARGE), 0);
	page_alloc_set_should_fail(NULL);
	KUNIT_EXPECT_NULL(test, first);
	KUNIT_EXPECT_EQ(test, two->min_nr, LARGER);
	KUNIT_EXPECT_EQ(test, two->curr_nr, LARGER);
	mempool_destroy(two);
}

static struct kunit_case pressure_cases[] = {
	KUNIT_CASE(freeing_a_shrinker_waits_for_its_callback),
	KUNIT_CASE(victims_and_notifiers_leave_when_they_are_done),
	KUNIT_CASE(caches_are_destroyed_while_they_shrink),
	KUNIT_CASE(who_waits_is_woken_by_a_free),
	KUNIT_CASE(many_share_two),
	KUNIT_CASE(interrupts_empty_it_and_fill_it),
	KUNIT_CASE(the_larger_of_two_resizes_stays),
	KUNIT_CASE(others_live_on_beside_a_hog),
	{}
};

static struct kunit_suite pressure_suite = { .name = "pressure", .test_cases = pressure_cases };
kunit_test_suite(pressure_suite);
