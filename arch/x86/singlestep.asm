; SPDX-License-Identifier: MIT
;
; arch/x86/singlestep.asm - call a function with the trap flag on: see asm/singlestep.h
;
; popfq takes effect behind the instruction that follows it, so the first trap comes when
; the call has been made.  The last one comes when fn has returned, at singlestep_end.
; With `now` false nothing traps until somebody else sets the flag, on a breakpoint, say.

bits 64

RFLAGS_TF_BIT	equ 8

global	singlestep_call
global	singlestep_end

section .text

align 16
singlestep_call:			; rdi = fn, rsi = its argument, edx = now: 0 or 1
	push	rbp
	mov	rbp, rsp
	mov	rax, rdi
	mov	rdi, rsi
	movzx	edx, dl
	shl	edx, RFLAGS_TF_BIT
	pushfq
	or	[rsp], rdx
	popfq
	call	rax
singlestep_end:
	pop	rbp
	ret
