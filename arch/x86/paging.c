/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/paging.c - the kernel's own address space
 *
 * MODEL
 *   boot/entry.asm maps the image with large pages that are writable and executable, just
 *   to get going.  paging_init() replaces that by one 4 KiB page at a time, each with what
 *   its part of the image needs (<asm/sections.h>) and no more: W^X.
 *
 *	init_top_pgt[256]	early map of 0..4 GiB, until paging_finish_boot()
 *		    [273..]	direct map	}  grow section by section:
 *		    [511]	page array	}  paging_early_map()
 *		    [402..]	vmalloc		   mm/vmap.c's
 *		    [511]	image, fixmap	   static tables, below
 *
 *   Tables of the direct map and the page array are pages that the caller brings; they are
 *   about to be mapped by the very mapping that needs them, so they are always written
 *   through this CPU's window, a fixmap slot whose own table is static.
 *
 *   The direct map shows the frames of the image as well.  What is read-only in the image
 *   (text, constants) is read-only there too, so no frame is executable here and writable
 *   there.  Linux does the same, by splitting afterwards; here the pages around the image
 *   are small from the start.
 *
 * INVARIANTS	(tests/kernel/paging_test.c walks the whole kernel half)
 *   I1  no leaf is writable and executable.
 *   I2  no frame that some leaf makes executable is writable through another leaf.
 *   I3  guard pages and fixmap slot 0 are not mapped.
 *
 * LOCKING	none: one CPU grows the map, under mm/section.c's lock.
 * CONTEXT	any; windows are used with irqs off.
 * FAILURE	none: everything that may be missing is a parameter.
 * NOT HERE	who brings table pages: mm/section.c.  vmalloc's tables: mm/vmap.c.
 */
#include <asm/cpufeature.h>
#include <asm/fixmap.h>
#include <asm/irqflags.h>
#include <asm/msr.h>
#include <asm/paging.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/tlbflush.h>
#include <linux/bug.h>
#include <linux/smp.h>

#define IMAGE_TABLES	8	/* 2 MiB each: IMAGE_MAX of quarry.ld, and of entry.asm */
#define EARLY_TABLES	4	/* 1 GiB each */
#define PAT_WB_WC_UCM_UC 0x0007040600070106ULL	/* <asm/pgtable_types.h> */
#define FIXMAP_PMD_SLOT	506	/* pmd_index(FIXADDR_START), for entry.asm */

#define __page_table	__aligned(PAGE_SIZE) __section(".bss..page_aligned")

pgd_t init_top_pgt[PTRS_PER_TABLE] __page_table;
u64 early_pud[PTRS_PER_TABLE] __page_table;
u64 early_pmd[EARLY_TABLES][PTRS_PER_TABLE] __page_table;
u64 image_pud[PTRS_PER_TABLE] __page_table;
u64 image_pmd[PTRS_PER_TABLE] __page_table;
u64 fixmap_pmd[PTRS_PER_TABLE] __page_table;
u64 fixmap_pte[PTRS_PER_TABLE] __page_table;
u64 ap_boot_pgt[PTRS_PER_TABLE] __page_table;
static u64 image_pte[IMAGE_TABLES][PTRS_PER_TABLE] __page_table;

struct boot_stack {
	u8 guard[PAGE_SIZE];
	u8 stack[THREAD_SIZE];
} boot_stack __page_table;

/* Pages below stacks, from wherever stacks are defined: they are not to be mapped. */
static const void *const boot_stack_guard __used __section(".guard_pages") = boot_stack.guard;

static_assert(FIX_NR_CPUS >= NR_CPUS, "a window for each");
static_assert(__end_of_fixed_addresses <= PTRS_PER_TABLE, "the fixmap is one table");
static_assert((FIXADDR_START >> PMD_SHIFT) % PTRS_PER_TABLE == FIXMAP_PMD_SLOT,
	      "boot/entry.asm knows the slot");

static phys_addr_t image_pa(const void *p)
{
	return (unsigned long)p - __START_KERNEL_map;
}

/* ---- fixmap and window ----------------------------------------------------------- */

void *fixmap_set(enum fixed_addresses idx, phys_addr_t paddr, pgprot_t prot)
{
	u64 entry = pgprot_val(prot) ? (paddr & PTE_PFN_MASK) | pgprot_val(prot) : 0;

	WRITE_ONCE(fixmap_pte[idx], entry);
	flush_tlb_one_kernel(fix_to_virt(idx));
	return (void *)(fix_to_virt(idx) + (paddr & ~PAGE_MASK));
}

void *paging_window(phys_addr_t paddr)
{
	return fixmap_set(FIX_WINDOW0 + smp_processor_id(), paddr, PAGE_KERNEL);
}

/* ---- the image, page by page ----------------------------------------------------- */

static u64 *image_entry(unsigned long vaddr)
{
	unsigned long page = (vaddr - __START_KERNEL_map) >> PAGE_SHIFT;

	return &image_pte[page / PTRS_PER_TABLE][page % PTRS_PER_TABLE];
}

static void image_protect(const char *start, const char *end, pgprot_t prot)
{
	unsigned long vaddr;

	for (vaddr = (unsigned long)start; vaddr < (unsigned long)end; vaddr += PAGE_SIZE)
		*image_entry(vaddr) = (vaddr - __START_KERNEL_map) | pgprot_val(prot);
}

static void image_guard(const void *page)
{
	*image_entry((unsigned long)page) = 0;
}

static void image_init(void)
{
	const void *const *guard;
	unsigned int i;

	image_protect(_image_start, _text, PAGE_KERNEL_RO);
	image_protect(_text, _etext, PAGE_KERNEL_ROX);
	image_protect(__start_rodata, __end_rodata, PAGE_KERNEL_RO);
	image_protect(__start_ro_after_init, _end, PAGE_KERNEL);
	for (guard = __guard_pages_start; guard < __guard_pages_end; guard++)
		image_guard(*guard);
	for (i = 0; i < IMAGE_TABLES; i++)
		WRITE_ONCE(image_pmd[i], image_pa(image_pte[i]) | _KERNPG_TABLE);
}

static void cpu_protections_on(void)
{
	unsigned long cr4 = read_cr4() | X86_CR4_PGE;

	if (boot_cpu_has(X86_FEATURE_MCE))
		cr4 |= X86_CR4_MCE;
	if (boot_cpu_has(X86_FEATURE_SMEP))
		cr4 |= X86_CR4_SMEP;
	if (boot_cpu_has(X86_FEATURE_SMAP))
		cr4 |= X86_CR4_SMAP;
	if (boot_cpu_has(X86_FEATURE_UMIP))
		cr4 |= X86_CR4_UMIP;
	if (boot_cpu_has(X86_FEATURE_PAT))
		wrmsrl(MSR_IA32_PAT, PAT_WB_WC_UCM_UC);
	write_cr4(cr4);
	write_cr0(read_cr0() | X86_CR0_WP);
}

/* Other CPUs start with the image where it is, and low memory where it physically is. */
static void ap_boot_init(void)
{
	ap_boot_pgt[0] = image_pa(early_pud) | _KERNPG_TABLE;
	ap_boot_pgt[pgd_index(__START_KERNEL_map)] =
		image_pa(image_pud) | _KERNPG_TABLE;
}

void paging_init_cpu(void)
{
	cpu_protections_on();
}

void paging_init(void)
{
	image_init();
	ap_boot_init();
	write_cr3(read_cr3());		/* nothing is global yet: this forgets it all */
	cpu_protections_on();
}

void paging_finish_boot(void)
{
	pgd_clear(&init_top_pgt[pgd_index(EARLY_MAP_BASE)]);
	flush_tlb_all();
}

void paging_seal(void)
{
	image_protect(__start_ro_after_init, __end_ro_after_init, PAGE_KERNEL_RO);
	flush_tlb_kernel_range((unsigned long)__start_ro_after_init,
			       (unsigned long)__end_ro_after_init);
}

/* ---- tables that nobody maps ----------------------------------------------------- */

static u64 table_read(phys_addr_t table, unsigned int slot)
{
	unsigned long flags = arch_local_irq_save();
	u64 entry = ((u64 *)paging_window(table))[slot];

	arch_local_irq_restore(flags);
	return entry;
}

static void table_write(phys_addr_t table, unsigned int slot, u64 entry)
{
	unsigned long flags = arch_local_irq_save();

	WRITE_ONCE(((u64 *)paging_window(table))[slot], entry);
	arch_local_irq_restore(flags);
}

/* Interrupts stay off for so many entries at most: less than 2,000 instructions. */
#define TABLE_CHUNK	64

static void table_clear(phys_addr_t table)
{
	unsigned int i = 0;

	while (i < PTRS_PER_TABLE) {
		const unsigned long flags = arch_local_irq_save();
		u64 *entry = paging_window(table);

		do {
			entry[i++] = 0;
		} while (i % TABLE_CHUNK);
		arch_local_irq_restore(flags);
	}
}

/* A table's entry for vaddr; level 3 is the top table, level 0 maps pages. */
static unsigned int slot_of(unsigned long vaddr, unsigned int level)
{
	return (vaddr >> (PAGE_SHIFT + 9 * level)) & (PTRS_PER_TABLE - 1);
}

static u64 level_bytes(unsigned int level)
{
	return 1ULL << (PAGE_SHIFT + 9 * level);
}

/* ---- growing the direct map and the page array ----------------------------------- */

/* Frames that must not be writable anywhere: they need small pages in the direct map. */
static bool touches_image_ro(phys_addr_t start, u64 bytes)
{
	return start < image_pa(__end_rodata) && start + bytes > kernel_image_start();
}

static bool fits_large(const struct paging_range *r, u64 done)
{
	return r->large_ok && r->bytes - done >= PMD_SIZE &&
	       !((r->vaddr + done) & ~PMD_MASK) && !((r->paddr + done) & ~PMD_MASK) &&
	       !touches_image_ro(r->paddr + done, PMD_SIZE);
}

/* A walk along a range: what the caller brought, or, counting, what it would have to. */
struct growth {
	const struct paging_range *r;
	u64 done;			/* bytes from r->vaddr on that are mapped */
	const phys_addr_t *tables;	/* NULL: only count */
	unsigned int nr, used;
	u64 counted[4];			/* per level: which missing table came last */
};

/*
 * The table below the entry of table for the page at done; made if missing.  0: only
 * counting, and it is missing (frame 0 is never a table).  The walk goes upwards, so a
 * missing table is met again only right after it was counted.
 */
static phys_addr_t next_table(struct growth *g, phys_addr_t table, unsigned int level)
{
	unsigned long vaddr = g->r->vaddr + g->done;
	u64 entry = table ? table_read(table, slot_of(vaddr, level)) : 0;
	phys_addr_t fresh;

	if (entry & _PAGE_PRESENT)
		return entry & PTE_PFN_MASK;
	if (!g->tables) {
		g->used += g->counted[level] != vaddr / level_bytes(level);
		g->counted[level] = vaddr / level_bytes(level);
		return 0;
	}
	BUG_ON(g->used == g->nr);
	fresh = g->tables[g->used++];
	table_clear(fresh);
	table_write(table, slot_of(vaddr, level), fresh | _KERNPG_TABLE);
	return fresh;
}

/* Small pages, up to the end of a chunk of a last-level table (0: only counting) or of the
 * range. */
static void grow_small(struct growth *g, phys_addr_t table)
{
	const struct paging_range *r = g->r;
	unsigned int slot = slot_of(r->vaddr + g->done, 0);
	unsigned long flags = arch_local_irq_save();
	u64 *entry = table ? paging_window(table) : NULL;
	u64 value;

	do {
		value = (r->paddr + g->done) | pgprot_val(r->prot);
		if (touches_image_ro(r->paddr + g->done, PAGE_SIZE))
			value &= ~_PAGE_RW;
		if (entry && !(entry[slot] & _PAGE_PRESENT))
			WRITE_ONCE(entry[slot], value);
		g->done += PAGE_SIZE;
	} while (++slot % TABLE_CHUNK && g->done < r->bytes);
	arch_local_irq_restore(flags);
}

/* Up to the next multiple of 2 MiB.  What is mapped already stays as it is. */
static void grow_step(struct growth *g)
{
	const struct paging_range *r = g->r;
	unsigned long vaddr = r->vaddr + g->done;
	phys_addr_t pud, pmd, pte;
	u64 entry;

	pud = next_table(g, image_pa(init_top_pgt), 3);
	pmd = next_table(g, pud, 2);
	entry = pmd ? table_read(pmd, slot_of(vaddr, 1)) : 0;
	if (entry & _PAGE_PSE) {
		g->done += PMD_SIZE - (vaddr & ~PMD_MASK);
	} else if (!(entry & _PAGE_PRESENT) && fits_large(r, g->done)) {
		if (g->tables)
			table_write(pmd, slot_of(vaddr, 1),
				    (r->paddr + g->done) | pgprot_val(r->prot) | _PAGE_PSE);
		g->done += PMD_SIZE;
	} else {
		pte = next_table(g, pmd, 1);
		grow_small(g, g->tables ? pte : 0);
	}
}

static unsigned int grow(const struct paging_range *r, const phys_addr_t *tables,
			 unsigned int nr)
{
	struct growth g = { .r = r, .tables = tables, .nr = nr };

	BUG_ON((r->vaddr | r->paddr | r->bytes) & ~PAGE_MASK);
	while (g.done < r->bytes)
		grow_step(&g);
	return g.used;
}

unsigned int paging_early_tables(const struct paging_range *r)
{
	return grow(r, NULL, 0);
}

unsigned int paging_early_map(const struct paging_range *r, const phys_addr_t *tables,
			      unsigned int nr)
{
	static const phys_addr_t none[1];

	return grow(r, nr ? tables : none, nr);
}

/* ---- looking --------------------------------------------------------------------- */

struct walk {
	bool (*fn)(const struct paging_leaf *leaf, void *arg);
	void *arg;
	unsigned long start, last;	/* only leaves that touch [start, last] */
};

/* Permissions of a leaf below tables that grant above: each level can only take away. */
static u64 narrow(u64 above, u64 entry)
{
	u64 flags = entry & PTE_FLAGS_MASK;

	if (!(above & _PAGE_RW))
		flags &= ~_PAGE_RW;
	return flags | (above & _PAGE_NX);
}

static bool walk_table(struct walk *w, phys_addr_t table, unsigned int level,
		       unsigned long base, u64 above)
{
	unsigned int slot;

	for (slot = 0; slot < PTRS_PER_TABLE; slot++, base += level_bytes(level)) {
		u64 entry;

		if (level == 3 && slot == PTRS_PER_TABLE / 2)
			base |= 0xffffUL << 48;		/* canonical */
		if (base + (level_bytes(level) - 1) < w->start || base > w->last)
			continue;
		entry = table_read(table, slot);
		if (!(entry & _PAGE_PRESENT))
			continue;
		if (level && !(entry & _PAGE_PSE)) {
			if (!walk_table(w, entry & PTE_PFN_MASK, level - 1, base,
					narrow(above, entry)))
				return false;
		} else {
			struct paging_leaf leaf = {
				.vaddr = base,
				.paddr = entry & PTE_PFN_MASK & ~(level_bytes(level) - 1),
				.bytes = level_bytes(level),
				.prot = __pgprot(narrow(above, entry)),
			};

			if (!w->fn(&leaf, w->arg))
				return false;
		}
	}
	return true;
}

void paging_walk(bool (*fn)(const struct paging_leaf *leaf, void *arg), void *arg)
{
	struct walk w = { fn, arg, 0xffff800000000000UL, ~0UL };

	walk_table(&w, image_pa(init_top_pgt), 3, 0, _PAGE_RW);
}

static bool lookup_take(const struct paging_leaf *leaf, void *arg)
{
	*(struct paging_leaf *)arg = *leaf;
	return false;
}

bool paging_lookup(unsigned long vaddr, struct paging_leaf *leaf)
{
	struct walk w = { lookup_take, leaf, vaddr, vaddr };

	return !walk_table(&w, image_pa(init_top_pgt), 3, 0, _PAGE_RW);
}
