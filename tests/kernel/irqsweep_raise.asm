; SPDX-License-Identifier: MIT
;
; For irqsweep_step.c: push what the CPU pushes for an exception, and go on at its entry.
;
; #DB's iretq comes here, interrupts off, with the registers and the stack of whoever is to
; have the exception.  No register is touched; what is pushed comes from memory.

bits 64

global	step_springboard
global	step_frame

section .bss
align 8
step_frame:			; struct step_frame: ss, sp, flags, cs, ip, entry, no_error
	resq	7

section .text

align 16
step_springboard:
	and	rsp, -16
	push	qword [rel step_frame]
	push	qword [rel step_frame + 8]
	push	qword [rel step_frame + 16]
	push	qword [rel step_frame + 24]
	push	qword [rel step_frame + 32]
	cmp	qword [rel step_frame + 48], 0
	jne	.enter
	push	0
.enter:
	jmp	[rel step_frame + 40]

section .note.GNU-stack noalloc noexec nowrite progbits
