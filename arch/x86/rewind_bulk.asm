; SPDX-License-Identifier: MIT
;
; arch/x86/rewind_bulk.asm - many objects, out of a CPU's stock and into it (mm/slab_bulk.c)
;
; rewind_slab.asm says what a stock is.  Out go eight at a time, which one sequence pops: not by
; a compare each, but because a link that was written to decodes to an address where a look
; faults.  In comes a chain that is made outside of any sequence: its objects look free then, and
; are on no list, so the cache is held until one sequence has put the chain into the list.

%include "rewind_slab.inc"

bits 64

extern slab_pcp_full
extern slab_bulk_home
extern slab_bulk_alloc_rest
extern slab_bulk_free_rest

; struct kmem_cache: mm/slab_bulk.c
CACHE_ID	equ 0
CACHE_MAGIC	equ 72
CACHE_BOUND	equ 80
CACHE_MOVING	equ 88
CACHE_BATCH	equ 104
CACHE_CLOSING	equ 109
HOLD		equ 0x10001		; SLAB_PCP_HOLD

GFP_ZERO	equ 0x100

section .text

; A fault at %1 continues at %2.
%macro FAULT 2
[section .ex_table progbits alloc noexec nowrite align=8]
	dq	%1, %2
__SECT__
%endmacro

; From object %1 to the next one, %2.  A link that was written to leads to where a look faults:
; its tag is in the upper bits.
%macro next_object 2
	mov	%2, [%1]
	xor	%2, [slab_secret]
%endmacro

; Eight of the list, or none: the last one's link is looked at, too.
%macro pop_eight 0
	mov	rax, stock(rdi, LIST)
	next_object rax, r8
	next_object r8, r9
	next_object r9, r10
	next_object r10, r11
	next_object r11, rbx
	next_object rbx, r12
	next_object r12, r13
	next_object r13, r14
	test	[r14], al
	mov	stock(rdi, LIST), r14
%endmacro

%macro hand_out 2
	mov	[rcx + rdx * 8 + %1 * 8], %2
	mov	qword [%2], 0
%endmacro

; From the list of rdi into the array that ends at rcx, from rdx (less than 0) on.
	REWIND	slab_pop_eights, pop_eight, slab_bulk_out.wrong
	add	dword stock(rdi, ROOM), 8
	hand_out 0, rax
	hand_out 1, r8
	hand_out 2, r9
	hand_out 3, r10
	hand_out 4, r11
	hand_out 5, rbx
	hand_out 6, r12
	hand_out 7, r13
	add	rdx, 8
	jnz	near slab_pop_eights
	jmp	slab_bulk_out.done
	REWIND_END

%macro pop_eights 0
	push	rdx
	push	rbx
	push	r12
	push	r13
	push	r14
	lea	rcx, [rcx + rdx * 8]
	neg	rdx
	jmp	slab_pop_eights
%endmacro

; int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t flags, size_t nr, void **p)
; C does it, unless the list has so many, as far as we know, and they are eights.
global kmem_cache_alloc_bulk:function
align 16
kmem_cache_alloc_bulk:
	mov	rdi, [rdi + CACHE_ID]
	test	esi, GFP_ZERO
	jnz	.rest
	mov	eax, stock(rdi, CAP)
	sub	eax, stock(rdi, ROOM)		; give or take a few: beyond the end is a fault
	lea	r10, [rdx - 1]
	cmp	r10, rax
	jae	.rest
	test	dl, 7
	jnz	.rest
	cmp	dword stock(rdi, BOUND_FIRST), 0
	je	.rest				; closed, or the links are elsewhere
	pop_eights
.rest:
	xor	r8d, r8d
	jmp	slab_bulk_alloc_rest

; size_t slab_bulk_out(unsigned long id, int ~0, size_t nr, void **p): as many eights as there are,
; up to nr.
global slab_bulk_out:function
align 16
slab_bulk_out:
	mov	eax, stock(rdi, CAP)
	sub	eax, stock(rdi, ROOM)
	js	.none
	cmp	rdx, rax
	cmova	rdx, rax
	and	rdx, -8
	jz	.none
	cmp	dword stock(rdi, BOUND_FIRST), 0
	je	.none
	pop_eights
.none:
	xor	eax, eax
	ret
.done:
	pop	r14
	pop	r13
	pop	r12
	pop	rbx
	pop	rax
	ret
.wrong:
	pop	r14
	pop	r13
	pop	r12
	pop	rbx
	pop	rax
	lea	r8, [rax + rdx]			; so many there are
	inc	esi
	jnz	.rest
	mov	rax, r8
	ret
.rest:
	dec	esi
	neg	rax
	lea	rcx, [rcx + rax * 8]
	mov	rdx, rax
	neg	rdx
	jmp	slab_bulk_alloc_rest

; The object %2 behind rdx, %4, in front of the chain at %3, which is %4 after that.  %1: a number.
%macro link_one 4
	mov	%4, [rsi + rdx * 8 + %2 * 8]
	lea	r9, [%4 + r10]
	imul	r9, rcx
	cmp	r9, r8
	jae	near .other_%1
.same_%1:
	cmp	word [%4 + TAG_AT], SLAB_TAG
	je	near .end_%1
	xor	%3, [slab_secret]
	mov	[%4], %3
%endmacro

; It is not of the slab that the last one was of; of another one?  %5: the lower half of %4.
%macro link_other 5
.other_%1:
	mov	r10d, %5
	and	r10d, stock(rdi, SLAB_MASK)
	mov	r9, r10
	imul	r9, rcx
	cmp	r9, r8
	jae	.end_%1
	sub	r10, %4
	mov	r9, %4
	sar	r9, 8
	and	r9, -16
.page_%1:
	cmp	[r9 + PAGE_CACHE], di
	je	near .same_%1
.end_%1:
	mov	rax, %3
	add	rdx, %2
	jmp	.end
	FAULT	.page_%1, slab_bulk_in.end_%1
%endmacro

UNROLLED equ 16

; size_t slab_bulk_in(struct kmem_cache *s, size_t nr, void **p)
; Objects become a chain, newest first, as far as each is one of s and does not look free, and the
; chain becomes the beginning of this CPU's list.  How many: 0, if nr is 0 or more than a batch, s
; is closing, or links are elsewhere (bound is 0).
;
; The arithmetic has 64 bits, and tells objects of one slab from all other addresses: so the struct
; page is asked once for neighbours of one slab.  They cannot lose it meanwhile.
;
; rax, r11: the newest, in turns; rcx: magic; rdx: up to UNROLLED, from rsi; r8: bound; r10: slab,
; negative
global slab_bulk_in:function
align 16
slab_bulk_in:
	call	.r9
	mov	rax, r9
	ret
; The same, to r9; rdi, rsi, rdx stay.
.r9:
	lea	r9, [rsi - 1]
	movzx	eax, word [rdi + CACHE_BATCH]
	cmp	r9, rax
	jae	near .nothing
	lock add qword [rdi + CACHE_MOVING], HOLD
	cmp	byte [rdi + CACHE_CLOSING], 0	; see slab_pcp_free()
	jne	near .closing
	push	rdi
	push	rsi
	push	rdx
	mov	rcx, [rdi + CACHE_MAGIC]
	mov	r8, [rdi + CACHE_BOUND]
	mov	rdi, [rdi + CACHE_ID]
	mov	r11, [rdx]
	mov	rax, r11			; the oldest one's link: see slab_give_chain
	lea	rsi, [rdx + rsi * 8 - UNROLLED * 8]
	mov	edx, UNROLLED
	sub	rdx, [rsp + 8]
	jg	near .other_few
	link_other 0, 0, rax, r11, r11d
.many:
%assign pos 0
%rep UNROLLED / 2
	link_one %[pos], pos, rax, r11
%assign pos pos + 1
	link_one %[pos], pos, r11, rax
%assign pos pos + 1
%endrep
	add	rdx, UNROLLED
	jle	.many
	cmp	rdx, UNROLLED
	je	.all
.few:
	link_one few, 0, rax, r11
	mov	rax, r11
	inc	rdx
	cmp	rdx, UNROLLED
	jne	.few
.all:
	pop	rdx
	pop	rsi
	mov	r9, rsi
.give:
	mov	r8, [rdx]
	call	slab_give_chain
.settle:
	pop	rdi
	lock sub qword [rdi + CACHE_MOVING], 1	; slab_pcp_settle()
	ret
.closing:
	lock sub qword [rdi + CACHE_MOVING], 1
.nothing:
	xor	r9d, r9d
	ret
.end:
	lea	r9, [rdx - UNROLLED]
	pop	rdx
	pop	rsi
	add	r9, rsi
	jnz	.give
	jmp	.settle

	link_other 1, 1, r11, rax, eax
%assign pos 2
%rep UNROLLED / 2 - 1
	link_other %[pos], pos, rax, r11, r11d
%assign pos pos + 1
	link_other %[pos], pos, r11, rax, eax
%assign pos pos + 1
%endrep
	link_other few, 0, rax, r11, r11d

; rax: newest of a chain of r9d objects, r8: the oldest, to be linked to the list
%macro push_chain 0
	cmp	dword stock(rdi, BOUND_FIRST), 0
	je	near give_closed
	mov	rcx, stock(rdi, LIST)
	xor	rcx, [slab_secret]
	mov	[r8], rcx
	mov	stock(rdi, LIST), rax
%endmacro

	REWIND	slab_give_chain, push_chain, give_closed
	sub	stock(rdi, ROOM), r9d
	mov	ecx, stock(rdi, CAP)
	add	ecx, stock(rdi, ROOM)		; in bulk a list may be twice as long
	js	near give_full
	ret
	REWIND_END

; void kmem_cache_free_bulk(struct kmem_cache *s, size_t nr, void **p): s may be NULL
global kmem_cache_free_bulk:function
align 16
kmem_cache_free_bulk:
	test	rdi, rdi
	jz	.none
	call	slab_bulk_in.r9
	cmp	r9, rsi
	jne	.rest
	ret
.none:
	xor	r9d, r9d
.rest:
	mov	rcx, r9
	jmp	slab_bulk_free_rest

; ---- the slow way -------------------------------------------------------------------------

; The same, of a chain.  The last object may have been the cache's last one: but it is held.
%macro home_args 0
	mov	rsi, rax
	mov	rdx, r9
	mov	rcx, r8
%endmacro
%macro nothing 0
%endmacro

give_closed:
	call_c	slab_bulk_home, home_args

give_full:
	call_c	slab_pcp_full, nothing
