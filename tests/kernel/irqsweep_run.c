/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_run.c - one operation, interrupted at each of its boundaries, by each script
 *
 * MODEL
 *	warm up		twice, so that sections, caches and lists are as they will be
 *	record		the path, for this script's preparation
 *	for each k	prepare, set up | step to k, interrupt, run to the end | verify,
 *			finish, tear down, compare all accounts with those before
 *	compare		the whole path once more: is it what it was at the beginning?
 *
 *   Boundaries with interrupts off are visited once, not once for each script: what comes
 *   there is an NMI, and its handler runs no script.
 *
 *   At depth 2 the script itself is stepped, with interrupts on, in the first interrupt:
 *   recorded once for each k (what it does depends on where it came), then interrupted at
 *   each of its own boundaries by a second script.
 *
 *   While an operation is being stepped no other interrupt is let in, so that nothing but
 *   the boundary differs from run to run.  But other threads and CPUs are there, too: what
 *   they take from a stock between set-up and visit may send the operation another way.
 *   Such a visit is checked, finished and torn down as any other, and made again, up to
 *   SWEEP_TRIES times.  A path that keeps differing is a failure.
 *
 * FAILURE	printed, with the command that does it again; the rest of the operation is
 *		given up, for the next visit would start from something broken.
 */
#include <kunit/test.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "irqsweep.h"

#define MAX_BOUNDARIES	65536
#define MAX_INNER	16384
#define NAME_SIZE	96
#define FAULT_SIZE	192
#define SWEEP_TRIES	50	/* other CPUs may be late: the host is busy, too */
#define SWEEP_PATIENCE	(30 * HZ)	/* for those that the host has stopped */

/* Counters of reports: none may have moved. */
struct reports {
	unsigned long slab, page, warn;
	unsigned int preempt, locks;
};

struct job {
	const struct sweep_plan *plan;
	struct sweep_row *row;
	struct sweep c;
	struct sweep_hand hand[2];	/* of the interrupt, of the one in it */
	struct step step, inner;
	struct mm_account before;
	struct reports reports;
	unsigned int visits;
	bool nested;			/* the handler is stepped, too */
	bool differs;			/* the visit went another way: */
	char way[FAULT_SIZE];
	char fault[FAULT_SIZE];
};

static u32 *marks, *inner_marks;
static struct step_anchor *anchors, *inner_anchors;
static struct step_trace trace, inner_trace;
static struct job job;
static bool broken;			/* an earlier failure left who knows what */

static struct reports reports_now(void)
{
	return (struct reports){ slab_error_count(), page_bad_count(), warn_count,
				 preempt_count(), spin_held_count() };
}

/* ---- one visit ----------------------------------------------------------- */

static void hand_run(void *hand)
{
	struct sweep_hand *h = hand;

	h->runs++;
	h->script->run(h);
}

/* The interrupt of depth 2: interruptible itself, as a soft interrupt would be. */
static void nested_run(void *unused)
{
	local_irq_enable();
	irqsweep_step(&job.inner, hand_run, &job.hand[0]);
	local_irq_disable();
}

static void hand_prepare(struct sweep_hand *h, const struct sweep_script *script)
{
	*h = (struct sweep_hand){ .sweep = &job.c, .script = script };
	if (script && script->prepare)
		script->prepare(h);
}

/* Where no interrupt came, what was prepared for it is freed here. */
static void hand_finish(struct sweep_hand *h)
{
	if (!h->script)
		return;
	if (!h->runs)
		h->script->run(h);
	if (h->script->finish)
		h->script->finish(h);
}

static void job_set_up(struct job *j, const struct sweep_script *s0, const struct sweep_script *s1)
{
	struct sweep *c = &j->c;

	drain_local_pages(NULL);
	c->nr_live = 0;
	c->result = NULL;
	c->nr_bulk = 0;
	memset(c->bulk, 0, sizeof(c->bulk));
	c->fault = NULL;
	irqsweep_forget_floods(c);
	if (c->op->clear)
		c->op->clear(c);
	hand_prepare(&j->hand[0], s0);
	hand_prepare(&j->hand[1], s1);
	if (c->op->setup)
		c->op->setup(c);
}

/* Workers that nobody needs any more end when they like: now, so that no account depends on it. */
static void settle_workers(void)
{
	unsigned int ticks = SWEEP_TRIES;

	workqueue_trim();
	do {
		schedule_timeout_uninterruptible(1);
		kthread_reap();
	} while (kthread_nr_ending() && --ticks);
}

/* Threads on other CPUs may be under way. */
static bool job_is_even(struct job *j)
{
	const unsigned long end = jiffies + SWEEP_PATIENCE;
	unsigned int tries = 0;
	struct mm_account after;

	for (;;) {
		mm_account_snapshot(&after);
		if (mm_account_compare(&j->before, &after, j->fault, sizeof(j->fault))) {
			j->fault[0] = '\0';
			return true;
		}
		if (num_online_cpus() == 1 ||
		    (++tries >= SWEEP_TRIES && time_after(jiffies, end)))
			return false;
		settle_workers();
	}
}

/* Everything that can be said about a run once it is over. */
static bool job_is_sound(struct job *j)
{
	const struct reports r = reports_now();

	if (!job_is_even(j))
		return false;
	if (j->c.fault)
		strscpy(j->fault, j->c.fault, sizeof(j->fault));
	else if (memcmp(&r, &j->reports, sizeof(r)))
		snprintf(j->fault, sizeof(j->fault), "reports or counts: slab %lu, page %lu, warn "
			 "%lu, preempt_count %x, locks %u", r.slab - j->reports.slab,
			 r.page - j->reports.page, r.warn - j->reports.warn, r.preempt, r.locks);
	else if (irqs_disabled())
		strscpy(j->fault, "interrupts are off afterwards", sizeof(j->fault));
	return !j->fault[0];
}

static void job_verify(struct job *j)
{
	if (j->visits++ % j->plan->stride == 0)
		mm_verify(j->fault, sizeof(j->fault));
	else if (num_online_cpus() == 1)	/* stopping the others takes its time */
		slab_verify(j->fault, sizeof(j->fault));
}

static void job_step(struct job *j)
{
	const struct step *s;

	irqsweep_step_quiet(true);
	if (need_resched())
		schedule();			/* what is due comes before, not in between */
	irqsweep_load(true);
	irqsweep_step(&j->step, j->c.op->run, &j->c);
	irqsweep_load(false);
	irqsweep_step_quiet(false);
	s = !j->step.fault && j->nested && j->hand[0].runs ? &j->inner : &j->step;
	j->differs = s->differs;
	if (s->fault)
		snprintf(s->differs ? j->way : j->fault, FAULT_SIZE, "%s, at %pS", s->fault,
			 (void *)s->fault_ip);
}

struct visit {
	const struct sweep_script *script[2];
};

static void job_visit(void *visit)
{
	const struct visit *v = visit;
	const char *setup_fault;
	struct job *j = &job;

	job_set_up(j, v->script[0], v->script[1]);
	setup_fault = j->c.fault;
	j->c.fault = NULL;
	job_step(j);
	if (setup_fault) {		/* others have taken, or given: once more */
		j->differs = true;
		strscpy(j->way, setup_fault, sizeof(j->way));
	}
	if (!j->fault[0])
		job_verify(j);
	if (j->fault[0])
		return;			/* what is held now is lost, and so is the operation */
	hand_finish(&j->hand[0]);
	hand_finish(&j->hand[1]);
	if (j->c.op->teardown)
		j->c.op->teardown(&j->c);
	job_is_sound(j);
}

static bool job_visit_once(struct job *j, const struct sweep_script *s0,
			   const struct sweep_script *s1)
{
	struct visit v = { { s0, s1 } };
	char text[FAULT_SIZE - 32];

	j->fault[0] = '\0';
	j->differs = false;
	if (kunit_catch_panic(job_visit, &v, text, sizeof(text))) {
		irqsweep_step_abort();
		irqsweep_load(false);
		snprintf(j->fault, sizeof(j->fault), "panic: %s", text);
	}
	return !j->fault[0];
}

static bool job_visit_caught(struct job *j, const struct sweep_script *s0,
			     const struct sweep_script *s1)
{
	unsigned int tries = SWEEP_TRIES;

	while (job_visit_once(j, s0, s1) && j->differs) {
		if (--tries == 0) {
			strscpy(j->fault, j->way, sizeof(j->fault));
			break;
		}
		j->row->again++;
	}
	return !j->fault[0];
}

/* ---- reports ------------------------------------------------------------- */

static void name_of(char *name, const struct sweep_op *op, const struct sweep_script *script)
{
	snprintf(name, NAME_SIZE, "%s/%s/%s", op->name, op->path, script ? script->name : "-");
}

static void job_report(struct job *j, const struct sweep_script *script)
{
	const bool pair = j->nested && j->inner.mode == STEP_VISIT;
	const unsigned int k = j->step.target, m = j->inner.target;
	char name[NAME_SIZE], inner[16] = "";

	j->row->failures++;
	broken = true;
	page_alloc_set_should_fail(NULL);
	name_of(name, j->c.op, script);
	pr_err("# irqsweep: FAILED %s: %s\n", name, j->fault);
	if (j->step.mode == STEP_VISIT)
		pr_err("# interrupted at boundary %u of %u, %pS\n", k, trace.nr,
			   (void *)irqsweep_step_ip(&trace, k));
	if (pair) {
		pr_err("# and its interrupt at boundary %u of %u, %pS\n", m,
			   inner_trace.nr, (void *)irqsweep_step_ip(&inner_trace, m));
		snprintf(inner, sizeof(inner), ",%u", m);
	}
	if (j->nested)
		pr_err("# the second script: %s\n", j->hand[1].script->name);
	pr_err("# again: scripts/qemu-run --mem 32M --cmdline \"kunit.filter_glob="
		   "irqsweep irqsweep=%s irqsweep.only=%s irqsweep.at=%u%s seed=%#llx\"\n",
		   j->plan->deep ? "deep" : "full", name, k, inner, kunit_seed());
}

/* ---- one operation ------------------------------------------------------- */

static bool job_matches(const struct job *j, const struct sweep_script *script)
{
	char name[NAME_SIZE];

	name_of(name, j->c.op, script);
	return !j->plan->only || glob_match(j->plan->only, name);
}

static bool job_is_loose(const struct job *j)
{
	return j->plan->load || j->plan->loose;
}

static void job_mode(struct job *j, enum step_mode mode, unsigned int target)
{
	j->step = (struct step){
		.mode = mode, .trace = &trace, .target = target, .loose = job_is_loose(j),
		.handler = j->nested ? nested_run : hand_run, .arg = &j->hand[0],
	};
}

static void inner_mode(struct job *j, enum step_mode mode, unsigned int target)
{
	j->inner = (struct step){
		.mode = mode, .trace = &inner_trace, .target = target,
		.handler = hand_run, .arg = &j->hand[1],
	};
}

static bool visit_or_report(struct job *j, const struct sweep_script *s0,
			    const struct sweep_script *s1)
{
	if (job_visit_caught(j, s0, s1))
		return true;
	job_report(j, s0);
	return false;
}

/* With the script in its interrupt: what that changes for good is changed before we record. */
static void job_warm_up(struct job *j, const struct sweep_script *s0, const struct sweep_script *s1)
{
	job_mode(j, STEP_VISIT, 0);
	inner_mode(j, STEP_RECORD, 0);
	job_visit_caught(j, s0, s1);
}

static bool job_record(struct job *j, const struct sweep_script *s0, const struct sweep_script *s1)
{
	unsigned int round;

	for (round = 0; round < 3; round++) {
		job_mode(j, STEP_RECORD, 0);
		if (!visit_or_report(j, s0, s1))
			return false;
		if (round == 1)
			job_warm_up(j, s0, s1);
	}
	irqsweep_step_anchor(&trace);
	return true;
}

static void job_count(struct job *j)
{
	j->row->delivered += j->step.irq;
	j->row->masked += j->step.nmi;
}

static bool job_wants(const struct job *j, unsigned int k)
{
	return j->plan->at < 0 || j->plan->at == (long)k;
}

/* On a long path the scripts take turns, unless there is time for all of them everywhere. */
static bool job_has_turn(const struct job *j, unsigned int k, const struct sweep_script *script)
{
	return !j->plan->thin || (trace.nr < SWEEP_THIN_MIN && !j->plan->load) ||
	       j->plan->at >= 0 || k % nr_sweep_scripts == script - sweep_scripts;
}

/* Depth 1, one script. */
static bool job_sweep(struct job *j, const struct sweep_script *script, bool with_nmi)
{
	unsigned int k;

	for (k = 0; k < trace.nr; k++) {
		if (!job_wants(j, k))
			continue;
		if (irqsweep_step_masked(&trace, k) ? !with_nmi : !job_has_turn(j, k, script))
			continue;
		job_mode(j, STEP_VISIT, k);
		if (!visit_or_report(j, script, NULL))
			return false;
		job_count(j);
	}
	job_mode(j, STEP_COMPARE, 0);
	return visit_or_report(j, script, NULL);
}

/*
 * Beside another CPU: its locks and lists make every way a little different, so this is about
 * the k-th boundary of whatever way it takes now, until no way has so many.
 */
static bool job_sweep_loosely(struct job *j, const struct sweep_script *script)
{
	unsigned int k;

	for (k = 0; k < trace.nr; k++) {
		if (!job_wants(j, k) || !job_has_turn(j, k, script))
			continue;
		job_mode(j, STEP_VISIT, k);
		if (!job_visit_caught(j, script, NULL)) {
			if (j->differs)
				break;
			job_report(j, script);
			return false;
		}
		job_count(j);
	}
	return true;
}

/* Depth 2 at one boundary of the operation: each boundary of the first script. */
static bool job_sweep_inner(struct job *j, unsigned int k, const struct sweep_script *s0,
			    const struct sweep_script *s1)
{
	unsigned int m;

	for (m = 0; m < 2; m++) {		/* once to warm up: locks learn who takes them */
		job_mode(j, STEP_VISIT, k);
		inner_mode(j, STEP_RECORD, 0);
		if (!visit_or_report(j, s0, s1))
			return false;
	}
	job_count(j);
	irqsweep_step_anchor(&inner_trace);
	for (m = 0; m < inner_trace.nr; m++) {
		if (j->plan->at2 >= 0 && j->plan->at2 != (long)m)
			continue;
		job_mode(j, STEP_VISIT, k);
		inner_mode(j, STEP_VISIT, m);
		if (!visit_or_report(j, s0, s1))
			return false;
		j->row->pairs++;
	}
	return true;
}

static bool job_sweep_deep(struct job *j, const struct sweep_script *s0,
			   const struct sweep_script *s1)
{
	unsigned int k;

	j->nested = true;
	for (k = 0; k < trace.nr; k++)
		if (job_wants(j, k) && !irqsweep_step_masked(&trace, k) &&
		    !job_sweep_inner(j, k, s0, s1))
			return false;
	j->nested = false;
	return true;
}

/* The first script's recording is the one in the table; each has its own. */
static void job_note_path(struct job *j)
{
	if (!j->row->boundaries) {
		j->row->boundaries = trace.nr;
		j->row->insns = trace.insns;
	}
	j->row->off_max = max(j->row->off_max, trace.off_max);
}

static bool job_run_script(struct job *j, const struct sweep_script *script, bool first)
{
	if (!job_matches(j, script))
		return true;
	if (!job_record(j, script, NULL))
		return false;
	job_note_path(j);
	if (j->plan->max_boundaries && trace.nr > j->plan->max_boundaries) {
		j->row->skipped = "longer than this run allows";
		return true;
	}
	return job_is_loose(j) ? job_sweep_loosely(j, script) : job_sweep(j, script, first);
}

/* Is the path short by itself?  What a script prepares may lead to another one. */
static bool job_is_short(struct job *j)
{
	job_mode(j, STEP_RECORD, 0);
	return job_visit_caught(j, NULL, NULL) && trace.nr <= SWEEP_DEEP_MAX;
}

/* Every short script, interrupted by every short script. */
static bool job_run_pairs(struct job *j)
{
	const struct sweep_script *s0 = sweep_short_scripts, *s1;

	if (!job_is_short(j)) {
		job_note_path(j);
		j->row->skipped = "too long for pairs";
		return true;
	}
	for (; s0 < sweep_short_scripts + nr_sweep_short_scripts; s0++)
		for (s1 = sweep_short_scripts; s1 < sweep_short_scripts + nr_sweep_short_scripts;
		     s1++) {
			if (!job_matches(j, s0))
				continue;
			if (!job_record(j, s0, s1))
				return false;
			job_note_path(j);
			if (trace.nr > SWEEP_DEEP_MAX) {
				j->row->skipped = "too long for pairs";
				return true;
			}
			if (!job_sweep_deep(j, s0, s1))
				return false;
		}
	return true;
}

static bool job_run_scripts(struct job *j)
{
	unsigned int i;

	for (i = 0; i < nr_sweep_scripts; i++)
		if (!job_run_script(j, &sweep_scripts[i], i == 0))
			return false;
	return true;
}

/* With several CPUs: when two in a row agree. */
static void job_account_before(struct job *j)
{
	unsigned int tries = num_online_cpus() == 1 ? 0 : SWEEP_TRIES;
	struct mm_account last;
	char msg[FAULT_SIZE];

	mm_account_snapshot(&j->before);
	while (tries--) {
		last = j->before;
		settle_workers();
		mm_account_snapshot(&j->before);
		if (mm_account_compare(&last, &j->before, msg, sizeof(msg)))
			break;
	}
}

static void job_begin(struct job *j, const struct sweep_op *op, const struct sweep_plan *plan,
		      struct sweep_row *row)
{
	memset(j, 0, sizeof(*j));
	*row = (struct sweep_row){ .op = op };
	j->plan = plan;
	j->row = row;
	j->c.op = op;
	j->c.size = op->size;
	j->c.order = op->order;
	if (op->begin)
		row->skipped = op->begin(&j->c);
	if (plan->load && !row->skipped && irqsweep_load_start(&j->c))
		row->skipped = "no memory for another CPU's thread";
	job_account_before(j);
	j->reports = reports_now();
}

bool irqsweep_run(const struct sweep_op *op, const struct sweep_plan *plan,
		  struct sweep_row *row)
{
	struct job *j = &job;
	bool ok = true;

	if (broken) {
		*row = (struct sweep_row){ .op = op, .skipped = "an earlier failure broke mm/" };
		return true;
	}
	job_begin(j, op, plan, row);
	if (!row->skipped)
		ok = plan->deep ? job_run_pairs(j) : job_run_scripts(j);
	irqsweep_load_stop();
	if (op->end && !broken)
		op->end(&j->c);
	return ok;
}

static const char *measure(struct job *j, struct step_trace *sum)
{
	unsigned int round, i;

	for (round = 0; round < 2; round++) {
		job_mode(j, STEP_MEASURE, 0);
		if (!job_visit_caught(j, NULL, NULL))
			return j->fault;
	}
	sum->insns += trace.insns;
	sum->off_max = max(sum->off_max, trace.off_max);
	for (i = 0; i < STEP_NR_RUNS; i++)
		sum->off_runs[i] += trace.off_runs[i];
	return NULL;
}

const char *irqsweep_measure(const struct sweep_op *op, struct step_trace *sum)
{
	static const struct sweep_plan plan = { .stride = 1 };
	struct sweep_row row;
	struct job *j = &job;

	job_begin(j, op, &plan, &row);
	if (!row.skipped)
		row.skipped = measure(j, sum);
	if (op->end)
		op->end(&j->c);
	return row.skipped;
}

/* The tables, one after the other. */
const struct sweep_op *irqsweep_op(unsigned int i, bool with_long)
{
	const struct { const struct sweep_op *op; unsigned int nr; } table[] = {
		{ sweep_slab_ops, nr_sweep_slab_ops }, { sweep_page_ops, nr_sweep_page_ops },
		{ sweep_vmalloc_ops, nr_sweep_vmalloc_ops },
		{ sweep_percpu_ops, nr_sweep_percpu_ops },
		{ sweep_pressure_ops, nr_sweep_pressure_ops },
		{ sweep_long_ops, with_long ? nr_sweep_long_ops : 0 },
	};
	unsigned int t;

	for (t = 0; t < ARRAY_SIZE(table); i -= table[t++].nr)
		if (i < table[t].nr)
			return &table[t].op[i];
	return NULL;
}

bool irqsweep_run_begin(void)
{
	marks = vmalloc_array(MAX_BOUNDARIES, sizeof(*marks));
	inner_marks = vmalloc_array(MAX_INNER, sizeof(*inner_marks));
	anchors = vmalloc_array(MAX_BOUNDARIES, sizeof(*anchors));
	inner_anchors = vmalloc_array(MAX_INNER, sizeof(*anchors));
	if (!marks || !inner_marks || !anchors || !inner_anchors) {
		irqsweep_run_end();
		return false;
	}
	trace = (struct step_trace){ .mark = marks, .anchor = anchors, .max = MAX_BOUNDARIES };
	inner_trace = (struct step_trace){
		.mark = inner_marks, .anchor = inner_anchors, .max = MAX_INNER
	};
	broken = false;
	sched_set_fifo(current);	/* whom an operation wakes runs later */
	return true;
}

void irqsweep_run_forget(void)
{
	broken = false;
}

void irqsweep_run_end(void)
{
	memset(&job, 0, sizeof(job));	/* old pointers would hide leaks from who looks for them */
	sched_set_normal(current, 0);
	vfree(marks);
	vfree(inner_marks);
	vfree(anchors);
	vfree(inner_anchors);
	anchors = inner_anchors = NULL;
	marks = inner_marks = NULL;
}
