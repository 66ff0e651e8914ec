; SPDX-License-Identifier: MIT
;
; arch/x86/context.asm - from one stack to another
;
; What the C compiler lets a callee spoil need not be kept: the caller of switch_stack does
; not count on it.  So a thread that does not run is its stack pointer, and on its stack:
;
;	[sp]	r15 r14 r13 r12 rbx rbp	 return address
;
; The interrupt flag is not part of it: threads are switched with interrupts off.  GS base
; belongs to the CPU and stays.

bits 64
section .text

global switch_stack
global switch_stack_prepare

; void switch_stack(unsigned long *save, unsigned long sp)
switch_stack:
	push	rbp
	push	rbx
	push	r12
	push	r13
	push	r14
	push	r15
	mov	[rdi], rsp
	mov	rsp, rsi
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbx
	pop	rbp
	ret

; unsigned long switch_stack_prepare(void *top, void (*fn)(void))
;
; fn starts as if called: its stack pointer is 8 below a multiple of 16, and the address to
; return to is 0, for there is nobody.  rbp is 0, too: a trace ends here.
switch_stack_prepare:
	and	rdi, -16
	lea	rax, [rdi - 8 * 8]
	xor	ecx, ecx
	mov	[rdi - 8 * 8], rcx	; r15
	mov	[rdi - 8 * 7], rcx
	mov	[rdi - 8 * 6], rcx
	mov	[rdi - 8 * 5], rcx	; r12
	mov	[rdi - 8 * 4], rcx	; rbx
	mov	[rdi - 8 * 3], rcx	; rbp
	mov	[rdi - 8 * 2], rsi	; where switch_stack returns to
	mov	[rdi - 8 * 1], rcx	; where fn would
	ret
