/* SPDX-License-Identifier: MIT */
/* printf_ptr.c - %p and what Linux hangs on it (the list is in <linux/sprintf.h>) */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/gfp_types.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "internal.h"

static const struct printf_spec plain = { .precision = -1, .base = 10 };

static void put_text(struct printf_out *o, const char *s)
{
	while (*s)
		printf_putc(o, *s++);
}

static void put_hex(struct printf_out *o, unsigned long long v, int digits, bool alt)
{
	struct printf_spec spec = {
		.width = digits + 2 * alt, .precision = digits, .base = 16, .alt = alt,
	};

	printf_number(o, v, &spec);
}

/* ---- %pS %ps %pB ----------------------------------------------------------------- */

static void put_symbol(struct printf_out *o, char form, unsigned long addr,
		       const struct printf_spec *spec)
{
	char buf[KSYM_SYMBOL_LEN];

	if (form == 'B') {
		/* A call at the very end of a function returns to the next one. */
		unsigned long size, offset;
		const char *name = kallsyms_lookup(addr - 1, &size, &offset);

		if (name)
			scnprintf(buf, sizeof(buf), "%s+%#lx/%#lx", name, offset + 1, size);
		else
			scnprintf(buf, sizeof(buf), "0x%lx", addr);
	} else {
		sprint_symbol(buf, addr);
		if (form == 's')
			*strchrnul(buf, '+') = '\0';
	}
	printf_string(o, buf, spec);
}

/* ---- %pGg ------------------------------------------------------------------------ */

#define GFP_NAME(x)	{ x, #x }
static const struct {
	gfp_t flags;
	const char *name;
} gfp_names[] = {			/* the widest first, in Linux's order */
	{ (GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOMEMALLOC | __GFP_NOWARN),
	  "GFP_TRANSHUGE_LIGHT" },
	GFP_NAME(GFP_HIGHUSER_MOVABLE), GFP_NAME(GFP_HIGHUSER), GFP_NAME(GFP_USER),
	GFP_NAME(GFP_KERNEL_ACCOUNT), GFP_NAME(GFP_KERNEL), GFP_NAME(GFP_NOFS),
	GFP_NAME(GFP_ATOMIC), GFP_NAME(GFP_NOIO), GFP_NAME(GFP_NOWAIT), GFP_NAME(GFP_DMA),
	GFP_NAME(GFP_DMA32), GFP_NAME(__GFP_RECLAIM), GFP_NAME(__GFP_HIGHMEM),
	GFP_NAME(__GFP_MOVABLE), GFP_NAME(__GFP_RECLAIMABLE), GFP_NAME(__GFP_HIGH),
	GFP_NAME(__GFP_IO), GFP_NAME(__GFP_FS), GFP_NAME(__GFP_ZERO),
	GFP_NAME(__GFP_DIRECT_RECLAIM), GFP_NAME(__GFP_KSWAPD_RECLAIM),
	GFP_NAME(__GFP_WRITE), GFP_NAME(__GFP_NOWARN), GFP_NAME(__GFP_RETRY_MAYFAIL),
	GFP_NAME(__GFP_NOFAIL), GFP_NAME(__GFP_NORETRY), GFP_NAME(__GFP_MEMALLOC),
	GFP_NAME(__GFP_COMP), GFP_NAME(__GFP_NOMEMALLOC), GFP_NAME(__GFP_HARDWALL),
	GFP_NAME(__GFP_THISNODE), GFP_NAME(__GFP_ACCOUNT), GFP_NAME(__GFP_ZEROTAGS),
	GFP_NAME(__GFP_NO_OBJ_EXT),
};

static void put_gfp(struct printf_out *o, gfp_t flags)
{
	bool first = true;

	if (!flags)
		put_text(o, "none");
	for (size_t i = 0; i < ARRAY_SIZE(gfp_names) && flags; i++) {
		if ((flags & gfp_names[i].flags) != gfp_names[i].flags)
			continue;
		if (!first)
			printf_putc(o, '|');
		put_text(o, gfp_names[i].name);
		flags &= ~gfp_names[i].flags;
		first = false;
	}
	if (flags) {
		put_text(o, first ? "0x" : "|0x");
		put_hex(o, (__force unsigned int)flags, 1, false);
	}
}

/* ---- %pe ------------------------------------------------------------------------- */

#define ERRNO_NAME(e)	{ e, "-" #e }
static const struct {
	int error;
	const char *name;
} error_names[] = {
	ERRNO_NAME(EPERM), ERRNO_NAME(ENOENT), ERRNO_NAME(EINTR), ERRNO_NAME(EIO),
	ERRNO_NAME(ENXIO), ERRNO_NAME(E2BIG), ERRNO_NAME(EAGAIN), ERRNO_NAME(ENOMEM),
	ERRNO_NAME(EACCES), ERRNO_NAME(EFAULT), ERRNO_NAME(EBUSY), ERRNO_NAME(EEXIST),
	ERRNO_NAME(ENODEV), ERRNO_NAME(EINVAL), ERRNO_NAME(ENOSPC), ERRNO_NAME(EROFS),
	ERRNO_NAME(EDOM), ERRNO_NAME(ERANGE), ERRNO_NAME(ENOSYS), ERRNO_NAME(ENODATA),
	ERRNO_NAME(EOVERFLOW), ERRNO_NAME(EOPNOTSUPP), ERRNO_NAME(ETIMEDOUT),
	ERRNO_NAME(ECANCELED),
};

static void put_error(struct printf_out *o, long error, const struct printf_spec *spec)
{
	struct printf_spec number = *spec;

	for (size_t i = 0; i < ARRAY_SIZE(error_names); i++) {
		if (error_names[i].error == -error) {
			printf_string(o, error_names[i].name, spec);
			return;
		}
	}
	number.is_signed = true;
	printf_number(o, (unsigned long long)error, &number);
}

/* ---- %*ph %*pb %*pbl ------------------------------------------------------------- */

/* @sep: the letter behind the h, ' ' if none of C D N. */
static void put_bytes(struct printf_out *o, const u8 *p, int n, char sep)
{
	for (int i = 0; i < min(n, 64); i++) {
		if (i && sep)
			printf_putc(o, sep);
		put_hex(o, p[i], 2, false);
	}
}

static void put_bit_list(struct printf_out *o, const unsigned long *map, unsigned long nbits)
{
	unsigned long start, end;
	bool first = true;

	for_each_set_bit(start, map, nbits) {
		end = find_next_zero_bit(map, nbits, start) - 1;
		if (!first)
			printf_putc(o, ',');
		first = false;
		printf_number(o, start, &plain);
		if (end > start) {
			printf_putc(o, '-');
			printf_number(o, end, &plain);
		}
		start = end;
	}
}

/* 32 bits a group, the highest group first. */
static void put_bit_words(struct printf_out *o, const unsigned long *map, unsigned long nbits)
{
	unsigned long bits = nbits % 32 ? nbits % 32 : 32;	/* of the highest group */

	for (unsigned long at = round_up(nbits, 32); at && nbits; bits = 32) {
		u32 word;

		at -= 32;
		word = (u32)(map[BIT_WORD(at)] >> (at % BITS_PER_LONG));
		put_hex(o, word & (~0U >> (32 - bits)), (int)DIV_ROUND_UP(bits, 4), false);
		if (at)
			printf_putc(o, ',');
	}
}

static int put_bitmap(struct printf_out *o, const char *fmt, const unsigned long *map, int nbits)
{
	bool list = fmt[1] == 'l';

	if (!map)
		put_text(o, "(null)");
	else if (list)
		put_bit_list(o, map, (unsigned long)nbits);
	else
		put_bit_words(o, map, (unsigned long)nbits);
	return 1 + list;
}

static int put_hex_bytes(struct printf_out *o, const char *fmt, const void *ptr, int n)
{
	static const struct { char letter, sep; } form[] = {
		{ 'C', ':' }, { 'D', '-' }, { 'N', 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(form); i++) {
		if (fmt[1] == form[i].letter) {
			put_bytes(o, ptr, n, form[i].sep);
			return 2;
		}
	}
	put_bytes(o, ptr, n, ' ');
	return 1;
}

int printf_pointer(struct printf_out *o, const char *fmt, const void *ptr,
		   const struct printf_spec *spec)
{
	switch (*fmt) {
	case 'S': case 's': case 'B':
		put_symbol(o, *fmt, (unsigned long)ptr, spec);
		return 1;
	case 'a':
		put_hex(o, *(const phys_addr_t *)ptr, 16, true);
		return 1 + (fmt[1] == 'p' || fmt[1] == 'd');
	case 'G':
		if (fmt[1] != 'g')
			break;
		put_gfp(o, *(const gfp_t *)ptr);
		return 2;
	case 'e':
		put_error(o, (long)ptr, spec);
		return 1;
	case 'h':
		return put_hex_bytes(o, fmt, ptr, spec->width);
	case 'b':
		return put_bitmap(o, fmt, ptr, spec->width);
	case 'x': case 'K':
		put_hex(o, (unsigned long)ptr, 16, false);
		return 1;
	}
	put_hex(o, (unsigned long)ptr, 16, false);
	return 0;
}
