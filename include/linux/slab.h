/* SPDX-License-Identifier: MIT */
/*
 * Object caches and kmalloc.
 *
 * A cache hands out objects of one size; kmalloc is a family of caches, one per size
 * class (8 16 32 64 96 128 192 256 512 1024 2048 4096 8192 bytes, twice: normal memory
 * and ISA DMA memory), with whole page blocks above that, up to KMALLOC_MAX_SIZE.
 *
 * Context: alloc and free from any context but NMI, when the gfp mask may not block
 * (GFP_ATOMIC, GFP_NOWAIT); with GFP_KERNEL only where sleeping is allowed.  create,
 * destroy and shrink: process context, no lock held.
 * Memory: physically contiguous, in the direct map.  kmalloc() memory is aligned to
 * ARCH_KMALLOC_MINALIGN, and to its size where the size is a power of two.
 * Failure: NULL, and nothing has changed.  A free of something that is not a live object
 * (twice, interior, wrong cache, stack, ...) is reported in SLUB's words, counted
 * (slab_error_count()), and ignored: the object stays as it was.
 * A mask that may sleep where sleeping is not allowed is reported, once for each place in the
 * source, and the call goes on as if it might not: so the allocators are macros around
 * functions of the same name.
 * Who frees: kfree() what kmalloc's kin returned, kmem_cache_free() what a cache returned;
 * kfree() takes cache objects too.
 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <asm/page.h>
#include <linux/container_of.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/percpu-defs.h>
#include <linux/sched/mm.h>
#include <linux/types.h>

#define __SLAB_FLAG(x)		((__force slab_flags_t)(x))

/* Debugging, each at run time, for one cache (or through slab_debug=FZPUTA,name). */
#define SLAB_CONSISTENCY_CHECKS	__SLAB_FLAG(0x00000100U)	/* F: check every free in full */
#define SLAB_RED_ZONE		__SLAB_FLAG(0x00000400U)	/* Z: guard bytes on both sides */
#define SLAB_POISON		__SLAB_FLAG(0x00000800U)	/* P: 6b..a5 while free */
#define SLAB_STORE_USER		__SLAB_FLAG(0x00010000U)	/* U: who allocated, who freed */
#define SLAB_TRACE		__SLAB_FLAG(0x00200000U)	/* T: print each operation */
#define SLAB_FAILSLAB		__SLAB_FLAG(0x02000000U)	/* A: failslab= applies */
#define SLAB_NO_USER_FLAGS	__SLAB_FLAG(0x10000000U)	/* slab_debug= does not apply */
#define SLAB_KMALLOC		__SLAB_FLAG(0x00001000U)	/* one of kmalloc's own */
/* Layout and place. */
#define SLAB_HWCACHE_ALIGN	__SLAB_FLAG(0x00002000U)	/* align to (a fraction of) 64 */
#define SLAB_CACHE_DMA		__SLAB_FLAG(0x00004000U)	/* below 16 MiB */
#define SLAB_CACHE_DMA32	__SLAB_FLAG(0x00008000U)	/* below 4 GiB */
/* Behaviour. */
#define SLAB_RECLAIM_ACCOUNT	__SLAB_FLAG(0x00020000U)	/* counted as SReclaimable */
#define SLAB_PANIC		__SLAB_FLAG(0x00040000U)	/* create panics, never NULL */
/*
 * The memory of a freed object stays of this type for as long as a reader may hold a
 * pointer.  Quarry has no RCU: what exists of it is that a free leaves the object's bytes
 * alone (link and poison lie outside), and its slab stays until shrink or destroy.
 */
#define SLAB_TYPESAFE_BY_RCU	__SLAB_FLAG(0x00080000U)
/* Accepted, without effect here. */
#define SLAB_MEM_SPREAD		__SLAB_FLAG(0x00100000U)
#define SLAB_NOLEAKTRACE	__SLAB_FLAG(0x00800000U)
#define SLAB_NO_MERGE		__SLAB_FLAG(0x01000000U)
#define SLAB_ACCOUNT		__SLAB_FLAG(0x04000000U)
#define SLAB_TEMPORARY		SLAB_RECLAIM_ACCOUNT

/* The names of the 2.4 and 2.6 texts. */
#define SLAB_KERNEL		GFP_KERNEL
#define SLAB_ATOMIC		GFP_ATOMIC
#define SLAB_DMA		GFP_DMA

/* kmalloc(0): not NULL, may be freed, faults when used. */
#define ZERO_SIZE_PTR		((void *)16)
#define ZERO_OR_NULL_PTR(x)	((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

#define ARCH_KMALLOC_MINALIGN	8
#define ARCH_SLAB_MINALIGN	8
#define KMALLOC_MIN_SIZE	8
#define KMALLOC_SHIFT_LOW	3
#define KMALLOC_SHIFT_HIGH	13
#define KMALLOC_MAX_CACHE_SIZE	(1UL << KMALLOC_SHIFT_HIGH)	/* above: whole pages */
#define KMALLOC_MAX_ORDER	10
#define KMALLOC_MAX_SIZE	(PAGE_SIZE << KMALLOC_MAX_ORDER)	/* 4 MiB */

struct kmem_cache;
typedef struct kmem_cache kmem_cache_t;

/* The current (6.12) way of naming the rarer arguments; zero means default. */
struct kmem_cache_args {
	unsigned int align;		/* bytes, a power of two */
	unsigned int useroffset;	/* accepted, without effect */
	unsigned int usersize;
	unsigned int freeptr_offset;	/* accepted with use_freeptr_offset; Quarry chooses */
	bool use_freeptr_offset;
	void (*ctor)(void *object);
};

/*
 * Make a cache of objects of @size bytes.  @name must be new, without blanks; it is
 * copied.  @align: bytes, a power of two up to PAGE_SIZE, or 0.  @ctor is run once on
 * each object when its memory arrives, and the user gives objects back constructed.
 * May be written with 5 arguments, with 4 (name, size, struct kmem_cache_args *, flags),
 * and with the 6 of the older texts (a destructor, which must be NULL).
 * NULL, after a report that names the cache, when an argument is wrong or memory is short.
 */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *));
struct kmem_cache *__kmem_cache_create_args(const char *name, unsigned int size,
					    const struct kmem_cache_args *args,
					    slab_flags_t flags);
struct kmem_cache *__kmem_cache_create_dtor(const char *name, unsigned int size,
					    unsigned int align, slab_flags_t flags,
					    void (*ctor)(void *), void (*dtor)(void *));
#define __kmem_cache_create_pick(_1, _2, _3, _4, _5, _6, fn, ...)	fn
#define kmem_cache_create(...) \
	(might_sleep(), \
	 __kmem_cache_create_pick(__VA_ARGS__, __kmem_cache_create_dtor, (kmem_cache_create), \
				  __kmem_cache_create_args, , , )(__VA_ARGS__))
#define kmem_cache_create_usercopy(name, size, align, flags, useroffset, usersize, ctor) \
	kmem_cache_create(name, size, align, flags, ctor)
#define KMEM_CACHE_USERCOPY(s, flags, field) \
	kmem_cache_create_usercopy(#s, sizeof(struct s), __alignof__(struct s), (flags), \
				   offsetof(struct s, field), sizeof_field(struct s, field), NULL)
#define KMEM_CACHE(s, flags) \
	kmem_cache_create(#s, sizeof(struct s), __alignof__(struct s), (flags), NULL)

/*
 * Every object should be back.  Those that are not are reported, one by one; the name is
 * free again, and the cache goes when the last of them does.  NULL is fine.
 */
void kmem_cache_destroy(struct kmem_cache *s);
/* Give every empty slab back to the page allocator.  0: no slab is left. */
int kmem_cache_shrink(struct kmem_cache *s);
#define kmem_cache_destroy(s)	(might_sleep(), kmem_cache_destroy(s))
#define kmem_cache_shrink(s)	(might_sleep(), kmem_cache_shrink(s))
unsigned int kmem_cache_size(const struct kmem_cache *s);	/* bytes a caller may use */
const char *kmem_cache_name(const struct kmem_cache *s);

/*
 * Every call ends in a few instructions that need no lock and mask no interrupt, for who is
 * interrupted in them starts over: arch/x86/rewind_slab.asm.  They change few registers, so
 * they are called with less ado than a C function.  A cache is named by its id there.
 */
#define SLAB_NR_CACHES		512	/* 64 bytes each and CPU */
#define SLAB_ID_SHIFT		6
#define KMALLOC_NR_INDEX	14	/* 1: 96, 2: 192, n >= 3: 1 << n */
#define KMALLOC_CACHE(dma, i)	((dma) * KMALLOC_NR_INDEX + (i))
#define KMALLOC_ID(dma, i)	((unsigned long)KMALLOC_CACHE(dma, i) << SLAB_ID_SHIFT)

/* An asm statement with this operand calls something: it needs a frame around it. */
#define ASM_CALLS		"+r"(slab_stack_pointer)
register unsigned long slab_stack_pointer __asm__("rsp");

static __always_inline unsigned long slab_id(const struct kmem_cache *s)
{
	return *(const unsigned long *)s;		/* its first member */
}

/* An object of the cache @id, not zeroed. */
static __always_inline void *slab_alloc(unsigned long id, gfp_t flags)
{
	void *object;

	__asm__ __volatile__("call slab_alloc" : "=a"(object), ASM_CALLS
			     : "D"(id), "S"(flags) : "rcx", "cc", "memory");
	return object;
}

static __always_inline void *slab_alloc_kernel(unsigned long id)
{
	void *object;

	__asm__ __volatile__("call slab_alloc_kernel" : "=a"(object), ASM_CALLS
			     : "D"(id) : "rcx", "rsi", "cc", "memory");
	return object;
}

/* The same of a size class: @index is a constant, as from kmalloc_index(). */
static __always_inline void *slab_alloc_class(unsigned int index)
{
	void *object;

	__asm__ __volatile__("call slab_alloc_class_%c2" : "=a"(object), ASM_CALLS
			     : "i"(index) : "rcx", "rsi", "rdi", "cc", "memory");
	return object;
}

/* Any size, but neither __GFP_ZERO nor __GFP_DMA. */
static __always_inline void *slab_kmalloc(size_t size, gfp_t flags)
{
	void *object;

	__asm__ __volatile__("call slab_kmalloc" : "=a"(object), ASM_CALLS
			     : "D"(size), "S"(flags) : "rcx", "rdx", "cc", "memory");
	return object;
}

static __always_inline void *slab_kmalloc_kernel(size_t size)
{
	void *object;

	__asm__ __volatile__("call slab_kmalloc_kernel" : "=a"(object), ASM_CALLS
			     : "D"(size) : "rcx", "rdx", "rsi", "cc", "memory");
	return object;
}

/* The same with a look at __GFP_ZERO (mm/slab_pcp.c). */
void *slab_alloc_zeroable(unsigned long id, gfp_t flags);

static __always_inline __malloc void *
kmem_cache_alloc_site(const struct code_site *site, struct kmem_cache *s, gfp_t flags)
{
	const bool as_it_comes = __builtin_constant_p(flags) && !(flags & __GFP_ZERO);

	if (__builtin_constant_p(flags) && flags == GFP_KERNEL && likely(can_sleep()))
		return slab_alloc_kernel(slab_id(s));
	flags = might_alloc_site(site, flags);
	return as_it_comes ? slab_alloc(slab_id(s), flags) :
			     slab_alloc_zeroable(slab_id(s), flags);
}

static __always_inline __malloc void *
kmem_cache_zalloc_site(const struct code_site *site, struct kmem_cache *s, gfp_t flags)
{
	return kmem_cache_alloc_site(site, s, flags | __GFP_ZERO);
}

/* One object, contents undefined (constructed, if there is a constructor). */
static __always_inline __malloc void *kmem_cache_alloc(struct kmem_cache *s, gfp_t flags)
{
	return with_site(kmem_cache_alloc_site, s, flags);
}

static __always_inline __malloc void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t flags)
{
	return with_site(kmem_cache_zalloc_site, s, flags);
}

#define kmem_cache_alloc(...)		with_site(kmem_cache_alloc_site, __VA_ARGS__)
#define kmem_cache_zalloc(...)		with_site(kmem_cache_zalloc_site, __VA_ARGS__)
#define kmem_cache_alloc_node(s, flags, node)	kmem_cache_alloc(s, flags)

void kmem_cache_free(struct kmem_cache *s, void *object);	/* NULL is fine */

static __always_inline void kmem_cache_free_inline(struct kmem_cache *s, void *object)
{
	__asm__ __volatile__("call slab_free" : "+a"(object), ASM_CALLS
			     : "D"(slab_id(s)) : "rcx", "rdx", "rsi", "cc", "memory");
}
#define kmem_cache_free(s, object)	kmem_cache_free_inline(s, object)

/* All @nr objects into @p, or none: returns @nr or 0. */
int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t flags, size_t nr, void **p);
#define kmem_cache_alloc_bulk(s, flags, ...) \
	kmem_cache_alloc_bulk(s, might_alloc(flags), __VA_ARGS__)
/* @s may be NULL: then each object may be of any cache, or from kmalloc. */
void kmem_cache_free_bulk(struct kmem_cache *s, size_t nr, void **p);
#define kfree_bulk(nr, p)	kmem_cache_free_bulk(NULL, nr, p)

/* Size class of @size bytes, 1 <= size <= KMALLOC_MAX_CACHE_SIZE; folds when constant. */
static __always_inline unsigned int kmalloc_index(size_t size)
{
	if (size <= KMALLOC_MIN_SIZE)
		return KMALLOC_SHIFT_LOW;
	if (size > 64 && size <= 96)
		return 1;
	if (size > 128 && size <= 192)
		return 2;
	return 64 - (unsigned int)__builtin_clzl(size - 1);
}

/* Bytes of the objects of a size class. */
static __always_inline size_t kmalloc_class_size(unsigned int index)
{
	return index == 1 ? 96 : index == 2 ? 192 : 1UL << index;
}

/* A whole object of words, or NULL. */
static __always_inline void *slab_zeroed(void *object, size_t bytes)
{
	size_t words = bytes / sizeof(u64);
	void *to = object;

	if (likely(object))
		__asm__ __volatile__("rep stosq" : "+D"(to), "+c"(words) : "a"(0UL) : "memory");
	return object;
}

void *__kmalloc(size_t size, gfp_t flags);
#define __kmalloc(size, flags)	__kmalloc(size, might_alloc(flags))

static __always_inline __malloc void *kmalloc_site(const struct code_site *site, size_t size,
						   gfp_t flags)
{
	const bool as_it_comes = __builtin_constant_p(flags) && !(flags & __GFP_ZERO);
	const bool common = __builtin_constant_p(flags) && flags == GFP_KERNEL;
	const bool zeroed = __builtin_constant_p(flags) && flags == (GFP_KERNEL | __GFP_ZERO);
	unsigned long id;

	if (!__builtin_constant_p(size) || !size || size > KMALLOC_MAX_CACHE_SIZE) {
		if (common && likely(can_sleep()))
			return slab_kmalloc_kernel(size);
		return (__kmalloc)(size, might_alloc_site(site, flags));
	}
	if (common && likely(can_sleep()))
		return slab_alloc_class(kmalloc_index(size));
	if (zeroed && likely(can_sleep()))
		return slab_zeroed(slab_alloc_class(kmalloc_index(size)),
				   kmalloc_class_size(kmalloc_index(size)));
	id = KMALLOC_ID(!!(flags & __GFP_DMA), kmalloc_index(size));
	flags = might_alloc_site(site, flags);
	return as_it_comes ? slab_alloc(id, flags) : slab_alloc_zeroable(id, flags);
}

static __always_inline __malloc void *kzalloc_site(const struct code_site *site, size_t size,
						   gfp_t flags)
{
	return kmalloc_site(site, size, flags | __GFP_ZERO);
}

static __always_inline __malloc void *
kmalloc_array_site(const struct code_site *site, size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return kmalloc_site(site, bytes, flags);
}

static __always_inline __malloc void *
kcalloc_site(const struct code_site *site, size_t n, size_t size, gfp_t flags)
{
	return kmalloc_array_site(site, n, size, flags | __GFP_ZERO);
}

/*
 * At least @size bytes (up to KMALLOC_MAX_SIZE); kmalloc(0) is ZERO_SIZE_PTR.  With a
 * constant size the class is chosen by the compiler.
 */
static __always_inline __malloc void *kmalloc(size_t size, gfp_t flags)
{
	return with_site(kmalloc_site, size, flags);
}

static __always_inline __malloc void *kzalloc(size_t size, gfp_t flags)
{
	return with_site(kzalloc_site, size, flags);
}

/* n * size bytes; NULL when that overflows. */
static __always_inline __malloc void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	return with_site(kmalloc_array_site, n, size, flags);
}

static __always_inline __malloc void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return with_site(kcalloc_site, n, size, flags);
}

#define kmalloc(...)		with_site(kmalloc_site, __VA_ARGS__)
#define kzalloc(...)		with_site(kzalloc_site, __VA_ARGS__)
#define kmalloc_array(...)	with_site(kmalloc_array_site, __VA_ARGS__)
#define kcalloc(...)		with_site(kcalloc_site, __VA_ARGS__)

#define kmalloc_node(size, flags, node)			kmalloc(size, flags)
#define kzalloc_node(size, flags, node)			kzalloc(size, flags)
#define kmalloc_array_node(n, size, flags, node)	kmalloc_array(n, size, flags)
#define kcalloc_node(n, size, flags, node)		kcalloc(n, size, flags)
#define kmalloc_track_caller(size, flags)		__kmalloc(size, flags)

void kfree(const void *object);			/* NULL and ZERO_SIZE_PTR are fine */

static __always_inline void kfree_inline(const void *object)
{
	__asm__ __volatile__("call slab_kfree" : "+a"(object), ASM_CALLS
			     : : "rcx", "rdx", "rsi", "cc", "memory");
}
#define kfree(object)	kfree_inline(object)

/*
 * From any context, NMI included, under any lock: up to KMALLOC_MAX_CACHE_SIZE bytes of what this
 * CPU has in stock, or of a slab whose lock is free.  NULL, often; @flags: nothing but
 * __GFP_ZERO matters.  What kfree_nolock() cannot free at once waits for the next call that
 * can.  In an NMI the pointer must be a good one: a look at a bad one may fault.
 */
void *kmalloc_nolock(size_t size, gfp_t flags, int node);
void kfree_nolock(const void *object);
void kfree_sensitive(const void *object);	/* overwrites all of it first */
#define kzfree(p)	kfree_sensitive(p)
/* Historic: frees, but only if a kmalloc(@size) would have given this block; else a report. */
void kfree_s(const void *object, size_t size);

/*
 * Contents up to the smaller size are kept; the pointer may change.  NULL: failed, and
 * the old block is still the caller's.  new_size 0 frees and returns ZERO_SIZE_PTR.
 */
__must_check void *krealloc(const void *object, size_t new_size, gfp_t flags);
#define krealloc(object, new_size, flags)	krealloc(object, new_size, might_alloc(flags))

static inline __must_check void *krealloc_array(void *p, size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return (krealloc)(p, bytes, flags);
}
#define krealloc_array(p, n, size, flags)	krealloc_array(p, n, size, might_alloc(flags))

size_t ksize(const void *object);		/* bytes behind @object; 0 for NULL */
size_t kmalloc_size_roundup(size_t size);	/* what ksize() would say */

char *kstrdup(const char *s, gfp_t flags);			/* NULL for NULL */
char *kstrndup(const char *s, size_t max, gfp_t flags);		/* at most @max characters */
void *kmemdup(const void *src, size_t len, gfp_t flags);
char *kmemdup_nul(const char *s, size_t len, gfp_t flags);	/* and a NUL behind */

static __always_inline void *kmemdup_site(const struct code_site *site, const void *src,
					  size_t len, gfp_t flags)
{
	return kmemdup(src, len, might_alloc_site(site, flags));
}

#define kmemdup(...)			with_site(kmemdup_site, __VA_ARGS__)
#define kstrdup(s, flags)		kstrdup(s, might_alloc(flags))
#define kstrndup(s, max, flags)		kstrndup(s, max, might_alloc(flags))
#define kmemdup_nul(s, len, flags)	kmemdup_nul(s, len, might_alloc(flags))

/* --- For tests, statistics and the monitor --- */

/* One line of /proc/slabinfo. */
struct slabinfo {
	const char *name;
	unsigned long active_objs;	/* live, in the users' hands */
	unsigned long num_objs;
	unsigned long active_slabs;	/* slabs with at least one object not on their free list */
	unsigned long num_slabs;
	unsigned int objsize;		/* bytes a slot takes */
	unsigned int objperslab;
	unsigned int pagesperslab;
	unsigned int limit, batchcount;	/* of a CPU's stock */
	slab_flags_t flags;
};

/* Call @fn for each cache, in order of creation, under the cache list's lock. */
void kmem_cache_for_each(void (*fn)(struct kmem_cache *s, void *arg), void *arg);
void kmem_cache_info(struct kmem_cache *s, struct slabinfo *info);

unsigned long slab_error_count(void);	/* reports made since boot */
unsigned long slab_nr_live(void);	/* live objects of all caches */
unsigned long slab_nr_pages(void);	/* and the pages of all their slabs */
void slab_drain_all(void);		/* every stock flushed, every empty slab given back */
/*
 * What this CPU has kept and not needed since its last call goes home (mm/slab_pcp_cpus.c); on
 * the first CPU also what no CPU has needed (mm/slab_depot.c).  Process.
 */
void slab_trim(void);
/* All caches in full; false, and what is wrong in @msg, at the first mistake. */
bool slab_verify(char *msg, size_t n);
/* Check every object of a debugging cache; the number of reports made. */
long kmem_cache_validate(struct kmem_cache *s);
/* Say what @object is (cache, object, offset, who allocated it), through printk. */
bool kmem_dump_obj(void *object);

/* Socket: the clock behind "age=" of SLAB_STORE_USER, in jiffies.  Returns the former one. */
typedef unsigned long (*slab_clock_t)(void);
slab_clock_t slab_set_clock(slab_clock_t jiffies_now);

void kmem_cache_init(void);		/* at boot, once, after page_alloc_init() */
void kmalloc_init(void);		/* after kmem_cache_init() */
bool slab_is_available(void);

#endif /* _LINUX_SLAB_H */
