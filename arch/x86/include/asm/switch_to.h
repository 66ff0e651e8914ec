/* SPDX-License-Identifier: MIT */
/* Leave one stack for another (arch/x86/context.asm).  Interrupts are off. */
#ifndef _ASM_SWITCH_TO_H
#define _ASM_SWITCH_TO_H

/*
 * Save what a function must keep on this stack, its pointer in *@save, and go on where the
 * stack @sp was left.  Returns when somebody goes on with *save.
 */
void switch_stack(unsigned long *save, unsigned long sp);

/*
 * Lay out a stack that ends at @top so that switch_stack() to the result calls fn(), with
 * nobody to return to.  A trace ends there.
 */
unsigned long switch_stack_prepare(void *top, void (*fn)(void));

#endif /* _ASM_SWITCH_TO_H */
