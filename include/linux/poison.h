/* SPDX-License-Identifier: MIT */
/* The patterns that dead memory is filled with; Linux's values, so that dumps read alike. */
#ifndef _LINUX_POISON_H
#define _LINUX_POISON_H

#define POISON_POINTER_DELTA	0xdead000000000000UL	/* non-canonical: a use faults */
#define LIST_POISON1		((void *)(0x100 + POISON_POINTER_DELTA))
#define LIST_POISON2		((void *)(0x122 + POISON_POINTER_DELTA))

#define PAGE_POISON		0xaa
#define SLUB_RED_INACTIVE	0xbb	/* red zone of a free object */
#define SLUB_RED_ACTIVE		0xcc	/* red zone of an object in use */
#define POISON_INUSE		0x5a	/* padding, and objects not yet initialised */
#define POISON_FREE		0x6b	/* a free object */
#define POISON_END		0xa5	/* its last byte */

#endif /* _LINUX_POISON_H */
