/* SPDX-License-Identifier: MIT */
/*
 * Memory and strings (lib/string.c), with C's and Linux's meanings.  Any context.
 * Sizes are bytes.  In the kernel the compiler may expand calls of constant size.
 */
#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H

#include <asm/string.h>
#include <linux/types.h>

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int   memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
void *memchr_inv(const void *s, int c, size_t n);	/* first byte that is not c, or NULL */
void *memscan(void *s, int c, size_t n);		/* as memchr, but the end, not NULL */
void  memzero_explicit(void *s, size_t n);		/* not optimised away */
void *memset64(u64 *p, u64 v, size_t count);		/* count words */

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
char  *strcpy(char *dst, const char *src);
char  *strncpy(char *dst, const char *src, size_t n);
char  *strcat(char *dst, const char *src);
size_t strlcpy(char *dst, const char *src, size_t size);
size_t strlcat(char *dst, const char *src, size_t size);
/* Copied length, or -E2BIG if it was cut; always terminated if size > 0. */
ssize_t strscpy(char *dst, const char *src, size_t size);
int    strcmp(const char *a, const char *b);
int    strncmp(const char *a, const char *b, size_t n);
int    strcasecmp(const char *a, const char *b);
int    strncasecmp(const char *a, const char *b, size_t n);
char  *strchr(const char *s, int c);
char  *strrchr(const char *s, int c);
char  *strnchr(const char *s, size_t n, int c);
char  *strchrnul(const char *s, int c);
char  *strstr(const char *s, const char *find);
char  *strnstr(const char *s, const char *find, size_t n);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char  *strpbrk(const char *s, const char *accept);
char  *strsep(char **s, const char *delim);
char  *skip_spaces(const char *s);
char  *strim(char *s);			/* cuts blanks off both ends, in place */
bool   sysfs_streq(const char *a, const char *b);	/* but for a trailing newline */
int    match_string(const char *const *array, size_t n, const char *s);	/* index, -EINVAL */
/* Shell pattern: * ? [a-z] [!a-z] \x; the whole of @s must match. */
bool   glob_match(const char *pat, const char *s);

static inline bool strstarts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* One page of zeroes; one page copied.  Page-aligned addresses. */
static inline void clear_page(void *page)
{
	arch_fill_words(page, 0, 512);
}

static inline void copy_page(void *dst, const void *src)
{
	arch_copy_words(dst, src, 512);
}

#ifndef __HOSTED__
#define memcpy(d, s, n)		__builtin_memcpy(d, s, n)
#define memmove(d, s, n)	__builtin_memmove(d, s, n)
#define memset(d, c, n)		__builtin_memset(d, c, n)
#define memcmp(a, b, n)		__builtin_memcmp(a, b, n)
#define strlen(s)		__builtin_strlen(s)
#endif

#endif /* _LINUX_STRING_H */
