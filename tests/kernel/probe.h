/* SPDX-License-Identifier: MIT */
/*
 * A console probe: what was reported, and was it about the right place?  A report is known
 * by its title, which is its first line, and by the function that its call trace begins with.
 */
#ifndef TESTS_KERNEL_PROBE_H
#define TESTS_KERNEL_PROBE_H

#include <linux/kernel.h>

#include "report.h"

#define PROBE_SLEEP	"BUG: sleeping function called from invalid context at "

/* The line behind the next that begins with title, from @from on; NULL: none. */
static inline const char *probe_after(const char *from, const char *title)
{
	const char *at;

	for (at = from; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL)
		if (strstarts(at, title)) {
			at = strchr(at, '\n');
			return at ? at + 1 : NULL;
		}
	return NULL;
}

static inline unsigned int probe_count(const struct report *r, const char *title)
{
	const char *at = r->text;
	unsigned int n = 0;

	while ((at = probe_after(at, title)) != NULL)
		n++;
	return n;
}

/* Is there such a report whose trace begins in @function? */
static inline bool probe_in(const struct report *r, const char *title, const char *function)
{
	const char *at = probe_after(r->text, title);

	at = probe_after(at, "Call Trace:");
	while (at && (strstarts(at, " <") || strstarts(at, " ?"))) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return at && strstarts(at + 1, function) && at[1 + strlen(function)] == '+';
}

/* The title of a report about @line of this file. */
static inline const char *probe_sleep_at(char *buf, size_t n, const char *file, int line)
{
	scnprintf(buf, n, PROBE_SLEEP "%s:%d\n", file, line);
	return buf;
}

#endif /* TESTS_KERNEL_PROBE_H */
