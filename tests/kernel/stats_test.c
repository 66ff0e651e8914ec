/* SPDX-License-Identifier: MIT */
/*
 * stats_test.c - the tables, letter by letter
 *
 * What a reader of Linux's /proc would rely on: labels, columns, order; and that numbers
 * of different tables agree with each other and with the truth.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/section.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/stats.h>
#include <linux/vmalloc.h>

#include "../../mm/internal.h"
#include "../../mm/stats.h"
#include "again.h"

static char text[24576], want[1024];
static struct seq_file m;

static const char *print(void (*table)(struct seq_file *))
{
	seq_to_buffer(&m, text, sizeof(text));
	table(&m);
	return text;
}

/* Does the table hold this line (with its newlines around)? */
static bool has_line(const char *line)
{
	size_t n = strlen(line);
	const char *p;

	for (p = strstr(text, line); p; p = strstr(p + 1, line))
		if ((p == text || p[-1] == '\n') && p[n] == '\n')
			return true;
	return false;
}

static void expect_line(struct kunit *test, const char *line)
{
	if (!has_line(line))
		KUNIT_FAIL(test, "no line '%s' in:\n%.160s", line, text);
}

/* Call fn for each line, without its newline. */
static unsigned int for_each_line(void (*fn)(struct kunit *, const char *), struct kunit *test)
{
	static char line[512];
	unsigned int nr = 0;
	const char *p, *end;

	for (p = text; (end = strchr(p, '\n')) != NULL; p = end + 1, nr++) {
		KUNIT_ASSERT_LT(test, (unsigned long)(end - p), sizeof(line));
		memcpy(line, p, end - p);
		line[end - p] = '\0';
		fn(test, line);
	}
	KUNIT_EXPECT_EQ(test, *p, '\0');
	return nr;
}

/* The number behind "label" at the start of a line. */
static unsigned long value_of(struct kunit *test, const char *label)
{
	size_t n = strlen(label);
	const char *p = strstr(text, label);

	while (p && p != text && p[-1] != '\n')
		p = strstr(p + 1, label);
	if (!p) {
		KUNIT_FAIL(test, "no %s", label);
		return 0;
	}
	return simple_strtoul(skip_spaces(p + n), NULL, 10);
}

/* ---- meminfo, vmstat ------------------------------------------------------------- */

static const char *const meminfo_keys[] = {
	"MemTotal:", "MemFree:", "MemAvailable:", "Buffers:", "Cached:", "SwapCached:", "Active:",
	"Inactive:", "Active(anon):", "Inactive(anon):", "Active(file):", "Inactive(file):",
	"Unevictable:", "Mlocked:", "SwapTotal:", "SwapFree:", "Dirty:", "Writeback:",
	"AnonPages:", "Mapped:", "Shmem:", "KReclaimable:", "Slab:", "SReclaimable:",
	"SUnreclaim:", "KernelStack:", "PageTables:", "SecPageTables:", "NFS_Unstable:",
	"Bounce:", "WritebackTmp:", "CommitLimit:", "Committed_AS:", "VmallocTotal:",
	"VmallocUsed:", "VmallocChunk:", "Percpu:", "HardwareCorrupted:", "AnonHugePages:",
	"ShmemHugePages:", "ShmemPmdMapped:", "FileHugePages:", "FilePmdMapped:",
	"HugePages_Total:", "HugePages_Free:", "HugePages_Rsvd:", "HugePages_Surp:",
	"Hugepagesize:", "Hugetlb:", "DirectMap4k:", "DirectMap2M:", "DirectMap1G:",
};
static unsigned int meminfo_at;

static void meminfo_check_line(struct kunit *test, const char *line)
{
	const char *key = meminfo_keys[meminfo_at++];
	size_t n = strlen(key);
	bool no_unit = strstarts(key, "HugePages_");

	KUNIT_ASSERT_LE(test, meminfo_at, ARRAY_SIZE(meminfo_keys));
	KUNIT_EXPECT_TRUE(test, strstarts(line, key));
	/* Label and number fill 24 columns, unless the number is wider than 8 digits. */
	KUNIT_EXPECT_GE(test, strlen(line), no_unit ? 24UL : 27UL);
	KUNIT_EXPECT_EQ(test, line[n], ' ');
	if (!no_unit)
		KUNIT_EXPECT_STREQ(test, line + strlen(line) - 3, " kB");
	if (strlen(line) > 27)				/* wider, because the number is */
		KUNIT_EXPECT_NE(test, line[16], ' ');
}

static void meminfo_has_linux_s_lines(struct kunit *test)
{
	print(stats_meminfo);
	meminfo_at = 0;
	KUNIT_EXPECT_EQ(test, for_each_line(meminfo_check_line, test), ARRAY_SIZE(meminfo_keys));
	snprintf(want, sizeof(want), "MemTotal:       %8lu kB", totalram_pages() * 4);
	expect_line(test, want);
	snprintf(want, sizeof(want), "VmallocTotal:   %lu kB",
		 (VMALLOC_END - VMALLOC_START) / 1024 - 1);
	expect_line(test, want);
	expect_line(test, "HugePages_Total:       0");
	expect_line(test, "Hugepagesize:       2048 kB");
	expect_line(test, "HardwareCorrupted:     0 kB");
}

static bool meminfo_is_what_counters_say(struct kunit *test)
{
	print(stats_meminfo);
	return value_of(test, "MemFree:") == nr_free_pages() * 4 &&
	       value_of(test, "PageTables:") == page_owner_pages(PAGE_OWNER_PGTABLE) * 4;
}

static bool meminfo_follows(struct kunit *test)
{
	unsigned long free, slab, used;
	void *page, *large, *area;
	bool does;

	vm_unmap_aliases();			/* what waits is in use, until it is not */
	print(stats_meminfo);
	free = value_of(test, "MemFree:");
	slab = value_of(test, "Slab:");
	used = value_of(test, "VmallocUsed:");
	page = (void *)__get_free_pages(GFP_KERNEL, 6);
	large = kmalloc(256 << 10, GFP_KERNEL);
	area = vmalloc(40 << 12);
	print(stats_meminfo);
	does = value_of(test, "MemFree:") <= free - 256 - 256 &&
	       value_of(test, "Slab:") == slab + 256 &&
	       value_of(test, "VmallocUsed:") == used + 160;
	vfree(area);
	kfree(large);
	free_pages((unsigned long)page, 6);
	return does;
}

static void meminfo_counts_what_happens(struct kunit *test)
{
	void *hold = vmalloc(1);		/* the cache of areas has a slab */

	KUNIT_EXPECT_TRUE(test, AGAIN(meminfo_is_what_counters_say(test)));
	KUNIT_EXPECT_EQ(test, value_of(test, "Slab:"),
			value_of(test, "SReclaimable:") + value_of(test, "SUnreclaim:"));
	KUNIT_EXPECT_LT(test, value_of(test, "MemAvailable:"), value_of(test, "MemFree:"));
	KUNIT_EXPECT_TRUE_MSG(test, AGAIN(meminfo_follows(test)), "%.160s", text);
	vfree(hold);
}

static bool reclaimable_is_counted(struct kunit *test)
{
	struct kmem_cache *s =
		kmem_cache_create("stats-reclaim", 2048, 0, SLAB_RECLAIM_ACCOUNT, NULL);
	unsigned long before, after;
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, s);
	print(stats_meminfo);
	before = value_of(test, "SReclaimable:");
	p = kmem_cache_alloc(s, GFP_KERNEL);
	print(stats_meminfo);
	after = value_of(test, "SReclaimable:");
	KUNIT_EXPECT_EQ(test, value_of(test, "KReclaimable:"), after);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	return after > before;
}

static void reclaimable_caches_are_counted_so(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, AGAIN(reclaimable_is_counted(test)));
}

static void vmstat_check_line(struct kunit *test, const char *line)
{
	const char *blank = strchr(line, ' ');
	unsigned long long v;

	KUNIT_ASSERT_NOT_NULL(test, blank);
	KUNIT_EXPECT_GT(test, blank - line, 3L);
	KUNIT_EXPECT_EQ(test, kstrtoull(blank + 1, 10, &v), 0);
}

static bool vmstat_is_what_counters_say(struct kunit *test)
{
	print(stats_vmstat);
	return value_of(test, "nr_free_pages ") == nr_free_pages() &&
	       value_of(test, "nr_page_table_pages ") == page_owner_pages(PAGE_OWNER_PGTABLE);
}

static void vmstat_is_names_and_numbers(struct kunit *test)
{
	print(stats_vmstat);
	KUNIT_EXPECT_GT(test, for_each_line(vmstat_check_line, test), 60U);
	KUNIT_EXPECT_TRUE(test, strstarts(text, "nr_free_pages "));
	KUNIT_EXPECT_TRUE(test, AGAIN(vmstat_is_what_counters_say(test)));
	KUNIT_EXPECT_STREQ(test, text + m.count - 14, "\nnr_unstable 0\n" + 1);
	KUNIT_EXPECT_GE(test, value_of(test, "pgalloc_normal ") + value_of(test, "pgalloc_dma32 ") +
			value_of(test, "pgalloc_dma "), value_of(test, "pgfree "));
}

/* ---- zones ----------------------------------------------------------------------- */

static void large_orders_and_dormant_pages_are_folded(struct kunit *test)
{
	static struct zone z;
	unsigned long nr[NR_PAGE_ORDERS], sum = 0;
	unsigned int k;

	z.free[0].nr = 7;
	z.free[10].nr = 1;
	z.free[11].nr = 3;
	z.free[12].nr = 5;
	stats_free_blocks(&z, nr);
	KUNIT_EXPECT_EQ(test, nr[0], 7UL);
	KUNIT_EXPECT_EQ(test, nr[10], 1UL + 3 * 2 + 5 * 4);
	z.nr_dormant = 3 * 1024 + 512 + 1;
	stats_free_blocks(&z, nr);
	KUNIT_EXPECT_EQ(test, nr[0], 8UL);
	KUNIT_EXPECT_EQ(test, nr[9], 1UL);
	KUNIT_EXPECT_EQ(test, nr[10], 27UL + 3);
	for (k = 0; k < NR_PAGE_ORDERS; k++)
		sum += nr[k] << k;
	KUNIT_EXPECT_EQ(test, sum, 7 + (27UL << 10) + z.nr_dormant);
}

/* The form must be right each time. */
static bool buddyinfo_is_what_zones_have(struct kunit *test)
{
	struct zone *z;
	const char *p = print(stats_buddyinfo);
	bool same = true;

	for_each_populated_zone(z) {
		unsigned long sum = 0;
		unsigned int k;
		char *end;

		snprintf(want, sizeof(want), "Node 0, zone %8s ", z->name);
		KUNIT_ASSERT_TRUE(test, strstarts(p, want));
		p += strlen(want);
		for (k = 0; k < NR_PAGE_ORDERS; k++, p += 7) {
			sum += simple_strtoul(skip_spaces(p), &end, 10) << k;
			KUNIT_ASSERT_PTR_EQ(test, (const char *)end, p + 6);
			KUNIT_ASSERT_EQ(test, p[6], ' ');
		}
		same &= sum == zone_free_pages(z);
		KUNIT_ASSERT_EQ(test, *p++, '\n');
	}
	KUNIT_EXPECT_EQ(test, *p, '\0');
	return same;
}

static void buddyinfo_adds_up(struct kunit *test)
{
	KUNIT_EXPECT_TRUE_MSG(test, AGAIN(buddyinfo_is_what_zones_have(test)), "%s", text);
}

static bool zoneinfo_has(const struct zone *z)
{
	print(stats_zoneinfo);
	snprintf(want, sizeof(want),
		 "\n  pages free     %lu\n        boost    0\n"
		 "        min      %lu\n        low      %lu\n        high     %lu\n"
		 "        promo    %lu\n        spanned  %lu\n        present  %lu\n"
		 "        managed  %lu\n        cma      0\n        protection: (%ld, %ld, "
		 "%ld)\n",
		 zone_free_pages(z), z->watermark[0], z->watermark[1], z->watermark[2],
		 z->watermark[3], z->end_pfn - z->start_pfn, z->present_pages,
		 z->managed_pages, z->lowmem_reserve[0], z->lowmem_reserve[1],
		 z->lowmem_reserve[2]);
	return strstr(text, want) != NULL;
}

static void zoneinfo_shows_each_zone(struct kunit *test)
{
	struct zone *z;

	for_each_zone(z) {
		if (!AGAIN(zoneinfo_has(z)))
			KUNIT_FAIL(test, "zone %s: no %s", z->name, want);
		snprintf(want, sizeof(want), "Node 0, zone %8s\n", z->name);
		KUNIT_EXPECT_NOT_NULL(test, strstr(text, want));
		if (!zone_populated(z))
			continue;
		snprintf(want, sizeof(want),
			 "\n  node_unreclaimable:  0\n  start_pfn:           %lu\n", z->start_pfn);
		KUNIT_EXPECT_NOT_NULL(test, strstr(text, want));
	}
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\n  per-node stats\n      nr_inactive_anon 0\n"));
	KUNIT_EXPECT_NULL(test, strstr(strstr(text, "per-node stats") + 1, "per-node stats"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\n      nr_bounce    0\n"));
	KUNIT_EXPECT_NOT_NULL(test,
			      strstr(text, "\n  pagesets\n    cpu: 0\n              count: "));
}

static bool show_mem_is_what_zones_have(void)
{
	struct zone *z;

	print(stats_show_mem);
	snprintf(want, sizeof(want), " free:%lu free_pcp:%lu free_cma:0", nr_free_pages(),
		 nr_free_pcp_pages());
	if (!has_line(want))
		return false;
	for_each_populated_zone(z) {
		snprintf(want, sizeof(want), "Node 0 %s free:%lukB boost:0kB min:%lukB low:%lukB "
			 "high:%lukB reserved_highatomic:%luKB ", z->name, zone_free_pages(z) * 4,
			 z->watermark[0] * 4, z->watermark[1] * 4, z->watermark[2] * 4,
			 z->nr_reserved_highatomic * 4);
		if (!strstr(text, want))
			return false;
		snprintf(want, sizeof(want), " = %lukB\n", zone_free_pages(z) * 4);
		if (!strstr(text, want))
			return false;
	}
	return true;
}

static void a_failed_allocation_shows_all_memory(struct kunit *test)
{
	struct section_stats st;

	section_get_stats(&st);
	KUNIT_EXPECT_TRUE_MSG(test, AGAIN(show_mem_is_what_zones_have()), "no %s", want);
	KUNIT_EXPECT_TRUE(test, strstarts(text, "Mem-Info:\nactive_anon:0 inactive_anon:0 "
					  "isolated_anon:0\n active_file:0 "));
	snprintf(want, sizeof(want), "0 total pagecache pages\n%lu pages RAM\n"
		 "0 pages HighMem/MovableOnly\n%lu pages reserved\n", st.ram,
		 st.ram - totalram_pages());
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, want));
}

static void a_failed_page_allocation_is_reported(struct kunit *test)
{
	printk_capture_start(text, sizeof(text));
	stats_page_failure(GFP_ATOMIC | __GFP_ZERO, 5);
	printk_capture_stop();
	snprintf(want, sizeof(want), "%s: page allocation failure: order:5, "
		 "mode:0x920(GFP_ATOMIC|__GFP_ZERO), nodemask=(null)\nCPU: ", task_ident().comm);
	KUNIT_EXPECT_TRUE(test, strstarts(text, want));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nMem-Info:\n"));
}

static bool banner_is_what_counters_say(void)
{
	printk_capture_start(text, sizeof(text));
	mm_stats_banner();
	printk_capture_stop();
	snprintf(want, sizeof(want), "\nMemory: %luK/%lluK available (",
		 (nr_free_pages() + nr_free_pcp_pages()) * 4, memblock_phys_mem_size() >> 10);
	return strstr(text, want) != NULL;
}

static void the_banner_says_what_there_is(struct kunit *test)
{
	KUNIT_EXPECT_TRUE_MSG(test, AGAIN(banner_is_what_counters_say()), "no %s", want);
	KUNIT_EXPECT_TRUE(test, strstarts(text, "Zone ranges:\n  DMA      [mem 0x00000000"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "]\n  DMA32    "));
	KUNIT_EXPECT_NOT_NULL(test,
			      strstr(text, "\nEarly memory node ranges\n  node   0: [mem 0x0000"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "K reserved, 0K cma-reserved)\n"));
}

/* ---- caches and areas ------------------------------------------------------------ */

static void slabinfo_check_line(struct kunit *test, const char *line)
{
	static const char shape[] = " : tunables N N N : slabdata N N N";
	const char *p = strstr(line, " : tunables");
	unsigned int nr = 0, i;

	if (strstarts(line, "slabinfo - version") || *line == '#')
		return;
	KUNIT_ASSERT_NOT_NULL(test, p);
	for (i = 0; shape[i] && *p; i++)
		if (shape[i] != 'N')
			KUNIT_ASSERT_EQ(test, *p++, shape[i]);
		else
			for (p = skip_spaces(p); *p >= '0' && *p <= '9'; p++)
				nr++;
	KUNIT_EXPECT_GE(test, nr, 6U);
	KUNIT_EXPECT_EQ(test, *p, '\0');
}

static void slabinfo_counts_objects(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("stats-test", 64, 0, 0, NULL);
	struct slabinfo i;
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, s);
	print(stats_slabinfo);
	KUNIT_EXPECT_TRUE(test, strstarts(text, "slabinfo - version: 2.1\n# name            "
		"<active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables "
		"<limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> "
		"<sharedavail>\n"));
	KUNIT_EXPECT_GT(test, for_each_line(slabinfo_check_line, test), 10U);
	kmem_cache_info(s, &i);		/* a slot is larger than 64 with slab_debug= */
	snprintf(want, sizeof(want), "\nstats-test             0      0 %6u ", i.objsize);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, want));
	p = kmem_cache_alloc(s, GFP_KERNEL);
	print(stats_slabinfo);
	kmem_cache_info(s, &i);
	KUNIT_EXPECT_EQ(test, i.active_objs, 1UL);
	snprintf(want, sizeof(want), "stats-test             1 %6lu %6u %4u %4u : tunables %4u "
		 "%4u    0 : slabdata      1      1      0", i.num_objs, i.objsize, i.objperslab,
		 i.pagesperslab, i.limit, i.batchcount);
	expect_line(test, want);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_NULL(test, strstr(print(stats_slabinfo), "stats-test"));
}

/* A chunk with a hole in it. */
static void percpu_stats_shows_chunks(struct kunit *test)
{
	void *a, *b;

	percpu_shrink(0);
	if (percpu_nr_chunks())
		kunit_skip(test, "somebody has per-CPU memory");
	a = __alloc_percpu(1024, 8);
	b = __alloc_percpu(512, 8);
	free_percpu(a);
	KUNIT_EXPECT_NOT_NULL(test, strstr(print(stats_percpu), "Percpu Memory Statistics\n"));
	expect_line(test, "  unit_size           :        32768");
	expect_line(test, "  nr_cur_alloc        :            1");
	expect_line(test, "  nr_chunks           :            1");
	expect_line(test, "  free_bytes          :        32256");
	expect_line(test, "  contig_bytes        :        31232");
	expect_line(test, "  sum_frag            :         1024");
	expect_line(test, "  cur_max_alloc       :          512");
	free_percpu(b);
	free_percpu(__alloc_percpu(64, 8));
	print(stats_percpu);
	expect_line(test, "  nr_cur_alloc        :            0");
	expect_line(test, "  nr_stocked          :            1");
}

static void vmallocinfo_shows_each_kind_of_area(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char *a = vmalloc(4 * PAGE_SIZE), *b = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	char *c = vm_map_ram(&page, 1, -1), *d = vmalloc(1);
	char __iomem *e = ioremap(0xa0010, 100);
	vmalloc_defer_fn *hook = vmalloc_set_defer_hook(NULL);	/* or a worker is faster */

	vfree_atomic(d);
	print(stats_vmallocinfo);
	vmalloc_set_defer_hook(hook);
	snprintf(want, sizeof(want), "0x%px-0x%px   20480 %pS pages=4 vmalloc", a, a + 0x5000,
		 (void *)find_vm_area(a)->caller);
	expect_line(test, want);
	snprintf(want, sizeof(want), "0x%px-0x%px    8192 %pS pages=1 vmap", b, b + 0x2000,
		 (void *)find_vm_area(b)->caller);
	expect_line(test, want);
	snprintf(want, sizeof(want), "0x%px-0x%px    8192 vm_map_ram", c, c + 0x2000);
	expect_line(test, want);
	snprintf(want, sizeof(want), "0x%px-0x%px    8192 unpurged vm_area", d, d + 0x2000);
	expect_line(test, want);
	KUNIT_ASSERT_NOT_NULL(test, e);
	e -= 0x10;
	snprintf(want, sizeof(want), "0x%px-0x%px    8192 %pS phys=0x00000000000a0000 ioremap",
		 (void *)e, (void *)(e + 0x2000), (void *)find_vm_area((void *)e)->caller);
	expect_line(test, want);
	iounmap(e);
	vm_unmap_ram(c, 1);
	vunmap(b);
	vfree(a);
	__free_page(page);
}

/* ---- owners, iomem --------------------------------------------------------------- */

static void owners_sum_up_to_ram(struct kunit *test)
{
	unsigned long ram = memblock_phys_mem_size() >> PAGE_SHIFT, before;
	void *p;

	seq_to_buffer(&m, text, sizeof(text));
	KUNIT_EXPECT_TRUE(test, stats_owners(&m));
	KUNIT_EXPECT_TRUE(test, strstarts(text, "owner                   pages             kB\n"));
	snprintf(want, sizeof(want), "RAM              %12lu %14lu", ram, ram * 4);
	expect_line(test, want);
	before = value_of(test, "pages ");
	p = (void *)__get_free_pages(GFP_KERNEL, 3);
	seq_to_buffer(&m, text, sizeof(text));
	KUNIT_EXPECT_TRUE(test, stats_owners(&m));
	KUNIT_EXPECT_EQ(test, value_of(test, "pages "), before + 8);
	free_pages((unsigned long)p, 3);
}

/* Counters are read one after the other: what vanished in between makes nothing negative. */
static void torn_counters_do_not_wrap(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("stats-torn", 4096, 0, SLAB_RECLAIM_ACCOUNT, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	const long slab = page_owner_sum(PAGE_OWNER_SLAB);
	const long kmalloc = page_owner_sum(PAGE_OWNER_KMALLOC);
	struct stats_mem st;

	KUNIT_ASSERT_NOT_NULL(test, p);
	preempt_disable();			/* all slabs go between the two readings */
	this_cpu_sub(page_owner_count[PAGE_OWNER_SLAB], slab);
	this_cpu_sub(page_owner_count[PAGE_OWNER_KMALLOC], kmalloc);
	stats_take(&st);
	this_cpu_add(page_owner_count[PAGE_OWNER_SLAB], slab);
	this_cpu_add(page_owner_count[PAGE_OWNER_KMALLOC], kmalloc);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, st.slab_unreclaimable, 0);
	KUNIT_EXPECT_EQ(test, st.slab, st.slab_reclaimable + st.slab_unreclaimable);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void iomem_shows_the_map_and_what_was_named(struct kunit *test)
{
	u64 far = 0xfee00000000ULL;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, stats_iomem_add("nothing", 5, 5), -EINVAL);
	KUNIT_EXPECT_EQ(test, stats_iomem_add("Far device", far, far + 0x1000), 0);
	KUNIT_EXPECT_EQ(test, stats_iomem_add("Video test", 0xb8000, 0xb8fff), 0);
	KUNIT_EXPECT_EQ(test, stats_iomem_add("Part of RAM", 0x1000, 0x2000), 0);
	print(stats_iomem);
	expect_line(test, "fee00000000-fee00000fff : Far device");
	expect_line(test, "000b8000-000b8ffe : Video test");
	expect_line(test, "  00001000-00001fff : Part of RAM");
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " : System RAM\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " : Reserved\n"));
	KUNIT_EXPECT_EQ(test, stats_iomem_del(far, far), -ENOENT);
	for (i = 0; stats_iomem_add("filler", far + i, far + i + 1) == 0; i++)
		KUNIT_ASSERT_LT(test, i, (unsigned int)STATS_IOMEM_MAX);
	KUNIT_EXPECT_EQ(test, stats_iomem_add("too many", 1, 2), -ENOSPC);
	while (i--)
		KUNIT_EXPECT_EQ(test, stats_iomem_del(far + i, far + i + 1), 0);
	KUNIT_EXPECT_EQ(test, stats_iomem_del(far, far + 0x1000), 0);
	KUNIT_EXPECT_EQ(test, stats_iomem_del(0xb8000, 0xb8fff), 0);
	KUNIT_EXPECT_EQ(test, stats_iomem_del(0x1000, 0x2000), 0);
	KUNIT_EXPECT_NULL(test, strstr(print(stats_iomem), "Far device"));
}

static struct kunit_case stats_cases[] = {
	KUNIT_CASE(meminfo_has_linux_s_lines),
	KUNIT_CASE(meminfo_counts_what_happens),
	KUNIT_CASE(reclaimable_caches_are_counted_so),
	KUNIT_CASE(vmstat_is_names_and_numbers),
	KUNIT_CASE(large_orders_and_dormant_pages_are_folded),
	KUNIT_CASE(buddyinfo_adds_up),
	KUNIT_CASE(zoneinfo_shows_each_zone),
	KUNIT_CASE(a_failed_allocation_shows_all_memory),
	KUNIT_CASE(a_failed_page_allocation_is_reported),
	KUNIT_CASE(the_banner_says_what_there_is),
	KUNIT_CASE(slabinfo_counts_objects),
	KUNIT_CASE(percpu_stats_shows_chunks),
	KUNIT_CASE(vmallocinfo_shows_each_kind_of_area),
	KUNIT_CASE(owners_sum_up_to_ram), KUNIT_CASE(torn_counters_do_not_wrap),
	KUNIT_CASE(iomem_shows_the_map_and_what_was_named),
	{}
};

static struct kunit_suite stats_suite = { .name = "stats", .test_cases = stats_cases };
kunit_test_suite(stats_suite);
