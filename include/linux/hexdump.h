/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_HEXDUMP_H
#define _LINUX_HEXDUMP_H

#include <linux/printk.h>

#endif /* _LINUX_HEXDUMP_H */
