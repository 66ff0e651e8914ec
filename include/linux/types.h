/* SPDX-License-Identifier: MIT */
/* The kernel's integer types, for the machine (LP64) and for the host alike. */
#ifndef _LINUX_TYPES_H
#define _LINUX_TYPES_H

#include <linux/compiler.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef unsigned char		u8;
typedef unsigned short		u16;
typedef unsigned int		u32;
typedef unsigned long long	u64;
typedef signed char		s8;
typedef signed short		s16;
typedef signed int		s32;
typedef signed long long	s64;

#ifndef __HOSTED__		/* there <asm/types.h> of the C library has them */
typedef u8	__u8;
typedef u16	__u16;
typedef u32	__u32;
typedef u64	__u64;
typedef s8	__s8;
typedef s16	__s16;
typedef s32	__s32;
typedef s64	__s64;
#endif

#ifndef __HOSTED__
typedef u8	uint8_t;
typedef u16	uint16_t;
typedef u32	uint32_t;
typedef u64	uint64_t;
typedef s8	int8_t;
typedef s16	int16_t;
typedef s32	int32_t;
typedef s64	int64_t;
typedef unsigned long	uintptr_t;
typedef long	intptr_t;
typedef long	ssize_t;
typedef long long	loff_t;
typedef unsigned int	uint;
typedef unsigned short	ushort;
typedef unsigned long	ulong;
#else
#include <stdint.h>
#include <sys/types.h>
#endif

typedef u64			phys_addr_t;	/* a physical byte address */
typedef u64			resource_size_t;
typedef u64			dma_addr_t;
typedef unsigned int __bitwise	gfp_t;		/* GFP_* of <linux/gfp_types.h> */
typedef unsigned int __bitwise	slab_flags_t;	/* SLAB_* of <linux/slab.h> */

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef struct { long counter; } atomic_long_t;

#define PHYS_ADDR_MAX		(~(phys_addr_t)0)

#endif /* _LINUX_TYPES_H */
