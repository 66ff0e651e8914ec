/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/exit.c - end the run: exit status, power off, reboot
 *
 * The exit status goes through QEMU's isa-debug-exit device: a write of v makes QEMU exit
 * with (v << 1) | 1.  The exit is asynchronous, so the CPU must stop behind the write.
 */
#include <asm/exit.h>
#include <asm/io.h>
#include <asm/irqflags.h>
#include <linux/panic.h>

#define DEBUG_EXIT_PORT		0xf4
#define ACPI_PM1A_Q35		0x604	/* where QEMU puts the ACPI control register */
#define ACPI_PM1A_OLD		0xb004	/* the same on its older machines, and on Bochs */
#define ACPI_SLEEP_S5		0x2000
#define RESET_CONTROL_PORT	0xcf9	/* PCI chipsets: bit 1 kind, bit 2 do it */
#define I8042_COMMAND		0x64
#define I8042_PULSE_RESET	0xfe
#define SETTLE_SPINS		100000	/* of io_delay(), 1 us each on old machines */

void __noreturn arch_stop(void)
{
	for (;;) {
		arch_local_irq_disable();
		arch_halt();
	}
}

void __noreturn arch_exit(int status)
{
	arch_local_irq_disable();
	outl((u32)status >> 1, DEBUG_EXIT_PORT);
	arch_stop();
}

void __noreturn arch_poweroff(void)
{
	arch_local_irq_disable();
	outw(ACPI_SLEEP_S5, ACPI_PM1A_Q35);
	outw(ACPI_SLEEP_S5, ACPI_PM1A_OLD);
	arch_exit(EXIT_PASS);	/* isapc has no ACPI; QEMU at least ends */
}

void __noreturn arch_reboot(void)
{
	static const struct {
		u16 limit;
		u64 base;
	} __packed no_idt = { 0, 0 };
	unsigned int i;

	arch_local_irq_disable();
	outb(0x02, RESET_CONTROL_PORT);
	outb(0x06, RESET_CONTROL_PORT);
	for (i = 0; i < 1000; i++)
		io_delay();
	for (i = 0; i < SETTLE_SPINS && (inb(I8042_COMMAND) & 0x02); i++)
		io_delay();
	outb(I8042_PULSE_RESET, I8042_COMMAND);
	for (i = 0; i < 1000; i++)
		io_delay();
	__asm__ __volatile__("lidt %0; int3" : : "m"(no_idt));	/* triple fault */
	arch_stop();
}
