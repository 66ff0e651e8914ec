/* SPDX-License-Identifier: MIT */
/* The 8254 timer (arch/x86/pit.c). */
#ifndef _ASM_PIT_H
#define _ASM_PIT_H

#include <linux/types.h>

#define PIT_HZ			1193182
#define PIT_MIN_HZ		19	/* its divisor has 16 bits */

/* Interrupt @hz times a second (PIT_MIN_HZ and up) on line 0; 0: stop. */
void pit_start(unsigned int hz);

/*
 * Count PIT_HZ ticks, without interrupts, for up to PIT_COUNT_MAX_US; ends pit_start().
 * pit_count_start() gives false where nothing counts.
 */
#define PIT_COUNT_MAX_US	54000
bool pit_count_start(void);
unsigned int pit_count_elapsed(void);

#endif /* _ASM_PIT_H */
