# SPDX-License-Identifier: MIT
"""
gdb commands that know Quarry's memory management.  `make debug` loads them.

    qr-zones            every zone: spanned, free per order, watermarks
    qr-page WHAT        one page, given a pfn, a struct page * or a direct-map address
    qr-slabs [NAME]     every cache; with NAME its slabs
    qr-vmalloc          every area of the vmalloc range
    qr-help             this list

They read the running kernel's memory and change nothing; use them while it is stopped.
"""
import gdb

PAGE_SHIFT = 12
PAGE_OFFSET = 0xffff888000000000
VMEMMAP_START = 0xffffff8880000000
VMEMMAP_END = 0xffffff9880000000
IMAGE_START = 0xffffffff80000000
PAGE_BYTES = 16
PAGE_FLAGS = ["head", "tail", "zeroed", "pfmemalloc"]


def value(expression):
    return gdb.parse_and_eval(expression)


def number(v):
    return int(v.cast(gdb.lookup_type("unsigned long")))


def owner_name(owner):
    fields = gdb.lookup_type("enum page_owner").fields()
    for f in fields:
        if f.enumval == owner:
            return f.name.replace("PAGE_OWNER_", "").lower()
    return f"corrupt ({owner})"


def page_at(pfn):
    page_p = gdb.lookup_type("struct page").pointer()
    return gdb.Value(VMEMMAP_START + pfn * PAGE_BYTES).cast(page_p).dereference()


def page_order(page):
    return int(page["order"])


def pfn_online(pfn):
    """Has the section been brought in?  Only then is there a struct page to look at."""
    try:
        page_at(pfn)["owner"].fetch_lazy()
        return True
    except gdb.MemoryError:
        return False


def to_pfn(n):
    """A pfn, a struct page pointer, a direct-map or an image address."""
    if VMEMMAP_START <= n < VMEMMAP_END:
        return (n - VMEMMAP_START) // PAGE_BYTES
    if n >= IMAGE_START:
        return (n - IMAGE_START) >> PAGE_SHIFT
    if n >= PAGE_OFFSET:
        return (n - PAGE_OFFSET) >> PAGE_SHIFT
    return n


def list_entries(head, container, member):
    """The structures on a struct list_head list."""
    offset = [f.bitpos // 8 for f in container.fields() if f.name == member][0]
    node = head["next"]
    while number(node) != number(head.address):
        yield gdb.Value(number(node) - offset).cast(container.pointer()).dereference()
        node = node.dereference()["next"]


class Command(gdb.Command):
    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        try:
            self.run(argument)
        except gdb.MemoryError as e:
            raise gdb.GdbError(f"{self.name}: {e}; has the kernel got that far yet?")


class QrHelp(Command):
    """Quarry: list the kernel's gdb commands."""
    name = "qr-help"

    def run(self, argument):
        print(__doc__.strip())


class QrZones(Command):
    """Quarry: every populated zone, its free blocks per order and its watermarks."""
    name = "qr-zones"

    def run(self, argument):
        zones = value("zones")
        low, high = zones.type.range()
        for i in range(low, high + 1):
            self.show(zones[i])

    def show(self, z):
        if not int(z["present_pages"]):
            return
        mark = [int(z["watermark"][i]) for i in range(3)]
        print(f"{z['name'].string():8s} pfn [{int(z['start_pfn'])}, {int(z['end_pfn'])})"
              f"  present {int(z['present_pages'])}  managed {int(z['managed_pages'])}"
              f"  free {int(z['nr_free'])}  dormant {int(z['nr_dormant'])}")
        print(f"         min {mark[0]}  low {mark[1]}  high {mark[2]}  reserve",
              [int(z["lowmem_reserve"][i]) for i in range(*self.span(z["lowmem_reserve"]))])
        print("         blocks of order 0..:",
              " ".join(str(int(z["free"][k]["nr"])) for k in range(*self.span(z["free"]))))

    @staticmethod
    def span(array):
        low, high = array.type.range()
        return low, high + 1


class QrPage(Command):
    """Quarry: one page.  qr-page PFN | STRUCT-PAGE-POINTER | ADDRESS"""
    name = "qr-page"

    def run(self, argument):
        if not argument:
            raise gdb.GdbError("qr-page: give a pfn, a struct page * or an address")
        pfn = to_pfn(number(value(argument)))
        if not pfn_online(pfn):
            print(f"pfn {pfn:#x}: its section has not been brought in")
            return
        head = self.head_of(pfn)
        page = page_at(head)
        flags = [n for i, n in enumerate(PAGE_FLAGS) if int(page["flags"]) >> i & 1]
        inside = "" if head == pfn else f"  (of it page {pfn - head})"
        print(f"pfn {head:#x}{inside}  phys {head << PAGE_SHIFT:#x}  "
              f"virt {PAGE_OFFSET + (head << PAGE_SHIFT):#x}")
        print(f"    owner {owner_name(int(page['owner']))}  order {page_order(page)}  "
              f"flags {','.join(flags) or 'none'}  refcount {int(page['refcount'])}")

    @staticmethod
    def head_of(pfn):
        """The head of the block around pfn: aligned down to its own order, and owned."""
        for order in range(13):
            head = pfn & ~((1 << order) - 1)
            page = page_at(head)
            if int(page["owner"]) and head + (1 << page_order(page)) > pfn:
                return head
        return pfn


class QrSlabs(Command):
    """Quarry: every object cache, as in slabinfo; with a name, the slabs of that one."""
    name = "qr-slabs"

    def run(self, argument):
        cache_t = gdb.lookup_type("struct kmem_cache")
        print(f"{'name':20s} {'objsize':>8s} {'slot':>6s} {'per slab':>8s} {'order':>5s} {'slabs':>7s}")
        found = False
        for s in list_entries(value("slab_caches"), cache_t, "list"):
            name = s["name"].string()
            if argument and name != argument:
                continue
            found = True
            print(f"{name:20s} {int(s['object_size']):8d} {int(s['size']):6d} "
                  f"{int(s['objects']):8d} {int(s['order']):5d} {int(s['nr_slabs']):7d}")
            if argument:
                self.show_list("partial", int(s["partial"]), int(s["objects"]))
                self.show_list("full", int(s["full"]), int(s["objects"]))
        if not found:
            print(f"no cache called {argument}")

    @staticmethod
    def show_list(title, pfn, objects):
        while pfn:
            page = page_at(pfn)
            print(f"    {title:8s} slab at {PAGE_OFFSET + (pfn << PAGE_SHIFT):#x}"
                  f"  in use {int(page['inuse'])} of {objects}")
            pfn = int(page["next"])


class QrVmalloc(Command):
    """Quarry: every area of the vmalloc range, lowest first."""
    name = "qr-vmalloc"

    def run(self, argument):
        space = value("vmalloc_space")
        area, n = space["first"], 0
        while number(area) != number(space["last"].address):
            a = area.dereference()
            start, size = int(a["addr"]), int(a["size"])
            where = gdb.execute(f"info symbol {int(a['caller'])}", to_string=True).split(" in ")[0]
            print(f"{start:#x}-{start + size:#x} {size:8d} {where.strip()} pages={int(a['nr_pages'])}")
            area, n = a["next"], n + 1
        print(f"{n} areas, {int(space['bytes'])} bytes")


for command in (QrHelp, QrZones, QrPage, QrSlabs, QrVmalloc):
    command()
