/* SPDX-License-Identifier: MIT */
/*
 * GFP flags: how an allocation may behave.  Bit values are those of Linux 6.12.
 * Which combination means what, and who should use it: <linux/gfp.h>.
 */
#ifndef _LINUX_GFP_TYPES_H
#define _LINUX_GFP_TYPES_H

#include <linux/types.h>

#define ___GFP(bit)		((__force gfp_t)(1U << (bit)))

#define __GFP_DMA		___GFP(0)	/* below 16 MiB */
#define __GFP_HIGHMEM		___GFP(1)	/* accepted; x86-64 has no such zone */
#define __GFP_DMA32		___GFP(2)	/* below 4 GiB */
#define __GFP_MOVABLE		___GFP(3)
#define __GFP_RECLAIMABLE	___GFP(4)
#define __GFP_HIGH		___GFP(5)	/* may use part of the reserve */
#define __GFP_IO		___GFP(6)	/* reclaim may start I/O */
#define __GFP_FS		___GFP(7)	/* reclaim may call into a file system */
#define __GFP_ZERO		___GFP(8)
#define __GFP_DIRECT_RECLAIM	___GFP(10)	/* may sleep and reclaim */
#define __GFP_KSWAPD_RECLAIM	___GFP(11)	/* may wake kswapd */
#define __GFP_WRITE		___GFP(12)
#define __GFP_NOWARN		___GFP(13)
#define __GFP_RETRY_MAYFAIL	___GFP(14)
#define __GFP_NOFAIL		___GFP(15)
#define __GFP_NORETRY		___GFP(16)
#define __GFP_MEMALLOC		___GFP(17) /* the whole reserve: only to free more than it takes */
#define __GFP_COMP		___GFP(18)	/* compound page */
#define __GFP_NOMEMALLOC	___GFP(19)	/* never the reserve */
#define __GFP_HARDWALL		___GFP(20)
#define __GFP_THISNODE		___GFP(21)
#define __GFP_ACCOUNT		___GFP(22)
#define __GFP_ZEROTAGS		___GFP(23)
#define __GFP_NO_OBJ_EXT	___GFP(24)
#define __GFP_BITS_SHIFT	25
#define __GFP_BITS_MASK		((__force gfp_t)((1U << __GFP_BITS_SHIFT) - 1))

#define __GFP_RECLAIM		(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

#define GFP_ATOMIC		(__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL		(__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT	(GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOWAIT		(__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOIO		(__GFP_RECLAIM)
#define GFP_NOFS		(__GFP_RECLAIM | __GFP_IO)
#define GFP_USER		(__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HARDWALL)
#define GFP_DMA			__GFP_DMA
#define GFP_DMA32		__GFP_DMA32
#define GFP_HIGHUSER		(GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE	(GFP_HIGHUSER | __GFP_MOVABLE)

static inline bool gfpflags_allow_blocking(const gfp_t gfp)
{
	return !!(gfp & __GFP_DIRECT_RECLAIM);
}

#endif /* _LINUX_GFP_TYPES_H */
