/* SPDX-License-Identifier: MIT */
/*
 * What the hosted kernel needs from the machine it runs on.  host_os.c is plain C against
 * the C library and sees no header of the kernel; platform.c is the kernel's side.
 */
#ifndef HOST_OS_H
#define HOST_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Physical memory: @bytes of sparse memory, and a view of all of it at @vaddr. */
void host_ram_create(uintptr_t vaddr, uint64_t bytes);
uint64_t host_ram_bytes(void);
/* Forget all that was ever written: every page reads as zero again. */
void host_ram_reset(void);
/* One more view of physical [@paddr, +@bytes) at @vaddr, and its end. */
void host_view_map(uintptr_t vaddr, uint64_t paddr, size_t bytes, bool writable);
void host_view_unmap(uintptr_t vaddr, size_t bytes);

/*
 * Page faults.  The handler is asked first; if it returns true the access is tried again.
 * Else, inside host_try(), host_try() returns false; else the program ends with a report.
 */
void host_set_fault_handler(bool (*handler)(uintptr_t vaddr, bool write));
/* Where to go on after a fault at @ip that no handler knows; 0: nowhere. */
void host_set_fixup(uintptr_t (*fixup)(uintptr_t ip));
bool host_try(void (*fn)(void *arg), void *arg);

void host_console_write(const char *text, size_t len);
void host_exit(int code) __attribute__((__noreturn__));
uint64_t host_time_ns(void);
/* End the program as a hang after @seconds; 0: never mind. */
void host_watchdog(unsigned int seconds);

#endif /* HOST_OS_H */
