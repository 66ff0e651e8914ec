/* SPDX-License-Identifier: MIT */
/*
 * multiboot2.c - read what a multiboot2 loader (GRUB) tells
 *
 * The block is { u32 total_size, reserved }, then tags { u32 type, size; ... }, each on a
 * multiple of 8, up to a tag of type 0.  All lengths are checked against what is left;
 * a tag that runs past the end is read as far as it goes, and is the last.
 */
#include <linux/boot_parse.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/string.h>

#define MB2_MAX_BYTES	(16U << 20)	/* no loader writes more; bounds the work */

enum mb2_type {
	MB2_END, MB2_CMDLINE, MB2_LOADER, MB2_MODULE, MB2_MEMINFO, MB2_BOOTDEV, MB2_MMAP,
	MB2_VBE, MB2_FRAMEBUFFER, MB2_ELF, MB2_APM, MB2_EFI32, MB2_EFI64, MB2_SMBIOS,
	MB2_ACPI_OLD, MB2_ACPI_NEW, MB2_NETWORK, MB2_EFI_MMAP, MB2_EFI_BS,
};

struct mb2_tag {
	u32 type, size;
};

struct mb2_mmap_entry {
	u64 base, size;
	u32 type, reserved;
};
static_assert(sizeof(struct mb2_mmap_entry) == 24);

struct mb2_framebuffer {
	u64 addr;
	u32 pitch, width, height;
	u8  bpp, type;
	u16 reserved;
	u8  rgb[6];			/* type 1 only: red position, size, green, blue */
} __packed;
static_assert(sizeof(struct mb2_framebuffer) == 30);

/* The body of one tag: bytes that may be read. */
struct body {
	const u8 *at;
	size_t bytes;
};

/* Copy a fixed-size part out; what the tag is too short for stays zero. */
static bool take(struct boot_info *bi, const struct body *b, void *to, size_t bytes,
		 const char *what)
{
	if (b->bytes < bytes) {
		boot_info_complain(bi, "multiboot2: %s tag of %zu bytes is too short", what,
				   b->bytes);
		return false;
	}
	memcpy(to, b->at, bytes);
	return true;
}

static void read_mmap(struct boot_info *bi, const struct body *b)
{
	struct mb2_mmap_entry e;
	struct {
		u32 entry_size, version;
	} head;
	size_t pos;

	if (!take(bi, b, &head, sizeof(head), "map"))
		return;
	if (head.entry_size < sizeof(e)) {
		boot_info_complain(bi, "multiboot2: map entries of %u bytes", head.entry_size);
		return;
	}
	for (pos = sizeof(head); b->bytes - pos >= sizeof(e); pos += head.entry_size) {
		memcpy(&e, b->at + pos, sizeof(e));
		boot_info_add_range(bi, e.base, e.size, e.type);
		if (b->bytes - pos < head.entry_size)
			return;
	}
	if (pos != b->bytes)
		boot_info_complain(bi, "multiboot2: the map ends inside an entry");
}

/* Sizes in KiB below and above 1 MiB: the oldest form, used if there is no map. */
static void read_meminfo(struct boot_info *bi, const struct body *b)
{
	u32 kib[2];

	if (!take(bi, b, kib, sizeof(kib), "memory size"))
		return;
	if (kib[0])
		boot_info_add_range(bi, 0, (u64)kib[0] << 10, BOOT_RAM);
	if (kib[1])
		boot_info_add_range(bi, 1 << 20, (u64)kib[1] << 10, BOOT_RAM);
}

static void read_module(struct boot_info *bi, const struct body *b)
{
	u32 range[2];

	if (take(bi, b, range, sizeof(range), "module"))
		boot_info_add_module(bi, range[0], range[1], (const char *)b->at + sizeof(range),
				     b->bytes - sizeof(range));
}

static void read_framebuffer(struct boot_info *bi, const struct body *b)
{
	struct mb2_framebuffer t = { 0 };

	if (!take(bi, b, &t, offsetof(struct mb2_framebuffer, rgb), "framebuffer"))
		return;
	if (t.type == 1 && !take(bi, b, &t, sizeof(t), "framebuffer"))
		return;
	bi->fb = (struct boot_framebuffer){
		.addr = t.addr, .pitch = t.pitch, .width = t.width, .height = t.height,
		.bpp = t.bpp, .type = t.type,
		.red_pos = t.rgb[0], .red_size = t.rgb[1], .green_pos = t.rgb[2],
		.green_size = t.rgb[3], .blue_pos = t.rgb[4], .blue_size = t.rgb[5],
	};
	boot_info_check_framebuffer(bi);
}

/* The tag holds a copy of the RSDP; the new one (36 bytes) wins over the old (20). */
static void read_rsdp(struct boot_info *bi, const struct body *b, bool is_new)
{
	size_t bytes = is_new ? 36 : 20;

	if (!is_new && bi->rsdp_copy[0])
		return;
	take(bi, b, bi->rsdp_copy, bytes, "RSDP");
}

static void read_tag(struct boot_info *bi, u32 type, const struct body *b)
{
	switch (type) {
	case MB2_CMDLINE:
		boot_info_set_cmdline(bi, (const char *)b->at, b->bytes);
		break;
	case MB2_LOADER:
		boot_info_set_loader(bi, (const char *)b->at, b->bytes);
		break;
	case MB2_MODULE:
		read_module(bi, b);
		break;
	case MB2_MMAP:
		read_mmap(bi, b);
		break;
	case MB2_FRAMEBUFFER:
		read_framebuffer(bi, b);
		break;
	case MB2_ACPI_OLD:
	case MB2_ACPI_NEW:
		read_rsdp(bi, b, type == MB2_ACPI_NEW);
		break;
	case MB2_EFI32:
	case MB2_EFI64:
	case MB2_EFI_MMAP:
		bi->uefi = true;
		break;
	case MB2_EFI_BS:
		bi->uefi = true;
		boot_info_complain(bi, "multiboot2: the UEFI firmware is still running");
		break;
	}
}

/*
 * The tag at pos, its body cut to what is there; false: it is the end tag, or there is
 * none.  *next is where the following one starts.
 */
static bool next_tag(struct boot_info *bi, const struct body *info, size_t *pos, u32 *type,
		     struct body *b)
{
	size_t left = info->bytes - *pos;
	struct mb2_tag tag;

	if (left < sizeof(tag)) {
		boot_info_complain(bi, "multiboot2: no end tag in %zu bytes", info->bytes);
		return false;
	}
	memcpy(&tag, info->at + *pos, sizeof(tag));
	if (tag.type == MB2_END)
		return false;
	if (tag.size < sizeof(tag)) {
		boot_info_complain(bi, "multiboot2: tag %u at %zu has size %u", tag.type, *pos,
				   tag.size);
		return false;
	}
	if (tag.size > left) {
		boot_info_complain(bi, "multiboot2: tag %u at %zu is cut, %u of %zu bytes",
				   tag.type, *pos, tag.size, left);
		tag.size = left;
	}
	*type = tag.type;
	b->at = info->at + *pos + sizeof(tag);
	b->bytes = tag.size - sizeof(tag);
	*pos += (tag.size + 7UL) & ~7UL;
	if (*pos > info->bytes)
		*pos = info->bytes;
	return true;
}

static void read_all(struct boot_info *bi, const struct body *info)
{
	struct body b, meminfo = { NULL, 0 };
	size_t pos = 8;
	u32 type;

	while (next_tag(bi, info, &pos, &type, &b)) {
		if (type == MB2_MEMINFO)
			meminfo = b;
		else
			read_tag(bi, type, &b);
	}
	if (!bi->nr_ranges && meminfo.at)
		read_meminfo(bi, &meminfo);
}

int multiboot2_parse(const void *info, size_t max_len, struct boot_info *bi)
{
	struct body all = { info, 0 };
	u32 total;

	bi->entry = "multiboot2";
	if (max_len < 8) {
		boot_info_complain(bi, "multiboot2: no room for a header");
		return -EINVAL;
	}
	memcpy(&total, info, sizeof(total));
	all.bytes = total;
	if (total < 8) {
		boot_info_complain(bi, "multiboot2: total size %u", total);
		return -EINVAL;
	}
	if (total > max_len || total > MB2_MAX_BYTES) {
		all.bytes = max_len < MB2_MAX_BYTES ? max_len : MB2_MAX_BYTES;
		boot_info_complain(bi, "multiboot2: total size %u cut to %zu", total, all.bytes);
	}
	read_all(bi, &all);
	return 0;
}
