/* SPDX-License-Identifier: MIT */
/* What the files of lib/ share. */
#ifndef _LIB_INTERNAL_H
#define _LIB_INTERNAL_H

#include <linux/types.h>

/* One conversion of a format, printf.c and printf_ptr.c. */
struct printf_spec {
	int  width;			/* 0: none */
	int  precision;			/* -1: none */
	u8   base;			/* 8, 10, 16 */
	char length;			/* 'H' hh, 'h', 'l', 'L' ll, 'z', 't', 0 int */
	bool left, zero, plus, blank, alt, upper, is_signed;
};

/* A bounded buffer: at may run past end, then nothing is stored any more. */
struct printf_out {
	char *at, *end;
};

static inline void printf_putc(struct printf_out *o, char c)
{
	if (o->at < o->end)
		*o->at = c;
	o->at++;
}

void printf_number(struct printf_out *o, unsigned long long v, const struct printf_spec *spec);
void printf_string(struct printf_out *o, const char *s, const struct printf_spec *spec);
/* %p and the letters behind it at @fmt; returns how many letters it used. */
int printf_pointer(struct printf_out *o, const char *fmt, const void *ptr,
		   const struct printf_spec *spec);

/* The call trace of a report: frames up to the one that returns to @after are left out. */
void show_trace_after(unsigned long after, const char *log_lvl);

#endif /* _LIB_INTERNAL_H */
