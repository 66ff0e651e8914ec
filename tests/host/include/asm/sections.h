/* SPDX-License-Identifier: MIT */
/*
 * Bounds of the program itself, under the names of the kernel's linker script.  The fake
 * RAM holds no image, so the frames that it occupies are none.
 */
#ifndef _ASM_SECTIONS_H
#define _ASM_SECTIONS_H

#include <asm/page.h>

extern char __executable_start[], __etext[], __data_start[];
extern char __start_ro_after_init[], __end_ro_after_init[];
extern char _edata[], __bss_start[], _end[];

#define _text	__executable_start
#define _etext	__etext
#define _sdata	__data_start

static inline phys_addr_t kernel_image_start(void) { return 0x100000; }
static inline phys_addr_t kernel_image_end(void) { return 0x100000; }
static inline phys_addr_t kernel_image_ro_end(void) { return 0x100000; }

static inline bool is_kernel_text(unsigned long addr)
{
	return addr >= (unsigned long)_text && addr < (unsigned long)_etext;
}

static inline bool is_kernel_image(unsigned long addr)
{
	return addr >= (unsigned long)_text && addr < (unsigned long)_end;
}

#endif /* _ASM_SECTIONS_H */
