/* SPDX-License-Identifier: MIT */
/* Private to boot/: what entry.asm calls. */
#ifndef _BOOT_INTERNAL_H
#define _BOOT_INTERNAL_H

#include <linux/types.h>

/* Fills boot_info from the loader's block at physical address info. */
void boot_start(u32 magic, u64 info, u64 tsc);

#endif /* _BOOT_INTERNAL_H */
