/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/oops.c - say what happened, in the words of Linux
 *
 * People and tools know these texts: syzkaller's matchers, decode_stacktrace.sh, readers.
 * Everything read here may itself be broken, so every access is a nofault one.
 */
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/ptrace.h>
#include <asm/sections.h>
#include <asm/traps.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/stacktrace.h>
#include <linux/uaccess.h>
#include "trap_internal.h"

#define CODE_BYTES		42
#define CODE_BEFORE		28	/* of them, before the instruction */
#define ENTRY_PFN_MASK		0x000ffffffffff000UL
#define ENTRY_PRESENT		(1UL << 0)
#define ENTRY_LARGE		(1UL << 7)

static unsigned int oops_count;

static void oops_show_code(const struct pt_regs *regs)
{
	unsigned long addr = regs->ip - CODE_BEFORE;
	char line[CODE_BYTES * 3 + 8];
	unsigned int i, n = 0;
	u8 byte;

	for (i = 0; i < CODE_BYTES; i++, addr++) {
		if (get_kernel_nofault(byte, (const u8 *)addr)) {
			if (addr < regs->ip)
				continue;
			break;
		}
		n += scnprintf(line + n, sizeof(line) - n,
			       addr == regs->ip ? "<%02x> " : "%02x ", byte);
	}
	if (!n || addr <= regs->ip)
		printk(KERN_DEFAULT "Code: Unable to access opcode bytes at 0x%lx.\n",
		       regs->ip - CODE_BEFORE);
	else
		printk(KERN_DEFAULT "Code: %.*s\n", (int)n - 1, line);
}

static void oops_show_special(const struct pt_regs *regs, unsigned long cr2)
{
	unsigned int ds, es, fs, gs;

	__asm__("movl %%ds, %0; movl %%es, %1; movl %%fs, %2; movl %%gs, %3"
		: "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs));
	printk(KERN_DEFAULT "FS:  %016llx(%04x) GS:%016llx(%04x) knlGS:%016llx\n",
	       rdmsrl(MSR_FS_BASE), fs, rdmsrl(MSR_GS_BASE), gs, rdmsrl(MSR_KERNEL_GS_BASE));
	printk(KERN_DEFAULT "CS:  %04lx DS: %04x ES: %04x CR0: %016lx\n",
	       regs->cs, ds, es, read_cr0());
	printk(KERN_DEFAULT "CR2: %016lx CR3: %016lx CR4: %016lx\n",
	       cr2, read_cr3(), read_cr4());
}

void show_regs(const struct pt_regs *regs)
{
	unsigned long cr2 = read_cr2();		/* before a nofault access below changes it */

	printk(KERN_DEFAULT "RIP: %04lx:%pS\n", regs->cs, (void *)regs->ip);
	oops_show_code(regs);
	printk(KERN_DEFAULT "RSP: %04lx:%016lx EFLAGS: %08lx", regs->ss, regs->sp, regs->flags);
	if (regs->orig_ax)
		pr_cont(" ORIG_RAX: %016lx\n", regs->orig_ax);
	else
		pr_cont("\n");
	printk(KERN_DEFAULT "RAX: %016lx RBX: %016lx RCX: %016lx\n", regs->ax, regs->bx, regs->cx);
	printk(KERN_DEFAULT "RDX: %016lx RSI: %016lx RDI: %016lx\n", regs->dx, regs->si, regs->di);
	printk(KERN_DEFAULT "RBP: %016lx R08: %016lx R09: %016lx\n", regs->bp, regs->r8, regs->r9);
	printk(KERN_DEFAULT "R10: %016lx R11: %016lx R12: %016lx\n", regs->r10, regs->r11,
	       regs->r12);
	printk(KERN_DEFAULT "R13: %016lx R14: %016lx R15: %016lx\n", regs->r13, regs->r14,
	       regs->r15);
	oops_show_special(regs, cr2);
}

void show_regs_and_trace(const struct pt_regs *regs)
{
	dump_stack_print_info(KERN_DEFAULT);
	show_regs(regs);
	show_trace(regs, KERN_DEFAULT);
}

/* Follow the tables as the CPU would; a table in the image or in the direct map. */
static bool oops_read_entry(unsigned long table, unsigned int index, unsigned long *entry)
{
	unsigned long pa = table & ENTRY_PFN_MASK;
	unsigned long va = PAGE_OFFSET + pa;

	if (pa < (unsigned long)_end - __START_KERNEL_map)
		va = __START_KERNEL_map + pa;
	return !get_kernel_nofault(*entry, (const unsigned long *)va + index);
}

static void oops_show_page_tables(unsigned long address)
{
	static const char *const level[] = { "PGD", "PUD", "PMD", "PTE" };
	unsigned long entry = read_cr3();
	unsigned int i, shift = PGDIR_SHIFT;

	for (i = 0; i < 4; i++, shift -= 9) {
		if (!oops_read_entry(entry, (address >> shift) & (PTRS_PER_TABLE - 1), &entry)) {
			pr_cont("%sBAD\n", i ? " " : "");
			return;
		}
		if (i == 0)
			printk(KERN_INFO "PGD %lx P4D %lx", entry, entry);
		else
			pr_cont(" %s %lx", level[i], entry);
		if (!(entry & ENTRY_PRESENT) || (i && (entry & ENTRY_LARGE)))
			break;
	}
	pr_cont("\n");
}

static const char *oops_access_name(unsigned long err)
{
	if (err & X86_PF_INSTR)
		return "instruction fetch";
	return err & X86_PF_WRITE ? "write access" : "read access";
}

static const char *oops_reason_name(unsigned long err)
{
	if (!(err & X86_PF_PROT))
		return "not-present page";
	if (err & X86_PF_RSVD)
		return "reserved bit violation";
	return err & X86_PF_PK ? "protection keys violation" : "permissions violation";
}

void oops_page_fault_header(const struct pt_regs *regs, unsigned long address)
{
	unsigned long err = regs->orig_ax;

	oops_in_progress = true;
	if (address < PAGE_SIZE)
		pr_alert("BUG: kernel NULL pointer dereference, address: %016lx\n", address);
	else
		pr_alert("BUG: unable to handle page fault for address: %016lx\n", address);
	pr_alert("#PF: %s %s in %s mode\n", err & X86_PF_USER ? "user" : "supervisor",
		 oops_access_name(err), user_mode(regs) ? "user" : "kernel");
	pr_alert("#PF: error_code(0x%04lx) - %s\n", err, oops_reason_name(err));
	oops_show_page_tables(address);
}

void oops_stack_overflow_header(const struct pt_regs *regs, unsigned long address)
{
	oops_in_progress = true;
	pr_emerg("BUG: %s stack guard page was hit at %016lx (stack pointer is %016lx)\n",
		 in_hardirq() ? "IRQ" : "TASK", address, regs->sp);
}

void oops_report(const char *what, const struct pt_regs *regs, unsigned long address)
{
	bool page_fault = what[0] == 'O';
	unsigned long err = (long)regs->orig_ax < 0 ? 0 : regs->orig_ax;

	oops_in_progress = true;
	if (address || page_fault)
		write_cr2(address);		/* looking at the tables may have faulted */
	printk(KERN_DEFAULT "%s%s: %04lx [#%u]\n", page_fault ? "" : "Oops: ", what,
	       err & 0xffff, ++oops_count);
	show_regs_and_trace(regs);
	printk(KERN_DEFAULT "Modules linked in:\n");
	if (address || page_fault)
		printk(KERN_DEFAULT "CR2: %016lx\n", address);
	add_taint(TAINT_DIE, LOCKDEP_STILL_OK);
	printk(KERN_DEFAULT "---[ end trace %016llx ]---\n", 0ULL);
}
