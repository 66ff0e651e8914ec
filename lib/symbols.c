/* SPDX-License-Identifier: MIT */
/*
 * symbols.c - addresses to names
 *
 * The table is made by scripts/gen-symbols.py from the linked image, sorted by address,
 * and linked in again: quarry_ksyms.  It is a weak reference, so that a program without
 * one (the hosted build) links, and has no names.
 */
#include <asm/sections.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/string.h>

extern const struct ksym_table quarry_ksyms __weak;

static const struct ksym_table *table_override;

static const struct ksym_table *ksyms(void)
{
	return table_override ? table_override : &quarry_ksyms;
}

void kallsyms_set_table(const struct ksym_table *table)
{
	table_override = table;
}

/* Index of the last symbol at or below @offset; the caller has checked the range. */
static u32 symbol_index(const struct ksym_table *t, u32 offset)
{
	u32 low = 0, high = t->nr;

	while (high - low > 1) {
		u32 mid = low + (high - low) / 2;

		if (t->offset[mid] <= offset)
			low = mid;
		else
			high = mid;
	}
	return low;
}

const char *kallsyms_lookup(unsigned long addr, unsigned long *size, unsigned long *offset)
{
	const struct ksym_table *t = ksyms();
	u32 i, first, next;

	if (!t || !t->nr || addr < t->base + t->offset[0] || addr >= t->base + t->offset[t->nr])
		return NULL;
	i = symbol_index(t, (u32)(addr - t->base));
	/* Of several names for one address the table has the best one first. */
	for (first = i; first && t->offset[first - 1] == t->offset[i]; first--)
		;
	next = t->offset[i + 1];
	if (size)
		*size = next - t->offset[i];
	if (offset)
		*offset = addr - t->base - t->offset[i];
	return t->names + t->name[first];
}

unsigned long kallsyms_lookup_name(const char *name)
{
	const struct ksym_table *t = ksyms();

	for (u32 i = 0; t && i < t->nr; i++)
		if (!strcmp(t->names + t->name[i], name))
			return t->base + t->offset[i];
	return 0;
}

int sprint_symbol(char *buf, unsigned long addr)
{
	unsigned long size, offset;
	const char *name = kallsyms_lookup(addr, &size, &offset);

	if (!name)
		return scnprintf(buf, KSYM_SYMBOL_LEN, "0x%lx", addr);
	return scnprintf(buf, KSYM_SYMBOL_LEN, "%s+0x%lx/0x%lx", name, offset, size);
}

bool kernel_text_address(unsigned long addr)
{
	const struct ksym_table *t = ksyms();

	if (table_override)
		return addr >= t->base && addr < t->text_end;
	return addr >= (unsigned long)_text && addr < (unsigned long)_etext;
}
