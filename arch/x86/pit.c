/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/pit.c - the 8254 programmable interval timer
 */
#include <asm/io.h>
#include <asm/pit.h>

#define PIT_CHANNEL0		0x40
#define PIT_CHANNEL2		0x42
#define PIT_CONTROL		0x43
#define PIT_CH0_RATE		0x34	/* channel 0, low then high byte, mode 2: divide by n */
#define PIT_CH0_STOP		0x30	/* mode 0: waits for a count that never comes */
#define PIT_CH2_ONESHOT		0xb0	/* channel 2, mode 0: output rises at zero */

#define SPEAKER_PORT		0x61
#define SPEAKER_GATE2		0x01	/* channel 2 counts */
#define SPEAKER_ON		0x02
#define SPEAKER_OUT2		0x20	/* channel 2's output */

#define PIT_WAIT_SPINS		2000000	/* port reads; one takes about 1 us on real buses */

void pit_start(unsigned int hz)
{
	unsigned int divisor;

	if (!hz) {
		outb(PIT_CH0_STOP, PIT_CONTROL);
		return;
	}
	divisor = (PIT_HZ + hz / 2) / hz;
	if (divisor > 0xffff)
		divisor = 0xffff;
	outb(PIT_CH0_RATE, PIT_CONTROL);
	outb((u8)divisor, PIT_CHANNEL0);
	outb((u8)(divisor >> 8), PIT_CHANNEL0);
}

bool pit_wait(unsigned int usecs)
{
	unsigned int count = (unsigned int)((u64)usecs * PIT_HZ / 1000000);
	unsigned int spins = PIT_WAIT_SPINS;
	u8 saved = inb(SPEAKER_PORT);

	outb((saved & (u8)~(SPEAKER_ON | SPEAKER_GATE2)), SPEAKER_PORT);
	outb(PIT_CH2_ONESHOT, PIT_CONTROL);
	outb((u8)count, PIT_CHANNEL2);
	outb((u8)(count >> 8), PIT_CHANNEL2);
	outb((saved & (u8)~SPEAKER_ON) | SPEAKER_GATE2, SPEAKER_PORT);
	if (inb(SPEAKER_PORT) & SPEAKER_OUT2)		/* stuck: an empty bus reads ones */
		spins = 0;
	while (spins && !(inb(SPEAKER_PORT) & SPEAKER_OUT2))
		spins--;
	outb(saved, SPEAKER_PORT);
	return spins != 0;
}
