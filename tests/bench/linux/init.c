/* SPDX-License-Identifier: MIT */
/*
 * init.c - the only process of the Linux that is measured: load /bench.ko, power off
 *
 * Without a C library, so that a compiler is all that it needs.
 */
#include <asm/unistd.h>

#define O_RDONLY		0
#define AT_FDCWD		(-100)
#define REBOOT_MAGIC1		0xfee1dead
#define REBOOT_MAGIC2		672274793
#define REBOOT_POWER_OFF	0x4321fedc

static long call(long nr, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long ret;

	__asm__ __volatile__("syscall"
			     : "=a"(ret)
			     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
			     : "rcx", "r11", "memory");
	return ret;
}

void _start(void)
{
	static const char sorry[] = "bench-linux: the module does not load\n";
	long fd = call(__NR_openat, AT_FDCWD, (long)"/bench.ko", O_RDONLY, 0);

	if (call(__NR_finit_module, fd, (long)"", 0, 0))
		call(__NR_write, 1, (long)sorry, sizeof(sorry) - 1, 0);
	call(__NR_reboot, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF, 0);
	for (;;)
		;
}
