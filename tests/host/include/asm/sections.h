/* SPDX-License-Identifier: MIT */
/* Bounds of the program itself, under the names of the kernel's linker script. */
#ifndef _ASM_SECTIONS_H
#define _ASM_SECTIONS_H

extern char __executable_start[], __etext[], __data_start[];
extern char __start_ro_after_init[], __end_ro_after_init[];
extern char _edata[], __bss_start[], _end[];

#define _text	__executable_start
#define _etext	__etext
#define _sdata	__data_start

#endif /* _ASM_SECTIONS_H */
