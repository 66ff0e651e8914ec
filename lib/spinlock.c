/* SPDX-License-Identifier: MIT */
/*
 * spinlock.c - ticket locks, and the rules for taking them
 *
 * MODEL
 *   tail is the next ticket, head the one being served: take a ticket, wait for it to
 *   come up, step head when done.  First come, first served.
 *
 *   But not where a CPU may be one of several that share a real one (spin_unfair): handing a
 *   lock on to the next in line, who does not run, stops everybody else.  There a ticket is
 *   only taken that is served at once, by whoever is the first to look.  (So does Linux.)
 *
 *   While lock_debug is set each CPU keeps a stack of the locks that it holds.  A lock is
 *   taken on the short way if it is free and sound, if its rank is above all that this
 *   context holds, and if it has been used like this before; else on the long way, which
 *   finds out what is wrong, if anything is.  A context is process, or softirq, or one depth
 *   of hardirq: what a handler takes is no business of the code that it interrupted, whose
 *   locks it cannot be waiting for, or else "recursion" is reported.
 *
 *   "Used like this": in an interrupt, or with interrupts on.  A lock that has been both
 *   will dead-lock one day, when the one comes while the other holds it.
 *
 * INVARIANTS
 *   S1  head == tail iff the lock is free; then it has no owner.
 *   S2  held.lock[0..nr) are locked and owned by this CPU, in the order of taking; no thread
 *       switch happens while nr != 0.
 *   S3  held.lock[i].context_top is not below the rank of any entry of its context up to i.
 *   S4  a slot is reserved (nr) before it is filled, and blank (no lock) before: what an
 *       interrupt in between pushes and pops lies behind it, and what it sees is nobody's.
 *
 * CONTEXT	any but NMI.
 * FAILURE	misuse is reported once a lock, in Linux's words, and the kernel lives on:
 *		unlocking a free lock does nothing; a lock taken where it is held is counted,
 *		so that its first holder still unlocks it last; a lock that is none is made
 *		one.
 * NOT HERE	the texts about ranks and contexts: lockdep.c.
 */
#include <asm/processor.h>
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>

#include "lockdep_internal.h"

#define MAX_HELD	16
/* What of preempt_count tells contexts apart: not what is merely disabled. */
#define CONTEXT_MASK	(NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)
#define LOCKUP_SPINS	(1U << 28)

struct held_lock_entry {
	spinlock_t *lock;
	s32 ip;				/* who took it: text lies in the last 2 GiB */
	u32 context_top;		/* CONTEXT_MASK bits | highest rank (S3) */
};

struct held_spinlocks {
	unsigned int nr;
	bool reporting;			/* what the report itself takes is not judged */
	struct held_lock_entry lock[MAX_HELD];
};
static_assert(!(CONTEXT_MASK & 0xff) && NR_LOCK_RANKS <= 0xff, "both fit into context_top");

static DEFINE_PER_CPU(struct held_spinlocks, held_locks);

void __spin_lock_init(spinlock_t *lock, enum lock_rank rank, const char *name)
{
	*lock = (spinlock_t)__SPIN_LOCK_INIT_NAMED((u8)rank, name);
	if (rank == LOCK_USER)
		lockdep_forget(lock);
}

/* ---- reports --------------------------------------------------------------------- */

static bool report_once(spinlock_t *lock, unsigned int what)
{
	bool first = !(lock->usage & what);

	lock->usage |= (u8)what;
	return first;
}

static noinline __cold void spin_bug(spinlock_t *lock, const char *msg)
{
	struct held_spinlocks *held = this_cpu_ptr(&held_locks);
	const struct task_struct *owner = NULL;

	if (!report_once(lock, LOCK_REPORTED_BUG) || held->reporting)
		return;
	held->reporting = true;
	if (lock->magic == SPINLOCK_MAGIC)
		owner = lock->owner;
	pr_emerg("BUG: spinlock %s on CPU#%d, %s/%d\n", msg, smp_processor_id(), current->comm,
		 current->pid);
	pr_emerg(" lock: %pS, .magic: %08x, .owner: %s/%d, .owner_cpu: %d\n", (void *)lock,
		 lock->magic, owner ? owner->comm : "<none>", owner ? owner->pid : -1,
		 lock->owner_cpu);
	warn_count++;
	dump_stack();
	held->reporting = false;
}

static struct lock_view view_of(const spinlock_t *lock, unsigned long ip)
{
	return (struct lock_view){ lock, lock->name, ip, lock->rank, lock->usage,
				   WAIT_TYPE_SPIN };
}

bool spin_held_view(unsigned int i, struct lock_view *view)
{
	const struct held_spinlocks *held;
	bool there;

	preempt_disable();
	held = this_cpu_ptr(&held_locks);
	there = i < held->nr && held->lock[i].lock;
	if (there)
		*view = view_of(held->lock[i].lock, (unsigned long)(long)held->lock[i].ip);
	preempt_enable();
	return there;
}

/* ---- short way ------------------------------------------------------------------- */

bool spin_unfair;

/* One that is served now, or none. */
static __always_inline bool try_ticket(spinlock_t *lock)
{
	u16 head = READ_ONCE(lock->head);

	return __atomic_compare_exchange_n(&lock->tail, &head, (u16)(head + 1), false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static __always_inline void wait_in_line(spinlock_t *lock)
{
	u16 ticket = __atomic_fetch_add(&lock->tail, 1, __ATOMIC_RELAXED);

	while (smp_load_acquire(&lock->head) != ticket)
		cpu_relax();
}

static __always_inline void wait_unfairly(spinlock_t *lock)
{
	do {
		while (READ_ONCE(lock->head) != READ_ONCE(lock->tail))
			cpu_relax();
	} while (!try_ticket(lock));
}

static __always_inline void take_ticket(spinlock_t *lock)
{
	if (likely(try_ticket(lock)))
		return;
	if (spin_unfair)
		wait_unfairly(lock);
	else
		wait_in_line(lock);
}

static __always_inline void next_ticket(spinlock_t *lock)
{
	smp_store_release(&lock->head, lock->head + 1);
}

/* The LOCK_* bits of taking a lock here and now. */
static __always_inline unsigned int usage_now(unsigned int count, bool irqs_off)
{
	unsigned int usage;

	if (count & HARDIRQ_MASK)
		return LOCK_USED_IN_HARDIRQ;
	usage = count & SOFTIRQ_OFFSET ? LOCK_USED_IN_SOFTIRQ : 0;
	if (!irqs_off)
		usage |= LOCK_ENABLED_HARDIRQ |
			 (count & SOFTIRQ_MASK ? 0 : LOCK_ENABLED_SOFTIRQ);
	return usage;
}

static __always_inline void debug_locked(spinlock_t *lock, struct held_spinlocks *held,
					 u32 context_top, unsigned long ip)
{
	struct held_lock_entry *e = &held->lock[held->nr++];

	barrier();			/* S4 */
	lock->owner = current;
	lock->owner_cpu = (s8)smp_processor_id();
	e->lock = lock;
	e->ip = (s32)ip;
	e->context_top = context_top;
}

/* A free and sound lock, of a rank above those held, used as it has been before? */
static __always_inline bool is_plain_lock(const spinlock_t *lock,
					  const struct held_spinlocks *held, unsigned int usage)
{
	unsigned int nr = held->nr;

	return lock->magic == SPINLOCK_MAGIC && !lock->owner && nr < MAX_HELD &&
	       (!nr || (u8)held->lock[nr - 1].context_top < lock->rank) &&
	       !(usage & ~lock->usage);
}

/* The newest lock of this CPU, and taken once, by this thread? */
static __always_inline bool is_plain_unlock(const spinlock_t *lock,
					    const struct held_spinlocks *held, unsigned int nr)
{
	return nr && held->lock[nr - 1].lock == lock && lock->owner == current &&
	       lock->cpu_again == (u8)smp_processor_id();
}

/* ---- long way -------------------------------------------------------------------- */

/* The first misuse of a kind that makes the lock unsafe in interrupts. */
static void check_usage(spinlock_t *lock, unsigned int usage, unsigned long ip)
{
	static const u8 opposite[][2] = {
		{ LOCK_USED_IN_HARDIRQ, LOCK_ENABLED_HARDIRQ },
		{ LOCK_ENABLED_HARDIRQ, LOCK_USED_IN_HARDIRQ },
		{ LOCK_USED_IN_SOFTIRQ, LOCK_ENABLED_SOFTIRQ },
		{ LOCK_ENABLED_SOFTIRQ, LOCK_USED_IN_SOFTIRQ },
	};
	unsigned int added = usage & ~(unsigned int)lock->usage, before = lock->usage;
	struct lock_view view;

	lock->usage |= (u8)added;
	view = view_of(lock, ip);
	for (unsigned int i = 0; i < ARRAY_SIZE(opposite); i++) {
		if (!(added & opposite[i][0]))
			continue;
		lockdep_note_usage(lock, opposite[i][0], ip);
		if (before & opposite[i][1] && report_once(lock, LOCK_REPORTED_STATE))
			lockdep_report_state(&view, opposite[i][1], opposite[i][0]);
	}
}

/* May it be taken while @e is held? */
static void check_against(spinlock_t *lock, const struct held_lock_entry *e,
			  unsigned int subclass, unsigned long ip)
{
	struct lock_view new = view_of(lock, ip);
	struct lock_view held = view_of(e->lock, (unsigned long)(long)e->ip);

	if (held.rank < new.rank || (held.rank == new.rank && subclass))
		return;
	if (held.rank == LOCK_USER && new.rank == LOCK_USER && lockdep_user_order(&new, &held))
		return;
	if (!report_once(lock, LOCK_REPORTED_ORDER))
		return;
	if (held.rank == new.rank && new.rank != LOCK_USER)
		lockdep_report_recursion(&new, &held);
	else
		lockdep_report_order(&new, &held);
}

static bool is_of_context(const struct held_lock_entry *e, unsigned int context)
{
	return e->lock && (e->context_top & CONTEXT_MASK) == context;
}

static u32 highest_of_context(const spinlock_t *lock, const struct held_spinlocks *held,
			      unsigned int context)
{
	u32 top = lock->rank;

	for (unsigned int i = 0; i < held->nr; i++)
		if (is_of_context(&held->lock[i], context))
			top = max(top, (u32)held->lock[i].lock->rank);
	return context | top;
}

static void check_order_and_usage(spinlock_t *lock, struct held_spinlocks *held,
				  unsigned int usage, unsigned int subclass, unsigned long ip)
{
	unsigned int context = preempt_count() & CONTEXT_MASK;

	if (held->reporting)
		return;
	held->reporting = true;
	for (unsigned int i = 0; i < held->nr; i++)
		if (is_of_context(&held->lock[i], context))
			check_against(lock, &held->lock[i], subclass, ip);
	check_usage(lock, usage, ip);
	held->reporting = false;
}

static void wait_is_long(spinlock_t *lock, unsigned int spins)
{
	if (spins == LOCKUP_SPINS)
		spin_bug(lock, "lockup suspected");
}

/* Somebody has it.  Waiting for what cannot come is said once, after some seconds. */
static void take_ticket_patiently(spinlock_t *lock)
{
	unsigned int spins = 0;
	u16 ticket;

	if (spin_unfair) {
		for (; !try_ticket(lock); cpu_relax())
			wait_is_long(lock, ++spins);
		return;
	}
	ticket = __atomic_fetch_add(&lock->tail, 1, __ATOMIC_RELAXED);
	for (; smp_load_acquire(&lock->head) != ticket; cpu_relax())
		wait_is_long(lock, ++spins);
}

/* The same where there may be no room for one more. */
static void debug_locked_checked(spinlock_t *lock, struct held_spinlocks *held, unsigned long ip)
{
	unsigned int context = preempt_count() & CONTEXT_MASK;

	if (!WARN_ON_ONCE(held->nr == MAX_HELD)) {
		debug_locked(lock, held, highest_of_context(lock, held, context), ip);
		return;
	}
	lock->owner = current;
	lock->cpu_again = (u8)smp_processor_id();
}

/*
 * Held by this CPU already: who waits here waits for ever.  Reported, and shared; it is the
 * first holder's unlock that frees it.
 */
static bool taken_again(spinlock_t *lock)
{
	if (!spin_is_locked(lock) || lock->owner_cpu != smp_processor_id())
		return false;
	spin_bug(lock, lock->owner == current ? "recursion" : "cpu recursion");
	lock->again++;
	return true;
}

/* Overwritten, or never initialised.  What it was nobody knows; let it be a lock. */
static void repair(spinlock_t *lock)
{
	spin_bug(lock, "bad magic");
	*lock = (spinlock_t)__SPIN_LOCK_INIT(lock->rank && lock->rank < NR_LOCK_RANKS ?
					     lock->rank : LOCK_USER);
	lock->usage = LOCK_REPORTED_BUG;
}

/* spin_lock() where something is not plain: say what is wrong, if anything is; lock. */
static noinline void lock_checked(spinlock_t *lock, unsigned int usage, unsigned int subclass,
				  unsigned long ip)
{
	struct held_spinlocks *held = this_cpu_ptr(&held_locks);

	if (lock->magic != SPINLOCK_MAGIC)
		repair(lock);
	if (taken_again(lock))
		return;
	check_order_and_usage(lock, held, usage, subclass, ip);
	take_ticket_patiently(lock);
	debug_locked_checked(lock, held, ip);
}

/* Unlocked out of order: close the gap, before an interrupt pushes its own behind it. */
static void debug_forget(struct held_spinlocks *held, const spinlock_t *lock)
{
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	i = held->nr;
	while (i-- > 0) {
		if (held->lock[i].lock != lock)
			continue;
		held->nr--;
		for (; i < held->nr; i++)
			held->lock[i] = held->lock[i + 1];
		held->lock[i].lock = NULL;
		break;
	}
	local_irq_restore(flags);
}

/* Was the caller the one to unlock it?  No owner: taken while nothing was checked. */
static void check_owner(spinlock_t *lock)
{
	if (lock->magic != SPINLOCK_MAGIC)
		spin_bug(lock, "bad magic");
	else if (lock->owner && lock->owner != current)
		spin_bug(lock, "wrong owner");
	else if (lock->owner && lock->owner_cpu != smp_processor_id())
		spin_bug(lock, "wrong CPU");
}

/* spin_unlock() of anything but the newest lock of this CPU. */
static noinline void unlock_checked(spinlock_t *lock)
{
	if (!spin_is_locked(lock)) {
		spin_bug(lock, "already unlocked");
		return;
	}
	check_owner(lock);
	if (lock->again && lock->magic == SPINLOCK_MAGIC) {
		lock->again--;
		return;
	}
	lock->owner = NULL;
	lock->cpu_again = SPINLOCK_CPU_NONE;
	debug_forget(this_cpu_ptr(&held_locks), lock);
	next_ticket(lock);
}

/* One instruction: who holds none may be on another CPU behind it. */
unsigned int spin_held_count(void)
{
	return this_cpu_read(held_locks.nr);
}

void spin_release_held(unsigned int nr) __no_lock_analysis
{
	struct held_spinlocks *held;
	unsigned int last;
	spinlock_t *lock;

	preempt_disable();
	held = this_cpu_ptr(&held_locks);
	while ((last = held->nr) > nr) {
		lock = held->lock[last - 1].lock;
		__acquire(lock);		/* long ago: for sparse */
		lock->again = 0;
		spin_unlock(lock);
		if (held->nr == last)	/* wiped while held: its report has been printed */
			debug_forget(held, lock);
	}
	preempt_enable();
}

/* ---- the locks ------------------------------------------------------------------- */

/* Nothing is called but in tail position, so that nothing need be saved. */
static __always_inline void do_lock(spinlock_t *lock, bool irqs_off, unsigned int subclass,
				    unsigned long ip) __no_lock_analysis
{
	struct held_spinlocks *held = this_cpu_ptr(&held_locks);
	unsigned int count, usage;

	if (unlikely(!lock_debug)) {
		take_ticket(lock);
		return;
	}
	count = preempt_count();
	usage = irqs_off && likely(!(count & CONTEXT_MASK)) ? 0 : usage_now(count, irqs_off);
	if (unlikely(!is_plain_lock(lock, held, usage))) {
		lock_checked(lock, usage, subclass, ip);
		return;
	}
	take_ticket(lock);
	debug_locked(lock, held, (count & CONTEXT_MASK) | lock->rank, ip);
}

static __always_inline void do_unlock(spinlock_t *lock) __no_lock_analysis
{
	struct held_spinlocks *held = this_cpu_ptr(&held_locks);
	unsigned int nr = held->nr;

	if (likely(lock_debug)) {
		if (unlikely(!is_plain_unlock(lock, held, nr))) {
			unlock_checked(lock);
			return;
		}
		lock->owner = NULL;
		lock->owner_cpu = -1;
		held->lock[nr - 1].lock = NULL;
		held->nr = nr - 1;
	}
	next_ticket(lock);
}

void spin_lock(spinlock_t *lock) __no_lock_analysis
{
	preempt_disable();
	do_lock(lock, irqs_disabled(), 0, _RET_IP_);
}

void spin_lock_nested(spinlock_t *lock, unsigned int subclass) __no_lock_analysis
{
	preempt_disable();
	do_lock(lock, irqs_disabled(), subclass, _RET_IP_);
}

void spin_unlock(spinlock_t *lock) __no_lock_analysis
{
	do_unlock(lock);
	preempt_enable();
}

/* Taking it this way cannot dead-lock, whatever is held; holding it can. */
static __always_inline bool do_trylock(spinlock_t *lock, unsigned long ip)
{
	struct held_spinlocks *held = this_cpu_ptr(&held_locks);
	u32 free, taken;

	free = READ_ONCE(lock->head) * 0x10001U;	/* tail == head */
	taken = free + 0x10000U;
	if (!try_cmpxchg(&lock->head_tail, &free, taken))
		return false;
	if (lock_debug) {
		unsigned int usage = usage_now(preempt_count(), irqs_disabled());

		usage &= LOCK_ENABLED_HARDIRQ | LOCK_ENABLED_SOFTIRQ;
		if (usage & ~lock->usage)
			check_usage(lock, usage, ip);
		debug_locked_checked(lock, held, ip);
	}
	return true;
}

bool spin_trylock(spinlock_t *lock) __no_lock_analysis
{
	preempt_disable();
	if (do_trylock(lock, _RET_IP_))
		return true;
	preempt_enable();
	return false;
}

bool spin_is_locked(const spinlock_t *lock)
{
	u32 both = READ_ONCE(lock->head_tail);

	return (both >> 16) != (both & 0xffff);
}

bool spin_is_held(const spinlock_t *lock)
{
	return spin_is_locked(lock) &&
	       (!lock_debug || lock->owner_cpu == smp_processor_id());
}

unsigned long __spin_lock_irqsave(spinlock_t *lock) __no_lock_analysis
{
	unsigned long flags;

	local_irq_save(flags);
	preempt_disable();
	do_lock(lock, true, 0, _RET_IP_);
	return flags;
}

void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags) __no_lock_analysis
{
	do_unlock(lock);
	local_irq_restore(flags);	/* first: whom an interrupt woke may run at once */
	preempt_enable();
}

void spin_lock_irq(spinlock_t *lock) __no_lock_analysis
{
	local_irq_disable();
	preempt_disable();
	do_lock(lock, true, 0, _RET_IP_);
}

void spin_unlock_irq(spinlock_t *lock) __no_lock_analysis
{
	do_unlock(lock);
	local_irq_enable();
	preempt_enable();
}

void spin_lock_bh(spinlock_t *lock) __no_lock_analysis
{
	local_bh_disable();
	preempt_disable();
	do_lock(lock, irqs_disabled(), 0, _RET_IP_);
}

void spin_unlock_bh(spinlock_t *lock) __no_lock_analysis
{
	do_unlock(lock);
	preempt_enable_no_resched();	/* local_bh_enable() looks, after the softirqs */
	local_bh_enable();
}

bool spin_trylock_bh(spinlock_t *lock) __no_lock_analysis
{
	local_bh_disable();
	preempt_disable();
	if (do_trylock(lock, _RET_IP_))
		return true;
	preempt_enable_no_resched();
	local_bh_enable();
	return false;
}
