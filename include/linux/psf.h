/* SPDX-License-Identifier: MIT */
/* Bitmap fonts in the PSF formats (drivers/psf.c).  Pure. */
#ifndef _LINUX_PSF_H
#define _LINUX_PSF_H

#include <linux/types.h>

/* @bytes per glyph: rows of (width + 7) / 8 bytes, top row first, leftmost pixel bit 7. */
struct psf_font {
	const u8 *glyphs;
	unsigned int nr, bytes, width, height;	/* width, height: pixels */
};

/* Read a PSF1 or PSF2 file of @len bytes.  0, or -EINVAL: not one, or it is cut short. */
int psf_parse(const void *file, size_t len, struct psf_font *font);

/* Is the pixel of character @c set? 0 <= x < width, 0 <= y < height. */
bool psf_pixel(const struct psf_font *font, u8 c, unsigned int x, unsigned int y);

#endif /* _LINUX_PSF_H */
