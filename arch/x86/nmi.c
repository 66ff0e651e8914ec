/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/nmi.c - whose was this NMI?
 *
 * MODEL
 *   A list of handlers for each type.  An NMI has no number: the local ones are all asked,
 *   then port 61h knows two reasons, then those who take what nobody wants, and then a line
 *   in the log.
 *
 * LOCKING	nmi_lock for those who change the lists, interrupts off.  Readers are NMIs and
 *		cannot wait for it: so every change is one store, and who takes a handler away
 *		waits until no NMI is being handled that may have seen it.
 * CONTEXT	register, unregister: any but NMI.
 * FAILURE	-errno and nothing changed.
 * NOT HERE	the entry, its counts: trap.c.
 */
#include <asm/io.h>
#include <asm/nmi.h>
#include <asm/processor.h>
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define NMI_REASON_PORT		0x61
#define NMI_REASON_SERR		0x80
#define NMI_REASON_IOCHK	0x40
#define NMI_REASON_NO_PORT	0xff	/* what reads as all ones is not there */

static DEFINE_SPINLOCK_RANKED(nmi_lock, LOCK_IRQ_DESC);
static struct nmiaction *nmi_list[NMI_MAX];	/* (nmi_lock), read by NMIs */
static atomic_t nmi_running;			/* CPUs in nmi_handle() */

/* Where @name's action hangs, or the end of the list. */
static struct nmiaction **nmi_find(unsigned int type, const char *name)
{
	struct nmiaction **link;

	for (link = &nmi_list[type]; *link; link = &(*link)->next)
		if (name && !strcmp((*link)->name, name))
			break;
	return link;
}

static bool nmi_is_listed(unsigned int type, const struct nmiaction *a)
{
	const struct nmiaction *pos;

	for (pos = nmi_list[type]; pos; pos = pos->next)
		if (pos == a)
			return true;
	return false;
}

int __register_nmi_handler(unsigned int type, struct nmiaction *a, nmi_handler_t fn,
			   unsigned long flags, const char *name)
{
	struct nmiaction **link;
	unsigned long irqflags;
	int err = -EBUSY;

	if (type >= NMI_MAX || !fn || !name)
		return -EINVAL;
	spin_lock_irqsave(&nmi_lock, irqflags);
	if (!nmi_is_listed(type, a)) {
		link = flags & NMI_FLAG_FIRST ? &nmi_list[type] : nmi_find(type, NULL);
		*a = (struct nmiaction){ *link, fn, flags, name };
		smp_store_release(link, a);	/* complete, before an NMI finds it */
		err = 0;
	}
	spin_unlock_irqrestore(&nmi_lock, irqflags);
	return err;
}

void unregister_nmi_handler(unsigned int type, const char *name)
{
	struct nmiaction **link;
	unsigned long flags;

	if (type >= NMI_MAX || WARN_ON_ONCE(in_nmi()))
		return;
	spin_lock_irqsave(&nmi_lock, flags);
	link = nmi_find(type, name);
	if (*link)
		WRITE_ONCE(*link, (*link)->next);
	smp_mb();
	while (atomic_read(&nmi_running))
		cpu_relax();		/* on other CPUs: ours would have ended */
	spin_unlock_irqrestore(&nmi_lock, flags);
}

static int nmi_ask(unsigned int type, struct pt_regs *regs)
{
	struct nmiaction *a;
	int handled = 0;

	for (a = smp_load_acquire(&nmi_list[type]); a; a = smp_load_acquire(&a->next))
		handled += a->handler(type, regs);
	return handled;
}

static void nmi_default(struct pt_regs *regs, u8 reason)
{
	unsigned int type = reason == NMI_REASON_NO_PORT ? NMI_UNKNOWN :
			    reason & NMI_REASON_SERR ? NMI_SERR :
			    reason & NMI_REASON_IOCHK ? NMI_IO_CHECK : NMI_UNKNOWN;

	if (nmi_ask(type, regs))
		return;
	if (type == NMI_UNKNOWN)
		pr_emerg("Uhhuh. NMI received for unknown reason %02x on CPU %d.\n",
			 reason, smp_processor_id());
	else
		pr_emerg("NMI: %s error, port 61h = %02x\n",
			 type == NMI_SERR ? "memory parity or system" : "I/O check", reason);
	pr_emerg("Dazed and confused, but trying to continue\n");
}

void nmi_handle(struct pt_regs *regs)
{
	atomic_inc_return(&nmi_running);
	if (!nmi_ask(NMI_LOCAL, regs))
		nmi_default(regs, inb(NMI_REASON_PORT));
	atomic_dec(&nmi_running);
}
