/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/insn.c - which address did this instruction access?
 *
 * A general protection fault does not say.  For the common encodings (one or two opcode
 * bytes with a ModRM byte) the operand can be computed from the registers; that is all
 * that is decoded here, for one line of an oops.
 */
#include <asm/ptrace.h>
#include <linux/uaccess.h>
#include "trap_internal.h"

#define INSN_MAX	15
#define REX_X		2
#define REX_B		1

struct insn_bytes {
	u8  byte[INSN_MAX];
	unsigned int pos;
};

static unsigned long insn_register(const struct pt_regs *regs, unsigned int nr)
{
	const unsigned long reg[16] = {
		regs->ax, regs->cx, regs->dx, regs->bx, regs->sp, regs->bp, regs->si, regs->di,
		regs->r8, regs->r9, regs->r10, regs->r11, regs->r12, regs->r13, regs->r14,
		regs->r15,
	};

	return reg[nr & 15];
}

static bool insn_is_prefix(u8 b)
{
	return b == 0x66 || b == 0x67 || b == 0xf0 || b == 0xf2 || b == 0xf3 ||
	       b == 0x26 || b == 0x2e || b == 0x36 || b == 0x3e || b == 0x64 || b == 0x65;
}

/* One-byte opcodes with a ModRM byte that names memory. */
static bool insn_has_modrm(u8 op)
{
	if (op < 0x40)
		return (op & 7) < 4;
	return op == 0x63 || op == 0x69 || op == 0x6b || (op >= 0x80 && op <= 0x8b) ||
	       op == 0x8f || op == 0xc0 || op == 0xc1 || op == 0xc6 || op == 0xc7 ||
	       (op >= 0xd0 && op <= 0xd3) || op == 0xf6 || op == 0xf7 || op >= 0xfe;
}

static long insn_displacement(const struct insn_bytes *in, unsigned int pos, u8 mod)
{
	if (pos + 4 > INSN_MAX)
		return 0;
	if (mod == 1)
		return (s8)in->byte[pos];
	return (s32)((u32)in->byte[pos] | (u32)in->byte[pos + 1] << 8 |
		     (u32)in->byte[pos + 2] << 16 | (u32)in->byte[pos + 3] << 24);
}

/* Past prefixes, REX and opcode; in->pos at ModRM.  false: not an encoding we know. */
static bool insn_find_modrm(struct insn_bytes *in, u8 *rex)
{
	u8 op;

	while (in->pos < 8 && insn_is_prefix(in->byte[in->pos]))
		in->pos++;
	*rex = 0;
	if ((in->byte[in->pos] & 0xf0) == 0x40)
		*rex = in->byte[in->pos++];
	op = in->byte[in->pos++];
	if (op != 0x0f)
		return insn_has_modrm(op);
	in->pos++;
	return true;
}

bool insn_memory_operand(const struct pt_regs *regs, unsigned long *address)
{
	struct insn_bytes in = { .pos = 0 };
	u8 rex, modrm, mod, rm, sib;
	unsigned long addr = 0;

	if (copy_from_kernel_nofault(in.byte, (const void *)regs->ip, INSN_MAX) ||
	    !insn_find_modrm(&in, &rex))
		return false;
	modrm = in.byte[in.pos++];
	mod = modrm >> 6;
	rm = modrm & 7;
	if (mod == 3 || (mod == 0 && rm == 5))	/* register; RIP-relative is canonical */
		return false;
	if (rm == 4) {
		sib = in.byte[in.pos++];
		rm = sib & 7;
		if (((sib >> 3 & 7) | (rex & REX_X) << 2) != 4)
			addr = insn_register(regs, (sib >> 3 & 7) | (rex & REX_X) << 2)
			       << (sib >> 6);
		if (mod == 0 && rm == 5) {
			*address = addr + (unsigned long)insn_displacement(&in, in.pos, 2);
			return true;
		}
	}
	addr += insn_register(regs, rm | (rex & REX_B) << 3);
	if (mod)
		addr += (unsigned long)insn_displacement(&in, in.pos, mod);
	*address = addr;
	return true;
}
