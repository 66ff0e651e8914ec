/* SPDX-License-Identifier: MIT */
/* NULL, offsetof(), bool. */
#ifndef _LINUX_STDDEF_H
#define _LINUX_STDDEF_H

#include <linux/types.h>

#endif /* _LINUX_STDDEF_H */
