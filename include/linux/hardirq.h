/* SPDX-License-Identifier: MIT */
/* What books include for in_interrupt() and its kin. */
#ifndef _LINUX_HARDIRQ_H
#define _LINUX_HARDIRQ_H

#include <linux/preempt.h>

#endif /* _LINUX_HARDIRQ_H */
