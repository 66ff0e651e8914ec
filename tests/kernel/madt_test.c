/* SPDX-License-Identifier: MIT */
/*
 * madt_test.c - which CPUs does a table name that may be wrong, or mean harm?
 *
 * Whatever it says, the boot CPU comes first, nobody comes twice, and nobody that an id of
 * 8 bits cannot name; a table that is malformed names nobody.
 */
#include <asm/madt.h>
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/vmalloc.h>

#define BOOT_ID		7
#define MAX_BYTES	4096
#define HEADER_BYTES	44
#define ROUNDS		3000

static u8 bytes[MAX_BYTES], *arena;
static size_t len;
static struct madt_info info;
static u32 ids[MADT_MAX_CPUS];

static void put_u32(size_t at, u32 value)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		bytes[at + i] = (u8)(value >> (8 * i));
}

static void madt_begin(void)
{
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, "APIC", 4);
	put_u32(36, 0xfee00000);
	len = HEADER_BYTES;
}

static int madt_test_init(struct kunit *test)
{
	madt_begin();
	arena = vmalloc(MAX_BYTES);		/* and a page behind it that is not mapped */
	return arena ? 0 : -ENOMEM;
}

static void madt_test_exit(struct kunit *test)
{
	vfree(arena);
}

static void add_cpu(u8 id, u32 flags)
{
	bytes[len] = 0;
	bytes[len + 1] = 8;
	bytes[len + 3] = id;
	put_u32(len + 4, flags);
	len += 8;
}

static void add_x2apic(u32 id, u32 flags)
{
	bytes[len] = 9;
	bytes[len + 1] = 16;
	put_u32(len + 4, id);
	put_u32(len + 8, flags);
	len += 16;
}

static void add_ioapic(u32 paddr, u32 gsi)
{
	bytes[len] = 1;
	bytes[len + 1] = 12;
	put_u32(len + 4, paddr);
	put_u32(len + 8, gsi);
	len += 12;
}

static void seal(void)
{
	u8 sum = 0;
	size_t i;

	put_u32(4, (u32)len);
	bytes[9] = 0;
	for (i = 0; i < len; i++)
		sum = (u8)(sum + bytes[i]);
	bytes[9] = (u8)-sum;
}

/* How many CPUs?  Of a copy that ends where memory does: who reads on, faults. */
static unsigned int list(struct kunit *test)
{
	u8 *copy = arena + MAX_BYTES - len;

	memcpy(copy, bytes, len);
	memset(ids, 0x5a, sizeof(ids));
	ids[0] = BOOT_ID;
	madt_parse(copy, len, &info);
	return madt_list_cpus(&info, ids);
}

static unsigned int sealed(struct kunit *test)
{
	seal();
	return list(test);
}

static void boot_cpu_is_first_wherever_it_is(struct kunit *test)
{
	unsigned int place, i;

	for (place = 0; place < 4; place++) {
		madt_begin();
		for (i = 0; i < 4; i++)
			add_cpu(i == place ? BOOT_ID : (u8)(20 + i), 1);
		KUNIT_EXPECT_EQ(test, sealed(test), 4U);
		KUNIT_EXPECT_EQ(test, ids[0], (u32)BOOT_ID);
		for (i = 1; i < 4; i++)
			KUNIT_EXPECT_EQ(test, ids[i], 20 + (i <= place ? i - 1 : i));
	}
	madt_begin();			/* and even if it is not there at all */
	add_cpu(1, 1);
	KUNIT_EXPECT_EQ(test, sealed(test), 2U);
	KUNIT_EXPECT_EQ(test, ids[1], 1U);
}

static void disabled_and_double_cpus_do_not_count(struct kunit *test)
{
	add_cpu(BOOT_ID, 1);
	add_cpu(1, 0);
	add_cpu(2, 2);				/* "can be enabled": not by us */
	add_cpu(3, 1);
	add_x2apic(3, 1);
	add_cpu(3, 1);
	add_x2apic(4, 1);
	KUNIT_EXPECT_EQ(test, sealed(test), 3U);
	KUNIT_EXPECT_EQ(test, ids[1], 3U);
	KUNIT_EXPECT_EQ(test, ids[2], 4U);
	KUNIT_EXPECT_EQ(test, info.nr_refused, 0U);
}

static void ids_that_need_x2apic_are_refused(struct kunit *test)
{
	add_cpu(BOOT_ID, 1);
	add_cpu(255, 1);			/* everybody */
	add_x2apic(255, 1);
	add_x2apic(256, 1);
	add_x2apic(~0U, 1);
	add_x2apic(254, 1);
	KUNIT_EXPECT_EQ(test, sealed(test), 2U);
	KUNIT_EXPECT_EQ(test, ids[1], 254U);
	KUNIT_EXPECT_EQ(test, info.nr_refused, 4U);
}

static void more_than_we_can_have_are_left_out(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 250; i++)
		add_cpu((u8)(i + 1), 1);
	KUNIT_EXPECT_EQ(test, sealed(test), (unsigned int)MADT_MAX_CPUS);
	KUNIT_EXPECT_EQ(test, info.nr_dropped, 250U - MADT_MAX_CPUS);
}

/* Each twice, and such as cannot be used before them: they take nobody's place. */
static void nobody_takes_another_ones_place(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 100; i++)
		add_x2apic(1000 + i, 1);
	for (i = 0; i < MADT_MAX_CPUS; i++) {
		add_cpu((u8)(BOOT_ID + i), 1);
		add_x2apic(BOOT_ID + i, 1);
	}
	KUNIT_EXPECT_EQ(test, sealed(test), (unsigned int)MADT_MAX_CPUS);
	KUNIT_EXPECT_EQ(test, ids[MADT_MAX_CPUS - 1], BOOT_ID + MADT_MAX_CPUS - 1U);
	KUNIT_EXPECT_EQ(test, info.nr_refused, 100U);
	KUNIT_EXPECT_EQ(test, info.nr_dropped, 0U);
}

static void malformed_table_names_nobody(struct kunit *test)
{
	static const u8 overrun[] = { 0, 1, 9, 255 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(overrun); i++) {
		madt_begin();
		add_cpu(BOOT_ID, 1);
		add_cpu(1, 1);
		add_cpu(2, 1);
		bytes[len - 7] = overrun[i];	/* the length of the last one */
		KUNIT_EXPECT_EQ(test, sealed(test), 1U);
		KUNIT_EXPECT_TRUE(test, info.truncated);
	}
	madt_begin();
	add_cpu(1, 1);
	seal();
	bytes[9]++;
	KUNIT_EXPECT_EQ(test, list(test), 1U);	/* the checksum */
	seal();
	put_u32(4, (u32)len + 1);
	bytes[9]--;
	KUNIT_EXPECT_EQ(test, list(test), 1U);	/* more than there is */
	len = HEADER_BYTES - 1;
	KUNIT_EXPECT_EQ(test, list(test), 1U);
}

/* Its pins would begin again with 0, and take the ISA lines from the one that has them. */
static void io_apic_behind_the_last_number_is_dropped(struct kunit *test)
{
	static const u32 gsi[] = { 0x10000, 0x7fffffff, 0xfffffff0, 0xffffffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gsi); i++) {
		madt_begin();
		add_ioapic(0xfec00000, 0);
		add_ioapic(0xfec10000, gsi[i]);
		KUNIT_EXPECT_EQ(test, sealed(test), 1U);
		KUNIT_EXPECT_EQ(test, info.nr_ioapics, 1U);
		KUNIT_EXPECT_EQ(test, info.nr_dropped, 1U);
	}
}

static void check_list(struct kunit *test, unsigned int nr)
{
	unsigned int i, k;

	KUNIT_ASSERT_GE(test, nr, 1U);
	KUNIT_ASSERT_LE(test, nr, (unsigned int)MADT_MAX_CPUS);
	KUNIT_EXPECT_EQ(test, ids[0], (u32)BOOT_ID);
	for (i = 1; i < nr; i++) {
		KUNIT_EXPECT_LE(test, ids[i], MADT_MAX_APIC_ID);
		for (k = 0; k < i; k++)
			KUNIT_EXPECT_NE(test, ids[i], ids[k]);
	}
}

/* Entries of any type and length, and some bytes that are none at all. */
static void random_tables_do_no_harm(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int i, k, nr;

	prandom_seed_state(&rnd, 20);
	for (i = 0; i < ROUNDS; i++) {
		madt_begin();
		nr = prandom_u32_state(&rnd) % 100;
		for (k = 0; k < nr; k++) {
			const u32 r = prandom_u32_state(&rnd);

			if (r & 1)
				add_cpu((u8)(r >> 8), r >> 16 & 3);
			else
				add_x2apic(r >> 8 & 0x3ff, r >> 20 & 3);
		}
		for (k = prandom_u32_state(&rnd) % 4; k > 0 && len > HEADER_BYTES; k--)
			bytes[HEADER_BYTES + prandom_u32_state(&rnd) % (len - HEADER_BYTES)] =
				(u8)prandom_u32_state(&rnd);
		check_list(test, sealed(test));
	}
}

static struct kunit_case madt_cases[] = {
	KUNIT_CASE(boot_cpu_is_first_wherever_it_is),
	KUNIT_CASE(disabled_and_double_cpus_do_not_count),
	KUNIT_CASE(ids_that_need_x2apic_are_refused),
	KUNIT_CASE(more_than_we_can_have_are_left_out),
	KUNIT_CASE(nobody_takes_another_ones_place),
	KUNIT_CASE(malformed_table_names_nobody),
	KUNIT_CASE(io_apic_behind_the_last_number_is_dropped),
	KUNIT_CASE(random_tables_do_no_harm),
	{}
};

static struct kunit_suite madt_suite = {
	.name = "madt",
	.init = madt_test_init,
	.exit = madt_test_exit,
	.test_cases = madt_cases,
};
kunit_test_suite(madt_suite);
