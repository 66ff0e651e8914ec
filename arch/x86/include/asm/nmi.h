/* SPDX-License-Identifier: MIT */
/*
 * Non-maskable interrupts: who wants to look at them (arch/x86/nmi.c).
 *
 * A handler runs in_nmi(), on the NMI's own stack, in the middle of anything: under any lock,
 * inside of any list.  It takes no lock, allocates nothing, wakes nobody, must not fault, and
 * leaves what it has to do to irq_work_queue().  It says how many events it has handled.
 */
#ifndef _ASM_NMI_H
#define _ASM_NMI_H

#include <linux/list.h>
#include <linux/types.h>

struct pt_regs;

/* Asked in this order, from the first that anybody answers. */
enum {
	NMI_LOCAL,		/* watchdog, performance counters: no sign of who it was */
	NMI_UNKNOWN,		/* when nobody has answered and port 61h has no reason */
	NMI_SERR,		/* port 61h: parity or system error */
	NMI_IO_CHECK,		/* port 61h: I/O channel check */
	NMI_MAX
};

#define NMI_DONE		0	/* not mine */
#define NMI_HANDLED		1

#define NMI_FLAG_FIRST		1	/* asked before the others of its type */

typedef int (*nmi_handler_t)(unsigned int type, struct pt_regs *regs);

struct nmiaction {
	struct nmiaction *next;
	nmi_handler_t handler;
	unsigned long flags;
	const char *name;
};

/*
 * Be asked about NMIs of type @t.  @n names the handler, for unregister_nmi_handler().  The
 * action is static, one for each place that registers: nothing is allocated.
 * 0; -EINVAL; -EBUSY: this very action is registered already.  Context: any but NMI.
 */
#define register_nmi_handler(t, fn, fg, n) ({				\
	static struct nmiaction __nmi_action;				\
	__register_nmi_handler(t, &__nmi_action, fn, fg, n); })
int __register_nmi_handler(unsigned int type, struct nmiaction *a, nmi_handler_t fn,
			   unsigned long flags, const char *name);
/* It is not called any more when this returns.  Context: any but NMI. */
void unregister_nmi_handler(unsigned int type, const char *name);

/* From trap.c, for each NMI that nobody has taken there. */
void nmi_handle(struct pt_regs *regs);

#endif /* _ASM_NMI_H */
