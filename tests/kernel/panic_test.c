/* SPDX-License-Identifier: MIT */
/* panic_test.c - lib/panic.c and lib/backtrace.c: the texts of reports, and surviving them */
#include <kunit/test.h>
#include <linux/init.h>
#include <linux/kallsyms.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/utsname.h>

#include "report.h"

static struct report rep;

static void expect_who(struct kunit *test, const char *taint)
{
	char want[160];

	scnprintf(want, sizeof(want), "CPU: %d UID: 0 PID: %d Comm: %s %s %s %s\nCall Trace:\n <",
		  smp_processor_id(), task_ident().pid, task_ident().comm, taint,
		  utsname()->release, utsname()->version);
	EXPECT_REPORT(test, &rep, want);
}

static void warning_text(struct kunit *test)
{
	char want[160];
	int ret;

	report_begin(&rep);
	set_taint_mask(0);
	ret = WARN(1, "odd value %d\n", 42);
	report_end(&rep);
	scnprintf(want, sizeof(want),
		  "------------[ cut here ]------------\nWARNING: CPU: %d PID: %d at %s:%d ",
		  smp_processor_id(), task_ident().pid, __FILE__, __LINE__ - 4);
	KUNIT_EXPECT_EQ(test, ret, 1);
	KUNIT_EXPECT_TRUE(test, strstarts(rep.text, want));
	EXPECT_REPORT(test, &rep, "\nodd value 42\nModules linked in:\nCPU: ");
	expect_who(test, "Not tainted");
	EXPECT_REPORT(test, &rep, "---[ end trace 0000000000000000 ]---\n");
	KUNIT_EXPECT_EQ(test, rep.warns, 1U);
	if (kallsyms_lookup((unsigned long)warning_text, NULL, NULL)) {
		EXPECT_REPORT(test, &rep, " warning_text+0x");
		EXPECT_REPORT(test, &rep, "<TASK>\n warning_text+0x");
	}
}

static int warn_in_loop(int n)
{
	int true_ones = 0;

	for (int i = 0; i < n; i++)
		true_ones += WARN_ON_ONCE(i & 1) + WARN_ONCE(i & 1, "once\n");
	return true_ones;
}

static void warning_values(struct kunit *test)
{
	report_begin(&rep);
	KUNIT_EXPECT_EQ(test, WARN_ON(0), 0);
	KUNIT_EXPECT_EQ(test, WARN(0, "never\n"), 0);
	KUNIT_EXPECT_EQ(test, strlen(rep.text), 0UL);
	KUNIT_EXPECT_EQ(test, WARN_ON(5 == 5), 1);
	KUNIT_EXPECT_TRUE(test, test_taint(TAINT_WARN));
	KUNIT_EXPECT_EQ(test, warn_in_loop(6), 6);
	KUNIT_EXPECT_EQ(test, warn_in_loop(6), 6);
	report_end(&rep);
	KUNIT_EXPECT_LE(test, rep.warns, 3U);	/* 1, if this case runs again */
}

static void do_bug(void *line)
{
	*(int *)line = __LINE__ + 1;
	BUG_ON(line != NULL);
}

static void do_panic(void *arg)
{
	panic("out of %s\n", (char *)arg);
}

static void do_nothing(void *arg)
{
}

static void do_smash(void *arg)
{
	extern void __stack_chk_fail(void);

	__stack_chk_fail();
}

static void caught_in_tests(struct kunit *test)
{
	char msg[128], want[128];
	int line = 0;

	KUNIT_EXPECT_TRUE(test, kunit_catch_panic(do_bug, &line, msg, sizeof(msg)));
	scnprintf(want, sizeof(want), "kernel BUG at %s:%d!", __FILE__, line);
	KUNIT_EXPECT_STREQ(test, msg, want);
	KUNIT_EXPECT_TRUE(test, kunit_catch_panic(do_panic, "granite", msg, sizeof(msg)));
	KUNIT_EXPECT_STREQ(test, msg, "out of granite");
	KUNIT_EXPECT_TRUE(test, kunit_catch_panic(do_panic, "granite", NULL, 0));
	KUNIT_EXPECT_FALSE(test, kunit_catch_panic(do_nothing, NULL, msg, sizeof(msg)));
	KUNIT_EXPECT_TRUE(test, kunit_catch_panic(do_smash, NULL, msg, sizeof(msg)));
	KUNIT_EXPECT_TRUE(test, strstarts(msg,
			  "stack-protector: Kernel stack is corrupted in: "));
}

static void *exit_env[5];
static int exit_code;

static void __noreturn jump_out(int code)
{
	exit_code = code;
	__builtin_longjmp(exit_env, 1);
}

/* A real end, down to the exit hook, which leaves with a jump. */
static noinline void end_with(void (*fn)(void *), void *arg)
{
	panic_exit_t old_exit = panic_set_exit(jump_out);
	panic_catcher_t old_catcher = panic_set_catcher(NULL);
	panic_stop_t old_stop = panic_set_stop(NULL);
	unsigned int preempt = preempt_count();

	exit_code = 0;
	report_begin(&rep);
	if (!__builtin_setjmp(exit_env))
		fn(arg);
	report_end(&rep);
	panic_set_exit(old_exit);
	panic_set_catcher(old_catcher);
	panic_set_stop(old_stop);
	preempt_count_add(preempt - preempt_count());
}

static void panic_text(struct kunit *test)
{
	bool irqs_off = irqs_disabled();

	end_with(do_panic, "luck");
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_TRUE(test, oops_in_progress);
	KUNIT_EXPECT_EQ(test, exit_code, EXIT_PANIC);
	KUNIT_EXPECT_TRUE(test, strstarts(rep.text,
			  "Kernel panic - not syncing: out of luck\nCPU: "));
	EXPECT_REPORT(test, &rep, "---[ end Kernel panic - not syncing: out of luck ]---\n");
	/* Once more, as if the report itself had panicked: no second report. */
	end_with(do_panic, "luck");
	KUNIT_EXPECT_EQ(test, exit_code, EXIT_PANIC);
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	panic_forget();
	if (!irqs_off)
		local_irq_enable();
}

static void bug_text(struct kunit *test)
{
	bool irqs_off = irqs_disabled();
	char want[160];
	int line;

	end_with(do_bug, &line);
	scnprintf(want, sizeof(want),
		  "------------[ cut here ]------------\nkernel BUG at %s:%d!\nCPU: ",
		  __FILE__, line);
	KUNIT_EXPECT_TRUE(test, strstarts(rep.text, want));
	EXPECT_REPORT(test, &rep, "---[ end trace 0000000000000000 ]---\n"
		      "Kernel panic - not syncing: Fatal exception\n");
	KUNIT_EXPECT_EQ(test, exit_code, EXIT_PANIC);
	panic_forget();
	if (!irqs_off)
		local_irq_enable();
}

static void do_warn(void *arg)
{
	WARN_ON(1);
}

static const struct setup_option *option(const char *name)
{
	const struct setup_option *o = __setup_start;

	while (o < __setup_end && strcmp(o->name, name))
		o++;
	return o < __setup_end ? o : NULL;
}

static void panic_on_warn_option(struct kunit *test)
{
	char on[] = "", off[] = "0", odd[] = "maybe", msg[64];
	const struct setup_option *o = option("panic_on_warn="), *bare = option("panic_on_warn");
	int old = panic_on_warn;

	KUNIT_ASSERT_TRUE(test, o && bare);
	KUNIT_EXPECT_EQ(test, bare->fn(on), 0);
	KUNIT_EXPECT_TRUE(test, panic_on_warn);
	report_begin(&rep);
	KUNIT_EXPECT_TRUE(test, kunit_catch_panic(do_warn, NULL, msg, sizeof(msg)));
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, msg, "kernel: panic_on_warn set ...");
	KUNIT_EXPECT_EQ(test, o->fn(off), 0);
	KUNIT_EXPECT_FALSE(test, panic_on_warn);
	KUNIT_EXPECT_EQ(test, o->fn(odd), -EINVAL);
	panic_on_warn = old;
}

static void taints(struct kunit *test)
{
	report_begin(&rep);
	set_taint_mask(0);
	KUNIT_EXPECT_STREQ(test, print_tainted(), "Not tainted");
	add_taint(TAINT_BAD_PAGE, LOCKDEP_NOW_UNRELIABLE);
	add_taint(TAINT_BAD_PAGE, LOCKDEP_NOW_UNRELIABLE);
	KUNIT_EXPECT_STREQ(test, rep.text, "Disabling lock debugging due to kernel taint\n");
	add_taint(TAINT_TEST, LOCKDEP_STILL_OK);
	KUNIT_EXPECT_STREQ(test, print_tainted(), "Tainted: G    B            N");
	add_taint(0, LOCKDEP_STILL_OK);
	KUNIT_EXPECT_STREQ(test, print_tainted(), "Tainted: P    B            N");
	report_end(&rep);
	KUNIT_EXPECT_EQ(test, get_taint(), rep.taint);
}

static void who_is_running(struct kunit *test)
{
	struct task_struct somebody = { .pid = 17, .comm = "kswapd0" }, *me = current;

	report_begin(&rep);
	preempt_disable();
	this_cpu_write(current_task, &somebody);
	dump_stack();
	KUNIT_EXPECT_TRUE(test, strstr(rep.text, " PID: 17 Comm: kswapd0 ") != NULL);
	expect_who(test, print_tainted());
	this_cpu_write(current_task, me);
	preempt_enable();
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, task_ident().comm, me->comm);
	EXPECT_REPORT(test, &rep, " </TASK>\n");
}

static void asleep_at_the_wheel(struct kunit *test)
{
	enum system_states state = system_state;
	char want[200];

	system_state = SYSTEM_RUNNING;
	might_sleep_reset();
	report_begin(&rep);
	KUNIT_EXPECT_TRUE(test, __might_sleep("mm/x.c", 7, 0x1234));
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	preempt_disable();
	KUNIT_EXPECT_FALSE(test, __might_sleep("mm/x.c", 7, 0x1234));
	scnprintf(want, sizeof(want),
		  "BUG: sleeping function called from invalid context at mm/x.c:7\n"
		  "in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: %d, name: %s\n"
		  "preempt_count: 1, expected: 0\nno locks held by %s/%d.\nCPU: ",
		  task_ident().pid, task_ident().comm, task_ident().comm, task_ident().pid);
	KUNIT_EXPECT_TRUE(test, strstarts(rep.text, want));
	report_end(&rep);
	report_begin(&rep);
	KUNIT_EXPECT_FALSE(test, __might_sleep("mm/x.c", 7, 0x1234));	/* once a site */
	KUNIT_EXPECT_STREQ(test, rep.text, "");
	might_sleep();
	EXPECT_REPORT(test, &rep, __FILE__);
	preempt_enable();
	report_end(&rep);
	report_begin(&rep);
	local_irq_disable();
	KUNIT_EXPECT_FALSE(test, __might_sleep("mm/y.c", 8, 0x1235));
	EXPECT_REPORT(test, &rep, "in_atomic(): 0, irqs_disabled(): 1,");
	system_state = SYSTEM_BOOTING;
	KUNIT_EXPECT_TRUE(test, __might_sleep("mm/y.c", 8, 0x1236));
	local_irq_enable();
	report_end(&rep);
	might_sleep_reset();
	system_state = state;
}

static noinline unsigned int save_here(unsigned long *entries, unsigned int size,
				       unsigned int skip)
{
	unsigned int n = stack_trace_save(entries, size, skip);

	barrier();
	return n;
}

static void saved_traces(struct kunit *test)
{
	unsigned long all[32], skipped[32];
	unsigned int n = save_here(all, 32, 0);
	char want[KSYM_SYMBOL_LEN + 8];

	KUNIT_ASSERT_GE(test, n, 1U);
	KUNIT_EXPECT_TRUE(test, kernel_text_address(all[0]));
	KUNIT_EXPECT_EQ(test, save_here(skipped, 32, 1), n - 1);
	KUNIT_EXPECT_EQ(test, save_here(all, 1, 0), 1U);
	KUNIT_EXPECT_EQ(test, save_here(all, 0, 0), 0U);
	KUNIT_EXPECT_EQ(test, save_here(all, 32, 99), 0U);
	save_here(all, 32, 0);
	printk_capture_start(rep.text, sizeof(rep.text));
	stack_trace_print(all, 1, 4);
	printk_capture_stop();
	scnprintf(want, sizeof(want), "    %pB\n", (void *)all[0]);
	KUNIT_EXPECT_STREQ(test, rep.text, want);
	if (n > 2 && kallsyms_lookup(all[0], NULL, NULL))
		KUNIT_EXPECT_TRUE(test, strstarts(want, "    save_here+0x"));
}

static void shown_trace(struct kunit *test)
{
	report_begin(&rep);
	show_trace(NULL, KERN_ERR);
	report_end(&rep);
	KUNIT_EXPECT_TRUE(test, strstarts(rep.text, "Call Trace:\n <TASK>\n "));
	KUNIT_EXPECT_TRUE(test, strstr(rep.text, "\n </TASK>\n") != NULL);
}

/* Registers that make no sense: no frames, no fault. */
static void trace_from_nowhere(struct kunit *test)
{
	static unsigned long nonsense[64];
	const struct pt_regs *regs = (const struct pt_regs *)nonsense;
	unsigned long entries[4];

	KUNIT_EXPECT_EQ(test, stack_trace_save_regs(regs, entries, 4, 0), 0U);
	report_begin(&rep);
	show_trace(regs, KERN_ERR);
	report_end(&rep);
	KUNIT_EXPECT_STREQ(test, rep.text, "Call Trace:\n");
}

static void error_pointers(struct kunit *test)
{
	void *p = ERR_PTR(-ENOMEM);

	KUNIT_EXPECT_TRUE(test, IS_ERR(p) && IS_ERR_OR_NULL(p) && IS_ERR_OR_NULL(NULL));
	KUNIT_EXPECT_FALSE(test, IS_ERR(NULL) || IS_ERR(&p));
	KUNIT_EXPECT_EQ(test, PTR_ERR(p), (long)-ENOMEM);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(ERR_CAST(p)) + PTR_ERR_OR_ZERO(&p), -ENOMEM);
}

static struct kunit_case panic_cases[] = {
	KUNIT_CASE(warning_text),
	KUNIT_CASE(warning_values),
	KUNIT_CASE(caught_in_tests),
	KUNIT_CASE(panic_text),
	KUNIT_CASE(bug_text),
	KUNIT_CASE(panic_on_warn_option),
	KUNIT_CASE(taints),
	KUNIT_CASE(who_is_running),
	KUNIT_CASE(asleep_at_the_wheel),
	KUNIT_CASE(saved_traces),
	KUNIT_CASE(shown_trace),
	KUNIT_CASE(trace_from_nowhere),
	KUNIT_CASE(error_pointers),
	{}
};

static struct kunit_suite panic_suite = { .name = "panic", .test_cases = panic_cases };
kunit_test_suite(panic_suite);
