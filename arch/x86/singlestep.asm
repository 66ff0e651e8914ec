; SPDX-License-Identifier: MIT
;
; arch/x86/singlestep.asm - call a function with the trap flag on: see asm/singlestep.h
;
; popfq takes effect behind the instruction that follows it, so the first trap comes when
; the call has been made.  The last one comes when fn has returned, at singlestep_end.

bits 64

RFLAGS_TF	equ 1 << 8

global	singlestep_call
global	singlestep_end

section .text

align 16
singlestep_call:			; rdi = fn, rsi = its argument
	push	rbp
	mov	rbp, rsp
	mov	rax, rdi
	mov	rdi, rsi
	pushfq
	or	qword [rsp], RFLAGS_TF
	popfq
	call	rax
singlestep_end:
	pop	rbp
	ret
