/* SPDX-License-Identifier: MIT */
/*
 * mm/stats_zone.c - zones: buddyinfo, zoneinfo, and the report of a failed allocation
 *
 * MODEL
 *   A zone's free memory is on its lists and in its dormant sections.  Linux's tables know
 *   orders up to 10 only, so blocks of the internal orders above count as 2 or 4 blocks of
 *   order 10; and dormant pages count as the largest blocks that add up to them.  So the
 *   sum of nr << order over a row of buddyinfo is "pages free" of zoneinfo, always.
 *
 *	free[12].nr = 3		 -> 12 of order 10
 *	free[ 2].nr = 5		 ->  5 of order 2
 *	5,131 pages dormant	 ->  5 of order 10, 1 each of order 3, 1 and 0
 *	the reserve's free[]	 ->  added to the zone's, (H) in the report
 *
 *   The report of a failed allocation is what one has when nothing else works any more, so it
 *   allocates nothing.  Linux's text, line by line: people search for it.  How to read it:
 *
 *	free < min			everything is gone: who holds it?  (owners, slabinfo)
 *	free > high, order 3		enough pages, but in pieces: the line of blocks tells
 *	free > min, GFP_DMA		the wrong zone: others may have plenty
 *	free_pcp large			pages lie in the stocks of other CPUs
 *
 * INVARIANTS	that sum, if nothing is allocated while it is read.
 * LOCKING	none: racy reads.
 * CONTEXT	that of the sink; the failure report: any that can allocate.
 * FAILURE	cannot fail.
 * NOT HERE	when a failure is reported: page_alloc.c, vmalloc.c.
 */
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/ratelimit.h>
#include <linux/section.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/stats.h>
#include <asm/sections.h>

#include "internal.h"
#include "stats.h"

static_assert(MAX_PAGE_ORDER < BUDDY_TOP_ORDER, "there are orders that Linux does not know");

#define KB(pages)	((unsigned long)(pages) << (PAGE_SHIFT - 10))

/* ---- what tables share ----------------------------------------------------------- */

/* Add the blocks on z's lists. */
static void add_free_blocks(const struct zone *z, unsigned long nr[NR_PAGE_ORDERS])
{
	unsigned int order;

	for (order = 0; order < NR_PAGE_ORDERS; order++)
		nr[order] += READ_ONCE(z->free[order].nr);
	VM_BUG_ON(order <= MAX_PAGE_ORDER);	/* what follows shifts by the difference */
	for (; order < NR_BUDDY_ORDERS; order++)
		nr[MAX_PAGE_ORDER] += (unsigned long)READ_ONCE(z->free[order].nr) <<
				      (order - MAX_PAGE_ORDER);
}

/* The bits of dormant below order 10 are a block each; the rest is so many of order 10. */
void stats_free_blocks(const struct zone *z, unsigned long nr[NR_PAGE_ORDERS])
{
	unsigned long dormant = READ_ONCE(z->nr_dormant);
	unsigned int order;

	for (order = 0; order < NR_PAGE_ORDERS; order++)
		nr[order] = dormant >> order & 1;
	VM_WARN_ON_ONCE(nr[MAX_PAGE_ORDER] > 1);
	nr[MAX_PAGE_ORDER] += dormant >> MAX_PAGE_ORDER & ~1UL;
	add_free_blocks(z, nr);
	if (z->reserve)
		add_free_blocks(z->reserve, nr);
}

/*
 * Pages in all CPUs' stocks of a populated zone; *local: in this one's.  Other CPUs pop and push
 * as we read: a list is one word, so each number was true at some moment.
 */
static unsigned long zone_pcp_pages(const struct zone *z, unsigned long *local)
{
	unsigned long sum = 0, pages;
	unsigned int cpu;

	VM_BUG_ON(!z->pcp);
	*local = 0;
	for_each_possible_cpu(cpu) {
		pages = pcp_pages(per_cpu_ptr(z->pcp, cpu));
		sum += pages;
		if (cpu == smp_processor_id())
			*local = pages;
	}
	return sum;
}

/* ---- buddyinfo, zoneinfo --------------------------------------------------------- */

/* Columns are six wide as in Linux, and wider where 4 TiB and more are free: readers split. */
void stats_buddyinfo(struct seq_file *m)
{
	unsigned long nr[NR_PAGE_ORDERS];
	unsigned int order;
	struct zone *z;

	for_each_populated_zone(z) {
		stats_free_blocks(z, nr);
		seq_printf(m, "Node %d, zone %8s ", 0, z->name);
		for (order = 0; order < NR_PAGE_ORDERS; order++)
			seq_printf(m, "%6lu ", nr[order]);
		seq_putc(m, '\n');
	}
}

/* A line begins with its newline: so does Linux's, and the last one of a zone adds its own. */
static void zoneinfo_line(struct seq_file *m, const char *name, u64 value)
{
	seq_printf(m, "\n      %-12s %llu", name, value);
}

/* The highest fill of this stock, in pages; 0 while it is closed. */
static unsigned int zoneinfo_pcp_high(const struct per_cpu_pages *pcp)
{
	unsigned int order, high = 0;

	for (order = 0; order < NR_PCP_ORDERS; order++)
		high += (unsigned int)READ_ONCE(pcp->limit[order]) << order;
	return high;
}

/*
 * "high" is what Linux calls the number of pages at which a stock is flushed: here each order has
 * its own, and they are added up.  Counters have no threshold: nothing is batched.
 */
static void zoneinfo_pagesets(struct seq_file *m, const struct zone *z)
{
	unsigned int cpu;

	VM_WARN_ON_ONCE(!zone_populated(z));
	seq_puts(m, "\n  pagesets");
	for_each_possible_cpu(cpu) {
		const struct per_cpu_pages *pcp = per_cpu_ptr(z->pcp, cpu);

		seq_printf(m, "\n    cpu: %i\n              count: %i\n              high:  %i"
			   "\n              batch: %i", cpu, (int)pcp_pages(pcp),
			   zoneinfo_pcp_high(pcp), READ_ONCE(pcp->batch[0]));
		seq_printf(m, "\n  vm stats threshold: %d", 0);
	}
}

/* There are no lists of pages in use here, which is what most of Linux's counters are about. */
static void zoneinfo_counters(struct seq_file *m, const struct zone *z)
{
	static const char *const none[] = {
		"nr_zone_inactive_anon", "nr_zone_active_anon", "nr_zone_inactive_file",
		"nr_zone_active_file", "nr_zone_unevictable", "nr_zone_write_pending",
		"nr_mlock", "nr_bounce", "nr_free_cma",
	};
	unsigned int i;

	zoneinfo_line(m, "nr_free_pages", zone_free_pages(z));
	for (i = 0; i < ARRAY_SIZE(none); i++)
		zoneinfo_line(m, none[i], 0);
}

/* protection: what is kept from requests whose highest zone is DMA, DMA32, NORMAL. */
static void zoneinfo_zone(struct seq_file *m, const struct zone *z, bool first)
{
	unsigned int i;

	VM_WARN_ON_ONCE(z->present_pages > z->end_pfn - z->start_pfn);
	VM_WARN_ON_ONCE(z->managed_pages > z->present_pages);
	seq_printf(m, "Node %d, zone %8s", 0, z->name);
	if (first) {
		seq_puts(m, "\n  per-node stats");
		stats_node_counters(m, zoneinfo_line);
	}
	seq_printf(m, "\n  pages free     %lu\n        boost    %lu\n        min      %lu"
		   "\n        low      %lu\n        high     %lu\n        promo    %lu",
		   zone_free_pages(z), 0UL, z->watermark[WMARK_MIN], z->watermark[WMARK_LOW],
		   z->watermark[WMARK_HIGH], z->watermark[WMARK_PROMO]);
	seq_printf(m, "\n        spanned  %lu\n        present  %lu\n        managed  %lu"
		   "\n        cma      %lu", z->end_pfn - z->start_pfn, z->present_pages,
		   z->managed_pages, 0UL);
	seq_printf(m, "\n        protection: (%ld", z->lowmem_reserve[0]);
	for (i = 1; i < MAX_NR_ZONES; i++)
		seq_printf(m, ", %ld", z->lowmem_reserve[i]);
	seq_putc(m, ')');
	if (zone_populated(z)) {
		zoneinfo_counters(m, z);
		zoneinfo_pagesets(m, z);
		seq_printf(m, "\n  node_unreclaimable:  %u\n  start_pfn:           %lu", 0,
			   z->start_pfn);
	}
	seq_putc(m, '\n');
}

/* Empty zones are shown, too, without counters; the node's come with the first that is not. */
void stats_zoneinfo(struct seq_file *m)
{
	bool first = true;
	struct zone *z;

	for_each_zone(z) {
		zoneinfo_zone(m, z, first && zone_populated(z));
		first &= !zone_populated(z);
	}
}

/* ---- Mem-Info -------------------------------------------------------------------- */

/* Line breaks and blanks are Linux's: its lines are long, and so are these. */
static void show_mem_total(struct seq_file *m, const struct stats_mem *st)
{
	seq_puts(m, "Mem-Info:\n"
		 "active_anon:0 inactive_anon:0 isolated_anon:0\n"
		 " active_file:0 inactive_file:0 isolated_file:0\n"
		 " unevictable:0 dirty:0 writeback:0\n");
	seq_printf(m, " slab_reclaimable:%lu slab_unreclaimable:%lu\n", st->slab_reclaimable,
		   st->slab_unreclaimable);
	seq_printf(m, " mapped:0 shmem:0 pagetables:%lu\n sec_pagetables:0 bounce:0\n"
		   " kernel_misc_reclaimable:0\n free:%lu free_pcp:%lu free_cma:0\n",
		   st->pagetables, nr_free_pages(), nr_free_pcp_pages());
	seq_puts(m, "Node 0 active_anon:0kB inactive_anon:0kB active_file:0kB inactive_file:0kB "
		 "unevictable:0kB isolated(anon):0kB isolated(file):0kB mapped:0kB dirty:0kB "
		 "writeback:0kB shmem:0kB writeback_tmp:0kB ");
	seq_printf(m, "kernel_stack:%lukB pagetables:%lukB sec_pagetables:0kB "
		   "all_unreclaimable? no\n", KB(st->stack), KB(st->pagetables));
}

/* The line that is read first: free against min, low and high. */
static void show_mem_zone(struct seq_file *m, const struct zone *z)
{
	unsigned long local, pcp = zone_pcp_pages(z, &local);
	unsigned int i;

	seq_printf(m, "Node 0 %s free:%lukB boost:0kB min:%lukB low:%lukB high:%lukB "
		   "reserved_highatomic:%luKB active_anon:0kB inactive_anon:0kB "
		   "active_file:0kB inactive_file:0kB unevictable:0kB writepending:0kB ",
		   z->name, KB(zone_free_pages(z)), KB(z->watermark[WMARK_MIN]),
		   KB(z->watermark[WMARK_LOW]), KB(z->watermark[WMARK_HIGH]),
		   KB(READ_ONCE(z->nr_reserved_highatomic)));
	seq_printf(m, "present:%lukB managed:%lukB mlocked:0kB bounce:0kB free_pcp:%lukB "
		   "local_pcp:%lukB free_cma:0kB\n", KB(z->present_pages), KB(z->managed_pages),
		   KB(pcp), KB(local));
	VM_WARN_ON_ONCE(local > pcp);
	seq_puts(m, "lowmem_reserve[]:");
	for (i = 0; i < MAX_NR_ZONES; i++)
		seq_printf(m, " %ld", z->lowmem_reserve[i]);
	seq_putc(m, '\n');
}

/*
 * Two kinds of blocks: those for all, which are what Linux calls unmovable, and those set
 * apart for high-order requests that cannot wait.
 */
static const char *block_kinds(unsigned long all, unsigned long reserved)
{
	if (!all)
		return "";
	if (!reserved)
		return " (U)";
	return all > reserved ? " (UH)" : " (H)";
}

/* What is left in which sizes: an order-3 request fails with GiBs free if all of them are 4kB. */
static void show_mem_blocks(struct seq_file *m, const struct zone *z)
{
	unsigned long nr[NR_PAGE_ORDERS], reserved[NR_PAGE_ORDERS] = {}, total = 0;
	unsigned int order;

	stats_free_blocks(z, nr);
	if (z->reserve)
		add_free_blocks(z->reserve, reserved);
	seq_printf(m, "Node 0 %s: ", z->name);
	for (order = 0; order < NR_PAGE_ORDERS; order++) {
		/* Read at two times: more reserved than there are is shown as all of them. */
		total += nr[order] << order;
		seq_printf(m, "%lu*%lukB%s ", nr[order], KB(1UL << order),
			   block_kinds(nr[order], reserved[order]));
	}
	seq_printf(m, "= %lukB\n", KB(total));
}

/*
 * Linux's show_mem().  The last line counts as reserved what no zone manages: also the struct pages
 * that sections will need which nobody has brought in yet.
 */
void stats_show_mem(struct seq_file *m)
{
	struct stats_mem st;
	struct section_stats sec;
	struct zone *z;

	stats_take(&st);
	section_get_stats(&sec);
	show_mem_total(m, &st);
	for_each_populated_zone(z)
		show_mem_zone(m, z);
	for_each_populated_zone(z)
		show_mem_blocks(m, z);
	seq_puts(m, "0 total pagecache pages\n");
	seq_printf(m, "%lu pages RAM\n0 pages HighMem/MovableOnly\n%lu pages reserved\n", sec.ram,
		   sec.ram - min(totalram_pages(), sec.ram));
}

/* ---- reports --------------------------------------------------------------------- */

/* One in ten seconds, as Linux; for those who do not come by page_slow.c, which has its own. */
static DEFINE_RATELIMIT_STATE(warn_alloc_limit, 10000, 1);

/* The part after the first line. */
static void warn_alloc_details(void)
{
	struct seq_file m;

	dump_stack();
	seq_to_log(&m, KERN_WARNING);
	stats_show_mem(&m);
	seq_flush(&m);
}

/* The allocator's caller says what has failed; the state of memory is the same for all. */
void stats_warn_alloc(gfp_t gfp, const char *fmt, ...)
{
	char what[96];
	va_list args;

	if ((gfp & __GFP_NOWARN) || !__ratelimit(&warn_alloc_limit))
		return;
	va_start(args, fmt);
	vscnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	pr_warn("%s: %s, mode:%#x(%pGg), nodemask=(null)\n", task_ident().comm, what, gfp, &gfp);
	warn_alloc_details();
}

/* For tests, whose first report must not be somebody else's second. */
void stats_warn_alloc_reset(void)
{
	ratelimit_reset(&warn_alloc_limit);
}

/* Plugged into page_slow.c, which has asked its own limit; the text is Linux's warn_alloc(). */
void stats_page_failure(gfp_t gfp, unsigned int order)
{
	pr_warn("%s: page allocation failure: order:%u, mode:%#x(%pGg), nodemask=(null)\n",
		task_ident().comm, order, gfp, &gfp);
	warn_alloc_details();
}

/* ---- at boot --------------------------------------------------------------------- */

/* What addresses a zone could have on this machine, whether there is RAM in it or not. */
static void banner_zones(struct seq_file *m)
{
	static const unsigned long end_pfn[MAX_NR_ZONES] = {
		ZONE_DMA_END_PFN, ZONE_DMA32_END_PFN, 1UL << (MAX_PHYSMEM_BITS - PAGE_SHIFT),
	};
	unsigned long start, end, from = PHYS_PFN(memblock_start_of_DRAM());
	struct zone *z;

	seq_puts(m, "Zone ranges:\n");
	for_each_zone(z) {
		start = max(from, z->idx ? end_pfn[z->idx - 1] : 0UL);
		end = min((unsigned long)PHYS_PFN(memblock_end_of_DRAM()), end_pfn[z->idx]);
		if (start < end)
			seq_printf(m, "  %-8s [mem %#018llx-%#018llx]\n", z->name, PFN_PHYS(start),
				   PFN_PHYS(end) - 1);
		else
			seq_printf(m, "  %-8s empty\n", z->name);
	}
}

/* Between two symbols of the linker's. */
static unsigned long banner_kb(const char *from, const char *to)
{
	VM_WARN_ON_ONCE(from > to);
	return (to - from) >> 10;
}

/* "reserved": RAM that can never be free, struct pages included, as in Linux. */
void stats_banner(struct seq_file *m)
{
	struct section_stats st;
	phys_addr_t from, to;
	u64 i;

	banner_zones(m);
	seq_puts(m, "Early memory node ranges\n");
	for_each_mem_range(i, &from, &to)
		seq_printf(m, "  node %3d: [mem %#018llx-%#018llx]\n", 0, from, to - 1);
	section_get_stats(&st);
	seq_printf(m, "Memory: %luK/%luK available (%luK kernel code, %luK rwdata, %luK rodata, "
		   "%luK init, %luK bss, %luK reserved, %luK cma-reserved)\n",
		   KB(nr_free_pages() + nr_free_pcp_pages()), KB(st.ram), banner_kb(_text, _etext),
		   banner_kb(_sdata, _edata), banner_kb(_etext, _sdata), 0UL,
		   banner_kb(__bss_start, _end), KB(st.ram - min(totalram_pages(), st.ram)), 0UL);
}

/*
 * From here on failed requests show all of memory: before, zones and caches were not all there to
 * be shown.
 */
void mm_stats_banner(void)
{
	struct seq_file m;

	seq_to_log(&m, KERN_INFO);
	stats_banner(&m);
	page_alloc_set_failure_report(stats_page_failure);
}
