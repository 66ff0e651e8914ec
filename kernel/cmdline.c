/* SPDX-License-Identifier: MIT */
/*
 * kernel/cmdline.c - hand each word of the command line to whoever asked for it
 *
 * Nothing here can fail the boot: a word that nobody knows, or that its owner refuses, is
 * reported in one line and dropped.
 */
#include <linux/cmdline.h>
#include <linux/init.h>
#include <linux/printk.h>
#include <linux/string.h>

#define WORD_MAX	256	/* bytes, with the NUL; a word that fills it is refused */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool cmdline_next_word(const char **pos, char *word, size_t size)
{
	const char *s = *pos;
	bool quoted = false;
	size_t n = 0;

	while (is_blank(*s))
		s++;
	if (!*s)
		return false;
	for (; *s && (quoted || !is_blank(*s)); s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (n < size - 1)
			word[n++] = *s;
	}
	word[n] = '\0';
	*pos = s;
	return true;
}

/* "name=" entries match words that begin so; "name" entries match the bare word. */
static const struct setup_option *find_setup(const char *word)
{
	const struct setup_option *p;

	for (p = __setup_start; p < __setup_end; p++) {
		size_t n = strlen(p->name);

		if (strncmp(word, p->name, n))
			continue;
		if (p->name[n - 1] == '=' || word[n] == '\0')
			return p;
	}
	return NULL;
}

static bool take_word(char *word)
{
	const struct setup_option *p = find_setup(word);

	if (!p) {
		pr_warn("Unknown kernel command line parameter \"%s\", ignored\n", word);
		return false;
	}
	if (p->fn(word + strlen(p->name))) {
		pr_warn("Malformed kernel command line parameter \"%s\", ignored\n", word);
		return false;
	}
	return true;
}

unsigned int cmdline_parse(const char *line)
{
	unsigned int refused = 0;
	char word[WORD_MAX];

	while (cmdline_next_word(&line, word, sizeof(word))) {
		if (strlen(word) < sizeof(word) - 1) {
			refused += !take_word(word);
			continue;
		}
		pr_warn("Kernel command line parameter \"%.40s...\" is too long, ignored\n", word);
		refused++;
	}
	return refused;
}
