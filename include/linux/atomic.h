/* SPDX-License-Identifier: MIT */
/*
 * Atomic integers and single words.  As in Linux: operations that return a value are
 * full barriers (but _relaxed, and failed cmpxchg); the others order nothing.
 */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <linux/types.h>

#define ATOMIC_INIT(i)		{ (i) }
#define ATOMIC64_INIT(i)	{ (i) }
#define ATOMIC_LONG_INIT(i)	{ (i) }

#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define mb()			__asm__ __volatile__("mfence" : : : "memory")
#define rmb()			__asm__ __volatile__("lfence" : : : "memory")
#define wmb()			__asm__ __volatile__("sfence" : : : "memory")
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

#define xchg(p, v)		__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define try_cmpxchg(p, oldp, v)	__atomic_compare_exchange_n(p, oldp, v, 0, \
					__ATOMIC_SEQ_CST, __ATOMIC_RELAXED)
#define cmpxchg(p, old, v) ({						\
	__typeof__(*(p)) __cmp = (old);				\
	(void)try_cmpxchg(p, &__cmp, v);				\
	__cmp; })

#define __ATOMIC_TYPE(prefix, atype, itype)				\
static inline itype prefix##_read(const atype *v)			\
{									\
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);		\
}									\
static inline void prefix##_set(atype *v, itype i)			\
{									\
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);		\
}									\
static inline itype prefix##_read_acquire(const atype *v)		\
{									\
	return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);		\
}									\
static inline void prefix##_set_release(atype *v, itype i)		\
{									\
	__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);		\
}									\
static inline void prefix##_add(itype i, atype *v)			\
{									\
	(void)__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);	\
}									\
static inline void prefix##_sub(itype i, atype *v)			\
{									\
	(void)__atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);	\
}									\
static inline void prefix##_inc(atype *v)				\
{									\
	prefix##_add(1, v);						\
}									\
static inline void prefix##_dec(atype *v)				\
{									\
	prefix##_sub(1, v);						\
}									\
static inline itype prefix##_add_return(itype i, atype *v)		\
{									\
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);	\
}									\
static inline itype prefix##_sub_return(itype i, atype *v)		\
{									\
	return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST);	\
}									\
static inline itype prefix##_inc_return(atype *v)			\
{									\
	return prefix##_add_return(1, v);				\
}									\
static inline itype prefix##_dec_return(atype *v)			\
{									\
	return prefix##_sub_return(1, v);				\
}									\
static inline itype prefix##_fetch_add(itype i, atype *v)		\
{									\
	return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST);	\
}									\
static inline bool prefix##_dec_and_test(atype *v)			\
{									\
	return prefix##_sub_return(1, v) == 0;				\
}									\
static inline bool prefix##_inc_and_test(atype *v)			\
{									\
	return prefix##_add_return(1, v) == 0;				\
}									\
static inline bool prefix##_sub_and_test(itype i, atype *v)		\
{									\
	return prefix##_sub_return(i, v) == 0;				\
}									\
static inline itype prefix##_xchg(atype *v, itype i)			\
{									\
	return xchg(&v->counter, i);					\
}									\
static inline bool prefix##_try_cmpxchg(atype *v, itype *old, itype i)	\
{									\
	return try_cmpxchg(&v->counter, old, i);			\
}									\
static inline itype prefix##_cmpxchg(atype *v, itype old, itype i)	\
{									\
	return cmpxchg(&v->counter, old, i);				\
}									\
/* Add i unless the value is u: was it added? */			\
static inline bool prefix##_add_unless(atype *v, itype i, itype u)	\
{									\
	itype old = prefix##_read(v);					\
									\
	while (old != u)						\
		if (prefix##_try_cmpxchg(v, &old, old + i))		\
			return true;					\
	return false;							\
}									\
static inline itype prefix##_fetch_or(itype i, atype *v)		\
{									\
	return __atomic_fetch_or(&v->counter, i, __ATOMIC_SEQ_CST);	\
}									\
static inline itype prefix##_fetch_and(itype i, atype *v)		\
{									\
	return __atomic_fetch_and(&v->counter, i, __ATOMIC_SEQ_CST);	\
}									\
static inline void prefix##_or(itype i, atype *v)			\
{									\
	(void)__atomic_fetch_or(&v->counter, i, __ATOMIC_RELAXED);	\
}									\
static inline void prefix##_and(itype i, atype *v)			\
{									\
	(void)__atomic_fetch_and(&v->counter, i, __ATOMIC_RELAXED);	\
}									\
/* Is the sum below 0? */						\
static inline bool prefix##_add_negative(itype i, atype *v)		\
{									\
	return prefix##_add_return(i, v) < 0;				\
}									\
static inline itype prefix##_fetch_sub(itype i, atype *v)		\
{									\
	return __atomic_fetch_sub(&v->counter, i, __ATOMIC_SEQ_CST);	\
}									\
static inline bool prefix##_inc_not_zero(atype *v)			\
{									\
	return prefix##_add_unless(v, 1, 0);				\
}

__ATOMIC_TYPE(atomic, atomic_t, int)
__ATOMIC_TYPE(atomic64, atomic64_t, s64)
__ATOMIC_TYPE(atomic_long, atomic_long_t, long)

#endif /* _LINUX_ATOMIC_H */
