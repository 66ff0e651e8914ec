/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_planted.h - a fast path with its protection taken out, for the sweep to find
 *
 * A stock of objects as in mm/slab_pcp.h: pop and push.  With claim set they do as there,
 * and the list is somebody's while he works on it.  Without, whoever interrupts them
 * between load and store is forgotten: the bug.
 *
 * stock[1] is for interrupts, if the pool has two: then the bug needs an interrupt that
 * interrupts another.
 */
#ifndef TESTS_KERNEL_IRQSWEEP_PLANTED_H
#define TESTS_KERNEL_IRQSWEEP_PLANTED_H

#include <linux/compiler.h>
#include <linux/preempt.h>
#include <linux/types.h>

#define PLANTED_OBJECTS		6	/* of each stock */

struct planted_object {
	struct planted_object *next;
	unsigned long stamp[7];
};

struct planted_stock {
	struct planted_object *head;		/* &end: nothing; NULL: claimed */
	struct planted_object *home;		/* for who finds it claimed */
	struct planted_object end, object[PLANTED_OBJECTS];
};

struct planted_pool {
	bool claim, two;
	struct planted_stock stock[2];
};

static inline struct planted_stock *planted_stock_of(struct planted_pool *pool, bool irq)
{
	return &pool->stock[pool->two && irq];
}

static inline struct planted_object *planted_begin(struct planted_pool *pool,
						   struct planted_stock *st)
{
	if (pool->claim)
		return __atomic_exchange_n(&st->head, NULL, __ATOMIC_ACQUIRE);
	return READ_ONCE(st->head);
}

static noinline void *planted_pop(struct planted_pool *pool, bool irq)
{
	struct planted_stock *st = planted_stock_of(pool, irq);
	struct planted_object *object = planted_begin(pool, st);

	if (!object)
		return NULL;
	if (object == &st->end) {
		WRITE_ONCE(st->head, object);
		return NULL;
	}
	WRITE_ONCE(st->head, READ_ONCE(object->next));
	return object;
}

static noinline void planted_push(struct planted_pool *pool, void *p, bool irq)
{
	struct planted_stock *st = planted_stock_of(pool, irq);
	struct planted_object *object = p, *head = planted_begin(pool, st);

	if (!head) {			/* one exchange each way: nobody can be in between */
		object->next = NULL;
		object->next = __atomic_exchange_n(&st->home, object, __ATOMIC_ACQ_REL);
		return;
	}
	WRITE_ONCE(object->next, head);
	WRITE_ONCE(st->head, object);
}

#endif /* TESTS_KERNEL_IRQSWEEP_PLANTED_H */
