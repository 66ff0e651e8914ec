/* SPDX-License-Identifier: MIT */
/*
 * kernel/input.c - who reads what is typed
 *
 * MODEL
 *   Each device has an input_queue, which its interrupt fills, and a thread, which sleeps
 *   until there is something in it.  The thread takes memory, GFP_KERNEL, waiting for it if
 *   need be, moves what is waiting into it, a line or so, and hands that text to the
 *   console, where console_getc() sleeps.
 *
 *   A console that nobody reads takes BACKLOG characters; then the threads wait, then the
 *   queues grow to their limits, then characters are dropped.  Each stage has a bound, and
 *   only the last one loses anything.
 *
 *   Who asks without waiting gets what is in the texts, then what is still in the queues:
 *   moving from one to the other happens under the console's lock, so the order is kept.
 *
 * LOCKING	console.lock, rank LOCK_USER, irqs off: texts and queue table; then a queue's.
 * CONTEXT	as the header says.
 * FAILURE	a thread without memory tries again after a tenth of a second.
 * NOT HERE	the queues: input_queue.c.  Editing a line: lineedit.c.
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/input.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/monitor.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#define INPUT_MAX_QUEUES	4
#define INPUT_MAX_POLLS		4
#define BACKLOG			65536	/* characters in texts */
#define HOLD_BYTES		16384	/* a queue's, during tests: ten seconds of 115200 baud */
#define TEXT_BYTES		256

/* A line of the usual length, or what there was of it. */
struct input_text {
	struct list_head list;
	u16 start, end;			/* characters [start, end) of data wait */
	char data[TEXT_BYTES - sizeof(struct list_head) - 2 * sizeof(u16)];
};

/* Field keys:  (L) lock   (B) boot   (R) a racy read is fine */
static struct {
	spinlock_t lock;
	struct wait_queue_head wait;	/* until there is something to read */
	struct list_head texts;		/* (L) */
	struct list_head read;		/* (L) texts that have been, while held */
	unsigned long nr;		/* (L,R) characters in texts */
	bool held;			/* (L,R) */
	struct input_queue *queue[INPUT_MAX_QUEUES];	/* (B) */
	void (*poll[INPUT_MAX_POLLS])(void);		/* (L) NULL: free */
	unsigned int nr_polls;		/* (L,R) */
	struct wait_queue_head poll_wait;	/* until there is one */
} console = {
	.lock = __SPIN_LOCK_INIT(LOCK_USER),
	.wait = __WAIT_QUEUE_HEAD_INITIALIZER(console.wait),
	.poll_wait = __WAIT_QUEUE_HEAD_INITIALIZER(console.poll_wait),
	.texts = LIST_HEAD_INIT(console.texts),
	.read = LIST_HEAD_INIT(console.read),
};

/* What is typed without a device. */
static struct input_queue input_inject = INPUT_QUEUE_INIT(input_inject, "inject", INPUT_LIMIT);

#define for_each_queue(i)	for (i = 0; i < INPUT_MAX_QUEUES && console.queue[i]; i++)

/* ---- the console ----------------------------------------------------------------- */

static int console_take_text(void)
{
	struct input_text *t = list_first_entry_or_null(&console.texts, struct input_text, list);
	int c;

	if (!t)
		return -1;
	c = (unsigned char)t->data[t->start++];
	console.nr--;
	if (t->start == t->end) {
		list_del(&t->list);
		if (console.held)
			list_add(&t->list, &console.read);
		else
			kfree(t);
	}
	return c;
}

static int console_take_queued(void)
{
	unsigned int i;
	char c;

	for_each_queue(i)
		if (input_queue_read(console.queue[i], &c, 1))
			return (unsigned char)c;
	return -1;
}

int console_trygetc(void)
{
	unsigned long flags;
	unsigned int i;
	bool was_full;
	int c;

	spin_lock_irqsave(&console.lock, flags);
	was_full = console.nr >= BACKLOG;
	c = console_take_text();
	if (c < 0)
		c = console_take_queued();
	spin_unlock_irqrestore(&console.lock, flags);
	if (was_full)
		for_each_queue(i)
			wake_up(&console.queue[i]->wait);
	return c;
}

int console_getc(void)
{
	int c;

	wait_event(console.wait, (c = console_trygetc()) >= 0);
	return c;
}

void input_push(char c)
{
	input_queue_push(&input_inject, c);
}

unsigned long input_dropped(void)
{
	unsigned long sum = 0;
	unsigned int i;

	for_each_queue(i)
		sum += input_queue_dropped(console.queue[i]);
	return sum;
}

/* ---- the threads that read ------------------------------------------------------- */

static void input_hand_over(struct input_queue *q, struct input_text *t)
{
	unsigned long flags;
	bool some;

	spin_lock_irqsave(&console.lock, flags);
	t->start = t->end = 0;
	if (!console.held)
		t->end = (u16)input_queue_read(q, t->data, sizeof(t->data));
	some = t->end != 0;
	if (some) {
		list_add_tail(&t->list, &console.texts);
		console.nr += t->end;
	}
	spin_unlock_irqrestore(&console.lock, flags);
	if (some)
		wake_up(&console.wait);
	else
		kfree(t);
}

/* Is there work?  While held there is none but to tell the reader of something new. */
static bool input_wants_thread(const struct input_queue *q, unsigned long seen)
{
	if (READ_ONCE(console.held))
		return READ_ONCE(q->received) != seen;
	return READ_ONCE(q->nr) && READ_ONCE(console.nr) < BACKLOG;
}

static int input_thread(void *data)
{
	struct input_queue *q = data;
	unsigned long seen = 0;
	struct input_text *t;

	while (!kthread_should_stop()) {
		wait_event(q->wait, input_wants_thread(q, seen));
		seen = READ_ONCE(q->received);
		if (READ_ONCE(console.held)) {
			wake_up(&console.wait);
			continue;
		}
		t = kmalloc(sizeof(*t), GFP_KERNEL | __GFP_NOWARN);
		if (t)
			input_hand_over(q, t);
		else
			schedule_timeout_uninterruptible(HZ / 10);
	}
	return 0;
}

static void input_poll_all(void)
{
	void (*poll)(void);
	unsigned int i;

	local_irq_disable();			/* no other CPU removes one meanwhile */
	for (i = 0; i < INPUT_MAX_POLLS; i++) {
		poll = READ_ONCE(console.poll[i]);
		if (poll)
			poll();
	}
	local_irq_enable();
}

/* Devices that cannot interrupt are looked at once a tick. */
static int input_poll_thread(void *unused)
{
	while (!kthread_should_stop()) {
		wait_event(console.poll_wait, READ_ONCE(console.nr_polls));
		input_poll_all();
		schedule_timeout_uninterruptible(1);
	}
	return 0;
}

/* Put @to where @from is; false: it is nowhere. */
static bool input_swap_poll(void (*from)(void), void (*to)(void))
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&console.lock, flags);
	for (i = 0; i < INPUT_MAX_POLLS && console.poll[i] != from; i++)
		;
	if (i < INPUT_MAX_POLLS) {
		WRITE_ONCE(console.poll[i], to);
		console.nr_polls += to ? 1 : -1;
	}
	spin_unlock_irqrestore(&console.lock, flags);
	return i < INPUT_MAX_POLLS;
}

int input_add_poll(void (*poll)(void))
{
	if (!input_swap_poll(NULL, poll))
		return -ENOSPC;
	wake_up(&console.poll_wait);
	return 0;
}

void input_remove_poll(void (*poll)(void))
{
	WARN_ON_ONCE(!input_swap_poll(poll, NULL));
}

/* ---- starting, holding ----------------------------------------------------------- */

void input_register(struct input_queue *q)
{
	unsigned int i;

	for_each_queue(i)
		;
	if (i < INPUT_MAX_QUEUES)
		console.queue[i] = q;
	else
		pr_err("input: no room for %s\n", q->name);
}

/* Where its line's interrupts arrive: a character stays on one CPU, and its order needs no care. */
static void input_start_thread(int (*fn)(void *), struct input_queue *q, const char *name)
{
	struct task_struct *t = kthread_create(fn, q, "kinput/%s", name);

	if (IS_ERR(t)) {
		pr_err("input: no memory for a thread, %s is not read\n", name);
		return;
	}
	kthread_bind(t, 0);
	wake_up_process(t);
}

void input_start(void)
{
	unsigned int i;

	input_register(&input_inject);
	for_each_queue(i)
		input_start_thread(input_thread, console.queue[i], console.queue[i]->name);
	input_start_thread(input_poll_thread, NULL, "poll");
}

static void input_hold_queues(bool on)
{
	unsigned int i;

	for_each_queue(i) {
		if (on)
			input_queue_hold(console.queue[i], HOLD_BYTES);
		else
			input_queue_unhold(console.queue[i]);
		wake_up(&console.queue[i]->wait);
	}
}

void input_hold(bool on)
{
	struct input_text *t, *next;
	unsigned long flags;
	LIST_HEAD(read);

	if (on)
		input_hold_queues(true);
	spin_lock_irqsave(&console.lock, flags);
	console.held = on;
	list_splice_init(&console.read, &read);
	spin_unlock_irqrestore(&console.lock, flags);
	list_for_each_entry_safe(t, next, &read, list)
		kfree(t);
	if (!on)
		input_hold_queues(false);
}

/* ---- the table ------------------------------------------------------------------- */

static int monitor_input(struct monitor *mon, int argc, char **argv)
{
	unsigned int i;

	seq_puts(&mon->out, "device      received  waiting     peak   chunks     full    nomem\n");
	for_each_queue(i) {
		const struct input_queue *q = console.queue[i];

		seq_printf(&mon->out, "%-10s %9lu %8lu %8lu %8lu %8lu %8lu\n", q->name,
			   q->received, q->nr, q->peak, q->nr_chunks, q->dropped_full,
			   q->dropped_nomem);
	}
	return 0;
}

static const struct monitor_command input_commands[] = {
	{ "input", "", "what was typed, and lost", monitor_input, 0, 0 },
};

static int input_init(void)
{
	return monitor_add_commands(input_commands, 1);
}
module_init(input_init);
