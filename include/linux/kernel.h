/* SPDX-License-Identifier: MIT */
/* The small things that every file wants. */
#ifndef _LINUX_KERNEL_H
#define _LINUX_KERNEL_H

#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/might_sleep.h>
#include <linux/minmax.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sprintf.h>

#define upper_32_bits(n)	((u32)(((u64)(n)) >> 32))
#define lower_32_bits(n)	((u32)((u64)(n) & 0xffffffff))

/* How far the boot is: kernel/main.c moves it. */
enum system_states {
	SYSTEM_BOOTING,			/* one context, nothing can sleep: no reports */
	SYSTEM_RUNNING,
	SYSTEM_HALT,
};
extern enum system_states system_state;

#endif /* _LINUX_KERNEL_H */
