/* SPDX-License-Identifier: MIT */
/* kernel/kunit_assert.c - what a failed expectation says: KUnit's texts */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define INDENT	"    "
#define INDENT2	"        "

static void fail_begin(struct kunit *test, const struct kunit_loc *loc)
{
	test->status = KUNIT_FAILURE;
	printk_raw(INDENT "# %s: %s FAILED at %s:%d\n", test->name,
		   loc->assert ? "ASSERTION" : "EXPECTATION", loc->file, loc->line);
}

/* The user's message, and out, if it was an assertion. */
static void fail_end(struct kunit *test, const struct kunit_loc *loc, const char *fmt,
		     va_list args)
{
	char text[256];

	if (fmt) {
		vscnprintf(text, sizeof(text), fmt, args);
		printk_raw(INDENT "%s\n", strim(text));
	}
	if (loc->assert)
		kunit_abort(test);
}

static void expected(const struct kunit_binary *b)
{
	printk_raw(INDENT "Expected %s %s %s, but\n", b->left_text, b->op, b->right_text);
}

/* A value whose text is the value itself need not be shown. */
static void show_int(const char *text, long long value)
{
	char literal[24];

	snprintf(literal, sizeof(literal), "%lld", value);
	if (strcmp(literal, text))
		printk_raw(INDENT2 "%s == %lld (0x%llx)\n", text, value, value);
}

static void show_str(const char *text, const char *value)
{
	size_t len = value ? strlen(value) : 0;

	if (!value)
		printk_raw(INDENT2 "%s == (null)\n", text);
	else if (text[0] != '"' || strlen(text) != len + 2 || memcmp(text + 1, value, len))
		printk_raw(INDENT2 "%s == \"%s\"\n", text, value);
}

/* Rows of 16; bytes that differ from the other side's stand in brackets. */
static void show_mem(const char *text, const u8 *a, const u8 *b, size_t size)
{
	char line[16 * 4 + 1];

	printk_raw(INDENT2 "%s ==\n", text);
	for (size_t i = 0; i < size; i += 16) {
		size_t n = 0;

		for (size_t j = i; j < size && j < i + 16; j++)
			n += (size_t)scnprintf(line + n, sizeof(line) - n,
					       a[j] == b[j] ? " %02x " : "<%02x>", a[j]);
		printk_raw(INDENT2 "%s\n", line);
	}
}

void kunit_check_unary(struct kunit *test, const struct kunit_loc *loc, bool ok, bool want,
		       const char *text, const char *fmt, ...)
{
	va_list args;

	if (likely(ok == want))
		return;
	fail_begin(test, loc);
	printk_raw(INDENT "Expected %s to be %s, but is %s\n", text, want ? "true" : "false",
		   want ? "false" : "true");
	va_start(args, fmt);
	fail_end(test, loc, fmt, args);
	va_end(args);
}

void kunit_fail_int(struct kunit *test, const struct kunit_loc *loc,
		    const struct kunit_binary *b, const char *fmt, ...)
{
	va_list args;

	fail_begin(test, loc);
	expected(b);
	show_int(b->left_text, b->left);
	show_int(b->right_text, b->right);
	va_start(args, fmt);
	fail_end(test, loc, fmt, args);
	va_end(args);
}

void kunit_fail_ptr(struct kunit *test, const struct kunit_loc *loc,
		    const struct kunit_binary *b, const char *fmt, ...)
{
	va_list args;

	fail_begin(test, loc);
	expected(b);
	printk_raw(INDENT2 "%s == %px\n", b->left_text, (void *)b->left);
	printk_raw(INDENT2 "%s == %px\n", b->right_text, (void *)b->right);
	va_start(args, fmt);
	fail_end(test, loc, fmt, args);
	va_end(args);
}

void kunit_fail_str(struct kunit *test, const struct kunit_loc *loc,
		    const struct kunit_binary *b, const char *fmt, ...)
{
	va_list args;

	fail_begin(test, loc);
	expected(b);
	show_str(b->left_text, (const char *)b->left);
	show_str(b->right_text, (const char *)b->right);
	va_start(args, fmt);
	fail_end(test, loc, fmt, args);
	va_end(args);
}

void kunit_fail_mem(struct kunit *test, const struct kunit_loc *loc,
		    const struct kunit_binary *b, size_t size, const char *fmt, ...)
{
	const u8 *left = (const u8 *)b->left, *right = (const u8 *)b->right;
	va_list args;

	fail_begin(test, loc);
	if (!left || !right) {
		printk_raw(INDENT "Expected %s is not null, but is\n",
			   left ? b->right_text : b->left_text);
	} else {
		expected(b);
		show_mem(b->left_text, left, right, size);
		show_mem(b->right_text, right, left, size);
	}
	va_start(args, fmt);
	fail_end(test, loc, fmt, args);
	va_end(args);
}

void kunit_fail_null(struct kunit *test, const struct kunit_loc *loc, const char *text,
		     const void *ptr, bool want_null, const char *fmt, ...)
{
	va_list args;

	fail_begin(test, loc);
	printk_raw(INDENT "Expected %s %s ((void *)0), but\n", text, want_null ? "==" : "!=");
	printk_raw(INDENT2 "%s == %px\n" INDENT2 "((void *)0) == %px\n", text, ptr, NULL);
	va_start(args, fmt);
	fail_end(test, loc, fmt, args);
	va_end(args);
}

void kunit_fail_err(struct kunit *test, const struct kunit_loc *loc, const char *text,
		    const void *ptr, const char *fmt, ...)
{
	va_list args;

	fail_begin(test, loc);
	if (ptr)
		printk_raw(INDENT "Expected %s is not error, but is: %ld\n", text, PTR_ERR(ptr));
	else
		printk_raw(INDENT "Expected %s is not null, but is\n", text);
	va_start(args, fmt);
	fail_end(test, loc, fmt, args);
	va_end(args);
}

void kunit_fail_msg(struct kunit *test, const struct kunit_loc *loc, const char *fmt, ...)
{
	va_list args;

	fail_begin(test, loc);
	va_start(args, fmt);
	fail_end(test, loc, fmt, args);
	va_end(args);
}
