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

/* With 64 bits addresses far away are told, too. */
static bool bulk_is_right(u32 size, u32 bytes, u32 objects)
{
	const u64 magic = slab_bulk_magic(size), bound = slab_bulk_bound(size, objects);
	const u64 base = PAGE_OFFSET + (1UL << 32);
	long off, step = size > 64 ? 8 : 1;

	for (off = -4L * bytes; off < 5L * bytes; off += step) {
		if (((u64)off * magic < bound) !=
		    (off >= 0 && off % size == 0 && off / size < objects)) {
			fprintf(stderr, "slab_magic: 64 bits, size %u, offset %ld\n", size, off);
			return false;
		}
	}
	return (0 - base) * magic >= bound && (VMALLOC_START - base) * magic >= bound &&
	       (~0ULL - base) * magic >= bound && (PAGE_OFFSET - base) * magic >= bound;
}

int main(void)
{
	u32 size, order, bytes, objects, off, magic, bound;
	unsigned long tried = 0;

	for (order = 0; order <= SLAB_MAX_ORDER; order++) {
		bytes = (u32)PAGE_SIZE << order;
		for (size = 8; size <= bytes; size += 8) {
			objects = bytes / size;
			if (!bulk_is_right(size, bytes, objects))
				return 1;
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
