/* SPDX-License-Identifier: MIT */
/*
 * mm/kmalloc_util.c - what is made of kmalloc and kfree: resizing, copying, sizes
 *
 * MODEL
 *   krealloc() keeps the block while the new size fits behind it, which a size class often
 *   allows; else it allocates, copies what was there and fits, and frees.  The old block is
 *   only freed when the new one exists.
 *
 *	ksize		8 | 96 | ... | 8192 | PAGE_SIZE << order
 *			the class, or the pages of a large block
 *
 *	krealloc 50 -> 60	same class: nothing moves, nothing is copied
 *		 64 -> 100	next class: allocate, copy 64 bytes, free
 *		100 -> 10	stays where it is: a smaller block would cost more than it saves
 *		  x -> 0	kfree(), ZERO_SIZE_PTR
 *		NULL -> x	kmalloc(x)
 *
 *   What was asked for is not remembered, except in caches that are debugged (orig): so a copy
 *   takes all that the class holds.
 *
 * INVARIANTS	none of its own.
 * LOCKING	none.
 * CONTEXT	that of kmalloc and kfree.
 * FAILURE	NULL, the old block untouched.
 * NOT HERE	size classes: kmalloc.c.
 */
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <asm/string.h>

#include "slab.h"

/* Bytes behind p that its user may touch; 0: p is no block of ours. */
static size_t kmalloc_util_size(const void *p)
{
	struct kmem_cache *s;
	struct page *page;

	if (ZERO_OR_NULL_PTR(p))
		return 0;
	s = kmalloc_cache_of(p);
	if (s)
		return s->usable;
	page = kmalloc_large_page(p);
	return page ? PAGE_SIZE << page->order : 0;
}

/* Whoever asks may use all of it, so there is no red zone inside any more. */
size_t ksize(const void *object)
{
	struct kmem_cache *s = ZERO_OR_NULL_PTR(object) ? NULL : kmalloc_cache_of(object);

	if (s && s->orig)
		slab_debug_resize(s, (void *)object, s->object_size);
	return kmalloc_util_size(object);
}
EXPORT_SYMBOL(ksize);

/* For who grows an array in steps: ask for what will be had anyway. */
size_t kmalloc_size_roundup(size_t size)
{
	if (!size)
		return 0;
	static_assert(KMALLOC_MAX_CACHE_SIZE < KMALLOC_MAX_SIZE);
	if (size <= KMALLOC_MAX_CACHE_SIZE)
		return kmalloc_cache(size, 0)->object_size;
	if (size > KMALLOC_MAX_SIZE)
		return size;
	return PAGE_SIZE << get_order(size);
}
EXPORT_SYMBOL(kmalloc_size_roundup);

/* What krealloc() keeps as it is; @s: the cache, NULL: a large block. */
static void *kmalloc_util_stay(struct kmem_cache *s, const void *object, size_t new_size)
{
	if (s && s->orig)
		slab_debug_resize(s, (void *)object, new_size);
	return (void *)object;
}

/* All that krealloc() does but moving an object to a larger class. */
static noinline void *kmalloc_util_resize(const void *object, size_t new_size, gfp_t flags)
{
	struct kmem_cache *s;
	size_t room, old;
	void *p;

	if (unlikely(!new_size)) {
		kfree(object);
		return ZERO_SIZE_PTR;
	}
	if (ZERO_OR_NULL_PTR(object))
		return (__kmalloc)(new_size, flags);
	s = kmalloc_cache_of(object);
	room = s ? s->usable : kmalloc_util_size(object);
	old = s && s->orig ? slab_debug_size(s, object) : room;
	if (new_size <= room) {
		if (flags & __GFP_ZERO)		/* so that what it grows into later is 0 */
			memset((char *)object + min(old, new_size), 0, room - min(old, new_size));
		return kmalloc_util_stay(s, object, new_size);
	}
	p = (__kmalloc)(new_size, flags);
	if (unlikely(!p))
		return NULL;
	VM_BUG_ON(old > room || room >= new_size);	/* all of the old fits the new */
	memcpy(p, object, old);
	kfree(object);
	return p;
}

/*
 * The usual case on its own: an object of a cache without debugging outgrows its class.  Classes
 * are multiples of 8 bytes, so words are copied, the unused end with them, which the next class
 * has room for.
 */
void *(krealloc)(const void *object, size_t new_size, gfp_t flags)
{
	struct kmem_cache *s = slab_cache_quick(object);
	void *p;

	if (unlikely(!s) || unlikely(new_size <= s->stays) ||
	    unlikely(flags & (__GFP_DMA | __GFP_ZERO)))
		return kmalloc_util_resize(object, new_size, flags);
	p = slab_kmalloc(new_size, flags);
	if (unlikely(!p))
		return NULL;
	VM_BUG_ON(s->usable % 8 || s->usable > new_size);
	arch_copy_words(p, object, s->usable / 8);
	kfree(object);
	return p;
}
EXPORT_SYMBOL(krealloc);

void kfree_sensitive(const void *object)
{
	struct kmem_cache *s = ZERO_OR_NULL_PTR(object) ? NULL : kmalloc_cache_of(object);
	size_t bytes = 0;

	/* What is no live object is left alone (ksize() writes, too), and kfree() says so. */
	if (!s || (slab_object_nr(s, slab_page_of(s, object), object) >= 0 &&
		   !slab_pcp_is_free(s, (void *)object)))
		bytes = ksize(object);
	if (bytes)
		memzero_explicit((void *)object, bytes);
	kfree(object);
}
EXPORT_SYMBOL(kfree_sensitive);

/* The 1980s' kfree_s(): its second argument is no longer needed, but can still be wrong. */
void kfree_s(const void *object, size_t size)
{
	const size_t bytes = kmalloc_util_size(object);

	if (!bytes || bytes == kmalloc_size_roundup(size)) {
		kfree(object);		/* says so if it is nothing at all */
		return;
	}
	slab_report_bad_size(kmalloc_cache_of(object), object, size, bytes);
}
EXPORT_SYMBOL(kfree_s);

/* len + 1 is 0 for the one len that has no room for the NUL: refused like any that is too large. */
char *(kmemdup_nul)(const char *s, size_t len, gfp_t flags)
{
	char *copy;

	if (!s)
		return NULL;
	copy = len + 1 ? (__kmalloc)(len + 1, flags) : NULL;
	if (copy) {
		memcpy(copy, s, len);
		copy[len] = '\0';
	}
	return copy;
}
EXPORT_SYMBOL(kmemdup_nul);

char *(kstrndup)(const char *s, size_t max, gfp_t flags)
{
	return s ? (kmemdup_nul)(s, strnlen(s, max), flags) : NULL;
}
EXPORT_SYMBOL(kstrndup);

char *(kstrdup)(const char *s, gfp_t flags)
{
	return s ? (kmemdup_nul)(s, strlen(s), flags) : NULL;
}
EXPORT_SYMBOL(kstrdup);

void *(kmemdup)(const void *src, size_t len, gfp_t flags)
{
	void *copy = (__kmalloc)(len, flags);

	if (copy && len)
		memcpy(copy, src, len);
	return copy;
}
EXPORT_SYMBOL(kmemdup);
