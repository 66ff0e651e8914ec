/* SPDX-License-Identifier: MIT */
/*
 * Characters typed: from the devices' interrupts to whoever reads them.
 *
 *	interrupt handler -> input_queue -> reader thread -> texts -> console_getc()
 *		GFP_ATOMIC grows it	 GFP_KERNEL, may wait
 *
 * ASCII and control characters arrive as they are; keys without a character arrive as
 * the escape sequences of a VT100 (up: ESC [ A ...), from keyboard and serial line alike.
 */
#ifndef _LINUX_INPUT_H
#define _LINUX_INPUT_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#define INPUT_RING		64		/* characters without any memory */
#define INPUT_LIMIT		65536		/* a device's, unless it says otherwise */

/* Field keys:  (L) lock   (C) constant   (R) a racy read is fine */
struct input_queue {
	const char *name;			/* (C) of the device */
	unsigned long limit;			/* (C) characters */
	spinlock_t lock;			/* rank LOCK_INPUT, irqs off */
	struct wait_queue_head wait;		/* until there is something to read */
	char ring[INPUT_RING];			/* (L) the oldest characters */
	unsigned int head, tail;		/* (L) of ring; free-running */
	struct list_head chunks;		/* (L) what did not fit, in order */
	struct list_head spare;			/* (L) empty chunks, see input_queue_hold() */
	bool held;				/* (L,R) */
	unsigned long nr;			/* (L,R) characters waiting */
	unsigned long nr_chunks, nr_spare;	/* (L,R) */
	unsigned long received, peak;		/* (L,R) ever pushed and kept; most waiting */
	unsigned long dropped_full;		/* (L,R) at the limit */
	unsigned long dropped_nomem;		/* (L,R) no memory to grow */
};

#define INPUT_QUEUE_INIT(q, text, most) {				\
	.name = (text), .limit = (most),				\
	.lock = __SPIN_LOCK_INIT(LOCK_INPUT),				\
	.wait = __WAIT_QUEUE_HEAD_INITIALIZER((q).wait),		\
	.chunks = LIST_HEAD_INIT((q).chunks), .spare = LIST_HEAD_INIT((q).spare) }

/* ---- kernel/input_queue.c -------------------------------------------------------- */

/*
 * Put @c at the end and wake who waits.  Beyond the first INPUT_RING characters this
 * allocates, GFP_ATOMIC.  false: dropped, and counted.  Any context but NMI.
 */
bool input_queue_push(struct input_queue *q, char c);
/* Take up to @n characters from the front; how many.  Gives emptied memory back.  Any
 * context but NMI. */
size_t input_queue_read(struct input_queue *q, char *buf, size_t n);
/* Lost since boot, for whatever reason. */
unsigned long input_queue_dropped(const struct input_queue *q);

/*
 * Take memory for @bytes characters beforehand and neither allocate nor free from now on,
 * until input_queue_unhold(): while tests look for memory that does not come back.
 * Process context, may sleep; as far as memory goes.
 */
void input_queue_hold(struct input_queue *q, size_t bytes);
void input_queue_unhold(struct input_queue *q);

/* ---- kernel/input.c: the console's input ----------------------------------------- */

/* A device whose characters are typed at the console.  At boot; at most 4; for ever. */
void input_register(struct input_queue *q);
/*
 * A poll function for devices that cannot interrupt: a thread calls it every tick, interrupts
 * off, until it is removed.  0, or -ENOSPC: there are 4.  Process context.
 */
int input_add_poll(void (*poll)(void));
void input_remove_poll(void (*poll)(void));
/* Start the threads that read.  Once, when threads can be made. */
void input_start(void);

/* As if @c had been typed.  Any context but NMI. */
void input_push(char c);
/* Characters dropped by all devices together. */
unsigned long input_dropped(void);

/* The next character, 0..255; -1: none waiting.  Any context but NMI. */
int console_trygetc(void);
/* Sleep until there is one.  Process context, interrupts on. */
int console_getc(void);

/* Hold all queues (see above), and keep texts that have been read until it is over. */
void input_hold(bool on);

#endif /* _LINUX_INPUT_H */
