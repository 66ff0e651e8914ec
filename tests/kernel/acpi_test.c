/* SPDX-License-Identifier: MIT */
/*
 * From a root pointer to the MADT, over tables that lie.  Each lie ends in "no MADT" and
 * one line of the log; then the PICs serve.  The tables are built in one page of RAM.
 */
#include <asm/madt.h>
#include <asm/page.h>
#include <kunit/test.h>
#include <linux/gfp.h>
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
	put_header(XSDT_AT, "XSDT", 36 + 8);
	put_number(page + XSDT_AT + 36, pa + MADT_AT, 8);
	memset(rsdp, 0, sizeof(rsdp));
	rsdp[15] = 2;
	put_number(rsdp + 16, pa + RSDT_AT, 4);
	put_number(rsdp + 24, pa + XSDT_AT, 8);
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

static void lying_roots_lead_nowhere(struct kunit *test)
{
	static const u64 wild[] = { 1, 0xfff, 0xffffffff, 0xfffffffffffULL, 1ULL << 52,
				    0xffffffffffffffdcULL, ~0ULL };
	static const u32 length[] = { 0, 1, 35, 36, 43 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		put_number(rsdp + 24, wild[i], 8);
		KUNIT_EXPECT_FALSE(test, found());
		KUNIT_EXPECT_TRUE(test, one_line("ACPI: no MADT"));
	}
	put_number(rsdp + 24, __pa(page) + XSDT_AT, 8);
	for (i = 0; i < ARRAY_SIZE(length); i++) {
		put_number(page + XSDT_AT + 4, length[i], 4);
		KUNIT_EXPECT_FALSE(test, found());
	}
	put_number(page + XSDT_AT + 4, 0xffffffff, 4);		/* itself, and more */
	put_number(page + XSDT_AT + 36, __pa(page) + XSDT_AT, 8);
	found();
	put_number(page + XSDT_AT + 4, 36 + 8, 4);
	KUNIT_EXPECT_FALSE(test, found());
	KUNIT_EXPECT_TRUE(test, one_line("ACPI: no MADT"));
}

static void malformed_madt_is_named(struct kunit *test)
{
	static const u32 length[] = { 0, 8, 43, MADT_BYTES - 1, 8193, 0x7fffffff, 0xffffffff };
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
	KUNIT_CASE(lying_roots_lead_nowhere),
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
