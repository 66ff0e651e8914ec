/* SPDX-License-Identifier: MIT */
/* kthread_test.c - threads begin, end, fail to begin, and leave nothing behind */
#include <asm/processor.h>
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/vmalloc.h>
#include "../../kernel/sched_rq.h"
#include "report.h"
#include "threads.h"

#define PS_BYTES	65536		/* a thousand threads */
#define TRIES		10U		/* for what threads of the kernel may spoil */

static int until_stopped(void *data)
{
	unsigned int *rounds = data;

	while (!kthread_should_stop()) {
		++*rounds;
		schedule_timeout_interruptible(1);
	}
	return 42;
}

static void stop_gives_the_result(struct kunit *test)
{
	unsigned int rounds = 0;
	struct task_struct *t = kthread_run(until_stopped, &rounds, "until/%d", 3);

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	KUNIT_EXPECT_STREQ(test, t->comm, "until/3");
	KUNIT_EXPECT_PTR_EQ(test, kthread_data(t), (void *)&rounds);
	while (!READ_ONCE(rounds))
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, kthread_stop(t), 42);
	KUNIT_EXPECT_GT(test, rounds, 0U);
}

static void one_that_never_ran(struct kunit *test)
{
	unsigned int rounds = 0;
	struct task_struct *t = kthread_create(until_stopped, &rounds, "never");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	KUNIT_EXPECT_EQ(test, kthread_stop(t), -EINTR);
	KUNIT_EXPECT_EQ(test, rounds, 0U);
}

static void long_names_are_cut(struct kunit *test)
{
	unsigned int rounds = 0;
	struct task_struct *t = kthread_create(until_stopped, &rounds, "%s",
					       "a-name-of-more-than-15");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	KUNIT_EXPECT_STREQ(test, t->comm, "a-name-of-more-");
	kthread_stop(t);
}

static unsigned int stopped;

static int stops(void *data)
{
	int ret = kthread_stop(data);

	stopped++;
	return ret;
}

/* Each who stops it gets its result: nobody waits for ever. */
static void several_may_stop_it(struct kunit *test)
{
	unsigned int rounds = 0, i;
	struct task_struct *t = kthread_run(until_stopped, &rounds, "wanted"), *by[3];

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	stopped = 0;
	while (!READ_ONCE(rounds))
		schedule_timeout_uninterruptible(1);
	for (i = 0; i < ARRAY_SIZE(by); i++) {
		by[i] = kthread_create(stops, t, "stops/%u", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(by[i]));
		get_task_struct(by[i]);
		sched_set_fifo(by[i]);
		wake_up_process(by[i]);
	}
	for (i = 0; i < ARRAY_SIZE(by); i++)
		test_task_wait_dead(test, by[i]);
	KUNIT_EXPECT_EQ(test, stopped, ARRAY_SIZE(by));
	for (i = 0; i < ARRAY_SIZE(by); i++)
		KUNIT_EXPECT_EQ(test, kthread_stop_put(by[i]), 42);
	put_task_struct(t);
}

static int leaves(void *data)
{
	kthread_exit((long)data);
}

static void one_that_left_by_itself(struct kunit *test)
{
	struct task_struct *t = kthread_create(leaves, (void *)-5L, "leaves");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	test_task_wait_dead(test, t);
	KUNIT_EXPECT_EQ(test, kthread_stop_put(t), -5);
}

/* Its stack is memory with an owner, and with nothing below. */
static int looks_at_its_stack(void *data)
{
	unsigned long sp = (unsigned long)&data, *seen = data;

	seen[0] = sp - (unsigned long)current->stack < THREAD_SIZE;
	seen[1] = vmalloc_to_page(current->stack)->owner == PAGE_OWNER_STACK;
	seen[2] = !vmalloc_to_page((char *)current->stack - PAGE_SIZE) &&
		  !vmalloc_to_page((char *)current->stack + THREAD_SIZE);
	seen[3] = (((unsigned long)__builtin_frame_address(0)) & 15) == 0;
	seen[4] = preempt_count() == 0 && !irqs_disabled();
	return 0;
}

/* Those who wait for the next thread, or for a flush, have gone. */
static long stack_pages(void)
{
	kthread_reap();
	vm_unmap_aliases();
	return (long)page_owner_pages(PAGE_OWNER_STACK);
}

/* Does a thread have so many pages, and no more when it has gone? */
static bool a_stack_comes_and_goes(struct kunit *test, unsigned long *seen)
{
	const long before = stack_pages();
	struct task_struct *t = kthread_create(looks_at_its_stack, seen, "looks");
	long with;

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	with = (long)page_owner_pages(PAGE_OWNER_STACK);
	get_task_struct(t);
	wake_up_process(t);
	test_task_wait_dead(test, t);	/* before it is told to stop, let it begin */
	kthread_stop_put(t);
	return with == before + (long)(THREAD_SIZE / PAGE_SIZE) && stack_pages() == before;
}

static void stacks_have_guards(struct kunit *test)
{
	unsigned long seen[5] = { 0 };
	unsigned int i, tries = 0;

	while (!a_stack_comes_and_goes(test, seen) && ++tries < TRIES)
		test_threads_settle();		/* workers come and go, too */
	KUNIT_EXPECT_LT(test, tries, TRIES);
	for (i = 0; i < ARRAY_SIZE(seen); i++)
		KUNIT_EXPECT_TRUE_MSG(test, seen[i], "%u", i);
}

/* Many that end by themselves, and nobody who waits for them. */
static int ends(void *unused)
{
	return 0;
}

/* How many threads there are, but for the dead. */
static unsigned int living(void)
{
	test_threads_settle();
	kthread_reap();
	return kthread_count();
}

static bool all_of_them_go(struct kunit *test)
{
	const unsigned int before = living();
	unsigned int i;

	for (i = 0; i < 200; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(ends, NULL, "ends")));
	return living() == before;
}

/* Workers may come and go meanwhile: but not each time. */
static void nobody_has_to_wait_for_them(struct kunit *test)
{
	unsigned int tries = 0;

	while (!all_of_them_go(test) && ++tries < TRIES)
		;
	KUNIT_EXPECT_LT(test, tries, TRIES);
}

static int asserts(void *data)
{
	KUNIT_ASSERT_EQ((struct kunit *)data, 1, 1);
	kunit_abort(data);
	return 0;
}

/* An assertion that fails ends the thread, not the test's stack. */
static void an_assertion_ends_the_thread(struct kunit *test)
{
	struct task_struct *t = kthread_create(asserts, test, "asserts");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	test_task_wait_dead(test, t);
	KUNIT_EXPECT_EQ(test, kthread_stop_put(t), -EINTR);
}

static unsigned int fail_from, asked;

static bool fail_later(gfp_t gfp, unsigned int order)
{
	return order || ++asked >= fail_from;	/* single pages */
}

static void no_memory_for_a_thread(struct kunit *test)
{
	unsigned int rounds = 0;
	struct task_struct *t;

	for (fail_from = 1; fail_from <= THREAD_SIZE / PAGE_SIZE; fail_from++) {
		asked = 0;
		page_alloc_set_should_fail(fail_later);
		t = kthread_create(until_stopped, &rounds, "none");
		page_alloc_set_should_fail(NULL);
		KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(t), (long)-ENOMEM);
		if (!IS_ERR(t))
			kthread_stop(t);
	}
}

#define DEEP	6000		/* bytes of a frame */

static noinline int uses_much(void *data)
{
	volatile u8 frame[DEEP];

	memset((u8 *)frame, 0x5a, sizeof(frame));
	*(unsigned long *)data = frame[17];
	return 0;
}

static void stacks_show_how_deep_they_were_used(struct kunit *test)
{
	unsigned long unused, seen = 0;
	struct task_struct *t = kthread_create(uses_much, &seen, "deep");
	char comm[TASK_COMM_LEN];

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	unused = stack_not_used(t);
	KUNIT_EXPECT_GT(test, unused, THREAD_SIZE - 256UL);
	get_task_struct(t);
	wake_up_process(t);
	while (!READ_ONCE(seen))
		schedule_timeout_uninterruptible(1);
	kthread_stop_put(t);
	KUNIT_EXPECT_EQ(test, seen, 0x5aUL);
	KUNIT_EXPECT_LT(test, sched_stack_left(comm), THREAD_SIZE - DEEP);
}

static void ps_shows_them(struct kunit *test)
{
	static char text[16384];
	struct seq_file m;

	seq_to_buffer(&m, text, sizeof(text));
	sched_show(&m);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "swapper/0\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "  kthreadd\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, current->comm));
}

/* It has never run, and was made on CPU 0. */
static void ps_shows_where_a_bound_one_will_run(struct kunit *test)
{
	unsigned int rounds = 0;
	struct task_struct *t = kthread_create(until_stopped, &rounds, "bound");
	char *text = vmalloc(PS_BYTES);
	const char *line = text, *next;
	struct seq_file m;
	char want[32];

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	KUNIT_ASSERT_NOT_NULL(test, text);
	kthread_bind(t, NR_CPUS - 1);
	seq_to_buffer(&m, text, PS_BYTES);
	sched_show(&m);
	while ((next = strchr(line, '\n')) && !strstarts(next - strlen("bound"), "bound\n"))
		line = next + 1;
	scnprintf(want, sizeof(want), "%5d D %3u  120 ", t->pid, NR_CPUS - 1);
	KUNIT_EXPECT_TRUE_MSG(test, strstarts(line, want), "%.40s", line);
	kthread_stop(t);
	vfree(text);
}

static int leaves_it_raised(void *unused)
{
	preempt_disable();
	local_bh_disable();
	return 7;
}

static void a_count_left_behind_is_dropped(struct kunit *test)
{
	struct task_struct *t = kthread_create(leaves_it_raised, NULL, "raised");
	static struct report r;

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	sched_set_fifo(t);
	report_begin(&r);
	wake_up_process(t);
	report_end(&r);
	KUNIT_EXPECT_EQ(test, kthread_stop_put(t), 7);
	EXPECT_REPORT(test, &r, "] exited with preempt_count 513\n");
	EXPECT_REPORT(test, &r, "note: raised[");
	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
}

static unsigned int may_end, runs;

static int ends_when_told(void *unused)
{
	WRITE_ONCE(runs, 1);
	while (!READ_ONCE(may_end))
		cpu_relax();
	return 0;
}

/* Nobody who holds its queue's lock, as a wake-up does, sees it die meanwhile. */
static void the_end_waits_for_wake_ups(struct kunit *test)
{
	const unsigned int other = cpumask_any_but(cpu_online_mask, 0);
	unsigned int state = TASK_RUNNING, i;
	struct task_struct *t;
	unsigned long flags;
	struct rq *rq;

	if (other >= nr_cpu_ids)
		kunit_skip(test, "one CPU");
	may_end = runs = 0;
	t = kthread_create_on_cpu(ends_when_told, NULL, other, "ends/%u");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	while (!READ_ONCE(runs))
		schedule_timeout_uninterruptible(1);
	rq = task_rq_lock(t, &flags);
	WRITE_ONCE(may_end, 1);
	for (i = 0; i < 10 && state == TASK_RUNNING; i++) {
		mdelay(1);
		state = READ_ONCE(t->__state);
	}
	task_rq_unlock(rq, flags);
	KUNIT_EXPECT_EQ(test, state, (unsigned int)TASK_RUNNING);
	KUNIT_EXPECT_EQ(test, kthread_stop_put(t), 0);
}

static struct kunit_case kthread_cases[] = {
	KUNIT_CASE(stop_gives_the_result),
	KUNIT_CASE(one_that_never_ran),
	KUNIT_CASE(several_may_stop_it),
	KUNIT_CASE(long_names_are_cut),
	KUNIT_CASE(one_that_left_by_itself),
	KUNIT_CASE(stacks_have_guards),
	KUNIT_CASE(nobody_has_to_wait_for_them),
	KUNIT_CASE(an_assertion_ends_the_thread),
	KUNIT_CASE(no_memory_for_a_thread),
	KUNIT_CASE(stacks_show_how_deep_they_were_used),
	KUNIT_CASE(ps_shows_them),
	KUNIT_CASE(ps_shows_where_a_bound_one_will_run),
	KUNIT_CASE(a_count_left_behind_is_dropped),
	KUNIT_CASE(the_end_waits_for_wake_ups),
	{}
};

static struct kunit_suite kthread_suite = { .name = "kthread", .test_cases = kthread_cases };
kunit_test_suite(kthread_suite);
