/* SPDX-License-Identifier: MIT */
/* pcp_smp_test.c - stocks of free pages of several CPUs; those that need two skip on one */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/stats.h>
#include <linux/stop_machine.h>

#include "../../mm/internal.h"
#include "again.h"

#define NR_KEPT		40
#define NR_ROUNDS	20000

static unsigned int the_other(struct kunit *test)
{
	unsigned int cpu;

	for_each_online_cpu(cpu)
		if (cpu != (unsigned int)smp_processor_id())
			return cpu;
	kunit_skip(test, "one CPU");
	return 0;
}

static struct zone *the_zone(void)
{
	struct zone *z = &zones[ZONE_NORMAL];

	while (!z->managed_pages)
		z--;
	return z;
}

static unsigned long pages_of(unsigned int cpu)
{
	return pcp_pages(per_cpu_ptr(the_zone()->pcp, cpu));
}

/* Some pages, and they go to the stock of the CPU that runs this. */
static void fill_stock(void *unused)
{
	unsigned long page[NR_KEPT];
	unsigned int i;

	for (i = 0; i < NR_KEPT; i++)
		page[i] = __get_free_page(GFP_ATOMIC);
	for (i = 0; i < NR_KEPT; i++)
		free_page(page[i]);
}

static void expect_sound(struct kunit *test)
{
	char msg[128] = "";

	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
}

/* False: wrong, or that CPU has trimmed or used its stock just now. */
static bool drain_reaches(struct kunit *test, unsigned int cpu)
{
	unsigned long both;

	KUNIT_ASSERT_EQ(test, smp_call_function_single((int)cpu, fill_stock, NULL, 1), 0);
	if (!pages_of(cpu))
		return false;
	both = nr_free_pages() + nr_free_pcp_pages();
	drain_local_pages(NULL);
	if (!pages_of(cpu))			/* not ours to touch */
		return false;
	drain_all_pages(NULL);
	return !pages_of(cpu) && nr_free_pages() + nr_free_pcp_pages() == both;
}

static void drain_reaches_other_cpus(struct kunit *test)
{
	const unsigned int cpu = the_other(test);

	KUNIT_EXPECT_TRUE(test, AGAIN(drain_reaches(test, cpu)));
	expect_sound(test);
}

/* Where one cannot wait for another CPU its stock stays, and nothing is reported. */
static bool drain_stays_at_home(struct kunit *test, unsigned int cpu)
{
	KUNIT_ASSERT_EQ(test, smp_call_function_single((int)cpu, fill_stock, NULL, 1), 0);
	fill_stock(NULL);
	preempt_disable();
	drain_all_pages(NULL);
	KUNIT_EXPECT_EQ(test, pages_of((unsigned int)smp_processor_id()), 0);
	preempt_enable();
	return pages_of(cpu) != 0;		/* or mm_trim was there */
}

static void drain_in_atomic_context_stays_at_home(struct kunit *test)
{
	const unsigned int cpu = the_other(test);

	KUNIT_EXPECT_TRUE(test, AGAIN(drain_stays_at_home(test, cpu)));
	drain_all_pages(NULL);
}

static void refill_there(void *page)
{
	*(unsigned long *)page = __get_free_pages(GFP_ATOMIC | __GFP_NOWARN, 3);
}

/*
 * False: wrong, or somebody was between his look at the mark and opening it, or has left blocks of
 * that order there.
 */
static bool the_other_closes(unsigned int cpu, struct zone *z)
{
	const unsigned long high = z->watermark[WMARK_HIGH];
	unsigned long page = 0;
	bool none;

	drain_all_pages(NULL);
	smp_call_function_single((int)cpu, fill_stock, NULL, 1);
	z->watermark[WMARK_HIGH] = ~0UL >> 1;	/* so that nobody opens it again */
	WRITE_ONCE(z->stock_closed, true);
	smp_call_function_single((int)cpu, refill_there, &page, 1);
	none = pcp_count(per_cpu_ptr(z->pcp, cpu), 3) == 0;
	drain_all_pages(NULL);
	free_pages(page, 3);
	z->watermark[WMARK_HIGH] = high;
	return page && none;			/* it came out of the buddy */
}

/* One CPU finds the zone short: another closes when it comes by, and gives nothing to stock. */
static void a_zone_that_is_short_closes_all(struct kunit *test)
{
	const unsigned int cpu = the_other(test);
	struct zone *z = the_zone();

	KUNIT_EXPECT_TRUE(test, AGAIN(the_other_closes(cpu, z)));
	KUNIT_EXPECT_TRUE(test, AGAIN((fill_stock(NULL), !READ_ONCE(z->stock_closed))));
	expect_sound(test);
}

static struct page *volatile mailbox[64];
static unsigned long taken, given;

/* Take here, free there; each page is stamped by who took it. */
static int taker(void *unused)
{
	unsigned long i;
	struct page *page;

	for (i = 0; i < NR_ROUNDS && !kthread_should_stop(); i++) {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			break;
		*(unsigned long *)page_address(page) = (unsigned long)page;
		while (mailbox[i % ARRAY_SIZE(mailbox)] && !kthread_should_stop())
			cond_resched();
		if (mailbox[i % ARRAY_SIZE(mailbox)]) {		/* time is up */
			__free_page(page);
			break;
		}
		smp_store_release(&mailbox[i % ARRAY_SIZE(mailbox)], page);
		taken++;
	}
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

static int giver(void *broken)
{
	unsigned long i = 0;
	struct page *page;

	while (!kthread_should_stop() || given < READ_ONCE(taken)) {
		page = smp_load_acquire(&mailbox[i % ARRAY_SIZE(mailbox)]);
		if (!page) {
			cond_resched();
			continue;
		}
		*(unsigned long *)broken += *(unsigned long *)page_address(page) !=
					    (unsigned long)page;
		__free_page(page);
		mailbox[i++ % ARRAY_SIZE(mailbox)] = NULL;
		given++;
	}
	return 0;
}

static void taken_here_freed_there(struct kunit *test)
{
	const unsigned int cpu = the_other(test);
	unsigned long broken = 0;
	struct task_struct *a, *b;
	unsigned int ticks;

	taken = given = 0;
	memset((void *)mailbox, 0, sizeof(mailbox));
	a = kthread_create(taker, NULL, "taker");
	b = kthread_create(giver, &broken, "giver");
	KUNIT_ASSERT_FALSE(test, IS_ERR(a) || IS_ERR(b));
	kthread_bind(a, (unsigned int)smp_processor_id());
	kthread_bind(b, cpu);
	get_task_struct(a);
	get_task_struct(b);
	wake_up_process(a);
	wake_up_process(b);
	for (ticks = 0; ticks < 60 * HZ && READ_ONCE(given) < NR_ROUNDS; ticks++)
		schedule_timeout_uninterruptible(1);
	kthread_stop_put(a);
	kthread_stop_put(b);
	KUNIT_EXPECT_GT(test, taken, 2 * ARRAY_SIZE(mailbox));	/* as many as a busy host allows */
	KUNIT_EXPECT_EQ(test, given, taken);
	KUNIT_EXPECT_EQ(test, broken, 0);
	expect_sound(test);
}

/* One page to and fro, for the stopped world to look at. */
static struct page *the_page;

static int swinger(void *unused)
{
	while (!kthread_should_stop()) {
		WRITE_ONCE(the_page, alloc_page(GFP_KERNEL));
		if (the_page)
			__free_page(the_page);
	}
	return 0;
}

static bool list_has(u64 word, const struct page *page)
{
	while (pcp_first(word) && pcp_first(word) != page)
		word = pcp_first(word)->private;
	return pcp_first(word);
}

/* Since it was freed, others may have put more on top, or had it, and freed it elsewhere. */
static bool some_stock_has(const struct page *page)
{
	const struct zone *z = page_zone(page);
	unsigned int cpu, order;

	for_each_online_cpu(cpu)
		for (order = 0; order < NR_PCP_ORDERS; order++)
			if (list_has(per_cpu_ptr(z->pcp, cpu)->list[order], page))
				return true;
	return false;
}

/* In somebody's hands, or in a stock: not on its way between them. */
static int look_where_it_is(void *unused)
{
	const struct page *page = READ_ONCE(the_page);

	return page && page->owner == PAGE_OWNER_PCP && !some_stock_has(page);
}

static void nobody_is_stopped_on_the_way(struct kunit *test)
{
	unsigned int cpu = the_other(test), i, nowhere = 0;
	struct task_struct *t = kthread_create(swinger, NULL, "swinger");
	unsigned long end = jiffies + 30 * HZ;

	the_page = NULL;
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	kthread_bind(t, cpu);
	get_task_struct(t);
	wake_up_process(t);
	while (!READ_ONCE(the_page) && time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_NOT_NULL(test, READ_ONCE(the_page));	/* it swings */
	end = jiffies + 3 * HZ;
	for (i = 0; i < 300 && time_before(jiffies, end); i++)
		nowhere += stop_machine(look_where_it_is, NULL, NULL);
	kthread_stop_put(t);
	KUNIT_EXPECT_EQ(test, nowhere, 0);
}

/* The table of owners adds up, whoever takes and frees meanwhile. */
static void owners_sum_up_while_others_work(struct kunit *test)
{
	static char text[4096];
	const unsigned int cpu = the_other(test);
	struct task_struct *t = kthread_create(swinger, NULL, "swinger");
	const unsigned long end = jiffies + HZ;
	unsigned int i, wrong = 0;
	struct seq_file m;

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	kthread_bind(t, cpu);
	get_task_struct(t);
	wake_up_process(t);
	for (i = 0; i < 300 && time_before(jiffies, end); i++) {
		seq_to_buffer(&m, text, sizeof(text));
		wrong += !stats_owners(&m);
	}
	kthread_stop_put(t);
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

static atomic_t wanted, refused, satisfied;

/* Blocks of the largest order, without waiting: four of them need a section of their own. */
static int hog(void *zone)
{
	unsigned long *chain = NULL, *next;
	struct zone *z = zone;

	while (zone_open_pages(z) > 2 * high_wmark_pages(z) + 64 * MAX_ORDER_NR_PAGES &&
	       READ_ONCE(z->nr_dormant)) {
		next = (void *)__get_free_pages(GFP_NOWAIT, MAX_PAGE_ORDER);
		if (!next) {
			atomic_inc(&refused);
			break;
		}
		*next = (unsigned long)chain;
		chain = next;
		atomic_inc(&wanted);
	}
	for (; chain; chain = next) {
		next = (unsigned long *)*chain;
		free_pages((unsigned long)chain, MAX_PAGE_ORDER);
	}
	atomic_inc(&satisfied);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

/* All CPUs want sections at once: one brings them in, the others get what they want, too. */
static void sections_come_in_for_all(struct kunit *test)
{
	struct task_struct *t[8];
	struct zone *z = the_zone();
	unsigned int cpu, nr = 0, ticks;

	the_other(test);
	if (READ_ONCE(z->nr_dormant) < 32 * PAGES_PER_SECTION)
		kunit_skip(test, "not enough memory that nobody has used yet");
	atomic_set(&wanted, 0);
	atomic_set(&refused, 0);
	atomic_set(&satisfied, 0);
	for_each_online_cpu(cpu) {
		if (nr == ARRAY_SIZE(t))
			break;
		t[nr] = kthread_create(hog, z, "hog/%u", cpu);
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[nr]));
		kthread_bind(t[nr], cpu);
		get_task_struct(t[nr]);
		wake_up_process(t[nr++]);
	}
	for (ticks = 0; ticks < 100 * HZ && atomic_read(&satisfied) < (int)nr; ticks++)
		schedule_timeout_uninterruptible(1);
	while (nr)
		kthread_stop_put(t[--nr]);
	KUNIT_EXPECT_EQ(test, atomic_read(&refused), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&wanted), 8);
	expect_sound(test);
}

/* What lies idle goes back by itself. */
static void idle_stock_is_trimmed(struct kunit *test)
{
	unsigned int ticks;

	drain_all_pages(NULL);
	fill_stock(NULL);
	KUNIT_EXPECT_GT(test, pages_of((unsigned int)smp_processor_id()), 0);
	for (ticks = 0; ticks < 15 && pages_of((unsigned int)smp_processor_id()) > 4; ticks++) {
		page_trim();
		page_trim();
	}
	KUNIT_EXPECT_LT(test, ticks, 15);
	expect_sound(test);
}

static struct kunit_case pcp_smp_cases[] = {
	KUNIT_CASE(drain_reaches_other_cpus),
	KUNIT_CASE(drain_in_atomic_context_stays_at_home),
	KUNIT_CASE(a_zone_that_is_short_closes_all),
	KUNIT_CASE(taken_here_freed_there),
	KUNIT_CASE(nobody_is_stopped_on_the_way),
	KUNIT_CASE(owners_sum_up_while_others_work),
	KUNIT_CASE(sections_come_in_for_all),
	KUNIT_CASE(idle_stock_is_trimmed),
	{}
};

static struct kunit_suite pcp_smp_suite = { .name = "pcp_smp", .test_cases = pcp_smp_cases };
kunit_test_suite(pcp_smp_suite);
