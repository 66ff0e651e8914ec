/* SPDX-License-Identifier: MIT */
/* Hosted: mapped registers are memory; there are no ports. */
#ifndef _ASM_IO_H
#define _ASM_IO_H

#include <linux/types.h>

#define __BUILD_MMIO(s, type)							\
static __always_inline type read##s(const volatile void __iomem *addr)		\
{										\
	return *(const volatile type *)addr;					\
}										\
static __always_inline void write##s(type value, volatile void __iomem *addr)	\
{										\
	*(volatile type *)addr = value;						\
}

__BUILD_MMIO(b, u8)
__BUILD_MMIO(w, u16)
__BUILD_MMIO(l, u32)
__BUILD_MMIO(q, u64)

#endif /* _ASM_IO_H */
