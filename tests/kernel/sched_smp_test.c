/* SPDX-License-Identifier: MIT */
/*
 * sched_smp_test.c - threads, timers, work and handlers of several CPUs at once
 *
 * Booted only, and skipped on one CPU.  Its cases let themselves onto all CPUs.
 */
#include <asm/irq.h>
#include <asm/processor.h>
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "threads.h"

#define MAX_THREADS	8
#define MAX_CPUS	8		/* on which these cases run things at the same time */
#define PING_PONGS	50000		/* two wake-ups each */
#define PLAY_NS		(6 * NSEC_PER_SEC)
#define STORM_MOVES	300
#define HOG_NS		NSEC_PER_SEC
#define HOG_PERIOD_NS	(8 * HOG_NS)
#define SHARE_NS	(90 * NSEC_PER_SEC)
#define STORM_NS	(5 * NSEC_PER_SEC)
#define COUNTS		20000		/* a multiple of 16 */
#define COUNT_NS	(20 * NSEC_PER_SEC)
#define LINE		3		/* the second serial port: nobody's, raised by its vector */
#define WAIT_NS		(30 * NSEC_PER_SEC)	/* until it is said that it does not come */

static unsigned int nr_cpus;
static struct test_thread threads[MAX_THREADS];

static int smp_init_case(struct kunit *test)
{
	nr_cpus = min_t(unsigned int, num_online_cpus(), MAX_CPUS);
	if (nr_cpus < 2)
		kunit_skip(test, "one CPU");
	return set_cpus_allowed_ptr(current, cpu_possible_mask);
}

/* One on each CPU, at most nr_cpus. */
static void run_everywhere(struct kunit *test, void (*fn)(struct test_thread *t), void *arg)
{
	unsigned int cpu;

	for (cpu = 0; cpu < nr_cpus; cpu++)
		test_thread_run_on(test, &threads[cpu], cpu, fn, arg);
	for (cpu = 0; cpu < nr_cpus; cpu++)
		test_thread_join(test, &threads[cpu]);
}

static bool spin_until(const volatile unsigned int *value, unsigned int want)
{
	const u64 end = ktime_get_ns() + WAIT_NS;

	while (*value < want && ktime_get_ns() < end)
		cpu_relax();
	return *value >= want;
}

/* ---- where threads run ----------------------------------------------------------- */

static void goes_where_it_is_sent(struct kunit *test)
{
	const struct cpumask nowhere = { { 0 } };
	unsigned int cpu, round;

	for (round = 0; round < 10; round++) {
		for (cpu = 0; cpu < nr_cpus; cpu++) {
			KUNIT_ASSERT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(cpu)), 0);
			KUNIT_EXPECT_EQ(test, (unsigned int)smp_processor_id(), cpu);
			KUNIT_EXPECT_EQ(test, task_cpu(current), cpu);
			schedule_timeout_uninterruptible(round & 1);
			KUNIT_EXPECT_EQ(test, (unsigned int)smp_processor_id(), cpu);
		}
	}
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, &nowhere), -EINVAL);
	KUNIT_EXPECT_EQ(test, (unsigned int)smp_processor_id(), nr_cpus - 1);
}

static volatile unsigned int phase;

static void stay_for_a_while(struct test_thread *t)
{
	migrate_disable();
	migrate_disable();
	t->id = smp_processor_id();
	phase = 1;
	while (phase == 1)
		schedule_timeout_uninterruptible(1);
	t->id = t->id == smp_processor_id() ? 1 : -1;
	migrate_enable();
	t->id = t->id == 1 && smp_processor_id() ? 1 : -2;
	migrate_enable();
	if (smp_processor_id())
		t->id = -3;
}

/* It has run on another CPU and may not any more: but it leaves no sooner than it can. */
static void migrate_disable_holds(struct kunit *test)
{
	struct test_thread *t = &threads[0];

	phase = 0;
	test_thread_create(test, t, 0, stay_for_a_while, NULL);
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(t->task, cpumask_of(1)), 0);
	wake_up_process(t->task);
	KUNIT_EXPECT_TRUE(test, spin_until(&phase, 1));
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(t->task, cpumask_of(0)), 0);
	KUNIT_EXPECT_EQ(test, task_cpu(t->task), 1U);
	schedule_timeout_uninterruptible(2);
	phase = 2;
	test_thread_join(test, t);
	KUNIT_EXPECT_EQ(test, t->id, 1);
}

struct traveller {
	volatile int must;		/* be on that CPU; -1: it is being moved */
	volatile bool stop;
	unsigned int wrong;
	volatile unsigned int looked;
};
static struct traveller travellers[MAX_THREADS];

static void travel(struct test_thread *t)
{
	struct traveller *me = t->arg;
	int before, cpu;

	while (!me->stop) {
		before = me->must;
		cpu = get_cpu();
		if (before >= 0 && before == me->must && cpu != before)
			me->wrong++;
		put_cpu();
		if (++me->looked % 64 == 0)
			schedule_timeout_uninterruptible(1);
		else if (me->looked % 8 == 0)
			yield();
	}
}

/* Threads that run, wait and give way are moved all the time, and are never where they must not. */
static void storm_of_migrations(struct kunit *test)
{
	const u64 end = ktime_get_ns() + STORM_NS;
	unsigned int i, n, cpu;

	memset(travellers, 0, sizeof(travellers));
	for (i = 0; i < MAX_THREADS; i++) {
		travellers[i].must = -1;
		test_thread_run(test, &threads[i], (int)i, travel, &travellers[i]);
	}
	for (n = 0; n < STORM_MOVES && ktime_get_ns() < end; n++) {
		i = n % MAX_THREADS;
		cpu = (n / MAX_THREADS + i) % nr_cpus;
		travellers[i].must = -1;
		KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(threads[i].task, cpumask_of(cpu)), 0);
		travellers[i].must = (int)cpu;
		if (i == MAX_THREADS - 1)
			schedule_timeout_uninterruptible(1);
	}
	for (i = 0; i < MAX_THREADS; i++) {
		KUNIT_EXPECT_TRUE(test, spin_until(&travellers[i].looked, 1));
		travellers[i].stop = true;
	}
	for (i = 0; i < MAX_THREADS; i++) {
		test_thread_join(test, &threads[i]);
		KUNIT_EXPECT_EQ(test, travellers[i].wrong, 0U);
	}
	kunit_info(test, "%u moves", n);
}

static volatile bool hogs_stop;

/* An emulator that runs its CPUs in turns leaves one at a pause, and maybe only there. */
static void hog(struct test_thread *t)
{
	unsigned int n;

	while (!hogs_stop) {
		for (n = 0; n < 1000 && !hogs_stop; n++)
			;
		cpu_relax();
	}
}

static unsigned int cpus_with_hogs(unsigned int nr)
{
	struct cpumask used = { { 0 } };
	unsigned int i;

	for (i = 0; i < nr; i++)
		__cpumask_set_cpu(task_cpu(threads[i].task), &used);
	return cpumask_weight(&used);
}

/* As many as there are CPUs, all on one at first, then let go: soon each has its own. */
static void hogs_spread(struct kunit *test)
{
	const unsigned long pulled = sched_nr_pulled();
	unsigned int i, ticks = 0;

	hogs_stop = false;
	for (i = 0; i < nr_cpus; i++) {
		test_thread_create(test, &threads[i], (int)i, hog, NULL);
		KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(threads[i].task, cpumask_of(1)), 0);
		wake_up_process(threads[i].task);
	}
	schedule_timeout_uninterruptible(2);
	KUNIT_EXPECT_EQ(test, cpus_with_hogs(nr_cpus), 1U);
	for (i = 0; i < nr_cpus; i++)
		set_cpus_allowed_ptr(threads[i].task, cpu_possible_mask);
	while (cpus_with_hogs(nr_cpus) < nr_cpus && ticks++ < 60 * HZ)
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, cpus_with_hogs(nr_cpus), nr_cpus);
	KUNIT_EXPECT_GE(test, sched_nr_pulled() - pulled, (unsigned long)nr_cpus - 1);
	kunit_info(test, "%u hogs, %u ticks", nr_cpus, ticks);
	hogs_stop = true;
	for (i = 0; i < nr_cpus; i++)
		test_thread_join(test, &threads[i]);
}

static u64 least_ns, most_ns;		/* that a hog has run, in this period */
static u64 hog_began_ns[MAX_THREADS];

/* What the host does to a CPU is in what its hog has had: then the next period is looked at. */
static void hogs_begin_again(void)
{
	unsigned int i;

	for (i = 0; i <= nr_cpus; i++)
		hog_began_ns[i] = task_sched_runtime(threads[i].task);
}

static bool hogs_are_even(void)
{
	unsigned int i;
	bool even;
	u64 ns;

	least_ns = ~0ULL;
	most_ns = 0;
	for (i = 0; i <= nr_cpus; i++) {
		ns = task_sched_runtime(threads[i].task) - hog_began_ns[i];
		least_ns = min(least_ns, ns);
		most_ns = max(most_ns, ns);
	}
	even = most_ns > HOG_NS && least_ns * 4 > most_ns * 3;
	if (!even && most_ns > HOG_PERIOD_NS)
		hogs_begin_again();
	return even;
}

/* The first looks after it, for somebody who wakes up to look would move the others about. */
static void even_hog(struct test_thread *t)
{
	u64 next = ktime_get_ns();
	unsigned int n;

	while (!hogs_stop) {
		for (n = 0; n < 1000 && !hogs_stop; n++)
			;
		cpu_relax();
		if (t->id || ktime_get_ns() < next)
			continue;
		next += HOG_NS / 16;
		if (hogs_are_even())
			complete(t->arg);
	}
}

/*
 * One more than there are CPUs: who has to share is not always the same, or he would have half
 * of what another has.  It may take a while: a CPU that the host holds up counts as busy.
 */
static void hogs_share(struct kunit *test)
{
	const u64 end = ktime_get_ns() + SHARE_NS;
	DECLARE_COMPLETION_ONSTACK(even);
	bool shared = false;
	unsigned int i;

	if (nr_cpus == MAX_THREADS)
		kunit_skip(test, "not enough threads for that many CPUs");
	hogs_stop = false;
	for (i = 0; i <= nr_cpus; i++)
		test_thread_create(test, &threads[i], (int)i, even_hog, &even);
	hogs_begin_again();
	test_threads_wake(threads, nr_cpus + 1);
	while (!shared && ktime_get_ns() < end)
		shared = wait_for_completion_timeout(&even, HZ) != 0;
	KUNIT_EXPECT_TRUE(test, shared);
	hogs_stop = true;
	for (i = 0; i <= nr_cpus; i++)
		test_thread_join(test, &threads[i]);
	kunit_info(test, "%llu to %llu ms", least_ns / NSEC_PER_MSEC, most_ns / NSEC_PER_MSEC);
}

/* ---- waking ---------------------------------------------------------------------- */

static struct task_struct *volatile player[2];
static volatile unsigned int ball;	/* the player with this number's parity is to move */

/* The bare protocol: state, condition, schedule(); store, wake. */
static void ping_pong(struct test_thread *t)
{
	const unsigned int me = (unsigned int)t->id & 1;
	unsigned int n;

	for (n = 0; n < PING_PONGS && !hogs_stop; n++) {
		for (;;) {
			set_current_state(TASK_UNINTERRUPTIBLE);
			if ((ball & 1) == me || hogs_stop)
				break;
			schedule();
		}
		__set_current_state(TASK_RUNNING);
		if (!hogs_stop)
			ball++;
		wake_up_process(player[!me]);
	}
}

/* Until all are done, or time is over: a busy host wakes its CPUs slowly.  False: it stands. */
static bool watch_the_ball(void)
{
	const u64 start = ktime_get_ns();
	u64 moved = start, now = start;
	unsigned int before = ball;

	while (now - moved < WAIT_NS && (now - start < PLAY_NS || moved - start < PLAY_NS)) {
		if (wait_for_completion_timeout(&threads[0].done, HZ / 4))
			return true;
		now = ktime_get_ns();
		if (ball != before)
			moved = now;
		before = ball;
	}
	return now - moved < WAIT_NS;
}

static void no_wake_up_is_lost(struct kunit *test)
{
	unsigned int i;
	u64 ns;

	ball = 0;
	hogs_stop = false;
	for (i = 0; i < 2; i++) {
		test_thread_create(test, &threads[i], (int)i, ping_pong, NULL);
		kthread_bind(threads[i].task, i);
		player[i] = threads[i].task;
	}
	ns = ktime_get_ns();
	wake_up_process(threads[0].task);
	wake_up_process(threads[1].task);
	KUNIT_EXPECT_TRUE_MSG(test, watch_the_ball(), "stands at %u", ball);
	ns = ktime_get_ns() - ns;
	kunit_info(test, "%u wake-ups, %llu ns each", ball, ns / max_t(u64, ball, 1));
	hogs_stop = true;
	for (i = 0; i < 2; i++)
		wake_up_process(threads[i].task);
	for (i = 0; i < 2; i++)
		kthread_stop(threads[i].task);
	for (i = 0; i < 2; i++)
		put_task_struct(threads[i].task);	/* each may have woken the other */
}

static void note_cpu(struct test_thread *t)
{
	phase = 1 + (unsigned int)smp_processor_id();
}

/* How long until a real-time thread runs where a hog never gives way? */
static u64 time_to_preempt(struct kunit *test)
{
	u64 begin;

	phase = 0;
	test_thread_create(test, &threads[1], 1, note_cpu, NULL);
	kthread_bind(threads[1].task, 1);
	sched_set_fifo(threads[1].task);
	begin = ktime_get_ns();
	wake_up_process(threads[1].task);
	KUNIT_EXPECT_TRUE(test, spin_until(&phase, 2));
	begin = ktime_get_ns() - begin;
	test_thread_join(test, &threads[1]);
	return begin;
}

/* At once, not when something else has come in there; a busy host has some tries. */
static void another_cpu_is_preempted(struct kunit *test)
{
	u64 best = ~0ULL;
	unsigned int i;

	hogs_stop = false;
	test_thread_create(test, &threads[0], 0, hog, NULL);
	kthread_bind(threads[0].task, 1);
	sched_set_fifo_low(threads[0].task);	/* so it has no slice that could end */
	wake_up_process(threads[0].task);
	schedule_timeout_uninterruptible(1);
	for (i = 0; i < 20 && best > NSEC_PER_SEC / 2; i++)
		best = min(best, time_to_preempt(test));
	KUNIT_EXPECT_LE(test, best, NSEC_PER_SEC / 2);
	hogs_stop = true;
	test_thread_join(test, &threads[0]);
}

/* ---- locks ----------------------------------------------------------------------- */

static DEFINE_SPINLOCK(smp_spin);
static DEFINE_MUTEX(smp_mutex);
static DECLARE_RWSEM(smp_sem);
static DEFINE_RWLOCK(smp_rwlock);
static struct {
	unsigned long spin, irqsave, mutex, sem, rwlock, torn;
	unsigned long pair[2];		/* equal, but for who holds smp_rwlock to write */
} counts;

/* Plain steps: any two at once, or out of order with the lock, would lose one. */
static void count_all(struct test_thread *t)
{
	const u64 end = ktime_get_ns() + COUNT_NS;
	unsigned int *rounds = t->arg;
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < COUNTS && (i % 16 || ktime_get_ns() < end); i++) {
		spin_lock(&smp_spin);
		counts.spin++;
		spin_unlock(&smp_spin);
		spin_lock_irqsave(&smp_spin, flags);
		counts.irqsave++;
		spin_unlock_irqrestore(&smp_spin, flags);
		write_lock(&smp_rwlock);
		counts.pair[0]++;
		counts.pair[1]++;
		write_unlock(&smp_rwlock);
		read_lock(&smp_rwlock);
		if (READ_ONCE(counts.pair[0]) != READ_ONCE(counts.pair[1]))
			__atomic_add_fetch(&counts.torn, 1, __ATOMIC_RELAXED);
		read_unlock(&smp_rwlock);
		if (i % 16)
			continue;
		mutex_lock(&smp_mutex);
		counts.mutex++;
		mutex_unlock(&smp_mutex);
		down_write(&smp_sem);
		counts.sem++;
		up_write(&smp_sem);
	}
	__atomic_add_fetch(rounds, i, __ATOMIC_RELAXED);
}

/* As many rounds as the host lets them make: a holder that it stops stops all. */
static void counters_are_exact(struct kunit *test)
{
	unsigned int rounds = 0;

	memset(&counts, 0, sizeof(counts));
	run_everywhere(test, count_all, &rounds);
	KUNIT_EXPECT_GE(test, rounds, nr_cpus * 16);
	KUNIT_EXPECT_EQ(test, counts.spin, (unsigned long)rounds);
	KUNIT_EXPECT_EQ(test, counts.irqsave, (unsigned long)rounds);
	KUNIT_EXPECT_EQ(test, counts.pair[0], (unsigned long)rounds);
	KUNIT_EXPECT_EQ(test, counts.pair[1], (unsigned long)rounds);
	KUNIT_EXPECT_EQ(test, counts.torn, 0UL);
	KUNIT_EXPECT_EQ(test, counts.mutex, (unsigned long)rounds / 16);
	KUNIT_EXPECT_EQ(test, counts.sem, (unsigned long)rounds / 16);
	kunit_info(test, "%u rounds", rounds);
}

/* ---- timers ---------------------------------------------------------------------- */

static struct {
	struct timer_list timer;
	volatile unsigned int begun, ended, cpu;
} slow;

static volatile bool hold;		/* who has begun waits; then it takes a little longer */

static void take_long(void)
{
	while (hold)
		cpu_relax();
	mdelay(3);
}

static void slow_timer(struct timer_list *t)
{
	slow.cpu = (unsigned int)smp_processor_id();
	slow.begun++;
	take_long();
	slow.ended++;
}

static void slow_start(unsigned int cpu)
{
	memset(&slow, 0, sizeof(slow));
	hold = true;
	timer_setup(&slow.timer, slow_timer, 0);
	slow.timer.expires = jiffies + 1;
	add_timer_on(&slow.timer, (int)cpu);
}

static void timer_delete_waits_for_other_cpus(struct kunit *test)
{
	set_cpus_allowed_ptr(current, cpumask_of(0));
	slow_start(1);
	KUNIT_ASSERT_TRUE(test, spin_until(&slow.begun, 1));
	KUNIT_EXPECT_EQ(test, try_to_del_timer_sync(&slow.timer), -1);
	KUNIT_EXPECT_EQ(test, timer_delete(&slow.timer), 0);
	KUNIT_EXPECT_EQ(test, slow.ended, 0U);
	hold = false;
	KUNIT_EXPECT_EQ(test, timer_delete_sync(&slow.timer), 0);
	KUNIT_EXPECT_EQ(test, slow.ended, 1U);
	KUNIT_EXPECT_EQ(test, slow.cpu, 1U);
}

/* Armed again from here while it runs there: it stays, and does not run twice at a time. */
static void running_timer_stays(struct kunit *test)
{
	set_cpus_allowed_ptr(current, cpumask_of(0));
	slow_start(1);
	KUNIT_ASSERT_TRUE(test, spin_until(&slow.begun, 1));
	KUNIT_EXPECT_EQ(test, mod_timer(&slow.timer, jiffies + 1), 0);
	KUNIT_EXPECT_EQ(test, slow.ended, 0U);
	hold = false;
	KUNIT_EXPECT_TRUE(test, spin_until(&slow.ended, 2));
	KUNIT_EXPECT_EQ(test, slow.cpu, 1U);
	timer_delete_sync(&slow.timer);
	KUNIT_EXPECT_EQ(test, mod_timer(&slow.timer, jiffies + 1), 0);
	KUNIT_EXPECT_TRUE(test, spin_until(&slow.begun, 3));
	KUNIT_EXPECT_EQ(test, slow.cpu, 0U);	/* at rest it comes to whom arms it */
	timer_shutdown_sync(&slow.timer);
	KUNIT_EXPECT_EQ(test, slow.ended, 3U);
}

static struct timer_list shared_timer;
static unsigned int shared_runs, shared_inside, shared_overlaps;

static void shared_fn(struct timer_list *t)
{
	if (__atomic_add_fetch(&shared_inside, 1, __ATOMIC_SEQ_CST) != 1)
		shared_overlaps++;
	shared_runs++;
	__atomic_sub_fetch(&shared_inside, 1, __ATOMIC_SEQ_CST);
}

/* Each CPU at its own pace: in step, who wakes a little earlier always takes it away in time. */
static void arm_and_disarm(struct test_thread *t)
{
	const long pace = 1 + raw_smp_processor_id();
	unsigned int i;

	for (i = 0; i < 4000; i++) {
		mod_timer(&shared_timer, jiffies + (i & 1));
		if (i % 64 == 0)
			schedule_timeout_uninterruptible(pace);
		if (i % 3 == 0)
			timer_delete(&shared_timer);
		if (i % 7 == 0)
			timer_delete_sync(&shared_timer);
	}
}

static void one_timer_armed_by_all(struct kunit *test)
{
	unsigned int runs;

	shared_runs = shared_overlaps = 0;
	timer_setup(&shared_timer, shared_fn, 0);
	run_everywhere(test, arm_and_disarm, NULL);
	timer_delete_sync(&shared_timer);
	runs = shared_runs;
	mod_timer(&shared_timer, jiffies);
	KUNIT_EXPECT_TRUE(test, spin_until(&shared_runs, runs + 1));	/* it is as good as new */
	timer_shutdown_sync(&shared_timer);
	KUNIT_EXPECT_EQ(test, shared_overlaps, 0U);
	KUNIT_EXPECT_FALSE(test, timer_pending(&shared_timer));
	kunit_info(test, "%u runs while it was fought for", runs);
}

/* ---- soft interrupts, work, lines ------------------------------------------------- */

static struct tasklet_struct shared_tasklet;

static void shared_tasklet_fn(struct tasklet_struct *t)
{
	shared_fn(NULL);
}

static void schedule_tasklet(struct test_thread *t)
{
	unsigned int i;

	for (i = 0; i < 5000; i++)
		tasklet_schedule(&shared_tasklet);
}

static void tasklet_runs_on_one_cpu(struct kunit *test)
{
	shared_runs = shared_overlaps = 0;
	tasklet_setup(&shared_tasklet, shared_tasklet_fn);
	run_everywhere(test, schedule_tasklet, NULL);
	tasklet_kill(&shared_tasklet);
	KUNIT_EXPECT_GT(test, shared_runs, 0U);
	KUNIT_EXPECT_EQ(test, shared_overlaps, 0U);
}

static struct work_struct shared_work;
static volatile unsigned int work_begun, work_ended, work_cpu, work_requeued;

static void shared_work_fn(struct work_struct *work)
{
	shared_fn(NULL);
}

/* It queues itself, until somebody takes that back: then it may not any more. */
static void slow_work_fn(struct work_struct *work)
{
	const u64 end = ktime_get_ns() + WAIT_NS;

	work_cpu = (unsigned int)smp_processor_id();
	queue_work_on(0, system_wq, work);
	work_begun++;
	while (work_pending(work) && ktime_get_ns() < end)
		schedule_timeout_uninterruptible(1);
	work_requeued += queue_work_on(0, system_wq, work);
	schedule_timeout_uninterruptible(2);
	work_ended++;
}

static void held_work_fn(struct work_struct *work)
{
	while (hold)
		schedule_timeout_uninterruptible(1);
	work_ended++;
}

static void flush_it(struct test_thread *t)
{
	t->id = flush_work(t->arg);
}

static void cancel_waits_for_other_cpus(struct kunit *test)
{
	struct work_struct work;

	set_cpus_allowed_ptr(current, cpumask_of(0));
	INIT_WORK_ONSTACK(&work, slow_work_fn);
	work_begun = work_ended = work_requeued = 0;
	KUNIT_EXPECT_TRUE(test, schedule_work_on(1, &work));
	KUNIT_ASSERT_TRUE(test, spin_until(&work_begun, 1));
	KUNIT_EXPECT_EQ(test, work_cpu, 1U);
	KUNIT_EXPECT_TRUE(test, cancel_work_sync(&work));
	KUNIT_EXPECT_EQ(test, work_ended, 1U);
	KUNIT_EXPECT_EQ(test, work_requeued, 0U);
	KUNIT_EXPECT_EQ(test, work_busy(&work), 0U);
}

/* The flusher sleeps before what it waits for may end. */
static void flush_waits_for_other_cpus(struct kunit *test)
{
	struct work_struct work;

	set_cpus_allowed_ptr(current, cpumask_of(0));
	INIT_WORK_ONSTACK(&work, held_work_fn);
	work_ended = 0;
	hold = true;
	KUNIT_EXPECT_TRUE(test, schedule_work_on(1, &work));
	test_thread_run_on(test, &threads[0], 0, flush_it, &work);
	test_thread_wait_asleep(test, &threads[0]);
	KUNIT_EXPECT_FALSE(test, completion_done(&threads[0].done));
	KUNIT_EXPECT_EQ(test, work_ended, 0U);
	hold = false;
	test_thread_join(test, &threads[0]);
	KUNIT_EXPECT_EQ(test, threads[0].id, 1);
	KUNIT_EXPECT_EQ(test, work_ended, 1U);
	cancel_work_sync(&work);
}

static void queue_shared(struct test_thread *t)
{
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		queue_work(i & 1 ? system_wq : system_unbound_wq, &shared_work);
		if (i % 16 == 0)
			flush_work(&shared_work);
	}
}

static void work_runs_once_at_a_time(struct kunit *test)
{
	shared_runs = shared_overlaps = 0;
	INIT_WORK(&shared_work, shared_work_fn);
	run_everywhere(test, queue_shared, NULL);
	cancel_work_sync(&shared_work);
	KUNIT_EXPECT_GT(test, shared_runs, 0U);
	KUNIT_EXPECT_EQ(test, shared_overlaps, 0U);
}

static struct cpumask seen_cpus;

static void see_cpu(struct work_struct *work)
{
	cpumask_set_cpu((unsigned int)smp_processor_id(), &seen_cpus);
}

static void work_on_each_cpu(struct kunit *test)
{
	cpumask_clear(&seen_cpus);
	KUNIT_ASSERT_EQ(test, schedule_on_each_cpu(see_cpu), 0);
	KUNIT_EXPECT_EQ(test, seen_cpus.bits[0], cpu_online_mask->bits[0]);
}

static volatile unsigned int line_begun, line_ended;

static irqreturn_t slow_handler(int irq, void *dev)
{
	line_begun++;
	take_long();
	line_ended++;
	return IRQ_HANDLED;
}

static void raise_line(struct test_thread *t)
{
	__asm__ __volatile__("int %0" : : "i"(IRQ_VECTOR(LINE)) : "memory");
}

/* The handler runs there, because it is raised there. */
static void lines_wait_for_other_cpus(struct kunit *test)
{
	set_cpus_allowed_ptr(current, cpumask_of(0));
	line_begun = line_ended = 0;
	hold = true;
	KUNIT_ASSERT_EQ(test, request_irq(LINE, slow_handler, 0, "slow", &shared_work), 0);
	test_thread_run_on(test, &threads[0], 1, raise_line, NULL);
	KUNIT_EXPECT_TRUE(test, spin_until(&line_begun, 1));
	KUNIT_EXPECT_EQ(test, line_ended, 0U);
	hold = false;
	synchronize_irq(LINE);
	KUNIT_EXPECT_EQ(test, line_ended, 1U);
	test_thread_join(test, &threads[0]);
	test_thread_run_on(test, &threads[0], 1, raise_line, NULL);
	KUNIT_EXPECT_TRUE(test, spin_until(&line_begun, 2));
	free_irq(LINE, &shared_work);
	KUNIT_EXPECT_EQ(test, line_ended, 2U);
	test_thread_join(test, &threads[0]);
}

static struct kunit_case sched_smp_cases[] = {
	KUNIT_CASE(goes_where_it_is_sent),
	KUNIT_CASE(migrate_disable_holds),
	KUNIT_CASE(storm_of_migrations),
	KUNIT_CASE(hogs_spread),
	KUNIT_CASE(hogs_share),
	KUNIT_CASE_SLOW(no_wake_up_is_lost),
	KUNIT_CASE(another_cpu_is_preempted),
	KUNIT_CASE(counters_are_exact),
	KUNIT_CASE(timer_delete_waits_for_other_cpus),
	KUNIT_CASE(running_timer_stays),
	KUNIT_CASE(one_timer_armed_by_all),
	KUNIT_CASE(tasklet_runs_on_one_cpu),
	KUNIT_CASE(cancel_waits_for_other_cpus),
	KUNIT_CASE(flush_waits_for_other_cpus),
	KUNIT_CASE(work_runs_once_at_a_time),
	KUNIT_CASE(work_on_each_cpu),
	KUNIT_CASE(lines_wait_for_other_cpus),
	{}
};

static struct kunit_suite sched_smp_suite = {
	.name = "sched_smp",
	.init = smp_init_case,
	.test_cases = sched_smp_cases,
};
kunit_test_suite(sched_smp_suite);
