/* SPDX-License-Identifier: MIT */
/*
 * At most @burst reports in @interval_ns.  Until a clock is plugged in no time passes,
 * so that only the first burst comes through.  Any context.
 */
#ifndef _LINUX_RATELIMIT_H
#define _LINUX_RATELIMIT_H

#include <linux/types.h>

struct ratelimit_state {
	u64 interval_ns;
	int burst;
	int printed;
	int missed;
	u64 begin_ns;
};

#define RATELIMIT_STATE_INIT(ms, n)	{ (ms) * 1000000ULL, (n), 0, 0, 0 }
#define DEFINE_RATELIMIT_STATE(name, ms, n) \
	struct ratelimit_state name = RATELIMIT_STATE_INIT(ms, n)

/* May this one be printed?  Says how many were not when a new interval begins. */
bool ___ratelimit(struct ratelimit_state *rs, const char *func);
#define __ratelimit(rs)		___ratelimit(rs, __func__)

/* Forget the past: the next burst comes through. */
void ratelimit_reset(struct ratelimit_state *rs);

/* Socket: nanoseconds since boot; NULL: no clock.  Gives the former one. */
typedef u64 (*ratelimit_clock_t)(void);
ratelimit_clock_t ratelimit_set_clock(ratelimit_clock_t now_ns);

#define printk_ratelimited(fmt, ...) ({				\
	static DEFINE_RATELIMIT_STATE(__rs, 5000, 10);		\
	if (__ratelimit(&__rs))					\
		printk(fmt, ##__VA_ARGS__); })
#define pr_err_ratelimited(fmt, ...) \
	printk_ratelimited(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_ratelimited(fmt, ...) \
	printk_ratelimited(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice_ratelimited(fmt, ...) \
	printk_ratelimited(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_ratelimited(fmt, ...) \
	printk_ratelimited(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

#endif /* _LINUX_RATELIMIT_H */
