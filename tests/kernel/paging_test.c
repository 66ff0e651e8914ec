/* SPDX-License-Identifier: MIT */
/* paging_test.c - the kernel's address space as the CPU sees it (arch/x86/paging.c) */
#include <asm/cpufeature.h>
#include <asm/desc.h>
#include <asm/fixmap.h>
#include <asm/paging.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/tlbflush.h>
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

static const u8 constant_ret = 0xc3;		/* a ret instruction, where none may run */
static u8 data_ret = 0xc3;
static u8 bss_byte;
extern u8 paging_test_code[];
__asm__(".pushsection .text\npaging_test_code: ret\n.popsection");

static void *last_byte_before(const char *end)
{
	return (void *)((unsigned long)end - 1);
}

static u64 prot_of(const void *p)
{
	struct paging_leaf leaf;

	return paging_lookup((unsigned long)p, &leaf) ? pgprot_val(leaf.prot) : 0;
}

/* ---- W^X: by faulting ------------------------------------------------------------ */

static void text_runs_and_is_not_written(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, probe_exec(paging_test_code), 0);
	KUNIT_EXPECT_EQ(test, probe_read(paging_test_code), 0);
	KUNIT_EXPECT_EQ(test, probe_write(paging_test_code), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_write(_text), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_write(last_byte_before(_etext)), -EFAULT);
}

static void constants_are_only_read(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, probe_read(&constant_ret), 0);
	KUNIT_EXPECT_EQ(test, probe_write((void *)&constant_ret), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_exec(&constant_ret), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_write(_image_start), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_exec(_image_start), -EFAULT);
}

static void data_is_written_and_does_not_run(struct kunit *test)
{
	u8 stack_ret = 0xc3;

	KUNIT_EXPECT_EQ(test, probe_write(&data_ret), 0);
	KUNIT_EXPECT_EQ(test, probe_exec(&data_ret), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_write(&bss_byte), 0);
	KUNIT_EXPECT_EQ(test, probe_exec(&bss_byte), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_exec(&stack_ret), -EFAULT);
}

static void the_direct_map_does_not_run(struct kunit *test)
{
	u8 *page = (u8 *)__get_free_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	page[0] = 0xc3;
	KUNIT_EXPECT_EQ(test, probe_exec(page), -EFAULT);
	free_page((unsigned long)page);
}

static void sealed_data_is_not_written(struct kunit *test)
{
	KUNIT_ASSERT_LT(test, &__start_ro_after_init[0], &__end_ro_after_init[0]);
	KUNIT_EXPECT_EQ(test, probe_read(__start_ro_after_init), 0);
	KUNIT_EXPECT_EQ(test, probe_write(__start_ro_after_init), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_write(last_byte_before(__end_ro_after_init)), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_write(_sdata), 0);
}

static void address_zero_and_the_low_half_fault(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, probe_read(NULL), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_read((void *)0x100000UL), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_read(early_va(0x100000)), -EFAULT);
	for (i = 0; i <= pgd_index(EARLY_MAP_BASE); i++)
		KUNIT_EXPECT_EQ(test, init_top_pgt[i].pgd, 0ULL);
}

static void guard_pages_fault(struct kunit *test)
{
	u8 *stack_bottom = (u8 *)exception_stacks[ESTACK_DF].stack;

	KUNIT_EXPECT_EQ(test, probe_write(stack_bottom), 0);
	KUNIT_EXPECT_EQ(test, probe_write(stack_bottom - 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_read(exception_stacks[ESTACK_DF].guard), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_read(exception_stacks[ESTACK_NMI].guard), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_read(exception_stacks[ESTACK_MCE].guard), -EFAULT);
	KUNIT_EXPECT_EQ(test, probe_read((void *)fix_to_virt(FIX_HOLE)), -EFAULT);
}

/* We run on the boot stack: below its last page is a hole. */
static void the_boot_stack_has_a_floor(struct kunit *test)
{
	unsigned long page = (unsigned long)&page & PAGE_MASK;
	unsigned long mapped = 0;

	while (mapped < THREAD_SIZE / PAGE_SIZE && probe_write((void *)page) == 0) {
		page -= PAGE_SIZE;
		mapped++;
	}
	KUNIT_EXPECT_LT(test, mapped, THREAD_SIZE / PAGE_SIZE + 1);
	KUNIT_EXPECT_EQ(test, probe_read((void *)page), -EFAULT);
}

/* ---- W^X: by walking every table of the kernel half ------------------------------ */

struct survey {
	unsigned long leaves, wx, user, not_global;
	unsigned long aliases;		/* image text that some leaf lets us write */
	phys_addr_t text_start, text_end;
};

static bool survey_leaf(const struct paging_leaf *leaf, void *arg)
{
	struct survey *s = arg;
	u64 prot = pgprot_val(leaf->prot);

	s->leaves++;
	s->wx += (prot & _PAGE_RW) && !(prot & _PAGE_NX);
	s->user += !!(prot & _PAGE_USER);
	s->not_global += !(prot & _PAGE_GLOBAL);
	if ((prot & _PAGE_RW) && leaf->paddr < s->text_end &&
	    leaf->paddr + leaf->bytes > s->text_start)
		s->aliases++;
	return true;
}

static void no_page_is_writable_and_executable(struct kunit *test)
{
	struct survey s = {
		.text_start = kernel_image_start(),
		.text_end = __pa(__end_rodata),
	};

	paging_walk(survey_leaf, &s);
	KUNIT_EXPECT_GT(test, s.leaves, 100UL);
	KUNIT_EXPECT_EQ(test, s.wx, 0UL);
	KUNIT_EXPECT_EQ(test, s.aliases, 0UL);
	KUNIT_EXPECT_EQ(test, s.user, 0UL);
	KUNIT_EXPECT_EQ(test, s.not_global, 0UL);
}

static void only_text_is_executable(struct kunit *test)
{
	const char *p;
	unsigned long wrong = 0;

	for (p = _image_start; p < _end; p += PAGE_SIZE)
		wrong += (prot_of(p) && !(prot_of(p) & _PAGE_NX)) != (p >= _text && p < _etext);
	KUNIT_EXPECT_EQ(test, wrong, 0UL);
}

static void lookup_knows_pages_large_and_small(struct kunit *test)
{
	struct paging_leaf leaf;

	KUNIT_ASSERT_TRUE(test, paging_lookup((unsigned long)_text + 0x123, &leaf));
	KUNIT_EXPECT_EQ(test, leaf.vaddr, (unsigned long)_text);
	KUNIT_EXPECT_EQ(test, leaf.paddr, (u64)__pa(_text));
	KUNIT_EXPECT_EQ(test, leaf.bytes, (u64)PAGE_SIZE);
	KUNIT_EXPECT_FALSE(test, paging_lookup(0, &leaf));
	KUNIT_EXPECT_FALSE(test, paging_lookup(EARLY_MAP_BASE, &leaf));
	KUNIT_EXPECT_FALSE(test, paging_lookup((unsigned long)_end, &leaf));
	KUNIT_EXPECT_FALSE(test, paging_lookup(~0UL, &leaf));
}

static void the_cpu_enforces_it(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, read_cr0() & X86_CR0_WP);
	KUNIT_EXPECT_TRUE(test, read_cr4() & X86_CR4_PGE);
	KUNIT_EXPECT_EQ(test, !!(read_cr4() & X86_CR4_SMEP), boot_cpu_has(X86_FEATURE_SMEP));
	KUNIT_EXPECT_EQ(test, !!(read_cr4() & X86_CR4_SMAP), boot_cpu_has(X86_FEATURE_SMAP));
	KUNIT_EXPECT_EQ(test, !!(read_cr4() & X86_CR4_UMIP), boot_cpu_has(X86_FEATURE_UMIP));
}

/* ---- windows and fixmap ---------------------------------------------------------- */

static void a_window_shows_the_frame_it_is_told(struct kunit *test)
{
	u8 *a = (u8 *)__get_free_page(GFP_KERNEL), *b = (u8 *)__get_free_page(GFP_KERNEL);
	unsigned long flags;
	u8 *window;

	KUNIT_ASSERT_TRUE(test, a && b);
	a[17] = 0xaa;
	b[17] = 0xbb;
	local_irq_save(flags);
	window = paging_window(__pa(a));
	KUNIT_EXPECT_EQ(test, window[17], 0xaa);
	window = paging_window(__pa(b));
	KUNIT_EXPECT_EQ(test, window[17], 0xbb);
	window[18] = 0xcc;
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, b[18], 0xcc);
	free_page((unsigned long)a);
	free_page((unsigned long)b);
}

static void a_fixmap_slot_comes_and_goes(struct kunit *test)
{
	u8 *page = (u8 *)__get_free_page(GFP_KERNEL);
	u8 *slot;

	KUNIT_ASSERT_NOT_NULL(test, page);
	page[5] = 0x55;
	slot = fixmap_set(FIX_TEST, __pa(page) + 5, PAGE_KERNEL_RO);
	KUNIT_EXPECT_EQ(test, *slot, 0x55);
	KUNIT_EXPECT_EQ(test, probe_write(slot), -EFAULT);
	fixmap_set(FIX_TEST, 0, PAGE_NONE);
	KUNIT_EXPECT_EQ(test, probe_read(slot), -EFAULT);
	free_page((unsigned long)page);
}

/* ---- growing: in a part of the address space that nobody uses -------------------- */

#define SCRATCH		0xffffa00000000000UL
#define MAX_TABLES	8

static phys_addr_t tables[MAX_TABLES];

static void tables_take(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < MAX_TABLES; i++) {
		unsigned long page = __get_free_page(GFP_KERNEL);

		KUNIT_ASSERT_NE(test, page, 0UL);
		memset((void *)page, 0xff, PAGE_SIZE);	/* paging clears what it uses */
		tables[i] = __pa(page);
	}
}

static void tables_give_back(void)
{
	unsigned int i;

	pgd_clear(pgd_offset_k(SCRATCH));
	flush_tlb_all();
	for (i = 0; i < MAX_TABLES; i++)
		free_page((unsigned long)__va(tables[i]));
}

/* Map it and see that the count was right and both ends are where they should be. */
static void grow(struct kunit *test, const struct paging_range *r, unsigned int want)
{
	struct paging_leaf leaf;

	KUNIT_EXPECT_EQ(test, paging_early_tables(r), want);
	KUNIT_EXPECT_EQ(test, paging_early_map(r, tables, MAX_TABLES), want);
	KUNIT_EXPECT_EQ(test, paging_early_tables(r), 0U);
	KUNIT_ASSERT_TRUE(test, paging_lookup(r->vaddr, &leaf));
	KUNIT_EXPECT_EQ(test, leaf.paddr + (r->vaddr - leaf.vaddr), r->paddr);
	KUNIT_ASSERT_TRUE(test, paging_lookup(r->vaddr + r->bytes - 1, &leaf));
	KUNIT_EXPECT_EQ(test, leaf.vaddr + leaf.bytes, r->vaddr + r->bytes);
	KUNIT_EXPECT_EQ(test, leaf.paddr + leaf.bytes, r->paddr + r->bytes);
	KUNIT_EXPECT_FALSE(test, paging_lookup(r->vaddr + r->bytes, &leaf));
	KUNIT_EXPECT_FALSE(test, paging_lookup(r->vaddr - 1, &leaf));
}

static const struct growth_case {
	const char *name;
	struct paging_range r;
	unsigned int tables;
} growth_cases[] = {
	{ "one page", { SCRATCH, 1ULL << 40, PAGE_SIZE, PAGE_KERNEL, true }, 3 },
	{ "one large page", { SCRATCH, 1ULL << 40, PMD_SIZE, PAGE_KERNEL, true }, 2 },
	{ "large is not allowed", { SCRATCH, 1ULL << 40, PMD_SIZE, PAGE_KERNEL, false }, 3 },
	{ "addresses that differ by a page",
	  { SCRATCH, (1ULL << 40) + PAGE_SIZE, 2 * PMD_SIZE, PAGE_KERNEL, true }, 4 },
	{ "ragged at both ends",
	  { SCRATCH + PMD_SIZE - PAGE_SIZE, (1ULL << 40) + PMD_SIZE - PAGE_SIZE,
	    3 * PMD_SIZE, PAGE_KERNEL, true }, 4 },
	{ "across 1 GiB",
	  { SCRATCH + PUD_SIZE - PMD_SIZE, (1ULL << 40) + PUD_SIZE - PMD_SIZE,
	    2 * PMD_SIZE, PAGE_KERNEL, true }, 3 },
	{ "across 1 GiB, ragged",
	  { SCRATCH + PUD_SIZE - PAGE_SIZE, (1ULL << 40) + PUD_SIZE - PAGE_SIZE,
	    2 * PAGE_SIZE, PAGE_KERNEL, true }, 5 },
};

static void growth_desc(const struct growth_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(growth, growth_cases, growth_desc);

static void counts_exactly_what_it_uses(struct kunit *test)
{
	const struct growth_case *c = test->param_value;

	tables_take(test);
	grow(test, &c->r, c->tables);
	tables_give_back();
}

/* A piece is there already, with other permissions: it stays, the rest comes around it. */
static void keeps_what_is_mapped(struct kunit *test)
{
	struct paging_range piece = { SCRATCH + 0x5000, (1ULL << 40) + 0x5000, PAGE_SIZE,
				      PAGE_KERNEL_RO, true };
	struct paging_range whole = { SCRATCH, 1ULL << 40, 2 * PMD_SIZE, PAGE_KERNEL, true };

	tables_take(test);
	grow(test, &piece, 3);
	KUNIT_EXPECT_EQ(test, paging_early_tables(&whole), 0U);
	KUNIT_EXPECT_EQ(test, prot_of((void *)SCRATCH), 0ULL);	/* counting wrote nothing */
	grow(test, &whole, 0);
	KUNIT_EXPECT_FALSE(test, prot_of((void *)piece.vaddr) & _PAGE_RW);
	KUNIT_EXPECT_TRUE(test, prot_of((void *)(piece.vaddr + PAGE_SIZE)) & _PAGE_RW);
	tables_give_back();
}

static void too_few_tables_is_a_bug(void *arg)
{
	paging_early_map(arg, tables, 2);
}

static void notices_too_few_tables(struct kunit *test)
{
	struct paging_range r = { SCRATCH, 1ULL << 40, PAGE_SIZE, PAGE_KERNEL, true };
	char text[128];

	tables_take(test);
	KUNIT_EXPECT_TRUE(test, kunit_catch_panic(too_few_tables_is_a_bug, &r, text, sizeof(text)));
	tables_give_back();
}

static struct kunit_case paging_cases[] = {
	KUNIT_CASE(text_runs_and_is_not_written),
	KUNIT_CASE(constants_are_only_read),
	KUNIT_CASE(data_is_written_and_does_not_run),
	KUNIT_CASE(the_direct_map_does_not_run),
	KUNIT_CASE(sealed_data_is_not_written),
	KUNIT_CASE(address_zero_and_the_low_half_fault),
	KUNIT_CASE(guard_pages_fault),
	KUNIT_CASE(the_boot_stack_has_a_floor),
	KUNIT_CASE(no_page_is_writable_and_executable),
	KUNIT_CASE(only_text_is_executable),
	KUNIT_CASE(lookup_knows_pages_large_and_small),
	KUNIT_CASE(the_cpu_enforces_it),
	KUNIT_CASE(a_window_shows_the_frame_it_is_told),
	KUNIT_CASE(a_fixmap_slot_comes_and_goes),
	KUNIT_CASE_PARAM(counts_exactly_what_it_uses, growth_gen_params),
	KUNIT_CASE(keeps_what_is_mapped),
	KUNIT_CASE(notices_too_few_tables),
	{}
};

static struct kunit_suite paging_suite = {
	.name = "paging",
	.test_cases = paging_cases,
};
kunit_test_suite(paging_suite);
