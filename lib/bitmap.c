/* SPDX-License-Identifier: MIT */
/* bitmap.c - arrays of bits, a word at a time */
#include <linux/bitmap.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

/*
 * The first bit at or after @start of the words addr[i] ^ invert; nbits if none.  With
 * invert all ones it finds clear bits.
 */
static __always_inline unsigned long find_next(const unsigned long *addr, unsigned long nbits,
					       unsigned long start, unsigned long invert)
{
	unsigned long word;

	if (start >= nbits)
		return nbits;
	word = (addr[BIT_WORD(start)] ^ invert) & BITMAP_FIRST_WORD_MASK(start);
	start = round_down(start, BITS_PER_LONG);
	while (!word) {
		start += BITS_PER_LONG;
		if (start >= nbits)
			return nbits;
		word = addr[BIT_WORD(start)] ^ invert;
	}
	return min(start + __ffs(word), nbits);
}

unsigned long find_next_bit(const unsigned long *addr, unsigned long nbits,
			    unsigned long start)
{
	return find_next(addr, nbits, start, 0);
}

unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long nbits,
				 unsigned long start)
{
	return find_next(addr, nbits, start, ~0UL);
}

unsigned long find_last_bit(const unsigned long *addr, unsigned long nbits)
{
	unsigned long i = BITS_TO_LONGS(nbits), mask = BITMAP_LAST_WORD_MASK(nbits);

	while (i-- > 0) {
		unsigned long word = addr[i] & mask;

		if (word)
			return i * BITS_PER_LONG + __fls(word);
		mask = ~0UL;
	}
	return nbits;
}

void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0, BITS_TO_LONGS(nbits) * sizeof(long));
}

void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0xff, BITS_TO_LONGS(nbits) * sizeof(long));
}

void bitmap_copy(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	memcpy(dst, src, BITS_TO_LONGS(nbits) * sizeof(long));
}

/* The bits of word @i that [start, end) covers; end > start. */
static unsigned long word_mask(unsigned long i, unsigned long start, unsigned long end)
{
	unsigned long mask = ~0UL;

	if (i == BIT_WORD(start))
		mask &= BITMAP_FIRST_WORD_MASK(start);
	if (i == BIT_WORD(end - 1))
		mask &= BITMAP_LAST_WORD_MASK(end);
	return mask;
}

void bitmap_set(unsigned long *map, unsigned int start, unsigned int len)
{
	unsigned long end = (unsigned long)start + len;

	for (unsigned long i = BIT_WORD(start); len && i <= BIT_WORD(end - 1); i++)
		map[i] |= word_mask(i, start, end);
}

void bitmap_clear(unsigned long *map, unsigned int start, unsigned int len)
{
	unsigned long end = (unsigned long)start + len;

	for (unsigned long i = BIT_WORD(start); len && i <= BIT_WORD(end - 1); i++)
		map[i] &= ~word_mask(i, start, end);
}

/* Word i of a map of nbits bits, without the bits past the end. */
static unsigned long valid_word(const unsigned long *map, unsigned long i, unsigned int nbits)
{
	return i == BIT_WORD(nbits - 1) ? map[i] & BITMAP_LAST_WORD_MASK(nbits) : map[i];
}

bool bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		unsigned int nbits)
{
	for (unsigned long i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = a[i] & b[i];
	return !bitmap_empty(dst, nbits);
}

void bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b,
	       unsigned int nbits)
{
	for (unsigned long i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = a[i] | b[i];
}

void bitmap_xor(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		unsigned int nbits)
{
	for (unsigned long i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = a[i] ^ b[i];
}

bool bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		   unsigned int nbits)
{
	for (unsigned long i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = a[i] & ~b[i];
	return !bitmap_empty(dst, nbits);
}

bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	for (unsigned long i = 0; i < BITS_TO_LONGS(nbits); i++)
		if (valid_word(a, i, nbits) != valid_word(b, i, nbits))
			return false;
	return true;
}

bool bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	for (unsigned long i = 0; i < BITS_TO_LONGS(nbits); i++)
		if (valid_word(a, i, nbits) & b[i])
			return true;
	return false;
}

bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	for (unsigned long i = 0; i < BITS_TO_LONGS(nbits); i++)
		if (valid_word(a, i, nbits) & ~b[i])
			return false;
	return true;
}

bool bitmap_empty(const unsigned long *src, unsigned int nbits)
{
	return find_first_bit(src, nbits) >= nbits;
}

bool bitmap_full(const unsigned long *src, unsigned int nbits)
{
	return find_first_zero_bit(src, nbits) >= nbits;
}

unsigned int bitmap_weight(const unsigned long *src, unsigned int nbits)
{
	unsigned int n = 0;

	for (unsigned long i = 0; i < BITS_TO_LONGS(nbits); i++)
		n += hweight64(valid_word(src, i, nbits));
	return n;
}

unsigned long bitmap_find_next_zero_area(const unsigned long *map, unsigned long size,
					 unsigned long start, unsigned int nr,
					 unsigned long align_mask)
{
	unsigned long end, busy;

	for (;;) {
		start = find_next_zero_bit(map, size, start);
		start = (start + align_mask) & ~align_mask;
		end = start + nr;
		if (end > size)
			return end;
		busy = find_next_bit(map, end, start);
		if (busy >= end)
			return start;
		start = busy + 1;
	}
}
