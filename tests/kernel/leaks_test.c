/* SPDX-License-Identifier: MIT */
/*
 * leaks_test.c - the search for what nobody can find any more
 *
 * Addresses are kept upside down (~), so that the tests' own notes do not count as pointers.
 */
#include <asm/desc.h>
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/leaks.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>

#define MAX_FOUND	100

static unsigned long found[MAX_FOUND];		/* upside down */
static size_t found_size[MAX_FOUND];
static unsigned int nr_found;
static void **keeper;				/* what a test lets something point from */

static void note(const struct leak *leak, void *arg)
{
	if (nr_found < MAX_FOUND) {
		found[nr_found] = ~(unsigned long)leak->object;
		found_size[nr_found] = leak->size;
	}
	nr_found++;
}

static long scan(void)
{
	nr_found = 0;
	return leaks_scan(note, NULL);
}

/* kmalloc's, or those of a cache. */
static noinline unsigned long plant_any(struct kmem_cache *s, size_t size)
{
	return ~(unsigned long)(s ? kmem_cache_zalloc(s, GFP_KERNEL) : kzalloc(size, GFP_KERNEL));
}

static noinline void dig_out(unsigned long hidden)
{
	kfree((void *)~hidden);
}

static bool was_found(unsigned long hidden)
{
	unsigned int i;

	for (i = 0; i < min(nr_found, (unsigned int)MAX_FOUND); i++)
		if (found[i] == hidden)
			return true;
	return false;
}

/*
 * ~ of an object that nobody else knows of.  A search takes every word for a pointer: where
 * many tests have run before, old addresses lie about, and an object may get one of them.
 * Take another then: try more and more of them until one is found.
 */
#define MAX_TRIES	2000
#define BATCH		50

static unsigned long plant_in(struct kunit *test, struct kmem_cache *s, size_t size)
{
	static unsigned long tries[MAX_TRIES];
	unsigned long hidden = ~0UL;
	unsigned int nr = 0, i;

	while (hidden == ~0UL && nr < MAX_TRIES) {
		for (i = 0; i < BATCH; i++)
			tries[nr + i] = plant_any(s, size);
		scan();
		for (i = 0; i < BATCH && hidden == ~0UL; i++)
			if (was_found(tries[nr + i])) {
				hidden = tries[nr + i];
				tries[nr + i] = ~0UL;	/* NULL */
			}
		nr += BATCH;
	}
	while (nr-- > 0)
		dig_out(tries[nr]);
	KUNIT_ASSERT_NE_MSG(test, hidden, ~0UL, "something points to each of %u objects",
			    MAX_TRIES);
	return hidden;
}

static unsigned long plant(struct kunit *test, size_t size)
{
	return plant_in(test, NULL, size);
}

static noinline void wipe_stack(void)
{
	volatile char below[2048];
	unsigned int i;

	for (i = 0; i < sizeof(below); i++)
		below[i] = 0;
}

/*
 * An interrupt leaves the registers of whom it interrupts on his stack, and with them an
 * address in the clear: it is found until something else lies there.  So search again.
 */
static bool search_again(unsigned int tries)
{
	if (tries == 100)
		return false;
	schedule_timeout_uninterruptible(1);
	wipe_stack();
	return true;
}

static long scan_for(long nr)
{
	unsigned int tries = 0;
	long n;

	do
		n = scan();
	while (n != nr && search_again(tries++));
	return n;
}

/* Into text. */
static char text[4096];

static long show_for(long nr)
{
	unsigned int tries = 0;
	struct seq_file m;
	long n;

	do {
		seq_to_buffer(&m, text, sizeof(text));
		n = leaks_show(&m);
	} while (n != nr && search_again(tries++));
	return n;
}

/* Everything that this boot has allocated until now. */
static void the_whole_boot_has_lost_nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ_MSG(test, show_for(0), 0, "%s", text);
	KUNIT_EXPECT_STREQ(test, text, "kmemleak: no memory leaks\n");
}

static void a_planted_leak_is_found_and_nothing_else(struct kunit *test)
{
	static const size_t sizes[] = { 8, 72, 1000, 8192, 50000 };
	unsigned long hidden;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		hidden = plant(test, sizes[i]);
		KUNIT_EXPECT_EQ(test, scan_for(1), 1);
		KUNIT_EXPECT_EQ(test, found[0], hidden);
		KUNIT_EXPECT_GE(test, found_size[0], sizes[i]);
		dig_out(hidden);
		KUNIT_EXPECT_EQ(test, scan_for(0), 0);
	}
}

static noinline void link_from(unsigned long from, unsigned long to)
{
	*(void **)~from = (void *)~to;
}

static noinline void keep(unsigned long hidden, unsigned long offset)
{
	*keeper = (void *)(~hidden + offset);
}

/* A list whose head is lost: all of it is.  With its head, none. */
static void what_only_a_leak_points_to_is_one(struct kunit *test)
{
	unsigned long a = plant(test, 64), b = plant(test, 128), c = plant(test, 256);
	static void *head;

	link_from(a, b);
	link_from(b, c);
	KUNIT_EXPECT_EQ(test, scan_for(3), 3);
	KUNIT_EXPECT_TRUE(test, was_found(a) && was_found(b) && was_found(c));
	keeper = &head;
	keep(b, 0);
	KUNIT_EXPECT_EQ(test, scan_for(1), 1);
	KUNIT_EXPECT_TRUE(test, was_found(a));
	keep(a, 0);
	KUNIT_EXPECT_EQ(test, scan_for(0), 0);
	head = NULL;
	dig_out(a);
	dig_out(b);
	dig_out(c);
}

static void the_middle_counts_and_the_end_does_not(struct kunit *test)
{
	unsigned long hidden = plant(test, 128);
	static void *middle;

	keeper = &middle;
	keep(hidden, 127);
	KUNIT_EXPECT_EQ(test, scan_for(0), 0);
	keep(hidden, 128);
	KUNIT_EXPECT_EQ(test, scan_for(1), 1);
	middle = NULL;
	dig_out(hidden);
}

/* Where a pointer may be kept: each place alone keeps the object. */
static void expect_kept(struct kunit *test, void **place, const char *what)
{
	unsigned long hidden = plant(test, 64);

	keeper = place;
	keep(hidden, 0);
	KUNIT_EXPECT_EQ_MSG(test, scan_for(0), 0, "kept in %s", what);
	*place = NULL;
	KUNIT_EXPECT_EQ_MSG(test, scan_for(1), 1, "no longer kept in %s", what);
	dig_out(hidden);
}

static void every_place_keeps(struct kunit *test)
{
	void **object = kzalloc(64, GFP_KERNEL), **large = kzalloc(40000, GFP_KERNEL);
	void **page = (void **)get_zeroed_page(GFP_KERNEL), **area = vzalloc(3 * PAGE_SIZE);
	void *on_stack = NULL;
	static void *in_bss;

	KUNIT_ASSERT_TRUE(test, object && large && page && area);
	expect_kept(test, &object[7], "an object");
	expect_kept(test, &large[4999], "a large block");
	expect_kept(test, &page[511], "a page");
	expect_kept(test, &area[1025], "a vmalloc area");
	expect_kept(test, &on_stack, "this stack");
	expect_kept(test, &in_bss, "bss");
	kfree(object);
	kfree(large);
	free_page((unsigned long)page);
	vfree(area);
}

static DEFINE_PER_CPU(void *, in_area);

/* Variables of a CPU, and the stacks of its exceptions. */
static void every_cpu_keeps(struct kunit *test)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		if (cpu && cpumask_next((int)cpu, cpu_online_mask) < NR_CPUS)
			continue;		/* the first and the last one will do */
		expect_kept(test, &per_cpu(in_area, cpu), "a variable of a CPU");
		expect_kept(test, (void **)per_cpu(exception_stack_of[ESTACK_MCE], cpu),
			    "the stack of an exception");
	}
}

static unsigned long threads_hidden;

static int hold_one(void *unused)
{
	void *volatile mine = kzalloc(64, GFP_KERNEL);

	threads_hidden = ~(unsigned long)mine;
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
	kfree(mine);
	return 0;
}

static void a_sleeping_thread_keeps(struct kunit *test)
{
	struct task_struct *t = kthread_run(hold_one, NULL, "holder");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	while (!READ_ONCE(threads_hidden))
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, scan_for(0), 0);
	kthread_stop(t);
	threads_hidden = 0;
}

static void a_leak_is_shown_with_its_allocation(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("leaky", 40, 0, SLAB_STORE_USER, NULL);
	unsigned long hidden;
	char want[128];

	KUNIT_ASSERT_NOT_NULL(test, s);
	hidden = plant_in(test, s, 0);
	KUNIT_EXPECT_EQ(test, show_for(1), 1);
	scnprintf(want, sizeof(want), "unreferenced object 0x%08lx (size 40):\n"
		  "  comm \"%s\", pid %d, jiffies ", ~hidden, current->comm, current->pid);
	KUNIT_EXPECT_TRUE_MSG(test, strstarts(text, want), "%s", text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\n  hex dump (first 32 bytes):\n"
		"    00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  ................\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\n  backtrace (crc "));
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "    plant_any+0x"), "%s", text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "kmemleak: 1 suspected memory leaks\n"));
	dig_out(hidden);
	kmem_cache_destroy(s);
}

static void what_must_not_be_traced_is_not(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("quiet", 40, 0, SLAB_NOLEAKTRACE, NULL);
	unsigned long hidden;

	KUNIT_ASSERT_NOT_NULL(test, s);
	hidden = plant_any(s, 0);
	KUNIT_EXPECT_EQ(test, scan_for(0), 0);
	dig_out(hidden);
	kmem_cache_destroy(s);
}

static struct kunit_case leaks_cases[] = {
	KUNIT_CASE(the_whole_boot_has_lost_nothing),
	KUNIT_CASE(a_planted_leak_is_found_and_nothing_else),
	KUNIT_CASE(what_only_a_leak_points_to_is_one),
	KUNIT_CASE(the_middle_counts_and_the_end_does_not),
	KUNIT_CASE(every_place_keeps),
	KUNIT_CASE(every_cpu_keeps),
	KUNIT_CASE(a_sleeping_thread_keeps),
	KUNIT_CASE(a_leak_is_shown_with_its_allocation),
	KUNIT_CASE(what_must_not_be_traced_is_not),
	{}
};

static struct kunit_suite leaks_suite = {
	.name = "leaks",
	.test_cases = leaks_cases,
};
kunit_test_suite(leaks_suite);
