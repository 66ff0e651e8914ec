/* SPDX-License-Identifier: MIT */
/*
 * drivers/vgacon.c - the 80x25 text screen of a VGA
 *
 * The cells of the emulated terminal have the layout of VGA text memory, so showing them
 * is a copy.  They are kept in RAM, because reading video memory is slow.
 */
#include <asm/fixmap.h>
#include <asm/io.h>
#include <linux/boot_info.h>
#include <linux/build_bug.h>
#include <linux/printk.h>
#include <linux/vgacon.h>
#include <linux/vt.h>

#define VGA_TEXT_PADDR		0xb8000
#define FB_TYPE_TEXT		2	/* multiboot2: EGA text */
#define VGA_COLS		80
#define VGA_ROWS		25
#define VGA_CRTC_INDEX		0x3d4
#define VGA_CRTC_DATA		0x3d5
#define VGA_CURSOR_HIGH		0x0e
#define VGA_CURSOR_LOW		0x0f
#define VGA_PROBE		0x0755	/* a cell that an empty bus does not read back */

static_assert(VGA_COLS % 4 == 0, "rows are copied four cells at a time");

static volatile u16 *vgacon_memory;
static struct vt vgacon_vt;
static u16 vgacon_cells[VGA_COLS * VGA_ROWS] __aligned(8);

static void vgacon_crtc(u8 reg, u8 value)
{
	outb(reg, VGA_CRTC_INDEX);
	outb(value, VGA_CRTC_DATA);
}

static void vgacon_show(void)
{
	volatile u64 *to = (volatile u64 *)vgacon_memory;
	const u64 *from = (const u64 *)vgacon_cells;
	unsigned int at, i, end = vgacon_vt.dirty_end * VGA_COLS / 4;

	for (i = vgacon_vt.dirty_top * VGA_COLS / 4; i < end; i++)
		to[i] = from[i];
	vt_clean(&vgacon_vt);
	at = vgacon_vt.y * VGA_COLS + vgacon_vt.x;
	vgacon_crtc(VGA_CURSOR_HIGH, (u8)(at >> 8));
	vgacon_crtc(VGA_CURSOR_LOW, (u8)at);
}

static void vgacon_write(struct printk_sink *sink, const char *s, size_t n)
{
	vt_write(&vgacon_vt, s, n);
	vgacon_show();
}

static struct printk_sink vgacon_sink = {
	.write	= vgacon_write,
	.name	= "tty0",
};

static bool vgacon_probe(void)
{
	u16 saved = vgacon_memory[0];
	bool found;

	vgacon_memory[0] = VGA_PROBE;
	found = vgacon_memory[0] == VGA_PROBE;
	vgacon_memory[0] = (u16)~VGA_PROBE;
	found = found && vgacon_memory[0] == (u16)~VGA_PROBE;
	vgacon_memory[0] = saved;
	return found;
}

void vgacon_init(void)
{
	const struct boot_framebuffer *fb = &boot_info.fb;

	if (boot_info.uefi || (fb->addr && fb->type != FB_TYPE_TEXT))
		return;				/* a graphics mode: fbcon's */
	vgacon_memory = fixmap_set(FIX_VGA, VGA_TEXT_PADDR, PAGE_KERNEL_NOCACHE);
	if (!vgacon_probe())
		return;
	vt_init(&vgacon_vt, vgacon_cells, VGA_COLS, VGA_ROWS);
	printk_add_sink(&vgacon_sink);
}
