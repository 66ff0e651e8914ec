/* SPDX-License-Identifier: MIT */
/*
 * input_test.c - queues of typed characters: order, growth, limits, no memory, and that it
 * all goes back
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/input.h>
#include <linux/slab.h>

#define LIMIT	100000
#define TRIES	10U

static struct input_queue q = INPUT_QUEUE_INIT(q, "test", LIMIT);
static char buf[LIMIT + 1];

static int input_test_init(struct kunit *test)
{
	q = (struct input_queue)INPUT_QUEUE_INIT(q, "test", LIMIT);
	INIT_LIST_HEAD(&q.chunks);
	INIT_LIST_HEAD(&q.spare);
	init_waitqueue_head(&q.wait);
	return 0;
}

static void input_test_exit(struct kunit *test)
{
	page_alloc_set_should_fail(NULL);
	input_queue_unhold(&q);
	while (input_queue_read(&q, buf, sizeof(buf)))
		;
}

/* The n-th character ever pushed: no short period, so that order shows. */
static char nth(unsigned long n)
{
	return (char)(n * 0x9e3779b97f4a7c15ULL >> 56);
}

static unsigned long push_many(unsigned long from, unsigned long n)
{
	unsigned long i, kept = 0;

	for (i = 0; i < n; i++)
		kept += input_queue_push(&q, nth(from + i));
	return kept;
}

/* Read @n, expecting what was pushed from @from on; how many are right. */
static unsigned long read_many(unsigned long from, unsigned long n)
{
	unsigned long i, right = 0;

	n = input_queue_read(&q, buf, n);
	for (i = 0; i < n; i++)
		right += buf[i] == nth(from + i);
	return right;
}

/*
 * @fn says whether there were as many objects as it wants; a worker that ends meanwhile, on some
 * CPU, takes its own away: but not each time.
 */
static void expect_objects(struct kunit *test, bool (*fn)(struct kunit *test))
{
	unsigned int tries = 0;

	while (!fn(test) && ++tries < TRIES)
		input_test_init(test);
	KUNIT_EXPECT_LT(test, tries, TRIES);
}

static bool push_first(struct kunit *test)
{
	const unsigned long objects = slab_nr_live();
	bool agree;

	KUNIT_EXPECT_EQ(test, push_many(0, INPUT_RING), (unsigned long)INPUT_RING);
	KUNIT_EXPECT_EQ(test, q.nr_chunks, 0UL);
	agree = slab_nr_live() == objects;
	KUNIT_EXPECT_TRUE(test, input_queue_push(&q, 'x'));
	KUNIT_EXPECT_EQ(test, q.nr_chunks, 1UL);
	agree &= slab_nr_live() == objects + 1;
	KUNIT_EXPECT_EQ(test, read_many(0, INPUT_RING), (unsigned long)INPUT_RING);
	KUNIT_EXPECT_EQ(test, q.nr_chunks, 1UL);
	KUNIT_EXPECT_EQ(test, input_queue_read(&q, buf, 9), 1UL);
	KUNIT_EXPECT_EQ(test, buf[0], 'x');
	return agree && slab_nr_live() == objects;
}

static void first_characters_take_no_memory(struct kunit *test)
{
	expect_objects(test, push_first);
}

static void order_is_kept(struct kunit *test)
{
	u64 x = kunit_seed() | 1;
	unsigned long in = 0, out = 0, wrong = 0;
	unsigned int i;

	for (i = 0; i < 3000; i++) {
		unsigned long n;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		n = (x >> 33) % 200;
		if (x >> 63) {
			in += push_many(in, n);
		} else {
			n = n < in - out ? n : in - out;
			wrong += read_many(out, n) != n;
			out += n;
		}
		wrong += q.nr != in - out;
	}
	KUNIT_EXPECT_EQ(test, read_many(out, in - out), in - out);
	KUNIT_EXPECT_EQ(test, wrong, 0UL);
	KUNIT_EXPECT_GT(test, in, 10000UL);
	KUNIT_EXPECT_EQ(test, q.nr_chunks, 0UL);
	KUNIT_EXPECT_EQ(test, q.received, in);
	KUNIT_EXPECT_EQ(test, input_queue_dropped(&q), 0UL);
}

static void limit_drops_the_newest(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, push_many(0, LIMIT + 500), (unsigned long)LIMIT);
	KUNIT_EXPECT_EQ(test, q.dropped_full, 500UL);
	KUNIT_EXPECT_EQ(test, q.dropped_nomem, 0UL);
	KUNIT_EXPECT_EQ(test, q.peak, (unsigned long)LIMIT);
	KUNIT_EXPECT_EQ(test, read_many(0, sizeof(buf)), (unsigned long)LIMIT);
	KUNIT_EXPECT_EQ(test, push_many(0, 10), 10UL);
	KUNIT_EXPECT_EQ(test, read_many(0, 20), 10UL);
}

static bool nr_asked_ok;
static unsigned long nr_asked;

static bool fail_all(gfp_t gfp, unsigned int order)
{
	nr_asked++;
	nr_asked_ok = nr_asked_ok && !(gfp & __GFP_DIRECT_RECLAIM) && (gfp & __GFP_HIGH);
	return true;
}

/* No page for a new slab: the queue grows while old slabs have objects, then drops. */
static void without_memory_characters_are_counted(struct kunit *test)
{
	unsigned long kept, more;

	nr_asked = 0;
	nr_asked_ok = true;
	page_alloc_set_should_fail(fail_all);
	kept = push_many(0, LIMIT);
	page_alloc_set_should_fail(NULL);
	KUNIT_EXPECT_LT(test, kept, (unsigned long)LIMIT);
	KUNIT_EXPECT_GE(test, kept, (unsigned long)INPUT_RING);
	KUNIT_EXPECT_EQ(test, q.dropped_nomem, LIMIT - kept);
	KUNIT_EXPECT_GE(test, nr_asked, q.dropped_nomem);
	KUNIT_EXPECT_TRUE(test, nr_asked_ok);		/* GFP_ATOMIC, each time */
	more = push_many(kept, 1000);			/* memory is back: it goes on */
	KUNIT_EXPECT_EQ(test, more, 1000UL);
	KUNIT_EXPECT_EQ(test, read_many(0, sizeof(buf)), kept + more);
	KUNIT_EXPECT_EQ(test, q.nr_chunks, 0UL);
}

/* Each chunk is refused once: a few are lost, all others are there, in order. */
static void each_chunk_is_refused_once(struct kunit *test)
{
	unsigned long kept, i, next = 0, n;

	kept = push_many(0, 3000);
	KUNIT_WORKED(test, kept == 3000);
	KUNIT_EXPECT_EQ(test, kept + q.dropped_nomem, 3000UL);
	KUNIT_EXPECT_GE(test, kept, 2999UL);	/* the next one asks again */
	n = input_queue_read(&q, buf, sizeof(buf));
	KUNIT_EXPECT_EQ(test, n, kept);
	for (i = 0; i < n; i++, next++)
		for (; next < 3000 && nth(next) != buf[i]; next++)
			;
	KUNIT_EXPECT_LE(test, next, 3000UL);
}

static bool push_held(struct kunit *test)
{
	unsigned long objects, kept;
	bool agree;

	push_many(0, 1000);
	input_queue_hold(&q, 8192);
	objects = slab_nr_live();
	kept = 1000 + push_many(1000, 50000);
	KUNIT_EXPECT_GE(test, kept, 7000UL);
	KUNIT_EXPECT_LT(test, kept, 10000UL);
	KUNIT_EXPECT_EQ(test, q.dropped_nomem, 51000 - kept);
	agree = slab_nr_live() == objects;
	KUNIT_EXPECT_EQ(test, read_many(0, sizeof(buf)), kept);
	agree &= slab_nr_live() == objects;
	KUNIT_EXPECT_EQ(test, push_many(0, 7000), 7000UL);
	agree &= slab_nr_live() == objects;
	input_queue_unhold(&q);
	KUNIT_EXPECT_EQ(test, push_many(7000, 7000), 7000UL);
	KUNIT_EXPECT_EQ(test, read_many(0, sizeof(buf)), 14000UL);
	return agree && slab_nr_live() < objects;
}

/* Held, it lives on what it has, and the number of objects stays the same. */
static void holding_needs_no_memory(struct kunit *test)
{
	expect_objects(test, push_held);
}

static struct kunit_case input_cases[] = {
	KUNIT_CASE(first_characters_take_no_memory), KUNIT_CASE(order_is_kept),
	KUNIT_CASE(limit_drops_the_newest), KUNIT_CASE(without_memory_characters_are_counted),
	KUNIT_CASE_FAILNTH(each_chunk_is_refused_once), KUNIT_CASE(holding_needs_no_memory),
	{}
};

static struct kunit_suite input_suite = {
	.name = "input",
	.init = input_test_init,
	.exit = input_test_exit,
	.test_cases = input_cases,
};
kunit_test_suite(input_suite);
