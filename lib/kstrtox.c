/* SPDX-License-Identifier: MIT */
/* kstrtox.c - text to numbers */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>

static const char *number_prefix(const char *s, unsigned int *base)
{
	bool hex = s[0] == '0' && (s[1] | 32) == 'x' && isxdigit((u8)s[2]);

	if (*base == 0)
		*base = hex ? 16 : s[0] == '0' ? 8 : 10;
	return hex && *base == 16 ? s + 2 : s;
}

static unsigned int digit_value(char c)
{
	if (isdigit((u8)c))
		return (unsigned int)(c - '0');
	if (isalpha((u8)c))
		return (unsigned int)((c | 32) - 'a' + 10);
	return 99;
}

/* Digits at s: where they end.  Saturates, and says so. */
static const char *parse_digits(const char *s, unsigned int base, unsigned long long *res,
				bool *overflow)
{
	unsigned long long v = 0;
	unsigned int d;

	*overflow = false;
	for (; (d = digit_value(*s)) < base; s++)
		if (__builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, d, &v))
			*overflow = true;
	*res = *overflow ? ULLONG_MAX : v;
	return s;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long v;
	const char *start, *end;
	bool overflow;

	if (*s == '+')
		s++;
	start = number_prefix(s, &base);
	end = parse_digits(start, base, &v, &overflow);
	if (end == start)
		return -EINVAL;
	if (*end == '\n')
		end++;
	if (*end)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	*res = v;
	return 0;
}

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	unsigned long long v;
	bool minus = *s == '-';
	int err = kstrtoull(s + minus, base, &v);

	if (minus && s[1] == '+')
		return -EINVAL;
	if (err)
		return err;
	if (v > (unsigned long long)LONG_MAX + minus)
		return -ERANGE;
	*res = (long long)(minus ? -v : v);
	return 0;
}

int kstrtoul(const char *s, unsigned int base, unsigned long *res)
{
	unsigned long long v;
	int err = kstrtoull(s, base, &v);

	if (!err)
		*res = v;
	return err;
}

int kstrtol(const char *s, unsigned int base, long *res)
{
	long long v;
	int err = kstrtoll(s, base, &v);

	if (!err)
		*res = v;
	return err;
}

#define DEFINE_NARROW(name, type, wide, wide_fn)			\
int name(const char *s, unsigned int base, type *res)			\
{									\
	wide v;								\
	int err = wide_fn(s, base, &v);					\
									\
	if (err)							\
		return err;						\
	if (v != (wide)(type)v)						\
		return -ERANGE;						\
	*res = (type)v;							\
	return 0;							\
}
DEFINE_NARROW(kstrtouint, unsigned int, unsigned long long, kstrtoull)
DEFINE_NARROW(kstrtoint, int, long long, kstrtoll)
DEFINE_NARROW(kstrtou8, u8, unsigned long long, kstrtoull)
DEFINE_NARROW(kstrtou16, u16, unsigned long long, kstrtoull)

int kstrtobool(const char *s, bool *res)
{
	switch (s[0]) {
	case 'y': case 'Y': case 't': case 'T': case '1':
		*res = true;
		return 0;
	case 'n': case 'N': case 'f': case 'F': case '0':
		*res = false;
		return 0;
	case 'o': case 'O':
		if ((s[1] | 32) == 'n' || (s[1] | 32) == 'f') {
			*res = (s[1] | 32) == 'n';
			return 0;
		}
	}
	return -EINVAL;
}

unsigned long long simple_strtoull(const char *s, char **endp, unsigned int base)
{
	unsigned long long v;
	const char *start = number_prefix(s, &base), *end;
	bool overflow;

	end = parse_digits(start, base, &v, &overflow);
	if (endp)
		*endp = (char *)end;
	return v;
}

unsigned long simple_strtoul(const char *s, char **endp, unsigned int base)
{
	return simple_strtoull(s, endp, base);
}

long simple_strtol(const char *s, char **endp, unsigned int base)
{
	if (*s == '-')
		return -(long)min(simple_strtoul(s + 1, endp, base), (unsigned long)LONG_MAX);
	return (long)min(simple_strtoul(s, endp, base), (unsigned long)LONG_MAX);
}

unsigned long long memparse(const char *s, char **endp)
{
	static const char suffix[] = "KMGTPE";
	char *end;
	unsigned long long v = simple_strtoull(s, &end, 0);
	char c = (char)toupper((u8)*end);

	for (int i = 0; suffix[i] && end != s; i++) {
		if (c != suffix[i])
			continue;
		end++;
		if (__builtin_mul_overflow(v, 1ULL << (10 * (i + 1)), &v))
			v = ULLONG_MAX;
		break;
	}
	if (endp)
		*endp = end;
	return v;
}
