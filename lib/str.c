/* SPDX-License-Identifier: MIT */
/* str.c - strings that end in a NUL */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

/* The barriers keep GCC from making these loops calls of themselves. */
size_t (strlen)(const char *s)
{
	const char *p = s;

	while (*p) {
		p++;
		barrier();
	}
	return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

char *strcpy(char *dst, const char *src)
{
	memcpy(dst, src, strlen(src) + 1);
	return dst;
}

char *strncpy(char *dst, const char *src, size_t n)
{
	size_t len = strnlen(src, n);

	memcpy(dst, src, len);
	memset(dst + len, 0, n - len);
	return dst;
}

char *strcat(char *dst, const char *src)
{
	strcpy(dst + strlen(dst), src);
	return dst;
}

size_t strlcpy(char *dst, const char *src, size_t size)
{
	size_t len = strlen(src);

	if (size) {
		size_t n = min(len, size - 1);

		memcpy(dst, src, n);
		dst[n] = '\0';
	}
	return len;
}

size_t strlcat(char *dst, const char *src, size_t size)
{
	size_t used = strnlen(dst, size);

	return used + strlcpy(dst + used, src, size - used);
}

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size);

	if (!size)
		return -E2BIG;
	if (len == size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dst, src, len + 1);
	return (ssize_t)len;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

int strncasecmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		int d = tolower((u8)*a) - tolower((u8)*b);

		if (d || !*a)
			return d;
	}
	return 0;
}

int strcasecmp(const char *a, const char *b)
{
	return strncasecmp(a, b, ~(size_t)0);
}

char *strchrnul(const char *s, int c)
{
	while (*s && *s != (char)c)
		s++;
	return (char *)s;
}

char *strchr(const char *s, int c)
{
	s = strchrnul(s, c);
	return *s == (char)c ? (char *)s : NULL;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)last;
}

char *strnchr(const char *s, size_t n, int c)
{
	for (; n; n--, s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			break;
	}
	return NULL;
}

char *strnstr(const char *s, const char *find, size_t n)
{
	size_t len = strlen(find);

	for (n = strnlen(s, n); n >= len; n--, s++)
		if (!memcmp(s, find, len))
			return (char *)s;
	return NULL;
}

char *strstr(const char *s, const char *find)
{
	return strnstr(s, find, ~(size_t)0);
}

size_t strspn(const char *s, const char *accept)
{
	size_t n = 0;

	while (s[n] && strchr(accept, s[n]))
		n++;
	return n;
}

size_t strcspn(const char *s, const char *reject)
{
	size_t n = 0;

	while (s[n] && !strchr(reject, s[n]))
		n++;
	return n;
}

char *strpbrk(const char *s, const char *accept)
{
	s += strcspn(s, accept);
	return *s ? (char *)s : NULL;
}

char *strsep(char **s, const char *delim)
{
	char *token = *s;

	if (!token)
		return NULL;
	*s = strpbrk(token, delim);
	if (*s)
		*(*s)++ = '\0';
	return token;
}

char *skip_spaces(const char *s)
{
	while (isspace((u8)*s))
		s++;
	return (char *)s;
}

char *strim(char *s)
{
	size_t n = strlen(s);

	while (n && isspace((u8)s[n - 1]))
		n--;
	s[n] = '\0';
	return skip_spaces(s);
}

bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == '\n')
		a++;
	if (*b == '\n')
		b++;
	return !*a && !*b;
}

int match_string(const char *const *array, size_t n, const char *s)
{
	for (size_t i = 0; i < n && array[i]; i++)
		if (!strcmp(array[i], s))
			return (int)i;
	return -EINVAL;
}

/* One [class] at *pat, behind the bracket: does it have c?  *pat moves past it. */
static bool glob_class(const char **pat, char c)
{
	const char *p = *pat;
	bool invert = *p == '!', found = false;

	p += invert;
	do {
		char low = *p++, high = low;

		if (!low)
			return false;		/* no closing bracket */
		if (p[0] == '-' && p[1] && p[1] != ']') {
			high = p[1];
			p += 2;
		}
		found |= low <= c && c <= high;
	} while (*p != ']');
	*pat = p + 1;
	return found != invert;
}

/* Does the one pattern element at *pat match c?  *pat moves behind it. */
static bool glob_one(const char **pat, char c)
{
	char p = *(*pat)++;

	if (!c)
		return false;
	if (p == '?')
		return true;
	if (p == '[')
		return glob_class(pat, c);
	if (p == '\\' && **pat)
		p = *(*pat)++;
	return p == c;
}

bool glob_match(const char *pat, const char *s)
{
	const char *star_pat = NULL, *star_s = NULL;

	for (;;) {
		if (*pat == '*') {
			star_pat = ++pat;
			star_s = s;
			continue;
		}
		if (!*pat && !*s)
			return true;
		if (*pat && glob_one(&pat, *s)) {
			s++;
			continue;
		}
		/* Let the last * take one more character. */
		if (!star_pat || !*star_s)
			return false;
		pat = star_pat;
		s = ++star_s;
	}
}
