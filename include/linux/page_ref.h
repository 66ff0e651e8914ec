/* SPDX-License-Identifier: MIT */
/*
 * References to a block of pages, counted in its head.  Any context.  The memory goes
 * back to its zone with the last reference (put_page(), __free_pages()).
 */
#ifndef _LINUX_PAGE_REF_H
#define _LINUX_PAGE_REF_H

#include <linux/mm_types.h>

static inline int page_ref_count(const struct page *page)
{
	return (int)READ_ONCE(page->refcount);
}

static inline void page_ref_inc(struct page *page)
{
	__atomic_fetch_add(&page->refcount, 1, __ATOMIC_RELAXED);
}

/* True if that was the last reference.  With one reference nobody else may add one. */
static inline bool page_ref_dec_and_test(struct page *page)
{
	return __atomic_sub_fetch(&page->refcount, 1, __ATOMIC_ACQ_REL) == 0;
}

#endif /* _LINUX_PAGE_REF_H */
