/* SPDX-License-Identifier: MIT */
/* tests/bench/boot.c - from the first instruction to the first page: taken by kernel/main.c */
#include <linux/bench.h>
#include <linux/kernel_main.h>

static u64 boot_first_page(u64 n)
{
	return boot_first_page_insn;
}
BENCH("boot/first-page", boot_first_page, 1);
