/* SPDX-License-Identifier: MIT */
/* bitmap_test.c - lib/bitmap.c against a bool array; bit, arithmetic and sort helpers */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/log2.h>
#include <linux/overflow.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/sort.h>

#define BITS	200

static DECLARE_BITMAP(a, BITS);
static DECLARE_BITMAP(b, BITS);
static DECLARE_BITMAP(c, BITS);

static void random_bits(unsigned long *map, struct rnd_state *rnd)
{
	/* From nearly empty to nearly full. */
	unsigned int density = prandom_u32_below(rnd, 5);

	for (unsigned int i = 0; i < BITS_TO_LONGS(BITS) * BITS_PER_LONG; i++) {
		if (prandom_u32_below(rnd, 5) < density)
			__set_bit(i, map);
		else
			__clear_bit(i, map);
	}
}

static void searches(struct kunit *test)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, kunit_seed());
	for (int round = 0; round < 60; round++) {
		unsigned int nbits = prandom_u32_below(&rnd, BITS + 1);
		unsigned long next = nbits, zero = nbits, last = nbits;

		random_bits(a, &rnd);
		for (unsigned int i = nbits; i-- > 0; ) {
			if (test_bit(i, a))
				next = i;
			else
				zero = i;
			if (last == nbits && test_bit(i, a))
				last = i;
			KUNIT_ASSERT_EQ(test, find_next_bit(a, nbits, i), next);
			KUNIT_ASSERT_EQ(test, find_next_zero_bit(a, nbits, i), zero);
		}
		KUNIT_ASSERT_EQ(test, find_last_bit(a, nbits), last);
		KUNIT_ASSERT_EQ(test, bitmap_empty(a, nbits), next == nbits);
		KUNIT_ASSERT_EQ(test, bitmap_full(a, nbits), zero == nbits);
		KUNIT_ASSERT_EQ(test, find_next_bit(a, nbits, nbits + 3), (unsigned long)nbits);
	}
}

static void ranges(struct kunit *test)
{
	for (unsigned int start = 0; start < 130; start += 7) {
		for (unsigned int len = 0; len <= 70; len += 5) {
			bitmap_zero(a, BITS);
			bitmap_set(a, start, len);
			bitmap_fill(b, BITS);
			bitmap_clear(b, start, len);
			for (unsigned int i = 0; i < BITS; i++) {
				bool in = i >= start && i < start + len;

				KUNIT_ASSERT_EQ(test, test_bit(i, a), in);
				KUNIT_ASSERT_EQ(test, test_bit(i, b), !in);
			}
			KUNIT_ASSERT_EQ(test, bitmap_weight(a, BITS), len);
		}
	}
}

static void set_algebra(struct kunit *test)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, kunit_seed());
	for (int round = 0; round < 40; round++) {
		bool equal = true, meet = false, subset = true, both = false, diff = false;
		unsigned int weight = 0;

		random_bits(a, &rnd);
		bitmap_copy(b, a, BITS);
		for (int i = 0; i < round % 4; i++)
			change_bit(prandom_u32_below(&rnd, BITS), b);
		if (round % 8 == 7)
			random_bits(b, &rnd);
		for (unsigned int i = 0; i < BITS; i++) {
			bool x = test_bit(i, a), y = test_bit(i, b);

			equal &= x == y;
			meet |= x && y;
			subset &= !x || y;
			both |= x && y;
			diff |= x && !y;
			weight += x;
		}
		KUNIT_ASSERT_EQ(test, bitmap_equal(a, b, BITS), equal);
		KUNIT_ASSERT_EQ(test, bitmap_intersects(a, b, BITS), meet);
		KUNIT_ASSERT_EQ(test, bitmap_subset(a, b, BITS), subset);
		KUNIT_ASSERT_EQ(test, bitmap_weight(a, BITS), weight);
		KUNIT_ASSERT_EQ(test, bitmap_and(c, a, b, BITS), both);
		KUNIT_ASSERT_EQ(test, bitmap_andnot(c, a, b, BITS), diff);
		bitmap_or(c, a, b, BITS);
		KUNIT_ASSERT_TRUE(test, bitmap_subset(a, c, BITS) && bitmap_subset(b, c, BITS));
		bitmap_xor(c, a, b, BITS);
		KUNIT_ASSERT_EQ(test, bitmap_empty(c, BITS), equal);
	}
}

static void zero_areas(struct kunit *test)
{
	bitmap_zero(a, BITS);
	bitmap_set(a, 3, 2);
	bitmap_set(a, 70, 1);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(a, BITS, 0, 3, 0), 0UL);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(a, BITS, 0, 4, 0), 5UL);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(a, BITS, 0, 4, 7), 8UL);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(a, BITS, 60, 16, 15), 80UL);
	KUNIT_EXPECT_GT(test, bitmap_find_next_zero_area(a, BITS, 0, 150, 0), BITS - 150UL);
}

static void single_bits(struct kunit *test)
{
	unsigned long word = 0;
	unsigned int bit, n = 0;

	set_bit(5, &word);
	KUNIT_EXPECT_TRUE(test, test_and_set_bit(5, &word));
	KUNIT_EXPECT_FALSE(test, test_and_set_bit(63, &word));
	KUNIT_EXPECT_TRUE(test, test_and_clear_bit(5, &word));
	KUNIT_EXPECT_FALSE(test, __test_and_set_bit(0, &word));
	KUNIT_EXPECT_TRUE(test, __test_and_clear_bit(0, &word));
	__change_bit(1, &word);
	clear_bit(63, &word);
	KUNIT_EXPECT_EQ(test, word, 2UL);
	KUNIT_EXPECT_EQ(test, __ffs(0x50), 4UL);
	KUNIT_EXPECT_EQ(test, __fls(0x50), 6UL);
	KUNIT_EXPECT_EQ(test, ffz(0x0f), 4UL);
	KUNIT_EXPECT_EQ(test, ffs(0), 0);
	KUNIT_EXPECT_EQ(test, ffs(8), 4);
	KUNIT_EXPECT_EQ(test, fls(0), 0);
	KUNIT_EXPECT_EQ(test, fls(0x80000000U), 32);
	KUNIT_EXPECT_EQ(test, fls64(1ULL << 40), 41);
	KUNIT_EXPECT_EQ(test, hweight64(0xf0f0f0f0f0f0f0f1ULL), 33U);
	KUNIT_EXPECT_EQ(test, hweight8(0xfff), 8U);
	KUNIT_EXPECT_EQ(test, rol32(0x80000001U, 1), 3U);
	KUNIT_EXPECT_EQ(test, ror64(1, 4), 1ULL << 60);
	KUNIT_EXPECT_EQ(test, rol64(5, 0) + ror32(5, 0), 10ULL);
	KUNIT_EXPECT_EQ(test, GENMASK(7, 4), 0xf0UL);
	KUNIT_EXPECT_EQ(test, GENMASK(63, 0), ~0UL);
	word = 0x15;
	for_each_set_bit(bit, &word, 64)
		n = n * 10 + bit;
	for_each_clear_bit(bit, &word, 4)
		n = n * 10 + bit;
	KUNIT_EXPECT_EQ(test, n, 2413U);
}

static void logarithms(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ilog2(1), 0);
	KUNIT_EXPECT_EQ(test, ilog2(4097), 12);
	KUNIT_EXPECT_EQ(test, order_base_2(0) + order_base_2(1), 0);
	KUNIT_EXPECT_EQ(test, order_base_2(5), 3);
	KUNIT_EXPECT_EQ(test, roundup_pow_of_two(0), 1UL);
	KUNIT_EXPECT_EQ(test, roundup_pow_of_two(65), 128UL);
	KUNIT_EXPECT_EQ(test, rounddown_pow_of_two(65), 64UL);
	KUNIT_EXPECT_TRUE(test, is_power_of_2(64));
	KUNIT_EXPECT_FALSE(test, is_power_of_2(0) || is_power_of_2(6));
	KUNIT_EXPECT_EQ(test, get_order(1), 0);
	KUNIT_EXPECT_EQ(test, get_order(4096), 0);
	KUNIT_EXPECT_EQ(test, get_order(4097), 1);
	KUNIT_EXPECT_EQ(test, get_order(SZ_4M), 10);
	for (unsigned long i = 0; i < 1000; i++)
		KUNIT_ASSERT_EQ(test, int_sqrt(i * i + i), i);
	KUNIT_EXPECT_EQ(test, int_sqrt(~0UL), 0xffffffffUL);
}

static void arithmetic(struct kunit *test)
{
	size_t n = SIZE_MAX / 2 + 1;
	u32 rem;

	KUNIT_EXPECT_EQ(test, array_size(n, 2), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, array_size(3, 5), 15UL);
	KUNIT_EXPECT_EQ(test, array3_size(n, 2, 0), 0UL);
	KUNIT_EXPECT_EQ(test, size_add(n, n), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_add(1, 2), 3UL);
	KUNIT_EXPECT_EQ(test, div_u64_rem(100, 7, &rem), 14ULL);
	KUNIT_EXPECT_EQ(test, rem, 2U);
	KUNIT_EXPECT_EQ(test, div_u64(100, 7) + div64_u64(100, 9), 25ULL);
	KUNIT_EXPECT_EQ(test, ALIGN(0x1001UL, 0x1000), 0x2000UL);
	KUNIT_EXPECT_EQ(test, ALIGN_DOWN(0x1fffUL, 0x1000), 0x1000UL);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(0x2000UL, 0x1000));
	KUNIT_EXPECT_EQ(test, round_up(5, 4) + round_down(7, 4), 12);
	KUNIT_EXPECT_EQ(test, roundup(10, 7) + rounddown(10, 7), 21);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_UP(10, 4) + DIV_ROUND_CLOSEST(10, 4), 6);
	KUNIT_EXPECT_EQ(test, clamp(50, 0, 10) + clamp(-5, 0, 10), 10);
	KUNIT_EXPECT_EQ(test, min3(3, 1, 2) + max3(3, 1, 2), 4);
	KUNIT_EXPECT_EQ(test, min_not_zero(0, 4) + min_not_zero(3, 0) + min_not_zero(2, 9), 9);
	KUNIT_EXPECT_EQ(test, abs(-4) + abs_diff(3, 9), 10);
}

static void atomics(struct kunit *test)
{
	atomic_t v = ATOMIC_INIT(5);
	atomic64_t w = ATOMIC64_INIT(-1);
	atomic_long_t l = ATOMIC_LONG_INIT(0);
	unsigned long word = 3;

	atomic_add(3, &v);
	atomic_sub(1, &v);
	atomic_inc(&v);
	atomic_dec(&v);
	KUNIT_EXPECT_EQ(test, atomic_read(&v), 7);
	KUNIT_EXPECT_EQ(test, atomic_add_return(2, &v), 9);
	KUNIT_EXPECT_EQ(test, atomic_fetch_add(2, &v), 9);
	KUNIT_EXPECT_FALSE(test, atomic_dec_and_test(&v));
	KUNIT_EXPECT_TRUE(test, atomic_sub_and_test(10, &v));
	KUNIT_EXPECT_FALSE(test, atomic_inc_not_zero(&v));
	KUNIT_EXPECT_TRUE(test, atomic_add_unless(&v, 4, 1));
	KUNIT_EXPECT_EQ(test, atomic_cmpxchg(&v, 4, 8), 4);
	KUNIT_EXPECT_EQ(test, atomic_cmpxchg(&v, 4, 9), 8);
	KUNIT_EXPECT_EQ(test, atomic_xchg(&v, 1), 8);
	KUNIT_EXPECT_TRUE(test, atomic64_inc_and_test(&w));
	KUNIT_EXPECT_EQ(test, atomic64_dec_return(&w), -1LL);
	atomic_long_set(&l, 7);
	KUNIT_EXPECT_EQ(test, atomic_long_inc_return(&l), 8L);
	KUNIT_EXPECT_EQ(test, cmpxchg(&word, 3UL, 4UL), 3UL);
	KUNIT_EXPECT_EQ(test, xchg(&word, 9UL), 4UL);
}

static int cmp_int(const void *x, const void *y)
{
	return *(const int *)x - *(const int *)y;
}

static int swaps;
static void swap_int(void *x, void *y, int size)
{
	swap(*(int *)x, *(int *)y);
	swaps++;
}

static void sorting(struct kunit *test)
{
	static int v[257];
	struct rnd_state rnd;

	prandom_seed_state(&rnd, kunit_seed());
	for (size_t n = 0; n < ARRAY_SIZE(v); n += n < 10 ? 1 : 49) {
		long sum = 0;

		for (size_t i = 0; i < n; i++) {
			v[i] = (int)prandom_u32_below(&rnd, 100);
			sum += v[i];
		}
		sort(v, n, sizeof(v[0]), cmp_int, n & 1 ? swap_int : NULL);
		for (size_t i = 0; i < n; i++) {
			sum -= v[i];
			KUNIT_ASSERT_TRUE(test, !i || v[i - 1] <= v[i]);
		}
		KUNIT_EXPECT_EQ(test, sum, 0L);
	}
	KUNIT_EXPECT_GT(test, swaps, 0);
}

static struct kunit_case bitmap_cases[] = {
	KUNIT_CASE(searches),
	KUNIT_CASE(ranges),
	KUNIT_CASE(set_algebra),
	KUNIT_CASE(zero_areas),
	KUNIT_CASE(single_bits),
	KUNIT_CASE(logarithms),
	KUNIT_CASE(arithmetic),
	KUNIT_CASE(atomics),
	KUNIT_CASE(sorting),
	{}
};

static struct kunit_suite bitmap_suite = { .name = "bitmap", .test_cases = bitmap_cases };
kunit_test_suite(bitmap_suite);
