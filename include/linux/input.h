/* SPDX-License-Identifier: MIT */
/*
 * Characters typed, from whatever device.  Interrupt handlers push, the monitor reads.
 * Implemented by kernel/input.c.
 *
 * ASCII and control characters arrive as they are; keys without a character arrive as
 * the escape sequences of a VT100 (up: ESC [ A ...), from keyboard and serial line alike.
 */
#ifndef _LINUX_INPUT_H
#define _LINUX_INPUT_H

#include <linux/types.h>

/* Any context.  A full queue drops the newest character and counts it. */
void input_push(char c);
unsigned long input_dropped(void);

/* The next character, 0..255; -1: none waiting.  Any context. */
int console_trygetc(void);

/* Wait for it, halting the CPU meanwhile.  Process context, interrupts on. */
int console_getc(void);

/*
 * A poll function for devices that cannot interrupt; console_getc() calls all of them on
 * each wake-up.  At most 4.
 */
void input_add_poll(void (*poll)(void));

#endif /* _LINUX_INPUT_H */
