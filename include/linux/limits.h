/* SPDX-License-Identifier: MIT */
/* How large the types are. */
#ifndef _LINUX_LIMITS_H
#define _LINUX_LIMITS_H

#include <linux/types.h>

#undef INT_MAX
#undef INT_MIN
#undef UINT_MAX
#undef LONG_MAX
#undef LONG_MIN
#undef ULONG_MAX
#undef ULLONG_MAX
#undef LLONG_MAX
#undef LLONG_MIN
#undef SHRT_MAX
#undef SHRT_MIN
#undef USHRT_MAX
#undef SIZE_MAX
#define USHRT_MAX		((unsigned short)~0U)
#define SHRT_MAX		((short)(USHRT_MAX >> 1))
#define SHRT_MIN		((short)(-SHRT_MAX - 1))
#define INT_MAX			((int)(~0U >> 1))
#define INT_MIN			(-INT_MAX - 1)
#define UINT_MAX		(~0U)
#define LONG_MAX		((long)(~0UL >> 1))
#define LONG_MIN		(-LONG_MAX - 1)
#define ULONG_MAX		(~0UL)
#define LLONG_MAX		((long long)(~0ULL >> 1))
#define LLONG_MIN		(-LLONG_MAX - 1)
#define ULLONG_MAX		(~0ULL)
#define U8_MAX			((u8)~0U)
#define U16_MAX			((u16)~0U)
#define U32_MAX			((u32)~0U)
#define U64_MAX			((u64)~0ULL)
#define S8_MAX			((s8)(U8_MAX >> 1))
#define S16_MAX			((s16)(U16_MAX >> 1))
#define S32_MAX			((s32)(U32_MAX >> 1))
#define S64_MAX			((s64)(U64_MAX >> 1))
#define SIZE_MAX		(~(size_t)0)

#endif /* _LINUX_LIMITS_H */
