; SPDX-License-Identifier: MIT
;
; arch/x86/rewind_page.asm - a CPU's stock of free pages: pop and push (mm/pcp.c)
;
; A list is one word: its first block's struct page << 16 | room, how many more blocks it may
; take.  A block keeps the word below it in its own first word (page->private), so a pop restores
; the room together with the list, and an empty list (no page, its whole room) and a closed one
; (0) need no test of their own: neither has a block to pop, a closed one has no room.
;
;	gs:list		page C | 1	C.private = page B | 2	B.private = page A | 3 ...
;
; Blocks of a list are marked PCP (page->meta).  Only the commit makes a block somebody else's:
;	pop	the block is the caller's then, still marked PCP; the tail marks it
;	push	the block has been claimed before (marked PCP, so that a second free is
;		refused); its link is written in the sequence, as often as it is rewound
;
; From claim to push, and from pop to mark, a block is on no list.  All of that is in this
; section, where no thread is preempted (asm/rewind.h): so nobody but an interrupt ever sees it.
;
; Everything out of the ordinary goes to C, with the arguments as they came.

%include "rewind.inc"

bits 64

extern page_owner_count			; per-CPU
extern __preempt_count			; per-CPU
extern page_pcp_of			; [zone bits of a mask]: stock, as linked
extern page_pcp_at			; [highest bit of a pfn]: the same
extern page_direct_map			; PAGE_OFFSET, VMEMMAP_START: differ in the hosted build
extern page_vmemmap
extern page_alloc_0_slow		; C
extern page_alloc_addr_0_slow
extern page_alloc_slow_page
extern page_alloc_slow_addr
extern page_free_0_slow
extern page_free_addr_0_slow
extern page_free_slow_page
extern page_free_slow_addr
extern page_free_full

; struct page, struct per_cpu_pages, and the marks: mm/pcp.c checks them.
PAGE_META	equ 8
PCP_NR_ALLOC	equ 32
PCP_FRESH_META	equ 40
STOCK_0		equ 4			; PAGE_META(PAGE_OWNER_PCP, 0)
ORDER_SHIFT	equ 8			; of the order in meta
FRESH_0		equ 0x100000005		; PAGE_META_REF(PAGE_OWNER_PAGES, 0, 1)
OWNED		equ page_owner_count + 5 * 8	; of PAGE_OWNER_PAGES
ZONE_BITS	equ 7

; A fault at %1, which is in this section but in no sequence, continues at %2.
%macro FAULT 2
[section .ex_table progbits alloc noexec nowrite align=8]
	dq	%1, %2
[section .text.rewind]
%endmacro

; %1 list, %2 a page that is ours, %3 where to go if there is no room.  Uses rax, rdx.
%macro push_on 3
	mov	rdx, gs:[%1]
	mov	[%2], rdx
	mov	rax, %2
	shl	rax, 16
	mov	ax, dx
	dec	ax				; one less room; it never had more than 0x7fff
	js	near %3
	mov	gs:[%1], rax
%endmacro

section .text

; ---- any order, any owner -----------------------------------------------------------

; struct page *pcp_pop(u64 *list, u64 meta): a block that is marked meta, or NULL.  The caller
; has preemption off.
%macro pop_block 0
	mov	rax, gs:[rdi]
	sar	rax, 16
	jz	near pop_none
	mov	rdx, [rax]
	cmp	[rax + PAGE_META], rsi
	jne	near pop_none			; corrupt: pcp_refill() will say so
	mov	gs:[rdi], rdx
%endmacro

	REWIND	pcp_pop, pop_block, pop_none
	ret
	REWIND_END

; bool pcp_push(u64 *list, struct page *page): false, there is no room.  The same.
%macro push_block 0
	push_on	rdi, rsi, push_full
%endmacro

	REWIND	pcp_push, push_block, push_full
	mov	eax, 1
	ret
	REWIND_END

; struct page *pcp_get(struct per_cpu_pages *pcp, unsigned int order, u64 fresh): a block that is
; marked fresh and counted for its owner, the lowest byte; or NULL
%macro pop_fresh 0
	mov	esi, esi
	lea	r8, [rdi + rsi * 8]
	mov	r9d, esi
	shl	r9d, ORDER_SHIFT
	or	r9d, STOCK_0
	mov	rax, gs:[r8]
	sar	rax, 16
	jz	near pop_none
	mov	rcx, [rax]
	cmp	[rax + PAGE_META], r9
	jne	near pop_none
	mov	gs:[r8], rcx
%endmacro

	REWIND	pcp_get, pop_fresh, pop_none
	mov	qword [rax], 0
	mov	[rax + PAGE_META], rdx
	mov	ecx, esi
	mov	r9d, 1
	shl	r9, cl
	movzx	edx, dl
	add	gs:[page_owner_count + rdx * 8], r9
	add	gs:[rdi + PCP_NR_ALLOC], r9
	ret
	REWIND_END

; bool pcp_give(struct per_cpu_pages *pcp, struct page *page, unsigned int owner,
;		unsigned int order)
; A block of that owner's is claimed and put into stock.  False: there is no room, and
; preemption is off now, for the block is on no list.
%macro push_given 0
	push_on	r8, rsi, give_full
%endmacro

	REWIND	push_for_give, push_given, give_full
	mov	eax, 1
	ret
global pcp_give:function
pcp_give:
	mov	eax, ecx
	lea	r8, [rdi + rax * 8]
	shl	eax, ORDER_SHIFT
	or	eax, STOCK_0
	mov	[rsi + PAGE_META], rax
	mov	eax, 1
	shl	rax, cl
	mov	edx, edx
	sub	gs:[page_owner_count + rdx * 8], rax
	jmp	push_for_give
give_full:
	inc	dword gs:[__preempt_count]
	xor	eax, eax
	ret
	REWIND_END

pop_none:
push_full:
	xor	eax, eax
	ret

; ---- alloc_pages(), __get_free_pages() -------------------------------------------------

; edi: the mask.  %1: the slow path, C with the same arguments
%macro stock_of_mask 0
	mov	ecx, edi
	and	ecx, ZONE_BITS
	mov	r8, [page_pcp_of + rcx * 8]
%endmacro

%macro pop_page 1
	stock_of_mask
	mov	rax, gs:[r8]
	sar	rax, 16
	jz	near %1
	mov	rdx, [rax]
	cmp	qword [rax + PAGE_META], STOCK_0
	jne	near %1
	mov	gs:[r8], rdx
%endmacro
%macro pop_for_page 0
	pop_page page_alloc_0_slow
%endmacro
%macro pop_for_addr 0
	pop_page page_alloc_addr_0_slow
%endmacro

; The page is ours: private 0, one reference.
%macro mark_fresh 0
	mov	qword [rax], 0
	mov	rcx, FRESH_0
	mov	[rax + PAGE_META], rcx
	inc	qword gs:[OWNED]
	inc	qword gs:[r8 + PCP_NR_ALLOC]
%endmacro

	REWIND	page_alloc_0, pop_for_page, page_alloc_0_slow
	mark_fresh
	ret
	REWIND_END

	REWIND	page_alloc_addr_0, pop_for_addr, page_alloc_addr_0_slow
	mark_fresh
	shl	rax, 8				; PAGE_OFFSET is VMEMMAP_START << 8
	ret
	REWIND_END

; The same for 2^esi pages.
%macro pop_small 1
	stock_of_mask
	mov	esi, esi
	mov	r9d, esi
	shl	r9d, ORDER_SHIFT
	mov	rax, gs:[r8 + rsi * 8]
	or	r9d, STOCK_0
	sar	rax, 16
	jz	near %1
	mov	rdx, [rax]
	cmp	[rax + PAGE_META], r9
	jne	near %1
	mov	gs:[r8 + rsi * 8], rdx
%endmacro
%macro pop_small_page 0
	pop_small page_alloc_slow_page
%endmacro
%macro pop_small_addr 0
	pop_small page_alloc_slow_addr
%endmacro

%macro mark_fresh_small 0
	mov	qword [rax], 0
	mov	rcx, FRESH_0 - STOCK_0
	add	r9, rcx
	mov	[rax + PAGE_META], r9
	mov	ecx, esi
	mov	r9d, 1
	shl	r9, cl
	add	gs:[OWNED], r9
	add	gs:[r8 + PCP_NR_ALLOC], r9
%endmacro

	REWIND	page_alloc_small, pop_small_page, page_alloc_slow_page
	mark_fresh_small
	ret
	REWIND_END

	REWIND	page_alloc_addr_small, pop_small_addr, page_alloc_slow_addr
	mark_fresh_small
	shl	rax, 8
	ret
	REWIND_END

; ---- __free_pages(), free_pages() -------------------------------------------------------

; rdi: what is freed, at [%1] + pfn << %2.  rcx: the highest bit of its pfn, or one that no pfn
; has if it lies elsewhere, or not at the beginning of a page.  For pfn 0, bsr leaves rcx as it
; is, 0: AMD says so, Intel means it (Linux's fls64() is built on that).
;
; r8: the stock; rdx: what meta of a single page must be.  Where no zone is, the stock's address
; is none, and the load faults; continues at %3.
%macro stock_of_pfn 3
	mov	rcx, rdi
	sub	rcx, [%1]
	ror	rcx, %2
	bsr	rcx, rcx
	mov	r8, [page_pcp_at + rcx * 8]
%%stock:
	mov	rdx, gs:[r8 + PCP_FRESH_META]
	FAULT	%%stock, %3
%endmacro

; Is it what it must be?  The look faults if the section is not there.
%macro check_mark 2
%%mark:
	cmp	[%1 + PAGE_META], rdx
	jne	near %2
	FAULT	%%mark, %2
%endmacro

; r8: stock, rdi: page
%macro push_page 0
	push_on	r8, rdi, full_page
%endmacro

	REWIND	push_for_page, push_page, full_page
	dec	qword gs:[OWNED]
	ret
global page_free_0:function
page_free_0:
	stock_of_pfn page_vmemmap, 4, page_free_0_slow
	check_mark rdi, page_free_0_slow
	mov	qword [rdi + PAGE_META], STOCK_0
	jmp	push_for_page
; No room: preemption stays off until it is in the zone.
full_addr:
	mov	rdi, rsi
full_page:
	dec	qword gs:[OWNED]
	mov	r10, rdi
	xor	esi, esi
full_small:
	inc	dword gs:[__preempt_count]
	mov	rdi, r10
	jmp	page_free_full
	REWIND_END

; r8: stock, rsi: page
%macro push_addr 0
	push_on	r8, rsi, full_addr
%endmacro

	REWIND	push_for_addr, push_addr, full_addr
	dec	qword gs:[OWNED]
	ret
global page_free_addr_0:function
page_free_addr_0:
	stock_of_pfn page_direct_map, 12, page_free_addr_0_slow
	mov	rsi, rdi
	sar	rsi, 8
	check_mark rsi, page_free_addr_0_slow
	mov	qword [rsi + PAGE_META], STOCK_0
	jmp	push_for_addr
	REWIND_END

; The same for 2^esi pages; r10: the first of them
%macro claim_small 2
	mov	ecx, esi
	shl	ecx, ORDER_SHIFT
	add	rdx, rcx
	check_mark r10, %1
	or	ecx, STOCK_0
	mov	[r10 + PAGE_META], rcx
	mov	ecx, esi
	lea	r8, [r8 + rcx * 8]
	mov	edx, 1
	shl	rdx, cl
	sub	gs:[OWNED], rdx
	jmp	%2
%endmacro
%macro push_small 0
	push_on	r8, r10, full_small
%endmacro

	REWIND	push_for_small, push_small, full_small
	ret
global page_free_small:function
page_free_small:
	stock_of_pfn page_vmemmap, 4, page_free_slow_page
	mov	r10, rdi
	claim_small page_free_slow_page, push_for_small
	REWIND_END

	REWIND	push_for_addr_small, push_small, full_small
	ret
global page_free_addr_small:function
page_free_addr_small:
	stock_of_pfn page_direct_map, 12, page_free_slow_addr
	mov	r10, rdi
	sar	r10, 8
	claim_small page_free_slow_addr, push_for_addr_small
	REWIND_END
