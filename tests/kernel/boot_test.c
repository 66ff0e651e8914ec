/* SPDX-License-Identifier: MIT */
/* boot_test.c - what this very boot was told, whichever door it came through */
#include <asm/processor.h>
#include <asm/sections.h>
#include <kunit/test.h>
#include <linux/boot_info.h>
#include <linux/memblock.h>

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

static void a_framebuffer_is_no_ram(struct kunit *test)
{
	const struct boot_framebuffer *fb = &boot_info.fb;

	if (!fb->addr)
		kunit_skip(test, "no framebuffer, and no text screen, was named");
	KUNIT_EXPECT_FALSE(test, in_ram(fb->addr, fb->addr + 1));
	KUNIT_EXPECT_GE(test, fb->pitch, fb->width * (fb->bpp / 8));
}

static struct kunit_case boot_cases[] = {
	KUNIT_CASE(came_through_a_known_door),
	KUNIT_CASE(was_told_of_the_memory_it_runs_in),
	KUNIT_CASE(modules_are_in_ram_and_reserved),
	KUNIT_CASE(a_framebuffer_is_no_ram),
	{}
};

static struct kunit_suite boot_suite = {
	.name = "boot",
	.test_cases = boot_cases,
};
kunit_test_suite(boot_suite);
