/* SPDX-License-Identifier: MIT */
/*
 * kernel/leak_roots.c - where pointers are kept: the socket of mm/leaks.c
 *
 * Data and bss of the image hold the boot thread's stack and the per-CPU data of the boot
 * CPU, too.  Of another thread's stack, what lies above its saved stack pointer counts, its
 * registers among it; of the running one, what lies above the frame that asks.
 *
 * CONTEXT	interrupts off, nobody else runs.
 */
#include <asm/sections.h>
#include <linux/init.h>
#include <linux/leaks.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

static void leak_root_stack(struct task_struct *t, void *arg)
{
	const unsigned long sp = t == current ? *(unsigned long *)arg : t->sp;

	if (t->stack)
		leaks_root((void *)sp, (char *)t->stack + THREAD_SIZE);
}

/* Below the stacks in bss there are pages that are not mapped. */
static bool is_guard_page(const void *p)
{
	const void *const *guard;

	for (guard = __guard_pages_start; guard < __guard_pages_end; guard++)
		if (p == *guard)
			return true;
	return false;
}

static void leak_roots(unsigned long sp)
{
	const char *p;

	for (p = __start_ro_after_init; p < __bss_end; p += PAGE_SIZE)
		if (!is_guard_page(p))
			leaks_root(p, p + PAGE_SIZE);
	sched_for_each_task(leak_root_stack, &sp);
}

static int leak_roots_init(void)
{
	leaks_set_roots(leak_roots);
	return 0;
}
core_initcall(leak_roots_init);
