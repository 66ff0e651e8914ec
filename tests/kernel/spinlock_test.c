/* SPDX-License-Identifier: MIT */
/* spinlock_test.c - lib/spinlock.c: state, ranks, and each misuse with its report */
#include <kunit/test.h>
#include <linux/init.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/utsname.h>

#include "report.h"

static DEFINE_SPINLOCK(user_lock);
static DEFINE_SPINLOCK_RANKED(zone_lock, LOCK_ZONE);
static struct report rep;

/* __acquire and __release tell sparse, which does not see through tricks, what happened. */
static void locking_and_unlocking(struct kunit *test) __no_lock_analysis
{
	unsigned int count = preempt_count(), held = spin_held_count();
	spinlock_t lock;

	spin_lock_init(&lock);
	KUNIT_EXPECT_EQ(test, lock.rank, LOCK_USER);
	for (int i = 0; i < 70000; i++) {	/* the tickets wrap */
		spin_lock(&lock);
		spin_unlock(&lock);
	}
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	spin_lock(&lock);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock) && spin_is_held(&lock));
	KUNIT_EXPECT_EQ(test, lock.owner_cpu, 0);
	KUNIT_EXPECT_EQ(test, preempt_count(), count + 1);
	KUNIT_EXPECT_EQ(test, spin_held_count(), held + 1);
	KUNIT_EXPECT_FALSE(test, spin_trylock(&lock));
	lockdep_assert_held(&lock);
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, lock.owner_cpu, -1);
	KUNIT_EXPECT_FALSE(test, spin_is_held(&lock));
	KUNIT_EXPECT_TRUE(test, spin_trylock(&lock));
	__acquire(&lock);
	KUNIT_EXPECT_TRUE(test, spin_is_held(&lock));
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
}

static void interrupt_flag(struct kunit *test)
{
	unsigned long outer, inner;

	spin_lock_irqsave(&user_lock, outer);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	spin_lock_irqsave(&zone_lock, inner);
	lockdep_assert_irqs_disabled();
	spin_unlock_irqrestore(&zone_lock, inner);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	spin_unlock_irqrestore(&user_lock, outer);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	spin_lock_irq(&user_lock);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	spin_unlock_irq(&user_lock);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

static void any_order_of_release(struct kunit *test)
{
	spinlock_t a = __SPIN_LOCK_INIT(LOCK_CACHE_LIST);

	spin_lock(&user_lock);
	spin_lock(&a);
	spin_lock(&zone_lock);
	spin_unlock(&user_lock);
	spin_unlock(&zone_lock);
	KUNIT_EXPECT_EQ(test, spin_held_count(), 1U);
	spin_unlock(&a);
	KUNIT_EXPECT_EQ(test, spin_held_count(), 0U);
}

/* ---- owner and state ------------------------------------------------------------- */

/* The second taking is counted, so that it is the first holder's unlock that frees it. */
static void recursion(struct kunit *test) __no_lock_analysis
{
	spinlock_t lock = __SPIN_LOCK_INIT(LOCK_USER);
	unsigned int count = preempt_count();
	char want[200];

	report_begin(&rep);
	spin_lock(&lock);
	spin_lock(&lock);
	spin_lock(&lock);
	spin_unlock(&lock);
	spin_unlock(&lock);
	KUNIT_EXPECT_TRUE(test, spin_is_held(&lock));
	KUNIT_EXPECT_EQ(test, spin_held_count(), 1U);
	spin_unlock(&lock);
	report_end(&rep);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	KUNIT_EXPECT_EQ(test, rep.warns, 1U);
	scnprintf(want, sizeof(want),
		  "BUG: spinlock recursion on CPU#0, %s/%d\n"
		  " lock: %pS, .magic: dead4ead, .owner: %s/%d, .owner_cpu: 0\n",
		  current->comm, current->pid, &lock, current->comm, current->pid);
	KUNIT_EXPECT_TRUE_MSG(test, strstarts(rep.text, want), "%s%s", want, rep.text);
	EXPECT_REPORT(test, &rep, "Call Trace:\n");
}

static void take_in(spinlock_t *lock, unsigned int context)
{
	unsigned long flags;

	if (context & HARDIRQ_MASK)
		local_irq_save(flags);
	else
		local_save_flags(flags);
	preempt_count_add(context);
	spin_lock(lock);
	spin_unlock(lock);
	preempt_count_sub(context);
	local_irq_restore(flags);
}

static void recursion_in_an_interrupt(struct kunit *test) __no_lock_analysis
{
	spinlock_t lock = __SPIN_LOCK_INIT(LOCK_USER);

	report_begin(&rep);
	spin_lock(&lock);
	take_in(&lock, HARDIRQ_OFFSET);
	KUNIT_EXPECT_TRUE(test, spin_is_held(&lock));
	spin_unlock(&lock);
	report_end(&rep);
	KUNIT_EXPECT_TRUE(test, strstarts(rep.text, "BUG: spinlock recursion on CPU#0, "));
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
}

static void double_unlock(struct kunit *test) __no_lock_analysis
{
	spinlock_t lock = __SPIN_LOCK_INIT(LOCK_USER);

	report_begin(&rep);
	preempt_disable();
	__acquire(&lock);
	spin_unlock(&lock);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "BUG: spinlock already unlocked on CPU#0, ");
	EXPECT_REPORT(test, &rep, ".magic: dead4ead, .owner: <none>/-1, .owner_cpu: -1\n");
	spin_lock(&lock);			/* it still works */
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, spin_held_count(), 0U);
}

static void foreign_unlock(struct kunit *test) __no_lock_analysis
{
	spinlock_t lock = __SPIN_LOCK_INIT(LOCK_USER);

	report_begin(&rep);
	spin_lock(&lock);
	lock.owner_cpu = 3;
	KUNIT_EXPECT_FALSE(test, spin_is_held(&lock));
	spin_unlock(&lock);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "BUG: spinlock wrong CPU on CPU#0, ");
	EXPECT_REPORT(test, &rep, ".owner_cpu: 3\n");
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_EQ(test, spin_held_count(), 0U);
}

static void wrong_owner(struct kunit *test) __no_lock_analysis
{
	static struct task_struct other = { .comm = "other", .pid = 77 };
	spinlock_t lock = __SPIN_LOCK_INIT(LOCK_USER);

	report_begin(&rep);
	spin_lock(&lock);
	KUNIT_EXPECT_PTR_EQ(test, lock.owner, current);
	lock.owner = &other;
	spin_unlock(&lock);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "BUG: spinlock wrong owner on CPU#0, ");
	EXPECT_REPORT(test, &rep, ".owner: other/77, .owner_cpu: 0\n");
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_EQ(test, spin_held_count(), 0U);
}

/* Held by a thread that has been switched away: waiting for it would be for ever. */
static void cpu_recursion(struct kunit *test) __no_lock_analysis
{
	static struct task_struct other = { .comm = "other", .pid = 77 };
	spinlock_t lock = __SPIN_LOCK_INIT(LOCK_USER);

	report_begin(&rep);
	spin_lock(&lock);
	lock.owner = &other;
	spin_lock(&lock);
	spin_unlock(&lock);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
	lock.owner = current;
	spin_unlock(&lock);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "BUG: spinlock cpu recursion on CPU#0, ");
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
}

/* It is made a lock, so that it can be one from then on. */
static void not_a_lock(struct kunit *test)
{
	spinlock_t lock;

	memset(&lock, 0x6b, sizeof(lock));
	report_begin(&rep);
	spin_lock(&lock);
	KUNIT_EXPECT_TRUE(test, spin_is_held(&lock));
	spin_unlock(&lock);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	spin_lock(&lock);
	spin_unlock(&lock);
	report_end(&rep);
	KUNIT_EXPECT_TRUE(test, strstarts(rep.text, "BUG: spinlock bad magic on CPU#0, ") ||
				lock.usage & LOCK_REPORTED_BUG);
	KUNIT_EXPECT_EQ(test, lock.rank, LOCK_USER);

	memset(&lock, 0, sizeof(lock));		/* never initialised */
	report_begin(&rep);
	spin_lock(&lock);
	spin_unlock(&lock);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "BUG: spinlock bad magic on CPU#0, ");
	EXPECT_REPORT(test, &rep, ".magic: 00000000, .owner: <none>/-1, ");
	KUNIT_EXPECT_EQ(test, spin_held_count(), 0U);
}

/* More locks than the stack of held locks has room for still lock and unlock. */
static void very_many(struct kunit *test) __no_lock_analysis
{
	static spinlock_t lock[17];

	report_begin(&rep);
	for (int i = 0; i < 17; i++) {
		spin_lock_init(&lock[i]);
		spin_lock(&lock[i]);
		__release(&lock[i]);
	}
	KUNIT_EXPECT_EQ(test, spin_held_count(), 16U);
	KUNIT_EXPECT_TRUE(test, spin_trylock(&user_lock));
	__acquire(&user_lock);
	KUNIT_EXPECT_TRUE(test, spin_is_held(&user_lock));
	spin_unlock(&user_lock);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&user_lock));
	for (int i = 16; i >= 0; i--) {
		__acquire(&lock[i]);
		spin_unlock(&lock[i]);
		KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock[i]));
	}
	report_end(&rep);
	KUNIT_EXPECT_EQ(test, spin_held_count(), 0U);
}

/* The end of a thread, with something in its hands. */
static void nothing_held_at_the_end(struct kunit *test) __no_lock_analysis
{
	spinlock_t lock = __SPIN_LOCK_INIT_NAMED(LOCK_USER, "kept");
	unsigned int count = preempt_count();
	char want[100];

	report_begin(&rep);
	debug_check_no_locks_held();
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	spin_lock(&lock);
	debug_check_no_locks_held();
	__release(&lock);
	report_end(&rep);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	scnprintf(want, sizeof(want), "\n====================================\n"
		  "WARNING: %s/%d still has locks held!\n", current->comm, current->pid);
	EXPECT_REPORT(test, &rep, want);
	EXPECT_REPORT(test, &rep, "\n------------------------------------\n1 lock held by ");
	EXPECT_REPORT(test, &rep, " (kept){+.+.}-{2:2}, at: ");
}

static void releasing_after_a_jump(struct kunit *test) __no_lock_analysis
{
	unsigned int count = preempt_count();

	spin_lock(&user_lock);
	spin_lock(&zone_lock);
	spin_release_held(1);
	__release(&zone_lock);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&zone_lock));
	KUNIT_EXPECT_TRUE(test, spin_is_held(&user_lock));
	spin_release_held(0);
	__release(&user_lock);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&user_lock));
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
}

/* A lock that was overwritten while held, and so cannot be unlocked, is forgotten. */
static void releasing_a_wiped_lock(struct kunit *test) __no_lock_analysis
{
	unsigned int count = preempt_count();
	spinlock_t lock;

	spin_lock_init(&lock);
	report_begin(&rep);
	spin_lock(&lock);
	__release(&lock);
	spin_lock_init(&lock);
	spin_release_held(0);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "BUG: spinlock already unlocked on CPU#0, ");
	KUNIT_EXPECT_EQ(test, spin_held_count(), 0U);
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
}

static void unchecked(struct kunit *test) __no_lock_analysis
{
	const struct setup_option *o = __setup_start;
	char none[] = "";

	while (o < __setup_end && strcmp(o->name, "nolockdep"))
		o++;
	KUNIT_ASSERT_TRUE(test, o < __setup_end);
	KUNIT_ASSERT_TRUE(test, lock_debug);
	report_begin(&rep);
	KUNIT_EXPECT_EQ(test, o->fn(none), 0);
	spin_lock(&zone_lock);
	KUNIT_EXPECT_TRUE(test, spin_is_held(&zone_lock));
	KUNIT_EXPECT_TRUE(test, spin_trylock(&user_lock));
	__acquire(&user_lock);
	spin_unlock(&user_lock);
	spin_unlock(&zone_lock);
	lock_debug = true;
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	KUNIT_EXPECT_EQ(test, spin_held_count(), 0U);
}

static struct kunit_case spinlock_cases[] = {
	KUNIT_CASE(locking_and_unlocking),
	KUNIT_CASE(interrupt_flag),
	KUNIT_CASE(any_order_of_release),
	KUNIT_CASE(recursion),
	KUNIT_CASE(recursion_in_an_interrupt),
	KUNIT_CASE(double_unlock),
	KUNIT_CASE(foreign_unlock),
	KUNIT_CASE(wrong_owner),
	KUNIT_CASE(cpu_recursion),
	KUNIT_CASE(not_a_lock),
	KUNIT_CASE(very_many),
	KUNIT_CASE(nothing_held_at_the_end),
	KUNIT_CASE(releasing_after_a_jump),
	KUNIT_CASE(releasing_a_wiped_lock),
	KUNIT_CASE(unchecked),
	{}
};

static struct kunit_suite spinlock_suite = { .name = "spinlock", .test_cases = spinlock_cases };
kunit_test_suite(spinlock_suite);
