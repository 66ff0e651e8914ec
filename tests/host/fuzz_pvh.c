/* SPDX-License-Identifier: MIT */
/*
 * fuzz_pvh.c - any bytes as the memory that a PVH loader leaves: the input is physical
 * memory from address 0x1000 on, struct hvm_start_info first.
 */
#include "fuzz_boot.h"

#define FUZZ_BASE	0x1000ULL

static const uint8_t *memory;
static size_t memory_bytes;

static size_t fuzz_read(const struct boot_reader *r, u64 paddr, void *buf, size_t bytes)
{
	if (paddr < FUZZ_BASE || paddr - FUZZ_BASE >= memory_bytes)
		return 0;
	if (bytes > memory_bytes - (paddr - FUZZ_BASE))
		bytes = memory_bytes - (paddr - FUZZ_BASE);
	memcpy(buf, memory + (paddr - FUZZ_BASE), bytes);
	return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct boot_reader reader = { fuzz_read };
	static struct boot_info bi;

	memory = data;
	memory_bytes = size;
	memset(&bi, 0, sizeof(bi));
	fuzz_check_boot_info(&bi, pvh_parse(&reader, FUZZ_BASE, &bi));
	return 0;
}
