/* SPDX-License-Identifier: MIT */
/* The PC keyboard: i8042, scan code set 1, US layout (drivers/keyboard.c). */
#ifndef _LINUX_KEYBOARD_H
#define _LINUX_KEYBOARD_H

#include <linux/types.h>

struct input_queue;

#define KEYBOARD_MAX_OUT	5	/* bytes of the longest sequence, with the NUL */

struct keyboard_state {
	bool shift, ctrl, alt, caps, extended;
};

/*
 * One byte from the keyboard.  Returns what it means as text, NUL-terminated in @out,
 * which is "" for most bytes.  Pure.
 */
void keyboard_decode(struct keyboard_state *st, u8 code, char out[KEYBOARD_MAX_OUT]);

/* Find the controller, and receive by interrupt (1).  After irq_init(). */
void keyboard_init(void);
/* What has been typed on it. */
extern struct input_queue keyboard_input;

#endif /* _LINUX_KEYBOARD_H */
