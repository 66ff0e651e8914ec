/* SPDX-License-Identifier: MIT */
/*
 * A screen of character cells that understands enough of a VT100 for log, monitor and line
 * editing.  drivers/vt.c interprets; a display driver supplies the memory and shows it.
 *
 * Understood: printable ASCII, CR LF BS TAB, and ESC [ with A B C D (move), H (to row;col),
 * J 0..2 and K 0..2 (erase), m with 0 1 7 27 30..37 39 40..47 49 90..97 (colours).
 */
#ifndef _LINUX_VT_H
#define _LINUX_VT_H

#include <linux/types.h>

#define VT_MAX_PARAMS	4
#define VT_ATTR_DEFAULT	0x07		/* VGA: background << 4 | foreground; grey on black */

struct vt {
	unsigned int cols, rows;
	u16 *cells;			/* [rows][cols]: attr << 8 | character */
	unsigned int x, y;		/* the cursor; x == cols: wraps with the next character */
	u8  attr;
	bool reverse;
	enum { VT_NORMAL, VT_ESC, VT_CSI } state;
	unsigned int param[VT_MAX_PARAMS], nr_params;
	unsigned int dirty_top, dirty_end;	/* rows [top, end) changed since vt_clean() */
};

/* Blank screen, cursor home.  @cells belongs to the caller, @cols * @rows of them. */
void vt_init(struct vt *vt, u16 *cells, unsigned int cols, unsigned int rows);

/* All that has changed is shown. */
static inline void vt_clean(struct vt *vt)
{
	vt->dirty_top = vt->rows;
	vt->dirty_end = 0;
}

/* Change the cells and the cursor as @s says; the caller shows them afterwards. */
void vt_write(struct vt *vt, const char *s, size_t n);

#endif /* _LINUX_VT_H */
