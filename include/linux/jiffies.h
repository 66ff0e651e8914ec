/* SPDX-License-Identifier: MIT */
/* jiffies: timer ticks since boot, HZ a second, counted by the timer interrupt. */
#ifndef _LINUX_JIFFIES_H
#define _LINUX_JIFFIES_H

#include <linux/types.h>

#define HZ			250
#define MSEC_PER_SEC		1000UL
#define USEC_PER_SEC		1000000UL
#define NSEC_PER_SEC		1000000000UL
#define NSEC_PER_MSEC		1000000UL
#define NSEC_PER_USEC		1000UL
#define USEC_PER_MSEC		1000UL

/* Starts 5 minutes before it wraps in 32 bits, as in Linux, so that users get it right. */
#define INITIAL_JIFFIES		((unsigned long)(unsigned int)(-300 * HZ))

extern volatile unsigned long jiffies;

#define get_jiffies_64()	((u64)jiffies)

#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)
#define time_before_eq(a, b)	time_after_eq(b, a)
#define time_in_range(a, b, c)	(time_after_eq(a, b) && time_before_eq(a, c))

/* Rounded up: a time-out is never shorter than asked for. */
static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return ((unsigned long)ms * HZ + MSEC_PER_SEC - 1) / MSEC_PER_SEC;
}

static inline unsigned long usecs_to_jiffies(unsigned int us)
{
	return ((unsigned long)us * HZ + USEC_PER_SEC - 1) / USEC_PER_SEC;
}

static inline unsigned int jiffies_to_msecs(unsigned long j)
{
	return (unsigned int)(j * MSEC_PER_SEC / HZ);
}

#endif /* _LINUX_JIFFIES_H */
