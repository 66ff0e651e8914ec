/* SPDX-License-Identifier: MIT */
/*
 * arch/x86/madt.c - parse the Multiple APIC Description Table
 *
 *	0  "APIC"   4 length   9 checksum   36 local APIC address   40 flags   44 entries
 *	entry: type, length, then by type; unknown types are skipped by their length.
 */
#include <asm/madt.h>
#include <linux/errno.h>
#include <linux/string.h>

#define MADT_HEADER_BYTES	44
#define MADT_PCAT_COMPAT	0x01	/* flags: there are 8259s as well */

#define MADT_LOCAL_APIC		0	/* 3 APIC id, 4 flags */
#define MADT_IOAPIC		1	/* 2 id, 4 address, 8 first GSI */
#define MADT_IOAPIC_ALIGN	256	/* its registers never cross a page */
#define MADT_MAX_GSI		0xffff	/* of its first pin: the last one must be a number, too */
#define MADT_OVERRIDE		2	/* 3 ISA irq, 4 GSI, 8 flags */
#define MADT_LAPIC_ADDRESS	5	/* 4 address, 64 bits */
#define MADT_X2APIC		9	/* 4 x2APIC id, 8 flags */

#define MADT_CPU_ENABLED	0x01
#define MADT_POLARITY_MASK	0x03	/* 0: as the bus says (ISA: high), 1 high, 3 low */
#define MADT_POLARITY_LOW	0x03
#define MADT_TRIGGER_MASK	0x0c	/* 0: as the bus says (ISA: edge), 4 edge, c level */
#define MADT_TRIGGER_LEVEL	0x0c

static u32 madt_u32(const u8 *p)
{
	return p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

static bool madt_is_listed(const u32 *apic_id, unsigned int nr, u32 id)
{
	while (nr-- > 0)
		if (apic_id[nr] == id)
			return true;
	return false;
}

/* One that is listed twice, in both ways perhaps, is one. */
static void madt_add_cpu(struct madt_info *info, u32 apic_id, u32 flags)
{
	if (!(flags & MADT_CPU_ENABLED) || madt_is_listed(info->apic_id, info->nr_cpus, apic_id))
		return;
	if (apic_id > MADT_MAX_APIC_ID)
		info->nr_refused++;
	else if (info->nr_cpus == MADT_MAX_CPUS)
		info->nr_dropped++;
	else
		info->apic_id[info->nr_cpus++] = apic_id;
}

static void madt_add_ioapic(struct madt_info *info, const u8 *e)
{
	if (info->nr_ioapics == MADT_MAX_IOAPICS || madt_u32(e + 8) > MADT_MAX_GSI ||
	    !madt_u32(e + 4) || (madt_u32(e + 4) & (MADT_IOAPIC_ALIGN - 1))) {
		info->nr_dropped++;
		return;
	}
	info->ioapic[info->nr_ioapics++] = (struct madt_ioapic) {
		.id = e[2], .paddr = madt_u32(e + 4), .gsi_base = madt_u32(e + 8),
	};
}

static void madt_add_override(struct madt_info *info, const u8 *e)
{
	u8 irq = e[3], flags = e[8];

	if (irq >= MADT_NR_ISA_IRQS) {
		info->nr_dropped++;
		return;
	}
	info->isa[irq] = (struct madt_isa_line) {
		.gsi = madt_u32(e + 4),
		.active_low = (flags & MADT_POLARITY_MASK) == MADT_POLARITY_LOW,
		.level = (flags & MADT_TRIGGER_MASK) == MADT_TRIGGER_LEVEL,
	};
}

/* @e has the @len bytes that it says it has. */
static void madt_entry(struct madt_info *info, const u8 *e, unsigned int len)
{
	static const u8 min_len[] = {
		[MADT_LOCAL_APIC] = 8, [MADT_IOAPIC] = 12, [MADT_OVERRIDE] = 10,
		[MADT_LAPIC_ADDRESS] = 12, [MADT_X2APIC] = 16,
	};

	if (e[0] < sizeof(min_len) && len < min_len[e[0]]) {
		info->nr_dropped++;
		return;
	}
	switch (e[0]) {
	case MADT_LOCAL_APIC:
		madt_add_cpu(info, e[3], madt_u32(e + 4));
		break;
	case MADT_IOAPIC:
		madt_add_ioapic(info, e);
		break;
	case MADT_OVERRIDE:
		madt_add_override(info, e);
		break;
	case MADT_LAPIC_ADDRESS:
		info->lapic_paddr = madt_u32(e + 4) | (u64)madt_u32(e + 8) << 32;
		break;
	case MADT_X2APIC:
		madt_add_cpu(info, madt_u32(e + 4), madt_u32(e + 8));
		break;
	}
}

static bool madt_is_sane(const u8 *t, size_t len)
{
	u8 sum = 0;
	size_t i, said;

	if (len < MADT_HEADER_BYTES || memcmp(t, "APIC", 4))
		return false;
	said = madt_u32(t + 4);
	if (said < MADT_HEADER_BYTES || said > len)
		return false;
	for (i = 0; i < said; i++)
		sum = (u8)(sum + t[i]);
	return sum == 0;
}

int madt_parse(const void *table, size_t len, struct madt_info *info)
{
	const u8 *t = table;
	size_t pos, end;
	unsigned int i;

	memset(info, 0, sizeof(*info));
	for (i = 0; i < MADT_NR_ISA_IRQS; i++)
		info->isa[i].gsi = i;
	if (!madt_is_sane(t, len))
		return -EINVAL;
	end = madt_u32(t + 4);
	info->lapic_paddr = madt_u32(t + 36);
	info->has_pic = madt_u32(t + 40) & MADT_PCAT_COMPAT;

	for (pos = MADT_HEADER_BYTES; pos + 2 <= end; pos += t[pos + 1]) {
		if (t[pos + 1] < 2 || t[pos + 1] > end - pos) {
			info->nr_dropped++;
			info->truncated = true;
			break;
		}
		madt_entry(info, t + pos, t[pos + 1]);
	}
	return 0;
}

unsigned int madt_list_cpus(const struct madt_info *info, u32 apic_id[MADT_MAX_CPUS])
{
	unsigned int i, nr = 1;

	for (i = 0; i < info->nr_cpus && !info->truncated; i++)
		if (info->apic_id[i] != apic_id[0] && nr < MADT_MAX_CPUS)
			apic_id[nr++] = info->apic_id[i];
	return nr;
}
