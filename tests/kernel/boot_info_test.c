/* SPDX-License-Identifier: MIT */
/* boot_info_test.c - what loaders tell, told well and badly (boot/multiboot2.c, pvh.c) */
#include <kunit/test.h>
#include <linux/boot_parse.h>

#define BLOCK_BYTES	32768

static u8 block[BLOCK_BYTES] __aligned(8);
static u32 block_len;
static struct boot_info bi, other;

/* ---- a multiboot2 block, tag by tag ---------------------------------------------- */

static void block_start(void)
{
	memset(block, 0, sizeof(block));
	block_len = 8;
}

static void put(const void *data, u32 bytes)
{
	memcpy(block + block_len, data, bytes);
	block_len += bytes;
}

static void put_u32(u32 v)
{
	put(&v, 4);
}

static void put_u64(u64 v)
{
	put(&v, 8);
}

static void tag_start(u32 type, u32 body_bytes)
{
	block_len = (block_len + 7) & ~7U;
	put_u32(type);
	put_u32(8 + body_bytes);
}

static void tag(u32 type, const void *body, u32 bytes)
{
	tag_start(type, bytes);
	put(body, bytes);
}

static void map_start(u32 nr, u32 entry_size)
{
	tag_start(6, 8 + nr * entry_size);
	put_u32(entry_size);
	put_u32(0);
}

static void map_entry(u64 base, u64 size, u32 type)
{
	put_u64(base);
	put_u64(size);
	put_u32(type);
	put_u32(0);
}

static void framebuffer(u64 addr, u32 pitch, u32 width, u32 height, u8 bpp)
{
	const u8 tail[10] = { bpp, 1, 0, 0, 16, 8, 8, 8, 0, 8 };

	tag_start(8, 30);
	put_u64(addr);
	put_u32(pitch);
	put_u32(width);
	put_u32(height);
	put(tail, sizeof(tail));
}

static void block_end(void)
{
	tag_start(0, 0);
	memcpy(block, &block_len, 4);
}

static int parse(void)
{
	memset(&bi, 0, sizeof(bi));
	return multiboot2_parse(block, block_len, &bi);
}

static void good_block(void)
{
	const u32 module[2] = { 0x200000, 0x201234 };

	block_start();
	tag(1, "root=ram0 quiet", 16);
	tag(2, "GRUB 2.06", 10);
	tag_start(3, 8 + 5);
	put(module, 8);
	put("disk", 5);
	map_start(3, 24);
	map_entry(0, 0x9fc00, BOOT_RAM);
	map_entry(0x9fc00, 0x60400, BOOT_RESERVED);
	map_entry(0x100000, 0x7f00000, BOOT_RAM);
	framebuffer(0xfd000000, 4096, 1024, 768, 32);
	tag(15, "RSD PTR 0123456789abcdef0123456789ab", 36);
	block_end();
}

static void reads_a_whole_block(struct kunit *test)
{
	good_block();
	KUNIT_ASSERT_EQ(test, parse(), 0);
	KUNIT_EXPECT_STREQ(test, bi.entry, "multiboot2");
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "root=ram0 quiet");
	KUNIT_EXPECT_STREQ(test, bi.loader, "GRUB 2.06");
	KUNIT_ASSERT_EQ(test, bi.nr_modules, 1U);
	KUNIT_EXPECT_EQ(test, bi.module[0].start, 0x200000ULL);
	KUNIT_EXPECT_EQ(test, bi.module[0].end, 0x201234ULL);
	KUNIT_EXPECT_STREQ(test, bi.module[0].name, "disk");
	KUNIT_ASSERT_EQ(test, bi.nr_ranges, 3U);
	KUNIT_EXPECT_EQ(test, bi.range[1].base, 0x9fc00ULL);
	KUNIT_EXPECT_EQ(test, bi.range[1].type, (u32)BOOT_RESERVED);
	KUNIT_EXPECT_EQ(test, bi.range[2].size, 0x7f00000ULL);
	KUNIT_EXPECT_EQ(test, bi.fb.addr, 0xfd000000ULL);
	KUNIT_EXPECT_EQ(test, bi.fb.width, 1024U);
	KUNIT_EXPECT_EQ(test, bi.fb.red_pos, 16);
	KUNIT_EXPECT_MEMEQ(test, bi.rsdp_copy, "RSD PTR ", 8);
	KUNIT_EXPECT_FALSE(test, bi.uefi);
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 0U);
}

/* Cut anywhere: only what is there counts, and what lies behind never shows. */
static void survives_being_cut_anywhere(struct kunit *test)
{
	u32 whole, n;

	good_block();
	whole = block_len;
	for (n = 0; n < whole; n++) {
		good_block();
		memset(block + n, 0x00, 64);
		memset(&bi, 0, sizeof(bi));
		multiboot2_parse(block, n, &bi);
		memset(block + n, 0xff, 64);
		memset(&other, 0, sizeof(other));
		multiboot2_parse(block, n, &other);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(&bi, &other, sizeof(bi)), 0, "cut at %u", n);
		KUNIT_EXPECT_GT(test, bi.nr_complaints, 0U);
	}
}

static void refuses_impossible_sizes(struct kunit *test)
{
	const u32 too_small[] = { 0, 1, 7 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(too_small); i++) {
		good_block();
		memcpy(block, &too_small[i], 4);
		KUNIT_EXPECT_EQ(test, parse(), -EINVAL);
		KUNIT_EXPECT_EQ(test, bi.nr_ranges, 0U);
		KUNIT_EXPECT_EQ(test, bi.nr_complaints, 1U);

		good_block();
		memcpy(block + 12, &too_small[i], 4);	/* the first tag's */
		KUNIT_EXPECT_EQ(test, parse(), 0);
		KUNIT_EXPECT_STREQ(test, bi.cmdline, "");
		KUNIT_EXPECT_EQ(test, bi.nr_complaints, 1U);
	}
}

static void cuts_what_claims_too_much(struct kunit *test)
{
	const u32 huge = 0xfffffff0;

	good_block();
	memcpy(block, &huge, 4);			/* the block's total */
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 3U);
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 1U);

	good_block();
	memcpy(block + 12, &huge, 4);			/* the first tag's */
	KUNIT_EXPECT_EQ(test, parse(), 0);
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "root=ram0 quiet");
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 0U);	/* it swallowed the rest */
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 2U);
}

static void steps_by_the_entry_size_it_is_told(struct kunit *test)
{
	block_start();
	map_start(2, 40);
	map_entry(0x100000, 0x1000, BOOT_RAM);
	put("sixteen bytes...", 16);
	map_entry(0x300000, 0x1000, BOOT_ACPI);
	put("sixteen bytes...", 16);
	block_end();
	parse();
	KUNIT_ASSERT_EQ(test, bi.nr_ranges, 2U);
	KUNIT_EXPECT_EQ(test, bi.range[1].base, 0x300000ULL);
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 0U);

	block_start();
	map_start(2, 0);			/* would never get anywhere */
	map_entry(0x100000, 0x1000, BOOT_RAM);
	block_end();
	parse();
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 0U);
	KUNIT_EXPECT_GT(test, bi.nr_complaints, 0U);
}

static void says_when_the_map_ends_inside_an_entry(struct kunit *test)
{
	block_start();
	tag_start(6, 8 + 24 + 10);
	put_u32(24);
	put_u32(0);
	map_entry(0x100000, 0x1000, BOOT_RAM);
	put("ten bytes.", 10);
	block_end();
	parse();
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 1U);
	KUNIT_EXPECT_STREQ(test, bi.complaint[0], "multiboot2: the map ends inside an entry");
}

static void falls_back_to_the_memory_sizes(struct kunit *test)
{
	const u32 kib[2] = { 640, 15360 };

	block_start();
	tag(4, kib, 8);
	block_end();
	parse();
	KUNIT_ASSERT_EQ(test, bi.nr_ranges, 2U);
	KUNIT_EXPECT_EQ(test, bi.range[0].size, 640ULL << 10);
	KUNIT_EXPECT_EQ(test, bi.range[1].base, 1ULL << 20);
	KUNIT_EXPECT_EQ(test, bi.range[1].size, 15ULL << 20);

	block_start();				/* a map, even a later one, is better */
	tag(4, kib, 8);
	map_start(1, 24);
	map_entry(0x100000, 0x1000, BOOT_RAM);
	block_end();
	parse();
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 1U);
}

static void prefers_the_new_rsdp(struct kunit *test)
{
	block_start();
	tag(15, "NEW PTR 0123456789abcdef0123456789ab", 36);
	tag(14, "OLD PTR 0123456789ab", 20);
	block_end();
	parse();
	KUNIT_EXPECT_MEMEQ(test, bi.rsdp_copy, "NEW", 3);

	block_start();
	tag(14, "OLD PTR 0123456789ab", 20);
	tag(15, "NEW PTR 0123456789abcdef0123456789ab", 36);
	block_end();
	parse();
	KUNIT_EXPECT_MEMEQ(test, bi.rsdp_copy, "NEW", 3);

	block_start();
	tag(14, "too short", 9);
	block_end();
	parse();
	KUNIT_EXPECT_EQ(test, bi.rsdp_copy[0], 0);
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 1U);
}

static void ignores_impossible_framebuffers(struct kunit *test)
{
	static const struct {
		u64 addr;
		u32 pitch, width, height;
		u8 bpp;
	} bad[] = {
		{ 0xfd000000, 4095, 1024, 768, 32 },		/* lines overlap */
		{ 0xfd000000, 4096, 1024, 0, 32 },
		{ 0xfd000000, 4096, 0, 768, 32 },
		{ 0xfd000000, 4096, 1024, 768, 0 },
		{ 0xfd000000, 4096, 1024, 768, 64 },
		{ 0xfd000000, 0xffffffff, 1024, 0xffffffff, 32 },
		{ ~0ULL - 4096, 4096, 1024, 768, 32 },		/* wraps */
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		block_start();
		framebuffer(bad[i].addr, bad[i].pitch, bad[i].width, bad[i].height, bad[i].bpp);
		block_end();
		parse();
		KUNIT_EXPECT_EQ_MSG(test, bi.fb.addr, 0ULL, "framebuffer %u", i);
		KUNIT_EXPECT_EQ(test, bi.nr_complaints, 1U);
	}
}

static void notices_uefi(struct kunit *test)
{
	const u64 system_table = 0x7f000000;

	block_start();
	tag(12, &system_table, 8);
	block_end();
	parse();
	KUNIT_EXPECT_TRUE(test, bi.uefi);
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 0U);
}

/* ---- the record ------------------------------------------------------------------ */

static void clips_ranges_that_wrap(struct kunit *test)
{
	memset(&bi, 0, sizeof(bi));
	boot_info_add_range(&bi, ~0ULL - 0xfff, 0x2000, BOOT_RAM);
	boot_info_add_range(&bi, 0x1000, ~0ULL, BOOT_RESERVED);
	boot_info_add_range(&bi, 0x5000, 0, BOOT_RAM);
	boot_info_add_range(&bi, ~0ULL, 1, BOOT_RAM);	/* nothing is left of it */
	KUNIT_ASSERT_EQ(test, bi.nr_ranges, 2U);
	KUNIT_EXPECT_EQ(test, bi.range[0].base + bi.range[0].size, ~0ULL);
	KUNIT_EXPECT_EQ(test, bi.range[1].base + bi.range[1].size, ~0ULL);
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 5U);
	KUNIT_EXPECT_STREQ(test, bi.complaint[2], "map: empty entry at 0x5000");
}

static void joins_what_continues(struct kunit *test)
{
	memset(&bi, 0, sizeof(bi));
	boot_info_add_range(&bi, 0x1000, 0x1000, BOOT_RAM);
	boot_info_add_range(&bi, 0x2000, 0x1000, BOOT_RAM);
	boot_info_add_range(&bi, 0x3000, 0x1000, BOOT_RESERVED);
	KUNIT_ASSERT_EQ(test, bi.nr_ranges, 2U);
	KUNIT_EXPECT_EQ(test, bi.range[0].size, 0x2000ULL);
}

/* A hole that is forgotten is a crash, memory that is forgotten is a loss. */
static void a_full_table_forgets_memory_not_holes(struct kunit *test)
{
	u64 i, ram = 0;

	memset(&bi, 0, sizeof(bi));
	for (i = 0; i < BOOT_MAX_RANGES + 10; i++)
		boot_info_add_range(&bi, i << 32, 0x1000 * (i + 1), BOOT_RAM);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, (u32)BOOT_MAX_RANGES);
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 10U);

	for (i = 0; i < BOOT_MAX_RANGES; i++)
		boot_info_add_range(&bi, (i << 32) + 0x1000, 0x1000, BOOT_RESERVED);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, (u32)BOOT_MAX_RANGES);
	for (i = 0; i < bi.nr_ranges; i++)
		ram += bi.range[i].type == BOOT_RAM;
	KUNIT_EXPECT_EQ(test, ram, 0ULL);

	boot_info_add_range(&bi, 0x100000, 0x1000, BOOT_RESERVED);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, (u32)BOOT_MAX_RANGES);
}

static void reserves_modules_it_cannot_name(struct kunit *test)
{
	u64 i;

	memset(&bi, 0, sizeof(bi));
	for (i = 0; i < BOOT_MAX_MODULES + 1; i++)
		boot_info_add_module(&bi, 0x1000000 + i * 0x2000, 0x1001000 + i * 0x2000, "m", 2);
	boot_info_add_module(&bi, 0x2000, 0x2000, "empty", 6);
	boot_info_add_module(&bi, 0x2000, 0x1000, "backwards", 10);
	KUNIT_EXPECT_EQ(test, bi.nr_modules, (u32)BOOT_MAX_MODULES);
	KUNIT_ASSERT_EQ(test, bi.nr_ranges, 1U);
	KUNIT_EXPECT_EQ(test, bi.range[0].base, 0x1000000ULL + BOOT_MAX_MODULES * 0x2000);
	KUNIT_EXPECT_EQ(test, bi.range[0].type, (u32)BOOT_RESERVED);
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 3U);
}

static void cuts_long_texts(struct kunit *test)
{
	block_start();
	memset(block + 4096, 'x', 3000);
	tag(1, block + 4096, 3000);
	tag(2, block + 4096, 100);
	block_end();
	parse();
	KUNIT_EXPECT_EQ(test, strlen(bi.cmdline), sizeof(bi.cmdline) - 1);
	KUNIT_EXPECT_EQ(test, strlen(bi.loader), sizeof(bi.loader) - 1);
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 1U);
}

static void counts_complaints_it_has_no_room_for(struct kunit *test)
{
	u32 i;

	memset(&bi, 0, sizeof(bi));
	for (i = 0; i < 100; i++)
		boot_info_complain(&bi, "%0100u", i);
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 100U);
	KUNIT_EXPECT_EQ(test, strlen(bi.complaint[7]), sizeof(bi.complaint[7]) - 1);
}

/* ---- PVH ------------------------------------------------------------------------- */

/* Physical memory as the reader shows it: the block, from address 0x1000 on. */
#define PVH_BASE	0x1000ULL

static size_t block_read(const struct boot_reader *r, u64 paddr, void *buf, size_t bytes)
{
	if (paddr < PVH_BASE || paddr - PVH_BASE >= block_len)
		return 0;
	if (bytes > block_len - (paddr - PVH_BASE))
		bytes = block_len - (paddr - PVH_BASE);
	memcpy(buf, block + (paddr - PVH_BASE), bytes);
	return bytes;
}

static const struct boot_reader block_reader = { block_read };

struct pvh_args {
	u32 magic, version, nr_modules, nr_memmap;
	u64 modules, cmdline, memmap;
};

/* Start info at 0x1000, map at 0x1100, module at 0x1200, texts at 0x1300. */
static const struct pvh_args good_pvh = {
	PVH_START_MAGIC, 1, 1, 2, PVH_BASE + 0x200, PVH_BASE + 0x300, PVH_BASE + 0x100,
};

static int parse_pvh(const struct pvh_args *a)
{
	block_start();
	block_len = 0;
	put_u32(a->magic);
	put_u32(a->version);
	put_u32(0);
	put_u32(a->nr_modules);
	put_u64(a->modules);
	put_u64(a->cmdline);
	put_u64(0xf0000);
	put_u64(a->memmap);
	put_u32(a->nr_memmap);
	block_len = 0x100;
	map_entry(0, 0xa0000, BOOT_RAM);
	map_entry(0x100000, 0x3f00000, BOOT_RAM);
	block_len = 0x200;
	put_u64(0x800000);
	put_u64(0x1000);
	put_u64(PVH_BASE + 0x310);
	block_len = 0x300;
	put("console=ttyS0\0\0\0initrd", 23);
	memset(&bi, 0, sizeof(bi));
	return pvh_parse(&block_reader, PVH_BASE, &bi);
}

static void pvh_reads_a_whole_block(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, parse_pvh(&good_pvh), 0);
	KUNIT_EXPECT_STREQ(test, bi.entry, "pvh");
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "console=ttyS0");
	KUNIT_ASSERT_EQ(test, bi.nr_ranges, 2U);
	KUNIT_EXPECT_EQ(test, bi.range[1].size, 0x3f00000ULL);
	KUNIT_ASSERT_EQ(test, bi.nr_modules, 1U);
	KUNIT_EXPECT_EQ(test, bi.module[0].end, 0x801000ULL);
	KUNIT_EXPECT_STREQ(test, bi.module[0].name, "initrd");
	KUNIT_EXPECT_EQ(test, bi.rsdp, 0xf0000ULL);
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 0U);
}

static void pvh_refuses_what_has_no_map(struct kunit *test)
{
	struct pvh_args a = good_pvh;

	a.magic++;
	KUNIT_EXPECT_EQ(test, parse_pvh(&a), -EINVAL);
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 1U);
	a = good_pvh;
	a.version = 0;
	KUNIT_EXPECT_EQ(test, parse_pvh(&a), -EINVAL);
	KUNIT_EXPECT_EQ(test, bi.nr_ranges, 0U);
	KUNIT_EXPECT_STREQ(test, bi.cmdline, "console=ttyS0");
	KUNIT_EXPECT_EQ(test, bi.nr_complaints, 1U);
	memset(&bi, 0, sizeof(bi));
	KUNIT_EXPECT_EQ(test, pvh_parse(&block_reader, 0, &bi), -EINVAL);
	KUNIT_EXPECT_EQ(test, pvh_parse(&block_reader, ~0ULL, &bi), -EINVAL);
}

static void pvh_survives_wild_pointers(struct kunit *test)
{
	static const u64 wild[] = {
		0, PVH_BASE + 0x310, 0xfffff000, ~0ULL, ~0ULL - 30, 1ULL << 63,
	};
	struct pvh_args a;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		a = good_pvh;
		a.modules = wild[i];
		a.memmap = wild[i];
		a.cmdline = wild[i];
		KUNIT_EXPECT_EQ(test, parse_pvh(&a), 0);
		KUNIT_EXPECT_EQ(test, bi.nr_ranges, 0U);
		KUNIT_EXPECT_EQ(test, bi.nr_modules, 0U);
		KUNIT_EXPECT_GT(test, bi.nr_complaints, 1U);
	}
}

static void pvh_survives_wild_counts(struct kunit *test)
{
	struct pvh_args a = good_pvh;

	a.nr_memmap = ~0U;
	a.nr_modules = ~0U;
	KUNIT_EXPECT_EQ(test, parse_pvh(&a), 0);
	KUNIT_EXPECT_GE(test, bi.nr_ranges, 2U);
	KUNIT_EXPECT_LE(test, bi.nr_ranges, (u32)BOOT_MAX_RANGES);
	KUNIT_EXPECT_GE(test, bi.nr_complaints, 4U);
}

static struct kunit_case boot_info_cases[] = {
	KUNIT_CASE(reads_a_whole_block),
	KUNIT_CASE(survives_being_cut_anywhere),
	KUNIT_CASE(refuses_impossible_sizes),
	KUNIT_CASE(cuts_what_claims_too_much),
	KUNIT_CASE(steps_by_the_entry_size_it_is_told),
	KUNIT_CASE(says_when_the_map_ends_inside_an_entry),
	KUNIT_CASE(falls_back_to_the_memory_sizes),
	KUNIT_CASE(prefers_the_new_rsdp),
	KUNIT_CASE(ignores_impossible_framebuffers),
	KUNIT_CASE(notices_uefi),
	KUNIT_CASE(clips_ranges_that_wrap),
	KUNIT_CASE(joins_what_continues),
	KUNIT_CASE(a_full_table_forgets_memory_not_holes),
	KUNIT_CASE(reserves_modules_it_cannot_name),
	KUNIT_CASE(cuts_long_texts),
	KUNIT_CASE(counts_complaints_it_has_no_room_for),
	KUNIT_CASE(pvh_reads_a_whole_block),
	KUNIT_CASE(pvh_refuses_what_has_no_map),
	KUNIT_CASE(pvh_survives_wild_pointers),
	KUNIT_CASE(pvh_survives_wild_counts),
	{}
};

static struct kunit_suite boot_info_suite = {
	.name = "boot_info",
	.test_cases = boot_info_cases,
};
kunit_test_suite(boot_info_suite);
