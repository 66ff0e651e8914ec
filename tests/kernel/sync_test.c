/* SPDX-License-Identifier: MIT */
/*
 * sync_test.c - completions, mutexes, semaphores with one thread: what needs no waiting, and
 * each misuse with its report.  Real waiting: completion_test.c, mutex_test.c, ...
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/utsname.h>

#include "report.h"

static struct report rep;
static enum system_states state_was;

/* Misuse is reported only while the system runs, which the hosted one never does. */
static int sync_init(struct kunit *test)
{
	state_was = system_state;
	system_state = SYSTEM_RUNNING;
	might_sleep_reset();
	return 0;
}

static void sync_exit(struct kunit *test)
{
	system_state = state_was;
}

/* ---- completions ----------------------------------------------------------------- */

static void completions_are_counted(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(c);

	KUNIT_EXPECT_FALSE(test, completion_done(&c) || try_wait_for_completion(&c));
	complete(&c);
	complete(&c);
	KUNIT_EXPECT_TRUE(test, completion_done(&c));
	wait_for_completion(&c);
	KUNIT_EXPECT_TRUE(test, completion_done(&c));
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&c));
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&c));
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&c, 0), 0UL);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&c, 1), 0UL);
	complete(&c);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&c, 9), 9UL);
	complete(&c);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&c, 0), 1UL);
	complete(&c);
	KUNIT_EXPECT_EQ(test, wait_for_completion_interruptible(&c), 0);
	complete(&c);
	KUNIT_EXPECT_EQ(test, wait_for_completion_killable_timeout(&c, 3), 3);
	KUNIT_EXPECT_FALSE(test, completion_done(&c));
}

static void complete_all_lasts(struct kunit *test)
{
	struct completion c;

	init_completion(&c);
	complete(&c);
	complete_all(&c);
	complete(&c);				/* all and one is all */
	for (int i = 0; i < 5; i++)
		wait_for_completion(&c);
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&c) && completion_done(&c));
	KUNIT_EXPECT_EQ(test, c.done, UINT_MAX);
	KUNIT_EXPECT_EQ(test, wait_for_completion_interruptible_timeout(&c, 4), 4);
	reinit_completion(&c);
	KUNIT_EXPECT_FALSE(test, completion_done(&c) || try_wait_for_completion(&c));
}

static void completion_waited_for_under_a_lock(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(c);
	DEFINE_SPINLOCK(lock);

	complete(&c);
	report_begin(&rep);
	spin_lock(&lock);
	wait_for_completion(&c);
	spin_unlock(&lock);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "BUG: sleeping function called from invalid context at "
		      "lib/completion.c:");
	EXPECT_REPORT(test, &rep, "in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: ");
	EXPECT_REPORT(test, &rep, "preempt_count: 1, expected: 0\n");
	EXPECT_REPORT(test, &rep, "1 lock held by ");
	EXPECT_REPORT(test, &rep, " (lock){+.+.}-{2:2}, at: ");
}

/* ---- mutexes --------------------------------------------------------------------- */

static DEFINE_MUTEX(mutex_a);

static void mutex_states(struct kunit *test) __no_lock_analysis
{
	struct mutex m;

	mutex_init(&m);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&m));
	mutex_lock(&m);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&m) && mutex_is_held(&m));
	KUNIT_EXPECT_PTR_EQ(test, __mutex_owner(&m), current);
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), 1U);
	lockdep_assert_held(&m);
	KUNIT_EXPECT_FALSE(test, mutex_trylock(&m));
	mutex_unlock(&m);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&m));
	KUNIT_EXPECT_TRUE(test, mutex_trylock(&m));
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), 1U);
	mutex_unlock(&m);
	KUNIT_EXPECT_EQ(test, mutex_lock_interruptible(&m), 0);
	mutex_unlock(&m);
	KUNIT_EXPECT_EQ(test, mutex_lock_killable(&m), 0);
	mutex_unlock(&m);
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), 0U);
	mutex_destroy(&m);
}

static void mutexes_in_any_order_of_release(struct kunit *test) __no_lock_analysis
{
	struct mutex m[3];

	report_begin(&rep);
	for (int i = 0; i < 3; i++) {
		mutex_init(&m[i]);
		mutex_lock(&m[i]);
	}
	mutex_unlock(&m[1]);
	mutex_unlock(&m[2]);
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), 1U);
	mutex_unlock(&m[0]);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), 0U);
}

static void mutex_recursion(struct kunit *test) __no_lock_analysis
{
	char want[300];

	mutex_init(&mutex_a);
	report_begin(&rep);
	mutex_lock(&mutex_a);
	mutex_lock(&mutex_a);
	mutex_lock(&mutex_a);
	mutex_unlock(&mutex_a);
	mutex_unlock(&mutex_a);
	KUNIT_EXPECT_TRUE(test, mutex_is_held(&mutex_a));
	mutex_unlock(&mutex_a);
	report_end(&rep);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex_a));
	KUNIT_EXPECT_EQ(test, rep.warns, 1U);
	scnprintf(want, sizeof(want), "\n============================================\n"
		  "WARNING: possible recursive locking detected\n%s #1 %s\n"
		  "--------------------------------------------\n"
		  "%s/%d is trying to acquire lock:\n"
		  "%px (&mutex_a){+.+.}-{3:3}, at: ", utsname()->release, print_tainted(),
		  current->comm, current->pid, &mutex_a.dep_map);
	EXPECT_REPORT(test, &rep, want);
	scnprintf(want, sizeof(want), "\nbut task is already holding lock:\n"
		  "%px (&mutex_a){+.+.}-{3:3}, at: ", &mutex_a.dep_map);
	EXPECT_REPORT(test, &rep, want);
	EXPECT_REPORT(test, &rep, "\nother info that might help us debug this:\n"
		      " Possible unsafe locking scenario:\n\n       CPU0\n       ----\n"
		      "  lock(&mutex_a);\n  lock(&mutex_a);\n\n *** DEADLOCK ***\n\n"
		      " May be due to missing lock nesting notation\n\n1 lock held by ");
}

static void lock_both(struct mutex *a, struct mutex *b)
{
	mutex_lock(a);
	mutex_lock(b);
	mutex_unlock(b);
	mutex_unlock(a);
}

static void mutex_order_is_learned(struct kunit *test)
{
	struct mutex a, b;

	mutex_init(&a);
	mutex_init(&b);
	report_begin(&rep);
	lock_both(&a, &b);
	lock_both(&a, &b);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	lock_both(&b, &a);
	report_end(&rep);
	KUNIT_EXPECT_EQ(test, rep.warns, 1U);
	EXPECT_REPORT(test, &rep, "WARNING: possible circular locking dependency detected\n");
	EXPECT_REPORT(test, &rep, "  lock(&b);\n"
		      "                               lock(&a);\n"
		      "                               lock(&b);\n"
		      "  lock(&a);\n");
}

static void mutexes_have_ranks(struct kunit *test)
{
	struct mutex a, b;

	mutex_init_ranked(&a, LOCK_USER - 1);
	mutex_init_ranked(&b, LOCK_USER - 1);
	b.dep_map.rank = a.dep_map.rank = LOCK_MUTEX_USER + 50;
	report_begin(&rep);
	mutex_lock(&a);
	mutex_lock_nested(&b, SINGLE_DEPTH_NESTING);
	mutex_unlock(&b);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	mutex_lock(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "WARNING: possible recursive locking detected\n");

	b.dep_map.rank--;
	b.dep_map.usage = 0;
	report_begin(&rep);
	lock_both(&a, &b);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "WARNING: possible circular locking dependency detected\n");
}

static void mutex_unlocked_by_nobody(struct kunit *test) __no_lock_analysis
{
	struct mutex m;
	char want[200];

	mutex_init(&m);
	report_begin(&rep);
	mutex_unlock(&m);
	report_end(&rep);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&m));
	EXPECT_REPORT(test, &rep, "\n=====================================\n"
		      "WARNING: bad unlock balance detected!\n");
	scnprintf(want, sizeof(want), "\n-------------------------------------\n"
		  "%s/%d is trying to release lock (&m) at:\n[<", current->comm, current->pid);
	EXPECT_REPORT(test, &rep, want);
	EXPECT_REPORT(test, &rep, "but there are no more locks to release!\n\n"
		      "other info that might help us debug this:\nno locks held by ");
	mutex_lock(&m);
	mutex_unlock(&m);
}

/* It cannot wait there, so it shares: and both unlocks find their partner. */
static void mutex_in_an_interrupt(struct kunit *test) __no_lock_analysis
{
	static struct task_struct other = { .comm = "other", .pid = 77 };
	struct mutex m;

	mutex_init(&m);
	report_begin(&rep);
	preempt_count_add(HARDIRQ_OFFSET);
	mutex_lock(&m);				/* free: it gets it */
	KUNIT_EXPECT_TRUE(test, mutex_is_held(&m));
	mutex_unlock(&m);
	atomic_long_set(&m.owner, (long)&other);
	mutex_lock(&m);
	mutex_unlock(&m);
	KUNIT_EXPECT_PTR_EQ(test, __mutex_owner(&m), &other);
	preempt_count_sub(HARDIRQ_OFFSET);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "BUG: sleeping function called from invalid context at "
		      "lib/mutex.c:");
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), 0U);
	KUNIT_EXPECT_NULL(test, strstr(rep.text, "bad unlock balance"));
	atomic_long_set(&m.owner, 0);
}

static void trylock_in_an_interrupt(struct kunit *test)
{
	struct mutex m;

	mutex_init(&m);
	report_begin(&rep);
	preempt_count_add(HARDIRQ_OFFSET);
	KUNIT_EXPECT_EQ(test, mutex_trylock(&m), 0);
	preempt_count_sub(HARDIRQ_OFFSET);
	report_end(&rep);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&m));
}

static void more_mutexes_than_are_noted(struct kunit *test) __no_lock_analysis
{
	static struct mutex m[MAX_LOCK_DEPTH + 2];

	report_begin(&rep);
	for (int i = 0; i < MAX_LOCK_DEPTH + 2; i++) {
		mutex_init(&m[i]);
		mutex_lock(&m[i]);
	}
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), MAX_LOCK_DEPTH);
	for (int i = 0; i < MAX_LOCK_DEPTH + 2; i++) {
		KUNIT_EXPECT_TRUE(test, mutex_is_held(&m[i]));
		mutex_unlock(&m[i]);
	}
	report_end(&rep);
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), 0U);
}

static void destroyed_while_locked(struct kunit *test)
{
	struct mutex m;

	mutex_init(&m);
	mutex_lock(&m);
	report_begin(&rep);
	mutex_destroy(&m);
	report_end(&rep);
	mutex_unlock(&m);
	EXPECT_REPORT(test, &rep, "WARNING: CPU: 0 PID: ");
}

static void unchecked_mutexes(struct kunit *test) __no_lock_analysis
{
	struct mutex a, b;

	mutex_init(&a);
	mutex_init(&b);
	lock_both(&a, &b);
	report_begin(&rep);
	lock_debug = false;
	lock_both(&b, &a);
	mutex_lock(&a);
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), 0U);
	lock_debug = true;
	mutex_unlock(&a);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
}

/* A thread that ends with a mutex: the others get it. */
static void mutex_held_at_the_end(struct kunit *test) __no_lock_analysis
{
	struct mutex m;

	mutex_init(&m);
	report_begin(&rep);
	mutex_lock(&m);
	debug_check_no_locks_held();
	report_end(&rep);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&m));
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), 0U);
	EXPECT_REPORT(test, &rep, " still has locks held!\n");
	EXPECT_REPORT(test, &rep, " (&m){+.+.}-{3:3}, at: ");
}

/* ---- semaphores ------------------------------------------------------------------ */

static void semaphore_counts(struct kunit *test)
{
	DEFINE_SEMAPHORE(sem, 2);

	down(&sem);
	KUNIT_EXPECT_EQ(test, down_interruptible(&sem), 0);
	KUNIT_EXPECT_EQ(test, down_trylock(&sem), 1);
	KUNIT_EXPECT_EQ(test, down_timeout(&sem, 0), -ETIME);
	KUNIT_EXPECT_EQ(test, down_timeout(&sem, 1), -ETIME);
	up(&sem);
	KUNIT_EXPECT_EQ(test, down_trylock(&sem), 0);
	up(&sem);
	up(&sem);
	up(&sem);				/* more than there were */
	KUNIT_EXPECT_EQ(test, sem.count, 3);
	KUNIT_EXPECT_EQ(test, down_killable(&sem), 0);
	KUNIT_EXPECT_EQ(test, down_timeout(&sem, 5), 0);
	sema_init(&sem, 1);
	KUNIT_EXPECT_EQ(test, sem.count, 1);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
}

/* Nothing can wait there: it goes on, and the units come out even. */
static void down_under_a_lock(struct kunit *test)
{
	DEFINE_SEMAPHORE(sem, 0);
	DEFINE_SPINLOCK(lock);

	report_begin(&rep);
	spin_lock(&lock);
	down(&sem);
	KUNIT_EXPECT_EQ(test, sem.count, -1);
	KUNIT_EXPECT_EQ(test, down_trylock(&sem), 1);
	up(&sem);
	spin_unlock(&lock);
	report_end(&rep);
	KUNIT_EXPECT_EQ(test, sem.count, 0);
	EXPECT_REPORT(test, &rep, "BUG: sleeping function called from invalid context at "
		      "lib/semaphore.c:");
}

/* ---- rw_semaphores --------------------------------------------------------------- */

static void rwsem_states(struct kunit *test)
{
	struct rw_semaphore sem;

	init_rwsem(&sem);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem) || rwsem_is_held(&sem));
	down_read(&sem);
	KUNIT_EXPECT_TRUE(test, rwsem_is_locked(&sem) && rwsem_is_held(&sem));
	lockdep_assert_held(&sem);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&sem), 0);
	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 1);
	up_read(&sem);
	up_read(&sem);
	KUNIT_EXPECT_EQ(test, down_write_killable(&sem), 0);
	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem) | down_write_trylock(&sem), 0);
	downgrade_write(&sem);
	KUNIT_EXPECT_TRUE(test, rwsem_is_held(&sem));
	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 1);
	up_read(&sem);
	up_read(&sem);
	KUNIT_EXPECT_EQ(test, down_read_interruptible(&sem), 0);
	up_read(&sem);
	KUNIT_EXPECT_EQ(test, down_read_killable(&sem), 0);
	up_read(&sem);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem) || rwsem_is_contended(&sem));
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), 0U);
}

/* A writer in between would wait for the first, and the second for the writer. */
static void rwsem_recursion(struct kunit *test)
{
	DECLARE_RWSEM(sem);

	report_begin(&rep);
	down_read(&sem);
	down_read(&sem);
	up_read(&sem);
	KUNIT_EXPECT_TRUE(test, rwsem_is_held(&sem));
	up_read(&sem);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem));
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "WARNING: possible recursive locking detected\n");
	EXPECT_REPORT(test, &rep, " (sem){+.+.}-{3:3}, at: ");

	init_rwsem(&sem);
	report_begin(&rep);
	down_write(&sem);
	down_write(&sem);
	up_write(&sem);
	KUNIT_EXPECT_TRUE(test, rwsem_is_held(&sem));
	up_write(&sem);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem));
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "WARNING: possible recursive locking detected\n");
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), 0U);
}

static void rwsem_misuse(struct kunit *test)
{
	DECLARE_RWSEM(a);
	DEFINE_SPINLOCK(lock);

	report_begin(&rep);
	up_write(&a);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "WARNING: bad unlock balance detected!\n");

	init_rwsem(&a);
	report_begin(&rep);
	down_read(&a);
	up_write(&a);				/* as a writer, which it is not */
	KUNIT_EXPECT_TRUE(test, rwsem_is_locked(&a));
	up_read(&a);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "WARNING: bad unlock balance detected!\n");
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&a));

	report_begin(&rep);
	down_write(&a);
	debug_check_no_locks_held();
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&a));
	down_read(&a);
	debug_check_no_locks_held();
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&a));
	report_end(&rep);
	EXPECT_REPORT(test, &rep, " still has locks held!\n");

	report_begin(&rep);
	spin_lock(&lock);
	a.active = 1;				/* somebody else's */
	down_write(&a);
	up_write(&a);
	KUNIT_EXPECT_EQ(test, a.active, 1);
	a.active = 0;
	spin_unlock(&lock);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "BUG: sleeping function called from invalid context at "
		      "lib/rwsem.c:");
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), 0U);
}

static struct kunit_case sync_cases[] = {
	KUNIT_CASE(completions_are_counted),
	KUNIT_CASE(complete_all_lasts),
	KUNIT_CASE(completion_waited_for_under_a_lock),
	KUNIT_CASE(mutex_states),
	KUNIT_CASE(mutexes_in_any_order_of_release),
	KUNIT_CASE(mutex_recursion),
	KUNIT_CASE(mutex_order_is_learned),
	KUNIT_CASE(mutexes_have_ranks),
	KUNIT_CASE(mutex_unlocked_by_nobody),
	KUNIT_CASE(mutex_in_an_interrupt),
	KUNIT_CASE(trylock_in_an_interrupt),
	KUNIT_CASE(more_mutexes_than_are_noted),
	KUNIT_CASE(destroyed_while_locked),
	KUNIT_CASE(unchecked_mutexes),
	KUNIT_CASE(mutex_held_at_the_end),
	KUNIT_CASE(semaphore_counts),
	KUNIT_CASE(down_under_a_lock),
	KUNIT_CASE(rwsem_states),
	KUNIT_CASE(rwsem_recursion),
	KUNIT_CASE(rwsem_misuse),
	{}
};

static struct kunit_suite sync_suite = {
	.name = "sync", .init = sync_init, .exit = sync_exit, .test_cases = sync_cases
};
kunit_test_suite(sync_suite);
