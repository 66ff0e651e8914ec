/* SPDX-License-Identifier: MIT */
/*
 * drivers/fbcon.c - a text console drawn into the loader's framebuffer
 *
 * Two arrays of cells: what the terminal wants, and what is on the screen.  After each
 * write only the cells that differ are drawn, so scrolling a mostly blank screen is cheap
 * and the framebuffer, which is slow to read, never is.
 */
#include <linux/boot_info.h>
#include <linux/fbcon.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/psf.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/vt.h>

#define FBCON_MAX_COLS		512
#define FBCON_MAX_ROWS		256
#define FB_TYPE_RGB		1

extern const u8 font_psf_start[], font_psf_end[];

static struct {
	struct vt vt;
	struct psf_font font;
	u16 *shown;			/* [rows][cols] what the screen shows */
	u8  *pixels;
	unsigned int pitch, pixel_bytes;
	unsigned int cursor;		/* the cell that is shown inverted */
	u32  palette[16];		/* VGA colours as pixels */
} fbcon;

static u32 fbcon_channel(u8 value, u8 pos, u8 size)
{
	return (u32)(value >> (size < 8 ? 8 - size : 0)) << pos;
}

/* The 16 VGA colours: bits are blue, green, red, bright; but dark yellow is brown. */
static void fbcon_make_palette(const struct boot_framebuffer *fb)
{
	unsigned int i;

	for (i = 0; i < 16; i++) {
		u8 add = i & 8 ? 0x55 : 0;
		u8 r = (u8)((i & 4 ? 0xaa : 0) + add);
		u8 g = (u8)((i & 2 ? 0xaa : 0) + add);
		u8 b = (u8)((i & 1 ? 0xaa : 0) + add);

		if (i == 6)
			g = 0x55;
		fbcon.palette[i] = fbcon_channel(r, fb->red_pos, fb->red_size) |
				   fbcon_channel(g, fb->green_pos, fb->green_size) |
				   fbcon_channel(b, fb->blue_pos, fb->blue_size);
	}
}

static void fbcon_put_pixel(u8 *at, u32 pixel)
{
	if (fbcon.pixel_bytes == 4) {
		*(volatile u32 *)at = pixel;
	} else if (fbcon.pixel_bytes == 2) {
		*(volatile u16 *)at = (u16)pixel;
	} else {
		((volatile u8 *)at)[0] = (u8)pixel;
		((volatile u8 *)at)[1] = (u8)(pixel >> 8);
		((volatile u8 *)at)[2] = (u8)(pixel >> 16);
	}
}

static void fbcon_draw_cell(unsigned int i, u16 cell)
{
	const struct psf_font *f = &fbcon.font;
	u32 fg = fbcon.palette[cell >> 8 & 0xf], bg = fbcon.palette[cell >> 12];
	u8 *line = fbcon.pixels + (u64)(i / fbcon.vt.cols) * f->height * fbcon.pitch +
		   (i % fbcon.vt.cols) * f->width * fbcon.pixel_bytes;
	unsigned int x, y;

	for (y = 0; y < f->height; y++, line += fbcon.pitch)
		for (x = 0; x < f->width; x++)
			fbcon_put_pixel(line + x * fbcon.pixel_bytes,
					psf_pixel(f, (u8)cell, x, y) ? fg : bg);
}

static u16 fbcon_inverted(u16 cell)
{
	return (u16)((cell & 0xff) | (cell & 0xf000) >> 4 | (cell & 0x0f00) << 4);
}

static void fbcon_show_cell(unsigned int i, bool inverted)
{
	u16 cell = inverted ? fbcon_inverted(fbcon.vt.cells[i]) : fbcon.vt.cells[i];

	if (fbcon.shown[i] == cell)
		return;
	fbcon_draw_cell(i, cell);
	fbcon.shown[i] = cell;
}

static void fbcon_show(void)
{
	struct vt *vt = &fbcon.vt;
	unsigned int i;

	fbcon_show_cell(fbcon.cursor, false);
	for (i = vt->dirty_top * vt->cols; i < vt->dirty_end * vt->cols; i++)
		fbcon_show_cell(i, false);
	vt_clean(vt);
	fbcon.cursor = vt->y * vt->cols + min(vt->x, vt->cols - 1);
	fbcon_show_cell(fbcon.cursor, true);
}

static void fbcon_write(struct printk_sink *sink, const char *s, size_t n)
{
	vt_write(&fbcon.vt, s, n);
	fbcon_show();
}

static struct printk_sink fbcon_sink = {
	.write	= fbcon_write,
	.name	= "fb0",
};

static bool fbcon_can_show(const struct boot_framebuffer *fb)
{
	fbcon.pixel_bytes = (fb->bpp + 7U) / 8;
	return fb->type == FB_TYPE_RGB && fbcon.pixel_bytes >= 2 && fbcon.pixel_bytes <= 4 &&
	       fb->width >= fbcon.font.width && fb->height >= fbcon.font.height &&
	       fb->pitch >= fb->width * fbcon.pixel_bytes &&
	       fb->width <= 0xffff && fb->height <= 0xffff && fb->pitch <= 0xfffff;
}

static int fbcon_setup(const struct boot_framebuffer *fb)
{
	unsigned int cols = min(fb->width / fbcon.font.width, (u32)FBCON_MAX_COLS);
	unsigned int rows = min(fb->height / fbcon.font.height, (u32)FBCON_MAX_ROWS);
	size_t cells = (size_t)cols * rows;
	u16 *memory = vmalloc(2 * cells * sizeof(u16));

	if (!memory)
		return -ENOMEM;
	fbcon.pixels = (u8 __force *)ioremap_wc(fb->addr, (size_t)fb->pitch * fb->height);
	if (!fbcon.pixels) {
		vfree(memory);
		return -ENOMEM;
	}
	fbcon.pitch = fb->pitch;
	fbcon.shown = memory + cells;
	memset(fbcon.shown, 0xff, cells * sizeof(u16));
	vt_init(&fbcon.vt, memory, cols, rows);
	fbcon_make_palette(fb);
	return 0;
}

void fbcon_init(void)
{
	const struct boot_framebuffer *fb = &boot_info.fb;

	if (!fb->addr || fb->type == 2)
		return;
	if (psf_parse(font_psf_start, (size_t)(font_psf_end - font_psf_start), &fbcon.font)) {
		pr_warn("fbcon: no usable font in the image\n");
		return;
	}
	if (!fbcon_can_show(fb)) {
		pr_warn("fbcon: cannot use %ux%u, %u bits, type %u\n", fb->width, fb->height,
			fb->bpp, fb->type);
		return;
	}
	if (fbcon_setup(fb)) {
		pr_warn("fbcon: no memory\n");
		return;
	}
	printk_add_sink(&fbcon_sink);
	pr_info("fbcon: %ux%u at 0x%llx, %ux%u characters\n", fb->width, fb->height, fb->addr,
		fbcon.vt.cols, fbcon.vt.rows);
}
