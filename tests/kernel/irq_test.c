/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines and vectors, the MADT parser, and the interrupts table.
 *
 * Real interrupts come from the timer, from int $TEST_VECTOR and, where there is a local
 * APIC, from self-interrupts.  Line 3 (the second serial port) is nobody's.
 */
#include <asm/apic.h>
#include <asm/io.h>
#include <asm/madt.h>
#include <asm/processor.h>
#include <asm/ptrace.h>
#include <asm/traps.h>
#include <kunit/test.h>
#include <linux/irq.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#define FREE_LINE		3

static unsigned int irq_calls, irq_good_context;
static char table[16384];

static irqreturn_t count_line(int irq, void *dev)
{
	irq_calls++;
	if (dev)
		(*(unsigned int *)dev)++;
	return IRQ_HANDLED;
}

/* Deliver the line's interrupt without its device: its vector, by an instruction. */
static void raise_line(void)
{
	__asm__ __volatile__("int %0" : : "i"(IRQ_VECTOR(FREE_LINE)) : "memory");
}

static void need_free_line(struct kunit *test)
{
	if (!irqchip_get(FREE_LINE))
		kunit_skip(test, "no interrupt controller");
}

static void request_checks_its_arguments(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, request_irq(NR_IRQS, count_line, 0, "none", NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(~0U, count_line, 0, "none", NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(FREE_LINE, NULL, 0, "none", NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(FREE_LINE, count_line, IRQF_SHARED, "none", NULL),
			-EINVAL);
}

static void line_reaches_its_handler(struct kunit *test)
{
	unsigned long before = irq_count_of(FREE_LINE);
	unsigned int dev = 0;

	need_free_line(test);
	irq_calls = 0;
	KUNIT_ASSERT_EQ(test, request_irq(FREE_LINE, count_line, 0, "test", &dev), 0);
	raise_line();
	raise_line();
	KUNIT_EXPECT_STREQ(test, free_irq(FREE_LINE, &dev), "test");
	KUNIT_EXPECT_EQ(test, dev, 2);
	KUNIT_EXPECT_EQ(test, irq_count_of(FREE_LINE), before + 2);
}

static void sharing_needs_both_to_agree(struct kunit *test)
{
	unsigned int a = 0, b = 0;

	need_free_line(test);
	KUNIT_ASSERT_EQ(test, request_irq(FREE_LINE, count_line, 0, "alone", &a), 0);
	KUNIT_EXPECT_EQ(test, request_irq(FREE_LINE, count_line, IRQF_SHARED, "b", &b), -EBUSY);
	free_irq(FREE_LINE, &a);
	KUNIT_ASSERT_EQ(test, request_irq(FREE_LINE, count_line, IRQF_SHARED, "a", &a), 0);
	KUNIT_EXPECT_EQ(test, request_irq(FREE_LINE, count_line, 0, "alone", &b), -EBUSY);
	KUNIT_ASSERT_EQ(test, request_irq(FREE_LINE, count_line, IRQF_SHARED, "b", &b), 0);
	raise_line();
	KUNIT_EXPECT_STREQ(test, free_irq(FREE_LINE, &a), "a");
	raise_line();
	KUNIT_EXPECT_STREQ(test, free_irq(FREE_LINE, &b), "b");
	KUNIT_EXPECT_EQ(test, a, 1);
	KUNIT_EXPECT_EQ(test, b, 2);
}

static void freeing_twice_warns(struct kunit *test)
{
	unsigned long taint = get_taint();
	unsigned int warns = warn_count;

	printk_capture_start(table, sizeof(table));
	KUNIT_EXPECT_NULL(test, free_irq(FREE_LINE, table));
	KUNIT_EXPECT_NULL(test, free_irq(NR_IRQS, NULL));
	printk_capture_stop();
	KUNIT_EXPECT_EQ(test, warn_count, warns + 2);
	KUNIT_EXPECT_NOT_NULL(test, strstr(table, "Trying to free already-free IRQ 3\n"));
	set_taint_mask(taint);
	warn_count = warns;
}

static void many_may_share(struct kunit *test)
{
	static unsigned int dev[100];
	unsigned int i;

	need_free_line(test);
	for (i = 0; i < ARRAY_SIZE(dev); i++) {
		dev[i] = 0;
		KUNIT_ASSERT_EQ(test, request_irq(FREE_LINE, count_line, IRQF_SHARED, "many",
						  &dev[i]), 0);
	}
	raise_line();
	for (i = 0; i < ARRAY_SIZE(dev); i++) {
		KUNIT_EXPECT_EQ(test, dev[i], 1);
		KUNIT_EXPECT_NOT_NULL(test, free_irq(FREE_LINE, &dev[i]));
	}
}

static void disabled_line_is_replayed_once(struct kunit *test)
{
	unsigned int dev = 0;

	need_free_line(test);
	KUNIT_ASSERT_EQ(test, request_irq(FREE_LINE, count_line, 0, "test", &dev), 0);
	disable_irq(FREE_LINE);
	disable_irq(FREE_LINE);
	raise_line();
	raise_line();
	KUNIT_EXPECT_EQ(test, dev, 0);
	enable_irq(FREE_LINE);
	KUNIT_EXPECT_EQ(test, dev, 0);
	enable_irq(FREE_LINE);
	KUNIT_EXPECT_EQ(test, dev, 1);
	raise_line();
	KUNIT_EXPECT_EQ(test, dev, 2);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	free_irq(FREE_LINE, &dev);
}

/* What came in for the last owner of a line is not the next one's. */
static void freed_line_forgets_what_was_pending(struct kunit *test)
{
	unsigned int dev = 0;

	need_free_line(test);
	KUNIT_ASSERT_EQ(test, request_irq(FREE_LINE, count_line, 0, "old", &dev), 0);
	disable_irq(FREE_LINE);
	raise_line();
	free_irq(FREE_LINE, &dev);
	KUNIT_ASSERT_EQ(test, request_irq(FREE_LINE, count_line, 0, "new", &dev), 0);
	enable_irq(FREE_LINE);
	KUNIT_EXPECT_EQ(test, dev, 0);
	free_irq(FREE_LINE, &dev);
}

#define RTC_LINE		8
#define RTC_B_PERIODIC		0x40

/* The handler comes between the two ports as well, and leaves another register selected. */
static DEFINE_SPINLOCK(rtc_lock);

static u8 rtc_read(u8 reg)
{
	unsigned long flags;
	u8 value;

	spin_lock_irqsave(&rtc_lock, flags);
	outb(reg, 0x70);
	value = inb(0x71);
	spin_unlock_irqrestore(&rtc_lock, flags);
	return value;
}

static void rtc_write(u8 reg, u8 value)
{
	unsigned long flags;

	spin_lock_irqsave(&rtc_lock, flags);
	outb(reg, 0x70);
	outb(value, 0x71);
	spin_unlock_irqrestore(&rtc_lock, flags);
}

static irqreturn_t rtc_irq(int irq, void *dev)
{
	rtc_read(0x0c);				/* or it will not interrupt again */
	(*(unsigned int *)dev)++;
	return IRQ_HANDLED;
}

static void wait_for(const unsigned int *count, unsigned int ms)
{
	u64 end = ktime_get_ns() + ms * NSEC_PER_MSEC;

	while (!READ_ONCE(*count) && ktime_get_ns() < end)
		cpu_relax();
}

/* The clock of the machine is a device that interrupts, and that nobody uses. */
static void line_requested_while_disabled_works_once_enabled(struct kunit *test)
{
	unsigned int dev = 0;
	u8 b = rtc_read(0x0b);

	if (b == 0xff || !irqchip_get(RTC_LINE))
		kunit_skip(test, "no real-time clock");
	KUNIT_ASSERT_EQ(test, request_irq(RTC_LINE, rtc_irq, IRQF_NO_AUTOEN, "rtc", &dev), 0);
	rtc_write(0x0a, 0x26);			/* 1024 Hz */
	rtc_write(0x0b, b | RTC_B_PERIODIC);
	rtc_read(0x0c);
	wait_for(&dev, 5);
	KUNIT_EXPECT_EQ(test, dev, 0);
	enable_irq(RTC_LINE);
	rtc_read(0x0c);
	wait_for(&dev, 30000);
	rtc_write(0x0b, b);
	rtc_read(0x0c);
	free_irq(RTC_LINE, &dev);
	KUNIT_EXPECT_GT(test, dev, 0);
}

static void unbalanced_enable_warns(struct kunit *test)
{
	unsigned long taint = get_taint();
	unsigned int warns = warn_count;

	need_free_line(test);
	printk_capture_start(table, sizeof(table));
	enable_irq(FREE_LINE);
	printk_capture_stop();
	KUNIT_EXPECT_EQ(test, warn_count, warns + 1);
	set_taint_mask(taint);
	warn_count = warns;
}

/* ---- vectors --------------------------------------------------------------------- */

/* <linux/irqflags.h>: the bit in the preempt count is set while the flag is off. */
static bool shadow_agrees(void)
{
	return this_cpu_test(__preempt_count, PREEMPT_IRQS_OFF) == irqs_disabled();
}

static void check_context(struct pt_regs *regs)
{
	irq_calls++;
	irq_good_context += in_hardirq() && in_interrupt() && in_irq() && !in_nmi() &&
			    !in_task() && irqs_disabled() && shadow_agrees() &&
			    get_irq_regs() == regs &&
			    (long)regs->orig_ax == ~TEST_VECTOR;
}

static void check_context_and_eoi(struct pt_regs *regs)
{
	check_context(regs);
	apic_eoi();
}

static void vector_runs_in_hardirq_context(struct kunit *test)
{
	unsigned int before = preempt_count();

	irq_calls = irq_good_context = 0;
	KUNIT_ASSERT_EQ(test, irq_set_vector(TEST_VECTOR, check_context, NULL, NULL), 0);
	KUNIT_EXPECT_EQ(test, irq_set_vector(TEST_VECTOR, check_context, NULL, NULL), -EBUSY);
	__asm__ __volatile__("int %0" : : "i"(TEST_VECTOR) : "memory");
	irq_set_vector(TEST_VECTOR, NULL, NULL, NULL);
	KUNIT_EXPECT_EQ(test, irq_calls, 1);
	KUNIT_EXPECT_EQ(test, irq_good_context, 1);
	KUNIT_EXPECT_EQ(test, preempt_count(), before);
	KUNIT_EXPECT_TRUE(test, in_task());
	KUNIT_EXPECT_EQ(test, irq_set_vector(X86_TRAP_PF, check_context, NULL, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, irq_set_vector(NR_VECTORS, check_context, NULL, NULL), -EINVAL);
}

/* It waits for interrupts to be on, and then comes at once. */
static void self_interrupt(struct kunit *test)
{
	if (!apic_present())
		kunit_skip(test, "no local APIC");
	irq_calls = irq_good_context = 0;
	KUNIT_ASSERT_EQ(test, irq_set_vector(TEST_VECTOR, check_context_and_eoi, NULL, NULL), 0);
	local_irq_disable();
	apic_send_self(TEST_VECTOR);
	KUNIT_EXPECT_EQ(test, irq_calls, 0);
	local_irq_enable();
	while (!READ_ONCE(irq_calls))
		cpu_relax();
	irq_set_vector(TEST_VECTOR, NULL, NULL, NULL);
	KUNIT_EXPECT_EQ(test, irq_calls, 1);
	KUNIT_EXPECT_EQ(test, irq_good_context, 1);
}

static void shadow_follows_the_flag(struct kunit *test)
{
	unsigned long outer, inner;

	KUNIT_EXPECT_TRUE(test, shadow_agrees());
	local_irq_save(outer);
	KUNIT_EXPECT_TRUE(test, shadow_agrees());
	local_irq_save(inner);
	local_irq_restore(inner);
	KUNIT_EXPECT_TRUE(test, irqs_disabled() && shadow_agrees());
	__asm__ __volatile__("int $0xd0" : : : "memory");	/* an entry where it is set */
	KUNIT_EXPECT_TRUE(test, irqs_disabled() && shadow_agrees());
	local_irq_restore(outer);
	KUNIT_EXPECT_TRUE(test, !irqs_disabled() && shadow_agrees());
	__asm__ __volatile__("int $0xd0" : : : "memory");	/* and where it is not */
	KUNIT_EXPECT_TRUE(test, !irqs_disabled() && shadow_agrees());
	safe_halt();
	KUNIT_EXPECT_TRUE(test, !irqs_disabled() && shadow_agrees());
	schedule_timeout_uninterruptible(2);
	KUNIT_EXPECT_TRUE(test, !irqs_disabled() && shadow_agrees());
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
}

/* Interrupted between the flag and its shadow: what the entry found is there afterwards. */
static void shadow_survives_in_between(struct kunit *test)
{
	bool set, clear;

	arch_local_irq_disable();
	__asm__ __volatile__("int $0xd0" : : : "memory");
	clear = !this_cpu_test(__preempt_count, PREEMPT_IRQS_OFF);
	irq_shadow_set();
	__asm__ __volatile__("int $0xd0" : : : "memory");
	set = this_cpu_test(__preempt_count, PREEMPT_IRQS_OFF);
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, clear);
	KUNIT_EXPECT_TRUE(test, set);
}

static void unexpected_vector_is_survived(struct kunit *test)
{
	printk_capture_start(table, sizeof(table));
	__asm__ __volatile__("int $0xd0; int $0xd1" : : : "memory");
	printk_capture_stop();
	KUNIT_EXPECT_FALSE(test, in_hardirq());
}

static void every_free_vector_returns(struct kunit *test)
{
	unsigned long before = irq_count_all();

	printk_capture_start(table, sizeof(table));
	__asm__ __volatile__("int $0x20; int $0x2f; int $0x80; int $0x81; int $0xfa"
			     : : : "memory");
	printk_capture_stop();
	KUNIT_EXPECT_GE(test, irq_count_all(), before + 5);
}

/* ---- the table ------------------------------------------------------------------- */

static void table_has_its_rows(struct kunit *test)
{
	const unsigned int columns = 11 * num_online_cpus();
	struct seq_file m;
	unsigned int dev = 0;
	char *row;

	need_free_line(test);
	KUNIT_ASSERT_EQ(test, request_irq(FREE_LINE, count_line, IRQF_SHARED, "first", &dev), 0);
	KUNIT_ASSERT_EQ(test, request_irq(FREE_LINE, count_line, IRQF_SHARED, "second", table), 0);
	seq_to_buffer(&m, table, sizeof(table));
	interrupts_show(&m);
	free_irq(FREE_LINE, &dev);
	free_irq(FREE_LINE, table);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	KUNIT_EXPECT_TRUE(test, strstarts(table, "           CPU0       "));
	KUNIT_EXPECT_EQ(test, strcspn(table, "\n"), 11 + columns);
	row = strstr(table, "\n  3: ");
	KUNIT_ASSERT_NOT_NULL(test, row);
	KUNIT_EXPECT_EQ(test, strcspn(row + 1, "\n"),
			strlen("  3: ") + columns + strlen("  IO-APIC   3-edge      "
							       "first, second"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(row, "   3-edge      first, second\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(table, "\nNMI: "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(table, "  Non-maskable interrupts\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(table, "\nERR: "));
	if (num_online_cpus() == 1)
		return;
	KUNIT_EXPECT_NOT_NULL(test, strstr(table, "  Rescheduling interrupts\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(table, "  Function call interrupts\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(table, "\nTLB: "));
}

static struct kunit_case irq_cases[] = {
	KUNIT_CASE(request_checks_its_arguments),
	KUNIT_CASE(line_reaches_its_handler),
	KUNIT_CASE(sharing_needs_both_to_agree),
	KUNIT_CASE(freeing_twice_warns),
	KUNIT_CASE(many_may_share),
	KUNIT_CASE(disabled_line_is_replayed_once),
	KUNIT_CASE(freed_line_forgets_what_was_pending),
	KUNIT_CASE(line_requested_while_disabled_works_once_enabled),
	KUNIT_CASE(unbalanced_enable_warns),
	KUNIT_CASE(vector_runs_in_hardirq_context),
	KUNIT_CASE(self_interrupt),
	KUNIT_CASE(shadow_follows_the_flag),
	KUNIT_CASE(shadow_survives_in_between),
	KUNIT_CASE(unexpected_vector_is_survived),
	KUNIT_CASE(every_free_vector_returns),
	KUNIT_CASE(table_has_its_rows),
	{}
};

static struct kunit_suite irq_suite = {
	.name = "irq",
	.test_cases = irq_cases,
};

/* ---- MADT ------------------------------------------------------------------------ */

#define MADT_HEADER	44

static u8 madt[256];
static size_t madt_len;

static void madt_begin(void)
{
	memset(madt, 0, sizeof(madt));
	memcpy(madt, "APIC", 4);
	madt[36] = 0x00; madt[37] = 0x00; madt[38] = 0xe0; madt[39] = 0xfe;	/* fee00000 */
	madt[40] = 1;
	madt_len = MADT_HEADER;
}

static void madt_add(const u8 *entry, size_t bytes)
{
	memcpy(madt + madt_len, entry, bytes);
	madt_len += bytes;
}

static void madt_end(void)
{
	u8 sum = 0;
	size_t i;

	madt[4] = (u8)madt_len;
	madt[5] = (u8)(madt_len >> 8);
	madt[9] = 0;
	for (i = 0; i < madt_len; i++)
		sum = (u8)(sum + madt[i]);
	madt[9] = (u8)-sum;
}

static const u8 madt_cpu0[] = { 0, 8, 0, 0, 1, 0, 0, 0 };
static const u8 madt_cpu_off[] = { 0, 8, 1, 1, 0, 0, 0, 0 };
static const u8 madt_x2cpu[] = { 9, 16, 0, 0, 0x2c, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0 };
static const u8 madt_io[] = { 1, 12, 7, 0, 0, 0, 0xc0, 0xfe, 24, 0, 0, 0 };
static const u8 madt_timer[] = { 2, 10, 0, 0, 2, 0, 0, 0, 0, 0 };
static const u8 madt_sci[] = { 2, 10, 0, 9, 9, 0, 0, 0, 0x0f, 0 };
static const u8 madt_unknown[] = { 0x7f, 3, 0xff };

static void madt_reads_entries(struct kunit *test)
{
	struct madt_info info;

	madt_begin();
	madt_add(madt_cpu0, sizeof(madt_cpu0));
	madt_add(madt_unknown, sizeof(madt_unknown));
	madt_add(madt_cpu_off, sizeof(madt_cpu_off));
	madt_add(madt_io, sizeof(madt_io));
	madt_add(madt_timer, sizeof(madt_timer));
	madt_add(madt_sci, sizeof(madt_sci));
	madt_add(madt_x2cpu, sizeof(madt_x2cpu));
	madt_end();
	KUNIT_ASSERT_EQ(test, madt_parse(madt, sizeof(madt), &info), 0);
	KUNIT_EXPECT_EQ(test, info.lapic_paddr, 0xfee00000ULL);
	KUNIT_EXPECT_TRUE(test, info.has_pic);
	KUNIT_EXPECT_EQ(test, info.nr_cpus, 2);
	KUNIT_EXPECT_EQ(test, info.apic_id[1], 0x2c);
	KUNIT_ASSERT_EQ(test, info.nr_ioapics, 1);
	KUNIT_EXPECT_EQ(test, info.ioapic[0].paddr, 0xfec00000ULL);
	KUNIT_EXPECT_EQ(test, info.ioapic[0].gsi_base, 24);
	KUNIT_EXPECT_EQ(test, info.isa[0].gsi, 2);
	KUNIT_EXPECT_FALSE(test, info.isa[0].level);
	KUNIT_EXPECT_TRUE(test, info.isa[9].level && info.isa[9].active_low);
	KUNIT_EXPECT_EQ(test, info.isa[4].gsi, 4);
	KUNIT_EXPECT_EQ(test, info.nr_dropped, 0);
}

static void madt_refuses_nonsense(struct kunit *test)
{
	struct madt_info info;

	madt_begin();
	madt_add(madt_cpu0, sizeof(madt_cpu0));
	madt_end();
	KUNIT_EXPECT_EQ(test, madt_parse(madt, 0, &info), -EINVAL);
	KUNIT_EXPECT_EQ(test, madt_parse(madt, MADT_HEADER - 1, &info), -EINVAL);
	KUNIT_EXPECT_EQ(test, madt_parse(madt, madt_len - 1, &info), -EINVAL);
	KUNIT_EXPECT_EQ(test, info.nr_cpus, 0);
	madt[10] ^= 1;
	KUNIT_EXPECT_EQ(test, madt_parse(madt, sizeof(madt), &info), -EINVAL);
	madt[10] ^= 1;
	madt[0] = 'B';
	madt[9]--;
	KUNIT_EXPECT_EQ(test, madt_parse(madt, sizeof(madt), &info), -EINVAL);
}

/* An entry that is shorter than its header, than its type, or longer than the table. */
static void madt_bounds_entries(struct kunit *test)
{
	static const u8 zero[] = { 0, 0 }, shorty[] = { 1, 4, 0, 0 }, longy[] = { 1, 200, 0, 0 };
	struct madt_info info;

	madt_begin();
	madt_add(shorty, sizeof(shorty));
	madt_add(madt_cpu0, sizeof(madt_cpu0));
	madt_add(zero, sizeof(zero));
	madt_add(madt_io, sizeof(madt_io));
	madt_end();
	KUNIT_ASSERT_EQ(test, madt_parse(madt, sizeof(madt), &info), 0);
	KUNIT_EXPECT_EQ(test, info.nr_cpus, 1);
	KUNIT_EXPECT_EQ(test, info.nr_ioapics, 0);
	KUNIT_EXPECT_EQ(test, info.nr_dropped, 2);

	madt_begin();
	madt_add(madt_io, sizeof(madt_io));
	madt_add(longy, sizeof(longy));
	madt_end();
	KUNIT_ASSERT_EQ(test, madt_parse(madt, sizeof(madt), &info), 0);
	KUNIT_EXPECT_EQ(test, info.nr_ioapics, 1);
	KUNIT_EXPECT_EQ(test, info.nr_dropped, 1);
}

static void madt_counts_what_is_too_many(struct kunit *test)
{
	struct madt_info info;
	unsigned int i;

	madt_begin();
	for (i = 0; i < MADT_MAX_IOAPICS + 3; i++)
		madt_add(madt_io, sizeof(madt_io));
	madt_end();
	KUNIT_ASSERT_EQ(test, madt_parse(madt, sizeof(madt), &info), 0);
	KUNIT_EXPECT_EQ(test, info.nr_ioapics, MADT_MAX_IOAPICS);
	KUNIT_EXPECT_EQ(test, info.nr_dropped, 3);
}

static struct kunit_case madt_cases[] = {
	KUNIT_CASE(madt_reads_entries),
	KUNIT_CASE(madt_refuses_nonsense),
	KUNIT_CASE(madt_bounds_entries),
	KUNIT_CASE(madt_counts_what_is_too_many),
	{}
};

static struct kunit_suite madt_suite = {
	.name = "madt",
	.test_cases = madt_cases,
};
kunit_test_suites(&irq_suite, &madt_suite);
