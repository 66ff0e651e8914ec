/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU variables.  They are linked in one section, .data..percpu; a CPU's copy lies
 * at a constant distance from the linked one, and that distance is the CPU's GS base
 * (0 for the boot CPU, which owns the linked copy).  So %gs:var is this CPU's var, in
 * one instruction, whatever preempts it.
 */
#ifndef _ASM_PERCPU_H
#define _ASM_PERCPU_H

#include <linux/types.h>

#define PER_CPU_SECTION		".data..percpu"

extern unsigned long this_cpu_off;		/* per-CPU: its own distance */
extern unsigned long __per_cpu_offset[];	/* the same, indexed by CPU number */

#define per_cpu_ptr(ptr, cpu) \
	((__typeof__(*(ptr)) *)((unsigned long)(ptr) + __per_cpu_offset[cpu]))

#define this_cpu_ptr(ptr) ({						\
	__typeof__(*(ptr)) *__p = (ptr);				\
	__asm__ __volatile__("addq %%gs:%1, %0" : "+r"(__p) : "m"(this_cpu_off)); \
	__p;								\
})

/* Single instructions on integers and pointers of 1, 2, 4 or 8 bytes. */
#define __pcpu_insn(insn, var, val) \
	__asm__ __volatile__(insn " %1, %%gs:%0" : "+m"(var) : "re"(val) : "memory")
#define __pcpu_op(op, var, val) do {					\
	__typeof__(var) __pv = (__typeof__(var))(val);			\
	switch (sizeof(var)) {						\
	case 1: __pcpu_insn(op "b", var, __pv); break;			\
	case 2: __pcpu_insn(op "w", var, __pv); break;			\
	case 4: __pcpu_insn(op "l", var, __pv); break;			\
	default: __pcpu_insn(op "q", var, __pv); break;			\
	}								\
} while (0)
#define this_cpu_read(var) ({						\
	__typeof__(var) __v;						\
	__asm__ __volatile__("mov %%gs:%1, %0" : "=r"(__v) : "m"(var));	\
	__v;								\
})
#define this_cpu_write(var, val)	__pcpu_op("mov", var, val)
#define this_cpu_add(var, val)		__pcpu_op("add", var, val)
#define this_cpu_sub(var, val)		__pcpu_op("sub", var, val)
#define this_cpu_inc(var)		this_cpu_add(var, 1)
#define this_cpu_dec(var)		this_cpu_sub(var, 1)
#define this_cpu_and(var, val)		__pcpu_op("and", var, val)
#define this_cpu_or(var, val)		__pcpu_op("or", var, val)

/* Take 1 off a 32-bit variable: is it 0 now?  One instruction and its flag. */
#define this_cpu_dec_and_test(var) ({					\
	bool __zero;							\
	__asm__ __volatile__("decl %%gs:%0" : "+m"(var), "=@ccz"(__zero) : : "memory"); \
	__zero;								\
})
/* Has a 32-bit variable any bit of a mask?  The same. */
#define this_cpu_test(var, mask) ({					\
	bool __any;							\
	__asm__ __volatile__("testl %2, %%gs:%1" : "=@ccnz"(__any) : "m"(var), "ri"(mask)); \
	__any;								\
})

#endif /* _ASM_PERCPU_H */
