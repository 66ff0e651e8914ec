/* SPDX-License-Identifier: MIT */
/* The hosted machine as the programs under tests/host/ set it up. */
#ifndef HOST_PLATFORM_H
#define HOST_PLATFORM_H

#include <linux/types.h>

/*
 * Make a machine with @bytes of RAM in one piece from 1 MiB on (and the low 640 KiB), and
 * fill boot_info with a firmware map that says so.  Call once, before anything of mm/.
 */
void platform_init(u64 bytes);

/* Bring mm/ up in the order of kernel/main.c, from memblock to vmalloc. */
void platform_start_mm(void);

#endif /* HOST_PLATFORM_H */
