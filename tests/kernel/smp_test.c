/* SPDX-License-Identifier: MIT */
/*
 * smp_test.c - every CPU is one of its own: variables, tables, stacks; and hears the others
 *
 * What needs a second CPU is skipped where there is none; the rest is not.
 */
#include <asm/desc.h>
#include <asm/fixmap.h>
#include <asm/msr.h>
#include <asm/nmi.h>
#include <asm/paging.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/tlbflush.h>
#include <asm/traps.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/smp.h>
#include <linux/smpboot.h>
#include <linux/spinlock.h>
#include <linux/stop_machine.h>
#include <linux/uaccess.h>
#include "threads.h"

#define MAX_WAIT_NS		(60ULL * NSEC_PER_SEC)
#define PATTERN			0x5a17ed0fc0ffee11UL
#define RING_LAPS		50
#define STORM_CALLS		800	/* by all CPUs together */
#define STOPS			6
#define HOLD_OUT_MS		20
#define HOLD_OUT_TICKS		3
#define STOPS_NS		(20ULL * NSEC_PER_SEC)	/* or as many as that allows */
#define LOCK_ROUNDS		2000

static DEFINE_PER_CPU(unsigned long, pattern) = PATTERN;
static DEFINE_PER_CPU(unsigned long, zero);
static DEFINE_PER_CPU(u32, small) = 7;

static atomic_t arrived, wrong;

static int smp_test_init(struct kunit *test)
{
	atomic_set(&arrived, 0);
	atomic_set(&wrong, 0);
	return 0;
}

static void need_two(struct kunit *test)
{
	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU");
}

/* Until @count says so many, but not for ever. */
static void wait_count(struct kunit *test, const atomic_t *count, int nr)
{
	const u64 end = ktime_get_ns() + MAX_WAIT_NS;

	while (atomic_read(count) != nr && ktime_get_ns() < end) {
		cpu_relax();			/* CPUs take turns under icount */
		cond_resched();
	}
	KUNIT_ASSERT_EQ(test, atomic_read(count), nr);
}

/* ---- calls ----------------------------------------------------------------------- */

/* @info: the CPU that this is meant for, or NULL. */
static void arrive(void *info)
{
	const unsigned long want = (unsigned long)info;

	if (!irqs_disabled() || (want && want - 1 != (unsigned long)smp_processor_id()))
		atomic_inc(&wrong);
	atomic_inc(&arrived);
}

static void *meant_for(unsigned int cpu)
{
	return (void *)(cpu + 1UL);
}

static void call_runs_where_it_is_sent(struct kunit *test)
{
	unsigned int cpu;
	int nr = 0;

	for_each_online_cpu(cpu) {
		KUNIT_EXPECT_EQ(test, smp_call_function_single((int)cpu, arrive, meant_for(cpu), 1),
				0);
		KUNIT_EXPECT_EQ(test, atomic_read(&arrived), ++nr);	/* it has been waited for */
	}
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_EQ(test, smp_call_function_single((int)cpu, arrive, meant_for(cpu), 0),
				0);
	wait_count(test, &arrived, 2 * nr);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
}

static void call_to_all_runs_once_on_each(struct kunit *test)
{
	static struct cpumask ran;
	int i;

	for (i = 0; i < 20; i++) {
		on_each_cpu(arrive, NULL, 1);
		KUNIT_EXPECT_EQ(test, atomic_read(&arrived), (int)num_online_cpus());
		smp_call_function(arrive, NULL, 0);
		wait_count(test, &arrived, 2 * (int)num_online_cpus() - 1);
		atomic_set(&arrived, 0);
	}
	cpumask_copy(&ran, cpu_online_mask);
	smp_call_function_many(&ran, arrive, NULL, true);
	KUNIT_EXPECT_EQ(test, atomic_read(&arrived), (int)num_online_cpus() - 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
}

/* ---- calls sent from calls ------------------------------------------------------- */

static call_single_data_t ring_csd[NR_CPUS];
static atomic_t ring_left;

static void ring_step(void *info)
{
	unsigned int next = cpumask_next(smp_processor_id(), cpu_online_mask);

	if (info != meant_for((unsigned int)smp_processor_id()))
		atomic_inc(&wrong);
	if (next >= nr_cpu_ids)
		next = cpumask_first(cpu_online_mask);
	if (atomic_dec_return(&ring_left) > 0 &&
	    smp_call_function_single_async((int)next, &ring_csd[next]))
		atomic_inc(&wrong);
	atomic_inc(&arrived);
}

static void handler_passes_a_call_on(struct kunit *test)
{
	const int steps = RING_LAPS * (int)num_online_cpus();
	unsigned int cpu;

	need_two(test);
	atomic_set(&ring_left, steps);
	for_each_online_cpu(cpu)
		INIT_CSD(&ring_csd[cpu], ring_step, meant_for(cpu));
	KUNIT_ASSERT_EQ(test, smp_call_function_single_async(0, &ring_csd[0]), 0);
	wait_count(test, &arrived, steps);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
}

static unsigned int hold;

static void hold_cpu(void *unused)
{
	atomic_inc(&arrived);
	while (READ_ONCE(hold))
		cpu_relax();
}

/* While it has not been entered it is not sent again. */
static void async_call_is_busy_until_entered(struct kunit *test)
{
	static call_single_data_t holder, late;
	int other, busy = 0, first, err;

	need_two(test);
	preempt_disable();
	other = (int)cpumask_any_but(cpu_online_mask, (unsigned int)smp_processor_id());
	INIT_CSD(&holder, hold_cpu, NULL);
	INIT_CSD(&late, arrive, meant_for((unsigned int)other));
	WRITE_ONCE(hold, 1);
	err = smp_call_function_single_async(other, &holder);
	while (!err && !atomic_read(&arrived))
		cpu_relax();
	first = smp_call_function_single_async(other, &late);
	busy = smp_call_function_single_async(other, &late);
	WRITE_ONCE(hold, 0);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, first, 0);
	KUNIT_EXPECT_EQ(test, busy, -EBUSY);
	wait_count(test, &arrived, 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
}

/* ---- a thread on each CPU -------------------------------------------------------- */

static struct test_thread crew[NR_CPUS];
static unsigned int crew_stop;

static void crew_start(struct kunit *test, void (*fn)(struct test_thread *t))
{
	unsigned int cpu;

	WRITE_ONCE(crew_stop, 0);
	for_each_online_cpu(cpu) {
		test_thread_create(test, &crew[cpu], (int)cpu, fn, NULL);
		kthread_bind(crew[cpu].task, cpu);
	}
	for_each_online_cpu(cpu)
		wake_up_process(crew[cpu].task);
}

static void crew_end(struct kunit *test)
{
	unsigned int cpu;

	WRITE_ONCE(crew_stop, 1);
	for_each_online_cpu(cpu)
		test_thread_join(test, &crew[cpu]);
}

static atomic_t storm_sent;

static void storm_hold_off(struct rnd_state *rnd)
{
	unsigned int spins = prandom_u32_state(rnd) % 300;
	unsigned long flags;

	local_irq_save(flags);
	while (spins-- > 0)
		cpu_relax();
	local_irq_restore(flags);
}

static void storm(struct test_thread *t)
{
	const unsigned int nr = STORM_CALLS / num_online_cpus();
	struct rnd_state rnd;
	unsigned int i, cpu;

	prandom_seed_state(&rnd, (u64)t->id + 1);
	for (i = 0; i < nr; i++) {
		cpu = prandom_u32_state(&rnd) % nr_cpu_ids;
		storm_hold_off(&rnd);
		if (i % 50 == 0) {
			on_each_cpu(arrive, NULL, i % 100 == 0);
			atomic_add((int)num_online_cpus(), &storm_sent);
		} else if (!smp_call_function_single((int)cpu, arrive, meant_for(cpu), i & 1)) {
			atomic_inc(&storm_sent);
		}
	}
}

/* All to all, each with interrupts off now and then: no call is lost, none comes twice. */
static void storm_of_calls_loses_none(struct kunit *test)
{
	need_two(test);
	atomic_set(&storm_sent, 0);
	crew_start(test, storm);
	crew_end(test);
	wait_count(test, &arrived, atomic_read(&storm_sent));
	KUNIT_EXPECT_GE(test, atomic_read(&storm_sent), STORM_CALLS / 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
}

static DEFINE_SPINLOCK(crew_lock);
static unsigned long locked_count;

static void count_locked(struct test_thread *t)
{
	unsigned int i;

	for (i = 0; i < LOCK_ROUNDS; i++) {
		unsigned long flags;

		spin_lock_irqsave(&crew_lock, flags);
		locked_count++;
		spin_unlock_irqrestore(&crew_lock, flags);
	}
	atomic_add((int)lockdep_held_count(), &wrong);
}

static void spinlock_excludes_other_cpus(struct kunit *test)
{
	locked_count = 0;
	crew_start(test, count_locked);
	crew_end(test);
	KUNIT_EXPECT_EQ(test, locked_count, (unsigned long)LOCK_ROUNDS * num_online_cpus());
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
}

/* ---- a stopped world ------------------------------------------------------------- */

static struct {
	unsigned long count;
	unsigned int inside;		/* in a section that is nobody's business */
} runner[NR_CPUS];

static void run_in_sections(struct test_thread *t)
{
	while (!READ_ONCE(crew_stop)) {
		preempt_disable();
		WRITE_ONCE(runner[t->id].inside, 1);
		WRITE_ONCE(runner[t->id].count, runner[t->id].count + 1);
		WRITE_ONCE(runner[t->id].inside, 0);
		preempt_enable();
		cpu_relax();
		cond_resched();
	}
}

/* Until it has counted, but not for ever. */
static void wait_runner(unsigned int cpu)
{
	int steps = THREAD_MAX_WAIT;

	while (!READ_ONCE(runner[cpu].count) && --steps)
		schedule_timeout_uninterruptible(1);
}

static int look_around(void *unused)
{
	unsigned long before[NR_CPUS] = { 0 };
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		before[cpu] = READ_ONCE(runner[cpu].count);
		if (READ_ONCE(runner[cpu].inside))
			atomic_inc(&wrong);
	}
	udelay(200);
	for_each_online_cpu(cpu)
		if (READ_ONCE(runner[cpu].count) != before[cpu])
			atomic_inc(&wrong);
	if (!irqs_disabled())
		atomic_inc(&wrong);
	return 0;
}

static void stopped_world_stands_still(struct kunit *test)
{
	unsigned int i, cpu;

	need_two(test);
	memset(runner, 0, sizeof(runner));
	crew_start(test, run_in_sections);
	for (i = 0; i < STOPS; i++) {
		schedule_timeout_uninterruptible(2);	/* the runner on this CPU runs, too */
		KUNIT_EXPECT_EQ(test, stop_machine(look_around, NULL, NULL), 0);
		on_each_cpu(arrive, NULL, 1);		/* and it runs again */
	}
	for_each_online_cpu(cpu)
		wait_runner(cpu);
	crew_end(test);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&arrived), STOPS * (int)num_online_cpus());
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_GT(test, runner[cpu].count, 0UL);
}

static int arrive_stopped(void *unused)
{
	arrive(NULL);
	return 0;
}

/* Who stops the world while others do, and while calls that are waited for are on their way. */
static void stop_and_call(struct test_thread *t)
{
	const int cpus = (int)num_online_cpus();
	const u64 end = ktime_get_ns() + STOPS_NS;
	unsigned int i;

	for (i = 0; i < STOPS && (i < 2 || ktime_get_ns() < end); i++) {
		stop_machine(arrive_stopped, NULL, i & 1 ? cpu_online_mask : NULL);
		on_each_cpu(arrive, NULL, 1);
		atomic_add((i & 1 ? cpus : 1) + cpus, &storm_sent);
	}
}

static void many_stop_the_world_in_turn(struct kunit *test)
{
	const int cpus = (int)num_online_cpus();

	if (cpus > 8)
		kunit_skip(test, "takes too long on %d CPUs", cpus);
	atomic_set(&storm_sent, 0);
	crew_start(test, stop_and_call);
	crew_end(test);
	KUNIT_EXPECT_EQ(test, atomic_read(&arrived), atomic_read(&storm_sent));
	KUNIT_EXPECT_GE(test, atomic_read(&storm_sent), cpus * (1 + 3 * cpus));
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
}

static bool holding_out, asking;

static void ask_for_a_stop(struct test_thread *t)
{
	smp_store_release(&asking, true);
	stop_machine(arrive_stopped, NULL, NULL);
}

/* Not to be parked: who asks goes on asking, and CPU 0 waits, halted.  Does its clock go on? */
static void hold_out(struct test_thread *t)
{
	const u64 end = ktime_get_ns() + MAX_WAIT_NS;
	unsigned long begun;

	preempt_disable();
	smp_store_release(&holding_out, true);
	while (!smp_load_acquire(&asking) && ktime_get_ns() < end)
		cpu_relax();
	mdelay(HOLD_OUT_MS);			/* CPU 0 is there now, if the host lets it */
	begun = READ_ONCE(jiffies);
	while (READ_ONCE(jiffies) - begun < HOLD_OUT_TICKS && ktime_get_ns() < end)
		cpu_relax();
	if (READ_ONCE(jiffies) - begun < HOLD_OUT_TICKS || atomic_read(&arrived))
		atomic_inc(&wrong);
	preempt_enable();
}

static void time_goes_on_until_all_are_here(struct kunit *test)
{
	static struct test_thread holdout, asker;

	if (num_online_cpus() < 3)
		kunit_skip(test, "two CPUs");
	holding_out = asking = false;
	test_thread_run_on(test, &holdout, 2, hold_out, NULL);
	while (!smp_load_acquire(&holding_out))
		schedule_timeout_uninterruptible(1);
	test_thread_run_on(test, &asker, 1, ask_for_a_stop, NULL);
	test_thread_join(test, &asker);
	test_thread_join(test, &holdout);
	KUNIT_EXPECT_EQ(test, atomic_read(&arrived), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
}

/* ---- variables of each CPU ------------------------------------------------------- */

static void areas_begin_as_they_were_linked(struct kunit *test)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		KUNIT_EXPECT_EQ(test, per_cpu(pattern, cpu), PATTERN);
		KUNIT_EXPECT_EQ(test, per_cpu(zero, cpu), 0UL);
		KUNIT_EXPECT_EQ(test, per_cpu(small, cpu), 7U);
		KUNIT_EXPECT_EQ(test, per_cpu(cpu_number, cpu), (int)cpu);
		KUNIT_EXPECT_EQ(test, per_cpu(this_cpu_off, cpu), __per_cpu_offset[cpu]);
	}
}

static void areas_are_distinct_frames(struct kunit *test)
{
	const unsigned long start = (unsigned long)__per_cpu_start & PAGE_MASK;
	struct paging_leaf leaf, linked;
	unsigned long vaddr;
	unsigned int cpu;

	for (cpu = 1; cpu < nr_cpu_ids; cpu++)
		for (vaddr = start; vaddr < (unsigned long)__per_cpu_end; vaddr += PAGE_SIZE) {
			KUNIT_ASSERT_TRUE(test, paging_lookup(vaddr, &linked));
			KUNIT_ASSERT_TRUE(test, paging_lookup(vaddr + __per_cpu_offset[cpu],
							      &leaf));
			KUNIT_EXPECT_NE(test, leaf.paddr, linked.paddr);
			KUNIT_EXPECT_EQ(test, (pgprot_val(leaf.prot) ^ pgprot_val(PAGE_KERNEL)) &
					~(u64)(_PAGE_ACCESSED | _PAGE_DIRTY), 0ULL);
			KUNIT_EXPECT_EQ(test, leaf.bytes, (u64)PAGE_SIZE);
		}
}

static void change_mine(void *unused)
{
	const unsigned long cpu = (unsigned long)smp_processor_id();

	this_cpu_add(zero, cpu + 1);
	this_cpu_write(pattern, cpu << 8);
	this_cpu_inc(small);
	this_cpu_or(pattern, 1UL);
	if (this_cpu_read(pattern) != (cpu << 8 | 1) || *this_cpu_ptr(&zero) != cpu + 1)
		atomic_inc(&wrong);
}

static void each_cpu_changes_its_own(struct kunit *test)
{
	unsigned int cpu;

	on_each_cpu(change_mine, NULL, 1);
	for_each_possible_cpu(cpu) {
		const bool ran = cpu_online(cpu);

		KUNIT_EXPECT_EQ(test, per_cpu(zero, cpu), ran ? cpu + 1UL : 0UL);
		KUNIT_EXPECT_EQ(test, per_cpu(pattern, cpu), ran ? cpu << 8 | 1UL : PATTERN);
		KUNIT_EXPECT_EQ(test, per_cpu(small, cpu), ran ? 8U : 7U);
		per_cpu(zero, cpu) = 0;
		per_cpu(pattern, cpu) = PATTERN;
		per_cpu(small, cpu) = 7;
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
}

/* ---- tables and registers of each CPU -------------------------------------------- */

static struct cpu_state {
	u64 gdt_base, idt_base, cr0, cr3, cr4, efer, pat;
	u16 tr, gdt_limit;
	long fault;
} state[NR_CPUS];

static void note_state(void *unused)
{
	struct cpu_state *s = &state[smp_processor_id()];
	struct {
		u16 limit;
		u64 base;
	} __packed gdt, idt;

	__asm__ __volatile__("sgdt %0; sidt %1; str %2" : "=m"(gdt), "=m"(idt), "=r"(s->tr));
	s->gdt_base = gdt.base;
	s->gdt_limit = gdt.limit;
	s->idt_base = idt.base;
	s->cr0 = read_cr0();
	s->cr3 = read_cr3();
	s->cr4 = read_cr4();
	s->efer = rdmsrl(MSR_EFER);
	s->pat = rdmsrl(MSR_IA32_PAT);
	s->fault = probe_read((void *)PAGE_SIZE);
}

static void cpus_are_set_up_alike(struct kunit *test)
{
	unsigned int cpu;

	memset(state, 0, sizeof(state));
	on_each_cpu(note_state, NULL, 1);
	for_each_online_cpu(cpu) {
		const struct cpu_state *s = &state[cpu];

		KUNIT_EXPECT_EQ(test, s->gdt_base, state[0].gdt_base + __per_cpu_offset[cpu]);
		KUNIT_EXPECT_EQ(test, s->gdt_limit, state[0].gdt_limit);
		KUNIT_EXPECT_EQ(test, s->tr, GDT_TSS_SELECTOR);
		KUNIT_EXPECT_EQ(test, s->idt_base, state[0].idt_base);
		KUNIT_EXPECT_EQ(test, s->cr0, state[0].cr0);
		KUNIT_EXPECT_EQ(test, s->cr3, state[0].cr3);
		KUNIT_EXPECT_EQ(test, s->cr4, state[0].cr4);
		KUNIT_EXPECT_EQ(test, s->efer, state[0].efer);
		KUNIT_EXPECT_EQ(test, s->pat, state[0].pat);
		KUNIT_EXPECT_EQ(test, s->fault, -EFAULT);	/* and it is survived */
	}
}

static unsigned long nmi_sp[NR_CPUS];

static int note_nmi(unsigned int type, struct pt_regs *regs)
{
	WRITE_ONCE(nmi_sp[smp_processor_id()], (unsigned long)__builtin_frame_address(0));
	atomic_inc(&arrived);
	return NMI_HANDLED;
}

/* On the stack that is meant for it, which has a page below it that is not mapped. */
static void nmi_runs_on_the_stack_of_its_cpu(struct kunit *test)
{
	unsigned int cpu;
	int nr = 0;

	need_two(test);
	watchdog_arm(0);			/* it takes every NMI while it is armed */
	memset(nmi_sp, 0, sizeof(nmi_sp));
	KUNIT_ASSERT_EQ(test, register_nmi_handler(NMI_LOCAL, note_nmi, 0, "smp_test"), 0);
	for_each_online_cpu(cpu) {
		smp_send_nmi(cpu);
		nr++;
	}
	wait_count(test, &arrived, nr);
	unregister_nmi_handler(NMI_LOCAL, "smp_test");
	for_each_online_cpu(cpu) {
		unsigned long low = (unsigned long)per_cpu(exception_stack_of[ESTACK_NMI], cpu);

		KUNIT_EXPECT_GT(test, nmi_sp[cpu], low);
		KUNIT_EXPECT_LT(test, nmi_sp[cpu], low + EXCEPTION_STACK_SIZE);
	}
}

static void stacks_of_each_cpu_are_guarded(struct kunit *test)
{
	unsigned int cpu, i, other;

	for_each_online_cpu(cpu)
		for (i = 0; i < NR_EXCEPTION_STACKS; i++) {
			u8 *low = per_cpu(exception_stack_of[i], cpu);

			KUNIT_ASSERT_NOT_NULL(test, low);
			KUNIT_EXPECT_EQ(test, probe_read(low), 0);
			KUNIT_EXPECT_EQ(test, probe_read(low + EXCEPTION_STACK_SIZE - 1), 0);
			KUNIT_EXPECT_EQ(test, probe_read(low - 1), -EFAULT);
			for_each_online_cpu(other)
				KUNIT_EXPECT_TRUE(test, other == cpu || low !=
						  per_cpu(exception_stack_of[i], other));
		}
}

/* ---- translations ---------------------------------------------------------------- */

static volatile u64 *window;

static void read_window(void *want)
{
	if (*window != *(u64 *)want)
		atomic_inc(&wrong);
	atomic_inc(&arrived);
}

/* All CPUs know the old page; when the flush has returned, all see the new one. */
static void flush_reaches_every_cpu(struct kunit *test)
{
	const unsigned long vaddr = fix_to_virt(FIX_TEST);
	u64 *page[2], want;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		page[i] = (u64 *)__get_free_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page[i]);
		*page[i] = PATTERN + i;
	}
	window = (volatile u64 *)vaddr;
	for (i = 0; i < 20; i++) {
		fixmap_set(FIX_TEST, __pa(page[i % 2]), PAGE_KERNEL);
		if (i % 4 == 3)
			flush_tlb_all();
		else
			flush_tlb_kernel_range(vaddr, vaddr + PAGE_SIZE);
		want = PATTERN + i % 2;
		on_each_cpu(read_window, &want, 1);
	}
	fixmap_set(FIX_TEST, 0, PAGE_NONE);
	flush_tlb_all();
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&arrived), 20 * (int)num_online_cpus());
	free_page((unsigned long)page[0]);
	free_page((unsigned long)page[1]);
}

static struct kunit_case smp_cases[] = {
	KUNIT_CASE(call_runs_where_it_is_sent),
	KUNIT_CASE(call_to_all_runs_once_on_each),
	KUNIT_CASE(handler_passes_a_call_on),
	KUNIT_CASE(async_call_is_busy_until_entered),
	KUNIT_CASE(storm_of_calls_loses_none),
	KUNIT_CASE(spinlock_excludes_other_cpus),
	KUNIT_CASE(stopped_world_stands_still),
	KUNIT_CASE(many_stop_the_world_in_turn),
	KUNIT_CASE(time_goes_on_until_all_are_here),
	KUNIT_CASE(areas_begin_as_they_were_linked),
	KUNIT_CASE(areas_are_distinct_frames),
	KUNIT_CASE(each_cpu_changes_its_own),
	KUNIT_CASE(cpus_are_set_up_alike),
	KUNIT_CASE(nmi_runs_on_the_stack_of_its_cpu),
	KUNIT_CASE(stacks_of_each_cpu_are_guarded),
	KUNIT_CASE(flush_reaches_every_cpu),
	{}
};

static struct kunit_suite smp_suite = {
	.name = "smp",
	.init = smp_test_init,
	.test_cases = smp_cases,
};
kunit_test_suite(smp_suite);
