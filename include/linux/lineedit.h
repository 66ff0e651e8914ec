/* SPDX-License-Identifier: MIT */
/*
 * One line of input, edited on a terminal: kernel/lineedit.c.
 *
 *	left right home end, Ctrl-A Ctrl-E	move	  up down	 history
 *	backspace, del				erase	  Tab		 complete
 *	Ctrl-U Ctrl-K Ctrl-W			kill to start, to end, the word before
 *	Ctrl-C					drop the line	  Ctrl-L  draw it again
 *
 * Keys arrive as lineedit_feed()'s characters, special keys as VT100 sequences.  Output
 * is printable text, blanks and backspaces only, so that any console can show it.
 * Context: one at a time; nothing is allocated.
 */
#ifndef _LINUX_LINEEDIT_H
#define _LINUX_LINEEDIT_H

#include <linux/types.h>

#define LINEEDIT_MAX	120		/* characters in a line, NUL included */
#define LINEEDIT_HISTORY 16		/* lines remembered */

enum lineedit_result {
	LINEEDIT_MORE,			/* the line goes on */
	LINEEDIT_DONE,			/* it is in text[] */
	LINEEDIT_CANCELLED,		/* Ctrl-C: it is empty */
};

struct lineedit {
	/* The owner's, set by lineedit_init() */
	const char *prompt;
	void (*put)(void *ctx, const char *s, size_t n);
	/* The i-th word that @word (n characters, the first word of the line or, with
	 * @first false, a later one) may become; NULL: no more.  NULL: no completion. */
	const char *(*complete)(void *ctx, bool first, const char *word, size_t n,
				unsigned int i);
	void *ctx;

	char text[LINEEDIT_MAX];	/* NUL-terminated */
	unsigned int len, pos;		/* characters; the cursor is before text[pos] */
	char history[LINEEDIT_HISTORY][LINEEDIT_MAX];	/* a ring */
	unsigned int nr_history;	/* lines ever remembered */
	unsigned int browse;		/* how far up; 0: the line being typed */
	char draft[LINEEDIT_MAX];	/* that line, while browsing */
	unsigned char escape;		/* state of an escape sequence */
	unsigned char param;		/* its number */
	bool after_cr;			/* the last character was CR: a LF belongs to it */
};

void lineedit_init(struct lineedit *le, const char *prompt,
		   void (*put)(void *ctx, const char *s, size_t n), void *ctx);
/* Begin a new line: empty it and show the prompt. */
void lineedit_start(struct lineedit *le);
/* Take one character.  After DONE or CANCELLED call lineedit_start() for the next line. */
enum lineedit_result lineedit_feed(struct lineedit *le, int c);

#endif /* _LINUX_LINEEDIT_H */
