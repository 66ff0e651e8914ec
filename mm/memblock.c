/* SPDX-License-Identifier: MIT */
/*
 * mm/memblock.c - which physical ranges are RAM, and which of them are taken
 *
 * MODEL
 *   Two sorted arrays of disjoint regions.  Free memory is never stored: it is what lies
 *   in memory[] and not in reserved[], found by walking both side by side.
 *
 *	memory    |---------------|         |------------------------|
 *	reserved    |---|     |-------|           |----|
 *	free      --      ----               -----      -------------
 *
 *   Adding puts in only the pieces that are not covered yet, so overlapping and repeated
 *   calls are harmless; removing first cuts regions at both ends of the range.  Equal
 *   neighbours are merged afterwards, which keeps a machine's lists at a handful of
 *   entries.
 *
 *	list	 |--A--|          |--B--|	add [x, y): the gap becomes a piece of
 *	new	    x----------------y		its own, touches A and B, and if node
 *	result	 |-------------------------|	and flags agree, the three are one
 *
 *	list	 |-----------A-----------|	remove [x, y): cut at x and y, then
 *	cut	 |--A--|x-------y|---A---|	drop what lies between.  One region
 *	result	 |--A--|         |---A---|	more: so even removing may need room
 *
 *   The idea and the names are Linux's memblock; unlike it, every function works on an
 *   instance, and how memory is reached is the instance's business (ops).
 *
 *   An array that is full doubles: room for the new one is found in free memory (not in
 *   the range that is just being reserved), the regions move, then the new array's own
 *   memory is reserved and the old one's is freed.  128 regions to begin with is what a
 *   firmware map with a hundred entries needs: it costs 3 KiB.
 *
 * INVARIANTS	(memblock_verify_in() checks them)
 *   I1  regions are sorted by base, not empty, and do not overlap or pass 2^64 - 1.
 *   I2  two regions that touch differ in node or flags.
 *   I3  total_size is the sum of the sizes; cnt <= max.
 *
 * LOCKING	none: one CPU at boot; read-only after memblock_hand_over().
 * CONTEXT	boot; the walks anywhere.
 * FAILURE	-ENOMEM when an array is full and cannot grow, -EPERM after the hand-over;
 *		nothing has changed then.
 * NOT HERE	finding and handing out room: memblock_alloc.c.  The firmware's map:
 *		memblock_map.c.  What happens to memory after the hand-over: section.c.
 */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/mmdebug.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <asm/page.h>

static_assert((MEMBLOCK_INIT_REGIONS & (MEMBLOCK_INIT_REGIONS - 1)) == 0, "arrays double");
static_assert(MEMBLOCK_INIT_REGIONS > 2 * BOOT_MAX_MODULES + 2,
	      "boot data is reserved before there is memory to grow into");

static phys_addr_t region_end(const struct memblock_region *r)
{
	return r->base + r->size;
}

/*
 * Keep base + size from wrapping: a firmware map may say anything.  So region_end() never wraps
 * either (I1), and the price is that the very last byte of 2^64 is out of reach.
 */
static phys_addr_t capped_end(phys_addr_t base, phys_addr_t size)
{
	return base + min(size, PHYS_ADDR_MAX - base);
}

static void type_init(struct memblock_type *type, const char *name)
{
	type->cnt = 0;
	type->max = MEMBLOCK_INIT_REGIONS;
	type->total_size = 0;
	type->regions = type->init;
	type->name = name;
	type->array_base = 0;
	type->nr_grown = 0;
}

void memblock_init_in(struct memblock *mb, const struct memblock_ops *ops)
{
	mb->bottom_up = false;
	mb->handed_over = false;
	mb->current_limit = MEMBLOCK_ALLOC_ANYWHERE;
	mb->ops = ops;
	type_init(&mb->memory, "memory");
	type_init(&mb->reserved, "reserved");
}

/* Index of the first region that ends above addr; cnt: none does. */
static u32 first_ending_above(const struct memblock_type *type, phys_addr_t addr)
{
	u32 lo = 0, hi = type->cnt;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (region_end(&type->regions[mid]) <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Of sorted regions only the first that ends above addr can hold it. */
int memblock_search(const struct memblock_type *type, phys_addr_t addr)
{
	u32 i = first_ending_above(type, addr);

	if (i == type->cnt || type->regions[i].base > addr)
		return -1;
	return (int)i;
}

bool memblock_overlaps_region(const struct memblock_type *type, phys_addr_t base,
			      phys_addr_t size)
{
	u32 i = first_ending_above(type, base);

	return i < type->cnt && type->regions[i].base < capped_end(base, size);
}

/* ---- room in the arrays ---------------------------------------------------------- */

/*
 * All that is ever put in comes through here, so I1 and half of I3 need to be looked after in
 * two functions only.  The caller has made room, and has cut what would overlap.
 */
static void insert_at(struct memblock_type *type, u32 i, const struct memblock_region *r)
{
	VM_BUG_ON(type->cnt >= type->max || i > type->cnt);
	VM_BUG_ON(!r->size || r->size > PHYS_ADDR_MAX - r->base);	/* I1 */
	VM_BUG_ON(i && region_end(&type->regions[i - 1]) > r->base);
	VM_BUG_ON(i < type->cnt && region_end(r) > type->regions[i].base);
	memmove(&type->regions[i + 1], &type->regions[i],
		(type->cnt - i) * sizeof(type->regions[0]));
	type->regions[i] = *r;
	type->cnt++;
	type->total_size += r->size;
	VM_BUG_ON(type->total_size < r->size);		/* I3: the sum of disjoint ranges fits */
}

static void delete_at(struct memblock_type *type, u32 i)
{
	VM_BUG_ON(i >= type->cnt);
	type->total_size -= type->regions[i].size;
	type->cnt--;
	memmove(&type->regions[i], &type->regions[i + 1],
		(type->cnt - i) * sizeof(type->regions[0]));
}

/*
 * Room for an array, on either side of the range that is about to be taken or to go.  Below
 * first: what is asked for comes from the top as a rule, and should find it in one piece.
 */
static phys_addr_t find_array_room(struct memblock *mb, phys_addr_t bytes,
				   phys_addr_t avoid_start, phys_addr_t avoid_end)
{
	struct memblock_request rq = { .size = bytes, .align = PAGE_SIZE, .nid = NUMA_NO_NODE };
	phys_addr_t base;

	rq.max = min(avoid_start, mb->current_limit);
	base = rq.max ? memblock_find_in(mb, &rq) : 0;
	if (base)
		return base;
	rq.min = avoid_end;
	rq.max = mb->current_limit;
	return rq.min < rq.max ? memblock_find_in(mb, &rq) : 0;
}

/* Move the regions to the array at base, which has room for max of them. */
static void switch_array(struct memblock_type *type, struct memblock_region *regions, u32 max,
			 phys_addr_t base)
{
	VM_BUG_ON(type->cnt > max || base & ~PAGE_MASK);
	VM_BUG_ON(regions == type->regions);	/* slots take turns: the old one is still in use */
	memcpy(regions, type->regions, type->cnt * sizeof(*regions));
	type->regions = regions;
	type->max = max;
	type->array_base = base;
	type->nr_grown++;
}

/* Whole pages, because a fixmap slot, which is how an array is reached, maps pages. */
static phys_addr_t array_bytes(u32 max)
{
	return ALIGN((phys_addr_t)max * sizeof(struct memblock_region), PAGE_SIZE);
}

static int make_room(struct memblock *mb, struct memblock_type *type, u32 nr, phys_addr_t start,
		     phys_addr_t end);

/* Slots of reserved[] that it takes to reserve a new array, and to cut an old one out. */
#define GROW_SLOTS	3

/*
 * Double an array while [start, end) is being put in or taken away.  The regions move before
 * their new home is reserved, for a full reserved[] has no slot for it until then.
 *
 * If both arrays are full, reserved[] goes first.  Growing it later, for the sake of memory[]'s
 * array, would keep clear of that one only, and might put it into [start, end), which is
 * perhaps about to cease to be RAM.
 */
static int grow_array(struct memblock *mb, struct memblock_type *type, phys_addr_t start,
		      phys_addr_t end)
{
	const bool is_reserved = type == &mb->reserved;
	const u32 max = type->max * 2;
	const phys_addr_t bytes = array_bytes(max), old = type->array_base;
	const phys_addr_t old_bytes = array_bytes(type->max);
	struct memblock_region *regions;
	phys_addr_t base;

	if (!mb->ops || !mb->ops->map_array)
		return -ENOMEM;
	if (!is_reserved && make_room(mb, &mb->reserved, GROW_SLOTS, start, end))
		return -ENOMEM;
	base = find_array_room(mb, bytes, start, end);
	if (!base)
		return -ENOMEM;
	regions = mb->ops->map_array(mb, (is_reserved ? 2 : 0) + (type->nr_grown & 1), base, bytes);
	if (!regions)
		return -ENOMEM;
	switch_array(type, regions, max, base);
	VM_BUG_ON(mb->reserved.cnt + GROW_SLOTS > mb->reserved.max);	/* so neither can fail */
	memblock_reserve_in(mb, base, bytes);
	if (old)
		memblock_phys_free_in(mb, old, old_bytes);
	return 0;
}

/* Before anything is changed: what follows may then use nr slots and cannot fail. */
static int make_room(struct memblock *mb, struct memblock_type *type, u32 nr, phys_addr_t start,
		     phys_addr_t end)
{
	while (type->cnt + nr > type->max) {
		if (grow_array(mb, type, start, end)) {
			pr_err("memblock: %s: no room for more than %u regions\n",
			       type->name, type->max);
			return -ENOMEM;
		}
	}
	return 0;
}

/* ---- adding and removing --------------------------------------------------------- */

static bool mergeable(const struct memblock_region *a, const struct memblock_region *b)
{
	return region_end(a) == b->base && a->nid == b->nid && a->flags == b->flags;
}

/*
 * Merge what can be merged among regions [first - 1, last]: the one before first may touch it.
 * Only a changed neighbourhood is looked at, or adding n regions would take n^2 steps.
 */
static void merge_around(struct memblock_type *type, u32 first, u32 last)
{
	u32 i = first ? first - 1 : 0;

	VM_BUG_ON(first > type->cnt);
	while (i + 1 < type->cnt && i <= last) {
		struct memblock_region *r = &type->regions[i];

		if (!mergeable(r, r + 1)) {
			i++;
			continue;
		}
		r->size += r[1].size;
		type->total_size += r[1].size;	/* may wrap: delete_at() takes it off again */
		delete_at(type, i + 1);
		VM_BUG_ON(type->total_size < r->size);		/* I3 */
		if (last)
			last--;
	}
}

/*
 * Put a piece in before region i, or let region i - 1 grow by it.  Returns slots needed: a full
 * array that cannot grow still takes what only makes a region longer.
 */
static u32 put_piece(struct memblock_type *type, u32 *i, const struct memblock_region *piece,
		     bool insert)
{
	struct memblock_region *prev = *i ? &type->regions[*i - 1] : NULL;

	if (prev && mergeable(prev, piece)) {
		if (insert) {
			prev->size += piece->size;
			type->total_size += piece->size;
		}
		return 0;
	}
	if (insert)
		insert_at(type, (*i)++, piece);
	return 1;
}

/*
 * The pieces of *new that no region covers: count the slots they need, or put them in.
 * Regions that may have to be merged are those from *first to *last.
 *
 * One walk for both, so that what is counted is what is done.  What is covered keeps its node
 * and flags: whoever came first knew better (Linux decides so, too).
 */
static u32 uncovered_pieces(struct memblock_type *type, const struct memblock_region *new,
			    bool insert, u32 *first, u32 *last)
{
	const phys_addr_t end = region_end(new);
	phys_addr_t at = new->base;
	u32 i = first_ending_above(type, at), slots = 0;

	*first = i;
	for (;;) {
		struct memblock_region *r = i < type->cnt ? &type->regions[i] : NULL;
		const phys_addr_t stop = r ? min(r->base, end) : end;
		struct memblock_region piece = { at, stop - at, new->flags, new->nid };

		if (at < stop)
			slots += put_piece(type, &i, &piece, insert);
		if (!r || stop == end)
			break;
		at = region_end(&type->regions[i++]);
		if (at >= end)
			break;
	}
	*last = i;
	return slots;
}

/*
 * After the hand-over every page has an owner that these lists know nothing of: a change here
 * would not move a page, only make the map wrong.
 */
static int refuse(const struct memblock *mb, const char *what, phys_addr_t base,
		  phys_addr_t size)
{
	if (!mb->handed_over)
		return 0;
	pr_err("memblock: %s of %llu bytes at %#llx: boot memory has been handed over\n",
	       what, size, base);
	return -EPERM;
}

static int add_range(struct memblock *mb, struct memblock_type *type,
		     const struct memblock_region *new)
{
	u32 slots, first, last;
	int err;

	if (!new->size)
		return 0;
	slots = uncovered_pieces(type, new, false, &first, &last);
	err = make_room(mb, type, slots, new->base, region_end(new));
	if (err)
		return err;
	/* Growing may have reserved a page beside us, but nothing inside of us. */
	VM_BUG_ON(type->cnt + slots > type->max);
	uncovered_pieces(type, new, true, &first, &last);
	VM_BUG_ON(memblock_search(type, new->base) < 0);	/* now it is covered */
	merge_around(type, first, last);
	return 0;
}

int memblock_add_in(struct memblock *mb, phys_addr_t base, phys_addr_t size, int nid, u32 flags)
{
	struct memblock_region r = { base, capped_end(base, size) - base, flags, nid };

	return refuse(mb, "add", base, size) ?: add_range(mb, &mb->memory, &r);
}

int memblock_reserve_in(struct memblock *mb, phys_addr_t base, phys_addr_t size)
{
	struct memblock_region r = {
		base, capped_end(base, size) - base, MEMBLOCK_NONE, NUMA_NO_NODE
	};

	return refuse(mb, "reserve", base, size) ?: add_range(mb, &mb->reserved, &r);
}

/* Cut the region that addr lies inside of; the array has room. */
static void split_at(struct memblock_type *type, phys_addr_t addr)
{
	const int i = memblock_search(type, addr);
	struct memblock_region upper;

	if (i < 0 || type->regions[i].base == addr)
		return;
	upper = type->regions[i];
	upper.size = region_end(&upper) - addr;
	upper.base = addr;
	VM_BUG_ON(!upper.size || type->cnt == type->max);	/* isolate() has made room */
	type->regions[i].size -= upper.size;
	type->total_size -= upper.size;
	insert_at(type, (u32)i + 1, &upper);
}

/* Would split_at() cut there? */
static bool inside_region(const struct memblock_type *type, phys_addr_t addr)
{
	const int i = memblock_search(type, addr);

	return i >= 0 && type->regions[i].base < addr;
}

/*
 * Make regions begin and end at base and end; [*first, *last) are those within.
 * Fails only when an array is full.
 */
static int isolate(struct memblock *mb, struct memblock_type *type, phys_addr_t base,
		   phys_addr_t end, u32 *first, u32 *last)
{
	const u32 cuts = inside_region(type, base) + inside_region(type, end);
	/* The array must not move to where the caller is about to free or remove. */
	const int err = cuts ? make_room(mb, type, cuts, base, end) : 0;

	if (err)
		return err;
	split_at(type, base);
	split_at(type, end);
	*first = first_ending_above(type, base);
	for (*last = *first; *last < type->cnt && type->regions[*last].base < end; )
		++*last;
	return 0;
}

static int remove_range(struct memblock *mb, struct memblock_type *type, phys_addr_t base,
			phys_addr_t end)
{
	u32 first, last, i;
	int err;

	if (base >= end)
		return 0;
	err = isolate(mb, type, base, end, &first, &last);
	if (err)
		return err;
	VM_BUG_ON(first > last || last > type->cnt);
	for (i = first; i < last; i++)
		type->total_size -= type->regions[i].size;
	memmove(&type->regions[first], &type->regions[last],
		(type->cnt - last) * sizeof(type->regions[0]));
	type->cnt -= last - first;
	return 0;
}

int memblock_remove_in(struct memblock *mb, phys_addr_t base, phys_addr_t size)
{
	return refuse(mb, "remove", base, size) ?:
	       remove_range(mb, &mb->memory, base, capped_end(base, size));
}

int memblock_phys_free_in(struct memblock *mb, phys_addr_t base, phys_addr_t size)
{
	return refuse(mb, "free", base, size) ?:
	       remove_range(mb, &mb->reserved, base, capped_end(base, size));
}

/* ---- attributes, limits ---------------------------------------------------------- */

int memblock_set_node_in(struct memblock *mb, phys_addr_t base, phys_addr_t size, int nid)
{
	u32 first, last, i;
	int err = refuse(mb, "node", base, size) ?:
		  isolate(mb, &mb->memory, base, capped_end(base, size), &first, &last);

	if (err)
		return err;
	for (i = first; i < last; i++)
		mb->memory.regions[i].nid = nid;
	merge_around(&mb->memory, first, last);
	return 0;
}

int memblock_mark_nomap_in(struct memblock *mb, phys_addr_t base, phys_addr_t size)
{
	u32 first, last, i;
	int err = refuse(mb, "nomap", base, size) ?:
		  isolate(mb, &mb->memory, base, capped_end(base, size), &first, &last);

	if (err)
		return err;
	for (i = first; i < last; i++)
		mb->memory.regions[i].flags |= MEMBLOCK_NOMAP;
	merge_around(&mb->memory, first, last);
	return 0;
}

/*
 * Every region loses what lies outside multiples of align at its own two ends.  Regions that
 * touch lose on both sides of the seam: whoever wants them whole must not make them differ.
 */
int memblock_trim_memory_in(struct memblock *mb, phys_addr_t align)
{
	struct memblock_type *type = &mb->memory;
	u32 i = 0;

	if (refuse(mb, "trim", 0, align))
		return -EPERM;
	if (WARN_ON_ONCE(!align || align & (align - 1)))
		return -EINVAL;		/* ALIGN() would make nonsense of every region */
	while (i < type->cnt) {
		struct memblock_region *r = &type->regions[i];
		const phys_addr_t start = ALIGN(r->base, align);
		const phys_addr_t end = ALIGN_DOWN(region_end(r), align);

		if (start < r->base || start >= end) {
			delete_at(type, i);
			continue;
		}
		VM_BUG_ON(end - start > r->size);
		type->total_size -= r->size - (end - start);
		r->base = start;
		r->size = end - start;
		i++;
	}
	return 0;
}

/*
 * Both lists: what lies outside [base, end) goes.  The upper end first: an array that has to
 * grow for the cut moves below end then, and not to where RAM is no more after the next line.
 */
int memblock_cap_memory_range_in(struct memblock *mb, phys_addr_t base, phys_addr_t size)
{
	const phys_addr_t end = capped_end(base, size);
	int err = refuse(mb, "cap", base, size);

	err = err ?: remove_range(mb, &mb->memory, end, PHYS_ADDR_MAX);
	err = err ?: remove_range(mb, &mb->memory, 0, base);
	err = err ?: remove_range(mb, &mb->reserved, 0, base);
	return err ?: remove_range(mb, &mb->reserved, end, PHYS_ADDR_MAX);
}

/* limit is an amount of memory: find the address where that much lies below. */
int memblock_enforce_limit_in(struct memblock *mb, phys_addr_t limit)
{
	const struct memblock_region *r;
	phys_addr_t left = limit;

	if (!limit)
		return 0;
	for_each_memblock_type(r, &mb->memory) {
		if (left <= r->size)
			return memblock_cap_memory_range_in(mb, 0, r->base + left);
		left -= r->size;
	}
	return 0;
}

/* One way only: section.c reads the lists for as long as the kernel runs, without a lock. */
void memblock_hand_over_in(struct memblock *mb)
{
	WARN_ON_ONCE(mb->handed_over);	/* somebody allocates from it after all */
	mb->handed_over = true;
}

/* ---- checking -------------------------------------------------------------------- */

/* In one pass: I1 needs only the neighbour below, for the regions are sorted. */
static bool verify_type(const struct memblock_type *type, char *msg, size_t n)
{
	phys_addr_t sum = 0;
	u32 i;

	for (i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];

		sum += r->size;
		if (r->size && r->size <= PHYS_ADDR_MAX - r->base &&
		    (!i || (region_end(r - 1) <= r->base && !mergeable(r - 1, r))))
			continue;
		scnprintf(msg, n, "memblock %s[%u]: bad region %#llx + %#llx", type->name, i,
			  r->base, r->size);
		return false;
	}
	if (sum == type->total_size && type->cnt <= type->max)
		return true;
	scnprintf(msg, n, "memblock %s: %u regions of %u, total %#llx, sum %#llx", type->name,
		  type->cnt, type->max, type->total_size, sum);
	return false;
}

bool memblock_verify_in(const struct memblock *mb, char *msg, size_t n)
{
	return verify_type(&mb->memory, msg, n) && verify_type(&mb->reserved, msg, n);
}
