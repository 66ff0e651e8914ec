/* SPDX-License-Identifier: MIT */
/*
 * boot_info.c - the record of what firmware and loader told us
 *
 * The map is kept as it was told, entry by entry; who may use what is mm/memblock.c's to
 * decide.  Only what could not be expressed is mended here: a size that wraps is clipped,
 * an empty entry dropped.  When the table is full, memory is given up before a
 * reservation is: forgetting RAM is a loss, forgetting a hole in it is a crash.
 */
#include <linux/boot_parse.h>
#include <linux/sprintf.h>
#include <linux/string.h>

struct boot_info boot_info;

void boot_info_complain(struct boot_info *bi, const char *fmt, ...)
{
	u32 n = bi->nr_complaints++;
	va_list args;

	if (n >= sizeof(bi->complaint) / sizeof(bi->complaint[0]))
		return;
	va_start(args, fmt);
	vscnprintf(bi->complaint[n], sizeof(bi->complaint[n]), fmt, args);
	va_end(args);
}

/* The smallest piece of RAM that the table holds, or -1. */
static int smallest_ram(const struct boot_info *bi)
{
	int best = -1;
	u32 i;

	for (i = 0; i < bi->nr_ranges; i++) {
		if (bi->range[i].type != BOOT_RAM)
			continue;
		if (best < 0 || bi->range[i].size < bi->range[best].size)
			best = i;
	}
	return best;
}

/* Does an entry only continue the last one?  Some firmware lists memory block by block. */
static bool continues_last(const struct boot_info *bi, u64 base, u32 type)
{
	const struct boot_range *last;

	if (!bi->nr_ranges)
		return false;
	last = &bi->range[bi->nr_ranges - 1];
	return last->type == type && last->base + last->size == base;
}

static struct boot_range *make_room(struct boot_info *bi, const struct boot_range *r)
{
	int victim;

	if (bi->nr_ranges < BOOT_MAX_RANGES)
		return &bi->range[bi->nr_ranges++];
	victim = r->type == BOOT_RAM ? -1 : smallest_ram(bi);
	if (victim < 0) {
		boot_info_complain(bi, "map: no room for %#llx-%#llx type %u", r->base,
				   r->base + r->size, r->type);
		return NULL;
	}
	boot_info_complain(bi, "map: no room, RAM %#llx-%#llx given up for a reservation",
			   bi->range[victim].base, bi->range[victim].base +
			   bi->range[victim].size);
	return &bi->range[victim];
}

void boot_info_add_range(struct boot_info *bi, u64 base, u64 size, u32 type)
{
	struct boot_range r = { .base = base, .size = size, .type = type }, *slot;

	if (base + size < base) {
		r.size = ~0ULL - base;
		boot_info_complain(bi, "map: %#llx + %#llx wraps, clipped", base, size);
	}
	if (!r.size) {
		boot_info_complain(bi, "map: empty entry at %#llx", base);
		return;
	}
	if (continues_last(bi, base, type)) {
		bi->range[bi->nr_ranges - 1].size += r.size;
		return;
	}
	slot = make_room(bi, &r);
	if (slot)
		*slot = r;
}

static void copy_text(char *to, size_t size, const char *s, size_t max)
{
	size_t n = strnlen(s, max < size - 1 ? max : size - 1);

	memcpy(to, s, n);
	to[n] = '\0';
}

void boot_info_add_module(struct boot_info *bi, u64 start, u64 end, const char *name, size_t max)
{
	struct boot_module *m;

	if (start >= end) {
		boot_info_complain(bi, "module: %#llx-%#llx is empty, dropped", start, end);
		return;
	}
	if (bi->nr_modules == BOOT_MAX_MODULES) {
		/* Its contents must still not be taken for free memory. */
		boot_info_complain(bi, "module: no room for %#llx-%#llx", start, end);
		boot_info_add_range(bi, start, end - start, BOOT_RESERVED);
		return;
	}
	m = &bi->module[bi->nr_modules++];
	m->start = start;
	m->end = end;
	copy_text(m->name, sizeof(m->name), name, max);
}

void boot_info_set_cmdline(struct boot_info *bi, const char *s, size_t max)
{
	copy_text(bi->cmdline, sizeof(bi->cmdline), s, max);
	if (strnlen(s, max) >= sizeof(bi->cmdline))
		boot_info_complain(bi, "command line: cut to %zu bytes", sizeof(bi->cmdline) - 1);
}

void boot_info_set_loader(struct boot_info *bi, const char *s, size_t max)
{
	copy_text(bi->loader, sizeof(bi->loader), s, max);
}

void boot_info_check_framebuffer(struct boot_info *bi)
{
	struct boot_framebuffer *fb = &bi->fb;
	u64 line, bytes;

	if (!fb->addr)
		return;
	line = fb->type == 2 ? fb->width * 2ULL : fb->width * (u64)((fb->bpp + 7) / 8);
	bytes = (u64)fb->pitch * fb->height;
	if (line && line <= fb->pitch && bytes && bytes <= 1ULL << 30 && fb->bpp <= 32 &&
	    fb->addr + bytes > fb->addr)
		return;
	boot_info_complain(bi, "framebuffer: %ux%ux%u, pitch %u, at %#llx: impossible, ignored",
			   fb->width, fb->height, fb->bpp, fb->pitch, fb->addr);
	memset(fb, 0, sizeof(*fb));
}
