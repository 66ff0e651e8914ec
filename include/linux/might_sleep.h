/* SPDX-License-Identifier: MIT */
/*
 * May the caller sleep?  (lib/might_sleep.c)
 *
 * Not in an interrupt, in a bottom half, under a spinlock or with preemption disabled, with
 * interrupts off, in NMI, nor in the idle thread.  Whoever asks there is reported once for
 * each place in the source: "BUG: sleeping function called from invalid context at
 * FILE:LINE", and is expected to go on as if it had been told not to sleep.
 *
 * Context: any.  While the system boots everything may sleep.
 */
#ifndef _LINUX_MIGHT_SLEEP_H
#define _LINUX_MIGHT_SLEEP_H

#include <linux/compiler.h>
#include <linux/preempt.h>
#include <linux/types.h>

/* A place in the source. */
struct code_site {
	const char *file;
	int line;
};

/*
 * fn(site, args...), where site is where this is written.  The macros named like allocators
 * are made so; the allocators themselves remain functions, whose address may be taken.
 */
#define with_site(fn, ...) ({						\
	static const struct code_site __site = { __FILE__, __LINE__ };	\
	fn(&__site, ##__VA_ARGS__);					\
})

/* The whole test where all is well, two instructions: preemptible(). */
static __always_inline bool can_sleep(void)
{
	return likely(!this_cpu_test(__preempt_count, ~PREEMPT_NEED_RESCHED));
}

/*
 * May one sleep here after all (booting, or nobody would read the report)?  If not: report,
 * once for each @site, and false.
 */
bool __might_sleep(const char *file, int line, unsigned long site);
bool __might_sleep_site(const struct code_site *site);
void __cant_sleep(const struct code_site *site);
/* Tests: forget the sites that were reported. */
void might_sleep_reset(void);

#define sleep_allowed()		with_site(__might_sleep_site)	/* bool; reports if not */
#define might_sleep()		((void)sleep_allowed())
#define might_sleep_if(cond)	do { if (cond) might_sleep(); } while (0)
/* The opposite claim: "BUG: assuming atomic context" if one may sleep here. */
#define cant_sleep()		do { if (can_sleep()) with_site(__cant_sleep); } while (0)

/*
 * From here to the end of the section the thread must not wait for anybody, although it may
 * be preempted.  might_sleep() says so if it would; allocations do not look.
 */
void non_block_start(void);
void non_block_end(void);

#endif /* _LINUX_MIGHT_SLEEP_H */
