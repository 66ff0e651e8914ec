/* SPDX-License-Identifier: MIT */
/* kernel/timer_wheel.h - the timers of one clock, by the time when they are due */
#ifndef _KERNEL_TIMER_WHEEL_H
#define _KERNEL_TIMER_WHEEL_H

#include <linux/list.h>
#include <linux/timer.h>

#define WHEEL_BITS		6		/* 64 slots in each upper level */
#define WHEEL_LOW_BITS		8		/* 256 in the lowest, a slot for each jiffy */
#define WHEEL_LEVELS		5
#define WHEEL_SPAN_BITS		(WHEEL_LOW_BITS + (WHEEL_LEVELS - 1) * WHEEL_BITS)
#define WHEEL_SLOTS		((1U << WHEEL_LOW_BITS) + (WHEEL_LEVELS - 1) * (1U << WHEEL_BITS))

/* The owner of a wheel has a lock for all of it. */
struct timer_wheel {
	unsigned long clk;			/* the next jiffy to step on; due ones are gone */
	unsigned long nr;			/* timers in slots */
	struct list_head slot[WHEEL_SLOTS];
};

void timer_wheel_init(struct timer_wheel *w, unsigned long clk);
/* Put in @t, which is in no wheel, at t->expires; what is past is due at w->clk. */
void timer_wheel_add(struct timer_wheel *w, struct timer_list *t);
void timer_wheel_del(struct timer_wheel *w, struct timer_list *t);
/* Append to @due who is due at w->clk (still to be timer_wheel_del()ed), step clk on. */
void timer_wheel_step(struct timer_wheel *w, struct list_head *due);
/* W1 and W2.  false: @msg says what is wrong. */
bool timer_wheel_verify(const struct timer_wheel *w, char *msg, size_t n);

#endif /* _KERNEL_TIMER_WHEEL_H */
