/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/pit.c - the 8254 programmable interval timer
 *
 * Only channel 0 is used, for ticks and, while nothing ticks, for measuring: channel 2's
 * gate and output belong to the speaker port, which small machines do not have.
 */
#include <asm/io.h>
#include <asm/pit.h>

#define PIT_CHANNEL0		0x40
#define PIT_CONTROL		0x43
#define PIT_CH0_RATE		0x34	/* low then high byte, mode 2: divide by n */
#define PIT_CH0_COUNT		0x30	/* mode 0: count down once, and on past 0 */
#define PIT_CH0_LATCH		0x00	/* hold the count for two reads */

#define PIT_WAIT_MAX		25000	/* us; half of the counter's range, to see it pass 0 */
#define PIT_WAIT_SPINS		1000000	/* readings; one takes about 3 us on real buses */
#define PIT_START_TRIES		5

static void pit_load(u8 control, u16 count)
{
	outb(control, PIT_CONTROL);
	outb((u8)count, PIT_CHANNEL0);
	outb((u8)(count >> 8), PIT_CHANNEL0);
}

static u16 pit_read(void)
{
	u8 low;

	outb(PIT_CH0_LATCH, PIT_CONTROL);
	low = inb(PIT_CHANNEL0);
	return (u16)(low | inb(PIT_CHANNEL0) << 8);
}

void pit_start(unsigned int hz)
{
	unsigned int divisor;

	if (!hz) {
		outb(PIT_CH0_COUNT, PIT_CONTROL);	/* waits for a count that never comes */
		return;
	}
	divisor = (PIT_HZ + hz / 2) / hz;
	pit_load(PIT_CH0_RATE, divisor > 0xffff ? 0xffff : (u16)divisor);
}

/*
 * Just after the start the count is a little below what was loaded; an empty bus reads as
 * ones.  A host that took the CPU away in between may fake that, so try again.
 */
static bool pit_start_count(u16 count)
{
	unsigned int i;

	for (i = 0; i < PIT_START_TRIES; i++) {
		pit_load(PIT_CH0_COUNT, count);
		if (pit_read() <= count)
			return true;
	}
	return false;
}

bool pit_wait(unsigned int usecs)
{
	u16 count = (u16)((u64)(usecs < PIT_WAIT_MAX ? usecs : PIT_WAIT_MAX) * PIT_HZ / 1000000);
	unsigned int spins = PIT_WAIT_SPINS;

	if (!pit_start_count(count))
		return false;
	while (--spins && (u16)(count - pit_read()) < count)
		;
	return spins != 0;
}
