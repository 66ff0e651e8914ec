/* SPDX-License-Identifier: MIT */
/* Word loops of the hosted build: plain C, so that the sanitizers see each access. */
#ifndef _ASM_STRING_H
#define _ASM_STRING_H

#include <linux/types.h>

static inline void arch_fill_words(void *dst, unsigned long v, size_t words)
{
	for (char *d = dst; words--; d += 8)
		__builtin_memcpy(d, &v, 8);
}

static inline void arch_copy_words(void *dst, const void *src, size_t words)
{
	const char *s = src;
	unsigned long v;

	for (char *d = dst; words--; d += 8, s += 8) {
		__builtin_memcpy(&v, s, 8);
		__builtin_memcpy(d, &v, 8);
	}
}

#endif /* _ASM_STRING_H */
