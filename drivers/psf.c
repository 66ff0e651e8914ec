/* SPDX-License-Identifier: MIT */
/*
 * drivers/psf.c - PC screen fonts, the format of the Linux console's
 *
 *	PSF1	36 04, mode (bit 0: 512 glyphs), bytes per glyph; 8 pixels wide
 *	PSF2	72 b5 4a 86, version, header bytes, flags, glyphs, bytes each, height, width
 *
 * A Unicode table may follow the glyphs; ASCII is in place without it.
 */
#include <linux/errno.h>
#include <linux/psf.h>

#define PSF1_HEADER	4
#define PSF2_HEADER	32
#define PSF_MAX_SIZE	64		/* pixels either way */

static u32 psf_u32(const u8 *p)
{
	return p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

static int psf_check(const struct psf_font *f, size_t len)
{
	if (!f->width || !f->height || f->width > PSF_MAX_SIZE || f->height > PSF_MAX_SIZE)
		return -EINVAL;
	if (f->bytes < f->height * ((f->width + 7) / 8) || f->nr < 128 ||
	    f->nr > len / f->bytes)
		return -EINVAL;
	return 0;
}

int psf_parse(const void *file, size_t len, struct psf_font *f)
{
	const u8 *p = file;

	if (len >= PSF1_HEADER && p[0] == 0x36 && p[1] == 0x04) {
		*f = (struct psf_font) {
			.glyphs = p + PSF1_HEADER, .nr = p[2] & 1 ? 512 : 256,
			.bytes = p[3], .width = 8, .height = p[3],
		};
		return psf_check(f, len - PSF1_HEADER);
	}
	if (len >= PSF2_HEADER && psf_u32(p) == 0x864ab572 && psf_u32(p + 8) >= PSF2_HEADER &&
	    psf_u32(p + 8) <= len) {
		*f = (struct psf_font) {
			.glyphs = p + psf_u32(p + 8), .nr = psf_u32(p + 16),
			.bytes = psf_u32(p + 20), .height = psf_u32(p + 24),
			.width = psf_u32(p + 28),
		};
		return psf_check(f, len - psf_u32(p + 8));
	}
	return -EINVAL;
}

bool psf_pixel(const struct psf_font *f, u8 c, unsigned int x, unsigned int y)
{
	const u8 *glyph = f->glyphs + (c < f->nr ? c : '?') * f->bytes;

	return glyph[y * ((f->width + 7) / 8) + x / 8] & 0x80 >> x % 8;
}
