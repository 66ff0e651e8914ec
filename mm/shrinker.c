/* SPDX-License-Identifier: MIT */
/*
 * mm/shrinker.c - who can give memory back, and how much is asked of each
 *
 * MODEL
 *   Whoever keeps things that could be made again registers a shrinker.  Reclaim calls all of
 *   them, the newest first: who registered late stands high, and what it frees is what those
 *   below (slab caches, registered at boot) can give back as pages in the same round.
 *
 *   How many objects one call asks for is Linux's arithmetic.  Of what count_objects() says
 *   could go, a fraction that grows as reclaim gets desperate (priority 12, 11 ... 0):
 *
 *	delta = (objects >> priority) * 4 / seeks	seeks: cost to make one again
 *	      = objects / 2				if that costs nothing (seeks 0)
 *	scan  = delta + (deferred >> priority)		but never more than 2 * objects
 *
 *	e.g. 10,000 objects, seeks 2:	priority 12	 4 objects
 *						 8	78
 *						 4	1,250
 *						 0	20,000: each of them twice
 *
 *   handed out in batches.  What is left (less than a batch, or the callback stopped) is
 *   deferred: it is added the next time, so that many small requests weigh as one large.
 *
 *   No lock is held across a callback.  A record of the call lies on the caller's stack and
 *   on a list; who frees a shrinker takes it off the list and then waits until no record of
 *   another task names it.  A record of his own he only tells that its shrinker is gone.  So
 *   callbacks may register and free shrinkers, their own included, and nobody waits for
 *   himself.  The walk remembers the number of the last shrinker instead of a place in the
 *   list.
 *
 * INVARIANTS
 *   I1  shrinker_list is sorted by id, which grows with every registration.
 *   I2  a record names a shrinker only while that may not be freed.
 *   I3  a task is in each shrinker's callbacks at most once.
 *
 * LOCKING	shrinker_lock, rank LOCK_SHRINKER: list, records.  Process context only, so
 *		interrupts stay on.
 * CONTEXT	process.
 * FAILURE	alloc: NULL.  register: -EINVAL.  shrink_slab() cannot fail, only free nothing.
 * NOT HERE	when to call and with which priority: vmscan.c.  The shrinkers: their owners.
 */
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "internal.h"

/* drop_slab(): Linux goes on until a round frees little, with a growing idea of "little". */
#define SHRINKER_DROP_ROUNDS	16

static DEFINE_SPINLOCK_RANKED(shrinker_lock, LOCK_SHRINKER);
static LIST_HEAD(shrinker_list);		/* (S) newest first */
static LIST_HEAD(shrinker_runs);		/* (S) struct shrinker_run */
static u64 shrinker_last_id;			/* (S) */

/* A callback under way.  Field keys: (S) shrinker_lock, (C) constant */
struct shrinker_run {
	struct list_head list;			/* (S) */
	struct shrinker *shrinker;		/* (S) NULL: freed by its own callback */
	const struct task_struct *task;		/* (C) who is calling */
};

/* ---- registering ----------------------------------------------------------------- */

struct shrinker *shrinker_alloc(unsigned int flags, const char *fmt, ...)
{
	struct shrinker *s = kzalloc(sizeof(*s), GFP_KERNEL);
	va_list args;

	if (!s)
		return NULL;
	va_start(args, fmt);
	vsnprintf(s->name, sizeof(s->name), fmt, args);
	va_end(args);
	s->flags = (flags & ~SHRINKER_REGISTERED) | SHRINKER_ALLOCATED;
	s->seeks = DEFAULT_SEEKS;
	return s;
}

/* In front, with the next number: the list is sorted (I1) without ever being searched. */
static int shrinker_add(struct shrinker *s)
{
	if (WARN_ON_ONCE(in_interrupt()))
		return -EINVAL;
	if (WARN_ON(!s->count_objects || !s->scan_objects || s->flags & SHRINKER_REGISTERED))
		return -EINVAL;
	if (WARN_ON(s->seeks < 0 || s->batch < 0))
		return -EINVAL;		/* as unsigned numbers they would ask for everything */
	if (!s->batch)
		s->batch = SHRINK_BATCH;
	atomic_long_set(&s->nr_deferred, 0);
	spin_lock(&shrinker_lock);
	s->id = ++shrinker_last_id;
	VM_WARN_ON_ONCE(!list_empty(&shrinker_list) &&
			list_first_entry(&shrinker_list, struct shrinker, list)->id >= s->id);
	s->flags |= SHRINKER_REGISTERED;
	list_add(&s->list, &shrinker_list);
	spin_unlock(&shrinker_lock);
	return 0;
}

void shrinker_register(struct shrinker *shrinker)
{
	shrinker_add(shrinker);
}

int __register_shrinker(struct shrinker *shrinker, const char *fmt, ...)
{
	va_list args;

	shrinker->flags &= ~SHRINKER_ALLOCATED;
	if (!fmt)
		fmt = "(unnamed)";
	va_start(args, fmt);
	vsnprintf(shrinker->name, sizeof(shrinker->name), fmt, args);
	va_end(args);
	return shrinker_add(shrinker);
}

/* Is another task in a callback of s?  The caller's own records forget it. */
static bool shrinker_is_running(struct shrinker *s)
{
	struct shrinker_run *run;
	bool running = false;

	spin_lock(&shrinker_lock);
	list_for_each_entry(run, &shrinker_runs, list) {
		if (run->shrinker != s)
			continue;
		if (run->task == current)
			run->shrinker = NULL;
		else
			running = true;
	}
	spin_unlock(&shrinker_lock);
	return running;
}

/*
 * Off the list no walk finds it any more.  A walk that has pinned it before is waited for, asleep:
 * its callback may take long, and may need this CPU.
 */
void unregister_shrinker(struct shrinker *shrinker)
{
	bool was;

	if (WARN_ON_ONCE(in_interrupt()))
		return;
	spin_lock(&shrinker_lock);
	was = shrinker->flags & SHRINKER_REGISTERED;
	if (was)
		list_del(&shrinker->list);
	shrinker->flags &= ~SHRINKER_REGISTERED;
	spin_unlock(&shrinker_lock);
	while (was && shrinker_is_running(shrinker))
		schedule_timeout_uninterruptible(1);
}

void shrinker_free(struct shrinker *shrinker)
{
	if (!shrinker)
		return;
	if (WARN_ON(!(shrinker->flags & SHRINKER_ALLOCATED)))
		return;			/* not ours to kfree() */
	unregister_shrinker(shrinker);
	kfree(shrinker);
}

/* ---- one walk -------------------------------------------------------------------- */

/* This task is in a callback of s already: its allocation came back here. */
static bool shrinker_is_mine(const struct shrinker *s)
	__must_hold(&shrinker_lock)
{
	const struct shrinker_run *run;

	lockdep_assert_held(&shrinker_lock);
	list_for_each_entry(run, &shrinker_runs, list)
		if (run->shrinker == s && run->task == current)
			return true;
	return false;
}

/* Pin the newest shrinker that is older than *id; false: there is none. */
static bool shrinker_enter(struct shrinker_run *run, u64 *id)
{
	struct shrinker *s;

	run->shrinker = NULL;
	run->task = current;
	spin_lock(&shrinker_lock);
	list_for_each_entry(s, &shrinker_list, list) {
		if (s->id >= *id || shrinker_is_mine(s))
			continue;
		*id = s->id;
		run->shrinker = s;
		list_add(&run->list, &shrinker_runs);
		break;
	}
	spin_unlock(&shrinker_lock);
	return run->shrinker;
}

static void shrinker_leave(struct shrinker_run *run)
{
	spin_lock(&shrinker_lock);
	list_del(&run->list);
	spin_unlock(&shrinker_lock);
}

/* ---- how much -------------------------------------------------------------------- */

unsigned long shrinker_delta(unsigned long freeable, int seeks, int priority)
{
	VM_BUG_ON(priority < 0 || priority > DEF_PRIORITY);
	VM_WARN_ON_ONCE(seeks < 0);
	if (!seeks)
		return (freeable + 1) / 2;	/* rounded up: the last one goes, too */
	return (freeable >> priority) * 4 / seeks;
}

unsigned long shrinker_goal(unsigned long deferred, unsigned long delta, unsigned long freeable,
			    int priority)
{
	/* Half of what the cache holds may be in use at once; twice the rest is enough. */
	return min((deferred >> priority) + delta, 2 * freeable);
}

/* Twice what there is at most: who has said no for an hour is not to be emptied at once. */
unsigned long shrinker_left(unsigned long deferred, unsigned long delta, unsigned long scanned,
			    unsigned long freeable)
{
	const unsigned long all = deferred + delta;

	return min(all > scanned ? all - scanned : 0, 2 * freeable);
}

static unsigned long shrinker_pages_told(void)
{
	return current->reclaim_state ? current->reclaim_state->reclaimed : 0;
}

/*
 * One scan_objects().  Who frees pages as such without telling reclaim (most textbooks'
 * shrinkers) is believed as far as there are more free pages than before.
 */
static unsigned long shrinker_scan_once(struct shrinker *s, struct shrink_control *sc)
{
	const unsigned long told = shrinker_pages_told();
	const unsigned long before = nr_free_pages() + nr_free_pcp_pages();
	unsigned long nr, after;

	nr = s->scan_objects(s, sc);
	if (nr == SHRINK_STOP || !nr || shrinker_pages_told() != told)
		return nr;
	after = nr_free_pages() + nr_free_pcp_pages();
	if (after > before)
		mm_account_reclaimed_pages(min(nr, after - before));
	return nr;
}

/*
 * Scan in batches until goal is reached or the callback stops, or frees itself; *scanned
 * objects were looked at, the number of those freed is returned.
 */
static unsigned long shrinker_scan(struct shrinker_run *run, struct shrink_control *sc,
				   unsigned long goal, unsigned long freeable,
				   unsigned long *scanned)
{
	struct shrinker *const s = run->shrinker;
	const unsigned long batch = s->batch;
	unsigned long freed = 0, nr;

	VM_BUG_ON(!batch);			/* or this would never end */
	*scanned = 0;
	while (goal && (goal >= batch || goal >= freeable)) {
		sc->nr_to_scan = min(batch, goal);
		sc->nr_scanned = sc->nr_to_scan;
		nr = shrinker_scan_once(s, sc);
		if (nr == SHRINK_STOP)
			break;
		freed += nr;
		*scanned += sc->nr_scanned;
		count_vm_events(SLABS_SCANNED, sc->nr_scanned);
		if (!run->shrinker || goal <= sc->nr_scanned || !sc->nr_scanned)
			break;
		goal -= sc->nr_scanned;
		cond_resched();
	}
	return freed;
}

/* One shrinker's share.  When run->shrinker is NULL after a callback, it is gone. */
static unsigned long shrinker_ask(struct shrinker_run *run, gfp_t gfp_mask, int nid,
				  int priority)
{
	struct shrink_control sc = { .gfp_mask = gfp_mask, .nid = nid };
	struct shrinker *const s = run->shrinker;
	unsigned long freeable, deferred, delta, goal, scanned, freed;

	freeable = s->count_objects(s, &sc);
	if (!run->shrinker || !freeable || freeable == SHRINK_EMPTY)
		return 0;
	/* All of it, at once: two CPUs that ask at the same time must not both ask for it. */
	deferred = xchg(&s->nr_deferred.counter, 0);
	VM_WARN_ON_ONCE((long)deferred < 0);
	delta = shrinker_delta(freeable, s->seeks, priority);
	goal = shrinker_goal(deferred, delta, freeable, priority);
	freed = shrinker_scan(run, &sc, goal, freeable, &scanned);
	if (run->shrinker)
		atomic_long_add(shrinker_left(deferred, delta, scanned, freeable),
				&s->nr_deferred);
	return freed;
}

/* Each shrinker once, newest first; those that register meanwhile come with the next round. */
unsigned long shrink_slab(gfp_t gfp_mask, int nid, int priority)
{
	struct shrinker_run run;
	unsigned long freed = 0;
	u64 id = ~0ULL;

	if (WARN_ON_ONCE(in_interrupt()))
		return 0;
	VM_WARN_ON_ONCE(!preemptible());		/* callbacks may sleep */
	while (shrinker_enter(&run, &id)) {
		freed += shrinker_ask(&run, gfp_mask, nid, priority);
		shrinker_leave(&run);
	}
	return freed;
}

void drop_slab(void)
{
	unsigned int round;

	/* One may give another something to do; but somebody may also fill as we empty. */
	for (round = 0; round < SHRINKER_DROP_ROUNDS; round++)
		if (!shrink_slab(GFP_KERNEL, 0, 0))
			break;
	count_vm_event(DROP_SLAB);
}

void shrinkers_show(struct seq_file *m)
{
	struct shrink_control sc = { .gfp_mask = GFP_KERNEL };
	struct shrinker_run run;
	unsigned long nr;
	u64 id = ~0ULL;

	seq_puts(m, "shrinker                         objects   deferred  seeks  batch\n");
	while (shrinker_enter(&run, &id)) {
		struct shrinker *s = run.shrinker;

		nr = s->count_objects(s, &sc);
		if (run.shrinker)
			seq_printf(m, "%-28s %11lu %10ld %6d %6ld\n", s->name,
				   nr == SHRINK_EMPTY ? 0 : nr, atomic_long_read(&s->nr_deferred),
				   s->seeks, s->batch);
		shrinker_leave(&run);
	}
}

void shrinker_for_each(void (*fn)(struct shrinker *s, void *arg), void *arg)
{
	struct shrinker *s;

	spin_lock(&shrinker_lock);
	list_for_each_entry(s, &shrinker_list, list)
		fn(s, arg);
	spin_unlock(&shrinker_lock);
}
