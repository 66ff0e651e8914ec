/* SPDX-License-Identifier: MIT */
/*
 * The ISA DMA controller: two 8237s and their page registers (drivers/isa_dma*.c).
 * Drivers include it as <asm/dma.h>.
 *
 *	err = request_dma(2, "floppy");
 *	...
 *	flags = claim_dma_lock();
 *	disable_dma(2);
 *	clear_dma_ff(2);
 *	set_dma_mode(2, DMA_MODE_READ);
 *	set_dma_addr(2, virt_to_phys(buf));
 *	set_dma_count(2, bytes);
 *	err = enable_dma(2);		refused unless all of the above holds
 *	release_dma_lock(flags);
 *
 * Channels 0..3 move bytes, up to 64 KiB that do not cross a multiple of 64 KiB; 5..7 move
 * 16-bit words, up to 128 KiB within a multiple of 128 KiB; all below 16 MiB.  Channel 4
 * carries the requests of 0..3 and is not to be had.
 *
 * A call that breaks a rule changes nothing, says which one in one line of the log, and
 * returns -errno.
 */
#ifndef _LINUX_ISA_DMA_H
#define _LINUX_ISA_DMA_H

#include <linux/gfp_types.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <asm/page.h>

#define ISA_DMA_LIMIT		0x1000000UL	/* 24 address lines: below 16 MiB */
#define ISA_DMA_NR_CHANNELS	8		/* 0..3 bytes, 4 cascades, 5..7 words */
#define MAX_DMA_CHANNELS	ISA_DMA_NR_CHANNELS
#define MAX_DMA_ADDRESS		(PAGE_OFFSET + ISA_DMA_LIMIT)
#define DMA_CASCADE_CHANNEL	4

#define DMA_MODE_READ		0x44	/* device to memory, one transfer a request */
#define DMA_MODE_WRITE		0x48	/* memory to device */
#define DMA_MODE_CASCADE	0xc0	/* the device drives the bus itself */
#define DMA_AUTOINIT		0x10	/* or'ed in: start over at the end */

struct isa_dma_info {
	bool primary;			/* an 8237 answers at 0x00 */
	bool secondary;			/* and one at 0xc0 */
	bool page_registers;		/* and the latches at 0x80 for address lines 16..23 */
	u8   channels;			/* bit n: channel n can be used */
	phys_addr_t zone_start;		/* the DMA zone: RAM of the map below 16 MiB, */
	phys_addr_t zone_end;		/* [start, end); equal: there is none */
	u64  zone_bytes;		/* RAM in it */
};

/* How ports are reached: the real ones, or a model in a test. */
struct isa_dma_ports {
	u8   (*in)(void *ctx, u16 port);
	void (*out)(void *ctx, u16 port, u8 val);
	void *ctx;
};

struct memblock;
struct seq_file;

/* ---- drivers/isa_dma_probe.c ----------------------------------------------------- */

/*
 * Look for the controllers by writing and reading back registers that move no data, and
 * leave them as they were found.  zone_* stay 0.  Boot, irqs off, no transfer running.
 */
void isa_dma_probe_ports(const struct isa_dma_ports *ports, struct isa_dma_info *info);
/* Fill zone_* from the RAM of a memblock. */
void isa_dma_size_zone(struct isa_dma_info *info, const struct memblock *mb);

/*
 * Probe this machine, size the DMA zone from memblock, say what was found, start the
 * driver.  At boot; again only while no transfer runs.
 */
const struct isa_dma_info *isa_dma_probe(void);
/* What it found; any context afterwards. */
extern struct isa_dma_info isa_dma_info;

/* ---- drivers/isa_dma.c: channels ------------------------------------------------- */

/*
 * Take channel @chan; @name (not copied) says for whom.  0; -EINVAL: no such channel;
 * -ENODEV: this machine has not got it; -EBUSY: somebody has it, or it is the cascade.
 * Context: any but NMI.  Undone by free_dma(), which stops the channel first.
 */
int __must_check request_dma(unsigned int chan, const char *name);
void free_dma(unsigned int chan);

/*
 * One lock for the controllers: their flip-flops are shared by all channels.  Interrupts
 * are off meanwhile.  Everything below but get_dma_residue()'s caller must hold it, and
 * must have the channel, or is refused with -EPERM.
 */
extern spinlock_t dma_spin_lock;
unsigned long claim_dma_lock(void) __acquires(&dma_spin_lock);
void release_dma_lock(unsigned long flags) __releases(&dma_spin_lock);

/* -EINVAL from enable_dma(): no mode, address or count yet, or the three do not fit. */
int enable_dma(unsigned int chan);
int disable_dma(unsigned int chan);
/* The next access of a 16-bit register is its low byte.  set_dma_*() do so themselves. */
int clear_dma_ff(unsigned int chan);
/* @mode: DMA_MODE_*, with or without DMA_AUTOINIT. */
int set_dma_mode(unsigned int chan, u8 mode);
/* Physical.  -EFAULT: not below 16 MiB.  -EINVAL: an odd address for words. */
int set_dma_addr(unsigned int chan, phys_addr_t addr);
/* Lines 16..23 (17..23 for words) of the address alone. */
int set_dma_page(unsigned int chan, u8 page);
/* Bytes: 1..64 KiB; even and up to 128 KiB for words.  Else -EINVAL. */
int set_dma_count(unsigned int chan, size_t bytes);
/*
 * Bytes not moved yet, 0 when done; exact while the channel is disabled.  An untouched
 * count of the whole 64 (128) KiB reads as 0, too: the chip cannot tell.
 */
int get_dma_residue(unsigned int chan);

/* The usual sequence, lock included: from disable_dma() to enable_dma(). */
int isa_dma_program(unsigned int chan, u8 mode, phys_addr_t addr, size_t bytes);

/* Who has which channel, as in /proc/dma. */
void isa_dma_show(struct seq_file *m);

/* The ports behind the driver and the channels that exist there; gives the former ones
 * back.  No ports: there are no channels.  For the probe and for tests. */
struct isa_dma_plug {
	const struct isa_dma_ports *ports;
	u8 channels;			/* as in struct isa_dma_info */
};
struct isa_dma_plug isa_dma_plug(struct isa_dma_plug plug);
/* All channels masked, the cascade open.  After plugging. */
void isa_dma_start(void);

/* ---- drivers/isa_bounce.c: buffers ----------------------------------------------- */

/*
 * Can channel @chan reach [@addr, @addr + @bytes)?  0; -EFAULT: some of it lies above
 * 16 MiB; -EINVAL: it crosses a boundary, has an odd end for words, is empty or too long,
 * or there is no such channel.  Any context.
 */
int isa_dma_check(phys_addr_t addr, size_t bytes, unsigned int chan);
/* The same in words ("" for 0): "crosses a 64 KiB boundary". */
const char *isa_dma_check_text(phys_addr_t addr, size_t bytes, unsigned int chan);
/* The same for a buffer by its address, direct map, image or vmalloc (page by page). */
int dma_buffer_ok(const void *buf, size_t bytes, unsigned int chan);

/* A buffer that a channel can always reach, for data that it cannot. */
struct isa_bounce {
	unsigned int chan;
	unsigned int order;
	size_t size;			/* bytes */
	void *buf;			/* NULL: none */
};

/*
 * @bytes (at most 64 KiB, words 128 KiB) for @chan, from the DMA zone.  @gfp without a
 * zone: GFP_KERNEL may sleep.  0, -EINVAL, -ENOMEM.  Undone by isa_bounce_free().
 */
int isa_bounce_alloc(struct isa_bounce *b, unsigned int chan, size_t bytes, gfp_t gfp);
void isa_bounce_free(struct isa_bounce *b);

/* One transfer between a device and [buf, buf + bytes). */
struct isa_dma_map {
	void *buf;
	size_t bytes;
	u8 mode;			/* DMA_MODE_READ or DMA_MODE_WRITE */
	phys_addr_t addr;		/* what the channel gets: buf, or the bounce buffer */
	struct isa_bounce *bounce;	/* NULL: directly */
};

/*
 * Find an address for the transfer that m->buf, bytes and mode describe: the buffer's own
 * if the channel reaches it, else @b's, filled first if the device reads.  Without @b, or
 * while bouncing is switched off: -EFAULT or -EINVAL as dma_buffer_ok(), and one line why.
 * -EINVAL: more than @b holds.  Nothing is allocated.  Undone by isa_dma_unmap(), which
 * copies the @done bytes out that the device wrote.
 */
int isa_dma_map(struct isa_dma_map *m, struct isa_bounce *b, unsigned int chan);
void isa_dma_unmap(struct isa_dma_map *m, size_t done);

/* Bounce at all?  Gives the former answer back.  For tests. */
bool isa_bounce_switch(bool on);

struct isa_bounce_stats {
	unsigned long direct, bounced, refused;	/* transfers */
	unsigned long bytes;			/* copied */
};
extern struct isa_bounce_stats isa_bounce_stats;

#endif /* _LINUX_ISA_DMA_H */
