/* SPDX-License-Identifier: MIT */
/*
 * kernel/iomem.c - name what lies in the physical address space and is no firmware's range
 *
 * The image's parts and the interrupt controllers, under Linux's names; drivers name their
 * own (stats_iomem_add()).
 */
#include <asm/apic.h>
#include <asm/sections.h>
#include <linux/init.h>
#include <linux/stats.h>

/* [from, to) of the image; an empty part is left out. */
static void iomem_add_part(const char *name, const char *from, const char *to)
{
	if (from < to)
		stats_iomem_add(name, (unsigned long)from - __START_KERNEL_map,
				(unsigned long)to - __START_KERNEL_map);
}

static int iomem_init(void)
{
	iomem_add_part("Kernel code", _text, _etext);
	iomem_add_part("Kernel rodata", __start_rodata, __end_rodata);
	iomem_add_part("Kernel data", _sdata, _edata);
	iomem_add_part("Kernel bss", __bss_start, _end);
	if (apic_present())
		stats_iomem_add("Local APIC", 0xfee00000, 0xfee01000);
	stats_iomem_add("Video RAM area", 0xa0000, 0xc0000);
	return 0;
}
module_init(iomem_init);
