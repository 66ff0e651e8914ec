; SPDX-License-Identifier: MIT
;
; For sequence_test.c: a private list, popped by a rewindable sequence.
;
;	void *sequence_test_pop(void **head, unsigned long *count)
;
; A head that cannot be read ends in the slow path, with both arguments as they came.

%include "rewind.inc"

bits 64
extern sequence_test_slow

%macro test_pop 0
	mov	rax, [rdi]
	test	rax, rax
	jz	near sequence_test_slow
	mov	rcx, [rax]
	mov	[rdi], rcx
%endmacro

section .text
	REWIND	sequence_test_pop, test_pop, sequence_test_slow
	inc	qword [rsi]
	ret
	REWIND_END
