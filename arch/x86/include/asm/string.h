/* SPDX-License-Identifier: MIT */
/*
 * 8-byte string instructions: fast on every x86-64, one counted instruction a word
 * under icount, and no vector registers.
 */
#ifndef _ASM_STRING_H
#define _ASM_STRING_H

#include <linux/types.h>

static __always_inline void arch_fill_words(void *dst, unsigned long v, size_t words)
{
	__asm__ __volatile__("rep stosq"
			     : "+D"(dst), "+c"(words) : "a"(v) : "memory");
}

/* Ascending: dst below src may overlap it. */
static __always_inline void arch_copy_words(void *dst, const void *src, size_t words)
{
	__asm__ __volatile__("rep movsq"
			     : "+D"(dst), "+S"(src), "+c"(words) : : "memory");
}

#endif /* _ASM_STRING_H */
