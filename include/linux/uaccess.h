/* SPDX-License-Identifier: MIT */
/*
 * Memory accesses that may fault: -EFAULT instead of an oops.  Implemented by
 * arch/x86/extable.c.  Any context once the IDT is loaded.
 */
#ifndef _LINUX_UACCESS_H
#define _LINUX_UACCESS_H

#include <linux/errno.h>
#include <linux/types.h>

/* Copy @size bytes; 0, or -EFAULT with a prefix of @dst written. */
long copy_from_kernel_nofault(void *dst, const void *src, size_t size);
long copy_to_kernel_nofault(void *dst, const void *src, size_t size);

/* Can one byte be read, be written (its value is kept), be executed?  0 or -EFAULT. */
long probe_read(const void *addr);
long probe_write(void *addr);
/* Calls @addr; if execution gets there, that must be safe: a ret instruction. */
long probe_exec(const void *addr);

/* val = *ptr, evaluating to 0 or -EFAULT. */
#define get_kernel_nofault(val, ptr) \
	copy_from_kernel_nofault(&(val), (ptr), sizeof(val))

#endif /* _LINUX_UACCESS_H */
