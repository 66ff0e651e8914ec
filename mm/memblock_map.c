/* SPDX-License-Identifier: MIT */
/*
 * mm/memblock_map.c - from the firmware's map to memblock
 *
 * MODEL
 *   The map is hostile: unsorted, overlapping, with zero-length, unaligned and wrapping
 *   entries.  Every range is two edges, begin and end.  The edges are sorted, and one pass
 *   over them counts how many ranges of each rank are open; between two edges the highest
 *   open rank decides.  Ranks order the types by how little we may do there:
 *
 *	available < ACPI tables < NVS < persistent < reserved (and unknown) < bad
 *
 *	e.g.	available  |-----------------------|
 *		reserved         |---------|  |--------|
 *		result     | avail |  resv   |av| resv |
 *
 *   The same with edges: +a -a of available, +r -r of reserved; below, which are open:
 *
 *		+a       +r        -r +r   -a      -r
 *		a        a,r       a  a,r   r
 *
 *   n ranges give at most 2n - 1 pieces, in O(n log n) time, however they overlap: each piece
 *   lies between two neighbours among 2n edges.  Firmware that calls a page available twice
 *   does no harm (the count goes to 2 and back), and one that calls it available and reserved
 *   loses: to leave out good memory costs memory, to use somebody else's costs the machine.
 *
 *   What is left as available is then cut to whole pages, to mem= and to the 16 TiB that
 *   a 32-bit frame number reaches, and becomes memblock's memory.  mem= and memmap= of
 *   the command line are ranges and a limit like any other; the idea of edges is that of
 *   Linux's e820 code.
 *
 * INVARIANTS	entries are sorted and disjoint; two that touch differ in type; available
 *		memory that is not used has been named (the first 16 pieces) or counted.
 * LOCKING	none: one CPU at boot.
 * CONTEXT	boot.
 * FAILURE	no usable memory: panic; everything else is named, and the usable part used.
 * NOT HERE	reading multiboot2 or PVH: boot/.  The lists: memblock.c.
 */
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/mmdebug.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <asm/page.h>
#include <asm/sections.h>

/* A hostile map must not flood the console; an honest one has a dozen entries or so. */
#define MAX_NAMED	16		/* pieces that are not used */
#define MAX_SHOWN	32		/* lines of the map */
#define NR_RANKS	6

static_assert(BOOT_RAM != 0, "type_of_separator(): 0 is no type");
static_assert(NR_RANKS <= 0x7fff, "an edge's rank is 16 bits");

struct memblock_map memblock_map;
static_assert(sizeof(memblock_map) < 44 << 10, "what is said at memblock_map_resolve()");
static_assert(offsetof(typeof(memblock_map.edge[0]), at) == 0, "compare_edges() looks there");
static struct memblock_map_options memblock_map_options;

/*
 * By rank.  ACPI tables are memory, too, and a kernel may have them back once it has read them:
 * Quarry leaves them, because they are small and somebody may want to read them again.  NVS is
 * the firmware's for good, and written by it.
 */
static const struct {
	u32 type;
	const char *name;		/* as Linux prints them */
} map_ranks[NR_RANKS] = {
	{ BOOT_RAM,	 "usable" },
	{ BOOT_ACPI,	 "ACPI data" },
	{ BOOT_NVS,	 "ACPI NVS" },
	{ BOOT_PMEM,	 "persistent" },
	{ BOOT_RESERVED, "reserved" },
	{ BOOT_BAD,	 "unusable" },
};

/* A type that nobody knows may be anything: hands off. */
static u16 rank_of(u32 type)
{
	u16 i;

	for (i = 0; i < NR_RANKS; i++)
		if (map_ranks[i].type == type)
			return i;
	return rank_of(BOOT_RESERVED);
}

/* ---- resolving ------------------------------------------------------------------- */

static void add_edge(struct memblock_map *map, u64 at, s16 delta, u16 rank)
{
	VM_BUG_ON(map->nr_edges >= ARRAY_SIZE(map->edge) || rank >= NR_RANKS);
	map->edge[map->nr_edges].at = at;
	map->edge[map->nr_edges].delta = delta;
	map->edge[map->nr_edges++].rank = rank;
}

/* A range of no length would be two edges at one place, which sorting may turn round. */
static void add_range(struct memblock_map *map, const struct boot_range *r)
{
	const u64 size = min(r->size, PHYS_ADDR_MAX - r->base);
	const u16 rank = rank_of(r->type);

	if (size != r->size)
		pr_warn("memblock: map entry %#llx + %#llx wraps, cut\n", r->base, r->size);
	if (!size) {
		pr_warn("memblock: map entry of zero length at %#llx, ignored\n", r->base);
		return;
	}
	add_edge(map, r->base, 1, rank);
	add_edge(map, r->base + size, -1, rank);
}

/*
 * By address alone.  Edges at one address may come in any order: emit() makes no piece between
 * them, and an end is never sorted before its own beginning, for no range is empty.
 */
static int compare_edges(const void *a, const void *b)
{
	const u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Highest rank that is open, or -1. */
static int top_rank(const u32 *open)
{
	int i;

	for (i = NR_RANKS - 1; i >= 0; i--)
		if (open[i])
			break;
	return i;
}

/* [start, end) is of rank; a neighbour of the same type grows instead. */
static void emit(struct memblock_map *map, u64 start, u64 end, int rank)
{
	struct memblock_map_entry *e = &map->entry[map->nr];

	VM_BUG_ON(start > end);			/* the edges are sorted */
	if (rank < 0 || start == end)
		return;
	VM_BUG_ON(map->nr >= ARRAY_SIZE(map->entry));
	VM_BUG_ON(map->nr && e[-1].end > start);
	if (map->nr && e[-1].end == start && e[-1].type == map_ranks[rank].type) {
		e[-1].end = end;
		return;
	}
	*e = (struct memblock_map_entry){ start, end, map_ranks[rank].type };
	map->nr++;
}

/* Before the first edge and behind the last nothing is open: what no range names is a hole. */
static void sweep(struct memblock_map *map)
{
	u32 open[NR_RANKS] = { 0 }, i;
	u64 at = 0;

	for (i = 0; i < map->nr_edges; i++) {
		emit(map, at, map->edge[i].at, top_rank(open));
		at = map->edge[i].at;
		VM_BUG_ON(map->edge[i].delta < 0 && !open[map->edge[i].rank]);
		open[map->edge[i].rank] += map->edge[i].delta;
	}
	VM_BUG_ON(top_rank(open) >= 0);		/* whatever began has ended */
}

/* Where it works is the caller's: some 43 KiB, for the worst map there can be, are no stack's. */
void memblock_map_resolve(struct memblock_map *map, const struct boot_info *bi,
			  const struct memblock_map_options *opt)
{
	u32 i;

	map->nr = map->nr_edges = map->nr_dropped = 0;
	/* exactmap: the user's ranges are all the RAM there is; what is not RAM stays so. */
	for (i = 0; i < min_t(u32, bi->nr_ranges, BOOT_MAX_RANGES); i++)
		if (!opt->exactmap || bi->range[i].type != BOOT_RAM)
			add_range(map, &bi->range[i]);
	for (i = 0; i < opt->nr; i++)
		add_range(map, &opt->range[i]);
	sort(map->edge, map->nr_edges, sizeof(map->edge[0]), compare_edges, NULL);
	sweep(map);
}

/* ---- applying -------------------------------------------------------------------- */

/* Nothing that the firmware called available goes without a word: it may be the user's GiB. */
static void drop(struct memblock_map *map, u64 start, u64 end, const char *why)
{
	if (start >= end)
		return;
	if (map->nr_dropped++ < MAX_NAMED)
		pr_info("memblock: [mem 0x%016llx-0x%016llx] is not used: %s\n", start, end - 1,
			why);
}

/*
 * Cut an available piece to what can be used; false: nothing is left of it.  Inwards to whole
 * pages: half a page is somebody else's other half.  mem= is an address here, not an amount:
 * Linux's x86 means it so, and users know it from there.  An address bit that the CPU does not
 * have is a reserved bit in its page tables: to map such RAM would be a fault at first touch.
 */
static bool cut(struct memblock_map *map, const struct memblock_map_options *opt, u64 *start,
		u64 *end)
{
	const u64 limit = opt->limit, reach = opt->reach;
	const u64 most = 1ULL << MAX_PHYSMEM_BITS;
	u64 s = *start, e = *end;

	if (e > most) {
		drop(map, max(s, most), e, "beyond 16 TiB");
		e = most;
	}
	if (reach && e > reach) {
		drop(map, max(s, reach), e, "beyond what the CPU can address");
		e = reach;
	}
	if (limit && e > limit) {
		drop(map, max(s, limit), e, "beyond mem=");
		e = limit;
	}
	*start = ALIGN(s, PAGE_SIZE);
	*end = ALIGN_DOWN(e, PAGE_SIZE);
	if (s >= e)
		return false;
	if (*start >= *end) {
		drop(map, s, e, "no whole page");
		return false;
	}
	drop(map, s, *start, "no whole page");
	drop(map, *end, e, "no whole page");
	VM_BUG_ON(*start < s || *end > e || *end > most);
	return true;
}

/* After cutting and dropping, silently: the piece that holds the largest usable range. */
static u32 largest_usable(const struct memblock_map *map, const struct memblock_map_options *opt)
{
	const u64 most = min_not_zero(min_not_zero(opt->limit, opt->reach),
				      1ULL << MAX_PHYSMEM_BITS);
	u64 best_size = 0;
	u32 i, best = 0;

	for (i = 0; i < map->nr; i++) {
		const struct memblock_map_entry *e = &map->entry[i];
		const u64 end = min(e->end, most);

		if (e->type == BOOT_RAM && e->start < end && end - e->start > best_size) {
			best_size = end - e->start;
			best = i;
		}
	}
	return best;
}

/* "Too many regions": the list is full, and its array has found no room to grow. */
static void add_entry(struct memblock *mb, struct memblock_map *map, u32 i,
		      const struct memblock_map_options *opt)
{
	u64 start = map->entry[i].start, end = map->entry[i].end;

	if (map->entry[i].type != BOOT_RAM || !cut(map, opt, &start, &end))
		return;
	if (memblock_add_in(mb, start, end - start, NUMA_NO_NODE, MEMBLOCK_NONE))
		drop(map, start, end, "too many regions");
}

/* Before any memory is there to be allocated from: arrays may have to grow. */
static void reserve_boot_data(struct memblock *mb, const struct boot_info *bi)
{
	const struct boot_framebuffer *fb = &bi->fb;
	u32 i;

	VM_WARN_ON_ONCE(mb->memory.cnt);
	memblock_reserve_in(mb, 0, PAGE_SIZE);		/* frame 0: 0 means none */
	for (i = 0; i < min_t(u32, bi->nr_modules, BOOT_MAX_MODULES); i++) {
		const struct boot_module *m = &bi->module[i];

		if (m->start < m->end)
			memblock_reserve_in(mb, m->start, m->end - m->start);
		else
			pr_warn("memblock: module %u: [%#llx, %#llx) is no range, ignored\n", i,
				m->start, m->end);
	}
	if (fb->addr)
		memblock_reserve_in(mb, fb->addr, (u64)fb->pitch * fb->height);
}

/* Is there a whole free page? */
static bool any_free_page(struct memblock *mb)
{
	struct memblock_request rq = {
		.size = PAGE_SIZE, .align = PAGE_SIZE, .nid = NUMA_NO_NODE,
		.max = MEMBLOCK_ALLOC_ANYWHERE,
	};

	return memblock_find_in(mb, &rq) != 0;
}

/*
 * Reserve, then add: the other way round an array that grows could land on a module.  Frame 0
 * is reserved whatever the map says, because 0 is the end of every list of pages.
 */
int memblock_map_apply(struct memblock *mb, struct memblock_map *map,
		       const struct boot_info *bi, const struct memblock_map_options *opt)
{
	/* The largest piece first: what follows may have to grow the arrays. */
	const u32 first = largest_usable(map, opt);
	u32 i;

	reserve_boot_data(mb, bi);
	if (map->nr)
		add_entry(mb, map, first, opt);
	for (i = 0; i < map->nr; i++)
		if (i != first)
			add_entry(mb, map, i, opt);
	if (map->nr_dropped > MAX_NAMED)
		pr_info("memblock: %u more pieces are not used\n", map->nr_dropped - MAX_NAMED);
	VM_WARN_ON_ONCE(!memblock_overlaps_region(&mb->reserved, 0, PAGE_SIZE));
	return any_free_page(mb) ? 0 : -ENOMEM;
}

static void show_map(const struct memblock_map *map)
{
	u32 i;

	pr_info("Physical memory map:\n");
	for (i = 0; i < min_t(u32, map->nr, MAX_SHOWN); i++) {
		const struct memblock_map_entry *e = &map->entry[i];

		pr_info("  [mem 0x%016llx-0x%016llx] %s\n", e->start, e->end - 1,
			map_ranks[rank_of(e->type)].name);
	}
	if (map->nr > MAX_SHOWN)
		pr_info("  ... and %u more\n", map->nr - MAX_SHOWN);
}

/*
 * From cpuid, by kernel/main.c: this room does not ask CPUs.  A test's own options say 0, so that
 * its machines may have all of 16 TiB wherever it runs.
 */
void memblock_map_set_reach(unsigned int bits)
{
	WARN_ON_ONCE(bits < 32 || bits >= 64);	/* no CPU with long mode has less, or 64 */
	memblock_map_options.reach = 1ULL << bits;
}

/* The image first of all: it is the only range that is sure to be in use already. */
void memblock_from_boot_info(const struct boot_info *bi)
{
	memblock_reserve(kernel_image_start(), kernel_image_end() - kernel_image_start());
	memblock_map_resolve(&memblock_map, bi, &memblock_map_options);
	show_map(&memblock_map);
	if (memblock_map_apply(&memblock, &memblock_map, bi, &memblock_map_options))
		panic("memblock: no usable memory in the %u ranges of the firmware's map",
		      bi->nr_ranges);
}

/* ---- mem= and memmap= ------------------------------------------------------------ */

static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

static unsigned int suffix_shift(char c)
{
	switch (c | 0x20) {
	case 'k': return 10;
	case 'm': return 20;
	case 'g': return 30;
	case 't': return 40;
	default:  return 0;
	}
}

/*
 * "64", "0x40", "16M": advances *s.  False: no number, or more than 64 bits.  Our own, because
 * memmap= goes on behind the number, and kstrtoull() wants the whole string.
 */
static bool parse_bytes(const char **s, u64 *bytes)
{
	const char *p = *s;
	unsigned int base = 10, shift;
	bool any = false;
	u64 val = 0;

	if (p[0] == '0' && (p[1] | 0x20) == 'x') {
		base = 16;
		p += 2;
	}
	for (; digit_value(*p) < base; p++, any = true)
		if (__builtin_mul_overflow(val, (u64)base, &val) ||
		    __builtin_add_overflow(val, (u64)digit_value(*p), &val))
			return false;
	shift = suffix_shift(*p);
	if (!any || (shift && val >> (64 - shift)))
		return false;
	*bytes = val << shift;
	*s = p + (shift != 0);
	return true;
}

int memblock_map_parse_mem(struct memblock_map_options *opt, const char *val)
{
	u64 limit;

	if (!parse_bytes(&val, &limit) || *val || !limit)
		return -EINVAL;
	opt->limit = min_not_zero(opt->limit, limit);
	return 0;
}

static u32 type_of_separator(char c)
{
	switch (c) {
	case '@': return BOOT_RAM;
	case '#': return BOOT_ACPI;
	case '$': return BOOT_RESERVED;
	case '!': return BOOT_PMEM;
	default:  return 0;
	}
}

/*
 * One item of the list: size@base, size#base, size$base, size!base, size, exactmap.  A range of
 * the user's is one more range for the sweep; so memmap=1G$4G takes RAM away, but memmap=1G@4G
 * cannot make available what the firmware reserves.
 */
static int parse_item(struct memblock_map_options *opt, const char **s)
{
	struct boot_range r;

	if (strstarts(*s, "exactmap")) {
		opt->exactmap = true;
		*s += strlen("exactmap");
		return 0;
	}
	if (!parse_bytes(s, &r.size) || !r.size)
		return -EINVAL;
	r.type = type_of_separator(**s);
	if (!r.type) {			/* a size alone is mem= */
		opt->limit = min_not_zero(opt->limit, r.size);
		return 0;
	}
	++*s;
	if (!parse_bytes(s, &r.base) || r.size > PHYS_ADDR_MAX - r.base ||
	    opt->nr == MEMBLOCK_MAP_MAX_OPTIONS)
		return -EINVAL;
	opt->range[opt->nr++] = r;
	return 0;
}

/* All of the list or nothing: half of what the user asked for could be worse than neither. */
int memblock_map_parse_memmap(struct memblock_map_options *opt, const char *val)
{
	struct memblock_map_options new = *opt;

	for (;;) {
		if (parse_item(&new, &val))
			return -EINVAL;
		if (!*val)
			break;
		if (*val++ != ',')
			return -EINVAL;
	}
	*opt = new;
	return 0;
}

static int setup_mem(char *val)
{
	return memblock_map_parse_mem(&memblock_map_options, val);
}
__setup("mem=", setup_mem);

static int setup_memmap(char *val)
{
	return memblock_map_parse_memmap(&memblock_map_options, val);
}
__setup("memmap=", setup_memmap);
