/* SPDX-License-Identifier: MIT */
/*
 * list_debug.c - what is wrong with a list, in Linux's words
 *
 * Called when the inline checks of <linux/list.h> found a misfit: nothing is changed, so
 * that the damage does not spread and the report still shows it.
 */
#include <linux/bug.h>
#include <linux/list.h>

bool __list_add_report(struct list_head *new, struct list_head *prev, struct list_head *next)
{
	if (!prev)
		WARN(1, "list_add corruption. prev is NULL.\n");
	else if (!next)
		WARN(1, "list_add corruption. next is NULL.\n");
	else if (next->prev != prev)
		WARN(1, "list_add corruption. next->prev should be prev (%px), "
		     "but was %px. (next=%px).\n",
		     prev, next->prev, next);
	else if (prev->next != next)
		WARN(1, "list_add corruption. prev->next should be next (%px), "
		     "but was %px. (prev=%px).\n",
		     next, prev->next, prev);
	else
		WARN(1, "list_add double add: new=%px, prev=%px, next=%px.\n", new, prev, next);
	return false;
}

bool __list_del_report(struct list_head *entry)
{
	struct list_head *prev = entry->prev, *next = entry->next;

	if (!next)
		WARN(1, "list_del corruption, %px->next is NULL\n", entry);
	else if (!prev)
		WARN(1, "list_del corruption, %px->prev is NULL\n", entry);
	else if (next == LIST_POISON1)
		WARN(1, "list_del corruption, %px->next is LIST_POISON1 (%px)\n",
		     entry, LIST_POISON1);
	else if (prev == LIST_POISON2)
		WARN(1, "list_del corruption, %px->prev is LIST_POISON2 (%px)\n",
		     entry, LIST_POISON2);
	else if (prev->next != entry)
		WARN(1, "list_del corruption. prev->next should be %px, but was %px. (prev=%px)\n",
		     entry, prev->next, prev);
	else
		WARN(1, "list_del corruption. next->prev should be %px, but was %px. (next=%px)\n",
		     entry, next->prev, next);
	return false;
}
