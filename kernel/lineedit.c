/* SPDX-License-Identifier: MIT */
/*
 * kernel/lineedit.c - type, correct, repeat
 *
 * MODEL
 *   The screen shows prompt and text, its cursor stands before text[pos].  Every change
 *   keeps that true by moving with backspaces and by printing text again from the change
 *   to the end; a shorter line is followed by as many blanks as vanished.
 *
 * INVARIANTS	pos <= len < LINEEDIT_MAX, text[len] is NUL.
 * LOCKING	none: a struct has one user.
 * CONTEXT	process.
 * FAILURE	what does not fit in the line is not taken.
 * NOT HERE	what lines mean: monitor.c.  Where characters come from: input.c.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/lineedit.h>
#include <linux/string.h>

#define CTRL(c)		((c) & 0x1f)
#define KEY_ESC		0x1b
#define KEY_DEL		0x7f

enum { ESC_NONE, ESC_SEEN, ESC_BRACKET };

/* ---- the screen ------------------------------------------------------------------ */

static void lineedit_put(struct lineedit *le, const char *s, size_t n)
{
	if (n)
		le->put(le->ctx, s, n);
}

static void lineedit_repeat(struct lineedit *le, char c, unsigned int n)
{
	while (n--)
		lineedit_put(le, &c, 1);
}

/* Print from text[from], wipe what was longer by gone, and put the cursor back to pos. */
static void lineedit_redraw(struct lineedit *le, unsigned int from, unsigned int gone)
{
	lineedit_put(le, le->text + from, le->len - from);
	lineedit_repeat(le, ' ', gone);
	lineedit_repeat(le, '\b', le->len + gone - le->pos);
}

static void lineedit_move(struct lineedit *le, unsigned int to)
{
	if (to < le->pos)
		lineedit_repeat(le, '\b', le->pos - to);
	else
		lineedit_put(le, le->text + le->pos, to - le->pos);
	le->pos = to;
}

static void lineedit_prompt(struct lineedit *le)
{
	lineedit_put(le, le->prompt, strlen(le->prompt));
}

/* ---- the text -------------------------------------------------------------------- */

static void lineedit_insert(struct lineedit *le, const char *s, unsigned int n)
{
	unsigned int at = le->pos;

	n = min(n, LINEEDIT_MAX - 1 - le->len);
	memmove(le->text + at + n, le->text + at, le->len - at + 1);
	memcpy(le->text + at, s, n);
	le->len += n;
	le->pos += n;
	lineedit_redraw(le, at, 0);
}

/* Take [from, to) out. */
static void lineedit_erase(struct lineedit *le, unsigned int from, unsigned int to)
{
	if (from >= to)
		return;
	lineedit_move(le, from);
	memmove(le->text + from, le->text + to, le->len - to + 1);
	le->len -= to - from;
	lineedit_redraw(le, from, to - from);
}

static void lineedit_replace(struct lineedit *le, const char *s)
{
	lineedit_erase(le, 0, le->len);
	lineedit_insert(le, s, strlen(s));
}

static unsigned int lineedit_word_start(const struct lineedit *le)
{
	unsigned int at = le->pos;

	while (at && le->text[at - 1] == ' ')
		at--;
	while (at && le->text[at - 1] != ' ')
		at--;
	return at;
}

/* ---- history --------------------------------------------------------------------- */

static char *lineedit_history(struct lineedit *le, unsigned int back)
{
	return le->history[(le->nr_history - back) % LINEEDIT_HISTORY];
}

static void lineedit_remember(struct lineedit *le)
{
	if (!le->len || (le->nr_history && !strcmp(lineedit_history(le, 1), le->text)))
		return;
	strscpy(le->history[le->nr_history % LINEEDIT_HISTORY], le->text, LINEEDIT_MAX);
	le->nr_history++;
}

/* Show the line that is back lines up. */
static void lineedit_browse(struct lineedit *le, unsigned int back)
{
	if (back > min(le->nr_history, (unsigned int)LINEEDIT_HISTORY))
		return;
	if (!le->browse)
		strscpy(le->draft, le->text, LINEEDIT_MAX);
	le->browse = back;
	lineedit_replace(le, back ? lineedit_history(le, back) : le->draft);
}

/* ---- completion ------------------------------------------------------------------ */

static bool lineedit_first_word(const struct lineedit *le, unsigned int start)
{
	while (start && le->text[start - 1] == ' ')
		start--;
	return start == 0;
}

/* More than one word is possible: list them below, and draw the line again. */
static void lineedit_list(struct lineedit *le, bool first, const char *word, size_t n)
{
	const char *s;
	unsigned int i;

	lineedit_put(le, "\n", 1);
	for (i = 0; (s = le->complete(le->ctx, first, word, n, i)) != NULL; i++) {
		lineedit_put(le, s, strlen(s));
		lineedit_put(le, "  ", 2);
	}
	lineedit_put(le, "\n", 1);
	lineedit_prompt(le);
	lineedit_redraw(le, 0, 0);
}

static void lineedit_complete(struct lineedit *le)
{
	unsigned int start = le->pos, n, nr, common;
	const char *match, *s;
	bool first;

	while (start && le->text[start - 1] != ' ')
		start--;
	n = le->pos - start;
	first = lineedit_first_word(le, start);
	if (!le->complete || !(match = le->complete(le->ctx, first, le->text + start, n, 0)))
		return;
	common = strlen(match);
	for (nr = 1; (s = le->complete(le->ctx, first, le->text + start, n, nr)) != NULL; nr++)
		while (strncmp(s, match, common))
			common--;
	if (common > n)
		lineedit_insert(le, match + n, common - n);
	else if (nr > 1)
		lineedit_list(le, first, le->text + start, n);
	if (nr == 1)
		lineedit_insert(le, " ", 1);
}

/* ---- keys ------------------------------------------------------------------------ */

/* The last character of ESC [ param c. */
static void lineedit_sequence(struct lineedit *le, int c)
{
	if (c == '~')				/* ESC [ 1 ~ and so on */
		c = le->param == 1 || le->param == 7 ? 'H' :
		    le->param == 4 || le->param == 8 ? 'F' : le->param == 3 ? KEY_DEL : 0;
	switch (c) {
	case 'A':
		lineedit_browse(le, le->browse + 1);
		break;
	case 'B':
		if (le->browse)
			lineedit_browse(le, le->browse - 1);
		break;
	case 'C':
		lineedit_move(le, min(le->pos + 1, le->len));
		break;
	case 'D':
		lineedit_move(le, le->pos ? le->pos - 1 : 0);
		break;
	case 'H':
		lineedit_move(le, 0);
		break;
	case 'F':
		lineedit_move(le, le->len);
		break;
	case KEY_DEL:
		lineedit_erase(le, le->pos, min(le->pos + 1, le->len));
		break;
	}
}

/* Inside an escape sequence?  Then c is part of it. */
static bool lineedit_escape(struct lineedit *le, int c)
{
	if (c == KEY_ESC) {
		le->escape = ESC_SEEN;
		return true;
	}
	if (le->escape == ESC_SEEN) {
		le->escape = c == '[' || c == 'O' ? ESC_BRACKET : ESC_NONE;
		le->param = 0;
		return true;
	}
	if (le->escape == ESC_NONE)
		return false;
	if (isdigit(c)) {
		le->param = le->param * 10 + (c - '0');
		return true;
	}
	if (c == ';')
		return true;
	le->escape = ESC_NONE;
	lineedit_sequence(le, c);
	return true;
}

static void lineedit_control(struct lineedit *le, int c)
{
	switch (c) {
	case '\b':
	case KEY_DEL:
		lineedit_erase(le, le->pos ? le->pos - 1 : 0, le->pos);
		break;
	case '\t':
		lineedit_complete(le);
		break;
	case CTRL('A'):
		lineedit_move(le, 0);
		break;
	case CTRL('E'):
		lineedit_move(le, le->len);
		break;
	case CTRL('K'):
		lineedit_erase(le, le->pos, le->len);
		break;
	case CTRL('L'):
		lineedit_put(le, "\n", 1);
		lineedit_prompt(le);
		lineedit_redraw(le, 0, 0);
		break;
	case CTRL('U'):
		lineedit_erase(le, 0, le->pos);
		break;
	case CTRL('W'):
		lineedit_erase(le, lineedit_word_start(le), le->pos);
		break;
	}
}

static enum lineedit_result lineedit_end(struct lineedit *le)
{
	lineedit_move(le, le->len);
	lineedit_put(le, "\n", 1);
	lineedit_remember(le);
	return LINEEDIT_DONE;
}

enum lineedit_result lineedit_feed(struct lineedit *le, int c)
{
	bool after_cr = le->after_cr;
	char ch = (char)c;

	le->after_cr = c == '\r';
	if (lineedit_escape(le, c) || (c == '\n' && after_cr))
		return LINEEDIT_MORE;
	if (c == '\r' || c == '\n')
		return lineedit_end(le);
	if (c == CTRL('C')) {
		lineedit_put(le, "^C\n", 3);
		le->text[0] = '\0';
		le->len = 0;
		le->pos = 0;
		return LINEEDIT_CANCELLED;
	}
	if (c >= ' ' && c < KEY_DEL)
		lineedit_insert(le, &ch, 1);
	else
		lineedit_control(le, c);
	return LINEEDIT_MORE;
}

void lineedit_start(struct lineedit *le)
{
	le->text[0] = '\0';
	le->len = 0;
	le->pos = 0;
	le->browse = 0;
	le->escape = ESC_NONE;
	lineedit_prompt(le);
}

void lineedit_init(struct lineedit *le, const char *prompt,
		   void (*put)(void *ctx, const char *s, size_t n), void *ctx)
{
	memset(le, 0, sizeof(*le));
	le->prompt = prompt;
	le->put = put;
	le->ctx = ctx;
}
