/* SPDX-License-Identifier: MIT */
/*
 * dma_test.c - programming the 8237s: every register write in its order, on a model; every
 * rule broken once; which buffers are good; and the bounce buffer
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/isa_dma.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

/* ---- a model of the chips -------------------------------------------------------- */

struct model_chip {
	u16  reg[8];
	u8   mode[4];
	u8   mask;
	bool high;
};

static struct {
	struct model_chip chip[2];
	u8   latch[16];
	u32  log[32];			/* port << 8 | value */
	unsigned int nr_log;
} model;

static void chip_out(struct model_chip *c, unsigned int reg, u8 val)
{
	switch (reg) {
	case 0 ... 7:
		c->reg[reg] = (u16)(c->high ? (c->reg[reg] & 0x00ff) | val << 8 :
				    (c->reg[reg] & 0xff00) | val);
		c->high = !c->high;
		break;
	case 10:
		c->mask = (u8)((c->mask & ~(1U << (val & 3))) | ((val >> 2) & 1U) << (val & 3));
		break;
	case 11:
		c->mode[val & 3] = val;
		break;
	case 12:
		c->high = false;
		break;
	}
}

static void model_out(void *ctx, u16 port, u8 val)
{
	if (model.nr_log < ARRAY_SIZE(model.log))
		model.log[model.nr_log++] = (u32)port << 8 | val;
	if (port >= 0x80 && port < 0x90)
		model.latch[port - 0x80] = val;
	else if (port < 0x10)
		chip_out(&model.chip[0], port, val);
	else
		chip_out(&model.chip[1], (port - 0xc0) / 2, val);
}

static u8 model_in(void *ctx, u16 port)
{
	struct model_chip *c = &model.chip[port >= 0xc0];
	const u16 reg = c->reg[(port >= 0xc0 ? port / 2U : port) & 7];
	u8 val = (u8)(c->high ? reg >> 8 : reg);

	c->high = !c->high;
	return val;
}

static const struct isa_dma_ports model_ports = { model_in, model_out, NULL };
static struct isa_dma_plug machine;
static bool machine_bounce;
static char log[2048];

static int dma_setup(struct kunit *test)
{
	memset(&model, 0, sizeof(model));
	memset(model.chip[0].reg, 0xee, sizeof(model.chip[0].reg));
	model.chip[0].mask = model.chip[1].mask = 0x0f;
	machine = isa_dma_plug((struct isa_dma_plug){ &model_ports, 0xef });
	machine_bounce = isa_bounce_switch(true);
	return 0;
}

static void dma_teardown(struct kunit *test)
{
	isa_bounce_switch(machine_bounce);
	isa_dma_plug(machine);
}

static bool masked(unsigned int chan)
{
	return (model.chip[chan > 3].mask >> (chan & 3)) & 1;
}

/* The first @n writes so far were these; forget them. */
static void expect_writes(struct kunit *test, const u32 *want, unsigned int n)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, model.nr_log, n);
	for (i = 0; i < min(n, model.nr_log); i++)
		KUNIT_EXPECT_EQ(test, model.log[i], want[i]);
	model.nr_log = 0;
}

/* A refused call writes nothing and says one line with this in it. */
#define EXPECT_REFUSED(test, call, error, text) do {				\
	unsigned int __before = model.nr_log;					\
	int __err;								\
										\
	printk_capture_start(log, sizeof(log));					\
	__err = (call);								\
	printk_capture_stop();							\
	KUNIT_EXPECT_EQ(test, __err, error);					\
	KUNIT_EXPECT_EQ(test, model.nr_log, __before);				\
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, text));				\
	KUNIT_EXPECT_EQ(test, strcspn(log, "\n") + 1, strlen(log));		\
	log[0] = '\0';								\
} while (0)

/* ---- register sequences ---------------------------------------------------------- */

static void byte_channel_sequence(struct kunit *test)
{
	static const u32 want[] = {
		0x0a06,				/* mask channel 2 */
		0x0b46,				/* to memory, single */
		0x8112, 0x0c00, 0x0478, 0x0456,	/* latch, flip-flop, low, high */
		0x0c00, 0x05ff, 0x0547,		/* 0x4800 - 1 */
		0x0a02,				/* go */
	};

	KUNIT_ASSERT_EQ(test, request_dma(2, "test"), 0);
	KUNIT_EXPECT_EQ(test, isa_dma_program(2, DMA_MODE_READ, 0x125678, 0x4800), 0);
	expect_writes(test, want, ARRAY_SIZE(want));
	KUNIT_EXPECT_FALSE(test, masked(2));
	free_dma(2);
	KUNIT_EXPECT_TRUE(test, masked(2));
}

/* Address and count in words, line 16 in the chip, the latch's lowest bit clear. */
static void word_channel_sequence(struct kunit *test)
{
	static const u32 want[] = {
		0xd406, 0xd64a, 0x8912, 0xd800, 0xc8cd, 0xc8ab, 0xd800, 0xcaff, 0xca01, 0xd402,
	};

	KUNIT_ASSERT_EQ(test, request_dma(6, "test"), 0);
	KUNIT_EXPECT_EQ(test, isa_dma_program(6, DMA_MODE_WRITE, 0x13579a, 1024), 0);
	expect_writes(test, want, ARRAY_SIZE(want));
	free_dma(6);
}

/* All channels at once, each with an address and count of its own. */
static void channels_do_not_mix(struct kunit *test)
{
	static const u8 chans[] = { 0, 1, 2, 3, 5, 6, 7 };
	static const u8 latch[] = { 7, 3, 1, 2, 11, 9, 10 };
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(chans); i++) {
		KUNIT_ASSERT_EQ(test, request_dma(chans[i], "test"), 0);
		err = isa_dma_program(chans[i], DMA_MODE_READ, 0x10000 * (2 * i + 2) + 2 * i,
				      64 + 2 * i);
		KUNIT_EXPECT_EQ(test, err, 0);
	}
	for (i = 0; i < ARRAY_SIZE(chans); i++) {
		const struct model_chip *c = &model.chip[chans[i] > 3];
		const u16 *reg = &c->reg[2 * (chans[i] & 3)];
		unsigned long flags;

		KUNIT_EXPECT_EQ(test, model.latch[latch[i]], (u8)(2 * i + 2));
		KUNIT_EXPECT_EQ(test, reg[0], (u16)(chans[i] > 3 ? i : 2 * i));
		KUNIT_EXPECT_EQ(test, reg[1], (u16)((64 + 2 * i) / (chans[i] > 3 ? 2 : 1) - 1));
		flags = claim_dma_lock();
		KUNIT_EXPECT_EQ(test, get_dma_residue(chans[i]), (int)(64 + 2 * i));
		release_dma_lock(flags);
		free_dma(chans[i]);
	}
	KUNIT_EXPECT_EQ(test, model.chip[0].mask, 0x0f);
}

static void residue(struct kunit *test)
{
	unsigned long flags;

	KUNIT_ASSERT_EQ(test, request_dma(1, "test"), 0);
	KUNIT_ASSERT_EQ(test, request_dma(7, "test"), 0);
	flags = claim_dma_lock();
	model.chip[0].reg[3] = 0xffff;		/* it counts to -1 */
	model.chip[1].reg[7] = 0xffff;
	model.chip[0].high = true;		/* somebody left it in the middle */
	KUNIT_EXPECT_EQ(test, get_dma_residue(1), 0);
	KUNIT_EXPECT_EQ(test, get_dma_residue(7), 0);
	model.chip[0].reg[3] = 0x01ff;
	model.chip[1].reg[7] = 0x01ff;
	KUNIT_EXPECT_EQ(test, get_dma_residue(1), 512);
	KUNIT_EXPECT_EQ(test, get_dma_residue(7), 1024);
	release_dma_lock(flags);
	free_dma(1);
	free_dma(7);
}

/* What the firmware left open is closed; 0..3 reach the CPU through 4. */
static void start_masks_all_but_the_cascade(struct kunit *test)
{
	model.chip[0].mask = model.chip[1].mask = 0;
	isa_dma_start();
	KUNIT_EXPECT_EQ(test, model.chip[0].mask, 0x0f);
	KUNIT_EXPECT_EQ(test, model.chip[1].mask, 0x0e);
	KUNIT_EXPECT_EQ(test, model.chip[1].mode[0], DMA_MODE_CASCADE);
	isa_dma_plug((struct isa_dma_plug){ NULL, 0 });
	isa_dma_start();			/* touches nothing */
}

/* ---- whose it is ----------------------------------------------------------------- */

static void claiming(struct kunit *test)
{
	char text[256];
	struct seq_file m;

	KUNIT_EXPECT_EQ(test, request_dma(8, "test"), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_dma(~0U, "test"), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_dma(1, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_dma(4, "test"), -EBUSY);
	KUNIT_ASSERT_EQ(test, request_dma(1, "sound"), 0);
	KUNIT_EXPECT_EQ(test, request_dma(1, "other"), -EBUSY);
	seq_to_buffer(&m, text, sizeof(text));
	isa_dma_show(&m);
	KUNIT_EXPECT_STREQ(test, text, " 1: sound\n 4: cascade\n");
	free_dma(1);
	KUNIT_ASSERT_EQ(test, request_dma(1, "other"), 0);
	free_dma(1);
	EXPECT_REFUSED(test, (free_dma(1), 0), 0, "used without request_dma()");
	EXPECT_REFUSED(test, (free_dma(9), 0), 0, "no such channel");
	isa_dma_plug((struct isa_dma_plug){ &model_ports, 0x0f });
	KUNIT_EXPECT_EQ(test, request_dma(5, "test"), -ENODEV);
	isa_dma_plug((struct isa_dma_plug){ NULL, 0 });
	KUNIT_EXPECT_EQ(test, request_dma(1, "test"), -ENODEV);
}

static void unclaimed_channels_are_refused(struct kunit *test)
{
	unsigned long flags = claim_dma_lock();

	EXPECT_REFUSED(test, enable_dma(3), -EPERM, "channel 3 (free): used without request_dma()");
	EXPECT_REFUSED(test, disable_dma(3), -EPERM, "request_dma()");
	EXPECT_REFUSED(test, clear_dma_ff(3), -EPERM, "request_dma()");
	EXPECT_REFUSED(test, set_dma_mode(3, DMA_MODE_READ), -EPERM, "request_dma()");
	EXPECT_REFUSED(test, set_dma_addr(3, 0), -EPERM, "request_dma()");
	EXPECT_REFUSED(test, set_dma_page(3, 0), -EPERM, "request_dma()");
	EXPECT_REFUSED(test, set_dma_count(3, 1), -EPERM, "request_dma()");
	EXPECT_REFUSED(test, get_dma_residue(3), -EPERM, "request_dma()");
	EXPECT_REFUSED(test, enable_dma(4), -EPERM, "carries the requests of channels 0-3");
	EXPECT_REFUSED(test, set_dma_addr(8, 0), -EINVAL, "there is no such channel");
	EXPECT_REFUSED(test, set_dma_count(~0U, 1), -EINVAL, "there is no such channel");
	release_dma_lock(flags);
}

static void registers_need_the_lock(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_dma(3, "test"), 0);
	EXPECT_REFUSED(test, set_dma_count(3, 1), -EPERM, "(test): used without claim_dma_lock()");
	free_dma(3);
}

/* ---- the rules ------------------------------------------------------------------- */

static void bad_arguments_are_refused(struct kunit *test)
{
	unsigned long flags;

	KUNIT_ASSERT_EQ(test, request_dma(2, "test"), 0);
	KUNIT_ASSERT_EQ(test, request_dma(5, "test"), 0);
	flags = claim_dma_lock();
	EXPECT_REFUSED(test, set_dma_addr(2, SZ_16M), -EFAULT, "above 16 MiB");
	EXPECT_REFUSED(test, set_dma_addr(2, 1ULL << 32), -EFAULT, "above 16 MiB");
	EXPECT_REFUSED(test, set_dma_addr(5, 0x1001), -EINVAL, "odd");
	EXPECT_REFUSED(test, set_dma_count(2, 0), -EINVAL, "not 1 byte to 64 KiB");
	EXPECT_REFUSED(test, set_dma_count(2, SZ_64K + 1), -EINVAL, "not 1 byte to 64 KiB");
	EXPECT_REFUSED(test, set_dma_count(5, 0), -EINVAL, "not 2 bytes to 128 KiB");
	EXPECT_REFUSED(test, set_dma_count(5, SZ_128K + 2), -EINVAL, "not 2 bytes to 128 KiB");
	EXPECT_REFUSED(test, set_dma_count(5, 3), -EINVAL, "odd");
	EXPECT_REFUSED(test, set_dma_mode(2, DMA_MODE_READ | 1), -EINVAL, "no such mode");
	EXPECT_REFUSED(test, set_dma_mode(2, 0x4c), -EINVAL, "no such mode");
	KUNIT_EXPECT_EQ(test, set_dma_addr(2, SZ_16M - 1), 0);
	KUNIT_EXPECT_EQ(test, set_dma_count(2, SZ_64K), 0);
	KUNIT_EXPECT_EQ(test, model.chip[0].reg[5], 0xffff);
	KUNIT_EXPECT_EQ(test, set_dma_count(5, SZ_128K), 0);
	KUNIT_EXPECT_EQ(test, model.chip[1].reg[3], 0xffff);
	release_dma_lock(flags);
	free_dma(2);
	free_dma(5);
}

static void half_programmed_channels_stay_off(struct kunit *test)
{
	unsigned long flags;

	KUNIT_ASSERT_EQ(test, request_dma(2, "test"), 0);
	flags = claim_dma_lock();
	EXPECT_REFUSED(test, enable_dma(2), -EINVAL, "before it has a mode");
	set_dma_mode(2, DMA_MODE_WRITE);
	EXPECT_REFUSED(test, enable_dma(2), -EINVAL, "before it has an address and a count");
	set_dma_addr(2, 0x1000);
	EXPECT_REFUSED(test, enable_dma(2), -EINVAL, "before it has an address and a count");
	set_dma_count(2, 1);
	KUNIT_EXPECT_EQ(test, enable_dma(2), 0);
	release_dma_lock(flags);
	free_dma(2);
	KUNIT_ASSERT_EQ(test, request_dma(2, "next"), 0);	/* and knows nothing of before */
	flags = claim_dma_lock();
	EXPECT_REFUSED(test, enable_dma(2), -EINVAL, "before it has a mode");
	set_dma_mode(2, DMA_MODE_CASCADE);
	KUNIT_EXPECT_EQ(test, enable_dma(2), 0);	/* the device knows the address */
	release_dma_lock(flags);
	free_dma(2);
}

struct reach {
	phys_addr_t addr;
	size_t bytes;
	unsigned int chan;
	int err;
	const char *text;
};

static const struct reach reaches[] = {
	{ 0, 1, 0, 0, "" },
	{ 0, SZ_64K, 3, 0, "" },
	{ 0, SZ_64K + 1, 3, -EINVAL, "the buffer is longer than 64 KiB" },
	{ 1, SZ_64K, 3, -EINVAL, "the buffer crosses a 64 KiB boundary" },
	{ 0xfe00, 512, 2, 0, "" },
	{ 0xfe01, 512, 2, -EINVAL, "the buffer crosses a 64 KiB boundary" },
	{ 0xffff, 1, 2, 0, "" },
	{ 0xffff, 2, 2, -EINVAL, "the buffer crosses a 64 KiB boundary" },
	{ SZ_16M - 512, 512, 2, 0, "" },
	{ SZ_16M - 512, 513, 2, -EFAULT, "the buffer lies above 16 MiB" },
	{ SZ_16M - 1, 2, 2, -EFAULT, "the buffer lies above 16 MiB" },
	{ SZ_16M, 1, 2, -EFAULT, "the buffer lies above 16 MiB" },
	{ ~0ULL, 2, 2, -EFAULT, "the buffer lies above 16 MiB" },
	{ 0, ~0UL, 2, -EFAULT, "the buffer lies above 16 MiB" },
	{ 0, 0, 2, -EINVAL, "the buffer is empty" },
	{ 0x10000, SZ_64K, 5, 0, "" },
	{ 0x0fffe, 4, 5, 0, "" },
	{ 0x1fffe, 4, 5, -EINVAL, "the buffer crosses a 128 KiB boundary" },
	{ 0x20000, SZ_128K, 7, 0, "" },
	{ 0x20000, SZ_128K + 2, 7, -EINVAL, "the buffer is longer than 128 KiB" },
	{ 0x20001, 2, 6, -EINVAL, "the buffer is odd, words are moved" },
	{ 0x20000, 3, 6, -EINVAL, "the buffer is odd, words are moved" },
	{ 0, 2, 4, -EINVAL, "there is no such channel" },
	{ 0, 2, 8, -EINVAL, "there is no such channel" },
};

KUNIT_ARRAY_PARAM(reaches, reaches, NULL);

/* What the check says, enable_dma() does: where it says no, the channel stays masked. */
static void reach_of_a_channel(struct kunit *test)
{
	const struct reach *r = test->param_value;
	int err;

	KUNIT_EXPECT_EQ(test, isa_dma_check(r->addr, r->bytes, r->chan), r->err);
	KUNIT_EXPECT_STREQ(test, isa_dma_check_text(r->addr, r->bytes, r->chan), r->text);
	if (request_dma(r->chan, "test"))
		return;
	printk_capture_start(log, sizeof(log));
	err = isa_dma_program(r->chan, DMA_MODE_READ, r->addr, r->bytes);
	printk_capture_stop();
	KUNIT_EXPECT_EQ(test, !err, !r->err);
	KUNIT_EXPECT_EQ(test, masked(r->chan), r->err != 0);
	KUNIT_EXPECT_EQ(test, log[0] != '\0', r->err != 0);
	log[0] = '\0';
	free_dma(r->chan);
}

/* Against the definition: byte by byte, no byte's upper address lines differ. */
static void crossing_means_that_the_latch_would_change(struct kunit *test)
{
	u64 x = kunit_seed() | 1;
	unsigned int i, wrong = 0;

	for (i = 0; i < 20000; i++) {
		const unsigned int chan = i & 1 ? 6 : 2, shift = i & 1 ? 17 : 16;
		phys_addr_t addr;
		size_t bytes;
		bool good;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		addr = (x >> 20) % SZ_16M & ~(i & 1ULL);
		bytes = ((x >> 44) % SZ_128K + 1) & ~(i & 1ULL);
		if (!bytes || addr + bytes > SZ_16M)
			continue;
		good = addr >> shift == (addr + bytes - 1) >> shift;
		wrong += (isa_dma_check(addr, bytes, chan) == 0) != good;
	}
	KUNIT_EXPECT_EQ(test, wrong, 0u);
}

/* ---- buffers --------------------------------------------------------------------- */

static void dma_pages_are_good(struct kunit *test)
{
	unsigned int order;

	for (order = 0; order <= 4; order++) {
		unsigned long buf = __get_dma_pages(GFP_KERNEL, order);

		KUNIT_ASSERT_NE(test, buf, 0UL);
		KUNIT_EXPECT_EQ(test, dma_buffer_ok((void *)buf, PAGE_SIZE << order, 2), 0);
		KUNIT_EXPECT_LE(test, buf + (PAGE_SIZE << order), MAX_DMA_ADDRESS);
		free_pages(buf, order);
	}
}

static void crossing_buffer(struct kunit *test)
{
	char *buf = (char *)__get_dma_pages(GFP_KERNEL, 5);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, dma_buffer_ok(buf, SZ_64K, 1), 0);
	KUNIT_EXPECT_EQ(test, dma_buffer_ok(buf + SZ_64K, SZ_64K, 1), 0);
	KUNIT_EXPECT_EQ(test, dma_buffer_ok(buf + SZ_64K - 256, 512, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, dma_buffer_ok(buf + SZ_64K - 256, 512, 5), 0);
	free_pages((unsigned long)buf, 5);
}

/* Virtually contiguous is not contiguous, and page by page it may lie anywhere. */
static void vmalloc_buffer(struct kunit *test)
{
	struct page *pages[2] = { alloc_pages(GFP_KERNEL | GFP_DMA, 1) };
	struct page *swapped[2];
	char *buf;

	KUNIT_ASSERT_NOT_NULL(test, pages[0]);
	pages[1] = pages[0] + 1;
	swapped[0] = pages[1];
	swapped[1] = pages[0];
	buf = vmap(pages, 2, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, dma_buffer_ok(buf, 2 * PAGE_SIZE, 2), 0);
	KUNIT_EXPECT_EQ(test, dma_buffer_ok(buf, 2 * PAGE_SIZE + 1, 2), -EFAULT);
	vunmap(buf);
	KUNIT_EXPECT_EQ(test, dma_buffer_ok(buf, 16, 2), -EFAULT);
	buf = vmap(swapped, 2, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, dma_buffer_ok(buf, PAGE_SIZE, 2), 0);
	KUNIT_EXPECT_EQ(test, dma_buffer_ok(buf + PAGE_SIZE - 8, 16, 2), -EINVAL);
	vunmap(buf);
	__free_pages(pages[0], 1);
}

static void bounce_buffer_is_good(struct kunit *test)
{
	static const size_t sizes[] = { 1, 512, 18432, SZ_64K };
	struct isa_bounce b;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		KUNIT_ASSERT_EQ(test, isa_bounce_alloc(&b, 2, sizes[i], GFP_KERNEL), 0);
		KUNIT_EXPECT_EQ(test, dma_buffer_ok(b.buf, sizes[i], 2), 0);
		isa_bounce_free(&b);
		isa_bounce_free(&b);		/* there is none any more */
	}
	KUNIT_EXPECT_EQ(test, isa_bounce_alloc(&b, 2, 0, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, isa_bounce_alloc(&b, 2, SZ_64K + 1, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, isa_bounce_alloc(&b, 4, 512, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, isa_bounce_alloc(&b, 5, SZ_128K, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, dma_buffer_ok(b.buf, SZ_128K, 5), 0);
	isa_bounce_free(&b);
}

/* Through the bounce buffer and back, both ways, from memory that vmalloc() scattered. */
static void bouncing_copies(struct kunit *test)
{
	const struct isa_bounce_stats before = isa_bounce_stats;
	struct isa_dma_map m = { .bytes = 3 * PAGE_SIZE, .mode = DMA_MODE_WRITE };
	struct isa_bounce b;
	u8 *buf = vmalloc(3 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, isa_bounce_alloc(&b, 2, 3 * PAGE_SIZE, GFP_KERNEL), 0);
	m.buf = buf;
	memset(buf, 0x5a, 3 * PAGE_SIZE);
	memset(b.buf, 0, 3 * PAGE_SIZE);
	if (!dma_buffer_ok(buf, m.bytes, 2))
		kunit_mark_skipped(test, "vmalloc() found good memory");
	KUNIT_ASSERT_EQ(test, isa_dma_map(&m, &b, 2), 0);
	if (m.bounce) {
		KUNIT_EXPECT_EQ(test, m.addr, virt_to_phys(b.buf));
		KUNIT_EXPECT_MEMEQ(test, b.buf, buf, m.bytes);
		isa_dma_unmap(&m, m.bytes);
		m.mode = DMA_MODE_READ;
		KUNIT_ASSERT_EQ(test, isa_dma_map(&m, &b, 2), 0);
		memset(b.buf, 0xa5, m.bytes);
		isa_dma_unmap(&m, 100);		/* no more than the device wrote */
		KUNIT_EXPECT_EQ(test, buf[99], (u8)0xa5);
		KUNIT_EXPECT_EQ(test, buf[100], (u8)0x5a);
		KUNIT_EXPECT_EQ(test, isa_bounce_stats.bounced, before.bounced + 2);
		KUNIT_EXPECT_EQ(test, isa_bounce_stats.bytes, before.bytes + 3 * PAGE_SIZE + 100);
	}
	isa_bounce_free(&b);
	vfree(buf);
}

static void good_buffers_do_not_bounce(struct kunit *test)
{
	const struct isa_bounce_stats before = isa_bounce_stats;
	struct isa_dma_map m = { .bytes = PAGE_SIZE, .mode = DMA_MODE_READ };

	m.buf = (void *)__get_dma_pages(GFP_KERNEL, 0);
	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	isa_bounce_switch(false);
	KUNIT_EXPECT_EQ(test, isa_dma_map(&m, NULL, 2), 0);
	KUNIT_EXPECT_NULL(test, m.bounce);
	KUNIT_EXPECT_EQ(test, m.addr, virt_to_phys(m.buf));
	isa_dma_unmap(&m, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, isa_bounce_stats.direct, before.direct + 1);
	KUNIT_EXPECT_EQ(test, isa_bounce_stats.bytes, before.bytes);
	free_page((unsigned long)m.buf);
}

static void without_bouncing_bad_buffers_are_refused(struct kunit *test)
{
	const struct isa_bounce_stats before = isa_bounce_stats;
	struct isa_dma_map m = { .bytes = 512, .mode = DMA_MODE_READ };
	struct isa_bounce b;
	char *buf = (char *)__get_dma_pages(GFP_KERNEL, 5);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, isa_bounce_alloc(&b, 2, 512, GFP_KERNEL), 0);
	m.buf = buf + SZ_64K - 256;
	EXPECT_REFUSED(test, isa_dma_map(&m, NULL, 2), -EINVAL,
		       "the buffer crosses a 64 KiB boundary, and bouncing is off");
	isa_bounce_switch(false);
	EXPECT_REFUSED(test, isa_dma_map(&m, &b, 2), -EINVAL,
		       "the buffer crosses a 64 KiB boundary, and bouncing is off");
	isa_bounce_switch(true);
	KUNIT_EXPECT_EQ(test, isa_dma_map(&m, &b, 2), 0);
	m.bytes = 513;
	EXPECT_REFUSED(test, isa_dma_map(&m, &b, 2), -EINVAL, "the bounce buffer holds 512");
	KUNIT_EXPECT_EQ(test, isa_bounce_stats.refused, before.refused + 2);
	isa_bounce_free(&b);
	free_pages((unsigned long)buf, 5);
}

/* A driver's life: claim, buffer, transfer, back; each allocation refused once. */
static void memory_for_bouncing_is_refused_once(struct kunit *test)
{
	struct isa_dma_map m = { .bytes = 2 * PAGE_SIZE, .mode = DMA_MODE_WRITE };
	struct isa_bounce b;
	int err;

	KUNIT_ASSERT_EQ(test, request_dma(2, "test"), 0);
	m.buf = vmalloc(m.bytes);
	err = isa_bounce_alloc(&b, 2, m.bytes, GFP_KERNEL | __GFP_NOWARN);
	KUNIT_WORKED(test, m.buf);
	KUNIT_EXPECT_TRUE(test, err == 0 || err == -ENOMEM);
	if (KUNIT_WORKED(test, !err) && m.buf) {
		KUNIT_EXPECT_EQ(test, isa_dma_map(&m, &b, 2), 0);
		KUNIT_EXPECT_EQ(test, isa_dma_program(2, m.mode, m.addr, m.bytes), 0);
		isa_dma_unmap(&m, m.bytes);
	}
	isa_bounce_free(&b);
	vfree(m.buf);
	free_dma(2);
}

static struct kunit_case dma_cases[] = {
	KUNIT_CASE(byte_channel_sequence), KUNIT_CASE(word_channel_sequence),
	KUNIT_CASE(channels_do_not_mix), KUNIT_CASE(residue),
	KUNIT_CASE(start_masks_all_but_the_cascade), KUNIT_CASE(claiming),
	KUNIT_CASE(unclaimed_channels_are_refused), KUNIT_CASE(registers_need_the_lock),
	KUNIT_CASE(bad_arguments_are_refused), KUNIT_CASE(half_programmed_channels_stay_off),
	KUNIT_CASE_PARAM(reach_of_a_channel, reaches_gen_params),
	KUNIT_CASE(crossing_means_that_the_latch_would_change),
	KUNIT_CASE(dma_pages_are_good), KUNIT_CASE(crossing_buffer), KUNIT_CASE(vmalloc_buffer),
	KUNIT_CASE(bounce_buffer_is_good), KUNIT_CASE(bouncing_copies),
	KUNIT_CASE(good_buffers_do_not_bounce),
	KUNIT_CASE(without_bouncing_bad_buffers_are_refused),
	KUNIT_CASE_FAILNTH(memory_for_bouncing_is_refused_once),
	{}
};

static struct kunit_suite dma_suite = {
	.name = "dma",
	.init = dma_setup,
	.exit = dma_teardown,
	.test_cases = dma_cases,
};
kunit_test_suite(dma_suite);
