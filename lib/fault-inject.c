/* SPDX-License-Identifier: MIT */
/*
 * fault-inject.c - shall this one fail?
 *
 * MODEL
 *   Two ways to say so, both Linux's.
 *
 *	fault_attr	space used up -> every interval-th -> with a probability -> times left
 *	fail_nth	a number in the thread, counted down by each of its fault points,
 *			of whatever kind; the one that reaches 0 fails
 *
 *   The second finds every error path there is: run something with 1, 2, 3 ... until it
 *   comes through without a failure.  Where it struck is written down as a stack trace, once
 *   for each different one; scripts/alloc-sites compares that with the calls in the image.
 *
 * CONTEXT	any.
 * NOT HERE	the fault points: mm/failslab.c, mm/fail_page_alloc.c.
 */
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/prandom.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#define NR_TRACES	512

static struct rnd_state fault_rnd = { 1 };
static struct fault_trace traces[NR_TRACES];
static unsigned int nr_traces, trace_epoch;
static DEFINE_SPINLOCK_RANKED(trace_lock, LOCK_PRINTK);	/* traces: innermost, as a report */
static bool nth_quiet;
static DEFINE_PER_CPU(unsigned int, fault_reporting);

void fault_inject_seed(u64 seed)
{
	prandom_seed_state(&fault_rnd, seed);
}

/* ---- "1,50,0,-1" ----------------------------------------------------------------- */

static bool parse_field(char **pos, long *value, char end)
{
	char *from = *pos;

	*value = simple_strtol(from, pos, 0);
	if (*pos == from || **pos != end)
		return false;
	(*pos)++;
	return true;
}

int setup_fault_attr(struct fault_attr *attr, char *str)
{
	long interval, probability, space, times;

	if (!parse_field(&str, &interval, ',') || !parse_field(&str, &probability, ',') ||
	    !parse_field(&str, &space, ',') || !parse_field(&str, &times, '\0') ||
	    interval < 0 || probability < 0) {
		pr_warn("FAULT_INJECTION: failed to parse arguments\n");
		return 0;
	}
	attr->probability = probability;
	attr->interval = interval;
	atomic_set(&attr->space, (int)space);
	atomic_set(&attr->times, (int)times);
	return 1;
}

/* ---- saying it ------------------------------------------------------------------- */

static void fail_dump(struct fault_attr *attr)
{
	if (!attr->verbose || !__ratelimit(&attr->ratelimit_state))
		return;
	this_cpu_inc(fault_reporting);
	pr_notice("FAULT_INJECTION: forcing a failure.\n"
		  "name %s, interval %lu, probability %lu, space %d, times %d\n", attr->name,
		  attr->interval, attr->probability, atomic_read(&attr->space),
		  atomic_read(&attr->times));
	if (attr->verbose > 1)
		dump_stack();
	this_cpu_dec(fault_reporting);
}

static bool out_of_bounds(void)
{
	return system_state != SYSTEM_RUNNING || this_cpu_read(fault_reporting);
}

/* ---- by chance ------------------------------------------------------------------- */

static bool space_left(struct fault_attr *attr, ssize_t size)
{
	if (atomic_read(&attr->space) <= size)
		return false;
	atomic_sub((int)size, &attr->space);
	return true;
}

bool should_fail_ex(struct fault_attr *attr, ssize_t size, int flags)
{
	if (!attr->probability || out_of_bounds() || !atomic_read(&attr->times))
		return false;
	if (space_left(attr, size))
		return false;
	if (attr->interval > 1 && ++attr->count % attr->interval)
		return false;
	if (attr->probability <= prandom_u32_below(&fault_rnd, 100))
		return false;
	if (!(flags & FAULT_NOWARN))
		fail_dump(attr);
	if (atomic_read(&attr->times) != -1)
		atomic_add_unless(&attr->times, -1, 0);
	return true;
}

bool should_fail(struct fault_attr *attr, ssize_t size)
{
	return should_fail_ex(attr, size, 0);
}

/* ---- the N-th -------------------------------------------------------------------- */

unsigned int fault_nth_set(unsigned int n)
{
	const unsigned int left = current->fail_nth;

	current->fail_nth = n;
	return left;
}

bool fault_nth_counts(void)
{
	return unlikely(current->fail_nth) && in_task() && !out_of_bounds();
}

bool fault_nth_quiet(bool quiet)
{
	swap(nth_quiet, quiet);
	return quiet;
}

static bool store_trace(const struct fault_trace *now)
{
	unsigned int i;

	lockdep_assert_held(&trace_lock);
	for (i = 0; i < nr_traces; i++)
		if (traces[i].nr == now->nr &&
		    !memcmp(traces[i].entries, now->entries, sizeof(now->entries))) {
			traces[i].hits++;
			traces[i].epoch = trace_epoch;
			return true;
		}
	if (nr_traces == NR_TRACES)
		return false;
	traces[nr_traces++] = *now;
	return true;
}

/* Threads come here, perhaps of several CPUs. */
static void note_trace(void)
{
	struct fault_trace now = { .hits = 1, .epoch = trace_epoch };
	unsigned long flags;
	bool stored;

	now.nr = stack_trace_save(now.entries, FAULT_TRACE_DEPTH, 1);
	spin_lock_irqsave(&trace_lock, flags);
	stored = store_trace(&now);
	spin_unlock_irqrestore(&trace_lock, flags);
	WARN_ON_ONCE(!stored);
}

void fault_trace_begin(void)
{
	trace_epoch++;
}

unsigned int fault_trace_count(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < nr_traces; i++)
		n += traces[i].epoch == trace_epoch;
	return n;
}

const struct fault_trace *fault_trace_get(unsigned int i)
{
	return i < nr_traces ? &traces[i] : NULL;
}

bool should_fail_nth(struct fault_attr *attr, int flags)
{
	if (!fault_nth_counts() || --current->fail_nth)
		return false;
	note_trace();
	if (!nth_quiet && !(flags & FAULT_NOWARN))
		fail_dump(attr);
	return true;
}
