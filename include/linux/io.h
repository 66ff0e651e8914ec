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

#include <linux/types.h>

/* mm/ioremap.c */
void __iomem *ioremap(phys_addr_t paddr, size_t size);
void __iomem *ioremap_wc(phys_addr_t paddr, size_t size);
void __iomem *ioremap_cache(phys_addr_t paddr, size_t size);
void iounmap(volatile void __iomem *addr);

#endif /* _LINUX_IO_H */
