/* SPDX-License-Identifier: MIT */
/*
 * kernel/irq.c - from a vector to the handlers of a line
 *
 * MODEL
 *	vector 0x30 + n   line n: its list of actions, then the controller's end-of-interrupt
 *	other vectors	  one function each, which does its own end-of-interrupt
 *
 *   A line is blocked while it is disabled, and from the moment when an IRQF_ONESHOT thread is
 *   woken until it has returned.  What comes in then is pending, once, and is delivered when
 *   the line is free again; so is what comes in while the line's own handlers are running.
 *
 *   Masking at the controller is lazy, for it makes a controller forget edges: an edge line is
 *   masked when an interrupt has come in that could not be delivered, for then there is no
 *   need of another.  A level line with a oneshot thread is masked at once: it would come in
 *   again and again.
 *
 * INVARIANTS
 *   I1  in_progress: exactly one CPU is walking the line's actions.
 *   I2  oneshot != 0 only while threads_active != 0.
 *   I3  pending is only ever true while the line is blocked or in_progress.
 *
 * LOCKING	irq_lock, rank LOCK_IRQ_DESC, irqs off: all of a line.  Handlers run without it;
 *		free_irq() waits until they have ended before it frees the action.
 * CONTEXT	hard interrupt.
 * FAILURE	a line that nobody cares for 100,000 times is disabled, in Linux's words.
 * NOT HERE	who gets a line, threads: irq_manage.c.  Controllers: arch/x86/irqchip.c.
 *		Exceptions: arch/x86/trap.c.
 */
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/processor.h>
#include <asm/tlbflush.h>
#include <asm/traps.h>
#include <linux/bottom_half.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/irq.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>

#include "irq.h"

#define NR_VECTOR_SLOTS		NR_VECTORS
#define IRQ_STORM		100000	/* interrupts; as many as that and ... */
#define IRQ_STORM_UNHANDLED	99900	/* ... as few who knew why: somebody is stuck */

struct irq_vector {
	void (*fn)(struct pt_regs *regs);
	const char *label, *text;
};

struct irq_counts {
	unsigned int line[NR_IRQS];
	unsigned int vector[NR_VECTOR_SLOTS];
};

DEFINE_SPINLOCK_RANKED(irq_lock, LOCK_IRQ_DESC);
static struct irq_desc irq_descs[NR_IRQS];
static struct irq_vector irq_vectors[NR_VECTOR_SLOTS];
static DEFINE_PER_CPU(struct irq_counts, irq_counts);
static atomic_t irq_errors;		/* noise, vectors of nobody, APIC errors */

struct irq_desc *irq_desc_get(unsigned int irq)
{
	if (irq >= NR_IRQS || !irq_descs[irq].chip)
		return NULL;
	return &irq_descs[irq];
}

void irq_enter(void)
{
	preempt_count_add(HARDIRQ_OFFSET);
}

void irq_exit(void)
{
	preempt_count_sub(HARDIRQ_OFFSET);
	if (unlikely(local_softirq_pending()))
		do_softirq();
}

/* ---- blocked, masked, pending ---------------------------------------------------- */

bool irq_is_blocked(const struct irq_desc *desc)
{
	return desc->depth || desc->oneshot;
}

void irq_update_mask(unsigned int irq, struct irq_desc *desc)
{
	const bool again = desc->oneshot && irqchip_is_level(irq);
	const bool mask = !desc->actions || (irq_is_blocked(desc) && (desc->pending || again));

	lockdep_assert_held(&irq_lock);
	if (mask != desc->unmasked)
		return;
	desc->unmasked = !mask;
	if (mask)
		desc->chip->irq_mask(irq);
	else
		desc->chip->irq_unmask(irq);
}

bool irq_line_is_masked(unsigned int irq)
{
	const struct irq_desc *desc = irq_desc_get(irq);

	return !desc || !READ_ONCE(desc->unmasked);
}

bool irq_unblock(unsigned int irq, struct irq_desc *desc)
{
	bool replay = false;

	lockdep_assert_held(&irq_lock);
	if (!irq_is_blocked(desc) && !desc->in_progress) {
		/* A level is still there, if it is. */
		replay = desc->pending && desc->actions && !irqchip_is_level(irq);
		desc->pending = false;
	}
	irq_update_mask(irq, desc);
	return replay;
}

/* ---- delivery -------------------------------------------------------------------- */

static noinline __cold void irq_storm(unsigned int irq, struct irq_desc *desc)
{
	const struct irqaction *a;

	pr_err("irq %u: nobody cared (try booting with the \"irqpoll\" option)\n", irq);
	dump_stack();
	pr_err("handlers:\n");
	for (a = desc->actions; a; a = a->next)
		pr_err("[<%p>] %pS\n", (void *)a->handler, (void *)a->handler);
	pr_emerg("Disabling IRQ #%u\n", irq);
	desc->depth++;
	desc->pending = true;			/* mask it */
}

static void irq_note(unsigned int irq, struct irq_desc *desc, irqreturn_t ret)
{
	lockdep_assert_held(&irq_lock);
	desc->unhandled += ret == IRQ_NONE;
	if (likely(++desc->seen < IRQ_STORM))
		return;
	if (desc->unhandled > IRQ_STORM_UNHANDLED)
		irq_storm(irq, desc);
	desc->seen = desc->unhandled = 0;
}

static irqreturn_t irq_call_actions(unsigned int irq, struct irq_desc *desc)
{
	const unsigned int before = preempt_count();
	irqreturn_t ret = IRQ_NONE, one;
	struct irqaction *a;

	for (a = READ_ONCE(desc->actions); a; a = READ_ONCE(a->next)) {
		one = a->handler((int)irq, a->dev);
		if (WARN_ONCE(!irqs_disabled(), "irq %u handler %pS enabled interrupts\n", irq,
			      (void *)a->handler))
			local_irq_disable();
		if (WARN_ONCE(preempt_count() != before,
			      "irq %u handler %pS preempt leak: %08x -> %08x\n", irq,
			      (void *)a->handler, before, preempt_count()))
			preempt_count_add(before - preempt_count());
		if (one & IRQ_WAKE_THREAD)
			irq_wake_thread(desc, a);
		ret |= one;
	}
	return ret;
}

/* It has come in; interrupts off. */
static void irq_deliver(unsigned int irq, struct irq_desc *desc)
{
	irqreturn_t ret;

	spin_lock(&irq_lock);
	desc->pending = true;
	if (!desc->in_progress) {
		WRITE_ONCE(desc->in_progress_cpu, (unsigned int)smp_processor_id());
		WRITE_ONCE(desc->in_progress, true);
		while (desc->pending && !irq_is_blocked(desc)) {
			desc->pending = false;
			spin_unlock(&irq_lock);
			ret = irq_call_actions(irq, desc);
			spin_lock(&irq_lock);
			irq_note(irq, desc, ret);
		}
		WRITE_ONCE(desc->in_progress, false);
		desc->pending &= desc->actions != NULL;
		irq_update_mask(irq, desc);
	}
	spin_unlock(&irq_lock);
}

void irq_replay(unsigned int irq, struct irq_desc *desc)
{
	irq_enter();
	irq_deliver(irq, desc);
	preempt_count_sub(HARDIRQ_OFFSET);	/* no soft interrupts: they turn interrupts on */
}

static void irq_handle_line(unsigned int irq, struct irq_desc *desc)
{
	if (desc->chip->irq_spurious && desc->chip->irq_spurious(irq)) {
		atomic_inc(&irq_errors);
		return;
	}
	this_cpu_ptr(&irq_counts)->line[irq]++;
	irq_deliver(irq, desc);
	desc->chip->irq_eoi(irq);
}

static void irq_handle_vector(struct pt_regs *regs, unsigned int vector)
{
	struct irq_vector *v = &irq_vectors[vector];

	this_cpu_ptr(&irq_counts)->vector[vector]++;
	if (v->fn) {
		v->fn(regs);
		return;
	}
	atomic_inc(&irq_errors);
	pr_err_once("irq: unexpected interrupt, vector 0x%02x\n", vector);
}

static void irq_handle(struct pt_regs *regs, unsigned int vector)
{
	struct irq_desc *desc = irq_desc_get(vector - IRQ_VECTOR_BASE);

	irq_enter();
	if (desc)
		irq_handle_line(vector - IRQ_VECTOR_BASE, desc);
	else
		irq_handle_vector(regs, vector);
	irq_exit();
}

int irq_set_vector(unsigned int vector, void (*fn)(struct pt_regs *regs),
		   const char *label, const char *text)
{
	if (vector < NR_EXCEPTIONS || vector >= NR_VECTOR_SLOTS)
		return -EINVAL;
	if (fn && irq_vectors[vector].fn)
		return -EBUSY;
	irq_vectors[vector].label = label;
	irq_vectors[vector].text = text;
	WRITE_ONCE(irq_vectors[vector].fn, fn);
	return 0;
}

unsigned long irq_count_of(unsigned int irq)
{
	unsigned long sum = 0;
	unsigned int cpu;

	if (irq >= NR_IRQS)
		return 0;
	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(&irq_counts, cpu)->line[irq];
	return sum;
}

unsigned long irq_count_all(void)
{
	unsigned long sum = 0;
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		for (i = 0; i < NR_IRQS; i++)
			sum += per_cpu_ptr(&irq_counts, cpu)->line[i];
		for (i = 0; i < NR_VECTOR_SLOTS; i++)
			sum += per_cpu_ptr(&irq_counts, cpu)->vector[i];
	}
	return sum;
}

static void irq_show_line(struct seq_file *m, unsigned int irq)
{
	const struct irq_desc *desc = &irq_descs[irq];
	const struct irqaction *a;
	unsigned int cpu;

	seq_printf(m, "%3u: ", irq);
	for_each_online_cpu(cpu)
		seq_printf(m, "%10u ", per_cpu_ptr(&irq_counts, cpu)->line[irq]);
	seq_printf(m, " %8s %3u-%-8s", desc->chip->name, irqchip_hwirq(irq),
		   irqchip_is_level(irq) ? "fasteoi" : "edge");
	for (a = desc->actions; a; a = a->next)
		seq_printf(m, "%s%s", a == desc->actions ? "  " : ", ", a->name);
	seq_putc(m, '\n');
}

static void irq_show_vector(struct seq_file *m, unsigned int vector)
{
	unsigned int cpu;

	seq_printf(m, "%3s: ", irq_vectors[vector].label);
	for_each_online_cpu(cpu)
		seq_printf(m, "%10u ", per_cpu_ptr(&irq_counts, cpu)->vector[vector]);
	seq_printf(m, "  %s\n", irq_vectors[vector].text);
}

void interrupts_show(struct seq_file *m)
{
	unsigned int i, cpu;

	seq_printf(m, "%*s", 11, "");
	for_each_online_cpu(cpu)
		seq_printf(m, "CPU%-8u", cpu);
	seq_putc(m, '\n');
	for (i = 0; i < NR_IRQS; i++)
		if (irq_descs[i].chip && (irq_descs[i].actions || irq_count_of(i)))
			irq_show_line(m, i);
	seq_printf(m, "%3s: ", "NMI");
	for_each_online_cpu(cpu)
		seq_printf(m, "%10u ", trap_nmi_count(cpu));
	seq_puts(m, "  Non-maskable interrupts\n");
	for (i = NR_EXCEPTIONS; i < NR_VECTOR_SLOTS; i++)
		if (irq_vectors[i].label)
			irq_show_vector(m, i);
	seq_printf(m, "%3s: ", "TLB");
	for_each_online_cpu(cpu)
		seq_printf(m, "%10u ", tlb_shootdown_count(cpu));
	seq_puts(m, "  TLB shootdowns\n");
	seq_printf(m, "%3s: %10u\n", "ERR", atomic_read(&irq_errors));
	seq_printf(m, "%3s: %10u\n", "MIS", 0);
}

/* Noise by definition, and without an end-of-interrupt. */
static void irq_spurious(struct pt_regs *regs)
{
}

static void irq_apic_error(struct pt_regs *regs)
{
	atomic_inc(&irq_errors);
	pr_err("APIC error on CPU%d: %02x\n", smp_processor_id(), apic_read_errors());
	apic_eoi();
}

void irq_init(void)
{
	unsigned int irq;

	irqchip_init();
	for (irq = 0; irq < NR_IRQS; irq++)
		irq_descs[irq].chip = irqchip_get(irq);
	if (apic_present()) {
		WARN_ON(irq_set_vector(SPURIOUS_APIC_VECTOR, irq_spurious, "SPU",
				       "Spurious interrupts"));
		WARN_ON(irq_set_vector(ERROR_APIC_VECTOR, irq_apic_error, NULL, NULL));
	}
	trap_set_interrupt_handler(irq_handle);
}
