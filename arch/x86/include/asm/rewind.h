/* SPDX-License-Identifier: MIT */
/*
 * Rewindable sequences: an update of per-CPU data that nothing protects, for whoever is
 * interrupted in it starts over.  arch/x86/rewind.inc says how to write one.
 *
 *	slot of 256 bytes	[0, 128)	the sequence; its last instruction, which is the
 *						one store that counts, ends at 128 exactly
 *				[128, 256)	the tail: what follows when that is done
 *
 * Every entry but #DB (irq_entry.asm) moves an interrupted sequence back to its slot's first
 * byte, before anything else runs.  A fault inside is an entry, too: the exception table
 * finds it there, and has one entry for each slot: the slow path.
 */
#ifndef _ASM_REWIND_H
#define _ASM_REWIND_H

#include <linux/types.h>

#define REWIND_SLOT		256UL	/* bytes; rewind.inc and irq_entry.asm know them, too */
#define REWIND_TAIL		128UL	/* where in its slot a sequence ends */

extern char __rewind_start[], __rewind_end[];	/* all slots, in _text */

/*
 * Is @ip in any of them, or in a tail?  There a thread is not preempted: what is on its way
 * from one place to another meanwhile is seen by nobody but an interrupt.  It takes a few
 * instructions; the next interrupt, or preempt_enable(), makes up for it.
 */
static inline bool rewind_holds(unsigned long ip)
{
	return ip - (unsigned long)__rewind_start <
	       (unsigned long)__rewind_end - (unsigned long)__rewind_start;
}

/* Where the entry code lets a context go on that was interrupted at @ip. */
static inline unsigned long rewind_ip(unsigned long ip)
{
	const unsigned long off = ip - (unsigned long)__rewind_start;

	if (off >= (unsigned long)__rewind_end - (unsigned long)__rewind_start ||
	    off & REWIND_TAIL)
		return ip;
	return ip & ~(REWIND_SLOT - 1);
}

#endif /* _ASM_REWIND_H */
