/* SPDX-License-Identifier: MIT */
/*
 * mm/stack.c - stacks for threads, with nothing mapped below them
 *
 * MODEL
 *   Single pages, owner STACK, mapped one behind the other.  Below a stack lies the guard
 *   page of the area before it, or addresses that nobody has: whoever runs off the end
 *   faults, and the double-fault handler says so.
 *
 *	| guard of the area before | 16 KiB of stack, downwards | guard |
 *
 *   Single pages, because one thread more must not depend on four pages in a row.  Zeroed:
 *   nobody's old data, and how deep a stack was used can be seen (stack_not_used()).
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

#define STACK_PAGES	(THREAD_SIZE / PAGE_SIZE)

static_assert(THREAD_SIZE % PAGE_SIZE == 0 && STACK_PAGES >= 1);

static void stack_free_pages(struct page **pages, unsigned int nr)
{
	while (nr-- > 0)
		free_pages_owner(pages[nr], 0, PAGE_OWNER_STACK);
}

void *thread_stack_alloc(gfp_t gfp)
{
	struct page *pages[STACK_PAGES];
	unsigned int i;
	void *stack;

	for (i = 0; i < STACK_PAGES; i++) {
		pages[i] = alloc_pages_owner(gfp | __GFP_ZERO, 0, PAGE_OWNER_STACK);
		if (!pages[i]) {
			stack_free_pages(pages, i);
			return NULL;
		}
	}
	stack = vmap(pages, STACK_PAGES, VM_MAP, PAGE_KERNEL);
	if (!stack)
		stack_free_pages(pages, STACK_PAGES);
	return stack;
}

void thread_stack_free(void *stack)
{
	struct page *pages[STACK_PAGES];
	unsigned int i;

	for (i = 0; i < STACK_PAGES; i++) {
		pages[i] = vmalloc_to_page((char *)stack + i * PAGE_SIZE);
		if (WARN_ON(!pages[i] || pages[i]->owner != PAGE_OWNER_STACK))
			return;
	}
	vunmap(stack);
	stack_free_pages(pages, STACK_PAGES);
}
