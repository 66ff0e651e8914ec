/* SPDX-License-Identifier: MIT */
/*
 * failnth_kernel_test.c - each allocation of kernel/ and drivers/ failing once
 *
 * As failnth_test.c, for what needs threads or devices.
 */
#include <kunit/test.h>
#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/fault-inject.h>
#include <linux/input.h>
#include <linux/isa_dma.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/leaks.h>
#include <linux/monitor.h>
#include <linux/sched/task.h>

/* ---- threads --------------------------------------------------------------------- */

static int wait_for_the_end(void *data)
{
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 7;
}

/* Structure, stack pages, the stack's addresses: all or nothing. */
static void threads_are_made(struct kunit *test)
{
	struct task_struct *t = kthread_run(wait_for_the_end, NULL, "failnth");

	int end;

	if (!KUNIT_WORKED(test, !IS_ERR(t))) {
		KUNIT_EXPECT_EQ(test, PTR_ERR(t), -ENOMEM);
		return;
	}
	end = kthread_stop(t);
	KUNIT_EXPECT_TRUE(test, end == 7 || end == -EINTR);	/* it may not have begun */
}

/* ---- what people type ------------------------------------------------------------ */

static struct input_queue q = INPUT_QUEUE_INIT(q, "failnth", 10000);

/* A character without memory is dropped and counted; those before it stay, in order. */
static void typed_characters_are_dropped_counted(struct kunit *test)
{
	const unsigned int n = INPUT_RING + 10;
	unsigned long dropped = input_queue_dropped(&q), kept = 0, i;
	char c;

	for (i = 0; i < n; i++)
		kept += input_queue_push(&q, (char)('a' + i % 26));
	KUNIT_WORKED(test, kept == n);
	KUNIT_EXPECT_EQ(test, kept + input_queue_dropped(&q) - dropped, n);
	for (i = 0; i < INPUT_RING; i++)
		if (input_queue_read(&q, &c, 1))
			KUNIT_EXPECT_EQ(test, c, (char)('a' + i % 26));
	while (input_queue_read(&q, &c, 1))
		;
}

static void queues_are_held(struct kunit *test)
{
	input_queue_hold(&q, 2000);
	KUNIT_WORKED(test, q.nr_spare >= 1);
	input_queue_unhold(&q);
}

static struct task_struct *input_reader;

static void find_input_reader(struct task_struct *t, void *unused)
{
	if (!strcmp(t->comm, "kinput/inject"))
		input_reader = t;
}

/* The thread that reads a queue has no memory for what it reads: it comes later, not never. */
static void what_is_typed_waits_for_memory(struct kunit *test)
{
	int c = -1, steps = 60 * HZ;

	sched_for_each_task(find_input_reader, NULL);
	KUNIT_ASSERT_NOT_NULL(test, input_reader);
	input_hold(false);
	failslab_arm();
	WRITE_ONCE(input_reader->fail_nth, 1);
	input_push('z');
	/* What a device of an earlier suite has typed meanwhile comes first. */
	while (c != 'z' && steps--) {
		schedule_timeout_uninterruptible(1);
		do
			c = console_trygetc();
		while (c >= 0 && c != 'z');
	}
	failslab_disarm();
	input_hold(true);
	KUNIT_EXPECT_EQ(test, c, 'z');
	KUNIT_EXPECT_EQ(test, READ_ONCE(input_reader->fail_nth), 0U);
}

/* ---- drivers --------------------------------------------------------------------- */

static void bounce_buffers(struct kunit *test)
{
	struct isa_bounce b;
	int err = isa_bounce_alloc(&b, 2, 18432, GFP_KERNEL);

	if (KUNIT_WORKED(test, !err))
		KUNIT_EXPECT_EQ(test, dma_buffer_ok(b.buf, b.size, 2), 0);
	else
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	isa_bounce_free(&b);
}

/* With or without a medium: what is opened is closed, what is not has kept nothing. */
static void the_floppy_is_opened(struct kunit *test)
{
	struct gendisk *disk;

	disk = disk_open("fd0");
	if (IS_ERR(disk))
		KUNIT_EXPECT_LT(test, PTR_ERR(disk), 0);
	else
		disk_close(disk);
}

/* ---- looking for leaks ------------------------------------------------------------ */

static void leaks_are_looked_for(struct kunit *test)
{
	const long nr = leaks_scan(NULL, NULL);

	if (!KUNIT_WORKED(test, nr >= 0))
		KUNIT_EXPECT_EQ(test, nr, -ENOMEM);
}

/* ---- the monitor ----------------------------------------------------------------- */

static char screen[1024];
static size_t nr_put;

static void put(struct monitor *m, const char *s, size_t n)
{
	for (; n && nr_put < sizeof(screen) - 1; n--)
		screen[nr_put++] = *s++;
	screen[nr_put] = '\0';
}

static int no_key(struct monitor *m)
{
	return -1;
}

static void the_monitor_allocates(struct kunit *test)
{
	static const struct monitor_ops ops = { .getc = no_key, .put = put };
	static const char *const lines[] = { "alloc page 1 GFP_KERNEL|__GFP_NOWARN",
		"alloc kmalloc 100 GFP_KERNEL", "alloc vmalloc 100 GFP_KERNEL|__GFP_NOWARN" };
	static struct monitor mon;
	char copy[64];
	unsigned int i;

	monitor_init(&mon, &ops, NULL);
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		nr_put = 0;
		strscpy(copy, lines[i], sizeof(copy));
		KUNIT_WORKED(test, monitor_exec(&mon, copy) == 0);
	}
	strscpy(copy, "free all", sizeof(copy));
	monitor_exec(&mon, copy);
}

/* The sector itself does not matter: with no disk it is an error in any case. */
static void the_monitor_reads_a_disk(struct kunit *test)
{
	static const struct monitor_ops ops = { .getc = no_key, .put = put };
	static struct monitor mon;
	char line[] = "sector fd0 0";

	monitor_init(&mon, &ops, NULL);
	nr_put = 0;
	monitor_exec(&mon, line);
	KUNIT_EXPECT_GT(test, nr_put, 10UL);
}

/* What other suites' serial lines and keyboards have left in the queues is not ours to find. */
static int forget_what_was_typed(struct kunit_suite *suite)
{
	unsigned int quiet = 0;

	input_hold(false);
	while (quiet < 3) {
		schedule_timeout_uninterruptible(1);
		quiet++;
		while (console_trygetc() >= 0)
			quiet = 0;
	}
	input_hold(true);
	return 0;
}

static struct kunit_case failnth_kernel_cases[] = {
	KUNIT_CASE_FAILNTH(threads_are_made),
	KUNIT_CASE_FAILNTH(typed_characters_are_dropped_counted),
	KUNIT_CASE_FAILNTH(queues_are_held),
	KUNIT_CASE(what_is_typed_waits_for_memory),
	KUNIT_CASE_FAILNTH(bounce_buffers),
	KUNIT_CASE_FAILNTH(the_floppy_is_opened),
	KUNIT_CASE_FAILNTH(leaks_are_looked_for),
	KUNIT_CASE_FAILNTH(the_monitor_allocates),
	KUNIT_CASE_FAILNTH(the_monitor_reads_a_disk),
	{}
};

static struct kunit_suite failnth_kernel_suite = {
	.name = "failnth_kernel",
	.suite_init = forget_what_was_typed,
	.test_cases = failnth_kernel_cases,
};
kunit_test_suite(failnth_kernel_suite);
