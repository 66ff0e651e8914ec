/* SPDX-License-Identifier: MIT */
/*
 * vmap_pages_test.c - vmap, vm_map_ram, ioremap, kvmalloc: the other ways to an area
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/section.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "../../mm/vmap.h"

#define N	6

static struct page *pages[N];
static char report[2048];
static unsigned long taint_before;

static void listen(void)
{
	taint_before = get_taint();
	printk_capture_start(report, sizeof(report));
}

static void expect_said(struct kunit *test, const char *text)
{
	printk_capture_stop();
	set_taint_mask(taint_before);
	if (!strstr(report, text))
		KUNIT_FAIL(test, "not said: %s", text);
}

static void free_test_pages(void *unused)
{
	unsigned int i;

	for (i = 0; i < N; i++)
		__free_page(pages[i]);
}

static void get_test_pages(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < N; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		memset(page_address(pages[i]), 'a' + i, PAGE_SIZE);
	}
	kunit_add_action(test, free_test_pages, NULL);
}

/* ---- vmap ------------------------------------------------------------------------ */

static void vmap_shows_pages_in_the_order_given(struct kunit *test)
{
	struct page *order[] = { NULL, NULL, NULL, NULL };
	volatile char *p;			/* two addresses of one byte */

	get_test_pages(test);
	order[0] = pages[3];
	order[1] = pages[0];
	order[2] = pages[5];
	order[3] = pages[0];				/* twice is fine */
	p = vmap(order, 4, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, p[0], 'd');
	KUNIT_EXPECT_EQ(test, p[PAGE_SIZE], 'a');
	KUNIT_EXPECT_EQ(test, p[2 * PAGE_SIZE], 'f');
	p[PAGE_SIZE + 5] = '!';
	KUNIT_EXPECT_EQ(test, p[3 * PAGE_SIZE + 5], '!');
	KUNIT_EXPECT_EQ(test, ((char *)page_address(pages[0]))[5], '!');
	KUNIT_EXPECT_PTR_EQ(test, vmalloc_to_page((char *)p + 2 * PAGE_SIZE + 17), pages[5]);
	KUNIT_EXPECT_EQ(test, probe_read((char *)p + 4 * PAGE_SIZE), (long)-EFAULT);
	vunmap((char *)p);
	KUNIT_EXPECT_EQ(test, probe_read((char *)p), (long)-EFAULT);
	KUNIT_EXPECT_EQ(test, page_count(pages[0]), 1);	/* still ours */
}

static void read_only_means_read_only(struct kunit *test)
{
	char *p;

	get_test_pages(test);
	p = vmap(pages, N, VM_MAP, PAGE_KERNEL_RO);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, p[N * PAGE_SIZE - 1], 'a' + N - 1);
	KUNIT_EXPECT_EQ(test, probe_write(p), (long)-EFAULT);
	vunmap(p);
}

static void vmap_refuses_nonsense(struct kunit *test)
{
	get_test_pages(test);
	KUNIT_EXPECT_NULL(test, vmap(pages, 0, VM_MAP, PAGE_KERNEL));
	KUNIT_EXPECT_NULL(test, vmap(pages, totalram_pages() + 1, VM_MAP, PAGE_KERNEL));
	listen();
	KUNIT_EXPECT_NULL(test, vmap((struct page *[]){ pages[0], NULL }, 2, VM_MAP, PAGE_KERNEL));
	expect_said(test, "WARNING: ");
	listen();
	KUNIT_EXPECT_NULL(test, vmap((struct page *[]){ pages[0], pfn_to_page(1UL << 31) },
				     2, VM_MAP, PAGE_KERNEL));
	expect_said(test, "WARNING: ");
	vunmap(NULL);
	listen();
	vunmap((void *)VMALLOC_START + (1UL << 40));
	expect_said(test, "Trying to vunmap() nonexistent vm area (");
}

static void vm_map_ram_knows_its_count(struct kunit *test)
{
	char *p;

	get_test_pages(test);
	p = vm_map_ram(pages, 3, -1);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, p[2 * PAGE_SIZE], 'c');
	listen();
	vfree(p);
	expect_said(test, "Trying to vfree() nonexistent vm area (");
	listen();
	vm_unmap_ram(p, 2);
	expect_said(test, "vm_unmap_ram: 3 pages, not 2");
}

static unsigned long large_page(void);

static void only_mapped_addresses_have_a_page(struct kunit *test)
{
	char *p = vmalloc(2 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(p + 5), page_to_pfn(vmalloc_to_page(p)));
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(p + 2 * PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, vmalloc_to_page((void *)(VMALLOC_END - PAGE_SIZE)));
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(&large_page));
	KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(&large_page));
	KUNIT_EXPECT_PTR_EQ(test, find_vm_area(p), find_vm_area(p + 3 * PAGE_SIZE - 1));
	KUNIT_EXPECT_EQ(test, find_vm_area(p)->nr_pages, 2U);
	KUNIT_EXPECT_EQ(test, get_vm_area_size(find_vm_area(p)), 2 * PAGE_SIZE);
	vfree(p);
}

/* An address of the direct map that a large page maps: whatever is 2 MiB of RAM, aligned. */
static unsigned long large_page(void)
{
	unsigned long vaddr = PAGE_OFFSET;
	pmd_t *pmd;

	do {
		vaddr += PMD_SIZE;
		pmd = pmd_offset(pud_offset(pgd_offset_k(vaddr), vaddr), vaddr);
	} while (!pmd_none(*pmd) && !pmd_leaf(*pmd));
	return vaddr;
}

static void addresses_without_tables_have_no_entry(struct kunit *test)
{
	KUNIT_EXPECT_NOT_NULL(test, vmap_table_lookup(VMALLOC_START));
	KUNIT_EXPECT_NULL(test, vmap_table_lookup(VMALLOC_START + (100UL << 30)));
	KUNIT_EXPECT_NULL(test, vmap_table_lookup(VMALLOC_START + (1UL << 29)));
	KUNIT_EXPECT_NULL(test, vmap_table_lookup(VMALLOC_END - PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, vmap_table_lookup(large_page()));
	KUNIT_EXPECT_NULL(test, vmalloc_to_page((void *)(VMALLOC_START + (100UL << 30))));
}

#define FAR	(VMALLOC_START + (77UL << 30))
static bool raced;
static struct task_struct *racer;

/* Called where vmap_table_reserve() allocates: somebody else is quicker. */
static bool race_once(gfp_t gfp, unsigned int order)
{
	if (raced || !in_task() || current != racer)
		return false;
	raced = true;
	return vmap_table_reserve(FAR, FAR + PAGE_SIZE, GFP_KERNEL) != 0;
}

static void two_who_need_the_same_table_share_it(struct kunit *test)
{
	unsigned long before = page_owner_pages(PAGE_OWNER_PGTABLE);

	raced = false;
	racer = current;
	page_alloc_set_should_fail(race_once);
	KUNIT_EXPECT_EQ(test, vmap_table_reserve(FAR + PAGE_SIZE, FAR + 3 * PAGE_SIZE, GFP_KERNEL),
			0);
	page_alloc_set_should_fail(NULL);
	KUNIT_EXPECT_TRUE(test, raced);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), before + 2);
	vmap_table_release(FAR, FAR + PAGE_SIZE);
	vmap_table_sweep(FAR, FAR + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), before + 2);
	vmap_table_release(FAR + PAGE_SIZE, FAR + 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), before + 2);
	vmap_table_sweep(FAR + PAGE_SIZE, FAR + 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PGTABLE), before);
}

/* ---- verify ------------------------------------------------------------------------- */

static void expect_broken(struct kunit *test, const char *what)
{
	char msg[160] = "";

	KUNIT_EXPECT_FALSE(test, vmalloc_verify(msg, sizeof(msg)));
	if (!strstr(msg, what))
		KUNIT_FAIL(test, "'%s' does not say '%s'", msg, what);
}

/* Break one thing at a time; each is found, and repaired. */
static void verify_finds_what_is_broken(struct kunit *test)
{
	char *p = vmalloc(2 * PAGE_SIZE);
	struct vm_struct *area = find_vm_area(p);
	pte_t *pte = vmap_table_lookup((unsigned long)p), was = *pte;
	struct page *page = vmalloc_to_page(p), *table = virt_to_page(pte);
	unsigned long back = page->private;
	struct vm_struct other = { .addr = 1 };

	KUNIT_EXPECT_GE(test, vmalloc_used(), 3 * PAGE_SIZE);
	table->nr_entries++;
	expect_broken(test, "vmap: tables count ");
	pte_clear(pte);					/* the count is right: not mapped */
	table->nr_entries -= 2;
	expect_broken(test, "wrong page at ");
	table->nr_entries++;
	set_pte(pte, was);
	set_pte(pte, pfn_pte(1UL << 38, PAGE_KERNEL));	/* no RAM, anywhere */
	expect_broken(test, "wrong page at ");
	set_pte(pte, was);
	page->private = (unsigned long)&other;
	expect_broken(test, "wrong page at ");
	page->private = 0;
	expect_broken(test, "wrong page at ");
	page->private = 1UL << 62;			/* not even an address */
	expect_broken(test, "wrong page at ");
	page->private = back;
	page->owner = PAGE_OWNER_PAGES;
	expect_broken(test, "wrong page at ");
	page->owner = PAGE_OWNER_VMALLOC;
	table->nr_entries++;
	set_pte(pte + 2, was);				/* the guard page */
	expect_broken(test, "wrong page at ");
	pte_clear(pte + 2);
	table->nr_entries--;
	area->flags = VM_MAP;
	expect_broken(test, "pages and ");
	area->flags = VM_ALLOC;
	area->gap++;
	expect_broken(test, "wrong gap");
	area->gap--;
	vfree(p);
}

static void a_page_that_changed_hands_is_not_freed(struct kunit *test)
{
	char *p = vmalloc(PAGE_SIZE);
	struct page *page = vmalloc_to_page(p);

	page->owner = PAGE_OWNER_PAGES;
	listen();
	vfree(p);					/* is not kept for the next one */
	vm_unmap_aliases();
	expect_said(test, " belongs to pages\n");
	page->owner = PAGE_OWNER_VMALLOC;
	free_pages_owner(page, 0, PAGE_OWNER_VMALLOC);
}

/* ---- ioremap --------------------------------------------------------------------- */

static void ioremap_maps_what_is_no_ram(struct kunit *test)
{
	phys_addr_t hole = 0xa0000;			/* the VGA window, on every PC */
	char __iomem *p = ioremap(hole + 0x123, 2 * PAGE_SIZE);
	char __iomem *wc = ioremap_wc(hole, 1);
	phys_addr_t far = PAGE_ALIGN(memblock_end_of_DRAM()) + (1ULL << 40);
	char __iomem *wb = ioremap_cache(far, 0x1000);

	KUNIT_ASSERT_NOT_NULL(test, (void *)p);
	KUNIT_EXPECT_EQ(test, offset_in_page(p), 0x123UL);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn((void *)p), hole >> PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn((void *)p + 2 * PAGE_SIZE), (hole >> PAGE_SHIFT) + 2);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn((void *)p + 3 * PAGE_SIZE), 0UL);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn((void *)wc), hole >> PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn((void *)wb), (unsigned long)(far >> PAGE_SHIFT));
	iounmap(p);
	iounmap(wc);
	iounmap(wb);
	iounmap(NULL);
	listen();
	iounmap(p);
	expect_said(test, "iounmap: bad address ");
	listen();
	iounmap((void __iomem *)&p);
	expect_said(test, "iounmap: bad address ");
}

static void ioremap_refuses_memory_in_use(struct kunit *test)
{
	unsigned long block = __get_free_pages(GFP_KERNEL, 3);

	listen();
	KUNIT_EXPECT_NULL(test, (void *)ioremap(__pa(block) + 5 * PAGE_SIZE, 64));
	expect_said(test, "ioremap on RAM at 0x");
	free_pages(block, 3);
	listen();
	KUNIT_EXPECT_NULL(test, (void *)ioremap(__pa(block), 64));	/* free is in use, too */
	expect_said(test, "ioremap on RAM at 0x");
	listen();
	KUNIT_EXPECT_NULL(test, (void *)ioremap(0, 2 << 20));
	expect_said(test, "ioremap on RAM at 0x0000000000000000 - 0x00000000001fffff");
}

static void ioremap_refuses_dormant_memory(struct kunit *test)
{
	unsigned long nr;

	for (nr = 0; nr < section_map.nr; nr++) {
		if (section_online(nr) || !memblock_is_memory((u64)nr << SECTION_SHIFT))
			continue;
		listen();
		KUNIT_EXPECT_NULL(test, (void *)ioremap((u64)nr << SECTION_SHIFT, 1));
		expect_said(test, "ioremap on RAM at 0x");
		return;
	}
	kunit_skip(test, "all RAM has been brought in");
}

/* Frame 0 is RAM on a PC, and reserved: nobody allocates it. */
static void ioremap_lets_reserved_ram_be_read(struct kunit *test)
{
	void __iomem *p;

	if (!memblock_is_memory(0) || !memblock_is_reserved(0))
		kunit_skip(test, "frame 0 is no reserved RAM here");
	p = ioremap_cache(0x10, 16);
	KUNIT_ASSERT_NOT_NULL(test, (void *)p);
	KUNIT_EXPECT_EQ(test, vmalloc_to_pfn((void *)p), 0UL);
	KUNIT_EXPECT_EQ(test, probe_read((void *)p), 0L);
	iounmap(p);
}

static void ioremap_refuses_addresses_that_cannot_be(struct kunit *test)
{
	static const struct {
		phys_addr_t paddr;
		size_t size;
	} bad[] = {
		{ 0xa0000, 0 }, { ~0ULL, 2 }, { ~0ULL - PAGE_SIZE, ~0UL }, { 1ULL << 52, 1 },
		{ (1ULL << 52) - 1, 2 }, { 1ULL << 45, 1UL << 50 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		listen();
		KUNIT_EXPECT_NULL(test, (void *)ioremap(bad[i].paddr, bad[i].size));
		expect_said(test, "ioremap: invalid physical address ");
	}
}

static bool fail_all(gfp_t gfp, unsigned int order)
{
	return true;
}

static void ioremap_and_vmap_fail_without_tables(struct kunit *test)
{
	void *p;

	get_test_pages(test);
	listen();
	page_alloc_set_should_fail(fail_all);
	KUNIT_EXPECT_NULL(test, (void *)ioremap(1ULL << 45, 1UL << 30));
	p = vmap(pages, 1, VM_MAP, PAGE_KERNEL);
	page_alloc_set_should_fail(NULL);
	vunmap(p);		/* the tables of a framebuffer beside it may have served it */
	expect_said(test, "ioremap: no room for 1073741824 bytes at 0x0000200000000000");
}

static void interrupts_may_not_map(struct kunit *test)
{
	enum system_states state = system_state;

	get_test_pages(test);
	system_state = SYSTEM_RUNNING;
	might_sleep_reset();
	listen();
	preempt_count_add(HARDIRQ_OFFSET);
	KUNIT_EXPECT_NULL(test, vmap(pages, 1, VM_MAP, PAGE_KERNEL));
	KUNIT_EXPECT_NULL(test, (void *)ioremap(0xa0000, 1));
	iounmap((void __iomem *)VMALLOC_START);
	vunmap((void *)VMALLOC_START);
	preempt_count_sub(HARDIRQ_OFFSET);
	expect_said(test, "BUG: sleeping function called from invalid context at mm/vmap_pages.c:");
	KUNIT_EXPECT_NOT_NULL(test, strstr(report, "invalid context at " __FILE__ ":"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(report, "invalid context at mm/ioremap.c:"));
	system_state = state;
}

/* ---- kvmalloc -------------------------------------------------------------------- */

static void kvmalloc_takes_kmalloc_while_it_can(struct kunit *test)
{
	void *p = kvmalloc(100, GFP_KERNEL), *q = kvzalloc(6 << 20, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(p));
	if (nr_free_pages() > 4096)
		KUNIT_ASSERT_NOT_NULL(test, q);
	if (q) {
		KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(q));	/* more than kmalloc has */
		KUNIT_EXPECT_NULL(test, memchr_inv(q, 0, 6 << 20));
	}
	kvfree(p);
	kvfree(q);
	kvfree(NULL);
}

/* Large blocks fail; single pages and slabs do not. */
static bool fail_large(gfp_t gfp, unsigned int order)
{
	return order > 3;
}

static void kvmalloc_falls_back_when_memory_is_in_pieces(struct kunit *test)
{
	void *p, *q;

	page_alloc_set_should_fail(fail_large);
	p = kvmalloc(1 << 20, GFP_KERNEL);
	q = kvmalloc(1 << 20, GFP_ATOMIC | __GFP_NOWARN);	/* may not sleep: no vmalloc */
	page_alloc_set_should_fail(NULL);
	KUNIT_EXPECT_TRUE(test, p && is_vmalloc_addr(p));
	KUNIT_EXPECT_NULL(test, q);
	kvfree(p);
}

static void kvmalloc_refuses_what_cannot_be(struct kunit *test)
{
	void *p = kvmalloc_array(10, 10, GFP_KERNEL);

	KUNIT_EXPECT_NOT_NULL(test, p);
	kvfree(p);
	p = kvcalloc(10, 1000, GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, p && !memchr_inv(p, 0, 10000));
	kvfree_sensitive(p, 10000);
	KUNIT_EXPECT_NULL(test, kvmalloc_array(1UL << 40, 1UL << 40, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kvcalloc(1UL << 40, 1UL << 40, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kvmalloc(1UL << 40, GFP_KERNEL | __GFP_NOWARN));
	kvfree_sensitive(NULL, 5);
}

static void kvrealloc_keeps_contents_across_both_kinds(struct kunit *test)
{
	char *p = kvrealloc(NULL, 50, GFP_KERNEL), *q;

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 'k', 50);
	p = kvrealloc(p, 5 << 20, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 'k', 50));
	KUNIT_EXPECT_PTR_EQ(test, kvrealloc(p, 1000, GFP_KERNEL), (void *)p);	/* fits */
	KUNIT_EXPECT_NULL(test, kvrealloc(p, 1UL << 40, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 'k', 50));	/* still there */
	q = kvrealloc(p, 0, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, (void *)q, ZERO_SIZE_PTR);
	kvfree(q);
}

/* Who always says __GFP_ZERO finds zeroes in what a block has gained, larger or in place. */
static void kvrealloc_zeroes_what_it_gives_up(struct kunit *test)
{
	static const size_t sizes[] = { 100, 6 << 20 };
	unsigned int i;
	char *p, *q;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		p = kvzalloc(sizes[i], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		memset(p, 'k', sizes[i]);
		q = kvrealloc(p, 10, GFP_KERNEL | __GFP_ZERO);
		KUNIT_EXPECT_PTR_EQ(test, q, p);
		q = kvrealloc(p, sizes[i], GFP_KERNEL | __GFP_ZERO);
		KUNIT_EXPECT_PTR_EQ(test, q, p);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 'k', 10));
		KUNIT_EXPECT_NULL(test, memchr_inv(p + 10, 0, sizes[i] - 10));
		kvfree(p);
	}
}

static void kvfree_sensitive_leaves_no_trace(struct kunit *test)
{
	char *p = vmalloc(2 * PAGE_SIZE), *seen;

	memset(p, 's', 2 * PAGE_SIZE);
	seen = page_address(vmalloc_to_page(p + PAGE_SIZE));
	kvfree_sensitive(p, ~0UL);			/* no more than there is */
	KUNIT_EXPECT_NE(test, seen[PAGE_SIZE - 1], 's');
}

/* Neither may touch what is not the caller's, nor run into a guard page. */
static void kv_calls_refuse_what_begins_no_block(struct kunit *test)
{
	char *p = vmalloc(2 * PAGE_SIZE), *alias;

	KUNIT_ASSERT_NOT_NULL(test, p);
	get_test_pages(test);
	alias = vmap(pages, 1, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, alias);
	memset(p, 'k', 2 * PAGE_SIZE);
	listen();
	kvfree_sensitive(p + PAGE_SIZE, ~0UL);
	expect_said(test, "Trying to vfree() nonexistent vm area (");
	listen();
	kvfree_sensitive(alias, PAGE_SIZE);
	expect_said(test, "Trying to vfree() nonexistent vm area (");
	KUNIT_EXPECT_EQ(test, alias[0], 'a');
	listen();
	KUNIT_EXPECT_NULL(test, kvrealloc(p + PAGE_SIZE, 5 * PAGE_SIZE, GFP_KERNEL));
	expect_said(test, "Trying to kvrealloc() bad address (");
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 'k', 2 * PAGE_SIZE));
	vunmap(alias);
	vfree(p);
}

static struct kunit_case vmap_pages_cases[] = {
	KUNIT_CASE(vmap_shows_pages_in_the_order_given),
	KUNIT_CASE(read_only_means_read_only),
	KUNIT_CASE(vmap_refuses_nonsense),
	KUNIT_CASE(vm_map_ram_knows_its_count),
	KUNIT_CASE(only_mapped_addresses_have_a_page),
	KUNIT_CASE(addresses_without_tables_have_no_entry),
	KUNIT_CASE(two_who_need_the_same_table_share_it),
	KUNIT_CASE(verify_finds_what_is_broken),
	KUNIT_CASE(a_page_that_changed_hands_is_not_freed),
	{}
};

static struct kunit_case ioremap_cases[] = {
	KUNIT_CASE(ioremap_maps_what_is_no_ram),
	KUNIT_CASE(ioremap_refuses_memory_in_use),
	KUNIT_CASE(ioremap_refuses_dormant_memory),
	KUNIT_CASE(ioremap_lets_reserved_ram_be_read),
	KUNIT_CASE(ioremap_refuses_addresses_that_cannot_be),
	KUNIT_CASE(ioremap_and_vmap_fail_without_tables),
	KUNIT_CASE(interrupts_may_not_map),
	{}
};

static struct kunit_case kvmalloc_cases[] = {
	KUNIT_CASE(kvmalloc_takes_kmalloc_while_it_can),
	KUNIT_CASE(kvmalloc_falls_back_when_memory_is_in_pieces),
	KUNIT_CASE(kvmalloc_refuses_what_cannot_be),
	KUNIT_CASE(kvrealloc_keeps_contents_across_both_kinds),
	KUNIT_CASE(kvrealloc_zeroes_what_it_gives_up),
	KUNIT_CASE(kvfree_sensitive_leaves_no_trace),
	KUNIT_CASE(kv_calls_refuse_what_begins_no_block),
	{}
};

static struct kunit_suite vmap_pages_suite = {
	.name = "vmap_pages",
	.test_cases = vmap_pages_cases,
};
static struct kunit_suite ioremap_suite = { .name = "ioremap", .test_cases = ioremap_cases };
static struct kunit_suite kvmalloc_suite = { .name = "kvmalloc", .test_cases = kvmalloc_cases };
kunit_test_suites(&vmap_pages_suite, &ioremap_suite, &kvmalloc_suite);
