/* SPDX-License-Identifier: MIT */
/*
 * drivers/isa_dma_probe.c - is there an ISA DMA controller, and what memory can it reach?
 *
 * MODEL
 *   A PC/AT has two Intel 8237s: one at port 0x00 with byte channels 0..3, one at 0xc0
 *   (registers two ports apart) with word channels 5..7; its channel 4 cascades the
 *   first.  A latch for each channel, at 0x80, supplies address lines 16..23, so a
 *   transfer reaches 16 MiB.  Newer machines may have none of it, and nothing says so
 *   but the hardware: a port with no device behind it reads as all ones.
 *
 *   A channel's address and count are 16-bit registers that read back; a flip-flop, which
 *   a write to another register resets, selects their low or high byte.  So: write two
 *   patterns to both registers of one masked channel, and see whether they come back.
 *   Channel 1 (and 5, its likeness) is probed: nothing on a PC uses it by itself, while
 *   0 once refreshed memory and 2 serves the diskette.
 *
 * INVARIANTS	no mode, mask, command or request register is written: nothing can start to
 *		transfer; address, count and latch are as they were afterwards.
 * LOCKING	none.
 * CONTEXT	boot, irqs off: the flip-flop is shared with whoever uses DMA.
 * FAILURE	nothing found is an answer.
 * NOT HERE	transfers: isa_dma.c.  The zone itself: mm/section.c; it exists in any case, because
 *		other devices have short address lines, too.
 */
#include <linux/isa_dma.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <asm/io.h>

/* Where one 8237 and its latches are. */
struct isa_dma_chip {
	u16 address;		/* of the probed channel */
	u16 count;
	u16 clear_flip_flop;
	u16 latch;
};

static const struct isa_dma_chip isa_dma_chips[2] = {
	{ .address = 0x02, .count = 0x03, .clear_flip_flop = 0x0c, .latch = 0x83 },
	{ .address = 0xc4, .count = 0xc6, .clear_flip_flop = 0xd8, .latch = 0x8b },
};

struct isa_dma_info isa_dma_info;

static u16 isa_dma_read16(const struct isa_dma_ports *p, const struct isa_dma_chip *chip, u16 reg)
{
	u16 low;

	p->out(p->ctx, chip->clear_flip_flop, 0);
	low = p->in(p->ctx, reg);
	return low | (u16)(p->in(p->ctx, reg) << 8);
}

static void isa_dma_write16(const struct isa_dma_ports *p, const struct isa_dma_chip *chip,
			    u16 reg, u16 val)
{
	p->out(p->ctx, chip->clear_flip_flop, 0);
	p->out(p->ctx, reg, val & 0xff);
	p->out(p->ctx, reg, val >> 8);
}

/* Does a 16-bit register keep what is written?  It gets its old value back. */
static bool isa_dma_keeps16(const struct isa_dma_ports *p, const struct isa_dma_chip *chip, u16 reg)
{
	static const u16 patterns[] = { 0x5aa5, 0x3cc3 };
	const u16 old = isa_dma_read16(p, chip, reg);
	bool ok = true;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		isa_dma_write16(p, chip, reg, patterns[i]);
		ok = ok && isa_dma_read16(p, chip, reg) == patterns[i];
	}
	isa_dma_write16(p, chip, reg, old);
	return ok;
}

static bool isa_dma_keeps8(const struct isa_dma_ports *p, u16 port)
{
	const u8 old = p->in(p->ctx, port);
	bool ok;

	p->out(p->ctx, port, 0x5a);
	ok = p->in(p->ctx, port) == 0x5a;
	p->out(p->ctx, port, 0xa5);
	ok = ok && p->in(p->ctx, port) == 0xa5;
	p->out(p->ctx, port, old);
	return ok;
}

static bool isa_dma_chip_answers(const struct isa_dma_ports *p, const struct isa_dma_chip *chip)
{
	return isa_dma_keeps16(p, chip, chip->address) && isa_dma_keeps16(p, chip, chip->count);
}

void isa_dma_probe_ports(const struct isa_dma_ports *ports, struct isa_dma_info *info)
{
	*info = (struct isa_dma_info){ 0 };
	info->primary = isa_dma_chip_answers(ports, &isa_dma_chips[0]);
	info->secondary = isa_dma_chip_answers(ports, &isa_dma_chips[1]);
	info->page_registers = isa_dma_keeps8(ports, isa_dma_chips[0].latch) &&
			       (!info->secondary || isa_dma_keeps8(ports, isa_dma_chips[1].latch));
	if (!info->page_registers)
		return;			/* without lines 16..23 nothing useful can be done */
	if (info->primary)
		info->channels |= 0x0f;
	if (info->primary && info->secondary)
		info->channels |= 0xe0;	/* 4 carries the requests of the first chip */
}

void isa_dma_size_zone(struct isa_dma_info *info, const struct memblock *mb)
{
	phys_addr_t start, end;
	u64 idx;

	info->zone_start = info->zone_end = info->zone_bytes = 0;
	for_each_mem_range_in(mb, idx, &start, &end) {
		if (start >= ISA_DMA_LIMIT)
			break;
		end = min_t(phys_addr_t, end, ISA_DMA_LIMIT);
		if (!info->zone_bytes)
			info->zone_start = start;
		info->zone_end = end;
		info->zone_bytes += end - start;
	}
}

/* ---- this machine ---------------------------------------------------------------- */

static u8 isa_dma_in(void *ctx, u16 port)
{
	return inb(port);
}

static void isa_dma_out(void *ctx, u16 port, u8 val)
{
	outb(val, port);
}

static void isa_dma_say(const struct isa_dma_info *info)
{
	if (info->channels == 0xef)
		pr_info("ISA DMA: 8237 pair at 0x00 and 0xc0, page registers at 0x80: "
			"channels 0-3, 5-7\n");
	else if (info->channels)
		pr_info("ISA DMA: one 8237 at 0x00, page registers at 0x80: channels 0-3\n");
	else
		pr_info("ISA DMA: no controller found\n");
	if (info->zone_bytes)
		pr_info("ISA DMA: %llu KiB of RAM in [mem 0x%08llx-0x%08llx]\n",
			info->zone_bytes >> 10, info->zone_start, info->zone_end - 1);
	else
		pr_info("ISA DMA: no RAM below 16 MiB\n");
}

const struct isa_dma_info *isa_dma_probe(void)
{
	static const struct isa_dma_ports ports = { isa_dma_in, isa_dma_out, NULL };

	isa_dma_probe_ports(&ports, &isa_dma_info);
	isa_dma_size_zone(&isa_dma_info, &memblock);
	isa_dma_say(&isa_dma_info);
	isa_dma_plug((struct isa_dma_plug){ isa_dma_info.channels ? &ports : NULL,
					    isa_dma_info.channels });
	isa_dma_start();
	return &isa_dma_info;
}
