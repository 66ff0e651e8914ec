/* SPDX-License-Identifier: MIT */
/* host_os.c - memory, faults and time of the hosted kernel, from Linux or another Unix. */
#define _GNU_SOURCE
#include "host_os.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ucontext.h>
#include <time.h>
#include <unistd.h>

#define EXIT_WATCHDOG	39		/* as scripts/qemu-run has it */
#define PF_WRITE	2		/* page-fault error code: it was a write */

/*
 * The struct pages lie in what AddressSanitizer calls the shadow gap, since they must be at
 * PAGE_OFFSET >> 8.  So that it treats the gap as memory like any other.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "protect_shadow_gap=0";
}

static int ram_fd = -1;
static uint64_t ram_bytes;
static bool (*fault_handler)(uintptr_t vaddr, bool write);
static uintptr_t (*fault_fixup)(uintptr_t ip);
static sigjmp_buf *try_env;

static void die(const char *what)
{
	perror(what);
	_exit(1);
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	uintptr_t vaddr = (uintptr_t)info->si_addr;
	bool write = uc->uc_mcontext.gregs[REG_ERR] & PF_WRITE;

	uintptr_t next;

	if (fault_handler && fault_handler(vaddr, write))
		return;
	next = fault_fixup ? fault_fixup(uc->uc_mcontext.gregs[REG_RIP]) : 0;
	if (next) {
		uc->uc_mcontext.gregs[REG_RIP] = next;
		return;
	}
	if (try_env)
		siglongjmp(*try_env, 1);
	fprintf(stderr, "host: signal %d: %s of address 0x%lx, rip 0x%llx\n", sig,
		write ? "write" : "read", vaddr,
		(unsigned long long)uc->uc_mcontext.gregs[REG_RIP]);
	signal(sig, SIG_DFL);		/* the access runs again and ends the program */
}

static void on_alarm(int sig)
{
	static const char msg[] = "host: watchdog: no end in sight\n";

	(void)!write(2, msg, sizeof(msg) - 1);
	_exit(EXIT_WATCHDOG);
}

void host_ram_create(uintptr_t vaddr, uint64_t bytes)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };

	ram_fd = memfd_create("quarry-ram", MFD_CLOEXEC);
	if (ram_fd < 0 || ftruncate(ram_fd, bytes))
		die("host: cannot create the memory file");
	ram_bytes = bytes;
	host_view_map(vaddr, 0, bytes, true);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
}

uint64_t host_ram_bytes(void)
{
	return ram_bytes;
}

void host_ram_reset(void)
{
	if (ftruncate(ram_fd, 0) || ftruncate(ram_fd, ram_bytes))
		die("host: cannot reset the memory file");
}

void host_view_map(uintptr_t vaddr, uint64_t paddr, size_t bytes, bool writable)
{
	int prot = writable ? PROT_READ | PROT_WRITE : PROT_READ;
	int flags = MAP_SHARED | MAP_NORESERVE | MAP_FIXED;

	if (mmap((void *)vaddr, bytes, prot, flags, ram_fd, paddr) == MAP_FAILED)
		die("host: mmap");
}

void host_view_unmap(uintptr_t vaddr, size_t bytes)
{
	if (munmap((void *)vaddr, bytes))
		die("host: munmap");
}

void host_set_fixup(uintptr_t (*fixup)(uintptr_t ip))
{
	fault_fixup = fixup;
}

void host_set_fault_handler(bool (*handler)(uintptr_t vaddr, bool write))
{
	fault_handler = handler;
}

bool host_try(void (*fn)(void *arg), void *arg)
{
	sigjmp_buf env, *outer = try_env;

	if (sigsetjmp(env, 1)) {
		try_env = outer;
		return false;
	}
	try_env = &env;
	fn(arg);
	try_env = outer;
	return true;
}

void host_console_write(const char *text, size_t len)
{
	fwrite(text, 1, len, stdout);
}

void host_exit(int code)
{
	exit(code);
}

uint64_t host_time_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

void host_watchdog(unsigned int seconds)
{
	signal(SIGALRM, on_alarm);
	alarm(seconds);
}
