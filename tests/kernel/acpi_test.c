/* SPDX-License-Identifier: MIT */
/*
 * From a root pointer to the MADT, over tables that lie.  Each lie ends in one line of the log
 * and no MADT, so that the PICs serve, or in another table that says the same.  The tables are
 * built in one page of RAM.
 */
#include <asm/madt.h>
#include <asm/page.h>
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/memblock.h>
#include <linux/printk.h>

#define RSDT_AT		0x100
#define XSDT_AT		0x200
#define MADT_AT		0x300
#define MADT_BYTES	(44 + 12)

static u8 *page;
static u8 rsdp[RSDP_V2_BYTES];
static char log[512];

static void put_number(u8 *at, u64 value, unsigned int bytes)
{
	for (; bytes--; value >>= 8)
		*at++ = (u8)value;
}

static void put_header(unsigned int at, const char *signature, u32 bytes)
{
	memset(page + at, 0, 36);
	memcpy(page + at, signature, 4);
	put_number(page + at + 4, bytes, 4);
}

static void put_checksum(unsigned int at, unsigned int bytes)
{
	u8 sum = 0;
	unsigned int i;

	page[at + 9] = 0;
	for (i = 0; i < bytes; i++)
		sum = (u8)(sum + page[at + i]);
	page[at + 9] = (u8)-sum;
}

/* Into the root pointer, whose second checksum, at 32, is over all of it. */
static void put_roots(u64 rsdt, u64 xsdt)
{
	u8 sum = 0;
	unsigned int i;

	put_number(rsdp + 16, rsdt, 4);
	put_number(rsdp + 24, xsdt, 8);
	rsdp[32] = 0;
	for (i = 0; i < RSDP_V2_BYTES; i++)
		sum = (u8)(sum + rsdp[i]);
	rsdp[32] = (u8)-sum;
}

/* An RSDT and an XSDT that name one MADT with one IO-APIC; the root pointer is version 2. */
static int build_tables(struct kunit *test)
{
	static const u8 io[] = { 1, 12, 7, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0 };
	u64 pa;

	page = (u8 *)get_zeroed_page(GFP_KERNEL | GFP_DMA32);
	if (!page)
		return -ENOMEM;
	pa = __pa(page);
	put_header(MADT_AT, "APIC", MADT_BYTES);
	put_number(page + MADT_AT + 36, 0xfee00000, 4);
	memcpy(page + MADT_AT + 44, io, sizeof(io));
	put_checksum(MADT_AT, MADT_BYTES);
	put_header(RSDT_AT, "RSDT", 36 + 4);
	put_number(page + RSDT_AT + 36, pa + MADT_AT, 4);
	put_checksum(RSDT_AT, 36 + 4);
	put_header(XSDT_AT, "XSDT", 36 + 8);
	put_number(page + XSDT_AT + 36, pa + MADT_AT, 8);
	put_checksum(XSDT_AT, 36 + 8);
	memset(rsdp, 0, sizeof(rsdp));
	rsdp[15] = 2;
	put_number(rsdp + 20, RSDP_V2_BYTES, 4);
	put_roots(pa + RSDT_AT, pa + XSDT_AT);
	return 0;
}

static void drop_tables(struct kunit *test)
{
	free_page((unsigned long)page);
}

static bool found(void)
{
	static struct madt_info info;
	bool ok;

	memset(&info, 0x5a, sizeof(info));
	printk_capture_start(log, sizeof(log));
	ok = acpi_read_madt_from(rsdp, &info);
	printk_capture_stop();
	return ok || info.nr_ioapics || info.lapic_paddr;
}

static bool one_line(const char *says)
{
	const char *end = strchr(log, '\n');

	return end && !end[1] && strstr(log, says);
}

static void good_tables_are_read(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, found());
	KUNIT_EXPECT_STREQ(test, log, "");
	rsdp[15] = 0;				/* version 1: the RSDT */
	KUNIT_EXPECT_TRUE(test, found());
}

static const u64 wild[] = { 1, 0xfff, 0xffffffff, 0xfffffffffffULL, 1ULL << 52,
			    0xffffffffffffffdcULL, ~0ULL };

/* The other root says the same. */
static void lying_xsdt_is_not_followed(struct kunit *test)
{
	static const u32 length[] = { 0, 1, 35, 36, 43, 45, 36 + 129 * 8, 0x7fffffff, 0xffffffff };
	const u64 pa = __pa(page);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		put_roots(pa + RSDT_AT, wild[i]);
		KUNIT_EXPECT_TRUE(test, found());
		KUNIT_EXPECT_TRUE(test, one_line("ACPI: XSDT at"));
	}
	put_roots(pa + RSDT_AT, pa + XSDT_AT);
	for (i = 0; i < ARRAY_SIZE(length); i++) {
		put_number(page + XSDT_AT + 4, length[i], 4);
		KUNIT_EXPECT_TRUE(test, found());
		KUNIT_EXPECT_TRUE(test, one_line("is malformed, ignored"));
	}
	put_number(page + XSDT_AT + 4, 36 + 8, 4);
	page[XSDT_AT + 36]++;			/* against its checksum */
	KUNIT_EXPECT_TRUE(test, found());
	KUNIT_EXPECT_TRUE(test, one_line("ACPI: XSDT at"));
	put_roots(pa + RSDT_AT, pa + RSDT_AT);	/* the wrong one of the two */
	KUNIT_EXPECT_TRUE(test, found());
	KUNIT_EXPECT_TRUE(test, one_line("ACPI: XSDT at"));
}

/* A root pointer whose second part is not sound is one of version 1. */
static void second_part_of_the_root_pointer_is_checked(struct kunit *test)
{
	const u64 pa = __pa(page);

	put_roots(pa + RSDT_AT, 1);
	rsdp[32]++;
	KUNIT_EXPECT_TRUE(test, found());
	KUNIT_EXPECT_STREQ(test, log, "");
	put_number(rsdp + 20, RSDP_V2_BYTES + 4, 4);
	put_roots(pa + RSDT_AT, 1);
	KUNIT_EXPECT_TRUE(test, found());
	KUNIT_EXPECT_STREQ(test, log, "");
}

static void lying_rsdt_leads_nowhere(struct kunit *test)
{
	unsigned int i;

	rsdp[15] = 0;
	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		put_roots(wild[i], 0);
		KUNIT_EXPECT_FALSE(test, found());
		KUNIT_EXPECT_TRUE(test, one_line("ACPI: RSDT at"));
	}
	put_roots(__pa(page) + RSDT_AT, 0);
	page[RSDT_AT + 9]++;
	KUNIT_EXPECT_FALSE(test, found());
	KUNIT_EXPECT_TRUE(test, one_line("ACPI: RSDT at"));
}

/* Sound roots whose pointers are not: at nothing, at themselves, across the end of memory. */
static void pointers_to_anything_are_survived(struct kunit *test)
{
	const u64 end = memblock_end_of_DRAM();
	const u64 to[] = { 0, 1, __pa(page) + XSDT_AT, end - 1, end - 4, end - 40, ~0ULL,
			   1ULL << 46 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(to); i++) {
		put_number(page + XSDT_AT + 36, to[i], 8);
		put_checksum(XSDT_AT, 36 + 8);
		KUNIT_EXPECT_FALSE(test, found());
		KUNIT_EXPECT_TRUE(test, one_line("ACPI: no MADT"));
	}
	put_number(page + XSDT_AT + 4, 36, 4);	/* none at all */
	put_checksum(XSDT_AT, 36);
	KUNIT_EXPECT_FALSE(test, found());
	KUNIT_EXPECT_TRUE(test, one_line("ACPI: no MADT"));
}

static void malformed_madt_is_named(struct kunit *test)
{
	static const u32 length[] = { 0, 8, 43, MADT_BYTES - 1, 16385, 0x7fffffff, 0xffffffff };
	unsigned int i;

	page[MADT_AT + 10] ^= 0x40;
	KUNIT_EXPECT_FALSE(test, found());
	KUNIT_EXPECT_TRUE(test, one_line("is malformed"));
	page[MADT_AT + 10] ^= 0x40;
	for (i = 0; i < ARRAY_SIZE(length); i++) {
		put_number(page + MADT_AT + 4, length[i], 4);
		KUNIT_EXPECT_FALSE(test, found());
		KUNIT_EXPECT_TRUE(test, one_line("is malformed"));
	}
}

/* Its registers must be one page, and there must be an address at all. */
static void io_apic_at_an_impossible_address_is_dropped(struct kunit *test)
{
	static const u32 paddr[] = { 0, 1, 0xfec00008, 0xfec00ff8, 0xffffffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(paddr); i++) {
		static struct madt_info info;

		put_number(page + MADT_AT + 44 + 4, paddr[i], 4);
		put_checksum(MADT_AT, MADT_BYTES);
		printk_capture_start(log, sizeof(log));
		KUNIT_EXPECT_TRUE(test, acpi_read_madt_from(rsdp, &info));
		printk_capture_stop();
		KUNIT_EXPECT_EQ(test, info.nr_ioapics, 0);
		KUNIT_EXPECT_TRUE(test, one_line("1 entries ignored"));
	}
}

/* One line, and nobody that it names may be started. */
static void truncated_madt_means_one_cpu(struct kunit *test)
{
	static struct madt_info info;

	page[MADT_AT + 44 + 1] = 13;		/* its one entry is longer than it */
	put_checksum(MADT_AT, MADT_BYTES);
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_TRUE(test, acpi_read_madt_from(rsdp, &info));
	printk_capture_stop();
	KUNIT_EXPECT_TRUE(test, info.truncated);
	KUNIT_EXPECT_TRUE(test, one_line("one CPU is used"));
}

static struct kunit_case acpi_cases[] = {
	KUNIT_CASE(good_tables_are_read),
	KUNIT_CASE(lying_xsdt_is_not_followed),
	KUNIT_CASE(second_part_of_the_root_pointer_is_checked),
	KUNIT_CASE(lying_rsdt_leads_nowhere),
	KUNIT_CASE(pointers_to_anything_are_survived),
	KUNIT_CASE(malformed_madt_is_named),
	KUNIT_CASE(io_apic_at_an_impossible_address_is_dropped),
	KUNIT_CASE(truncated_madt_means_one_cpu),
	{}
};

static struct kunit_suite acpi_suite = {
	.name = "acpi",
	.init = build_tables,
	.exit = drop_tables,
	.test_cases = acpi_cases,
};
kunit_test_suite(acpi_suite);
