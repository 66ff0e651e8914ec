/* SPDX-License-Identifier: MIT */
/* signal_pending(): there are no signals, it is false. */
#ifndef _LINUX_SCHED_SIGNAL_H
#define _LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>

#endif /* _LINUX_SCHED_SIGNAL_H */
