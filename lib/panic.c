/* SPDX-License-Identifier: MIT */
/*
 * panic.c - WARN, BUG, panic, and what they say about who was running
 *
 * MODEL
 *   WARN and BUG are calls, not traps: they work before there is an IDT, hosted, and
 *   under any lock.  Order of a report: cut here, what and where, who (CPU, task, taint),
 *   call trace, end trace.
 *
 *   The end is one CPU's: it stops the others, so that what they hold may be taken from them
 *   and what they say does not come in between; another that has come to its end meanwhile
 *   waits to be stopped.
 *
 *   A test that expects a panic() or BUG() installs a catcher, which leaves with a
 *   non-local jump before anything is printed.
 */
#include <linux/atomic.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/utsname.h>

#include "internal.h"

int panic_on_warn;
bool oops_in_progress;
unsigned int warn_count;
enum system_states system_state;

#define PANIC_NOBODY	(-1)

static unsigned long tainted;
static int panics;
static int panic_cpu = PANIC_NOBODY;	/* whose end it is */
static panic_catcher_t catcher;
static panic_exit_t exit_hook;
static panic_stop_t stop_hook;

const struct new_utsname *utsname(void)
{
	static const struct new_utsname name = {
		.sysname = "Quarry", .release = "0.1", .version = "#1 SMP",
		.machine = "x86_64",
	};

	return &name;
}

/* ---- taints ---------------------------------------------------------------------- */

static const char taint_letter[] = "PFSRMBUDAWCIOELKXTN";

void add_taint(unsigned int flag, int lockdep_ok)
{
	if (lockdep_ok == LOCKDEP_NOW_UNRELIABLE && !test_taint(flag))
		pr_warn("Disabling lock debugging due to kernel taint\n");
	__atomic_fetch_or(&tainted, 1UL << flag, __ATOMIC_RELAXED);
}

bool test_taint(unsigned int flag)
{
	return tainted & (1UL << flag);
}

unsigned long get_taint(void)
{
	return tainted;
}

void set_taint_mask(unsigned long mask)
{
	tainted = mask;
}

const char *print_tainted(void)
{
	static char buf[sizeof("Tainted: ") + sizeof(taint_letter)];
	size_t n;

	if (!tainted)
		return "Not tainted";
	/* In place: whoever was stopped in here, or prints it, sees the same letters. */
	n = sizeof("Tainted: ") - 1;
	memcpy(buf, "Tainted: ", n);
	for (unsigned int i = 0; taint_letter[i]; i++)
		buf[n++] = test_taint(i) ? taint_letter[i] : i ? ' ' : 'G';
	buf[n] = '\0';
	return buf;
}

/* ---- panic ----------------------------------------------------------------------- */

panic_exit_t panic_set_exit(panic_exit_t fn)
{
	panic_exit_t old = exit_hook;

	exit_hook = fn;
	return old;
}

panic_stop_t panic_set_stop(panic_stop_t fn)
{
	panic_stop_t old = stop_hook;

	stop_hook = fn;
	return old;
}

panic_catcher_t panic_set_catcher(panic_catcher_t fn)
{
	panic_catcher_t old = catcher;

	catcher = fn;
	return old;
}

static void __noreturn wait_forever(void)
{
	for (;;) {
		local_irq_disable();
		arch_halt();
	}
}

static void __noreturn leave(int code)
{
	if (exit_hook)
		exit_hook(code);
	wait_forever();
}

/* No other thread, and no other CPU, between the lines. */
static void panic_enter(void)
{
	const int me = raw_smp_processor_id();
	int owner = PANIC_NOBODY;

	local_irq_disable();
	if (!try_cmpxchg(&panic_cpu, &owner, me) && owner != me)
		wait_forever();
	if (stop_hook)
		stop_hook();
	oops_in_progress = true;
	printk_bust();
}

void panic_forget(void)
{
	panics = 0;
	panic_cpu = PANIC_NOBODY;
	oops_in_progress = false;
}

void panic(const char *fmt, ...)
{
	static char msg[512];
	unsigned long caller = _RET_IP_;
	va_list args;
	size_t n;

	if (!catcher)
		panic_enter();			/* before the text: one CPU's at a time */
	va_start(args, fmt);
	n = (size_t)vscnprintf(msg, sizeof(msg), fmt, args);
	va_end(args);
	if (n && msg[n - 1] == '\n')
		msg[n - 1] = '\0';
	if (catcher) {
		catcher(msg);
		panic_enter();
	}
	if (panics++)
		leave(EXIT_PANIC);	/* a panic in the report of a panic */
	pr_emerg("Kernel panic - not syncing: %s\n", msg);
	if (!test_taint(TAINT_DIE)) {		/* an oops has shown it already */
		dump_stack_print_info(KERN_EMERG);
		show_trace_after(caller, KERN_EMERG);
	}
	pr_emerg("---[ end Kernel panic - not syncing: %s ]---\n", msg);
	leave(EXIT_PANIC);
}

/* ---- BUG and WARN ---------------------------------------------------------------- */

void __bug(const char *file, int line)
{
	char msg[128];

	if (catcher) {
		scnprintf(msg, sizeof(msg), "kernel BUG at %s:%d!", file, line);
		catcher(msg);
	}
	panic_enter();
	pr_emerg("------------[ cut here ]------------\n");
	pr_emerg("kernel BUG at %s:%d!\n", file, line);
	dump_stack_print_info(KERN_EMERG);
	show_trace_after(_RET_IP_, KERN_EMERG);
	add_taint(TAINT_DIE, LOCKDEP_STILL_OK);
	pr_emerg("---[ end trace 0000000000000000 ]---\n");
	panic("Fatal exception");
}

/* Its lines stay together, whatever other CPUs have to say. */
struct warn_sync {
	unsigned long flags;
	bool got;
};

static struct warn_sync warn_begin(const char *file, int line, unsigned long caller)
{
	struct warn_sync sync;

	sync.got = printk_cpu_sync_get(&sync.flags);
	warn_count++;
	pr_warn("------------[ cut here ]------------\n");
	pr_warn("WARNING: CPU: %d PID: %d at %s:%d %pS\n", smp_processor_id(),
		task_ident().pid, file, line, (void *)caller);
	return sync;
}

static void warn_end(struct warn_sync sync, unsigned long caller)
{
	pr_warn("Modules linked in:\n");
	dump_stack_print_info(KERN_WARNING);
	show_trace_after(caller, KERN_WARNING);
	pr_warn("---[ end trace 0000000000000000 ]---\n");
	add_taint(TAINT_WARN, LOCKDEP_STILL_OK);
	printk_cpu_sync_put(sync.got, sync.flags);
	if (panic_on_warn)
		panic("kernel: panic_on_warn set ...");
}

void __warn(const char *file, int line)
{
	warn_end(warn_begin(file, line, _RET_IP_), _RET_IP_);
}

void __warn_fmt(const char *file, int line, const char *fmt, ...)
{
	const struct warn_sync sync = warn_begin(file, line, _RET_IP_);
	va_list args;

	va_start(args, fmt);
	vprintk(fmt, args);
	va_end(args);
	warn_end(sync, _RET_IP_);
}

static int panic_on_warn_setup(char *val)
{
	panic_on_warn = 1;
	return 0;
}
__setup("panic_on_warn", panic_on_warn_setup);

static int panic_on_warn_setup_value(char *val)
{
	bool on;
	int err = kstrtobool(val, &on);

	if (!err)
		panic_on_warn = on;
	return err;
}
__setup("panic_on_warn=", panic_on_warn_setup_value);

/* ---- stack protector ------------------------------------------------------------- */

extern unsigned long __stack_chk_guard;
void __stack_chk_fail(void) __noreturn;

unsigned long __stack_chk_guard = 0x595e9fbd94fda766UL;

void __stack_chk_fail(void)
{
	panic("stack-protector: Kernel stack is corrupted in: %pB",
	      __builtin_return_address(0));
}
