/* SPDX-License-Identifier: MIT */
/*
 * drivers/isa_dma.c - the channels of the two 8237s: who has one, and how it is programmed
 *
 * MODEL
 *   A channel moves one unit for each request of its device, without the CPU, until its
 *   count runs out.  Programming one is eight writes: mask it, say the mode, then address
 *   and count, 16 bits each through an 8-bit port (a flip-flop says which half is next),
 *   and the page latch with the address lines that the chip has no pins for.
 *
 *			chip at 0x00		chip at 0xc0
 *	channels	0..3, bytes		5..7, words; 4 = the first chip
 *	address		2n, lines 0..15		0xc0 + 4n, lines 1..16
 *	count		2n + 1, bytes - 1	0xc2 + 4n, words - 1
 *	latch		lines 16..23		lines 17..23
 *	registers	1 apart			2 apart
 *
 *   The chip counts its 16 address bits round: it does not carry into the latch.  So a
 *   transfer that crosses a multiple of 64 KiB (of 128 KiB for words) would go on at the
 *   *beginning* of that range, over somebody else's memory.  Nothing in the hardware stops
 *   it; enable_dma() does, because it is the first that knows address and count.
 *
 * INVARIANTS
 *   D1  a channel is unmasked only while it is claimed (4: always) and what it was told
 *       passes isa_dma_check().
 *   D2  a refused call wrote no register.
 *
 * LOCKING	dma_spin_lock, rank LOCK_ISA_DMA, irqs off: registers and channels.  Drivers
 *		hold it through claim_dma_lock() for a whole sequence.
 * CONTEXT	any but NMI.
 * FAILURE	-errno and one line; nothing changed.
 * NOT HERE	finding the chips: isa_dma_probe.c.  Buffers: isa_bounce.c.
 */
#include <linux/errno.h>
#include <linux/isa_dma.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>

#define MODE_TRANSFER		0x0c	/* verify, to memory, from memory, (illegal) */
#define MODE_CHANNEL		0x03

/* Registers of a chip, in steps of its register distance */
enum { REG_COMMAND = 8, REG_MASK = 10, REG_MODE = 11, REG_CLEAR_FF = 12 };

#define MASK_SET		0x04

/* Field key: (D) dma_spin_lock */
struct isa_dma_chan {
	const char *user;		/* (D) NULL: free */
	phys_addr_t addr;		/* (D) */
	size_t bytes;			/* (D) 0: no count yet */
	bool have_addr, have_mode;	/* (D) */
	u8 mode;			/* (D) */
};

static const u16 isa_dma_latch[ISA_DMA_NR_CHANNELS] = {
	0x87, 0x83, 0x81, 0x82, 0x8f, 0x8b, 0x89, 0x8a,
};

DEFINE_SPINLOCK_RANKED(dma_spin_lock, LOCK_ISA_DMA);
static struct isa_dma_plug isa_dma_plugged;			/* (D) */
static struct isa_dma_chan isa_dma_chans[ISA_DMA_NR_CHANNELS];	/* (D) */

/* ---- registers ------------------------------------------------------------------- */

static void isa_dma_out(u16 port, u8 val)
{
	isa_dma_plugged.ports->out(isa_dma_plugged.ports->ctx, port, val);
}

static u8 isa_dma_in(u16 port)
{
	return isa_dma_plugged.ports->in(isa_dma_plugged.ports->ctx, port);
}

static bool isa_dma_is_word(unsigned int chan)
{
	return chan > DMA_CASCADE_CHANNEL;
}

static u16 isa_dma_reg(unsigned int chan, unsigned int reg)
{
	return (u16)(chan < 4 ? reg : 0xc0 + 2 * reg);
}

static u16 isa_dma_addr_reg(unsigned int chan)
{
	return isa_dma_reg(chan, 2 * (chan & 3));
}

static u16 isa_dma_count_reg(unsigned int chan)
{
	return isa_dma_reg(chan, 2 * (chan & 3) + 1);
}

static void isa_dma_write_mask(unsigned int chan, bool masked)
{
	isa_dma_out(isa_dma_reg(chan, REG_MASK), (u8)((masked ? MASK_SET : 0) | (chan & 3)));
}

static void isa_dma_reset_ff(unsigned int chan)
{
	isa_dma_out(isa_dma_reg(chan, REG_CLEAR_FF), 0);
}

static void isa_dma_write16(unsigned int chan, u16 port, u16 val)
{
	isa_dma_reset_ff(chan);
	isa_dma_out(port, val & 0xff);
	isa_dma_out(port, val >> 8);
}

/* ---- refusing -------------------------------------------------------------------- */

static int isa_dma_refuse(unsigned int chan, int err, const char *why)
{
	const char *user = chan < ISA_DMA_NR_CHANNELS ? isa_dma_chans[chan].user : NULL;

	pr_err("ISA DMA: channel %u (%s): %s\n", chan, user ?: "free", why);
	return err;
}

/* May the caller touch the registers of this channel?  Says so if not. */
static int isa_dma_may_use(unsigned int chan)
{
	if (chan >= ISA_DMA_NR_CHANNELS)
		return isa_dma_refuse(chan, -EINVAL, "there is no such channel");
	if (chan == DMA_CASCADE_CHANNEL)
		return isa_dma_refuse(chan, -EPERM, "it carries the requests of channels 0-3");
	if (!spin_is_held(&dma_spin_lock))
		return isa_dma_refuse(chan, -EPERM, "used without claim_dma_lock()");
	if (!isa_dma_chans[chan].user)
		return isa_dma_refuse(chan, -EPERM, "used without request_dma()");
	if (!isa_dma_plugged.ports)
		return isa_dma_refuse(chan, -ENODEV, "this machine has no controller");
	return 0;
}

/* ---- who has which --------------------------------------------------------------- */

unsigned long claim_dma_lock(void) __acquires(&dma_spin_lock)
{
	unsigned long flags;

	spin_lock_irqsave(&dma_spin_lock, flags);
	return flags;
}

void release_dma_lock(unsigned long flags) __releases(&dma_spin_lock)
{
	spin_unlock_irqrestore(&dma_spin_lock, flags);
}

static int isa_dma_claim(unsigned int chan, const char *name)
{
	if (!(isa_dma_plugged.channels & (1U << chan)))
		return -ENODEV;
	if (isa_dma_chans[chan].user)
		return -EBUSY;
	isa_dma_chans[chan] = (struct isa_dma_chan){ .user = name };
	return 0;
}

int request_dma(unsigned int chan, const char *name)
{
	unsigned long flags;
	int err;

	if (chan >= ISA_DMA_NR_CHANNELS || !name)
		return -EINVAL;
	if (chan == DMA_CASCADE_CHANNEL)
		return -EBUSY;
	flags = claim_dma_lock();
	err = isa_dma_claim(chan, name);
	release_dma_lock(flags);
	return err;
}

void free_dma(unsigned int chan)
{
	unsigned long flags = claim_dma_lock();

	if (!isa_dma_may_use(chan)) {
		isa_dma_write_mask(chan, true);
		isa_dma_chans[chan] = (struct isa_dma_chan){ 0 };
	}
	release_dma_lock(flags);
}

void isa_dma_show(struct seq_file *m)
{
	unsigned long flags = claim_dma_lock();
	unsigned int chan;

	for (chan = 0; chan < ISA_DMA_NR_CHANNELS; chan++) {
		if (isa_dma_chans[chan].user)
			seq_printf(m, "%2u: %s\n", chan, isa_dma_chans[chan].user);
		else if (chan == DMA_CASCADE_CHANNEL && isa_dma_plugged.channels >> chan)
			seq_printf(m, "%2u: cascade\n", chan);
	}
	release_dma_lock(flags);
}

/* ---- programming one ------------------------------------------------------------- */

int disable_dma(unsigned int chan)
{
	int err = isa_dma_may_use(chan);

	if (!err)
		isa_dma_write_mask(chan, true);
	return err;
}

int clear_dma_ff(unsigned int chan)
{
	int err = isa_dma_may_use(chan);

	if (!err)
		isa_dma_reset_ff(chan);
	return err;
}

int set_dma_mode(unsigned int chan, u8 mode)
{
	int err = isa_dma_may_use(chan);

	if (err)
		return err;
	if ((mode & MODE_CHANNEL) || (mode & MODE_TRANSFER) == MODE_TRANSFER)
		return isa_dma_refuse(chan, -EINVAL, "there is no such mode");
	isa_dma_out(isa_dma_reg(chan, REG_MODE), mode | (u8)(chan & 3));
	isa_dma_chans[chan].mode = mode;
	isa_dma_chans[chan].have_mode = true;
	return 0;
}

int set_dma_page(unsigned int chan, u8 page)
{
	struct isa_dma_chan *c = &isa_dma_chans[chan & 7];
	int err = isa_dma_may_use(chan);

	if (err)
		return err;
	if (isa_dma_is_word(chan))
		page &= 0xfe;			/* line 16 is the chip's own */
	isa_dma_out(isa_dma_latch[chan], page);
	c->addr = (c->addr & (isa_dma_is_word(chan) ? 0x1ffff : 0xffff)) | (u32)page << 16;
	return 0;
}

int set_dma_addr(unsigned int chan, phys_addr_t addr)
{
	struct isa_dma_chan *c = &isa_dma_chans[chan & 7];
	int err = isa_dma_may_use(chan);

	if (err)
		return err;
	if (addr >= ISA_DMA_LIMIT)
		return isa_dma_refuse(chan, -EFAULT, "the address is above 16 MiB");
	if (isa_dma_is_word(chan) && (addr & 1))
		return isa_dma_refuse(chan, -EINVAL, "the address is odd, it moves words");
	c->addr = addr;
	c->have_addr = true;
	set_dma_page(chan, (u8)(addr >> 16));
	isa_dma_write16(chan, isa_dma_addr_reg(chan),
			(u16)(isa_dma_is_word(chan) ? addr >> 1 : addr));
	return 0;
}

int set_dma_count(unsigned int chan, size_t bytes)
{
	const bool word = isa_dma_is_word(chan);
	int err = isa_dma_may_use(chan);

	if (err)
		return err;
	if (!bytes || bytes > (word ? SZ_128K : SZ_64K))
		return isa_dma_refuse(chan, -EINVAL, word ? "the count is not 2 bytes to 128 KiB" :
				      "the count is not 1 byte to 64 KiB");
	if (word && (bytes & 1))
		return isa_dma_refuse(chan, -EINVAL, "the count is odd, it moves words");
	isa_dma_chans[chan].bytes = bytes;
	isa_dma_write16(chan, isa_dma_count_reg(chan), (u16)((word ? bytes / 2 : bytes) - 1));
	return 0;
}

int enable_dma(unsigned int chan)
{
	const struct isa_dma_chan *c = &isa_dma_chans[chan & 7];
	int err = isa_dma_may_use(chan);

	if (err)
		return err;
	if (!c->have_mode)
		return isa_dma_refuse(chan, -EINVAL, "enabled before it has a mode");
	if ((c->mode & DMA_MODE_CASCADE) != DMA_MODE_CASCADE) {
		if (!c->have_addr || !c->bytes)
			return isa_dma_refuse(chan, -EINVAL,
					      "enabled before it has an address and a count");
		err = isa_dma_check(c->addr, c->bytes, chan);
		if (err)
			return isa_dma_refuse(chan, err,
					      isa_dma_check_text(c->addr, c->bytes, chan));
	}
	isa_dma_write_mask(chan, false);
	return 0;
}

int get_dma_residue(unsigned int chan)
{
	int err = isa_dma_may_use(chan);
	u16 port, left;

	if (err)
		return err;
	port = isa_dma_count_reg(chan);
	isa_dma_reset_ff(chan);
	left = isa_dma_in(port);
	left |= (u16)(isa_dma_in(port) << 8);
	left++;					/* the register is one behind; ffff: done */
	return isa_dma_is_word(chan) ? 2 * left : left;
}

int isa_dma_program(unsigned int chan, u8 mode, phys_addr_t addr, size_t bytes)
{
	unsigned long flags = claim_dma_lock();
	int err = disable_dma(chan);

	if (!err)
		err = set_dma_mode(chan, mode);
	if (!err)
		err = set_dma_addr(chan, addr);
	if (!err)
		err = set_dma_count(chan, bytes);
	if (!err)
		err = enable_dma(chan);
	release_dma_lock(flags);
	return err;
}

/* ---- starting -------------------------------------------------------------------- */

struct isa_dma_plug isa_dma_plug(struct isa_dma_plug plug)
{
	unsigned long flags = claim_dma_lock();
	struct isa_dma_plug old = isa_dma_plugged;

	isa_dma_plugged = plug;
	release_dma_lock(flags);
	return old;
}

/* A firmware may have left a channel open, or, entered directly, not have run at all. */
void isa_dma_start(void)
{
	unsigned long flags = claim_dma_lock();
	unsigned int chan;

	for (chan = 0; chan < ISA_DMA_NR_CHANNELS; chan++)
		if (isa_dma_plugged.channels & (1U << chan))
			isa_dma_write_mask(chan, true);
	if (isa_dma_plugged.channels)
		isa_dma_out(isa_dma_reg(0, REG_COMMAND), 0);
	if (isa_dma_plugged.channels >> DMA_CASCADE_CHANNEL) {
		isa_dma_out(isa_dma_reg(DMA_CASCADE_CHANNEL, REG_COMMAND), 0);
		isa_dma_out(isa_dma_reg(DMA_CASCADE_CHANNEL, REG_MODE), DMA_MODE_CASCADE);
		isa_dma_write_mask(DMA_CASCADE_CHANNEL, false);
	}
	release_dma_lock(flags);
}
