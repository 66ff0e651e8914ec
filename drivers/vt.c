/* SPDX-License-Identifier: MIT */
/*
 * drivers/vt.c - what a stream of characters does to a screen of cells
 *
 * Pure: it changes struct vt and its cells, and touches no device.  Unknown sequences are
 * swallowed, parameters are clamped to the screen.
 */
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/vt.h>

#define VT_TAB		8
#define VT_PARAM_MAX	9999

static u16 vt_blank(const struct vt *vt)
{
	return (u16)(vt->attr << 8 | ' ');
}

static void vt_dirty(struct vt *vt, unsigned int top, unsigned int end)
{
	vt->dirty_top = min(vt->dirty_top, top);
	vt->dirty_end = max(vt->dirty_end, end);
}

/* Cells [from, to), counted from the first of the screen. */
static void vt_erase(struct vt *vt, unsigned int from, unsigned int to)
{
	const u64 blanks = vt_blank(vt) * 0x0001000100010001ULL;

	vt_dirty(vt, from / vt->cols, (to + vt->cols - 1) / vt->cols);
	for (; from + 4 <= to; from += 4)
		memcpy(&vt->cells[from], &blanks, sizeof(blanks));
	for (; from < to; from++)
		vt->cells[from] = vt_blank(vt);
}

static void vt_newline(struct vt *vt)
{
	unsigned int last = (vt->rows - 1) * vt->cols;

	if (vt->y + 1 < vt->rows) {
		vt->y++;
		return;
	}
	memmove(vt->cells, vt->cells + vt->cols, last * sizeof(vt->cells[0]));
	vt_dirty(vt, 0, vt->rows);
	vt_erase(vt, last, last + vt->cols);
}

/* Characters up to a control character or the end of the line; returns how many. */
static size_t vt_put_run(struct vt *vt, const char *s, size_t n)
{
	u8 attr = vt->reverse ? (u8)(vt->attr << 4 | vt->attr >> 4) : vt->attr;
	u16 *cell = &vt->cells[vt->y * vt->cols + vt->x];
	size_t i, room = min(n, (size_t)(vt->cols - vt->x));

	for (i = 0; i < room && (u8)s[i] >= ' '; i++)
		cell[i] = (u16)(attr << 8 | (u8)s[i]);
	if (i)
		vt_dirty(vt, vt->y, vt->y + 1);
	vt->x += (unsigned int)i;
	return i;
}

static void vt_put(struct vt *vt, char c)
{
	if (vt->x == vt->cols) {
		vt->x = 0;
		vt_newline(vt);
	}
	vt_put_run(vt, &c, 1);
}

static void vt_control(struct vt *vt, char c)
{
	switch (c) {
	case '\n':
		vt->x = 0;
		vt_newline(vt);
		break;
	case '\r':
		vt->x = 0;
		break;
	case '\b':
		if (vt->x)
			vt->x--;
		break;
	case '\t':
		do
			vt_put(vt, ' ');
		while (vt->x % VT_TAB && vt->x < vt->cols);
		break;
	case '\033':
		vt->state = VT_ESC;
		break;
	}
}

static void vt_colour(struct vt *vt, unsigned int p)
{
	static const u8 vga[8] = { 0, 4, 2, 6, 1, 5, 3, 7 };	/* ANSI is RGB, VGA is BGR */

	if (p == 0) {
		vt->attr = VT_ATTR_DEFAULT;
		vt->reverse = false;
	} else if (p == 1) {
		vt->attr |= 0x08;
	} else if (p == 7 || p == 27) {
		vt->reverse = p == 7;
	} else if (p >= 30 && p <= 37) {
		vt->attr = (u8)((vt->attr & 0xf8) | vga[p - 30]);
	} else if (p == 39) {
		vt->attr = (u8)((vt->attr & 0xf0) | (VT_ATTR_DEFAULT & 0x0f));
	} else if (p >= 40 && p <= 47) {
		vt->attr = (u8)((vt->attr & 0x0f) | vga[p - 40] << 4);
	} else if (p == 49) {
		vt->attr &= 0x0f;
	} else if (p >= 90 && p <= 97) {
		vt->attr = (u8)((vt->attr & 0xf0) | 0x08 | vga[p - 90]);
	}
}

/* What J (whole screen) and K (this line) erase: to the end, from the start, all. */
static void vt_erase_part(struct vt *vt, unsigned int how, unsigned int start, unsigned int end)
{
	unsigned int at = vt->y * vt->cols + (vt->x < vt->cols ? vt->x : vt->cols - 1);

	if (how == 0)
		vt_erase(vt, at, end);
	else if (how == 1)
		vt_erase(vt, start, at + 1);
	else if (how == 2)
		vt_erase(vt, start, end);
}

static unsigned int vt_clamp(unsigned int v, unsigned int limit)
{
	return v < limit ? v : limit - 1;
}

static void vt_csi(struct vt *vt, char c)
{
	unsigned int p0 = vt->param[0], n = p0 ? p0 : 1, i;

	switch (c) {
	case 'A':
		vt->y -= n < vt->y ? n : vt->y;
		break;
	case 'B':
		vt->y = vt_clamp(vt->y + n, vt->rows);
		break;
	case 'C':
		vt->x = vt_clamp(vt->x + n, vt->cols);
		break;
	case 'D':
		vt->x -= n < vt->x ? n : vt->x;
		break;
	case 'H':
		vt->y = vt_clamp(n - 1, vt->rows);
		vt->x = vt_clamp(vt->param[1] ? vt->param[1] - 1 : 0, vt->cols);
		break;
	case 'J':
		vt_erase_part(vt, p0, 0, vt->rows * vt->cols);
		break;
	case 'K':
		vt_erase_part(vt, p0, vt->y * vt->cols, (vt->y + 1) * vt->cols);
		break;
	case 'm':
		for (i = 0; i <= vt->nr_params; i++)
			vt_colour(vt, vt->param[i]);
		break;
	}
}

/* Inside ESC [: digits and semicolons, then one letter. */
static void vt_csi_char(struct vt *vt, char c)
{
	unsigned int *p = &vt->param[vt->nr_params];

	if (c >= '0' && c <= '9') {
		if (*p <= VT_PARAM_MAX)
			*p = *p * 10 + (unsigned int)(c - '0');
	} else if (c == ';') {
		if (vt->nr_params < VT_MAX_PARAMS - 1)
			vt->nr_params++;
	} else if (c >= '@') {
		vt->state = VT_NORMAL;
		vt_csi(vt, c);
	}
}

static void vt_char(struct vt *vt, char c)
{
	if (vt->state == VT_CSI) {
		vt_csi_char(vt, c);
	} else if (vt->state == VT_ESC) {
		vt->state = c == '[' ? VT_CSI : VT_NORMAL;
		memset(vt->param, 0, sizeof(vt->param));
		vt->nr_params = 0;
	} else if ((u8)c < ' ') {
		vt_control(vt, c);
	} else {
		vt_put(vt, c);
	}
}

void vt_init(struct vt *vt, u16 *cells, unsigned int cols, unsigned int rows)
{
	*vt = (struct vt) {
		.cols = cols, .rows = rows, .cells = cells, .attr = VT_ATTR_DEFAULT,
	};
	vt_erase(vt, 0, cols * rows);
}

void vt_write(struct vt *vt, const char *s, size_t n)
{
	size_t done;

	for (; n; n -= done, s += done) {
		done = vt->state == VT_NORMAL ? vt_put_run(vt, s, n) : 0;
		if (!done) {
			vt_char(vt, *s);
			done = 1;
		}
	}
}
