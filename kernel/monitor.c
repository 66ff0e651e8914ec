/* SPDX-License-Identifier: MIT */
/*
 * kernel/monitor.c - the prompt and its commands
 *
 * MODEL
 *   A line is words; the first names a command in a table.  The table holds how many
 *   arguments there may be, so that a wrong call is answered before the command sees it:
 *   always with one line, which says what would have been right.
 *
 * INVARIANTS	none.
 * LOCKING	none: a monitor has one user.
 * CONTEXT	process, interrupts on.
 * FAILURE	one line, and the prompt again.
 * NOT HERE	commands on memory: monitor_mem.c.  Editing: lineedit.c.  Tables: mm/stats*.c.
 *		The consoles: monitor_main.c.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/leaks.h>
#include <linux/stats.h>
#include <linux/string.h>

#include "monitor.h"

#define MONITOR_MAX_TABLES	8	/* of other rooms */

int monitor_fail(struct monitor *mon, const char *name, const char *fmt, ...)
{
	va_list args;

	seq_printf(&mon->out, "%s: ", name);
	va_start(args, fmt);
	seq_vprintf(&mon->out, fmt, args);
	va_end(args);
	seq_putc(&mon->out, '\n');
	return -EINVAL;
}

/* ---- commands without arguments -------------------------------------------------- */

#define MONITOR_TABLE(name)							\
static int monitor_##name(struct monitor *mon, int argc, char **argv)		\
{										\
	stats_##name(&mon->out);						\
	return 0;								\
}

MONITOR_TABLE(meminfo)
MONITOR_TABLE(buddyinfo)
MONITOR_TABLE(zoneinfo)
MONITOR_TABLE(slabinfo)
MONITOR_TABLE(vmallocinfo)
MONITOR_TABLE(percpu)
MONITOR_TABLE(vmstat)
MONITOR_TABLE(iomem)
MONITOR_TABLE(owners)
MONITOR_TABLE(show_mem)
MONITOR_TABLE(gfp)

static int monitor_leaks(struct monitor *mon, int argc, char **argv)
{
	return leaks_show(&mon->out) < 0 ? -EINVAL : 0;
}

/* A table that the machine shows, if it has what that is about. */
static int monitor_socket(struct monitor *mon, const char *name,
			  void (*show)(struct seq_file *m), const char *what)
{
	if (!show)
		return monitor_fail(mon, name, "this machine has no %s", what);
	show(&mon->out);
	return 0;
}

static int monitor_interrupts(struct monitor *mon, int argc, char **argv)
{
	return monitor_socket(mon, argv[0], mon->ops->interrupts, "interrupts");
}

static int monitor_softirqs(struct monitor *mon, int argc, char **argv)
{
	return monitor_socket(mon, argv[0], mon->ops->softirqs, "soft interrupts");
}

static int monitor_workqueues(struct monitor *mon, int argc, char **argv)
{
	return monitor_socket(mon, argv[0], mon->ops->workqueues, "workqueues");
}

static int monitor_cpus(struct monitor *mon, int argc, char **argv)
{
	return monitor_socket(mon, argv[0], mon->ops->cpus, "list of CPUs");
}

static int monitor_ps(struct monitor *mon, int argc, char **argv)
{
	return monitor_socket(mon, argv[0], mon->ops->threads, "threads");
}

static bool monitor_dmesg_put(void *ctx, int level, const char *s, size_t n)
{
	struct monitor *mon = ctx;

	seq_write(&mon->out, s, n);
	return true;
}

static int monitor_dmesg(struct monitor *mon, int argc, char **argv)
{
	printk_for_each(monitor_dmesg_put, mon);
	return 0;
}

static int monitor_leave(struct monitor *mon, const char *name, void (*leave)(void))
{
	if (!leave)
		return monitor_fail(mon, name, "this machine cannot");
	leave();
	return 0;
}

static int monitor_reboot(struct monitor *mon, int argc, char **argv)
{
	return monitor_leave(mon, argv[0], mon->ops->reboot);
}

static int monitor_poweroff(struct monitor *mon, int argc, char **argv)
{
	return monitor_leave(mon, argv[0], mon->ops->poweroff);
}

/* ---- tests and benchmarks -------------------------------------------------------- */

struct monitor_list {
	struct monitor *mon;
	const char *glob;
	bool any;
};

static void monitor_list_case(void *ctx, const char *suite, const char *name)
{
	struct monitor_list *list = ctx;
	char full[128];

	scnprintf(full, sizeof(full), "%s.%s", suite, name);
	if (!glob_match(list->glob, suite) && !glob_match(list->glob, full))
		return;
	seq_printf(&list->mon->out, "%s\n", full);
	list->any = true;
}

static int monitor_test(struct monitor *mon, int argc, char **argv)
{
	struct monitor_list list = { mon, argc > 2 ? argv[2] : "*", false };
	const char *glob = argc > 1 ? argv[1] : "*";

	if (!strcmp(glob, "-l")) {
		kunit_list(monitor_list_case, &list);
		if (!list.any)
			return monitor_fail(mon, argv[0], "no suite or case matches '%s'",
					    list.glob);
		return 0;
	}
	if (argc > 2)
		return monitor_fail(mon, argv[0], "one pattern at a time, please");
	if (!mon->ops->test)
		return monitor_fail(mon, argv[0], "no tests are built in");
	if (mon->ops->test(glob) == -ENOENT)
		return monitor_fail(mon, argv[0],
				    "no suite or case matches '%s' (test -l lists them)", glob);
	return 0;
}

static int monitor_bench(struct monitor *mon, int argc, char **argv)
{
	if (!mon->ops->bench)
		return monitor_fail(mon, argv[0], "no benchmarks are built in");
	if (mon->ops->bench(argc > 1 ? argv[1] : "*") == 0)
		return monitor_fail(mon, argv[0], "no benchmark matches '%s'",
				    argc > 1 ? argv[1] : "*");
	return 0;
}

/* ---- the table ------------------------------------------------------------------- */

static int monitor_help(struct monitor *mon, int argc, char **argv);

static const struct monitor_command monitor_commands[] = {
	{ "help", "[command]", "this list; one: its call", monitor_help, 0, 1 },
	{ "meminfo", "", "memory as a whole", monitor_meminfo, 0, 0 },
	{ "buddyinfo", "", "free blocks by order", monitor_buddyinfo, 0, 0 },
	{ "zoneinfo", "", "zones, watermarks", monitor_zoneinfo, 0, 0 },
	{ "slabinfo", "", "object caches", monitor_slabinfo, 0, 0 },
	{ "percpu_stats", "", "chunks of per-CPU memory", monitor_percpu, 0, 0 },
	{ "vmallocinfo", "", "vmalloc, vmap, ioremap", monitor_vmallocinfo, 0, 0 },
	{ "vmstat", "", "event and page counters", monitor_vmstat, 0, 0 },
	{ "iomem", "", "physical address space", monitor_iomem, 0, 0 },
	{ "owners", "", "pages by owner: all RAM", monitor_owners, 0, 0 },
	{ "showmem", "", "as a failure reports it", monitor_show_mem, 0, 0 },
	{ "gfp", "", "what each mask may do", monitor_gfp, 0, 0 },
	{ "interrupts", "", "counts by line and CPU", monitor_interrupts, 0, 0 },
	{ "softirqs", "", "how often each ran", monitor_softirqs, 0, 0 },
	{ "workqueues", "", "queues, and who runs", monitor_workqueues, 0, 0 },
	{ "cpus", "", "CPUs: APIC id, state", monitor_cpus, 0, 0 },
	{ "ps", "", "threads: state, priority", monitor_ps, 0, 0 },
	{ "dmesg", "", "the kernel log", monitor_dmesg, 0, 0 },
	{ "alloc", "[page|kmalloc|vmalloc <n> [gfp]]", "take; alone: what I have", monitor_alloc,
	  0, 3 },
	{ "free", "<handle>|all", "give it back", monitor_free, 1, 1 },
	{ "pages", "[pfn [count]]", "blocks and their owners", monitor_pages, 0, 2 },
	{ "whatis", "<address>", "what is at an address", monitor_whatis, 1, 1 },
	{ "leaks", "", "what nothing points to", monitor_leaks, 0, 0 },
	{ "shrinkers", "", "who could give back", monitor_shrinkers, 0, 0 },
	{ "drop_slab", "", "make them give back", monitor_drop_slab, 0, 0 },
	{ "oom", "", "as if memory were gone", monitor_oom, 0, 0 },
	{ "verify", "", "check every invariant", monitor_verify, 0, 0 },
	{ "test", "[-l] [glob]", "self-tests (-l: list)", monitor_test, 0, 2 },
	{ "bench", "[glob]", "run benchmarks", monitor_bench, 0, 1 },
	{ "reboot", "", "start again", monitor_reboot, 0, 0 },
	{ "poweroff", "", "switch it off", monitor_poweroff, 0, 0 },
};

/* Tables that other rooms have added. */
static struct {
	const struct monitor_command *table;
	unsigned int nr;
} monitor_added[MONITOR_MAX_TABLES];

int monitor_add_commands(const struct monitor_command *table, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < MONITOR_MAX_TABLES; i++) {
		if (!monitor_added[i].nr) {
			monitor_added[i].table = table;
			monitor_added[i].nr = nr;
			return 0;
		}
	}
	return -ENOSPC;
}

/* The i-th command of all; NULL: there are no more. */
static const struct monitor_command *monitor_nth(unsigned int i)
{
	unsigned int k;

	if (i < ARRAY_SIZE(monitor_commands))
		return &monitor_commands[i];
	i -= ARRAY_SIZE(monitor_commands);
	for (k = 0; k < MONITOR_MAX_TABLES; k++) {
		if (i < monitor_added[k].nr)
			return &monitor_added[k].table[i];
		i -= monitor_added[k].nr;
	}
	return NULL;
}

static const struct monitor_command *monitor_find(const char *name)
{
	const struct monitor_command *c;
	unsigned int i;

	for (i = 0; (c = monitor_nth(i)) != NULL; i++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

static void monitor_help_line(struct monitor *mon, const struct monitor_command *c)
{
	char call[64];

	scnprintf(call, sizeof(call), "%s %s", c->name, c->args);
	seq_printf(&mon->out, "  %-38s %s\n", call, c->help);
}

/* In two columns: all of them on one screen of 80 x 25. */
static void monitor_help_all(struct monitor *mon)
{
	const struct monitor_command *c;
	unsigned int i;

	for (i = 0; (c = monitor_nth(i)) != NULL; i++)
		if (i % 2)
			seq_printf(&mon->out, "  %-12s %.24s\n", c->name, c->help);
		else
			seq_printf(&mon->out, "  %-12s %-24.24s", c->name, c->help);
	if (i % 2)
		seq_putc(&mon->out, '\n');
	seq_puts(&mon->out, "help <command> shows how it is called.  Tab completes, arrows bring "
		 "old lines\nback, Ctrl-U and Ctrl-C drop a line.\n");
}

static int monitor_help(struct monitor *mon, int argc, char **argv)
{
	const struct monitor_command *c = argc > 1 ? monitor_find(argv[1]) : NULL;

	if (argc > 1 && !c)
		return monitor_fail(mon, argv[1], "no such command (try help)");
	if (c)
		monitor_help_line(mon, c);
	else
		monitor_help_all(mon);
	return 0;
}

/* ---- running --------------------------------------------------------------------- */

/* Cut at blanks; the number of words, or -E2BIG. */
static int monitor_split(char *line, char *argv[MONITOR_ARGS + 1])
{
	int argc = 0;

	for (line = skip_spaces(line); *line; line = skip_spaces(line)) {
		if (argc == MONITOR_ARGS)
			return -E2BIG;
		argv[argc++] = line;
		line += strcspn(line, " \t");
		if (*line)
			*line++ = '\0';
	}
	argv[argc] = NULL;
	return argc;
}

int monitor_exec(struct monitor *mon, char *line)
{
	const struct monitor_command *c;
	char *argv[MONITOR_ARGS + 1];
	int argc = monitor_split(line, argv);

	if (!argc)
		return 0;
	c = monitor_find(argv[0]);
	if (!c)
		return monitor_fail(mon, argv[0], "no such command (try help)");
	if (argc < 0 || argc - 1 < c->min || argc - 1 > c->max)
		return monitor_fail(mon, c->name, "usage: %s%s%s", c->name, *c->args ? " " : "",
				    c->args);
	return c->fn(mon, argc, argv);
}

static const char *monitor_complete(void *ctx, bool first, const char *word, size_t n,
				    unsigned int i)
{
	static const char *const kinds[] = { "page", "kmalloc", "vmalloc" };
	const struct monitor *mon = ctx;
	const struct monitor_command *c;
	unsigned int k;

	for (k = 0; first && (c = monitor_nth(k)) != NULL; k++)
		if (!strncmp(c->name, word, n) && i-- == 0)
			return c->name;
	if (first || !strstarts(mon->edit.text, "alloc "))
		return NULL;
	for (k = 0; k < ARRAY_SIZE(kinds); k++)
		if (!strncmp(kinds[k], word, n) && i-- == 0)
			return kinds[k];
	return NULL;
}

void monitor_loop(struct monitor *mon)
{
	char line[LINEEDIT_MAX];
	int c;

	lineedit_start(&mon->edit);
	while ((c = mon->ops->getc(mon)) >= 0) {
		enum lineedit_result r = lineedit_feed(&mon->edit, c);

		if (r == LINEEDIT_MORE)
			continue;
		strscpy(line, mon->edit.text, sizeof(line));
		monitor_exec(mon, line);
		lineedit_start(&mon->edit);
	}
}

static void monitor_out(struct seq_file *m, const char *s, size_t n)
{
	struct monitor *mon = m->private;

	mon->ops->put(mon, s, n);
}

static void monitor_edit_put(void *ctx, const char *s, size_t n)
{
	struct monitor *mon = ctx;

	mon->ops->put(mon, s, n);
}

void monitor_init(struct monitor *mon, const struct monitor_ops *ops, void *private)
{
	memset(mon, 0, sizeof(*mon));
	mon->ops = ops;
	mon->private = private;
	seq_to_sink(&mon->out, monitor_out, mon);
	lineedit_init(&mon->edit, "quarry> ", monitor_edit_put, mon);
	mon->edit.complete = monitor_complete;
}
