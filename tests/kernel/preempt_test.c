/* SPDX-License-Identifier: MIT */
/*
 * preempt_test.c - a thread stops in the middle, and others do the same meanwhile
 *
 * MODEL
 *   Interrupts nest: whoever interrupts is done when the interrupted goes on.  Threads do
 *   not.  A thread can be stopped between any two instructions, for long, and another may
 *   begin, be stopped in the middle itself, and the first go on.  So operations run
 *   stepped (asm/singlestep.h), and an interrupt at boundaries makes others run:
 *
 *	sweep	A stops at every boundary, and B does a whole operation, or is stopped in it
 *		for it must wait.  A urgent, B not at all.  Not in a rewindable sequence or
 *		its tail, where nobody is preempted (and who is interrupted at every
 *		instruction of one never gets to its end).
 *	storm	Many threads are stepped, and at about each 30th instruction it is another's
 *		turn.
 *	volume	The same with a fast timer, not stepped: few stops, many operations.
 *
 *   All have to have what they were given for themselves, and everything must be back.
 *
 * CONTEXT	process; a local APIC for the interrupts.
 * NOT HERE	what they do: preempt_ops.c.
 */
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/rewind.h>
#include <asm/singlestep.h>
#include <asm/traps.h>
#include <kunit/test.h>
#include <linux/irq.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/panic.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "preempt_ops.h"

#define NR_USERS	6
#define SWEEP_DENSE	700		/* boundaries from which on not each is visited */
#define STORM_TURN	30		/* instructions, on average */
#define STORM_ROUNDS	40		/* operations of each user */
#define VOLUME_HZ	10000
#define VOLUME_JIFFIES	(HZ / 4)

static enum { STEP_NOT, STEP_SWEEP, STEP_STORM } mode;
static struct preempt_user *users;

/* ---- stepping -------------------------------------------------------------------- */

static struct {
	struct task_struct *a, *b;
	const struct preempt_op *op;	/* of b */
	bool b_waits;			/* for the next boundary */
	unsigned long boundaries, first, stops;
	struct rnd_state rnd;
} sweep;

static bool step_here(void)
{
	unsigned int stride;

	if (mode == STEP_STORM)
		return !prandom_u32_below(&sweep.rnd, STORM_TURN);
	if (current != sweep.a)
		return false;
	if (sweep.boundaries < sweep.first) {
		sweep.boundaries++;
		return false;
	}
	stride = sweep.op->stride * (sweep.boundaries < SWEEP_DENSE ? 1 : 11);
	if (sweep.op->smp && num_online_cpus() > 1)
		stride *= sweep.op->smp;
	return sweep.boundaries++ % stride == 0;
}

static bool step_trap(struct pt_regs *regs)
{
	if (mode == STEP_NOT || regs->ip == (unsigned long)singlestep_end ||
	    (mode == STEP_SWEEP && current != sweep.a))
		singlestep_off(regs);
	else if (!regs_irqs_disabled(regs) && !preempt_count() && !rewind_holds(regs->ip) &&
		 step_here())
		apic_send_self(STEP_VECTOR);
	return true;
}

static void step_interrupt(struct pt_regs *regs)
{
	apic_eoi();
	if (mode == STEP_STORM) {
		sched_rotate();
	} else if (mode == STEP_SWEEP && sweep.b_waits && current == sweep.a) {
		sweep.b_waits = false;
		sweep.stops++;
		wake_up_process(sweep.b);
	}
}

/* ---- sweep: A at each boundary, B a whole operation ------------------------------- */

static int partner(void *data)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		sweep.b_waits = true;
		schedule();
		if (sweep.op)
			sweep.op->fn(&users[1]);
	}
	return 0;
}

static void start_partner(struct kunit *test)
{
	sweep.a = current;
	sweep.stops = sweep.first = 0;
	sweep.op = NULL;
	sweep.b = kthread_create(partner, NULL, "partner");
	KUNIT_ASSERT_FALSE(test, IS_ERR(sweep.b));
	sched_set_fifo(sweep.b);
	wake_up_process(sweep.b);
}

static void step_op(void *arg)
{
	((const struct preempt_op *)arg)->fn(&users[0]);
}

static void sweep_pair(struct kunit *test, const struct preempt_op *a, const struct preempt_op *b)
{
	unsigned long stops = sweep.stops;

	while (!READ_ONCE(sweep.b_waits))
		schedule_timeout_uninterruptible(1);
	sweep.op = b;
	sweep.boundaries = 0;
	mode = STEP_SWEEP;
	singlestep_call(step_op, (void *)a, true);
	mode = STEP_NOT;
	sweep.op = NULL;
	KUNIT_EXPECT_GT_MSG(test, sweep.stops, stops, "%s, %s", a->name, b->name);
	KUNIT_EXPECT_STREQ_MSG(test, users[0].fault, "", "%s stopped for %s", a->name, b->name);
	KUNIT_EXPECT_STREQ_MSG(test, users[1].fault, "", "%s while %s", b->name, a->name);
	users[0].fault[0] = users[1].fault[0] = '\0';
}

static const void *sweep_params(const void *prev, char *desc)
{
	const struct preempt_op *op = prev ? (const struct preempt_op *)prev + 1 : preempt_ops;

	while (op < preempt_ops + preempt_nr_ops && op->stride > 1)
		op++;
	if (op >= preempt_ops + preempt_nr_ops)
		return NULL;
	strscpy(desc, op->name, KUNIT_PARAM_DESC_SIZE);
	return op;
}

static void stopped_at_every_instruction(struct kunit *test)
{
	const struct preempt_op *a = test->param_value, *b;

	start_partner(test);
	for (b = preempt_ops; b < preempt_ops + preempt_nr_ops; b++)
		sweep_pair(test, a, b);
	kthread_stop(sweep.b);
	kunit_info(test, "%s: stopped %lu times", a->name, sweep.stops);
}

/* ---- the last objects of a cache that is gone ------------------------------------- */

static struct {
	struct kmem_cache *cache;
	void *a, *b;			/* in different slabs */
	struct kmem_cache *next;	/* takes the same structure and index, if they are free */
} dying;

static void step_free_a(void *unused)
{
	kmem_cache_free(dying.cache, dying.a);
}

static void free_b(struct preempt_user *u)
{
	if (!dying.b)
		return;
	kmem_cache_free(dying.cache, dying.b);
	dying.b = NULL;
	dying.next = kmem_cache_create("preempt-next", 3000, 0, 0, NULL);
}

/* A cache of one object a slab, destroyed with two out. */
static bool make_dying(void)
{
	static char report[4096];

	/* Poison would be 70000 boundaries more, each of the same kind. */
	dying.cache = kmem_cache_create("preempt-dying", 70000, 0, SLAB_NO_USER_FLAGS, NULL);
	if (!dying.cache)
		return false;
	dying.a = kmem_cache_alloc(dying.cache, GFP_KERNEL);
	dying.b = kmem_cache_alloc(dying.cache, GFP_KERNEL);
	printk_capture_start(report, sizeof(report));
	kmem_cache_destroy(dying.cache);
	printk_capture_stop();
	return dying.a && dying.b;
}

/*
 * A frees its object and is stopped before its slab has gone back to the pages.  B frees the
 * other one, with which the cache would go: A still needs it.
 */
static void a_dying_cache_waits_for_who_frees(struct kunit *test)
{
	static const struct preempt_op op = { .name = "b", .fn = free_b, .stride = 1 };
	const unsigned long taint = get_taint();
	unsigned int k, nr = 1;

	start_partner(test);
	for (k = 0; k < nr; k++) {
		KUNIT_ASSERT_TRUE(test, make_dying());
		sweep.op = &op;
		sweep.boundaries = 0;
		sweep.first = k;
		mode = STEP_SWEEP;
		singlestep_call(step_free_a, NULL, true);
		mode = STEP_NOT;
		nr = sweep.boundaries;
		KUNIT_EXPECT_LT(test, nr, 20000U);
		free_b(NULL);
		KUNIT_EXPECT_NOT_NULL(test, dying.next);
		kmem_cache_destroy(dying.next);
		if (nr >= 20000)
			break;
	}
	sweep.op = NULL;
	kthread_stop(sweep.b);
	set_taint_mask(taint);
	kunit_info(test, "%u boundaries", nr);
}

/* ---- storm and volume ------------------------------------------------------------ */

static void random_op(struct preempt_user *u)
{
	const struct preempt_op *op = &preempt_ops[prandom_u32_below(&u->rnd, preempt_nr_ops)];

	/* The slow ones are so much slower that others would hardly ever run. */
	if (op->stride == 1 || !prandom_u32_below(&u->rnd, 8))
		op->fn(u);
}

static void storm_round(void *arg)
{
	random_op(arg);
}

static int storm_user(void *data)
{
	struct preempt_user *u = data;
	unsigned int i;

	for (i = 0; i < STORM_ROUNDS && !u->fault[0]; i++)
		singlestep_call(storm_round, u, true);
	return 0;
}

static int volume_user(void *data)
{
	struct preempt_user *u = data;

	while (!kthread_should_stop() && !u->fault[0])
		random_op(u);
	return 0;
}

static void run_users(struct kunit *test, int (*fn)(void *data), unsigned int ticks)
{
	struct task_struct *t[NR_USERS];
	unsigned int i;

	for (i = 0; i < NR_USERS; i++) {
		t[i] = kthread_create(fn, &users[i], "user/%u", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
		get_task_struct(t[i]);
	}
	preempt_disable();		/* so that none is through before the others begin */
	for (i = 0; i < NR_USERS; i++)
		wake_up_process(t[i]);
	preempt_enable();
	schedule_timeout_uninterruptible(ticks);
	for (i = 0; i < NR_USERS; i++) {
		kthread_stop_put(t[i]);
		KUNIT_EXPECT_STREQ(test, users[i].fault, "");
	}
}

static void storm(struct kunit *test)
{
	unsigned long before = sched_nr_switches();

	prandom_seed_state(&sweep.rnd, kunit_seed());
	mode = STEP_STORM;
	run_users(test, storm_user, 1);
	mode = STEP_NOT;
	kunit_info(test, "%lu switches", sched_nr_switches() - before);
	KUNIT_EXPECT_GT(test, sched_nr_switches() - before, 1000UL);
}

static void volume(struct kunit *test)
{
	unsigned long before = sched_nr_switches();

	KUNIT_ASSERT_EQ(test, timer_test_start(VOLUME_HZ, sched_rotate), 0);
	run_users(test, volume_user, VOLUME_JIFFIES);
	timer_test_stop();
	kunit_info(test, "%lu switches", sched_nr_switches() - before);
	KUNIT_EXPECT_GT(test, sched_nr_switches() - before, 100UL);
}

/* ---- the suite ------------------------------------------------------------------- */

static int preempt_init(struct kunit *test)
{
	unsigned int i;

	if (!apic_present()) {
		kunit_mark_skipped(test, "no local APIC to interrupt myself with");
		return 0;
	}
	users = kcalloc(NR_USERS, sizeof(*users), GFP_KERNEL);
	if (!users || preempt_ops_begin())
		return -ENOMEM;
	for (i = 0; i < NR_USERS; i++) {
		users[i].nr = i;
		prandom_seed_state(&users[i].rnd, kunit_seed() + i);
	}
	if (trap_register(X86_TRAP_DB, step_trap))
		return -EBUSY;
	return irq_set_vector(STEP_VECTOR, step_interrupt, NULL, NULL);
}

/* Whoever was stopped with the trap flag on must have gone on before nobody knows #DB. */
static void preempt_exit(struct kunit *test)
{
	unsigned int i;

	mode = STEP_NOT;
	if (!users)
		return;
	do {
		schedule_timeout_uninterruptible(1);
	} while (sched_nr_running() > 1);
	irq_set_vector(STEP_VECTOR, NULL, NULL, NULL);
	trap_register(X86_TRAP_DB, NULL);
	for (i = 0; i < NR_USERS; i++)
		preempt_ops_drop(&users[i]);
	preempt_ops_end();
	kfree(users);
	users = NULL;
}

static struct kunit_case preempt_cases[] = {
	KUNIT_CASE_PARAM(stopped_at_every_instruction, sweep_params),
	KUNIT_CASE(a_dying_cache_waits_for_who_frees),
	KUNIT_CASE(storm),
	KUNIT_CASE(volume),
	{}
};

static struct kunit_suite preempt_suite = {
	.name = "preempt",
	.init = preempt_init,
	.exit = preempt_exit,
	.test_cases = preempt_cases,
};
kunit_test_suite(preempt_suite);
