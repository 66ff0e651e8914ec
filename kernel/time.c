/* SPDX-License-Identifier: MIT */
/*
 * kernel/time.c - the tick, the clock, busy waits, the watchdog
 *
 * MODEL
 *   One hardware timer interrupts CPU 0 tick.rate times a second: the local APIC's where there
 *   is one, else the PIT.  Normally tick.rate is HZ; a test may raise it, then only every
 *   (tick.rate / HZ)th interrupt is a jiffy, by an accumulator that loses nothing.  Every other
 *   CPU has its own local APIC's timer, at HZ, for what is its own: timers, the scheduler.
 *   jiffies is CPU 0's alone.
 *
 *   The clock is the time-stamp counter: ns = (tsc - base) * mult >> 32, with mult from a
 *   calibration against the PIT.
 *
 *   The watchdog wants to see hangs with interrupts off as well.  Where the PIT is free and
 *   an IO-APIC can turn its line into NMIs, it watches from there, else from the tick.
 *
 * LOCKING	none: the tick's fields are CPU 0's, and change there with interrupts off.
 * CONTEXT	clock and delays: any.  timer_test_*, watchdog_arm: not in interrupts.
 * FAILURE	no PIT and no local APIC: no ticks; said at boot, and the clock is a guess.
 */
#include <asm/apic.h>
#include <asm/exit.h>
#include <asm/nmi.h>
#include <asm/pit.h>
#include <asm/processor.h>
#include <asm/traps.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/sched/task.h>
#include <linux/smpboot.h>
#include <linux/smp.h>
#include <linux/timer.h>

#define CALIBRATE_TICKS		(PIT_HZ / 200)	/* 5 ms */
#define CALIBRATE_ROUNDS	3
#define CALIBRATE_SAMPLES	5
#define CALIBRATE_SPINS		1000000
#define TSC_KHZ_GUESS		1000000	/* when nothing can measure it: 1 GHz */
#define APIC_HZ_GUESS		(1000000000 / 16)	/* QEMU's, after the divider */
#define TIMER_TEST_MAX_HZ	20000
#define WATCHDOG_NMI_HZ		PIT_MIN_HZ

volatile unsigned long jiffies = INITIAL_JIFFIES;

static unsigned long time_tsc_khz;
static u64 time_tsc_base, time_mult;	/* (C) after time_init() */

/* (I) written with interrupts off */
static struct {
	bool by_apic, by_pit;		/* (C) the source; neither: no ticks */
	unsigned int apic_hz;		/* (C) of its timer, after the divider */
	unsigned int rate;		/* (I) interrupts a second */
	unsigned int acc;		/* (I) of HZ per interrupt; a jiffy when it reaches rate */
	void (*test_fn)(void);		/* (I) */
	unsigned int test_hz, test_acc;	/* (I) */
	unsigned long test_count;	/* (I) */
} tick;

static struct {
	u64 deadline_ns;		/* 0: not armed */
	unsigned int seconds;
	bool by_nmi;
} watchdog;

unsigned long tsc_khz(void)
{
	return time_tsc_khz;
}

u64 ktime_get_ns(void)
{
	if (!time_mult)
		return 0;
	return (u64)(((unsigned __int128)(rdtsc() - time_tsc_base) * time_mult) >> 32);
}

void ndelay(unsigned long nsecs)
{
	unsigned long khz = time_tsc_khz ?: TSC_KHZ_GUESS;
	/* whole milliseconds apart, so that the product stays in 64 bits; round up */
	u64 ticks = nsecs / 1000000 * khz + (nsecs % 1000000 * khz + 999999) / 1000000;
	u64 start = rdtsc();

	while (rdtsc() - start < ticks)
		cpu_relax();
}

void udelay(unsigned long usecs)
{
	ndelay(usecs * NSEC_PER_USEC);
}

void mdelay(unsigned long msecs)
{
	ndelay(msecs * NSEC_PER_MSEC);
}

static void watchdog_expire(const struct pt_regs *regs)
{
	watchdog.deadline_ns = 0;
	printk_bust();			/* it may be printk that hangs */
	printk_capture_spill();		/* or a test that captures */
	pr_emerg("watchdog: BUG: soft lockup - CPU#%d stuck for %us!\n",
		 smp_processor_id(), watchdog.seconds);
	if (regs)
		show_regs_and_trace(regs);
	trigger_allbutself_cpu_backtrace();
	arch_exit(EXIT_WATCHDOG);
}

static void watchdog_check(void)
{
	if (watchdog.deadline_ns && ktime_get_ns() > watchdog.deadline_ns)
		watchdog_expire(get_irq_regs());
}

static int watchdog_nmi(unsigned int type, struct pt_regs *regs)
{
	if (!watchdog.by_nmi)
		return NMI_DONE;
	watchdog_check();
	return NMI_HANDLED;
}

/* The PIT raises NMIs only while the watchdog is armed, so that idle machines sleep. */
static void watchdog_set_nmi(bool on)
{
	if (on == watchdog.by_nmi || !tick.by_apic)
		return;
	if (on && register_nmi_handler(NMI_LOCAL, watchdog_nmi, 0, "watchdog"))
		return;
	pit_start(on ? WATCHDOG_NMI_HZ : 0);
	if (!irqchip_pit_nmi(on) || !on) {
		unregister_nmi_handler(NMI_LOCAL, "watchdog");
		on = false;
	}
	watchdog.by_nmi = on;
}

void watchdog_arm(unsigned int seconds)
{
	watchdog.deadline_ns = 0;
	watchdog.seconds = seconds;
	if (seconds && time_mult)
		watchdog.deadline_ns = ktime_get_ns() + seconds * NSEC_PER_SEC;
	watchdog_set_nmi(watchdog.deadline_ns != 0);
}

/* A jiffy, for one CPU.  A thread whose CPU is parked in an interrupt does not use it. */
static void tick_local(void)
{
	run_local_timers();
	if (hardirq_count() == HARDIRQ_OFFSET)
		sched_tick();
}

static void tick_interrupt(void)
{
	tick.acc += HZ;
	if (tick.acc >= tick.rate) {
		tick.acc -= tick.rate;
		jiffies = jiffies + 1;
		tick_local();
	}
	irq_work_tick();
	watchdog_check();
	if (!tick.test_fn)
		return;
	tick.test_acc += tick.test_hz;
	if (tick.test_acc >= tick.rate) {
		tick.test_acc -= tick.rate;
		tick.test_count++;
		tick.test_fn();
	}
}

/* The boot CPU keeps the time. */
static void tick_interrupt_other(void)
{
	tick_local();
	irq_work_tick();
}

static void tick_apic(struct pt_regs *regs)
{
	apic_eoi();
	if (smp_processor_id() == 0)
		tick_interrupt();
	else
		tick_interrupt_other();
}

void time_init_cpu(void)
{
	if (tick.by_apic)
		apic_timer_start(tick.apic_hz / HZ);
}

static irqreturn_t tick_pit(int irq, void *dev)
{
	tick_interrupt();
	return IRQ_HANDLED;
}
static void tick_set_rate(unsigned int hz)
{
	tick.rate = hz;
	tick.acc = 0;
	if (tick.by_apic)
		apic_timer_start(tick.apic_hz / hz);
	else
		pit_start(hz);
}

struct tick_test {
	void (*fn)(void);
	unsigned int hz;
	unsigned long count;
};

static void tick_test_begin(void *arg)
{
	const struct tick_test *test = arg;

	tick.test_hz = test->hz;
	tick.test_acc = 0;
	tick.test_count = 0;
	tick.test_fn = test->fn;
	tick_set_rate(test->hz > HZ ? test->hz : HZ);
}

static void tick_test_end(void *arg)
{
	struct tick_test *test = arg;

	test->count = tick.test_count;
	tick.test_fn = NULL;
	tick_set_rate(HZ);
}

/* It is CPU 0's timer. */
static void tick_on_cpu0(void (*fn)(void *arg), struct tick_test *test)
{
	unsigned long flags;
	bool here;

	local_irq_save(flags);
	here = !smp_processor_id();
	if (here)
		fn(test);
	local_irq_restore(flags);
	if (!here)
		smp_call_function_single(0, fn, test, 1);
}

int timer_test_start(unsigned int hz, void (*fn)(void))
{
	struct tick_test test = { .fn = fn, .hz = hz };

	if (!hz || hz > TIMER_TEST_MAX_HZ || !fn || !tick.rate)
		return -EINVAL;
	if (READ_ONCE(tick.test_fn))
		return -EBUSY;
	tick_on_cpu0(tick_test_begin, &test);
	return 0;
}

unsigned long timer_test_stop(void)
{
	struct tick_test test = { .count = 0 };

	if (READ_ONCE(tick.test_fn))
		tick_on_cpu0(tick_test_end, &test);
	return test.count;
}

/* The three clocks at one moment; width: how long that moment was, in TSC ticks. */
struct time_sample {
	u64 tsc, width;
	u32 apic;
	unsigned int pit;
};

/* An interruption by the host only widens the moment, so take the narrowest of a few. */
static struct time_sample time_sample(void)
{
	struct time_sample best = { .width = ~0ULL }, s;
	unsigned int i;

	for (i = 0; i < CALIBRATE_SAMPLES; i++) {
		s.tsc = rdtsc();
		s.pit = pit_count_elapsed();
		s.apic = apic_present() ? apic_timer_elapsed() : 0;
		s.width = rdtsc() - s.tsc;
		if (s.width < best.width)
			best = s;
	}
	best.tsc += best.width / 2;
	return best;
}

/*
 * One comparison over CALIBRATE_TICKS or more.  If the host held us up until the PIT's
 * counter came round, the others seem too fast; so the slowest of all rounds is right.
 */
static bool time_calibrate_round(u64 *tsc_hz, u64 *apic_hz)
{
	struct time_sample a, b;
	unsigned int spins = CALIBRATE_SPINS;

	if (apic_present())
		apic_timer_measure();
	if (!pit_count_start())
		return false;
	a = time_sample();
	while (--spins && pit_count_elapsed() < a.pit + CALIBRATE_TICKS)
		;
	b = time_sample();
	if (!spins || b.pit <= a.pit)
		return false;
	*tsc_hz = min(*tsc_hz, (b.tsc - a.tsc) * PIT_HZ / (b.pit - a.pit));
	*apic_hz = min(*apic_hz, (u64)(b.apic - a.apic) * PIT_HZ / (b.pit - a.pit));
	return true;
}

/* Compare the counters with the PIT's.  false: no PIT. */
static bool time_calibrate(void)
{
	u64 tsc_hz = ~0ULL, apic_hz = ~0ULL;
	unsigned int i, good = 0;

	for (i = 0; i < CALIBRATE_ROUNDS; i++)
		good += time_calibrate_round(&tsc_hz, &apic_hz);
	if (!good || tsc_hz < 1000)
		return false;
	time_tsc_khz = (unsigned long)(tsc_hz / 1000);
	tick.apic_hz = apic_present() ? (unsigned int)apic_hz : 0;
	return true;
}

static void time_start_tick(bool have_pit)
{
	if (apic_present() && tick.apic_hz / TIMER_TEST_MAX_HZ > 0 &&
	    !irq_set_vector(LOCAL_TIMER_VECTOR, tick_apic, "LOC", "Local timer interrupts")) {
		tick.by_apic = true;
		pit_start(0);
	} else if (have_pit && !request_irq(0, tick_pit, IRQF_TIMER, "timer", &tick)) {
		tick.by_pit = true;
	} else {
		pr_err("time: no timer interrupts\n");
		return;
	}
	tick_set_rate(HZ);
}

void time_init(void)
{
	bool have_pit = time_calibrate();

	if (!have_pit) {
		time_tsc_khz = TSC_KHZ_GUESS;
		tick.apic_hz = apic_present() ? APIC_HZ_GUESS : 0;
		pr_warn("time: no PIT to calibrate with, assuming clocks of 1 GHz\n");
	}
	time_mult = (1000000ULL << 32) / time_tsc_khz;
	time_tsc_base = rdtsc();
	time_start_tick(have_pit);
	pr_info("tsc: Detected %lu.%03lu MHz processor\n", time_tsc_khz / 1000,
		time_tsc_khz % 1000);
	pr_info("time: %u ticks a second from the %s\n", HZ,
		tick.by_apic ? "local APIC" : tick.by_pit ? "PIT" : "void");
}
