/* SPDX-License-Identifier: MIT */
/*
 * Formatted text (lib/printf.c).  Any context; no floating point.  Flags, width,
 * precision and lengths (hh h l ll z t L) as in C, and of Linux's pointers:
 *
 *	%p %px	16 hexadecimal digits (never hashed)	%pS	symbol+0xoff/0xsize
 *	%ps	symbol					%pB	%pS of a return address
 *	%pa	a phys_addr_t by reference, 0x%016llx	%pGg	a gfp_t by reference, as names
 *	%pK	as %px					%*ph	up to 64 bytes, "00 01 02"
 *	%*pb %*pbl  a bitmap of * bits, hexadecimal or as a list "0-3,7"
 *	%pe	an ERR_PTR by number, "-ENOMEM" where known	%pV	not supported
 */
#ifndef _LINUX_SPRINTF_H
#define _LINUX_SPRINTF_H

#include <linux/types.h>

/* C's contract: what it would have taken, without the NUL; always terminated if size > 0. */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int sprintf(char *buf, const char *fmt, ...) __printf(2, 3);
/* What was really stored, without the NUL. */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

#endif /* _LINUX_SPRINTF_H */
