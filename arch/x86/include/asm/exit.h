/* SPDX-License-Identifier: MIT */
/*
 * Leaving: exit status through QEMU's isa-debug-exit port, power off, reboot.  None of
 * these returns.  Any context.
 */
#ifndef _ASM_EXIT_H
#define _ASM_EXIT_H

#include <linux/compiler.h>

/* Exit statuses of QEMU, as scripts/qemu-run reads them. */
#define ARCH_EXIT_PASS		33
#define ARCH_EXIT_FAIL		35
#define ARCH_EXIT_PANIC		37
#define ARCH_EXIT_WATCHDOG	39

/* Report @status (odd, 33..) to the outside; where nobody listens: halt for good. */
void __noreturn arch_exit(int status);
void __noreturn arch_poweroff(void);
void __noreturn arch_reboot(void);
/* Interrupts off, sleep for ever. */
void __noreturn arch_stop(void);

#endif /* _ASM_EXIT_H */
