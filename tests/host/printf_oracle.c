/* SPDX-License-Identifier: MIT */
/*
 * printf_oracle.c - random formats, beside the C library's vsnprintf
 *
 * MODEL
 *   One conversion between two literals, with random flags, width, precision, length and
 *   value, into a buffer of random size: return value and every byte must agree.  Left
 *   out are the places where Linux differs from C on purpose (# of 0 in hexadecimal) and
 *   what C leaves undefined (0 with c and s).
 *
 * usage: printf_oracle [thousands of formats, 300] [seed, 1]
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/prandom.h>

#define BUF	200

/* lib/printf.c under its hosted name. */
int q_vsnprintf(char *buf, size_t size, const char *fmt, va_list args);

static struct rnd_state rnd;
static unsigned long long seed = 1;

static u32 below(u32 ceil)
{
	return prandom_u32_below(&rnd, ceil);
}

/* Interesting numbers more often than chance would have them. */
static unsigned long long value(void)
{
	unsigned long long v = prandom_u64_state(&rnd) >> below(64);

	switch (below(6)) {
	case 0: return 0;
	case 1: return v & 7;
	case 2: return ~v;
	case 3: return 1ULL << below(64);
	default: return v;
	}
}

static void append(char *fmt, const char *s)
{
	strcat(fmt, s);
}

static void append_number(char *fmt, unsigned int n)
{
	sprintf(fmt + strlen(fmt), "%u", n);
}

/* The conversion's letter; the format in fmt. */
static char make_format(char *fmt)
{
	static const char *const lengths[] = { "", "hh", "h", "l", "ll", "z", "t" };
	static const char letters[] = "diuxXocs";
	char letter = letters[below(sizeof(letters) - 1)];
	bool number = letter != 'c' && letter != 's';

	strcpy(fmt, "[%");
	for (const char *f = "-+ #0"; *f; f++)
		if (!below(3) && (number || *f == '-'))
			append(fmt, (const char[]){ *f, 0 });
	if (below(2))
		append_number(fmt, below(40) + 1);
	if (letter != 'c' && !below(3)) {
		append(fmt, ".");
		if (below(4))
			append_number(fmt, below(30));
	}
	if (number)
		append(fmt, lengths[below(7)]);
	append(fmt, (const char[]){ letter, ']', 0 });
	return letter;
}

static void die(const char *fmt, const char *ours, int n, const char *theirs, int m)
{
	printf("printf_oracle: '%s': '%s' (%d), C says '%s' (%d)\n", fmt, ours, n, theirs, m);
	printf("printf_oracle: FAIL, seed %llu\n", seed);
	exit(1);
}

static void compare(const char *fmt, size_t size, ...)
{
	char ours[BUF], theirs[BUF];
	va_list args;
	int n, m;

	memset(ours, '#', BUF);
	memset(theirs, '#', BUF);
	va_start(args, size);
	n = q_vsnprintf(ours, size, fmt, args);
	va_end(args);
	va_start(args, size);
	m = vsnprintf(theirs, size, fmt, args);
	va_end(args);
	if (n != m || memcmp(ours, theirs, BUF))
		die(fmt, ours, n, theirs, m);
}

int main(int argc, char **argv)
{
	unsigned long formats = 1000 * (argc > 1 ? strtoul(argv[1], NULL, 0) : 300);
	char fmt[64];

	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	prandom_seed_state(&rnd, seed);
	for (unsigned long i = 0; i < formats; i++) {
		char letter = make_format(fmt);
		size_t size = below(4) ? BUF : below(30);
		unsigned long long v = value();

		if (letter == 's')
			compare(fmt, size, &"granite and lime"[v % 17]);
		else if (letter == 'c')
			compare(fmt, size, (int)(v % 95 + 32));
		else if ((v & 0xff) || !strchr(fmt, '#'))
			compare(fmt, size, v);
	}
	printf("printf_oracle: %lu formats, seed %llu\n", formats, seed);
	return 0;
}
