/* SPDX-License-Identifier: MIT */
/* string_test.c - lib/string.c and lib/str.c against plain loops and by example */
#include <kunit/test.h>
#include <linux/ctype.h>
#include <linux/prandom.h>
#include <linux/string.h>

/* Calls that the compiler cannot expand. */
static void *(*const volatile do_memcpy)(void *, const void *, size_t) = (memcpy);
static void *(*const volatile do_memmove)(void *, const void *, size_t) = (memmove);
static void *(*const volatile do_memset)(void *, int, size_t) = (memset);
static int (*const volatile do_memcmp)(const void *, const void *, size_t) = (memcmp);
static size_t (*const volatile do_strlen)(const char *) = (strlen);

#define BUF	160

static u8 buf[BUF], want[BUF], src[BUF];

static void fill(u8 *p, u64 seed)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, seed);
	for (int i = 0; i < BUF; i++)
		p[i] = (u8)prandom_u32_state(&rnd);
}

static bool same(const u8 *a, const u8 *b)
{
	for (int i = 0; i < BUF; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* Every size up to 80 at every misalignment of both sides; neighbours stay. */
static void memcpy_all_sizes(struct kunit *test)
{
	fill(src, 1);
	for (size_t n = 0; n <= 80; n++) {
		for (size_t d = 8; d < 17; d++) {
			for (size_t s = 0; s < 9; s++) {
				fill(buf, n);
				fill(want, n);
				for (size_t i = 0; i < n; i++)
					want[d + i] = src[s + i];
				KUNIT_ASSERT_PTR_EQ(test, do_memcpy(buf + d, src + s, n),
						    (void *)(buf + d));
				KUNIT_ASSERT_TRUE_MSG(test, same(buf, want), "n %zu d %zu s %zu",
						      n, d, s);
			}
		}
	}
}

static void memmove_overlaps(struct kunit *test)
{
	for (size_t n = 0; n <= 64; n++) {
		for (size_t d = 0; d < 80; d += 3) {
			fill(buf, n);
			fill(want, n);
			for (size_t i = 0; i < n; i++)
				want[d + i] = buf[40 + i];
			do_memmove(buf + d, buf + 40, n);
			KUNIT_ASSERT_TRUE_MSG(test, same(buf, want), "n %zu d %zu", n, d);
		}
	}
}

static void memset_all_sizes(struct kunit *test)
{
	for (size_t n = 0; n <= 80; n++) {
		for (size_t d = 0; d < 9; d++) {
			fill(buf, n);
			fill(want, n);
			for (size_t i = 0; i < n; i++)
				want[d + i] = 0xa5;
			KUNIT_ASSERT_PTR_EQ(test, do_memset(buf + d, 0x1a5, n), (void *)(buf + d));
			KUNIT_ASSERT_TRUE_MSG(test, same(buf, want), "n %zu d %zu", n, d);
		}
	}
}

static void memcmp_finds_first_difference(struct kunit *test)
{
	for (size_t n = 0; n <= 40; n++) {
		for (size_t at = 0; at < n; at++) {
			do_memset(buf, 7, BUF);
			do_memset(want, 7, BUF);
			buf[at] = 200;		/* unsigned comparison */
			buf[n - 1] ^= at == n - 1 ? 0 : 5;
			KUNIT_ASSERT_GT(test, do_memcmp(buf, want, n), 0);
			KUNIT_ASSERT_LT(test, do_memcmp(want, buf, n), 0);
			KUNIT_ASSERT_EQ(test, do_memcmp(buf, want, at), 0);
		}
	}
}

int bcmp(const void *a, const void *b, size_t n);	/* for compilers, in no header */

static void memory_searches(struct kunit *test)
{
	do_memset(buf, 3, BUF);
	buf[41] = 9;
	buf[50] = 9;
	KUNIT_EXPECT_PTR_EQ(test, memchr(buf, 9, BUF), (void *)(buf + 41));
	KUNIT_EXPECT_NE(test, bcmp(buf, buf + 1, 60), 0);
	KUNIT_EXPECT_NULL(test, memchr(buf, 9, 41));
	KUNIT_EXPECT_PTR_EQ(test, memscan(buf, 9, 41), (void *)(buf + 41));
	KUNIT_EXPECT_PTR_EQ(test, memscan(buf, 9, 50), (void *)(buf + 41));
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(buf, 3, BUF), (void *)(buf + 41));
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(buf + 1, 3, 41), (void *)(buf + 41));
	KUNIT_EXPECT_NULL(test, memchr_inv(buf, 3, 41));
	KUNIT_EXPECT_NULL(test, memchr_inv(buf, 0, 0));
}

static void words_and_pages(struct kunit *test)
{
	static u64 words[1024] __aligned(4096);

	memset64(words, 0x1234567890abcdefULL, 1024);
	KUNIT_EXPECT_EQ(test, words[0], 0x1234567890abcdefULL);
	KUNIT_EXPECT_EQ(test, words[1023], 0x1234567890abcdefULL);
	clear_page(words);
	KUNIT_EXPECT_NULL(test, memchr_inv(words, 0, 4096));
	KUNIT_EXPECT_EQ(test, words[512], 0x1234567890abcdefULL);
	words[511] = 5;
	copy_page(words + 512, words);
	KUNIT_EXPECT_EQ(test, words[512], 0ULL);
	KUNIT_EXPECT_EQ(test, words[1023], 5ULL);
	memzero_explicit(words, 4096);
	KUNIT_EXPECT_NULL(test, memchr_inv(words, 0, 4096));
}

static void lengths_and_copies(struct kunit *test)
{
	char s[16];

	KUNIT_EXPECT_EQ(test, do_strlen(""), 0UL);
	KUNIT_EXPECT_EQ(test, do_strlen("quarry"), 6UL);
	KUNIT_EXPECT_EQ(test, strnlen("quarry", 3), 3UL);
	KUNIT_EXPECT_EQ(test, strnlen("quarry", 30), 6UL);
	KUNIT_EXPECT_STREQ(test, strcpy(s, "stone"), "stone");
	KUNIT_EXPECT_STREQ(test, strcat(s, " age"), "stone age");
	memset(s, 'x', sizeof(s));
	KUNIT_EXPECT_MEMEQ(test, strncpy(s, "ab", 4), "ab\0\0x", 5);
	KUNIT_EXPECT_MEMEQ(test, strncpy(s, "abcdef", 3), "abc\0x", 5);
	KUNIT_EXPECT_EQ(test, strlcpy(s, "granite", 4), 7UL);
	KUNIT_EXPECT_STREQ(test, s, "gra");
	KUNIT_EXPECT_EQ(test, strlcpy(s, "granite", 0), 7UL);
	KUNIT_EXPECT_EQ(test, strlcat(s, "vel pit", 8), 10UL);
	KUNIT_EXPECT_STREQ(test, s, "gravel ");
	KUNIT_EXPECT_EQ(test, strscpy(s, "lime", 5), 4L);
	KUNIT_EXPECT_STREQ(test, s, "lime");
	KUNIT_EXPECT_EQ(test, strscpy(s, "marble", 4), (ssize_t)-E2BIG);
	KUNIT_EXPECT_STREQ(test, s, "mar");
	KUNIT_EXPECT_EQ(test, strscpy(s, "marble", 0), (ssize_t)-E2BIG);
}

static void comparisons(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, strcmp("ab", "ab"), 0);
	KUNIT_EXPECT_LT(test, strcmp("ab", "ac"), 0);
	KUNIT_EXPECT_GT(test, strcmp("ab", "a"), 0);
	KUNIT_EXPECT_GT(test, strcmp("\xff", "a"), 0);
	KUNIT_EXPECT_EQ(test, strncmp("abc", "abd", 2), 0);
	KUNIT_EXPECT_LT(test, strncmp("abc", "abd", 3), 0);
	KUNIT_EXPECT_EQ(test, strncmp("ab", "ab", 30), 0);
	KUNIT_EXPECT_EQ(test, strcasecmp("SlAb", "sLaB"), 0);
	KUNIT_EXPECT_LT(test, strcasecmp("SLAB", "slob"), 0);
	KUNIT_EXPECT_EQ(test, strncasecmp("SLAB", "slob", 2), 0);
	KUNIT_EXPECT_TRUE(test, strstarts("kunit.filter", "kunit."));
	KUNIT_EXPECT_FALSE(test, strstarts("kun", "kunit"));
	KUNIT_EXPECT_TRUE(test, sysfs_streq("on\n", "on"));
	KUNIT_EXPECT_TRUE(test, sysfs_streq("on", "on\n"));
	KUNIT_EXPECT_FALSE(test, sysfs_streq("on", "one"));
}

static void string_searches(struct kunit *test)
{
	const char *s = "a/b/c";

	KUNIT_EXPECT_PTR_EQ(test, strchr(s, '/'), (char *)s + 1);
	KUNIT_EXPECT_PTR_EQ(test, strchr(s, 0), (char *)s + 5);
	KUNIT_EXPECT_NULL(test, strchr(s, 'x'));
	KUNIT_EXPECT_PTR_EQ(test, strchrnul(s, 'x'), (char *)s + 5);
	KUNIT_EXPECT_PTR_EQ(test, strrchr(s, '/'), (char *)s + 3);
	KUNIT_EXPECT_NULL(test, strrchr(s, 'x'));
	KUNIT_EXPECT_PTR_EQ(test, strnchr(s, 3, '/'), (char *)s + 1);
	KUNIT_EXPECT_NULL(test, strnchr(s, 1, '/'));
	KUNIT_EXPECT_NULL(test, strnchr(s, 99, 'x'));
	KUNIT_EXPECT_PTR_EQ(test, strstr(s, "b/"), (char *)s + 2);
	KUNIT_EXPECT_PTR_EQ(test, strstr(s, ""), (char *)s);
	KUNIT_EXPECT_NULL(test, strstr(s, "b/d"));
	KUNIT_EXPECT_NULL(test, strnstr(s, "c", 4));
	KUNIT_EXPECT_EQ(test, strspn("0x12", "x0"), 2UL);
	KUNIT_EXPECT_EQ(test, strcspn("key=val", "="), 3UL);
	KUNIT_EXPECT_STREQ(test, strpbrk("key=val", "=:"), "=val");
	KUNIT_EXPECT_NULL(test, strpbrk("key", "=:"));
}

static void cutting(struct kunit *test)
{
	static const char *const names[] = { "slab", "slub", NULL, "slob" };
	char line[] = "mem=64M  quiet", blanks[] = " \t test 1\n ", none[] = "  ";
	char *p = line;

	KUNIT_EXPECT_STREQ(test, strsep(&p, " "), "mem=64M");
	KUNIT_EXPECT_STREQ(test, strsep(&p, " "), "");
	KUNIT_EXPECT_STREQ(test, strsep(&p, " "), "quiet");
	KUNIT_EXPECT_NULL(test, strsep(&p, " "));
	KUNIT_EXPECT_STREQ(test, strim(blanks), "test 1");
	KUNIT_EXPECT_STREQ(test, strim(none), "");
	KUNIT_EXPECT_STREQ(test, skip_spaces(" x "), "x ");
	KUNIT_EXPECT_EQ(test, match_string(names, 4, "slub"), 1);
	KUNIT_EXPECT_EQ(test, match_string(names, 4, "slob"), -EINVAL);
	KUNIT_EXPECT_EQ(test, match_string(names, 1, "slub"), -EINVAL);
}

static void globs(struct kunit *test)
{
	static const struct { const char *pat, *s; bool match; } t[] = {
		{ "", "", true }, { "", "a", false }, { "a", "a", true }, { "a", "", false },
		{ "*", "", true }, { "*", "abc", true }, { "a*c", "abbc", true },
		{ "a*c", "abcd", false }, { "*b*", "abc", true }, { "*ab", "aab", true },
		{ "a?c", "abc", true }, { "a?c", "ac", false }, { "?", "", false },
		{ "[a-c]x", "bx", true }, { "[a-c]x", "dx", false }, { "[!a-c]x", "dx", true },
		{ "[!a-c]x", "ax", false }, { "[]]", "]", true }, { "[a-]", "-", true },
		{ "[ab", "a", false }, { "\\*", "*", true }, { "\\*", "a", false },
		{ "slab*", "slab", true }, { "**x**", "yxy", true }, { "*[0-9]", "order-3", true },
		{ "a\\", "a\\", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		KUNIT_EXPECT_EQ_MSG(test, glob_match(t[i].pat, t[i].s), t[i].match, "'%s' '%s'",
				    t[i].pat, t[i].s);
}

static void character_classes(struct kunit *test)
{
	for (int c = 0; c < 256; c++) {
		bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
		bool digit = c >= '0' && c <= '9';

		KUNIT_EXPECT_EQ(test, (bool)isalnum(c), upper || lower || digit);
		KUNIT_EXPECT_EQ(test, (bool)isxdigit(c), digit || (upper && c <= 'F') ||
				(lower && c <= 'f'));
		KUNIT_EXPECT_EQ(test, tolower(c), upper ? c + 32 : c);
		KUNIT_EXPECT_EQ(test, toupper(c), lower ? c - 32 : c);
		KUNIT_EXPECT_EQ(test, (bool)isprint(c), c >= 32 && c < 127);
		KUNIT_EXPECT_EQ(test, (bool)iscntrl(c), c < 32 || c == 127);
		KUNIT_EXPECT_EQ(test, (bool)ispunct(c), c > 32 && c < 127 && !isalnum(c));
	}
}

static struct kunit_case string_cases[] = {
	KUNIT_CASE(memcpy_all_sizes),
	KUNIT_CASE(memmove_overlaps),
	KUNIT_CASE(memset_all_sizes),
	KUNIT_CASE(memcmp_finds_first_difference),
	KUNIT_CASE(memory_searches),
	KUNIT_CASE(words_and_pages),
	KUNIT_CASE(lengths_and_copies),
	KUNIT_CASE(comparisons),
	KUNIT_CASE(string_searches),
	KUNIT_CASE(cutting),
	KUNIT_CASE(globs),
	KUNIT_CASE(character_classes),
	{}
};

static struct kunit_suite string_suite = { .name = "string", .test_cases = string_cases };
kunit_test_suite(string_suite);
