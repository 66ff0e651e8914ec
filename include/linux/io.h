/* SPDX-License-Identifier: MIT */
/*
 * Device registers and device memory.
 *
 * ioremap(): map @size bytes of physical address space that is not RAM in use; the
 * address keeps its offset in the page.  Uncached; _wc: write-combining, for frame
 * buffers; _cache: cached, for firmware tables.
 * Context: process context, once vmalloc_init() has run.  Failure: NULL, and the log says
 * why (size 0, wrapping, beyond the CPU's address lines, RAM in use, out of memory).
 * Freed by iounmap(), with any address that ioremap() returned; NULL is fine.
 */
#ifndef _LINUX_IO_H
#define _LINUX_IO_H

#include <linux/might_sleep.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/io.h>

/* mm/ioremap.c */
void __iomem *ioremap(phys_addr_t paddr, size_t size);
void __iomem *ioremap_wc(phys_addr_t paddr, size_t size);
void __iomem *ioremap_cache(phys_addr_t paddr, size_t size);
#define ioremap(paddr, size)		(sleep_allowed() ? ioremap(paddr, size) : NULL)
#define ioremap_wc(paddr, size)		(sleep_allowed() ? ioremap_wc(paddr, size) : NULL)
#define ioremap_cache(paddr, size)	(sleep_allowed() ? ioremap_cache(paddr, size) : NULL)
#define ioremap_nocache(paddr, size)	ioremap(paddr, size)	/* the name until 5.5 */
void iounmap(volatile void __iomem *addr);

/* The names for registers that may be behind ports elsewhere; here: mapped ones. */
#define ioread8(addr)		readb(addr)
#define ioread16(addr)		readw(addr)
#define ioread32(addr)		readl(addr)
#define iowrite8(v, addr)	writeb(v, addr)
#define iowrite16(v, addr)	writew(v, addr)
#define iowrite32(v, addr)	writel(v, addr)

/* Device memory as bytes; @n of them. */
static inline void memset_io(volatile void __iomem *dst, int c, size_t n)
{
	memset((void __force *)dst, c, n);
}

static inline void memcpy_toio(volatile void __iomem *dst, const void *src, size_t n)
{
	memcpy((void __force *)dst, src, n);
}

static inline void memcpy_fromio(void *dst, const volatile void __iomem *src, size_t n)
{
	memcpy(dst, (const void __force *)src, n);
}

#endif /* _LINUX_IO_H */
