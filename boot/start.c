/* SPDX-License-Identifier: MIT */
/* start.c - the first C: find out who started us, and have its parser read what it left */
#include "internal.h"

#include <asm/paging.h>
#include <linux/boot_parse.h>
#include <linux/string.h>

static size_t early_read(const struct boot_reader *r, u64 paddr, void *buf, size_t bytes)
{
	if (paddr >= EARLY_MAP_BYTES)
		return 0;
	if (bytes > EARLY_MAP_BYTES - paddr)
		bytes = EARLY_MAP_BYTES - paddr;
	memcpy(buf, early_va(paddr), bytes);
	return bytes;
}

void boot_start(u32 magic, u64 info, u64 tsc)
{
	static const struct boot_reader reader = { early_read };

	boot_info.entry_tsc = tsc;
	if (magic == MULTIBOOT2_BOOT_MAGIC) {
		multiboot2_parse(early_va(info), EARLY_MAP_BYTES - info, &boot_info);
	} else if (magic == PVH_START_MAGIC) {
		pvh_parse(&reader, info, &boot_info);
	} else {
		boot_info.entry = "unknown";
		boot_info_complain(&boot_info, "no loader known to us: magic %#x", magic);
	}
}
