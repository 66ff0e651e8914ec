/* SPDX-License-Identifier: MIT */
/* The 8254 timer (arch/x86/pit.c). */
#ifndef _ASM_PIT_H
#define _ASM_PIT_H

#include <linux/types.h>

#define PIT_HZ			1193182
#define PIT_MIN_HZ		19	/* its divisor has 16 bits */

/* Interrupt @hz times a second (PIT_MIN_HZ and up) on line 0; 0: stop. */
void pit_start(unsigned int hz);

/* Wait @usecs (at most 25000); ends pit_start().  false: nothing counts there. */
bool pit_wait(unsigned int usecs);

#endif /* _ASM_PIT_H */
