; SPDX-License-Identifier: MIT
;
; arch/x86/irq_entry.asm - from any of the 256 vectors into C, and back
;
; Every vector has a stub of 16 bytes: make the stack look the same with and without an
; error code, save rdi, put the vector in edi.  entry_common pushes the rest of struct
; pt_regs (asm/ptrace.h) and calls trap_dispatch(regs, vector).
;
; rbp points to the pt_regs, plus 1: the mark by which asm/stacktrace.h recognises where
; one context interrupted another.
;
; There is no user mode, so GS base is the kernel's on every entry.
;
; An NMI that arrives inside the NMI handler after an exception there (whose iretq ends
; the CPU's own blocking) would overwrite the NMI stack; NMI handlers must not fault.

bits 64

%include "rewind.inc"

extern	trap_dispatch
extern	__rewind_start			; linker script; see below
extern	__rewind_size			; an absolute number
global	vector_stubs
global	entry_common

REGS_IP		equ 16 * 8		; offset of pt_regs.ip
TRAP_DB		equ 1

section .text

align 16
vector_stubs:
%assign v 0
%rep 256
	align 16
%if v >= 32
	push	-(v + 1)		; orig_ax = ~vector
%elif v != 8 && (v < 10 || v > 14) && v != 17 && v != 21 && v != 29 && v != 30
	push	0			; the CPU pushes no error code
%endif
	push	rdi
	mov	edi, v
	jmp	entry_common
%assign v v + 1
%endrep

align 16
entry_common:
	push	rsi
	push	rdx
	push	rcx
	push	rax
	push	r8
	push	r9
	push	r10
	push	r11
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	cld

	; If a rewindable sequence was interrupted (asm/rewind.h), it starts over when we
	; return: nothing that it had stored counts before its last instruction.  This is the
	; only place that has to know, and it is before everything that could allocate.
	; Not for #DB: who steps through a sequence would never reach its end.  So a #DB
	; handler must not allocate.  What comes into it may: trap_exception() then rewinds what
	; #DB interrupted.  (Not seen: an NMI in #DB's own first or last few instructions.)
	mov	rax, [rsp + REGS_IP]
	mov	rdx, rax
	sub	rdx, __rewind_start
	cmp	rdx, __rewind_size
	jae	.handle
	test	dl, REWIND_TAIL
	jnz	.handle
	cmp	edi, TRAP_DB
	je	.handle
	and	rax, -REWIND_SLOT
	mov	[rsp + REGS_IP], rax

.handle:
	mov	esi, edi
	mov	rdi, rsp
	lea	rbp, [rsp + 1]
	mov	rbx, rsp
	and	rsp, -16
	call	trap_dispatch
	mov	rsp, rbx

	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	pop	r11
	pop	r10
	pop	r9
	pop	r8
	pop	rax
	pop	rcx
	pop	rdx
	pop	rsi
	pop	rdi
	add	rsp, 8			; orig_ax
	iretq
