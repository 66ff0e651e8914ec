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

/*
 * A CPU sees its variables in a window of 1 GiB, -((n + 1) << 30) below the boot CPU's (whose
 * is the image's).  Those that are allocated lie in the window's upper half:
 *
 *	ffffffff80000000	image: the boot CPU's static variables
 *	ffffffffa0000000	allocated, the boot CPU's; +128 MiB
 *	ffffffff20000000	allocated, CPU 1's; and so on downwards
 */
#define PCPU_OFFSET(cpu)	((cpu) ? -(((unsigned long)(cpu) + 1) << 30) : 0UL)
#define PCPU_START		0xffffffffa0000000UL
#define PCPU_BYTES		(128UL << 20)
#define PCPU_WINDOWS_START	0xffffffefa0000000UL	/* CPU 63's */
#define PCPU_WINDOWS_LAST	(PCPU_START + PCPU_BYTES - 1)

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

/*
 * The same, and what the variable was before (add_return: what it is now).  No lock prefix: not
 * for variables that other CPUs change, too.  xchg has one by nature, so it is made of cmpxchg.
 */
#define this_cpu_add_return(var, val) ({				\
	__typeof__(var) __av = (__typeof__(var))(val), __was = __av;	\
	__asm__ __volatile__("xadd %0, %%gs:%1" : "+r"(__was), "+m"(var) : : "memory", "cc"); \
	(__typeof__(var))(__was + __av);				\
})
#define this_cpu_cmpxchg(var, old, new) ({				\
	__typeof__(var) __ov = (old), __nv = (new);			\
	__asm__ __volatile__("cmpxchg %2, %%gs:%1" : "+a"(__ov), "+m"(var) \
			     : "r"(__nv) : "memory", "cc");		\
	__ov;								\
})
/* True, or false and *oldp is what it is. */
#define this_cpu_try_cmpxchg(var, oldp, new) ({				\
	__typeof__(var) *__op = (oldp), __nv = (new);			\
	bool __done;							\
	__asm__ __volatile__("cmpxchg %3, %%gs:%1" : "+a"(*__op), "+m"(var), "=@ccz"(__done) \
			     : "r"(__nv) : "memory");			\
	__done;								\
})
#define this_cpu_xchg(var, new) ({					\
	__typeof__(var) __xnew = (new), __xold = this_cpu_read(var);	\
	while (!this_cpu_try_cmpxchg(var, &__xold, __xnew))		\
		;							\
	__xold;								\
})

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
