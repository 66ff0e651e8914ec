; SPDX-License-Identifier: MIT
;
; arch/x86/ap_trampoline.asm - the first instructions of every CPU but the first
;
; A start-up interrupt sets a CPU to real mode at the start of a page below 1 MiB: smp.c
; copies what lies between ap_trampoline_start and _end there.  It finds out where it is from
; cs, and so fills in the three addresses that must be absolute.  Then the usual way:
;
;	real mode -> protected mode -> long mode, in the trampoline's page, which ap_boot_pgt
;	(paging.c) shows where it physically is -> ap_boot_high, in the image
;
; There it gets the kernel's tables, the stack and the GS base that kernel/smp.c has offered,
; and calls C.
;
; One CPU at a time is meant to do all this, but one that was given up may come when the next
; one is awaited.  So nothing but registers is used until it is clear who has come: the offer is
; for one APIC id, and who takes it exchanges its number for 0.  Who comes for nothing stops.

KERNEL_BASE		equ 0xffffffff80000000
%define PHYS(x)		(x - KERNEL_BASE)
%define HERE(x)		(x - ap_trampoline_start)

CODE32			equ 0x08
DATA			equ 0x10
CODE64			equ 0x18

MSR_EFER		equ 0xc0000080
MSR_GS_BASE		equ 0xc0000101
EFER_LME_NXE		equ (1 << 8) | (1 << 11)
CR0_PROTECTED		equ 0x11		; ET PE; caches on, which INIT has left off
CR0_LONG		equ 0x80010033		; PG WP NE ET MP PE
CR4_PAE			equ 1 << 5

extern ap_boot_pgt, init_top_pgt, ap_boot
global ap_trampoline_start, ap_trampoline_end

section .rodata
bits 16
align 16
ap_trampoline_start:
	cli
	cld
	mov	ax, cs
	mov	ds, ax
	movzx	ebx, ax
	shl	ebx, 4
	lea	eax, [ebx + HERE(ap_gdt)]
	mov	[HERE(ap_gdt_pointer) + 2], eax
	lea	eax, [ebx + HERE(ap_protected)]
	mov	[HERE(ap_far32)], eax
	lea	eax, [ebx + HERE(ap_long)]
	mov	[HERE(ap_far64)], eax
	lidt	[HERE(ap_no_idt)]
	o32 lgdt [HERE(ap_gdt_pointer)]
	mov	eax, CR0_PROTECTED
	mov	cr0, eax
	jmp	dword far [HERE(ap_far32)]

bits 32
ap_protected:
	mov	eax, DATA
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	mov	eax, CR4_PAE
	mov	cr4, eax
	mov	eax, PHYS(ap_boot_pgt)
	mov	cr3, eax
	mov	ecx, MSR_EFER
	rdmsr
	or	eax, EFER_LME_NXE
	wrmsr
	mov	eax, CR0_LONG
	mov	cr0, eax
	jmp	dword far [ebx + HERE(ap_far64)]

bits 64
ap_long:
	mov	rax, ap_boot_high
	jmp	rax

align 8
ap_gdt:	dq 0
	dq 0x00cf9b000000ffff		; CODE32
	dq 0x00cf93000000ffff		; DATA
	dq 0x00af9b000000ffff		; CODE64
ap_gdt_pointer:
	dw ap_gdt_pointer - ap_gdt - 1
	dd 0
ap_no_idt:
	dw 0
	dd 0
ap_far32:
	dd 0
	dw CODE32
ap_far64:
	dd 0
	dw CODE64
ap_trampoline_end:

section .text
ap_boot_high:
	mov	eax, PHYS(init_top_pgt)
	mov	cr3, rax
	xor	eax, eax
	mov	fs, eax
	mov	gs, eax
	xor	ebp, ebp		; the end of every backtrace
	mov	r8d, [ap_boot + 28]	; struct ap_boot, <asm/smp.h>: which CPU is awaited?
	mov	rsp, [ap_boot]
	mov	r9, [ap_boot + 8]
	mov	r10, [ap_boot + 16]
	mov	r11d, [ap_boot + 24]
	test	r8d, r8d
	jz	ap_unwanted
	mov	eax, 1
	cpuid
	shr	ebx, 24			; the APIC id that it was born with
	cmp	ebx, r11d
	jne	ap_unwanted
	mov	eax, r8d
	xor	ecx, ecx
	lock cmpxchg [ap_boot + 28], ecx
	jne	ap_unwanted
	mov	ecx, MSR_GS_BASE
	mov	eax, r9d
	mov	rdx, r9
	shr	rdx, 32
	wrmsr
	call	r10
	ud2
ap_unwanted:
	cli
	hlt				; until the next INIT
	jmp	ap_unwanted
