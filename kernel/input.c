/* SPDX-License-Identifier: MIT */
/*
 * kernel/input.c - characters typed, between the devices' interrupts and the reader
 *
 * A ring with one reader; the writers are interrupt handlers of this CPU, or poll
 * functions with interrupts off, so head and tail each have one writer at a time.
 */
#include <linux/input.h>
#include <linux/irqflags.h>

#define INPUT_RING		256	/* characters, a power of two; a pasted line or two */
#define INPUT_MAX_POLLS		4

static char input_ring[INPUT_RING];
static unsigned int input_head, input_tail;	/* read here, write there; free-running */
static unsigned long input_lost;
static void (*input_polls[INPUT_MAX_POLLS])(void);

void input_push(char c)
{
	unsigned long flags;

	local_irq_save(flags);
	if (input_tail - input_head < INPUT_RING) {
		input_ring[input_tail % INPUT_RING] = c;
		WRITE_ONCE(input_tail, input_tail + 1);
	} else {
		input_lost++;
	}
	local_irq_restore(flags);
}

unsigned long input_dropped(void)
{
	return READ_ONCE(input_lost);
}

int console_trygetc(void)
{
	unsigned long flags;
	int c = -1;

	local_irq_save(flags);
	if (input_head != input_tail)
		c = (unsigned char)input_ring[input_head++ % INPUT_RING];
	local_irq_restore(flags);
	return c;
}

void input_add_poll(void (*poll)(void))
{
	unsigned int i;

	for (i = 0; i < INPUT_MAX_POLLS; i++) {
		if (!input_polls[i]) {
			input_polls[i] = poll;
			return;
		}
	}
}

/* sti; hlt is atomic: an interrupt that comes in between wakes the hlt. */
int console_getc(void)
{
	unsigned int i;
	int c;

	for (;;) {
		local_irq_disable();
		for (i = 0; i < INPUT_MAX_POLLS && input_polls[i]; i++)
			input_polls[i]();
		c = console_trygetc();
		if (c >= 0)
			break;
		safe_halt();
	}
	local_irq_enable();
	return c;
}
