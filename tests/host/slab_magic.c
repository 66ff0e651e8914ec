/* SPDX-License-Identifier: MIT */
/*
 * slab_magic.c - is an offset that of an object?  Every size, every slab, every offset
 *
 * What rewind_slab.asm finds out by a multiplication and a compare (mm/slab_pcp.c says why that
 * works) is compared with a division, for all sizes of slots that there can be, in slabs of all
 * orders, the unused end included.
 */
#include <stdio.h>

#include "../../mm/slab_pcp.h"

int main(void)
{
	u32 size, order, bytes, objects, off, magic, bound;
	unsigned long tried = 0;

	for (order = 0; order <= SLAB_MAX_ORDER; order++) {
		bytes = (u32)PAGE_SIZE << order;
		for (size = 8; size <= bytes; size += 8) {
			objects = bytes / size;
			magic = slab_stock_magic(size);
			bound = slab_stock_bound(size, objects);
			for (off = 0; off < bytes; off++, tried++) {
				if ((off * magic < bound) ==
				    (off % size == 0 && off / size < objects))
					continue;
				fprintf(stderr, "slab_magic: size %u, order %u, offset %u\n", size,
					order, off);
				return 1;
			}
		}
	}
	printf("slab_magic: %lu offsets\n", tried);
	return 0;
}
