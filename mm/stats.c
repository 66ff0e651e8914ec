/* SPDX-License-Identifier: MIT */
/*
 * mm/stats.c - memory as a whole: meminfo, vmstat, owners, iomem
 *
 * MODEL
 *   Tables in the text of Linux's /proc files, so that people and tools that read those
 *   read these.  What Quarry has no notion of (page cache, anonymous memory, huge pages)
 *   is there and 0.  Where a number means something special here:
 *
 *	MemFree		lists and dormant sections: an allocation can have both
 *	Slab		pages of caches and large kmalloc blocks, as in Linux
 *	PageTables	the kernel's own (Linux counts only processes' tables)
 *	VmallocUsed	pages behind vmalloc areas
 *	DirectMap*	counted in the page tables
 *
 *   owners is our own table: each page's one owner, what is not online yet, and the sum,
 *   which is the RAM of the map.
 *
 *   Where a table's number comes from:
 *
 *	per CPU, summed when asked	pages by owner, events, pages ever given out
 *	per zone, under its lock	free pages, blocks by order
 *	walked when asked		caches (list), direct map (page tables), areas (tree)
 *
 *   A counter that nobody reads should cost its writer one instruction, so none is shared
 *   between CPUs.  The reader pays: he adds up as many as there are CPUs, and what moves from
 *   one to another while he does is seen twice or not at all.  Hence the rule of this file:
 *   a difference of two such sums is cut off at 0, or both are read with the world stopped.
 *
 * INVARIANTS	Slab = SReclaimable + SUnreclaim; the rows of owners sum up to RAM.
 * LOCKING	none but the cache list's (kmem_cache_for_each()): counts are racy reads.  owners
 *		are read with the world stopped, or their sum would mean nothing.
 * CONTEXT	that of the sink.
 * FAILURE	cannot fail.
 * NOT HERE	zones and failure reports: stats_zone.c.  Caches and areas: stats_slab.c.
 *		Who counts events: where they happen.
 */
#include <linux/boot_info.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/section.h>
#include <linux/smp.h>
#include <linux/slab.h>
#include <linux/stats.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>

#include "internal.h"
#include "stats.h"

/* ---- what tables share ----------------------------------------------------------- */

/* Whole slabs, as Linux counts them: a page with one object in use is not free either. */
static void stats_add_reclaimable(struct kmem_cache *s, void *arg)
{
	struct slabinfo info;

	kmem_cache_info(s, &info);
	VM_WARN_ON_ONCE(!info.pagesperslab);
	if (info.flags & SLAB_RECLAIM_ACCOUNT)
		*(unsigned long *)arg += info.num_slabs * info.pagesperslab;
}

/* What more than one table shows: taken once for each table, so that its lines agree. */
void stats_take(struct stats_mem *st)
{
	unsigned long reclaimable = 0;

	kmem_cache_for_each(stats_add_reclaimable, &reclaimable);
	/* Large blocks of kmalloc are no slabs, but Linux has always counted them there. */
	st->slab = page_owner_pages(PAGE_OWNER_SLAB) + page_owner_pages(PAGE_OWNER_KMALLOC);
	/* Read at two times: slabs that went in between must not make the rest negative. */
	st->slab_reclaimable = min(reclaimable, st->slab);
	st->slab_unreclaimable = st->slab - st->slab_reclaimable;
	st->pagetables = page_owner_pages(PAGE_OWNER_PGTABLE);
	st->stack = page_owner_pages(PAGE_OWNER_STACK);
	st->percpu = page_owner_pages(PAGE_OWNER_PERCPU);
	st->vmalloc = page_owner_pages(PAGE_OWNER_VMALLOC);
	VM_WARN_ON_ONCE(st->slab != st->slab_reclaimable + st->slab_unreclaimable);
}

/*
 * Pages that a zone keeps back from the most privileged request, in the worst case: the largest of
 * its lowmem_reserve, for who asks for a higher zone, and the high watermark, below which kswapd
 * would begin to take from others.
 */
static unsigned long stats_zone_reserve(const struct zone *z)
{
	unsigned long max = 0;
	unsigned int i;

	VM_BUG_ON(z->idx >= MAX_NR_ZONES);
	for (i = z->idx; i < MAX_NR_ZONES; i++)
		max = max(max, z->lowmem_reserve[i]);
	return min(max + high_wmark_pages(z), z->managed_pages);
}

/*
 * What could be allocated without anybody noticing: Linux's estimate.  Free pages and half of what
 * caches could give back, without what zones keep back: the other half is what is in use.
 */
static unsigned long stats_available(const struct stats_mem *st)
{
	unsigned long reserve = 0, free = nr_free_pages() + st->slab_reclaimable / 2;
	struct zone *z;

	for_each_populated_zone(z)
		reserve += stats_zone_reserve(z);
	VM_WARN_ON_ONCE(reserve > totalram_pages());
	return free > reserve ? free - reserve : 0;
}

/* ---- meminfo --------------------------------------------------------------------- */

/*
 * kB in the direct map, by the size of the page that maps them.  From the tables themselves, which
 * only ever grow: a walk without a lock sees an entry or does not yet.  A GiB page ends it early,
 * so it takes as many steps as there are tables, and not as there are pages.
 */
struct direct_map {
	unsigned long kb_4k, kb_2m, kb_1g;
};

static void stats_count_pmd(const pmd_t *pmd, struct direct_map *dm)
{
	const pte_t *pte;
	unsigned int i;

	if (pmd_leaf(*pmd)) {
		dm->kb_2m += PMD_SIZE >> 10;
		return;
	}
	VM_WARN_ON_ONCE(!pmd_present(*pmd));
	pte = __va(pmd_table(*pmd));
	for (i = 0; i < PTRS_PER_TABLE; i++)
		if (pte_present(pte[i]))
			dm->kb_4k += PAGE_SIZE >> 10;
}

static void stats_count_pud(const pud_t *pud, struct direct_map *dm)
{
	const pmd_t *pmd;
	unsigned int i;

	if (pud_leaf(*pud)) {
		dm->kb_1g += PUD_SIZE >> 10;
		return;
	}
	VM_WARN_ON_ONCE(!pud_present(*pud));
	pmd = __va(pud_table(*pud));
	for (i = 0; i < PTRS_PER_TABLE; i++)
		if (pmd_present(pmd[i]))
			stats_count_pmd(&pmd[i], dm);
}

static void stats_count_direct_map(struct direct_map *dm)
{
	unsigned long vaddr = PAGE_OFFSET;
	const pgd_t *pgd;
	const pud_t *pud;
	unsigned int i;

	for (; vaddr < DIRECT_MAP_END; vaddr += 1UL << PGDIR_SHIFT) {
		pgd = pgd_offset_k(vaddr);
		if (!pgd_present(*pgd))
			continue;
		pud = __va(pgd_table(*pgd));
		for (i = 0; i < PTRS_PER_TABLE; i++)
			if (pud_present(pud[i]))
				stats_count_pud(&pud[i], dm);
	}
}

/* Columns are part of the format: free(1) and its kin cut lines at blanks, people align them. */
static void meminfo_kb(struct seq_file *m, const char *label, unsigned long kb)
{
	seq_printf(m, "%-16s%8lu kB\n", label, kb);
}

static void meminfo_pages(struct seq_file *m, const char *label, unsigned long pages)
{
	meminfo_kb(m, label, pages << (PAGE_SHIFT - 10));
}

/* A run of lines that are always 0 here; @labels ends with NULL. */
static void meminfo_none(struct seq_file *m, const char *const *labels)
{
	for (; *labels; labels++)
		meminfo_kb(m, *labels, 0);
}

/* VmallocChunk has been 0 in Linux since 2015: finding it took a walk over all areas. */
static void meminfo_vmalloc(struct seq_file *m, const struct stats_mem *st)
{
	/* Linux's end is the last byte, so its total is 1 kB short of 32 TiB: so is this. */
	meminfo_kb(m, "VmallocTotal:", (VMALLOC_END - 1 - VMALLOC_START) >> 10);
	meminfo_pages(m, "VmallocUsed:", st->vmalloc);
	meminfo_kb(m, "VmallocChunk:", 0);
	meminfo_pages(m, "Percpu:", st->percpu);
}

/* HardwareCorrupted: pages that were found written over, and are kept out of circulation. */
static void meminfo_huge(struct seq_file *m)
{
	static const char *const counts[] = {
		"HugePages_Total:", "HugePages_Free:", "HugePages_Rsvd:", "HugePages_Surp:",
	};
	struct direct_map dm = { 0 };
	unsigned int i;

	static_assert(PMD_SIZE >> 10 == 2048, "Hugepagesize, and the label DirectMap2M");
	seq_printf(m, "HardwareCorrupted: %5lu kB\n",
		   page_owner_pages(PAGE_OWNER_BAD) << (PAGE_SHIFT - 10));
	meminfo_none(m, (const char *const[]){ "AnonHugePages:", "ShmemHugePages:",
		     "ShmemPmdMapped:", "FileHugePages:", "FilePmdMapped:", NULL });
	for (i = 0; i < ARRAY_SIZE(counts); i++)
		seq_printf(m, "%-16s%8lu\n", counts[i], 0UL);
	meminfo_kb(m, "Hugepagesize:", PMD_SIZE >> 10);
	meminfo_kb(m, "Hugetlb:", 0);
	stats_count_direct_map(&dm);
	meminfo_kb(m, "DirectMap4k:", dm.kb_4k);
	meminfo_kb(m, "DirectMap2M:", dm.kb_2m);
	meminfo_kb(m, "DirectMap1G:", dm.kb_1g);
}

/* The order of lines is that of Linux 6.12.  What is not there is 0 and not left out. */
void stats_meminfo(struct seq_file *m)
{
	struct stats_mem st;

	stats_take(&st);
	meminfo_pages(m, "MemTotal:", totalram_pages());
	meminfo_pages(m, "MemFree:", nr_free_pages());
	meminfo_pages(m, "MemAvailable:", stats_available(&st));
	meminfo_none(m, (const char *const[]){ "Buffers:", "Cached:", "SwapCached:", "Active:",
		     "Inactive:", "Active(anon):", "Inactive(anon):", "Active(file):",
		     "Inactive(file):", "Unevictable:", "Mlocked:", "SwapTotal:", "SwapFree:",
		     "Dirty:", "Writeback:", "AnonPages:", "Mapped:", "Shmem:", NULL });
	meminfo_pages(m, "KReclaimable:", st.slab_reclaimable);
	meminfo_pages(m, "Slab:", st.slab);
	meminfo_pages(m, "SReclaimable:", st.slab_reclaimable);
	meminfo_pages(m, "SUnreclaim:", st.slab_unreclaimable);
	meminfo_pages(m, "KernelStack:", st.stack);
	meminfo_pages(m, "PageTables:", st.pagetables);
	meminfo_none(m, (const char *const[]){ "SecPageTables:", "NFS_Unstable:", "Bounce:",
		     "WritebackTmp:", NULL });
	/* Linux's overcommit_ratio is 50 %, of which nothing is ever committed here. */
	meminfo_pages(m, "CommitLimit:", totalram_pages() / 2);
	meminfo_kb(m, "Committed_AS:", 0);
	meminfo_vmalloc(m, &st);
	meminfo_huge(m);
}

/* ---- vmstat ---------------------------------------------------------------------- */

DEFINE_PER_CPU(u64, vm_event_states[NR_VM_EVENT_ITEMS]);

/* Each only grows: a sum is not less than when the walk began, nor more than when it ended. */
u64 vm_event_sum(enum vm_event_item item)
{
	unsigned int cpu;
	u64 sum = 0;

	VM_BUG_ON(item >= NR_VM_EVENT_ITEMS);
	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(vm_event_states[item], cpu));
	return sum;
}

/* Names and numbers, one blank between them: vmstat(8) splits there. */
static void vmstat_line(struct seq_file *m, const char *name, u64 value)
{
	seq_printf(m, "%s %llu\n", name, value);
}

static void vmstat_event(struct seq_file *m, const char *name, enum vm_event_item item)
{
	vmstat_line(m, name, vm_event_sum(item));
}

/*
 * Names in one string, blank-separated: each line is 0.  They are there because tools look lines
 * up by name, and because who compares two kernels wants the same lines.
 */
static void vmstat_none(struct seq_file *m, const char *names)
{
	size_t n;

	for (; *names; names += n + (names[n] == ' ')) {
		n = strcspn(names, " ");
		seq_printf(m, "%.*s 0\n", (int)n, names);
	}
}

/* Pages ever given out of a zone by all CPUs; the sequences of rewind_page.asm count them. */
static u64 vmstat_allocs(const struct zone *z)
{
	unsigned int cpu;
	u64 sum = 0;

	if (z->pcp)
		for_each_possible_cpu(cpu)
			sum += READ_ONCE(per_cpu_ptr(z->pcp, cpu)->nr_alloc);
	return sum;
}

static u64 vmstat_all_allocs(void)
{
	struct zone *z;
	u64 sum = 0;

	for_each_zone(z)
		sum += vmstat_allocs(z);
	return sum;
}

/*
 * pgfree is not counted: a free would have to write one more word.  What was ever given out and is
 * not out now has come back.  allocstall_* lie in one row, by the highest zone asked for.
 */
static void vmstat_events(struct seq_file *m)
{
	static const char *const names[MAX_NR_ZONES] = {
		"pgalloc_dma", "pgalloc_dma32", "pgalloc_normal",
	};
	const u64 allocs = vmstat_all_allocs();
	unsigned long out;
	struct zone *z;

	static_assert(ALLOCSTALL_NORMAL - ALLOCSTALL_DMA == ZONE_NORMAL - ZONE_DMA);
	vmstat_none(m, "pgpgin pgpgout pswpin pswpout");
	for_each_zone(z)
		vmstat_line(m, names[z->idx], vmstat_allocs(z));
	vmstat_none(m, "pgalloc_movable");
	vmstat_event(m, "allocstall_dma", ALLOCSTALL_DMA);
	vmstat_event(m, "allocstall_dma32", ALLOCSTALL_DMA32);
	vmstat_event(m, "allocstall_normal", ALLOCSTALL_NORMAL);
	vmstat_none(m, "allocstall_movable pgskip_dma pgskip_dma32 pgskip_normal "
		    "pgskip_movable");
	/* What was given out and is not out any more; a block on its way may count twice. */
	out = totalram_pages();
	out -= min(out, nr_free_pages() + nr_free_pcp_pages());
	vmstat_line(m, "pgfree", allocs > out ? allocs - out : 0);
}

/* pgscan_* count pages of lists that are not there; what shrinkers look at is slabs_scanned. */
static void vmstat_reclaim(struct seq_file *m)
{
	vmstat_none(m, "pgactivate pgdeactivate pglazyfree pgfault pgmajfault pgrefill");
	vmstat_event(m, "pgsteal_kswapd", PGSTEAL_KSWAPD);
	vmstat_event(m, "pgsteal_direct", PGSTEAL_DIRECT);
	vmstat_none(m, "pgscan_kswapd pgscan_direct");
	vmstat_event(m, "slabs_scanned", SLABS_SCANNED);
	vmstat_none(m, "drop_pagecache");
	vmstat_event(m, "drop_slab", DROP_SLAB);
	vmstat_event(m, "oom_kill", OOM_KILL);
	vmstat_event(m, "pageoutrun", PAGEOUTRUN);
	vmstat_event(m, "kswapd_low_wmark_hit_quickly", KSWAPD_LOW_WMARK_HIT_QUICKLY);
	vmstat_event(m, "kswapd_high_wmark_hit_quickly", KSWAPD_HIGH_WMARK_HIT_QUICKLY);
}

/* For vmstat and for the first zone of zoneinfo, which differ in how a line looks. */
void stats_node_counters(struct seq_file *m,
			 void (*line)(struct seq_file *m, const char *name, u64 value))
{
	struct stats_mem st;

	stats_take(&st);
	line(m, "nr_inactive_anon", 0);
	line(m, "nr_active_anon", 0);
	line(m, "nr_inactive_file", 0);
	line(m, "nr_active_file", 0);
	line(m, "nr_unevictable", 0);
	line(m, "nr_slab_reclaimable", st.slab_reclaimable);
	line(m, "nr_slab_unreclaimable", st.slab_unreclaimable);
	line(m, "nr_isolated_anon", 0);
	line(m, "nr_isolated_file", 0);
	line(m, "nr_anon_pages", 0);
	line(m, "nr_mapped", 0);
	line(m, "nr_file_pages", 0);
	line(m, "nr_dirty", 0);
	line(m, "nr_writeback", 0);
	line(m, "nr_shmem", 0);
	line(m, "nr_kernel_misc_reclaimable", 0);
	/* The one counter here that is not in pages, in Linux either. */
	line(m, "nr_kernel_stack", st.stack << (PAGE_SHIFT - 10));
	line(m, "nr_page_table_pages", st.pagetables);
	line(m, "nr_swapcached", 0);
}

/* One memory node: each allocation is a hit, and a local one. */
void stats_vmstat(struct seq_file *m)
{
	u64 allocs = vmstat_all_allocs();

	vmstat_line(m, "nr_free_pages", nr_free_pages());
	vmstat_none(m, "nr_zone_inactive_anon nr_zone_active_anon nr_zone_inactive_file "
		    "nr_zone_active_file nr_zone_unevictable nr_zone_write_pending nr_mlock "
		    "nr_bounce nr_free_cma");
	vmstat_line(m, "numa_hit", allocs);
	vmstat_none(m, "numa_miss numa_foreign numa_interleave");
	vmstat_line(m, "numa_local", allocs);
	vmstat_none(m, "numa_other");
	stats_node_counters(m, vmstat_line);
	vmstat_none(m, "nr_dirty_threshold nr_dirty_background_threshold");
	vmstat_line(m, "nr_memmap_pages", page_owner_pages(PAGE_OWNER_MEMMAP));
	vmstat_none(m, "nr_memmap_boot_pages");
	vmstat_events(m);
	vmstat_reclaim(m);
	vmstat_none(m, "compact_stall compact_fail compact_success "
		    "direct_map_level2_splits direct_map_level3_splits nr_unstable");
}

/* ---- owners ---------------------------------------------------------------------- */

/* Pages, because that is what is owned; kB, because that is what people think in. */
static void owners_row(struct seq_file *m, const char *name, unsigned long pages)
{
	seq_printf(m, "%-16s %12lu %14lu\n", name, pages, pages << (PAGE_SHIFT - 10));
}

struct owners_table {
	struct section_stats st;
	unsigned long pages[NR_PAGE_OWNERS];
};

/* With the world stopped: the rows are of one moment. */
static int owners_take(void *table)
{
	struct owners_table *t = table;
	unsigned int owner;

	section_get_stats(&t->st);
	for (owner = 0; owner < NR_PAGE_OWNERS; owner++)
		t->pages[owner] = page_owner_pages(owner);
	VM_WARN_ON_ONCE(t->pages[PAGE_OWNER_RESERVED] < t->st.online_holes);
	t->pages[PAGE_OWNER_RESERVED] -= t->st.online_holes;	/* holes are no RAM */
	return 0;
}

/* Counters of many CPUs make a sum only while all of them stand still. */
bool stats_owners(struct seq_file *m)
{
	struct owners_table t;
	const struct section_stats *st = &t.st;
	unsigned long sum = 0;
	unsigned int owner;

	mm_while_stopped(owners_take, &t);
	seq_printf(m, "%-16s %12s %14s\n", "owner", "pages", "kB");
	/* NONE is minus all that has a struct page: it would make the sum 0 (page.c, I2). */
	for (owner = PAGE_OWNER_NONE + 1; owner < NR_PAGE_OWNERS; owner++) {
		owners_row(m, page_owner_name(owner), t.pages[owner]);
		sum += t.pages[owner];
	}
	owners_row(m, "dormant", st->dormant);
	owners_row(m, "dormant-cost", st->dormant_cost);
	owners_row(m, "offline-reserved", st->offline_reserved);
	owners_row(m, "skipped", st->skipped);
	sum += st->dormant + st->dormant_cost + st->offline_reserved + st->skipped;
	owners_row(m, "RAM", st->ram);
	if (sum != st->ram)
		seq_printf(m, "sum of the rows is %lu pages, not %lu\n", sum, st->ram);
	return sum == st->ram;
}

/* ---- iomem ----------------------------------------------------------------------- */

/* The map as it was resolved at boot (memblock_map.c), not as the firmware told it. */
static const char *iomem_type(u32 type)
{
	switch (type) {
	case BOOT_RAM:
		return "System RAM";
	case BOOT_ACPI:
		return "ACPI Tables";
	case BOOT_NVS:
		return "ACPI Non-volatile Storage";
	case BOOT_BAD:
		return "Unusable memory";
	case BOOT_PMEM:
		return "Persistent Memory";
	default:
		return "Reserved";
	}
}

/* Last addresses are inclusive, and two blanks more mean "inside of": as in /proc/iomem. */
static void iomem_line(struct seq_file *m, unsigned int depth, u64 start, u64 end,
		       const char *name)
{
	VM_WARN_ON_ONCE(start >= end);
	seq_printf(m, "%*s%08llx-%08llx : %s\n", 2 * depth, "", start, end - 1, name);
}

/*
 * Ranges that somebody named, by start.  Drivers name theirs when they start, one after the other,
 * so there is no lock; a table that is printed meanwhile may show one twice.
 */
static struct iomem_extra {
	u64 start, end;
	const char *name;
} iomem_extra[STATS_IOMEM_MAX];
static unsigned int iomem_nr_extra;

/* Put in by its start, as one card into a hand: there are a dozen at most. */
int stats_iomem_add(const char *name, u64 start, u64 end)
{
	struct iomem_extra *x = &iomem_extra[iomem_nr_extra];

	if (start >= end)
		return -EINVAL;
	if (iomem_nr_extra == STATS_IOMEM_MAX)
		return -ENOSPC;
	/* From behind: of equals the later one stands below. */
	for (; x > iomem_extra && x[-1].start > start; x--)
		*x = x[-1];
	*x = (struct iomem_extra){ start, end, name };
	iomem_nr_extra++;
	VM_WARN_ON_ONCE(iomem_nr_extra > STATS_IOMEM_MAX);
	return 0;
}

int stats_iomem_del(u64 start, u64 end)
{
	struct iomem_extra *x = iomem_extra, *last = &iomem_extra[iomem_nr_extra];

	while (x < last && (x->start != start || x->end != end))
		x++;
	if (x == last)
		return -ENOENT;
	VM_BUG_ON(!iomem_nr_extra);
	for (; x + 1 < last; x++)
		*x = x[1];
	iomem_nr_extra--;
	return 0;
}

/* The named ranges from *x on that start below end. */
static void iomem_extras(struct seq_file *m, const struct iomem_extra **x, unsigned int depth,
			 u64 end)
{
	for (; *x < iomem_extra + iomem_nr_extra && (*x)->start < end; ++*x)
		iomem_line(m, depth, (*x)->start, (*x)->end, (*x)->name);
}

/*
 * Two sorted lists, merged: a named range is a child of the piece of the map that it begins in, or
 * stands by itself in a hole.
 */
void stats_iomem(struct seq_file *m)
{
	const struct memblock_map_entry *e = memblock_map.entry;
	const struct iomem_extra *x = iomem_extra;

	for (; e < memblock_map.entry + memblock_map.nr; e++) {
		iomem_extras(m, &x, 0, e->start);
		iomem_line(m, 0, e->start, e->end, iomem_type(e->type));
		iomem_extras(m, &x, 1, e->end);
	}
	iomem_extras(m, &x, 0, ~0ULL);
}
