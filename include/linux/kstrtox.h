/* SPDX-License-Identifier: MIT */
/*
 * Text to numbers.  kstrto*: the whole string (one trailing newline is allowed) must be
 * a number: 0, or -EINVAL (no number) or -ERANGE (does not fit), and *res is unchanged.
 * base 0: by prefix (0x hexadecimal, 0 octal, else decimal).
 */
#ifndef _LINUX_KSTRTOX_H
#define _LINUX_KSTRTOX_H

#include <linux/types.h>

int kstrtoull(const char *s, unsigned int base, unsigned long long *res);
int kstrtoll(const char *s, unsigned int base, long long *res);
int kstrtoul(const char *s, unsigned int base, unsigned long *res);
int kstrtol(const char *s, unsigned int base, long *res);
int kstrtouint(const char *s, unsigned int base, unsigned int *res);
int kstrtoint(const char *s, unsigned int base, int *res);
int kstrtou8(const char *s, unsigned int base, u8 *res);
int kstrtou16(const char *s, unsigned int base, u16 *res);
int kstrtobool(const char *s, bool *res);	/* y Y 1 t on / n N 0 f off */

/* The longest leading number; *endp (may be NULL) is set behind it.  Overflow saturates. */
unsigned long long simple_strtoull(const char *s, char **endp, unsigned int base);
unsigned long simple_strtoul(const char *s, char **endp, unsigned int base);
long simple_strtol(const char *s, char **endp, unsigned int base);

/* A size with an optional suffix K M G T P E (powers of 1024), as in mem=512M. */
unsigned long long memparse(const char *s, char **endp);

#endif /* _LINUX_KSTRTOX_H */
