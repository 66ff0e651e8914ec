/* SPDX-License-Identifier: MIT */
/*
 * Waiting, always at least as long as asked for.
 *
 * The delays wait busily: any context; before time_init() they are rough.  The sleeps let
 * others run: process context, may sleep.
 */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

#include <linux/types.h>

/* kernel/time.c */
void udelay(unsigned long usecs);
void ndelay(unsigned long nsecs);
void mdelay(unsigned long msecs);

/* kernel/sleep.c */
void msleep(unsigned int msecs);
/* Ends early when it is woken: the milliseconds that were left. */
unsigned long msleep_interruptible(unsigned int msecs);
/* For @min to about @max microseconds; what is finer than a tick, busily. */
void usleep_range(unsigned long min, unsigned long max);

static inline void ssleep(unsigned int seconds)
{
	msleep(seconds * 1000);
}

static inline void fsleep(unsigned long usecs)
{
	usleep_range(usecs, 2 * usecs);
}

#endif /* _LINUX_DELAY_H */
