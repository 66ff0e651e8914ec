/* SPDX-License-Identifier: MIT */
/*
 * The two parsers of boot information (boot/multiboot2.c, boot/pvh.c) and the record that
 * both fill in (boot/boot_info.c).  Pure functions: what they may read is a parameter, so
 * the same source runs hosted, under fuzzers.  The input is hostile: whatever it says,
 * nothing outside is read, the record stays within its bounds, and each piece that is
 * dropped, cut or clipped leaves a complaint.
 *
 * Context: any.  No locks, no memory.
 */
#ifndef _LINUX_BOOT_PARSE_H
#define _LINUX_BOOT_PARSE_H

#include <linux/boot_info.h>

#define MULTIBOOT2_BOOT_MAGIC	0x36d76289U	/* in eax, from a multiboot2 loader */
#define PVH_START_MAGIC		0x336ec578U	/* first word of struct hvm_start_info */

/*
 * bi: zeroed before.  0, or -EINVAL when the block is unusable as a whole (said in a
 * complaint); then bi holds no memory.  info is readable for max_len bytes, 8-byte aligned.
 */
int multiboot2_parse(const void *info, size_t max_len, struct boot_info *bi);

/*
 * PVH's block points to others, all by physical address.  read() copies up to bytes from
 * paddr and returns how many it could: fewer where readable memory ends.
 */
struct boot_reader {
	size_t (*read)(const struct boot_reader *r, u64 paddr, void *buf, size_t bytes);
};

int pvh_parse(const struct boot_reader *r, u64 start_info, struct boot_info *bi);

/* For the parsers: add what was found, within bounds; the text ends at max or at a NUL. */
void boot_info_complain(struct boot_info *bi, const char *fmt, ...) __printf(2, 3);
void boot_info_add_range(struct boot_info *bi, u64 base, u64 size, u32 type);
void boot_info_add_module(struct boot_info *bi, u64 start, u64 end, const char *name, size_t max);
void boot_info_set_cmdline(struct boot_info *bi, const char *s, size_t max);
void boot_info_set_loader(struct boot_info *bi, const char *s, size_t max);
/* Drop the framebuffer if its numbers do not fit together. */
void boot_info_check_framebuffer(struct boot_info *bi);

#endif /* _LINUX_BOOT_PARSE_H */
