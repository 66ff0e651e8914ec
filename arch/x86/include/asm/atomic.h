/* SPDX-License-Identifier: MIT */
/* The older books' name for <linux/atomic.h>. */
#ifndef _ASM_X86_ATOMIC_H
#define _ASM_X86_ATOMIC_H

#include <linux/atomic.h>

#endif /* _ASM_X86_ATOMIC_H */
