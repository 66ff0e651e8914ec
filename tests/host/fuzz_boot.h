/* SPDX-License-Identifier: MIT */
/* What must hold of a boot_info, whatever the loader's block said. */
#ifndef FUZZ_BOOT_H
#define FUZZ_BOOT_H

#include <linux/boot_parse.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(cond) do {								\
	if (!(cond)) {								\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
		abort();							\
	}									\
} while (0)

static void fuzz_check_boot_info(const struct boot_info *bi, int err)
{
	u32 i, said = bi->nr_complaints < 8 ? bi->nr_complaints : 8;

	MUST(bi->nr_ranges <= BOOT_MAX_RANGES && bi->nr_modules <= BOOT_MAX_MODULES);
	for (i = 0; i < bi->nr_ranges; i++) {
		MUST(bi->range[i].size > 0);
		MUST(bi->range[i].base + bi->range[i].size > bi->range[i].base);
		MUST(!err || bi->range[i].type != BOOT_RAM);
	}
	for (i = 0; i < bi->nr_modules; i++) {
		MUST(bi->module[i].start < bi->module[i].end);
		MUST(memchr(bi->module[i].name, 0, sizeof(bi->module[i].name)));
	}
	MUST(memchr(bi->cmdline, 0, sizeof(bi->cmdline)));
	MUST(memchr(bi->loader, 0, sizeof(bi->loader)));
	for (i = 0; i < said; i++)
		MUST(memchr(bi->complaint[i], 0, sizeof(bi->complaint[i])) && bi->complaint[i][0]);
	if (bi->fb.addr)
		MUST(bi->fb.width && bi->fb.height && bi->fb.pitch && bi->fb.bpp <= 32);
	MUST(!err || bi->nr_complaints > 0);
}

#endif /* FUZZ_BOOT_H */
