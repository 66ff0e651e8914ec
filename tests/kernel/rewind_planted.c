/* SPDX-License-Identifier: MIT */
/*
 * rewind_planted.c - a private list whose sequences are right, and lists with a bug in them
 *
 * The sequences are in rewind_test_seq.asm.  The last one is right but for the handlers of
 * handlers: two levels deep nothing can be seen of its bug.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "rewind_planted.h"

#define NR_OBJECTS	8

struct test_object {
	struct test_object *next;
};

struct test_list {
	struct test_object *head;
	unsigned long count;
};

typedef void *pop_fn(struct test_list *list);
typedef void push_fn(struct test_list *list, void *object);

pop_fn rewind_test_pop, rewind_test_early_pop, rewind_test_late_pop, rewind_test_outside_pop;
push_fn rewind_test_push, rewind_test_input_push, rewind_test_outside_push;
extern const char rewind_test_outside[], rewind_test_outside_end[];

static struct test_list list;
static struct test_object object[NR_OBJECTS];
static unsigned int nr_objects;		/* of them that there are now */

/* ---- the stock --------------------------------------------------------------------- */

/* States: so many objects are in the list, behind those that hands hold. */
#define NR_STATES	4

static void fill(unsigned int state, struct rewind_hand *hand, const bool *gives, unsigned int nr)
{
	unsigned int i, held = 0;

	for (i = 0; i < nr; i++)
		if (gives[i])
			hand[i].object = &object[held++];
	list = (struct test_list){ .head = NULL };
	for (i = 0; i < state; i++) {
		object[held + i].next = list.head;
		list.head = &object[held + i];
		list.count++;
	}
	nr_objects = held + state;
}

/* A broken list may lead anywhere: follow it as far as it leads to objects of ours. */
static bool walk(unsigned int *times)
{
	const struct test_object *o;
	unsigned int length = 0;

	for (o = list.head; o; o = o->next) {
		if (o < object || o >= object + NR_OBJECTS || length++ == NR_OBJECTS)
			return false;
		times[o - object]++;
	}
	return true;
}

static const char *check(const struct rewind_hand *hand, unsigned int nr)
{
	unsigned int times[NR_OBJECTS] = { 0 }, in_list = 0, i;

	if (!walk(times))
		return "the list leads nowhere";
	for (i = 0; i < NR_OBJECTS; i++)
		in_list += times[i];
	for (i = 0; i < nr; i++)
		if (hand[i].object)
			times[(struct test_object *)hand[i].object - object]++;
	for (i = 0; i < NR_OBJECTS; i++)
		if (times[i] != (i < nr_objects))
			return "an object is nowhere, or in two places";
	return list.count != in_list ? "the count is wrong" : NULL;
}

/* ---- what is done with it ---------------------------------------------------------- */

static void pop_by(void *hand, pop_fn *fn)
{
	((struct rewind_hand *)hand)->object = fn(&list);
}

static void push_by(void *hand, push_fn *fn)
{
	struct rewind_hand *h = hand;

	fn(&list, h->object);
	h->object = NULL;
}

static void pop(void *hand)
{
	pop_by(hand, rewind_test_pop);
}

static void push(void *hand)
{
	push_by(hand, rewind_test_push);
}

static void early_pop(void *hand)
{
	pop_by(hand, rewind_test_early_pop);
}

static void late_pop(void *hand)
{
	pop_by(hand, rewind_test_late_pop);
}

static void input_push(void *hand)
{
	push_by(hand, rewind_test_input_push);
}

static void outside_pop(void *hand)
{
	pop_by(hand, rewind_test_outside_pop);
}

static void outside_push(void *hand)
{
	push_by(hand, rewind_test_outside_push);
}

static void deep_pop(void *hand)
{
	const bool deep = ((struct rewind_hand *)hand)->level >= 2;

	pop_by(hand, deep ? rewind_test_outside_pop : rewind_test_pop);
}

static void deep_push(void *hand)
{
	const bool deep = ((struct rewind_hand *)hand)->level >= 2;

	push_by(hand, deep ? rewind_test_outside_push : rewind_test_push);
}

#define STOCK(name, pop, push) {					\
	name, (const struct rewind_op[]){				\
		{ "pop", false, pop }, { "push", true, push },		\
	}, 2, .nr_states = NR_STATES, .fill = fill, .check = check,			\
}

const struct rewind_stock rewind_good_stock = STOCK("list", pop, push);
const struct rewind_stock rewind_early_stock = STOCK("early", early_pop, push);
const struct rewind_stock rewind_late_stock = STOCK("late", late_pop, push);
const struct rewind_stock rewind_input_stock = STOCK("input", pop, input_push);
struct rewind_stock rewind_outside_stock = STOCK("outside", outside_pop, outside_push);
struct rewind_stock rewind_deep_stock = STOCK("deep", deep_pop, deep_push);

/* The addresses of what lies outside are not constants for the compiler. */
void rewind_planted_init(void)
{
	rewind_outside_stock.from = rewind_deep_stock.from = (unsigned long)rewind_test_outside;
	rewind_outside_stock.to = rewind_deep_stock.to = (unsigned long)rewind_test_outside_end;
}
