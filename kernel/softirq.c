/* SPDX-License-Identifier: MIT */
/*
 * kernel/softirq.c - work that a hard interrupt leaves behind, with interrupts on
 *
 * MODEL
 *   A vector is a bit in __softirq_pending and a function.  Who raises it sets the bit; it
 *   runs, interrupts on, at the first of these places that comes:
 *
 *	irq_exit()		the interrupt that raised it ends, and came in task context
 *	local_bh_enable()	the outermost, in task context
 *	ksoftirqd		woken if it was raised in task context, or if there is no end
 *
 *   A softirq may be interrupted, and then raise more; but it is never interrupted by a
 *   softirq: do_softirq() looks at in_interrupt().  After a round the pending ones are looked
 *   at again, up to SOFTIRQ_ROUNDS times, for SOFTIRQ_TICKS, and as long as nobody waits for
 *   the CPU; what is pending then is ksoftirqd's, which competes as a thread like any other.
 *
 * INVARIANTS
 *   S1  while a function runs, SOFTIRQ_OFFSET is in preempt_count, exactly once.
 *   S2  a bit that is set in task context: ksoftirqd has been woken, or bh is disabled.
 *
 * LOCKING	none: the word is the CPU's own, and changes with interrupts off.
 * CONTEXT	raise_softirq(): any but NMI.
 * FAILURE	a function that changes preempt_count is reported, and undone.
 * NOT HERE	counting and local_bh_enable(): lib/bottom_half.c.  Tasklets: tasklet.c.
 */
#include <linux/bottom_half.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#define SOFTIRQ_ROUNDS		10	/* as in Linux: a flood of packets is most of it by then */
#define SOFTIRQ_TICKS		1	/* Linux: 2 ms, rounded up to ticks */

static const char *const softirq_name[NR_SOFTIRQS] = {
	"HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER",
	"RCU",
};

struct softirq_counts {
	unsigned int nr[NR_SOFTIRQS];
};

static void (*softirq_action[NR_SOFTIRQS])(void);	/* set once each, at boot or by tests */
static DEFINE_PER_CPU(struct softirq_counts, softirq_counts);
static DEFINE_PER_CPU(struct task_struct *, ksoftirqd);	/* NULL until it has been made */

static_assert(NR_SOFTIRQS <= 32, "bits of __softirq_pending");

void open_softirq(int nr, void (*action)(void))
{
	WRITE_ONCE(softirq_action[nr], action);
}

unsigned int softirq_count_of(unsigned int nr)
{
	unsigned int sum = 0, cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(&softirq_counts, cpu)->nr[nr];
	return sum;
}

static void softirq_wake_thread(void)
{
	struct task_struct *t = this_cpu_read(ksoftirqd);

	if (t)
		wake_up_process(t);
}

/* ---- raising --------------------------------------------------------------------- */

void __raise_softirq_irqoff(unsigned int nr)
{
	lockdep_assert_irqs_disabled();
	or_softirq_pending(1U << nr);
}

/* In an interrupt or with bh disabled, it runs when that ends; else nobody would notice. */
void raise_softirq_irqoff(unsigned int nr)
{
	__raise_softirq_irqoff(nr);
	if (!in_interrupt())
		softirq_wake_thread();
}

void raise_softirq(unsigned int nr)
{
	unsigned long flags;

	local_irq_save(flags);
	raise_softirq_irqoff(nr);
	local_irq_restore(flags);
}

/* ---- running --------------------------------------------------------------------- */

static void softirq_call(unsigned int nr)
{
	void (*action)(void) = READ_ONCE(softirq_action[nr]);
	const unsigned int before = preempt_count();

	this_cpu_ptr(&softirq_counts)->nr[nr]++;
	if (WARN_ONCE(!action, "softirq: nobody runs %s\n", softirq_name[nr]))
		return;
	action();
	if (unlikely(preempt_count() != before)) {
		pr_err("huh, entered softirq %u %s %pS with preempt_count %08x, "
		       "exited with %08x?\n", nr, softirq_name[nr], (void *)action, before,
		       preempt_count());
		preempt_count_add(before - preempt_count());
	}
}

/* All that are pending now, HI first.  Interrupts off at both ends, on in between. */
static void softirq_round(void)
{
	u32 pending = local_softirq_pending();

	set_softirq_pending(0);
	local_irq_enable();
	for (; pending; pending &= pending - 1)
		softirq_call((unsigned int)__builtin_ctz(pending));
	local_irq_disable();
}

static bool softirq_may_go_on(unsigned long end, unsigned int rounds)
{
	return rounds < SOFTIRQ_ROUNDS && time_before(jiffies, end) && !need_resched();
}

/*
 * Interrupts off, not in an interrupt.  The thread that happens to be interrupted may be one
 * that reclaims memory: what it is allowed to take is not for softirqs.
 */
static void __do_softirq(void)
{
	const unsigned long end = jiffies + SOFTIRQ_TICKS;
	const unsigned int memalloc = current->flags & PF_MEMALLOC;
	unsigned int rounds = 0;

	lockdep_assert_irqs_disabled();
	current->flags &= ~PF_MEMALLOC;
	preempt_count_add(SOFTIRQ_OFFSET);
	do {
		softirq_round();
		rounds++;
	} while (local_softirq_pending() && softirq_may_go_on(end, rounds));
	if (local_softirq_pending())
		softirq_wake_thread();
	preempt_count_sub(SOFTIRQ_OFFSET);
	current->flags |= memalloc;
}

/* ---- the thread ------------------------------------------------------------------ */

static int ksoftirqd_main(void *unused)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!local_softirq_pending())
			schedule();
		__set_current_state(TASK_RUNNING);
		do_softirq();
		cond_resched();
	}
	return 0;
}

void softirq_init(void)
{
	tasklet_init_softirqs();
	softirq_set_runner(__do_softirq);
}

/* Whoever first has work for it wakes it. */
int softirq_prepare_cpu(unsigned int cpu)
{
	struct task_struct *t = kthread_create_on_cpu(ksoftirqd_main, NULL, cpu, "ksoftirqd/%u");

	if (IS_ERR(t))
		return (int)PTR_ERR(t);
	per_cpu(ksoftirqd, cpu) = t;
	return 0;
}

struct task_struct *this_cpu_ksoftirqd(void)
{
	return this_cpu_read(ksoftirqd);
}

/* ---- the table ------------------------------------------------------------------- */

void softirqs_show(struct seq_file *m)
{
	unsigned int nr, cpu;

	seq_printf(m, "%*s", 20, "");
	for_each_online_cpu(cpu)
		seq_printf(m, "CPU%-8u", cpu);
	seq_putc(m, '\n');
	for (nr = 0; nr < NR_SOFTIRQS; nr++) {
		seq_printf(m, "%12s:", softirq_name[nr]);
		for_each_online_cpu(cpu)
			seq_printf(m, " %10u", per_cpu_ptr(&softirq_counts, cpu)->nr[nr]);
		seq_putc(m, '\n');
	}
}
