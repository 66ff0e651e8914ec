/* SPDX-License-Identifier: MIT */
/* zone_fixture.c - see zone_fixture.h */
#include <linux/panic.h>
#include <linux/printk.h>

#include "zone_fixture.h"

#define NR_FIXTURES	4

static struct zone fixture[NR_FIXTURES];

/*
 * Whatever the case left: heads of any owner, or garbage.  Pull each block's pages to
 * PAGES in the books, and make the whole one block again.
 */
static void zone_fixture_end(void *ctx)
{
	struct zone *z = ctx;
	struct page *base = pfn_to_page(z->start_pfn), *page;
	unsigned long nr = z->end_pfn - z->start_pfn, i;
	unsigned int order = __builtin_ctzl(nr), k;
	unsigned long flags;

	local_irq_save(flags);
	for (i = 0; i < nr; i += 1UL << k) {
		page = base + i;
		k = page->order;
		if (page->owner != PAGE_OWNER_FREE && page->owner != PAGE_OWNER_PCP)
			page_hand_over(page, k, page->owner, PAGE_OWNER_FREE, 0);
		page_hand_over(page, k, page->owner, PAGE_OWNER_PAGES, 0);
	}
	for (i = 0; i < nr; i++)
		base[i].meta = 0;
	base->meta = PAGE_META_REF(PAGE_OWNER_PAGES, order, 1);
	local_irq_restore(flags);
	zone_fini_private(z);
	z->name = NULL;
	__free_pages(base, order);
}

/* Below 32 MiB a thread's stack in the middle is enough: it has three such blocks, or two. */
#define SMALL_RAM	8192

void zone_fixture_at(struct kunit *test, struct zone *z, unsigned int order)
{
	struct page *block = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);

	if (!block && totalram_pages() < SMALL_RAM)
		kunit_skip(test, "no block of order %u free in so little RAM", order);
	KUNIT_ASSERT_NOT_NULL(test, block);
	zone_init_private(z, page_to_pfn(block), page_to_pfn(block) + (1UL << order), order);
	zone_give(z, block, order);
	kunit_add_action(test, zone_fixture_end, z);
}

struct zone *zone_fixture(struct kunit *test, unsigned int order)
{
	struct zone *z = fixture;

	while (z < fixture + NR_FIXTURES - 1 && z->name)
		z++;
	KUNIT_ASSERT_NULL(test, z->name);
	zone_fixture_at(test, z, order);
	return z;
}

struct page *zone_take(struct zone *z, unsigned int order)
{
	struct page *page;
	unsigned long flags;

	spin_lock_irqsave(&z->lock, flags);
	page = buddy_alloc(z, order, PAGE_OWNER_PAGES, 1);
	spin_unlock_irqrestore(&z->lock, flags);
	return page;
}

void zone_give(struct zone *z, struct page *page, unsigned int order)
{
	unsigned long flags;

	spin_lock_irqsave(&z->lock, flags);
	buddy_free(z, page, order, PAGE_OWNER_PAGES);
	spin_unlock_irqrestore(&z->lock, flags);
}

void zone_expect_sound(struct kunit *test, struct zone *z)
{
	char msg[128] = "";

	KUNIT_EXPECT_TRUE_MSG(test, buddy_verify(z, msg, sizeof(msg)), "%s", msg);
}

void zone_expect_whole(struct kunit *test, struct zone *z)
{
	zone_expect_sound(test, z);
	KUNIT_EXPECT_EQ(test, z->nr_free, z->end_pfn - z->start_pfn);
	KUNIT_EXPECT_EQ(test, z->free_mask, 1U << z->top_order);
	KUNIT_EXPECT_EQ(test, z->free[z->top_order].nr << z->top_order, z->nr_free);
}

/* ---- reports --------------------------------------------------------------------- */

static char report_text[4096];
static unsigned long report_taint;

static void report_end(void *unused)
{
	printk_capture_stop();
	set_taint_mask(report_taint);
}

void report_start(struct kunit *test)
{
	report_taint = get_taint();
	report_text[0] = '\0';
	printk_capture_start(report_text, sizeof(report_text));
	kunit_add_action(test, report_end, NULL);
}

const char *report_stop(struct kunit *test)
{
	kunit_release_action(test, report_end, NULL);
	return report_text;
}

void expect_bad_page(struct kunit *test, void (*fn)(void *ctx), void *ctx,
		     const char *reason)
{
	unsigned long before = page_bad_count();
	const char *text;
	char msg[128] = "";

	ratelimit_reset(&page_bad_ratelimit);
	report_start(test);
	fn(ctx);
	text = report_stop(test);
	KUNIT_EXPECT_EQ(test, page_bad_count(), before + 1);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "BUG: Bad page state in process "),
				  "report: %s", text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, reason), "no \"%s\" in: %s", reason, text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Call Trace:"));
	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
}
