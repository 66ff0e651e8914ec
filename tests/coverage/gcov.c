/* SPDX-License-Identifier: MIT */
/*
 * gcov.c - carry the counters of an instrumented kernel out of the guest
 *
 * Linked by COVERAGE=1 only, with arch_exit() wrapped: on the way out every counter goes to
 * QEMU's debug console (port 0xe9), which scripts/coverage takes apart.  The stream is
 * N name NUL, then D length(4) bytes ..., then E, once for each object file.
 */
#include <linux/types.h>
#include <asm/exit.h>
#include <asm/io.h>

#define DEBUG_CONSOLE	0xe9
#define POOL_BYTES	65536

struct gcov_info;

extern const struct gcov_info *const __gcov_info_start[], *const __gcov_info_end[];

/* libgcov's, and what it wants from us. */
void __gcov_info_to_gcda(const struct gcov_info *info,
			 void (*filename)(const char *name, void *arg),
			 void (*dump)(const void *data, unsigned int bytes, void *arg),
			 void *(*allocate)(unsigned int bytes, void *arg), void *arg);
void abort(void);
void *mmap(void);
void __gcov_merge_add(void);
void __real_arch_exit(int code) __noreturn;
void __wrap_arch_exit(int code) __noreturn;

static u8 pool[POOL_BYTES];
static unsigned int pool_used;

static void put_bytes(const void *data, unsigned int bytes)
{
	const u8 *p = data;

	while (bytes--)
		outb(*p++, DEBUG_CONSOLE);
}

static void put_name(const char *name, void *arg)
{
	put_bytes("N", 1);
	do
		put_bytes(name, 1);
	while (*name++);
}

static void put_data(const void *data, unsigned int bytes, void *arg)
{
	put_bytes("D", 1);
	put_bytes(&bytes, sizeof(bytes));
	put_bytes(data, bytes);
}

static void *pool_alloc(unsigned int bytes, void *arg)
{
	void *p = pool + pool_used;

	pool_used += (bytes + 15) & ~15U;
	return pool_used <= POOL_BYTES ? p : NULL;
}

void __wrap_arch_exit(int code)
{
	const struct gcov_info *const *info;

	for (info = __gcov_info_start; info < __gcov_info_end; info++) {
		pool_used = 0;
		__gcov_info_to_gcda(*info, put_name, put_data, pool_alloc, NULL);
		put_bytes("E", 1);
	}
	__real_arch_exit(code);
}

void abort(void)
{
	__real_arch_exit(37);
}

void *mmap(void)
{
	return (void *)-1L;
}

/* Only for reading counters back in; libgcov's own would drag files along. */
void __gcov_merge_add(void)
{
}
