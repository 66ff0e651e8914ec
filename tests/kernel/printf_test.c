/* SPDX-License-Identifier: MIT */
/* printf_test.c - lib/printf.c, printf_ptr.c, hexdump.c and kstrtox.c by example */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/gfp_types.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/string.h>

static char out[256];

/* Format, and format again into too small a buffer: same length, terminated, cut. */
static void check(struct kunit *test, const char *want, const char *fmt, ...) __printf(3, 4);
static void check(struct kunit *test, const char *want, const char *fmt, ...)
{
	size_t len = strlen(want);
	va_list args;
	int n;

	memset(out, '#', sizeof(out));
	va_start(args, fmt);
	n = vsnprintf(out, sizeof(out), fmt, args);
	va_end(args);
	KUNIT_EXPECT_STREQ(test, out, want);
	KUNIT_EXPECT_EQ(test, n, (int)len);
	for (size_t size = 0; size <= len; size++) {
		memset(out, '#', sizeof(out));
		va_start(args, fmt);
		n = vscnprintf(out, size, fmt, args);
		va_end(args);
		KUNIT_ASSERT_EQ(test, n, size ? (int)size - 1 : 0);
		KUNIT_ASSERT_MEMEQ(test, out, want, (size_t)n);
		KUNIT_ASSERT_EQ(test, out[n], size ? '\0' : '#');
		KUNIT_ASSERT_EQ(test, out[n + 1], '#');
	}
}

static void integers(struct kunit *test)
{
	check(test, "0 1 -1", "%d %u %i", 0, 1U, -1);
	check(test, "-2147483648 4294967295", "%d %u", INT_MIN, UINT_MAX);
	check(test, "-9223372036854775808", "%ld", LONG_MIN);
	check(test, "18446744073709551615", "%llu", ULLONG_MAX);
	check(test, "ffffffffffffffff FFFF", "%lx %X", ~0UL, 0xffffU);
	check(test, "777 0777 0", "%o %#o %#o", 0777U, 0777U, 0U);
	check(test, "0x1f 0X1F 0x0", "%#x %#X %#x", 31U, 31U, 0U);
	check(test, "-1 255 -1 65535", "%hhd %hhu %hd %hu", (char)-1, (u8)255, (short)-1,
	      (u16)65535);
	check(test, "1 -2 3", "%zu %zd %td", (size_t)1, (ssize_t)-2, (ptrdiff_t)3);
}

static void width_and_precision(struct kunit *test)
{
	check(test, "[   42] [42   ] [00042]", "[%5d] [%-5d] [%05d]", 42, 42, 42);
	check(test, "[  -42] [-0042] [-42  ]", "[%5d] [%05d] [%-5d]", -42, -42, -42);
	check(test, "[+42] [ 42] [ 042]", "[%+d] [% d] [%4.3d]", 42, 42, 42);
	check(test, "[0x00002a] [0x2a    ]", "[%#08x] [%-#8x]", 42U, 42U);
	check(test, "[    0] [] [0000]", "[%5d] [%.0d] [%.4d]", 0, 0, 0);
	check(test, "[   7] [7   ] [07]", "[%*d] [%*d] [%.*d]", 4, 7, -4, 7, 2, 7);
	check(test, "[9]", "[%.*d]", -5, 9);
	check(test, "0x00000000000000ff", "%#018llx", 0xffULL);
}

static void text_and_characters(struct kunit *test)
{
	char *volatile no_string = NULL, *volatile small_string = (char *)64;

	check(test, "[ab] [  ab] [ab  ] [a]", "[%s] [%4s] [%-4s] [%.1s]", "ab", "ab", "ab", "ab");
	check(test, "[x] [  x] [x  ]", "[%c] [%3c] [%-3c]", 'x', 'x', 'x');
	check(test, "100%", "%d%%", 100);
	check(test, "(null)", "%s", no_string);
	check(test, "(efault)", "%s", small_string);
	check(test, "[ab]", "[%.*s]", 2, "abcd");
}

/* What is no format comes out as it is; formats that GCC would refuse. */
static void malformed(struct kunit *test)
{
	char *volatile bad = "%y %", *volatile wide = "%99999999999d";

	KUNIT_EXPECT_EQ(test, snprintf(out, sizeof(out), bad, 0), 4);
	KUNIT_EXPECT_STREQ(test, out, "%y %");
	KUNIT_EXPECT_EQ(test, snprintf(out, sizeof(out), wide, 1), 0xffff);
	KUNIT_EXPECT_EQ(test, scnprintf(out, sizeof(out), wide, 1), (int)sizeof(out) - 1);
	KUNIT_EXPECT_EQ(test, sprintf(out, "%d", 5), 1);
	KUNIT_EXPECT_STREQ(test, out, "5");
}

static void pointers(struct kunit *test)
{
	phys_addr_t pa = 0xfee00000;

	check(test, "00000000deadbeef", "%p", (void *)0xdeadbeefUL);
	check(test, "ffff888000000000 0000000000000000", "%px %pK",
	      (void *)0xffff888000000000UL, NULL);
	check(test, "0x00000000fee00000", "%pa", &pa);
	check(test, "0x00000000fee00000", "%pap", &pa);
	check(test, "-ENOMEM -4000 0", "%pe %pe %pe", ERR_PTR(-ENOMEM), ERR_PTR(-4000), NULL);
	check(test, "00 1f ff|001fff|00:1f|1f-ff", "%*ph|%*phN|%*phC|%*phD", 3, "\0\x1f\xff", 3,
	      "\0\x1f\xff", 2, "\0\x1f", 2, "\x1f\xff");
	check(test, "0000000000000010g", "%pg", (void *)16);
	check(test, "0000000000000010Gx", "%pGx", (void *)16);
}

static void gfp_flags(struct kunit *test)
{
	static const struct { gfp_t gfp; const char *name; } t[] = {
		{ 0, "none" },
		{ GFP_KERNEL, "GFP_KERNEL" },
		{ GFP_ATOMIC, "GFP_ATOMIC" },
		{ GFP_NOWAIT, "GFP_NOWAIT" },
		{ GFP_DMA, "GFP_DMA" },
		{ GFP_KERNEL | __GFP_ZERO | __GFP_COMP, "GFP_KERNEL|__GFP_ZERO|__GFP_COMP" },
		{ GFP_KERNEL | GFP_DMA32, "GFP_KERNEL|GFP_DMA32" },
		{ GFP_HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE" },
		{ __GFP_NOWARN | __GFP_IO, "__GFP_IO|__GFP_NOWARN" },
		{ GFP_NOIO | (__force gfp_t)(1U << 9), "GFP_NOIO|0x200" },
		{ (__force gfp_t)(1U << 30), "0x40000000" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check(test, t[i].name, "%pGg", &t[i].gfp);
}

static void bitmaps(struct kunit *test)
{
	DECLARE_BITMAP(map, 100) = { 0 };

	check(test, "[]", "[%*pbl]", 100, map);
	check(test, "0,00000000,00000000,00000000", "%*pb", 100, map);
	bitmap_set(map, 0, 4);
	bitmap_set(map, 7, 1);
	bitmap_set(map, 62, 4);
	bitmap_set(map, 99, 1);
	check(test, "0-3,7,62-65,99", "%*pbl", 100, map);
	check(test, "8,00000003,c0000000,0000008f", "%*pb", 100, map);
	check(test, "0000008f", "%*pb", 32, map);
	check(test, "(null)", "%*pbl", 8, NULL);
	check(test, "[]", "[%*pb]", 0, map);
}

static const u32 sym_offset[] = { 0x10, 0x40, 0x40, 0x80 };
static const u32 sym_name[] = { 0, 6, 11 };
static const struct ksym_table sym_table = {
	.offset = sym_offset, .name = sym_name, .names = "first\0best\0alias", .nr = 3,
	.base = 0x1000, .text_end = 0x1080,
};

static void forget_table(void *unused)
{
	kallsyms_set_table(NULL);
}

static void symbols(struct kunit *test)
{
	kallsyms_set_table(&sym_table);
	kunit_add_action(test, forget_table, NULL);
	check(test, "first+0x0/0x30 first", "%pS %ps", (void *)0x1010, (void *)0x103f);
	check(test, "best+0x1/0x40", "%pS", (void *)0x1041);
	check(test, "first+0x30/0x30", "%pB", (void *)0x1040);
	check(test, "0x1080 0x100f", "%pS %ps", (void *)0x1080, (void *)0x100f);
	check(test, "0x1010", "%pB", (void *)0x1010);
	check(test, "[           first]", "[%16ps]", (void *)0x1010);
	KUNIT_EXPECT_EQ(test, kallsyms_lookup_name("alias"), 0x1040UL);
	KUNIT_EXPECT_EQ(test, kallsyms_lookup_name("none"), 0UL);
	KUNIT_EXPECT_STREQ(test, kallsyms_lookup(0x107f, NULL, NULL), "best");
	KUNIT_EXPECT_TRUE(test, kernel_text_address(0x1010));
	KUNIT_EXPECT_FALSE(test, kernel_text_address(0x1080));
}

/* The image's own table knows this very function, and its neighbourhood. */
static void own_symbols(struct kunit *test)
{
	unsigned long addr = (unsigned long)own_symbols, size, offset;

	KUNIT_EXPECT_TRUE(test, kernel_text_address(addr));
	KUNIT_EXPECT_FALSE(test, kernel_text_address((unsigned long)out));
	if (!kallsyms_lookup(addr, &size, &offset))
		kunit_skip(test, "no symbol table");
	KUNIT_EXPECT_STREQ(test, kallsyms_lookup(addr, &size, &offset), "own_symbols");
	KUNIT_EXPECT_EQ(test, offset, 0UL);
	KUNIT_EXPECT_GT(test, size, 64UL);
	KUNIT_EXPECT_EQ(test, kallsyms_lookup_name("own_symbols"), addr);
	check(test, "own_symbols", "%ps", (void *)(addr + 9));
	KUNIT_EXPECT_NULL(test, kallsyms_lookup(0x1000, NULL, NULL));
}

static void hex_dumps(struct kunit *test)
{
	static const u8 bytes[20] = "Quarry 0123\x7f\x80\0\xff";
	char line[128];

	KUNIT_EXPECT_EQ(test, hex_dump_to_buffer(bytes, 16, 16, 1, line, sizeof(line), true), 65);
	KUNIT_EXPECT_STREQ(test, line,
			   "51 75 61 72 72 79 20 30 31 32 33 7f 80 00 ff 00  Quarry 0123.....");
	hex_dump_to_buffer(bytes, 8, 16, 4, line, sizeof(line), false);
	KUNIT_EXPECT_STREQ(test, line, "72617551 30207972");
	hex_dump_to_buffer(bytes, 8, 99, 8, line, sizeof(line), true);
	KUNIT_EXPECT_STREQ(test, line, "3020797272617551                   Quarry 0");
	hex_dump_to_buffer(bytes, 3, 32, 2, line, sizeof(line), false);
	KUNIT_EXPECT_STREQ(test, line, "51 75 61");
	KUNIT_EXPECT_EQ(test, hex_dump_to_buffer(bytes, 16, 16, 1, line, 6, true), 65);
	KUNIT_EXPECT_STREQ(test, line, "51 75");
	KUNIT_EXPECT_EQ(test, hex_dump_to_buffer(bytes, 0, 16, 1, line, 6, true), 0);
	KUNIT_EXPECT_STREQ(test, line, "");
}

static void hex_dump_lines(struct kunit *test)
{
	static const u8 bytes[18] = "0123456789abcdef!";
	char want[128];

	printk_capture_start(out, sizeof(out));
	print_hex_dump(KERN_ERR, "Object ", DUMP_PREFIX_NONE, 0, 1, bytes, 2, false);
	print_hex_dump(KERN_ERR, "", DUMP_PREFIX_OFFSET, 16, 1, bytes + 14, 4, true);
	print_hex_dump("", "Redzone ", DUMP_PREFIX_ADDRESS, 16, 1, bytes, 1, false);
	printk_capture_stop();
	scnprintf(want, sizeof(want), "Object 30 31\n00000000: 65 66 21 00%*sef!.\n"
		  "Redzone %px: 30\n",
		  16 * 3 - 11 + 1, "", bytes);
	KUNIT_EXPECT_STREQ(test, out, want);
	printk_capture_start(out, sizeof(out));
	print_hex_dump("", "", DUMP_PREFIX_OFFSET, 16, 1, bytes, 17, false);
	printk_capture_stop();
	KUNIT_EXPECT_STREQ(test, strchr(out, '\n'), "\n00000010: 21\n");
}

static void numbers_from_text(struct kunit *test)
{
	unsigned long long ull = 5;
	unsigned long ul = 0;
	unsigned int u = 0;
	long long ll = 0;
	long l = 0;
	int i = 0;
	u8 b = 0;
	u16 h = 0;

	KUNIT_EXPECT_EQ(test, kstrtoull("18446744073709551615\n", 10, &ull), 0);
	KUNIT_EXPECT_EQ(test, ull, ULLONG_MAX);
	KUNIT_EXPECT_EQ(test, kstrtoull("18446744073709551616", 10, &ull), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoull("", 10, &ull), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoull("-1", 10, &ull), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoull("12x", 10, &ull), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoull("1\n\n", 10, &ull), -EINVAL);
	KUNIT_EXPECT_EQ(test, ull, ULLONG_MAX);
	KUNIT_EXPECT_EQ(test, kstrtoul("+0xfF", 0, &ul), 0);
	KUNIT_EXPECT_EQ(test, ul, 255UL);
	KUNIT_EXPECT_EQ(test, kstrtoul("0x", 0, &ul), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtouint("017", 0, &u), 0);
	KUNIT_EXPECT_EQ(test, u, 15U);
	KUNIT_EXPECT_EQ(test, kstrtouint("4294967296", 0, &u), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoll("-9223372036854775808", 10, &ll), 0);
	KUNIT_EXPECT_EQ(test, (long)ll, LONG_MIN);
	KUNIT_EXPECT_EQ(test, kstrtoll("9223372036854775808", 10, &ll), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoll("-+1", 10, &ll), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtol("-5", 10, &l), 0);
	KUNIT_EXPECT_EQ(test, l, -5L);
	KUNIT_EXPECT_EQ(test, kstrtoint("-2147483649", 10, &i), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoint("-7", 0, &i), 0);
	KUNIT_EXPECT_EQ(test, i, -7);
	KUNIT_EXPECT_EQ(test, kstrtou8("256", 10, &b), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou8("ff", 16, &b), 0);
	KUNIT_EXPECT_EQ(test, kstrtou16("x", 16, &h), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtou16("65535", 10, &h), 0);
	KUNIT_EXPECT_EQ(test, b + h, 255 + 65535);
}

static void leading_numbers(struct kunit *test)
{
	char *end;

	KUNIT_EXPECT_EQ(test, simple_strtoul("12ab", &end, 10), 12UL);
	KUNIT_EXPECT_STREQ(test, end, "ab");
	KUNIT_EXPECT_EQ(test, simple_strtoul("0x1fg", &end, 16), 31UL);
	KUNIT_EXPECT_STREQ(test, end, "g");
	KUNIT_EXPECT_EQ(test, simple_strtol("-12", NULL, 0), -12L);
	KUNIT_EXPECT_EQ(test, simple_strtol("99999999999999999999", NULL, 0), LONG_MAX);
	KUNIT_EXPECT_EQ(test, memparse("64M", &end), 64ULL << 20);
	KUNIT_EXPECT_STREQ(test, end, "");
	KUNIT_EXPECT_EQ(test, memparse("2g@1G", &end), 2ULL << 30);
	KUNIT_EXPECT_STREQ(test, end, "@1G");
	KUNIT_EXPECT_EQ(test, memparse("0x10k", NULL), 16ULL << 10);
	KUNIT_EXPECT_EQ(test, memparse("123", NULL), 123ULL);
	KUNIT_EXPECT_EQ(test, memparse("99999E", NULL), ULLONG_MAX);
	KUNIT_EXPECT_EQ(test, memparse("M", &end), 0ULL);
	KUNIT_EXPECT_STREQ(test, end, "M");
}

static void booleans(struct kunit *test)
{
	bool v = false;

	KUNIT_EXPECT_EQ(test, kstrtobool("on", &v), 0);
	KUNIT_EXPECT_TRUE(test, v);
	KUNIT_EXPECT_EQ(test, kstrtobool("0", &v), 0);
	KUNIT_EXPECT_FALSE(test, v);
	KUNIT_EXPECT_EQ(test, kstrtobool("Yes", &v), 0);
	KUNIT_EXPECT_TRUE(test, v);
	KUNIT_EXPECT_EQ(test, kstrtobool("OFF", &v), 0);
	KUNIT_EXPECT_FALSE(test, v);
	KUNIT_EXPECT_EQ(test, kstrtobool("o", &v), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtobool("", &v), -EINVAL);
}

static struct kunit_case printf_cases[] = {
	KUNIT_CASE(integers),
	KUNIT_CASE(width_and_precision),
	KUNIT_CASE(text_and_characters),
	KUNIT_CASE(malformed),
	KUNIT_CASE(pointers),
	KUNIT_CASE(gfp_flags),
	KUNIT_CASE(bitmaps),
	KUNIT_CASE(symbols),
	KUNIT_CASE(own_symbols),
	KUNIT_CASE(hex_dumps),
	KUNIT_CASE(hex_dump_lines),
	{}
};

static struct kunit_suite printf_suite = { .name = "printf", .test_cases = printf_cases };
kunit_test_suite(printf_suite);

static struct kunit_case kstrtox_cases[] = {
	KUNIT_CASE(numbers_from_text),
	KUNIT_CASE(leading_numbers),
	KUNIT_CASE(booleans),
	{}
};

static struct kunit_suite kstrtox_suite = { .name = "kstrtox", .test_cases = kstrtox_cases };
kunit_test_suite(kstrtox_suite);
