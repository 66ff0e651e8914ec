/* SPDX-License-Identifier: MIT */
/*
 * Time since boot in nanoseconds, from the time-stamp counter, calibrated against the PIT
 * by time_init(); before that the clock stands at 0.  Implemented by kernel/time.c.
 */
#ifndef _LINUX_KTIME_H
#define _LINUX_KTIME_H

#include <linux/jiffies.h>
#include <linux/types.h>

typedef s64 ktime_t;

u64 ktime_get_ns(void);

static inline ktime_t ktime_get(void)
{
	return (ktime_t)ktime_get_ns();
}

static inline s64 ktime_to_ns(ktime_t t)
{
	return t;
}

static inline s64 ktime_to_us(ktime_t t)
{
	return t / (s64)NSEC_PER_USEC;
}

static inline s64 ktime_to_ms(ktime_t t)
{
	return t / (s64)NSEC_PER_MSEC;
}

static inline ktime_t ktime_sub(ktime_t a, ktime_t b)
{
	return a - b;
}

/* Frequency of the time-stamp counter in kHz; 0 before time_init(). */
unsigned long tsc_khz(void);

/* Calibrate, choose the tick's source (local APIC or PIT), start HZ ticks a second. */
void time_init(void);
/* The same tick on another CPU. */
void time_init_cpu(void);

/*
 * Call @fn in hard interrupt context @hz times a second (19 .. 20000), from a hardware
 * timer: the local APIC's where there is one, else the PIT's, with the tick kept at HZ.
 * For tests; one user; on CPU 0.  0, -EBUSY, -EINVAL.  timer_test_stop() returns how often it ran.
 */
int timer_test_start(unsigned int hz, void (*fn)(void));
unsigned long timer_test_stop(void);

/*
 * If the kernel does not call this again within @seconds (0: disarm), it hangs: say
 * where (registers, backtrace) and exit with status 39.
 */
void watchdog_arm(unsigned int seconds);

#endif /* _LINUX_KTIME_H */
