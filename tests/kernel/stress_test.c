/* SPDX-License-Identifier: MIT */
/*
 * stress_test.c - everybody at once, with all of memory taken, for stress.seconds=
 *
 *	24 threads	all calls, all masks; half of them bound to a CPU	stress_ops.c
 *	a ring a CPU	its thread gives back what the CPU before it took	stress_ring.c
 *	timer		2,000 interrupts a second, the masks that do not sleep; each sends
 *			one to another CPU, which does the same
 *	tasklets	of each CPU, scheduled by every fourth of its interrupts
 *	3 hogs		take all there is, and are the victims	stress_hogs.c
 *	1 keeper	fills what shrinkers and the notifier empty
 *	kswapd, and this thread, which looks after the others
 *
 * Several times a second every thread waits between two steps, and mm_verify() stops the CPUs
 * and looks at everything: threads may be preempted where nothing is locked, but much is
 * half done.  A thread that makes no step for HANG_SECONDS is named, with
 * what it is at.  In the end all goes back, and KUnit's account must be what it was.
 */
#include <kunit/test.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/kstrtox.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>
#include <linux/wait.h>

#include "stress.h"

#define NR_WORKERS	24
#define TIMER_HZ	2000
#define STEPS_A_TURN	32
#define STEPS_A_TICK	4
#define STEPS_A_TASKLET	16
#define HANG_SECONDS	30
#define SLOW_FACTOR	30		/* so many times as long, until all has happened once */
#define DEFAULT_SECONDS	2
#define LARGEST		(2UL << 30)	/* bytes of RAM */

static unsigned int stress_seconds = DEFAULT_SECONDS;

static int setup_seconds(char *val)
{
	return kstrtouint(val, 0, &stress_seconds);
}
__setup("stress.seconds=", setup_seconds);

/* The workers', and of each CPU its interrupts', its tasklet's, its ring's. */
static struct stress_side *sides, *irq_sides, *tasklet_sides, *ring_sides;
static unsigned int nr_cpus, nr_sides;
static struct task_struct *worker[NR_WORKERS];

/* ---- stopping the world ---------------------------------------------------------- */

static DECLARE_WAIT_QUEUE_HEAD(world);
static bool world_stopped;
static atomic_t nr_waiting;

bool stress_go_on(const bool *urgent)
{
	if (READ_ONCE(world_stopped)) {
		atomic_inc(&nr_waiting);
		wait_event(world, !READ_ONCE(world_stopped) || (urgent && READ_ONCE(*urgent)));
		atomic_dec(&nr_waiting);
	}
	return !kthread_should_stop();
}

void stress_look_again(void)
{
	wake_up_all(&world);
}

static void start_world(void)
{
	WRITE_ONCE(world_stopped, false);
	wake_up_all(&world);
	while (atomic_read(&nr_waiting))
		schedule_timeout_uninterruptible(1);
}

static int nr_threads(void)
{
	return NR_WORKERS + nr_cpus + STRESS_HOG_THREADS;
}

/* False: somebody does not come to rest. */
static bool stop_world(void)
{
	const unsigned long began = jiffies;

	WRITE_ONCE(world_stopped, true);
	while (atomic_read(&nr_waiting) < nr_threads()) {
		if (time_after(jiffies, began + HANG_SECONDS * HZ))
			return false;
		schedule_timeout_uninterruptible(1);
	}
	return true;
}

/* Those who are not ours (kswapd, workers with vfree()s) may be in the middle of something. */
static bool verify_world(char *msg, size_t n)
{
	unsigned int i;

	for (i = 0; i < HZ; i++) {
		vmalloc_drain();
		if (mm_verify(msg, n))
			return true;
		schedule_timeout_uninterruptible(1);
	}
	return false;
}

/* ---- the sides ------------------------------------------------------------------- */

/* A slice of time is some thousand steps: whoever gives way more often meets the others more. */
static int work(void *side)
{
	struct stress_side *s = side;

	while (stress_go_on(NULL)) {
		stress_step(s);
		if (s->ops % STEPS_A_TURN == 0)
			yield();
	}
	return 0;
}

static struct tasklet_struct tasklets[NR_CPUS];
static DEFINE_PER_CPU(call_single_data_t, stress_call);

static void in_tasklet(struct tasklet_struct *t)
{
	unsigned int i;

	for (i = 0; i < STEPS_A_TASKLET; i++)
		stress_step(&tasklet_sides[t - tasklets]);
}

/* The interrupt of this CPU. */
static void in_interrupt_here(void *unused)
{
	const unsigned int cpu = smp_processor_id();
	unsigned int i;

	for (i = 0; i < STEPS_A_TICK; i++)
		stress_step(&irq_sides[cpu]);
	if (irq_sides[cpu].ops / STEPS_A_TICK % 4 == 0)
		tasklet_schedule(&tasklets[cpu]);
}

/* It comes to one CPU, which passes it on to another one: each has its turn. */
static void in_timer(void)
{
	static unsigned int turn;

	in_interrupt_here(NULL);
	turn = cpumask_next(turn, cpu_online_mask);
	if (turn >= nr_cpus)
		turn = 0;
	if (turn != smp_processor_id())
		smp_call_function_single_async(turn, per_cpu_ptr(&stress_call, turn));
}

static int alloc_sides(void)
{
	unsigned int i;

	nr_cpus = num_online_cpus();
	nr_sides = NR_WORKERS + 3 * nr_cpus;
	sides = kvcalloc(nr_sides, sizeof(*sides), GFP_KERNEL);
	if (!sides)
		return -ENOMEM;
	irq_sides = &sides[NR_WORKERS];
	tasklet_sides = irq_sides + nr_cpus;
	ring_sides = tasklet_sides + nr_cpus;
	for (i = 0; i < nr_sides; i++)
		sides[i].index = i;
	return 0;
}

static void init_cpu_sides(unsigned int cpu)
{
	char name[16];

	snprintf(name, sizeof(name), "interrupt/%u", cpu);
	stress_side_init(&irq_sides[cpu], name, irq_sides[cpu].index, true,
			 kunit_seed() + 100 + cpu);
	snprintf(name, sizeof(name), "tasklet/%u", cpu);
	stress_side_init(&tasklet_sides[cpu], name, tasklet_sides[cpu].index, true,
			 kunit_seed() + 200 + cpu);
	tasklet_setup(&tasklets[cpu], in_tasklet);
	INIT_CSD(per_cpu_ptr(&stress_call, cpu), in_interrupt_here, NULL);
}

/* Half of them are where they are, the others go wherever there is time. */
static int create_worker(unsigned int i)
{
	char name[16];

	snprintf(name, sizeof(name), "stress/%u", i);
	stress_side_init(&sides[i], name, i, false, kunit_seed() + i);
	worker[i] = kthread_create(work, &sides[i], "stress/%u", i);
	if (IS_ERR(worker[i]))
		return -ENOMEM;
	get_task_struct(worker[i]);
	if (i % 2)
		kthread_bind(worker[i], i / 2 % nr_cpus);
	return 0;
}

static int start_all(void)
{
	unsigned int i;

	for (i = 0; i < nr_cpus; i++)
		init_cpu_sides(i);
	for (i = 0; i < NR_WORKERS; i++)
		if (create_worker(i))
			return -ENOMEM;
	for (i = 0; i < NR_WORKERS; i++)
		wake_up_process(worker[i]);
	if (stress_rings_start(ring_sides, nr_cpus) || stress_hogs_start())
		return -ENOMEM;
	return timer_test_start(TIMER_HZ, in_timer);
}

static void nothing(void *unused)
{
}

static void stop_interrupts(void)
{
	unsigned int cpu;

	timer_test_stop();
	on_each_cpu(nothing, NULL, 1);		/* behind what has been sent */
	for (cpu = 0; cpu < nr_cpus; cpu++)
		tasklet_kill(&tasklets[cpu]);
}

static void stop_all(void)
{
	unsigned int i;

	stop_interrupts();
	for (i = 0; i < NR_WORKERS; i++)
		kthread_stop_put(worker[i]);
	stress_rings_stop();
	stress_hogs_stop();
	stress_boxes_exit(&sides[0]);
	for (i = 0; i < nr_sides; i++)
		stress_side_exit(&sides[i]);
	stress_ops_exit();
}

/* ---- looking after them ---------------------------------------------------------- */

struct watch {
	unsigned long ops, jiffies;	/* at its last step */
};
static struct watch *watches;

static void name_stuck(struct kunit *test, const struct stress_side *s)
{
	KUNIT_FAIL(test, "%s makes no step: %s, %s with %s, after %lu", s->name, s->doing,
		   stress_kind_names[s->at_kind], stress_masks[s->at_mask].name, s->ops);
}

/* The world does not stop: who is in the middle of a step? */
static void name_the_busy(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < NR_WORKERS; i++)
		if (strcmp(READ_ONCE(sides[i].doing), "nothing"))
			name_stuck(test, &sides[i]);
	KUNIT_FAIL(test, "%d of %d threads have come to rest", atomic_read(&nr_waiting),
		   nr_threads());
}

/* Name everybody who makes no step; how many they are. */
static unsigned int find_the_stuck(struct kunit *test)
{
	const struct stress_side *s;
	unsigned int i, nr = 0;

	for (i = 0; i < nr_sides; i++) {
		s = &sides[i];
		if (watches[i].ops != READ_ONCE(s->ops))
			watches[i] = (struct watch){ s->ops, jiffies };
		if (time_before(jiffies, watches[i].jiffies + HANG_SECONDS * HZ))
			continue;
		nr++;
		name_stuck(test, s);
	}
	return nr;
}

/* Has memory been short, and has everybody made a step? */
static bool all_has_happened(void)
{
	unsigned long failed = 0;
	unsigned int i, k;

	for (i = 0; i < nr_sides; i++) {
		if (!READ_ONCE(sides[i].ops))
			return false;
		for (k = 0; k < NR_STRESS_KINDS; k++)
			failed += READ_ONCE(sides[i].kind[k].failed);
	}
	return failed && stress_rings_passed();
}

/* Until time is up; on a host that is busy, until there was something to see. */
static bool go_on(u64 began)
{
	const u64 ns = ktime_get_ns() - began, end = stress_seconds * NSEC_PER_SEC;

	return ns < end || (ns < SLOW_FACTOR * end && !all_has_happened());
}

/* Until time is up, or something is wrong; how often all was found sound. */
static unsigned int look_after(struct kunit *test)
{
	const u64 began = ktime_get_ns();	/* ticks get lost */
	unsigned int rounds = 0, i;
	char msg[160] = "";
	bool fine = true;

	for (i = 0; i < nr_sides; i++)
		watches[i] = (struct watch){ 0, jiffies };
	while (fine && (!rounds || go_on(began))) {
		watchdog_arm(4 * HANG_SECONDS);
		schedule_timeout_uninterruptible(HZ / 3);
		fine = !find_the_stuck(test);
		if (!fine)
			break;
		fine = stop_world();
		if (!fine) {
			name_the_busy(test);
			break;
		}
		fine = verify_world(msg, sizeof(msg));
		KUNIT_EXPECT_TRUE_MSG(test, fine, "%s", msg);
		start_world();
		rounds++;
	}
	start_world();
	watchdog_arm(4 * HANG_SECONDS);		/* whoever does not end now is for it to name */
	return rounds;
}

/* ---- the table ------------------------------------------------------------------- */

static void add_count(struct stress_count *to, const struct stress_count *c)
{
	to->asked += c->asked;
	to->failed += c->failed;
	to->max_wait = max(to->max_wait, c->max_wait);
}

static void print_row(const char *name, const struct stress_count *c)
{
	printk_raw("%-22s %12lu %12lu %10lu\n", name, c->asked, c->failed, c->max_wait);
}

static unsigned long sum_of_ops(const struct stress_side *s, unsigned int nr)
{
	unsigned long sum = 0;

	while (nr--)
		sum += s++->ops;
	return sum;
}

static void print_counts(void)
{
	struct stress_count kind, mask;
	unsigned int i, k;

	printk_raw("%-22s %12s %12s %10s\n", "call", "requests", "NULL", "max wait");
	for (k = 0; k < NR_STRESS_KINDS; k++) {
		kind = (struct stress_count){ 0 };
		for (i = 0; i < nr_sides; i++)
			add_count(&kind, &sides[i].kind[k]);
		print_row(stress_kind_names[k], &kind);
	}
	printk_raw("%-22s %12s %12s %10s\n", "mask", "requests", "NULL", "max wait");
	for (k = 0; k < NR_STRESS_MASKS; k++) {
		mask = (struct stress_count){ 0 };
		for (i = 0; i < nr_sides; i++)
			add_count(&mask, &sides[i].mask[k]);
		print_row(stress_masks[k].name, &mask);
	}
}

/* Events since begin. */
static u64 events[NR_VM_EVENT_ITEMS];
static unsigned long nr_passed;		/* through rings */

static u64 since(enum vm_event_item item)
{
	return vm_event_sum(item) - events[item];
}

static void print_table(unsigned int rounds)
{
	const unsigned long mib = totalram_pages() >> (20 - PAGE_SHIFT);
	struct stress_hog_counts c;

	stress_hogs_count(&c);
	printk_raw("# table: stress-%luM-%ucpu\n", mib, nr_cpus);
	printk_raw("%u CPUs, %u s, %lu MiB, seed %#llx: %lu steps in threads, %lu in interrupts, "
		   "%lu in tasklets, %lu things passed on; sound %u times\n", nr_cpus,
		   stress_seconds, mib, kunit_seed(), sum_of_ops(sides, NR_WORKERS),
		   sum_of_ops(irq_sides, nr_cpus), sum_of_ops(tasklet_sides, nr_cpus), nr_passed,
		   rounds);
	print_counts();
	printk_raw("(waits in jiffies, 1/%u s; failed pool and bulk requests by call only)\n", HZ);
	printk_raw("direct reclaims %llu, pages they freed %llu; kswapd runs %llu, pages %llu\n",
		   since(ALLOCSTALL_DMA) + since(ALLOCSTALL_DMA32) + since(ALLOCSTALL_NORMAL),
		   since(PGSTEAL_DIRECT), since(PAGEOUTRUN), since(PGSTEAL_KSWAPD));
	printk_raw("objects scanned %llu; kept %lu, shrunk %lu; victims told %llu, pages they gave "
		   "%lu; notifier helped %lu times\n", since(SLABS_SCANNED), c.kept, c.shrunk,
		   since(OOM_KILL), c.given, c.stored);
	printk_raw("# end of table\n");
}

/* ---- the case -------------------------------------------------------------------- */

static void expect_sums(struct kunit *test)
{
	unsigned long broken = 0, pool_failed = 0, small = 0, failed = 0;
	unsigned int i, k;

	for (i = 0; i < nr_sides; i++) {
		for (k = 0; k < NR_STRESS_KINDS; k++)
			failed += sides[i].kind[k].failed;
		broken += sides[i].broken;
		pool_failed += sides[i].pool_failed;
		small += sides[i].small_failed;
		KUNIT_EXPECT_GT_MSG(test, sides[i].ops, 0, "%s", sides[i].name);
	}
	kunit_info(test, "GFP_KERNEL, up to 32 KiB: NULL %lu times", small);
	KUNIT_EXPECT_EQ(test, broken, 0);
	KUNIT_EXPECT_EQ(test, pool_failed, 0);
	KUNIT_EXPECT_GT_MSG(test, failed, 0, "memory was never short");
}

static void free_sides(void *unused)
{
	kvfree(sides);
	kvfree(watches);
	sides = NULL;
	watches = NULL;
}

static void begin(struct kunit *test)
{
	unsigned int i;

	if (totalram_pages() > LARGEST >> PAGE_SHIFT)
		kunit_skip(test, "more than 2 GiB: taking it takes all the time");
	for (i = 0; i < NR_VM_EVENT_ITEMS; i++)
		events[i] = vm_event_sum(i);
	kunit_add_action(test, free_sides, NULL);
	KUNIT_ASSERT_EQ(test, alloc_sides(), 0);
	watches = kvcalloc(nr_sides, sizeof(*watches), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, watches);
	KUNIT_ASSERT_EQ(test, stress_ops_init(), 0);
	KUNIT_ASSERT_EQ(test, start_all(), 0);
}

static void everybody_at_full_memory(struct kunit *test)
{
	const unsigned long errors = slab_error_count() + page_bad_count();
	unsigned int i, rounds;

	begin(test);
	rounds = look_after(test);
	nr_passed = stress_rings_passed();
	stop_all();
	print_table(rounds);
	expect_sums(test);
	KUNIT_EXPECT_EQ(test, slab_error_count() + page_bad_count(), errors);
	KUNIT_EXPECT_GT(test, rounds, 0);
	KUNIT_EXPECT_GT(test, nr_passed, 0);
	for (i = 0; i < NR_WORKERS; i++)	/* __GFP_NOFAIL */
		KUNIT_EXPECT_EQ(test, sides[i].mask[NR_STRESS_MASKS - 1].failed, 0);
}

static struct kunit_case stress_cases[] = {
	KUNIT_CASE_SLOW(everybody_at_full_memory),
	{}
};

static struct kunit_suite stress_suite = { .name = "stress", .test_cases = stress_cases };
kunit_test_suite(stress_suite);
