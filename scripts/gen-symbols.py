#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make the C source of the kernel's symbol table from the output of `nm -n` on stdin.

Without input: an empty table, for the first link.  The layout of the table depends
only on which symbols there are, not on their addresses, so that the third link, which
has the addresses of the second, has the same addresses.
"""
import sys

TYPES = "tTwWdDbBrR"
# Linker-script bounds and the like say nothing about the code they touch.
BOUNDARY = {"_text", "_etext", "_sdata", "_edata", "_end", "__bss_start", "__bss_end"}


def read_symbols(lines):
    """[(address, rank, name)], sorted: by address, the most telling name first."""
    out = []
    for line in lines:
        fields = line.split()
        if len(fields) != 3 or fields[1] not in TYPES:
            continue
        addr, kind, name = int(fields[0], 16), fields[1], fields[2]
        if name.startswith((".", "$")) or addr < 0xFFFFFFFF80000000:
            continue
        bound = name in BOUNDARY or (name.startswith("__") and name.endswith(("_start", "_end")))
        rank = 3 if bound else 2 if name.startswith("_") else 1 if kind.islower() else 0
        out.append((addr, rank, name))
    return sorted(out)


def rows(values, per_line=8):
    for i in range(0, len(values), per_line):
        yield "\t" + ", ".join(values[i:i + per_line]) + ","


def emit(symbols, base, out):
    names, where = [], {}
    size = 0
    # Sorted by name, so that the string table does not depend on addresses either.
    for name in sorted({s[2] for s in symbols}):
        where[name] = size
        names.append(name)
        size += len(name) + 1
    offsets = [f"{s[0] - base:#010x}" for s in symbols]
    end = symbols[-1][0] - base + 16 if symbols else 0
    offsets.append(f"{end:#010x}")
    index = [f"{where[s[2]]:6d}" for s in symbols] or ["0"]
    w = lambda text="": print(text, file=out)
    w("/* Made by scripts/gen-symbols.py. */")
    w("#include <linux/kallsyms.h>")
    w("extern char _text[], _etext[];")
    w('#define TABLE __attribute__((__section__(".symtab_quarry")))')
    w("static const u32 offsets[] TABLE = {")
    for row in rows(offsets):
        w(row)
    w("};")
    w("static const u32 name_index[] TABLE = {")
    for row in rows(index):
        w(row)
    w("};")
    w("static const char names[] TABLE =")
    for name in names:
        w(f'\t"{name}\\0"')
    w('\t"";')
    w("extern const struct ksym_table quarry_ksyms;")
    w("const struct ksym_table quarry_ksyms TABLE = {")
    w("\t.offset = offsets, .name = name_index, .names = names,")
    w(f"\t.nr = {len(symbols)}, .base = {base:#x}UL,")
    w("\t.text_end = (unsigned long)_etext,")
    w("};")


def main():
    symbols = read_symbols(sys.stdin)
    emit(symbols, symbols[0][0] if symbols else 0, sys.stdout)


if __name__ == "__main__":
    main()
