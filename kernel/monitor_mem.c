/* SPDX-License-Identifier: MIT */
/*
 * kernel/monitor_mem.c - commands that take, give back and look at memory
 *
 * MODEL
 *   What "alloc" takes is remembered under a number, the handle, until "free" is told that
 *   number; so a handle is freed the way it was taken, once.
 *
 * INVARIANTS	a slot with size 0 holds nothing.
 * LOCKING	none: a monitor has one user.
 * CONTEXT	process, interrupts on.
 * FAILURE	one line that says what is wrong; nothing was taken.
 * NOT HERE	the table of commands: monitor.c.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/oom.h>
#include <linux/section.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/stats.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "monitor.h"

enum { KIND_PAGE, KIND_KMALLOC, KIND_VMALLOC };
static const char *const monitor_kinds[] = { "page", "kmalloc", "vmalloc" };

/* ---- gfp masks by name ----------------------------------------------------------- */

static const struct {
	const char *name;
	gfp_t mask;
} monitor_gfp_names[] = {
	{ "GFP_KERNEL", GFP_KERNEL }, { "GFP_ATOMIC", GFP_ATOMIC }, { "GFP_NOWAIT", GFP_NOWAIT },
	{ "GFP_NOIO", GFP_NOIO }, { "GFP_NOFS", GFP_NOFS }, { "GFP_USER", GFP_USER },
	{ "GFP_DMA", GFP_DMA }, { "GFP_DMA32", GFP_DMA32 }, { "__GFP_ZERO", __GFP_ZERO },
	{ "__GFP_COMP", __GFP_COMP }, { "__GFP_NOWARN", __GFP_NOWARN },
	{ "__GFP_NORETRY", __GFP_NORETRY }, { "__GFP_HIGH", __GFP_HIGH },
	{ "__GFP_NOMEMALLOC", __GFP_NOMEMALLOC }, { "__GFP_MEMALLOC", __GFP_MEMALLOC },
};

/* One name of n characters, with or without GFP_ or __GFP_ in front, in any case. */
static bool monitor_gfp_name(const char *s, size_t n, gfp_t *mask)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(monitor_gfp_names); i++) {
		const char *full = monitor_gfp_names[i].name, *bare = strstr(full, "GFP_") + 4;

		if ((strlen(full) == n && !strncasecmp(full, s, n)) ||
		    (strlen(bare) == n && !strncasecmp(bare, s, n))) {
			*mask |= monitor_gfp_names[i].mask;
			return true;
		}
	}
	return false;
}

int monitor_parse_gfp(const char *s, gfp_t *gfp)
{
	unsigned long bits;
	gfp_t mask = 0;
	size_t n;

	if (!kstrtoul(s, 0, &bits)) {
		if (bits & ~(__force unsigned long)__GFP_BITS_MASK)
			return -EINVAL;
		*gfp = (__force gfp_t)bits;
		return 0;
	}
	for (;; s += n + 1) {
		n = strcspn(s, "|+,");
		if (!monitor_gfp_name(s, n, &mask))
			return -EINVAL;
		if (!s[n])
			break;
	}
	*gfp = mask;
	return 0;
}

/* ---- alloc and free -------------------------------------------------------------- */

static void monitor_say_handle(struct monitor *mon, int nr)
{
	const struct monitor_handle *h = &mon->handle[nr];

	seq_printf(&mon->out, "#%d: %s, %lu bytes at 0x%px", nr + 1, monitor_kinds[h->kind],
		   h->size, h->addr);
	if (h->kind == KIND_PAGE)
		seq_printf(&mon->out, ", order %u at pfn 0x%lx", h->order, virt_to_pfn(h->addr));
	seq_putc(&mon->out, '\n');
}

static int monitor_list_handles(struct monitor *mon)
{
	int i, nr = 0;

	for (i = 0; i < MONITOR_HANDLES; i++)
		if (mon->handle[i].size) {
			monitor_say_handle(mon, i);
			nr++;
		}
	if (!nr)
		seq_puts(&mon->out, "nothing is held\n");
	return 0;
}

static int monitor_take(struct monitor_handle *h, unsigned long n, gfp_t gfp)
{
	switch (h->kind) {
	case KIND_PAGE:
		h->addr = (void *)__get_free_pages(gfp, n);
		h->order = n;
		n = PAGE_SIZE << n;
		break;
	case KIND_KMALLOC:
		h->addr = kmalloc(n, gfp);
		break;
	default:
		h->addr = __vmalloc(n, gfp);
	}
	if (!h->addr)
		return -ENOMEM;
	h->size = n;
	return 0;
}

/* "<n>" of alloc: an order, or bytes with K, M, G.  0 or -EINVAL. */
static int monitor_parse_amount(const char *s, u8 kind, unsigned long *n)
{
	char *end;

	*n = memparse(s, &end);
	return end == s || *end || (kind == KIND_PAGE ? *n > MAX_PAGE_ORDER : !*n) ? -EINVAL : 0;
}

int monitor_alloc(struct monitor *mon, int argc, char **argv)
{
	struct monitor_handle h = { 0 };
	gfp_t gfp = GFP_KERNEL;
	int i, kind, nr;
	unsigned long n;

	if (argc == 1)
		return monitor_list_handles(mon);
	kind = match_string(monitor_kinds, ARRAY_SIZE(monitor_kinds), argv[1]);
	if (kind < 0 || argc < 3)
		return monitor_fail(mon, argv[0], "usage: alloc page|kmalloc|vmalloc <n> [gfp]");
	h.kind = kind;
	if (monitor_parse_amount(argv[2], kind, &n))
		return monitor_fail(mon, argv[0], "'%s' is no %s", argv[2], kind == KIND_PAGE ?
				    "order (0..10)" : "number of bytes");
	if (kind == KIND_KMALLOC && n > KMALLOC_MAX_SIZE)
		return monitor_fail(mon, argv[0], "kmalloc has at most %lu bytes, vmalloc more",
				    KMALLOC_MAX_SIZE);
	if (argc > 3 && monitor_parse_gfp(argv[3], &gfp))
		return monitor_fail(mon, argv[0], "'%s' is no gfp mask", argv[3]);
	for (i = 0, nr = -1; i < MONITOR_HANDLES && nr < 0; i++)
		if (!mon->handle[i].size)
			nr = i;
	if (nr < 0)
		return monitor_fail(mon, argv[0], "%d allocations are held, free some first",
				    MONITOR_HANDLES);
	if (monitor_take(&h, n, gfp))
		return monitor_fail(mon, argv[0], "not enough memory");
	mon->handle[nr] = h;
	monitor_say_handle(mon, nr);
	return 0;
}

static void monitor_release(struct monitor_handle *h)
{
	if (h->kind == KIND_PAGE)
		free_pages((unsigned long)h->addr, h->order);
	else if (h->kind == KIND_KMALLOC)
		kfree(h->addr);
	else
		vfree(h->addr);
	h->size = 0;
}

int monitor_free(struct monitor *mon, int argc, char **argv)
{
	const char *s = argv[1] + (argv[1][0] == '#');
	unsigned int nr, i;

	if (!strcmp(s, "all")) {
		for (i = 0, nr = 0; i < MONITOR_HANDLES; i++)
			if (mon->handle[i].size) {
				monitor_release(&mon->handle[i]);
				nr++;
			}
		seq_printf(&mon->out, "%u freed\n", nr);
		return 0;
	}
	if (kstrtouint(s, 10, &nr) || nr < 1 || nr > MONITOR_HANDLES || !mon->handle[nr - 1].size)
		return monitor_fail(mon, argv[0], "'%s' is no handle (alloc lists them)", argv[1]);
	monitor_release(&mon->handle[nr - 1]);
	seq_printf(&mon->out, "#%u freed\n", nr);
	return 0;
}

/* ---- looking --------------------------------------------------------------------- */

int monitor_pages(struct monitor *mon, int argc, char **argv)
{
	unsigned long pfn = section_nr_to_pfn(section_next_online(0)), count = 16, step;
	const struct page *page;

	if (argc > 1 && (kstrtoul(argv[1], 0, &pfn) || !pfn_online(pfn)))
		return monitor_fail(mon, argv[0], "'%s' is no pfn that is online", argv[1]);
	if (argc > 2 && (kstrtoul(argv[2], 0, &count) || !count))
		return monitor_fail(mon, argv[0], "'%s' is no count", argv[2]);
	seq_puts(&mon->out, "       pfn order owner     zone    references\n");
	for (; count && pfn_online(pfn); count--, pfn += step) {
		page = pfn_to_page(pfn);
		step = page->owner == PAGE_OWNER_NONE ? 1 : 1UL << page->order;
		if (page->owner == PAGE_OWNER_NONE)
			seq_printf(&mon->out, "%#10lx       (inside a block)\n", pfn);
		else
			seq_printf(&mon->out, "%#10lx %5u %-9s %-7s %u\n", pfn, page->order,
				   page_owner_name(page->owner), page_zone(page)->name,
				   page->owner == PAGE_OWNER_PAGES ? page->refcount : 0);
	}
	return 0;
}

/* A number as tables print addresses: hexadecimal, with or without 0x. */
int monitor_whatis(struct monitor *mon, int argc, char **argv)
{
	unsigned long addr;

	if (kstrtoul(argv[1], 16, &addr))
		return monitor_fail(mon, argv[0], "'%s' is no address (hexadecimal)", argv[1]);
	stats_whatis(&mon->out, addr);
	return 0;
}

int monitor_shrinkers(struct monitor *mon, int argc, char **argv)
{
	shrinkers_show(&mon->out);
	return 0;
}

int monitor_drop_slab(struct monitor *mon, int argc, char **argv)
{
	const unsigned long before = nr_free_pages() + nr_free_pcp_pages();
	unsigned long after;

	drop_slab();
	after = nr_free_pages() + nr_free_pcp_pages();
	seq_printf(&mon->out, "%lu pages came free, now %lu are\n",
		   after > before ? after - before : 0, after);
	return 0;
}

int monitor_oom(struct monitor *mon, int argc, char **argv)
{
	struct oom_control oc = { .gfp_mask = GFP_KERNEL, .order = -1 };

	if (!out_of_memory(&oc))
		return monitor_fail(mon, argv[0], "nobody has anything to give up");
	seq_puts(&mon->out, "somebody gives up what he has\n");
	return 0;
}

int monitor_verify(struct monitor *mon, int argc, char **argv)
{
	char msg[160];

	if (!mm_verify(msg, sizeof(msg)))
		return monitor_fail(mon, argv[0], "%s", msg);
	seq_puts(&mon->out, "every invariant holds\n");
	return 0;
}
