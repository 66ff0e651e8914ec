/* SPDX-License-Identifier: MIT */
/*
 * rewind_known.c - stocks of real allocators, told by what they give and take
 *
 * Before a visit so many objects are in this CPU's stock as the state says, and one in each
 * hand that is to give.  All of them are known by address then: afterwards each must be in
 * one place, the stock or a hand, once; and what is in a hand is in no other.  In a slow state
 * the stock may have been refilled or flushed, so there objects that nobody knew may turn up,
 * and known ones may have gone further down; then all of mm/ is looked at instead.
 *
 * What is needed to bring a stock to a state is kept aside, and given back in the end.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "rewind.h"

#define MAX_ASIDE	512
#define MAX_STOCK	1024
#define MAX_KNOWN	16
#define SLOW_STRIDE	64		/* visits, until all of mm/ is looked at again */

static void *aside[MAX_ASIDE], *in_stock[MAX_STOCK], *known[MAX_KNOWN];
static unsigned int nr_aside, nr_in_stock, nr_known;
static const struct rewind_stock *stock;	/* that is being tested */
static bool slow;			/* the state of this visit */
static unsigned int nr_slow;
static char mm_msg[128];

static void known_take(void *hand)
{
	struct rewind_hand *h = hand;

	h->object = h->stock->take();
}

static void known_give(void *hand)
{
	struct rewind_hand *h = hand;

	h->stock->give(h->object);
	h->object = NULL;
}

const struct rewind_op rewind_known_ops[2] = {
	{ "take", false, known_take }, { "give", true, known_give },
};

static void give_all(void)
{
	while (nr_aside)
		stock->give(aside[--nr_aside]);
	if (stock)			/* nothing was run: rewind.only= */
		stock->drain(stock);
}

static void put_aside(void)
{
	aside[nr_aside] = stock->take();
	nr_aside += aside[nr_aside] != NULL;
}

/* So many in the stock, and at least as many aside as are to be given. */
static void bring_to(unsigned int want, unsigned int gives)
{
	unsigned int nr;

	if (nr_aside > MAX_ASIDE / 2)		/* one visit does not need so many */
		give_all();
	while (nr_aside < want + gives + 1)
		put_aside();
	while ((nr = stock->walk(stock, in_stock, MAX_STOCK)) > want) {
		if (nr > want + MAX_KNOWN)
			stock->drain(stock);
		else
			put_aside();
	}
	for (; nr < want; nr++)
		stock->give(aside[--nr_aside]);
}

void rewind_known_fill(unsigned int state, struct rewind_hand *hand, const bool *gives,
		       unsigned int nr)
{
	unsigned int i, nr_gives = 0;

	stock = hand->stock;
	for (i = 0; i < nr; i++)
		nr_gives += gives[i];
	bring_to(state, nr_gives);
	slow = stock->slow_states >> state & 1;
	nr_known = stock->walk(stock, known, MAX_KNOWN);
	for (i = 0; i < nr; i++)
		if (gives[i]) {
			hand[i].object = aside[--nr_aside];
			known[nr_known++] = hand[i].object;
		}
}

static unsigned int times_in_hands(const struct rewind_hand *hand, unsigned int nr,
				   const void *object)
{
	unsigned int i, times = 0;

	for (i = 0; i < nr; i++)
		times += hand[i].object == object;
	return times;
}

static unsigned int times_in_stock(const void *object)
{
	unsigned int i, times = 0;

	for (i = 0; i < nr_in_stock; i++)
		times += in_stock[i] == object;
	return times;
}

static const char *check_known(const struct rewind_hand *hand, unsigned int nr)
{
	unsigned int i, in_hands = 0;

	for (i = 0; i < nr; i++)
		in_hands += hand[i].object != NULL;
	if (nr_in_stock + in_hands != nr_known)
		return "there are more objects than before, or fewer";
	for (i = 0; i < nr_known; i++)
		if (times_in_stock(known[i]) + times_in_hands(hand, nr, known[i]) != 1)
			return "an object is nowhere, or in two places";
	return NULL;
}

/* Whatever it is: a hand's object is nobody else's. */
static const char *check_hands(const struct rewind_hand *hand, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (hand[i].object && (times_in_stock(hand[i].object) ||
				       times_in_hands(hand, nr, hand[i].object) != 1))
			return "an object is in two places";
	if (nr_slow++ % SLOW_STRIDE == 0 && !mm_verify(mm_msg, sizeof(mm_msg)))
		return mm_msg;
	return NULL;
}

const char *rewind_known_check(const struct rewind_hand *hand, unsigned int nr)
{
	nr_in_stock = stock->walk(stock, in_stock, MAX_STOCK);
	if (nr_in_stock == MAX_STOCK)
		return "the list has no end";
	return slow ? check_hands(hand, nr) : check_known(hand, nr);
}

void rewind_known_done(struct rewind_hand *hand, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!hand[i].object)
			continue;
		aside[nr_aside++] = hand[i].object;
		hand[i].object = NULL;
	}
}

void rewind_known_end(void)
{
	give_all();
	stock = NULL;
}
