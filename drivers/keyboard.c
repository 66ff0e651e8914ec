/* SPDX-License-Identifier: MIT */
/*
 * drivers/keyboard.c - scan codes of the PC keyboard to characters
 *
 * The i8042 controller translates to scan code set 1: one byte a key, bit 7 set when it is
 * released, e0 before the keys that the first PC did not have.
 */
#include <asm/exit.h>
#include <asm/io.h>
#include <linux/input.h>
#include <linux/interrupt.h>
#include <linux/keyboard.h>
#include <linux/printk.h>
#include <linux/string.h>

#define I8042_DATA		0x60
#define I8042_STATUS		0x64
#define I8042_COMMAND		0x64
#define I8042_IRQ		1

#define STATUS_OUTPUT_FULL	0x01	/* a byte for us */
#define STATUS_INPUT_FULL	0x02	/* busy with our last one */
#define STATUS_FROM_MOUSE	0x20

#define CMD_READ_CONFIG		0x20
#define CMD_WRITE_CONFIG	0x60
#define CMD_DISABLE_MOUSE	0xa7
#define CMD_ENABLE_KEYBOARD	0xae
#define CONFIG_KEYBOARD_IRQ	0x01
#define CONFIG_MOUSE_IRQ	0x02
#define CONFIG_KEYBOARD_OFF	0x10
#define CONFIG_TRANSLATE	0x40

#define I8042_SPINS		10000	/* of 1 us: a controller answers within 10 ms */
#define I8042_FLUSH		64	/* bytes; its queue is far shorter */

#define KEY_RELEASED		0x80
#define KEY_EXTENDED		0xe0
#define KEY_ENTER		0x1c
#define KEY_CTRL		0x1d
#define KEY_SHIFT_LEFT		0x2a
#define KEY_SHIFT_RIGHT		0x36
#define KEY_ALT			0x38
#define KEY_CAPS		0x3a
#define KEY_KEYPAD_SLASH	0x35
#define KEY_DELETE		0x53

static const char keyboard_plain[] =
	"\0\0331234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char keyboard_shifted[] =
	"\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

/* Keypad without NumLock, and the grey keys (e0): codes 0x47 ... 0x53. */
static const char *const keyboard_navigation[] = {
	"\033[H", "\033[A", "\033[5~", "-", "\033[D", "", "\033[C", "+", "\033[F", "\033[B",
	"\033[6~", "\033[2~", "\033[3~",
};
#define KEY_NAVIGATION_FIRST	0x47
#define KEY_NAVIGATION_LAST	0x53

static struct keyboard_state keyboard_state;
struct input_queue keyboard_input = INPUT_QUEUE_INIT(keyboard_input, "i8042", INPUT_LIMIT);

/* true: it was a modifier. */
static bool keyboard_modifier(struct keyboard_state *st, u8 key, bool down)
{
	switch (key) {
	case KEY_SHIFT_LEFT:
	case KEY_SHIFT_RIGHT:
		if (!st->extended)		/* e0 2a is a fake shift around grey keys */
			st->shift = down;
		return true;
	case KEY_CTRL:
		st->ctrl = down;
		return true;
	case KEY_ALT:
		st->alt = down;
		return true;
	case KEY_CAPS:
		st->caps ^= down;
		return true;
	default:
		return false;
	}
}

static char keyboard_char(const struct keyboard_state *st, u8 key)
{
	char c;

	if (key >= sizeof(keyboard_plain) - 1)
		return 0;
	c = keyboard_plain[key];
	if (st->shift != (st->caps && c >= 'a' && c <= 'z'))
		c = keyboard_shifted[key];
	if (st->ctrl && ((c >= '@' && c <= '_') || (c >= 'a' && c <= 'z')))
		c &= 0x1f;
	return c;
}

void keyboard_decode(struct keyboard_state *st, u8 code, char out[KEYBOARD_MAX_OUT])
{
	u8 key = code & (u8)~KEY_RELEASED;
	bool down = !(code & KEY_RELEASED);
	bool grey = st->extended;

	out[0] = out[1] = '\0';
	if (code == KEY_EXTENDED) {
		st->extended = true;
		return;
	}
	if (!keyboard_modifier(st, key, down) && down) {
		if (key >= KEY_NAVIGATION_FIRST && key <= KEY_NAVIGATION_LAST)
			strscpy(out, keyboard_navigation[key - KEY_NAVIGATION_FIRST],
				KEYBOARD_MAX_OUT);
		else if (!grey || key == KEY_KEYPAD_SLASH || key == KEY_ENTER)
			out[0] = keyboard_char(st, key);
	}
	st->extended = false;
}

static void keyboard_byte(u8 code)
{
	char text[KEYBOARD_MAX_OUT];
	const char *s;

	if (code == KEY_DELETE && keyboard_state.ctrl && keyboard_state.alt)
		arch_reboot();
	keyboard_decode(&keyboard_state, code, text);
	for (s = text; *s; s++)
		input_queue_push(&keyboard_input, *s);
}

static irqreturn_t keyboard_irq(int irq, void *dev)
{
	irqreturn_t ret = IRQ_NONE;
	unsigned int n;

	for (n = 0; n < I8042_FLUSH; n++) {
		u8 status = inb(I8042_STATUS);
		u8 code;

		if (!(status & STATUS_OUTPUT_FULL))
			break;
		code = inb(I8042_DATA);
		if (!(status & STATUS_FROM_MOUSE))
			keyboard_byte(code);
		ret = IRQ_HANDLED;
	}
	return ret;
}

static bool keyboard_wait(u8 mask, u8 want)
{
	unsigned int spins = I8042_SPINS;

	while ((inb(I8042_STATUS) & mask) != want) {
		if (!--spins)
			return false;
		io_delay();
	}
	return true;
}

static bool keyboard_send(u16 port, u8 byte)
{
	if (!keyboard_wait(STATUS_INPUT_FULL, 0))
		return false;
	outb(byte, port);
	return true;
}

static void keyboard_flush(void)
{
	unsigned int n;

	for (n = 0; n < I8042_FLUSH && (inb(I8042_STATUS) & STATUS_OUTPUT_FULL); n++)
		inb(I8042_DATA);
}

/* Keyboard on, translated, interrupting; mouse off.  false: no controller answers. */
static bool keyboard_setup(void)
{
	u8 config;

	if (inb(I8042_STATUS) == 0xff || !keyboard_send(I8042_COMMAND, CMD_DISABLE_MOUSE))
		return false;
	keyboard_flush();
	if (!keyboard_send(I8042_COMMAND, CMD_READ_CONFIG) ||
	    !keyboard_wait(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL))
		return false;
	config = inb(I8042_DATA);
	config |= CONFIG_KEYBOARD_IRQ | CONFIG_TRANSLATE;
	config &= (u8)~(CONFIG_MOUSE_IRQ | CONFIG_KEYBOARD_OFF);
	return keyboard_send(I8042_COMMAND, CMD_WRITE_CONFIG) &&
	       keyboard_send(I8042_DATA, config) &&
	       keyboard_send(I8042_COMMAND, CMD_ENABLE_KEYBOARD);
}

void keyboard_init(void)
{
	int err;

	if (!keyboard_setup()) {
		pr_info("keyboard: no i8042 controller\n");
		return;
	}
	input_register(&keyboard_input);
	err = request_irq(I8042_IRQ, keyboard_irq, IRQF_SHARED, "i8042", &keyboard_state);
	if (err) {
		pr_warn("keyboard: no irq %d (%d)\n", I8042_IRQ, err);
		return;
	}
	keyboard_flush();
	pr_info("keyboard: i8042 at 0x%x (irq = %d)\n", I8042_DATA, I8042_IRQ);
}
