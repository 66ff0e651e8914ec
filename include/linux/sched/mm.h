/* SPDX-License-Identifier: MIT */
/*
 * What allocations may do in the context that they are made in.
 *
 * Scopes: a thread that holds what reclaim would need says so once, and every allocation it
 * makes from there to the end of the scope, however deep in the calls, is made so.  Scopes
 * nest: save gives what the matching restore needs.
 *
 *	unsigned int noio = memalloc_noio_save();
 *	...				// GFP_KERNEL means GFP_NOIO here
 *	memalloc_noio_restore(noio);
 *
 * might_alloc(gfp) stands at the top of whatever may allocate later, or not: a mask that may
 * sleep is reported where sleeping is not allowed, whether memory is short or not.  It gives
 * the mask to go on with, which is @gfp, without __GFP_DIRECT_RECLAIM after a report.
 */
#ifndef _LINUX_SCHED_MM_H
#define _LINUX_SCHED_MM_H

#include <linux/gfp_types.h>
#include <linux/might_sleep.h>
#include <linux/sched.h>

gfp_t __might_alloc(const struct code_site *site, gfp_t gfp);

/* A constant mask that may not sleep costs nothing. */
static __always_inline gfp_t might_alloc_site(const struct code_site *site, gfp_t gfp)
{
	if ((gfp & __GFP_DIRECT_RECLAIM) && unlikely(!can_sleep()))
		return __might_alloc(site, gfp);
	return gfp;
}

#define might_alloc(gfp)	with_site(might_alloc_site, gfp)

static inline unsigned int memalloc_flags_save(unsigned int flags)
{
	unsigned int old = ~current->flags & flags;

	current->flags |= flags;
	return old;
}

/* Takes away the flags that the matching save has added. */
static inline void memalloc_flags_restore(unsigned int flags)
{
	current->flags &= ~flags;
}

/* No I/O (and so no file system either) on behalf of our allocations. */
static inline unsigned int memalloc_noio_save(void)
{
	return memalloc_flags_save(PF_MEMALLOC_NOIO);
}

static inline void memalloc_noio_restore(unsigned int flags)
{
	memalloc_flags_restore(flags);
}

/* No call into a file system. */
static inline unsigned int memalloc_nofs_save(void)
{
	return memalloc_flags_save(PF_MEMALLOC_NOFS);
}

static inline void memalloc_nofs_restore(unsigned int flags)
{
	memalloc_flags_restore(flags);
}

/* We are reclaim: all reserves, and never into reclaim again. */
static inline unsigned int memalloc_noreclaim_save(void)
{
	return memalloc_flags_save(PF_MEMALLOC);
}

static inline void memalloc_noreclaim_restore(unsigned int flags)
{
	memalloc_flags_restore(flags);
}

/* The mask, without what the running thread's scopes forbid. */
static inline gfp_t current_gfp_context(gfp_t gfp)
{
	const unsigned int flags = READ_ONCE(current->flags);

	if (flags & PF_MEMALLOC_NOIO)
		return gfp & ~(__GFP_IO | __GFP_FS);
	return flags & PF_MEMALLOC_NOFS ? gfp & ~__GFP_FS : gfp;
}

#endif /* _LINUX_SCHED_MM_H */
