/* SPDX-License-Identifier: MIT */
/*
 * Port and memory-mapped device registers.  Any context.  Port numbers come last in the
 * writes, as in Linux: outb(value, port).  The b, w, l suffixes are 8, 16 and 32 bits.
 */
#ifndef _ASM_IO_H
#define _ASM_IO_H

#include <linux/types.h>

#define __BUILD_PORT_IO(s, type)						\
static __always_inline void out##s(type value, u16 port)			\
{										\
	__asm__ __volatile__("out" #s " %0, %1" : : "a"(value), "Nd"(port) : "memory"); \
}										\
static __always_inline type in##s(u16 port)					\
{										\
	type value;								\
										\
	__asm__ __volatile__("in" #s " %1, %0" : "=a"(value) : "Nd"(port) : "memory"); \
	return value;								\
}										\
static __always_inline void outs##s(u16 port, const void *buf, unsigned long n)	\
{										\
	__asm__ __volatile__("rep; outs" #s : "+S"(buf), "+c"(n) : "d"(port) : "memory"); \
}										\
static __always_inline void ins##s(u16 port, void *buf, unsigned long n)	\
{										\
	__asm__ __volatile__("rep; ins" #s : "+D"(buf), "+c"(n) : "d"(port) : "memory"); \
}

__BUILD_PORT_IO(b, u8)
__BUILD_PORT_IO(w, u16)
__BUILD_PORT_IO(l, u32)

/* Give a slow ISA device time: one write to the POST code port takes about 1 us. */
static __always_inline void io_delay(void)
{
	outb(0, 0x80);
}

/* Memory-mapped registers: one access of exactly this width, in program order. */
#define __BUILD_MMIO(s, type)							\
static __always_inline type read##s(const volatile void __iomem *addr)		\
{										\
	type value = *(const volatile type __force *)addr;			\
										\
	barrier();								\
	return value;								\
}										\
static __always_inline void write##s(type value, volatile void __iomem *addr)	\
{										\
	barrier();								\
	*(volatile type __force *)addr = value;					\
}

__BUILD_MMIO(b, u8)
__BUILD_MMIO(w, u16)
__BUILD_MMIO(l, u32)
__BUILD_MMIO(q, u64)

#endif /* _ASM_IO_H */
