/* SPDX-License-Identifier: MIT */
/*
 * input_dev_test.c - typing, with the real devices: the keyboard controller is told to
 * receive what we send it, the serial port hears itself, and threads bring it to the console
 */
#include <asm/io.h>
#include <asm/processor.h>
#include <kunit/test.h>
#include <linux/fault-inject.h>
#include <linux/gfp.h>
#include <linux/input.h>
#include <linux/irq.h>
#include <linux/irqflags.h>
#include <linux/keyboard.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/serial.h>
#include <linux/slab.h>

#include "threads.h"

#define KBD_DATA	0x60
#define KBD_STATUS	0x64
#define KBD_INJECT	0xd2		/* the next byte comes from the keyboard */
#define KBD_IRQ		1
#define UART		0x3f8
#define UART_MCR	(UART + 4)
#define UART_LSR	(UART + 5)
#define MCR_LOOP	0x10
#define LSR_THRE	0x20		/* it takes another */
#define LSR_TEMT	0x40		/* all have gone */

#define TRIES		10U		/* for what threads of the kernel may spoil */

static char line[4096];

/* Until @n more characters have come to the console, or half a minute has passed. */
static unsigned int read_console(char *to, unsigned int n)
{
	u64 end = ktime_get_ns() + 30 * NSEC_PER_SEC;
	unsigned int i = 0;
	int c;

	while (i < n && ktime_get_ns() < end) {
		c = console_trygetc();
		if (c >= 0)
			to[i++] = (char)c;
		else
			schedule_timeout_uninterruptible(1);
	}
	return i;
}

static void drain_console(void)
{
	while (console_trygetc() >= 0)
		;
}

static int input_dev_init(struct kunit *test)
{
	drain_console();
	return 0;
}

/* ---- the keyboard ---------------------------------------------------------------- */

/* Until bits @want, of those in @mask, are at @port. */
static void wait_port(u16 port, u8 mask, u8 want)
{
	const u64 end = ktime_get_ns() + 10 * NSEC_PER_SEC;

	while ((inb(port) & mask) != want && ktime_get_ns() < end)
		io_delay();
}

static void kbd_wait(void)
{
	wait_port(KBD_STATUS, 3, 0);
}

static void kbd_inject(u8 code)
{
	kbd_wait();
	outb(KBD_INJECT, KBD_STATUS);
	kbd_wait();
	outb(code, KBD_DATA);
}

static void kbd_needs(struct kunit *test)
{
	if (inb(KBD_STATUS) == 0xff || !keyboard_input.name || !irqchip_get(KBD_IRQ))
		kunit_skip(test, "no keyboard controller");
}

static void keys_reach_the_console(struct kunit *test)
{
	static const u8 codes[] = {		/* "Hi" Enter, cursor up */
		0x2a, 0x23, 0xa3, 0xaa, 0x17, 0x97, 0x1c, 0x9c, 0xe0, 0x48, 0xe0, 0xc8,
	};
	unsigned long irqs = irq_count_of(KBD_IRQ), received = keyboard_input.received;
	unsigned int i;

	kbd_needs(test);
	for (i = 0; i < sizeof(codes); i++)
		kbd_inject(codes[i]);
	KUNIT_EXPECT_EQ(test, read_console(line, 6), 6u);
	KUNIT_EXPECT_MEMEQ(test, line, "Hi\r\033[A", 6);
	KUNIT_EXPECT_EQ(test, keyboard_input.received, received + 6);
	KUNIT_EXPECT_GE(test, irq_count_of(KBD_IRQ), irqs + 1);
}

/* Far more than the ring holds; the interrupt handler finds the memory. */
static void typing_ahead_grows_the_queue(struct kunit *test)
{
	unsigned long received = keyboard_input.received;
	unsigned int i, wrong = 0;

	kbd_needs(test);
	for (i = 0; i < 400; i++)
		kbd_inject((u8)(0x02 + i % 9));		/* 1 ... 9 */
	KUNIT_EXPECT_EQ(test, read_console(line, 400), 400u);
	for (i = 0; i < 400; i++)
		wrong += line[i] != (char)('1' + i % 9);
	KUNIT_EXPECT_EQ(test, wrong, 0u);
	KUNIT_EXPECT_EQ(test, keyboard_input.received, received + 400);
	KUNIT_EXPECT_GT(test, keyboard_input.peak, (unsigned long)INPUT_RING);
}

/* ---- the serial port ------------------------------------------------------------- */

/* Send @n characters to ourselves; nothing must be printed meanwhile. */
static void serial_loop(const char *s, unsigned int n)
{
	u8 mcr = inb(UART_MCR);

	wait_port(UART_LSR, LSR_TEMT, LSR_TEMT);	/* what was printed has gone, not to us */
	outb(mcr | MCR_LOOP, UART_MCR);
	for (; n; n--, s++) {
		wait_port(UART_LSR, LSR_THRE, LSR_THRE);
		outb((u8)*s, UART);
	}
	wait_port(UART_LSR, LSR_TEMT, LSR_TEMT);
	outb(mcr, UART_MCR);
}

static void serial_needs(struct kunit *test)
{
	if (!serial_present() || !irqchip_get(4))
		kunit_skip(test, "no serial port");
}

static void characters_of_the_line_reach_the_console(struct kunit *test)
{
	unsigned long received = serial_input.received;

	serial_needs(test);
	serial_loop("ls -l\r", 6);
	KUNIT_EXPECT_EQ(test, read_console(line, 6), 6u);
	KUNIT_EXPECT_MEMEQ(test, line, "ls -l\r", 6);
	KUNIT_EXPECT_EQ(test, serial_input.received, received + 6);
}

/* As on a machine whose line 4 is somebody else's. */
static void polled_characters_reach_the_console(struct kunit *test)
{
	unsigned long irqs = irq_count_of(4);

	serial_needs(test);
	KUNIT_ASSERT_EQ(test, serial_set_polling(true), 0);
	serial_loop("polled\r", 7);
	KUNIT_EXPECT_EQ(test, read_console(line, 7), 7u);
	serial_set_polling(false);
	KUNIT_EXPECT_MEMEQ(test, line, "polled\r", 7);
	KUNIT_EXPECT_EQ(test, irq_count_of(4), irqs);
	serial_loop("told", 4);
	KUNIT_EXPECT_EQ(test, read_console(line, 4), 4u);
	KUNIT_EXPECT_GT(test, irq_count_of(4), irqs);
}

static bool fail_atomic(gfp_t gfp, unsigned int order)
{
	return !(gfp & __GFP_DIRECT_RECLAIM);
}

/* Send @n; how many were dropped. */
static unsigned long loop_many(unsigned long n)
{
	unsigned long dropped = serial_input.dropped_nomem;
	unsigned long i;

	for (i = 0; i < n; i++) {
		char c = (char)('a' + i % 26);

		serial_loop(&c, 1);
	}
	return serial_input.dropped_nomem - dropped;
}

/* The console has exactly so many more. */
static void expect_console(struct kunit *test, unsigned long n)
{
	unsigned long got = 0;
	unsigned int some;

	do {
		some = read_console(line, (unsigned int)min(n - got, sizeof(line)));
		got += some;
	} while (some && got < n);
	KUNIT_EXPECT_EQ(test, got, n);
	KUNIT_EXPECT_EQ(test, console_trygetc(), -1);
}

/* ---- what happens to it ---------------------------------------------------------- */

/* Does what the threads took go back?  No: or somebody else has taken something meanwhile. */
static bool hand_it_over(struct kunit *test)
{
	unsigned long objects = slab_nr_live();
	unsigned int i;
	bool back;

	input_hold(false);
	for (i = 0; i < 1000; i++)
		input_push((char)('a' + i % 26));
	schedule_timeout_uninterruptible(2);
	KUNIT_EXPECT_EQ(test, read_console(line, 1000), 1000u);
	for (i = 0; i < 1000 && line[i] == (char)('a' + i % 26); i++)
		;
	KUNIT_EXPECT_EQ(test, i, 1000u);
	back = slab_nr_live() <= objects;
	input_hold(true);
	return back && slab_nr_live() == objects;
}

/* Not held for once: the threads take over, and what they took goes back. */
static void threads_hand_it_to_the_console(struct kunit *test)
{
	unsigned int tries = 0;

	while (!hand_it_over(test) && ++tries < TRIES)
		test_threads_settle();		/* workers come and go, too */
	KUNIT_EXPECT_LT(test, tries, TRIES);
}

/* The memory of interrupts is gone while the line goes on: counted, and it recovers. */
static void line_without_memory_drops_and_recovers(struct kunit *test)
{
	unsigned long dropped = 0, sent = 0;

	serial_needs(test);
	input_hold(false);
	page_alloc_set_should_fail(fail_atomic);
	preempt_disable();			/* nobody reads, either */
	for (; dropped < 100 && sent < INPUT_LIMIT - 1000; sent += 1000)
		dropped += loop_many(1000);
	preempt_enable();
	page_alloc_set_should_fail(NULL);
	expect_console(test, sent - dropped);
	KUNIT_EXPECT_GT(test, dropped, 0UL);
	KUNIT_EXPECT_EQ(test, loop_many(600), 0UL);
	expect_console(test, 600);
	input_hold(true);
	kunit_info(test, "%lu kept, %lu dropped", sent - dropped, dropped);
}

/* Half of what interrupts ask for is refused, by failslab: the rest arrives, the count is right. */
static void line_with_failslab_loses_what_it_counts(struct kunit *test)
{
	const struct failslab_attr usual = failslab;
	unsigned long dropped;

	serial_needs(test);
	input_hold(false);
	failslab.attr.probability = 50;
	failslab.attr.verbose = 0;
	atomic_set(&failslab.attr.times, -1);
	failslab_arm();
	preempt_disable();
	dropped = loop_many(20000);
	preempt_enable();
	failslab_disarm();
	failslab = usual;
	KUNIT_EXPECT_GT(test, dropped, 0UL);
	expect_console(test, 20000 - dropped);
	input_hold(true);
	kunit_info(test, "%lu of 20000 dropped", dropped);
}

static int getc_thread(void *data)
{
	*(int *)data = console_getc();
	return 0;
}

/* A reader sleeps: it does not run until there is something to read. */
static void reader_sleeps_until_there_is_something(struct kunit *test)
{
	struct task_struct *t;
	unsigned long switches;
	int c = -2;

	t = kthread_create(getc_thread, &c, "getc");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	test_task_wait_asleep(test, t);
	schedule_timeout_uninterruptible(2);
	switches = t->nvcsw;
	schedule_timeout_uninterruptible(10);
	KUNIT_EXPECT_EQ(test, t->nvcsw, switches);
	KUNIT_EXPECT_EQ(test, READ_ONCE(c), -2);
	input_push('x');
	test_task_wait_dead(test, t);
	KUNIT_EXPECT_EQ(test, READ_ONCE(c), 'x');
	kthread_stop_put(t);
}

static void getc_returns_what_is_waiting(struct kunit *test)
{
	input_push('y');
	input_push('\xff');
	KUNIT_EXPECT_EQ(test, console_getc(), 'y');
	KUNIT_EXPECT_EQ(test, console_trygetc(), 0xff);
	KUNIT_EXPECT_EQ(test, console_trygetc(), -1);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

static struct kunit_case input_dev_cases[] = {
	KUNIT_CASE(keys_reach_the_console), KUNIT_CASE(typing_ahead_grows_the_queue),
	KUNIT_CASE(characters_of_the_line_reach_the_console),
	KUNIT_CASE(polled_characters_reach_the_console),
	KUNIT_CASE(threads_hand_it_to_the_console),
	KUNIT_CASE(line_without_memory_drops_and_recovers),
	KUNIT_CASE(line_with_failslab_loses_what_it_counts),
	KUNIT_CASE(reader_sleeps_until_there_is_something),
	KUNIT_CASE(getc_returns_what_is_waiting),
	{}
};

static struct kunit_suite input_dev_suite = {
	.name = "input_dev",
	.init = input_dev_init,
	.test_cases = input_dev_cases,
};
kunit_test_suite(input_dev_suite);
