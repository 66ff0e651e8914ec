/* SPDX-License-Identifier: MIT */
/*
 * vmalloc_smp_test.c - areas that come and go while other CPUs look at them
 *
 * Whatever is written to a page says where that page is: its address in the area, or in the
 * direct map.  A CPU that remembers where an address led, and goes there when the page is
 * somebody else's, reads that it is somewhere else.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <asm/tlbflush.h>

#include "../../mm/vmap.h"
#include "threads.h"

#define SHOWN		64		/* addresses that the other CPUs look at */
#define ROUNDS		3000
#define HELD		16
#define ITERATIONS	100
#define MAX_WATCHERS	7

/* ---- a watcher on every other CPU ------------------------------------------------ */

static unsigned long shown[SHOWN];
static unsigned long looks, seen, wrong_at, wrong_is;
static bool stop;

/* The copy is made of bytes, and may fall between those of a store: so ask again. */
static unsigned long what_is_at(unsigned long vaddr)
{
	unsigned long says = 0, again;

	do {
		again = says;
		if (copy_from_kernel_nofault(&says, (void *)vaddr, sizeof(says)))
			return 0;
	} while (says != again);
	return says;
}

static void watch_one(unsigned long vaddr)
{
	const unsigned long says = vaddr ? what_is_at(vaddr) : 0;

	looks++;
	seen += says != 0;
	if (says && says != vaddr && !READ_ONCE(wrong_at)) {
		wrong_is = says;
		WRITE_ONCE(wrong_at, vaddr);
	}
}

static int watch(void *unused)
{
	unsigned int i;

	while (!READ_ONCE(stop)) {
		for (i = 0; i < SHOWN; i++)
			watch_one(READ_ONCE(shown[i]));
		cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

/* ---- the owner, on this CPU ------------------------------------------------------ */

struct held {
	char *p;
	unsigned int pages;
};

static void show(unsigned long vaddr)
{
	static unsigned int next;

	WRITE_ONCE(shown[next++ % SHOWN], vaddr);
}

static void take(struct held *h, unsigned int pages)
{
	unsigned int i;

	h->pages = pages;
	h->p = vzalloc(pages * PAGE_SIZE);
	for (i = 0; h->p && i < pages; i++) {
		*(unsigned long *)(h->p + i * PAGE_SIZE) = (unsigned long)h->p + i * PAGE_SIZE;
		show((unsigned long)h->p + i * PAGE_SIZE);
	}
}

/* Pages that others take now may be those that were just freed. */
static void take_pages(unsigned long *page)
{
	if (*page)
		free_page(*page);
	*page = __get_free_page(GFP_KERNEL);
	if (*page)
		*(unsigned long *)*page = *page;
}

static void come_and_go(struct rnd_state *rnd)
{
	static struct held held[HELD];
	static unsigned long page[32];
	unsigned int i;

	for (i = 0; i < ROUNDS && !READ_ONCE(wrong_at); i++) {
		struct held *h = &held[prandom_u32_below(rnd, HELD)];

		if (h->p) {
			vfree(h->p);
			h->p = NULL;
		} else {
			take(h, 1 + prandom_u32_below(rnd, i % 4 ? 4 : 24));
		}
		take_pages(&page[prandom_u32_below(rnd, ARRAY_SIZE(page))]);
		if (i % 64 == 0)
			vm_unmap_aliases();
	}
	for (i = 0; i < HELD; i++)
		vfree(held[i].p);
	for (i = 0; i < ARRAY_SIZE(page); i++)
		free_page(page[i]);
	memset(held, 0, sizeof(held));
	memset(page, 0, sizeof(page));
}

static void other_cpus_never_see_what_is_not_theirs(struct kunit *test)
{
	struct task_struct *t[MAX_WATCHERS];
	const unsigned long end = jiffies + 60 * HZ;
	unsigned int nr = 0, cpu;
	struct rnd_state rnd;

	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU");
	prandom_seed_state(&rnd, kunit_seed());
	stop = false;
	looks = seen = wrong_at = 0;
	memset(shown, 0, sizeof(shown));
	for_each_online_cpu(cpu)
		if (cpu && nr < MAX_WATCHERS) {
			t[nr] = kthread_create_on_cpu(watch, NULL, cpu, "watch/%u");
			KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t[nr]);
			get_task_struct(t[nr]);
			wake_up_process(t[nr++]);
		}
	do					/* a watcher's CPU may be stopped for long */
		come_and_go(&rnd);
	while (!READ_ONCE(wrong_at) && READ_ONCE(seen) <= 100 && time_before(jiffies, end));
	WRITE_ONCE(stop, true);
	while (nr-- > 0)
		kthread_stop_put(t[nr]);
	KUNIT_EXPECT_EQ_MSG(test, wrong_at, 0UL, "%lx shows the page of %lx", wrong_at, wrong_is);
	KUNIT_EXPECT_GT(test, seen, 100UL);
	kunit_info(test, "%lu looks, %lu times something was there", looks, seen);
}

/* ---- everybody at once ----------------------------------------------------------- */

static atomic_t workers_done, faults;

static bool stamped(const char *p, unsigned int pages, unsigned long mark)
{
	unsigned int i;

	for (i = 0; i < pages; i++)
		if (*(const unsigned long *)(p + i * PAGE_SIZE) != mark + i)
			return false;
	return true;
}

static void work_on_one(struct rnd_state *rnd, unsigned long mark)
{
	const unsigned int pages = 1 + prandom_u32_below(rnd, prandom_u32_below(rnd, 4) ? 6 : 600);
	char *p = __vmalloc(pages * PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN);
	u64 __percpu *counter = alloc_percpu(u64);
	unsigned int i;

	for (i = 0; p && i < pages; i++)
		*(unsigned long *)(p + i * PAGE_SIZE) = mark + i;
	if (counter)
		this_cpu_add(*counter, mark);
	if (prandom_u32_below(rnd, 8) == 0)
		vm_unmap_aliases();
	if (prandom_u32_below(rnd, 16) == 0)
		percpu_shrink(0);
	if (p && !stamped(p, pages, mark))
		atomic_inc(&faults);
	if (counter && *this_cpu_ptr(counter) != mark)	/* bound to one CPU */
		atomic_inc(&faults);
	if (prandom_u32_below(rnd, 4))
		vfree(p);
	else
		vfree_atomic(p);
	free_percpu(counter);
}

static int work(void *data)
{
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, kunit_seed() + (unsigned long)data);
	for (i = 0; i < ITERATIONS; i++)
		work_on_one(&rnd, ((unsigned long)data + 1) << 32 | i << 12);
	atomic_inc(&workers_done);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

static void all_cpus_take_and_give(struct kunit *test)
{
	struct task_struct *t[NR_CPUS];
	unsigned int nr = 0, cpu;
	char msg[160] = "";

	atomic_set(&workers_done, 0);
	atomic_set(&faults, 0);
	for_each_online_cpu(cpu) {
		t[nr] = kthread_create_on_cpu(work, (void *)(unsigned long)cpu, cpu, "areas/%u");
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t[nr]);
		get_task_struct(t[nr]);
		wake_up_process(t[nr++]);
	}
	while (atomic_read(&workers_done) != (int)nr) {
		schedule_timeout_uninterruptible(5);
		KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
	}
	while (nr-- > 0)
		kthread_stop_put(t[nr]);
	vmalloc_drain();
	KUNIT_EXPECT_EQ(test, atomic_read(&faults), 0);
}

/* ---- who waits for whose flush --------------------------------------------------- */

/* A thread that is held in the middle of a purge, between the flush and what follows it. */
static struct test_thread purger[2], waiter;
static enum { AWAY, HELD_UP, ENDED } held[2];
static bool let_go[2];

static void hold_purger(unsigned long start, unsigned long end)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(purger); i++) {
		if (!in_task() || current != purger[i].task)
			continue;
		WRITE_ONCE(held[i], HELD_UP);
		while (!READ_ONCE(let_go[i]))
			schedule_timeout_uninterruptible(1);
	}
}

static void purge(struct test_thread *t)
{
	vfree(vmalloc(20 * PAGE_SIZE));
	vmalloc_purge();
	WRITE_ONCE(held[t->id], ENDED);
}

static void wait_for_all_flushes(struct test_thread *t)
{
	vm_unmap_aliases();
}

/* False: somebody else has purged what it has freed. */
static bool begin_purge(struct kunit *test, unsigned int i)
{
	held[i] = AWAY;
	let_go[i] = false;
	test_thread_run(test, &purger[i], (int)i, purge, NULL);
	while (READ_ONCE(held[i]) == AWAY)
		schedule_timeout_uninterruptible(1);
	return READ_ONCE(held[i]) == HELD_UP;
}

static void hold_nobody(void *unused)
{
	WRITE_ONCE(let_go[0], true);
	WRITE_ONCE(let_go[1], true);
	tlb_flush_watch = NULL;
}

/* Or with enough CPUs that purge it would wait for ever. */
static void who_purges_later_is_not_waited_for(struct kunit *test)
{
	bool sure;

	tlb_flush_watch = hold_purger;
	kunit_add_action(test, hold_nobody, NULL);
	sure = begin_purge(test, 0);
	test_thread_run(test, &waiter, 2, wait_for_all_flushes, NULL);
	test_thread_wait_asleep(test, &waiter);
	KUNIT_EXPECT_TRUE(test, !sure || !completion_done(&waiter.done));
	begin_purge(test, 1);
	WRITE_ONCE(let_go[0], true);
	test_thread_join(test, &purger[0]);
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&waiter.done, THREAD_MAX_WAIT / 2), 0UL);
	WRITE_ONCE(let_go[1], true);
	test_thread_join(test, &purger[1]);
	kthread_stop_put(waiter.task);
}

static struct kunit_case vmalloc_smp_cases[] = {
	KUNIT_CASE(who_purges_later_is_not_waited_for),
	KUNIT_CASE_SLOW(other_cpus_never_see_what_is_not_theirs),
	KUNIT_CASE_SLOW(all_cpus_take_and_give),
	{}
};

static struct kunit_suite vmalloc_smp_suite = {
	.name = "vmalloc_smp",
	.test_cases = vmalloc_smp_cases,
};
kunit_test_suite(vmalloc_smp_suite);
