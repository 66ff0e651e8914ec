/* SPDX-License-Identifier: MIT */
/*
 * mm/kmalloc.c - memory of any size: size classes, and whole pages above them
 *
 * MODEL
 *   13 classes: powers of two from 8 to 8192, and 96 and 192, which keep what is lost to
 *   rounding below a third for the sizes that kernels ask for most.  Two sets of caches,
 *   NORMAL and DMA.  Above 8192 bytes a block of 2^order pages is taken as it is, with
 *   owner KMALLOC and the size asked for in its struct page.
 *
 *	size	1..8  9..16 17..32 33..64 65..96 97..128 129..192 193..256 ...
 *	index	3     4     5      6      1      7       2        8
 *
 *   A constant size is turned into its class by the compiler (kmalloc() in slab.h); a
 *   size in a variable, by a table of ids, 16 KiB that
 *   save two instructions against one by words.
 *
 *   kfree() needs no size: the struct page of any address says which cache it belongs to,
 *   or that it heads a large block.
 *
 *   The classes are those of Linux and, but for 96 and 192, of McKusick and Karels' 4.3BSD
 *   allocator.
 *
 * INVARIANTS
 *   I1  a block of owner KMALLOC has its size in ->private, PAGE_SIZE << order at most.
 *
 * LOCKING	none of its own.
 * CONTEXT	any but NMI; with a mask that may sleep: where sleeping is allowed.
 * FAILURE	NULL, nothing changed.  A wrong free is reported and ignored.
 * NOT HERE	fast paths: arch/x86/rewind_slab.asm.  Stocks: slab_pcp.c.  krealloc, kstrdup and
 *		so on: kmalloc_util.c.
 */
#include <linux/export.h>
#include <linux/printk.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "slab_pcp.h"

static struct kmem_cache kmalloc_caches[2][KMALLOC_NR_INDEX];

static const struct kmalloc_class {
	unsigned int size;		/* bytes */
	const char *name[2];		/* normal, DMA */
} kmalloc_classes[KMALLOC_NR_INDEX] = {
	[1]  = {   96, { "kmalloc-96",  "dma-kmalloc-96" } },
	[2]  = {  192, { "kmalloc-192", "dma-kmalloc-192" } },
	[3]  = {    8, { "kmalloc-8",   "dma-kmalloc-8" } },
	[4]  = {   16, { "kmalloc-16",  "dma-kmalloc-16" } },
	[5]  = {   32, { "kmalloc-32",  "dma-kmalloc-32" } },
	[6]  = {   64, { "kmalloc-64",  "dma-kmalloc-64" } },
	[7]  = {  128, { "kmalloc-128", "dma-kmalloc-128" } },
	[8]  = {  256, { "kmalloc-256", "dma-kmalloc-256" } },
	[9]  = {  512, { "kmalloc-512", "dma-kmalloc-512" } },
	[10] = { 1024, { "kmalloc-1k",  "dma-kmalloc-1k" } },
	[11] = { 2048, { "kmalloc-2k",  "dma-kmalloc-2k" } },
	[12] = { 4096, { "kmalloc-4k",  "dma-kmalloc-4k" } },
	[13] = { 8192, { "kmalloc-8k",  "dma-kmalloc-8k" } },
};

/*
 * Ids by size, for rewind_slab.asm: as far as kmalloc_fast_max, which is 0 while size classes
 * note the size asked for (slab_debug=).  No bytes: id 0, whose stock is always empty.
 */
u16 kmalloc_ids[KMALLOC_MAX_CACHE_SIZE + 1];
size_t kmalloc_fast_max = KMALLOC_MAX_CACHE_SIZE;

struct kmem_cache *kmalloc_cache(size_t size, gfp_t flags)
{
	return &kmalloc_caches[!!(flags & __GFP_DMA)][kmalloc_index(size)];
}

struct kmem_cache *kmalloc_cache_of(const void *p)
{
	return slab_cache_of_id(slab_id_of(p));
}

struct page *kmalloc_large_page(const void *p)
{
	struct page *page;

	if (!virt_addr_valid(p) || !PAGE_ALIGNED(p))
		return NULL;
	page = virt_to_page(p);
	return page->owner == PAGE_OWNER_KMALLOC ? page : NULL;
}

static noinline void *kmalloc_large(size_t size, gfp_t flags)
{
	struct page *page;

	if (unlikely(size > KMALLOC_MAX_SIZE)) {
		WARN_ONCE(!(flags & __GFP_NOWARN), "kmalloc: %zu bytes is too much\n", size);
		return NULL;
	}
	page = alloc_pages_owner(flags & ~__GFP_COMP, get_order(size), PAGE_OWNER_KMALLOC);
	if (!page)
		return NULL;
	VM_WARN_ON_ONCE(page->owner != PAGE_OWNER_KMALLOC || size > PAGE_SIZE << page->order);
	page->private = size;
	return page_address(page);
}

/* What the fast path leaves: 0, large, DMA, zeroed, empty stocks, and all while debugging. */
void *kmalloc_slow(size_t size, gfp_t flags, unsigned long caller)
{
	struct kmem_cache *s;
	void *p;

	if (!size)
		return ZERO_SIZE_PTR;
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return kmalloc_large(size, flags);
	s = kmalloc_cache(size, flags);
	p = flags & (__GFP_DMA | __GFP_ZERO) ? slab_alloc_zeroable(s->id, flags) :
					       slab_pcp_alloc_slow(s->id, flags, caller);
	if (p && s->orig)
		slab_debug_resize(s, p, size);
	return p;
}

void *(__kmalloc)(size_t size, gfp_t flags)
{
	if (unlikely(flags & (__GFP_DMA | __GFP_ZERO)))
		return kmalloc_slow(size, flags, _RET_IP_);
	return slab_kmalloc(size, flags);
}
EXPORT_SYMBOL(__kmalloc);
EXPORT_SYMBOL(kfree);

/* From rewind_slab.asm: NULL, large, debugged, wrong, or just bad luck. */
void slab_pcp_kfree_slow(void *p, unsigned long caller)
{
	struct kmem_cache *s;
	struct page *page;

	if (ZERO_OR_NULL_PTR(p) && (unsigned long)p % 16 == 0)
		return;
	s = kmalloc_cache_of(p);
	if (s && slab_object_nr(s, slab_page_of(s, p), p) >= 0) {
		slab_pcp_free(s, p, caller);
		return;
	}
	page = s ? NULL : kmalloc_large_page(p);
	if (page && !(slab_link_waiting(*(u64 *)p) && slab_nolock_holds(p)))
		free_pages_owner(page, page->order, PAGE_OWNER_KMALLOC);
	else
		slab_report_bad_free(NULL, p, caller);
}

/* Powers of two are aligned to themselves, with and without red zones, as far as a page. */
static void kmalloc_create(unsigned int dma, unsigned int i)
{
	const unsigned int size = kmalloc_classes[i].size;
	unsigned int align = size & (size - 1) ? 0 : size;

	VM_BUG_ON(kmalloc_index(size) != i);	/* the table and the compiler's agree */
	slab_cache_create_boot(&kmalloc_caches[dma][i], KMALLOC_CACHE(dma, i),
			       kmalloc_classes[i].name[dma], size,
			       align < PAGE_SIZE ? align : PAGE_SIZE,
			       SLAB_KMALLOC | (dma ? SLAB_CACHE_DMA : 0));
	if (kmalloc_caches[dma][i].orig)
		kmalloc_fast_max = 0;
}

void kmalloc_init(void)
{
	unsigned int i;

	for (i = 1; i < KMALLOC_NR_INDEX; i++) {
		kmalloc_create(0, i);
		kmalloc_create(1, i);
	}
	for (i = 1; i <= KMALLOC_MAX_CACHE_SIZE; i++)
		kmalloc_ids[i] = KMALLOC_ID(0, kmalloc_index(i));
}
