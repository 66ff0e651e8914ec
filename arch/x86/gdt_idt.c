/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/gdt_idt.c - descriptor tables: flat segments, one TSS a CPU, 256 gates
 *
 * All gates are interrupt gates (interrupts off at entry) to the stubs of irq_entry.asm,
 * 16 bytes each.  Double fault, NMI and machine check switch to stacks of their own,
 * because the stack they interrupt may be the problem.  #DB does not: the single-step
 * harness nests it, and an IST stack does not nest.
 */
#include <asm/cpufeature.h>
#include <asm/desc.h>
#include <asm/processor.h>
#include <asm/traps.h>
#include <linux/build_bug.h>

#define STUB_SIZE		16
#define GATE_INTERRUPT		0x8e	/* present, DPL 0, 64-bit interrupt gate */
#define SEG_CODE64		0x00af9b000000ffffULL	/* present, accessed, long mode */
#define SEG_DATA		0x00cf93000000ffffULL
#define SEG_TSS_AVAILABLE	0x89ULL

struct gate_desc {
	u16 offset_low, segment;
	u8  ist, type;
	u16 offset_middle;
	u32 offset_high, zero;
};
static_assert(sizeof(struct gate_desc) == 16, "a gate is two GDT slots");

struct tss64 {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3, iomap_base;
} __packed;
static_assert(sizeof(struct tss64) == 104, "the CPU's layout");

struct table_ptr {
	u16 limit;
	u64 base;
} __packed;

extern const u8 vector_stubs[NR_VECTORS][STUB_SIZE];

struct exception_stack exception_stacks[NR_EXCEPTION_STACKS];

/* What paging_init() is to unmap. */
static const void *const exception_guards[] __used __section(".guard_pages") = {
	exception_stacks[ESTACK_DF].guard,
	exception_stacks[ESTACK_NMI].guard,
	exception_stacks[ESTACK_MCE].guard,
};

DEFINE_PER_CPU(u8 *, exception_stack_of[NR_EXCEPTION_STACKS]);
static DEFINE_PER_CPU_ALIGNED(u64, cpu_gdt[GDT_ENTRIES]);
static DEFINE_PER_CPU(struct tss64, cpu_tss) __aligned(128);
static struct gate_desc idt[NR_VECTORS] __aligned(4096) __ro_after_init;

static void gdt_fill(u64 *gdt, struct tss64 *tss)
{
	unsigned long base = (unsigned long)tss;
	unsigned int i;

	for (i = 0; i < NR_EXCEPTION_STACKS; i++)
		tss->ist[i] = (unsigned long)this_cpu_read(exception_stack_of[i]) +
			      EXCEPTION_STACK_SIZE;
	tss->iomap_base = sizeof(*tss);

	gdt[__KERNEL_CS / 8] = SEG_CODE64;
	gdt[__KERNEL_DS / 8] = SEG_DATA;
	gdt[GDT_TSS_SELECTOR / 8] = (sizeof(*tss) - 1) | (base & 0xffffff) << 16 |
				    SEG_TSS_AVAILABLE << 40 | (base >> 24 & 0xff) << 56;
	gdt[GDT_TSS_SELECTOR / 8 + 1] = base >> 32;
}

static void gdt_load(void)
{
	u64 *gdt = *this_cpu_ptr(&cpu_gdt);
	struct table_ptr ptr = { sizeof(cpu_gdt) - 1, (unsigned long)gdt };

	gdt_fill(gdt, this_cpu_ptr(&cpu_tss));
	/* FS and GS stay alone: loading a selector would clear their bases. */
	__asm__ __volatile__("lgdt %0\n\t"
			     "pushq %1\n\t"
			     "leaq 1f(%%rip), %%rax\n\t"
			     "pushq %%rax\n\t"
			     "lretq\n"
			     "1:\tmovl %2, %%eax\n\t"
			     "movl %%eax, %%ds\n\t"
			     "movl %%eax, %%es\n\t"
			     "movl %%eax, %%ss\n\t"
			     "ltr %w3"
			     : : "m"(ptr), "i"(__KERNEL_CS), "i"(__KERNEL_DS),
			       "r"((u16)GDT_TSS_SELECTOR) : "rax", "memory");
}

static unsigned int idt_stack_of(unsigned int vector)
{
	switch (vector) {
	case X86_TRAP_DF:
		return ESTACK_DF + 1;
	case X86_TRAP_NMI:
		return ESTACK_NMI + 1;
	case X86_TRAP_MC:
		return ESTACK_MCE + 1;
	default:
		return 0;
	}
}

static void idt_load(void)
{
	struct table_ptr ptr = { sizeof(idt) - 1, (unsigned long)idt };

	__asm__ __volatile__("lidt %0" : : "m"(ptr));
}

static void idt_fill(void)
{
	unsigned int v;

	for (v = 0; v < NR_VECTORS; v++) {
		unsigned long entry = (unsigned long)vector_stubs[v];

		idt[v] = (struct gate_desc) {
			.offset_low	= (u16)entry,
			.segment	= __KERNEL_CS,
			.ist		= (u8)idt_stack_of(v),
			.type		= GATE_INTERRUPT,
			.offset_middle	= (u16)(entry >> 16),
			.offset_high	= (u32)(entry >> 32),
		};
	}
}

void gdt_idt_init_cpu(void)
{
	gdt_load();
	idt_load();
}

void gdt_idt_init(void)
{
	unsigned int i;

	for (i = 0; i < NR_EXCEPTION_STACKS; i++)
		this_cpu_write(exception_stack_of[i], exception_stacks[i].stack);
	idt_fill();
	gdt_load();
	idt_load();
	if (boot_cpu_has(X86_FEATURE_MCE))
		write_cr4(read_cr4() | X86_CR4_MCE);
}
