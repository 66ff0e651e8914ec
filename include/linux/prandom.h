/* SPDX-License-Identifier: MIT */
/*
 * Repeatable pseudo-random numbers for tests and slab freelists; not for secrets.
 * xorshift64* by Marsaglia and Vigna.  The caller owns the state: no locks.
 */
#ifndef _LINUX_PRANDOM_H
#define _LINUX_PRANDOM_H

#include <linux/types.h>

struct rnd_state {
	u64 s;				/* never 0 */
};

static inline void prandom_seed_state(struct rnd_state *st, u64 seed)
{
	st->s = seed * 0x9e3779b97f4a7c15ULL ^ 0x2545f4914f6cdd1dULL;
	if (!st->s)
		st->s = 1;
}

static inline u64 prandom_u64_state(struct rnd_state *st)
{
	st->s ^= st->s >> 12;
	st->s ^= st->s << 25;
	st->s ^= st->s >> 27;
	return st->s * 0x2545f4914f6cdd1dULL;
}

static inline u32 prandom_u32_state(struct rnd_state *st)
{
	return (u32)(prandom_u64_state(st) >> 32);
}

/* Uniform enough in [0, ceil), ceil > 0. */
static inline u32 prandom_u32_below(struct rnd_state *st, u32 ceil)
{
	return (u32)(((u64)prandom_u32_state(st) * ceil) >> 32);
}

#endif /* _LINUX_PRANDOM_H */
