/* SPDX-License-Identifier: MIT */
/*
 * monitor_test.c - somebody types, and reads what comes back
 *
 * A monitor of our own: input is a script, output is a string with backspaces applied, so
 * that it reads as a screen would.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/monitor.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../../kernel/monitor.h"

#define UP	"\033[A"
#define DOWN	"\033[B"
#define RIGHT	"\033[C"
#define LEFT	"\033[D"

static struct monitor mon;
static char screen[32768];
static size_t screen_len;		/* end of what was printed */
static size_t cursor;
static const char *script;

static int script_getc(struct monitor *m)
{
	return *script ? (unsigned char)*script++ : -1;
}

static void screen_put(struct monitor *m, const char *s, size_t n)
{
	for (; n; n--, s++) {
		if (*s == '\b') {
			cursor--;
			continue;
		}
		if (*s == '\n')
			cursor = screen_len;		/* a new line goes below */
		if (cursor < sizeof(screen) - 1)
			screen[cursor++] = *s;
		screen_len = max(screen_len, cursor);
	}
}

static char ran[64];			/* what test and bench were asked for */

static int run_nothing(const char *glob)
{
	snprintf(ran, sizeof(ran), "%s", glob);
	return strcmp(glob, "unknown") ? 1 : -ENOENT;
}

static int bench_nothing(const char *glob)
{
	snprintf(ran, sizeof(ran), "bench %s", glob);
	return strcmp(glob, "unknown") != 0;
}

static unsigned int left;

static void leave(void)
{
	left++;
}

static void show_interrupts(struct seq_file *m)
{
	seq_puts(m, "an interrupt\n");
}

static const struct monitor_ops full_ops = {
	.getc = script_getc, .put = screen_put, .test = run_nothing, .bench = bench_nothing,
	.interrupts = show_interrupts, .softirqs = show_interrupts,
	.workqueues = show_interrupts, .reboot = leave, .poweroff = leave,
};
static const struct monitor_ops bare_ops = { .getc = script_getc, .put = screen_put };

static int monitor_test_init(struct kunit *test)
{
	monitor_init(&mon, &full_ops, NULL);
	return 0;
}

static void monitor_test_exit(struct kunit *test)
{
	char all[] = "free all";

	monitor_exec(&mon, all);		/* also when a case gave up half-way */
}

static void wipe(void)
{
	memset(screen, 0, sizeof(screen));
	screen_len = 0;
	cursor = 0;
}

/* Type; what the screen shows afterwards, blanks at line ends cut off. */
static const char *type(const char *keys)
{
	char *from, *to;

	wipe();
	script = keys;
	monitor_loop(&mon);
	for (from = screen, to = screen; *from; from++) {
		if (*from == '\n')
			while (to > screen && to[-1] == ' ')
				to--;
		*to++ = *from;
	}
	*to = '\0';
	return screen;
}

/* Run one line as if typed; what it printed. */
static const char *run(const char *line)
{
	static char copy[128];

	wipe();
	strscpy(copy, line, sizeof(copy));
	monitor_exec(&mon, copy);
	return screen;
}

/* ---- editing --------------------------------------------------------------------- */

/* Keys up to Enter, and the line that they make. */
static const struct edit {
	const char *keys, *line;
} edits[] = {
	{ "free", "free" },
	{ "frxx\b\bee", "free" },
	{ "frxx\177\177ee", "free" },
	{ "\b\b\177x", "x" },
	{ "fee" LEFT LEFT "r", "free" },
	{ "fee" LEFT LEFT LEFT LEFT LEFT RIGHT "r", "free" },
	{ "rex" LEFT "e" "\001" "f" "\005" "\b", "free" },		/* Ctrl-A, Ctrl-E */
	{ "ree" "\033[H" "f" "\033[F" "!" "\b", "free" },
	{ "ree" "\033[1~" "f" "\033[4~" "!", "free!" },
	{ "ree" "\033[7~" "f" "\033[8~" "!", "free!" },
	{ "frXee" LEFT LEFT LEFT "\033[3~", "free" },		/* delete */
	{ "free" "\033[3~", "free" },				/* nothing there */
	{ "garbage\025free", "free" },				/* Ctrl-U */
	{ "oops" LEFT LEFT "\025", "ps" },
	{ "free all" LEFT LEFT LEFT LEFT "\013", "free" },		/* Ctrl-K */
	{ "alloc  page 5" "\027" "6", "alloc  page 6" },		/* Ctrl-W */
	{ "one two  " "\027", "one " },
	{ "fr\fee", "free" },					/* Ctrl-L draws again */
	{ "a\033b", "a" },					/* an unknown sequence */
	{ "a\033[9;99zb", "ab" },
	{ "a\033OCb", "ab" },
	{ "a\001\002\003", "" },				/* Ctrl-C */
};

static void edit_desc(const struct edit *e, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "edit %d", (int)(e - edits));
}
KUNIT_ARRAY_PARAM(edits, edits, edit_desc)

static void keys_make_the_line_they_should(struct kunit *test)
{
	const struct edit *e = test->param_value;
	enum lineedit_result r = LINEEDIT_MORE;
	const char *k;

	wipe();
	lineedit_start(&mon.edit);
	for (k = e->keys; *k; k++)
		r = lineedit_feed(&mon.edit, (unsigned char)*k);
	KUNIT_EXPECT_STREQ(test, mon.edit.text, e->line);
	KUNIT_EXPECT_EQ(test, mon.edit.len, (unsigned int)strlen(e->line));
	if (r == LINEEDIT_CANCELLED)
		return;
	/* The screen shows it, too: behind the last prompt, and then only blanks. */
	KUNIT_EXPECT_EQ(test, lineedit_feed(&mon.edit, '\r'), LINEEDIT_DONE);
	k = screen;
	while (strstr(k + 1, "quarry> "))
		k = strstr(k + 1, "quarry> ");
	KUNIT_EXPECT_TRUE(test, strstarts(k + 8, e->line));
	k = skip_spaces(k + 8 + strlen(e->line));
	KUNIT_EXPECT_EQ(test, *k, '\0');
}

static void history_goes_up_and_down(struct kunit *test)
{
	lineedit_start(&mon.edit);
	for (script = "one\rtwo\rtwo\rthree\r"; *script; script++)
		if (lineedit_feed(&mon.edit, *script) == LINEEDIT_DONE)
			lineedit_start(&mon.edit);
	for (script = "dra" UP; *script; script++)
		lineedit_feed(&mon.edit, *script);
	KUNIT_EXPECT_STREQ(test, mon.edit.text, "three");
	for (script = UP UP; *script; script++)
		lineedit_feed(&mon.edit, *script);
	KUNIT_EXPECT_STREQ(test, mon.edit.text, "one");	/* a repeated line counts once */
	for (script = UP UP; *script; script++)
		lineedit_feed(&mon.edit, *script);
	KUNIT_EXPECT_STREQ(test, mon.edit.text, "one");
	for (script = DOWN DOWN DOWN DOWN; *script; script++)
		lineedit_feed(&mon.edit, *script);
	KUNIT_EXPECT_STREQ(test, mon.edit.text, "dra");	/* what was begun is kept */
}

static void history_forgets_the_oldest(struct kunit *test)
{
	unsigned int i;
	char c;

	lineedit_start(&mon.edit);
	for (i = 0; i < LINEEDIT_HISTORY + 5; i++) {
		c = 'a' + i;
		lineedit_feed(&mon.edit, c);
		lineedit_feed(&mon.edit, '\n');
		lineedit_start(&mon.edit);
	}
	for (i = 0; i < LINEEDIT_HISTORY + 5; i++)
		for (script = UP; *script; script++)
			lineedit_feed(&mon.edit, *script);
	KUNIT_EXPECT_STREQ(test, mon.edit.text, "f");
}

static void long_lines_are_cut_not_overrun(struct kunit *test)
{
	unsigned int i;

	lineedit_start(&mon.edit);
	for (i = 0; i < 3 * LINEEDIT_MAX; i++)
		lineedit_feed(&mon.edit, 'x');
	KUNIT_EXPECT_EQ(test, mon.edit.len, LINEEDIT_MAX - 1U);
	lineedit_feed(&mon.edit, '\001');
	lineedit_feed(&mon.edit, 'y');
	KUNIT_EXPECT_EQ(test, mon.edit.text[0], 'x');
	KUNIT_EXPECT_EQ(test, lineedit_feed(&mon.edit, '\n'), LINEEDIT_DONE);
}

static void tab_completes(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, type("hel\t"), "quarry> help ");
	KUNIT_EXPECT_STREQ(test, type("alloc\t v\t1"), "quarry> alloc  vmalloc 1");
	KUNIT_EXPECT_STREQ(test, type("xyz\t"), "quarry> xyz");
	KUNIT_EXPECT_STREQ(test, type("alloc k\t5"), "quarry> alloc kmalloc 5");
	KUNIT_EXPECT_STREQ(test, type("free k\t"), "quarry> free k");
	mon.edit.complete = NULL;
	KUNIT_EXPECT_STREQ(test, type("hel\t"), "quarry> hel");
}

static void tab_lists_what_is_possible(struct kunit *test)
{
	const char *shown = type("b\t");

	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, "quarry> b\nbuddyinfo  bench\nquarry> b"));
	shown = type("v\t\t");
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, "\nvmallocinfo  vmstat  verify\nquarry> v"));
}

/* ---- the loop -------------------------------------------------------------------- */

static void lines_run_and_the_prompt_comes_back(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, type("interrupts\r\n  \n"),
			   "quarry> interrupts\nan interrupt\nquarry>\nquarry> ");
	KUNIT_EXPECT_STREQ(test, type("interrup\003free all\n"),
			   "quarry> interrup^C\nquarry> free all\n0 freed\nquarry> ");
	KUNIT_EXPECT_STREQ(test, type(UP "\n"), "quarry> free all\n0 freed\nquarry> ");
}

static const char *const tables[] = {
	"meminfo", "buddyinfo", "zoneinfo", "slabinfo", "vmallocinfo", "vmstat", "iomem", "owners",
	"percpu_stats", "showmem", "interrupts", "dmesg", "help", "help whatis", "alloc", "pages",
	"pages 0x10 3",
	"softirqs", "workqueues", "verify", "shrinkers", "drop_slab", "test -l", "test -l vmap",
};

static void table_desc(const char *const *line, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", *line);
}
KUNIT_ARRAY_PARAM(tables, tables, table_desc)

/* Not that they are right (stats_test.c), but that each name shows its own. */
static void tables_print_something(struct kunit *test)
{
	const char *line = *(const char *const *)test->param_value;
	void *p = vmalloc(1);			/* something for vmallocinfo */

	KUNIT_EXPECT_GT(test, strlen(run(line)), 10UL);
	KUNIT_EXPECT_NULL(test, strstr(screen, "no such command"));
	KUNIT_EXPECT_NULL(test, strstr(screen, "usage"));
	vfree(p);
}

static void help_names_every_command(struct kunit *test)
{
	static const char *const names[] = {
		"help", "meminfo", "buddyinfo", "zoneinfo", "slabinfo", "vmallocinfo", "iomem",
		"owners", "alloc", "free", "pages", "test", "bench", "whatis", "verify", "reboot",
		"poweroff",
	};
	char start[32];
	const char *line;
	unsigned int i, lines = 0;

	for (line = run("help"); *line; line += strcspn(line, "\n") + 1, lines++)
		KUNIT_EXPECT_LE(test, strcspn(line, "\n"), 79UL);	/* of a text screen's 80 */
	KUNIT_EXPECT_LE(test, lines, 23U);		/* of its 25, with two prompts */
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(start, sizeof(start), "  %s ", names[i]);
		KUNIT_EXPECT_NOT_NULL(test, strstr(screen, start));
	}
	KUNIT_EXPECT_NULL(test, strstr(run("help free"), "reboot"));
}

/* Bad lines and the one line that answers each. */
static const struct bad {
	const char *line, *answer;
} bad_lines[] = {
	{ "mem", "mem: no such command (try help)\n" },
	{ "help mem", "mem: no such command (try help)\n" },
	{ "meminfo now", "meminfo: usage: meminfo\n" },
	{ "whatis", "whatis: usage: whatis <address>\n" },
	{ "whatis zzz", "whatis: 'zzz' is no address (hexadecimal)\n" },
	{ "free", "free: usage: free <handle>|all\n" },
	{ "free 1", "free: '1' is no handle (alloc lists them)\n" },
	{ "free 0", "free: '0' is no handle (alloc lists them)\n" },
	{ "free #99", "free: '#99' is no handle (alloc lists them)\n" },
	{ "free x", "free: 'x' is no handle (alloc lists them)\n" },
	{ "alloc disk 1", "alloc: usage: alloc page|kmalloc|vmalloc <n> [gfp]\n" },
	{ "alloc page", "alloc: usage: alloc page|kmalloc|vmalloc <n> [gfp]\n" },
	{ "alloc page 11", "alloc: '11' is no order (0..10)\n" },
	{ "alloc page x", "alloc: 'x' is no order (0..10)\n" },
	{ "alloc kmalloc 0", "alloc: '0' is no number of bytes\n" },
	{ "alloc vmalloc 5x", "alloc: '5x' is no number of bytes\n" },
	{ "alloc page 0 GFP_SLOW", "alloc: 'GFP_SLOW' is no gfp mask\n" },
	{ "alloc page 0 kernel|", "alloc: 'kernel|' is no gfp mask\n" },
	{ "alloc page 0 0x100000000", "alloc: '0x100000000' is no gfp mask\n" },
	{ "alloc kmalloc 1T nowarn", "alloc: kmalloc has at most 4194304 bytes, vmalloc more\n" },
	{ "pages x", "pages: 'x' is no pfn that is online\n" },
	{ "pages 0xffffffff", "pages: '0xffffffff' is no pfn that is online\n" },
	{ "pages 0 0", "pages: '0' is no count\n" },
	{ "test a b", "test: one pattern at a time, please\n" },
	{ "test -l nosuch", "test: no suite or case matches 'nosuch'\n" },
	{ "test unknown", "test: no suite or case matches 'unknown' (test -l lists them)\n" },
	{ "bench unknown", "bench: no benchmark matches 'unknown'\n" },
	{ "free 1 2 3 4 5 6 7 8 9 10", "free: usage: free <handle>|all\n" },
};

static void bad_desc(const struct bad *b, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", b->line);
}
KUNIT_ARRAY_PARAM(bad_lines, bad_lines, bad_desc)

static void bad_lines_get_one_clear_line(struct kunit *test)
{
	const struct bad *b = test->param_value;

	KUNIT_EXPECT_STREQ(test, run(b->line), b->answer);
}

static void without_sockets_it_says_so(struct kunit *test)
{
	monitor_init(&mon, &bare_ops, NULL);
	KUNIT_EXPECT_STREQ(test, run("interrupts"), "interrupts: this machine has no interrupts\n");
	KUNIT_EXPECT_STREQ(test, run("ps"), "ps: this machine has no threads\n");
	KUNIT_EXPECT_STREQ(test, run("cpus"), "cpus: this machine has no list of CPUs\n");
	KUNIT_EXPECT_STREQ(test, run("softirqs"),
			   "softirqs: this machine has no soft interrupts\n");
	KUNIT_EXPECT_STREQ(test, run("workqueues"), "workqueues: this machine has no workqueues\n");
	KUNIT_EXPECT_STREQ(test, run("reboot"), "reboot: this machine cannot\n");
	KUNIT_EXPECT_STREQ(test, run("poweroff"), "poweroff: this machine cannot\n");
	KUNIT_EXPECT_STREQ(test, run("test"), "test: no tests are built in\n");
	KUNIT_EXPECT_STREQ(test, run("bench"), "bench: no benchmarks are built in\n");
}

static void sockets_are_called(struct kunit *test)
{
	left = 0;
	run("reboot");
	run("poweroff");
	KUNIT_EXPECT_EQ(test, left, 2U);
	run("test vmalloc.*");
	KUNIT_EXPECT_STREQ(test, ran, "vmalloc.*");
	run("test");
	KUNIT_EXPECT_STREQ(test, ran, "*");
	run("bench kmalloc*");
	KUNIT_EXPECT_STREQ(test, ran, "bench kmalloc*");
}

static void test_l_lists_suites_that_match(struct kunit *test)
{
	run("test -l monitor");
	KUNIT_EXPECT_NOT_NULL(test, strstr(screen, "monitor.test_l_lists_suites_that_match\n"));
	KUNIT_EXPECT_NULL(test, strstr(screen, "vmalloc."));
}

/* ---- memory ---------------------------------------------------------------------- */

static void memory_is_taken_and_given_back(struct kunit *test)
{
	unsigned long pages = page_owner_pages(PAGE_OWNER_PAGES);
	char want[128];

	run("alloc page 3 dma");
	snprintf(want, sizeof(want), "#1: page, 32768 bytes at 0x%px, order 3 at pfn 0x%lx\n",
		 mon.handle[0].addr, virt_to_pfn(mon.handle[0].addr));
	KUNIT_EXPECT_STREQ(test, screen, want);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PAGES), pages + 8);
	KUNIT_EXPECT_LT(test, virt_to_pfn(mon.handle[0].addr), ZONE_DMA_END_PFN);
	run("alloc kmalloc 100 GFP_ATOMIC|__GFP_ZERO");
	KUNIT_EXPECT_TRUE(test, strstarts(screen, "#2: kmalloc, 100 bytes at 0x"));
	run("alloc vmalloc 64K");
	KUNIT_EXPECT_TRUE(test, strstarts(screen, "#3: vmalloc, 65536 bytes at 0x"));
	KUNIT_EXPECT_STREQ(test, run("free 2"), "#2 freed\n");
	run("alloc");
	KUNIT_EXPECT_NOT_NULL(test, strstr(screen, "#1: page"));
	KUNIT_EXPECT_NULL(test, strstr(screen, "#2"));
	run("alloc page 0");				/* the free number is used again */
	KUNIT_EXPECT_TRUE(test, strstarts(screen, "#2: page, 4096 bytes"));
	KUNIT_EXPECT_STREQ(test, run("free #1"), "#1 freed\n");
	KUNIT_EXPECT_STREQ(test, run("free all"), "2 freed\n");
	KUNIT_EXPECT_STREQ(test, run("alloc"), "nothing is held\n");
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PAGES), pages);
}

static void handles_run_out_politely(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < MONITOR_HANDLES; i++)
		KUNIT_EXPECT_TRUE(test, strstarts(run("alloc kmalloc 8"), "#"));
	KUNIT_EXPECT_STREQ(test, run("alloc kmalloc 8"),
			   "alloc: 64 allocations are held, free some first\n");
	KUNIT_EXPECT_STREQ(test, run("free all"), "64 freed\n");
}

static void masks_have_names(struct kunit *test)
{
	static const struct {
		const char *name;
		gfp_t mask;
	} good[] = {
		{ "GFP_KERNEL", GFP_KERNEL },
		{ "kernel", GFP_KERNEL },
		{ "Atomic", GFP_ATOMIC },
		{ "GFP_DMA|GFP_KERNEL", GFP_DMA | GFP_KERNEL },
		{ "dma32+zero", GFP_DMA32 | __GFP_ZERO },
		{ "__gfp_nowarn,nowait", __GFP_NOWARN | GFP_NOWAIT },
		{ "0xcc0", GFP_KERNEL },
		{ "0", 0 },
	};
	unsigned int i;
	gfp_t gfp;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		KUNIT_EXPECT_EQ(test, monitor_parse_gfp(good[i].name, &gfp), 0);
		KUNIT_EXPECT_EQ(test, gfp, good[i].mask);
	}
	KUNIT_EXPECT_EQ(test, monitor_parse_gfp("", &gfp), -EINVAL);
	KUNIT_EXPECT_EQ(test, monitor_parse_gfp("kern", &gfp), -EINVAL);
	KUNIT_EXPECT_EQ(test, monitor_parse_gfp("|", &gfp), -EINVAL);
}

static void pages_shows_owners(struct kunit *test)
{
	char *p = (char *)__get_free_pages(GFP_KERNEL | __GFP_COMP, 2), line[64], want[64];

	snprintf(line, sizeof(line), "pages %#lx 1", virt_to_pfn(p));
	snprintf(want, sizeof(want), "%#10lx %5u %-9s %-7s %u\n", virt_to_pfn(p), 2U, "pages",
		 page_zone(virt_to_page(p))->name, 1U);
	KUNIT_EXPECT_NOT_NULL(test, strstr(run(line), want));
	snprintf(line, sizeof(line), "pages %#lx 2", virt_to_pfn(p) + 1);
	snprintf(want, sizeof(want), "%#10lx       (inside a block)\n", virt_to_pfn(p) + 2);
	KUNIT_EXPECT_NOT_NULL(test, strstr(run(line), want));
	free_pages((unsigned long)p, 2);
}

static void verify_says_what_is_wrong(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	u64 meta = page->meta;

	page->meta = 0;
	KUNIT_EXPECT_TRUE(test, strstarts(run("verify"), "verify: "));
	KUNIT_EXPECT_NULL(test, strstr(screen, "holds"));
	page->meta = meta;
	__free_page(page);
	KUNIT_EXPECT_STREQ(test, run("verify"), "every invariant holds\n");
}

/* Who trims now and then, or reclaims, may be first: but not each time. */
static void drop_slab_gives_pages_back(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("monitor_test", 1024, 0, 0, NULL);
	unsigned int tries = 0;
	void *p[64];

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_NOT_NULL(test, strstr(run("shrinkers"), "\nslab-stocks "));
	do {
		KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 64, p), 64);
		kmem_cache_free_bulk(s, 64, p);
		KUNIT_EXPECT_NOT_NULL(test, strstr(run("drop_slab"), " pages came free, "));
	} while (strstarts(screen, "0 pages") && ++tries < 10);
	KUNIT_EXPECT_FALSE(test, strstarts(screen, "0 pages"));
	kmem_cache_destroy(s);
}

static void oom_finds_nobody(struct kunit *test)
{
	static char report[16384];

	printk_capture_start(report, sizeof(report));
	run("oom");
	printk_capture_stop();
	KUNIT_EXPECT_STREQ(test, screen, "oom: nobody has anything to give up\n");
}

static void whatis_takes_hexadecimal(struct kunit *test)
{
	char *p = kmalloc(64, GFP_KERNEL), line[64];

	snprintf(line, sizeof(line), "whatis 0x%px", p);
	KUNIT_EXPECT_NOT_NULL(test, strstr(run(line), " of cache kmalloc-64 at 0x"));
	snprintf(line, sizeof(line), "whatis %px", p);
	KUNIT_EXPECT_NOT_NULL(test, strstr(run(line), " of cache kmalloc-64 at 0x"));
	kfree(p);
}

static struct kunit_case monitor_cases[] = {
	KUNIT_CASE_PARAM(keys_make_the_line_they_should, edits_gen_params),
	KUNIT_CASE(history_goes_up_and_down),
	KUNIT_CASE(history_forgets_the_oldest),
	KUNIT_CASE(long_lines_are_cut_not_overrun),
	KUNIT_CASE(tab_completes),
	KUNIT_CASE(tab_lists_what_is_possible),
	KUNIT_CASE(lines_run_and_the_prompt_comes_back),
	KUNIT_CASE_PARAM(tables_print_something, tables_gen_params),
	KUNIT_CASE(help_names_every_command),
	KUNIT_CASE_PARAM(bad_lines_get_one_clear_line, bad_lines_gen_params),
	KUNIT_CASE(without_sockets_it_says_so),
	KUNIT_CASE(sockets_are_called),
	KUNIT_CASE(test_l_lists_suites_that_match),
	KUNIT_CASE(memory_is_taken_and_given_back),
	KUNIT_CASE(handles_run_out_politely),
	KUNIT_CASE(masks_have_names),
	KUNIT_CASE(drop_slab_gives_pages_back),
	KUNIT_CASE(oom_finds_nobody),
	KUNIT_CASE(pages_shows_owners),
	KUNIT_CASE(verify_says_what_is_wrong),
	KUNIT_CASE(whatis_takes_hexadecimal),
	{}
};

static struct kunit_suite monitor_suite = {
	.name = "monitor",
	.init = monitor_test_init,
	.exit = monitor_test_exit,
	.test_cases = monitor_cases,
};
kunit_test_suite(monitor_suite);
