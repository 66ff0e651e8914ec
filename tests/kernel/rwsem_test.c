/* SPDX-License-Identifier: MIT */
/* rwsem_test.c - read-write semaphores between threads */
#include <kunit/test.h>
#include <linux/rwsem.h>

#include "threads.h"

#define NR_THREADS	8
#define ROUNDS		100

static struct test_thread thread[NR_THREADS];
static struct test_log log;
static struct rw_semaphore sem;

static int rwsem_init(struct kunit *test)
{
	test_log_clear(&log);
	init_rwsem(&sem);
	return 0;
}

static void join(struct kunit *test, int n)
{
	for (int i = 0; i < n; i++)
		test_thread_join(test, &thread[i]);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem) || rwsem_is_contended(&sem));
}

/* Equal whenever nobody writes. */
static unsigned long first, second;
static atomic_t readers, writers;
static unsigned int broken, most_readers;

static void look(void)
{
	unsigned int now;

	down_read(&sem);
	now = (unsigned int)atomic_inc_return(&readers);
	most_readers = max(most_readers, now);
	broken += atomic_read(&writers) != 0 || first != second;
	yield();
	broken += first != second;
	atomic_dec(&readers);
	up_read(&sem);
}

static void step(void)
{
	down_write(&sem);
	broken += atomic_inc_return(&writers) != 1 || atomic_read(&readers) != 0;
	first++;
	yield();
	second++;
	atomic_dec(&writers);
	downgrade_write(&sem);
	broken += first != second;
	yield();
	broken += first != second;
	up_read(&sem);
}

static void look_or_step(struct test_thread *t)
{
	for (int i = 0; i < ROUNDS; i++) {
		if (t->id < 2)
			step();
		else
			look();
		if ((i + t->id) % 16 == 0)
			schedule_timeout_uninterruptible(1);
	}
}

static void readers_or_one_writer(struct kunit *test)
{
	first = second = broken = most_readers = 0;
	for (int i = 0; i < NR_THREADS; i++)
		test_thread_create(test, &thread[i], i, look_or_step, NULL);
	test_threads_wake(thread, NR_THREADS);
	join(test, NR_THREADS);
	KUNIT_EXPECT_EQ(test, broken, 0U);
	KUNIT_EXPECT_EQ(test, first, 2UL * ROUNDS);
	kunit_info(test, "%u readers at once", most_readers);
}

static void read_and_log(struct test_thread *t)
{
	down_read(&sem);
	test_log_add(&log, (char)('a' + t->id));
	up_read(&sem);
}

static void write_and_log(struct test_thread *t)
{
	down_write(&sem);
	test_log_add(&log, (char)('A' + t->id));
	up_write(&sem);
}

static void start(struct kunit *test, int id, void (*fn)(struct test_thread *t))
{
	test_thread_run(test, &thread[id], id, fn, NULL);
	test_thread_wait_asleep(test, &thread[id]);
}

/* Two come and go while we have it for reading, too. */
static void readers_share(struct kunit *test)
{
	down_read(&sem);
	for (int i = 0; i < 2; i++) {
		test_thread_run(test, &thread[i], i, read_and_log, NULL);
		test_thread_join(test, &thread[i]);
	}
	KUNIT_EXPECT_STREQ(test, log.text, "ab");
	up_read(&sem);
}

/* Behind a waiting writer readers wait, or writers would starve. */
static void first_come_first_served(struct kunit *test)
{
	down_read(&sem);
	start(test, 0, write_and_log);
	start(test, 1, read_and_log);
	start(test, 2, read_and_log);
	start(test, 3, write_and_log);
	KUNIT_EXPECT_TRUE(test, rwsem_is_contended(&sem));
	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 0);
	KUNIT_EXPECT_EQ(test, log.nr, 0U);
	up_read(&sem);
	join(test, 4);
	KUNIT_EXPECT_STREQ(test, log.text, "AbcD");
}

static void downgrading_lets_readers_in(struct kunit *test)
{
	down_write(&sem);
	start(test, 0, read_and_log);
	start(test, 1, write_and_log);
	downgrade_write(&sem);
	test_threads_settle();
	KUNIT_EXPECT_STREQ(test, log.text, "a");
	up_read(&sem);
	join(test, 2);
	KUNIT_EXPECT_STREQ(test, log.text, "aB");
}

static struct kunit_case rwsem_cases[] = {
	KUNIT_CASE(readers_or_one_writer),
	KUNIT_CASE(readers_share),
	KUNIT_CASE(first_come_first_served),
	KUNIT_CASE(downgrading_lets_readers_in),
	{}
};

static struct kunit_suite rwsem_suite = {
	.name = "rwsem", .init = rwsem_init, .test_cases = rwsem_cases
};
kunit_test_suite(rwsem_suite);
