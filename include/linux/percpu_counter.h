/* SPDX-License-Identifier: MIT */
/*
 * Counters that many CPUs change and few read: each CPU counts for itself, up to a batch, and
 * then adds what it has to the sum.  Implemented by mm/percpu_counter.c.
 *
 * percpu_counter_read() is the sum alone, off by less than a batch for each CPU;
 * percpu_counter_sum() asks all of them, and is exact if nobody counts meanwhile.
 *
 * Context: init as its mask says; the others any but NMI.
 */
#ifndef _LINUX_PERCPU_COUNTER_H
#define _LINUX_PERCPU_COUNTER_H

#include <linux/gfp_types.h>
#include <linux/percpu-defs.h>
#include <linux/types.h>

/* Field keys:  (A) atomic   (C) constant between init and destroy */
struct percpu_counter {
	s64 count;			/* (A) what CPUs have added to it */
	s32 __percpu *counters;		/* (C) and have not yet; NULL: not initialised */
};

extern const s32 percpu_counter_batch;	/* 32, as Linux's with up to 16 CPUs */

/* 0, or -ENOMEM. */
int percpu_counter_init(struct percpu_counter *fbc, s64 amount, gfp_t gfp);
void percpu_counter_destroy(struct percpu_counter *fbc);
/* Nobody else counts meanwhile. */
void percpu_counter_set(struct percpu_counter *fbc, s64 amount);
void percpu_counter_add_batch(struct percpu_counter *fbc, s64 amount, s32 batch);
s64 __percpu_counter_sum(struct percpu_counter *fbc);
/* -1, 0, 1: below, at, above @rhs; asks all CPUs only where it is close. */
int percpu_counter_compare(struct percpu_counter *fbc, s64 rhs);

static inline bool percpu_counter_initialized(const struct percpu_counter *fbc)
{
	return fbc->counters != NULL;
}

static inline s64 percpu_counter_read(const struct percpu_counter *fbc)
{
	return READ_ONCE(fbc->count);
}

static inline s64 percpu_counter_read_positive(const struct percpu_counter *fbc)
{
	const s64 count = percpu_counter_read(fbc);

	return count > 0 ? count : 0;
}

static inline s64 percpu_counter_sum(struct percpu_counter *fbc)
{
	return __percpu_counter_sum(fbc);
}

static inline s64 percpu_counter_sum_positive(struct percpu_counter *fbc)
{
	const s64 count = __percpu_counter_sum(fbc);

	return count > 0 ? count : 0;
}

#define percpu_counter_add(fbc, n)	percpu_counter_add_batch(fbc, n, percpu_counter_batch)
#define percpu_counter_sub(fbc, n)	percpu_counter_add(fbc, -(s64)(n))
#define percpu_counter_inc(fbc)		percpu_counter_add(fbc, 1)
#define percpu_counter_dec(fbc)		percpu_counter_add(fbc, -1)

#endif /* _LINUX_PERCPU_COUNTER_H */
