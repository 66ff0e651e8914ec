/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_ARRAY_SIZE_H
#define _LINUX_ARRAY_SIZE_H

#include <linux/build_bug.h>

/* Elements of an array; a pointer does not compile. */
#define ARRAY_SIZE(arr) (sizeof(arr) / sizeof((arr)[0]) + BUILD_BUG_ON_ZERO( \
	__builtin_types_compatible_p(__typeof__(arr), __typeof__(&(arr)[0]))))

#endif /* _LINUX_ARRAY_SIZE_H */
