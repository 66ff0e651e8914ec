/* SPDX-License-Identifier: MIT */
/*
 * The kernel command line: words separated by blanks, "double quotes" protect blanks.
 * A word is handed to the __setup() entry (<linux/init.h>) whose name it begins with.
 */
#ifndef _LINUX_CMDLINE_H
#define _LINUX_CMDLINE_H

#include <linux/types.h>

/*
 * Hand every word of @line to its __setup() function.  An unknown word, or one that its
 * function refuses (returns nonzero), is named in one line and ignored.
 * Returns the number of words refused.  Context: boot, before memory management.
 */
unsigned int cmdline_parse(const char *line);

/*
 * Copy the next word at *@pos into @word (cut to @size - 1 bytes, quotes removed) and
 * advance *@pos past it.  Returns false at the end of the line.
 */
bool cmdline_next_word(const char **pos, char *word, size_t size);

#endif /* _LINUX_CMDLINE_H */
