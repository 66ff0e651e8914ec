/* SPDX-License-Identifier: MIT */
/*
 * kernel/irq.c - from a vector to the handlers of a line
 *
 * MODEL
 *	vector 0x30 + n   line n: its list of actions, then the controller's end-of-interrupt
 *	other vectors	  one function each, which does its own end-of-interrupt
 *
 *   disable_irq() is lazy: the line stays unmasked until an interrupt really comes in,
 *   which is then remembered and replayed by enable_irq(); so no edge is lost.
 *
 * LOCKING	irq_lock, rank LOCK_IRQ_DESC, irqs off: the lists, depths and masks.  Handlers
 *		run without it; free_irq() waits for the one that is running.
 * CONTEXT	request, free, enable, disable: any but NMI.
 * FAILURE	-errno and nothing changed.
 * NOT HERE	controllers: arch/x86/irqchip.c.  Exceptions: arch/x86/trap.c.
 */
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/processor.h>
#include <asm/traps.h>
#include <linux/bottom_half.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/irq.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#define NR_VECTOR_SLOTS		NR_VECTORS

/* (L) irq_lock; actions are also read without it, by the handler walk. */
struct irqaction {
	irq_handler_t handler;		/* (L) NULL: this slot is free */
	void *dev;			/* (L) */
	const char *name;		/* (L) */
	unsigned long flags;		/* (L) */
	struct irqaction *next;		/* (L) */
};

struct irq_desc {
	const struct irq_chip *chip;	/* (C) after irq_init(); NULL: no such line */
	struct irqaction *actions;	/* (L) */
	unsigned int depth;		/* (L) nested disable_irq() */
	bool pending;			/* (L) came in while disabled */
	bool in_progress;		/* its handlers are running */
	unsigned int unhandled;		/* no handler knew why it came */
};

struct irq_vector {
	void (*fn)(struct pt_regs *regs);
	const char *label, *text;
};

struct irq_counts {
	unsigned int line[NR_IRQS];
	unsigned int vector[NR_VECTOR_SLOTS];
};

static DEFINE_SPINLOCK_RANKED(irq_lock, LOCK_IRQ_DESC);
static struct irq_desc irq_descs[NR_IRQS];
static struct irqaction irq_actions[IRQ_MAX_ACTIONS];
static struct irq_vector irq_vectors[NR_VECTOR_SLOTS];
static DEFINE_PER_CPU(struct irq_counts, irq_counts);
static unsigned int irq_errors;		/* noise, vectors of nobody, APIC errors */

static struct irq_desc *irq_desc_get(unsigned int irq)
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

static void irq_run_actions(unsigned int irq, struct irq_desc *desc)
{
	irqreturn_t ret = IRQ_NONE;
	struct irqaction *a;

	WRITE_ONCE(desc->in_progress, true);
	for (a = READ_ONCE(desc->actions); a; a = READ_ONCE(a->next))
		ret |= a->handler((int)irq, a->dev);
	WRITE_ONCE(desc->in_progress, false);
	if (ret == IRQ_NONE)
		desc->unhandled++;
}

/* Disabled: keep it for enable_irq(), and now mask the line.  true: it was kept. */
static bool irq_park(unsigned int irq, struct irq_desc *desc)
{
	bool parked;

	spin_lock(&irq_lock);
	parked = desc->depth != 0;
	if (parked) {
		desc->pending = true;
		desc->chip->irq_mask(irq);
	}
	spin_unlock(&irq_lock);
	return parked;
}

static void irq_handle_line(unsigned int irq, struct irq_desc *desc)
{
	if (desc->chip->irq_spurious && desc->chip->irq_spurious(irq)) {
		irq_errors++;
		return;
	}
	this_cpu_ptr(&irq_counts)->line[irq]++;
	if (!irq_park(irq, desc))
		irq_run_actions(irq, desc);
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
	irq_errors++;
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

static struct irqaction *irq_free_action(void)
{
	struct irqaction *a;

	for (a = irq_actions; a < irq_actions + IRQ_MAX_ACTIONS; a++)
		if (!a->handler)
			return a;
	return NULL;
}

static int irq_add_action(unsigned int irq, struct irq_desc *desc, const struct irqaction *new)
{
	struct irqaction **end, *slot;

	lockdep_assert_held(&irq_lock);
	if (desc->actions && !(desc->actions->flags & new->flags & IRQF_SHARED))
		return -EBUSY;
	slot = irq_free_action();
	if (!slot)
		return -ENOMEM;
	*slot = *new;
	for (end = &desc->actions; *end; end = &(*end)->next)
		;
	barrier();			/* the slot is complete before a handler walk sees it */
	WRITE_ONCE(*end, slot);
	if (desc->actions == slot && !desc->depth)
		desc->chip->irq_unmask(irq);
	return 0;
}

int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags,
		const char *name, void *dev)
{
	const struct irqaction new = { handler, dev, name, flags, NULL };
	struct irq_desc *desc = irq_desc_get(irq);
	unsigned long irqflags;
	int err;

	if (!desc || !handler || ((flags & IRQF_SHARED) && !dev))
		return -EINVAL;
	spin_lock_irqsave(&irq_lock, irqflags);
	err = irq_add_action(irq, desc, &new);
	spin_unlock_irqrestore(&irq_lock, irqflags);
	return err;
}

static struct irqaction *irq_remove_action(unsigned int irq, struct irq_desc *desc, void *dev)
{
	struct irqaction **link, *a;

	lockdep_assert_held(&irq_lock);
	for (link = &desc->actions; (a = *link) != NULL; link = &a->next) {
		if (a->dev != dev)
			continue;
		WRITE_ONCE(*link, a->next);
		if (!desc->actions) {
			desc->chip->irq_mask(irq);
			desc->pending = false;		/* nobody is left to replay it to */
		}
		return a;
	}
	return NULL;
}

const void *free_irq(unsigned int irq, void *dev)
{
	struct irq_desc *desc = irq_desc_get(irq);
	struct irqaction *a = NULL;
	const char *name = NULL;
	unsigned long flags;

	if (desc) {
		spin_lock_irqsave(&irq_lock, flags);
		a = irq_remove_action(irq, desc, dev);
		spin_unlock_irqrestore(&irq_lock, flags);
	}
	if (WARN(!a, "Trying to free already-free IRQ %u\n", irq))
		return NULL;
	while (READ_ONCE(desc->in_progress) && !in_hardirq())
		cpu_relax();
	name = a->name;
	WRITE_ONCE(a->handler, NULL);		/* the slot may be used again */
	return name;
}

void disable_irq(unsigned int irq)
{
	struct irq_desc *desc = irq_desc_get(irq);
	unsigned long flags;

	if (!desc)
		return;
	spin_lock_irqsave(&irq_lock, flags);
	desc->depth++;
	spin_unlock_irqrestore(&irq_lock, flags);
	while (READ_ONCE(desc->in_progress) && !in_hardirq())
		cpu_relax();
}

void enable_irq(unsigned int irq)
{
	struct irq_desc *desc = irq_desc_get(irq);
	unsigned long flags;
	bool replay = false;

	if (!desc || WARN(!desc->depth, "Unbalanced enable for IRQ %u\n", irq))
		return;
	spin_lock_irqsave(&irq_lock, flags);
	if (!--desc->depth && desc->actions) {
		replay = desc->pending;
		desc->pending = false;
		desc->chip->irq_unmask(irq);	/* requested, or parked, while disabled */
	}
	spin_unlock(&irq_lock);
	if (replay) {
		irq_enter();
		irq_run_actions(irq, desc);
		irq_exit();
	}
	local_irq_restore(flags);
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
	for_each_possible_cpu(cpu)
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
	for_each_possible_cpu(cpu)
		seq_printf(m, "%10u ", per_cpu_ptr(&irq_counts, cpu)->vector[vector]);
	seq_printf(m, "  %s\n", irq_vectors[vector].text);
}

void interrupts_show(struct seq_file *m)
{
	unsigned int i, cpu;

	seq_printf(m, "%*s", 11, "");
	for_each_possible_cpu(cpu)
		seq_printf(m, "CPU%-8u", cpu);
	seq_putc(m, '\n');
	for (i = 0; i < NR_IRQS; i++)
		if (irq_descs[i].chip && (irq_descs[i].actions || irq_count_of(i)))
			irq_show_line(m, i);
	seq_printf(m, "%3s: ", "NMI");
	for_each_possible_cpu(cpu)
		seq_printf(m, "%10u ", trap_nmi_count(cpu));
	seq_puts(m, "  Non-maskable interrupts\n");
	for (i = NR_EXCEPTIONS; i < NR_VECTOR_SLOTS; i++)
		if (irq_vectors[i].label)
			irq_show_vector(m, i);
	seq_printf(m, "%3s: %10u\n", "ERR", irq_errors);
	seq_printf(m, "%3s: %10u\n", "MIS", 0);
}

/* Noise by definition, and without an end-of-interrupt. */
static void irq_spurious(struct pt_regs *regs)
{
}

static void irq_apic_error(struct pt_regs *regs)
{
	irq_errors++;
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
