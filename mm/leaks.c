/* SPDX-License-Identifier: MIT */
/*
 * mm/leaks.c - live objects that nothing points to
 *
 * MODEL
 *   A conservative mark phase, with nobody else running: whatever looks like a pointer into
 *   a live object keeps that object, and then what is in it is looked at, too.
 *
 *	roots	data and bss of the image, per-CPU data with them
 *		stacks of all threads, registers on them
 *		vmalloc areas, per-CPU chunks, pages of owner PAGES
 *	  |
 *	  v
 *	objects  of caches, and large blocks of kmalloc
 *
 *   Areas and pages are roots, whoever holds them: pages are handed around by number, and
 *   an area is always found in the tree of areas.
 *
 *	FREE	of a slab, its link says so		never looked at
 *	LIVE	nothing has been found to point there	at the end: a leak
 *	REACHED	something does; queued, then searched	at the end: in use
 *
 *   Conservative: a number that happens to look like an address hides a leak, and no object in
 *   use is ever called one.  A pointer into the middle counts, for lists are linked by their
 *   middle (container_of()).  One to just behind an object does not.
 *
 *   One walk over all heads of blocks gives a table of regions, in order of addresses: a
 *   slab (so many objects, so far apart) or a large block (one).  An object of a slab is live
 *   unless it looks free: its link tells (slab.h).  Tables and queue are made before the
 *   world stops, and are not looked at.
 *
 *   The idea is that of Boehm's collector and of Linux's kmemleak, which keeps a list of all
 *   allocations for it; here the struct pages are that list, and it costs nothing until asked.
 *
 * INVARIANTS
 *   I1  regions do not overlap and are sorted; region[i].first counts the objects before.
 *   I2  an object is queued once, when its state turns from LIVE to REACHED.
 *
 * LOCKING	leaks_busy: one scan at a time.  The world is stopped for the whole search.
 * CONTEXT	process.
 * FAILURE	-ENOMEM, -EBUSY.
 * NOT HERE	where stacks are: kernel/leak_roots.c, plugged in.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/leaks.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "slab.h"

enum { LEAK_FREE, LEAK_LIVE, LEAK_REACHED };

/* 32 bytes for a slab: 8 MiB for a GiB of slabs of one page, and only while searching. */
struct leak_region {
	unsigned long start;		/* of its first object */
	u32 nr;				/* objects */
	u32 stride, size;		/* bytes */
	u32 first;			/* objects in the regions before */
	struct kmem_cache *s;		/* NULL: a large block */
};

static struct leak_table {
	void *memory;			/* all of the below */
	struct leak_region *region;
	unsigned long *queue;		/* addresses of objects reached, not yet searched */
	u8 *state;			/* of each object */
	u32 nr_regions, max_regions;
	u32 nr_objects, max_objects;
	u32 nr_queued;
	bool overflow;
} leak_table;

static atomic_t leaks_busy;
static leaks_roots_fn *leaks_roots;

static_assert(sizeof(struct leak_region) % sizeof(long) == 0, "the queue lies behind them");
static_assert(sizeof(struct leak_region) == 32, "what it says above");

void leaks_set_roots(leaks_roots_fn *fn)
{
	leaks_roots = fn;
}

/* ---- the table of regions -------------------------------------------------------- */

/*
 * Call fn for the head of each block of memory that has a struct page, lowest first: so the table
 * of regions is sorted as it is made.
 */
static void leaks_for_each_block(void (*fn)(struct page *head))
{
	unsigned long nr, pfn, end;
	struct page *page;

	for (nr = section_next_online(0); nr < section_map.nr; nr = section_next_online(nr + 1)) {
		pfn = section_nr_to_pfn(nr);
		for (end = pfn + PAGES_PER_SECTION; pfn < end; pfn += 1UL << page->order) {
			page = pfn_to_page(pfn);
			VM_BUG_ON(page->owner == PAGE_OWNER_NONE);	/* no head here */
			fn(page);
		}
		VM_BUG_ON(pfn != end);
	}
}

/* As a region; false: there are no objects in this block. */
static bool leaks_block_region(struct page *head, struct leak_region *r)
{
	struct kmem_cache *s;

	if (head->owner == PAGE_OWNER_KMALLOC && head->private) {
		*r = (struct leak_region){ .start = (unsigned long)page_address(head), .nr = 1,
			.stride = (u32)head->private, .size = (u32)head->private };
		return true;
	}
	if (head->owner != PAGE_OWNER_SLAB)
		return false;
	s = slab_cache_of_id(head->cache);
	if (!s)
		return false;			/* a slab that is just being made */
	*r = (struct leak_region){ .start = (unsigned long)slab_object(s, head, 0),
		.nr = s->objects, .stride = s->size, .size = s->object_size, .s = s };
	return true;
}

/* Twice over all heads: counted with the world stopped, made room for, and then written down. */
static void leaks_count_block(struct page *head)
{
	struct leak_region r;

	if (!leaks_block_region(head, &r))
		return;
	leak_table.max_regions++;
	leak_table.max_objects += r.nr;
}

static void leaks_add_block(struct page *head)
{
	struct leak_table *t = &leak_table;
	struct leak_region r;
	u32 i;

	if (!leaks_block_region(head, &r))
		return;
	if (t->nr_regions == t->max_regions || t->nr_objects + r.nr > t->max_objects) {
		t->overflow = true;
		return;
	}
	VM_BUG_ON(t->nr_regions && t->region[t->nr_regions - 1].start >= r.start);	/* I1 */
	VM_BUG_ON(!r.stride || r.size > r.stride);
	r.first = t->nr_objects;
	for (i = 0; i < r.nr; i++) {
		void *object = (void *)(r.start + (unsigned long)i * r.stride);

		t->state[r.first + i] = r.s && slab_link_ok(slab_link_of(r.s, object)) ?
			LEAK_FREE : LEAK_LIVE;
	}
	t->region[t->nr_regions++] = r;
	t->nr_objects += r.nr;
}

static int leaks_count(void *unused)
{
	leaks_for_each_block(leaks_count_block);
	return 0;
}

/*
 * Room for what is there now and an eighth more: between counting and searching the world goes on.
 * By vmalloc, for the table may be large; its area is left out of the search.
 */
static bool leaks_alloc_table(void)
{
	struct leak_table *t = &leak_table;

	memset(t, 0, sizeof(*t));
	mm_while_stopped(leaks_count, NULL);
	t->max_regions += t->max_regions / 8 + 16;
	t->max_objects += t->max_objects / 8 + SLAB_MAX_OBJECTS;
	t->memory = vmalloc(t->max_regions * sizeof(*t->region) +
			    t->max_objects * (sizeof(*t->queue) + sizeof(*t->state)));
	if (!t->memory)
		return false;
	t->region = t->memory;
	t->queue = (unsigned long *)(t->region + t->max_regions);
	t->state = (u8 *)(t->queue + t->max_objects);
	VM_BUG_ON((unsigned long)t->queue % sizeof(long));
	return true;
}

/* ---- marking --------------------------------------------------------------------- */

/* The region that p points into, NULL: none. */
static const struct leak_region *leaks_find(unsigned long p)
{
	const struct leak_table *t = &leak_table;
	u32 low = 0, high = t->nr_regions;
	const struct leak_region *r;

	while (low < high) {
		const u32 mid = (low + high) / 2;

		if (t->region[mid].start <= p)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return NULL;
	r = &t->region[low - 1];
	return p - r->start < (unsigned long)r->nr * r->stride ? r : NULL;
}

/*
 * Something has the value p.  Most values are no addresses, and the first comparison says so; of
 * the rest the region is found by halving, log2 of the number of slabs steps.
 */
static void leaks_reach(unsigned long p)
{
	struct leak_table *t = &leak_table;
	const struct leak_region *r;
	unsigned long off;

	if (p - PAGE_OFFSET >= slab_map_bytes)
		return;
	r = leaks_find(p);
	if (!r)
		return;
	off = p - r->start;
	if (off % r->stride >= r->size || t->state[r->first + off / r->stride] != LEAK_LIVE)
		return;
	VM_BUG_ON(t->nr_queued >= t->nr_objects);	/* I2: each comes once */
	t->state[r->first + off / r->stride] = LEAK_REACHED;
	t->queue[t->nr_queued++] = p - off % r->stride;
}

/* Whole words at their natural places: nobody keeps a pointer across two of them. */
static void leaks_search(unsigned long start, unsigned long end)
{
	for (start = ALIGN(start, sizeof(long)); start + sizeof(long) <= end;
	     start += sizeof(long))
		leaks_reach(*(const unsigned long *)start);
}

void leaks_root(const void *start, const void *end)
{
	leaks_search((unsigned long)start, (unsigned long)end);
}

/* DMA buffers as well: a device's ring of requests is the only place that knows some of them. */
static void leaks_root_block(struct page *head)
{
	const u32 roots = PAGE_BIT(PAGES) | PAGE_BIT(PERCPU) | PAGE_BIT(SWAP) | PAGE_BIT(DMA);
	const unsigned long start = (unsigned long)page_address(head);

	if (1U << head->owner & roots)
		leaks_search(start, start + (PAGE_SIZE << head->order));
}

/* An area may be in the making: only what is mapped. */
static void leaks_root_areas(void)
{
	unsigned long addr = 0, p;
	struct vm_struct area;

	for (; vmalloc_next_area(addr, &area); addr = area.addr + area.size) {
		if (!(area.flags & VM_ALLOC) || area.flags & (VM_STOCKED | VM_LAZY | VM_DYING) ||
		    area.addr == (unsigned long)leak_table.memory)
			continue;
		for (p = area.addr; p < area.addr + get_vm_area_size(&area); p += PAGE_SIZE)
			if (vmalloc_to_page((void *)p))
				leaks_search(p, p + PAGE_SIZE);
	}
}

/*
 * Depth first, by a queue of ours: recursion would need a stack as deep as the longest list in the
 * kernel.  It cannot overflow, for it has a place for each object.
 */
static void leaks_mark(unsigned long sp)
{
	struct leak_table *t = &leak_table;
	const struct leak_region *r;
	unsigned long p;

	if (leaks_roots)
		leaks_roots(sp);
	leaks_for_each_block(leaks_root_block);
	leaks_root_areas();
	while (t->nr_queued) {
		p = t->queue[--t->nr_queued];
		r = leaks_find(p);
		VM_BUG_ON(!r);			/* it was found there before */
		leaks_search(p, p + r->size);
	}
}

/* ---- the search as a whole ------------------------------------------------------- */

/* A cache may say that its objects are known by other means than pointers: SLAB_NOLEAKTRACE. */
static long leaks_sweep(void (*fn)(const struct leak *leak, void *arg), void *arg)
{
	const struct leak_table *t = &leak_table;
	const struct leak_region *r;
	struct leak leak;
	long nr = 0;
	u32 i;

	for (r = t->region; r < t->region + t->nr_regions; r++) {
		if (r->s && r->s->flags & SLAB_NOLEAKTRACE)
			continue;
		for (i = 0; i < r->nr; i++) {
			if (t->state[r->first + i] != LEAK_LIVE)
				continue;
			nr++;
			leak = (struct leak){ (void *)(r->start + (unsigned long)i * r->stride),
					      r->size, r->s };
			if (fn)
				fn(&leak, arg);
		}
	}
	return nr;
}

struct leak_search {
	unsigned long sp;		/* of who asks */
	void (*fn)(const struct leak *leak, void *arg);
	void *arg;
	long nr;			/* result */
};

/* With the world stopped. */
static int leaks_find_all(void *search)
{
	struct leak_search *s = search;

	VM_WARN_ON_ONCE(!irqs_disabled());	/* a handler would move what we look at */
	leaks_for_each_block(leaks_add_block);
	VM_WARN_ON_ONCE(leak_table.nr_regions > leak_table.max_regions);
	if (leak_table.overflow)
		return 0;
	leaks_mark(s->sp);
	s->nr = leaks_sweep(s->fn, s->arg);
	return 0;
}

/* Our caller's registers are those that this function saves: just below its frame. */
#define SAVED_REGISTERS	(6 * sizeof(long))

noinline long leaks_scan(void (*fn)(const struct leak *leak, void *arg), void *arg)
{
	struct leak_search s = {
		.sp = (unsigned long)__builtin_frame_address(0) - SAVED_REGISTERS,
		.fn = fn, .arg = arg, .nr = -ENOMEM,
	};

	might_sleep();
	/* A second one would see the first one's table as memory that points to everything. */
	if (atomic_cmpxchg(&leaks_busy, 0, 1) != 0)
		return -EBUSY;
	while (leaks_alloc_table()) {
		mm_while_stopped(leaks_find_all, &s);
		vfree(leak_table.memory);
		if (!leak_table.overflow)
			break;
	}
	atomic_set(&leaks_busy, 0);
	return s.nr;
}

/* ---- kmemleak's words ------------------------------------------------------------ */

#define HEX_BYTES	32		/* two rows */

/* Tells whether the object has changed between two searches: Linux's kmemleak prints it, too. */
static u32 leaks_crc(const u8 *p, size_t n)
{
	u32 crc = 0;
	unsigned int bit;

	while (n--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
	}
	return crc;
}

/* In kmemleak's words, for its readers.  Who has allocated it is known with slab_debug=U only. */
static void leaks_show_one(const struct leak *leak, void *arg)
{
	const size_t bytes = min_t(size_t, leak->size, HEX_BYTES);
	const struct slab_track *t = leak->cache && leak->cache->track ?
		slab_debug_track(leak->cache, leak->object, SLAB_TRACK_ALLOC) : NULL;
	struct seq_file *m = arg;
	char line[128];
	size_t at;
	u32 i;

	seq_printf(m, "unreferenced object 0x%08lx (size %zu):\n", (unsigned long)leak->object,
		   leak->size);
	seq_printf(m, "  comm \"%s\", pid %d, jiffies %lu\n", t ? t->comm : "unknown",
		   t ? t->pid : -1, t ? t->when : 0UL);
	seq_printf(m, "  hex dump (first %zu bytes):\n", bytes);
	for (at = 0; at < bytes; at += 16) {
		hex_dump_to_buffer((u8 *)leak->object + at, min_t(size_t, bytes - at, 16), 16, 1,
				   line, sizeof(line), true);
		seq_printf(m, "    %s\n", line);
	}
	seq_printf(m, "  backtrace (crc %x):\n", leaks_crc(leak->object, leak->size));
	for (i = 0; t && i < min_t(u32, t->nr_entries, SLAB_TRACK_DEPTH); i++)
		seq_printf(m, "    %pS\n", (void *)t->entries[i]);
	if (!t)
		seq_printf(m, "    not recorded (%s; boot with slab_debug=U)\n",
			   leak->cache ? leak->cache->name : "a large block");
}

/* Suspected: what is known by a number, or a pointer in a device, looks the same. */
long leaks_show(struct seq_file *m)
{
	const long nr = leaks_scan(leaks_show_one, m);

	if (nr < 0)
		seq_printf(m, "leaks: no memory to search with, or somebody is searching\n");
	else if (nr > 0)
		seq_printf(m, "kmemleak: %ld suspected memory leaks\n", nr);
	else
		seq_printf(m, "kmemleak: no memory leaks\n");
	return nr;
}
