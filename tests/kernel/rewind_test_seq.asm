; SPDX-License-Identifier: MIT
;
; For rewind_planted.c: a private list, its sequences, and the same with a bug in each.
;
;	struct { void *head; unsigned long count; }	an object's first word is its link
;
;	void *rewind_test_pop(list)			NULL: empty
;	void rewind_test_push(list, object)

%include "rewind.inc"

bits 64

; ---- as they should be ------------------------------------------------------------------

%macro good_pop 0
	mov	rax, [rdi]
	test	rax, rax
	jz	near pop_empty
	mov	rcx, [rax]
	mov	[rdi], rcx
%endmacro

%macro good_push 0
	mov	rax, [rdi]
	mov	[rsi], rax
	mov	[rdi], rsi
%endmacro

; ---- what is wrong with them ------------------------------------------------------------

; Something that counts is stored before the commit: counted again by who starts over.
%macro early_pop 0
	mov	rax, [rdi]
	test	rax, rax
	jz	near pop_empty
	dec	qword [rdi + 8]
	mov	rcx, [rax]
	mov	[rdi], rcx
%endmacro

; The commit is not the last instruction: who starts over behind it pops another one.
%macro late_pop 0
	mov	rax, [rdi]
	test	rax, rax
	jz	near pop_empty
	mov	rcx, [rax]
	mov	[rdi], rcx
	mov	rcx, rdi
%endmacro

; A register that came in does not stay as it was: who starts over begins with another one.
%macro input_push 0
	mov	rax, [rdi]
	mov	[rsi], rax
	mov	rcx, rdi
	mov	rdi, rsi
	mov	[rcx], rdi
%endmacro

section .text

	REWIND	rewind_test_pop, good_pop, pop_empty
	dec	qword [rdi + 8]
	ret
	REWIND_END

	REWIND	rewind_test_push, good_push, pop_empty
	inc	qword [rdi + 8]
	ret
	REWIND_END

	REWIND	rewind_test_early_pop, early_pop, pop_empty
	ret
	REWIND_END

	REWIND	rewind_test_late_pop, late_pop, pop_empty
	dec	qword [rcx + 8]
	ret
	REWIND_END

	REWIND	rewind_test_input_push, input_push, pop_empty
	inc	qword [rcx + 8]
	ret
	REWIND_END

pop_empty:
	xor	eax, eax
	ret

; Not in the section at all.
align 16
global	rewind_test_outside:function
global	rewind_test_outside_pop:function
global	rewind_test_outside_push:function
global	rewind_test_outside_end
rewind_test_outside:
rewind_test_outside_pop:
	good_pop
	dec	qword [rdi + 8]
	ret
rewind_test_outside_push:
	good_push
	inc	qword [rdi + 8]
	ret
rewind_test_outside_end:
