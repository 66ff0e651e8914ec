/* SPDX-License-Identifier: MIT */
/* ratelimit.c - not more reports than anybody can read */
#include <linux/printk.h>
#include <linux/ratelimit.h>

static ratelimit_clock_t ratelimit_clock;

ratelimit_clock_t ratelimit_set_clock(ratelimit_clock_t now_ns)
{
	ratelimit_clock_t old = ratelimit_clock;

	ratelimit_clock = now_ns;
	return old;
}

bool ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	u64 now = ratelimit_clock ? ratelimit_clock() : 0;

	/* Racy by intent: a lost count costs a line, a lock could cost a deadlock. */
	if (now - rs->begin_ns >= rs->interval_ns) {
		if (rs->missed)
			pr_warn("%s: %d callbacks suppressed\n", func, rs->missed);
		rs->begin_ns = now;
		rs->printed = 0;
		rs->missed = 0;
	}
	if (rs->printed < rs->burst) {
		rs->printed++;
		return true;
	}
	rs->missed++;
	return false;
}

void ratelimit_reset(struct ratelimit_state *rs)
{
	rs->printed = 0;
	rs->missed = 0;
	rs->begin_ns = ratelimit_clock ? ratelimit_clock() : 0;
}
