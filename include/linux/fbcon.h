/* SPDX-License-Identifier: MIT */
/* The framebuffer console (drivers/fbcon.c). */
#ifndef _LINUX_FBCON_H
#define _LINUX_FBCON_H

/*
 * Become a printk sink on boot_info's framebuffer, with the font linked into the image.
 * After vmalloc_init().  Without a framebuffer: nothing; without a usable font, pixel
 * format or memory: one line that says so.
 */
void fbcon_init(void);

#endif /* _LINUX_FBCON_H */
