/* SPDX-License-Identifier: MIT */
/*
 * Leaving: exit status through QEMU's isa-debug-exit port, power off, reboot.  None of
 * these returns.  Any context.
 */
#ifndef _ASM_EXIT_H
#define _ASM_EXIT_H

#include <linux/compiler.h>

/* Report @status, an EXIT_* of <linux/panic.h>; where nobody listens: halt for good. */
void __noreturn arch_exit(int status);
void __noreturn arch_poweroff(void);
void __noreturn arch_reboot(void);
/* Interrupts off, sleep for ever. */
void __noreturn arch_stop(void);

#endif /* _ASM_EXIT_H */
