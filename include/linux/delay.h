/* SPDX-License-Identifier: MIT */
/* Busy waiting, at least as long as asked for.  Any context.  Before time_init(): rough. */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

#include <linux/types.h>

void udelay(unsigned long usecs);
void ndelay(unsigned long nsecs);
void mdelay(unsigned long msecs);

#endif /* _LINUX_DELAY_H */
