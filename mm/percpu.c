/* SPDX-License-Identifier: MIT */
/*
 * mm/percpu.c - one copy for each CPU, at a constant distance
 *
 * MODEL
 *   A chunk is a unit of PCPU_MIN_UNIT_SIZE bytes for each possible CPU.  A pointer that is
 *   given out is the address in the boot CPU's unit; a CPU's copy lies __per_cpu_offset[cpu]
 *   behind it, as for static per-CPU variables, so that %gs finds it in one instruction.
 *
 *	boot CPU's window	| unit of chunk 0 | of chunk 1 | ...
 *				  ^ object
 *	window of CPU n		| unit of chunk 0 | of chunk 1 | ...	same layout in each
 *				  ^ its copy for CPU n
 *
 *   Which words of a unit are taken is one bit map; where an object ends is another, so that
 *   free_percpu() needs no size; where a live one begins is a third, so that it frees nothing
 *   else, and nothing twice.  (The first two, and the hint below, are Linux's idea; its chunks
 *   have blocks with hints of their own, which pay for units of megabytes.)  The search starts
 *   at the lowest word that may be free, for an object freed last is often wanted next.
 *
 *   Pages come when they are first needed (percpu_pages.c).  Who may sleep takes words where
 *   pages are, else anywhere, and brings the pages; who may not gets only what is there: so
 *   after each allocation that may sleep, there are at least PERCPU_SPARE bytes with pages
 *   left, and one that may not and leaves less has a work item see to it (the hook).
 *
 *   Most objects are small and are wanted again: percpu_stock.c.  Clearing the copies is what
 *   a hot allocation costs most for: 16 bytes of a CPU's copy in five instructions.
 *
 * INVARIANTS	(percpu_verify() checks them)
 *   I1  free == words of the unit that are clear in taken; percpu_words and percpu_ready are
 *	 the sums of words taken, and of those that are not and have pages.
 *   I2  every run of taken words is objects, each with its last word set in ends; no other
 *	 bit of ends is set.  live is set for first words of objects only; objects that are
 *	 not live are in a stock.
 *   I3  no word below hint is clear in taken.
 *   I4  what is live has pages.
 *
 * LOCKING	percpu_lock, rank LOCK_PERCPU, irqs off: the list and the maps, but for live,
 *		which is atomic.  Chunks and pages are made and given back without it.
 * CONTEXT	see <linux/percpu.h>.
 * FAILURE	NULL, nothing changed.  Freeing what is no object: reported, ignored.
 * NOT HERE	what lies behind the addresses: percpu_pages.c.  What waits on its CPU:
 *		percpu_stock.c.  Checks: percpu_verify.c.  Static variables: lib/percpu.c.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/find.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/swap.h>

#include "internal.h"
#include "percpu.h"
#include "vmap.h"

#define PERCPU_HINTS	8		/* chunks that are looked at in a row, irqs off */
#define PERCPU_SPARE	1024		/* bytes in hand for those who may not sleep */

static_assert(PERCPU_WORDS % BITS_PER_LONG == 0 && PERCPU_PAGE_WORDS % BITS_PER_LONG == 0);
static_assert(PERCPU_SPARE <= PAGE_SIZE, "a page more is enough");

static DEFINE_SPINLOCK_RANKED(percpu_lock, LOCK_PERCPU);
LIST_HEAD(percpu_chunks);
unsigned long percpu_words;
long percpu_ready;
static unsigned int percpu_chunk_count;		/* (P) */
static percpu_refill_fn *percpu_refill_hook;	/* a single word, plugged once */

/* ---- chunks ---------------------------------------------------------------------- */

/* A new one, pinned: or who gives empty ones back might take it at once. */
static struct percpu_chunk *percpu_add_chunk(gfp_t gfp)
{
	struct percpu_chunk *chunk = percpu_chunk_alloc(gfp);
	unsigned long flags;

	if (!chunk)
		return NULL;
	chunk->pins = 1;
	spin_lock_irqsave(&percpu_lock, flags);
	list_add_tail(&chunk->list, &percpu_chunks);
	percpu_chunk_count++;
	spin_unlock_irqrestore(&percpu_lock, flags);
	return chunk;
}

/* Words of [at, at + words) whose page is one of those in pages. */
static unsigned int percpu_words_in(unsigned long pages, unsigned long at, unsigned int words)
{
	const unsigned long end = at + words;
	unsigned int n = 0;
	unsigned long next;

	for (; at < end; at = next) {
		next = min((at / PERCPU_PAGE_WORDS + 1) * PERCPU_PAGE_WORDS, end);
		if (pages >> at / PERCPU_PAGE_WORDS & 1)
			n += next - at;
	}
	return n;
}

void percpu_page_is_there(struct percpu_chunk *chunk, unsigned int nr)
{
	const unsigned long *map = chunk->taken + nr * PERCPU_PAGE_WORDS / BITS_PER_LONG;
	unsigned long flags;

	spin_lock_irqsave(&percpu_lock, flags);
	VM_BUG_ON(nr >= PERCPU_PAGES || !(chunk->claimed >> nr & 1));
	VM_BUG_ON(chunk->populated >> nr & 1);
	WRITE_ONCE(chunk->populated, chunk->populated | 1UL << nr);
	percpu_ready += PERCPU_PAGE_WORDS - bitmap_weight(map, PERCPU_PAGE_WORDS);
	spin_unlock_irqrestore(&percpu_lock, flags);
}

/*
 * Take an empty chunk off the list, if there are more than @keep of them.  Then it is ours: who
 * searches pins it first, with this lock, and who has something in it has taken words.
 */
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
		VM_BUG_ON(chunk->hint);
		found = chunk;
		list_del(&chunk->list);
		percpu_chunk_count--;
		percpu_ready -= percpu_words_in(chunk->populated, 0, PERCPU_WORDS);
		break;
	}
	spin_unlock_irqrestore(&percpu_lock, flags);
	return found;
}

unsigned long percpu_shrink(unsigned int keep)
{
	struct percpu_chunk *chunk;
	unsigned long pages = 0;

	percpu_stock_drain();
	while ((chunk = percpu_take_empty(keep)) != NULL)
		pages += percpu_chunk_free(chunk);
	return pages;
}

/* ---- taking words ---------------------------------------------------------------- */

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

struct percpu_chunk *percpu_next_chunk(struct percpu_chunk *chunk)
{
	return percpu_next(chunk, 0);
}

static void percpu_unpin(struct percpu_chunk *chunk)
{
	unsigned long flags;

	spin_lock_irqsave(&percpu_lock, flags);
	VM_BUG_ON(!chunk->pins);
	chunk->pins--;
	spin_unlock_irqrestore(&percpu_lock, flags);
}

/*
 * False: somebody else was faster.  What percpu_ready loses is what has a page now; if one comes
 * later, percpu_page_is_there() does not count these words, because they are taken.
 */
static bool percpu_take_locked(struct percpu_chunk *chunk, unsigned long at, unsigned int words)
	__must_hold(&percpu_lock)
{
	lockdep_assert_held(&percpu_lock);
	if (find_next_bit(chunk->taken, at + words, at) < at + words)
		return false;
	VM_BUG_ON(chunk->free < words || at < chunk->hint);
	bitmap_set(chunk->taken, (unsigned int)at, words);
	__set_bit(at + words - 1, chunk->ends);
	chunk->free -= words;
	percpu_words += words;
	percpu_ready -= percpu_words_in(chunk->populated, at, words);
	if (at == chunk->hint)
		chunk->hint = (unsigned int)(at + words);	/* I3 */
	return true;
}

static bool percpu_take(struct percpu_chunk *chunk, unsigned long at, unsigned int words)
{
	unsigned long flags;
	bool ok;

	spin_lock_irqsave(&percpu_lock, flags);
	ok = percpu_take_locked(chunk, at, words);
	spin_unlock_irqrestore(&percpu_lock, flags);
	return ok;
}

/*
 * Where the search would begin: in a unit that is not in pieces it ends there, too, so the lock is
 * taken once.  0: no room there, or no page.
 */
static unsigned long percpu_try_hint(unsigned int words, unsigned int align)
{
	unsigned int tries = PERCPU_HINTS;
	struct percpu_chunk *chunk;
	unsigned long flags, at, addr = 0;

	spin_lock_irqsave(&percpu_lock, flags);
	list_for_each_entry(chunk, &percpu_chunks, list) {
		if (!tries--)
			break;
		if (chunk->free < words)
			continue;
		at = ALIGN(chunk->hint, align);
		if (at + words <= PERCPU_WORDS &&
		    percpu_words_in(chunk->populated, at, words) == words &&
		    percpu_take_locked(chunk, at, words))
			addr = chunk->base + at * PERCPU_WORD;
		break;
	}
	spin_unlock_irqrestore(&percpu_lock, flags);
	return addr;
}

/*
 * The next room at or after @at that has pages, or (any) has not; PERCPU_WORDS: none.  Without the
 * lock, so it is a proposal.
 */
static unsigned long percpu_find_room(const struct percpu_chunk *chunk, unsigned long at,
				      unsigned int words, unsigned int align, bool any)
{
	for (;;) {
		at = bitmap_find_next_zero_area(chunk->taken, PERCPU_WORDS, at, words, align - 1);
		if (at >= PERCPU_WORDS)
			return PERCPU_WORDS;
		if (any || percpu_words_in(READ_ONCE(chunk->populated), at, words) == words)
			return at;
		at = (at / PERCPU_PAGE_WORDS + 1) * PERCPU_PAGE_WORDS;
	}
}

/*
 * The search may be long where the unit is in pieces, so it looks without the lock and takes
 * with it.  Each time that fails, somebody else has got something: no livelock.
 */
static unsigned long percpu_carve(struct percpu_chunk *chunk, unsigned int words,
				  unsigned int align, bool any)
{
	unsigned long at;

	do {
		at = percpu_find_room(chunk, READ_ONCE(chunk->hint), words, align, any);
		if (at >= PERCPU_WORDS)
			return 0;
		VM_BUG_ON(at & (align - 1) || at + words > PERCPU_WORDS);
	} while (!percpu_take(chunk, at, words));
	return chunk->base + at * PERCPU_WORD;
}

/* Words in any chunk, oldest first, where pages are or (any) may have to be brought; 0: none. */
static unsigned long percpu_try(unsigned int words, unsigned int align, bool any)
{
	struct percpu_chunk *chunk = NULL;
	unsigned long addr = 0;

	while (!addr && (chunk = percpu_next(chunk, words)) != NULL)
		addr = percpu_carve(chunk, words, align, any);
	if (chunk)
		percpu_unpin(chunk);
	return addr;
}

/* The same in a new chunk.  It is empty, so that only others who take all of it can be faster. */
static unsigned long percpu_try_new(unsigned int words, unsigned int align, gfp_t gfp)
{
	struct percpu_chunk *chunk = percpu_add_chunk(gfp);
	unsigned long addr;

	if (!chunk)
		return 0;
	addr = percpu_carve(chunk, words, align, true);
	percpu_unpin(chunk);
	return addr;
}

/*
 * Bring what is missing of the pages behind words that we have taken: they keep the chunk, and so
 * its addresses.  False: they are still ours, and so are the pages that have come by then.
 */
static bool percpu_populate(unsigned long addr, unsigned int words, gfp_t gfp)
{
	struct percpu_chunk *chunk = percpu_chunk_at(addr);
	const unsigned long at = percpu_word_of(addr);
	unsigned long nr;

	VM_BUG_ON(!chunk || !test_bit(at, chunk->taken) || test_bit(at, chunk->live));
	for (nr = at / PERCPU_PAGE_WORDS; nr <= (at + words - 1) / PERCPU_PAGE_WORDS; nr++)
		if (!(READ_ONCE(chunk->populated) >> nr & 1) &&
		    !percpu_bring_page(chunk, (unsigned int)nr, gfp))
			return false;
	return true;
}

/*
 * Not a small one from stock.  0: no memory.  Where pages are comes first, whoever asks: it costs
 * none, and an object that lives long among others keeps no page of its own.
 */
static noinline unsigned long percpu_alloc_words(unsigned int words, unsigned int align, gfp_t gfp)
{
	unsigned long addr = percpu_try_hint(words, align);

	if (!addr)
		addr = percpu_try(words, align, false);
	if (addr || !gfpflags_allow_blocking(gfp) || !preemptible())
		return addr;
	addr = percpu_try(words, align, true);
	if (!addr)
		addr = percpu_try_new(words, align, gfp);
	if (addr && !percpu_populate(addr, words, gfp)) {
		percpu_put(addr);
		return 0;
	}
	return addr;
}

/* ---- in hand for those who may not sleep ----------------------------------------- */

static inline bool percpu_has_spare(void)
{
	return READ_ONCE(percpu_ready) >= (long)(PERCPU_SPARE / PERCPU_WORD);
}

percpu_refill_fn *percpu_set_refill_hook(percpu_refill_fn *fn)
{
	percpu_refill_fn *old = percpu_refill_hook;

	WRITE_ONCE(percpu_refill_hook, fn);
	return old;
}

/* A chunk with a page that nobody has brought yet, pinned; NULL: no chunk has. */
static struct percpu_chunk *percpu_next_bare(unsigned int *nr)
{
	struct percpu_chunk *chunk = NULL;

	while ((chunk = percpu_next(chunk, 1)) != NULL) {
		*nr = (unsigned int)__builtin_ctzl(~READ_ONCE(chunk->claimed));
		if (*nr < PERCPU_PAGES)
			return chunk;
	}
	return NULL;
}

/* One page is enough; if somebody takes it or gives it back meanwhile, he sees to it, too. */
void percpu_refill(void)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY;
	struct percpu_chunk *chunk;
	unsigned int nr;

	if (percpu_has_spare())
		return;
	chunk = percpu_next_bare(&nr);
	if (!chunk) {
		nr = 0;
		chunk = percpu_add_chunk(gfp);
	}
	if (!chunk)
		return;
	percpu_bring_page(chunk, nr, gfp);
	percpu_unpin(chunk);
}

/* A page for others is no reason to do more than this caller may: GFP_NOFS stays out of files. */
static noinline void percpu_see_to_spare(gfp_t gfp)
{
	percpu_refill_fn *hook = READ_ONCE(percpu_refill_hook);

	if ((gfp & GFP_KERNEL) == GFP_KERNEL && preemptible())
		percpu_refill();
	else if (hook)
		hook();
}

/* ---- alloc ----------------------------------------------------------------------- */

/* 16 bytes at a time; 4 where it begins or ends between them. */
static __always_inline void percpu_clear_copy(unsigned long addr, unsigned long bytes)
{
	const unsigned long end = addr + bytes;

	if (addr & 4) {
		*(u32 *)addr = 0;
		addr += 4;
	}
	for (; addr + 16 <= end; addr += 16) {
		((u64 *)addr)[0] = 0;
		((u64 *)addr)[1] = 0;
	}
	for (; addr < end; addr += 4)
		*(u32 *)addr = 0;
}

/* All copies, on any CPU: nobody else knows the object yet. */
static __always_inline void percpu_clear(unsigned long addr, unsigned int words)
{
	unsigned int cpu = 0;

	do
		percpu_clear_copy(addr + __per_cpu_offset[cpu], words * PERCPU_WORD);
	while (++cpu < percpu_units);
}

void *(__alloc_percpu_gfp)(size_t size, size_t align, gfp_t gfp)
{
	const unsigned int words = (unsigned int)((size + PERCPU_WORD - 1) / PERCPU_WORD);
	struct percpu_chunk *chunk;
	unsigned long addr;

	if (WARN_ON_ONCE(!size || size > PCPU_MIN_UNIT_SIZE || align > PAGE_SIZE ||
			 !is_power_of_2(align)))
		return NULL;
	addr = percpu_stock_pop(words, align);
	if (!addr) {
		addr = percpu_alloc_words(words, (unsigned int)max(align / PERCPU_WORD, 1UL), gfp);
		if (unlikely(!percpu_has_spare()))
			percpu_see_to_spare(gfp);
	}
	if (!addr)
		return NULL;
	chunk = percpu_chunk_at(addr);
	VM_BUG_ON(percpu_words_in(chunk->populated, percpu_word_of(addr), words) != words);
	VM_WARN_ON_ONCE(test_bit(percpu_word_of(addr), chunk->live));
	set_bit(percpu_word_of(addr), chunk->live);
	percpu_clear(addr, words);
	return (void *)addr;
}

void *(__alloc_percpu)(size_t size, size_t align)
{
	return (__alloc_percpu_gfp)(size, align, GFP_KERNEL);
}

/* ---- free ------------------------------------------------------------------------ */

/* The last word of the object that has a word; without the lock: its bits are its owner's. */
static __always_inline unsigned long percpu_end_of(const struct percpu_chunk *chunk,
						   unsigned long at)
{
	const unsigned long bits = chunk->ends[at / BITS_PER_LONG] >> at % BITS_PER_LONG;
	unsigned long end = at + (bits ? (unsigned long)__builtin_ctzl(bits) : 0);

	if (unlikely(!bits))
		end = find_next_bit(chunk->ends, PERCPU_WORDS, at);
	VM_BUG_ON(end >= PERCPU_WORDS);
	return end;
}

/* Words that are not live, and in no stock: nobody but the caller knows that they are taken. */
void percpu_put(unsigned long addr)
{
	struct percpu_chunk *chunk = percpu_chunk_at(addr);
	const unsigned long at = percpu_word_of(addr);
	unsigned int words;
	unsigned long flags;

	VM_BUG_ON(!chunk || test_bit(at, chunk->live));
	spin_lock_irqsave(&percpu_lock, flags);
	words = (unsigned int)(percpu_end_of(chunk, at) - at + 1);
	VM_BUG_ON(!test_bit(at, chunk->taken) || chunk->free + words > PERCPU_WORDS);
	bitmap_clear(chunk->taken, (unsigned int)at, words);
	__clear_bit(at + words - 1, chunk->ends);
	chunk->free += words;
	percpu_words -= words;
	percpu_ready += percpu_words_in(chunk->populated, at, words);
	chunk->hint = min(chunk->hint, (unsigned int)at);
	spin_unlock_irqrestore(&percpu_lock, flags);
}

/*
 * The bit in live is the ticket: it is taken back in one atomic step before anything else, so that
 * of two who free an object, on whichever CPUs, one is told.  The object is in no list then, and
 * not live: if an interrupt comes here and allocates, it gets another one.
 */
void free_percpu(void *ptr)
{
	const unsigned long addr = (unsigned long)ptr;
	struct percpu_chunk *chunk;
	unsigned long at;

	if (!ptr)
		return;
	chunk = percpu_chunk_at(addr);
	at = chunk ? percpu_word_of(addr) : 0;
	if (unlikely(!chunk || addr % PERCPU_WORD || !test_and_clear_bit(at, chunk->live))) {
		WARN(1, "free_percpu: %px is no per-CPU object\n", ptr);
		return;
	}
	if (!percpu_stock_push(addr, (unsigned int)(percpu_end_of(chunk, at) - at + 1)))
		percpu_put(addr);
}

/* ---- counts ---------------------------------------------------------------------- */

unsigned long percpu_used(void)
{
	unsigned long objects;

	return (READ_ONCE(percpu_words) - percpu_stock_count(&objects)) * PERCPU_WORD;
}

unsigned int percpu_nr_chunks(void)
{
	return READ_ONCE(percpu_chunk_count);
}

/* ---- under pressure: chunks that nobody uses, but for one for those who may not sleep */

static unsigned long percpu_shrink_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned long objects, words = percpu_stock_count(&objects), flags;
	struct percpu_chunk *chunk;
	unsigned int empty = 0;

	spin_lock_irqsave(&percpu_lock, flags);
	list_for_each_entry(chunk, &percpu_chunks, list)
		empty += chunk->free == PERCPU_WORDS && !chunk->pins;
	spin_unlock_irqrestore(&percpu_lock, flags);
	return (empty > 1 ? (empty - 1) * PERCPU_PAGES * percpu_units : 0) +
	       DIV_ROUND_UP(words * PERCPU_WORD, PAGE_SIZE) * percpu_units;
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
	percpu_units = nr_cpu_ids;
	verify_register(&percpu_verify_ops);
	WARN_ON(register_shrinker(&percpu_shrinker, "percpu-chunks"));
}
