/* SPDX-License-Identifier: MIT */
/*
 * sync_sweep_test.c - locks and waits, interrupted at each of their instructions
 *
 * The worst moment is among all of them.  Each case is a call, what an interrupt does, and
 * what must hold when both are over, wherever the one met the other.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/semaphore.h>
#include <linux/wait.h>

#include "irqsweep_step.h"
#include "report.h"

#define MAX_MARKS	8192

static u32 marks[MAX_MARKS];
static struct step_anchor anchors[MAX_MARKS];
static struct report rep;

struct sweep_case {
	void (*reset)(void);
	void (*call)(void *unused);
	void (*interrupt)(void *unused);
	bool (*holds)(bool interrupted);
};

static void quiet_end(void *unused)
{
	irqsweep_step_quiet(false);
	irqsweep_step_end();
}

static void record(struct kunit *test, const struct sweep_case *c, struct step_trace *trace)
{
	struct step s = { .mode = STEP_RECORD, .trace = trace };

	c->reset();
	irqsweep_step(&s, c->call, NULL);
	KUNIT_ASSERT_NULL(test, s.fault);
	KUNIT_EXPECT_TRUE(test, c->holds(false));
	irqsweep_step_anchor(trace);
}

static void visit(struct kunit *test, const struct sweep_case *c, struct step_trace *trace,
		  unsigned int boundary, unsigned int *met)
{
	struct step s = {
		.mode = STEP_VISIT, .trace = trace, .target = boundary, .handler = c->interrupt,
	};

	c->reset();
	irqsweep_step(&s, c->call, NULL);
	KUNIT_EXPECT_NULL(test, s.fault);
	*met += s.irq;
	KUNIT_EXPECT_TRUE_MSG(test, c->holds(s.irq), "interrupted at %pS, boundary %u",
			      (void *)irqsweep_step_ip(trace, boundary), boundary);
	KUNIT_EXPECT_EQ(test, lockdep_held_count(), 0U);
}

static void sweep(struct kunit *test, const struct sweep_case *c)
{
	struct step_trace trace = { .mark = marks, .anchor = anchors, .max = MAX_MARKS };
	unsigned int met = 0;
	const char *why;

	if (!irqsweep_step_begin(&why))
		kunit_skip(test, "%s", why);
	kunit_add_action(test, quiet_end, NULL);
	irqsweep_step_quiet(true);
	record(test, c, &trace);
	report_begin(&rep);
	for (unsigned int i = 0; i < trace.nr && test->status == KUNIT_SUCCESS; i++)
		if (!irqsweep_step_masked(&trace, i))
			visit(test, c, &trace, i, &met);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	KUNIT_EXPECT_GT(test, met, 0U);
	kunit_info(test, "%u boundaries, %u masked, interrupted at %u", trace.nr, trace.masked,
		   met);
}

/* ---- spinlocks ------------------------------------------------------------------- */

static spinlock_t a, b, theirs;
static bool mine_were_held;

static void reset_locks(void)
{
	spin_lock_init(&a);
	spin_lock_init_ranked(&b, LOCK_ZONE);
	spin_lock_init(&theirs);
}

/* The long way and the short way, and unlocked out of order. */
static void lock_two(void *unused) __no_lock_analysis
{
	spin_lock(&a);
	spin_lock(&b);
	mine_were_held = spin_held_count() == 2 && spin_is_held(&a) && spin_is_held(&b);
	spin_unlock(&a);
	spin_unlock(&b);
	spin_lock(&a);
	spin_unlock(&a);
}

static void lock_theirs(void *unused)
{
	spin_lock(&theirs);
	spin_unlock(&theirs);
}

static bool locks_are_free(bool interrupted)
{
	return mine_were_held && !spin_is_locked(&a) && !spin_is_locked(&b) &&
	       !spin_is_locked(&theirs) && !spin_held_count();
}

static void spinlocks(struct kunit *test)
{
	static const struct sweep_case c = { reset_locks, lock_two, lock_theirs, locks_are_free };

	sweep(test, &c);
}

/* ---- wait_event() ---------------------------------------------------------------- */

static DECLARE_WAIT_QUEUE_HEAD(wq);
static bool go, asleep, woken_awake;

static void reset_wait(void)
{
	go = asleep = woken_awake = false;
}

/* What schedule() decides, with interrupts off. */
static bool falls_asleep(void)
{
	unsigned long flags;

	local_irq_save(flags);
	asleep = !task_is_running(current);
	local_irq_restore(flags);
	return asleep;
}

static void wait_for_go(void *unused)
{
	(void)___wait_event(wq, READ_ONCE(go), TASK_UNINTERRUPTIBLE, 0, 0,
			    if (falls_asleep()) break);
}

/* Who sleeps is woken by what is in the queue; this is about who does not, yet. */
static void wake_with_go(void *unused)
{
	if (READ_ONCE(asleep))
		return;
	WRITE_ONCE(go, true);
	wake_up(&wq);
	woken_awake = true;
}

static bool not_lost(bool interrupted)
{
	return !(woken_awake && asleep) && task_is_running(current) && !waitqueue_active(&wq);
}

static void wait_event_and_wake_up(struct kunit *test)
{
	static const struct sweep_case c = { reset_wait, wait_for_go, wake_with_go, not_lost };

	sweep(test, &c);
}

static void wait_exclusively(void *unused)
{
	(void)___wait_event(wq, READ_ONCE(go), TASK_UNINTERRUPTIBLE, 1, 0,
			    if (falls_asleep()) break);
}

static void wait_event_exclusive_and_wake_up(struct kunit *test)
{
	static const struct sweep_case c = {
		reset_wait, wait_exclusively, wake_with_go, not_lost
	};

	sweep(test, &c);
}

/* ---- counts ---------------------------------------------------------------------- */

static struct completion done;
static unsigned int taken, given;

static void reset_completion(void)
{
	init_completion(&done);
	complete(&done);
	taken = 0;
	given = 1;
}

static void take_completions(void *unused)
{
	for (int i = 0; i < 2; i++)
		taken += try_wait_for_completion(&done);
	complete(&done);
}

static void give_completion(void *unused)
{
	complete(&done);
	given++;
}

static bool completions_add_up(bool interrupted)
{
	return done.done + taken == given + 1;
}

static void completions(struct kunit *test)
{
	static const struct sweep_case c = {
		reset_completion, take_completions, give_completion, completions_add_up
	};

	sweep(test, &c);
}

static struct semaphore sem;

static void reset_semaphore(void)
{
	sema_init(&sem, 1);
	taken = given = 0;
}

static void down_and_up(void *unused)
{
	if (!down_trylock(&sem)) {
		taken++;
		up(&sem);
		given++;
	}
}

static bool semaphore_adds_up(bool interrupted)
{
	return sem.count + (int)taken == 1 + (int)given;
}

static void semaphores(struct kunit *test)
{
	static const struct sweep_case c = {
		reset_semaphore, down_and_up, down_and_up, semaphore_adds_up
	};

	sweep(test, &c);
}

static struct kunit_case sync_sweep_cases[] = {
	KUNIT_CASE(spinlocks),
	KUNIT_CASE(wait_event_and_wake_up),
	KUNIT_CASE(wait_event_exclusive_and_wake_up),
	KUNIT_CASE(completions),
	KUNIT_CASE(semaphores),
	{}
};

static struct kunit_suite sync_sweep_suite = {
	.name = "sync_sweep", .test_cases = sync_sweep_cases
};
kunit_test_suite(sync_sweep_suite);
