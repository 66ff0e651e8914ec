/* SPDX-License-Identifier: MIT */
/*
 * Exceptions: recovered through .ex_table, taken by a socket, and reported in full.  What
 * cannot be survived (double fault, stack overflow) is booted with crash=<how> instead.
 */
#include <asm/apic.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/ptrace.h>
#include <asm/rewind.h>
#include <asm/stacktrace.h>
#include <asm/traps.h>
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/stacktrace.h>
#include <linux/uaccess.h>

#define UNMAPPED		(VMALLOC_END - 0x1000)
#define NON_CANONICAL		0x0123456789abcdefUL
#define REPORT_BYTES		8192

static char report[REPORT_BYTES];

static void recovers_from_reads(struct kunit *test)
{
	unsigned long value = 7;

	KUNIT_EXPECT_EQ(test, probe_read((void *)8), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_read((void *)UNMAPPED), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_read((void *)NON_CANONICAL), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_read(&value), 0);
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(&value, (void *)UNMAPPED, 8), -EFAULT);
}

static void recovers_from_writes(struct kunit *test)
{
	unsigned long value = 7, other = 8;

	KUNIT_EXPECT_EQ(test, probe_write((void *)8), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_write(&value), 0);
	KUNIT_EXPECT_EQ(test, value, 7);
	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault(&value, &other, 8), 0);
	KUNIT_EXPECT_EQ(test, value, 8);
	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault((void *)UNMAPPED, &other, 8), -EFAULT);
}

/* The copy crosses from a mapped page into the guard page behind it. */
static void copies_up_to_the_fault(struct kunit *test)
{
	u8 *guard = exception_stacks[ESTACK_MCE].guard;
	u8 from[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, *end = guard - 4;

	KUNIT_ASSERT_EQ(test, probe_read(guard), -EFAULT);
	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault(end, from, sizeof(from)), -EFAULT);
	KUNIT_EXPECT_MEMEQ(test, end, from, 4);
	memset(end, 0, 4);
}

static void every_exception_stack_has_a_guard(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < NR_EXCEPTION_STACKS; i++) {
		struct exception_stack *s = &exception_stacks[i];

		KUNIT_EXPECT_EQ(test, probe_read(s->guard), -EFAULT);
		KUNIT_EXPECT_EQ(test, probe_read(s->guard + PAGE_SIZE - 1), -EFAULT);
		KUNIT_EXPECT_EQ(test, probe_write(s->stack), 0);
	}
}

/* QEMU's TCG lets any number pass, other machines do not: either is fine, an oops is not. */
static void bad_msr_is_survived(struct kunit *test)
{
	u64 value = 1;
	int err = rdmsrl_safe(0x12345678, &value);

	KUNIT_EXPECT_TRUE(test, err ? err == -EIO && value == 1 : value == 0);
	err = wrmsrl_safe(0x12345678, 0);
	KUNIT_EXPECT_TRUE(test, err == 0 || err == -EIO);
	KUNIT_EXPECT_EQ(test, rdmsrl_safe(MSR_EFER, &value), 0);
	KUNIT_EXPECT_TRUE(test, value & EFER_LMA);
}

/* ---- sockets --------------------------------------------------------------------- */

static struct pt_regs seen;
static unsigned int seen_count;

static bool see_trap(struct pt_regs *regs)
{
	seen = *regs;
	seen_count++;
	return true;
}

static void breakpoint_reaches_its_socket(struct kunit *test)
{
	unsigned long marker = 0x5eed5eed5eed5eedUL;

	seen_count = 0;
	KUNIT_ASSERT_EQ(test, trap_register(X86_TRAP_BP, see_trap), 0);
	KUNIT_EXPECT_EQ(test, trap_register(X86_TRAP_BP, see_trap), -EBUSY);
	KUNIT_EXPECT_EQ(test, trap_register(NR_EXCEPTIONS, see_trap), -EINVAL);
	__asm__ __volatile__("int3" : : "a"(marker), "D"(~marker), "S"(3), "d"(4), "c"(5)
			     : "memory");
	trap_register(X86_TRAP_BP, NULL);
	KUNIT_EXPECT_EQ(test, seen_count, 1);
	KUNIT_EXPECT_EQ(test, seen.ax, marker);
	KUNIT_EXPECT_EQ(test, seen.di, ~marker);
	KUNIT_EXPECT_EQ(test, seen.si, 3);
	KUNIT_EXPECT_EQ(test, seen.dx, 4);
	KUNIT_EXPECT_EQ(test, seen.cx, 5);
	KUNIT_EXPECT_EQ(test, seen.orig_ax, 0);
	KUNIT_EXPECT_EQ(test, seen.cs, __KERNEL_CS);
	KUNIT_EXPECT_TRUE(test, seen.sp - (unsigned long)&marker < THREAD_SIZE ||
				(unsigned long)&marker - seen.sp < THREAD_SIZE);
}

static bool skip_ud2(struct pt_regs *regs)
{
	regs->ip += 2;
	regs->ax = 42;
	return see_trap(regs);
}

static void handler_changes_registers(struct kunit *test)
{
	unsigned long ax = 0;

	KUNIT_ASSERT_EQ(test, trap_register(X86_TRAP_UD, skip_ud2), 0);
	__asm__ __volatile__("ud2" : "+a"(ax) : : "memory");
	trap_register(X86_TRAP_UD, NULL);
	KUNIT_EXPECT_EQ(test, ax, 42);
}

static void registers_survive_a_trap(struct kunit *test)
{
	unsigned long b, c, d, r8, r15;

	seen_count = 0;
	KUNIT_ASSERT_EQ(test, trap_register(X86_TRAP_BP, see_trap), 0);
	__asm__ __volatile__("movq $11, %%rbx; movq $12, %%rcx; movq $13, %%rdx\n\t"
			     "movq $14, %%r8; movq $15, %%r15; stc; int3\n\t"
			     "jc 1f; xorl %%ebx, %%ebx\n1:\n\t"
			     "movq %%r8, %3; movq %%r15, %4"
			     : "=b"(b), "=c"(c), "=d"(d), "=m"(r8), "=m"(r15)
			     : : "r8", "r15", "cc", "memory");
	trap_register(X86_TRAP_BP, NULL);
	KUNIT_EXPECT_EQ(test, b, 11);
	KUNIT_EXPECT_EQ(test, c, 12);
	KUNIT_EXPECT_EQ(test, d, 13);
	KUNIT_EXPECT_EQ(test, r8, 14);
	KUNIT_EXPECT_EQ(test, r15, 15);
	KUNIT_EXPECT_EQ(test, seen_count, 1);
}

static bool see_nmi(struct pt_regs *regs)
{
	seen_count += in_nmi() && in_hardirq() && !in_task() && irqs_disabled();
	return true;
}

static void nmi_has_its_context(struct kunit *test)
{
	unsigned int before = preempt_count();

	if (!apic_present())
		kunit_skip(test, "no local APIC to send an NMI with");
	watchdog_arm(0);
	if (trap_register(X86_TRAP_NMI, see_nmi))
		kunit_skip(test, "the watchdog has the NMI");
	seen_count = 0;
	apic_send_self_nmi();
	while (!READ_ONCE(seen_count))
		cpu_relax();
	trap_register(X86_TRAP_NMI, NULL);
	KUNIT_EXPECT_EQ(test, seen_count, 1);
	KUNIT_EXPECT_EQ(test, preempt_count(), before);
	KUNIT_EXPECT_GT(test, trap_nmi_count(0), 0);
}

/* ---- reports: captured, compared, survived --------------------------------------- */

/* Run @fn, which oopses, and leave what was printed in report[]. */
static bool catch_oops(void (*fn)(void *ctx), void *ctx)
{
	unsigned long taint = get_taint();
	bool caught;

	printk_capture_start(report, sizeof(report));
	caught = kunit_catch_panic(fn, ctx, NULL, 0);
	printk_capture_stop();
	set_taint_mask(taint);
	return caught;
}

static bool reported(const char *text)
{
	return strstr(report, text) != NULL;
}

static noinline void read_address(void *ctx)
{
	READ_ONCE(*(unsigned long *)ctx);
}

static noinline void write_address(void *ctx)
{
	WRITE_ONCE(*(unsigned long *)ctx, 1);
}

static noinline void call_address(void *ctx)
{
	((void (*)(void))ctx)();
}

static noinline void execute_ud2(void *ctx)
{
	__asm__ __volatile__("ud2");
}

static noinline void divide_by_zero(void *ctx)
{
	__asm__ __volatile__("divl %0" : : "r"(0), "a"(1), "d"(0));
}

static void null_read_is_reported(struct kunit *test)
{
	KUNIT_ASSERT_TRUE(test, catch_oops(read_address, (void *)16));
	KUNIT_EXPECT_TRUE(test, reported("BUG: kernel NULL pointer dereference, "
					 "address: 0000000000000010\n"));
	KUNIT_EXPECT_TRUE(test, reported("#PF: supervisor read access in kernel mode\n"));
	KUNIT_EXPECT_TRUE(test, reported("#PF: error_code(0x0000) - not-present page\n"));
	KUNIT_EXPECT_TRUE(test, reported("PGD 0 P4D 0"));
	KUNIT_EXPECT_TRUE(test, reported("Oops: 0000 [#"));
	KUNIT_EXPECT_TRUE(test, reported("RIP: 0010:read_address+0x"));
	KUNIT_EXPECT_TRUE(test, reported("Call Trace:\n <TASK>\n read_address+0x"));
	KUNIT_EXPECT_TRUE(test, reported(" kunit_catch_panic+0x"));
	KUNIT_EXPECT_TRUE(test, reported("CR2: 0000000000000010"));
	KUNIT_EXPECT_TRUE(test, reported("---[ end trace 0000000000000000 ]---\n"));
}

static void wild_write_is_reported(struct kunit *test)
{
	KUNIT_ASSERT_TRUE(test, catch_oops(write_address, (void *)UNMAPPED));
	KUNIT_EXPECT_TRUE(test, reported("BUG: unable to handle page fault for address: "
					 "ffffe8fffffff000\n"));
	KUNIT_EXPECT_TRUE(test, reported("#PF: supervisor write access in kernel mode\n"));
	KUNIT_EXPECT_TRUE(test, reported("Oops: 0002 [#"));
	KUNIT_EXPECT_TRUE(test, reported("RIP: 0010:write_address+0x"));
}

static void wild_call_is_reported(struct kunit *test)
{
	KUNIT_ASSERT_TRUE(test, catch_oops(call_address, report));
	KUNIT_EXPECT_TRUE(test, reported("#PF: supervisor instruction fetch in kernel mode\n"));
	KUNIT_EXPECT_TRUE(test, reported("error_code(0x0011) - permissions violation\n"));
	KUNIT_EXPECT_TRUE(test, reported("RIP: 0010:report+0x0/0x"));
}

static void non_canonical_is_reported(struct kunit *test)
{
	KUNIT_ASSERT_TRUE(test, catch_oops(read_address, (void *)NON_CANONICAL));
	KUNIT_EXPECT_TRUE(test, reported("general protection fault, probably for non-canonical "
					 "address 0x123456789abcdef: 0000 [#"));
}

static void ud2_is_reported(struct kunit *test)
{
	KUNIT_ASSERT_TRUE(test, catch_oops(execute_ud2, NULL));
	KUNIT_EXPECT_TRUE(test, reported("Oops: invalid opcode: 0000 [#"));
	KUNIT_EXPECT_TRUE(test, reported("<0f> 0b "));
	KUNIT_EXPECT_TRUE(test, reported("RIP: 0010:execute_ud2+0x"));
}

static void division_is_reported(struct kunit *test)
{
	KUNIT_ASSERT_TRUE(test, catch_oops(divide_by_zero, NULL));
	KUNIT_EXPECT_NULL(test, get_irq_regs());
	KUNIT_EXPECT_TRUE(test, reported("Oops: divide error: 0000 [#"));
}

static void call_bug(void *ctx)
{
	BUG();
}

static void bug_is_caught(struct kunit *test)
{
	char msg[64];

	KUNIT_ASSERT_TRUE(test, kunit_catch_panic(call_bug, NULL, msg, sizeof(msg)));
	KUNIT_EXPECT_TRUE(test, strstarts(msg, "kernel BUG at tests/kernel/trap_test.c:"));
}

static void warn_text(struct kunit *test)
{
	unsigned long taint = get_taint();
	unsigned int count = warn_count;
	char want[100];

	printk_capture_start(report, sizeof(report));
	WARN(1, "this is %s\n", "a test");
	printk_capture_stop();
	scnprintf(want, sizeof(want), "------------[ cut here ]------------\nWARNING: CPU: 0 "
		  "PID: %d at tests/kernel/trap_test.c:", task_ident().pid);
	KUNIT_EXPECT_TRUE(test, reported(want));
	KUNIT_EXPECT_TRUE(test, reported("warn_text+0x"));
	KUNIT_EXPECT_TRUE(test, reported("this is a test\n"));
	KUNIT_EXPECT_TRUE(test, reported("Call Trace:\n <TASK>\n"));
	KUNIT_EXPECT_EQ(test, warn_count, count + 1);
	set_taint_mask(taint);
	warn_count = count;
}

/* ---- the hook that lets an oops be survived -------------------------------------- */

static unsigned long resume_sp;

static bool resume_behind_ud2(struct pt_regs *regs)
{
	regs->ip += 2;
	resume_sp = regs->sp;
	return true;
}

static void oops_hook_resumes(struct kunit *test)
{
	unsigned long taint = get_taint();

	resume_sp = 0;
	trap_set_oops_hook(resume_behind_ud2);
	printk_capture_start(report, sizeof(report));
	__asm__ __volatile__("ud2" : : : "memory");
	printk_capture_stop();
	trap_set_oops_hook(NULL);
	set_taint_mask(taint);
	KUNIT_EXPECT_NE(test, resume_sp, 0);
	KUNIT_EXPECT_TRUE(test, reported("Oops: invalid opcode"));
}

/* ---- backtraces across a trap ---------------------------------------------------- */

static unsigned long trace[16];
static unsigned int trace_len;

static bool save_trace(struct pt_regs *regs)
{
	trace_len = stack_trace_save(trace, ARRAY_SIZE(trace), 0);
	return true;
}

static noinline unsigned long trap_here(void)
{
	__asm__ __volatile__("int3" : : : "memory");
	return _THIS_IP_;
}

/* From the handler through the entry code to the very instruction behind int3. */
static void backtrace_crosses_a_trap(struct kunit *test)
{
	unsigned int i, found = 0;

	KUNIT_ASSERT_EQ(test, trap_register(X86_TRAP_BP, save_trace), 0);
	trap_here();
	trap_register(X86_TRAP_BP, NULL);
	for (i = 0; i < trace_len; i++)
		found += trace[i] - (unsigned long)trap_here < 64;
	KUNIT_EXPECT_EQ(test, found, 1);
	KUNIT_EXPECT_GT(test, trace_len, 4);
}

/* ---- rewindable sequences -------------------------------------------------------- */

/*
 * A sequence that is interrupted on its first pass.  Returns the number of passes: 1 if
 * execution went on behind the int3, at least 2 if the entry code moved it back.
 */
unsigned int trap_test_sequence(void);
__asm__(".pushsection .text.rewind, \"ax\"\n\t"
	".balign 256\n\t"
	".type trap_test_sequence, @function\n"
	"trap_test_sequence:\n\t"
	"incl %ecx\n\t"
	"movl %ecx, %eax\n\t"
	"cmpl $2, %ecx\n\t"
	"jae 1f\n\t"
	"int3\n"
	"1:\tret\n\t"
	".size trap_test_sequence, . - trap_test_sequence\n\t"
	".balign 256\n\t"
	".popsection");

static void interrupted_sequence_starts_over(struct kunit *test)
{
	unsigned int passes;
	unsigned long flags;

	KUNIT_ASSERT_EQ(test, trap_register(X86_TRAP_BP, see_trap), 0);
	local_irq_save(flags);		/* a tick in it would be the interruption */
	__asm__ __volatile__("xorl %%ecx, %%ecx; call trap_test_sequence"
			     : "=a"(passes) : : "rcx", "cc", "memory");
	local_irq_restore(flags);
	trap_register(X86_TRAP_BP, NULL);
	KUNIT_EXPECT_GE(test, passes, 2);
	KUNIT_EXPECT_EQ(test, seen.ip, (unsigned long)trap_test_sequence);
	KUNIT_EXPECT_EQ(test, seen.ip % REWIND_SLOT, 0);
}

static struct kunit_case trap_cases[] = {
	KUNIT_CASE(recovers_from_reads),
	KUNIT_CASE(recovers_from_writes),
	KUNIT_CASE(copies_up_to_the_fault),
	KUNIT_CASE(every_exception_stack_has_a_guard),
	KUNIT_CASE(bad_msr_is_survived),
	KUNIT_CASE(breakpoint_reaches_its_socket),
	KUNIT_CASE(handler_changes_registers),
	KUNIT_CASE(registers_survive_a_trap),
	KUNIT_CASE(nmi_has_its_context),
	KUNIT_CASE(null_read_is_reported),
	KUNIT_CASE(wild_write_is_reported),
	KUNIT_CASE(wild_call_is_reported),
	KUNIT_CASE(non_canonical_is_reported),
	KUNIT_CASE(ud2_is_reported),
	KUNIT_CASE(division_is_reported),
	KUNIT_CASE(bug_is_caught),
	KUNIT_CASE(warn_text),
	KUNIT_CASE(oops_hook_resumes),
	KUNIT_CASE(backtrace_crosses_a_trap),
	KUNIT_CASE(interrupted_sequence_starts_over),
	{}
};

static struct kunit_suite trap_suite = {
	.name = "trap",
	.test_cases = trap_cases,
};
kunit_test_suite(trap_suite);
