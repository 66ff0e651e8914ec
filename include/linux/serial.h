/* SPDX-License-Identifier: MIT */
/* The console on COM1, a 16550.  Implemented by drivers/serial.c. */
#ifndef _LINUX_SERIAL_H
#define _LINUX_SERIAL_H

#include <linux/types.h>

struct input_queue;

/*
 * Look for the chip, set 115200 8N1, and become a printk sink if it is there.  Polled;
 * needs nothing, so it may be called first thing.
 */
void serial_early_init(void);

/* Receive by interrupt (irq 4).  After irq_init(). */
void serial_init(void);
/* What it has received. */
extern struct input_queue serial_input;

bool serial_present(void);
/* Look for characters every tick instead of being told.  0, or -ENOSPC.  Process context. */
int serial_set_polling(bool on);

/* Polled output, any context; "\n" becomes "\r\n".  No-op without a chip. */
void serial_write(const char *s, size_t n);

#endif /* _LINUX_SERIAL_H */
