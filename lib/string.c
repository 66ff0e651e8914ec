/* SPDX-License-Identifier: MIT */
/*
 * string.c - copy, fill, compare and scan memory
 *
 * MODEL
 *   Up to 16 bytes: two overlapping accesses of the largest size that fits, no loop.
 *   Above: 8-byte string instructions (<asm/string.h>), and one overlapping word for the
 *   rest.  No vector registers, no alignment prologue: x86 loads misaligned words at
 *   full speed, and under icount a word is one instruction.
 *
 *   Names in parentheses: <linux/string.h> makes macros of them.
 */
#include <linux/string.h>

#define DEFINE_ACCESS(type, bits)						\
static __always_inline type load##bits(const void *p)				\
{										\
	type v;									\
										\
	__builtin_memcpy(&v, p, sizeof(v));					\
	return v;								\
}										\
static __always_inline void store##bits(void *p, type v)			\
{										\
	__builtin_memcpy(p, &v, sizeof(v));					\
}
DEFINE_ACCESS(u64, 64)
DEFINE_ACCESS(u32, 32)
DEFINE_ACCESS(u16, 16)

/* n <= 16; loads before it stores, so overlap does not matter. */
static __always_inline void copy_small(void *dst, const void *src, size_t n)
{
	if (n >= 8) {
		u64 head = load64(src), tail = load64(src + n - 8);

		store64(dst, head);
		store64(dst + n - 8, tail);
	} else if (n >= 4) {
		u32 head = load32(src), tail = load32(src + n - 4);

		store32(dst, head);
		store32(dst + n - 4, tail);
	} else if (n >= 2) {
		u16 head = load16(src), tail = load16(src + n - 2);

		store16(dst, head);
		store16(dst + n - 2, tail);
	} else if (n) {
		*(u8 *)dst = *(const u8 *)src;
	}
}

/* n > 16; dst may overlap src from below. */
static __always_inline void copy_up(void *dst, const void *src, size_t n)
{
	u64 tail = load64(src + n - 8);

	arch_copy_words(dst, src, n / 8);
	store64(dst + n - 8, tail);
}

static void copy_down(void *dst, const void *src, size_t n)
{
	u64 head = load64(src);

	for (; n > 8; n -= 8)
		store64(dst + n - 8, load64(src + n - 8));
	store64(dst, head);
}

void *(memcpy)(void *dst, const void *src, size_t n)
{
	if (n <= 16)
		copy_small(dst, src, n);
	else
		copy_up(dst, src, n);
	return dst;
}

void *(memmove)(void *dst, const void *src, size_t n)
{
	if (n <= 16)
		copy_small(dst, src, n);
	else if ((unsigned long)dst - (unsigned long)src >= n)
		copy_up(dst, src, n);
	else
		copy_down(dst, src, n);
	return dst;
}

void *(memset)(void *dst, int c, size_t n)
{
	u64 v = (u8)c * 0x0101010101010101ULL;

	if (n > 16) {
		arch_fill_words(dst, v, n / 8);
		store64(dst + n - 8, v);
	} else if (n >= 8) {
		store64(dst, v);
		store64(dst + n - 8, v);
	} else if (n >= 4) {
		store32(dst, (u32)v);
		store32(dst + n - 4, (u32)v);
	} else if (n) {
		*(u8 *)dst = (u8)v;
		*(u8 *)(dst + n / 2) = (u8)v;
		*(u8 *)(dst + n - 1) = (u8)v;
	}
	return dst;
}

void *memset64(u64 *p, u64 v, size_t count)
{
	arch_fill_words(p, v, count);
	return p;
}

void memzero_explicit(void *s, size_t n)
{
	memset(s, 0, n);
	__asm__ __volatile__("" : : "r"(s) : "memory");
}

int (memcmp)(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n >= 8; n -= 8, x += 8, y += 8)
		if (load64(x) != load64(y))
			break;
	if (n > 8)
		n = 8;			/* the difference is in here */
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

/* The compiler may call it for memcmp() == 0. */
int bcmp(const void *a, const void *b, size_t n);
int bcmp(const void *a, const void *b, size_t n)
{
	return memcmp(a, b, n);
}

void *memchr(const void *s, int c, size_t n)
{
	const u8 *p = s;

	for (; n; n--, p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

void *memscan(void *s, int c, size_t n)
{
	void *p = memchr(s, c, n);

	return p ? p : s + n;
}

void *memchr_inv(const void *s, int c, size_t n)
{
	u64 v = (u8)c * 0x0101010101010101ULL;
	const u8 *p = s;

	for (; n >= 32; n -= 32, p += 32)	/* poisoned objects and pages: mostly equal */
		if ((load64(p) ^ v) | (load64(p + 8) ^ v) | (load64(p + 16) ^ v) |
		    (load64(p + 24) ^ v))
			break;
	for (; n >= 8 && load64(p) == v; n -= 8)
		p += 8;
	for (; n; n--, p++)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}
