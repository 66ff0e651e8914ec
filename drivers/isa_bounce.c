/* SPDX-License-Identifier: MIT */
/*
 * drivers/isa_bounce.c - what memory can an ISA DMA channel reach, and what to do else
 *
 * MODEL
 *   A buffer is good for a channel if it is contiguous, below 16 MiB, and within one
 *   multiple of 64 KiB (128 KiB and even for words).  What is not good is copied: through a
 *   buffer from GFP_DMA, whose block of 2^order pages is aligned to its own size, so that
 *   it cannot cross a boundary that is a larger power of two.
 *
 *   The bounce buffer is the driver's: taken when the device is opened, where waiting for
 *   the scarce zone is possible and failing is harmless; a transfer allocates nothing.
 *
 * LOCKING	none: a bounce buffer has one user at a time, its device's mutex sees to it.
 *		The counters are of one CPU, for people.
 * CONTEXT	isa_bounce_alloc() as its mask says, the rest any.
 * FAILURE	-errno; nothing changed.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/isa_dma.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

struct isa_bounce_stats isa_bounce_stats;
static bool isa_bounce_on = true;

/* ---- is it good? ----------------------------------------------------------------- */

struct isa_verdict {
	int err;
	const char *text;
};

static struct isa_verdict isa_dma_judge(phys_addr_t addr, size_t bytes, unsigned int chan)
{
	const bool word = chan > DMA_CASCADE_CHANNEL;
	const size_t most = word ? SZ_128K : SZ_64K;

	if (chan >= ISA_DMA_NR_CHANNELS || chan == DMA_CASCADE_CHANNEL)
		return (struct isa_verdict){ -EINVAL, "there is no such channel" };
	if (!bytes)
		return (struct isa_verdict){ -EINVAL, "the buffer is empty" };
	if (addr >= ISA_DMA_LIMIT || bytes > ISA_DMA_LIMIT - addr)
		return (struct isa_verdict){ -EFAULT, "the buffer lies above 16 MiB" };
	if (word && ((addr | bytes) & 1))
		return (struct isa_verdict){ -EINVAL, "the buffer is odd, words are moved" };
	if (bytes > most)
		return (struct isa_verdict){ -EINVAL, word ? "the buffer is longer than 128 KiB" :
					     "the buffer is longer than 64 KiB" };
	if (addr / most != (addr + bytes - 1) / most)
		return (struct isa_verdict){ -EINVAL, word ?
					     "the buffer crosses a 128 KiB boundary" :
					     "the buffer crosses a 64 KiB boundary" };
	return (struct isa_verdict){ 0, "" };
}

int isa_dma_check(phys_addr_t addr, size_t bytes, unsigned int chan)
{
	return isa_dma_judge(addr, bytes, chan).err;
}

const char *isa_dma_check_text(phys_addr_t addr, size_t bytes, unsigned int chan)
{
	return isa_dma_judge(addr, bytes, chan).text;
}

/* false: nothing is mapped there. */
static bool isa_dma_phys(const void *p, phys_addr_t *addr)
{
	struct page *page;

	if (!is_vmalloc_addr(p)) {
		*addr = virt_to_phys(p);
		return true;
	}
	page = vmalloc_to_page(p);
	if (!page)
		return false;
	*addr = page_to_phys(page) + offset_in_page(p);
	return true;
}

/* Above all of a buffer: where it begins, and whether its pages follow one another. */
static struct isa_verdict isa_dma_judge_buffer(const void *buf, size_t bytes, unsigned int chan,
					       phys_addr_t *addr)
{
	phys_addr_t page_addr;
	size_t done;

	if (!isa_dma_phys(buf, addr))
		return (struct isa_verdict){ -EFAULT, "the buffer is not mapped" };
	if (is_vmalloc_addr(buf)) {
		for (done = PAGE_SIZE - offset_in_page(buf); done < bytes; done += PAGE_SIZE) {
			if (!isa_dma_phys(buf + done, &page_addr))
				return (struct isa_verdict){ -EFAULT, "the buffer is not mapped" };
			if (page_addr != *addr + done)
				return (struct isa_verdict){ -EINVAL, "the buffer is scattered" };
		}
	}
	return isa_dma_judge(*addr, bytes, chan);
}

int dma_buffer_ok(const void *buf, size_t bytes, unsigned int chan)
{
	phys_addr_t addr;

	return isa_dma_judge_buffer(buf, bytes, chan, &addr).err;
}

/* ---- what to do else ------------------------------------------------------------- */

int isa_bounce_alloc(struct isa_bounce *b, unsigned int chan, size_t bytes, gfp_t gfp)
{
	const unsigned int order = get_order(bytes);

	*b = (struct isa_bounce){ .chan = chan };
	if (!bytes || isa_dma_check(0, bytes, chan))
		return -EINVAL;
	b->buf = (void *)__get_free_pages((gfp & ~__GFP_DMA32) | __GFP_DMA, order);
	if (!b->buf)
		return -ENOMEM;
	b->order = order;
	b->size = bytes;
	WARN_ON_ONCE(dma_buffer_ok(b->buf, bytes, chan));
	return 0;
}

void isa_bounce_free(struct isa_bounce *b)
{
	free_pages((unsigned long)b->buf, b->order);
	*b = (struct isa_bounce){ .chan = b->chan };
}

static int isa_dma_bounce(struct isa_dma_map *m, struct isa_bounce *b)
{
	if (m->bytes > b->size) {
		pr_err("ISA DMA: channel %u: %zu bytes, the bounce buffer holds %zu\n", b->chan,
		       m->bytes, b->size);
		return -EINVAL;
	}
	m->bounce = b;
	m->addr = virt_to_phys(b->buf);
	if (m->mode == DMA_MODE_WRITE) {
		memcpy(b->buf, m->buf, m->bytes);
		isa_bounce_stats.bytes += m->bytes;
	}
	isa_bounce_stats.bounced++;
	return 0;
}

int isa_dma_map(struct isa_dma_map *m, struct isa_bounce *b, unsigned int chan)
{
	struct isa_verdict v = isa_dma_judge_buffer(m->buf, m->bytes, chan, &m->addr);

	m->bounce = NULL;
	if (!v.err) {
		isa_bounce_stats.direct++;
		return 0;
	}
	if (b && b->buf && isa_bounce_on)
		return isa_dma_bounce(m, b);
	isa_bounce_stats.refused++;
	pr_err("ISA DMA: channel %u: %zu bytes at %px: %s, and bouncing is off\n", chan, m->bytes,
	       m->buf, v.text);
	return v.err;
}

void isa_dma_unmap(struct isa_dma_map *m, size_t done)
{
	if (!m->bounce || m->mode != DMA_MODE_READ)
		return;
	done = min(done, m->bytes);
	memcpy(m->buf, m->bounce->buf, done);
	isa_bounce_stats.bytes += done;
}

bool isa_bounce_switch(bool on)
{
	bool old = isa_bounce_on;

	isa_bounce_on = on;
	return old;
}
