/* SPDX-License-Identifier: MIT */
/*
 * mm/page.c - who owns each page, and the one place where that changes
 *
 * MODEL
 *   Every page of an online section lies in exactly one block of 2^order pages, and the
 *   block's first struct page, its head, names the owner.  The struct pages behind a head
 *   are all zero (owner NONE), or marked as compound tails:
 *
 *	pfn	0    1    2    3    4    5    6    7
 *		RES  PAG  SLAB .    FREE .    .    .
 *		[o0 ][o0 ][o1      ][o2                ]
 *
 *   So a walk from head to head, each step 1 << order, sees every page once, and freeing
 *   anything that is no head of the right order and owner is noticed by one compare.
 *
 *   page_hand_over() (internal.h, inline because it is in every hot path) moves a block
 *   from owner to owner along page_may_move()'s table and keeps a sum per owner.  Cutting
 *   and joining blocks of one owner writes heads, and no sum.
 *
 *   Idea: illumos and Linux both keep page state in flags that many writers set; Zircon's
 *   vm_page_state is one enum with counters.  This is Zircon's, with the moves checked.
 *
 * INVARIANTS	(mm_verify() walks all heads)
 *   I1  an owner's counter, summed over CPUs, equals the pages of its blocks.
 *   I2  the counter of NONE is minus the number of pages with a struct page, so the sum
 *       over all owners, NONE included, is 0.  PCP, which the hot paths move pages to and
 *       from, has no counter: it is what the others leave.
 *
 * LOCKING	none: a block belongs to whoever has taken it off its list.  Counters are per
 *		CPU and each update is one instruction.
 * CONTEXT	any; reports in any but NMI.
 * FAILURE	a bad page is reported in Linux's text, counted, and left alone.
 * NOT HERE	free lists: buddy.c.  References and freeing: page_alloc.c.
 */
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/section.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>

#include "internal.h"

/* One store or compare of ->meta stands for all the fields behind it. */
static_assert(offsetof(struct page, meta) == 8 && offsetof(struct page, owner) == 8);
static_assert(offsetof(struct page, cache) == 8 + PAGE_META_CACHE_SHIFT / 8);
static_assert(offsetof(struct page, refcount) == 12 && offsetof(struct page, inuse) == 12);
static_assert(offsetof(struct page, nr_entries) == offsetof(struct page, refcount));
static_assert((PG_HEAD | PG_TAIL | PG_ZEROED | PG_PFMEMALLOC) < 16, "page->flags is 4 bits");
static_assert(NR_PAGE_OWNERS <= 32, "page_may_move() has a bit for each owner");
static_assert(PAGE_OWNER_NONE == 0, "struct pages between heads are all zero");
static_assert(MAX_PHYSMEM_BITS - PAGE_SHIFT <= 32, "links are pfns of 32 bits");

DEFINE_PER_CPU(long, page_owner_count[NR_PAGE_OWNERS]);

static unsigned long page_nr_bad;

/* Linux: 60 a minute.  A loop of bad frees must not drown the first one. */
DEFINE_RATELIMIT_STATE(page_bad_ratelimit, 60000, 60);

static const char *const page_owner_names[NR_PAGE_OWNERS] = {
	[PAGE_OWNER_NONE]	= "none",
	[PAGE_OWNER_RESERVED]	= "reserved",
	[PAGE_OWNER_MEMMAP]	= "memmap",
	[PAGE_OWNER_FREE]	= "free",
	[PAGE_OWNER_PCP]	= "pcp",
	[PAGE_OWNER_PAGES]	= "pages",
	[PAGE_OWNER_SLAB]	= "slab",
	[PAGE_OWNER_KMALLOC]	= "kmalloc",
	[PAGE_OWNER_VMALLOC]	= "vmalloc",
	[PAGE_OWNER_PGTABLE]	= "pgtable",
	[PAGE_OWNER_PERCPU]	= "percpu",
	[PAGE_OWNER_DMA]	= "dma",
	[PAGE_OWNER_STACK]	= "stack",
	[PAGE_OWNER_SWAP]	= "swap",
	[PAGE_OWNER_BAD]	= "bad",
};

const char *page_owner_name(enum page_owner owner)
{
	return owner < NR_PAGE_OWNERS ? page_owner_names[owner] : "corrupt";
}

/* Signed, because a block may be taken on one CPU and given back on another. */
static long page_owner_counted(enum page_owner owner)
{
	long sum = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(page_owner_count[owner], cpu));
	return sum;
}

long page_owner_sum(enum page_owner owner)
{
	long sum = 0;
	unsigned int i;

	if (WARN_ON_ONCE(owner >= NR_PAGE_OWNERS))
		return 0;
	if (owner != PAGE_OWNER_PCP)
		return page_owner_counted(owner);
	for (i = 0; i < NR_PAGE_OWNERS; i++)
		sum -= page_owner_counted(i);
	return sum;			/* I2 */
}

unsigned long page_owner_pages(enum page_owner owner)
{
	long sum = page_owner_sum(owner);

	return sum > 0 ? sum : 0;
}

unsigned int page_fit_order(unsigned long pfn, unsigned long end_pfn, unsigned int top)
{
	unsigned int order = 63 - __builtin_clzl(end_pfn - pfn);

	VM_BUG_ON(pfn >= end_pfn);	/* clz of 0 is anything */
	if (pfn && __builtin_ctzl(pfn) < order)
		order = __builtin_ctzl(pfn);
	return order < top ? order : top;
}

struct page *page_block_head(unsigned long pfn)
{
	unsigned int order;
	struct page *head;

	for (order = 0; order < NR_BUDDY_ORDERS; order++) {
		head = pfn_to_page(pfn & ~((1UL << order) - 1));
		if (head->owner != PAGE_OWNER_NONE && head->order >= order)
			return head;
	}
	return NULL;
}

void page_mark_range(unsigned long start_pfn, unsigned long end_pfn, enum page_owner owner)
{
	unsigned int order;
	unsigned long flags;

	VM_BUG_ON(!(PAGE_BIT(RESERVED) & 1U << owner) && !(PAGE_BIT(MEMMAP) & 1U << owner));
	while (start_pfn < end_pfn) {
		VM_WARN_ON_ONCE(pfn_to_page(start_pfn)->meta);	/* has a head already */
		order = page_fit_order(start_pfn, end_pfn, BUDDY_TOP_ORDER);
		local_irq_save(flags);
		page_hand_over(pfn_to_page(start_pfn), order, PAGE_OWNER_NONE, owner, 0);
		local_irq_restore(flags);
		start_pfn += 1UL << order;
	}
}

/*
 * Where the pages of an address lie.  Outside the direct map the subtraction wraps to a
 * pfn that no section has.
 */
bool page_virt_valid(unsigned long addr)
{
	return pfn_online((addr - PAGE_OFFSET) >> PAGE_SHIFT);
}

bool page_ptr_valid(const struct page *page)
{
	unsigned long off = (unsigned long)page - VMEMMAP_START;

	return off % sizeof(struct page) == 0 && pfn_online(off / sizeof(struct page));
}

/* ---- compound pages -------------------------------------------------------------- */

/*
 * A tail carries the order, so that its head is one mask away.
 *
 * While a block has the mark of a head and no reference, nobody holds it, and its tails are
 * being made or wiped (verify.c looks away): for a large one that takes too long to keep
 * interrupts off.
 */
void page_make_compound(struct page *page, unsigned int order)
{
	unsigned long i;

	VM_BUG_ON(PageCompound(page) || page->order != order);
	page->flags |= PG_HEAD;
	for (i = 1; i < 1UL << order; i++)
		page[i].meta = PAGE_META_FLAGS(PAGE_OWNER_NONE, order, PG_TAIL);
}

void page_unmake_compound(struct page *page, unsigned int order)
{
	unsigned long i;

	VM_BUG_ON(!PageHead(page) || page->order != order);
	for (i = 1; i < 1UL << order; i++)
		page[i].meta = 0;
	page->flags &= ~PG_HEAD;
}

/* ---- reports --------------------------------------------------------------------- */

unsigned long page_bad_count(void)
{
	return READ_ONCE(page_nr_bad);
}

static void page_dump(unsigned long pfn, const char *reason)
{
	const struct page *page = pfn_to_page(pfn);

	pr_alert("page: refcount:%d mapcount:0 mapping:%px index:%#lx pfn:%#lx\n",
		 page_ref_count(page), NULL, 0UL, pfn);
	if (PageHead(page))
		pr_alert("head: order:%u mapcount:0 entire_mapcount:0 nr_pages_mapped:0 "
			 "pincount:0\n", page->order);
	pr_alert("flags: %#x(%s|order=%u|zone=%u)\n", page->flags,
		 page_owner_name(page->owner), page->order, page_zonenum(page));
	pr_alert("raw: %016llx %016llx\n", page->private, page->meta);
	pr_alert("page dumped because: %s\n", reason);
}

void page_report_bad(unsigned long pfn, const char *reason)
{
	__atomic_fetch_add(&page_nr_bad, 1, __ATOMIC_RELAXED);
	add_taint(TAINT_BAD_PAGE, LOCKDEP_NOW_UNRELIABLE);
	if (!__ratelimit(&page_bad_ratelimit))
		return;
	pr_alert("BUG: Bad page state in process %s  pfn:%05lx\n", task_ident().comm, pfn);
	if (pfn_online(pfn))
		page_dump(pfn, reason);
	else
		pr_alert("page dumped because: %s\n", reason);
	dump_stack();
}
