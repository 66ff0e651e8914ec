; SPDX-License-Identifier: MIT
;
; arch/x86/rewind_slab.asm - a CPU's stock of free objects: pop and push (mm/slab_pcp.c)
;
; A stock is found by its cache's id, its distance from slab_stocks: the struct page of each
; slab says it, so kfree() needs no other table.  Objects are linked through their first word,
;
;	word = next ^ slab_secret		next of the last one: slab_nil
;
; so the upper 16 bits of a free object's word are SLAB_TAG, and nobody else's are (slab.h): the
; same compare finds an object that looks free already in a free, and in an allocation an
; empty stock (slab_nil's word has no tag) and an object that was written to while it was free.
;
; Any pointer may be looked at: what is not mapped faults, and a fault goes the slow way, to C,
; which finds out what is wrong.  An address outside the direct map has no struct page
; (<asm/page.h>): the first or the second look at it faults.
;
; These are called from inline functions (<linux/slab.h>) that know which registers change:
;
;	slab_alloc	rdi: id, esi: mask -> rax	rcx
;	slab_alloc_kernel	rdi: id -> rax		rcx, rsi
;	slab_alloc_class_N	-> rax			rcx, rsi, rdi
;	slab_kmalloc	rdi: bytes, esi: mask -> rax	rcx, rdx
;	slab_kmalloc_kernel	rdi: bytes -> rax	rcx, rdx, rsi
;	slab_kfree	rax: object			rax, rcx, rdx, rsi
;	slab_free	rdi: id, rax: object		rax, rcx, rdx, rsi

%include "rewind_slab.inc"

bits 64

extern kmalloc_ids
extern kmalloc_fast_max
extern slab_pcp_alloc_slow
extern kmalloc_slow
extern slab_pcp_kfree_slow
extern slab_pcp_free_slow
extern slab_pcp_full

KMALLOC_NR_INDEX equ 14
GFP_KERNEL	equ 0xcc0

; ---- out ---------------------------------------------------------------------------

; %1: id, %2: list, %3: where to go if there is nothing to be had, %4: a register
%macro pop_link 4
	mov	rax, stock(%1, %2)
	cmp	word [rax + TAG_AT], SLAB_TAG
	jne	near %3
	mov	%4, [rax]
	xor	%4, [slab_secret]
	mov	stock(%1, %2), %4
%endmacro

%macro pop_object 0
	pop_link rdi, LIST, alloc_other, rcx
%endmacro
%macro pop_linked 0
	pop_link rdi, LIST_LINKED, alloc_slow, rcx
%endmacro

; Size classes by size; that of 0 bytes has a stock that is always empty.  %1: too large or empty
%macro pop_sized 1
	cmp	rdi, [kmalloc_fast_max]
	ja	near %1
	movzx	ecx, word [kmalloc_ids + rdi * 2]
	pop_link rcx, LIST, %1, rdx
%endmacro
%macro pop_any_size 0
	pop_sized sized_slow
%endmacro
%macro pop_any_size_kernel 0
	pop_sized sized_slow_kernel
%endmacro

; The commonest mask needs no register, and a size that the compiler knows none either.
%macro pop_object_kernel 0
	pop_link rdi, LIST, alloc_other_kernel, rcx
%endmacro

section .text
	REWIND	slab_alloc, pop_object, alloc_other
	mov	qword [rax], 0			; it no longer looks free
	inc	dword stock(rdi, ROOM)
	ret
	REWIND_END

	REWIND	slab_alloc_kernel, pop_object_kernel, alloc_other_kernel
	mov	qword [rax], 0
	inc	dword stock(rdi, ROOM)
	ret
	REWIND_END

	REWIND	slab_kmalloc, pop_any_size, sized_slow
	mov	qword [rax], 0
	inc	dword stock(rcx, ROOM)
	ret
	REWIND_END

	REWIND	slab_kmalloc_kernel, pop_any_size_kernel, sized_slow_kernel
	mov	qword [rax], 0
	inc	dword stock(rcx, ROOM)
	ret
	REWIND_END

; slab_alloc_class_1 .. 13: the size classes with GFP_KERNEL
%assign class 1
%rep KMALLOC_NR_INDEX - 1
%define CLASS_ID	(class * STOCK_BYTES)

%macro pop_class_%[class] 0
	mov	rax, gs:[slab_stocks + CLASS_ID + LIST]
	cmp	word [rax + TAG_AT], SLAB_TAG
	jne	near class_slow_%[class]
	mov	rcx, [rax]
	xor	rcx, [slab_secret]
	mov	gs:[slab_stocks + CLASS_ID + LIST], rcx
%endmacro
	REWIND	slab_alloc_class_%[class], pop_class_%[class], class_slow_%[class]
	mov	qword [rax], 0
	inc	dword gs:[slab_stocks + CLASS_ID + ROOM]
	ret
class_slow_%[class]:
	mov	edi, CLASS_ID
	jmp	alloc_other_kernel
	REWIND_END
%assign class class + 1
%endrep

	REWIND	slab_alloc_linked, pop_linked, alloc_slow
	mov	qword [rax], 0
	mov	ecx, stock(rdi, LINK)
	sub	rax, rcx
	inc	dword stock(rdi, ROOM)
	ret
	REWIND_END

; ---- in ----------------------------------------------------------------------------

; rcx: id of the cache of the page that rax points into
%macro id_of_page 0
	mov	rcx, rax
	sar	rcx, 8
	and	rcx, -16
%endmacro

; Is rax the address of an object?  A multiplication tells multiples of the size (Lemire).
; %1: id, %2: BOUND_FIRST or BOUND_LINKED, %3: where to go if not
%macro check_place 3
	mov	edx, eax
	and	edx, stock(%1, SLAB_MASK)
	imul	edx, stock(%1, MAGIC)
	cmp	edx, stock(%1, %2)
	jae	near %3
%endmacro

; %1: id
%macro link_object 1
	mov	rdx, stock(%1, LIST)
	xor	rdx, [slab_secret]
	mov	[rax], rdx
	mov	stock(%1, LIST), rax
%endmacro

; %1: id, %2: where to go if it looks free
%macro push_object 2
	cmp	word [rax + TAG_AT], SLAB_TAG
	je	near %2
	link_object %1
%endmacro

; Size classes that are powers of two: aligned is all that an object is.
%macro push_aligned 0
	id_of_page
	movzx	ecx, word [rcx + PAGE_CACHE]
	test	rax, stock(rcx, MASK)
	jnz	near slab_kfree_any
	push_object rcx, kfree_slow
%endmacro

%macro push_any 0
	id_of_page
	movzx	ecx, word [rcx + PAGE_CACHE]
	check_place rcx, BOUND_FIRST, kfree_linked
	push_object rcx, kfree_slow
%endmacro

%macro push_known 0
	id_of_page
	cmp	[rcx + PAGE_CACHE], di
	jne	near free_slow
	check_place rdi, BOUND_FIRST, free_linked
	push_object rdi, free_slow
%endmacro

; For kmalloc_nolock() and kfree_nolock(): nothing behind them.
%macro pop_object_only 0
	pop_link rdi, LIST, no, rcx
%endmacro

; Begun again with a link in the object, it would look free: but it was looked at before that.
%macro push_object_only 0
	mov	rax, rdi
	id_of_page
	movzx	ecx, word [rcx + PAGE_CACHE]
	check_place rcx, BOUND_FIRST, no
	cmp	byte [rsi], 0
	jne	%%live
	cmp	word [rax + TAG_AT], SLAB_TAG
	je	near no
	mov	byte [rsi], 1
%%live:
	link_object rcx
%endmacro

; rcx: id
%macro push_linked 0
	check_place rcx, BOUND_LINKED, kfree_slow
	mov	edx, stock(rcx, LINK)
	add	rdx, rax
	cmp	word [rdx + TAG_AT], SLAB_TAG
	je	near kfree_slow
	mov	rsi, stock(rcx, LIST_LINKED)
	xor	rsi, [slab_secret]
	mov	[rdx], rsi
	mov	stock(rcx, LIST_LINKED), rdx
%endmacro

	REWIND	slab_kfree, push_aligned, kfree_slow
	dec	dword stock(rcx, ROOM)
	js	full
	ret
	REWIND_END

	REWIND	slab_kfree_any, push_any, kfree_slow
	dec	dword stock(rcx, ROOM)
	js	full
	ret
	REWIND_END

	REWIND	slab_free, push_known, free_slow
	dec	dword stock(rdi, ROOM)
	js	free_full
	ret
	REWIND_END

	REWIND	slab_free_linked, push_linked, kfree_slow
	dec	dword stock(rcx, ROOM)
	js	full
	ret
	REWIND_END

; void *slab_alloc_only(id): NULL, the list is empty
	REWIND	slab_alloc_only, pop_object_only, no
	mov	qword [rax], 0
	inc	dword stock(rdi, ROOM)
	ret
	REWIND_END

; bool slab_kfree_only(object, bool *live): false, it is none, or looks free, or its stock is
; closed.  *live, the caller's own: it does not look free, but for a link of ours.
	REWIND	slab_kfree_only, push_object_only, no
	dec	dword stock(rcx, ROOM)
	mov	eax, 1
	ret
	REWIND_END

no:
	xor	eax, eax
	ret

; The C name, for who takes its address.
global kfree:function
align 16
kfree:
	mov	rax, rdi
	jmp	slab_kfree

; ---- the slow way: C, which may change registers that the inline functions do not expect ---

%macro alloc_args 0
	mov	rdx, [rbp + 8]
%endmacro
%macro kfree_args 0
	mov	rdi, rax
	mov	rsi, [rbp + 8]
%endmacro
%macro free_args 0
	mov	rsi, rax
	mov	rdx, [rbp + 8]
%endmacro
%macro full_args 0
	mov	edi, ecx
%endmacro

align 16
alloc_other_kernel:
	mov	esi, GFP_KERNEL
alloc_other:
	cmp	dword stock(rdi, LINK), 0	; does not change while there are objects
	jne	slab_alloc_linked
alloc_slow:
	call_c	slab_pcp_alloc_slow, alloc_args

sized_slow_kernel:
	mov	esi, GFP_KERNEL
sized_slow:
	call_c	kmalloc_slow, alloc_args

kfree_linked:
	cmp	dword stock(rcx, LINK), 0
	jne	slab_free_linked
kfree_slow:
	call_c	slab_pcp_kfree_slow, kfree_args

free_linked:
	mov	ecx, edi
	cmp	dword stock(rcx, LINK), 0
	jne	slab_free_linked
free_slow:
	call_c	slab_pcp_free_slow, free_args

free_full:
	mov	ecx, edi
full:
	call_c	slab_pcp_full, full_args
