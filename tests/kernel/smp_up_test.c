/* SPDX-License-Identifier: MIT */
/*
 * smp_up_test.c - CPUs that come late, or when nobody wants them any more
 *
 * Of those that the machine has and that maxcpus= has left alone: the first one comes online for
 * good, the last one never will again.
 */
#include <asm/exit.h>
#include <asm/fixmap.h>
#include <asm/page.h>
#include <asm/paging.h>
#include <asm/processor.h>
#include <asm/smp.h>
#include <asm/tlbflush.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/smp.h>
#include <linux/smpboot.h>
#include <linux/stop_machine.h>
#include "threads.h"

#define SETTLE_MS	30		/* within it a CPU that starts has started */
#define LATE_NS		(500 * NSEC_PER_MSEC)
#define MAX_WAIT_NS	(30 * NSEC_PER_SEC)

static u32 apic_id[NR_CPUS];
static u8 stack[PAGE_SIZE] __aligned(16);
static atomic_t started, prepared, wrong;
static unsigned int go;

/* One that is not online: of several the first or the last. */
static unsigned int spare_cpu(struct kunit *test, bool last)
{
	unsigned int cpu, found = 0;

	for_each_possible_cpu(cpu)
		if (!cpu_online(cpu) && (last || !found))
			found = cpu;
	if (!found)
		kunit_skip(test, "all CPUs are online");
	return found;
}

static int smp_up_init(struct kunit *test)
{
	atomic_set(&started, 0);
	atomic_set(&prepared, 0);
	atomic_set(&wrong, 0);
	go = 0;
	return 0;
}

static void wait_for(const atomic_t *count)
{
	const u64 end = ktime_get_ns() + MAX_WAIT_NS;

	while (!atomic_read(count) && ktime_get_ns() < end)
		schedule_timeout_uninterruptible(1);
}

/* ---- in the trampoline ----------------------------------------------------------- */

static void note_start(void)
{
	atomic_inc(&started);
	arch_stop();
}

static void knock(u32 id)
{
	smp_send_init(id);
	udelay(100);
	smp_send_startup(id);
	mdelay(SETTLE_MS);
}

static void only_who_is_meant_starts(struct kunit *test)
{
	const unsigned int cpu = spare_cpu(test, true);
	struct ap_boot boot = {
		.stack_top = (unsigned long)stack + sizeof(stack),
		.gs_base = __per_cpu_offset[cpu],
		.entry = note_start,
		.cpu = cpu,
	};

	KUNIT_ASSERT_GT(test, smp_list_cpus(apic_id), cpu);
	boot.apic_id = apic_id[cpu];
	smp_offer_boot(&boot);
	KUNIT_EXPECT_TRUE(test, smp_withdraw_boot(&boot));
	knock(apic_id[cpu]);
	KUNIT_EXPECT_EQ(test, atomic_read(&started), 0);	/* for nothing */

	boot.apic_id = apic_id[0];
	smp_offer_boot(&boot);
	knock(apic_id[cpu]);
	KUNIT_EXPECT_EQ(test, atomic_read(&started), 0);	/* in another one's place */
	KUNIT_EXPECT_TRUE(test, smp_withdraw_boot(&boot));

	boot.apic_id = apic_id[cpu];
	smp_offer_boot(&boot);
	knock(apic_id[cpu]);
	wait_for(&started);
	KUNIT_EXPECT_FALSE(test, smp_withdraw_boot(&boot));
	knock(apic_id[cpu]);
	KUNIT_EXPECT_EQ(test, atomic_read(&started), 1);	/* once */
	smp_send_init(apic_id[cpu]);
}

/* ---- on its way to come online --------------------------------------------------- */

static volatile u64 *window;
static unsigned int late_cpu;

/* It has seen the old page, and takes its time. */
static void come_late(void)
{
	smp_cpu_prepare();
	if ((unsigned int)smp_processor_id() != READ_ONCE(late_cpu))
		smp_cpu_join();		/* so late that its test is over: it stops there */
	if (window && *window != 1)
		atomic_inc(&wrong);
	atomic_inc(&prepared);
	while (!READ_ONCE(go))
		cpu_relax();
	atomic_inc(&started);
	smp_cpu_join();
}

static void who_is_given_up_stays_out(struct kunit *test)
{
	const unsigned int cpu = spare_cpu(test, true), online = num_online_cpus();

	window = NULL;
	WRITE_ONCE(late_cpu, cpu);
	KUNIT_EXPECT_EQ(test, smp_bring_up(cpu, come_late, LATE_NS), -EIO);
	WRITE_ONCE(go, 1);
	wait_for(&started);			/* or it would come in the next case */
	if (!atomic_read(&started))
		kunit_info(test, "it has not even begun");
	mdelay(SETTLE_MS);
	KUNIT_EXPECT_FALSE(test, cpu_online(cpu));
	KUNIT_EXPECT_EQ(test, num_online_cpus(), online);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
}

static struct test_thread helper, stopper, guest;
static u64 *page[2];
static atomic_t stopped;

/* The world is only stopped when the new one is part of it. */
static int look_for_late_cpu(void *unused)
{
	atomic_inc(&stopped);
	if (!cpu_online(late_cpu))
		atomic_inc(&wrong);
	return 0;
}

static void stop_world(struct test_thread *t)
{
	stop_machine(look_for_late_cpu, NULL, NULL);
}

/* While it is on its way: what it has seen changes, and somebody wants to stop the world. */
static void change_the_world(struct test_thread *t)
{
	wait_for(&prepared);
	fixmap_set(FIX_TEST, __pa(page[1]), PAGE_KERNEL);
	flush_tlb_kernel_range((unsigned long)window, (unsigned long)window + PAGE_SIZE);
	wake_up_process(stopper.task);
	schedule_timeout_uninterruptible(3);
	if (atomic_read(&stopped))
		atomic_inc(&wrong);
	WRITE_ONCE(go, 1);
}

static void read_window(void *unused)
{
	if (*window != 2)
		atomic_inc(&wrong);
}

/* Only there, and with a tick of its own. */
static void be_a_guest(struct test_thread *t)
{
	schedule_timeout_uninterruptible(2);
	if ((unsigned int)smp_processor_id() != late_cpu)
		atomic_inc(&wrong);
}

static void late_cpu_is_like_others(struct kunit *test)
{
	unsigned int i;

	if (spare_cpu(test, false) == spare_cpu(test, true))
		kunit_skip(test, "the only one has been given up");
	WRITE_ONCE(late_cpu, spare_cpu(test, false));
	for (i = 0; i < 2; i++) {
		page[i] = (u64 *)__get_free_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page[i]);
		*page[i] = i + 1;
	}
	window = (volatile u64 *)fix_to_virt(FIX_TEST);
	fixmap_set(FIX_TEST, __pa(page[0]), PAGE_KERNEL);
	atomic_set(&stopped, 0);
	test_thread_create(test, &stopper, 1, stop_world, NULL);
	test_thread_run(test, &helper, 0, change_the_world, NULL);
	KUNIT_EXPECT_EQ(test, smp_bring_up(late_cpu, come_late, 2 * MAX_WAIT_NS), 0);
	test_thread_join(test, &helper);
	test_thread_join(test, &stopper);
	KUNIT_EXPECT_TRUE(test, cpu_online(late_cpu));
	on_each_cpu(read_window, NULL, 1);
	test_thread_create(test, &guest, 2, be_a_guest, NULL);
	kthread_bind(guest.task, late_cpu);
	wake_up_process(guest.task);
	test_thread_join(test, &guest);
	KUNIT_EXPECT_EQ(test, atomic_read(&stopped), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	fixmap_set(FIX_TEST, 0, PAGE_NONE);
	flush_tlb_all();
	free_page((unsigned long)page[0]);
	free_page((unsigned long)page[1]);
}

static struct kunit_case smp_up_cases[] = {
	KUNIT_CASE(only_who_is_meant_starts),
	KUNIT_CASE(who_is_given_up_stays_out),
	KUNIT_CASE(late_cpu_is_like_others),
	{}
};

/* What a CPU needs stays. */
static struct kunit_suite smp_up_suite = {
	.name = "smp_up",
	.init = smp_up_init,
	.test_cases = smp_up_cases,
	.no_account = true,
};
kunit_test_suite(smp_up_suite);
