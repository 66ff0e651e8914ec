/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks that are registered by being linked (kernel/bench.c runs them).
 *
 *	static u64 kmalloc_64(u64 n)			// does n operations,
 *	{
 *		u64 start = bench_ticks();
 *
 *		while (n--)
 *			kfree(kmalloc(64, GFP_KERNEL));
 *		return bench_ticks() - start;		// returns the ticks they took
 *	}
 *	BENCH("kmalloc-64/pair", kmalloc_64, 5000);
 *
 * A result is the best of some runs, in ticks an operation, loop included.  Ticks
 * are those of the time-stamp counter; under QEMU's -icount shift=0 one is one instruction,
 * and the result says insn; otherwise it says tsc, and under TCG means nothing.
 */
#ifndef _LINUX_BENCH_H
#define _LINUX_BENCH_H

#include <linux/types.h>
#include <asm/processor.h>

#define BENCH_ROUNDS		5	/* instructions: one without a tick in it is enough */
#define BENCH_ROUNDS_OF_TIME	40	/* time: one in which the host let us alone */

struct bench {
	const char *name;		/* DESIGN section 6 has the names */
	/* Ticks that n operations took; or BENCH_FAILED, and that is said. */
	u64 (*run)(u64 n);
	u64 n;				/* operations a run, on each CPU */
	unsigned int cpus;		/* that it needs; 0: just this one */
	bool rate;			/* the result is what all of them do in a million ticks */
};

#define BENCH_FAILED	(~0ULL)		/* it could not be measured */

#define BENCH(bench_name, fn, count)						\
	static const struct bench __PASTE(__bench_, fn)				\
	__linker_table(".bench") __aligned(8) = {			\
		.name = bench_name, .run = fn, .n = count }

/* Several at a time, which works as a Linux module, too: { "name", function, n }, ... */
#define BENCH_TABLE(table, ...)							\
	static const struct bench table[]					\
	__linker_table(".bench") __aligned(8) = { __VA_ARGS__ }

extern const struct bench __bench_start[], __bench_end[];

static inline u64 bench_ticks(void)
{
	return rdtsc();
}

/*
 * Run all benchmarks whose name matches @glob and print one line each:
 * "bench: <name> <value> <unit> n=<count>".  Returns how many gave a result, or -EINVAL
 * when one could not be measured.  Context: process, interrupts on.
 */
int bench_run(const char *glob);

/* "insn" if the time-stamp counter counts instructions, else "tsc". */
const char *bench_unit(void);

#endif /* _LINUX_BENCH_H */
