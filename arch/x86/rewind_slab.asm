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

%include "rewind.inc"

bits 64

extern slab_stocks			; per-CPU
extern slab_secret
extern kmalloc_ids
extern kmalloc_fast_max
extern slab_pcp_alloc_slow
extern kmalloc_slow
extern slab_pcp_kfree_slow
extern slab_pcp_free_slow
extern slab_pcp_full
extern slab_bulk_home
extern slab_bulk_alloc_rest
extern slab_bulk_free_rest

; struct slab_stock, struct page, SLAB_TAG: mm/slab_pcp.c checks them.
STOCK_BYTES	equ 64
LIST		equ 0
LIST_LINKED	equ 8
MASK		equ 16
SLAB_MASK	equ 24
MAGIC		equ 28
BOUND_FIRST		equ 32
BOUND_LINKED	equ 36
LINK		equ 40
ROOM		equ 44
CAP		equ 48
PAGE_CACHE	equ 10
SLAB_TAG	equ 0x9d15
TAG_AT		equ 6			; in a link
KMALLOC_NR_INDEX equ 14
GFP_KERNEL	equ 0xcc0
GFP_ZERO	equ 0x100

; struct kmem_cache: mm/slab_bulk.c
CACHE_ID	equ 0
CACHE_MAGIC	equ 72
CACHE_BOUND	equ 80
CACHE_MOVING	equ 88
CACHE_BATCH	equ 104
CACHE_CLOSING	equ 109
HOLD		equ 0x10001		; SLAB_PCP_HOLD

%define stock(id, field)	gs:[id + slab_stocks + field]

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

; bool slab_kfree_only(object, bool *live): false, it is none, or looks free, or its stock is closed.
; *live, the caller's own: it does not look free, but for a link of ours.
	REWIND	slab_kfree_only, push_object_only, no
	dec	dword stock(rcx, ROOM)
	mov	eax, 1
	ret
	REWIND_END

no:
	xor	eax, eax
	ret

; ---- many ---------------------------------------------------------------------------------

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
	js	no
	cmp	rdx, rax
	cmova	rdx, rax
	and	rdx, -8
	jz	no
	cmp	dword stock(rdi, BOUND_FIRST), 0
	je	no
	pop_eights
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

; The C name, for who takes its address.
global kfree:function
align 16
kfree:
	mov	rax, rdi
	jmp	slab_kfree

; ---- the slow way: C, which may change registers that the inline functions do not expect ---

; C function %1, whose arguments are set; its last one is our caller.
%macro call_c 2
	push	rbp
	mov	rbp, rsp
	push	rdx
	push	rsi
	push	rdi
	push	r8
	push	r9
	push	r10
	push	r11
	%2
	and	rsp, -16
	call	%1
	lea	rsp, [rbp - 7 * 8]
	pop	r11
	pop	r10
	pop	r9
	pop	r8
	pop	rdi
	pop	rsi
	pop	rdx
	pop	rbp
	ret
%endmacro

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
