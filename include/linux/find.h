/* SPDX-License-Identifier: MIT */
/*
 * Searching arrays of @nbits bits (lib/bitmap.c).  A search that finds nothing gives
 * a value >= nbits (find_last_bit: exactly nbits).
 */
#ifndef _LINUX_FIND_H
#define _LINUX_FIND_H

#include <linux/types.h>

unsigned long find_next_bit(const unsigned long *addr, unsigned long nbits,
			    unsigned long start);
unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long nbits,
				 unsigned long start);
unsigned long find_last_bit(const unsigned long *addr, unsigned long nbits);

#define find_first_bit(addr, nbits)		find_next_bit(addr, nbits, 0)
#define find_first_zero_bit(addr, nbits)	find_next_zero_bit(addr, nbits, 0)

#define for_each_set_bit(bit, addr, nbits)				\
	for ((bit) = find_first_bit(addr, nbits); (bit) < (nbits);	\
	     (bit) = find_next_bit(addr, nbits, (bit) + 1))
#define for_each_clear_bit(bit, addr, nbits)				\
	for ((bit) = find_first_zero_bit(addr, nbits); (bit) < (nbits);	\
	     (bit) = find_next_zero_bit(addr, nbits, (bit) + 1))

#endif /* _LINUX_FIND_H */
