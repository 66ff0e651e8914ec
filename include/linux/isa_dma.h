/* SPDX-License-Identifier: MIT */
/*
 * The ISA DMA controller: two 8237s and their page registers (drivers/isa_dma*.c).
 */
#ifndef _LINUX_ISA_DMA_H
#define _LINUX_ISA_DMA_H

#include <linux/types.h>

#define ISA_DMA_LIMIT		0x1000000UL	/* 24 address lines: below 16 MiB */
#define ISA_DMA_NR_CHANNELS	8		/* 0..3 bytes, 4 cascades, 5..7 words */

struct isa_dma_info {
	bool primary;			/* an 8237 answers at 0x00 */
	bool secondary;			/* and one at 0xc0 */
	bool page_registers;		/* and the latches at 0x80 for address lines 16..23 */
	u8   channels;			/* bit n: channel n can be used */
	phys_addr_t zone_start;		/* the DMA zone: RAM of the map below 16 MiB, */
	phys_addr_t zone_end;		/* [start, end); equal: there is none */
	u64  zone_bytes;		/* RAM in it */
};

/* How the probe reaches ports: the real ones, or a model in a test. */
struct isa_dma_ports {
	u8   (*in)(void *ctx, u16 port);
	void (*out)(void *ctx, u16 port, u8 val);
	void *ctx;
};

struct memblock;

/*
 * Look for the controllers by writing and reading back registers that move no data, and
 * leave them as they were found.  zone_* stay 0.  Boot, irqs off, no transfer running.
 */
void isa_dma_probe_ports(const struct isa_dma_ports *ports, struct isa_dma_info *info);
/* Fill zone_* from the RAM of a memblock. */
void isa_dma_size_zone(struct isa_dma_info *info, const struct memblock *mb);

/* Probe this machine, size the DMA zone from memblock, say what was found.  Once. */
const struct isa_dma_info *isa_dma_probe(void);
/* What it found; any context afterwards. */
extern struct isa_dma_info isa_dma_info;

#endif /* _LINUX_ISA_DMA_H */
