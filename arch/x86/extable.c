/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/extable.c - faults that are expected
 *
 * The table is small (one entry per annotated asm statement) and searched only after a
 * fault, so the search is linear and the table unsorted.
 */
#include <asm/extable.h>
#include <asm/ptrace.h>
#include <linux/errno.h>
#include <linux/percpu-defs.h>
#include <linux/uaccess.h>

extern const struct exception_table_entry __ex_table_start[], __ex_table_end[];

/*
 * probe_exec() faults on the first instruction of a foreign function, which has no table
 * entry.  So it says beforehand where that would be; the fixup returns to the caller in
 * the function's place.
 */
#define PROBE_EXEC_FAULTED	1UL
static DEFINE_PER_CPU(unsigned long, probe_exec_target);

static bool extable_fixup_exec(struct pt_regs *regs)
{
	unsigned long target = this_cpu_read(probe_exec_target);

	if (target <= PROBE_EXEC_FAULTED || regs->ip != target)
		return false;
	this_cpu_write(probe_exec_target, PROBE_EXEC_FAULTED);
	regs->ip = *(unsigned long *)regs->sp;
	regs->sp += sizeof(unsigned long);
	return true;
}

bool fixup_exception(struct pt_regs *regs)
{
	const struct exception_table_entry *e;

	for (e = __ex_table_start; e < __ex_table_end; e++) {
		if (e->insn == regs->ip) {
			regs->ip = e->fixup;
			return true;
		}
	}
	return extable_fixup_exec(regs);
}

static long extable_copy(void *dst, const void *src, size_t bytes)
{
	__asm__ __volatile__("1: rep movsb\n2:\n"
			     _ASM_EXTABLE(1b, 2b)
			     : "+c"(bytes), "+S"(src), "+D"(dst) : : "memory");
	return bytes ? -EFAULT : 0;
}

long copy_from_kernel_nofault(void *dst, const void *src, size_t bytes)
{
	return extable_copy(dst, src, bytes);
}

long copy_to_kernel_nofault(void *dst, const void *src, size_t bytes)
{
	return extable_copy(dst, src, bytes);
}

long probe_exec(const void *addr)
{
	unsigned long outer = this_cpu_read(probe_exec_target);
	unsigned long state;

	this_cpu_write(probe_exec_target, (unsigned long)addr);
	((void (*)(void))(unsigned long)addr)();
	state = this_cpu_read(probe_exec_target);
	this_cpu_write(probe_exec_target, outer);
	return state == PROBE_EXEC_FAULTED ? -EFAULT : 0;
}

long probe_read(const void *addr)
{
	u8 byte;

	return get_kernel_nofault(byte, (const u8 *)addr);
}

long probe_write(void *addr)
{
	u8 byte;
	long err = get_kernel_nofault(byte, (const u8 *)addr);

	return err ?: copy_to_kernel_nofault(addr, &byte, 1);
}
