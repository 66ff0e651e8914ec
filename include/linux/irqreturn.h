/* SPDX-License-Identifier: MIT */
/* irqreturn_t, for who declares handlers and nothing else. */
#ifndef _LINUX_IRQRETURN_H
#define _LINUX_IRQRETURN_H

#include <linux/interrupt.h>

#endif /* _LINUX_IRQRETURN_H */
