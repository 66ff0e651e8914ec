/* SPDX-License-Identifier: MIT */
/* slab_smp_test.c - stocks of objects of several CPUs; skipped on one */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/smp.h>

#include "slab_fixture.h"

#define SIZE		64
#define NR_KEPT		100

static unsigned int the_other(struct kunit *test)
{
	unsigned int cpu;

	for_each_online_cpu(cpu)
		if (cpu != (unsigned int)smp_processor_id())
			return cpu;
	kunit_skip(test, "one CPU");
	return 0;
}

static struct task_struct *start(struct kunit *test, int (*fn)(void *), void *arg)
{
	struct task_struct *t = kthread_create(fn, arg, "slab_smp");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	kthread_bind(t, the_other(test));
	get_task_struct(t);
	wake_up_process(t);
	return t;
}

static void expect_empty(struct kunit *test, struct kmem_cache *s)
{
	struct slabinfo info;

	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	expect_sound(test);
	KUNIT_EXPECT_EQ(test, shrink_all(s), 0);
}

static bool is_there(const struct kmem_cache *s)
{
	unsigned int i;

	for (i = 0; i < SLAB_NR_CACHES; i++)
		if (slab_cache_table[i] == s)
			return true;
	return false;
}

/* Some objects, and they go to the stock of the CPU that runs this. */
static void fill_stock(void *cache)
{
	void *p[NR_KEPT];
	unsigned int i;

	for (i = 0; i < NR_KEPT; i++)
		p[i] = kmem_cache_alloc((struct kmem_cache *)cache, GFP_ATOMIC);
	for (i = 0; i < NR_KEPT; i++)
		kmem_cache_free((struct kmem_cache *)cache, p[i]);
}

static void drain_reaches_other_cpus(struct kunit *test)
{
	const unsigned int cpu = the_other(test);
	struct kmem_cache *s = make_plain(test, SIZE, 0);
	unsigned int tries = 20;
	unsigned long left;

	do {					/* again, if mm_trim was quicker */
		smp_call_function_single((int)cpu, fill_stock, s, 1);
		preempt_disable();
		slab_pcp_drain(s);		/* only ours */
		preempt_enable();
		left = slab_pcp_count(s);
	} while (!left && --tries);
	KUNIT_EXPECT_GT(test, left, 0);
	do {					/* what it has in hand there is in no stock */
		wait_settled(s);
		slab_pcp_drain(s);
		left = slab_pcp_count(s);
	} while (left && tries--);
	KUNIT_EXPECT_EQ(test, left, 0);
	expect_empty(test, s);
	kmem_cache_destroy(s);
}

/* ---- nobody opens or closes the stock of another CPU --------------------------------- */

static struct {
	struct kmem_cache *s;
	unsigned int inside;		/* it has interrupts off, and looks at its stock */
	unsigned int changes;		/* that it has seen there */
} looker;

static int looks_at_its_stock(void *unused)
{
	const struct slab_stock *st;
	unsigned long flags, spins;
	u32 was;

	local_irq_save(flags);
	st = this_cpu_ptr(&slab_stocks[looker.s->index]);
	was = READ_ONCE(st->bound[0]);
	smp_store_release(&looker.inside, 1);
	for (spins = 0; spins < 2000 && READ_ONCE(st->bound[0]) == was; spins++)
		udelay(10);
	looker.changes += READ_ONCE(st->bound[0]) != was;
	local_irq_restore(flags);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

static bool nobody(struct kmem_cache *s, gfp_t gfp)
{
	return false;
}

static void change_under_its_eyes(struct kunit *test, bool (*fn)(struct kmem_cache *, gfp_t))
{
	struct task_struct *t;

	looker.inside = looker.changes = 0;
	t = start(test, looks_at_its_stock, NULL);
	while (!smp_load_acquire(&looker.inside))
		schedule_timeout_uninterruptible(1);
	slab_pcp_set_should_fail(fn);
	kthread_stop_put(t);
	KUNIT_EXPECT_EQ(test, looker.changes, 0);
}

static void each_opens_and_closes_its_own(struct kunit *test)
{
	const unsigned int cpu = the_other(test);
	struct kmem_cache *s = make_plain(test, SIZE, 0);

	looker.s = s;
	change_under_its_eyes(test, nobody);
	KUNIT_EXPECT_FALSE(test, slab_pcp_is_open(s, slab_stock_of(s, cpu)));
	change_under_its_eyes(test, NULL);
	KUNIT_EXPECT_TRUE(test, slab_pcp_is_open(s, slab_stock_of(s, cpu)));
	expect_empty(test, s);
	kmem_cache_destroy(s);
}

/* Two who want different things: the last one is right, whoever that is. */
static int opens_and_closes(void *rounds)
{
	while (!kthread_should_stop()) {
		slab_pcp_set_should_fail(nobody);
		slab_pcp_set_should_fail(NULL);
		++*(unsigned long *)rounds;
		schedule_timeout_uninterruptible(1);	/* there are others */
	}
	return 0;
}

static void opening_and_closing_at_once(struct kunit *test)
{
	struct kmem_cache *s;
	const unsigned long end = jiffies + HZ;
	struct task_struct *t;
	unsigned long rounds = 0;
	unsigned int i, cpu;

	the_other(test);
	s = make_plain(test, SIZE, 0);
	t = start(test, opens_and_closes, &rounds);
	for (i = 0; !READ_ONCE(rounds) || (i < 200 && time_before(jiffies, end)); i++) {
		fill_stock(s);
		slab_pcp_set_should_fail(nobody);
		slab_pcp_set_should_fail(NULL);
	}
	kthread_stop_put(t);
	expect_sound(test);
	KUNIT_EXPECT_GT(test, rounds, 0);
	slab_pcp_set_should_fail(NULL);
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_TRUE(test, slab_pcp_is_open(s, slab_stock_of(s, cpu)));
	expect_empty(test, s);
	kmem_cache_destroy(s);
}

/* ---- rescue -------------------------------------------------------------------------- */

static struct {
	struct kmem_cache *s;
	unsigned long steps, broken, moved;
	const struct slab_backend *backend;
} busy;

/* To and fro, over the length of a stock; each object is stamped by who has it. */
static int takes_and_gives(void *unused)
{
	static u64 *p[300];
	unsigned int i;

	while (!kthread_should_stop()) {
		for (i = 0; i < ARRAY_SIZE(p); i++) {
			p[i] = kmem_cache_alloc(busy.s, GFP_KERNEL);
			p[i][1] = (u64)(unsigned long)&p[i];
			WRITE_ONCE(busy.steps, busy.steps + 1);
		}
		for (i = 0; i < ARRAY_SIZE(p); i++) {
			busy.broken += p[i][1] != (u64)(unsigned long)&p[i];
			kmem_cache_free(busy.s, p[i]);
			WRITE_ONCE(busy.steps, busy.steps + 1);
		}
	}
	return 0;
}

/* In the rescue: does anybody else run? */
static long watched_rescue(struct kmem_cache *s)
{
	const unsigned long before = READ_ONCE(busy.steps);
	unsigned int i;

	for (i = 0; i < 100; i++)
		udelay(10);
	busy.moved += READ_ONCE(busy.steps) != before;
	return busy.backend->rescue(s);
}

/* Written to while it is in our stock; if it gets there, for stocks are closed now and then. */
static void lose_some(struct kmem_cache *s)
{
	unsigned long flags;
	u64 *p;

	local_irq_save(flags);
	p = kmem_cache_alloc(s, GFP_ATOMIC);
	kmem_cache_free(s, p);
	if ((u64 *)*slab_stock_list(s, slab_pcp_here(s)) == p)
		*p = 0x7777;
	local_irq_restore(flags);
	kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
}

static void rescue_while_others_are_at_work(struct kunit *test)
{
	struct slab_backend watched;
	struct task_struct *t;
	unsigned int i, rescued = 0;
	unsigned long end;

	the_other(test);
	busy.s = make_plain(test, SIZE, 0);
	busy.steps = busy.broken = busy.moved = 0;
	busy.backend = busy.s->ops;
	watched = *busy.backend;
	watched.rescue = watched_rescue;
	busy.s->ops = &watched;
	t = start(test, takes_and_gives, NULL);
	while (!READ_ONCE(busy.steps))
		schedule_timeout_uninterruptible(1);
	for (i = 0; i < 5; i++) {
		report_begin(&report);
		lose_some(busy.s);
		end = jiffies + (rescued ? 5 : 30) * HZ;
		while (READ_ONCE(busy.s->nr_lost) && time_before(jiffies, end)) {
			slab_pcp_rescue(busy.s);
			schedule_timeout_uninterruptible(1);
		}
		report_end(&report);
		rescued += !busy.s->nr_lost;
		expect_sound(test);
	}
	kthread_stop_put(t);
	if (busy.s->nr_lost)
		slab_pcp_rescue(busy.s);
	busy.s->ops = busy.backend;
	KUNIT_EXPECT_GT(test, rescued, 0);
	KUNIT_EXPECT_GT(test, busy.steps, 0);
	KUNIT_EXPECT_EQ(test, busy.moved, 0);
	KUNIT_EXPECT_EQ(test, busy.broken, 0);
	expect_empty(test, busy.s);
	kmem_cache_destroy(busy.s);
}

/* ---- a cache that goes --------------------------------------------------------------- */

static void construct(void *object)
{
}

static struct {
	void *p[70];
	bool waits;
} elsewhere;

static void free_all_nolock_there(void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(elsewhere.p); i++)
		kfree_nolock(elsewhere.p[i]);
	elsewhere.waits = this_cpu_read(slab_nolock.waiting);
}

/* It takes along what kfree_nolock() has left on another CPU. */
static void what_waits_elsewhere(struct kunit *test)
{
	const unsigned int cpu = the_other(test);
	struct kmem_cache *s = kmem_cache_create("slab_test", 40, 0, SLAB_NO_USER_FLAGS, construct);
	const unsigned long errors = slab_error_count();
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (i = 0; i < ARRAY_SIZE(elsewhere.p); i++)
		elsewhere.p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	smp_call_function_single((int)cpu, free_all_nolock_there, NULL, 1);
	KUNIT_EXPECT_TRUE(test, elsewhere.waits);	/* for now: mm_trim drains it, too */
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
	KUNIT_EXPECT_FALSE(test, is_there(s));
}

/* In the middle of something, when the cache goes. */
static unsigned int has_settled;

static int holds_for_a_while(void *cache)
{
	struct kmem_cache *s = cache;

	while (!READ_ONCE(s->closing))
		schedule_timeout_uninterruptible(1);
	schedule_timeout_uninterruptible(HZ / 20);
	WRITE_ONCE(has_settled, 1);
	slab_pcp_settle(s);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

static int frees_after_a_while(void *object)
{
	schedule_timeout_uninterruptible(HZ / 20);
	WRITE_ONCE(has_settled, 1);
	kfree(object);
	slab_nolock_settle();
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

/* Somebody has taken it off a list of kfree_nolock()'s, and holds nothing of its cache. */
static void destroy_waits_for_who_drains(struct kunit *test)
{
	const unsigned long errors = slab_error_count();
	struct kmem_cache *s;
	struct task_struct *t;
	u64 *p;

	the_other(test);
	s = make_plain(test, SIZE, 0);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	has_settled = 0;
	slab_nolock_hold();
	t = start(test, frees_after_a_while, p);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, READ_ONCE(has_settled), 1);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
	KUNIT_EXPECT_FALSE(test, is_there(s));
	kthread_stop_put(t);
}

static void destroy_waits_for_who_holds(struct kunit *test)
{
	struct kmem_cache *s;
	struct task_struct *t;

	the_other(test);
	s = make_plain(test, SIZE, 0);
	has_settled = 0;
	slab_pcp_hold(s);
	t = start(test, holds_for_a_while, s);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, READ_ONCE(has_settled), 1);
	kthread_stop_put(t);
}

/* Being shrunk, when it goes: that takes its time. */
static struct {
	const struct slab_backend *backend;
	struct task_struct *by;
	unsigned int inside, done;
} shrunk;

static unsigned long slow_shrink(struct kmem_cache *s, unsigned long keep)
{
	const unsigned long left = shrunk.backend->shrink(s, keep);

	if (current != shrunk.by)
		return left;
	smp_store_release(&shrunk.inside, 1);
	schedule_timeout_uninterruptible(HZ / 20);
	WRITE_ONCE(shrunk.done, 1);
	return left;
}

static int shrinks(void *cache)
{
	kmem_cache_shrink(cache);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

static void destroy_waits_for_who_shrinks(struct kunit *test)
{
	struct slab_backend slow;
	struct kmem_cache *s;

	the_other(test);
	s = make_plain(test, SIZE, 0);
	shrunk.backend = s->ops;
	slow = *s->ops;
	slow.shrink = slow_shrink;
	s->ops = &slow;
	shrunk.inside = shrunk.done = 0;
	shrunk.by = kthread_create(shrinks, s, "slab_smp");
	KUNIT_ASSERT_FALSE(test, IS_ERR(shrunk.by));
	get_task_struct(shrunk.by);
	wake_up_process(shrunk.by);
	while (!smp_load_acquire(&shrunk.inside))
		schedule_timeout_uninterruptible(1);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, READ_ONCE(shrunk.done), 1);
	kthread_stop_put(shrunk.by);
}

#define NR_LEFT		40
static struct {
	void *p[NR_LEFT];
	unsigned int ready, done;
	unsigned int delay;
} heir;

/* Frees what is left of a cache, while it is being destroyed. */
static int inherits(void *unused)
{
	unsigned int i, spins;

	while (!kthread_should_stop()) {
		if (!smp_load_acquire(&heir.ready)) {
			cond_resched();
			continue;
		}
		for (spins = 0; spins < heir.delay; spins++)
			cpu_relax();
		for (i = 0; i < NR_LEFT; i++)
			kfree(heir.p[i]);
		heir.ready = 0;
		smp_store_release(&heir.done, 1);
	}
	return 0;
}

static void destroyed_while_others_free(struct kunit *test)
{
	struct task_struct *t;
	struct kmem_cache *s;
	unsigned int round, i;

	the_other(test);
	t = start(test, inherits, NULL);
	for (round = 0; round < 60; round++) {
		s = make_plain(test, SIZE, 0);
		for (i = 0; i < NR_LEFT; i++)
			heir.p[i] = kmem_cache_alloc(s, GFP_KERNEL);
		heir.done = 0;
		heir.delay = round % 20 * 100;
		report_begin(&report);		/* of those that are out, perhaps */
		smp_store_release(&heir.ready, 1);
		kmem_cache_destroy(s);
		while (!smp_load_acquire(&heir.done))
			schedule_timeout_uninterruptible(1);
		report_end(&report);
		KUNIT_EXPECT_FALSE_MSG(test, is_there(s), "round %u", round);
	}
	kthread_stop_put(t);
	expect_sound(test);
}

/* ---- trim ---------------------------------------------------------------------------- */

static unsigned long in_stock(const struct kmem_cache *s, unsigned int cpu)
{
	const struct slab_stock *st = slab_stock_of(s, cpu);

	return st->cap - READ_ONCE(st->room) + READ_ONCE(st->nr_spare);
}

static struct {
	struct kmem_cache *s;
	void *large;
	unsigned long before;
} idle;

/* There, in one go: mm_trim comes later. */
static void make_idle_stock(void *unused)
{
	fill_stock(idle.s);
	kfree_nolock(idle.large);
	idle.before = in_stock(idle.s, (unsigned int)smp_processor_id());
}

/* By itself, on each CPU, and what waits there, too; but it takes some seconds. */
static void idle_stocks_decay(struct kunit *test)
{
	const unsigned int cpu = the_other(test);
	struct kmem_cache *s = make_plain(test, 4096, 0);
	unsigned int steps = 600;		/* not jiffies, of which many may go by at once */

	idle.s = s;
	idle.large = kmalloc(20000, GFP_KERNEL);
	smp_call_function_single((int)cpu, make_idle_stock, NULL, 1);
	idle.large = NULL;
	KUNIT_EXPECT_GT(test, idle.before, 1);
	while (steps-- && (in_stock(s, cpu) > idle.before / 2 ||
			   READ_ONCE(per_cpu_ptr(&slab_nolock, cpu)->waiting)))
		schedule_timeout_uninterruptible(HZ / 10);
	KUNIT_EXPECT_LE(test, in_stock(s, cpu), idle.before / 2);
	KUNIT_EXPECT_NULL(test, per_cpu_ptr(&slab_nolock, cpu)->waiting);
	expect_empty(test, s);
	kmem_cache_destroy(s);
}

static struct kunit_case slab_smp_cases[] = {
	KUNIT_CASE(drain_reaches_other_cpus),
	KUNIT_CASE(each_opens_and_closes_its_own),
	KUNIT_CASE(opening_and_closing_at_once),
	KUNIT_CASE(rescue_while_others_are_at_work),
	KUNIT_CASE(what_waits_elsewhere),
	KUNIT_CASE(destroy_waits_for_who_holds),
	KUNIT_CASE(destroy_waits_for_who_drains),
	KUNIT_CASE(destroy_waits_for_who_shrinks),
	KUNIT_CASE(destroyed_while_others_free),
	KUNIT_CASE(idle_stocks_decay),
	{}
};

static struct kunit_suite slab_smp_suite = { .name = "slab_smp", .test_cases = slab_smp_cases };
kunit_test_suite(slab_smp_suite);
