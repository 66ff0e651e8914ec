/* SPDX-License-Identifier: MIT */
/*
 * mm/percpu.c - one copy for each CPU, at a constant distance
 *
 * MODEL
 *   A chunk is a unit of PCPU_MIN_UNIT_SIZE bytes for each possible CPU.  A pointer that is
 *   given out is the address in the first unit; a CPU's copy lies __per_cpu_offset[cpu] behind
 *   it, as for static per-CPU variables, so that %gs finds it in one instruction.
 *
 *	chunk	| unit of CPU 0 |  ...  | unit of CPU n |	same layout in each
 *		  ^ object
 *
 *   Which words of a unit are taken is one bit map; where an object ends is another, so that
 *   free_percpu() needs no size.  (Both, and the hint below, are Linux's idea; its chunks have
 *   blocks with hints of their own, which pay for units of megabytes.)  The search starts at
 *   the lowest word that may be free, for an object freed last is often wanted next.
 *
 *   Who may not sleep gets only what exists: so after each allocation that may sleep, there
 *   are at least PERCPU_SPARE bytes left.
 *
 * INVARIANTS	(percpu_verify() checks them)
 *   I1  free == words of the unit that are clear in taken.
 *   I2  every run of taken words is objects, each with its last word set in ends; no other
 *	 bit of ends is set.
 *   I3  no word below hint is clear in taken.
 *   I4  the pages of owner PERCPU are those of the chunks, and of those on their way.
 *
 * LOCKING	percpu_lock, rank LOCK_PERCPU, irqs off: the list and the maps.  Chunks are made
 *		and given back without it.
 * CONTEXT	see <linux/percpu.h>.
 * FAILURE	NULL, nothing changed.  Freeing what is no object: reported, ignored.
 * NOT HERE	static per-CPU variables: lib/percpu.c.  The addresses of further CPUs' units:
 *		whoever starts CPUs sets __per_cpu_offset, and maps them here.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/find.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/vmalloc.h>

#include "internal.h"

#define PERCPU_WORD	PCPU_MIN_ALLOC_SIZE
#define PERCPU_WORDS	(PCPU_MIN_UNIT_SIZE / PERCPU_WORD)
#define PERCPU_PAGES	(PCPU_MIN_UNIT_SIZE / PAGE_SIZE)
#define PERCPU_SPARE	1024		/* bytes in hand for those who may not sleep */

static_assert(PCPU_MIN_UNIT_SIZE % PAGE_SIZE == 0 && PERCPU_WORDS % BITS_PER_LONG == 0);
static_assert(PERCPU_SPARE <= PCPU_MIN_UNIT_SIZE);

/* Field keys:  (C) constant while the chunk exists   (P) percpu_lock   (R) a racy read is fine */
struct percpu_chunk {
	struct list_head list;			/* (P) percpu_chunks */
	char *base;				/* (C) unit of the boot CPU */
	unsigned int free;			/* (P) words */
	unsigned int hint;			/* (P,R) no free word below */
	unsigned int pins;			/* (P) who searches it without the lock */
	DECLARE_BITMAP(taken, PERCPU_WORDS);	/* (P,R) */
	DECLARE_BITMAP(ends, PERCPU_WORDS);	/* (P) */
};

static DEFINE_SPINLOCK_RANKED(percpu_lock, LOCK_PERCPU);
static LIST_HEAD(percpu_chunks);
static unsigned int percpu_chunk_count;		/* (P) */
static unsigned long percpu_words;		/* (P) taken, in all chunks */
static atomic_t percpu_away;			/* chunks that are being made or given back */

/* ---- chunks ---------------------------------------------------------------------- */

static void percpu_free_pages(struct page **pages, unsigned int nr)
{
	while (nr-- > 0)
		free_pages_owner(pages[nr], 0, PAGE_OWNER_PERCPU);
}

/* The pages of the boot CPU's unit; the others' are found at its distance. */
static char *percpu_map_unit(gfp_t gfp)
{
	struct page *pages[PERCPU_PAGES];
	unsigned int i;
	char *base;

	BUG_ON(nr_cpu_ids != 1);		/* see NOT HERE */
	for (i = 0; i < PERCPU_PAGES; i++) {
		pages[i] = alloc_pages_owner(gfp | __GFP_ZERO, 0, PAGE_OWNER_PERCPU);
		if (!pages[i]) {
			percpu_free_pages(pages, i);
			return NULL;
		}
	}
	base = vmap(pages, PERCPU_PAGES, VM_MAP, PAGE_KERNEL);
	if (!base)
		percpu_free_pages(pages, PERCPU_PAGES);
	return base;
}

static void percpu_unmap_unit(char *base)
{
	struct page *pages[PERCPU_PAGES];
	unsigned int i;

	for (i = 0; i < PERCPU_PAGES; i++)
		pages[i] = vmalloc_to_page(base + i * PAGE_SIZE);
	vunmap(base);
	percpu_free_pages(pages, PERCPU_PAGES);
}

static bool percpu_add_chunk(gfp_t gfp)
{
	struct percpu_chunk *chunk = kzalloc(sizeof(*chunk), gfp);
	unsigned long flags;

	if (!chunk)
		return false;
	atomic_inc(&percpu_away);
	chunk->base = percpu_map_unit(gfp);
	if (!chunk->base) {
		atomic_dec(&percpu_away);
		kfree(chunk);
		return false;
	}
	chunk->free = PERCPU_WORDS;
	spin_lock_irqsave(&percpu_lock, flags);
	list_add_tail(&chunk->list, &percpu_chunks);
	percpu_chunk_count++;
	atomic_dec(&percpu_away);
	spin_unlock_irqrestore(&percpu_lock, flags);
	return true;
}

/* Take an empty chunk off the list, if there are more than @keep of them. */
static struct percpu_chunk *percpu_take_empty(unsigned int keep)
{
	struct percpu_chunk *chunk, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&percpu_lock, flags);
	list_for_each_entry(chunk, &percpu_chunks, list) {
		if (chunk->free != PERCPU_WORDS || chunk->pins)
			continue;
		if (keep) {
			keep--;
			continue;
		}
		found = chunk;
		list_del(&chunk->list);
		percpu_chunk_count--;
		atomic_inc(&percpu_away);
		break;
	}
	spin_unlock_irqrestore(&percpu_lock, flags);
	return found;
}

unsigned long percpu_shrink(unsigned int keep)
{
	struct percpu_chunk *chunk;
	unsigned long pages = 0;

	while ((chunk = percpu_take_empty(keep)) != NULL) {
		percpu_unmap_unit(chunk->base);
		atomic_dec(&percpu_away);
		kfree(chunk);
		pages += PERCPU_PAGES * nr_cpu_ids;
	}
	return pages;
}

/* ---- objects --------------------------------------------------------------------- */

/* The next chunk behind @chunk (NULL: the first) that has so many words; pinned, and @chunk is
 * not any more. */
static struct percpu_chunk *percpu_next(struct percpu_chunk *chunk, unsigned int words)
{
	struct list_head *at = chunk ? &chunk->list : &percpu_chunks;
	struct percpu_chunk *next = NULL;
	unsigned long flags;

	spin_lock_irqsave(&percpu_lock, flags);
	for (at = at->next; at != &percpu_chunks && !next; at = at->next)
		if (list_entry(at, struct percpu_chunk, list)->free >= words)
			next = list_entry(at, struct percpu_chunk, list);
	if (chunk)
		chunk->pins--;
	if (next)
		next->pins++;
	spin_unlock_irqrestore(&percpu_lock, flags);
	return next;
}

static void percpu_unpin(struct percpu_chunk *chunk)
{
	unsigned long flags;

	spin_lock_irqsave(&percpu_lock, flags);
	VM_BUG_ON(!chunk->pins);
	chunk->pins--;
	spin_unlock_irqrestore(&percpu_lock, flags);
}

/* False: somebody else was faster. */
static bool percpu_take(struct percpu_chunk *chunk, unsigned long at, unsigned int words)
{
	unsigned long flags;
	bool ok;

	spin_lock_irqsave(&percpu_lock, flags);
	ok = find_next_bit(chunk->taken, at + words, at) >= at + words;
	if (ok) {
		bitmap_set(chunk->taken, (unsigned int)at, words);
		__set_bit(at + words - 1, chunk->ends);
		chunk->free -= words;
		percpu_words += words;
		if (at == chunk->hint)
			chunk->hint = (unsigned int)(at + words);	/* I3 */
	}
	spin_unlock_irqrestore(&percpu_lock, flags);
	return ok;
}

/*
 * The search may be long where the unit is in pieces, so it looks without the lock and takes
 * with it.  Each time that fails, somebody else has got something: no livelock.
 */
static void *percpu_carve(struct percpu_chunk *chunk, unsigned int words, unsigned int align)
{
	unsigned long at;

	do {
		at = bitmap_find_next_zero_area(chunk->taken, PERCPU_WORDS,
						READ_ONCE(chunk->hint), words, align - 1);
		if (at >= PERCPU_WORDS)
			return NULL;
		VM_BUG_ON(at & (align - 1) || at + words > PERCPU_WORDS);
	} while (!percpu_take(chunk, at, words));
	return chunk->base + at * PERCPU_WORD;
}

static void *percpu_try(unsigned int words, unsigned int align)
{
	struct percpu_chunk *chunk = NULL;
	void *p = NULL;

	while (!p && (chunk = percpu_next(chunk, words)) != NULL)
		p = percpu_carve(chunk, words, align);
	if (chunk)
		percpu_unpin(chunk);
	return p;
}

static bool percpu_has_spare(void)
{
	return (unsigned long)READ_ONCE(percpu_chunk_count) * PERCPU_WORDS -
	       READ_ONCE(percpu_words) >= PERCPU_SPARE / PERCPU_WORD;
}

static void percpu_clear(void *p, size_t bytes)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr((char *)p, cpu), 0, bytes);
}

void *(__alloc_percpu_gfp)(size_t size, size_t align, gfp_t gfp)
{
	const unsigned int words = (unsigned int)((size + PERCPU_WORD - 1) / PERCPU_WORD);
	const bool may_sleep = gfpflags_allow_blocking(gfp) && preemptible();
	void *p;

	if (WARN_ON_ONCE(!size || size > PCPU_MIN_UNIT_SIZE || align > PAGE_SIZE ||
			 !is_power_of_2(align)))
		return NULL;
	align = max(align, (size_t)PERCPU_WORD) / PERCPU_WORD;
	p = percpu_try(words, (unsigned int)align);
	if (may_sleep && !p && percpu_add_chunk(gfp))
		p = percpu_try(words, (unsigned int)align);
	if (may_sleep && p && !percpu_has_spare())
		percpu_add_chunk(gfp | __GFP_NOWARN | __GFP_NORETRY);
	if (p)
		percpu_clear(p, words * PERCPU_WORD);
	return p;
}

void *(__alloc_percpu)(size_t size, size_t align)
{
	return (__alloc_percpu_gfp)(size, align, GFP_KERNEL);
}

static struct percpu_chunk *percpu_chunk_of(const char *p)
{
	struct percpu_chunk *chunk;

	lockdep_assert_held(&percpu_lock);
	list_for_each_entry(chunk, &percpu_chunks, list)
		if (p >= chunk->base && p < chunk->base + PCPU_MIN_UNIT_SIZE)
			return chunk;
	return NULL;
}

/* Does an object begin at this word?  Then one ends right before it, or nothing is there. */
static bool percpu_begins(const struct percpu_chunk *chunk, unsigned long at)
{
	return test_bit(at, chunk->taken) &&
	       (at == 0 || !test_bit(at - 1, chunk->taken) || test_bit(at - 1, chunk->ends));
}

/* False: it is none. */
static bool percpu_release(const char *p)
{
	struct percpu_chunk *chunk = percpu_chunk_of(p);
	unsigned long at, end;

	if (!chunk || (unsigned long)(p - chunk->base) % PERCPU_WORD)
		return false;
	at = (unsigned long)(p - chunk->base) / PERCPU_WORD;
	if (!percpu_begins(chunk, at))
		return false;
	end = find_next_bit(chunk->ends, PERCPU_WORDS, at);
	VM_BUG_ON(end >= PERCPU_WORDS);
	bitmap_clear(chunk->taken, (unsigned int)at, (unsigned int)(end - at + 1));
	__clear_bit(end, chunk->ends);
	chunk->free += end - at + 1;
	percpu_words -= end - at + 1;
	chunk->hint = min(chunk->hint, (unsigned int)at);
	return true;
}

void free_percpu(void *ptr)
{
	unsigned long flags;
	bool ok;

	if (!ptr)
		return;
	spin_lock_irqsave(&percpu_lock, flags);
	ok = percpu_release(ptr);
	spin_unlock_irqrestore(&percpu_lock, flags);
	WARN(!ok, "free_percpu: %px is no per-CPU object\n", ptr);
}

unsigned long percpu_used(void)
{
	return READ_ONCE(percpu_words) * PERCPU_WORD;
}

unsigned int percpu_nr_chunks(void)
{
	return READ_ONCE(percpu_chunk_count);
}

/* ---- checks ---------------------------------------------------------------------- */

static bool percpu_verify_chunk(const struct percpu_chunk *chunk)
{
	unsigned int i;

	if (chunk->free + bitmap_weight(chunk->taken, PERCPU_WORDS) != PERCPU_WORDS)
		return false;
	for (i = 0; i < PERCPU_WORDS; i++) {
		const bool taken = test_bit(i, chunk->taken), end = test_bit(i, chunk->ends);
		const bool more = i + 1 < PERCPU_WORDS && test_bit(i + 1, chunk->taken);

		if ((end && !taken) || (taken && !end && !more) || (!taken && i < chunk->hint))
			return false;
	}
	return true;
}

static bool percpu_verify(char *msg, size_t n)
{
	const unsigned long pages = page_owner_pages(PAGE_OWNER_PERCPU);
	struct percpu_chunk *chunk;
	unsigned long found = 0;

	list_for_each_entry(chunk, &percpu_chunks, list) {
		if (!percpu_verify_chunk(chunk)) {
			scnprintf(msg, n, "percpu: the maps of the chunk at %px are wrong",
				  chunk->base);
			return false;
		}
		found += PERCPU_PAGES * nr_cpu_ids;
	}
	if (found == pages || (found < pages && atomic_read(&percpu_away)))
		return true;
	scnprintf(msg, n, "percpu: chunks of %lu pages, owner says %lu", found, pages);
	return false;
}

/* ---- under pressure: chunks that nobody uses, but for one, for those who may not sleep -- */

static unsigned long percpu_shrink_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct percpu_chunk *chunk;
	unsigned long empty = 0, flags;

	spin_lock_irqsave(&percpu_lock, flags);
	list_for_each_entry(chunk, &percpu_chunks, list)
		empty += chunk->free == PERCPU_WORDS && !chunk->pins;
	spin_unlock_irqrestore(&percpu_lock, flags);
	return empty > 1 ? (empty - 1) * PERCPU_PAGES * nr_cpu_ids : 0;
}

static unsigned long percpu_shrink_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	const unsigned long pages = percpu_shrink(1);

	mm_account_reclaimed_pages(pages);
	sc->nr_scanned = max(pages, sc->nr_to_scan);
	return pages ? pages : SHRINK_STOP;
}

static struct shrinker percpu_shrinker = {
	.count_objects	= percpu_shrink_count,
	.scan_objects	= percpu_shrink_scan,
	.batch		= 1,
	.seeks		= 0,
};

static void percpu_settle(void)
{
	percpu_shrink(0);
}

static struct verify_ops percpu_verify_ops = {
	.name = "per-CPU bytes",
	.settle = percpu_settle,
	.verify = percpu_verify,
	.count = percpu_used,
};

void percpu_init(void)
{
	verify_register(&percpu_verify_ops);
	WARN_ON(register_shrinker(&percpu_shrinker, "percpu-chunks"));
}
