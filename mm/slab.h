/* SPDX-License-Identifier: MIT */
/*
 * mm/slab.h - what the files of the object allocator share, by owning .c
 *
 * One slot of a slab.  Without debugging, constructor or TYPESAFE_BY_RCU it is just the
 * object, and the free link is its first word:
 *
 *	| red zone | object ...... | red zone | link | track x 2 | size | padding |
 *	  red_left   object_size     to a word  8      U           K      to align
 *		     ^ what callers see
 */
#ifndef _MM_SLAB_H
#define _MM_SLAB_H

#include <linux/section.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <asm/peek.h>

#include "internal.h"

#define SLAB_NAME_SIZE		40	/* with the NUL; slabinfo readers take 128 */
#define SLAB_MAX_OBJECTS	4096	/* of 8 bytes, in a slab of SLAB_MAX_ORDER */
#define SLAB_MAX_ORDER		3	/* of slabs with more than one object: still reliable */

/* Flags that need each object to be looked at, so that stocks are not used. */
#define SLAB_DEBUG_FLAGS	(SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | \
				 SLAB_STORE_USER | SLAB_TRACE)

/*
 * Field keys:  (C) constant after creation   (N) lock   (L) slab_cache_lock
 *		(R) a racy read is fine
 */
struct kmem_cache {
	struct slab_stock *stock;	/* (C) linked address; first: <linux/slab.h> reads it */
	const struct slab_backend *ops;	/* (C) */
	slab_flags_t flags;		/* (C) */
	u32 object_size;		/* (C) bytes asked for */
	u32 usable;			/* (C) bytes behind an object that its user may touch */
	u32 size;			/* (C) bytes of a slot */
	u32 align;			/* (C) bytes */
	u32 red_left;			/* (C) bytes from slot to object */
	u32 link;			/* (C) bytes from object to link */
	u32 track;			/* (C) bytes from object to tracks; 0: none */
	u32 orig;			/* (C) bytes from object to requested size; 0: none */
	u32 inuse;			/* (C) bytes from object to the end of its red zone */
	u32 end;			/* (C) bytes from object to padding */
	gfp_t gfp;			/* (C) added to each request for pages */
	u16 index;			/* (C) in slab_cache_table */
	u16 objects;			/* (C) slots in a slab */
	u16 limit;			/* (C) objects that a stock holds */
	u16 batch;			/* (C) objects moved at a time */
	u8  order;			/* (C) a slab is 1 << order pages */
	u8  min_empty;			/* (C) empty slabs kept */
	bool poison;		/* (C) contents, too: no constructor sees its object spoilt */
	bool closing;			/* (L) being destroyed: no new pins */
	bool dying;			/* (L,R) destroyed, but objects are out */
	u16 pins;			/* (L,R) of reclaim, which works on it without a lock */
	void (*ctor)(void *object);	/* (C) */

	spinlock_t lock;		/* rank LOCK_SLAB_NODE, irqs off */
	u32 partial;			/* (N) pfn of the first slab with free objects */
	u32 full;			/* (N) of the first without */
	unsigned long nr_slabs;		/* (N,R) */
	unsigned long nr_empty;		/* (N,R) slabs on partial with all objects free */
	unsigned long nr_taken;		/* (N,R) objects not on their slab's list */
	unsigned long nr_lost;		/* (N,R) of them behind a corrupted link */
	unsigned long nr_errors;	/* (R) */

	struct list_head list;		/* (L) slab_caches */
	char name[SLAB_NAME_SIZE];	/* (C) */
};

/* SLAB_STORE_USER: who touched an object last, in one direction. */
#define SLAB_TRACK_DEPTH	6
struct slab_track {
	unsigned long addr;		/* caller; 0: never */
	unsigned long entries[SLAB_TRACK_DEPTH];
	u32 nr_entries;
	s32 cpu;
	s32 pid;
	char comm[16];
	unsigned long when;		/* jiffies */
};
enum slab_track_kind { SLAB_TRACK_ALLOC, SLAB_TRACK_FREE };

struct slab_link;

/* Called with the cache's lock, before an object is put back; false: leave it alone. */
typedef bool (*slab_free_check_t)(struct kmem_cache *s, struct page *slab, void *object,
				  unsigned long caller);

/*
 * What is behind the stocks.  A chain is a list of free objects, linked as in a stock.
 *
 * refill: take 1..want objects off the slabs, *chain to the first; how many, 0: no memory.
 * flush: give a chain of nr objects back (check may be NULL).
 * is_free: does the slab have this object on its list?
 * shrink: give empty slabs back but for keep; how many slabs are left.
 * rescue: put objects back that look free and are on no list; nothing is in stock.
 * verify: is everything as it should be?  stocked: objects in stocks.
 * for_each_slab: call fn under the lock for each slab; free_map and recount are for fn:
 * free_map: a bit for each object, set where the slab's list has it.
 * recount: so many objects are away, whatever was thought before.
 */
struct slab_backend {
	const char *name;
	unsigned int (*refill)(struct kmem_cache *s, struct slab_link **chain,
			       unsigned int want, gfp_t gfp);
	void (*flush)(struct kmem_cache *s, struct slab_link *chain, unsigned int nr,
		      slab_free_check_t check, unsigned long caller);
	bool (*is_free)(struct kmem_cache *s, struct page *slab, const struct slab_link *link);
	unsigned long (*shrink)(struct kmem_cache *s, unsigned long keep);
	void (*rescue)(struct kmem_cache *s);
	bool (*verify)(struct kmem_cache *s, unsigned long stocked, char *msg, size_t n);
	void (*for_each_slab)(struct kmem_cache *s,
			      void (*fn)(struct kmem_cache *s, struct page *slab, void *arg),
			      void *arg);
	void (*free_map)(struct kmem_cache *s, struct page *slab, unsigned long *map);
	void (*recount)(struct kmem_cache *s, struct page *slab, unsigned int inuse);
};

/* ---- links ---------------------------------------------------------------------------
 *
 * A free object holds a link: next ^ the link's own address ^ slab_secret.  Two addresses
 * of the direct map differ in low bits only, so (link ^ secret) has zeros at the top, and
 * at the bottom, for objects are aligned to words.  Nothing that a user stores looks like
 * that (the secret's two top bits make no canonical address and no small number), so the
 * same test notices an overwritten link on alloc and a double free on free.
 */
struct slab_link {
	u64 word;
};

extern u64 slab_secret;			/* set once at boot: 10 at the top, random below */
extern u64 slab_link_mask;		/* bits of link ^ secret that must be 0 */
extern unsigned long slab_map_bytes;	/* of the direct map, up to the last RAM */
extern struct slab_link *const slab_nil;	/* end of a chain: frame 0, nobody's */

static __always_inline struct slab_link *slab_link_of(const struct kmem_cache *s,
						      const void *object)
{
	return (struct slab_link *)((char *)object + s->link);
}

static __always_inline void *slab_link_object(const struct kmem_cache *s,
					      const struct slab_link *link)
{
	return (void *)((unsigned long)link - s->link);	/* link may be anything */
}

/* Is it the link of a free object, by its looks? */
static __always_inline bool slab_link_ok(const struct slab_link *link)
{
	return !((link->word ^ slab_secret) & slab_link_mask);
}

static __always_inline struct slab_link *slab_link_next(const struct slab_link *link)
{
	return (struct slab_link *)(link->word ^ slab_secret ^ (u64)(unsigned long)link);
}

static __always_inline void slab_link_set(struct slab_link *link, const struct slab_link *next)
{
	link->word = (u64)(unsigned long)next ^ slab_secret ^ (u64)(unsigned long)link;
}

/* ---- places ---------------------------------------------------------------------- */

/* The cache index of the page that p points into; false: no struct page there. */
static __always_inline bool slab_peek_index(const void *p, unsigned long *index)
{
	const unsigned long off = (unsigned long)p - PAGE_OFFSET;

	return likely(off < slab_map_bytes) &&
	       likely(peek_page_u16(&pfn_to_page(off >> PAGE_SHIFT)->cache, index));
}

/* The same; 0: none, or p is no such pointer. */
static inline unsigned int slab_index_of(const void *p)
{
	unsigned long index;

	return slab_peek_index(p, &index) ? index : 0;
}

static inline struct page *slab_page_of(const struct kmem_cache *s, const void *object)
{
	return pfn_to_page(virt_to_pfn(object) & ~((1UL << s->order) - 1));
}

static inline void *slab_object(const struct kmem_cache *s, const struct page *slab,
				unsigned int i)
{
	return (char *)page_address(slab) + (size_t)i * s->size + s->red_left;
}

/* Number of the object in its slab, or -1 if p is not the address of one. */
static inline int slab_object_nr(const struct kmem_cache *s, const struct page *slab,
				 const void *p)
{
	unsigned long off = (unsigned long)p - (unsigned long)page_address(slab) - s->red_left;
	unsigned long nr = off / s->size;

	return off % s->size || nr >= s->objects ? -1 : (int)nr;
}

/*
 * page->freelist: the offset in words of the first free object, plus one.  Of the object,
 * for 16 bits do not reach the link behind a very large one.
 */
static inline struct slab_link *slab_first_free(const struct kmem_cache *s,
						const struct page *slab)
{
	u8 *base = page_address(slab);

	return slab->freelist ? slab_link_of(s, base + (slab->freelist - 1) * 8UL) : NULL;
}

static inline void slab_set_first_free(const struct kmem_cache *s, struct page *slab,
				       const struct slab_link *link)
{
	slab->freelist = ((unsigned long)slab_link_object(s, link) -
			  (unsigned long)page_address(slab)) / 8 + 1;
}

/* As slab_object_nr(), of a link. */
static inline int slab_link_nr(const struct kmem_cache *s, const struct page *slab,
			       const struct slab_link *link)
{
	return slab_object_nr(s, slab, slab_link_object(s, link));
}

/* ---- slab_cache.c ---------------------------------------------------------------- */

extern struct kmem_cache *slab_cache_table[SLAB_NR_CACHES];	/* (L) to write */

/* Fill in and publish a static cache at a fixed index; for boot. */
void slab_cache_create_boot(struct kmem_cache *s, unsigned int index, const char *name,
			    unsigned int size, unsigned int align, slab_flags_t flags);
/*
 * The first cache at *index or behind that is not being destroyed, pinned: it stays until
 * slab_cache_unpin().  *index moves on to the one behind it.  NULL: no more.
 */
struct kmem_cache *slab_cache_pin_next(unsigned int *index);
/* One of whose objects the caller has: it stays, even if that is freed.  Any but NMI. */
void slab_cache_pin(struct kmem_cache *s);
/* A dying cache without slabs and pins is let go.  Any context but NMI, no lock. */
void slab_cache_unpin(struct kmem_cache *s);

/* ---- slab_pcp.c ------------------------------------------------------------------ */

void slab_pcp_open(struct kmem_cache *s);	/* after creation: set each CPU's stock up */
void slab_pcp_close(struct kmem_cache *s);	/* and take it down: every call goes slow */
/*
 * Socket of fault injection: while it is set all stocks are closed, and every request asks it
 * first.  Process context.  NULL pulls the plug.
 */
void slab_pcp_set_should_fail(bool (*fn)(struct kmem_cache *s, gfp_t gfp));
void slab_pcp_drain(struct kmem_cache *s);	/* all CPUs' objects back to the slabs */
/*
 * Objects behind a broken link (nr_lost) are in nobody's hands, but they still look free.
 * When no stock holds any object, what looks free and is not on its slab's list is one.
 */
void slab_pcp_rescue(struct kmem_cache *s);
unsigned long slab_pcp_count(const struct kmem_cache *s);	/* objects in stocks, racy */
bool slab_pcp_verify(struct kmem_cache *s, unsigned long *stocked, char *msg, size_t n);
/* Is this object of s free?  It looks so, and it is on a list or in a stock. */
bool slab_pcp_is_free(struct kmem_cache *s, void *object);
/* Free an object of s, if it is live; else report. */
void slab_pcp_free(struct kmem_cache *s, void *object, unsigned long caller);

/* ---- slab_shrink.c --------------------------------------------------------------- */

void slab_shrink_init(void);

/* ---- slub.c ---------------------------------------------------------------------- */

extern const struct slab_backend slub_backend;
/* slub_verify.c: slab_backend.verify. */
bool slub_verify(struct kmem_cache *s, unsigned long stocked, char *msg, size_t n);

/* ---- slab_debug.c: what the bytes of a slot must be, at run time, for some caches ---- */

/* Flags that slab_debug= asks for, for a cache of this name. */
slab_flags_t slab_debug_flags(const char *name, slab_flags_t flags);
/* A slab is new: make all of it look free. */
void slab_debug_init_slab(struct kmem_cache *s, struct page *slab);
/* A slab goes: look for writes after free first. */
void slab_debug_exit_slab(struct kmem_cache *s, struct page *slab);
/* An object leaves its slab: check it, dress it up as one in use. */
void slab_debug_alloc(struct kmem_cache *s, void *object, size_t size, unsigned long caller);
/* slab_free_check_t: may it go back? dress it up as free if so. */
bool slab_debug_free(struct kmem_cache *s, struct page *slab, void *object,
		     unsigned long caller);
/* The same object, another size asked for: move the red zone.  For caches with s->orig. */
void slab_debug_resize(struct kmem_cache *s, void *object, size_t size);
/* The size asked for. */
size_t slab_debug_size(const struct kmem_cache *s, const void *object);

static inline struct slab_track *slab_debug_track(const struct kmem_cache *s, void *object,
						  enum slab_track_kind kind)
{
	return (struct slab_track *)((char *)object + s->track) + kind;
}

/* ---- slab_report.c: SLUB's words ------------------------------------------------- */

/* Every report and every repair counts one; none needs a lock, none sleeps. */
void slab_report_object(struct kmem_cache *s, struct page *slab, void *object,
			const char *reason);
void slab_report_slab(struct kmem_cache *s, struct page *slab, const char *fmt, ...)
	__printf(3, 4);
/* Bytes [fault, end) of object (NULL: of the slab's padding) are not what they should be. */
struct slab_overwrite {
	const char *what;		/* "Poison" */
	u8 *fault, *end;
	u8 value;
};
void slab_report_overwrite(struct kmem_cache *s, struct page *slab, void *object,
			   const struct slab_overwrite *ow);
/* s == NULL: a kfree() of something that is in no cache. */
void slab_report_bad_free(struct kmem_cache *s, const void *p, unsigned long caller);
/* kfree_s() with another size than kmalloc's. */
void slab_report_bad_size(struct kmem_cache *s, const void *p, size_t said, size_t bytes);
void slab_report_fix(struct kmem_cache *s, const char *fmt, ...) __printf(2, 3);
/* Objects that are still out when a cache is destroyed; how many. */
unsigned long slab_report_leaks(struct kmem_cache *s);
void slab_report_trace(struct kmem_cache *s, struct page *slab, void *object, bool alloc);
/* jiffies, if somebody plugged them in. */
unsigned long slab_report_now(void);

/* ---- kmalloc.c ------------------------------------------------------------------- */

/* The size class behind size and flags; 1 <= size <= KMALLOC_MAX_CACHE_SIZE. */
struct kmem_cache *kmalloc_cache(size_t size, gfp_t flags);
/* The cache that p is an object of, NULL if it is none. */
struct kmem_cache *kmalloc_cache_of(const void *p);
/* kfree() of what is no ordinary object: NULL, large, debugged, wrong, or just bad luck. */
void kmalloc_free_slow(void *p, struct slab_stock *st, struct slab_link *claimed);
/* The large block that p is the start of, NULL if it is none. */
struct page *kmalloc_large_page(const void *p);

#endif /* _MM_SLAB_H */
