/* SPDX-License-Identifier: MIT */
/*
 * printf.c - vsnprintf and its kin
 *
 * MODEL
 *   parse_spec() reads one % conversion, a handler for its class writes to a bounded
 *   buffer that counts on past its end.  Every number is brought into an unsigned long
 *   long plus a sign before it is printed, so there is one number printer.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "internal.h"

static void put_repeat(struct printf_out *o, char c, int n)
{
	while (n-- > 0)
		printf_putc(o, c);
}

/* The digits of v, last first; returns how many. */
static int digits_reversed(char *buf, unsigned long long v, const struct printf_spec *spec)
{
	const char *set = spec->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	int n = 0;

	if (spec->base == 10) {
		for (; v; v /= 10)
			buf[n++] = (char)('0' + v % 10);
		return n;
	}
	for (int shift = spec->base == 16 ? 4 : 3; v; v >>= shift)
		buf[n++] = set[v & (spec->base - 1)];
	return n;
}

static char sign_of(bool negative, const struct printf_spec *spec)
{
	if (!spec->is_signed)
		return 0;
	return negative ? '-' : spec->plus ? '+' : spec->blank ? ' ' : 0;
}

void printf_number(struct printf_out *o, unsigned long long v, const struct printf_spec *spec)
{
	bool negative = spec->is_signed && (long long)v < 0;
	char digits[24], sign = sign_of(negative, spec);
	int n = digits_reversed(digits, negative ? -v : v, spec);
	int zeroes = max(spec->precision < 0 ? 1 : spec->precision, n) - n;
	bool prefix = spec->alt && spec->base == 16;	/* also of 0, as in Linux */
	int pad;

	if (spec->alt && spec->base == 8 && !zeroes)
		zeroes = 1;
	pad = spec->width - (n + zeroes + (sign != 0) + 2 * prefix);
	if (spec->zero && !spec->left && spec->precision < 0 && pad > 0) {
		zeroes += pad;
		pad = 0;
	}
	if (!spec->left)
		put_repeat(o, ' ', pad);
	if (sign)
		printf_putc(o, sign);
	if (prefix) {
		printf_putc(o, '0');
		printf_putc(o, spec->upper ? 'X' : 'x');
	}
	put_repeat(o, '0', zeroes);
	while (n-- > 0)
		printf_putc(o, digits[n]);
	if (spec->left)
		put_repeat(o, ' ', pad);
}

void printf_string(struct printf_out *o, const char *s, const struct printf_spec *spec)
{
	size_t len;

	if (!s)
		s = "(null)";
	else if ((unsigned long)s < 4096)
		s = "(efault)";
	len = strnlen(s, spec->precision < 0 ? INT_MAX : (size_t)spec->precision);
	if (!spec->left)
		put_repeat(o, ' ', spec->width - (int)len);
	for (size_t i = 0; i < len; i++)
		printf_putc(o, s[i]);
	if (spec->left)
		put_repeat(o, ' ', spec->width - (int)len);
}

static void put_char(struct printf_out *o, char c, const struct printf_spec *spec)
{
	if (!spec->left)
		put_repeat(o, ' ', spec->width - 1);
	printf_putc(o, c);
	if (spec->left)
		put_repeat(o, ' ', spec->width - 1);
}

static const char *parse_flags(const char *f, struct printf_spec *spec)
{
	for (;; f++) {
		switch (*f) {
		case '-': spec->left = true; break;
		case '0': spec->zero = true; break;
		case '+': spec->plus = true; break;
		case ' ': spec->blank = true; break;
		case '#': spec->alt = true; break;
		default:  return f;
		}
	}
}

static const char *parse_int(const char *f, int *v)
{
	for (*v = 0; isdigit((u8)*f); f++)
		*v = min(*v * 10 + (*f - '0'), 0xffff);
	return f;
}

static const char *parse_length(const char *f, struct printf_spec *spec)
{
	spec->length = 0;
	if (*f == 'h' || *f == 'l') {
		bool twice = f[1] == *f;

		spec->length = twice ? (char)toupper((u8)*f) : *f;
		return f + 1 + twice;
	}
	if (*f == 'z' || *f == 't' || *f == 'L')
		spec->length = *f++;
	return f;
}

/* Everything between the % and the conversion letter, which the result points at. */
static const char *parse_spec(const char *f, struct printf_spec *spec, va_list *args)
{
	*spec = (struct printf_spec){ .precision = -1, .base = 10 };
	f = parse_flags(f, spec);
	if (*f == '*') {
		spec->width = va_arg(*args, int);
		if (spec->width < 0) {
			spec->left = true;
			spec->width = -spec->width;
		}
		f++;
	} else {
		f = parse_int(f, &spec->width);
	}
	if (*f == '.') {
		if (f[1] == '*') {
			spec->precision = max(va_arg(*args, int), -1);
			f += 2;
		} else {
			f = parse_int(f + 1, &spec->precision);
		}
	}
	return parse_length(f, spec);
}

static unsigned long long get_number(const struct printf_spec *spec, va_list *args)
{
	unsigned long long v;

	switch (spec->length) {
	case 'l': case 'L': case 'z': case 't':
		return va_arg(*args, unsigned long long);
	case 'H':
		v = va_arg(*args, unsigned int);
		return spec->is_signed ? (unsigned long long)(s8)v : (u8)v;
	case 'h':
		v = va_arg(*args, unsigned int);
		return spec->is_signed ? (unsigned long long)(s16)v : (u16)v;
	default:
		v = va_arg(*args, unsigned int);
		return spec->is_signed ? (unsigned long long)(int)v : v;
	}
}

/* One conversion, at its letter; returns what follows it. */
static const char *convert(struct printf_out *o, const char *f, struct printf_spec *spec,
			   va_list *args)
{
	char c = *f++;

	switch (c) {
	case 'd': case 'i':
		spec->is_signed = true;
		fallthrough;
	case 'u': case 'x': case 'X': case 'o':
		spec->base = c == 'o' ? 8 : (c | 32) == 'x' ? 16 : 10;
		spec->upper = c == 'X';
		printf_number(o, get_number(spec, args), spec);
		return f;
	case 'c':
		put_char(o, (char)va_arg(*args, int), spec);
		return f;
	case 's':
		printf_string(o, va_arg(*args, const char *), spec);
		return f;
	case 'p':
		return f + printf_pointer(o, f, va_arg(*args, void *), spec);
	case '%':
		printf_putc(o, '%');
		return f;
	default:			/* say what it was, and go on */
		printf_putc(o, '%');
		if (!c)
			return f - 1;
		printf_putc(o, c);
		return f;
	}
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct printf_out o = { .at = buf };
	struct printf_spec spec;
	va_list ap;

	/* the image lies in the last 2 GiB: size may reach around the end of all addresses */
	o.end = (char *)-1;
	if (min(size, (size_t)INT_MAX) <= ~(size_t)buf)
		o.end = buf + min(size, (size_t)INT_MAX);
	va_copy(ap, args);
	while (*fmt) {
		if (*fmt != '%') {
			printf_putc(&o, *fmt++);
			continue;
		}
		fmt = parse_spec(fmt + 1, &spec, &ap);
		fmt = convert(&o, fmt, &spec, &ap);
	}
	va_end(ap);
	if (size)
		*(o.at < o.end ? o.at : o.end - 1) = '\0';
	return (int)(o.at - buf);
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	return !size ? 0 : min(n, (int)size - 1);
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int sprintf(char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, INT_MAX, fmt, args);
	va_end(args);
	return n;
}
