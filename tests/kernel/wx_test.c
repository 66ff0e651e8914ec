/* SPDX-License-Identifier: MIT */
/*
 * Write or execute, never both: proved by trying.  Every probe really accesses memory and
 * is caught by the page fault that it provokes.
 */
#include <asm/cpufeature.h>
#include <asm/desc.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <kunit/test.h>
#include <linux/uaccess.h>

static const unsigned char wx_rodata[16] __aligned(16) = { 0xc3 };
static unsigned char wx_data[16] __aligned(16) = { 0xc3 };
static unsigned char wx_bss[16] __aligned(16);

static noinline void wx_text(void)
{
	__asm__ __volatile__("" : : : "memory");
}

static void *last_byte(const char *end)
{
	return (void *)((unsigned long)end - 1);
}

static void text_executes_and_is_read_only(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, probe_exec((void *)(unsigned long)wx_text), 0);
	KUNIT_EXPECT_EQ(test, probe_read((void *)(unsigned long)wx_text), 0);
	KUNIT_EXPECT_EQ(test, probe_write((void *)(unsigned long)wx_text), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_write(_text), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_write(last_byte(_etext)), -EFAULT);
}

static void rodata_neither_executes_nor_changes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, probe_read(wx_rodata), 0);
	KUNIT_EXPECT_EQ(test, probe_write((void *)(unsigned long)wx_rodata), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_exec(wx_rodata), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_write(__start_rodata), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_write(last_byte(__end_rodata)), -EFAULT);
}

static void data_does_not_execute(struct kunit *test)
{
	unsigned char on_stack[16] __aligned(16) = { 0xc3 };

	wx_bss[0] = 0xc3;
	KUNIT_EXPECT_EQ(test, probe_write(wx_data), 0);
	KUNIT_EXPECT_EQ(test, probe_exec(wx_data), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_write(wx_bss), 0);
	KUNIT_EXPECT_EQ(test, probe_exec(wx_bss), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_write(on_stack), 0);
	KUNIT_EXPECT_EQ(test, probe_exec(on_stack), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_exec(exception_stacks[0].stack), -EFAULT);
}

/* What has no business being mapped. */
static void the_lower_half_is_empty(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, probe_read(NULL), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_read((void *)0x100000), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_exec((void *)0x100000), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_read((void *)0x7fffffffffffUL), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_read((void *)~0UL), -EFAULT);
}

static void protections_are_on(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, read_cr0() & X86_CR0_WP);
	KUNIT_EXPECT_EQ(test, !!(read_cr4() & X86_CR4_SMEP), boot_cpu_has(X86_FEATURE_SMEP));
	KUNIT_EXPECT_EQ(test, !!(read_cr4() & X86_CR4_SMAP), boot_cpu_has(X86_FEATURE_SMAP));
	KUNIT_EXPECT_EQ(test, !!(read_cr4() & X86_CR4_UMIP), boot_cpu_has(X86_FEATURE_UMIP));
}

static struct kunit_case wx_cases[] = {
	KUNIT_CASE(text_executes_and_is_read_only),
	KUNIT_CASE(rodata_neither_executes_nor_changes),
	KUNIT_CASE(data_does_not_execute),
	KUNIT_CASE(the_lower_half_is_empty),
	KUNIT_CASE(protections_are_on),
	{}
};

static struct kunit_suite wx_suite = {
	.name = "wx",
	.test_cases = wx_cases,
};
kunit_test_suite(wx_suite);
