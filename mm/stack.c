/* SPDX-License-Identifier: MIT */
/*
 * mm/stack.c - stacks for threads, with nothing mapped below them
 *
 * MODEL
 *   An area of vmalloc's (VM_STACK) with pages of owner STACK.  Below a stack lies the guard
 *   page of the area before it, or addresses that nobody has: whoever runs off the end
 *   faults, and the double-fault handler says so.
 *
 *	| guard of the area before | 16 KiB of stack, downwards | guard |
 *
 *   The pages may be single ones, because one thread more must not depend on four pages in a
 *   row.  Zeroed: nobody's old data, and how deep a stack was used can be seen
 *   (stack_not_used()).  One that was freed waits on its CPU for the next thread.
 *
 * INVARIANTS	none of its own: the area is vmalloc.c's, the owner's count page.c's.
 * LOCKING	none.
 * CONTEXT	process, may sleep.
 * FAILURE	NULL, everything unwound.
 * NOT HERE	what a stack holds at first: arch/x86/context.asm.
 */
#include <linux/kernel.h>
#include <linux/vmalloc.h>

#include "internal.h"
#include "vmap.h"

#define STACK_PAGES	(THREAD_SIZE / PAGE_SIZE)

static_assert(THREAD_SIZE % PAGE_SIZE == 0 && STACK_PAGES >= 1);

void *thread_stack_alloc(gfp_t gfp)
{
	return vmalloc_stack(STACK_PAGES, gfp | __GFP_ZERO, _RET_IP_);
}

void thread_stack_free(void *stack)
{
	vmalloc_free_stack(stack);
}
