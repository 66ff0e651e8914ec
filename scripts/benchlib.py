# SPDX-License-Identifier: MIT
"""
What scripts/bench, bench-check, bench-host and bench-linux have in common: the kernel's
"bench:" lines, how it is booted for them, and what each row is asked to cost.
"""
import os
import re
import subprocess
import sys

LINE = re.compile(r"^bench: (\S+) (\d+) (\S+) n=(\d+)", re.M)
MEM = "1G"                      # the same as for Linux
# Memory and CPUs of the machines whose way to the first page is looked at.
FIRST_PAGE = [("64M", 1), ("1G", 1), ("1G", 64), ("64G", 1), ("256G", 1), ("1T", 1)]
# The better lean Linux's way to all memory handed over, in millions of instructions.
FIRST_PAGE_LEAN = {"1G": 29, "64G": 980, "256G": 3061}
# The clock of the machine is the guest's own, or what the kernel reads from it at boot would
# shift its ticks from run to run.
CLOCK = ["--", "-rtc", "base=2026-01-01,clock=vm"]

# name: (the better of two lean Linux kernels, asked of this one): docs/benchmarks.md
ASKED = {
    "kmalloc-64/pair": (102, 30),
    "kmalloc-var/pair": (120, 36),
    "kmem_cache-192/pair": (104, 24),
    "kmem_cache-bulk64/obj": (82, 16),
    "kmalloc-32/burst4096": (207, 60),
    "krealloc-64-128/pair": (329, 110),
    "pages-order0/pair": (420, 60),
    "pages-order0/burst4096": (527, 120),
    "pages-bulk64/page": (223, 40),
    "pages-order3/pair": (609, 120),
    "pages-order10/pair": (11920, 600),
    "vmalloc-4k/pair": (2790, 400),
    "vmalloc-1m/pair": (83273, 10000),
    "percpu-64/pair": (1291, 200),
    "kmalloc-64-dma/pair": (102, None),
    "kzalloc-256/pair": (171, None),
    "kmalloc-8/burst4096": (193, None),
    "kmalloc-128/burst4096": (233, None),
    "kmalloc-512/burst4096": (313, None),
    "kmalloc-2048/burst4096": (381, None),
    "kmalloc-8192/burst4096": (600, None),
    "pages-order1/pair": (499, None),
    "pages-order2/pair": (533, None),
    "pages-order4/pair": (859, None),
    "pages-order6/pair": (1386, None),
    "pages-order8/pair": (3502, None),
    "pages-order3/burst256": (988, None),
    "vmalloc-64k/pair": (7359, None),
}


class Row:
    def __init__(self, name, value, unit, n):
        self.name, self.value, self.unit, self.n = name, int(value), unit, int(n)

    @property
    def is_rate(self):
        return self.unit.startswith("ops/")

    def __str__(self):
        return f"bench: {self.name} {self.value} {self.unit} n={self.n}"


def parse(text):
    return [Row(*m) for m in LINE.findall(text)]


def best(runs):
    """Of several runs' rows the best of each name, in the order of the first run."""
    rows = {}
    for row in (r for run in runs for r in run):
        old = rows.get(row.name)
        if old is None or (row.value > old.value if row.is_rate else row.value < old.value):
            rows[row.name] = row
    return list(rows.values())


def boot(kernel, glob, mem=MEM, smp=1, icount=True):
    """Our kernel's rows."""
    argv = ["scripts/qemu-run", "--kernel", kernel, "--mem", mem, "--smp", str(smp), "--timeout",
            "240", "--cmdline", f"bench={glob} loglevel=4"] + ["--icount"] * icount + CLOCK
    p = subprocess.run(argv, stdout=subprocess.PIPE, text=True, errors="replace")
    rows = parse(p.stdout)
    if p.returncode:
        skipped = re.findall(r"^bench: \S+ skipped: .*", p.stdout, re.M)
        sys.exit("\n".join(skipped) or f"bench: the run with {mem} failed")
    if icount and any("tsc" in r.unit for r in rows):
        sys.exit("bench: the counter does not count instructions; is -icount in effect?")
    return rows


def first_page(kernel):
    """{machine: row of boot/first-page}, in the order of FIRST_PAGE."""
    return {mem + (f", {smp} CPUs" if smp > 1 else ""):
            boot(kernel, "boot/first-page", mem, smp)[0] for mem, smp in FIRST_PAGE}


def start():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    return os.environ.get("O") or "build"


def write_table(out, name, text):
    """To stdout as a "# table:", and to where scripts/update-tables looks."""
    os.makedirs(f"{out}/tables", exist_ok=True)
    with open(f"{out}/tables/{name}.txt", "w", encoding="utf-8") as f:
        f.write(text)
    print(f"# table: {name}\n{text}# end of table")
