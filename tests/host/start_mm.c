/* SPDX-License-Identifier: MIT */
/* start_mm.c - mm/ brought up as kernel/main.c does it, on the hosted machine. */
#include <linux/boot_info.h>
#include <linux/gfp.h>
#include <linux/memblock.h>
#include <linux/mmzone.h>
#include <linux/percpu.h>
#include <linux/oom.h>
#include <linux/section.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmalloc.h>

#include "platform.h"

/* Until they have all landed. */
#pragma weak kmem_cache_init
#pragma weak kmalloc_init
#pragma weak vmalloc_init

void platform_start_mm(void)
{
	memblock_from_boot_info(&boot_info);
	section_init();
	zone_init_all();
	page_alloc_init();
	if (kmem_cache_init)
		kmem_cache_init();
	if (kmalloc_init)
		kmalloc_init();
	if (vmalloc_init)
		vmalloc_init();
	percpu_init();
	vmscan_init();
	oom_init();
}
