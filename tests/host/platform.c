/* SPDX-License-Identifier: MIT */
/*
 * platform.c - the machine under the hosted kernel
 *
 * MODEL
 *   Physical memory is a sparse file; the direct map is one view of it, at PAGE_OFFSET.
 *   Kernel page tables are real 4-level tables, in that memory, below a root of our own.
 *   The host's memory management plays the TLB: the first touch of a vmalloc address
 *   faults, the tables are walked, the page is mapped; it stays mapped until it is
 *   flushed.  So a forgotten flush leaves a stale mapping behind, as on a CPU.
 */
#include <linux/boot_info.h>
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/panic.h>
#include <linux/percpu-defs.h>
#include <linux/printk.h>
#include <linux/types.h>
#include <linux/uaccess.h>
#include <asm/extable.h>
#include <asm/page.h>
#include <asm/paging.h>
#include <asm/rewind.h>
#include <asm/tlbflush.h>

#include "host_os.h"
#include "platform.h"


__thread unsigned long host_eflags = X86_EFLAGS_IF;

/* The root of the kernel's page tables; <asm/pgtable.h> starts its walks here. */
unsigned long host_top_table[PTRS_PER_TABLE] __aligned(PAGE_SIZE);

static unsigned long walk(unsigned long vaddr)
{
	unsigned long *table = host_top_table, entry;
	int shift;

	for (shift = PGDIR_SHIFT; ; shift -= 9) {
		entry = table[(vaddr >> shift) % PTRS_PER_TABLE];
		if (!(entry & _PAGE_PRESENT) || shift == PAGE_SHIFT)
			return entry;
		if (entry & _PAGE_PSE)		/* as if it were a small one */
			return entry + (vaddr & ((1UL << shift) - 1) & PAGE_MASK);
		table = __va(entry & PTE_PFN_MASK);
	}
}

/* Page fault: what a CPU would do to fill its TLB. */
static bool tlb_fill(uintptr_t vaddr, bool write)
{
	unsigned long entry;

	if ((vaddr < VMALLOC_START || vaddr >= VMALLOC_END) &&
	    (vaddr < PCPU_WINDOWS_START || vaddr > PCPU_WINDOWS_LAST))
		return false;
	entry = walk(vaddr);
	if (!(entry & _PAGE_PRESENT) || (write && !(entry & _PAGE_RW)))
		return false;
	if ((entry & PTE_PFN_MASK) >= host_ram_bytes())
		return false;			/* ioremap of no device */
	host_view_map(vaddr & PAGE_MASK, entry & PTE_PFN_MASK, PAGE_SIZE, entry & _PAGE_RW);
	return true;
}

tlb_flush_watch_fn *tlb_flush_watch;

/* <asm/tlbflush.h> calls this for [start, end). */
void host_tlb_flush(unsigned long start, unsigned long end)
{
	if (start < VMALLOC_START)
		start = VMALLOC_START;
	if (end > PCPU_WINDOWS_LAST + 1)
		end = PCPU_WINDOWS_LAST + 1;
	if (start < end)
		host_view_unmap(start, end - start);
}

extern const struct exception_table_entry __ex_table_start[], __ex_table_end[];

/* As irq_entry.asm and extable.c do it on the machine. */
static uintptr_t fixup_of(uintptr_t ip)
{
	const struct exception_table_entry *e;

	for (e = __ex_table_start; e < __ex_table_end; e++)
		if (e->insn == rewind_ip(ip))
			return e->fixup;
	return 0;
}

static void add_range(u64 base, u64 end, u32 type)
{
	struct boot_range *r = &boot_info.range[boot_info.nr_ranges++];

	*r = (struct boot_range){ .base = base, .size = end - base, .type = type };
}

static void stdout_write(struct printk_sink *sink, const char *s, size_t n)
{
	host_console_write(s, n);
}

static struct printk_sink stdout_sink = { .write = stdout_write, .name = "stdout" };

void platform_init(u64 bytes)
{
	local_irq_enable();		/* as host_eflags has it from the start */
	printk_add_sink(&stdout_sink);
	panic_set_exit(host_exit);
	host_ram_create(PAGE_OFFSET, bytes);
	host_set_fault_handler(tlb_fill);
	host_set_fixup(fixup_of);
	boot_info.entry = "hosted";
	add_range(0, 0x9fc00, BOOT_RAM);
	add_range(0x9fc00, 0xa0000, BOOT_RESERVED);
	add_range(0xf0000, 0x100000, BOOT_RESERVED);
	add_range(0x100000, bytes, BOOT_RAM);
}

/*
 * Section bring-up (boot/'s paging on the real machine).  The direct map needs no tables
 * here; the struct pages of a section are one more view of the RAM that holds them.
 */
unsigned int paging_early_tables(const struct paging_range *r)
{
	return 0;
}

unsigned int paging_early_map(const struct paging_range *r, const phys_addr_t *tables,
			      unsigned int nr)
{
	if (r->vaddr >= VMEMMAP_START && r->vaddr < VMEMMAP_END)
		host_view_map(r->vaddr, r->paddr, r->bytes, true);
	return 0;
}

/* <linux/uaccess.h>: accesses that may fault. */
struct copy_args {
	void *dst;
	const void *src;
	size_t size;
};

__attribute__((__no_sanitize__("address", "undefined")))
static void copy_bytes(void *arg)
{
	struct copy_args *a = arg;
	volatile char *dst = a->dst;
	const volatile char *src = a->src;

	while (a->size) {
		*dst++ = *src++;
		a->size--;
	}
}

long copy_from_kernel_nofault(void *dst, const void *src, size_t size)
{
	struct copy_args args = { dst, src, size };

	return host_try(copy_bytes, &args) ? 0 : -EFAULT;
}

long copy_to_kernel_nofault(void *dst, const void *src, size_t size)
{
	return copy_from_kernel_nofault(dst, src, size);
}

long probe_read(const void *addr)
{
	char byte;

	return copy_from_kernel_nofault(&byte, addr, 1);
}

long probe_write(void *addr)
{
	char byte;

	if (copy_from_kernel_nofault(&byte, addr, 1))
		return -EFAULT;
	return copy_to_kernel_nofault(addr, &byte, 1);
}

static void call(void *fn)
{
	((void (*)(void))fn)();
}

long probe_exec(const void *addr)
{
	return host_try(call, (void *)addr) ? 0 : -EFAULT;
}
