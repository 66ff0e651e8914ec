/* SPDX-License-Identifier: MIT */
/*
 * rewind_run.c - each boundary x each boundary x each boundary of a stock's sequences
 *
 * MODEL
 *   level 0	the process runs an operation, and is interrupted at boundary k0
 *   level 1	the handler runs an operation, and is interrupted at boundary k1
 *   level 2	that handler runs an operation, and is interrupted at boundary k2
 *   last	that handler runs an operation, to its end
 *
 *   All operations are of the same stock; every choice of four, and every choice of three
 *   entries: an interrupt, an NMI, an exception (#PF, #GP and #MC take turns), and a #DB, in
 *   whose handler an NMI comes.  In an NMI only exceptions come.
 *
 *   What the operation of a level does depends on what is left for it, so it is recorded for
 *   each choice of boundaries above it.  Interrupted are the boundaries that lie in a slot:
 *   in the sequence and in its tail; what leads there touches nothing.
 *
 *	for each k0: record level 1, for each k1: record level 2, for each k2: visit
 *	visit	fill the stock, run it all, check: every object in one place
 *
 * CONTEXT	process, bound to its CPU, preemption disabled, no other interrupts.
 * FAILURE	r->text; the choice of operations is given up, the stock is filled anew.
 */
#include <asm/rewind.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "rewind.h"

#define MAX_PATH	16384		/* boundaries of one operation, the slow path with them */
#define MAX_AT		512		/* of them in slots */
#define NR_HANDS	(REWIND_DEPTH + 1)
#define TRIES		16
#define LOST_SHARE	50		/* one visit of so many may be lost in slow paths */

struct level {
	struct step step;
	struct step_trace trace;
	unsigned int at[MAX_AT], nr_at;	/* indices of the boundaries that lie in slots */
	const struct rewind_op *op;
	bool visited;			/* its handler has run */
};

static struct level level[REWIND_DEPTH];
static struct rewind_hand hand[NR_HANDS];
static u8 *seen;			/* a bit for each byte of the section */

static struct run {
	const struct rewind_stock *stock;
	const struct rewind_plan *plan;
	struct rewind_result *r;
	const struct rewind_op *op[NR_HANDS];
	enum step_entry entry[REWIND_DEPTH];
	unsigned int state, depth;	/* levels that are stepped now */
	unsigned int turn;		/* of exceptions */
	bool lost;			/* the last visit did not come to its boundary */
	const char *fault;
} run;

static const char *const entry_names[STEP_NR_ENTRIES] = {
	"interrupt", "NMI", "exception", "NMI in #DB",
};

/* ---- one visit --------------------------------------------------------------------- */

static void run_level(unsigned int i)
{
	irqsweep_step(&level[i].step, run.op[i]->run, &hand[i]);
}

/* A handler: interrupts come to it only if it lets them in. */
static void run_handler(void *arg)
{
	struct level *l = arg;
	const unsigned int next = l - level + 1;
	const bool let_in = next < run.depth && run.entry[next] == STEP_IRQ;

	l->visited = true;
	if (let_in)
		local_irq_enable();
	if (next < run.depth)
		run_level(next);
	else
		run.op[next]->run(&hand[next]);
	if (let_in)
		local_irq_disable();
}

static void fill(void)
{
	bool gives[NR_HANDS] = { false };
	unsigned int i;

	for (i = 0; i < NR_HANDS; i++) {
		hand[i] = (struct rewind_hand){ .stock = run.stock, .level = i };
		gives[i] = i <= run.plan->depth && run.op[i]->gives;
		if (i < REWIND_DEPTH)
			level[i].visited = false;
	}
	run.stock->fill(run.state, hand, gives, NR_HANDS);
}

/* What went wrong with the stepping, from the outermost level inwards. */
static const char *step_faults(bool *again)
{
	unsigned int i;

	for (i = 0; i < run.depth; i++) {
		if (level[i].step.fault && !level[i].step.differs)
			return level[i].step.fault;
		*again |= level[i].step.fault != NULL;
		if (!level[i].visited)
			break;
	}
	return NULL;
}

/* Why this visit failed; NULL: it did not.  *again: it went another way. */
static const char *visit_once(bool *again)
{
	const char *fault;
	unsigned int count;

	*again = false;
	preempt_disable();
	irqsweep_step_quiet(true);	/* nothing else takes from the stock meanwhile */
	fill();
	count = preempt_count();
	run_level(0);
	fault = step_faults(again);
	if (!fault && (preempt_count() != count || irqs_disabled()))
		fault = "preempt_count or interrupts are not as before";
	if (!fault)
		fault = run.stock->check(hand, NR_HANDS);
	if (run.stock->done && !fault)
		run.stock->done(hand, NR_HANDS);
	irqsweep_step_quiet(false);
	preempt_enable();
	return fault;
}

/*
 * A slow path depends on more than the stock, on slabs and lists below it: what is different
 * there each time cannot be visited, and is counted.
 */
static bool visit(void)
{
	unsigned int tries;
	bool again;

	run.lost = false;
	for (tries = 0; tries < TRIES; tries++) {
		run.fault = visit_once(&again);
		if (run.fault || !again)
			return !run.fault;
		run.r->again++;
	}
	run.lost = true;
	run.r->lost++;
	if (run.stock->slow_states >> run.state & 1)
		return true;
	run.fault = "the path is not the recorded one, again and again";
	return false;
}

/* ---- boundaries -------------------------------------------------------------------- */

static unsigned long section_offset(unsigned long ip)
{
	return ip - (unsigned long)__rewind_start;
}

static bool is_of_interest(unsigned long ip)
{
	return section_offset(ip) < section_offset((unsigned long)__rewind_end) ||
	       ip - run.stock->from < run.stock->to - run.stock->from;
}

static void set_level(unsigned int i, enum step_mode mode, unsigned int target)
{
	struct level *l = &level[i];

	run.depth = i + 1;
	l->step = (struct step){
		.mode = mode, .trace = &l->trace, .target = target, .entry = run.entry[i],
		.vector = step_vectors[run.turn++ % STEP_NR_VECTORS], .direct = true,
		.handler = run_handler, .arg = l,
	};
}

/* What level i does where those above are being interrupted now. */
static bool record(unsigned int i)
{
	struct level *l = &level[i];
	unsigned int k;

	set_level(i, STEP_RECORD, 0);
	l->nr_at = 0;
	if (!visit())
		return false;
	if (run.lost)
		return true;
	irqsweep_step_anchor(&l->trace);
	for (k = 0; k < l->trace.nr; k++) {
		if (!is_of_interest(irqsweep_step_ip(&l->trace, k)))
			continue;
		if (l->nr_at == MAX_AT) {
			run.fault = "too many boundaries";
			return false;
		}
		l->at[l->nr_at++] = k;
	}
	return true;
}

/* A boundary at the deepest level was visited. */
static void note_visit(unsigned int i)
{
	const unsigned long off =
		section_offset(irqsweep_step_ip(&level[i].trace, level[i].step.target));

	if (run.lost)
		return;
	run.r->visits++;
	if (i + 1 == REWIND_DEPTH && off < section_offset((unsigned long)__rewind_end))
		seen[off / 8] |= 1U << off % 8;
}

/* Boundaries that are left out at level i: others at another time. */
static unsigned int outer_skip(unsigned int i)
{
	return run.stock->long_paths && i + 1 < run.plan->depth ? run.plan->skip : 0;
}

static bool sweep_level(unsigned int i)
{
	unsigned int n;

	if (!record(i))
		return false;
	for (n = outer_skip(i) ? run.turn % (outer_skip(i) + 1) : 0; n < level[i].nr_at;
	     n += 1 + outer_skip(i)) {
		set_level(i, STEP_VISIT, level[i].at[n]);
		if (i + 1 < run.plan->depth) {
			if (!sweep_level(i + 1))
				return false;
			continue;
		}
		if (!visit())
			return false;
		note_visit(i);
	}
	return true;
}

/* ---- choices ----------------------------------------------------------------------- */

static void name_choice(char *name, size_t size)
{
	int n = scnprintf(name, size, "%s/%u/", run.stock->name, run.state);
	unsigned int i;

	for (i = 0; i <= run.plan->depth; i++)
		n += scnprintf(name + n, size - n, "%s%s", i ? "," : "", run.op[i]->name);
}

static void report(void)
{
	struct rewind_result *r = run.r;
	unsigned int i;
	int n;

	if (r->failures++)
		return;
	n = scnprintf(r->text, sizeof(r->text), "FAILED ");
	name_choice(r->text + n, sizeof(r->text) - n);
	n = strlen(r->text);
	n += scnprintf(r->text + n, sizeof(r->text) - n, ": %s\n", run.fault);
	for (i = 0; i < run.depth && level[i].step.mode == STEP_VISIT; i++)
		n += scnprintf(r->text + n, sizeof(r->text) - n, "# level %u: %s at %pS\n", i,
			       entry_names[run.entry[i]],
			       (void *)irqsweep_step_ip(&level[i].trace, level[i].step.target));
}

/* Inside an NMI neither interrupts nor another NMI come; slow paths are not for NMIs. */
static bool choose_entries(unsigned int code)
{
	const bool slow = run.stock->slow_states >> run.state & 1;
	bool nmi = false;
	unsigned int i;

	for (i = 0; i < run.plan->depth; i++, code /= STEP_NR_ENTRIES) {
		run.entry[i] = code % STEP_NR_ENTRIES;
		if (nmi && run.entry[i] != STEP_TRAP)
			return false;
		nmi |= run.entry[i] == STEP_NMI || run.entry[i] == STEP_DEBUG;
		if (nmi && slow)
			return false;
	}
	return !code;
}

static void choose_ops(unsigned int code)
{
	unsigned int i;

	for (i = 0; i < NR_HANDS; i++, code /= run.stock->nr_ops)
		run.op[i] = &run.stock->op[code % run.stock->nr_ops];
}

static unsigned int power(unsigned int base, unsigned int n)
{
	return n ? base * power(base, n - 1) : 1;
}

static bool is_wanted(unsigned int nr)
{
	char name[96];

	name_choice(name, sizeof(name));
	if (run.plan->only)
		return glob_match(run.plan->only, name);
	return nr % (run.plan->stride * (run.stock->long_paths ? run.plan->long_stride : 1)) == 0;
}

bool rewind_run(const struct rewind_stock *stock, const struct rewind_plan *plan,
		struct rewind_result *r)
{
	const unsigned int nr_ops = power(stock->nr_ops, plan->depth + 1);
	const unsigned int nr_entries = power(STEP_NR_ENTRIES, plan->depth);
	unsigned int nr = 0, ops, entries;

	memset(r, 0, sizeof(*r));
	run = (struct run){ .stock = stock, .plan = plan, .r = r };
	for (run.state = stock->first_state; run.state < stock->nr_states; run.state++)
		for (ops = 0; ops < nr_ops; ops++)
			for (entries = 0; entries < nr_entries; entries++) {
				choose_ops(ops);
				if (choose_entries(entries) && is_wanted(nr++) && !sweep_level(0))
					report();
			}
	if (r->lost * LOST_SHARE > r->visits && !r->failures++)
		snprintf(r->text, sizeof(r->text), "FAILED %s: %lu visits of %lu did not come to "
			 "their boundary", stock->name, r->lost, r->visits);
	return !r->failures;
}

/* ---- beginning and end ------------------------------------------------------------- */

bool rewind_was_seen(unsigned long ip)
{
	const unsigned long off = section_offset(ip);

	return seen[off / 8] >> off % 8 & 1;
}

bool rewind_run_begin(void)
{
	unsigned int i;

	seen = kzalloc((__rewind_end - __rewind_start) / 8, GFP_KERNEL);
	for (i = 0; i < REWIND_DEPTH; i++) {
		level[i].trace = (struct step_trace){ .max = MAX_PATH,
			.mark = kmalloc_array(MAX_PATH, sizeof(u32), GFP_KERNEL),
			.anchor = kmalloc_array(MAX_PATH, sizeof(struct step_anchor), GFP_KERNEL),
		};
		if (!level[i].trace.mark || !level[i].trace.anchor)
			return false;
	}
	return seen != NULL;
}

void rewind_run_end(void)
{
	unsigned int i;

	for (i = 0; i < REWIND_DEPTH; i++) {
		kfree(level[i].trace.mark);
		kfree(level[i].trace.anchor);
	}
	kfree(seen);
	memset(level, 0, sizeof(level));
	memset(hand, 0, sizeof(hand));
	seen = NULL;
}
