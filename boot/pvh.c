/* SPDX-License-Identifier: MIT */
/*
 * pvh.c - read what a PVH loader (QEMU's -kernel, Xen, Firecracker) tells
 *
 * struct hvm_start_info points to a table of modules, a command line and, from version 1
 * on, a memory map, all by physical address.
 */
#include <linux/boot_parse.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/string.h>

#define PVH_MAX_ENTRIES	4096		/* bounds the work, not the table */

struct hvm_start_info {
	u32 magic, version, flags, nr_modules;
	u64 modlist, cmdline, rsdp;
	u64 memmap;			/* version 1 and later */
	u32 nr_memmap, reserved;
};
static_assert(sizeof(struct hvm_start_info) == 56);
#define HVM_START_V0_BYTES	offsetof(struct hvm_start_info, memmap)

struct hvm_modlist_entry {
	u64 paddr, size, cmdline, reserved;
};
static_assert(sizeof(struct hvm_modlist_entry) == 32);

struct hvm_memmap_entry {
	u64 base, size;
	u32 type, reserved;
};
static_assert(sizeof(struct hvm_memmap_entry) == 24);

/* Entry i of a table, or false: paddr may be anything, and wrap. */
static bool read_entry(const struct boot_reader *r, u64 table, u32 i, void *buf, size_t bytes)
{
	u64 paddr = table + (u64)i * bytes;

	return paddr >= table && r->read(r, paddr, buf, bytes) == bytes;
}

static u32 bound(struct boot_info *bi, u32 n, const char *what)
{
	if (n <= PVH_MAX_ENTRIES)
		return n;
	boot_info_complain(bi, "pvh: %u %s, the first %u are read", n, what, PVH_MAX_ENTRIES);
	return PVH_MAX_ENTRIES;
}

static void read_memmap(const struct boot_reader *r, const struct hvm_start_info *si,
			struct boot_info *bi)
{
	u32 i, n = bound(bi, si->nr_memmap, "map entries");
	struct hvm_memmap_entry e;

	for (i = 0; i < n; i++) {
		if (!read_entry(r, si->memmap, i, &e, sizeof(e))) {
			boot_info_complain(bi, "pvh: map entry %u is out of reach", i);
			return;
		}
		boot_info_add_range(bi, e.base, e.size, e.type);
	}
}

static void read_modules(const struct boot_reader *r, const struct hvm_start_info *si,
			 struct boot_info *bi)
{
	u32 i, n = bound(bi, si->nr_modules, "modules");
	struct hvm_modlist_entry e;
	char name[64];
	size_t len;

	for (i = 0; i < n; i++) {
		if (!read_entry(r, si->modlist, i, &e, sizeof(e))) {
			boot_info_complain(bi, "pvh: module %u is out of reach", i);
			return;
		}
		len = e.cmdline ? r->read(r, e.cmdline, name, sizeof(name)) : 0;
		if (e.paddr + e.size < e.paddr) {
			boot_info_complain(bi, "pvh: module %u wraps, dropped", i);
			continue;
		}
		boot_info_add_module(bi, e.paddr, e.paddr + e.size, name, len);
	}
}

static void read_cmdline(const struct boot_reader *r, u64 paddr, struct boot_info *bi)
{
	char text[BOOT_CMDLINE_SIZE];
	size_t len = r->read(r, paddr, text, sizeof(text));

	if (!len)
		boot_info_complain(bi, "pvh: command line at %#llx is out of reach", paddr);
	boot_info_set_cmdline(bi, text, len);
}

int pvh_parse(const struct boot_reader *r, u64 start_info, struct boot_info *bi)
{
	struct hvm_start_info si = { 0 };

	bi->entry = "pvh";
	if (r->read(r, start_info, &si, HVM_START_V0_BYTES) != HVM_START_V0_BYTES ||
	    si.magic != PVH_START_MAGIC) {
		boot_info_complain(bi, "pvh: no start info at %#llx", start_info);
		return -EINVAL;
	}
	if (si.cmdline)
		read_cmdline(r, si.cmdline, bi);
	read_modules(r, &si, bi);
	bi->rsdp = si.rsdp;
	if (!si.version || r->read(r, start_info, &si, sizeof(si)) != sizeof(si)) {
		boot_info_complain(bi, "pvh: version %u brings no memory map", si.version);
		return -EINVAL;
	}
	read_memmap(r, &si, bi);
	return 0;
}
