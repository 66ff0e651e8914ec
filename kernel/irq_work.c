/* SPDX-License-Identifier: MIT */
/*
 * kernel/irq_work.c - from an NMI into an ordinary interrupt
 *
 * MODEL
 *   An NMI may have interrupted anything, so it can neither lock nor wake.  It pushes an entry
 *   on this CPU's list, with one compare-and-exchange, and sends this CPU an interrupt, which
 *   takes the whole list with one exchange.  Without a local APIC the next tick does.
 *
 * INVARIANTS	an entry is on a list iff PENDING is set; BUSY from before PENDING goes off
 *		until its function has returned.
 * LOCKING	none.
 * CONTEXT	see <linux/irq_work.h>.
 * FAILURE	none.
 */
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/processor.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/smp.h>

static DEFINE_PER_CPU(struct irq_work *, irq_work_list);

bool irq_work_queue(struct irq_work *work)
{
	struct irq_work **list;

	if (__atomic_fetch_or(&work->flags, IRQ_WORK_PENDING, __ATOMIC_SEQ_CST) & IRQ_WORK_PENDING)
		return false;
	preempt_disable();
	list = this_cpu_ptr(&irq_work_list);
	work->next = READ_ONCE(*list);
	while (!try_cmpxchg(list, &work->next, work))
		;			/* an NMI was faster */
	if (apic_present())
		apic_send_self(IRQ_WORK_VECTOR);
	preempt_enable();
	return true;
}

static struct irq_work *irq_work_reverse(struct irq_work *work)
{
	struct irq_work *first = NULL, *next;

	for (; work; work = next) {
		next = work->next;
		work->next = first;
		first = work;
	}
	return first;
}

/* Hard interrupt.  In the order of queueing. */
static void irq_work_run(void)
{
	struct irq_work *work, *next;
	unsigned int busy;

	work = irq_work_reverse(xchg(this_cpu_ptr(&irq_work_list), NULL));
	for (; work; work = next) {
		next = work->next;
		smp_store_release(&work->flags, IRQ_WORK_BUSY);	/* may be queued again */
		work->func(work);
		busy = IRQ_WORK_BUSY;
		if (!try_cmpxchg(&work->flags, &busy, 0))	/* it has been */
			__atomic_fetch_and(&work->flags, ~IRQ_WORK_BUSY, __ATOMIC_SEQ_CST);
	}
}

void irq_work_sync(struct irq_work *work)
{
	WARN_ON_ONCE(irqs_disabled() || in_interrupt());
	while (smp_load_acquire(&work->flags))
		cpu_relax();
}

void irq_work_tick(void)
{
	if (READ_ONCE(*this_cpu_ptr(&irq_work_list)))
		irq_work_run();
}

static void irq_work_interrupt(struct pt_regs *regs)
{
	apic_eoi();
	irq_work_run();
}

void irq_work_init(void)
{
	WARN_ON(irq_set_vector(IRQ_WORK_VECTOR, irq_work_interrupt, "IWI", "IRQ work interrupts"));
}
