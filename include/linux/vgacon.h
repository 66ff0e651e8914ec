/* SPDX-License-Identifier: MIT */
/* The VGA text console (drivers/vgacon.c). */
#ifndef _LINUX_VGACON_H
#define _LINUX_VGACON_H

/*
 * Become a printk sink, if boot_info does not say that the screen is in a graphics mode
 * and the text memory is there.  Needs boot_info and the fixmap, no memory management.
 */
void vgacon_init(void);

#endif /* _LINUX_VGACON_H */
