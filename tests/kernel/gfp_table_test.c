/* SPDX-License-Identifier: MIT */
/*
 * gfp_table_test.c - the GFP contract, executed
 *
 * An oracle (gfp_oracle.c), written from the documented rules, says what must happen to a
 * request; the real code does it, on three zones of the test's own, with sockets that count:
 *
 *	masks  x  states of the zones  x  orders 0 1 3 4 9 10  x  contexts  x  what helps
 *
 * and zone, depth, kswapd, reclaim, out-of-memory path, sleep and report must agree.
 */
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched/mm.h>
#include <linux/stats.h>

#include "gfp_oracle.h"

#define TABLE_ORDER	10		/* each zone is one block of 4 MiB */
#define TABLE_PAGES	1024
#define MAX_COMPLAINTS	20

/* ---- the other axes -------------------------------------------------------------- */

enum content { FULL, FRAGMENTED, EMPTY, ABSENT };
/* Where free pages stand, were the request served. */
enum level { PLENTY, BELOW_HIGH, AT_LOW, AT_MIN, ABOVE_HALF, AT_HALF, ABOVE_3_8, AT_3_8, DEEP };

struct state {
	const char *name;
	enum content content[MAX_NR_ZONES];
	enum level level;
	bool reserved;			/* lowmem_reserve closes low zones to high requests */
};

static const struct state states[] = {
	{ "plenty", { FULL, FULL, FULL }, PLENTY, false },
	{ "below high", { FULL, FULL, FULL }, BELOW_HIGH, false },
	{ "at low", { FULL, FULL, FULL }, AT_LOW, false },
	{ "at min", { FULL, FULL, FULL }, AT_MIN, false },
	{ "above half", { FULL, FULL, FULL }, ABOVE_HALF, false },
	{ "at half", { FULL, FULL, FULL }, AT_HALF, false },
	{ "above 3/8", { FULL, FULL, FULL }, ABOVE_3_8, false },
	{ "at 3/8", { FULL, FULL, FULL }, AT_3_8, false },
	{ "deep in the reserve", { FULL, FULL, FULL }, DEEP, false },
	{ "reserved low zones", { FULL, FULL, EMPTY }, PLENTY, true },
	{ "DMA32 only", { EMPTY, FULL, ABSENT }, PLENTY, false },
	{ "DMA only", { FULL, ABSENT, ABSENT }, PLENTY, false },
	{ "DMA only, at min", { FULL, EMPTY, EMPTY }, AT_MIN, false },
	{ "fragmented", { FRAGMENTED, FRAGMENTED, FRAGMENTED }, PLENTY, false },
	{ "empty", { EMPTY, EMPTY, EMPTY }, PLENTY, false },
};

static const unsigned int orders[] = { 0, 1, 3, 4, 9, 10 };

static const char *const context_names[NR_CONTEXTS] = {
	"process", "under a lock", "irqs off", "softirq", "hardirq",
};

static const char *const help_names[NR_HELP] = {
	"nothing", "first reclaim", "third reclaim", "sacrifice",
};

static struct zone table[MAX_NR_ZONES];
static struct page *held[MAX_NR_ZONES];		/* the block of a zone that is EMPTY */
static struct gfp_outcome seen;
static const struct gfp_request *running;
static const struct state *state;		/* of the zones */

/* ---- the sockets ----------------------------------------------------------------- */

static void open_zone(struct zone *z)
{
	memset(z->watermark, 0, sizeof(z->watermark));
	memset(z->lowmem_reserve, 0, sizeof(z->lowmem_reserve));
}

/* The highest zone that the running mask admits and that exists gets all there is. */
static int best_zone(const struct gfp_rule *r)
{
	int i = r->highest;

	while (i > 0 && !table[i].managed_pages)
		i--;
	return i;
}

static void release(void)
{
	const int i = best_zone(running->rule);

	open_zone(&table[i]);
	if (held[i])
		zone_give(&table[i], held[i], TABLE_ORDER);
	held[i] = NULL;
}

static unsigned long see_reclaim(const struct alloc_context *ac)
{
	seen.reclaims++;
	if (running->help == FIRST_RECLAIM || (running->help == THIRD_RECLAIM &&
					       seen.reclaims == 3))
		release();
	return running->help == FIRST_RECLAIM || running->help == THIRD_RECLAIM;
}

static void see_wake(struct zone *z, unsigned int order)
{
	seen.kswapd |= 1U << (z - table);
}

static bool see_oom(gfp_t gfp, unsigned int order)
{
	seen.ooms++;
	if (running->help == SACRIFICE)
		release();
	return running->help == SACRIFICE;
}

static void see_report(gfp_t gfp, unsigned int order)
{
	seen.report = true;
}

static page_failure_report_fn *kept_report;
static page_reclaim_fn *kept_reclaim;
static page_wake_kswapd_fn *kept_wake;
static page_oom_fn *kept_oom;

static void plug_back(void *unused)
{
	page_alloc_set_failure_report(kept_report);
	page_alloc_set_reclaim(kept_reclaim);
	page_alloc_set_wake_kswapd(kept_wake);
	page_alloc_set_oom(kept_oom);
}

/* ---- the machine ----------------------------------------------------------------- */

static void empty_zone(int i)
{
	held[i] = zone_take(&table[i], TABLE_ORDER);
}

/* Every second page is free: 512 of them, and no two side by side. */
static void fragment_zone(int i)
{
	struct page *page;
	unsigned long n;

	for (n = 0; n < TABLE_PAGES; n++)
		zone_take(&table[i], 0);
	page = pfn_to_page(table[i].start_pfn);
	for (n = 0; n < TABLE_PAGES; n += 2)
		zone_give(&table[i], page + n, 0);
}

static void set_content(int i, enum content content)
{
	struct zone *z = &table[i];
	struct page *page = pfn_to_page(z->start_pfn);
	unsigned long n;

	if (held[i])
		zone_give(z, held[i], TABLE_ORDER);
	held[i] = NULL;
	for (n = z->free_mask == 1 ? 1 : TABLE_PAGES; n < TABLE_PAGES; n += 2)
		zone_give(z, page + n, 0);		/* what fragment_zone() has kept */
	z->managed_pages = content == ABSENT ? 0 : TABLE_PAGES;
	if (content == EMPTY || content == ABSENT)
		empty_zone(i);
	if (content == FRAGMENTED)
		fragment_zone(i);
}

/* The smallest min of which @pages are kept. */
static unsigned long min_that_keeps(unsigned long pages, enum gfp_keep keep)
{
	unsigned long min = pages;

	while (gfp_kept(min, keep) < pages)
		min++;
	return min;
}

/* Marks around what is left after a request of this order; low is always out of reach below
 * AT_LOW. */
static void set_level(struct zone *z, enum level level, unsigned int order)
{
	const unsigned long pages = z->nr_free >> order ? z->nr_free - ((1UL << order) - 1) : 0;
	unsigned long min = pages / 4, low = pages / 2;

	switch (level) {
	case PLENTY:	 low = pages / 2; break;
	case BELOW_HIGH: low = pages ? pages - 1 : 0; break;
	case AT_LOW:	 low = pages; break;
	case AT_MIN:	 min = pages; break;
	case ABOVE_HALF: min = min_that_keeps(pages ? pages - 1 : 0, HALF); break;
	case AT_HALF:	 min = min_that_keeps(pages, HALF); break;
	case ABOVE_3_8:	 min = min_that_keeps(pages ? pages - 1 : 0, EIGHTHS); break;
	case AT_3_8:	 min = min_that_keeps(pages, EIGHTHS); break;
	case DEEP:	 min = 100 * TABLE_PAGES; break;
	}
	z->watermark[WMARK_MIN] = min;
	z->watermark[WMARK_LOW] = level > AT_LOW ? min + TABLE_PAGES : low;
	z->watermark[WMARK_HIGH] = z->watermark[WMARK_LOW] + TABLE_PAGES;
	memset(z->lowmem_reserve, 0, sizeof(z->lowmem_reserve));
}

static void set_levels(const struct state *s, unsigned int order)
{
	int i, j;

	for (i = 0; i < MAX_NR_ZONES; i++) {
		set_level(&table[i], s->level, order);
		for (j = i + 1; s->reserved && j < MAX_NR_ZONES; j++)
			table[i].lowmem_reserve[j] = TABLE_PAGES;
	}
}

static int zone_of(const struct page *page)
{
	int i;

	for (i = MAX_NR_ZONES - 1; page && i >= 0; i--)
		if (page_to_pfn(page) >= table[i].start_pfn && page_to_pfn(page) < table[i].end_pfn)
			return i;
	return -1;
}

/* Give back what the request got; what was released to serve it is held again. */
static void settle(const struct gfp_request *c, struct page *page)
{
	int i;

	if (page)
		zone_give(&table[zone_of(page)], page, c->order);
	for (i = 0; i < MAX_NR_ZONES; i++)
		if (state->content[i] >= EMPTY && !held[i])
			empty_zone(i);
}

/* ---- one case -------------------------------------------------------------------- */

static const unsigned int pf_of[NR_ASKERS] = {
	[RECLAIM] = PF_MEMALLOC, [NOIO] = PF_MEMALLOC_NOIO, [NOFS] = PF_MEMALLOC_NOFS,
};

static struct page *request(const struct gfp_rule *r, unsigned int order)
{
	const unsigned int flags = memalloc_flags_save(pf_of[r->asker]);
	struct page *page;

	current->oom_victim = r->asker == VICTIM;
	page = page_alloc_in(table, r->gfp, order, PAGE_OWNER_PAGES);
	current->oom_victim = false;
	memalloc_flags_restore(flags);
	return page;
}

static struct page *request_in_context(const struct gfp_request *c)
{
	static DEFINE_SPINLOCK(lock);
	struct page *page;
	unsigned long flags;

	switch (c->context) {
	case PROCESS:
		return request(c->rule, c->order);
	case LOCKED:
		spin_lock(&lock);
		page = request(c->rule, c->order);
		spin_unlock(&lock);
		return page;
	case SOFTIRQ:
		preempt_count_add(SOFTIRQ_OFFSET);
		page = request(c->rule, c->order);
		preempt_count_sub(SOFTIRQ_OFFSET);
		return page;
	default:
		local_irq_save(flags);
		preempt_count_add(c->context == HARDIRQ ? HARDIRQ_OFFSET : 0);
		page = request(c->rule, c->order);
		preempt_count_sub(c->context == HARDIRQ ? HARDIRQ_OFFSET : 0);
		local_irq_restore(flags);
		return page;
	}
}

/* What happened is what should have? */
static bool same(const struct gfp_outcome *a, const struct gfp_outcome *b)
{
	return a->zone == b->zone && a->kswapd == b->kswapd && a->reclaims == b->reclaims &&
	       a->ooms == b->ooms && a->slept == b->slept && a->report == b->report;
}

static void complain(struct kunit *test, const struct gfp_request *c,
		     const struct gfp_outcome *want)
{
	KUNIT_FAIL(test, "%s, order %u, %s, %s, helped by %s: zone %d kswapd %#x reclaims %u "
		   "ooms %u slept %d report %d, expected %d %#x %u %u %d %d", c->rule->name,
		   c->order, state->name, context_names[c->context], help_names[c->help],
		   seen.zone, seen.kswapd, seen.reclaims, seen.ooms, seen.slept, seen.report,
		   want->zone, want->kswapd, want->reclaims, want->ooms, want->slept,
		   want->report);
}

static void observe(const struct gfp_request *c, struct gfp_outcome *want)
{
	const unsigned long switches = current->nvcsw;
	struct page *page;

	set_levels(state, c->order);
	gfp_oracle(c, want);
	running = c;
	memset(&seen, 0, sizeof(seen));
	ratelimit_reset(&page_alloc_ratelimit);
	page = request_in_context(c);
	seen.zone = zone_of(page);
	/* Without a scheduler nobody can tell. */
	seen.slept = IS_ENABLED(__HOSTED__) ? want->slept : current->nvcsw != switches;
	settle(c, page);
}

static bool run_case(struct kunit *test, const struct gfp_request *c)
{
	struct gfp_outcome want;
	unsigned int tries = 0;

	/* A tick that is over before the thread has gone to sleep has not been slept. */
	do {
		observe(c, &want);
	} while (want.slept && !seen.slept && ++tries < 20);
	if (same(&seen, &want))
		return true;
	complain(test, c, &want);
	return false;
}

/* Help is only asked for in process context, and cannot mend what is fragmented. */
static bool makes_sense(const struct gfp_request *c)
{
	const bool asks = c->rule->sleeps && c->context == PROCESS && c->rule->rounds != NONE;
	const bool small = c->order <= 3;

	if (c->rule->rounds == FOREVER && c->context == PROCESS) {
		if (state->content[ZONE_NORMAL] == FRAGMENTED)
			return c->order == 0 && c->help == NO_HELP;	/* or it never ends */
		return c->help == FIRST_RECLAIM || c->help == THIRD_RECLAIM ||
		       (c->help == SACRIFICE && small);
	}
	if (!asks)
		return c->help == NO_HELP;
	if (state->content[ZONE_NORMAL] == FRAGMENTED)
		return c->help == NO_HELP;
	return c->help != SACRIFICE || (small && c->rule->oom);
}

static unsigned int nr_cases;

static unsigned int run_state(struct kunit *test, const struct gfp_rule *r, const struct state *s)
{
	struct gfp_request c = { .rule = r, .zones = table, .helped = best_zone(r) };
	unsigned int i, wrong = 0;

	state = s;
	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		c.order = orders[i];
		for (c.context = 0; c.context < NR_CONTEXTS; c.context++)
			for (c.help = 0; c.help < NR_HELP; c.help++) {
				if (!makes_sense(&c))
					continue;
				nr_cases++;
				wrong += !run_case(test, &c);
				if (wrong >= MAX_COMPLAINTS)
					return wrong;
			}
	}
	return wrong;
}

static void rule_desc(const struct gfp_rule *r, char *desc)
{
	const char *who = gfp_askers[r->asker];

	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, who ? "%s %s" : "%s", r->name, who);
}

static const void *rule_gen_params(const void *prev, char *desc)
{
	const struct gfp_rule *r = prev ? (const struct gfp_rule *)prev + 1 : gfp_rules;

	if (r == gfp_rules + nr_gfp_rules)
		return NULL;
	rule_desc(r, desc);
	return r;
}

static void gfp_table_holds(struct kunit *test)
{
	const struct gfp_rule *r = test->param_value;
	unsigned int i, wrong = 0;
	int z;

	for (i = 0; i < ARRAY_SIZE(states) && wrong < MAX_COMPLAINTS; i++) {
		for (z = 0; z < MAX_NR_ZONES; z++)
			set_content(z, states[i].content[z]);
		wrong += run_state(test, r, &states[i]);
	}
	for (z = 0; z < MAX_NR_ZONES; z++) {
		set_content(z, FULL);
		zone_expect_whole(test, &table[z]);
	}
}

/* ---- the printed table ----------------------------------------------------------- */

static char printed[8192];

/* Copy a line, each run of blanks as one; returns the start of the next. */
static const char *squeeze(const char *line, char *out, size_t n)
{
	size_t i = 0;

	for (; *line && *line != '\n'; line++)
		if (i < n - 1 && !(*line == ' ' && i && out[i - 1] == ' '))
			out[i++] = *line;
	out[i] = '\0';
	return *line ? line + 1 : line;
}

static void gfp_table_is_printed(struct kunit *test)
{
	char want[160], got[160];
	const char *line;
	struct seq_file m;
	unsigned int i;

	seq_to_buffer(&m, printed, sizeof(printed));
	stats_gfp(&m);
	KUNIT_ASSERT_FALSE(test, seq_has_overflowed(&m));
	line = squeeze(squeeze(printed, got, sizeof(got)), got, sizeof(got));
	for (i = 0; i < nr_gfp_masks; i++) {
		line = squeeze(line, got, sizeof(got));
		gfp_oracle_row(&gfp_rules[i], want, sizeof(want));
		KUNIT_EXPECT_STREQ(test, got, want);
	}
	KUNIT_EXPECT_EQ(test, *line, '\0');
	printk_raw("# table: gfp\n");
	for (line = printed; *line; line = strchr(line, '\n') + 1) {
		KUNIT_EXPECT_LE(test, strcspn(line, "\n"), 99UL);	/* of a screen's 100 */
		printk_raw("%.*s\n", (int)(strchr(line, '\n') - line), line);
	}
	printk_raw("# end of table\n");
	kunit_info(test, "%u cases", nr_cases);
}

/* ---- suite ----------------------------------------------------------------------- */

/* Where nobody may sleep, __GFP_NOFAIL is refused, with a warning the first time. */
static void absorb_nofail_warning(struct kunit *test)
{
	static struct zone none[MAX_NR_ZONES];

	report_start(test);
	preempt_disable();
	KUNIT_EXPECT_NULL(test, page_alloc_in(none, GFP_KERNEL | __GFP_NOFAIL | __GFP_NOWARN, 0,
					      PAGE_OWNER_PAGES));
	preempt_enable();
	report_stop(test);
}

static int table_init(struct kunit *test)
{
	int i;

	if (totalram_pages() < 8 * TABLE_PAGES)
		kunit_skip(test, "less than 32 MiB: no room for three zones of 4 MiB");
	for (i = 0; i < MAX_NR_ZONES; i++) {
		zone_fixture_at(test, &table[i], TABLE_ORDER);
		held[i] = NULL;
	}
	kept_report = page_alloc_set_failure_report(see_report);
	kept_reclaim = page_alloc_set_reclaim(see_reclaim);
	kept_wake = page_alloc_set_wake_kswapd(see_wake);
	kept_oom = page_alloc_set_oom(see_oom);
	kunit_add_action(test, plug_back, NULL);
	absorb_nofail_warning(test);
	return 0;
}

static struct kunit_case gfp_table_cases[] = {
	KUNIT_CASE_PARAM(gfp_table_holds, rule_gen_params),
	KUNIT_CASE(gfp_table_is_printed),
	{}
};

static struct kunit_suite gfp_table_suite = {
	.name = "gfp_table",
	.init = table_init,
	.test_cases = gfp_table_cases,
};
kunit_test_suite(gfp_table_suite);
