/* SPDX-License-Identifier: MIT */
/*
 * mm/memblock_default.c - the kernel's own memblock, under Linux's names
 *
 * MODEL
 *   One instance, memblock, describes the machine.  Its arrays, when they outgrow their
 *   static 128 entries, appear in a row of fixmap slots: at that time there is no direct
 *   map yet that could show them, and no page to spare for building one.  Memory that is
 *   handed out appears in the direct map, for which section.c maps the whole section
 *   around it.
 *
 *	who asks	gets		if there is none	reaches it through
 *	*_phys_alloc*	an address	0			nothing yet
 *	alloc*		zeroed memory	panic			direct map
 *	alloc_raw	memory as is	panic			direct map
 *	*_try_nid*	either		NULL			direct map
 *	a full list	an array	-ENOMEM			fixmap
 *
 *   Panic, because whoever uses the plain forms has no other plan: Linux leaves the check to
 *   the callers, and nearly all of them panic.
 *
 *   Quarry has one memory node.  The forms with a node keep it as Linux does, so that code
 *   written for several compiles and a test can build a machine that has them.
 *
 * INVARIANTS	as memblock.c.  Nothing has changed since memblock_hand_over(): section.c, iomem
 *		and the questions below read the lists at any time, without a lock.
 * LOCKING	none: one CPU at boot; read-only after memblock_hand_over().
 * CONTEXT	boot; questions (memblock_is_*, sizes) any.
 * FAILURE	memblock_alloc() and alloc_bootmem() panic and say the size; the _try_ and
 *		_exact_ forms return NULL.  After the hand-over all of them complain.
 * NOT HERE	the lists: memblock.c.  Finding: memblock_alloc.c.
 */
#include <linux/bootmem.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/mmdebug.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/section.h>
#include <asm/fixmap.h>

/* ---- how this instance reaches memory --------------------------------------------- */

/* The whole section around it: the one page table more would be needed soon anyway. */
static void *default_map(struct memblock *mb, phys_addr_t base, phys_addr_t size)
{
	return section_map_early(base, size);
}

/* Mappings of boot memory stay: the section will want them when it is brought in. */
static phys_addr_t default_unmap(struct memblock *mb, const void *ptr)
{
	VM_WARN_ON_ONCE((unsigned long)ptr < PAGE_OFFSET);	/* never came from default_map() */
	return __pa(ptr);
}

/* Two slots for each list: the old array is still read while the new one is filled. */
static void *default_map_array(struct memblock *mb, unsigned int slot, phys_addr_t base,
			       phys_addr_t size)
{
	return fixmap_memblock(slot, base, size);
}

static const struct memblock_ops memblock_default_ops = {
	.map = default_map,
	.unmap = default_unmap,
	.map_array = default_map_array,
};

/*
 * Set up by the linker, not by memblock_init_in(): the first memblock_reserve() comes before any
 * init function could.  No limit, for what default_map() shows is not bound to an address.
 */
struct memblock memblock = {
	.current_limit = MEMBLOCK_ALLOC_ANYWHERE,
	.memory = {
		.max = MEMBLOCK_INIT_REGIONS, .regions = memblock.memory.init, .name = "memory",
	},
	.reserved = {
		.max = MEMBLOCK_INIT_REGIONS, .regions = memblock.reserved.init,
		.name = "reserved",
	},
	.ops = &memblock_default_ops,
};

/* ---- Linux's names: the lists ------------------------------------------------------ */

int memblock_add(phys_addr_t base, phys_addr_t size)
{
	return memblock_add_in(&memblock, base, size, NUMA_NO_NODE, MEMBLOCK_NONE);
}

int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid, enum memblock_flags flags)
{
	return memblock_add_in(&memblock, base, size, nid, flags);
}

int memblock_remove(phys_addr_t base, phys_addr_t size)
{
	return memblock_remove_in(&memblock, base, size);
}

int memblock_reserve(phys_addr_t base, phys_addr_t size)
{
	return memblock_reserve_in(&memblock, base, size);
}

int memblock_phys_free(phys_addr_t base, phys_addr_t size)
{
	return memblock_phys_free_in(&memblock, base, size);
}

/* The error, if any, has been named; a void function is what Linux's callers know. */
void memblock_free(void *ptr, size_t size)
{
	memblock_free_in(&memblock, ptr, size);
}

/* Reserved regions have no node here, for nobody asks where what is taken lies. */
int memblock_set_node(phys_addr_t base, phys_addr_t size, struct memblock_type *type, int nid)
{
	return type == &memblock.memory ? memblock_set_node_in(&memblock, base, size, nid) : 0;
}

int memblock_mark_nomap(phys_addr_t base, phys_addr_t size)
{
	return memblock_mark_nomap_in(&memblock, base, size);
}

void memblock_trim_memory(phys_addr_t align)
{
	memblock_trim_memory_in(&memblock, align);
}

void memblock_cap_memory_range(phys_addr_t base, phys_addr_t size)
{
	memblock_cap_memory_range_in(&memblock, base, size);
}

void memblock_enforce_memory_limit(phys_addr_t limit)
{
	memblock_enforce_limit_in(&memblock, limit);
}

/* section_init() turns it on to keep its bitmaps in the section that comes first anyway. */
void memblock_set_bottom_up(bool enable)
{
	memblock.bottom_up = enable;
}

bool memblock_bottom_up(void)
{
	return memblock.bottom_up;
}

void memblock_set_current_limit(phys_addr_t limit)
{
	memblock.current_limit = limit;
}

phys_addr_t memblock_get_current_limit(void)
{
	return memblock.current_limit;
}

void memblock_hand_over(void)
{
	memblock_hand_over_in(&memblock);
}

/* ---- Linux's names: allocating ----------------------------------------------------- */

phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start,
				      phys_addr_t end)
{
	struct memblock_request rq = { size, align, start, end, NUMA_NO_NODE, false };

	return memblock_phys_alloc_in(&memblock, &rq);
}

phys_addr_t memblock_phys_alloc_try_nid(phys_addr_t size, phys_addr_t align, int nid)
{
	struct memblock_request rq = { size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE, nid, false };

	return memblock_phys_alloc_in(&memblock, &rq);
}

/*
 * The forms that promise memory: none is the end.  Not after the hand-over, though: then there
 * may be plenty, only not here, and the caller's stack has just been shown.
 */
static void *alloc_or_panic(const struct memblock_request *rq)
{
	void *ptr = memblock_alloc_in(&memblock, rq);

	VM_WARN_ON_ONCE(ptr && rq->align && (unsigned long)ptr & (rq->align - 1));
	if (!ptr && !memblock.handed_over)
		panic("memblock: cannot allocate %llu bytes of boot memory (align %#llx, from "
		      "%#llx to %#llx)", rq->size, rq->align, rq->min,
		      rq->max ?: memblock.current_limit);
	return ptr;
}

void *memblock_alloc(phys_addr_t size, phys_addr_t align)
{
	struct memblock_request rq = { .size = size, .align = align, .nid = NUMA_NO_NODE };

	return alloc_or_panic(&rq);
}

void *memblock_alloc_raw(phys_addr_t size, phys_addr_t align)
{
	struct memblock_request rq = { .size = size, .align = align, .nid = NUMA_NO_NODE };
	void *ptr = memblock_alloc_raw_in(&memblock, &rq);

	return ptr ?: alloc_or_panic(&rq);	/* to complain */
}

void *memblock_alloc_from(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr)
{
	struct memblock_request rq = {
		.size = size, .align = align, .min = min_addr, .nid = NUMA_NO_NODE
	};

	return alloc_or_panic(&rq);
}

/* For devices with 32 address lines; Linux's ARCH_LOW_ADDRESS_LIMIT is the same 4 GiB. */
void *memblock_alloc_low(phys_addr_t size, phys_addr_t align)
{
	struct memblock_request rq = {
		.size = size, .align = align, .max = 1ULL << 32, .nid = NUMA_NO_NODE
	};

	return alloc_or_panic(&rq);
}

void *memblock_alloc_node(phys_addr_t size, phys_addr_t align, int nid)
{
	struct memblock_request rq = { .size = size, .align = align, .nid = nid };

	return alloc_or_panic(&rq);
}

void *memblock_alloc_try_nid(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
			     phys_addr_t max_addr, int nid)
{
	struct memblock_request rq = { size, align, min_addr, max_addr, nid, false };

	return memblock_alloc_in(&memblock, &rq);
}

void *memblock_alloc_try_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				 phys_addr_t max_addr, int nid)
{
	struct memblock_request rq = { size, align, min_addr, max_addr, nid, false };

	return memblock_alloc_raw_in(&memblock, &rq);
}

void *memblock_alloc_exact_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				   phys_addr_t max_addr, int nid)
{
	struct memblock_request rq = { size, align, min_addr, max_addr, nid, true };

	return memblock_alloc_raw_in(&memblock, &rq);
}

/* ---- questions ------------------------------------------------------------------- */

/* All that firmware and command line left, NOMAP included; Linux counts it so, too. */
phys_addr_t memblock_phys_mem_size(void)
{
	return memblock.memory.total_size;
}

phys_addr_t memblock_reserved_size(void)
{
	return memblock.reserved.total_size;
}

phys_addr_t memblock_start_of_DRAM(void)
{
	return memblock.memory.cnt ? memblock.memory.regions[0].base : 0;
}

phys_addr_t memblock_end_of_DRAM(void)
{
	const struct memblock_type *type = &memblock.memory;
	const struct memblock_region *last = type->regions + type->cnt - 1;

	VM_WARN_ON_ONCE(type->cnt > type->max);
	return type->cnt ? last->base + last->size : 0;
}

bool memblock_is_memory(phys_addr_t addr)
{
	return memblock_search(&memblock.memory, addr) >= 0;
}

bool memblock_is_map_memory(phys_addr_t addr)
{
	const int i = memblock_search(&memblock.memory, addr);

	return i >= 0 && !(memblock.memory.regions[i].flags & MEMBLOCK_NOMAP);
}

bool memblock_is_reserved(phys_addr_t addr)
{
	return memblock_search(&memblock.reserved, addr) >= 0;
}

/*
 * Regions that touch (they differ in node or flags) cover a range together: so it is not enough
 * to find the one that base lies in.
 */
bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size)
{
	const phys_addr_t end = base + min(size, PHYS_ADDR_MAX - base);

	while (base < end) {
		const int i = memblock_search(&memblock.memory, base);

		if (i < 0)
			return false;
		VM_BUG_ON(!memblock.memory.regions[i].size);	/* or this would never end */
		base = memblock.memory.regions[i].base + memblock.memory.regions[i].size;
	}
	return true;
}

bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size)
{
	return memblock_overlaps_region(&memblock.reserved, base, size);
}

/* The text of memblock=debug in Linux: last addresses are inclusive there. */
static void dump_type(const struct memblock_type *type)
{
	u32 i;

	pr_info(" %s.cnt  = 0x%x\n", type->name, type->cnt);
	for (i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];

		pr_info(" %s[0x%x]\t[0x%016llx-0x%016llx], 0x%016llx bytes flags: 0x%x\n",
			type->name, i, r->base, r->base + r->size - 1, r->size, r->flags);
	}
}

void memblock_dump_all(void)
{
	pr_info("MEMBLOCK configuration:\n");
	pr_info(" memory size = 0x%016llx reserved size = 0x%016llx\n",
		memblock.memory.total_size, memblock.reserved.total_size);
	dump_type(&memblock.memory);
	dump_type(&memblock.reserved);
}

/* ---- the 1990s ------------------------------------------------------------------- */

/*
 * Before there was an allocator for boot memory, each driver's initialiser was handed the start
 * of what is free and gave back where it had stopped:
 *
 *	start          taken                    end
 *	  |--- its own --|------ free again ------|
 *
 * What it says is checked, for the next one would get what this one has kept.
 */
unsigned long bootmem_memory_start(memory_start_init_t init, phys_addr_t max_bytes)
{
	struct memblock_request rq = {
		.size = max_bytes, .align = PAGE_SIZE, .nid = NUMA_NO_NODE
	};
	void *room = memblock_alloc_raw_in(&memblock, &rq);
	unsigned long start = (unsigned long)room, end = start + max_bytes, taken;

	if (!room)
		panic("bootmem: no %llu bytes for an old-style initialiser", max_bytes);
	VM_WARN_ON_ONCE(end < start);
	taken = init(start, end);
	if (taken < start || taken > end)
		panic("bootmem: an old-style initialiser went from %#lx to %#lx, limit %#lx",
		      start, taken, end);
	memblock_phys_free(__pa(taken), end - taken);	/* what it left is free again */
	return taken;
}
