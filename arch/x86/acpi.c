/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/acpi.c - find one ACPI table
 *
 * RSDP (told by the loader, or searched for where a BIOS keeps it) -> XSDT, or RSDT if there is
 * no good one -> the table with our signature.  Every structure is copied page by page through
 * the window, so that a wild pointer reads garbage and fails its checksum, no more.
 */
#include <asm/cpufeature.h>
#include <asm/madt.h>
#include <asm/paging.h>
#include <linux/array_size.h>
#include <linux/boot_info.h>
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "irqchip.h"

#define RSDP_V1_BYTES		20
#define RSDP_REVISION		15
#define RSDP_RSDT_OFFSET	16
#define RSDP_LENGTH_OFFSET	20
#define RSDP_XSDT_OFFSET	24
#define BIOS_EBDA_POINTER	0x40e	/* segment of the extended BIOS data area */
#define BIOS_ROM_START		0xe0000
#define BIOS_ROM_END		0x100000
#define SDT_HEADER_BYTES	36
#define MADT_MAX_BYTES		16384	/* 500 CPUs, each listed in both ways that there are */

static u8 acpi_table[MADT_MAX_BYTES];

/* What no address line reaches reads as ones, like an empty bus. */
static void acpi_read(phys_addr_t pa, void *to, size_t bytes)
{
	if (pa >> boot_cpu_data.phys_bits || (pa + bytes) >> boot_cpu_data.phys_bits) {
		memset(to, 0xff, bytes);
		return;
	}
	while (bytes) {
		size_t n = PAGE_SIZE - (pa & (PAGE_SIZE - 1));
		unsigned long flags;

		if (n > bytes)
			n = bytes;
		local_irq_save(flags);
		memcpy(to, (u8 *)paging_window(pa & PAGE_MASK) + (pa & (PAGE_SIZE - 1)), n);
		local_irq_restore(flags);
		to = (u8 *)to + n;
		pa += n;
		bytes -= n;
	}
}

static u64 acpi_number(const u8 *p, unsigned int bytes)
{
	u64 v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

static bool acpi_checksum_ok(const u8 *p, size_t bytes)
{
	u8 sum = 0;

	while (bytes--)
		sum = (u8)(sum + *p++);
	return sum == 0;
}

static bool acpi_rsdp_ok(const u8 *rsdp)
{
	return !memcmp(rsdp, "RSD PTR ", 8) && acpi_checksum_ok(rsdp, RSDP_V1_BYTES);
}

static bool acpi_search_rsdp(phys_addr_t start, phys_addr_t end, u8 *rsdp)
{
	for (; start + RSDP_V2_BYTES <= end; start += 16) {
		acpi_read(start, rsdp, RSDP_V2_BYTES);
		if (acpi_rsdp_ok(rsdp))
			return true;
	}
	return false;
}

static bool acpi_find_rsdp(u8 *rsdp)
{
	u16 ebda;

	memcpy(rsdp, boot_info.rsdp_copy, RSDP_V2_BYTES);
	if (acpi_rsdp_ok(rsdp))
		return true;
	if (boot_info.rsdp) {
		acpi_read(boot_info.rsdp, rsdp, RSDP_V2_BYTES);
		if (acpi_rsdp_ok(rsdp))
			return true;
	}
	if (boot_info.uefi)		/* no BIOS areas there */
		return false;
	acpi_read(BIOS_EBDA_POINTER, &ebda, sizeof(ebda));
	if (ebda && acpi_search_rsdp((phys_addr_t)ebda << 4, ((phys_addr_t)ebda << 4) + 1024, rsdp))
		return true;
	return acpi_search_rsdp(BIOS_ROM_START, BIOS_ROM_END, rsdp);
}

/* Where an RSDT or XSDT lies, and the width of its pointers. */
struct acpi_root {
	const char *signature;
	phys_addr_t paddr;
	unsigned int width;
};

/* Into acpi_table, if it is one: how many pointers.  Negative: it is not. */
static int acpi_read_root(const struct acpi_root *root)
{
	size_t bytes;

	acpi_read(root->paddr, acpi_table, SDT_HEADER_BYTES);
	bytes = acpi_number(acpi_table + 4, 4);
	if (memcmp(acpi_table, root->signature, 4) || bytes < SDT_HEADER_BYTES ||
	    bytes > sizeof(acpi_table))
		return -EINVAL;
	acpi_read(root->paddr, acpi_table, bytes);
	if (!acpi_checksum_ok(acpi_table, bytes))
		return -EINVAL;
	return (int)((bytes - SDT_HEADER_BYTES) / root->width);
}

static phys_addr_t acpi_find_in(const struct acpi_root *root, const char *signature, int nr)
{
	const u8 *at = acpi_table + SDT_HEADER_BYTES;
	u8 found[4];

	for (; nr > 0; nr--, at += root->width) {
		const phys_addr_t pa = acpi_number(at, root->width);

		acpi_read(pa, found, sizeof(found));
		if (!memcmp(found, signature, 4))
			return pa;
	}
	return 0;
}

/* Its second part is as old as version 2, and has a checksum of its own. */
static bool acpi_has_xsdt(const u8 *rsdp)
{
	return rsdp[RSDP_REVISION] >= 2 && acpi_number(rsdp + RSDP_XSDT_OFFSET, 8) &&
	       acpi_number(rsdp + RSDP_LENGTH_OFFSET, 4) == RSDP_V2_BYTES &&
	       acpi_checksum_ok(rsdp, RSDP_V2_BYTES);
}

/* The physical address of the table called @signature; 0: none, and the log says why. */
static phys_addr_t acpi_find_table(const u8 *rsdp, const char *signature)
{
	const struct acpi_root roots[] = {
		{ "XSDT", acpi_number(rsdp + RSDP_XSDT_OFFSET, 8), 8 },
		{ "RSDT", acpi_number(rsdp + RSDP_RSDT_OFFSET, 4), 4 },
	};
	unsigned int i;
	int nr = -EINVAL;
	phys_addr_t pa;

	for (i = !acpi_has_xsdt(rsdp); i < ARRAY_SIZE(roots) && nr < 0; i++) {
		nr = acpi_read_root(&roots[i]);
		if (nr < 0)
			pr_warn("ACPI: %s at 0x%llx is malformed, ignored\n", roots[i].signature,
				roots[i].paddr);
	}
	pa = nr < 0 ? 0 : acpi_find_in(&roots[i - 1], signature, nr);
	if (nr >= 0 && !pa)
		pr_info("ACPI: no MADT\n");
	return pa;
}

bool acpi_read_madt_from(const u8 *rsdp, struct madt_info *info)
{
	phys_addr_t pa;
	size_t bytes;

	memset(info, 0, sizeof(*info));
	pa = acpi_find_table(rsdp, "APIC");
	if (!pa)
		return false;
	acpi_read(pa, acpi_table, SDT_HEADER_BYTES);
	bytes = acpi_number(acpi_table + 4, 4);
	if (bytes > sizeof(acpi_table))
		bytes = sizeof(acpi_table);
	acpi_read(pa, acpi_table, bytes);
	if (madt_parse(acpi_table, bytes, info)) {
		pr_warn("ACPI: MADT at 0x%llx is malformed (%zu bytes), ignored\n", pa, bytes);
		return false;
	}
	if (info->truncated)
		pr_warn("ACPI: MADT: an entry overruns it, %u ignored, one CPU is used\n",
			info->nr_dropped);
	else if (info->nr_dropped)
		pr_warn("ACPI: MADT: %u entries ignored\n", info->nr_dropped);
	return true;
}

bool acpi_read_madt(struct madt_info *info)
{
	u8 rsdp[RSDP_V2_BYTES];

	if (acpi_find_rsdp(rsdp))
		return acpi_read_madt_from(rsdp, info);
	pr_info("ACPI: no RSDP found\n");
	return false;
}
