/* SPDX-License-Identifier: MIT */
/*
 * Compiler attributes and access helpers.  Compiles with GCC and clang, for the
 * kernel and for the host, and means something to sparse and to clang's
 * -Wthread-safety.
 */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		__asm__ __volatile__("" : : : "memory")

#undef __always_inline	/* libc has one, too */
#define __always_inline		inline __attribute__((__always_inline__))
#define noinline		__attribute__((__noinline__))
#define __noreturn		__attribute__((__noreturn__))
#define __packed		__attribute__((__packed__))
#define __aligned(x)		__attribute__((__aligned__(x)))
#define __used			__attribute__((__used__))
#define __maybe_unused		__attribute__((__unused__))
#define __must_check		__attribute__((__warn_unused_result__))
#define __pure			__attribute__((__pure__))
#define __cold			__attribute__((__cold__))
#define __weak			__attribute__((__weak__))
#define __malloc		__attribute__((__malloc__))
#define __section(s)		__attribute__((__section__(s)))
#define __printf(a, b)		__attribute__((__format__(printf, a, b)))
/* An element of a table that the linker collects: clang's ASan must not pad it. */
#if defined(__clang__)
# define __linker_table(s)	__used __section(s) __attribute__((__no_sanitize__("address")))
#else
# define __linker_table(s)	__used __section(s)
#endif
#define fallthrough		__attribute__((__fallthrough__))

/* Linux spells these; Quarry keeps all of its text and data after boot. */
#define __init
#define __initdata
#define __exit
#define __ro_after_init		__section(".data..ro_after_init")

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

#define __stringify_1(x...)	#x
#define __stringify(x...)	__stringify_1(x)
#define __PASTE_1(a, b)		a##b
#define __PASTE(a, b)		__PASTE_1(a, b)
#define __UNIQUE_ID(p)		__PASTE(__PASTE(p, _), __COUNTER__)

#define _RET_IP_		((unsigned long)__builtin_return_address(0))
#define _THIS_IP_		({ __label__ __here; __here: (unsigned long)&&__here; })

/* IS_ENABLED(CONFIG_X): 1 where X is defined to 1, else 0; usable in plain if (). */
#define __ARG_PLACEHOLDER_1	0,
#define __take_second(ignored, val, ...) val
#define __is_defined_3(arg)	__take_second(arg 1, 0)
#define __is_defined_2(val)	__is_defined_3(__ARG_PLACEHOLDER_##val)
#define IS_ENABLED(option)	__is_defined_2(option)

/*
 * Lock annotations.  clang checks capabilities (-Wthread-safety), sparse checks
 * contexts (__CHECKER__), GCC sees nothing.  __cond_acquires(ret, x): if it returns ret.
 * _sleeping: for locks that may be held across anything, so sparse's contexts do not fit.
 */
#if defined(__CHECKER__)
# define __capability(name)
# define __must_hold(x)		__attribute__((context(x, 1, 1)))
# define __acquires(x)		__attribute__((context(x, 0, 1)))
# define __releases(x)		__attribute__((context(x, 1, 0)))
# define __cond_acquires(ret, x)
# define __acquires_sleeping(x)
# define __releases_sleeping(x)
# define __guarded_by(x)
# define __no_lock_analysis
# define __acquire(x)		__context__(x, 1)
# define __release(x)		__context__(x, -1)
# define __percpu		/* a mark for readers: per_cpu_ptr() would have to cast it away */
# define __iomem		__attribute__((noderef))
# define __force		__attribute__((force))
# define __bitwise		__attribute__((bitwise))
#else
# if defined(__clang__)
#  define __capability(name)	__attribute__((capability(name)))
#  define __must_hold(x)	__attribute__((requires_capability(x)))
#  define __acquires(x)		__attribute__((acquire_capability(x)))
#  define __releases(x)		__attribute__((release_capability(x)))
#  define __cond_acquires(ret, x) __attribute__((try_acquire_capability(ret, x)))
#  define __acquires_sleeping(x) __acquires(x)
#  define __releases_sleeping(x) __releases(x)
#  define __guarded_by(x)	__attribute__((guarded_by(x)))
#  define __no_lock_analysis	__attribute__((no_thread_safety_analysis))
# else
#  define __capability(name)
#  define __must_hold(x)
#  define __acquires(x)
#  define __releases(x)
#  define __cond_acquires(ret, x)
#  define __acquires_sleeping(x)
#  define __releases_sleeping(x)
#  define __guarded_by(x)
#  define __no_lock_analysis
# endif
# define __acquire(x)		((void)0)
# define __release(x)		((void)0)
# define __percpu
# define __iomem
# define __force
# define __bitwise
#endif

#endif /* _LINUX_COMPILER_H */
