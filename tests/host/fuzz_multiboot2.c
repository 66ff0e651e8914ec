/* SPDX-License-Identifier: MIT */
/* fuzz_multiboot2.c - any bytes as a multiboot2 block; corpus/multiboot2 has real ones */
#include "fuzz_boot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct boot_info bi;
	void *block = malloc(size ? size : 1);	/* exactly so long, for ASan, and aligned */

	memcpy(block, data, size);
	memset(&bi, 0, sizeof(bi));
	fuzz_check_boot_info(&bi, multiboot2_parse(block, size, &bi));
	free(block);
	return 0;
}
