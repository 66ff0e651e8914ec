/* SPDX-License-Identifier: MIT */
/*
 * kernel/timer_wheel.c - timers in the order of their time, at a constant cost
 *
 * MODEL
 *   The lowest level has a slot for each of the next 256 jiffies.  A slot of the next level
 *   holds 256 jiffies' timers, one of the third 64 times as many, and so on:
 *
 *	level	 slots	 one slot covers    delta from clk
 *	0	 256	 1 jiffy	    0 .. 255
 *	1	  64	 2^8		    256 .. 2^14 - 1
 *	2	  64	 2^14		    2^14 .. 2^20 - 1
 *	3	  64	 2^20		    2^20 .. 2^26 - 1
 *	4	  64	 2^26		    2^26 .. and all beyond
 *
 *   When clk reaches the first jiffy of an upper slot, its timers are put in again, and land
 *   in lower levels (cascade); so each is in its level-0 slot when it is due, to the jiffy.
 *   What is further away than 2^32 jiffies waits in the last slot of level 4, as often as it
 *   takes.  (The scheme is that of Varghese and Lauck, with the numbers of old Linux; today's
 *   Linux does not cascade, and is up to 12 % late.)
 *
 *   Times are only ever compared by difference, and slots are picked by bits of the time, so
 *   nothing happens at a wrap of jiffies, in 32 bits or in 64.
 *
 *   Cost: add and del, constant.  A step: who is due, and each timer is moved at most once
 *   for each level on its way down.  A wheel with nothing in it need not be stepped: its
 *   owner may set clk.
 *
 * INVARIANTS	(timer_wheel_verify() checks them)
 *   W1  a timer in slot s of level l: slot s will be looked at before or when it is due.
 *   W2  nr is the number of timers in all slots.
 *
 * LOCKING	the owner's.
 * CONTEXT	any.
 * FAILURE	none.
 * NOT HERE	jiffies, locks, calling functions: timer.c.
 */
#include <linux/bug.h>
#include <linux/kernel.h>

#include "timer_wheel.h"

#define LOW_MASK	((1UL << WHEEL_LOW_BITS) - 1)
#define UP_MASK		((1UL << WHEEL_BITS) - 1)

static_assert(WHEEL_SPAN_BITS == 32, "as far as 32 bits of jiffies");

static unsigned int level_shift(unsigned int level)
{
	return level ? WHEEL_LOW_BITS + (level - 1) * WHEEL_BITS : 0;
}

static unsigned int slot_of(unsigned int level, unsigned long time)
{
	if (!level)
		return time & LOW_MASK;
	return (unsigned int)(LOW_MASK + 1 + (level - 1) * (UP_MASK + 1) +
			      (time >> level_shift(level) & UP_MASK));
}

static unsigned int level_of(unsigned long delta)
{
	unsigned int level = 0;

	while (level < WHEEL_LEVELS - 1 && delta >> level_shift(level + 1))
		level++;
	return level;
}

/* The slot for a timer that is due at @expires. */
static unsigned int wheel_slot(const struct timer_wheel *w, unsigned long expires)
{
	unsigned long delta = expires - w->clk;

	if ((long)delta < 0)
		return slot_of(0, w->clk);
	delta = min(delta, (1UL << WHEEL_SPAN_BITS) - 1);
	return slot_of(level_of(delta), w->clk + delta);
}

void timer_wheel_init(struct timer_wheel *w, unsigned long clk)
{
	unsigned int i;

	w->clk = clk;
	w->nr = 0;
	for (i = 0; i < WHEEL_SLOTS; i++)
		INIT_LIST_HEAD(&w->slot[i]);
}

void timer_wheel_add(struct timer_wheel *w, struct timer_list *t)
{
	WARN_ON(timer_pending(t));
	list_add_tail(&t->entry, &w->slot[wheel_slot(w, t->expires)]);
	w->nr++;
}

void timer_wheel_del(struct timer_wheel *w, struct timer_list *t)
{
	list_del(&t->entry);
	WRITE_ONCE(t->entry.next, NULL);
	w->nr--;
}

static void wheel_cascade(struct timer_wheel *w, unsigned int slot)
{
	struct timer_list *t, *next;
	LIST_HEAD(moving);

	list_splice_init(&w->slot[slot], &moving);
	list_for_each_entry_safe(t, next, &moving, entry)
		list_move_tail(&t->entry, &w->slot[wheel_slot(w, t->expires)]);
}

void timer_wheel_step(struct timer_wheel *w, struct list_head *due)
{
	unsigned int level;

	/* An upper level moves on when all below it have come round. */
	for (level = 1; level < WHEEL_LEVELS; level++) {
		if (w->clk & ((1UL << level_shift(level)) - 1))
			break;
		wheel_cascade(w, slot_of(level, w->clk));
	}
	list_splice_tail_init(&w->slot[slot_of(0, w->clk)], due);
	w->clk++;
}

/* W1: the first time from clk on at which the wheel looks at @slot of @level. */
static unsigned long wheel_next_look(const struct timer_wheel *w, unsigned int level,
				     unsigned int slot)
{
	const unsigned int shift = level_shift(level);
	const unsigned long ahead = (1UL << shift) - 1, one = 1UL << shift;
	unsigned long time = (w->clk + ahead) & ~ahead;

	while (slot_of(level, time) != slot)
		time += one;
	return time;
}

bool timer_wheel_verify(const struct timer_wheel *w, char *msg, size_t n)
{
	const struct timer_list *t;
	unsigned long nr = 0, look;
	unsigned int slot, level;

	for (slot = 0; slot < WHEEL_SLOTS; slot++) {
		level = slot <= LOW_MASK ? 0 : 1 + (slot - (LOW_MASK + 1)) / (UP_MASK + 1);
		look = wheel_next_look(w, level, slot);
		list_for_each_entry(t, &w->slot[slot], entry) {
			nr++;
			if (time_after(t->expires, w->clk - 1) && time_after(look, t->expires)) {
				scnprintf(msg, n, "timer: due at %lu, looked at at %lu, clk %lu",
					  t->expires, look, w->clk);
				return false;
			}
		}
	}
	if (nr != w->nr) {
		scnprintf(msg, n, "timer: %lu in the wheel, %lu counted", w->nr, nr);
		return false;
	}
	return true;
}
