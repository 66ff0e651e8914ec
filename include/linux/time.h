/* SPDX-License-Identifier: MIT */
/* What books include for jiffies and the clock. */
#ifndef _LINUX_TIME_H
#define _LINUX_TIME_H

#include <linux/jiffies.h>
#include <linux/ktime.h>

#endif /* _LINUX_TIME_H */
