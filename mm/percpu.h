/* SPDX-License-Identifier: MIT */
/*
 * mm/percpu.h - the parts of per-CPU memory, for percpu*.c and their tests
 */
#ifndef _MM_PERCPU_H
#define _MM_PERCPU_H

#include <linux/bitmap.h>
#include <linux/irqflags.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mmdebug.h>
#include <linux/percpu.h>

#define PERCPU_WORD		PCPU_MIN_ALLOC_SIZE
#define PERCPU_WORDS		(PCPU_MIN_UNIT_SIZE / PERCPU_WORD)
#define PERCPU_PAGES		(PCPU_MIN_UNIT_SIZE / PAGE_SIZE)
#define PERCPU_PAGE_WORDS	(PAGE_SIZE / PERCPU_WORD)
#define PERCPU_CHUNKS		(PCPU_BYTES / PCPU_MIN_UNIT_SIZE)

/* Field keys:  (C) constant while the chunk exists   (P) percpu_lock   (R) a racy read is fine
 *		(A) atomic */
struct percpu_chunk {
	struct list_head list;			/* (P) percpu_chunks */
	unsigned long base;			/* (C) unit of the boot CPU */
	unsigned int free;			/* (P) words */
	unsigned int hint;			/* (P,R) no free word below */
	unsigned int pins;			/* (P) who searches it without the lock */
	unsigned long claimed;			/* (A) pages that somebody brings, or has brought */
	unsigned long populated;		/* (P,R) pages that are there, for every CPU */
	DECLARE_BITMAP(taken, PERCPU_WORDS);	/* (P,R) */
	DECLARE_BITMAP(ends, PERCPU_WORDS);	/* (P,R) last word of an object */
	DECLARE_BITMAP(live, PERCPU_WORDS);	/* (A) first word of one that is given out */
};

/* ---- percpu_pages.c: what lies behind the addresses ------------------------------ */

/* CPUs that an object has a copy for: all possible ones.  Tests change it, with no chunk. */
extern unsigned int percpu_units;

/* A new chunk, which has an address and no page, or NULL.  free() gives its pages back, too;
 * how many that was. */
struct percpu_chunk *percpu_chunk_alloc(gfp_t gfp);
unsigned long percpu_chunk_free(struct percpu_chunk *chunk);
/* Bring page nr of each unit, if need be; false: no memory.  Process context. */
bool percpu_bring_page(struct percpu_chunk *chunk, unsigned int nr, gfp_t gfp);
/* The chunk whose unit of the boot CPU holds an address, or NULL.  Good while something lives
 * in it. */
extern struct percpu_chunk *percpu_table[PERCPU_CHUNKS];

static inline struct percpu_chunk *percpu_chunk_at(unsigned long addr)
{
	const unsigned long at = addr - PCPU_START;

	return at < PCPU_BYTES ? READ_ONCE(percpu_table[at / PCPU_MIN_UNIT_SIZE]) : NULL;
}

/* Which word of its unit is that? */
static inline unsigned long percpu_word_of(unsigned long addr)
{
	return addr % PCPU_MIN_UNIT_SIZE / PERCPU_WORD;
}
/* Pages that chunks have; racy. */
unsigned long percpu_pages(void);

/* ---- percpu_stock.c: small objects that wait on their CPU ------------------------ */

#define PERCPU_STOCK_WORDS	64		/* the largest object that is stocked */

/* Objects of one size: so many small ones (up to 64 bytes), so many larger ones. */
#define PERCPU_STOCK_MAX	7
#define PERCPU_STOCK_LARGE	2
#define PERCPU_SMALL_WORDS	16

struct percpu_bin {
	u32 nr;
	u32 at[PERCPU_STOCK_MAX];
};
static_assert(sizeof(struct percpu_bin) == 32 && PCPU_BYTES <= 1UL << 32);

DECLARE_PER_CPU_ALIGNED(struct percpu_bin, percpu_bins[PERCPU_STOCK_WORDS]);

/* One of so many words, with an address that is a multiple of align bytes; 0: none. */
static __always_inline unsigned long percpu_stock_pop(unsigned int words,
						      unsigned long align)
{
	unsigned long addr = 0, flags;
	struct percpu_bin *bin;

	if (words > PERCPU_STOCK_WORDS)
		return 0;
	local_irq_save(flags);
	bin = this_cpu_ptr(&percpu_bins[words - 1]);
	VM_BUG_ON(bin->nr > PERCPU_STOCK_MAX);
	if (bin->nr) {
		addr = PCPU_START + bin->at[bin->nr - 1];
		if (likely(!(addr & (align - 1))))
			bin->nr--;
		else
			addr = 0;
	}
	local_irq_restore(flags);
	return addr;
}

/* Keep it; false: no room. */
static __always_inline bool percpu_stock_push(unsigned long addr, unsigned int words)
{
	const u32 room = words > PERCPU_SMALL_WORDS ? PERCPU_STOCK_LARGE : PERCPU_STOCK_MAX;
	struct percpu_bin *bin;
	unsigned long flags;
	bool ok;

	if (words > PERCPU_STOCK_WORDS)
		return false;
	VM_BUG_ON(addr - PCPU_START >= PCPU_BYTES || !words);
	local_irq_save(flags);
	bin = this_cpu_ptr(&percpu_bins[words - 1]);
	ok = bin->nr < room;
	if (ok)
		bin->at[bin->nr++] = (u32)(addr - PCPU_START);
	local_irq_restore(flags);
	return ok;
}

/* What all CPUs keep is freed for good.  Process context. */
void percpu_stock_drain(void);
/* Words, and objects, that are kept; racy. */
unsigned long percpu_stock_count(unsigned long *objects);

/* ---- percpu_verify.c ------------------------------------------------------------- */

/* I1..I4 of percpu.c; false: msg.  The world is stopped. */
bool percpu_verify(char *msg, size_t n);

/* ---- percpu.c, for the others ---------------------------------------------------- */

extern struct list_head percpu_chunks;		/* (P) */
extern unsigned long percpu_words;		/* (P) taken, in all chunks */
extern long percpu_ready;			/* (P,R) not taken, and have pages */

/* The next chunk, pinned (NULL: the first), and @chunk is not any more; NULL behind the last. */
struct percpu_chunk *percpu_next_chunk(struct percpu_chunk *chunk);
/* Page nr of the units is mapped now. */
void percpu_page_is_there(struct percpu_chunk *chunk, unsigned int nr);

/* Free an object that is given out no more.  Any context but NMI. */
void percpu_put(unsigned long addr);

#endif /* _MM_PERCPU_H */
