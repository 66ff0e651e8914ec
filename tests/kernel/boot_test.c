/* SPDX-License-Identifier: MIT */
/* boot_test.c - what this very boot was told, whichever door it came through */
#include <asm/paging.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <kunit/test.h>
#include <linux/boot_info.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include "report.h"

static bool in_ram(u64 start, u64 end)
{
	u32 i;

	for (i = 0; i < boot_info.nr_ranges; i++) {
		const struct boot_range *r = &boot_info.range[i];

		if (r->type == BOOT_RAM && start >= r->base && end <= r->base + r->size)
			return true;
	}
	return false;
}

static bool all_reserved(u64 start, u64 end)
{
	for (start &= PAGE_MASK; start < end; start += PAGE_SIZE) {
		if (!memblock_is_reserved(start))
			return false;
	}
	return true;
}

/* QEMU's microvm really lists an empty piece of memory. */
static u32 nr_serious_complaints(void)
{
	static const char harmless[] = "map: empty entry";
	u32 i, n = boot_info.nr_complaints;

	for (i = 0; i < boot_info.nr_complaints && i < ARRAY_SIZE(boot_info.complaint); i++)
		n -= !strncmp(boot_info.complaint[i], harmless, sizeof(harmless) - 1);
	return n;
}

static void came_through_a_known_door(struct kunit *test)
{
	bool grub = !strcmp(boot_info.entry, "multiboot2");

	KUNIT_EXPECT_TRUE(test, grub || !strcmp(boot_info.entry, "pvh"));
	KUNIT_EXPECT_EQ(test, boot_info.loader[0] != '\0', grub);
	KUNIT_EXPECT_EQ_MSG(test, nr_serious_complaints(), 0U, "%s", boot_info.complaint[0]);
	KUNIT_EXPECT_TRUE(test, boot_info.entry_tsc && boot_info.entry_tsc < rdtsc());
}

static void was_told_of_the_memory_it_runs_in(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, in_ram(kernel_image_start(), kernel_image_end()));
	KUNIT_EXPECT_TRUE(test, all_reserved(kernel_image_start(), kernel_image_end()));
}

static void modules_are_in_ram_and_reserved(struct kunit *test)
{
	u32 i;

	if (!boot_info.nr_modules)
		kunit_skip(test, "no module was given");
	for (i = 0; i < boot_info.nr_modules; i++) {
		const struct boot_module *m = &boot_info.module[i];

		KUNIT_EXPECT_TRUE(test, in_ram(m->start, m->end));
		KUNIT_EXPECT_TRUE(test, all_reserved(m->start, m->end));
	}
}

/* A module that checks itself: MODULE_MAGIC, then the sum of what follows, then that. */
#define MODULE_MAGIC		"QuarrySM"
#define MODULE_HEADER		16

/* FNV-1a over [start, end) of physical memory, which nobody need have mapped. */
static u64 hash_of(u64 start, u64 end)
{
	u64 h = 0xcbf29ce484222325ULL, pa = start;
	unsigned long flags;

	while (pa < end) {
		u64 stop = min((pa & PAGE_MASK) + PAGE_SIZE, end);
		const u8 *p;

		local_irq_save(flags);
		p = (const u8 *)paging_window(pa & PAGE_MASK) + (pa & ~PAGE_MASK);
		for (; pa < stop; pa++)
			h = (h ^ *p++) * 0x100000001b3ULL;
		local_irq_restore(flags);
	}
	return h;
}

static bool sums_up(const struct boot_module *m, u64 *hash)
{
	u8 head[MODULE_HEADER];
	unsigned long flags;
	u64 sum;

	local_irq_save(flags);
	memcpy(head, paging_window(m->start & PAGE_MASK), sizeof(head));
	local_irq_restore(flags);
	memcpy(&sum, head + 8, sizeof(sum));
	*hash = hash_of(m->start + MODULE_HEADER, m->end);
	return memcmp(head, MODULE_MAGIC, 8) || *hash == sum;
}

/* Write to every page that can be had, all at once. */
static unsigned long fill_memory(void)
{
	struct page *page, *list = NULL;
	unsigned long n = 0;
	void *va;

	while ((page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 4)) != NULL) {
		va = page_address(page);
		memset(va, 0xa5, PAGE_SIZE << 4);
		*(struct page **)va = list;
		list = page;
		n += 1 << 4;
	}
	while ((page = list) != NULL) {
		list = *(struct page **)page_address(page);
		__free_pages(page, 4);
	}
	return n;
}

static void modules_survive_until_memory_is_full(struct kunit *test)
{
	u64 before[BOOT_MAX_MODULES], after;
	u32 i;

	if (!boot_info.nr_modules)
		kunit_skip(test, "no module was given");
	for (i = 0; i < boot_info.nr_modules; i++)
		KUNIT_EXPECT_TRUE(test, sums_up(&boot_info.module[i], &before[i]));
	KUNIT_EXPECT_GT(test, fill_memory(), 256UL);
	for (i = 0; i < boot_info.nr_modules; i++) {
		KUNIT_EXPECT_TRUE(test, sums_up(&boot_info.module[i], &after));
		KUNIT_EXPECT_EQ(test, after, before[i]);
	}
}

static void a_framebuffer_is_no_ram(struct kunit *test)
{
	const struct boot_framebuffer *fb = &boot_info.fb;

	if (!fb->addr)
		kunit_skip(test, "no framebuffer, and no text screen, was named");
	KUNIT_EXPECT_FALSE(test, in_ram(fb->addr, fb->addr + 1));
	KUNIT_EXPECT_GE(test, fb->pitch, fb->width * (fb->bpp / 8));
}

static int leaves_all_off(void)
{
	preempt_disable();
	local_irq_disable();
	return -3;
}

static void an_initcall_leaves_nothing_off(struct kunit *test)
{
	static struct report r;
	int err;

	report_begin(&r);
	err = do_one_initcall(leaves_all_off);
	report_end(&r);
	KUNIT_EXPECT_EQ(test, err, -3);
	EXPECT_REPORT(test, &r, "initcall leaves_all_off+0x0/");
	EXPECT_REPORT(test, &r, " returned with preemption imbalance disabled interrupts \n");
	KUNIT_EXPECT_EQ(test, r.warns, 1);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

static struct kunit_case boot_cases[] = {
	KUNIT_CASE(came_through_a_known_door),
	KUNIT_CASE(was_told_of_the_memory_it_runs_in),
	KUNIT_CASE(modules_are_in_ram_and_reserved),
	KUNIT_CASE(modules_survive_until_memory_is_full),
	KUNIT_CASE(a_framebuffer_is_no_ram),
	KUNIT_CASE(an_initcall_leaves_nothing_off),
	{}
};

static struct kunit_suite boot_suite = {
	.name = "boot",
	.test_cases = boot_cases,
};
kunit_test_suite(boot_suite);
