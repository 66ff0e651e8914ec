/* SPDX-License-Identifier: MIT */
/*
 * mm/percpu_pages.c - what lies behind the addresses of per-CPU memory
 *
 * MODEL
 *   A chunk is PCPU_MIN_UNIT_SIZE bytes of addresses from PCPU_START on, and the same at
 *   every other CPU's distance from there (its unit).  Pages come one by one, when something
 *   is first allocated in them, and then for every CPU at once:
 *
 *	PCPU_START	| chunk 0 | chunk 1 | ...	the boot CPU's window
 *			  p p . .   p . . .
 *	+ offset of 1	| chunk 0 | chunk 1 | ...	that of CPU 1
 *			  p p . .   p . . .
 *
 *   A table says which chunk is at an address: free_percpu() asks it, without a lock.
 *
 *   Two may want one page at a time.  Each gets memory for it first, where that may sleep;
 *   then one claims the page and maps it, with preemption off, and the other one waits for
 *   that, and gives his back.
 *
 * INVARIANTS	(percpu_verify() checks them)
 *   P1  a page that is populated is mapped in every unit, any other one in none.
 *   P2  pages of owner PERCPU are those of chunks, and some on the way: static variables
 *	 have other ones (kernel/smp.c).
 *
 * LOCKING	the table: a slot is claimed by compare-and-exchange.
 * CONTEXT	process; percpu_chunk_at(): any.
 * FAILURE	NULL or false, nothing changed.
 * NOT HERE	which bytes are taken: percpu.c.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <asm/processor.h>
#include <asm/tlbflush.h>

#include "internal.h"
#include "percpu.h"
#include "vmap.h"

static_assert(PCPU_MIN_UNIT_SIZE % PAGE_SIZE == 0 && PERCPU_PAGES <= BITS_PER_LONG);
static_assert(PCPU_START % PMD_SIZE == 0 && PCPU_BYTES % PMD_SIZE == 0);
static_assert(PMD_SIZE % PCPU_MIN_UNIT_SIZE == 0, "units are aligned");

unsigned int percpu_units = 1;
struct percpu_chunk *percpu_table[PERCPU_CHUNKS];
static atomic_long_t percpu_nr_pages;

static unsigned long percpu_page_addr(const struct percpu_chunk *chunk, unsigned int nr,
				      unsigned int cpu)
{
	VM_BUG_ON(nr > PERCPU_PAGES || cpu >= NR_CPUS);
	return chunk->base + nr * PAGE_SIZE + __per_cpu_offset[cpu];
}

/* ---- one page -------------------------------------------------------------------- */

/* Memory for the page at vaddr, and tables down to it; not mapped yet. */
static struct page *percpu_page_alloc(unsigned long vaddr, gfp_t gfp)
{
	struct page *page = alloc_pages_owner(gfp | __GFP_ZERO, 0, PAGE_OWNER_PERCPU);

	if (page && vmap_table_reserve(vaddr, vaddr + PAGE_SIZE, gfp)) {
		free_pages_owner(page, 0, PAGE_OWNER_PERCPU);
		return NULL;
	}
	return page;
}

static void percpu_page_free(struct page *page, unsigned long vaddr)
{
	vmap_table_release(vaddr, vaddr + PAGE_SIZE);
	free_pages_owner(page, 0, PAGE_OWNER_PERCPU);
}

static void percpu_page_map(struct page *page, unsigned long vaddr)
{
	VM_BUG_ON(page->owner != PAGE_OWNER_PERCPU || page->order);
	vmap_table_fill(vaddr, page_to_pfn(page), 1, PAGE_KERNEL);
	atomic_long_inc(&percpu_nr_pages);
}

unsigned long percpu_pages(void)
{
	return (unsigned long)atomic_long_read(&percpu_nr_pages);
}

/* ---- one page of each unit ------------------------------------------------------- */

/* All CPUs forget where pages first..last - 1 of the units were; tables that are empty go. */
static void percpu_forget(const struct percpu_chunk *chunk, unsigned int first, unsigned int last)
{
	unsigned int cpu;
	bool again;
	u64 number;

	do {
		again = false;
		number = vmap_table_now();
		flush_tlb_all();		/* units are far apart */
		for (cpu = 0; cpu < percpu_units; cpu++)
			again |= vmap_table_reap(percpu_page_addr(chunk, first, cpu),
						 percpu_page_addr(chunk, last, cpu), number);
	} while (again);
}

/* What has been got for the first so many CPUs, and is not mapped. */
static void percpu_free_pages(struct percpu_chunk *chunk, unsigned int nr, struct page **pages,
			      unsigned int cpus)
{
	unsigned int cpu;

	for (cpu = 0; cpu < cpus; cpu++)
		percpu_page_free(pages[cpu], percpu_page_addr(chunk, nr, cpu));
	if (cpus)
		percpu_forget(chunk, nr, nr + 1);
}

/* True: we have mapped them.  False: somebody else has. */
static bool percpu_map_claimed(struct percpu_chunk *chunk, unsigned int nr, struct page **pages)
{
	unsigned int cpu;
	bool ours;

	preempt_disable();
	ours = !test_and_set_bit(nr, &chunk->claimed);
	if (ours) {
		for (cpu = 0; cpu < percpu_units; cpu++)
			percpu_page_map(pages[cpu], percpu_page_addr(chunk, nr, cpu));
		percpu_page_is_there(chunk, nr);
	}
	preempt_enable();
	/* Who maps it is not preempted. */
	while (!(READ_ONCE(chunk->populated) >> nr & 1))
		cpu_relax();
	return ours;
}

/*
 * Memory and tables first, all of it, for that may fail and sleep; then the claim, which decides
 * between two who have come this far.
 */
bool percpu_bring_page(struct percpu_chunk *chunk, unsigned int nr, gfp_t gfp)
{
	struct page *pages[NR_CPUS];
	unsigned int cpu;

	atomic_inc(&vmap_table_users);
	for (cpu = 0; cpu < percpu_units; cpu++) {
		pages[cpu] = percpu_page_alloc(percpu_page_addr(chunk, nr, cpu), gfp);
		if (!pages[cpu])
			break;
	}
	if (cpu < percpu_units)
		percpu_free_pages(chunk, nr, pages, cpu);
	else if (!percpu_map_claimed(chunk, nr, pages))
		percpu_free_pages(chunk, nr, pages, cpu);
	atomic_dec(&vmap_table_users);
	return cpu == percpu_units;
}

/* ---- chunks ---------------------------------------------------------------------- */

struct percpu_chunk *percpu_chunk_alloc(gfp_t gfp)
{
	struct percpu_chunk *chunk = kzalloc(sizeof(*chunk), gfp), *none;
	unsigned long i;

	for (i = 0; chunk && i < PERCPU_CHUNKS; i++) {
		none = NULL;
		if (READ_ONCE(percpu_table[i]) || !try_cmpxchg(&percpu_table[i], &none, chunk))
			continue;
		chunk->base = PCPU_START + i * PCPU_MIN_UNIT_SIZE;
		chunk->free = PERCPU_WORDS;
		return chunk;
	}
	kfree(chunk);
	return NULL;
}

/* vmap_table_clear() shows us each page: keep it until all CPUs have flushed. */
static unsigned long percpu_collect(unsigned long pfn, void *arg)
{
	struct page *page = pfn_to_page(pfn), **chain = arg;

	VM_BUG_ON(page->owner != PAGE_OWNER_PERCPU);
	page->private = (unsigned long)*chain;
	*chain = page;
	return 1;
}

static unsigned long percpu_free_chain(struct page *chain)
{
	unsigned long nr = 0;

	while (chain) {
		struct page *next = (struct page *)(unsigned long)chain->private;

		atomic_long_dec(&percpu_nr_pages);	/* before: never more than there are */
		free_pages_owner(chain, 0, PAGE_OWNER_PERCPU);
		chain = next;
		nr++;
	}
	return nr;
}

/*
 * Nobody finds it any more but by its address, and nothing lives there.  The slot of the table is
 * given up last: whoever takes it gets these addresses, and must find no page there.
 */
unsigned long percpu_chunk_free(struct percpu_chunk *chunk)
{
	struct page *chain = NULL;
	unsigned long nr, vaddr, populated;
	unsigned int cpu;

	VM_BUG_ON(chunk->free != PERCPU_WORDS || chunk->pins);
	VM_BUG_ON(percpu_chunk_at(chunk->base) != chunk);
	VM_BUG_ON(chunk->claimed != chunk->populated);
	atomic_inc(&vmap_table_users);
	for (cpu = 0; cpu < percpu_units; cpu++)
		for (nr = 0, populated = chunk->populated; nr < PERCPU_PAGES; nr++) {
			vaddr = percpu_page_addr(chunk, (unsigned int)nr, cpu);
			if (!test_bit(nr, &populated))
				continue;
			vmap_table_withdraw(vaddr, vaddr + PAGE_SIZE);
			vmap_table_clear(vaddr, vaddr + PAGE_SIZE, percpu_collect, &chain);
			vmap_table_release(vaddr, vaddr + PAGE_SIZE);
		}
	percpu_forget(chunk, 0, PERCPU_PAGES);
	nr = percpu_free_chain(chain);
	atomic_dec(&vmap_table_users);
	WRITE_ONCE(percpu_table[(chunk->base - PCPU_START) / PCPU_MIN_UNIT_SIZE], NULL);
	kfree(chunk);
	return nr;
}
