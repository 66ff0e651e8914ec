/* SPDX-License-Identifier: MIT */
/*
 * mm/percpu.h - the parts of per-CPU memory, for percpu*.c and their tests
 */
#ifndef _MM_PERCPU_H
#define _MM_PERCPU_H

#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/mm.h>
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
/* Pages that chunks and static areas have; racy. */
unsigned long percpu_pages(void);

/* ---- percpu_stock.c: small objects that wait on their CPU ------------------------ */

#define PERCPU_STOCK_WORDS	64		/* the largest object that is stocked */

/* One of so many words, with an address that is a multiple of align bytes; 0: none. */
unsigned long percpu_stock_pop(unsigned int words, unsigned long align);
/* Keep it; false: no room. */
bool percpu_stock_push(unsigned long addr, unsigned int words);
/* What all CPUs keep is freed for good.  Process context. */
void percpu_stock_drain(void);
/* Words, and objects, that are kept; racy. */
unsigned long percpu_stock_count(unsigned long *objects);

/* ---- percpu.c, for the others ---------------------------------------------------- */

/* The next chunk, pinned (NULL: the first), and @chunk is not any more; NULL behind the last. */
struct percpu_chunk *percpu_next_chunk(struct percpu_chunk *chunk);
/* Page nr of the units is mapped now. */
void percpu_page_is_there(struct percpu_chunk *chunk, unsigned int nr);

/* Free an object that is given out no more.  Any context but NMI. */
void percpu_put(unsigned long addr);

#endif /* _MM_PERCPU_H */
