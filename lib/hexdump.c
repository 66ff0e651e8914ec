/* SPDX-License-Identifier: MIT */
/* hexdump.c - memory as text */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "internal.h"

static void put_group(struct printf_out *o, const u8 *p, int groupsize)
{
	static const char hex[] = "0123456789abcdef";

	/* Little endian: the last byte of a group is its most significant. */
	for (int i = groupsize - 1; i >= 0; i--) {
		printf_putc(o, hex[p[i] >> 4]);
		printf_putc(o, hex[p[i] & 15]);
	}
}

int hex_dump_to_buffer(const void *buf, size_t len, int rowsize, int groupsize,
		       char *linebuf, size_t linebuflen, bool ascii)
{
	struct printf_out o = { linebuf, linebuf + linebuflen };
	const u8 *p = buf;
	int ascii_column;

	if (rowsize != 32)
		rowsize = 16;
	len = min(len, (size_t)rowsize);
	if ((groupsize != 2 && groupsize != 4 && groupsize != 8) || len % groupsize)
		groupsize = 1;
	for (size_t i = 0; i < len; i += groupsize) {
		if (i)
			printf_putc(&o, ' ');
		put_group(&o, p + i, groupsize);
	}
	if (ascii && len) {
		ascii_column = rowsize * 2 + rowsize / groupsize + 1;
		while (o.at - linebuf < ascii_column)
			printf_putc(&o, ' ');
		for (size_t i = 0; i < len; i++)
			printf_putc(&o, isprint(p[i]) ? (char)p[i] : '.');
	}
	if (linebuflen)
		*(o.at < o.end ? o.at : o.end - 1) = '\0';
	return (int)(o.at - linebuf);
}

void print_hex_dump(const char *level, const char *prefix_str, int prefix_type, int rowsize,
		    int groupsize, const void *buf, size_t len, bool ascii)
{
	char line[32 * 3 + 2 + 32 + 1];

	if (rowsize != 32)
		rowsize = 16;
	for (size_t i = 0; i < len; i += rowsize) {
		hex_dump_to_buffer(buf + i, len - i, rowsize, groupsize, line, sizeof(line), ascii);
		switch (prefix_type) {
		case DUMP_PREFIX_ADDRESS:
			printk("%s%s%px: %s\n", level, prefix_str, buf + i, line);
			break;
		case DUMP_PREFIX_OFFSET:
			printk("%s%s%.8zx: %s\n", level, prefix_str, i, line);
			break;
		default:
			printk("%s%s%s\n", level, prefix_str, line);
		}
	}
}
