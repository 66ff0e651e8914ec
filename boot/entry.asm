; SPDX-License-Identifier: MIT
;
; entry.asm - from the loader's 32-bit world to C in the higher half
;
; Two doors, both 32-bit protected mode, flat segments, paging off, irqs off:
;
;	multiboot2	eax = MULTIBOOT2_MAGIC, ebx = physical address of the information
;	PVH		ebx = physical address of struct hvm_start_info
;
; The CPU is checked, and refused with one line on VGA text, COM1 and exit status 37, if it
; lacks something.  Then the early address space (paging_init() replaces the image's part):
;
;	0 +4 GiB		 as physical; gone as soon as the CPU runs in the higher half
;	ffff800000000000 +4 GiB	 the same, never executable: early_va(), <asm/paging.h>
;	ffffffff80000000 +16 MiB the image, still writable and executable
;
; Everything is linked high; until paging is on, PHYS() is where it really is.

KERNEL_BASE		equ 0xffffffff80000000
%define PHYS(x)		(x - KERNEL_BASE)

MULTIBOOT2_HEADER_MAGIC	equ 0xe85250d6
MULTIBOOT2_MAGIC	equ 0x36d76289
PVH_MAGIC		equ 0x336ec578
XEN_ELFNOTE_PHYS32_ENTRY equ 18

STACK_TOP_OFFSET	equ 4096 + 4 * 4096	; struct boot_stack: guard page, THREAD_SIZE
CODE32			equ 0x08
DATA			equ 0x10
CODE64			equ 0x18

PAGE_TABLE		equ 0x023		; accessed, writable, present
PAGE_LARGE		equ 0x0e3		; large, dirty, accessed, writable, present
PAGE_NX_HIGH		equ 0x80000000		; bit 63, seen from the upper half

EFER			equ 0xc0000080
EFER_LME_NXE		equ (1 << 8) | (1 << 11)
CR4_PAE			equ 1 << 5
CR0_LONG		equ 0x80010033		; PG WP NE ET MP PE

COM1			equ 0x3f8
COM1_SPINS		equ 100000		; a missing UART reads ff: ready at once
DEBUG_EXIT		equ 0xf4
DEBUG_EXIT_PANIC	equ 37 >> 1

CPUID1_TSC		equ 1 << 4
CPUID1_NEEDED		equ (1 << 5) | (1 << 6) | (1 << 13) | (1 << 15)	; MSR PAE PGE CMOV
CPUIDX_NX		equ 1 << 20
CPUIDX_LM		equ 1 << 29

extern init_top_pgt, early_pud, early_pmd, image_pud, image_pmd, fixmap_pmd, fixmap_pte
extern boot_stack, boot_start, kernel_main, _end
extern __per_cpu_start, __per_cpu_end, __per_cpu_template
global boot_multiboot2_entry, boot_pvh_entry, boot_high

section .boot.header progbits alloc noexec nowrite align=8
multiboot2_header:
	dd MULTIBOOT2_HEADER_MAGIC, 0, multiboot2_end - multiboot2_header
	dd -(MULTIBOOT2_HEADER_MAGIC + (multiboot2_end - multiboot2_header))
	; what we would like to be told: command line, loader, modules, map, console, ACPI
.wishes:
	dw 1, 1
	dd .wishes_end - .wishes
	dd 1, 2, 3, 6, 8, 14, 15
.wishes_end:
	align 8, db 0
	; No framebuffer tag: with it, GRUB leaves text mode on a BIOS machine, even for a
	; planar VGA mode that nobody can draw on.  On UEFI we get a framebuffer anyway.
	; modules on page boundaries
	dw 6, 1
	dd 8
	; end
	dw 0, 0
	dd 8
multiboot2_end:

section .note.Xen note alloc noexec nowrite align=4
	dd 4, 4, XEN_ELFNOTE_PHYS32_ENTRY
	db "Xen", 0
	dd PHYS(boot_pvh_entry)

section .boot.text progbits alloc exec nowrite align=16
bits 32
boot_pvh_entry:
	mov eax, PVH_MAGIC
boot_multiboot2_entry:
	cli
	cld
	; Is there memory up to the end of the image?  Stack and tables are there.
	mov esi, PHYS(message_no_memory)
	mov ecx, [PHYS(_end) - 4]
	not ecx
	mov [PHYS(_end) - 4], ecx
	cmp [PHYS(_end) - 4], ecx
	jne refuse
	not dword [PHYS(_end) - 4]
	mov esp, PHYS(boot_stack) + STACK_TOP_OFFSET
	push eax
	push ebx

	; A CPU has CPUID if EFLAGS.ID can be flipped.
	pushfd
	pop eax
	mov ecx, eax
	xor eax, 1 << 21
	push eax
	popfd
	pushfd
	pop eax
	mov esi, PHYS(message_no_long_mode)
	cmp eax, ecx
	je refuse
	mov eax, 0x80000000
	cpuid
	cmp eax, 0x80000001
	jb refuse
	mov eax, 0x80000001
	cpuid
	test edx, CPUIDX_LM
	jz refuse
	mov esi, PHYS(message_no_basics)
	mov eax, 1
	cpuid
	test edx, CPUID1_TSC
	jz refuse
	mov ecx, edx
	rdtsc				; the clock of "entry to first page" starts here
	push edx
	push eax
	and ecx, CPUID1_NEEDED
	cmp ecx, CPUID1_NEEDED
	jne refuse
	mov eax, 0x80000001
	cpuid
	mov esi, PHYS(message_no_nx)
	test edx, CPUIDX_NX
	jz refuse

	call build_tables
	mov eax, CR4_PAE		; and nothing that firmware may have left: LA57, PCID
	mov cr4, eax
	mov eax, PHYS(init_top_pgt)
	mov cr3, eax
	mov ecx, EFER
	rdmsr
	or eax, EFER_LME_NXE
	wrmsr
	lgdt [PHYS(gdt_pointer)]
	pop esi				; tsc, low
	pop edi				; tsc, high
	pop ebx				; information
	pop ebp				; magic
	mov eax, CR0_LONG
	mov cr0, eax
	jmp CODE64:PHYS(enter_64)

; All tables are in .bss, zero.
build_tables:
	mov eax, PHYS(early_pud) + PAGE_TABLE
	mov [PHYS(init_top_pgt)], eax
	mov [PHYS(init_top_pgt) + 256 * 8], eax
	mov dword [PHYS(init_top_pgt) + 256 * 8 + 4], PAGE_NX_HIGH
	mov dword [PHYS(init_top_pgt) + 511 * 8], PHYS(image_pud) + PAGE_TABLE
	mov dword [PHYS(image_pud) + 510 * 8], PHYS(image_pmd) + PAGE_TABLE
	mov dword [PHYS(image_pud) + 511 * 8], PHYS(fixmap_pmd) + PAGE_TABLE
	mov dword [PHYS(fixmap_pmd) + 506 * 8], PHYS(fixmap_pte) + PAGE_TABLE

	mov eax, PHYS(early_pmd) + PAGE_TABLE
	mov edi, PHYS(early_pud)
	mov ecx, 4
.pud:	mov [edi], eax
	add eax, 4096
	add edi, 8
	dec ecx
	jnz .pud

	mov eax, PAGE_LARGE
	mov edi, PHYS(early_pmd)
	mov ecx, 4 * 512
.pmd:	mov [edi], eax
	add eax, 2 << 20
	add edi, 8
	dec ecx
	jnz .pmd

	mov eax, PAGE_LARGE
	mov edi, PHYS(image_pmd)
	mov ecx, 8			; IMAGE_MAX of arch/x86/quarry.ld
.image:	mov [edi], eax
	add eax, 2 << 20
	add edi, 8
	dec ecx
	jnz .image
	ret

; esi: what is missing.  On VGA, on COM1, as exit status; then stop for good.
refuse:
	mov edi, 0xb8000
	mov dx, COM1 + 3		; 115200 8N1
	mov al, 0x80
	out dx, al
	mov dx, COM1
	mov al, 1
	out dx, al
	inc dx
	mov al, 0
	out dx, al
	mov dx, COM1 + 3
	mov al, 3
	out dx, al
.next:	lodsb
	test al, al
	jz .stop
	mov ah, 0x4f			; white on red
	cmp al, ' '
	jb .serial
	stosw
.serial:
	mov bl, al
	mov ecx, COM1_SPINS
	mov dx, COM1 + 5
.wait:	in al, dx
	test al, 0x20
	jnz .ready
	dec ecx
	jnz .wait
.ready:	mov al, bl
	mov dx, COM1
	out dx, al
	jmp .next
.stop:	mov eax, DEBUG_EXIT_PANIC
	out DEBUG_EXIT, eax
.halt:	cli
	hlt
	jmp .halt

message_no_memory:
	db "Quarry needs more memory: not even its image fits.", 13, 10, 0
message_no_long_mode:
	db "Quarry needs a 64-bit CPU (long mode): this one has none.", 13, 10, 0
message_no_basics:
	db "Quarry needs TSC, MSR, PAE, PGE and CMOV: this CPU lacks one of them.", 13, 10, 0
message_no_nx:
	db "Quarry needs the NX bit: this CPU lacks it, or the firmware hides it.", 13, 10, 0

	align 8
gdt:	dq 0
	dq 0x00cf9b000000ffff		; CODE32
	dq 0x00cf93000000ffff		; DATA
	dq 0x00af9b000000ffff		; CODE64
gdt_end:
gdt_pointer:
	dw gdt_end - gdt - 1
	dd PHYS(gdt)
gdt_pointer_high:
	dw gdt_end - gdt - 1
	dq gdt

bits 64
enter_64:
	mov rax, boot_high
	jmp rax

section .text
boot_high:
	lgdt [gdt_pointer_high]
	mov eax, DATA
	mov ds, eax
	mov es, eax
	mov ss, eax
	xor eax, eax
	mov fs, eax
	mov gs, eax
	mov rsp, boot_stack + STACK_TOP_OFFSET
	mov qword [init_top_pgt], 0	; address 0 is a fault from here on
	mov rax, cr3
	mov cr3, rax

	; Other CPUs' variables begin as these are now.  (Multiples of 64 bytes.)
	mov r8d, esi
	mov r9d, edi
	mov rsi, __per_cpu_start
	mov rdi, __per_cpu_template
	mov rcx, __per_cpu_end
	sub rcx, rsi
	shr ecx, 3
	rep movsq
	mov esi, r8d
	mov edi, r9d

	; boot_start(magic, information, tsc), then kernel_main(): it never returns.
	mov edx, edi
	shl rdx, 32
	mov eax, esi
	or rdx, rax
	mov edi, ebp
	mov esi, ebx
	xor ebp, ebp			; the end of every backtrace
	call boot_start
	call kernel_main
	ud2
