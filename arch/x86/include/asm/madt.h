/* SPDX-License-Identifier: MIT */
/*
 * What Quarry wants to know from ACPI's MADT: IO-APICs, how the ISA lines are wired, and
 * the processors.  The parser is pure and trusts nothing but the length it is given.
 */
#ifndef _ASM_MADT_H
#define _ASM_MADT_H

#include <linux/types.h>

#define MADT_MAX_IOAPICS	8
#define MADT_MAX_CPUS		64
#define MADT_NR_ISA_IRQS	16

struct madt_ioapic {
	u64 paddr;
	u32 gsi_base;
	u8  id;
};

struct madt_isa_line {
	u32  gsi;
	bool active_low, level;
};

struct madt_info {
	u64 lapic_paddr;
	bool has_pic;
	unsigned int nr_ioapics;
	struct madt_ioapic ioapic[MADT_MAX_IOAPICS];
	struct madt_isa_line isa[MADT_NR_ISA_IRQS];	/* identity unless overridden */
	unsigned int nr_cpus;				/* enabled ones, each once */
	u32 apic_id[MADT_MAX_CPUS];
	unsigned int nr_refused;			/* CPUs above MADT_MAX_APIC_ID */
	unsigned int nr_dropped;			/* malformed or too many */
	bool truncated;					/* an entry overran the table */
};

/*
 * Parse the table of @len bytes at @table into @info.  0; -EINVAL: signature, length or
 * checksum is wrong, nothing of it is used.  An entry that overruns ends the list; what
 * was read before counts.
 */
int madt_parse(const void *table, size_t len, struct madt_info *info);

/* What an id of 8 bits can name; 255 is everybody. */
#define MADT_MAX_APIC_ID	254U

/*
 * The CPUs of @info, each once, behind apic_id[0], which is the boot CPU's, wherever the table
 * has it, if it has it.  Returns how many there are, that one included.  A table that was
 * truncated names nobody.
 */
unsigned int madt_list_cpus(const struct madt_info *info, u32 apic_id[MADT_MAX_CPUS]);

#define RSDP_V2_BYTES		36

/*
 * arch/x86/acpi.c: follow a root pointer of RSDP_V2_BYTES bytes, trusting nothing it leads
 * to.  false: no MADT, or not a sane one; the log says which, and @info names nothing.
 */
bool acpi_read_madt_from(const u8 *rsdp, struct madt_info *info);

#endif /* _ASM_MADT_H */
