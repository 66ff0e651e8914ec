/* SPDX-License-Identifier: MIT */
/*
 * lock_order_test.c - spinlocks: ranks, the learned order, and use in interrupts, with the
 * reports of lib/lockdep.c
 */
#include <kunit/test.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/utsname.h>

#include "report.h"

static spinlock_t zone_lock;
static struct report rep;

/* ---- order ----------------------------------------------------------------------- */

static void rank_inversion(struct kunit *test)
{
	static DEFINE_SPINLOCK(outer);
	char want[400];

	spin_lock_init_ranked(&zone_lock, LOCK_ZONE);
	report_begin(&rep);
	for (int i = 0; i < 2; i++) {		/* the second time it is no news */
		spin_lock(&zone_lock);
		spin_lock(&outer);
		spin_unlock(&outer);
		spin_unlock(&zone_lock);
	}
	report_end(&rep);
	KUNIT_EXPECT_EQ(test, rep.warns, 1U);
	scnprintf(want, sizeof(want), "\n======================================================\n"
		  "WARNING: possible circular locking dependency detected\n%s #1 %s\n"
		  "------------------------------------------------------\n"
		  "%s/%d is trying to acquire lock:\n%px (outer){....}-{2:2}, at: ",
		  utsname()->release, print_tainted(), current->comm, current->pid, &outer);
	EXPECT_REPORT(test, &rep, want);
	scnprintf(want, sizeof(want), "\nbut task is already holding lock:\n"
		  "%px (&zone_lock){+.+.}-{2:2}, at: ", &zone_lock);
	EXPECT_REPORT(test, &rep, want);
	scnprintf(want, sizeof(want), "\nwhich lock already depends on the new lock.\n\n\n"
		  "the existing dependency chain (in reverse order) is:\n\n"
		  "-> #1 (&zone_lock){+.+.}-{2:2}:\n       rank %d\n\n"
		  "-> #0 (outer){....}-{2:2}:\n       rank %d\n\n"
		  "other info that might help us debug this:\n\n"
		  " Possible unsafe locking scenario:\n\n", LOCK_ZONE, LOCK_USER);
	EXPECT_REPORT(test, &rep, want);
	EXPECT_REPORT(test, &rep, "       CPU0                    CPU1\n"
		      "       ----                    ----\n"
		      "  lock(&zone_lock);\n"
		      "                               lock(outer);\n"
		      "                               lock(&zone_lock);\n"
		      "  lock(outer);\n\n *** DEADLOCK ***\n\n");
	scnprintf(want, sizeof(want),
		  "1 lock held by %s/%d:\n #0: %px (&zone_lock){+.+.}-{2:2}, at: ",
		  current->comm, current->pid, &zone_lock);
	EXPECT_REPORT(test, &rep, want);
	EXPECT_REPORT(test, &rep, "\nstack backtrace:\n");
	EXPECT_REPORT(test, &rep, "Call Trace:\n");
}

static void take_both(spinlock_t *a, spinlock_t *b)
{
	spin_lock(a);
	spin_lock(b);
	spin_unlock(b);
	spin_unlock(a);
}

/* Locks without a rank: whoever comes second must do as the first did. */
static void order_is_learned(struct kunit *test)
{
	spinlock_t a, b, c;

	spin_lock_init(&a);
	spin_lock_init(&b);
	spin_lock_init(&c);
	report_begin(&rep);
	take_both(&a, &b);
	take_both(&b, &c);
	take_both(&a, &b);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");

	report_begin(&rep);
	take_both(&c, &a);			/* over b */
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "WARNING: possible circular locking dependency detected\n");
	EXPECT_REPORT(test, &rep, "lock(&c);\n");

	spin_lock_init(&a);			/* a new life: no order is known */
	report_begin(&rep);
	take_both(&c, &a);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
}

/* The first comes back over a hundred others. */
static void a_long_way_round(struct kunit *test)
{
	static spinlock_t lock[100];

	for (int i = 0; i < 100; i++)
		spin_lock_init(&lock[i]);
	report_begin(&rep);
	for (int i = 0; i < 99; i++)
		take_both(&lock[i], &lock[i + 1]);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	report_begin(&rep);
	take_both(&lock[99], &lock[0]);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "WARNING: possible circular locking dependency detected\n");
}

/* More pairs than are remembered: the oldest are forgotten, nothing breaks. */
static void very_many_orders(struct kunit *test)
{
	static spinlock_t lock[20];

	for (int i = 0; i < 20; i++)
		spin_lock_init(&lock[i]);
	report_begin(&rep);
	for (int i = 0; i < 20; i++)
		for (int j = i + 1; j < 20; j++)
			take_both(&lock[i], &lock[j]);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	take_both(&lock[19], &lock[18]);	/* the last one it has seen */
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "possible circular locking dependency");
}

static void equal_ranks_need_nesting(struct kunit *test)
{
	spinlock_t a = __SPIN_LOCK_INIT_NAMED(LOCK_ZONE, "a");
	spinlock_t b = __SPIN_LOCK_INIT_NAMED(LOCK_ZONE, "b");
	unsigned long flags;

	report_begin(&rep);
	spin_lock(&a);
	spin_lock_nested(&b, SINGLE_DEPTH_NESTING);
	spin_unlock(&b);
	spin_lock_irqsave_nested(&b, flags, SINGLE_DEPTH_NESTING);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	spin_unlock_irqrestore(&b, flags);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");

	report_begin(&rep);
	spin_lock(&b);
	spin_unlock(&b);
	spin_unlock(&a);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "\n============================================\n"
		      "WARNING: possible recursive locking detected\n");
	EXPECT_REPORT(test, &rep, "       CPU0\n       ----\n  lock(a);\n  lock(b);\n\n"
		      " *** DEADLOCK ***\n\n May be due to missing lock nesting notation\n\n"
		      "1 lock held by ");
}

/* What was taken by trylock, out of order, does not hide what is held below it. */
static void order_below_a_trylock(struct kunit *test) __no_lock_analysis
{
	spinlock_t zone = __SPIN_LOCK_INIT(LOCK_ZONE), user = __SPIN_LOCK_INIT(LOCK_USER);
	spinlock_t vmap = __SPIN_LOCK_INIT(LOCK_VMAP);

	report_begin(&rep);
	spin_lock(&vmap);			/* used before: the short way, but for ranks */
	spin_unlock(&vmap);
	spin_lock(&zone);
	KUNIT_EXPECT_TRUE(test, spin_trylock(&user));
	__acquire(&user);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	spin_lock(&vmap);
	spin_unlock(&vmap);
	spin_unlock(&user);
	spin_unlock(&zone);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "possible circular locking dependency");
}

/* What a handler takes is not ordered against what it interrupted. */
static void ranks_are_per_context(struct kunit *test)
{
	spinlock_t zone = __SPIN_LOCK_INIT(LOCK_ZONE), user = __SPIN_LOCK_INIT(LOCK_USER);
	spinlock_t other = __SPIN_LOCK_INIT(LOCK_USER);
	unsigned long flags;

	report_begin(&rep);
	spin_lock(&zone);
	preempt_count_add(HARDIRQ_OFFSET);
	spin_lock_irqsave(&user, flags);
	spin_unlock_irqrestore(&user, flags);
	preempt_count_sub(HARDIRQ_OFFSET);
	preempt_count_add(SOFTIRQ_OFFSET);
	spin_lock(&other);
	spin_unlock(&other);
	preempt_count_sub(SOFTIRQ_OFFSET);
	spin_unlock(&zone);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
}

/* But that softirqs are off makes no other context. */
static void ranks_go_through_bh(struct kunit *test)
{
	spinlock_t zone = __SPIN_LOCK_INIT(LOCK_ZONE), user = __SPIN_LOCK_INIT(LOCK_USER);

	report_begin(&rep);
	spin_lock(&zone);
	spin_lock_bh(&user);
	spin_unlock_bh(&user);
	spin_unlock(&zone);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "possible circular locking dependency");
}

/* ---- interrupts ------------------------------------------------------------------ */

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

static void used_in_hardirq_and_with_irqs_on(struct kunit *test)
{
	static DEFINE_SPINLOCK(bad);
	char want[300];

	spin_lock_init(&bad);
	report_begin(&rep);
	take_in(&bad, HARDIRQ_OFFSET);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	take_in(&bad, 0);
	take_in(&bad, 0);
	report_end(&rep);
	KUNIT_EXPECT_EQ(test, rep.warns, 1U);
	EXPECT_REPORT(test, &rep, "\n================================\n"
		      "WARNING: inconsistent lock state\n");
	scnprintf(want, sizeof(want), "\n--------------------------------\n"
		  "inconsistent {IN-HARDIRQ-W} -> {HARDIRQ-ON-W} usage.\n"
		  "%s/%d [HC0[0]:SC0[0]:HE1:SE1] takes:\n"
		  "%px (&bad){?.+.}-{2:2}, at: ", current->comm, current->pid, &bad);
	EXPECT_REPORT(test, &rep, want);
	EXPECT_REPORT(test, &rep, "{IN-HARDIRQ-W} state was registered at:\n  ");
	EXPECT_REPORT(test, &rep, "\nother info that might help us debug this:\n"
		      " Possible unsafe locking scenario:\n\n       CPU0\n       ----\n"
		      "  lock(&bad);\n  <Interrupt>\n    lock(&bad);\n\n *** DEADLOCK ***\n\n"
		      "no locks held by ");
}

static void the_other_way_round(struct kunit *test)
{
	spinlock_t bad = __SPIN_LOCK_INIT(LOCK_USER);

	report_begin(&rep);
	take_in(&bad, 0);
	take_in(&bad, HARDIRQ_OFFSET);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "inconsistent {HARDIRQ-ON-W} -> {IN-HARDIRQ-W} usage.\n");
	EXPECT_REPORT(test, &rep, " [HC1[1]:SC0[0]:HE0:SE1] takes:\n");
}

static void used_in_softirq_and_with_bh_on(struct kunit *test)
{
	spinlock_t bad = __SPIN_LOCK_INIT(LOCK_USER);

	report_begin(&rep);
	take_in(&bad, SOFTIRQ_OFFSET);
	take_in(&bad, 0);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "inconsistent {IN-SOFTIRQ-W} -> {SOFTIRQ-ON-W} usage.\n");
	EXPECT_REPORT(test, &rep, "){+.?.}-{2:2}");
}

static void good_use_in_interrupts(struct kunit *test)
{
	spinlock_t hard = __SPIN_LOCK_INIT(LOCK_USER), soft = __SPIN_LOCK_INIT(LOCK_USER);
	unsigned long flags;

	report_begin(&rep);
	take_in(&hard, HARDIRQ_OFFSET);
	spin_lock_irqsave(&hard, flags);
	spin_unlock_irqrestore(&hard, flags);
	spin_lock_irq(&hard);
	spin_unlock_irq(&hard);
	take_in(&soft, SOFTIRQ_OFFSET);
	spin_lock_bh(&soft);
	spin_unlock_bh(&soft);
	spin_lock_irq(&soft);
	spin_unlock_irq(&soft);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
}

/* A handler that only tries waits for nobody; but it must not find its own lock held. */
static void trying_in_interrupts(struct kunit *test) __no_lock_analysis
{
	spinlock_t lock = __SPIN_LOCK_INIT(LOCK_USER);

	report_begin(&rep);
	preempt_count_add(HARDIRQ_OFFSET);
	KUNIT_EXPECT_TRUE(test, spin_trylock(&lock));
	__acquire(&lock);
	spin_unlock(&lock);
	preempt_count_sub(HARDIRQ_OFFSET);
	take_in(&lock, 0);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");

	take_in(&lock, 0);
	report_begin(&rep);
	spin_lock_init(&lock);
	take_in(&lock, HARDIRQ_OFFSET);
	KUNIT_EXPECT_TRUE(test, spin_trylock(&lock));
	__acquire(&lock);
	spin_unlock(&lock);
	report_end(&rep);
	EXPECT_REPORT(test, &rep, "inconsistent {IN-HARDIRQ-W} -> {HARDIRQ-ON-W} usage.\n");
}

static void bottom_halves(struct kunit *test) __no_lock_analysis
{
	spinlock_t lock = __SPIN_LOCK_INIT(LOCK_USER);
	unsigned int count = preempt_count();

	spin_lock_bh(&lock);
	KUNIT_EXPECT_EQ(test, preempt_count(), count + SOFTIRQ_DISABLE_OFFSET + 1);
	KUNIT_EXPECT_TRUE(test, in_softirq() && !in_serving_softirq() && !irqs_disabled());
	KUNIT_EXPECT_FALSE(test, spin_trylock_bh(&lock));
	KUNIT_EXPECT_EQ(test, preempt_count(), count + SOFTIRQ_DISABLE_OFFSET + 1);
	spin_unlock_bh(&lock);
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	KUNIT_EXPECT_TRUE(test, spin_trylock_bh(&lock));
	__acquire(&lock);
	KUNIT_EXPECT_TRUE(test, spin_is_held(&lock) && in_softirq());
	spin_unlock_bh(&lock);
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	KUNIT_EXPECT_TRUE(test, spin_trylock_irq(&lock));
	__acquire(&lock);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_FALSE(test, spin_trylock_irq(&lock));	/* on again, as in Linux */
	local_irq_disable();
	spin_unlock_irq(&lock);
}

static struct kunit_case lock_order_cases[] = {
	KUNIT_CASE(rank_inversion),
	KUNIT_CASE(order_is_learned),
	KUNIT_CASE(a_long_way_round),
	KUNIT_CASE(very_many_orders),
	KUNIT_CASE(equal_ranks_need_nesting),
	KUNIT_CASE(order_below_a_trylock),
	KUNIT_CASE(ranks_are_per_context),
	KUNIT_CASE(ranks_go_through_bh),
	KUNIT_CASE(used_in_hardirq_and_with_irqs_on),
	KUNIT_CASE(the_other_way_round),
	KUNIT_CASE(used_in_softirq_and_with_bh_on),
	KUNIT_CASE(good_use_in_interrupts),
	KUNIT_CASE(trying_in_interrupts),
	KUNIT_CASE(bottom_halves),
	{}
};

static struct kunit_suite lock_order_suite = {
	.name = "lock_order", .test_cases = lock_order_cases
};
kunit_test_suite(lock_order_suite);
