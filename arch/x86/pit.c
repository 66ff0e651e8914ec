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

#define PIT_COUNT_START		0xffff
#define PIT_START_SPINS		1000	/* readings; one takes 3 us, one tick not even 1 us */

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
 * Just after the start the count has hardly moved; an empty bus reads as ones, for ever.
 * A host that took the CPU away in between may fake the latter, so look again.
 */
bool pit_count_start(void)
{
	unsigned int spins;

	pit_load(PIT_CH0_COUNT, PIT_COUNT_START);
	for (spins = 0; spins < PIT_START_SPINS; spins++)
		if (pit_read() != PIT_COUNT_START)
			return true;
	return false;
}

unsigned int pit_count_elapsed(void)
{
	return (u16)(PIT_COUNT_START - pit_read());
}
