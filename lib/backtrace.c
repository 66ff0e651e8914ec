/* SPDX-License-Identifier: MIT */
/* backtrace.c - who called whom (the walk itself is <asm/stacktrace.h>) */
#include <asm/stacktrace.h>
#include <linux/kernel.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/smp.h>
#include <linux/utsname.h>

#include "internal.h"

#define TRACE_FRAMES	48		/* of a report: enough, and a loop ends */

static unsigned int save(struct stack_walk *w, unsigned long *entries, unsigned int size,
			 unsigned int skipnr)
{
	unsigned int n = 0;

	while (n < size && stack_walk_next(w)) {
		if (skipnr)
			skipnr--;
		else
			entries[n++] = w->ip;
	}
	return n;
}

noinline unsigned int stack_trace_save(unsigned long *entries, unsigned int size,
				       unsigned int skipnr)
{
	struct stack_walk w;

	stack_walk_start(&w);
	return save(&w, entries, size, skipnr);
}

unsigned int stack_trace_save_regs(const struct pt_regs *regs, unsigned long *entries,
				   unsigned int size, unsigned int skipnr)
{
	struct stack_walk w;

	stack_walk_start_regs(&w, regs);
	return save(&w, entries, size, skipnr);
}

void stack_trace_print(const unsigned long *entries, unsigned int nr, int spaces)
{
	for (unsigned int i = 0; i < nr; i++)
		printk("%*s%pB\n", spaces, "", (void *)entries[i]);
}

/* The frames, in brackets that name the stack.  @after: drop frames up to this one. */
static void print_frames(struct stack_walk *w, unsigned long after, const char *lvl)
{
	const char *kind = NULL;
	unsigned long guess = 0;

	for (int n = 0; n < TRACE_FRAMES && stack_walk_next(w); n++) {
		if (after && w->ip != after)
			continue;
		after = 0;
		if (guess && guess != w->ip)
			printk("%s ? %pB\n", lvl, (void *)guess);
		guess = w->guess;
		if (!kind || strcmp(kind, w->kind)) {
			if (kind)
				printk("%s </%s>\n", lvl, kind);
			printk("%s <%s>\n", lvl, w->kind);
			kind = w->kind;
		}
		if (w->regs)
			printk("%s %pS\n", lvl, (void *)w->ip);
		else
			printk("%s %pB\n", lvl, (void *)w->ip);
	}
	if (kind)
		printk("%s </%s>\n", lvl, kind);
}

/* Is @after on this stack at all? */
static bool on_stack(struct stack_walk w, unsigned long after)
{
	bool found = false;

	for (int n = 0; n < TRACE_FRAMES && !found && stack_walk_next(&w); n++)
		found = w.ip == after;
	return found;
}

noinline void show_trace_after(unsigned long after, const char *log_lvl)
{
	struct stack_walk w;

	stack_walk_start(&w);
	printk("%sCall Trace:\n", log_lvl);
	print_frames(&w, on_stack(w, after) ? after : 0, log_lvl);
}

noinline void show_trace(const struct pt_regs *regs, const char *log_lvl)
{
	struct stack_walk w;

	if (regs)
		stack_walk_start_regs(&w, regs);
	else
		stack_walk_start(&w);
	printk("%sCall Trace:\n", log_lvl);
	print_frames(&w, 0, log_lvl);
}

void dump_stack_print_info(const char *log_lvl)
{
	struct task_ident who = task_ident();

	printk("%sCPU: %d UID: 0 PID: %d Comm: %.20s %s %s %s\n", log_lvl, smp_processor_id(),
	       who.pid, who.comm, print_tainted(), utsname()->release, utsname()->version);
}

noinline void dump_stack(void)
{
	unsigned long flags;
	const bool sync = printk_cpu_sync_get(&flags);

	dump_stack_print_info(KERN_DEFAULT);
	show_trace_after(_RET_IP_, KERN_DEFAULT);
	printk_cpu_sync_put(sync, flags);
}
