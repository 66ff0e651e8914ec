/* SPDX-License-Identifier: MIT */
/*
 * mm/kvmalloc.c - kmalloc while that is easy, vmalloc when it is not
 *
 * MODEL
 *   Small or lucky requests get physically contiguous memory.  A request above a page asks
 *   kmalloc without trying hard and without complaint; if that fails, and the mask allows
 *   sleeping, vmalloc needs no contiguous pages and gets it.  kvfree() tells the two apart
 *   by the address.
 *
 *	bytes	1 .. 4096		kmalloc, as the mask says
 *		.. KMALLOC_MAX_SIZE	kmalloc without effort, else vmalloc
 *		.. INT_MAX		vmalloc
 *		more			NULL: no table is that large, but a wrong product is
 *
 * INVARIANTS	none of its own.
 * LOCKING	none.
 * CONTEXT	as the mask says; a mask that may not sleep never comes to vmalloc.
 * FAILURE	NULL; kvrealloc: NULL and the old block is still the caller's.
 * NOT HERE	both allocators: kmalloc.c, vmalloc.c.
 */
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "vmap.h"

/*
 * Without effort: a large block may be had only by reclaim that throws away much, while vmalloc can
 * take any page.  __GFP_RETRY_MAYFAIL is how a caller says that he wants contiguous memory all the
 * same.  __GFP_NOFAIL is for vmalloc, which can keep it.
 */
static void *kvmalloc_from(size_t size, gfp_t gfp, const void *caller)
{
	gfp_t easy = gfp;
	void *p;

	static_assert(KMALLOC_MAX_SIZE >= PAGE_SIZE, "up to a page is kmalloc's");
	if (size > PAGE_SIZE)
		easy = (gfp & ~__GFP_NOFAIL) | __GFP_NOWARN |
		       (gfp & __GFP_RETRY_MAYFAIL ? 0 : __GFP_NORETRY);
	p = size <= KMALLOC_MAX_SIZE ? (__kmalloc)(size, easy) : NULL;
	if (p || size <= PAGE_SIZE || !gfpflags_allow_blocking(gfp))
		return p;
	if (size > INT_MAX) {			/* as Linux: surely a miscalculation */
		WARN_ON_ONCE(!(gfp & __GFP_NOWARN));
		return NULL;
	}
	return vmalloc_large(size, gfp, (unsigned long)caller);
}

void *(kvmalloc)(size_t size, gfp_t gfp)
{
	return kvmalloc_from(size, gfp, __builtin_return_address(0));
}

void *(kvzalloc)(size_t size, gfp_t gfp)
{
	return kvmalloc_from(size, gfp | __GFP_ZERO, __builtin_return_address(0));
}

void *(kvmalloc_array)(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return kvmalloc_from(bytes, gfp, __builtin_return_address(0));
}

void *(kvcalloc)(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return kvmalloc_from(bytes, gfp | __GFP_ZERO, __builtin_return_address(0));
}

/* Bytes that a block of either kind holds; 0: p does not begin one that is ours to free. */
static size_t kvmalloc_size(const void *p)
{
	struct vm_struct *area;

	if (!is_vmalloc_addr(p))
		return ksize(p);
	area = find_vm_area(p);
	if (!area || area->addr != (unsigned long)p || !(READ_ONCE(area->flags) & VM_ALLOC))
		return 0;
	return get_vm_area_size(area);
}

void *(kvrealloc)(const void *p, size_t size, gfp_t gfp)
{
	size_t old = kvmalloc_size(p);
	void *n;

	if (ZERO_OR_NULL_PTR(p))
		return kvmalloc_from(size, gfp, __builtin_return_address(0));
	if (WARN(!old, "Trying to kvrealloc() bad address (%p)\n", p))
		return NULL;
	if (size && size <= old) {
		if (gfp & __GFP_ZERO)		/* what it grows into again later is 0, too */
			memset((char *)p + size, 0, old - size);
		return (void *)p;
	}
	n = kvmalloc_from(size, gfp, __builtin_return_address(0));
	if (!n)
		return NULL;
	if (size)
		memcpy(n, p, old);
	kvfree(p);
	return n;
}

void kvfree(const void *addr)
{
	if (is_vmalloc_addr(addr))
		vfree(addr);
	else
		kfree(addr);
}

void kvfree_sensitive(const void *addr, size_t len)
{
	if (!is_vmalloc_addr(addr)) {
		kfree_sensitive(addr);		/* which leaves alone what is no live object */
		return;
	}
	memzero_explicit((void *)addr, min(len, kvmalloc_size(addr)));
	vfree(addr);
}
