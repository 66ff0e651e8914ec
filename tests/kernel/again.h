/* SPDX-License-Identifier: MIT */
/*
 * Free pages and counters never stand still: mm_trim gives stock back, a worker begins or ends, on
 * this CPU or another.  Who compares two of them looks again until nobody has come between the
 * two; what is wrong stays wrong.
 */
#ifndef TESTS_KERNEL_AGAIN_H
#define TESTS_KERNEL_AGAIN_H

#include <linux/jiffies.h>
#include <linux/sched.h>

#define AGAIN_TRIES	100

static inline bool again_wait(unsigned int tries)
{
	schedule_timeout_uninterruptible(1 + tries / 8);
	return tries < AGAIN_TRIES;
}

/* Is it so, now or a little later?  cond is evaluated each time. */
#define AGAIN(cond) ({							\
	unsigned int __tries = 0;					\
	bool __is;							\
	while (!(__is = (cond)) && again_wait(__tries++))		\
		;							\
	__is; })

#endif /* TESTS_KERNEL_AGAIN_H */
