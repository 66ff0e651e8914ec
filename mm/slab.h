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

/* Free objects, each linked to the next, the last one to slab_nil. */
struct slab_link;
struct slab_chain {
	struct slab_link *first;
	long nr;			/* objects, give or take a few: slab_pcp.c */
};

/* Chains behind all CPUs' stocks (slab_depot.c).  Field keys as below. */
#define SLAB_DEPOT_MAX	32
struct slab_depot {
	struct slab_chain chain[SLAB_DEPOT_MAX];	/* (N) */
	u8  nr;				/* (N,R) chains */
	u8  max;			/* (N,R) chains that it holds at present */
	u8  least;			/* (N) chains that were not needed since the last trim */
	bool missed;			/* (N) somebody has found it empty since it was full */
	bool busy;			/* (N) or full, since the last trim */
	long nr_objects;		/* (N,R) */
};

/*
 * Field keys:  (C) constant after creation   (N) lock   (L) slab_cache_lock
 *		(R) a racy read is fine
 */
struct kmem_cache {
	unsigned long id;		/* (C) index << SLAB_ID_SHIFT; <linux/slab.h> reads it */
	const struct slab_backend *ops;	/* (C) */
	slab_flags_t flags;		/* (C) */
	u32 object_size;		/* (C) bytes asked for */
	u32 usable;			/* (C) bytes behind an object that its user may touch */
	u32 stays;			/* (C) krealloc() to more: a plain move; ~0: look closer */
	u32 size;			/* (C) bytes of a slot */
	u32 align;			/* (C) bytes */
	u32 red_left;			/* (C) bytes from slot to object */
	u32 link;			/* (C) bytes from object to link */
	u32 track;			/* (C) bytes from object to tracks; 0: none */
	u32 orig;			/* (C) bytes from object to requested size; 0: none */
	u32 inuse;			/* (C) bytes from object to the end of its red zone */
	u32 end;			/* (C) bytes from object to padding */
	gfp_t gfp;			/* (C) added to each request for pages */
	u64 bulk_magic, bulk_bound;	/* (C) slab_bulk.c; rewind_bulk.asm knows where */
	u64 moving;			/* (atomic) who has a chain in hand: slab_pcp_hold() */
	u16 index;			/* (C) in slab_cache_table */
	u16 objects;			/* (C) slots in a slab */
	u16 batch_min, batch_max;	/* (C) bounds of: */
	u16 batch;			/* (N,R) objects moved at a time; a stock holds two */
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
	unsigned long nr_lost;		/* (atomic) of them behind a corrupted link */
	unsigned long nr_errors;	/* (R) */
	long nr_stray;			/* (atomic) what stocks have counted too little */
	unsigned int shut;		/* (atomic) rescue is at work: stocks stay closed */
	struct slab_depot depot;	/* (N) */

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

/* Is an object in use, or free?  Unsure: for now that cannot be told. */
enum slab_verdict { SLAB_LIVE, SLAB_FREE, SLAB_UNSURE };

/*
 * What is behind the stocks.  A chain is a list of free objects, linked as in a stock.
 *
 * refill: take 1..want objects off the slabs, *chain to the first; how many, 0: no memory.
 * take: the same of slabs that there are, and only if the lock is free.
 * flush: give a chain back; how many objects that were.
 * put: give one object back (check may be NULL).
 * find: does the slab have this object on its list?  Unsure: that changes too quickly.
 * shrink: give empty slabs back but for keep; how many slabs are left.
 * rescue: put objects back that look free and are on no list; how many, -1: somebody has one in
 * hand.  Nothing is in stock, no other CPU runs.
 * verify: is everything as it should be?  stocked: objects in stocks.
 * for_each_slab: call fn under the lock for each slab; free_map and recount are for fn:
 * free_map: a bit for each object, set where the slab's list has it.
 * recount: so many objects are away, whatever was thought before.
 */
struct slab_backend {
	const char *name;
	unsigned int (*refill)(struct kmem_cache *s, struct slab_link **chain,
			       unsigned int want, gfp_t gfp);
	unsigned int (*take)(struct kmem_cache *s, struct slab_link **chain, unsigned int want);
	long (*flush)(struct kmem_cache *s, const struct slab_chain *chain);
	void (*put)(struct kmem_cache *s, struct slab_link *link, slab_free_check_t check,
		    unsigned long caller);
	enum slab_verdict (*find)(struct kmem_cache *s, struct page *slab,
				  const struct slab_link *link);
	unsigned long (*shrink)(struct kmem_cache *s, unsigned long keep);
	long (*rescue)(struct kmem_cache *s);
	bool (*verify)(struct kmem_cache *s, unsigned long stocked, char *msg, size_t n);
	void (*for_each_slab)(struct kmem_cache *s,
			      void (*fn)(struct kmem_cache *s, struct page *slab, void *arg),
			      void *arg);
	void (*free_map)(struct kmem_cache *s, struct page *slab, unsigned long *map);
	void (*recount)(struct kmem_cache *s, struct page *slab, unsigned int inuse);
};

/* ---- links ---------------------------------------------------------------------------
 *
 * A free object holds a link: next ^ slab_secret.  The secret's upper 16 bits are chosen so
 * that those of a link are SLAB_TAG, for all addresses of the direct map have the same ones:
 * neither text, nor a small number, nor a pointer, nor a pattern of one byte looks like that,
 * and what they decode to is not canonical.  So the same compare notices an overwritten link
 * on alloc and a double free on free; what else has the tag by chance must also decode to a
 * place in the map.
 */
struct slab_link {
	u64 word;
};

#define SLAB_TAG	0x9d15ULL
extern u64 slab_secret;			/* set once at boot; random below */
extern unsigned long slab_map_bytes;	/* of the direct map, up to the last RAM */

/* End of a chain, and of an empty stock: may be read, never looks free, is nobody's. */
extern const struct slab_link slab_nil_word;
#define slab_nil	((struct slab_link *)direct_map_alias(slab_nil_word))

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

static __always_inline struct slab_link *slab_link_next(const struct slab_link *link)
{
	return (struct slab_link *)(link->word ^ slab_secret);
}

static __always_inline void slab_link_set(struct slab_link *link, const struct slab_link *next)
{
	link->word = (u64)(unsigned long)next ^ slab_secret;
}

/* Is this a place where a link may be? */
static __always_inline bool slab_link_place(const struct slab_link *link)
{
	const unsigned long off = (unsigned long)link - PAGE_OFFSET;

	return off < slab_map_bytes && !(off & 7);
}

/* Is it the link of a free object, by its looks? */
static __always_inline bool slab_link_ok(const struct slab_link *link)
{
	return slab_link_place(slab_link_next(link));
}

/*
 * What waits for kfree_nolock()'s list to be drained is linked likewise, but to odd addresses: it
 * has the tag, so the sequences leave it alone, and yet it is no link of a stock.
 */
#define SLAB_WAITS	1UL

static __always_inline void slab_link_set_waiting(struct slab_link *link,
						  const struct slab_link *next)
{
	link->word = ((u64)(unsigned long)next | SLAB_WAITS) ^ slab_secret;
}

/* The one behind a link that waits; slab_nil: there is none; NULL: the link does not wait. */
static __always_inline struct slab_link *slab_link_waiting(u64 word)
{
	const unsigned long next = (unsigned long)(word ^ slab_secret);

	return next & SLAB_WAITS && slab_link_place((struct slab_link *)(next - SLAB_WAITS)) ?
		(struct slab_link *)(next - SLAB_WAITS) : NULL;
}

/* ---- places ---------------------------------------------------------------------- */

/* The id in the struct page of the page that p points into; 0: none, or no such page. */
static inline unsigned long slab_id_of(const void *p)
{
	const unsigned long off = (unsigned long)p - PAGE_OFFSET;
	unsigned long id;

	return off < slab_map_bytes && peek_page_u16(&pfn_to_page(off >> PAGE_SHIFT)->cache, &id) ?
		id : 0;
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

/* (L) to write.  As long as any id may say, for who looks without asking first. */
#define SLAB_TABLE_SIZE	(1U << (16 - SLAB_ID_SHIFT))
extern struct kmem_cache *slab_cache_table[SLAB_TABLE_SIZE];

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
/* Whoever publishes a cache after this sees what was written before; all others are published. */
void slab_cache_sync(void);

/* The cache with this id, NULL: none (any more). */
static inline struct kmem_cache *slab_cache_of_id(unsigned long id)
{
	const unsigned long index = id >> SLAB_ID_SHIFT;

	return index < SLAB_NR_CACHES && id % (1UL << SLAB_ID_SHIFT) == 0 ?
		slab_cache_table[index] : NULL;
}

/*
 * For a pointer that is most probably an object: its cache.  NULL if its page is of none; if
 * it is nowhere in the direct map (a wild one), any answer.
 */
static __always_inline struct kmem_cache *slab_cache_quick(const void *p)
{
	const unsigned long page = ((long)p >> 8) & -(long)sizeof(struct page);
	unsigned long id;

	return likely(peek_page_u16((u16 *)(page + offsetof(struct page, cache)), &id)) ?
		slab_cache_table[id >> SLAB_ID_SHIFT] : NULL;
}

/* ---- slab_layout.c --------------------------------------------------------------- */

/* From name, size, alignment, flags and constructor: all that is (C), but for id and stocks. */
void slab_layout(struct kmem_cache *s);

/* ---- slab_pcp.c ------------------------------------------------------------------ */

/*
 * Between these a chain, or an object that looks free, may be in hand: nobody takes it for lost,
 * and the cache stays.  The one who begins must know that the cache is there.  Any context.
 */
void slab_pcp_hold(struct kmem_cache *s);
void slab_pcp_settle(struct kmem_cache *s);
/* Free an object of s, if it is live; else report. */
void slab_pcp_free(struct kmem_cache *s, void *object, unsigned long caller);

/* In one word: by how many it is held, 16 bits, and how often it ever was. */
#define SLAB_PCP_HOLD	((1ULL << 16) + 1)

/* How many hold s; how many ever did tells whether anything has moved. */
static inline unsigned int slab_pcp_holders(const struct kmem_cache *s)
{
	return (u16)__atomic_load_n(&s->moving, __ATOMIC_ACQUIRE);
}

/* Objects are behind a corrupted link. */
static inline void slab_pcp_lose(struct kmem_cache *s, long nr)
{
	__atomic_fetch_add(&s->nr_lost, (unsigned long)nr, __ATOMIC_RELAXED);
}

/* ---- slab_pcp_cpus.c ------------------------------------------------------------- */

void slab_pcp_open(struct kmem_cache *s);	/* before it is published: each CPU's stock */
/*
 * s->closing is set: every call goes slow from now on, nothing is in stock, and nobody holds s
 * who has not seen that.  May sleep.
 */
void slab_pcp_close(struct kmem_cache *s);
/*
 * Socket of fault injection: while it is set all stocks are closed, and every request asks it
 * first.  Process context.  NULL pulls the plug.
 */
void slab_pcp_set_should_fail(bool (*fn)(struct kmem_cache *s, gfp_t gfp));
/*
 * Stocks and depot back to the slabs: of all CPUs where one may sleep or there is one CPU, else
 * this CPU's and the depot.
 */
void slab_pcp_drain(struct kmem_cache *s);
/* Half of this CPU's stock, if nothing has happened to it since the last call.  Process. */
void slab_pcp_trim(struct kmem_cache *s);
/*
 * Objects behind a broken link (nr_lost) are in nobody's hands, but they still look free.
 * When no stock holds any object, and no CPU is in the middle of anything, what looks free and
 * is not on its slab's list is one.  Where one may not sleep, nothing happens: later.
 */
void slab_pcp_rescue(struct kmem_cache *s);

/* ---- slab_pcp_verify.c ----------------------------------------------------------- */

unsigned long slab_pcp_count(const struct kmem_cache *s);	/* objects in stock, racy */
/* Nobody else runs, or nobody uses s meanwhile. */
bool slab_pcp_verify(struct kmem_cache *s, unsigned long *stocked, char *msg, size_t n);

/* ---- slab_pcp_find.c ------------------------------------------------------------- */

/*
 * Is this object of s in use, or on a list, or may it be in a chain that somebody has in hand?
 * The caller holds s, once.
 */
enum slab_verdict slab_pcp_find(struct kmem_cache *s, void *object);
/* Is it not known to be live?  For who does not hold s. */
bool slab_pcp_is_free(struct kmem_cache *s, void *object);

/* ---- slab_depot.c ---------------------------------------------------------------- */

/* A whole chain in; false: there is no room.  One out; false: there is none.  Any context but
 * NMI, no lock. */
bool slab_depot_push(struct kmem_cache *s, const struct slab_chain *chain);
bool slab_depot_pop(struct kmem_cache *s, struct slab_chain *chain);
/* The oldest one, whatever it means for the depot's size. */
bool slab_depot_take(struct kmem_cache *s, struct slab_chain *chain);
/* All of it back to the slabs. */
void slab_depot_drain(struct kmem_cache *s);
/* Give back what has not been needed since the last call; be smaller if there was no traffic.
 * Any but NMI. */
void slab_depot_trim(struct kmem_cache *s);

/* ---- slab_verify.c --------------------------------------------------------------- */

void slab_verify_init(void);

/* ---- slab_shrink.c --------------------------------------------------------------- */

void slab_shrink_init(void);

/* ---- slub.c ---------------------------------------------------------------------- */

extern const struct slab_backend slub_backend;

/*
 * slub_slab.c.  Make slabs, at most SLUB_SLAB_MOST: how many.  One; or as many as the wanted
 * objects fill, if the cache's chains have grown.
 */
#define SLUB_SLAB_MOST	8
unsigned int slub_slab_make(struct kmem_cache *s, struct page **slab, unsigned int want, gfp_t gfp);
/* The lists of new slabs become one; its first object. */
struct slab_link *slub_slab_join(struct kmem_cache *s, struct page *const *slab, unsigned int nr);
/* Slabs that have left the cache, linked by ->next only, the first one's pfn: back to pages. */
void slub_slab_free_all(struct kmem_cache *s, u32 doomed);

/* slub_rescue.c: slab_backend.rescue; slub_verify.c: .verify. */
long slub_rescue(struct kmem_cache *s);
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
/* The size asked for; who has the object may ask. */
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
/* A chain of s goes on at link, which is no object. */
void slab_report_link(struct kmem_cache *s, const struct slab_link *link);
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
/* __kmalloc() of what a stock does not have: 0, large, debugged, or just bad luck. */
void *kmalloc_slow(size_t size, gfp_t flags, unsigned long caller);
/* The large block that p is the start of, NULL if it is none. */
struct page *kmalloc_large_page(const void *p);

#endif /* _MM_SLAB_H */
