/* SPDX-License-Identifier: MIT */
/*
 * drivers/serial.c - the console on COM1, a 16550 or older
 *
 * Output is polled, because it must work in any context and with interrupts broken; every
 * wait is bounded, so that a chip that stops answering costs characters, not the kernel.
 * Input comes by interrupt, once there are interrupts, into a queue that grows with
 * GFP_ATOMIC (kernel/input_queue.c).
 *
 * LOCKING	none: printk calls a sink for one text at a time, and a panic goes ahead of
 *		everybody.
 */
#include <asm/io.h>
#include <linux/input.h>
#include <linux/interrupt.h>
#include <linux/printk.h>
#include <linux/serial.h>

#define COM1			0x3f8
#define COM1_IRQ		4

#define UART_DATA		0	/* DLAB: divisor, low byte */
#define UART_IER		1	/* DLAB: divisor, high byte */
#define UART_IIR		2	/* read */
#define UART_FCR		2	/* write */
#define UART_LCR		3
#define UART_MCR		4
#define UART_LSR		5
#define UART_MSR		6

#define UART_IER_RDI		0x01	/* interrupt on received data */
#define UART_IIR_NO_INT		0x01
#define UART_FCR_ENABLE		0x07	/* FIFOs on and cleared, trigger level 1 */
#define UART_LCR_8N1		0x03
#define UART_LCR_DLAB		0x80
#define UART_MCR_DTR_RTS	0x03
#define UART_MCR_OUT2		0x08	/* gates the interrupt line on a PC */
#define UART_MCR_LOOP		0x10
#define UART_LSR_DR		0x01	/* data ready */
#define UART_LSR_THRE		0x20	/* transmitter takes a byte */

#define DIVISOR_115200		1
#define LOOP_TEST_BYTE		0xae
#define TX_SPINS		100000	/* one byte takes 87 us; a read of LSR about 1 us */
#define RX_BURST		64	/* bytes per interrupt: more than any FIFO holds */

static bool serial_found;
struct input_queue serial_input = INPUT_QUEUE_INIT(serial_input, "ttyS0", INPUT_LIMIT);

static u8 serial_in(unsigned int reg)
{
	return inb(COM1 + reg);
}

static void serial_out(unsigned int reg, u8 value)
{
	outb(value, COM1 + reg);
}

/* Nothing there reads as ff; something else there does not echo in loopback mode. */
static bool serial_probe(void)
{
	unsigned int spins = 1000;
	u8 echo;

	if (serial_in(UART_LSR) == 0xff && serial_in(UART_MSR) == 0xff)
		return false;
	serial_out(UART_MCR, UART_MCR_LOOP | UART_MCR_DTR_RTS);
	serial_out(UART_DATA, LOOP_TEST_BYTE);
	while (--spins && !(serial_in(UART_LSR) & UART_LSR_DR))
		io_delay();
	echo = serial_in(UART_DATA);
	serial_out(UART_MCR, UART_MCR_DTR_RTS | UART_MCR_OUT2);
	return echo == LOOP_TEST_BYTE;
}

static void serial_setup(void)
{
	serial_out(UART_IER, 0);
	serial_out(UART_LCR, UART_LCR_DLAB);
	serial_out(UART_DATA, DIVISOR_115200);
	serial_out(UART_IER, 0);
	serial_out(UART_LCR, UART_LCR_8N1);
	serial_out(UART_FCR, UART_FCR_ENABLE);
}

static void serial_putc(char c)
{
	unsigned int spins = TX_SPINS;

	while (!(serial_in(UART_LSR) & UART_LSR_THRE))
		if (!--spins)
			return;
	serial_out(UART_DATA, (u8)c);
}

void serial_write(const char *s, size_t n)
{
	if (!serial_found)
		return;
	for (; n; n--, s++) {
		if (*s == '\n')
			serial_putc('\r');
		serial_putc(*s);
	}
}

static void serial_sink_write(struct printk_sink *sink, const char *s, size_t n)
{
	serial_write(s, n);
}

static struct printk_sink serial_sink = {
	.write	= serial_sink_write,
	.name	= "ttyS0",
};

static irqreturn_t serial_irq(int irq, void *dev)
{
	irqreturn_t ret = IRQ_NONE;
	unsigned int n;

	for (n = 0; n < RX_BURST && (serial_in(UART_LSR) & UART_LSR_DR); n++) {
		input_queue_push(&serial_input, (char)serial_in(UART_DATA));
		ret = IRQ_HANDLED;
	}
	if (!(serial_in(UART_IIR) & UART_IIR_NO_INT))
		ret = IRQ_HANDLED;
	return ret;
}

bool serial_present(void)
{
	return serial_found;
}

void serial_early_init(void)
{
	serial_setup();
	if (!serial_probe())
		return;
	serial_found = true;
	printk_add_sink(&serial_sink);
}

/* Without its interrupt the line is looked at every tick. */
static void serial_poll(void)
{
	serial_irq(COM1_IRQ, NULL);
}

int serial_set_polling(bool on)
{
	int err = 0;

	serial_out(UART_IER, on ? 0 : UART_IER_RDI);
	if (on)
		err = input_add_poll(serial_poll);
	else
		input_remove_poll(serial_poll);
	return err;
}

void serial_init(void)
{
	int err;

	if (!serial_found) {
		pr_info("serial: no 16550 at 0x%x\n", COM1);
		return;
	}
	input_register(&serial_input);
	err = request_irq(COM1_IRQ, serial_irq, IRQF_SHARED, "ttyS0", &serial_sink);
	if (err) {
		pr_warn("serial: no irq %d (%d), polling\n", COM1_IRQ, err);
		serial_set_polling(true);
		return;
	}
	serial_out(UART_IER, UART_IER_RDI);
	serial_irq(COM1_IRQ, NULL);		/* what came before that interrupts no more */
	pr_info("serial: ttyS0 at 0x%x (irq = %d), 115200 8N1\n", COM1, COM1_IRQ);
}
