/* SPDX-License-Identifier: MIT */
/* Where boot/ hands over to the kernel proper. */
#ifndef _LINUX_KERNEL_MAIN_H
#define _LINUX_KERNEL_MAIN_H

#include <linux/types.h>

#define QUARRY_VERSION "0.1"

/*
 * Called once by boot/, in 64-bit mode on the boot stack, interrupts off, boot_info
 * filled.  Does not return in practice.
 */
void kernel_main(void);

/* Time-stamp counter ticks from the entry point to the first page; instructions under icount. */
extern u64 boot_first_page_insn;

#endif /* _LINUX_KERNEL_MAIN_H */
