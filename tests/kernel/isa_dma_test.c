/* SPDX-License-Identifier: MIT */
/*
 * isa_dma_test.c - the probe, on model machines that have what and how much one wants,
 * and on this one
 */
#include <kunit/test.h>
#include <linux/isa_dma.h>
#include <linux/memblock.h>
#include <linux/printk.h>
#include <linux/sizes.h>

/* A model of what lies at the ports. */
struct isa_model {
	bool primary, secondary, latches;
	u16  reg[2][16];	/* address and count registers, as the chips have them */
	bool high[2];		/* the flip-flop: next access is the high byte */
	u8   latch[16];
	unsigned int nr_forbidden;	/* writes that could start or stop a transfer */
	u8   stuck;		/* what absent hardware reads as */
	bool no_flip_flop;	/* plain 8-bit registers: something else lives there */
};

/* Which chip and register?  -1: none. */
static int decode(u16 port, unsigned int *reg)
{
	if (port < 0x10) {
		*reg = port;
		return 0;
	}
	if (port >= 0xc0 && port < 0xe0) {
		*reg = (port - 0xc0) / 2;
		return 1;
	}
	return -1;
}

static bool present(const struct isa_model *m, int chip)
{
	return chip ? m->secondary : m->primary;
}

static u8 model_in(void *ctx, u16 port)
{
	struct isa_model *m = ctx;
	unsigned int reg;
	const int chip = decode(port, &reg);
	u8 val;

	if (port >= 0x80 && port < 0x90)
		return m->latches ? m->latch[port - 0x80] : m->stuck;
	if (chip < 0 || !present(m, chip) || reg >= 8)
		return m->stuck;
	if (m->no_flip_flop)
		return (u8)m->reg[chip][reg];
	val = (u8)(m->high[chip] ? m->reg[chip][reg] >> 8 : m->reg[chip][reg]);
	m->high[chip] = !m->high[chip];
	return val;
}

static void model_out(void *ctx, u16 port, u8 val)
{
	struct isa_model *m = ctx;
	unsigned int reg;
	const int chip = decode(port, &reg);
	u16 *r;

	if (port >= 0x80 && port < 0x90) {
		m->nr_forbidden += port == 0x80;	/* the POST code display */
		m->latch[port - 0x80] = val;
		return;
	}
	if (chip < 0) {
		m->nr_forbidden++;
		return;
	}
	if (reg == 12) {
		m->high[chip] = false;
		return;
	}
	if (reg >= 8) {		/* command, request, mask, mode, master clear */
		m->nr_forbidden++;
		return;
	}
	r = &m->reg[chip][reg];
	if (m->no_flip_flop)
		*r = val;
	else if (m->high[chip])
		*r = (u16)((*r & 0x00ff) | val << 8);
	else
		*r = (u16)((*r & 0xff00) | val);
	m->high[chip] = !m->high[chip];
}

static struct isa_dma_info probe(struct kunit *test, struct isa_model *m)
{
	const struct isa_dma_ports ports = { model_in, model_out, m };
	struct isa_model before;
	struct isa_dma_info info;
	unsigned int i, j;

	for (i = 0; i < 2; i++)
		for (j = 0; j < 8; j++)
			m->reg[i][j] = (u16)(m->no_flip_flop ? i * 8 + j : 0x1234 * (i + 1) + j);
	for (i = 0; i < 16; i++)
		m->latch[i] = (u8)(i * 17);
	before = *m;
	isa_dma_probe_ports(&ports, &info);
	KUNIT_EXPECT_EQ(test, m->nr_forbidden, 0u);
	if (m->primary && !m->no_flip_flop)
		KUNIT_EXPECT_MEMEQ(test, m->reg[0], before.reg[0], sizeof(m->reg[0]));
	if (m->secondary)
		KUNIT_EXPECT_MEMEQ(test, m->reg[1], before.reg[1], sizeof(m->reg[1]));
	if (m->latches)
		KUNIT_EXPECT_MEMEQ(test, m->latch, before.latch, sizeof(m->latch));
	return info;
}

static void probe_at(struct kunit *test)
{
	struct isa_model m = { .primary = true, .secondary = true, .latches = true, .stuck = 0xff };
	const struct isa_dma_info info = probe(test, &m);

	KUNIT_EXPECT_TRUE(test, info.primary && info.secondary && info.page_registers);
	KUNIT_EXPECT_EQ(test, info.channels, (u8)0xef);
}

/* The first PC had one chip. */
static void probe_one_chip(struct kunit *test)
{
	struct isa_model m = { .primary = true, .latches = true, .stuck = 0xff };
	const struct isa_dma_info info = probe(test, &m);

	KUNIT_EXPECT_TRUE(test, info.primary && !info.secondary);
	KUNIT_EXPECT_EQ(test, info.channels, (u8)0x0f);
}

/* Without address lines 16..23 there is nothing to be done with it. */
static void probe_no_latches(struct kunit *test)
{
	struct isa_model m = { .primary = true, .secondary = true, .stuck = 0xff };
	const struct isa_dma_info info = probe(test, &m);

	KUNIT_EXPECT_TRUE(test, info.primary && !info.page_registers);
	KUNIT_EXPECT_EQ(test, info.channels, (u8)0);
}

/* The second chip alone has no use: channel 4 is the way to the first, but not back. */
static void probe_second_only(struct kunit *test)
{
	struct isa_model m = { .secondary = true, .latches = true, .stuck = 0xff };
	const struct isa_dma_info info = probe(test, &m);

	KUNIT_EXPECT_EQ(test, info.channels, (u8)0);
}

static void probe_nothing(struct kunit *test)
{
	static const u8 stuck[] = { 0xff, 0x00, 0x5a, 0xa5 };
	unsigned int i;

	for (i = 0; i < sizeof(stuck); i++) {
		struct isa_model m = { .stuck = stuck[i] };
		const struct isa_dma_info info = probe(test, &m);

		KUNIT_EXPECT_FALSE(test, info.primary || info.secondary || info.page_registers);
		KUNIT_EXPECT_EQ(test, info.channels, (u8)0);
	}
}

/* Registers that keep bytes, but are no 8237: there is no flip-flop behind them. */
static void probe_impostor(struct kunit *test)
{
	struct isa_model m = { .primary = true, .latches = true, .no_flip_flop = true };

	KUNIT_EXPECT_FALSE(test, probe(test, &m).primary);
}

/* ---- the zone -------------------------------------------------------------------- */

static struct memblock blk;

static void size_zone(struct kunit *test)
{
	struct isa_dma_info info = { 0 };

	memblock_init_in(&blk, NULL);
	isa_dma_size_zone(&info, &blk);
	KUNIT_EXPECT_EQ(test, info.zone_bytes, 0ULL);
	memblock_add_in(&blk, SZ_32M, SZ_32M, NUMA_NO_NODE, 0);
	isa_dma_size_zone(&info, &blk);
	KUNIT_EXPECT_EQ(test, info.zone_bytes, 0ULL);
	KUNIT_EXPECT_EQ(test, info.zone_start, info.zone_end);
	memblock_add_in(&blk, SZ_4K, SZ_512K, NUMA_NO_NODE, 0);
	memblock_add_in(&blk, SZ_8M, SZ_32M - SZ_8M, NUMA_NO_NODE, 0);
	isa_dma_size_zone(&info, &blk);
	KUNIT_EXPECT_EQ(test, info.zone_start, (phys_addr_t)SZ_4K);
	KUNIT_EXPECT_EQ(test, info.zone_end, (phys_addr_t)SZ_16M);
	KUNIT_EXPECT_EQ(test, info.zone_bytes, (u64)SZ_512K + SZ_8M);
}

/* ---- this machine ---------------------------------------------------------------- */

/* Probing again finds the same; the zone agrees with the allocator's. */
static void this_machine(struct kunit *test)
{
	const struct isa_dma_info first = isa_dma_info;
	char log[256] = "";
	phys_addr_t start, end;
	u64 idx, bytes = 0;

	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_PTR_EQ(test, isa_dma_probe(), (const struct isa_dma_info *)&isa_dma_info);
	printk_capture_stop();
	KUNIT_EXPECT_MEMEQ(test, &first, &isa_dma_info, sizeof(first));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "ISA DMA: "));
	for_each_mem_range(idx, &start, &end)
		if (start < ISA_DMA_LIMIT)
			bytes += (end < ISA_DMA_LIMIT ? end : ISA_DMA_LIMIT) - start;
	KUNIT_EXPECT_EQ(test, isa_dma_info.zone_bytes, bytes);
	kunit_info(test, "%s", isa_dma_info.channels ? "controller found" : "no controller");
}

/* The chips themselves: what a channel was told is what it has, and nothing has moved. */
static void channels_read_back(struct kunit *test)
{
	static const u8 chans[] = { 1, 3, 5, 7 };
	unsigned long flags;
	unsigned int i;

	if (!isa_dma_info.channels)
		kunit_skip(test, "no controller");
	for (i = 0; i < ARRAY_SIZE(chans); i++) {
		if (request_dma(chans[i], "test"))
			continue;
		KUNIT_EXPECT_EQ(test, isa_dma_program(chans[i], DMA_MODE_READ, 0x20000, 0x234), 0);
		flags = claim_dma_lock();
		KUNIT_EXPECT_EQ(test, get_dma_residue(chans[i]), 0x234);
		set_dma_count(chans[i], 2);
		KUNIT_EXPECT_EQ(test, get_dma_residue(chans[i]), 2);
		release_dma_lock(flags);
		free_dma(chans[i]);
	}
}

static struct kunit_case isa_dma_cases[] = {
	KUNIT_CASE(probe_at), KUNIT_CASE(probe_one_chip), KUNIT_CASE(probe_no_latches),
	KUNIT_CASE(probe_second_only), KUNIT_CASE(probe_nothing), KUNIT_CASE(probe_impostor),
	KUNIT_CASE(size_zone), KUNIT_CASE(this_machine),
	KUNIT_CASE(channels_read_back),
	{}
};

static struct kunit_suite isa_dma_suite = {
	.name = "isa_dma",
	.test_cases = isa_dma_cases,
};
kunit_test_suite(isa_dma_suite);
