/* SPDX-License-Identifier: MIT */
/*
 * Early memory: which physical ranges are RAM, and which of them are taken.
 *
 * Two sorted lists of disjoint regions, "memory" and "reserved"; free is what is in the
 * first and not in the second.  Linux's names work on the default instance, memblock;
 * the functions that end in _in take the instance, so that a test can have its own.
 *
 * Units: bytes; ranges are [base, base + size) and are cut where they would pass 2^64 - 1.
 * Context: boot, one CPU, until memblock_hand_over(); afterwards the lists are the
 * kernel's map of RAM and only reading them is allowed: everything that would change them
 * is named in one line and refused.
 */
#ifndef _LINUX_MEMBLOCK_H
#define _LINUX_MEMBLOCK_H

#include <linux/boot_info.h>
#include <linux/types.h>

#define MEMBLOCK_INIT_REGIONS	128	/* static; more than that and the array doubles */

#define MEMBLOCK_ALLOC_ANYWHERE		(~(phys_addr_t)0)
#define MEMBLOCK_ALLOC_ACCESSIBLE	0	/* up to current_limit */
#define MEMBLOCK_LOW_LIMIT		0
#define NUMA_NO_NODE			(-1)
#define SMP_CACHE_BYTES			64

enum memblock_flags {
	MEMBLOCK_NONE		= 0x0,
	MEMBLOCK_NOMAP		= 0x4,	/* memory: RAM, but not for us to touch; never free */
};

struct memblock_region {
	phys_addr_t base;
	phys_addr_t size;
	u32 flags;			/* enum memblock_flags */
	s32 nid;			/* memory node, NUMA_NO_NODE: unknown */
};

struct memblock_type {
	u32 cnt;			/* regions in use */
	u32 max;			/* regions that fit */
	phys_addr_t total_size;		/* bytes in all regions */
	struct memblock_region *regions;	/* sorted by base, disjoint, merged */
	const char *name;
	struct memblock_region init[MEMBLOCK_INIT_REGIONS];
	phys_addr_t array_base;		/* where regions[] was allocated; 0: it is init[] */
	u32 nr_grown;			/* times the array has doubled */
};

struct memblock;

/* How an instance reaches the memory that it hands out.  NULL members: it cannot. */
struct memblock_ops {
	/* An address for [base, base + size), which was just allocated; NULL: no way. */
	void *(*map)(struct memblock *mb, phys_addr_t base, phys_addr_t size);
	/* The inverse of map: for memblock_free(). */
	phys_addr_t (*unmap)(struct memblock *mb, const void *ptr);
	/* The same for a grown array; slot (0..3) is not in use.  NULL: arrays cannot grow. */
	void *(*map_array)(struct memblock *mb, unsigned int slot, phys_addr_t base,
			   phys_addr_t size);
};

struct memblock {
	bool bottom_up;			/* allocate from low addresses upwards */
	bool handed_over;		/* read-only from now on */
	phys_addr_t current_limit;	/* what MEMBLOCK_ALLOC_ACCESSIBLE means */
	struct memblock_type memory;
	struct memblock_type reserved;
	const struct memblock_ops *ops;
};

extern struct memblock memblock;

/* A request.  size is rounded up to nothing; align is a power of two, 0: a cache line. */
struct memblock_request {
	phys_addr_t size, align;
	phys_addr_t min, max;		/* [min, max); max may be MEMBLOCK_ALLOC_* */
	int  nid;			/* NUMA_NO_NODE: any */
	bool exact;			/* that node only, no falling back */
};

/* ---- explicit instances ---------------------------------------------------------- */

/* Empty lists, static arrays, top-down, no limit, ops as given (NULL: lists only). */
void memblock_init_in(struct memblock *mb, const struct memblock_ops *ops);

/*
 * 0, or -ENOMEM: the array is full and cannot grow (nothing has changed), or -EPERM:
 * handed over.  Adding or reserving what is there already, or removing or freeing what
 * is not, is no error.  Neighbours of equal node and flags are merged.
 */
int memblock_add_in(struct memblock *mb, phys_addr_t base, phys_addr_t size, int nid, u32 flags);
int memblock_reserve_in(struct memblock *mb, phys_addr_t base, phys_addr_t size);
int memblock_remove_in(struct memblock *mb, phys_addr_t base, phys_addr_t size);
int memblock_phys_free_in(struct memblock *mb, phys_addr_t base, phys_addr_t size);
int memblock_set_node_in(struct memblock *mb, phys_addr_t base, phys_addr_t size, int nid);
int memblock_mark_nomap_in(struct memblock *mb, phys_addr_t base, phys_addr_t size);
int memblock_trim_memory_in(struct memblock *mb, phys_addr_t align);
int memblock_cap_memory_range_in(struct memblock *mb, phys_addr_t base, phys_addr_t size);
int memblock_enforce_limit_in(struct memblock *mb, phys_addr_t limit);

/* Find room, take nothing.  0: there is none (address 0 is never given out). */
phys_addr_t memblock_find_in(struct memblock *mb, const struct memblock_request *rq);
/* Find and reserve; unless exact, another node will do. */
phys_addr_t memblock_phys_alloc_in(struct memblock *mb, const struct memblock_request *rq);
/* The same, mapped; a lower bound is given up when it must be.  Zeroed unless raw.  NULL: no. */
void *memblock_alloc_in(struct memblock *mb, const struct memblock_request *rq);
void *memblock_alloc_raw_in(struct memblock *mb, const struct memblock_request *rq);
int memblock_free_in(struct memblock *mb, void *ptr, phys_addr_t size);
void memblock_hand_over_in(struct memblock *mb);

/* Index of the region that holds addr, or -1.  O(log n). */
int memblock_search(const struct memblock_type *type, phys_addr_t addr);
bool memblock_overlaps_region(const struct memblock_type *type, phys_addr_t base,
			      phys_addr_t size);
/* Sorted, disjoint, merged, not empty, within the array, total right? else msg says what. */
bool memblock_verify_in(const struct memblock *mb, char *msg, size_t n);

/* ---- Linux's interface: the default instance ------------------------------------- */

int memblock_add(phys_addr_t base, phys_addr_t size);
int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid, enum memblock_flags flags);
int memblock_remove(phys_addr_t base, phys_addr_t size);
int memblock_reserve(phys_addr_t base, phys_addr_t size);
int memblock_phys_free(phys_addr_t base, phys_addr_t size);
/* Give boot memory back before the hand-over; later: one line, refused. */
void memblock_free(void *ptr, size_t size);
int memblock_set_node(phys_addr_t base, phys_addr_t size, struct memblock_type *type, int nid);
int memblock_mark_nomap(phys_addr_t base, phys_addr_t size);
void memblock_trim_memory(phys_addr_t align);
void memblock_cap_memory_range(phys_addr_t base, phys_addr_t size);
void memblock_enforce_memory_limit(phys_addr_t limit);
void memblock_set_bottom_up(bool enable);
bool memblock_bottom_up(void);
void memblock_set_current_limit(phys_addr_t limit);
phys_addr_t memblock_get_current_limit(void);
/* From here on the page allocator owns memory; allocating is an error, reading is not. */
void memblock_hand_over(void);

/* Physical address or 0.  [start, end); end 0: the current limit. */
phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start,
				      phys_addr_t end);
phys_addr_t memblock_phys_alloc_try_nid(phys_addr_t size, phys_addr_t align, int nid);
static inline phys_addr_t memblock_phys_alloc(phys_addr_t size, phys_addr_t align)
{
	return memblock_phys_alloc_range(size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE);
}

/*
 * Mapped memory, zeroed unless raw.  memblock_alloc*() panic with the size when there is
 * none; the _try_ and _exact_ forms return NULL.  After the hand-over: all of them say
 * the size and the stack, and return NULL.  The memory is permanent, or goes to memblock_free().
 */
void *memblock_alloc(phys_addr_t size, phys_addr_t align);
void *memblock_alloc_raw(phys_addr_t size, phys_addr_t align);
void *memblock_alloc_from(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr);
void *memblock_alloc_low(phys_addr_t size, phys_addr_t align);	/* below 4 GiB */
void *memblock_alloc_node(phys_addr_t size, phys_addr_t align, int nid);
void *memblock_alloc_try_nid(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
			     phys_addr_t max_addr, int nid);
void *memblock_alloc_try_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				 phys_addr_t max_addr, int nid);
void *memblock_alloc_exact_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				   phys_addr_t max_addr, int nid);

phys_addr_t memblock_phys_mem_size(void);
phys_addr_t memblock_reserved_size(void);
phys_addr_t memblock_start_of_DRAM(void);
phys_addr_t memblock_end_of_DRAM(void);
bool memblock_is_memory(phys_addr_t addr);
bool memblock_is_map_memory(phys_addr_t addr);	/* memory, and not NOMAP */
bool memblock_is_reserved(phys_addr_t addr);
bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size);	/* all of it */
bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size);	/* any of it */
void memblock_dump_all(void);

/* ---- walks ----------------------------------------------------------------------- */

/*
 * One step of a walk over memory minus (free) or without regard to reserved; *idx starts
 * at 0 and is opaque.  False: no more.  A whole walk is linear in the regions.
 */
bool memblock_next_mem(const struct memblock *mb, u64 *idx, phys_addr_t *start,
		       phys_addr_t *end, int *nid);
bool memblock_next_free(const struct memblock *mb, u64 *idx, int nid, phys_addr_t *start,
			phys_addr_t *end);
/* Downwards; *idx starts at ~0. */
bool memblock_prev_free(const struct memblock *mb, u64 *idx, int nid, phys_addr_t *start,
			phys_addr_t *end);

/* Where a walk that wants nothing below addr may start.  O(log n). */
u64 memblock_seek_mem(const struct memblock *mb, phys_addr_t addr);
u64 memblock_seek_free(const struct memblock *mb, phys_addr_t addr);

/* i is a u64, the others point to phys_addr_t. */
#define for_each_mem_range_in(mb, i, p_start, p_end) \
	for ((i) = 0; memblock_next_mem(mb, &(i), p_start, p_end, NULL); )
#define for_each_free_mem_range_in(mb, i, nid, p_start, p_end) \
	for ((i) = 0; memblock_next_free(mb, &(i), nid, p_start, p_end); )
#define for_each_free_mem_range_reverse_in(mb, i, nid, p_start, p_end) \
	for ((i) = ~0ULL; memblock_prev_free(mb, &(i), nid, p_start, p_end); )

#define for_each_mem_range(i, p_start, p_end) \
	for_each_mem_range_in(&memblock, i, p_start, p_end)
#define for_each_free_mem_range(i, nid, flags, p_start, p_end, p_nid) \
	for_each_free_mem_range_in(&memblock, i, nid, p_start, p_end)
#define for_each_free_mem_range_reverse(i, nid, flags, p_start, p_end, p_nid) \
	for_each_free_mem_range_reverse_in(&memblock, i, nid, p_start, p_end)

#define for_each_memblock_type(r, type) \
	for ((r) = (type)->regions; (r) < (type)->regions + (type)->cnt; (r)++)
#define for_each_mem_region(r)		for_each_memblock_type(r, &memblock.memory)
#define for_each_reserved_mem_region(r)	for_each_memblock_type(r, &memblock.reserved)

/* ---- memblock_map.c: from the firmware's map ------------------------------------- */

#define MEMBLOCK_MAP_MAX_OPTIONS 32

/* What mem= and memmap= asked for, and what the CPU can do. */
struct memblock_map_options {
	u64  limit;			/* mem=: RAM at and above it is not used; 0: no limit */
	u64  reach;			/* and at and above this the CPU cannot; 0: no limit */
	bool exactmap;			/* memmap=exactmap: forget the firmware's RAM */
	u32  nr;
	struct boot_range range[MEMBLOCK_MAP_MAX_OPTIONS];	/* memmap=size@base, #, $, ! */
};

/* One piece of the physical address space after overlaps have been resolved. */
struct memblock_map_entry {
	u64 start, end;			/* bytes, [start, end) */
	u32 type;			/* enum boot_range_type */
};

#define MEMBLOCK_MAP_MAX_RANGES	(BOOT_MAX_RANGES + MEMBLOCK_MAP_MAX_OPTIONS)

/* Where a map is resolved: big, so static, and the caller's. */
struct memblock_map {
	u32 nr;				/* of entry[] */
	u32 nr_dropped;			/* pieces of available memory that are not used */
	u32 nr_edges;
	struct {
		u64 at;
		s16 delta;		/* +1: a range of this rank begins here, -1: ends */
		u16 rank;
	} edge[2 * MEMBLOCK_MAP_MAX_RANGES];
	struct memblock_map_entry entry[2 * MEMBLOCK_MAP_MAX_RANGES];
};

/* This machine's map: sorted, disjoint, neighbours that touch differ; valid for good. */
extern struct memblock_map memblock_map;

/* Sort ranges out: where they overlap, the more restrictive type wins.  Any context. */
void memblock_map_resolve(struct memblock_map *map, const struct boot_info *bi,
			  const struct memblock_map_options *opt);
/*
 * memory becomes what the resolved map calls available, in whole pages, below 16 TiB, within
 * the CPU's reach and below mem=; reserved gets frame 0, modules and framebuffer.  What is
 * dropped is named.
 * 0, or -ENOMEM: there is no usable memory.
 */
int memblock_map_apply(struct memblock *mb, struct memblock_map *map,
		       const struct boot_info *bi, const struct memblock_map_options *opt);
/* Before memblock_from_boot_info(): the CPU's physical addresses have so many bits. */
void memblock_map_set_reach(unsigned int bits);
/*
 * Both, for the default instance and this machine's options; the kernel's image is reserved,
 * too.  Panics when there is no usable memory.  Once, at boot.
 */
void memblock_from_boot_info(const struct boot_info *bi);

/* Parse the text behind mem= or memmap=.  0, or -EINVAL and nothing has changed. */
int memblock_map_parse_mem(struct memblock_map_options *opt, const char *val);
int memblock_map_parse_memmap(struct memblock_map_options *opt, const char *val);

#endif /* _LINUX_MEMBLOCK_H */
