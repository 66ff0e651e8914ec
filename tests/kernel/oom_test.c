/* SPDX-License-Identifier: MIT */
/*
 * oom_test.c - who is chosen when memory is gone, what is said, and that the kernel goes on
 */
#include <linux/limits.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmstat.h>

#include "../../mm/internal.h"
#include "report.h"

/* A victim whose memory is a number, or real pages. */
struct toy {
	struct oom_victim v;
	unsigned long pages;
	struct page *chain;		/* through page_private() */
	unsigned int released;
	bool hangs;			/* is told, and does nothing */
	bool leaves;			/* unregisters in its callback */
	bool was_memalloc;
};

#define NR_TOYS	4
static struct toy toys[NR_TOYS];
static struct report r;

static unsigned long toy_size(struct oom_victim *v)
{
	return container_of(v, struct toy, v)->pages;
}

static void toy_release(struct oom_victim *v)
{
	struct toy *t = container_of(v, struct toy, v);
	struct page *page;

	t->released++;
	t->was_memalloc = current->flags & PF_MEMALLOC;
	if (t->hangs)
		return;
	t->pages = 0;
	while ((page = t->chain) != NULL) {
		t->chain = (struct page *)page_private(page);
		__free_page(page);
	}
	if (t->leaves)
		oom_unregister_victim(v);
	else
		oom_victim_done(v);
}

static void toys_away(void *unused)
{
	unsigned int i;

	for (i = 0; i < NR_TOYS; i++) {
		toys[i].hangs = toys[i].leaves = false;
		if (toys[i].v.name)
			toy_release(&toys[i].v);
		oom_unregister_victim(&toys[i].v);
	}
	oom_set_policy(NULL);
	memset(toys, 0, sizeof(toys));
}

static struct toy *toy_add(struct kunit *test, unsigned int i, unsigned long pages)
{
	static const char *const names[NR_TOYS] = { "toy0", "toy1", "toy2", "toy3" };
	struct toy *t = &toys[i];

	if (!i) {
		memset(toys, 0, sizeof(toys));
		kunit_add_action(test, toys_away, NULL);
		ratelimit_reset(&oom_ratelimit);
	}
	t->v = (struct oom_victim){ .name = names[i], .size = toy_size, .release = toy_release };
	t->pages = pages;
	KUNIT_ASSERT_EQ(test, oom_register_victim(&t->v), 0);
	return t;
}

/* The clock: a tick from one call to the next, or it stands still. */
static unsigned long now;
static bool stands_still;

static unsigned long toy_clock(void)
{
	return stands_still ? 1 : now;
}

/* One call of the out-of-memory path; what it says is in r. */
static bool oom(gfp_t gfp)
{
	struct oom_control oc = { .gfp_mask = gfp, .order = 0 };
	bool again;

	now++;
	report_begin(&r);
	again = out_of_memory(&oc);
	report_end(&r);
	return again;
}

static void the_largest_is_chosen(struct kunit *test)
{
	const u64 kills = vm_event_sum(OOM_KILL);

	toy_add(test, 0, 100);
	toy_add(test, 1, 300);
	toy_add(test, 2, 200);
	KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, toys[1].released, 1);
	KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, toys[2].released, 1);
	KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, toys[0].released, 1);
	KUNIT_EXPECT_FALSE(test, oom(GFP_KERNEL));	/* who has nothing cannot help */
	KUNIT_EXPECT_EQ(test, vm_event_sum(OOM_KILL), kills + 3);
	KUNIT_EXPECT_TRUE(test, toys[0].was_memalloc);
	KUNIT_EXPECT_EQ(test, current->flags & PF_MEMALLOC, 0);
}

/* One task, two victims: it keeps its rights until the last of them is done. */
static void a_task_may_be_two_victims(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		toy_add(test, i, 10 - i)->v.task = current;
		toys[i].hangs = true;
	}
	oom(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, toys[0].released, 1);
	KUNIT_EXPECT_TRUE(test, current->oom_victim);
	oom_unregister_victim(&toys[1].v);	/* nobody had told it anything */
	KUNIT_EXPECT_TRUE(test, current->oom_victim);
	oom_victim_done(&toys[0].v);
	KUNIT_EXPECT_FALSE(test, current->oom_victim);
}

static void of_equals_the_youngest(struct kunit *test)
{
	toy_add(test, 0, 10);
	toy_add(test, 1, 10);
	oom(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, toys[1].released, 1);
	KUNIT_EXPECT_EQ(test, toys[0].released, 0);
}

static void badness_is_linux_s(struct kunit *test)
{
	struct toy *t = toy_add(test, 0, 500);

	KUNIT_EXPECT_EQ(test, oom_badness(&t->v, 100000), 500);
	t->v.oom_score_adj = 10;
	KUNIT_EXPECT_EQ(test, oom_badness(&t->v, 100000), 1500);
	t->v.oom_score_adj = -4;
	KUNIT_EXPECT_EQ(test, oom_badness(&t->v, 100000), 100);
	t->v.oom_score_adj = -999;
	KUNIT_EXPECT_LT(test, oom_badness(&t->v, 100000), 0);
	t->v.oom_score_adj = OOM_SCORE_ADJ_MIN;
	KUNIT_EXPECT_EQ(test, oom_badness(&t->v, 100000), LONG_MIN);
}

static void adjusted_ones_come_first_last_or_never(struct kunit *test)
{
	toy_add(test, 0, 10)->v.oom_score_adj = OOM_SCORE_ADJ_MAX;
	toy_add(test, 1, 1000)->v.oom_score_adj = OOM_SCORE_ADJ_MIN;
	toy_add(test, 2, 100)->v.oom_score_adj = -999;
	oom(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, toys[0].released, 1);
	oom(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, toys[2].released, 1);
	KUNIT_EXPECT_FALSE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, toys[1].released, 0);
}

static long smallest_first(struct oom_victim *v, unsigned long totalpages)
{
	return -(long)v->size(v);
}

static void the_policy_decides(struct kunit *test)
{
	toy_add(test, 0, 100);
	toy_add(test, 1, 300);
	KUNIT_EXPECT_NULL(test, (void *)oom_set_policy(smallest_first));
	oom(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, toys[0].released, 1);
	KUNIT_EXPECT_EQ(test, toys[1].released, 0);
	KUNIT_EXPECT_PTR_EQ(test, (void *)oom_set_policy(NULL), (void *)smallest_first);
}

/* One at a time: while one is at it nobody else is told. */
static void who_was_told_gets_time(struct kunit *test)
{
	struct toy *t = toy_add(test, 0, 100);
	unsigned int calls = 0;

	toy_add(test, 1, 50);
	t->hangs = true;
	t->v.task = current;
	KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, oom_victim_is_told(&t->v));
	KUNIT_EXPECT_TRUE(test, tsk_is_oom_victim(current));
	KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, t->released, 1);
	KUNIT_EXPECT_EQ(test, toys[1].released, 0);
	KUNIT_EXPECT_STREQ(test, r.text, "");
	for (; !toys[1].released && calls < 1000; calls++)
		KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_GT(test, calls, 50);
	KUNIT_EXPECT_LT(test, calls, 1000);
	EXPECT_REPORT(test, &r, "unable to reap pid:");
	KUNIT_EXPECT_FALSE(test, oom(GFP_KERNEL));	/* it is not asked twice */
	KUNIT_EXPECT_EQ(test, t->released, 1);
	oom_victim_done(&t->v);
	KUNIT_EXPECT_FALSE(test, tsk_is_oom_victim(current));
	KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));	/* a new life */
	KUNIT_EXPECT_EQ(test, t->released, 2);
	oom_victim_done(&t->v);
}

/* Many who come within a tick are no reason to be impatient. */
static void calls_in_a_tick_count_once(struct kunit *test)
{
	struct toy *t = toy_add(test, 0, 100);
	unsigned int i;

	toy_add(test, 1, 50);
	t->hangs = stands_still = true;
	for (i = 0; i < 1000; i++)
		KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, toys[1].released, 0);
	stands_still = false;
	for (i = 0; !toys[1].released && i < 1000; i++)
		KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_GT(test, i, 100);
	oom_victim_done(&t->v);
}

/* Much to give back takes long: that is not the same as hanging. */
static void who_gets_smaller_is_waited_for(struct kunit *test)
{
	struct toy *t = toy_add(test, 0, 1000);
	unsigned int i;

	toy_add(test, 1, 50);
	t->hangs = true;
	KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	for (i = 0; i < 800; i++) {
		t->pages -= i % 2;
		KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	}
	KUNIT_EXPECT_EQ(test, toys[1].released, 0);
	oom_victim_done(&t->v);
}

static void one_may_leave_in_its_callback(struct kunit *test)
{
	toy_add(test, 0, 100)->leaves = true;
	KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, toys[0].released, 1);
}

static bool inner_again;

static void release_and_run_out(struct oom_victim *v)
{
	struct oom_control oc = { .gfp_mask = GFP_KERNEL };

	inner_again = out_of_memory(&oc);	/* out of memory while out of memory */
	toy_release(v);
}

static void oom_in_oom(struct kunit *test)
{
	struct toy *t = toy_add(test, 0, 100);

	t->v.release = release_and_run_out;
	inner_again = false;
	KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, inner_again);
	KUNIT_EXPECT_EQ(test, t->released, 1);
}

/* ---- notifiers ------------------------------------------------------------------- */

static unsigned long store;

static int give_store(struct notifier_block *nb, unsigned long unused, void *data)
{
	*(unsigned long *)data += store;
	store = 0;
	return NOTIFY_OK;
}

static void notifiers_come_first(struct kunit *test)
{
	struct notifier_block nb = { .notifier_call = give_store };

	toy_add(test, 0, 100);
	KUNIT_EXPECT_EQ(test, register_oom_notifier(&nb), 0);
	store = 7;
	KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, toys[0].released, 0);
	KUNIT_EXPECT_TRUE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, toys[0].released, 1);
	KUNIT_EXPECT_EQ(test, unregister_oom_notifier(&nb), 0);
	KUNIT_EXPECT_EQ(test, unregister_oom_notifier(&nb), -ENOENT);
}

static void nobody_dies_for_nofs(struct kunit *test)
{
	toy_add(test, 0, 100);
	KUNIT_EXPECT_FALSE(test, oom(GFP_NOFS));
	KUNIT_EXPECT_EQ(test, toys[0].released, 0);
}

/* ---- the report ------------------------------------------------------------------ */

static void report_names_all(struct kunit *test)
{
	toy_add(test, 0, 100);
	toy_add(test, 1, 25)->v.oom_score_adj = -3;
	oom(GFP_KERNEL);
	EXPECT_REPORT(test, &r, " invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "
		      "oom_score_adj=0\n");
	EXPECT_REPORT(test, &r, "Call Trace:");
	EXPECT_REPORT(test, &r, "Mem-Info:");
	EXPECT_REPORT(test, &r, "Unreclaimable slab info:");
	EXPECT_REPORT(test, &r, "Name                      Used          Total");
	EXPECT_REPORT(test, &r, "kmem_cache ");
	EXPECT_REPORT(test, &r, "Tasks state (memory values in pages):");
	EXPECT_REPORT(test, &r, "           -3 toy1");
	EXPECT_REPORT(test, &r, "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null)");
	EXPECT_REPORT(test, &r, "Out of memory: Killed process 0 (toy0) total-vm:400kB, "
		      "anon-rss:400kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:0kB "
		      "oom_score_adj:0\n");
}

static void nobody_to_kill_is_no_panic(struct kunit *test)
{
	toy_add(test, 0, 0);
	KUNIT_EXPECT_FALSE(test, oom(GFP_KERNEL));
	EXPECT_REPORT(test, &r, "Out of memory and no killable processes...");
	KUNIT_EXPECT_FALSE(test, oom(GFP_KERNEL));
	KUNIT_EXPECT_FALSE_MSG(test, report_has(&r, "Mem-Info"), "rate limited");
}

static void wrong_registrations_are_refused(struct kunit *test)
{
	struct toy *t = toy_add(test, 0, 5);
	struct oom_victim bare = { .name = "bare" };

	report_begin(&r);
	KUNIT_EXPECT_EQ(test, oom_register_victim(&bare), -EINVAL);
	KUNIT_EXPECT_EQ(test, oom_register_victim(&t->v), -EINVAL);
	report_end(&r);
	KUNIT_EXPECT_EQ(test, r.warns, 2);
	oom_unregister_victim(&bare);			/* was never in */
}

/* ---- all of memory --------------------------------------------------------------- */

static struct page *toy_take_page(struct toy *t)
{
	struct page *page = alloc_page((GFP_KERNEL & ~__GFP_FS) | __GFP_NORETRY | __GFP_NOWARN);

	if (page) {
		set_page_private(page, (unsigned long)t->chain);
		t->chain = page;
		t->pages++;
	}
	return page;
}

static void take_all(struct kunit *test, struct toy *t)
{
	if (totalram_pages() > 320UL << (20 - PAGE_SHIFT))
		kunit_skip(test, "more than 320 MiB");
	while (toy_take_page(t))
		;
}

static void a_request_is_served_by_a_sacrifice(struct kunit *test)
{
	struct toy *t = toy_add(test, 0, 0);
	unsigned int tries = 10;		/* others may free such a block just then */
	struct page *page;

	do {
		take_all(test, t);
		ratelimit_reset(&oom_ratelimit);
		report_begin(&r);
		page = alloc_pages(GFP_KERNEL, 3);
		report_end(&r);
		KUNIT_EXPECT_NOT_NULL(test, page);
		if (page)
			__free_pages(page, 3);
	} while (!t->released && --tries);
	KUNIT_EXPECT_EQ(test, t->released, 1);
	EXPECT_REPORT(test, &r, "Killed process");
}

/* Others may free a page just then, on another CPU: a few times.  A reserve has more than that. */
#define TRIES	5

static void expect_none(struct kunit *test, struct toy *t, gfp_t gfp, unsigned int order)
{
	unsigned int tries = TRIES;
	struct page *page;

	do {
		take_all(test, t);
		ratelimit_reset(&oom_ratelimit);
		page = alloc_pages(gfp, order);
		if (page)
			__free_pages(page, order);
	} while (page && --tries);
	KUNIT_EXPECT_NULL(test, page);
}

static void others_get_null_instead(struct kunit *test)
{
	struct toy *t = toy_add(test, 0, 0);

	expect_none(test, t, GFP_NOWAIT | __GFP_NOWARN, 0);
	expect_none(test, t, GFP_NOFS | __GFP_NOWARN, 0);
	expect_none(test, t, GFP_NOIO | __GFP_NOWARN, 0);
	expect_none(test, t, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0);
	expect_none(test, t, GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN, 0);
	expect_none(test, t, GFP_KERNEL | __GFP_NOWARN, 4);
	KUNIT_EXPECT_EQ(test, t->released, 0);
}

static void nothing_to_release_then_null(struct kunit *test)
{
	struct toy *t = toy_add(test, 0, 0);

	t->v.oom_score_adj = OOM_SCORE_ADJ_MIN;
	take_all(test, t);
	report_begin(&r);
	expect_none(test, t, GFP_KERNEL, 0);
	report_end(&r);
	EXPECT_REPORT(test, &r, "no killable processes");
	KUNIT_EXPECT_EQ(test, t->released, 0);
	toy_release(&t->v);
	toy_take_page(t);			/* and all is well again */
	KUNIT_EXPECT_EQ(test, t->pages, 1);
}

/* These cases are about one thread: nobody else is to reclaim. */
static page_wake_kswapd_fn *kept_wake;
static slab_clock_t kept_clock;

static int unplug_kswapd(struct kunit *test)
{
	kept_wake = page_alloc_set_wake_kswapd(NULL);
	kept_clock = slab_set_clock(toy_clock);
	return 0;
}

static void plug_kswapd(struct kunit *test)
{
	page_alloc_set_wake_kswapd(kept_wake);
	slab_set_clock(kept_clock);
}

static struct kunit_case oom_cases[] = {
	KUNIT_CASE(the_largest_is_chosen),
	KUNIT_CASE(a_task_may_be_two_victims),
	KUNIT_CASE(of_equals_the_youngest),
	KUNIT_CASE(badness_is_linux_s),
	KUNIT_CASE(adjusted_ones_come_first_last_or_never),
	KUNIT_CASE(the_policy_decides),
	KUNIT_CASE(who_was_told_gets_time),
	KUNIT_CASE(calls_in_a_tick_count_once),
	KUNIT_CASE(who_gets_smaller_is_waited_for),
	KUNIT_CASE(one_may_leave_in_its_callback),
	KUNIT_CASE(oom_in_oom),
	KUNIT_CASE(notifiers_come_first),
	KUNIT_CASE(nobody_dies_for_nofs),
	KUNIT_CASE(report_names_all),
	KUNIT_CASE(nobody_to_kill_is_no_panic),
	KUNIT_CASE(wrong_registrations_are_refused),
	KUNIT_CASE(a_request_is_served_by_a_sacrifice),
	KUNIT_CASE(others_get_null_instead),
	KUNIT_CASE(nothing_to_release_then_null),
	{}
};

static struct kunit_suite oom_suite = {
	.name = "oom",
	.init = unplug_kswapd,
	.exit = plug_kswapd,
	.test_cases = oom_cases,
};
kunit_test_suite(oom_suite);
