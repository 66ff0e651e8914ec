/* SPDX-License-Identifier: MIT */
/* HZ. */
#ifndef _LINUX_PARAM_H
#define _LINUX_PARAM_H

#include <linux/jiffies.h>

#endif /* _LINUX_PARAM_H */
