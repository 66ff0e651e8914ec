/* SPDX-License-Identifier: MIT */
/*
 * What the firmware and the loader told us, in one form, whichever door we came in by.
 *
 * boot/ fills exactly one of these (boot_info) from a multiboot2 or PVH block, before
 * memory management exists; everything that later code needs is copied into it, so that
 * the loader's own blocks may be overwritten once memory is handed over.
 */
#ifndef _LINUX_BOOT_INFO_H
#define _LINUX_BOOT_INFO_H

#include <linux/types.h>

#define BOOT_MAX_RANGES		512	/* map entries kept; the rest is named and dropped */
#define BOOT_MAX_MODULES	16
#define BOOT_CMDLINE_SIZE	2048	/* longer ones are cut, and that is said */

/* Types of a memory range: the E820 numbers, which multiboot2 and PVH both use. */
enum boot_range_type {
	BOOT_RAM	= 1,	/* "available": the only type that is ever allocated */
	BOOT_RESERVED	= 2,
	BOOT_ACPI	= 3,	/* ACPI tables, reclaimable; Quarry keeps them */
	BOOT_NVS	= 4,
	BOOT_BAD	= 5,
	BOOT_PMEM	= 7,
};

struct boot_range {
	u64 base;		/* bytes */
	u64 size;		/* bytes; base + size does not wrap (clipped by boot/) */
	u32 type;		/* enum boot_range_type; unknown numbers count as reserved */
};

struct boot_module {
	u64  start, end;	/* physical, [start, end) */
	char name[64];		/* its command line, cut to fit */
};

struct boot_framebuffer {
	u64 addr;		/* physical; 0: none */
	u32 pitch;		/* bytes a line */
	u32 width, height;	/* pixels, or characters for type text */
	u8  bpp;
	u8  type;		/* multiboot2: 0 indexed, 1 RGB, 2 EGA text */
	u8  red_pos, red_size, green_pos, green_size, blue_pos, blue_size;
};

struct boot_info {
	const char *entry;			/* "multiboot2" or "pvh" */
	char loader[64];			/* "GRUB 2.06-13+deb12u1", "" if not told */
	char cmdline[BOOT_CMDLINE_SIZE];	/* NUL-terminated */
	u32  nr_ranges;
	struct boot_range range[BOOT_MAX_RANGES];	/* as told: unsorted, maybe overlapping */
	u32  nr_modules;
	struct boot_module module[BOOT_MAX_MODULES];
	struct boot_framebuffer fb;
	u64  rsdp;				/* physical, 0: not told */
	u8   rsdp_copy[36];			/* multiboot2 hands over a copy; all 0: not told */
	bool uefi;				/* came through UEFI */
	u64  entry_tsc;				/* rdtsc at the first instruction */
	u32  nr_complaints;			/* malformed things met while parsing */
	char complaint[8][96];			/* the first of them, one line each, for printk */
};

extern struct boot_info boot_info;

#endif /* _LINUX_BOOT_INFO_H */
