/* SPDX-License-Identifier: MIT */
/*
 * lockdep.c - the rules of locks: what the locks look at, and the reports
 *
 * MODEL
 *   A thread keeps a stack of the sleeping locks that it holds (a CPU one of its spinlocks:
 *   lib/spinlock.c).  Rules, for one context:
 *
 *	ranks go up.  Equal ranks need lock_nested().		 circular, recursive
 *	a lock that an interrupt takes is held with interrupts off	inconsistent
 *	who took it releases it, before the thread ends		 unbalanced, still held
 *
 *   Locks that nobody has ranked (LOCK_USER, LOCK_MUTEX_USER) have no order among themselves
 *   that could be known beforehand.  It is learned: that b was taken under a is an edge a -> b,
 *   and a lock whose taking would close a circle of edges is reported.  So two threads that
 *   take two locks in different orders are found even if they never meet.
 *
 *   The learned edges are a ring of fixed size: the oldest is forgotten.  An edge is known by
 *   address and name of its locks, and a lock that is initialised has none.
 *
 * LOCKING	edges: graph_lock, irqs off.  A thread's stack: the thread itself.
 * CONTEXT	any but NMI.
 * FAILURE	none: no memory is needed.  What does not fit is not checked.
 * NOT HERE	recursion, owner and magic of spinlocks: spinlock.c.  might_sleep(): panic.c.
 */
#include <asm/processor.h>
#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/utsname.h>

#include "lockdep_internal.h"

#define NR_EDGES	128
#define NR_USAGE_SITES	64

bool lock_debug = true;

/* ---- pieces of reports ----------------------------------------------------------- */

static const char *name_of(const struct lock_view *v)
{
	return v->name ?: "?";
}

/* Linux's four characters: hardirq, hardirq read, softirq, softirq read. */
static void usage_chars(char buf[5], unsigned int usage)
{
	static const char state[] = { '.', '-', '+', '?' };	/* never, in irq, irqs on, both */

	buf[0] = state[!!(usage & LOCK_USED_IN_HARDIRQ) + 2 * !!(usage & LOCK_ENABLED_HARDIRQ)];
	buf[2] = state[!!(usage & LOCK_USED_IN_SOFTIRQ) + 2 * !!(usage & LOCK_ENABLED_SOFTIRQ)];
	buf[1] = buf[3] = '.';
	buf[4] = '\0';
}

static void print_lock(const char *before, const struct lock_view *v)
{
	char usage[5];

	usage_chars(usage, v->usage);
	pr_warn("%s%px (%s){%s}-{%d:%d}, at: %pS\n", before, v->lock, name_of(v), usage, v->wait,
		v->wait, (void *)v->ip);
}

static void print_title(const char *title, unsigned int width)
{
	static const char bar[] = "======================================================";
	static const char line[] = "------------------------------------------------------";
	const struct new_utsname *uts = utsname();

	pr_warn("\n%.*s\n", (int)width, bar);
	pr_warn("WARNING: %s\n", title);
	pr_warn("%s %.*s %s\n", uts->release, (int)strcspn(uts->version, " "), uts->version,
		print_tainted());
	pr_warn("%.*s\n", (int)width, line);
}

static void print_end(void)
{
	debug_show_held_locks(current);
	pr_warn("\nstack backtrace:\n");
	warn_count++;
	dump_stack();
}

static struct lock_view map_view(struct lockdep_map *map, unsigned long ip)
{
	return (struct lock_view){ map, map->name, ip, map->rank, map->usage, WAIT_TYPE_SLEEP };
}

/* ---- reports --------------------------------------------------------------------- */

static void print_acquire(const struct lock_view *new, const struct lock_view *held)
{
	pr_warn("%s/%d is trying to acquire lock:\n", current->comm, current->pid);
	print_lock("", new);
	pr_warn("\nbut task is already holding lock:\n");
	print_lock("", held);
}

static void print_chain_link(unsigned int nr, const struct lock_view *v)
{
	char usage[5];

	usage_chars(usage, v->usage);
	pr_warn("-> #%u (%s){%s}-{%d:%d}:\n", nr, name_of(v), usage, v->wait, v->wait);
	pr_warn("       rank %d\n\n", v->rank);
}

noinline __cold void lockdep_report_order(const struct lock_view *new,
					  const struct lock_view *held)
{
	print_title("possible circular locking dependency detected", 54);
	print_acquire(new, held);
	pr_warn("\nwhich lock already depends on the new lock.\n\n");
	pr_warn("\nthe existing dependency chain (in reverse order) is:\n\n");
	print_chain_link(1, held);
	print_chain_link(0, new);
	pr_warn("other info that might help us debug this:\n\n");
	pr_warn(" Possible unsafe locking scenario:\n\n");
	pr_warn("       CPU0                    CPU1\n");
	pr_warn("       ----                    ----\n");
	pr_warn("  lock(%s);\n", name_of(held));
	pr_warn("                               lock(%s);\n", name_of(new));
	pr_warn("                               lock(%s);\n", name_of(held));
	pr_warn("  lock(%s);\n", name_of(new));
	pr_warn("\n *** DEADLOCK ***\n\n");
	print_end();
}

noinline __cold void lockdep_report_recursion(const struct lock_view *new,
					      const struct lock_view *held)
{
	print_title("possible recursive locking detected", 44);
	print_acquire(new, held);
	pr_warn("\nother info that might help us debug this:\n");
	pr_warn(" Possible unsafe locking scenario:\n\n");
	pr_warn("       CPU0\n");
	pr_warn("       ----\n");
	pr_warn("  lock(%s);\n", name_of(held));
	pr_warn("  lock(%s);\n", name_of(new));
	pr_warn("\n *** DEADLOCK ***\n\n");
	pr_warn(" May be due to missing lock nesting notation\n\n");
	print_end();
}

static const char *usage_name(unsigned int bit)
{
	switch (bit) {
	case LOCK_USED_IN_HARDIRQ: return "IN-HARDIRQ-W";
	case LOCK_USED_IN_SOFTIRQ: return "IN-SOFTIRQ-W";
	case LOCK_ENABLED_HARDIRQ: return "HARDIRQ-ON-W";
	default: return "SOFTIRQ-ON-W";
	}
}

/* Where a lock came by its usage.  A clash of the hash loses the older one. */
static struct usage_site {
	const void *lock;
	unsigned int bit;
	unsigned long ip;
} usage_sites[NR_USAGE_SITES];

static struct usage_site *usage_site(const void *lock, unsigned int bit)
{
	return &usage_sites[((unsigned long)lock / 8 + bit * 7) % NR_USAGE_SITES];
}

void lockdep_note_usage(const void *lock, unsigned int bit, unsigned long ip)
{
	*usage_site(lock, bit) = (struct usage_site){ lock, bit, ip };
}

noinline __cold void lockdep_report_state(const struct lock_view *new, unsigned int before,
					  unsigned int now)
{
	const struct usage_site *site = usage_site(new->lock, before);

	print_title("inconsistent lock state", 32);
	pr_warn("inconsistent {%s} -> {%s} usage.\n", usage_name(before), usage_name(now));
	pr_warn("%s/%d [HC%u[%u]:SC%u[%u]:HE%u:SE%u] takes:\n", current->comm, current->pid,
		in_hardirq(), hardirq_count() / HARDIRQ_OFFSET, in_serving_softirq(),
		softirq_count() / SOFTIRQ_OFFSET, !irqs_disabled(), !in_softirq());
	print_lock("", new);
	if (site->lock == new->lock && site->bit == before) {
		pr_warn("{%s} state was registered at:\n", usage_name(before));
		pr_warn("  %pS\n", (void *)site->ip);
	}
	pr_warn("\nother info that might help us debug this:\n");
	pr_warn(" Possible unsafe locking scenario:\n\n");
	pr_warn("       CPU0\n");
	pr_warn("       ----\n");
	pr_warn("  lock(%s);\n", name_of(new));
	pr_warn("  <Interrupt>\n");
	pr_warn("    lock(%s);\n", name_of(new));
	pr_warn("\n *** DEADLOCK ***\n\n");
	print_end();
}

/* ---- the learned order of unranked locks ----------------------------------------- */

struct lock_id {
	const void *lock;
	const char *name;
};

static struct lock_edge {
	struct lock_id before, after;	/* before.lock NULL: unused */
} edges[NR_EDGES];
static unsigned int next_edge;
static u8 graph_lock;

static unsigned long lock_graph(void)
{
	unsigned long flags;

	local_irq_save(flags);
	while (xchg(&graph_lock, 1))
		cpu_relax();
	return flags;
}

static void unlock_graph(unsigned long flags)
{
	smp_store_release(&graph_lock, 0);
	local_irq_restore(flags);
}

static bool same_lock(struct lock_id a, struct lock_id b)
{
	return a.lock == b.lock && a.name == b.name;
}

/* Put the edges that begin at @from and are not in the queue yet at its end. */
static unsigned int queue_edges(u8 *queue, unsigned int nr, bool *queued, struct lock_id from)
{
	for (unsigned int i = 0; i < NR_EDGES; i++) {
		if (queued[i] || !same_lock(edges[i].before, from))
			continue;
		queued[i] = true;
		queue[nr++] = (u8)i;
	}
	return nr;
}

/* Breadth first: which edges lead on from what has been reached? */
static bool leads_to(struct lock_id from, struct lock_id to)
{
	static u8 queue[NR_EDGES];		/* graph_lock */
	static bool queued[NR_EDGES];		/* graph_lock */
	unsigned int nr;

	static_assert(NR_EDGES <= 256, "an edge's number is a byte");
	memset(queued, 0, sizeof(queued));
	nr = queue_edges(queue, 0, queued, from);
	for (unsigned int i = 0; i < nr; i++) {
		struct lock_id at = edges[queue[i]].after;

		if (same_lock(at, to))
			return true;
		nr = queue_edges(queue, nr, queued, at);
	}
	return false;
}

static bool edge_is_known(struct lock_id before, struct lock_id after)
{
	for (unsigned int i = 0; i < NR_EDGES; i++)
		if (same_lock(edges[i].before, before) && same_lock(edges[i].after, after))
			return true;
	return false;
}

bool lockdep_user_order(const struct lock_view *new, const struct lock_view *held)
{
	struct lock_id before = { held->lock, held->name }, after = { new->lock, new->name };
	unsigned long flags = lock_graph();
	bool known = edge_is_known(before, after), ok = known || !leads_to(after, before);

	if (ok && !known) {
		edges[next_edge] = (struct lock_edge){ before, after };
		next_edge = (next_edge + 1) % NR_EDGES;
	}
	unlock_graph(flags);
	return ok;
}

void lockdep_forget(const void *lock)
{
	unsigned long flags = lock_graph();

	for (unsigned int i = 0; i < NR_EDGES; i++)
		if (edges[i].before.lock == lock || edges[i].after.lock == lock)
			edges[i] = (struct lock_edge){ { NULL, NULL }, { NULL, NULL } };
	unlock_graph(flags);
}

/* ---- sleeping locks -------------------------------------------------------------- */

static bool first_time(struct lockdep_map *map, unsigned int what)
{
	bool first = !(map->usage & what);

	map->usage |= (u8)what;
	return first;
}

static void check_against(struct lockdep_map *map, struct held_lock *h, unsigned int subclass,
			  unsigned long ip)
{
	struct lock_view new = map_view(map, ip), held = map_view(h->instance, h->acquire_ip);

	if (map == h->instance) {
		if (first_time(map, LOCK_REPORTED_BUG))
			lockdep_report_recursion(&new, &held);
		return;
	}
	if (h->instance->rank < map->rank || (subclass && h->instance->rank == map->rank) ||
	    (h->instance->rank == LOCK_MUTEX_USER && map->rank == LOCK_MUTEX_USER &&
	     lockdep_user_order(&new, &held)))
		return;
	if (!first_time(map, LOCK_REPORTED_ORDER))
		return;
	if (h->instance->rank == map->rank && map->rank != LOCK_MUTEX_USER)
		lockdep_report_recursion(&new, &held);
	else
		lockdep_report_order(&new, &held);
}

void lockdep_check_order(struct lockdep_map *map, unsigned int subclass, unsigned long ip)
{
	struct task_struct *t = current;

	/* What an interrupt takes, by mistake, is not ordered against what it interrupted. */
	if (!lock_debug || in_interrupt())
		return;
	for (unsigned int i = 0; i < t->lockdep_depth; i++)
		check_against(map, &t->held_locks[i], subclass, ip);
}

void lockdep_recursion(struct lockdep_map *map, unsigned long ip)
{
	struct task_struct *t = current;
	struct lock_view new = map_view(map, ip), held = map_view(map, 0);

	if (!lock_debug || !first_time(map, LOCK_REPORTED_BUG))
		return;
	for (unsigned int i = 0; i < t->lockdep_depth; i++)
		if (t->held_locks[i].instance == map)
			held.ip = t->held_locks[i].acquire_ip;
	lockdep_report_recursion(&new, &held);
}

void lockdep_acquired(struct lockdep_map *map, unsigned long ip)
{
	struct task_struct *t = current;

	if (!lock_debug)
		return;
	if (t->lockdep_depth == MAX_LOCK_DEPTH) {
		pr_warn_once("BUG: MAX_LOCK_DEPTH too low!\n");
		return;
	}
	map->usage |= LOCK_ENABLED_HARDIRQ | LOCK_ENABLED_SOFTIRQ;
	t->held_locks[t->lockdep_depth++] = (struct held_lock){ map, ip };
}

bool lockdep_is_noted(const struct lockdep_map *map)
{
	const struct task_struct *t = current;

	for (unsigned int i = 0; i < t->lockdep_depth; i++)
		if (t->held_locks[i].instance == map)
			return true;
	return false;
}

/* Newest first; one that was not noted (too many, or unchecked then) is no harm. */
void lockdep_released(struct lockdep_map *map)
{
	struct task_struct *t = current;
	unsigned int i = t->lockdep_depth;

	while (i-- > 0) {
		if (t->held_locks[i].instance != map)
			continue;
		t->lockdep_depth--;
		for (; i < t->lockdep_depth; i++)
			t->held_locks[i] = t->held_locks[i + 1];
		break;
	}
}

noinline __cold void lockdep_unbalanced(struct lockdep_map *map, unsigned long ip)
{
	if (!lock_debug || !first_time(map, LOCK_REPORTED_BUG))
		return;
	print_title("bad unlock balance detected!", 37);
	pr_warn("%s/%d is trying to release lock (%s) at:\n", current->comm, current->pid,
		map->name ?: "?");
	pr_warn("[<%px>] %pS\n", (void *)ip, (void *)ip);
	pr_warn("but there are no more locks to release!\n");
	pr_warn("\nother info that might help us debug this:\n");
	print_end();
}

/* ---- what is held ---------------------------------------------------------------- */

unsigned int lockdep_held_count(void)
{
	return current->lockdep_depth + spin_held_count();
}

void debug_show_held_locks(struct task_struct *t)
{
	unsigned int nr = t->lockdep_depth + (t == current ? spin_held_count() : 0);
	struct lock_view v;
	char before[16];

	if (!nr) {
		pr_warn("no locks held by %s/%d.\n", t->comm, t->pid);
		return;
	}
	pr_warn("%d lock%s held by %s/%d:\n", nr, nr > 1 ? "s" : "", t->comm, t->pid);
	for (unsigned int i = 0; i < nr; i++) {
		if (i < t->lockdep_depth)
			v = map_view(t->held_locks[i].instance, t->held_locks[i].acquire_ip);
		else if (!spin_held_view(i - t->lockdep_depth, &v))
			break;
		scnprintf(before, sizeof(before), " #%d: ", i);
		print_lock(before, &v);
	}
}

void debug_check_no_locks_held(void)
{
	char title[TASK_COMM_LEN + 40];
	struct task_struct *t = current;

	if (!lockdep_held_count())
		return;
	scnprintf(title, sizeof(title), "%s/%d still has locks held!", t->comm, t->pid);
	print_title(title, 36);
	print_end();
	spin_release_held(0);
	while (t->lockdep_depth) {
		struct lockdep_map *map = t->held_locks[t->lockdep_depth - 1].instance;

		map->release(map);
	}
}

static int nolockdep_setup(char *val)
{
	lock_debug = false;
	return 0;
}
__setup("nolockdep", nolockdep_setup);
