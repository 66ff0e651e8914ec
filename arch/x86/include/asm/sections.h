/* SPDX-License-Identifier: MIT */
/*
 * Where the parts of the image lie (arch/x86/quarry.ld).  Each part starts on a page.
 *
 *	_image_start	loader headers, 32-bit entry	read-only
 *	_text		code				read, execute
 *	__start_rodata	constants, tables of pointers	read-only
 *	__start_ro_after_init				writable until paging_seal()
 *	_sdata		data, per-CPU data		read, write
 *	__bss_start	zeroed data			read, write
 *	_end
 */
#ifndef _ASM_SECTIONS_H
#define _ASM_SECTIONS_H

#include <asm/page.h>

extern char _image_start[], _text[], _etext[];
extern char __start_rodata[], __end_rodata[];
extern char __start_ro_after_init[], __end_ro_after_init[];
extern char _sdata[], _edata[], __bss_start[], __bss_end[], _end[];
extern char __per_cpu_start[], __per_cpu_end[];
extern const char __per_cpu_template[];	/* what they held before anything ran */
extern const void *const __guard_pages_start[], *const __guard_pages_end[];	/* not mapped */

/* The frames that the image occupies, [start, end), whole pages. */
static inline phys_addr_t kernel_image_start(void)
{
	return (unsigned long)_image_start - __START_KERNEL_map;
}

static inline phys_addr_t kernel_image_end(void)
{
	return (unsigned long)_end - __START_KERNEL_map;
}

/* Up to here the image must not be written to, through any mapping. */
static inline phys_addr_t kernel_image_ro_end(void)
{
	return (unsigned long)__end_rodata - __START_KERNEL_map;
}

static inline bool is_kernel_text(unsigned long addr)
{
	return addr >= (unsigned long)_text && addr < (unsigned long)_etext;
}

static inline bool is_kernel_image(unsigned long addr)
{
	return addr >= (unsigned long)_image_start && addr < (unsigned long)_end;
}

#endif /* _ASM_SECTIONS_H */
